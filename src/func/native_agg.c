/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregates of the program.
 *
 * One that can take rows back by itself (invertible) keeps plain bytes in the group's row: step() gets rows with signed weights, a
 * batch at a time.  Any other is computed anew whenever its group has changed, over the group's multiset: its state lives during
 * that only, so it may hold pointers.  Several arguments of such a one are one value there, a row (plan/bind_agg.c makes it). */
#include "func/native.h"

#include <string.h>

#include "data/record.h"
#include "func/agg/agg_impl.h"

static const Native *of_type(const AggType *t)
{
    return (const Native *)(const void *)((const char *)t - offsetof(Native, agg));
}

/* ---- plain states ---- */

static void plain_init(const AggSpec *s, uint8_t *state)
{
    const Native *f = of_type(s->type);
    memset(state, 0, f->state_bytes);
    if (!f->fn.init)
        return;
    native_enter();
    f->fn.init(f->user_data, state);
    native_leave();
}

typedef struct Steps { /* the rows of a batch that count */
    uint16_t *row;
    void **state;
    int64_t *weight;
    uint32_t n;
} Steps;

static int steps_new(Steps *t, uint32_t n, Arena *arena)
{
    *t = (Steps){ARENA_ARRAY(arena, uint16_t, n + 1), ARENA_ARRAY(arena, void *, n + 1), ARENA_ARRAY(arena, int64_t, n + 1), 0};
    return t->row && t->state && t->weight ? 0 : -ERR_OUT_OF_MEMORY;
}

static int plain_steps(const Native *f, AggCtx *x, const Vec *const *arg, const Steps *t)
{
    NativeCall c = {.fn = f, .arena = x->eval->arena, .n = t->n, .row = t->row, .arg = arg, .ret = f->ret};
    if (t->n == 0)
        return 0;
    native_enter();
    f->fn.step(&c, t->n, t->state, t->weight);
    native_leave();
    return c.no_memory ? -ERR_OUT_OF_MEMORY : 0;
}

static int plain_add(ADD_ARGS)
{
    const Native *f = of_type(s->type);
    Steps t;
    TRY(steps_new(&t, rows.n, x->eval->arena));
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (f->strict && any_null_at(arg, s->n_args, r))
            continue;
        t.row[t.n] = (uint16_t)r;
        t.state[t.n] = state[i];
        t.weight[t.n++] = weight_at(w, w_all, r);
    }
    return plain_steps(f, x, arg, &t);
}

static int plain_add_one(ADD_ONE_ARGS)
{
    uint8_t **same = arena_alloc(x->eval->arena, (rows.n + 1) * sizeof(*same));
    if (!same)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++)
        same[i] = state;
    return plain_add(s, x, same, arg, w, w_all, rows);
}

static int plain_merge(MERGE_ARGS)
{
    const Native *f = of_type(s->type);
    (void)x;
    native_enter();
    f->fn.merge(f->user_data, dst, src, sign);
    native_leave();
    return 0;
}

/* ---- results ---- */

/* The results of states, into c->result.  1: the call has failed. */
static int finish(NativeCall *c, void *const *state)
{
    c->result = ARENA_ARRAY(c->arena, Value, c->n + 1);
    if (!c->result)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < c->n; i++)
        c->result[i] = value_null(c->ret);
    native_enter();
    int32_t rc = c->fn->fn.final(c, c->n, state);
    native_leave();
    return c->no_memory ? -ERR_OUT_OF_MEMORY : rc != 0 || c->failed ? 1 : 0;
}

static const char *why(const NativeCall *c, uint32_t i)
{
    return c->error && c->error[i] ? c->error[i] : c->failed ? c->failed : "the function failed";
}

static int put_final(const NativeCall *c, AggCtx *x, uint32_t at, uint32_t i, StrWriter *w, Vec *out)
{
    if (c->error && c->error[i])
        row_error(x->eval, at, ERR_EXTERNAL_ROUTINE, "%s", c->error[i]);
    return vec_put(out, at, &c->result[i], w, x->eval->arena);
}

