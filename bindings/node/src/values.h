/* Conversion between JavaScript's values and those of the library. */
#ifndef VALUES_H
#define VALUES_H

#include <data_connectors.h>
#include <node_api.h>

/* Zeroed memory. Ends the process if there is none, as Node does. */
void *allocate(size_t size);

/* Copies a string to UTF-8; NULL for what is not a string. */
char *copy_string(napi_env env, napi_value value);

/* null for NULL. */
napi_value string_value(napi_env env, const char *string);

/* The page as an object. A member whose string is too long for JavaScript is undefined. */
napi_value page_value(napi_env env, const dc_page *page);

/* What lib/calls.js makes an Error of. */
napi_value failure_value(napi_env env, dc_status status, const dc_error *error);

#endif
