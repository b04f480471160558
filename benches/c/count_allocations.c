/*
 * For LD_PRELOAD: counts the allocations of a program and prints the count to standard error at exit. A reallocation
 * counts as an allocation; frees are not counted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>

/* The functions of glibc that this file overrides. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_long allocations;

void *malloc(size_t size)
{
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    return __libc_realloc(memory, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    void *allocated;

    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    allocated = __libc_memalign(alignment, size);
    if (allocated == NULL)
        return ENOMEM;
    *memory = allocated;
    return 0;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    return __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size)
{
    return aligned_alloc(alignment, size);
}

__attribute__((destructor)) static void print_count(void)
{
    fprintf(stderr, "allocations=%ld\n", atomic_load(&allocations));
}
