/* SPDX-License-Identifier: Apache-2.0
 *
 * Subscriptions: the callback form of the base interface, and the additive one with borrowed changes and polling.
 *
 * Callbacks run inside the step that made the change.  Cancelling waits for that step (or, inside the callback, just takes the
 * subscription off), so nothing is delivered after it returned; a handle freed inside its own callback is buried until no step can
 * be in it. */
#include "db/api.h"
#include "db/search_path.h"

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
    LaminarRecordBatch view;  /* batch of the change in hand */
    Batch *held;              /* polling: kept until the next call */
    LaminarRecordBatch *many; /* of laminar_subscription_next_many: kept likewise */
    size_t n_many, cap_many;
    uint64_t sequence;
    int64_t wm_us;
};

/* ---- opening by name or query ---- */

static int open_stream(Database *db, Str text, const StreamOptions *o, Stream **ret, Err *err)
{
    WITH_ZONE(db_zone(db));
    TRY(db_check_open(db, err));
    if (db_is_inside(db))
        return RAISE(err, ERR_REENTRANT, "a subscription cannot be opened inside a callback");
    db_exhume(db);
    Catalog *c = db_catalog(db);
    char buf[API_NAME_BYTES];
    Str name = api_name(c, text, buf);
    bool is_name = catalog_find(c, name) != NULL;
    catalog_unref(c);
    if (is_name)
        return stream_open_relation(db, name, o, ret, err);
    Arena arena;
    arena_init(&arena, NULL, 0);
    ParsedQuery q;
    int rc = db_parse_query(db, &arena, text, &q, err);
    if (rc == -ERR_SYNTAX && !memchr(text.p, ' ', text.n)) /* one word that is no statement: a relation that is not there */
        rc = RAISE(err, ERR_UNDEFINED_RELATION, "%.*s", (int)text.n, text.p);
    if (rc == 0) {
        rc = stream_open(db, q.stmt.node, q.text, STREAM_OPEN, o, ret, err);
        if (rc < 0)
            parsed_query_locate(&q, err);
    }
    arena_done(&arena);
    return rc;
}

/* ---- callback form ---- */

static void handle_deliver(void *self, const Delivery *d)
{
    LaminarSubscriptionHandle *h = self;
    if (!h->on_data)
        return;
    if (d->kind == DELIVER_MARK) {
        h->on_data(h->user_data, NULL, LAMINAR_EVENT_WATERMARK);
        return;
    }
    Batch *own = d->batch ? stream_keep(h->stream, d->batch) : batch_new(engine_account(h->db->engine), h->stream->schema, 0);
    LaminarRecordBatch *handle = own ? api_batch_new(h->db, own) : NULL;
    if (handle)
        h->on_data(h->user_data, handle, d->kind == DELIVER_ROWS ? d->event : LAMINAR_EVENT_SNAPSHOT);
    else if (h->on_error)
        h->on_error(h->user_data, LAMINAR_ERR_INTERNAL, "out of memory: a change could not be delivered");
}

static void handle_row_error(void *self, const Err *err)
{
    LaminarSubscriptionHandle *h = self;
    if (h->on_error)
        h->on_error(h->user_data, err_api_code(err->code), err->message);
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
    StreamOptions o = {.background = true,
                       .watermarks = true,
                       .fold = true,
                       .snapshot_marks = true,
                       .deliver = handle_deliver,
                       .on_row_error = handle_row_error,
                       .on_end = handle_end,
                       .self = h,
                       .opened = &h->stream};
    Stream *opened;
    int rc = open_stream(h->db, text, &o, &opened, &err);
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
    if (db_is_inside(handle->db))
        (void)db_bury(handle->db, handle_destroy, handle);
    else
        handle_destroy(handle);
}

/* ---- additive form ---- */

/* What the weights say: LAMINAR_EVENT_UPDATE = rows of both signs. */
static int32_t event_of(const Batch *b)
{
    if (b->w_kind != W_VEC)
        return b->w_kind == W_ONE ? LAMINAR_EVENT_INSERT : LAMINAR_EVENT_DELETE;
    bool plus = false, minus = false;
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n && !(plus && minus); i++) {
        int32_t w = b->w[row_at(rows, i)];
        plus |= w > 0;
        minus |= w < 0;
    }
    return minus ? plus ? LAMINAR_EVENT_UPDATE : LAMINAR_EVENT_DELETE : LAMINAR_EVENT_INSERT;
}

