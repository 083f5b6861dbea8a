/* SPDX-License-Identifier: Apache-2.0
 *
 * Masks of AVX-512 and of AVX2, chosen when they are needed: asking what the processor can do is a load and a test. */
#include "kernel/compare_wide.h"

#include <string.h>

#define WORD_ROWS 64u

/* ---- remainders, a row at a time ---- */

/* The inverse of an odd number modulo 2^64: each turn doubles the bits that are right, of which d itself has three. */
static uint64_t inverse_of(uint64_t d)
{
    uint64_t x = d;
    for (int i = 0; i < 5; i++)
        x *= 2 - d * x;
    return x;
}

bool remainder_init(Remainder *r, int64_t divisor, int64_t rest, bool negated)
{
    uint64_t m = divisor < 0 ? 0 - (uint64_t)divisor : (uint64_t)divisor, top = UINT64_C(1) << 63;
    uint64_t size = rest < 0 ? 0 - (uint64_t)rest : (uint64_t)rest;
    if (m < 2 || m == top)
        return false;
    unsigned shift = (unsigned)__builtin_ctzll(m);
    *r = (Remainder){.inverse = inverse_of(m >> shift),
                     .most = UINT64_MAX / m,
                     .minus = size,
                     .limit = rest == 0  ? UINT64_MAX
                              : rest > 0 ? top - 1 - size
                                         : top - size,
                     .flip = rest < 0 ? UINT64_MAX : 0,
                     .keep = rest == 0 ? UINT64_MAX : 0,
                     .shift = (uint8_t)shift,
                     .never = size >= m,
                     .negated = negated};
    return true;
}

KERNEL_INLINE bool is_rest(const Remainder *r, int64_t v)
{
    uint64_t x = (uint64_t)v, s = ((uint64_t)(v >> 63) & r->keep) ^ r->flip;
    uint64_t t = ((x ^ s) - s) - r->minus, q = t * r->inverse;
    q = q >> r->shift | q << (-r->shift & 63u);
    return (q <= r->most) & (t <= r->limit);
}

#if defined(__x86_64__)
#include <immintrin.h>
#define HAS_MASKS 1
#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vl")))

/* ---- AVX2: four rows ---- */

AVX2 KERNEL_INLINE uint64_t four(const CmpOp op, __m256i a, __m256i b)
{
    __m256i m = op == CMP_EQ ? _mm256_cmpeq_epi64(a, b) : op == CMP_LT ? _mm256_cmpgt_epi64(b, a) : _mm256_cmpgt_epi64(a, b);
    unsigned bits = (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(m));
    return op == CMP_LE ? bits ^ 15u : bits;
}

AVX2 KERNEL_INLINE void body_avx2(const CmpOp op, const int64_t *a, const int64_t *b, uint64_t *d, uint32_t n, const Shape shape)
{
    __m256i one_a = _mm256_set1_epi64x(a[0]), one_b = _mm256_set1_epi64x(b[0]);
    for (uint32_t i = 0; i < n; i += WORD_ROWS) {
        uint64_t word = 0;
        for (uint32_t k = 0; k < WORD_ROWS; k += 4) {
            __m256i x = shape == SHAPE_CV ? one_a : _mm256_loadu_si256((const __m256i *)(const void *)(a + i + k));
            __m256i y = shape == SHAPE_VC ? one_b : _mm256_loadu_si256((const __m256i *)(const void *)(b + i + k));
            word |= four(op, x, y) << k;
        }
        d[i / WORD_ROWS] = word;
    }
}

AVX2 KERNEL_INLINE __m256i product_avx2(__m256i x, __m256i y)
{
    __m256i cross = _mm256_add_epi64(_mm256_mul_epu32(_mm256_srli_epi64(x, 32), y), _mm256_mul_epu32(x, _mm256_srli_epi64(y, 32)));
    return _mm256_add_epi64(_mm256_mul_epu32(x, y), _mm256_slli_epi64(cross, 32));
}

