/*
 * Calls change neither signal handlers nor the signal mask, and background threads block all signals.
 * argv[1]: the port of a sandbox of 45 connectors. argv[2]: a server that sends one page and never responds again.
 * Preloaded: preload.c, for slow DNS resolution.
 */
#include "../silent.h"

#include <dirent.h>
#include <signal.h>

#define SIGNALS 65

struct state {
    struct sigaction actions[SIGNALS];
    sigset_t mask;
};

static struct state before;
static int lines;

static void on_signal(int number)
{
    (void)number;
}

/* The C library keeps the signals between 31 and SIGRTMIN for itself. */
static int is_changeable(int number)
{
    return number != SIGKILL && number != SIGSTOP && (number < 32 || number >= SIGRTMIN);
}

static void save(struct state *state)
{
    int number;

    sigemptyset(&state->mask);
    for (number = 0; number < SIGNALS; number++) {
        memset(&state->actions[number], 0, sizeof state->actions[number]);
        sigemptyset(&state->actions[number].sa_mask);
    }
    for (number = 1; number < SIGNALS; number++)
        if (is_changeable(number))
            CHECK(sigaction(number, NULL, &state->actions[number]) == 0);
    CHECK(pthread_sigmask(SIG_BLOCK, NULL, &state->mask) == 0);
}

static void check_unchanged(void)
{
    struct state now;
    int number, masked;

    save(&now);
    for (number = 1; number < SIGNALS; number++) {
        const struct sigaction *action = &now.actions[number], *old = &before.actions[number];

        CHECK(action->sa_handler == old->sa_handler && action->sa_flags == old->sa_flags);
        for (masked = 1; masked < SIGNALS; masked++)
            CHECK(sigismember(&action->sa_mask, masked) == sigismember(&old->sa_mask, masked));
        CHECK(sigismember(&now.mask, number) == sigismember(&before.mask, number));
    }
}

static void on_line(void *user_data, int32_t level, const char *message)
{
    (void)user_data;
    (void)level;
    (void)message;
    check_unchanged();
    lines++;
}

/* Checks the masks of all threads except this one; returns their number. */
static int check_background_threads(void)
{
    DIR *folder = opendir("/proc/self/task");
    struct dirent *entry;
    int threads = 0;

    CHECK(folder != NULL);
    while ((entry = readdir(folder)) != NULL) {
        unsigned long long blocked = 0;
        char path[300], line[200];
        FILE *status;
        int number, found = 0;

        if (entry->d_name[0] == '.' || atol(entry->d_name) == (long)getpid())
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
        if ((status = fopen(path, "r")) == NULL)
            continue; /* it has just ended */
        while (fgets(line, sizeof line, status) != NULL)
            found |= sscanf(line, "SigBlk: %llx", &blocked) == 1;
        fclose(status);
        if (!found)
            continue;
        for (number = 1; number < SIGNALS; number++)
            CHECK(!is_changeable(number) || (blocked >> (number - 1) & 1) == 1);
        threads++;
    }
    closedir(folder);
    return threads;
}

/* An ended thread may stay listed for a moment. */
static void expect_background_threads(int expected)
{
    long started = milliseconds();

    while (check_background_threads() != expected) {
        CHECK(milliseconds() - started < 2000);
        sleep_milliseconds(1);
    }
}

static dc_client *client_of(const char *host, const char *port, const char *timeout_ms)
{
    char url[100];
    dc_config *config;
    dc_client *client;

    snprintf(url, sizeof url, "http://%s:%s", host, port);
    config = check_config(url);
    SET(config, DC_OPTION_ALLOW_INSECURE_HTTP, "true");
    SET(config, DC_OPTION_TIMEOUT_MS, timeout_ms);
    CHECK(dc_config_set_logger(config, DC_LOG_DEBUG, on_line, NULL, NULL, NULL) == DC_OK);
    client = check_client_of(config);
    dc_config_free(config);
    return client;
}

int main(int argc, char **argv)
{
    struct sigaction action;
    sigset_t blocked;
    dc_cancel_token *token = NULL;
    dc_config *config;
    dc_client *client;
    dc_pager *pager = NULL;
    dc_page *page = NULL;
    int pages = 0;

    CHECK(argc == 3);
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0);
    action.sa_handler = SIG_IGN;
    CHECK(sigaction(SIGHUP, &action, NULL) == 0);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    CHECK(pthread_sigmask(SIG_BLOCK, &blocked, NULL) == 0);
    save(&before);

    /* DNS resolution, pages and prefetches that succeed. */
    client = client_of("localhost", argv[1], "30000");
    check_unchanged();
    dc_page_free(check_page(client));
    CHECK(dc_pager_new(client, 5, NULL, &pager, NULL) == DC_OK);
    CHECK(dc_pager_set_prefetch(pager, 1, NULL) == DC_OK);
    while (dc_pager_next(pager, NULL, &page, NULL) == DC_OK) {
        dc_page_free(page);
        check_unchanged();
        pages++;
    }
    CHECK(pages == 9);
    dc_pager_free(pager);

    /* Cancellation. */
    CHECK(dc_cancel_token_new(&token, NULL) == DC_OK);
    dc_cancel_token_cancel(token);
    CHECK(dc_list_page(client, 0, NULL, token, &page, NULL) == DC_ERR_CANCELLED);
    dc_cancel_token_free(token);
    dc_client_shutdown(client);
    dc_client_free(client);
    check_unchanged();

    /* A timeout during DNS resolution, whose thread continues. */
    client = client_of("slow.example", argv[1], "100");
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_ERR_TIMEOUT);
    expect_background_threads(1);
    dc_client_free(client);
    check_unchanged();

    /* A prefetch that does not end. */
    config = check_config(argv[2]);
    client = check_client_of(config);
    dc_config_free(config);
    CHECK(dc_pager_new(client, 5, NULL, &pager, NULL) == DC_OK);
    CHECK(dc_pager_set_prefetch(pager, 1, NULL) == DC_OK);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    expect_background_threads(2);
    dc_pager_free(pager);
    dc_client_free(client);
    check_unchanged();
    CHECK(lines > 0);
    return 0;
}
