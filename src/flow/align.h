/* SPDX-License-Identifier: Apache-2.0
 *
 * Alignment groups (design 5.5): sources that stay together in event time.  [shard]  A member that is further ahead of the last of
 * the others than its max_drift pauses, is counted, or loses the rows that would take it there.
 *
 * A member that has no watermark yet, is idle or has ended does not count, so none can freeze the group.  Readers of one query meet
 * each other and the push sources; readers of different queries do not meet, for each reads the whole of its source for itself. */
#pragma once
#include "base/err.h"
#include "base/mem.h"

typedef enum AlignMode { ALIGN_BY_PAUSE, ALIGN_BY_WARNING, ALIGN_BY_DROPPING } AlignMode;
typedef struct AlignSpec {
    const char *group; /* NULL = none */
    int64_t drift_us;
    AlignMode mode;
} AlignSpec;

typedef struct AlignGroup AlignGroup;
typedef struct AlignMember {
    struct AlignMember *next; /* of the group */
    AlignGroup *group;        /* NULL: in none */
    AlignMode mode;
    int64_t drift_us;
    const void *query;  /* whose reader it is; NULL: a push source */
    const char *source; /* name, for who looks */
    int64_t wm_us;      /* INT64_MIN = none yet */
    bool is_out;        /* idle or ended */
    bool is_paused;
    int64_t paused_at_us, paused_us; /* processing time */
    uint64_t n_pauses, n_resumes, n_warned, n_dropped;
} AlignMember;
struct AlignGroup {
    AlignGroup *next; /* of the engine */
    Account *acct;
    char name[64];
    AlignMember *members;
};

/* Puts m into the group of that name, which is made when there is none. */
int align_join(AlignGroup **groups, Account *acct, const AlignSpec *spec, AlignMember *m, Err *err);
void align_leave(AlignGroup **groups, AlignMember *m); /* also when it is in none */

static inline void align_report(AlignMember *m, int64_t wm_us, bool is_out)
{
    m->wm_us = wm_us;
    m->is_out = is_out;
}
/* How far m may go; INT64_MAX = as far as it likes. */
int64_t align_limit_us(const AlignMember *m);
/* How far m is ahead of the last of the others; 0 when behind or alone. */
int64_t align_drift_us(const AlignMember *m);
/* Whether m has to wait now; counts. Only of mode PAUSE. */
bool align_must_pause(AlignMember *m, int64_t now_us);
