/* SPDX-License-Identifier: Apache-2.0
 *
 * Emit control (design 4.14, 16): which clause was written, whether the query can do it, and in which mode every aggregate runs.  A
 * mode that closes windows must make the whole result append-only; whatever keeps it from that is named in the error. */
#include "plan/bind_impl.h"
#include "plan/join_impl.h"

const char *output_mode_name(OutputMode m)
{
    static const char *const names[] = {
        [OUTPUT_DEFAULT] = "DEFAULT",
        [OUTPUT_ON_UPDATE] = "ON UPDATE",
        [OUTPUT_CHANGES] = "CHANGES",
        [OUTPUT_CHANGES_IMMEDIATE] = "CHANGES IMMEDIATE",
        [OUTPUT_EVERY] = "EVERY",
        [OUTPUT_ON_WATERMARK] = "ON WATERMARK",
        [OUTPUT_ON_WINDOW_CLOSE] = "ON WINDOW CLOSE",
        [OUTPUT_FINAL] = "FINAL",
    };
    return names[m];
}

int bind_emit(const ExprScope *x, const StreamClauses *c, EmitPlan *ret, Err *err)
{
    static const OutputMode modes[N_EMIT_MODES] = {
        [EMIT_DEFAULT] = OUTPUT_DEFAULT,
        [EMIT_ON_WATERMARK] = OUTPUT_ON_WATERMARK,
        [EMIT_ON_WINDOW_CLOSE] = OUTPUT_ON_WINDOW_CLOSE,
        [EMIT_ON_UPDATE] = OUTPUT_ON_UPDATE,
        [EMIT_PERIODICALLY] = OUTPUT_EVERY,
        [EMIT_CHANGES] = OUTPUT_CHANGES,
        [EMIT_CHANGES_IMMEDIATE] = OUTPUT_CHANGES_IMMEDIATE,
        [EMIT_FINAL] = OUTPUT_FINAL,
    };
    *ret = (EmitPlan){.at = SPAN_NONE, .lateness_at = SPAN_NONE, .late_at = SPAN_NONE};
    if (!c)
        return 0;
    ret->mode = modes[c->emit];
    ret->at = c->emit == EMIT_DEFAULT ? SPAN_NONE : c->emit_at;
    ret->at_once =
        c->emit == EMIT_ON_UPDATE || c->emit == EMIT_PERIODICALLY || c->emit == EMIT_CHANGES || c->emit == EMIT_CHANGES_IMMEDIATE;
    if (c->every) {
        TRY(bind_const_us(x, c->every, "the period of EMIT EVERY", &ret->every_us, err));
        if (ret->every_us <= 0)
            return RAISE_AT(err, ERR_EMIT_MODE, c->every->at, "the period of EMIT EVERY must be positive");
    }
    if (c->lateness) {
        TRY(bind_const_us(x, c->lateness, "ALLOW LATENESS", &ret->lateness_us, err));
        if (ret->lateness_us < 0)
            return RAISE_AT(err, ERR_EMIT_MODE, c->lateness->at, "ALLOW LATENESS must not be negative");
        ret->has_lateness = true;
        ret->lateness_at = c->lateness->at;
    }
    if (c->late_to.n_parts > 0) {
        Str name = name_key(&c->late_to);
        TRY(name_check_made(x->b->ctx->catalog, &c->late_to, err));
        ret->late_to = arena_strndup(x->b->arena, name.p, name.n);
        ret->late_at = c->late_to.at;
        if (!ret->late_to)
            return RAISE_NOMEM(err);
    }
    return 0;
}

/* ---- what the plan holds ------------------------------------------------------------------------------------------------ */

typedef struct PlanShape {
    uint32_t n_closing;      /* windowed aggregates that a watermark closes */
    const Logical *open;     /* a windowed aggregate that none closes */
    const Logical *unbound;  /* topmost aggregate without a window */
    uint32_t n_keyed;        /* aggregates without one whose groups a watermark completes */
    const Logical *over;     /* window functions or a MATCH_RECOGNIZE that go by a watermark */
    uint32_t n_ordered;      /* how many of them there are */
    uint32_t n_timed;        /* joins whose results watermarks make final */
    uint32_t n_clocks;       /* leaves with a watermark */
    const Logical *timeless; /* a leaf without one */
} PlanShape;

