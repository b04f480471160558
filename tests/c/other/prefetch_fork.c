/*
 * A fork during and after a prefetch, and in the interrupt check of a call that waits for one: the child lacks the
 * background thread and sends its own request; the parent's prefetch continues.
 * argv[1]: a slow sandbox of 45 connectors.
 */
#include "../silent.h"

#include <sys/wait.h>

/* Returns a pager with `rows` rows per page, `wait` milliseconds after its first page and the start of a prefetch. */
static dc_pager *started_pager(dc_client *client, int32_t rows, long wait)
{
    dc_pager *pager = NULL;
    dc_page *page = NULL;

    CHECK(dc_pager_new(client, rows, NULL, &pager, NULL) == DC_OK);
    CHECK(dc_pager_set_prefetch(pager, 1, NULL) == DC_OK);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    sleep_milliseconds(wait);
    return pager;
}

/* Lists the pages after the first, which have `expected` rows. */
static void list_remaining_pages(dc_pager *pager, size_t expected)
{
    size_t rows = 0;
    dc_page *page = NULL;
    dc_error *error = NULL;
    dc_status status;

    while ((status = dc_pager_next(pager, NULL, &page, &error)) == DC_OK) {
        rows += dc_page_count(page);
        dc_page_free(page);
    }
    if (status != DC_DONE)
        fprintf(stderr, "%s\n", dc_error_message(error));
    CHECK(status == DC_DONE && rows == expected);
}

static void expect_success(pid_t child)
{
    int status;

    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static pid_t fork_child(void)
{
    pid_t child = fork();

    CHECK(child >= 0);
    if (child == 0)
        alarm(60); /* should it wait for the thread that it lacks */
    return child;
}

struct forker {
    int is_due;
    pid_t child;
};

static int32_t fork_if_due(void *user_data)
{
    struct forker *forker = user_data;

    if (forker->is_due) {
        forker->is_due = 0;
        forker->child = fork_child();
    }
    return 0;
}

/*
 * The call of the child waits for a thread that exists in the parent only. There is one prefetch: a later one of the parent would
 * wake the child, too.
 */
static void fork_while_a_call_waits_for_a_prefetch(const char *url)
{
    struct forker forker = {0, -1};
    dc_config *config = check_config(url);
    dc_client *client;

    CHECK(dc_config_set_interrupt_check(config, fork_if_due, &forker, NULL, NULL) == DC_OK);
    client = check_client_of(config);
    dc_config_free(config);
    do { /* until a wait was long enough for the check */
        dc_pager *pager = started_pager(client, 40, 0);

        forker.is_due = 1;
        list_remaining_pages(pager, 5);
        dc_pager_free(pager);
    } while (forker.is_due);
    dc_client_free(client);
    if (forker.child == 0)
        _exit(0);
    expect_success(forker.child);
}

int main(int argc, char **argv)
{
    dc_client *client;
    int turn;

    CHECK(argc == 2);
    for (turn = 0; turn < 20; turn++)
        fork_while_a_call_waits_for_a_prefetch(argv[1]);
    client = check_client(argv[1]);
    for (turn = 0; turn < 24; turn++) {
        /* From before the request is sent until after the page was received. */
        dc_pager *pager = started_pager(client, 10, turn * 2);
        pid_t lister, freer, forker;

        if ((lister = fork_child()) == 0) {
            list_remaining_pages(pager, 35);
            dc_pager_free(pager);
            dc_client_free(client);
            _exit(0);
        }
        if ((freer = fork_child()) == 0) {
            dc_client_free(client);
            dc_pager_free(pager);
            _exit(0);
        }
        if ((forker = fork_child()) == 0) {
            /* Its own child lacks both background threads. */
            pid_t child;
            dc_pager *another = started_pager(client, 10, 1);

            if ((child = fork_child()) == 0) {
                list_remaining_pages(another, 35);
                list_remaining_pages(pager, 35);
                dc_pager_free(another);
                _exit(0);
            }
            list_remaining_pages(another, 35);
            expect_success(child);
            exit(0);
        }
        list_remaining_pages(pager, 35);
        dc_pager_free(pager);
        expect_success(lister);
        expect_success(freer);
        expect_success(forker);
    }
    dc_client_free(client);
    return 0;
}
