/*
 * A timer signal every millisecond during calls, with a handler that does not restart system calls; and writes to
 * connections that the server has closed, with SIGPIPE at its default, which would terminate the process.
 * argv[1]: a sandbox of 45 connectors. argv[2]: a server that closes and resets each connection after a response.
 */
#include "../silent.h"

#include <signal.h>
#include <sys/time.h>

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
    (void)number;
    signals++;
}

int main(int argc, char **argv)
{
    struct itimerval every_millisecond = {{0, 1000}, {0, 1000}}, off = {{0, 0}, {0, 0}};
    struct sigaction action;
    struct silent silent;
    dc_config *config;
    dc_client *client;
    dc_page *page = NULL;
    long started;
    int round;

    CHECK(argc == 3);
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal; /* no SA_RESTART */
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(setitimer(ITIMER_REAL, &every_millisecond, NULL) == 0);

    client = check_client(argv[1]);
    for (round = 0; round < 300; round++) {
        CHECK(dc_list_page(client, 1 + round % 45, NULL, NULL, &page, NULL) == DC_OK);
        CHECK(dc_page_count(page) == (size_t)(1 + round % 45));
        dc_page_free(page);
    }
    dc_client_free(client);

    /* The timeout is kept although the wait is interrupted. */
    silent_start(&silent);
    config = check_config(silent.url);
    SET(config, DC_OPTION_TIMEOUT_MS, "300");
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    started = milliseconds();
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_ERR_TIMEOUT);
    CHECK(milliseconds() - started >= 299 && milliseconds() - started < 3000);
    dc_client_free(client);
    dc_config_free(config);
    silent_stop(&silent);
    CHECK(setitimer(ITIMER_REAL, &off, NULL) == 0);
    CHECK(signals > 100);

    client = check_client(argv[2]);
    for (round = 0; round < 20; round++) {
        CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_OK);
        dc_page_free(page);
        usleep(300); /* closed by then, and too recently used to be checked before it is written to */
    }
    dc_client_free(client);
    return 0;
}
