/* Pager: lists all pages, resumes at a cursor, prefetches. argv[1]: a sandbox of 45 connectors. */
#include "scripted.h"

static dc_client *client;

static dc_pager *new_pager(int32_t per_page, const char *starting_after)
{
    dc_pager *pager = NULL;
    dc_error *error = UNTOUCHED(dc_error);

    CHECK(dc_pager_new(client, per_page, starting_after, &pager, &error) == DC_OK && error == NULL);
    return pager;
}

static void invalid_arguments_are_rejected(void)
{
    dc_pager *pager = UNTOUCHED(dc_pager);
    dc_page *page = UNTOUCHED(dc_page);

    CHECK_REJECTED(dc_pager_new(NULL, 0, NULL, &pager, &error), "client is NULL");
    CHECK(pager == NULL);
    CHECK_REJECTED(dc_pager_new(client, 0, NULL, NULL, &error), "out_pager is NULL");
    CHECK_REJECTED(dc_pager_new(client, 99, NULL, &pager, &error), "99: use 1 to 50");
    CHECK_REJECTED(dc_pager_new(client, 0, "", &pager, &error), "starting_after is empty");
    CHECK_REJECTED(dc_pager_new(client, 0, "\xc3(", &pager, &error), "invalid starting_after: not UTF-8 at byte 0");
    CHECK_REJECTED(dc_pager_next(NULL, NULL, &page, &error), "pager is NULL: pass a handle from dc_pager_new()");
    CHECK(page == NULL);
    CHECK(dc_pager_next(NULL, NULL, NULL, NULL) == DC_ERR_INVALID_ARGUMENT);
    CHECK(dc_pager_cursor(NULL) == NULL);
    CHECK_REJECTED(dc_pager_set_prefetch(NULL, 1, &error), "pager is NULL: pass a handle from dc_pager_new()");
    CHECK(dc_pager_set_prefetch(NULL, 1, NULL) == DC_ERR_INVALID_ARGUMENT);
    dc_pager_free(NULL);

    pager = new_pager(10, NULL);
    CHECK_REJECTED(dc_pager_next(pager, NULL, NULL, &error), "out_page is NULL");
    CHECK(dc_pager_cursor(pager) == NULL);
    dc_pager_free(pager);
}

/* Lists all pages of 10 rows, and copies the cursor after the second page. */
static void lists_all_pages(char *cursor, size_t size)
{
    dc_pager *pager = new_pager(10, NULL);
    dc_page *page = UNTOUCHED(dc_page);
    dc_error *error = UNTOUCHED(dc_error);
    size_t rows = 0, pages = 0;

    while (dc_pager_next(pager, NULL, &page, &error) == DC_OK) {
        rows += dc_page_count(page);
        if (++pages == 2) {
            CHECK(strcmp(dc_pager_cursor(pager), dc_page_next_cursor(page)) == 0);
            snprintf(cursor, size, "%s", dc_pager_cursor(pager));
        }
        dc_page_free(page);
        page = UNTOUCHED(dc_page);
    }
    CHECK(rows == 45 && pages == 5);
    CHECK(page == NULL && error == NULL);
    page = UNTOUCHED(dc_page);
    CHECK(dc_pager_next(pager, NULL, &page, &error) == DC_DONE); /* again */
    CHECK(page == NULL && dc_pager_cursor(pager) == NULL);
    dc_pager_free(pager);
}

static void resumes_at_a_cursor(const char *cursor)
{
    dc_pager *pager = new_pager(50, cursor);
    dc_page *page = NULL;

    CHECK(strcmp(dc_pager_cursor(pager), cursor) == 0);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    CHECK(dc_page_count(page) == 25);
    dc_page_free(page);
    dc_pager_free(pager);
}

static void prefetching_lists_the_same_pages(const char *cursor)
{
    dc_pager *pager = new_pager(10, NULL);
    dc_page *page = NULL;
    dc_error *error = UNTOUCHED(dc_error);
    size_t rows, pages;

    CHECK(dc_pager_set_prefetch(pager, 1, &error) == DC_OK && error == NULL);
    CHECK_REJECTED(dc_pager_set_prefetch(pager, 2, &error), "invalid pages 2: use 1 to prefetch, or 0");
    CHECK_REJECTED(dc_pager_set_prefetch(pager, -1, &error), "invalid pages -1");
    CHECK_REJECTED(dc_pager_set_prefetch(pager, INT32_MIN, &error), "invalid pages -2147483648");
    for (rows = pages = 0; dc_pager_next(pager, NULL, &page, NULL) == DC_OK; pages++) {
        rows += dc_page_count(page);
        if (pages == 1)
            CHECK(strcmp(dc_pager_cursor(pager), cursor) == 0);
        /* Off for one page, while a prefetch is in progress. */
        CHECK(dc_pager_set_prefetch(pager, pages != 2, NULL) == DC_OK);
        dc_page_free(page);
    }
    CHECK(rows == 45 && pages == 5 && page == NULL && dc_pager_cursor(pager) == NULL);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_DONE);
    dc_pager_free(pager);
}

