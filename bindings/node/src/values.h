/* Conversion between JavaScript's values and those of the library. */
#ifndef VALUES_H
#define VALUES_H

#include <data_connectors.h>
#include <node_api.h>

/* Allocates zeroed memory. Aborts the process if out of memory, as Node does. */
void *allocate(size_t size);

/* Copies a string as UTF-8. Returns NULL if the value is not a string. */
char *copy_string(napi_env env, napi_value value);

/* Converts a string; null for NULL. */
napi_value string_value(napi_env env, const char *string);

/* Converts bytes to a string; NULL if they are too long for JavaScript. */
napi_value bytes_value(napi_env env, const char *bytes, size_t length);

/* Converts the packed rows of a page, and its JSON, as bytes_value does. */
napi_value rows_value(napi_env env, const dc_page *page);
napi_value json_value(napi_env env, const dc_page *page);

/* Converts a page to an object; json is null if it is not requested. A string that is too long for JavaScript is undefined. */
napi_value page_value(napi_env env, const dc_page *page, bool with_json);

/* Returns the length of a snapshot's JSON, which is most of its native memory. */
int64_t snapshot_size(const dc_snapshot *snapshot);

/* Converts a snapshot to an object, without its connectors. */
napi_value snapshot_value(napi_env env, const dc_snapshot *snapshot);

/* Converts an error to an object, from which lib/calls.js creates an Error. */
napi_value failure_value(napi_env env, dc_status status, const dc_error *error);

#endif