static int32_t change_kind(DeliveryKind kind)
{
    static const int32_t kinds[] = {[DELIVER_ROWS] = LAMINAR_CHANGE_ROWS,
                                    [DELIVER_MARK] = LAMINAR_CHANGE_WATERMARK,
                                    [DELIVER_SNAPSHOT_BEGIN] = LAMINAR_CHANGE_SNAPSHOT_BEGIN,
                                    [DELIVER_SNAPSHOT_ROWS] = LAMINAR_CHANGE_SNAPSHOT_ROWS,
                                    [DELIVER_SNAPSHOT_END] = LAMINAR_CHANGE_SNAPSHOT_END};
    return kinds[kind];
}

static void set_view(LaminarRecordBatch *view, Batch *b)
{
    view->batch = b;
    view->part = &view->batch;
    view->n_parts = 1;
    view->borrowed = true;
}

static void fill_change(LaminarSubscription *s, LaminarRecordBatch *view, const Delivery *d, LaminarChange *ret)
{
    if (d->kind == DELIVER_MARK)
        s->wm_us = d->wm_us;
    set_view(view, d->batch);
    *ret = (LaminarChange){.batch = d->batch ? view : NULL,
                           .num_rows = d->batch ? d->batch->n_sel : 0,
                           .sequence = ++s->sequence,
                           .gap_rows = d->gap_rows,
                           .watermark_us = s->wm_us,
                           .epoch = d->epoch,
                           .kind = change_kind(d->kind),
                           .event = !d->batch       ? 0
                                    : d->event >= 0 ? d->event
                                                    : event_of(d->batch)};
}

static void sub_deliver(void *self, const Delivery *d)
{
    LaminarSubscription *s = self;
    LaminarChange change;
    fill_change(s, &s->view, d, &change);
    s->o.on_change(s->o.user_data, &change);
}

static void sub_row_error(void *self, const Err *err)
{
    LaminarSubscription *s = self;
    s->o.on_error(s->o.user_data, err_api_code(err->code), err->message);
}

static void sub_end(void *self, const Err *err)
{
    LaminarSubscription *s = self;
    if (!s->stream || atomic_load(&s->stream->cancelled))
        return;
    if (err && s->o.on_error)
        s->o.on_error(s->o.user_data, err_api_code(err->code), err->message);
    else if (!err && s->o.on_complete)
        s->o.on_complete(s->o.user_data, LAMINAR_OK, NULL);
}

#define OPTIONS_BYTES_MIN offsetof(LaminarSubscribeOptions, on_complete)

static int check_options(const LaminarSubscribeOptions *o, Err *err)
{
    if (o->overflow < 0 || o->overflow >= N_OVERFLOWS)
        return RAISE(err, ERR_INVALID_PARAMETER, "unknown overflow policy %d", (int)o->overflow);
    if (o->start < 0 || o->start >= N_STREAM_STARTS)
        return RAISE(err, ERR_INVALID_PARAMETER, "unknown start %d", (int)o->start);
    if ((o->demand || o->batch_rows) && !o->on_change)
        return RAISE(err, ERR_INVALID_PARAMETER, "demand and batch_rows are for subscriptions with a callback");
    if (o->demand && o->batch_rows)
        return RAISE(err, ERR_INVALID_PARAMETER, "demand and batch_rows exclude each other");
    if (o->batch_rows > BATCH_ROWS)
        return RAISE(err, ERR_INVALID_PARAMETER, "batch_rows is at most %u", (unsigned)BATCH_ROWS);
    if (o->batch_delay_us < 0 || o->block_timeout_ms < 0 || o->buffer_bytes < 0)
        return RAISE(err, ERR_INVALID_PARAMETER, "sizes and times of a subscription cannot be negative");
    return 0;
}

static bool read_texts(const LaminarSubscribeOptions *from, StreamOptions *o)
{
    return (!from->filter || api_text(from->filter, &o->filter)) && (!from->columns || api_text(from->columns, &o->columns));
}

static StreamOptions stream_options(LaminarSubscription *s)
{
    const LaminarSubscribeOptions *from = &s->o;
    StreamOptions o = {.background = true, .watermarks = from->watermarks, .self = s, .opened = &s->stream};
    o.overflow = (Overflow)from->overflow;
    o.presets = from->overflow == 0 && from->buffer_bytes == 0;
    o.buffer_bytes = from->buffer_bytes > 0 ? from->buffer_bytes : STREAM_BUFFER_PRESET;
    o.block_timeout_ns = MIN(from->block_timeout_ms, INT64_MAX / 2000000) * 1000000;
    o.start = (StreamStart)from->start;
    o.after_epoch = from->from_epoch;
    o.from_us = from->from_timestamp_us;
    o.sample = from->sample;
    o.fold = from->fold_updates;
    o.demand = from->demand;
    o.batch_rows = from->batch_rows;
    o.batch_delay_us = MIN(from->batch_delay_us, INT64_MAX / 2000);
    o.deliver = from->on_change ? sub_deliver : NULL;
    o.on_row_error = from->on_error ? sub_row_error : NULL;
    o.on_end = sub_end;
    return o;
}

