/*
 * Shared by the C programs of the benchmark: arguments, clocks, and the line that each program prints.
 *
 *     PROGRAM BASE-URL PAGES WARM-UP [CA-FILE]
 *
 * The first WARM-UP pages are not measured. The sum is a checksum of the values read: programs that read the same
 * values print the same sum.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define TOKEN "dG9rOmEyYzRlNmc4X2JlbmNobWFyaw=="
#define TIMEOUT_MS 60000
#define CONNECT_TIMEOUT_MS 10000

struct measure {
    const char *base_url;
    const char *ca_file;
    long pages;
    long warm_up;
    uint64_t sum;
    int64_t cpu_start;
    int64_t wall_start;
};

static inline void fail(const char *message)
{
    fprintf(stderr, "%s\n", message);
    exit(1);
}

static inline int64_t wall_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* User and system time of the process. */
static inline int64_t cpu_ns(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
           ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

static inline struct measure measure_parse(int argc, char **argv)
{
    struct measure measure = {0};

    if (argc < 4)
        fail("usage: PROGRAM BASE-URL PAGES WARM-UP [CA-FILE]");
    measure.base_url = argv[1];
    measure.pages = strtol(argv[2], NULL, 10);
    measure.warm_up = strtol(argv[3], NULL, 10);
    measure.ca_file = argc > 4 ? argv[4] : NULL;
    return measure;
}

/* Called before each page; starts the clocks after the warm-up. */
static inline void measure_start(struct measure *measure, long page)
{
    if (page != measure->warm_up)
        return;
    measure->sum = 0;
    measure->cpu_start = cpu_ns();
    measure->wall_start = wall_ns();
}

/* Adds the bytes of a string to the sum, 8 at a time, in the manner of FNV-1a; NULL differs from "". */
static inline void measure_string(struct measure *measure, const char *string, size_t length)
{
    const uint64_t prime = 0x100000001b3;
    uint64_t sum = (measure->sum ^ (string != NULL ? length + 1 : 0)) * prime, word;

    for (; string != NULL && length >= sizeof word; string += sizeof word, length -= sizeof word) {
        memcpy(&word, string, sizeof word);
        sum = (sum ^ word) * prime;
    }
    if (string != NULL && length > 0) {
        word = 0;
        memcpy(&word, string, length);
        sum = (sum ^ word) * prime;
    }
    measure->sum = sum;
}

/* Adds the bytes of a response body to the sum, without multiplications: a page has thousands of words. */
static inline void measure_body(struct measure *measure, const char *body, size_t length)
{
    uint64_t sum = length, word;

    for (; length >= sizeof word; body += sizeof word, length -= sizeof word) {
        memcpy(&word, body, sizeof word);
        sum += word;
    }
    measure_string(measure, body, length);
    measure->sum += sum;
}

/* Peak resident memory. (ru_maxrss would include the parent process before exec.) */
static inline long peak_kb(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[128];
    long peak = 0;

    while (status != NULL && peak == 0 && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            peak = strtol(line + 6, NULL, 10);
    if (status != NULL)
        fclose(status);
    return peak;
}

/* Prints the results. Wall time is measured from `launch` if it was used. */
static inline void measure_print(const struct measure *measure)
{
    const char *launched = getenv("BENCH_LAUNCHED_NS");
    int64_t wall = wall_ns(), cpu = cpu_ns();

    printf("pages=%ld cpu_ns=%lld wall_ns=%lld sum=%llu peak_kb=%ld\n", measure->pages,
           (long long)(cpu - measure->cpu_start),
           (long long)(wall - (launched != NULL ? strtoll(launched, NULL, 10) : measure->wall_start)),
           (unsigned long long)measure->sum, peak_kb());
}

#endif
