/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and making of STRUCT and MAP values, and their texts. */
#include "data/record.h"

#include <stdlib.h>

RecordReader record_read(Type t, Str bytes, Arena *arena)
{
    return (RecordReader){.parts = t.nested, .bytes = bytes, .arena = arena};
}

static SortSpec part_spec(RecordReader *r)
{
    return (SortSpec){.type = r->parts->field[r->i++ % r->parts->n].type};
}

int record_next(RecordReader *r, Value *ret)
{
    if (r->at >= r->bytes.n)
        return 0;
    SortSpec spec = part_spec(r);
    return sortkey_get(&spec, r->bytes, &r->at, r->arena, ret) ? 1 : -ERR_OUT_OF_MEMORY; /* the keys are ours */
}

bool record_next_key(RecordReader *r, Str *ret)
{
    if (r->at >= r->bytes.n)
        return false;
    SortSpec spec = part_spec(r);
    size_t from = r->at, n = sortkey_length(&spec, r->bytes, from);
    *ret = (Str){r->bytes.p + from, n};
    r->at = from + n;
    return n > 0;
}

void record_put(StrBuf *b, const Value *part)
{
    SortSpec spec = {.type = part->type};
    sortkey_put(b, &spec, part);
}

/* ---- maps ---- */

typedef struct Entry {
    Str key, value;
    uint32_t i;
} Entry;

static int entry_cmp(const void *x, const void *y)
{
    const Entry *a = x, *b = y;
    int c = str_cmp(a->key, b->key);
    return c ? c : (a->i > b->i) - (a->i < b->i);
}

static int key_bytes(const Value *v, StrBuf *b, Arena *arena, Str *ret)
{
    sb_clear(b);
    record_put(b, v);
    *ret = (Str){b->failed ? NULL : arena_strndup(arena, sb_cstr(b), b->n), b->n};
    return ret->p ? 0 : -ERR_OUT_OF_MEMORY;
}

int map_put(StrBuf *b, const Value *entry, uint32_t n, Arena *arena, Err *err)
{
    _cleanup_(sb_done) StrBuf one;
    Entry *e = ARENA_ARRAY(arena, Entry, n + 1);
    sb_init(&one, b->acct);
    for (uint32_t i = 0; e && i < n; i++) {
        e[i].i = i;
        if (entry[2 * i].is_null)
            return RAISE(err, ERR_NULL_NOT_ALLOWED, "the keys of a map cannot be NULL");
        if (key_bytes(&entry[2 * i], &one, arena, &e[i].key) < 0 || key_bytes(&entry[2 * i + 1], &one, arena, &e[i].value) < 0)
            return RAISE_NOMEM(err);
    }
    if (!e)
        return RAISE_NOMEM(err);
    qsort(e, n, sizeof(*e), entry_cmp);
    for (uint32_t i = 0; i < n; i++) {
        if (i + 1 < n && str_eq(e[i].key, e[i + 1].key))
            continue;
        sb_putstr(b, e[i].key);
        sb_putstr(b, e[i].value);
    }
    return b->failed ? RAISE_NOMEM(err) : 0;
}

bool map_find(Type map, Str bytes, Str key, Str *ret)
{
    RecordReader r = record_read(map, bytes, NULL);
    for (Str k; record_next_key(&r, &k) && record_next_key(&r, ret);)
        if (str_eq(k, key))
            return true;
    return false;
}

uint32_t map_count(Type map, Str bytes)
{
    RecordReader r = record_read(map, bytes, NULL);
    uint32_t n = 0;
    for (Str k; record_next_key(&r, &k); n++)
        ;
    return n / 2;
}

int32_t enum_find(Type t, Str label)
{
    int32_t at = schema_find(t.nested, label);
    return at >= 0 && (uint32_t)at < type_enum_usable(t) ? at : -1;
}

