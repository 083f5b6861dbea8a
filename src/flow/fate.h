/* SPDX-License-Identifier: Apache-2.0
 *
 * What became of rows that a writer has handed over: as letters, or in its lane.  The call that gave them has returned long before
 * they are looked at; what is wrong with them then is told by the writer's next call. */
#pragma once
#include <stdatomic.h>

#include "base/err.h"
#include "base/mem.h"

typedef struct Fate {
    _Atomic bool failed; /* [any] there is something to tell */
    _Atomic uint32_t rc; /* the writer's, its letters', its lane's */
    ErrCode code;        /* [shard] of the first failure that was not told yet, and its text */
    uint64_t n_rows;     /* [shard] that have been lost by now */
    char text[160];
} Fate;

Fate *fate_new(void);    /* NULL = no memory */
Fate *fate_ref(Fate *f); /* NULL is fine, here and below */
void fate_unref(Fate *f);
void fate_note(Fate *f, uint64_t n_rows, const Err *err); /* [shard] n_rows were not taken */
static inline bool fate_has_news(const Fate *f)
{
    return f && atomic_load_explicit(&f->failed, memory_order_relaxed);
}
/* [any] Rows may be on their way: letters, or what the lane has got, when there is one. */
bool fate_is_open(const Fate *f, bool has_lane);
/* [shard] What has failed since the last time, once; 0 = nothing. */
int fate_tell(Fate *f, Err *err);
