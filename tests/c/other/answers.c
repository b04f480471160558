/*
 * Lists one page from the server at argv[1] and prints, a line each, all that the library tells of the outcome:
 * tests/answers.rs compares it with what each answer of its table has to become.
 */
#include "../check.h"

static const char *text(const char *value)
{
    return value == NULL ? "NULL" : value;
}

int main(int argc, char **argv)
{
    dc_client *client;
    dc_page *page = UNTOUCHED(dc_page);
    dc_error *error = UNTOUCHED(dc_error);
    dc_status status;

    CHECK(argc == 2);
    client = check_client(argv[1]);
    status = dc_list_page(client, 0, NULL, NULL, &page, &error);
    printf("status %s\n", dc_status_name(status));
    if (status == DC_OK) {
        CHECK(error == NULL);
        printf("count %lu\n", (unsigned long)dc_page_count(page));
        printf("next %s\n", text(dc_page_next_cursor(page)));
        printf("has_next %d\n", (int)dc_page_has_next(page));
        printf("request_id %s\n", text(dc_page_request_id(page)));
        printf("json %s\n", dc_page_json(page));
    } else {
        CHECK(page == NULL);
        CHECK(dc_error_status(error) == status);
        CHECK(dc_error_attempts(error) == 1);
        printf("http %d\n", (int)dc_error_http_status(error));
        printf("code %s\n", text(dc_error_api_code(error)));
        printf("field %s\n", text(dc_error_api_field(error)));
        printf("request_id %s\n", text(dc_error_request_id(error)));
        printf("retry_after %ld\n", (long)dc_error_retry_after_ms(error));
        printf("message %s\n", dc_error_message(error));
    }
    dc_page_free(page);
    dc_error_free(error);
    /* The same without wanting the error. */
    page = UNTOUCHED(dc_page);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == status);
    CHECK((page != NULL) == (status == DC_OK));
    dc_page_free(page);
    dc_client_free(client);
    return 0;
}
