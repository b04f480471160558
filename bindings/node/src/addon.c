/*
 * The functions that lib/ calls. Clients, pagers and snapshots are externals; calls run on the threads of a pool.
 *
 * Each load of the addon (by the main thread, or by a worker) has its own state. All of it belongs to the JavaScript
 * thread, except a call while its job runs.
 */
#include "library.h"
#include "pool.h"
#include "values.h"

#include <stdlib.h>
#include <string.h>

struct state {
    struct pool pool;
    napi_threadsafe_function notify; /* may be called on any thread */
    unsigned calls;
};

/* A client, a pager or a snapshot. */
struct handle {
    dc_client *client;
    dc_pager *pager;
    dc_snapshot *snapshot;
    unsigned calls; /* that use it */
    bool freed;
    bool finalized; /* the external was collected */
};

/* What is delivered to JavaScript: a log line of a call, or its result. */
struct event {
    struct call *call;
    int32_t level; /* of a log line; 0: the result */
    char *message;
};

struct call {
    struct job job;
    struct event result;
    struct state *state;
    struct handle *handle;   /* a client or a pager */
    struct handle *previous; /* a snapshot, or NULL */
    dc_status (*perform)(struct call *call);
    int worker;
    int32_t per_page;
    char *starting_after;
    bool with_json;
    int64_t overlap_ms;
    int32_t max_passes;
    int64_t timeout_ms;
    dc_cancel_token *token;
    dc_status status;
    dc_page *page;
    dc_snapshot *snapshot;
    dc_error *error;
};

/* The call that this thread runs. */
static _Thread_local struct call *current;

static struct state *get_state(napi_env env)
{
    void *state = NULL;
    napi_get_instance_data(env, &state);
    return state;
}

static napi_value argument(napi_env env, napi_callback_info info, unsigned index)
{
    napi_value values[5];
    size_t count = sizeof values / sizeof *values;
    napi_get_cb_info(env, info, &count, values, NULL, NULL);
    return values[index];
}

static napi_value throw_failure(napi_env env, dc_status status, dc_error *error)
{
    napi_throw(env, failure_value(env, status, error));
    library.dc_error_free(error);
    return NULL;
}

/* env is NULL if it was torn down. */
static void free_unused(napi_env env, struct handle *handle)
{
    int64_t size;
    if (!handle->freed || handle->calls > 0)
        return;
    if (env && handle->snapshot)
        napi_adjust_external_memory(env, -snapshot_size(handle->snapshot), &size);
    library.dc_pager_free(handle->pager);
    library.dc_client_free(handle->client);
    library.dc_snapshot_free(handle->snapshot);
    handle->pager = NULL;
    handle->client = NULL;
    handle->snapshot = NULL;
    if (handle->finalized)
        free(handle);
}

/* Called by the garbage collector, and after the environment was torn down. */
static void finalize(napi_env env, void *data, void *hint)
{
    struct handle *handle = data;
    (void)hint;
    handle->freed = handle->finalized = true;
    free_unused(env, handle);
}

static napi_value new_handle(napi_env env, struct handle content)
{
    struct handle *handle = allocate(sizeof *handle);
    napi_value external = NULL;
    *handle = content;
    if (napi_create_external(env, handle, finalize, NULL, &external) != napi_ok)
        finalize(env, handle, NULL);
    return external;
}

/* Returns NULL and throws if the value is not a handle, or was freed. lib/ passes neither. */
static struct handle *get_handle(napi_env env, napi_value value)
{
    void *handle = NULL;
    if (napi_get_value_external(env, value, &handle) == napi_ok && !((struct handle *)handle)->freed)
        return handle;
    napi_throw_type_error(env, NULL, "data-connectors: invalid handle");
    return NULL;
}

/* free(handle): frees it once no call uses it. */
static napi_value free_handle(napi_env env, napi_callback_info info)
{
    struct handle *handle = get_handle(env, argument(env, info, 0));
    if (handle) {
        handle->freed = true;
        free_unused(env, handle);
    }
    return NULL;
}

/* Called on a thread of the pool, by a call of the library. */
static void write_log(void *user_data, int32_t level, const char *message)
{
    (void)user_data;
    if (!current)
        return;
    struct event *event = allocate(sizeof *event + strlen(message) + 1);
    *event = (struct event){.call = current, .level = level, .message = (char *)(event + 1)};
    strcpy(event->message, message);
    napi_call_threadsafe_function(current->state->notify, event, napi_tsfn_nonblocking);
}

