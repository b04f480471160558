/* Client: made of settings that it copies; freed in any order. argv[1]: a sandbox. */
#include "check.h"

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
    CHECK_REFUSED(dc_client_new(config, &client, &error), "there is no token");
    CHECK(client == NULL);
    CHECK_REFUSED(dc_client_new(config, NULL, &error), "out_client is NULL: pass the address of a pointer");
    dc_config_free(config);

    /* The client has a copy of its settings: neither a change nor the end of the config matters. */
    config = check_config(argv[1]);
    CHECK(dc_client_new(config, &client, &error) == DC_OK && error == NULL);
    CHECK(dc_config_set_base_url(config, "https://unreachable.invalid", NULL) == DC_OK);
    dc_config_free(config);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_OK);

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
