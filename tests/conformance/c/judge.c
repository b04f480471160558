#include "runner.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/** One at a time: outcomes are judged on the main thread. */
static char wrong[1024];

static int fails(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(wrong, sizeof wrong, format, arguments);
    va_end(arguments);
    return 1;
}

static int is_text(const char *name, const char *got, size_t length, const json_t *expected)
{
    const char *value = json_string_value(expected);

    if (got == NULL || value == NULL)
        return (got == NULL) == (value == NULL) && (value != NULL || json_is_null(expected))
                   ? 0
                   : fails("%s is %s, and not %s", name, got ? got : "NULL", value ? value : "NULL");
    if (length != json_string_length(expected) || memcmp(got, value, length) != 0)
        return fails("%s is %s, and not %s", name, got, value);
    return 0;
}

static int is_plain_text(const char *name, const char *got, const json_t *expected)
{
    return is_text(name, got, got != NULL ? strlen(got) : 0, expected);
}

/** Absent is -1 in C, and for what `absent` says. */
static int is_number(const char *name, long long got, long long absent, const json_t *expected)
{
    const long long value = json_is_boolean(expected) ? json_is_true(expected)
                            : json_is_null(expected)  ? absent
                                                      : json_integer_value(expected);

    return got == value ? 0 : fails("%s is %lld, and not %lld", name, got, value);
}

