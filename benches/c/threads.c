/* Ours: several threads on one client, each with a walk of its own; the 4th argument says how many. */
#include <pthread.h>

#include "ours.h"

#define MOST 16

struct walker {
    const dc_client *client;
    const struct measure *measure;
    pthread_barrier_t *start;
};

static void list(const struct walker *walker, long pages)
{
    dc_page *before = NULL, *page = NULL;
    dc_error *error = NULL;
    long number;

    for (number = 0; number < pages; number++) {
        check(dc_list_page(walker->client, 50, dc_page_next_cursor(before), NULL, &page, &error), error);
        dc_page_free(before);
        before = page;
    }
    dc_page_free(before);
}

static void *walk(void *argument)
{
    const struct walker *walker = argument;

    list(walker, walker->measure->warm_up);
    pthread_barrier_wait(walker->start);
    list(walker, walker->measure->pages);
    return NULL;
}

int main(int argc, char **argv)
{
    struct measure measure = measure_read(argc > 4 ? 4 : argc, argv);
    long count = argc > 4 ? strtol(argv[4], NULL, 10) : 1, index;
    dc_client *client = ours_client(&measure);
    pthread_t threads[MOST];
    pthread_barrier_t start;
    struct walker walker = {client, &measure, &start};

    if (count < 1 || count > MOST)
        fail("1 to 16 threads");
    pthread_barrier_init(&start, NULL, (unsigned)count + 1);
    for (index = 0; index < count; index++)
        if (pthread_create(&threads[index], NULL, walk, &walker) != 0)
            fail("no thread");
    /* All are warm, and wait for this one. */
    measure_page(&measure, measure.warm_up);
    pthread_barrier_wait(&start);
    for (index = 0; index < count; index++)
        pthread_join(threads[index], NULL);
    measure.pages *= count;
    measure_print(&measure);
    dc_client_free(client);
    return 0;
}
