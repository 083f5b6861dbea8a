/* SPDX-License-Identifier: Apache-2.0
 *
 * Lookup columns of a stored relation: of a small one that is asked by its key again and again while it does not change.
 *
 * A join that looks rows up hashes the keys of a batch, finds them in the index, follows each entry to a row in its page and reads
 * the columns there.  Where the key is one integer and the keys lie close together, a row's place is an element of an array, and
 * columns beside each other are picked from by place.
 *
 * They are made, like the image of a scan, when as much has been looked up as pays for it, go with the next change, and are not
 * made where memory is limited.  A batch makes them, not a single row, which must not wait. */
#include "exec/op.h"
#include "flow/stored.h"
#include "state/row.h"

#define LOOKUP_ROWS_MAX 16384u /* of the relation: a place has 16 bits, and making them takes less than a millisecond */
#define WORTH 4u               /* times the rows of the relation have to be looked up first */
#define SPARSE_MAX 4u          /* keys of the range, for each row */
#define BATCH_MIN 64u

struct StoredLookup {
    Arena arena;
    ArrangementColumns columns;
    uint64_t *has; /* columns */
    uint8_t **row;
    uint32_t n;
};

void stored_lookup_drop(Stored *s)
{
    StoredLookup *l = s->lookup;
    s->n_looked_up = 0;
    if (likely(!l))
        return;
    arena_done(&l->arena);
    mem_free(s->acct, l, sizeof(*l));
    s->lookup = NULL;
}

static int take_rows(void *self, uint8_t *const *row, uint32_t n, Err *err)
{
    StoredLookup *l = self;
    (void)err;
    if (l->n + n > LOOKUP_ROWS_MAX)
        return -ERR_PROGRAM_LIMIT;
    memcpy(l->row + l->n, row, n * sizeof(*row));
    l->n += n;
    return 0;
}

static int64_t key_at(const Vec *v, uint32_t i)
{
    return v->type.id == T_I64 ? ((const int64_t *)v->data)[i] : ((const int32_t *)v->data)[i];
}

/* false: they lie too far apart. */
static bool place_keys(StoredLookup *l, const Vec *key)
{
    int64_t least = INT64_MAX, most = INT64_MIN;
    for (uint32_t i = 0; i < l->n; i++) {
        least = MIN(least, key_at(key, i));
        most = MAX(most, key_at(key, i));
    }
    uint64_t span = (uint64_t)most - (uint64_t)least;
    if (key->valid || span >= (uint64_t)l->n * SPARSE_MAX)
        return false;
    uint16_t *place = ARENA_ARRAY(&l->arena, uint16_t, span + 1);
    if (!place)
        return false;
    for (uint32_t i = 0; i < l->n; i++)
        place[(uint64_t)key_at(key, i) - (uint64_t)least] = (uint16_t)(i + 1);
    l->columns.place = place;
    l->columns.first = least;
    l->columns.span = (uint32_t)span + 1;
    return true;
}

static bool counts_once(const StoredLookup *l)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (*row_count(l->row[i]) != 1)
            return false;
    return true;
}

static int fill(Stored *s, StoredLookup *l)
{
    l->has = ARENA_ARRAY(&l->arena, uint64_t, BIT_WORDS(s->schema->n));
    l->columns.col = ARENA_ARRAY(&l->arena, Vec, s->schema->n);
    l->row = arena_alloc(&l->arena, LOOKUP_ROWS_MAX * sizeof(*l->row));
    Vec key;
    if (!l->has || !l->columns.col || !l->row)
        return -ERR_OUT_OF_MEMORY;
    TRY(stored_walk(s, take_rows, l, NULL));
    TRY(hash_table_read(s->rows, l->row, l->n, s->key[0], &key, &l->arena));
    return counts_once(l) && place_keys(l, &key) ? 0 : -ERR_PROGRAM_LIMIT;
}

static void make(Stored *s)
{
    StoredLookup *l = s->lookup = mem_zalloc(s->acct, sizeof(*l));
    if (!l)
        return;
    arena_init(&l->arena, s->acct, 0);
    if (fill(s, l) < 0) {
        stored_lookup_drop(s);
        s->n_looked_up = UINT64_MAX; /* not these rows */
    }
}

static bool add_columns(Stored *s, StoredLookup *l, const uint32_t *cols, uint32_t n_cols)
{
    for (uint32_t i = 0; i < n_cols; i++) {
        if (bit_get(l->has, cols[i]))
            continue;
        if (hash_table_read(s->rows, l->row, l->n, cols[i], &l->columns.col[cols[i]], &l->arena) < 0)
            return false;
        bit_set(l->has, cols[i]);
    }
    return true;
}

static bool may_be(const Stored *s)
{
    TypeId id = s->n_key == 1 ? (TypeId)s->schema->field[s->key[0]].type.id : T_TEXT;
    return (id == T_I64 || id == T_I32) && !s->base && s->index && s->n_rows > 0 && s->n_rows <= LOOKUP_ROWS_MAX;
}

const ArrangementColumns *stored_lookup_columns(Stored *s, uint32_t n_rows, const uint32_t *cols, uint32_t n_cols)
{
    if (!may_be(s))
        return NULL;
    if (!s->lookup) {
        if (s->n_looked_up == UINT64_MAX || n_rows < BATCH_MIN || (s->n_looked_up += n_rows) < WORTH * s->n_rows ||
            mem_is_limited(s->acct) || page_store_is_spilling(s->pages))
            return NULL;
        make(s);
        if (!s->lookup)
            return NULL;
    }
    if (!add_columns(s, s->lookup, cols, n_cols)) {
        stored_lookup_drop(s);
        return NULL;
    }
    return &s->lookup->columns;
}
