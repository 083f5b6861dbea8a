/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups, one row at a time: what a push of single events costs.  The same as agg_group.c and agg_dirty.c do for batches, without
 * their arrays: one search, one call per aggregate, and for the change one block of memory that is copied from a template made
 * when the query is, header, vectors and weights together.
 *
 * Only for groups whose states lie in their row (by_row) and whose aggregates have neither FILTER nor DISTINCT; a result that
 * overflows goes back to the general path, which knows about errors. */
#include "exec/agg_group.h"

#include "exec/window_time.h"

#define SLOT_BYTES 32u /* of a column: two values of up to 16 bytes */

/* The batch of -old +new.  The first of a call is the template itself, unless there are texts: they bring buffers along. */
struct PairTemplate {
    bool in_place;
    uint32_t n_cols, bytes;
    uint32_t data_at, w_at; /* offsets in the block: SLOT_BYTES per column, two weights */
    Batch *block;
};

static bool is_plain(const AggGroups *g)
{
    bool plain = g->n_distinct == 0 && !g->multi && g->n_bounds == 0;
    for (uint32_t i = 0; i < g->n_slots; i++) {
        const GroupSlot *s = &g->slot[i];
        plain &= s->filter < 0 && (s->kind == SLOT_ROWS || (s->kind == SLOT_PLAIN && s->spec->type->add_one));
    }
    return plain;
}

static void point_into(const PairTemplate *p, Batch *b)
{
    uint8_t *block = (uint8_t *)b;
    for (uint32_t c = 0; c < p->n_cols; c++)
        b->col[c].data = block + p->data_at + c * SLOT_BYTES;
    b->w = (int32_t *)(void *)(block + p->w_at);
}

int agg_single_open(AggGroups *g, Err *err)
{
    Arena *plan = g->op->env->plan;
    const Schema *schema = g->node->node.schema;
    g->single = is_plain(g);
    if (!g->single || !g->track || !g->by_row)
        return 0;
    PairTemplate *p = ARENA_NEW(plan, PairTemplate);
    if (!p)
        return RAISE_NOMEM(err);
    p->n_cols = schema->n;
    p->data_at = (uint32_t)((sizeof(Batch) + p->n_cols * sizeof(Vec) + 15) & ~(size_t)15);
    p->w_at = p->data_at + p->n_cols * SLOT_BYTES;
    p->bytes = p->w_at + 16;
    p->block = arena_zalloc(plan, p->bytes);
    if (!p->block)
        return RAISE_NOMEM(err);
    *p->block =
        (Batch){.n = 2, .n_sel = 2, .w_kind = W_VEC, .flags = BATCH_BORROWED, .n_cols = (uint16_t)schema->n, .schema = schema};
    p->in_place = true;
    for (uint32_t c = 0; c < p->n_cols; c++) {
        p->block->col[c] = (Vec){.kind = VEC_FLAT, .type = schema->field[c].type, .n = 2};
        p->in_place &= !type_is_string(schema->field[c].type.id);
    }
    memcpy((uint8_t *)p->block + p->w_at, (int32_t[]){-1, 1}, 2 * sizeof(int32_t));
    point_into(p, p->block);
    g->pair = p;
    return 0;
}

/* ---- rows in ---- */

static int add_states(AggGroups *g, GroupTable *t, uint8_t *row, const Batch *in, Rows rows)
{
    AggHeapOfTable heap = agg_heap_of(t->rows);
    AggCtx x = {.eval = &g->op->env->eval, .heap = &heap.base};
    const int32_t *w = in->w_kind == W_VEC ? in->w : NULL;
    int32_t w_all = in->w_kind == W_MINUS ? -1 : 1;
    *row_count(row) += w ? w[row_at(rows, 0)] : w_all;
    for (uint32_t i = 0; i < g->n_slots; i++) {
        const GroupSlot *s = &g->slot[i];
        if (s->kind == SLOT_ROWS || s->is_shared)
            continue;
        TRY(s->spec->type->add_one(s->spec, &x, slot_state(g, s, row), &g->at[s->arg], w, w_all, rows));
    }
    return 0;
}

bool agg_single_takes(AggGroups *g, const Batch *in)
{
    if (!g->single || (in && !g->eval.col))
        return false;
    uint32_t dicts = 0;
    for (uint32_t i = 0; i < g->eval.n; i++) {
        g->at[i] = in ? &in->col[g->eval.col[i]] : &g->eval.vec[i];
        dicts |= g->at[i]->kind == VEC_DICT;
    }
    return !dicts;
}

static int find_group(AggGroups *g, HashTable *t, uint32_t phys, uint8_t **ret_row, bool *ret_new)
{
    uint64_t hash;
    if (g->n_cols == 1 && hash_table_takes_ints(t, g->at[0]))
        return hash_table_upsert_int(t, g->at[0], phys, ret_row, ret_new);
    uint16_t sel = (uint16_t)phys;
    kernel_hash(g->at, g->n_cols, (Rows){1, &sel}, &hash);
    return hash_table_upsert_row(t, g->at, phys, hash, ret_row, ret_new);
}

