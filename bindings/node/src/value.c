/* Values of JavaScript, in and out. */
#include "addon.h"
#include "library.h"

#include <stdlib.h>
#include <string.h>

struct state *state_of(napi_env env)
{
    void *state = NULL;
    napi_get_instance_data(env, &state);
    return state;
}

/* What is checked here is for the files of lib to keep: it is the last line before a native call. */
static bool refuse(napi_env env)
{
    napi_throw_type_error(env, NULL, "data-connectors: the addon was called in a wrong way");
    return false;
}

bool arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values)
{
    size_t given = count;
    napi_get_cb_info(env, info, &given, values, NULL, NULL);
    return given == count || refuse(env);
}

bool is_null(napi_env env, napi_value value)
{
    napi_valuetype type;
    return napi_typeof(env, value, &type) != napi_ok || type == napi_null || type == napi_undefined;
}

/* No copy of a token or a proxy's password stays behind. The compiler may not leave volatile writes out. */
void text_free(char *text)
{
    if (text)
        for (volatile char *at = text; *at; at++)
            *at = 0;
    free(text);
}

/* NULL for null. It is for text_free. */
bool text_in(napi_env env, napi_value value, char **text)
{
    size_t length;
    *text = NULL;
    if (is_null(env, value))
        return true;
    if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok)
        return refuse(env);
    if (!(*text = malloc(length + 1)))
        return refuse(env);
    napi_get_value_string_utf8(env, value, *text, length + 1, &length);
    if (strlen(*text) == length)
        return true;
    text_free(*text);
    *text = NULL;
    return refuse(env);
}

/* What is out of range becomes the nearest in it: the library has a smaller one, and says so. */
bool integer_in(napi_env env, napi_value value, int64_t least, int64_t most, int64_t *integer)
{
    double number;
    *integer = 0;
    if (napi_get_value_double(env, value, &number) != napi_ok || number != number)
        return refuse(env);
    if (number <= (double)least)
        *integer = least;
    else
        *integer = number >= (double)most ? most : (int64_t)number;
    return true;
}

static napi_value null(napi_env env)
{
    napi_value value = NULL;
    napi_get_null(env, &value);
    return value;
}

napi_value text_out(napi_env env, const char *text)
{
    napi_value value = NULL;
    if (!text)
        return null(env);
    napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
    return value;
}

/* null for what is less than 0: absent. */
napi_value count_out(napi_env env, int64_t count)
{
    napi_value value = NULL;
    if (count < 0)
        return null(env);
    napi_create_int64(env, count, &value);
    return value;
}

/* [status, value] */
napi_value pair(napi_env env, dc_status status, napi_value value)
{
    napi_value result = NULL, number = NULL;
    napi_create_array_with_length(env, 2, &result);
    napi_create_int32(env, status, &number);
    napi_set_element(env, result, 0, number);
    if (value)
        napi_set_element(env, result, 1, value);
    return result;
}

/* What lib/errors.js makes an Error of. */
napi_value failure(napi_env env, dc_status status, const dc_error *error)
{
    int32_t http_status = library.dc_error_http_status(error);
    const char *message = library.dc_error_message(error);
    int64_t limit, remaining, reset;
    library.dc_error_rate_limit(error, &limit, &remaining, &reset);
    const struct {
        const char *name;
        napi_value value;
    } members[] = {
        {"code", text_out(env, library.dc_status_name(status))},
        {"message", text_out(env, message ? message : library.dc_status_message(status))},
        {"httpStatus", count_out(env, http_status ? http_status : -1)},
        {"apiCode", text_out(env, library.dc_error_api_code(error))},
        {"apiField", text_out(env, library.dc_error_api_field(error))},
        {"requestId", text_out(env, library.dc_error_request_id(error))},
        {"retryAfterMs", count_out(env, library.dc_error_retry_after_ms(error))},
        {"attempts", count_out(env, library.dc_error_attempts(error))},
        {"limit", count_out(env, limit)},
        {"remaining", count_out(env, remaining)},
        {"reset", count_out(env, reset)},
    };
    napi_value result = NULL;
    napi_create_object(env, &result);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        napi_set_named_property(env, result, members[i].name, members[i].value);
    return result;
}
