/* SPDX-License-Identifier: Apache-2.0
 *
 * contradictions: a filter that no row passes, a = 1 AND a = 2, a > 5 AND a < 3, FALSE, is no rows, and nothing below it is read.
 */
#include "plan/join_impl.h"
#include "plan/rules.h"

typedef struct Range { /* what a conjunct says of a column */
    uint32_t col;
    const Value *low, *high; /* NULL = open */
    bool strict;             /* the bound itself is not in it */
} Range;

static bool is_never(const Expr *e)
{
    return e->kind == EXPR_CONST && e->type.id == T_BOOL && (e->value.is_null || !e->value.b);
}

/* Types whose order value_cmp has and whose operators mean that order. */
static bool is_ordered(Type t)
{
    switch ((TypeId)t.id) {
    case T_I16:
    case T_I32:
    case T_I64:
    case T_DATE:
    case T_TIME:
    case T_TS:
    case T_TSTZ: return true;
    case T_TEXT: return !type_is_char(t);
    default: return false;
    }
}

static bool range_of(const Expr *e, Range *ret)
{
    static const struct {
        const char *op, *turned;
        bool low, high, strict;
    } ops[] = {
        {"=", "=", true, true, false}, {">", "<", true, false, true},    {">=", "<=", true, false, false},
        {"<", ">", false, true, true}, {"<=", ">=", false, true, false},
    };
    if (e->kind != EXPR_CALL || e->n_args != 2)
        return false;
    bool turned = e->arg[0]->kind == EXPR_CONST;
    const Expr *column = e->arg[turned], *value = e->arg[!turned];
    if (column->kind != EXPR_COLUMN || value->kind != EXPR_CONST || value->value.is_null ||
        value->value.type.id != column->type.id || !is_ordered(column->type) || !is_ordered(value->value.type))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        if (strcmp(e->fn->name, turned ? ops[i].turned : ops[i].op) != 0)
            continue;
        *ret = (Range){column->col, ops[i].low ? &value->value : NULL, ops[i].high ? &value->value : NULL, ops[i].strict};
        return true;
    }
    return false;
}

static bool misses(const Range *low, const Range *high)
{
    if (low->col != high->col || !low->low || !high->high)
        return false;
    int cmp = value_cmp(low->low, high->high);
    return cmp > 0 || (cmp == 0 && (low->strict || high->strict));
}

int expr_passes_nothing(PlanState *s, Expr *predicate, bool *ret, Err *err)
{
    Expr **part;
    uint32_t n_parts, n = 0;
    join_conjuncts(&predicate, &part, &n_parts);
    Range *range = ARENA_ARRAY(s->arena, Range, n_parts + 1);
    *ret = false;
    if (!range)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_parts; i++) {
        *ret |= is_never(part[i]);
        n += range_of(part[i], &range[n]);
    }
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n; k++)
            *ret |= i != k && misses(&range[i], &range[k]);
    return 0;
}

int rule_contradiction(PlanState *s, Logical **node, Err *err)
{
    bool never, done;
    for (uint32_t i = 0; i < (*node)->n_in; i++)
        TRY(rule_contradiction(s, &(*node)->in[i], err));
    Logical *n = *node;
    if (n->kind != L_FILTER)
        return 0;
    TRY(expr_passes_nothing(s, n->predicate, &never, err));
    if (!never)
        return 0;
    TRY(logical_no_rows(s, node, &done, err));
    if (done)
        trace_say(s, "no row passes %s", trace_text(s, n->in[0], n->predicate));
    return 0;
}
