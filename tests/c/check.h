/*
 * Shared by the C test programs: CHECK, SET, and a client of the server whose URL is the program's first argument.
 * A program that passes prints nothing and exits with 0.
 */
#ifndef CHECK_H
#define CHECK_H

#include <data_connectors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                \
        }                                                                           \
    } while (0)

/* Sets an option from a string. */
#define SET(config, option, value) CHECK(dc_config_set_string(config, option, value, NULL) == DC_OK)

/* A pointer that must have been overwritten in an out parameter when the call returns. */
#define UNTOUCHED(type) ((type *)check_mark())

static inline void *check_mark(void)
{
    static char mark[1];
    return mark;
}

/* The error is DC_ERR_INVALID_ARGUMENT and its message contains `text`; frees it. */
static inline void check_rejected(int line, dc_status status, dc_error *error, const char *text)
{
    if (status != DC_ERR_INVALID_ARGUMENT || dc_error_status(error) != status || dc_error_message(error) == NULL ||
        strstr(dc_error_message(error), text) == NULL || dc_error_http_status(error) != 0 ||
        dc_error_attempts(error) != 0) {
        fprintf(stderr, "line %d: %s: %s: expected an error that contains \"%s\"\n", line, dc_status_name(status),
                error ? dc_error_message(error) : "(no error)", text);
        exit(1);
    }
    dc_error_free(error);
}

/* `call` passes &error, and fails with DC_ERR_INVALID_ARGUMENT and a message that contains `text`. */
#define CHECK_REJECTED(call, text)                      \
    do {                                                \
        dc_error *error = UNTOUCHED(dc_error);          \
        dc_status status_ = (call);                     \
        check_rejected(__LINE__, status_, error, text); \
    } while (0)

#define TEST_TOKEN "a-token-for-tests"

/* A config for the server at `base_url`, with a token that every sandbox accepts and no retries. */
static inline dc_config *check_config(const char *base_url)
{
    dc_config *config = dc_config_new();

    CHECK(config != NULL);
    SET(config, DC_OPTION_ACCESS_TOKEN, TEST_TOKEN);
    SET(config, DC_OPTION_BASE_URL, base_url);
    SET(config, DC_OPTION_MAX_RETRIES, "0");
    return config;
}

static inline dc_client *check_client_of(const dc_config *config)
{
    dc_client *client = NULL;

    CHECK(dc_client_new(config, &client, NULL) == DC_OK && client != NULL);
    return client;
}

static inline dc_client *check_client(const char *base_url)
{
    dc_config *config = check_config(base_url);
    dc_client *client = check_client_of(config);

    dc_config_free(config);
    return client;
}

/* Lists one page of up to 50 rows, which must succeed. */
static inline dc_page *check_page(const dc_client *client)
{
    dc_page *page = NULL;

    CHECK(dc_list_page(client, 50, NULL, NULL, &page, NULL) == DC_OK && page != NULL);
    return page;
}

#endif
