/* SPDX-License-Identifier: Apache-2.0
 *
 * Views made over much that is there already (design 6).  At the start, within one hold of the shard, the content of every stored
 * input is pinned and the query is linked to what comes; then the pinned rows go in in slices, and between two of them the shard is
 * free.  What a source retains is read in the order in which it came, and what comes meanwhile behind it: the link is made when the
 * reader has come to the end within one hold.  At last the result leaves in pieces, too.
 *
 * Why nothing is lost or doubled: state is a function of the sum of all changes, and each change is either below the pin or comes
 * by the link.  The order does not matter, so nothing is buffered; a deletion may come before the row it deletes, as a negative
 * count.  Over one source alone the order of arrival is kept, so every operator will do.  Until the last slice no watermark moves,
 * no period ends, and nobody may read the result (Feed.building).
 *
 * The log has the statement where the build ends, and WAL_KEEP where it begins: replaying fills the view at once, over what is
 * there then and what was retained before.  Rows that come while a source's history is read are on time, there and here.
 *
 * A build that is cancelled stands still: its pins stay, what comes goes in (of a source: what it retains no more), and it goes on
 * from there when it is resumed.
 *
 * Queries for which the order does matter, and small inputs, are filled in one go, as ever (engine_start_query). */
#include "flow/arrangement.h"

#include <stddef.h>

#define BUILD_ROWS_MIN 4096u /* fewer are read at once, when nobody says otherwise */
#define SLICE_ROWS 512u      /* read at once */
#define SLICE_US 500
#define PAUSE_NS 20000
#define PAUSE_SHORT_NS INT64_C(1000000) /* when memory is short: others come first */
#define WAIT_MAX_NS INT64_C(1000000000) /* without room, as long as a push waits */
#define STRETCH_MAX 10u                 /* slices are made longer at most 2^10 times */

typedef struct BuildInput {
    uint32_t leaf;
    PageSnapshot *pages; /* NULL: of no stored relation, or read */
    HashCursor at;
    bool follows; /* tail is open */
    FeedTail tail;
    uint64_t n_known; /* rows of the tail that progress.n_rows has counted */
    Engine *engine;
    PipelineSlot *slot;
} BuildInput;

struct Build {
    BuildInput *input;
    uint32_t n, cap, now; /* now: being read */
    int64_t waits_ns;     /* for memory, since; 0 = it does not */
    int64_t until_ns;     /* the end of the slice that runs */
    uint64_t n_left;      /* rows of tails, after the last slice */
    uint32_t stretch;     /* slices are longer by this power of two: more came during the last ones than they read */
    bool cancelled;       /* to be stopped at the next slice */
    bool stopped;
};

void engine_build_free(Engine *e, PipelineSlot *s)
{
    Build *b = MOVE(s->build);
    for (uint32_t i = 0; b && i < b->n; i++) {
        page_snapshot_close(b->input[i].pages);
        if (b->input[i].follows)
            feed_tail_close(s->leaf_feed[b->input[i].leaf], &b->input[i].tail);
    }
    if (b)
        mem_free(&e->acct, b->input, b->cap * sizeof(*b->input));
    mem_free(&e->acct, b, sizeof(*b));
}

static bool draws(const PhysNode *n)
{
    if (n->kind == PHYS_FILTER)
        return ((const PhysFilter *)n)->predicate->is_volatile;
    const PhysProject *p = (const PhysProject *)n;
    for (uint32_t i = 0; n->kind == PHYS_PROJECT && i < p->n; i++)
        if (p->exprs[i]->is_volatile)
            return true;
    return false;
}

static bool only_grows(const PhysNode *n)
{
    for (uint32_t i = 0; i < n->n_in; i++)
        if (n->in[i]->props.change == CHANGE_APPEND)
            return true;
    return false;
}

