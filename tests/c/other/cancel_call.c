/*
 * Lists one page from a slow server, cancels the call after AFTER_MS by the given method, and prints the status and the
 * number of milliseconds until the call returned. The test checks that the server had received the request by then.
 *
 * cancel_call token|shutdown|interrupt|timeout|connect_timeout|nothing URL [CA-FILE] [PROXY]
 */
#include "../silent.h"

static const char *method;
static dc_client *client;
static dc_cancel_token *token;
static int interrupted;

static void *cancel_call(void *unused)
{
    (void)unused;
    sleep_milliseconds(AFTER_MS);
    if (strcmp(method, "token") == 0)
        dc_cancel_token_cancel(token);
    else if (strcmp(method, "shutdown") == 0)
        dc_client_shutdown(client);
    else if (strcmp(method, "interrupt") == 0)
        __atomic_store_n(&interrupted, 1, __ATOMIC_RELAXED);
    return NULL;
}

static int32_t is_interrupted(void *unused)
{
    (void)unused;
    return __atomic_load_n(&interrupted, __ATOMIC_RELAXED);
}

static void set_up(int argc, char **argv)
{
    dc_config *config = dc_config_new();

    SET(config, DC_OPTION_ACCESS_TOKEN, "canary-7d1f");
    SET(config, DC_OPTION_ALLOW_INSECURE_HTTP, "true");
    SET(config, DC_OPTION_BASE_URL, argv[2]);
    SET(config, DC_OPTION_TIMEOUT_MS, "20000");
    SET(config, DC_OPTION_CONNECT_TIMEOUT_MS, "20000");
    if (argc > 3 && *argv[3] != '\0')
        SET(config, DC_OPTION_CA_FILE, argv[3]);
    if (argc > 4)
        SET(config, DC_OPTION_PROXY, argv[4]);
    if (strcmp(method, "timeout") == 0)
        CHECK(dc_config_set_int(config, DC_OPTION_TIMEOUT_MS, AFTER_MS, NULL) == DC_OK);
    if (strcmp(method, "connect_timeout") == 0) {
        CHECK(dc_config_set_int(config, DC_OPTION_CONNECT_TIMEOUT_MS, AFTER_MS, NULL) == DC_OK);
        SET(config, DC_OPTION_MAX_RETRIES, "0");
    }
    if (strcmp(method, "interrupt") == 0)
        CHECK(dc_config_set_interrupt_check(config, is_interrupted, NULL, NULL, NULL) == DC_OK);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    CHECK(dc_cancel_token_new(&token, NULL) == DC_OK);
    dc_config_free(config);
}

int main(int argc, char **argv)
{
    dc_page *page = NULL;
    dc_error *error = NULL;
    dc_status status;
    pthread_t thread;
    long started;

    CHECK(argc >= 3);
    method = argv[1];
    set_up(argc, argv);
    started = milliseconds();
    CHECK(pthread_create(&thread, NULL, cancel_call, NULL) == 0);
    status = dc_list_page(client, 0, NULL, token, &page, &error);
    printf("%s %ld %s\n", dc_status_name(status), milliseconds() - started - AFTER_MS,
           error != NULL ? dc_error_message(error) : "");
    CHECK(pthread_join(thread, NULL) == 0);
    dc_page_free(page);
    dc_error_free(error);
    dc_cancel_token_free(token);
    dc_client_free(client);
    return 0;
}
