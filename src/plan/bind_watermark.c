/* SPDX-License-Identifier: Apache-2.0
 *
 * Event time and watermark of CREATE SOURCE: WATERMARK FOR, or the options event_time and watermark_delay, and the options that say
 * what moves the watermark, per what it is kept, when a source counts as idle and which sources stay together.  Whatever does not
 * fit together is refused: no option stands there without an effect. */
#include "plan/bind_source.h"

#include "base/calendar.h"
#include "sql/print.h"

/* Without an event time none of these means anything. */
static const char *const time_options[] = {
    "watermark_delay",     "event_time_unit",  "max_future_skew",    "future_rows",
    "watermark_by",        "watermark_column", "watermark_interval", "watermark_scope",
    "idle_timeout",        "idle_watermark",   "key_idle",           "max_keys",
    "watermark_partition", "max_keys_policy",  "alignment.group",    "alignment.mode",
    "alignment.max_drift",
};

bool watermark_is_option(Str key)
{
    bool is = str_eq(key, STR("event_time"));
    for (size_t i = 0; i < ARRAY_LEN(time_options); i++)
        is |= str_eq(key, str_of(time_options[i]));
    return is;
}

static Span place_of(const GivenOptions *g, const char *key)
{
    const Option *o = option_given(g, key);
    return o ? o->at : SPAN_NONE;
}

static bool is_proctime(const Node *e)
{
    return e && e->kind == NODE_EXPR_CALL && AST(ExprCall, e)->func.n_parts == 1 && !AST(ExprCall, e)->args.n &&
           str_eq(AST(ExprCall, e)->func.part[0].s, STR("proctime"));
}

/* Microseconds per unit of a BIGINT; negative: units per microsecond; 0: the type says it. */
static int64_t unit_of(const SourceBinder *b, uint32_t col, int32_t unit)
{
    static const int64_t units[] = {US_PER_SECOND, 1000, 1, -1000};
    return b->field[col].type.id == T_I64 ? units[unit] : 0;
}

/* A number beside an event time that is one is in its unit.  1: it is no number. */
static int delay_in_units(const SourceBinder *b, const Node *delay, uint32_t col, int32_t unit, int64_t *ret_us, Err *err)
{
    int64_t by = unit_of(b, col, unit), n;
    if (by == 0 || delay->kind != NODE_EXPR_LITERAL || AST(ExprLiteral, delay)->kind != LITERAL_INT)
        return 1;
    if (!str_to_i64(AST(ExprLiteral, delay)->text, &n) || (by > 0 && __builtin_mul_overflow(n, by, ret_us)))
        return RAISE_AT(err, ERR_WATERMARK_EXPR, delay->at, "the delay of a watermark is too long");
    if (by < 0)
        *ret_us = n / -by + (n % -by > 0); /* no shorter than was said */
    return 0;
}

/* Column, and column - INTERVAL; what else a watermark could be is an error. */
static int watermark_delay(SourceBinder *b, const WatermarkDef *w, uint32_t col, int32_t unit, int64_t *ret_us, Err *err)
{
    PlanState state = {.ctx = b->ctx, .arena = b->arena};
    Binder binder = {.ctx = b->ctx, .state = &state, .arena = b->arena};
    ExprScope x = {.b = &binder, .clause = "the delay of a watermark"};
    const Node *e = w->expr, *delay = NULL;
    *ret_us = 0;
    if (!e || is_proctime(e))
        return 0;
    if (e->kind == NODE_EXPR_BINARY && AST(ExprBinary, e)->op == SQL_OP_SUB) {
        delay = AST(ExprBinary, e)->right;
        e = AST(ExprBinary, e)->left;
    }
    if (e->kind != NODE_EXPR_COLUMN || AST(ExprColumn, e)->name.n_parts != 1 ||
        !str_eq(AST(ExprColumn, e)->name.part[0].s, w->column.s))
        return RAISE_AT(err, ERR_WATERMARK_EXPR, w->expr->at, "a watermark is \"%s\", \"%s - INTERVAL ..\" or \"PROCTIME()\"",
                        w->column.s.p, w->column.s.p);
    int rc = delay ? delay_in_units(b, delay, col, unit, ret_us, err) : 0;
    if (rc <= 0)
        return rc;
    Err inner = ERR_INIT;
    if (bind_const_us(&x, delay, "the delay of a watermark", ret_us, &inner) < 0)
        return RAISE_AT(err, inner.code == ERR_OUT_OF_MEMORY ? ERR_OUT_OF_MEMORY : ERR_WATERMARK_EXPR, delay->at, "%s",
                        inner.message);
    if (*ret_us < 0)
        return RAISE_AT(err, ERR_WATERMARK_EXPR, delay->at, "the delay of a watermark must not be negative");
    return 0;
}