/* FIRST and the like take what comes first where rows only come, of several that are equal. */
static bool takes_first(const PhysAgg *a)
{
    for (uint32_t i = 0; i < a->n_aggs; i++)
        if ((a->aggs[i].spec.flags & AGG_ORDERED) || a->aggs[i].spec.by_arrival)
            return true;
    return false;
}

/* Operators for which a Z-set is all there is to their input.  Over rows that are never deleted some of them go by arrival. */
static bool order_is_free(const PhysNode *n)
{
    const PhysJoin *j = (const PhysJoin *)n;
    switch (n->kind) {
    case PHYS_SOURCE:
    case PHYS_FILTER:
    case PHYS_LATE_FILTER:
    case PHYS_PROJECT:
    case PHYS_UNION:
    case PHYS_UNNEST:
    case PHYS_EXPAND:
    case PHYS_WINDOW_ASSIGN:
    case PHYS_EMIT: return true;
    case PHYS_JOIN: return !j->probes && !j->freezes && !(j->timed && only_grows(n));
    case PHYS_HASH_AGG:
    case PHYS_WINDOW_AGG: return !only_grows(n) || !takes_first((const PhysAgg *)n);
    case PHYS_SET_OP:
    case PHYS_OVER:
    case PHYS_TOP_N: return !only_grows(n);
    default: return false;
    }
}

/* What the leaf begins with is what its source retains. */
static bool reads_tail(const PipelineSlot *s, uint32_t leaf)
{
    return s->leaf_feed[leaf] && !s->leaf_feed[leaf]->stored;
}

static uint64_t rows_to_read(const PipelineSlot *s)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < s->query->n_leaves; i++) {
        const Feed *f = s->leaf_feed[i];
        n += !f || s->query->leaf[i].skips_content ? 0 : f->stored ? f->stored->n_rows : f->retained_rows;
    }
    return n;
}

static bool can_slice(const Engine *e, const PipelineSlot *s)
{
    const Pipeline *q = s->query;
    const PhysPlan *p = q->plan;
    if (e->restoring.p || e->replaying || !e->env->thread || q->state != PIPELINE_RUNNING || q->n_timers ||
        s->options.start != START_CONTENT || rows_to_read(s) < (s->options.slice_rows ? s->options.slice_rows : BUILD_ROWS_MIN))
        return false;
    if (!s->out.to || s->out.to->history) /* a sink, or a history: they would have what nobody may have seen */
        return false;
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        const Feed *f = s->leaf_feed[i];
        if (!f || f->closed || s->snapshot[i])
            return false;
        if (f->stored ? f->wm.clock != NULL : (!s->options.keeps_result || s->options.history_us > 0))
            return false;
    }
    bool in_order = q->n_leaves == 1 && reads_tail(s, 0);
    for (uint32_t i = 0; i < p->n_nodes; i++)
        if (draws(p->nodes[i]) || (!in_order && !order_is_free(p->nodes[i])))
            return false;
    return true;
}

static int give_tail(BuildInput *in, uint32_t most, uint64_t *ret_n, Err *err);

/* Rows that their source retains no more, and that have not been read yet. */
static void tail_falls(FeedTail *t)
{
    BuildInput *in = (BuildInput *)((char *)t - offsetof(BuildInput, tail));
    Err err = ERR_INIT;
    uint64_t n;
    if (in->slot->query->state == PIPELINE_RUNNING && give_tail(in, UINT32_MAX, &n, &err) < 0)
        pipeline_fail(in->slot->query, &err);
}

