/*
 * Prefetching: callbacks are called on the calling thread, and no thread or descriptor is left when everything is
 * freed.
 * argv[1]: a sandbox of 45 connectors. argv[2]: a server that sends one page and never responds again.
 */
#include "../silent.h"

#include <sys/resource.h>

static pthread_t caller;
static int lines, checks, destroyed;

static void on_line(void *user_data, int32_t level, const char *message)
{
    (void)user_data;
    (void)level;
    CHECK(pthread_equal(pthread_self(), caller) && strlen(message) > 0);
    lines++;
}

/* Cancels the call when called for the third time. */
static int32_t on_check(void *user_data)
{
    (void)user_data;
    CHECK(pthread_equal(pthread_self(), caller));
    return ++checks == 3;
}

static void on_destroy(void *user_data)
{
    (void)user_data;
    CHECK(pthread_equal(pthread_self(), caller));
    destroyed++;
}

static dc_client *client_with_callbacks(const char *base_url)
{
    dc_config *config = check_config(base_url);
    dc_client *client = NULL;

    CHECK(dc_config_set_logger(config, DC_LOG_DEBUG, on_line, NULL, on_destroy, NULL) == DC_OK);
    CHECK(dc_config_set_interrupt_check(config, on_check, NULL, on_destroy, NULL) == DC_OK);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    dc_config_free(config);
    return client;
}

static dc_pager *new_pager(dc_client *client)
{
    dc_pager *pager = NULL;

    CHECK(dc_pager_new(client, 5, NULL, &pager, NULL) == DC_OK);
    CHECK(dc_pager_set_prefetch(pager, 1, NULL) == DC_OK);
    return pager;
}

/* Pagers are freed after any number of pages, at different moments of a prefetch. */
static void pagers_freed_early_leak_nothing(const char *base_url)
{
    dc_client *client = client_with_callbacks(base_url);
    int before = 0, turn, taken;

    for (turn = 0; turn < 120; turn++) {
        dc_pager *pager = new_pager(client);

        checks = -1000000;
        for (taken = 0; taken < turn % 12; taken++) {
            dc_page *page = NULL;
            dc_status status;

            lines = 0;
            status = dc_pager_next(pager, NULL, &page, NULL);
            CHECK(status == (taken < 9 ? DC_OK : DC_DONE));
            /* The two lines of the page's own request, also of a prefetched one. */
            CHECK(lines == (status == DC_OK ? 2 : 0));
            dc_page_free(page);
        }
        if (turn % 3 == 0)
            sleep_milliseconds(turn % 4);
        lines = 0;
        dc_pager_free(pager);
        CHECK(lines == 0);
        /* A pooled connection at most. */
        if (turn == 0)
            before = entries("/proc/self/fd");
        CHECK(entries("/proc/self/fd") <= before + 1);
    }
    CHECK(destroyed == 0);
    dc_client_free(client);
    CHECK(destroyed == 2);
}

/* Without a free descriptor nothing is prefetched, and the open connection is used. */
static void lists_without_free_descriptors(const char *base_url)
{
    dc_client *client = client_with_callbacks(base_url);
    dc_pager *pager = new_pager(client);
    struct rlimit limit, low_limit;
    int taken[64], count = 0, pages;

    checks = -1000000;
    CHECK(dc_pager_set_prefetch(pager, 0, NULL) == DC_OK);
    for (pages = 0; pages < 9; pages++) {
        dc_page *page = NULL;

        CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK && dc_page_count(page) == 5);
        dc_page_free(page);
        if (pages > 0)
            continue;
        CHECK(dc_pager_set_prefetch(pager, 1, NULL) == DC_OK);
        CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
        low_limit = limit;
        low_limit.rlim_cur = 64;
        CHECK(setrlimit(RLIMIT_NOFILE, &low_limit) == 0);
        while ((taken[count] = dup(0)) >= 0)
            CHECK(++count < 64);
    }
    while (count > 0)
        close(taken[--count]);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    dc_pager_free(pager);
    dc_client_free(client);
}

/* The pager is the last handle that keeps the client and its callbacks. */
static void interrupt_check_cancels_the_wait_for_a_prefetch(const char *base_url)
{
    dc_client *client = client_with_callbacks(base_url);
    dc_pager *pager = new_pager(client);
    dc_page *page = NULL;
    dc_error *error = NULL;
    long started;

    checks = -1000000;
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    checks = 0;
    CHECK(dc_pager_next(pager, NULL, &page, &error) == DC_ERR_CANCELLED);
    CHECK(checks == 3 && page == NULL);
    CHECK(strstr(dc_error_message(error), "interrupt check") != NULL);
    dc_error_free(error);
    destroyed = 0;
    dc_client_free(client);
    CHECK(destroyed == 0);
    started = milliseconds();
    dc_pager_free(pager);
    CHECK(milliseconds() - started < 5000);
    CHECK(destroyed == 2);
}

int main(int argc, char **argv)
{
    int descriptors = entries("/proc/self/fd"), threads = entries("/proc/self/task");
    long started;

    CHECK(argc == 3);
    caller = pthread_self();
    pagers_freed_early_leak_nothing(argv[1]);
    lists_without_free_descriptors(argv[1]);
    interrupt_check_cancels_the_wait_for_a_prefetch(argv[2]);
    CHECK(entries("/proc/self/fd") == descriptors);
    /* A joined thread may stay listed for a moment. */
    for (started = milliseconds(); entries("/proc/self/task") != threads; sleep_milliseconds(1))
        CHECK(milliseconds() - started < 10000);
    return 0;
}
