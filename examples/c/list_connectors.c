/*
 * Lists the data connectors of a workspace as a table, or with --json as one object per line.
 * The access token is read from INTERCOM_ACCESS_TOKEN. Exits with 2 on usage errors, with 1 on failures.
 */
#include <data_connectors.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "list_connectors"

static const char usage[] =
    "usage: " NAME " [--json] [--per-page N] [--limit N] [--base-url URL | --region REGION]\n"
    "\n"
    "  --json           print one JSON object per line instead of a table\n"
    "  --per-page N     rows per request, 1 to 50\n"
    "  --limit N        stop after N connectors\n"
    "  --base-url URL   base URL of the service, such as a sandbox's\n"
    "  --region REGION  region of the workspace: us (default), eu or au\n"
    "\n"
    "The access token is read from INTERCOM_ACCESS_TOKEN.\n";

struct options {
    int json;
    long per_page;
    long limit;
    const char *base_url;
    const char *region;
};

static void usage_error(const char *what, const char *detail)
{
    fprintf(stderr, NAME ": %s%s (see --help)\n", what, detail);
    exit(2);
}

/* The value if `argv[*at]` is that option: "--name value" or "--name=value". */
static const char *value_of(const char *name, char **argv, int *at)
{
    size_t length = strlen(name);
    const char *given = argv[*at];

    if (strncmp(given, name, length) != 0)
        return NULL;
    if (given[length] == '=')
        return given + length + 1;
    if (given[length] != '\0')
        return NULL;
    if (argv[*at + 1] == NULL)
        usage_error("missing value after ", name);
    return argv[++*at];
}

static long number(const char *text, const char *name)
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
            fputs(usage, stdout);
            exit(0);
        }
        if (strcmp(argv[at], "--json") == 0)
            options.json = 1;
        else if ((value = value_of("--per-page", argv, &at)) != NULL)
            options.per_page = number(value, "--per-page");
        else if ((value = value_of("--limit", argv, &at)) != NULL)
            options.limit = number(value, "--limit");
        else if ((value = value_of("--base-url", argv, &at)) != NULL)
            options.base_url = value;
        else if ((value = value_of("--region", argv, &at)) != NULL)
            options.region = value;
        else
            usage_error("unknown option ", argv[at]);
    }
    if (options.base_url != NULL && options.region != NULL)
        usage_error("--base-url and --region are mutually exclusive: use one of them", "");
    return options;
}

/* The byte, or a question mark for a control character (ASCII or U+0080 to U+009F), which could garble a terminal. */
static int printable(unsigned char byte, unsigned char next)
{
    return byte < 0x20 || byte == 0x7F || (byte == 0xC2 && next < 0xA0) ? '?' : byte;
}

/* Prints a field padded with spaces to a width in bytes; "-" if absent. */
static void print_field(const dc_connector *row, int32_t field, size_t width)
{
    size_t length, at, written = 0;
    const char *text = dc_connector_field(row, field, &length);

    if (text == NULL) {
        text = "-";
        length = 1;
    }
    for (at = 0; at < length; at++) {
        int byte = printable((unsigned char)text[at], (unsigned char)text[at + 1]);

        at += byte == '?' && (unsigned char)text[at] == 0xC2; /* two bytes */
        putchar(byte);
        written++;
    }
    for (; written < width; written++)
        putchar(' ');
}

/* Prints JSON on one line: in JSON, line breaks are white space. */
static void print_json(const char *json)
{
    for (; *json != '\0'; json++)
        putchar(*json == '\n' || *json == '\r' ? ' ' : *json);
}

/* Prints the rows of a page, at most `*left` if that is not 0; returns how many it printed. */
static long print_rows(const dc_page *page, int json, long *left)
{
    const dc_connector *row;
    size_t i;

    for (i = 0; (row = dc_page_connector(page, i)) != NULL; i++) {
        if (json) {
            print_json(dc_connector_json(row, NULL));
        } else {
            print_field(row, DC_FIELD_ID, 12);
            putchar(' ');
            print_field(row, DC_FIELD_STATE, 8);
            putchar(' ');
            print_field(row, DC_FIELD_HTTP_METHOD, 6);
            putchar(' ');
            print_field(row, DC_FIELD_UPDATED_AT, 20);
            putchar(' ');
            print_field(row, DC_FIELD_NAME, 0);
        }
        putchar('\n');
        if (*left > 0 && --*left == 0)
            return (long)i + 1;
    }
    return (long)i;
}

/* Lists all pages, up to the limit. */
static dc_status list(dc_pager *pager, const struct options *options, dc_error **error)
{
    dc_page *page;
    dc_status status;
    long count = 0, left = options->limit;

    if (!options->json)
        printf("%-12s %-8s %-6s %-20s %s\n", "ID", "STATE", "METHOD", "UPDATED", "NAME");
    while ((status = dc_pager_next(pager, NULL, &page, error)) == DC_OK) {
        count += print_rows(page, options->json, &left);
        dc_page_free(page);
        if (options->limit > 0 && left == 0) {
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
    status = dc_config_set_string(config, DC_OPTION_ACCESS_TOKEN, token, &error);
    if (status == DC_OK)
        status = dc_config_set_string(config, DC_OPTION_USER_AGENT_SUFFIX, NAME ".c", &error);
    if (status == DC_OK && options.base_url != NULL)
        status = dc_config_set_string(config, DC_OPTION_BASE_URL, options.base_url, &error);
    if (status == DC_OK && options.region != NULL)
        status = dc_config_set_string(config, DC_OPTION_REGION, options.region, &error);
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
        fputs(NAME ": could not write to standard output\n", stderr);
        return 1;
    }
    return status == DC_DONE ? 0 : 1;
}