static int pin(Engine *e, PipelineSlot *s, Err *err)
{
    uint32_t n = s->query->n_leaves;
    Build *b = s->build = mem_zalloc(&e->acct, sizeof(*b));
    if (!b)
        return RAISE_NOMEM(err);
    b->input = mem_zalloc(&e->acct, n * sizeof(*b->input));
    if (!b->input)
        return RAISE_NOMEM(err);
    b->cap = n;
    for (uint32_t i = 0; i < n; i++) {
        BuildInput *in = &b->input[i];
        Feed *f = s->leaf_feed[i];
        *in = (BuildInput){.leaf = i, .follows = reads_tail(s, i), .tail.fall = tail_falls, .engine = e, .slot = s};
        b->n++;
        if (s->query->leaf[i].skips_content)
            continue;
        if (!in->follows) {
            TRY(page_snapshot_open(e->pages, f->stored->table_id, &in->pages, err));
            continue;
        }
        feed_tail_open(f, &in->tail);
        b->n_left += in->n_known = feed_tail_left(f, &in->tail);
    }
    return 0;
}

/* The log says from where to where what a source retains is being read: all of it has to be there when the statement is run again.
 */
static int log_keep(Engine *e, const PipelineSlot *s, bool on, Err *err)
{
    uint8_t byte = on;
    for (uint32_t i = 0; e->journal.wal && i < s->query->n_leaves; i++)
        if (reads_tail(s, i))
            TRY(journal_put(&e->journal, WAL_KEEP, s->leaf_feed[i]->relation, e->clock.now_us, (Str){(const char *)&byte, 1}, NULL,
                            err));
    return 0;
}

int engine_end_build(Engine *e, const Pipeline *q, Err *err)
{
    uint32_t index = 0;
    const PipelineSlot *s = engine_slot_of(e, q, &index);
    return s ? log_keep(e, s, false, err) : 0;
}

bool engine_start_build(Engine *e, Pipeline *q)
{
    uint32_t index = 0;
    PipelineSlot *s = engine_slot_of(e, q, &index);
    e->clock.now_us = engine_clock_us(e);
    engine_share(s, e->restoring.p != NULL);
    if (!can_slice(e, s) || pin(e, s, NULL) < 0 || log_keep(e, s, true, NULL) < 0) { /* without memory for it, nothing has begun */
        engine_build_free(e, s);
        engine_start_query(e, q);
        return false;
    }
    s->progress = (BuildProgress){.n_rows = rows_to_read(s), .begun_ns = env_mono_ns(e->env)};
    s->started = true;
    engine_tick_due(e);
    e->clock.now_us = engine_clock_us(e);
    engine_step_begin(e);
    pipeline_start(q, e->clock.now_us);
    for (uint32_t i = 0; i < q->n_leaves; i++)
        if (!reads_tail(s, i))
            engine_link_leaf(e, s, i, index);
    engine_share_read(s, true);
    s->out.to->building = true;
    return true;
}

/* A row of count c comes once, with weight c. */
static int give_rows(Engine *e, PipelineSlot *s, const BuildInput *in, uint8_t *const *row, uint32_t n, Err *err)
{
    const Stored *stored = s->leaf_feed[in->leaf]->stored;
    engine_step_begin(e);
    Batch *b = batch_scratch(&e->step, stored->schema, n);
    int32_t *w = arena_alloc(&e->step, n * sizeof(*w));
    if (!b || !w)
        return RAISE_NOMEM(err);
    b->n = b->n_sel = n;
    for (uint32_t c = 0; c < stored->schema->n; c++)
        if (hash_snapshot_read(&stored->layout, in->pages, row, n, c, &b->col[c], &e->step) < 0)
            return RAISE_NOMEM(err);
    TRY(page_store_take_error(e->pages, err)); /* long texts lie in other pages */
    bool weighted = false;
    for (uint32_t i = 0; i < n; i++) {
        w[i] = (int32_t)*row_count(row[i]);
        weighted |= w[i] != 1;
        s->progress.n_done += (uint64_t)w[i];
    }
    if (weighted) {
        b->w_kind = W_VEC;
        b->w = w;
    }
    pipeline_push(s->query, in->leaf, b, e->clock.now_us);
    return 0;
}

