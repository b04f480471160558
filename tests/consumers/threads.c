/* Uses one client from several threads, and prefetches. With a second argument the program itself has a data race. */
#include <data_connectors.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 4, CALLS = 20 };

static dc_client *client;
static int has_race;
static int counter;

static void check(dc_status status, const dc_error *error)
{
    if (status != DC_OK) {
        fprintf(stderr, "%s: %s\n", dc_status_name(status), dc_error_message(error));
        exit(1);
    }
}

static void *list_pages(void *argument)
{
    (void)argument;
    for (int call = 0; call < CALLS; call++) {
        dc_page *page = NULL;
        dc_error *error = NULL;
        check(dc_list_page(client, 50, NULL, NULL, &page, &error), error);
        for (size_t i = 0; i < dc_page_count(page); i++)
            if (dc_connector_name(dc_page_connector(page, i)) == NULL)
                exit(1);
        dc_page_free(page);
        if (has_race)
            counter++;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    dc_error *error = NULL;
    dc_pager *pager = NULL;
    dc_page *page = NULL;
    dc_config *config = dc_config_new();
    dc_status status;

    if (argc < 2)
        return 1;
    has_race = argc > 2;
    check(dc_config_set_string(config, DC_OPTION_ACCESS_TOKEN, "any", &error), error);
    check(dc_config_set_string(config, DC_OPTION_BASE_URL, argv[1], &error), error);
    check(dc_client_new(config, &client, &error), error);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, list_pages, NULL) != 0)
            return 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);

    check(dc_pager_new(client, 50, NULL, &pager, &error), error);
    check(dc_pager_set_prefetch(pager, 1, &error), error);
    while ((status = dc_pager_next(pager, NULL, &page, &error)) == DC_OK)
        dc_page_free(page);
    check(status == DC_DONE ? DC_OK : status, error);
    dc_pager_free(pager);
    dc_client_free(client);
    dc_config_free(config);
    puts("done");
    return 0;
}
