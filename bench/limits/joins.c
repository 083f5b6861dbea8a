/* SPDX-License-Identifier: Apache-2.0
 *
 * Joins: local item suggestion (q3), new users (q8), expanded bids (q20).  What the text of q3 and q20 wants kept is kept: both
 * sides, for another row of the other one may come at any time. */
#include "limits.h"

/* ---- q3: persons and the auctions of category 10 by the person ---- */

typedef struct Seller {
    int64_t id;
    uint32_t person, auction; /* rows; 0 = none */
} Seller;
typedef struct PersonRow {
    View name, city, state;
} PersonRow;
typedef struct Sale {
    int64_t id;
    uint32_t next;
} Sale;
static Table sellers;

static void q3_start(void)
{
    table_make(&sellers, 12, sizeof(Seller));
}

static inline void q3_emit(const PersonRow *p, int64_t auction)
{
    uint32_t row = out_row(1);
    OUT(View, 0)[row] = p->name;
    OUT(View, 1)[row] = p->city;
    OUT(View, 2)[row] = p->state;
    OUT(int64_t, 3)[row] = auction;
}

static inline Seller *seller_put(int64_t id)
{
    Seller *s = table_find(&sellers, id, sizeof(*s));
    sellers.n += slot_empty(s);
    s->id = id;
    return s;
}

static void begin_kept(uint32_t n_columns) /* texts of results lie in the region */
{
    for (uint32_t c = 0; c < n_columns; c++)
        out.buffer[c] = memory.buffer;
}

static void q3_auctions(const Auctions *of)
{
    const Auctions own = *of, *a = &own;
    begin_kept(3);
    table_reserve(&sellers, a->n, sizeof(Seller));
    for (uint32_t i = 0; i < a->n; i++) {
        if (a->category[i] != 10)
            continue;
        Seller *s = seller_put(a->seller[i]);
        uint32_t at = memory_row(sizeof(Sale));
        *(Sale *)row_at(at) = (Sale){.id = a->id[i], .next = s->auction};
        s->auction = at;
        if (s->person)
            q3_emit(row_at(s->person), a->id[i]);
    }
    out_deliver();
}

static inline bool is_state(const View *v, char a, char b)
{
    return v->n == 2 && v->inlined[0] == a && v->inlined[1] == b;
}

static void q3_persons(const Persons *of)
{
    const Persons own = *of, *p = &own;
    begin_kept(3);
    table_reserve(&sellers, p->n, sizeof(Seller));
    for (uint32_t i = 0; i < p->n; i++) {
        const View *state = &p->state.view[i];
        if (!is_state(state, 'O', 'R') && !is_state(state, 'I', 'D') && !is_state(state, 'C', 'A'))
            continue;
        Seller *s = seller_put(p->id[i]);
        s->person = memory_row(sizeof(PersonRow));
        PersonRow row = {keep_text(p->name, i), keep_text(p->city, i), *state};
        *(PersonRow *)row_at(s->person) = row;
        for (uint32_t at = s->auction; at; at = ((Sale *)row_at(at))->next)
            q3_emit(&row, ((Sale *)row_at(at))->id);
    }
    out_deliver();
}
const Kernel kernel_q3 = {
    .query = "q3", .types = "ttti", .event_bytes = 16, .start = q3_start, .auctions = q3_auctions, .persons = q3_persons};

/* ---- q8: one table per window; the clocks of the two tables are never WINDOWS windows apart ---- */

enum { WINDOWS = 8, NAME_MAX = 64 };
#define WINDOW (10 * SECOND)
typedef struct User {
    int64_t id;
    uint32_t name;  /* the row with its view; 0 = has not registered in this window */
    uint32_t sells; /* has opened an auction in it */
} User;
static struct {
    int64_t number;
    Table users;
} windows[WINDOWS];

static void q8_start(void)
{
    for (uint32_t w = 0; w < WINDOWS; w++) {
        windows[w].number = INT64_MIN;
        table_make(&windows[w].users, 12, sizeof(User));
    }
}

static Table *window_users(int64_t number, uint32_t n)
{
    Table *t = &windows[number % WINDOWS].users;
    if (windows[number % WINDOWS].number != number) {
        windows[number % WINDOWS].number = number;
        t->n = 0;
        for (size_t i = 0; i < (size_t)1 << t->bits; i++)
            *(User *)(void *)table_slot(t, i, sizeof(User)) = (User){.id = INT64_MIN};
    }
    table_reserve(t, n, sizeof(User));
    return t;
}

static inline User *user_put(Table *t, int64_t id)
{
    User *u = table_find(t, id, sizeof(*u));
    t->n += slot_empty(u);
    u->id = id;
    return u;
}

static inline void q8_emit(const User *u, int64_t start)
{
    uint32_t row = out_row(1);
    OUT(int64_t, 0)[row] = u->id;
    OUT(View, 1)[row] = *(View *)row_at(u->name);
    OUT(int64_t, 2)[row] = start;
}

