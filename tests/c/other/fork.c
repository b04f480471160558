/*
 * One client in a process and its forked children: each opens its own connections, the parent's stay intact, and
 * cancelling a token or shutting down the client in a child affects the child only.
 * argv[1]: a sandbox of 45 connectors.
 */
#include "../silent.h"

#include <sys/wait.h>

static dc_client *client;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t listed = PTHREAD_COND_INITIALIZER;
static int lists[4], stop; /* the number of lists of each thread */

/* Each caller asks for another number of rows, so that a response to another process is noticed. */
static void list_rows(int32_t rows)
{
    dc_page *page = NULL;
    dc_error *error = NULL;
    dc_status status = dc_list_page(client, rows, NULL, NULL, &page, &error);

    if (status != DC_OK)
        fprintf(stderr, "%s: %s\n", dc_status_name(status), dc_error_message(error));
    CHECK(status == DC_OK);
    CHECK(dc_page_count(page) == (size_t)rows);
    dc_page_free(page);
}

static void *list_until_stopped(void *count)
{
    int is_stopped;

    do {
        list_rows(7);
        pthread_mutex_lock(&lock);
        ++*(int *)count;
        is_stopped = stop;
        pthread_cond_signal(&listed);
        pthread_mutex_unlock(&lock);
    } while (!is_stopped);
    return NULL;
}

/* Waits until each thread has listed once more. */
static void wait_for_lists(void)
{
    int before[4], i;

    pthread_mutex_lock(&lock);
    memcpy(before, lists, sizeof before);
    for (i = 0; i < 4; i++) {
        while (lists[i] == before[i])
            pthread_cond_wait(&listed, &lock);
    }
    pthread_mutex_unlock(&lock);
}

static void expect_success(pid_t child)
{
    int status;

    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Lists pages in this process and in `depth` generations of children. */
static void list_in_children(int depth)
{
    pid_t child;
    int round;

    for (round = 0; round < 5; round++)
        list_rows(3);
    if (depth > 0) {
        child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            list_in_children(depth - 1);
            _exit(0);
        }
        expect_success(child);
    }
    list_rows(5);
}

static void children_list_while_threads_do(void)
{
    pthread_t threads[4];
    pid_t children[10];
    int i;

    for (i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], NULL, list_until_stopped, &lists[i]) == 0);
    for (i = 0; i < 10; i++) {
        wait_for_lists();
        children[i] = fork();
        CHECK(children[i] >= 0);
        if (children[i] == 0) {
            if (i % 2 == 0)
                list_in_children(1);
            _exit(0); /* the odd ones only exit */
        }
        list_rows(45);
    }
    for (i = 0; i < 10; i++)
        expect_success(children[i]);
    pthread_mutex_lock(&lock);
    stop = 1;
    pthread_mutex_unlock(&lock);
    for (i = 0; i < 4; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

static void cancelling_in_a_child_affects_the_child_only(void)
{
    dc_cancel_token *token = NULL;
    dc_page *page = NULL;
    pid_t child;

    CHECK(dc_cancel_token_new(&token, NULL) == DC_OK);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        dc_cancel_token_cancel(token);
        CHECK(dc_list_page(client, 0, NULL, token, &page, NULL) == DC_ERR_CANCELLED);
        dc_client_shutdown(client);
        CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_ERR_CANCELLED);
        dc_cancel_token_free(token);
        dc_client_free(client);
        _exit(0);
    }
    expect_success(child);
    CHECK(dc_cancel_token_is_cancelled(token) == 0);
    CHECK(dc_list_page(client, 4, NULL, token, &page, NULL) == DC_OK);
    CHECK(dc_page_count(page) == 4);
    dc_page_free(page);
    dc_cancel_token_free(token);
}

static struct silent silent;

static void *cancel_when_called(void *token)
{
    silent_wait_for_call(&silent);
    dc_cancel_token_cancel(token);
    return NULL;
}

/* A child does not poll the parent's descriptor of the token, but cancellation still works. */
static void inherited_token_cancels_a_waiting_call(void)
{
    dc_client *waiting;
    dc_cancel_token *token = NULL;
    dc_page *page = NULL;
    pthread_t thread;
    pid_t child;
    long started;

    silent_start(&silent);
    waiting = check_client(silent.url);
    CHECK(dc_cancel_token_new(&token, NULL) == DC_OK);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        started = milliseconds();
        CHECK(pthread_create(&thread, NULL, cancel_when_called, token) == 0);
        CHECK(dc_list_page(waiting, 0, NULL, token, &page, NULL) == DC_ERR_CANCELLED);
        CHECK(milliseconds() - started < 5000);
        CHECK(pthread_join(thread, NULL) == 0);
        _exit(0);
    }
    expect_success(child);
    CHECK(dc_cancel_token_is_cancelled(token) == 0);
    dc_cancel_token_free(token);
    dc_client_free(waiting);
    silent_stop(&silent);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    client = check_client(argv[1]);
    list_rows(2); /* opens a connection, which the children inherit */
    list_in_children(2);
    children_list_while_threads_do();
    cancelling_in_a_child_affects_the_child_only();
    inherited_token_cancels_a_waiting_call();
    list_rows(6);
    dc_client_free(client);
    return 0;
}
