/* Cold start with libcurl; see cold_ours.c. */
#include "curl_client.h"

int main(int argc, char **argv)
{
    struct measure measure = measure_parse(argc, argv);
    struct curl_client client;
    CURLcode code;

    curl_client_open(&client, &measure);
    code = curl_client_page(&client, NULL, 0);
    if (code != (measure.ca_file != NULL ? CURLE_OK : CURLE_PEER_FAILED_VERIFICATION))
        fail(curl_easy_strerror(code));
    measure.sum = client.length;
    measure_print(&measure);
    curl_client_close(&client);
    return 0;
}
