/* SPDX-License-Identifier: Apache-2.0
 *
 * MIN and MAX of every orderable type.  Input without deletes needs only the best value so far; with deletes the operator keeps a
 * multiset, and the result is its first or last element. */
#include "func/agg/agg_impl.h"

#include <string.h>

static int minmax_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1 || type_is_json(args[0].id))
        return agg_no_match(s, args, n_args, err);
    s->ret = s->arg[0];
    s->flags = AGG_IGNORES_DISTINCT | (s->retractable ? AGG_NEEDS_MULTISET : AGG_MERGEABLE);
    s->state_bytes = s->retractable ? 0 : sizeof(AggSlot);
    return 0;
}

static void minmax_init(const AggSpec *s, uint8_t *state)
{
    memset(state, 0, s->state_bytes);
}

static int offer(AggSlot *slot, AggCtx *x, const Vec *v, uint32_t r, int sign)
{
    return !slot->has || sign * slot_cmp(slot, x, v, r) < 0 ? slot_set(slot, x, v, r) : 0;
}

/* The same value to all groups: mostly they have it already. */
static int offer_same(AggCtx *x, uint8_t *const *state, const Vec *v, Rows rows, int sign)
{
    if (rows.n == 0 || null_at(v, 0))
        return 0;
    AggSlot *last = (AggSlot *)state[0];
    TRY(offer(last, x, v, 0, sign));
    for (uint32_t i = 1; i < rows.n; i++) {
        AggSlot *slot = (AggSlot *)state[i];
        if (slot != last && memcmp(slot, last, sizeof(*slot)) != 0) {
            TRY(offer(slot, x, v, 0, sign));
            last = slot;
        }
    }
    return 0;
}

/* sign: 1 = MAX.  Fixed-width numbers are compared in place. */
#define BEST(T, LESS)                                                                                                              \
    do {                                                                                                                           \
        const T                                                                                                                    \
        *d = arg[0]->data;                                                                                                         \
        for (uint32_t i = 0; i < rows.n; i++) {                                                                                    \
            uint32_t r = row_at(rows, i);                                                                                          \
            if (null_at(arg[0], r))                                                                                                \
                continue;                                                                                                          \
            AggSlot *slot = (AggSlot *)(one ? one : state[i]);                                                                     \
            T                                                                                                                      \
            v = d[r & m], best;                                                                                                    \
            memcpy(&best, slot->bytes, sizeof(T));                                                                                 \
            if (!slot->has || (sign > 0 ? LESS(best, v) : LESS(v, best))) {                                                        \
                memcpy(slot->bytes, &v, sizeof(T));                                                                                \
                slot->has = 1;                                                                                                     \
            }                                                                                                                      \
        }                                                                                                                          \
    } while (0)
#define INT_LESS(a, b) ((a) < (b))
#define FLOAT_LESS(a, b) ((a) < (b) || ((a) == (a) && (b) != (b)))

static int best_rows(AggCtx *x, uint8_t *one, uint8_t *const *state, const Vec *const *arg, Rows rows, int sign)
{
    uint32_t m = vec_mask(arg[0]);
    switch ((TypeId)arg[0]->type.id) {
    case T_I16: BEST(int16_t, INT_LESS); return 0;
    case T_I32:
    case T_DATE: BEST(int32_t, INT_LESS); return 0;
    case T_I64:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS: BEST(int64_t, INT_LESS); return 0;
    case T_F32: BEST(float, FLOAT_LESS); return 0;
    case T_F64: BEST(double, FLOAT_LESS); return 0;
    case T_DECIMAL: BEST(i128, INT_LESS); return 0;
    default: break;
    }
    if (m == 0 && !one)
        return offer_same(x, state, arg[0], rows, sign);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (!null_at(arg[0], r))
            TRY(offer((AggSlot *)(one ? one : state[i]), x, arg[0], r, sign));
    }
    return 0;
}

static int min_add(ADD_ARGS)
{
    ADD_UNUSED;
    return best_rows(x, NULL, state, arg, rows, -1);
}
static int max_add(ADD_ARGS)
{
    ADD_UNUSED;
    return best_rows(x, NULL, state, arg, rows, 1);
}
static int min_add_one(ADD_ONE_ARGS)
{
    ADD_UNUSED;
    return best_rows(x, state, NULL, arg, rows, -1);
}
static int max_add_one(ADD_ONE_ARGS)
{
    ADD_UNUSED;
    return best_rows(x, state, NULL, arg, rows, 1);
}

