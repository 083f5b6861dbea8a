/* SPDX-License-Identifier: Apache-2.0
 *
 * Window aggregate over tumbling, hopping and cumulating windows (design 4.4): a BUCKET table by window end, per bucket the groups
 * of that window.  A batch is split by pane, and each pane's rows are applied to every window over it that is open; or, where a
 * window emits once and its states can be merged, to the pane alone (window_slices.h).
 *
 * A row is late for a window when its end + lateness <= W; late for all of its windows it is counted `late` and goes to the late
 * port, late for some `late_partial`.  What a mark does depends on the emit mode:
 *   ON WINDOW CLOSE, FINAL   each window with end + lateness <= W: its groups are emitted and the bucket dropped (append only)
 *   ON WATERMARK             the same at end <= W, then -old +new for what changes until end + lateness
 *   ON UPDATE, CHANGES, EVERY  changes leave at flushes; closing a window flushes what is pending of it and drops the bucket
 * Where the clock is per key and the groups are by it (window_keys.h), W of all this is that of the row's or group's key; the
 * stream's own closes what is left, at the time of keys that are silent. Afterwards the mark goes on as the start of the earliest
 * window that ends after W - lateness: it and later windows may still give results, and the mark has to bound both of their
 * columns.  Who groups these results by the end of their windows knows that it lies the window's size ahead (ahead_us). */
#include "exec/best_groups.h"
#include "exec/parts.h"
#include "exec/pre_groups.h"
#include "exec/window_keys.h"
#include "exec/window_slices.h"
#include "exec/window_split.h"

typedef enum WindowStyle { STYLE_CLOSE, STYLE_WATERMARK, STYLE_CHANGES } WindowStyle;
typedef enum CloseStage { STAGE_NONE, STAGE_FLUSH, STAGE_CHANGES, STAGE_WINDOWS } CloseStage;

typedef struct OpWindowAgg {
    Op op;
    AggGroups g;
    const PhysAgg *node;
    WindowStyle style;
    int64_t lateness_us, fire_delay_us;
    BucketTable *rows;
    BucketTable **distinct; /* by map */
    HashTable **tables;     /* of the maps, for the window at hand */
    HashTable *last_rows;   /* of the window that a single row was added to last, NULL = none */
    int64_t last_end;
    WindowSplitter splitter;
    BestGroups best;     /* of the window that is being emitted */
    PreGroups *pre;      /* made when rows are first collected */
    WindowSlices slices; /* over rows; run is NULL when rows are by window */
    int64_t closed_end;  /* of slices: the window closed last */
    int64_t closing_end; /* and the one being emitted */
    bool is_closing;
    bool is_split;       /* a row may be in several windows, or its window is not made of its time */
    int64_t quiet_until; /* a W - lateness below it gives the same mark beyond; INT64_MIN = not known */
    WindowKeys keys;     /* clock NULL: one watermark for all */
    bool keys_began;     /* groups that were there before have been looked at */
    uint32_t time_at;    /* in eval.vec: the time, or window_start with window_end behind it */
    /* Closing, resumable. */
    CloseStage stage;
    int64_t to_us;   /* the new W */
    int64_t after;   /* windows up to this end have been dealt with */
    HashCursor next; /* within the first window behind it */
} OpWindowAgg;

/* ---- life ---- */

static int check_node(const PhysAgg *p, Err *err)
{
    if (!p->prewindowed)
        TRY(window_check(&p->window, err));
    if (!p->prewindowed && (!p->time || !type_is_timestamp(p->time->type.id)))
        return RAISE(err, ERR_WINDOW_SPEC, "the time of a window must be a timestamp");
    if (p->lateness_us < 0)
        return RAISE(err, ERR_WINDOW_SPEC, "allowed lateness cannot be negative");
    return 0;
}

static int open_groups(OpWindowAgg *w, Err *err)
{
    const PhysAgg *p = w->node;
    const Schema *in = p->node.in[0]->schema;
    Expr *extra[2] = {p->time, NULL};
    AggGroupsOpen o = {.node = p, .extra = extra, .n_extra = 1, .track = w->style != STYLE_CLOSE};
    if (p->prewindowed) { /* window_start is part of the key: windows of different sizes may end together */
        for (uint32_t i = 0; i < 2; i++) {
            uint32_t col = i == 0 ? p->start_col : p->end_col;
            if (!type_is_timestamp(in->field[col].type.id) || in->field[col].type.id == T_TSNS)
                return RAISE(err, ERR_WINDOW_SPEC, "window bounds must be timestamps of microseconds");
            extra[i] = expr_column(w->op.env->plan, col, in->field[col].type, in->field[col].not_null, SPAN_NONE);
            if (!extra[i])
                return RAISE_NOMEM(err);
        }
        o.n_extra = 2;
        o.n_extra_keys = 1;
    }
    w->time_at = p->n_keys;
    TRY(agg_groups_open(&w->g, &w->op, &o, err));
    return row_eval_alone(&w->g.eval, err);
}

