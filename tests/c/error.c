/* Error: what it reports with and without a response. argv[1]: a sandbox. */
#include "scripted.h"

static int rate_limit_is_unknown(const dc_error *error)
{
    int64_t limit = 7, remaining = 7, reset = 7;

    dc_error_rate_limit(error, &limit, &remaining, &reset);
    return limit == -1 && remaining == -1 && reset == -1;
}

static void accessors_accept_null(void)
{
    CHECK(dc_error_status(NULL) == DC_OK);
    CHECK(dc_error_message(NULL) == NULL);
    CHECK(dc_error_http_status(NULL) == 0);
    CHECK(dc_error_api_code(NULL) == NULL && dc_error_api_field(NULL) == NULL);
    CHECK(dc_error_request_id(NULL) == NULL);
    CHECK(dc_error_retry_after_ms(NULL) == -1);
    CHECK(dc_error_attempts(NULL) == 0);
    CHECK(rate_limit_is_unknown(NULL));
    dc_error_rate_limit(NULL, NULL, NULL, NULL);
    dc_error_free(NULL);
}

static void error_without_a_response_has_only_a_message(void)
{
    dc_error *error = UNTOUCHED(dc_error);

    CHECK(dc_config_set_int(NULL, DC_OPTION_MAX_RETRIES, 1, &error) == DC_ERR_INVALID_ARGUMENT);
    CHECK(dc_error_status(error) == DC_ERR_INVALID_ARGUMENT);
    CHECK(strlen(dc_error_message(error)) > 10);
    CHECK(dc_error_http_status(error) == 0 && dc_error_attempts(error) == 0);
    CHECK(dc_error_api_code(error) == NULL && dc_error_api_field(error) == NULL);
    CHECK(dc_error_request_id(error) == NULL && dc_error_retry_after_ms(error) == -1);
    CHECK(rate_limit_is_unknown(error));
    dc_error_free(error);
}

static void error_reports_what_the_service_sent(const char *base_url)
{
    dc_client *client = check_client(base_url);
    dc_error *error = UNTOUCHED(dc_error);
    dc_page *page = UNTOUCHED(dc_page);
    int64_t limit = 0, remaining = 0, reset = 0, only = 0;

    CHECK(dc_list_page(client, 0, "no cursor", NULL, &page, &error) == DC_ERR_BAD_REQUEST);
    dc_client_free(client); /* the error stays valid */
    CHECK(page == NULL);
    CHECK(dc_error_status(error) == DC_ERR_BAD_REQUEST);
    CHECK(dc_error_http_status(error) == 400);
    CHECK(strcmp(dc_error_api_code(error), "client_error") == 0);
    CHECK(strcmp(dc_error_api_field(error), "starting_after") == 0);
    CHECK(strlen(dc_error_request_id(error)) == 36);
    CHECK(dc_error_attempts(error) == 1);
    dc_error_rate_limit(error, &limit, &remaining, &reset);
    CHECK(limit == 10000 && remaining > 0 && remaining < 10000 && reset > 1600000000);
    dc_error_rate_limit(error, NULL, NULL, &only);
    CHECK(only == reset);
    CHECK(strstr(dc_error_message(error), "400 Bad Request: Invalid starting_after param. ") != NULL);
    dc_error_free(error);
}

/* After a retry; the delay that the service specified is longer than the time remaining. */
static void error_counts_attempts_and_has_the_delay(void)
{
    struct scripted server = {.responses = {
        RESPONSE("503 Service Unavailable", "Retry-After: 0\r\n", "{}"),
        RESPONSE("429 Too Many Requests",
                 "Retry-After: 30\r\nX-Request-Id: r-7\r\nX-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 0\r\n"
                 "X-RateLimit-Reset: 1768918935\r\n",
                 "{\"type\":\"error.list\",\"errors\":[{\"code\":\"rate_limit_exceeded\",\"message\":\"Slow down\"}]}"),
    }};
    dc_config *config;
    dc_client *client;
    dc_error *error = NULL;
    dc_page *page = NULL;
    int64_t limit, remaining, reset;

    scripted_start(&server);
    config = check_config(server.url);
    SET(config, DC_OPTION_MAX_RETRIES, "3");
    SET(config, DC_OPTION_TIMEOUT_MS, "20000");
    client = check_client_of(config);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, &error) == DC_ERR_RATE_LIMITED);
    CHECK(scripted_stop(&server) == 2 && dc_error_attempts(error) == 2);
    CHECK(dc_error_retry_after_ms(error) == 30000);
    CHECK(dc_error_http_status(error) == 429 && strcmp(dc_error_request_id(error), "r-7") == 0);
    CHECK(strcmp(dc_error_api_code(error), "rate_limit_exceeded") == 0 && dc_error_api_field(error) == NULL);
    CHECK(strstr(dc_error_message(error), "Slow down") != NULL);
    dc_error_rate_limit(error, &limit, &remaining, &reset);
    CHECK(limit == 100 && remaining == 0 && reset == 1768918935);
    dc_error_free(error);
    dc_client_free(client);
    dc_config_free(config);
}

static void error_has_the_status_of_a_response_that_is_not_a_page(void)
{
    struct scripted server = {.responses = {RESPONSE("200 OK", "X-Request-Id: r-8\r\n", "<html>")}};
    dc_client *client;
    dc_error *error = NULL;
    dc_page *page = NULL;

    scripted_start(&server);
    client = check_client(server.url);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, &error) == DC_ERR_PROTOCOL);
    CHECK(dc_error_http_status(error) == 200 && dc_error_attempts(error) == 1);
    CHECK(strcmp(dc_error_request_id(error), "r-8") == 0 && dc_error_retry_after_ms(error) == -1);
    CHECK(scripted_stop(&server) == 1);
    dc_error_free(error);
    dc_client_free(client);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    accessors_accept_null();
    error_without_a_response_has_only_a_message();
    error_reports_what_the_service_sent(argv[1]);
    error_counts_attempts_and_has_the_delay();
    error_has_the_status_of_a_response_that_is_not_a_page();
    return 0;
}
