/* SPDX-License-Identifier: Apache-2.0
 *
 * Look-ups: a bounded query, UPDATE or DELETE whose condition gives the whole primary key or a UNIQUE constraint of a stored
 * relation as constants (key = 1, key IN (1, 2), or an equality per column), or a beginning of an index and a range of its next
 * column, reads these rows alone.  The condition is still evaluated; what is found is only where it is looked for. */
#include "plan/bind_impl.h"
#include "plan/implies.h"

#define LOOKUP_KEYS_MAX 256u /* beyond that a scan is not much slower */

typedef struct Known { /* what the condition says of one column, or of what an index computes */
    Type type;
    const Value *eq, *low, *high;
    const Expr *list; /* IN constants */
} Known;

typedef struct Computed { /* a key of an index that is no column, over the columns that the condition sees */
    const Expr *expr;
    Known known;
} Computed;

typedef struct Condition {
    Arena *arena;
    const Relation *relation;
    const uint32_t *cols; /* the relation's column of each that the condition sees; NULL = the same */
    Known *known;         /* by the relation's column */
    Computed *computed;
    uint32_t n_computed;
    const PlanContext *ctx;
    const Expr *all;
    uint32_t n_seen; /* columns */
} Condition;

static Known *known_of(const Condition *x, const Expr *e)
{
    if (e->kind == EXPR_COLUMN)
        return &x->known[x->cols ? x->cols[e->col] : e->col];
    for (uint32_t i = 0; i < x->n_computed; i++)
        if (expr_equal(x->computed[i].expr, e))
            return &x->computed[i].known;
    return NULL;
}

static bool fits(const Known *k, const Expr *value)
{
    return value->kind == EXPR_CONST && !value->value.is_null && type_eq(value->value.type, k->type);
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
        if (!k || !fits(k, e->arg[1 - i]))
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
        if (!fits(k, e->arg[i]))
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
static int make_ranges(const Condition *x, const Known *const *key, uint32_t n_eq, bool more, KeyLookup *ret, Err *err)
{
    const Known *next = more ? key[n_eq] : NULL;
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
            eq[k] = key[k]->eq;
        eq[n_eq] = listed;
        r[ret->n++] = (KeyRange){.n_eq = n_eq + (listed != NULL),
                                 .eq = eq,
                                 .low = next && !listed ? next->low : NULL,
                                 .high = next && !listed ? next->high : NULL};
    }
    return 0;
}

static uint32_t equal_keys(const Known *const *key, uint32_t n)
{
    uint32_t n_eq = 0;
    while (n_eq < n && key[n_eq]->eq)
        n_eq++;
    return n_eq;
}

/* A key that is given as a whole. */
static int try_key(const Condition *x, LookupBy kind, uint32_t number, const char *name, const uint32_t *col, uint32_t n,
                   KeyLookup *ret, Err *err)
{
    const Known **key = ARENA_ARRAY(x->arena, const Known *, n + 1);
    if (!key)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        key[i] = &x->known[col[i]];
    uint32_t n_eq = equal_keys(key, n);
    bool listed = n > 0 && n_eq == n - 1 && key[n_eq]->list;
    if (ret->kind || n == 0 || (n_eq < n && !listed))
        return 0;
    *ret = (KeyLookup){.kind = kind, .unique = number, .name = name};
    return make_ranges(x, key, n_eq, listed, ret, err);
}

/* ---- indexes ---- */

/* Of columns alone; else it has to be bound. */
static bool is_plain(const Relation *index)
{
    bool plain = !index->condition;
    for (uint32_t i = 0; i < index->n_indexed; i++)
        plain = plain && !index->indexed[i].expr;
    return plain;
}

/* e of the relation's row as one of what the condition sees; *ret NULL: of columns that it does not see. */
static int seen(const Condition *x, const Expr *e, Expr **ret, Err *err)
{
    uint32_t n = x->relation->schema->n;
    Expr **map = ARENA_ARRAY(x->arena, Expr *, n + 1);
    uint64_t *sees = ARENA_ARRAY(x->arena, uint64_t, BIT_WORDS(n) + 1);
    if (!map || !sees)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < x->n_seen; i++) {
        uint32_t col = x->cols ? x->cols[i] : i;
        const Field *f = &x->relation->schema->field[col];
        map[col] = expr_column(x->arena, i, f->type, f->not_null, SPAN_NONE);
        if (!map[col])
            return RAISE_NOMEM(err);
        bit_set(sees, col);
    }
    *ret = expr_uses_only(e, sees, n) ? expr_substitute(x->arena, e, map) : NULL;
    return *ret || !expr_uses_only(e, sees, n) ? 0 : RAISE_NOMEM(err);
}

static int add_computed(Condition *x, const Relation *index, const IndexExprs *of, Err *err)
{
    for (uint32_t i = 0; i < index->n_indexed; i++) {
        Expr *e = NULL;
        if (index->indexed[i].expr)
            TRY(seen(x, of->key[i], &e, err));
        if (e)
            x->computed[x->n_computed++] = (Computed){e, {.type = e->type}};
    }
    return 0;
}

