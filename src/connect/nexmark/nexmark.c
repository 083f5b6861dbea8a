/* SPDX-License-Identifier: Apache-2.0
 *
 * Source `nexmark`: the persons, auctions or bids of the Nexmark benchmark.  Row i of a table is the i-th event of its kind and a
 * pure function of the seed and i, so going back to a position repeats exactly what was there, and three sources with the same
 * options are three parts of one series of events.  The rate only decides when an event may be taken. */
#include <stdio.h>
#include <string.h>

#include "connect/connect_impl.h"
#include "connect/nexmark/nexmark_impl.h"

typedef enum Table { TABLE_PERSON, TABLE_AUCTION, TABLE_BID } Table;

typedef struct NexmarkConfig {
    int32_t table;
    int64_t events, batch_rows;
    double events_per_second;
    const char *start;
    NexmarkRules rules;
} NexmarkConfig;

typedef struct Column {
    const char *name;
    TypeId type;
    size_t at; /* of an int64_t or a NexmarkText in the event */
} Column;

typedef union Event {
    NexmarkPerson person;
    NexmarkAuction auction;
    NexmarkBid bid;
} Event;

#define COLUMN(kind, type, member, name)                                                                                           \
    {                                                                                                                              \
        name, type, offsetof(Nexmark##kind, member)                                                                                \
    }
static const Column person_columns[] = {
    COLUMN(Person, T_I64, id, "id"),
    COLUMN(Person, T_TEXT, name, "name"),
    COLUMN(Person, T_TEXT, email_address, "email_address"),
    COLUMN(Person, T_TEXT, credit_card, "credit_card"),
    COLUMN(Person, T_TEXT, city, "city"),
    COLUMN(Person, T_TEXT, state, "state"),
    COLUMN(Person, T_TS, date_time_us, "date_time"),
    COLUMN(Person, T_TEXT, extra, "extra"),
};
static const Column auction_columns[] = {
    COLUMN(Auction, T_I64, id, "id"),
    COLUMN(Auction, T_TEXT, item_name, "item_name"),
    COLUMN(Auction, T_TEXT, description, "description"),
    COLUMN(Auction, T_I64, initial_bid, "initial_bid"),
    COLUMN(Auction, T_I64, reserve, "reserve"),
    COLUMN(Auction, T_TS, date_time_us, "date_time"),
    COLUMN(Auction, T_TS, expires_us, "expires"),
    COLUMN(Auction, T_I64, seller, "seller"),
    COLUMN(Auction, T_I64, category, "category"),
    COLUMN(Auction, T_TEXT, extra, "extra"),
};
static const Column bid_columns[] = {
    COLUMN(Bid, T_I64, auction, "auction"),  COLUMN(Bid, T_I64, bidder, "bidder"), COLUMN(Bid, T_I64, price, "price"),
    COLUMN(Bid, T_TEXT, channel, "channel"), COLUMN(Bid, T_TEXT, url, "url"),      COLUMN(Bid, T_TS, date_time_us, "date_time"),
    COLUMN(Bid, T_TEXT, extra, "extra"),
};
static const struct {
    const char *name;
    const Column *column;
    uint32_t n_columns;
    uint32_t first, rows; /* where its events stand in a block of NEXMARK_EVENTS, and how many */
} tables[] = {
    [TABLE_PERSON] = {"person", person_columns, ARRAY_LEN(person_columns), 0, NEXMARK_PERSONS},
    [TABLE_AUCTION] = {"auction", auction_columns, ARRAY_LEN(auction_columns), NEXMARK_PERSONS, NEXMARK_AUCTIONS},
    [TABLE_BID] = {"bid", bid_columns, ARRAY_LEN(bid_columns), NEXMARK_PERSONS + NEXMARK_AUCTIONS, NEXMARK_BIDS},
};

typedef struct Nexmark {
    Source base;
    const Column **column; /* of each column of the schema */
    Builder out;
    uint32_t out_cap;
    uint64_t row, rows; /* next; how many there are, UINT64_MAX = without end */
    uint64_t event0;    /* where the clock was set */
    int64_t t0_ns, wake_ns;
} Nexmark;

static Table table_of(const Nexmark *x)
{
    return (Table)((const NexmarkConfig *)x->base.config)->table;
}

/* The number of the event that is row i. */
static uint64_t event_of(Table t, uint64_t row)
{
    return row / tables[t].rows * NEXMARK_EVENTS + tables[t].first + row % tables[t].rows;
}

/* How many of the first `events` events are rows of the table. */
static uint64_t rows_among(Table t, uint64_t events)
{
    uint64_t rest = events % NEXMARK_EVENTS, first = tables[t].first;
    return events / NEXMARK_EVENTS * tables[t].rows + (rest <= first ? 0 : MIN(rest - first, (uint64_t)tables[t].rows));
}

/* Rows that the rate allows now; sets wake_ns when there are none. */
static uint64_t rows_allowed(Nexmark *x)
{
    const NexmarkConfig *c = x->base.config;
    x->wake_ns = INT64_MAX;
    if (c->events_per_second <= 0 || x->base.unpaced)
        return UINT64_MAX;
    double due = (double)(env_mono_ns(x->base.env) - x->t0_ns) * c->events_per_second / 1e9;
    uint64_t rows = rows_among(table_of(x), x->event0 + (uint64_t)due);
    if (rows > x->row)
        return rows - x->row;
    uint64_t next = event_of(table_of(x), x->row) + 1 - x->event0;
    x->wake_ns = x->t0_ns + (int64_t)((double)next / c->events_per_second * 1e9) + 1;
    return 0;
}

static void make_event(const Nexmark *x, uint64_t row, Event *ret)
{
    const NexmarkRules *r = &((const NexmarkConfig *)x->base.config)->rules;
    uint64_t n = event_of(table_of(x), row);
    switch (table_of(x)) {
    case TABLE_PERSON: nexmark_person(r, n, &ret->person); break;
    case TABLE_AUCTION: nexmark_auction(r, n, &ret->auction); break;
    case TABLE_BID: nexmark_bid(r, n, &ret->bid); break;
    }
}

static int put_row(Nexmark *x, uint64_t row, Err *err)
{
    Event e;
    make_event(x, row, &e);
    for (uint32_t k = 0; k < x->base.schema->n; k++) {
        const char *value = (const char *)&e + x->column[k]->at;
        if (x->column[k]->type == T_TEXT) {
            const NexmarkText *t = (const NexmarkText *)(const void *)value;
            if (builder_str(&x->out, k, t->p, t->n) < 0)
                return RAISE_NOMEM(err);
        } else {
            memcpy((int64_t *)builder_data(&x->out, k) + x->out.n, value, sizeof(int64_t));
        }
    }
    builder_row_done(&x->out);
    return 0;
}

static int resize_out(Nexmark *x, uint32_t cap, Err *err)
{
    if (x->out_cap == cap)
        return 0;
    if (x->out_cap)
        builder_done(&x->out);
    x->out_cap = 0;
    TRY(builder_init(&x->out, x->base.acct, x->base.schema, cap, err));
    x->out_cap = cap;
    return 0;
}

static int nexmark_poll(Source *s, uint32_t max_rows, SourcePoll *ret, Err *err)
{
    Nexmark *x = (Nexmark *)s;
    const NexmarkConfig *c = s->config;
    snprintf(ret->offset, sizeof(ret->offset), "row#%llu", (unsigned long long)x->row);
    uint64_t left = x->rows - MIN(x->rows, x->row);
    if (left == 0)
        return SOURCE_END;
    uint32_t cap = MIN(MIN(max_rows, BATCH_ROWS_MAX), (uint32_t)c->batch_rows);
    uint32_t n = (uint32_t)MIN(MIN(rows_allowed(x), left), (uint64_t)cap);
    if (n == 0)
        return SOURCE_IDLE;
    TRY(resize_out(x, cap, err));
    int rc = 0;
    for (uint32_t i = x->out.n; i < n && rc == 0; i++)
        rc = put_row(x, x->row + i, err);
    ret->batch = rc == 0 ? builder_take(&x->out) : NULL;
    if (!ret->batch)
        return rc < 0 ? rc : RAISE_NOMEM(err);
    x->row += n;
    if (s->unpaced) {
        x->event0 = event_of(table_of(x), x->row);
        x->t0_ns = env_mono_ns(s->env);
    }
    snprintf(ret->offset, sizeof(ret->offset), "row#%llu", (unsigned long long)x->row);
    return left == n ? SOURCE_END : SOURCE_DATA;
}

static int nexmark_seek(Source *s, uint32_t partition, const char *offset, Err *err)
{
    Nexmark *x = (Nexmark *)s;
    uint64_t row;
    if (partition != 0 || !str_starts(str_of(offset), STR("row#")) || !str_to_u64(str_of(offset + 4), &row))
        return RAISE(err, ERR_INVALID_PARAMETER, "\"%.100s\" is not a position of connector \"nexmark\"", offset);
    x->row = row;
    x->event0 = event_of(table_of(x), row);
    x->t0_ns = env_mono_ns(s->env);
    return 0;
}

static const OptionDef nexmark_options[];

static int nexmark_discover(const ConnectArgs *args, Schema **ret, Err *err)
{
    _cleanup_(arena_done) Arena arena;
    NexmarkConfig c = {0};
    Field field[ARRAY_LEN(auction_columns)];
    arena_init(&arena, args->acct, 0);
    TRY(options_parse(nexmark_options, args->opts, args->n_opts, "connector \"nexmark\"", &c, &arena, err));
    for (uint32_t k = 0; k < tables[c.table].n_columns; k++)
        field[k] = (Field){.name = tables[c.table].column[k].name,
                           .type = {.id = (uint8_t)tables[c.table].column[k].type},
                           .not_null = true};
    *ret = schema_new(args->acct, field, tables[c.table].n_columns);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int match_column(Nexmark *x, uint32_t k, Err *err)
{
    const Field *f = &x->base.schema->field[k];
    Table t = table_of(x);
    for (uint32_t i = 0; i < tables[t].n_columns; i++) {
        const Column *c = &tables[t].column[i];
        if (!str_eq_nocase(str_of(c->name), str_of(f->name)))
            continue;
        if (f->type.id != c->type)
            return RAISE(err, ERR_DATATYPE_MISMATCH, "connector \"nexmark\": column \"%s\" is %s", c->name, type_id_name(c->type));
        x->column[k] = c;
        return 0;
    }
    return RAISE(err, ERR_BAD_OPTION, "connector \"nexmark\": table \"%s\" has no column \"%s\"", tables[t].name, f->name);
}

static int nexmark_open(Source *s, const ConnectArgs *args, Err *err)
{
    Nexmark *x = (Nexmark *)s;
    NexmarkConfig *c = s->config;
    bool has_zone;
    (void)args;
    x->column = ARENA_ARRAY(source_arena(s), const Column *, MAX(s->schema->n, 1u));
    if (!x->column)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < s->schema->n; k++)
        TRY(match_column(x, k, err));
    c->rules.start_us = days_of_civil(2015, 7, 15) * US_PER_DAY;
    if (c->start && (timestamp_parse(str_of(c->start), &c->rules.start_us, &has_zone) < 0 ||
                     c->rules.start_us == TIMESTAMP_INFINITY || c->rules.start_us == TIMESTAMP_MINUS_INFINITY))
        return RAISE(err, ERR_BAD_OPTION, "connector \"nexmark\": \"start\" is not a time: \"%.100s\"", c->start);
    x->rows = c->events ? rows_among(table_of(x), (uint64_t)c->events) : UINT64_MAX;
    x->t0_ns = env_mono_ns(s->env);
    x->wake_ns = INT64_MAX;
    return 0;
}

static bool nexmark_is_bounded(const Source *s)
{
    return ((const NexmarkConfig *)s->config)->events > 0;
}

static int64_t nexmark_wake_at(const Source *s)
{
    return ((const Nexmark *)s)->wake_ns;
}

static void nexmark_close(Source *s)
{
    Nexmark *x = (Nexmark *)s;
    if (x->out_cap)
        builder_done(&x->out);
}

#define RULE(member) offsetof(NexmarkConfig, rules.member)
static const OptionDef nexmark_options[] = {
    {"table", OPTION_ENUM, offsetof(NexmarkConfig, table), .names = "person|auction|bid", .required = true,
     .help = "which events are the rows", .alias = "type"},
    {"events", OPTION_INT, offsetof(NexmarkConfig, events), .preset = "0", .min = 0, .max = 9e15,
     .help = "how many events of all three tables there are, of 50 one person, 3 auctions, 46 bids; 0 = without end",
     .alias = "max_events"},
    {"seed", OPTION_INT, RULE(seed), .preset = "1", .help = "another seed gives other events"},
    {"events_per_second", OPTION_DOUBLE, offsetof(NexmarkConfig, events_per_second), .preset = "0", .min = 0, .max = 1e12,
     .help = "rate of all three tables; 0 = as fast as they are taken"},
    {"event_rate", OPTION_DOUBLE, RULE(event_rate), .preset = "10000", .min = 1e-3, .max = 1e12,
     .help = "events of all three tables per second of event time"},
    {"start", OPTION_TEXT, offsetof(NexmarkConfig, start), .help = "event time of the first event (default 2015-07-15 00:00:00)"},
    {"hot_seller_ratio", OPTION_INT, RULE(hot_seller), .preset = "4", .min = 1, .max = 1e9,
     .help = "all auctions but one in so many are of the hot seller"},
    {"hot_auction_ratio", OPTION_INT, RULE(hot_auction), .preset = "2", .min = 1, .max = 1e9,
     .help = "all bids but one in so many are on the hot auction"},
    {"hot_bidder_ratio", OPTION_INT, RULE(hot_bidder), .preset = "4", .min = 1, .max = 1e9,
     .help = "all bids but one in so many are of the hot bidder"},
    {"active_people", OPTION_INT, RULE(active_people), .preset = "1000", .min = 1, .max = 1e9,
     .help = "others are among so many of the newest persons"},
    {"in_flight_auctions", OPTION_INT, RULE(in_flight_auctions), .preset = "100", .min = 1, .max = 1e9,
     .help = "others are on so many of the newest auctions; also how long auctions are open"},
    {"person_bytes", OPTION_INT, RULE(person_bytes), .preset = "200", .min = 0, .max = 900, .help = "size of a person, about"},
    {"auction_bytes", OPTION_INT, RULE(auction_bytes), .preset = "500", .min = 0, .max = 900, .help = "size of an auction, about"},
    {"bid_bytes", OPTION_INT, RULE(bid_bytes), .preset = "100", .min = 0, .max = 900, .help = "size of a bid, about"},
    {"batch_rows", OPTION_INT, offsetof(NexmarkConfig, batch_rows), .preset = "1024", .min = 1, .max = BATCH_ROWS_MAX,
     .help = "most rows per batch"},
    {NULL},
};

const SourceType source_nexmark = {
    .name = "nexmark",
    .help = "persons, auctions and bids of the Nexmark benchmark",
    .options = nexmark_options,
    .config_bytes = sizeof(NexmarkConfig),
    .size = sizeof(Nexmark),
    .bounded_possible = true,
    .replayable = true,
    .discover = nexmark_discover,
    .open = nexmark_open,
    .poll = nexmark_poll,
    .seek = nexmark_seek,
    .is_bounded = nexmark_is_bounded,
    .wake_at_ns = nexmark_wake_at,
    .close = nexmark_close,
};
