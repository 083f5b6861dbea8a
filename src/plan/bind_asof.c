/* SPDX-License-Identifier: Apache-2.0
 *
 * ASOF JOIN: equalities are keys, one comparison of times says in which direction the nearest right row is looked for.  It stands
 * in MATCH_CONDITION or among the conditions of ON; a bound of the distance may stand beside it or in TOLERANCE.
 *
 * JOIN .. FOR SYSTEM_TIME AS OF a left time: the same, backward, by the time of the right side's versions; what ON says beyond
 * equalities is asked of the pair that the time has found. */
#include "plan/bind_impl.h"

#include "base/calendar.h"
#include "plan/join_impl.h"
#include "plan/temporal.h"

typedef struct AsofParts {
    Binder *b;
    const Logical *pairs;
    LogicalAsof asof;
    bool has_match, nearest;
    Expr *rest; /* of a temporal join: conditions on the pairs that are no keys */
    Span at;
} AsofParts;

static int bad_match(Span at, Err *err)
{
    RAISE_AT(err, ERR_SYNTAX, at,
             "an as-of join takes equalities, one comparison of a left time with a right time, and a tolerance");
    return err_hint(
        err, "left ASOF JOIN right MATCH_CONDITION (left.ts >= right.ts) [TOLERANCE INTERVAL '5' SECOND] ON left.k = right.k");
}

static bool is_call(const Expr *e, const char *name)
{
    return e->kind == EXPR_CALL && strcmp(e->fn->name, name) == 0;
}

/* The two operands over one side each; *turned: the first is the right side's. */
static int sides_of(AsofParts *p, Expr *const *arg, Expr *pair[2], bool *turned, bool *ret, Err *err)
{
    uint32_t side[2];
    Arena *a = p->b->arena;
    for (uint32_t i = 0; i < 2; i++)
        TRY(join_sides(a, p->pairs, arg[i], &side[i], err));
    *turned = side[0] == SIDE_RIGHT && side[1] == SIDE_LEFT;
    *ret = *turned || (side[0] == SIDE_LEFT && side[1] == SIDE_RIGHT);
    if (!*ret)
        return 0;
    pair[0] = join_over_side(a, p->pairs, arg[*turned], SIDE_LEFT);
    pair[1] = join_over_side(a, p->pairs, arg[!*turned], SIDE_RIGHT);
    return pair[0] && pair[1] ? 0 : RAISE_NOMEM(err);
}

static int set_times(AsofParts *p, Expr *pair[2], Span at, Err *err)
{
    Arena *a = p->b->arena;
    TRY(expr_unify(a, pair, 2, "MATCH_CONDITION", err));
    TypeId t = (TypeId)pair[0]->type.id;
    if (t == T_I16 || t == T_I32 || t == T_DATE)
        for (uint32_t i = 0; i < 2; i++)
            TRY(expr_cast(a, pair[i], t == T_DATE ? TYPE(TS) : TYPE(I64), CAST_IMPLICIT, false, &pair[i], err));
    else if (t != T_TS && t != T_TSTZ && t != T_I64)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "an as-of join by times of type %s is not supported yet", type_id_name(t));
    p->asof.left_time = pair[0];
    p->asof.right_time = pair[1];
    return 0;
}

static int constant_distance(Expr *e, bool is_time, int64_t *ret, Err *err)
{
    if (e->kind == EXPR_CONST && !e->value.is_null && is_time && e->type.id == T_INTERVAL && e->value.iv.months == 0 &&
        interval_fixed_us(&e->value.iv, ret) >= 0 && *ret >= 0)
        return 0;
    bool whole = e->kind == EXPR_CONST && !e->value.is_null && (e->type.id == T_I64 || e->type.id == T_I32 || e->type.id == T_I16);
    if (whole) {
        int64_t n = e->type.id == T_I64 ? e->value.i64 : e->type.id == T_I32 ? e->value.i32 : e->value.i16;
        if (n >= 0 && !__builtin_mul_overflow(n, is_time ? INT64_C(1000) : 1, ret)) /* milliseconds */
            return 0;
    }
    return RAISE_AT(err, ERR_INVALID_PARAMETER, e->at,
                    "the tolerance of an as-of join must be a constant, not negative: an INTERVAL of fixed length, or a number (of "
                    "milliseconds, for timestamps)");
}

