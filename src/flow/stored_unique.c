/* SPDX-License-Identifier: Apache-2.0
 *
 * UNIQUE constraints of a stored relation: per constraint a HASH table from the key to the number of rows that have it, and its
 * row.  A key that holds a NULL is equal to no other and is not kept.  A change goes through all constraints as a whole or not at
 * all; the tables are rebuildable from the rows. */
#include "data/value.h"
#include "flow/stored.h"
#include "kernel/kernel.h"

#define KEY_GONE INT64_MIN /* count of a key that is on the list of those to remove */

typedef enum KeyKind {
    KEY_UNIQUE,
    KEY_DEFERRABLE, /* keys have no link to their row, for they may have several until the transaction ends */
    KEY_COUNTS,     /* an index: keys may have many rows, and no link */
} KeyKind;

struct StoredUnique {
    StoredUnique *next;
    const StoredUnique *below; /* of an overlay: of its base */
    const char *name;          /* in `arena` */
    IndexKeys *of;             /* one reference */
    uint32_t n, *col;          /* of `of`; what a row is found by: plain columns */
    uint32_t place;            /* makes the table's id */
    KeyKind kind;
    bool is_index; /* no constraint: it may go while the table stays as it is */
    bool waits;    /* KEY_DEFERRABLE of an overlay: more than one row is no error for now */
    RowLayout layout;
    HashTable *keys;
    const Vec **arg;
    Arena arena;
};

typedef struct Touched { /* keys of one batch under one constraint */
    uint16_t *sel, *at;  /* rows, and which of the selected ones they are */
    uint8_t **key;
    uint32_t n;
} Touched;

static void unique_free(Stored *s, StoredUnique *u)
{
    hash_table_free(u->keys);
    row_layout_done(&u->layout);
    index_keys_unref(u->of);
    arena_done(&u->arena);
    mem_free(s->acct, u, sizeof(*u));
}

void stored_unique_free(Stored *s)
{
    while (s->unique) {
        StoredUnique *u = s->unique;
        s->unique = u->next;
        unique_free(s, u);
    }
}

/* The least that none has: an index in the middle may have gone. */
static uint32_t free_place(const Stored *s)
{
    uint64_t taken = 0;
    uint32_t place = 0;
    for (const StoredUnique *u = s->unique; u; u = u->next)
        taken |= UINT64_C(1) << u->place;
    while (taken >> place & 1)
        place++;
    return place;
}

/* No checkpoint has its pages, so several may have one number; the next one is another relation's. */
static HashTable *keys_new(Stored *s, const StoredUnique *u, Err *err)
{
    return hash_table_new(s->pages, &u->layout, s->table_id + MIN(4 + u->place, 15), INT64_MIN, err);
}

static int unique_open(Stored *s, StoredUnique *u, const char *name, IndexKeys *keys, Err *err)
{
    u->of = index_keys_ref(keys);
    u->n = keys->n;
    u->name = arena_strdup(&u->arena, name);
    u->col = ARENA_ARRAY(&u->arena, uint32_t, u->n + 1);
    if (!u->name || !u->col)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < u->n; i++)
        u->col[i] = (uint32_t)MAX(keys->col[i], 0);
    uint32_t own = s->base ? sizeof(uint64_t) : 0; /* stored_overlay.c */
    TRY(row_layout_init(&u->layout, s->acct, keys->type, u->n, (uint32_t)sizeof(uint8_t *) + own, err));
    u->place = free_place(s);
    u->keys = keys_new(s, u, err);
    return u->keys ? 0 : -ERR_OUT_OF_MEMORY;
}

/* ---- changing ---- */

static bool has_null(const StoredUnique *u, uint32_t row)
{
    for (uint32_t i = 0; i < u->n && !u->of->nulls_equal; i++)
        if (vec_is_null(u->arg[i], row))
            return true;
    return false;
}