/* Its partitions are windows that a watermark closes. */
static bool closes_groups(const Logical *n)
{
    const Props *in = &n->in[0]->props;
    for (uint32_t i = 0; i < n->top.n_part; i++) {
        const Expr *e = n->top.part[i];
        bool bound = e->kind == EXPR_COLUMN && ((int32_t)e->col == in->window_start_col || (int32_t)e->col == in->window_end_col);
        if (bound && e->type.id == T_TS && props_find_class(in, e->col, NULL))
            return true;
    }
    return false;
}

static bool is_windowed(const Logical *n)
{
    if (n->kind == L_WINDOW_AGG || (n->kind == L_WINDOW && n->window.spec.kind == WINDOW_SESSION))
        return true;
    return n->kind == L_AGG && (n->props.window_start_col >= 0 || n->props.window_end_col >= 0);
}

static bool is_timed_join(const PlanState *s, const Logical *n)
{
    JoinBand band;
    return n->kind == L_JOIN && join_is_timed(s, n, &band);
}

/* Its results are final when they leave, which is when the watermarks say so. */
static bool waits_for_marks(const PlanState *s, const Logical *n)
{
    return is_timed_join(s, n) || (n->kind == L_ASOF && logical_asof_use(s, n) == ASOF_FINAL_BY_CLOCK);
}

/* Of a definition with clauses of its own only what its results bring along counts. */
static bool look_own(const Logical *n, PlanShape *shape)
{
    bool closes = n->own && n->own->window_mode != OUTPUT_ON_UPDATE;
    shape->n_closing += closes && (logical_window_closes(n) || (n->kind == L_TOP_N && closes_groups(n)));
    return n->own;
}

static void look_at(const PlanState *s, const Logical *n, PlanShape *shape)
{
    bool over = n->kind == L_OVER && over_clock(n, NULL);
    if (over && !shape->over)
        shape->over = n;
    bool match = n->kind == L_MATCH && match_clock(n, NULL);
    if (match && !shape->over)
        shape->over = n;
    shape->n_ordered += over || match;
    if (logical_window_closes(n) || over || match || (n->kind == L_TOP_N && closes_groups(n)))
        shape->n_closing++;
    else if (is_windowed(n) && !shape->open)
        shape->open = n;
    else if (n->kind == L_AGG && logical_closing_key(n, NULL))
        shape->n_keyed++;
    else if (n->kind == L_AGG && !shape->unbound)
        shape->unbound = n;
    shape->n_timed += waits_for_marks(s, n);
}

static void look(const PlanState *s, const Logical *n, PlanShape *shape)
{
    if (!look_own(n, shape))
        look_at(s, n, shape);
    if (n->kind == L_SOURCE && n->props.n_wm > 0)
        shape->n_clocks++;
    else if (n->kind == L_SOURCE)
        shape->timeless = n;
    for (uint32_t i = 0; i < n->n_in; i++)
        look(s, n->in[i], shape);
}

/* Whether no row comes below a mark: somebody refuses those that are late. */
static bool refuses_late(const Logical *n)
{
    switch (n->kind) {
    case L_SOURCE: return n->source.drop_late;
    case L_WINDOW_AGG: return logical_window_closes(n);
    case L_FILTER:
    case L_PROJECT:
    case L_UNNEST:
    case L_EVERY: return refuses_late(n->in[0]);
    case L_WINDOW: return n->window.spec.kind != WINDOW_SESSION && refuses_late(n->in[0]);
    case L_UNION: return refuses_late(n->in[0]) && refuses_late(n->in[1]);
    default: return false;
    }
}

