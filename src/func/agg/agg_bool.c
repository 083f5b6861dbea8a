/* SPDX-License-Identifier: Apache-2.0
 *
 * BOOL_AND, BOOL_OR by counts of true and false; BIT_AND, BIT_OR, BIT_XOR by one counter per bit, or, without deletes, by the
 * value. */
#include "func/agg/agg_impl.h"

#include <string.h>

typedef struct BoolState {
    int64_t n_true, n_false;
} BoolState;

static int bool_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1 || (args[0].id != T_BOOL && args[0].id != T_UNKNOWN))
        return agg_no_match(s, args, n_args, err);
    s->arg[0] = s->ret = TYPE(BOOL);
    s->flags = AGG_LINEAR | AGG_MERGEABLE | AGG_INVERTIBLE | AGG_IGNORES_DISTINCT;
    s->state_bytes = sizeof(BoolState);
    return 0;
}

static void zero_init(const AggSpec *s, uint8_t *state)
{
    memset(state, 0, s->state_bytes);
}

static void bool_row(BoolState *t, const Vec *v, uint32_t r, int32_t w)
{
    if (null_at(v, r))
        return;
    if (bool_at(v, r))
        t->n_true += w;
    else
        t->n_false += w;
}

static int bool_add(ADD_ARGS)
{
    ADD_UNUSED;
    for (uint32_t i = 0; i < rows.n; i++)
        bool_row((BoolState *)state[i], arg[0], row_at(rows, i), weight_at(w, w_all, row_at(rows, i)));
    return 0;
}

static int bool_add_one(ADD_ONE_ARGS)
{
    ADD_UNUSED;
    EACH_ROW(rows, r)
    bool_row((BoolState *)state, arg[0], r, weight_at(w, w_all, r));
    return 0;
}

static int bool_merge(MERGE_ARGS)
{
    (void)s, (void)x;
    ((BoolState *)dst)->n_true += sign * ((const BoolState *)src)->n_true;
    ((BoolState *)dst)->n_false += sign * ((const BoolState *)src)->n_false;
    return 0;
}

static int bool_final(AggCtx *x, const uint8_t *const *state, uint32_t n, Vec *out, bool is_or)
{
    for (uint32_t i = 0; i < n; i++) {
        const BoolState *t = (const BoolState *)state[i];
        if (t->n_true == 0 && t->n_false == 0)
            TRY(agg_set_null(x, out, i));
        bit_put(out->data, i, is_or ? t->n_true != 0 : t->n_false == 0);
    }
    return 0;
}
static int and_final(FINAL_ARGS)
{
    (void)s;
    return bool_final(x, state, n, out, false);
}
static int or_final(FINAL_ARGS)
{
    (void)s;
    return bool_final(x, state, n, out, true);
}

#define BOOL_CALLBACKS .bind = bool_bind, .init = zero_init, .add = bool_add, .add_one = bool_add_one, .merge = bool_merge
const AggType agg_bools[] = {
    {.name = "bool_and",
     .forms = "boolean -> boolean",
     .aliases = "every",
     .help = "true when every value is true",
     .example = "SELECT bool_and(ok) FROM (VALUES (true), (false)) AS t (ok) -> false",
     BOOL_CALLBACKS,
     .final = and_final},
    {.name = "bool_or",
     .forms = "boolean -> boolean",
     .aliases = "any|any_true",
     .help = "true when a value is true",
     .example = "SELECT bool_or(ok) FROM (VALUES (true), (false)) AS t (ok) -> true",
     BOOL_CALLBACKS,
     .final = or_final},
    {0},
};

typedef struct BitState { /* input without deletes */
    uint64_t all, any;
    uint64_t odd;
    int64_t n;
} BitState;
typedef struct BitCounts { /* with deletes: how often each bit was 1 */
    int64_t n, pad;
    int64_t ones[64];
} BitCounts;

static int bits_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args == 1 && args[0].id == T_BITS) {
        s->type = &agg_bitstrings[s->type - agg_bits];
        return s->type->bind(s, args, n_args, err);
    }
    if (n_args != 1 || !type_is_integer(args[0].id))
        return agg_no_match(s, args, n_args, err);
    s->ret = args[0];
    s->flags = AGG_MERGEABLE | (s->retractable ? AGG_LINEAR | AGG_INVERTIBLE : 0u);
    s->state_bytes = s->retractable ? sizeof(BitCounts) : sizeof(BitState);
    return 0;
}

static void bits_init(const AggSpec *s, uint8_t *state)
{
    memset(state, 0, s->state_bytes);
    if (!s->retractable)
        ((BitState *)state)->all = UINT64_MAX;
}

static uint64_t bits_at(const Vec *v, uint32_t r)
{
    uint32_t i = r & vec_mask(v);
    switch ((TypeId)v->type.id) {
    case T_I16: return (uint64_t)((const int16_t *)v->data)[i];
    case T_I32: return (uint64_t)((const int32_t *)v->data)[i];
    default: return (uint64_t)((const int64_t *)v->data)[i];
    }
}

