/* SPDX-License-Identifier: Apache-2.0
 *
 * Indexes of a stored relation (CREATE INDEX): ordered collections in one MULTI table.
 *
 * An entry is the sort key of the indexed columns and, behind it, the address of its row; it counts as often as the row does.  So a
 * change goes in with the weights that it has, and the last copy of a row takes the entry along.  What is found is looked at again
 * by whoever asked: an entry needs no more of a long key than its beginning.
 *
 * A change goes through all indexes or none.  Where not even taking it back finds memory the indexes are given up, and look-ups
 * read everything: slower, not wrong.  They hold addresses and are made again from the rows. */
#include "data/value.h"
#include "exec/op.h"
#include "flow/stored.h"

#include <string.h>

#define KEY_BYTES_MAX 1024u /* of the columns */
#define SCAN_PART 16        /* a range of more than this part of the rows is read with all others: that has no jumps */

struct StoredIndex {
    StoredIndex *next;
    IndexKeys *of;    /* one reference */
    const char *name; /* in `arena`, and spec */
    uint32_t n;
    SortSpec *spec;
    uint64_t owner; /* in s->entries */
    Arena arena;
};

static void index_free(Stored *s, StoredIndex *x)
{
    index_keys_unref(x->of);
    arena_done(&x->arena);
    mem_free(s->acct, x, sizeof(*x));
}

static void give_up(Stored *s)
{
    multi_table_free(s->entries);
    s->entries = NULL;
}

void stored_index_free(Stored *s)
{
    while (s->ordered) {
        StoredIndex *x = s->ordered;
        s->ordered = x->next;
        index_free(s, x);
    }
    give_up(s);
    sb_done(&s->entry);
    sb_done(&s->entry_end);
}

/* ---- entries ---- */

static void put_address(StrBuf *b, const uint8_t *row)
{
    uint64_t address = __builtin_bswap64((uint64_t)(uintptr_t)row);
    sb_put(b, &address, sizeof(address));
}

static uint8_t *address_of(Str entry)
{
    uint64_t address;
    memcpy(&address, entry.p + entry.n - sizeof(address), sizeof(address));
    return (uint8_t *)(uintptr_t)__builtin_bswap64(address);
}

static void cut_key(StrBuf *b)
{
    b->n = MIN(b->n, KEY_BYTES_MAX);
}

static int add_row(Stored *s, StoredIndex *x, const Vec *const *key, uint32_t at, const uint8_t *row, int64_t weight, Err *err)
{
    int64_t count;
    if (weight == 0)
        return 0;
    sb_clear(&s->entry);
    for (uint32_t i = 0; i < x->n; i++)
        sortkey_put_row(&s->entry, &x->spec[i], key[i], at);
    cut_key(&s->entry);
    put_address(&s->entry, row);
    if (s->entry.failed)
        return RAISE_NOMEM(err);
    return multi_add(s->entries, &x->owner, INT64_MIN, sb_str(&s->entry), weight, &count, err);
}

/* Of the rows of a batch that are in the index n_rows at most; *ret_n: how many it were. */
static int add_batch(Stored *s, StoredIndex *x, const Batch *b, uint8_t *const *row, uint32_t n_rows, int64_t sign, uint32_t *ret_n,
                     Err *err)
{
    IndexedRows in;
    *ret_n = 0;
    TRY(index_keys_read(x->of, b, &s->work, &in, err));
    for (; *ret_n < MIN(n_rows, in.rows.n); ++*ret_n) {
        uint32_t at = row_at(in.rows, *ret_n), place = in.at ? in.at[*ret_n] : *ret_n;
        TRY(add_row(s, x, in.key, at, row[place], sign * batch_weight(b, at), err));
    }
    return 0;
}

