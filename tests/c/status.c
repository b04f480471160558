/* Status: each has its name and its meaning; numbers stay what they are. */
#include "check.h"

#define IS(status, number)                             \
    do {                                               \
        CHECK((status) == (number));                   \
        CHECK(strcmp(dc_status_name(status), #status) == 0); \
        CHECK(strlen(dc_status_message(status)) > 5);  \
    } while (0)

int main(void)
{
    IS(DC_OK, 0);
    IS(DC_DONE, 1);
    IS(DC_ERR_INVALID_ARGUMENT, -1);
    IS(DC_ERR_CONNECTION, -2);
    IS(DC_ERR_TIMEOUT, -3);
    IS(DC_ERR_TLS, -4);
    IS(DC_ERR_UNAUTHORIZED, -5);
    IS(DC_ERR_FORBIDDEN, -6);
    IS(DC_ERR_RATE_LIMITED, -7);
    IS(DC_ERR_BAD_REQUEST, -8);
    IS(DC_ERR_SERVER, -9);
    IS(DC_ERR_PROTOCOL, -10);
    IS(DC_ERR_TOO_LARGE, -11);
    IS(DC_ERR_PANIC, -12);
    IS(DC_ERR_CANCELLED, -13);
    IS(DC_ERR_SYSTEM, -14);
    IS(DC_ERR_PROXY, -15);
    CHECK(strcmp(dc_status_name(-9999), "DC_UNKNOWN") == 0);
    CHECK(strcmp(dc_status_name(INT32_MIN), "DC_UNKNOWN") == 0);
    CHECK(strcmp(dc_status_message(2), "an unknown status") == 0);
    return 0;
}
