/* Shared by the parts of the C runner: calls.c runs a case, check.c checks its result. */

#ifndef RUNNER_H
#define RUNNER_H

#include <data_connectors.h>
#include <jansson.h>
#include <stddef.h>

#define MAX_PAGES 128

/** The result of a call. */
struct result {
    dc_page *pages[MAX_PAGES];
    size_t page_count;
    /** With the call "snapshot" or "load": the only page is borrowed from it. */
    dc_snapshot *snapshot;
    /** The first snapshot of a case that takes two. */
    dc_snapshot *older;
    /** The number of rows that were used: fewer than the pages have, if the iteration was stopped early. */
    size_t rows;
    dc_status status;
    dc_error *error;
    int closed;
    double duration_ms;
};

/** Performs the call "snapshot" or "load", and what the case does then. */
void call_snapshot(const json_t *test_case, const dc_client *client, const dc_cancel_token *token,
                   struct result *result);

/** Runs a case with a number of callers, each of which has a result. */
void run_case(const json_t *test_case, struct result *results, size_t callers);

/** Returns how a result differs from what the case expects; "" if it does not. */
const char *check_result(const json_t *test_case, const struct result *result);

/** Frees what a result owns. */
void free_result(struct result *result);

#endif
