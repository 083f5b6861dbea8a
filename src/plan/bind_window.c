/* SPDX-License-Identifier: Apache-2.0
 *
 * Time windows: TUMBLE, HOP (also called SLIDE), CUMULATE and SESSION.  The three spellings - TUMBLE(ts, size) in GROUP BY,
 * tumble() as a function beside it, and FROM TUMBLE(rel, ts, size) or TABLE(TUMBLE(TABLE rel, DESCRIPTOR(ts), size)) - all become
 * one node that appends window_start and window_end; the calls tumble_start(..), tumble_end(..) and the names window_start,
 * window_end are then columns of it.  window_time and tumble_rowtime(..) are the end less a millisecond, the last time that Flink's
 * windows hold. */
#include "plan/bind_impl.h"

#include "base/calendar.h"

typedef enum WindowPart { PART_OPEN, PART_START, PART_END, PART_ROWTIME } WindowPart;
typedef struct WindowName {
    const char *name;
    WindowKind kind;
    WindowPart part;
} WindowName;
static const WindowName window_names[] = {
    {"tumble", WINDOW_TUMBLE, PART_OPEN},
    {"tumble_start", WINDOW_TUMBLE, PART_START},
    {"tumble_end", WINDOW_TUMBLE, PART_END},
    {"tumble_rowtime", WINDOW_TUMBLE, PART_ROWTIME},
    {"hop", WINDOW_HOP, PART_OPEN},
    {"hop_start", WINDOW_HOP, PART_START},
    {"hop_end", WINDOW_HOP, PART_END},
    {"hop_rowtime", WINDOW_HOP, PART_ROWTIME},
    {"slide", WINDOW_HOP, PART_OPEN},
    {"slide_start", WINDOW_HOP, PART_START},
    {"slide_end", WINDOW_HOP, PART_END},
    {"session", WINDOW_SESSION, PART_OPEN},
    {"session_start", WINDOW_SESSION, PART_START},
    {"session_end", WINDOW_SESSION, PART_END},
    {"session_rowtime", WINDOW_SESSION, PART_ROWTIME},
    {"cumulate", WINDOW_CUMULATE, PART_OPEN},
    {"cumulate_start", WINDOW_CUMULATE, PART_START},
    {"cumulate_end", WINDOW_CUMULATE, PART_END},
};

static const WindowName *window_name_find(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(window_names); i++)
        if (str_eq_nocase(name, str_of(window_names[i].name)))
            return &window_names[i];
    return NULL;
}

bool window_is_name(Str name)
{
    return window_name_find(name) != NULL;
}

bool window_is_group_item(const Node *n)
{
    return n->kind == NODE_EXPR_CALL && AST(ExprCall, n)->args.n > 0 && window_is_name(name_last(&AST(ExprCall, n)->func)->s);
}

/* What follows the time column, by kind: names of the arguments and how the call is written. */
#define WINDOW_ARGS_MAX 4
typedef struct WindowForm {
    const char *name;
    const char *usage; /* behind the name, after the relation and the time */
    const char *arg[WINDOW_ARGS_MAX];
    uint32_t n_required;
} WindowForm;
static const WindowForm window_forms[] = {
    [WINDOW_TUMBLE] = {"TUMBLE", "time, size [, offset] [, time_zone]", {"size", "offset", "time_zone"}, 1},
    [WINDOW_HOP] = {"HOP", "time, slide, size [, offset] [, time_zone]", {"slide", "size", "offset", "time_zone"}, 2},
    [WINDOW_CUMULATE] = {"CUMULATE",
                         "time, step, max_size [, offset] [, time_zone]",
                         {"step", "max_size", "offset", "time_zone"},
                         2},
    [WINDOW_SESSION] = {"SESSION", "time, gap", {"gap"}, 1},
};
#define WINDOWS_OF_ROW_MAX 10000 /* windows that hold one moment */

/* A text in the place of the offset that is no interval names a zone: TUMBLE(ts, INTERVAL '1' DAY, 'Europe/Berlin'). */
static bool names_zone(const WindowForm *form, uint32_t slot, const Node *n)
{
    Interval ignored;
    return form->arg[slot] && strcmp(form->arg[slot], "offset") == 0 && n->kind == NODE_EXPR_LITERAL &&
           AST(ExprLiteral, n)->kind == LITERAL_STRING && interval_parse(AST(ExprLiteral, n)->text, &ignored) < 0;
}

