/*
 * A fork while a page is fetched ahead, or was: the child hasn't the thread, and fetches for itself; the parent goes on.
 * argv[1]: a sandbox of 45 connectors that takes its time.
 */
#include "../silent.h"

#include <sys/wait.h>

static dc_pager *begun(dc_client *client, long wait)
{
    dc_pager *pager = NULL;
    dc_page *page = NULL;

    CHECK(dc_pager_new(client, 10, NULL, &pager, NULL) == DC_OK);
    CHECK(dc_pager_set_prefetch(pager, 1, NULL) == DC_OK);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    sleep_milliseconds(wait);
    return pager;
}

/* The four pages behind the first one. */
static void goes_on(dc_pager *pager)
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
    CHECK(status == DC_DONE && rows == 35);
}

static void wait_for(pid_t child)
{
    int status;

    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static pid_t forked(void)
{
    pid_t child = fork();

    CHECK(child >= 0);
    if (child == 0)
        alarm(60); /* rather than wait for a thread that isn't there */
    return child;
}

int main(int argc, char **argv)
{
    dc_client *client;
    int turn;

    CHECK(argc == 2);
    client = check_client(argv[1]);
    for (turn = 0; turn < 24; turn++) {
        /* From before the request is sent until after the page has come. */
        dc_pager *pager = begun(client, turn * 2);
        pid_t walker, freer, leaver;

        if ((walker = forked()) == 0) {
            goes_on(pager);
            dc_pager_free(pager);
            dc_client_free(client);
            _exit(0);
        }
        if ((freer = forked()) == 0) {
            dc_client_free(client);
            dc_pager_free(pager);
            _exit(0);
        }
        if ((leaver = forked()) == 0) {
            /* Its own child has neither the parent's thread nor this one's. */
            pid_t child;
            dc_pager *another = begun(client, 1);

            if ((child = forked()) == 0) {
                goes_on(another);
                goes_on(pager);
                dc_pager_free(another);
                _exit(0);
            }
            goes_on(another);
            wait_for(child);
            exit(0);
        }
        goes_on(pager);
        dc_pager_free(pager);
        wait_for(walker);
        wait_for(freer);
        wait_for(leaver);
    }
    dc_client_free(client);
    return 0;
}
