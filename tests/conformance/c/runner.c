/* Runs the cases of tests/conformance through the C API, and prints a result for each. */

#include "runner.h"

#include <stdio.h>
#include <string.h>

#define MAX_CALLERS 16

static const char *unknown_field(const json_t *test_case)
{
    static const char *const known[] = {
        "name",       "settings", "options",         "call",              "per_page", "starting_after", "prefetch",
        "stop_after", "then",     "cancel_after_ms", "shutdown_after_ms", "closed",   "callers",        "expect",
        "overlap_ms", "stored",   "max_passes",      "snapshot_timeout_ms",
    };
    const char *name;
    json_t *value;
    size_t i;

    json_object_foreach ((json_t *)test_case, name, value) {
        for (i = 0; i < sizeof known / sizeof *known && strcmp(name, known[i]) != 0; i++) {
        }
        if (i == sizeof known / sizeof *known)
            return name;
    }
    return NULL;
}

static void run(const json_t *test_case)
{
    struct result results[MAX_CALLERS];
    const char *name = json_string_value(json_object_get(test_case, "name"));
    const char *unknown = unknown_field(test_case), *difference = "";
    const json_int_t given = json_integer_value(json_object_get(test_case, "callers"));
    const size_t callers = given > 0 ? (size_t)given : 1;
    size_t i;

    if (unknown != NULL || callers > MAX_CALLERS) {
        printf("not ok %s: unsupported field %s\n", name, unknown != NULL ? unknown : "callers");
        return;
    }
    memset(results, 0, sizeof results);
    run_case(test_case, results, callers);
    for (i = 0; i < callers && *difference == '\0'; i++) {
        if (results[i].error != NULL)
            printf("# %s: %s\n", dc_status_name(results[i].status), dc_error_message(results[i].error));
        difference = check_result(test_case, &results[i]);
    }
    printf(*difference == '\0' ? "ok %s\n" : "not ok %s: %s\n", name, difference);
    fflush(stdout);
    for (i = 0; i < MAX_CALLERS; i++)
        free_result(&results[i]);
}

int main(int argc, char **argv)
{
    json_error_t failure;
    json_t *cases = json_load_file(argc > 1 ? argv[1] : "", JSON_ALLOW_NUL, &failure);
    size_t i;

    if (cases == NULL || dc_abi_version() != DC_ABI_VERSION) {
        fprintf(stderr, "could not read the cases (%s), or the ABI version is not %d\n", failure.text, DC_ABI_VERSION);
        return 1;
    }
    for (i = 0; i < json_array_size(cases); i++)
        run(json_array_get(cases, i));
    json_decref(cases);
    return 0;
}
