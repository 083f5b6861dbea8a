/* SPDX-License-Identifier: Apache-2.0
 *
 * Folding.  One pass over the rows with a table from the key's hash to what is known of the key: the row it had before (`old`) and
 * the one it has now (`now`).  A minus that equals `now` takes that back; any other minus is the old row. */
#include "db/change_fold.h"
#include "data/builder.h"
#include "kernel/kernel.h"

#define NO_ROW UINT32_MAX

typedef struct RowAt {
    uint32_t batch, row; /* row: physical; batch NO_ROW = none */
} RowAt;
typedef struct KeyState {
    uint64_t hash;
    RowAt any; /* a row with the key, to compare with */
    RowAt old, now;
} KeyState;
typedef struct Fold {
    const ChangeKey *key;
    Batch *const *b;
    Arena arena;
    KeyState *state; /* in order of first appearance */
    uint32_t n_states, mask;
    uint32_t *slot; /* index + 1 into state */
} Fold;

static bool keys_equal(const Fold *f, RowAt x, RowAt y)
{
    const Batch *a = f->b[x.batch], *b = f->b[y.batch];
    for (uint32_t i = 0; i < f->key->n; i++) {
        uint32_t c = f->key->col[i];
        if (kernel_cmp_rows(&a->col[c], x.row, &b->col[c], y.row) != 0)
            return false;
    }
    return true;
}

/* What is equal but looks different, such as 30 days and one month, is a change; -0 and NaN with a sign are none. */
static bool rows_equal(const Fold *f, RowAt x, RowAt y)
{
    const Batch *a = f->b[x.batch], *b = f->b[y.batch];
    for (uint32_t c = 0; c < a->n_cols; c++) {
        bool same = vec_rows_equal(&a->col[c], x.row, &b->col[c], y.row);
        if (!same && type_is_float((TypeId)a->col[c].type.id))
            same = kernel_cmp_rows(&a->col[c], x.row, &b->col[c], y.row) == 0;
        if (!same)
            return false;
    }
    return true;
}

static KeyState *state_of(Fold *f, uint64_t hash, RowAt at)
{
    for (uint32_t i = (uint32_t)hash & f->mask;; i = (i + 1) & f->mask) {
        if (f->slot[i] == 0) {
            KeyState *s = &f->state[f->n_states++];
            *s = (KeyState){hash, at, {NO_ROW, 0}, {NO_ROW, 0}};
            f->slot[i] = f->n_states;
            return s;
        }
        KeyState *s = &f->state[f->slot[i] - 1];
        if (s->hash == hash && keys_equal(f, s->any, at))
            return s;
    }
}

static void take_row(Fold *f, uint64_t hash, RowAt at, int32_t weight)
{
    if (weight == 0)
        return;
    KeyState *s = state_of(f, hash, at);
    if (weight > 0)
        s->now = at;
    else if (s->now.batch != NO_ROW && rows_equal(f, s->now, at))
        s->now.batch = NO_ROW;
    else if (s->old.batch == NO_ROW)
        s->old = at;
}

static int take_batch(Fold *f, uint32_t k, Err *err)
{
    const Batch *b = f->b[k];
    const Vec **cols = arena_alloc(&f->arena, f->key->n * sizeof(*cols));
    uint64_t *hash = arena_alloc(&f->arena, MAX(b->n_sel, 1) * sizeof(*hash));
    if (!cols || !hash)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < f->key->n; i++)
        cols[i] = &b->col[f->key->col[i]];
    Rows rows = batch_rows(b);
    kernel_hash(cols, f->key->n, rows, hash);
    for (uint32_t i = 0; i < rows.n; i++)
        take_row(f, hash[i], (RowAt){k, row_at(rows, i)}, batch_weight(b, row_at(rows, i)));
    return 0;
}

static FoldedPart part_of(const KeyState *s)
{
    return s->old.batch == NO_ROW ? FOLD_INSERTS : s->now.batch == NO_ROW ? FOLD_DELETES : FOLD_UPDATES;
}

