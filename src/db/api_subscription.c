/* SPDX-License-Identifier: Apache-2.0
 *
 * Subscriptions: the callback form of the base interface, and the additive one with borrowed changes and polling.
 *
 * Callbacks run inside the step that made the change.  Cancelling waits for that step (or, inside the callback, just takes the
 * subscription off), so nothing is delivered after it returned; a handle freed inside its own callback is buried until no step can
 * be in it. */
#include "db/api.h"

struct LaminarSubscriptionHandle {
    Database *db;
    Stream *stream;
    LaminarSubscriptionCallback on_data;
    LaminarErrorCallback on_error;
    void *user_data;
};

struct LaminarSubscription {
    Database *db;
    Stream *stream;
    LaminarSubscribeOptions o;
    LaminarRecordBatch view; /* batch of the current change */
    Batch *held;             /* poll: kept until the next call */
    uint64_t sequence;
    int64_t wm_us;
};

/* ---- opening by name or query ---- */

static int open_stream(Database *db, Str text, const StreamOptions *o, Stream **ret, Err *err)
{
    TRY(db_check_open(db, err));
    if (engine_is_inside(db->engine))
        return RAISE(err, ERR_REENTRANT, "a subscription cannot be opened inside a callback");
    db_exhume(db);
    Catalog *c = db_catalog(db);
    bool is_name = catalog_find(c, text) != NULL;
    catalog_unref(c);
    if (is_name)
        return stream_open_relation(db, text, o, ret, err);
    Arena arena;
    arena_init(&arena, NULL, 0);
    ScriptStmt stmt;
    Str full;
    int rc = db_parse_query(db, &arena, text, &stmt, &full, err);
    if (rc == -ERR_SYNTAX && !memchr(text.p, ' ', text.n)) /* one word that is no statement: a relation that is not there */
        rc = RAISE(err, ERR_UNDEFINED_RELATION, "%.*s", (int)text.n, text.p);
    if (rc == 0) {
        rc = stream_open(db, stmt.node, full, STREAM_OPEN, o, ret, err);
        if (rc < 0 && err)
            err_locate(err, full.p, (uint32_t)full.n);
    }
    arena_done(&arena);
    return rc;
}

/* ---- callback form ---- */

static void deliver(LaminarSubscriptionHandle *h, const Batch *b, Rows rows, int32_t event)
{
    if (rows.n == 0 || atomic_load(&h->stream->cancelled))
        return;
    Account *acct = engine_account(h->db->engine);
    Arena *step = engine_step(h->db->engine);
    Batch *part = rows.sel == b->sel && rows.n == b->n_sel ? (Batch *)b : batch_with_sel(step, b, rows.sel, rows.n);
    Batch *own = part ? batch_own(acct, part) : NULL;
    LaminarRecordBatch *handle = own ? api_batch_new(h->db, own) : NULL;
    if (handle)
        h->on_data(h->user_data, handle, event);
    else if (h->on_error)
        h->on_error(h->user_data, LAMINAR_ERR_INTERNAL, "out of memory: a change could not be delivered");
}

static void handle_batch(void *self, const Batch *b)
{
    LaminarSubscriptionHandle *h = self;
    if (!h->on_data)
        return;
    Rows rows = batch_rows(b);
    if (b->w_kind != W_VEC) {
        deliver(h, b, rows, b->w_kind == W_ONE ? LAMINAR_EVENT_INSERT : LAMINAR_EVENT_DELETE);
        return;
    }
    uint16_t *minus = arena_alloc(engine_step(h->db->engine), rows.n * 2 * sizeof(uint16_t));
    if (!minus)
        return;
    uint16_t *plus = minus + rows.n;
    uint32_t n_minus = 0, n_plus = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint16_t row = (uint16_t)row_at(rows, i);
        if (b->w[row] < 0)
            minus[n_minus++] = row;
        else if (b->w[row] > 0)
            plus[n_plus++] = row;
    }
    deliver(h, b, (Rows){n_minus, minus}, LAMINAR_EVENT_DELETE);
    deliver(h, b, (Rows){n_plus, plus}, LAMINAR_EVENT_INSERT);
}

static void handle_mark(void *self, int64_t wm_us)
{
    LaminarSubscriptionHandle *h = self;
    (void)wm_us;
    if (h->on_data && !atomic_load(&h->stream->cancelled))
        h->on_data(h->user_data, NULL, LAMINAR_EVENT_WATERMARK);
}

