/* A server that sends each connection the next of its responses, and keeps the requests. */
#ifndef SCRIPTED_H
#define SCRIPTED_H

#include "silent.h"

#include <strings.h>

/* A response that ends with its connection; each of `headers` ends with \r\n. */
#define RESPONSE(status, headers, body) "HTTP/1.1 " status "\r\n" headers "Connection: close\r\n\r\n" body

/* A page without rows, and one with a next page. */
#define EMPTY_PAGE RESPONSE("200 OK", "", "{\"data\":[]}")
#define PAGE_BEFORE(cursor) \
    RESPONSE("200 OK", "", "{\"data\":[],\"pages\":{\"next\":{\"starting_after\":\"" cursor "\"}}}")

#define MAX_RESPONSES 4

struct scripted {
    struct silent socket;
    const char *url;
    const char *responses[MAX_RESPONSES]; /* the first NULL ends the list */
    char requests[MAX_RESPONSES][4096];   /* the head of each request */
    int received;
    pthread_t thread;
};

static inline void *scripted_serve(void *argument)
{
    struct scripted *server = argument;

    while (server->received < MAX_RESPONSES && server->responses[server->received] != NULL) {
        const char *response = server->responses[server->received];
        char *request = server->requests[server->received];
        size_t length = 0;
        socket_type connection = accept(server->socket.listener, NULL, NULL);

        if (connection == (socket_type)-1)
            return NULL; /* stopped */
        while (strstr(request, "\r\n\r\n") == NULL) {
            long part = recv(connection, request + length, sizeof server->requests[0] - 1 - length, 0);

            CHECK(part > 0);
            length += (size_t)part;
        }
        CHECK(send(connection, response, strlen(response), MSG_NOSIGNAL) == (long)strlen(response));
        close_socket(connection);
        server->received++;
    }
    return NULL;
}

/* Starts to serve the responses that the caller has set; other members are zero. */
static inline void scripted_start(struct scripted *server)
{
    silent_start(&server->socket);
    server->url = server->socket.url;
    CHECK(pthread_create(&server->thread, NULL, scripted_serve, server) == 0);
}

/* Returns how many requests the server received. */
static inline int scripted_stop(struct scripted *server)
{
    silent_end_accept(&server->socket);
    CHECK(pthread_join(server->thread, NULL) == 0);
    silent_stop(&server->socket);
    return server->received;
}

/* Whether the head of a request has this line, in any case. */
static inline int has_header(const char *request, const char *line)
{
    const char *at;

    for (at = request; (at = strstr(at, "\r\n")) != NULL; at += 2)
        if (strncasecmp(at + 2, line, strlen(line)) == 0 && at[2 + strlen(line)] == '\r')
            return 1;
    return 0;
}

#endif
