/* SPDX-License-Identifier: Apache-2.0
 *
 * Persons, auctions and bids from their numbers.  Each event draws from random numbers of its own, which begin at (seed, number),
 * so that the three tables can be made apart from each other and from any position.  docs/nexmark.md states the rules. */
#include "connect/nexmark/nexmark_impl.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"

#define FIRST_ID 1000
#define FIRST_CATEGORY 10
#define N_CATEGORIES 5
#define N_CHANNELS 10000 /* beside the hot ones */
#define IDS_AHEAD 10     /* a reference may be to one that comes soon */
#define HOT_BLOCK 100    /* the hot one changes after so many of its kind */

typedef struct Draw {
    uint64_t state;
} Draw;

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static Draw draw_at(const NexmarkRules *r, uint64_t n)
{
    return (Draw){mix((uint64_t)r->seed * UINT64_C(0xd1342543de82ef95) + mix(n))};
}

static uint64_t draw(Draw *d)
{
    return mix(d->state += UINT64_C(0x9e3779b97f4a7c15));
}

/* 0 .. n - 1 */
static uint64_t below(Draw *d, int64_t n)
{
    return (uint64_t)(((u128)draw(d) * (uint64_t)n) >> 64);
}

/* 100 to 100 million, each order of magnitude equally likely. */
static int64_t price(Draw *d)
{
    double u = (double)(draw(d) >> 11) * 0x1p-53;
    return llround(pow(10.0, u * 6) * 100);
}

static int64_t time_us(const NexmarkRules *r, uint64_t n)
{
    return r->start_us + (int64_t)((double)n * 1e6 / r->event_rate);
}

static void put(NexmarkText *t, const char *p, size_t n)
{
    n = n < NEXMARK_TEXT_MAX - t->n ? n : NEXMARK_TEXT_MAX - t->n;
    memcpy(t->p + t->n, p, n);
    t->n += (uint32_t)n;
}

static void put_text(NexmarkText *t, const char *text)
{
    put(t, text, strlen(text));
}

static void put_number(NexmarkText *t, const char *before, int digits, int64_t number)
{
    char text[48];
    put(t, text, (size_t)snprintf(text, sizeof(text), "%s%0*lld", before, digits, (long long)number));
}

/* 3 to max - 1 letters, one in thirteen the special one; blanks at the ends are left out. */
static void put_word(NexmarkText *t, Draw *d, int64_t max, char special)
{
    char word[128];
    size_t n = 3 + below(d, max - 3), from = 0;
    for (size_t i = 0; i < n; i++)
        word[i] = (char)(below(d, 13) == 0 ? special : 'a' + (int)below(d, 26));
    while (special == ' ' && from < n && word[from] == ' ')
        from++;
    while (special == ' ' && n > from && word[n - 1] == ' ')
        n--;
    put(t, word + from, n - from);
}

/* What pads an event to about `want` bytes, when it has `have` without. */
static void put_extra(NexmarkText *t, Draw *d, int64_t have, int64_t want)
{
    if (have > want)
        return;
    want -= have;
    int64_t delta = llround((double)want * 0.2);
    int64_t n = want - delta + (delta ? (int64_t)below(d, 2 * delta) : 0);
    n = n < NEXMARK_TEXT_MAX ? n : NEXMARK_TEXT_MAX;
    for (uint64_t word = 0; t->n < n; t->n++, word >>= 8) { /* eight letters from one number */
        word = t->n % 8 ? word : draw(d);
        t->p[t->n] = (char)('a' + (int)((word & 0xff) * 26 >> 8));
    }
}

/* The numbers, from 0, of the newest person and auction when event n comes; -1 = there is none. */
static int64_t last_person(uint64_t n)
{
    return (int64_t)(n / NEXMARK_EVENTS);
}

static int64_t last_auction(uint64_t n)
{
    int64_t block = (int64_t)(n / NEXMARK_EVENTS), at = (int64_t)(n % NEXMARK_EVENTS);
    return block * NEXMARK_AUCTIONS + (at == 0 ? -1 : at <= NEXMARK_AUCTIONS ? at - 1 : NEXMARK_AUCTIONS - 1);
}

static int64_t hot(int64_t last)
{
    return last / HOT_BLOCK * HOT_BLOCK;
}

static bool is_hot(Draw *d, int64_t ratio)
{
    return below(d, ratio) > 0;
}

static int64_t some_person(const NexmarkRules *r, Draw *d, uint64_t n)
{
    int64_t people = last_person(n) + 1, active = people < r->active_people ? people : r->active_people;
    return people - active + (int64_t)below(d, active + IDS_AHEAD);
}

static int64_t some_auction(const NexmarkRules *r, Draw *d, uint64_t n)
{
    int64_t last = last_auction(n), first = last > r->in_flight_auctions ? last - r->in_flight_auctions : 0;
    return first + (int64_t)below(d, last - first + 1 + IDS_AHEAD);
}

static const char *const first_name[] = {"Peter", "Paul",  "Luke",  "John",   "Saul",  "Vicky",
                                         "Kate",  "Julie", "Sarah", "Deiter", "Walter"};
