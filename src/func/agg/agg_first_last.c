/* SPDX-License-Identifier: Apache-2.0
 *
 * FIRST, LAST, ARG_MIN, ARG_MAX: the value that goes with the smallest or largest order.  first(x, order) and arg_min(x, by) are
 * one thing, except for ties: FIRST, ARG_MIN and ARG_MAX keep the earliest arrival, LAST takes the latest.  With deletes the
 * multiset's elements are (order, value), so that ties are broken by the value instead.  first(x) alone means arrival order, which
 * deletes cannot take back.  Rows with a NULL in either argument do not count. */
#include "func/agg/agg_impl.h"

#include <string.h>

typedef struct PickState {
    AggSlot order, value;
} PickState;

static int pick_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    (void)args, (void)err;
    s->ret = s->arg[0];
    s->flags = AGG_ORDERED | (s->retractable ? AGG_NEEDS_MULTISET : AGG_MERGEABLE);
    s->state_bytes = s->retractable ? 0 : sizeof(PickState);
    if (n_args == 2) {
        s->n_order = 1;
        s->order[0] = s->arg[1];
        s->order_desc[0] = s->order_nulls_first[0] = false;
    }
    return 0;
}

static int first_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1 && n_args != 2)
        return agg_no_match(s, args, n_args, err);
    if (n_args == 1 && s->retractable) {
        RAISE(err, ERR_UNSUPPORTED, "%s by order of arrival is not supported over input with deletes", s->type->name);
        return err_hint(err, "Give the order: %s(value, order).", s->type->name);
    }
    return pick_bind(s, args, n_args, err);
}

static int arg_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 2)
        return agg_no_match(s, args, n_args, err);
    return pick_bind(s, args, n_args, err);
}

static void pick_init(const AggSpec *s, uint8_t *state)
{
    memset(state, 0, s->state_bytes);
}

/* Takes a row when sign * (its order - the best) > 0, or on a tie when `latest`. */
typedef struct Rule {
    int sign;
    bool latest;
} Rule;
static const Rule rule_first = {-1, false}, rule_last = {1, true}, rule_arg_min = {-1, false}, rule_arg_max = {1, false};

static int offer(const AggSpec *s, AggCtx *x, PickState *t, const Vec *const *arg, uint32_t r, const Rule *rule)
{
    if (any_null_at(arg, s->n_args, r))
        return 0;
    if (t->value.has) {
        int c = s->n_args == 1 ? 0 : -rule->sign * slot_cmp(&t->order, x, arg[1], r);
        if (c < 0 || (c == 0 && !rule->latest))
            return 0;
    }
    if (s->n_args == 2)
        TRY(slot_set(&t->order, x, arg[1], r));
    return slot_set(&t->value, x, arg[0], r);
}

static int pick_rows(const AggSpec *s, AggCtx *x, uint8_t *one, uint8_t *const *state, const Vec *const *arg, Rows rows,
                     const Rule *rule)
{
    for (uint32_t i = 0; i < rows.n; i++)
        TRY(offer(s, x, (PickState *)(one ? one : state[i]), arg, row_at(rows, i), rule));
    return 0;
}

static int pick_merge(const AggSpec *s, AggCtx *x, uint8_t *dst, const uint8_t *src, const Rule *rule)
{
    PickState *d = (PickState *)dst;
    const PickState *f = (const PickState *)src;
    if (!f->value.has)
        return 0;
    if (d->value.has) {
        int c = s->n_args == 1 ? 0 : -rule->sign * slot_cmp_slot(&d->order, &f->order, x, s->arg[1]);
        if (c < 0 || (c == 0 && !rule->latest))
            return 0;
    }
    if (s->n_args == 2)
        TRY(slot_copy(&d->order, x, s->arg[1], &f->order));
    return slot_copy(&d->value, x, s->arg[0], &f->value);
}

static int pick_final(FINAL_ARGS)
{
    (void)s;
    return slots_final(x, state, offsetof(PickState, value), n, out);
}

static int pick_multi(const AggSpec *s, AggMulti *m, bool last, Value *ret)
{
    Value cols[2];
    int64_t count, total = m->total(m);
    if (total <= 0) {
        *ret = value_null(s->ret);
        return 0;
    }
    TRY(m->nth(m, last ? total - 1 : 0, cols, &count));
    *ret = cols[s->n_order];
    return 0;
}
static int low_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    (void)x, (void)arena;
    return pick_multi(s, m, false, ret);
}
static int high_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    (void)x, (void)arena;
    return pick_multi(s, m, true, ret);
}

static void pick_drop(const AggSpec *s, AggCtx *x, uint8_t *state)
{
    PickState *t = (PickState *)state;
    if (s->state_bytes == 0)
        return;
    if (s->n_args == 2)
        slot_drop(&t->order, x, s->arg[1]);
    slot_drop(&t->value, x, s->arg[0]);
}

#define PICK(which)                                                                                                                \
    static int which##_add(ADD_ARGS)                                                                                               \
    {                                                                                                                              \
        ADD_UNUSED;                                                                                                                \
        return pick_rows(s, x, NULL, state, arg, rows, &rule_##which);                                                             \
    }                                                                                                                              \
    static int which##_add_one(ADD_ONE_ARGS)                                                                                       \
    {                                                                                                                              \
        ADD_UNUSED;                                                                                                                \
        return pick_rows(s, x, state, NULL, arg, rows, &rule_##which);                                                             \
    }                                                                                                                              \
    static int which##_merge(MERGE_ARGS)                                                                                           \
    {                                                                                                                              \
        ASSERT(sign > 0);                                                                                                          \
        return pick_merge(s, x, dst, src, &rule_##which);                                                                          \
    }
PICK(first)
PICK(last)
PICK(arg_min)
PICK(arg_max)

#define PICK_CALLBACKS(which, multi)                                                                                               \
    .traits = AGG_BY_ORDER, .init = pick_init, .add = which##_add, .add_one = which##_add_one, .merge = which##_merge,             \
    .final = pick_final, .final_multi = multi, .drop = pick_drop
const AggType agg_firsts[] = {
    {.name = "first_value",
     .forms = "anyelement, any -> anyelement",
     .aliases = "first",
     .help = "value of the earliest row",
     .example = "SELECT first_value(name, price) FROM (VALUES ('a', 3), ('b', 1)) AS t (name, price) -> b",
     .bind = first_bind,
     PICK_CALLBACKS(first, low_multi)},
    {.name = "last_value",
     .forms = "anyelement, any -> anyelement",
     .aliases = "last",
     .help = "value of the latest row",
     .example = "SELECT last_value(name, price) FROM (VALUES ('a', 3), ('b', 1)) AS t (name, price) -> a",
     .bind = first_bind,
     PICK_CALLBACKS(last, high_multi)},
    {.name = "arg_min",
     .forms = "anyelement, any -> anyelement",
     .aliases = "min_by|argmin",
     .help = "first argument of the row with the smallest second argument",
     .example = "SELECT arg_min(name, price) FROM (VALUES ('a', 3), ('b', 1)) AS t (name, price) -> b",
     .bind = arg_bind,
     PICK_CALLBACKS(arg_min, low_multi)},
    {.name = "arg_max",
     .forms = "anyelement, any -> anyelement",
     .aliases = "max_by|argmax",
     .help = "first argument of the row with the largest second argument",
     .example = "SELECT arg_max(name, price) FROM (VALUES ('a', 3), ('b', 1)) AS t (name, price) -> a",
     .bind = arg_bind,
     PICK_CALLBACKS(arg_max, high_multi)},
    {0},
};
