/* Page: accessors on NULL and on pages; a page outlives its client. argv[1]: a sandbox of 45 connectors. */
#include "check.h"

int main(int argc, char **argv)
{
    dc_client *client;
    dc_page *first = NULL, *last = NULL;

    CHECK(argc == 2);
    CHECK(dc_page_json(NULL) == NULL);
    CHECK(dc_page_json_len(NULL) == 0);
    CHECK(dc_page_count(NULL) == 0);
    CHECK(dc_page_next_cursor(NULL) == NULL);
    CHECK(dc_page_has_next(NULL) == -1);
    CHECK(dc_page_request_id(NULL) == NULL);
    CHECK(dc_page_rate_limit(NULL) == -1);
    CHECK(dc_page_rate_limit_remaining(NULL) == -1);
    CHECK(dc_page_rate_limit_reset(NULL) == -1);
    dc_page_free(NULL);

    client = check_client(argv[1]);
    CHECK(dc_list_page(client, 40, NULL, NULL, &first, NULL) == DC_OK);
    CHECK(dc_list_page(client, 40, dc_page_next_cursor(first), NULL, &last, NULL) == DC_OK);
    dc_client_free(client);

    CHECK(dc_page_count(first) == 40);
    CHECK(dc_page_has_next(first) == 1);
    CHECK(strlen(dc_page_next_cursor(first)) > 8);
    CHECK(strlen(dc_page_json(first)) == dc_page_json_len(first));
    CHECK(strncmp(dc_page_json(first), "{\"type\":\"list\",\"data\":[{", 24) == 0);
    CHECK(strlen(dc_page_request_id(first)) == 36);
    CHECK(dc_page_rate_limit(first) == 10000);
    CHECK(dc_page_rate_limit_remaining(first) > 0 && dc_page_rate_limit_remaining(first) < 10000);
    CHECK(dc_page_rate_limit_reset(first) > 1600000000);

    CHECK(dc_page_count(last) == 5);
    CHECK(dc_page_has_next(last) == 0);
    CHECK(dc_page_next_cursor(last) == NULL);
    dc_page_free(first);
    CHECK(strstr(dc_page_json(last), "\"next\":null") != NULL);
    dc_page_free(last);
    return 0;
}