/* ---- texts ---- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void put_quoted(StrBuf *b, Str s)
{
    sb_putc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            sb_putc(b, s.p[i]);
        sb_putc(b, s.p[i]);
    }
    sb_putc(b, '"');
}

/* A part's text; quoted when it is empty or has one of the marks or a blank. */
static void put_part(StrBuf *b, StrBuf *one, const Value *v, const char *marks)
{
    sb_clear(one);
    value_print(v, one);
    Str s = {sb_cstr(one), one->n};
    bool quotes = s.n == 0;
    for (size_t i = 0; i < s.n && !quotes; i++)
        quotes = is_blank(s.p[i]) || strchr(marks, s.p[i]);
    if (quotes)
        put_quoted(b, s);
    else
        sb_putstr(b, s);
    b->failed |= one->failed;
}

void record_print(const Value *v, StrBuf *b)
{
    _cleanup_(arena_done) Arena arena;
    _cleanup_(sb_done) StrBuf one;
    arena_init(&arena, b->acct, 0);
    sb_init(&one, b->acct);
    RecordReader r = record_read(v->type, v->str, &arena);
    int rc;
    sb_putc(b, '(');
    for (Value part; (rc = record_next(&r, &part)) > 0;) {
        if (r.i > 1)
            sb_putc(b, ',');
        if (!part.is_null)
            put_part(b, &one, &part, "(),\"\\");
    }
    b->failed |= rc < 0;
    sb_putc(b, ')');
}

void map_print(const Value *v, StrBuf *b)
{
    _cleanup_(arena_done) Arena arena;
    _cleanup_(sb_done) StrBuf one;
    arena_init(&arena, b->acct, 0);
    sb_init(&one, b->acct);
    RecordReader r = record_read(v->type, v->str, &arena);
    int rc;
    sb_putc(b, '{');
    for (Value part; (rc = record_next(&r, &part)) > 0;) {
        bool is_key = r.i % 2 == 1;
        if (r.i > 1)
            sb_putc(b, is_key ? ',' : '=');
        bool null_text = !part.is_null && type_is_string(part.type.id) && str_eq_nocase(part.str, STR("null"));
        if (part.is_null)
            sb_puts(b, "NULL");
        else if (null_text)
            put_quoted(b, part.str);
        else
            put_part(b, &one, &part, "{},=\"\\");
    }
    b->failed |= rc < 0;
    sb_putc(b, '}');
}

/* The text of a part up to one of the marks, which is left standing. */
typedef struct Scan {
    Str s;
    size_t at;
    StrBuf text;
    bool quoted;
} Scan;

static bool scan_part(Scan *p, const char *marks)
{
    bool inside = false;
    sb_clear(&p->text);
    p->quoted = false;
    for (; p->at < p->s.n; p->at++) {
        char c = p->s.p[p->at];
        if (!inside && strchr(marks, c))
            break;
        if (c == '\\' && p->at + 1 < p->s.n) {
            sb_putc(&p->text, p->s.p[++p->at]);
        } else if (c == '"' && inside && p->at + 1 < p->s.n && p->s.p[p->at + 1] == '"') {
            sb_putc(&p->text, p->s.p[++p->at]);
        } else if (c == '"') {
            inside = !inside;
            p->quoted = true;
        } else {
            sb_putc(&p->text, c);
        }
    }
    return !inside && p->at < p->s.n;
}

static int parse_part(Scan *p, Type t, bool sql, Arena *arena, Value *ret, Err *err)
{
    char *copy = p->text.failed ? NULL : arena_strndup(arena, sb_cstr(&p->text), p->text.n);
    if (!copy)
        return RAISE_NOMEM(err);
    Str text = {copy, p->text.n};
    return sql ? value_parse_sql(t, text, arena, ret, err) : value_parse(t, text, arena, ret, err);
}

static int malformed(Type t, Str s, Err *err)
{
    return RAISE(err, ERR_INVALID_TEXT, "malformed %s literal: \"%.*s\"", t.id == T_MAP ? "map" : "record", (int)MIN(s.n, 100),
                 s.p);
}

static void skip_blanks(Scan *p)
{
    while (p->at < p->s.n && is_blank(p->s.p[p->at]))
        p->at++;
}

