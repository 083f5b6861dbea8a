/* SPDX-License-Identifier: Apache-2.0
 *
 * Streaming properties (design 3.3): what changes may appear, one unique key, watermark columns with their clocks, windows, and how
 * large the integrated relation gets.  Derived bottom-up as often as the tree changes; clocks keep their numbers once given. */
#include "plan/join_impl.h"
#include "plan/plan.h"
#include "plan/temporal.h"

#include "base/bits.h"
#include "base/calendar.h"

const char *change_kind_name(ChangeKind k)
{
    static const char *const names[] = {"append", "changes", "upsert"};
    return names[k];
}

const char *state_class_name(StateClass c)
{
    static const char *const names[] = {"const", "window", "table", "keys", "rows"};
    return names[c];
}

bool props_find_class(const Props *p, uint32_t col, uint32_t *ret_class)
{
    for (uint32_t i = 0; i < p->n_wm; i++)
        if (p->wm[i].col == col) {
            if (ret_class)
                *ret_class = p->wm[i].cls;
            return true;
        }
    return false;
}

bool props_closing_class(const Props *p, uint32_t col, uint32_t *ret_class)
{
    bool found = false;
    for (uint32_t i = 0; i < p->n_wm; i++)
        if (p->wm[i].col == col) {
            found = true;
            *ret_class = p->wm[i].cls;
        }
    return found;
}

int64_t props_ahead_us(const Props *p, uint32_t col, uint32_t cls)
{
    for (uint32_t i = 0; i < p->n_wm; i++)
        if (p->wm[i].col == col && p->wm[i].cls == cls)
            return p->wm[i].ahead_us;
    return 0;
}

static void add_wm_ahead(Props *p, uint32_t col, uint32_t cls, int64_t ahead_us)
{
    if (p->n_wm < WATERMARK_COLUMNS_MAX)
        p->wm[p->n_wm++] = (WatermarkColumn){col, cls, ahead_us};
}

static void add_wm(Props *p, uint32_t col, uint32_t cls)
{
    add_wm_ahead(p, col, cls, 0);
}

static uint32_t class_new(PlanState *s, uint32_t *slot)
{
    if (*slot == 0)
        *slot = ++s->n_classes;
    return *slot;
}

static Props props_none(void)
{
    return (Props){.window_start_col = -1, .window_end_col = -1};
}

static int32_t find_col(const uint32_t *cols, uint32_t n, uint32_t col)
{
    for (uint32_t i = 0; i < n; i++)
        if (cols[i] == col)
            return (int32_t)i;
    return -1;
}

/* Key columns of `in` through a map from new to old columns (find gives the new one or -1). */
static int map_key(PlanState *s, const uint32_t *key, uint32_t n_key, const uint32_t *cols, uint32_t n, Props *ret, Err *err)
{
    uint32_t *mapped = ARENA_ARRAY(s->arena, uint32_t, n_key + 1);
    if (!mapped)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_key; i++) {
        int32_t at = find_col(cols, n, key[i]);
        if (at < 0)
            return 0;
        mapped[i] = (uint32_t)at;
    }
    ret->key = mapped;
    ret->n_key = n_key;
    return 0;
}

static int derive_running(PlanState *s, Logical *n, Props *p, Err *err)
{
    const Props *run = &n->source.running;
    p->change = s->inputs_end ? CHANGE_APPEND : run->change;
    p->content = run->content;
    p->content_why = run->content_why;
    p->window = run->window;
    if (run->window_start_col >= 0)
        p->window_start_col = find_col(n->source.cols, n->n_cols, (uint32_t)run->window_start_col);
    if (run->window_end_col >= 0)
        p->window_end_col = find_col(n->source.cols, n->n_cols, (uint32_t)run->window_end_col);
    for (uint32_t i = 0; i < run->n_wm; i++) { /* one stream of marks per leaf: one clock */
        int32_t col = find_col(n->source.cols, n->n_cols, run->wm[i].col);
        if (col >= 0 && run->wm[i].cls == run->wm[0].cls)
            add_wm_ahead(p, (uint32_t)col, class_new(s, &n->out_class[0]), run->wm[i].ahead_us);
    }
    return map_key(s, run->key, run->n_key, n->source.cols, n->n_cols, p, err);
}

