/*
 * Cold start with our library: from the start of the process to the end of its first call, over TLS. With a CA file the
 * call returns a page; with the default root certificates it fails, as they do not include the benchmark's CA.
 */
#include "ours.h"

int main(int argc, char **argv)
{
    struct measure measure = measure_parse(argc, argv);
    dc_client *client = ours_client(&measure);
    dc_page *page = NULL;
    dc_error *error = NULL;
    dc_status status = dc_list_page(client, 50, NULL, NULL, &page, &error);

    if (status != (measure.ca_file != NULL ? DC_OK : DC_ERR_TLS))
        fail(dc_error_message(error));
    measure.sum = dc_page_json_len(page);
    measure_print(&measure);
    dc_page_free(page);
    dc_error_free(error);
    dc_client_free(client);
    return 0;
}
