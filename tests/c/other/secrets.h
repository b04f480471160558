/* A search of the memory of this process for secrets. For C and C++. */
#ifndef SECRETS_H
#define SECRETS_H

#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif

#include "../check.h"

#include <fcntl.h>
#include <unistd.h>

/* Unscrambled at run time, so that the program itself does not contain it. */
static const unsigned char token[] = {
    0x3d, 0x3b, 0x34, 0x23, 0x77, 0x29, 0x3f, 0x39,
    0x28, 0x3f, 0x2e, 0x77, 0x6e, 0x6d, 0x6b, 0x6b,
};
#define KEY 0x5a

static inline void unscramble(char *text, const unsigned char *scrambled, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++)
        text[i] = (char)(scrambled[i] ^ KEY);
    text[length] = '\0';
}

static inline void wipe(void *memory, size_t length)
{
    volatile char *at = (volatile char *)memory;

    while (length-- > 0)
        *at++ = 0;
}

/* How often a secret occurs in the readable and writable memory, except in the buffer of this search. */
static inline int count(const unsigned char *scrambled, size_t length)
{
    static unsigned char buffer[1 << 20];
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY), found = 0;

    CHECK(maps != NULL && memory >= 0);
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long from, to, at;
        char access[8];

        if (sscanf(line, "%lx-%lx %7s", &from, &to, access) != 3 || access[0] != 'r' || access[1] != 'w')
            continue;
        for (at = from; at < to; at += sizeof buffer - 64) {
            size_t wanted = to - at < sizeof buffer ? to - at : sizeof buffer, i, j;
            ssize_t got = pread(memory, buffer, wanted, (off_t)at);

            for (i = 0; got > 0 && i + length <= (size_t)got; i++) {
                for (j = 0; j < length && buffer[i + j] == (scrambled[j] ^ KEY); j++)
                    ;
                if (j == length && !(at + i >= (unsigned long)buffer && at + i < (unsigned long)buffer + sizeof buffer))
                    found++;
            }
        }
    }
    fclose(maps);
    close(memory);
    wipe(buffer, sizeof buffer);
    return found;
}

#endif
