/* SPDX-License-Identifier: Apache-2.0
 *
 * The text and CSV formats of COPY.  A record is framed first (where does its line end), then taken apart: what ends a line is the
 * same in both formats but for quotes and backslashes, and an error names the line it stands in. */
#include "format/copy.h"

#include <string.h>

void copy_reader_init(CopyReader *r, const CopyFormat *f, Account *acct)
{
    *r = (CopyReader){.format = f, .next_line = 1};
    arena_init(&r->arena, acct, 0);
}

void copy_reader_done(CopyReader *r)
{
    arena_done(&r->arena);
}

/* ---- framing ---- */

typedef struct Frame {
    size_t n;    /* bytes of the record */
    size_t used; /* with its line end */
    uint32_t lines;
} Frame;

static int bad_line_end(const CopyReader *r, char c, Err *err)
{
    const char *what = c == '\r' ? "carriage return" : "newline";
    bool csv = r->format->csv;
    (void)RAISE(err, ERR_BAD_COPY, "%s %s found in data", csv ? "unquoted" : "literal", what);
    return csv ? err_hint(err, "Use quoted CSV field to represent %s.", what)
               : err_hint(err, "Use \"%s\" to represent %s.", c == '\r' ? "\\r" : "\\n", what);
}

/* A line break at p[i], outside quotes: COPY_RECORD when it ends the record. */
static int line_end(CopyReader *r, const char *p, size_t n, size_t i, bool last, Frame *ret, Err *err)
{
    if (p[i] == '\r') {
        if (i + 1 == n && !last && r->line_end != COPY_END_CR)
            return COPY_MORE;
        bool pair = i + 1 < n && p[i + 1] == '\n' && r->line_end != COPY_END_CR;
        CopyLineEnd is = pair ? COPY_END_CRLF : COPY_END_CR;
        if (r->line_end != COPY_END_UNKNOWN && r->line_end != is)
            return bad_line_end(r, '\r', err);
        r->line_end = is;
        *ret = (Frame){i, i + 1 + pair, ret->lines + 1};
        return COPY_RECORD;
    }
    if (r->line_end == COPY_END_CR || r->line_end == COPY_END_CRLF)
        return bad_line_end(r, '\n', err);
    r->line_end = COPY_END_LF;
    *ret = (Frame){i, i + 1, ret->lines + 1};
    return COPY_RECORD;
}

static int frame(CopyReader *r, const char *p, size_t n, bool last, Frame *ret, Err *err)
{
    const CopyFormat *f = r->format;
    bool in_quotes = false, escaped = false;
    *ret = (Frame){0};
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (f->csv) { /* an escape counts only inside quotes; where it is the quote itself, two in a row leave and enter again */
            if (in_quotes && c == f->escape && f->escape != f->quote)
                escaped = !escaped;
            if (c == f->quote && !escaped)
                in_quotes = !in_quotes;
            if (c != f->escape)
                escaped = false;
        } else if (c == '\\' && i + 1 < n) {
            ret->lines += p[i + 1] == '\n';
            i++;
            continue;
        } else if (c == '\\' && !last) {
            return COPY_MORE;
        }
        if (in_quotes)
            ret->lines += c == '\n';
        else if (c == '\n' || c == '\r')
            return line_end(r, p, n, i, last, ret, err);
    }
    if (!last)
        return COPY_MORE;
    if (in_quotes)
        return RAISE(err, ERR_BAD_COPY, "unterminated CSV quoted field");
    *ret = (Frame){n, n, ret->lines + 1};
    return COPY_RECORD;
}

/* ---- fields ---- */

