/* Our library: several threads share a client, each listing pages; the 4th argument is the number of threads. */
#include <pthread.h>

#include "ours.h"

#define MAX_THREADS 16

struct worker {
    const dc_client *client;
    const struct measure *measure;
    pthread_barrier_t *start;
};

static void list(const struct worker *worker, long pages)
{
    dc_page *previous = NULL, *page = NULL;
    dc_error *error = NULL;
    long number;

    for (number = 0; number < pages; number++) {
        check(dc_list_page(worker->client, 50, dc_page_next_cursor(previous), NULL, &page, &error), error);
        dc_page_free(previous);
        previous = page;
    }
    dc_page_free(previous);
}

static void *run(void *argument)
{
    const struct worker *worker = argument;

    list(worker, worker->measure->warm_up);
    pthread_barrier_wait(worker->start);
    list(worker, worker->measure->pages);
    return NULL;
}

int main(int argc, char **argv)
{
    struct measure measure = measure_parse(argc > 4 ? 4 : argc, argv);
    long count = argc > 4 ? strtol(argv[4], NULL, 10) : 1, index;
    dc_client *client = ours_client(&measure);
    pthread_t threads[MAX_THREADS];
    pthread_barrier_t start;
    struct worker worker = {client, &measure, &start};

    if (count < 1 || count > MAX_THREADS)
        fail("use 1 to 16 threads");
    pthread_barrier_init(&start, NULL, (unsigned)count + 1);
    for (index = 0; index < count; index++)
        if (pthread_create(&threads[index], NULL, run, &worker) != 0)
            fail("could not create a thread");
    /* The clocks start first: the workers wait at the barrier after their warm-up. */
    measure_start(&measure, measure.warm_up);
    pthread_barrier_wait(&start);
    for (index = 0; index < count; index++)
        pthread_join(threads[index], NULL);
    measure.pages *= count;
    measure_print(&measure);
    dc_client_free(client);
    return 0;
}
