/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of up to sixteen bytes are two words.  Of longer ones the rank is the word: they are sorted by eight bytes after the other,
 * rows that are equal so far among themselves, and numbered. */
#include "exec/sort_texts.h"

#include <string.h>

#include "base/bits.h"
#include "exec/sort_radix.h"

#define SHORT_BYTES (TEXT_WORDS * 8)
#define FEW 256u /* rows that are merged rather than sorted by digits */
#define DEEP 16u /* eights of bytes; equal beginnings longer than that are compared as a whole */

static inline uint64_t word_at(Str s, size_t from)
{
    uint64_t w = 0;
    if (from < s.n)
        memcpy(&w, s.p + from, MIN(s.n - from, sizeof(w)));
    return __builtin_bswap64(w);
}

static inline Str text_at(const Vec *v, uint32_t i)
{
    return v->valid && !bit_get(v->valid, i) ? (Str){NULL, 0} : vec_str(v, i);
}

/* ---- long ones ---- */

typedef struct TextSort {
    const Vec *v;
    WordRow *row, *spare;
} TextSort;

static int compare_from(Str a, Str b, size_t from)
{
    size_t n = MIN(a.n, b.n);
    int c = n > from ? memcmp(a.p + from, b.p + from, n - from) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* By words, and then, when `deep`, by all that comes behind. */
static bool is_after(const TextSort *t, const WordRow *a, const WordRow *b, bool deep, size_t from)
{
    if (a->word != b->word)
        return a->word > b->word;
    return deep && compare_from(text_at(t->v, a->row), text_at(t->v, b->row), from) > 0;
}

static void merge_sort(const TextSort *t, uint32_t lo, uint32_t hi, bool deep, size_t from)
{
    WordRow *row = t->row + lo, *to = t->spare + lo;
    uint32_t n = hi - lo;
    for (uint32_t width = 1; width < n; width *= 2) {
        for (uint32_t at = 0; at < n; at += 2 * width) {
            uint32_t mid = MIN(at + width, n), end = MIN(at + 2 * width, n), a = at, b = mid;
            for (uint32_t i = at; i < end; i++)
                to[i] = a < mid && (b >= end || !is_after(t, &row[a], &row[b], deep, from)) ? row[a++] : row[b++];
        }
        WordRow *swap = row;
        row = to;
        to = swap;
    }
    if (row != t->row + lo)
        memcpy(t->row + lo, row, n * sizeof(*row));
}

static void sort_words_of(const TextSort *t, uint32_t lo, uint32_t hi)
{
    WordRow *row = t->row + lo;
    uint32_t n = hi - lo;
    uint64_t any = 0, all = UINT64_MAX;
    for (uint32_t i = 0; i < n; i++) {
        any |= row[i].word;
        all &= row[i].word;
    }
    if (any == all)
        return;
    uint32_t low = (uint32_t)__builtin_ctzll(any & ~all), high = 64 - (uint32_t)__builtin_clzll(any & ~all);
    for (uint32_t i = 0; i < n; i++)
        row[i].word = row[i].word >> low;
    WordRow *got = radix_sort(row, t->spare + lo, n, high - low);
    if (got != row)
        memcpy(row, got, n * sizeof(*row));
}

/* Sorts rows lo .. hi - 1, equal in 8 * depth bytes. */
static void sort_texts(const TextSort *t, uint32_t lo, uint32_t hi, uint32_t depth)
{
    size_t from = (size_t)depth * 8;
    bool longer = false;
    if (hi - lo < 2)
        return;
    for (uint32_t i = lo; i < hi; i++) {
        Str s = text_at(t->v, t->row[i].row);
        t->row[i].word = word_at(s, from);
        longer |= s.n > from;
    }
    if (!longer)
        return;
    if (hi - lo <= FEW || depth == DEEP) {
        merge_sort(t, lo, hi, true, from);
        return;
    }
    sort_words_of(t, lo, hi);
    for (uint32_t at = lo; at < hi;) {
        uint32_t end = at + 1;
        while (end < hi && t->row[end].word == t->row[at].word)
            end++;
        sort_texts(t, at, end, depth + 1);
        at = end;
    }
}

static int rank_texts(Account *acct, const Vec *v, uint32_t n, uint64_t *rank)
{
    size_t bytes = n * sizeof(WordRow);
    TextSort t = {v, mem_alloc(acct, bytes), mem_alloc(acct, bytes)};
    int rc = t.row && t.spare ? 0 : -ERR_OUT_OF_MEMORY;
    if (rc == 0) {
        for (uint32_t i = 0; i < n; i++)
            t.row[i] = (WordRow){0, i};
        sort_texts(&t, 0, n, 0);
        uint64_t at = 0;
        for (uint32_t i = 0; i < n; i++) {
            at += i > 0 && compare_from(text_at(v, t.row[i - 1].row), text_at(v, t.row[i].row), 0) != 0;
            rank[t.row[i].row] = at;
        }
    }
    mem_free(acct, t.row, t.row ? bytes : 0);
    mem_free(acct, t.spare, t.spare ? bytes : 0);
    return rc;
}

/* ---- words ---- */

static uint64_t *words_new(Account *acct, uint32_t n)
{
    return mem_alloc(acct, n * sizeof(uint64_t));
}

void text_words_done(TextWords *t, Account *acct, uint32_t n)
{
    for (uint32_t w = 0; w < TEXT_WORDS; w++)
        mem_free(acct, t->word[w], t->word[w] ? n * sizeof(uint64_t) : 0);
    mem_free(acct, t->length, t->length ? n * sizeof(uint64_t) : 0);
    *t = (TextWords){0};
}

/* Of texts of at most sixteen bytes: with a zero at the end of one, padding does not tell it from a shorter one. */
static int short_words(TextWords *t, Account *acct, const Vec *v, uint32_t n, size_t longest, bool zeros)
{
    if (longest > 8 && !(t->word[1] = words_new(acct, n)))
        return -ERR_OUT_OF_MEMORY;
    if (zeros && !(t->length = words_new(acct, n)))
        return -ERR_OUT_OF_MEMORY;
    t->whole = true;
    for (uint32_t i = 0; i < n; i++) {
        Str s = text_at(v, i);
        t->word[0][i] = word_at(s, 0);
        if (t->word[1])
            t->word[1][i] = word_at(s, 8);
        if (t->length)
            t->length[i] = s.n;
    }
    return 0;
}

int text_words(TextWords *t, Account *acct, const Vec *v, uint32_t n)
{
    size_t longest = 0;
    bool zeros = false;
    *t = (TextWords){.word = {words_new(acct, n)}};
    if (!t->word[0])
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        Str s = text_at(v, i);
        longest = MAX(longest, s.n);
        zeros |= s.n > 0 && s.n <= SHORT_BYTES && s.p[s.n - 1] == 0;
    }
    return longest > SHORT_BYTES ? rank_texts(acct, v, n, t->word[0]) : short_words(t, acct, v, n, longest, zeros);
}
