/* SPDX-License-Identifier: Apache-2.0
 *
 * Subqueries that refer to the query around them by more than equalities (design 3.2, rule 3).  The subquery is evaluated for every
 * different value of the columns it refers to, its domain: SELECT DISTINCT of them over a copy of the rows around.  The domain is
 * joined at the leaves that need it and goes up through the subquery's plan as further columns: keys of aggregates, partitions of
 * Top-N and window functions, equalities of joins.  What comes out is joined with the rows around on the domain's columns, NULL
 * with NULL.
 *
 * Every node gets the domain's columns behind its own, so what was bound over it stays right.  An aggregate without GROUP BY has a
 * row for each value of the domain, as it has one over no rows.  The domain may have more values than the rows around (of a side of
 * a join, of rows that a random condition leaves out), never fewer: those are joined with nothing. */
#include "plan/subquery_impl.h"

typedef struct Domain {
    Binder *b;
    Arena *a;
    Logical *node; /* columns: the domain's; copied where it is needed */
    uint32_t n;
    Expr **of; /* what they are over the rows around */
    uint32_t n_params;
    Expr **param; /* by number: NULL = it is column `col` of the domain */
    uint32_t *col;
    Span at;
} Domain;

/* ---- what the domain is ---- */

static bool reads_columns(const Expr *e)
{
    if (e->kind == EXPR_COLUMN)
        return true;
    for (uint32_t i = 0; i < e->n_args; i++)
        if (reads_columns(e->arg[i]))
            return true;
    return false;
}

typedef struct FirstCols { /* whether an expression reads only columns below n */
    uint32_t n;
    bool only;
} FirstCols;

static int find_beyond(void *self, Expr *leaf, Expr **ret, Err *err)
{
    FirstCols *f = self;
    (void)err;
    *ret = leaf;
    f->only &= leaf->kind != EXPR_COLUMN || leaf->col < f->n;
    return 0;
}

static int all_below(Arena *a, Expr *const *e, uint32_t n_exprs, uint32_t n, bool *ret, Err *err)
{
    FirstCols f = {n, true};
    Expr *ignored;
    for (uint32_t i = 0; i < n_exprs; i++)
        TRY(expr_replace_leaves(a, e[i], find_beyond, &f, &ignored, err));
    *ret = f.only;
    return 0;
}

static int substitute(Arena *a, Expr **e, uint32_t n_exprs, Expr *const *map, Err *err)
{
    for (uint32_t i = 0; i < n_exprs; i++) {
        e[i] = expr_substitute(a, e[i], map);
        if (!e[i])
            return RAISE_NOMEM(err);
    }
    return 0;
}

/* The least part of the rows around that still has all values of e: below projections, which may hold random values that e does not
 * read, below random conditions, groups and window functions, and on the left side of joins that keep their left rows or take some
 * of them away. */
static int find_rows(Arena *a, const Logical **node, Expr **e, uint32_t n_exprs, Err *err)
{
    for (const Logical *n = *node;; *node = n = n->in[0]) {
        bool left = false;
        switch (n->kind) {
        case L_PROJECT: TRY(substitute(a, e, n_exprs, n->exprs, err)); break;
        case L_FILTER:
            if (!n->predicate->is_volatile)
                return 0;
            break;
        case L_SORT:
            if (n->sort.limit >= 0 || n->sort.offset > 0)
                return 0;
            break;
        case L_JOIN:
            TRY(all_below(a, e, n_exprs, n->in[0]->n_cols, &left, err));
            if (!left || n->join.type == INNER_JOIN || n->join.type == FULL_JOIN)
                return 0;
            break;
        case L_AGG:
            TRY(all_below(a, e, n_exprs, n->group.n_keys, &left, err));
            if (!left || n->group.standing.n > 0)
                return 0;
            TRY(substitute(a, e, n_exprs, n->group.keys, err));
            break;
        case L_OVER:
            TRY(all_below(a, e, n_exprs, n->in[0]->n_cols, &left, err));
            if (!left)
                return 0;
            break;
        default: return 0;
        }
    }
}

