/* SPDX-License-Identifier: Apache-2.0
 *
 * Hashes of key columns, by base/hash.h, equal to value_hash of the same values.  The first column writes, later ones combine. */
#include <string.h>

#include "base/hash.h"
#include "kernel/loop.h"

#define PUT(i, h) (ret[i] = first ? (h) : hash_combine(ret[i], (h)))

/* One loop per width; dense columns without nulls take the first branch, which is the fast path of a single BIGINT key. */
#define HASH_LOOP(T, HASH)                                                                                                         \
    do {                                                                                                                           \
        const T                                                                                                                    \
        *d = values->data;                                                                                                         \
        if (!rows.sel && !v->valid && v->kind == VEC_FLAT) {                                                                       \
            if (first) {                                                                                                           \
                for (uint32_t i = 0; i < rows.n; i++)                                                                              \
                    ret[i] = HASH(d[i]);                                                                                           \
            } else {                                                                                                               \
                for (uint32_t i = 0; i < rows.n; i++)                                                                              \
                    ret[i] = hash_combine(ret[i], HASH(d[i]));                                                                     \
            }                                                                                                                      \
        } else {                                                                                                                   \
            for (uint32_t i = 0; i < rows.n; i++) {                                                                                \
                uint32_t r = row_at(rows, i);                                                                                      \
                PUT(i, vec_is_null(v, r) ? HASH_NULL : HASH(d[vec_phys(v, r)]));                                                   \
            }                                                                                                                      \
        }                                                                                                                          \
    } while (0)

static void hash_text(const Vec *v, Rows rows, bool first, uint64_t *ret)
{
    const Vec *values = vec_values(v);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (vec_is_null(v, r)) {
            PUT(i, HASH_NULL);
            continue;
        }
        Str s = vec_str(values, vec_phys(v, r));
        PUT(i, hash_bytes(s.p, s.n));
    }
}

static void hash_values(const Vec *v, Rows rows, bool first, uint64_t *ret)
{
    for (uint32_t i = 0; i < rows.n; i++) {
        Value val = vec_get(v, row_at(rows, i));
        PUT(i, value_hash(&val));
    }
}

static inline uint64_t hash_decimal(i128 v, unsigned scale)
{
    return scale == 0 && v == (int64_t)v ? hash_i64((int64_t)v) : decimal_hash(v, scale);
}
#define HASH_DECIMAL(v) hash_decimal((v), values->type.scale)

static void hash_column(const Vec *v, Rows rows, bool first, uint64_t *ret);

/* One value for all rows is hashed once. */
static void hash_const(const Vec *v, Rows rows, bool first, uint64_t *ret)
{
    uint64_t h;
    hash_column(v, (Rows){1, NULL}, true, &h);
    for (uint32_t i = 0; i < rows.n; i++)
        PUT(i, h);
}

static void hash_column(const Vec *v, Rows rows, bool first, uint64_t *ret)
{
    const Vec *values = vec_values(v);
    if (v->kind == VEC_CONST && rows.n > 1) {
        hash_const(v, rows, first, ret);
        return;
    }
    switch ((TypeId)v->type.id) {
    case T_I16: HASH_LOOP(int16_t, hash_i64); break;
    case T_I32:
    case T_ENUM:
    case T_DATE: HASH_LOOP(int32_t, hash_i64); break;
    case T_I64:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS: HASH_LOOP(int64_t, hash_i64); break;
    case T_F32: HASH_LOOP(float, hash_f64); break;
    case T_F64: HASH_LOOP(double, hash_f64); break;
    case T_DECIMAL: HASH_LOOP(i128, HASH_DECIMAL); break;
    case T_TEXT:
    case T_BYTEA:
    case T_BITS:
    case T_RANGES:
    case T_MULTIRANGES:
    case T_NETWORKS:
    case T_ARRAY:
    case T_STRUCT:
    case T_MAP:
    case T_JSON: hash_text(v, rows, first, ret); break;
    default: hash_values(v, rows, first, ret); break;
    }
}

void kernel_hash(const Vec *const *keys, uint32_t n_keys, Rows rows, uint64_t *ret_hash)
{
    if (rows.n > 1 && n_keys > 0 && vecs_are_const(keys, n_keys)) {
        kernel_hash(keys, n_keys, (Rows){1, NULL}, ret_hash);
        for (uint32_t i = 1; i < rows.n; i++)
            ret_hash[i] = ret_hash[0];
        return;
    }
    for (uint32_t k = 0; k < n_keys; k++)
        hash_column(keys[k], rows, k == 0, ret_hash);
    if (n_keys == 0)
        memset(ret_hash, 0, rows.n * sizeof(uint64_t));
}

int kernel_repeated(const uint64_t *hash, uint32_t n, Arena *arena, uint32_t *ret_first, uint32_t *ret, uint32_t *ret_n)
{
    uint32_t bits = 33u - (uint32_t)__builtin_clz(n); /* more than two places for each */
    uint32_t *first = arena_zalloc(arena, sizeof(*first) << bits);
    uint64_t *twice = arena_zalloc(arena, BIT_WORDS(n) * sizeof(*twice));
    *ret_n = 0;
    if (!first || !twice)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = (uint32_t)(hash[i] >> (64 - bits));
        while (first[at] && hash[first[at] - 1] != hash[i])
            at = (at + 1) & ((1u << bits) - 1);
        ret_first[i] = first[at] ? first[at] - 1 : i;
        if (first[at]) {
            bit_set(twice, first[at] - 1);
            bit_set(twice, i);
        } else {
            first[at] = i + 1;
        }
    }
    for (uint32_t w = 0; w < BIT_WORDS(n); w++)
        for (uint64_t m = twice[w]; m; m &= m - 1)
            ret[(*ret_n)++] = w * 64 + (uint32_t)__builtin_ctzll(m);
    return 0;
}
