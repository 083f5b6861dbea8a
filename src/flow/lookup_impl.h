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

/* Rows without a value that they must have answer nothing. */
static inline bool lookup_row_is_whole(const Batch *b, uint32_t at)
{
    bool whole = true;
    for (uint32_t c = 0; c < b->n_cols; c++)
        whole &= !b->schema->field[c].not_null || !vec_is_null(&b->col[c], at);
    return whole;
}

/* lookup_table.c */
void lookup_request_failed(LookupTable *t, LookupRequest *r, const Err *why, int64_t now_ns);

/* lookup_kept.c: what is kept, and how it is forgotten */
void lookup_kept_init(LookupTable *t);
void lookup_kept_done(LookupTable *t);
int lookup_begin(LookupTable *t, Arena *arena, Err *err); /* what was there when the database was opened */
/* Somebody has asked for these keys, which are known. */
void lookup_used(LookupTable *t, const Vec *const *key, const uint64_t *hash, Rows rows, uint8_t **scratch);
/* The row that each of the selected keys of b has, by position; NULL = none. */
int lookup_find_rows(LookupTable *t, const Batch *b, Arena *arena, uint8_t ***ret, Err *err);
/* The selected keys of b have become known. */
int lookup_keep(LookupTable *t, const Batch *b, bool failed, Arena *arena, Err *err);
int lookup_drop_rows(LookupTable *t, const Batch *keys, Arena *arena, Err *err); /* the rows with these keys go */
int lookup_forget_due(LookupTable *t, Arena *arena, Err *err);
int64_t lookup_forget_at_ns(const LookupTable *t, int64_t now_ns); /* INT64_MAX: nothing is kept */
