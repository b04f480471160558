#include "runner.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/** Used by the main thread only. */
static char difference[1024];

/** Stores a difference, and returns 1. */
static int differs(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(difference, sizeof difference, format, arguments);
    va_end(arguments);
    return 1;
}

static int check_bytes(const char *name, const char *actual, size_t length, const json_t *expected)
{
    const char *value = json_string_value(expected);
    const int is_absent = actual == NULL && json_is_null(expected);
    const int is_equal = actual != NULL && value != NULL && length == json_string_length(expected) &&
                         memcmp(actual, value, length) == 0;

    if (is_absent || is_equal)
        return 0;
    return differs("%s is %s, expected %s", name, actual ? actual : "NULL", value ? value : "NULL");
}

static int check_string(const char *name, const char *actual, const json_t *expected)
{
    return check_bytes(name, actual, actual != NULL ? strlen(actual) : 0, expected);
}

/** `absent` is what the API returns for an absent value. */
static int check_number(const char *name, long long actual, long long absent, const json_t *expected)
{
    const long long value = json_is_boolean(expected) ? json_is_true(expected)
                            : json_is_null(expected)  ? absent
                                                      : json_integer_value(expected);

    return actual == value ? 0 : differs("%s is %lld, expected %lld", name, actual, value);
}

static int check_field(const dc_connector *row, const char *name, const json_t *expected)
{
    static const struct {
        const char *name;
        int32_t field;
    } strings[] = {
        {"type", DC_FIELD_TYPE},
        {"id", DC_FIELD_ID},
        {"name", DC_FIELD_NAME},
        {"description", DC_FIELD_DESCRIPTION},
        {"state", DC_FIELD_STATE},
        {"http_method", DC_FIELD_HTTP_METHOD},
        {"created_by_admin_id", DC_FIELD_CREATED_BY_ADMIN_ID},
        {"updated_by_admin_id", DC_FIELD_UPDATED_BY_ADMIN_ID},
        {"created_at", DC_FIELD_CREATED_AT},
        {"updated_at", DC_FIELD_UPDATED_AT},
        {"execution_results_url", DC_FIELD_EXECUTION_RESULTS_URL},
    };
    size_t i, length;

    for (i = 0; i < sizeof strings / sizeof *strings; i++)
        if (strcmp(name, strings[i].name) == 0) {
            const char *value = dc_connector_field(row, strings[i].field, &length);

            return check_bytes(name, value, length, expected);
        }
    if (strcmp(name, "direct_fin_usage") == 0)
        return check_number(name, dc_connector_direct_fin_usage(row), -1, expected);
    if (strcmp(name, "created_at_ms") == 0)
        return check_number(name, dc_connector_created_at_ms(row), -1, expected);
    if (strcmp(name, "updated_at_ms") == 0)
        return check_number(name, dc_connector_updated_at_ms(row), -1, expected);
    if (strcmp(name, "state_code") == 0)
        return check_number(name, dc_connector_state_code(row), -1, expected);
    if (strcmp(name, "http_method_code") == 0)
        return check_number(name, dc_connector_http_method_code(row), -1, expected);
    return differs("unsupported field %s", name);
}

static const dc_connector *row_of(const struct result *result, size_t index)
{
    size_t page;

    for (page = 0; page < result->page_count; page++) {
        const size_t count = dc_page_count(result->pages[page]);

        if (index < count)
            return dc_page_connector(result->pages[page], index);
        index -= count;
    }
    return NULL;
}

static int check_rows(const struct result *result, const json_t *expected, int ids_only)
{
    size_t i;
    const char *name;
    json_t *value;

    if (result->rows != json_array_size(expected))
        return differs("%zu rows, expected %zu", result->rows, json_array_size(expected));
    for (i = 0; i < result->rows; i++) {
        const dc_connector *row = row_of(result, i);
        json_t *fields = json_array_get(expected, i);

        if (ids_only && check_field(row, "id", fields))
            return 1;
        if (!ids_only)
            json_object_foreach (fields, name, value)
                if (check_field(row, name, value))
                    return 1;
    }
    return 0;
}