/* The rows that are in it: their keys hold no NULL. And the hashes of these; u->arg are the keys. */
static int whole_keys(Stored *s, StoredUnique *u, const Batch *b, Touched *t, uint64_t **ret_hash, Err *err)
{
    IndexedRows in;
    TRY(index_keys_read(u->of, b, &s->work, &in, err));
    Rows rows = in.rows;
    u->arg = in.key;
    t->sel = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(*t->sel));
    t->at = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(*t->at));
    t->key = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(*t->key));
    uint64_t *hash = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(*hash));
    if (!t->sel || !t->at || !t->key || !hash)
        return RAISE_NOMEM(err);
    t->n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        if (has_null(u, row_at(rows, i)))
            continue;
        t->at[t->n] = in.at ? in.at[i] : (uint16_t)i;
        t->sel[t->n++] = (uint16_t)row_at(rows, i);
    }
    kernel_hash(u->arg, u->n, (Rows){t->n, t->sel}, hash);
    *ret_hash = hash;
    return 0;
}

static int put_keys(Stored *s, StoredUnique *u, HashTable *into, const Batch *b, Touched *t, uint64_t **ret_hash, Err *err)
{
    uint64_t *is_new = arena_alloc(&s->work, (BIT_WORDS(b->n_sel) + 1) * sizeof(*is_new));
    if (!is_new)
        return RAISE_NOMEM(err);
    TRY(whole_keys(s, u, b, t, ret_hash, err));
    int rc = hash_table_upsert(into, u->arg, *ret_hash, (Rows){t->n, t->sel}, t->key, is_new, err);
    if (rc < 0) /* the table is as it was: there are no keys that would have to go again */
        t->n = 0;
    return rc;
}

static int touch(Stored *s, StoredUnique *u, const Batch *b, Touched *t, Err *err)
{
    uint64_t *hash;
    TRY(put_keys(s, u, u->keys, b, t, &hash, err));
    const StoredUnique *below = u->below;
    return below ? stored_overlay_keys(s, &u->layout, &below->layout, below->keys, u->arg, hash, (Rows){t->n, t->sel}, t->key, err)
                 : 0;
}

static uint8_t **row_link(const StoredUnique *u, uint8_t *key)
{
    return (uint8_t **)(void *)row_extra(&u->layout, key);
}

/* row[i]: where the i-th selected row of the batch lies. */
static void link_rows(const StoredUnique *u, const Touched *t, uint8_t *const *row)
{
    for (uint32_t i = 0; u->kind == KEY_UNIQUE && i < t->n; i++)
        if (row[t->at[i]] && *row_count(row[t->at[i]]) > 0)
            *row_link(u, t->key[i]) = row[t->at[i]];
}

static void count_keys(const Batch *b, const Touched *t, int64_t sign)
{
    for (uint32_t i = 0; i < t->n; i++)
        *row_count(t->key[i]) += sign * batch_weight(b, t->sel[i]);
}

static int duplicate(Stored *s, const StoredUnique *u, const Batch *b, uint32_t row, Err *err)
{
    IndexedRows in;
    TRY(index_keys_read(u->of, b, &s->work, &in, err));
    return stored_raise_duplicate(s->making, u->name, u->of->text, in.key, u->n, row, err);
}

static int check_keys(Stored *s, const StoredUnique *u, const Batch *b, const Touched *t, Err *err)
{
    for (uint32_t i = 0; u->kind != KEY_COUNTS && !u->waits && i < t->n; i++)
        if (*row_count(t->key[i]) > 1 && batch_weight(b, t->sel[i]) > 0)
            return duplicate(s, u, b, t->sel[i], err);
    return 0;
}

/* Keys that no row has any more. */
static void drop_keys(StoredUnique *u, Touched *t, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) {
        uint32_t n_gone = 0;
        for (uint32_t i = 0; i < t[k].n; i++) {
            if (*row_count(t[k].key[i]) != 0)
                continue;
            *row_count(t[k].key[i]) = KEY_GONE;
            t[k].key[n_gone++] = t[k].key[i];
        }
        t[k].n = n_gone;
    }
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t i = 0; i < t[k].n; i++)
            hash_table_remove(u->keys, t[k].key[i]);
}

