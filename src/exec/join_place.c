/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a stream that look a small relation up by an integer key: the relation's columns are picked from by place, those of the
 * stream stay where they are when all of its rows have a match.  So there are no pairs, no hashes and no rows to be followed. */
#include "exec/join_place.h"

static int64_t key_at(const Vec *v, uint32_t row)
{
    return v->type.id == T_I64 ? ((const int64_t *)v->data)[row] : ((const int32_t *)v->data)[row];
}

typedef struct Met {
    uint16_t *row, *place; /* of the input, of the columns */
    uint32_t n;
} Met;

static inline void meet_words(const ArrangementColumns *c, const int64_t *key, Rows rows, Met *m)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        uint64_t at = (uint64_t)key[r] - (uint64_t)c->first;
        uint32_t place = at < c->span ? c->place[at] : 0;
        m->row[n] = (uint16_t)r;
        m->place[n] = (uint16_t)(place - 1);
        n += place != 0;
    }
    m->n = n;
}

static void meet(const ArrangementColumns *c, const Vec *key, Rows rows, Met *m)
{
    if (key->kind == VEC_FLAT && key->type.id == T_I64) {
        meet_words(c, key->data, rows, m);
        return;
    }
    m->n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        uint64_t at = (uint64_t)key_at(key, key->kind == VEC_CONST ? 0 : r) - (uint64_t)c->first;
        uint32_t place = at < c->span ? c->place[at] : 0;
        m->row[m->n] = (uint16_t)r;
        m->place[m->n] = (uint16_t)(place - 1);
        m->n += place != 0;
    }
}

bool join_place_takes(const Vec *key)
{
    return (key->type.id == T_I64 || key->type.id == T_I32) && key->kind != VEC_DICT && !(key->valid && key->kind == VEC_CONST);
}

int join_place_match(const ArrangementColumns *c, const JoinSide *s, const JoinSide *other, const JoinInput *in, const Schema *pair,
                     Out *out)
{
    Arena *arena = out->arena;
    Met m = {.row = arena_alloc(arena, (in->rows.n + 1) * sizeof(*m.row)),
             .place = arena_alloc(arena, (in->rows.n + 1) * sizeof(*m.place))};
    if (!m.row || !m.place)
        return -ERR_OUT_OF_MEMORY;
    meet(c, s->key_col[0], in->rows, &m);
    if (m.n == 0)
        return 0;
    Batch *b = batch_header(arena, pair, m.n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    bool all = m.n == in->batch->n;
    for (uint32_t i = 0; i < s->n_cols; i++) {
        if (all)
            b->col[i] = in->batch->col[i];
        else
            TRY(vec_pick(&in->batch->col[i], (Rows){m.n, m.row}, &b->col[i], arena));
    }
    for (uint32_t i = 0; i < other->n_cols; i++)
        TRY(vec_pick(&c->col[other->shared->cols[i]], (Rows){m.n, m.place}, &b->col[s->n_cols + i], arena));
    b->ptime_us = in->batch->ptime_us;
    return out_batch(out, b);
}
