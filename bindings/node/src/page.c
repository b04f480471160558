/* A page for JavaScript: one array of all its rows' columns, of which lib/page.js makes objects. */
#include "addon.h"
#include "library.h"

#include <stdlib.h>

/* The bytes of packed rows that UTF-8 does not contain. */
#define ROW_END 0xFF
#define COLUMN_END 0xFE
#define ABSENT 0xFD

/* The columns that are taken of each row: the fields in the order of DC_FIELD_…, two times, two codes. */
#define COLUMNS 16
#define FIRST_NUMBER 12

static napi_value column(napi_env env, const char *text, size_t length, unsigned index)
{
    napi_value value = NULL;
    if (length == 1 && (unsigned char)*text == ABSENT)
        napi_get_null(env, &value);
    else if (index == DC_FIELD_DIRECT_FIN_USAGE)
        napi_get_boolean(env, *text == 't', &value); /* "true" or "false" */
    else if (index >= FIRST_NUMBER)
        napi_create_int64(env, strtoll(text, NULL, 10), &value); /* COLUMN_END follows */
    else
        napi_create_string_utf8(env, text, length, &value);
    return value;
}

/* The end of a row or column: the first byte from `at` on that is one of the two. */
static const char *end_of(const char *at, const char *end)
{
    while (at < end && (unsigned char)*at != COLUMN_END && (unsigned char)*at != ROW_END)
        at++;
    return at;
}

static napi_value rows_out(napi_env env, const dc_page *page)
{
    size_t count = library.dc_page_count(page), length;
    const char *at = library.dc_page_packed_rows(page, DC_PACKED_SEPARATED, &length);
    const char *end = at + length;
    napi_value rows = NULL;
    uint32_t place = 0;
    napi_create_array_with_length(env, count * COLUMNS, &rows);
    for (size_t row = 0; row < count; row++) {
        napi_handle_scope scope;
        bool last = false;
        napi_open_handle_scope(env, &scope);
        for (unsigned i = 0; !last; i++) {
            const char *stop = end_of(at, end);
            if (i < COLUMNS)
                napi_set_element(env, rows, place++, column(env, at, (size_t)(stop - at), i));
            last = stop == end || (unsigned char)*stop == ROW_END;
            at = stop < end ? stop + 1 : end;
        }
        napi_close_handle_scope(env, scope);
    }
    return rows;
}

napi_value page_out(napi_env env, const dc_page *page, const char *cursor, bool with_json)
{
    napi_value result = NULL, has_next = NULL, json = NULL;
    int64_t limit, remaining, reset;
    library.dc_page_rate_limit(page, &limit, &remaining, &reset);
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
        {"limit", count_out(env, limit)},
        {"remaining", count_out(env, remaining)},
        {"reset", count_out(env, reset)},
        {"cursor", text_out(env, cursor)},
        {"json", json},
    };
    napi_create_object(env, &result);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (members[i].value)
            napi_set_named_property(env, result, members[i].name, members[i].value);
    return result;
}
