/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers for keys out of a source that ends: it is read from its start, a batch with each poll, and all of its rows are given; the
 * one who asks picks.  One request at a time: while it is read, the keys that come gather for the next. */
#include "base/zone.h"
#include "connect/lookup.h"

typedef struct Scan {
    Lookup lookup;
    int (*open)(void *self, Source **ret, Err *err);
    void *self;
    Source *source; /* open during a request */
    uint64_t ticket;
} Scan;

static void end_request(Scan *s)
{
    source_close(s->source);
    s->source = NULL;
}

static int scan_ask(Lookup *l, uint64_t ticket, const Batch *keys, Err *err)
{
    Scan *s = (Scan *)l;
    (void)keys;
    end_request(s);
    s->ticket = ticket;
    return s->open(s->self, &s->source, err);
}

static int scan_poll(Lookup *l, LookupAnswer *ret, Err *err)
{
    Scan *s = (Scan *)l;
    SourcePoll p;
    if (!s->source)
        return LOOKUP_NONE;
    int rc = source_poll(s->source, BATCH_ROWS, &p, err);
    uint32_t n_bad = p.bad ? p.bad->n_sel : 0;
    batch_unref(p.bad);
    if (rc < 0) {
        batch_unref(p.batch);
        end_request(s);
        return rc;
    }
    if (rc == SOURCE_END)
        end_request(s);
    else if (!p.batch && n_bad == 0)
        return LOOKUP_NONE;
    ret->n_bad = n_bad;
    ret->ticket = s->ticket;
    ret->rows = p.batch;
    ret->done = rc == SOURCE_END;
    return LOOKUP_ANSWER;
}

static void scan_forget(Lookup *l, uint64_t ticket)
{
    Scan *s = (Scan *)l;
    if (s->ticket == ticket)
        end_request(s);
}

static void scan_close(Lookup *l)
{
    Scan *s = (Scan *)l;
    end_request(s);
    mem_free(l->acct, s, sizeof(*s));
}

static const LookupType lookup_scan = {
    .name = "scan",
    .max_requests = 1,
    .ask = scan_ask,
    .poll = scan_poll,
    .forget = scan_forget,
    .close = scan_close,
};

int lookup_scan_new(Account *acct, int (*open)(void *self, Source **ret, Err *err), void *self, Lookup **ret, Err *err)
{
    Scan *s = mem_zalloc(acct, sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    s->lookup = (Lookup){&lookup_scan, acct};
    s->open = open;
    s->self = self;
    *ret = &s->lookup;
    return 0;
}

/* ---- wrappers ---- */

int lookup_poll(Lookup *l, LookupAnswer *ret, Err *err)
{
    WITH_ZONE(NULL);
    *ret = (LookupAnswer){.failed = ERR_INIT};
    return l->type->poll(l, ret, err);
}

void lookup_forget(Lookup *l, uint64_t ticket)
{
    if (l->type->forget)
        l->type->forget(l, ticket);
}

void lookup_close(Lookup *l)
{
    if (l)
        l->type->close(l);
}
