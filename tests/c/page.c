/* Page: its JSON, cursor, rate limit, rows and packed rows. argv[1]: a sandbox of 45 connectors. */
#include "scripted.h"

#include <stdint.h>

static void accessors_accept_null(void)
{
    int64_t limit = 7, remaining = 7, reset = 7;
    size_t length = 7;

    CHECK(dc_page_json(NULL) == NULL && dc_page_json_len(NULL) == 0);
    CHECK(dc_page_count(NULL) == 0);
    CHECK(dc_page_next_cursor(NULL) == NULL);
    CHECK(dc_page_has_next(NULL) == -1);
    CHECK(dc_page_request_id(NULL) == NULL);
    CHECK(dc_page_connector(NULL, 0) == NULL);
    dc_page_rate_limit(NULL, &limit, &remaining, &reset);
    CHECK(limit == -1 && remaining == -1 && reset == -1);
    dc_page_rate_limit(NULL, NULL, NULL, NULL);
    CHECK(dc_page_packed_rows(NULL, DC_PACKED_JSON, &length) == NULL && length == 0);
    CHECK(dc_page_packed_rows(NULL, DC_PACKED_SEPARATED, NULL) == NULL);
    dc_page_free(NULL);
}

static void page_reports_what_the_service_sent(const dc_page *first, const dc_page *last)
{
    int64_t limit = 0, remaining = 0, reset = 0, only = 0;

    CHECK(dc_page_count(first) == 40 && dc_page_has_next(first) == 1);
    CHECK(strlen(dc_page_next_cursor(first)) > 8);
    CHECK(strlen(dc_page_json(first)) == dc_page_json_len(first));
    CHECK(strncmp(dc_page_json(first), "{\"type\":\"list\",\"data\":[{", 24) == 0);
    CHECK(strlen(dc_page_request_id(first)) == 36);
    dc_page_rate_limit(first, &limit, &remaining, &reset);
    CHECK(limit == 10000 && remaining > 0 && remaining < 10000 && reset > 1600000000);
    dc_page_rate_limit(first, NULL, &only, NULL);
    CHECK(only == remaining);

    CHECK(dc_page_count(last) == 5 && dc_page_has_next(last) == 0);
    CHECK(dc_page_next_cursor(last) == NULL);
    CHECK(strstr(dc_page_json(last), "\"next\":null") != NULL);
}

static void rows_are_found_by_index(const dc_page *page)
{
    const dc_connector *row = dc_page_connector(page, 0);

    CHECK(row != NULL && row == dc_page_connector(page, 0) && row != dc_page_connector(page, 1));
    CHECK(dc_page_connector(page, 39) != NULL);
    CHECK(dc_page_connector(page, 40) == NULL && dc_page_connector(page, SIZE_MAX) == NULL);
}

/* The bytes from `*at` to the next separator or the end; `*at` moves past them. */
static size_t next_value(const char **at, const char *end, unsigned char *separator)
{
    const char *start = *at;

    while (*at < end && (unsigned char)**at < 0xFE)
        ++*at;
    *separator = *at < end ? (unsigned char)**at : 0;
    ++*at;
    return (size_t)(*at - 1 - start);
}

/* A value of a packed row is a string of that length, or a single 0xFD if absent. */
static int is_packed(const char *value, size_t length, const char *expected, size_t expected_length)
{
    if (expected == NULL)
        return length == 1 && (unsigned char)*value == 0xFD;
    return length == expected_length && memcmp(value, expected, length) == 0;
}

static const char *decimal(int64_t number, char *buffer)
{
    sprintf(buffer, "%lld", (long long)number);
    return number >= 0 ? buffer : NULL;
}

static void separated_rows_have_17_columns(const dc_page *page)
{
    size_t length = 0, row, column;
    const char *packed = dc_page_packed_rows(page, DC_PACKED_SEPARATED, &length), *at = packed;

    CHECK(packed != NULL && length > 0 && packed[length] == '\0');
    CHECK(packed == dc_page_packed_rows(page, DC_PACKED_SEPARATED, NULL));
    for (row = 0; row < dc_page_count(page); row++) {
        const dc_connector *connector = dc_page_connector(page, row);

        for (column = 0; column < 17; column++) {
            const char *value = at, *expected;
            char buffer[32];
            unsigned char separator;
            size_t size = next_value(&at, packed + length, &separator), expected_size;

            if (column <= DC_FIELD_EXECUTION_RESULTS_URL)
                expected = dc_connector_field(connector, (int32_t)column, &expected_size);
            else if (column == 16)
                expected = dc_connector_json(connector, &expected_size);
            else {
                expected = decimal(column == 12   ? dc_connector_created_at_ms(connector)
                                   : column == 13 ? dc_connector_updated_at_ms(connector)
                                   : column == 14 ? dc_connector_state_code(connector)
                                                  : dc_connector_http_method_code(connector),
                                   buffer);
                expected_size = expected != NULL ? strlen(expected) : 0;
            }
            CHECK(is_packed(value, size, expected, expected_size));
            CHECK(separator == (column < 16 ? 0xFE : row + 1 < dc_page_count(page) ? 0xFF : 0));
        }
    }
    CHECK(at == packed + length + 1);
}

