/* SPDX-License-Identifier: Apache-2.0
 *
 * Engine.  One shard: a lock word that says who runs steps (a mutex on a futex: uncontended, one compare-and-swap), a mailbox for
 * those who found it taken, the feeds, the queries in the order of their creation.  A query can only depend on what was there
 * before it, so creation order is topological order, and flushing in it makes a step free of glitches.
 *
 * Nothing waits inside: a push that finds the shard taken leaves its rows in the mailbox, and whoever holds the shard empties the
 * mailbox before it lets go and looks again after it has.  Where rows may be refused, the push waits for the shard instead. */
#include "flow/engine.h"
#include "base/hash.h"
#include "base/ring.h"
#include "env/points.h"
#include "exec/window_time.h"
#include "flow/arrangement.h"
#include "flow/event_clock.h"
#include "flow/errors_feed.h"
#include "flow/gather.h"
#include "flow/late_route.h"
#include "flow/lookup_table.h"
#include "flow/receiver.h"
#include "flow/refill.h"

#include <stdio.h>

#define MAILBOX_SLOTS 1024u
#define STEP_CHUNK (256u * 1024u)

/* ---- ownership ---- */

static uint64_t self_id(Engine *e)
{
    return e->env->thread ? e->env->thread->self_id(e->env) : 1;
}

bool engine_is_inside(const Engine *e)
{
    uint64_t owner = atomic_load_explicit(&e->owner, memory_order_relaxed);
    return (owner != 0 && owner == self_id((Engine *)e)) || crew_is_member(&e->crew);
}

bool engine_is_quiet(Engine *e)
{
    /* In this order: a letter that is gone from the mailbox is being opened by an owner, who is seen until he is done. */
    return !engine_has_letters(e) && atomic_load(&e->owner) == 0;
}

Producers *engine_producers(Engine *e)
{
    return &e->producers;
}

static void enter_locked(Engine *e)
{
    atomic_store_explicit(&e->owner, self_id(e), memory_order_relaxed);
    e->could_fail = mem_may_fail(false);
    atomic_fetch_add(&e->n_entries, 1); /* before lanes are looked at */
    gather_end(e);
    engine_drain_mailbox(e);
}

void engine_enter(Engine *e)
{
    if (unlikely(!env_trylock(e->env, &e->lock))) {
        atomic_fetch_add(&e->n_impatient, 1);
        env_lock(e->env, &e->lock);
        atomic_fetch_sub(&e->n_impatient, 1);
    }
    enter_locked(e);
}

void engine_entered(Engine *e)
{
    atomic_store_explicit(&e->owner, self_id(e), memory_order_relaxed);
    e->could_fail = mem_may_fail(false);
    engine_drain_mailbox(e);
}

void engine_enter_in_line(Engine *e)
{
    env_lock(e->env, &e->lock);
    engine_entered(e);
}

bool engine_try_enter(Engine *e)
{
    bool got = env_trylock(e->env, &e->lock);
    if (got)
        engine_entered(e);
    return got;
}

static void leave_once(Engine *e)
{
    (void)mem_may_fail(e->could_fail);
    atomic_store_explicit(&e->owner, 0, memory_order_release);
    env_unlock(e->env, &e->lock);
}

void engine_let_go(Engine *e)
{
    env_unlock(e->env, &e->lock);
    /* A letter posted between the last look and the release found the lock taken: its writer relies on this one. */
    bool again = false;
    while (unlikely(engine_has_letters(e)) && engine_try_enter(e)) {
        leave_once(e);
        if (!again) /* else there could be no end of it */
            atomic_fetch_add(&e->n_impatient, 1);
        again = true;
    }
    if (unlikely(again))
        atomic_fetch_sub(&e->n_impatient, 1);
}

void engine_leave(Engine *e)
{
    engine_drain_mailbox(e);
    if (unlikely(e->relieves))
        engine_relieve_leaving(e);
    (void)mem_may_fail(e->could_fail);
    atomic_store_explicit(&e->owner, 0, memory_order_release);
    engine_let_go(e);
}

/* ---- life ---- */

int engine_new(Env *env, Account *parent, Engine **ret, Err *err)
{
    Engine *e = mem_zalloc(parent, sizeof(*e));
    if (!e)
        return RAISE_NOMEM(err);
    e->env = env;
    atomic_init(&e->n_entries, 1);
    account_init(&e->acct, parent, "engine");
    arena_init(&e->step, &e->acct, STEP_CHUNK);
    e->touched_from = UINT32_MAX;
    e->next_query = e->next_space = 1;
    e->producers.acct = &e->acct;
    e->pages = page_store_new(&e->acct);
    e->asker = lookup_asker;
    e->asker.self = e;
    if (!e->pages || mpsc_init(&e->mailbox, &e->acct, MAILBOX_SLOTS) < 0) {
        engine_free(e);
        return RAISE_NOMEM(err);
    }
    crew_init(&e->crew, env, &e->acct, e->pages);
    measures_init(&e->measures, env);
    for (uint32_t i = 0; i < ARRAY_LEN(e->pinned); i++)
        e->pinned[i] = -1;
    *ret = e;
    return 0;
}

