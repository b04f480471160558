/*
 * libdata_connectors: lists the data connectors of an Intercom workspace (GET /data_connectors). MIT OR Apache-2.0.
 * Made by cbindgen from the sources in src/ffi; not to be edited.
 *
 * The library in one program: it prints every page of a workspace's data connectors as JSON.
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
 *         dc_status status = dc_config_set_token(config, getenv("INTERCOM_ACCESS_TOKEN"), &error);
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
 * What holds for every function:
 *   - One that can fail returns a dc_status and takes `dc_error **out_error` last, which may be NULL. An out parameter
 *     is NULL from the start of the call, and set only on success (the error: only on failure). So free an error before
 *     you pass its pointer again.
 *   - What dc_X_new or an out parameter gives is yours: free it with dc_X_free, in any order. Freeing NULL is fine.
 *   - A const dc_connector is the one exception: it is a part of its page, valid until that is freed, and not freed itself.
 *   - Text goes in as NUL-terminated UTF-8 and is copied. Text comes out NUL-terminated, belongs to its handle, and is
 *     valid until that is freed. Do not write to it. The fields of a row may have NULs in them, which their …_len count.
 *   - NULL for a handle is DC_ERR_INVALID_ARGUMENT, or from an accessor what its comment says; never a crash.
 *   - Clients, cancel tokens, pages and errors may be used from any number of threads at once; a config or a pager from
 *     one at a time.
 *   - Nothing unwinds out of the library, no "last error" is kept per thread, and no environment variable has an
 *     effect (but for dc_config_set_system_roots, which looks where the system says).
 */

#ifndef DATA_CONNECTORS_H
#define DATA_CONNECTORS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version --------------------------------------------------------------------------------------------------------
 * The header's own version is in the macros, the loaded library's in the functions. A program built against one ABI
 * version runs with every library of the same: the number is in the name of the shared library
 * (libdata_connectors.so.1), and a binding that loads it by itself compares `dc_abi_version()` with DC_ABI_VERSION.
 */

/** The version of this header. */
#define DC_VERSION "0.1.0"
/** Its first part. */
#define DC_VERSION_MAJOR 0
/** Its second part. */
#define DC_VERSION_MINOR 1
/** Its third part. */
#define DC_VERSION_PATCH 0
/** The same as a number that can be compared: major * 1000000 + minor * 1000 + patch. */
#define DC_VERSION_NUMBER 1000

/** The ABI version of this header. It changes only when a program built before would break. */
#define DC_ABI_VERSION 1

/**
 * The version of the loaded library, such as "0.1.0".
 *
 * @return static text, never NULL, not to be freed. Any thread.
 *
 * Since: 0.1.0
 */
const char *dc_version(void);

/**
 * The version of the loaded library as a number that can be compared. DC_VERSION_NUMBER is the header's.
 *
 * @return major * 1000000 + minor * 1000 + patch, so 1000 for 0.1.0. Any thread.
 *
 * Since: 0.1.0
 */
int32_t dc_version_number(void);

/**
 * The ABI version of the loaded library.
 *
 * @return a number to be compared with DC_ABI_VERSION. Any thread.
 *
 * Since: 0.1.0
 */
int32_t dc_abi_version(void);

/* ---- Status ---------------------------------------------------------------------------------------------------------
 * A function that can fail returns one of these. Success is 0, the end of a walk is 1, failures are negative.
 * Numbers are never reused, and new ones may come: treat a negative number you don't know as a failure.
 */

/** How a call ended: DC_OK, DC_DONE or one of DC_ERR_…. */
typedef int32_t dc_status;

/** It worked; the out parameters are set. */
#define DC_OK 0

/** Nothing more to come: a pager is at its end. Not a failure. */
#define DC_DONE 1

/** An argument or a setting was refused before anything was sent; the message says what would be right. */
#define DC_ERR_INVALID_ARGUMENT (-1)

/** No connection, or one that broke: look-up failed, refused, reset, closed before the whole answer had come. */
#define DC_ERR_CONNECTION (-2)

/** The time for the call, or for opening its connection, ran out. */
#define DC_ERR_TIMEOUT (-3)

/** The server could not be trusted, or TLS failed in another way. */
#define DC_ERR_TLS (-4)

/** HTTP 401: the token is wrong, revoked, or of another region. */
#define DC_ERR_UNAUTHORIZED (-5)

/** HTTP 403: the token may not do this, or something in front of the service said no. */
#define DC_ERR_FORBIDDEN (-6)

/** HTTP 429: too many requests; dc_error_retry_after_ms says how long to wait, if the service did. */
#define DC_ERR_RATE_LIMITED (-7)

/** Any other HTTP 4xx (dc_error_http_status tells which): the service refused the request as it was made. */
#define DC_ERR_BAD_REQUEST (-8)

/** HTTP 5xx: the service, or a gateway in front of it, failed. */
#define DC_ERR_SERVER (-9)

/** An answer the contract doesn't allow: not whole JSON, of another shape, a redirect, a cursor that came back. */
#define DC_ERR_PROTOCOL (-10)

/** The answer is larger than dc_config_set_max_response_bytes allows. */
#define DC_ERR_TOO_LARGE (-11)

/** A bug of the library's own, caught at its border. The handles may still be used and must still be freed. */
#define DC_ERR_PANIC (-12)

/** The call was ended by its cancel token, by the interrupt check, or by dc_client_shutdown. */
#define DC_ERR_CANCELLED (-13)