AVX2 static void rests_avx2(const Remainder *r, const int64_t *a, uint64_t *d, uint32_t n)
{
    __m256i inverse = _mm256_set1_epi64x((int64_t)r->inverse), minus = _mm256_set1_epi64x((int64_t)r->minus);
    __m256i flip = _mm256_set1_epi64x((int64_t)r->flip), keep = _mm256_set1_epi64x((int64_t)r->keep);
    __m256i top = _mm256_set1_epi64x(INT64_MIN), zero = _mm256_setzero_si256();
    __m256i most = _mm256_xor_si256(_mm256_set1_epi64x((int64_t)r->most), top);
    __m256i limit = _mm256_xor_si256(_mm256_set1_epi64x((int64_t)r->limit), top);
    __m128i right = _mm_cvtsi32_si128(r->shift), left = _mm_cvtsi32_si128(64 - r->shift); /* 64 gives 0 */
    for (uint32_t i = 0; i < n; i += WORD_ROWS) {
        uint64_t word = 0;
        for (uint32_t k = 0; k < WORD_ROWS; k += 4) {
            __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(a + i + k));
            __m256i s = _mm256_xor_si256(_mm256_and_si256(_mm256_cmpgt_epi64(zero, x), keep), flip);
            __m256i t = _mm256_sub_epi64(_mm256_sub_epi64(_mm256_xor_si256(x, s), s), minus);
            __m256i q = product_avx2(t, inverse);
            q = _mm256_or_si256(_mm256_srl_epi64(q, right), _mm256_sll_epi64(q, left));
            __m256i no = _mm256_or_si256(_mm256_cmpgt_epi64(_mm256_xor_si256(q, top), most),
                                         _mm256_cmpgt_epi64(_mm256_xor_si256(t, top), limit));
            word |= (uint64_t)((unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(no)) ^ 15u) << k;
        }
        d[i / WORD_ROWS] = word;
    }
}

/* ---- AVX-512: eight ---- */

AVX512 KERNEL_INLINE uint64_t eight(const CmpOp op, __m512i a, __m512i b)
{
    return op == CMP_EQ   ? _mm512_cmpeq_epi64_mask(a, b)
           : op == CMP_LT ? _mm512_cmplt_epi64_mask(a, b)
                          : _mm512_cmple_epi64_mask(a, b);
}

AVX512 KERNEL_INLINE void body_avx512(const CmpOp op, const int64_t *a, const int64_t *b, uint64_t *d, uint32_t n,
                                      const Shape shape)
{
    __m512i one_a = _mm512_set1_epi64(a[0]), one_b = _mm512_set1_epi64(b[0]);
    for (uint32_t i = 0; i < n; i += WORD_ROWS) {
        uint64_t word = 0;
        for (uint32_t k = 0; k < WORD_ROWS; k += 8) {
            __m512i x = shape == SHAPE_CV ? one_a : _mm512_loadu_si512(a + i + k);
            __m512i y = shape == SHAPE_VC ? one_b : _mm512_loadu_si512(b + i + k);
            word |= eight(op, x, y) << k;
        }
        d[i / WORD_ROWS] = word;
    }
}

AVX512 static void rests_avx512(const Remainder *r, const int64_t *a, uint64_t *d, uint32_t n)
{
    __m512i inverse = _mm512_set1_epi64((int64_t)r->inverse), minus = _mm512_set1_epi64((int64_t)r->minus);
    __m512i flip = _mm512_set1_epi64((int64_t)r->flip), keep = _mm512_set1_epi64((int64_t)r->keep);
    __m512i most = _mm512_set1_epi64((int64_t)r->most), limit = _mm512_set1_epi64((int64_t)r->limit);
    __m512i shift = _mm512_set1_epi64(r->shift);
    for (uint32_t i = 0; i < n; i += WORD_ROWS) {
        uint64_t word = 0;
        for (uint32_t k = 0; k < WORD_ROWS; k += 8) {
            __m512i x = _mm512_loadu_si512(a + i + k);
            __m512i s = _mm512_xor_si512(_mm512_and_si512(_mm512_srai_epi64(x, 63), keep), flip);
            __m512i t = _mm512_sub_epi64(_mm512_sub_epi64(_mm512_xor_si512(x, s), s), minus);
            __m512i q = _mm512_rorv_epi64(_mm512_mullo_epi64(t, inverse), shift);
            word |= (uint64_t)_mm512_mask_cmple_epu64_mask(_mm512_cmple_epu64_mask(t, limit), q, most) << k;
        }
        d[i / WORD_ROWS] = word;
    }
}