/* Whether the argument is given by one of the two names; the second may be NULL. */
static bool is_named(const Node *item, const char *name, const char *other)
{
    Str is = item->kind == NODE_EXPR_NAMED_ARG ? AST(ExprNamedArg, item)->name.s : (Str){0};
    return is.p && (str_eq(is, str_of(name)) || (other && str_eq(is, str_of(other))));
}

/* The relation and the time in FROM, by position or as Flink names them: data => TABLE rel, timecol => DESCRIPTOR(ts).  ret[1]
 * NULL: the size stands behind the relation, or its name.  *ret_rest: the first argument behind what stands by position. */
static int leading_args(const WindowForm *form, const ExprCall *c, const Node *ret[2], const Node **ret_rest, Err *err)
{
    static const char *const names[2] = {"data", "timecol"};
    const Node *item = c->args.first;
    for (uint32_t i = 0; i < 2; i++) {
        ret[i] = NULL;
        if (item && item->kind != NODE_EXPR_NAMED_ARG && (i == 0 || item->kind != NODE_EXPR_INTERVAL)) {
            ret[i] = item;
            item = item->next;
        }
    }
    *ret_rest = item;
    for (; item; item = item->next)
        for (uint32_t i = 0; i < 2; i++) {
            if (!is_named(item, names[i], NULL))
                continue;
            if (ret[i])
                return RAISE_AT(err, ERR_WINDOW_SPEC, item->at, "%s is given twice", names[i]);
            ret[i] = AST(ExprNamedArg, item)->value;
        }
    if (ret[0])
        return 0;
    return RAISE_AT(err, ERR_WINDOW_SPEC, c->node.at, "%s in FROM takes (relation, %s)", form->name, form->usage);
}

/* Arguments after the time column, by position or name; in_from: those that leading_args has taken may be among them. */
static int window_args(const WindowForm *form, const Node *first, bool in_from, const ExprCall *c, const Node **ret, Err *err)
{
    uint32_t n = 0, n_args = ARRAY_LEN(form->arg);
    while (!form->arg[n_args - 1])
        n_args--;
    for (const Node *item = first; item; item = item->next, n++) {
        if (in_from && is_named(item, "data", "timecol"))
            continue;
        uint32_t slot = n < WINDOW_ARGS_MAX && names_zone(form, n, item) ? n + 1 : n;
        if (item->kind == NODE_EXPR_NAMED_ARG) {
            Str name = AST(ExprNamedArg, item)->name.s;
            if (str_eq(name, STR("size")) && form->arg[1] &&
                str_eq(str_of(form->arg[1]), STR("max_size"))) /* of CUMULATE, as Flink has it */
                name = STR("max_size");
            for (slot = 0; slot < n_args && !str_eq(name, str_of(form->arg[slot])); slot++)
                ;
            if (slot == n_args)
                return RAISE_AT(err, ERR_WINDOW_SPEC, item->at, "%s has no argument \"%.*s\": it takes (%s)", form->name,
                                (int)name.n, name.p, form->usage);
        }
        if (slot >= n_args || ret[slot])
            return RAISE_AT(err, ERR_WINDOW_SPEC, item->at, "%s takes (%s)", form->name, form->usage);
        ret[slot] = item->kind == NODE_EXPR_NAMED_ARG ? AST(ExprNamedArg, item)->value : item;
    }
    for (uint32_t i = 0; i < form->n_required; i++)
        if (!ret[i])
            return RAISE_AT(err, ERR_WINDOW_SPEC, c->node.at, "%s needs a %s: %s(%s)", form->name, form->arg[i], form->name,
                            form->usage);
    return 0;
}

static int positive_us(const ExprScope *x, const Node *n, const char *what, int64_t *ret, Err *err)
{
    TRY(bind_const_us(x, n, what, ret, err));
    return *ret > 0 ? 0 : RAISE_AT(err, ERR_WINDOW_SPEC, n->at, "%s must be positive", what);
}

