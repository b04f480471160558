/* Config: what is no text, and what settings take; a refusal leaves the old value. argv[1]: a sandbox. */
#include "check.h"

#define TAKES(call) CHECK((call) == DC_OK)

static void nulls(void)
{
    CHECK_REFUSED(dc_config_set_token(NULL, "x", &error), "config is NULL: pass a handle that dc_config_new made");
    CHECK_REFUSED(dc_config_set_region(NULL, "eu", &error), "config is NULL");
    CHECK_REFUSED(dc_config_set_base_url(NULL, "https://a.example", &error), "config is NULL");
    CHECK_REFUSED(dc_config_set_allow_insecure_http(NULL, 1, &error), "config is NULL");
    CHECK_REFUSED(dc_config_set_api_version(NULL, "2.16", &error), "config is NULL");
    CHECK_REFUSED(dc_config_set_user_agent_suffix(NULL, "x", &error), "config is NULL");
    CHECK(dc_config_set_token(NULL, "x", NULL) == DC_ERR_INVALID_ARGUMENT);
    dc_config_free(NULL);
}

static void texts(dc_config *config)
{
    const char *latin1 = "caf\xe9";

    CHECK_REFUSED(dc_config_set_token(config, NULL, &error), "token is NULL: pass the workspace's access token (is the variable");
    CHECK_REFUSED(dc_config_set_region(config, NULL, &error), "region is NULL");
    CHECK_REFUSED(dc_config_set_base_url(config, NULL, &error), "base_url is NULL");
    CHECK_REFUSED(dc_config_set_api_version(config, NULL, &error), "api_version is NULL");
    CHECK_REFUSED(dc_config_set_user_agent_suffix(config, NULL, &error), "suffix is NULL");

    CHECK_REFUSED(dc_config_set_token(config, latin1, &error), "token is not UTF-8 from byte 3 on");
    CHECK_REFUSED(dc_config_set_region(config, latin1, &error), "region is not UTF-8");
    CHECK_REFUSED(dc_config_set_base_url(config, latin1, &error), "base_url is not UTF-8");
    CHECK_REFUSED(dc_config_set_api_version(config, latin1, &error), "api_version is not UTF-8");
    CHECK_REFUSED(dc_config_set_user_agent_suffix(config, latin1, &error), "suffix is not UTF-8");
}

static void what_is_right(dc_config *config)
{
    dc_error *error = UNTOUCHED(dc_error);

    CHECK(dc_config_set_token(config, "another-token", &error) == DC_OK && error == NULL);
    TAKES(dc_config_set_region(config, "EU", NULL));
    TAKES(dc_config_set_api_version(config, "2.16", NULL));
    TAKES(dc_config_set_api_version(config, "Preview", NULL));
    TAKES(dc_config_set_user_agent_suffix(config, "c-tests/1.0", NULL));
    TAKES(dc_config_set_base_url(config, "http://10.0.0.1", NULL));
    TAKES(dc_config_set_allow_insecure_http(config, 1, NULL));
    TAKES(dc_config_set_allow_insecure_http(config, 0, NULL));
}

int main(int argc, char **argv)
{
    dc_config *config;
    dc_client *client = UNTOUCHED(dc_client);
    dc_page *page = NULL;

    CHECK(argc == 2);
    nulls();
    config = check_config(argv[1]);
    texts(config);

    /* None of those refusals changed anything: it still reaches the sandbox. */
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    dc_client_free(client);

    what_is_right(config);
    /* The permission for plain HTTP was taken back, so the client is refused. */
    CHECK_REFUSED(dc_client_new(config, &client, &error), "use https://");
    CHECK(client == NULL);
    dc_config_free(config);
    return 0;
}
