/* Uses libdata_connectors.a and another static library written in Rust. Prints the number of connectors, and what became
 * of a panic in each library. */
#define _GNU_SOURCE
#include <data_connectors.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

extern int32_t other_catches_panic(void);

static volatile int clock_fails;

/* Replaces that of libc: Rust's standard library panics if it fails. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
    if (clock_fails) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_clock_gettime, clock, time);
}

static void fail(dc_status status, dc_error *error)
{
    fprintf(stderr, "%s: %s\n", dc_status_name(status), dc_error_message(error));
    exit(1);
}

static size_t count_connectors(const dc_client *client)
{
    dc_error *error = NULL;
    dc_pager *pager = NULL;
    dc_page *page = NULL;
    size_t count = 0;
    dc_status status = dc_pager_new(client, 50, NULL, &pager, &error);
    while (status == DC_OK && (status = dc_pager_next(pager, NULL, &page, &error)) == DC_OK) {
        count += dc_page_count(page);
        dc_page_free(page);
    }
    if (status != DC_DONE)
        fail(status, error);
    dc_pager_free(pager);
    return count;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    dc_error *error = NULL;
    dc_client *client = NULL;
    dc_page *page = NULL;
    dc_config *config = dc_config_new();
    dc_status status = dc_config_set_string(config, DC_OPTION_ACCESS_TOKEN, "any", &error);
    if (status == DC_OK)
        status = dc_config_set_string(config, DC_OPTION_BASE_URL, argv[1], &error);
    if (status == DC_OK)
        status = dc_client_new(config, &client, &error);
    if (status != DC_OK)
        fail(status, error);

    size_t before = count_connectors(client);
    clock_fails = 1;
    status = dc_list_page(client, 50, NULL, NULL, &page, &error);
    clock_fails = 0;
    printf("%zu %s %s %zu\n", before, dc_status_name(status), other_catches_panic() ? "caught" : "not caught",
           count_connectors(client));
    dc_error_free(error);
    dc_client_free(client);
    dc_config_free(config);
    return 0;
}
