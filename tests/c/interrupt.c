/*
 * Interrupt check: asked while a call waits, and at once when a signal comes; ends the call when it says so.
 * argv[1]: a sandbox. It also listens on a port of its own, where nobody answers.
 */
#include "silent.h"

#include <signal.h>
#include <sys/time.h>

struct asked {
    int times;
    int end_at; /* ends the call when asked so often; 0: never */
    int drops;
};

static volatile sig_atomic_t signalled;
static dc_client *asking; /* a client that the check itself makes a call with */

static int32_t on_ask(void *user_data)
{
    struct asked *asked = user_data;

    asked->times++;
    if (asking != NULL) {
        dc_page *page = NULL;
        CHECK(dc_list_page(asking, 1, NULL, NULL, &page, NULL) == DC_ERR_TIMEOUT);
    }
    return signalled || (asked->end_at != 0 && asked->times >= asked->end_at);
}

static void on_drop(void *user_data)
{
    ((struct asked *)user_data)->drops++;
}

static void on_signal(int number)
{
    (void)number;
    signalled = 1;
}

int main(int argc, char **argv)
{
    struct asked asked = {0, 0, 0};
    struct silent silent;
    struct sigaction action;
    struct itimerval soon = {{0, 0}, {0, 150000}};
    dc_config *config;
    dc_client *client = NULL;
    dc_page *page = UNTOUCHED(dc_page);
    dc_error *error = UNTOUCHED(dc_error);
    long started;

    CHECK(argc == 2);
    CHECK_REFUSED(dc_config_set_interrupt_check(NULL, on_ask, &asked, on_drop, &error), "config is NULL");
    CHECK(asked.drops == 0);

    /* Never asked by a call that has nothing to wait for long. */
    config = check_config(argv[1]);
    CHECK(dc_config_set_interrupt_check(config, on_ask, &asked, on_drop, &error) == DC_OK && error == NULL);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    CHECK(dc_list_page(client, 1, NULL, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    dc_client_free(client);
    CHECK(asked.drops == 0);

    /* Asked every 15 ms, and heeded. */
    silent_start(&silent);
    CHECK(dc_config_set_base_url(config, silent.url, NULL) == DC_OK);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    asked.times = 0;
    asked.end_at = 3;
    started = milliseconds();
    CHECK(dc_list_page(client, 1, NULL, NULL, &page, &error) == DC_ERR_CANCELLED);
    CHECK(page == NULL && asked.times == 3);
    CHECK(strstr(dc_error_message(error), "interrupt check") != NULL);
    dc_error_free(error);
    CHECK(milliseconds() - started < 5000);

    /* A check that makes a call, which waits: it isn't asked by that one. */
    CHECK(dc_config_set_timeout_ms(config, 200, NULL) == DC_OK);
    CHECK(dc_client_new(config, &asking, NULL) == DC_OK);
    asked.times = 0;
    asked.end_at = 2;
    CHECK(dc_list_page(client, 1, NULL, NULL, &page, NULL) == DC_ERR_CANCELLED);
    CHECK(asked.times == 2);
    dc_client_free(asking);
    asking = NULL;

    /* A signal that interrupts the wait: asked at once. */
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    asked.end_at = 0;
    CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    CHECK(dc_list_page(client, 1, NULL, NULL, &page, NULL) == DC_ERR_CANCELLED);
    CHECK(signalled);

    CHECK(dc_config_set_interrupt_check(config, NULL, NULL, NULL, NULL) == DC_OK);
    dc_config_free(config);
    CHECK(asked.drops == 0);
    dc_client_free(client);
    CHECK(asked.drops == 1);
    silent_stop(&silent);
    return 0;
}