/* Wipes the copy: the value may be an access token. The compiler may not omit volatile writes. */
static dc_status set_option(napi_env env, dc_config *config, napi_value name, napi_value value, dc_error **error)
{
    char *option = copy_string(env, name), *string = copy_string(env, value);
    dc_status status = library.dc_config_set_string(config, option, string, error);
    for (volatile char *at = string; at && *at; at++)
        *at = 0;
    free(string);
    free(option);
    return status;
}

/* clientNew([option, value, …], logLevel): returns a handle, or throws a failure. */
static napi_value client_new(napi_env env, napi_callback_info info)
{
    napi_value options = argument(env, info, 0), name, value;
    uint32_t length = 0;
    int32_t level = 0;
    dc_client *client = NULL;
    dc_error *error = NULL;
    dc_status status = DC_OK;
    napi_get_array_length(env, options, &length);
    napi_get_value_int32(env, argument(env, info, 1), &level);
    dc_config *config = library.dc_config_new();
    if (level)
        status = library.dc_config_set_logger(config, level, write_log, NULL, NULL, &error);
    for (uint32_t i = 0; status == DC_OK && i < length; i += 2) {
        napi_get_element(env, options, i, &name);
        napi_get_element(env, options, i + 1, &value);
        status = set_option(env, config, name, value, &error);
    }
    if (status == DC_OK)
        status = library.dc_client_new(config, &client, &error);
    library.dc_config_free(config);
    return status == DC_OK ? new_handle(env, (struct handle){.client = client}) : throw_failure(env, status, error);
}

/* pagerNew(client, perPage, startingAfter, prefetch): returns a handle, or throws a failure. */
static napi_value pager_new(napi_env env, napi_callback_info info)
{
    int32_t per_page = 0;
    bool prefetch = false;
    dc_pager *pager = NULL;
    dc_error *error = NULL;
    struct handle *client = get_handle(env, argument(env, info, 0));
    if (!client)
        return NULL;
    napi_get_value_int32(env, argument(env, info, 1), &per_page);
    napi_get_value_bool(env, argument(env, info, 3), &prefetch);
    char *starting_after = copy_string(env, argument(env, info, 2));
    dc_status status = library.dc_pager_new(client->client, per_page, starting_after, &pager, &error);
    free(starting_after);
    if (status == DC_OK)
        status = library.dc_pager_set_prefetch(pager, prefetch, &error);
    if (status == DC_OK)
        return new_handle(env, (struct handle){.pager = pager});
    library.dc_pager_free(pager);
    return throw_failure(env, status, error);
}

/* Moves a snapshot to an object with its handle. The garbage collector takes its size into account. */
static napi_value new_snapshot(napi_env env, dc_snapshot **snapshot)
{
    int64_t size;
    napi_value object = snapshot_value(env, *snapshot);
    napi_adjust_external_memory(env, snapshot_size(*snapshot), &size);
    napi_set_named_property(env, object, "handle", new_handle(env, (struct handle){.snapshot = *snapshot}));
    *snapshot = NULL;
    return object;
}

/* snapshotLoad(json): returns a snapshot, or throws a failure. */
static napi_value snapshot_load(napi_env env, napi_callback_info info)
{
    dc_snapshot *snapshot = NULL;
    dc_error *error = NULL;
    char *json = copy_string(env, argument(env, info, 0));
    dc_status status = library.dc_snapshot_load(json, strlen(json), &snapshot, &error);
    free(json);
    return status == DC_OK ? new_snapshot(env, &snapshot) : throw_failure(env, status, error);
}

/* snapshotRows(snapshot): returns its packed rows. */
static napi_value snapshot_rows(napi_env env, napi_callback_info info)
{
    struct handle *handle = get_handle(env, argument(env, info, 0));
    return handle ? rows_value(env, library.dc_snapshot_page(handle->snapshot)) : NULL;
}

/* snapshotJson(snapshot): returns its stored form. */
static napi_value snapshot_json(napi_env env, napi_callback_info info)
{
    struct handle *handle = get_handle(env, argument(env, info, 0));
    return handle ? json_value(env, library.dc_snapshot_page(handle->snapshot)) : NULL;
}

/* snapshotDiff(newer, older): returns JSON, or throws a failure. */
static napi_value snapshot_diff(napi_env env, napi_callback_info info)
{
    struct handle *newer = get_handle(env, argument(env, info, 0));
    struct handle *older = newer ? get_handle(env, argument(env, info, 1)) : NULL;
    dc_diff *diff = NULL;
    dc_error *error = NULL;
    size_t length;
    if (!older)
        return NULL;
    dc_status status = library.dc_snapshot_diff(newer->snapshot, older->snapshot, &diff, &error);
    if (status != DC_OK)
        return throw_failure(env, status, error);
    const char *json = library.dc_diff_json(diff, &length);
    napi_value value = bytes_value(env, json, length);
    library.dc_diff_free(diff);
    return value;
}

