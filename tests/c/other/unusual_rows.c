/* Rows that a later or a faulty service may send. argv[1]: a server that sends those of tests/rows.rs. */
#include "../check.h"
#include <stdint.h>

static int field_is(const dc_connector *row, int32_t field, const char *expected, size_t expected_length)
{
    size_t length;
    const char *value = dc_connector_field(row, field, &length);

    return value != NULL && length == expected_length && memcmp(value, expected, length + 1) == 0;
}

int main(int argc, char **argv)
{
    dc_client *client;
    dc_page *page = NULL;
    const dc_connector *row;
    size_t i, length;
    int32_t field;

    CHECK(argc == 2);
    client = check_client(argv[1]);
    CHECK(dc_list_page(client, 50, NULL, NULL, &page, NULL) == DC_OK);
    dc_client_free(client);
    CHECK(dc_page_count(page) == 5);

    /* Unknown values, a NUL in a string, a repeated key. */
    row = dc_page_connector(page, 0);
    CHECK(strcmp(dc_connector_state(row), "archived") == 0 && dc_connector_state_code(row) == DC_STATE_UNKNOWN);
    CHECK(strcmp(dc_connector_http_method(row), "QUERY") == 0);
    CHECK(dc_connector_http_method_code(row) == DC_HTTP_METHOD_UNKNOWN);
    CHECK(field_is(row, DC_FIELD_NAME, "a\0bc", 4));
    CHECK(strcmp(dc_connector_name(row), "a") == 0);
    CHECK(strcmp(dc_connector_id(row), "2") == 0);
    CHECK(dc_connector_direct_fin_usage(row) == 0);
    CHECK(dc_connector_created_at_ms(row) == 0);
    CHECK(dc_connector_updated_at_ms(row) == INT64_C(1768915335500));

    /* A time before 1970, a string that is not a time, an unpaired surrogate. */
    row = dc_page_connector(page, 1);
    CHECK(strcmp(dc_connector_created_at(row), "1969-12-31T23:59:59Z") == 0 && dc_connector_created_at_ms(row) == -1);
    CHECK(strcmp(dc_connector_updated_at(row), "yesterday") == 0 && dc_connector_updated_at_ms(row) == -1);
    CHECK(strcmp(dc_connector_description(row), "half a pair: \xEF\xBF\xBD") == 0);
    CHECK(strstr(dc_connector_json(row, NULL), "\\ud83d") != NULL);

    /* Null, of another type, missing, and a row that is not an object. */
    for (i = 2; i < 5; i++) {
        row = dc_page_connector(page, i);
        for (field = DC_FIELD_TYPE; field <= DC_FIELD_EXECUTION_RESULTS_URL; field++) {
            length = 7;
            CHECK(dc_connector_field(row, field, &length) == NULL && length == 0);
        }
        CHECK(dc_connector_id(row) == NULL);
        CHECK(dc_connector_state(row) == NULL && dc_connector_state_code(row) == -1);
        CHECK(dc_connector_http_method(row) == NULL && dc_connector_http_method_code(row) == -1);
        CHECK(dc_connector_direct_fin_usage(row) == -1);
        CHECK(dc_connector_created_at(row) == NULL && dc_connector_created_at_ms(row) == -1);
        CHECK(dc_connector_updated_at(row) == NULL && dc_connector_updated_at_ms(row) == -1);
        CHECK(dc_connector_json(row, NULL) != NULL);
    }
    CHECK(strcmp(dc_connector_json(row, &length), "[7]") == 0 && length == 3);
    dc_page_free(page);
    return 0;
}