/* *ret_n 0: all that has come is in. */
static int give_tail(BuildInput *in, uint32_t most, uint64_t *ret_n, Err *err)
{
    PipelineSlot *s = in->slot;
    Feed *f = s->leaf_feed[in->leaf];
    Batch *b;
    TRY(feed_tail_next(f, &in->tail, most, &in->engine->step, &b, err));
    uint64_t n_came = in->tail.at + feed_tail_left(f, &in->tail) - in->n_known;
    s->progress.n_rows += n_came;
    in->n_known += n_came;
    *ret_n = b ? b->n_sel : 0;
    s->progress.n_done += *ret_n;
    if (b)
        pipeline_push(s->query, in->leaf, b, in->engine->clock.now_us);
    return 0;
}

/* The next rows of an input; *ret_n 0: there are no more. */
static int give_some(Engine *e, PipelineSlot *s, BuildInput *in, uint32_t most, uint64_t *ret_n, Err *err)
{
    uint8_t *row[SLICE_ROWS];
    uint32_t n = 0;
    if (in->follows) {
        engine_step_begin(e);
        return give_tail(in, most, ret_n, err);
    }
    if (in->pages)
        TRY(hash_snapshot_next(in->pages, &in->at, row, most, &n, err));
    *ret_n = n;
    if (n > 0)
        return give_rows(e, s, in, row, n, err);
    page_snapshot_close(MOVE(in->pages)); /* what changes from now on need not be copied */
    return 0;
}

static uint64_t rows_left(const PipelineSlot *s)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < s->build->n; i++)
        if (s->build->input[i].follows)
            n += feed_tail_left(s->leaf_feed[i], &s->build->input[i].tail);
    return n;
}

/* A slice ends before all is read.  When as much comes between two of them as they read, the end would never be reached. */
static int slice_ends(const PipelineSlot *s)
{
    Build *b = s->build;
    uint64_t n = rows_left(s);
    if (n > 0 && n >= b->n_left && b->stretch < STRETCH_MAX)
        b->stretch++;
    b->n_left = n;
    return 1;
}

/* 1: there is more. */
static int slice(Engine *e, PipelineSlot *s, Err *err)
{
    Build *b = s->build;
    uint64_t n_left = s->options.slice_rows ? s->options.slice_rows << b->stretch : UINT64_MAX;
    b->until_ns = env_mono_ns(e->env) + ((int64_t)(SLICE_US * 1000) << b->stretch);
    e->clock.now_us = engine_clock_us(e);
    for (b->now = 0; b->now < b->n && s->query->state == PIPELINE_RUNNING;) {
        uint64_t n;
        TRY(give_some(e, s, &b->input[b->now], (uint32_t)MIN(n_left, SLICE_ROWS), &n, err));
        if (n == 0) {
            b->now++;
            continue;
        }
        n_left -= n;
        if (n_left == 0 || (s->options.slice_rows == 0 && env_mono_ns(e->env) >= b->until_ns))
            return slice_ends(s);
    }
    return 0;
}

static uint32_t piece_rows(const PipelineSlot *s)
{
    return (uint32_t)MIN(s->options.slice_rows ? s->options.slice_rows : SLICE_ROWS, SLICE_ROWS);
}

typedef struct SliceClock {
    const Engine *engine;
    const Build *build;
} SliceClock;

static bool slice_is_over(void *self)
{
    const SliceClock *c = self;
    engine_step_begin((Engine *)c->engine);
    return env_mono_ns(c->engine->env) >= c->build->until_ns;
}

/* All of it is in: the result leaves, what was not given yet of it, and time goes on. */
static void finish(Engine *e, PipelineSlot *s, uint32_t index)
{
    Pipeline *q = s->query;
    engine_build_free(e, s);
    engine_share_read(s, false);
    if (e->journal.wal)
        engine_random_restart(e, wal_last_seq(e->journal.wal) + 1);
    engine_step_begin(e);
    q->next_due_us = e->clock.now_us + q->every_us;
    q->touched = true;
    pipeline_flush(q);
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        if (reads_tail(s, i))
            engine_link_leaf(e, s, i, index);
        else
            engine_catch_up_leaf(s, i);
    }
    pipeline_flush(q);
    engine_flush_touched(e);
    s->out.to->building = false;
    s->progress.took_ns = env_mono_ns(e->env) - s->progress.begun_ns;
    if (s->options.background)
        engine_worker_ensure(e);
}