/** The system gave no thread, file descriptor or memory. */
#define DC_ERR_SYSTEM (-14)

/** The proxy did not open a way to the service: its credentials, or its rules. */
#define DC_ERR_PROXY (-15)

/**
 * The name of a status as it stands in this header, such as "DC_ERR_TIMEOUT".
 *
 * @param status  any number; one that isn't known gives "DC_UNKNOWN".
 * @return static text, never NULL, not to be freed. Any thread.
 *
 * Since: 0.1.0
 */
const char *dc_status_name(dc_status status);

/**
 * What a status means in general, in a few words. dc_error_message says what happened in the case at hand.
 *
 * @param status  any number; one that isn't known gives "an unknown status".
 * @return static text, never NULL, not to be freed. Any thread.
 *
 * Since: 0.1.0
 */
const char *dc_status_message(dc_status status);

/* ---- Error ----------------------------------------------------------------------------------------------------------
 * What a failed call says beside its status. A function that can fail takes a last parameter `dc_error **out_error`:
 * NULL if you don't want it; else it is NULL after success and an error of yours after a failure.
 */

/**
 * A failure, immutable: dc_error_status, dc_error_message, dc_error_http_status, dc_error_api_code,
 * dc_error_api_field, dc_error_request_id, dc_error_retry_after_ms, dc_error_rate_limit,
 * dc_error_rate_limit_remaining, dc_error_rate_limit_reset, dc_error_attempts; dc_error_free. Any thread, many at
 * once. It never contains the token.
 */
typedef struct dc_error dc_error;

/**
 * The status that the failed call returned.
 *
 * @param error  an error, or NULL.
 * @return one of DC_ERR_…; DC_OK for NULL.
 *
 * Since: 0.1.0
 */
dc_status dc_error_status(const dc_error *error);

/**
 * One line for a person: what happened and, where that is known, what would help.
 *
 * @param error  an error, or NULL.
 * @return UTF-8 owned by the error, valid until it is freed; NULL for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_error_message(const dc_error *error);

/**
 * The HTTP status of the answer, such as 401; also of one whose body then broke off.
 *
 * @param error  an error, or NULL.
 * @return 100 to 999; 0 when there was no answer, and for NULL.
 *
 * Since: 0.1.0
 */
int32_t dc_error_http_status(const dc_error *error);

/**
 * The service's own code for the failure, such as "unauthorized" or "parameter_invalid" (errors[0].code).
 *
 * @param error  an error, or NULL.
 * @return UTF-8 owned by the error, valid until it is freed; NULL when the service gave none, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_error_api_code(const dc_error *error);

/**
 * The parameter that the service found wrong (errors[0].field).
 *
 * @param error  an error, or NULL.
 * @return UTF-8 owned by the error, valid until it is freed; NULL when the service named none, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_error_api_field(const dc_error *error);

/**
 * The service's id for the request; its support people ask for it.
 *
 * @param error  an error, or NULL.
 * @return UTF-8 owned by the error, valid until it is freed; NULL when there was none, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_error_request_id(const dc_error *error);

/**
 * How long the service asked to wait before another try.
 *
 * @param error  an error, or NULL.
 * @return milliseconds, 0 or more; -1 when it did not ask, and for NULL.
 *
 * Since: 0.1.0
 */
int64_t dc_error_retry_after_ms(const dc_error *error);

/**
 * How many requests the service allows in the current window (X-RateLimit-Limit).
 *
 * @param error  an error, or NULL.
 * @return 0 or more; -1 when the service did not say, and for NULL.
 *
 * Since: 0.1.0
 */
int64_t dc_error_rate_limit(const dc_error *error);

/**
 * How many of them are left (X-RateLimit-Remaining).
 *
 * @param error  an error, or NULL.
 * @return 0 or more; -1 when the service did not say, and for NULL.
 *
 * Since: 0.1.0
 */
int64_t dc_error_rate_limit_remaining(const dc_error *error);

/**
 * When the current window ends (X-RateLimit-Reset).
 *
 * @param error  an error, or NULL.
 * @return seconds since the Unix epoch; -1 when the service did not say, and for NULL.
 *
 * Since: 0.1.0
 */
int64_t dc_error_rate_limit_reset(const dc_error *error);

/**
 * How many requests the call made, the first included.
 *
 * @param error  an error, or NULL.
 * @return 0 when the call failed without a request (an argument that was refused, a pager that can't go on), and for
 *         NULL.
 *
 * Since: 0.1.0
 */
int32_t dc_error_attempts(const dc_error *error);

/**
 * Frees an error and its texts.
 *
 * @param error  an error that nothing uses any more, or NULL.
 *
 * Since: 0.1.0
 */
void dc_error_free(dc_error *error);

/* ---- Config ---------------------------------------------------------------------------------------------------------
 * The settings of a client. Each setter checks its value and returns DC_OK, or DC_ERR_INVALID_ARGUMENT with a
 * message that says what would be right; then the old value stays. Only the token has to be set. A config may be
 * changed and used again after a client was made: the client has a copy. No environment variable has an effect.
 */

/**
 * The settings of a client: dc_config_new, dc_config_set_…, dc_config_free; used by dc_client_new.
 * One thread at a time.
 */
typedef struct dc_config dc_config;

/**
 * New settings: the defaults, without a token.
 *
 * @return settings of yours, to be freed with dc_config_free. Any thread.
 *
 * Since: 0.1.0
 */
dc_config *dc_config_new(void);

