/* Limits: what each takes and refuses, to the edge. argv[1]: a sandbox. */
#include "check.h"

static void refusals(dc_config *config)
{
    CHECK_REFUSED(dc_config_set_timeout_ms(NULL, 1, &error), "config is NULL");
    CHECK_REFUSED(dc_config_set_connect_timeout_ms(NULL, 1, &error), "config is NULL");
    CHECK_REFUSED(dc_config_set_max_retries(NULL, 1, &error), "config is NULL");
    CHECK_REFUSED(dc_config_set_max_response_bytes(NULL, 4096, &error), "config is NULL");
    CHECK_REFUSED(dc_config_set_pacing(NULL, 1, &error), "config is NULL");

    CHECK_REFUSED(dc_config_set_timeout_ms(config, 0, &error), "the timeout is 0 ms: use 1 to 86400000");
    CHECK_REFUSED(dc_config_set_timeout_ms(config, -5, &error), "the timeout is -5 ms: use 1 to 86400000");
    CHECK_REFUSED(dc_config_set_timeout_ms(config, 86400001, &error), "use 1 to 86400000");
    CHECK_REFUSED(dc_config_set_timeout_ms(config, INT64_MAX, &error), "use 1 to 86400000");
    CHECK_REFUSED(dc_config_set_timeout_ms(config, INT64_MIN, &error), "use 1 to 86400000");
    CHECK_REFUSED(dc_config_set_connect_timeout_ms(config, -1, &error), "the connect timeout is -1 ms");
    CHECK_REFUSED(dc_config_set_max_retries(config, -1, &error), "max retries is -1: use 0 to 10");
    CHECK_REFUSED(dc_config_set_max_retries(config, 11, &error), "max retries is 11: use 0 to 10");
    CHECK_REFUSED(dc_config_set_max_response_bytes(config, 1023, &error), "is 1023: use 1024 to 1073741824");
    CHECK_REFUSED(dc_config_set_max_response_bytes(config, -7, &error), "is -7: use 1024 to 1073741824");
}

int main(int argc, char **argv)
{
    dc_config *config;
    dc_client *client = NULL;
    dc_page *page = UNTOUCHED(dc_page);

    CHECK(argc == 2);
    config = check_config(argv[1]);
    refusals(config);
    CHECK(dc_config_set_timeout_ms(config, 86400000, NULL) == DC_OK);
    CHECK(dc_config_set_connect_timeout_ms(config, 86400000, NULL) == DC_OK);
    CHECK(dc_config_set_max_retries(config, 10, NULL) == DC_OK);
    CHECK(dc_config_set_max_response_bytes(config, 1 << 30, NULL) == DC_OK);
    CHECK(dc_config_set_pacing(config, 1, NULL) == DC_OK);

    /* The longest times are as good as any. */
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    dc_client_free(client);

    CHECK(dc_config_set_max_response_bytes(config, 1024, NULL) == DC_OK);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_ERR_TOO_LARGE);
    CHECK(page == NULL);
    dc_client_free(client);
    dc_config_free(config);
    return 0;
}
