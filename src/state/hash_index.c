/* SPDX-License-Identifier: Apache-2.0
 *
 * Index of the HASH table: size, growth, insertion, removal.
 *
 * Sizes are 2^k and 3 * 2^k lines once the index is large (doubling while it is small), so a big table's index is between 48 and 72
 * % full.  Each step moves all entries, so where rows are so wide that the index is little beside them it goes on doubling. Moving
 * works in clusters: the cursor of the old index only rests above a line with an empty place, because no entry has overflowed past
 * such a line; so every entry above the cursor has its home there, too.  Old gives its memory back from the end, in slices.
 *
 * Moving looks at the hash of every row, in no order.  When pages may be out of memory, an index is made anew instead, at once and
 * page by page (hash_index_build): each page is read once, and does not stay. */
#include "state/hash_impl.h"

#include <string.h>

#define LINES_MIN 4u
#define LINES_FINE 4096u /* from here on steps of 1.33 and 1.5 */
#define NARROW_BYTES 64u /* of rows */
#define LINES_MAX (UINT64_C(1) << 31)
#define LINE_FILL_PERCENT 72u
#define MOVE_AHEAD 8u /* lines whose rows are prefetched */
#define LOW_LINES 8u  /* cleared at the start, for overflow from the end */
#define GIVE_BACK_BYTES (512u << 10)
#define SPACE_LINES 4096u /* from here on the lines lie in the store's space */
#define LINES_KEPT 1024u  /* of a table that is cleared: 64 KiB */
#define LINES_SPARE 4u    /* times what it needed last */
#define WAITING 64u       /* more than memory can be asked for at once */

static uint64_t index_places(const HashIndex *x)
{
    return x->n_lines * LINE_ENTRIES;
}

static uint64_t index_room(uint64_t n_lines)
{
    return n_lines * LINE_ENTRIES * LINE_FILL_PERCENT / 100;
}

static uint64_t lines_for(const HashTable *t, uint64_t n_rows)
{
    uint64_t n = LINES_MIN;
    bool fine = t->layout->row_bytes <= NARROW_BYTES;
    while (index_room(n) < n_rows) {
        if (fine && n >= LINES_FINE && index_room(n + n / 2) >= n_rows)
            return n + n / 2;
        n *= 2;
    }
    return n;
}

static void index_align(HashIndex *x)
{
    x->line = (IndexLine *)(((uintptr_t)x->memory + sizeof(IndexLine) - 1) & ~(uintptr_t)(sizeof(IndexLine) - 1));
}

/* Not cleared: lines are as they come.  They are cleared even where the space gives zeros: a page that is read before it is written
 * to faults twice, the second time at the cost of all threads, whose processors are told that it has moved. */
static int index_alloc(PageStore *ps, HashIndex *x, uint64_t n_lines)
{
    size_t bytes = (n_lines + 1) * sizeof(IndexLine);
    if (n_lines > LINES_MAX)
        return -ERR_OUT_OF_MEMORY;
    void *m = n_lines >= SPACE_LINES ? space_take(&ps->space, bytes, bytes) : NULL;
    m = m ? m : mem_alloc(ps->acct, bytes);
    if (!m)
        return -ERR_OUT_OF_MEMORY;
    *x = (HashIndex){.n_lines = n_lines, .room = index_room(n_lines), .memory = m, .bytes = bytes, .reach = bytes};
    index_align(x);
    return 0;
}

static void index_free(PageStore *ps, HashIndex *x)
{
    if (space_has(&ps->space, x->memory))
        space_give(&ps->space, x->memory, x->bytes, x->reach);
    else
        mem_free(ps->acct, x->memory, x->bytes);
    *x = (HashIndex){0};
}

static void lines_clear(HashIndex *x, uint64_t from, uint64_t to)
{
    memset(x->line + from, 0, (to - from) * sizeof(IndexLine));
}

/* Returns the memory behind the first n lines, when it is worth the call. */
static void index_give_back(PageStore *ps, HashIndex *x, uint64_t n)
{
    bool in_space = space_has(&ps->space, x->memory);
    size_t keep = in_space ? (n * sizeof(IndexLine) + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1) : (n + 1) * sizeof(IndexLine);
    if (x->bytes < keep + GIVE_BACK_BYTES)
        return;
    if (in_space) {
        space_shrink(&ps->space, x->memory, x->bytes, keep);
        x->bytes = keep;
        return;
    }
    size_t shift = (size_t)((uint8_t *)x->line - (uint8_t *)x->memory);
    void *m = mem_realloc(ps->acct, x->memory, x->bytes, keep);
    if (!m)
        return;
    x->memory = m;
    x->bytes = keep;
    index_align(x);
    if ((uint8_t *)m + shift != (uint8_t *)x->line)
        memmove(x->line, (uint8_t *)m + shift, n * sizeof(IndexLine));
}

