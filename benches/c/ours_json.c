/* Ours: the JSON as it came, and the cursor; no row is looked at. */
#include "ours.h"

static void read_page(const dc_page *page, struct measure *measure)
{
    measure_text(measure, dc_page_json(page), dc_page_json_len(page));
}

int main(int argc, char **argv)
{
    struct measure measure = measure_read(argc, argv);
    dc_client *client = ours_client(&measure);
    dc_cancel_token *cancel = NULL;
    dc_page *before = NULL, *page = NULL;
    dc_error *error = NULL;
    long number;

    check(dc_cancel_token_new(&cancel, &error), error);
    for (number = 0; number < measure.warm_up + measure.pages; number++) {
        measure_page(&measure, number);
        check(dc_list_page(client, 50, dc_page_next_cursor(before), cancel, &page, &error), error);
        read_page(page, &measure);
        dc_page_free(before);
        before = page;
    }
    measure_print(&measure);
    dc_page_free(before);
    dc_cancel_token_free(cancel);
    dc_client_free(client);
    return 0;
}
