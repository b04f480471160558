/*
 * What the C tests share: CHECK, and a client of the server whose URL is the program's first argument.
 * A program prints nothing and ends 0 when all is well.
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
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                \
        }                                                                           \
    } while (0)

/* A pointer that no function of the library's may leave in an out parameter. */
#define UNTOUCHED(type) ((type *)check_mark())

static inline void *check_mark(void)
{
    static char mark[1];
    return mark;
}

/* The error is DC_ERR_INVALID_ARGUMENT and its message contains `says`; frees it. */
static inline void check_refused(int line, dc_status status, dc_error *error, const char *says)
{
    if (status != DC_ERR_INVALID_ARGUMENT || dc_error_status(error) != status || dc_error_message(error) == NULL ||
        strstr(dc_error_message(error), says) == NULL || dc_error_http_status(error) != 0 ||
        dc_error_attempts(error) != 0) {
        fprintf(stderr, "line %d: %s: %s: it should be refused and say \"%s\"\n", line, dc_status_name(status),
                error ? dc_error_message(error) : "(no error)", says);
        exit(1);
    }
    dc_error_free(error);
}

#define CHECK_REFUSED(call, says)                            \
    do {                                                     \
        dc_error *error = UNTOUCHED(dc_error);               \
        dc_status status_ = (call);                          \
        check_refused(__LINE__, status_, error, says);       \
    } while (0)

/* Settings for the server at `base_url`, with a token that any sandbox takes and no retries. */
static inline dc_config *check_config(const char *base_url)
{
    dc_config *config = dc_config_new();

    CHECK(config != NULL);
    CHECK(dc_config_set_token(config, "a-token-for-tests", NULL) == DC_OK);
    CHECK(dc_config_set_base_url(config, base_url, NULL) == DC_OK);
    CHECK(dc_config_set_max_retries(config, 0, NULL) == DC_OK);
    return config;
}

static inline dc_client *check_client(const char *base_url)
{
    dc_config *config = check_config(base_url);
    dc_client *client = NULL;

    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    CHECK(client != NULL);
    dc_config_free(config);
    return client;
}

#endif
