/* Our library: the JSON and the cursor; no rows are read. */
#include "ours.h"

static void read_page(const dc_page *page, struct measure *measure)
{
    measure_body(measure, dc_page_json(page), dc_page_json_len(page));
}

int main(int argc, char **argv)
{
    return ours_list(argc, argv, read_page);
}
