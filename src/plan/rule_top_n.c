/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranks with a bound become Top-N (design 3.2 rule 7):
 *   SELECT .. FROM (SELECT .., ROW_NUMBER() OVER (PARTITION BY k ORDER BY x) AS rn ..) WHERE rn <= n   (RANK and DENSE_RANK alike;
 *   <, =, >=, >, BETWEEN; QUALIFY is the same filter), ORDER BY x LIMIT n OFFSET m of what never ends, FETCH FIRST .. WITH TIES.
 *
 * A rank that can only have one value (= 1) is that constant.  The window must have no other function: a rank alone needs only the
 * first rows. */
#include "plan/rules.h"

typedef struct Range {
    int64_t lo, hi;
} Range;

/* rank <op> constant, either way round; narrows *r.  false: something else. */
static bool narrow(const Expr *e, uint32_t rank_col, Range *r)
{
    static const char *const ops[] = {"<", "<=", "=", ">=", ">"};
    if (e->kind != EXPR_CALL || e->n_args != 2)
        return false;
    bool swapped = e->arg[0]->kind == EXPR_CONST;
    const Expr *col = e->arg[swapped], *value = e->arg[!swapped];
    if (col->kind != EXPR_COLUMN || col->col != rank_col || value->kind != EXPR_CONST || value->type.id != T_I64 ||
        value->value.is_null)
        return false;
    int op = 0;
    while (op < 5 && strcmp(e->fn->name, ops[op]) != 0)
        op++;
    if (op == 5)
        return false;
    if (swapped)
        op = 4 - op;
    int64_t n = value->value.i64;
    if (op <= 2)
        r->hi = MIN(r->hi, op == 0 && n != INT64_MIN ? n - 1 : n);
    if (op >= 2)
        r->lo = MAX(r->lo, op == 4 && n != INT64_MAX ? n + 1 : n);
    return true;
}

static bool is_rank(const Logical *over)
{
    return over->kind == L_OVER && over->over.n_calls == 1 && over->over.calls[0].func <= OVER_DENSE_RANK;
}

static Logical *top_new(PlanState *s, const Logical *over, Range r)
{
    const LogicalOver *o = &over->over;
    Logical *t = logical_new(s->arena, L_TOP_N, over->in[0], 0, over->at);
    if (!t)
        return NULL;
    t->own = over->own;
    t->cols = over->cols;
    t->n_cols = over->n_cols;
    RankKind kind = (RankKind)o->calls[0].func;
    t->top = (LogicalTopN){.n_part = o->n_part,
                           .part = o->part,
                           .n_order = o->n_order,
                           .order = o->order,
                           .desc = o->desc,
                           .nulls_first = o->nulls_first,
                           .kind = kind,
                           .lo_kind = kind,
                           .lo = MAX(r.lo, 1),
                           .hi = MAX(r.hi, 0),
                           .with_rank = true};
    return t;
}

