/*
 * Makes calls with TLS on a thread whose stack has 64 KiB. argv[1]: a server with the certificate in the CA file argv[2],
 * by name, so that it is resolved, too. argv[3], if any: another size of the stack in KiB, for measurements.
 */
#include "../check.h"

#include <pthread.h>

static char **arguments;

static void *list(void *unused)
{
    dc_config *config = check_config(arguments[1]);
    dc_client *client;
    dc_pager *pager = NULL;
    dc_page *page;
    dc_error *error = UNTOUCHED(dc_error);

    (void)unused;
    client = check_client_of(config);
    CHECK(dc_list_page(client, 50, NULL, NULL, &page, &error) == DC_ERR_TLS && page == NULL);
    dc_error_free(error);
    dc_client_free(client);
    SET(config, DC_OPTION_CA_FILE, arguments[2]);
    client = check_client_of(config);
    CHECK(dc_pager_new(client, 50, NULL, &pager, NULL) == DC_OK);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    CHECK(dc_page_count(page) == 1 && strcmp(dc_connector_id(dc_page_connector(page, 0)), "1") == 0);
    CHECK(dc_page_packed_rows(page, DC_PACKED_JSON, NULL) != NULL);
    dc_page_free(page);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_DONE);
    dc_pager_free(pager);
    dc_client_free(client);
    dc_config_free(config);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_attr_t attributes;
    pthread_t thread;
    size_t kilobytes = argc > 3 ? (size_t)atoi(argv[3]) : 64;

    CHECK(argc >= 3);
    arguments = argv;
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstacksize(&attributes, kilobytes * 1024) == 0);
    CHECK(pthread_create(&thread, &attributes, list, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    return 0;
}
