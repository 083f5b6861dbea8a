/* SPDX-License-Identifier: Apache-2.0
 *
 * Subqueries in the condition of an outer, semi or anti join: each is joined to the side whose rows it reads, where it adds columns
 * and no rows, and the condition reads its value there.
 *
 * One that reads both sides is evaluated for every pair of what it reads of them, each pair once.  The side whose rows may be
 * missing from the result is joined with those pairs: its rows stand once for each value of the other side, and the condition
 * compares that value, so that every row of the other side meets each of them once, with the answer for both. */
#include "plan/subquery_impl.h"

typedef struct Sides {
    const SubqueryList *list;
    Binder *b;
    Arena *a;
    Logical *join;     /* the pairs before */
    uint32_t *of;      /* by subquery: the side it is joined to, 0 or 1 */
    Expr **value;      /* over that side's columns */
    uint32_t at;       /* the side that an operand is wanted over */
    uint32_t mask;     /* sides that an operand reads */
    uint32_t left_now; /* columns of the left side at last */
    /* Those that read both sides. */
    uint32_t widened;  /* the side that may be missing */
    uint32_t n_values; /* of the other side, compared with columns of this one */
    Expr **value_of;
    uint32_t *value_at;
} Sides;

static int side_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    Sides *s = self;
    (void)err;
    *ret = leaf;
    if (leaf->kind == EXPR_COLUMN && leaf->col >= SUBQUERY_COLUMN)
        s->mask |= 1u << s->of[leaf->col - SUBQUERY_COLUMN];
    else if (leaf->kind == EXPR_COLUMN)
        s->mask |= 1u << (leaf->col >= s->join->in[0]->n_cols);
    return 0;
}

