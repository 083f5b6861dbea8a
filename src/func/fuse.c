/* SPDX-License-Identifier: Apache-2.0
 *
 * length(replace(s, 'c', '')) is how SQL counts a character.  One of ASCII is a byte that stands in no other character, so the
 * length is that of s without the bytes that are this one; where another such character comes instead, it is that of s.
 *
 * x % 10 = 0 picks every tenth; whether a number is a multiple of a constant is a multiplication (kernel/compare_wide.h). */
#include "func/fuse.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <string.h>

#include "base/find.h"
#include "func/text_impl.h"
#include "kernel/arith.h"
#include "kernel/compare_wide.h"

/* Bytes of s that are c; *ret_ascii: whether all of s is ASCII. */
static inline size_t count_byte(Str s, char c, bool *ret_ascii)
{
    size_t n = 0, i = 0;
#if defined(__SSE2__)
    __m128i seen = _mm_setzero_si128(), wanted = _mm_set1_epi8(c);
    for (; i + 16 <= s.n; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
        seen = _mm_or_si128(seen, v);
        n += (size_t)__builtin_popcount((unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, wanted)));
    }
    *ret_ascii = _mm_movemask_epi8(seen) == 0 && text_is_ascii((Str){s.p + i, s.n - i});
#else
    *ret_ascii = text_is_ascii(s);
#endif
    for (; i < s.n; i += 16)
        n += (size_t)__builtin_popcount(find_mask(s, i, c));
    return n;
}

static int length_of_replaced(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    char c = text_at(arg[1], 0).p[0];
    bool goes = text_at(arg[2], 0).n == 0;
    EACH_ROW(rows, r)
    {
        bool ascii;
        text_ahead(arg[0], rows, i_);
        Str s = text_at(arg[0], r);
        size_t n = count_byte(s, c, &ascii);
        ((int32_t *)dst->data)[r] = (int32_t)((ascii ? s.n : utf8_length(s.p, s.n)) - (goes ? n : 0));
    }
    return 0;
}

/* How often c is in s. */
static inline size_t count_only(Str s, char c)
{
    size_t n = 0, i = 0;
#if defined(__SSE2__)
    __m128i wanted = _mm_set1_epi8(c), zero = _mm_setzero_si128(), sum = zero;
    while (i + 16 <= s.n) {
        __m128i seen = zero; /* by place in the register: up to 255 */
        for (size_t end = MIN(s.n, i + 255 * 16); i + 16 <= end; i += 16)
            seen = _mm_sub_epi8(seen, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)(s.p + i)), wanted));
        sum = _mm_add_epi64(sum, _mm_sad_epu8(seen, zero));
    }
    n = (size_t)(_mm_cvtsi128_si64(sum) + _mm_cvtsi128_si64(_mm_unpackhi_epi64(sum, sum)));
#endif
    for (; i < s.n; i += 16)
        n += (size_t)__builtin_popcount(find_mask(s, i, c));
    return n;
}

#if defined(__x86_64__)
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,popcnt,bmi,bmi2")))

/* Bit i: byte i of the n at p is c; of more than 64 the first ones. */
AVX512 static inline size_t count_block(const char *p, size_t n, __m512i wanted)
{
    __mmask64 there = n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
    return (size_t)__builtin_popcountll(_mm512_mask_cmpeq_epi8_mask(there, _mm512_maskz_loadu_epi8(there, p), wanted));
}

/* How long a text is, is no branch up to 128 bytes: lengths of texts are hard to guess. */
AVX512 static void count_rows_avx512(const Vec *v, char c, Rows rows, int32_t *out)
{
    __m512i wanted = _mm512_set1_epi8(c);
    EACH_ROW(rows, r)
    {
        text_ahead(v, rows, i_);
        Str s = text_at(v, r);
        size_t n = count_block(s.p, s.n, wanted), far = s.n < 64 ? s.n : 64;
        n += count_block(s.p + far, s.n - far, wanted);
        for (size_t i = 128; i < s.n; i += 64)
            n += count_block(s.p + i, s.n - i, wanted);
        out[r] = (int32_t)n;
    }
}

