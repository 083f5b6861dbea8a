/* SPDX-License-Identifier: Apache-2.0
 *
 * History. */
#include "flow/history.h"

#define CAP_FIRST 16u

int64_t batch_memory(const Batch *b)
{
    int64_t n = (int64_t)sizeof(*b);
    for (uint32_t c = 0; c < b->n_cols; c++) {
        const Vec *v = &b->col[c];
        bool is_new = v->data_buf && (c == 0 || v->data_buf != b->col[c - 1].data_buf); /* columns of few rows are in one */
        n += (is_new ? (int64_t)v->data_buf->cap : 0) + (v->valid_buf ? (int64_t)v->valid_buf->cap : 0);
        for (uint32_t k = 0; v->str_bufs && k < v->n_str_bufs; k++)
            n += (int64_t)v->str_bufs[k]->cap;
    }
    return n;
}

int history_new(Account *acct, int64_t keep_bytes, History **ret, Err *err)
{
    History *h = mem_zalloc(acct, sizeof(*h));
    if (!h)
        return RAISE_NOMEM(err);
    *h = (History){.acct = acct, .keep_bytes = keep_bytes, .floor_us = INT64_MIN};
    *ret = h;
    return 0;
}

static HistoryEntry *entry_at(const History *h, uint32_t i)
{
    return &h->ring[(h->head + i) & (h->cap - 1)];
}

static void drop_oldest(History *h)
{
    HistoryEntry *e = entry_at(h, 0);
    h->floor = MAX(h->floor, e->epoch);
    h->floor_us = MAX(h->floor_us, e->ptime_us + 1);
    h->bytes -= e->bytes;
    batch_unref(e->batch);
    h->head = (h->head + 1) & (h->cap - 1);
    h->n--;
}

void history_free(History *h)
{
    if (!h)
        return;
    while (h->n)
        drop_oldest(h);
    mem_free(h->acct, h->ring, h->cap * sizeof(*h->ring));
    mem_free(h->acct, h, sizeof(*h));
}

void history_break(History *h, uint64_t epoch, int64_t ptime_us)
{
    while (h->n)
        drop_oldest(h);
    h->floor = MAX(h->floor, epoch);
    h->floor_us = MAX(h->floor_us, ptime_us + 1);
}

static bool grow(History *h)
{
    uint32_t cap = h->cap ? 2 * h->cap : CAP_FIRST;
    HistoryEntry *ring = mem_alloc(h->acct, cap * sizeof(*ring));
    if (!ring)
        return false;
    for (uint32_t i = 0; i < h->n; i++)
        ring[i] = *entry_at(h, i);
    mem_free(h->acct, h->ring, h->cap * sizeof(*h->ring));
    h->ring = ring;
    h->cap = cap;
    h->head = 0;
    return true;
}

void history_add(History *h, Batch *give_b, uint64_t epoch, int64_t ptime_us)
{
    if (h->n == h->cap && !grow(h)) {
        batch_unref(give_b);
        history_break(h, epoch, ptime_us);
        return;
    }
    int64_t bytes = batch_memory(give_b) + (int64_t)sizeof(HistoryEntry);
    *entry_at(h, h->n++) = (HistoryEntry){give_b, epoch, ptime_us, bytes};
    h->bytes += bytes;
    while (h->n && h->bytes > h->keep_bytes)
        drop_oldest(h);
}

int history_epoch_at(const History *h, int64_t time_us, uint64_t *ret, Err *err)
{
    if (time_us < h->floor_us)
        return RAISE(err, ERR_SUBSCRIBER_GAP, "changes of that time are no longer held");
    uint64_t epoch = h->floor;
    for (uint32_t i = 0; i < h->n && entry_at(h, i)->ptime_us < time_us; i++)
        epoch = entry_at(h, i)->epoch;
    *ret = epoch;
    return 0;
}

int history_each(History *h, uint64_t after, int (*each)(void *self, const HistoryEntry *e), void *self)
{
    for (uint32_t i = 0; i < h->n; i++) {
        const HistoryEntry *e = entry_at(h, i);
        int rc = e->epoch > after ? each(self, e) : 0;
        if (rc)
            return rc;
    }
    return 0;
}
