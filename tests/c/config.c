/*
 * Config: options are set by name and take effect; the table of options describes them. argv[1]: a sandbox. argv[2]: a
 * server with TLS. argv[3]: the PEM file of its certificate authority. argv[4]: that of another authority.
 */
#include "scripted.h"

#include <stdint.h>

static const char *base_url, *tls_url, *trusted, *untrusted;

static dc_status list_with(const dc_config *config)
{
    dc_client *client = check_client_of(config);
    dc_page *page = NULL;
    dc_status status = dc_list_page(client, 0, NULL, NULL, &page, NULL);

    dc_page_free(page);
    dc_client_free(client);
    return status;
}

static int is(const char *string, const char *expected)
{
    return string != NULL && strcmp(string, expected) == 0;
}

/* The index of an option in the table. */
static size_t index_of(const char *name)
{
    size_t i;

    for (i = 0; i < dc_config_option_count(); i++)
        if (is(dc_config_option(i, DC_INFO_NAME), name))
            return i;
    fprintf(stderr, "option %s is not in the table\n", name);
    exit(1);
}

static void null_arguments_are_rejected(void)
{
    dc_config *config = dc_config_new();

    CHECK_REJECTED(dc_config_set_string(NULL, DC_OPTION_REGION, "eu", &error),
                   "config is NULL: pass a handle from dc_config_new()");
    CHECK_REJECTED(dc_config_set_int(NULL, DC_OPTION_TIMEOUT_MS, 1, &error), "config is NULL");
    CHECK_REJECTED(dc_config_set_string(config, NULL, "eu", &error),
                   "option is NULL: pass a NUL-terminated UTF-8 string");
    CHECK_REJECTED(dc_config_set_int(config, NULL, 1, &error), "option is NULL");
    CHECK(dc_config_set_string(NULL, NULL, NULL, NULL) == DC_ERR_INVALID_ARGUMENT);
    CHECK(dc_config_set_int(NULL, NULL, 0, NULL) == DC_ERR_INVALID_ARGUMENT);
    dc_config_free(config);
    dc_config_free(NULL);
}

static void strings_that_are_not_utf8_are_rejected(dc_config *config)
{
    const char *latin1 = "caf\xe9";
    size_t i;

    CHECK_REJECTED(dc_config_set_string(config, latin1, "x", &error),
                   "invalid option: not UTF-8 at byte 3; pass a UTF-8 string");
    for (i = 0; i < dc_config_option_count(); i++) {
        const char *name = dc_config_option(i, DC_INFO_NAME);
        char expected[128];

        snprintf(expected, sizeof expected, "invalid %s: not UTF-8 at byte 3", name);
        CHECK_REJECTED(dc_config_set_string(config, name, latin1, &error), expected);
    }
}

static void error_for_an_unknown_name_suggests_a_similar_one(dc_config *config)
{
    CHECK_REJECTED(dc_config_set_string(config, "time_out_ms", "5000", &error),
                   "unknown option \"time_out_ms\": did you mean timeout_ms?");
    CHECK_REJECTED(dc_config_set_int(config, "max_retry", 1, &error), "did you mean max_retries?");
    CHECK_REJECTED(dc_config_set_string(config, "", "x", &error), "unknown option");
    CHECK_REJECTED(dc_config_set_int(config, "per_page", 50, &error), "it is an argument of the functions that list");
    /* A name that is similar to no option may be a secret that was passed as the name. */
    CHECK_REJECTED(dc_config_set_string(config, "something else entirely", "x", &error),
                   "unknown option (not shown, it may be a secret): dc_options(3) and dc_config_option() list the options");
}

