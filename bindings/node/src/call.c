/* Calls: asked for by JavaScript, made by the pool, told to JavaScript. */
#include "addon.h"
#include "library.h"

#include <stdlib.h>
#include <string.h>

/*
 * Before a call runs. It holds a descriptor, so calls that queue, of which there is no limit, have none. False: the
 * system gave none, and that is what comes of the call.
 */
bool call_prepare(struct call *call)
{
    call->status = library.dc_cancel_token_new(&call->token, &call->error);
    return call->status == DC_OK;
}

void call_interrupt(struct call *call)
{
    if (call->token)
        library.dc_cancel_token_cancel(call->token);
}

/* After it ran: a great many may be over before JavaScript is told. */
void call_release(struct call *call)
{
    library.dc_cancel_token_free(call->token);
    call->token = NULL;
}

/* On a thread of the pool; on JavaScript's when the client was shut down, so that the call ends at once. */
void call_run(struct call *call)
{
    struct handle *handle = call->handle;
    if (call->status != DC_OK)
        return;
    if (handle->pager) {
        call->status = library.dc_pager_next(handle->pager, call->token, &call->page, &call->error);
        const char *cursor = library.dc_pager_cursor(handle->pager);
        call->cursor = cursor ? strdup(cursor) : NULL;
    } else {
        call->status = library.dc_list_page(handle->client, call->per_page, call->starting_after, call->token,
                                            &call->page, &call->error);
    }
    /* The library packs the rows here, rather than when JavaScript's thread asks for them. */
    if (call->page)
        library.dc_page_packed_rows(call->page, DC_PACKED_SEPARATED, NULL);
}

/* Of what is native. */
static void call_clear(struct call *call)
{
    library.dc_page_free(call->page);
    library.dc_error_free(call->error);
    text_free(call->starting_after);
    free(call->cursor);
}

void call_free(struct call *call)
{
    struct state *state = call->handle->state;
    if (call->previous)
        call->previous->next = call->next;
    else
        state->calls = call->next;
    if (call->next)
        call->next->previous = call->previous;
    else
        state->last_call = call->previous;
    state->count--;
    call->handle->calls--;
    handle_settle(call->handle);
    handle_release(call->handle);
    call_clear(call);
    free(call);
}

/* Begins a call, and returns its number; takes over `starting_after`. A failure is [status, failure]. */
static napi_value begin(napi_env env, struct handle *handle, int32_t per_page, char *starting_after, bool with_json)
{
    struct state *state = handle->state;
    struct call *call = calloc(1, sizeof *call);
    napi_value id = NULL;
    if (!call) {
        text_free(starting_after);
        return pair(env, DC_ERR_SYSTEM, failure(env, DC_ERR_SYSTEM, NULL));
    }
    call->id = ++state->last_id;
    call->handle = handle;
    call->per_page = per_page;
    call->starting_after = starting_after;
    call->with_json = with_json;
    if (!pool_submit(&state->pool, call)) {
        call_clear(call);
        free(call);
        return pair(env, DC_ERR_SYSTEM, failure(env, DC_ERR_SYSTEM, NULL));
    }
    handle->calls++;
    handle->holders++;
    /* The oldest first, as cancel() asks for them. */
    call->previous = state->last_call;
    if (call->previous)
        call->previous->next = call;
    else
        state->calls = call;
    state->last_call = call;
    /* A call under way keeps the program running; the function that waits for none doesn't. */
    if (state->count++ == 0)
        napi_ref_threadsafe_function(env, state->pool.wake);
    napi_create_uint32(env, call->id, &id);
    return id;
}

/* listPage(client, perPage, startingAfter, withJson) */
napi_value list_page(napi_env env, napi_callback_info info)
{
    napi_value values[4];
    struct handle *handle;
    int64_t per_page;
    char *starting_after;
    bool with_json = true;
    if (!arguments(env, info, 4, values) || !(handle = handle_get(env, values[0])) ||
        !integer_in(env, values[1], INT32_MIN, INT32_MAX, &per_page) || !text_in(env, values[2], &starting_after))
        return NULL;
    napi_get_value_bool(env, values[3], &with_json);
    return begin(env, handle, (int32_t)per_page, starting_after, with_json);
}

/* pagerNext(pager, withJson) */
napi_value pager_next(napi_env env, napi_callback_info info)
{
    napi_value values[2];
    struct handle *handle;
    bool with_json = true;
    if (!arguments(env, info, 2, values) || !(handle = handle_get(env, values[0])))
        return NULL;
    if (handle->calls) {
        napi_throw_error(env, NULL, "data-connectors: the walk is in use");
        return NULL;
    }
    napi_get_value_bool(env, values[1], &with_json);
    return begin(env, handle, 0, NULL, with_json);
}

/* cancel(numbers): in milliseconds these calls, which are given oldest first and are under way, come to their end. */
napi_value cancel(napi_env env, napi_callback_info info)
{
    napi_value values[1], value;
    uint32_t count, id, at = 0;
    struct state *state = state_of(env);
    if (!arguments(env, info, 1, values) || napi_get_array_length(env, values[0], &count) != napi_ok)
        return NULL;
    for (struct call *call = state->calls; call && at < count; call = call->next) {
        napi_handle_scope scope;
        napi_open_handle_scope(env, &scope);
        if (napi_get_element(env, values[0], at, &value) == napi_ok &&
            napi_get_value_uint32(env, value, &id) == napi_ok && call->id == id) {
            at++;
            if (pool_withdraw(&state->pool, call)) {
                /* It is over without waiting for a thread, and without a token, which would be a descriptor. */
                call->status = DC_ERR_CANCELLED;
                pool_finish(&state->pool, call);
            } else {
                pool_interrupt(&state->pool, call);
            }
        }
        napi_close_handle_scope(env, scope);
    }
    return NULL;
}

/* After dc_client_shutdown: calls that still queue are over without waiting for a thread. */
void calls_withdraw(struct handle *client)
{
    struct state *state = client->state;
    for (struct call *call = state->calls; call; call = call->next)
        if ((call->handle == client || call->handle->owner == client) && pool_withdraw(&state->pool, call)) {
            call_run(call);
            pool_finish(&state->pool, call);
        }
}

/* On JavaScript's thread: settled(number, status, value) for each call that is done. */
void call_deliver(napi_env env, napi_value settled, void *context, void *data)
{
    struct state *state = context;
    struct call *behind;
    (void)data;
    if (!env) /* The environment has ended, and the state with it. */
        return;
    for (struct call *call = pool_take_done(&state->pool); call; call = behind) {
        napi_handle_scope scope;
        napi_value values[3] = {NULL, NULL, NULL}, undefined = NULL;
        behind = call->behind;
        napi_open_handle_scope(env, &scope);
        napi_get_undefined(env, &undefined);
        napi_create_uint32(env, call->id, &values[0]);
        napi_create_int32(env, call->status, &values[1]);
        if (call->page)
            values[2] = page_out(env, call->page, call->cursor, call->with_json);
        else if (call->status == DC_DONE)
            napi_get_null(env, &values[2]);
        else
            values[2] = failure(env, call->status, call->error);
        call_free(call);
        if (state->count == 0)
            napi_unref_threadsafe_function(env, state->pool.wake);
        /* It throws nothing; it fails when a worker is being terminated, and then nobody waits. */
        napi_call_function(env, undefined, settled, 3, values, NULL);
        napi_close_handle_scope(env, scope);
    }
}
