/* SPDX-License-Identifier: Apache-2.0
 *
 * no-rows: what gives no rows takes along what is above it: a join whose condition no pair meets, groups of no rows, the branch of
 * a UNION whose filter is FALSE.  Nothing below is read then, and no pair is looked at.  The rows of an outer or anti join stay. */
#include "plan/join_impl.h"
#include "plan/plan.h"
#include "plan/rules.h"

static bool is_none(const Logical *n)
{
    return n->kind == L_VALUES && n->values.n_rows == 0 && !n->values.of && !n->values.list;
}

/* A running query keeps what its text says where rows come from streams: their clocks count.  The leaves of a recursion are known
 * by their order. */
static bool may_leave_out(const PlanState *s, const Logical *n)
{
    if (!s->continuous)
        return s->inputs_end;
    return s->is_view && !s->is_body && s->ctx->n_side_ttl == 0 && !recurse_reads_stream(n);
}

int logical_no_rows(PlanState *s, Logical **n, bool *ret, Err *err)
{
    *ret = may_leave_out(s, *n);
    if (!*ret)
        return 0;
    Logical *none = logical_new(s->arena, L_VALUES, NULL, (*n)->n_cols, (*n)->at);
    if (!none)
        return RAISE_NOMEM(err);
    none->own = (*n)->own;
    memcpy(none->cols, (*n)->cols, none->n_cols * sizeof(*none->cols));
    none->values.rows = ARENA_ARRAY(s->arena, Expr **, 1);
    if (!none->values.rows)
        return RAISE_NOMEM(err);
    *n = none;
    return 0;
}

/* The columns of input i under the names and types of the node; those of the other input are NULL. */
static int keep_input(PlanState *s, Logical **n, uint32_t i, Err *err)
{
    Logical *node = *n, *in = node->in[i];
    uint32_t from = node->kind == L_JOIN && i == 1 ? node->in[0]->n_cols : 0;
    Logical *p = logical_new(s->arena, L_PROJECT, in, node->n_cols, node->at);
    if (!p)
        return RAISE_NOMEM(err);
    p->own = node->own;
    memcpy(p->cols, node->cols, p->n_cols * sizeof(*p->cols));
    p->exprs = ARENA_ARRAY(s->arena, Expr *, p->n_cols + 1);
    if (!p->exprs)
        return RAISE_NOMEM(err);
    for (uint32_t c = 0; c < p->n_cols; c++) {
        bool has = c >= from && c - from < in->n_cols;
        Value null = value_null(p->cols[c].type);
        p->exprs[c] = has ? logical_column(s->arena, in, c - from, node->at) : expr_const(s->arena, &null, node->at);
        if (!p->exprs[c])
            return RAISE_NOMEM(err);
    }
    *n = p;
    return 0;
}

typedef enum Outcome { STAYS, NO_ROWS, LEFT_ROWS, RIGHT_ROWS } Outcome;

static Outcome outcome_of_join(const Logical *n, bool never)
{
    bool no_left = is_none(n->in[0]), no_right = never || is_none(n->in[1]);
    switch (n->join.type) {
    case INNER_JOIN:
    case SEMI_JOIN: return no_left || no_right ? NO_ROWS : STAYS;
    case LEFT_JOIN:
    case ANTI_JOIN: return no_left ? NO_ROWS : no_right ? LEFT_ROWS : STAYS;
    case FULL_JOIN:
        if (no_left)
            return is_none(n->in[1]) ? NO_ROWS : RIGHT_ROWS;
        return is_none(n->in[1]) ? LEFT_ROWS : STAYS;
    case N_JOIN_TYPES: break;
    }
    return STAYS;
}

static Outcome outcome_of(const Logical *n, bool never)
{
    bool none = n->n_in > 0 && is_none(n->in[0]);
    switch (n->kind) {
    case L_JOIN: return outcome_of_join(n, never);
    case L_UNION:
        if (none)
            return is_none(n->in[1]) ? NO_ROWS : RIGHT_ROWS;
        return is_none(n->in[1]) ? LEFT_ROWS : STAYS;
    case L_SET_OP: return none || (!n->set_op.is_except && is_none(n->in[1])) ? NO_ROWS : STAYS;
    case L_AGG: return none && n->group.n_keys > 0 && n->group.standing.n == 0 && !n->group.is_global ? NO_ROWS : STAYS;
    case L_FILTER:
    case L_PROJECT:
    case L_UNNEST:
    case L_EXPAND:
    case L_OVER:
    case L_TOP_N: return none ? NO_ROWS : STAYS;
    case L_SORT: /* of a running query it is what the statement says of its result */
    case L_LIMIT:
    case L_SOURCE:
    case L_VALUES:
    case L_WINDOW:
    case L_WINDOW_AGG:
    case L_TTL:
    case L_MATCH:
    case L_ASOF:
    case L_EVERY:
    case L_RECURSE:
    case N_LOGICAL_KINDS: break;
    }
    return STAYS;
}

int rule_no_rows(PlanState *s, Logical **node, Err *err)
{
    bool done, never = false;
    for (uint32_t i = 0; i < (*node)->n_in; i++)
        TRY(rule_no_rows(s, &(*node)->in[i], err));
    Logical *n = *node;
    if (n->kind == L_JOIN && n->join.on)
        TRY(expr_passes_nothing(s, n->join.on, &never, err));
    Outcome outcome = outcome_of(n, never);
    if (outcome == STAYS || !may_leave_out(s, n))
        return 0;
    if (outcome == NO_ROWS)
        TRY(logical_no_rows(s, node, &done, err));
    else
        TRY(keep_input(s, node, outcome == RIGHT_ROWS, err));
    if (n->kind == L_JOIN && never)
        trace_say(s, "no pair meets %s", trace_text(s, n, n->join.on));
    else
        trace_say(s, "%s of no rows", logical_kind_name(n->kind));
    return 0;
}
