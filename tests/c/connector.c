/* Connector: NULL, out of range, every text of a row, its JSON. argv[1]: a sandbox of 45 connectors. */
#include "check.h"
#include <stdint.h>

#define CHECK_TEXT(text, length, expected)   \
    do {                                     \
        CHECK(strcmp(text, expected) == 0);  \
        CHECK((length) == strlen(expected)); \
    } while (0)

#define CHECK_ABSENT(text, length) CHECK((text) == NULL && (length) == 0)

int main(int argc, char **argv)
{
    dc_client *client;
    dc_page *page = NULL;
    const dc_connector *row;
    const char *end;
    size_t i, lengths = 0;

    CHECK(argc == 2);
    CHECK(dc_page_connector(NULL, 0) == NULL);
    CHECK(dc_page_table(NULL) == NULL && dc_page_table_len(NULL) == 0);
    CHECK_ABSENT(dc_connector_json(NULL), dc_connector_json_len(NULL));
    CHECK_ABSENT(dc_connector_type(NULL), dc_connector_type_len(NULL));
    CHECK_ABSENT(dc_connector_id(NULL), dc_connector_id_len(NULL));
    CHECK_ABSENT(dc_connector_name(NULL), dc_connector_name_len(NULL));
    CHECK_ABSENT(dc_connector_description(NULL), dc_connector_description_len(NULL));
    CHECK_ABSENT(dc_connector_execution_results_url(NULL), dc_connector_execution_results_url_len(NULL));

    client = check_client(argv[1]);
    CHECK(dc_list_page(client, 50, NULL, NULL, &page, NULL) == DC_OK);
    dc_client_free(client);

    CHECK(dc_page_connector(page, 45) == NULL);
    CHECK(dc_page_connector(page, SIZE_MAX) == NULL);
    row = dc_page_connector(page, 0);
    CHECK(row != NULL && row == dc_page_connector(page, 0) && row != dc_page_connector(page, 1));
    CHECK_TEXT(dc_connector_type(row), dc_connector_type_len(row), "data_connector");
    CHECK_TEXT(dc_connector_id(row), dc_connector_id_len(row), "12345");
    CHECK_TEXT(dc_connector_name(row), dc_connector_name_len(row), "Order Status Service");
    CHECK_TEXT(dc_connector_description(row), dc_connector_description_len(row),
               "Fetches order status from external fulfillment API");
    CHECK_TEXT(dc_connector_execution_results_url(row), dc_connector_execution_results_url_len(row),
               "/data_connectors/12345/execution_results");
    row = dc_page_connector(page, 2);
    CHECK_TEXT(dc_connector_name(row), dc_connector_name_len(row),
               "Bestell\xC3\xBC" "bersicht f\xC3\xBCr Gro\xC3\x9Fkunden");
    row = dc_page_connector(page, 4);
    CHECK_ABSENT(dc_connector_description(row), dc_connector_description_len(row));
    row = dc_page_connector(page, 8);
    CHECK_TEXT(dc_connector_description(row), dc_connector_description_len(row), "");
    row = dc_page_connector(page, 9);
    CHECK_TEXT(dc_connector_name(row), dc_connector_name_len(row), "Say \"hello\" check");

    /* The rows stand in the page's JSON one behind the other, and each is a copy of what stands there. */
    end = strstr(dc_page_json(page), "\"data\":[") + strlen("\"data\":[");
    for (i = 0; i < dc_page_count(page); i++) {
        row = dc_page_connector(page, i);
        CHECK(strlen(dc_connector_json(row)) == dc_connector_json_len(row));
        CHECK(strncmp(end, dc_connector_json(row), dc_connector_json_len(row)) == 0);
        end += dc_connector_json_len(row) + 1;
        lengths += dc_connector_json_len(row);
    }
    CHECK(lengths > 45 * 300 && end[-1] == ']');
    CHECK(strlen(dc_page_json(page)) == dc_page_json_len(page));

    /* The table has 44 ends of rows and 45 times 12 ends of fields, and begins with the first row. */
    for (i = 0, lengths = 0; i < dc_page_table_len(page); i++)
        lengths += (unsigned char)dc_page_table(page)[i] >= 0xFE;
    CHECK(lengths == 44 + 45 * 12);
    CHECK(strlen(dc_page_table(page)) == dc_page_table_len(page));
    CHECK(strncmp(dc_page_table(page), "data_connector\xFE" "12345\xFE" "Order Status Service\xFE", 42) == 0);
    dc_page_free(page);
    return 0;
}
