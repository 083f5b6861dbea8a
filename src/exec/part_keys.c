/* SPDX-License-Identifier: Apache-2.0
 *
 * Which operators can run in parts, and where a row goes: by the hash of its key, of bits that the tables of the part do not use to
 * place it (their index goes by the upper half).  Operators without a state, when they have enough to do for each row, take the
 * rows as they stand. */
#include "exec/part_keys.h"

#include "base/hash.h"
#include "exec/held_batches.h"
#include "exec/part_turns.h"

/* What a row costs, an operation of two numbers being 1. */
#define TEXT_WORK 24u
#define DECIMAL_WORK 8u
#define PLACE_WORK_MIN 16u /* less is done sooner than another thread has begun */

/* Whether any of them has something that is not the same for each call (is_volatile); or with stable, for each step. */
static bool any_varies(Expr *const *e, uint32_t n, bool stable)
{
    for (uint32_t i = 0; i < n; i++)
        if (e[i] && (stable ? e[i]->is_stable : e[i]->is_volatile))
            return true;
    return false;
}

static bool call_varies(const PhysAggCall *c, bool stable)
{
    return any_varies(c->arg, ARRAY_LEN(c->arg), stable) || any_varies(&c->filter, 1, stable) ||
           any_varies(c->order, ARRAY_LEN(c->order), stable);
}

/* Beside its keys. */
static bool node_varies(const PhysNode *node, bool stable)
{
    bool any = false;
    switch (node->kind) {
    case PHYS_HASH_AGG:
    case PHYS_WINDOW_AGG:
    case PHYS_SESSION_AGG: {
        const PhysAgg *a = (const PhysAgg *)node;
        for (uint32_t i = 0; i < a->n_aggs; i++)
            any |= call_varies(&a->aggs[i], stable);
        return any || any_varies(&a->time, 1, stable);
    }
    case PHYS_SESSION_ASSIGN: return any_varies(&((const PhysSessionAssign *)node)->time, 1, stable);
    case PHYS_JOIN: return any_varies(&((const PhysJoin *)node)->residual, 1, stable);
    case PHYS_ASOF_JOIN: {
        const PhysAsofJoin *j = (const PhysAsofJoin *)node;
        return any_varies(&j->left_time, 1, stable) || any_varies(&j->right_time, 1, stable);
    }
    case PHYS_TOP_N: return any_varies(((const PhysTopN *)node)->order, ((const PhysTopN *)node)->n_order, stable);
    case PHYS_DEDUP: return any_varies(((const PhysDedup *)node)->order, ((const PhysDedup *)node)->n_order, stable);
    case PHYS_OVER: {
        const PhysOver *o = (const PhysOver *)node;
        for (uint32_t i = 0; i < o->n_calls; i++)
            any |= call_varies(&o->calls[i].call, stable);
        return any || any_varies(o->order, o->n_order, stable);
    }
    case PHYS_ROW_TTL: return any_varies(&((const PhysRowTtl *)node)->time, 1, stable);
    case PHYS_KEY_TTL: return any_varies(&((const PhysKeyTtl *)node)->time, 1, stable);
    case PHYS_FILTER: return any_varies(&((const PhysFilter *)node)->predicate, 1, stable);
    case PHYS_PROJECT: return any_varies(((const PhysProject *)node)->exprs, ((const PhysProject *)node)->n, stable);
    default: return false;
    }
}

static uint32_t work_of(const Expr *e)
{
    if (e->n_args == 0)
        return e->kind == EXPR_CALL;
    bool texts = type_bytes((TypeId)e->type.id) == sizeof(StrView) && e->type.id != T_DECIMAL, decimals = e->type.id == T_DECIMAL;
    uint32_t work = 0;
    for (uint32_t i = 0; i < e->n_args; i++) {
        texts |= type_is_string((TypeId)e->arg[i]->type.id);
        work += work_of(e->arg[i]);
    }
    return work + (texts ? TEXT_WORK : decimals ? DECIMAL_WORK : 1);
}

