/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading groups of ordered rows: a cursor over the present or the old content, and output rows made of keys. */
#include "exec/ranked.h"

/* ---- cursor ---- */

/* The entry that stands next in the tree and among the touches, whichever is first; a touched key counts as it did before. */
static void take(RankedCursor *c)
{
    bool touched = c->at < c->n_touches;
    c->has = c->in_tree || touched;
    if (!c->has)
        return;
    int side = !touched ? -1 : !c->in_tree ? 1 : key_cmp(c->tree_key, c->touch[c->at]->key);
    if (side < 0) {
        c->key = c->tree_key;
        c->count = c->tree_count;
    } else {
        c->key = c->touch[c->at]->key;
        c->count = c->touch[c->at]->old;
        c->at++;
    }
    if (side <= 0)
        c->in_tree = multi_next(c->r->rows, c->owner, &c->place, &c->tree_key, &c->tree_count);
}

void ranked_next(RankedCursor *c)
{
    do
        take(c);
    while (c->has && c->count <= 0);
}

void ranked_walk(RankedCursor *c, const Ranked *r, uint64_t owner, Touch *const *touch, uint32_t n_touches, Str from)
{
    *c = (RankedCursor){.r = r, .owner = owner, .touch = touch, .n_touches = n_touches};
    while (c->at < n_touches && key_cmp(touch[c->at]->key, from) < 0)
        c->at++;
    c->in_tree = multi_seek_place(c->r->rows, owner, from, false, &c->place, &c->tree_key, &c->tree_count);
    ranked_next(c);
}

/* ---- output ---- */

static int begin(RankedWriter *w, const Schema *schema)
{
    w->n = 0;
    w->b = batch_scratch(w->arena, schema, BATCH_ROWS);
    w->text = arena_alloc(w->arena, (schema->n + 1) * sizeof(*w->text));
    w->weight = arena_alloc(w->arena, BATCH_ROWS * sizeof(*w->weight));
    w->row = w->r->stays ? arena_alloc(w->arena, BATCH_ROWS * sizeof(*w->row)) : NULL;
    if (!w->b || !w->text || !w->weight || (w->r->stays && !w->row))
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < schema->n; c++) {
        TRY(vec_scratch(&w->b->col[c], schema->field[c].type, BATCH_ROWS, w->arena));
        if (type_is_string(schema->field[c].type.id))
            strwriter_init(&w->text[c], &w->b->col[c], w->arena);
    }
    w->b->epoch = w->r->op->env->epoch;
    w->b->ptime_us = w->r->op->env->eval.now_us;
    return 0;
}

int ranked_writer_init(RankedWriter *w, const Ranked *r, const Schema *schema, Arena *arena)
{
    *w = (RankedWriter){.r = r, .arena = arena};
    return begin(w, schema);
}

int ranked_writer_put(RankedWriter *w, Str key)
{
    size_t at = ranked_order_bytes(w->r, key) + (w->r->arrival ? sizeof(uint64_t) : 0);
    if (w->row) {
        w->row[w->n] = key.p + at;
        return 0;
    }
    if (w->r->is_packed)
        return packed_get(&w->r->packed, str_behind(key, at), w->b->col, w->n, w->text, w->arena);
    for (uint32_t c = 0; c < w->r->n_cols; c++) {
        Value v;
        ArenaMark mark = arena_mark(w->arena);
        Vec *col = &w->b->col[c];
        int64_t wide;
        if (!col->valid && sortkey_get_wide(&w->r->col[c], key, &at, &wide)) {
            ((int64_t *)col->data)[w->n] = wide;
            continue;
        }
        if (!sortkey_get(&w->r->col[c], key, &at, w->arena, &v))
            return -ERR_OUT_OF_MEMORY; /* keys are ours, so they can be read */
        if (type_is_string(v.type.id) && !v.is_null && v.str.n <= STR_INLINE_MAX) {
            TRY(vec_put(&w->b->col[c], w->n, &v, &w->text[c], w->arena));
            arena_rewind(w->arena, mark); /* the text is in the vector */
            continue;
        }
        TRY(vec_put(&w->b->col[c], w->n, &v, &w->text[c], w->arena));
    }
    return 0;
}

int ranked_writer_done(RankedWriter *w, int64_t weight)
{
    if (weight > INT32_MAX || weight < -INT32_MAX)
        return -ERR_NUMERIC_RANGE;
    w->weight[w->n++] = (int32_t)weight;
    return 0;
}

int ranked_writer_flush(RankedWriter *w, Out *out)
{
    Batch *b = w->b;
    bool plus = true, minus = true;
    if (w->n == 0)
        return 0;
    for (uint32_t i = 0; i < w->n; i++) {
        plus &= w->weight[i] == 1;
        minus &= w->weight[i] == -1;
    }
    if (w->row)
        TRY(packed_get_rows(&w->r->packed, w->row, w->n, b->col, w->arena));
    for (uint32_t c = 0; c < b->n_cols; c++) {
        if (type_is_string(b->col[c].type.id))
            TRY(strwriter_finish(&w->text[c]));
        b->col[c].n = w->n;
    }
    b->n = b->n_sel = w->n;
    b->w_kind = plus ? W_ONE : minus ? W_MINUS : W_VEC;
    b->w = plus || minus ? NULL : w->weight;
    TRY(out_batch(out, b));
    return begin(w, b->schema);
}
