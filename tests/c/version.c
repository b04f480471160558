/* Version: the macros of the header and the functions of the library agree. */
#include "check.h"

int main(void)
{
    char version[32];

    CHECK(strcmp(dc_version(), DC_VERSION) == 0);
    CHECK(dc_abi_version() == DC_ABI_VERSION);
    snprintf(version, sizeof version, "%d.%d.%d", DC_VERSION_MAJOR, DC_VERSION_MINOR, DC_VERSION_PATCH);
    CHECK(strncmp(DC_VERSION, version, strlen(version)) == 0);
    CHECK(DC_VERSION_NUMBER == DC_VERSION_MAJOR * 1000000 + DC_VERSION_MINOR * 1000 + DC_VERSION_PATCH);
    return 0;
}