int32_t laminar_subscribe(LaminarConnection *conn, const char *sql_or_name, const LaminarSubscribeOptions *options,
                          LaminarSubscription **out)
{
    if (!conn || !sql_or_name || !out || (options && options->size < OPTIONS_BYTES_MIN))
        return api_null();
    api_begin();
    Str text;
    if (!api_text(sql_or_name, &text))
        return LAMINAR_ERR_INVALID_UTF8;
    Err err;
    err_reset(&err);
    LaminarSubscription *s = mem_zalloc(NULL, sizeof(*s));
    if (!s)
        return api_return(RAISE_NOMEM(&err), &err);
    if (options)
        memcpy(&s->o, options, MIN((size_t)options->size, sizeof(s->o)));
    s->db = db_ref(conn->db);
    s->wm_us = INT64_MIN;
    s->view.zone = db_zone(s->db);
    sb_init(&s->view.text, NULL);
    StreamOptions o = stream_options(s);
    Stream *opened;
    int rc = check_options(&s->o, &err);
    bool is_utf8 = read_texts(&s->o, &o);
    if (rc == 0 && is_utf8)
        rc = open_stream(s->db, text, &o, &opened, &err);
    if (rc < 0 || !is_utf8) {
        db_unref(s->db);
        mem_free(NULL, s, sizeof(*s));
        return rc < 0 ? api_return(rc, &err) : LAMINAR_ERR_INVALID_UTF8;
    }
    *out = s;
    return LAMINAR_OK;
}

/* ---- polling ---- */

static void drop_held(LaminarSubscription *s)
{
    s->held = batch_unref(s->held);
    for (size_t i = 0; i < s->n_many; i++)
        s->many[i].batch = batch_unref(s->many[i].batch);
    s->n_many = 0;
}

static int next_delivery(LaminarSubscription *s, int64_t timeout_ms, Delivery *ret, Err *err)
{
    return stream_next(s->stream, timeout_ms == 0 ? 0 : api_deadline(s->db->env, timeout_ms), ret, err);
}

static int32_t outcome(LaminarSubscription *s, int rc, LaminarChange *out, Err *err)
{
    if (rc < 0)
        return api_return(rc, err);
    if (rc == STREAM_TIMEOUT)
        return api_return(RAISE(err, ERR_TIMEOUT, "nothing came in time"), err);
    *out = (LaminarChange){.sequence = 0, .watermark_us = s->wm_us, .kind = LAMINAR_CHANGE_END};
    return LAMINAR_OK;
}

#define CHECK_POLLED(s)                                                                                                            \
    if ((s)->o.on_change)                                                                                                          \
    return api_error(LAMINAR_ERR_SUBSCRIPTION, "The subscription has a callback: it cannot be polled")

int32_t laminar_subscription_next(LaminarSubscription *subscription, int64_t timeout_ms, LaminarChange *out)
{
    if (!subscription || !out)
        return api_null();
    api_begin();
    LaminarSubscription *s = subscription;
    CHECK_POLLED(s);
    drop_held(s);
    Err err;
    err_reset(&err);
    Delivery d;
    int rc = next_delivery(s, timeout_ms, &d, &err);
    if (rc != STREAM_ROWS)
        return outcome(s, rc, out, &err);
    s->held = d.batch;
    fill_change(s, &s->view, &d, out);
    return LAMINAR_OK;
}

static int reserve_many(LaminarSubscription *s, size_t n, Err *err)
{
    if (n <= s->cap_many)
        return 0;
    LaminarRecordBatch *many = mem_realloc(NULL, s->many, s->cap_many * sizeof(*many), n * sizeof(*many));
    if (!many)
        return RAISE_NOMEM(err);
    for (size_t i = s->cap_many; i < n; i++) {
        many[i] = (LaminarRecordBatch){.zone = s->view.zone};
        sb_init(&many[i].text, NULL);
    }
    s->many = many;
    s->cap_many = n;
    return 0;
}

