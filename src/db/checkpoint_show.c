/* SPDX-License-Identifier: Apache-2.0
 *
 * SHOW CHECKPOINTS: those that are kept, newest first. */
#include "db/durable.h"
#include "db/show_impl.h"

static void one(Shower *w, const Checkpoint *c)
{
    if (c->number == 0)
        return;
    Value at = {.type = TYPE(TSTZ), .i64 = c->created_us};
    uint64_t pages = 0;
    for (uint32_t i = 0; i < c->n_files; i++)
        pages += c->file[i].live;
    row_i64(&w->m, (int64_t)c->number);
    row_value(&w->m, &at);
    row_i64(&w->m, (int64_t)c->seq);
    row_i64(&w->m, (int64_t)(pages * IMAGE_BYTES));
    row_i64(&w->m, (int64_t)c->bytes_written);
    row_end(&w->m);
}

int show_checkpoints(Shower *w, Err *err)
{
    const Field f[] = {INT_FIELD("checkpoint"),
                       {"created_at", TYPE(TSTZ), false},
                       INT_FIELD("record"),
                       INT_FIELD("state_bytes"),
                       INT_FIELD("written_bytes")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    Durable *d = w->x->db->durable;
    if (!d)
        return 0;
    env_lock(w->x->db->env, &d->kept_lock);
    one(w, &d->newest);
    one(w, &d->before);
    env_unlock(w->x->db->env, &d->kept_lock);
    return 0;
}