_Static_assert(ENGINE_THREADS_MAX == PARTS_MAX, "a thread more than parts would have nothing to do");
int engine_set_threads(Engine *e, uint32_t n, Err *err)
{
    ASSERT(n >= 1 && n <= ENGINE_THREADS_MAX);
    TRY(crew_need_parts(&e->crew, n, err));
    int rc = crew_set_threads(&e->crew, n, err);
    engine_pin_again(e);
    return rc;
}

uint32_t engine_threads(const Engine *e)
{
    return e->crew.parts.team.n_threads;
}

void engine_set_parallel_rows(Engine *e, uint32_t rows)
{
    atomic_store_explicit(&e->crew.parts.team.wide_rows, rows, memory_order_relaxed);
}

uint32_t engine_parallel_rows(const Engine *e)
{
    return atomic_load_explicit(&e->crew.parts.team.wide_rows, memory_order_relaxed);
}

static Team *take_team(void *self, uint32_t rows)
{
    Engine *e = self;
    Team *t = &e->crew.parts.team;
    if (rows < engine_parallel_rows(e) || !crew_may_have_members(&e->crew) || !env_trylock(e->env, &e->lock))
        return NULL;
    if (t->n_threads > 1)
        return t;
    engine_let_go(e);
    return NULL;
}

static void give_team_back(void *self)
{
    engine_let_go(self);
}

TeamLoan engine_loan(Engine *e)
{
    return (TeamLoan){.self = e, .take = take_team, .give_back = give_team_back};
}

Env *engine_env(Engine *e)
{
    return e->env;
}

Account *engine_account(Engine *e)
{
    return &e->acct;
}

Arena *engine_step(Engine *e)
{
    return &e->step;
}

void engine_free(Engine *e)
{
    if (!e)
        return;
    engine_worker_stop(e);
    if (e->mailbox.slot) {
        engine_enter(e);
        e->closing = true;
        while (e->n_slots)
            engine_drop_query(e, e->slot[e->n_slots - 1]->query);
        engine_set_foreign(e, NULL);
        while (e->n_feeds)
            engine_drop_feed(e, e->feed[e->n_feeds - 1]);
        leave_once(e);
        mpsc_done(&e->mailbox);
        lanes_drop(e);
    }
    mem_free(&e->acct, e->touched, BIT_WORDS(e->cap_slots) * sizeof(*e->touched));
    mem_free(&e->acct, e->slot, e->cap_slots * sizeof(*e->slot));
    mem_free(&e->acct, e->feed, e->cap_feeds * sizeof(*e->feed));
    crew_done(&e->crew);
    if (e->pages)
        page_store_free(e->pages);
    arena_done(&e->step);
    producers_done(&e->producers);
    Account *parent = e->acct.parent;
    account_done(&e->acct);
    mem_free(parent, e, sizeof(*e));
}

static uint32_t bigger_cap(uint32_t cap)
{
    return cap ? cap * 2 : 16;
}

static int grow_pointers(Account *acct, void *array_at, uint32_t n, uint32_t *cap)
{
    void **old;
    memcpy(&old, array_at, sizeof(old));
    if (n < *cap)
        return 0;
    uint32_t bigger = bigger_cap(*cap);
    void **p = mem_realloc(acct, old, *cap * sizeof(*p), bigger * sizeof(*p));
    if (!p)
        return -ERR_OUT_OF_MEMORY;
    memcpy(array_at, &p, sizeof(p));
    *cap = bigger;
    return 0;
}

