/* History: who and when, times as texts and as milliseconds. argv[1]: a sandbox of 45 connectors. */
#include "check.h"

int main(int argc, char **argv)
{
    dc_client *client;
    dc_page *page = NULL;
    const dc_connector *row;
    size_t i;

    CHECK(argc == 2);
    CHECK(dc_connector_created_by_admin_id(NULL) == NULL && dc_connector_created_by_admin_id_len(NULL) == 0);
    CHECK(dc_connector_updated_by_admin_id(NULL) == NULL && dc_connector_updated_by_admin_id_len(NULL) == 0);
    CHECK(dc_connector_created_at(NULL) == NULL && dc_connector_created_at_len(NULL) == 0);
    CHECK(dc_connector_updated_at(NULL) == NULL && dc_connector_updated_at_len(NULL) == 0);
    CHECK(dc_connector_created_at_ms(NULL) == -1);
    CHECK(dc_connector_updated_at_ms(NULL) == -1);

    client = check_client(argv[1]);
    CHECK(dc_list_page(client, 50, NULL, NULL, &page, NULL) == DC_OK);
    dc_client_free(client);
    row = dc_page_connector(page, 0);
    CHECK(strcmp(dc_connector_updated_at(row), "2026-01-20T14:22:15Z") == 0);
    CHECK(dc_connector_updated_at_len(row) == 20);
    CHECK(dc_connector_updated_at_ms(row) == INT64_C(1768918935000));
    CHECK(strcmp(dc_connector_created_at(row), dc_connector_updated_at(row)) == 0);
    CHECK(dc_connector_created_at_ms(row) == dc_connector_updated_at_ms(row));
    for (i = 0; i < dc_page_count(page); i++) {
        row = dc_page_connector(page, i);
        /* As the sandbox makes them. */
        CHECK((dc_connector_updated_at_ms(row) - dc_connector_created_at_ms(row)) % 1234567000 == 0);
        CHECK(dc_connector_created_at_len(row) == 20);
        CHECK(strlen(dc_connector_created_by_admin_id(row)) == dc_connector_created_by_admin_id_len(row));
        CHECK(strlen(dc_connector_updated_by_admin_id(row)) == dc_connector_updated_by_admin_id_len(row));
    }
    CHECK(strcmp(dc_connector_created_by_admin_id(dc_page_connector(page, 1)), "991267431") == 0);
    CHECK(strcmp(dc_connector_updated_by_admin_id(dc_page_connector(page, 4)), "991266214") == 0);
    dc_page_free(page);
    return 0;
}