/* The one rank there is, as a constant column over the rows. */
static int constant_rank(PlanState *s, Logical *top, const Logical *over, Logical **ret, Err *err)
{
    uint32_t n = over->n_cols;
    Expr **exprs = ARENA_ARRAY(s->arena, Expr *, n);
    const char **names = ARENA_ARRAY(s->arena, const char *, n);
    Value v = {.type = TYPE(I64), .i64 = top->top.lo};
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    top->top.with_rank = false;
    logical_take_columns(top);
    for (uint32_t i = 0; i < n; i++) {
        exprs[i] = i + 1 < n ? logical_column(s->arena, top, i, over->at) : expr_const(s->arena, &v, over->at);
        names[i] = over->cols[i].name;
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    *ret = logical_project(s->arena, top, exprs, n, names, over->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int convert_filter(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node, *over = n->in[0];
    Range r = {1, INT64_MAX};
    bool is_and = n->predicate->kind == EXPR_AND;
    Expr **parts = is_and ? n->predicate->arg : &n->predicate;
    uint32_t n_parts = is_and ? n->predicate->n_args : 1, n_kept = 0;
    Expr **kept = ARENA_ARRAY(s->arena, Expr *, n_parts);
    if (!kept)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_parts; i++)
        if (!narrow(parts[i], over->in[0]->n_cols, &r))
            kept[n_kept++] = parts[i];
    if (r.hi == INT64_MAX)
        return 0;
    Logical *top = top_new(s, over, r), *result = top;
    if (!top)
        return RAISE_NOMEM(err);
    trace_say(s, "%s() from %lld to %lld is Top-N", over->over.calls[0].name, (long long)top->top.lo, (long long)top->top.hi);
    if (top->top.lo == top->top.hi)
        TRY(constant_rank(s, top, over, &result, err));
    *node = result;
    if (n_kept == 0)
        return 0;
    Expr *rest = kept[0];
    if (n_kept > 1)
        TRY(expr_logic(s->arena, EXPR_AND, kept, n_kept, n->at, &rest, err));
    *node = logical_filter(s->arena, result, rest);
    return *node ? 0 : RAISE_NOMEM(err);
}

static Logical *top_of_sort(PlanState *s, const Logical *sort)
{
    const LogicalSort *o = &sort->sort;
    Logical *t = logical_new(s->arena, L_TOP_N, sort->in[0], 0, sort->at);
    if (!t)
        return NULL;
    t->own = sort->own;
    logical_take_columns(t);
    int64_t skip = MAX(o->offset, 0), hi = INT64_MAX;
    if (o->limit >= 0 && __builtin_add_overflow(skip, o->limit, &hi))
        hi = INT64_MAX;
    t->top = (LogicalTopN){.n_order = o->n,
                           .order = o->keys,
                           .desc = o->desc,
                           .nulls_first = o->nulls_first,
                           .lo = skip + 1,
                           .hi = hi,
                           .lo_kind = RANK_ROW,
                           .kind = o->with_ties ? RANK_RANK : RANK_ROW};
    return t;
}

/* Of what never ends: the order itself is lost, the rows are those. WITH TIES of what ends is Top-N and then sorted. */
static int convert_sort(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    if (!s->continuous && !n->sort.with_ties)
        return 0;
    Logical *top = top_of_sort(s, n);
    if (!top)
        return RAISE_NOMEM(err);
    bool all = top->top.lo == 1 && top->top.hi == INT64_MAX;
    trace_say(s, s->continuous && all ? "ORDER BY left out: what goes on has no order" : "ORDER BY with LIMIT is Top-N");
    if (s->continuous) {
        *node = all ? n->in[0] : top;
        return 0;
    }
    n->sort.limit = n->sort.offset = -1;
    n->sort.with_ties = false;
    n->sort.keys = arena_memdup(s->arena, n->sort.keys, n->sort.n * sizeof(*n->sort.keys)); /* both are rewritten in place */
    if (!n->sort.keys)
        return RAISE_NOMEM(err);
    n->in[0] = top;
    return 0;
}

int rule_top_n(PlanState *s, Logical **node, Err *err)
{
    for (uint32_t i = 0; i < (*node)->n_in; i++)
        TRY(rule_top_n(s, &(*node)->in[i], err));
    if ((*node)->kind == L_FILTER && is_rank((*node)->in[0]))
        return convert_filter(s, node, err);
    return (*node)->kind == L_SORT ? convert_sort(s, node, err) : 0;
}

/* LIMIT without ORDER BY of rows that come and go: any of them, but always the same many. */
int rule_limit_top_n(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(rule_limit_top_n(s, &n->in[i], err));
    if (!s->continuous || n->kind != L_LIMIT || n->in[0]->props.change == CHANGE_APPEND)
        return 0;
    Logical *top = top_of_sort(s, n);
    if (!top)
        return RAISE_NOMEM(err);
    trace_say(s, "LIMIT is Top-N by arrival");
    *node = top;
    return props_derive(s, top, err);
}
