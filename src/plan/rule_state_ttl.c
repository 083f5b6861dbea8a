/* SPDX-License-Identifier: Apache-2.0
 *
 * State TTL (design 3.7): which operators forget by it, and by which clock.
 *
 * A grouping whose state grows with its keys takes, from the watermark columns of its input, the time of each row as one more
 * expression over it, so that pruning keeps the column.  Where the input has no watermark at all, the clock is processing time:
 * that of the step in which a group last got a row.  All that grows and does not forget so is refused: a limit that holds for a
 * part of a plan only would be none. */
#include "plan/rules.h"

#include <stdio.h>

#include "plan/plan.h"
#include "plan/ttl_impl.h"

static bool is_clock(const Logical *in, const WatermarkColumn *w)
{
    TypeId t = in->cols[w->col].type.id;
    return type_is_timestamp(t) && t != T_TSNS;
}

int rule_state_ttl(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(rule_state_ttl(s, &n->in[i], err));
    if (!s->continuous || s->ctx->state_ttl_us == 0 || n->kind != L_AGG || n->group.n_keys == 0 || n->group.ttl_time)
        return 0;
    const Props *in = &n->in[0]->props;
    for (uint32_t i = 0; i < in->n_wm && in->content >= STATE_KEYS && !n->group.ttl_time; i++) {
        if (!is_clock(n->in[0], &in->wm[i]))
            continue;
        n->group.ttl_time = logical_column(s->arena, n->in[0], in->wm[i].col, n->at);
        if (!n->group.ttl_time)
            return RAISE_NOMEM(err);
    }
    return 0;
}

static int refuse(const Logical *n, const char *what, Err *err)
{
    return RAISE_AT(err, ERR_UNSUPPORTED, n->at, "option \"state_ttl\" with %s is not supported yet", what);
}

static int check_group(const Logical *n, Err *err)
{
    const Props *in = &n->in[0]->props;
    uint32_t cls;
    if (n->group.n_keys == 0)
        return refuse(n, "an aggregate without GROUP BY whose state grows", err);
    if (n->group.standing.n > 0)
        return refuse(n, "an empty grouping set, whose row is always there,", err);
    if (in->change != CHANGE_APPEND)
        return refuse(n, "an aggregate over rows that are updated or deleted", err);
    if (n->group.emit == OUTPUT_FINAL || n->group.emit == OUTPUT_ON_WINDOW_CLOSE)
        return refuse(n, "EMIT FINAL or EMIT ON WINDOW CLOSE", err);
    const Expr *time = n->group.ttl_time;
    if (!time && in->n_wm == 0)
        return 0;
    if (time && time->kind == EXPR_COLUMN && props_find_class(in, time->col, &cls))
        return 0;
    (void)refuse(n, "an aggregate whose input has a watermark, but on no TIMESTAMP", err);
    return err_hint(err, "Declare WATERMARK FOR a TIMESTAMP of the source, or none: then the TTL goes by processing time.");
}

int ttl_check(PlanState *s, Logical *n, Err *err)
{
    if (s->ctx->state_ttl_us == 0 || n->state < STATE_KEYS)
        return 0;
    if (n->kind != L_AGG) {
        char what[64];
        snprintf(what, sizeof(what), "a %s", logical_kind_name(n->kind));
        return refuse(n, what, err);
    }
    TRY(check_group(n, err));
    n->state = STATE_WINDOW;
    n->state_why = n->group.ttl_time ? "until the watermark passes the last change of the group by the TTL"
                                     : "until the TTL has passed since the last change of the group";
    n->group.ttl_us = s->ctx->state_ttl_us;
    s->n_ttl++;
    return 0;
}

int ttl_check_used(const PlanState *s, Err *err)
{
    if (s->ctx->state_ttl_us == 0 || s->n_ttl > 0)
        return 0;
    return RAISE(err, ERR_UNSUPPORTED,
                 "option \"state_ttl\" has nothing to forget: no state of the query grows with its rows or keys");
}
