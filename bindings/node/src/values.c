#include "values.h"
#include "library.h"

#include <stdlib.h>

void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    if (!memory)
        napi_fatal_error("data-connectors", NAPI_AUTO_LENGTH, "out of memory", NAPI_AUTO_LENGTH);
    return memory;
}

char *copy_string(napi_env env, napi_value value)
{
    size_t length;
    if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok)
        return NULL;
    char *copy = allocate(length + 1);
    napi_get_value_string_utf8(env, value, copy, length + 1, NULL);
    return copy;
}

napi_value string_value(napi_env env, const char *string)
{
    napi_value value;
    if (!string || napi_create_string_utf8(env, string, NAPI_AUTO_LENGTH, &value) != napi_ok)
        napi_get_null(env, &value);
    return value;
}

napi_value bytes_value(napi_env env, const char *bytes, size_t length)
{
    napi_value value;
    return napi_create_string_utf8(env, bytes, length, &value) == napi_ok ? value : NULL;
}

napi_value rows_value(napi_env env, const dc_page *page)
{
    size_t length;
    const char *rows = library.dc_page_packed_rows(page, DC_PACKED_JSON, &length);
    return bytes_value(env, rows, length);
}

napi_value json_value(napi_env env, const dc_page *page)
{
    return bytes_value(env, library.dc_page_json(page), library.dc_page_json_len(page));
}

static void set_string(napi_env env, napi_value object, const char *name, const char *string)
{
    napi_set_named_property(env, object, name, string_value(env, string));
}

/* Sets an integer; null if it is negative, which means absent. */
static void set_integer(napi_env env, napi_value object, const char *name, int64_t integer)
{
    napi_value value;
    if (integer < 0)
        napi_get_null(env, &value);
    else
        napi_create_int64(env, integer, &value);
    napi_set_named_property(env, object, name, value);
}

static void set_rate_limit(napi_env env, napi_value object, int64_t limit, int64_t remaining, int64_t reset)
{
    napi_value value;
    napi_create_object(env, &value);
    set_integer(env, value, "limit", limit);
    set_integer(env, value, "remaining", remaining);
    set_integer(env, value, "reset", reset);
    napi_object_freeze(env, value);
    napi_set_named_property(env, object, "rateLimit", value);
}

napi_value page_value(napi_env env, const dc_page *page, bool with_json)
{
    napi_value object, value;
    int64_t limit, remaining, reset;
    napi_create_object(env, &object);
    if ((value = rows_value(env, page)))
        napi_set_named_property(env, object, "rows", value);
    if ((value = with_json ? json_value(env, page) : string_value(env, NULL)))
        napi_set_named_property(env, object, "json", value);
    napi_get_boolean(env, library.dc_page_has_next(page) == 1, &value);
    napi_set_named_property(env, object, "hasNext", value);
    set_string(env, object, "nextCursor", library.dc_page_next_cursor(page));
    set_string(env, object, "requestId", library.dc_page_request_id(page));
    library.dc_page_rate_limit(page, &limit, &remaining, &reset);
    set_rate_limit(env, object, limit, remaining, reset);
    return object;
}

int64_t snapshot_size(const dc_snapshot *snapshot)
{
    return (int64_t)library.dc_page_json_len(library.dc_snapshot_page(snapshot));
}

napi_value snapshot_value(napi_env env, const dc_snapshot *snapshot)
{
    napi_value object;
    napi_create_object(env, &object);
    set_integer(env, object, "state", library.dc_snapshot_state(snapshot));
    set_string(env, object, "reason", library.dc_snapshot_reason(snapshot));
    set_integer(env, object, "asOfMs", library.dc_snapshot_as_of_ms(snapshot));
    return object;
}

napi_value failure_value(napi_env env, dc_status status, const dc_error *error)
{
    napi_value object;
    int64_t limit, remaining, reset;
    int32_t http_status = library.dc_error_http_status(error);
    const char *message = library.dc_error_message(error);
    napi_create_object(env, &object);
    set_string(env, object, "message", message ? message : library.dc_status_message(status));
    set_string(env, object, "code", library.dc_status_name(status));
    set_integer(env, object, "httpStatus", http_status ? http_status : -1);
    set_string(env, object, "apiCode", library.dc_error_api_code(error));
    set_string(env, object, "apiField", library.dc_error_api_field(error));
    set_string(env, object, "requestId", library.dc_error_request_id(error));
    set_integer(env, object, "retryAfterMs", library.dc_error_retry_after_ms(error));
    set_integer(env, object, "attempts", library.dc_error_attempts(error));
    library.dc_error_rate_limit(error, &limit, &remaining, &reset);
    set_rate_limit(env, object, limit, remaining, reset);
    return object;
}