/* In the second term of a recursion rows are what it is given, and kept until they are taken back, those of streams and views as
 * well: what they grow by is judged around it (LogicalRecurse.leaf). */
static int derive_given(PlanState *s, Logical *n)
{
    Props *p = &n->props;
    bool is_stored = relation_is_stored(n->source.relation) || n->source.relation->kind == REL_VIEW;
    p->n_wm = 0;
    p->window_start_col = p->window_end_col = -1;
    p->content = MIN(p->content, STATE_TABLE);
    if (!is_stored && s->ctx->state_ttl_us > 0)
        p->change = CHANGE_ZSET;
    return 0;
}

static int derive_source(PlanState *s, Logical *n, Err *err)
{
    const Relation *r = n->source.relation;
    Props p = props_none();
    p.bounded = s->inputs_end;
    if (n->source.has_running) {
        TRY(derive_running(s, n, &p, err));
        n->props = p;
        return s->is_body ? derive_given(s, n) : 0;
    }
    bool stored = relation_is_stored(r);
    bool deletes = stored || r->kind == REL_ERRORS;
    p.change = deletes && !r->append_only && !s->inputs_end ? CHANGE_ZSET : CHANGE_APPEND;
    p.content = stored ? STATE_TABLE : STATE_ROWS;
    const char *what = r->kind == REL_TABLE ? "stored table" : stored ? "stored source" : "every row of stream";
    p.content_why = arena_printf(s->arena, "%s \"%s\"", what, r->name);
    if (!p.content_why)
        return RAISE_NOMEM(err);
    if (r->watermark.declared && n->source.time_col >= 0)
        add_wm(&p, (uint32_t)n->source.time_col, class_new(s, &n->out_class[0]));
    if (stored)
        TRY(map_key(s, r->primary_key, r->n_primary_key, n->source.cols, n->n_cols, &p, err));
    n->props = p;
    return s->is_body ? derive_given(s, n) : 0;
}

static bool class_taken(const Props *p, uint32_t n, uint32_t cls)
{
    for (uint32_t k = 0; k < n; k++)
        if (p->wm[k].cls == cls)
            return true;
    return false;
}

/* Columns that pass unchanged or as the same moment; then nondecreasing functions of a clock that none of those has, for a mark is
 * the least over the columns of its class. */
static void derive_exprs_wm(const Logical *below, Expr *const *exprs, uint32_t n, Props *p)
{
    const Props *in = &below->props;
    uint32_t cls, col;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < in->n_wm && expr_is_nondecreasing(exprs[i], &col) && logical_is_same_moment(below, exprs[i]); k++)
            if (in->wm[k].col == col)
                add_wm_ahead(p, i, in->wm[k].cls, exprs[i]->kind == EXPR_COLUMN ? in->wm[k].ahead_us : 0);
    uint32_t n_exact = p->n_wm;
    for (uint32_t i = 0; i < n; i++) {
        const Expr *e = exprs[i];
        bool is_time = type_is_timestamp(e->type.id) || e->type.id == T_DATE;
        if (e->is_volatile || !is_time || logical_is_same_moment(below, e) || !expr_rises(e, &col))
            continue;
        if (logical_is_of_time(below, e) && props_find_class(in, col, &cls) && !class_taken(p, n_exact, cls))
            add_wm(p, i, cls);
    }
}

static void derive_exprs_window(Expr *const *exprs, uint32_t n, const Props *in, Props *p)
{
    p->window_start_col = p->window_end_col = -1;
    for (uint32_t i = n; i-- > 0;) {
        if (exprs[i]->kind != EXPR_COLUMN)
            continue;
        if ((int32_t)exprs[i]->col == in->window_start_col)
            p->window_start_col = (int32_t)i;
        if ((int32_t)exprs[i]->col == in->window_end_col)
            p->window_end_col = (int32_t)i;
    }
}

