/* SPDX-License-Identifier: Apache-2.0
 *
 * JOIN: the columns of both relations side by side under their names.  USING and NATURAL put the common columns in front, where a
 * bare name finds them; those of the relations stay for qualified names.  RIGHT joins are LEFT joins with the sides turned and a
 * projection that turns the columns back. */
#include "plan/bind_function.h"
#include "plan/trace.h"

/* Relations of the same name, which their schemas tell apart. */
static bool in_other_schema(const ScopeRel *l, const ScopeRel *r)
{
    return l->schema && r->schema && strcmp(l->schema, r->schema) != 0;
}

int join_check_names(const Scope *l, const Scope *r, Span at, Err *err)
{
    for (uint32_t i = 0; i < l->n_rels; i++)
        for (uint32_t k = 0; k < r->n_rels; k++)
            if (l->rels[i].name && r->rels[k].name && strcmp(l->rels[i].name, r->rels[k].name) == 0 &&
                !in_other_schema(&l->rels[i], &r->rels[k]))
                return RAISE_AT(err, ERR_DUPLICATE_ALIAS, at, "table name \"%s\" specified more than once", l->rels[i].name);
    return 0;
}

/* The names of both scopes over `node`, whose columns are `shift` others, then the left ones, then the right ones. */
static int join_scopes(Binder *b, const Scope *l, const Scope *r, Logical *node, uint32_t shift, Scope *ret, Err *err)
{
    uint32_t n = 0, extra = shift ? 1 : 0;
    ScopeRel *rels = ARENA_ARRAY(b->arena, ScopeRel, l->n_rels + r->n_rels + extra + 1);
    if (!rels)
        return RAISE_NOMEM(err);
    if (shift)
        rels[n++] = (ScopeRel){.n = shift};
    for (uint32_t i = 0; i < l->n_rels; i++, n++) {
        rels[n] = l->rels[i];
        rels[n].first += shift;
    }
    for (uint32_t i = 0; i < r->n_rels; i++, n++) {
        rels[n] = r->rels[i];
        rels[n].first += shift + l->node->n_cols;
    }
    *ret = (Scope){.node = node, .n_rels = n, .rels = rels, .window_col = -1};
    return 0;
}

/* ---- USING and NATURAL ---- */

typedef struct Common { /* columns that both sides have */
    uint32_t n;
    uint32_t *left, *right;
} Common;

static int find_common(const Scope *s, const Ident *name, const char *side, uint32_t *ret, Err *err)
{
    Err inner = ERR_INIT;
    Ident part = *name;
    Name n = {.part = &part, .n_parts = 1, .at = name->at};
    int rc = scope_find(s, &n, ret, &inner);
    if (rc == -ERR_AMBIGUOUS_COLUMN)
        return RAISE_AT(err, ERR_AMBIGUOUS_COLUMN, name->at, "common column name \"%s\" appears more than once in %s table",
                        name->s.p, side);
    if (rc < 0)
        return RAISE_AT(err, ERR_UNDEFINED_COLUMN, name->at, "column \"%s\" specified in USING clause does not exist in %s table",
                        name->s.p, side);
    return 0;
}

static int using_columns(Binder *b, const FromJoin *j, const Scope *l, const Scope *r, Common *ret, Err *err)
{
    ret->left = ARENA_ARRAY(b->arena, uint32_t, j->using_columns.n + 1);
    ret->right = ARENA_ARRAY(b->arena, uint32_t, j->using_columns.n + 1);
    if (!ret->left || !ret->right)
        return RAISE_NOMEM(err);
    AST_EACH(item, j->using_columns)
    {
        const Ident *name = &AST(IdentNode, item)->ident;
        AST_EACH(other, j->using_columns)
        {
            if (other == item)
                break;
            if (str_eq(AST(IdentNode, other)->ident.s, name->s))
                return RAISE_AT(err, ERR_DUPLICATE_COLUMN, item->at, "column name \"%s\" appears more than once in USING clause",
                                name->s.p);
        }
        TRY(find_common(l, name, "left", &ret->left[ret->n], err));
        TRY(find_common(r, name, "right", &ret->right[ret->n++], err));
    }
    return 0;
}

