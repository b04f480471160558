/* Ours: id, name, state and updated_at of every row, by the typed rows. */
#include "ours.h"

/* Reads the four fields of every row. */
static void read_page(const dc_page *page, struct measure *measure)
{
    size_t index, count = dc_page_count(page);

    for (index = 0; index < count; index++) {
        const dc_connector *row = dc_page_connector(page, index);

        measure_text(measure, dc_connector_id(row), dc_connector_id_len(row));
        measure_text(measure, dc_connector_name(row), dc_connector_name_len(row));
        measure_text(measure, dc_connector_state(row), dc_connector_state_len(row));
        measure_text(measure, dc_connector_updated_at(row), dc_connector_updated_at_len(row));
    }
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