static int random_rows(Span at, Err *err)
{
    RAISE_AT(err, ERR_UNSUPPORTED, at,
             "a subquery that refers to rows made of random values by anything but equalities is not supported yet");
    return err_hint(err, "Keep those rows in a table first.");
}

int distinct_values(Binder *b, const Logical *rows, Expr **e, uint32_t n, Span at, Logical **ret, Err *err)
{
    Arena *a = b->arena;
    Logical *copy;
    Expr **keys = arena_memdup(a, e, n * sizeof(*e));
    if (!keys)
        return RAISE_NOMEM(err);
    TRY(find_rows(a, &rows, keys, n, err));
    TRY(logical_clone(a, rows, &copy, err));
    bool random = logical_is_volatile(copy);
    for (uint32_t i = 0; i < n; i++)
        random |= keys[i]->is_volatile;
    if (random)
        return random_rows(at, err);
    Logical *g = logical_new(a, L_AGG, copy, n, at);
    if (!g)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        g->cols[i] = (Field){.name = "", .type = keys[i]->type, .not_null = keys[i]->not_null};
    g->group = (LogicalGroup){.n_keys = n, .keys = keys};
    *ret = g;
    return bind_count_node(b, at, err);
}

static int mark_params(void *self, Expr **e, Err *err)
{
    bool *used = self;
    if ((*e)->kind == EXPR_PARAM)
        used[(*e)->col] = true;
    for (uint32_t i = 0; i < (*e)->n_args; i++)
        TRY(mark_params(self, &(*e)->arg[i], err));
    return 0;
}

static int used_params(Logical *n, bool *used, Err *err)
{
    TRY(logical_each_expr(n, mark_params, used, err));
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(used_params(n->in[i], used, err));
    return 0;
}

/* Parameters that read no row around (those of the query around that) stay what they are; equal others are one column. */
static int open_domain(Domain *d, Logical *plan, const Logical *rows, Expr *const *outer, uint32_t n_outer, Err *err)
{
    bool *used = ARENA_ARRAY(d->a, bool, n_outer + 1);
    Expr **e = ARENA_ARRAY(d->a, Expr *, n_outer + 1);
    uint32_t n = 0;
    d->param = ARENA_ARRAY(d->a, Expr *, n_outer + 1);
    d->col = ARENA_ARRAY(d->a, uint32_t, n_outer + 1);
    d->n_params = n_outer;
    if (!used || !e || !d->param || !d->col)
        return RAISE_NOMEM(err);
    TRY(used_params(plan, used, err));
    for (uint32_t i = 0; i < n_outer; i++) {
        if (!used[i] || !reads_columns(outer[i])) {
            d->param[i] = outer[i];
            continue;
        }
        while (d->col[i] < n && !expr_equal(e[d->col[i]], outer[i]))
            d->col[i]++;
        if (d->col[i] == n)
            e[n++] = outer[i];
    }
    d->n = n;
    d->of = e;
    return n ? distinct_values(d->b, rows, e, n, d->at, &d->node, err) : 0;
}

Logical *mutual_join(Arena *a, JoinType type, Logical *left, Logical *right, Expr *on, Span at)
{
    Logical *n = logical_join(a, type, left, right, on, at);
    if (n)
        n->join.is_mutual = true;
    return n;
}

static int domain_copy(const Domain *d, Logical **ret, Err *err)
{
    TRY(bind_count_node(d->b, d->at, err));
    return logical_clone(d->a, d->node, ret, err);
}

/* ---- expressions ---- */

typedef struct Place { /* columns from `own` on move behind the domain's, which begin there; parameters become the domain's */
    const Domain *d;
    uint32_t own;
} Place;

static int place_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const Place *p = self;
    const Domain *d = p->d;
    *ret = leaf;
    if (leaf->kind == EXPR_PARAM) {
        *ret = d->param[leaf->col] ? d->param[leaf->col]
                                   : expr_column(d->a, p->own + d->col[leaf->col], leaf->type, leaf->not_null, leaf->at);
    } else if (leaf->col >= p->own) {
        *ret = expr_column(d->a, leaf->col + d->n, leaf->type, leaf->not_null, leaf->at);
    }
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int place(void *self, Expr **e, Err *err)
{
    Place *p = self;
    return expr_replace_leaves(p->d->a, *e, place_leaf, p, e, err);
}

