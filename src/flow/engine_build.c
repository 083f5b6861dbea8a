/* SPDX-License-Identifier: Apache-2.0
 *
 * Views made over much that is there already (design 6).  At the start, within one hold of the shard, the content of every input is
 * pinned and the query is linked to what comes; then the pinned rows go in in slices, and between two of them the shard is free.
 *
 * Why nothing is lost or doubled: state is a function of the sum of all changes, and each change is either below the pin or comes
 * by the link.  The order does not matter, so nothing is buffered; a deletion may come before the row it deletes, as a negative
 * count. Until the last slice nothing is flushed, no watermark moves, and nobody may read the result (Feed.building).
 *
 * A build that is cancelled stands still: its pins stay, what comes goes in, and it goes on from there when it is resumed.
 *
 * Queries for which the order does matter, and small inputs, are filled in one go, as ever (engine_start_query). */
#include "flow/engine_impl.h"

#define BUILD_ROWS_MIN 4096u /* fewer are read at once */
#define SLICE_ROWS 512u      /* read at once */
#define SLICE_US 500
#define PAUSE_NS 20000
#define PAUSE_SHORT_NS INT64_C(1000000) /* when memory is short: others come first */
#define WAIT_MAX_NS INT64_C(1000000000) /* without room, as long as a push waits */

typedef struct BuildInput {
    uint32_t leaf;
    PageSnapshot *pages;
    HashCursor at;
} BuildInput;

struct Build {
    BuildInput *input;
    uint32_t n, cap, now; /* now: being read */
    int64_t waits_ns;     /* for memory, since; 0 = it does not */
    bool cancelled;       /* to be stopped at the next slice */
    bool stopped;
};

void engine_build_free(Engine *e, PipelineSlot *s)
{
    Build *b = MOVE(s->build);
    for (uint32_t i = 0; b && i < b->n; i++)
        page_snapshot_close(b->input[i].pages);
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

/* Operators for which a Z-set is all there is to their input.  Over rows that are never deleted some of them go by arrival. */
static bool order_is_free(const PhysNode *n, bool only_grows)
{
    switch (n->kind) {
    case PHYS_SOURCE:
    case PHYS_FILTER:
    case PHYS_PROJECT:
    case PHYS_UNION:
    case PHYS_EMIT: return !draws(n);
    case PHYS_JOIN: return !((const PhysJoin *)n)->probes && !only_grows;
    case PHYS_HASH_AGG:
    case PHYS_SET_OP:
    case PHYS_UNNEST:
    case PHYS_EXPAND:
    case PHYS_OVER:
    case PHYS_TOP_N: return !only_grows;
    default: return false;
    }
}

static uint64_t rows_to_read(const PipelineSlot *s)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < s->query->n_leaves; i++)
        n += s->leaf_feed[i] && s->leaf_feed[i]->stored ? s->leaf_feed[i]->stored->n_rows : 0;
    return n;
}

static bool can_slice(const Engine *e, const PipelineSlot *s)
{
    const Pipeline *q = s->query;
    const PhysPlan *p = q->plan;
    bool only_grows = false;
    if (e->restoring.p || e->replaying || !e->env->thread || q->state != PIPELINE_RUNNING || q->n_timers || q->every ||
        s->options.start != START_CONTENT || rows_to_read(s) < BUILD_ROWS_MIN)
        return false;
    if (!s->out.to || s->out.to->history) /* a sink, or a history: they would have what nobody may have seen */
        return false;
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        const Feed *f = s->leaf_feed[i];
        if (!f || !f->stored || f->closed || s->snapshot[i] || f->wm.clock)
            return false;
        only_grows |= q->leaf[i].source->node.props.change == CHANGE_APPEND;
    }
    for (uint32_t i = 0; i < p->n_nodes; i++)
        if (!order_is_free(p->nodes[i], only_grows))
            return false;
    return true;
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
        TRY(page_snapshot_open(e->pages, s->leaf_feed[i]->stored->table_id, &b->input[i].pages, err));
        b->input[i].leaf = i;
        b->n++;
    }
    return 0;
}

bool engine_start_build(Engine *e, Pipeline *q)
{
    uint32_t index = 0;
    PipelineSlot *s = engine_slot_of(e, q, &index);
    if (!can_slice(e, s) || pin(e, s, NULL) < 0) { /* without memory for it, nothing has begun */
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
        engine_link_leaf(e, s, i, index);
    if (s->out.to)
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

/* 1: there is more. */
static int slice(Engine *e, PipelineSlot *s, Err *err)
{
    Build *b = s->build;
    uint8_t *row[SLICE_ROWS];
    int64_t until = env_mono_ns(e->env) + SLICE_US * 1000;
    uint64_t n_left = s->options.slice_rows ? s->options.slice_rows : UINT64_MAX;
    e->clock.now_us = engine_clock_us(e);
    while (b->now < b->n && s->query->state == PIPELINE_RUNNING) {
        BuildInput *in = &b->input[b->now];
        uint32_t n;
        TRY(hash_snapshot_next(in->pages, &in->at, row, (uint32_t)MIN(n_left, SLICE_ROWS), &n, err));
        if (n == 0) {
            page_snapshot_close(MOVE(in->pages)); /* what changes from now on need not be copied */
            b->now++;
            continue;
        }
        TRY(give_rows(e, s, in, row, n, err));
        n_left -= n;
        if (n_left == 0 || (s->options.slice_rows == 0 && env_mono_ns(e->env) >= until))
            return 1;
    }
    return 0;
}

/* All of it is in: the result leaves, and time goes on. */
static void finish(Engine *e, PipelineSlot *s)
{
    Pipeline *q = s->query;
    engine_build_free(e, s);
    if (e->journal.wal)
        engine_random_restart(e, wal_last_seq(e->journal.wal) + 1);
    engine_step_begin(e);
    q->stands = q->touched = true;
    pipeline_flush(q);
    for (uint32_t i = 0; i < q->n_leaves; i++)
        engine_catch_up_leaf(s, i);
    pipeline_flush(q);
    engine_flush_touched(e);
    if (s->out.to)
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
    if (rc == 0)
        rc = slice(e, s, &err);
    if (rc < 0)
        pipeline_fail(q, &err);
    if (rc == 1)
        return true;
    if (q->state == PIPELINE_RUNNING)
        finish(e, s);
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
