/*
 * Usage: launch PROGRAM ARGUMENT...
 *
 * Stores the current time in BENCH_LAUNCHED_NS and executes PROGRAM, so that the measured time includes neither a fork
 * nor the start of the caller.
 */
#include <unistd.h>

#include "measure.h"

int main(int argc, char **argv)
{
    char now[32];

    if (argc < 2)
        fail("usage: launch PROGRAM ARGUMENT...");
    snprintf(now, sizeof now, "%lld", (long long)wall_ns());
    setenv("BENCH_LAUNCHED_NS", now, 1);
    execv(argv[1], argv + 1);
    fail("could not execute the program");
    return 1;
}
