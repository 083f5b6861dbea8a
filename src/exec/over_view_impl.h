/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a partition with their results, for the files of over_view.h only. */
#pragma once
#include "exec/over_view.h"

typedef struct Content {
    OverRows rows;
    OverRow *row;
    Str *key, *order;
    uint32_t cap;
    OverBatch *first, **last;
} Content;

/* Which rows are read: from a key on, at most n_rows, and `behind` of them after the last one that was touched. */
typedef struct Piece {
    Str from, last_touch; /* last_touch.p NULL = no such */
    int64_t behind;       /* INT64_MAX = all */
    int64_t n_rows;
    uint32_t first; /* results are wanted from this row on */
    uint32_t end;   /* and to the one before this, or to the last */
} Piece;

/* Reads the rows and evaluates their functions, in v->arena; touch NULL: the present content. */
int over_content_make(OverView *v, uint64_t owner, Touch *const *touch, uint32_t n_touches, const Piece *p, Out *out, Content *c);
/* Gives rows from .. to - 1 as inserts. */
int over_content_emit(OverView *v, const Content *c, uint32_t from, uint32_t to, Out *out);
/* Rows of `in` whose arguments raise go to the error port, so that they do not when they are evaluated again. */
int over_view_check(OverView *v, Batch *in, Out *out, Batch **ret);
/* Around the touched rows of a partition: which rows the changed results depend on. */
int over_find_piece(OverView *v, uint64_t owner, Touch *const *touch, uint32_t n, Piece *ret);
/* Emits what has changed in a touched partition. */
int over_flush_group(OverView *v, RankedGroup *g, Out *out);

/* over_near.c: the same for the next touched partitions together, from v->group on, where columns and functions are simple. */
bool over_view_is_near(const OverView *v);
int over_near_flush(OverView *v, Out *out);
