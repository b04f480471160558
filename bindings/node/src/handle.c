/* Clients and walks, as externals of JavaScript. */
#include "addon.h"
#include "library.h"

#include <stdlib.h>

enum kind { TEXT, FLAG, COUNT32, COUNT64 };

/* Each setting by its name in JavaScript. */
static const struct setting {
    const char *name;
    enum kind kind;
    size_t setter; /* its place in the library */
} all_settings[] = {
    {"token", TEXT, offsetof(struct library, dc_config_set_token)},
    {"region", TEXT, offsetof(struct library, dc_config_set_region)},
    {"allowInsecureHttp", FLAG, offsetof(struct library, dc_config_set_allow_insecure_http)},
    {"baseUrl", TEXT, offsetof(struct library, dc_config_set_base_url)},
    {"apiVersion", TEXT, offsetof(struct library, dc_config_set_api_version)},
    {"userAgentSuffix", TEXT, offsetof(struct library, dc_config_set_user_agent_suffix)},
    {"timeoutMs", COUNT64, offsetof(struct library, dc_config_set_timeout_ms)},
    {"connectTimeoutMs", COUNT64, offsetof(struct library, dc_config_set_connect_timeout_ms)},
    {"maxRetries", COUNT32, offsetof(struct library, dc_config_set_max_retries)},
    {"maxResponseBytes", COUNT64, offsetof(struct library, dc_config_set_max_response_bytes)},
    {"proxy", TEXT, offsetof(struct library, dc_config_set_proxy)},
    {"noProxy", TEXT, offsetof(struct library, dc_config_set_no_proxy)},
    {"systemRoots", FLAG, offsetof(struct library, dc_config_set_system_roots)},
    {"caFile", TEXT, offsetof(struct library, dc_config_set_ca_file)},
    {"pacing", FLAG, offsetof(struct library, dc_config_set_pacing)},
};

#define SETTINGS (sizeof all_settings / sizeof *all_settings)

/* settings(): {name: kind, …}, for lib/settings.js to check by. */
napi_value settings(napi_env env, napi_callback_info info)
{
    static const char *const kinds[] = {"string", "boolean", "number", "number"};
    napi_value result = NULL;
    (void)info;
    napi_create_object(env, &result);
    for (size_t i = 0; i < SETTINGS; i++)
        napi_set_named_property(env, result, all_settings[i].name, text_out(env, kinds[all_settings[i].kind]));
    return result;
}

static dc_status set(napi_env env, dc_config *config, const struct setting *setting, napi_value value, dc_error **error)
{
    const void *setter = (const char *)&library + setting->setter;
    dc_status status = DC_ERR_INVALID_ARGUMENT;
    char *text;
    bool flag;
    int64_t integer;
    switch (setting->kind) {
    case TEXT:
        if (text_in(env, value, &text))
            status = (*(dc_status(*const *)(dc_config *, const char *, dc_error **))setter)(config, text, error);
        text_free(text);
        break;
    case FLAG:
        if (napi_get_value_bool(env, value, &flag) == napi_ok)
            status = (*(dc_status(*const *)(dc_config *, int32_t, dc_error **))setter)(config, flag, error);
        break;
    case COUNT32:
        if (integer_in(env, value, INT32_MIN, INT32_MAX, &integer))
            status = (*(dc_status(*const *)(dc_config *, int32_t, dc_error **))setter)(config, (int32_t)integer, error);
        break;
    case COUNT64:
        if (integer_in(env, value, INT64_MIN, INT64_MAX, &integer))
            status = (*(dc_status(*const *)(dc_config *, int64_t, dc_error **))setter)(config, integer, error);
        break;
    }
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

/* clientNew(settings): [status, external or failure] */
napi_value client_new(napi_env env, napi_callback_info info)
{
    napi_value values[1], value;
    dc_client *client = NULL;
    dc_error *error = NULL;
    dc_status status = DC_OK;
    if (!arguments(env, info, 1, values))
        return NULL;
    dc_config *config = library.dc_config_new();
    for (size_t i = 0; status == DC_OK && i < SETTINGS; i++)
        if (napi_get_named_property(env, values[0], all_settings[i].name, &value) != napi_ok)
            status = DC_ERR_INVALID_ARGUMENT;
        else if (!is_null(env, value))
            status = set(env, config, &all_settings[i], value, &error);
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
