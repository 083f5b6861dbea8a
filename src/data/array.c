/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading, making and the text of ARRAY values. */
#include "data/array.h"

ArrayReader array_read(Type array, Str bytes, Arena *arena)
{
    return (ArrayReader){.spec = {.type = type_element(array)}, .bytes = bytes, .arena = arena};
}

#define MARK_DIMS 0 /* where an element would begin: bounds follow */

static bool at_end(const ArrayReader *r)
{
    return r->at >= r->bytes.n || r->bytes.p[r->at] == MARK_DIMS;
}

int array_next(ArrayReader *r, Value *ret)
{
    if (at_end(r))
        return 0;
    return sortkey_get(&r->spec, r->bytes, &r->at, r->arena, ret) ? 1 : -ERR_OUT_OF_MEMORY; /* the keys are ours */
}

bool array_next_key(ArrayReader *r, Str *ret)
{
    if (at_end(r))
        return false;
    size_t from = r->at;
    size_t n = sortkey_length(&r->spec, r->bytes, from);
    *ret = (Str){r->bytes.p + from, n};
    r->at = from + n;
    return n > 0;
}

/* ---- bounds ---- */

static void put_u32(StrBuf *b, uint32_t v)
{
    sb_put(b, (uint8_t[4]){(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v}, 4);
}

static uint32_t get_u32(const char *p)
{
    const uint8_t *u = (const uint8_t *)p;
    return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

void array_put_dims(StrBuf *b, const ArrayDims *d)
{
    bool plain = d->n == 0 || (d->n == 1 && d->lower[0] == 1);
    if (plain)
        return;
    sb_putc(b, MARK_DIMS);
    sb_putc(b, (char)d->n);
    for (uint32_t i = 0; i < d->n; i++)
        put_u32(b, d->len[i]);
    for (uint32_t i = 0; i < d->n; i++)
        put_u32(b, (uint32_t)d->lower[i] ^ 0x80000000u);
}

void array_dims_of(Type array, Str bytes, ArrayDims *ret, Str *ret_items)
{
    ArrayReader r = array_read(array, bytes, NULL);
    uint32_t n = 0;
    for (Str key; array_next_key(&r, &key);)
        n++;
    *ret_items = (Str){bytes.p, r.at};
    *ret = (ArrayDims){.n = n > 0, .len = {n}, .lower = {1}};
    size_t left = bytes.n - r.at;
    uint32_t n_dims = left > 1 ? (uint8_t)bytes.p[r.at + 1] : 0;
    if (n_dims == 0 || n_dims > ARRAY_DIMS_MAX || left < 2 + (size_t)n_dims * 8)
        return;
    ret->n = n_dims;
    const char *p = bytes.p + r.at + 2;
    for (uint32_t i = 0; i < n_dims; i++, p += 4)
        ret->len[i] = get_u32(p);
    for (uint32_t i = 0; i < n_dims; i++, p += 4)
        ret->lower[i] = (int32_t)(get_u32(p) ^ 0x80000000u);
}

uint32_t array_stride(const ArrayDims *d, uint32_t dim)
{
    uint32_t n = 1;
    for (uint32_t i = dim + 1; i < d->n; i++)
        n *= d->len[i];
    return n;
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

static void put_bounds(StrBuf *b, const ArrayDims *d)
{
    bool shown = false;
    for (uint32_t i = 0; i < d->n; i++)
        shown |= d->lower[i] != 1;
    for (uint32_t i = 0; shown && i < d->n; i++)
        sb_printf(b, "[%d:%lld]", d->lower[i], (long long)d->lower[i] + d->len[i] - 1);
    sb_puts(b, shown ? "=" : "");
}

/* Braces and commas between element k and the one before it; k = all of them: the end. */
static void put_braces(StrBuf *b, const ArrayDims *d, uint32_t k, uint32_t n)
{
    uint32_t closed = 0;
    while (k > 0 && closed < d->n && k % (array_stride(d, d->n - 1 - closed) * d->len[d->n - 1 - closed]) == 0)
        closed++;
    for (uint32_t i = 0; i < closed; i++)
        sb_putc(b, '}');
    if (k == n)
        return;
    sb_puts(b, k > 0 ? "," : "");
    for (uint32_t i = k > 0 ? d->n - closed : 0; i < d->n; i++)
        sb_putc(b, '{');
}

static int print_elements(ArrayReader *r, const ArrayDims *d, StrBuf *b)
{
    _cleanup_(sb_done) StrBuf one;
    uint32_t k = 0, n = d->len[0] * array_stride(d, 0);
    int rc;
    sb_init(&one, b->acct);
    for (Value e; (rc = array_next(r, &e)) > 0; k++) {
        put_braces(b, d, k, n);
        if (e.is_null) {
            sb_puts(b, "NULL");
            continue;
        }
        sb_clear(&one);
        value_print(&e, &one);
        put_element(b, (Str){sb_cstr(&one), one.n});
        b->failed |= one.failed;
        arena_reset(r->arena);
    }
    put_braces(b, d, n, n);
    return rc;
}

void array_print(const Value *v, StrBuf *b)
{
    _cleanup_(arena_done) Arena arena;
    ArrayDims d;
    Str items;
    arena_init(&arena, b->acct, 0);
    array_dims_of(v->type, v->str, &d, &items);
    ArrayReader r = array_read(v->type, items, &arena);
    if (d.n == 0) {
        sb_puts(b, "{}");
        return;
    }
    put_bounds(b, &d);
    b->failed |= print_elements(&r, &d, b) < 0;
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
    Type type;
    bool sql;
    Arena *arena;
    StrBuf *out;
    uint32_t leaf; /* depth of the elements; 0 = none yet */
    uint32_t n;    /* elements */
    bool known[ARRAY_DIMS_MAX];
    ArrayDims dims;
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
    return p->at < p->s.n && (p->quoted || keep > 0 || p->text.failed); /* put_parsed() raises that */
}

static int put_parsed(Scan *p, Err *err)
{
    Type e = type_element(p->type);
    Str text = {sb_cstr(&p->text), p->text.n};
    Value v = value_null(e);
    if (p->text.failed)
        return RAISE_NOMEM(err);
    if (p->quoted || !str_eq_nocase(text, STR("null")))
        TRY(p->sql ? value_parse_sql(e, text, p->arena, &v, err) : value_parse(e, text, p->arena, &v, err));
    array_put(p->out, p->type, &v);
    p->n++;
    return 0;
}

static int too_many_dims(Err *err)
{
    return RAISE(err, ERR_PROGRAM_LIMIT, "number of array dimensions exceeds the maximum allowed (%d)", ARRAY_DIMS_MAX);
}

static int parse_item(Scan *p, uint32_t depth, Err *err)
{
    if (p->leaf && p->leaf != depth)
        return malformed(p->s, err); /* an element beside arrays */
    p->leaf = depth;
    if (!scan_element(p))
        return malformed(p->s, err);
    return put_parsed(p, err);
}

/* What stands in braces, at a depth from 1; arrays side by side have the same length. */
static int parse_level(Scan *p, uint32_t depth, Err *err)
{
    uint32_t n = 0;
    if (depth > ARRAY_DIMS_MAX)
        return too_many_dims(err);
    skip_blanks(p);
    if (p->at == p->s.n || p->s.p[p->at++] != '{')
        return malformed(p->s, err);
    skip_blanks(p);
    bool more = p->at < p->s.n && p->s.p[p->at] != '}';
    p->at += !more;
    for (; more; n++) {
        skip_blanks(p);
        bool inner = p->at < p->s.n && p->s.p[p->at] == '{';
        if (inner && p->leaf == depth)
            return malformed(p->s, err);
        TRY(inner ? parse_level(p, depth + 1, err) : parse_item(p, depth, err));
        skip_blanks(p);
        more = p->at < p->s.n && p->s.p[p->at] == ',';
        if (!more && (p->at == p->s.n || p->s.p[p->at] != '}'))
            return malformed(p->s, err);
        p->at++;
    }
    if (n == 0 && depth > 1)
        return malformed(p->s, err);
    if (p->known[depth - 1] && p->dims.len[depth - 1] != n)
        return malformed(p->s, err);
    p->known[depth - 1] = true;
    p->dims.len[depth - 1] = n;
    return 0;
}

static bool scan_number(Scan *p, int32_t *ret)
{
    size_t from = p->at;
    int64_t v;
    while (p->at < p->s.n && (p->s.p[p->at] == '-' || p->s.p[p->at] == '+' || (p->s.p[p->at] >= '0' && p->s.p[p->at] <= '9')))
        p->at++;
    if (!str_to_i64((Str){p->s.p + from, p->at - from}, &v) || v != (int32_t)v)
        return false;
    *ret = (int32_t)v;
    return true;
}

/* [low:high] or [high], before "=". */
static int parse_bounds(Scan *p, ArrayDims *ret, Err *err)
{
    *ret = (ArrayDims){.n = 0};
    for (skip_blanks(p); p->at < p->s.n && p->s.p[p->at] == '['; skip_blanks(p)) {
        int32_t low = 1, high;
        if (ret->n == ARRAY_DIMS_MAX)
            return too_many_dims(err);
        p->at++;
        if (!scan_number(p, &high) || p->at == p->s.n)
            return malformed(p->s, err);
        if (p->s.p[p->at] == ':') {
            p->at++;
            low = high;
            if (!scan_number(p, &high) || p->at == p->s.n)
                return malformed(p->s, err);
        }
        if (p->s.p[p->at++] != ']')
            return malformed(p->s, err);
        if (high < low)
            return RAISE(err, ERR_SUBSCRIPT, "upper bound cannot be less than lower bound");
        ret->lower[ret->n] = low;
        ret->len[ret->n++] = (uint32_t)((int64_t)high - low + 1);
    }
    if (ret->n > 0 && (p->at == p->s.n || p->s.p[p->at++] != '='))
        return malformed(p->s, err);
    return 0;
}

static int parse_whole(Scan *p, Err *err)
{
    ArrayDims want;
    TRY(parse_bounds(p, &want, err));
    TRY(parse_level(p, 1, err));
    skip_blanks(p);
    if (p->at != p->s.n)
        return malformed(p->s, err);
    p->dims.n = p->n > 0 ? p->leaf : 0;
    for (uint32_t i = 0; i < p->dims.n; i++)
        p->dims.lower[i] = 1;
    if (want.n > 0 && !array_same_dims(&want, &p->dims))
        return malformed(p->s, err);
    array_put_dims(p->out, want.n > 0 ? &want : &p->dims);
    return 0;
}

int array_parse(Type t, Str s, bool sql, Arena *arena, Value *ret, Err *err)
{
    _cleanup_(sb_done) StrBuf out;
    Scan p = {.s = s, .type = t, .sql = sql, .arena = arena, .out = &out};
    sb_init(&p.text, arena->acct);
    sb_init(&out, arena->acct);
    int rc = parse_whole(&p, err);
    sb_done(&p.text);
    if (rc < 0)
        return rc;
    char *copy = out.failed ? NULL : arena_strndup(arena, sb_cstr(&out), out.n);
    if (!copy)
        return RAISE_NOMEM(err);
    *ret = (Value){.type = t, .str = {copy, out.n}};
    return 0;
}