static int check_time_type(const SourceBinder *b, uint32_t col, const char *what, Span at, Err *err)
{
    Type t = b->field[col].type;
    char text[64];
    if (type_is_timestamp(t.id) || t.id == T_DATE || t.id == T_I64)
        return 0;
    type_print(t, text, sizeof(text));
    return RAISE_AT(err, ERR_WATERMARK_EXPR, at, "%s \"%s\" is of type %s: it must be a TIMESTAMP, a DATE, or a BIGINT", what,
                    b->field[col].name, text);
}

/* A duration that was written must be longer than nothing. */
static int check_positive(const GivenOptions *g, const char *key, int64_t us, Err *err)
{
    const Option *o = option_given(g, key);
    if (!o || us > 0)
        return 0;
    return RAISE_AT(err, ERR_BAD_OPTION, o->at, "option \"%s\" must be longer than zero", key);
}

static int column_of_option(SourceBinder *b, const GivenOptions *g, const char *key, const char *name, uint32_t *ret, Err *err)
{
    Ident id = {.s = str_of(name), .at = place_of(g, key)};
    return source_column(b, &id, ret, err);
}

/* ---- what moves it ---- */

static int bind_when(SourceBinder *b, const WatermarkDef *w, const Relation *into, WatermarkDecl *ret, Err *err)
{
    _cleanup_(schema_unrefp) Schema *schema = schema_new(b->ctx->acct, b->field, b->n);
    if (!schema)
        return RAISE_NOMEM(err);
    const Relation row = {.name = into->name, .own = into->own, .space = into->space, .schema = schema};
    TableScope scope = {.table = &row};
    Expr *bound;
    StrBuf text;
    TRY(bind_table_predicate(b->ctx, &scope, w->when, "WATERMARK .. WHEN", b->arena, &bound, err));
    if (bound->is_volatile || bound->is_stable)
        return RAISE_AT(err, ERR_WATERMARK_EXPR, w->when->at,
                        "the condition of a watermark must depend on the row only, not on the time or on chance");
    sb_init(&text, b->ctx->acct);
    sql_print(w->when, &text);
    ret->when = text.failed ? NULL : arena_strdup(b->arena, sb_cstr(&text));
    sb_done(&text);
    ret->by = WATERMARK_BY_WHEN;
    return ret->when ? 0 : RAISE_NOMEM(err);
}

static int bind_proctime(SourceBinder *b, const WatermarkDef *w, WatermarkDecl *ret, Err *err)
{
    Type t = b->field[ret->col].type;
    if (!type_is_timestamp(t.id))
        return RAISE_AT(err, ERR_WATERMARK_EXPR, w->column.at, "column \"%s\" takes the time of arrival: it must be a TIMESTAMP",
                        b->field[ret->col].name);
    ret->by = WATERMARK_BY_PROCTIME;
    return 0;
}

