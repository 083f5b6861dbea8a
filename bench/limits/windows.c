/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows over bids: hot items (q5), highest bid (q7), sessions (q11), windows of the clock (q12).  A result comes when its window
 * has closed. */
#include "limits.h"

typedef struct Count {
    int64_t id, n;
} Count;

static void counts_clear(Table *t)
{
    t->n = 0;
    for (size_t i = 0; i < (size_t)1 << t->bits; i++)
        *(Count *)(void *)table_slot(t, i, sizeof(Count)) = (Count){.id = INT64_MIN};
}

static inline Count *count_add(Table *t, int64_t id, int64_t n)
{
    Count *c = table_find(t, id, sizeof(*c));
    t->n += slot_empty(c);
    c->id = id;
    c->n += n;
    return c;
}

/* ---- q5: counts of each 2 seconds, added up for the five of a window ---- */

enum { PANES = 5 };
#define PANE (2 * SECOND)
static Table panes[PANES], total, total_spare;
static int64_t pane_now;

static void q5_start(void)
{
    for (uint32_t i = 0; i < PANES; i++)
        table_make(&panes[i], 12, sizeof(Count));
    table_make(&total, 14, sizeof(Count));
    table_make(&total_spare, 14, sizeof(Count));
    pane_now = INT64_MIN;
}

static Table *pane_of(int64_t number)
{
    return &panes[(uint64_t)number % PANES];
}

static void total_add(const Table *pane, int64_t sign)
{
    table_reserve(&total, pane->n, sizeof(Count));
    for (size_t i = 0; i < (size_t)1 << pane->bits; i++) {
        const Count *c = (Count *)(void *)table_slot(pane, i, sizeof(Count));
        if (c->id != INT64_MIN)
            count_add(&total, c->id, sign * c->n);
    }
}

/* Leaves out counts of 0 when they are many. */
static void total_clean(void)
{
    if (total.n < UINT32_C(1) << (total.bits - 1))
        return;
    if (total_spare.bits < total.bits)
        table_make(&total_spare, total.bits, sizeof(Count));
    Table old = total;
    counts_clear(&total_spare);
    total = total_spare;
    for (size_t i = 0; i < (size_t)1 << old.bits; i++) {
        const Count *c = (Count *)(void *)table_slot(&old, i, sizeof(Count));
        if (c->n)
            count_add(&total, c->id, c->n);
    }
    total_spare = old;
}

/* The window that ends with pane_now; the next pane begins empty. */
static void pane_close(void)
{
    total_add(pane_of(pane_now), 1);
    size_t n = (size_t)1 << total.bits;
    int64_t most = 1;
    for (size_t i = 0; i < n; i++) {
        int64_t count = ((Count *)(void *)table_slot(&total, i, sizeof(Count)))->n;
        most = count > most ? count : most;
    }
    for (size_t i = 0; i < n; i++) {
        const Count *c = (Count *)(void *)table_slot(&total, i, sizeof(Count));
        if (c->n < most)
            continue;
        uint32_t row = out_row(1);
        OUT(int64_t, 0)[row] = c->id;
        OUT(int64_t, 1)[row] = c->n;
        OUT(int64_t, 2)[row] = (pane_now + 1) * PANE;
    }
    pane_now++;
    total_add(pane_of(pane_now), -1);
    counts_clear(pane_of(pane_now));
    total_clean();
}

static void q5_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    for (uint32_t from = 0, n; from < b->n; from += n) {
        n = same_unit(b->time, from, b->n, PANE);
        int64_t number = b->time[from] / PANE;
        pane_now = pane_now == INT64_MIN ? number : pane_now;
        while (pane_now < number)
            pane_close();
        table_reserve(pane_of(pane_now), n, sizeof(Count));
        Table t = *pane_of(pane_now);
        for (uint32_t i = from; i < from + n; i++)
            count_add(&t, b->auction[i], 1);
        *pane_of(pane_now) = t;
    }
    out_deliver();
}

