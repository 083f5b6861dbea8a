/* SPDX-License-Identifier: Apache-2.0
 *
 * Common subplans across views: a part of a new query that a materialized view holds already becomes a read of that view.  It is
 * done to the tree as it was bound, before any rule, so neither conditions above a part nor columns that nobody wants can make it
 * look otherwise; what the rules then do is what they do when the view is named.
 *
 * A part is taken only where it saves state: it has to keep rows, and one that only joins is left alone below another join, which
 * may find its rows in the relations again instead (delta_join.c). */
#include "plan/plan.h"
#include "plan/shape.h"
#include "plan/trace.h"

typedef struct Sharing {
    PlanState *s;
    const uint64_t *relations; /* that the query names */
    uint32_t n_relations;
    Err *err;
} Sharing;

static bool names(const Sharing *x, uint64_t id)
{
    for (uint32_t i = 0; i < x->n_relations; i++)
        if (x->relations[i] == id)
            return true;
    return false;
}

/* Whatever would take the view along takes the query along, too. */
static bool depends_on_all(const Sharing *x, const Relation *view)
{
    for (uint32_t i = 0; i < view->n_depends; i++)
        if (!names(x, view->depends[i]))
            return false;
    return true;
}

static bool same_type(Type a, Type b)
{
    return type_eq(a, b) && a.length == b.length && a.precision == b.precision && a.scale == b.scale && a.element == b.element;
}

/* The column of the view that column `col` of n is; -1 = none. */
static int32_t column_in(const Relation *view, const Logical *n, uint32_t col)
{
    for (uint32_t i = 0; i < view->shape->n; i++)
        if (fingerprint_eq(view->shape->col[i], n->shape->col[col]) && same_type(view->schema->field[i].type, n->cols[col].type))
            return (int32_t)i;
    return -1;
}

static bool holds(const Sharing *x, const Relation *view, const Logical *n, const bool *wanted)
{
    if (!view->result || view->broken || view->shape->on_error != (uint8_t)x->s->ctx->on_error || !depends_on_all(x, view))
        return false;
    for (uint32_t i = 0; i < n->n_cols; i++)
        if (wanted[i] && column_in(view, n, i) < 0)
            return false;
    return true;
}

static const Relation *find_view(const Sharing *x, const Logical *n, const bool *wanted)
{
    const PlanShare *share = x->s->ctx->share;
    Relations views = catalog_shaped(x->s->ctx->catalog, n->shape->rows);
    for (uint32_t i = 0; i < views.n; i++)
        if (holds(x, views.relation[i], n, wanted) && share->may(share->self, views.relation[i]))
            return views.relation[i];
    return NULL;
}

static int note_view(Sharing *x, const Relation *view)
{
    PhysPlan *p = x->s->plan;
    for (uint32_t i = 0; i < p->n_shares; i++)
        if (p->shares[i] == view->id)
            return 0;
    uint64_t *more = ARENA_ARRAY(x->s->arena, uint64_t, p->n_shares + 1);
    if (!more)
        return RAISE_NOMEM(x->err);
    if (p->n_shares)
        memcpy(more, p->shares, p->n_shares * sizeof(*more));
    more[p->n_shares++] = view->id;
    p->shares = more;
    return 0;
}

/* The view as a leaf. */
static Logical *read_view(const Sharing *x, const Relation *view, Span at)
{
    Logical *n = logical_new(x->s->arena, L_SOURCE, NULL, view->schema->n, at);
    if (!n)
        return NULL;
    n->source = (LogicalSource){.relation = view, .time_col = -1, .running = *view->result, .has_running = true};
    n->source.cols = ARENA_ARRAY(x->s->arena, uint32_t, view->schema->n + 1);
    for (uint32_t i = 0; n->source.cols && i < view->schema->n; i++) {
        n->source.cols[i] = i;
        n->cols[i] = view->schema->field[i];
    }
    return n->source.cols ? n : NULL;
}