/* Slide and size of HOP, step and size of CUMULATE, in microseconds or in ticks of the calendar. */
static int check_slide(WindowKind kind, int64_t slide, int64_t size, const WindowForm *form, Span at, Err *err)
{
    if (slide > size)
        return RAISE_AT(err, ERR_WINDOW_SPEC, at, "the %s of a window is longer than its size: the order is %s(%s)", form->arg[0],
                        form->name, form->usage);
    if (kind == WINDOW_CUMULATE && size % slide != 0)
        return RAISE_AT(err, ERR_WINDOW_SPEC, at, "max_size must be a multiple of step in CUMULATE(%s)", form->usage);
    if (size / slide > WINDOWS_OF_ROW_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, at, "each row would be in %lld windows, the limit is %d", (long long)(size / slide),
                        WINDOWS_OF_ROW_MAX);
    return 0;
}

typedef struct WindowLength { /* of a size or slide */
    const Node *node;
    const char *what;
    Interval iv;
} WindowLength;

/* Months and years, or whole days of a zone, alone: what has no fixed duration. */
static int calendar_ticks(const WindowLength *l, const TimeWindow *w, int32_t *ret, Err *err)
{
    const Interval *iv = &l->iv;
    if (iv->months != 0 && (iv->days != 0 || iv->ns != 0))
        return RAISE_AT(err, ERR_WINDOW_SPEC, l->node->at, "%s in months or years has no days or hours beside", l->what);
    if (w->tick == TICK_MONTH && iv->months == 0)
        return RAISE_AT(err, ERR_WINDOW_SPEC, l->node->at, "the parts of a window are all in months and years, or none is");
    if (w->tick == TICK_DAY && iv->ns != 0) {
        RAISE_AT(err, ERR_WINDOW_SPEC, l->node->at, "%s by the clock of a time zone is in days, months or years", l->what);
        return err_hint(err, "Shorter windows do not depend on daylight-saving time; an offset moves their boundaries.");
    }
    *ret = w->tick == TICK_MONTH ? iv->months : iv->days;
    return *ret > 0 ? 0 : RAISE_AT(err, ERR_WINDOW_SPEC, l->node->at, "%s must be positive", l->what);
}

static int bind_zone(const ExprScope *x, const WindowForm *form, const Node *n, TimeWindow *w, Err *err)
{
    Value name;
    Err inner = ERR_INIT;
    if (!n)
        return 0;
    int rc = bind_const_text(x, n, "the time zone of a window", &name, &inner);
    if (rc == -ERR_DATATYPE_MISMATCH)
        return RAISE_AT(err, ERR_WINDOW_SPEC, n->at, "%s takes (%s)", form->name, form->usage);
    if (rc < 0) {
        if (err)
            *err = inner;
        return rc;
    }
    w->zone = name.is_null ? NULL : zone_find(name.str);
    if (w->zone)
        return 0;
    return RAISE_AT(err, ERR_INVALID_PARAMETER, n->at, "time zone \"%.*s\" not recognized",
                    name.is_null ? 4 : (int)MIN(name.str.n, 64), name.is_null ? "NULL" : name.str.p);
}

/* Windows by the calendar, of UTC or of a zone: the offset moves the boundaries from midnight or the first of the month. */
static int calendar_params(const WindowForm *form, WindowLength *slide, const WindowLength *size, TimeWindow *ret, Err *err)
{
    TRY(calendar_ticks(size, ret, &ret->size_ticks, err));
    if (slide) {
        TRY(calendar_ticks(slide, ret, &ret->slide_ticks, err));
        TRY(check_slide(ret->kind, ret->slide_ticks, ret->size_ticks, form, slide->node->at, err));
    }
    return 0;
}

static int fixed_params(const ExprScope *x, const WindowForm *form, const WindowLength *slide, const WindowLength *size,
                        TimeWindow *ret, Err *err)
{
    TRY(positive_us(x, size->node, size->what, &ret->size_us, err));
    if (slide) {
        TRY(positive_us(x, slide->node, slide->what, &ret->slide_us, err));
        TRY(check_slide(ret->kind, ret->slide_us, ret->size_us, form, slide->node->at, err));
    }
    ret->offset_us = floor_mod(ret->offset_us, ret->kind == WINDOW_HOP ? ret->slide_us : ret->size_us);
    return 0;
}