/* One of them only. */
static int bind_mover(SourceBinder *b, const WatermarkDef *w, const GivenOptions *g, const Relation *into, WatermarkDecl *ret,
                      Err *err)
{
    const SourceOptions *o = g->o;
    const char *first = NULL, *second = NULL, *ways[4] = {NULL};
    Span at[4] = {{0}};
    uint32_t n = 0;
    if (w && is_proctime(w->expr))
        at[n] = w->expr->at, ways[n++] = "PROCTIME()";
    if (w && w->when)
        at[n] = w->when->at, ways[n++] = "WHEN";
    if (o->watermark_column)
        at[n] = place_of(g, "watermark_column"), ways[n++] = "option \"watermark_column\"";
    if (o->watermark_by)
        at[n] = place_of(g, "watermark_by"), ways[n++] = "option \"watermark_by\"";
    first = ways[0];
    second = ways[1];
    if (n > 1)
        return RAISE_AT(err, ERR_WATERMARK_EXPR, at[1], "what moves the watermark is given twice: by %s and by %s", first, second);
    if (w && is_proctime(w->expr))
        return bind_proctime(b, w, ret, err);
    if (w && w->when)
        return bind_when(b, w, into, ret, err);
    if (o->watermark_by)
        ret->by = WATERMARK_BY_SOURCE;
    if (!o->watermark_column)
        return 0;
    ret->by = WATERMARK_BY_COLUMN;
    TRY(column_of_option(b, g, "watermark_column", o->watermark_column, &ret->mark_col, err));
    return check_time_type(b, ret->mark_col, "watermark column", place_of(g, "watermark_column"), err);
}

/* A delay is of the rows' own time. */
static int check_delay(const WatermarkDef *w, const GivenOptions *g, const WatermarkDecl *d, Err *err)
{
    const Option *delay = option_given(g, "watermark_delay");
    Span at = delay ? delay->at : w && w->expr ? w->expr->at : SPAN_NONE;
    if (d->delay_us < 0)
        return RAISE_AT(err, ERR_WATERMARK_EXPR, at, "the delay of a watermark must not be negative");
    if (d->delay_us > 0 && (d->by == WATERMARK_BY_COLUMN || d->by == WATERMARK_BY_SOURCE))
        return RAISE_AT(err, ERR_WATERMARK_EXPR, at, "a watermark that is given has no delay");
    return 0;
}

/* ---- per what, and when it is idle ---- */

static int bind_partitions(SourceBinder *b, const GivenOptions *g, const Relation *into, WatermarkDecl *ret, Err *err)
{
    const SourceOptions *o = g->o;
    if (o->watermark_scope) {
        if (o->watermark_partition)
            return RAISE_AT(err, ERR_BAD_OPTION, place_of(g, "watermark_partition"),
                            "partitions are given twice: by \"watermark_scope\" and by \"watermark_partition\"");
        if (into->is_live)
            return bind_unsupported(err, place_of(g, "watermark_scope"),
                                    "\"watermark_scope\" of a connector that gives each row once is");
        if (!into->connector)
            return RAISE_AT(err, ERR_BAD_OPTION, place_of(g, "watermark_scope"),
                            "a source without a connector has no partitions: name a column with \"watermark_partition\"");
        ret->partition_by = PARTITION_CONNECTOR;
    }
    if (o->watermark_partition) {
        TRY(column_of_option(b, g, "watermark_partition", o->watermark_partition, &ret->partition_col, err));
        ret->partition_by = PARTITION_COLUMN;
    }
    if (ret->partition_by && (ret->by == WATERMARK_BY_PROCTIME || ret->by == WATERMARK_BY_SOURCE))
        return RAISE_AT(err, ERR_BAD_OPTION, place_of(g, o->watermark_partition ? "watermark_partition" : "watermark_scope"),
                        "a watermark %s is the same for all partitions",
                        ret->by == WATERMARK_BY_PROCTIME ? "of the clock" : "that is given");
    return 0;
}

