/* Our library: id, name, state and updated_at of each row, from the typed rows. */
#include "ours.h"

static void read_page(const dc_page *page, struct measure *measure)
{
    size_t index, count = dc_page_count(page);

    for (index = 0; index < count; index++) {
        const dc_connector *row = dc_page_connector(page, index);

        measure_string(measure, dc_connector_id(row), dc_connector_id_len(row));
        measure_string(measure, dc_connector_name(row), dc_connector_name_len(row));
        measure_string(measure, dc_connector_state(row), dc_connector_state_len(row));
        measure_string(measure, dc_connector_updated_at(row), dc_connector_updated_at_len(row));
    }
}

int main(int argc, char **argv)
{
    return ours_list(argc, argv, read_page);
}
