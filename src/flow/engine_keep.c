/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine's state into a checkpoint and out of it. */
#include "flow/engine_keep.h"

#include "base/bytes.h"
#include "durable/rows.h"
#include "flow/engine_impl.h"

#include <stdio.h>
#include <stdlib.h>

#define BODY_FORMAT 3u

/* ---- what is kept ---- */

static bool is_kept(const PipelineSlot *s)
{
    return s->options.of_relation;
}

static int check_reader(const Reader *r, Err *err)
{
    if (!r->origin.type->replayable) /* one position stands for all partitions: they are read in their order */
        return RAISE(err, ERR_UNSUPPORTED, "query \"%s\" reads a source whose position cannot be kept yet", r->query->name);
    return 0;
}

bool engine_may_run_again(const Pipeline *q)
{
    return q->state == PIPELINE_FAILED && (q->lost_state || q->error.code == ERR_OUT_OF_MEMORY);
}

static int check_kept(Engine *e, Err *err)
{
    for (uint32_t i = 0; i < e->n_feeds; i++)
        if (e->feed[i]->lacks_rows)
            return RAISE(err, ERR_WRONG_STATE,
                         "memory was missing for rows of \"%s\": opening the database again takes them from the log",
                         e->feed[i]->name);
    for (uint32_t i = 0; i < e->n_slots; i++) {
        PipelineSlot *s = e->slot[i];
        if (is_kept(s) && s->query->lost_state)
            return RAISE(err, ERR_WRONG_STATE, "query \"%s\" cannot go on (%s): opening the database again runs it from the log",
                         s->query->name, s->query->error.message);
        /* The log can bring back what only memory was missing for; a checkpoint would make the failure last. */
        if (is_kept(s) && engine_may_run_again(s->query))
            return RAISE(err, ERR_WRONG_STATE,
                         "query \"%s\" has failed for want of memory: opening the database again runs it from the log",
                         s->query->name);
        for (uint32_t l = 0; is_kept(s) && l < s->query->n_leaves; l++) {
            const Reader *r = engine_reader_of(e, s->query, l);
            if (r)
                TRY(check_reader(r, err));
        }
    }
    return 0;
}

/* What it could not write comes again from the log. */
static int check_sinks(Engine *e, Err *err)
{
    for (uint32_t i = 0; i < e->n_slots; i++) {
        const PipelineSlot *s = e->slot[i];
        const SinkDriver *sink = s->options.sink;
        if (!is_kept(s) || !sink || !sink->sink->in_epochs || !sink->failed)
            continue;
        (void)RAISE(err, ERR_WRONG_STATE, "sink \"%s\" has failed (%s): ALTER SINK %s RESUME runs it from the log", s->query->name,
                    sink->error.message, s->query->name);
        return BARRIER_BY_LOG;
    }
    return 0;
}

/* ---- saving ---- */

static void put_into(void *self, const void *p, size_t n)
{
    sb_put(self, p, n);
}

/* A length before what put() appends. */
static size_t begin_piece(StrBuf *b)
{
    bytes_put_u64(b, 0);
    return b->n;
}

static void end_piece(StrBuf *b, size_t from)
{
    uint64_t n = b->n - from;
    if (!b->failed)
        memcpy(b->p + from - sizeof(n), &n, sizeof(n));
}

static int put_batch(void *self, Batch *b, Err *err)
{
    StrBuf *out = self;
    TRY(rows_check(b, err));
    bytes_put_u8(out, 1);
    size_t piece = begin_piece(out);
    rows_put(b, put_into, out);
    end_piece(out, piece);
    return 0;
}

static void put_error(StrBuf *out, const Err *e)
{
    bytes_put_u32(out, (uint32_t)e->code);
    bytes_put_str(out, str_of(e->message));
}