static int bind_idle(const GivenOptions *g, WatermarkDecl *ret, Err *err)
{
    const SourceOptions *o = g->o;
    TRY(check_positive(g, "idle_timeout", o->idle_timeout_us, err));
    TRY(check_positive(g, "watermark_interval", o->watermark_interval_us, err));
    if (o->idle_watermark && !o->idle_timeout_us)
        return RAISE_AT(err, ERR_MISSING_OPTION, place_of(g, "idle_watermark"), "option \"idle_watermark\" needs \"idle_timeout\"");
    if (o->idle_timeout_us && ret->by == WATERMARK_BY_PROCTIME)
        return RAISE_AT(err, ERR_BAD_OPTION, place_of(g, "idle_timeout"), "a watermark of the clock is never idle");
    if (o->watermark_interval_us && ret->by == WATERMARK_BY_SOURCE)
        return RAISE_AT(err, ERR_BAD_OPTION, place_of(g, "watermark_interval"), "a watermark that is given moves when it is given");
    ret->idle_timeout_us = o->idle_timeout_us;
    ret->idle_advances = o->idle_watermark;
    ret->interval_us = o->watermark_interval_us;
    if (ret->by == WATERMARK_BY_PROCTIME && !ret->interval_us)
        ret->interval_us = 100000;
    return 0;
}

static int check_keys(const WatermarkDef *w, const GivenOptions *g, const WatermarkDecl *d, Err *err)
{
    static const char *const key_options[] = {"key_idle", "max_keys", "max_keys_policy"};
    for (size_t i = 0; i < ARRAY_LEN(key_options) && !(w && w->keys.n); i++)
        if (option_given(g, key_options[i]))
            return RAISE_AT(err, ERR_MISSING_OPTION, place_of(g, key_options[i]), "option \"%s\" needs WATERMARK .. PER KEY",
                            key_options[i]);
    if (!w || !w->keys.n)
        return 0;
    Span at = w->keys.first->at;
    if (d->partition_by)
        return RAISE_AT(err, ERR_WATERMARK_EXPR, at, "a watermark is kept per key or per partition, not both");
    if (d->by == WATERMARK_BY_PROCTIME || d->by == WATERMARK_BY_SOURCE)
        return RAISE_AT(err, ERR_WATERMARK_EXPR, at, "a watermark %s is the same for all keys",
                        d->by == WATERMARK_BY_PROCTIME ? "of the clock" : "that is given");
    if (option_given(g, "max_keys_policy") && !g->o->max_keys)
        return RAISE_AT(err, ERR_MISSING_OPTION, place_of(g, "max_keys_policy"), "option \"max_keys_policy\" needs \"max_keys\"");
    return check_positive(g, "key_idle", g->o->key_idle_us, err);
}

static int bind_keys(SourceBinder *b, const WatermarkDef *w, const GivenOptions *g, WatermarkDecl *ret, Err *err)
{
    TRY(check_keys(w, g, ret, err));
    if (!w || !w->keys.n)
        return 0;
    ret->keys = ARENA_ARRAY(b->arena, uint32_t, w->keys.n);
    if (!ret->keys)
        return RAISE_NOMEM(err);
    AST_EACH(item, w->keys)
    {
        const Ident *id = &AST(IdentNode, item)->ident;
        uint32_t col;
        TRY(source_column(b, id, &col, err));
        for (uint32_t i = 0; i < ret->n_keys; i++)
            if (ret->keys[i] == col)
                return RAISE_AT(err, ERR_DUPLICATE_COLUMN, id->at, "column \"%s\" appears twice in PER KEY", id->s.p);
        if (col == ret->col)
            return RAISE_AT(err, ERR_WATERMARK_EXPR, id->at, "the event time cannot be the key of its own watermark");
        ret->keys[ret->n_keys++] = col;
    }
    ret->key_idle_us = g->o->key_idle_us;
    ret->max_keys = g->o->max_keys;
    ret->max_keys_policy = g->o->max_keys_policy;
    return 0;
}

