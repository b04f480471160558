/*
 * No environment variable has an effect: this program's getenv, which the library calls, gives each of them the same
 * value, and all calls have the same results for each value.
 * argv[1]: a sandbox. argv[2]: a server with TLS. argv[3]: the CA file for it.
 */
#include "../check.h"

static const char *value;
static int getenv_calls;

char *getenv(const char *name)
{
    (void)name;
    getenv_calls++;
    return (char *)value;
}

static void check_list(dc_config *config, dc_status expected, const char *text)
{
    dc_client *client = check_client_of(config);
    dc_page *page = NULL;
    dc_error *error = NULL;
    dc_status status = dc_list_page(client, 0, NULL, NULL, &page, &error);

    if (status != expected || (text != NULL && strstr(dc_error_message(error), text) == NULL)) {
        fprintf(stderr, "with %s: %s: %s\n", value ? value : "(none)", dc_status_name(status),
                error ? dc_error_message(error) : "");
        exit(1);
    }
    dc_page_free(page);
    dc_error_free(error);
    dc_client_free(client);
    dc_config_free(config);
}

int main(int argc, char **argv)
{
    const char *values[] = {NULL, "", "1", "*", "http://127.0.0.1:1", "127.0.0.1", "/nonexistent", NULL};
    size_t i;

    CHECK(argc == 4);
    values[7] = argv[3];
    for (i = 0; i < sizeof values / sizeof *values; i++) {
        dc_client *client = NULL;
        dc_config *config = dc_config_new();

        value = values[i];
        CHECK_REJECTED(dc_client_new(config, &client, &error), "missing access_token");
        dc_config_free(config);

        check_list(check_config(argv[1]), DC_OK, NULL);
        config = check_config(argv[2]);
        SET(config, DC_OPTION_CA_FILE, argv[3]);
        check_list(config, DC_OK, NULL);
        check_list(check_config(argv[2]), DC_ERR_TLS, "is not trusted");

        config = check_config(argv[2]);
        SET(config, DC_OPTION_CA_FILE, argv[3]);
        SET(config, DC_OPTION_PROXY, "http://127.0.0.1:1");
        check_list(config, DC_ERR_CONNECTION, "could not connect to proxy 127.0.0.1:1");
    }
    CHECK(getenv_calls > 0); /* otherwise the library does not call this getenv */
    return 0;
}
