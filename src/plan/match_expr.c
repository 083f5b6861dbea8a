/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions and results of MATCH_RECOGNIZE: each column with its variable, FIRST, LAST, PREV, NEXT, CLASSIFIER, MATCH_NUMBER and
 * each aggregate becomes a slot, and what stands around them an expression over slots.  What they compute of a single row is a
 * column of the projection below the match, so that it is computed once per row and in batches. */
#include "plan/bind_function.h"
#include "plan/match_impl.h"

#include <stdio.h>

uint32_t match_var(const MatchNames *names, Str name)
{
    for (uint32_t i = 0; i < names->n_vars; i++)
        if (str_eq(names->var[i].s, name))
            return i;
    return UINT32_MAX;
}

/* The variables of a name; 0 = it is none. */
static uint64_t vars_of(const MatchNames *names, Str name)
{
    uint32_t var = match_var(names, name);
    if (var != UINT32_MAX)
        return UINT64_C(1) << var;
    for (uint32_t i = 0; i < names->n_subsets; i++)
        if (str_eq(names->subset[i].s, name))
            return names->members[i];
    return 0;
}

int match_subset(MatchNames *names, const PatternDef *def, Err *err)
{
    uint64_t members = 0;
    if (vars_of(names, def->name.s))
        return RAISE_AT(err, ERR_DUPLICATE_ALIAS, def->name.at, "pattern variable \"%s\" is defined more than once", def->name.s.p);
    if (names->n_subsets == MATCH_VARS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, def->name.at, "more than %d subsets", MATCH_VARS_MAX);
    AST_EACH(item, def->members)
    {
        const Ident *name = &AST(IdentNode, item)->ident;
        uint32_t var = match_var(names, name->s);
        if (var == UINT32_MAX)
            return RAISE_AT(err, ERR_UNDEFINED_OBJECT, name->at, "pattern variable \"%s\" does not exist", name->s.p);
        members |= UINT64_C(1) << var;
    }
    names->members[names->n_subsets] = members;
    names->subset[names->n_subsets++] = def->name;
    return 0;
}

int match_add_below(MatchScope *m, Arena *arena, Expr *e, uint32_t *ret_col, Err *err)
{
    uint32_t n_in = m->in->node->n_cols;
    if (e->kind == EXPR_COLUMN) {
        *ret_col = e->col;
        return 0;
    }
    for (uint32_t i = 0; i < m->n_below; i++)
        if (expr_equal(m->below[i], e)) {
            *ret_col = n_in + i;
            return 0;
        }
    if (m->n_below == m->cap_below) {
        uint32_t cap = m->cap_below ? 2 * m->cap_below : 8;
        Expr **below = ARENA_ARRAY(arena, Expr *, cap);
        if (!below)
            return RAISE_NOMEM(err);
        if (m->n_below)
            memcpy(below, m->below, m->n_below * sizeof(*below));
        m->below = below;
        m->cap_below = cap;
    }
    *ret_col = n_in + m->n_below;
    m->below[m->n_below++] = e;
    return 0;
}

static bool same_slot(const MatchSlot *a, const MatchSlot *b)
{
    return a->what == b->what && a->vars == b->vars && a->first == b->first && a->final == b->final && a->logical == b->logical &&
           a->physical == b->physical && a->n_cols == b->n_cols && memcmp(a->col, b->col, sizeof(a->col)) == 0 &&
           a->spec.type == b->spec.type && a->spec.count_star == b->spec.count_star &&
           !a->spec.param.is_null == !b->spec.param.is_null && a->spec.n_args == b->spec.n_args;
}

