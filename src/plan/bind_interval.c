/* SPDX-License-Identifier: Apache-2.0
 *
 * Casts to times with a precision.  TIMESTAMP(0) rounds.  INTERVAL DAY TO HOUR, INTERVAL SECOND(3), interval(0): casts to them drop
 * what is finer than the last field and round the seconds, and so does what is stored in a column of such a type.
 */
#include "plan/bind_impl.h"

#define SECOND_DIGITS 6 /* no finer are PostgreSQL's */

typedef struct Fields {
    Str from, to; /* names of units; "" = all */
    int32_t digits;
} Fields;

/* 1: it is such a type; 0: another one. */
static int fields_of(const TypeName *t, Fields *ret, Err *err)
{
    static const char *const known[] = {
        "year",        "month",         "day",           "hour",           "minute",         "second",          "year to month",
        "day to hour", "day to minute", "day to second", "hour to minute", "hour to second", "minute to second"};
    Str name = name_last(&t->name)->s, first, rest = {0};
    *ret = (Fields){.digits = SECOND_DIGITS};
    if (t->name.n_parts > 1 || t->n_dims || !str_cut(name, ' ', &first, &rest) ? !t->n_mods || !str_eq(name, STR("interval"))
                                                                               : !str_eq(first, STR("interval")))
        return 0;
    bool found = rest.n == 0;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        found |= str_eq(rest, str_of(known[i]));
    if (!found || t->n_mods > 1)
        return RAISE_AT(err, ERR_SYNTAX, t->node.at, "there is no type %.*s", (int)name.n, name.p);
    if (rest.n) {
        if (!str_cut(rest, ' ', &ret->from, &rest))
            rest = ret->from;
        ret->to = str_starts(rest, STR("to ")) ? (Str){rest.p + 3, rest.n - 3} : ret->from;
    }
    if (t->n_mods == 0)
        return 1;
    if (ret->to.n && !str_eq(ret->to, STR("second")))
        return RAISE_AT(err, ERR_SYNTAX, t->node.at, "only seconds have a precision");
    if (t->mod[0] < 0)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, t->node.at, "INTERVAL(%d) precision must not be negative", t->mod[0]);
    ret->digits = MIN(t->mod[0], SECOND_DIGITS);
    return 1;
}

int bind_interval_type(const TypeName *t, Type *ret, Err *err)
{
    Fields f;
    int is = fields_of(t, &f, err);
    if (is <= 0)
        return is;
    *ret = type_interval(f.from, f.to, f.digits);
    return 1;
}

int bind_interval_cast(const ExprScope *x, const ExprCast *c, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Fields f;
    Expr *arg[3];
    int is = fields_of(c->type, &f, err);
    if (is <= 0)
        return is;
    TRY(bind_expr(x, c->arg, &arg[0], err));
    if (arg[0]->type.id == T_UNKNOWN && arg[0]->kind == EXPR_CONST && !arg[0]->value.is_null && f.to.n) {
        Value v = {.type = TYPE(INTERVAL)}; /* a bare number counts the last field */
        int rc = interval_parse_unit(arg[0]->value.str, f.from, f.to, &v.iv);
        if (rc < 0 && !c->try_cast)
            return RAISE_AT(err, (ErrCode)-rc, c->arg->at, "invalid input syntax for type interval: \"%.*s\"",
                            (int)arg[0]->value.str.n, arg[0]->value.str.p);
        v.is_null = rc < 0;
        arg[0] = expr_const(a, &v, c->node.at);
        if (!arg[0])
            return RAISE_NOMEM(err);
    }
    TRY(expr_cast(a, arg[0], TYPE(INTERVAL), CAST_EXPLICIT, c->try_cast, &arg[0], err));
    arg[1] = expr_const(a, &(Value){.type = TYPE(TEXT), .str = f.to.n ? f.to : STR("second")}, c->node.at);
    arg[2] = expr_const(a, &(Value){.type = TYPE(I32), .i32 = f.digits}, c->node.at);
    if (!arg[1] || !arg[2])
        return RAISE_NOMEM(err);
    TRY(expr_call(a, STR("interval cut"), arg, 3, c->node.at, ret, err));
    return 1;
}