static int save_feed(Feed *f, StrBuf *out, Err *err)
{
    bytes_put_u64(out, f->relation);
    size_t piece = begin_piece(out);
    bytes_put_i64(out, f->wm.wm_us);
    bytes_put_u64(out, f->wm.n_late);
    bytes_put_u64(out, f->wm.n_future);
    bytes_put_u64(out, f->wm.n_null);
    bytes_put_u64(out, f->n_rows);
    bytes_put_u64(out, f->n_refused);
    bytes_put_u64(out, f->n_unknown);
    bytes_put_u8(out, f->closed);
    bytes_put_u8(out, f->idle);
    bytes_put_u8(out, f->stored && f->stored->failed);
    if (f->stored && f->stored->failed)
        put_error(out, &f->stored->error);
    if (!f->stored)
        TRY(feed_each_retained(f, put_batch, out, err));
    bytes_put_u8(out, 0);
    if (f->wm.clock) {
        bytes_put_i64(out, f->logged_polled_ns);
        bytes_put_i64(out, f->logged_tick_us);
        event_clock_save(f->wm.clock, out);
    }
    end_piece(out, piece);
    return 0;
}

static void save_reader(const Reader *r, StrBuf *out)
{
    bytes_put_u8(out, r != NULL);
    if (!r)
        return;
    StrBuf position;
    sb_init(&position, NULL);
    bool long_one = r->source && source_position(r->source, &position) == 0;
    bytes_put_str(out, long_one ? sb_str(&position) : str_of(r->source ? r->offset : r->position ? r->position : ""));
    out->failed |= position.failed;
    sb_done(&position);
    bytes_put_i64(out, r->wm.wm_us);
    bytes_put_u64(out, r->wm.n_late);
    bytes_put_u64(out, r->wm.n_future);
    bytes_put_u64(out, r->wm.n_null);
    bytes_put_u64(out, r->n_rows);
    bytes_put_u64(out, r->n_bad);
    bytes_put_u8(out, (uint8_t)(r->ended | r->idle << 1));
    if (r->wm.clock)
        event_clock_save(r->wm.clock, out);
}

/* The byte that has a query's number of parts has their rule above it: the lower two bits of that on top, the third one below. */
#define RULE_SHIFT 6
#define RULE_MORE_SHIFT 5
_Static_assert(PARTS_MAX < 1u << RULE_MORE_SHIFT && N_PART_RULES <= 8, "parts and rule are one byte");
static uint8_t layout_byte(uint32_t n_parts, uint32_t rule)
{
    return (uint8_t)(n_parts | rule << RULE_SHIFT | (rule >> 2) << RULE_MORE_SHIFT);
}

static int save_query(const Engine *e, const PipelineSlot *s, StrBuf *out, Err *err)
{
    const Pipeline *q = s->query;
    bytes_put_str(out, str_of(s->name));
    bytes_put_u64(out, q->space);
    bytes_put_u8(out, layout_byte(MAX(q->env.n_parts, 1), q->env.part_rule));
    size_t piece = begin_piece(out);
    bytes_put_u8(out, (uint8_t)q->state);
    put_error(out, &q->error);
    bytes_put_u8(out, (uint8_t)(q->ending | q->stands << 1 | q->idle << 2 | !q->env.orders_as_written << 3));
    bytes_put_i64(out, q->next_due_us);
    bytes_put_i64(out, q->wm_us);
    bytes_put_u64(out, q->n_in);
    bytes_put_u64(out, q->n_out);
    bytes_put_u64(out, q->n_errors);
    bytes_put_u32(out, q->n_leaves);
    for (uint32_t l = 0; l < q->n_leaves; l++) {
        bytes_put_u8(out, (uint8_t)(q->leaf[l].ended | q->leaf[l].enough << 1 | q->leaf[l].idle << 2));
        bytes_put_i64(out, q->leaf[l].wm_us);
        bytes_put_u64(out, q->leaf[l].n_rows);
        save_reader(engine_reader_of(e, q, l), out);
    }
    bytes_put_u32(out, q->plan->n_nodes);
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        bytes_put_u8(out, q->node[i].dirty);
        TRY(op_save(q->node[i].op, out, err));
    }
    if (s->options.sink)
        sink_driver_save(s->options.sink, out);
    end_piece(out, piece);
    return 0;
}