static int use_comparison(AsofParts *p, Expr *e, bool *ret, Err *err)
{
    static const struct {
        const char *name;
        AsofMatch match, turned;
        bool strict;
    } comparisons[] = {{">=", ASOF_BACKWARD, ASOF_FORWARD, false},
                       {">", ASOF_BACKWARD, ASOF_FORWARD, true},
                       {"<=", ASOF_FORWARD, ASOF_BACKWARD, false},
                       {"<", ASOF_FORWARD, ASOF_BACKWARD, true}};
    *ret = false;
    for (size_t i = 0; i < ARRAY_LEN(comparisons); i++) {
        Expr *pair[2];
        bool turned, apart;
        if (!is_call(e, comparisons[i].name))
            continue;
        TRY(sides_of(p, e->arg, pair, &turned, &apart, err));
        if (!apart)
            return 0;
        if (p->has_match)
            return bad_match(e->at, err);
        p->has_match = *ret = true;
        p->asof.match = turned ? comparisons[i].turned : comparisons[i].match;
        p->asof.strict = comparisons[i].strict;
        return set_times(p, pair, e->at, err);
    }
    return 0;
}

/* d <= bound, of d = left - right or right - left: how far apart they may be. */
static int use_distance(AsofParts *p, Expr *d, Expr *bound, bool *ret, Err *err)
{
    bool turned, apart;
    Expr *pair[2];
    *ret = false;
    if (is_call(d, "abs"))
        d = d->arg[0];
    if (!is_call(d, "-") || d->n_args != 2 || bound->kind != EXPR_CONST)
        return 0;
    TRY(sides_of(p, d->arg, pair, &turned, &apart, err));
    if (!apart)
        return 0;
    *ret = true;
    return constant_distance(bound, d->type.id == T_INTERVAL, &p->asof.tolerance, err);
}

static int use_bound(AsofParts *p, Expr *e, bool *ret, Err *err)
{
    bool less = is_call(e, "<=");
    *ret = false;
    return less || is_call(e, ">=") ? use_distance(p, e->arg[less ? 0 : 1], e->arg[less ? 1 : 0], ret, err) : 0;
}

/* left.time - right.time <= 5000: an interval, compared with a number of milliseconds, which is no comparison elsewhere. */
static int use_milliseconds(AsofParts *p, const ExprScope *x, const Node *n, bool *ret, Err *err)
{
    Expr *d, *bound;
    *ret = false;
    if (n->kind != NODE_EXPR_BINARY)
        return 0;
    const ExprBinary *b = AST(ExprBinary, n);
    if (b->op != SQL_OP_LE || b->right->kind != NODE_EXPR_LITERAL || AST(ExprLiteral, b->right)->kind != LITERAL_INT ||
        b->left->kind != NODE_EXPR_BINARY || AST(ExprBinary, b->left)->op != SQL_OP_SUB)
        return 0;
    TRY(bind_expr(x, b->left, &d, err));
    if (d->type.id != T_INTERVAL)
        return 0;
    TRY(bind_expr(x, b->right, &bound, err));
    return use_distance(p, d, bound, ret, err);
}

static int use_key(AsofParts *p, Expr *e, bool *ret, Err *err)
{
    Expr *pair[2];
    bool turned, apart = false;
    *ret = false;
    if (!is_call(e, "="))
        return 0;
    TRY(sides_of(p, e->arg, pair, &turned, &apart, err));
    if (!apart)
        return 0;
    TRY(expr_unify(p->b->arena, pair, 2, "JOIN", err));
    p->asof.left_key[p->asof.n_keys] = pair[0];
    p->asof.right_key[p->asof.n_keys++] = pair[1];
    *ret = true;
    return 0;
}

static int take_apart(AsofParts *p, Expr *e, Err *err)
{
    Expr **part;
    uint32_t n;
    join_conjuncts(&e, &part, &n);
    Expr **left = ARENA_ARRAY(p->b->arena, Expr *, p->asof.n_keys + n),
         **right = ARENA_ARRAY(p->b->arena, Expr *, p->asof.n_keys + n);
    if (!left || !right)
        return RAISE_NOMEM(err);
    if (p->asof.n_keys) {
        memcpy(left, p->asof.left_key, p->asof.n_keys * sizeof(*left));
        memcpy(right, p->asof.right_key, p->asof.n_keys * sizeof(*right));
    }
    p->asof.left_key = left;
    p->asof.right_key = right;
    for (uint32_t i = 0; i < n; i++) {
        bool used, is_true = part[i]->kind == EXPR_CONST && !part[i]->value.is_null && part[i]->value.b;
        if (is_true)
            continue;
        TRY(use_key(p, part[i], &used, err));
        if (!used && p->asof.temporal) {
            TRY(join_and(p->b->arena, p->rest, part[i], &p->rest, err));
            continue;
        }
        if (!used)
            TRY(use_bound(p, part[i], &used, err));
        if (!used)
            TRY(use_comparison(p, part[i], &used, err));
        if (!used)
            return bad_match(part[i]->at, err);
    }
    return 0;
}

