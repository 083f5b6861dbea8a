/* SPDX-License-Identifier: Apache-2.0
 *
 * Look-ups: a bounded query, UPDATE or DELETE whose condition gives the whole primary key or a UNIQUE constraint of a stored
 * relation as constants (key = 1, key IN (1, 2), or an equality per column), or a beginning of an index and a range of its next
 * column, reads these rows alone.  The condition is still evaluated; what is found is only where it is looked for. */
#include "plan/bind_impl.h"

#define LOOKUP_KEYS_MAX 256u /* beyond that a scan is not much slower */

typedef struct Known { /* what the condition says of one column */
    const Value *eq, *low, *high;
    const Expr *list; /* IN constants */
} Known;

typedef struct Condition {
    Arena *arena;
    const Relation *relation;
    const uint32_t *cols; /* the relation's column of each that the condition sees; NULL = the same */
    Known *known;         /* by the relation's column */
} Condition;

static Known *known_of(const Condition *x, const Expr *e)
{
    return e->kind == EXPR_COLUMN ? &x->known[x->cols ? x->cols[e->col] : e->col] : NULL;
}

static bool fits(const Condition *x, const Known *k, const Expr *value)
{
    return value->kind == EXPR_CONST && !value->value.is_null &&
           type_eq(value->value.type, x->relation->schema->field[k - x->known].type);
}

/* column op constant, either way round. */
static void take_comparison(const Condition *x, const Expr *e)
{
    static const char *const op[] = {"=", ">", ">=", "<", "<="};
    uint32_t is = 0;
    while (is < ARRAY_LEN(op) && strcmp(e->fn->name, op[is]) != 0)
        is++;
    for (uint32_t i = 0; is < ARRAY_LEN(op) && e->n_args == 2 && i < 2; i++) {
        Known *k = known_of(x, e->arg[i]);
        if (!k || !fits(x, k, e->arg[1 - i]))
            continue;
        bool above = (is <= 2) == (i == 0);
        const Value **to = is == 0 ? &k->eq : above ? &k->low : &k->high;
        *to = &e->arg[1 - i]->value;
    }
}

static void take_list(const Condition *x, const Expr *e)
{
    Known *k = known_of(x, e->arg[0]);
    if (!k || e->n_args - 1 > LOOKUP_KEYS_MAX)
        return;
    for (uint32_t i = 1; i < e->n_args; i++)
        if (!fits(x, k, e->arg[i]))
            return;
    k->list = e;
}

static void take(const Condition *x, const Expr *e)
{
    for (uint32_t i = 0; e->kind == EXPR_AND && i < e->n_args; i++)
        take(x, e->arg[i]);
    if (e->kind == EXPR_CALL)
        take_comparison(x, e);
    else if (e->kind == EXPR_IN)
        take_list(x, e);
}

static bool is_listed(const KeyRange *r, uint32_t n, uint32_t at, const Value *v)
{
    for (uint32_t i = 0; i < n; i++)
        if (value_eq(r[i].eq[at], v))
            return true;
    return false;
}

/* Ranges that begin with these columns: n_eq that are equal to one value, and then, with `more`, a list or bounds of the next. */
static int make_ranges(const Condition *x, const uint32_t *col, uint32_t n_eq, bool more, KeyLookup *ret, Err *err)
{
    const Known *next = more ? &x->known[col[n_eq]] : NULL;
    uint32_t n = next && next->list ? next->list->n_args - 1 : 1;
    KeyRange *r = ARENA_ARRAY(x->arena, KeyRange, n);
    ret->name = arena_strdup(x->arena, ret->name); /* the index may be dropped before the plan runs */
    if (!r || !ret->name)
        return RAISE_NOMEM(err);
    ret->n = 0;
    ret->range = r;
    for (uint32_t i = 0; i < n; i++) {
        const Value *listed = next && next->list ? &next->list->arg[i + 1]->value : NULL;
        if (listed && is_listed(r, ret->n, n_eq, listed))
            continue;
        const Value **eq = ARENA_ARRAY(x->arena, const Value *, n_eq + 1);
        if (!eq)
            return RAISE_NOMEM(err);
        for (uint32_t k = 0; k < n_eq; k++)
            eq[k] = x->known[col[k]].eq;
        eq[n_eq] = listed;
        r[ret->n++] = (KeyRange){.n_eq = n_eq + (listed != NULL),
                                 .eq = eq,
                                 .low = next && !listed ? next->low : NULL,
                                 .high = next && !listed ? next->high : NULL};
    }
    return 0;
}