/* Feeds lie in the order of their relations. */
static uint32_t feeds_below(const Engine *e, uint64_t relation)
{
    uint32_t lo = 0, hi = e->n_feeds;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (e->feed[mid]->relation < relation)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

int engine_add_feed(Engine *e, uint64_t relation, const char *name, const Schema *schema, const Watermark *wm, uint64_t retain_rows,
                    Feed **ret, Err *err)
{
    const ClockSpec *spec = wm ? wm->spec : NULL;
    Feed *f = NULL;
    int rc = grow_pointers(&e->acct, &e->feed, e->n_feeds, &e->cap_feeds) < 0 ? RAISE_NOMEM(err) : 0;
    if (rc == 0)
        rc = feed_new(&e->acct, relation, name, schema, wm, retain_rows, &f, err);
    if (rc < 0) {
        event_clock_spec_drop(spec);
        return rc;
    }
    if (spec) {
        ClockSpec own = *spec;
        own.table_id = STORED_TABLE_IDS | (uint32_t)(relation << 4); /* a source has no content */
        rc = event_clock_new(&f->acct, e->pages, schema, &own, &f->wm.clock, err);
        if (rc == 0)
            rc = event_clock_align(f->wm.clock, &e->groups, &e->acct, NULL, f->name, err);
        if (rc < 0) {
            feed_unref(f);
            return rc;
        }
        e->n_clocks++;
    }
    f->clock = &e->clock;
    f->may_refuse = f->wm.clock || f->wm.future_rows == FUTURE_ERROR;
    uint32_t at = feeds_below(e, relation + 1);
    memmove(&e->feed[at + 1], &e->feed[at], (e->n_feeds++ - at) * sizeof(*e->feed));
    e->feed[at] = *ret = f;
    return 0;
}

/* What the log has was checked when it was written, by the keys that there were then. */
static void link_foreign(Engine *e)
{
    const ForeignKeys *l = e->replaying ? NULL : e->foreign;
    for (uint32_t i = 0; l && i < l->n; i++)
        l->key[i].child->foreign = l->key[i].parent->foreign = l;
}

void engine_set_foreign(Engine *e, ForeignKeys *give_keys)
{
    for (uint32_t i = 0; i < e->n_feeds; i++)
        e->feed[i]->foreign = NULL;
    foreign_keys_free(e->foreign);
    e->foreign = give_keys;
    link_foreign(e);
}

const ForeignKeys *engine_foreign(const Engine *e)
{
    return e->foreign;
}

Feed *engine_feed(Engine *e, uint64_t relation)
{
    uint32_t i = feeds_below(e, relation);
    return i < e->n_feeds && e->feed[i]->relation == relation ? e->feed[i] : NULL;
}

int engine_store(Engine *e, Feed *f, const uint32_t *key, uint32_t n_key, Err *err)
{
    f->may_refuse = true;
    return stored_new(&f->acct, e->pages, STORED_TABLE_IDS | (uint32_t)(f->relation << 4), f->schema, key, n_key, &f->stored, err);
}

uint64_t engine_epoch(const Engine *e)
{
    return e->clock.epoch;
}

int engine_retain_history(Engine *e, Feed *f, int64_t bytes, Err *err)
{
    (void)e;
    return history_new(&f->acct, bytes, &f->history, err);
}

int engine_wait_room(Engine *e, Feed *f, Err *err)
{
    if (likely(room_is_there(&f->room)) || engine_is_inside(e) || f->backpressure == BACKPRESSURE_DROP_OLDEST)
        return 0;
    if (f->backpressure == BACKPRESSURE_REJECT)
        return RAISE(err, ERR_QUEUE_FULL, "a subscription that depends on \"%s\" has no room, and backpressure is 'reject'",
                     f->name);
    return room_wait(e->env, &f->room, f->name, err);
}

static bool is_of_relation(void *self, const Consumer *c)
{
    const Engine *e = self;
    if (c->type != &engine_leaf_consumer)
        return errors_route_is(c);
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->query == ((const LeafConsumer *)c)->query)
            return e->slot[i]->options.of_relation;
    return false;
}

void engine_hide_feed(Engine *e, Feed *f)
{
    Err gone = ERR_INIT;
    (void)RAISE(&gone, ERR_CLOSED, "relation \"%s\" was dropped", f->name);
    consumers_end_but(&f->consumers, is_of_relation, e, &gone);
}

void engine_drop_feed(Engine *e, Feed *f)
{
    if (!f)
        return;
    Err gone = ERR_INIT;
    (void)RAISE(&gone, ERR_CLOSED, "relation \"%s\" was dropped", f->name);
    feed_end(f, &gone);
    for (uint32_t i = 0; i < e->n_feeds; i++) {
        if (e->feed[i] != f)
            continue;
        memmove(&e->feed[i], &e->feed[i + 1], (e->n_feeds - i - 1) * sizeof(*e->feed));
        e->n_feeds--;
        e->n_clocks -= f->wm.clock != NULL;
        break;
    }
    event_clock_free(f->wm.clock);
    f->wm.clock = NULL;
    refill_free(f->refill);
    f->refill = NULL;
    receiver_free(f->receiver);
    f->receiver = NULL;
    lookup_table_free(f->lookup);
    f->lookup = NULL;
    stored_free(f->stored); /* the pages are the engine's; a writer may hold the feed for longer */
    f->stored = NULL;
    feed_unref(f);
}

void engine_end_feeds(Engine *e, const Err *why)
{
    for (uint32_t i = 0; i < e->n_feeds; i++)
        feed_end(e->feed[i], why);
}

/* ---- queries ---- */