static void bits_row(const AggSpec *s, uint8_t *state, const Vec *v, uint32_t r, int32_t w)
{
    if (null_at(v, r))
        return;
    uint64_t bits = bits_at(v, r);
    if (!s->retractable) {
        BitState *t = (BitState *)state;
        t->all &= bits;
        t->any |= bits;
        t->odd ^= w & 1 ? bits : 0;
        t->n += w;
        return;
    }
    BitCounts *t = (BitCounts *)state;
    t->n += w;
    for (unsigned k = 0; k < 64; k++)
        t->ones[k] += (int64_t)((bits >> k) & 1u) * w;
}

static int bits_add(ADD_ARGS)
{
    (void)x;
    for (uint32_t i = 0; i < rows.n; i++)
        bits_row(s, state[i], arg[0], row_at(rows, i), weight_at(w, w_all, row_at(rows, i)));
    return 0;
}

static int bits_add_one(ADD_ONE_ARGS)
{
    (void)x;
    EACH_ROW(rows, r)
    bits_row(s, state, arg[0], r, weight_at(w, w_all, r));
    return 0;
}

static int bits_merge(MERGE_ARGS)
{
    (void)x;
    if (s->retractable) {
        BitCounts *d = (BitCounts *)dst;
        const BitCounts *f = (const BitCounts *)src;
        d->n += sign * f->n;
        for (unsigned k = 0; k < 64; k++)
            d->ones[k] += sign * f->ones[k];
        return 0;
    }
    ASSERT(sign > 0);
    BitState *d = (BitState *)dst;
    const BitState *f = (const BitState *)src;
    d->all &= f->all;
    d->any |= f->any;
    d->odd ^= f->odd;
    d->n += f->n;
    return 0;
}

typedef enum BitOp { BITS_AND, BITS_OR, BITS_XOR } BitOp;

static uint64_t bits_result(const AggSpec *s, const uint8_t *state, BitOp op, int64_t *ret_n)
{
    uint64_t bits = 0;
    if (!s->retractable) {
        const BitState *t = (const BitState *)state;
        *ret_n = t->n;
        return op == BITS_AND ? t->all : op == BITS_OR ? t->any : t->odd;
    }
    const BitCounts *t = (const BitCounts *)state;
    *ret_n = t->n;
    for (unsigned k = 0; k < 64; k++) {
        bool one = op == BITS_AND ? t->ones[k] == t->n : op == BITS_OR ? t->ones[k] != 0 : t->ones[k] & 1;
        bits |= (uint64_t)one << k;
    }
    return bits;
}

static int bits_final(const AggSpec *s, AggCtx *x, const uint8_t *const *state, uint32_t n, Vec *out, BitOp op)
{
    for (uint32_t i = 0; i < n; i++) {
        int64_t count;
        uint64_t bits = bits_result(s, state[i], op, &count);
        if (count == 0)
            TRY(agg_set_null(x, out, i));
        switch ((TypeId)out->type.id) {
        case T_I16: ((int16_t *)out->data)[i] = (int16_t)bits; break;
        case T_I32: ((int32_t *)out->data)[i] = (int32_t)bits; break;
        default: ((int64_t *)out->data)[i] = (int64_t)bits; break;
        }
    }
    return 0;
}
static int bit_and_final(FINAL_ARGS)
{
    return bits_final(s, x, state, n, out, BITS_AND);
}
static int bit_or_final(FINAL_ARGS)
{
    return bits_final(s, x, state, n, out, BITS_OR);
}
static int bit_xor_final(FINAL_ARGS)
{
    return bits_final(s, x, state, n, out, BITS_XOR);
}

#define BITS_CALLBACKS .bind = bits_bind, .init = bits_init, .add = bits_add, .add_one = bits_add_one, .merge = bits_merge
const AggType agg_bits[] = {
    {.name = "bit_and",
     .forms = "smallint -> smallint|integer -> integer|bigint -> bigint|bit -> bit",
     .help = "bitwise and of integers or bit strings",
     .example = "SELECT bit_and(x) FROM (VALUES (6), (3)) AS t (x) -> 2",
     BITS_CALLBACKS,
     .final = bit_and_final},
    {.name = "bit_or",
     .forms = "smallint -> smallint|integer -> integer|bigint -> bigint|bit -> bit",
     .help = "bitwise or of integers or bit strings",
     .example = "SELECT bit_or(x) FROM (VALUES (6), (3)) AS t (x) -> 7",
     BITS_CALLBACKS,
     .final = bit_or_final},
    {.name = "bit_xor",
     .forms = "smallint -> smallint|integer -> integer|bigint -> bigint|bit -> bit",
     .help = "bitwise exclusive or of integers or bit strings",
     .example = "SELECT bit_xor(x) FROM (VALUES (6), (3)) AS t (x) -> 5",
     BITS_CALLBACKS,
     .final = bit_xor_final},
    {0},
};
