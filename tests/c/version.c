/* Version: the header's macros and the library's functions agree. */
#include "check.h"

int main(void)
{
    char text[32];

    CHECK(strcmp(dc_version(), DC_VERSION) == 0);
    CHECK(dc_version_number() == DC_VERSION_NUMBER);
    CHECK(dc_abi_version() == DC_ABI_VERSION);
    snprintf(text, sizeof text, "%d.%d.%d", DC_VERSION_MAJOR, DC_VERSION_MINOR, DC_VERSION_PATCH);
    CHECK(strncmp(DC_VERSION, text, strlen(text)) == 0);
    CHECK(DC_VERSION_NUMBER == DC_VERSION_MAJOR * 1000000 + DC_VERSION_MINOR * 1000 + DC_VERSION_PATCH);
    return 0;
}
