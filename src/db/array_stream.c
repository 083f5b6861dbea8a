/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams of Arrow arrays into a push source or a table.
 *
 * An array is imported by the thread that will take its rows through the queries: its structs and its columns are then in that
 * core's caches, and the shares are cut as those of a run are.  What a run has to know of its times is looked up there as well. */
#include "db/array_stream.h"

#include <string.h>

#define AHEAD 2u /* batches that are announced before they are looked at */

typedef struct Import { /* one call of the team */
    ArrayStream *s;
    uint32_t n_shares;
    uint64_t reads;            /* columns that are announced */
    bool is_held;              /* the shard, meanwhile, and the source is what the stream was made for */
    uint32_t failed[TEAM_MAX]; /* by share: the first array that could not be taken; n = none */
    Err err[TEAM_MAX];         /* and why */
} Import;

typedef struct Single { /* takes the one batch of an array */
    Batch *batch;
} Single;

static Account *account_of(const ArrayStream *s)
{
    return engine_account(s->in->db->engine);
}

static int take_single(void *self, Batch *give_b, Err *err)
{
    (void)err;
    ((Single *)self)->batch = give_b;
    return 0;
}

static ArrowView *view_of(ArrayStream *s, uint32_t share)
{
    return share == 0 ? s->first_view : &s->view[share - 1];
}

/* [any] array k as one batch. */
static int import_one(ArrayStream *s, uint32_t share, uint32_t k, Err *err)
{
    ArrowView *view = view_of(s, share);
    Single to = {NULL};
    if (!view->batch)
        TRY(arrow_view_init(view, account_of(s), s->in->schema, err));
    if (arrow_take(view, *s->trusted, &s->array[k], &s->schema, &s->batch[k]) == 0)
        return 0;
    int rc = arrow_import_taking(account_of(s), (ArrowTake){NULL, *s->trusted, view}, &s->array[k], &s->schema, s->in->schema,
                                 take_single, &to, err);
    s->batch[k] = to.batch;
    return rc;
}

/* Structs of arrays that come soon, each level of them some arrays before the next. */
static void announce_structs(const ArrayStream *s, uint32_t k, uint32_t to)
{
    for (uint32_t level = 0; level < ARROW_LEVELS; level++) {
        uint32_t ahead = k + ARROW_LEVELS - level;
        if (ahead < to)
            arrow_announce(&s->array[ahead], level);
    }
}

/* Arrays [from, to) of the stream become batches, up to one that cannot.  What is waited for of one is asked for while others are
 * taken: its structs before, the columns that are read behind.  The shard is held: the feed's watermark stays what it is. */
static uint32_t import_range(const Import *m, uint32_t share, uint32_t from, uint32_t to, Err *err)
{
    ArrayStream *s = m->s;
    const Watermark *w = &s->in->feed->wm;
    uint32_t k = from, known = from;
    for (; k < to; k++) {
        announce_structs(s, k, to);
        if (import_one(s, share, k, err) < 0)
            break;
        if (!m->is_held)
            continue;
        batch_announce(s->batch[k], m->reads);
        for (; known + AHEAD <= k; known++)
            s->span[known] = watermark_span(w, s->batch[known]);
    }
    for (; m->is_held && known < k; known++)
        s->span[known] = watermark_span(w, s->batch[known]);
    return k;
}

static void import_share(void *self, uint32_t i)
{
    Import *m = self;
    uint32_t n = m->s->n, to = n * (i + 1) / m->n_shares;
    err_reset(&m->err[i]);
    if (m->is_held)
        feed_let_go(m->s->in->feed, i, m->n_shares);
    uint32_t k = import_range(m, i, n * i / m->n_shares, to, &m->err[i]);
    m->failed[i] = k < to ? k : n;
}

/* What somebody is going to look at: behind the times. */
static uint64_t columns_read(const ArrayStream *s)
{
    Feed *f = s->in->feed;
    return consumers_reads(&f->consumers) | (f->wm.col < 64 ? UINT64_C(1) << f->wm.col : 0);
}

static uint32_t rows_waiting(const ArrayStream *s)
{
    uint64_t rows = 0;
    for (uint32_t k = 0; k < s->n; k++)
        rows += (uint64_t)s->array[k].length;
    return (uint32_t)MIN(rows, UINT32_MAX);
}

