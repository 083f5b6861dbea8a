/* SPDX-License-Identifier: Apache-2.0
 *
 * FROM .. MATCH_RECOGNIZE (..): three nodes.  Below, a projection adds what conditions and results compute of single rows; the
 * match gives the values that the results read; above, a projection makes the results of them. */
#include "plan/match_impl.h"

typedef struct MatchBinder {
    Binder *b;
    const FromMatch *m;
    Scope in;
    MatchScope scope;
    MatchSlots defines, out;
    Match match;
    /* Results: over the slots in `out`. */
    uint32_t n_cols, cap_cols;
    Expr **expr;
    const char **name;
} MatchBinder;

/* ---- names ---- */

static int collect_vars(MatchNames *names, const Pattern *p, Err *err)
{
    if (p->kind == PATTERN_VAR && match_var(names, p->var.s) == UINT32_MAX) {
        if (names->n_vars == MATCH_VARS_MAX)
            return RAISE_AT(err, ERR_PROGRAM_LIMIT, p->node.at, "more than %d pattern variables", MATCH_VARS_MAX);
        names->var[names->n_vars++] = p->var;
    }
    AST_EACH(item, p->items)
    TRY(collect_vars(names, AST(Pattern, item), err));
    return 0;
}

/* ---- partition and order ---- */

static int bind_partition(MatchBinder *x, Err *err)
{
    ExprScope rows = {.b = x->b, .scope = &x->in, .clause = "PARTITION BY"};
    Match *match = &x->match;
    match->part = ARENA_ARRAY(x->b->arena, Expr *, x->m->partition_by.n + 1);
    if (!match->part)
        return RAISE_NOMEM(err);
    AST_EACH(item, x->m->partition_by)
    {
        Expr *e;
        TRY(bind_expr(&rows, item, &e, err));
        if (e->kind != EXPR_COLUMN)
            return bind_unsupported(err, item->at, "PARTITION BY of MATCH_RECOGNIZE by anything but columns is");
        match->part[match->n_part++] = e;
    }
    return 0;
}

static int bind_order(MatchBinder *x, Err *err)
{
    Arena *a = x->b->arena;
    ExprScope rows = {.b = x->b, .scope = &x->in, .clause = "ORDER BY"};
    Match *match = &x->match;
    uint32_t n = x->m->order_by.n;
    if (n == 0)
        return bind_unsupported(err, x->m->node.at, "MATCH_RECOGNIZE without ORDER BY is");
    match->order = ARENA_ARRAY(a, Expr *, n);
    match->desc = ARENA_ARRAY(a, bool, n);
    match->nulls_first = ARENA_ARRAY(a, bool, n);
    if (!match->order || !match->desc || !match->nulls_first)
        return RAISE_NOMEM(err);
    AST_EACH(item, x->m->order_by)
    {
        const OrderItem *o = AST(OrderItem, item);
        uint32_t i = match->n_order++, col;
        Expr *e;
        TRY(bind_expr(&rows, o->expr, &e, err));
        if (e->type.id == T_UNKNOWN)
            return bind_unsupported(err, item->at, "ORDER BY of MATCH_RECOGNIZE by a constant is");
        TRY(match_add_below(&x->scope, a, e, &col, err));
        match->order[i] = expr_column(a, col, e->type, e->not_null, e->at);
        if (!match->order[i])
            return RAISE_NOMEM(err);
        match->desc[i] = o->dir == SORT_DESC;
        match->nulls_first[i] = o->nulls == SORT_NULLS_DEFAULT ? match->desc[i] : o->nulls == SORT_NULLS_FIRST;
    }
    return 0;
}

static int bind_within(MatchBinder *x, Err *err)
{
    ExprScope constant = {.b = x->b, .clause = "WITHIN"};
    const Expr *time = x->match.order[0];
    x->match.within_us = -1;
    if (!x->m->within)
        return 0;
    if ((time->type.id != T_TS && time->type.id != T_TSTZ) || x->match.desc[0])
        return RAISE_AT(err, ERR_DATATYPE_MISMATCH, x->m->within->at,
                        "WITHIN needs an ORDER BY that begins with a timestamp, ascending");
    TRY(bind_const_us(&constant, x->m->within, "WITHIN", &x->match.within_us, err));
    if (x->match.within_us < 0)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, x->m->within->at, "WITHIN must not be negative");
    return 0;
}