/* What has been done so far of a change: all of it before batch k of index x, and the first n rows of that one. */
static void take_back(Stored *s, Batch *const *b, uint8_t *const *const *row, const StoredIndex *x, uint32_t k, uint32_t n,
                      uint32_t n_batches)
{
    uint32_t done;
    for (StoredIndex *y = s->ordered; s->entries; y = y->next) {
        for (uint32_t i = 0; i < (y == x ? k : n_batches); i++)
            if (add_batch(s, y, b[i], row[i], b[i]->n_sel, -1, &done, NULL) < 0) {
                give_up(s);
                return;
            }
        if (y != x)
            continue;
        if (add_batch(s, y, b[k], row[k], n, -1, &done, NULL) < 0)
            give_up(s);
        return;
    }
}

void stored_index_undo(Stored *s, Batch *const *b, uint8_t *const *const *row, uint32_t n)
{
    StoredIndex *last = s->ordered;
    while (last && last->next)
        last = last->next;
    if (last && n)
        take_back(s, b, row, last, n - 1, b[n - 1]->n_sel, n);
}

int stored_index_apply(Stored *s, Batch *const *b, uint8_t *const *const *row, uint32_t n, Err *err)
{
    for (StoredIndex *x = s->ordered; x && s->entries; x = x->next) {
        for (uint32_t k = 0; k < n; k++) {
            uint32_t done;
            int rc = add_batch(s, x, b[k], row[k], b[k]->n_sel, 1, &done, err);
            if (rc < 0) {
                take_back(s, b, row, x, k, done, n);
                return rc;
            }
        }
    }
    return 0;
}

/* ---- making and dropping ---- */

static int need_entries(Stored *s, Err *err);

static int index_open(Stored *s, StoredIndex *x, const char *name, IndexKeys *keys, Err *err)
{
    x->of = index_keys_ref(keys);
    x->n = keys->n;
    x->name = arena_strdup(&x->arena, name);
    x->spec = ARENA_ARRAY(&x->arena, SortSpec, x->n);
    if (!x->name || !x->spec)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < x->n; i++)
        x->spec[i] = (SortSpec){.type = keys->type[i], .desc = keys->desc[i], .by_value = true};
    return need_entries(s, err);
}

/* The rows that are there. */
static int index_fill(Stored *s, StoredIndex *x, Err *err)
{
    HashCursor at = {0};
    uint8_t *row[BATCH_ROWS];
    for (uint32_t n; (n = hash_table_next(s->rows, &at, row, BATCH_ROWS)) > 0;) {
        Batch *b;
        IndexedRows in;
        arena_reset(&s->scan);
        TRY(stored_read(s, row, n, &s->scan, &b, err));
        TRY(index_keys_read(x->of, b, &s->scan, &in, err));
        for (uint32_t i = 0; i < in.rows.n; i++) {
            uint32_t k = row_at(in.rows, i);
            TRY(add_row(s, x, in.key, k, row[k], *row_count(row[k]), err));
        }
        page_store_breathe(s->pages);
    }
    return page_store_take_error(s->pages, err);
}

/* Those that were given up are there again with the table of entries. */
static int need_entries(Stored *s, Err *err)
{
    int rc = 0;
    if (s->entries)
        return 0;
    s->entries = multi_table_new(s->pages, s->table_id + 3, err);
    if (!s->entries)
        return -ERR_OUT_OF_MEMORY;
    for (StoredIndex *x = s->ordered; x; x = x->next)
        x->owner = 0;
    for (StoredIndex *x = s->base ? NULL : s->ordered; x && rc == 0; x = x->next)
        rc = index_fill(s, x, err);
    if (rc < 0)
        give_up(s);
    return rc;
}

/* The new entries beside the old ones, which go when the new ones are whole. */
static int remake(Stored *s, StoredIndex *x, Err *err)
{
    uint64_t old = x->owner;
    x->owner = 0;
    int rc = index_fill(s, x, err);
    if (rc < 0 && x->owner)
        multi_drop(s->entries, x->owner);
    if (rc < 0)
        x->owner = old;
    else if (old)
        multi_drop(s->entries, old);
    return rc;
}

