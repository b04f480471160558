/* Snapshots: taken, stored, loaded and compared. argv[1]: a sandbox of 45 connectors. */
#include "scripted.h"

#include <stdint.h>

static void functions_accept_null(const dc_client *client)
{
    dc_snapshot *snapshot = UNTOUCHED(dc_snapshot);
    dc_diff *diff = UNTOUCHED(dc_diff);
    size_t length = 7;

    CHECK(dc_snapshot_page(NULL) == NULL && dc_snapshot_state(NULL) == -1);
    CHECK(dc_snapshot_reason(NULL) == NULL && dc_snapshot_as_of_ms(NULL) == -1);
    CHECK(dc_diff_json(NULL, &length) == NULL && length == 0 && dc_diff_json(NULL, NULL) == NULL);
    dc_snapshot_free(NULL);
    dc_diff_free(NULL);

    CHECK_REJECTED(dc_snapshot_take(NULL, NULL, -1, -1, -1, NULL, &snapshot, &error), "client is NULL");
    CHECK(snapshot == NULL);
    CHECK_REJECTED(dc_snapshot_take(client, NULL, -1, -1, -1, NULL, NULL, &error), "out_snapshot is NULL");
    snapshot = UNTOUCHED(dc_snapshot);
    CHECK_REJECTED(dc_snapshot_load(NULL, 5, &snapshot, &error), "json is NULL");
    CHECK(snapshot == NULL);
    CHECK_REJECTED(dc_snapshot_load("{}", 2, NULL, &error), "out_snapshot is NULL");
    CHECK_REJECTED(dc_snapshot_diff(NULL, NULL, &diff, &error), "newer is NULL");
    CHECK(diff == NULL);
    CHECK_REJECTED(dc_snapshot_diff(NULL, NULL, NULL, &error), "out_diff is NULL");
}

static void numbers_are_validated(const dc_client *client)
{
    dc_snapshot *snapshot = UNTOUCHED(dc_snapshot);

    CHECK_REJECTED(dc_snapshot_take(client, NULL, -2, -1, -1, NULL, &snapshot, &error),
                   "invalid overlap -2 ms: use 0 to 3600000");
    CHECK_REJECTED(dc_snapshot_take(client, NULL, 3600001, -1, -1, NULL, &snapshot, &error),
                   "invalid overlap 3600001 ms: use 0 to 3600000");
    CHECK_REJECTED(dc_snapshot_take(client, NULL, -1, 0, -1, NULL, &snapshot, &error),
                   "invalid max_passes 0: use 1 to 1000");
    CHECK_REJECTED(dc_snapshot_take(client, NULL, -1, INT32_MIN, -1, NULL, &snapshot, &error),
                   "invalid max_passes -2147483648");
    CHECK_REJECTED(dc_snapshot_take(client, NULL, -1, -1, 0, NULL, &snapshot, &error),
                   "invalid timeout 0 ms: use 1 to 86400000");
    CHECK_REJECTED(dc_snapshot_take(client, NULL, -1, -1, INT64_MAX, NULL, &snapshot, &error),
                   "invalid timeout 9223372036854775807 ms");
    CHECK(snapshot == NULL);
}

static void snapshot_has_every_connector(const dc_snapshot *snapshot)
{
    const dc_page *page = dc_snapshot_page(snapshot);
    size_t length;

    CHECK(dc_snapshot_state(snapshot) == DC_SNAPSHOT_COMPLETE && dc_snapshot_reason(snapshot) == NULL);
    CHECK(dc_snapshot_as_of_ms(snapshot) > INT64_C(1600000000000));
    CHECK(page == dc_snapshot_page(snapshot));
    CHECK(dc_page_count(page) == 45 && dc_page_has_next(page) == 0 && dc_page_next_cursor(page) == NULL);
    CHECK(dc_connector_field(dc_page_connector(page, 44), DC_FIELD_ID, &length) != NULL);
    CHECK(dc_page_packed_rows(page, DC_PACKED_SEPARATED, &length) != NULL && length > 0);
}

/* A copy of the stored form in which `old` is replaced by `text`, which is no longer. */
static dc_snapshot *load_with(const dc_snapshot *snapshot, const char *old, const char *text)
{
    const dc_page *page = dc_snapshot_page(snapshot);
    size_t length = dc_page_json_len(page);
    char *json = malloc(length + 1), *at;
    dc_snapshot *loaded = NULL;

    CHECK(json != NULL && strlen(text) <= strlen(old));
    memcpy(json, dc_page_json(page), length + 1);
    at = strstr(json, old);
    CHECK(at != NULL);
    memset(at, ' ', strlen(old));
    memcpy(at, text, strlen(text));
    CHECK(dc_snapshot_load(json, length, &loaded, NULL) == DC_OK);
    free(json); /* the snapshot has its own copy */
    return loaded;
}

static void stored_form_is_loaded(const dc_snapshot *snapshot)
{
    dc_snapshot *loaded = load_with(snapshot, "\"complete\"", "\"complete\"");
    const dc_page *page = dc_snapshot_page(snapshot), *other = dc_snapshot_page(loaded);

    CHECK(dc_page_json_len(other) == dc_page_json_len(page));
    CHECK(strcmp(dc_page_json(other), dc_page_json(page)) == 0);
    CHECK(dc_snapshot_as_of_ms(loaded) == dc_snapshot_as_of_ms(snapshot));
    CHECK(dc_snapshot_state(loaded) == DC_SNAPSHOT_COMPLETE);
    dc_snapshot_free(loaded);
}

