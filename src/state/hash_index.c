/* SPDX-License-Identifier: Apache-2.0
 *
 * Index of the HASH table: size, growth, insertion, removal.
 *
 * Sizes are 2^k and 3 * 2^k lines once the index is large (doubling while it is small), so a big table's index is between 54 and 72
 * % full. Moving keeps the old chains whole: an entry moved out of a full line leaves a grave, out of any other line an empty
 * place.  Because the home grows with the hash in both indexes, moving runs through both in order. */
#include "state/hash_impl.h"

#include <string.h>

#define LINES_MIN 4u
#define LINES_FINE 4096u /* from here on steps of 1.33 and 1.5 */
#define LINES_MAX (UINT64_C(1) << 32)
#define LINE_FILL_PERCENT 72u
#define MOVE_AHEAD 3u /* lines whose rows are prefetched */

static uint64_t index_places(const HashIndex *x)
{
    return x->n_lines * LINE_ENTRIES;
}

static uint64_t index_room(uint64_t n_lines)
{
    return n_lines * LINE_ENTRIES * LINE_FILL_PERCENT / 100;
}

static uint64_t lines_for(uint64_t n_rows)
{
    uint64_t n = LINES_MIN;
    while (index_room(n) < n_rows) {
        if (n >= LINES_FINE && index_room(n + n / 2) >= n_rows)
            return n + n / 2;
        n *= 2;
    }
    return n;
}

static int index_alloc(Account *acct, HashIndex *x, uint64_t n_lines)
{
    void *m = n_lines > LINES_MAX ? NULL : mem_zalloc(acct, (n_lines + 1) * sizeof(IndexLine));
    if (!m)
        return -ERR_OUT_OF_MEMORY;
    uintptr_t at = ((uintptr_t)m + sizeof(IndexLine) - 1) & ~(uintptr_t)(sizeof(IndexLine) - 1);
    *x = (HashIndex){.line = (IndexLine *)at, .n_lines = n_lines, .memory = m};
    return 0;
}

static void index_free(Account *acct, HashIndex *x)
{
    if (x->memory)
        mem_free(acct, x->memory, (x->n_lines + 1) * sizeof(IndexLine));
    *x = (HashIndex){0};
}

int hash_index_init(HashTable *t)
{
    return index_alloc(t->ps->acct, &t->index, LINES_MIN);
}

void hash_index_done(HashTable *t)
{
    index_free(t->ps->acct, &t->index);
    index_free(t->ps->acct, &t->old);
}

void hash_index_clear(HashTable *t)
{
    HashIndex x;
    index_free(t->ps->acct, &t->old);
    if (t->index.n_lines > LINES_MIN && index_alloc(t->ps->acct, &x, LINES_MIN) == 0) {
        index_free(t->ps->acct, &t->index);
        t->index = x;
        return;
    }
    memset(t->index.line, 0, t->index.n_lines * sizeof(IndexLine));
    t->index.n_graves = 0;
}

int64_t hash_index_bytes(const HashTable *t)
{
    return (int64_t)((t->index.n_lines + 1) * sizeof(IndexLine) + (t->old.line ? (t->old.n_lines + 1) * sizeof(IndexLine) : 0));
}

static void index_put(HashIndex *x, uint64_t hash, const uint8_t *row)
{
    uint64_t at = index_home(x, hash);
    for (;; at = at + 1 == x->n_lines ? 0 : at + 1) {
        IndexLine *l = &x->line[at];
        uint32_t m = line_match(l, TAG_EMPTY);
        if (!m && x->n_graves) {
            m = line_match(l, TAG_GRAVE);
            x->n_graves -= m != 0;
        }
        if (!m)
            continue;
        uint32_t i = match_first(m);
        l->tag[i] = hash_tag(hash);
        l->low[i] = (uint32_t)(uintptr_t)row;
        l->high[i] = (uint16_t)((uintptr_t)row >> 32);
        return;
    }
}

