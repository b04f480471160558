/* The addon's functions for the files of lib, and the beginning and the end of an environment. */
#include "addon.h"
#include "library.h"

#include <stdlib.h>

/* load(path): null, or what is wrong: ["absent" or "wrong", why] */
static napi_value load(napi_env env, napi_callback_info info)
{
    char why[1024] = "";
    napi_value values[1], result = NULL;
    char *path;
    if (!arguments(env, info, 1, values) || !text_in(env, values[0], &path))
        return NULL;
    enum library_result loaded = library_load(path, why, sizeof why);
    text_free(path);
    if (loaded == LIBRARY_LOADED) {
        napi_get_null(env, &result);
        return result;
    }
    napi_create_array_with_length(env, 2, &result);
    napi_set_element(env, result, 0, text_out(env, loaded == LIBRARY_ABSENT ? "absent" : "wrong"));
    napi_set_element(env, result, 1, text_out(env, why));
    return result;
}

static napi_value version(napi_env env, napi_callback_info info)
{
    (void)info;
    return text_out(env, library.dc_version());
}

/* setMaxConcurrentCalls(count) */
static napi_value set_max_concurrent_calls(napi_env env, napi_callback_info info)
{
    napi_value values[1];
    int64_t count;
    if (arguments(env, info, 1, values) && integer_in(env, values[0], 1, MOST_CALLS, &count))
        pool_set_limit(&state_of(env)->pool, (unsigned)count);
    return NULL;
}

/*
 * The environment ends: by the program's or the worker's, or by worker.terminate(). No JavaScript runs any more.
 * Calls under way are ended and waited for, as their threads run this addon's code, which Node may unload next.
 */
static void end(void *data)
{
    struct state *state = data;
    pool_end(&state->pool);
    handles_shut_down(state);
    pool_destroy(&state->pool);
    while (state->calls)
        call_free(state->calls);
    handles_end(state);
    free(state);
}

/* start(settled): once for each environment, when the library was loaded. */
static napi_value start(napi_env env, napi_callback_info info)
{
    napi_value values[1], name;
    struct state *state;
    if (!arguments(env, info, 1, values))
        return NULL;
    if (!(state = calloc(1, sizeof *state)) || !pool_start(&state->pool)) {
        free(state);
        napi_throw_error(env, NULL, "data-connectors: out of memory");
        return NULL;
    }
    napi_create_string_utf8(env, "data-connectors", NAPI_AUTO_LENGTH, &name);
    if (napi_create_threadsafe_function(env, values[0], NULL, name, 0, 1, NULL, NULL, state, call_deliver,
                                        &state->pool.wake) != napi_ok) {
        pool_destroy(&state->pool);
        free(state);
        napi_throw_error(env, NULL, "data-connectors: out of memory");
        return NULL;
    }
    napi_unref_threadsafe_function(env, state->pool.wake);
    napi_set_instance_data(env, state, NULL, NULL);
    /* After the function was made: hooks run last to first, so threads are joined while it still lives. */
    napi_add_env_cleanup_hook(env, end, state);
    return NULL;
}

NAPI_MODULE_INIT()
{
    const struct {
        const char *name;
        napi_callback callback;
    } functions[] = {
        {"load", load},
        {"start", start},
        {"version", version},
        {"replacements", replacements},
        {"setMaxConcurrentCalls", set_max_concurrent_calls},
        {"clientNew", client_new},
        {"pagerNew", pager_new},
        {"close", handle_close},
        {"listPage", list_page},
        {"pagerNext", pager_next},
        {"cancel", cancel},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        napi_value function;
        napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].callback, NULL, &function);
        napi_set_named_property(env, exports, functions[i].name, function);
    }
    return exports;
}