static int natural_columns(Binder *b, const FromJoin *j, const Scope *l, const Scope *r, Common *ret, Err *err)
{
    ret->left = ARENA_ARRAY(b->arena, uint32_t, l->node->n_cols + 1);
    ret->right = ARENA_ARRAY(b->arena, uint32_t, l->node->n_cols + 1);
    if (!ret->left || !ret->right)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < l->n_rels; i++) {
        for (uint32_t c = l->rels[i].first; c < l->rels[i].first + l->rels[i].n; c++) {
            Ident name = {.s = str_of(l->node->cols[c].name), .at = j->node.at};
            if (name.s.n == 0 || scope_hides(&l->rels[i], c) || !scope_has_column(r, name.s))
                continue;
            TRY(find_common(l, &name, "left", &ret->left[ret->n], err));
            TRY(find_common(r, &name, "right", &ret->right[ret->n++], err));
        }
    }
    return 0;
}

/* left.a = right.a AND .., over the pairs. */
static int common_condition(Binder *b, const Logical *pairs, uint32_t n_left, const Common *c, Span at, Expr **ret, Err *err)
{
    Expr **equal = ARENA_ARRAY(b->arena, Expr *, c->n + 1);
    if (!equal)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < c->n; i++) {
        Expr *arg[2] = {logical_column(b->arena, pairs, c->left[i], at), logical_column(b->arena, pairs, n_left + c->right[i], at)};
        if (!arg[0] || !arg[1])
            return RAISE_NOMEM(err);
        TRY(expr_call(b->arena, STR("="), arg, 2, at, &equal[i], err));
    }
    if (c->n <= 1) {
        *ret = c->n ? equal[0] : NULL;
        return 0;
    }
    return expr_logic(b->arena, EXPR_AND, equal, c->n, at, ret, err);
}

static int hide_columns(Binder *b, Scope *s, const uint32_t *cols, uint32_t n, uint32_t shift, Err *err)
{
    for (uint32_t r = 0; r < s->n_rels; r++) {
        ScopeRel *rel = &s->rels[r];
        bool *merged = ARENA_ARRAY(b->arena, bool, rel->n + 1);
        if (!merged)
            return RAISE_NOMEM(err);
        if (rel->merged)
            memcpy(merged, rel->merged, rel->n * sizeof(*merged));
        for (uint32_t i = 0; i < n; i++)
            if (cols[i] + shift >= rel->first && cols[i] + shift < rel->first + rel->n)
                merged[cols[i] + shift - rel->first] = true;
        rel->merged = merged;
    }
    return 0;
}

/* The common columns in front: the left one's value, of a RIGHT join the right one's, of a FULL join the one that is there. */
static int put_common(Binder *b, const FromJoin *j, const Scope *l, const Scope *r, const Common *c, Logical *node, Scope *ret,
                      Err *err)
{
    uint32_t n_left = l->node->n_cols, n = c->n + node->n_cols;
    Expr **exprs = ARENA_ARRAY(b->arena, Expr *, n + 1);
    const char **names = ARENA_ARRAY(b->arena, const char *, n + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < c->n; i++) {
        Expr *pair[2] = {logical_column(b->arena, node, c->left[i], j->node.at),
                         logical_column(b->arena, node, n_left + c->right[i], j->node.at)};
        if (!pair[0] || !pair[1])
            return RAISE_NOMEM(err);
        names[i] = l->node->cols[c->left[i]].name;
        TRY(expr_unify(b->arena, pair, 2, "JOIN/USING", err));
        if (j->kind == JOIN_FULL)
            TRY(expr_coalesce(b->arena, pair, 2, j->node.at, &exprs[i], err));
        else
            exprs[i] = pair[j->kind == JOIN_RIGHT];
    }
    for (uint32_t i = 0; i < node->n_cols; i++) {
        exprs[c->n + i] = logical_column(b->arena, node, i, j->node.at);
        names[c->n + i] = node->cols[i].name;
        if (!exprs[c->n + i])
            return RAISE_NOMEM(err);
    }
    Logical *project = logical_project(b->arena, node, exprs, n, names, j->node.at);
    if (!project)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; j->using_alias.s.p && i < l->n_rels + r->n_rels; i++) {
        const char *name = i < l->n_rels ? l->rels[i].name : r->rels[i - l->n_rels].name;
        if (name && str_eq(str_of(name), j->using_alias.s))
            return RAISE_AT(err, ERR_DUPLICATE_ALIAS, j->using_alias.at, "table name \"%s\" specified more than once", name);
    }
    TRY(join_scopes(b, l, r, project, c->n, ret, err));
    ret->rels[0].name = j->using_alias.s.p;
    TRY(hide_columns(b, ret, c->left, c->n, c->n, err));
    TRY(hide_columns(b, ret, c->right, c->n, c->n + n_left, err));
    return 0;
}

