/* SPDX-License-Identifier: Apache-2.0
 *
 * EventClock.  The watermark of the source is the least over its active partitions and never goes back: a partition that appears at
 * an earlier time, or comes back from idleness, holds it where it is until it has caught up.  When no partition is active it holds,
 * or goes on with the processing time; it is never a maximum over what was slower. */
#include "data/arrow.h"
#include "exec/window_time.h"
#include "flow/event_clock.h"

#include "kernel/kernel.h"

#define POLL_GRACE_NS 1000000 /* of a poll that comes later than it was due: more is time that something else took */
#define IDLE_STEP_US 100000   /* how often the clock is looked at while something may become idle */

/* ---- life ---- */

static void rule_free(ClockRule *r)
{
    if (r)
        r->free(r);
}

void event_clock_spec_drop(const ClockSpec *spec)
{
    if (spec)
        rule_free(spec->rule);
}

void event_clock_free(EventClock *c)
{
    if (!c)
        return;
    rule_free(c->spec.rule);
    align_leave(c->groups, &c->align);
    key_clock_free(c->keys);
    mem_free(&c->acct, c->key, c->key ? c->spec.n_keys * sizeof(*c->key) : 0);
    mem_free(&c->acct, c->spec.keys, c->spec.keys ? c->spec.n_keys * sizeof(*c->spec.keys) : 0);
    hash_table_free(c->table);
    row_layout_done(&c->layout);
    lazy_min_done(&c->least);
    mem_free(&c->acct, c->part, c->cap_parts * sizeof(*c->part));
    mem_free(&c->acct, c->rows, c->rows ? sizeof(*c->rows) : 0);
    schema_unref((Schema *)c->schema);
    Account *parent = c->acct.parent;
    account_done(&c->acct);
    mem_free(parent, c, sizeof(*c));
}

static int part_add(EventClock *c, int64_t wm_us, uint8_t *row, uint32_t *ret)
{
    uint32_t id;
    if (c->n_parts == c->cap_parts) {
        uint32_t cap = c->cap_parts ? 2 * c->cap_parts : 8;
        ClockPart *p = mem_realloc(&c->acct, c->part, c->cap_parts * sizeof(*p), cap * sizeof(*p));
        if (!p)
            return -ERR_OUT_OF_MEMORY;
        c->part = p;
        c->cap_parts = cap;
    }
    TRY(lazy_min_add(&c->least, wm_us, &id));
    ASSERT(id == c->n_parts); /* none is ever dropped */
    c->part[c->n_parts++] = (ClockPart){.wm_us = wm_us, .seen_ns = c->polled_ns, .row = row};
    c->n_active++;
    c->idle = false;
    *ret = id;
    return 0;
}

int event_clock_add_part(EventClock *c, const ClockPart *p)
{
    uint32_t id;
    TRY(part_add(c, p->wm_us, p->row, &id));
    c->part[id] = *p;
    if (p->idle || p->ended) {
        lazy_min_leave(&c->least, id);
        c->n_active--;
    }
    return 0;
}

static int open_keys(EventClock *c, PageStore *pages, Err *err)
{
    KeyClockSpec spec = {.table_id = c->spec.table_id,
                         .n_keys = c->spec.n_keys,
                         .idle_us = c->spec.key_idle_us,
                         .max_keys = (uint64_t)c->spec.max_keys,
                         .policy = c->spec.max_keys_policy};
    uint32_t n = c->spec.n_keys, *cols = mem_alloc(&c->acct, n * sizeof(*cols));
    const uint32_t *given = c->spec.keys;
    Arena scratch;
    arena_init(&scratch, &c->acct, 0);
    Type *type = ARENA_ARRAY(&scratch, Type, n);
    c->spec.keys = cols;
    c->key = mem_zalloc(&c->acct, n * sizeof(*c->key));
    int rc = type && cols && c->key ? 0 : RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        cols[i] = given[i];
        type[i] = c->schema->field[given[i]].type;
    }
    spec.type = type;
    if (rc == 0)
        rc = key_clock_new(&c->acct, pages, &spec, &c->keys, err);
    arena_done(&scratch);
    return rc;
}