int match_add_slot(MatchScope *m, Arena *arena, const MatchSlot *slot, bool not_null, Span at, Expr **ret, Err *err)
{
    MatchSlots *s = m->slots;
    uint32_t i = 0;
    while (i < s->n && (!same_slot(&s->item[i], slot) || slot->spec.n_args > 1))
        i++;
    if (i == s->cap) {
        uint32_t cap = s->cap ? 2 * s->cap : 8;
        MatchSlot *item = ARENA_ARRAY(arena, MatchSlot, cap);
        if (!item)
            return RAISE_NOMEM(err);
        if (s->n)
            memcpy(item, s->item, s->n * sizeof(*item));
        s->item = item;
        s->cap = cap;
    }
    if (i == s->n)
        s->item[s->n++] = *slot;
    *ret = expr_column(arena, i, slot->type, not_null, at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* ---- columns ---- */

/* The column of the input that a name means, and the variables whose rows are meant. */
static int find_column(const MatchScope *m, const ExprColumn *c, uint64_t *ret_vars, uint32_t *ret_col, Err *err)
{
    Name name = c->name;
    *ret_vars = UINT64_MAX;
    if (name.n_parts == 2) {
        *ret_vars = vars_of(&m->names, name.part[0].s);
        if (!*ret_vars)
            return RAISE_AT(err, ERR_UNDEFINED_OBJECT, name.part[0].at, "pattern variable \"%s\" does not exist", name.part[0].s.p);
        name.part++;
        name.n_parts = 1;
    }
    return scope_find(m->in, &name, ret_col, err);
}

int match_column(const ExprScope *x, const ExprColumn *c, Expr **ret, Err *err)
{
    MatchScope *m = x->match;
    uint64_t vars;
    uint32_t col;
    TRY(find_column(m, c, &vars, &col, err));
    const Field *f = &m->in->node->cols[col];
    if (m->reads == READS_ROW) {
        if (m->has_vars && m->vars != vars)
            return RAISE_AT(err, ERR_GROUPING, c->node.at, "the columns of one argument must be of the same pattern variable");
        m->has_vars = true;
        m->vars = vars;
        *ret = expr_column(x->b->arena, col, f->type, f->not_null, c->node.at);
        return *ret ? 0 : RAISE_NOMEM(err);
    }
    MatchSlot slot = {.what = MATCH_COLUMN, .type = f->type, .vars = vars, .n_cols = 1, .col = {col}};
    slot.final = m->reads == READS_MEASURE && m->final;
    return match_add_slot(m, x->b->arena, &slot, false, c->node.at, ret, err);
}

/* Whether all rows of the match count, also those behind the current one. */
static int read_range(const MatchScope *m, const ExprCall *c, bool *ret_final, Err *err)
{
    *ret_final = m->reads == READS_MEASURE && (c->range == CALL_DEFAULT ? m->final : c->range == CALL_FINAL);
    if (c->range == CALL_DEFAULT || m->reads == READS_MEASURE)
        return 0;
    return RAISE_AT(err, ERR_SYNTAX, c->node.at, "RUNNING and FINAL stand before navigations and aggregates of MEASURES only");
}

/* ---- navigation ---- */

static bool is_call(const Node *n, const char *a, const char *b)
{
    if (n->kind != NODE_EXPR_CALL)
        return false;
    Str name = name_last(&AST(ExprCall, n)->func)->s;
    return str_eq(name, str_of(a)) || str_eq(name, str_of(b));
}

static int read_offset(const ExprScope *x, const ExprCall *c, int64_t preset, int64_t *ret, Err *err)
{
    ExprScope constant = {.b = x->b, .clause = "MATCH_RECOGNIZE"};
    const Node *n = c->args.first->next;
    Value v;
    Expr *e;
    *ret = preset;
    if (!n)
        return 0;
    TRY(bind_expr(&constant, n, &e, err));
    TRY(expr_cast(x->b->arena, e, TYPE(I64), CAST_IMPLICIT, false, &e, err));
    TRY(expr_const_value(x->b->arena, e, "the offset of a navigation", &v, err));
    if (v.is_null || v.i64 < 0 || v.i64 > INT32_MAX)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, n->at, "the offset of a navigation must be a number from 0 on");
    *ret = v.i64;
    return 0;
}

/* An argument: computed below the match from one row, whose variables are *ret_vars. */
static int read_argument(const ExprScope *x, const Node *n, uint64_t *ret_vars, uint32_t *ret_col, Type *ret_type, Err *err)
{
    MatchScope inner = *x->match;
    ExprScope row = {.b = x->b, .scope = x->scope, .clause = x->clause, .match = &inner};
    Expr *e;
    inner.reads = READS_ROW;
    inner.has_vars = false;
    inner.vars = UINT64_MAX;
    TRY(bind_expr(&row, n, &e, err));
    if (e->type.id == T_UNKNOWN)
        TRY(expr_cast(x->b->arena, e, TYPE(TEXT), CAST_IMPLICIT, false, &e, err));
    *ret_vars = inner.vars;
    *ret_type = e->type;
    return match_add_below(x->match, x->b->arena, e, ret_col, err);
}

static int check_args(const ExprCall *c, uint32_t least, uint32_t most, Err *err)
{
    if (c->args.n >= least && c->args.n <= most && !c->star && !c->distinct && !c->filter && !c->over && !c->order_by.n)
        return 0;
    const Ident *name = name_last(&c->func);
    return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "%s() in MATCH_RECOGNIZE takes %s", name->s.p,
                    most == 0 ? "no arguments" : "a value and a constant number of rows");
}

/* FIRST(x [, n]), LAST(x [, n]), or x alone, which is its last row. */
static int read_logical(const ExprScope *x, const Node *n, MatchSlot *slot, Err *err)
{
    if (is_call(n, "first", "last")) {
        const ExprCall *c = AST(ExprCall, n);
        TRY(check_args(c, 1, 2, err));
        TRY(read_offset(x, c, 0, &slot->logical, err));
        slot->first = is_call(n, "first", "first");
        if (c->range != CALL_DEFAULT)
            TRY(read_range(x->match, c, &slot->final, err));
        n = c->args.first;
    }
    slot->n_cols = 1;
    return read_argument(x, n, &slot->vars, &slot->col[0], &slot->type, err);
}

