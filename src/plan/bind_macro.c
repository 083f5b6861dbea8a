/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions that are other functions put together, so that they need no kernel, keep what is known of those (monotone, NULL,
 * errors), and run in continuous queries as they do. */
#include "plan/bind_impl.h"

typedef struct Macro {
    const ExprScope *x;
    Expr **arg;
    uint32_t n;
    Span at;
} Macro;

static int call(const Macro *m, const char *name, Expr *const *args, uint32_t n, Expr **ret, Err *err)
{
    return expr_call(m->x->b->arena, str_of(name), args, n, m->at, ret, err);
}

/* date_trunc(unit, moment, zone): by the zone's clock. */
static int trunc_in_zone(const Macro *m, Expr **ret, Err *err)
{
    Expr *e;
    TRY(expr_cast(m->x->b->arena, m->arg[1], TYPE(TSTZ), CAST_IMPLICIT, false, &e, err));
    TRY(call(m, "timezone", (Expr *[]){m->arg[2], e}, 2, &e, err));
    TRY(call(m, "date_trunc", (Expr *[]){m->arg[0], e}, 2, &e, err));
    return call(m, "timezone", (Expr *[]){m->arg[2], e}, 2, ret, err);
}

/* '+2' is two hours east here, as in the text of a moment; in the name of a zone it is west, as POSIX has it. */
static int zone_by_sign(const Macro *m, const Expr *zone, Expr **ret, Err *err)
{
    Arena *a = m->x->b->arena;
    Value v = zone->value;
    char *text = arena_strndup(a, v.str.p, v.str.n);
    if (!text)
        return RAISE_NOMEM(err);
    text[0] = text[0] == '+' ? '-' : '+';
    v.str.p = text;
    *ret = expr_const(a, &v, zone->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* make_timestamptz(year, .., second [, zone]). */
static int timestamptz(const Macro *m, Expr **ret, Err *err)
{
    Expr *e, *zone = m->n == 7 ? m->arg[6] : NULL;
    TRY(call(m, "make_timestamp", m->arg, 6, &e, err));
    if (m->n == 7) {
        bool is_text = zone->kind == EXPR_CONST && !zone->value.is_null && (zone->type.id == T_UNKNOWN || zone->type.id == T_TEXT);
        if (is_text && zone->value.str.n && (zone->value.str.p[0] == '+' || zone->value.str.p[0] == '-'))
            TRY(zone_by_sign(m, zone, &zone, err));
        return call(m, "timezone", (Expr *[]){zone, e}, 2, ret, err);
    }
    return expr_cast(m->x->b->arena, e, TYPE(TSTZ), CAST_IMPLICIT, false, ret, err);
}

static int other(const Macro *m, const char *name, Expr **ret, Err *err)
{
    return call(m, name, m->arg, m->n, ret, err);
}
static int type_of(const Macro *m, Expr **ret, Err *err)
{
    return other(m, "pg_typeof", ret, err);
}
/* Of an untyped literal, whatever it would become. */
static int pg_type_of(const Macro *m, Expr **ret, Err *err)
{
    Value unknown = {.type = TYPE(TEXT), .str = STR("unknown")};
    if (m->arg[0]->type.id != T_UNKNOWN)
        return 0;
    *ret = expr_const(m->x->b->arena, &unknown, m->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}
static int first_not_null(const Macro *m, Expr **ret, Err *err)
{
    return expr_coalesce(m->x->b->arena, m->arg, m->n, m->at, ret, err);
}
static int if_else(const Macro *m, Expr **ret, Err *err)
{
    Expr *condition;
    TRY(expr_condition(m->x->b->arena, m->arg[0], "IF", &condition, err));
    return expr_case(m->x->b->arena, &condition, &m->arg[1], 1, m->arg[2], m->at, ret, err);
}
/* Of a DATE as of its midnight, as PostgreSQL has it for this spelling alone. */
static int part_of_date(const Macro *m, Expr **ret, Err *err)
{
    Expr *arg[2] = {m->arg[0]};
    if (m->arg[1]->type.id != T_DATE)
        return 0;
    TRY(expr_cast(m->x->b->arena, m->arg[1], TYPE(TS), CAST_IMPLICIT, false, &arg[1], err));
    return call(m, "date_part", arg, 2, ret, err);
}
/* age(x): up to the midnight of today. */
static int age_today(const Macro *m, Expr **ret, Err *err)
{
    Expr *arg[2] = {NULL, m->arg[0]};
    Type type = m->arg[0]->type.id == T_TS ? TYPE(TS) : TYPE(TSTZ);
    TRY(call(m, "current_date", NULL, 0, &arg[0], err));
    for (int i = 0; i < 2; i++)
        TRY(expr_cast(m->x->b->arena, arg[i], type, CAST_IMPLICIT, false, &arg[i], err));
    return call(m, "age", arg, 2, ret, err);
}
static int array_has(const Macro *m, Expr **ret, Err *err)
{
    return call(m, "any =", (Expr *[]){m->arg[1], m->arg[0]}, 2, ret, err);
}

/* (start, end or length) OVERLAPS (start, end or length). */
static int overlaps(const Macro *m, Expr **ret, Err *err)
{
    Expr *arg[4];
    memcpy(arg, m->arg, sizeof(arg));
    for (uint32_t i = 1; i < 4; i += 2)
        if (arg[i]->type.id == T_INTERVAL)
            TRY(call(m, "+", (Expr *[]){arg[i - 1], arg[i]}, 2, &arg[i], err));
    return call(m, "overlaps", arg, 4, ret, err);
}

/* current_timestamp(3), localtime(0): rounded to so many digits of a second. */
static int rounded(const Macro *m, const char *name, Expr **ret, Err *err)
{
    Expr *arg[2] = {NULL, m->arg[0]};
    TRY(call(m, name, NULL, 0, &arg[0], err));
    return call(m, "time round", arg, 2, ret, err);
}
static int rounded_now(const Macro *m, Expr **ret, Err *err)
{
    return rounded(m, "now", ret, err);
}
static int rounded_local(const Macro *m, Expr **ret, Err *err)
{
    return rounded(m, "localtimestamp", ret, err);
}
static int rounded_time(const Macro *m, Expr **ret, Err *err)
{
    return rounded(m, "localtime", ret, err);
}

/* decode(x, a, value of a, b, value of b, .. [, otherwise]): NULL is NULL's equal. */
static int decoded(const Macro *m, Expr **ret, Err *err)
{
    Arena *a = m->x->b->arena;
    Expr *when[CALL_ARGS_MAX], *then[CALL_ARGS_MAX];
    uint32_t n = (m->n - 1) / 2;
    TRY(bind_check_shared(m->arg[0], &(Node){.at = m->at}, err));
    if (m->arg[0]->is_volatile && n > 1)
        return RAISE_AT(err, ERR_UNSUPPORTED, m->at, "decode() of a volatile value is not supported");
    for (uint32_t i = 0; i < n; i++) {
        TRY(call(m, "is not distinct from", (Expr *[]){m->arg[0], m->arg[1 + 2 * i]}, 2, &when[i], err));
        then[i] = m->arg[2 + 2 * i];
    }
    return expr_case(a, when, then, n, m->n % 2 == 0 ? m->arg[m->n - 1] : NULL, m->at, ret, err);
}

/* to_timestamp(a text): a time as it is written; a literal that is a number is one of seconds. */
static int timestamp_of_text(const Macro *m, Expr **ret, Err *err)
{
    const Expr *e = m->arg[0];
    double seconds;
    bool literal = e->type.id == T_UNKNOWN && e->kind == EXPR_CONST && !e->value.is_null;
    if (e->type.id != T_TEXT && (!literal || str_to_f64(str_trim(e->value.str), &seconds)))
        return 0;
    return expr_cast(m->x->b->arena, m->arg[0], TYPE(TS), CAST_EXPLICIT, false, ret, err);
}

/* current_time(3): now on the zone's clock. */
static int zoned_time(const Macro *m, Expr **ret, Err *err)
{
    Expr *now;
    Type t = TYPE(TIMETZ);
    Value digits = {.i32 = 6};
    if (m->n == 1)
        TRY(expr_cast(m->x->b->arena, m->arg[0], TYPE(I32), CAST_ASSIGN, false, &m->arg[0], err));
    if (m->n == 1)
        TRY(expr_const_value(m->x->b->arena, m->arg[0], "the precision", &digits, err));
    if (!digits.is_null && digits.i32 >= 0 && digits.i32 < 6)
        t.length = (uint32_t)(LIMIT_DIGITS + digits.i32);
    TRY(call(m, "now", NULL, 0, &now, err));
    return expr_cast(m->x->b->arena, now, t, CAST_EXPLICIT, false, ret, err);
}
static const struct {
    const char *name;
    uint32_t n_min, n_max;
    int (*make)(const Macro *m, Expr **ret, Err *err);
} macros[] = {
    {"date_trunc", 3, 3, trunc_in_zone},
    {"date_part", 2, 2, part_of_date},
    {"make_timestamptz", 6, 7, timestamptz},
    {"typeof", 1, 1, type_of},
    {"pg_typeof", 1, 1, pg_type_of},
    {"ifnull", 2, 2, first_not_null},
    {"nvl", 2, 2, first_not_null},
    {"if", 3, 3, if_else},
    {"iif", 3, 3, if_else},
    {"array_contains", 2, 2, array_has},
    {"list_contains", 2, 2, array_has},
    {"age", 1, 1, age_today},
    {"overlaps", 4, 4, overlaps},
    {"current_timestamp", 1, 1, rounded_now},
    {"localtimestamp", 1, 1, rounded_local},
    {"localtime", 1, 1, rounded_time},
    {"current_time", 0, 1, zoned_time},
    {"to_timestamp", 1, 1, timestamp_of_text},
    {"decode", 3, CALL_ARGS_MAX, decoded},
};

int bind_macro(const ExprScope *x, Str name, Expr **args, uint32_t n, Span at, Expr **ret, Err *err)
{
    Macro m = {x, args, n, at};
    *ret = NULL;
    for (size_t i = 0; i < ARRAY_LEN(macros); i++)
        if (n >= macros[i].n_min && n <= macros[i].n_max && str_eq(name, str_of(macros[i].name)))
            return macros[i].make(&m, ret, err);
    return 0;
}

/* Names that are functions when no column has them: current_user. */
bool macro_is_bare(Str name)
{
    static const char *const names[] = {"current_user", "session_user",    "user",
                                        "current_role", "current_catalog", "current_schema"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(name, str_of(names[i])))
            return true;
    return false;
}

static bool is_one_of(Str name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(name, str_of(names[i])))
            return true;
    return false;
}

/* normalize(x, NFC), timestampdiff(DAY, a, b): the form and the unit are written as names. */
bool macro_is_form(const ExprCall *c, const Node *arg)
{
    static const char *const forms[] = {"nfc", "nfd", "nfkc", "nfkd"},
                             *const by_unit[] = {"timestampdiff", "timestampadd", "dateadd", "datediff", "date_diff"},
                             *const units[] = {"microsecond", "millisecond", "second", "minute",  "hour",
                                               "day",         "week",        "month",  "quarter", "year"};
    if (arg->kind != NODE_EXPR_COLUMN || AST(ExprColumn, arg)->name.n_parts != 1)
        return false;
    Str func = name_last(&c->func)->s, word = AST(ExprColumn, arg)->name.part[0].s;
    if (str_eq(func, STR("normalize")))
        return arg != c->args.first && is_one_of(word, forms, ARRAY_LEN(forms));
    if (str_eq(func, STR("timestamp_trunc")))
        return arg != c->args.first && is_one_of(word, units, ARRAY_LEN(units));
    if (c->args.n != 3) /* datediff(a, b) */
        return false;
    return arg == c->args.first && is_one_of(func, by_unit, ARRAY_LEN(by_unit)) && is_one_of(word, units, ARRAY_LEN(units));
}