static int event_clock_open(EventClock *c, PageStore *pages, Err *err)
{
    uint32_t only;
    if (c->spec.n_keys)
        TRY(open_keys(c, pages, err));
    else
        c->spec.keys = NULL;
    if (c->spec.parts == CLOCK_ONE_PART)
        return part_add(c, INT64_MIN, NULL, &only) < 0 ? RAISE_NOMEM(err) : 0;
    if (c->spec.parts == CLOCK_PART_CONNECTOR)
        return 0;
    TRY(row_layout_init(&c->layout, &c->acct, &c->schema->field[c->spec.part_col].type, 1, sizeof(uint32_t), err));
    c->table = hash_table_new(pages, &c->layout, c->spec.table_id, INT64_MIN, err);
    hash_table_stay(c->table);
    return c->table ? 0 : -ERR_OUT_OF_MEMORY;
}

int event_clock_new(Account *parent, PageStore *pages, const Schema *schema, const ClockSpec *spec, EventClock **ret, Err *err)
{
    EventClock *c = mem_zalloc(parent, sizeof(*c));
    if (!c) {
        rule_free(spec->rule);
        return RAISE_NOMEM(err);
    }
    account_init(&c->acct, parent, "watermark");
    c->spec = *spec;
    c->schema = schema_ref(schema);
    c->least.acct = &c->acct;
    c->raw_us = c->next_tick_us = c->last_row_us = INT64_MIN;
    int rc = event_clock_open(c, pages, err);
    if (rc < 0) {
        event_clock_free(c);
        return rc;
    }
    *ret = c;
    return 0;
}

int event_clock_align(EventClock *c, AlignGroup **groups, Account *acct, const void *query, const char *source, Err *err)
{
    if (!c->spec.align.group)
        return 0;
    TRY(align_join(groups, acct, &c->spec.align, &c->align, err));
    c->spec.align.group = NULL; /* the declaration's text may go */
    c->groups = groups;
    c->align.query = query;
    c->align.source = source;
    return 0;
}

bool event_clock_must_pause(EventClock *c, int64_t now_us)
{
    return c->align.group && align_must_pause(&c->align, now_us);
}

void event_clock_report(const Watermark *w)
{
    EventClock *c = w->clock;
    if (!c->align.group)
        return;
    align_report(&c->align, w->wm_us, c->idle);
    if (c->align.mode == ALIGN_BY_WARNING && w->wm_us != INT64_MIN)
        c->align.n_warned += w->wm_us > align_limit_us(&c->align);
}

int event_clock_connector_parts(EventClock *c, uint32_t n)
{
    uint32_t id;
    while (c->spec.parts == CLOCK_PART_CONNECTOR && c->n_parts < n)
        TRY(part_add(c, INT64_MIN, NULL, &id));
    return 0;
}

/* ---- partitions ---- */

static void part_leave(EventClock *c, uint32_t i)
{
    lazy_min_leave(&c->least, i);
    c->n_active--;
    c->idle = c->n_active == 0;
}

void event_clock_part_ended(EventClock *c, uint32_t part)
{
    if (part >= c->n_parts || c->part[part].ended)
        return;
    c->part[part].ended = true;
    if (!c->part[part].idle)
        part_leave(c, part);
}

static void settle_raw(EventClock *c)
{
    int64_t least;
    uint32_t id;
    if (lazy_min_least(&c->least, &least, &id))
        c->raw_us = least;
}

