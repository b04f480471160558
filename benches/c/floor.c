/*
 * The lower bound for any client: sends the same request repeatedly on a plain socket and receives the responses. It
 * parses only Content-Length and has no timeout.
 */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"

static int connect_to(const char *base_url)
{
    struct sockaddr_in address = {0};
    const char *port = strrchr(base_url, ':');
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)strtol(port + 1, NULL, 10));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0)
        fail("could not connect");
    return descriptor;
}

/* Receives a complete response; returns the length of its body. */
static size_t receive(int descriptor, char *buffer, size_t capacity)
{
    size_t filled = 0, total = 0, body = 0;

    while (total == 0 || filled < total) {
        ssize_t count = recv(descriptor, buffer + filled, capacity - filled - 1, 0);

        if (count <= 0)
            fail("connection closed");
        filled += (size_t)count;
        buffer[filled] = '\0';
        if (total == 0) {
            const char *end = strstr(buffer, "\r\n\r\n");
            const char *length = strstr(buffer, "Content-Length: ");

            if (end == NULL || length == NULL)
                continue;
            body = strtoul(length + 16, NULL, 10);
            total = (size_t)(end - buffer) + 4 + body;
        }
    }
    return body;
}

int main(int argc, char **argv)
{
    static const char request[] = "GET /data_connectors?per_page=50 HTTP/1.1\r\n"
                                  "Host: 127.0.0.1\r\n"
                                  "Authorization: Bearer " TOKEN "\r\n"
                                  "Accept: application/json\r\n"
                                  "Intercom-Version: Preview\r\n"
                                  "User-Agent: benchmark/1\r\n\r\n";
    static char buffer[1 << 16];
    struct measure measure = measure_parse(argc, argv);
    int descriptor = connect_to(measure.base_url);
    long number;

    for (number = 0; number < measure.warm_up + measure.pages; number++) {
        measure_start(&measure, number);
        if (send(descriptor, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)sizeof request - 1)
            fail("connection closed");
        measure.sum += receive(descriptor, buffer, sizeof buffer);
    }
    measure_print(&measure);
    close(descriptor);
    return 0;
}
