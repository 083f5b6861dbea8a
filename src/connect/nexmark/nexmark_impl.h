/* SPDX-License-Identifier: Apache-2.0
 *
 * The events of Nexmark, an auction house that benchmarks of streaming systems share: what event number n is, as a pure function of
 * the seed and n.  Inside this folder only.
 *
 * Every 50 events are one person, then three auctions, then 46 bids. Identifiers count from 1000 per kind. docs/nexmark.md has the
 * rules. */
#pragma once
#include "base/str.h"

#define NEXMARK_EVENTS 50 /* of a block, of which */
#define NEXMARK_PERSONS 1
#define NEXMARK_AUCTIONS 3
#define NEXMARK_BIDS 46
#define NEXMARK_TEXT_MAX 1024

typedef struct NexmarkRules {
    int64_t seed, start_us;
    double event_rate; /* events per second of event time */
    int64_t hot_seller, hot_auction, hot_bidder;
    int64_t active_people, in_flight_auctions;
    int64_t person_bytes, auction_bytes, bid_bytes;
} NexmarkRules;

typedef struct NexmarkText { /* a text in the making */
    uint32_t n;
    char p[NEXMARK_TEXT_MAX];
} NexmarkText;
typedef struct NexmarkPerson {
    int64_t id, date_time_us;
    NexmarkText name, email_address, credit_card, city, state, extra;
} NexmarkPerson;
typedef struct NexmarkAuction {
    int64_t id, initial_bid, reserve, date_time_us, expires_us, seller, category;
    NexmarkText item_name, description, extra;
} NexmarkAuction;
typedef struct NexmarkBid {
    int64_t auction, bidder, price, date_time_us;
    NexmarkText channel, url, extra;
} NexmarkBid;

/* n is the number of an event of that kind: 50 k; 50 k + 1 .. 3; 50 k + 4 .. 49. */
void nexmark_person(const NexmarkRules *r, uint64_t n, NexmarkPerson *ret);
void nexmark_auction(const NexmarkRules *r, uint64_t n, NexmarkAuction *ret);
void nexmark_bid(const NexmarkRules *r, uint64_t n, NexmarkBid *ret);