int hash_index_init(HashTable *t)
{
    TRY(index_alloc(t->ps, &t->index, LINES_MIN));
    lines_clear(&t->index, 0, LINES_MIN);
    return 0;
}

void hash_index_done(HashTable *t)
{
    index_free(t->ps, &t->index);
    index_free(t->ps, &t->old);
}

void hash_index_clear(HashTable *t, uint64_t n_rows)
{
    HashIndex x;
    uint64_t n = t->index.n_lines > LINES_KEPT ? LINES_MIN : lines_for(t, n_rows);
    index_free(t->ps, &t->old);
    if (t->index.n_lines > n * LINES_SPARE && index_alloc(t->ps, &x, n) == 0) {
        index_free(t->ps, &t->index);
        t->index = x;
    }
    lines_clear(&t->index, 0, t->index.n_lines);
    t->index.n_graves = t->index.low = t->index.high = 0;
}

int64_t hash_index_bytes(const HashTable *t)
{
    return (int64_t)(t->index.bytes + t->old.bytes);
}

static inline void line_set(IndexLine *l, uint32_t i, uint64_t hash, const uint8_t *row)
{
    l->tag[i] = hash_tag(hash);
    l->low[i] = (uint32_t)(uintptr_t)row;
    l->high[i] = (uint16_t)((uintptr_t)row >> 32);
}

static bool line_put(HashIndex *x, IndexLine *l, uint64_t hash, const uint8_t *row)
{
    uint32_t m = line_match(l, TAG_EMPTY);
    if (!m && x->n_graves) {
        m = line_match(l, TAG_GRAVE);
        x->n_graves -= m != 0;
    }
    if (m)
        line_set(l, match_first(m), hash, row);
    return m != 0;
}

/* Uncleared lines from `from` on become usable. */
static void index_open(HashIndex *x, uint64_t from)
{
    if (from >= x->high)
        return;
    from = MAX(from, x->low);
    lines_clear(x, from, x->high);
    x->high = from;
}

static __attribute__((noinline)) void put_beyond(HashIndex *x, uint64_t hash, const uint8_t *row)
{
    uint64_t at = index_home(x, hash);
    if (at >= x->low)
        index_open(x, at);
    while (!line_put(x, &x->line[at], hash, row)) {
        at = at + 1 == x->n_lines ? 0 : at + 1;
        if (at >= x->low && at < x->high) {
            lines_clear(x, at, at + 1);
            x->low = at + 1;
        }
    }
}

/* Into t->index, which has room. */
static inline void index_put(HashIndex *x, uint64_t hash, const uint8_t *row)
{
    uint64_t at = index_home(x, hash);
    bool is_open = at < x->low || at >= x->high;
    uint32_t m = likely(is_open) ? line_match(&x->line[at], TAG_EMPTY) : 0;
    if (likely(m))
        line_set(&x->line[at], match_first(m), hash, row);
    else
        put_beyond(x, hash, row);
}

/* Places of a line that hold rows, two bits each. */
static uint32_t line_rows(const IndexLine *l)
{
    return ~(line_match(l, TAG_EMPTY) | line_match(l, TAG_GRAVE)) & 0xffffu;
}

PREFETCH_LOOP line_prefetch_rows(const IndexLine *l)
{
    for (uint32_t m = line_rows(l); m; m = match_rest(m))
        __builtin_prefetch(line_row(l, match_first(m)));
}

/* Moves the entries of a line whose home is not below `home`. */
static void line_move(HashTable *t, IndexLine *l, uint64_t home)
{
    for (uint32_t m = line_rows(l); m; m = match_rest(m)) {
        uint8_t *row = line_row(l, match_first(m));
        uint64_t hash = row_hash(row);
        if (home && index_home(&t->old, hash) < home)
            continue;
        index_put(&t->index, hash, row);
        l->tag[match_first(m)] = TAG_GRAVE;
        t->old.n_graves++;
    }
}

/* Makes usable what keys with a home not below that one of old have as home in the new index. */
static void open_to(HashTable *t, uint64_t home)
{
    ASSERT(t->old.n_lines > 0);
    uint64_t half = ((home << 32) + t->old.n_lines - 1) / t->old.n_lines; /* smallest high half of such a hash */
    index_open(&t->index, half * t->index.n_lines >> 32);
}

/* Entries that overflowed from the last lines of old into the first ones, whose home is above the cursor. */
static void move_overflow(HashTable *t)
{
    for (uint64_t at = 0; at < t->cursor; at++) {
        line_move(t, &t->old.line[at], t->cursor);
        if (line_match(&t->old.line[at], TAG_EMPTY))
            break;
    }
}

