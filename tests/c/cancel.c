/*
 * Cancel token: from another thread, from a signal handler, beforehand; clones; and what NULL does. argv[1]: a sandbox.
 */
#include "silent.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>

static dc_cancel_token *from_signal;
static volatile sig_atomic_t errno_kept;

static void *cancel_soon(void *token)
{
    sleep_milliseconds(100);
    dc_cancel_token_cancel(token);
    dc_cancel_token_free(token);
    return NULL;
}

static void on_signal(int number)
{
    (void)number;
    errno = 1234;
    dc_cancel_token_cancel(from_signal);
    errno_kept = errno == 1234;
}

static void ends(dc_client *client, const dc_cancel_token *token)
{
    dc_page *page = UNTOUCHED(dc_page);
    dc_error *error = UNTOUCHED(dc_error);
    long started = milliseconds();

    CHECK(dc_list_page(client, 0, NULL, token, &page, &error) == DC_ERR_CANCELLED);
    CHECK(page == NULL);
    CHECK(strcmp(dc_error_message(error), "request cancelled by its cancel token") == 0);
    CHECK(milliseconds() - started < 5000);
    dc_error_free(error);
}

static void nulls(void)
{
    dc_error *error = NULL;

    CHECK(dc_cancel_token_new(NULL, &error) == DC_ERR_INVALID_ARGUMENT);
    CHECK(strstr(dc_error_message(error), "out_token is NULL") != NULL);
    dc_error_free(error);
    CHECK(dc_cancel_token_new(NULL, NULL) == DC_ERR_INVALID_ARGUMENT);
    CHECK(dc_cancel_token_clone(NULL) == NULL);
    dc_cancel_token_cancel(NULL);
    CHECK(dc_cancel_token_is_cancelled(NULL) == -1);
    dc_cancel_token_free(NULL);
}

int main(int argc, char **argv)
{
    dc_cancel_token *token = UNTOUCHED(dc_cancel_token), *clone;
    dc_error *error = UNTOUCHED(dc_error);
    struct sigaction action;
    struct itimerval soon = {{0, 0}, {0, 100000}};
    struct silent silent;
    dc_client *client, *served;
    dc_pager *pager = NULL;
    dc_page *page = NULL;
    pthread_t thread;

    CHECK(argc == 2);
    nulls();
    silent_start(&silent);
    client = check_client(silent.url);
    served = check_client(argv[1]);

    /* From another thread, which has a handle of its own to the token. */
    CHECK(dc_cancel_token_new(&token, &error) == DC_OK && error == NULL);
    CHECK(dc_cancel_token_is_cancelled(token) == 0);
    clone = dc_cancel_token_clone(token);
    CHECK(pthread_create(&thread, NULL, cancel_soon, clone) == 0);
    ends(client, token);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(dc_cancel_token_is_cancelled(token) == 1);

    /* Once cancelled it ends each call, on any client; the pager stays where it was. */
    ends(client, token);
    ends(served, token);
    CHECK(dc_pager_new(served, 0, NULL, &pager, NULL) == DC_OK);
    CHECK(dc_pager_next(pager, token, &page, NULL) == DC_ERR_CANCELLED);
    CHECK(page == NULL);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    dc_pager_free(pager);
    dc_cancel_token_free(token);

    /* One that isn't cancelled ends nothing. */
    CHECK(dc_cancel_token_new(&token, NULL) == DC_OK);
    CHECK(dc_list_page(served, 0, NULL, token, &page, NULL) == DC_OK);
    dc_page_free(page);
    dc_cancel_token_free(token);

    /* From a signal handler. */
    CHECK(dc_cancel_token_new(&from_signal, NULL) == DC_OK);
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    ends(client, from_signal);
    CHECK(errno_kept);
    dc_cancel_token_free(from_signal);

    dc_client_free(client);
    dc_client_free(served);
    silent_stop(&silent);
    return 0;
}
