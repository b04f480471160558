/*
 * A timer signal every millisecond during calls, with handlers that don't restart system calls; and writes to connections
 * that the other side has closed, with SIGPIPE at its default, which would end the process.
 * argv[1]: a sandbox of 45 connectors. argv[2]: a server that closes and resets each connection after an answer.
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
    struct itimerval storm = {{0, 1000}, {0, 1000}}, calm = {{0, 0}, {0, 0}};
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
    CHECK(setitimer(ITIMER_REAL, &storm, NULL) == 0);

    client = check_client(argv[1]);
    for (round = 0; round < 300; round++) {
        CHECK(dc_list_page(client, 1 + round % 45, NULL, NULL, &page, NULL) == DC_OK);
        CHECK(dc_page_count(page) == (size_t)(1 + round % 45));
        dc_page_free(page);
    }
    dc_client_free(client);

    /* A time-out comes when it should, however often its wait is interrupted. */
    silent_start(&silent);
    config = check_config(silent.url);
    CHECK(dc_config_set_timeout_ms(config, 300, NULL) == DC_OK);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    started = milliseconds();
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_ERR_TIMEOUT);
    CHECK(milliseconds() - started >= 299 && milliseconds() - started < 3000);
    dc_client_free(client);
    dc_config_free(config);
    silent_stop(&silent);
    CHECK(setitimer(ITIMER_REAL, &calm, NULL) == 0);
    CHECK(signals > 100);

    client = check_client(argv[2]);
    for (round = 0; round < 20; round++) {
        CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_OK);
        dc_page_free(page);
        usleep(300); /* the connection is broken by then, and young enough to be written to unseen */
    }
    dc_client_free(client);
    return 0;
}
