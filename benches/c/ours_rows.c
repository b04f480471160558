/* Our library: id, name, state and updated_at of each row, from the typed rows. */
#include "ours.h"

static void read_field(const dc_connector *row, int32_t field, struct measure *measure)
{
    size_t length;
    const char *value = dc_connector_field(row, field, &length);

    measure_string(measure, value, length);
}

/* Reads the four fields of every row. */
static void read_page(const dc_page *page, struct measure *measure)
{
    size_t index, count = dc_page_count(page);

    for (index = 0; index < count; index++) {
        const dc_connector *row = dc_page_connector(page, index);

        read_field(row, DC_FIELD_ID, measure);
        read_field(row, DC_FIELD_NAME, measure);
        read_field(row, DC_FIELD_STATE, measure);
        read_field(row, DC_FIELD_UPDATED_AT, measure);
    }
}

int main(int argc, char **argv)
{
    return ours_list(argc, argv, read_page);
}
