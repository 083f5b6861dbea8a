/* SPDX-License-Identifier: Apache-2.0
 *
 * Decorrelation (design 3.2, rule 3).  Conditions of a subquery that look at the query around move up through projections (which
 * then also carry the columns they need), joins, aggregates and LIMIT.  The last two take part only in equalities: the side of
 * the subquery becomes one more key, or what the first rows are counted for.  Where something else refers to the outside the tree
 * is stuck, and given up: dependent_join.c takes any, at the price of reading the rows around twice.
 *
 * Nodes only ever gain columns at the end, so what was bound over them stays right; where a node would have to gain them elsewhere,
 * a projection puts them there. */
#include "plan/subquery_impl.h"

int expr_replace_leaves(Arena *a, Expr *e, ExprLeafFn fn, void *self, Expr **ret, Err *err)
{
    if (e->kind == EXPR_COLUMN || e->kind == EXPR_PARAM)
        return fn(self, e, ret, err);
    *ret = e;
    if (e->n_args == 0)
        return 0;
    Expr *copy = arena_memdup(a, e, sizeof(*e));
    Expr **args = ARENA_ARRAY(a, Expr *, e->n_args);
    if (!copy || !args)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < e->n_args; i++)
        TRY(expr_replace_leaves(a, e->arg[i], fn, self, &args[i], err));
    copy->arg = args;
    *ret = copy;
    return 0;
}

bool expr_has_params(const Expr *e)
{
    if (e->kind == EXPR_PARAM)
        return true;
    for (uint32_t i = 0; i < e->n_args; i++)
        if (expr_has_params(e->arg[i]))
            return true;
    return false;
}

typedef struct Pull {
    Binder *b;
    Arena *a;
    Decorrelated *d;
} Pull;

static int find_params(void *self, Expr **e, Err *err)
{
    (void)err;
    *(bool *)self |= expr_has_params(*e);
    return 0;
}

bool tree_has_params(Logical *n)
{
    bool found = false;
    (void)logical_each_expr(n, find_params, &found, NULL);
    for (uint32_t i = 0; i < n->n_in && !found; i++)
        found = tree_has_params(n->in[i]);
    return found;
}

static int stuck(void)
{
    return -(int)ERR_UNSUPPORTED;
}