/**
 * The workspace's access token. There is no default.
 *
 * @param config     the settings.
 * @param token      1 to 4096 visible ASCII characters, without the word Bearer; copied. Never repeated in a message.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_token(dc_config *config, const char *token, dc_error **out_error);

/**
 * The data centre of the workspace. It replaces the base URL, as dc_config_set_base_url replaces the region.
 *
 * @param config     the settings.
 * @param region     "us" (the default), "eu" or "au"; a token belongs to one, and the others answer 401.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_region(dc_config *config, const char *region, dc_error **out_error);

/**
 * Where the service is, if not in a region: a sandbox, or a gateway of yours.
 *
 * @param config     the settings.
 * @param base_url   "https://host[:port][/path]" of up to 2048 bytes, copied; default "https://api.intercom.io".
 *                   "http://" to anything but loopback is refused by dc_client_new, unless
 *                   dc_config_set_allow_insecure_http was called, before or after this.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_base_url(dc_config *config, const char *base_url, dc_error **out_error);

/**
 * Whether the token may go unencrypted to another machine, or through a proxy. For a test network only.
 *
 * @param config     the settings.
 * @param allow      0: no (the default); anything else: yes.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_allow_insecure_http(dc_config *config, int32_t allow, dc_error **out_error);

/**
 * The Intercom-Version to ask for.
 *
 * @param config       the settings.
 * @param api_version  a word of letters or a number such as "2.16"; copied; default "Preview". The service has the
 *                     operation for Preview and from 2.16 on. A version that the library doesn't know is sent.
 * @param out_error    where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_api_version(dc_config *config, const char *api_version, dc_error **out_error);

/**
 * A name for your program, put behind the library's own in User-Agent.
 *
 * @param config     the settings.
 * @param suffix     up to 256 visible ASCII characters and spaces, as "my-app/1.0"; copied. "": none, the default.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_user_agent_suffix(dc_config *config, const char *suffix, dc_error **out_error);

/**
 * Frees the settings. Clients made from them stay. A drop function that this calls must not use the config any more.
 *
 * @param config  settings that nothing uses any more, or NULL.
 *
 * Since: 0.1.0
 */
void dc_config_free(dc_config *config);

/* ---- Limits ---------------------------------------------------------------------------------------------------------
 * How long a call may take, how often it is tried, and how much it may bring: settings of a config, as those above.
 */

/**
 * The time for a whole call: every attempt, and every wait between them. A call always ends.
 *
 * @param config      the settings.
 * @param timeout_ms  milliseconds, 1 to 86400000 (24 h); default 60000.
 * @param out_error   where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_timeout_ms(dc_config *config, int64_t timeout_ms, dc_error **out_error);

/**
 * The time for opening a connection, within the time of the call.
 *
 * @param config      the settings.
 * @param timeout_ms  milliseconds, 1 to 86400000 (24 h); default 10000.
 * @param out_error   where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_connect_timeout_ms(dc_config *config, int64_t timeout_ms, dc_error **out_error);

/**
 * How often a call is tried again after a failure that may pass: a connection refused or broken, no connection in
 * time, HTTP 408, 429, 500, 502, 503 and 504. The wait between is the service's, if it asked for one and it fits
 * into the call's time; else it is a quarter of a second or less by chance, and doubles each time. A connection that
 * is silent for the timeout divided by the number of attempts is given up and tried again, where that is 5 seconds
 * or more.
 *
 * @param config       the settings.
 * @param max_retries  0 (never) to 10; default 2.
 * @param out_error    where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_max_retries(dc_config *config, int32_t max_retries, dc_error **out_error);

/**
 * The largest answer taken; a larger one is DC_ERR_TOO_LARGE.
 *
 * @param config     the settings.
 * @param max_bytes  bytes after decompression, 1024 to 1073741824 (1 GiB); default 8388608 (8 MiB).
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_max_response_bytes(dc_config *config, int64_t max_bytes, dc_error **out_error);

/**
 * Whether a call waits for the rate limit's reset when an answer has said that nothing remains until then, instead
 * of earning a 429. A wait that doesn't fit into the call's time is DC_ERR_RATE_LIMITED at once (or, if the call has
 * failed before, that failure), with dc_error_retry_after_ms. A reset more than five minutes away is taken for a
 * mistake.
 *
 * @param config     the settings.
 * @param wait       0: no, the default; anything else: yes.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_pacing(dc_config *config, int32_t wait, dc_error **out_error);

/* ---- Route and trust ------------------------------------------------------------------------------------------------
 * Which way connections go, and whom they trust: settings of a config, as those above. Without them connections go
 * directly, and trust the certificate authorities that the library comes with (Mozilla's, as of its release).
 */