static int bind_alignment(const GivenOptions *g, WatermarkDecl *ret, Err *err)
{
    const SourceOptions *o = g->o;
    static const char *const others[] = {"alignment.max_drift", "alignment.mode"};
    for (size_t i = 0; i < ARRAY_LEN(others) && !o->align_group; i++)
        if (option_given(g, others[i]))
            return RAISE_AT(err, ERR_MISSING_OPTION, place_of(g, others[i]), "option \"%s\" needs \"alignment.group\"", others[i]);
    if (!o->align_group)
        return 0;
    if (!*o->align_group)
        return RAISE_AT(err, ERR_BAD_OPTION, place_of(g, "alignment.group"), "the name of an alignment group cannot be empty");
    if (!option_given(g, "alignment.max_drift"))
        return RAISE_AT(err, ERR_MISSING_OPTION, place_of(g, "alignment.group"),
                        "option \"alignment.group\" needs \"alignment.max_drift\"");
    TRY(check_positive(g, "alignment.max_drift", o->align_drift_us, err));
    if (strlen(o->align_group) > 63)
        return RAISE_AT(err, ERR_BAD_OPTION, place_of(g, "alignment.group"), "the name of an alignment group has at most 63 bytes");
    ret->align_group = o->align_group;
    ret->align_drift_us = o->align_drift_us;
    ret->align_mode = o->align_mode;
    return 0;
}

/* ---- all of it ---- */

/* Neither WATERMARK FOR nor event_time. */
static int check_none(const GivenOptions *g, Err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(time_options); i++)
        if (option_given(g, time_options[i]))
            return RAISE_AT(err, ERR_MISSING_OPTION, place_of(g, time_options[i]),
                            "option \"%s\" needs an event time: WATERMARK FOR .., or event_time = '..'", time_options[i]);
    return 0;
}

static int bind_units(SourceBinder *b, const GivenOptions *g, WatermarkDecl *ret, Err *err)
{
    bool any = b->field[ret->col].type.id == T_I64;
    ret->unit_us = unit_of(b, ret->col, g->o->event_time_unit);
    if (ret->by == WATERMARK_BY_COLUMN) {
        ret->mark_unit_us = unit_of(b, ret->mark_col, g->o->event_time_unit);
        any |= b->field[ret->mark_col].type.id == T_I64;
    }
    if (!any && option_given(g, "event_time_unit"))
        return RAISE_AT(err, ERR_BAD_OPTION, place_of(g, "event_time_unit"), "event_time_unit is for an event time of type BIGINT");
    return 0;
}

int bind_watermark(SourceBinder *b, const WatermarkDef *w, const GivenOptions *g, Relation *into, Err *err)
{
    WatermarkDecl *ret = &into->watermark;
    const Option *by_option = option_given(g, "event_time"), *delay = option_given(g, "watermark_delay");
    Ident name = w ? w->column : (Ident){.at = by_option ? by_option->at : SPAN_NONE};
    if (!w && !by_option)
        return check_none(g, err);
    if (w && (by_option || delay))
        return RAISE_AT(err, ERR_BAD_OPTION, by_option ? by_option->at : delay->at,
                        "the watermark is given twice: by WATERMARK FOR and by the option \"%s\"",
                        by_option ? "event_time" : "watermark_delay");
    if (!w)
        name.s = str_of(g->o->event_time);
    TRY(source_column(b, &name, &ret->col, err));
    TRY(check_time_type(b, ret->col, "event time", name.at, err));
    ret->delay_us = g->o->watermark_delay_us;
    ret->max_future_skew_us = g->o->max_future_skew_us;
    if (w)
        TRY(watermark_delay(b, w, ret->col, g->o->event_time_unit, &ret->delay_us, err));
    TRY(bind_mover(b, w, g, into, ret, err));
    TRY(check_delay(w, g, ret, err));
    TRY(bind_units(b, g, ret, err));
    TRY(bind_partitions(b, g, into, ret, err));
    TRY(bind_idle(g, ret, err));
    TRY(bind_keys(b, w, g, ret, err));
    TRY(bind_alignment(g, ret, err));
    ret->declared = true;
    return 0;
}
