/*
 * Callbacks: the logger, the interrupt check, and their destroy callbacks.
 * argv[1]: a sandbox of 45 connectors. A second server, in this program, never responds.
 */
#include "scripted.h"

#ifndef _WIN32
#include <signal.h>
#include <sys/time.h>
#endif

static const char *base_url;

struct log {
    int lines[5];
    char last[512];
    int lines_with_token;
    int destroyed;
    const dc_client *client; /* used by the callback once */
    dc_pager *pager;         /* used by the callback while its call is in progress */
    dc_config *config;       /* used by the destroy callback */
};

static void count_line(void *user_data, int32_t level, const char *message)
{
    struct log *log = user_data;
    const dc_client *client = log->client;

    CHECK(level >= DC_LOG_ERROR && level <= DC_LOG_DEBUG);
    CHECK(strchr(message, '\n') == NULL);
    log->lines[level]++;
    log->lines_with_token += strstr(message, TEST_TOKEN) != NULL;
    snprintf(log->last, sizeof log->last, "%s", message);
    log->client = NULL;
    if (client != NULL)
        dc_page_free(check_page(client));
}

static void count_destroyed(void *user_data)
{
    ((struct log *)user_data)->destroyed++;
}

static void rejected_logger_is_not_kept(void)
{
    dc_config *config = check_config(base_url);
    struct log log;

    memset(&log, 0, sizeof log);
    CHECK(DC_LOG_ERROR == 1 && DC_LOG_WARN == 2 && DC_LOG_INFO == 3 && DC_LOG_DEBUG == 4);
    CHECK_REJECTED(dc_config_set_logger(NULL, DC_LOG_INFO, count_line, &log, count_destroyed, &error),
                   "config is NULL");
    CHECK_REJECTED(dc_config_set_logger(config, 0, count_line, &log, count_destroyed, &error), "invalid log level 0");
    CHECK_REJECTED(dc_config_set_logger(config, 5, count_line, &log, count_destroyed, &error),
                   "invalid log level 5: use 1 (error) to 4 (debug)");
    CHECK(dc_config_set_logger(config, 0, NULL, &log, count_destroyed, NULL) == DC_OK);
    dc_config_free(config);
    CHECK(log.destroyed == 0);
}

static void client_keeps_its_logger_until_it_is_freed(void)
{
    dc_config *config = check_config(base_url);
    struct log all, errors;
    dc_client *client;
    dc_page *page = NULL;

    memset(&all, 0, sizeof all);
    memset(&errors, 0, sizeof errors);
    CHECK(dc_config_set_logger(config, DC_LOG_DEBUG, count_line, &all, count_destroyed, NULL) == DC_OK);
    client = check_client_of(config);
    CHECK(dc_config_set_logger(config, DC_LOG_ERROR, count_line, &errors, count_destroyed, NULL) == DC_OK);
    CHECK(all.destroyed == 0);

    /* A callback may make a call itself, which is logged, too. */
    all.client = client;
    dc_page_free(check_page(client));
    CHECK(all.lines[DC_LOG_DEBUG] == 2 && all.lines[DC_LOG_INFO] == 2 && all.lines[DC_LOG_ERROR] == 0);
    dc_client_free(client);
    CHECK(all.destroyed == 1);

    client = check_client_of(config);
    CHECK(dc_list_page(client, 0, "bad", NULL, &page, NULL) == DC_ERR_BAD_REQUEST);
    CHECK(errors.lines[DC_LOG_ERROR] == 1 && errors.lines[DC_LOG_DEBUG] == 0 && errors.lines[DC_LOG_INFO] == 0);
    /* A cancelled call is not an error. */
    dc_client_shutdown(client);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_ERR_CANCELLED);
    CHECK(errors.lines[DC_LOG_ERROR] == 1);
    dc_config_free(config);
    CHECK(errors.destroyed == 0);
    dc_client_free(client);
    CHECK(errors.destroyed == 1);
    CHECK(all.lines_with_token + errors.lines_with_token == 0);
}