static int derive_project(PlanState *s, Logical *n, Err *err)
{
    const Props *in = &n->in[0]->props;
    Props p = *in;
    uint32_t *cols = ARENA_ARRAY(s->arena, uint32_t, n->n_cols + 1);
    p.volatile_cols = ARENA_ARRAY(s->arena, uint64_t, BIT_WORDS(n->n_cols) + 1);
    if (!cols || !p.volatile_cols)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->n_cols; i++) {
        const Expr *e = n->exprs[i];
        cols[i] = e->kind == EXPR_COLUMN ? e->col : UINT32_MAX;
        if (e->is_volatile || (e->kind == EXPR_COLUMN && in->volatile_cols && bit_get(in->volatile_cols, e->col)))
            bit_set(p.volatile_cols, i);
    }
    p.n_key = p.n_wm = 0;
    TRY(map_key(s, in->key, in->n_key, cols, n->n_cols, &p, err));
    derive_exprs_wm(n->in[0], n->exprs, n->n_cols, &p);
    derive_exprs_window(n->exprs, n->n_cols, in, &p);
    n->props = p;
    return 0;
}

static int derive_union(PlanState *s, Logical *n)
{
    const Props *a = &n->in[0]->props, *b = &n->in[1]->props;
    Props p = props_none();
    p.change = a->change == CHANGE_APPEND && b->change == CHANGE_APPEND ? CHANGE_APPEND : CHANGE_ZSET;
    p.bounded = a->bounded && b->bounded;
    p.content = MAX(a->content, b->content);
    p.content_why = a->content >= b->content ? a->content_why : b->content_why;
    for (uint32_t i = 0; i < a->n_wm; i++) {
        uint32_t other, first = 0;
        (void)props_find_class(a, a->wm[i].col, &first);
        if (a->wm[i].cls != first || !props_find_class(b, a->wm[i].col, &other))
            continue;
        uint32_t k = 0; /* columns with the same pair of clocks have one clock in the output */
        while (k < i) {
            uint32_t other_k;
            if (a->wm[k].cls == first && props_find_class(b, a->wm[k].col, &other_k) && other_k == other)
                break;
            k++;
        }
        add_wm(&p, a->wm[i].col, class_new(s, &n->out_class[k]));
    }
    if (window_equal(&a->window, &b->window)) {
        p.window = a->window;
        p.window_start_col = a->window_start_col == b->window_start_col ? a->window_start_col : -1;
        p.window_end_col = a->window_end_col == b->window_end_col ? a->window_end_col : -1;
    }
    n->props = p;
    return 0;
}

/* What emit_resolve will make of it: the rules need to know which clocks there will be. */
static OutputMode window_mode(const PlanState *s)
{
    OutputMode mode = s->emit.mode;
    bool closes = mode == OUTPUT_ON_WATERMARK || mode == OUTPUT_ON_WINDOW_CLOSE || mode == OUTPUT_FINAL;
    return s->continuous && (closes || (mode == OUTPUT_DEFAULT && !s->is_view)) ? OUTPUT_ON_WINDOW_CLOSE : OUTPUT_ON_UPDATE;
}

/* A row leaves when its session ends, or whenever its session changes: only the end of the session has a clock. */
static void derive_sessions(const PlanState *s, Logical *n)
{
    Props *p = &n->props;
    uint32_t cls;
    OutputMode emit = n->window.emit == OUTPUT_DEFAULT ? window_mode(s) : n->window.emit;
    bool closes = logical_window_closes(n), once = emit == OUTPUT_ON_WINDOW_CLOSE || emit == OUTPUT_FINAL;
    p->change = !s->continuous || (closes && once) ? CHANGE_APPEND : CHANGE_ZSET;
    p->n_wm = 0;
    if (n->in[0]->props.change == CHANGE_APPEND && props_find_class(&n->in[0]->props, n->window.time_col, &cls))
        add_wm(p, (uint32_t)p->window_end_col, cls);
}

/* The columns of the time's clock go on with it, which is held back to the start of the earliest open window; a further clock of
 * window_end is not. */
static void derive_window(PlanState *s, Logical *n)
{
    uint32_t cls, start = n->n_cols - 2;
    n->props = n->in[0]->props;
    n->props.window = n->window.spec;
    n->props.window_start_col = (int32_t)start;
    n->props.window_end_col = (int32_t)start + 1;
    n->props.volatile_cols = NULL;
    if (n->window.spec.kind == WINDOW_SESSION) {
        derive_sessions(s, n);
    } else if (props_find_class(&n->in[0]->props, n->window.time_col, &cls)) {
        add_wm(&n->props, start, cls);
        add_wm(&n->props, start + 1, cls);
        add_wm(&n->props, start + 1, class_new(s, &n->out_class[0]));
    }
}

