/* libcurl, cold: the same as cold_ours.c. */
#include "theirs.h"

int main(int argc, char **argv)
{
    struct measure measure = measure_read(argc, argv);
    struct theirs theirs;
    CURLcode code;

    theirs_open(&theirs, &measure);
    code = theirs_page(&theirs, NULL, 0);
    if (code != (measure.ca_file != NULL ? CURLE_OK : CURLE_PEER_FAILED_VERIFICATION))
        fail(curl_easy_strerror(code));
    measure.sum = theirs.length;
    measure_print(&measure);
    theirs_close(&theirs);
    return 0;
}
