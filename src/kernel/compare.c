/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparison of vectors.  Only =, < and <= have loops: > and >= swap the operands, <> negates. */
#include "kernel/compare_wide.h"

#include <string.h>

#include "kernel/loop.h"

#define INT_EQ(a, b) ((a) == (b))
#define INT_LT(a, b) ((a) < (b))
#define INT_LE(a, b) ((a) <= (b))
#define FLOAT_EQ(a, b) (((a) == (b)) | (((a) != (a)) & ((b) != (b))))
#define FLOAT_LT(a, b) (((a) < (b)) | (((a) == (a)) & ((b) != (b))))
#define FLOAT_LE(a, b) (((a) <= (b)) | ((b) != (b)))

#define N i16
#define T int16_t
#define EQ INT_EQ
#define LT INT_LT
#define LE INT_LE
#include "kernel/compare.tmpl.h"

#define N i32
#define T int32_t
#define EQ INT_EQ
#define LT INT_LT
#define LE INT_LE
#include "kernel/compare.tmpl.h"

#define N i64
#define T int64_t
#define EQ INT_EQ
#define LT INT_LT
#define LE INT_LE
#include "kernel/compare.tmpl.h"

#define N i128
#define T i128
#define EQ INT_EQ
#define LT INT_LT
#define LE INT_LE
#include "kernel/compare.tmpl.h"

#define N f32
#define T float
#define EQ FLOAT_EQ
#define LT FLOAT_LT
#define LE FLOAT_LE
#include "kernel/compare.tmpl.h"

#define N f64
#define T double
#define EQ FLOAT_EQ
#define LT FLOAT_LT
#define LE FLOAT_LE
#include "kernel/compare.tmpl.h"

bool strview_eq(const Vec *x, const StrView *a, const Vec *y, const StrView *b)
{
    uint64_t head_a, head_b;
    memcpy(&head_a, a, 8); /* length and first four bytes */
    memcpy(&head_b, b, 8);
    if (head_a != head_b)
        return false;
    if (a->n <= STR_INLINE_MAX)
        return memcmp(a->inlined + 4, b->inlined + 4, 8) == 0;
    return memcmp(strview_ptr(x, a), strview_ptr(y, b), (size_t)a->n) == 0;
}

int strview_cmp(const Vec *x, const StrView *a, const Vec *y, const StrView *b)
{
    uint32_t pa, pb;
    memcpy(&pa, a->inlined, 4); /* zero padded, so that a shorter one is smaller */
    memcpy(&pb, b->inlined, 4);
    if (pa != pb)
        return __builtin_bswap32(pa) < __builtin_bswap32(pb) ? -1 : 1;
    return str_cmp((Str){strview_ptr(x, a), (size_t)a->n}, (Str){strview_ptr(y, b), (size_t)b->n});
}

/* A text that lies in its view is equal where both words are. */
static void equal_short(const StrView *a, const StrView *key, uint64_t *d, Rows rows)
{
    typedef uint64_t __attribute__((may_alias)) Word;
    const Word *w = (const Word *)(const void *)a;
    uint64_t head, tail;
    memcpy(&head, key, sizeof(head));
    memcpy(&tail, (const char *)key + sizeof(head), sizeof(tail));
    if (rows.sel) {
        for (uint32_t i = 0; i < rows.n; i++) {
            size_t r = rows.sel[i];
            bit_put(d, (uint32_t)r, !((w[2 * r] ^ head) | (w[2 * r + 1] ^ tail)));
        }
        return;
    }
    for (uint32_t from = 0; from < rows.n; from += 64) {
        uint64_t word = 0;
        for (uint32_t i = from; i < MIN(from + 64, rows.n); i++)
            word |= (uint64_t) !((w[2 * i] ^ head) | (w[2 * i + 1] ^ tail)) << (i - from);
        d[from / 64] = word;
    }
}

