/* SPDX-License-Identifier: Apache-2.0
 *
 * BIT_AND, BIT_OR, BIT_XOR of bit strings, which all have to be of one length.  Input without deletes keeps the result so far,
 * whose digits are joined with each value's; with deletes the operator keeps the values, for one that goes may be the only one with
 * a bit. */
#include "func/agg/agg_impl.h"

#include <string.h>

#define SHORT_BITS 256u

typedef struct BitsState {
    AggSlot value;
    uint64_t unequal; /* values of several lengths have come */
    uint64_t pad;
} BitsState;

typedef enum BitsOp { BITS_AND, BITS_OR, BITS_XOR } BitsOp;

static BitsOp op_of(const AggSpec *s)
{
    return (BitsOp)(s->type - agg_bitstrings);
}

static int bits_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    if (n_args != 1 || args[0].id != T_BITS)
        return agg_no_match(s, args, n_args, err);
    s->ret = args[0].precision ? args[0] : TYPE(BITS);
    s->flags = (op_of(s) == BITS_XOR ? 0u : AGG_IGNORES_DISTINCT) | (s->retractable ? AGG_NEEDS_MULTISET : AGG_MERGEABLE);
    s->state_bytes = s->retractable ? 0 : sizeof(BitsState);
    return 0;
}

static void bits_init(const AggSpec *s, uint8_t *state)
{
    memset(state, 0, s->state_bytes);
}

/* times: how often the value is there, which only exclusive or minds. */
static void join(BitsOp op, char *all, Str v, int64_t times)
{
    for (size_t i = 0; i < v.n; i++)
        switch (op) {
        case BITS_AND: all[i] = (char)(all[i] & v.p[i]); break; /* '0' and '1' differ in the lowest bit */
        case BITS_OR: all[i] = (char)(all[i] | v.p[i]); break;
        case BITS_XOR: all[i] = (char)('0' + ((all[i] ^ (times & 1 ? v.p[i] : '0')) & 1)); break;
        }
}

static int take(const AggSpec *s, AggCtx *x, BitsState *t, Str v, int64_t times)
{
    char few[SHORT_BITS], *made = few;
    if (v.n > sizeof(few))
        made = arena_alloc(x->eval->arena, v.n);
    if (!made)
        return -ERR_OUT_OF_MEMORY;
    if (t->value.has && t->value.n != v.n) {
        t->unequal = 1;
        return 0;
    }
    if (t->value.has) {
        Str before = slot_text(&t->value, x);
        if (before.n)
            memcpy(made, before.p, before.n);
    } else {
        memset(made, op_of(s) == BITS_AND ? '1' : '0', v.n);
    }
    join(op_of(s), made, v, times);
    return slot_set_text(&t->value, x, s->arg[0], (Str){made, v.n});
}

static int add_rows(const AggSpec *s, AggCtx *x, uint8_t *const *state, const Vec *const *arg, const int32_t *w, int32_t w_all,
                    Rows rows)
{
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (!null_at(arg[0], r))
            TRY(take(s, x, (BitsState *)state[i], text_at(arg[0], r), weight_at(w, w_all, r)));
    }
    return 0;
}
/* One of its own for each, for aggregates that have all functions in common may share a state. */
static int and_add(ADD_ARGS)
{
    return add_rows(s, x, state, arg, w, w_all, rows);
}
static int or_add(ADD_ARGS)
{
    return add_rows(s, x, state, arg, w, w_all, rows);
}
static int xor_add(ADD_ARGS)
{
    return add_rows(s, x, state, arg, w, w_all, rows);
}

static int bits_merge(MERGE_ARGS)
{
    BitsState *to = (BitsState *)dst;
    const BitsState *from = (const BitsState *)src;
    ASSERT(sign > 0);
    to->unequal |= from->unequal;
    return from->value.has ? take(s, x, to, slot_text(&from->value, x), 1) : 0;
}

static const char *unequal_text(const AggSpec *s)
{
    static const char *const texts[] = {[BITS_AND] = "cannot AND bit strings of different sizes",
                                        [BITS_OR] = "cannot OR bit strings of different sizes",
                                        [BITS_XOR] = "cannot XOR bit strings of different sizes"};
    return texts[op_of(s)];
}

static int bits_final(FINAL_ARGS)
{
    for (uint32_t i = 0; i < n; i++)
        if (((const BitsState *)state[i])->unequal)
            row_error(x->eval, i, ERR_STRING_LENGTH, "%s", unequal_text(s));
    return slots_final(x, state, offsetof(BitsState, value), n, out);
}

typedef struct Fold {
    BitsOp op;
    Arena *arena;
    char *all;
    size_t n;
} Fold;

static int fold_each(void *self, const Value *cols, int64_t count)
{
    Fold *f = self;
    Str v = cols[0].str;
    if (!f->all) {
        f->n = v.n;
        f->all = arena_alloc(f->arena, MAX(v.n, (size_t)1));
        if (!f->all)
            return -ERR_OUT_OF_MEMORY;
        memset(f->all, f->op == BITS_AND ? '1' : '0', v.n);
    }
    if (v.n != f->n)
        return -ERR_STRING_LENGTH;
    join(f->op, f->all, v, count);
    return 0;
}

static int bits_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    Fold f = {.op = op_of(s), .arena = arena};
    int rc = m->each(m, fold_each, &f);
    if (rc == -ERR_STRING_LENGTH)
        x->failed = unequal_text(s);
    *ret = f.all ? (Value){.type = s->ret, .str = {f.all, f.n}} : value_null(s->ret);
    return rc;
}

static void bits_drop(const AggSpec *s, AggCtx *x, uint8_t *state)
{
    if (s->state_bytes)
        slot_drop(&((BitsState *)state)->value, x, s->arg[0]);
}

#define BITSTRING(text, add_)                                                                                                      \
    {                                                                                                                              \
        .name = text, .bind = bits_bind, .init = bits_init, .add = add_, .merge = bits_merge, .final = bits_final,                 \
        .final_multi = bits_multi, .drop = bits_drop                                                                               \
    }
const AggType agg_bitstrings[] = {[BITS_AND] = BITSTRING("bit_and", and_add),
                                  [BITS_OR] = BITSTRING("bit_or", or_add),
                                  [BITS_XOR] = BITSTRING("bit_xor", xor_add),
                                  {0}};
