#include "runner.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/** What one caller needs. */
struct caller {
    const json_t *given;
    const dc_client *client;
    struct outcome *outcome;
};

/** What ends a call from another thread. */
struct ending {
    const dc_cancel_token *token;
    const dc_client *client;
    long after_ms;
};

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static const char *text(const json_t *given, const char *name)
{
    return json_string_value(json_object_get(given, name));
}

static dc_status set(dc_config *config, const char *name, const json_t *value, dc_error **error)
{
    static const struct {
        const char *name;
        dc_status (*set)(dc_config *, const char *, dc_error **);
    } texts[] = {
        {"token", dc_config_set_token},
        {"region", dc_config_set_region},
        {"base_url", dc_config_set_base_url},
        {"api_version", dc_config_set_api_version},
        {"user_agent_suffix", dc_config_set_user_agent_suffix},
        {"proxy", dc_config_set_proxy},
        {"no_proxy", dc_config_set_no_proxy},
        {"ca_file", dc_config_set_ca_file},
    };
    static const struct {
        const char *name;
        dc_status (*set)(dc_config *, int32_t, dc_error **);
    } switches[] = {
        {"allow_insecure_http", dc_config_set_allow_insecure_http},
        {"pacing", dc_config_set_pacing},
        {"system_roots", dc_config_set_system_roots},
    };
    size_t i;

    for (i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(name, texts[i].name) == 0)
            return texts[i].set(config, json_string_value(value), error);
    for (i = 0; i < sizeof switches / sizeof *switches; i++)
        if (strcmp(name, switches[i].name) == 0)
            return switches[i].set(config, json_is_true(value), error);
    if (strcmp(name, "timeout_ms") == 0)
        return dc_config_set_timeout_ms(config, json_integer_value(value), error);
    if (strcmp(name, "connect_timeout_ms") == 0)
        return dc_config_set_connect_timeout_ms(config, json_integer_value(value), error);
    if (strcmp(name, "max_response_bytes") == 0)
        return dc_config_set_max_response_bytes(config, json_integer_value(value), error);
    if (strcmp(name, "max_retries") == 0)
        return dc_config_set_max_retries(config, (int32_t)json_integer_value(value), error);
    abort();
}

static dc_status make_client(const json_t *settings, dc_client **client, dc_error **error)
{
    dc_config *config = dc_config_new();
    dc_status status = DC_OK;
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)settings, name, value)
        if (status == DC_OK)
            status = set(config, name, value, error);
    if (status == DC_OK)
        status = dc_client_new(config, client, error);
    dc_config_free(config);
    return status;
}

static void take(struct outcome *outcome, dc_page *page)
{
    if (outcome->page_count == MOST_PAGES)
        abort();
    outcome->pages[outcome->page_count++] = page;
    outcome->rows += dc_page_count(page);
}

/** Takes pages until the walk ends, fails, or has given as many as are wanted. */
static void take_pages(dc_pager *pager, const dc_cancel_token *token, json_int_t most, struct outcome *outcome)
{
    dc_page *page;
    json_int_t taken = 0;

    dc_error_free(outcome->error);
    outcome->error = NULL;
    while ((outcome->status = dc_pager_next(pager, token, &page, &outcome->error)) == DC_OK) {
        take(outcome, page);
        if (++taken == most)
            return;
    }
}