static void retry_is_logged_as_a_warning(void)
{
    struct scripted server = {.responses = {
        RESPONSE("503 Service Unavailable", "Retry-After: 0\r\n", "{}"),
        EMPTY_PAGE,
        RESPONSE("503 Service Unavailable", "Retry-After: 0\r\n", "{}"),
        RESPONSE("502 Bad Gateway", "", "{}"),
    }};
    dc_config *config;
    dc_client *client;
    dc_page *page = NULL;
    struct log log;

    memset(&log, 0, sizeof log);
    scripted_start(&server);
    config = check_config(server.url);
    SET(config, DC_OPTION_MAX_RETRIES, "1");
    CHECK(dc_config_set_logger(config, DC_LOG_WARN, count_line, &log, NULL, NULL) == DC_OK);
    client = check_client_of(config);
    dc_page_free(check_page(client));
    CHECK(log.lines[DC_LOG_WARN] == 1 && strstr(log.last, "503") != NULL && strstr(log.last, "retry") != NULL);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_ERR_SERVER);
    CHECK(log.lines[DC_LOG_WARN] == 2 && log.lines[DC_LOG_ERROR] == 1 && strstr(log.last, "502") != NULL);
    CHECK(log.lines[DC_LOG_INFO] == 0 && log.lines[DC_LOG_DEBUG] == 0);
    CHECK(scripted_stop(&server) == 4);
    dc_client_free(client);
    dc_config_free(config);
}

static void logger_can_be_removed(void)
{
    dc_config *config = check_config(base_url);
    struct log log;
    dc_client *client;

    memset(&log, 0, sizeof log);
    CHECK(dc_config_set_logger(config, DC_LOG_DEBUG, count_line, &log, count_destroyed, NULL) == DC_OK);
    CHECK(dc_config_set_logger(config, DC_LOG_DEBUG, NULL, NULL, NULL, NULL) == DC_OK);
    CHECK(log.destroyed == 1);
    client = check_client_of(config);
    dc_page_free(check_page(client));
    CHECK(log.lines[DC_LOG_DEBUG] == 0 && log.lines[DC_LOG_INFO] == 0);
    dc_client_free(client);
    dc_config_free(config);
    CHECK(log.destroyed == 1);
}

/* Runs while another logger replaces this one. */
static void use_config(void *user_data)
{
    struct log *log = user_data;
    dc_client *client;

    log->destroyed += 100;
    SET(log->config, DC_OPTION_MAX_RETRIES, "1");
    client = check_client_of(log->config);
    dc_page_free(check_page(client));
    dc_client_free(client);
    CHECK(dc_config_set_logger(log->config, DC_LOG_DEBUG, count_line, log, count_destroyed, NULL) == DC_OK);
}

static void destroy_callback_may_use_the_config(void)
{
    struct log log;

    memset(&log, 0, sizeof log);
    log.config = check_config(base_url);
    CHECK(dc_config_set_logger(log.config, DC_LOG_DEBUG, count_line, &log, use_config, NULL) == DC_OK);
    CHECK(dc_config_set_logger(log.config, DC_LOG_DEBUG, count_line, &log, count_destroyed, NULL) == DC_OK);
    CHECK(log.destroyed == 101); /* and the logger that the callback itself replaced */
    dc_config_free(log.config);
    CHECK(log.destroyed == 102);
    CHECK(log.lines[DC_LOG_DEBUG] > 0);
}

static void use_own_pager(void *user_data, int32_t level, const char *message)
{
    struct log *log = user_data;
    dc_page *page = UNTOUCHED(dc_page);

    (void)message;
    log->lines[level]++;
    CHECK_REJECTED(dc_pager_next(log->pager, NULL, &page, &error), "the pager is in use by another call");
    CHECK(page == NULL);
    CHECK(dc_pager_cursor(log->pager) == NULL);
}

static void callback_cannot_use_the_pager_of_its_call(void)
{
    dc_config *config = check_config(base_url);
    struct log log;
    dc_client *client;
    dc_page *page;
    size_t rows = 0;

    memset(&log, 0, sizeof log);
    CHECK(dc_config_set_logger(config, DC_LOG_DEBUG, use_own_pager, &log, NULL, NULL) == DC_OK);
    client = check_client_of(config);
    dc_config_free(config);
    CHECK(dc_pager_new(client, 10, NULL, &log.pager, NULL) == DC_OK);
    while (dc_pager_next(log.pager, NULL, &page, NULL) == DC_OK) {
        rows += dc_page_count(page);
        dc_page_free(page);
    }
    CHECK(rows == 45 && log.lines[DC_LOG_DEBUG] == 5 && log.lines[DC_LOG_INFO] >= 5);
    dc_pager_free(log.pager);
    dc_client_free(client);
}

