/* SPDX-License-Identifier: Apache-2.0
 *
 * Random values, schemas and batches for the tests of data/.  Everything follows from the seed, which the tests print when they
 * fail through the row that differs. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/decimal.h"
#include "data/arrow.h"
#include "data/builder.h"
#include "data/network.h"
#include "data/range.h"

typedef struct Rng {
    uint64_t s;
} Rng;

static inline uint64_t rng_next(Rng *r)
{
    uint64_t z = (r->s += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
static inline uint64_t rng_below(Rng *r, uint64_t n)
{
    return rng_next(r) % n;
}
/* Of any magnitude, both signs. */
static inline int64_t rng_i64(Rng *r)
{
    int64_t v = (int64_t)(rng_next(r) >> rng_below(r, 64));
    return rng_next(r) & 1 ? v : -(v / 2) - (v & 1);
}

static inline Str gen_text(Rng *r, Arena *arena, bool ascii)
{
    static const char *const pieces[] = {"a", "Zq", "0", " ", "'", "\"", "\\", "\n", "é", "漢", "😀", "x", "wort", "lang"};
    size_t n = rng_below(r, 4) == 0 ? 0 : rng_below(r, 3) == 0 ? 12 + rng_below(r, 3) : rng_below(r, 60), k = 0;
    char *p = arena_alloc(arena, n + 8);
    while (k < n) {
        const char *piece = pieces[rng_below(r, ascii ? 8 : ARRAY_LEN(pieces))];
        memcpy(p + k, piece, strlen(piece));
        k += strlen(piece);
    }
    return (Str){p, k};
}

static inline Str gen_bytes(Rng *r, Arena *arena)
{
    size_t n = rng_below(r, 40);
    char *p = arena_alloc(arena, n + 1);
    for (size_t i = 0; i < n; i++)
        p[i] = (char)rng_next(r);
    return (Str){p, n};
}

static inline Str gen_bits(Rng *r, Arena *arena)
{
    size_t n = rng_below(r, 40);
    char *p = arena_alloc(arena, n + 1);
    for (size_t i = 0; i < n; i++)
        p[i] = (char)('0' + (rng_next(r) & 1));
    return (Str){p, n};
}

static inline Str gen_json(Rng *r, Arena *arena)
{
    static const char *const texts[] = {
        "null", "1", "{}", "[1, 2.5e-3, true]", "{\"key\": \"a longer value\", \"k\": [null]}", "\"\\u00e9\""};
    (void)arena;
    return str_of(texts[rng_below(r, ARRAY_LEN(texts))]);
}

static inline double gen_f64(Rng *r)
{
    static const double special[] = {0, -0.0, 1, -1.5, 1e300, -5e-324, 0.1, 123456.75, 1.0 / 0.0, -1.0 / 0.0, 0.0 / 0.0};
    double d;
    uint64_t u = rng_next(r);
    if (rng_below(r, 3) == 0)
        return special[rng_below(r, ARRAY_LEN(special))];
    memcpy(&d, &u, 8);
    return d;
}

static inline i128 gen_decimal(Rng *r, unsigned precision)
{
    i128 max = decimal_pow10(1 + (unsigned)rng_below(r, precision));
    i128 v = (i128)((u128)rng_next(r) << 64 | rng_next(r)) % max;
    return v;
}

static inline Value gen_value(Rng *r, Type t, Arena *arena);

static inline Str gen_range(Rng *r, TypeId range, Arena *arena)
{
    Type t = type_bound(range);
    RangeBound b[2];
    Range made;
    for (int i = 0; i < 2; i++) {
        Value v = gen_value(r, t, arena);
        if (t.id == T_DECIMAL) /* as many digits as a text is read with */
            v.dec /= 10;
        b[i] = (RangeBound){.value = rng_below(r, 5) ? v : value_null(t), .inclusive = rng_next(r) & 1};
    }
    bool ordered = b[0].value.is_null || b[1].value.is_null || value_cmp(&b[0].value, &b[1].value) <= 0;
    char *bytes = arena_alloc(arena, RANGE_BYTES_MAX);
    if (range_make(b[!ordered], b[ordered], &made, NULL) < 0)
        made = (Range){.empty = true};
    return range_write(&made, bytes);
}

/* Of few values, so that networks are often in each other. */
static inline Str gen_network(Rng *r, TypeId id, Arena *arena)
{
    char *bytes = arena_zalloc(arena, INET_BYTES_MAX);
    Inet a = {.n_bits = rng_below(r, 2) ? 128 : 32};
    if (id == T_MACADDR) {
        for (int i = 0; i < 6; i++)
            bytes[i] = (char)rng_next(r);
        return (Str){bytes, 6};
    }
    a.mask = (uint8_t)(rng_below(r, 3) ? rng_below(r, a.n_bits + 1u) : a.n_bits);
    for (uint32_t i = 0; i < a.n_bits / 8u; i++)
        a.b[i] = (uint8_t)(rng_below(r, 3) ? 0 : rng_next(r));
    if (id == T_CIDR)
        inet_fill(&a, a.mask, a.n_bits, false);
    return inet_write(&a, bytes);
}

