#include "runner.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/** The arguments of a caller's thread. */
struct caller {
    const json_t *test_case;
    const dc_client *client;
    struct result *result;
};

/** What cancels a call from another thread. */
struct canceller {
    const dc_cancel_token *token;
    const dc_client *client; /* to be shut down, or NULL */
    long after_ms;
};

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static const char *string_of(const json_t *test_case, const char *name)
{
    return json_string_value(json_object_get(test_case, name));
}

/** Sets options from values of any type; the setting "token" is the option access_token. */
static dc_status set_options(dc_config *config, const json_t *values, dc_error **error)
{
    dc_status status = DC_OK;
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)values, name, value) {
        const char *option = strcmp(name, "token") == 0 ? DC_OPTION_ACCESS_TOKEN : name;

        if (json_is_string(value))
            status = dc_config_set_string(config, option, json_string_value(value), error);
        else
            status = dc_config_set_int(config, option, json_is_true(value) ? 1 : json_integer_value(value), error);
        if (status != DC_OK)
            break;
    }
    return status;
}

static dc_status create_client(const json_t *test_case, dc_client **client, dc_error **error)
{
    dc_config *config = dc_config_new();
    dc_status status = set_options(config, json_object_get(test_case, "settings"), error);

    if (status == DC_OK)
        status = set_options(config, json_object_get(test_case, "options"), error);
    if (status == DC_OK)
        status = dc_client_new(config, client, error);
    dc_config_free(config);
    return status;
}

static void add_page(struct result *result, dc_page *page)
{
    if (result->page_count == MAX_PAGES)
        abort();
    result->pages[result->page_count++] = page;
    result->rows += dc_page_count(page);
}

/** Lists pages until the end, a failure, or a number of pages (0: all). */
static void list_pages(dc_pager *pager, const dc_cancel_token *token, json_int_t limit, struct result *result)
{
    dc_page *page;
    json_int_t count = 0;

    dc_error_free(result->error);
    result->error = NULL;
    while ((result->status = dc_pager_next(pager, token, &page, &result->error)) == DC_OK) {
        add_page(result, page);
        if (++count == limit)
            return;
    }
}

static void paginate(const json_t *test_case, const dc_client *client, const dc_cancel_token *token,
                     struct result *result)
{
    const int by_rows = strcmp(string_of(test_case, "call"), "connectors") == 0;
    const json_int_t limit = json_integer_value(json_object_get(test_case, "stop_after"));
    const int32_t per_page = (int32_t)json_integer_value(json_object_get(test_case, "per_page"));
    const char *then = string_of(test_case, "then");
    dc_pager *pager = NULL, *second = NULL;
    dc_error *failure;

    result->status = dc_pager_new(client, per_page, string_of(test_case, "starting_after"), &pager, &result->error);
    if (result->status == DC_OK && json_is_true(json_object_get(test_case, "prefetch")))
        result->status = dc_pager_set_prefetch(pager, 1, &result->error);
    if (result->status == DC_OK)
        /* The first page has all the rows that such a case uses. */
        list_pages(pager, token, by_rows && limit > 0 ? 1 : limit, result);
    if (by_rows && limit > 0)
        result->rows = (size_t)limit;
    if (then != NULL && strcmp(then, "resume") == 0) {
        result->status = dc_pager_new(client, per_page, dc_pager_cursor(pager), &second, &result->error);
        dc_pager_free(pager);
        pager = second;
        if (result->status == DC_OK)
            list_pages(pager, token, 0, result);
    } else if (then != NULL && result->status < 0) {
        failure = result->error;
        result->error = NULL;
        list_pages(pager, token, 0, result);
        dc_error_free(result->error);
        /* The case expects the first failure. */
        result->error = failure;
        result->status = dc_error_status(failure);
    }
    dc_pager_free(pager);
}

static void *cancel_later(void *argument)
{
    const struct canceller *canceller = argument;
    const struct timespec wait = {canceller->after_ms / 1000, canceller->after_ms % 1000 * 1000000};

    nanosleep(&wait, NULL);
    if (canceller->client != NULL)
        dc_client_shutdown(canceller->client);
    dc_cancel_token_cancel(canceller->token);
    return NULL;
}

static void *call(void *argument)
{
    const struct caller *caller = argument;
    const json_t *test_case = caller->test_case;
    const char *name = string_of(test_case, "call");
    const json_t *cancel = json_object_get(test_case, "cancel_after_ms");
    const json_t *shutdown = json_object_get(test_case, "shutdown_after_ms");
    struct result *result = caller->result;
    struct canceller canceller = {NULL, shutdown ? caller->client : NULL, 0};
    dc_cancel_token *token = NULL;
    dc_page *page = NULL;
    pthread_t thread;
    const double started = now_ms();

    if (dc_cancel_token_new(&token, NULL) != DC_OK)
        abort();
    canceller.token = token;
    canceller.after_ms = (long)json_integer_value(cancel != NULL ? cancel : shutdown);
    if (cancel != NULL || shutdown != NULL) {
        if (pthread_create(&thread, NULL, cancel_later, &canceller) != 0)
            abort();
        if (canceller.after_ms == 0)
            pthread_join(thread, NULL);
    }
    if (strcmp(name, "page") == 0) {
        const int32_t per_page = (int32_t)json_integer_value(json_object_get(test_case, "per_page"));

        result->status = dc_list_page(caller->client, per_page, string_of(test_case, "starting_after"), token, &page,
                                      &result->error);
        if (result->status == DC_OK)
            add_page(result, page);
    } else if (strcmp(name, "snapshot") == 0 || strcmp(name, "load") == 0) {
        call_snapshot(test_case, caller->client, token, result);
    } else if (strcmp(name, "client") != 0) {
        paginate(test_case, caller->client, token, result);
    }
    result->duration_ms = now_ms() - started;
    if ((cancel != NULL || shutdown != NULL) && canceller.after_ms > 0)
        pthread_join(thread, NULL);
    dc_cancel_token_free(token);
    return NULL;
}

void run_case(const json_t *test_case, struct result *results, size_t callers)
{
    struct caller arguments[16];
    pthread_t threads[16];
    dc_client *client = NULL;
    size_t i;

    results->status = create_client(test_case, &client, &results->error);
    if (results->status != DC_OK)
        return;
    if (json_is_true(json_object_get(test_case, "closed"))) {
        /* A freed handle must not be used; a client that was shut down rejects calls. */
        dc_client_shutdown(client);
        results->closed = 1;
    }
    for (i = 0; i < callers; i++) {
        arguments[i].test_case = test_case;
        arguments[i].client = client;
        arguments[i].result = &results[i];
        if (pthread_create(&threads[i], NULL, call, &arguments[i]) != 0)
            abort();
    }
    for (i = 0; i < callers; i++)
        pthread_join(threads[i], NULL);
    dc_client_free(client);
}

void free_result(struct result *result)
{
    size_t i;

    for (i = 0; result->snapshot == NULL && i < result->page_count; i++)
        dc_page_free(result->pages[i]);
    dc_snapshot_free(result->snapshot);
    dc_snapshot_free(result->older);
    dc_error_free(result->error);
}
