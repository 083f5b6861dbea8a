/* SPDX-License-Identifier: Apache-2.0
 *
 * Statistics by day: of all bids (q15), by channel (q16), by auction (q17); after each array the rows before and now of what it has
 * changed.  A day has a state of its own; arrays are of one day but for those in which it ends. */
#include "limits.h"

enum { DAYS = 64 };
static int64_t days[DAYS];
static uint32_t n_days;

/* The place of a day among those that there are; *ret_new: it was not there. Beyond DAYS of them the oldest is forgotten. */
static uint32_t day_place(int64_t day, bool *ret_new)
{
    uint32_t d = n_days;
    while (d > 0 && n_days - d < DAYS && days[(d - 1) % DAYS] != day)
        d--;
    *ret_new = d == 0 || n_days - d == DAYS;
    if (!*ret_new)
        return (d - 1) % DAYS;
    days[n_days % DAYS] = day;
    return n_days++ % DAYS;
}

static inline uint32_t rank_of(int64_t price)
{
    return (price >= 10000) + (price >= 1000000);
}

/* ---- q15, q16: numbers of bids, bidders and auctions ---- */

typedef struct Seen { /* a bidder or an auction, of a group */
    int64_t id;
    uint32_t group, ranks; /* bit 3: at all */
} Seen;

typedef struct Stats {
    int64_t bids[4], bidders[4], auctions[4]; /* of each rank, then of all: the order of bits */
} Stats;

static inline size_t seen_home(const Table *t, int64_t id, uint32_t group)
{
    return hash_of((int64_t)((uint64_t)id ^ hash_of(group))) >> (64 - t->bits);
}

static inline Seen *seen_find(const Table *t, int64_t id, uint32_t group)
{
    size_t mask = ((size_t)1 << t->bits) - 1, i = seen_home(t, id, group);
    Seen *s = (Seen *)(void *)t->slot;
    while (s[i].id != INT64_MIN && (s[i].id != id || s[i].group != group))
        i = (i + 1) & mask;
    return &s[i];
}

static void seen_reserve(Table *t, uint32_t n)
{
    if ((t->n + n) * UINT64_C(8) <= (UINT64_C(5) << t->bits))
        return;
    Table old = *t;
    const Seen *from = (const Seen *)(void *)old.slot;
    table_make(t, old.bits + 1, sizeof(Seen));
    t->n = old.n;
    for (size_t i = 0; i < (size_t)1 << old.bits; i++)
        if (from[i].id != INT64_MIN)
            *seen_find(t, from[i].id, from[i].group) = from[i];
}

/* Counts what is new of (id, group): at all and of the rank. */
static inline void seen_count(Table *t, int64_t id, uint32_t group, uint32_t rank, int64_t counts[4])
{
    Seen *s = seen_find(t, id, group);
    t->n += s->id == INT64_MIN;
    s->id = id;
    s->group = group;
    uint32_t is_new = (8u | 1u << rank) & ~s->ranks;
    s->ranks |= is_new;
    counts[rank] += is_new >> rank & 1;
    counts[3] += is_new >> 3;
}

static inline void stats_columns(uint32_t row, uint32_t first, const Stats *s)
{
    const int64_t *const of[] = {s->bids, s->bidders, s->auctions};
    for (uint32_t k = 0; k < 3; k++) {
        OUT(int64_t, first + 4 * k)[row] = of[k][3];
        for (uint32_t r = 0; r < 3; r++)
            OUT(int64_t, first + 4 * k + 1 + r)[row] = of[k][r];
    }
}

static Table bidders_seen, auctions_seen;

static void seen_start(void)
{
    n_days = 0;
    table_make(&bidders_seen, 12, sizeof(Seen));
    table_make(&auctions_seen, 12, sizeof(Seen));
}

/* ---- q15 ---- */

static Stats day_stats[DAYS];

static void q15_row(int64_t day, const Stats *s, int8_t weight)
{
    uint32_t row = out_row(weight);
    OUT(View, 0)[row] = day_text(day);
    stats_columns(row, 1, s);
}