int agg_single_add(AggGroups *g, GroupTable *t, const Batch *in, Rows rows, bool dirty)
{
    uint8_t *row;
    bool is_new;
    TRY(find_group(g, t->rows, row_at(rows, 0), &row, &is_new));
    if (unlikely(is_new && g->has_init))
        agg_groups_init(g, row);
    if (dirty)
        TRY(agg_dirty_note_one(g, t, row));
    TRY(add_states(g, t, row, in, rows));
    return dirty || in->w_kind == W_ONE ? 0 : agg_zero_note(g, t, &row, 1);
}

/* ---- changes out ---- */

static inline void put_twice(uint8_t *to, const uint8_t *from, size_t bytes)
{
    memcpy(to, from, bytes);
    memcpy(to + bytes, from, bytes);
}

/* Both rows have the same key. */
static inline int put_key(const AggGroups *g, const GroupTable *t, uint8_t *row, uint32_t c, Vec *v, Arena *arena)
{
    static uint64_t no_bits;
    const uint8_t *at = row + g->layout.offset[c];
    TypeId id = (TypeId)v->type.id;
    if (bit_get((const uint64_t *)(const void *)(row + g->layout.null_offset), c)) {
        v->valid = &no_bits;
        return 0;
    }
    if (type_is_string(id) && ((const StrView *)(const void *)at)->n > STR_INLINE_MAX)
        return hash_table_read(t->rows, (uint8_t *[]){row, row}, 2, c, v, arena);
    switch (type_bytes(id)) { /* sizes that the compiler knows: moves and no calls */
    case 0: *(uint64_t *)v->data = *at ? 3 : 0; break;
    case 2: put_twice(v->data, at, 2); break;
    case 4: put_twice(v->data, at, 4); break;
    case 8: put_twice(v->data, at, 8); break;
    default: put_twice(v->data, at, 16); break;
    }
    return 0;
}

static void put_time(Vec *v, int64_t us)
{
    v->kind = VEC_CONST;
    *(int64_t *)v->data = us;
}

static int put_keys(const AggGroups *g, const GroupTable *t, uint8_t *row, Batch *b, Arena *arena)
{
    const PhysAgg *node = g->node;
    uint32_t c = 0;
    for (; c < node->n_keys; c++)
        TRY(put_key(g, t, row, c, &b->col[c], arena));
    if (node->node.kind != PHYS_WINDOW_AGG)
        return 0;
    if (g->n_cols > node->n_keys)
        TRY(put_key(g, t, row, c, &b->col[c], arena));
    else
        put_time(&b->col[c], window_start(&node->window, t->bucket));
    put_time(&b->col[c + 1], t->bucket);
    return 0;
}

static int put_results(AggGroups *g, const GroupTable *t, uint8_t *const *image, Batch *b, EvalCtx *x)
{
    AggHeapOfTable heap = agg_heap_of(t->rows);
    AggCtx ctx = {.eval = x, .heap = &heap.base};
    Vec *v = b->col + b->n_cols - g->n_slots;
    for (uint32_t i = 0; i < g->n_slots; i++) {
        const GroupSlot *s = &g->slot[i];
        if (s->kind == SLOT_ROWS) {
            ((int64_t *)v[i].data)[0] = *row_count(image[0]);
            ((int64_t *)v[i].data)[1] = *row_count(image[1]);
        } else {
            const uint8_t *state[2] = {slot_state(g, s, image[0]), slot_state(g, s, image[1])};
            TRY(s->spec->type->final(s->spec, &ctx, state, 2, &v[i]));
        }
    }
    return 0;
}

static bool is_same(const AggGroups *g, const Batch *b)
{
    const Vec *v = b->col + b->n_cols - g->n_slots;
    uint32_t i = 0;
    while (i < g->n_slots && vec_rows_equal(&v[i], 0, &v[i], 1))
        i++;
    return i == g->n_slots;
}

/* What a call gives has been used before the next call, but not before more is given; nor where it is to last (OpType.lasts). */
static Batch *pair_begin(const AggGroups *g, Out *out)
{
    const PairTemplate *p = g->pair;
    Batch *b = p->block;
    if (unlikely(!p->in_place || out->first || out->arena != g->op->env->step)) {
        b = arena_alloc(out->arena, p->bytes);
        if (!b)
            return NULL;
        memcpy(b, p->block, p->bytes);
        point_into(p, b);
    }
    for (uint32_t c = 0; c < p->n_cols; c++) {
        b->col[c].kind = VEC_FLAT;
        b->col[c].valid = NULL;
    }
    b->sel = NULL;
    b->n_sel = 2;
    return b;
}

int agg_single_emit(AggGroups *g, const GroupTable *t, uint8_t *before, bool was, uint8_t *row, Out *out)
{
    static const uint16_t only[2] = {0, 1};
    EvalCtx *x = &g->op->env->eval;
    int64_t count = *row_count(row);
    bool is = count > 0 || agg_group_stands(g, row);
    Batch *b = pair_begin(g, out);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->epoch = g->op->env->epoch;
    b->ptime_us = x->now_us;
    eval_ctx_clear(x, 2);
    TRY(put_results(g, t, (uint8_t *[]){before, row}, b, x));
    if (unlikely(x->n_errors > 0)) {
        eval_ctx_clear(x, 2);
        return 0;
    }
    g->op->c.neg_rows += count < 0;
    if (!(was || is) || (was && is && is_same(g, b)))
        return 1;
    TRY(put_keys(g, t, row, b, out->arena));
    if (!was || !is) {
        b->sel = &only[!was];
        b->n_sel = 1;
    }
    TRY(out_batch(out, b));
    return 1;
}