static WindowStyle style_of(const PhysAgg *node)
{
    switch (node->emit) {
    case OUTPUT_ON_WINDOW_CLOSE:
    case OUTPUT_FINAL: return STYLE_CLOSE;
    case OUTPUT_ON_WATERMARK: return node->lateness_us == 0 ? STYLE_CLOSE : STYLE_WATERMARK;
    default: return STYLE_CHANGES;
    }
}

static int window_agg_open(Op *op, const PhysNode *node, Err *err)
{
    OpWindowAgg *w = (OpWindowAgg *)op;
    w->node = (const PhysAgg *)node;
    TRY(check_node(w->node, err));
    w->lateness_us = w->node->emit == OUTPUT_FINAL ? 0 : w->node->lateness_us;
    w->style = style_of(w->node);
    w->fire_delay_us = w->style == STYLE_WATERMARK ? 0 : w->lateness_us;
    w->quiet_until = INT64_MIN;
    op->quiet_class = w->node->wm_class;
    w->splitter.acct = op->env->acct;
    w->keys = (WindowKeys){.g = &w->g, .node = w->node};
    TRY(open_groups(w, err));
    w->rows = bucket_table_new(op->env->pages, &w->g.layout, w->g.table_id, err);
    if (!w->rows)
        return -ERR_OUT_OF_MEMORY;
    const TimeWindow *window = &w->node->window;
    w->closed_end = INT64_MIN;
    w->is_split = w->node->prewindowed || window->kind != WINDOW_TUMBLE;
    if (w->style == STYLE_CLOSE && !w->node->prewindowed && window_has_slices(window) && w->node->n_wm_keys == 0 &&
        window_slices_can(&w->g))
        TRY(window_slices_open(&w->slices, &w->g, w->rows, err));
    if (w->style == STYLE_CLOSE)
        TRY(best_groups_open(&w->best, &w->g, err));
    w->distinct = ARENA_ARRAY(op->env->plan, BucketTable *, MAX(w->g.n_distinct, 1));
    w->tables = ARENA_ARRAY(op->env->plan, HashTable *, MAX(w->g.n_distinct, 1));
    if (!w->distinct || !w->tables)
        return RAISE_NOMEM(err);
    for (uint32_t d = 0; d < w->g.n_distinct; d++) {
        w->distinct[d] = bucket_table_new(op->env->pages, &w->g.distinct[d].layout, w->g.table_id + 1 + d, err);
        if (!w->distinct[d])
            return -ERR_OUT_OF_MEMORY;
    }
    return 0;
}

static void window_agg_close(Op *op)
{
    OpWindowAgg *w = (OpWindowAgg *)op;
    for (uint32_t d = 0; w->distinct && d < w->g.n_distinct; d++)
        bucket_table_free(w->distinct[d]);
    pre_groups_free(w->pre);
    window_slices_close(&w->slices);
    bucket_table_free(w->rows);
    window_splitter_done(&w->splitter);
    agg_groups_close(&w->g);
}

/* ---- rows ---- */

/* The tables of a window; ret->distinct is good until the next call. */
static int window_tables(OpWindowAgg *w, int64_t end, GroupTable *ret)
{
    *ret = (GroupTable){.bucket = end, .distinct = w->tables};
    w->op.quiet_us = MIN(w->op.quiet_us, add_saturated(end, w->fire_delay_us));
    TRY(bucket_get(w->rows, end, &ret->rows, NULL));
    for (uint32_t d = 0; d < w->g.n_distinct; d++)
        TRY(bucket_get(w->distinct[d], end, &ret->distinct[d], NULL));
    return 0;
}

static bool is_late(const OpWindowAgg *w, int64_t end)
{
    return add_saturated(end, w->lateness_us) <= w->op.passed_us;
}

static bool wants_changes(const OpWindowAgg *w, int64_t end)
{
    return w->style == STYLE_CHANGES || (w->style == STYLE_WATERMARK && end <= w->op.passed_us);
}

static WindowRun run_of(const OpWindowAgg *w, const WindowPart *part)
{
    return w->node->prewindowed ? (WindowRun){part->end, part->end} : window_run(&w->node->window, part->end);
}