#define BODIES(isa, attribute)                                                                                                     \
    attribute static void compare_##isa(CmpOp op, const int64_t *a, const int64_t *b, uint64_t *d, uint32_t n, Shape shape)        \
    {                                                                                                                              \
        if (shape == SHAPE_VV)                                                                                                     \
            op == CMP_EQ   ? body_##isa(CMP_EQ, a, b, d, n, SHAPE_VV)                                                              \
            : op == CMP_LT ? body_##isa(CMP_LT, a, b, d, n, SHAPE_VV)                                                              \
                           : body_##isa(CMP_LE, a, b, d, n, SHAPE_VV);                                                             \
        else if (shape == SHAPE_VC)                                                                                                \
            op == CMP_EQ   ? body_##isa(CMP_EQ, a, b, d, n, SHAPE_VC)                                                              \
            : op == CMP_LT ? body_##isa(CMP_LT, a, b, d, n, SHAPE_VC)                                                              \
                           : body_##isa(CMP_LE, a, b, d, n, SHAPE_VC);                                                             \
        else                                                                                                                       \
            op == CMP_EQ   ? body_##isa(CMP_EQ, a, b, d, n, SHAPE_CV)                                                              \
            : op == CMP_LT ? body_##isa(CMP_LT, a, b, d, n, SHAPE_CV)                                                              \
                           : body_##isa(CMP_LE, a, b, d, n, SHAPE_CV);                                                             \
    }
BODIES(avx2, AVX2)
BODIES(avx512, AVX512)
#undef BODIES

static inline bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
static inline bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}
#endif

uint32_t compare_wide(CmpOp op, const int64_t *a, const int64_t *b, uint64_t *d, uint32_t n, Shape shape)
{
    n -= n % WORD_ROWS;
#ifdef HAS_MASKS
    if (n == 0)
        return 0;
    if (has_avx512()) {
        compare_avx512(op, a, b, d, n, shape);
        return n;
    }
    if (has_avx2()) {
        compare_avx2(op, a, b, d, n, shape);
        return n;
    }
#else
    (void)op, (void)a, (void)b, (void)d, (void)shape;
#endif
    return 0;
}

/* Of n rows, whole words. */
static void rests(const Remainder *r, const int64_t *a, uint64_t *d, uint32_t n)
{
#ifdef HAS_MASKS
    if (has_avx512()) {
        rests_avx512(r, a, d, n);
        return;
    }
    if (has_avx2()) {
        rests_avx2(r, a, d, n);
        return;
    }
#endif
    for (uint32_t i = 0; i < n; i += WORD_ROWS) {
        uint64_t word = 0;
        for (uint32_t k = 0; k < WORD_ROWS; k++)
            word |= (uint64_t)is_rest(r, a[i + k]) << k;
        d[i / WORD_ROWS] = word;
    }
}

static int64_t integer_at(const Vec *v, uint32_t row)
{
    row &= vec_mask(v);
    switch ((TypeId)v->type.id) {
    case T_I16: return ((const int16_t *)v->data)[row];
    case T_I32: return ((const int32_t *)v->data)[row];
    default: return ((const int64_t *)v->data)[row];
    }
}

/* Rows [0, n) of a FLAT vector, the narrow ones widened word by word. */
static void dense_rests(const Remainder *r, const Vec *v, uint64_t *d, uint32_t n)
{
    int64_t wide[WORD_ROWS];
    uint32_t whole = n - n % WORD_ROWS;
    if (v->type.id == T_I64) {
        rests(r, v->data, d, whole);
    } else {
        for (uint32_t i = 0; i < whole; i += WORD_ROWS) {
            for (uint32_t k = 0; k < WORD_ROWS; k++)
                wide[k] = v->type.id == T_I32 ? ((const int32_t *)v->data)[i + k] : ((const int16_t *)v->data)[i + k];
            rests(r, wide, d + i / WORD_ROWS, WORD_ROWS);
        }
    }
    if (whole == n)
        return;
    uint64_t word = 0;
    for (uint32_t i = whole; i < n; i++)
        word |= (uint64_t)is_rest(r, integer_at(v, i)) << (i - whole);
    d[whole / WORD_ROWS] = word;
}

void kernel_remainder(const Remainder *r, const Vec *v, Vec *dst, Rows rows)
{
    uint64_t *d = dst->data;
    if (rows.sel || rows.n == 1 || v->kind != VEC_FLAT) {
        EACH_ROW(rows, i)
        bit_put(d, i, (!r->never && is_rest(r, integer_at(v, i))) != r->negated);
        return;
    }
    if (r->never)
        bits_fill(d, rows.n, false);
    else
        dense_rests(r, v, d, rows.n);
    for (uint32_t i = 0; r->negated && i < BIT_WORDS(rows.n); i++)
        d[i] = ~d[i];
}