/* shutdown(client) */
static napi_value shutdown_client(napi_env env, napi_callback_info info)
{
    struct handle *handle = get_handle(env, argument(env, info, 0));
    if (handle)
        library.dc_client_shutdown(handle->client);
    return NULL;
}

/* Packs the rows here, to relieve the JavaScript thread. */
static dc_status list_page(struct call *call)
{
    dc_status status;
    if (call->handle->pager)
        status = library.dc_pager_next(call->handle->pager, call->token, &call->page, &call->error);
    else
        status = library.dc_list_page(call->handle->client, call->per_page, call->starting_after, call->token,
                                      &call->page, &call->error);
    if (call->page)
        library.dc_page_packed_rows(call->page, DC_PACKED_JSON, NULL);
    return status;
}

static dc_status take_snapshot(struct call *call)
{
    return library.dc_snapshot_take(call->handle->client, call->previous ? call->previous->snapshot : NULL,
                                    call->overlap_ms, call->max_passes, call->timeout_ms, call->token, &call->snapshot,
                                    &call->error);
}

/* Runs on a thread of the pool. */
static void run(struct job *job)
{
    struct call *call = (struct call *)job;
    current = call;
    call->status = call->perform(call);
    current = NULL;
    napi_call_threadsafe_function(call->state->notify, &call->result, napi_tsfn_nonblocking);
}

/* env is NULL if it was torn down. */
static void free_call(napi_env env, struct call *call)
{
    call->handle->calls--;
    free_unused(env, call->handle);
    if (call->previous) {
        call->previous->calls--;
        free_unused(env, call->previous);
    }
    library.dc_cancel_token_free(call->token);
    library.dc_page_free(call->page);
    library.dc_snapshot_free(call->snapshot);
    library.dc_error_free(call->error);
    free(call->starting_after);
    free(call);
}

/* Starts a call and returns its number, or throws a failure. */
static napi_value start(napi_env env, struct call content)
{
    napi_value number = NULL;
    dc_error *error = NULL;
    struct call *call = allocate(sizeof *call);
    *call = content;
    call->job.run = run;
    call->result.call = call;
    call->state = get_state(env);
    call->handle->calls++;
    if (call->previous)
        call->previous->calls++;
    dc_status status = library.dc_cancel_token_new(&call->token, &error);
    call->worker = status == DC_OK ? pool_submit(&call->state->pool, &call->job) : -1;
    if (call->worker < 0) {
        free_call(env, call);
        return throw_failure(env, DC_ERR_SYSTEM, error);
    }
    /* Keeps the program running. */
    if (call->state->calls++ == 0)
        napi_ref_threadsafe_function(env, call->state->notify);
    napi_create_int32(env, call->worker, &number);
    return number;
}

/* startPage(clientOrPager, perPage, startingAfter, withJson) */
static napi_value start_page(napi_env env, napi_callback_info info)
{
    struct call call = {.perform = list_page, .handle = get_handle(env, argument(env, info, 0))};
    if (!call.handle)
        return NULL;
    napi_get_value_int32(env, argument(env, info, 1), &call.per_page);
    call.starting_after = copy_string(env, argument(env, info, 2));
    napi_get_value_bool(env, argument(env, info, 3), &call.with_json);
    return start(env, call);
}

/* startSnapshot(client, previousOrNull, overlapMs, maxPasses, timeoutMs) */
static napi_value start_snapshot(napi_env env, napi_callback_info info)
{
    struct call call = {.perform = take_snapshot, .handle = get_handle(env, argument(env, info, 0))};
    napi_value previous = argument(env, info, 1);
    napi_valuetype type;
    napi_typeof(env, previous, &type);
    if (!call.handle || (type != napi_null && !(call.previous = get_handle(env, previous))))
        return NULL;
    napi_get_value_int64(env, argument(env, info, 2), &call.overlap_ms);
    napi_get_value_int32(env, argument(env, info, 3), &call.max_passes);
    napi_get_value_int64(env, argument(env, info, 4), &call.timeout_ms);
    return start(env, call);
}

static void cancel_job(struct job *job)
{
    library.dc_cancel_token_cancel(((struct call *)job)->token);
}

