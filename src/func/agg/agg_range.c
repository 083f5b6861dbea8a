/* SPDX-License-Identifier: Apache-2.0
 *
 * RANGE_INTERSECT_AGG: what is in all ranges.  Input without deletes keeps the range so far; with deletes the operator keeps the
 * values, for the one that goes may be the one that bounded them all. */
#include "data/range.h"
#include "func/agg/agg_impl.h"

#include <string.h>

static int range_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1 || !type_is_range((TypeId)args[0].id))
        return agg_no_match(s, args, n_args, err);
    s->ret = args[0];
    s->flags = AGG_IGNORES_DISTINCT | (s->retractable ? AGG_NEEDS_MULTISET : AGG_MERGEABLE);
    s->state_bytes = s->retractable ? 0 : sizeof(AggSlot);
    return 0;
}

static void slot_init(const AggSpec *s, uint8_t *state)
{
    memset(state, 0, s->state_bytes);
}

static int take(const AggSpec *s, AggCtx *x, AggSlot *slot, Str with)
{
    if (!slot->has)
        return slot_set_text(slot, x, s->arg[0], with);
    char both[RANGE_BYTES_MAX];
    Str left = slot_text(slot, x);
    Range a = range_read((TypeId)s->arg[0].id, left), b = range_read((TypeId)s->arg[0].id, with), common;
    range_intersect(&a, &b, &common);
    return slot_set_text(slot, x, s->arg[0], range_write(&common, both));
}

static int intersect_add(ADD_ARGS)
{
    ADD_UNUSED;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (!null_at(arg[0], r))
            TRY(take(s, x, (AggSlot *)state[i], text_at(arg[0], r)));
    }
    return 0;
}

static int intersect_merge(MERGE_ARGS)
{
    const AggSlot *from = (const AggSlot *)src;
    ASSERT(sign > 0);
    return from->has ? take(s, x, (AggSlot *)dst, slot_text(from, x)) : 0;
}

static int intersect_final(FINAL_ARGS)
{
    (void)s;
    return slots_final(x, state, 0, n, out);
}

typedef struct Common {
    TypeId type;
    bool any;
    Range range;
} Common;

static int common_of(void *self, const Value *cols, int64_t count)
{
    Common *c = self;
    Range r = range_read(c->type, cols[0].str);
    (void)count;
    if (c->any)
        range_intersect(&c->range, &r, &c->range);
    else
        c->range = r;
    c->any = true;
    return 0;
}

static int intersect_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    Common c = {.type = (TypeId)s->arg[0].id};
    char *bytes = arena_alloc(arena, RANGE_BYTES_MAX);
    (void)x;
    if (!bytes)
        return -ERR_OUT_OF_MEMORY;
    *ret = value_null(s->ret);
    TRY(m->each(m, common_of, &c));
    if (c.any)
        *ret = (Value){.type = s->ret, .str = range_write(&c.range, bytes)};
    return 0;
}

static void range_drop(const AggSpec *s, AggCtx *x, uint8_t *state)
{
    if (s->state_bytes)
        slot_drop((AggSlot *)state, x, s->arg[0]);
}

const AggType agg_ranges[] = {
    {.name = "range_intersect_agg",
     .help = "what is in all of the ranges",
     .example = "range_intersect_agg(during)",
     .bind = range_bind,
     .init = slot_init,
     .add = intersect_add,
     .merge = intersect_merge,
     .final = intersect_final,
     .final_multi = intersect_multi,
     .drop = range_drop},
    {0},
};