static int first_columns(PlanState *s, uint32_t n, Props *p, Err *err)
{
    p->key = ARENA_ARRAY(s->arena, uint32_t, n + 1);
    if (!p->key)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        p->key[i] = i;
    p->n_key = n;
    return 0;
}

static void derive_group_content(const PlanState *s, const Logical *n, Props *p)
{
    const Props *in = &n->in[0]->props;
    p->content = STATE_KEYS;
    p->content_why = "one row per distinct key";
    if (n->group.n_keys == 0 && n->kind == L_AGG) {
        p->content = STATE_CONST;
        p->content_why = "one row";
    } else if (in->content < STATE_KEYS) {
        p->content = in->content;
        p->content_why = in->content_why;
    } else if (n->kind == L_AGG && s->continuous && s->ctx->state_ttl_us > 0 && s->ctx->ttl_mode != TTL_FREEZE) {
        p->content = STATE_WINDOW;
        p->content_why = "keys until their state_ttl is over";
    }
}

/* From a window's start to its end, at least; 0 = not known. */
static int64_t window_shortest_us(const TimeWindow *w)
{
    bool fixed = w->tick == TICK_US && (w->kind == WINDOW_TUMBLE || w->kind == WINDOW_HOP);
    return fixed ? w->size_us : 0;
}

/* A session may reach back as long as rows arrive that join it, but it ends after the clock; deletes may end it earlier.  Over
 * the results of sessions nothing bounds the start of what is still open. */
static void derive_window_wm(const Logical *n, uint32_t cls, Props *p)
{
    const LogicalGroup *g = &n->group;
    if (g->window.kind != WINDOW_SESSION) {
        add_wm(p, g->n_keys, cls);
        add_wm_ahead(p, g->n_keys + 1, cls, window_shortest_us(&g->window));
    } else if (!g->prewindowed && n->in[0]->props.change == CHANGE_APPEND) {
        add_wm(p, g->n_keys + 1, cls);
    }
}

/* DISTINCT of rows that only come: a key that is there stays, and says nothing else; unless its time is over. */
static bool keys_only_come(const PlanState *s, const Logical *n)
{
    const LogicalGroup *g = &n->group;
    return n->kind == L_AGG && g->n_aggs == 0 && g->n_keys > 0 && g->standing.n == 0 && s->ctx->state_ttl_us == 0 &&
           n->in[0]->props.change == CHANGE_APPEND;
}

/* With window_start, but those of CUMULATE begin together, and sessions of several keys may. */
static int window_key(PlanState *s, const LogicalGroup *g, Props *p, Err *err)
{
    bool both = g->window.kind == WINDOW_SESSION && g->prewindowed;
    TRY(first_columns(s, g->n_keys + (both ? 2 : 1), p, err));
    if (g->window.kind == WINDOW_CUMULATE)
        p->key[g->n_keys] = g->n_keys + 1; /* window_end */
    return 0;
}

static int derive_group(PlanState *s, Logical *n, Err *err)
{
    const Props *in = &n->in[0]->props;
    const LogicalGroup *g = &n->group;
    Props p = props_none();
    bool final = g->emit == OUTPUT_FINAL || g->emit == OUTPUT_ON_WINDOW_CLOSE;
    p.change = final || keys_only_come(s, n) ? CHANGE_APPEND : CHANGE_ZSET;
    p.bounded = in->bounded;
    derive_group_content(s, n, &p);
    if (n->kind == L_AGG) {
        TRY(first_columns(s, g->n_keys, &p, err));
        if (g->ttl_time) { /* what is forgotten is taken back below the watermark: no column of the result has one */
            n->props = p;
            return 0;
        }
        derive_exprs_wm(n->in[0], g->keys, g->n_keys, &p);
        derive_exprs_window(g->keys, g->n_keys, in, &p);
        p.window = p.window_start_col >= 0 || p.window_end_col >= 0 ? in->window : (TimeWindow){0};
        n->props = p;
        return 0;
    }
    uint32_t cls;
    TRY(window_key(s, g, &p, err));
    p.window = g->window;
    p.window_start_col = (int32_t)g->n_keys;
    p.window_end_col = p.window_start_col + 1;
    if (g->prewindowed ? props_closing_class(in, g->end_col, &cls) : props_find_class(in, g->time_col, &cls))
        derive_window_wm(n, cls, &p);
    n->props = p;
    return 0;
}