/* As BEST, for the usual batch. */
#define BEST_DENSE(T, LESS)                                                                                                        \
    do {                                                                                                                           \
        const T                                                                                                                    \
        *d = arg->data;                                                                                                            \
        for (uint32_t i = 0; i < n; i++) {                                                                                         \
            AggSlot *slot = (AggSlot *)(void *)(row[i] + at);                                                                      \
            T                                                                                                                      \
            best;                                                                                                                  \
            memcpy(&best, slot->bytes, sizeof(T));                                                                                 \
            if (!slot->has || (sign > 0 ? LESS(best, d[i]) : LESS(d[i], best))) {                                                  \
                memcpy(slot->bytes, &d[i], sizeof(T));                                                                             \
                slot->has = 1;                                                                                                     \
            }                                                                                                                      \
            if (count_at)                                                                                                          \
                ++*(int64_t *)(void *)(row[i] + count_at);                                                                         \
        }                                                                                                                          \
    } while (0)

static inline __attribute__((always_inline)) bool best_dense(uint8_t *const *row, size_t at, size_t count_at, const Vec *arg,
                                                             uint32_t n, int sign)
{
    switch ((TypeId)arg->type.id) {
    case T_I32:
    case T_DATE: BEST_DENSE(int32_t, INT_LESS); return true;
    case T_I64:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS: BEST_DENSE(int64_t, INT_LESS); return true;
    case T_F64: BEST_DENSE(double, FLOAT_LESS); return true;
    case T_DECIMAL: BEST_DENSE(i128, INT_LESS); return true;
    default: return false;
    }
}

static bool min_add_dense(const AggSpec *s, uint8_t *const *row, size_t at, size_t count_at, const Vec *arg, uint32_t n)
{
    (void)s;
    return best_dense(row, at, count_at, arg, n, -1);
}
static bool max_add_dense(const AggSpec *s, uint8_t *const *row, size_t at, size_t count_at, const Vec *arg, uint32_t n)
{
    (void)s;
    return best_dense(row, at, count_at, arg, n, 1);
}

static int minmax_merge(const AggSpec *s, AggCtx *x, uint8_t *dst, const uint8_t *src, int order)
{
    AggSlot *d = (AggSlot *)dst;
    const AggSlot *f = (const AggSlot *)src;
    if (f->has && (!d->has || order * slot_cmp_slot(d, f, x, s->arg[0]) < 0))
        return slot_copy(d, x, s->arg[0], f);
    return 0;
}
static int min_merge(MERGE_ARGS)
{
    ASSERT(sign > 0);
    return minmax_merge(s, x, dst, src, -1);
}
static int max_merge(MERGE_ARGS)
{
    ASSERT(sign > 0);
    return minmax_merge(s, x, dst, src, 1);
}

static int minmax_final(FINAL_ARGS)
{
    (void)s;
    return slots_final(x, state, 0, n, out);
}

static int multi_at(const AggSpec *s, AggMulti *m, int64_t k, Value *ret)
{
    int64_t count;
    if (m->total(m) <= 0) {
        *ret = value_null(s->ret);
        return 0;
    }
    return m->nth(m, k, ret, &count);
}
static int min_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    (void)x, (void)arena;
    return multi_at(s, m, 0, ret);
}
static int max_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    (void)x, (void)arena;
    return multi_at(s, m, m->total(m) - 1, ret);
}

static void minmax_drop(const AggSpec *s, AggCtx *x, uint8_t *state)
{
    if (s->state_bytes)
        slot_drop((AggSlot *)state, x, s->arg[0]);
}

const AggType agg_minmax[] = {
    {.name = "min",
     .forms = "anyelement -> anyelement",
     .aliases = "any_value",
     .help = "smallest value",
     .example = "SELECT min(x) FROM (VALUES (1), (2), (4)) AS t (x) -> 1",
     .bind = minmax_bind,
     .init = minmax_init,
     .add = min_add,
     .add_dense = min_add_dense,
     .add_one = min_add_one,
     .merge = min_merge,
     .final = minmax_final,
     .final_multi = min_multi,
     .extreme = -1,
     .drop = minmax_drop},
    {.name = "max",
     .forms = "anyelement -> anyelement",
     .help = "largest value",
     .example = "SELECT max(x) FROM (VALUES (1), (2), (4)) AS t (x) -> 4",
     .bind = minmax_bind,
     .init = minmax_init,
     .add = max_add,
     .add_dense = max_add_dense,
     .add_one = max_add_one,
     .merge = max_merge,
     .final = minmax_final,
     .final_multi = max_multi,
     .extreme = 1,
     .drop = minmax_drop},
    {0},
};