/* ---- the join ---- */

/* The condition over the columns of `pairs`; NULL = every pair.  Subqueries in it are left to the list. */
static int bind_condition(Binder *b, const FromJoin *j, const Scope *l, const Scope *r, Logical *pairs, const Common *c,
                          SubqueryList *subs, Expr **ret, Err *err)
{
    *ret = NULL;
    if (c->n || j->natural)
        return common_condition(b, pairs, l->node->n_cols, c, j->node.at, ret, err);
    if (!j->on)
        return 0;
    Scope both;
    TRY(join_scopes(b, l, r, pairs, 0, &both, err));
    return bind_predicate(&(ExprScope){.b = b, .scope = &both, .clause = "JOIN/ON", .subs = subs}, j->on, ret, err);
}

/* The same join with the sides turned; its columns are put back in order unless only the right ones are left. */
static int turned_join(Binder *b, JoinType type, Logical *left, Logical *right, Expr *on, const Logical *pairs, Span at,
                       Logical **ret, Err *err)
{
    Arena *a = b->arena;
    uint32_t n_left = left->n_cols, n_right = right->n_cols, n = n_left + n_right;
    Expr **map = ARENA_ARRAY(a, Expr *, n + 1), **back = ARENA_ARRAY(a, Expr *, n + 1);
    const char **names = ARENA_ARRAY(a, const char *, n + 1);
    if (!map || !back || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t to = i < n_left ? n_right + i : i - n_left;
        map[i] = expr_column(a, to, pairs->cols[i].type, pairs->cols[i].not_null, at);
        names[i] = pairs->cols[i].name;
        if (!map[i])
            return RAISE_NOMEM(err);
    }
    if (on) {
        on = expr_substitute(a, on, map);
        if (!on)
            return RAISE_NOMEM(err);
    }
    *ret = logical_join(a, type, right, left, on, at);
    if (!*ret)
        return RAISE_NOMEM(err);
    if (type != LEFT_JOIN)
        return 0;
    for (uint32_t i = 0; i < n; i++) {
        back[i] = logical_column(a, *ret, map[i]->col, at);
        if (!back[i])
            return RAISE_NOMEM(err);
    }
    *ret = logical_project(a, *ret, back, n, names, at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static bool is_temporal(const FromJoin *j)
{
    return j->right && j->right->kind == NODE_FROM_TABLE && AST(FromTable, j->right)->as_of;
}

static int make_join(Binder *b, const FromJoin *j, Logical *l, Logical *r, Expr *on, const Logical *pairs, Logical **ret, Err *err)
{
    static const JoinType types[N_JOIN_KINDS] = {
        [JOIN_INNER] = INNER_JOIN,     [JOIN_CROSS] = INNER_JOIN,    [JOIN_LEFT] = LEFT_JOIN,
        [JOIN_RIGHT] = LEFT_JOIN,      [JOIN_FULL] = FULL_JOIN,      [JOIN_LEFT_SEMI] = SEMI_JOIN,
        [JOIN_RIGHT_SEMI] = SEMI_JOIN, [JOIN_LEFT_ANTI] = ANTI_JOIN, [JOIN_RIGHT_ANTI] = ANTI_JOIN,
    };
    JoinType type = types[j->kind];
    if (j->kind == JOIN_RIGHT || j->kind == JOIN_RIGHT_SEMI || j->kind == JOIN_RIGHT_ANTI)
        return turned_join(b, type, l, r, on, pairs, j->node.at, ret, err);
    *ret = logical_join(b->arena, type, l, r, on, j->node.at);
    if (!*ret)
        return RAISE_NOMEM(err);
    (*ret)->join.at_clock = is_temporal(j);
    return 0;
}

/* What ON of an inner join says is what WHERE over all pairs would. */
static int inner_join_where(Binder *b, const FromJoin *j, const Scope *l, const Scope *r, Scope *ret, Err *err)
{
    Logical *node;
    TRY(make_join(b, j, l->node, r->node, NULL, NULL, &node, err));
    TRY(join_scopes(b, l, r, node, 0, ret, err));
    return bind_where(&(ExprScope){.b = b, .scope = ret, .clause = "JOIN/ON"}, j->on, err);
}

/* Joins the subqueries of ON to the sides. */
static int join_subqueries(Binder *b, const FromJoin *j, Scope *l, Scope *r, const SubqueryList *subs, Expr **on, Logical **pairs,
                           bool *mutual, Err *err)
{
    Logical *side[2] = {l->node, r->node};
    bool turned = j->kind == JOIN_RIGHT || j->kind == JOIN_RIGHT_SEMI || j->kind == JOIN_RIGHT_ANTI;
    TRY(subqueries_join_sides(b, subs, j->kind == JOIN_FULL ? NO_SIDE : !turned, side, on, mutual, err));
    l->node = side[0];
    r->node = side[1];
    *pairs = logical_join(b->arena, INNER_JOIN, side[0], side[1], NULL, j->node.at);
    return *pairs ? 0 : RAISE_NOMEM(err);
}

static int join_of(Binder *b, const FromJoin *j, const Scope *left, const Scope *right, Scope *ret, Err *err);

static int add_columns(Arena *a, const Logical *in, uint32_t at, uint32_t n, Expr **to, const char **names, Span span, Err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        to[i] = logical_column(a, in, at + i, span);
        names[i] = in->cols[at + i].name;
        if (!to[i])
            return RAISE_NOMEM(err);
    }
    return 0;
}

static int add_nulls(Arena *a, const Logical *like, Expr **to, const char **names, Span span, Err *err)
{
    for (uint32_t i = 0; i < like->n_cols; i++) {
        Value null = value_null(like->cols[i].type);
        to[i] = expr_const(a, &null, span);
        names[i] = like->cols[i].name;
        if (!to[i])
            return RAISE_NOMEM(err);
    }
    return 0;
}

/* The columns of both sides over what the LEFT join and the anti join of full_by_parts give, one under the other. */
static int put_together(Binder *b, const Scope *left, const Scope *right, const Scope *pairs, Logical *rest, Span at, Logical **ret,
                        Err *err)
{
    Arena *a = b->arena;
    uint32_t n_left = left->node->n_cols, n = n_left + right->node->n_cols;
    uint32_t right_at = pairs->rels[left->n_rels].first - right->rels[0].first; /* behind what subqueries have put to the left */
    Expr **of[2] = {ARENA_ARRAY(a, Expr *, n + 1), ARENA_ARRAY(a, Expr *, n + 1)};
    const char **names = ARENA_ARRAY(a, const char *, n + 1);
    if (!of[0] || !of[1] || !names)
        return RAISE_NOMEM(err);
    TRY(add_columns(a, pairs->node, 0, n_left, of[0], names, at, err));
    TRY(add_columns(a, pairs->node, right_at, n - n_left, of[0] + n_left, names + n_left, at, err));
    TRY(add_nulls(a, left->node, of[1], names, at, err));
    TRY(add_columns(a, rest, 0, n - n_left, of[1] + n_left, names + n_left, at, err));
    Logical *u = logical_new(a, L_UNION, logical_project(a, pairs->node, of[0], n, names, at), n, at);
    Logical *below = logical_project(a, rest, of[1], n, names, at);
    if (!u || !u->in[0] || !below)
        return RAISE_NOMEM(err);
    u->in[1] = below;
    u->n_in = 2;
    for (uint32_t i = 0; i < n; i++) {
        u->cols[i] = u->in[0]->cols[i];
        u->cols[i].not_null = u->in[0]->cols[i].not_null && below->cols[i].not_null;
    }
    *ret = u;
    return 0;
}

/* A full join whose condition asks subqueries about both of its sides: the LEFT join, and the right rows without a partner. */
static int full_by_parts(Binder *b, const FromJoin *j, const Scope *left, const Scope *right, Scope *ret, Err *err)
{
    FromJoin pairs_of = *j, rest_of = *j;
    Scope pairs, rest, left_again = *left, right_again = *right;
    Logical *all;
    if (logical_is_volatile(left->node) || logical_is_volatile(right->node))
        return bind_unsupported(err, j->node.at, "a subquery about both sides of a full join of random values is");
    TRY(logical_clone(b->arena, left->node, &left_again.node, err));
    TRY(logical_clone(b->arena, right->node, &right_again.node, err));
    pairs_of.kind = JOIN_LEFT;
    rest_of.kind = JOIN_RIGHT_ANTI;
    TRY(join_of(b, &pairs_of, left, right, &pairs, err));
    TRY(join_of(b, &rest_of, &left_again, &right_again, &rest, err));
    trace_rule(b->state, "full-join-by-parts", false);
    trace_say(b->state, "FULL join is a LEFT join and an ANTI join");
    TRY(put_together(b, left, right, &pairs, rest.node, j->node.at, &all, err));
    return join_scopes(b, left, right, all, 0, ret, err);
}

static int join_of(Binder *b, const FromJoin *j, const Scope *left, const Scope *right, Scope *ret, Err *err)
{
    Scope own[2] = {*left, *right}, *l = &own[0], *r = &own[1];
    SubqueryList subs = {0};
    Common common = {0};
    bool mutual = false;
    Expr *on;
    Logical *node;
    TRY(join_check_names(l, r, j->right ? j->right->at : j->node.at, err));
    TRY(bind_count_node(b, j->node.at, err));
    if (j->natural)
        TRY(natural_columns(b, j, l, r, &common, err));
    else if (j->using_columns.n)
        TRY(using_columns(b, j, l, r, &common, err));
    if (j->kind == JOIN_INNER && j->on && where_asks_queries(j->on))
        return inner_join_where(b, j, l, r, ret, err);
    Logical *pairs = logical_join(b->arena, INNER_JOIN, l->node, r->node, NULL, j->node.at);
    if (!pairs)
        return RAISE_NOMEM(err);
    TRY(bind_condition(b, j, l, r, pairs, &common, &subs, &on, err));
    if (subs.n && j->kind == JOIN_INNER)
        return inner_join_where(b, j, l, r, ret, err);
    if (subs.n && j->kind == JOIN_FULL) {
        bool both;
        TRY(subqueries_read_both(b, &subs, l->node->n_cols, &both, err));
        if (both)
            return full_by_parts(b, j, left, right, ret, err);
    }
    if (subs.n)
        TRY(join_subqueries(b, j, l, r, &subs, &on, &pairs, &mutual, err));
    TRY(make_join(b, j, l->node, r->node, on, pairs, &node, err));
    (node->kind == L_PROJECT ? node->in[0] : node)->join.is_mutual |= mutual;
    if (j->kind == JOIN_LEFT_SEMI || j->kind == JOIN_LEFT_ANTI || j->kind == JOIN_RIGHT_SEMI || j->kind == JOIN_RIGHT_ANTI) {
        const Scope *kept = j->kind == JOIN_LEFT_SEMI || j->kind == JOIN_LEFT_ANTI ? l : r;
        *ret = (Scope){.node = node, .n_rels = kept->n_rels, .rels = kept->rels, .window_col = -1};
        return 0;
    }
    if (common.n)
        return put_common(b, j, l, r, &common, node, ret, err);
    return join_scopes(b, l, r, node, 0, ret, err);
}

/* CROSS JOIN, or JOIN and LEFT JOIN .. ON TRUE. */
static bool joins_all(const FromJoin *j)
{
    bool on_true =
        j->on && j->on->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, j->on)->kind == LITERAL_BOOL && AST(ExprLiteral, j->on)->flag;
    return j->kind == JOIN_CROSS || ((j->kind == JOIN_INNER || j->kind == JOIN_LEFT) && on_true);
}