/* NEAREST(left, right) */
static int use_nearest(AsofParts *p, const ExprScope *x, const ExprCall *c, Err *err)
{
    Expr *arg[2], *pair[2];
    bool turned, apart;
    if (c->args.n != 2)
        return bad_match(c->node.at, err);
    TRY(bind_expr(x, c->args.first, &arg[0], err));
    TRY(bind_expr(x, c->args.first->next, &arg[1], err));
    TRY(sides_of(p, arg, pair, &turned, &apart, err));
    if (!apart || p->has_match)
        return bad_match(c->node.at, err);
    p->has_match = true;
    p->asof.match = ASOF_NEAREST;
    return set_times(p, pair, c->node.at, err);
}

static bool is_call_of(const Node *n, Str name)
{
    return n->kind == NODE_EXPR_CALL && str_eq(name_last(&AST(ExprCall, n)->func)->s, name);
}

static int use_condition(AsofParts *p, const ExprScope *x, const Node *n, Err *err)
{
    Expr *e;
    if (is_call_of(n, STR("match_condition")) && AST(ExprCall, n)->args.n == 1) /* inside ON */
        return use_condition(p, x, AST(ExprCall, n)->args.first, err);
    if (is_call_of(n, STR("nearest")))
        return use_nearest(p, x, AST(ExprCall, n), err);
    if (n->kind == NODE_EXPR_LOGIC && !AST(ExprLogic, n)->is_or) {
        AST_EACH(item, AST(ExprLogic, n)->args)
        TRY(use_condition(p, x, item, err));
        return 0;
    }
    bool used;
    TRY(use_milliseconds(p, x, n, &used, err));
    if (used)
        return 0;
    TRY(bind_predicate(x, n, &e, err));
    e = expr_fold(p->b->arena, e);
    return e ? take_apart(p, e, err) : RAISE_NOMEM(err);
}

/* MATCH_CONDITION NEAREST: by the event times of both sides. */
static int nearest_by_clock(AsofParts *p, Span at, Err *err)
{
    Expr *pair[2];
    for (uint32_t i = 0; i < 2; i++) {
        Logical *in = p->pairs->in[i];
        TRY(props_derive(p->b->state, in, err));
        if (in->props.n_wm == 0)
            return RAISE_AT(err, ERR_NO_WATERMARK, at,
                            "MATCH_CONDITION NEAREST goes by event times, and one side has none: write "
                            "NEAREST(left.time, right.time)");
        pair[i] = logical_column(p->b->arena, in, in->props.wm[0].col, at);
        if (!pair[i])
            return RAISE_NOMEM(err);
    }
    p->has_match = true;
    p->asof.match = ASOF_NEAREST;
    return set_times(p, pair, at, err);
}

static int tolerance_of(AsofParts *p, const Node *n, Err *err)
{
    ExprScope constants = {.b = p->b, .clause = "TOLERANCE"};
    Expr *e;
    TRY(bind_expr(&constants, n, &e, err));
    e = expr_fold(p->b->arena, e);
    if (!e)
        return RAISE_NOMEM(err);
    return constant_distance(e, p->asof.left_time->type.id != T_I64, &p->asof.tolerance, err);
}

static int asof_node(const AsofParts *p, Logical **ret, Err *err)
{
    const Logical *pairs = p->pairs;
    Logical *n = logical_join(p->b->arena, p->asof.outer ? LEFT_JOIN : INNER_JOIN, pairs->in[0], pairs->in[1], NULL, p->at);
    if (!n)
        return RAISE_NOMEM(err);
    n->kind = L_ASOF;
    n->asof = p->asof;
    *ret = n;
    return 0;
}

int bind_asof(Binder *b, const FromJoin *j, const Scope *both, Logical *pairs, Expr *using_on, Logical **ret, Err *err)
{
    AsofParts p = {.b = b, .pairs = pairs, .at = j->node.at, .asof.tolerance = INT64_MAX, .asof.outer = j->kind != JOIN_ASOF_INNER};
    Scope scope = *both;
    ExprScope x = {.b = b, .scope = &scope, .clause = "MATCH_CONDITION"};
    if (using_on)
        TRY(take_apart(&p, using_on, err));
    if (j->match)
        TRY(use_condition(&p, &x, j->match, err));
    if (j->match_nearest)
        TRY(nearest_by_clock(&p, j->node.at, err));
    x.clause = "JOIN/ON";
    if (j->on)
        TRY(use_condition(&p, &x, j->on, err));
    if (!p.has_match)
        return bad_match(j->node.at, err);
    if (j->tolerance)
        TRY(tolerance_of(&p, j->tolerance, err));
    return asof_node(&p, ret, err);
}

