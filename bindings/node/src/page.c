/* A page for JavaScript: one array of all its rows' fields, of which lib/page.js makes objects. */
#include "addon.h"
#include "library.h"

#include <string.h>

/* The bytes of dc_page_table that no text has. */
#define ROW_END 0xFF
#define FIELD_END 0xFE
#define ABSENT 0xFD

/* The fields that are taken of each row of the table, and the numbers that are put behind them. */
#define FIELDS 12
#define FLAG_FIELD 6
#define NUMBERS 4

static napi_value field(napi_env env, const char *text, size_t length, bool flag)
{
    napi_value value = NULL;
    if (length == 1 && (unsigned char)*text == ABSENT)
        napi_get_null(env, &value);
    else if (flag)
        napi_get_boolean(env, *text == '1', &value);
    else
        napi_create_string_utf8(env, text, length, &value);
    return value;
}

/* The end of a row or field: the first byte from `at` on that is one of the two. */
static const char *end_of(const char *at, const char *end)
{
    while (at < end && (unsigned char)*at != FIELD_END && (unsigned char)*at != ROW_END)
        at++;
    return at;
}

static napi_value rows_out(napi_env env, const dc_page *page)
{
    size_t count = library.dc_page_count(page);
    const char *at = library.dc_page_table(page);
    const char *end = at + library.dc_page_table_len(page);
    napi_value rows = NULL;
    uint32_t place = 0;
    napi_create_array_with_length(env, count * (FIELDS + NUMBERS), &rows);
    for (size_t row = 0; row < count; row++) {
        napi_handle_scope scope;
        const dc_connector *connector = library.dc_page_connector(page, row);
        napi_value numbers[NUMBERS];
        bool last = false;
        napi_open_handle_scope(env, &scope);
        for (unsigned i = 0; !last; i++) {
            const char *stop = end_of(at, end);
            if (i < FIELDS)
                napi_set_element(env, rows, place++, field(env, at, (size_t)(stop - at), i == FLAG_FIELD));
            last = stop == end || (unsigned char)*stop == ROW_END;
            at = stop < end ? stop + 1 : end;
        }
        numbers[0] = count_out(env, library.dc_connector_created_at_ms(connector));
        numbers[1] = count_out(env, library.dc_connector_updated_at_ms(connector));
        numbers[2] = count_out(env, library.dc_connector_state_code(connector));
        numbers[3] = count_out(env, library.dc_connector_http_method_code(connector));
        for (unsigned i = 0; i < NUMBERS; i++)
            napi_set_element(env, rows, place++, numbers[i]);
        napi_close_handle_scope(env, scope);
    }
    return rows;
}

napi_value page_out(napi_env env, const dc_page *page, const char *cursor, bool with_json)
{
    napi_value result = NULL, has_next = NULL, json = NULL;
    napi_get_boolean(env, library.dc_page_has_next(page) == 1, &has_next);
    if (with_json)
        napi_create_string_utf8(env, library.dc_page_json(page), library.dc_page_json_len(page), &json);
    const struct {
        const char *name;
        napi_value value;
    } members[] = {
        {"rows", rows_out(env, page)},
        {"nextCursor", text_out(env, library.dc_page_next_cursor(page))},
        {"hasNext", has_next},
        {"requestId", text_out(env, library.dc_page_request_id(page))},
        {"limit", count_out(env, library.dc_page_rate_limit(page))},
        {"remaining", count_out(env, library.dc_page_rate_limit_remaining(page))},
        {"reset", count_out(env, library.dc_page_rate_limit_reset(page))},
        {"cursor", text_out(env, cursor)},
        {"json", json},
    };
    napi_create_object(env, &result);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (members[i].value)
            napi_set_named_property(env, result, members[i].name, members[i].value);
    return result;
}
