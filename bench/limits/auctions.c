/* SPDX-License-Identifier: Apache-2.0
 *
 * Auctions and the bids of the time in which they are open: average price by category (q4), by seller (q6), winning bids (q9).
 *
 * The table has the auctions that bids may still be for: with each array of new ones those whose end the bids have passed are left
 * out.  A bid for an auction that is not there waits until the auctions have passed its time; of most bids they have already. */
#include "limits.h"

typedef struct Open { /* an auction */
    int64_t id, start, expires;
    int64_t price, time; /* of the highest bid so far; INT64_MIN = no bid */
    uint32_t at, mark;   /* what the query keeps of it; 1 + its place among the touched ones */
} Open;

typedef struct Touched { /* an auction whose highest bid has changed */
    Open *open;
    int64_t price, time; /* of the highest bid before */
    int64_t bidder;      /* of the new one, as what follows */
    View extra;
    const char *const *buffer;
} Touched;

typedef struct Waiting {
    int64_t auction, bidder, price, time;
    View extra;
} Waiting;

static Table open_now, open_before; /* the second takes over at the next change */
static int64_t bid_clock, auction_clock;
static Touched touched[2 * BATCH];
static uint32_t n_touched;
static Waiting *waiting;
static uint32_t n_waiting, waiting_cap;

static void auctions_start(void)
{
    table_make(&open_now, 13, sizeof(Open));
    table_make(&open_before, 13, sizeof(Open));
    bid_clock = auction_clock = INT64_MIN;
    waiting_cap = 8 * BATCH;
    waiting = memory_take(waiting_cap * sizeof(*waiting));
    n_waiting = n_touched = 0;
}

/* Leaves out what has ended and makes room for n more. */
static void drop_ended(uint32_t n)
{
    Table old = open_now;
    open_now = open_before;
    if (open_now.bits < old.bits)
        table_make(&open_now, old.bits, sizeof(Open));
    open_now.n = 0;
    for (size_t i = 0; i < (size_t)1 << open_now.bits; i++)
        *table_slot(&open_now, i, sizeof(Open)) = INT64_MIN;
    for (size_t i = 0; i < (size_t)1 << old.bits; i++) {
        const Open *o = (Open *)(void *)table_slot(&old, i, sizeof(Open));
        if (o->id == INT64_MIN || o->expires < bid_clock)
            continue;
        *(Open *)table_find(&open_now, o->id, sizeof(Open)) = *o;
        open_now.n++;
    }
    open_before = old;
    table_reserve(&open_now, n, sizeof(Open));
}

static inline void open_add(const Auctions *a, uint32_t i, uint32_t at)
{
    Open *o = table_find(&open_now, a->id[i], sizeof(Open));
    *o = (Open){.id = a->id[i], .start = a->time[i], .expires = a->expires[i], .price = INT64_MIN, .at = at};
    open_now.n++;
    auction_clock = a->time[i] > auction_clock ? a->time[i] : auction_clock;
}

/* The first of the highest bids wins, and those of one auction come in the order of time. */
INLINE void offer(Open *o, const Waiting *b, const char *const *buffer)
{
    if (b->price <= o->price || b->time < o->start || b->time > o->expires)
        return;
    if (!o->mark) {
        o->mark = ++n_touched;
        touched[o->mark - 1] = (Touched){.open = o, .price = o->price, .time = o->time};
    }
    Touched *t = &touched[o->mark - 1];
    o->price = b->price;
    o->time = b->time;
    t->bidder = b->bidder;
    t->extra = b->extra;
    t->buffer = buffer;
}

static void wait_for_auction(const Bids *b, uint32_t i)
{
    if (b->time[i] <= auction_clock)
        return;
    if (n_waiting == waiting_cap) {
        Waiting *more = memory_take(2 * waiting_cap * sizeof(*more));
        memcpy(more, waiting, n_waiting * sizeof(*more));
        waiting = more;
        waiting_cap *= 2;
    }
    waiting[n_waiting++] = (Waiting){b->auction[i], b->bidder[i], b->price[i], b->time[i], keep_text(b->extra, i)};
}

