/*
 * Prints what changed since the last run, as JSON: lists all connectors of a workspace, even if they change meanwhile,
 * compares them with those stored in a file, and replaces the file. The first run prints all connectors. The access token
 * is read from INTERCOM_ACCESS_TOKEN. Exits with 2 on usage errors, with 1 on failures or if the list is incomplete.
 */
#include <data_connectors.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#endif

/* Loads the stored snapshot; *snapshot stays NULL if there is no file. Returns 0 on success. */
static int load(const char *path, dc_snapshot **snapshot)
{
    FILE *file = fopen(path, "rb");
    char *json = NULL;
    size_t length = 0, capacity = 0;
    dc_error *error = NULL;

    if (file == NULL)
        return 0;
    do {
        if (length == capacity && (json = realloc(json, capacity += 1 << 20)) == NULL)
            abort();
        length += fread(json + length, 1, capacity - length, file);
    } while (length == capacity);
    fclose(file);
    if (dc_snapshot_load(json, length, snapshot, &error) != DC_OK)
        fprintf(stderr, "store_snapshot: could not load %s: %s\n", path, dc_error_message(error));
    dc_error_free(error);
    free(json);
    return *snapshot == NULL;
}

/* rename() of Windows fails if the file exists. Returns 0 on success. */
static int replace(const char *temporary, const char *path)
{
#ifdef _WIN32
    return MoveFileExA(temporary, path, MOVEFILE_REPLACE_EXISTING) ? 0 : -1;
#else
    return rename(temporary, path);
#endif
}

/* Replaces the file atomically. Returns 0 on success. */
static int store(const dc_page *page, const char *path)
{
    char temporary[4096];
    const int length = snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *file = (size_t)length < sizeof temporary ? fopen(temporary, "wb") : NULL;
    size_t written = file != NULL ? fwrite(dc_page_json(page), 1, dc_page_json_len(page), file) : 0;

    if (file != NULL && fclose(file) == 0 && written == dc_page_json_len(page) && replace(temporary, path) == 0)
        return 0;
    fprintf(stderr, "store_snapshot: could not write %s: %s\n", path, strerror(errno));
    return 1;
}

/* Prints the rows, or the difference from the older snapshot if there is one, and stores a complete snapshot. */
static int print_and_store(const dc_snapshot *snapshot, const dc_snapshot *older, const char *path)
{
    const dc_page *page = dc_snapshot_page(snapshot); /* owned by the snapshot */
    dc_diff *diff = NULL;
    dc_error *error = NULL;
    size_t i;

    if (dc_snapshot_state(snapshot) != DC_SNAPSHOT_COMPLETE) {
        fprintf(stderr, "store_snapshot: incomplete: %s\n", dc_snapshot_reason(snapshot));
        return 1;
    }
    if (older == NULL) {
        for (i = 0; i < dc_page_count(page); i++)
            printf("%s\n", dc_connector_json(dc_page_connector(page, i), NULL));
    } else if (dc_snapshot_diff(snapshot, older, &diff, &error) == DC_OK) {
        printf("%s\n", dc_diff_json(diff, NULL));
        dc_diff_free(diff);
    } else {
        fprintf(stderr, "store_snapshot: %s\n", dc_error_message(error));
        dc_error_free(error);
        return 1;
    }
    return store(page, path);
}

int main(int argc, char **argv)
{
    dc_config *config = dc_config_new();
    dc_client *client = NULL;
    dc_snapshot *snapshot = NULL, *older = NULL;
    dc_error *error = NULL;
    int exit_status = 1;

    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: store_snapshot FILE [BASE_URL]\n");
        exit_status = 2;
    } else if (load(argv[1], &older) == 0) {
        /* -1: the defaults of overlap, passes and timeout. */
        if (dc_config_set_string(config, DC_OPTION_ACCESS_TOKEN, getenv("INTERCOM_ACCESS_TOKEN"), &error) == DC_OK &&
            dc_config_set_string(config, DC_OPTION_BASE_URL, argv[2], &error) == DC_OK &&
            dc_client_new(config, &client, &error) == DC_OK &&
            dc_snapshot_take(client, NULL, -1, -1, -1, NULL, &snapshot, &error) == DC_OK)
            exit_status = print_and_store(snapshot, older, argv[1]);
        else
            fprintf(stderr, "store_snapshot: %s\n", dc_error_message(error));
    }
    dc_error_free(error);
    dc_snapshot_free(snapshot);
    dc_snapshot_free(older);
    dc_client_free(client);
    dc_config_free(config);
    return exit_status;
}
