/* A port that accepts connections and never responds, a clock, and a count of descriptors or threads. */
#ifndef SILENT_H
#define SILENT_H

#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif

#include "check.h"

#include <dirent.h>
#include <pthread.h>
#include <time.h>

#ifdef _WIN32
#include <ws2tcpip.h>
#define close_socket closesocket
#define MSG_NOSIGNAL 0
typedef SOCKET socket_type;
#else
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#define close_socket close
typedef int socket_type;
#endif

struct silent {
    socket_type listener;
    char url[64];
};

static inline void silent_start(struct silent *silent)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;

#ifdef _WIN32
    WSADATA data;

    CHECK(WSAStartup(MAKEWORD(2, 2), &data) == 0);
#endif
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    silent->listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(silent->listener != (socket_type)-1);
    CHECK(bind(silent->listener, (struct sockaddr *)&address, length) == 0);
    CHECK(listen(silent->listener, 64) == 0);
    CHECK(getsockname(silent->listener, (struct sockaddr *)&address, &length) == 0);
    snprintf(silent->url, sizeof silent->url, "http://127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
}

/* Waits for a call to connect. */
static inline void silent_wait_for_call(struct silent *silent)
{
    socket_type connection = accept(silent->listener, NULL, NULL);

    CHECK(connection != (socket_type)-1); /* stays open */
}

/* Ends an accept() of another thread. */
static inline void silent_end_accept(struct silent *silent)
{
#ifdef _WIN32
    closesocket(silent->listener);
    silent->listener = INVALID_SOCKET;
#else
    shutdown(silent->listener, SHUT_RDWR);
#endif
}

static inline void silent_stop(struct silent *silent)
{
    close_socket(silent->listener);
}

static inline long milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void sleep_milliseconds(long time)
{
    struct timespec wait = {time / 1000, time % 1000 * 1000000};

    nanosleep(&wait, NULL);
}

/* The number of entries of a folder, such as /proc/self/fd. */
static inline int entries(const char *folder)
{
    DIR *open = opendir(folder);
    int count = 0;

    CHECK(open != NULL);
    while (readdir(open) != NULL)
        count++;
    closedir(open);
    return count;
}

#endif