static void compare_text(CmpOp op, const Vec *va, const Vec *vb, uint64_t *d, Rows rows)
{
    const StrView *a = va->data, *b = vb->data;
    if (op == CMP_EQ && vb->kind == VEC_CONST && va->kind == VEC_FLAT && b->n <= STR_INLINE_MAX) {
        equal_short(a, b, d, rows);
        return;
    }
    uint32_t ma = vec_mask(va), mb = vec_mask(vb);
    EACH_ROW(rows, r)
    {
        const StrView *p = &a[r & ma], *q = &b[r & mb];
        bool v = op == CMP_EQ ? strview_eq(va, p, vb, q) : strview_cmp(va, p, vb, q) < (op == CMP_LE);
        bit_put(d, r, v);
    }
}

static void compare_rows(CmpOp op, const Vec *va, const Vec *vb, uint64_t *d, Rows rows)
{
    uint32_t ma = vec_mask(va), mb = vec_mask(vb);
    EACH_ROW(rows, r)
    {
        /* Null rows hold anything; nested values can only be read when they are there. */
        int c = null_at(va, r) || null_at(vb, r) ? 0 : kernel_cmp_rows(va, r & ma, vb, r & mb);
        bit_put(d, r, op == CMP_EQ ? c == 0 : c < (op == CMP_LE));
    }
}

static void compare_bool(CmpOp op, const Vec *va, const Vec *vb, uint64_t *d, uint32_t n)
{
    const uint64_t *a = va->data, *b = vb->data;
    uint64_t const_a = a[0] & 1u ? ~UINT64_C(0) : 0, const_b = b[0] & 1u ? ~UINT64_C(0) : 0;
    for (uint32_t i = 0; i < BIT_WORDS(n); i++) {
        uint64_t p = va->kind == VEC_CONST ? const_a : a[i], q = vb->kind == VEC_CONST ? const_b : b[i];
        d[i] = op == CMP_EQ ? ~(p ^ q) : op == CMP_LT ? ~p & q : ~p | q;
    }
}

static void negate(uint64_t *d, Rows rows)
{
    if (!rows.sel) {
        for (uint32_t i = 0; i < BIT_WORDS(rows.n); i++)
            d[i] = ~d[i];
        return;
    }
    for (uint32_t i = 0; i < rows.n; i++)
        d[rows.sel[i] >> 6] ^= UINT64_C(1) << (rows.sel[i] & 63u);
}

/* Integers of eight bytes in a row by itself. */
static bool compare_word(CmpOp op, int64_t a, int64_t b)
{
    switch (op) {
    case CMP_EQ: return a == b;
    case CMP_NE: return a != b;
    case CMP_LT: return a < b;
    case CMP_LE: return a <= b;
    case CMP_GT: return a > b;
    default: return a >= b;
    }
}

static bool is_word(TypeId id)
{
    return id == T_I64 || id == T_TIME || id == T_TIMETZ || id == T_TS || id == T_TSTZ || id == T_TSNS;
}

/* All of them at once where the machine can, the rest by the loops of the template. */
static void compare_words(CmpOp op, const Vec *a, const Vec *b, uint64_t *d, Rows rows)
{
    uint32_t n = rows.sel ? 0 : compare_wide(op, a->data, b->data, d, rows.n, shape_of(a, b));
    if (n == 0) {
        compare_i64(op, a, b, d, rows);
    } else if (n < rows.n) {
        Vec x = *a, y = *b;
        x.data = (int64_t *)a->data + (n & vec_mask(a));
        y.data = (int64_t *)b->data + (n & vec_mask(b));
        compare_i64(op, &x, &y, d + n / 64, (Rows){rows.n - n, NULL});
    }
}

