/* Log: levels, threads' own lines, no token, and the drop function called once. argv[1]: a sandbox. */
#include "check.h"

struct seen {
    int lines[5];
    int tokens;
    int drops;
    const dc_client *client; /* to be called from within the callback */
};

static void on_line(void *user_data, int32_t level, const char *message)
{
    struct seen *seen = user_data;
    const dc_client *client = seen->client;

    CHECK(level >= DC_LOG_ERROR && level <= DC_LOG_DEBUG);
    CHECK(strchr(message, '\n') == NULL);
    seen->lines[level]++;
    seen->tokens += strstr(message, "a-token-for-tests") != NULL;
    if (client != NULL) {
        dc_page *page = NULL;
        seen->client = NULL;
        CHECK(dc_list_page(client, 1, NULL, NULL, &page, NULL) == DC_OK);
        dc_page_free(page);
    }
}

static void on_drop(void *user_data)
{
    ((struct seen *)user_data)->drops++;
}

int main(int argc, char **argv)
{
    struct seen all = {{0}, 0, 0, NULL}, errors = {{0}, 0, 0, NULL};
    dc_config *config;
    dc_client *client = NULL;
    dc_page *page = NULL;

    CHECK(argc == 2);
    /* Numbers that programs have in them. */
    CHECK(DC_LOG_ERROR == 1 && DC_LOG_WARN == 2 && DC_LOG_INFO == 3 && DC_LOG_DEBUG == 4);
    config = check_config(argv[1]);

    /* A refusal keeps nothing of the caller's. */
    CHECK_REFUSED(dc_config_set_logger(NULL, DC_LOG_INFO, on_line, &all, on_drop, &error), "config is NULL");
    CHECK_REFUSED(dc_config_set_logger(config, 0, on_line, &all, on_drop, &error), "no log level 0");
    CHECK_REFUSED(dc_config_set_logger(config, 5, on_line, &all, on_drop, &error), "DC_LOG_DEBUG (4)");
    CHECK(dc_config_set_logger(config, 0, NULL, &all, on_drop, NULL) == DC_OK);
    CHECK(all.drops == 0);

    CHECK(dc_config_set_logger(config, DC_LOG_DEBUG, on_line, &all, on_drop, NULL) == DC_OK);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    CHECK(dc_config_set_logger(config, DC_LOG_ERROR, on_line, &errors, on_drop, NULL) == DC_OK);
    CHECK(all.drops == 0); /* the client has it still */

    all.client = client;
    CHECK(dc_list_page(client, 1, NULL, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    CHECK(all.lines[DC_LOG_DEBUG] == 2 && all.lines[DC_LOG_INFO] == 2 && all.lines[DC_LOG_ERROR] == 0);
    dc_client_free(client);
    CHECK(all.drops == 1);

    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    CHECK(dc_list_page(client, 0, "bad", NULL, &page, NULL) == DC_ERR_BAD_REQUEST);
    CHECK(errors.lines[DC_LOG_ERROR] == 1 && errors.lines[DC_LOG_DEBUG] == 0 && errors.lines[DC_LOG_INFO] == 0);
    /* What the caller ended is no error of anybody's. */
    dc_client_shutdown(client);
    CHECK(dc_list_page(client, 0, NULL, NULL, &page, NULL) == DC_ERR_CANCELLED);
    CHECK(errors.lines[DC_LOG_ERROR] == 1);
    dc_config_free(config);
    CHECK(errors.drops == 0);
    dc_client_free(client);
    CHECK(errors.drops == 1);
    CHECK(all.tokens + errors.tokens == 0);
    return 0;
}