/* The rows that are late for all of their windows. */
static int late_rows(OpWindowAgg *w, const WindowPart *part, uint32_t n_parts, Arena *arena, uint64_t *is_in)
{
    for (uint32_t p = 0; p < n_parts; p++) {
        int64_t last_end = run_of(w, &part[p]).last_end;
        Rows late = part[p].rows;
        if (w->keys.clock)
            TRY(window_keys_rows(&w->keys, late, add_saturated(last_end, w->lateness_us), true, arena, &late));
        else if (!is_late(w, last_end))
            continue;
        for (uint32_t i = 0; i < late.n; i++)
            bit_set(is_in, row_at(late, i));
    }
    return 0;
}

static int send_late(OpWindowAgg *w, const WindowPart *part, uint32_t n_parts, uint32_t n_late, Batch *in, Out *out)
{
    uint64_t is_in[BIT_WORDS(BATCH_ROWS_MAX)] = {0};
    uint16_t *sel = arena_alloc(out->arena, n_late * sizeof(*sel));
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    TRY(late_rows(w, part, n_parts, out->arena, is_in));
    Rows rows = batch_rows(in);
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++)
        if (bit_get(is_in, row_at(rows, i)))
            sel[n++] = (uint16_t)row_at(rows, i);
    Batch *late = batch_with_sel(out->arena, in, sel, n);
    if (!late)
        return -ERR_OUT_OF_MEMORY;
    w->op.c.late += n;
    return out_late(out, w->op.node, late, LATE_WINDOW, w->op.passed_us);
}

/* Window bounds of prewindowed input: NULL on either side means no window. */
static int split_prewindowed(OpWindowAgg *w, Batch *in, Rows rows, WindowPart **part, uint32_t *n)
{
    Arena *step = w->op.env->step;
    const int64_t *ignored, *end;
    Rows some;
    TRY(window_times(&w->g.eval.vec[w->time_at], rows, in->n, step, &ignored, &some));
    TRY(window_times(&w->g.eval.vec[w->time_at + 1], some, in->n, step, &end, &some));
    w->op.c.null_time += rows.n - some.n;
    return window_split_ends(&w->splitter, end, some, step, part, n);
}

static int split_times(OpWindowAgg *w, Batch *in, Rows rows, Out *out, WindowPart **part, uint32_t *n)
{
    EvalCtx *x = &w->op.env->eval;
    const Vec *time = &w->g.eval.vec[w->time_at];
    const int64_t *us;
    Rows some;
    if (time->kind == VEC_CONST && !time->valid && time->type.id != T_TSNS) {
        int rc = window_split_const(&w->splitter, &w->node->window, *(const int64_t *)time->data, rows, x->arena, part, n);
        if (rc != 0)
            return MIN(rc, 0);
    }
    TRY(window_times(time, rows, in->n, x->arena, &us, &some));
    w->op.c.null_time += rows.n - some.n;
    eval_ctx_clear(x, in->n);
    TRY(window_split_times(&w->splitter, &w->node->window, x, us, some, part, n));
    if (likely(x->n_errors == 0))
        return 0;
    w->op.c.errors += x->n_errors;
    return w->op.env->on_error == ON_ERROR_NULL ? 0 : out_errors(out, w->op.node, in, x);
}

/* The end of the window before, in a run; behind the first any that is smaller. */
static int64_t before(const OpWindowAgg *w, WindowRun run, int64_t end)
{
    return end == run.first_end ? INT64_MIN : window_slid(&w->node->window, end, -1);
}

/* The windows of the run that are still open get the rows. */
static int add_to_windows(OpWindowAgg *w, Batch *in, Rows rows, WindowRun run)
{
    for (int64_t end = run.last_end; end >= run.first_end && !is_late(w, end); end = before(w, run, end)) {
        GroupTable t;
        ArenaMark scratch = arena_mark(w->op.env->step);
        TRY(window_tables(w, end, &t));
        TRY(agg_groups_add(&w->g, &t, in, rows, wants_changes(w, end)));
        arena_rewind(w->op.env->step, scratch);
    }
    return 0;
}