/* A value of the type that has a text form which reads back equal. */
static inline Value gen_value(Rng *r, Type t, Arena *arena)
{
    Value v = {.type = t};
    switch ((TypeId)t.id) {
    case T_BOOL: v.b = rng_next(r) & 1; break;
    case T_I16: v.i16 = (int16_t)rng_i64(r); break;
    case T_I32: v.i32 = (int32_t)rng_i64(r); break;
    case T_I64: v.i64 = rng_i64(r); break;
    case T_F32: v.f32 = (float)gen_f64(r); break;
    case T_F64: v.f64 = gen_f64(r); break;
    case T_DECIMAL: v.dec = gen_decimal(r, t.precision); break;
    case T_UNKNOWN:
    case T_TEXT: v.str = gen_text(r, arena, false); break;
    case T_BYTEA: v.str = gen_bytes(r, arena); break;
    case T_BITS: v.str = gen_bits(r, arena); break;
    case T_RANGES: v.str = gen_range(r, (TypeId)t.id, arena); break;
    case T_NETWORKS: v.str = gen_network(r, (TypeId)t.id, arena); break;
    case T_JSON: v.str = gen_json(r, arena); break;
    case T_DATE: v.i32 = (int32_t)(rng_i64(r) % 1000000); break;
    case T_TIME: v.i64 = (int64_t)rng_below(r, (uint64_t)US_PER_DAY); break;
    case T_TIMETZ: v.i64 = timetz_pack((int64_t)rng_below(r, (uint64_t)US_PER_DAY), (int64_t)rng_below(r, 115199) - 57599); break;
    case T_TS:
    case T_TSTZ: v.i64 = rng_i64(r) % (100000 * 365 * US_PER_DAY); break;
    case T_TSNS: v.i64 = rng_i64(r); break;
    case T_INTERVAL:
        v.iv =
            (Interval){(int32_t)(rng_i64(r) % 10000), (int32_t)(rng_i64(r) % 100000), rng_i64(r) % INT64_C(1000000000000) * 1000};
        break;
    case T_UUID:
        for (int i = 0; i < 16; i++)
            v.uuid.b[i] = (uint8_t)rng_next(r);
        break;
    default: break;
    }
    return v;
}

static const Field all_types[] = {
    {"b", {.id = T_BOOL}, false},
    {"i16", {.id = T_I16}, false},
    {"i32", {.id = T_I32}, false},
    {"i64", {.id = T_I64}, false},
    {"f32", {.id = T_F32}, false},
    {"f64", {.id = T_F64}, false},
    {"d10", {.id = T_DECIMAL, .precision = 10, .scale = 2}, false},
    {"d38", {.id = T_DECIMAL, .precision = 38, .scale = 9}, false},
    {"text", {.id = T_TEXT}, false},
    {"bytea", {.id = T_BYTEA}, false},
    {"date", {.id = T_DATE}, false},
    {"time", {.id = T_TIME}, false},
    {"ts", {.id = T_TS}, false},
    {"tstz", {.id = T_TSTZ}, false},
    {"tsns", {.id = T_TSNS}, false},
    {"iv", {.id = T_INTERVAL}, false},
    {"uuid", {.id = T_UUID}, false},
    {"json", {.id = T_JSON}, false},
    {"full", {.id = T_I64}, true},
};
#define N_ALL ((uint32_t)ARRAY_LEN(all_types))

/* n rows; about one value in `null_every` is NULL (0 = none), never in NOT NULL columns. */
static inline Batch *gen_batch(Rng *r, Account *acct, const Schema *schema, uint32_t n, unsigned null_every, Arena *arena)
{
    Builder b;
    Err err = ERR_INIT;
    assert_int_equal(builder_init(&b, acct, schema, MAX(n, 1), &err), 0);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t c = 0; c < schema->n; c++) {
            Value v = gen_value(r, schema->field[c].type, arena);
            v.is_null = null_every && !schema->field[c].not_null && rng_below(r, null_every) == 0;
            assert_int_equal(builder_value(&b, c, &v, &err), 0);
        }
        assert_int_equal(builder_row_done(&b), i + 1 == b.cap ? BUILDER_FULL : 0);
    }
    Batch *out = builder_take(&b);
    assert_non_null(out);
    builder_done(&b);
    return out;
}

static inline void check_value(const Value *a, const Value *b, const char *column, uint32_t row)
{
    if (value_eq(a, b))
        return;
    StrBuf x, y;
    sb_init(&x, NULL);
    sb_init(&y, NULL);
    value_print_literal(a, &x);
    value_print_literal(b, &y);
    fail_msg("column %s row %u: %s is not %s", column, row, sb_cstr(&x), sb_cstr(&y));
}
