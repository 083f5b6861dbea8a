/* SPDX-License-Identifier: Apache-2.0
 *
 * Alignment groups.  A group has a handful of members, so the last of them is found by looking at each. */
#include "flow/align.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

int align_join(AlignGroup **groups, Account *acct, const AlignSpec *spec, AlignMember *m, Err *err)
{
    AlignGroup *g = *groups;
    while (g && strcmp(g->name, spec->group) != 0)
        g = g->next;
    if (!g) {
        g = mem_zalloc(acct, sizeof(*g));
        if (!g)
            return RAISE_NOMEM(err);
        g->acct = acct;
        snprintf(g->name, sizeof(g->name), "%s", spec->group);
        g->next = *groups;
        *groups = g;
    }
    m->group = g;
    m->mode = spec->mode;
    m->drift_us = spec->drift_us;
    m->wm_us = INT64_MIN;
    m->next = g->members;
    g->members = m;
    return 0;
}

void align_leave(AlignGroup **groups, AlignMember *m)
{
    AlignGroup *g = m->group;
    if (!g)
        return;
    AlignMember **at = &g->members;
    while (*at != m)
        at = &(*at)->next;
    *at = m->next;
    m->group = NULL;
    if (g->members)
        return;
    AlignGroup **of = groups;
    while (*of != g)
        of = &(*of)->next;
    *of = g->next;
    mem_free(g->acct, g, sizeof(*g));
}

/* The last of the others that count; INT64_MAX = none does. */
static int64_t last_other(const AlignMember *m)
{
    int64_t last = INT64_MAX;
    for (const AlignMember *o = m->group->members; o; o = o->next)
        if (o != m && !o->is_out && o->wm_us != INT64_MIN && (!o->query || !m->query || o->query == m->query))
            last = MIN(last, o->wm_us);
    return last;
}

int64_t align_limit_us(const AlignMember *m)
{
    int64_t limit, last = last_other(m);
    return last == INT64_MAX || __builtin_add_overflow(last, m->drift_us, &limit) ? INT64_MAX : limit;
}

int64_t align_drift_us(const AlignMember *m)
{
    int64_t drift, last = last_other(m);
    if (last == INT64_MAX || m->wm_us <= last)
        return 0;
    return __builtin_sub_overflow(m->wm_us, last, &drift) ? INT64_MAX : drift;
}

bool align_must_pause(AlignMember *m, int64_t now_us)
{
    bool must = m->mode == ALIGN_BY_PAUSE && m->wm_us != INT64_MIN && m->wm_us > align_limit_us(m);
    if (must == m->is_paused)
        return must;
    m->is_paused = must;
    if (must) {
        m->n_pauses++;
        m->paused_at_us = now_us;
    } else {
        m->n_resumes++;
        m->paused_us += now_us - m->paused_at_us;
    }
    return must;
}
