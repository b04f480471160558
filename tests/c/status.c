/* Status: every status has a name and a message, and the numbers never change. */
#include "check.h"

#define CHECK_STATUS(status, number)                         \
    do {                                                     \
        CHECK((status) == (number));                         \
        CHECK(strcmp(dc_status_name(status), #status) == 0); \
        CHECK(strlen(dc_status_message(status)) > 5);        \
    } while (0)

static void messages_differ(void)
{
    dc_status one, other;

    for (one = DC_DONE; one >= DC_ERR_PROXY; one--)
        for (other = DC_DONE; other > one; other--)
            CHECK(strcmp(dc_status_message(one), dc_status_message(other)) != 0);
}

int main(void)
{
    CHECK_STATUS(DC_OK, 0);
    CHECK_STATUS(DC_DONE, 1);
    CHECK_STATUS(DC_ERR_INVALID_ARGUMENT, -1);
    CHECK_STATUS(DC_ERR_CONNECTION, -2);
    CHECK_STATUS(DC_ERR_TIMEOUT, -3);
    CHECK_STATUS(DC_ERR_TLS, -4);
    CHECK_STATUS(DC_ERR_UNAUTHORIZED, -5);
    CHECK_STATUS(DC_ERR_FORBIDDEN, -6);
    CHECK_STATUS(DC_ERR_RATE_LIMITED, -7);
    CHECK_STATUS(DC_ERR_BAD_REQUEST, -8);
    CHECK_STATUS(DC_ERR_SERVER, -9);
    CHECK_STATUS(DC_ERR_PROTOCOL, -10);
    CHECK_STATUS(DC_ERR_TOO_LARGE, -11);
    CHECK_STATUS(DC_ERR_PANIC, -12);
    CHECK_STATUS(DC_ERR_CANCELLED, -13);
    CHECK_STATUS(DC_ERR_SYSTEM, -14);
    CHECK_STATUS(DC_ERR_PROXY, -15);
    messages_differ();
    CHECK(strcmp(dc_status_name(-9999), "DC_UNKNOWN") == 0);
    CHECK(strcmp(dc_status_name(INT32_MIN), "DC_UNKNOWN") == 0);
    CHECK(strcmp(dc_status_message(2), "unknown status") == 0);
    return 0;
}
