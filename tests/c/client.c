/* Client: made of settings that it copies; shut down during calls; freed in any order. argv[1]: a sandbox. */
#include "silent.h"

static void *list_until_shut_down(void *client)
{
    dc_page *page = UNTOUCHED(dc_page);
    dc_error *error = NULL;

    CHECK(dc_list_page(client, 0, NULL, NULL, &page, &error) == DC_ERR_CANCELLED);
    CHECK(page == NULL);
    CHECK(strcmp(dc_error_message(error), "request cancelled: the client was shut down") == 0);
    dc_error_free(error);
    return NULL;
}

static void shutdown_ends_calls(void)
{
    struct silent silent;
    pthread_t threads[4];
    dc_client *client;
    dc_pager *pager = NULL;
    dc_page *page = UNTOUCHED(dc_page);
    long started;
    int i;

    dc_client_shutdown(NULL);
    silent_start(&silent);
    client = check_client(silent.url);
    CHECK(dc_pager_new(client, 0, NULL, &pager, NULL) == DC_OK);
    for (i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], NULL, list_until_shut_down, client) == 0);
    sleep_milliseconds(100);
    started = milliseconds();
    dc_client_shutdown(client);
    for (i = 0; i < 4; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(milliseconds() - started < 2000);
    /* New calls are refused, the pager's, too; shutting down twice is fine. */
    dc_client_shutdown(client);
    list_until_shut_down(client);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_ERR_CANCELLED);
    CHECK(page == NULL);
    dc_client_free(client);
    dc_pager_free(pager);
    silent_stop(&silent);
}

int main(int argc, char **argv)
{
    dc_config *config;
    dc_client *client = UNTOUCHED(dc_client);
    dc_pager *pager = NULL;
    dc_page *page = NULL;
    dc_error *error = UNTOUCHED(dc_error);

    CHECK(argc == 2);
    CHECK_REFUSED(dc_client_new(NULL, &client, &error), "config is NULL: pass a handle that dc_config_new made");
    CHECK(client == NULL);
    CHECK(dc_client_new(NULL, NULL, NULL) == DC_ERR_INVALID_ARGUMENT);
    dc_client_free(NULL);

    config = dc_config_new();
    client = UNTOUCHED(dc_client);
    CHECK_REFUSED(dc_client_new(config, &client, &error), "missing access_token: set");
    CHECK(client == NULL);
    CHECK_REFUSED(dc_client_new(config, NULL, &error), "out_client is NULL: pass the address of a pointer");
    dc_config_free(config);

    /* The client has a copy of its settings: neither a change nor the end of the config matters. */
    config = check_config(argv[1]);
    CHECK(dc_client_new(config, &client, &error) == DC_OK && error == NULL);
    CHECK(dc_config_set_base_url(config, "https://unreachable.invalid", NULL) == DC_OK);
    dc_config_free(config);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_OK);

    shutdown_ends_calls();

    /* A pager and a page go on without the client. */
    CHECK(dc_pager_new(client, 0, NULL, &pager, NULL) == DC_OK);
    dc_client_free(client);
    CHECK(dc_page_count(page) == 20);
    dc_page_free(page);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    dc_pager_free(pager);
    CHECK(dc_page_count(page) == 20);
    dc_page_free(page);
    return 0;
}