/* Places of a line that hold rows, two bits each. */
static uint32_t line_rows(const IndexLine *l)
{
    return ~(line_match(l, TAG_EMPTY) | line_match(l, TAG_GRAVE)) & 0xffffu;
}

static void line_prefetch_rows(const IndexLine *l)
{
    for (uint32_t m = line_rows(l); m; m = match_rest(m))
        __builtin_prefetch(line_row(l, match_first(m)));
}

static void line_move(HashTable *t, IndexLine *l)
{
    uint16_t left = (uint16_t)(line_match(l, TAG_EMPTY) ? TAG_EMPTY : TAG_GRAVE);
    for (uint32_t m = line_rows(l); m; m = match_rest(m)) {
        uint8_t *row = line_row(l, match_first(m));
        index_put(&t->index, row_hash(row), row);
        l->tag[match_first(m)] = left;
    }
}

void hash_index_move(HashTable *t, uint64_t n)
{
    if (!t->old.line)
        return;
    uint64_t end = MIN(t->old.n_lines, t->cursor + MIN(n, t->old.n_lines));
    uint64_t ahead = t->cursor;
    for (; t->cursor < end; t->cursor++) {
        for (; ahead < end && ahead <= t->cursor + MOVE_AHEAD; ahead++)
            line_prefetch_rows(&t->old.line[ahead]);
        line_move(t, &t->old.line[t->cursor]);
    }
    if (t->cursor == t->old.n_lines)
        index_free(t->ps->acct, &t->old);
}

/* Begins to move into an index of n lines. */
static int index_resize(HashTable *t, uint64_t n_lines)
{
    hash_index_move(t, UINT64_MAX); /* what an earlier resize left */
    HashIndex x;
    TRY(index_alloc(t->ps->acct, &x, n_lines));
    t->old = t->index;
    t->index = x;
    t->cursor = 0;
    return 0;
}

int hash_index_reserve(HashTable *t)
{
    uint64_t used = t->n_rows + t->index.n_graves;
    if (likely(used < index_room(t->index.n_lines)))
        return 0;
    uint64_t n = lines_for(t->n_rows + t->n_rows / 8 + 1);
    int rc = index_resize(t, n);
    /* Without memory the index goes on filling up to 15/16: slower, not wrong. */
    return rc < 0 && used >= index_places(&t->index) / 16 * 15 ? rc : 0;
}

void hash_index_insert(HashTable *t, uint8_t *row)
{
    index_put(&t->index, row_hash(row), row);
    t->n_rows++;
}

static bool index_take(HashIndex *x, const uint8_t *row)
{
    uint16_t tag = hash_tag(row_hash(row));
    uint64_t home = index_home(x, row_hash(row)), at = home;
    do {
        IndexLine *l = &x->line[at];
        for (uint32_t m = line_match(l, tag); m; m = match_rest(m)) {
            if (line_row(l, match_first(m)) != row)
                continue;
            bool full = !line_match(l, TAG_EMPTY);
            l->tag[match_first(m)] = (uint16_t)(full ? TAG_GRAVE : TAG_EMPTY);
            x->n_graves += full;
            return true;
        }
        if (line_match(l, TAG_EMPTY))
            return false;
        at = at + 1 == x->n_lines ? 0 : at + 1;
    } while (at != home);
    return false;
}

void hash_index_remove(HashTable *t, uint8_t *row)
{
    bool found = index_take(&t->index, row) || (t->old.line && index_take(&t->old, row));
    ASSERT(found);
    t->n_rows--;
    if (t->n_rows == 0 && (t->old.line || t->index.n_lines > LINES_MIN)) {
        hash_index_clear(t);
        return;
    }
    hash_index_move(t, 4);
    if (!t->old.line && t->index.n_lines > LINES_MIN && t->n_rows < index_places(&t->index) / 16) {
        uint64_t n = lines_for(2 * t->n_rows);
        if (n < t->index.n_lines)
            (void)index_resize(t, n); /* no memory to shrink: the large one serves on */
    }
}