static void check_option(dc_config *config, size_t index)
{
    const char *name = dc_config_option(index, DC_INFO_NAME);
    const char *type = dc_config_option(index, DC_INFO_TYPE);
    const char *value = dc_config_option(index, DC_INFO_DEFAULT);
    const char *allowed = dc_config_option(index, DC_INFO_ALLOWED);
    const char *description = dc_config_option(index, DC_INFO_DESCRIPTION);
    const char *secret = dc_config_option(index, DC_INFO_SECRET);
    const char *replaces = dc_config_option(index, DC_INFO_REPLACES);
    long least, most;

    CHECK(name != NULL && index_of(name) == index);
    CHECK(allowed != NULL && *allowed != '\0' && description != NULL && *description != '\0');
    CHECK(is(secret, "true") || is(secret, "false"));
    if (replaces != NULL)
        CHECK(is(dc_config_option(index_of(replaces), DC_INFO_REPLACES), name));
    if (value != NULL)
        SET(config, name, value);
    if (is(type, "int")) {
        CHECK(sscanf(allowed, "%ld to %ld", &least, &most) == 2);
        CHECK(dc_config_set_int(config, name, least, NULL) == DC_OK);
        CHECK(dc_config_set_int(config, name, most, NULL) == DC_OK);
        CHECK_REJECTED(dc_config_set_int(config, name, least - 1, &error), allowed);
        CHECK_REJECTED(dc_config_set_int(config, name, most + 1, &error), allowed);
        CHECK_REJECTED(dc_config_set_int(config, name, INT64_MAX, &error), name);
        CHECK_REJECTED(dc_config_set_int(config, name, INT64_MIN, &error), name);
        CHECK_REJECTED(dc_config_set_string(config, name, "1.5", &error), "use an integer from ");
        CHECK_REJECTED(dc_config_set_string(config, name, "", &error), "use an integer from ");
        CHECK_REJECTED(dc_config_set_string(config, name, "99999999999999999999", &error), "use an integer from ");
    } else if (is(type, "bool")) {
        CHECK(is(allowed, "true or false"));
        SET(config, name, "true");
        SET(config, name, "1");
        CHECK(dc_config_set_int(config, name, 1, NULL) == DC_OK);
        SET(config, name, "false");
        SET(config, name, "0");
        CHECK(dc_config_set_int(config, name, 0, NULL) == DC_OK);
        CHECK_REJECTED(dc_config_set_string(config, name, "yes", &error), "\"yes\": use true or false");
        CHECK_REJECTED(dc_config_set_int(config, name, 2, &error), "2: use 0 or 1");
    } else {
        CHECK(is(type, "string"));
        CHECK_REJECTED(dc_config_set_int(config, name, 1, &error), "requires a string, not an integer");
    }
    if (!is(name, "access_token"))
        SET(config, name, NULL);
}

static void table_describes_the_options(void)
{
    static const char *const names[] = {
        DC_OPTION_ACCESS_TOKEN,        DC_OPTION_REGION,              DC_OPTION_BASE_URL,
        DC_OPTION_ALLOW_INSECURE_HTTP, DC_OPTION_API_VERSION,         DC_OPTION_USER_AGENT_SUFFIX,
        DC_OPTION_TIMEOUT_MS,          DC_OPTION_CONNECT_TIMEOUT_MS,  DC_OPTION_MAX_RETRIES,
        DC_OPTION_MAX_RESPONSE_BYTES,  DC_OPTION_WAIT_FOR_RATE_LIMIT, DC_OPTION_PROXY,
        DC_OPTION_NO_PROXY,            DC_OPTION_CA_FILE,             DC_OPTION_SYSTEM_ROOTS,
    };
    dc_config *config = dc_config_new();
    size_t i, count = dc_config_option_count();
    int32_t attribute;

    for (i = 0; i < sizeof names / sizeof *names; i++)
        index_of(names[i]);
    for (i = 0; i < count; i++)
        check_option(config, i);
    CHECK(is(dc_config_option(index_of(DC_OPTION_ACCESS_TOKEN), DC_INFO_SECRET), "true"));
    CHECK(is(dc_config_option(index_of(DC_OPTION_PROXY), DC_INFO_SECRET), "true"));
    CHECK(is(dc_config_option(index_of(DC_OPTION_REGION), DC_INFO_REPLACES), DC_OPTION_BASE_URL));
    CHECK(is(dc_config_option(index_of(DC_OPTION_CA_FILE), DC_INFO_REPLACES), DC_OPTION_SYSTEM_ROOTS));
    CHECK(is(dc_config_option(index_of(DC_OPTION_TIMEOUT_MS), DC_INFO_DEFAULT), "60000"));
    for (attribute = DC_INFO_NAME; attribute <= DC_INFO_REPLACES; attribute++) {
        CHECK(dc_config_option(count, attribute) == NULL);
        CHECK(dc_config_option(SIZE_MAX, attribute) == NULL);
    }
    CHECK(dc_config_option(0, -1) == NULL && dc_config_option(0, DC_INFO_REPLACES + 1) == NULL);
    dc_config_free(config);
}