static uint32_t equal_columns(const Condition *x, const uint32_t *col, uint32_t n)
{
    uint32_t n_eq = 0;
    while (n_eq < n && x->known[col[n_eq]].eq)
        n_eq++;
    return n_eq;
}

/* A key that is given as a whole. */
static int try_key(const Condition *x, LookupBy kind, uint32_t number, const char *name, const uint32_t *col, uint32_t n,
                   KeyLookup *ret, Err *err)
{
    uint32_t n_eq = equal_columns(x, col, n);
    bool listed = n > 0 && n_eq == n - 1 && x->known[col[n_eq]].list;
    if (ret->kind || n == 0 || (n_eq < n && !listed))
        return 0;
    *ret = (KeyLookup){.kind = kind, .unique = number, .name = name};
    return make_ranges(x, col, n_eq, listed, ret, err);
}

static int columns_of(const Condition *x, const Relation *index, uint32_t **ret, Err *err)
{
    *ret = ARENA_ARRAY(x->arena, uint32_t, index->n_indexed + 1);
    for (uint32_t i = 0; *ret && i < index->n_indexed; i++)
        (*ret)[i] = (uint32_t)MAX(schema_find(x->relation->schema, str_of(index->indexed[i].name)), 0);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* The index that the condition says most of. */
static int try_indexes(const Condition *x, const Catalog *c, KeyLookup *ret, Err *err)
{
    uint32_t best_worth = 0, *col;
    for (uint32_t i = 0; ret->kind != LOOKUP_BY_PRIMARY && ret->kind != LOOKUP_BY_UNIQUE && i < c->n; i++) {
        const Relation *y = c->relation[i];
        if (y->kind != REL_INDEX || y->input != x->relation->id)
            continue;
        TRY(columns_of(x, y, &col, err));
        uint32_t n_eq = equal_columns(x, col, y->n_indexed);
        const Known *next = n_eq < y->n_indexed ? &x->known[col[n_eq]] : NULL;
        uint32_t worth = 4 * n_eq + (!next ? 0u : next->list ? 3u : (uint32_t)((next->low != NULL) + (next->high != NULL)));
        if (worth <= best_worth)
            continue;
        best_worth = worth;
        *ret = (KeyLookup){.kind = LOOKUP_BY_INDEX, .name = y->name};
        TRY(make_ranges(x, col, n_eq, next != NULL, ret, err));
    }
    return 0;
}

int plan_point_lookup(Arena *a, const Catalog *c, const Relation *r, const uint32_t *cols, const Expr *p, KeyLookup *ret, Err *err)
{
    Condition x = {a, r, cols, NULL};
    *ret = (KeyLookup){0};
    if (!relation_is_stored(r) && r->kind != REL_VIEW)
        return 0;
    x.known = ARENA_ARRAY(a, Known, r->schema->n + 1);
    if (!x.known)
        return RAISE_NOMEM(err);
    take(&x, p);
    if (relation_is_stored(r))
        TRY(try_key(&x, LOOKUP_BY_PRIMARY, 0, "primary key", r->primary_key, r->n_primary_key, ret, err));
    for (uint32_t i = 0; i < r->n_unique; i++)
        if (!r->unique[i].deferrable) /* its rows are not found by it */
            TRY(try_key(&x, LOOKUP_BY_UNIQUE, i, r->unique[i].name, r->unique[i].col, r->unique[i].n, ret, err));
    return try_indexes(&x, c, ret, err);
}