static int save_all(Engine *e, StrBuf *out, Err *err)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < e->n_slots; i++)
        n += is_kept(e->slot[i]);
    bytes_put_u32(out, BODY_FORMAT);
    bytes_put_u64(out, e->next_space);
    bytes_put_u64(out, e->clock.epoch);
    bytes_put_u32(out, n);
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (is_kept(e->slot[i]))
            TRY(save_query(e, e->slot[i], out, err));
    bytes_put_u32(out, e->n_feeds);
    for (uint32_t i = 0; i < e->n_feeds; i++)
        TRY(save_feed(e->feed[i], out, err));
    bytes_put_u32(out, e->producers.n);
    for (uint32_t i = 0; i < e->producers.cap; i++) {
        const ProducerSlot *s = &e->producers.slot[i];
        if (!s->id)
            continue;
        bytes_put_u64(out, s->relation);
        bytes_put_u64(out, s->id);
        bytes_put_u64(out, s->seq);
        bytes_put_u16(out, s->part);
    }
    return out->failed ? RAISE_NOMEM(err) : 0;
}

/* What the sinks have got up to here. */
static int cut_sinks(Engine *e, uint64_t number, Err *err)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->options.sink)
            TRY(sink_driver_cut(e->slot[i]->options.sink, number, err));
    return 0;
}

int engine_barrier(Engine *e, uint64_t number, uint64_t *ret_seq, StrBuf *body, Err *err)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->build)
            return RAISE(err, ERR_WRONG_STATE, "\"%s\" is %s", e->slot[i]->query->name,
                         engine_stopped_build(e) ? "not filled: its backfill was cancelled" : "still being filled");
    StrBuf trial; /* whether all operators can be kept, before anything is logged */
    TRY(check_kept(e, err));
    sb_init(&trial, &e->acct);
    int rc = 0;
    for (uint32_t i = 0; i < e->n_slots && rc == 0; i++)
        for (uint32_t k = 0; is_kept(e->slot[i]) && k < e->slot[i]->query->plan->n_nodes && rc == 0; k++)
            rc = e->slot[i]->query->node[k].op->type->keep ? 0 : op_save(e->slot[i]->query->node[k].op, &trial, err);
    sb_done(&trial);
    if (rc == 0)
        rc = check_sinks(e, err);
    if (rc != 0)
        return rc;
    e->clock.now_us = engine_clock_us(e);
    engine_random_restart(e, wal_last_seq(e->journal.wal) + 1);
    TRY(journal_put(&e->journal, WAL_EPOCH, 0, e->clock.now_us, (Str){(const char *)&number, sizeof(number)}, ret_seq, err));
    TRY(cut_sinks(e, number, err));
    return save_all(e, body, err);
}

int engine_cut_sinks(Engine *e, uint64_t number, Err *err)
{
    e->clock.now_us = engine_clock_us(e);
    engine_random_restart(e, wal_last_seq(e->journal.wal) + 1);
    TRY(journal_put(&e->journal, WAL_EPOCH, 0, e->clock.now_us, (Str){(const char *)&number, sizeof(number)}, NULL, err));
    return cut_sinks(e, number, err);
}

int engine_replay_barrier(Engine *e, Err *err)
{
    return cut_sinks(e, 0, err); /* of whichever checkpoint comes next */
}

/* ---- sinks ---- */

int engine_log_commit(Engine *e, uint64_t relation, const SinkCut *c, uint64_t *ret_seq, Err *err)
{
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, &e->acct);
    bytes_put_u64(&b, c->n_rows);
    sb_putstr(&b, sb_str(&c->token));
    return b.failed ? RAISE_NOMEM(err) : journal_put(&e->journal, WAL_SINK, relation, engine_clock_us(e), sb_str(&b), ret_seq, err);
}

bool engine_read_commit(const WalRecord *r, uint64_t *ret_rows, Str *ret_token)
{
    ByteReader b = bytes_of(r->payload);
    *ret_rows = bytes_u64(&b);
    *ret_token = (Str){b.p, b.n};
    return !b.failed;
}

void engine_sinks_recovered(Engine *e)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->options.sink)
            sink_driver_recovered(e->slot[i]->options.sink);
}

