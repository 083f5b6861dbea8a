/* SPDX-License-Identifier: Apache-2.0
 *
 * RANGE_AGG: the union of all ranges, as a multirange; the operator keeps the values.  RANGE_INTERSECT_AGG: what is in all ranges.
 * Input without deletes keeps the range so far; with deletes the operator keeps the values, for the one that goes may be the one
 * that bounded them all. */
#include "data/multirange.h"
#include "func/agg/agg_impl.h"

#include <string.h>

static int range_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1 || !type_has_bounds((TypeId)args[0].id))
        return agg_no_match(s, args, n_args, err);
    bool keeps = s->retractable || type_is_multirange((TypeId)args[0].id);
    s->ret = args[0];
    s->flags = AGG_IGNORES_DISTINCT | (keeps ? AGG_NEEDS_MULTISET : AGG_MERGEABLE);
    s->state_bytes = keeps ? 0 : sizeof(AggSlot);
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
    Ranges ranges;
} Common;

static int common_of(void *self, const Value *cols, int64_t count)
{
    Common *c = self;
    Ranges more, both;
    (void)count;
    TRY(ranges_read(c->type, cols[0].str, c->ranges.arena, &more));
    if (c->any) {
        TRY(ranges_intersect(&c->ranges, &more, &both));
        more = both;
    }
    c->ranges = more;
    c->any = true;
    return 0;
}

static int give_ranges(const AggSpec *s, const Ranges *r, Arena *arena, Value *ret)
{
    _cleanup_(sb_done) StrBuf bytes;
    sb_init(&bytes, arena->acct);
    ranges_put(r, &bytes);
    char *copy = bytes.failed ? NULL : arena_strndup(arena, sb_cstr(&bytes), bytes.n);
    *ret = (Value){.type = s->ret, .str = {copy, bytes.n}};
    return copy ? 0 : -ERR_OUT_OF_MEMORY;
}

static int intersect_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    Common c = {.type = (TypeId)s->arg[0].id, .ranges = {.arena = arena}};
    (void)x;
    *ret = value_null(s->ret);
    TRY(m->each(m, common_of, &c));
    return c.any ? give_ranges(s, &c.ranges, arena, ret) : 0;
}

static void range_drop(const AggSpec *s, AggCtx *x, uint8_t *state)
{
    if (s->state_bytes)
        slot_drop((AggSlot *)state, x, s->arg[0]);
}

/* ---- the union ---- */

static int union_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    TypeId id = n_args == 1 ? (TypeId)args[0].id : T_UNKNOWN;
    if (!type_has_bounds(id))
        return agg_no_match(s, args, n_args, err);
    s->ret = (Type){.id = (uint8_t)(type_is_range(id) ? type_multirange_of(id) : id)};
    s->flags = AGG_IGNORES_DISTINCT | AGG_NEEDS_MULTISET;
    s->state_bytes = 0;
    return 0;
}

typedef struct Union {
    TypeId type;
    bool any;
    Ranges all;
} Union;

/* The values come in their order, so most that touch one touch the last one. */
static int add_to_union(void *self, const Value *cols, int64_t count)
{
    Union *u = self;
    Ranges more;
    (void)count;
    u->any = true;
    TRY(ranges_read(u->type, cols[0].str, u->all.arena, &more));
    for (uint32_t i = 0; i < more.n; i++) {
        Range *last = u->all.n ? &u->all.at[u->all.n - 1] : NULL;
        bool behind = last && range_cmp_bounds(&last->low, &more.at[i].low) <= 0;
        if (behind && (range_overlaps(last, &more.at[i]) || range_is_before(&last->high, &more.at[i].low)))
            last->high = range_cmp_bounds(&more.at[i].high, &last->high) > 0 ? more.at[i].high : last->high;
        else
            TRY(ranges_add(&u->all, &more.at[i]));
    }
    return 0;
}

static int union_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    Union u = {.type = (TypeId)s->arg[0].id, .all = {.arena = arena, .type = type_range_of((TypeId)s->ret.id)}};
    (void)x;
    *ret = value_null(s->ret);
    TRY(m->each(m, add_to_union, &u));
    ranges_merge(&u.all);
    return u.any ? give_ranges(s, &u.all, arena, ret) : 0;
}

const AggType agg_ranges[] = {
    {.name = "range_agg",
     .forms = "anyrange -> anymultirange|anymultirange -> anymultirange",
     .help = "what is in one of the ranges, as a multirange",
     .example = "SELECT range_agg(during) FROM (VALUES (int4range(1, 5)), (int4range(3, 9))) AS t (during) -> {[1,9)}",
     .bind = union_bind,
     .final_multi = union_multi},
    {.name = "range_intersect_agg",
     .forms = "anyrange -> anyrange|anymultirange -> anymultirange",
     .help = "what is in all of the ranges, or multiranges",
     .example = "SELECT range_intersect_agg(during) FROM (VALUES (int4range(1, 5)), (int4range(3, 9))) AS t (during) -> [3,5)",
     .bind = range_bind,
     .init = slot_init,
     .add = intersect_add,
     .merge = intersect_merge,
     .final = intersect_final,
     .final_multi = intersect_multi,
     .drop = range_drop},
    {0},
};
