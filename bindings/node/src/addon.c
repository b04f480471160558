/*
 * The functions that lib/ calls. Clients and pagers are externals; calls run on the threads of a pool.
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

/* A client or a pager. */
struct handle {
    dc_client *client;
    dc_pager *pager;
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
    struct handle *handle;
    int worker;
    int32_t per_page;
    char *starting_after;
    dc_cancel_token *token;
    dc_status status;
    dc_page *page;
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
    napi_value values[4];
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

static void free_unused(struct handle *handle)
{
    if (!handle->freed || handle->calls > 0)
        return;
    library.dc_pager_free(handle->pager);
    library.dc_client_free(handle->client);
    handle->pager = NULL;
    handle->client = NULL;
    if (handle->finalized)
        free(handle);
}

/* Called by the garbage collector, and after the environment was torn down. */
static void finalize(napi_env env, void *data, void *hint)
{
    struct handle *handle = data;
    (void)env, (void)hint;
    handle->freed = handle->finalized = true;
    free_unused(handle);
}

static napi_value new_handle(napi_env env, dc_client *client, dc_pager *pager)
{
    struct handle *handle = allocate(sizeof *handle);
    napi_value external = NULL;
    *handle = (struct handle){.client = client, .pager = pager};
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

/* free(handle): frees a client or a pager, once no call uses it. */
static napi_value free_handle(napi_env env, napi_callback_info info)
{
    struct handle *handle = get_handle(env, argument(env, info, 0));
    if (handle) {
        handle->freed = true;
        free_unused(handle);
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
    return status == DC_OK ? new_handle(env, client, NULL) : throw_failure(env, status, error);
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
        return new_handle(env, NULL, pager);
    library.dc_pager_free(pager);
    return throw_failure(env, status, error);
}

/* shutdown(client) */
static napi_value shutdown_client(napi_env env, napi_callback_info info)
{
    struct handle *handle = get_handle(env, argument(env, info, 0));
    if (handle)
        library.dc_client_shutdown(handle->client);
    return NULL;
}

/* Runs on a thread of the pool. Packs the rows here, to relieve the JavaScript thread. */
static void run(struct job *job)
{
    struct call *call = (struct call *)job;
    current = call;
    if (call->handle->pager)
        call->status = library.dc_pager_next(call->handle->pager, call->token, &call->page, &call->error);
    else
        call->status = library.dc_list_page(call->handle->client, call->per_page, call->starting_after, call->token,
                                            &call->page, &call->error);
    current = NULL;
    if (call->page)
        library.dc_page_packed_rows(call->page, DC_PACKED_JSON, NULL);
    napi_call_threadsafe_function(call->state->notify, &call->result, napi_tsfn_nonblocking);
}

static void free_call(struct call *call)
{
    call->handle->calls--;
    free_unused(call->handle);
    library.dc_cancel_token_free(call->token);
    library.dc_page_free(call->page);
    library.dc_error_free(call->error);
    free(call->starting_after);
    free(call);
}

/* start(handle, perPage, startingAfter): starts a call and returns its number, or throws a failure. */
static napi_value start(napi_env env, napi_callback_info info)
{
    napi_value number = NULL;
    dc_error *error = NULL;
    struct handle *handle = get_handle(env, argument(env, info, 0));
    if (!handle)
        return NULL;
    struct call *call = allocate(sizeof *call);
    *call = (struct call){.job.run = run, .result.call = call, .state = get_state(env), .handle = handle};
    handle->calls++;
    napi_get_value_int32(env, argument(env, info, 1), &call->per_page);
    call->starting_after = copy_string(env, argument(env, info, 2));
    dc_status status = library.dc_cancel_token_new(&call->token, &error);
    call->worker = status == DC_OK ? pool_submit(&call->state->pool, &call->job) : -1;
    if (call->worker < 0) {
        free_call(call);
        return throw_failure(env, DC_ERR_SYSTEM, error);
    }
    /* Keeps the program running. */
    if (call->state->calls++ == 0)
        napi_ref_threadsafe_function(env, call->state->notify);
    napi_create_int32(env, call->worker, &number);
    return number;
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

/* notify(number, level, message) for a log line; notify(number, 0, page or null), notify(number, -1, failure). */
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
            values[2] = page_value(env, call->page);
        else
            values[2] = string_value(env, event->message);
        if (is_result) {
            pool_release(&call->state->pool, call->worker);
            if (--call->state->calls == 0)
                napi_unref_threadsafe_function(env, call->state->notify);
        }
    } /* otherwise the environment and its state were torn down */
    if (is_result)
        free_call(call);
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
#define FUNCTION(name, callback) {name, NULL, callback, NULL, NULL, NULL, napi_default, NULL}
        FUNCTION("load", load), FUNCTION("options", options), FUNCTION("clientNew", client_new),
        FUNCTION("pagerNew", pager_new), FUNCTION("shutdown", shutdown_client), FUNCTION("free", free_handle),
        FUNCTION("start", start), FUNCTION("cancel", cancel),
#undef FUNCTION
    };
    napi_value pool_size;
    napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
    napi_create_int32(env, POOL_SIZE, &pool_size);
    napi_set_named_property(env, exports, "poolSize", pool_size);
    return exports;
}