uint64_t engine_feed_relation(const Engine *e, uint32_t i)
{
    return i < e->n_feeds ? e->feed[i]->relation : 0;
}

bool engine_sinks_have_rows(const Engine *e)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->options.sink && sink_driver_has_rows(e->slot[i]->options.sink))
            return true;
    return false;
}

/* ---- pages ---- */

struct KeptPages {
    Engine *engine;
    PageSnapshot *snapshot[PARTS_MAX]; /* by part */
    uint32_t part, n_parts;            /* part: the one being read */
    uint64_t at, since;
    uint32_t n, n_allocated;
    uint32_t *owner; /* sorted: spaces of queries, and tables of stored relations */
};

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Whose pages are kept. */
static int list_owners(KeptPages *k, Err *err)
{
    const Engine *e = k->engine;
    uint32_t n = e->n_feeds + 1;
    for (uint32_t i = 0; i < e->n_slots; i++)
        n += is_kept(e->slot[i]) ? pipeline_n_spaces(e->slot[i]->query) : 0;
    k->owner = mem_alloc(&k->engine->acct, n * sizeof(*k->owner));
    if (!k->owner)
        return RAISE_NOMEM(err);
    k->n_allocated = n;
    for (uint32_t i = 0; i < e->n_slots; i++)
        for (uint32_t j = 0; is_kept(e->slot[i]) && j < pipeline_n_spaces(e->slot[i]->query); j++)
            k->owner[k->n++] = e->slot[i]->query->space + j;
    for (uint32_t i = 0; i < e->n_feeds; i++)
        if (e->feed[i]->stored || e->feed[i]->wm.clock) /* never both */
            k->owner[k->n++] = e->feed[i]->stored ? e->feed[i]->stored->table_id : e->feed[i]->wm.clock->spec.table_id;
    qsort(k->owner, k->n, sizeof(*k->owner), by_number);
    return 0;
}

int kept_pages_open(Engine *e, uint64_t since, uint64_t epoch, KeptPages **ret, Err *err)
{
    KeptPages *k = mem_zalloc(&e->acct, sizeof(*k));
    if (!k)
        return RAISE_NOMEM(err);
    *k = (KeptPages){.engine = e, .since = since};
    int rc = list_owners(k, err);
    for (; rc == 0 && k->n_parts < e->crew.parts.n; k->n_parts += rc == 0)
        rc = page_snapshot_open(e->crew.parts.part[k->n_parts].pages, PAGES_OF_ALL_TABLES, &k->snapshot[k->n_parts], err);
    if (rc < 0) {
        kept_pages_close(k);
        return rc;
    }
    engine_begin_page_epoch(e, epoch);
    *ret = k;
    return 0;
}

static bool owns(const KeptPages *k, uint32_t table)
{
    uint32_t key = table & STORED_TABLE_IDS ? table : table >> TABLE_SPACE_BITS, a = 0, b = k->n;
    while (a < b) {
        uint32_t m = (a + b) / 2;
        if (k->owner[m] < key)
            a = m + 1;
        else
            b = m;
    }
    return a < k->n && k->owner[a] == key;
}

int kept_pages_next(KeptPages *k, KeptPage *ret, Err *err)
{
    PageLook p;
    for (;;) {
        int rc = page_snapshot_look(k->snapshot[k->part], &k->at, &p, err);
        if (rc == 0 && k->part + 1 < k->n_parts) {
            k->part++;
            k->at = 0;
            continue;
        }
        if (rc <= 0)
            return rc;
        if (!owns(k, p.table))
            continue;
        *ret = (KeptPage){.id = p.id | k->part << PAGE_ID_BITS,
                          .n_pages = p.n_pages,
                          .is_changed = p.dirty_epoch > k->since,
                          .look = p};
        return 1;
    }
}

int kept_pages_read(KeptPages *k, KeptPage *p, const PageHeader **ret, Err *err)
{
    TRY(page_snapshot_read(k->snapshot[p->id >> PAGE_ID_BITS], &p->look, err));
    *ret = p->look.image;
    return 0;
}

