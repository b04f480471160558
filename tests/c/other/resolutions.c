/*
 * DNS resolutions: calls for the same host share one, their number is limited, and a forked child starts its own.
 * This program's getaddrinfo replaces the system's: while the gate is closed, it does not return. argv[1]: a sandbox.
 */
#include "../silent.h"

#include <dirent.h>
#include <netdb.h>
#include <signal.h>
#include <sys/wait.h>

#define THREADS 8
#define MAX_AWAITED 4
#define MAX_RESOLUTIONS 8

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int gate_is_open, started, running, most_running;
static const char *port;

int getaddrinfo(const char *restrict host, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict found)
{
    struct result {
        struct addrinfo info;
        struct sockaddr_in address;
    } *result = calloc(1, sizeof *result);
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0); /* as a resolver that waits for a name server */
    sigset_t blocked;

    (void)service;
    (void)hints;
    CHECK(strncmp(host, "gated", 5) == 0 && result != NULL && descriptor >= 0);
    CHECK(pthread_sigmask(SIG_SETMASK, NULL, &blocked) == 0);
    CHECK(sigismember(&blocked, SIGINT) == 1 && sigismember(&blocked, SIGCHLD) == 1);
    pthread_mutex_lock(&lock);
    started++;
    running++;
    most_running = running > most_running ? running : most_running;
    pthread_cond_broadcast(&changed);
    while (!gate_is_open)
        pthread_cond_wait(&changed, &lock);
    running--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    close(descriptor);
    result->address.sin_family = AF_INET;
    result->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    result->info.ai_family = AF_INET;
    result->info.ai_socktype = SOCK_STREAM;
    result->info.ai_addr = (struct sockaddr *)&result->address;
    result->info.ai_addrlen = sizeof result->address;
    *found = &result->info;
    return 0;
}

void freeaddrinfo(struct addrinfo *found)
{
    free(found);
}