static void slot_free(Engine *e, PipelineSlot *s)
{
    if (!s)
        return;
    engine_build_free(e, s);
    engine_share_free(s);
    uint32_t n = s->query ? s->query->n_leaves : 0;
    for (uint32_t i = 0; s->leaf && i < n; i++)
        if (s->leaf[i].consumer.type && s->leaf_feed[i] && !s->leaf[i].consumer.detached)
            consumer_remove(&s->leaf_feed[i]->consumers, &s->leaf[i].consumer);
    for (Reader **at = &e->readers; *at;) {
        Reader *r = *at;
        if (r->query == s->query && s->query) {
            *at = r->next;
            reader_free(r, &e->acct);
        } else {
            at = &r->next;
        }
    }
    mem_free(&e->acct, s->leaf, n * sizeof(*s->leaf) + 1);
    mem_free(&e->acct, s->leaf_feed, n * sizeof(*s->leaf_feed) + 1);
    mem_free(&e->acct, s->snapshot, n * sizeof(*s->snapshot) + 1);
    pipeline_free(s->query);
    mem_free(&e->acct, s, sizeof(*s));
}

static void leaf_drop(const LeafBinding *b)
{
    if (b->kind != LEAF_READER)
        return;
    ReaderOrigin origin = b->origin;
    source_close(b->source);
    reader_origin_drop(&origin);
    event_clock_spec_drop(b->wm.spec);
}

static int bind_leaf(Engine *e, PipelineSlot *s, uint32_t i, const LeafBinding *b, Err *err)
{
    if (b->kind == LEAF_READER) {
        Reader *r = NULL;
        TRY(reader_new(&e->acct, e->pages, s->query, i, b->source, &b->origin, b->absent, &b->wm, b->bad_feed, &r, err));
        r->waits = s->options.of_relation;
        r->next = e->readers;
        e->readers = r;
        if (r->wm.clock && r->wm.clock->keys)
            pipeline_set_keys(s->query, i, r->wm.clock->keys);
        if (r->wm.clock && !s->query->plan->is_bounded)
            return event_clock_align(r->wm.clock, &e->groups, &e->acct, s->query, s->query->leaf[i].source->name, err);
        return 0;
    }
    s->leaf_feed[i] = b->feed;
    s->snapshot[i] = b->kind == LEAF_SNAPSHOT;
    return 0;
}

static uint64_t draw_random(void *self)
{
    Engine *e = self;
    if (!e->random_seed)
        return e->env->clock->rand64(e->env);
    e->random += UINT64_C(0x9e3779b97f4a7c15);
    return hash_combine(e->random, e->random_seed);
}

void engine_set_sequences(Engine *e, const Sequences *sequences)
{
    e->sequences = sequences;
}

/* Where the numbers of a query's tables begin, and how it is cut: as it was when its state was kept. */
static int find_space(Engine *e, const PipelineSlot *s, PipelineHome *ret, Err *err)
{
    uint64_t space = e->next_space;
    if (!s->options.of_relation) {
        ret->space = TABLE_SPACES_KEPT | (uint32_t)(e->next_query & (TABLE_SPACES_KEPT - 1));
        return 0;
    }
    if (e->restoring.p)
        TRY(engine_restored_space(e, s->name, &space, &ret->n_parts, &ret->rule, err));
    if (space >= TABLE_SPACES_KEPT)
        return RAISE(err, ERR_PROGRAM_LIMIT,
                     "%u continuous queries have been made in this database, which is as many as there may be", TABLE_SPACES_KEPT);
    ret->space = (uint32_t)space;
    return 0;
}

static int fill_slot(Engine *e, PipelineSlot *s, PhysPlan *give_plan, const LeafBinding *leaves, Err *err)
{
    PipelineHome home = {.acct = &e->acct,
                         .pages = e->pages,
                         .step = &e->step,
                         .parts = &e->crew.parts,
                         .n_parts = e->crew.parts.team.n_threads,
                         .rule = N_PART_RULES - 1,
                         .asker = &e->asker,
                         .refers = !e->journal.wal && !e->replaying && !e->restoring.p};
    int found = find_space(e, s, &home, err);
    if (found < 0) {
        phys_plan_free(give_plan);
        return found;
    }
    TRY(pipeline_new(&home, give_plan, e->next_query++, s->options.name ? s->options.name : s->name, &s->query, err));
    Pipeline *q = s->query;
    if (s->options.text.n)
        q->text = arena_strndup(&q->arena, s->options.text.p, s->options.text.n);
    s->options.text = (Str){0};
    q->env.eval.rand64 = draw_random;
    q->env.eval.rand_self = e;
    q->env.eval.sequences = s->options.of_relation ? NULL : e->sequences;
    q->ends_early = !s->options.of_relation;
    if (s->options.errors) {
        q->on_errors = errors_feed_take;
        q->on_errors_self = s->options.errors;
    }
    if (s->options.late) {
        q->on_late = late_route_take;
        q->on_late_self = s->options.late;
    }
    uint32_t n = q->n_leaves;
    s->leaf = mem_zalloc(&e->acct, n * sizeof(*s->leaf) + 1);
    s->leaf_feed = mem_zalloc(&e->acct, n * sizeof(*s->leaf_feed) + 1);
    s->snapshot = mem_zalloc(&e->acct, n * sizeof(*s->snapshot) + 1);
    int rc = s->leaf && s->leaf_feed && s->snapshot ? 0 : RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        if (rc == 0)
            rc = bind_leaf(e, s, i, &leaves[i], err);
        else
            leaf_drop(&leaves[i]);
    }
    if (rc == 0 && s->options.sink && s->options.of_relation)
        sink_driver_store(s->options.sink, e->pages, q->env.next_table_id++);
    if (s->options.of_relation)
        e->next_space = MAX(e->next_space, (uint64_t)q->space + pipeline_n_spaces(q));
    return rc;
}

