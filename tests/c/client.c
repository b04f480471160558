/* Client: copies its options, lists pages on many threads, and is shut down. argv[1]: a sandbox of 45 connectors. */
#include "silent.h"

static const char *base_url;

static void null_arguments_are_rejected(dc_client *client)
{
    dc_config *config = check_config(base_url);
    dc_client *created = UNTOUCHED(dc_client);
    dc_page *page = UNTOUCHED(dc_page);

    CHECK_REJECTED(dc_client_new(NULL, &created, &error), "config is NULL: pass a handle from dc_config_new()");
    CHECK(created == NULL);
    CHECK_REJECTED(dc_client_new(config, NULL, &error), "out_client is NULL");
    CHECK(dc_client_new(NULL, NULL, NULL) == DC_ERR_INVALID_ARGUMENT);
    CHECK_REJECTED(dc_list_page(NULL, 0, NULL, NULL, &page, &error),
                   "client is NULL: pass a handle from dc_client_new()");
    CHECK(page == NULL);
    CHECK_REJECTED(dc_list_page(client, 0, NULL, NULL, NULL, &error), "out_page is NULL");
    CHECK(dc_list_page(NULL, 0, NULL, NULL, NULL, NULL) == DC_ERR_INVALID_ARGUMENT);
    dc_client_shutdown(NULL);
    dc_client_free(NULL);
    dc_config_free(config);
}

static void client_requires_an_access_token(void)
{
    dc_config *config = dc_config_new();
    dc_client *client = UNTOUCHED(dc_client);

    CHECK_REJECTED(dc_client_new(config, &client, &error), "missing access_token: set the access token");
    CHECK(client == NULL);
    dc_config_free(config);
}

static void client_copies_its_options(void)
{
    dc_config *config = check_config(base_url);
    dc_client *client = NULL;
    dc_error *error = UNTOUCHED(dc_error);

    CHECK(dc_client_new(config, &client, &error) == DC_OK && error == NULL);
    SET(config, DC_OPTION_BASE_URL, "https://unreachable.invalid");
    dc_config_free(config);
    dc_page_free(check_page(client));
    dc_client_free(client);
}

static void invalid_arguments_of_a_page_are_rejected(dc_client *client)
{
    dc_page *page = UNTOUCHED(dc_page);

    CHECK_REJECTED(dc_list_page(client, 51, NULL, NULL, &page, &error), "51: use 1 to 50");
    CHECK(page == NULL);
    CHECK_REJECTED(dc_list_page(client, -1, NULL, NULL, &page, &error), "-1: use 1 to 50");
    CHECK_REJECTED(dc_list_page(client, INT32_MIN, NULL, NULL, &page, &error), "use 1 to 50");
    CHECK_REJECTED(dc_list_page(client, 0, "", NULL, &page, &error), "starting_after is empty");
    CHECK_REJECTED(dc_list_page(client, 0, "ab\xff", NULL, &page, &error),
                   "invalid starting_after: not UTF-8 at byte 2");
}

static void per_page_is_20_by_default(dc_client *client)
{
    dc_page *page = NULL;
    dc_error *error = UNTOUCHED(dc_error);

    CHECK(dc_list_page(client, 0, NULL, NULL, &page, &error) == DC_OK && error == NULL);
    CHECK(dc_page_count(page) == 20);
    dc_page_free(page);
    page = check_page(client);
    CHECK(dc_page_count(page) == 45 && dc_page_has_next(page) == 0);
    dc_page_free(page);
}

static pthread_barrier_t all_started;

static void *list_pages(void *client)
{
    int round;

    pthread_barrier_wait(&all_started);
    for (round = 0; round < 20; round++) {
        dc_page *page = NULL;
        CHECK(dc_list_page(client, 1 + round, NULL, NULL, &page, NULL) == DC_OK);
        CHECK(dc_page_count(page) == (size_t)(1 + round));
        dc_page_free(page);
    }
    return NULL;
}

static void threads_share_a_client(dc_client *client)
{
    pthread_t threads[8];
    size_t i;

    CHECK(pthread_barrier_init(&all_started, NULL, 8) == 0);
    for (i = 0; i < 8; i++)
        CHECK(pthread_create(&threads[i], NULL, list_pages, client) == 0);
    for (i = 0; i < 8; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(pthread_barrier_destroy(&all_started) == 0);
}

static void *list_until_shut_down(void *client)
{
    dc_page *page = UNTOUCHED(dc_page);
    dc_error *error = NULL;

    CHECK(dc_list_page(client, 0, NULL, NULL, &page, &error) == DC_ERR_CANCELLED);
    CHECK(page == NULL);
    CHECK(strstr(dc_error_message(error), "the client was shut down") != NULL);
    dc_error_free(error);
    return NULL;
}

static void shutdown_cancels_calls_and_rejects_new_ones(void)
{
    struct silent silent;
    pthread_t threads[4];
    dc_client *client;
    dc_pager *pager = NULL;
    dc_page *page = UNTOUCHED(dc_page);
    long started;
    int i;

    silent_start(&silent);
    client = check_client(silent.url);
    CHECK(dc_pager_new(client, 0, NULL, &pager, NULL) == DC_OK);
    for (i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], NULL, list_until_shut_down, client) == 0);
    for (i = 0; i < 4; i++)
        silent_wait_for_call(&silent);
    started = milliseconds();
    dc_client_shutdown(client);
    for (i = 0; i < 4; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(milliseconds() - started < 2000);
    dc_client_shutdown(client);
    list_until_shut_down(client);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_ERR_CANCELLED && page == NULL);
    dc_client_free(client);
    dc_pager_free(pager);
    silent_stop(&silent);
}

static void pagers_and_pages_outlive_the_client(void)
{
    dc_client *client = check_client(base_url);
    dc_page *page = check_page(client);
    dc_pager *pager = NULL;

    CHECK(dc_pager_new(client, 0, NULL, &pager, NULL) == DC_OK);
    dc_client_free(client);
    CHECK(dc_page_count(page) == 45);
    dc_page_free(page);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    dc_pager_free(pager);
    CHECK(dc_page_count(page) == 20);
    dc_page_free(page);
}

int main(int argc, char **argv)
{
    dc_client *client;

    CHECK(argc == 2);
    base_url = argv[1];
    client = check_client(base_url);
    null_arguments_are_rejected(client);
    client_requires_an_access_token();
    client_copies_its_options();
    invalid_arguments_of_a_page_are_rejected(client);
    per_page_is_20_by_default(client);
    threads_share_a_client(client);
    dc_client_free(client);
    shutdown_cancels_calls_and_rejects_new_ones();
    pagers_and_pages_outlive_the_client();
    return 0;
}
