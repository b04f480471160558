/* Connector: the fields of a row as strings, numbers and JSON. argv[1]: a sandbox of 45 connectors. */
#include "scripted.h"

static int field_is(const dc_connector *row, int32_t field, const char *expected)
{
    size_t length = 7;
    const char *value = dc_connector_field(row, field, &length);

    CHECK(value == dc_connector_field(row, field, NULL));
    if (expected == NULL)
        return value == NULL && length == 0;
    return value != NULL && length == strlen(expected) && strcmp(value, expected) == 0;
}

/* Each getter returns the same as dc_connector_field(). */
static void check_getters(const dc_connector *row)
{
    CHECK(field_is(row, DC_FIELD_ID, dc_connector_id(row)));
    CHECK(field_is(row, DC_FIELD_NAME, dc_connector_name(row)));
    CHECK(field_is(row, DC_FIELD_DESCRIPTION, dc_connector_description(row)));
    CHECK(field_is(row, DC_FIELD_STATE, dc_connector_state(row)));
    CHECK(field_is(row, DC_FIELD_HTTP_METHOD, dc_connector_http_method(row)));
    CHECK(field_is(row, DC_FIELD_CREATED_BY_ADMIN_ID, dc_connector_created_by_admin_id(row)));
    CHECK(field_is(row, DC_FIELD_UPDATED_BY_ADMIN_ID, dc_connector_updated_by_admin_id(row)));
    CHECK(field_is(row, DC_FIELD_CREATED_AT, dc_connector_created_at(row)));
    CHECK(field_is(row, DC_FIELD_UPDATED_AT, dc_connector_updated_at(row)));
    CHECK(field_is(row, DC_FIELD_EXECUTION_RESULTS_URL, dc_connector_execution_results_url(row)));
}

static void accessors_accept_null(void)
{
    size_t length = 7;
    int32_t field;

    for (field = DC_FIELD_TYPE; field <= DC_FIELD_EXECUTION_RESULTS_URL; field++)
        CHECK(field_is(NULL, field, NULL));
    check_getters(NULL);
    CHECK(dc_connector_json(NULL, &length) == NULL && length == 0);
    CHECK(dc_connector_json(NULL, NULL) == NULL);
    CHECK(dc_connector_state_code(NULL) == -1 && dc_connector_http_method_code(NULL) == -1);
    CHECK(dc_connector_direct_fin_usage(NULL) == -1);
    CHECK(dc_connector_created_at_ms(NULL) == -1 && dc_connector_updated_at_ms(NULL) == -1);
}

static void first_row_is_the_documented_example(const dc_connector *row)
{
    CHECK(field_is(row, DC_FIELD_TYPE, "data_connector"));
    CHECK(field_is(row, DC_FIELD_ID, "12345"));
    CHECK(field_is(row, DC_FIELD_NAME, "Order Status Service"));
    CHECK(field_is(row, DC_FIELD_DESCRIPTION, "Fetches order status from external fulfillment API"));
    CHECK(field_is(row, DC_FIELD_DIRECT_FIN_USAGE, "true"));
    CHECK(field_is(row, DC_FIELD_UPDATED_AT, "2026-01-20T14:22:15Z"));
    CHECK(field_is(row, DC_FIELD_CREATED_AT, "2026-01-20T14:22:15Z"));
    CHECK(field_is(row, DC_FIELD_EXECUTION_RESULTS_URL, "/data_connectors/12345/execution_results"));
    CHECK(dc_connector_updated_at_ms(row) == INT64_C(1768918935000));
    CHECK(dc_connector_created_at_ms(row) == INT64_C(1768918935000));
}

/* Every field has another value, so that no getter can be mistaken for another. */
static void each_getter_returns_its_own_value(void)
{
    struct scripted server = {.responses = {RESPONSE("200 OK", "",
        "{\"data\":[{\"type\":\"t\",\"id\":\"1\",\"name\":\"n\",\"description\":\"d\",\"state\":\"draft\","
        "\"http_method\":\"put\",\"direct_fin_usage\":false,"
        "\"created_by_admin_id\":\"2\",\"updated_by_admin_id\":\"3\","
        "\"created_at\":\"2025-11-15T09:30:00Z\",\"updated_at\":\"2026-01-20T14:22:15Z\","
        "\"execution_results_url\":\"/e\"}]}")}};
    dc_client *client;
    dc_page *page;
    const dc_connector *row;

    scripted_start(&server);
    client = check_client(server.url);
    page = check_page(client);
    row = dc_page_connector(page, 0);
    CHECK(field_is(row, DC_FIELD_TYPE, "t"));
    CHECK(strcmp(dc_connector_id(row), "1") == 0 && strcmp(dc_connector_name(row), "n") == 0);
    CHECK(strcmp(dc_connector_description(row), "d") == 0);
    CHECK(strcmp(dc_connector_state(row), "draft") == 0 && dc_connector_state_code(row) == DC_STATE_DRAFT);
    CHECK(strcmp(dc_connector_http_method(row), "put") == 0);
    CHECK(dc_connector_http_method_code(row) == DC_HTTP_METHOD_PUT);
    CHECK(dc_connector_direct_fin_usage(row) == 0);
    CHECK(strcmp(dc_connector_created_by_admin_id(row), "2") == 0);
    CHECK(strcmp(dc_connector_updated_by_admin_id(row), "3") == 0);
    CHECK(strcmp(dc_connector_created_at(row), "2025-11-15T09:30:00Z") == 0);
    CHECK(strcmp(dc_connector_updated_at(row), "2026-01-20T14:22:15Z") == 0);
    CHECK(dc_connector_created_at_ms(row) == INT64_C(1763199000000));
    CHECK(dc_connector_updated_at_ms(row) == INT64_C(1768918935000));
    CHECK(strcmp(dc_connector_execution_results_url(row), "/e") == 0);
    check_getters(row);
    dc_page_free(page);
    CHECK(scripted_stop(&server) == 1);
    dc_client_free(client);
}