static void set_modes_of(const PlanState *s, Logical *n, const OwnEmit *around)
{
    const OwnEmit *own = n->own ? n->own : around;
    OutputMode window_mode = own->window_mode, other_mode = own->other_mode;
    if (n->kind == L_WINDOW_AGG)
        n->group.emit = window_mode;
    if (n->kind == L_WINDOW)
        n->window.emit = window_mode;
    if (n->kind == L_AGG) {
        n->group.closes = s->continuous && logical_closing_key(n, NULL) && refuses_late(n->in[0]);
        n->group.emit = own->closes_groups && n->group.closes ? window_mode : other_mode;
    }
    if (n->kind == L_OVER)
        n->over.emit = window_mode == OUTPUT_ON_WINDOW_CLOSE && over_clock(n, NULL) ? window_mode : other_mode;
    if (n->kind == L_TOP_N)
        n->top.emit = closes_groups(n) && window_mode != OUTPUT_ON_WATERMARK ? window_mode : other_mode;
    for (uint32_t i = 0; i < n->n_in; i++)
        set_modes_of(s, n->in[i], around);
}

static void set_modes(PlanState *s, Logical *root, OutputMode window_mode, OutputMode other_mode)
{
    s->window_mode = window_mode;
    s->other_mode = other_mode;
    OwnEmit own = {.window_mode = window_mode, .other_mode = other_mode, .closes_groups = s->closes_groups};
    set_modes_of(s, root, &own);
}

/* A definition has said itself how late its rows may be. */
static bool has_own_lateness(const Logical *n, const OwnEmit *of)
{
    return n->own && n->own->has_lateness && n->own != of;
}

/* By the windows that it closes. */
static bool judges_late_rows(const Logical *n)
{
    return n->kind == L_WINDOW_AGG || (n->kind == L_WINDOW && n->window.spec.kind == WINDOW_SESSION);
}

/* Lateness is judged once: a windowed aggregate over the results of another, or of an interval join, gets rows that were judged
 * already. */
static bool set_window_lateness(const PlanState *s, Logical *n, int64_t us, const OwnEmit *of)
{
    if (has_own_lateness(n, of))
        return set_window_lateness(s, n, n->own->lateness_us, n->own);
    bool below = is_timed_join(s, n);
    for (uint32_t i = 0; i < n->n_in; i++)
        below |= set_window_lateness(s, n->in[i], us, of);
    bool judges = judges_late_rows(n);
    if (n->kind == L_WINDOW_AGG)
        n->group.lateness_us = below ? 0 : us;
    if (n->kind == L_WINDOW && judges)
        n->window.lateness_us = below ? 0 : us;
    return below || judges;
}

/* Where no window above the leaf judges its rows, the leaf does; also below an interval join, which would take none that is late.
 */
static void set_leaf_lateness(const PlanState *s, Logical *n, int64_t us, bool in_window, const OwnEmit *of)
{
    if (has_own_lateness(n, of)) {
        set_leaf_lateness(s, n, n->own->lateness_us, false, n->own);
        return;
    }
    in_window = judges_late_rows(n) || (in_window && !is_timed_join(s, n));
    if (n->kind == L_SOURCE && n->props.n_wm > 0 && !in_window) {
        n->source.drop_late = true;
        n->source.lateness_us = us;
    }
    for (uint32_t i = 0; i < n->n_in; i++)
        set_leaf_lateness(s, n->in[i], us, in_window, of);
    for (uint32_t i = 0; n->kind == L_RECURSE && i < n->recurse.n_leaves; i++)
        if (n->recurse.leaf[i])
            set_leaf_lateness(s, n->recurse.leaf[i], us, in_window, of);
}

/* Where the statement says nothing of late rows. */
static void set_own_lateness(const PlanState *s, Logical *n)
{
    if (has_own_lateness(n, NULL)) {
        (void)set_window_lateness(s, n, 0, NULL);
        set_leaf_lateness(s, n, 0, false, NULL);
        return;
    }
    for (uint32_t i = 0; i < n->n_in; i++)
        set_own_lateness(s, n->in[i]);
}

/* ---- errors ------------------------------------------------------------------------------------------------------------- */

static const Logical *find_window(const Logical *n)
{
    while (n && n->kind != L_WINDOW)
        n = n->n_in ? n->in[0] : NULL;
    return n;
}

