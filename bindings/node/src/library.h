/* Loads the native library; holds a pointer to each function that the addon calls. */
#ifndef LIBRARY_H
#define LIBRARY_H

#include <data_connectors.h>
#include <stddef.h>

/* dc_abi_version is first, to distinguish another library or ABI version from an older library. */
#define LIBRARY_FUNCTIONS(X)                                                                                          \
    X(dc_abi_version) X(dc_version) X(dc_status_name) X(dc_status_message)                                            \
    X(dc_config_new) X(dc_config_set_string) X(dc_config_set_logger) X(dc_config_option) X(dc_config_option_count)    \
    X(dc_config_free) X(dc_client_new) X(dc_client_shutdown) X(dc_client_free) X(dc_list_page)                        \
    X(dc_pager_new) X(dc_pager_set_prefetch) X(dc_pager_next) X(dc_pager_free)                                        \
    X(dc_cancel_token_new) X(dc_cancel_token_cancel) X(dc_cancel_token_free)                                          \
    X(dc_page_json) X(dc_page_json_len) X(dc_page_packed_rows) X(dc_page_next_cursor) X(dc_page_has_next)             \
    X(dc_page_request_id) X(dc_page_rate_limit) X(dc_page_free)                                                       \
    X(dc_snapshot_take) X(dc_snapshot_load) X(dc_snapshot_page) X(dc_snapshot_state) X(dc_snapshot_reason)            \
    X(dc_snapshot_as_of_ms) X(dc_snapshot_diff) X(dc_snapshot_free) X(dc_diff_json) X(dc_diff_free)                   \
    X(dc_error_message) X(dc_error_http_status) X(dc_error_api_code) X(dc_error_api_field) X(dc_error_request_id)     \
    X(dc_error_retry_after_ms) X(dc_error_rate_limit) X(dc_error_attempts) X(dc_error_free)

struct library {
#define X(name) __typeof__(&name) name;
    LIBRARY_FUNCTIONS(X)
#undef X
};

/* Set by library_load, and not changed afterwards. */
extern struct library library;

/*
 * Loads the library from a path, or by a name that the system's loader searches for. A process loads it once: after the
 * first success, later calls on any thread do nothing. Returns NULL, or an error code, and writes the reason to `why`: the
 * loader's message, or why the library is incompatible.
 */
const char *library_load(const char *path, char *why, size_t size);

#endif