/* ---- conditions ---- */

/* The slot is a value of the row that is tried, or of one so many rows from it. */
static bool is_near(const MatchSlot *s, uint32_t var)
{
    return s->what == MATCH_COLUMN && !s->first && s->logical == 0 && (s->vars >> var & 1);
}

static int use_slots(MatchBinder *x, uint32_t var, MatchDefine *d, Err *err)
{
    Arena *a = x->b->arena;
    uint32_t n = x->defines.n;
    uint64_t *used = ARENA_ARRAY(a, uint64_t, BIT_WORDS(n + 1));
    Expr **map = ARENA_ARRAY(a, Expr *, n + 1);
    d->slot = ARENA_ARRAY(a, uint32_t, n + 1);
    if (!used || !map || !d->slot)
        return RAISE_NOMEM(err);
    memset(used, 0, BIT_WORDS(n + 1) * sizeof(*used));
    expr_columns(d->cond, used);
    d->local = true;
    for (uint32_t i = 0; i < n; i++) {
        const MatchSlot *s = &x->defines.item[i];
        if (!bit_get(used, i))
            continue;
        map[i] = expr_column(a, d->n_slots, s->type, s->what == MATCH_NUMBER, d->cond->at);
        if (!map[i])
            return RAISE_NOMEM(err);
        d->slot[d->n_slots++] = i;
        d->local &= is_near(s, var);
        d->ahead = MAX(d->ahead, s->physical);
    }
    d->cond = expr_substitute(a, d->cond, map);
    return d->cond ? 0 : RAISE_NOMEM(err);
}

static int bind_define(MatchBinder *x, const PatternDef *def, Err *err)
{
    ExprScope scope = {.b = x->b, .scope = &x->in, .clause = "DEFINE", .match = &x->scope};
    uint32_t var = match_var(&x->scope.names, def->name.s);
    if (var == UINT32_MAX)
        return RAISE_AT(err, ERR_UNDEFINED_OBJECT, def->name.at, "pattern variable \"%s\" does not stand in the pattern",
                        def->name.s.p);
    MatchDefine *d = &x->match.vars[var];
    if (d->cond)
        return RAISE_AT(err, ERR_DUPLICATE_ALIAS, def->name.at, "pattern variable \"%s\" is defined more than once", def->name.s.p);
    x->scope.reads = READS_DEFINE;
    x->scope.define = var;
    x->scope.slots = &x->defines;
    TRY(bind_predicate(&scope, def->expr, &d->cond, err));
    if (d->cond->is_volatile || d->cond->is_stable)
        return bind_unsupported(err, def->expr->at, "a condition of DEFINE that depends on the clock or on chance is");
    d->cond = expr_fold(x->b->arena, d->cond);
    return d->cond ? use_slots(x, var, d, err) : RAISE_NOMEM(err);
}

static int bind_defines(MatchBinder *x, Err *err)
{
    const MatchNames *names = &x->scope.names;
    x->match.n_vars = names->n_vars;
    x->match.vars = ARENA_ARRAY(x->b->arena, MatchDefine, names->n_vars + 1);
    if (!x->match.vars)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < names->n_vars; i++)
        if (!(x->match.vars[i].name = arena_strndup(x->b->arena, names->var[i].s.p, names->var[i].s.n)))
            return RAISE_NOMEM(err);
    AST_EACH(item, x->m->defines)
    TRY(bind_define(x, AST(PatternDef, item), err));
    return 0;
}

/* ---- results ---- */