void kept_pages_close(KeptPages *k)
{
    if (!k)
        return;
    Account *acct = &k->engine->acct;
    for (uint32_t i = 0; i < k->n_parts; i++)
        page_snapshot_close(k->snapshot[i]);
    mem_free(acct, k->owner, k->n_allocated * sizeof(*k->owner));
    mem_free(acct, k, sizeof(*k));
}

/* ---- restoring ---- */

static int bad_body(Err *err)
{
    return RAISE(err, ERR_CORRUPT, "the state in a checkpoint cannot be read");
}

int engine_pages(Engine *e, uint32_t part, PageStore **ret, Err *err)
{
    TRY(part < PARTS_MAX ? crew_need_parts(&e->crew, part + 1, err) : bad_body(err));
    *ret = e->crew.parts.part[part].pages;
    return 0;
}

void engine_begin_page_epoch(Engine *e, uint64_t epoch)
{
    for (uint32_t i = 0; i < e->crew.parts.n; i++)
        page_store_begin_epoch(e->crew.parts.part[i].pages, epoch);
}

uint64_t engine_end_page_restore(Engine *e)
{
    uint64_t left = 0;
    for (uint32_t i = 0; i < e->crew.parts.n; i++)
        left += page_restore_end(e->crew.parts.part[i].pages);
    return left;
}

typedef struct Body { /* positions of its parts */
    uint64_t next_space, epoch;
    ByteReader queries, feeds, producers;
    uint32_t n_queries, n_feeds, n_producers;
} Body;

static ByteReader take_piece(ByteReader *r)
{
    uint64_t n = bytes_u64(r);
    const char *p = bytes_take(r, n);
    return p ? bytes_of((Str){p, n}) : (ByteReader){.failed = true};
}

static int read_body(Str body, Body *b, Err *err)
{
    ByteReader r = bytes_of(body);
    uint32_t format = bytes_u32(&r);
    if (!r.failed && format != BODY_FORMAT)
        return RAISE(err, ERR_CORRUPT, "the state in a checkpoint has format %u, this program reads format %u", format,
                     BODY_FORMAT);
    b->next_space = bytes_u64(&r);
    b->epoch = bytes_u64(&r);
    b->n_queries = bytes_u32(&r);
    b->queries = r;
    for (uint32_t i = 0; i < b->n_queries && !r.failed; i++) {
        (void)bytes_str(&r);
        (void)bytes_u64(&r);
        (void)bytes_u8(&r);
        (void)take_piece(&r);
    }
    b->n_feeds = bytes_u32(&r);
    b->feeds = r;
    for (uint32_t i = 0; i < b->n_feeds && !r.failed; i++) {
        (void)bytes_u64(&r);
        (void)take_piece(&r);
    }
    b->n_producers = bytes_u32(&r);
    b->producers = r;
    return r.failed ? bad_body(err) : 0;
}

int engine_restore_begin(Engine *e, Str body, uint64_t epoch, Err *err)
{
    Body b;
    TRY(read_body(body, &b, err));
    engine_begin_page_epoch(e, epoch); /* operators that put their state together again change pages, too */
    e->restoring = body;
    return 0;
}

bool engine_has_state(const Engine *e, const char *name)
{
    Body b;
    if (read_body(e->restoring, &b, NULL) < 0)
        return false;
    for (uint32_t i = 0; i < b.n_queries; i++) {
        Str have = bytes_str(&b.queries);
        (void)bytes_u64(&b.queries);
        (void)bytes_u8(&b.queries);
        (void)take_piece(&b.queries);
        if (str_eq(have, str_of(name)))
            return true;
    }
    return false;
}

