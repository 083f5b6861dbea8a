/* SPDX-License-Identifier: Apache-2.0
 *
 * The scanners (csv_scan_impl.h) and the choice between them.  x86-64 has SSE2 always; AVX2 and AVX-512 are found at run time, so
 * the library may be built for the oldest machine it is meant for.  Elsewhere a loop over words does the same work. */
#include "format/csv_scan_impl.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

void csv_scan_init(CsvScan *s, Account *acct)
{
    *s = (CsvScan){.acct = acct};
}

void csv_scan_done(CsvScan *s)
{
    mem_free(s->acct, s->sep, sizeof(uint32_t) * s->cap_sep);
    mem_free(s->acct, s->row_end, sizeof(uint32_t) * s->cap_rows);
    *s = (CsvScan){0};
}

static int array_grow(Account *acct, uint32_t **a, uint32_t *cap, uint32_t want)
{
    if (want <= *cap)
        return 0;
    uint32_t *p = mem_realloc(acct, *a, sizeof(uint32_t) * *cap, sizeof(uint32_t) * want);
    if (!p)
        return -ERR_OUT_OF_MEMORY;
    *a = p;
    *cap = want;
    return 0;
}

int csv_scan_start(CsvScan *s, uint32_t from, uint32_t max_rows, uint32_t n_sep)
{
    TRY(array_grow(s->acct, &s->sep, &s->cap_sep, n_sep + 2 * CSV_BLOCK));
    TRY(array_grow(s->acct, &s->row_end, &s->cap_rows, max_rows + CSV_BLOCK + 1));
    s->sep[0] = from - 1;
    s->n_sep = 1;
    s->n_rows = 0;
    s->pos = from;
    s->state = CSV_RECORD;
    s->high = s->quotes = false;
    return 0;
}

int csv_scan_grow(CsvScan *s)
{
    return array_grow(s->acct, &s->sep, &s->cap_sep, 2 * s->cap_sep);
}

static void scan_scalar(CsvScan *s, const CsvDialect *d, const char *p, uint32_t n, uint32_t max_rows)
{
    uint32_t pos = s->pos, n_sep = s->n_sep;
    CsvState state = s->state;
    unsigned char high = 0;
    for (; pos < n && s->n_rows < max_rows && n_sep + CSV_BLOCK < s->cap_sep; pos++) {
        high |= (unsigned char)p[pos];
        s->quotes |= p[pos] == d->quote;
        if (!csv_step(d, &state, p[pos]))
            continue;
        if (p[pos] == '\n')
            s->row_end[s->n_rows++] = n_sep;
        s->sep[n_sep++] = pos;
    }
    s->pos = pos;
    s->n_sep = n_sep;
    s->state = state;
    s->high |= high >= 0x80;
}

/* Bit i = parity of the bits 0..i: a set bit for every byte from an opening quote up to the one before its closing quote. */
static uint64_t prefix_xor(uint64_t x)
{
    for (unsigned k = 1; k < 64; k *= 2)
        x ^= x << k;
    return x;
}

/* Removes the separators inside quotes from the masks of n bytes at p and moves the state behind them. */
static __attribute__((noinline)) void scan_quotes(const CsvDialect *d, CsvState *state, const char *p, uint32_t n, uint64_t quotes,
                                                  uint64_t *delims, uint64_t *lines)
{
    uint64_t inside = prefix_xor(quotes) ^ (*state == CSV_QUOTED ? ~UINT64_C(0) : 0);
    uint64_t opening = quotes & inside, closing = quotes & ~inside;
    uint64_t starts = *delims & ~inside, ends = *lines & ~inside;
    bool at_start = *state == CSV_RECORD || *state == CSV_FIELD || *state == CSV_QUOTE_END;
    uint64_t may_open = (starts | ends | closing) << 1 | at_start;
    if (likely(!(opening & ~may_open))) {
        uint64_t last = UINT64_C(1) << (n - 1);
        *delims = starts;
        *lines = ends;
        *state = inside & last    ? CSV_QUOTED
                 : closing & last ? CSV_QUOTE_END
                 : ends & last    ? CSV_RECORD
                 : starts & last  ? CSV_FIELD
                                  : CSV_PLAIN;
        return;
    }
    *delims = *lines = 0;
    for (uint32_t i = 0; i < n; i++)
        if (csv_step(d, state, p[i]))
            *(p[i] == '\n' ? lines : delims) |= UINT64_C(1) << i;
}

static inline __attribute__((always_inline)) void put_bits(uint32_t *out, uint32_t base, uint64_t mask)
{
    for (; mask; mask &= mask - 1)
        *out++ = base + (uint32_t)__builtin_ctzll(mask);
}

/* Bit 7 of every byte of w that equals the byte repeated in `pattern`, without carries between bytes. */
static inline uint64_t bytes_equal(uint64_t w, uint64_t pattern)
{
    uint64_t x = w ^ pattern, low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    return ~(((x & low) + low) | x | low);
}