/**
 * The HTTP proxy to go through, by a CONNECT tunnel.
 *
 * @param config     the settings.
 * @param proxy      "http://[user:password@]host[:port]", user and password percent-encoded; copied, never repeated in
 *                   a message. The default port is 80. NULL, the default: none, whatever the environment says.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_proxy(dc_config *config, const char *proxy, dc_error **out_error);

/**
 * The hosts to reach directly although there is a proxy.
 *
 * @param config     the settings.
 * @param hosts      hosts, addresses and domains without ports, with commas between, such as
 *                   "localhost,10.0.0.1,::1,.internal"; a domain stands for all that is below it, "*" for all; copied.
 *                   "": none, the default.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_no_proxy(dc_config *config, const char *hosts, dc_error **out_error);

/**
 * The certificate authorities to trust instead of the bundled ones (Mozilla's).
 *
 * @param config     the settings.
 * @param path       a PEM file, read at once, which replaces the system's. NULL, the default: none.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_ca_file(dc_config *config, const char *path, dc_error **out_error);

/**
 * Whether to trust the certificate authorities that this system does, instead of the bundled ones or a CA file.
 *
 * They are read at once; where they are is the system's convention, which on Unix includes the environment variables
 * SSL_CERT_FILE and SSL_CERT_DIR.
 *
 * @param config     the settings.
 * @param use_them   0: no, the default, which leaves a CA file as it is; anything else: yes. Refused where it has none.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_system_roots(dc_config *config, int32_t use_them, dc_error **out_error);

/* ---- Callbacks ------------------------------------------------------------------------------------------------------
 * Functions of yours that the library calls take the `user_data` that was passed with them. They are called on the
 * threads that make calls, so by several at once if several do, and may call the library; only a pager's own call
 * refuses to be entered again. They must return normally: no exception, no longjmp. They must not free the handles
 * that the call under way was given.
 */

/**
 * Is told that `user_data` is needed no more: called once in a process, on whatever thread, when the config was
 * freed or has another function, and all clients made from it and their pagers were freed. Not called after a
 * failure, or without a function to call. It may use the config, if that isn't being freed.
 *
 * @param user_data  what was passed along with it.
 */
typedef void (*dc_drop_callback)(void *user_data);

/* ---- Log ------------------------------------------------------------------------------------------------------------
 * A client is silent unless it is given a function for its log lines.
 */

/** A level of dc_config_set_logger: a call failed. */
#define DC_LOG_ERROR 1

/** A level of dc_config_set_logger: a request failed and is tried again. */
#define DC_LOG_WARN 2

/** A level of dc_config_set_logger: an answer came, a call waits for the rate limit's reset, or its caller ended it. */
#define DC_LOG_INFO 3

/** A level of dc_config_set_logger: each request, as it is sent. */
#define DC_LOG_DEBUG 4

/**
 * Gets a log line.
 *
 * @param user_data  what was passed to dc_config_set_logger.
 * @param level      one of DC_LOG_….
 * @param message    one line of UTF-8, valid until the function returns. It never contains the token.
 */
typedef void (*dc_log_callback)(void *user_data, int32_t level, const char *message);

/**
 * A function of yours that gets the log lines of the clients made from this config, on the threads that make calls.
 * The lines of a page that was fetched ahead come when a dc_pager_next takes it up.
 *
 * @param config     the settings.
 * @param level      the last of DC_LOG_ERROR … DC_LOG_DEBUG that is wanted; those before it come too.
 * @param callback   the function, or NULL: no log lines, the default.
 * @param user_data  passed to both functions; may be NULL.
 * @param drop       told when user_data is needed no more; or NULL.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_logger(dc_config *config,
                               int32_t level,
                               dc_log_callback callback,
                               void *user_data,
                               dc_drop_callback drop,
                               dc_error **out_error);

/* ---- Interrupt check ------------------------------------------------------------------------------------------------
 * For programs whose signals set a flag instead of acting: an interpreter that has to see Ctrl-C, say.
 */

/**
 * Says whether the call under way on this thread is to end.
 *
 * @param user_data  what was passed to dc_config_set_interrupt_check.
 * @return 0: go on; anything else: end the call, with DC_ERR_CANCELLED.
 */
typedef int32_t (*dc_interrupt_callback)(void *user_data);

/**
 * A function of yours that the clients made from this config ask, while a call waits, whether it is to end: when a
 * signal interrupts a wait, and every 15 ms while waiting. It is asked on the thread that makes the call.
 *
 * @param config     the settings.
 * @param callback   the function, or NULL: none, the default.
 * @param user_data  passed to both functions; may be NULL.
 * @param drop       told when user_data is needed no more; or NULL.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
 *
 * Since: 0.1.0
 */
dc_status dc_config_set_interrupt_check(dc_config *config,
                                        dc_interrupt_callback callback,
                                        void *user_data,
                                        dc_drop_callback drop,
                                        dc_error **out_error);

/* ---- Client ---------------------------------------------------------------------------------------------------------
 * A client of one workspace, with its pool of connections. Make one and keep it: a warm connection saves a call most
 * of its time.
 */

/**
 * A client: dc_client_new, dc_client_shutdown, dc_client_free; used by dc_list_page and dc_pager_new. Any thread,
 * many at once.
 */
typedef struct dc_client dc_client;

/**
 * Makes a client with a copy of these settings. Nothing is sent yet. What goes together is checked here: a token has
 * to be set, and plain HTTP to another machine, or through a proxy, needs dc_config_set_allow_insecure_http.
 *
 * As with any getenv, no other thread should call setenv meanwhile: the HTTP library below looks at the proxy
 * variables, though what it finds has no effect.
 *
 * @param config      the settings; they need a token. They stay yours.
 * @param out_client  where the client goes: yours, to be freed with dc_client_free.
 * @param out_error   where the error goes, or NULL.
 * @return DC_OK; DC_ERR_INVALID_ARGUMENT; DC_ERR_SYSTEM when the process has no file descriptor left. Any thread,
 *         but not while another one changes the config.
 *
 * Since: 0.1.0
 */
dc_status dc_client_new(const dc_config *config, dc_client **out_client, dc_error **out_error);

