/*
 * Lists one page from a server that keeps it waiting, ends the call in the way that is asked for after 157 ms, and prints
 * the status and how many milliseconds it took from there.
 *
 * ending token|shutdown|interrupt|timeout|connect_timeout|nothing URL [CA-FILE] [PROXY]
 */
#include "../silent.h"

#define AFTER 157

static const char *how;
static dc_client *client;
static dc_cancel_token *token;
static volatile int interrupted;

static void *end_it(void *unused)
{
    (void)unused;
    sleep_milliseconds(AFTER);
    if (strcmp(how, "token") == 0)
        dc_cancel_token_cancel(token);
    else if (strcmp(how, "shutdown") == 0)
        dc_client_shutdown(client);
    else if (strcmp(how, "interrupt") == 0)
        interrupted = 1;
    return NULL;
}

static int32_t is_interrupted(void *unused)
{
    (void)unused;
    return interrupted;
}

static void set_up(int argc, char **argv)
{
    dc_config *config = dc_config_new();

    CHECK(dc_config_set_token(config, "canary-7d1f", NULL) == DC_OK);
    CHECK(dc_config_set_allow_insecure_http(config, 1, NULL) == DC_OK);
    CHECK(dc_config_set_base_url(config, argv[2], NULL) == DC_OK);
    CHECK(dc_config_set_timeout_ms(config, 20000, NULL) == DC_OK);
    CHECK(dc_config_set_connect_timeout_ms(config, 20000, NULL) == DC_OK);
    if (argc > 3 && *argv[3] != '\0')
        CHECK(dc_config_set_ca_file(config, argv[3], NULL) == DC_OK);
    if (argc > 4)
        CHECK(dc_config_set_proxy(config, argv[4], NULL) == DC_OK);
    if (strcmp(how, "timeout") == 0)
        CHECK(dc_config_set_timeout_ms(config, AFTER, NULL) == DC_OK);
    if (strcmp(how, "connect_timeout") == 0) {
        CHECK(dc_config_set_connect_timeout_ms(config, AFTER, NULL) == DC_OK);
        CHECK(dc_config_set_max_retries(config, 0, NULL) == DC_OK);
    }
    if (strcmp(how, "interrupt") == 0)
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
    how = argv[1];
    set_up(argc, argv);
    started = milliseconds();
    CHECK(pthread_create(&thread, NULL, end_it, NULL) == 0);
    status = dc_list_page(client, 0, NULL, token, &page, &error);
    printf("%s %ld %s\n", dc_status_name(status), milliseconds() - started - AFTER,
           error != NULL ? dc_error_message(error) : "");
    CHECK(pthread_join(thread, NULL) == 0);
    dc_page_free(page);
    dc_error_free(error);
    dc_cancel_token_free(token);
    dc_client_free(client);
    return 0;
}
