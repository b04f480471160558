/*
 * Calls of a process without memory. argv[1]: a server whose response has 64 MiB. With "response", the memory suffices for
 * all but that response, and the call fails; with "anything", it suffices for nothing, and the process aborts.
 */
#include "../check.h"

#include <sys/resource.h>
#include <unistd.h>

/* Limits the address space to `more` bytes more than are in use. */
static void limit_memory(size_t more)
{
    struct rlimit limit;
    unsigned long pages;
    FILE *file = fopen("/proc/self/statm", "r");

    CHECK(file != NULL && fscanf(file, "%lu", &pages) == 1);
    fclose(file);
    CHECK(getrlimit(RLIMIT_AS, &limit) == 0);
    limit.rlim_cur = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + more;
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
}

static void fail_for_a_large_response(const char *base_url)
{
    dc_config *config = check_config(base_url);
    dc_client *client;
    dc_page *page = UNTOUCHED(dc_page);
    dc_error *error = NULL;

    CHECK(dc_config_set_int(config, DC_OPTION_MAX_RESPONSE_BYTES, 128 * 1024 * 1024, NULL) == DC_OK);
    client = check_client_of(config);
    limit_memory(32 * 1024 * 1024);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, &error) == DC_ERR_SYSTEM && page == NULL);
    CHECK(strcmp(dc_error_message(error), "out of memory for the response") == 0);
    CHECK(dc_error_attempts(error) == 1);
    dc_error_free(error);
    dc_client_free(client);
    dc_config_free(config);
}

static void abort_for_a_small_allocation(void)
{
    struct rlimit no_core = {0, 0};
    size_t size;

    CHECK(setrlimit(RLIMIT_CORE, &no_core) == 0);
    limit_memory(0);
    for (size = 1024 * 1024; size > 0; size /= 2) {
        while (malloc(size) != NULL) {
        }
    }
    dc_config_free(dc_config_new());
}

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    if (strcmp(argv[2], "response") == 0)
        fail_for_a_large_response(argv[1]);
    else
        abort_for_a_small_allocation();
    return 0;
}