/* The same by the watermark of each row's key; *n_late grows by the rows that are late for all windows. */
static int add_by_key(OpWindowAgg *w, Batch *in, Rows rows, WindowRun run, uint32_t *n_late)
{
    Arena *step = w->op.env->step;
    Rows late, some;
    TRY(window_keys_rows(&w->keys, rows, add_saturated(run.last_end, w->lateness_us), true, step, &late));
    TRY(window_keys_rows(&w->keys, rows, add_saturated(run.first_end, w->lateness_us), true, step, &some));
    *n_late += late.n;
    w->op.c.late_partial += some.n - late.n;
    for (int64_t end = run.last_end; end >= run.first_end; end = before(w, run, end)) {
        ArenaMark scratch = arena_mark(step);
        Rows open, fired;
        GroupTable t;
        TRY(window_keys_rows(&w->keys, rows, add_saturated(end, w->lateness_us), false, step, &open));
        if (open.n == 0)
            break;
        TRY(window_tables(w, end, &t));
        bool apart = w->style == STYLE_WATERMARK;
        TRY(window_keys_rows(&w->keys, open, end, true, step, &fired));
        if (apart && fired.n > 0)
            TRY(agg_groups_add(&w->g, &t, in, fired, true));
        if (apart)
            TRY(window_keys_rows(&w->keys, open, end, false, step, &open));
        if (open.n > 0)
            TRY(agg_groups_add(&w->g, &t, in, open, w->style == STYLE_CHANGES));
        arena_rewind(step, scratch);
    }
    return 0;
}

static int last_window(OpWindowAgg *w, int64_t end, GroupTable *ret)
{
    if (unlikely(!w->last_rows || w->last_end != end)) {
        TRY(window_tables(w, end, ret));
        w->last_rows = ret->rows;
        w->last_end = end;
    }
    *ret = (GroupTable){.rows = w->last_rows, .bucket = end, .distinct = w->tables};
    return 0;
}

/* A single row in the tumbling window of the row before it: nothing to split.  evaluated: eval has run on it.  1: done. */
static int add_row(OpWindowAgg *w, Batch *in, Rows rows, bool evaluated)
{
    const WindowBounds *last = &w->splitter.last;
    if (w->is_split || w->op.keys || !agg_single_takes(&w->g, evaluated ? NULL : in))
        return 0;
    const Vec *time = w->g.at[w->time_at];
    if (time->kind != VEC_FLAT || time->valid || time->type.id == T_TSNS)
        return 0;
    int64_t us = ((const int64_t *)time->data)[row_at(rows, 0)];
    GroupTable t;
    if (us < last->start || us >= last->end || is_late(w, last->end))
        return 0;
    TRY(last_window(w, last->end, &t));
    TRY(agg_single_add(&w->g, &t, in, rows, wants_changes(w, last->end)));
    return 1;
}

static int window_agg_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpWindowAgg *w = (OpWindowAgg *)op;
    WindowPart *part;
    uint32_t n_parts, n_late = 0;
    Rows rows;
    (void)input;
    int done = in->n_sel == 1 ? add_row(w, in, batch_rows(in), false) : 0;
    if (done != 0)
        return MIN(done, 0);
    TRY(row_eval_run(&w->g.eval, in, out, &rows));
    done = rows.n == 1 ? add_row(w, in, rows, true) : 0;
    if (done != 0)
        return MIN(done, 0);
    if (w->node->prewindowed)
        TRY(split_prewindowed(w, in, rows, &part, &n_parts));
    else
        TRY(split_times(w, in, rows, out, &part, &n_parts));
    w->keys.clock = op->keys;
    if (op->keys)
        TRY(window_keys_judge(&w->keys, in->n, rows));
    for (uint32_t p = 0; p < n_parts; p++) {
        WindowRun run = run_of(w, &part[p]);
        if (op->keys) {
            TRY(add_by_key(w, in, part[p].rows, run, &n_late));
            continue;
        }
        if (is_late(w, run.last_end)) {
            n_late += part[p].rows.n;
            continue;
        }
        w->op.c.late_partial += is_late(w, run.first_end) ? part[p].rows.n : 0;
        TRY(w->slices.run ? window_slices_add(&w->slices, in, part[p].rows, part[p].end)
                          : add_to_windows(w, in, part[p].rows, run));
    }
    return n_late > 0 ? send_late(w, part, n_parts, n_late, in, out) : 0;
}

/* ---- closing ---- */

static void window_agg_measure(Op *op)
{
    OpWindowAgg *w = (OpWindowAgg *)op;
    w->op.c.state_rows = bucket_table_rows(w->rows);
    w->op.c.state_bytes = bucket_table_bytes(w->rows) + (w->slices.run ? hash_table_bytes(w->slices.run) : 0);
    for (uint32_t d = 0; d < w->g.n_distinct; d++)
        w->op.c.state_bytes += bucket_table_bytes(w->distinct[d]);
    if (w->g.multi)
        w->op.c.state_bytes += multi_table_bytes(w->g.multi);
}

static void drop_window(OpWindowAgg *w, int64_t end, HashTable *rows)
{
    uint8_t *row[64];
    HashCursor c = {0};
    w->last_rows = NULL;
    if (w->g.multi)
        for (uint32_t n; (n = hash_table_next(rows, &c, row, ARRAY_LEN(row))) > 0;)
            for (uint32_t i = 0; i < n; i++)
                agg_groups_release(&w->g, row[i]);
    for (uint32_t d = 0; d < w->g.n_distinct; d++)
        bucket_drop(w->distinct[d], end);
    bucket_drop(w->rows, end);
}