static bool count_rows(const Vec *v, char c, Rows rows, int32_t *out)
{
    if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl"))
        return false;
    count_rows_avx512(v, c, rows, out);
    return true;
}
#else
static bool count_rows(const Vec *v, char c, Rows rows, int32_t *out)
{
    (void)v, (void)c, (void)rows, (void)out;
    return false;
}
#endif

/* length(s) - length(replace(s, 'c', '')), whatever the other characters are. */
static int count_character(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    char c = text_at(arg[1], 0).p[0];
    if (count_rows(arg[0], c, rows, dst->data))
        return 0;
    EACH_ROW(rows, r)
    {
        text_ahead(arg[0], rows, i_);
        ((int32_t *)dst->data)[r] = (int32_t)count_only(text_at(arg[0], r), c);
    }
    return 0;
}

static bool is_ascii_character(const Value *v)
{
    return v->str.n == 1 && (unsigned char)v->str.p[0] < 0x80;
}

static bool is_length(const FuncDef *f)
{
    return f->arg[0] == T_TEXT &&
           (strcmp(f->name, "length") == 0 || strcmp(f->name, "char_length") == 0 || strcmp(f->name, "character_length") == 0);
}

static bool is_measured(const FuncDef *outer, const FuncDef *inner, const Value *const *consts)
{
    if (!is_length(outer) || strcmp(inner->name, "replace") != 0 || !consts[1] || !consts[2] || consts[1]->is_null ||
        consts[2]->is_null)
        return false;
    return is_ascii_character(consts[1]) && (consts[2]->str.n == 0 || is_ascii_character(consts[2]));
}

static int compare_remainder(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    kernel_remainder(aux, arg[0], dst, rows);
    return 0;
}

static int64_t integer_of(TypeId id, const Value *v)
{
    return id == T_I16 ? v->i16 : id == T_I32 ? v->i32 : v->i64;
}

/* By = or <>, with a constant, of a division by a constant. */
static int fuse_remainder(Arena *arena, const FuncDef *outer, const FuncDef *inner, const Value *by, const Value *rest, Fused *ret)
{
    bool is_equal = strcmp(outer->name, "=") == 0;
    bool divides = inner->kernel == kernel_mod_i64 || inner->kernel == kernel_mod_i32 || inner->kernel == kernel_mod_i16;
    if (!divides || !by || by->is_null || rest->is_null ||
        (!is_equal && strcmp(outer->name, "<>") != 0 && strcmp(outer->name, "!=") != 0))
        return 0;
    Remainder r;
    TypeId id = (TypeId)inner->arg[1];
    if (!remainder_init(&r, integer_of(id, by), integer_of(id, rest), !is_equal))
        return 0;
    void *aux = arena_memdup(arena, &r, sizeof(r));
    *ret = (Fused){.kernel = compare_remainder, .aux = aux, .name = is_equal ? "% =" : "% <>"};
    return aux ? 1 : -ERR_OUT_OF_MEMORY;
}

int func_fused(Arena *arena, const FuncDef *outer, const FuncDef *inner, const Value *const *consts, const Value *other, Fused *ret)
{
    if (other)
        return fuse_remainder(arena, outer, inner, consts[1], other, ret);
    if (!is_measured(outer, inner, consts))
        return 0;
    *ret = (Fused){.kernel = length_of_replaced, .name = outer->name, .needs_valid = true};
    return 1;
}

bool func_fused_pair(const FuncDef *outer, const FuncDef *left, const FuncDef *right, const FuncDef *inner,
                     const Value *const *consts, Fused *ret)
{
    if (strcmp(outer->name, "-") != 0 || !is_length(left) || !is_measured(right, inner, consts) || consts[2]->str.n != 0)
        return false;
    *ret = (Fused){.kernel = count_character, .name = "count", .needs_valid = true};
    return true;
}