static int check_status(const struct result *result, const char *expected)
{
    const char *actual = dc_status_name(result->status);

    if (result->closed && result->status == DC_ERR_CANCELLED)
        actual = "closed";
    if (strcmp(actual, expected) == 0)
        return 0;
    return differs("the status is %s (%s)", actual, dc_error_message(result->error));
}

/** Compares the ids of rows of a difference, or null. */
static int check_diff_rows(const char *name, const json_t *actual, const json_t *expected)
{
    size_t i;

    if (json_is_null(actual) != json_is_null(expected) || json_array_size(actual) != json_array_size(expected))
        return differs("diff.%s has %zu rows", name, json_array_size(actual));
    for (i = 0; i < json_array_size(expected); i++)
        if (!json_equal(json_object_get(json_array_get(actual, i), "id"), json_array_get(expected, i)))
            return differs("diff.%s has other rows", name);
    return 0;
}

static int check_diff_changes(const json_t *actual, const json_t *expected)
{
    const json_t *change;
    size_t i;

    if (json_array_size(actual) != json_object_size(expected))
        return differs("diff.changed has %zu rows", json_array_size(actual));
    json_array_foreach ((json_t *)actual, i, change) {
        const char *id = json_string_value(json_object_get(change, "id"));
        const json_t *fields = json_object_get(expected, id);
        const json_t *old = json_object_get(change, "old"), *new = json_object_get(change, "new");

        if (!json_equal(json_object_get(change, "fields"), fields))
            return differs("diff.changed: connector %s changed in other fields", id);
        if (!json_equal(json_object_get(old, "id"), json_object_get(new, "id")) || json_equal(old, new))
            return differs("diff.changed: connector %s has wrong rows", id);
    }
    return 0;
}

static int check_diff(const struct result *result, const json_t *expected)
{
    dc_diff *diff = NULL;
    const char *json, *name;
    size_t length;
    json_t *actual, *value;
    int found = 0;

    if (dc_snapshot_diff(result->snapshot, result->older, &diff, NULL) != DC_OK)
        return differs("diff failed");
    json = dc_diff_json(diff, &length);
    actual = json_loadb(json, length, JSON_ALLOW_NUL, NULL);
    json_object_foreach ((json_t *)expected, name, value)
        if (!found) {
            if (strcmp(name, "changed") == 0)
                found = check_diff_changes(json_object_get(actual, name), value);
            else if (strcmp(name, "added") == 0 || strcmp(name, "removed") == 0)
                found = check_diff_rows(name, json_object_get(actual, name), value);
            else
                found = differs("unsupported expectation diff.%s", name);
        }
    json_decref(actual);
    dc_diff_free(diff);
    return found;
}

/** Checks that a string has all parts. */
static int check_contains(const char *name, const char *actual, const json_t *parts)
{
    const json_t *part;
    size_t i;

    if (json_is_null(parts) != (actual == NULL))
        return differs("%s is %s", name, actual ? actual : "NULL");
    json_array_foreach ((json_t *)parts, i, part)
        if (strstr(actual, json_string_value(part)) == NULL)
            return differs("%s lacks \"%s\": %s", name, json_string_value(part), actual);
    return 0;
}

/** The rate limit of a page or of an error: 2 if `name` is not a part of it. */
static int check_rate_limit(const char *name, int64_t limit, int64_t remaining, int64_t reset, const json_t *expected)
{
    if (strcmp(name, "rate_limit") == 0)
        return check_number(name, limit, -1, expected);
    if (strcmp(name, "rate_limit_remaining") == 0)
        return check_number(name, remaining, -1, expected);
    if (strcmp(name, "rate_limit_reset") == 0)
        return check_number(name, reset, -1, expected);
    return 2;
}