static void strings_may_be_escaped_empty_or_absent(const dc_page *page)
{
    CHECK(field_is(dc_page_connector(page, 2), DC_FIELD_NAME,
                   "Bestell\xC3\xBC" "bersicht f\xC3\xBCr Gro\xC3\x9Fkunden"));
    CHECK(field_is(dc_page_connector(page, 4), DC_FIELD_DESCRIPTION, NULL));
    CHECK(field_is(dc_page_connector(page, 8), DC_FIELD_DESCRIPTION, ""));
    CHECK(field_is(dc_page_connector(page, 9), DC_FIELD_NAME, "Say \"hello\" check"));
    CHECK(field_is(dc_page_connector(page, 1), DC_FIELD_CREATED_BY_ADMIN_ID, "991267431"));
    CHECK(field_is(dc_page_connector(page, 4), DC_FIELD_UPDATED_BY_ADMIN_ID, "991266214"));
}

static void unknown_fields_return_null(const dc_connector *row)
{
    CHECK(field_is(row, -1, NULL));
    CHECK(field_is(row, DC_FIELD_EXECUTION_RESULTS_URL + 1, NULL));
    CHECK(field_is(row, INT32_MAX, NULL));
}

static void each_getter_returns_its_field(const dc_page *page)
{
    size_t i;

    for (i = 0; i < dc_page_count(page); i++) {
        const dc_connector *row = dc_page_connector(page, i);

        check_getters(row);
        CHECK(field_is(row, DC_FIELD_DIRECT_FIN_USAGE, dc_connector_direct_fin_usage(row) == 1 ? "true" : "false"));
        /* The sandbox generates them like this. */
        CHECK((dc_connector_updated_at_ms(row) - dc_connector_created_at_ms(row)) % 1234567000 == 0);
    }
}

static void codes_match_the_strings(const dc_page *page)
{
    static const char *const methods[] = {NULL, "get", "post", "put", "delete", "patch"};
    int seen[6] = {0}, drafts = 0, direct = 0, indirect = 0;
    size_t i;

    CHECK(DC_STATE_UNKNOWN == 0 && DC_STATE_DRAFT == 1 && DC_STATE_LIVE == 2);
    CHECK(DC_HTTP_METHOD_UNKNOWN == 0 && DC_HTTP_METHOD_GET == 1 && DC_HTTP_METHOD_PATCH == 5);
    for (i = 0; i < dc_page_count(page); i++) {
        const dc_connector *row = dc_page_connector(page, i);
        int32_t method = dc_connector_http_method_code(row);

        CHECK(strcmp(dc_connector_state(row), dc_connector_state_code(row) == DC_STATE_LIVE ? "live" : "draft") == 0);
        CHECK(method >= DC_HTTP_METHOD_GET && method <= DC_HTTP_METHOD_PATCH);
        CHECK(strcmp(dc_connector_http_method(row), methods[method]) == 0);
        seen[method]++;
        drafts += dc_connector_state_code(row) == DC_STATE_DRAFT;
        direct += dc_connector_direct_fin_usage(row) == 1;
        indirect += dc_connector_direct_fin_usage(row) == 0;
    }
    for (i = 1; i < 6; i++)
        CHECK(seen[i] > 0);
    /* A quarter of the sandbox's connectors are drafts, and Fin may use two thirds of them. */
    CHECK(drafts == 11 && direct == 30 && indirect == 15);
}

static void json_of_a_row_is_a_part_of_the_page(const dc_page *page)
{
    const char *at = strstr(dc_page_json(page), "\"data\":[") + strlen("\"data\":[");
    size_t i, length, total = 0;

    for (i = 0; i < dc_page_count(page); i++) {
        const char *json = dc_connector_json(dc_page_connector(page, i), &length);

        CHECK(strlen(json) == length && strncmp(at, json, length) == 0);
        CHECK(json == dc_connector_json(dc_page_connector(page, i), NULL));
        at += length + 1;
        total += length;
    }
    CHECK(total > 45 * 300 && at[-1] == ']');
}

int main(int argc, char **argv)
{
    dc_client *client;
    dc_page *page;

    CHECK(argc == 2);
    accessors_accept_null();
    client = check_client(argv[1]);
    page = check_page(client);
    dc_client_free(client);
    CHECK(dc_page_count(page) == 45);
    first_row_is_the_documented_example(dc_page_connector(page, 0));
    strings_may_be_escaped_empty_or_absent(page);
    unknown_fields_return_null(dc_page_connector(page, 0));
    each_getter_returns_its_field(page);
    codes_match_the_strings(page);
    json_of_a_row_is_a_part_of_the_page(page);
    each_getter_returns_its_own_value();
    dc_page_free(page);
    return 0;
}