static void q15_run(const Bids *of, uint32_t from, uint32_t end, int64_t day)
{
    const Bids own = *of, *b = &own;
    bool is_new;
    uint32_t at = day_place(day, &is_new), ranks[3] = {0};
    if (is_new)
        memset(&day_stats[at], 0, sizeof(*day_stats));
    Stats before = day_stats[at], s = before;
    for (uint32_t i = from; i < end; i++) {
        ranks[1] += b->price[i] >= 10000;
        ranks[2] += b->price[i] >= 1000000;
    }
    ranks[1] -= ranks[2];
    ranks[0] = end - from - ranks[1] - ranks[2];
    for (uint32_t r = 0; r < 3; r++)
        s.bids[r] += ranks[r];
    s.bids[3] += end - from;
    Table bidders = bidders_seen, auctions = auctions_seen;
    for (uint32_t i = from; i < end; i++) {
        seen_count(&bidders, b->bidder[i], (uint32_t)day, rank_of(b->price[i]), s.bidders);
        seen_count(&auctions, b->auction[i], (uint32_t)day, rank_of(b->price[i]), s.auctions);
    }
    bidders_seen = bidders;
    auctions_seen = auctions;
    day_stats[at] = s;
    if (!is_new)
        q15_row(day, &before, -1);
    q15_row(day, &s, 1);
}

static void q15_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    seen_reserve(&bidders_seen, b->n);
    seen_reserve(&auctions_seen, b->n);
    for (uint32_t from = 0, n; from < b->n; from += n) {
        n = same_unit(b->time, from, b->n, DAY);
        q15_run(b, from, from + n, b->time[from] / DAY);
    }
    out_deliver();
}
const Kernel kernel_q15 = {.query = "q15",
                           .reads = OF_AUCTION | OF_BIDDER | OF_PRICE,
                           .types = "tiiiiiiiiiiii",
                           .event_bytes = 16,
                           .start = seen_start,
                           .bids = q15_bids};

/* ---- q16 ---- */

typedef struct Channel {
    View name; /* kept */
    int64_t day;
    Stats stats;
    uint32_t minute, mark; /* the latest of the day; 1 + its place among those that this array has changed */
} Channel;
typedef struct ChannelSlot { /* a text of up to 12 bytes is its view; of a longer one word[1] is a hash */
    uint64_t word[2];
    int64_t day;
    uint32_t channel; /* 1 + its number; 0 = empty */
} ChannelSlot;
static Channel *channels;
static uint32_t n_channels, channels_cap;
static ChannelSlot *channel_slot;
static uint32_t channel_bits;

static void q16_start(void)
{
    seen_start();
    n_channels = 0;
    channels_cap = 1 << 12;
    channel_bits = 13;
    channels = memory_take(channels_cap * sizeof(*channels));
    channel_slot = memory_take(sizeof(*channel_slot) << channel_bits);
}

static inline size_t channel_home(const ChannelSlot *s)
{
    return hash_of((int64_t)(s->word[0] ^ hash_of((int64_t)s->word[1] + s->day))) >> (64 - channel_bits);
}

static void channels_grow(void)
{
    Channel *more = memory_take(2 * channels_cap * sizeof(*more));
    memcpy(more, channels, n_channels * sizeof(*more));
    channels = more;
    channels_cap *= 2;
    const ChannelSlot *old = channel_slot;
    size_t n = (size_t)1 << channel_bits++, mask = ((size_t)1 << channel_bits) - 1;
    channel_slot = memory_take(sizeof(*channel_slot) << channel_bits);
    for (size_t i = 0; i < n; i++) {
        size_t at = channel_home(&old[i]);
        while (old[i].channel && channel_slot[at].channel)
            at = (at + 1) & mask;
        if (old[i].channel)
            channel_slot[at] = old[i];
    }
}

static uint64_t text_hash(const char *text, uint32_t n)
{
    uint64_t h = n;
    for (uint32_t i = 0; i < n; i++)
        h = hash_of((int64_t)(h ^ (uint8_t)text[i])) ^ h >> 29;
    return h;
}