static void q5_finish(void)
{
    for (uint32_t i = 0; i < PANES; i++)
        pane_close();
    out_deliver();
}
const Kernel kernel_q5 = {
    .query = "q5", .reads = OF_AUCTION, .types = "iiw", .event_bytes = 8, .start = q5_start, .bids = q5_bids, .finish = q5_finish};

/* ---- q7 ---- */

#define WINDOW (10 * SECOND)
enum { HIGHEST_MAX = 4096 };
static struct {
    int64_t auction, price, bidder, time;
    View extra;
} highest[HIGHEST_MAX];
static uint32_t n_highest;
static int64_t highest_price, highest_window;

static void q7_start(void)
{
    n_highest = 0;
    highest_price = highest_window = INT64_MIN;
}

static void q7_close(void)
{
    for (uint32_t i = 0; i < n_highest; i++) {
        uint32_t row = out_row(1);
        OUT(int64_t, 0)[row] = highest[i].auction;
        OUT(int64_t, 1)[row] = highest[i].price;
        OUT(int64_t, 2)[row] = highest[i].bidder;
        OUT(int64_t, 3)[row] = highest[i].time;
        OUT(View, 4)[row] = highest[i].extra;
    }
    out.buffer[4] = memory.buffer;
    out_deliver();
    n_highest = 0;
    highest_price = INT64_MIN;
}

static void q7_take(const Bids *of, uint32_t from, uint32_t end)
{
    const Bids own = *of, *b = &own;
    int64_t most = INT64_MIN;
    for (uint32_t i = from; i < end; i++)
        most = b->price[i] > most ? b->price[i] : most;
    if (most < highest_price)
        return;
    if (most > highest_price)
        n_highest = 0;
    highest_price = most;
    for (uint32_t i = from; i < end && n_highest < HIGHEST_MAX; i++) {
        if (b->price[i] < most)
            continue;
        highest[n_highest].auction = b->auction[i];
        highest[n_highest].price = most;
        highest[n_highest].bidder = b->bidder[i];
        highest[n_highest].time = b->time[i];
        highest[n_highest++].extra = keep_text(b->extra, i);
    }
}

static void q7_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    for (uint32_t from = 0, n; from < b->n; from += n) {
        bool all = from == 0 && times_within(b->time, b->n, highest_window * WINDOW, (highest_window + 1) * WINDOW);
        n = all ? b->n : same_unit(b->time, from, b->n, WINDOW);
        int64_t window = b->time[from] / WINDOW;
        if (window != highest_window)
            q7_close();
        highest_window = window;
        q7_take(b, from, from + n);
    }
}
const Kernel kernel_q7 = {.query = "q7",
                          .reads = OF_PRICE,
                          .some = OF_AUCTION | OF_BIDDER | OF_EXTRA,
                          .types = "iiiwt",
                          .start = q7_start,
                          .bids = q7_bids,
                          .finish = q7_close};

/* ---- q11: sessions lie in a ring of buckets by the eighth of a second in which they end, as far as is known ---- */

#define GAP (10 * SECOND)
#define TICK (SECOND / 8)
enum { BUCKETS = 128 };
typedef struct Session {
    int64_t bidder, start, last, n;
} Session;
static Table sessions;
static struct {
    int64_t *bidder;
    uint32_t n, cap;
} ends[BUCKETS];
static int64_t tick_now;

static void q11_start(void)
{
    table_make(&sessions, 12, sizeof(Session));
    memset(ends, 0, sizeof(ends));
    tick_now = INT64_MIN;
}

static void end_note(int64_t bidder, int64_t end)
{
    uint32_t at = (uint32_t)((uint64_t)(end / TICK) % BUCKETS);
    if (ends[at].n == ends[at].cap) {
        uint32_t cap = ends[at].cap ? 2 * ends[at].cap : 64;
        int64_t *more = memory_take(cap * sizeof(*more));
        if (ends[at].n)
            memcpy(more, ends[at].bidder, ends[at].n * sizeof(*more));
        ends[at].bidder = more;
        ends[at].cap = cap;
    }
    ends[at].bidder[ends[at].n++] = bidder;
}

static void session_give(const Session *s)
{
    uint32_t row = out_row(1);
    OUT(int64_t, 0)[row] = s->bidder;
    OUT(int64_t, 1)[row] = s->n;
    OUT(int64_t, 2)[row] = s->start;
    OUT(int64_t, 3)[row] = s->last + GAP;
}