static bool scan_char(Scan *p, char c)
{
    skip_blanks(p);
    if (p->at == p->s.n || p->s.p[p->at] != c)
        return false;
    p->at++;
    return true;
}

static int parse_fields(Scan *p, Type t, bool sql, Arena *arena, StrBuf *out, Err *err)
{
    uint32_t n = t.nested->n;
    if (!scan_char(p, '('))
        return malformed(t, p->s, err);
    for (uint32_t i = 0; i < n; i++) {
        Type part = t.nested->field[i].type;
        Value v = value_null(part);
        if (!scan_part(p, ",)"))
            return malformed(t, p->s, err);
        if (p->s.p[p->at++] != (i + 1 < n ? ',' : ')'))
            return malformed(t, p->s, err); /* too few or too many */
        if (p->text.n > 0 || p->quoted)
            TRY(parse_part(p, part, sql, arena, &v, err));
        record_put(out, &v);
    }
    if (n == 0 && !scan_char(p, ')'))
        return malformed(t, p->s, err);
    skip_blanks(p);
    return p->at == p->s.n ? 0 : malformed(t, p->s, err);
}

static int finish(Type t, StrBuf *out, Arena *arena, Value *ret, Err *err)
{
    char *copy = out->failed ? NULL : arena_strndup(arena, sb_cstr(out), out->n);
    if (!copy)
        return RAISE_NOMEM(err);
    *ret = (Value){.type = t, .str = {copy, out->n}};
    return 0;
}

int record_parse(Type t, Str s, bool sql, Arena *arena, Value *ret, Err *err)
{
    Scan p = {.s = s};
    _cleanup_(sb_done) StrBuf out;
    sb_init(&p.text, arena->acct);
    sb_init(&out, arena->acct);
    int rc = parse_fields(&p, t, sql, arena, &out, err);
    sb_done(&p.text);
    return rc < 0 ? rc : finish(t, &out, arena, ret, err);
}

static bool trim_part(Scan *p)
{
    while (!p->quoted && p->text.n > 0 && !p->text.failed && is_blank(p->text.p[p->text.n - 1]))
        p->text.n--;
    return p->text.n > 0 || p->quoted;
}

static int parse_entries(Scan *p, Type t, bool sql, Arena *arena, StrBuf *out, Err *err)
{
    uint32_t n = 0, cap = 1;
    for (size_t i = 0; i < p->s.n; i++)
        cap += p->s.p[i] == '=';
    Value *entry = ARENA_ARRAY(arena, Value, 2 * cap);
    if (!entry)
        return RAISE_NOMEM(err);
    if (!scan_char(p, '{'))
        return malformed(t, p->s, err);
    for (bool more = !scan_char(p, '}'); more; n++) {
        skip_blanks(p);
        if (n == cap || !scan_part(p, "=,}") || p->s.p[p->at++] != '=' || !trim_part(p))
            return malformed(t, p->s, err);
        TRY(parse_part(p, map_key(t), sql, arena, &entry[2 * n], err));
        skip_blanks(p);
        if (!scan_part(p, ",}") || !trim_part(p))
            return malformed(t, p->s, err);
        entry[2 * n + 1] = value_null(map_value(t));
        if (p->quoted || !str_eq_nocase(sb_str(&p->text), STR("null")))
            TRY(parse_part(p, map_value(t), sql, arena, &entry[2 * n + 1], err));
        more = p->s.p[p->at++] == ',';
    }
    skip_blanks(p);
    return p->at == p->s.n ? map_put(out, entry, n, arena, err) : malformed(t, p->s, err);
}

int map_parse(Type t, Str s, bool sql, Arena *arena, Value *ret, Err *err)
{
    Scan p = {.s = s};
    _cleanup_(sb_done) StrBuf out;
    sb_init(&p.text, arena->acct);
    sb_init(&out, arena->acct);
    int rc = parse_entries(&p, t, sql, arena, &out, err);
    sb_done(&p.text);
    return rc < 0 ? rc : finish(t, &out, arena, ret, err);
}