int32_t laminar_subscription_next_many(LaminarSubscription *subscription, int64_t timeout_ms, LaminarChange *out, size_t capacity,
                                       size_t *n)
{
    if (!subscription || !out || !n || capacity == 0)
        return api_null();
    api_begin();
    LaminarSubscription *s = subscription;
    CHECK_POLLED(s);
    drop_held(s);
    Err err;
    err_reset(&err);
    int rc = reserve_many(s, MIN(capacity, (size_t)1 << 16), &err);
    Delivery d;
    rc = rc < 0 ? rc : next_delivery(s, timeout_ms, &d, &err);
    if (rc != STREAM_ROWS) {
        *n = rc == STREAM_END;
        return outcome(s, rc, out, &err);
    }
    do {
        fill_change(s, &s->many[s->n_many], &d, &out[s->n_many]);
        s->n_many++;
    } while (s->n_many < MIN(capacity, s->cap_many) && !atomic_load(&s->stream->paused) && stream_take(s->stream, &d));
    *n = s->n_many;
    return LAMINAR_OK;
}

int32_t laminar_subscription_poll_each(LaminarSubscription *subscription, size_t limit, LaminarEachCallback each, void *user_data,
                                       size_t *n)
{
    if (!subscription || !each)
        return api_null();
    api_begin();
    LaminarSubscription *s = subscription;
    CHECK_POLLED(s);
    drop_held(s);
    Err err;
    err_reset(&err);
    int rc = STREAM_ROWS;
    size_t done = 0;
    for (bool more = true; more && done < limit;) {
        Delivery d;
        LaminarChange change;
        rc = stream_next(s->stream, 0, &d, &err);
        if (rc != STREAM_ROWS)
            break;
        fill_change(s, &s->view, &d, &change);
        done++;
        more = each(user_data, &change);
        batch_unref(d.batch);
    }
    if (n)
        *n = done;
    return rc < 0 && done == 0 ? api_return(rc, &err) : LAMINAR_OK;
}

/* ---- steering ---- */

int32_t laminar_subscription_pause(LaminarSubscription *subscription)
{
    if (!subscription)
        return api_null();
    api_begin();
    stream_pause(subscription->stream, true);
    return LAMINAR_OK;
}

int32_t laminar_subscription_resume(LaminarSubscription *subscription)
{
    if (!subscription)
        return api_null();
    api_begin();
    stream_pause(subscription->stream, false);
    return LAMINAR_OK;
}

int32_t laminar_subscription_request(LaminarSubscription *subscription, uint64_t rows)
{
    if (!subscription)
        return api_null();
    api_begin();
    Err err;
    err_reset(&err);
    return api_return(stream_request(subscription->stream, rows, &err), &err);
}

int32_t laminar_subscription_stats(LaminarSubscription *subscription, LaminarSubscriptionStats *out)
{
    if (!subscription || !out || out->size < sizeof(*out))
        return api_null();
    api_begin();
    Stream *s = subscription->stream;
    StreamStats st;
    stream_stats(s, &st);
    *out = (LaminarSubscriptionStats){.size = out->size,
                                      .active = stream_is_active(s),
                                      .paused = atomic_load(&s->paused),
                                      .rows_in = atomic_load(&s->c.rows_in),
                                      .batches = atomic_load(&s->c.batches),
                                      .rows = atomic_load(&s->c.rows),
                                      .bytes = atomic_load(&s->c.bytes),
                                      .queued_rows = st.queued_rows,
                                      .queued_batches = st.queued,
                                      .queued_bytes = (uint64_t)st.queued_bytes,
                                      .dropped_rows = st.dropped_rows,
                                      .errors = atomic_load(&s->c.errors),
                                      .poll_misses = atomic_load(&s->c.poll_misses),
                                      .epoch = atomic_load(&s->c.epoch),
                                      .current_epoch = st.current_epoch};
    return LAMINAR_OK;
}

int32_t laminar_current_epoch(LaminarConnection *conn, uint64_t *out)
{
    if (!conn || !out)
        return api_null();
    api_begin();
    *out = db_epoch(conn->db);
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
    return subscription ? stream_fd(subscription->stream) : -1;
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
    drop_held(s);
    for (size_t i = 0; i < s->cap_many; i++)
        sb_done(&s->many[i].text);
    mem_free(NULL, s->many, s->cap_many * sizeof(*s->many));
    sb_done(&s->view.text);
    db_unref(s->db);
    mem_free(NULL, s, sizeof(*s));
}

void laminar_subscription_release(LaminarSubscription *subscription)
{
    if (!subscription)
        return;
    stream_cancel(subscription->stream);
    if (db_is_inside(subscription->db))
        (void)db_bury(subscription->db, subscription_destroy, subscription);
    else
        subscription_destroy(subscription);
}
