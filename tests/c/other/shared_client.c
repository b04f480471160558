/*
 * Eight threads use one client, page, cancel token and logger, half of them with prefetching pagers. The first thread
 * then cancels the token, the second one shuts the client down. With a second argument the threads change one config
 * at once, which is not allowed: a data race in the library.
 */
#include <data_connectors.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 8, CALLS = 20 };

static dc_config *config;
static dc_client *client;
static dc_page *shared_page;
static dc_cancel_token *token;

static void check(dc_status status, const dc_error *error)
{
    if (status != DC_OK) {
        fprintf(stderr, "%s: %s\n", dc_status_name(status), dc_error_message(error));
        exit(1);
    }
}

static void log_line(void *user_data, int32_t level, const char *line)
{
    (void)user_data;
    if (level < DC_LOG_ERROR || line[0] == '\0')
        exit(2);
}

static void read_rows(const dc_page *page)
{
    for (size_t i = 0; i < dc_page_count(page); i++)
        if (dc_connector_name(dc_page_connector(page, i)) == NULL)
            exit(3);
}

static void list_page(void)
{
    dc_page *page = NULL;
    dc_error *error = NULL;
    check(dc_list_page(client, 50, NULL, token, &page, &error), error);
    read_rows(page);
    dc_page_free(page);
}

/* Frees the pager while the third page is prefetched. */
static void list_pages_with_prefetch(void)
{
    dc_pager *pager = NULL;
    dc_page *page = NULL;
    dc_error *error = NULL;
    check(dc_pager_new(client, 20, NULL, &pager, &error), error);
    check(dc_pager_set_prefetch(pager, 1, &error), error);
    for (int i = 0; i < 2; i++) {
        check(dc_pager_next(pager, token, &page, &error), error);
        read_rows(page);
        dc_page_free(page);
    }
    dc_pager_free(pager);
}

static void list_until_cancelled(const dc_cancel_token *cancel_token)
{
    dc_status status;
    do {
        dc_page *page = NULL;
        dc_error *error = NULL;
        status = dc_list_page(client, 50, NULL, cancel_token, &page, &error);
        if (status != DC_ERR_CANCELLED)
            check(status, error);
        dc_error_free(error);
        dc_page_free(page);
    } while (status == DC_OK);
}

static void *use_client(void *argument)
{
    int number = *(int *)argument;
    read_rows(shared_page);
    for (int call = 0; call < CALLS; call++) {
        if (number % 2 == 0)
            list_page();
        else
            list_pages_with_prefetch();
    }
    return NULL;
}

static void *use_until_cancelled(void *argument)
{
    int number = *(int *)argument;
    if (number == 0)
        dc_cancel_token_cancel(token);
    list_until_cancelled(token);
    if (number == 1)
        dc_client_shutdown(client);
    list_until_cancelled(NULL);
    return NULL;
}

static void *change_config(void *argument)
{
    (void)argument;
    for (int i = 0; i < 100; i++)
        dc_config_set_int(config, DC_OPTION_MAX_RETRIES, i % 5, NULL);
    return NULL;
}

static void run_threads(void *(*function)(void *))
{
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, function, &numbers[i]) != 0)
            exit(4);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
    dc_error *error = NULL;

    if (argc < 2)
        return 5;
    config = dc_config_new();
    check(dc_config_set_string(config, DC_OPTION_ACCESS_TOKEN, "any", &error), error);
    check(dc_config_set_string(config, DC_OPTION_BASE_URL, argv[1], &error), error);
    check(dc_config_set_logger(config, DC_LOG_DEBUG, log_line, NULL, NULL, &error), error);
    check(dc_client_new(config, &client, &error), error);
    check(dc_cancel_token_new(&token, &error), error);
    check(dc_list_page(client, 50, NULL, NULL, &shared_page, &error), error);
    if (argc > 2) {
        run_threads(change_config);
    } else {
        run_threads(use_client);
        run_threads(use_until_cancelled);
    }
    dc_page_free(shared_page);
    dc_cancel_token_free(token);
    dc_client_free(client);
    dc_config_free(config);
    return 0;
}