/* Takes it out; those behind it that it was in the way of move up. */
static void session_drop(Session *s)
{
    size_t mask = ((size_t)1 << sessions.bits) - 1, hole = (size_t)((char *)s - sessions.slot) / sizeof(*s);
    Session *at = (Session *)(void *)sessions.slot;
    for (size_t i = (hole + 1) & mask; at[i].bidder != INT64_MIN; i = (i + 1) & mask)
        if (((i - table_home(&sessions, at[i].bidder)) & mask) >= ((i - hole) & mask)) {
            at[hole] = at[i];
            hole = i;
        }
    at[hole] = (Session){.bidder = INT64_MIN};
    sessions.n--;
}

static void sessions_close(int64_t tick) /* those that have ended before it */
{
    for (; tick_now < tick; tick_now++) {
        uint32_t at = (uint32_t)((uint64_t)tick_now % BUCKETS), n = ends[at].n;
        ends[at].n = 0;
        for (uint32_t i = 0; i < n; i++) {
            Session *s = table_find(&sessions, ends[at].bidder[i], sizeof(*s));
            if (slot_empty(s))
                continue;
            if ((s->last + GAP) / TICK > tick_now) {
                end_note(s->bidder, s->last + GAP);
                continue;
            }
            session_give(s);
            session_drop(s);
        }
    }
}

static void q11_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    table_reserve(&sessions, b->n, sizeof(Session));
    Table t = sessions;
    for (uint32_t i = 0; i < b->n; i++) {
        Session *s = table_find(&t, b->bidder[i], sizeof(*s));
        int64_t time = b->time[i];
        if (!slot_empty(s) && time - s->last <= GAP) {
            s->last = time;
            s->n++;
            continue;
        }
        if (!slot_empty(s))
            session_give(s);
        else
            end_note(b->bidder[i], time + GAP);
        t.n += slot_empty(s);
        *s = (Session){b->bidder[i], time, time, 1};
    }
    sessions = t;
    int64_t tick = b->n ? b->time[b->n - 1] / TICK : tick_now;
    tick_now = tick_now == INT64_MIN ? tick : tick_now;
    sessions_close(tick);
    out_deliver();
}

static void q11_finish(void)
{
    sessions_close(tick_now + BUCKETS);
    out_deliver();
}
const Kernel kernel_q11 = {.query = "q11",
                           .reads = OF_BIDDER,
                           .types = "iiww",
                           .event_bytes = 8,
                           .start = q11_start,
                           .bids = q11_bids,
                           .finish = q11_finish};

/* ---- q12 ---- */

static Table arrived;
static int64_t arrived_window;

static void q12_start(void)
{
    table_make(&arrived, 12, sizeof(Count));
    arrived_window = INT64_MIN;
}

static void q12_finish(void)
{
    for (size_t i = 0; i < (size_t)1 << arrived.bits; i++) {
        const Count *c = (Count *)(void *)table_slot(&arrived, i, sizeof(Count));
        if (c->id == INT64_MIN)
            continue;
        uint32_t row = out_row(1);
        OUT(int64_t, 0)[row] = c->id;
        OUT(int64_t, 1)[row] = c->n;
        OUT(int64_t, 2)[row] = arrived_window * WINDOW;
    }
    counts_clear(&arrived);
    out_deliver();
}

static void q12_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    int64_t window = clock_us() / WINDOW;
    if (window != arrived_window)
        q12_finish();
    arrived_window = window;
    table_reserve(&arrived, b->n, sizeof(Count));
    Table t = arrived;
    table_announce(&t, b->bidder, b->n, sizeof(Count));
    for (uint32_t i = 0; i < b->n; i++)
        count_add(&t, b->bidder[i], 1);
    arrived = t;
}
const Kernel kernel_q12 = {.query = "q12",
                           .reads = OF_BIDDER,
                           .types = "iiw",
                           .event_bytes = 8,
                           .start = q12_start,
                           .bids = q12_bids,
                           .finish = q12_finish};
