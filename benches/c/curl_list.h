/* The main loop of the programs that list pages with libcurl; yyjson parses the cursor. */
#ifndef CURL_LIST_H
#define CURL_LIST_H

#include <yyjson.h>

#include "curl_client.h"

#if YYJSON_PADDING_SIZE > PADDING_BYTES
#error "PADDING_BYTES is too small"
#endif

/* Reads the parts of a page that a program uses. */
typedef void read_function(const struct curl_client *client, yyjson_val *root, struct measure *measure);

/* `flags` are those of yyjson_read_opts. With YYJSON_READ_INSITU the response body is not preserved. */
static inline int curl_list(int argc, char **argv, yyjson_read_flag flags, read_function *read_page)
{
    struct measure measure = measure_parse(argc, argv);
    struct curl_client client;
    yyjson_doc *previous = NULL;
    const char *cursor = NULL;
    size_t cursor_length = 0;
    long number;

    curl_client_open(&client, &measure);
    for (number = 0; number < measure.warm_up + measure.pages; number++) {
        yyjson_doc *page;
        yyjson_val *root, *next;
        CURLcode code;

        measure_start(&measure, number);
        code = curl_client_page(&client, cursor, cursor_length);
        if (code != CURLE_OK)
            fail(curl_easy_strerror(code));
        page = yyjson_read_opts(client.body, client.length, flags, NULL, NULL);
        if (page == NULL)
            fail("the response is not valid JSON");
        root = yyjson_doc_get_root(page);
        read_page(&client, root, &measure);
        next = yyjson_obj_get(yyjson_obj_get(yyjson_obj_get(root, "pages"), "next"), "starting_after");
        cursor = yyjson_get_str(next);
        cursor_length = yyjson_get_len(next);
        yyjson_doc_free(previous);
        previous = page;
    }
    measure_print(&measure);
    yyjson_doc_free(previous);
    curl_client_close(&client);
    return 0;
}

#endif