static void offer_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    const Table t = open_now;
    for (uint32_t i = 0; i < b->n; i++) {
        Open *o = table_find(&t, b->auction[i], sizeof(Open));
        const Waiting bid = {b->auction[i], b->bidder[i], b->price[i], b->time[i], b->extra.view[i]};
        if (slot_empty(o))
            wait_for_auction(b, i);
        else
            offer(o, &bid, b->extra.buffer);
    }
    if (b->n)
        bid_clock = b->time[b->n - 1];
}

static void offer_waiting(void)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n_waiting && n_touched < 2 * BATCH; i++) {
        const Waiting *w = &waiting[i];
        Open *o = table_find(&open_now, w->auction, sizeof(Open));
        if (!slot_empty(o))
            offer(o, w, memory.buffer);
        else if (w->time > auction_clock)
            waiting[kept++] = *w;
    }
    n_waiting = kept;
}

/* ---- q4 ---- */

enum { CATEGORIES = 256 };
typedef struct Category {
    int64_t id, sum, count;
} Category;
static Category categories[CATEGORIES];
static uint32_t n_categories;

static void q4_start(void)
{
    auctions_start();
    n_categories = 0;
}

static uint32_t category_of(int64_t id)
{
    uint32_t c = 0;
    while (c < n_categories && categories[c].id != id)
        c++;
    if (c == n_categories && n_categories < CATEGORIES)
        categories[n_categories++] = (Category){.id = id};
    return c;
}

static inline void q4_row(const Category *c, int8_t weight)
{
    uint32_t row = out_row(weight);
    OUT(int64_t, 0)[row] = c->id;
    OUT(double, 1)[row] = (double)c->sum / (double)c->count;
}

static void q4_give(void)
{
    Category before[CATEGORIES];
    memcpy(before, categories, n_categories * sizeof(*before));
    for (uint32_t i = 0; i < n_touched; i++) {
        Open *o = touched[i].open;
        Category *c = &categories[o->at];
        bool is_first = touched[i].price == INT64_MIN;
        c->sum += o->price - (is_first ? 0 : touched[i].price);
        c->count += is_first;
        o->mark = 0;
    }
    n_touched = 0;
    for (uint32_t i = 0; i < n_categories; i++) {
        if (before[i].sum == categories[i].sum && before[i].count == categories[i].count)
            continue;
        if (before[i].count)
            q4_row(&before[i], -1);
        q4_row(&categories[i], 1);
    }
    out_deliver();
}

static void q4_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    offer_bids(b);
    q4_give();
}

static void q4_auctions(const Auctions *of)
{
    const Auctions own = *of, *a = &own;
    drop_ended(a->n);
    for (uint32_t i = 0; i < a->n; i++)
        open_add(a, i, category_of(a->category[i]));
    offer_waiting();
    q4_give();
}
const Kernel kernel_q4 = {.query = "q4",
                          .reads = OF_AUCTION | OF_PRICE,
                          .some = OF_BIDDER | OF_EXTRA,
                          .types = "if",
                          .event_bytes = 8,
                          .start = q4_start,
                          .bids = q4_bids,
                          .auctions = q4_auctions};

/* ---- q6: of each seller the winning bids in the order of (time, id) with the mean that was given for each ---- */

enum { BACK = 10 }; /* rows before the one that a mean is of */
typedef struct Sold {
    int64_t time, id, price;
    double mean; /* as given; NAN-free: what was not given has is_given = 0 */
    int64_t is_given;
} Sold;
typedef struct Seller {
    int64_t id;
    Sold *sold;
    uint32_t n, cap;
    uint32_t from, end; /* of the means to be made anew */
} Seller;
typedef struct SellerSlot {
    int64_t id;
    uint32_t row;
} SellerSlot;
static Table sellers;

static void q6_start(void)
{
    auctions_start();
    table_make(&sellers, 12, sizeof(SellerSlot));
}

