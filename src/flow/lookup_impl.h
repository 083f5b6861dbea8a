/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of lookup tables that are asked by key: requests, and the answers that are kept.  [shard] */
#pragma once
#include <stddef.h>
#include <stdio.h>

#include "flow/engine_impl.h"
#include "flow/lookup_table.h"
#include "kernel/kernel.h"

struct LookupRequest {
    LookupRequest *next;
    uint64_t number; /* of what is wanted; stays when it is made again */
    uint64_t ticket; /* of the last time it was made */
    bool open;       /* an answer may come */
    uint32_t tries;
    int64_t begun_ns, again_ns;
    Batch *keys; /* of the keys' relation, without what is said of them; owned */
    Err why;     /* it has failed last; code 0 = it has not */
};

/* lookup_table.c */
void lookup_request_failed(LookupTable *t, LookupRequest *r, const Err *why, int64_t now_ns);

/* lookup_kept.c: what is kept, and how it is forgotten */
int lookup_begin(LookupTable *t, Arena *arena, Err *err); /* what was there when the database was opened */
/* The selected keys of b have become known. */
int lookup_keep(LookupTable *t, const Batch *b, int64_t now_us, bool failed, Arena *arena, Err *err);
int lookup_drop_rows(LookupTable *t, const Batch *keys, Arena *arena, Err *err); /* the rows with these keys go */
int lookup_forget_due(LookupTable *t, Arena *arena, Err *err);
int64_t lookup_forget_at_ns(const LookupTable *t, int64_t now_ns); /* INT64_MAX: nothing is kept */
