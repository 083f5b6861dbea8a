/* SPDX-License-Identifier: Apache-2.0
 *
 * Batches that state refers to: places, the free ones in a list. */
#include "exec/held_batches.h"

#include "state/page_store.h"

#define PLACES_MAX ((1u << (32 - HELD_ROW_BITS)) - 1)
#define PLACES_FIRST 64u
_Static_assert(BATCH_ROWS_MAX == 1u << HELD_ROW_BITS, "a number has room for a row");

bool held_may(const OpEnv *env)
{
    return env->refers && !mem_is_limited(env->acct) && !page_store_is_spilling(env->pages);
}

static bool has_texts(const Schema *s)
{
    for (uint32_t c = 0; c < s->n; c++)
        if (type_is_string((TypeId)s->field[c].type.id))
            return true;
    return false;
}

/* The batches of a source whose columns are all read, which are those that were pushed. */
static bool comes_whole(const PhysNode *in)
{
    const PhysSource *s = (const PhysSource *)in;
    if (in->kind != PHYS_SOURCE || in->props.change != CHANGE_APPEND || !has_texts(in->schema))
        return false;
    for (uint32_t c = 0; c < s->n_cols; c++)
        if (s->cols[c] != c)
            return false;
    return true;
}

/* Of a row no more than its key is looked at before it is wanted. */
static bool joins_held(const PhysJoin *p)
{
    bool simple = p->type == INNER_JOIN && p->n_keys > 0 && !p->timed && !p->freezes && !p->probes && p->best.n == 0;
    return simple && (comes_whole(p->node.in[0]) || comes_whole(p->node.in[1]));
}

static bool orders_held(const PhysDedup *p)
{
    for (uint32_t i = 0; i < p->n_order; i++)
        if (p->order[i]->kind != EXPR_COLUMN || type_is_string((TypeId)p->order[i]->type.id))
            return false;
    for (uint32_t i = 0; i < p->n_part; i++)
        if (p->part[i]->kind != EXPR_COLUMN)
            return false;
    return comes_whole(p->node.in[0]);
}

bool held_beats_parts(const OpEnv *env, const PhysNode *node)
{
    if (!held_may(env))
        return false;
    switch (node->kind) {
    case PHYS_JOIN: return joins_held((const PhysJoin *)node);
    case PHYS_DEDUP: return orders_held((const PhysDedup *)node);
    default: return false;
    }
}

/* A free place; PLACES_MAX = none, which `full` tells from want of memory. */
static uint32_t find_place(HeldBatches *h, Account *acct, bool *full)
{
    *full = false;
    if (h->first_free) {
        uint32_t place = h->first_free - 1;
        h->first_free = h->at[place].next_free;
        return place;
    }
    if (h->n == h->cap) {
        uint32_t cap = h->cap ? 2 * h->cap : PLACES_FIRST;
        *full = cap > PLACES_MAX;
        HeldBatch *more = *full ? NULL : mem_realloc(acct, h->at, h->cap * sizeof(*more), cap * sizeof(*more));
        if (!more)
            return PLACES_MAX;
        h->at = more;
        h->cap = cap;
    }
    return h->n++;
}

int held_take(HeldBatches *h, Account *acct, Batch *b, uint32_t left, uint32_t *ret_place)
{
    bool full;
    void *note = h->note_bytes ? mem_alloc(acct, (size_t)b->n * h->note_bytes) : NULL;
    if (h->note_bytes && !note)
        return -ERR_OUT_OF_MEMORY;
    *ret_place = find_place(h, acct, &full);
    if (*ret_place == PLACES_MAX) {
        if (note)
            mem_free(acct, note, (size_t)b->n * h->note_bytes);
        return full ? 0 : -ERR_OUT_OF_MEMORY;
    }
    h->at[*ret_place] = (HeldBatch){.batch = batch_ref(b), .note = note, .left = left};
    h->rows += left;
    return 1;
}

void held_give(HeldBatches *h, Account *acct, uint32_t place)
{
    HeldBatch *b = &h->at[place];
    h->rows -= b->left;
    if (b->note)
        mem_free(acct, b->note, (size_t)b->batch->n * h->note_bytes);
    batch_unref(b->batch);
    *b = (HeldBatch){.next_free = h->first_free};
    h->first_free = place + 1;
}

void held_done(HeldBatches *h, Account *acct)
{
    for (uint32_t i = 0; i < h->n; i++)
        if (h->at[i].batch)
            held_give(h, acct, i);
    if (h->at)
        mem_free(acct, h->at, h->cap * sizeof(*h->at));
    *h = (HeldBatches){.note_bytes = h->note_bytes};
}