static void q8_persons(const Persons *of)
{
    const Persons own = *of, *p = &own;
    begin_kept(2);
    for (uint32_t from = 0, n; from < p->n; from += n) {
        n = same_unit(p->time, from, p->n, WINDOW);
        int64_t number = p->time[from] / WINDOW;
        Table *t = window_users(number, n);
        for (uint32_t i = from; i < from + n; i++) {
            User *u = user_put(t, p->id[i]);
            View name = keep_text(p->name, i);
            u->name = memory_row(sizeof(View));
            *(View *)row_at(u->name) = name;
            if (u->sells)
                q8_emit(u, number * WINDOW);
        }
    }
    out_deliver();
}

static void q8_auctions(const Auctions *of)
{
    const Auctions own = *of, *a = &own;
    begin_kept(2);
    for (uint32_t from = 0, n; from < a->n; from += n) {
        n = same_unit(a->time, from, a->n, WINDOW);
        int64_t number = a->time[from] / WINDOW;
        Table *t = window_users(number, n);
        for (uint32_t i = from; i < from + n; i++) {
            User *u = user_put(t, a->seller[i]);
            if (u->name && !u->sells)
                q8_emit(u, number * WINDOW);
            u->sells = 1;
        }
    }
    out_deliver();
}
const Kernel kernel_q8 = {
    .query = "q8", .types = "itw", .event_bytes = 8, .start = q8_start, .auctions = q8_auctions, .persons = q8_persons};

/* ---- q20 ---- */

typedef struct Item {
    int64_t auction;
    uint32_t bid, row; /* the newest bid of a chain; the auction; 0 = none */
} Item;
typedef struct BidRow {
    int64_t bidder, price, time;
    View channel, url, extra;
    uint32_t next;
} BidRow;
typedef struct AuctionRow {
    int64_t initial_bid, reserve, time, expires, seller, category;
    View item_name, description, extra;
} AuctionRow;
static Table items;

static void q20_start(void)
{
    table_make(&items, 12, sizeof(Item));
}

static inline void emit_auction(uint32_t row, const AuctionRow *a)
{
    OUT(View, 7)[row] = a->item_name;
    OUT(View, 8)[row] = a->description;
    OUT(int64_t, 9)[row] = a->initial_bid;
    OUT(int64_t, 10)[row] = a->reserve;
    OUT(int64_t, 11)[row] = a->time;
    OUT(int64_t, 12)[row] = a->expires;
    OUT(int64_t, 13)[row] = a->seller;
    OUT(int64_t, 14)[row] = a->category;
    OUT(View, 15)[row] = a->extra;
}

static inline void emit_bid(uint32_t row, int64_t auction, const BidRow *b)
{
    OUT(int64_t, 0)[row] = auction;
    OUT(int64_t, 1)[row] = b->bidder;
    OUT(int64_t, 2)[row] = b->price;
    OUT(View, 3)[row] = b->channel;
    OUT(View, 4)[row] = b->url;
    OUT(int64_t, 5)[row] = b->time;
    OUT(View, 6)[row] = b->extra;
}

static inline Item *item_put(int64_t auction)
{
    Item *s = table_find(&items, auction, sizeof(*s));
    items.n += slot_empty(s);
    s->auction = auction;
    return s;
}

static void q20_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    begin_kept(16);
    table_reserve(&items, b->n, sizeof(Item));
    table_announce(&items, b->auction, b->n, sizeof(Item));
    for (uint32_t i = 0; i < b->n; i++) {
        if (i + AHEAD < b->n) {
            announce_text(b->url, i + AHEAD);
            announce_text(b->extra, i + AHEAD);
        }
        Item *s = item_put(b->auction[i]);
        uint32_t at = memory_row(sizeof(BidRow));
        BidRow *row = row_at(at);
        *row = (BidRow){.bidder = b->bidder[i], .price = b->price[i], .time = b->time[i], .next = s->bid};
        row->channel = keep_text(b->channel, i);
        row->url = keep_text(b->url, i);
        row->extra = keep_text(b->extra, i);
        s->bid = at;
        if (s->row) {
            uint32_t to = out_row(1);
            emit_bid(to, s->auction, row);
            emit_auction(to, row_at(s->row));
        }
    }
    out_deliver();
}

static void q20_auctions(const Auctions *of)
{
    const Auctions own = *of, *a = &own;
    begin_kept(16);
    table_reserve(&items, a->n, sizeof(Item));
    for (uint32_t i = 0; i < a->n; i++) {
        if (a->category[i] != 10)
            continue;
        Item *s = item_put(a->id[i]);
        s->row = memory_row(sizeof(AuctionRow));
        AuctionRow *row = row_at(s->row);
        *row = (AuctionRow){a->initial_bid[i],
                            a->reserve[i],
                            a->time[i],
                            a->expires[i],
                            a->seller[i],
                            a->category[i],
                            keep_text(a->item_name, i),
                            keep_text(a->description, i),
                            keep_text(a->extra, i)};
        for (uint32_t at = s->bid; at; at = ((BidRow *)row_at(at))->next) {
            uint32_t to = out_row(1);
            emit_bid(to, s->auction, row_at(at));
            emit_auction(to, row);
        }
    }
    out_deliver();
}
const Kernel kernel_q20 = {.query = "q20",
                           .reads = OF_ALL,
                           .types = "iiittwtttiiwwiit",
                           .event_bytes = 320,
                           .start = q20_start,
                           .bids = q20_bids,
                           .auctions = q20_auctions};
