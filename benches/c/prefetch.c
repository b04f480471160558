/*
 * Our library: iterates over pages with 20 ms of work per page. The base URL sets the number of pages and the latency;
 * the 4th argument, 0 or 1, turns prefetching off or on.
 */
#include "ours.h"

#define WORK_NS 20000000

/* Keeps the processor busy. */
static void work(void)
{
    int64_t end = wall_ns() + WORK_NS;

    while (wall_ns() < end)
        ;
}

int main(int argc, char **argv)
{
    struct measure measure = measure_parse(argc > 4 ? 4 : argc, argv);
    dc_client *client = ours_client(&measure);
    dc_pager *pager = NULL;
    dc_page *page = NULL;
    dc_error *error = NULL;
    dc_status status;
    long number;

    check(dc_pager_new(client, 50, NULL, &pager, &error), error);
    check(dc_pager_set_prefetch(pager, argc > 4 && argv[4][0] == '1', &error), error);
    for (number = 0;; number++) {
        measure_start(&measure, number);
        status = dc_pager_next(pager, NULL, &page, &error);
        if (status == DC_DONE)
            break;
        check(status, error);
        measure_body(&measure, dc_page_json(page), dc_page_json_len(page));
        dc_page_free(page);
        work();
    }
    if (number != measure.pages + measure.warm_up)
        fail("unexpected number of pages");
    measure_print(&measure);
    dc_pager_free(pager);
    dc_client_free(client);
    return 0;
}
