/* SPDX-License-Identifier: Apache-2.0
 *
 * How many rows an input of a bounded query may have: the rows that its tables hold now, and rough parts of them for conditions. It
 * only chooses between orders of joins; a wrong guess costs time.  What is not known, of connectors and streams, is as that: then
 * the order stays as written. */
#include "plan/join_impl.h"
#include "plan/plan.h"

#define PART_EQUAL 0.05 /* of the rows, where nothing is known of the values */
#define PART_RANGE 0.3
#define PART_OTHER 0.5
#define PART_LIKE 0.1
#define VALUES_OTHER 0.1 /* of the rows: different ones of a column */

static double at_least_one(double rows)
{
    return rows < 1 ? 1 : rows;
}

static bool is_key_column(const Logical *in, const Expr *e)
{
    return e->kind == EXPR_COLUMN && in->props.n_key == 1 && in->props.key[0] == e->col;
}

/* The part of `rows` rows of `in` that meets a condition. */
static double part_of(const Logical *in, const Expr *e, double rows)
{
    double part = e->kind == EXPR_OR ? 0 : 1;
    switch (e->kind) {
    case EXPR_AND:
        for (uint32_t i = 0; i < e->n_args; i++)
            part *= part_of(in, e->arg[i], rows);
        return part;
    case EXPR_OR:
        for (uint32_t i = 0; i < e->n_args; i++)
            part += part_of(in, e->arg[i], rows);
        return MIN(part, 1);
    case EXPR_IN:
        part = (double)(e->n_args - 1) * (is_key_column(in, e->arg[0]) ? 1 / at_least_one(rows) : PART_EQUAL);
        return MIN(part, PART_OTHER);
    case EXPR_CALL: break;
    default: return PART_OTHER;
    }
    const char *name = e->fn->name;
    if (strcmp(name, "=") == 0 && e->n_args == 2)
        return is_key_column(in, e->arg[0]) || is_key_column(in, e->arg[1]) ? 1 / at_least_one(rows) : PART_EQUAL;
    if (strcmp(name, "is null") == 0)
        return PART_EQUAL;
    if (strcmp(name, "is not null") == 0 || strcmp(name, "<>") == 0)
        return 1;
    if (strcmp(name, "like") == 0)
        return PART_LIKE;
    bool is_range = strcmp(name, "<") == 0 || strcmp(name, ">") == 0 || strcmp(name, "<=") == 0 || strcmp(name, ">=") == 0;
    return is_range ? PART_RANGE : PART_OTHER;
}

static bool rows_of_source(const PlanState *s, const Logical *n, double *ret)
{
    const PlanSystem *sys = s->ctx->system;
    int64_t rows = sys && sys->n_rows ? sys->n_rows(s->ctx, n->source.relation) : -1;
    *ret = (double)rows;
    return rows >= 0;
}

/* The node whose column it is, unchanged. */
static const Logical *column_origin(const Logical *n, uint32_t *col)
{
    for (;;) {
        switch (n->kind) {
        case L_PROJECT:
            if (n->exprs[*col]->kind != EXPR_COLUMN)
                return n;
            *col = n->exprs[*col]->col;
            break;
        case L_JOIN:
            if (*col >= n->in[0]->n_cols) {
                *col -= n->in[0]->n_cols;
                n = n->in[1];
                continue;
            }
            break;
        case L_FILTER:
        case L_SORT: break;
        default: return n;
        }
        n = n->in[0];
    }
}

/* Of a column of n, which has `rows` rows. */
static double values_among(const Logical *n, uint32_t col, double rows)
{
    bool is_key = n->props.n_key == 1 && n->props.key[0] == col;
    return at_least_one(is_key ? rows : rows * VALUES_OTHER);
}

double join_column_values(const PlanState *s, const Logical *n, uint32_t col)
{
    double rows, all;
    n = column_origin(n, &col);
    return join_guess_rows(s, n, &rows, &all) ? values_among(n, col, rows) : -1;
}