static bool is_worth_cutting(Expr *const *e, uint32_t n, PartKeys *ret)
{
    uint32_t work = 0;
    for (uint32_t i = 0; i < n; i++)
        work += work_of(e[i]);
    ret->by_place = work >= PLACE_WORK_MIN;
    return ret->by_place;
}

bool node_keys(const PhysNode *node, PartKeys ret[2])
{
    switch (node->kind) {
    case PHYS_HASH_AGG:
    case PHYS_WINDOW_AGG:
    case PHYS_SESSION_AGG: {
        const PhysAgg *a = (const PhysAgg *)node;
        ret[0] = (PartKeys){.n = a->n_keys, .key = a->keys};
        return true;
    }
    case PHYS_SESSION_ASSIGN: {
        const PhysSessionAssign *s = (const PhysSessionAssign *)node;
        ret[0] = (PartKeys){.n = s->n_part, .key = s->part};
        return true;
    }
    case PHYS_JOIN: {
        const PhysJoin *j = (const PhysJoin *)node;
        ret[0] = (PartKeys){.n = j->n_keys, .key = j->left_key};
        ret[1] = (PartKeys){.n = j->n_keys, .key = j->right_key};
        return true;
    }
    case PHYS_ASOF_JOIN: {
        const PhysAsofJoin *j = (const PhysAsofJoin *)node;
        ret[0] = (PartKeys){.n = j->n_keys, .key = j->left_key};
        ret[1] = (PartKeys){.n = j->n_keys, .key = j->right_key};
        return true;
    }
    case PHYS_TOP_N: {
        const PhysTopN *t = (const PhysTopN *)node;
        ret[0] = (PartKeys){.n = t->n_part, .key = t->part};
        return true;
    }
    case PHYS_DEDUP: {
        const PhysDedup *d = (const PhysDedup *)node;
        ret[0] = (PartKeys){.n = d->n_part, .key = d->part};
        return true;
    }
    case PHYS_OVER: {
        const PhysOver *o = (const PhysOver *)node;
        ret[0] = (PartKeys){.n = o->n_part, .key = o->part};
        return true;
    }
    case PHYS_MATCH: {
        const Match *m = &((const PhysMatch *)node)->match;
        ret[0] = (PartKeys){.n = m->n_part, .key = m->part};
        return true;
    }
    case PHYS_KEY_TTL: {
        const PhysKeyTtl *t = (const PhysKeyTtl *)node;
        ret[0] = (PartKeys){.n = t->n_part, .key = t->part};
        return true;
    }
    case PHYS_SET_OP:
    case PHYS_ROW_TTL:
        ret[0] = (PartKeys){.n = node->in[0]->schema->n};
        ret[1] = ret[0];
        return true;
    default: return false;
    }
}

static bool kind_keys(const PhysNode *node, PartKeys ret[2])
{
    switch (node->kind) {
    case PHYS_HASH_AGG:
    case PHYS_WINDOW_AGG:
    case PHYS_SESSION_AGG: { /* groups that stand without rows would stand once per part; a clock of each key is looked at by its
                                place among all */
        const PhysAgg *a = (const PhysAgg *)node;
        return a->standing.n == 0 && a->n_wm_keys == 0 && node_keys(node, ret);
    }
    case PHYS_OVER: return !((const PhysOver *)node)->sorted && node_keys(node, ret);
    case PHYS_MATCH: return false;
    case PHYS_FILTER: return is_worth_cutting(&((const PhysFilter *)node)->predicate, 1, ret);
    case PHYS_PROJECT: return is_worth_cutting(((const PhysProject *)node)->exprs, ((const PhysProject *)node)->n, ret);
    default: return node_keys(node, ret);
    }
}