static uint32_t seller_of(int64_t id)
{
    SellerSlot *s = table_find(&sellers, id, sizeof(*s));
    if (slot_empty(s)) {
        sellers.n++;
        *s = (SellerSlot){id, memory_row(sizeof(Seller))};
        *(Seller *)row_at(s->row) = (Seller){.id = id};
    }
    return s->row;
}

/* The place of (time, id), or where it belongs. */
static uint32_t sold_place(const Seller *s, int64_t time, int64_t id)
{
    uint32_t from = 0, end = s->n;
    while (from < end) {
        uint32_t mid = (from + end) / 2;
        const Sold *m = &s->sold[mid];
        if (m->time < time || (m->time == time && m->id < id))
            from = mid + 1;
        else
            end = mid;
    }
    return from;
}

static void seller_grow(Seller *s)
{
    uint32_t cap = s->cap ? 2 * s->cap : 4;
    Sold *more = row_at(memory_row(cap * sizeof(*more)));
    if (s->n)
        memcpy(more, s->sold, s->n * sizeof(*more));
    s->sold = more;
    s->cap = cap;
}

/* Takes an auction from its place before, puts it where its new winning bid belongs. */
static void seller_move(Seller *s, const Touched *t)
{
    Sold row = {.id = t->open->id};
    uint32_t low = s->n, high = 0;
    if (t->price != INT64_MIN) {
        low = high = sold_place(s, t->time, row.id);
        row = s->sold[low];
        s->n--;
        memmove(&s->sold[low], &s->sold[low + 1], (s->n - low) * sizeof(row));
    } else if (s->n == s->cap) {
        seller_grow(s);
    }
    row.time = t->open->time;
    row.price = t->open->price;
    uint32_t to = sold_place(s, row.time, row.id);
    memmove(&s->sold[to + 1], &s->sold[to], (s->n - to) * sizeof(row));
    s->sold[to] = row;
    s->n++;
    low = to < low ? to : low;
    high = (to > high ? to : high) + BACK + 1;
    s->from = low < s->from ? low : s->from;
    s->end = high > s->end ? high : s->end;
}

static inline void q6_row(const Seller *s, const Sold *row, int8_t weight)
{
    uint32_t at = out_row(weight);
    OUT(int64_t, 0)[at] = row->id;
    OUT(int64_t, 1)[at] = s->id;
    OUT(double, 2)[at] = row->mean;
}

static void seller_give(Seller *s)
{
    uint32_t end = s->end < s->n ? s->end : s->n, first = s->from > BACK ? s->from - BACK : 0;
    int64_t sum = 0;
    for (uint32_t i = first; i < s->from; i++)
        sum += s->sold[i].price;
    for (uint32_t i = s->from; i < end; i++) {
        Sold *row = &s->sold[i];
        if (i > BACK && i > s->from)
            sum -= s->sold[i - BACK - 1].price;
        sum += row->price;
        double mean = (double)sum / (double)(i < BACK ? i + 1 : BACK + 1);
        if (row->is_given && row->mean == mean)
            continue;
        if (row->is_given)
            q6_row(s, row, -1);
        row->mean = mean;
        row->is_given = 1;
        q6_row(s, row, 1);
    }
    s->end = 0;
}

static void q6_give(void)
{
    static uint32_t changed[2 * BATCH];
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_touched; i++) {
        Seller *s = row_at(touched[i].open->at);
        if (s->end == 0) {
            s->from = UINT32_MAX;
            changed[n++] = touched[i].open->at;
        }
        seller_move(s, &touched[i]);
        touched[i].open->mark = 0;
    }
    n_touched = 0;
    for (uint32_t i = 0; i < n; i++)
        seller_give(row_at(changed[i]));
    out_deliver();
}

static void q6_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    offer_bids(b);
    q6_give();
}

