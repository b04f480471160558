/* libcurl and yyjson, which parses in place: id, name, state and updated_at of each row. */
#include "curl_list.h"

static void read_field(yyjson_val *row, const char *name, struct measure *measure)
{
    yyjson_val *value = yyjson_obj_get(row, name);

    measure_string(measure, yyjson_get_str(value), yyjson_get_len(value));
}

static void read_page(const struct curl_client *client, yyjson_val *root, struct measure *measure)
{
    yyjson_val *row;
    size_t index, count;

    (void)client;
    yyjson_arr_foreach(yyjson_obj_get(root, "data"), index, count, row)
    {
        read_field(row, "id", measure);
        read_field(row, "name", measure);
        read_field(row, "state", measure);
        read_field(row, "updated_at", measure);
    }
}

int main(int argc, char **argv)
{
    return curl_list(argc, argv, YYJSON_READ_INSITU, read_page);
}
