/* libcurl as a careful program uses it: one handle that is kept with its connection, times, a buffer that is used again. */
#ifndef THEIRS_H
#define THEIRS_H

#include <curl/curl.h>
#include <string.h>

#include "measure.h"

struct theirs {
    CURL *handle;
    struct curl_slist *headers;
    const char *base_url;
    char *body;
    size_t length;
    size_t room;
};

static inline size_t theirs_receive(char *bytes, size_t size, size_t count, void *user_data)
{
    struct theirs *theirs = user_data;
    size_t length = size * count;

    if (theirs->length + length > theirs->room) {
        size_t room = 2 * (theirs->length + length);
        char *body = realloc(theirs->body, room);

        if (body == NULL)
            return 0;
        theirs->body = body;
        theirs->room = room;
    }
    memcpy(theirs->body + theirs->length, bytes, length);
    theirs->length += length;
    return length;
}

static inline void theirs_open(struct theirs *theirs, const struct measure *measure)
{
    CURL *handle;

    memset(theirs, 0, sizeof *theirs);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    handle = curl_easy_init();
    if (handle == NULL)
        fail("libcurl gave no handle");
    theirs->handle = handle;
    theirs->base_url = measure->base_url;
    theirs->headers = curl_slist_append(theirs->headers, "Authorization: Bearer " TOKEN);
    theirs->headers = curl_slist_append(theirs->headers, "Accept: application/json");
    theirs->headers = curl_slist_append(theirs->headers, "Intercom-Version: Preview");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, theirs->headers);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "benchmark/1");
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, theirs_receive);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, theirs);
    if (measure->ca_file != NULL)
        curl_easy_setopt(handle, CURLOPT_CAINFO, measure->ca_file);
}

/* Receives the page after a cursor, or the first. */
static inline CURLcode theirs_page(struct theirs *theirs, const char *cursor, size_t cursor_length)
{
    char url[1024];
    CURLcode code;
    long status = 0;

    if (cursor == NULL) {
        snprintf(url, sizeof url, "%s/data_connectors?per_page=50", theirs->base_url);
    } else {
        char *escaped = curl_easy_escape(theirs->handle, cursor, (int)cursor_length);

        snprintf(url, sizeof url, "%s/data_connectors?per_page=50&starting_after=%s", theirs->base_url, escaped);
        curl_free(escaped);
    }
    curl_easy_setopt(theirs->handle, CURLOPT_URL, url);
    theirs->length = 0;
    code = curl_easy_perform(theirs->handle);
    if (code == CURLE_OK && (curl_easy_getinfo(theirs->handle, CURLINFO_RESPONSE_CODE, &status), status != 200))
        fail("an answer that is not 200");
    return code;
}

static inline void theirs_close(struct theirs *theirs)
{
    curl_easy_cleanup(theirs->handle);
    curl_slist_free_all(theirs->headers);
    curl_global_cleanup();
    free(theirs->body);
}

#endif
