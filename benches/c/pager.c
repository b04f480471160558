/*
 * Our library: iterates over all pages with a pager. The base URL sets the number of pages (/pages/40); the 4th
 * argument, 0 or 1, turns prefetching off or on.
 */
#include "ours.h"

int main(int argc, char **argv)
{
    const int32_t prefetch = argc > 4 && argv[4][0] == '1';
    struct measure measure = measure_parse(argc > 4 ? 4 : argc, argv);
    dc_client *client = ours_client(&measure);
    dc_pager *pager = NULL;
    dc_page *page = NULL;
    dc_error *error = NULL;
    dc_status status;
    long number;

    check(dc_pager_new(client, 50, NULL, &pager, &error), error);
    check(dc_pager_set_prefetch(pager, prefetch, &error), error);
    for (number = 0;; number++) {
        measure_start(&measure, number);
        status = dc_pager_next(pager, NULL, &page, &error);
        if (status == DC_DONE)
            break;
        check(status, error);
        measure_body(&measure, dc_page_json(page), dc_page_json_len(page));
        dc_page_free(page);
    }
    if (number != measure.pages + measure.warm_up)
        fail("unexpected number of pages");
    measure_print(&measure);
    dc_pager_free(pager);
    dc_client_free(client);
    return 0;
}