static void failure_keeps_the_position(void)
{
    dc_pager *pager = new_pager(10, "no cursor");
    dc_page *page = UNTOUCHED(dc_page);

    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_ERR_BAD_REQUEST && page == NULL);
    CHECK(strcmp(dc_pager_cursor(pager), "no cursor") == 0);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_ERR_BAD_REQUEST);
    dc_pager_free(pager);
}

/* Returns a pager of a server with these responses. */
static dc_pager *pager_of(struct scripted *server)
{
    dc_client *other;
    dc_pager *pager = NULL;

    scripted_start(server);
    other = check_client(server->url);
    CHECK(dc_pager_new(other, 0, NULL, &pager, NULL) == DC_OK);
    dc_client_free(other);
    return pager;
}

static void check_next_page(dc_pager *pager, const char *cursor)
{
    dc_page *page = NULL;

    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    CHECK(cursor == NULL ? dc_pager_cursor(pager) == NULL : strcmp(dc_pager_cursor(pager), cursor) == 0);
}

/* Each further call fails, without a request. */
static void check_ends_with(dc_pager *pager, const char *message)
{
    int i;

    for (i = 0; i < 2; i++) {
        dc_page *page = UNTOUCHED(dc_page);
        dc_error *error = NULL;

        CHECK(dc_pager_next(pager, NULL, &page, &error) == DC_ERR_PROTOCOL && page == NULL);
        CHECK(strstr(dc_error_message(error), message) != NULL && dc_error_attempts(error) == 0);
        dc_error_free(error);
    }
}

static void repeated_cursor_ends_the_list(void)
{
    struct scripted server = {.responses = {PAGE_BEFORE("a"), PAGE_BEFORE("b"), PAGE_BEFORE("a"), EMPTY_PAGE}};
    dc_pager *pager = pager_of(&server);

    check_next_page(pager, "a");
    check_next_page(pager, "b");
    check_next_page(pager, "a");
    check_ends_with(pager, "cursor");
    CHECK(scripted_stop(&server) == 3);
    dc_pager_free(pager);
}

static void next_page_in_an_unsupported_form_ends_the_list(void)
{
    struct scripted server = {.responses = {
        RESPONSE("200 OK", "", "{\"data\":[],\"pages\":{\"next\":\"/data_connectors?page=2\"}}"), EMPTY_PAGE,
    }};
    dc_pager *pager = pager_of(&server);

    check_next_page(pager, NULL);
    check_ends_with(pager, "next page");
    CHECK(scripted_stop(&server) == 1);
    dc_pager_free(pager);
}

static void failed_page_is_requested_again(void)
{
    struct scripted server = {.responses = {
        PAGE_BEFORE("a"), RESPONSE("503 Service Unavailable", "", "{}"), PAGE_BEFORE("b"),
    }};
    dc_pager *pager = pager_of(&server);
    dc_page *page = UNTOUCHED(dc_page);

    check_next_page(pager, "a");
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_ERR_SERVER && page == NULL);
    check_next_page(pager, "b");
    CHECK(scripted_stop(&server) == 3);
    CHECK(strstr(server.requests[0], "starting_after") == NULL);
    CHECK(strstr(server.requests[1], "starting_after=a ") != NULL);
    CHECK(strstr(server.requests[2], "starting_after=a ") != NULL);
    dc_pager_free(pager);
}

int main(int argc, char **argv)
{
    char cursor[256] = "";

    CHECK(argc == 2);
    client = check_client(argv[1]);
    invalid_arguments_are_rejected();
    lists_all_pages(cursor, sizeof cursor);
    resumes_at_a_cursor(cursor);
    prefetching_lists_the_same_pages(cursor);
    failure_keeps_the_position();
    repeated_cursor_ends_the_list();
    next_page_in_an_unsupported_form_ends_the_list();
    failed_page_is_requested_again();
    dc_client_free(client);
    return 0;
}
