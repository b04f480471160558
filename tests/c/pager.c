/* Pager: its arguments, a whole walk, and one taken up again. argv[1]: a sandbox of 45 connectors. */
#include "check.h"

int main(int argc, char **argv)
{
    dc_client *client;
    dc_pager *pager = UNTOUCHED(dc_pager);
    dc_page *page = UNTOUCHED(dc_page);
    dc_error *error = UNTOUCHED(dc_error);
    char kept[256];
    size_t rows = 0, pages = 0;

    CHECK(argc == 2);
    client = check_client(argv[1]);
    CHECK_REFUSED(dc_pager_new(NULL, 0, NULL, &pager, &error), "client is NULL");
    CHECK(pager == NULL);
    CHECK_REFUSED(dc_pager_new(client, 0, NULL, NULL, &error), "out_pager is NULL");
    CHECK_REFUSED(dc_pager_new(client, 99, NULL, &pager, &error), "invalid per_page 99");
    CHECK_REFUSED(dc_pager_new(client, 0, "", &pager, &error), "starting_after is empty");
    CHECK_REFUSED(dc_pager_new(client, 0, "\xc3(", &pager, &error), "starting_after is not UTF-8");
    CHECK_REFUSED(dc_pager_next(NULL, NULL, &page, &error), "pager is NULL: pass a handle that dc_pager_new made");
    CHECK(page == NULL);
    CHECK(dc_pager_next(NULL, NULL, NULL, NULL) == DC_ERR_INVALID_ARGUMENT);
    CHECK(dc_pager_cursor(NULL) == NULL);
    CHECK_REFUSED(dc_pager_set_prefetch(NULL, 1, &error), "pager is NULL: pass a handle that dc_pager_new made");
    CHECK(dc_pager_set_prefetch(NULL, 1, NULL) == DC_ERR_INVALID_ARGUMENT);
    dc_pager_free(NULL);

    CHECK(dc_pager_new(client, 10, NULL, &pager, &error) == DC_OK && error == NULL);
    CHECK_REFUSED(dc_pager_next(pager, NULL, NULL, &error), "out_page is NULL");
    CHECK(dc_pager_cursor(pager) == NULL);
    while (dc_pager_next(pager, NULL, &page, &error) == DC_OK) {
        rows += dc_page_count(page);
        if (++pages == 2) {
            CHECK(strcmp(dc_pager_cursor(pager), dc_page_next_cursor(page)) == 0);
            snprintf(kept, sizeof kept, "%s", dc_pager_cursor(pager));
        }
        dc_page_free(page);
        page = UNTOUCHED(dc_page);
    }
    CHECK(rows == 45 && pages == 5);
    CHECK(page == NULL && error == NULL);
    page = UNTOUCHED(dc_page);
    CHECK(dc_pager_next(pager, NULL, &page, &error) == DC_DONE); /* and stays at the end */
    CHECK(page == NULL && dc_pager_cursor(pager) == NULL);
    dc_pager_free(pager);

    /* Taken up after the second page, by another pager. */
    CHECK(dc_pager_new(client, 50, kept, &pager, NULL) == DC_OK);
    CHECK(strcmp(dc_pager_cursor(pager), kept) == 0);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    CHECK(dc_page_count(page) == 25);
    dc_page_free(page);
    dc_pager_free(pager);

    /* The next page fetched ahead: the same walk. A value that is refused changes nothing. */
    CHECK(dc_pager_new(client, 10, NULL, &pager, NULL) == DC_OK);
    error = UNTOUCHED(dc_error);
    CHECK(dc_pager_set_prefetch(pager, 1, &error) == DC_OK && error == NULL);
    CHECK_REFUSED(dc_pager_set_prefetch(pager, 2, &error), "pages is 2: use 1 to fetch one page ahead, or 0 for none");
    CHECK_REFUSED(dc_pager_set_prefetch(pager, -1, &error), "pages is -1");
    CHECK_REFUSED(dc_pager_set_prefetch(pager, INT32_MIN, &error), "pages is -2147483648");
    for (rows = pages = 0; dc_pager_next(pager, NULL, &page, NULL) == DC_OK; pages++) {
        rows += dc_page_count(page);
        if (pages == 1)
            CHECK(strcmp(dc_pager_cursor(pager), kept) == 0);
        CHECK(dc_pager_set_prefetch(pager, pages != 2, NULL) == DC_OK); /* off for one page, with one under way */
        dc_page_free(page);
    }
    CHECK(rows == 45 && pages == 5 && page == NULL && dc_pager_cursor(pager) == NULL);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_DONE);
    dc_pager_free(pager);

    /* A failure leaves it where it was. */
    CHECK(dc_pager_new(client, 10, "no cursor", &pager, NULL) == DC_OK);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_ERR_BAD_REQUEST);
    CHECK(strcmp(dc_pager_cursor(pager), "no cursor") == 0);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_ERR_BAD_REQUEST);
    dc_client_free(client);
    dc_pager_free(pager);
    return 0;
}
