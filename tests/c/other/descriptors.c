/*
 * Calls of a process that has few file descriptors left: they succeed, or the error names the reason. argv[1]: a sandbox.
 */
#include "../check.h"

#include <sys/resource.h>
#include <unistd.h>

static struct rlimit limit;
static const char *port;

/* Allows `left` descriptors more than are open; their numbers have no gaps. */
static void leave_descriptors(rlim_t left)
{
    int next = dup(0);
    struct rlimit few = limit;

    CHECK(next >= 0 && close(next) == 0);
    few.rlim_cur = (rlim_t)next + left;
    CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
}

static dc_status list_with(rlim_t left, char message[300])
{
    char url[100];
    dc_config *config;
    dc_client *client;
    dc_page *page = NULL;
    dc_error *error = NULL;
    dc_status status;

    snprintf(url, sizeof url, "http://localhost:%s", port);
    config = check_config(url);
    SET(config, DC_OPTION_ALLOW_INSECURE_HTTP, "true");
    client = check_client_of(config);
    leave_descriptors(left);
    status = dc_list_page(client, 1, NULL, NULL, &page, &error);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    snprintf(message, 300, "%s", error != NULL ? dc_error_message(error) : "");
    dc_page_free(page);
    dc_error_free(error);
    dc_client_free(client);
    dc_config_free(config);
    return status;
}

int main(int argc, char **argv)
{
    char message[300];
    rlim_t left;
    dc_status status;

    CHECK(argc == 2);
    port = strrchr(argv[1], ':') + 1;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    for (left = 0; left < 8; left++) {
        status = list_with(left, message);
        if (status != DC_OK && (status != DC_ERR_SYSTEM || strstr(message, "file descriptors") == NULL))
            fprintf(stderr, "%d left: %s: %s\n", (int)left, dc_status_name(status), message);
        CHECK(status == DC_OK || (status == DC_ERR_SYSTEM && strstr(message, "file descriptors") != NULL));
        /* One is used for waiting, so that none is left for the system's resolver. */
        CHECK((left == 1) == (strstr(message, "could not resolve host localhost (no file descriptors left") != NULL));
    }
    CHECK(status == DC_OK);
    return 0;
}