static int add_pred(Pull *p, Expr *e, Err *err)
{
    Decorrelated *d = p->d;
    if (d->n_preds == d->cap) {
        uint32_t cap = d->cap ? d->cap * 2 : 8;
        Expr **more = ARENA_ARRAY(p->a, Expr *, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (d->n_preds)
            memcpy(more, d->pred, d->n_preds * sizeof(*more));
        d->pred = more;
        d->cap = cap;
    }
    d->pred[d->n_preds++] = e;
    return 0;
}

/* Takes the conjuncts with parameters out of *e (NULL when nothing is left). */
static int take_conjuncts(Pull *p, Expr **e, Err *err)
{
    Expr *all = *e, **part, *kept = NULL;
    uint32_t n;
    join_conjuncts(&all, &part, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (expr_has_params(part[i]))
            TRY(add_pred(p, part[i], err));
        else
            TRY(join_and(p->a, kept, part[i], &kept, err));
    }
    *e = kept;
    return 0;
}

static int pull(Pull *p, Logical **node, Err *err);

static int pull_filter(Pull *p, Logical **node, Err *err)
{
    Logical *n = *node;
    TRY(pull(p, &n->in[0], err));
    if (p->d->grouped) /* HAVING: what it leaves of the row over nothing is not known */
        return stuck();
    TRY(take_conjuncts(p, &n->predicate, err));
    if (!n->predicate)
        *node = n->in[0];
    else
        logical_take_columns(n);
    return 0;
}

/* ---- projections ---- */

typedef struct Carry { /* columns of an input found in, or added to, a projection over it */
    Pull *p;
    Logical *project;
} Carry;

static int carry_column(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const Carry *c = self;
    Logical *n = c->project;
    *ret = leaf;
    if (leaf->kind == EXPR_PARAM)
        return 0;
    uint32_t i = 0;
    while (i < n->n_cols && !(n->exprs[i]->kind == EXPR_COLUMN && n->exprs[i]->col == leaf->col))
        i++;
    if (i == n->n_cols) {
        Expr **exprs = ARENA_ARRAY(c->p->a, Expr *, n->n_cols + 1);
        Field *cols = ARENA_ARRAY(c->p->a, Field, n->n_cols + 2);
        if (!exprs || !cols)
            return RAISE_NOMEM(err);
        memcpy(exprs, n->exprs, n->n_cols * sizeof(*exprs));
        memcpy(cols, n->cols, n->n_cols * sizeof(*cols));
        exprs[i] = logical_column(c->p->a, n->in[0], leaf->col, leaf->at);
        cols[i] = (Field){.name = "", .type = leaf->type, .not_null = n->in[0]->cols[leaf->col].not_null};
        if (!exprs[i])
            return RAISE_NOMEM(err);
        n->exprs = exprs;
        n->cols = cols;
        n->n_cols++;
    }
    *ret = expr_column(c->p->a, i, leaf->type, leaf->not_null, leaf->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int empty_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const Decorrelated *d = self;
    (void)err;
    *ret = leaf->kind == EXPR_COLUMN && leaf->col < d->n_empty && d->empty[leaf->col] ? d->empty[leaf->col] : leaf;
    return 0;
}

/* What the projection gives over no rows. */
static int project_empty(Pull *p, const Logical *n, Err *err)
{
    Decorrelated *d = p->d;
    Expr **empty = ARENA_ARRAY(p->a, Expr *, n->n_cols + 1);
    if (!empty)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->n_cols; i++) {
        TRY(expr_replace_leaves(p->a, n->exprs[i], empty_leaf, d, &empty[i], err));
        empty[i] = expr_fold(p->a, empty[i]);
        if (!empty[i])
            return RAISE_NOMEM(err);
        if (empty[i]->kind != EXPR_CONST)
            empty[i] = NULL;
    }
    d->empty = empty;
    d->n_empty = n->n_cols;
    return 0;
}

static int pull_project(Pull *p, Logical *n, Err *err)
{
    TRY(pull(p, &n->in[0], err));
    Carry carry = {p, n};
    if (p->d->grouped)
        TRY(project_empty(p, n, err));
    for (uint32_t i = 0; i < p->d->n_preds; i++)
        TRY(expr_replace_leaves(p->a, p->d->pred[i], carry_column, &carry, &p->d->pred[i], err));
    return 0;
}

/* ---- joins ---- */

typedef struct Move { /* columns from `from` on become columns from `to` on */
    Arena *a;
    uint32_t from, to;
} Move;

static int move_column(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const Move *m = self;
    *ret = leaf;
    if (leaf->kind == EXPR_PARAM || leaf->col < m->from)
        return 0;
    *ret = expr_column(m->a, leaf->col - m->from + m->to, leaf->type, leaf->not_null, leaf->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int move_preds(Pull *p, uint32_t first, uint32_t from, uint32_t to, Err *err)
{
    Move m = {p->a, from, to};
    for (uint32_t i = first; i < p->d->n_preds; i++)
        TRY(expr_replace_leaves(p->a, p->d->pred[i], move_column, &m, &p->d->pred[i], err));
    return 0;
}

/* The join over sides that have gained columns, then a projection with its old columns first. */
static int rebuild_join(Pull *p, Logical **node, uint32_t n_left, Err *err)
{
    Logical *old = *node, *l = old->in[0], *r = old->in[1];
    bool both = old->join.type == INNER_JOIN || old->join.type == LEFT_JOIN || old->join.type == FULL_JOIN;
    uint32_t n_right = both ? old->n_cols - n_left : 0, grown = l->n_cols - n_left;
    Logical *join = logical_join(p->a, old->join.type, l, r, old->join.on, old->at);
    if (!join)
        return RAISE_NOMEM(err);
    join->join.at_clock = old->join.at_clock;
    join->join.is_mutual = old->join.is_mutual;
    if (old->join.on && grown)
        TRY(expr_replace_leaves(p->a, old->join.on, move_column, &(Move){p->a, n_left, l->n_cols}, &join->join.on, err));
    *node = join;
    if (!both || grown == 0)
        return 0;
    Expr **exprs = ARENA_ARRAY(p->a, Expr *, join->n_cols + 1);
    const char **names = ARENA_ARRAY(p->a, const char *, join->n_cols + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < join->n_cols; i++) { /* old left, old right, new left, new right */
        uint32_t from = i < n_left ? i : i < n_left + n_right ? i + grown : i < n_left + n_right + grown ? i - n_right : i;
        exprs[i] = logical_column(p->a, join, from, old->at);
        names[i] = i < n_left + n_right ? old->cols[i].name : "";
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    *node = logical_project(p->a, join, exprs, join->n_cols, names, old->at);
    if (!*node)
        return RAISE_NOMEM(err);
    Carry carry = {p, *node};
    for (uint32_t i = 0; i < p->d->n_preds; i++)
        TRY(expr_replace_leaves(p->a, p->d->pred[i], carry_column, &carry, &p->d->pred[i], err));
    return 0;
}

/* The right side's conditions behind those of the left one, which are none of the right side's business: what stands there would
 * take their columns for its own. */
static int pull_right(Pull *p, Logical *n, Err *err)
{
    Decorrelated *d = p->d;
    Expr **left = d->pred;
    uint32_t n_left = d->n_preds;
    d->pred = NULL;
    d->n_preds = d->cap = 0;
    TRY(pull(p, &n->in[1], err));
    TRY(move_preds(p, 0, 0, n->in[0]->n_cols, err));
    Expr **right = d->pred;
    uint32_t n_right = d->n_preds;
    d->pred = NULL;
    d->n_preds = d->cap = 0;
    for (uint32_t i = 0; i < n_left + n_right; i++)
        TRY(add_pred(p, i < n_left ? left[i] : right[i - n_left], err));
    return 0;
}

static int pull_join(Pull *p, Logical **node, Err *err)
{
    Logical *n = *node;
    uint32_t n_left = n->in[0]->n_cols;
    TRY(pull(p, &n->in[0], err));
    if (n->join.type == INNER_JOIN) {
        TRY(pull_right(p, n, err));
        uint32_t first = p->d->n_preds;
        if (n->join.on) {
            TRY(take_conjuncts(p, &n->join.on, err));
            TRY(move_preds(p, first, n_left, n->in[0]->n_cols, err));
        }
    }
    if (p->d->grouped)
        return stuck();
    return rebuild_join(p, node, n_left, err);
}

/* ---- aggregates ---- */

static bool has_columns(const Expr *e)
{
    if (e->kind == EXPR_COLUMN)
        return true;
    for (uint32_t i = 0; i < e->n_args; i++)
        if (has_columns(e->arg[i]))
            return true;
    return false;
}

/* inner = outer, with all of the subquery's columns on one side: that side. */
static Expr *inner_side(const Expr *e)
{
    if (e->kind != EXPR_CALL || e->n_args != 2 || strcmp(e->fn->name, "=") != 0 || e->is_volatile)
        return NULL;
    for (uint32_t i = 0; i < 2; i++)
        if (!expr_has_params(e->arg[i]) && expr_has_params(e->arg[!i]) && !has_columns(e->arg[!i]))
            return e->arg[i];
    return NULL;
}

static bool counts(const LogicalAgg *g)
{
    static const char *const names[] = {"count", "regr_count", "approx_count_distinct"};
    for (uint32_t i = 0; i < ARRAY_LEN(names) && !g->native; i++)
        if (str_eq(g->func, str_of(names[i])))
            return true;
    return false;
}

int agg_over_nothing(Arena *a, const Logical *n, Expr ***ret, Err *err)
{
    Expr **empty = ARENA_ARRAY(a, Expr *, n->n_cols + 1);
    if (!empty)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->n_cols; i++) {
        const LogicalAgg *agg = i < n->group.n_keys ? NULL : &n->group.aggs[i - n->group.n_keys];
        Type t = n->cols[i].type;
        Value v = agg && t.id == T_I64 && counts(agg) ? (Value){.type = t, .i64 = 0} : value_null(t);
        empty[i] = expr_const(a, &v, n->at);
        if (!empty[i])
            return RAISE_NOMEM(err);
    }
    *ret = empty;
    return 0;
}

int agg_add_keys(Arena *a, Logical **node, Expr **key, uint32_t n_new, Err *err)
{
    Logical *old = *node;
    uint32_t n_keys = old->group.n_keys, n = old->n_cols + n_new;
    Logical *g = logical_new(a, L_AGG, old->in[0], n, old->at);
    Expr **keys = ARENA_ARRAY(a, Expr *, n_keys + n_new + 1), **exprs = ARENA_ARRAY(a, Expr *, n + 1);
    const char **names = ARENA_ARRAY(a, const char *, n + 1);
    if (!g || !keys || !exprs || !names)
        return RAISE_NOMEM(err);
    if (n_keys)
        memcpy(keys, old->group.keys, n_keys * sizeof(*keys));
    memcpy(keys + n_keys, key, n_new * sizeof(*keys));
    memcpy(g->cols, old->cols, n_keys * sizeof(Field));
    for (uint32_t i = 0; i < n_new; i++)
        g->cols[n_keys + i] = (Field){.name = "", .type = key[i]->type, .not_null = key[i]->not_null};
    memcpy(g->cols + n_keys + n_new, old->cols + n_keys, (old->n_cols - n_keys) * sizeof(Field));
    g->group = old->group;
    g->group.keys = keys;
    g->group.n_keys = n_keys + n_new;
    g->group.is_global = false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t from = i < n_keys ? i : i < old->n_cols ? i + n_new : n_keys + (i - old->n_cols);
        exprs[i] = logical_column(a, g, from, old->at);
        names[i] = i < old->n_cols ? old->cols[i].name : "";
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    *node = logical_project(a, g, exprs, n, names, old->at);
    return *node ? 0 : RAISE_NOMEM(err);
}

static int pull_agg(Pull *p, Logical **node, Err *err)
{
    Logical *n = *node;
    TRY(pull(p, &n->in[0], err));
    if (p->d->n_preds == 0)
        return 0;
    if (n->kind != L_AGG || p->d->grouped || n->group.standing.n > 0)
        return stuck();
    uint32_t n_old = n->n_cols, n_new = p->d->n_preds;
    Expr **key = ARENA_ARRAY(p->a, Expr *, n_new);
    if (!key)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_new; i++) {
        key[i] = inner_side(p->d->pred[i]);
        if (!key[i])
            return stuck();
    }
    if (n->group.n_keys == 0) {
        TRY(agg_over_nothing(p->a, n, &p->d->empty, err));
        p->d->n_empty = n->n_cols;
        p->d->grouped = true;
    }
    TRY(agg_add_keys(p->a, node, key, n_new, err));
    for (uint32_t i = 0; i < n_new; i++) { /* the condition with the key's column in its place */
        Expr *pred = arena_memdup(p->a, p->d->pred[i], sizeof(Expr));
        Expr **args = ARENA_ARRAY(p->a, Expr *, 2), *col = logical_column(p->a, *node, n_old + i, n->at);
        if (!pred || !args || !col)
            return RAISE_NOMEM(err);
        for (uint32_t k = 0; k < 2; k++)
            args[k] = p->d->pred[i]->arg[k] == key[i] ? col : p->d->pred[i]->arg[k];
        pred->arg = args;
        p->d->pred[i] = pred;
    }
    return 0;
}

int limit_each(Arena *a, const Logical *limit, Logical *in, Expr **part, uint32_t n_part, Logical **ret, Err *err)
{
    const LogicalSort *s = &limit->sort;
    int64_t offset = MAX(s->offset, 0), last;
    Logical *top = logical_new(a, L_TOP_N, in, 0, limit->at);
    if (!top)
        return RAISE_NOMEM(err);
    if (s->limit < 0 || __builtin_add_overflow(offset, s->limit, &last))
        last = INT64_MAX;
    logical_take_columns(top);
    top->top = (LogicalTopN){.n_part = n_part,
                             .part = part,
                             .n_order = s->n,
                             .order = s->keys,
                             .desc = s->desc,
                             .nulls_first = s->nulls_first,
                             .lo = offset + 1,
                             .hi = last,
                             .kind = s->with_ties ? RANK_RANK : RANK_ROW,
                             .lo_kind = RANK_ROW};
    *ret = top;
    return 0;
}

/* LIMIT counts the rows of each value of the compared columns: the first n of each key. */
static int pull_limit(Pull *p, Logical **node, Err *err)
{
    Logical *n = *node;
    TRY(pull(p, &n->in[0], err));
    uint32_t n_part = p->d->n_preds;
    Expr **part = ARENA_ARRAY(p->a, Expr *, n_part + 1);
    if (!part)
        return RAISE_NOMEM(err);
    if (p->d->grouped || n->sort.limit == 0)
        return stuck();
    for (uint32_t i = 0; i < n_part; i++) {
        part[i] = inner_side(p->d->pred[i]);
        if (!part[i])
            return stuck();
    }
    return limit_each(p->a, n, n->in[0], part, n_part, node, err);
}

/* The first rows of each group: the compared columns make the groups smaller. */
static int pull_top_n(Pull *p, Logical *n, Err *err)
{
    LogicalTopN *t = &n->top;
    TRY(pull(p, &n->in[0], err));
    Expr **part = ARENA_ARRAY(p->a, Expr *, t->n_part + p->d->n_preds + 1);
    if (!part)
        return RAISE_NOMEM(err);
    if (p->d->grouped || t->with_rank)
        return stuck();
    memcpy(part, t->part, t->n_part * sizeof(*part));
    for (uint32_t i = 0; i < p->d->n_preds; i++) {
        part[t->n_part] = inner_side(p->d->pred[i]);
        if (!part[t->n_part++])
            return stuck();
    }
    t->part = part;
    logical_take_columns(n);
    return 0;
}

static int pull(Pull *p, Logical **node, Err *err)
{
    Logical *n = *node;
    if (!tree_has_params(n))
        return 0;
    switch (n->kind) {
    case L_FILTER: return pull_filter(p, node, err);
    case L_PROJECT: return pull_project(p, n, err);
    case L_JOIN: return pull_join(p, node, err);
    case L_AGG: return pull_agg(p, node, err);
    case L_TOP_N: return pull_top_n(p, n, err);
    case L_LIMIT: return pull_limit(p, node, err);
    case L_SORT:
        if (n->sort.limit >= 0 || n->sort.offset > 0)
            return pull_limit(p, node, err);
        TRY(pull(p, &n->in[0], err));
        *node = n->in[0]; /* the order of what is joined means nothing */
        return 0;
    default: return stuck();
    }
}

/* What EXISTS does not look at: columns, order, duplicates. */
static Logical *bare_rows(Logical *n)
{
    for (;;) {
        bool distinct = n->kind == L_AGG && n->group.n_aggs == 0 && n->group.n_keys > 0 && n->group.standing.n == 0;
        bool sort = n->kind == L_SORT && n->sort.limit != 0 && n->sort.offset <= 0;
        bool limit = n->kind == L_LIMIT && n->sort.limit != 0 && n->sort.offset <= 0;
        if (n->kind != L_PROJECT && !distinct && !sort && !limit)
            return n;
        n = n->in[0];
    }
}

int decorrelate(Binder *b, const Logical *query, bool keep_columns, Decorrelated *ret, Err *err)
{
    Logical *node;
    *ret = (Decorrelated){0};
    Pull p = {b, b->arena, ret};
    TRY(logical_clone(b->arena, query, &node, err)); /* the caller may need what it was */
    if (!keep_columns)
        node = bare_rows(node);
    int rc = pull(&p, &node, err);
    if (rc != stuck())
        TRY(rc);
    ret->stuck = rc < 0 || tree_has_params(node);
    ret->node = node;
    return 0;
}