static int window_params(const ExprScope *x, const WindowName *name, const Node *first, bool in_from, const ExprCall *c,
                         TimeWindow *ret, Err *err)
{
    const WindowForm *form = &window_forms[name->kind];
    const Node *given[WINDOW_ARGS_MAX] = {0};
    TRY(window_args(form, first, in_from, c, given, err));
    *ret = (TimeWindow){.kind = name->kind};
    if (name->kind == WINDOW_SESSION)
        return positive_us(x, given[0], "the gap of a session", &ret->gap_us, err);
    uint32_t at = form->n_required - 1;
    WindowLength size = {.node = given[at], .what = "the size of a window"};
    WindowLength slide = {.node = given[0], .what = name->kind == WINDOW_HOP ? "the slide of a window" : "the step of a window"};
    bool slides = at > 0;
    TRY(bind_const_interval(x, size.node, size.what, &size.iv, err));
    if (slides)
        TRY(bind_const_interval(x, slide.node, slide.what, &slide.iv, err));
    if (given[at + 1])
        TRY(bind_const_us(x, given[at + 1], "the offset of a window", &ret->offset_us, err));
    TRY(bind_zone(x, form, given[at + 2], ret, err));
    ret->tick = size.iv.months || slide.iv.months ? TICK_MONTH : ret->zone ? TICK_DAY : TICK_US;
    return ret->tick == TICK_US ? fixed_params(x, form, slides ? &slide : NULL, &size, ret, err)
                                : calendar_params(form, slides ? &slide : NULL, &size, ret, err);
}

/* The time of a window as an expression of type TIMESTAMP. */
static int window_time(const ExprScope *x, const Node *n, Expr **ret, Err *err)
{
    Expr *e;
    char type[64];
    ExprScope in = *x;
    in.aggs = NULL;
    in.clause = "the time of a window";
    TRY(bind_expr(&in, n, &e, err));
    TRY(moment_of(x->b->arena, x->scope->node, e, ret, err));
    if (*ret)
        return 0;
    type_print(e->type, type, sizeof(type));
    RAISE_AT(err, ERR_WINDOW_SPEC, n->at, "a window needs a timestamp, but this is of type %s", type);
    return e->type.id == T_I64 ? err_hint(err, "Declare it as the event time of the source, with event_time_unit.")
                               : -ERR_WINDOW_SPEC;
}

/* Puts the window node on top of the scope's rows; the time becomes a hidden column when it is not one already. */
static int window_open(const ExprScope *x, TimeWindow spec, Expr *time, Span at, Err *err)
{
    Arena *a = x->b->arena;
    Scope *s = x->scope;
    Logical *in = s->node;
    uint32_t time_col = time->col;
    TRY(bind_count_node(x->b, at, err));
    if (time->kind != EXPR_COLUMN) {
        uint32_t n = in->n_cols;
        Expr **exprs = ARENA_ARRAY(a, Expr *, n + 1);
        const char **names = ARENA_ARRAY(a, const char *, n + 1);
        if (!exprs || !names)
            return RAISE_NOMEM(err);
        for (uint32_t i = 0; i < n; i++) {
            names[i] = in->cols[i].name;
            exprs[i] = logical_column(a, in, i, at);
            if (!exprs[i])
                return RAISE_NOMEM(err);
        }
        exprs[n] = time;
        names[n] = ""; /* no name reaches it */
        time_col = n;
        in = logical_project(a, in, exprs, n + 1, names, at);
        if (!in)
            return RAISE_NOMEM(err);
    }
    Logical *w = logical_new(a, L_WINDOW, in, in->n_cols + 2, at);
    if (!w)
        return RAISE_NOMEM(err);
    memcpy(w->cols, in->cols, in->n_cols * sizeof(Field));
    w->cols[in->n_cols] = (Field){.name = "window_start", .type = TYPE(TS), .not_null = true};
    w->cols[in->n_cols + 1] = (Field){.name = "window_end", .type = TYPE(TS), .not_null = true};
    w->window.spec = spec;
    w->window.time_col = time_col;
    s->window_time = logical_column(a, w, time_col, at);
    s->node = w;
    return s->window_time ? 0 : RAISE_NOMEM(err);
}

bool window_equal(const TimeWindow *a, const TimeWindow *b)
{
    return a->kind == b->kind && a->tick == b->tick && a->size_ticks == b->size_ticks && a->slide_ticks == b->slide_ticks &&
           a->size_us == b->size_us && a->slide_us == b->slide_us && a->offset_us == b->offset_us && a->gap_us == b->gap_us &&
           a->zone == b->zone;
}