static int plain_final(FINAL_ARGS)
{
    const Native *f = of_type(s->type);
    NativeCall c = {.fn = f, .arena = x->eval->arena, .n = n, .ret = out->type};
    void **copy = ARENA_ARRAY(c.arena, void *, n + 1);
    StrWriter w;
    if (!copy)
        return -ERR_OUT_OF_MEMORY;
    memcpy(copy, (const void *)state, n * sizeof(*copy));
    strwriter_init(&w, out, c.arena);
    int all = finish(&c, copy);
    TRY(all);
    for (uint32_t i = 0; i < n; i++) {
        NativeCall one = {.fn = f, .arena = c.arena, .n = 1, .ret = out->type};
        int rc = all == 0 ? 0 : finish(&one, &copy[i]); /* only those are in error that fail alone */
        TRY(rc);
        if (rc > 0)
            row_error(x->eval, i, ERR_EXTERNAL_ROUTINE, "%s", why(&one, 0));
        TRY(put_final(all == 0 ? &c : &one, x, i, all == 0 ? i : 0, &w, out));
    }
    return type_is_string(out->type.id) ? strwriter_finish(&w) : 0;
}

/* ---- over a multiset ---- */

typedef struct Again {
    const Native *f;
    const AggSpec *spec;
    void *state;
    Arena arena; /* of one element */
} Again;

static int again_each(void *self, const Value *cols, int64_t count)
{
    Again *t = self;
    const Value *element = &cols[t->spec->n_order];
    Value packed[FUNC_ARGS_MAX], *arg = packed;
    arena_reset(&t->arena);
    packed[0] = *element;
    if (t->f->n_args > 1) {
        RecordReader r = record_read(element->type, element->str, &t->arena);
        for (uint32_t i = 0; i < t->f->n_args; i++)
            if (record_next(&r, &packed[i]) != 1)
                return -ERR_OUT_OF_MEMORY;
    }
    for (uint32_t i = 0; t->f->strict && i < t->f->n_args; i++)
        if (packed[i].is_null)
            return 0;
    NativeCall c = {.fn = t->f, .arena = &t->arena, .n = 1, .value = arg, .ret = t->f->ret};
    native_enter();
    t->f->fn.step(&c, 1, &t->state, &count);
    native_leave();
    return c.no_memory ? -ERR_OUT_OF_MEMORY : 0;
}

static int again_final(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    const Native *f = of_type(s->type);
    Again t = {.f = f, .spec = s, .state = mem_zalloc(NULL, MAX(f->state_bytes, 1u))};
    NativeCall c = {.fn = f, .arena = arena, .n = 1, .ret = s->ret};
    if (!t.state)
        return -ERR_OUT_OF_MEMORY;
    arena_init(&t.arena, arena->acct, 0);
    native_enter();
    if (f->fn.init)
        f->fn.init(f->user_data, t.state);
    native_leave();
    int rc = m->each(m, again_each, &t);
    if (rc >= 0)
        rc = finish(&c, &t.state);
    native_enter();
    if (f->fn.drop)
        f->fn.drop(f->user_data, t.state);
    native_leave();
    arena_done(&t.arena);
    mem_free(NULL, t.state, MAX(f->state_bytes, 1u));
    TRY(rc);
    *ret = c.result[0];
    if (rc == 0 && !(c.error && c.error[0]))
        return 0;
    x->failed = why(&c, 0);
    return -ERR_EXTERNAL_ROUTINE;
}

/* ---- binding ---- */

int native_agg_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    const Native *f = of_type(s->type);
    (void)err;
    s->ret = f->ret;
    s->n_args = n_args;
    for (uint32_t i = 0; i < n_args; i++)
        s->arg[i] = args[i];
    s->state_bytes = f->invertible ? f->state_bytes : 0;
    if (f->invertible)
        s->flags = AGG_INVERTIBLE | (f->fn.merge ? AGG_MERGEABLE | AGG_LINEAR : 0u);
    else
        s->flags = AGG_NEEDS_MULTISET | (f->strict && n_args == 1 ? 0u : AGG_KEEPS_NULLS);
    return 0;
}

const Native *native_of_agg(const AggType *t)
{
    return t->bind == native_agg_bind ? of_type(t) : NULL;
}

void native_agg_complete(Native *f)
{
    f->agg = (AggType){.name = f->name, .help = "an aggregate of the program", .bind = native_agg_bind, .traits = AGG_BY_ORDER};
    if (!f->invertible) {
        f->agg.final_multi = again_final;
        return;
    }
    f->agg.init = plain_init;
    f->agg.add = plain_add;
    f->agg.add_one = plain_add_one;
    f->agg.merge = f->fn.merge ? plain_merge : NULL;
    f->agg.final = plain_final;
}
