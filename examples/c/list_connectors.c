/* Lists the data connectors of an Intercom workspace as a table, or as JSON with --json. */
#include <data_connectors.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "list_connectors"

static const char help[] =
    "Usage: " NAME " [OPTIONS]\n"
    "\n"
    "Lists the data connectors of an Intercom workspace as a table, or as JSON.\n"
    "\n"
    "Options:\n"
    "      --json           Print one JSON object per line\n"
    "      --per-page N     Rows per request, 1 to 50 [default: 20]\n"
    "      --limit N        Stop after N connectors [default: list all]\n"
    "      --base-url URL   Base URL of the service, in place of a region\n"
    "      --region REGION  us, eu or au [default: us]\n"
    "  -h, --help           Print this help and exit\n"
    "\n"
    "Environment:\n"
    "  INTERCOM_ACCESS_TOKEN  Access token of the workspace (required)\n"
    "\n"
    "Exit status:\n"
    "  0  success\n"
    "  1  the request failed, or the output could not be written\n"
    "  2  invalid options\n";

struct options {
    int json;
    long per_page;
    long limit;
    const char *base_url;
    const char *region;
};

static void usage_error(const char *message, const char *detail)
{
    fprintf(stderr, NAME ": %s%s\nTry --help for more information.\n", message, detail);
    exit(2);
}

/* Returns the value of "--name value" or "--name=value" if `argv[*at]` is that option, else NULL. */
static const char *option_value(const char *name, char **argv, int *at)
{
    size_t length = strlen(name);
    const char *argument = argv[*at];

    if (strncmp(argument, name, length) != 0)
        return NULL;
    if (argument[length] == '=')
        return argument + length + 1;
    if (argument[length] != '\0')
        return NULL;
    if (argv[*at + 1] == NULL)
        usage_error("missing value for option ", name);
    return argv[++*at];
}

static long parse_number(const char *text, const char *name)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || errno != 0 || value < 1 || value > 1000000000) {
        fprintf(stderr, NAME ": invalid %s %s: use an integer from 1 to 1000000000\n", name, text);
        exit(2);
    }
    return value;
}

static struct options parse_options(char **argv)
{
    struct options options = {0, 0, 0, NULL, NULL};
    const char *value;
    int at;

    for (at = 1; argv[at] != NULL; at++) {
        if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0) {
            fputs(help, stdout);
            exit(0);
        }
        if (strcmp(argv[at], "--json") == 0)
            options.json = 1;
        else if ((value = option_value("--per-page", argv, &at)) != NULL)
            options.per_page = parse_number(value, "--per-page");
        else if ((value = option_value("--limit", argv, &at)) != NULL)
            options.limit = parse_number(value, "--limit");
        else if ((value = option_value("--base-url", argv, &at)) != NULL)
            options.base_url = value;
        else if ((value = option_value("--region", argv, &at)) != NULL)
            options.region = value;
        else
            usage_error("unknown option ", argv[at]);
    }
    if (options.base_url != NULL && options.region != NULL)
        usage_error("--base-url and --region cannot be used together", "");
    return options;
}

/* Returns the byte, or '?' for a control character (C0 or C1), which would break the table or the terminal. */
static int printable(unsigned char byte, unsigned char next)
{
    return byte < 0x20 || byte == 0x7F || (byte == 0xC2 && next < 0xA0) ? '?' : byte;
}

/* Writes a string padded with spaces to a width in bytes; "-" for NULL. */
static void print_column(const char *text, size_t length, size_t width)
{
    size_t at, written = 0;

    if (text == NULL) {
        text = "-";
        length = 1;
    }
    for (at = 0; at < length; at++) {
        int byte = printable((unsigned char)text[at], (unsigned char)text[at + 1]);

        at += byte == '?' && (unsigned char)text[at] == 0xC2; /* C1 characters have two bytes */
        putchar(byte);
        written++;
    }
    for (; written < width; written++)
        putchar(' ');
}

