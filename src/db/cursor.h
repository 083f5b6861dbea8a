/* SPDX-License-Identifier: Apache-2.0
 *
 * What DECLARE has made, on the list db->cursors. */
#pragma once
#include "db/stream.h"
#include "db/table_write.h"

struct Cursor {
    struct Cursor *next;
    char *name, *text; /* the statement */
    int64_t made_us;
    Stream *stream;
    bool live;         /* SUBSCRIBE */
    bool hold, scroll; /* as it was declared */
    bool busy, doomed; /* [cursors_lock] */
    Batch *rest;       /* rows of the last delivery that no FETCH has taken yet */
    uint32_t from;
    uint64_t at; /* the row it stands on, from 1; 0 = before the first, and behind the last one more than that */
    /* SCROLL: all rows so far */
    BatchList kept;
    uint64_t *first; /* per batch, how many rows stand before it */
    uint32_t first_cap;
    uint64_t n_kept;
    bool ended;
};