int stored_remake_indexes(Stored *s, const char *name, Err *err)
{
    bool all = !s->entries; /* they are made with the table */
    if (s->ordered)
        TRY(need_entries(s, err));
    for (StoredIndex *x = all ? NULL : s->ordered; x; x = x->next)
        if (!name || strcmp(x->name, name) == 0)
            TRY(remake(s, x, err));
    return stored_remake_keys(s, name, err);
}

int stored_index_add(Stored *s, const char *name, IndexKeys *keys, Err *err)
{
    StoredIndex *x = mem_zalloc(s->acct, sizeof(*x)), **last = &s->ordered;
    if (!x)
        return RAISE_NOMEM(err);
    arena_init(&x->arena, s->acct, 0);
    int rc = index_open(s, x, name, keys, err);
    if (rc == 0 && s->n_rows && !s->base)
        rc = index_fill(s, x, err);
    if (rc < 0) {
        if (x->owner)
            multi_drop(s->entries, x->owner);
        index_free(s, x);
        return rc;
    }
    while (*last)
        last = &(*last)->next;
    *last = x;
    return 0;
}

int stored_index_mirror(Stored *s, Err *err)
{
    for (const StoredIndex *x = s->base->ordered; x; x = x->next)
        TRY(stored_index_add(s, x->name, x->of, err));
    return 0;
}

void stored_index_take_over(Stored *s, const Batch *b, uint32_t at, uint8_t *row)
{
    const uint16_t sel = (uint16_t)at;
    Batch *one = s->ordered && *row_count(row) ? batch_with_sel(&s->work, b, &sel, 1) : NULL;
    if (s->ordered && *row_count(row) && !one)
        give_up(s);
    for (StoredIndex *x = one ? s->ordered : NULL; x && s->entries; x = x->next) {
        IndexedRows in;
        int rc = index_keys_read(x->of, one, &s->work, &in, NULL);
        if (rc == 0 && in.rows.n)
            rc = add_row(s, x, in.key, at, row, *row_count(row), NULL);
        if (rc < 0)
            give_up(s);
    }
}

static StoredIndex **index_named(Stored *s, const char *name)
{
    StoredIndex **x = &s->ordered;
    while (*x && strcmp((*x)->name, name) != 0)
        x = &(*x)->next;
    return x;
}

void stored_index_drop(Stored *s, const char *name)
{
    StoredIndex **at = index_named(s, name), *x = *at;
    if (!x)
        return;
    *at = x->next;
    if (s->entries && x->owner)
        multi_drop(s->entries, x->owner);
    index_free(s, x);
}

bool stored_has_index(Stored *s, const char *name)
{
    return *index_named(s, name) != NULL;
}

int stored_rename_index(Stored *s, const char *from, const char *to, Err *err)
{
    StoredIndex *x = *index_named(s, from);
    const char *name = x ? arena_strdup(&x->arena, to) : NULL;
    if (x && !name)
        return RAISE_NOMEM(err);
    TRY(stored_rename_unique(s, from, to, err));
    if (x)
        x->name = name;
    for (Stored *o = s->overlays; o; o = o->next_overlay)
        TRY(stored_rename_index(o, from, to, err));
    return 0;
}

/* ---- looking up ---- */

/* Where the entries of a range begin, and what the first one behind it begins with or is greater than. */
static int make_bounds(Stored *s, const StoredIndex *x, const KeyRange *r, Err *err)
{
    StrBuf *from = &s->entry, *to = &s->entry_end;
    sb_clear(from);
    for (uint32_t i = 0; i < r->n_eq; i++)
        sortkey_put(from, &x->spec[i], r->eq[i]);
    sb_clear(to);
    sb_put(to, from->p, from->n);
    const SortSpec *next = r->n_eq < x->n ? &x->spec[r->n_eq] : NULL;
    const Value *low = next && next->desc ? r->high : r->low, *high = next && next->desc ? r->low : r->high;
    if (low)
        sortkey_put(from, next, low);
    if (high)
        sortkey_put(to, next, high);
    cut_key(from);
    cut_key(to);
    return from->failed || to->failed ? RAISE_NOMEM(err) : 0;
}