void kernel_compare(CmpOp op, const Vec *a, const Vec *b, Vec *dst, Rows rows)
{
    uint64_t *d = dst->data;
    if (rows.n == 1 && is_word((TypeId)a->type.id)) {
        uint32_t r = row_at(rows, 0);
        bit_put(d, r, compare_word(op, ((const int64_t *)a->data)[r & vec_mask(a)], ((const int64_t *)b->data)[r & vec_mask(b)]));
        return;
    }
    bool negated = op == CMP_NE;
    if (op == CMP_NE)
        op = CMP_EQ;
    if (op == CMP_GT || op == CMP_GE) {
        const Vec *t = a;
        a = b;
        b = t;
        op = op == CMP_GT ? CMP_LT : CMP_LE;
    }
    switch ((TypeId)a->type.id) {
    case T_BOOL: compare_bool(op, a, b, d, rows.sel ? dst->n : rows.n); break;
    case T_I16: compare_i16(op, a, b, d, rows); break;
    case T_I32:
    case T_ENUM:
    case T_DATE: compare_i32(op, a, b, d, rows); break;
    case T_I64:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS: compare_words(op, a, b, d, rows); break;
    case T_F32: compare_f32(op, a, b, d, rows); break;
    case T_F64: compare_f64(op, a, b, d, rows); break;
    case T_DECIMAL: compare_i128(op, a, b, d, rows); break;
    case T_TEXT:
    case T_BYTEA:
    case T_BITS:
    case T_RANGES:
    case T_MULTIRANGES:
    case T_NETWORKS:
    case T_ARRAY:
    case T_STRUCT:
    case T_MAP:
    case T_JSON: compare_text(op, a, b, d, rows); break;
    default: compare_rows(op, a, b, d, rows); break;
    }
    if (negated)
        negate(d, rows);
}

int kernel_cmp_rows(const Vec *x, uint32_t a, const Vec *y, uint32_t b)
{
    bool null_a = vec_is_null(x, a), null_b = vec_is_null(y, b);
    if (null_a || null_b)
        return null_a - null_b;
    uint32_t i = vec_phys(x, a), j = vec_phys(y, b);
    const Vec *u = vec_values(x), *v = vec_values(y);
#define THREE_WAY(T) (((const T *)u->data)[i] > ((const T *)v->data)[j]) - (((const T *)u->data)[i] < ((const T *)v->data)[j])
    switch ((TypeId)u->type.id) {
    case T_BOOL: return bit_get(u->data, i) - bit_get(v->data, j);
    case T_I16: return THREE_WAY(int16_t);
    case T_I32:
    case T_ENUM:
    case T_DATE: return THREE_WAY(int32_t);
    case T_I64:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS: return THREE_WAY(int64_t);
    case T_F32: return f64_cmp((double)((const float *)u->data)[i], (double)((const float *)v->data)[j]);
    case T_F64: return f64_cmp(((const double *)u->data)[i], ((const double *)v->data)[j]);
    case T_DECIMAL: return THREE_WAY(i128);
    case T_TEXT:
    case T_BYTEA:
    case T_BITS:
    case T_RANGES:
    case T_MULTIRANGES:
    case T_NETWORKS:
    case T_ARRAY:
    case T_STRUCT:
    case T_MAP:
    case T_JSON: return strview_cmp(u, (const StrView *)u->data + i, v, (const StrView *)v->data + j);
    case T_INTERVAL: return interval_cmp((const Interval *)u->data + i, (const Interval *)v->data + j);
    case T_UUID: return memcmp((const Uuid *)u->data + i, (const Uuid *)v->data + j, sizeof(Uuid));
    default: {
        Value p = vec_get(u, i), q = vec_get(v, j);
        return value_cmp(&p, &q);
    }
    }
#undef THREE_WAY
}

KERNEL_CLONES static bool dense_within(const int64_t *restrict v, uint32_t n, int64_t from, int64_t to)
{
    int64_t outside = 0;
    for (uint32_t i = 0; i < n; i++)
        outside |= (v[i] < from) | (v[i] >= to);
    return outside == 0;
}

/* The difference is taken modulo 2^64, so one comparison tests both bounds. */
bool kernel_within(const int64_t *v, Rows rows, int64_t from, int64_t to)
{
    uint64_t size = (uint64_t)to - (uint64_t)from, outside = 0;
    if (!rows.sel)
        return dense_within(v, rows.n, from, to);
    for (uint32_t i = 0; i < rows.n; i++)
        outside |= (uint64_t)v[rows.sel[i]] - (uint64_t)from >= size;
    return !outside;
}