static int no_watermark(const PlanState *s, const Logical *group, Err *err)
{
    const Logical *w = find_window(group);
    uint32_t col = 0;
    const Relation *r = w ? logical_origin(w->in[0], w->window.time_col, &col) : NULL;
    const char *mode = output_mode_name(s->emit.mode == OUTPUT_DEFAULT ? OUTPUT_ON_WINDOW_CLOSE : s->emit.mode);
    Span at = span_is_none(s->emit.at) ? group->at : s->emit.at;
    if (!r) {
        RAISE_AT(err, ERR_NO_WATERMARK, at, "EMIT %s needs a watermark on the time of the window, but it has none", mode);
        return err_hint(err, "Take the time from a source with WATERMARK FOR, or use EMIT ON UPDATE.");
    }
    const char *time = r->schema->field[col].name;
    if (r->watermark.declared && r->watermark.col == col) {
        RAISE_AT(err, ERR_NO_WATERMARK, at,
                 "EMIT %s needs a watermark on the time of the window, which \"%s\" of \"%s\" loses on its way", mode, time,
                 r->name);
        return err_hint(err,
                        "What it is joined with may give rows of any time: join FOR SYSTEM_TIME AS OF, bound the times of both "
                        "sides, or use EMIT ON UPDATE.");
    }
    bool other = r->watermark.declared;
    RAISE_AT(err, ERR_NO_WATERMARK, at, "EMIT %s needs a watermark on \"%s\" of %s \"%s\" (%s)", mode, time,
             r->kind == REL_SOURCE  ? "source"
             : r->kind == REL_TABLE ? "table"
                                    : "stream",
             r->name, other ? "it is declared on another column" : "none declared");
    return err_hint(err, "Declare WATERMARK FOR %s AS %s - INTERVAL '5' SECOND, or use EMIT ON UPDATE.", time, time);
}

static const char *first_key(const Logical *group)
{
    return group->group.n_keys ? group->cols[0].name : NULL;
}

static int not_final(const PlanState *s, const PlanShape *shape, Err *err)
{
    const char *key = shape->unbound ? first_key(shape->unbound) : NULL;
    const char *mode = output_mode_name(s->emit.mode);
    if (s->emit.mode != OUTPUT_FINAL)
        return RAISE_AT(err, ERR_EMIT_MODE, s->emit.at, "EMIT %s needs every aggregate to be grouped by a window%s%s%s", mode,
                        key ? ": group key \"" : "", key ? key : "", key ? "\" is not one" : "");
    if (key) {
        RAISE_AT(err, ERR_FINAL_NEVER, s->emit.at, "EMIT FINAL is never reached: group key \"%s\" has no watermark column", key);
        return err_hint(err, "GROUP BY %s, SESSION(time, INTERVAL '10' MINUTE) ends a group when no row has come for so long.",
                        key);
    }
    return RAISE_AT(err, ERR_FINAL_NEVER, s->emit.at, "EMIT FINAL is never reached: %s",
                    shape->unbound ? "an aggregate without GROUP BY changes with every row" : "the input has updates and deletes");
}

/* ---- resolution --------------------------------------------------------------------------------------------------------- */

/* Rows that leave once, in order, wait that much longer: their source holds its mark back.  It does not where a window judges its
 * rows. */
static int check_order_lateness(const EmitPlan *e, const PlanShape *shape, Err *err)
{
    if (e->mode == OUTPUT_ON_WATERMARK) {
        (void)bind_unsupported(err, e->lateness_at,
                               "EMIT ON WATERMARK with ALLOW LATENESS of window functions or MATCH_RECOGNIZE is");
        return err_hint(err, "EMIT ON WINDOW CLOSE gives each row once, that much later.");
    }
    if (shape->n_closing > shape->n_ordered)
        return bind_unsupported(err, e->lateness_at, "ALLOW LATENESS of window functions or MATCH_RECOGNIZE beside windows is");
    return 0;
}

