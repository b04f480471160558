/* List: its arguments, and a page for each thread of eight on one client. argv[1]: a sandbox of 45 connectors. */
#include "check.h"

#include <pthread.h>

static void *walk(void *client)
{
    int round;

    for (round = 0; round < 20; round++) {
        dc_page *page = NULL;
        CHECK(dc_list_page(client, 1 + round, NULL, NULL, &page, NULL) == DC_OK);
        CHECK(dc_page_count(page) == (size_t)(1 + round));
        dc_page_free(page);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[8];
    dc_client *client;
    dc_page *page = UNTOUCHED(dc_page);
    dc_error *error = UNTOUCHED(dc_error);
    size_t i;

    CHECK(argc == 2);
    client = check_client(argv[1]);
    CHECK_REFUSED(dc_list_page(NULL, 0, NULL, NULL, &page, &error), "client is NULL: pass a handle that dc_client_new");
    CHECK(page == NULL);
    CHECK_REFUSED(dc_list_page(client, 0, NULL, NULL, NULL, &error), "out_page is NULL: pass the address");
    CHECK(dc_list_page(NULL, 0, NULL, NULL, NULL, NULL) == DC_ERR_INVALID_ARGUMENT);
    page = UNTOUCHED(dc_page);
    CHECK_REFUSED(dc_list_page(client, 51, NULL, NULL, &page, &error), "invalid per_page 51: use 1 to 50 (the service's default is 20)");
    CHECK(page == NULL);
    CHECK_REFUSED(dc_list_page(client, -1, NULL, NULL, &page, &error), "invalid per_page -1: use 1 to 50");
    CHECK_REFUSED(dc_list_page(client, INT32_MIN, NULL, NULL, &page, &error), "use 1 to 50");
    CHECK_REFUSED(dc_list_page(client, 0, "", NULL, &page, &error), "starting_after is empty: omit it");
    CHECK_REFUSED(dc_list_page(client, 0, "ab\xff", NULL, &page, &error), "starting_after is not UTF-8 from byte 2 on");

    CHECK(dc_list_page(client, 0, NULL, NULL, &page, &error) == DC_OK && error == NULL);
    CHECK(dc_page_count(page) == 20);
    dc_page_free(page);
    CHECK(dc_list_page(client, 50, NULL, NULL, &page, &error) == DC_OK);
    CHECK(dc_page_count(page) == 45 && dc_page_has_next(page) == 0);
    dc_page_free(page);

    for (i = 0; i < 8; i++)
        CHECK(pthread_create(&threads[i], NULL, walk, client) == 0);
    for (i = 0; i < 8; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    dc_client_free(client);
    return 0;
}
