/* Performs the cases of tests/conformance by the C API itself, and says of each what became of it. */

#include "runner.h"

#include <stdio.h>
#include <string.h>

static const char *unknown_field(const json_t *given)
{
    static const char *const known[] = {"name", "settings", "call", "per_page", "starting_after", "prefetch", "stop_after",
                                        "then", "cancel_after_ms", "shutdown_after_ms", "closed", "callers", "expect"};
    const char *name;
    json_t *value;
    size_t i;

    json_object_foreach ((json_t *)given, name, value) {
        for (i = 0; i < sizeof known / sizeof *known && strcmp(name, known[i]) != 0; i++) {
        }
        if (i == sizeof known / sizeof *known)
            return name;
    }
    return NULL;
}

static void run(const json_t *given)
{
    struct outcome outcomes[16];
    const char *name = json_string_value(json_object_get(given, "name"));
    const char *unknown = unknown_field(given), *wrong = "";
    size_t callers = (size_t)json_integer_value(json_object_get(given, "callers")), i;

    if (unknown != NULL) {
        printf("not ok %s: this runner doesn't know %s\n", name, unknown);
        return;
    }
    memset(outcomes, 0, sizeof outcomes);
    perform(given, outcomes, callers > 0 ? callers : 1);
    for (i = 0; i < (callers > 0 ? callers : 1) && *wrong == '\0'; i++) {
        if (outcomes[i].error != NULL)
            printf("# %s: %s\n", dc_status_name(outcomes[i].status), dc_error_message(outcomes[i].error));
        wrong = judge(given, &outcomes[i]);
    }
    printf(*wrong == '\0' ? "ok %s\n" : "not ok %s: %s\n", name, wrong);
    fflush(stdout);
    for (i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        forget(&outcomes[i]);
}

int main(int argc, char **argv)
{
    json_error_t failure;
    json_t *cases = json_load_file(argc > 1 ? argv[1] : "", JSON_ALLOW_NUL, &failure);
    size_t i;

    if (cases == NULL || dc_abi_version() != DC_ABI_VERSION) {
        fprintf(stderr, "no cases: %s, or another ABI version than %d\n", failure.text, DC_ABI_VERSION);
        return 1;
    }
    for (i = 0; i < json_array_size(cases); i++)
        run(json_array_get(cases, i));
    json_decref(cases);
    return 0;
}
