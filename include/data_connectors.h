/*
 * libdata_connectors: lists the data connectors of an Intercom workspace (GET /data_connectors).
 * License: MIT OR Apache-2.0. Generated from src/ffi by cbindgen; do not edit.
 *
 *     #include <data_connectors.h>
 *     #include <stdio.h>
 *     #include <stdlib.h>
 *
 *     int main(void)
 *     {
 *         dc_config *config = dc_config_new();
 *         dc_client *client = NULL;
 *         dc_pager *pager = NULL;
 *         dc_page *page = NULL;
 *         dc_error *error = NULL;
 *         const char *token = getenv("INTERCOM_ACCESS_TOKEN");
 *         dc_status status = dc_config_set_string(config, DC_OPTION_ACCESS_TOKEN, token, &error);
 *
 *         if (status == DC_OK)
 *             status = dc_client_new(config, &client, &error);
 *         if (status == DC_OK)
 *             status = dc_pager_new(client, 0, NULL, &pager, &error);
 *         while (status == DC_OK && (status = dc_pager_next(pager, NULL, &page, &error)) == DC_OK) {
 *             printf("%s\n", dc_page_json(page));
 *             dc_page_free(page);
 *         }
 *         if (status != DC_DONE)
 *             fprintf(stderr, "%s: %s\n", dc_status_name(status), dc_error_message(error));
 *
 *         dc_error_free(error);
 *         dc_pager_free(pager);
 *         dc_client_free(client);
 *         dc_config_free(config);
 *         return status == DC_DONE ? 0 : 1;
 *     }
 *
 * Rules for all functions. A function's comment states only what differs from them.
 *   - Errors: a function that can fail returns a dc_status and takes `dc_error **out_error` last, which may be NULL. The
 *     error is set on failure only and owned by the caller: free it with dc_error_free() before reusing the variable.
 *     All can return DC_ERR_INVALID_ARGUMENT; those that send a request, any DC_ERR_….
 *   - Out parameters for handles are set to NULL first, and to a new handle on success only.
 *   - Ownership: the caller owns what dc_X_new() returns or an out parameter receives, and frees it with dc_X_free(), in
 *     any order. dc_X_free(NULL) does nothing. A handle must not be freed while a call uses it. No other function frees
 *     an argument.
 *   - Strings: arguments are NUL-terminated UTF-8 and are copied. Results are NUL-terminated UTF-8, owned by their
 *     handle, valid until it is freed, and must not be modified. An absent string is NULL.
 *   - NULL for a required argument is DC_ERR_INVALID_ARGUMENT. For NULL, an accessor returns the same as for an absent
 *     value: NULL, 0 or -1.
 *   - Threads: any thread with 128 KiB of stack may call any function. Each type says whether threads may use it
 *     concurrently.
 *   - No panic or exception leaves the library, and no error is stored per thread. Environment variables have no effect,
 *     except SSL_CERT_FILE and SSL_CERT_DIR with DC_OPTION_SYSTEM_ROOTS, and those of the system's DNS resolver. Don't
 *     call setenv() while another thread uses the library.
 *   - Windows: sockets are used instead of file descriptors; there are no signals or forks.
 *   - Later versions may add values to every list in this header: treat an unknown negative status as a failure, and
 *     other unknown values as unknown.
 */

