/* A client of our library with timeouts, retries and a cancel token, without a logger. */
#ifndef OURS_H
#define OURS_H

#include <data_connectors.h>

#include "measure.h"

static inline void check(dc_status status, const dc_error *error)
{
    if (status != DC_OK)
        fail(dc_error_message(error));
}

static inline dc_client *ours_client(const struct measure *measure)
{
    dc_config *config = dc_config_new();
    dc_client *client = NULL;
    dc_error *error = NULL;

    check(dc_config_set_string(config, DC_OPTION_ACCESS_TOKEN, TOKEN, &error), error);
    check(dc_config_set_string(config, DC_OPTION_BASE_URL, measure->base_url, &error), error);
    check(dc_config_set_int(config, DC_OPTION_TIMEOUT_MS, TIMEOUT_MS, &error), error);
    check(dc_config_set_int(config, DC_OPTION_CONNECT_TIMEOUT_MS, CONNECT_TIMEOUT_MS, &error), error);
    check(dc_config_set_int(config, DC_OPTION_MAX_RETRIES, 2, &error), error);
    if (measure->ca_file != NULL)
        check(dc_config_set_string(config, DC_OPTION_CA_FILE, measure->ca_file, &error), error);
    check(dc_client_new(config, &client, &error), error);
    dc_config_free(config);
    return client;
}

/* The main loop of the programs that list page by page; `read_page` reads the parts that a program uses. */
static inline int ours_list(int argc, char **argv, void (*read_page)(const dc_page *, struct measure *))
{
    struct measure measure = measure_parse(argc, argv);
    dc_client *client = ours_client(&measure);
    dc_cancel_token *cancel = NULL;
    dc_page *previous = NULL, *page = NULL;
    dc_error *error = NULL;
    long number;

    check(dc_cancel_token_new(&cancel, &error), error);
    for (number = 0; number < measure.warm_up + measure.pages; number++) {
        measure_start(&measure, number);
        check(dc_list_page(client, 50, dc_page_next_cursor(previous), cancel, &page, &error), error);
        read_page(page, &measure);
        dc_page_free(previous);
        previous = page;
    }
    measure_print(&measure);
    dc_page_free(previous);
    dc_cancel_token_free(cancel);
    dc_client_free(client);
    return 0;
}

#endif
