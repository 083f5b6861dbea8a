/* SPDX-License-Identifier: Apache-2.0
 *
 * Bitmaps of 64-bit words.
 *
 * Bits at and beyond n in the last word are no part of a bitmap: readers mask them, bits_fill and bits_copy write zeros there,
 * so that two bitmaps of equal bits are equal as words. */
#include "base/bits.h"

#include <string.h>

static inline uint64_t last_mask(size_t n_bits)
{
    return n_bits & 63u ? ~UINT64_C(0) >> (64 - (n_bits & 63u)) : ~UINT64_C(0);
}

size_t bits_next(const uint64_t *w, size_t n_bits, size_t from)
{
    uint64_t mask = ~UINT64_C(0) << (from & 63);
    for (size_t i = from >> 6; i < BIT_WORDS(n_bits); i++, mask = ~UINT64_C(0))
        if (w[i] & mask)
            return i * 64 + (size_t)__builtin_ctzll(w[i] & mask);
    return n_bits;
}

size_t bits_count(const uint64_t *w, size_t n_bits)
{
    if (n_bits == 0)
        return 0;
    size_t last = (n_bits - 1) / 64, n = 0;
    for (size_t i = 0; i < last; i++)
        n += (size_t)__builtin_popcountll(w[i]);
    return n + (size_t)__builtin_popcountll(w[last] & last_mask(n_bits));
}

void bits_fill(uint64_t *w, size_t n_bits, bool v)
{
    size_t words = BIT_WORDS(n_bits);
    if (words == 0)
        return;
    memset(w, v ? 0xff : 0, words * 8);
    w[words - 1] &= last_mask(n_bits);
}

void bits_copy(uint64_t *dst, const uint8_t *src, size_t from, size_t n_bits)
{
    if (n_bits == 0)
        return;
    src += from / 8;
    unsigned shift = from & 7u;
    size_t src_bytes = (shift + n_bits + 7) / 8; /* never read beyond the source's last byte */
    size_t words = BIT_WORDS(n_bits);
    for (size_t i = 0; i < words; i++) {
        size_t at = i * 8, room = src_bytes - at;
        uint64_t lo = 0;
        memcpy(&lo, src + at, room < 8 ? room : 8);
        lo >>= shift;
        if (shift && room > 8)
            lo |= (uint64_t)src[at + 8] << (64 - shift);
        dst[i] = lo;
    }
    dst[words - 1] &= last_mask(n_bits);
}

uint32_t bits_to_sel(const uint64_t *w, size_t n_bits, uint16_t *ret_sel)
{
    uint32_t n = 0;
    size_t words = BIT_WORDS(n_bits);
    for (size_t i = 0; i < words; i++) {
        uint64_t m = w[i];
        if (i + 1 == words)
            m &= last_mask(n_bits);
        uint32_t base = (uint32_t)(i * 64);
        if (m == ~UINT64_C(0)) {
            for (uint32_t k = 0; k < 64; k++)
                ret_sel[n + k] = (uint16_t)(base + k);
            n += 64;
            continue;
        }
        for (; m; m &= m - 1)
            ret_sel[n++] = (uint16_t)(base + (uint32_t)__builtin_ctzll(m));
    }
    return n;
}