struct check {
    int calls;
    int cancel_at; /* cancels at this call; 0: never */
    int destroyed;
};

static volatile int signalled;
static dc_client *nested_client; /* the check makes a call with it */

static int32_t on_check(void *user_data)
{
    struct check *check = user_data;
    dc_page *page = NULL;

    check->calls++;
    if (nested_client != NULL)
        CHECK(dc_list_page(nested_client, 1, NULL, NULL, &page, NULL) == DC_ERR_TIMEOUT);
    return signalled || (check->cancel_at != 0 && check->calls >= check->cancel_at);
}

static void count_destroyed_check(void *user_data)
{
    ((struct check *)user_data)->destroyed++;
}

#ifndef _WIN32 /* which has no signals */
static void on_signal(int number)
{
    (void)number;
    signalled = 1;
}

static void do_nothing(int number)
{
    (void)number;
}

static void handle_alarm(void (*handler)(int))
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
}

/* 0 turns it off. */
static void set_alarm(long microseconds)
{
    struct itimerval timer = {{0, 0}, {0, 0}};

    timer.it_value.tv_usec = microseconds;
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}
#endif

static void interrupt_check_cancels_a_waiting_call(dc_config *config, struct check *check)
{
    dc_client *client = check_client_of(config);
    dc_page *page = UNTOUCHED(dc_page);
    dc_error *error = UNTOUCHED(dc_error);
    long started = milliseconds();

    check->calls = 0;
    check->cancel_at = 3;
    CHECK(dc_list_page(client, 1, NULL, NULL, &page, &error) == DC_ERR_CANCELLED);
    CHECK(page == NULL && check->calls == 3);
    CHECK(strstr(dc_error_message(error), "interrupt check") != NULL);
    CHECK(milliseconds() - started < 5000);
    dc_error_free(error);
    dc_client_free(client);
}

struct gaps {
    int calls;
    int has_signals; /* one, 3 ms after each check */
    long last, shortest;
};

static int32_t measure_gap(void *user_data)
{
    struct gaps *gaps = user_data;
    long now = milliseconds();

    if (gaps->calls > 0 && now - gaps->last < gaps->shortest)
        gaps->shortest = now - gaps->last;
    gaps->last = now;
#ifndef _WIN32
    if (gaps->has_signals)
        set_alarm(3000);
#endif
    return ++gaps->calls == 20;
}

/* Returns the shortest time between two interrupt checks during a call. */
static long shortest_gap(dc_config *config, int has_signals)
{
    struct gaps gaps = {0, 0, 0, 1000000};
    dc_client *client;
    dc_page *page = NULL;

    gaps.has_signals = has_signals;
    CHECK(dc_config_set_interrupt_check(config, measure_gap, &gaps, NULL, NULL) == DC_OK);
    client = check_client_of(config);
    CHECK(dc_list_page(client, 1, NULL, NULL, &page, NULL) == DC_ERR_CANCELLED && gaps.calls == 20);
#ifndef _WIN32
    set_alarm(0);
#endif
    dc_client_free(client);
    CHECK(dc_config_set_interrupt_check(config, NULL, NULL, NULL, NULL) == DC_OK);
    return gaps.shortest;
}

/* Only a check that a signal caused can follow another one sooner. A busy machine lengthens gaps, but not all. */
static void interrupt_check_runs_every_15_ms_and_immediately_after_a_signal(dc_config *config)
{
    long gap = shortest_gap(config, 0);

    CHECK(gap >= 14 && gap <= 25); /* whole milliseconds, rounded */
#ifndef _WIN32
    handle_alarm(do_nothing);
    gap = shortest_gap(config, 1);
    CHECK(gap >= 2 && gap <= 10);
#endif
}

