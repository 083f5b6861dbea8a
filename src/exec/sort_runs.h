/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs of a sort that is larger than memory.  [shard]  What has come is sorted in pieces that fit, and each goes into an ordered
 * collection of its own, whose pages leave memory when the limit asks for it: written and read from the first entry to the last, so
 * a page goes out and comes back once.  Then the runs are merged.
 *
 * An entry is the row's sort key, its number of arrival, the row packed, and the length of the key. */
#pragma once
#include "data/packed.h"
#include "exec/op_impl.h"

typedef struct SortRun SortRun;
typedef struct SortRuns {
    OpEnv *env;        /* NULL: closed */
    MultiTable *table; /* NULL: sorts are in memory, nobody limits them */
    PackedLayout layout;
    int64_t budget; /* bytes that a piece may hold in memory before it becomes a run */
    uint32_t n, cap;
    SortRun *run;
    uint32_t *heap, n_heap; /* while merging: runs by their next entry, the least first */
    uint64_t n_read;
    StrBuf entry;
} SortRuns;

typedef struct SortedRow {
    Str key, packed; /* in the run; good until the next call */
    int64_t weight;
} SortedRow;

/* table stays NULL where the account has no limit and the pages stay in memory. */
int sort_runs_open(SortRuns *s, OpEnv *env, const Schema *schema, Err *err);
void sort_runs_close(SortRuns *s); /* zeroed is fine */
int sort_runs_begin(SortRuns *s);  /* another run */
/* Behind what the run has: the rows of b, in order.  key, seq, weight: of each; those of equal key and seq are added up. */
int sort_runs_add(SortRuns *s, const Batch *b, const Str *key, const uint64_t *seq, const int64_t *weight, Arena *scratch);
/* After the last run: from the first row on. */
int sort_runs_merge(SortRuns *s);
/* 1: *ret is the next one, entries of the same key and seq from several runs each for itself; 0: there is none. */
int sort_runs_next(SortRuns *s, SortedRow *ret);