/* By the equality of columns that leaves most out: the values on the right among those on the left.  The rows of both are known by
 * then, and only leaves are looked at again: of semi joins over each other each would look twice at all below it. */
static double semi_part(const PlanState *s, const Logical *semi, double left, double right)
{
    double part = -1, all;
    Expr *on = semi->join.on, **conjunct;
    uint32_t n, n_left = semi->in[0]->n_cols;
    if (!on)
        return -1;
    join_conjuncts(&on, &conjunct, &n);
    for (uint32_t i = 0; i < n; i++) {
        const Expr *e = conjunct[i];
        if (e->kind != EXPR_CALL || e->n_args != 2 || strcmp(e->fn->name, "=") != 0 || e->arg[0]->kind != EXPR_COLUMN ||
            e->arg[1]->kind != EXPR_COLUMN)
            continue;
        uint32_t col = MIN(e->arg[0]->col, e->arg[1]->col);
        double of = 1, rows = left;
        if (col < n_left) {
            const Logical *origin = column_origin(semi->in[0], &col);
            if (origin->n_in > 0 || join_guess_rows(s, origin, &rows, &all))
                of = MIN(right / values_among(origin, col, rows), 1);
        }
        part = part < 0 || of < part ? of : part;
    }
    return part;
}

double join_semi_part(const PlanState *s, const Logical *semi)
{
    double left, right, all;
    bool known = join_guess_rows(s, semi->in[0], &left, &all) && join_guess_rows(s, semi->in[1], &right, &all);
    return known ? semi_part(s, semi, left, right) : -1;
}

static bool rows_of_join(const PlanState *s, const Logical *n, double *ret, double *ret_all)
{
    double left, right, left_all, all;
    if (!join_guess_rows(s, n->in[0], &left, &left_all) || !join_guess_rows(s, n->in[1], &right, &all))
        return false;
    if (n->join.type == SEMI_JOIN || n->join.type == ANTI_JOIN) {
        double part = n->join.type == SEMI_JOIN ? semi_part(s, n, left, right) : -1;
        *ret = left * (part < 0 ? PART_OTHER : part);
    } else
        *ret = n->join.on ? MAX(left, right) : left * right;
    *ret_all = n->join.type == SEMI_JOIN ? left_all : *ret;
    return true;
}

/* *ret_all: without the conditions right over its leaf, so that they give the part of the partners that is there. */
bool join_guess_rows(const PlanState *s, const Logical *n, double *ret, double *ret_all)
{
    double below = 1, all = 1;
    if (n->n_in > 0 && n->kind != L_JOIN && n->kind != L_UNION && !join_guess_rows(s, n->in[0], &below, &all))
        return false;
    *ret = *ret_all = below;
    switch (n->kind) {
    case L_SOURCE:
        if (!rows_of_source(s, n, ret))
            return false;
        break;
    case L_VALUES: *ret = n->values.n_rows; break;
    case L_FILTER:
        *ret = below * part_of(n->in[0], n->predicate, all);
        *ret_all = all;
        return true;
    case L_PROJECT: *ret_all = all; return true;
    case L_AGG:
    case L_WINDOW_AGG: *ret = n->group.n_keys ? below * PART_RANGE : 1; break;
    case L_TOP_N: *ret = below * PART_RANGE; break;
    case L_SORT: *ret = n->sort.limit >= 0 ? MIN(below, (double)n->sort.limit) : below; break;
    case L_JOIN: return rows_of_join(s, n, ret, ret_all);
    case L_UNION:
        *ret = 0;
        for (uint32_t i = 0; i < n->n_in; i++) {
            if (!join_guess_rows(s, n->in[i], &below, &all))
                return false;
            *ret += below;
        }
        break;
    case L_SET_OP:
    case L_RECURSE:
    case L_OVER:
    case L_WINDOW:
    case L_LIMIT: break;
    default: return false;
    }
    *ret_all = *ret;
    return true;
}