/* Writes the JSON of a row on one line: strings contain no unescaped line breaks. */
static void print_json(const char *json)
{
    for (; *json != '\0'; json++)
        putchar(*json == '\n' || *json == '\r' ? ' ' : *json);
}

/* Prints the rows of a page, up to `*remaining` if it is not 0; returns the number of rows printed. */
static long print_rows(const dc_page *page, int json, long *remaining)
{
    const dc_connector *row;
    size_t i;

    for (i = 0; (row = dc_page_connector(page, i)) != NULL; i++) {
        if (json) {
            print_json(dc_connector_json(row));
        } else {
            print_column(dc_connector_id(row), dc_connector_id_len(row), 12);
            putchar(' ');
            print_column(dc_connector_state(row), dc_connector_state_len(row), 8);
            putchar(' ');
            print_column(dc_connector_http_method(row), dc_connector_http_method_len(row), 6);
            putchar(' ');
            print_column(dc_connector_updated_at(row), dc_connector_updated_at_len(row), 20);
            putchar(' ');
            print_column(dc_connector_name(row), dc_connector_name_len(row), 0);
        }
        putchar('\n');
        if (*remaining > 0 && --*remaining == 0)
            return (long)i + 1;
    }
    return (long)i;
}

/* Lists page by page, until the last page, the limit or an error. */
static dc_status list(dc_pager *pager, const struct options *options, dc_error **error)
{
    dc_page *page;
    dc_status status;
    long count = 0, remaining = options->limit;

    if (!options->json)
        printf("%-12s %-8s %-6s %-20s %s\n", "ID", "STATE", "METHOD", "UPDATED", "NAME");
    while ((status = dc_pager_next(pager, NULL, &page, error)) == DC_OK) {
        count += print_rows(page, options->json, &remaining);
        dc_page_free(page);
        if (options->limit > 0 && remaining == 0) {
            status = DC_DONE;
            break;
        }
    }
    if (status == DC_DONE && fflush(stdout) == 0)
        fprintf(stderr, "%ld connector%s\n", count, count == 1 ? "" : "s");
    return status;
}

int main(int argc, char **argv)
{
    struct options options = parse_options(argv);
    const char *token = getenv("INTERCOM_ACCESS_TOKEN");
    dc_config *config;
    dc_client *client = NULL;
    dc_pager *pager = NULL;
    dc_error *error = NULL;
    dc_status status;

    (void)argc;
    if (token == NULL || *token == '\0')
        usage_error("INTERCOM_ACCESS_TOKEN is not set: set it to the workspace's access token", "");

    config = dc_config_new();
    status = dc_config_set_token(config, token, &error);
    if (status == DC_OK)
        status = dc_config_set_user_agent_suffix(config, NAME ".c", &error);
    if (status == DC_OK && options.base_url != NULL)
        status = dc_config_set_base_url(config, options.base_url, &error);
    if (status == DC_OK && options.region != NULL)
        status = dc_config_set_region(config, options.region, &error);
    if (status == DC_OK)
        status = dc_client_new(config, &client, &error);
    if (status == DC_OK)
        status = dc_pager_new(client, (int32_t)options.per_page, NULL, &pager, &error);
    if (status == DC_OK)
        status = list(pager, &options, &error);

    if (status != DC_DONE) {
        fprintf(stderr, NAME ": %s", dc_error_message(error));
        if (dc_error_request_id(error) != NULL)
            fprintf(stderr, " (request id %s)", dc_error_request_id(error));
        fputc('\n', stderr);
    }
    dc_error_free(error);
    dc_pager_free(pager);
    dc_client_free(client);
    dc_config_free(config);
    if (status == DC_ERR_INVALID_ARGUMENT)
        return 2;
    if (status == DC_DONE && (fflush(stdout) != 0 || ferror(stdout))) {
        fputs(NAME ": could not write the output\n", stderr);
        return 1;
    }
    return status == DC_DONE ? 0 : 1;
}