#define TEXT(field)                                                                                                    \
    if (strcmp(name, #field) == 0)                                                                                     \
        return is_text(name, dc_connector_##field(row), dc_connector_##field##_len(row), expected)
#define NUMBER(field)                                                                                                  \
    if (strcmp(name, #field) == 0)                                                                                     \
        return is_number(name, dc_connector_##field(row), -1, expected)

static int is_field(const dc_connector *row, const char *name, const json_t *expected)
{
    TEXT(type);
    TEXT(id);
    TEXT(name);
    TEXT(description);
    TEXT(state);
    TEXT(http_method);
    TEXT(created_by_admin_id);
    TEXT(updated_by_admin_id);
    TEXT(created_at);
    TEXT(updated_at);
    TEXT(execution_results_url);
    NUMBER(direct_fin_usage);
    NUMBER(created_at_ms);
    NUMBER(updated_at_ms);
    NUMBER(state_code);
    NUMBER(http_method_code);
    return fails("this runner doesn't know the field %s", name);
}

static const dc_connector *row_of(const struct outcome *outcome, size_t index)
{
    size_t page;

    for (page = 0; page < outcome->page_count; page++) {
        const size_t count = dc_page_count(outcome->pages[page]);

        if (index < count)
            return dc_page_connector(outcome->pages[page], index);
        index -= count;
    }
    return NULL;
}

static int are_rows(const struct outcome *outcome, const json_t *expected, int ids_only)
{
    size_t i;
    const char *name;
    json_t *value;

    if (outcome->rows != json_array_size(expected))
        return fails("there are %zu rows, and not %zu", outcome->rows, json_array_size(expected));
    for (i = 0; i < outcome->rows; i++) {
        const dc_connector *row = row_of(outcome, i);
        json_t *wanted = json_array_get(expected, i);

        if (ids_only && is_field(row, "id", wanted))
            return 1;
        if (!ids_only)
            json_object_foreach (wanted, name, value)
                if (is_field(row, name, value))
                    return 1;
    }
    return 0;
}

static int is_status(const struct outcome *outcome, const char *expected)
{
    const char *got = dc_status_name(outcome->status);

    if (outcome->closed && outcome->status == DC_ERR_CANCELLED)
        got = "closed";
    return strcmp(got, expected) == 0 ? 0 : fails("the status is %s (%s)", got, dc_error_message(outcome->error));
}

static int is_error(const struct outcome *outcome, const json_t *expected)
{
    const dc_error *error = outcome->error;
    const char *name;
    const json_t *part;
    json_t *value;
    size_t i;

    json_object_foreach ((json_t *)expected, name, value) {
        int bad = 0;

        if (strcmp(name, "status") == 0)
            bad = is_status(outcome, json_string_value(value));
        else if (strcmp(name, "says") == 0) {
            json_array_foreach (value, i, part)
                if (strstr(dc_error_message(error), json_string_value(part)) == NULL)
                    bad = fails("\"%s\" has no \"%s\"", dc_error_message(error), json_string_value(part));
        } else if (strcmp(name, "http_status") == 0)
            bad = is_number(name, dc_error_http_status(error), 0, value);
        else if (strcmp(name, "api_code") == 0)
            bad = is_plain_text(name, dc_error_api_code(error), value);
        else if (strcmp(name, "api_field") == 0)
            bad = is_plain_text(name, dc_error_api_field(error), value);
        else if (strcmp(name, "request_id") == 0)
            bad = is_plain_text(name, dc_error_request_id(error), value);
        else if (strcmp(name, "retry_after_ms") == 0)
            bad = is_number(name, dc_error_retry_after_ms(error), -1, value);
        else if (strcmp(name, "attempts") == 0)
            bad = is_number(name, dc_error_attempts(error), 0, value);
        else if (strcmp(name, "rate_limit") == 0)
            bad = is_number(name, dc_error_rate_limit(error), -1, value);
        else if (strcmp(name, "rate_limit_remaining") == 0)
            bad = is_number(name, dc_error_rate_limit_remaining(error), -1, value);
        else if (strcmp(name, "rate_limit_reset") == 0)
            bad = is_number(name, dc_error_rate_limit_reset(error), -1, value);
        else
            bad = fails("this runner doesn't know error.%s", name);
        if (bad)
            return 1;
    }
    return 0;
}

static int is_expected(const struct outcome *outcome, const char *name, const json_t *value)
{
    const dc_page *last = outcome->page_count > 0 ? outcome->pages[outcome->page_count - 1] : NULL;

    if (strcmp(name, "error") == 0)
        return is_error(outcome, value);
    if (strcmp(name, "rows") == 0)
        return are_rows(outcome, value, 0);
    if (strcmp(name, "ids") == 0)
        return are_rows(outcome, value, 1);
    if (strcmp(name, "pages") == 0)
        return is_number(name, (long long)outcome->page_count, 0, value);
    if (strcmp(name, "next_cursor") == 0)
        return is_plain_text(name, dc_page_next_cursor(last), value);
    if (strcmp(name, "request_id") == 0)
        return is_plain_text(name, dc_page_request_id(last), value);
    if (strcmp(name, "rate_limit") == 0)
        return is_number(name, dc_page_rate_limit(last), -1, value);
    if (strcmp(name, "rate_limit_remaining") == 0)
        return is_number(name, dc_page_rate_limit_remaining(last), -1, value);
    if (strcmp(name, "rate_limit_reset") == 0)
        return is_number(name, dc_page_rate_limit_reset(last), -1, value);
    if (strcmp(name, "least_ms") == 0 || strcmp(name, "most_ms") == 0)
        return 0;
    return fails("this runner doesn't know expect.%s", name);
}

const char *judge(const json_t *given, const struct outcome *outcome)
{
    json_t *expected = json_object_get(given, "expect");
    const json_t *most = json_object_get(expected, "most_ms");
    const double least = json_number_value(json_object_get(expected, "least_ms"));
    const char *name;
    json_t *value;

    wrong[0] = '\0';
    if (outcome->status < 0 && json_object_get(expected, "error") == NULL)
        fails("it failed: %s", dc_error_message(outcome->error));
    else if (outcome->took_ms < least || outcome->took_ms > (most != NULL ? json_number_value(most) : 10000.0))
        fails("it took %.0f ms", outcome->took_ms);
    json_object_foreach (expected, name, value)
        if (wrong[0] == '\0')
            is_expected(outcome, name, value);
    return wrong;
}