int64_t engine_build_pause_ns(const Engine *e)
{
    return engine_memory_state(e) >= MEMORY_SHORT ? PAUSE_SHORT_NS : PAUSE_NS;
}

/* 1: there is no room for more rows now. */
static int wait_memory(Engine *e, PipelineSlot *s, Err *err)
{
    Build *b = s->build;
    int64_t now = env_mono_ns(e->env);
    s->progress.waits = engine_memory_state(e) >= MEMORY_SHORT;
    if (!s->progress.waits) {
        b->waits_ns = 0;
        return 0;
    }
    if (!b->waits_ns) {
        b->waits_ns = now;
        atomic_fetch_add(&e->memory_waits, 1);
    }
    return now - b->waits_ns < WAIT_MAX_NS
               ? 1
               : RAISE(err, ERR_OUT_OF_MEMORY, "filling \"%s\" needs more memory than memory_limit gives", s->name);
}

bool engine_build(Engine *e, Pipeline *q)
{
    uint32_t index = 0;
    PipelineSlot *s = engine_slot_of(e, q, &index);
    Err err = ERR_INIT;
    if (s->build->cancelled) {
        s->build->stopped = true;
        s->build->waits_ns = 0;
        s->progress.waits = false;
        s->progress.took_ns = env_mono_ns(e->env) - s->progress.begun_ns;
        return false;
    }
    int rc = wait_memory(e, s, &err);
    uint64_t began = measure_begin(&e->measures);
    if (rc == 0) {
        rc = slice(e, s, &err);
        measure_end(&e->measures, TASK_BACKGROUND, began, 1);
    }
    if (rc < 0)
        pipeline_fail(q, &err);
    if (rc == 1)
        return true;
    q->stands = true;
    if (q->state == PIPELINE_RUNNING && pipeline_flush_part(q, piece_rows(s), slice_is_over, &(SliceClock){e, s->build}))
        return true;
    if (q->state == PIPELINE_RUNNING || q->state == PIPELINE_DONE)
        finish(e, s, index);
    else
        engine_build_free(e, s);
    return false;
}

static PipelineSlot *slot_of_relation(Engine *e, uint64_t relation)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->options.output_relation == relation)
            return e->slot[i];
    return NULL;
}

bool engine_cancel_build(Engine *e, uint64_t relation)
{
    PipelineSlot *s = slot_of_relation(e, relation);
    if (!s || !s->build || s->build->stopped)
        return false;
    s->build->cancelled = true;
    return true;
}

Pipeline *engine_resume_build(Engine *e, uint64_t relation)
{
    PipelineSlot *s = slot_of_relation(e, relation);
    if (!s || !s->build || !s->build->stopped)
        return NULL;
    s->build->cancelled = s->build->stopped = false;
    s->progress.begun_ns = env_mono_ns(e->env) - s->progress.took_ns;
    return s->query;
}

const char *engine_stopped_build(const Engine *e)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->build && e->slot[i]->build->stopped)
            return e->slot[i]->name;
    return NULL;
}

bool engine_build_progress(Engine *e, uint64_t relation, BuildProgress *ret)
{
    const PipelineSlot *s = slot_of_relation(e, relation);
    if (!s)
        return false;
    *ret = s->progress;
    ret->stopped = s->build && s->build->stopped;
    ret->running = s->build && !ret->stopped;
    if (ret->running)
        ret->took_ns = env_mono_ns(e->env) - ret->begun_ns;
    return true;
}
