/*
 * Preloaded (LD_PRELOAD) into test programs. DNS resolution takes three seconds for names that start with "slow", and
 * returns two addresses for those that start with "two". With JUMPING_CLOCK set the wall clock jumps by hours, with
 * NO_THREADS set no thread can be created.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (node != NULL && strncmp(node, "slow", 4) == 0) {
        usleep(3000000);
        node = "127.0.0.1";
    }
    if (node != NULL && strncmp(node, "two", 3) == 0) {
        int outcome = real("127.0.0.2", service, hints, found);

        return outcome != 0 ? outcome : real("127.0.0.1", service, hints, &(*found)->ai_next);
    }
    return real(node, service, hints, found);
}

int clock_gettime(clockid_t which, struct timespec *now)
{
    static time_t off;
    int (*real)(clockid_t, struct timespec *);
    int outcome;

    *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    outcome = real(which, now);
    if (which == CLOCK_REALTIME && getenv("JUMPING_CLOCK") != NULL) {
        off = off > 0 ? -off - 3600 : -off + 3600;
        now->tv_sec += off;
    }
    return outcome;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

    if (getenv("NO_THREADS") != NULL)
        return EAGAIN;
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    return real(thread, attributes, run, argument);
}