static uint32_t count_leaves(const PhysPlan *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_nodes; i++)
        n += p->nodes[i]->kind == PHYS_SOURCE;
    return n;
}

/* State is kept under the name that a query is made with.  Where that is still another's, who is called otherwise by now, or one
 * cut short, the relation's number makes it one of its own. */
static void name_slot(const Engine *e, PipelineSlot *s)
{
    const PipelineOptions *o = &s->options;
    char numbered[sizeof(s->name)];
    snprintf(s->name, sizeof(s->name), "%s", o->name ? o->name : "query");
    if (!o->of_relation)
        return;
    snprintf(numbered, sizeof(numbered), "%.40s#%llu", s->name, (unsigned long long)engine_relation_of(s));
    bool taken = e->restoring.p && engine_has_state(e, numbered);
    for (uint32_t i = 0; i < e->n_slots && !e->restoring.p && !taken; i++)
        taken = e->slot[i]->options.of_relation && strcmp(e->slot[i]->name, s->name) == 0;
    if (taken)
        memcpy(s->name, numbered, sizeof(numbered));
}

static int grow_slots(Engine *e)
{
    uint32_t before = e->cap_slots;
    if (e->n_slots < before)
        return 0;
    uint64_t *touched = mem_zalloc(&e->acct, BIT_WORDS(bigger_cap(before)) * sizeof(*touched));
    if (!touched || grow_pointers(&e->acct, &e->slot, e->n_slots, &e->cap_slots) < 0) {
        mem_free(&e->acct, touched, touched ? BIT_WORDS(bigger_cap(before)) * sizeof(*touched) : 0);
        return -ERR_OUT_OF_MEMORY;
    }
    if (before)
        memcpy(touched, e->touched, BIT_WORDS(before) * sizeof(*touched));
    mem_free(&e->acct, e->touched, BIT_WORDS(before) * sizeof(*touched));
    e->touched = touched;
    return 0;
}

int engine_add_query(Engine *e, PhysPlan *give_plan, const PipelineOptions *o, const LeafBinding *leaves, Pipeline **ret, Err *err)
{
    uint32_t n = count_leaves(give_plan);
    PipelineSlot *s = mem_zalloc(&e->acct, sizeof(*s));
    if (!s || grow_slots(e) < 0) {
        mem_free(&e->acct, s, sizeof(*s));
        phys_plan_free(give_plan);
        for (uint32_t i = 0; i < n; i++)
            leaf_drop(&leaves[i]);
        return RAISE_NOMEM(err);
    }
    s->options = *o;
    name_slot(e, s);
    int rc = fill_slot(e, s, give_plan, leaves, err);
    if (rc < 0) {
        if (!s->query)
            for (uint32_t i = 0; i < n; i++)
                leaf_drop(&leaves[i]);
        slot_free(e, s);
        return rc;
    }
    e->n_timed += s->query->n_timers > 0;
    e->slot[e->n_slots++] = s;
    Feed *to = o->output_relation ? engine_feed(e, o->output_relation) : NULL;
    if (to) {
        s->out = (FeedConsumer){.consumer.type = &engine_feed_consumer, .query = s->query, .to = to};
        consumer_add(&s->query->consumers, &s->out.consumer);
    }
    *ret = s->query;
    return 0;
}

PipelineSlot *engine_slot_of(Engine *e, const Pipeline *q, uint32_t *ret_index)
{
    for (uint32_t i = e->n_slots; i-- > 0;) { /* mostly one of the newest, of a statement */
        if (e->slot[i]->query == q) {
            *ret_index = i;
            return e->slot[i];
        }
    }
    return NULL;
}

typedef struct SnapshotFeed {
    Engine *engine;
    Pipeline *query;
    uint32_t leaf;
    int64_t now_us;
    const Watermark *wm; /* not NULL: rows with a time below from_us do not come */
    int64_t from_us;
    uint64_t n_came, n_all; /* rows; n_all 0 = not known */
    bool enough;            /* nobody wants more of them */
} SnapshotFeed;