static int resolve_late(PlanState *s, const PlanShape *shape, Logical *root, Err *err)
{
    EmitPlan *e = &s->emit;
    Span at = e->has_lateness ? e->lateness_at : e->late_at;
    if (!e->has_lateness && !e->late_to)
        return 0;
    if (e->mode == OUTPUT_FINAL && e->late_to)
        return RAISE_AT(err, ERR_EMIT_MODE, e->late_at, "EMIT FINAL drops late rows: use EMIT ON WINDOW CLOSE with LATE DATA TO");
    if (e->mode == OUTPUT_FINAL && e->lateness_us > 0) {
        Err what = ERR_INIT;
        RAISE_AT(&what, ERR_EMIT_MODE, at, "EMIT FINAL takes no late rows: ALLOW LATENESS counts as 0");
        TRY(plan_add_notice(s, &what, err));
        e->lateness_us = 0;
    }
    if (shape->open)
        return no_watermark(s, shape->open, err);
    if (shape->n_clocks == 0)
        return RAISE_AT(err, ERR_NO_WATERMARK, at, "%s needs a watermark, and %s%s%s has none",
                        e->has_lateness ? "ALLOW LATENESS" : "LATE DATA TO", shape->timeless ? "\"" : "the query",
                        shape->timeless ? shape->timeless->source.relation->name : "", shape->timeless ? "\"" : "");
    if (shape->over && e->lateness_us > 0)
        TRY(check_order_lateness(e, shape, err));
    (void)set_window_lateness(s, root, e->lateness_us, NULL);
    set_leaf_lateness(s, root, e->lateness_us, false, NULL);
    return 0;
}

/* ---- rows that no operator holds back ------------------------------------------------------------------------------------ */

/* Rows of a source, each by itself: with what a table has for it, in its windows. */
static bool is_row_by_row(const PlanState *s, const Logical *n)
{
    switch (n->kind) {
    case L_SOURCE: return true;
    case L_FILTER:
    case L_PROJECT:
    case L_UNNEST:
    case L_EVERY: return is_row_by_row(s, n->in[0]);
    case L_WINDOW: return n->window.spec.kind != WINDOW_SESSION && is_row_by_row(s, n->in[0]);
    case L_UNION: return is_row_by_row(s, n->in[0]) && is_row_by_row(s, n->in[1]);
    case L_JOIN: return logical_join_probes(s, n) && is_row_by_row(s, n->in[0]);
    default: return false;
    }
}

static bool has_window(const Logical *n, bool only_slices)
{
    bool found = n->kind == L_WINDOW && (!only_slices || n->window.spec.kind != WINDOW_TUMBLE);
    for (uint32_t i = 0; i < n->n_in && !found; i++)
        found = has_window(n->in[i], only_slices);
    return found;
}

/* The node that holds rows judges them. */
static void accept_late(Logical *n)
{
    if (n->own)
        return;
    if (n->kind == L_SOURCE)
        n->source.drop_late = false;
    for (uint32_t i = 0; i < n->n_in; i++)
        accept_late(n->in[i]);
}

/* The column that says when a row may leave: the end of its window, or its time. */
static bool find_hold(PlanState *s, const Logical *root)
{
    EmitPlan *e = &s->emit;
    const Props *p = &root->props;
    e->hold_is_end = order_is_by(s, p, UINT32_MAX) && p->window_end_col >= 0 && has_window(root, false) &&
                     props_closing_class(p, (uint32_t)p->window_end_col, &e->hold_class) &&
                     root->cols[p->window_end_col].type.id == T_TS;
    e->hold_col = (uint32_t)p->window_end_col;
    e->holds = e->hold_is_end;
    for (uint32_t i = 0; i < p->n_wm && !e->holds; i++)
        if (order_is_by(s, p, p->wm[i].col) && logical_is_time(root, p->wm[i].col, &e->hold_unit_us)) {
            e->holds = true;
            e->hold_col = p->wm[i].col;
            e->hold_class = p->wm[i].cls;
        }
    return e->holds;
}

/* A query without aggregates: its rows leave when the watermark has passed them, or the windows they are in. */
static int resolve_rows(PlanState *s, const PlanShape *shape, Logical *root, Err *err)
{
    EmitPlan *e = &s->emit;
    set_modes(s, root, OUTPUT_ON_WINDOW_CLOSE, OUTPUT_ON_UPDATE);
    TRY(props_derive(s, root, err));
    bool fits = root->props.change == CHANGE_APPEND && !shape->n_timed && is_row_by_row(s, root);
    if (fits && root->props.window.kind != WINDOW_NONE && !has_window(root, false))
        return 0; /* the results of another query's windows, which come when they close */
    if (!fits || !find_hold(s, root)) {
        RAISE_AT(err, ERR_EMIT_MODE, e->at, "EMIT %s needs a query grouped by a window", output_mode_name(e->mode));
        return fits ? err_hint(err, "Rows wait for the watermark when the result has the column with the watermark.")
                    : -ERR_EMIT_MODE;
    }
    if (e->late_to && has_window(root, true))
        return bind_unsupported(err, e->late_at, "LATE DATA TO of the rows of hopping windows is");
    accept_late(root);
    if (e->mode == OUTPUT_ON_WATERMARK && e->lateness_us == 0)
        e->mode = OUTPUT_ON_WINDOW_CLOSE; /* the same without lateness */
    return 0;
}