static void values_are_validated(dc_config *config)
{
    CHECK_REJECTED(dc_config_set_string(config, DC_OPTION_ACCESS_TOKEN, NULL, &error),
                   "missing access_token: pass the access token of the workspace (is the variable for it set?)");
    CHECK_REJECTED(dc_config_set_string(config, DC_OPTION_ACCESS_TOKEN, "", &error), "invalid access_token: empty");
    CHECK_REJECTED(dc_config_set_string(config, DC_OPTION_REGION, "mars", &error), "\"mars\": use us, eu or au");
    CHECK_REJECTED(dc_config_set_string(config, DC_OPTION_BASE_URL, "a.example", &error),
                   "invalid base_url: no scheme");
    CHECK_REJECTED(dc_config_set_string(config, DC_OPTION_API_VERSION, "2.x", &error), "\"2.x\": use Preview");
    CHECK_REJECTED(dc_config_set_string(config, DC_OPTION_USER_AGENT_SUFFIX, "a\nb", &error), "visible ASCII");
    CHECK_REJECTED(dc_config_set_int(config, DC_OPTION_TIMEOUT_MS, -5, &error),
                   "invalid timeout_ms -5: use 1 to 86400000");
    CHECK_REJECTED(dc_config_set_string(config, DC_OPTION_PROXY, "socks5://x", &error),
                   "use http://proxy.example:3128");
    CHECK_REJECTED(dc_config_set_string(config, DC_OPTION_PROXY, "http://127.0.0.1:99999", &error), "invalid proxy: ");
    CHECK_REJECTED(dc_config_set_string(config, DC_OPTION_NO_PROXY, "a,http://x", &error), "entry 2 is not a host");
    CHECK_REJECTED(dc_config_set_string(config, DC_OPTION_CA_FILE, "no/such/file", &error),
                   "could not read ca_file no/such/file");
    CHECK_REJECTED(dc_config_set_string(config, DC_OPTION_CA_FILE, __FILE__, &error), "no certificate found");
}

static void invalid_values_leave_options_unchanged(void)
{
    dc_config *config = check_config(base_url);

    values_are_validated(config);
    error_for_an_unknown_name_suggests_a_similar_one(config);
    strings_that_are_not_utf8_are_rejected(config);
    CHECK(list_with(config) == DC_OK);
    dc_config_free(config);
}

static void errors_do_not_contain_secrets(void)
{
    static const char *const attempts[][2] = {
        {DC_OPTION_ACCESS_TOKEN, "Bearer canary-7d1f"},
        {DC_OPTION_ACCESS_TOKEN, "canary-7d1f\n"},
        {DC_OPTION_ACCESS_TOKEN, "canary-7d1f\xff"},
        {DC_OPTION_PROXY, "socks5://user:canary-7d1f@proxy.example"},
        {DC_OPTION_PROXY, "http://user:canary-7d1f@proxy.example:0"},
        {DC_OPTION_PROXY, "http://user:canary-7d1f@"},
        {DC_OPTION_PROXY, "canary-7d1f\xff"},
        {"dG9rOmNhbmFyeS03ZDFm:canary-7d1f", DC_OPTION_ACCESS_TOKEN},
    };
    dc_config *config = dc_config_new();
    dc_client *client = NULL;
    dc_error *error = NULL;
    dc_page *page = NULL;
    size_t i;

    for (i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        CHECK(dc_config_set_string(config, attempts[i][0], attempts[i][1], &error) == DC_ERR_INVALID_ARGUMENT);
        CHECK(strstr(dc_error_message(error), "canary") == NULL);
        dc_error_free(error);
    }
    /* Valid ones are not repeated by later errors either. Nothing listens at port 1. */
    SET(config, DC_OPTION_ACCESS_TOKEN, "canary-7d1f");
    SET(config, DC_OPTION_PROXY, "http://user:canary-7d1f@127.0.0.1:1");
    SET(config, DC_OPTION_MAX_RETRIES, "0");
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, &error) == DC_ERR_CONNECTION);
    CHECK(strstr(dc_error_message(error), "127.0.0.1:1") != NULL);
    CHECK(strstr(dc_error_message(error), "canary") == NULL);
    dc_error_free(error);
    dc_client_free(client);
    dc_config_free(config);
}

