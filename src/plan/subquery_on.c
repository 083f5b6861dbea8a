/* SPDX-License-Identifier: Apache-2.0
 *
 * Subqueries in the condition of an outer, semi or anti join: each is joined to the side whose rows it reads, where it adds columns
 * and no rows, and the condition reads its value there. */
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

static int join_to_side(Sides *s, uint32_t i, Logical *side[2], Err *err)
{
    PendingSubquery *p = s->list->item[i];
    Expr *ignored;
    s->mask = 0;
    for (PendingSubquery *each = p; each; each = each->also)
        for (uint32_t k = 0; k < each->n_outer; k++)
            TRY(expr_replace_leaves(s->a, each->outer[k], side_leaf, s, &ignored, err));
    if (s->mask == 3)
        return bind_unsupported(err, p->plan->at, "a subquery in the condition of an outer join that refers to both sides is");
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

int subqueries_join_sides(Binder *b, const SubqueryList *l, Logical *side[2], Expr **on, Err *err)
{
    Sides s = {.list = l, .b = b, .a = b->arena};
    s.join = logical_join(b->arena, INNER_JOIN, side[0], side[1], NULL, SPAN_NONE);
    s.of = ARENA_ARRAY(b->arena, uint32_t, l->n + 1);
    s.value = ARENA_ARRAY(b->arena, Expr *, l->n + 1);
    if (!s.join || !s.of || !s.value)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < l->n; i++)
        TRY(join_to_side(&s, i, side, err));
    s.left_now = side[0]->n_cols;
    return expr_replace_leaves(b->arena, *on, pair_leaf, &s, on, err);
}
