/*
 * Lists the data connectors of a workspace as a table, or with --json as one object a line.
 * The access token is taken from INTERCOM_ACCESS_TOKEN. Usage errors end with 2, failures with 1.
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
    "  --json           one JSON object a line, no table\n"
    "  --per-page N     rows for each request, 1 to 50\n"
    "  --limit N        stop after N connectors\n"
    "  --base-url URL   where the service is, if not in a region\n"
    "  --region REGION  us (default), eu or au\n"
    "\n"
    "The access token is taken from INTERCOM_ACCESS_TOKEN.\n";

struct options {
    int json;
    long per_page;
    long limit;
    const char *base_url;
    const char *region;
};

static void wrong(const char *what, const char *detail)
{
    fprintf(stderr, NAME ": %s%s (--help says more)\n", what, detail);
    exit(2);
}

/* The value of an option, if `argv[*at]` is it: "--name value" or "--name=value". */
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
        wrong("a value is missing after ", name);
    return argv[++*at];
}

static long number(const char *text, const char *name)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || errno != 0 || value < 1 || value > 1000000000) {
        fprintf(stderr, NAME ": %s is %s: use a whole number from 1 to 1000000000\n", name, text);
        exit(2);
    }
    return value;
}

static struct options read_options(char **argv)
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
            wrong("there is no option ", argv[at]);
    }
    if (options.base_url != NULL && options.region != NULL)
        wrong("--base-url and --region both say where the service is: give one of them", "");
    return options;
}

/* The byte, or what stands for one that would spoil a table or a terminal: control characters, of both kinds. */
static int shown(unsigned char byte, unsigned char next)
{
    return byte < 0x20 || byte == 0x7F || (byte == 0xC2 && next < 0xA0) ? '?' : byte;
}

/* Writes a text padded with spaces to a width in bytes; "-" where there is none. */
static void put_text(const char *text, size_t length, size_t width)
{
    size_t at, written = 0;

    if (text == NULL) {
        text = "-";
        length = 1;
    }
    for (at = 0; at < length; at++) {
        int byte = shown((unsigned char)text[at], (unsigned char)text[at + 1]);

        at += byte == '?' && (unsigned char)text[at] == 0xC2; /* that one has two bytes */
        putchar(byte);
        written++;
    }
    for (; written < width; written++)
        putchar(' ');
}

/* Writes a row's JSON on one line: line breaks can only stand between its parts. */
static void put_json(const char *json)
{
    for (; *json != '\0'; json++)
        putchar(*json == '\n' || *json == '\r' ? ' ' : *json);
}

/* Prints the rows of a page, but no more than `*left` if that isn't 0; gives how many it printed. */
static long print_rows(const dc_page *page, int json, long *left)
{
    const dc_connector *row;
    size_t i;

    for (i = 0; (row = dc_page_connector(page, i)) != NULL; i++) {
        if (json) {
            put_json(dc_connector_json(row));
        } else {
            put_text(dc_connector_id(row), dc_connector_id_len(row), 12);
            putchar(' ');
            put_text(dc_connector_state(row), dc_connector_state_len(row), 8);
            putchar(' ');
            put_text(dc_connector_http_method(row), dc_connector_http_method_len(row), 6);
            putchar(' ');
            put_text(dc_connector_updated_at(row), dc_connector_updated_at_len(row), 20);
            putchar(' ');
            put_text(dc_connector_name(row), dc_connector_name_len(row), 0);
        }
        putchar('\n');
        if (*left > 0 && --*left == 0)
            return (long)i + 1;
    }
    return (long)i;
}

/* Walks over the pages until the end, the limit or a failure. */
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
    struct options options = read_options(argv);
    const char *token = getenv("INTERCOM_ACCESS_TOKEN");
    dc_config *config;
    dc_client *client = NULL;
    dc_pager *pager = NULL;
    dc_error *error = NULL;
    dc_status status;

    (void)argc;
    if (token == NULL || *token == '\0')
        wrong("INTERCOM_ACCESS_TOKEN is not set: set it to the workspace's access token", "");

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
        fputs(NAME ": the output can't be written\n", stderr);
        return 1;
    }
    return status == DC_DONE ? 0 : 1;
}
