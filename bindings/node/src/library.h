/* The native library, loaded by dlopen: one pointer for each function of its header that the addon calls. */
#ifndef LIBRARY_H
#define LIBRARY_H

#include <data_connectors.h>
#include <stddef.h>

/* X(result, name, parameters). test/library.test.mjs holds them against abi/data_connectors.json. */
#define LIBRARY_FUNCTIONS(X)                                                                                          \
    X(int32_t, dc_abi_version, (void))                                                                                \
    X(const char *, dc_version, (void))                                                                               \
    X(const char *, dc_status_name, (dc_status))                                                                      \
    X(const char *, dc_status_message, (dc_status))                                                                   \
    X(const char *, dc_error_message, (const dc_error *))                                                             \
    X(int32_t, dc_error_http_status, (const dc_error *))                                                              \
    X(const char *, dc_error_api_code, (const dc_error *))                                                            \
    X(const char *, dc_error_api_field, (const dc_error *))                                                           \
    X(const char *, dc_error_request_id, (const dc_error *))                                                          \
    X(int64_t, dc_error_retry_after_ms, (const dc_error *))                                                           \
    X(void, dc_error_rate_limit, (const dc_error *, int64_t *, int64_t *, int64_t *))                                 \
    X(int32_t, dc_error_attempts, (const dc_error *))                                                                 \
    X(void, dc_error_free, (dc_error *))                                                                              \
    X(dc_config *, dc_config_new, (void))                                                                             \
    X(dc_status, dc_config_set_string, (dc_config *, const char *, const char *, dc_error **))                        \
    X(size_t, dc_config_option_count, (void))                                                                         \
    X(const char *, dc_config_option, (size_t, int32_t))                                                              \
    X(void, dc_config_free, (dc_config *))                                                                            \
    X(dc_status, dc_client_new, (const dc_config *, dc_client **, dc_error **))                                       \
    X(void, dc_client_shutdown, (const dc_client *))                                                                  \
    X(void, dc_client_free, (dc_client *))                                                                            \
    X(dc_status, dc_cancel_token_new, (dc_cancel_token **, dc_error **))                                              \
    X(void, dc_cancel_token_cancel, (const dc_cancel_token *))                                                        \
    X(void, dc_cancel_token_free, (dc_cancel_token *))                                                                \
    X(dc_status, dc_list_page,                                                                                        \
      (const dc_client *, int32_t, const char *, const dc_cancel_token *, dc_page **, dc_error **))                   \
    X(dc_status, dc_pager_new, (const dc_client *, int32_t, const char *, dc_pager **, dc_error **))                  \
    X(dc_status, dc_pager_set_prefetch, (dc_pager *, int32_t, dc_error **))                                           \
    X(dc_status, dc_pager_next, (dc_pager *, const dc_cancel_token *, dc_page **, dc_error **))                       \
    X(const char *, dc_pager_cursor, (const dc_pager *))                                                              \
    X(void, dc_pager_free, (dc_pager *))                                                                              \
    X(const char *, dc_page_json, (const dc_page *))                                                                  \
    X(size_t, dc_page_json_len, (const dc_page *))                                                                    \
    X(size_t, dc_page_count, (const dc_page *))                                                                       \
    X(const char *, dc_page_next_cursor, (const dc_page *))                                                           \
    X(int32_t, dc_page_has_next, (const dc_page *))                                                                   \
    X(const char *, dc_page_request_id, (const dc_page *))                                                            \
    X(void, dc_page_rate_limit, (const dc_page *, int64_t *, int64_t *, int64_t *))                                   \
    X(const char *, dc_page_packed_rows, (const dc_page *, int32_t, size_t *))                                        \
    X(void, dc_page_free, (dc_page *))

struct library {
#define X(result, name, parameters) result(*name) parameters;
    LIBRARY_FUNCTIONS(X)
#undef X
};

/* Filled by library_load, and not changed afterwards. */
extern struct library library;

enum library_result { LIBRARY_LOADED, LIBRARY_ABSENT, LIBRARY_WRONG };

/*
 * Loads the library from a path, or by a name that the system's loader looks for. A process loads it once: later calls,
 * on whatever thread, give what the first success was. What is wrong is written to `why`.
 */
enum library_result library_load(const char *path, char *why, size_t size);

#endif