/**
 * Ends all calls under way with this client and with its pagers, and refuses new ones: both return DC_ERR_CANCELLED.
 * It does not wait for them: free the client when they have returned. Any thread.
 *
 * @param client  a client, or NULL: nothing.
 *
 * Since: 0.1.0
 */
void dc_client_shutdown(const dc_client *client);

/**
 * Frees a client. Its pages and errors stay, and so do its pagers, which keep what they need of it.
 *
 * @param client  a client that no call uses any more, or NULL.
 *
 * Since: 0.1.0
 */
void dc_client_free(dc_client *client);

/* ---- Cancel token ---------------------------------------------------------------------------------------------------
 * Ends calls from another thread, or from a signal handler: pass a token to the calls, cancel it when they are to
 * end, and each returns DC_ERR_CANCELLED within milliseconds, whatever it waits for. Once cancelled a token stays
 * so, and ends each call that it is passed to: make one for each thing that is to be ended by itself.
 */

/**
 * A token: dc_cancel_token_new, dc_cancel_token_clone, dc_cancel_token_cancel, dc_cancel_token_is_cancelled,
 * dc_cancel_token_free; used by dc_list_page and dc_pager_next. Any thread, many at once. It holds a file
 * descriptor.
 */
typedef struct dc_cancel_token dc_cancel_token;

/**
 * Makes a token that isn't cancelled.
 *
 * @param out_token  where the token goes: yours, to be freed with dc_cancel_token_free.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK; DC_ERR_SYSTEM when the process has no file descriptor left; DC_ERR_INVALID_ARGUMENT. Any thread.
 *
 * Since: 0.1.0
 */
dc_status dc_cancel_token_new(dc_cancel_token **out_token, dc_error **out_error);

/**
 * Another handle of the same token, so that whoever cancels and whoever calls may each free theirs when they are
 * done.
 *
 * @param token  a token, or NULL.
 * @return a token of yours, to be freed with dc_cancel_token_free; NULL for NULL. Any thread.
 *
 * Since: 0.1.0
 */
dc_cancel_token *dc_cancel_token_clone(const dc_cancel_token *token);

/**
 * Cancels: calls under way with this token end, and those to come end at once.
 *
 * From any thread, and from a signal handler: it is async-signal-safe, and leaves errno alone. In a forked child a
 * token from before the fork ends the child's calls only.
 *
 * @param token  a token, or NULL: nothing.
 *
 * Since: 0.1.0
 */
void dc_cancel_token_cancel(const dc_cancel_token *token);

/**
 * Whether it was cancelled. From any thread, and from a signal handler.
 *
 * @param token  a token, or NULL.
 * @return 1 or 0; -1 for NULL.
 *
 * Since: 0.1.0
 */
int32_t dc_cancel_token_is_cancelled(const dc_cancel_token *token);

/**
 * Frees a handle of a token. The token itself lives as long as its last handle.
 *
 * @param token  a token that no call under way was given (give such a call a clone), or NULL.
 *
 * Since: 0.1.0
 */
void dc_cancel_token_free(dc_cancel_token *token);

/* ---- Page -----------------------------------------------------------------------------------------------------------
 * One page of the list: the service's own JSON, what is needed to go on, and (in the next section) its rows.
 */

/**
 * One page, immutable: dc_page_json, dc_page_json_len, dc_page_count, dc_page_next_cursor, dc_page_has_next,
 * dc_page_request_id, dc_page_rate_limit, dc_page_rate_limit_remaining, dc_page_rate_limit_reset; dc_page_connector,
 * dc_page_table, dc_page_table_len; dc_page_free.
 * Made by dc_list_page and dc_pager_next. Any thread, many at once.
 */
typedef struct dc_page dc_page;

/**
 * The answer's JSON, byte for byte as the service sent it (after decompression, and without a byte order mark): an
 * object with the rows in "data". It is valid JSON and valid UTF-8; fields may be there that no document names, and
 * documented ones may be null.
 *
 * @param page  a page, or NULL.
 * @return NUL-terminated, owned by the page, valid until it is freed; NULL for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_page_json(const dc_page *page);

/**
 * The length of dc_page_json.
 *
 * @param page  a page, or NULL.
 * @return bytes, without the NUL at the end; 0 for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_page_json_len(const dc_page *page);

/**
 * How many rows "data" has. A page may have none and still have a next one. An answer with more than 100,000 (the
 * service gives 50 at most) is refused with DC_ERR_PROTOCOL.
 *
 * @param page  a page, or NULL.
 * @return 0 or more; 0 for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_page_count(const dc_page *page);

/**
 * The cursor that asks for the next page: pass it as `starting_after` as it is.
 *
 * @param page  a page, or NULL.
 * @return UTF-8 owned by the page, valid until it is freed; NULL on the last page, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_page_next_cursor(const dc_page *page);

/**
 * Whether the service named a next page. It is 1 while dc_page_next_cursor is NULL only where the service named it
 * in a form that can't be followed: then this is not the end of the list.
 *
 * @param page  a page, or NULL.
 * @return 1 or 0; -1 for NULL.
 *
 * Since: 0.1.0
 */
int32_t dc_page_has_next(const dc_page *page);

/**
 * The service's id for the request (X-Request-Id); its support people ask for it.
 *
 * @param page  a page, or NULL.
 * @return UTF-8 owned by the page, valid until it is freed; NULL when the service gave none, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_page_request_id(const dc_page *page);

/**
 * How many requests the service allows in the current window (X-RateLimit-Limit).
 *
 * @param page  a page, or NULL.
 * @return 0 or more; -1 when the service did not say, and for NULL.
 *
 * Since: 0.1.0
 */