static bool is_nothing(const Fold *f, const KeyState *s)
{
    if (s->old.batch == NO_ROW || s->now.batch == NO_ROW)
        return s->old.batch == s->now.batch;
    return rows_equal(f, s->old, s->now);
}

typedef struct Gather { /* rows of one part on their way out */
    const Fold *f;
    FoldedPart part;
    Builder rows;
    int32_t w[BATCH_ROWS];
    FoldEmit emit;
    void *self;
} Gather;

static int give(Gather *g, Err *err)
{
    uint32_t n = g->rows.n;
    if (n == 0)
        return 0;
    _cleanup_(batch_unrefp) Batch *b = builder_take(&g->rows);
    if (!b)
        return RAISE_NOMEM(err);
    b->owned_w = buffer_new(b->acct, n * sizeof(int32_t));
    if (!b->owned_w)
        return RAISE_NOMEM(err);
    b->owned_w->bytes = n * sizeof(int32_t);
    b->w = (int32_t *)b->owned_w->data;
    memcpy(b->w, g->w, n * sizeof(int32_t));
    b->w_kind = W_VEC;
    return g->emit(g->self, g->part, MOVE(b), err);
}

static int put_row(Gather *g, RowAt at, Err *err)
{
    const Batch *b = g->f->b[at.batch];
    for (uint32_t c = 0; c < b->n_cols; c++) {
        Value v = vec_get(&b->col[c], at.row);
        TRY(builder_value(&g->rows, c, &v, err));
    }
    g->w[g->rows.n] = batch_weight(b, at.row);
    return builder_row_done(&g->rows) == BUILDER_FULL ? give(g, err) : 0;
}

static int put_part(Gather *g, Err *err)
{
    for (uint32_t i = 0; i < g->f->n_states; i++) {
        const KeyState *s = &g->f->state[i];
        if (is_nothing(g->f, s) || part_of(s) != g->part)
            continue;
        if (g->part != FOLD_INSERTS)
            TRY(put_row(g, s->old, err));
        if (g->part != FOLD_DELETES)
            TRY(put_row(g, s->now, err));
    }
    return give(g, err);
}

static int put_parts(Account *acct, const Fold *f, FoldEmit emit, void *self, Err *err)
{
    Gather *g = mem_zalloc(acct, sizeof(*g));
    if (!g)
        return RAISE_NOMEM(err);
    g->f = f;
    g->emit = emit;
    g->self = self;
    int rc = builder_init(&g->rows, acct, f->b[0]->schema, BATCH_ROWS, err);
    for (int part = 0; part < N_FOLDED && rc == 0; part++) {
        g->part = (FoldedPart)part;
        rc = put_part(g, err);
    }
    builder_done(&g->rows);
    mem_free(acct, g, sizeof(*g));
    return rc;
}

static int fold_init(Fold *f, uint64_t n_rows, Err *err)
{
    uint64_t slots = 16;
    while (slots < 2 * n_rows)
        slots *= 2;
    if (slots > UINT32_MAX / 2)
        return RAISE(err, ERR_PROGRAM_LIMIT, "too many changes at once");
    f->mask = (uint32_t)slots - 1;
    f->slot = arena_zalloc(&f->arena, slots * sizeof(*f->slot));
    f->state = arena_alloc(&f->arena, MAX(n_rows, 1) * sizeof(*f->state));
    return f->slot && f->state ? 0 : RAISE_NOMEM(err);
}

int fold_changes(Account *acct, const ChangeKey *key, Batch *const *b, uint32_t n, FoldEmit emit, void *self, Err *err)
{
    ASSERT(key->n > 0);
    uint64_t n_rows = 0;
    for (uint32_t k = 0; k < n; k++)
        n_rows += b[k]->n_sel;
    if (n_rows == 0)
        return 0;
    Fold f = {.key = key, .b = b};
    arena_init(&f.arena, acct, 0);
    int rc = fold_init(&f, n_rows, err);
    for (uint32_t k = 0; k < n && rc == 0; k++)
        rc = take_batch(&f, k, err);
    if (rc == 0)
        rc = put_parts(acct, &f, emit, self, err);
    arena_done(&f.arena);
    return rc;
}
