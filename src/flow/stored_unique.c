/* SPDX-License-Identifier: Apache-2.0
 *
 * UNIQUE constraints of a stored relation: per constraint a HASH table from the key to the number of rows that have it.  A key that
 * holds a NULL is equal to no other and is not kept.  A change goes through all constraints as a whole or not at all; the tables
 * are rebuildable from the rows. */
#include "data/value.h"
#include "flow/stored.h"
#include "kernel/kernel.h"

#define KEY_GONE INT64_MIN /* count of a key that is on the list of those to remove */

struct StoredUnique {
    StoredUnique *next;
    const char *name; /* in `arena` */
    uint32_t n, *col;
    RowLayout layout;
    HashTable *keys;
    const Vec **arg;
    Arena arena;
};

typedef struct Touched { /* keys of one batch under one constraint */
    uint16_t *sel;
    uint8_t **key;
    uint32_t n;
} Touched;

static void unique_free(Stored *s, StoredUnique *u)
{
    hash_table_free(u->keys);
    row_layout_done(&u->layout);
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

static int unique_open(Stored *s, StoredUnique *u, const char *name, const uint32_t *col, uint32_t n, Err *err)
{
    Type *type = ARENA_ARRAY(&u->arena, Type, n + 1);
    u->name = arena_strdup(&u->arena, name);
    u->col = arena_memdup(&u->arena, col, n * sizeof(*col));
    u->arg = ARENA_ARRAY(&u->arena, const Vec *, n + 1);
    u->n = n;
    if (!type || !u->name || !u->col || !u->arg)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        type[i] = s->schema->field[col[i]].type;
    TRY(row_layout_init(&u->layout, s->acct, type, n, 0, err));
    u->keys = hash_table_new(s->pages, &u->layout, s->table_id + 4 + s->n_unique, INT64_MIN, err);
    return u->keys ? 0 : -ERR_OUT_OF_MEMORY;
}

/* ---- changing ---- */

static bool has_null(const StoredUnique *u, const Batch *b, uint32_t row)
{
    for (uint32_t i = 0; i < u->n; i++)
        if (vec_is_null(&b->col[u->col[i]], row))
            return true;
    return false;
}

static int touch(Stored *s, StoredUnique *u, const Batch *b, Touched *t, Err *err)
{
    Rows rows = batch_rows(b);
    t->sel = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(*t->sel));
    t->key = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(*t->key));
    uint64_t *hash = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(*hash));
    uint64_t *is_new = arena_alloc(&s->work, (BIT_WORDS(rows.n) + 1) * sizeof(*is_new));
    if (!t->sel || !t->key || !hash || !is_new)
        return RAISE_NOMEM(err);
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++)
        if (!has_null(u, b, row_at(rows, i)))
            t->sel[n++] = (uint16_t)row_at(rows, i);
    Rows whole = {n, t->sel};
    for (uint32_t i = 0; i < u->n; i++)
        u->arg[i] = &b->col[u->col[i]];
    kernel_hash(u->arg, u->n, whole, hash);
    TRY(hash_table_upsert(u->keys, u->arg, hash, whole, t->key, is_new, err));
    t->n = n;
    return 0;
}

static void count_keys(const Batch *b, const Touched *t, int64_t sign)
{
    for (uint32_t i = 0; i < t->n; i++)
        *row_count(t->key[i]) += sign * batch_weight(b, t->sel[i]);
}

static int duplicate(const Stored *s, const StoredUnique *u, const Batch *b, uint32_t row, Err *err)
{
    return stored_raise_duplicate(s, u->name, u->col, u->n, b, row, err);
}

static int check_keys(const Stored *s, const StoredUnique *u, const Batch *b, const Touched *t, Err *err)
{
    for (uint32_t i = 0; i < t->n; i++)
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

int stored_unique_apply(Stored *s, Batch *const *b, uint32_t n, Err *err)
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
        drop_keys(u, t + at, n);
    }
    return rc;
}

/* ---- making one ---- */

typedef struct Filling {
    Stored *stored;
    StoredUnique *unique;
} Filling;

static int fill_batch(void *self, Batch *b, Err *err)
{
    Filling *f = self;
    Touched t;
    arena_reset(&f->stored->work);
    TRY(touch(f->stored, f->unique, b, &t, err));
    count_keys(b, &t, 1);
    return check_keys(f->stored, f->unique, b, &t, err);
}

int stored_add_unique(Stored *s, const char *name, const uint32_t *col, uint32_t n, Err *err)
{
    if (s->n_unique == STORED_UNIQUE_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "a table has at most %d UNIQUE constraints", STORED_UNIQUE_MAX);
    StoredUnique *u = mem_zalloc(s->acct, sizeof(*u)), **last = &s->unique;
    if (!u)
        return RAISE_NOMEM(err);
    arena_init(&u->arena, s->acct, 0);
    int rc = unique_open(s, u, name, col, n, err);
    if (rc == 0 && s->n_rows) /* they came back from a checkpoint */
        rc = stored_each(s, fill_batch, &(Filling){s, u}, err);
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
