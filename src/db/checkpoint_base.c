/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints of a database in which something is broken (broken.c).
 *
 * Such a checkpoint has no state of what is broken, and says so.  The newest one that has everything, its base, is kept for as
 * long, with the log behind it, however many are made meanwhile.  An opening in which all is broken as before takes the newest one.
 * One that could run something again goes back to the base and the log: so nothing that is broken loses what it had or misses what
 * came meanwhile, and a sink writes nothing twice, for the log has all that was decided since (such a checkpoint decides nothing by
 * itself).  Where base and log do not lead up to here any more (an input has been dropped, the base is damaged) the newest one is
 * taken, and what is broken stays so, with the reason.
 *
 * In the body of such a checkpoint a mark and the number of the base, 0 for the log alone, stand behind everything else. */
#include "db/durable.h"

#include "base/bytes.h"

#define MARK_LACKS 1u

const Relation *base_lacking(const Catalog *c)
{
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        if (r->broken && (r->kind == REL_SINK || r->kind == REL_VIEW || r->kind == REL_STREAM))
            return r;
    }
    return NULL;
}

void base_put(const Durable *d, StrBuf *body)
{
    bytes_put_u8(body, MARK_LACKS);
    bytes_put_u64(body, d->base);
}

bool base_of(Str body, uint64_t *ret)
{
    ByteReader r = bytes_of(body);
    (void)bytes_u32(&r);
    (void)bytes_u64(&r);
    for (uint32_t n = bytes_u32(&r); n > 0 && !r.failed; n--) {
        (void)bytes_u64(&r);
        (void)bytes_i64(&r);
        (void)bytes_str(&r);
    }
    (void)bytes_take(&r, bytes_u64(&r));
    if (r.failed || r.n == 0 || bytes_u8(&r) != MARK_LACKS)
        return false;
    *ret = bytes_u64(&r);
    return !r.failed;
}

/* ---- making ---- */

void base_note(Durable *d, const Checkpoint *made, bool lacks)
{
    if (lacks && d->before.number == d->base)
        d->old_base = d->before;
    else
        checkpoint_done(&d->before);
    d->before = d->newest;
    d->newest = *made;
    d->lacks = lacks;
    if (lacks)
        return;
    checkpoint_done(&d->old_base);
    d->base = made->number;
}

uint64_t base_log_seq(const Durable *d)
{
    if (!d->lacks)
        return d->before.number ? d->before.seq : 0;
    return d->old_base.number ? d->old_base.seq : d->base && d->before.number == d->base ? d->before.seq : 0;
}

/* ---- at opening ---- */

int base_take(Database *db, Err *err)
{
    Durable *d = db->durable;
    uint64_t newest = d->newest.number;
    d->next_number = MAX(d->next_number, newest + 1);
    d->base = newest;
    d->lacks = base_of(sb_str(&d->newest.body), &d->base);
    if (!d->lacks)
        return 0;
    if (db->config.restore_from == RESTORE_BASE) {
        checkpoint_done(&d->newest);
        d->lacks = false;
        return d->base ? checkpoint_load_number(&d->dir, d->acct, d->base, &d->newest, err) : 1;
    }
    checkpoint_done(&d->old_base);
    if (d->base) /* damaged: found so when it is needed */
        (void)checkpoint_load_number(&d->dir, d->acct, d->base, &d->old_base, NULL);
    return 0;
}