/* The part has a row whose watermark is wm_us; INT64_MIN = it moves nothing. */
static int part_take(EventClock *c, uint32_t i, int64_t wm_us)
{
    ClockPart *p = &c->part[i];
    bool holds = p->wm_us <= c->raw_us;
    p->seen_ns = c->polled_ns;
    p->wm_us = MAX(p->wm_us, wm_us);
    if (unlikely(p->idle || p->ended)) {
        p->idle = p->ended = false;
        c->n_active++;
        c->idle = false;
        TRY(lazy_min_enter(&c->least, i, p->wm_us));
        holds = true;
    } else {
        lazy_min_raise(&c->least, i, p->wm_us);
    }
    if (holds)
        settle_raw(c);
    return 0;
}

/* ---- rows ---- */

static int find_parts(EventClock *c, const Batch *b, Rows rows)
{
    ClockRows *x = c->rows;
    const Vec *key = &b->col[c->spec.part_col];
    kernel_hash(&key, 1, rows, x->hash);
    TRY(hash_table_upsert(c->table, &key, x->hash, rows, x->row, x->is_new, NULL));
    return 0;
}

static void find_keys(EventClock *c, const Batch *b, Rows rows)
{
    for (uint32_t i = 0; i < c->spec.n_keys; i++)
        c->key[i] = &b->col[c->spec.keys[i]];
    kernel_hash(c->key, c->spec.n_keys, rows, c->rows->hash);
    hash_table_find(c->keys->table, c->key, c->rows->hash, rows, c->rows->row);
    c->n_forgotten = c->keys->n_forgotten;
}

/* The key's row now: found with the batch, unless some have gone since or it has come to be in this batch. */
static uint8_t *key_row(EventClock *c, uint32_t at, uint32_t row)
{
    uint8_t *found = c->rows->row[at];
    if (found && c->n_forgotten == c->keys->n_forgotten)
        return found;
    return key_clock_find(c->keys, c->key, c->rows->hash[at], row);
}

/* What holds for the batch as a whole. */
static int batch_begin(EventClock *c, const Batch *b, Rows rows, int64_t ptime_us)
{
    if (!c->rows && !(c->rows = mem_zalloc(&c->acct, sizeof(*c->rows))))
        return -ERR_OUT_OF_MEMORY;
    if (c->table)
        TRY(find_parts(c, b, rows));
    if (c->keys)
        find_keys(c, b, rows);
    if (!c->spec.rule)
        return 0;
    Rows when;
    TRY(c->spec.rule->run(c->spec.rule, b, ptime_us, &when));
    memset(c->rows->when, 0, BIT_WORDS(b->n) * sizeof(uint64_t));
    for (uint32_t i = 0; i < when.n; i++)
        bit_set(c->rows->when, row_at(when, i));
    return 0;
}

/* A partition comes to be with its first row that has a time, not with the batch that holds it: what is late must not depend on
 * batches, and rows without a time must not hold the others. */
static int part_of(EventClock *c, uint32_t at, bool comes_to_be, ClockPart **ret)
{
    uint32_t number = c->connector_part + 1;
    if (c->table) {
        uint8_t *row = c->rows->row[at];
        uint32_t *stored = (uint32_t *)(void *)row_extra(&c->layout, row), id; /* 1 + number, 0 = none yet */
        if (*stored == 0 && comes_to_be) {
            TRY(part_add(c, INT64_MIN, row, &id));
            *stored = id + 1;
        }
        number = *stored;
    }
    *ret = number ? &c->part[number - 1] : NULL;
    return 0;
}

/* The watermark that a row gives, INT64_MIN = none; t: its time, INT64_MIN = none that counts. */
static int64_t given_by(Watermark *w, const Batch *b, uint32_t row, int64_t t, int64_t horizon)
{
    EventClock *c = w->clock;
    int64_t wm;
    switch (c->spec.by) {
    case CLOCK_BY_WHEN:
        if (!bit_get(c->rows->when, row))
            return INT64_MIN;
        __attribute__((fallthrough));
    case CLOCK_BY_ROWS:
        if (t == INT64_MIN)
            return INT64_MIN;
        return __builtin_sub_overflow(t, w->delay_us, &wm) ? INT64_MIN + 1 : wm;
    case CLOCK_BY_COLUMN:
        if (!time_to_us(&b->col[c->spec.mark_col], row, c->spec.mark_unit_us, &wm))
            return INT64_MIN;
        if (wm <= horizon)
            return wm;
        w->n_future++;
        return INT64_MIN;
    case CLOCK_BY_PROCTIME:
    case CLOCK_BY_SOURCE: break;
    }
    return INT64_MIN;
}