static void options_take_effect_and_null_resets_them(void)
{
    dc_config *config = check_config(base_url);
    struct silent silent;
    long started;

    SET(config, DC_OPTION_MAX_RESPONSE_BYTES, "1024");
    CHECK(list_with(config) == DC_ERR_TOO_LARGE);
    SET(config, DC_OPTION_MAX_RESPONSE_BYTES, NULL);
    CHECK(list_with(config) == DC_OK);
    CHECK(dc_config_set_int(config, DC_OPTION_MAX_RESPONSE_BYTES, 1024, NULL) == DC_OK);
    CHECK(list_with(config) == DC_ERR_TOO_LARGE);

    silent_start(&silent);
    SET(config, DC_OPTION_BASE_URL, silent.url);
    SET(config, DC_OPTION_TIMEOUT_MS, "150");
    started = milliseconds();
    CHECK(list_with(config) == DC_ERR_TIMEOUT);
    CHECK(milliseconds() - started >= 149 && milliseconds() - started < 5000);
    silent_stop(&silent);
    dc_config_free(config);
}

static void options_appear_in_the_request(void)
{
    struct scripted server = {.responses = {EMPTY_PAGE, EMPTY_PAGE}};
    dc_config *config;

    scripted_start(&server);
    config = check_config(server.url);
    CHECK(list_with(config) == DC_OK);
    SET(config, DC_OPTION_ACCESS_TOKEN, "another-token");
    SET(config, DC_OPTION_API_VERSION, "2.16");
    SET(config, DC_OPTION_USER_AGENT_SUFFIX, "my-app/1.0");
    CHECK(list_with(config) == DC_OK);
    CHECK(scripted_stop(&server) == 2);
    CHECK(has_header(server.requests[0], "authorization: Bearer " TEST_TOKEN));
    CHECK(has_header(server.requests[0], "intercom-version: Preview"));
    CHECK(has_header(server.requests[1], "authorization: Bearer another-token"));
    CHECK(has_header(server.requests[1], "intercom-version: 2.16"));
    CHECK(strstr(server.requests[0], "my-app") == NULL && strstr(server.requests[1], " my-app/1.0\r\n") != NULL);
    dc_config_free(config);
}

static void max_retries_is_the_number_of_retries(void)
{
    static const char *const unavailable = RESPONSE("503 Service Unavailable", "Retry-After: 0\r\n", "{}");
    int retries;

    for (retries = 0; retries < 3; retries++) {
        struct scripted server = {.responses = {unavailable, unavailable, EMPTY_PAGE}};
        dc_config *config;

        scripted_start(&server);
        config = check_config(server.url);
        CHECK(dc_config_set_int(config, DC_OPTION_MAX_RETRIES, retries, NULL) == DC_OK);
        CHECK(list_with(config) == (retries == 2 ? DC_OK : DC_ERR_SERVER));
        CHECK(scripted_stop(&server) == retries + 1);
        dc_config_free(config);
    }
}

static void connect_timeout_includes_the_tls_handshake(void)
{
    dc_config *config;
    struct silent silent;
    char url[80];
    long started;

    silent_start(&silent);
    snprintf(url, sizeof url, "https%s", silent.url + strlen("http"));
    config = check_config(url);
    SET(config, DC_OPTION_CONNECT_TIMEOUT_MS, "150");
    started = milliseconds();
    CHECK(list_with(config) == DC_ERR_TIMEOUT);
    CHECK(milliseconds() - started >= 149 && milliseconds() - started < 10000);
    silent_stop(&silent);
    dc_config_free(config);
}