static inline bool same_text(const View *kept, const View *v, const char *const *buffer)
{
    return v->n <= sizeof(v->inlined) || memcmp(view_text(kept, memory.buffer), view_text(v, buffer), v->n) == 0;
}

static inline ChannelSlot channel_key(Texts names, uint32_t i, int64_t day)
{
    const View *v = &names.view[i];
    ChannelSlot key = {{v->word[0], v->word[1]}, day, 0};
    if (v->n > sizeof(v->inlined))
        key.word[1] = text_hash(view_text(v, names.buffer), v->n);
    return key;
}

static inline uint32_t channel_of(Texts names, uint32_t i, ChannelSlot key)
{
    const View *v = &names.view[i];
    size_t at = channel_home(&key), mask = ((size_t)1 << channel_bits) - 1;
    for (; channel_slot[at].channel; at = (at + 1) & mask) {
        const ChannelSlot *s = &channel_slot[at];
        if (s->word[0] == key.word[0] && s->word[1] == key.word[1] && s->day == key.day &&
            same_text(&channels[s->channel - 1].name, v, names.buffer))
            return s->channel - 1;
    }
    channels[n_channels] = (Channel){.name = keep_text(names, i), .day = key.day};
    key.channel = ++n_channels;
    channel_slot[at] = key;
    return n_channels - 1;
}

static View minute_text(uint32_t minute)
{
    uint32_t h = minute / 60, m = minute % 60;
    const char text[5] = {(char)('0' + h / 10), (char)('0' + h % 10), ':', (char)('0' + m / 10), (char)('0' + m % 10)};
    return view_of(text, 5);
}

static inline void q16_row(const Channel *c, int8_t weight)
{
    uint32_t row = out_row(weight);
    OUT(View, 0)[row] = c->name;
    OUT(View, 1)[row] = day_text(c->day);
    OUT(View, 2)[row] = minute_text(c->minute);
    stats_columns(row, 3, &c->stats);
}

/* The channel of each row, in passes: each asks for what the next one touches. */
static void find_channels(const Bids *given, uint32_t *of)
{
    const Bids own = *given, *b = &own;
    static ChannelSlot key[BATCH];
    int64_t day = 0, first = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        if (i == 0 || b->time[i] < first || b->time[i] >= first + DAY) {
            day = b->time[i] / DAY;
            first = day * DAY;
        }
        key[i] = channel_key(b->channel, i, day);
        __builtin_prefetch(&channel_slot[channel_home(&key[i])]);
    }
    for (uint32_t i = 0; i < b->n; i++) {
        of[i] = channel_of(b->channel, i, key[i]);
        __builtin_prefetch(&channels[of[i]], 1);
        __builtin_prefetch((char *)&channels[of[i]] + 64, 1);
    }
}

/* What a channel was before this array goes to `before`; gives how many there are. */
static uint32_t count_bids(const Bids *given, const uint32_t *of, uint32_t *changed, Channel *before)
{
    const Bids own = *given, *b = &own;
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        Channel *c = &channels[of[i]];
        if (!c->mark) {
            before[n] = *c;
            changed[n] = of[i];
            c->mark = ++n;
        }
        uint32_t minute = (uint32_t)((b->time[i] - c->day * DAY) / (60 * SECOND));
        c->minute = minute > c->minute ? minute : c->minute;
        c->stats.bids[3]++;
        c->stats.bids[rank_of(b->price[i])]++;
    }
    return n;
}

static void count_seen(Table *table, const Bids *given, const int64_t *id, const uint32_t *of, size_t counts)
{
    const Bids own = *given, *b = &own;
    seen_reserve(table, b->n);
    Table own_table = *table, *t = &own_table;
    const Seen *s = (const Seen *)(void *)t->slot;
    for (uint32_t i = 0; i < b->n; i++)
        __builtin_prefetch(&s[seen_home(t, id[i], of[i])], 1);
    for (uint32_t i = 0; i < b->n; i++)
        seen_count(t, id[i], of[i], rank_of(b->price[i]), (int64_t *)(void *)((char *)&channels[of[i]].stats + counts));
    *table = own_table;
}