static int bind_navigation(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    MatchScope *m = x->match;
    MatchSlot slot = {.what = MATCH_COLUMN};
    const Node *n = &c->node;
    TRY(read_range(m, c, &slot.final, err));
    if (is_call(n, "prev", "next")) {
        TRY(check_args(c, 1, 2, err));
        TRY(read_offset(x, c, 1, &slot.physical, err));
        slot.physical = is_call(n, "prev", "prev") ? -slot.physical : slot.physical;
        n = c->args.first;
    }
    TRY(read_logical(x, n, &slot, err));
    return match_add_slot(m, x->b->arena, &slot, false, c->node.at, ret, err);
}

/* ---- aggregates ---- */

static int check_aggregate(const ExprCall *c, const LogicalAgg *g, Err *err)
{
    if (g->spec.distinct || g->filter || g->n_order)
        return bind_unsupported(err, c->node.at, "DISTINCT, FILTER or ORDER BY of an aggregate in MATCH_RECOGNIZE is");
    if (!g->spec.count_star && ((g->spec.flags & AGG_NEEDS_MULTISET) || g->spec.state_bytes == 0)) {
        char what[128];
        snprintf(what, sizeof(what), "%.60s() in MATCH_RECOGNIZE is", g->name);
        return bind_unsupported(err, c->node.at, what);
    }
    return 0;
}

/* count(A.*) */
static bool counts_rows(const MatchScope *m, const ExprCall *c, uint64_t *ret_vars)
{
    const Node *n = c->args.first;
    if (c->args.n != 1 || n->kind != NODE_EXPR_STAR || AST(ExprStar, n)->of.n_parts != 1)
        return false;
    *ret_vars = vars_of(&m->names, AST(ExprStar, n)->of.part[0].s);
    return *ret_vars != 0;
}

static int bind_match_aggregate(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    MatchScope *m = x->match, inner = *m;
    ExprScope row = {.b = x->b, .scope = x->scope, .clause = x->clause, .match = &inner, .in_agg = true};
    ExprCall call = *c;
    uint64_t vars;
    inner.reads = READS_ROW;
    inner.has_vars = false;
    inner.vars = UINT64_MAX;
    if (counts_rows(m, c, &vars)) {
        inner.vars = vars;
        call.star = true;
        call.args = (NodeList){0};
    }
    LogicalAgg g = {.func = name_last(&c->func)->s, .at = c->node.at};
    g.name = arena_strndup(a, g.func.p, g.func.n);
    if (!g.name)
        return RAISE_NOMEM(err);
    TRY(bind_agg_parts(&row, &call, &g, err));
    TRY(logical_agg_bind(a, &g, false, err));
    TRY(check_aggregate(c, &g, err));
    MatchSlot slot = {.what = MATCH_AGG, .type = g.spec.ret, .vars = inner.vars, .spec = g.spec, .n_cols = g.spec.n_args};
    TRY(read_range(m, c, &slot.final, err));
    for (uint32_t i = 0; i < slot.n_cols; i++)
        TRY(match_add_below(m, a, g.arg[i], &slot.col[i], err));
    return match_add_slot(m, a, &slot, str_eq(g.func, STR("count")), c->node.at, ret, err);
}

/* ---- calls ---- */

static int bind_row_fact(const ExprScope *x, const ExprCall *c, bool number, Expr **ret, Err *err)
{
    TRY(check_args(c, 0, 0, err));
    MatchSlot slot = {.what = number ? MATCH_NUMBER : MATCH_CLASSIFIER, .type = number ? TYPE(I64) : TYPE(TEXT)};
    TRY(read_range(x->match, c, &slot.final, err));
    return match_add_slot(x->match, x->b->arena, &slot, number, c->node.at, ret, err);
}

int match_call(const ExprScope *x, const ExprCall *c, bool *ret_is, Expr **ret, Err *err)
{
    Str name = name_last(&c->func)->s;
    bool moves = is_call(&c->node, "prev", "next") || is_call(&c->node, "first", "last");
    bool fact = is_call(&c->node, "classifier", "match_number");
    *ret_is = moves || fact || agg_is_name(name) || function_is_name(x->b->ctx->catalog, name, FUNCTION_AGGREGATE);
    if (!*ret_is)
        return 0;
    if (c->over)
        return RAISE_AT(err, ERR_WINDOWING, c->node.at, "window functions are not allowed in MATCH_RECOGNIZE");
    if (x->match->reads == READS_ROW)
        return RAISE_AT(err, ERR_GROUPING, c->node.at, "%s() must not stand inside another navigation or aggregate", name.p);
    if (moves)
        return bind_navigation(x, c, ret, err);
    return fact ? bind_row_fact(x, c, str_eq(name, STR("match_number")), ret, err) : bind_match_aggregate(x, c, ret, err);
}
