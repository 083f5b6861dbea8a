/* SPDX-License-Identifier: Apache-2.0
 *
 * Point look-ups: a bounded query, UPDATE or DELETE whose condition gives the whole primary key of a stored relation as constants
 * (key = 1, key IN (1, 2), or an equality per column) finds its rows by the index.  The condition is still evaluated; what is found
 * is only where it is looked for. */
#include "plan/bind_impl.h"

#define LOOKUP_KEYS_MAX 256u /* beyond that a scan is not much slower */

typedef struct Keyed {
    Arena *arena;
    const Relation *relation;
    const uint32_t *cols; /* the relation's column of each that the condition sees; NULL = the same */
} Keyed;

static int32_t key_column(const Keyed *x, const Expr *e)
{
    const Relation *r = x->relation;
    for (uint32_t k = 0; e->kind == EXPR_COLUMN && k < r->n_primary_key; k++)
        if ((x->cols ? x->cols[e->col] : e->col) == r->primary_key[k])
            return (int32_t)k;
    return -1;
}

static bool fits(const Keyed *x, uint32_t key, const Expr *value)
{
    const Relation *r = x->relation;
    return value->kind == EXPR_CONST && !value->value.is_null &&
           type_eq(value->value.type, r->schema->field[r->primary_key[key]].type);
}

/* column = constant, either way round. */
static void take_equality(const Keyed *x, const Expr *e, const Expr **by_key)
{
    if (e->kind != EXPR_CALL || e->n_args != 2 || strcmp(e->fn->name, "=") != 0)
        return;
    for (uint32_t i = 0; i < 2; i++) {
        int32_t key = key_column(x, e->arg[i]);
        if (key >= 0 && fits(x, (uint32_t)key, e->arg[1 - i]))
            by_key[key] = e->arg[1 - i];
    }
}

static bool is_listed(Value *const *lookup, uint32_t n, const Value *v)
{
    for (uint32_t i = 0; i < n; i++)
        if (value_eq(lookup[i], v))
            return true;
    return false;
}

/* key IN (constants), each once. */
static int take_list(const Keyed *x, const Expr *e, KeyLookup *ret, Err *err)
{
    if (e->kind != EXPR_IN || x->relation->n_primary_key != 1 || key_column(x, e->arg[0]) != 0 || e->n_args - 1 > LOOKUP_KEYS_MAX)
        return 0;
    for (uint32_t i = 1; i < e->n_args; i++)
        if (!fits(x, 0, e->arg[i]))
            return 0;
    Value **lookup = ARENA_ARRAY(x->arena, Value *, e->n_args);
    if (!lookup)
        return RAISE_NOMEM(err);
    uint32_t n = 0;
    for (uint32_t i = 1; i < e->n_args; i++)
        if (!is_listed(lookup, n, &e->arg[i]->value))
            lookup[n++] = &e->arg[i]->value;
    *ret = (KeyLookup){n, lookup};
    return 0;
}

int plan_point_lookup(Arena *a, const Relation *r, const uint32_t *cols, const Expr *p, KeyLookup *ret, Err *err)
{
    const Keyed x = {a, r, cols};
    uint32_t n = p->kind == EXPR_AND ? p->n_args : 1, n_found = 0;
    *ret = (KeyLookup){0};
    if (!relation_is_stored(r) || r->n_primary_key == 0)
        return 0;
    const Expr **by_key = ARENA_ARRAY(a, const Expr *, r->n_primary_key);
    Value *key = ARENA_ARRAY(a, Value, r->n_primary_key);
    Value **lookup = ARENA_ARRAY(a, Value *, 1);
    if (!by_key || !key || !lookup)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        take_equality(&x, p->kind == EXPR_AND ? p->arg[i] : p, by_key);
    for (uint32_t k = 0; k < r->n_primary_key; k++) {
        if (!by_key[k])
            break;
        key[k] = by_key[k]->value;
        n_found++;
    }
    if (n_found == r->n_primary_key) {
        lookup[0] = key;
        *ret = (KeyLookup){1, lookup};
        return 0;
    }
    for (uint32_t i = 0; i < n && ret->n == 0; i++)
        TRY(take_list(&x, p->kind == EXPR_AND ? p->arg[i] : p, ret, err));
    return 0;
}
