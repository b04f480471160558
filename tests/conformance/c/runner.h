/* What the parts of the C runner share: perform.c performs a case, judge.c judges what became of it. */

#ifndef RUNNER_H
#define RUNNER_H

#include <data_connectors.h>
#include <jansson.h>
#include <stddef.h>

/** The most pages that a walk is followed for. */
#define MOST_PAGES 16

/** What a call gave, and how it ended. */
struct outcome {
    dc_page *pages[MOST_PAGES];
    size_t page_count;
    /** The rows that were taken, of all pages; fewer than they have, if the walk was left. */
    size_t rows;
    dc_status status;
    dc_error *error;
    int closed;
    double took_ms;
};

/** Performs a case; each of `callers` has an outcome. */
void perform(const json_t *given, struct outcome *outcomes, size_t callers);

/** What is wrong with an outcome; "" if nothing is. */
const char *judge(const json_t *given, const struct outcome *outcome);

/** Frees what an outcome holds. */
void forget(struct outcome *outcome);

#endif