/* The numbers of a column of the JSON object, which has an array per column. */
static const char *column_of(const char *packed, const char *name)
{
    char key[64];
    const char *found;

    snprintf(key, sizeof key, "\"%s\":[", name);
    found = strstr(packed, key);
    CHECK(found != NULL && strstr(found + 1, key) == NULL);
    return found + strlen(key);
}

static void json_rows_have_an_array_per_column(const dc_page *page)
{
    static const char *const columns[] = {
        "type", "id", "name", "description", "state", "http_method", "direct_fin_usage", "created_by_admin_id",
        "updated_by_admin_id", "created_at", "updated_at", "execution_results_url", "created_at_ms", "updated_at_ms",
        "state_code", "http_method_code", "json_start", "json_length",
    };
    size_t length = 0, i, json_length;
    const char *packed = dc_page_packed_rows(page, DC_PACKED_JSON, &length), *start, *size, *json;

    CHECK(packed != NULL && strlen(packed) == length);
    CHECK(packed == dc_page_packed_rows(page, DC_PACKED_JSON, NULL));
    CHECK(packed[0] == '{' && packed[length - 1] == '}');
    for (i = 0; i < sizeof columns / sizeof *columns; i++)
        column_of(packed, columns[i]);
    CHECK(strncmp(column_of(packed, "type"), "\"data_connector\",", 17) == 0);
    CHECK(strncmp(column_of(packed, "id"), "\"12345\",", 8) == 0);
    CHECK(strncmp(column_of(packed, "direct_fin_usage"), "true,", 5) == 0);
    CHECK(strncmp(column_of(packed, "updated_at_ms"), "1768918935000,", 14) == 0);

    /* The byte ranges of the rows in the page's JSON. */
    start = column_of(packed, "json_start");
    size = column_of(packed, "json_length");
    for (i = 0; i < dc_page_count(page); i++) {
        json = dc_connector_json(dc_page_connector(page, i), &json_length);
        CHECK(strtoul(size, (char **)&size, 10) == json_length);
        CHECK(memcmp(dc_page_json(page) + strtoul(start, (char **)&start, 10), json, json_length) == 0);
        CHECK(*start++ == (i + 1 < dc_page_count(page) ? ',' : ']') && *size++ == start[-1]);
    }
}

static void unknown_formats_return_null(const dc_page *page)
{
    size_t length = 7;

    CHECK(dc_page_packed_rows(page, 0, &length) == NULL && length == 0);
    CHECK(dc_page_packed_rows(page, DC_PACKED_SEPARATED + 1, NULL) == NULL);
    CHECK(dc_page_packed_rows(page, INT32_MIN, NULL) == NULL);
}

static void page_without_rows_can_have_a_next_one(void)
{
    struct scripted server = {.responses = {
        PAGE_BEFORE("a b"),
        RESPONSE("200 OK", "", "{\"data\":[],\"pages\":{\"next\":\"/data_connectors?page=2\"}}"),
    }};
    dc_client *client;
    dc_page *page;
    size_t length = 7;

    scripted_start(&server);
    client = check_client(server.url);
    page = check_page(client);
    CHECK(dc_page_count(page) == 0 && dc_page_has_next(page) == 1);
    CHECK(strcmp(dc_page_next_cursor(page), "a b") == 0);
    CHECK(dc_page_connector(page, 0) == NULL && dc_page_request_id(page) == NULL);
    CHECK(strcmp(dc_page_packed_rows(page, DC_PACKED_SEPARATED, &length), "") == 0 && length == 0);
    CHECK(*column_of(dc_page_packed_rows(page, DC_PACKED_JSON, NULL), "id") == ']');
    dc_page_free(page);

    /* The next page is specified in an unsupported form. */
    page = check_page(client);
    CHECK(dc_page_has_next(page) == 1 && dc_page_next_cursor(page) == NULL);
    dc_page_free(page);
    CHECK(scripted_stop(&server) == 2);
    dc_client_free(client);
}

int main(int argc, char **argv)
{
    dc_client *client;
    dc_page *first = NULL, *last = NULL;

    CHECK(argc == 2);
    accessors_accept_null();
    client = check_client(argv[1]);
    CHECK(dc_list_page(client, 40, NULL, NULL, &first, NULL) == DC_OK);
    CHECK(dc_list_page(client, 40, dc_page_next_cursor(first), NULL, &last, NULL) == DC_OK);
    dc_client_free(client); /* the pages stay valid */

    page_reports_what_the_service_sent(first, last);
    separated_rows_have_17_columns(last); /* before the rows are parsed for another reason */
    json_rows_have_an_array_per_column(first);
    rows_are_found_by_index(first);
    separated_rows_have_17_columns(first);
    unknown_formats_return_null(first);
    dc_page_free(first);
    CHECK(dc_page_count(last) == 5);
    dc_page_free(last);
    page_without_rows_can_have_a_next_one();
    return 0;
}
