/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors as text.  The form is psql's: the line of the error is shown with tabs as single blanks and cut to a window around the
 * error, and the caret is placed by display width, so it stands right below wide characters too. */
#include "shell/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define WINDOW_BYTES 120 /* of a long line, around the error */

static void put_origin(StrBuf *b, Origin at, uint32_t line)
{
    if (at.file)
        sb_printf(b, "%s:%u: ", at.file, (unsigned)line);
}

static void put_blanked(StrBuf *b, const char *p, size_t n)
{
    size_t from = b->n;
    sb_put(b, p, n);
    for (size_t i = from; i < b->n && !b->failed; i++)
        if (b->p[i] == '\t' || b->p[i] == '\r')
            b->p[i] = ' ';
}

static size_t char_start(const char *p, size_t at)
{
    while (at > 0 && ((unsigned char)p[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static void put_line(StrBuf *b, Str sql, size_t offset, int32_t line)
{
    size_t first = offset, last = offset;
    while (first > 0 && sql.p[first - 1] != '\n')
        first--;
    while (last < sql.n && sql.p[last] != '\n')
        last++;
    const char *head = "", *tail = "";
    if (last - first > WINDOW_BYTES) {
        if (offset - first > WINDOW_BYTES / 2) {
            first = char_start(sql.p, offset - WINDOW_BYTES / 2);
            head = "...";
        }
        if (last - first > WINDOW_BYTES) {
            last = char_start(sql.p, first + WINDOW_BYTES);
            tail = "...";
        }
    }
    size_t from = b->n;
    sb_printf(b, "LINE %d: %s", (int)line, head);
    size_t prefix = b->n - from;
    put_blanked(b, sql.p + first, last - first);
    sb_printf(b, "%s\n", tail);
    size_t width = prefix + text_width(sql.p + first, offset - first);
    for (size_t i = 0; i < width; i++)
        sb_putc(b, ' ');
    sb_puts(b, "^\n");
}

void report_last_error(Str sql, Origin at)
{
    LaminarError e = {.size = sizeof(e)};
    if (laminar_last_error_detail(&e) != LAMINAR_OK)
        return;
    StrBuf b;
    sb_init(&b, NULL);
    uint32_t line = at.line + (e.line > 0 ? (uint32_t)e.line - 1 : 0);
    put_origin(&b, at, line);
    sb_printf(&b, "ERROR:  %s: %s\n", e.sqlstate, e.message);
    /* Positions count in the text with its variables replaced, which only the library has; but that of a variable without a value
     * in the text as it is. */
    bool replaced = sql.n > 1 && memmem(sql.p, sql.n, "${", 2) != NULL;
    if (replaced && strcmp(e.sqlstate, "42P02") == 0 && e.offset >= 0 && (uint64_t)e.offset + 2 <= sql.n)
        replaced = memcmp(sql.p + e.offset, "${", 2) != 0;
    if (e.offset >= 0 && (uint64_t)e.offset <= sql.n && e.line > 0 && !replaced)
        put_line(&b, sql, (size_t)e.offset, e.line);
    if (e.detail[0])
        sb_printf(&b, "DETAIL:  %s\n", e.detail);
    if (e.hint[0])
        sb_printf(&b, "HINT:  %s\n", e.hint);
    message_put(sb_cstr(&b), b.n);
    sb_done(&b);
}

void report_error(Origin at, const char *sqlstate, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    StrBuf b;
    sb_init(&b, NULL);
    put_origin(&b, at, at.line);
    sb_printf(&b, "ERROR:  %s: %s\n", sqlstate, text);
    message_put(sb_cstr(&b), b.n);
    sb_done(&b);
}