/* All expressions of a node over an input of `own` columns, which has got the domain's behind them. */
static int place_all(const Domain *d, Logical *n, uint32_t own, Err *err)
{
    return logical_each_expr(n, place, &(Place){d, own}, err);
}

/* The n_list expressions, then the domain's columns, which begin at `first` of `in`. */
static int with_domain(const Domain *d, const Logical *in, uint32_t first, Expr **list, uint32_t n_list, Expr ***ret, Err *err)
{
    Expr **all = ARENA_ARRAY(d->a, Expr *, n_list + d->n + 1);
    if (!all)
        return RAISE_NOMEM(err);
    if (n_list)
        memcpy(all, list, n_list * sizeof(*all));
    for (uint32_t i = 0; i < d->n; i++) {
        all[n_list + i] = logical_column(d->a, in, first + i, d->at);
        if (!all[n_list + i])
            return RAISE_NOMEM(err);
    }
    *ret = all;
    return 0;
}

/* left = right for each column of the domain: those that begin at `left` and at `right` of the pairs, with what `on` says. */
static int same_values(const Domain *d, uint32_t left, uint32_t right, Expr *on, Expr **ret, Err *err)
{
    *ret = on;
    for (uint32_t i = 0; i < d->n; i++) {
        const Field *f = &d->node->cols[i];
        Expr *e, *pair[2] = {expr_column(d->a, left + i, f->type, f->not_null, d->at),
                             expr_column(d->a, right + i, f->type, f->not_null, d->at)};
        if (!pair[0] || !pair[1])
            return RAISE_NOMEM(err);
        TRY(expr_call(d->a, STR("is not distinct from"), pair, 2, d->at, &e, err));
        TRY(join_and(d->a, *ret, e, ret, err));
    }
    return 0;
}

/* Columns of a node in another order: from[i] of n. */
static int reorder(const Domain *d, Logical **node, const uint32_t *from, uint32_t n, Err *err)
{
    Expr **exprs = ARENA_ARRAY(d->a, Expr *, n + 1);
    if (!exprs)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        exprs[i] = logical_column(d->a, *node, from[i], d->at);
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    *node = logical_project(d->a, *node, exprs, n, NULL, d->at);
    return *node ? 0 : RAISE_NOMEM(err);
}

/* ---- the plan with the domain's columns behind its own ---- */

static int depend(const Domain *d, Logical **node, Err *err);

static int depend_filter(const Domain *d, Logical *n, Err *err)
{
    uint32_t own = n->in[0]->n_cols;
    TRY(depend(d, &n->in[0], err));
    TRY(place_all(d, n, own, err));
    logical_take_columns(n);
    return 0;
}

static int depend_project(const Domain *d, Logical **node, Err *err)
{
    Logical *n = *node;
    uint32_t own = n->in[0]->n_cols, n_cols = n->n_cols;
    const char **names = ARENA_ARRAY(d->a, const char *, n_cols + d->n + 1);
    Expr **exprs;
    if (!names)
        return RAISE_NOMEM(err);
    TRY(depend(d, &n->in[0], err));
    TRY(place_all(d, n, own, err));
    TRY(with_domain(d, n->in[0], own, n->exprs, n_cols, &exprs, err));
    for (uint32_t i = 0; i < n_cols + d->n; i++)
        names[i] = i < n_cols ? n->cols[i].name : "";
    *node = logical_project(d->a, n->in[0], exprs, n_cols + d->n, names, n->at);
    return *node ? 0 : RAISE_NOMEM(err);
}

