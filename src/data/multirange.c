/* SPDX-License-Identifier: Apache-2.0
 *
 * Multiranges: lists of ranges, merged; their texts. */
#include "data/multirange.h"

#include <stdlib.h>

int ranges_add(Ranges *r, const Range *one)
{
    if (one->empty)
        return 0;
    if (r->n == r->cap) {
        uint32_t cap = r->cap ? 2 * r->cap : 8;
        Range *more = ARENA_ARRAY(r->arena, Range, cap);
        if (!more)
            return -ERR_OUT_OF_MEMORY;
        if (r->n)
            memcpy(more, r->at, r->n * sizeof(*more));
        r->at = more;
        r->cap = cap;
    }
    r->at[r->n++] = *one;
    return 0;
}

int ranges_read(TypeId type, Str bytes, Arena *arena, Ranges *ret)
{
    *ret = (Ranges){.arena = arena, .type = type_is_multirange(type) ? type_range_of(type) : type};
    for (size_t at = 0; at < bytes.n;) {
        size_t n = range_length(ret->type, bytes.p + at);
        Range one = range_read(ret->type, (Str){bytes.p + at, n});
        TRY(ranges_add(ret, &one));
        at += n;
    }
    return 0;
}

static int by_bounds(const void *x, const void *y)
{
    const Range *a = x, *b = y;
    int c = range_cmp_bounds(&a->low, &b->low);
    return c ? c : range_cmp_bounds(&a->high, &b->high);
}

void ranges_merge(Ranges *r)
{
    uint32_t n = 0;
    if (r->n > 1)
        qsort(r->at, r->n, sizeof(*r->at), by_bounds);
    for (uint32_t i = 0; i < r->n; i++) {
        Range *last = n ? &r->at[n - 1] : NULL;
        bool touch = last && (range_overlaps(last, &r->at[i]) || range_is_before(&last->high, &r->at[i].low));
        if (!touch)
            r->at[n++] = r->at[i];
        else if (range_cmp_bounds(&r->at[i].high, &last->high) > 0)
            last->high = r->at[i].high;
    }
    r->n = n;
}

void ranges_put(const Ranges *r, StrBuf *b)
{
    char bytes[RANGE_BYTES_MAX];
    for (uint32_t i = 0; i < r->n; i++)
        sb_putstr(b, range_write(&r->at[i], bytes));
}

int ranges_intersect(const Ranges *a, const Ranges *b, Ranges *ret)
{
    *ret = (Ranges){.arena = a->arena, .type = a->type};
    for (uint32_t i = 0, k = 0; i < a->n && k < b->n;) {
        Range both;
        range_intersect(&a->at[i], &b->at[k], &both);
        TRY(ranges_add(ret, &both));
        if (range_cmp_bounds(&a->at[i].high, &b->at[k].high) < 0)
            i++;
        else
            k++;
    }
    return 0;
}

/* Up to where the other begins, from where it ends. */
static RangeBound beside(const RangeBound *b)
{
    return (RangeBound){b->value, !b->inclusive, !b->lower};
}

int ranges_subtract(const Ranges *a, const Ranges *b, Ranges *ret)
{
    *ret = (Ranges){.arena = a->arena, .type = a->type};
    for (uint32_t i = 0, first = 0; i < a->n; i++) {
        Range left = a->at[i], part;
        while (first < b->n && range_cmp_bounds(&b->at[first].high, &left.low) < 0)
            first++;
        for (uint32_t k = first; k < b->n && !left.empty && range_overlaps(&left, &b->at[k]); k++) {
            const Range *cut = &b->at[k];
            if (range_cmp_bounds(&left.low, &cut->low) < 0 && range_make(left.low, beside(&cut->low), &part, NULL) == 0)
                TRY(ranges_add(ret, &part));
            if (range_cmp_bounds(&left.high, &cut->high) <= 0 || range_make(beside(&cut->high), left.high, &left, NULL) < 0)
                left.empty = true;
        }
        TRY(ranges_add(ret, &left));
    }
    return 0;
}

