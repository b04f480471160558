/* libcurl and yyjson: id, name, state and updated_at of every row. */
#include <yyjson.h>

#include "theirs.h"

static void read_field(yyjson_val *row, const char *name, struct measure *measure)
{
    yyjson_val *value = yyjson_obj_get(row, name);

    measure_text(measure, yyjson_get_str(value), yyjson_get_len(value));
}

/* Reads the four fields of every row. */
static void read_rows(yyjson_val *root, struct measure *measure)
{
    yyjson_val *row;
    size_t index, count;

    yyjson_arr_foreach(yyjson_obj_get(root, "data"), index, count, row)
    {
        read_field(row, "id", measure);
        read_field(row, "name", measure);
        read_field(row, "state", measure);
        read_field(row, "updated_at", measure);
    }
}

int main(int argc, char **argv)
{
    struct measure measure = measure_read(argc, argv);
    struct theirs theirs;
    yyjson_doc *before = NULL;
    const char *cursor = NULL;
    size_t cursor_length = 0;
    long number;

    theirs_open(&theirs, &measure);
    for (number = 0; number < measure.warm_up + measure.pages; number++) {
        yyjson_doc *page;
        yyjson_val *root, *next;
        CURLcode code;

        measure_page(&measure, number);
        code = theirs_page(&theirs, cursor, cursor_length);
        if (code != CURLE_OK)
            fail(curl_easy_strerror(code));
        page = yyjson_read(theirs.body, theirs.length, 0);
        if (page == NULL)
            fail("an answer that is not JSON");
        root = yyjson_doc_get_root(page);
        read_rows(root, &measure);
        next = yyjson_obj_get(yyjson_obj_get(yyjson_obj_get(root, "pages"), "next"), "starting_after");
        cursor = yyjson_get_str(next);
        cursor_length = yyjson_get_len(next);
        yyjson_doc_free(before);
        before = page;
    }
    measure_print(&measure);
    yyjson_doc_free(before);
    theirs_close(&theirs);
    return 0;
}