/* ---- temporal joins ---- */

int bind_system_time(Binder *b, const FromJoin *j, const Scope *l, Expr **ret, Err *err)
{
    const Node *as_of = AST(FromTable, j->right)->as_of;
    Scope scope = *l;
    if (j->natural || (j->kind != JOIN_INNER && j->kind != JOIN_LEFT))
        return bind_unsupported(err, as_of->at,
                                "FOR SYSTEM_TIME AS OF in another join than JOIN and LEFT JOIN, with ON or USING, is");
    TRY(bind_expr(&(ExprScope){.b = b, .scope = &scope, .clause = "FOR SYSTEM_TIME AS OF"}, as_of, ret, err));
    if (temporal_clock(*ret) == *ret) {
        *ret = NULL;
        return 0;
    }
    if (temporal_clock(*ret) || (*ret)->is_volatile)
        return bind_unsupported(err, as_of->at,
                                "FOR SYSTEM_TIME AS OF another moment than proctime() or a time of the left side is");
    return 0;
}

/* The time from which a version holds: the column of VERSIONED ON, or the right side's event time. */
static int version_time(AsofParts *p, const FromTable *t, const Scope *r, Expr **ret, Err *err)
{
    Arena *a = p->b->arena;
    Logical *right = p->pairs->in[1];
    uint32_t col;
    if (t->versioned_on.s.n) {
        Ident part = t->versioned_on;
        TRY(scope_find(r, &(Name){.part = &part, .n_parts = 1, .at = part.at}, &col, err));
    } else {
        TRY(props_derive(p->b->state, right, err));
        if (right->props.n_wm == 0) {
            RAISE_AT(err, ERR_NO_WATERMARK, t->node.at,
                     "a temporal join needs to know from when on the rows of the right side hold, and it has no watermark");
            return err_hint(err, "FOR SYSTEM_TIME AS OF left.time VERSIONED ON column");
        }
        col = right->props.wm[0].col;
    }
    *ret = logical_column(a, right, col, t->node.at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* The pair counts when `rest` holds: else there is none, and of a LEFT JOIN the left row stays alone. */
static int apply_rest(AsofParts *p, Logical **node, Err *err)
{
    Arena *a = p->b->arena;
    Logical *n = *node, *left = p->pairs->in[0];
    if (!p->asof.outer) {
        *node = logical_filter(a, n, p->rest);
        return *node ? 0 : RAISE_NOMEM(err);
    }
    Expr **exprs = ARENA_ARRAY(a, Expr *, n->n_cols + 1);
    const char **names = ARENA_ARRAY(a, const char *, n->n_cols + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->n_cols; i++) {
        names[i] = n->cols[i].name;
        exprs[i] = logical_column(a, n, i, p->at);
        if (!exprs[i])
            return RAISE_NOMEM(err);
        if (i >= left->n_cols)
            TRY(expr_case(a, &p->rest, &exprs[i], 1, NULL, p->at, &exprs[i], err));
    }
    *node = logical_project(a, n, exprs, n->n_cols, names, p->at);
    return *node ? 0 : RAISE_NOMEM(err);
}

int bind_temporal(Binder *b, const FromJoin *j, Expr *time, const Scope *r, const Scope *both, Logical *pairs, Expr *using_on,
                  Logical **ret, Err *err)
{
    const FromTable *t = AST(FromTable, j->right);
    AsofParts p = {.b = b, .pairs = pairs, .at = j->node.at};
    Expr *pair[2] = {time, NULL}, *on;
    Scope scope = *both;
    p.asof = (LogicalAsof){.temporal = true, .outer = j->kind == JOIN_LEFT, .match = ASOF_BACKWARD, .tolerance = INT64_MAX};
    TRY(version_time(&p, t, r, &pair[1], err));
    TRY(set_times(&p, pair, t->as_of->at, err));
    if (using_on)
        TRY(take_apart(&p, using_on, err));
    if (j->on) {
        TRY(bind_predicate(&(ExprScope){.b = b, .scope = &scope, .clause = "JOIN/ON"}, j->on, &on, err));
        on = expr_fold(b->arena, on);
        if (!on)
            return RAISE_NOMEM(err);
        TRY(take_apart(&p, on, err));
    }
    TRY(asof_node(&p, ret, err));
    return p.rest ? apply_rest(&p, ret, err) : 0;
}