static int add_field(CopyReader *r, CopyField f, Err *err)
{
    if (r->n_fields == r->cap) {
        uint32_t cap = r->cap ? r->cap * 2 : 16;
        CopyField *more = ARENA_ARRAY(&r->arena, CopyField, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (r->n_fields)
            memcpy(more, r->field, r->n_fields * sizeof(*more));
        r->field = more;
        r->cap = cap;
    }
    r->field[r->n_fields++] = f;
    return 0;
}

static int digit_of(char c, int base)
{
    int d = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : 99;
    return d < base ? d : -1;
}

/* What stands behind a backslash at *at: one byte. */
static char escape_of(const char **at, const char *end)
{
    static const char letters[] = "b\bf\fn\nr\rt\tv\v";
    char c = *(*at)++;
    bool hex = c == 'x' && *at < end && digit_of(**at, 16) >= 0;
    int base = hex ? 16 : 8, value = hex ? 0 : digit_of(c, 8);
    if (value >= 0) {
        for (int i = hex ? 0 : 1; i < (hex ? 2 : 3) && *at < end && digit_of(**at, base) >= 0; i++)
            value = value * base + digit_of(*(*at)++, base);
        return (char)value;
    }
    for (size_t i = 0; letters[i]; i += 2)
        if (letters[i] == c)
            return letters[i + 1];
    return c;
}

static int split_text(CopyReader *r, const char *p, const char *end, Err *err)
{
    const CopyFormat *f = r->format;
    for (;;) {
        char *out = arena_alloc(&r->arena, (size_t)(end - p) + 1), *w = out;
        const char *from = p;
        if (!out)
            return RAISE_NOMEM(err);
        while (p < end && *p != f->delimiter) {
            char c = *p++;
            *w++ = c == '\\' && p < end ? escape_of(&p, end) : c;
        }
        Str raw = {from, (size_t)(p - from)};
        TRY(add_field(r, (CopyField){.text = {out, (size_t)(w - out)}, .is_null = str_eq(raw, f->null_text)}, err));
        if (p == end)
            return 0;
        p++;
    }
}

/* Quotes may open and close anywhere in a field. */
static int split_csv(CopyReader *r, const char *p, const char *end, Err *err)
{
    const CopyFormat *f = r->format;
    for (;;) {
        char *out = arena_alloc(&r->arena, (size_t)(end - p) + 1), *w = out;
        bool quoted = false, in_quotes = false;
        const char *from = p;
        if (!out)
            return RAISE_NOMEM(err);
        for (; p < end && (in_quotes || *p != f->delimiter); p++) {
            if (in_quotes && *p == f->escape && p + 1 < end && (p[1] == f->escape || p[1] == f->quote)) {
                *w++ = *++p;
            } else if (*p == f->quote) {
                in_quotes = !in_quotes;
                quoted = true;
            } else {
                *w++ = *p;
            }
        }
        Str raw = {from, (size_t)(p - from)};
        TRY(add_field(r, (CopyField){{out, (size_t)(w - out)}, quoted, !quoted && str_eq(raw, f->null_text)}, err));
        if (p == end)
            return 0;
        p++;
    }
}

int copy_read(CopyReader *r, const char *p, size_t n, bool last, size_t *ret_used, Err *err)
{
    Frame is;
    *ret_used = 0;
    r->line = r->next_line;
    if (n == 0)
        return last ? COPY_END : COPY_MORE;
    int rc = frame(r, p, n, last, &is, err);
    if (rc != COPY_RECORD)
        return rc;
    *ret_used = is.used;
    r->next_line += is.lines;
    if (is.n == 2 && p[0] == '\\' && p[1] == '.') {
        *ret_used = n;
        return COPY_END;
    }
    if (!utf8_is_valid(p, is.n) || memchr(p, 0, is.n))
        return RAISE(err, ERR_CHARACTER_NOT_IN_REPERTOIRE, "invalid byte sequence for encoding \"UTF8\"");
    arena_reset(&r->arena);
    r->field = NULL;
    r->n_fields = r->cap = 0;
    TRY(r->format->csv ? split_csv(r, p, p + is.n, err) : split_text(r, p, p + is.n, err));
    return COPY_RECORD;
}

/* ---- writing ---- */

static void put_text(const CopyFormat *f, Str s, StrBuf *out)
{
    static const char letters[] = "\bb\ff\nn\rr\tt\vv";
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i], name = c == '\\' || c == f->delimiter ? c : 0;
        for (size_t k = 0; !name && k + 1 < sizeof(letters); k += 2)
            name = letters[k] == c ? letters[k + 1] : 0;
        if (c == '\t' && f->delimiter == '\t')
            name = 't';
        if (name)
            sb_putc(out, '\\');
        sb_putc(out, name ? name : c);
    }
}

static bool needs_quotes(const CopyFormat *f, Str s, bool is_only)
{
    if (str_eq(s, f->null_text) || (is_only && str_eq(s, STR("\\."))))
        return true;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == f->delimiter || s.p[i] == f->quote || s.p[i] == '\n' || s.p[i] == '\r')
            return true;
    return false;
}

void copy_put(const CopyFormat *f, Str s, bool force, bool is_only, StrBuf *out)
{
    if (!f->csv) {
        put_text(f, s, out);
        return;
    }
    if (!force && !needs_quotes(f, s, is_only)) {
        sb_putstr(out, s);
        return;
    }
    sb_putc(out, f->quote);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == f->quote || s.p[i] == f->escape)
            sb_putc(out, f->escape);
        sb_putc(out, s.p[i]);
    }
    sb_putc(out, f->quote);
}
