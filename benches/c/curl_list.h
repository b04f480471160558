/* The loop of both programs that list with libcurl: the cursor is cut out by yyjson. */
#ifndef CURL_LIST_H
#define CURL_LIST_H

#include <yyjson.h>

#include "theirs.h"

/* What a program looks at in a page. */
typedef void read_function(const struct theirs *theirs, yyjson_val *root, struct measure *measure);

static inline int curl_list(int argc, char **argv, read_function *read_page)
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
        read_page(&theirs, root, &measure);
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

#endif