/* Emits the groups of a window from the cursor on. */
static int emit_window(OpWindowAgg *w, const GroupTable *t, Out *out)
{
    uint8_t **row = arena_alloc(out->arena, BATCH_ROWS * sizeof(*row));
    if (!row)
        return -ERR_OUT_OF_MEMORY;
    if (w->next.page == 0 && w->next.slot == 0)
        best_groups_begin(&w->best);
    while (!out_is_full(out)) {
        uint32_t n = hash_table_next(t->rows, &w->next, row, BATCH_ROWS);
        if (n == 0)
            return 0;
        n = best_groups_keep(&w->best, row, n);
        if (n > 0)
            TRY(agg_groups_emit(&w->g, t, row, n, out));
    }
    return OP_MORE;
}

/* The same from slices: windows that had closed before are passed over. */
static int close_sliced(OpWindowAgg *w, Out *out)
{
    GroupTable t = {.rows = w->slices.run, .bucket = w->closing_end};
    while (w->is_closing || window_slices_next(&w->slices, w->closed_end, &t.bucket)) {
        while (is_late(w, t.bucket))
            t.bucket = window_slid(&w->node->window, t.bucket, 1);
        if (add_saturated(t.bucket, w->lateness_us) > w->to_us)
            break;
        TRY(window_slices_build(&w->slices, t.bucket));
        w->is_closing = true;
        w->closing_end = t.bucket;
        int rc = emit_window(w, &t, out);
        if (rc != 0)
            return rc;
        w->is_closing = false;
        w->next = (HashCursor){0};
        w->closed_end = t.bucket;
        TRY(window_slices_retire(&w->slices, t.bucket));
    }
    return 0;
}

static int emit_due(void *self, GroupTable *t, uint8_t **row, uint32_t n, Out *out)
{
    return agg_groups_emit(&((OpWindowAgg *)self)->g, t, row, n, out);
}

static int remove_due(void *self, GroupTable *t, uint8_t **row, uint32_t n, Out *out)
{
    (void)out;
    for (uint32_t i = 0; i < n; i++)
        agg_groups_remove(&((OpWindowAgg *)self)->g, t, row[i]);
    return 0;
}

/* Windows that the new watermark reaches, in ascending order. */
static int close_windows(OpWindowAgg *w, Out *out)
{
    GroupTable t = {0};
    bool any =
        w->after == INT64_MIN ? bucket_first(w->rows, &t.bucket, &t.rows) : bucket_next(w->rows, w->after, &t.bucket, &t.rows);
    while (any && add_saturated(t.bucket, w->fire_delay_us) <= w->to_us) {
        bool fires = w->style == STYLE_CLOSE || (w->style == STYLE_WATERMARK && t.bucket > w->op.passed_us);
        int rc = !fires                                      ? 0
                 : w->op.keys && w->style == STYLE_WATERMARK ? window_keys_unfired(&w->keys, &t, t.bucket, emit_due, w, out)
                                                             : emit_window(w, &t, out);
        if (rc != 0)
            return rc;
        w->next = (HashCursor){0};
        w->after = t.bucket;
        if (add_saturated(t.bucket, w->lateness_us) <= w->to_us)
            drop_window(w, t.bucket, t.rows);
        any = bucket_next(w->rows, w->after, &t.bucket, &t.rows);
    }
    return 0;
}

static int window_agg_more(Op *op, Out *out)
{
    OpWindowAgg *w = (OpWindowAgg *)op;
    int rc = 0;
    switch (w->stage) {
    case STAGE_NONE: return 0;
    case STAGE_FLUSH:
        rc = agg_dirty_flush(&w->g, INT64_MAX, out);
        if (rc != 0)
            return rc;
        break;
    case STAGE_CHANGES: /* pending changes of the windows about to go: those with end + lateness <= the new W */
        rc = agg_dirty_flush(&w->g, w->to_us == INT64_MAX ? INT64_MAX : sub_saturated(w->to_us, w->lateness_us), out);
        if (rc != 0)
            return rc;
        w->stage = STAGE_WINDOWS;
        __attribute__((fallthrough));
    case STAGE_WINDOWS:
        rc = w->slices.run ? close_sliced(w, out) : close_windows(w, out);
        if (rc != 0)
            return rc;
        w->op.passed_us = w->to_us;
        break;
    }
    w->stage = STAGE_NONE;
    return op_mark_release(op, out);
}

