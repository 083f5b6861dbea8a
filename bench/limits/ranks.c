/* SPDX-License-Identifier: Apache-2.0
 *
 * First rows of an order: the last bid of each bidder on each auction (q18), the ten highest bids of each auction (q19).  Rows that
 * are kept lie in blocks with their texts; blocks of rows that have left are used again once their changes have been delivered. */
#include "limits.h"

typedef struct Bid { /* a block: the texts lie behind it */
    int64_t auction, bidder, price, time;
    View channel, url, extra;
    uint32_t size, next; /* of the block; the next free one */
} Bid;

enum { SIZES = 64, SIZE_STEP = 16 };
static uint32_t free_block[SIZES];        /* by size; 0 = none */
static uint32_t left[11 * BATCH], n_left; /* blocks of rows that this array has driven out */

static View copy_view(const Texts *from, uint32_t i, uint32_t *at)
{
    View v = from->view[i];
    if (v.n <= sizeof(v.inlined))
        return v;
    copy_text(memory.base + *at, from->buffer[v.buffer] + v.offset, v.n);
    v.buffer = 0;
    v.offset = *at;
    *at += v.n;
    return v;
}

static uint32_t block_take(uint32_t size)
{
    uint32_t k = (size + SIZE_STEP - 1) / SIZE_STEP, at = k < SIZES ? free_block[k] : 0;
    if (at)
        free_block[k] = ((Bid *)row_at(at))->next;
    else
        at = memory_row((size_t)k * SIZE_STEP);
    ((Bid *)row_at(at))->size = k;
    return at;
}

static inline uint32_t text_bytes(const Texts *t, uint32_t i)
{
    return t->view[i].n > 12 ? t->view[i].n : 0;
}

static uint32_t bid_keep(const Bids *b, uint32_t i)
{
    uint32_t texts = text_bytes(&b->channel, i) + text_bytes(&b->url, i) + text_bytes(&b->extra, i);
    uint32_t at = block_take((uint32_t)sizeof(Bid) + texts), end = at + (uint32_t)sizeof(Bid);
    Bid *row = row_at(at);
    row->auction = b->auction[i];
    row->bidder = b->bidder[i];
    row->price = b->price[i];
    row->time = b->time[i];
    row->channel = copy_view(&b->channel, i, &end);
    row->url = copy_view(&b->url, i, &end);
    row->extra = copy_view(&b->extra, i, &end);
    return at;
}

static inline uint32_t bid_give(const Bid *b, int8_t weight)
{
    uint32_t row = out_row(weight);
    OUT(int64_t, 0)[row] = b->auction;
    OUT(int64_t, 1)[row] = b->bidder;
    OUT(int64_t, 2)[row] = b->price;
    OUT(View, 3)[row] = b->channel;
    OUT(View, 4)[row] = b->url;
    OUT(int64_t, 5)[row] = b->time;
    OUT(View, 6)[row] = b->extra;
    return row;
}

static void deliver_and_free(void)
{
    out_deliver();
    for (uint32_t i = 0; i < n_left; i++) {
        Bid *b = row_at(left[i]);
        if (b->size >= SIZES)
            continue;
        b->next = free_block[b->size];
        free_block[b->size] = left[i];
    }
    n_left = 0;
}

static void blocks_start(void)
{
    memset(free_block, 0, sizeof(free_block));
    n_left = 0;
}

static void begin_kept(void)
{
    out.buffer[3] = out.buffer[4] = out.buffer[6] = memory.buffer;
}

/* ---- q18 ---- */

typedef struct Pair {
    int64_t auction, bidder;
    uint32_t bid, mark; /* its last one; 1 + its place among those that this array has */
    uint64_t unused;    /* a slot lies in one line */
} Pair;
static Table pairs;

static void q18_start(void)
{
    blocks_start();
    table_make(&pairs, 13, sizeof(Pair));
}

static inline size_t pair_home(const Table *t, int64_t auction, int64_t bidder)
{
    return hash_of((int64_t)((uint64_t)auction ^ hash_of(bidder))) >> (64 - t->bits);
}

static inline Pair *pair_find(const Table *t, int64_t auction, int64_t bidder)
{
    size_t mask = ((size_t)1 << t->bits) - 1, i = pair_home(t, auction, bidder);
    Pair *p = (Pair *)(void *)t->slot;
    while (p[i].auction != INT64_MIN && (p[i].auction != auction || p[i].bidder != bidder))
        i = (i + 1) & mask;
    return &p[i];
}

static void pairs_reserve(uint32_t n)
{
    if ((pairs.n + n) * UINT64_C(8) <= (UINT64_C(5) << pairs.bits))
        return;
    Table old = pairs;
    const Pair *from = (const Pair *)(void *)old.slot;
    table_make(&pairs, old.bits + 1, sizeof(Pair));
    pairs.n = old.n;
    for (size_t i = 0; i < (size_t)1 << old.bits; i++)
        if (from[i].auction != INT64_MIN)
            *pair_find(&pairs, from[i].auction, from[i].bidder) = from[i];
}

