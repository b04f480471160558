/*
 * Lists 100 pages between two calls of getppid, for counting their system calls.
 * argv[1]: a server. argv[2]: the CA file for it, or an empty string.
 */
#define _DEFAULT_SOURCE
#include "../check.h"

#include <unistd.h>

int main(int argc, char **argv)
{
    dc_config *config;
    dc_client *client;
    int page;

    CHECK(argc == 3);
    config = check_config(argv[1]);
    SET(config, DC_OPTION_CA_FILE, argv[2][0] != '\0' ? argv[2] : NULL);
    client = check_client_of(config);
    for (page = 0; page < 120; page++) {
        if (page == 20)
            getppid();
        dc_page_free(check_page(client));
    }
    getppid();
    dc_client_free(client);
    dc_config_free(config);
    return 0;
}
