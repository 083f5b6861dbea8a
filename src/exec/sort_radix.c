/* SPDX-License-Identifier: Apache-2.0
 *
 * Radix sort from the last digit to the first one, and words of few bits. */
#include "exec/sort_radix.h"

#include <string.h>

#include "base/bits.h"

#define DIGIT_BITS 11u
#define BLOCK 64u

static void radix_pass(const WordRow *row, WordRow *to, uint32_t n, uint32_t shift, uint32_t bits)
{
    uint32_t at[1u << DIGIT_BITS] = {0}, mask = (1u << bits) - 1, sum = 0;
    for (uint32_t i = 0; i < n; i++)
        at[row[i].word >> shift & mask]++;
    for (uint32_t d = 0; d <= mask; d++) {
        uint32_t some = at[d];
        at[d] = sum;
        sum += some;
    }
    for (uint32_t i = 0; i < n; i++)
        to[at[row[i].word >> shift & mask]++] = row[i];
}

WordRow *radix_sort(WordRow *row, WordRow *spare, uint32_t n, uint32_t n_bits)
{
    if (n_bits == 0)
        return row;
    uint32_t n_passes = (n_bits + DIGIT_BITS - 1) / DIGIT_BITS, bits = (n_bits + n_passes - 1) / n_passes;
    for (uint32_t shift = 0; shift < n_bits; shift += bits) {
        radix_pass(row, spare, n, shift, MIN(bits, n_bits - shift));
        WordRow *t = row;
        row = spare;
        spare = t;
    }
    return row;
}

uint64_t words_varying(const uint64_t *word, const uint64_t *valid, uint32_t n)
{
    uint64_t any = 0, all = UINT64_MAX;
    for (uint32_t i = 0; i < n; i++) {
        if (valid && !bit_get(valid, i))
            continue;
        any |= word[i];
        all &= word[i];
    }
    return any & ~all;
}

void words_squeeze(uint64_t *word, uint32_t n, uint64_t mask)
{
    uint32_t shift[32], n_runs = 0, at = 0; /* a run of ones: how far it moves down */
    uint64_t part[32], tmp[BLOCK];
    for (uint32_t bit = 0; bit < 64;) {
        if (!(mask >> bit & 1)) {
            bit++;
            continue;
        }
        uint32_t end = bit;
        while (end < 64 && (mask >> end & 1))
            end++;
        shift[n_runs] = bit - at;
        part[n_runs++] = (end - bit == 64 ? UINT64_MAX : (UINT64_C(1) << (end - bit)) - 1) << at;
        at += end - bit;
        bit = end;
    }
    for (uint32_t from = 0; from < n; from += BLOCK) {
        uint32_t some = MIN(n - from, BLOCK);
        memset(tmp, 0, sizeof(tmp));
        for (uint32_t r = 0; r < n_runs; r++)
            for (uint32_t i = 0; i < some; i++)
                tmp[i] |= word[from + i] >> shift[r] & part[r];
        memcpy(word + from, tmp, some * sizeof(*tmp));
    }
}