static void q18_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    static Pair *changed[BATCH];
    static uint32_t last[BATCH];
    uint32_t n = 0;
    pairs_reserve(b->n);
    Table t = pairs;
    const Pair *slot = (const Pair *)(void *)t.slot;
    for (uint32_t i = 0; i < b->n; i++)
        __builtin_prefetch(&slot[pair_home(&t, b->auction[i], b->bidder[i])], 1);
    for (uint32_t i = 0; i < b->n; i++) {
        Pair *p = pair_find(&t, b->auction[i], b->bidder[i]);
        t.n += p->auction == INT64_MIN;
        p->auction = b->auction[i];
        p->bidder = b->bidder[i];
        if (!p->mark) {
            changed[n] = p;
            p->mark = ++n;
            if (p->bid) {
                __builtin_prefetch(row_at(p->bid));
                __builtin_prefetch((char *)row_at(p->bid) + 64);
            }
        }
        last[p->mark - 1] = i;
    }
    pairs = t;
    begin_kept();
    for (uint32_t k = 0; k < n; k++) {
        Pair *p = changed[k];
        if (k + AHEAD < n) {
            announce_text(b->url, last[k + AHEAD]);
            announce_text(b->extra, last[k + AHEAD]);
        }
        if (p->bid) {
            bid_give(row_at(p->bid), -1);
            left[n_left++] = p->bid;
        }
        p->bid = bid_keep(b, last[k]);
        bid_give(row_at(p->bid), 1);
        p->mark = 0;
    }
    deliver_and_free();
}
const Kernel kernel_q18 = {.query = "q18",
                           .reads = OF_AUCTION | OF_BIDDER,
                           .some = OF_PRICE | OF_CHANNEL | OF_URL | OF_EXTRA,
                           .types = "iiittwt",
                           .event_bytes = 320,
                           .start = q18_start,
                           .bids = q18_bids};

/* ---- q19 ---- */

enum { TOP = 10 };
typedef struct Place {
    int64_t price;
    uint32_t bid, of_array; /* 1: a row of the array that has not been kept yet */
} Place;
typedef struct Top {
    Place place[TOP]; /* the highest first, the earliest of equal ones */
    uint32_t n, mark;
} Top;
typedef struct TopSlot {
    int64_t auction, least; /* what a bid has to be above once there are ten */
    uint32_t top;           /* a row */
} TopSlot;
static Table tops;

static void q19_start(void)
{
    blocks_start();
    table_make(&tops, 12, sizeof(TopSlot));
}

static inline void top_put(TopSlot *s, Top *t, int64_t price, uint32_t i)
{
    uint32_t at = t->n < TOP ? t->n++ : TOP - 1;
    for (; at > 0 && t->place[at - 1].price < price; at--)
        t->place[at] = t->place[at - 1];
    t->place[at] = (Place){price, i, 1};
    if (t->n == TOP)
        s->least = t->place[TOP - 1].price;
}

static inline void place_give(uint32_t bid, uint32_t place, int8_t weight)
{
    uint32_t row = bid_give(row_at(bid), weight);
    OUT(int64_t, 7)[row] = place + 1;
}

/* The places that have other bids than before. */
static void top_give(const Bids *b, Top *t, const Top *before)
{
    bool stays[TOP] = {false};
    for (uint32_t k = 0; k < t->n; k++) {
        if (t->place[k].of_array) {
            t->place[k] = (Place){t->place[k].price, bid_keep(b, t->place[k].bid), 0};
            continue;
        }
        for (uint32_t j = 0; j <= k; j++) /* others only push it down */
            stays[j] |= before->place[j].bid == t->place[k].bid;
    }
    for (uint32_t k = 0; k < t->n; k++) {
        uint32_t old = k < before->n ? before->place[k].bid : 0;
        if (old == t->place[k].bid)
            continue;
        if (old)
            place_give(old, k, -1);
        place_give(t->place[k].bid, k, 1);
    }
    for (uint32_t j = 0; j < before->n; j++)
        if (!stays[j])
            left[n_left++] = before->place[j].bid;
}

static void q19_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    static Top *changed[BATCH], before[BATCH];
    uint32_t n = 0;
    table_reserve(&tops, b->n, sizeof(TopSlot));
    Table slots = tops;
    table_announce(&slots, b->auction, b->n, sizeof(TopSlot));
    for (uint32_t i = 0; i < b->n; i++) {
        TopSlot *s = table_find(&slots, b->auction[i], sizeof(*s));
        if (slot_empty(s)) {
            *s = (TopSlot){b->auction[i], INT64_MIN, memory_row(sizeof(Top))};
            slots.n++;
        }
        if (b->price[i] <= s->least)
            continue;
        Top *t = row_at(s->top);
        if (!t->mark) {
            before[n] = *t;
            changed[n++] = t;
            t->mark = 1;
        }
        top_put(s, t, b->price[i], i);
        announce_text(b->url, i);
        announce_text(b->extra, i);
    }
    tops = slots;
    begin_kept();
    for (uint32_t k = 0; k < n; k++) {
        top_give(b, changed[k], &before[k]);
        changed[k]->mark = 0;
    }
    deliver_and_free();
}
const Kernel kernel_q19 = {.query = "q19",
                           .reads = OF_AUCTION | OF_PRICE,
                           .some = OF_BIDDER | OF_CHANNEL | OF_URL | OF_EXTRA,
                           .types = "iiittwti",
                           .event_bytes = 160,
                           .start = q19_start,
                           .bids = q19_bids};