/* Key of the pairs: a side's own when the join finds at most one row of the other for each of its rows, else both together. */
static int derive_join_key(PlanState *s, const Logical *n, const JoinKeys *keys, Props *p, Err *err)
{
    const Props *l = &n->in[0]->props, *r = &n->in[1]->props;
    JoinType type = n->join.type;
    uint32_t n_left = n->in[0]->n_cols;
    if (type == SEMI_JOIN || type == ANTI_JOIN || (type != FULL_JOIN && join_keys_cover(keys, SIDE_RIGHT, r->key, r->n_key))) {
        p->key = l->key;
        p->n_key = l->n_key;
        return 0;
    }
    bool right_only = type == INNER_JOIN && join_keys_cover(keys, SIDE_LEFT, l->key, l->n_key) && r->n_key;
    if ((l->n_key == 0 && !right_only) || r->n_key == 0)
        return 0;
    uint32_t from_left = right_only ? 0 : l->n_key;
    p->key = ARENA_ARRAY(s->arena, uint32_t, from_left + r->n_key);
    if (!p->key)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < from_left; i++)
        p->key[p->n_key++] = l->key[i];
    for (uint32_t i = 0; i < r->n_key; i++)
        p->key[p->n_key++] = n_left + r->key[i];
    return 0;
}

/* What holds for the start of a window holds for its end. */
static void add_join_clock(Props *p, const Props *side, uint32_t at, uint32_t col, uint32_t cls)
{
    add_wm(p, at + col, cls);
    if ((int32_t)col == side->window_start_col && side->window_end_col >= 0)
        add_wm(p, at + (uint32_t)side->window_end_col, cls);
}

static int derive_join(PlanState *s, Logical *n, Err *err)
{
    const Props *l = &n->in[0]->props, *r = &n->in[1]->props;
    JoinKeys keys;
    TRY(join_keys_find(s->arena, n, &keys, err));
    if (logical_join_probes(s, n)) {
        Props p = *l; /* every left row is answered once, when it comes */
        p.n_key = 0;
        p.volatile_cols = NULL;
        TRY(derive_join_key(s, n, &keys, &p, err));
        n->props = p;
        return 0;
    }
    Props p = props_none();
    JoinBand band;
    bool timed = join_is_timed(s, n, &band);
    bool both = n->join.type == INNER_JOIN || n->join.type == LEFT_JOIN || n->join.type == FULL_JOIN;
    bool grows = n->join.type == INNER_JOIN || n->join.type == SEMI_JOIN;
    bool append = (l->change == CHANGE_APPEND && r->change == CHANGE_APPEND) || n->join.freezes;
    bool waits = timed && !logical_is_early(s, n); /* rows without a match do, until they cannot have one */
    p.change = append && (grows || waits || !s->continuous) ? CHANGE_APPEND : CHANGE_ZSET;
    p.bounded = l->bounded && r->bounded;
    /* The times of rows that may be padded with NULLs still bound what comes; how old a row is that another time of it keeps,
     * nobody knows. */
    if (timed && band.left_due == band.left_clock)
        add_join_clock(&p, l, 0, band.left_clock, class_new(s, &n->out_class[0]));
    if (timed && both && band.right_due == band.right_clock)
        add_join_clock(&p, r, n->in[0]->n_cols, band.right_clock, class_new(s, &n->out_class[1]));
    bool of_left = !both || l->content >= r->content;
    p.content = of_left ? l->content : r->content;
    p.content_why = of_left ? l->content_why : r->content_why;
    if (n->join.freezes) { /* results stay when the rows that made them are forgotten */
        p.content = STATE_ROWS;
        p.content_why = "every result of a join that freezes";
    }
    TRY(derive_join_key(s, n, &keys, &p, err));
    n->props = p;
    return 0;
}