int64_t window_longest_us(const TimeWindow *w)
{
    int64_t day = INT64_C(86400000000);
    switch (w->tick) {
    case TICK_DAY: return w->size_ticks * (day + day / 8); /* clocks are set back by some hours at most */
    case TICK_MONTH: return w->size_ticks * 32 * day;
    case TICK_US: break;
    }
    return w->size_us;
}

int bind_group_window(const ExprScope *x, const ExprCall *c, Err *err)
{
    const WindowName *w = window_name_find(name_last(&c->func)->s);
    TimeWindow spec;
    Expr *time;
    TRY(window_time(x, c->args.first, &time, err));
    TRY(window_params(x, w, c->args.first->next, false, c, &spec, err));
    if (x->scope->window_col >= 0) {
        if (window_equal(&spec, &x->scope->window) && expr_equal(time, x->scope->window_bound))
            return 0; /* TUMBLE_START(..) beside TUMBLE(..) in GROUP BY, or the same window in FROM */
        return bind_unsupported(err, c->node.at, "a second window in GROUP BY is");
    }
    TRY(window_open(x, spec, time, c->node.at, err));
    x->scope->window = spec;
    x->scope->window_bound = time;
    x->scope->window_col = (int32_t)x->scope->node->n_cols - 2;
    return 0;
}

int bind_window_time(const ExprScope *x, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Value millisecond = {.type = TYPE(INTERVAL), .iv = {.ns = 1000000}};
    Expr *arg[2] = {logical_column(a, x->scope->node, (uint32_t)x->scope->window_col + 1, at), expr_const(a, &millisecond, at)};
    return arg[0] && arg[1] ? expr_call(a, STR("-"), arg, 2, at, ret, err) : RAISE_NOMEM(err);
}

/* The tumbling window of each row by itself, where nothing is grouped: date_bin(size, time, offset), and its end. */
static int row_window(const ExprScope *x, const ExprCall *c, const WindowName *w, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    TimeWindow spec;
    Expr *arg[3];
    TRY(window_time(x, c->args.first, &arg[1], err));
    TRY(window_params(x, w, c->args.first->next, false, c, &spec, err));
    if (spec.tick != TICK_US)
        return bind_unsupported(err, c->node.at, "a window of days or months of a zone's clock without GROUP BY is");
    if (spec.size_us > INT64_MAX / 1000)
        return bind_unsupported(err, c->node.at, "a window of more than 292 years without GROUP BY is");
    Value size = {.type = TYPE(INTERVAL), .iv = {.ns = spec.size_us * 1000}}, origin = {.type = TYPE(TS), .i64 = spec.offset_us};
    Value millisecond = {.type = TYPE(INTERVAL), .iv = {.ns = 1000000}};
    arg[0] = expr_const(a, &size, c->node.at);
    arg[2] = expr_const(a, &origin, c->node.at);
    if (!arg[0] || !arg[2])
        return RAISE_NOMEM(err);
    TRY(expr_call(a, STR("date_bin"), arg, 3, c->node.at, ret, err));
    if (w->part == PART_END || w->part == PART_ROWTIME) {
        Expr *end[2] = {*ret, arg[0]};
        TRY(expr_call(a, STR("+"), end, 2, c->node.at, ret, err));
    }
    if (w->part != PART_ROWTIME)
        return 0;
    Expr *last[2] = {*ret, expr_const(a, &millisecond, c->node.at)};
    return last[1] ? expr_call(a, STR("-"), last, 2, c->node.at, ret, err) : RAISE_NOMEM(err);
}

/* Whether what stands here is of a row of FROM, not of a group. */
static bool is_of_row(const ExprScope *x)
{
    return x->scope && !(x->group && x->group->n_keys > 0) && !(x->aggs && x->aggs->n > 0);
}

