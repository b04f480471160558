/* Our library: takes a snapshot and refreshes it. The argument PAGES is the number of connectors. */
#include "ours.h"

static int32_t requests;

static void count_requests(void *user_data, int32_t level, const char *message)
{
    (void)user_data;
    (void)message;
    requests += level == DC_LOG_DEBUG;
}

int main(int argc, char **argv)
{
    struct measure measure = measure_parse(argc, argv);
    dc_config *config = dc_config_new();
    dc_client *client = NULL;
    dc_snapshot *snapshot = NULL, *refreshed = NULL;
    dc_error *error = NULL;
    int64_t started;
    int32_t taken_requests;

    check(dc_config_set_string(config, DC_OPTION_ACCESS_TOKEN, TOKEN, &error), error);
    check(dc_config_set_string(config, DC_OPTION_BASE_URL, measure.base_url, &error), error);
    check(dc_config_set_logger(config, DC_LOG_DEBUG, count_requests, NULL, NULL, &error), error);
    check(dc_client_new(config, &client, &error), error);

    measure_start(&measure, 0);
    check(dc_snapshot_take(client, NULL, -1, -1, -1, NULL, &snapshot, &error), error);
    if (dc_snapshot_state(snapshot) != DC_SNAPSHOT_COMPLETE ||
        dc_page_count(dc_snapshot_page(snapshot)) != (size_t)measure.pages)
        fail("the snapshot is not complete");
    measure_body(&measure, dc_page_json(dc_snapshot_page(snapshot)), dc_page_json_len(dc_snapshot_page(snapshot)));
    taken_requests = requests;
    measure_print(&measure);

    started = wall_ns();
    check(dc_snapshot_take(client, snapshot, -1, -1, -1, NULL, &refreshed, &error), error);
    if (dc_snapshot_state(refreshed) == DC_SNAPSHOT_INCOMPLETE)
        fail("the refreshed snapshot is not complete");
    printf("requests=%d json_kb=%zu refresh_ns=%lld refresh_requests=%d\n", taken_requests,
           dc_page_json_len(dc_snapshot_page(snapshot)) / 1024, (long long)(wall_ns() - started),
           requests - taken_requests);
    dc_snapshot_free(refreshed);
    dc_snapshot_free(snapshot);
    dc_client_free(client);
    dc_config_free(config);
    return 0;
}