/* How many of the arrays have become batches; err: of the first that has not. */
static uint32_t import_all(ArrayStream *s, int *ret_rc, Err *err)
{
    Import m = {.s = s};
    Engine *e = s->in->db->engine;
    TeamLoan loan = engine_loan(e);
    Team *team = s->n > 1 ? loan.take(loan.self, rows_waiting(s)) : NULL;
    m.n_shares = team ? MIN(team->n_threads, s->n) : 1;
    m.is_held = team && intake_is_current(s->in);
    m.reads = m.is_held ? columns_read(s) : 0;
    if (team) {
        team->run(team, m.n_shares, (1u << m.n_shares) - 1, import_share, &m);
        if (m.is_held)
            feed_gone(s->in->feed);
        loan.give_back(loan.self);
    } else {
        import_share(&m, 0);
    }
    *ret_rc = 0;
    for (uint32_t i = 0; i < m.n_shares; i++) {
        if (m.failed[i] == s->n)
            continue;
        *err = m.err[i];
        *ret_rc = -(int)m.err[i].code;
        return m.failed[i];
    }
    return s->n;
}

static void forget(ArrayStream *s)
{
    for (uint32_t k = 0; k < s->n; k++) {
        batch_unref(s->batch[k]);
        s->batch[k] = NULL;
        s->span[k].is_known = false;
        if (s->array[k].release)
            s->array[k].release(&s->array[k]);
    }
    s->n = 0;
}

static int push_waiting(ArrayStream *s, Err *err)
{
    int rc = 0;
    if (s->n == 0)
        return 0;
    uint32_t n = import_all(s, &rc, err);
    Err first = ERR_INIT;
    int pushed = intake_push_run(s->in, s->batch, s->span, n, &first);
    if (pushed < 0) { /* it comes before the array that could not be taken */
        *err = first;
        rc = pushed;
    }
    forget(s);
    return rc;
}

/* ---- reading ---- */

/* An array of another length becomes several batches, or none, or is better read in place. */
static bool waits_well(const ArrayStream *s, const struct ArrowArray *array)
{
    return s->in->who.id == 0 && array->length > ARROW_VIEW_ROWS && array->length <= (int64_t)BATCH_ROWS_MAX;
}

static int push_alone(ArrayStream *s, struct ArrowArray *array, Err *err)
{
    TRY(push_waiting(s, err));
    intake_next(s->in); /* of a producer each array has a number */
    return s->push_one(s->self, array, &s->schema, err);
}

static int take_array(ArrayStream *s, struct ArrowArray *array, Err *err)
{
    if (!waits_well(s, array)) {
        int rc = push_alone(s, array, err);
        if (array->release)
            array->release(array);
        return rc;
    }
    s->array[s->n++] = *array;
    return s->n == STREAM_ARRAYS ? push_waiting(s, err) : 0;
}

static int raise_stream(struct ArrowArrayStream *stream, int why, Err *err)
{
    const char *text = stream->get_last_error(stream);
    return RAISE(err, ERR_BAD_ARROW, "the Arrow stream failed: %s", text ? text : strerror(why));
}

static int read_all(ArrayStream *s, struct ArrowArrayStream *stream, Err *err)
{
    for (;;) {
        struct ArrowArray array = {0};
        int why = stream->get_next(stream, &array);
        if (why)
            return raise_stream(stream, why, err);
        if (!array.release)
            return 0;
        TRY(take_array(s, &array, err));
    }
}

static int push_whole(ArrayStream *s, struct ArrowArrayStream *stream, Err *err)
{
    Err first = ERR_INIT;
    int why = stream->get_schema(stream, &s->schema);
    if (why)
        return raise_stream(stream, why, err);
    if (s->in->who.id == 0)
        intake_next(s->in);
    int rc = read_all(s, stream, err), before = push_waiting(s, &first);
    if (before < 0)
        *err = first;
    if (s->schema.release)
        s->schema.release(&s->schema);
    s->schema = (struct ArrowSchema){0};
    return before < 0 ? before : rc;
}

int array_stream_push(ArrayStream *s, struct ArrowArrayStream *stream, Err *err)
{
    if (s->is_busy)
        return RAISE(err, ERR_REENTRANT, "this writer is pushing a stream already");
    s->is_busy = true;
    int rc = push_whole(s, stream, err);
    s->is_busy = false;
    return rc;
}

void array_stream_free(ArrayStream *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; i < TEAM_MAX - 1; i++)
        arrow_view_done(&s->view[i]);
    mem_free(NULL, s, sizeof(*s));
}