static int operand_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const Sides *s = self;
    *ret = leaf;
    if (leaf->kind != EXPR_COLUMN)
        return 0;
    if (leaf->col >= SUBQUERY_COLUMN) {
        *ret = s->value[leaf->col - SUBQUERY_COLUMN];
        return 0;
    }
    *ret = expr_column(s->a, leaf->col - (s->at ? s->join->in[0]->n_cols : 0), leaf->type, leaf->not_null, leaf->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int pair_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const Sides *s = self;
    uint32_t n_left = s->join->in[0]->n_cols;
    *ret = leaf;
    if (leaf->kind != EXPR_COLUMN || leaf->col < n_left)
        return 0;
    if (leaf->col >= SUBQUERY_COLUMN) {
        uint32_t i = leaf->col - SUBQUERY_COLUMN;
        Over right = {s->a, s->left_now, NULL};
        *ret = s->value[i];
        return s->of[i] ? expr_replace_leaves(s->a, s->value[i], over_leaf, &right, ret, err) : 0;
    }
    *ret = expr_column(s->a, leaf->col - n_left + s->left_now, leaf->type, leaf->not_null, leaf->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* ---- both sides ---- */

typedef struct Pairs { /* the columns of the pairs that a subquery reads, and where they are in the pairs of their values */
    Sides *s;
    uint32_t n[2], *col[2]; /* by side, over it */
} Pairs;

typedef struct PairSide { /* an expression over one side: the value of a subquery before, which was joined to it */
    Pairs *p;
    uint32_t side;
} PairSide;

static int find_side_column(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const PairSide *x = self;
    uint32_t i = 0, *n = &x->p->n[x->side], *col = x->p->col[x->side];
    (void)err;
    *ret = leaf;
    while (leaf->kind == EXPR_COLUMN && i < *n && col[i] != leaf->col)
        i++;
    if (leaf->kind == EXPR_COLUMN && i == *n)
        col[(*n)++] = leaf->col;
    return 0;
}

static int place_side_column(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const PairSide *x = self;
    uint32_t i = 0;
    *ret = leaf;
    if (leaf->kind != EXPR_COLUMN)
        return 0;
    while (x->p->col[x->side][i] != leaf->col)
        i++;
    *ret = expr_column(x->p->s->a, i + (x->side ? x->p->n[0] : 0), leaf->type, leaf->not_null, leaf->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* What a leaf over the pairs is over its side. */
static int over_its_side(Pairs *p, Expr *leaf, PairSide *ret, Expr **ret_expr, Err *err)
{
    const Sides *s = p->s;
    uint32_t n_left = s->join->in[0]->n_cols, i = leaf->col - SUBQUERY_COLUMN;
    bool asks = leaf->col >= SUBQUERY_COLUMN;
    *ret = (PairSide){p, asks ? s->of[i] : leaf->col >= n_left};
    *ret_expr = asks ? s->value[i] : expr_column(s->a, leaf->col - (ret->side ? n_left : 0), leaf->type, leaf->not_null, leaf->at);
    return *ret_expr ? 0 : RAISE_NOMEM(err);
}

static int find_pair_column(void *self, Expr *leaf, Expr **ret, Err *err)
{
    PairSide side;
    Expr *over;
    *ret = leaf;
    if (leaf->kind != EXPR_COLUMN)
        return 0;
    TRY(over_its_side(self, leaf, &side, &over, err));
    return expr_replace_leaves(side.p->s->a, over, find_side_column, &side, &over, err);
}

static int place_pair_column(void *self, Expr *leaf, Expr **ret, Err *err)
{
    PairSide side;
    Expr *over;
    *ret = leaf;
    if (leaf->kind != EXPR_COLUMN)
        return 0;
    TRY(over_its_side(self, leaf, &side, &over, err));
    return expr_replace_leaves(side.p->s->a, over, place_side_column, &side, ret, err);
}

/* Every value of the left side with every value of the right one. */
static int pair_values(Pairs *p, Logical *const side[2], Span at, Logical **ret, Err *err)
{
    Logical *values[2];
    for (uint32_t k = 0; k < 2; k++) {
        Expr **e = ARENA_ARRAY(p->s->a, Expr *, p->n[k] + 1);
        if (!e)
            return RAISE_NOMEM(err);
        for (uint32_t i = 0; i < p->n[k]; i++) {
            e[i] = logical_column(p->s->a, side[k], p->col[k][i], at);
            if (!e[i])
                return RAISE_NOMEM(err);
        }
        TRY(distinct_values(p->s->b, side[k], e, p->n[k], at, &values[k], err));
    }
    *ret = mutual_join(p->s->a, INNER_JOIN, values[0], values[1], NULL, at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* The pairs of values with the answer of the subquery behind them. */
static int answer_pairs(Pairs *p, PendingSubquery *q, Logical **node, Err *err)
{
    Arena *a = p->s->a;
    uint32_t n = (*node)->n_cols;
    Expr **exprs = ARENA_ARRAY(a, Expr *, n + 1);
    const char **names = ARENA_ARRAY(a, const char *, n + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    for (PendingSubquery *each = q; each; each = each->also)
        for (uint32_t k = 0; k < each->n_outer; k++)
            TRY(expr_replace_leaves(a, each->outer[k], place_pair_column, p, &each->outer[k], err));
    Over over = {a, n, q->outer};
    for (PendingSubquery *each = q; each; each = each->also)
        TRY(join_pending(p->s->b, node, each, err));
    TRY(expr_replace_leaves(a, q->value, over_leaf, &over, &exprs[n], err));
    for (uint32_t i = 0; i <= n; i++) {
        names[i] = "";
        if (i < n && !(exprs[i] = logical_column(a, *node, i, q->plan->at)))
            return RAISE_NOMEM(err);
    }
    *node = logical_project(a, *node, exprs, n + 1, names, q->plan->at);
    return *node ? 0 : RAISE_NOMEM(err);
}

/* Puts the answers to the rows of the side that may be missing; notes what the condition has to compare. */
static int widen_side(Sides *s, const Pairs *p, uint32_t i, Logical *answers, Logical *side[2], Err *err)
{
    uint32_t k = s->widened, own = side[k]->n_cols, n_values = s->n_values + p->n[!k];
    Expr *on = NULL, **of = ARENA_ARRAY(s->a, Expr *, n_values + 1);
    uint32_t *at = ARENA_ARRAY(s->a, uint32_t, n_values + 1);
    if (!of || !at)
        return RAISE_NOMEM(err);
    for (uint32_t c = 0; c < p->n[k]; c++) {
        Expr *e, *pair[2] = {logical_column(s->a, side[k], p->col[k][c], answers->at),
                             logical_column(s->a, answers, c + (k ? p->n[0] : 0), answers->at)};
        if (!pair[0] || !pair[1])
            return RAISE_NOMEM(err);
        pair[1]->col += own;
        TRY(expr_call(s->a, STR("is not distinct from"), pair, 2, answers->at, &e, err));
        TRY(join_and(s->a, on, e, &on, err));
    }
    for (uint32_t c = 0; c < s->n_values; c++) {
        of[c] = s->value_of[c];
        at[c] = s->value_at[c];
    }
    for (uint32_t c = 0; c < p->n[!k]; c++) {
        of[s->n_values + c] = logical_column(s->a, side[!k], p->col[!k][c], answers->at);
        at[s->n_values + c] = own + c + (k ? 0 : p->n[0]);
        if (!of[s->n_values + c])
            return RAISE_NOMEM(err);
    }
    s->value_of = of;
    s->value_at = at;
    s->n_values = n_values;
    side[k] = mutual_join(s->a, INNER_JOIN, side[k], answers, on, answers->at);
    s->of[i] = k;
    s->value[i] = side[k] ? logical_column(s->a, side[k], side[k]->n_cols - 1, answers->at) : NULL;
    return s->value[i] ? 0 : RAISE_NOMEM(err);
}

static int join_to_both(Sides *s, uint32_t i, Logical *side[2], Err *err)
{
    PendingSubquery *p = s->list->item[i];
    Pairs pairs = {.s = s};
    Logical *node;
    Expr *ignored;
    if (s->widened == NO_SIDE)
        return bind_unsupported(err, p->plan->at, "a subquery in the condition of a full join that refers to both sides is");
    for (uint32_t k = 0; k < 2; k++) {
        pairs.col[k] = ARENA_ARRAY(s->a, uint32_t, side[k]->n_cols + 1);
        if (!pairs.col[k])
            return RAISE_NOMEM(err);
    }
    for (PendingSubquery *each = p; each; each = each->also)
        for (uint32_t k = 0; k < each->n_outer; k++)
            TRY(expr_replace_leaves(s->a, each->outer[k], find_pair_column, &pairs, &ignored, err));
    TRY(pair_values(&pairs, side, p->plan->at, &node, err));
    TRY(answer_pairs(&pairs, p, &node, err));
    return widen_side(s, &pairs, i, node, side, err);
}

/* The values of the other side are those that the rows of the widened side stand for. */
static int compare_values(const Sides *s, Expr **on, Err *err)
{
    for (uint32_t c = 0; c < s->n_values; c++) {
        const Expr *v = s->value_of[c];
        uint32_t right = s->left_now;
        Expr *e, *pair[2] = {expr_column(s->a, v->col + (s->widened ? 0 : right), v->type, v->not_null, v->at),
                             expr_column(s->a, s->value_at[c] + (s->widened ? right : 0), v->type, v->not_null, v->at)};
        if (!pair[0] || !pair[1])
            return RAISE_NOMEM(err);
        TRY(expr_call(s->a, STR("is not distinct from"), pair, 2, v->at, &e, err));
        TRY(join_and(s->a, *on, e, on, err));
    }
    return 0;
}

/* ---- one side ---- */

static int join_to_side(Sides *s, uint32_t i, Logical *side[2], Err *err)
{
    PendingSubquery *p = s->list->item[i];
    Expr *ignored;
    s->mask = 0;
    for (PendingSubquery *each = p; each; each = each->also)
        for (uint32_t k = 0; k < each->n_outer; k++)
            TRY(expr_replace_leaves(s->a, each->outer[k], side_leaf, s, &ignored, err));
    if (s->mask == 3)
        return join_to_both(s, i, side, err);
    s->at = s->of[i] = s->mask == 2;
    for (PendingSubquery *each = p; each; each = each->also)
        for (uint32_t k = 0; k < each->n_outer; k++)
            TRY(expr_replace_leaves(s->a, each->outer[k], operand_leaf, s, &each->outer[k], err));
    Over over = {s->a, side[s->at]->n_cols, p->outer};
    TRY(expr_replace_leaves(s->a, p->value, over_leaf, &over, &s->value[i], err));
    for (PendingSubquery *each = p; each; each = each->also)
        TRY(join_pending(s->b, &side[s->at], each, err));
    return 0;
}

typedef struct Reads {
    uint32_t n_left, mask, *of; /* sides, of each subquery before too */
} Reads;

static int reads_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    Reads *r = self;
    (void)err;
    *ret = leaf;
    if (leaf->kind == EXPR_COLUMN)
        r->mask |= leaf->col >= SUBQUERY_COLUMN ? r->of[leaf->col - SUBQUERY_COLUMN] : leaf->col < r->n_left ? 1u : 2u;
    return 0;
}

int subqueries_read_both(Binder *b, const SubqueryList *l, uint32_t n_left, bool *ret, Err *err)
{
    Reads r = {.n_left = n_left, .of = ARENA_ARRAY(b->arena, uint32_t, l->n + 1)};
    Expr *ignored;
    *ret = false;
    if (!r.of)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < l->n; i++) {
        r.mask = 0;
        for (PendingSubquery *each = l->item[i]; each; each = each->also)
            for (uint32_t k = 0; k < each->n_outer; k++)
                TRY(expr_replace_leaves(b->arena, each->outer[k], reads_leaf, &r, &ignored, err));
        r.of[i] = r.mask;
        *ret |= r.mask == 3;
    }
    return 0;
}

int subqueries_join_sides(Binder *b, const SubqueryList *l, uint32_t missing, Logical *side[2], Expr **on, bool *ret_mutual,
                          Err *err)
{
    Sides s = {.list = l, .b = b, .a = b->arena, .widened = missing};
    s.join = logical_join(b->arena, INNER_JOIN, side[0], side[1], NULL, SPAN_NONE);
    s.of = ARENA_ARRAY(b->arena, uint32_t, l->n + 1);
    s.value = ARENA_ARRAY(b->arena, Expr *, l->n + 1);
    if (!s.join || !s.of || !s.value)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < l->n; i++)
        TRY(join_to_side(&s, i, side, err));
    s.left_now = side[0]->n_cols;
    TRY(expr_replace_leaves(b->arena, *on, pair_leaf, &s, on, err));
    *ret_mutual = s.n_values > 0;
    return compare_values(&s, on, err);
}