/* No more rows than the left input has; every one once without ALL.  What both have, they keep having while rows only come. */
static int derive_set_op(PlanState *s, Logical *n, Err *err)
{
    const Props *left = &n->in[0]->props, *right = &n->in[1]->props;
    Props p = props_none();
    bool append = !n->set_op.is_except && left->change == CHANGE_APPEND && right->change == CHANGE_APPEND;
    p.change = s->continuous && !append ? CHANGE_ZSET : CHANGE_APPEND;
    p.bounded = left->bounded && right->bounded;
    bool smaller = !n->set_op.is_except && right->content < left->content;
    p.content = MIN(smaller ? right->content : left->content, STATE_KEYS);
    p.content_why = smaller ? right->content_why : left->content_why;
    if (!n->set_op.all)
        TRY(first_columns(s, n->n_cols, &p, err));
    n->props = p;
    return 0;
}

/* What follows from more rows is more rows. */
static bool only_adds(const PhysNode *n)
{
    bool adds = true;
    switch (n->kind) {
    case PHYS_SOURCE:
    case PHYS_VALUES:
    case PHYS_FILTER:
    case PHYS_PROJECT:
    case PHYS_UNNEST:
    case PHYS_UNION:
    case PHYS_EMIT: break;
    case PHYS_JOIN: adds = ((const PhysJoin *)n)->type == INNER_JOIN || ((const PhysJoin *)n)->type == SEMI_JOIN; break;
    default: return false;
    }
    for (uint32_t i = 0; i < n->n_in && adds; i++)
        adds = only_adds(n->in[i]);
    return adds;
}

static int derive_recurse(PlanState *s, Logical *n, Err *err)
{
    Props p = props_none();
    const LogicalRecurse *r = &n->recurse;
    bool grows = n->in[0]->props.change == CHANGE_APPEND && only_adds(r->body->root);
    p.content = recurse_reads_stream(n->in[0]) ? n->in[0]->props.content : MIN(n->in[0]->props.content, STATE_TABLE);
    for (uint32_t i = 0; i < r->n_leaves; i++) {
        grows = grows && r->leaf[i];
        if (!r->leaf[i])
            continue;
        TRY(props_derive(s, r->leaf[i], err));
        grows = grows && r->leaf[i]->props.change == CHANGE_APPEND;
        StateClass of_leaf = r->leaf[i]->props.content;
        p.content = MAX(p.content, recurse_reads_stream(r->leaf[i]) ? of_leaf : MIN(of_leaf, STATE_TABLE));
    }
    p.change = grows ? CHANGE_APPEND : CHANGE_ZSET;
    p.content_why = arena_printf(s->arena, "rows of recursive query \"%s\"", n->recurse.name);
    if (!p.content_why)
        return RAISE_NOMEM(err);
    if (!n->recurse.all)
        TRY(first_columns(s, n->n_cols, &p, err));
    n->props = p;
    return 0;
}

/* Of rows that come and go by their rank: only what holds for a whole partition stays.  A row may leave because a later one came,
 * so no column has a watermark but those that the partition is made of. */
static void keep_partition(Expr *const *part, uint32_t n_part, const Props *in, Props *p)
{
    uint32_t cls;
    p->n_wm = 0;
    for (uint32_t i = 0; i < in->n_wm; i++)
        for (uint32_t k = 0; k < n_part; k++)
            if (part[k]->kind == EXPR_COLUMN && part[k]->col == in->wm[i].col && props_find_class(in, part[k]->col, &cls) &&
                cls == in->wm[i].cls) {
                add_wm(p, in->wm[i].col, cls);
                break;
            }
}

/* The partition's columns as a key, with one more column; none when a part is computed. */
static int partition_key(PlanState *s, Expr *const *part, uint32_t n_part, int32_t more, Props *p, Err *err)
{
    uint32_t *key = ARENA_ARRAY(s->arena, uint32_t, n_part + 1), n = 0;
    if (!key)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_part; i++) {
        if (part[i]->kind != EXPR_COLUMN)
            return 0;
        key[n++] = part[i]->col;
    }
    if (more >= 0)
        key[n++] = (uint32_t)more;
    p->key = key;
    p->n_key = n;
    return 0;
}