/* USING of an as-of join: the common columns are the left ones.  time: of a temporal join, else NULL. */
static int asof_of(Binder *b, const FromJoin *j, Expr *time, const Scope *l, const Scope *r, Scope *ret, Err *err)
{
    Common common = {0};
    Expr *on = NULL;
    Logical *node;
    TRY(join_check_names(l, r, j->right->at, err));
    TRY(bind_count_node(b, j->node.at, err));
    if (j->using_columns.n)
        TRY(using_columns(b, j, l, r, &common, err));
    Logical *pairs = logical_join(b->arena, INNER_JOIN, l->node, r->node, NULL, j->node.at);
    if (!pairs)
        return RAISE_NOMEM(err);
    Scope both;
    TRY(join_scopes(b, l, r, pairs, 0, &both, err));
    if (common.n)
        TRY(common_condition(b, pairs, l->node->n_cols, &common, j->node.at, &on, err));
    if (time)
        TRY(bind_temporal(b, j, time, r, &both, pairs, on, &node, err));
    else
        TRY(bind_asof(b, j, &both, pairs, on, &node, err));
    if (common.n)
        return put_common(b, j, l, r, &common, node, ret, err);
    return join_scopes(b, l, r, node, 0, ret, err);
}

/* The condition of an inner join is a filter behind it, that of a left one part of the join. */
static int bind_lateral_join(Binder *b, const FromJoin *j, const Scope *l, Scope *ret, Err *err)
{
    if (j->natural || j->using_columns.n)
        return bind_unsupported(err, j->node.at, "LATERAL with USING or NATURAL is");
    bool outer = j->kind == JOIN_LEFT;
    const Node *on = outer && !joins_all(j) ? j->on : NULL;
    if (on && plan_holds_query(b->ctx->catalog, on))
        return bind_lateral_left(b, l, j->right, on, ret, err);
    if (lateral_is_item(j->right))
        TRY(bind_lateral(b, l, j->right, outer, on, ret, err));
    else if (unnest_is_item(b, j->right) && !function_is_rows_item(b, j->right))
        TRY(outer ? bind_lateral_left(b, l, j->right, on, ret, err) : bind_unnest_item(b, l, j->right, false, ret, err));
    else if (bind_function_item(b, l, j->right, outer, on, ret, err) != 0)
        return err && err->code ? -(int)err->code : bind_unsupported(err, j->right->at, "ON other than TRUE of such a function is");
    ExprScope x = {.b = b, .scope = ret, .clause = "JOIN/ON"};
    return outer || joins_all(j) ? 0 : bind_where(&x, j->on, err);
}