typedef struct RowTime {
    int64_t us; /* INT64_MIN: none that counts */
    bool is_null, is_future, is_late;
} RowTime;

static void count(Watermark *w, ClockPart *p, RowTime t)
{
    w->n_late += t.is_late;
    w->n_future += t.is_future;
    w->n_null += t.is_null;
    if (!p)
        return;
    p->n_rows++;
    p->n_late += t.is_late;
    p->n_future += t.is_future;
    p->n_null += t.is_null;
}

static int take_row(Watermark *w, const Batch *b, uint32_t at, uint32_t row, RowTime t, int64_t horizon)
{
    EventClock *c = w->clock;
    ClockPart *p;
    int64_t given = given_by(w, b, row, t.us, horizon);
    if (unlikely(given > c->limit_us)) {
        c->align.n_dropped++;
        return 0;
    }
    bool counts = t.us != INT64_MIN || given != INT64_MIN;
    TRY(part_of(c, at, counts, &p));
    count(w, p, t);
    if (t.is_future && w->future_rows != FUTURE_ACCEPT)
        c->rows->future[c->split.future.n++] = (uint16_t)row;
    else
        c->rows->keep[c->split.keep.n++] = (uint16_t)row;
    return counts ? part_take(c, (uint32_t)(p - c->part), given) : 0;
}

/* Rows of keys.  A piece ends before a row that is late by what the piece has moved, be it its own key's watermark or that of
 * silent ones, and before one whose key has to take the place of another. */
static int take_keyed(Watermark *w, const Batch *b, Rows rows, uint32_t *at, int64_t horizon)
{
    EventClock *c = w->clock;
    KeyClock *k = c->keys;
    const Vec *v = &b->col[w->col];
    uint32_t from = *at;
    key_clock_begin(k);
    for (; *at < rows.n; ++*at) {
        uint32_t row = row_at(rows, *at);
        uint8_t *key = key_row(c, *at, row);
        RowTime t = {.us = INT64_MIN};
        t.is_null = !watermark_time_us(w, v, row, &t.us);
        t.is_future = !t.is_null && t.us > horizon;
        bool moves = !c->spec.interval_us && key_clock_now(k, key) > key_clock_seen(k, key);
        if (*at > from && !t.is_null && moves && t.us < key_clock_now(k, key))
            break;
        if (*at > from && !key && key_clock_is_full(k))
            break;
        t.is_late = !t.is_null && t.us < key_clock_seen(k, key);
        int64_t given = given_by(w, b, row, t.is_future ? INT64_MIN : t.us, horizon);
        if (given > c->limit_us) {
            c->align.n_dropped++;
            continue;
        }
        int rc = given == INT64_MIN ? 0 : key_clock_take(k, c->key, c->rows->hash[*at], row, given, &key);
        if (rc < 0)
            return rc;
        if (rc == KEY_REFUSED)
            continue;
        count(w, &c->part[0], t);
        if (t.is_future && w->future_rows != FUTURE_ACCEPT)
            c->rows->future[c->split.future.n++] = (uint16_t)row;
        else
            c->rows->keep[c->split.keep.n++] = (uint16_t)row;
        if (!t.is_null && !t.is_future)
            TRY(part_take(c, 0, INT64_MIN));
    }
    return 0;
}