/* Groups by computed keys alone that count different values of several things: their maps are shared out instead (agg_group.c). */
static bool shares_maps(const PhysNode *node)
{
    const PhysAgg *a = (const PhysAgg *)node;
    const Expr *first = NULL;
    bool several = false;
    if (node->kind != PHYS_HASH_AGG)
        return false;
    for (uint32_t i = 0; i < a->n_keys; i++)
        if (a->keys[i]->kind == EXPR_COLUMN)
            return false;
    for (uint32_t i = 0; i < a->n_aggs; i++) {
        const PhysAggCall *c = &a->aggs[i];
        if (!c->spec.distinct || (c->spec.flags & AGG_IGNORES_DISTINCT) || !c->arg[0])
            continue;
        several |= first && !expr_equal(first, c->arg[0]);
        first = first ? first : c->arg[0];
    }
    return several;
}

bool part_keys_of(const OpEnv *env, const PhysNode *node, PartKeys ret[2])
{
    RowErrorPolicy on_error = env->on_error;
    memset(ret, 0, 2 * sizeof(*ret));
    if (!kind_keys(node, ret) || node_varies(node, false) /* random values are drawn by one thread, in the order of the rows */ ||
        (env->part_rule != PART_BY_ALL && shares_maps(node)) || held_beats_parts(env, node))
        return false;
    bool by_turns = part_turns_can(op_type_for(env, node), node, env->part_rule);
    for (uint32_t i = 0; i < node->n_in && !ret[0].by_place; i++) {
        if (ret[i].n > PART_KEYS_MAX || (ret[i].n == 0 && !by_turns))
            return false;
        for (uint32_t k = 0; ret[i].key && k < ret[i].n; k++) {
            const Expr *e = ret[i].key[k];
            if (e->is_volatile || (e->can_fail && on_error == ON_ERROR_NULL)) /* NULL then, which is a key */
                return false;
        }
    }
    return true;
}

bool part_keys_see_steps(const PhysNode *node)
{
    PartKeys key[2];
    memset(key, 0, sizeof(key));
    if (node_varies(node, true) || !node_keys(node, key))
        return true;
    for (uint32_t i = 0; i < node->n_in; i++)
        if (key[i].key && any_varies(key[i].key, key[i].n, true))
            return true;
    return false;
}

static bool is_column(const PartKeys *k, uint32_t i)
{
    return !k->key || k->key[i]->kind == EXPR_COLUMN;
}

uint64_t part_keys_choose(const PartKeys *key, uint32_t n_in, PartRule rule)
{
    uint64_t all = 0, columns = 0;
    for (uint32_t i = 0; i < key[0].n; i++) {
        bool is = is_column(&key[0], i) && (n_in < 2 || is_column(&key[1], i));
        all |= UINT64_C(1) << i;
        columns |= (uint64_t)is << i;
    }
    return rule != PART_BY_ALL && columns ? columns : all;
}

typedef struct PartColumns { /* of a result, equal to each other: by any one of them it is in parts */
    uint32_t n, col[2];
} PartColumns;

static PartColumns result_columns(const OpEnv *env, const PhysNode *node);

static PartColumns projected(const PhysProject *p, PartColumns in)
{
    PartColumns out = {0};
    for (uint32_t k = 0; k < p->n && out.n < ARRAY_LEN(out.col); k++)
        for (uint32_t i = 0; i < in.n && p->exprs[k]->kind == EXPR_COLUMN; i++)
            if (p->exprs[k]->col == in.col[i] && out.n < ARRAY_LEN(out.col))
                out.col[out.n++] = k;
    return out;
}

static PartColumns keyed(const OpEnv *env, const PhysNode *node)
{
    PartKeys key[2];
    bool with_input;
    if (!part_keys_of(env, node, key) || key[0].n == 0)
        return (PartColumns){0};
    uint64_t use = part_keys_use(env, node, key, &with_input);
    uint32_t i = (uint32_t)__builtin_ctzll(use);
    if ((use & (use - 1)) != 0 || !is_column(&key[0], i))
        return (PartColumns){0};
    if (node->kind == PHYS_HASH_AGG)
        return (PartColumns){1, {i}};
    if (((const PhysJoin *)node)->type != INNER_JOIN || !is_column(&key[1], i))
        return (PartColumns){0};
    return (PartColumns){2, {key[0].key[i]->col, node->in[0]->schema->n + key[1].key[i]->col}};
}

