/*
 * Callbacks: a drop function that uses the config it came from, and a log function that uses its own pager.
 * argv[1]: a sandbox.
 */
#include "check.h"

struct state {
    dc_config *config;
    const char *base_url;
    int drops, inner_drops, lines;
    dc_pager *pager;
};

static void count_line(void *user_data, int32_t level, const char *message)
{
    struct state *state = user_data;

    (void)level;
    (void)message;
    state->lines++;
}

static void count_inner_drop(void *user_data)
{
    ((struct state *)user_data)->inner_drops++;
}

/* Called while another logger takes the place of this one: the config is whole, and can be changed and used. */
static void busy_drop(void *user_data)
{
    struct state *state = user_data;
    dc_client *client = NULL;
    dc_page *page = NULL;

    state->drops++;
    CHECK(dc_config_set_max_retries(state->config, 1, NULL) == DC_OK);
    CHECK(dc_client_new(state->config, &client, NULL) == DC_OK);
    CHECK(dc_list_page(client, 1, NULL, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    dc_client_free(client);
    CHECK(dc_config_set_logger(state->config, DC_LOG_DEBUG, count_line, state, count_inner_drop, NULL) == DC_OK);
}

/* Called within dc_pager_next: entering that pager again is refused, and does no harm. */
static void use_own_pager(void *user_data, int32_t level, const char *message)
{
    struct state *state = user_data;
    dc_page *page = UNTOUCHED(dc_page);

    (void)level;
    (void)message;
    state->lines++;
    CHECK_REFUSED(dc_pager_next(state->pager, NULL, &page, &error), "the pager is in use by another call");
    CHECK(page == NULL);
    CHECK(dc_pager_cursor(state->pager) == NULL);
}

static void a_drop_function_may_use_the_config(struct state *state)
{
    state->config = check_config(state->base_url);
    CHECK(dc_config_set_logger(state->config, DC_LOG_DEBUG, count_line, state, busy_drop, NULL) == DC_OK);
    CHECK(dc_config_set_logger(state->config, DC_LOG_DEBUG, count_line, state, count_inner_drop, NULL) == DC_OK);
    CHECK(state->drops == 1 && state->inner_drops == 1); /* the one that the drop function's own took the place of */
    CHECK(dc_config_set_interrupt_check(state->config, NULL, NULL, NULL, NULL) == DC_OK);
    dc_config_free(state->config);
    CHECK(state->drops == 1 && state->inner_drops == 2);
    CHECK(state->lines > 0);
}

static void a_log_function_may_not_enter_its_pager(struct state *state)
{
    dc_config *config = check_config(state->base_url);
    dc_client *client = NULL;
    dc_page *page;
    size_t rows = 0;

    state->lines = 0;
    CHECK(dc_config_set_logger(config, DC_LOG_DEBUG, use_own_pager, state, NULL, NULL) == DC_OK);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    dc_config_free(config);
    CHECK(dc_pager_new(client, 10, NULL, &state->pager, NULL) == DC_OK);
    while (dc_pager_next(state->pager, NULL, &page, NULL) == DC_OK) {
        rows += dc_page_count(page);
        dc_page_free(page);
    }
    CHECK(rows == 45 && state->lines >= 10);
    dc_pager_free(state->pager);
    dc_client_free(client);
}

int main(int argc, char **argv)
{
    struct state state = {NULL, NULL, 0, 0, 0, NULL};

    CHECK(argc == 2);
    state.base_url = argv[1];
    a_drop_function_may_use_the_config(&state);
    a_log_function_may_not_enter_its_pager(&state);
    return 0;
}