static void set_gate(int is_open)
{
    pthread_mutex_lock(&lock);
    gate_is_open = is_open;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void wait_for(const int *number, int expected)
{
    pthread_mutex_lock(&lock);
    while (*number < expected)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

/* Opens the gate until no resolution is in progress, and resets the counts. */
static void end_resolutions(void)
{
    set_gate(1);
    pthread_mutex_lock(&lock);
    while (running > 0)
        pthread_cond_wait(&changed, &lock);
    gate_is_open = started = most_running = 0;
    pthread_mutex_unlock(&lock);
}

/* Forks while the lock is held, so that it is usable in the child, where the gate is open. */
static pid_t fork_child(void)
{
    pid_t child = fork();

    CHECK(child >= 0);
    if (child == 0) {
        alarm(60); /* if it waits for threads that only the parent has */
        CHECK(pthread_cond_init(&changed, NULL) == 0);
        gate_is_open = 1;
    }
    return child;
}

/* A call on its own thread, whose interrupt check counts. */
struct caller {
    dc_client *client;
    dc_cancel_token *token;
    pthread_t thread;
    dc_status status;
    int checks;
    int is_forking;
    pid_t child;
};

static int32_t count_check(void *data)
{
    struct caller *caller = data;

    pthread_mutex_lock(&lock);
    caller->checks++;
    if (caller->is_forking && caller->checks == 3)
        caller->child = fork_child();
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return 0;
}

static dc_client *client_of(const char *host, const char *timeout_ms, struct caller *caller)
{
    char url[100];
    dc_config *config;
    dc_client *client;

    snprintf(url, sizeof url, "http://%s:%s", host, port);
    config = check_config(url);
    SET(config, DC_OPTION_ALLOW_INSECURE_HTTP, "true");
    SET(config, DC_OPTION_TIMEOUT_MS, timeout_ms);
    if (caller != NULL)
        CHECK(dc_config_set_interrupt_check(config, count_check, caller, NULL, NULL) == DC_OK);
    client = check_client_of(config);
    dc_config_free(config);
    return client;
}

static dc_status list(const dc_client *client, const dc_cancel_token *token)
{
    dc_page *page = NULL;
    dc_error *error = NULL;
    dc_status status = dc_list_page(client, 1, NULL, token, &page, &error);

    if (status != DC_OK && status != DC_ERR_TIMEOUT && status != DC_ERR_CANCELLED)
        fprintf(stderr, "%s: %s\n", dc_status_name(status), dc_error_message(error));
    dc_page_free(page);
    dc_error_free(error);
    return status;
}

static void *call(void *data)
{
    struct caller *caller = data;

    caller->status = list(caller->client, caller->token);
    if (caller->is_forking && caller->child == 0)
        _exit(caller->status == DC_OK ? 0 : 1);
    return NULL;
}

/* Returns when the call waits: the first interrupt check may run before it resolves the host, the second does not. */
static void start_call(struct caller *caller, const char *host)
{
    caller->client = client_of(host, "20000", caller);
    CHECK(dc_cancel_token_new(&caller->token, NULL) == DC_OK);
    CHECK(pthread_create(&caller->thread, NULL, call, caller) == 0);
    wait_for(&caller->checks, 2);
}

static dc_status end_call(struct caller *caller)
{
    CHECK(pthread_join(caller->thread, NULL) == 0);
    dc_client_free(caller->client);
    dc_cancel_token_free(caller->token);
    return caller->status;
}

static void expect_success(pid_t child)
{
    int status;

    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int entries_of(const char *folder)
{
    DIR *entries = opendir(folder);
    int count = 0;

    CHECK(entries != NULL);
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count;
}

static int threads_at_start, descriptors_at_start;

static void *time_out_repeatedly(void *client)
{
    int turn;

    for (turn = 0; turn < 10; turn++) {
        CHECK(list(client, NULL) == DC_ERR_TIMEOUT);
        CHECK(entries_of("/proc/self/task") <= threads_at_start + 16);
        CHECK(entries_of("/proc/self/fd") <= descriptors_at_start + 16);
    }
    return NULL;
}

static void silent_name_server_uses_one_thread(void)
{
    dc_client *client = client_of("gated-silent.invalid", "100", NULL);
    pthread_t threads[THREADS];
    int i;

    threads_at_start = entries_of("/proc/self/task");
    descriptors_at_start = entries_of("/proc/self/fd");
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, time_out_repeatedly, client) == 0);
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(started == 1 && running == 1);
    dc_client_free(client);
    /* Joins it, or starts another one after it has ended. */
    set_gate(1);
    client = client_of("gated-silent.invalid", "20000", NULL);
    CHECK(list(client, NULL) == DC_OK);
    dc_client_free(client);
    end_resolutions();
}

static void waiting_calls_share_a_resolution_and_later_ones_do_not(void)
{
    struct caller callers[THREADS] = {{0}};
    dc_client *client = client_of("gated.invalid", "20000", NULL);
    int i;

    for (i = 0; i < THREADS; i++)
        start_call(&callers[i], "gated.invalid");
    wait_for(&started, 1);
    set_gate(1);
    for (i = 0; i < THREADS; i++)
        CHECK(end_call(&callers[i]) == DC_OK);
    CHECK(started == 1);
    CHECK(list(client, NULL) == DC_OK && started == 2);
    dc_client_free(client);
    client = client_of("gated.invalid", "20000", NULL); /* without the connection of the other one */
    CHECK(list(client, NULL) == DC_OK && started == 3);
    dc_client_free(client);
    end_resolutions();
}

static void number_of_resolutions_is_limited(void)
{
    struct caller callers[THREADS] = {{0}}, cancelled = {0};
    dc_client *client = client_of("gated-other.invalid", "200", NULL);
    char host[40];
    long since;
    int i;

    for (i = 0; i < THREADS; i++) {
        snprintf(host, sizeof host, "gated-%d.invalid", i);
        start_call(&callers[i], host);
    }
    wait_for(&started, MAX_AWAITED);
    since = milliseconds();
    CHECK(list(client, NULL) == DC_ERR_TIMEOUT);
    CHECK(milliseconds() - since >= 200 && milliseconds() - since < 5000);
    start_call(&cancelled, "gated-other.invalid");
    since = milliseconds();
    dc_cancel_token_cancel(cancelled.token);
    CHECK(end_call(&cancelled) == DC_ERR_CANCELLED && milliseconds() - since < 5000);
    CHECK(started == MAX_AWAITED);
    set_gate(1);
    for (i = 0; i < THREADS; i++)
        CHECK(end_call(&callers[i]) == DC_OK);
    CHECK(started == THREADS && most_running == MAX_AWAITED);
    dc_client_free(client);
    end_resolutions();
}

static void time_out(const char *host, const char *expected)
{
    dc_client *client = client_of(host, "100", NULL);
    dc_error *error = NULL;
    dc_page *page = NULL;

    CHECK(dc_list_page(client, 1, NULL, NULL, &page, &error) == DC_ERR_TIMEOUT);
    CHECK(strstr(dc_error_message(error), expected) != NULL);
    dc_error_free(error);
    dc_client_free(client);
}

static void resolutions_whose_calls_timed_out_do_not_block_others(void)
{
    struct caller caller = {0};
    char host[40], expected[100];
    int i;

    for (i = 0; i < MAX_RESOLUTIONS - 1; i++) {
        snprintf(host, sizeof host, "gated-%d.invalid", i);
        snprintf(expected, sizeof expected, "DNS resolution of %s timed out after 100 ms", host);
        time_out(host, expected);
    }
    wait_for(&started, MAX_RESOLUTIONS - 1);
    start_call(&caller, "gated-live.invalid");
    wait_for(&started, MAX_RESOLUTIONS);
    time_out("gated-late.invalid", "it waited for 8 resolutions of other hosts");
    CHECK(started == MAX_RESOLUTIONS);
    set_gate(1);
    CHECK(end_call(&caller) == DC_OK);
    end_resolutions();
}

static void forked_child_starts_its_own_resolution(void)
{
    struct caller callers[MAX_AWAITED] = {{0}};
    dc_client *client = client_of("gated-0.invalid", "20000", NULL);
    char host[40];
    pid_t child;
    int i;

    for (i = 0; i < MAX_AWAITED; i++) {
        snprintf(host, sizeof host, "gated-%d.invalid", i);
        start_call(&callers[i], host);
    }
    wait_for(&started, MAX_AWAITED);
    pthread_mutex_lock(&lock);
    child = fork_child();
    pthread_mutex_unlock(&lock);
    if (child == 0) {
        CHECK(list(client, NULL) == DC_OK && started == MAX_AWAITED + 1);
        _exit(0);
    }
    expect_success(child);
    CHECK(started == MAX_AWAITED);
    set_gate(1);
    for (i = 0; i < MAX_AWAITED; i++)
        CHECK(end_call(&callers[i]) == DC_OK);
    dc_client_free(client);
    end_resolutions();
}

static void call_continues_in_a_child_that_its_interrupt_check_forked(void)
{
    struct caller caller = {0};

    caller.is_forking = 1;
    start_call(&caller, "gated.invalid");
    wait_for(&caller.checks, 3);
    wait_for(&started, 1);
    expect_success(caller.child); /* while the resolution of its parent continues */
    set_gate(1);
    CHECK(end_call(&caller) == DC_OK);
    end_resolutions();
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    port = strrchr(argv[1], ':') + 1;
    silent_name_server_uses_one_thread();
    waiting_calls_share_a_resolution_and_later_ones_do_not();
    number_of_resolutions_is_limited();
    resolutions_whose_calls_timed_out_do_not_block_others();
    forked_child_starts_its_own_resolution();
    call_continues_in_a_child_that_its_interrupt_check_forked();
    return 0;
}
