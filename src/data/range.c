/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranges: their bytes, the canonical form, the order of bounds, and the texts of PostgreSQL. */
#include "data/range.h"

#include "base/calendar.h"

/* ---- bytes ---- */

enum { MARK_BELOW = 0, MARK_VALUE = 1, MARK_ABOVE = 2 };

/* A whole number of so many bytes. */
static void set_number(Value *v, i128 n, uint32_t bytes)
{
    if (bytes == sizeof(v->i32))
        v->i32 = (int32_t)n;
    else if (bytes == sizeof(v->i64))
        v->i64 = (int64_t)n;
    else
        v->dec = n;
}
static i128 number_of(const Value *v, uint32_t bytes)
{
    return bytes == sizeof(v->i32) ? v->i32 : bytes == sizeof(v->i64) ? v->i64 : v->dec;
}

static const char *read_bound(Type t, const char *p, bool lower, RangeBound *ret)
{
    uint32_t n = type_bytes(t.id);
    *ret = (RangeBound){.value = value_null(t), .lower = lower};
    if (*p++ != MARK_VALUE)
        return p;
    i128 v = (int8_t)(*p ^ (char)0x80);
    for (uint32_t i = 1; i < n; i++)
        v = (i128)((u128)v << 8 | (uint8_t)p[i]);
    ret->value.is_null = false;
    set_number(&ret->value, v, n);
    ret->inclusive = (p[n] == 0) == lower;
    return p + n + 1;
}

Range range_read(TypeId range, Str bytes)
{
    Range r = {.empty = bytes.n == 0};
    if (r.empty)
        return r;
    const char *p = read_bound(type_bound(range), bytes.p, true, &r.low);
    (void)read_bound(type_bound(range), p, false, &r.high);
    return r;
}

size_t range_length(TypeId range, const char *p)
{
    size_t bound = type_bytes(type_bound(range).id) + 2, low = *p == MARK_VALUE ? bound : 1;
    return low + (p[low] == MARK_VALUE ? bound : 1);
}

static char *write_bound(char *to, const RangeBound *b)
{
    uint32_t n = type_bytes(b->value.type.id);
    *to++ = b->value.is_null ? (b->lower ? MARK_BELOW : MARK_ABOVE) : MARK_VALUE;
    if (b->value.is_null)
        return to;
    i128 v = number_of(&b->value, n);
    for (uint32_t i = 0; i < n; i++)
        to[i] = (char)(v >> (8 * (n - 1 - i)));
    *to ^= (char)0x80;
    to[n] = b->inclusive == b->lower ? 0 : 1;
    return to + n + 1;
}

Str range_write(const Range *r, char buf[RANGE_BYTES_MAX])
{
    char *end = r->empty ? buf : write_bound(write_bound(buf, &r->low), &r->high);
    return (Str){buf, (size_t)(end - buf)};
}

/* ---- bounds ---- */

/* Below all values -1, above them 1, else 0. */
static int endless(const RangeBound *b)
{
    return !b->value.is_null ? 0 : b->lower ? -1 : 1;
}

int range_cmp_ends(const RangeBound *a, const RangeBound *b)
{
    int x = endless(a), y = endless(b);
    return x || y ? x - y : value_cmp(&a->value, &b->value);
}

/* Where the bound lies beside its value: just before it, at it, just behind it. */
static int side(const RangeBound *b)
{
    return b->inclusive || b->value.is_null ? 0 : b->lower ? 1 : -1;
}

int range_cmp_bounds(const RangeBound *a, const RangeBound *b)
{
    int c = range_cmp_ends(a, b);
    return c ? c : side(a) - side(b);
}

bool range_has(const Range *r, const Value *v)
{
    RangeBound at = {.value = *v, .inclusive = true};
    return !r->empty && range_cmp_bounds(&r->low, &at) <= 0 && range_cmp_bounds(&r->high, &at) >= 0;
}