static int add_result(MatchBinder *x, Expr *e, const char *name, Err *err)
{
    if (x->n_cols == x->cap_cols) {
        uint32_t cap = x->cap_cols ? 2 * x->cap_cols : 16;
        Expr **expr = ARENA_ARRAY(x->b->arena, Expr *, cap);
        const char **names = ARENA_ARRAY(x->b->arena, const char *, cap);
        if (!expr || !names)
            return RAISE_NOMEM(err);
        if (x->n_cols) {
            memcpy(expr, x->expr, x->n_cols * sizeof(*expr));
            memcpy(names, x->name, x->n_cols * sizeof(*names));
        }
        x->expr = expr;
        x->name = names;
        x->cap_cols = cap;
    }
    x->expr[x->n_cols] = e;
    x->name[x->n_cols++] = name;
    return 0;
}

/* A column of the row itself, once. */
static int add_own_column(MatchBinder *x, uint32_t col, uint64_t *shown, Err *err)
{
    const Field *f = &x->in.node->cols[col];
    MatchSlot slot = {.what = MATCH_ROW, .type = f->type, .n_cols = 1, .col = {col}};
    Expr *e;
    if (bit_get(shown, col))
        return 0;
    bit_set(shown, col);
    TRY(match_add_slot(&x->scope, x->b->arena, &slot, f->not_null, x->m->node.at, &e, err));
    return add_result(x, e, f->name, err);
}

static int bind_measures(MatchBinder *x, Err *err)
{
    ExprScope scope = {.b = x->b, .scope = &x->in, .clause = "MEASURES", .match = &x->scope};
    x->scope.reads = READS_MEASURE;
    x->scope.final = !x->match.all_rows;
    AST_EACH(item, x->m->measures)
    {
        const PatternDef *def = AST(PatternDef, item);
        Expr *e;
        TRY(bind_expr(&scope, def->expr, &e, err));
        if (e->type.id == T_UNKNOWN)
            TRY(expr_cast(x->b->arena, e, TYPE(TEXT), CAST_IMPLICIT, false, &e, err));
        TRY(add_result(x, e, def->name.s.p, err));
    }
    return 0;
}

/* ONE ROW PER MATCH: the partition's columns and the measures. ALL ROWS: the order's columns stand between, the others behind. */
static int bind_results(MatchBinder *x, Err *err)
{
    const Logical *in = x->in.node;
    uint64_t *shown = ARENA_ARRAY(x->b->arena, uint64_t, BIT_WORDS(in->n_cols + 1));
    if (!shown)
        return RAISE_NOMEM(err);
    memset(shown, 0, BIT_WORDS(in->n_cols + 1) * sizeof(*shown));
    x->scope.slots = &x->out;
    for (uint32_t i = 0; i < x->match.n_part; i++)
        TRY(add_own_column(x, x->match.part[i]->col, shown, err));
    for (uint32_t i = 0; x->match.all_rows && i < x->match.n_order; i++)
        if (x->match.order[i]->col < in->n_cols)
            TRY(add_own_column(x, x->match.order[i]->col, shown, err));
    TRY(bind_measures(x, err));
    for (uint32_t i = 0; x->match.all_rows && i < in->n_cols; i++)
        TRY(add_own_column(x, i, shown, err));
    if (x->n_cols == 0)
        return RAISE_AT(err, ERR_SYNTAX, x->m->node.at, "MATCH_RECOGNIZE has no result: it needs MEASURES or PARTITION BY");
    return 0;
}

static int bind_after(MatchBinder *x, Err *err)
{
    static const MatchAfter after[] = {AFTER_LAST_ROW, AFTER_LAST_ROW, AFTER_NEXT_ROW, AFTER_TO_FIRST, AFTER_TO_LAST};
    const MatchNames *names = &x->scope.names;
    const Ident *to = &x->m->skip_to;
    x->match.after = after[x->m->skip];
    if (x->match.after != AFTER_TO_FIRST && x->match.after != AFTER_TO_LAST)
        return 0;
    uint32_t var = match_var(names, to->s);
    x->match.after_vars = var == UINT32_MAX ? 0 : UINT64_C(1) << var;
    for (uint32_t i = 0; i < names->n_subsets; i++)
        if (str_eq(names->subset[i].s, to->s))
            x->match.after_vars = names->members[i];
    if (x->match.after_vars)
        return 0;
    return RAISE_AT(err, ERR_UNDEFINED_OBJECT, to->at, "pattern variable \"%s\" does not exist", to->s.p);
}

