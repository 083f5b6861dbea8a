/* SPDX-License-Identifier: Apache-2.0
 *
 * Gather.  Rows wait in a block of their feed, of one feed at a time, so that the order between sources is the order of the pushes.
 * They are stepped when the block is full, when a row is pushed that is more than GATHER_TICKS younger, and before anything else
 * happens in the shard: a step of another source, a statement, a timer, the look of a reader all begin by entering it.  So what
 * has been pushed is seen by whoever looks, and what nobody looks at may wait.
 *
 * It is right where no result depends on how the input was cut into steps:
 * - nobody is called by what the rows cause: behind the feed there are only queries with one input and without timers, and the
 *   relations that they fill;
 * - such a relation keeps rows that only come, or a content and no history of it: results that were replaced before anyone saw them
 *   leave nothing behind;
 * - rows are judged by the watermark of the rows before them in any case (watermark_piece);
 * - a push can be answered before its rows are looked at, and there is no log that has to know them before it is. */
#include "flow/gather.h"

#define GATHER_TEXT_BYTES (64u * 1024u) /* of a column */

static bool feed_is_quiet(const Feed *f);

static bool query_is_quiet(const LeafConsumer *l)
{
    const Pipeline *q = l->query;
    const PipelineSlot *s = l->engine->slot[l->slot];
    if (s->build || s->options.late || q->n_leaves != 1 || q->n_timers || q->every || q->measured ||
        (s->options.errors && s->options.errors->consumers.first))
        return false;
    for (const Consumer *c = q->consumers.first; c; c = c->next) {
        if (c->type != &engine_feed_consumer)
            return false;
        const Feed *to = ((const FeedConsumer *)c)->to;
        if (to->history || !(to->stored || q->plan->root->props.change == CHANGE_APPEND) || !feed_is_quiet(to))
            return false;
    }
    return true;
}

static bool feed_is_quiet(const Feed *f)
{
    for (const Consumer *c = f->consumers.first; c; c = c->next)
        if (c->type != &engine_leaf_consumer || !query_is_quiet((const LeafConsumer *)c))
            return false;
    return true;
}

/* What is asked here changes only while somebody is in the shard who has not come to push. */
static bool feed_gathers(const Engine *e, Feed *f)
{
    uint64_t entries = atomic_load_explicit(&e->n_entries, memory_order_relaxed);
    if (likely(f->gathers_seen == entries))
        return f->gathers;
    f->gathers_seen = entries;
    bool lanes = !e->journal.wal && !e->replaying && !f->may_refuse && !f->stored && !f->history && !f->closed && !f->defining;
    f->gathers = lanes && feed_is_quiet(f) && feed_make_gather(f, GATHER_ROWS);
    atomic_store_explicit(&f->lanes_at, lanes ? entries * 2 + f->gathers : 0, memory_order_release);
    return f->gathers;
}

static bool has_room(const RowBlock *r, uint32_t n)
{
    if (r->n + n > r->cap)
        return false;
    for (uint32_t c = 0; r->any_text && c < r->schema->n; c++)
        if (r->text[c].n > GATHER_TEXT_BYTES)
            return false;
    return true;
}

bool gather_push(Engine *e, Feed *f, const Batch *b, int *ret_rc, Err *err)
{
    if (!feed_gathers(e, f) || !gather_takes(b) || b->n_cols != f->schema->n)
        return false;
    if (unlikely(f->gather_lost)) {
        f->gather_lost = false;
        *ret_rc = RAISE_NOMEM(err);
        return true;
    }
    RowBlock *r = f->gather;
    uint64_t now = e->env->clock->ticks(e->env);
    if (e->gathering && (e->gathering != f || now - e->gather_ticks > GATHER_TICKS || !has_room(r, b->n_sel)))
        gather_run(e);
    if (row_block_append(r, b, batch_rows(b)) < 0)
        return false;
    if (!e->gathering) {
        e->gathering = f;
        e->gather_ticks = now;
        e->gather_us = env_wall_us(e->env);
    }
    if (r->n == r->cap)
        gather_run(e);
    return true;
}

void gather_run(Engine *e)
{
    Feed *f = MOVE(e->gathering);
    RowBlock *r = f->gather;
    f->gather_lost |= engine_step_gathered(e, f, row_block_view(r), e->gather_us, NULL) < 0;
    row_block_reset(r);
}
