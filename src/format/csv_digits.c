/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of integers, four fields at a time with AVX2 where the machine has it.
 *
 * A field is loaded as the eight bytes before its end, so that its last digit is the top byte whatever its length; what stands
 * before the field is shifted out, and a minus sign counts as one byte less.  Three multiplications that add neighbours make the
 * number.  A group with a field that is not 1..8 digits (empty, quoted, longer, a CR at the end of the line) goes field by field.
 */
#include "format/csv_impl.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define LANES 4u

/* Fields i..i + 3; false = not all of them are plain. */
AVX2 static inline __attribute__((always_inline)) bool four_fields(const CsvRun *run, uint32_t i, __m256i *ret)
{
    long long word[LANES], unused[LANES];
    const uint32_t *sep = run->sep + run->file_col;
    if (unlikely(sep[run->first[i]] < 8)) /* the eight bytes would begin before the input */
        return false;
    for (unsigned k = 0; k < LANES; k++) {
        const uint32_t *end = sep + run->first[i + k];
        memcpy(&word[k], run->p + *end - 8, 8);
        unused[k] = 64 - 8 * (long long)(*end - end[-1] - 1);
    }
    const __m256i w = _mm256_set_epi64x(word[3], word[2], word[1], word[0]);
    __m256i shift = _mm256_set_epi64x(unused[3], unused[2], unused[1], unused[0]);
    const __m256i head = _mm256_and_si256(_mm256_srlv_epi64(w, shift), _mm256_set1_epi64x(0xff));
    const __m256i minus = _mm256_cmpeq_epi64(head, _mm256_set1_epi64x('-'));
    shift = _mm256_add_epi64(shift, _mm256_and_si256(minus, _mm256_set1_epi64x(8)));
    const __m256i keep = _mm256_sllv_epi64(_mm256_set1_epi64x(-1), shift);
    const __m256i digits = _mm256_and_si256(_mm256_sub_epi8(w, _mm256_set1_epi8('0')), keep);
    const __m256i too_big = _mm256_subs_epu8(digits, _mm256_set1_epi8(9));
    const __m256i not_8 =
        _mm256_or_si256(_mm256_cmpgt_epi64(shift, _mm256_set1_epi64x(56)), _mm256_cmpgt_epi64(_mm256_setzero_si256(), shift));
    const __m256i wrong = _mm256_or_si256(too_big, not_8);
    if (unlikely(!_mm256_testz_si256(wrong, wrong)))
        return false;
    const __m256i pairs = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(1 << 8 | 10));
    const __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(1 << 16 | 100));
    const __m256i v = _mm256_add_epi64(_mm256_mul_epu32(fours, _mm256_set1_epi64x(10000)), _mm256_srli_epi64(fours, 32));
    *ret = _mm256_sub_epi64(_mm256_xor_si256(v, minus), minus);
    return true;
}

AVX2 static int column_i64(CsvRun *r, Err *err)
{
    const CsvRun run = *r;
    int64_t *out = (int64_t *)builder_data(r->out, r->col) + r->row0;
    uint32_t i = 0;
    for (__m256i v; i + LANES <= run.n; i += LANES) {
        if (likely(four_fields(&run, i, &v)))
            _mm256_storeu_si256((__m256i *)(void *)(out + i), v);
        else
            TRY(csv_i64_fields(r, i, i + LANES, err));
    }
    return csv_i64_fields(r, i, run.n, err);
}

AVX2 static int column_i32(CsvRun *r, Err *err)
{
    const __m256i low_halves = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    const CsvRun run = *r;
    int32_t *out = (int32_t *)builder_data(r->out, r->col) + r->row0;
    uint32_t i = 0;
    for (__m256i v; i + LANES <= run.n; i += LANES) {
        if (likely(four_fields(&run, i, &v)))
            _mm_storeu_si128((__m128i *)(void *)(out + i), _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(v, low_halves)));
        else
            TRY(csv_i32_fields(r, i, i + LANES, err));
    }
    return csv_i32_fields(r, i, run.n, err);
}

CsvColumnFn csv_digits_column(TypeId id)
{
    if (!__builtin_cpu_supports("avx2"))
        return NULL;
    return id == T_I64 ? column_i64 : id == T_I32 ? column_i32 : NULL;
}

#else

CsvColumnFn csv_digits_column(TypeId id)
{
    (void)id;
    return NULL;
}
#endif