int stored_unique_apply(Stored *s, Batch *const *b, uint8_t *const *const *row, uint32_t n, Err *err)
{
    Touched *t = ARENA_ARRAY(&s->work, Touched, (size_t)n * s->n_unique + 1);
    int rc = t ? 0 : RAISE_NOMEM(err);
    uint32_t at = 0;
    for (StoredUnique *u = s->unique; t && u; u = u->next, at += n)
        for (uint32_t k = 0; k < n && rc == 0; k++)
            rc = touch(s, u, b[k], &t[at + k], err);
    bool counted = rc == 0;
    at = 0;
    for (StoredUnique *u = s->unique; counted && u; u = u->next, at += n) {
        for (uint32_t k = 0; k < n; k++)
            count_keys(b[k], &t[at + k], 1);
        for (uint32_t k = 0; k < n && rc == 0; k++)
            rc = check_keys(s, u, b[k], &t[at + k], err);
    }
    at = 0;
    for (StoredUnique *u = s->unique; t && u; u = u->next, at += n) {
        for (uint32_t k = 0; counted && rc < 0 && k < n; k++)
            count_keys(b[k], &t[at + k], -1);
        for (uint32_t k = 0; rc == 0 && k < n; k++)
            link_rows(u, &t[at + k], row[k]);
        if (!u->below) /* there a key without rows hides one below */
            drop_keys(u, t + at, n);
    }
    return rc;
}

static StoredUnique *unique_named(Stored *s, const char *name)
{
    StoredUnique *u = s->unique;
    while (u && strcmp(u->name, name) != 0)
        u = u->next;
    return u;
}

/* ---- making one ---- */

typedef struct Filling {
    Stored *stored;
    StoredUnique *unique;
} Filling;

static int fill_batch(void *self, Batch *b, Err *err)
{
    Filling *f = self;
    Stored *s = f->stored;
    Touched t;
    arena_reset(&s->work);
    uint64_t *hash = arena_alloc(&s->work, MAX(b->n_sel, 1) * sizeof(*hash));
    uint8_t **row = arena_alloc(&s->work, MAX(b->n_sel, 1) * sizeof(*row));
    if (!hash || !row)
        return RAISE_NOMEM(err);
    stored_hash_rows(s, b, batch_rows(b), hash);
    hash_table_find(s->rows, s->col, hash, batch_rows(b), row);
    TRY(touch(s, f->unique, b, &t, err));
    count_keys(b, &t, 1);
    link_rows(f->unique, &t, row);
    return check_keys(s, f->unique, b, &t, err);
}

static int fill(Stored *s, StoredUnique *u, Err *err)
{
    s->making = true;
    int rc = stored_each(s, fill_batch, &(Filling){s, u}, err);
    s->making = false;
    return rc;
}

int stored_remake_keys(Stored *s, const char *name, Err *err)
{
    int rc = 0;
    for (StoredUnique *u = s->unique; u && rc == 0; u = u->next) {
        if (name && strcmp(u->name, name) != 0)
            continue;
        HashTable *old = u->keys;
        u->keys = keys_new(s, u, err);
        rc = u->keys ? fill(s, u, err) : -ERR_OUT_OF_MEMORY;
        if (rc < 0) {
            hash_table_free(u->keys);
            u->keys = old;
        } else {
            hash_table_free(old);
        }
    }
    return rc;
}

static int add(Stored *s, const char *name, KeyKind kind, IndexKeys *keys, const StoredUnique *below, Err *err)
{
    if (s->n_unique == STORED_UNIQUE_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "a table has at most %d UNIQUE constraints, unique indexes and foreign keys",
                     STORED_UNIQUE_MAX);
    StoredUnique *u = mem_zalloc(s->acct, sizeof(*u)), **last = &s->unique;
    if (!u)
        return RAISE_NOMEM(err);
    arena_init(&u->arena, s->acct, 0);
    u->kind = kind;
    u->below = below;
    int rc = unique_open(s, u, name, keys, err);
    if (rc == 0 && s->n_rows && !below) /* they came back from a checkpoint */
        rc = fill(s, u, err);
    if (rc < 0) {
        unique_free(s, u);
        return rc;
    }
    while (*last)
        last = &(*last)->next;
    *last = u;
    s->n_unique++;
    return 0;
}

static int add_columns(Stored *s, const char *name, KeyKind kind, const uint32_t *col, uint32_t n, bool nulls_equal, Err *err)
{
    IndexKeys *keys;
    TRY(index_keys_of_columns(s->schema, col, NULL, n, &keys, err));
    keys->nulls_equal = nulls_equal;
    int rc = add(s, name, kind, keys, NULL, err);
    index_keys_unref(keys);
    return rc;
}

