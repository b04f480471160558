/* Usage: state, method and whether Fin may use it, as texts and as codes. argv[1]: a sandbox of 45 connectors. */
#include "check.h"

static const char *const METHODS[] = {NULL, "get", "post", "put", "delete", "patch"};

int main(int argc, char **argv)
{
    dc_client *client;
    dc_page *page = NULL;
    int seen[6] = {0}, drafts = 0, for_fin = 0, not_for_fin = 0;
    size_t i;

    CHECK(argc == 2);
    CHECK(dc_connector_state(NULL) == NULL && dc_connector_state_len(NULL) == 0);
    CHECK(dc_connector_http_method(NULL) == NULL && dc_connector_http_method_len(NULL) == 0);
    CHECK(dc_connector_state_code(NULL) == -1);
    CHECK(dc_connector_http_method_code(NULL) == -1);
    CHECK(dc_connector_direct_fin_usage(NULL) == -1);
    CHECK(DC_STATE_UNKNOWN == 0 && DC_STATE_DRAFT == 1 && DC_STATE_LIVE == 2);
    CHECK(DC_HTTP_METHOD_UNKNOWN == 0 && DC_HTTP_METHOD_GET == 1 && DC_HTTP_METHOD_PATCH == 5);

    client = check_client(argv[1]);
    CHECK(dc_list_page(client, 50, NULL, NULL, &page, NULL) == DC_OK);
    for (i = 0; i < dc_page_count(page); i++) {
        const dc_connector *row = dc_page_connector(page, i);
        int32_t method = dc_connector_http_method_code(row);

        CHECK(strcmp(dc_connector_state(row), dc_connector_state_code(row) == DC_STATE_LIVE ? "live" : "draft") == 0);
        CHECK(dc_connector_state_len(row) == strlen(dc_connector_state(row)));
        drafts += dc_connector_state_code(row) == DC_STATE_DRAFT;
        for_fin += dc_connector_direct_fin_usage(row) == 1;
        not_for_fin += dc_connector_direct_fin_usage(row) == 0;
        CHECK(method >= DC_HTTP_METHOD_GET && method <= DC_HTTP_METHOD_PATCH);
        CHECK(strcmp(dc_connector_http_method(row), METHODS[method]) == 0);
        CHECK(dc_connector_http_method_len(row) == strlen(METHODS[method]));
        seen[method]++;
    }
    for (i = 1; i < 6; i++)
        CHECK(seen[i] > 0);
    /* Of those that the sandbox makes, each fourth is a draft, and two of three are for Fin. */
    CHECK(drafts == 11 && for_fin == 30 && not_for_fin == 15);
    dc_page_free(page);
    dc_client_free(client);
    return 0;
}