/* Takes rows until one that is late only by what this piece has moved. */
static int take_rows(Watermark *w, const Batch *b, Rows rows, uint32_t *at, int64_t horizon)
{
    EventClock *c = w->clock;
    const Vec *v = &b->col[w->col];
    int64_t wm = w->wm_us; /* pending */
    for (; *at < rows.n; ++*at) {
        uint32_t row = row_at(rows, *at);
        RowTime t = {.us = INT64_MIN};
        t.is_null = !watermark_time_us(w, v, row, &t.us);
        t.is_late = !t.is_null && t.us < w->wm_us;
        t.is_future = !t.is_null && t.us > horizon;
        if (!t.is_null && t.us < wm && wm > w->wm_us)
            break;
        if (t.is_future)
            t.us = INT64_MIN;
        TRY(take_row(w, b, *at, row, t, horizon));
        if (!c->spec.interval_us)
            wm = MAX(wm, c->raw_us);
    }
    c->piece_wm_us = wm;
    return 0;
}

/* Rows of one partition whose times do not go back, or are all the time of arrival, are judged by the first and the last of them:
 * no row of theirs can be late by one before it.  False: they have to be looked at one by one. */
static bool take_together(Watermark *w, const Batch *b, Rows rows, uint32_t from, int64_t horizon)
{
    EventClock *c = w->clock;
    uint32_t n = rows.n - from, n_late = 0;
    bool by_clock = c->spec.by == CLOCK_BY_PROCTIME;
    int64_t given = INT64_MIN;
    if (n == 0 || c->table || c->keys || (!by_clock && c->spec.by != CLOCK_BY_ROWS))
        return false;
    if (by_clock) {
        int64_t now;
        if (!watermark_time_us(w, &b->col[w->col], row_at(rows, from), &now) || now > horizon || now < w->wm_us)
            return false;
    } else {
        const int64_t *t = watermark_ascending(w, b, rows, from);
        if (!t || t[n - 1] > horizon)
            return false;
        n_late = watermark_count_below(t, n, w->wm_us);
        if (__builtin_sub_overflow(t[n - 1], w->delay_us, &given))
            given = INT64_MIN + 1;
        if (given > c->limit_us)
            return false;
    }
    c->split.keep.n = n; /* all: nothing is cut, so which is not asked */
    c->part[c->connector_part].n_rows += n;
    c->part[c->connector_part].n_late += n_late;
    w->n_late += n_late;
    c->rc = part_take(c, c->connector_part, given);
    c->piece_wm_us = c->spec.interval_us ? w->wm_us : MAX(w->wm_us, c->raw_us);
    return true;
}

static int64_t pace(Watermark *w, int64_t now_us);
static int pace_keys(Watermark *w, int64_t now_us);

uint32_t event_clock_piece(Watermark *w, const Batch *b, Rows rows, uint32_t from, int64_t ptime_us)
{
    EventClock *c = w->clock;
    uint32_t at = from;
    c->piece_wm_us = w->wm_us;
    c->rc = from == 0 ? batch_begin(c, b, rows, ptime_us) : 0;
    c->split = (WatermarkSplit){.keep.sel = c->rows ? c->rows->keep : NULL, .future.sel = c->rows ? c->rows->future : NULL};
    c->limit_us = c->align.group && c->align.mode == ALIGN_BY_DROPPING ? align_limit_us(&c->align) : INT64_MAX;
    if (c->rc == 0 && take_together(w, b, rows, from, watermark_horizon(w, ptime_us)))
        at = rows.n;
    else if (c->rc == 0)
        c->rc = c->keys ? take_keyed(w, b, rows, &at, watermark_horizon(w, ptime_us))
                        : take_rows(w, b, rows, &at, watermark_horizon(w, ptime_us));
    if (c->rc < 0)
        return rows.n - from;
    c->last_row_us = ptime_us;
    if (c->spec.interval_us && c->keys)
        c->rc = pace_keys(w, ptime_us);
    else if (c->spec.interval_us)
        c->piece_wm_us = pace(w, ptime_us);
    return at - from;
}