static int bind_temporal_join(Binder *b, const FromJoin *j, const Scope *l, Scope *ret, Err *err)
{
    const FromTable *t = AST(FromTable, j->right);
    Expr *time;
    Scope r;
    TRY(bind_system_time(b, j, l, &time, err));
    TRY(bind_relation_item(b, &t->name, t->alias, j->right->at, &r, err));
    if (time)
        return asof_of(b, j, time, l, &r, ret, err);
    if (t->versioned_on.s.n)
        return RAISE_AT(err, ERR_SYNTAX, t->versioned_on.at, "VERSIONED ON goes with a time of the left side, not with the clock");
    return join_of(b, j, l, &r, ret, err);
}

/* The join, whose left side is bound. */
static int join_to(Binder *b, const FromJoin *j, const Scope *left, Scope *ret, Err *err)
{
    Scope l = *left, r;
    if (is_temporal(j))
        return bind_temporal_join(b, j, &l, ret, err);
    if (function_is_rows_item(b, j->right) && !joins_all(j) && (j->kind == JOIN_INNER || j->kind == JOIN_LEFT))
        return bind_lateral_join(b, j, &l, ret, err);
    if (unnest_is_item(b, j->right) && joins_all(j))
        return bind_unnest_item(b, &l, j->right, j->kind == JOIN_LEFT, ret, err);
    if (lateral_is_item(j->right) && (j->kind == JOIN_CROSS || j->kind == JOIN_INNER || j->kind == JOIN_LEFT))
        return bind_lateral_join(b, j, &l, ret, err);
    if (unnest_is_item(b, j->right) && (j->kind == JOIN_INNER || j->kind == JOIN_LEFT) && lateral_names_left(&l, j->right))
        return bind_lateral_join(b, j, &l, ret, err);
    TRY(bind_from_item(b, j->right, &r, err));
    if (j->kind == JOIN_ASOF || j->kind == JOIN_ASOF_INNER || j->kind == JOIN_ASOF_LEFT)
        return asof_of(b, j, NULL, &l, &r, ret, err);
    return join_of(b, j, &l, &r, ret, err);
}