/* Rows on their way into an index that is made anew.  Their lines are anywhere, so each is asked for long before it is written to,
 * across the ends of pages, too. */
typedef struct Waiting {
    uint64_t hash[WAITING];
    uint8_t *row[WAITING];
    uint64_t n;
} Waiting;

static inline void put_soon(HashIndex *x, Waiting *w, uint64_t hash, uint8_t *row)
{
    uint64_t at = w->n++ % WAITING;
    __builtin_prefetch(&x->line[index_home(x, hash)], 1);
    if (w->n > WAITING)
        index_put(x, w->hash[at], w->row[at]);
    w->hash[at] = hash;
    w->row[at] = row;
}

static void put_waiting(HashIndex *x, Waiting *w)
{
    for (uint64_t i = w->n > WAITING ? w->n - WAITING : 0; i < w->n; i++)
        index_put(x, w->hash[i % WAITING], w->row[i % WAITING]);
    w->n = 0;
}

PREFETCH_LOOP page_prefetch(const PageHeader *p)
{
    for (uint32_t i = 0; p && i < PAGE_BYTES; i += sizeof(IndexLine))
        __builtin_prefetch((const char *)p + i);
}

/* The rows of one page, or of its image. */
static void put_page(HashIndex *x, Waiting *w, const PageHeader *image, uint8_t *page, const uint8_t *without)
{
    uint32_t unit = image->unit_bytes;
    for (uint32_t i = 0; (i = page_unit_next(image, i)) != UNIT_NONE; i++) {
        size_t at = sizeof(PageHeader) + (size_t)i * unit;
        if (page + at != without)
            put_soon(x, w, row_hash((const uint8_t *)image + at), page + at);
    }
}

/* The rows of a page that is out, by its image. */
static int put_page_out(HashTable *t, HashIndex *x, PageHeader *p, uint32_t n_pages, const uint8_t *without, StrBuf *buffer,
                        Waiting *w)
{
    size_t n = (size_t)n_pages * PAGE_BYTES;
    sb_clear(buffer);
    if (!sb_reserve(buffer, n))
        return -ERR_OUT_OF_MEMORY;
    if (page_read_out(t->ps, p, buffer->p, NULL) < 0) {
        (void)page_need(t->ps, p); /* says why */
        return -ERR_IO;
    }
    const PageHeader *image = (const PageHeader *)(const void *)buffer->p;
    if (image->kind == PAGE_ROWS)
        put_page(x, w, image, (uint8_t *)p, without);
    return 0;
}

static int put_all(HashTable *t, HashIndex *x, const uint8_t *without)
{
    StrBuf buffer;
    int rc = 0;
    Waiting w;
    w.n = 0;
    sb_init(&buffer, t->ps->acct);
    for (uint32_t i = 0; i < t->pages.n && rc == 0; i++) {
        PageHeader *p = t->pages.slot[i].page;
        if (!p)
            continue;
        if (i + 1 < t->pages.n && !t->ps->spilling)
            page_prefetch(t->pages.slot[i + 1].page);
        PageFacts facts = t->ps->spilling ? page_facts(p) : (PageFacts){0};
        if (facts.is_out)
            rc = put_page_out(t, x, p, facts.n_pages, without, &buffer, &w);
        else if (p->kind == PAGE_ROWS)
            put_page(x, &w, p, (uint8_t *)p, without);
    }
    put_waiting(x, &w);
    sb_done(&buffer);
    return rc;
}

int hash_index_build(HashTable *t, uint64_t n_rows, const uint8_t *without)
{
    HashIndex x;
    TRY(index_alloc(t->ps, &x, lines_for(t, n_rows)));
    if (!space_touch(&t->ps->space, x.memory, x.bytes))
        lines_clear(&x, 0, x.n_lines);
    int rc = put_all(t, &x, without);
    if (rc < 0) {
        index_free(t->ps, &x);
        return rc;
    }
    hash_index_done(t);
    t->index = x;
    t->cursor = 0;
    return 0;
}

/* Whether the index is in the middle of a move that pages make impossible now. */
static bool must_build(const HashTable *t)
{
    return unlikely(t->old.line != NULL) && t->ps->spilling;
}