static void walk(const json_t *given, const dc_client *client, const dc_cancel_token *token, struct outcome *outcome)
{
    const int by_rows = strcmp(text(given, "call"), "connectors") == 0;
    const json_int_t most = json_integer_value(json_object_get(given, "stop_after"));
    const int32_t per_page = (int32_t)json_integer_value(json_object_get(given, "per_page"));
    const char *then = text(given, "then");
    dc_pager *pager = NULL, *second = NULL;
    dc_error *failure;

    outcome->status = dc_pager_new(client, per_page, text(given, "starting_after"), &pager, &outcome->error);
    if (outcome->status == DC_OK && json_is_true(json_object_get(given, "prefetch")))
        outcome->status = dc_pager_set_prefetch(pager, 1, &outcome->error);
    if (outcome->status == DC_OK)
        /* In C the rows of a page are there with it: one page has those that are to be taken. */
        take_pages(pager, token, by_rows && most > 0 ? 1 : most, outcome);
    if (by_rows && most > 0)
        outcome->rows = (size_t)most;
    if (then != NULL && strcmp(then, "resume") == 0) {
        outcome->status = dc_pager_new(client, per_page, dc_pager_cursor(pager), &second, &outcome->error);
        dc_pager_free(pager);
        pager = second;
        if (outcome->status == DC_OK)
            take_pages(pager, token, 0, outcome);
    } else if (then != NULL && outcome->status < 0) {
        failure = outcome->error;
        outcome->error = NULL;
        take_pages(pager, token, 0, outcome);
        dc_error_free(outcome->error);
        /* The first failure is what the case is about. */
        outcome->error = failure;
        outcome->status = dc_error_status(failure);
    }
    dc_pager_free(pager);
}

static void *end_later(void *argument)
{
    const struct ending *ending = argument;
    const struct timespec wait = {ending->after_ms / 1000, ending->after_ms % 1000 * 1000000};

    nanosleep(&wait, NULL);
    if (ending->client != NULL)
        dc_client_shutdown(ending->client);
    dc_cancel_token_cancel(ending->token);
    return NULL;
}

static void *call(void *argument)
{
    const struct caller *caller = argument;
    const json_t *given = caller->given;
    const json_t *cancel = json_object_get(given, "cancel_after_ms");
    const json_t *shutdown = json_object_get(given, "shutdown_after_ms");
    struct outcome *outcome = caller->outcome;
    struct ending ending = {NULL, shutdown ? caller->client : NULL, 0};
    dc_cancel_token *token = NULL;
    dc_page *page = NULL;
    pthread_t ender;
    const double started = now_ms();

    if (dc_cancel_token_new(&token, NULL) != DC_OK)
        abort();
    ending.token = token;
    ending.after_ms = (long)json_integer_value(cancel != NULL ? cancel : shutdown);
    if (cancel != NULL || shutdown != NULL) {
        if (pthread_create(&ender, NULL, end_later, &ending) != 0)
            abort();
        if (ending.after_ms == 0)
            pthread_join(ender, NULL);
    }
    if (strcmp(text(given, "call"), "page") == 0) {
        outcome->status = dc_list_page(caller->client, (int32_t)json_integer_value(json_object_get(given, "per_page")),
                                       text(given, "starting_after"), token, &page, &outcome->error);
        if (outcome->status == DC_OK)
            take(outcome, page);
    } else if (strcmp(text(given, "call"), "client") != 0) {
        walk(given, caller->client, token, outcome);
    }
    outcome->took_ms = now_ms() - started;
    if ((cancel != NULL || shutdown != NULL) && ending.after_ms > 0)
        pthread_join(ender, NULL);
    dc_cancel_token_free(token);
    return NULL;
}

void perform(const json_t *given, struct outcome *outcomes, size_t callers)
{
    struct caller told[16];
    pthread_t threads[16];
    dc_client *client = NULL;
    size_t i;

    outcomes->status = make_client(json_object_get(given, "settings"), &client, &outcomes->error);
    if (outcomes->status != DC_OK)
        return;
    if (json_is_true(json_object_get(given, "closed"))) {
        /* A freed handle must not be used: the one that ended refuses calls. */
        dc_client_shutdown(client);
        outcomes->closed = 1;
    }
    for (i = 0; i < callers; i++) {
        told[i].given = given;
        told[i].client = client;
        told[i].outcome = &outcomes[i];
        if (pthread_create(&threads[i], NULL, call, &told[i]) != 0)
            abort();
    }
    for (i = 0; i < callers; i++)
        pthread_join(threads[i], NULL);
    dc_client_free(client);
}

void forget(struct outcome *outcome)
{
    size_t i;

    for (i = 0; i < outcome->page_count; i++)
        dc_page_free(outcome->pages[i]);
    dc_error_free(outcome->error);
}