int bind_join(Binder *b, const FromJoin *j, Scope *ret, Err *err)
{
    Scope l;
    TRY(bind_from_item(b, j->left, &l, err));
    return join_to(b, j, &l, ret, err);
}

/* A join of which an item may name what stands before it. */
static bool holds_lateral(Binder *b, const Node *n)
{
    if (n->kind != NODE_FROM_JOIN)
        return false;
    const FromJoin *j = AST(FromJoin, n);
    const Node *side[] = {j->left, j->right};
    bool is_inner = j->kind == JOIN_INNER || j->kind == JOIN_CROSS || j->kind == JOIN_LEFT, any = holds_lateral(b, j->left);
    for (size_t i = 0; i < ARRAY_LEN(side); i++)
        any |= lateral_is_item(side[i]) || unnest_is_item(b, side[i]);
    return is_inner && any;
}

/* l, a JOIN LATERAL (..) b, where b may name what l has: (l, a) JOIN LATERAL (..) b. */
static int join_behind(Binder *b, const Scope *l, const Node *right, Scope *ret, Err *err)
{
    if (!holds_lateral(b, right))
        return bind_cross_join(b, l, right, ret, err);
    const FromJoin *j = AST(FromJoin, right);
    Scope left;
    TRY(join_behind(b, l, j->left, &left, err));
    return join_to(b, j, &left, ret, err);
}

int bind_cross_join(Binder *b, const Scope *l, const Node *right, Scope *ret, Err *err)
{
    Scope r;
    FromJoin cross = {.node = {.kind = NODE_FROM_JOIN, .at = right->at}, .kind = JOIN_CROSS, .right = (Node *)right};
    if (unnest_is_item(b, right))
        return bind_unnest_item(b, l, right, false, ret, err);
    if (lateral_is_item(right))
        return bind_lateral(b, l, right, false, NULL, ret, err);
    int rc = bind_from_item(b, right, &r, err);
    if ((rc == -ERR_UNDEFINED_COLUMN || rc == -ERR_UNDEFINED_RELATION) && holds_lateral(b, right)) {
        Err again = ERR_INIT;
        if (join_behind(b, l, right, ret, &again) == 0)
            return 0;
    }
    TRY(rc);
    return join_of(b, &cross, l, &r, ret, err);
}
