/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading, making and the text of ARRAY values. */
#include "data/array.h"

ArrayReader array_read(Type array, Str bytes, Arena *arena)
{
    return (ArrayReader){.spec = {.type = type_element(array)}, .bytes = bytes, .arena = arena};
}

int array_next(ArrayReader *r, Value *ret)
{
    if (r->at >= r->bytes.n)
        return 0;
    return sortkey_get(&r->spec, r->bytes, &r->at, r->arena, ret) ? 1 : -ERR_OUT_OF_MEMORY; /* the keys are ours */
}

bool array_next_key(ArrayReader *r, Str *ret)
{
    size_t from = r->at;
    size_t n = sortkey_length(&r->spec, r->bytes, from);
    *ret = (Str){r->bytes.p + from, n};
    r->at = from + n;
    return n > 0;
}

void array_put(StrBuf *b, Type array, const Value *element)
{
    SortSpec spec = {.type = type_element(array)};
    sortkey_put(b, &spec, element);
}

uint32_t array_count(Type array, Str bytes)
{
    ArrayReader r = array_read(array, bytes, NULL);
    uint32_t n = 0;
    for (Str key; array_next_key(&r, &key);)
        n++;
    return n;
}

/* ---- text ---- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool needs_quotes(Str s)
{
    if (s.n == 0 || str_eq_nocase(s, STR("null")))
        return true;
    for (size_t i = 0; i < s.n; i++)
        if (is_blank(s.p[i]) || memchr("{},\"\\", s.p[i], 5))
            return true;
    return false;
}

static void put_element(StrBuf *b, Str s)
{
    if (!needs_quotes(s)) {
        sb_putstr(b, s);
        return;
    }
    sb_putc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            sb_putc(b, '\\');
        sb_putc(b, s.p[i]);
    }
    sb_putc(b, '"');
}

void array_print(const Value *v, StrBuf *b)
{
    _cleanup_(arena_done) Arena arena;
    _cleanup_(sb_done) StrBuf one;
    arena_init(&arena, b->acct, 0);
    sb_init(&one, b->acct);
    ArrayReader r = array_read(v->type, v->str, &arena);
    bool first = true;
    int rc;
    sb_putc(b, '{');
    for (Value e; (rc = array_next(&r, &e)) > 0; first = false) {
        sb_puts(b, first ? "" : ",");
        if (e.is_null) {
            sb_puts(b, "NULL");
            continue;
        }
        sb_clear(&one);
        value_print(&e, &one);
        put_element(b, (Str){sb_cstr(&one), one.n});
        b->failed |= one.failed;
        arena_reset(&arena);
    }
    b->failed |= rc < 0;
    sb_putc(b, '}');
}

static int malformed(Str s, Err *err)
{
    return RAISE(err, ERR_INVALID_TEXT, "malformed array literal: \"%.*s\"", (int)MIN(s.n, 100), s.p);
}

typedef struct Scan {
    Str s;
    size_t at;
    StrBuf text; /* of the element */
    bool quoted;
} Scan;

static void skip_blanks(Scan *p)
{
    while (p->at < p->s.n && is_blank(p->s.p[p->at]))
        p->at++;
}

/* One element up to the comma or brace behind it. */
static bool scan_element(Scan *p)
{
    skip_blanks(p);
    sb_clear(&p->text);
    p->quoted = p->at < p->s.n && p->s.p[p->at] == '"';
    size_t keep = 0; /* without trailing blanks */
    for (p->at += p->quoted; p->at < p->s.n; p->at++) {
        char c = p->s.p[p->at];
        if (p->quoted ? c == '"' : c == ',' || c == '}')
            break;
        if (!p->quoted && (c == '"' || c == '{'))
            return false;
        if (c == '\\' && ++p->at == p->s.n)
            return false;
        sb_putc(&p->text, p->s.p[p->at]);
        keep = is_blank(c) && !p->quoted ? keep : p->text.n;
    }
    p->at += p->quoted;
    if (!p->quoted && !p->text.failed)
        p->text.n = keep;
    skip_blanks(p);
    return p->at < p->s.n && (p->quoted || keep > 0);
}

static int put_parsed(StrBuf *out, Type t, Scan *p, bool sql, Arena *arena, Err *err)
{
    Type e = type_element(t);
    Str text = {sb_cstr(&p->text), p->text.n};
    Value v = value_null(e);
    if (p->text.failed)
        return RAISE_NOMEM(err);
    if (p->quoted || !str_eq_nocase(text, STR("null")))
        TRY(sql ? value_parse_sql(e, text, arena, &v, err) : value_parse(e, text, arena, &v, err));
    array_put(out, t, &v);
    return 0;
}

static int parse_elements(Type t, Scan *p, bool sql, StrBuf *out, Arena *arena, Err *err)
{
    skip_blanks(p);
    if (p->at == p->s.n || p->s.p[p->at++] != '{')
        return malformed(p->s, err);
    skip_blanks(p);
    if (p->at < p->s.n && p->s.p[p->at] == '{')
        return RAISE(err, ERR_UNSUPPORTED, "arrays of more than one dimension are not supported");
    bool more = p->at < p->s.n && p->s.p[p->at] != '}';
    p->at += !more;
    while (more) {
        if (!scan_element(p))
            return malformed(p->s, err);
        TRY(put_parsed(out, t, p, sql, arena, err));
        more = p->s.p[p->at] == ',';
        if (!more && p->s.p[p->at] != '}')
            return malformed(p->s, err);
        p->at++;
    }
    skip_blanks(p);
    return p->at == p->s.n ? 0 : malformed(p->s, err);
}

int array_parse(Type t, Str s, bool sql, Arena *arena, Value *ret, Err *err)
{
    Scan p = {.s = s};
    _cleanup_(sb_done) StrBuf out;
    sb_init(&p.text, arena->acct);
    sb_init(&out, arena->acct);
    int rc = parse_elements(t, &p, sql, &out, arena, err);
    sb_done(&p.text);
    if (rc < 0)
        return rc;
    char *copy = out.failed ? NULL : arena_strndup(arena, sb_cstr(&out), out.n);
    if (!copy)
        return RAISE_NOMEM(err);
    *ret = (Value){.type = t, .str = {copy, out.n}};
    return 0;
}