/* A row's results change with the rows around it; the row itself stays what it is. */
static void derive_over(const PlanState *s, Logical *n)
{
    const Props *in = &n->in[0]->props;
    Props p = *in;
    uint32_t cls = 0;
    OutputMode emit = n->over.emit == OUTPUT_DEFAULT ? window_mode(s) : n->over.emit;
    bool once = emit == OUTPUT_ON_WINDOW_CLOSE && in->change == CHANGE_APPEND && over_clock(n, &cls);
    p.change = once || !s->continuous ? CHANGE_APPEND : CHANGE_ZSET;
    p.volatile_cols = NULL;
    if (once && over_reach(&n->over).ahead == 0) { /* rows leave when the clock passes them; those that look ahead, later */
        p.n_wm = 0;
        for (uint32_t i = 0; i < in->n_wm; i++)
            if (in->wm[i].cls == cls)
                add_wm(&p, in->wm[i].col, cls);
    } else {
        keep_partition(n->over.part, n->over.n_part, in, &p);
        p.n_wm = once ? 0 : p.n_wm;
    }
    n->props = p;
}

/* Matches leave when they are final; when that is says nothing about their columns. */
static void derive_match(Logical *n)
{
    const Props *in = &n->in[0]->props;
    n->props = (Props){.change = CHANGE_APPEND,
                       .bounded = in->bounded,
                       .content = in->content,
                       .content_why = in->content_why,
                       .window_start_col = -1,
                       .window_end_col = -1};
}

/* Ranks within windows, given out when these close: the mark that holds for the bounds of the windows that are left holds for the
 * times in them. */
static void keep_window_time(const Logical *n, Props *p)
{
    const Logical *w = n->in[0];
    uint32_t cls;
    if (w->kind != L_WINDOW || w->window.spec.kind == WINDOW_SESSION || !props_find_class(&w->props, w->window.time_col, &cls))
        return;
    for (uint32_t i = 0; i < p->n_wm; i++)
        if (p->wm[i].cls == cls) {
            add_wm(p, w->window.time_col, cls);
            return;
        }
}

static int derive_top_n(PlanState *s, Logical *n, Err *err)
{
    const LogicalTopN *t = &n->top;
    const Props *in = &n->in[0]->props;
    Props p = *in;
    bool once = t->emit == OUTPUT_FINAL || t->emit == OUTPUT_ON_WINDOW_CLOSE;
    bool by_arrival = t->n_order == 0 && in->change == CHANGE_APPEND && t->kind == RANK_ROW;
    p.change = once || by_arrival ? CHANGE_APPEND : CHANGE_ZSET;
    p.volatile_cols = NULL;
    if (!by_arrival)
        keep_partition(t->part, t->n_part, in, &p);
    if (once)
        keep_window_time(n, &p);
    if (t->hi != INT64_MAX && in->content >= STATE_KEYS) {
        p.content = t->n_part ? STATE_KEYS : STATE_CONST;
        p.content_why = t->n_part ? "the first rows of each key" : "the first rows";
    }
    if (t->with_rank && t->kind == RANK_ROW)
        TRY(partition_key(s, t->part, t->n_part, (int32_t)n->in[0]->n_cols, &p, err));
    else if (t->kind == RANK_ROW && t->lo == t->hi && t->n_part)
        TRY(partition_key(s, t->part, t->n_part, -1, &p, err));
    n->props = p;
    return 0;
}

/* The answer for a left row is final when no right row can change it: by the watermarks of both, or at the end. */
static int derive_asof(PlanState *s, Logical *n)
{
    const Props *l = &n->in[0]->props, *r = &n->in[1]->props;
    AsofUse use = logical_asof_use(s, n);
    Props p = *l;
    p.volatile_cols = NULL;
    p.bounded = l->bounded && r->bounded;
    if (use != ASOF_PROBES && use != ASOF_VERSIONS) {
        uint32_t time;
        p.n_wm = 0;
        p.window_start_col = p.window_end_col = -1;
        p.change = use == ASOF_UPDATES || use == ASOF_EARLY ? CHANGE_ZSET : CHANGE_APPEND;
        if ((use == ASOF_FINAL_BY_CLOCK || use == ASOF_EARLY) && asof_time_column(n, 0, &time))
            add_wm(&p, time, class_new(s, &n->out_class[0]));
    }
    n->props = p;
    return 0;
}