int stored_add_unique(Stored *s, const char *name, const uint32_t *col, uint32_t n, bool nulls_equal, Err *err)
{
    return add_columns(s, name, KEY_UNIQUE, col, n, nulls_equal, err);
}

int stored_add_unique_index(Stored *s, const char *name, IndexKeys *keys, Err *err)
{
    TRY(add(s, name, KEY_UNIQUE, keys, NULL, err));
    unique_named(s, name)->is_index = true;
    return 0;
}

void stored_drop_unique_index(Stored *s, const char *name)
{
    StoredUnique **at = &s->unique;
    while (*at && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    StoredUnique *u = *at;
    if (!u)
        return;
    *at = u->next;
    s->n_unique--;
    unique_free(s, u);
}

int stored_add_deferrable(Stored *s, const char *name, const uint32_t *col, uint32_t n, bool nulls_equal, Err *err)
{
    return add_columns(s, name, KEY_DEFERRABLE, col, n, nulls_equal, err);
}

int stored_add_key_count(Stored *s, const uint32_t *col, uint32_t n, Err *err)
{
    return add_columns(s, "", KEY_COUNTS, col, n, false, err);
}

int stored_unique_mirror(Stored *s, Err *err)
{
    for (const StoredUnique *u = s->base->unique; u; u = u->next)
        TRY(add(s, u->name, u->kind, u->of, u, err));
    return 0;
}

/* ---- by key: the arbiters of ON CONFLICT ---- */

static StoredUnique *unique_at(Stored *s, uint32_t i)
{
    StoredUnique *u = s->unique;
    while (i-- > 0)
        u = u->next;
    return u;
}

int stored_rename_unique(Stored *s, const char *from, const char *to, Err *err)
{
    StoredUnique *u = unique_named(s, from);
    const char *name = u ? arena_strdup(&u->arena, to) : NULL;
    if (u && !name)
        return RAISE_NOMEM(err);
    if (u)
        u->name = name;
    return 0;
}

void stored_defer(Stored *s, const char *name, bool on)
{
    StoredUnique *u = unique_named(s, name);
    if (u)
        u->waits = on;
}

/* t->key: the keys' entries that have rows, or NULL; those whose bits are set are u->below's. */
static int find_keys(Stored *s, StoredUnique *u, const uint64_t *hash, Touched *t, uint64_t **ret_below, Err *err)
{
    Rows rows = {t->n, t->sel};
    *ret_below = arena_zalloc(&s->work, (BIT_WORDS(t->n) + 1) * sizeof(**ret_below));
    if (!*ret_below)
        return RAISE_NOMEM(err);
    hash_table_find(u->keys, u->arg, hash, rows, t->key);
    if (!u->below)
        return 0;
    TRY(stored_overlay_check(s, err));
    return stored_overlay_find(s, &u->layout, u->below->keys, u->arg, hash, rows, t->key, *ret_below, err);
}

int stored_check_unique(Stored *s, const char *name, Batch *const *b, uint32_t n, Err *err)
{
    StoredUnique *u = unique_named(s, name);
    Touched t;
    uint64_t *hash, *below;
    for (uint32_t k = 0; u && k < n; k++) {
        arena_reset(&s->work);
        TRY(whole_keys(s, u, b[k], &t, &hash, err));
        TRY(find_keys(s, u, hash, &t, &below, err));
        for (uint32_t i = 0; i < t.n; i++)
            if (t.key[i] && *row_count(t.key[i]) > 1 && batch_weight(b[k], t.sel[i]) > 0)
                return duplicate(s, u, b[k], t.sel[i], err);
    }
    return 0;
}

int32_t stored_unique_number(const Stored *s, const char *name)
{
    int32_t i = 0;
    for (const StoredUnique *u = s->unique; u; u = u->next, i++)
        if (strcmp(u->name, name) == 0)
            return i;
    return -1;
}

const uint32_t *stored_arbiter_columns(Stored *s, int32_t unique, uint32_t *ret_n)
{
    const StoredUnique *u = unique < 0 ? NULL : unique_at(s, (uint32_t)unique);
    *ret_n = u ? u->n : s->n_key;
    return u ? u->col : s->key;
}

int stored_arbiter_find(Stored *s, int32_t unique, const Batch *b, uint8_t **ret_row, Err *err)
{
    if (unique < 0)
        return stored_find(s, b, ret_row, err);
    StoredUnique *u = unique_at(s, (uint32_t)unique);
    Touched t;
    uint64_t *hash, *below;
    arena_reset(&s->work);
    TRY(whole_keys(s, u, b, &t, &hash, err));
    for (uint32_t i = 0; i < b->n_sel; i++)
        ret_row[i] = NULL;
    TRY(find_keys(s, u, hash, &t, &below, err));
    for (uint32_t i = 0; i < t.n; i++)
        ret_row[t.at[i]] = t.key[i] ? *row_link(bit_get(below, i) ? u->below : u, t.key[i]) : NULL;
    return 0;
}

HashTable *stored_arbiter_keys_new(Stored *s, int32_t unique, Err *err)
{
    if (unique < 0)
        return stored_keys_new(s, err);
    return hash_table_new(s->pages, &unique_at(s, (uint32_t)unique)->layout, s->table_id + 2, INT64_MIN, err);
}

int stored_arbiter_keys_get(Stored *s, int32_t unique, HashTable *keys, const Batch *b, uint8_t **ret_entry, Err *err)
{
    if (unique < 0)
        return stored_keys_get(s, keys, b, ret_entry, err);
    Touched t;
    uint64_t *hash;
    arena_reset(&s->work);
    TRY(put_keys(s, unique_at(s, (uint32_t)unique), keys, b, &t, &hash, err));
    for (uint32_t i = 0; i < b->n_sel; i++)
        ret_entry[i] = NULL;
    for (uint32_t i = 0; i < t.n; i++)
        ret_entry[t.at[i]] = t.key[i];
    return 0;
}

int stored_arbiter_keys_find(Stored *s, int32_t unique, HashTable *keys, const Batch *b, uint8_t **ret_entry, Err *err)
{
    StoredUnique *u = unique_at(s, (uint32_t)unique);
    Touched t;
    uint64_t *hash;
    arena_reset(&s->work);
    TRY(whole_keys(s, u, b, &t, &hash, err));
    hash_table_find(keys, u->arg, hash, (Rows){t.n, t.sel}, t.key);
    for (uint32_t i = 0; i < b->n_sel; i++)
        ret_entry[i] = NULL;
    for (uint32_t i = 0; i < t.n; i++)
        ret_entry[t.at[i]] = t.key[i];
    return 0;
}

int stored_key_has_rows(Stored *s, uint32_t index, const Batch *b, uint64_t *ret, Err *err)
{
    StoredUnique *u = unique_at(s, index);
    Touched t;
    uint64_t *hash, *below;
    arena_reset(&s->work);
    TRY(whole_keys(s, u, b, &t, &hash, err));
    TRY(find_keys(s, u, hash, &t, &below, err));
    for (uint32_t i = 0; i < t.n; i++)
        if (t.key[i])
            bit_set(ret, t.at[i]);
    return 0;
}

/* ---- by key: joins ---- */

int32_t stored_unique_next(const Stored *s, int32_t behind, const uint32_t **ret_col, uint32_t *ret_n)
{
    int32_t number = 0;
    for (const StoredUnique *u = s->unique; u; u = u->next, number++) {
        if (number <= behind || u->kind != KEY_UNIQUE || u->is_index)
            continue;
        *ret_col = u->col;
        *ret_n = u->n;
        return number;
    }
    return -1;
}

int stored_unique_find_hashed(Stored *s, int32_t unique, const Vec *const *key, const uint64_t *hash, Rows rows, uint8_t **ret_row)
{
    const StoredUnique *u = unique_at(s, (uint32_t)unique);
    hash_table_find(u->keys, key, hash, rows, ret_row);
    for (uint32_t i = 0; i < rows.n; i++) {
        ret_row[i] = ret_row[i] ? *row_link(u, ret_row[i]) : NULL;
        if (ret_row[i])
            TRY(hash_table_need(s->rows, ret_row[i]));
    }
    return page_store_error(s->pages, NULL);
}
