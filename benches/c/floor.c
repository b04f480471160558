/*
 * What no client can go below: the same request again and again on a bare socket, received until the whole body came. It
 * looks at Content-Length and at nothing else, and has no timeout.
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
        fail("no connection");
    return descriptor;
}

/* Receives a whole answer; gives the length of its body. */
static size_t receive(int descriptor, char *buffer, size_t room)
{
    size_t filled = 0, whole = 0, body = 0;

    while (whole == 0 || filled < whole) {
        ssize_t count = recv(descriptor, buffer + filled, room - filled - 1, 0);

        if (count <= 0)
            fail("the connection broke");
        filled += (size_t)count;
        buffer[filled] = '\0';
        if (whole == 0) {
            const char *end = strstr(buffer, "\r\n\r\n");
            const char *length = strstr(buffer, "Content-Length: ");

            if (end == NULL || length == NULL)
                continue;
            body = strtoul(length + 16, NULL, 10);
            whole = (size_t)(end - buffer) + 4 + body;
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
    struct measure measure = measure_read(argc, argv);
    int descriptor = connect_to(measure.base_url);
    long number;

    for (number = 0; number < measure.warm_up + measure.pages; number++) {
        measure_page(&measure, number);
        if (send(descriptor, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)sizeof request - 1)
            fail("the connection broke");
        measure.sum += receive(descriptor, buffer, sizeof buffer);
    }
    measure_print(&measure);
    close(descriptor);
    return 0;
}