static int advance(OpWindowAgg *w, int64_t to_us, Out *out)
{
    w->stage = STAGE_CHANGES;
    w->to_us = to_us;
    w->after = INT64_MIN;
    w->next = (HashCursor){0};
    TRY(agg_zero_flush(&w->g));
    return window_agg_more(&w->op, out);
}

/* From where on a mark closes a window, or says something beyond that was not known before. */
static int64_t quiet_until(const OpWindowAgg *w)
{
    int64_t first;
    HashTable *rows;
    if (w->slices.run || w->op.keys || w->quiet_until == INT64_MIN || w->node->ahead_us > 0)
        return INT64_MIN;
    int64_t to_us = add_saturated(w->quiet_until, w->lateness_us);
    return bucket_first(w->rows, &first, &rows) ? MIN(to_us, add_saturated(first, w->fire_delay_us)) : to_us;
}

/* Groups whose key has passed the end of their window. all: whatever has been there, for a query that begins with content. */
static int close_groups(OpWindowAgg *w, bool all, Out *out)
{
    GroupTable t = {.distinct = w->tables};
    const KeyClock *c = w->keys.clock;
    int64_t newest = MAX(c->newest_us, c->seen_floor_us);
    for (bool any = bucket_first(w->rows, &t.bucket, &t.rows); any && add_saturated(t.bucket, w->fire_delay_us) <= newest;
         any = bucket_next(w->rows, t.bucket, &t.bucket, &t.rows)) {
        int64_t gone_us = add_saturated(t.bucket, w->lateness_us);
        TRY(window_tables(w, t.bucket, &t));
        if (w->style != STYLE_CHANGES)
            TRY(window_keys_due(&w->keys, &t, add_saturated(t.bucket, w->fire_delay_us), all, emit_due, w, out));
        TRY(window_keys_due(&w->keys, &t, gone_us, all, remove_due, w, out));
    }
    return 0;
}

static int close_by_keys(OpWindowAgg *w, Out *out)
{
    int rc = 0;
    w->keys.clock = w->op.keys;
    do
        rc = w->style == STYLE_CLOSE ? 0 : agg_dirty_flush(&w->g, INT64_MAX, out);
    while (rc == OP_MORE); /* a group that goes must not stand on the list */
    TRY(rc);
    TRY(agg_zero_flush(&w->g));
    TRY(close_groups(w, !w->keys_began, out));
    w->keys_began = true;
    return 0;
}

static int window_agg_keys(Op *op, Out *out)
{
    OpWindowAgg *w = (OpWindowAgg *)op;
    TRY(close_by_keys(w, out));
    return op->keys->seen_floor_us > w->op.passed_us ? advance(w, op->keys->seen_floor_us, out) : 0;
}

static int window_agg_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpWindowAgg *w = (OpWindowAgg *)op;
    const TimeWindow *window = &w->node->window;
    int64_t to_us = m.wm_us;
    if (m.cls != w->node->wm_class) {
        TRY(op_mark_hold(op, input, m));
        return op_mark_release(op, out);
    }
    to_us = mark_ahead(to_us, w->node->ahead_us);
    if (op->keys && !w->keys_began)
        TRY(close_by_keys(w, out));
    if (to_us <= w->op.passed_us)
        return 0;
    op->quiet_us = quiet_until(w);
    if (!w->g.zero && op_takes_quietly(op, m))
        return 0;
    m.wm_us = to_us == INT64_MAX ? INT64_MAX : window_mark(window, sub_saturated(to_us, w->lateness_us));
    bool has_bound = window->kind == WINDOW_TUMBLE && m.wm_us > INT64_MIN && m.wm_us < INT64_MAX;
    w->quiet_until = has_bound ? window_slid(window, m.wm_us, 1) : INT64_MIN;
    TRY(op_mark_hold(op, input, m));
    if (op->keys && to_us != INT64_MAX) /* keys that are behind may still come: only what the silent ones have passed is closed */
        to_us = op->keys->seen_floor_us;
    return to_us > w->op.passed_us ? advance(w, to_us, out) : op_mark_release(op, out);
}

static int window_agg_flush(Op *op, FlushWhy why, Out *out)
{
    OpWindowAgg *w = (OpWindowAgg *)op;
    if (why == FLUSH_END && w->op.passed_us < INT64_MAX)
        return advance(w, INT64_MAX, out);
    bool due = w->style == STYLE_WATERMARK ? is_step_end(why) : w->style == STYLE_CHANGES && emit_is_due(w->node->emit, why);
    if (is_step_end(why))
        TRY(agg_zero_flush(&w->g));
    if (!due || !agg_is_dirty(&w->g))
        return 0;
    w->stage = STAGE_FLUSH;
    return window_agg_more(op, out);
}