/* ---- texts ---- */

void multirange_print(const Value *v, StrBuf *b)
{
    TypeId type = type_range_of((TypeId)v->type.id);
    sb_putc(b, '{');
    for (size_t at = 0; at < v->str.n;) {
        size_t n = range_length(type, v->str.p + at);
        Value one = {.type = {.id = (uint8_t)type}, .str = {v->str.p + at, n}};
        sb_puts(b, at ? "," : "");
        range_print(&one, b);
        at += n;
    }
    sb_putc(b, '}');
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t skip_blanks(Str s, size_t at)
{
    while (at < s.n && is_blank(s.p[at]))
        at++;
    return at;
}

static int malformed(Str s, const char *why, Err *err)
{
    (void)RAISE(err, ERR_INVALID_TEXT, "malformed multirange literal: \"%.*s\"", (int)MIN(s.n, (size_t)64), s.p);
    (void)err_detail(err, "%s", why);
    return -ERR_INVALID_TEXT;
}

/* Where the range that begins at `at` ends; 0: it does not. */
static size_t range_end(Str s, size_t at)
{
    Str word = STR("empty");
    if (s.n - at >= word.n && str_eq_nocase((Str){s.p + at, word.n}, word))
        return at + word.n;
    for (bool within = false; at < s.n; at++) {
        if (s.p[at] == '\\')
            at++;
        else if (s.p[at] == '"')
            within = !within;
        else if (!within && (s.p[at] == ')' || s.p[at] == ']'))
            return at + 1;
    }
    return 0;
}

static int parse_ranges(Type t, Str s, bool sql, Ranges *ret, Err *err)
{
    Type type = {.id = (uint8_t)type_range_of((TypeId)t.id)};
    size_t at = skip_blanks(s, 0);
    if (at == s.n || s.p[at] != '{')
        return malformed(s, "Missing left brace.", err);
    at = skip_blanks(s, at + 1);
    for (bool more = at < s.n && s.p[at] != '}'; more;) {
        bool begins = at < s.n && (s.p[at] == '[' || s.p[at] == '(' || s.p[at] == 'e' || s.p[at] == 'E');
        size_t end = begins ? range_end(s, at) : 0;
        Value one;
        if (!end)
            return malformed(s, begins ? "Unexpected end of input." : "Expected range start.", err);
        TRY(range_parse(type, (Str){s.p + at, end - at}, sql, ret->arena, &one, err));
        Range r = range_read((TypeId)type.id, one.str);
        if (ranges_add(ret, &r) < 0)
            return RAISE_NOMEM(err);
        at = skip_blanks(s, end);
        more = at < s.n && s.p[at] == ',';
        if (!more && (at == s.n || s.p[at] != '}'))
            return malformed(s, at == s.n ? "Unexpected end of input." : "Expected comma or end of multirange.", err);
        at = more ? skip_blanks(s, at + 1) : at;
    }
    if (at == s.n)
        return malformed(s, "Unexpected end of input.", err);
    return skip_blanks(s, at + 1) < s.n ? malformed(s, "Junk after closing right brace.", err) : 0;
}

int multirange_parse(Type t, Str s, bool sql, Arena *arena, Value *ret, Err *err)
{
    Ranges r = {.arena = arena, .type = type_range_of((TypeId)t.id)};
    _cleanup_(sb_done) StrBuf bytes;
    sb_init(&bytes, arena->acct);
    TRY(parse_ranges(t, s, sql, &r, err));
    ranges_merge(&r);
    ranges_put(&r, &bytes);
    char *copy = bytes.failed ? NULL : arena_strndup(arena, sb_cstr(&bytes), bytes.n);
    if (!copy)
        return RAISE_NOMEM(err);
    *ret = (Value){.type = t, .str = {copy, bytes.n}};
    return 0;
}