int64_t dc_page_rate_limit(const dc_page *page);

/**
 * How many of them are left (X-RateLimit-Remaining).
 *
 * @param page  a page, or NULL.
 * @return 0 or more; -1 when the service did not say, and for NULL.
 *
 * Since: 0.1.0
 */
int64_t dc_page_rate_limit_remaining(const dc_page *page);

/**
 * When the current window ends (X-RateLimit-Reset).
 *
 * @param page  a page, or NULL.
 * @return seconds since the Unix epoch; -1 when the service did not say, and for NULL.
 *
 * Since: 0.1.0
 */
int64_t dc_page_rate_limit_reset(const dc_page *page);

/**
 * Frees a page, with its JSON and its texts.
 *
 * @param page  a page that nothing uses any more, or NULL.
 *
 * Since: 0.1.0
 */
void dc_page_free(dc_page *page);

/* ---- Connector ------------------------------------------------------------------------------------------------------
 * One row of a page, typed: its fields without a JSON parser. A field that is missing, null or of another type than
 * documented is absent: NULL and length 0, or -1. A text may have NULs in it: its …_len tells. In a text, half a
 * surrogate pair ("\ud83d" alone, which no UTF-8 has) is U+FFFD; dc_connector_json has what the service sent.
 */

/**
 * A row of a page, which owns it: valid until the page is freed, never freed by itself. dc_page_connector gives it.
 * dc_connector_type, dc_connector_id, dc_connector_name, dc_connector_description,
 * dc_connector_execution_results_url, each with its …_len; dc_connector_json, dc_connector_json_len; those of the
 * sections Usage and History. Any thread, many at once.
 */
typedef struct dc_connector dc_connector;

/**
 * A row of a page. The first call for a page, on any thread, reads all of its rows; a page of which only the JSON is
 * wanted costs nothing for them. They take as much memory as the JSON once more, and some 130 bytes each.
 *
 * @param page   a page, or NULL.
 * @param index  which row, in the service's order, from 0 on and less than dc_page_count.
 * @return the connector, owned by the page, valid until it is freed; NULL beyond the last row, and for NULL.
 *
 * Since: 0.1.0
 */
const dc_connector *dc_page_connector(const dc_page *page, size_t index);

/**
 * All rows of a page at once. It is for languages in which it costs less to split bytes than to make a call for each
 * field. Between two rows stands the byte 0xFF, between two fields of a row 0xFE, which UTF-8 has nowhere; none
 * stands at the end. The fields, each of them UTF-8, are in this order: type, id, name, description, state,
 * http_method, direct_fin_usage ("1" or "0"), created_by_admin_id, updated_by_admin_id, created_at, updated_at,
 * execution_results_url, and as the thirteenth the row's JSON, as dc_connector_json has it. One that is absent is
 * the byte 0xFD. A later version may have more fields behind these: pass over them. The first call for a page makes
 * it.
 *
 * @param page  a page, or NULL.
 * @return NUL-terminated bytes, which may have NULs in them, owned by the page, valid until it is freed; "" without
 *         rows; NULL for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_page_table(const dc_page *page);

/**
 * The length of dc_page_table; it counts NULs in the texts, where strlen ends.
 *
 * @param page  a page, or NULL.
 * @return bytes, without the NUL at the end; 0 without rows, and for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_page_table_len(const dc_page *page);

/**
 * The row's own JSON, byte for byte as the service sent it, fields that no document names and all. An object, unless
 * the service sent something else as a row. The first call for a page copies its JSON.
 *
 * @param connector  a connector, or NULL.
 * @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_connector_json(const dc_connector *connector);

/**
 * The length of dc_connector_json.
 *
 * @param connector  a connector, or NULL.
 * @return bytes, without the NUL at the end; 0 for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_connector_json_len(const dc_connector *connector);

/**
 * The type of the row: "data_connector".
 *
 * @param connector  a connector, or NULL.
 * @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_connector_type(const dc_connector *connector);

/**
 * The length of dc_connector_type; it counts NULs in the text, where strlen ends.
 *
 * @param connector  a connector, or NULL.
 * @return bytes, without the NUL at the end; 0 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_connector_type_len(const dc_connector *connector);

/**
 * The unique id, digits.
 *
 * @param connector  a connector, or NULL.
 * @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_connector_id(const dc_connector *connector);

/**
 * The length of dc_connector_id; it counts NULs in the text, where strlen ends.
 *
 * @param connector  a connector, or NULL.
 * @return bytes, without the NUL at the end; 0 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_connector_id_len(const dc_connector *connector);

/**
 * The name.
 *
 * @param connector  a connector, or NULL.
 * @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_connector_name(const dc_connector *connector);

/**
 * The length of dc_connector_name; it counts NULs in the text, where strlen ends.
 *
 * @param connector  a connector, or NULL.
 * @return bytes, without the NUL at the end; 0 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_connector_name_len(const dc_connector *connector);

/**
 * What it does.
 *
 * @param connector  a connector, or NULL.
 * @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_connector_description(const dc_connector *connector);

/**
 * The length of dc_connector_description; it counts NULs in the text, where strlen ends.
 *
 * @param connector  a connector, or NULL.
 * @return bytes, without the NUL at the end; 0 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_connector_description_len(const dc_connector *connector);

/**
 * The path of its execution results: "/data_connectors/12345/execution_results".
 *
 * @param connector  a connector, or NULL.
 * @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_connector_execution_results_url(const dc_connector *connector);

/**
 * The length of dc_connector_execution_results_url; it counts NULs in the text, where strlen ends.
 *
 * @param connector  a connector, or NULL.
 * @return bytes, without the NUL at the end; 0 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_connector_execution_results_url_len(const dc_connector *connector);

/* ---- Usage ----------------------------------------------------------------------------------------------------------
 * What a connector is used for: its state, the method of its requests, whether Fin may use it. The codes are for
 * programs that tell cases apart; a value that this version doesn't know has code 0, and the text says what it is.
 */