static bool window_agg_rests(const Op *op, FlushWhy why)
{
    const OpWindowAgg *w = (const OpWindowAgg *)op;
    return why != FLUSH_END && w->style == STYLE_CLOSE && !w->g.zero;
}

/* ---- rows by turns ---- */

static bool window_agg_can_merge(const PhysNode *node)
{
    const PhysAgg *a = (const PhysAgg *)node;
    bool once = style_of(a) == STYLE_CLOSE && a->n_wm_keys == 0 && node->in[0]->props.change == CHANGE_APPEND;
    return once && agg_node_takes_turns(a) && (a->prewindowed || a->window.kind != WINDOW_CUMULATE);
}

static uint64_t window_agg_groups(const Op *op)
{
    return bucket_table_rows(((const OpWindowAgg *)op)->rows);
}

static int64_t mark_time(const OpWindowAgg *w, Mark m)
{
    return m.cls == w->node->wm_class ? mark_ahead(m.wm_us, w->node->ahead_us) : INT64_MIN;
}

static bool window_agg_is_due(const Op *op, Mark m)
{
    const OpWindowAgg *w = (const OpWindowAgg *)op;
    int64_t to_us = mark_time(w, m), end;
    HashTable *rows;
    if (to_us <= w->op.passed_us)
        return false;
    bool any = bucket_first(w->rows, &end, &rows);
    while (any && is_late(w, end)) /* slices that later windows need */
        any = bucket_next(w->rows, end, &end, &rows);
    return any && add_saturated(end, w->lateness_us) <= to_us;
}

static bool window_agg_passes(const Op *op, Mark m)
{
    return !window_agg_is_due(op, m);
}

static int window_agg_take(Op *op, Op *of, Mark m)
{
    OpWindowAgg *w = (OpWindowAgg *)op, *from = (OpWindowAgg *)of;
    int64_t to_us = mark_time(w, m), end;
    HashTable *rows;
    if (!bucket_first(from->rows, &end, &rows) || add_saturated(end, w->lateness_us) > to_us)
        return 0;
    if (from->slices.run)
        window_slices_give_up(&from->slices);
    from->last_rows = NULL;
    while (bucket_first(from->rows, &end, &rows) && add_saturated(end, w->lateness_us) <= to_us) {
        GroupTable t;
        if (!w->slices.run)
            TRY(window_tables(w, end, &t));
        TRY(w->slices.run ? window_slices_take(&w->slices, rows, end) : agg_groups_merge_table(&w->g, &t, rows, 1));
        bucket_drop(from->rows, end);
    }
    return 0;
}

static int64_t window_agg_turns_end(const Op *op)
{
    const OpWindowAgg *w = (const OpWindowAgg *)op;
    int64_t end;
    HashTable *rows;
    if (w->slices.run) /* a slice that was taken over belongs to windows to come */
        return INT64_MAX;
    int64_t last = INT64_MIN;
    for (bool any = bucket_first(w->rows, &end, &rows); any; any = bucket_next(w->rows, end, &end, &rows))
        last = add_saturated(end, w->lateness_us);
    return last;
}

/* ---- rows collected beside the state ---- */

static bool window_agg_can_collect(const Op *op)
{
    const OpWindowAgg *w = (const OpWindowAgg *)op;
    const Type *time = w->node->time ? &w->node->time->type : NULL;
    bool by_pane = w->slices.run || w->node->window.kind == WINDOW_TUMBLE;
    return time && by_pane && time->id != T_TSNS && !w->node->prewindowed && pre_groups_can(&w->g);
}

static int window_agg_collect_begin(Op *op)
{
    OpWindowAgg *w = (OpWindowAgg *)op;
    if (!w->pre)
        return pre_groups_new(&w->g, op->env->of_parts, &w->pre);
    pre_groups_clear(w->pre);
    return 0;
}

/* Their panes, where all rows have one that can be represented: 1, else 0. */
static int split_plain(OpWindowAgg *w, const Batch *in, Rows rows, WindowPart **ret_part, uint32_t *ret_n)
{
    EvalCtx *x = &w->op.env->eval;
    const Vec *time = &w->g.eval.vec[w->time_at];
    const TimeWindow *window = &w->node->window;
    if (time->valid || (time->kind != VEC_CONST && time->kind != VEC_FLAT))
        return 0;
    if (time->kind == VEC_CONST)
        return window_split_const(&w->splitter, window, *(const int64_t *)time->data, rows, x->arena, ret_part, ret_n);
    eval_ctx_clear(x, in->n);
    TRY(window_split_times(&w->splitter, window, x, time->data, rows, ret_part, ret_n));
    return x->n_errors == 0;
}