/* cancel(number) */
static napi_value cancel(napi_env env, napi_callback_info info)
{
    uint32_t number = POOL_SIZE;
    napi_get_value_uint32(env, argument(env, info, 0), &number);
    struct job *job = number < POOL_SIZE ? get_state(env)->pool.workers[number].job : NULL;
    if (job)
        cancel_job(job);
    return NULL;
}

/*
 * notify(number, level, message) for a log line; notify(number, 0, result) with a page, a snapshot or null;
 * notify(number, -1, failure).
 */
static void deliver(napi_env env, napi_value notify, void *context, void *data)
{
    struct event *event = data;
    struct call *call = event->call;
    bool is_result = event == &call->result;
    int32_t level = is_result && call->status < 0 ? -1 : event->level;
    napi_value values[3], undefined;
    (void)context;
    if (env) {
        napi_get_undefined(env, &undefined);
        napi_create_int32(env, call->worker, &values[0]);
        napi_create_int32(env, level, &values[1]);
        if (level < 0)
            values[2] = failure_value(env, call->status, call->error);
        else if (is_result && call->page)
            values[2] = page_value(env, call->page, call->with_json);
        else if (is_result && call->snapshot)
            values[2] = new_snapshot(env, &call->snapshot);
        else
            values[2] = string_value(env, event->message);
        if (is_result) {
            pool_release(&call->state->pool, call->worker);
            if (--call->state->calls == 0)
                napi_unref_threadsafe_function(env, call->state->notify);
        }
    } /* otherwise the environment and its state were torn down */
    if (is_result)
        free_call(env, call);
    else
        free(event);
    if (env)
        napi_call_function(env, undefined, notify, 3, values, NULL);
}

/* Called when the environment is torn down. Waits for its calls: Node may unload the addon, whose code they run. */
static void stop(void *data)
{
    struct state *state = data;
    pool_stop(&state->pool, cancel_job);
    free(state);
}

static struct state *new_state(napi_env env, napi_value notify)
{
    struct state *state = allocate(sizeof *state);
    napi_create_threadsafe_function(env, notify, NULL, string_value(env, "data-connectors"), 0, 1, NULL, NULL, NULL,
                                    deliver, &state->notify);
    napi_unref_threadsafe_function(env, state->notify);
    pool_init(&state->pool);
    /* Hooks run last to first: the threads are joined before the function is closed. */
    napi_add_env_cleanup_hook(env, stop, state);
    return state;
}

/* load(path, notify): loads the library and returns its version, or throws an Error with a code. */
static napi_value load(napi_env env, napi_callback_info info)
{
    char why[1024];
    char *path = copy_string(env, argument(env, info, 0));
    const char *code = library_load(path, why, sizeof why);
    free(path);
    if (code) {
        napi_throw_error(env, code, why);
        return NULL;
    }
    napi_set_instance_data(env, new_state(env, argument(env, info, 1)), NULL, NULL);
    return string_value(env, library.dc_version());
}

/* options(): returns a list of attributes for each option of the library, in the order of DC_INFO_…. */
static napi_value options(napi_env env, napi_callback_info info)
{
    napi_value list, attributes;
    (void)info;
    napi_create_array(env, &list);
    for (uint32_t i = 0; i < library.dc_config_option_count(); i++) {
        napi_create_array(env, &attributes);
        for (uint32_t attribute = DC_INFO_NAME; attribute <= DC_INFO_REPLACES; attribute++)
            napi_set_element(env, attributes, attribute, string_value(env, library.dc_config_option(i, attribute)));
        napi_set_element(env, list, i, attributes);
    }
    return list;
}

NAPI_MODULE_INIT()
{
    const napi_property_descriptor functions[] = {
#define FUNCTION(name, callback) {name, NULL, callback, NULL, NULL, NULL, napi_default_method, NULL}
        FUNCTION("load", load), FUNCTION("options", options), FUNCTION("clientNew", client_new),
        FUNCTION("pagerNew", pager_new), FUNCTION("shutdown", shutdown_client), FUNCTION("free", free_handle),
        FUNCTION("snapshotLoad", snapshot_load), FUNCTION("snapshotRows", snapshot_rows),
        FUNCTION("snapshotJson", snapshot_json), FUNCTION("snapshotDiff", snapshot_diff),
        FUNCTION("startPage", start_page), FUNCTION("startSnapshot", start_snapshot), FUNCTION("cancel", cancel),
#undef FUNCTION
    };
    napi_value pool_size;
    napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
    napi_create_int32(env, POOL_SIZE, &pool_size);
    napi_set_named_property(env, exports, "poolSize", pool_size);
    return exports;
}
