/*
 * Clients and cancel tokens use one descriptor each, a prefetch two. Without free descriptors, or without threads for
 * DNS resolution, they fail with DC_ERR_SYSTEM, and work again afterwards.
 * argv[1]: the port of a sandbox of 45 connectors. argv[2]: a server that sends one page and never responds again.
 * Preloaded: preload.c, which makes pthread_create fail while NO_THREADS is set.
 */
#include "../silent.h"

#include <sys/resource.h>

static char url[100];

static void check_system_error(dc_error *error, const char *text, int32_t attempts)
{
    CHECK(dc_error_status(error) == DC_ERR_SYSTEM && dc_error_attempts(error) == attempts);
    CHECK(strstr(dc_error_message(error), text) != NULL);
    dc_error_free(error);
}

static void handles_use_few_descriptors(const char *hanging_url)
{
    int before = entries("/proc/self/fd");
    dc_config *config = check_config(hanging_url);
    dc_client *client = NULL;
    dc_cancel_token *tokens[10];
    dc_pager *pager = NULL;
    dc_page *page = NULL;
    int i;

    CHECK(entries("/proc/self/fd") == before);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    CHECK(entries("/proc/self/fd") == before + 1);
    for (i = 0; i < 10; i++) {
        CHECK(dc_cancel_token_new(&tokens[i], NULL) == DC_OK);
        CHECK(entries("/proc/self/fd") == before + 2 + i);
    }
    for (i = 0; i < 10; i++)
        dc_cancel_token_free(tokens[i]);
    CHECK(entries("/proc/self/fd") == before + 1);

    CHECK(dc_pager_new(client, 5, NULL, &pager, NULL) == DC_OK);
    CHECK(dc_pager_set_prefetch(pager, 1, NULL) == DC_OK);
    CHECK(entries("/proc/self/fd") == before + 1);
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    /* The client, its connection, and the prefetch. */
    CHECK(entries("/proc/self/fd") == before + 4);
    dc_page_free(page);
    dc_pager_free(pager);
    dc_client_free(client);
    dc_config_free(config);
    CHECK(entries("/proc/self/fd") == before);
}

static void fails_without_descriptors(void)
{
    dc_config *config = check_config(url);
    struct rlimit limit, low_limit;
    dc_client *client = UNTOUCHED(dc_client);
    dc_cancel_token *token = UNTOUCHED(dc_cancel_token);
    dc_error *error = NULL;
    int taken[64], count = 0;

    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    low_limit = limit;
    low_limit.rlim_cur = 64;
    CHECK(setrlimit(RLIMIT_NOFILE, &low_limit) == 0);
    while ((taken[count] = dup(0)) >= 0)
        CHECK(++count < 64);
    CHECK(dc_client_new(config, &client, &error) == DC_ERR_SYSTEM && client == NULL);
    check_system_error(error, "file descriptor", 0);
    CHECK(dc_cancel_token_new(&token, &error) == DC_ERR_SYSTEM && token == NULL);
    check_system_error(error, "file descriptor", 0);
    /* One descriptor suffices for one of them. */
    close(taken[--count]);
    CHECK(dc_cancel_token_new(&token, NULL) == DC_OK);
    CHECK(dc_client_new(config, &client, NULL) == DC_ERR_SYSTEM);
    dc_cancel_token_free(token);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    while (count > 0)
        close(taken[--count]);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    dc_page_free(check_page(client));
    dc_client_free(client);
    dc_config_free(config);
}

/* Pages are requested without prefetching, on the connection that is open. */
static void works_without_threads_except_dns_resolution(void)
{
    dc_client *client = check_client(url);
    dc_pager *pager = NULL;
    dc_page *page = UNTOUCHED(dc_page);
    dc_error *error = NULL;
    int pages = 0;

    CHECK(setenv("NO_THREADS", "1", 1) == 0);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, &error) == DC_ERR_SYSTEM && page == NULL);
    check_system_error(error, "threads", 1);
    CHECK(unsetenv("NO_THREADS") == 0);
    dc_page_free(check_page(client));
    CHECK(setenv("NO_THREADS", "1", 1) == 0);
    CHECK(dc_pager_new(client, 5, NULL, &pager, NULL) == DC_OK);
    CHECK(dc_pager_set_prefetch(pager, 1, NULL) == DC_OK);
    while (dc_pager_next(pager, NULL, &page, NULL) == DC_OK) {
        dc_page_free(page);
        pages++;
    }
    CHECK(pages == 9);
    CHECK(unsetenv("NO_THREADS") == 0);
    dc_pager_free(pager);
    dc_client_free(client);
}

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    snprintf(url, sizeof url, "http://localhost:%s", argv[1]);
    handles_use_few_descriptors(argv[2]);
    fails_without_descriptors();
    works_without_threads_except_dns_resolution();
    return 0;
}