void hash_index_move(HashTable *t, uint64_t n)
{
    HashIndex *old = &t->old;
    if (!old->line || t->ps->spilling) /* hash_index_reserve and _remove see to it */
        return;
    uint64_t end = t->cursor - MIN(n, t->cursor), ahead = t->cursor;
    bool first = t->cursor == old->n_lines, overflow = first && !line_match(&old->line[t->cursor - 1], TAG_EMPTY);
    open_to(t, end);
    while (t->cursor > 0 && (t->cursor > end || !line_match(&old->line[t->cursor - 1], TAG_EMPTY))) {
        for (; ahead > 0 && ahead + MOVE_AHEAD > t->cursor; ahead--)
            line_prefetch_rows(&old->line[ahead - 1]);
        line_move(t, &old->line[--t->cursor], 0);
    }
    if (overflow)
        move_overflow(t);
    open_to(t, t->cursor);
    if (t->cursor == 0) {
        index_free(t->ps, old);
        t->index.low = t->index.high = 0;
    } else {
        index_give_back(t->ps, old, t->cursor);
    }
}

/* Begins to move into an index of n lines. */
static int index_resize(HashTable *t, uint64_t n_lines)
{
    hash_index_move(t, UINT64_MAX); /* what an earlier resize left */
    HashIndex x;
    TRY(index_alloc(t->ps, &x, n_lines));
    t->old = t->index;
    t->index = x;
    t->index.low = MIN(n_lines, LOW_LINES);
    t->index.high = n_lines;
    lines_clear(&t->index, 0, t->index.low);
    t->cursor = t->old.n_lines;
    hash_index_move(t, 1);
    return 0;
}

int hash_index_make_room(HashTable *t)
{
    uint64_t used = t->n_rows + t->index.n_graves;
    if (must_build(t))
        return hash_index_build(t, t->n_rows + t->n_rows / 4 + 1, NULL); /* or nothing is added */
    if (used < t->index.room)
        return 0;
    uint64_t n = lines_for(t, t->n_rows + t->n_rows / 8 + 1);
    int rc = t->ps->spilling ? hash_index_build(t, t->n_rows + t->n_rows / 8 + 1, NULL) : index_resize(t, n);
    /* Without memory the index goes on filling up to 15/16: slower, not wrong. */
    return rc < 0 && used >= index_places(&t->index) / 16 * 15 ? rc : 0;
}

void hash_table_expect(HashTable *t, uint64_t more)
{
    uint64_t n = t->n_rows + more;
    bool lost = t->ps->lost;
    if (t->layout->pairs) {
        pair_pages_expect(t, n);
        return;
    }
    if (more < t->n_rows / 2 || n < t->index.room)
        return;
    if (hash_index_build(t, n, NULL) < 0)
        page_lost_as(t->ps, lost); /* no memory for a large one: it grows as it can */
}

void hash_index_insert(HashTable *t, uint8_t *row)
{
    uint64_t hash = row_hash(row);
    t->n_rows++;
    if (unlikely(t->old.line != NULL)) {
        uint64_t home = index_home(&t->old, hash);
        for (uint64_t at = home; at < t->cursor; at++) {
            if (line_put(&t->old, &t->old.line[at], hash, row))
                return;
        }
        if (home < t->cursor) /* full up to the cursor, beyond which old has no lines */
            hash_index_move(t, t->cursor - home);
    }
    index_put(&t->index, hash, row);
}

static bool index_take(const HashTable *t, HashIndex *x, const uint8_t *row)
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
        at = index_after(t, x, at);
    } while (at != home && at != x->n_lines);
    return false;
}

void hash_table_prefetch(const HashTable *t, const uint8_t *row)
{
    if (t->is_bare || t->ps->spilling) /* it may not be in memory */
        return;
    const HashIndex *x = hash_index_of(t, row_hash(row));
    __builtin_prefetch(&x->line[index_home(x, row_hash(row))], 1);
    if (t->keys.entry)
        key_cache_prefetch(t, row);
}

void hash_index_remove(HashTable *t, uint8_t *row)
{
    bool lost = t->ps->lost;
    if (must_build(t) && hash_index_build(t, t->n_rows, NULL) < 0)
        page_lost_as(t->ps, lost); /* the search goes on in both */
    bool found = index_take(t, hash_index_of(t, row_hash(row)) == &t->old ? &t->old : &t->index, row);
    ASSERT(found);
    t->n_rows--;
    if (t->n_rows == 0 && (t->old.line || t->index.n_lines > LINES_MIN)) {
        hash_index_clear(t, 0);
        return;
    }
    hash_index_move(t, 4);
    if (!t->old.line && t->index.n_lines > LINES_MIN && t->n_rows < index_places(&t->index) / 16) {
        uint64_t n = lines_for(t, 2 * t->n_rows);
        if (n < t->index.n_lines)
            (void)(t->ps->spilling ? hash_index_build(t, 2 * t->n_rows, row) : index_resize(t, n));
        page_lost_as(t->ps, lost); /* no memory to shrink: the large one serves on */
    }
}
