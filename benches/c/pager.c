/* Ours: a walk by the pager to its end, which is set by the base URL (below /pages/40 it is the 40th page). */
#include "ours.h"

int main(int argc, char **argv)
{
    const int32_t ahead = argc > 4 && argv[4][0] == '1';
    struct measure measure = measure_read(argc > 4 ? 4 : argc, argv);
    dc_client *client = ours_client(&measure);
    dc_pager *pager = NULL;
    dc_page *page = NULL;
    dc_error *error = NULL;
    dc_status status;
    long number;

    check(dc_pager_new(client, 50, NULL, &pager, &error), error);
    check(dc_pager_set_prefetch(pager, ahead, &error), error);
    for (number = 0;; number++) {
        measure_page(&measure, number);
        status = dc_pager_next(pager, NULL, &page, &error);
        if (status == DC_DONE)
            break;
        check(status, error);
        measure_text(&measure, dc_page_json(page), dc_page_json_len(page));
        dc_page_free(page);
    }
    if (number != measure.pages + measure.warm_up)
        fail("the walk did not end where it was to end");
    measure_print(&measure);
    dc_pager_free(pager);
    dc_client_free(client);
    return 0;
}