static bool is_past(Str entry, Str to)
{
    size_t n = MIN(entry.n, to.n);
    return n > 0 && memcmp(entry.p, to.p, n) > 0; /* what begins with it is within */
}

static bool is_large(Stored *s, const StoredIndex *x)
{
    static const char behind[] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff";
    size_t n = s->entry_end.n;
    if (!x->owner)
        return false;
    sb_put(&s->entry_end, behind, sizeof(behind));
    int64_t within = s->entry_end.failed ? 0 : multi_rank(s->entries, x->owner, sb_str(&s->entry_end));
    s->entry_end.n = n;
    within -= multi_rank(s->entries, x->owner, sb_str(&s->entry));
    return within > 256 && (uint64_t)within > s->n_rows / SCAN_PART;
}

typedef struct Found {
    Stored *s;  /* that the answer is of: an overlay, or the one that is read */
    bool below; /* the one that is read is the overlay's base */
    int (*each)(void *self, Batch *b, Err *err);
    void *self;
    uint32_t n;
    uint8_t *row[256];
} Found;

static int found_flush(Found *f, Err *err)
{
    uint32_t n = f->n;
    f->n = 0;
    return n ? stored_give(f->s, f->row, n, f->each, f->self, err) : 0;
}

static int found_row(Found *f, uint8_t *row, Err *err)
{
    if (f->below && stored_overlay_hides(f->s, row))
        return 0;
    f->row[f->n++] = row;
    return f->n == ARRAY_LEN(f->row) ? found_flush(f, err) : 0;
}

/* All rows of one range, whose bounds have been made. */
static int each_within(Stored *s, const StoredIndex *x, Found *found, Err *err)
{
    int64_t count;
    Str entry;
    bool more = multi_seek(s->entries, x->owner, sb_str(&s->entry), false, &entry, &count);
    while (more && !is_past(entry, sb_str(&s->entry_end))) {
        uint8_t *row = address_of(entry);
        sb_clear(&s->entry);
        sb_put(&s->entry, entry.p, entry.n); /* where it lies may go */
        if (s->entry.failed)
            return RAISE_NOMEM(err);
        for (; count > 0; count--)
            TRY(found_row(found, row, err));
        more = multi_seek(s->entries, x->owner, sb_str(&s->entry), true, &entry, &count);
    }
    return page_store_take_error(s->pages, err);
}

/* An overlay's indexes are those that its base had then. */
static bool is_alike(const StoredIndex *a, const StoredIndex *b)
{
    return a && b && a->of == b->of;
}

/* Whether all rows are to be read instead. */
static int reads_all(Stored *s, const StoredIndex *x, const KeyRange *range, uint32_t n, bool *ret, Err *err)
{
    *ret = !x || !s->entries;
    for (uint32_t i = 0; !*ret && i < n; i++) {
        TRY(make_bounds(s, x, &range[i], err));
        bool cut = s->entry_end.n == KEY_BYTES_MAX;
        *ret = (cut && n > 1) || is_large(s, x); /* ranges that share a beginning would give rows twice */
    }
    return 0;
}

static int each_range(Stored *s, const StoredIndex *x, const KeyRange *range, uint32_t n, Found *found, Err *err)
{
    found->below = s != found->s;
    for (uint32_t i = 0; i < n; i++) {
        TRY(make_bounds(s, x, &range[i], err));
        if (x->owner)
            TRY(each_within(s, x, found, err));
    }
    return 0;
}