static int window_agg_collect(Op *op, Batch *in)
{
    OpWindowAgg *w = (OpWindowAgg *)op;
    Out none; /* nothing that is evaluated can fail */
    Rows rows;
    WindowPart *part;
    PrePane *pane[PRE_PANES];
    uint32_t n_parts;
    out_init(&none, op->env->step, BATCH_ROWS);
    TRY(row_eval_run(&w->g.eval, in, &none, &rows));
    if (!pre_groups_takes(w->pre, in))
        return 0;
    int rc = split_plain(w, in, rows, &part, &n_parts);
    if (rc <= 0 || n_parts > PRE_PANES)
        return MIN(rc, 0);
    for (uint32_t p = 0; p < n_parts; p++) {
        if (is_late(w, window_run(&w->node->window, part[p].end).first_end) ||
            !pre_groups_room(w->pre, part[p].end, part[p].rows.n, &pane[p]))
            return 0;
    }
    for (uint32_t p = 0; p < n_parts; p++)
        pre_groups_add(w->pre, pane[p], part[p].rows);
    return 1;
}

typedef struct Settled { /* whose groups a table gets */
    OpWindowAgg *w;
    const PreGroups *from;
    const PreCells *cells;
} Settled;

static int settle_cells(void *self, GroupTable *t)
{
    const Settled *s = self;
    return pre_groups_settle(&s->w->g, t, s->from, s->cells);
}

static int window_agg_settle(Op *op, Op *of)
{
    OpWindowAgg *w = (OpWindowAgg *)op;
    const PreGroups *from = ((const OpWindowAgg *)of)->pre;
    for (uint32_t i = 0; i < from->n_panes; i++) {
        const PrePane *pane = &from->pane[i];
        Settled s = {w, from, &pane->of[op->env->part]};
        GroupTable t;
        if (s.cells->n == 0)
            continue;
        if (w->slices.run) {
            TRY(window_slices_each(&w->slices, pane->end, settle_cells, &s));
            continue;
        }
        TRY(window_tables(w, pane->end, &t));
        TRY(settle_cells(&s, &t));
    }
    return 0;
}

static uint64_t window_agg_collected(const Op *op)
{
    return pre_groups_cells(((const OpWindowAgg *)op)->pre);
}

static const OpCollect window_agg_collects = {.can = window_agg_can_collect,
                                              .begin = window_agg_collect_begin,
                                              .add = window_agg_collect,
                                              .settle = window_agg_settle,
                                              .groups = window_agg_collected};

static const OpMerge window_agg_merge = {.rule = PART_BY_TURNS,
                                         .can = window_agg_can_merge,
                                         .groups = window_agg_groups,
                                         .is_due = window_agg_is_due,
                                         .take = window_agg_take,
                                         .turns_end_us = window_agg_turns_end,
                                         .collect = &window_agg_collects};

static void window_agg_save(const Op *op, StrBuf *out)
{
    const OpWindowAgg *w = (const OpWindowAgg *)op;
    agg_groups_save(&w->g, out);
    bytes_put_i64(out, w->op.passed_us);
    bytes_put_i64(out, w->closed_end);
    bytes_put_i64(out, w->quiet_until);
    bytes_put_i64(out, w->slices.lo);
    bytes_put_i64(out, w->slices.hi);
    bytes_put_u8(out, w->slices.is_built);
    bytes_put_u8(out, w->keys_began);
}

static int window_agg_restore(Op *op, ByteReader *in, Err *err)
{
    OpWindowAgg *w = (OpWindowAgg *)op;
    TRY(agg_groups_restore(&w->g, in, err));
    w->op.passed_us = bytes_i64(in);
    w->closed_end = bytes_i64(in);
    w->quiet_until = bytes_i64(in);
    w->slices.lo = bytes_i64(in);
    w->slices.hi = bytes_i64(in);
    w->slices.is_built = bytes_u8(in) != 0;
    w->keys_began = bytes_u8(in) != 0;
    return 0;
}
static const OpKeep window_agg_keep = {window_agg_save, window_agg_restore};

const OpType op_window_agg = {
    .name = "window_agg",
    .size = sizeof(OpWindowAgg),
    .open = window_agg_open,
    .push = window_agg_push,
    .more = window_agg_more,
    .mark = window_agg_mark,
    .keys = window_agg_keys,
    .flush = window_agg_flush,
    .flush_yields = true,
    .rests = window_agg_rests,
    .passes = window_agg_passes,
    .merge = &window_agg_merge,
    .measure = window_agg_measure,
    .close = window_agg_close,
    .keep = &window_agg_keep,
};
