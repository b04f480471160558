/* Rows as a later service, or a broken one, may send them. argv[1]: a server that sends those of tests/rows.rs. */
#include "../check.h"
#include <stdint.h>

int main(int argc, char **argv)
{
    dc_client *client;
    dc_page *page = NULL;
    const dc_connector *row;
    size_t i;

    CHECK(argc == 2);
    client = check_client(argv[1]);
    CHECK(dc_list_page(client, 50, NULL, NULL, &page, NULL) == DC_OK);
    dc_client_free(client);
    CHECK(dc_page_count(page) == 5);

    /* Values yet to come, a NUL in a text, a key that stands twice. */
    row = dc_page_connector(page, 0);
    CHECK(strcmp(dc_connector_state(row), "archived") == 0 && dc_connector_state_code(row) == DC_STATE_UNKNOWN);
    CHECK(strcmp(dc_connector_http_method(row), "QUERY") == 0);
    CHECK(dc_connector_http_method_code(row) == DC_HTTP_METHOD_UNKNOWN);
    CHECK(dc_connector_name_len(row) == 4 && memcmp(dc_connector_name(row), "a\0bc", 5) == 0);
    CHECK(strcmp(dc_connector_id(row), "2") == 0);
    CHECK(dc_connector_direct_fin_usage(row) == 0);
    CHECK(dc_connector_created_at_ms(row) == 0);
    CHECK(dc_connector_updated_at_ms(row) == INT64_C(1768915335500));

    /* Before 1970, and no time. */
    row = dc_page_connector(page, 1);
    CHECK(strcmp(dc_connector_created_at(row), "1969-12-31T23:59:59Z") == 0 && dc_connector_created_at_ms(row) == -1);
    CHECK(strcmp(dc_connector_updated_at(row), "yesterday") == 0 && dc_connector_updated_at_ms(row) == -1);
    CHECK(strcmp(dc_connector_description(row), "half a pair: \xEF\xBF\xBD") == 0);
    CHECK(strstr(dc_connector_json(row), "\\ud83d") != NULL);

    /* Null, of other types, missing, and no object at all. */
    for (i = 2; i < 5; i++) {
        row = dc_page_connector(page, i);
        CHECK(dc_connector_type(row) == NULL && dc_connector_id(row) == NULL && dc_connector_id_len(row) == 0);
        CHECK(dc_connector_state(row) == NULL && dc_connector_state_code(row) == -1);
        CHECK(dc_connector_http_method(row) == NULL && dc_connector_http_method_code(row) == -1);
        CHECK(dc_connector_direct_fin_usage(row) == -1);
        CHECK(dc_connector_created_at(row) == NULL && dc_connector_created_at_ms(row) == -1);
        CHECK(dc_connector_updated_at(row) == NULL && dc_connector_updated_at_ms(row) == -1);
        CHECK(dc_connector_json(row) != NULL);
    }
    CHECK(strcmp(dc_connector_json(row), "[7]") == 0 && dc_connector_json_len(row) == 3);
    dc_page_free(page);
    return 0;
}
