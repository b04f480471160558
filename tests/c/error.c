/* Error: accessors on NULL, and on errors with and without an answer behind them. argv[1]: a sandbox. */
#include "check.h"

int main(int argc, char **argv)
{
    dc_error *error = UNTOUCHED(dc_error);
    dc_page *page = UNTOUCHED(dc_page);
    dc_config *config;
    dc_client *client;

    CHECK(argc == 2);
    CHECK(dc_error_status(NULL) == DC_OK);
    CHECK(dc_error_message(NULL) == NULL);
    CHECK(dc_error_http_status(NULL) == 0);
    CHECK(dc_error_api_code(NULL) == NULL);
    CHECK(dc_error_api_field(NULL) == NULL);
    CHECK(dc_error_request_id(NULL) == NULL);
    CHECK(dc_error_retry_after_ms(NULL) == -1);
    CHECK(dc_error_rate_limit(NULL) == -1);
    CHECK(dc_error_rate_limit_remaining(NULL) == -1);
    CHECK(dc_error_rate_limit_reset(NULL) == -1);
    CHECK(dc_error_attempts(NULL) == 0);
    dc_error_free(NULL);

    /* Without an answer. */
    CHECK(dc_config_set_token(NULL, "x", &error) == DC_ERR_INVALID_ARGUMENT);
    CHECK(dc_error_status(error) == DC_ERR_INVALID_ARGUMENT);
    CHECK(dc_error_http_status(error) == 0);
    CHECK(dc_error_api_code(error) == NULL && dc_error_api_field(error) == NULL);
    CHECK(dc_error_request_id(error) == NULL && dc_error_retry_after_ms(error) == -1);
    CHECK(dc_error_rate_limit(error) == -1 && dc_error_rate_limit_remaining(error) == -1);
    CHECK(dc_error_rate_limit_reset(error) == -1);
    dc_error_free(error);

    /* With one; the error outlives the client. */
    config = check_config(argv[1]);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    CHECK(dc_list_page(client, 0, "no cursor", NULL, &page, &error) == DC_ERR_BAD_REQUEST);
    dc_client_free(client);
    dc_config_free(config);
    CHECK(page == NULL);
    CHECK(dc_error_status(error) == DC_ERR_BAD_REQUEST);
    CHECK(dc_error_http_status(error) == 400);
    CHECK(strcmp(dc_error_api_code(error), "client_error") == 0);
    CHECK(strcmp(dc_error_api_field(error), "starting_after") == 0);
    CHECK(strlen(dc_error_request_id(error)) == 36);
    CHECK(dc_error_attempts(error) == 1);
    CHECK(dc_error_rate_limit(error) == 10000);
    CHECK(dc_error_rate_limit_remaining(error) > 0 && dc_error_rate_limit_remaining(error) < 10000);
    CHECK(dc_error_rate_limit_reset(error) > 1600000000);
    CHECK(strstr(dc_error_message(error), "400 Bad Request: Invalid starting_after param. ") != NULL);
    dc_error_free(error);
    return 0;
}