/* Its columns as those of n; for what nobody reads of n stands a NULL, which goes when columns are pruned. */
static int replace(Sharing *x, const Relation *view, Logical **at, const bool *wanted)
{
    Logical *n = *at, *leaf = read_view(x, view, n->at);
    Expr **exprs = ARENA_ARRAY(x->s->arena, Expr *, n->n_cols + 1);
    if (!leaf || !exprs)
        return RAISE_NOMEM(x->err);
    for (uint32_t i = 0; i < n->n_cols; i++) {
        Value none = value_null(n->cols[i].type);
        Type t = n->cols[i].type;
        exprs[i] = wanted[i] ? expr_column(x->s->arena, (uint32_t)column_in(view, n, i), t, n->cols[i].not_null, n->at)
                             : expr_const(x->s->arena, &none, n->at);
        if (!exprs[i])
            return RAISE_NOMEM(x->err);
    }
    Logical *p = logical_project(x->s->arena, leaf, exprs, n->n_cols, NULL, n->at);
    if (!p)
        return RAISE_NOMEM(x->err);
    p->cols = n->cols;
    TRY(note_view(x, view));
    trace_say(x->s, "%s is read from materialized view \"%s\"", logical_kind_name(n->kind), view->name);
    *at = p;
    return 0;
}

/* ---- which columns are wanted ---- */

typedef struct Marking {
    bool *wanted;
    uint32_t n;
} Marking;

static int mark_columns(void *self, Expr **e, Err *err)
{
    Marking *m = self;
    const Expr *x = *e;
    (void)err;
    if (x->kind == EXPR_COLUMN && x->col < m->n)
        m->wanted[x->col] = true;
    for (uint32_t i = 0; i < x->n_args; i++)
        (void)mark_columns(self, &x->arg[i], NULL);
    return 0;
}

/* Of the node's inputs, one behind the other, when `of_node` are those wanted of itself. */
static void mark_inputs(Logical *n, const bool *of_node, bool *wanted, uint32_t n_in)
{
    Marking m = {wanted, n_in};
    bool passes = n->kind == L_FILTER || n->kind == L_JOIN || n->kind == L_SORT;
    bool computes = n->kind == L_PROJECT || n->kind == L_AGG;
    memset(wanted, !passes && !computes, n_in);
    if (passes)
        memcpy(wanted, of_node, MIN(n->n_cols, n_in));
    if (passes || computes)
        (void)logical_each_expr(n, mark_columns, &m, NULL);
}

static int share_node(Sharing *x, Logical **at, const bool *wanted, bool below_join)
{
    Logical *n = *at;
    const Relation *view = NULL;
    if (n->shape->known && n->shape->works && (n->shape->regroups || !below_join))
        view = find_view(x, n, wanted);
    if (view)
        return replace(x, view, at, wanted);
    uint32_t n_in = 0;
    for (uint32_t i = 0; i < n->n_in; i++)
        n_in += n->in[i]->n_cols;
    bool *of_inputs = ARENA_ARRAY(x->s->arena, bool, n_in + 1);
    if (!of_inputs)
        return RAISE_NOMEM(x->err);
    mark_inputs(n, wanted, of_inputs, n_in);
    below_join = n->kind == L_JOIN || (below_join && (n->kind == L_FILTER || n->kind == L_PROJECT));
    for (uint32_t i = 0, from = 0; i < n->n_in; i++) {
        uint32_t n_cols = n->in[i]->n_cols; /* before it is another node */
        TRY(share_node(x, &n->in[i], of_inputs + from, below_join));
        from += n_cols;
    }
    return 0;
}

int share_views(PlanState *s, Logical **root, const uint64_t *relations, uint32_t n_relations, Err *err)
{
    Sharing x = {s, relations, n_relations, err};
    bool *all = ARENA_ARRAY(s->arena, bool, (*root)->n_cols + 1);
    if (!all)
        return RAISE_NOMEM(err);
    memset(all, true, (*root)->n_cols);
    trace_rule(s, "share-views", false);
    return share_node(&x, root, all, false);
}