#define TELLING_ROWS (16u * BATCH_ROWS) /* so many say what those after them are like */

static uint32_t to_come_16ths(const SnapshotFeed *s)
{
    bool tells = s->n_came >= TELLING_ROWS && s->n_came < s->n_all;
    return tells ? (uint32_t)MIN((s->n_all - s->n_came) * 16 / s->n_came, 1u << 16) : 0;
}

static int snapshot_batch(void *self, Batch *b, Err *err)
{
    SnapshotFeed *s = self;
    Pipeline *q = s->query;
    arena_reset(&s->engine->step);
    q->env.to_come_16ths = to_come_16ths(s);
    s->n_came += b->n_sel;
    pipeline_push(q, s->leaf, b, s->now_us);
    pipeline_flush(q);
    if (op_is_cancelled(&q->env))
        return RAISE(err, ERR_QUERY_CANCELED, "the statement was cancelled");
    s->enough = q->leaf[s->leaf].ended || q->state != PIPELINE_RUNNING;
    return s->enough ? -ERR_QUERY_CANCELED : 0;
}

/* The rows of b that are not too old, or have no time; NULL = no memory. */
static Batch *newer_rows(const SnapshotFeed *s, Batch *b)
{
    Arena *step = &s->engine->step;
    Rows rows = batch_rows(b);
    uint16_t *sel = arena_alloc(step, (rows.n + 1) * sizeof(*sel));
    uint32_t n = 0;
    for (uint32_t i = 0; sel && i < rows.n; i++) {
        int64_t us;
        sel[n] = (uint16_t)row_at(rows, i);
        n += !time_to_us(&b->col[s->wm->col], sel[n], s->wm->unit_us, &us) || us >= s->from_us;
    }
    return sel ? batch_with_sel(step, b, sel, n) : NULL;
}

static int backfill_batch(void *self, Batch *b, Err *err)
{
    SnapshotFeed *s = self;
    if (engine_memory_is_full(s->engine))
        return RAISE(err, ERR_OUT_OF_MEMORY, "what is there already needs more memory than memory_limit gives");
    arena_reset(&s->engine->step);
    if (s->wm && !(b = newer_rows(s, b)))
        return RAISE_NOMEM(err);
    pipeline_push(s->query, s->leaf, b, s->now_us);
    return 0;
}

static void read_snapshot(Engine *e, Pipeline *q, uint32_t leaf, Feed *f)
{
    SnapshotFeed snap = {.engine = e, .query = q, .leaf = leaf, .now_us = e->clock.now_us};
    Err err = ERR_INIT;
    const PhysSource *source = q->leaf[leaf].source;
    bool looks_up = source->lookup.kind && f->stored;
    snap.n_all = f->stored && !looks_up ? f->stored->n_rows : 0;
    int rc = looks_up    ? stored_look_up(f->stored, &source->lookup, snapshot_batch, &snap, &err)
             : f->stored ? stored_each_columns(f->stored, source->cols, source->n_cols, snapshot_batch, &snap, &err)
                         : feed_each_retained(f, snapshot_batch, &snap, &err);
    q->env.to_come_16ths = 0;
    if (rc < 0 && !snap.enough)
        pipeline_fail(q, &err);
    else
        pipeline_leaf_end(q, leaf);
}

static int replay_entry(void *self, const HistoryEntry *h)
{
    SnapshotFeed *s = self;
    s->engine->clock.epoch = h->epoch;
    arena_reset(&s->engine->step);
    pipeline_push(s->query, s->leaf, h->batch, h->ptime_us);
    pipeline_flush(s->query);
    return 0;
}

/* What the inputs' histories hold after an epoch, each change in the epoch it belongs to. */
static void replay(Engine *e, PipelineSlot *s)
{
    StepClock clock = e->clock;
    for (uint32_t i = 0; i < s->query->n_leaves; i++) {
        SnapshotFeed to = {.engine = e, .query = s->query, .leaf = i};
        if (s->leaf_feed[i] && s->leaf_feed[i]->history)
            (void)history_each(s->leaf_feed[i]->history, s->options.after_epoch, replay_entry, &to);
    }
    e->clock = clock;
}

/* What the live inputs hold already goes in before what comes.  The shard is held from here until they are linked, so nothing is
 * missed and nothing comes twice; results leave once, at the flush. */
