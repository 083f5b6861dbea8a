/* SPDX-License-Identifier: Apache-2.0
 *
 * Least of growing values: a heap of four ways repaired from the top.  An id that was dropped is used again only when its entry has
 * come out, so an entry never stands above the value it is for. */
#include "base/lazy_min.h"

#define LEFT INT64_MAX
#define WAYS 4u /* children of an entry: one cache line of them */

enum { OUT, QUEUED, DROPPED }; /* DROPPED: queued, and the id is free once the entry has come out */

void lazy_min_done(LazyMin *m)
{
    mem_free(m->acct, m->of, m->cap_ids * sizeof(*m->of));
    mem_free(m->acct, m->heap, m->cap * sizeof(*m->heap));
    *m = (LazyMin){.acct = m->acct};
}

static int reserve_ids(LazyMin *m)
{
    if (m->n_ids < m->cap_ids)
        return 0;
    uint32_t cap = m->cap_ids ? 2 * m->cap_ids : 16;
    LazyMinMember *of = mem_realloc(m->acct, m->of, m->cap_ids * sizeof(*of), cap * sizeof(*of));
    if (!of)
        return -ERR_OUT_OF_MEMORY;
    m->of = of;
    m->cap_ids = cap;
    return 0;
}

static int push(LazyMin *m, int64_t at, uint32_t id)
{
    if (m->n == m->cap) {
        uint32_t cap = m->cap ? 2 * m->cap : 16;
        LazyMinEntry *heap = mem_realloc(m->acct, m->heap, m->cap * sizeof(*heap), cap * sizeof(*heap));
        if (!heap)
            return -ERR_OUT_OF_MEMORY;
        m->heap = heap;
        m->cap = cap;
    }
    uint32_t i = m->n++;
    while (i > 0 && m->heap[(i - 1) / WAYS].at > at) {
        m->heap[i] = m->heap[(i - 1) / WAYS];
        i = (i - 1) / WAYS;
    }
    m->heap[i] = (LazyMinEntry){at, id};
    m->of[id] = (LazyMinMember){at, QUEUED};
    return 0;
}

/* Puts `e` at place i, whose entry is not needed any more, and lets it sink. */
static void sink(LazyMin *m, uint32_t i, LazyMinEntry e)
{
    for (uint32_t child; (child = WAYS * i + 1) < m->n; i = child) {
        uint32_t end = MIN(child + WAYS, m->n);
        for (uint32_t k = child + 1; k < end; k++)
            child = m->heap[k].at < m->heap[child].at ? k : child;
        if (m->heap[child].at >= e.at)
            break;
        m->heap[i] = m->heap[child];
    }
    m->heap[i] = e;
}

static void free_id(LazyMin *m, uint32_t id)
{
    m->of[id] = (LazyMinMember){(int64_t)m->free_id, OUT};
    m->free_id = id + 1;
}

int lazy_min_add(LazyMin *m, int64_t value, uint32_t *ret_id)
{
    uint32_t id = m->free_id;
    if (id) {
        id--;
        uint32_t next = (uint32_t)m->of[id].value;
        TRY(push(m, value, id));
        m->free_id = next;
    } else {
        TRY(reserve_ids(m));
        id = m->n_ids;
        TRY(push(m, value, id));
        m->n_ids++;
    }
    *ret_id = id;
    return 0;
}

void lazy_min_leave(LazyMin *m, uint32_t id)
{
    m->of[id].value = LEFT;
}

int lazy_min_enter(LazyMin *m, uint32_t id, int64_t value)
{
    if (m->of[id].state == OUT)
        return push(m, value, id);
    m->of[id].value = value;
    return 0;
}

/* Dropped entries that lie deep would keep their ids for as long as the least stays. */
static void sweep(LazyMin *m)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        uint32_t id = m->heap[i].id;
        if (m->of[id].state == DROPPED)
            free_id(m, id);
        else
            m->heap[n++] = m->heap[i];
    }
    m->n = n;
    m->n_dropped = 0;
    for (uint32_t i = n / WAYS + 1; i-- > 0;)
        if (i < n)
            sink(m, i, m->heap[i]);
}

void lazy_min_drop(LazyMin *m, uint32_t id)
{
    if (m->of[id].state == OUT) {
        free_id(m, id);
        return;
    }
    m->of[id].value = LEFT;
    m->of[id].state = DROPPED;
    if (++m->n_dropped > m->n / 2 && m->n_dropped > 16)
        sweep(m);
}

bool lazy_min_least(LazyMin *m, int64_t *ret_value, uint32_t *ret_id)
{
    while (m->n > 0) {
        LazyMinEntry top = m->heap[0];
        int64_t now = m->of[top.id].value;
        if (now == top.at) {
            *ret_value = now;
            *ret_id = top.id;
            return true;
        }
        if (now != LEFT) {
            sink(m, 0, (LazyMinEntry){now, top.id});
            continue;
        }
        bool dropped = m->of[top.id].state == DROPPED;
        m->of[top.id].state = OUT;
        if (--m->n > 0)
            sink(m, 0, m->heap[m->n]);
        if (dropped) {
            free_id(m, top.id);
            m->n_dropped--;
        }
    }
    return false;
}