static void q16_bids(const Bids *b)
{
    static uint32_t of[BATCH], changed[BATCH];
    static Channel before[BATCH];
    if (n_channels + b->n > channels_cap)
        channels_grow();
    find_channels(b, of);
    uint32_t n = count_bids(b, of, changed, before);
    count_seen(&bidders_seen, b, b->bidder, of, offsetof(Stats, bidders));
    count_seen(&auctions_seen, b, b->auction, of, offsetof(Stats, auctions));
    out.buffer[0] = memory.buffer;
    for (uint32_t i = 0; i < n; i++) {
        Channel *c = &channels[changed[i]];
        if (before[i].stats.bids[3])
            q16_row(&before[i], -1);
        q16_row(c, 1);
        c->mark = 0;
    }
    out_deliver();
}
const Kernel kernel_q16 = {.query = "q16",
                           .reads = OF_AUCTION | OF_BIDDER | OF_PRICE | OF_CHANNEL,
                           .types = "tttiiiiiiiiiiii",
                           .event_bytes = 160,
                           .start = q16_start,
                           .bids = q16_bids};

/* ---- q17 ---- */

typedef struct Sales { /* of an auction: a line of the cache */
    int64_t auction, bids[3], least, most, sum;
    uint64_t mark;
} Sales;
static Table sales[DAYS];

static void q17_start(void)
{
    n_days = 0;
    memset(sales, 0, sizeof(sales));
}

static inline void q17_row(const Sales *s, const View *day, int8_t weight)
{
    uint32_t row = out_row(weight);
    int64_t n = s->bids[0] + s->bids[1] + s->bids[2];
    OUT(int64_t, 0)[row] = s->auction;
    OUT(View, 1)[row] = *day;
    OUT(int64_t, 2)[row] = n;
    for (uint32_t r = 0; r < 3; r++)
        OUT(int64_t, 3 + r)[row] = s->bids[r];
    OUT(int64_t, 6)[row] = s->least;
    OUT(int64_t, 7)[row] = s->most;
    OUT(double, 8)[row] = (double)s->sum / (double)n;
    OUT(int64_t, 9)[row] = s->sum;
}

static void q17_run(const Bids *of, uint32_t from, uint32_t end, int64_t day)
{
    const Bids own = *of, *b = &own;
    static Sales *changed[BATCH], before[BATCH];
    bool is_new;
    uint32_t n = 0;
    View text = day_text(day);
    Table *table = &sales[day_place(day, &is_new)];
    if (is_new)
        table_make(table, 12, sizeof(Sales));
    table_reserve(table, end - from, sizeof(Sales));
    Table own_table = *table, *t = &own_table;
    table_announce(t, b->auction + from, end - from, sizeof(Sales));
    for (uint32_t i = from; i < end; i++) {
        Sales *s = table_find(t, b->auction[i], sizeof(*s));
        int64_t price = b->price[i];
        if (slot_empty(s)) {
            *s = (Sales){.auction = b->auction[i], .least = INT64_MAX, .most = INT64_MIN};
            t->n++;
        }
        if (!s->mark) {
            before[n] = *s;
            changed[n++] = s;
            s->mark = 1;
        }
        s->bids[rank_of(price)]++;
        s->least = price < s->least ? price : s->least;
        s->most = price > s->most ? price : s->most;
        s->sum += price;
    }
    *table = own_table;
    for (uint32_t i = 0; i < n; i++) {
        if (before[i].least <= before[i].most)
            q17_row(&before[i], &text, -1);
        changed[i]->mark = 0;
        q17_row(changed[i], &text, 1);
    }
}

static void q17_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    for (uint32_t from = 0, n; from < b->n; from += n) {
        n = same_unit(b->time, from, b->n, DAY);
        q17_run(b, from, from + n, b->time[from] / DAY);
    }
    out_deliver();
}
const Kernel kernel_q17 = {
    .query = "q17", .reads = OF_AUCTION | OF_PRICE, .types = "itiiiiiifi", .event_bytes = 64, .start = q17_start, .bids = q17_bids};