static void backfill(Engine *e, PipelineSlot *s)
{
    Pipeline *q = s->query;
    if (s->options.start == START_HISTORY)
        replay(e, s);
    if (s->options.start == START_HISTORY || (s->options.start == START_LATEST && q->n_flush == 0 && q->n_timers == 0))
        return;
    bool any = s->options.keeps_result && q->state == PIPELINE_RUNNING;
    uint32_t *order = arena_alloc(&q->arena, (q->n_leaves + 1) * sizeof(*order));
    if (!order) {
        Err err = ERR_INIT;
        (void)RAISE_NOMEM(&err);
        pipeline_fail(q, &err);
        return;
    }
    bool looks_up = q->n_leaves > 0 && engine_fill_order(s, order);
    for (uint32_t k = 0; k < q->n_leaves; k++) {
        uint32_t i = order[k];
        Feed *f = s->leaf_feed[i];
        if (!f || s->snapshot[i] || !(f->stored || s->options.keeps_result || s->options.start == START_RETAINED))
            continue;
        any = true;
        if (q->leaf[i].skips_content)
            continue;
        SnapshotFeed snap = {.engine = e, .query = q, .leaf = i, .now_us = e->clock.now_us};
        Err err = ERR_INIT;
        if (s->options.history_us > 0 && !f->stored) {
            snap.wm = &f->wm;
            snap.from_us = e->clock.now_us - s->options.history_us;
        }
        if (feed_each_retained(f, backfill_batch, &snap, &err) < 0)
            pipeline_fail(q, &err);
        if (looks_up) {
            arena_reset(&e->step);
            pipeline_flush(q);
        }
    }
    arena_reset(&e->step);
    q->stands = any;
    q->touched |= any;
    pipeline_flush(q);
}

void engine_catch_up_leaf(PipelineSlot *s, uint32_t leaf)
{
    const Feed *f = s->leaf_feed[leaf];
    if (f->wm.wm_us != INT64_MIN)
        pipeline_mark(s->query, leaf, f->wm.wm_us);
    if (f->idle)
        pipeline_idle(s->query, leaf, true);
    if (f->closed) /* its query has come to its end */
        pipeline_leaf_end(s->query, leaf);
}

void engine_link_leaf(Engine *e, PipelineSlot *s, uint32_t leaf, uint32_t slot)
{
    Feed *f = s->leaf_feed[leaf];
    s->leaf[leaf] =
        (LeafConsumer){.consumer.type = &engine_leaf_consumer, .engine = e, .query = s->query, .leaf = leaf, .slot = slot};
    consumer_add(&f->consumers, &s->leaf[leaf].consumer);
    if (f->wm.clock && f->wm.clock->keys)
        pipeline_set_keys(s->query, leaf, f->wm.clock->keys);
    if (!e->restoring.p && !s->build)
        engine_catch_up_leaf(s, leaf);
}

/* To a query over what is there already watermark() is what its sources have come to, of several the least. */
static void note_snapshots(PipelineSlot *s)
{
    Pipeline *q = s->query;
    int64_t least = INT64_MAX;
    bool any = false;
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        const Feed *f = s->leaf_feed[i];
        if (!f || !s->snapshot[i] || !(f->wm.on || f->wm.wm_us != INT64_MIN) || (f->idle && q->n_leaves > 1))
            continue;
        least = MIN(least, f->wm.wm_us);
        any = true;
    }
    if (any)
        q->env.eval.watermark_us = least;
}

void engine_start_query(Engine *e, Pipeline *q)
{
    uint32_t index = 0;
    PipelineSlot *s = engine_slot_of(e, q, &index);
    ASSERT(s && !s->started);
    engine_tick_due(e); /* what it reads is up to date then */
    s->started = true;
    e->clock.now_us = engine_clock_us(e);
    if (e->journal.wal || e->replaying)
        engine_random_restart(e, e->journal.wal ? wal_last_seq(e->journal.wal) + 1 : e->replay_seq);
    engine_step_begin(e);
    engine_share(s, e->restoring.p != NULL);
    if (!e->restoring.p) {
        pipeline_start(q, s->options.now_us && q->plan->is_bounded ? s->options.now_us : e->clock.now_us);
        if (q->plan->is_bounded)
            note_snapshots(s);
        backfill(e, s);
        engine_share_read(s, false);
    }
    uint32_t *order = arena_alloc(&q->arena, (q->n_leaves + 1) * sizeof(*order));
    if (order)
        engine_leaf_order(s, order);
    for (uint32_t k = 0; k < q->n_leaves; k++) {
        uint32_t i = order ? order[k] : k;
        Feed *f = s->leaf_feed[i];
        if (f && s->snapshot[i]) {
            read_snapshot(e, q, i, f);
            if (engine_feed(e, f->relation) != f) /* the copy of a transaction, which may end before the query is dropped */
                s->leaf_feed[i] = NULL;
        } else if (f) {
            engine_link_leaf(e, s, i, index);
        }
    }
    if (!e->restoring.p) {
        pipeline_flush(q);
        engine_flush_touched(e);
    }
    if (s->options.background)
        engine_worker_ensure(e);
}