static int check_error_part(const struct result *result, const char *name, const json_t *value)
{
    const dc_error *error = result->error;
    int64_t limit, remaining, reset;
    int rate_limit;

    if (strcmp(name, "status") == 0)
        return check_status(result, json_string_value(value));
    if (strcmp(name, "message") == 0)
        return check_contains(name, dc_error_message(error), value);
    if (strcmp(name, "http_status") == 0)
        return check_number(name, dc_error_http_status(error), 0, value);
    if (strcmp(name, "api_code") == 0)
        return check_string(name, dc_error_api_code(error), value);
    if (strcmp(name, "api_field") == 0)
        return check_string(name, dc_error_api_field(error), value);
    if (strcmp(name, "request_id") == 0)
        return check_string(name, dc_error_request_id(error), value);
    if (strcmp(name, "retry_after_ms") == 0)
        return check_number(name, dc_error_retry_after_ms(error), -1, value);
    if (strcmp(name, "attempts") == 0)
        return check_number(name, dc_error_attempts(error), 0, value);
    dc_error_rate_limit(error, &limit, &remaining, &reset);
    rate_limit = check_rate_limit(name, limit, remaining, reset, value);
    return rate_limit < 2 ? rate_limit : differs("unsupported expectation error.%s", name);
}

static int check_error(const struct result *result, const json_t *expected)
{
    const char *name;
    json_t *value;

    if (result->error == NULL)
        return differs("the error is NULL");
    json_object_foreach ((json_t *)expected, name, value)
        if (check_error_part(result, name, value))
            return 1;
    return 0;
}

static const char *state_name(int32_t state)
{
    switch (state) {
    case DC_SNAPSHOT_COMPLETE:
        return "complete";
    case DC_SNAPSHOT_REFRESHED:
        return "refreshed";
    case DC_SNAPSHOT_INCOMPLETE:
        return "incomplete";
    default:
        return NULL;
    }
}

static int check_part(const struct result *result, const char *name, const json_t *value)
{
    const dc_page *last = result->page_count > 0 ? result->pages[result->page_count - 1] : NULL;
    int64_t limit, remaining, reset;
    int rate_limit;

    if (strcmp(name, "error") == 0)
        return check_error(result, value);
    if (strcmp(name, "rows") == 0)
        return check_rows(result, value, 0);
    if (strcmp(name, "ids") == 0)
        return check_rows(result, value, 1);
    if (strcmp(name, "pages") == 0)
        return check_number(name, (long long)result->page_count, 0, value);
    if (strcmp(name, "next_cursor") == 0)
        return check_string(name, dc_page_next_cursor(last), value);
    if (strcmp(name, "request_id") == 0)
        return check_string(name, dc_page_request_id(last), value);
    if (strcmp(name, "state") == 0)
        return check_string(name, state_name(dc_snapshot_state(result->snapshot)), value);
    if (strcmp(name, "reason") == 0)
        return check_contains(name, dc_snapshot_reason(result->snapshot), value);
    if (strcmp(name, "as_of_ms") == 0)
        return check_number(name, dc_snapshot_as_of_ms(result->snapshot), -1, value);
    if (strcmp(name, "stored_contains") == 0)
        return check_contains(name, dc_page_json(dc_snapshot_page(result->snapshot)), value);
    if (strcmp(name, "diff") == 0)
        return check_diff(result, value);
    if (strcmp(name, "min_ms") == 0 || strcmp(name, "max_ms") == 0)
        return 0;
    dc_page_rate_limit(last, &limit, &remaining, &reset);
    rate_limit = check_rate_limit(name, limit, remaining, reset, value);
    return rate_limit < 2 ? rate_limit : differs("unsupported expectation %s", name);
}

const char *check_result(const json_t *test_case, const struct result *result)
{
    json_t *expected = json_object_get(test_case, "expect");
    const json_t *most = json_object_get(expected, "max_ms");
    const double min_ms = json_number_value(json_object_get(expected, "min_ms"));
    const double max_ms = most != NULL ? json_number_value(most) : 10000.0;
    const char *name;
    json_t *value;

    difference[0] = '\0';
    if (result->status < 0 && json_object_get(expected, "error") == NULL)
        differs("the error is unexpected: %s", dc_error_message(result->error));
    else if (result->duration_ms < min_ms || result->duration_ms > max_ms)
        differs("the call took %.0f ms", result->duration_ms);
    json_object_foreach (expected, name, value)
        if (difference[0] == '\0')
            check_part(result, name, value);
    return difference;
}