static inline uint64_t gather_bits(uint64_t high_bits)
{
    return ((high_bits >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

static inline void masks_portable(const char *p, char delimiter, char quote, uint64_t *delims, uint64_t *lines, uint64_t *quotes,
                                  uint64_t *high)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    *delims = *lines = *quotes = *high = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t w;
        memcpy(&w, p + 8 * i, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        w = __builtin_bswap64(w);
#endif
        *delims |= gather_bits(bytes_equal(w, ones * (unsigned char)delimiter)) << (8 * i);
        *lines |= gather_bits(bytes_equal(w, ones * '\n')) << (8 * i);
        *quotes |= gather_bits(bytes_equal(w, ones * (unsigned char)quote)) << (8 * i);
        *high |= gather_bits(w & (ones * 0x80)) << (8 * i);
    }
}

#define SCAN_NAME scan_portable
#define SCAN_TARGET
#define SCAN_MASKS masks_portable
#define SCAN_PUT put_bits
#include "format/csv_scan.tmpl.h"

#if defined(__x86_64__)

static inline void masks_sse2(const char *p, char delimiter, char quote, uint64_t *delims, uint64_t *lines, uint64_t *quotes,
                              uint64_t *high)
{
    *delims = *lines = *quotes = *high = 0;
    for (unsigned i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        *delims |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(delimiter))) << (16 * i);
        *lines |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n'))) << (16 * i);
        *quotes |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(quote))) << (16 * i);
        *high |= (uint64_t)(uint32_t)_mm_movemask_epi8(v) << (16 * i);
    }
}

#define SCAN_NAME scan_sse2
#define SCAN_TARGET
#define SCAN_MASKS masks_sse2
#define SCAN_PUT put_bits
#include "format/csv_scan.tmpl.h"

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))
AVX2 static inline void masks_avx2(const char *p, char delimiter, char quote, uint64_t *delims, uint64_t *lines, uint64_t *quotes,
                                   uint64_t *high)
{
    *delims = *lines = *quotes = *high = 0;
    for (unsigned i = 0; i < 2; i++) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32 * i));
        *delims |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(delimiter))) << (32 * i);
        *lines |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('\n'))) << (32 * i);
        *quotes |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(quote))) << (32 * i);
        *high |= (uint64_t)(uint32_t)_mm256_movemask_epi8(v) << (32 * i);
    }
}

#define SCAN_NAME scan_avx2
#define SCAN_TARGET AVX2
#define SCAN_MASKS masks_avx2
#define SCAN_PUT put_bits
#include "format/csv_scan.tmpl.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,avx2,bmi,bmi2,popcnt,lzcnt")))
AVX512 static inline void masks_avx512(const char *p, char delimiter, char quote, uint64_t *delims, uint64_t *lines,
                                       uint64_t *quotes, uint64_t *high)
{
    __m512i v = _mm512_loadu_si512(p);
    *delims = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(delimiter));
    *lines = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n'));
    *quotes = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(quote));
    *high = _mm512_movepi8_mask(v);
}

/* The indexes of the set bits, packed by one instruction; 16 are written at a time. */
AVX512 static inline void put_avx512(uint32_t *out, uint32_t base, uint64_t mask)
{
    static const uint8_t index[64]
        __attribute__((aligned(64))) = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
                                        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    __m512i packed = _mm512_maskz_compress_epi8(mask, _mm512_load_si512(index)), from = _mm512_set1_epi32((int)base);
    unsigned n = (unsigned)__builtin_popcountll(mask);
    _mm512_storeu_si512(out, _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed))));
    if (likely(n <= 16))
        return;
    _mm512_storeu_si512(out + 16, _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 1))));
    if (likely(n <= 32))
        return;
    _mm512_storeu_si512(out + 32, _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 2))));
    _mm512_storeu_si512(out + 48, _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 3))));
}

#define SCAN_NAME scan_avx512
#define SCAN_TARGET AVX512
#define SCAN_MASKS masks_avx512
#define SCAN_PUT put_avx512
#include "format/csv_scan.tmpl.h"

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2");
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}
#endif

CsvScanFn csv_scanner_named(const char *name)
{
    if (strcmp(name, "scalar") == 0)
        return scan_scalar;
    if (strcmp(name, "portable") == 0)
        return scan_portable;
#if defined(__x86_64__)
    if (strcmp(name, "sse2") == 0)
        return scan_sse2;
    if (strcmp(name, "avx2") == 0 && has_avx2())
        return scan_avx2;
    if (strcmp(name, "avx512") == 0 && has_avx512())
        return scan_avx512;
#endif
    return NULL;
}

CsvScanFn csv_scanner(const CsvDialect *d)
{
    static const char *const fastest_first[] = {"avx512", "avx2", "sse2", "portable"};
    if (d->has_escape || d->has_comment || d->trim)
        return scan_scalar;
    for (size_t i = 0; i < ARRAY_LEN(fastest_first); i++) {
        CsvScanFn fn = csv_scanner_named(fastest_first[i]);
        if (fn)
            return fn;
    }
    return scan_scalar;
}
