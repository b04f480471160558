/* Clients and walks, as externals of JavaScript. */
#include "addon.h"
#include "library.h"

#include <stdlib.h>

/* replacements(): {option: the one that replaces it, …}, for lib/arguments.js to refuse both. */
napi_value replacements(napi_env env, napi_callback_info info)
{
    napi_value result = NULL;
    (void)info;
    napi_create_object(env, &result);
    for (size_t i = 0; i < library.dc_config_option_count(); i++) {
        const char *other = library.dc_config_option(i, DC_INFO_REPLACES);
        if (other)
            napi_set_named_property(env, result, library.dc_config_option(i, DC_INFO_NAME), text_out(env, other));
    }
    return result;
}

/* Sets the option whose name and value are at `place` of an array. */
static dc_status set_option(napi_env env, dc_config *config, napi_value options, uint32_t place, dc_error **error)
{
    dc_status status = DC_ERR_INVALID_ARGUMENT;
    napi_value name, value;
    char *name_text = NULL, *value_text = NULL;
    if (napi_get_element(env, options, place, &name) == napi_ok &&
        napi_get_element(env, options, place + 1, &value) == napi_ok && text_in(env, name, &name_text) &&
        text_in(env, value, &value_text))
        status = library.dc_config_set_string(config, name_text, value_text, error);
    text_free(name_text);
    text_free(value_text);
    return status;
}

struct handle *handle_get(napi_env env, napi_value value)
{
    void *handle = NULL;
    if (napi_get_value_external(env, value, &handle) != napi_ok || !handle || ((struct handle *)handle)->closed) {
        napi_throw_type_error(env, NULL, "data-connectors: it is closed, or no handle");
        return NULL;
    }
    return handle;
}

/* Frees what is native of a handle that is closed, once no call uses it. */
void handle_settle(struct handle *handle)
{
    if (!handle->closed || handle->calls)
        return;
    library.dc_pager_free(handle->pager);
    library.dc_client_free(handle->client);
    handle->pager = NULL;
    handle->client = NULL;
}

static void unlink_handle(struct handle *handle)
{
    if (handle->previous)
        handle->previous->next = handle->next;
    else
        handle->state->handles = handle->next;
    if (handle->next)
        handle->next->previous = handle->previous;
}

void handle_release(struct handle *handle)
{
    if (--handle->holders)
        return;
    struct handle *owner = handle->owner;
    handle->closed = true;
    handle_settle(handle);
    if (handle->state)
        unlink_handle(handle);
    free(handle);
    if (owner)
        handle_release(owner);
}

/* The garbage collector's. Calls under way hold the handle as well. */
static void finalize(napi_env env, void *handle, void *hint)
{
    (void)env, (void)hint;
    handle_release(handle);
}

/* Makes an external of what is native, which it takes over: [DC_OK, external]. */
static napi_value handle_new(napi_env env, dc_client *client, dc_pager *pager, struct handle *owner)
{
    struct handle *handle = calloc(1, sizeof *handle);
    napi_value external = NULL;
    if (!handle || napi_create_external(env, handle, finalize, NULL, &external) != napi_ok) {
        library.dc_pager_free(pager);
        library.dc_client_free(client);
        free(handle);
        return pair(env, DC_ERR_SYSTEM, failure(env, DC_ERR_SYSTEM, NULL));
    }
    struct state *state = state_of(env);
    *handle = (struct handle){.state = state, .next = state->handles, .owner = owner, .holders = 1,
                              .client = client, .pager = pager};
    if (handle->next)
        handle->next->previous = handle;
    state->handles = handle;
    if (owner)
        owner->holders++;
    return pair(env, DC_OK, external);
}

static napi_value refused(napi_env env, dc_status status, dc_error *error)
{
    bool thrown = false;
    napi_is_exception_pending(env, &thrown);
    napi_value result = thrown ? NULL : pair(env, status, failure(env, status, error));
    library.dc_error_free(error);
    return result;
}

/* clientNew([option, value, …]): [status, external or failure]. All are strings. */
napi_value client_new(napi_env env, napi_callback_info info)
{
    napi_value values[1];
    uint32_t length;
    dc_client *client = NULL;
    dc_error *error = NULL;
    dc_status status = DC_OK;
    if (!arguments(env, info, 1, values) || napi_get_array_length(env, values[0], &length) != napi_ok)
        return NULL;
    dc_config *config = library.dc_config_new();
    for (uint32_t place = 0; status == DC_OK && place < length; place += 2)
        status = set_option(env, config, values[0], place, &error);
    if (status == DC_OK)
        status = library.dc_client_new(config, &client, &error);
    library.dc_config_free(config);
    return status == DC_OK ? handle_new(env, client, NULL, NULL) : refused(env, status, error);
}

/* pagerNew(client, perPage, startingAfter, prefetch): [status, external or failure] */
napi_value pager_new(napi_env env, napi_callback_info info)
{
    napi_value values[4];
    struct handle *owner;
    int64_t per_page;
    char *starting_after;
    bool prefetch = false;
    dc_pager *pager = NULL;
    dc_error *error = NULL;
    if (!arguments(env, info, 4, values) || !(owner = handle_get(env, values[0])) ||
        !integer_in(env, values[1], INT32_MIN, INT32_MAX, &per_page) || !text_in(env, values[2], &starting_after))
        return NULL;
    napi_get_value_bool(env, values[3], &prefetch);
    dc_status status = library.dc_pager_new(owner->client, (int32_t)per_page, starting_after, &pager, &error);
    text_free(starting_after);
    if (status == DC_OK && prefetch)
        status = library.dc_pager_set_prefetch(pager, 1, &error);
    if (status == DC_OK)
        return handle_new(env, NULL, pager, owner);
    library.dc_pager_free(pager);
    return refused(env, status, error);
}

/* close(handle): ends a client's calls; what is native goes with the last of them. Twice is fine. */
napi_value handle_close(napi_env env, napi_callback_info info)
{
    napi_value values[1];
    void *value = NULL;
    if (!arguments(env, info, 1, values) || napi_get_value_external(env, values[0], &value) != napi_ok)
        return NULL;
    struct handle *handle = value;
    if (handle->closed)
        return NULL;
    handle->closed = true;
    if (handle->client) {
        library.dc_client_shutdown(handle->client);
        calls_withdraw(handle);
    }
    handle_settle(handle);
    return NULL;
}

/* At the environment's end: all calls of all its clients. */
void handles_shut_down(struct state *state)
{
    for (struct handle *handle = state->handles; handle; handle = handle->next)
        library.dc_client_shutdown(handle->client);
}

/* After its calls were freed. The garbage collector still has the externals, and frees the rest. */
void handles_end(struct state *state)
{
    struct handle *next;
    for (struct handle *handle = state->handles; handle; handle = next) {
        next = handle->next;
        handle->closed = true;
        handle_settle(handle);
        handle->state = NULL;
    }
    state->handles = NULL;
}