/* The number that a query had, by its name: its tables are known by it.  And its parts. */
int engine_restored_space(Engine *e, const char *name, uint64_t *ret, uint32_t *ret_parts, PartRule *ret_rule, Err *err)
{
    Body b;
    TRY(read_body(e->restoring, &b, err));
    for (uint32_t i = 0; i < b.n_queries; i++) {
        Str have = bytes_str(&b.queries);
        *ret = bytes_u64(&b.queries);
        uint32_t parts = bytes_u8(&b.queries);
        *ret_parts = parts & ((1u << RULE_MORE_SHIFT) - 1);
        *ret_rule = (PartRule)(parts >> RULE_SHIFT | (parts >> RULE_MORE_SHIFT & 1) << 2);
        (void)take_piece(&b.queries);
        if (str_eq(have, str_of(name)))
            return *ret_parts >= 1 && *ret_parts <= PARTS_MAX && *ret_rule < N_PART_RULES
                       ? crew_need_parts(&e->crew, *ret_parts, err)
                       : bad_body(err);
    }
    return RAISE(err, ERR_CORRUPT, "the checkpoint has no state of query \"%s\"", name);
}

static void read_error(ByteReader *r, Err *ret)
{
    uint32_t code = bytes_u32(r);
    Str message = bytes_str(r);
    *ret = ERR_INIT;
    if (code > 0 && code < N_ERR_CODES)
        (void)RAISE(ret, (ErrCode)code, "%.*s", (int)MIN(message.n, 500), message.p);
}

static int restore_feed(Engine *e, Feed *f, ByteReader *r, Err *err)
{
    f->wm.wm_us = bytes_i64(r);
    f->wm.n_late = bytes_u64(r);
    f->wm.n_future = bytes_u64(r);
    f->wm.n_null = bytes_u64(r);
    uint64_t n_rows = bytes_u64(r);
    f->n_refused = bytes_u64(r);
    f->n_unknown = bytes_u64(r);
    f->closed = bytes_u8(r) != 0;
    f->idle = bytes_u8(r) != 0;
    if (bytes_u8(r) && f->stored) {
        f->stored->failed = true;
        read_error(r, &f->stored->error);
    }
    while (bytes_u8(r)) {
        ByteReader rows = take_piece(r);
        Batch *b;
        arena_reset(&e->step);
        TRY(r->failed ? bad_body(err) : rows_read((Str){rows.p, rows.n}, f->schema, &e->step, &b, err));
        TRY(feed_retain(f, b, err));
    }
    f->n_rows = n_rows;
    if (f->wm.clock) {
        f->logged_polled_ns = bytes_i64(r);
        f->logged_tick_us = bytes_i64(r);
        TRY(event_clock_restore(&f->wm, r, err));
    }
    return r->failed || r->n ? bad_body(err) : 0;
}

static int restore_reader(Reader *reader, ByteReader *r, Err *err)
{
    if (!bytes_u8(r))
        return reader ? bad_body(err) : 0;
    Str offset = bytes_str(r);
    if (!reader)
        return bad_body(err);
    if (offset.n < sizeof(reader->offset)) /* a longer one the source keeps itself */
        snprintf(reader->offset, sizeof(reader->offset), "%.*s", (int)offset.n, offset.p);
    reader->wm.wm_us = bytes_i64(r);
    reader->wm.n_late = bytes_u64(r);
    reader->wm.n_future = bytes_u64(r);
    reader->wm.n_null = bytes_u64(r);
    reader->n_rows = bytes_u64(r);
    reader->n_bad = bytes_u64(r);
    uint8_t flags = bytes_u8(r);
    reader->ended = flags & 1;
    reader->idle = flags & 2;
    TRY(reader_resume(reader, offset, err));
    return reader->wm.clock ? event_clock_restore(&reader->wm, r, err) : 0;
}

