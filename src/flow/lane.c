/* SPDX-License-Identifier: Apache-2.0
 *
 * Lanes.  A lane has two blocks: one is filled while the other one is stepped, and they change places under the lane's own lock,
 * which is held for some ten nanoseconds.  A lane with rows is on a list of the engine, which is taken as a whole.
 *
 * That nobody looks is known as of a number of entries into the shard (Feed.lanes_at).  Who enters raises that number first and
 * empties the lanes then; a writer puts its first row, puts its lane on the list, and looks at the number again.  So either it sees
 * that somebody has entered, and takes the row back, or that one sees the lane.  The rows behind the first one come under the
 * lane's lock, which who empties it has to have.
 *
 * A row that is taken back may have been for a definition that is gone: so a lane knows which one it was made for, and who empties
 * lanes leaves the rows of another one where they are. */
#include "flow/lane.h"

#define LANE_ROWS GATHER_ROWS

struct Lane {
    _Alignas(64) LaneFront front; /* for its writer */
    _Atomic bool is_held;         /* what follows is looked at and changed by who holds it */
    uint8_t filling;
    bool is_quiet; /* its rows are gathered */
    bool waits;    /* on the engine's list, which has a reference then */
    uint64_t ticks;
    int64_t us; /* when its first row came */
    RowBlock block[2];
    _Atomic uint32_t rc; /* the writer's, the list's */
    Account *acct;
    Feed *feed;           /* one reference */
    uint32_t n_altered;   /* Feed.n_altered when it was made */
    const Schema *schema; /* one reference */
    Fate *fate;           /* of its rows; one reference */
    Lane *next;           /* on the list */
};

/* Of this thread; NULL = none, or all have been emptied since.  Only compared, for it may be gone. */
static _Thread_local const Lane *last_used;

bool lane_is_other(const Lane *l)
{
    return last_used && last_used != l;
}

void lane_forget_last(void)
{
    last_used = NULL;
}

static void hold(Lane *l)
{
    while (atomic_exchange_explicit(&l->is_held, true, memory_order_acquire))
        env_pause();
}

static void let_go(Lane *l)
{
    atomic_store_explicit(&l->is_held, false, memory_order_release);
}

static void lane_unref(Lane *l)
{
    if (atomic_fetch_sub_explicit(&l->rc, 1, memory_order_acq_rel) > 1)
        return;
    for (uint32_t i = 0; i < 2 && l->block[i].view; i++)
        row_block_done(&l->block[i]);
    feed_unref(l->feed);
    fate_unref(l->fate);
    schema_unref((Schema *)l->schema);
    mem_free_aligned(l->acct, l, sizeof(*l));
}

Lane *engine_lane_new(Account *acct, Feed *f, const Schema *schema, Fate *fate)
{
    Lane *l = mem_alloc_aligned(acct, sizeof(*l), _Alignof(Lane));
    if (!l)
        return NULL;
    memset(l, 0, sizeof(*l));
    l->acct = acct;
    l->feed = feed_ref(f);
    l->n_altered = atomic_load_explicit(&f->n_altered, memory_order_relaxed);
    l->schema = schema_ref(schema);
    l->fate = fate_ref(fate);
    atomic_init(&l->rc, 1);
    return l;
}

/* Most writers never meet another one, so blocks are made when they do. */
static bool has_blocks(Lane *l)
{
    for (uint32_t i = 0; i < 2; i++)
        if (!l->block[i].view && row_block_init(&l->block[i], l->acct, l->schema, LANE_ROWS, NULL) < 0)
            return false;
    return true;
}

void engine_lane_close(Lane *l)
{
    if (l)
        lane_unref(l);
}

static void put_on_list(Lane *l, Lane *_Atomic *list)
{
    atomic_fetch_add_explicit(&l->rc, 1, memory_order_relaxed);
    l->next = atomic_load_explicit(list, memory_order_relaxed);
    while (!atomic_compare_exchange_weak(list, &l->next, l)) {
    }
}

/* The rows of one push, which are all that it has, unless somebody has taken them meanwhile. */
static bool take_back(Lane *l)
{
    hold(l);
    bool there = l->block[l->filling].n > 0;
    row_block_reset(&l->block[l->filling]);
    atomic_store_explicit(&l->front.has_rows, false, memory_order_relaxed);
    let_go(l); /* it stays on the list, empty */
    return there;
}

