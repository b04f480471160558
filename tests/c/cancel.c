/* Cancel token: cancels calls from another thread, from a signal handler, and beforehand. argv[1]: a sandbox. */
#include "silent.h"

#ifndef _WIN32
#include <errno.h>
#include <signal.h>
#endif

static dc_cancel_token *new_token(void)
{
    dc_cancel_token *token = UNTOUCHED(dc_cancel_token);
    dc_error *error = UNTOUCHED(dc_error);

    CHECK(dc_cancel_token_new(&token, &error) == DC_OK && error == NULL);
    CHECK(dc_cancel_token_is_cancelled(token) == 0);
    return token;
}

static void call_is_cancelled(dc_client *client, const dc_cancel_token *token)
{
    dc_page *page = UNTOUCHED(dc_page);
    dc_error *error = UNTOUCHED(dc_error);
    long started = milliseconds();

    CHECK(dc_list_page(client, 0, NULL, token, &page, &error) == DC_ERR_CANCELLED);
    CHECK(page == NULL);
    CHECK(strstr(dc_error_message(error), "cancel token") != NULL);
    CHECK(milliseconds() - started < 5000);
    dc_error_free(error);
}

static void null_arguments_are_rejected(void)
{
    CHECK_REJECTED(dc_cancel_token_new(NULL, &error), "out_token is NULL");
    CHECK(dc_cancel_token_new(NULL, NULL) == DC_ERR_INVALID_ARGUMENT);
    CHECK(dc_cancel_token_clone(NULL) == NULL);
    dc_cancel_token_cancel(NULL);
    CHECK(dc_cancel_token_is_cancelled(NULL) == -1);
    dc_cancel_token_free(NULL);
}

static struct silent silent;

static void *cancel_when_called(void *token)
{
    silent_wait_for_call(&silent);
    dc_cancel_token_cancel(token);
    dc_cancel_token_free(token);
    return NULL;
}

static void another_thread_cancels_with_a_clone(dc_client *silent_client, dc_client *client)
{
    dc_cancel_token *token = new_token(), *clone = dc_cancel_token_clone(token);
    pthread_t thread;

    CHECK(clone != NULL && clone != token);
    CHECK(pthread_create(&thread, NULL, cancel_when_called, clone) == 0);
    call_is_cancelled(silent_client, token);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(dc_cancel_token_is_cancelled(token) == 1);
    /* It stays cancelled, for every client. */
    call_is_cancelled(silent_client, token);
    call_is_cancelled(client, token);
    dc_cancel_token_free(token);
}

static void handles_of_a_token_are_independent(dc_client *client)
{
    dc_cancel_token *token = new_token(), *clone = dc_cancel_token_clone(token), *other = new_token();

    CHECK(dc_cancel_token_is_cancelled(clone) == 0);
    dc_cancel_token_cancel(token);
    dc_cancel_token_free(token);
    CHECK(dc_cancel_token_is_cancelled(clone) == 1 && dc_cancel_token_is_cancelled(other) == 0);
    call_is_cancelled(client, clone);
    dc_cancel_token_free(clone);
    dc_cancel_token_free(other);
}

static void pager_continues_after_a_cancelled_call(dc_client *client)
{
    dc_cancel_token *token = new_token();
    dc_pager *pager = NULL;
    dc_page *page = UNTOUCHED(dc_page);

    dc_cancel_token_cancel(token);
    CHECK(dc_pager_new(client, 0, NULL, &pager, NULL) == DC_OK);
    CHECK(dc_pager_next(pager, token, &page, NULL) == DC_ERR_CANCELLED && page == NULL);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK && dc_page_count(page) == 20);
    dc_page_free(page);
    dc_pager_free(pager);
    dc_cancel_token_free(token);
}

static void uncancelled_token_has_no_effect(dc_client *client)
{
    dc_cancel_token *token = new_token();
    dc_page *page = NULL;

    CHECK(dc_list_page(client, 0, NULL, token, &page, NULL) == DC_OK);
    dc_page_free(page);
    dc_cancel_token_free(token);
}

#ifndef _WIN32 /* which has no signals */
static dc_cancel_token *signal_token;
static volatile sig_atomic_t errno_was_preserved;

static void on_signal(int number)
{
    int saved = errno;
    (void)number;
    errno = 1234;
    dc_cancel_token_cancel(signal_token);
    errno_was_preserved = errno == 1234;
    errno = saved;
}

static void *signal_when_called(void *caller)
{
    silent_wait_for_call(&silent);
    CHECK(pthread_kill(*(pthread_t *)caller, SIGALRM) == 0);
    return NULL;
}

static void signal_handler_cancels(dc_client *silent_client)
{
    struct sigaction action;
    pthread_t caller = pthread_self(), thread;

    signal_token = new_token();
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(pthread_create(&thread, NULL, signal_when_called, &caller) == 0);
    call_is_cancelled(silent_client, signal_token);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(errno_was_preserved);
    dc_cancel_token_free(signal_token);
}
#endif

int main(int argc, char **argv)
{
    dc_client *client, *silent_client;

    CHECK(argc == 2);
    silent_start(&silent);
    silent_client = check_client(silent.url);
    client = check_client(argv[1]);
    null_arguments_are_rejected();
    another_thread_cancels_with_a_clone(silent_client, client);
    handles_of_a_token_are_independent(client);
    pager_continues_after_a_cancelled_call(client);
    uncancelled_token_has_no_effect(client);
#ifndef _WIN32
    signal_handler_cancels(silent_client);
#endif
    dc_client_free(client);
    dc_client_free(silent_client);
    silent_stop(&silent);
    return 0;
}