static void handle_end(void *self, const Err *err)
{
    LaminarSubscriptionHandle *h = self;
    if (err && h->on_error && h->stream && !atomic_load(&h->stream->cancelled))
        h->on_error(h->user_data, err_api_code(err->code), err->message);
}

int32_t laminar_subscribe_callback(LaminarConnection *conn, const char *query, LaminarSubscriptionCallback on_data,
                                   LaminarErrorCallback on_error, void *user_data, LaminarSubscriptionHandle **out)
{
    if (!conn || !query || !out)
        return api_null();
    api_begin();
    Str text;
    if (!api_text(query, &text))
        return LAMINAR_ERR_INVALID_UTF8;
    Err err;
    err_reset(&err);
    LaminarSubscriptionHandle *h = mem_zalloc(NULL, sizeof(*h));
    if (!h)
        return api_return(RAISE_NOMEM(&err), &err);
    *h = (LaminarSubscriptionHandle){.db = db_ref(conn->db), .on_data = on_data, .on_error = on_error, .user_data = user_data};
    StreamOptions o = {
        .background = true, .watermarks = true, .on_batch = handle_batch, .on_mark = handle_mark, .on_end = handle_end, .self = h};
    o.opened = &h->stream;
    Stream *opened;
    int rc = open_stream(conn->db, text, &o, &opened, &err);
    if (rc < 0) {
        db_unref(h->db);
        mem_free(NULL, h, sizeof(*h));
        return api_return(rc, &err);
    }
    *out = h;
    return LAMINAR_OK;
}

int32_t laminar_subscription_cancel(LaminarSubscriptionHandle *handle)
{
    if (!handle)
        return api_null();
    api_begin();
    stream_cancel(handle->stream);
    return LAMINAR_OK;
}

int32_t laminar_subscription_is_active(LaminarSubscriptionHandle *handle, bool *out)
{
    if (!handle || !out)
        return api_null();
    api_begin();
    *out = stream_is_active(handle->stream);
    return LAMINAR_OK;
}

void *laminar_subscription_user_data(LaminarSubscriptionHandle *handle)
{
    return handle ? handle->user_data : NULL;
}

static void handle_destroy(void *p)
{
    LaminarSubscriptionHandle *h = p;
    stream_free(h->stream);
    db_unref(h->db);
    mem_free(NULL, h, sizeof(*h));
}

void laminar_subscription_free(LaminarSubscriptionHandle *handle)
{
    if (!handle)
        return;
    stream_cancel(handle->stream);
    if (engine_is_inside(handle->db->engine))
        (void)db_bury(handle->db, handle_destroy, handle);
    else
        handle_destroy(handle);
}

/* ---- additive form ---- */

static void fill_view(LaminarSubscription *s, const Batch *b, LaminarChange *ret)
{
    s->view.batch = (Batch *)b;
    s->view.part = &s->view.batch;
    s->view.n_parts = 1;
    s->view.borrowed = true;
    *ret = (LaminarChange){.batch = b ? &s->view : NULL,
                           .num_rows = b ? b->n_sel : 0,
                           .sequence = ++s->sequence,
                           .watermark_us = s->wm_us};
}

static void sub_batch(void *self, const Batch *b)
{
    LaminarSubscription *s = self;
    LaminarChange change;
    fill_view(s, b, &change);
    s->o.on_change(s->o.user_data, &change);
}

static void sub_mark(void *self, int64_t wm_us)
{
    LaminarSubscription *s = self;
    LaminarChange change;
    s->wm_us = wm_us;
    fill_view(s, NULL, &change);
    s->o.on_change(s->o.user_data, &change);
}

static void sub_end(void *self, const Err *err)
{
    LaminarSubscription *s = self;
    if (err && s->o.on_error && s->stream && !atomic_load(&s->stream->cancelled))
        s->o.on_error(s->o.user_data, err_api_code(err->code), err->message);
}

#define BUFFER_BYTES_PRESET (INT64_C(16) << 20)