int event_clock_accept(Watermark *w, const Batch *piece, WatermarkSplit *ret)
{
    EventClock *c = w->clock;
    if (c->rc < 0)
        return c->rc;
    c->split.is_cut = c->split.keep.n < piece->n_sel;
    if (c->split.is_cut)
        *ret = c->split;
    w->wm_us = MAX(w->wm_us, c->piece_wm_us);
    event_clock_report(w);
    return 0;
}

bool event_clock_publish(Watermark *w)
{
    EventClock *c = w->clock;
    if (!c->keys || c->rc < 0 || c->hides_keys)
        return false;
    key_clock_publish(c->keys);
    return true;
}

void event_clock_settle(Watermark *w)
{
    EventClock *c = w->clock;
    if (!c->keys || c->rc < 0)
        return;
    int64_t wm = key_clock_settle(c->keys);
    w->wm_us = MAX(w->wm_us, wm);
    event_clock_report(w);
}

Batch *event_clock_stamp(const Watermark *w, Batch *b, int64_t ptime_us, Arena *arena)
{
    if (!w->clock || w->clock->spec.by != CLOCK_BY_PROCTIME)
        return b;
    Type type = b->col[w->col].type;
    int64_t now = MAX(ptime_us, w->wm_us), time = type.id == T_TSNS ? now * 1000 : now;
    if (arrow_take_fix(b, w->col, time))
        return b;
    Batch *stamped = batch_with_sel(arena, b, b->sel, b->n_sel);
    int64_t *t = arena_alloc(arena, sizeof(*t));
    if (!stamped || !t)
        return NULL;
    *t = time;
    stamped->col[w->col] = (Vec){.kind = b->n == 1 ? VEC_FLAT : VEC_CONST, .n = b->n, .type = type, .data = t};
    stamped->ptime_us = b->ptime_us;
    return stamped;
}

/* ---- processing time ---- */

void event_clock_polled(EventClock *c, int64_t now_ns, int64_t next_ns, bool in_vain)
{
    if (c->last_poll_ns)
        c->polled_ns += MIN(now_ns - c->last_poll_ns, c->wait_ns + POLL_GRACE_NS);
    c->last_poll_ns = now_ns;
    c->wait_ns = in_vain ? MAX(next_ns - now_ns, 0) : 0;
}

void event_clock_paused(EventClock *c)
{
    c->last_poll_ns = 0;
}

/* Whether the clock has come to a tick. *ret_silent_us: since when no rows have come, if none have since the last one; 0 = some
 * have. */
static bool ticks(EventClock *c, int64_t now_us, int64_t *ret_silent_us)
{
    int64_t every = c->spec.interval_us;
    if (c->next_tick_us == INT64_MIN)
        c->next_tick_us = now_us + every;
    if (now_us < c->next_tick_us)
        return false;
    int64_t last_tick = c->next_tick_us - every;
    *ret_silent_us = c->last_row_us < last_tick ? now_us - last_tick : 0;
    c->next_tick_us = now_us + every;
    return true;
}

/* W as it is when it moves by interval: at a tick what the rows say, and when there were none since the last tick, with the time
 * that has passed, but not beyond the clock less the delay. */
static int64_t pace(Watermark *w, int64_t now_us)
{
    EventClock *c = w->clock;
    int64_t wm = w->wm_us, silent_us;
    if (c->spec.by == CLOCK_BY_PROCTIME) {
        c->next_tick_us = now_us + c->spec.interval_us;
        return MAX(wm, now_us);
    }
    if (!ticks(c, now_us, &silent_us))
        return wm;
    if (silent_us > 0 && wm != INT64_MIN && wm < now_us - w->delay_us)
        wm = MIN(wm + silent_us, now_us - w->delay_us);
    return MAX(wm, c->raw_us);
}