static const char *const last_name[] = {"Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"};
static const char *const city[] = {"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland",
                                   "Bend",    "Redmond",     "Seattle",       "Kent",  "Cheyenne"};
static const char *const state[] = {"AZ", "CA", "ID", "OR", "WA", "WY"};
static const char *const hot_channel[] = {"Google", "Facebook", "Baidu", "Apple"};
#define N_HOT_CHANNELS ((int64_t)(sizeof(hot_channel) / sizeof(hot_channel[0])))
#define ONE_OF(d, list) (list)[below(d, sizeof(list) / sizeof((list)[0]))]

void nexmark_person(const NexmarkRules *r, uint64_t n, NexmarkPerson *ret)
{
    Draw d = draw_at(r, n);
    NexmarkPerson *p = ret;
    p->id = FIRST_ID + last_person(n);
    p->date_time_us = time_us(r, n);
    p->name.n = p->email_address.n = p->credit_card.n = p->city.n = p->state.n = p->extra.n = 0;
    put_text(&p->name, ONE_OF(&d, first_name));
    put_text(&p->name, " ");
    put_text(&p->name, ONE_OF(&d, last_name));
    put_word(&p->email_address, &d, 7, ' ');
    put_text(&p->email_address, "@");
    put_word(&p->email_address, &d, 5, ' ');
    put_text(&p->email_address, ".com");
    for (int i = 0; i < 4; i++)
        put_number(&p->credit_card, i ? " " : "", 4, (int64_t)below(&d, 10000));
    put_text(&p->city, ONE_OF(&d, city));
    put_text(&p->state, ONE_OF(&d, state));
    int64_t have = 8 + p->name.n + p->email_address.n + p->credit_card.n + p->city.n + p->state.n;
    put_extra(&p->extra, &d, have, r->person_bytes);
}

void nexmark_auction(const NexmarkRules *r, uint64_t n, NexmarkAuction *ret)
{
    Draw d = draw_at(r, n);
    NexmarkAuction *a = ret;
    a->id = FIRST_ID + last_auction(n);
    a->date_time_us = time_us(r, n);
    a->item_name.n = a->description.n = a->extra.n = 0;
    a->seller = FIRST_ID + (is_hot(&d, r->hot_seller) ? hot(last_person(n)) : some_person(r, &d, n));
    a->category = FIRST_CATEGORY + (int64_t)below(&d, N_CATEGORIES);
    a->initial_bid = price(&d);
    a->reserve = a->initial_bid + price(&d);
    /* As long, on the average, as it takes to create the auctions that are open at a time. */
    int64_t horizon = time_us(r, n + (uint64_t)(r->in_flight_auctions * NEXMARK_EVENTS / NEXMARK_AUCTIONS)) - a->date_time_us;
    a->expires_us = a->date_time_us + 1000 + (int64_t)below(&d, horizon > 0 ? 2 * horizon : 1) / 1000 * 1000;
    put_word(&a->item_name, &d, 20, ' ');
    put_word(&a->description, &d, 100, ' ');
    put_extra(&a->extra, &d, 8 * 6 + a->item_name.n + a->description.n, r->auction_bytes);
}

static uint32_t reversed(uint32_t x)
{
    uint32_t r = 0;
    for (int i = 0; i < 32; i++)
        r |= (x >> i & 1) << (31 - i);
    return r;
}

/* A channel always has the same page: its words are drawn from the channel's number. */
static void put_url(const NexmarkRules *r, NexmarkText *t, int64_t channel)
{
    Draw d = draw_at(r, UINT64_MAX - (uint64_t)channel);
    put_text(t, "https://www.nexmark.com/");
    for (int i = 0; i < 3; i++) {
        put_word(t, &d, 5, '_');
        put_text(t, "/");
    }
    put_text(t, "item.htm?query=1");
    if (channel >= N_HOT_CHANNELS && below(&d, 10) > 0) {
        int32_t id = (int32_t)reversed((uint32_t)(channel - N_HOT_CHANNELS));
        put_number(t, "&channel_id=", 1, id < 0 ? -(int64_t)id : id);
    }
}

void nexmark_bid(const NexmarkRules *r, uint64_t n, NexmarkBid *ret)
{
    Draw d = draw_at(r, n);
    NexmarkBid *b = ret;
    b->date_time_us = time_us(r, n);
    b->channel.n = b->url.n = b->extra.n = 0;
    b->auction = FIRST_ID + (is_hot(&d, r->hot_auction) ? hot(last_auction(n)) : some_auction(r, &d, n));
    b->bidder = FIRST_ID + (is_hot(&d, r->hot_bidder) ? hot(last_person(n)) + 1 : some_person(r, &d, n));
    b->price = price(&d);
    int64_t channel = is_hot(&d, 2) ? (int64_t)below(&d, N_HOT_CHANNELS) : N_HOT_CHANNELS + (int64_t)below(&d, N_CHANNELS);
    if (channel < N_HOT_CHANNELS)
        put_text(&b->channel, hot_channel[channel]);
    else
        put_number(&b->channel, "channel-", 1, channel - N_HOT_CHANNELS);
    put_url(r, &b->url, channel);
    put_extra(&b->extra, &d, 32, r->bid_bytes);
}