/** The state is one that this version doesn't know. */
#define DC_STATE_UNKNOWN 0

/** "draft" */
#define DC_STATE_DRAFT 1

/** "live" */
#define DC_STATE_LIVE 2

/** The method is one that this version doesn't know. */
#define DC_HTTP_METHOD_UNKNOWN 0

/** "get" */
#define DC_HTTP_METHOD_GET 1

/** "post" */
#define DC_HTTP_METHOD_POST 2

/** "put" */
#define DC_HTTP_METHOD_PUT 3

/** "delete" */
#define DC_HTTP_METHOD_DELETE 4

/** "patch" */
#define DC_HTTP_METHOD_PATCH 5

/**
 * "draft" or "live"; other values may come.
 *
 * @param connector  a connector, or NULL.
 * @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_connector_state(const dc_connector *connector);

/**
 * The length of dc_connector_state; it counts NULs in the text, where strlen ends.
 *
 * @param connector  a connector, or NULL.
 * @return bytes, without the NUL at the end; 0 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_connector_state_len(const dc_connector *connector);

/**
 * dc_connector_state as a number.
 *
 * @param connector  a connector, or NULL.
 * @return one of DC_STATE_…; -1 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
int32_t dc_connector_state_code(const dc_connector *connector);

/**
 * The method of the request that it makes: "get", "post", "put", "delete" or "patch"; other values may come.
 *
 * @param connector  a connector, or NULL.
 * @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_connector_http_method(const dc_connector *connector);

/**
 * The length of dc_connector_http_method; it counts NULs in the text, where strlen ends.
 *
 * @param connector  a connector, or NULL.
 * @return bytes, without the NUL at the end; 0 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_connector_http_method_len(const dc_connector *connector);

/**
 * dc_connector_http_method as a number.
 *
 * @param connector  a connector, or NULL.
 * @return one of DC_HTTP_METHOD_…; -1 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
int32_t dc_connector_http_method_code(const dc_connector *connector);

/**
 * Whether it is assigned to Fin for direct usage.
 *
 * @param connector  a connector, or NULL.
 * @return 1 or 0; -1 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
int32_t dc_connector_direct_fin_usage(const dc_connector *connector);

/* ---- History --------------------------------------------------------------------------------------------------------
 * Who made a connector and changed it last, and when.
 */

/**
 * The id of the admin who created it.
 *
 * @param connector  a connector, or NULL.
 * @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_connector_created_by_admin_id(const dc_connector *connector);

/**
 * The length of dc_connector_created_by_admin_id; it counts NULs in the text, where strlen ends.
 *
 * @param connector  a connector, or NULL.
 * @return bytes, without the NUL at the end; 0 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_connector_created_by_admin_id_len(const dc_connector *connector);

/**
 * The id of the admin who last updated it.
 *
 * @param connector  a connector, or NULL.
 * @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_connector_updated_by_admin_id(const dc_connector *connector);

/**
 * The length of dc_connector_updated_by_admin_id; it counts NULs in the text, where strlen ends.
 *
 * @param connector  a connector, or NULL.
 * @return bytes, without the NUL at the end; 0 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_connector_updated_by_admin_id_len(const dc_connector *connector);

/**
 * When it was created, as the service writes it: "2025-11-15T09:30:00Z".
 *
 * @param connector  a connector, or NULL.
 * @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_connector_created_at(const dc_connector *connector);

/**
 * The length of dc_connector_created_at; it counts NULs in the text, where strlen ends.
 *
 * @param connector  a connector, or NULL.
 * @return bytes, without the NUL at the end; 0 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_connector_created_at_len(const dc_connector *connector);

/**
 * dc_connector_created_at as a number. Without a time zone it is taken for UTC.
 *
 * @param connector  a connector, or NULL.
 * @return milliseconds since the Unix epoch, what is finer cut off; -1 when absent, when it is no time (of RFC 3339's
 *         all but leap seconds are read), when it is before 1970, and for NULL.
 *
 * Since: 0.1.0
 */
int64_t dc_connector_created_at_ms(const dc_connector *connector);

/**
 * When it was last updated, as the service writes it.
 *
 * @param connector  a connector, or NULL.
 * @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_connector_updated_at(const dc_connector *connector);

/**
 * The length of dc_connector_updated_at; it counts NULs in the text, where strlen ends.
 *
 * @param connector  a connector, or NULL.
 * @return bytes, without the NUL at the end; 0 when absent, and for NULL.
 *
 * Since: 0.1.0
 */
size_t dc_connector_updated_at_len(const dc_connector *connector);

/**
 * dc_connector_updated_at as a number. Without a time zone it is taken for UTC.
 *
 * @param connector  a connector, or NULL.
 * @return milliseconds since the Unix epoch, what is finer cut off; -1 when absent, when it is no time (of RFC 3339's
 *         all but leap seconds are read), when it is before 1970, and for NULL.
 *
 * Since: 0.1.0
 */