int32_t laminar_subscribe(LaminarConnection *conn, const char *sql_or_name, const LaminarSubscribeOptions *options,
                          LaminarSubscription **out)
{
    if (!conn || !sql_or_name || !out || (options && options->size < sizeof(*options)))
        return api_null();
    api_begin();
    Str text;
    if (!api_text(sql_or_name, &text))
        return LAMINAR_ERR_INVALID_UTF8;
    Err err;
    err_reset(&err);
    if (options && (options->overflow < LAMINAR_OVERFLOW_DROP_OLDEST || options->overflow > LAMINAR_OVERFLOW_DISCONNECT))
        return api_return(RAISE(&err, ERR_INVALID_PARAMETER, "unknown overflow policy %d", (int)options->overflow), &err);
    LaminarSubscription *s = mem_zalloc(NULL, sizeof(*s));
    if (!s)
        return api_return(RAISE_NOMEM(&err), &err);
    if (options)
        s->o = *options;
    s->db = db_ref(conn->db);
    s->wm_us = INT64_MIN;
    sb_init(&s->view.text, NULL);
    StreamOptions o = {.background = true, .watermarks = s->o.watermarks, .self = s, .opened = &s->stream};
    o.overflow = s->o.overflow == LAMINAR_OVERFLOW_DISCONNECT ? STREAM_DISCONNECT : STREAM_DROP_OLDEST;
    o.buffer_bytes = s->o.buffer_bytes > 0 ? s->o.buffer_bytes : BUFFER_BYTES_PRESET;
    if (s->o.on_change) {
        o.on_batch = sub_batch;
        o.on_mark = sub_mark;
        o.on_end = sub_end;
    } else {
        o.want_fd = true;
    }
    Stream *opened;
    int rc = open_stream(conn->db, text, &o, &opened, &err);
    if (rc < 0) {
        db_unref(s->db);
        mem_free(NULL, s, sizeof(*s));
        return api_return(rc, &err);
    }
    *out = s;
    return LAMINAR_OK;
}

int32_t laminar_subscription_next(LaminarSubscription *subscription, int64_t timeout_ms, LaminarChange *out)
{
    if (!subscription || !out)
        return api_null();
    api_begin();
    LaminarSubscription *s = subscription;
    if (s->o.on_change)
        return api_error(LAMINAR_ERR_SUBSCRIPTION, "The subscription has a callback: it cannot be polled");
    batch_unref(s->held);
    s->held = NULL;
    Err err;
    err_reset(&err);
    QueuedBatch q = {0};
    int64_t deadline = timeout_ms < 0 ? INT64_MAX : timeout_ms == 0 ? 0 : env_mono_ns(s->db->env) + timeout_ms * 1000000;
    int rc = stream_next(s->stream, deadline, &q, &err);
    if (rc < 0)
        return api_return(rc, &err);
    if (rc == STREAM_TIMEOUT)
        return api_return(RAISE(&err, ERR_TIMEOUT, "nothing came in time"), &err);
    if (rc == STREAM_END) {
        *out = (LaminarChange){.sequence = 0, .watermark_us = s->wm_us};
        return LAMINAR_OK;
    }
    if (!q.batch)
        s->wm_us = q.wm_us;
    s->held = q.batch;
    fill_view(s, q.batch, out);
    out->gap_rows = q.gap_rows;
    return LAMINAR_OK;
}

int32_t laminar_subscription_schema(LaminarSubscription *subscription, LaminarSchema **out)
{
    if (!subscription || !out)
        return api_null();
    api_begin();
    return api_schema_new(subscription->stream->schema, out);
}

int laminar_subscription_fd(LaminarSubscription *subscription)
{
    return subscription ? subscription->stream->fd : -1;
}

int32_t laminar_subscription_close(LaminarSubscription *subscription)
{
    if (!subscription)
        return api_null();
    api_begin();
    stream_cancel(subscription->stream);
    return LAMINAR_OK;
}

static void subscription_destroy(void *p)
{
    LaminarSubscription *s = p;
    stream_free(s->stream);
    batch_unref(s->held);
    sb_done(&s->view.text);
    db_unref(s->db);
    mem_free(NULL, s, sizeof(*s));
}

void laminar_subscription_release(LaminarSubscription *subscription)
{
    if (!subscription)
        return;
    stream_cancel(subscription->stream);
    if (engine_is_inside(subscription->db->engine))
        (void)db_bury(subscription->db, subscription_destroy, subscription);
    else
        subscription_destroy(subscription);
}
