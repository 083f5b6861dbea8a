/* SPDX-License-Identifier: Apache-2.0
 *
 * Sink driver.  A write that fails ends this consumer with the error kept for whoever asks (the query's other consumers go on). */
#include "flow/sink_driver.h"

static int driver_batch(Consumer *c, const Batch *b, Err *err)
{
    SinkDriver *d = (SinkDriver *)c;
    d->n_rows += b->n_sel;
    d->dirty = true;
    return sink_write(d->sink, d->epoch, b, err);
}

static void driver_step_end(Consumer *c)
{
    SinkDriver *d = (SinkDriver *)c;
    if (!d->dirty || d->failed)
        return;
    d->dirty = false;
    d->epoch++;
    if (sink_flush(d->sink, &d->error) < 0)
        d->failed = true;
}

static void driver_end(Consumer *c, const Err *err)
{
    SinkDriver *d = (SinkDriver *)c;
    driver_step_end(c);
    d->ended = true;
    if (err && !d->failed) {
        d->failed = true;
        d->error = *err;
    }
}

static const ConsumerType sink_consumer = {.batch = driver_batch, .step_end = driver_step_end, .end = driver_end};

int sink_driver_new(Account *acct, Sink *give_sink, SinkDriver **ret, Err *err)
{
    SinkDriver *d = mem_zalloc(acct, sizeof(*d));
    if (!d) {
        sink_close(give_sink);
        return RAISE_NOMEM(err);
    }
    d->consumer.type = &sink_consumer;
    d->acct = acct;
    d->sink = give_sink;
    *ret = d;
    return 0;
}

void sink_driver_free(SinkDriver *d)
{
    if (!d)
        return;
    if (d->dirty && !d->failed)
        (void)sink_flush(d->sink, NULL);
    sink_close(d->sink);
    mem_free(d->acct, d, sizeof(*d));
}