static int restore_query(Engine *e, PipelineSlot *s, ByteReader *r, Err *err)
{
    Pipeline *q = s->query;
    uint8_t state = bytes_u8(r);
    q->state = (PipelineState)MIN(state, PIPELINE_CANCELLED);
    read_error(r, &q->error);
    uint8_t flags = bytes_u8(r);
    q->ending = flags & 1;
    q->stands = flags & 2;
    q->idle = flags & 4;
    q->env.orders_as_written = !(flags & 8);
    q->next_due_us = bytes_i64(r);
    q->wm_us = bytes_i64(r);
    q->n_in = bytes_u64(r);
    q->n_out = bytes_u64(r);
    q->n_errors = bytes_u64(r);
    if (bytes_u32(r) != q->n_leaves)
        return bad_body(err);
    for (uint32_t l = 0; l < q->n_leaves; l++) {
        flags = bytes_u8(r);
        q->leaf[l].ended = flags & 1;
        q->leaf[l].enough = flags & 2;
        q->leaf[l].idle = flags & 4;
        q->leaf[l].wm_us = bytes_i64(r);
        q->leaf[l].n_rows = bytes_u64(r);
        TRY(restore_reader(engine_reader_of(e, q, l), r, err));
    }
    pipeline_note_watermark(q);
    if (bytes_u32(r) != q->plan->n_nodes)
        return RAISE(err, ERR_WRONG_STATE, "it has another number of operators");
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        q->node[i].dirty = bytes_u8(r) != 0;
        TRY(op_restore(q->node[i].op, r, err));
    }
    if (s->options.sink)
        TRY(sink_driver_restore(s->options.sink, r, err));
    return r->failed || r->n ? bad_body(err) : 0;
}

/* The state is of another plan (design 7.7): of a version that plans the query otherwise. */
static int other_plan(const Pipeline *q, Err *err)
{
    Err why = err ? *err : (Err)ERR_INIT;
    (void)RAISE(err, ERR_WRONG_STATE,
                "the stored state of query \"%s\" does not belong to the plan that this version makes of it: %s", q->name,
                why.message);
    return err_hint(err, "open the database with the version that wrote it, and drop the query there");
}

static int restore_queries(Engine *e, Body *b, Err *err)
{
    for (uint32_t i = 0; i < b->n_queries; i++) {
        Str name = bytes_str(&b->queries);
        (void)bytes_u64(&b->queries);
        (void)bytes_u8(&b->queries);
        ByteReader piece = take_piece(&b->queries);
        PipelineSlot *s = NULL;
        for (uint32_t k = 0; k < e->n_slots && !s; k++)
            if (is_kept(e->slot[k]) && str_eq(str_of(e->slot[k]->name), name))
                s = e->slot[k];
        if (!s && e->restoring_partly)
            continue;
        int rc = s ? restore_query(e, s, &piece, err) : bad_body(err);
        if (rc < 0)
            return rc == -ERR_WRONG_STATE ? other_plan(s->query, err) : rc;
    }
    return 0;
}

static int restore_rest(Engine *e, Body *b, Err *err)
{
    for (uint32_t i = 0; i < b->n_feeds; i++) {
        Feed *f = engine_feed(e, bytes_u64(&b->feeds));
        ByteReader piece = take_piece(&b->feeds);
        if (!f && e->restoring_partly)
            continue;
        TRY(f ? restore_feed(e, f, &piece, err) : bad_body(err));
    }
    for (uint32_t i = 0; i < b->n_producers; i++) {
        uint64_t relation = bytes_u64(&b->producers);
        Producer who = {.id = bytes_u64(&b->producers)};
        who.seq = bytes_u64(&b->producers);
        who.part = bytes_u16(&b->producers);
        if (!who.id || b->producers.failed)
            return bad_body(err);
        TRY(producers_note(&e->producers, relation, &who, err));
    }
    return 0;
}

void engine_restore_partly(Engine *e)
{
    e->restoring_partly = true;
}

bool engine_is_restoring(const Engine *e)
{
    return e->restoring.p != NULL;
}

void engine_hold_rows(Engine *e, bool hold)
{
    page_orphans_hold(e->pages, hold);
}

int engine_restore_end(Engine *e, Err *err)
{
    Body b;
    TRY(read_body(e->restoring, &b, err));
    TRY(restore_queries(e, &b, err));
    TRY(restore_rest(e, &b, err));
    uint64_t left = engine_end_page_restore(e);
    if (left && !e->restoring_partly)
        return RAISE(err, ERR_CORRUPT, "%llu pages of the checkpoint belong to nothing", (unsigned long long)left);
    e->restoring = (Str){0};
    e->restoring_partly = false;
    e->next_space = b.next_space;
    e->clock.epoch = b.epoch;
    return 0;
}