bool range_is_before(const RangeBound *high_a, const RangeBound *low_b)
{
    RangeBound low = {high_a->value, !high_a->inclusive, true}, high = {low_b->value, !low_b->inclusive, false};
    Range between;
    int c = high_a->value.is_null || low_b->value.is_null ? 1 : range_cmp_ends(high_a, low_b);
    if (c == 0)
        return high_a->inclusive != low_b->inclusive;
    return c < 0 && range_make(low, high, &between, NULL) == 0 && between.empty;
}

/* ---- the canonical form ---- */

/* The next value of a type that has one; infinite dates have none and stay. */
static int step(RangeBound *b, Err *err)
{
    Value *v = &b->value;
    bool stays = v->type.id == T_DATE && (v->i32 == DATE_INFINITY || v->i32 == DATE_MINUS_INFINITY);
    if (v->is_null || stays || b->inclusive == b->lower)
        return 0;
    b->inclusive = b->lower;
    switch ((TypeId)v->type.id) {
    case T_I32: return __builtin_add_overflow(v->i32, 1, &v->i32) ? RAISE(err, ERR_NUMERIC_RANGE, "integer out of range") : 0;
    case T_I64: return __builtin_add_overflow(v->i64, 1, &v->i64) ? RAISE(err, ERR_NUMERIC_RANGE, "bigint out of range") : 0;
    default: return ++v->i32 == DATE_INFINITY ? RAISE(err, ERR_DATETIME_OVERFLOW, "date out of range") : 0;
    }
}

static bool has_none(const RangeBound *low, const RangeBound *high)
{
    return range_cmp_ends(low, high) == 0 && !(low->inclusive && high->inclusive);
}

int range_make(RangeBound low, RangeBound high, Range *ret, Err *err)
{
    TypeId id = low.value.type.id;
    low.lower = true;
    high.lower = false;
    low.inclusive &= !low.value.is_null;
    high.inclusive &= !high.value.is_null;
    if (range_cmp_ends(&low, &high) > 0)
        return RAISE(err, ERR_DATA_EXCEPTION, "range lower bound must be less than or equal to range upper bound");
    *ret = (Range){.empty = has_none(&low, &high)};
    if (ret->empty)
        return 0;
    if (type_is_integer(id) || id == T_DATE) {
        TRY(step(&low, err));
        TRY(step(&high, err));
        ret->empty = has_none(&low, &high);
    }
    ret->low = low;
    ret->high = high;
    return 0;
}

bool range_overlaps(const Range *a, const Range *b)
{
    return !a->empty && !b->empty && range_cmp_bounds(&a->low, &b->high) <= 0 && range_cmp_bounds(&b->low, &a->high) <= 0;
}

void range_intersect(const Range *a, const Range *b, Range *ret)
{
    if (!range_overlaps(a, b)) {
        *ret = (Range){.empty = true};
        return;
    }
    RangeBound low = range_cmp_bounds(&a->low, &b->low) >= 0 ? a->low : b->low;
    RangeBound high = range_cmp_bounds(&a->high, &b->high) <= 0 ? a->high : b->high;
    *ret = (Range){.low = low, .high = high};
}

/* ---- texts ---- */

static void print_bound(const Value *v, StrBuf *b)
{
    _cleanup_(sb_done) StrBuf text;
    bool quoted = false;
    sb_init(&text, b->acct);
    value_print(v, &text);
    for (size_t i = 0; i < text.n && !quoted; i++) /* only times have them */
        quoted = strchr("\"\\()[], \t\n\r\v\f", text.p[i]) != NULL;
    sb_puts(b, quoted ? "\"" : "");
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\')
            sb_putc(b, text.p[i]);
        sb_putc(b, text.p[i]);
    }
    sb_puts(b, quoted ? "\"" : "");
    b->failed |= text.failed;
}

void range_print(const Value *v, StrBuf *b)
{
    Range r = range_read(v->type.id, v->str);
    if (r.empty) {
        sb_puts(b, "empty");
        return;
    }
    sb_putc(b, r.low.inclusive ? '[' : '(');
    print_bound(&r.low.value, b);
    sb_putc(b, ',');
    print_bound(&r.high.value, b);
    sb_putc(b, r.high.inclusive ? ']' : ')');
}