/* n 0: it is not in parts, or not by one column. */
static PartColumns result_columns(const OpEnv *env, const PhysNode *node)
{
    switch (node->kind) {
    case PHYS_FILTER: return result_columns(env, node->in[0]);
    case PHYS_PROJECT: return projected((const PhysProject *)node, result_columns(env, node->in[0]));
    case PHYS_JOIN:
    case PHYS_HASH_AGG: return keyed(env, node);
    default: return (PartColumns){0};
    }
}

uint64_t part_keys_use(const OpEnv *env, const PhysNode *node, const PartKeys *key, bool *ret_with_input)
{
    *ret_with_input = false;
    if (node->kind == PHYS_HASH_AGG && env->part_rule >= PART_WITH_INPUT) {
        PartColumns in = result_columns(env, node->in[0]);
        for (uint32_t i = 0; i < key[0].n; i++)
            for (uint32_t k = 0; k < in.n && is_column(&key[0], i); k++)
                if (key[0].key[i]->col == in.col[k]) {
                    *ret_with_input = true;
                    return UINT64_C(1) << i;
                }
    }
    return part_keys_choose(key, node->n_in, (PartRule)env->part_rule);
}

static int use_columns(PartKeys *k, OpEnv *env, uint64_t use, Err *err)
{
    k->col = ARENA_ARRAY(env->plan, uint32_t, k->n);
    if (!k->col)
        return RAISE_NOMEM(err);
    k->n_used = 0;
    for (uint64_t left = use; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        k->col[k->n_used++] = k->key ? k->key[i]->col : i;
    }
    return 0;
}

int part_keys_open(PartKeys *k, OpEnv *env, const Schema *in, uint64_t use, Err *err)
{
    bool columns = true;
    if (k->by_place)
        return 0;
    for (uint64_t left = use; left; left &= left - 1)
        columns &= is_column(k, (uint32_t)__builtin_ctzll(left));
    if (columns)
        return use_columns(k, env, use, err);
    k->col = NULL; /* something is computed: then all are used */
    k->n_used = k->n;
    return program_compile(env->plan, k->key, k->n, in, &k->program, err);
}

int part_keys_hash(const PartKeys *k, EvalCtx *x, const Batch *b, const Vec **ret_key, Rows *ret_rows, uint64_t **ret_hash)
{
    *ret_rows = batch_rows(b);
    if (k->col) {
        for (uint32_t i = 0; i < k->n_used; i++)
            ret_key[i] = &b->col[k->col[i]];
    } else {
        Vec *vec = arena_alloc(x->arena, k->n_used * sizeof(*vec));
        if (!vec)
            return -ERR_OUT_OF_MEMORY;
        eval_ctx_clear(x, b->n);
        TRY(program_run(k->program, x, b, vec));
        for (uint32_t i = 0; i < k->n_used; i++)
            ret_key[i] = &vec[i];
        if (unlikely(x->n_errors))
            TRY(rows_without_error(x, *ret_rows, ret_rows));
    }
    *ret_hash = arena_alloc(x->arena, MAX(ret_rows->n, 1) * sizeof(**ret_hash));
    if (!*ret_hash)
        return -ERR_OUT_OF_MEMORY;
    kernel_hash(ret_key, k->n_used, *ret_rows, *ret_hash);
    return 0;
}

int part_keys_run(const PartKeys *k, EvalCtx *x, const Batch *b, uint32_t n, uint8_t *ret_part)
{
    const Vec *key[PART_KEYS_MAX];
    Rows all = batch_rows(b), rows;
    uint64_t *hash;
    TRY(part_keys_hash(k, x, b, key, &rows, &hash));
    if (likely(rows.n == all.n)) {
        for (uint32_t i = 0; i < rows.n; i++)
            ret_part[i] = part_of_hash(hash[i], n);
        return 0;
    }
    for (uint32_t i = 0, good = 0; i < all.n; i++) /* both ascend in the same order */
        ret_part[i] = row_has_error(x, row_at(all, i)) ? 0 : part_of_hash(hash[good++], n);
    return 0;
}
