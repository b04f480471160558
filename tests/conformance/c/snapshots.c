#include "runner.h"

#include <string.h>

/** A number of the case, or the default of the API. */
static json_int_t number_of(const json_t *test_case, const char *name)
{
    const json_t *value = json_object_get(test_case, name);

    return value != NULL ? json_integer_value(value) : -1;
}

static void take(const json_t *test_case, const dc_client *client, const dc_snapshot *previous,
                 const dc_cancel_token *token, dc_snapshot **snapshot, struct result *result)
{
    result->status = dc_snapshot_take(client, previous, number_of(test_case, "overlap_ms"),
                                      (int32_t)number_of(test_case, "max_passes"),
                                      number_of(test_case, "snapshot_timeout_ms"), token, snapshot, &result->error);
}

static void load(const char *json, size_t length, dc_snapshot **snapshot, struct result *result)
{
    result->status = dc_snapshot_load(json, length, snapshot, &result->error);
}

void call_snapshot(const json_t *test_case, const dc_client *client, const dc_cancel_token *token,
                   struct result *result)
{
    const json_t *stored = json_object_get(test_case, "stored");
    const char *then = json_string_value(json_object_get(test_case, "then"));
    dc_snapshot *first = NULL;
    const dc_page *page;

    if (stored != NULL)
        load(json_string_value(stored), json_string_length(stored), &first, result);
    else
        take(test_case, client, NULL, token, &first, result);
    if (result->status != DC_OK || then == NULL) {
        result->snapshot = first;
    } else {
        page = dc_snapshot_page(first);
        if (strcmp(then, "store") == 0)
            load(dc_page_json(page), dc_page_json_len(page), &result->snapshot, result);
        else
            take(test_case, client, strcmp(then, "refresh") == 0 ? first : NULL, token, &result->snapshot, result);
        result->older = first;
    }
    if (result->snapshot != NULL) {
        result->pages[0] = (dc_page *)dc_snapshot_page(result->snapshot);
        result->page_count = 1;
        result->rows = dc_page_count(result->pages[0]);
    }
}