typedef struct Scan {
    Str s;
    size_t at;
    Type bound;
    bool sql;
    Arena *arena;
} Scan;

static char peek(const Scan *p)
{
    return p->at < p->s.n ? p->s.p[p->at] : 0;
}

static void skip_blanks(Scan *p)
{
    while (p->at < p->s.n && strchr(" \t\n\r\v\f", p->s.p[p->at]) && p->s.p[p->at])
        p->at++;
}

static int malformed(const Scan *p, const char *why, Err *err)
{
    (void)RAISE(err, ERR_INVALID_TEXT, "malformed range literal: \"%.*s\"", (int)MIN(p->s.n, (size_t)64), p->s.p);
    (void)err_detail(err, "%s", why);
    return -ERR_INVALID_TEXT;
}

/* The text of a bound up to the comma or parenthesis behind it, without its quotes. false: it does not end. */
static bool scan_bound(Scan *p, char *out, size_t *ret_n)
{
    bool within = false;
    size_t n = 0;
    for (; p->at < p->s.n && (within || !strchr(",)]", p->s.p[p->at])); p->at++) {
        char c = p->s.p[p->at];
        bool twice = within && c == '"' && p->at + 1 < p->s.n && p->s.p[p->at + 1] == '"';
        if (c == '\\' || twice) {
            if (++p->at == p->s.n)
                return false;
            out[n++] = p->s.p[p->at];
        } else if (c == '"') {
            within = !within;
        } else {
            out[n++] = c;
        }
    }
    *ret_n = n;
    return p->at < p->s.n;
}

static int parse_bound(Scan *p, RangeBound *ret, Err *err)
{
    size_t n = 0;
    ret->value = value_null(p->bound);
    if (p->at < p->s.n && strchr(",)]", peek(p)) && peek(p))
        return 0;
    char *text = arena_alloc(p->arena, p->s.n + 1);
    if (!text)
        return RAISE_NOMEM(err);
    if (!scan_bound(p, text, &n))
        return malformed(p, "Unexpected end of input.", err);
    return p->sql ? value_parse_sql(p->bound, (Str){text, n}, p->arena, &ret->value, err)
                  : value_parse(p->bound, (Str){text, n}, p->arena, &ret->value, err);
}

static int parse_bounds(Scan *p, Range *ret, Err *err)
{
    RangeBound low = {.inclusive = peek(p) == '['}, high = {0};
    if (peek(p) != '[' && peek(p) != '(')
        return malformed(p, "Missing left parenthesis or bracket.", err);
    p->at++;
    TRY(parse_bound(p, &low, err));
    if (peek(p) != ',')
        return malformed(p, "Missing comma after lower bound.", err);
    p->at++;
    TRY(parse_bound(p, &high, err));
    if (peek(p) == ',')
        return malformed(p, "Too many commas.", err);
    high.inclusive = peek(p) == ']';
    p->at++;
    skip_blanks(p);
    if (p->at < p->s.n)
        return malformed(p, "Junk after right parenthesis or bracket.", err);
    return range_make(low, high, ret, err);
}

static int parse_whole(Scan *p, Range *ret, Err *err)
{
    Str word = STR("empty");
    skip_blanks(p);
    if (p->s.n - p->at < word.n || !str_eq_nocase((Str){p->s.p + p->at, word.n}, word))
        return parse_bounds(p, ret, err);
    p->at += word.n;
    skip_blanks(p);
    *ret = (Range){.empty = true};
    return p->at < p->s.n ? malformed(p, "Junk after \"empty\" key word.", err) : 0;
}

int range_parse(Type t, Str s, bool sql, Arena *arena, Value *ret, Err *err)
{
    Range r;
    Scan p = {.s = s, .bound = type_bound(t.id), .sql = sql, .arena = arena};
    TRY(parse_whole(&p, &r, err));
    char *bytes = arena_alloc(arena, RANGE_BYTES_MAX);
    if (!bytes)
        return RAISE_NOMEM(err);
    *ret = (Value){.type = t, .str = range_write(&r, bytes)};
    return 0;
}