static void other_json_is_rejected(void)
{
    static const char page[] = "{\"data\":[]}", version[] = "{\"data\":[],\"snapshot\":{\"version\":2}}";
    dc_snapshot *snapshot = UNTOUCHED(dc_snapshot);

    CHECK_REJECTED(dc_snapshot_load(page, strlen(page), &snapshot, &error), "\"snapshot\" is missing");
    CHECK_REJECTED(dc_snapshot_load(version, strlen(version), &snapshot, &error), "version 2 is not supported");
    CHECK_REJECTED(dc_snapshot_load("", 0, &snapshot, &error), "stored snapshot is invalid");
    CHECK(snapshot == NULL);
}

static void difference_names_the_changed_fields(const dc_snapshot *older)
{
    dc_snapshot *newer = load_with(older, "\"state\":\"live\"", "\"state\":\"dead\"");
    dc_diff *diff = NULL;
    const char *json;
    size_t length = 0;

    CHECK(dc_snapshot_diff(older, older, &diff, NULL) == DC_OK);
    CHECK(strcmp(dc_diff_json(diff, NULL), "{\"added\":[],\"changed\":[],\"removed\":[]}") == 0);
    dc_diff_free(diff);

    CHECK(dc_snapshot_diff(newer, older, &diff, NULL) == DC_OK);
    dc_snapshot_free(newer); /* the difference has its own copies */
    json = dc_diff_json(diff, &length);
    CHECK(strlen(json) == length && strstr(json, "\"fields\":[\"state\"],\"old\":{") != NULL);
    CHECK(strstr(json, "\"state\":\"dead\"") > strstr(json, "\"state\":\"live\""));
    dc_diff_free(diff);
}

static void incomplete_snapshot_has_a_reason_and_no_removals(const dc_snapshot *older, const char *base_url)
{
    struct scripted server = {.responses = {RESPONSE("200 OK", "", "{\"data\":[{\"name\":\"without id\"}]}")}};
    dc_client *client;
    dc_snapshot *snapshot = NULL, *previous, *none = UNTOUCHED(dc_snapshot);
    dc_diff *diff = NULL;
    char member[300];

    scripted_start(&server);
    client = check_client(server.url);
    CHECK(dc_snapshot_take(client, NULL, -1, -1, -1, NULL, &snapshot, NULL) == DC_OK);
    CHECK(scripted_stop(&server) == 1);
    CHECK(dc_snapshot_state(snapshot) == DC_SNAPSHOT_INCOMPLETE && dc_snapshot_as_of_ms(snapshot) == -1);
    CHECK(strstr(dc_snapshot_reason(snapshot), "a connector has no id") != NULL);
    CHECK(dc_page_count(dc_snapshot_page(snapshot)) == 1);

    CHECK_REJECTED(dc_snapshot_diff(snapshot, older, &diff, &error), "different base URLs");
    CHECK_REJECTED(dc_snapshot_take(client, older, -1, -1, -1, NULL, &none, &error), "another base URL");
    CHECK(none == NULL);
    dc_snapshot_free(snapshot);
    dc_client_free(client);

    snprintf(member, sizeof member,
             "{\"data\":[],\"snapshot\":{\"version\":1,\"state\":\"incomplete\",\"base_url\":\"%s\"}}", base_url);
    CHECK(dc_snapshot_load(member, strlen(member), &previous, NULL) == DC_OK);
    CHECK(dc_snapshot_diff(previous, older, &diff, NULL) == DC_OK);
    CHECK(strcmp(dc_diff_json(diff, NULL), "{\"added\":[],\"changed\":[],\"removed\":null}") == 0);
    dc_diff_free(diff);
    dc_snapshot_free(previous);
}

static void cancelled_snapshot_is_an_error(const dc_client *client)
{
    dc_cancel_token *cancel = NULL;
    dc_snapshot *snapshot = UNTOUCHED(dc_snapshot);

    CHECK(dc_cancel_token_new(&cancel, NULL) == DC_OK);
    dc_cancel_token_cancel(cancel);
    CHECK(dc_snapshot_take(client, NULL, -1, -1, -1, cancel, &snapshot, NULL) == DC_ERR_CANCELLED);
    CHECK(snapshot == NULL);
    dc_cancel_token_free(cancel);
}

int main(int argc, char **argv)
{
    dc_client *client;
    dc_snapshot *first = NULL, *second = NULL;

    CHECK(argc == 2);
    client = check_client(argv[1]);
    functions_accept_null(client);
    numbers_are_validated(client);
    CHECK(dc_snapshot_take(client, NULL, -1, -1, -1, NULL, &first, NULL) == DC_OK);
    CHECK(dc_snapshot_take(client, first, 0, 1, 60000, NULL, &second, NULL) == DC_OK);
    cancelled_snapshot_is_an_error(client);
    dc_client_free(client); /* the snapshots stay valid */

    snapshot_has_every_connector(first);
    snapshot_has_every_connector(second);
    dc_snapshot_free(second);
    stored_form_is_loaded(first);
    other_json_is_rejected();
    difference_names_the_changed_fields(first);
    incomplete_snapshot_has_a_reason_and_no_removals(first, argv[1]);
    dc_snapshot_free(first);
    return 0;
}