static bool has_room(const Lane *l, const Engine *e, const Batch *b)
{
    const RowBlock *r = &l->block[l->filling];
    if (r->n == 0)
        return true;
    return r->n + b->n_sel <= r->cap && e->env->clock->ticks(e->env) - l->ticks <= GATHER_TICKS;
}

/* Whether the rows were put, and whether they are the first ones; puts the lane on its list. */
static bool put(Lane *l, Engine *e, const Batch *b, bool quiet, bool *ret_first)
{
    hold(l);
    bool first = l->block[l->filling].n == 0, was_waiting = l->waits;
    bool ok = !was_waiting || l->is_quiet == quiet; /* else it is on the other list, and empty */
    ok = ok && has_blocks(l) && has_room(l, e, b) && row_block_append_words(&l->block[l->filling], b, 0, b->n_sel);
    if (ok && first) {
        l->ticks = e->env->clock->ticks(e->env);
        l->us = env_wall_us(e->env);
        l->is_quiet = quiet;
        atomic_store_explicit(&l->front.has_rows, true, memory_order_relaxed);
    }
    l->waits |= ok;
    let_go(l);
    if (ok && !was_waiting)
        put_on_list(l, quiet ? &e->lanes : &e->lanes_soon);
    *ret_first = first;
    return ok;
}

/* It was made for what the feed is now. */
static bool fits(const Lane *l)
{
    return l->n_altered == atomic_load_explicit(&l->feed->n_altered, memory_order_relaxed);
}

LanePush lane_push(Lane *l, Engine *e, const Batch *b)
{
    uint64_t at = atomic_load_explicit(&l->feed->lanes_at, memory_order_acquire), entries = atomic_load(&e->n_entries);
    bool quiet = at & 1, first;
    if (at >> 1 != entries || !fits(l) || !gather_takes(b) || b->sel || b->n_cols != l->schema->n ||
        !mpsc_is_empty(&e->mailbox)) /* what it has handed over comes first */
        return LANE_NOT;
    if (!put(l, e, b, quiet, &first) || (first && atomic_load(&e->n_entries) != entries && take_back(l)))
        return LANE_NOT;
    last_used = l;
    return quiet ? LANE_DONE : LANE_SOON;
}

/* The block that was filled so far; NULL = its rows do not fit the feed any more.  Their writer has put them there since the feed
 * was altered or dropped, and is about to see that and to take them back. */
static RowBlock *take_block(Lane *l, bool *ret_quiet, int64_t *ret_us)
{
    hold(l);
    RowBlock *r = &l->block[l->filling];
    l->waits = false;
    if (unlikely(l->feed->closed || !fits(l))) {
        let_go(l);
        return NULL;
    }
    l->filling ^= 1;
    *ret_us = l->us;
    *ret_quiet = l->is_quiet;
    atomic_store_explicit(&l->front.has_rows, false, memory_order_relaxed);
    let_go(l);
    return r;
}

static Lane *take_list(Lane *_Atomic *list)
{
    Lane *l = atomic_exchange(list, NULL), *ordered = NULL;
    while (l) { /* as they came */
        Lane *next = l->next;
        l->next = ordered;
        ordered = l;
        l = next;
    }
    return ordered;
}

static void step_block(Engine *e, Lane *l, RowBlock *r, bool quiet, int64_t us)
{
    Err err;
    err_reset(&err);
    Batch *b = row_block_view(r);
    uint32_t n = b->n_sel;
    int rc = quiet ? engine_step_gathered(e, l->feed, b, us, &err) : engine_step_push(e, l->feed, b, &err);
    if (unlikely(rc < 0))
        fate_note(l->fate, n, &err);
    row_block_reset(r);
}

static void run_list(Engine *e, Lane *_Atomic *list)
{
    for (Lane *l = take_list(list), *next; l; l = next) {
        bool quiet;
        int64_t us;
        next = l->next; /* its writer may put it on a list again from now on */
        RowBlock *r = take_block(l, &quiet, &us);
        if (r && r->n > 0)
            step_block(e, l, r, quiet, us);
        lane_unref(l);
    }
}

void lanes_run(Engine *e)
{
    run_list(e, &e->lanes);
    run_list(e, &e->lanes_soon);
}

static void drop_list(Lane *_Atomic *list)
{
    for (Lane *l = take_list(list), *next; l; l = next) {
        next = l->next;
        lane_unref(l);
    }
}

void lanes_drop(Engine *e)
{
    drop_list(&e->lanes);
    drop_list(&e->lanes_soon);
}
