/*
 * Lists all connectors of a workspace, although they change meanwhile. A complete list is stored in a file, which
 * dc_snapshot_load() reads. The access token is read from INTERCOM_ACCESS_TOKEN. Exits with 2 on usage errors, with 1
 * on failures or if the list is incomplete.
 */
#include <data_connectors.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Replaces the file only when the new one is whole. Returns 0 on success. */
static int store(const dc_page *page, const char *path)
{
    char temporary[4096];
    const int length = snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *file = (size_t)length < sizeof temporary ? fopen(temporary, "wb") : NULL;
    size_t written = file != NULL ? fwrite(dc_page_json(page), 1, dc_page_json_len(page), file) : 0;

    if (file != NULL && fclose(file) == 0 && written == dc_page_json_len(page) && rename(temporary, path) == 0)
        return 0;
    fprintf(stderr, "store_snapshot: could not write %s: %s\n", path, strerror(errno));
    return 1;
}

static int print_and_store(const dc_snapshot *snapshot, const char *path)
{
    const dc_page *page = dc_snapshot_page(snapshot); /* owned by the snapshot */
    size_t i;

    for (i = 0; i < dc_page_count(page); i++) {
        const dc_connector *row = dc_page_connector(page, i);
        const char *id = dc_connector_id(row), *state = dc_connector_state(row), *name = dc_connector_name(row);

        printf("%s %s %s\n", id ? id : "-", state ? state : "-", name ? name : "-");
    }
    if (dc_snapshot_state(snapshot) == DC_SNAPSHOT_COMPLETE)
        return store(page, path);
    fprintf(stderr, "store_snapshot: incomplete: %s\n", dc_snapshot_reason(snapshot));
    return 1;
}

int main(int argc, char **argv)
{
    dc_config *config = dc_config_new();
    dc_client *client = NULL;
    dc_snapshot *snapshot = NULL;
    dc_error *error = NULL;
    int exit_status = 1;

    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: store_snapshot FILE [BASE_URL]\n");
        exit_status = 2;
    } else if (dc_config_set_string(config, DC_OPTION_ACCESS_TOKEN, getenv("INTERCOM_ACCESS_TOKEN"), &error) == DC_OK &&
               dc_config_set_string(config, DC_OPTION_BASE_URL, argv[2], &error) == DC_OK &&
               dc_client_new(config, &client, &error) == DC_OK &&
               dc_snapshot_take(client, NULL, -1, -1, -1, NULL, &snapshot, &error) == DC_OK) {
        exit_status = print_and_store(snapshot, argv[1]);
    } else {
        fprintf(stderr, "store_snapshot: %s\n", dc_error_message(error));
    }
    dc_error_free(error);
    dc_snapshot_free(snapshot);
    dc_client_free(client);
    dc_config_free(config);
    return exit_status;
}
