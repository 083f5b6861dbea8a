/* SPDX-License-Identifier: Apache-2.0
 *
 * Bitmaps of 64-bit words, bit i of word i / 64; the same bytes as Arrow's validity bitmaps on little-endian machines. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Compiles a hot loop for wider vector units too, chosen by the loader.  Not under sanitizers, which are not up when the loader
 * picks, nor with clang 14, which cannot inline typed bodies into a clone. */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&                      \
    !defined(__SANITIZE_THREAD__)
#define VECTOR_CLONES __attribute__((target_clones("avx2", "default"), noinline))
#else
#define VECTOR_CLONES
#endif

#define BIT_WORDS(n) (((size_t)(n) + 63u) / 64u)
static inline bool bit_get(const uint64_t *w, size_t i)
{
    return (w[i >> 6] >> (i & 63u)) & 1u;
}
static inline void bit_set(uint64_t *w, size_t i)
{
    w[i >> 6] |= UINT64_C(1) << (i & 63u);
}
static inline void bit_clear(uint64_t *w, size_t i)
{
    w[i >> 6] &= ~(UINT64_C(1) << (i & 63u));
}
static inline void bit_put(uint64_t *w, size_t i, bool v)
{
    uint64_t m = UINT64_C(1) << (i & 63u);
    w[i >> 6] = v ? (w[i >> 6] | m) : (w[i >> 6] & ~m);
}
size_t bits_count(const uint64_t *w, size_t n_bits);
size_t bits_next(const uint64_t *w, size_t n_bits, size_t from); /* the first that is set, from there on; n_bits or more = none */
void bits_fill(uint64_t *w, size_t n_bits, bool v);
/* Copies n bits from bit offset `from` of a byte buffer into a word bitmap (Arrow import with an offset). */
void bits_copy(uint64_t *dst, const uint8_t *src, size_t from, size_t n_bits);
/* Indexes of set bits below n_bits, ascending, as uint16 (n_bits <= 65536); returns how many. */
uint32_t bits_to_sel(const uint64_t *w, size_t n_bits, uint16_t *ret_sel);