/* Each row of VALUES is a projection of the domain. */
static int depend_values(const Domain *d, Logical **node, Err *err)
{
    Logical *n = *node, *all = NULL;
    for (uint32_t r = 0; r < n->values.n_rows; r++) {
        Logical *in, *row, *u;
        Expr **exprs;
        TRY(domain_copy(d, &in, err));
        for (uint32_t i = 0; i < n->n_cols; i++)
            TRY(place(&(Place){d, 0}, &n->values.rows[r][i], err));
        TRY(with_domain(d, in, 0, n->values.rows[r], n->n_cols, &exprs, err));
        row = logical_project(d->a, in, exprs, n->n_cols + d->n, NULL, n->at);
        if (!row)
            return RAISE_NOMEM(err);
        for (uint32_t i = 0; i < n->n_cols; i++)
            row->cols[i] = n->cols[i];
        u = all ? logical_new(d->a, L_UNION, all, row->n_cols, n->at) : row;
        if (!u)
            return RAISE_NOMEM(err);
        if (all) {
            u->n_in = 2;
            u->in[1] = row;
            memcpy(u->cols, all->cols, row->n_cols * sizeof(Field));
        }
        all = u;
    }
    *node = all;
    return 0;
}

static int depend_both(const Domain *d, Logical *n, Err *err)
{
    Field *cols = ARENA_ARRAY(d->a, Field, n->n_cols + d->n + 1);
    if (!cols)
        return RAISE_NOMEM(err);
    TRY(depend(d, &n->in[0], err));
    TRY(depend(d, &n->in[1], err));
    memcpy(cols, n->cols, n->n_cols * sizeof(Field));
    memcpy(cols + n->n_cols, d->node->cols, d->n * sizeof(Field));
    n->cols = cols;
    n->n_cols += d->n;
    return 0;
}

/* A node that puts columns behind those of its input: the domain's stand between, a projection puts them behind. */
static int depend_append(const Domain *d, Logical **node, Err *err)
{
    Logical *n = *node;
    uint32_t own = n->in[0]->n_cols, n_cols = n->n_cols;
    Field *cols = ARENA_ARRAY(d->a, Field, n_cols + d->n + 1);
    uint32_t *from = ARENA_ARRAY(d->a, uint32_t, n_cols + d->n + 1);
    if (!cols || !from)
        return RAISE_NOMEM(err);
    TRY(depend(d, &n->in[0], err));
    TRY(place_all(d, n, own, err));
    memcpy(cols, n->in[0]->cols, (own + d->n) * sizeof(Field));
    memcpy(cols + own + d->n, n->cols + own, (n_cols - own) * sizeof(Field));
    n->cols = cols;
    n->n_cols = n_cols + d->n;
    for (uint32_t i = 0; i < n_cols + d->n; i++)
        from[i] = i < own ? i : i < n_cols ? i + d->n : i - n_cols + own;
    return n_cols == own ? 0 : reorder(d, node, from, n_cols + d->n, err);
}

static int depend_over(const Domain *d, Logical **node, Err *err)
{
    Logical *n = *node;
    uint32_t own = n->in[0]->n_cols;
    TRY(depend_append(d, node, err));
    TRY(with_domain(d, n->in[0], own, n->over.part, n->over.n_part, &n->over.part, err));
    n->over.n_part += d->n;
    return 0;
}

static int depend_top_n(const Domain *d, Logical **node, Err *err)
{
    Logical *n = *node;
    uint32_t own = n->in[0]->n_cols;
    TRY(depend_append(d, node, err));
    TRY(with_domain(d, n->in[0], own, n->top.part, n->top.n_part, &n->top.part, err));
    n->top.n_part += d->n;
    return 0;
}

/* LIMIT counts the rows of each value of the domain; an order alone means nothing. */
static int depend_limit(const Domain *d, Logical **node, Err *err)
{
    Logical *n = *node;
    bool limited = n->sort.limit >= 0 || n->sort.offset > 0;
    uint32_t own = n->in[0]->n_cols;
    TRY(depend(d, &n->in[0], err));
    *node = n->in[0];
    if (!limited)
        return 0;
    if (n->kind == L_SORT)
        TRY(place_all(d, n, own, err));
    Value no = {.type = TYPE(BOOL)};
    Expr *never = n->sort.limit == 0 ? expr_const(d->a, &no, n->at) : NULL;
    if (never) {
        *node = logical_filter(d->a, n->in[0], never);
        return *node ? 0 : RAISE_NOMEM(err);
    }
    Expr **part;
    TRY(with_domain(d, n->in[0], own, NULL, 0, &part, err));
    return limit_each(d->a, n, n->in[0], part, d->n, node, err);
}

/* ---- aggregates ---- */

