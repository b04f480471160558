/* A libcurl client with timeouts, which reuses its handle, connection and buffer. */
#ifndef CURL_CLIENT_H
#define CURL_CLIENT_H

#include <curl/curl.h>
#include <string.h>

#include "measure.h"

/* That of our library; libcurl's default is 16 kB. */
#define RECEIVE_BUFFER_BYTES 65536L

/* Zeros after the body, which an in-situ parser requires. */
#define PADDING_BYTES 4

struct curl_client {
    CURL *handle;
    struct curl_slist *headers;
    const char *base_url;
    char *body;
    size_t length;
    size_t capacity;
};

static inline size_t curl_client_receive(char *bytes, size_t size, size_t count, void *user_data)
{
    struct curl_client *client = user_data;
    size_t length = size * count;

    if (client->length + length + PADDING_BYTES > client->capacity) {
        size_t capacity = 2 * (client->length + length + PADDING_BYTES);
        char *body = realloc(client->body, capacity);

        if (body == NULL)
            return 0;
        client->body = body;
        client->capacity = capacity;
    }
    memcpy(client->body + client->length, bytes, length);
    client->length += length;
    memset(client->body + client->length, 0, PADDING_BYTES);
    return length;
}

static inline void curl_client_open(struct curl_client *client, const struct measure *measure)
{
    CURL *handle;

    memset(client, 0, sizeof *client);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    handle = curl_easy_init();
    if (handle == NULL)
        fail("curl_easy_init failed");
    client->handle = handle;
    client->base_url = measure->base_url;
    client->headers = curl_slist_append(client->headers, "Authorization: Bearer " TOKEN);
    client->headers = curl_slist_append(client->headers, "Accept: application/json");
    client->headers = curl_slist_append(client->headers, "Intercom-Version: Preview");
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER_BYTES);
    /* Only where the server compresses: elsewhere the option would only cost time. */
    if (strstr(measure->base_url, "/gzip") != NULL)
        curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, client->headers);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "benchmark/1");
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, curl_client_receive);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, client);
    if (measure->ca_file != NULL)
        curl_easy_setopt(handle, CURLOPT_CAINFO, measure->ca_file);
}

/* Requests the page after a cursor, or the first page if it is NULL. */
static inline CURLcode curl_client_page(struct curl_client *client, const char *cursor, size_t cursor_length)
{
    char url[1024];
    CURLcode code;
    long status = 0;

    if (cursor == NULL) {
        snprintf(url, sizeof url, "%s/data_connectors?per_page=50", client->base_url);
    } else {
        char *escaped = curl_easy_escape(client->handle, cursor, (int)cursor_length);

        snprintf(url, sizeof url, "%s/data_connectors?per_page=50&starting_after=%s", client->base_url, escaped);
        curl_free(escaped);
    }
    curl_easy_setopt(client->handle, CURLOPT_URL, url);
    client->length = 0;
    code = curl_easy_perform(client->handle);
    if (code == CURLE_OK && (curl_easy_getinfo(client->handle, CURLINFO_RESPONSE_CODE, &status), status != 200))
        fail("HTTP status is not 200");
    return code;
}

static inline void curl_client_close(struct curl_client *client)
{
    curl_easy_cleanup(client->handle);
    curl_slist_free_all(client->headers);
    curl_global_cleanup();
    free(client->body);
}

#endif