/* ---- nodes ---- */

static void find_reach(Match *m, uint32_t n_out)
{
    for (uint32_t i = 0; i < m->n_slots; i++)
        m->back = MAX(m->back, -m->slots[i].physical);
    for (uint32_t i = 0; i < n_out; i++) {
        m->back = MAX(m->back, -m->out[i].physical);
        m->ahead = MAX(m->ahead, m->out[i].physical);
    }
}

static int build_below(MatchBinder *x, Logical **ret, Err *err)
{
    Arena *a = x->b->arena;
    Logical *in = x->in.node;
    uint32_t n = in->n_cols + x->scope.n_below;
    Expr **exprs = ARENA_ARRAY(a, Expr *, n + 1);
    const char **names = ARENA_ARRAY(a, const char *, n + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < in->n_cols; i++) {
        exprs[i] = logical_column(a, in, i, x->m->node.at);
        names[i] = in->cols[i].name;
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    for (uint32_t i = in->n_cols; i < n; i++) {
        exprs[i] = x->scope.below[i - in->n_cols];
        names[i] = "argument";
    }
    *ret = x->scope.n_below ? logical_project(a, in, exprs, n, names, x->m->node.at) : in;
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int build_nodes(MatchBinder *x, Logical **ret, Err *err)
{
    Arena *a = x->b->arena;
    Logical *below, *n;
    TRY(bind_count_node(x->b, x->m->node.at, err));
    TRY(build_below(x, &below, err));
    x->match.n_slots = x->defines.n;
    x->match.slots = x->defines.item;
    x->match.out = x->out.item;
    find_reach(&x->match, x->out.n);
    n = logical_new(a, L_MATCH, below, x->out.n, x->m->node.at);
    if (!n)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < x->out.n; i++) {
        const MatchSlot *s = &x->out.item[i];
        bool never_null = s->what == MATCH_NUMBER || (s->what == MATCH_ROW && below->cols[s->col[0]].not_null);
        n->cols[i] = (Field){.name = "value", .type = s->type, .not_null = never_null};
    }
    n->match = ARENA_NEW(a, Match);
    if (!n->match)
        return RAISE_NOMEM(err);
    *n->match = x->match;
    *ret = logical_project(a, n, x->expr, x->n_cols, x->name, x->m->node.at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

int bind_match(Binder *b, const FromMatch *m, Logical **ret, Err *err)
{
    MatchBinder *x = ARENA_NEW(b->arena, MatchBinder);
    if (!x)
        return RAISE_NOMEM(err);
    *x = (MatchBinder){.b = b, .m = m};
    TRY(bind_from_item(b, m->input, &x->in, err));
    x->scope.in = &x->in;
    x->match.all_rows = m->rows == MATCH_ALL_ROWS;
    TRY(collect_vars(&x->scope.names, m->pattern, err));
    AST_EACH(item, m->subsets)
    TRY(match_subset(&x->scope.names, AST(PatternDef, item), err));
    TRY(match_compile(b->arena, m->pattern, &x->scope.names, &x->match.program, err));
    TRY(bind_partition(x, err));
    TRY(bind_order(x, err));
    TRY(bind_within(x, err));
    TRY(bind_defines(x, err));
    TRY(bind_results(x, err));
    TRY(bind_after(x, err));
    return build_nodes(x, ret, err);
}

bool match_clock(const Logical *n, uint32_t *ret_class)
{
    const Match *m = n->match;
    const Expr *e = m->order[0];
    return e->kind == EXPR_COLUMN && (e->type.id == T_TS || e->type.id == T_TSTZ) && !m->desc[0] && !m->nulls_first[0] &&
           props_find_class(&n->in[0]->props, e->col, ret_class);
}
