/*
 * Just enough JSON to show the rows of a page, for the example beside it. It relies on dc_page_json being valid JSON.
 * A program of your own brings the JSON parser that it likes.
 */
#ifndef ROWS_H
#define ROWS_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *rows_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* The end of the text that begins at `at` with a quotation mark. */
static const char *rows_text_end(const char *at)
{
    for (at++; *at != '"'; at++)
        if (*at == '\\')
            at++;
    return at + 1;
}

/* The end of the value that begins at `at`. */
static const char *rows_value_end(const char *at)
{
    int depth = 0;

    do {
        if (*at == '"') {
            at = rows_text_end(at);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        at++;
    } while (depth > 0 || (*at != '\0' && strchr(",}] \t\r\n", *at) == NULL));
    return at;
}

/* The value of a key of the object that begins at `at`; the last one if it stands there twice; NULL if it doesn't. */
static const char *rows_find(const char *at, const char *key)
{
    const char *found = NULL, *name, *name_end, *value;
    size_t length = strlen(key);

    if (*at != '{')
        return NULL;
    for (at = rows_space(at + 1); *at == '"'; at = rows_space(at + (*at == ','))) {
        name = at + 1;
        name_end = rows_text_end(at) - 1;
        value = rows_space(rows_space(name_end + 1) + 1); /* behind the colon */
        if ((size_t)(name_end - name) == length && memcmp(name, key, length) == 0)
            found = value;
        at = rows_space(rows_value_end(value));
    }
    return found;
}

/* The first row of a page, or the one behind `row`; NULL if there is none. */
static const char *rows_next(const char *page, const char *row)
{
    row = row == NULL ? rows_find(rows_space(page), "data") : rows_value_end(row);
    if (row == NULL)
        return NULL;
    row = rows_space(row);
    if (*row == ']')
        return NULL;
    row = rows_space(row + 1); /* behind the bracket or the comma */
    return *row == ']' ? NULL : row;
}

static unsigned long rows_hex(const char *at)
{
    unsigned long value = 0;
    int i;

    for (i = 0; i < 4; i++)
        value = value * 16 + (unsigned long)(at[i] <= '9' ? at[i] - '0' : (at[i] | 32) - 'a' + 10);
    return value;
}

/* Writes the character that `*at` begins with, escaped or not, as UTF-8, and moves `*at` behind it. */
static void rows_put_character(const char **at, FILE *out)
{
    const char *from = *at;
    unsigned long code;

    if (*from != '\\') {
        code = (unsigned char)*from;
        *at = from + 1;
        if (code >= 0x80) { /* part of a longer one, written as it is, but for control characters */
            if (code == 0xC2 && (unsigned char)from[1] < 0xA0) {
                *at = from + 2;
                code = '?';
            }
            putc((int)code, out);
            return;
        }
    } else if (from[1] == 'u') {
        code = rows_hex(from + 2);
        *at = from + 6;
        if (code >= 0xD800 && code < 0xDC00 && (*at)[0] == '\\' && (*at)[1] == 'u') {
            unsigned long low = rows_hex(*at + 2);
            if (low >= 0xDC00 && low < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                *at += 6;
            }
        }
        if (code >= 0xD800 && code < 0xE000)
            code = 0xFFFD; /* half of a pair, alone */
    } else {
        *at = from + 2;
        code = strchr("\"\\/", from[1]) ? (unsigned char)from[1] : 1; /* the others are control characters */
    }
    /* A control character would spoil the table, or the terminal. */
    if (code < 0x20 || (code >= 0x7F && code < 0xA0))
        code = '?';
    if (code < 0x80) {
        putc((int)code, out);
    } else {
        if (code < 0x800) {
            putc((int)(0xC0 | code >> 6), out);
        } else {
            if (code < 0x10000) {
                putc((int)(0xE0 | code >> 12), out);
            } else {
                putc((int)(0xF0 | code >> 18), out);
                putc((int)(0x80 | (code >> 12 & 0x3F)), out);
            }
            putc((int)(0x80 | (code >> 6 & 0x3F)), out);
        }
        putc((int)(0x80 | (code & 0x3F)), out);
    }
}

/* Writes a text field of a row, padded with spaces to a width in bytes; "-" where it is absent or not a text. */
static void rows_put_text(const char *row, const char *key, int width, FILE *out)
{
    const char *at = rows_find(row, key), *begin = at;

    if (at == NULL || *at != '"') {
        fprintf(out, "%-*s", width, "-");
        return;
    }
    for (at++; *at != '"';)
        rows_put_character(&at, out);
    for (width -= (int)(at - begin) - 1; width > 0; width--)
        putc(' ', out);
}

/* Writes a row on one line, as the service sent it: line breaks can only stand between its parts. */
static void rows_put_json(const char *row, FILE *out)
{
    const char *end = rows_value_end(row);

    for (; row < end; row++)
        putc(*row == '\n' || *row == '\r' ? ' ' : *row, out);
}

#endif
