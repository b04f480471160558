/*
 * The secret options are wiped: after everything is freed, no readable memory of the process contains the access
 * token or the proxy's password, plain or in base64. argv[1]: a sandbox. argv[2]: a proxy to it.
 */
#include "secrets.h"

/* Unscrambled at run time, so that the program itself contains none of them. */
static const unsigned char password[] = {
    0x2a, 0x3b, 0x29, 0x29, 0x77, 0x2d, 0x35, 0x28,
    0x3e, 0x77, 0x68, 0x6a, 0x68, 0x6c,
};
/* "user:password" in base64, without its last, incomplete group. */
static const unsigned char encoded[] = {
    0x3e, 0x02, 0x14, 0x36, 0x39, 0x30, 0x2a, 0x2d,
    0x03, 0x02, 0x14, 0x20, 0x16, 0x02, 0x3e, 0x2c,
};

/* The stacks of background threads are kept for later threads. */
static void list_with_prefetch(dc_client *client)
{
    dc_pager *pager = NULL;
    dc_page *page = NULL;
    int i;

    CHECK(dc_pager_new(client, 5, NULL, &pager, NULL) == DC_OK);
    CHECK(dc_pager_set_prefetch(pager, 1, NULL) == DC_OK);
    for (i = 0; i < 5; i++) {
        CHECK(dc_pager_next(pager, NULL, &page, NULL) == DC_OK);
        dc_page_free(page);
    }
    dc_pager_free(pager);
}

static void list(const char *base_url, const char *proxy_host)
{
    dc_config *config = dc_config_new();
    dc_client *client = NULL;
    dc_page *page = NULL;
    char text[256];

    unscramble(text, token, sizeof token);
    SET(config, DC_OPTION_ACCESS_TOKEN, text);
    if (proxy_host != NULL) {
        size_t length;

        strcpy(text, "http://user:");
        length = strlen(text);
        unscramble(text + length, password, sizeof password);
        strcat(text, "@");
        strcat(text, proxy_host);
        SET(config, DC_OPTION_PROXY, text);
        SET(config, DC_OPTION_ALLOW_INSECURE_HTTP, "true");
    }
    wipe(text, sizeof text);
    SET(config, DC_OPTION_BASE_URL, base_url);
    CHECK(dc_client_new(config, &client, NULL) == DC_OK);
    CHECK(count(token, sizeof token) > 0); /* so the search works */
    CHECK(proxy_host == NULL || count(encoded, sizeof encoded) > 0);
    CHECK(dc_list_page(client, 50, NULL, NULL, &page, NULL) == DC_OK);
    dc_page_free(page);
    if (proxy_host == NULL)
        list_with_prefetch(client);
    dc_client_free(client);
    dc_config_free(config);
}

/* Values that are rejected, replaced or reset, without a client. */
static void set_and_reset(void)
{
    dc_config *config = dc_config_new();
    char text[256];

    unscramble(text, token, sizeof token);
    SET(config, DC_OPTION_ACCESS_TOKEN, text);
    SET(config, DC_OPTION_ACCESS_TOKEN, "another-token");
    strcat(text, " ");
    CHECK(dc_config_set_string(config, DC_OPTION_ACCESS_TOKEN, text, NULL) == DC_ERR_INVALID_ARGUMENT);
    strcpy(text, "http://user:");
    unscramble(text + strlen(text), password, sizeof password);
    strcat(text, "@proxy.example:3128");
    SET(config, DC_OPTION_PROXY, text);
    CHECK(count(encoded, sizeof encoded) + count(password, sizeof password) > 1);
    SET(config, DC_OPTION_PROXY, NULL);
    strcat(text, "/path");
    CHECK(dc_config_set_string(config, DC_OPTION_PROXY, text, NULL) == DC_ERR_INVALID_ARGUMENT);
    wipe(text, sizeof text);
    CHECK(count(token, sizeof token) == 0);
    CHECK(count(password, sizeof password) == 0);
    CHECK(count(encoded, sizeof encoded) == 0);
    dc_config_free(config);
}

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    set_and_reset();
    list(argv[1], NULL);
    CHECK(count(token, sizeof token) == 0);
    list(argv[1], argv[2]);
    CHECK(count(token, sizeof token) == 0);
    CHECK(count(password, sizeof password) == 0);
    CHECK(count(encoded, sizeof encoded) == 0);
    return 0;
}