/* What the indexes of the relation compute: the condition may speak of it. */
static int find_computed(Condition *x, Err *err)
{
    Relations index = catalog_belonging(x->ctx->catalog, REL_INDEX, x->relation->id);
    uint32_t n = 0;
    for (uint32_t i = 0; i < index.n; i++)
        n += is_plain(index.relation[i]) ? 0 : index.relation[i]->n_indexed;
    x->computed = n ? ARENA_ARRAY(x->arena, Computed, n) : NULL;
    if (n && !x->computed)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < index.n; i++) {
        IndexExprs of;
        if (is_plain(index.relation[i]))
            continue;
        TRY(bind_index(x->ctx, x->relation, index.relation[i], x->arena, &of, err));
        TRY(add_computed(x, index.relation[i], &of, err));
    }
    return 0;
}

/* Whether the index has all rows that the condition can want. */
static int has_all(const Condition *x, const IndexExprs *of, bool *ret, Err *err)
{
    Expr *wanted = NULL;
    *ret = !of->condition;
    if (of->condition)
        TRY(seen(x, of->condition, &wanted, err));
    *ret |= wanted && expr_implies(x->all, wanted);
    return 0;
}

/* What is known of the keys of an index; *ret NULL: it cannot be used. */
static int keys_of(const Condition *x, const Relation *index, const Known ***ret, Err *err)
{
    static const Known nothing;
    IndexExprs of = {0};
    bool usable = true;
    const Known **key = ARENA_ARRAY(x->arena, const Known *, index->n_indexed + 1);
    if (!key)
        return RAISE_NOMEM(err);
    if (!is_plain(index)) {
        TRY(bind_index(x->ctx, x->relation, index, x->arena, &of, err));
        TRY(has_all(x, &of, &usable, err));
    }
    for (uint32_t i = 0; i < index->n_indexed; i++) {
        Expr *e = NULL;
        const Known *k = &nothing;
        if (!index->indexed[i].expr)
            k = &x->known[MAX(schema_find(x->relation->schema, str_of(index->indexed[i].name)), 0)];
        else
            TRY(seen(x, of.key[i], &e, err));
        key[i] = e ? known_of(x, e) : k;
        key[i] = key[i] ? key[i] : &nothing; /* it is a constant */
    }
    *ret = usable ? key : NULL;
    return 0;
}

/* The index that the condition says most of. */
static int try_indexes(const Condition *x, KeyLookup *ret, Err *err)
{
    Relations index = catalog_belonging(x->ctx->catalog, REL_INDEX, x->relation->id);
    uint32_t best_worth = 0;
    const Known **key;
    for (uint32_t i = 0; ret->kind != LOOKUP_BY_PRIMARY && ret->kind != LOOKUP_BY_UNIQUE && i < index.n; i++) {
        const Relation *y = index.relation[i];
        TRY(keys_of(x, y, &key, err));
        if (!key)
            continue;
        uint32_t n_eq = equal_keys(key, y->n_indexed);
        const Known *next = n_eq < y->n_indexed ? key[n_eq] : NULL;
        uint32_t worth = 8 * n_eq + (!next ? 0u : next->list ? 6u : 2 * (uint32_t)((next->low != NULL) + (next->high != NULL)));
        worth += y->condition != NULL; /* it has fewer rows */
        if (worth <= best_worth)
            continue;
        best_worth = worth;
        *ret = (KeyLookup){.kind = LOOKUP_BY_INDEX, .name = y->name};
        TRY(make_ranges(x, key, n_eq, next != NULL, ret, err));
    }
    return 0;
}

int plan_point_lookup(Arena *a, const PlanContext *ctx, const Relation *r, const uint32_t *cols, uint32_t n_cols, const Expr *p,
                      KeyLookup *ret, Err *err)
{
    Condition x = {.arena = a, .relation = r, .cols = cols, .ctx = ctx, .all = p, .n_seen = n_cols};
    *ret = (KeyLookup){0};
    if (!relation_is_stored(r) && r->kind != REL_VIEW)
        return 0;
    x.known = ARENA_ARRAY(a, Known, r->schema->n + 1);
    if (!x.known)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < r->schema->n; i++)
        x.known[i].type = r->schema->field[i].type;
    TRY(find_computed(&x, err));
    take(&x, p);
    if (relation_is_stored(r))
        TRY(try_key(&x, LOOKUP_BY_PRIMARY, 0, "primary key", r->primary_key, r->n_primary_key, ret, err));
    for (uint32_t i = 0; i < r->n_unique; i++)
        if (!r->unique[i].deferrable) /* its rows are not found by it */
            TRY(try_key(&x, LOOKUP_BY_UNIQUE, i, r->unique[i].name, r->unique[i].col, r->unique[i].n, ret, err));
    return try_indexes(&x, ret, err);
}