/* The same of each key: what the rows say of them waits for the tick. */
static int pace_keys(Watermark *w, int64_t now_us)
{
    EventClock *c = w->clock;
    int64_t silent_us;
    c->hides_keys = !ticks(c, now_us, &silent_us);
    if (c->hides_keys || silent_us == 0)
        return 0;
    key_clock_begin(c->keys);
    return key_clock_advance(c->keys, silent_us, now_us - w->delay_us);
}

static void find_idle(EventClock *c)
{
    int64_t timeout_ns = c->spec.idle_timeout_us * 1000;
    if (timeout_ns == 0 || c->n_active == 0)
        return;
    for (uint32_t i = 0; i < c->n_parts; i++) {
        ClockPart *p = &c->part[i];
        if (p->idle || p->ended || c->polled_ns - p->seen_ns < timeout_ns)
            continue;
        p->idle = true;
        part_leave(c, i);
    }
}

bool event_clock_tick(Watermark *w, int64_t now_us)
{
    EventClock *c = w->clock;
    int64_t before = w->wm_us;
    uint32_t n_active = c->n_active;
    find_idle(c);
    settle_raw(c);
    int64_t wm = c->spec.interval_us && !c->keys ? pace(w, now_us) : c->raw_us;
    if (c->spec.interval_us && c->keys)
        c->rc = pace_keys(w, now_us);
    w->wm_us = MAX(w->wm_us, wm);
    if (c->idle && c->spec.idle_advances)
        w->wm_us = MAX(w->wm_us, now_us - w->delay_us);
    bool shows_keys = c->spec.interval_us && c->keys && !c->hides_keys && key_clock_has_moved(c->keys);
    if (w->wm_us == before && c->n_active == n_active && !shows_keys)
        return false;
    event_clock_report(w);
    return true;
}

ClockTime event_clock_time(const EventClock *c)
{
    return (ClockTime){c->polled_ns, c->next_tick_us};
}

void event_clock_resume(EventClock *c, ClockTime t)
{
    c->polled_ns = t.polled_ns;
    c->next_tick_us = t.next_tick_us;
}

int64_t event_clock_next_tick_us(const Watermark *w, int64_t now_us)
{
    const EventClock *c = w->clock;
    int64_t in = INT64_MAX;
    if (c->spec.interval_us && (c->next_tick_us != INT64_MIN || c->spec.by == CLOCK_BY_PROCTIME))
        in = c->next_tick_us <= now_us ? 0 : c->next_tick_us - now_us; /* INT64_MIN: at once */
    if (c->spec.idle_timeout_us && (c->n_active > 0 || c->spec.idle_advances))
        in = MIN(in, MIN(c->spec.idle_timeout_us, IDLE_STEP_US));
    return in;
}

/* ---- for who looks ---- */

int64_t event_clock_holder(EventClock *c)
{
    int64_t least;
    uint32_t id;
    if (!lazy_min_least(&c->least, &least, &id))
        return -1;
    for (uint32_t i = 0; i < c->n_parts; i++) /* the first of several */
        if (!c->part[i].idle && !c->part[i].ended && c->part[i].wm_us == least)
            return (int64_t)i;
    return -1;
}

void event_clock_part_name(const EventClock *c, uint32_t part, StrBuf *out)
{
    Arena scratch;
    Vec v;
    const ClockPart *p = &c->part[part];
    Str name = c->part_name ? c->part_name(c->part_name_self, part) : (Str){0};
    if (name.p)
        sb_put(out, name.p, name.n);
    else if (!p->row)
        sb_printf(out, "%u", part);
    if (!p->row)
        return;
    arena_init(&scratch, NULL, 0);
    uint8_t *row = p->row;
    if (hash_table_read(c->table, &row, 1, 0, &v, &scratch) == 0) {
        Value value = vec_get(&v, 0);
        if (value.is_null)
            sb_puts(out, "NULL");
        else
            value_print(&value, out);
    }
    arena_done(&scratch);
}
