/* Route and trust: what each setting takes and refuses. argv[1]: a sandbox. */
#include "check.h"

#define TAKES(call) CHECK((call) == DC_OK)

static void refusals(dc_config *config)
{
    const char *latin1 = "caf\xe9";

    CHECK_REFUSED(dc_config_set_proxy(NULL, NULL, &error), "config is NULL");
    CHECK_REFUSED(dc_config_set_no_proxy(NULL, "x", &error), "config is NULL");
    CHECK_REFUSED(dc_config_set_ca_file(NULL, NULL, &error), "config is NULL");
    CHECK_REFUSED(dc_config_set_system_roots(NULL, 1, &error), "config is NULL");

    CHECK_REFUSED(dc_config_set_no_proxy(config, NULL, &error), "hosts is NULL");
    CHECK_REFUSED(dc_config_set_proxy(config, latin1, &error), "proxy is not UTF-8");
    CHECK_REFUSED(dc_config_set_no_proxy(config, latin1, &error), "hosts is not UTF-8");
    CHECK_REFUSED(dc_config_set_ca_file(config, latin1, &error), "path is not UTF-8");

    CHECK_REFUSED(dc_config_set_proxy(config, "socks5://x", &error), "it should look like http://proxy.example:3128");
    CHECK_REFUSED(dc_config_set_proxy(config, "http://127.0.0.1:99999", &error), "it should look like http://proxy.example:3128");
    CHECK_REFUSED(dc_config_set_no_proxy(config, "http://x", &error), "hosts and domains without ports");
    CHECK_REFUSED(dc_config_set_ca_file(config, "no/such/file", &error), "no/such/file can't be read");
}

/* Plain HTTP to loopback would be plain HTTP to a proxy, too. */
static void proxies(const char *base_url)
{
    dc_config *config = check_config(base_url);
    dc_client *client = UNTOUCHED(dc_client);

    TAKES(dc_config_set_proxy(config, "http://proxy.example:3128", NULL));
    CHECK_REFUSED(dc_client_new(config, &client, &error), "which would see the access token");
    CHECK(client == NULL);
    TAKES(dc_config_set_no_proxy(config, "127.0.0.1", NULL));
    TAKES(dc_client_new(config, &client, NULL));
    dc_client_free(client);
    dc_config_free(config);
}

int main(int argc, char **argv)
{
    dc_config *config;

    CHECK(argc == 2);
    config = check_config(argv[1]);
    refusals(config);
    TAKES(dc_config_set_proxy(config, "http://user:pass%20word@127.0.0.1:3128", NULL));
    TAKES(dc_config_set_proxy(config, NULL, NULL));
    TAKES(dc_config_set_no_proxy(config, "localhost,.internal", NULL));
    TAKES(dc_config_set_no_proxy(config, "", NULL));
    TAKES(dc_config_set_ca_file(config, NULL, NULL));
    TAKES(dc_config_set_system_roots(config, 0, NULL));
    dc_config_free(config);
    proxies(argv[1]);
    return 0;
}