/* The domain with what the aggregate gives for each of its values, or over no rows. */
static int depend_global(const Domain *d, Logical **node, Expr *const *empty, uint32_t n_cols, Err *err)
{
    Logical *all, *groups = *node;
    uint32_t mark, n = n_cols + d->n;
    Expr *on, *absent, **exprs = ARENA_ARRAY(d->a, Expr *, n + 1);
    const char **names = ARENA_ARRAY(d->a, const char *, n + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    TRY(domain_copy(d, &all, err));
    TRY(mark_rows(d->b, &groups, &mark, err));
    TRY(same_values(d, 0, d->n + n_cols, NULL, &on, err));
    Logical *join = mutual_join(d->a, LEFT_JOIN, all, groups, on, d->at);
    Expr *found = join ? logical_column(d->a, join, d->n + mark, d->at) : NULL;
    if (!found)
        return RAISE_NOMEM(err);
    TRY(expr_call(d->a, STR("is null"), &found, 1, d->at, &absent, err));
    for (uint32_t i = 0; i < n; i++) {
        names[i] = i < n_cols ? groups->cols[i].name : "";
        exprs[i] = logical_column(d->a, join, i < n_cols ? d->n + i : i - n_cols, d->at);
        if (!exprs[i])
            return RAISE_NOMEM(err);
        if (i < n_cols && !empty[i]->value.is_null)
            TRY(expr_case(d->a, &absent, (Expr *[]){empty[i]}, 1, exprs[i], d->at, &exprs[i], err));
    }
    *node = logical_project(d->a, join, exprs, n, names, d->at);
    return *node ? 0 : RAISE_NOMEM(err);
}

/* The ids of the grouping sets that have a group without rows, one row each. */
static int standing_ids(const Domain *d, const StandingGroups *s, Logical **ret, Err *err)
{
    Logical *v = logical_new(d->a, L_VALUES, NULL, s->n_ids, d->at);
    Expr ***rows = ARENA_ARRAY(d->a, Expr **, s->n);
    if (!v || !rows)
        return RAISE_NOMEM(err);
    for (uint32_t r = 0; r < s->n; r++) {
        rows[r] = ARENA_ARRAY(d->a, Expr *, s->n_ids);
        if (!rows[r])
            return RAISE_NOMEM(err);
        for (uint32_t i = 0; i < s->n_ids; i++) {
            Value id = {.type = TYPE(I32), .i32 = s->id[r * s->n_ids + i]};
            rows[r][i] = expr_const(d->a, &id, d->at);
            if (!rows[r][i])
                return RAISE_NOMEM(err);
            v->cols[i] = (Field){.name = "", .type = id.type, .not_null = true};
        }
    }
    v->values.n_rows = s->n;
    v->values.rows = rows;
    *ret = v;
    return 0;
}

/* A column of the groups, or what it is in a group without rows: ids, the domain, what aggregates give over nothing. */
static int group_or_nothing(const Domain *d, const Logical *join, uint32_t col, int64_t other, Expr *absent, Expr *empty,
                            Expr **ret, Err *err)
{
    Expr *both[2] = {logical_column(d->a, join, col, d->at), NULL};
    *ret = both[0];
    if (!both[0])
        return RAISE_NOMEM(err);
    if (other >= 0) {
        both[1] = logical_column(d->a, join, (uint32_t)other, d->at);
        return both[1] ? expr_coalesce(d->a, both, 2, d->at, ret, err) : RAISE_NOMEM(err);
    }
    return empty && !empty->value.is_null ? expr_case(d->a, &absent, &empty, 1, both[0], d->at, ret, err) : 0;
}

/* Grouping sets: for every value of the domain the groups that are there without rows, or what they are with rows, and the others.
 */
static int depend_sets(const Domain *d, Logical **node, const StandingGroups *s, uint32_t first_id, Expr *const *empty,
                       uint32_t n_cols, Err *err)
{
    Logical *ids, *all, *groups = *node;
    uint32_t mark, n = n_cols + d->n, n_left = s->n_ids + d->n;
    Expr *on = NULL, *absent, **exprs = ARENA_ARRAY(d->a, Expr *, n + 1);
    const char **names = ARENA_ARRAY(d->a, const char *, n + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    TRY(standing_ids(d, s, &ids, err));
    TRY(domain_copy(d, &all, err));
    TRY(mark_rows(d->b, &groups, &mark, err));
    for (uint32_t i = 0; i < s->n_ids; i++) {
        Expr *e, *pair[2] = {logical_column(d->a, ids, i, d->at), logical_column(d->a, groups, first_id + i, d->at)};
        if (!pair[0] || !pair[1])
            return RAISE_NOMEM(err);
        pair[1]->col += n_left;
        TRY(expr_call(d->a, STR("="), pair, 2, d->at, &e, err));
        TRY(join_and(d->a, on, e, &on, err));
    }
    TRY(same_values(d, s->n_ids, n_left + n_cols, on, &on, err));
    all = mutual_join(d->a, INNER_JOIN, ids, all, NULL, d->at);
    Logical *join = all ? mutual_join(d->a, FULL_JOIN, all, groups, on, d->at) : NULL;
    Expr *found = join ? logical_column(d->a, join, n_left + mark, d->at) : NULL;
    if (!found)
        return RAISE_NOMEM(err);
    TRY(expr_call(d->a, STR("is null"), &found, 1, d->at, &absent, err));
    for (uint32_t i = 0; i < n; i++) {
        bool is_id = i >= first_id && i < first_id + s->n_ids;
        int64_t other = is_id ? (int64_t)i - first_id : i >= n_cols ? (int64_t)s->n_ids + i - n_cols : -1;
        names[i] = i < n_cols ? groups->cols[i].name : "";
        TRY(group_or_nothing(d, join, n_left + i, other, absent, i < n_cols ? empty[i] : NULL, &exprs[i], err));
    }
    *node = logical_project(d->a, join, exprs, n, names, d->at);
    return *node ? 0 : RAISE_NOMEM(err);
}

static int unsupported_here(const Logical *n, Err *err)
{
    return RAISE_AT(err, ERR_UNSUPPORTED, n->at,
                    "%s in a subquery that refers to the query around it by anything but equalities is not supported yet",
                    logical_kind_name(n->kind));
}

static int depend_agg(const Domain *d, Logical **node, Err *err)
{
    Logical *n = *node;
    uint32_t own = n->in[0]->n_cols, n_cols = n->n_cols;
    Expr **key, **empty = NULL;
    StandingGroups standing = n->group.standing;
    uint32_t first_id = n->group.n_keys - standing.n_ids;
    TRY(depend(d, &n->in[0], err));
    TRY(place_all(d, n, own, err));
    if (n->group.n_keys == 0 || standing.n > 0)
        TRY(agg_over_nothing(d->a, n, &empty, err));
    n->group.standing = (StandingGroups){0};
    TRY(with_domain(d, n->in[0], own, NULL, 0, &key, err));
    TRY(agg_add_keys(d->a, node, key, d->n, err));
    if (standing.n > 0)
        return depend_sets(d, node, &standing, first_id, empty, n_cols, err);
    return empty ? depend_global(d, node, empty, n_cols, err) : 0;
}

/* ---- joins ---- */

/* Conjuncts of an inner join's ON that have parameters go into a filter above it. */
static int on_above(const Domain *d, Logical **node, Err *err)
{
    Logical *n = *node;
    Expr *on = n->join.on, **part, *kept = NULL, *above = NULL;
    uint32_t n_parts;
    if (!on || !expr_has_params(on))
        return 0;
    join_conjuncts(&on, &part, &n_parts);
    for (uint32_t i = 0; i < n_parts; i++) {
        Expr **to = expr_has_params(part[i]) ? &above : &kept;
        TRY(join_and(d->a, *to, part[i], to, err));
    }
    n->join.on = kept;
    *node = logical_filter(d->a, n, above);
    return *node ? 0 : RAISE_NOMEM(err);
}

/* Columns of a full join's domain: that of either side. */
static int either_domain(const Domain *d, Logical **node, uint32_t left, uint32_t right, Err *err)
{
    Logical *n = *node;
    uint32_t n_all = n->n_cols;
    Expr **exprs = ARENA_ARRAY(d->a, Expr *, n_all + 1);
    if (!exprs)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_all; i++) {
        exprs[i] = logical_column(d->a, n, i, d->at);
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    for (uint32_t i = 0; i < d->n; i++) {
        Expr *both[2] = {exprs[left + i], exprs[right + i]};
        TRY(expr_coalesce(d->a, both, 2, d->at, &exprs[left + i], err));
    }
    *node = logical_project(d->a, n, exprs, n_all, NULL, d->at);
    return *node ? 0 : RAISE_NOMEM(err);
}

/* Left columns, domain, right columns, and the right side's domain: own columns first, one domain behind them. */
static int depend_join(const Domain *d, Logical **node, Err *err)
{
    Logical *old = *node, *l = old->in[0], *r = old->in[1];
    JoinType type = old->join.type;
    uint32_t n_left = l->n_cols, n_right = r->n_cols, n_own = old->n_cols, n = n_own + d->n;
    bool right_too = type == FULL_JOIN || tree_has_params(r);
    Expr *on = old->join.on;
    uint32_t *from = ARENA_ARRAY(d->a, uint32_t, n + 1);
    if (!from)
        return RAISE_NOMEM(err);
    TRY(depend(d, &l, err));
    if (right_too)
        TRY(depend(d, &r, err));
    if (on)
        TRY(expr_replace_leaves(d->a, on, place_leaf, &(Place){d, n_left}, &on, err));
    if (right_too)
        TRY(same_values(d, n_left, n_left + d->n + n_right, on, &on, err));
    Logical *join = mutual_join(d->a, type, l, r, on, old->at);
    if (!join)
        return RAISE_NOMEM(err);
    join->join.at_clock = old->join.at_clock;
    *node = join;
    if (type == SEMI_JOIN || type == ANTI_JOIN)
        return 0;
    if (type == FULL_JOIN)
        TRY(either_domain(d, node, n_left, n_left + d->n + n_right, err));
    for (uint32_t i = 0; i < n; i++)
        from[i] = i < n_left ? i : i < n_own ? i + d->n : i - n_own + n_left;
    return reorder(d, node, from, n, err);
}

/* The left side of an inner join needs the domain, or the right one does. */
static int depend_inner(const Domain *d, Logical **node, Err *err)
{
    Logical *n = *node;
    TRY(on_above(d, node, err));
    if (*node != n)
        return depend_filter(d, *node, err);
    if (tree_has_params(n->in[0]) || !tree_has_params(n->in[1]))
        return depend_join(d, node, err);
    TRY(depend(d, &n->in[1], err)); /* its columns are the last of the pairs */
    Logical *join = mutual_join(d->a, INNER_JOIN, n->in[0], n->in[1], n->join.on, n->at);
    if (join)
        join->join.at_clock = n->join.at_clock;
    *node = join;
    return join ? 0 : RAISE_NOMEM(err);
}

static int depend_asof(const Domain *d, Logical **node, Err *err)
{
    Logical *n = *node;
    uint32_t n_left = n->in[0]->n_cols, n_own = n->n_cols;
    Place left = {d, n_left};
    if (tree_has_params(n->in[1]) || expr_has_params(n->asof.right_time))
        return unsupported_here(n, err);
    TRY(depend(d, &n->in[0], err));
    uint32_t *from = ARENA_ARRAY(d->a, uint32_t, n_own + d->n + 1);
    Field *cols = ARENA_ARRAY(d->a, Field, n_own + d->n + 1);
    if (!from || !cols)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->asof.n_keys; i++)
        TRY(place(&left, &n->asof.left_key[i], err));
    TRY(place(&left, &n->asof.left_time, err));
    if (n->asof.left_clock)
        TRY(place(&left, &n->asof.left_clock, err));
    memcpy(cols, n->in[0]->cols, n->in[0]->n_cols * sizeof(Field));
    memcpy(cols + n->in[0]->n_cols, n->cols + n_left, (n_own - n_left) * sizeof(Field));
    n->cols = cols;
    n->n_cols = n_own + d->n;
    for (uint32_t i = 0; i < n_own + d->n; i++)
        from[i] = i < n_left ? i : i < n_own ? i + d->n : i - n_own + n_left;
    return reorder(d, node, from, n_own + d->n, err);
}

/* ---- every kind ---- */

static bool is_one_row(const Logical *n)
{
    return n->kind == L_VALUES && n->values.n_rows == 1 && n->n_cols == 0;
}

/* What refers to nothing is there for every value. */
static int cross(const Domain *d, Logical **node, Err *err)
{
    Logical *all;
    TRY(domain_copy(d, &all, err));
    if (!is_one_row(*node))
        all = mutual_join(d->a, INNER_JOIN, *node, all, NULL, d->at);
    *node = all;
    return all ? 0 : RAISE_NOMEM(err);
}

static int depend(const Domain *d, Logical **node, Err *err)
{
    Logical *n = *node;
    TRY(bind_count_node(d->b, d->at, err));
    if (!tree_has_params(n))
        return cross(d, node, err);
    switch (n->kind) {
    case L_FILTER: return depend_filter(d, n, err);
    case L_PROJECT: return depend_project(d, node, err);
    case L_VALUES: return depend_values(d, node, err);
    case L_UNION:
    case L_SET_OP: return depend_both(d, n, err);
    case L_UNNEST:
    case L_EXPAND: return depend_append(d, node, err);
    case L_WINDOW:
        if (n->window.spec.kind == WINDOW_SESSION)
            return unsupported_here(n, err);
        return depend_append(d, node, err);
    case L_OVER: return depend_over(d, node, err);
    case L_TOP_N: return depend_top_n(d, node, err);
    case L_AGG: return depend_agg(d, node, err);
    case L_JOIN: return n->join.type == INNER_JOIN ? depend_inner(d, node, err) : depend_join(d, node, err);
    case L_ASOF: return depend_asof(d, node, err);
    case L_SORT:
    case L_LIMIT: return depend_limit(d, node, err);
    case L_SOURCE:
    case L_WINDOW_AGG:
    case L_TTL:
    case L_MATCH:
    case L_EVERY:
    case L_RECURSE:
    case N_LOGICAL_KINDS: break;
    }
    return unsupported_here(n, err);
}

/* The rows around have the values of the domain, whose columns begin at `first` of the pairs. */
static int values_around(const Domain *d, uint32_t first, Expr **on, Err *err)
{
    for (uint32_t i = 0; i < d->n; i++) {
        const Field *f = &d->node->cols[i];
        Expr *e, *pair[2] = {d->of[i], expr_column(d->a, first + i, f->type, f->not_null, d->at)};
        if (!pair[1])
            return RAISE_NOMEM(err);
        TRY(expr_call(d->a, STR("is not distinct from"), pair, 2, d->at, &e, err));
        TRY(join_and(d->a, *on, e, on, err));
    }
    return 0;
}

/* Without a domain there are only parameters of the query around that. */
static int place_tree(const Domain *d, Logical *n, Err *err)
{
    TRY(place_all(d, n, 0, err));
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(place_tree(d, n->in[i], err));
    return 0;
}

static int drop_domain(const Domain *d, Logical **node, uint32_t n, Err *err)
{
    uint32_t *from = ARENA_ARRAY(d->a, uint32_t, n + 1);
    if (!from)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        from[i] = i;
    return reorder(d, node, from, n, err);
}

int dependent_join(Binder *b, Logical **node, JoinType type, const Dependent *s, Span at, Err *err)
{
    Domain d = {.b = b, .a = b->arena, .at = at};
    Over over = {d.a, (*node)->n_cols, s->outer};
    Logical *plan;
    uint32_t n = over.shift + s->plan->n_cols;
    Expr *on = s->on;
    TRY(logical_clone(d.a, s->plan, &plan, err));
    TRY(open_domain(&d, plan, *node, s->outer, s->n_outer, err));
    if (on)
        TRY(expr_replace_leaves(d.a, on, over_leaf, &over, &on, err));
    TRY(d.n ? depend(&d, &plan, err) : place_tree(&d, plan, err));
    TRY(values_around(&d, n, &on, err));
    *node = mutual_join(d.a, type, *node, plan, on, at);
    if (!*node)
        return RAISE_NOMEM(err);
    return (*node)->n_cols > n ? drop_domain(&d, node, n, err) : 0;
}
