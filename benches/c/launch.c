/*
 * Starts a program and lets it know when that was: `launch PROGRAM ARGUMENT…`. The program takes the place of this one, so
 * that neither a fork nor a runner's own start is in the time from its start to its first page.
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
    fail("the program could not be started");
    return 1;
}
