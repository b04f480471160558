/* Error: what it reports with and without a response. argv[1]: a sandbox. */
#include "check.h"

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

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    accessors_accept_null();
    error_without_a_response_has_only_a_message();
    error_reports_what_the_service_sent(argv[1]);
    return 0;
}
