/* SPDX-License-Identifier: Apache-2.0
 *
 * Projections: one over another becomes one, an aggregate takes the expressions of a projection below it, and a projection that
 * changes nothing goes.  Volatile expressions are never copied, and an expression is not copied into one of more than EXPR_SIZE_MAX
 * parts. */
#include "plan/rules.h"

#define EXPR_SIZE_MAX 4096u

/* Parts of e with its columns replaced by map, cut off at the limit. */
static uint32_t size_after(const Expr *e, Expr *const *map, uint32_t room)
{
    if (e->kind == EXPR_COLUMN)
        return map ? size_after(map[e->col], NULL, room) : 1;
    uint32_t n = 1;
    for (uint32_t i = 0; i < e->n_args && n <= room; i++)
        n += size_after(e->arg[i], map, room - n);
    return n;
}

typedef struct Merge {
    Arena *arena;
    Expr **map;
    uint32_t room;
    bool dry;
} Merge;

static int merge_one(void *self, Expr **e, Err *err)
{
    Merge *m = self;
    if (m->dry) {
        uint32_t n = size_after(*e, m->map, m->room);
        m->room = n > m->room ? 0 : m->room - n;
        return 0;
    }
    *e = expr_substitute(m->arena, *e, m->map);
    return *e ? 0 : RAISE_NOMEM(err);
}

static int merge_into(PlanState *s, Logical *n, Err *err)
{
    Logical *p = n->in[0];
    Merge m = {.arena = s->arena, .map = p->exprs, .room = EXPR_SIZE_MAX, .dry = true};
    for (uint32_t i = 0; i < p->n_cols; i++)
        if (p->exprs[i]->is_volatile)
            return 0;
    TRY(logical_each_expr(n, merge_one, &m, err));
    if (m.room == 0)
        return 0;
    m.dry = false;
    TRY(logical_each_expr(n, merge_one, &m, err));
    n->in[0] = p->in[0];
    trace_say(s, "projection into %s", logical_kind_name(n->kind));
    return 0;
}

static bool is_identity(const Logical *n)
{
    const Logical *in = n->in[0];
    if (n->n_cols != in->n_cols)
        return false;
    for (uint32_t i = 0; i < n->n_cols; i++)
        if (n->exprs[i]->kind != EXPR_COLUMN || n->exprs[i]->col != i || strcmp(n->cols[i].name, in->cols[i].name) != 0)
            return false;
    return true;
}

int rule_merge_projections(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(rule_merge_projections(s, &n->in[i], err));
    if ((n->kind == L_PROJECT || n->kind == L_AGG) && n->in[0]->kind == L_PROJECT)
        TRY(merge_into(s, n, err));
    if (n->kind == L_PROJECT && is_identity(n)) {
        *node = n->in[0];
        trace_say(s, "projection of nothing new left out");
    }
    return 0;
}