#ifndef DATA_CONNECTORS_H
#define DATA_CONNECTORS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @defgroup dc_types Types
 *
 * @{
 */

/**
 * The options of a client. Must not be used by two threads at once, even through a const pointer. A client copies
 * them, so a config can be changed, reused or freed after dc_client_new().
 */
typedef struct dc_config dc_config;

/**
 * A client of one workspace. Thread-safe, including functions that change it through a const pointer. Keeps a copy of
 * its options.
 */
typedef struct dc_client dc_client;

/** An iterator over the pages of the list. Must not be used by two threads at once, even through a const pointer. */
typedef struct dc_pager dc_pager;

/** One page of the list. Immutable and thread-safe. */
typedef struct dc_page dc_page;

/**
 * A row of a page, from dc_page_connector(). Thread-safe. Owned by its page, valid until the page is freed, and not
 * freed separately.
 */
typedef struct dc_connector dc_connector;

/** The difference between two snapshots. Immutable and thread-safe. */
typedef struct dc_diff dc_diff;

/** All connectors of a workspace. Immutable and thread-safe. */
typedef struct dc_snapshot dc_snapshot;

/** A failure. Immutable and thread-safe. Contains neither the access token nor the proxy's credentials. */
typedef struct dc_error dc_error;

/** A cancel token. Thread-safe, including functions that change it through a const pointer. Uses one file descriptor. */
typedef struct dc_cancel_token dc_cancel_token;

/** @} */

/**
 * @defgroup dc_status Status
 *
 * Functions that can fail return a status: 0 is success, 1 the end of the list, failures are negative. Numbers are
 * never reused.
 * @{
 */

/** Result of a call: DC_OK, DC_DONE or one of DC_ERR_…. */
typedef int32_t dc_status;

/** Success. */
#define DC_OK 0

/** The list is complete: a pager has no more pages. */
#define DC_DONE 1

/** An argument or an option is invalid. Nothing was sent. */
#define DC_ERR_INVALID_ARGUMENT (-1)

/** The connection could not be opened, or broke: DNS resolution failed, connection refused, reset, or closed early. */
#define DC_ERR_CONNECTION (-2)

/** The timeout of the call, or of opening its connection, expired. */
#define DC_ERR_TIMEOUT (-3)

/** The server's certificate is not trusted, or TLS failed in another way. */
#define DC_ERR_TLS (-4)

/** HTTP 401: the access token is invalid, revoked, or belongs to another region. */
#define DC_ERR_UNAUTHORIZED (-5)

/** HTTP 403: the access token lacks a permission, or a gateway rejected the request. */
#define DC_ERR_FORBIDDEN (-6)

/** HTTP 429: too many requests; or, with DC_OPTION_WAIT_FOR_RATE_LIMIT, the limit resets after the timeout. */
#define DC_ERR_RATE_LIMITED (-7)

/** Any other HTTP 4xx: the service rejected the request. */
#define DC_ERR_BAD_REQUEST (-8)

/** HTTP 5xx: the service, or a gateway in front of it, failed. */
#define DC_ERR_SERVER (-9)

/** The response violates the API contract: malformed JSON, an unexpected structure, a redirect, a repeated cursor. */
#define DC_ERR_PROTOCOL (-10)

/** The response is larger than DC_OPTION_MAX_RESPONSE_BYTES, or its headers than 32 KiB. */
#define DC_ERR_TOO_LARGE (-11)

/** A bug in this library, caught before it reached the caller. Handles stay valid and must be freed. */
#define DC_ERR_PANIC (-12)

/** The call was cancelled by its cancel token, the interrupt check or dc_client_shutdown(). */
#define DC_ERR_CANCELLED (-13)

/** Out of threads or file descriptors, or of memory for a response. Other failed allocations abort the process. */
#define DC_ERR_SYSTEM (-14)

/** The proxy refused the CONNECT tunnel, because of the credentials or its rules. */
#define DC_ERR_PROXY (-15)

/**
 * Returns the name of a status as in this header, such as "DC_ERR_TIMEOUT". The string is static.
 *
 * @param status  any number; "DC_UNKNOWN" is returned for an unknown one.
 * Since: 0.1.0
 */
const char *dc_status_name(dc_status status);

/**
 * Describes a status in a few words. dc_error_message() is more specific. The string is static.
 *
 * @param status  any number; "unknown status" is returned for an unknown one.
 * Since: 0.1.0
 */
const char *dc_status_message(dc_status status);
/** @} */

/**
 * @defgroup dc_config Config
 *
 * A config holds the options of a client. Only the access token is required. Options are set by name; a value is
 * validated, and a file read, when it is set; an invalid one leaves the option unchanged. NULL resets an option to
 * its default, except the access token. Of two options that replace each other, the last one set is in effect; a
 * reset, or false, replaces nothing. No error, log line or other output contains the value of a secret option.
 *
 * Retryable failures are connections that could not be opened, broke or timed out, and HTTP 408, 429, 500, 502, 503
 * and 504. The delay before a retry is the one that the service specified; if that exceeds the time remaining, the
 * call fails at once. If it specified none, the delay starts at up to 250 ms and doubles each time. A connection
 * without data for the stall timeout is closed, and the call is retried. The stall timeout is the timeout divided by
 * the maximum number of attempts, if 5 seconds or more.
 * @{
 */

/**
 * Access token of the workspace. Required. String: 1 to 4096 visible ASCII characters, without the word Bearer. Secret.
 */
#define DC_OPTION_ACCESS_TOKEN "access_token"

/**
 * Region of the workspace. An access token is valid in one region; the others respond with 401. String: us, eu or au,
 * in upper or lower case; default us. Replaces DC_OPTION_BASE_URL.
 */
#define DC_OPTION_REGION "region"

/**
 * Base URL, for a gateway or a sandbox. Plain http:// requires loopback or allow_insecure_http. String:
 * https://host[:port][/path] of up to 2048 bytes. Replaces DC_OPTION_REGION.
 */
#define DC_OPTION_BASE_URL "base_url"

/** Allows plain http:// to other machines, which sends the access token unencrypted. Boolean; default false. */
#define DC_OPTION_ALLOW_INSECURE_HTTP "allow_insecure_http"

/**
 * Intercom-Version to request. The operation exists in Preview and from 2.16. String: Preview or another word of up to
 * 32 letters, or a number such as 2.16; default Preview.
 */
#define DC_OPTION_API_VERSION "api_version"

/**
 * Name of your program, such as my-app/1.0, appended to User-Agent. String: up to 256 visible ASCII characters and
 * spaces.
 */
#define DC_OPTION_USER_AGENT_SUFFIX "user_agent_suffix"

/** Timeout of a whole call in milliseconds, including retries and waits. Integer: 1 to 86400000; default 60000. */
#define DC_OPTION_TIMEOUT_MS "timeout_ms"

/**
 * Timeout for opening a connection in milliseconds, from DNS resolution to the TLS handshake. Integer: 1 to 86400000;
 * default 10000.
 */
#define DC_OPTION_CONNECT_TIMEOUT_MS "connect_timeout_ms"

/** Maximum number of retries of a call. Integer: 0 to 10; default 2. */
#define DC_OPTION_MAX_RETRIES "max_retries"

/** Maximum size of a response body in bytes, after decompression. Integer: 1024 to 1073741824; default 8388608. */
#define DC_OPTION_MAX_RESPONSE_BYTES "max_response_bytes"

/**
 * Waits for the reset of the rate limit when no requests remain, instead of failing with 429. Boolean; default false.
 */
#define DC_OPTION_WAIT_FOR_RATE_LIMIT "wait_for_rate_limit"

/**
 * HTTP proxy to connect through, with CONNECT; default port 80. String: http://[user:password@]host[:port], user and
 * password percent-encoded. Secret.
 */
#define DC_OPTION_PROXY "proxy"

/**
 * Hosts to connect to without the proxy. A domain includes its subdomains. String: hosts, addresses and domains without
 * ports, separated by commas, or *.
 */
#define DC_OPTION_NO_PROXY "no_proxy"

/**
 * Certificate authorities to trust instead of the bundled ones (Mozilla's). String: path of a PEM file. Replaces
 * DC_OPTION_SYSTEM_ROOTS.
 */
#define DC_OPTION_CA_FILE "ca_file"

/**
 * Trusts the certificate authorities of the system instead of the bundled ones. Boolean; default false. Replaces
 * DC_OPTION_CA_FILE.
 */
#define DC_OPTION_SYSTEM_ROOTS "system_roots"

/** Client certificate, and its chain, for servers that require one. String: path of a PEM file. */
#define DC_OPTION_CLIENT_CERTIFICATE_FILE "client_certificate_file"

/** Private key of the client certificate, not encrypted. String: path of a PEM file. */
#define DC_OPTION_CLIENT_KEY_FILE "client_key_file"

/** Attribute of dc_config_option(): the name, such as "timeout_ms". */
#define DC_INFO_NAME 0

/** Attribute: "string", "int" or "bool". */
#define DC_INFO_TYPE 1

/** Attribute: the default as a string; NULL if none. */
#define DC_INFO_DEFAULT 2

/** Attribute: the allowed values, as text for users: "1 to 86400000". */
#define DC_INFO_ALLOWED 3

/** Attribute: what the option does, in one line. */
#define DC_INFO_DESCRIPTION 4

/** Attribute: "true" if the value is a secret, otherwise "false". */
#define DC_INFO_SECRET 5

/** Attribute: the name of the option that it replaces, and vice versa; NULL if none. */
#define DC_INFO_REPLACES 6

/** Creates a config with the defaults. Since: 0.1.0 */
dc_config *dc_config_new(void);

/**
 * Sets an option from a string, which is parsed according to the option's type: an integer in decimal digits, a
 * boolean as "true", "false", "1" or "0".
 *
 * @param option  one of DC_OPTION_…. The error for an unknown name suggests a similar one.
 * @param value   the value, or NULL for the default.
 * Since: 0.1.0
 */
dc_status dc_config_set_string(dc_config *config, const char *option, const char *value, dc_error **out_error);

/**
 * Sets an option from an integer.
 *
 * @param option  one of DC_OPTION_… that is an integer or a boolean.
 * @param value   the value; 1 or 0 for a boolean.
 * Since: 0.1.0
 */
dc_status dc_config_set_int(dc_config *config, const char *option, int64_t value, dc_error **out_error);

/** Returns the number of options that dc_config_option() describes. Since: 0.1.0 */
size_t dc_config_option_count(void);

/**
 * Describes an option, so that bindings and command-line tools can list options that were added later.
 *
 * @param index      0 to dc_config_option_count() - 1, in the order of DC_OPTION_… in this header.
 * @param attribute  one of DC_INFO_….
 * @return a static string; NULL if the option has no such attribute, or index or attribute is out of range.
 * Since: 0.1.0
 */
const char *dc_config_option(size_t index, int32_t attribute);

/** Frees a config. Since: 0.1.0 */
void dc_config_free(dc_config *config);
/** @} */

/**
 * @defgroup dc_client Client
 *
 * A client keeps connections open between calls. Create one per workspace and keep it.
 * @{
 */

/**
 * Creates a client. Nothing is sent yet. Validates the combination of options: an access token must be set, a client
 * certificate requires its key, and plain HTTP to another machine or through a proxy requires
 * DC_OPTION_ALLOW_INSECURE_HTTP. Returns DC_ERR_SYSTEM if the process is out of file descriptors. Since: 0.1.0
 */
dc_status dc_client_new(const dc_config *config, dc_client **out_client, dc_error **out_error);

/**
 * Lists one page of the data connectors, most recently updated first. Blocks until the page is received or the call
 * fails, for at most DC_OPTION_TIMEOUT_MS. To list all pages, use a pager.
 *
 * @param per_page        maximum number of rows, 1 to 50; 0 for the service's default (20).
 * @param starting_after  dc_page_next_cursor() of the previous page, 1 to 4096 bytes; NULL for the first page.
 * @param cancel          cancels the call from another thread; may be NULL.
 * @param out_page        the page; free it with dc_page_free().
 * Since: 0.1.0
 */
dc_status dc_list_page(const dc_client *client,
                       int32_t per_page,
                       const char *starting_after,
                       const dc_cancel_token *cancel,
                       dc_page **out_page,
                       dc_error **out_error);

/**
 * Cancels all calls of this client and its pagers, in progress and later: they return DC_ERR_CANCELLED. Does not wait
 * for them: free the client once they have returned. Since: 0.1.0
 */
void dc_client_shutdown(const dc_client *client);

/** Frees a client. Its pagers stay usable. Since: 0.1.0 */
void dc_client_free(dc_client *client);
/** @} */

/**
 * @defgroup dc_pager Pager
 *
 * A pager lists all pages: call dc_pager_next() until it returns DC_DONE. The list is sorted most recently updated
 * first: if connectors are updated meanwhile, one can be listed twice, and one that moved to the front can be missed.
 * @{
 */

/**
 * Creates a pager. Nothing is sent yet. The client may be freed before it.
 *
 * @param per_page        maximum number of rows per page, 1 to 50; 0 for the service's default (20).
 * @param starting_after  cursor to start after, such as an earlier dc_pager_cursor(), 1 to 4096 bytes; NULL for the
 *                        first page.
 * Since: 0.1.0
 */
dc_status dc_pager_new(const dc_client *client,
                       int32_t per_page,
                       const char *starting_after,
                       dc_pager **out_pager,
                       dc_error **out_error);

/**
 * Sets how many pages are prefetched. With 1, dc_pager_next() starts to request the following page on a background
 * thread, which calls no callback, while you process the page that it returned. The next call returns the prefetched
 * page or its error, and its log lines, on your thread.
 *
 * A cancel token or the interrupt check cancels only the wait for a prefetch, which continues for the next call;
 * dc_client_shutdown() cancels both. The timeout of a prefetch runs from its start: after a long pause a call may fail
 * at once, and the next one sends a new request. A page can be as old as that pause. Prefetching
 * costs a page of memory, a thread, two file descriptors, and a wasted request if the pager is freed early. If no thread
 * can be started, or in a child process, the next call requests the page itself.
 *
 * @param pages  0 (default) or 1. With 0, a prefetch in progress is kept for the next call.
 * Since: 0.1.0
 */
dc_status dc_pager_set_prefetch(dc_pager *pager,
                                int32_t pages,
                                dc_error **out_error);

/**
 * Lists the next page. Blocks like dc_list_page(). After a failure the next call requests the same page again. After a
 * page that repeats a cursor, is the 100th without new rows, or has a next page in an unsupported form, each call
 * returns DC_ERR_PROTOCOL.
 *
 * @param cancel    cancels the call from another thread; may be NULL.
 * @param out_page  the page; free it with dc_page_free(). NULL with DC_DONE.
 * @return DC_OK; DC_DONE after the last page; otherwise one of DC_ERR_….
 * Since: 0.1.0
 */
dc_status dc_pager_next(dc_pager *pager, const dc_cancel_token *cancel, dc_page **out_page, dc_error **out_error);

/**
 * Returns the cursor of the page that the next call requests. Store it to resume later.
 *
 * @return the cursor, valid until the next dc_pager_next(); NULL before the first page, unless the pager was created
 *         with a cursor, and if there is no page to request. Only DC_DONE means that the list is complete.
 * Since: 0.1.0
 */
const char *dc_pager_cursor(const dc_pager *pager);

/** Frees a pager and cancels its prefetch, which takes milliseconds. Its pages stay valid. Since: 0.1.0 */
void dc_pager_free(dc_pager *pager);
/** @} */

/**
 * @defgroup dc_page Page
 *
 * One page of the list: the service's JSON, the cursor of the next page, and the rows.
 * @{
 */

/**
 * Format of dc_page_packed_rows(): a JSON object with an array for each column, with one element per row. The columns
 * are "type" to "execution_results_url" in the order of DC_FIELD_… (a string, true, false or null), "created_at_ms",
 * "updated_at_ms", "state_code" and "http_method_code" (an integer or null), and "json_start" and "json_length", the
 * offset and length in bytes of the row within dc_page_json().
 */
#define DC_PACKED_JSON 1

/**
 * Format of dc_page_packed_rows(): byte 0xFE after every column but the last, 0xFF between rows, and a single 0xFD for
 * an absent value; UTF-8 contains none of them. The first 17 columns are the fields up to
 * DC_FIELD_EXECUTION_RESULTS_URL, created_at_ms, updated_at_ms, state_code and http_method_code in decimal digits, and
 * the row's JSON. Without rows the buffer is empty.
 */
#define DC_PACKED_SEPARATED 2

/**
 * Returns the JSON as the service sent it, byte for byte after decompression, without a byte order mark: an object
 * with the rows in "data". It is valid JSON, and may contain undocumented fields. Since: 0.1.0
 */
const char *dc_page_json(const dc_page *page);

/** Returns the length of dc_page_json() in bytes. Since: 0.1.0 */
size_t dc_page_json_len(const dc_page *page);

/**
 * Returns the number of rows. A page may be empty and still have a next one. More than 100,000 rows (the service sends
 * at most 50) are rejected with DC_ERR_PROTOCOL. Since: 0.1.0
 */
size_t dc_page_count(const dc_page *page);

/** Returns the cursor of the next page, for starting_after; NULL on the last page. Since: 0.1.0 */
const char *dc_page_next_cursor(const dc_page *page);

/**
 * Returns whether there is a next page. If it is 1 and dc_page_next_cursor() is NULL, the service specified the next
 * page in an unsupported form: the list is incomplete.
 *
 * @return 1 or 0; -1 for NULL.
 * Since: 0.1.0
 */
int32_t dc_page_has_next(const dc_page *page);

/** Returns the service's request id (X-Request-Id), for support requests. Since: 0.1.0 */
const char *dc_page_request_id(const dc_page *page);

/**
 * Returns the rate limit after this request, like dc_error_rate_limit().
 *
 * @param out_limit      requests allowed in the current window.
 * @param out_remaining  requests that remain in it.
 * @param out_reset      its end, in seconds since the Unix epoch.
 * Since: 0.1.0
 */
void dc_page_rate_limit(const dc_page *page, int64_t *out_limit, int64_t *out_remaining, int64_t *out_reset);

/**
 * Returns a row. The first call for a page, on any thread, parses all rows, which takes as much memory as the JSON and
 * about 130 bytes per row.
 *
 * @param index  0 to dc_page_count() - 1, in the order of the service.
 * @return the row, owned by the page and valid until the page is freed; NULL if index is out of range.
 * Since: 0.1.0
 */
const dc_connector *dc_page_connector(const dc_page *page, size_t index);

/**
 * Returns all rows in one buffer, for languages in which decoding it costs less than a call per field. The first call
 * for a page and format creates it. Later versions may add columns at the end, or members: ignore them.
 *
 * @param format      DC_PACKED_JSON, for languages whose JSON parser is native code, or DC_PACKED_SEPARATED.
 * @param out_length  length in bytes; may be NULL.
 * @return the buffer, which may contain NULs if separated; NULL for an unknown format.
 * Since: 0.1.0
 */
const char *dc_page_packed_rows(const dc_page *page, int32_t format, size_t *out_length);

/** Frees a page, its JSON, strings and rows. Since: 0.1.0 */
void dc_page_free(dc_page *page);
/** @} */

/**
 * @defgroup dc_connector Connector
 *
 * One row of a page. A field that is missing, null or not of its documented type is absent: NULL, or -1. A string with
 * a NUL, which no documented field contains, requires dc_connector_field(), which also returns the length. An unpaired
 * surrogate ("\ud83d" alone), which UTF-8 can't represent, becomes U+FFFD.
 * @{
 */

/** Field "type". */
#define DC_FIELD_TYPE 0

/** Field "id". */
#define DC_FIELD_ID 1

/** Field "name". */
#define DC_FIELD_NAME 2

/** Field "description". */
#define DC_FIELD_DESCRIPTION 3

/** Field "state". */
#define DC_FIELD_STATE 4

/** Field "http_method". */
#define DC_FIELD_HTTP_METHOD 5

/** Field "direct_fin_usage". */
#define DC_FIELD_DIRECT_FIN_USAGE 6

/** Field "created_by_admin_id". */
#define DC_FIELD_CREATED_BY_ADMIN_ID 7

/** Field "updated_by_admin_id". */
#define DC_FIELD_UPDATED_BY_ADMIN_ID 8

/** Field "created_at". */
#define DC_FIELD_CREATED_AT 9

/** Field "updated_at". */
#define DC_FIELD_UPDATED_AT 10

/** Field "execution_results_url". */
#define DC_FIELD_EXECUTION_RESULTS_URL 11

/** State that this version doesn't know. */
#define DC_STATE_UNKNOWN 0

/** State "draft". */
#define DC_STATE_DRAFT 1

/** State "live". */
#define DC_STATE_LIVE 2

/** HTTP method that this version doesn't know. */
#define DC_HTTP_METHOD_UNKNOWN 0

/** HTTP method "get". */
#define DC_HTTP_METHOD_GET 1

/** HTTP method "post". */
#define DC_HTTP_METHOD_POST 2

/** HTTP method "put". */
#define DC_HTTP_METHOD_PUT 3

/** HTTP method "delete". */
#define DC_HTTP_METHOD_DELETE 4

/** HTTP method "patch". */
#define DC_HTTP_METHOD_PATCH 5

/** Returns the id, a string of digits. Since: 0.1.0 */
const char *dc_connector_id(const dc_connector *connector);

/** Returns the name. Since: 0.1.0 */
const char *dc_connector_name(const dc_connector *connector);

/** Returns the description. Since: 0.1.0 */
const char *dc_connector_description(const dc_connector *connector);

/** Returns the state: "draft", "live", or one that is added later. Since: 0.1.0 */
const char *dc_connector_state(const dc_connector *connector);

/**
 * Returns the state as a number.
 *
 * @return one of DC_STATE_…; -1 if absent.
 * Since: 0.1.0
 */
int32_t dc_connector_state_code(const dc_connector *connector);

/**
 * Returns the HTTP method of the request that the connector makes: "get", "post", "put", "delete" or "patch".
 * Since: 0.1.0
 */
const char *dc_connector_http_method(const dc_connector *connector);

/**
 * Returns the HTTP method as a number.
 *
 * @return one of DC_HTTP_METHOD_…; -1 if absent.
 * Since: 0.1.0
 */
int32_t dc_connector_http_method_code(const dc_connector *connector);

/**
 * Returns whether Fin may use it directly.
 *
 * @return 1 or 0; -1 if absent.
 * Since: 0.1.0
 */
int32_t dc_connector_direct_fin_usage(const dc_connector *connector);

/** Returns the id of the admin who created it. Since: 0.1.0 */
const char *dc_connector_created_by_admin_id(const dc_connector *connector);

/** Returns the id of the admin who last updated it. Since: 0.1.0 */
const char *dc_connector_updated_by_admin_id(const dc_connector *connector);

/** Returns when it was created, as the service sends it: "2025-11-15T09:30:00Z". Since: 0.1.0 */
const char *dc_connector_created_at(const dc_connector *connector);

/**
 * Returns the time of dc_connector_created_at() as a number. A time without a time zone is UTC.
 *
 * @return milliseconds since the Unix epoch; -1 if absent, not an RFC 3339 time, a leap second, or before 1970.
 * Since: 0.1.0
 */
int64_t dc_connector_created_at_ms(const dc_connector *connector);

/** Returns when it was last updated. Since: 0.1.0 */
const char *dc_connector_updated_at(const dc_connector *connector);

/** Returns the time of dc_connector_updated_at(), like dc_connector_created_at_ms(). Since: 0.1.0 */
int64_t dc_connector_updated_at_ms(const dc_connector *connector);

/** Returns the path of its execution results: "/data_connectors/12345/execution_results". Since: 0.1.0 */
const char *dc_connector_execution_results_url(const dc_connector *connector);

/**
 * Returns any field as a string, with its length.
 *
 * @param field       one of DC_FIELD_…. For DC_FIELD_DIRECT_FIN_USAGE the string is "true" or "false".
 * @param out_length  length in bytes, 0 if absent; may be NULL.
 * @return the string, which may contain NULs; NULL if the field is absent or unknown.
 * Since: 0.1.0
 */
const char *dc_connector_field(const dc_connector *connector, int32_t field, size_t *out_length);

/**
 * Returns the JSON of the row, byte for byte as the service sent it: an object, unless the service sent something else
 * as a row. The first call for a page copies its JSON.
 *
 * @param out_length  length in bytes; may be NULL.
 * Since: 0.1.0
 */
const char *dc_connector_json(const dc_connector *connector, size_t *out_length);
/** @} */

/**
 * @defgroup dc_snapshot Snapshot
 *
 * A snapshot is the list of all connectors, even if they change while it is taken; its state says whether it is
 * complete. docs/consistency.md has the guarantees.
 * @{
 */

/** Connectors may be missing or outdated; see dc_snapshot_reason(). */
#define DC_SNAPSHOT_INCOMPLETE 0

/** Every connector is in it, in its current version. Connectors that were deleted before it was taken are not. */
#define DC_SNAPSHOT_COMPLETE 1

/**
 * Every connector is in it, in its current version. Connectors that were deleted since the previous snapshot may still
 * be in it.
 */
#define DC_SNAPSHOT_REFRESHED 2

/**
 * Takes a snapshot. Sends one request per page of 50 connectors and one more, or only one if the list has one page.
 *
 * @param previous    a snapshot of this workspace to refresh, incomplete or not: only what changed since is requested,
 *                    usually one page; NULL: everything.
 * @param overlap_ms  longest time until the service lists a change, 0 to 3600000, rounded up to seconds; -1: 60000.
 * @param max_passes  maximum number of passes over the list, 1 to 1000; -1: 20.
 * @param timeout_ms  of the whole call, 1 to 86400000; -1: 300000. The client's timeout applies to each request.
 * @return DC_OK, also for an incomplete snapshot; the errors of dc_list_page() if the first request fails, and
 *         DC_ERR_CANCELLED. If a later request fails and its retries fail too, the snapshot is incomplete.
 *         DC_ERR_INVALID_ARGUMENT if previous is from another base URL, DC_ERR_TOO_LARGE if the rows exceed 1 GiB.
 * Since: 0.1.0
 */
dc_status dc_snapshot_take(const dc_client *client,
                           const dc_snapshot *previous,
                           int64_t overlap_ms,
                           int32_t max_passes,
                           int64_t timeout_ms,
                           const dc_cancel_token *cancel,
                           dc_snapshot **out_snapshot,
                           dc_error **out_error);

/**
 * Loads a snapshot from dc_page_json() of an earlier dc_snapshot_page(), such as from a file.
 *
 * @param json    the stored form; need not be NUL-terminated.
 * @param length  its length in bytes.
 * @return DC_OK; DC_ERR_INVALID_ARGUMENT if it is not the stored form of a snapshot, or of an unsupported version.
 * Since: 0.1.0
 */
dc_status dc_snapshot_load(const char *json, size_t length, dc_snapshot **out_snapshot, dc_error **out_error);

/**
 * Returns all connectors, most recently updated first, as a page that the snapshot owns: do not free it. Its
 * dc_page_json() is the stored form: the list object with each row as the service sent it, and a member "snapshot".
 * Later versions of the library load it, too. Since: 0.1.0
 */
const dc_page *dc_snapshot_page(const dc_snapshot *snapshot);

/** Returns one of DC_SNAPSHOT_…; -1 for NULL. Since: 0.1.0 */
int32_t dc_snapshot_state(const dc_snapshot *snapshot);

/** Returns why the snapshot is incomplete; NULL if it is not. Since: 0.1.0 */
const char *dc_snapshot_reason(const dc_snapshot *snapshot);

/**
 * Returns the time, by the service's clock, of the list that the snapshot has, in milliseconds since the Unix epoch; -1
 * if it is unknown. Since: 0.1.0
 */
int64_t dc_snapshot_as_of_ms(const dc_snapshot *snapshot);

/**
 * Compares two snapshots of one workspace. If one is incomplete, a connector that it lacks may exist: added connectors
 * may be older.
 *
 * @return DC_OK; DC_ERR_INVALID_ARGUMENT if they are from different base URLs.
 * Since: 0.1.0
 */
dc_status dc_snapshot_diff(const dc_snapshot *newer,
                           const dc_snapshot *older,
                           dc_diff **out_diff,
                           dc_error **out_error);

/**
 * Returns a JSON object: "added", an array of rows; "changed", an array of objects with the "id", the sorted names of
 * the changed "fields", and the rows "old" and "new"; "removed", an array of rows, or null unless the newer snapshot
 * is complete and not older than the other one.
 *
 * @param out_length  length in bytes; may be NULL.
 * Since: 0.1.0
 */
const char *dc_diff_json(const dc_diff *diff, size_t *out_length);

/** Frees a difference. Since: 0.1.0 */
void dc_diff_free(dc_diff *diff);

/** Frees a snapshot, its page and its rows. Since: 0.1.0 */
void dc_snapshot_free(dc_snapshot *snapshot);
/** @} */

/**
 * @defgroup dc_error Error
 *
 * The details of a failed call, besides its status. A string is NULL if the service sent no such value.
 * @{
 */

/**
 * Returns the status of the failed call.
 *
 * @return one of DC_ERR_…; DC_OK for NULL.
 * Since: 0.1.0
 */
dc_status dc_error_status(const dc_error *error);

/** Returns the message, one line for users: what failed, and why and what to do, if known. Since: 0.1.0 */
const char *dc_error_message(const dc_error *error);

/**
 * Returns the HTTP status of the response, even if its body could not be read.
 *
 * @return 100 to 999; 0 without a response.
 * Since: 0.1.0
 */
int32_t dc_error_http_status(const dc_error *error);

/** Returns the service's error code, errors[0].code, such as "unauthorized". Since: 0.1.0 */
const char *dc_error_api_code(const dc_error *error);

/** Returns the request parameter that the service rejected, errors[0].field. Since: 0.1.0 */
const char *dc_error_api_field(const dc_error *error);

/** Returns the service's request id, for support requests. Since: 0.1.0 */
const char *dc_error_request_id(const dc_error *error);

/**
 * Returns the delay before the next request that the service specified.
 *
 * @return milliseconds; -1 if it specified no delay.
 * Since: 0.1.0
 */
int64_t dc_error_retry_after_ms(const dc_error *error);

/**
 * Returns the response's rate limit. Each out parameter may be NULL; unknown values are -1.
 *
 * @param out_limit      requests allowed in the current window (X-RateLimit-Limit).
 * @param out_remaining  requests that remain in it (X-RateLimit-Remaining).
 * @param out_reset      its end, in seconds since the Unix epoch (X-RateLimit-Reset).
 * Since: 0.1.0
 */
void dc_error_rate_limit(const dc_error *error, int64_t *out_limit, int64_t *out_remaining, int64_t *out_reset);

/**
 * Returns the number of attempts; 0 if the call failed before the first.
 * Since: 0.1.0
 */
int32_t dc_error_attempts(const dc_error *error);

/** Frees an error. Since: 0.1.0 */
void dc_error_free(dc_error *error);
/** @} */

/**
 * @defgroup dc_cancel Cancel token
 *
 * A cancel token cancels calls from another thread or from a signal handler. Each call that it was passed to returns
 * DC_ERR_CANCELLED within milliseconds. A cancelled token stays cancelled: create one for each operation that is
 * cancelled separately.
 * @{
 */

/** Creates a cancel token. Returns DC_ERR_SYSTEM if the process is out of file descriptors. Since: 0.1.0 */
dc_status dc_cancel_token_new(dc_cancel_token **out_token, dc_error **out_error);

/**
 * Creates another handle of the same token, so that two threads can each free their own.
 *
 * @return a handle that the caller owns; NULL for NULL.
 * Since: 0.1.0
 */
dc_cancel_token *dc_cancel_token_clone(const dc_cancel_token *token);

/**
 * Cancels the calls that the token was or will be passed to. Async-signal-safe; preserves errno. In a forked child a
 * token from before the fork cancels the child's calls only. Since: 0.1.0
 */
void dc_cancel_token_cancel(const dc_cancel_token *token);

/**
 * Returns whether the token was cancelled. Async-signal-safe.
 *
 * @return 1 or 0; -1 for NULL.
 * Since: 0.1.0
 */
int32_t dc_cancel_token_is_cancelled(const dc_cancel_token *token);

/**
 * Frees a handle of a cancel token; its other handles stay valid. Must not be called with the handle that a call in
 * progress uses. Since: 0.1.0
 */
void dc_cancel_token_free(dc_cancel_token *token);
/** @} */

/**
 * @defgroup dc_callbacks Callbacks
 *
 * A callback receives the user_data that was passed with it. It is called on the thread that makes a call, so on
 * several threads at once if several make calls. It may call this library, but a call with the pager that is in use
 * fails. It must return normally, without an exception or longjmp, and must not free the handles of the call in
 * progress. A destroy callback is called once per process (at most once in a forked child), on any thread, when the
 * callback is no longer used: when it was replaced or its config was freed, and all clients created from that config
 * and their pagers were freed. It is not called if the setter failed, or if its callback is NULL.
 * @{
 */

/** Log level: a call failed. */
#define DC_LOG_ERROR 1

/** Log level: an attempt failed, and the call is retried. */
#define DC_LOG_WARN 2

/** Log level: a response was received, a call waits for the rate limit, or it was cancelled. */
#define DC_LOG_INFO 3

/** Log level: a request is sent. */
#define DC_LOG_DEBUG 4

/** Receives a log line: one of DC_LOG_…, and one line of UTF-8 that is valid until the callback returns. */
typedef void (*dc_log_callback)(void *user_data, int32_t level, const char *message);

/** Releases user_data. May use the config, unless that is being freed. */
typedef void (*dc_destroy_callback)(void *user_data);

/**
 * Decides whether to cancel the call in progress on this thread: 0 continues it, any other value cancels it, and it
 * returns DC_ERR_CANCELLED.
 */
typedef int32_t (*dc_interrupt_callback)(void *user_data);

/**
 * Sets the function that receives the log lines of clients created from this config. Lines of a prefetched page are
 * delivered by the dc_pager_next() that returns it.
 *
 * @param level      the least severe level to receive, one of DC_LOG_….
 * @param callback   the function; NULL to log nothing, the default.
 * @param user_data  passed to both functions; may be NULL.
 * @param destroy    called when user_data is no longer used, or NULL.
 * Since: 0.1.0
 */
dc_status dc_config_set_logger(dc_config *config,
                               int32_t level,
                               dc_log_callback callback,
                               void *user_data,
                               dc_destroy_callback destroy,
                               dc_error **out_error);

/**
 * Sets the function that decides during a call whether to cancel it: every 15 ms while the call waits, and when a
 * signal interrupts the wait. For programs whose signal handlers only set a flag, such as interpreters.
 *
 * @param callback   the function; NULL for none, the default.
 * @param user_data  passed to both functions; may be NULL.
 * @param destroy    called when user_data is no longer used, or NULL.
 * Since: 0.1.0
 */
dc_status dc_config_set_interrupt_check(dc_config *config,
                                        dc_interrupt_callback callback,
                                        void *user_data,
                                        dc_destroy_callback destroy,
                                        dc_error **out_error);
/** @} */

/**
 * @defgroup dc_version Version
 *
 * The macros are the version of this header, the functions that of the loaded library. A program runs with every
 * library of the ABI version that it was built with; that version is part of the shared library's name
 * (libdata_connectors.so.1), except on Windows. A binding that loads the library itself compares dc_abi_version() with
 * DC_ABI_VERSION.
 * @{
 */

/** Version of this header. */
#define DC_VERSION "0.1.0"

/** Major version of this header. */
#define DC_VERSION_MAJOR 0

/** Minor version of this header. */
#define DC_VERSION_MINOR 1

/** Patch version of this header. */
#define DC_VERSION_PATCH 0

/** Version of this header as a number: major * 1000000 + minor * 1000 + patch. */
#define DC_VERSION_NUMBER 1000

/** ABI version of this header. It changes only when existing programs would break. */
#define DC_ABI_VERSION 1

/** Returns the version of the loaded library, such as "0.1.0". The string is static. Since: 0.1.0 */
const char *dc_version(void);

/** Returns the ABI version of the loaded library. Since: 0.1.0 */
int32_t dc_abi_version(void);
/** @} */
#ifdef __cplusplus
}
#endif

#endif /* DATA_CONNECTORS_H */