void engine_drop_query(Engine *e, Pipeline *q)
{
    uint32_t index = 0;
    PipelineSlot *s = engine_slot_of(e, q, &index);
    if (!s)
        return;
    arena_reset(&e->step);
    pipeline_cancel(q);
    memmove(&e->slot[index], &e->slot[index + 1], (e->n_slots - index - 1) * sizeof(*e->slot));
    e->n_slots--;
    for (uint32_t i = index; i < e->n_slots; i++)
        bit_put(e->touched, i, bit_get(e->touched, i + 1));
    bit_clear(e->touched, e->n_slots);
    for (uint32_t i = index; i < e->n_slots; i++)
        for (uint32_t k = 0; k < e->slot[i]->query->n_leaves; k++)
            e->slot[i]->leaf[k].slot = i;
    e->n_timed -= s->query->n_timers > 0;
    e->c.rows_out += q->n_out;
    slot_free(e, s);
}

Pipeline *engine_query(Engine *e, uint64_t id)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->query->id == id)
            return e->slot[i]->query;
    return NULL;
}

Pipeline *engine_query_of(Engine *e, uint64_t output_relation)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->options.output_relation == output_relation)
            return e->slot[i]->query;
    return NULL;
}

SinkDriver *engine_sink_of(Engine *e, uint64_t relation, Pipeline **ret)
{
    for (uint32_t i = 0; i < e->n_slots; i++) {
        SinkDriver *d = e->slot[i]->options.sink;
        if (!d || d->relation != relation)
            continue;
        *ret = e->slot[i]->query;
        return d;
    }
    return NULL;
}

int engine_each_query(Engine *e, int (*each)(void *self, Pipeline *q), void *self)
{
    for (uint32_t i = 0; i < e->n_slots; i++) {
        int rc = each(self, e->slot[i]->query);
        if (rc)
            return rc;
    }
    return 0;
}

Reader *engine_readers(Engine *e)
{
    return e->readers;
}

void engine_leaf_input(Engine *e, const Pipeline *q, uint32_t leaf, Reader **ret_reader, Feed **ret_feed)
{
    uint32_t index = 0;
    PipelineSlot *s = engine_slot_of(e, q, &index);
    *ret_feed = s && s->leaf_feed ? s->leaf_feed[leaf] : NULL;
    *ret_reader = NULL;
    for (Reader *r = e->readers; r; r = r->next)
        if (r->query == q && r->leaf == leaf)
            *ret_reader = r;
}

const AlignGroup *engine_align_groups(const Engine *e)
{
    return e->groups;
}

uint64_t engine_relation_of(const PipelineSlot *s)
{
    const PipelineOptions *o = &s->options;
    return !o->of_relation ? 0 : o->sink ? o->sink->relation : o->output_relation;
}

Reader *engine_reader_of(const Engine *e, const Pipeline *q, uint32_t leaf)
{
    Reader *r = e->readers;
    while (r && (r->query != q || r->leaf != leaf))
        r = r->next;
    return r;
}

/* ---- log ---- */

void engine_replay_begin(Engine *e, uint64_t random_seed)
{
    e->replaying = true;
    e->random_seed = random_seed | 1;
}

void engine_replay_at(Engine *e, const WalRecord *r)
{
    e->clock.now_us = r->ptime_us;
    e->replay_seq = r->seq;
    engine_random_restart(e, r->seq);
}

/* Epochs of an earlier process can have been given to readers, and not all of its steps are in the log: each process counts in a
 * range of its own, above all that was given out. */
#define EPOCHS_LOG2 44u

void engine_replay_end(Engine *e, Wal *wal, uint64_t generation)
{
    e->replaying = false;
    link_foreign(e);
    e->journal.wal = wal;
    for (uint32_t i = 0; i < e->n_feeds; i++)
        if (e->feed[i]->keeps_all) /* the view was never finished */
            feed_keep_all(e->feed[i], false);
    e->clock.epoch = MAX(e->clock.epoch, generation << EPOCHS_LOG2);
    for (uint32_t i = 0; i < e->n_feeds; i++)
        if (e->feed[i]->history)
            history_break(e->feed[i]->history, e->clock.epoch, env_wall_us(e->env));
    if (wal && (e->n_slots || e->timers.first))
        engine_worker_ensure(e);
}

void engine_log_end(Engine *e)
{
    e->journal.wal = NULL;
}

void engine_log_changes(Engine *e, Feed *f)
{
    f->journal = e->journal.wal || e->replaying ? &e->journal : NULL;
}

int64_t engine_statement_clock(Engine *e)
{
    if (!e->replaying)
        e->clock.now_us = engine_clock_us(e);
    return e->clock.now_us;
}

int engine_log_statement(Engine *e, uint64_t relation, Str statement, Err *err)
{
    if (!e->journal.wal)
        return 0;
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    int rc = journal_put(&e->journal, WAL_DDL, relation, inside ? e->clock.now_us : env_wall_us(e->env), statement, NULL, err);
    if (!inside)
        engine_leave(e);
    return rc;
}