/* The rate limit is used up, and resets after one to two seconds. */
static void waits_for_the_rate_limit_if_set(void)
{
    char used_up[512];
    struct scripted server = {.responses = {used_up, EMPTY_PAGE}};
    dc_config *config;
    dc_client *client;
    long started;

    snprintf(used_up, sizeof used_up,
             RESPONSE("200 OK", "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: %ld\r\n", "{\"data\":[]}"),
             (long)time(NULL) + 2);
    started = milliseconds();
    scripted_start(&server);
    config = check_config(server.url);
    SET(config, DC_OPTION_WAIT_FOR_RATE_LIMIT, "true");
    client = check_client_of(config);
    dc_page_free(check_page(client));
    dc_page_free(check_page(client));
    CHECK(milliseconds() - started >= 900);
    CHECK(scripted_stop(&server) == 2);
    dc_client_free(client);
    dc_config_free(config);
}

/* The reset is later than the timeout, so a call that waited would fail. */
static void ignores_the_rate_limit_by_default(void)
{
    char used_up[512];
    struct scripted server = {.responses = {used_up, EMPTY_PAGE, EMPTY_PAGE}};
    dc_config *config;
    dc_client *client;

    snprintf(used_up, sizeof used_up,
             RESPONSE("200 OK", "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: %ld\r\n", "{\"data\":[]}"),
             (long)time(NULL) + 120);
    scripted_start(&server);
    config = check_config(server.url);
    client = check_client_of(config);
    dc_page_free(check_page(client));
    dc_page_free(check_page(client));
    CHECK(scripted_stop(&server) == 2);
    dc_client_free(client);
    dc_config_free(config);
}

static void proxy_gets_a_connect_request(void)
{
    struct scripted server = {.responses = {RESPONSE("403 Forbidden", "", "")}};
    dc_config *config = check_config("https://api.invalid");
    char proxy[80];

    scripted_start(&server);
    snprintf(proxy, sizeof proxy, "http://user:pass@%s", server.url + strlen("http://"));
    SET(config, DC_OPTION_PROXY, proxy);
    CHECK(list_with(config) == DC_ERR_PROXY);
    CHECK(scripted_stop(&server) == 1);
    CHECK(strncmp(server.requests[0], "CONNECT api.invalid:443 HTTP/1.1\r\n", 34) == 0);
    CHECK(has_header(server.requests[0], "proxy-authorization: Basic dXNlcjpwYXNz"));
    CHECK(strstr(server.requests[0], TEST_TOKEN) == NULL);
    dc_config_free(config);
}

static void longest_timeouts_are_accepted(void)
{
    dc_config *config = check_config(base_url);

    CHECK(dc_config_set_int(config, DC_OPTION_TIMEOUT_MS, 86400000, NULL) == DC_OK);
    CHECK(dc_config_set_int(config, DC_OPTION_CONNECT_TIMEOUT_MS, 86400000, NULL) == DC_OK);
    CHECK(dc_config_set_int(config, DC_OPTION_MAX_RETRIES, 10, NULL) == DC_OK);
    CHECK(list_with(config) == DC_OK);
    dc_config_free(config);
}

static void plain_http_requires_allow_insecure_http(void)
{
    dc_config *config = check_config("http://10.0.0.1");
    dc_client *client = UNTOUCHED(dc_client);

    CHECK_REJECTED(dc_client_new(config, &client, &error), "use https://");
    CHECK(client == NULL);
    CHECK(dc_config_set_int(config, DC_OPTION_ALLOW_INSECURE_HTTP, 1, NULL) == DC_OK);
    dc_client_free(check_client_of(config));
    SET(config, DC_OPTION_ALLOW_INSECURE_HTTP, NULL);
    CHECK_REJECTED(dc_client_new(config, &client, &error), "use https://");

    /*
     * Loopback does not require allow_insecure_http, but a proxy would receive the access token. NULL resets both proxy
     * options.
     */
    SET(config, DC_OPTION_BASE_URL, base_url);
    SET(config, DC_OPTION_PROXY, "http://proxy.example:3128");
    CHECK_REJECTED(dc_client_new(config, &client, &error), "allow_insecure_http");
    SET(config, DC_OPTION_NO_PROXY, "localhost,127.0.0.1");
    CHECK(list_with(config) == DC_OK);
    SET(config, DC_OPTION_NO_PROXY, NULL);
    CHECK_REJECTED(dc_client_new(config, &client, &error), "allow_insecure_http");
    SET(config, DC_OPTION_PROXY, NULL);
    CHECK(list_with(config) == DC_OK);
    dc_config_free(config);
}

