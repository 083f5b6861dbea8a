/* SPDX-License-Identifier: Apache-2.0
 *
 * Journal: records out.  What comes back is in replay.c. */
#include "flow/journal.h"

#include "base/hash.h"
#include "durable/rows.h"

static void put_into_log(void *self, const void *p, size_t n)
{
    wal_put(self, p, n);
}

static void put_row(Wal *wal, const Batch *b)
{
    size_t n = rows_words_bytes(b);
    bool words = n > 0;
    uint8_t *place = wal_place(wal, words ? n : rows_one_bytes(b));
    if (unlikely(!place))
        rows_put(b, put_into_log, wal);
    else if (likely(words))
        rows_words_write(b, place);
    else
        rows_one_write(b, place);
}

static int put_rows(Journal *j, WalRecord *r, Batch *b, Err *err)
{
    TRY(wal_begin(j->wal, r, err));
    if (b->n_sel == 1)
        put_row(j->wal, b);
    else
        rows_put(b, put_into_log, j->wal);
    TRY(wal_end(j->wal, err));
    b->seq = r->seq;
    return 0;
}

static WalRecord record_of(const Journal *j, WalKind kind, const Feed *f, int64_t ptime_us)
{
    return (WalRecord){.kind = (uint8_t)kind,
                       .relation = (uint32_t)f->relation,
                       .ptime_us = ptime_us,
                       .part = j->producer.part,
                       .producer = j->producer.id,
                       .producer_seq = j->producer.seq};
}

int journal_rows(Journal *j, const Feed *f, Batch *b, Err *err)
{
    if (b->n_sel > 1)
        TRY(rows_check(b, err));
    WalRecord r = record_of(j, WAL_ROWS, f, b->ptime_us);
    return put_rows(j, &r, b, err);
}

int journal_change(Journal *j, const Feed *f, Batch *const *b, uint32_t n, bool is_first, bool is_last, Err *err)
{
    uint32_t last = n;
    is_first &= !j->continues;
    for (uint32_t i = 0; i < n; i++) {
        TRY(rows_check(b[i], err));
        last = b[i]->n_sel ? i : last;
    }
    for (uint32_t i = 0; i < n && last < n; i++) {
        WalRecord r = record_of(j, WAL_CHANGE, f, b[i]->ptime_us);
        if (!b[i]->n_sel)
            continue;
        bool more = i < last || !is_last;
        r.flags = (uint8_t)((more ? WAL_MORE : 0) | (!is_first ? WAL_NEXT : more ? WAL_UNIT : 0));
        is_first = false;
        TRY(put_rows(j, &r, b[i], err));
    }
    return 0;
}

int journal_statements(Journal *j, uint64_t relation, int64_t ptime_us, Str payload, bool more, Err *err)
{
    WalRecord r = {.kind = WAL_DDL, .relation = (uint32_t)relation, .ptime_us = ptime_us, .flags = more ? WAL_MORE | WAL_UNIT : 0};
    TRY(wal_begin(j->wal, &r, err));
    wal_put(j->wal, payload.p, payload.n);
    return wal_end(j->wal, err);
}

int journal_put(Journal *j, WalKind kind, uint64_t relation, int64_t ptime_us, Str payload, uint64_t *ret_seq, Err *err)
{
    WalRecord r = {.kind = (uint8_t)kind, .relation = (uint32_t)relation, .ptime_us = ptime_us};
    TRY(wal_begin(j->wal, &r, err));
    wal_put(j->wal, payload.p, payload.n);
    TRY(wal_end(j->wal, err));
    if (ret_seq)
        *ret_seq = r.seq;
    return 0;
}

/* ---- producers ---- */

void producers_done(Producers *p)
{
    mem_free(p->acct, p->slot, p->cap * sizeof(*p->slot));
    *p = (Producers){.acct = p->acct};
}

/* Its slot, or the free one where it would go. */
static ProducerSlot *find_slot(const Producers *p, uint64_t relation, uint64_t id)
{
    uint32_t at = (uint32_t)hash_combine(hash_i64((int64_t)relation), hash_i64((int64_t)id)) & (p->cap - 1);
    while (p->slot[at].id && (p->slot[at].id != id || p->slot[at].relation != relation))
        at = (at + 1) & (p->cap - 1);
    return &p->slot[at];
}

bool producers_have(const Producers *p, uint64_t relation, const Producer *push)
{
    if (p->cap == 0)
        return false;
    const ProducerSlot *s = find_slot(p, relation, push->id);
    return s->id && (push->seq < s->seq || (push->seq == s->seq && push->part <= s->part));
}

uint64_t producers_last(const Producers *p, uint64_t relation, uint64_t id)
{
    return p->cap ? find_slot(p, relation, id)->seq : 0;
}

static int grow(Producers *p, Err *err)
{
    Producers bigger = {.acct = p->acct, .n = p->n, .cap = p->cap ? p->cap * 2 : 16};
    bigger.slot = mem_zalloc(p->acct, bigger.cap * sizeof(*bigger.slot));
    if (!bigger.slot)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < p->cap; i++)
        if (p->slot[i].id)
            *find_slot(&bigger, p->slot[i].relation, p->slot[i].id) = p->slot[i];
    mem_free(p->acct, p->slot, p->cap * sizeof(*p->slot));
    *p = bigger;
    return 0;
}

int producers_note(Producers *p, uint64_t relation, const Producer *push, Err *err)
{
    if (p->n * 2 >= p->cap)
        TRY(grow(p, err));
    ProducerSlot *s = find_slot(p, relation, push->id);
    p->n += s->id == 0;
    *s = (ProducerSlot){relation, push->id, push->seq, push->part};
    return 0;
}

/* In a new table: a hole would cut the others off. */
void producers_forget(Producers *p, uint64_t relation)
{
    Producers left = {.acct = p->acct, .cap = p->cap};
    bool any = false;
    for (uint32_t i = 0; i < p->cap; i++)
        any |= p->slot[i].id && p->slot[i].relation == relation;
    left.slot = any ? mem_zalloc(p->acct, p->cap * sizeof(*left.slot)) : NULL;
    if (!left.slot) /* relation numbers are never used again: the slots only take room */
        return;
    for (uint32_t i = 0; i < p->cap; i++) {
        if (!p->slot[i].id || p->slot[i].relation == relation)
            continue;
        *find_slot(&left, p->slot[i].relation, p->slot[i].id) = p->slot[i];
        left.n++;
    }
    producers_done(p);
    *p = left;
}