/* tumble(..), tumble_start(..), tumble_end(..) where values stand: the window must be one of the query. */
int bind_window_call(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    const WindowName *w = window_name_find(name_last(&c->func)->s);
    const WindowForm *form = &window_forms[w->kind];
    Scope *s = x->scope;
    if (s && s->window_col < 0 && w->kind == WINDOW_TUMBLE && c->args.n && is_of_row(x))
        return row_window(x, c, w, ret, err);
    if (!s || s->window_col < 0) {
        RAISE_AT(err, ERR_WINDOWING, c->node.at, "%s() needs a query that is grouped by %s", w->name, form->name);
        return err_hint(err, "Add GROUP BY %s(%s), or use window_start and window_end of FROM %s(..).", form->name, form->usage,
                        form->name);
    }
    if (c->args.n) {
        TimeWindow spec;
        Expr *time;
        TRY(window_time(x, c->args.first, &time, err));
        TRY(window_params(x, w, c->args.first->next, false, c, &spec, err));
        if (!window_equal(&spec, &s->window) || !expr_equal(time, s->window_bound))
            return RAISE_AT(err, ERR_WINDOW_SPEC, c->node.at, "%s() names another window than GROUP BY", w->name);
    } else if (w->part == PART_OPEN) {
        return RAISE_AT(err, ERR_WINDOW_SPEC, c->node.at, "%s() needs (%s)", w->name, form->usage);
    }
    if (w->part == PART_ROWTIME)
        return bind_window_time(x, c->node.at, ret, err);
    *ret = logical_column(x->b->arena, s->node, (uint32_t)s->window_col + (w->part == PART_END), c->node.at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* The relation of a table function: a name, TABLE name, or a query in parentheses. */
static int window_relation(Binder *b, const WindowForm *form, const Node *n, Scope *ret, Err *err)
{
    if (n->kind == NODE_EXPR_TABLE_ARG)
        return bind_relation_item(b, &AST(ExprTableArg, n)->rel, NULL, n->at, ret, err);
    if (n->kind == NODE_EXPR_COLUMN)
        return bind_relation_item(b, &AST(ExprColumn, n)->name, NULL, n->at, ret, err);
    if (n->kind == NODE_EXPR_SUBQUERY && !AST(ExprSubquery, n)->array) {
        ScopeRel *rel = ARENA_NEW(b->arena, ScopeRel);
        if (!rel)
            return RAISE_NOMEM(err);
        *ret = (Scope){.window_col = -1, .n_rels = 1, .rels = rel};
        TRY(bind_query(b, AST(ExprSubquery, n)->query, &ret->node, err));
        rel->n = ret->node->n_cols;
        return 0;
    }
    return RAISE_AT(err, ERR_WINDOW_SPEC, n->at, "the first argument of %s in FROM is a relation: %s(relation, %s)", form->name,
                    form->name, form->usage);
}

/* SESSION(TABLE rel PARTITION BY k, ..): sessions of each k; of several in parentheses. */
static int window_partition(const ExprScope *x, const WindowName *w, const Node *rel, LogicalWindow *ret, Err *err)
{
    const Node *by = rel->kind == NODE_EXPR_TABLE_ARG ? AST(ExprTableArg, rel)->partition : NULL;
    ExprScope in = *x;
    in.clause = "PARTITION BY";
    if (!by)
        return 0;
    if (w->kind != WINDOW_SESSION)
        return RAISE_AT(err, ERR_WINDOW_SPEC, by->at, "PARTITION BY is for SESSION: the windows of %s are the same for all rows",
                        window_forms[w->kind].name);
    bool is_row = by->kind == NODE_EXPR_ROW;
    uint32_t n = is_row ? AST(ExprRow, by)->items.n : 1;
    ret->is_given = true;
    ret->part = ARENA_ARRAY(x->b->arena, Expr *, n + 1);
    if (!ret->part)
        return RAISE_NOMEM(err);
    for (const Node *item = is_row ? AST(ExprRow, by)->items.first : by; ret->n_part < n; item = item->next)
        TRY(bind_expr(&in, item, &ret->part[ret->n_part++], err));
    return 0;
}

static int no_table_function(const Ident *name, Err *err)
{
    const char *names[ARRAY_LEN(window_names) + 2] = {"generate_series", "unnest"};
    for (size_t i = 0; i < ARRAY_LEN(window_names); i++)
        names[i + 2] = window_names[i].name;
    const char *near = str_nearest(name->s, names, ARRAY_LEN(names));
    int rc = RAISE_AT(err, ERR_UNDEFINED_FUNCTION, name->at, "function %.*s does not exist", (int)name->s.n, name->s.p);
    return near ? err_hint(err, "Did you mean %s()?", near) : rc;
}

/* The time of a relation that has said which column it is. */
static int declared_time(const ExprScope *x, const WindowForm *form, const ExprCall *c, Expr **ret, Err *err)
{
    Logical *n = x->scope->node;
    if (n->kind == L_SOURCE && n->source.time_col >= 0) {
        Expr *e = logical_column(x->b->arena, n, (uint32_t)n->source.time_col, c->node.at);
        return e ? moment_of(x->b->arena, n, e, ret, err) : RAISE_NOMEM(err);
    }
    (void)RAISE_AT(err, ERR_WINDOW_SPEC, c->node.at, "%s in FROM takes (relation, %s)", form->name, form->usage);
    return err_hint(err, "the time may be left out where the relation has a WATERMARK");
}

/* The time that an argument gives: a column, or DESCRIPTOR(column). */
static int given_time(const ExprScope *x, const Node *ts, Expr **ret, Err *err)
{
    if (ts->kind != NODE_EXPR_DESCRIPTOR)
        return window_time(x, ts, ret, err);
    const ExprDescriptor *d = AST(ExprDescriptor, ts);
    if (d->columns.n != 1)
        return RAISE_AT(err, ERR_WINDOW_SPEC, ts->at, "DESCRIPTOR takes one column here");
    IdentNode *id = AST(IdentNode, d->columns.first);
    ExprColumn col = {.node = {.kind = NODE_EXPR_COLUMN, .depth = 1, .at = id->node.at}};
    col.name = (Name){.part = &id->ident, .n_parts = 1, .at = id->node.at};
    return window_time(x, &col.node, ret, err);
}

int bind_window_table(Binder *b, const FromFunction *f, Scope *ret, Err *err)
{
    const ExprCall *c = f->call;
    const WindowName *w = window_name_find(name_last(&c->func)->s);
    TimeWindow spec;
    Expr *time;
    if (agg_is_name(name_last(&c->func)->s))
        return RAISE_AT(err, ERR_GROUPING, c->node.at, "aggregate functions are not allowed in functions in FROM");
    if (over_is_name(name_last(&c->func)->s))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, c->node.at, "window function %.*s requires an OVER clause",
                        (int)name_last(&c->func)->s.n, name_last(&c->func)->s.p);
    if (!w && !func_exists(name_last(&c->func)->s))
        return no_table_function(name_last(&c->func), err);
    if (!w || w->part != PART_OPEN)
        return RAISE_AT(err, ERR_UNSUPPORTED, f->node.at, "table function %.*s is not supported yet", (int)name_last(&c->func)->s.n,
                        name_last(&c->func)->s.p);
    if (f->ordinality)
        return bind_unsupported(err, f->node.at, "WITH ORDINALITY is");
    if (c->args.n < 2)
        return RAISE_AT(err, ERR_WINDOW_SPEC, c->node.at, "%s in FROM takes (relation, %s)", window_forms[w->kind].name,
                        window_forms[w->kind].usage);
    const Node *leading[2], *rest, *ts;
    TRY(leading_args(&window_forms[w->kind], c, leading, &rest, err));
    ts = leading[1];
    if (ts && c->args.n < 3)
        return RAISE_AT(err, ERR_WINDOW_SPEC, c->node.at, "%s in FROM takes (relation, %s)", window_forms[w->kind].name,
                        window_forms[w->kind].usage);
    TRY(window_relation(b, &window_forms[w->kind], leading[0], ret, err));
    ExprScope x = {.b = b, .scope = ret, .clause = "the time of a window"};
    TRY(ts ? given_time(&x, ts, &time, err) : declared_time(&x, &window_forms[w->kind], c, &time, err));
    TRY(window_params(&x, w, rest, true, c, &spec, err));
    LogicalWindow part = {0};
    TRY(window_partition(&x, w, leading[0], &part, err));
    TRY(window_open(&x, spec, time, c->node.at, err));
    ret->node->window.is_given = part.is_given;
    ret->node->window.n_part = part.n_part;
    ret->node->window.part = part.part;
    ret->window_col = (int32_t)ret->node->n_cols - 2;
    ret->window = spec;
    ret->window_bound = time;
    ret->rels[0].n = ret->node->n_cols;
    return 0;
}