int64_t dc_connector_updated_at_ms(const dc_connector *connector);

/* ---- List -----------------------------------------------------------------------------------------------------------
 * One call, one page. To walk over all pages, a pager is simpler.
 */

/**
 * Lists one page of the workspace's data connectors, newest update first. Blocks until the page is there or the call
 * has failed, for at most the time of dc_config_set_timeout_ms.
 *
 * @param client          the client.
 * @param per_page        the most rows on the page, 1 to 50; 0: the service's default (20).
 * @param starting_after  the cursor of the page before (dc_page_next_cursor), UTF-8 of 1 to 4096 bytes; NULL: the first page.
 * @param cancel          what may end the call from another thread, or NULL.
 * @param out_page        where the page goes: yours, to be freed with dc_page_free.
 * @param out_error       where the error goes, or NULL.
 * @return DC_OK, or any of DC_ERR_…. Any thread, many at once on one client.
 *
 * Since: 0.1.0
 */
dc_status dc_list_page(const dc_client *client,
                       int32_t per_page,
                       const char *starting_after,
                       const dc_cancel_token *cancel,
                       dc_page **out_page,
                       dc_error **out_error);

/* ---- Pager ----------------------------------------------------------------------------------------------------------
 * A walk over all pages, one dc_pager_next after the other until DC_DONE. The list is ordered by last update, newest
 * first: when connectors change during a walk, one can come twice, and one that moved to the front can be missed.
 */

/**
 * A walk over the pages: dc_pager_new, dc_pager_set_prefetch, dc_pager_next, dc_pager_cursor, dc_pager_free. One
 * thread at a time.
 */
typedef struct dc_pager dc_pager;

/**
 * Makes a walk. Nothing is sent yet.
 *
 * @param client          the client; it stays yours, and may be freed before the pager.
 * @param per_page        the most rows on a page, 1 to 50; 0: the service's default (20).
 * @param starting_after  the cursor to begin after, such as an earlier walk's dc_pager_cursor, UTF-8 of 1 to 4096
 *                        bytes; NULL: the first page.
 * @param out_pager       where the pager goes: yours, to be freed with dc_pager_free.
 * @param out_error       where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Any thread.
 *
 * Since: 0.1.0
 */
dc_status dc_pager_new(const dc_client *client,
                       int32_t per_page,
                       const char *starting_after,
                       dc_pager **out_pager,
                       dc_error **out_error);

/**
 * Says how many pages are fetched ahead. With 1, dc_pager_next begins to fetch the page after the one that it gives,
 * on a thread of the library's, while you work on this one. The next call gives that page, or its error, log lines
 * included, on your thread: no function of yours is called on the other one. A thread for each page costs some 0.1
 * ms: it gains time where a request or your work takes longer.
 *
 * What ends a wait for that page: the cancel token and the interrupt check end the call, and the fetch stays for the
 * next one; dc_client_shutdown ends both. Its timeout runs from when it began, so after long work of yours a call
 * may fail at once, with DC_ERR_TIMEOUT or what else came of the fetch meanwhile; the one after it asks anew.
 * dc_pager_cursor is what it is without.
 *
 * A page can be as old as your work took. One is held in memory, and two file descriptors. A walk that is left early
 * may have made one request more, which the rate limit counts, and whose log lines are dropped. dc_pager_free ends a
 * fetch under way, in milliseconds. With 0 no more are begun, and one under way is kept for the next call. Where the
 * system gives no thread, and in a child forked meanwhile, the next call fetches the page itself.
 *
 * @param pager      the pager; at any time between its calls.
 * @param pages      0 (the default) or 1.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the pager.
 *
 * Since: 0.1.0
 */
dc_status dc_pager_set_prefetch(dc_pager *pager, int32_t pages, dc_error **out_error);

/**
 * Lists the next page; blocks as dc_list_page does. After a failure the walk stands where it was: the next call goes
 * on from there. It ends for certain: a cursor that comes a second time is DC_ERR_PROTOCOL, in this call and each
 * later one.
 *
 * @param pager      the pager.
 * @param cancel     what may end the call from another thread, or NULL.
 * @param out_page   where the page goes: yours, to be freed with dc_page_free. NULL at the end of the list.
 * @param out_error  where the error goes, or NULL.
 * @return DC_OK: a page. DC_DONE: no more pages. Else any of DC_ERR_…. Not while another thread uses the pager.
 *
 * Since: 0.1.0
 */
dc_status dc_pager_next(dc_pager *pager, const dc_cancel_token *cancel, dc_page **out_page, dc_error **out_error);

/**
 * The cursor of the page that the next call asks for: what to keep for going on another time.
 *
 * @param pager  a pager, or NULL.
 * @return UTF-8 owned by the pager, valid until the next dc_pager_next; NULL before the first page (unless the walk
 *         began with a cursor), after the last one (so keep it before the walk has ended), and for NULL.
 *
 * Since: 0.1.0
 */
const char *dc_pager_cursor(const dc_pager *pager);

/**
 * Frees a pager. Its pages stay; a fetch ahead is ended.
 *
 * @param pager  a pager that nothing uses any more, or NULL.
 *
 * Since: 0.1.0
 */
void dc_pager_free(dc_pager *pager);
#ifdef __cplusplus
}
#endif

#endif /* DATA_CONNECTORS_H */