static void last_of_region_and_base_url_is_in_effect(void)
{
    dc_config *config = check_config("http://10.0.0.1");
    dc_client *client = UNTOUCHED(dc_client);

    /* The URL of a region is https://, which is always allowed. */
    SET(config, DC_OPTION_REGION, "EU");
    dc_client_free(check_client_of(config));
    SET(config, DC_OPTION_BASE_URL, base_url);
    CHECK(list_with(config) == DC_OK);
    SET(config, DC_OPTION_REGION, NULL); /* resets the region, which is not in effect */
    CHECK(list_with(config) == DC_OK);
    SET(config, DC_OPTION_BASE_URL, "http://10.0.0.1");
    CHECK_REJECTED(dc_client_new(config, &client, &error), "use https://");
    SET(config, DC_OPTION_BASE_URL, NULL);
    dc_client_free(check_client_of(config));
    dc_config_free(config);
}

static void use_system_roots(const char *file)
{
#ifdef _WIN32
    CHECK(SetEnvironmentVariableA("SSL_CERT_FILE", file) && SetEnvironmentVariableA("SSL_CERT_DIR", NULL));
#else
    CHECK(setenv("SSL_CERT_FILE", file, 1) == 0 && unsetenv("SSL_CERT_DIR") == 0);
#endif
}

static void last_of_ca_file_and_system_roots_is_in_effect(void)
{
    dc_config *config = check_config(tls_url);

    CHECK(list_with(config) == DC_ERR_TLS); /* the bundled ones */
    SET(config, DC_OPTION_CA_FILE, trusted);
    CHECK(list_with(config) == DC_OK);
    SET(config, DC_OPTION_SYSTEM_ROOTS, "false");
    CHECK(list_with(config) == DC_OK);
    SET(config, DC_OPTION_SYSTEM_ROOTS, NULL);
    CHECK(list_with(config) == DC_OK);

    /* The system's authorities are read immediately, so a missing file is an error. */
    use_system_roots("/no/such/file.pem");
    CHECK_REJECTED(dc_config_set_string(config, DC_OPTION_SYSTEM_ROOTS, "true", &error),
                   "could not load the certificate authorities of the system");
    CHECK(list_with(config) == DC_OK);

    use_system_roots(untrusted);
    SET(config, DC_OPTION_SYSTEM_ROOTS, "true");
    CHECK(list_with(config) == DC_ERR_TLS);
    SET(config, DC_OPTION_CA_FILE, trusted);
    CHECK(list_with(config) == DC_OK);

    use_system_roots(trusted);
    SET(config, DC_OPTION_CA_FILE, untrusted);
    CHECK(list_with(config) == DC_ERR_TLS);
    SET(config, DC_OPTION_SYSTEM_ROOTS, "true");
    CHECK(list_with(config) == DC_OK);
    SET(config, DC_OPTION_CA_FILE, NULL);
    CHECK(list_with(config) == DC_OK);
    SET(config, DC_OPTION_SYSTEM_ROOTS, "false");
    CHECK(list_with(config) == DC_ERR_TLS);
    dc_config_free(config);
}

int main(int argc, char **argv)
{
    CHECK(argc == 5);
    base_url = argv[1];
    tls_url = argv[2];
    trusted = argv[3];
    untrusted = argv[4];
    null_arguments_are_rejected();
    table_describes_the_options();
    invalid_values_leave_options_unchanged();
    errors_do_not_contain_secrets();
    options_take_effect_and_null_resets_them();
    options_appear_in_the_request();
    max_retries_is_the_number_of_retries();
    connect_timeout_includes_the_tls_handshake();
    ignores_the_rate_limit_by_default();
    waits_for_the_rate_limit_if_set();
    proxy_gets_a_connect_request();
    longest_timeouts_are_accepted();
    plain_http_requires_allow_insecure_http();
    last_of_region_and_base_url_is_in_effect();
    last_of_ca_file_and_system_roots_is_in_effect();
    return 0;
}
