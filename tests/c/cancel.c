/* Cancel token: none can be made yet, and what isn't NULL is refused, not passed over. argv[1]: a sandbox. */
#include "check.h"

int main(int argc, char **argv)
{
    const dc_cancel_token *cancel = UNTOUCHED(const dc_cancel_token);
    dc_client *client;
    dc_pager *pager = NULL;
    dc_page *page = UNTOUCHED(dc_page);

    CHECK(argc == 2);
    client = check_client(argv[1]);
    CHECK_REFUSED(dc_list_page(client, 0, NULL, cancel, &page, &error), "makes no cancel tokens, pass NULL");
    CHECK(page == NULL);
    CHECK(dc_pager_new(client, 0, NULL, &pager, NULL) == DC_OK);
    CHECK_REFUSED(dc_pager_next(pager, cancel, &page, &error), "makes no cancel tokens, pass NULL");
    CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    dc_pager_free(pager);
    dc_client_free(client);
    return 0;
}
