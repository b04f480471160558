/*
 * Fetching ahead: log function, interrupt check and drop function are called on the thread that calls, and when all is
 * freed no thread and no descriptor is left. argv[1]: a sandbox of 45 connectors, argv[2]: a server that gives one page
 * and hangs at the next.
 */
#include "../silent.h"

#include <dirent.h>
#include <sys/resource.h>

static pthread_t caller;
static int lines, asked, drops;

static void on_line(void *user_data, int32_t level, const char *message)
{
    (void)user_data;
    (void)level;
    CHECK(pthread_equal(pthread_self(), caller) && strlen(message) > 0);
    lines++;
}

/* Ends the call when asked a third time. */
static int32_t on_ask(void *user_data)
{
    (void)user_data;
    CHECK(pthread_equal(pthread_self(), caller));
    return ++asked == 3;
}

static void on_drop(void *user_data)
{
    (void)user_data;
    CHECK(pthread_equal(pthread_self(), caller));
    drops++;
}

static int entries(const char *folder)
{
    DIR *open = opendir(folder);
    int count = 0;

    CHECK(open != NULL);
    while (readdir(open) != NULL)
        count++;
    closedir(open);
    return count;
}

static dc_client *heard_client(const char *base_url)
{
    dc_config *config = check_config(base_url);
    dc_client *client = NULL;

    CHECK(dc_config_set_logger(config, DC_LOG_DEBUG, on_line, NULL, on_drop, NULL) == DC_OK);
    CHECK(dc_config_set_interrupt_check(config, on_ask, NULL, on_drop, NULL) == DC_OK);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    dc_config_free(config);
    return client;
}

static dc_pager *ahead(dc_client *client)
{
    dc_pager *pager = NULL;

    CHECK(dc_pager_new(client, 5, NULL, &pager, NULL) == DC_OK);
    CHECK(dc_pager_set_prefetch(pager, 1, NULL) == DC_OK);
    return pager;
}

/* Left after each number of pages, and at some moment of the fetch of the next one. */
static void walks_that_are_left(const char *base_url)
{
    dc_client *client = heard_client(base_url);
    int before = 0, turn, taken;

    for (turn = 0; turn < 120; turn++) {
        dc_pager *pager = ahead(client);

        asked = -1000000;
        for (taken = 0; taken < turn % 12; taken++) {
            dc_page *page = NULL;
            dc_status status;

            lines = 0;
            status = dc_pager_next(pager, NULL, &page, NULL);
            CHECK(status == (taken < 9 ? DC_OK : DC_DONE));
            /* The lines of each page's own request, the one that was made ahead included. */
            CHECK(lines == (status == DC_OK ? 2 : 0));
            dc_page_free(page);
        }
        if (turn % 3 == 0)
            sleep_milliseconds(turn % 4);
        lines = 0;
        dc_pager_free(pager);
        CHECK(lines == 0);
        /* Beside the client's own, and of its pool: a connection or none. */
        if (turn == 0)
            before = entries("/proc/self/fd");
        CHECK(entries("/proc/self/fd") <= before + 1);
    }
    CHECK(drops == 0);
    dc_client_free(client);
    CHECK(drops == 2);
}

/* With no descriptor to be had the walk goes on, a page at a time, over the connection that it has. */
static void without_descriptors(const char *base_url)
{
    dc_client *client = heard_client(base_url);
    dc_pager *pager = ahead(client);
    struct rlimit limit, few;
    int taken[64], count = 0, pages;

    asked = -1000000;
    CHECK(dc_pager_set_prefetch(pager, 0, NULL) == DC_OK);
    for (pages = 0; pages < 9; pages++) {
        dc_page *page = NULL;

        CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK && dc_page_count(page) == 5);
        dc_page_free(page);
        if (pages > 0)
            continue;
        CHECK(dc_pager_set_prefetch(pager, 1, NULL) == DC_OK);
        CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
        few = limit;
        few.rlim_cur = 64;
        CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
        while ((taken[count] = dup(0)) >= 0)
            CHECK(++count < 64);
    }
    while (count > 0)
        close(taken[--count]);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    dc_pager_free(pager);
    dc_client_free(client);
}

/* The check ends the wait for a fetch that hangs. The pager is the last to have the client, and its functions. */
static void interrupted_while_waiting(const char *base_url)
{
    dc_client *client = heard_client(base_url);
    dc_pager *pager = ahead(client);
    dc_page *page = NULL;
    dc_error *error = NULL;
    long started;

    asked = -1000000;
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    asked = 0;
    CHECK(dc_pager_next(pager, NULL, &page, &error) == DC_ERR_CANCELLED);
    CHECK(asked == 3 && page == NULL);
    CHECK(strcmp(dc_error_message(error), "request cancelled by the interrupt check") == 0);
    dc_error_free(error);
    drops = 0;
    dc_client_free(client);
    CHECK(drops == 0);
    started = milliseconds();
    dc_pager_free(pager);
    CHECK(milliseconds() - started < 5000);
    CHECK(drops == 2);
}

int main(int argc, char **argv)
{
    int descriptors = entries("/proc/self/fd"), threads = entries("/proc/self/task");
    long started;

    CHECK(argc == 3);
    caller = pthread_self();
    walks_that_are_left(argv[1]);
    without_descriptors(argv[1]);
    interrupted_while_waiting(argv[2]);
    CHECK(entries("/proc/self/fd") == descriptors);
    /* A thread that was joined may be seen there for a moment longer. */
    for (started = milliseconds(); entries("/proc/self/task") != threads; sleep_milliseconds(1))
        CHECK(milliseconds() - started < 10000);
    return 0;
}