/* The check is not called during a call that it makes itself. */
static void interrupt_check_may_make_calls(dc_config *config, struct check *check)
{
    dc_client *client = check_client_of(config);
    dc_page *page = NULL;

    SET(config, DC_OPTION_TIMEOUT_MS, "200");
    nested_client = check_client_of(config);
    check->calls = 0;
    check->cancel_at = 2;
    CHECK(dc_list_page(client, 1, NULL, NULL, &page, NULL) == DC_ERR_CANCELLED);
    CHECK(check->calls == 2);
    dc_client_free(nested_client);
    nested_client = NULL;
    dc_client_free(client);
    SET(config, DC_OPTION_TIMEOUT_MS, NULL);
}

#ifndef _WIN32
static void signal_runs_the_interrupt_check(dc_config *config, struct check *check)
{
    dc_client *client = check_client_of(config);
    dc_page *page = NULL;

    handle_alarm(on_signal);
    check->cancel_at = 0;
    set_alarm(150000);
    CHECK(dc_list_page(client, 1, NULL, NULL, &page, NULL) == DC_ERR_CANCELLED);
    CHECK(signalled);
    dc_client_free(client);
}
#endif

static void client_keeps_its_interrupt_check(dc_config *config, struct check *check)
{
    dc_client *client = check_client_of(config);

    CHECK(dc_config_set_interrupt_check(config, NULL, NULL, NULL, NULL) == DC_OK);
    dc_config_free(config);
    CHECK(check->destroyed == 0); /* the client still uses it */
    dc_client_free(client);
    CHECK(check->destroyed == 1);
}

static void interrupt_check_can_be_removed(void)
{
    struct check check = {0, 1, 0};
    struct silent silent;
    dc_config *config;
    dc_client *client;
    dc_page *page = NULL;

    silent_start(&silent);
    config = check_config(silent.url);
    SET(config, DC_OPTION_TIMEOUT_MS, "10000");
    CHECK(dc_config_set_interrupt_check(config, on_check, &check, count_destroyed_check, NULL) == DC_OK);
    client = check_client_of(config);
    CHECK(dc_list_page(client, 1, NULL, NULL, &page, NULL) == DC_ERR_CANCELLED && check.calls == 1);
    dc_client_free(client);
    CHECK(check.destroyed == 0);
    CHECK(dc_config_set_interrupt_check(config, NULL, NULL, NULL, NULL) == DC_OK);
    CHECK(check.destroyed == 1);
    SET(config, DC_OPTION_TIMEOUT_MS, "100");
    client = check_client_of(config);
    CHECK(dc_list_page(client, 1, NULL, NULL, &page, NULL) == DC_ERR_TIMEOUT && check.calls == 1);
    dc_client_free(client);
    dc_config_free(config);
    silent_stop(&silent);
}

static void interrupt_checks(void)
{
    dc_config *config = check_config(base_url), *timed;
    dc_error *error = UNTOUCHED(dc_error);
    struct check check = {0, 0, 0};
    struct silent silent;
    dc_client *client;

    CHECK_REJECTED(dc_config_set_interrupt_check(NULL, on_check, &check, count_destroyed_check, &error),
                   "config is NULL");
    CHECK(check.destroyed == 0);
    CHECK(dc_config_set_interrupt_check(config, on_check, &check, count_destroyed_check, &error) == DC_OK);
    CHECK(error == NULL);
    client = check_client_of(config);
    dc_page_free(check_page(client));
    dc_client_free(client);
    CHECK(check.destroyed == 0); /* the config still has it */

    silent_start(&silent);
    SET(config, DC_OPTION_BASE_URL, silent.url);
    timed = check_config(silent.url);
    interrupt_check_runs_every_15_ms_and_immediately_after_a_signal(timed);
    dc_config_free(timed);
    interrupt_check_cancels_a_waiting_call(config, &check);
    interrupt_check_may_make_calls(config, &check);
#ifndef _WIN32
    signal_runs_the_interrupt_check(config, &check);
#endif
    client_keeps_its_interrupt_check(config, &check);
    silent_stop(&silent);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    base_url = argv[1];
    rejected_logger_is_not_kept();
    client_keeps_its_logger_until_it_is_freed();
    retry_is_logged_as_a_warning();
    logger_can_be_removed();
    destroy_callback_may_use_the_config();
    callback_cannot_use_the_pager_of_its_call();
    interrupt_check_can_be_removed();
    interrupt_checks();
    return 0;
}