/* Windows emit once, when they close. */
static int resolve_close(PlanState *s, const PlanShape *shape, Logical *root, Err *err)
{
    EmitPlan *e = &s->emit;
    if (shape->open)
        return no_watermark(s, shape->open, err);
    bool corrects = e->mode == OUTPUT_ON_WATERMARK && e->lateness_us > 0;
    s->closes_groups = shape->n_keyed > 0 && !corrects;
    bool waits = shape->n_closing || s->closes_groups || shape->n_timed;
    if (e->mode != OUTPUT_FINAL && !waits)
        return resolve_rows(s, shape, root, err);
    if (corrects && shape->n_closing) { /* a first result, then corrections */
        set_modes(s, root, OUTPUT_ON_WATERMARK, OUTPUT_ON_UPDATE);
        return props_derive(s, root, err);
    }
    if (e->mode == OUTPUT_FINAL || s->closes_groups) /* what is late is dropped, also where there is no window */
        set_leaf_lateness(s, root, e->lateness_us, false, NULL);
    set_modes(s, root, e->mode == OUTPUT_FINAL && !shape->over ? OUTPUT_FINAL : OUTPUT_ON_WINDOW_CLOSE, OUTPUT_ON_UPDATE);
    TRY(props_derive(s, root, err));
    if (root->props.change != CHANGE_APPEND)
        return not_final(s, shape, err);
    if (e->mode == OUTPUT_ON_WATERMARK)
        e->mode = OUTPUT_ON_WINDOW_CLOSE; /* the same without lateness */
    return 0;
}

static int resolve_default(PlanState *s, const PlanShape *shape, Logical *root, Err *err)
{
    EmitPlan *e = &s->emit;
    if (s->is_view) {
        set_modes(s, root, OUTPUT_ON_UPDATE, OUTPUT_ON_UPDATE);
        e->mode = OUTPUT_CHANGES;
        return props_derive(s, root, err);
    }
    if (shape->open)
        return no_watermark(s, shape->open, err);
    set_modes(s, root, OUTPUT_ON_WINDOW_CLOSE, OUTPUT_ON_UPDATE);
    TRY(props_derive(s, root, err));
    e->mode = shape->n_closing && root->props.change == CHANGE_APPEND ? OUTPUT_ON_WINDOW_CLOSE : OUTPUT_ON_UPDATE;
    return 0;
}

int emit_resolve(PlanState *s, Logical *root, Err *err)
{
    PlanShape shape = {0};
    if (!s->continuous) { /* nothing has clauses of its own there */
        set_modes(s, root, OUTPUT_FINAL, OUTPUT_FINAL);
        s->emit.mode = OUTPUT_FINAL;
        return props_derive(s, root, err);
    }
    TRY(props_derive(s, root, err));
    look(s, root, &shape);
    set_own_lateness(s, root);
    TRY(resolve_late(s, &shape, root, err));
    switch (s->emit.mode) {
    case OUTPUT_DEFAULT: return resolve_default(s, &shape, root, err);
    case OUTPUT_ON_WATERMARK:
    case OUTPUT_ON_WINDOW_CLOSE:
    case OUTPUT_FINAL: return resolve_close(s, &shape, root, err);
    case OUTPUT_ON_UPDATE:
    case OUTPUT_CHANGES:
    case OUTPUT_CHANGES_IMMEDIATE:
    case OUTPUT_EVERY: set_modes(s, root, OUTPUT_ON_UPDATE, OUTPUT_ON_UPDATE); return props_derive(s, root, err);
    }
    return 0;
}