int stored_index_each(Stored *s, const char *name, const KeyRange *range, uint32_t n, int (*each)(void *self, Batch *b, Err *err),
                      void *self, Err *err)
{
    TRY(stored_overlay_check(s, err));
    Stored *base = s->base;
    StoredIndex *x = *index_named(s, name), *below = base ? *index_named(base, name) : NULL;
    Found found = {.s = s, .each = each, .self = self};
    bool all;
    TRY(reads_all(base ? base : s, base ? below : x, range, n, &all, err));
    if (all || !s->entries || (base && !is_alike(x, below)))
        return stored_each(s, each, self, err);
    if (base)
        TRY(each_range(base, below, range, n, &found, err));
    TRY(each_range(s, x, range, n, &found, err));
    return found_flush(&found, err);
}

/* ---- one key after the other: joins ---- */

static const StoredIndex *index_by(const Stored *s, const uint32_t *col, uint32_t n)
{
    const StoredIndex *x = s->ordered;
    for (; x; x = x->next) {
        bool has = x->n >= n && !x->of->condition;
        for (uint32_t i = 0; has && i < n; i++) {
            uint32_t k = 0;
            while (k < n && x->of->col[k] != (int32_t)col[i])
                k++;
            has = k < n;
        }
        if (has)
            break;
    }
    return s->entries ? x : NULL;
}

bool stored_index_find(const Stored *s, const uint32_t *col, uint32_t n, uint32_t *ret_col)
{
    const StoredIndex *x = index_by(s, col, n);
    if (x)
        for (uint32_t i = 0; i < n; i++)
            ret_col[i] = (uint32_t)x->of->col[i];
    return x != NULL;
}

/* The entries say no more than the beginning of a long key. */
static int has_key(const Stored *s, uint8_t *row, const uint32_t *col, uint32_t n, const Vec *const *key, uint32_t at, Arena *arena,
                   bool *ret)
{
    *ret = true;
    for (uint32_t k = 0; k < n && *ret; k++) {
        Vec v;
        ArenaMark mark = arena_mark(arena);
        TRY(hash_table_need(s->rows, row));
        TRY(hash_table_read(s->rows, &row, 1, col[k], &v, arena));
        Value have = vec_get(&v, 0), wanted = vec_get(key[k], at);
        *ret = value_eq(&have, &wanted);
        arena_rewind(arena, mark);
    }
    return 0;
}

int stored_index_next(Stored *s, const uint32_t *col, uint32_t n, const Vec *const *key, uint32_t row, const ArrangementRoom *room,
                      ArrangementPlace *at, uint8_t **ret_row, uint32_t max)
{
    const StoredIndex *x = index_by(s, col, n);
    uint32_t n_found = 0;
    int64_t count;
    Str entry;
    if (!x) /* memory was missing for it */
        return -ERR_OUT_OF_MEMORY;
    sb_clear(room->sought);
    for (uint32_t k = 0; k < n; k++)
        sortkey_put_row(room->sought, &x->spec[k], key[k], row);
    cut_key(room->sought);
    Str prefix = sb_str(room->sought);
    if (room->sought->failed)
        return -ERR_OUT_OF_MEMORY;
    while (!at->ended && n_found < max) {
        bool is_there = !x->owner   ? false
                        : at->begun ? multi_next(s->entries, x->owner, &at->place, &entry, &count)
                                    : multi_seek_place(s->entries, x->owner, prefix, false, &at->place, &entry, &count);
        at->begun = true;
        at->ended = !is_there || is_past(entry, prefix);
        if (at->ended)
            break;
        bool fits = true;
        uint8_t *found = address_of(entry);
        if (unlikely(prefix.n == KEY_BYTES_MAX))
            TRY(has_key(s, found, col, n, key, row, room->arena, &fits));
        ret_row[n_found] = found;
        n_found += fits;
    }
    TRY(page_store_error(s->pages, NULL));
    TRY(hash_table_need_all(s->rows, ret_row, n_found));
    return (int)n_found;
}