static void q6_auctions(const Auctions *of)
{
    const Auctions own = *of, *a = &own;
    drop_ended(a->n);
    table_reserve(&sellers, a->n, sizeof(SellerSlot));
    for (uint32_t i = 0; i < a->n; i++)
        open_add(a, i, seller_of(a->seller[i]));
    offer_waiting();
    q6_give();
}
const Kernel kernel_q6 = {.query = "q6",
                          .reads = OF_AUCTION | OF_PRICE,
                          .some = OF_BIDDER | OF_EXTRA,
                          .types = "iif",
                          .event_bytes = 32,
                          .start = q6_start,
                          .bids = q6_bids,
                          .auctions = q6_auctions};

/* ---- q9 ---- */

typedef struct Won {
    int64_t id, initial_bid, reserve, opened, expires, seller, category, bidder, price, time;
    View item_name, description, extra, bid_extra;
} Won;

static inline void q9_row(const Won *w, int8_t weight)
{
    uint32_t at = out_row(weight);
    OUT(int64_t, 0)[at] = w->id;
    OUT(View, 1)[at] = w->item_name;
    OUT(View, 2)[at] = w->description;
    OUT(int64_t, 3)[at] = w->initial_bid;
    OUT(int64_t, 4)[at] = w->reserve;
    OUT(int64_t, 5)[at] = w->opened;
    OUT(int64_t, 6)[at] = w->expires;
    OUT(int64_t, 7)[at] = w->seller;
    OUT(int64_t, 8)[at] = w->category;
    OUT(View, 9)[at] = w->extra;
    OUT(int64_t, 10)[at] = w->id;
    OUT(int64_t, 11)[at] = w->bidder;
    OUT(int64_t, 12)[at] = w->price;
    OUT(int64_t, 13)[at] = w->time;
    OUT(View, 14)[at] = w->bid_extra;
}

static void q9_give(void)
{
    for (uint32_t c = 0; c < 15; c++)
        out.buffer[c] = memory.buffer;
    for (uint32_t i = 0; i < n_touched; i++) {
        const Touched *t = &touched[i];
        if (i + AHEAD < n_touched) {
            const Touched *next = &touched[i + AHEAD];
            announce_text((Texts){&next->extra, next->buffer}, 0);
            __builtin_prefetch(row_at(next->open->at));
            __builtin_prefetch((char *)row_at(next->open->at) + 64);
            __builtin_prefetch((char *)row_at(next->open->at) + 128);
        }
        Won *w = row_at(t->open->at);
        if (t->price != INT64_MIN)
            q9_row(w, -1);
        w->bidder = t->bidder;
        w->price = t->open->price;
        w->time = t->open->time;
        w->bid_extra = t->buffer == memory.buffer ? t->extra : keep_view(t->extra, t->buffer);
        q9_row(w, 1);
        t->open->mark = 0;
    }
    n_touched = 0;
    out_deliver();
}

static void q9_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    offer_bids(b);
    q9_give();
}

static void q9_auctions(const Auctions *of)
{
    const Auctions own = *of, *a = &own;
    drop_ended(a->n);
    for (uint32_t i = 0; i < a->n; i++) {
        uint32_t at = memory_row(sizeof(Won));
        *(Won *)row_at(at) = (Won){.id = a->id[i],
                                   .initial_bid = a->initial_bid[i],
                                   .reserve = a->reserve[i],
                                   .opened = a->time[i],
                                   .expires = a->expires[i],
                                   .seller = a->seller[i],
                                   .category = a->category[i],
                                   .item_name = keep_text(a->item_name, i),
                                   .description = keep_text(a->description, i),
                                   .extra = keep_text(a->extra, i)};
        open_add(a, i, at);
    }
    offer_waiting();
    q9_give();
}
const Kernel kernel_q9 = {.query = "q9",
                          .reads = OF_AUCTION | OF_PRICE,
                          .some = OF_BIDDER | OF_EXTRA,
                          .types = "ittiiwwiitiiiwt",
                          .event_bytes = 96,
                          .start = auctions_start,
                          .bids = q9_bids,
                          .auctions = q9_auctions};