/* A row becomes one per set: its key and the number of the set. */
static int derive_expand(PlanState *s, Logical *n, Err *err)
{
    const Props *in = &n->in[0]->props;
    Props p = *in;
    p.volatile_cols = NULL;
    if (in->n_key) {
        p.key = ARENA_ARRAY(s->arena, uint32_t, in->n_key + 1);
        if (!p.key)
            return RAISE_NOMEM(err);
        memcpy(p.key, in->key, in->n_key * sizeof(*p.key));
        p.key[p.n_key++] = n->in[0]->n_cols + n->expand.n_keys;
    }
    n->props = p;
    return 0;
}

/* Rows come and go by the clock, whatever their event time is: what leaves lies below any watermark. */
static int derive_temporal(PlanState *s, Logical *n, Err *err)
{
    TimeBound *bounds;
    uint32_t n_bounds;
    Expr *plain;
    Err unsolved = ERR_INIT; /* told by state_check, when all rules have had their say */
    (void)err;
    n->props.change = CHANGE_ZSET;
    n->props.n_wm = 0;
    if (temporal_solve(s->arena, n->predicate, &plain, &bounds, &n_bounds, &unsolved) < 0 || !temporal_leaves(bounds, n_bounds))
        return 0;
    if (n->props.content > STATE_WINDOW) {
        n->props.content = STATE_WINDOW;
        n->props.content_why = "rows until they leave by the clock";
    }
    return 0;
}

/* A row leaves below the watermark that it came with. */
static void derive_ttl(Logical *n)
{
    n->props = n->in[0]->props;
    if (n->ttl.n_part > 0)
        return;
    n->props.change = CHANGE_ZSET;
    n->props.n_wm = 0;
    if (n->props.content > STATE_WINDOW) {
        n->props.content = STATE_WINDOW;
        n->props.content_why = "rows until their state_ttl is over";
    }
}

int props_derive(PlanState *s, Logical *n, Err *err)
{
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(props_derive(s, n->in[i], err));
    switch (n->kind) {
    case L_SOURCE: return derive_source(s, n, err);
    case L_VALUES:
        n->props = props_none();
        n->props.bounded = true;
        n->props.content_why = "constant rows";
        n->props.n_key = n->values.n_key;
        n->props.key = n->values.key;
        return 0;
    case L_PROJECT: return derive_project(s, n, err);
    case L_UNION: return derive_union(s, n);
    case L_ASOF: return derive_asof(s, n);
    case L_JOIN: return derive_join(s, n, err);
    case L_SET_OP: return derive_set_op(s, n, err);
    case L_RECURSE: return derive_recurse(s, n, err);
    case L_UNNEST: /* a row becomes several */
        n->props = n->in[0]->props;
        n->props.n_key = 0;
        n->props.volatile_cols = NULL;
        return 0;
    case L_EXPAND: return derive_expand(s, n, err);
    case L_WINDOW: derive_window(s, n); return 0;
    case L_AGG:
    case L_WINDOW_AGG: return derive_group(s, n, err);
    case L_TOP_N: return derive_top_n(s, n, err);
    case L_OVER: derive_over(s, n); return 0;
    case L_MATCH: derive_match(n); return 0;
    case L_FILTER: n->props = n->in[0]->props; return temporal_is_filter(s, n) ? derive_temporal(s, n, err) : 0;
    case L_TTL: derive_ttl(n); return 0;
    case L_SORT:
    case L_EVERY: n->props = n->in[0]->props; return 0;
    case L_LIMIT:
        n->props = n->in[0]->props;
        if (n->sort.limit >= 0) {
            n->props.content = STATE_CONST;
            n->props.content_why = "LIMIT";
        }
        return 0;
    case N_LOGICAL_KINDS: break;
    }
    return RAISE(err, ERR_INTERNAL, "unknown logical node %d", (int)n->kind);
}
