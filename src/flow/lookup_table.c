/* SPDX-License-Identifier: Apache-2.0
 *
 * Lookup table, asked by key: what is asked for, and what answers do.  A row that is found becomes part of the rows as soon as it
 * comes; its key becomes known when the answer is complete, so nobody meets a part of it.  Forgetting goes the other way round. */
#include "flow/lookup_impl.h"

#define POLL_NS 1000000ll   /* between two looks at what has no answer yet */
#define PAUSE_NS 50000000ll /* before a request is made again; twice as long with each failure */
#define LONGEST_PAUSE_NS 5000000000ll
#define POLLS_PER_ROUND 64

/* ---- making, freeing ---- */

int lookup_keys_schema(Account *acct, const Schema *rows, const uint32_t *key, uint32_t n_key, Schema **ret, Err *err)
{
    Arena arena;
    arena_init(&arena, acct, 0);
    Field *f = ARENA_ARRAY(&arena, Field, n_key + 2);
    *ret = NULL;
    if (f) {
        for (uint32_t i = 0; i < n_key; i++)
            f[i] = rows->field[key[i]];
        f[n_key] = (Field){.name = "error", .type = TYPE(TEXT)};
        f[n_key + 1] = (Field){.name = "answered", .type = TYPE(TS), .not_null = true};
        *ret = schema_new(acct, f, n_key + 2);
    }
    arena_done(&arena);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static void request_free(LookupTable *t, LookupRequest *r)
{
    batch_unref(r->keys);
    mem_free(t->acct, r, sizeof(*r));
}

void lookup_table_free(LookupTable *t)
{
    if (!t)
        return;
    if (t->engine)
        engine_timer_clear(t->engine, &t->timer);
    lookup_close(t->lookup);
    for (LookupRequest *r = t->requests, *next; r; r = next) {
        next = r->next;
        request_free(t, r);
    }
    hash_table_free(t->wanted);
    lookup_kept_done(t);
    if (t->pages)
        page_store_free(t->pages);
    t->spec.drop(t->spec.self);
    mem_free(t->acct, t, sizeof(*t));
}

static void table_fire(Timer *timer);

int lookup_table_start(Account *acct, const LookupSpec *spec, Engine *e, Feed *rows, Feed *keys, Err *err)
{
    LookupTable *t = mem_zalloc(acct, sizeof(*t));
    if (!t) {
        spec->drop(spec->self);
        return RAISE_NOMEM(err);
    }
    t->acct = acct;
    t->spec = *spec;
    t->error = ERR_INIT;
    t->next_number = 1;
    t->pages = page_store_new(acct);
    lookup_kept_init(t);
    t->wanted = t->pages ? hash_table_new(t->pages, &keys->stored->key_layout, 1, INT64_MIN, err) : NULL;
    t->places = t->wanted ? hash_table_new(t->pages, &keys->stored->key_layout, 2, INT64_MIN, err) : NULL;
    if (!t->places) {
        lookup_table_free(t);
        return RAISE_NOMEM(err);
    }
    t->engine = e;
    t->rows = rows;
    t->keys = keys;
    t->timer.fire = table_fire;
    keys->lookup = t;
    engine_timer_set(e, &t->timer, env_mono_ns(engine_env(e)));
    return 0;
}

/* ---- what queries ask ---- */

static void *find_table(void *self, uint64_t keys_relation)
{
    Feed *f = engine_feed(self, keys_relation);
    return f ? f->lookup : NULL;
}

/* Why each of the rows of the keys that are there has failed; NULL = it has not. */
static int failures(const LookupTable *t, uint8_t **row, uint32_t n, uint8_t *state, const char **why, Arena *arena)
{
    uint8_t **there = arena_alloc(arena, (n + 1) * sizeof(*there));
    uint32_t *at = arena_alloc(arena, (n + 1) * sizeof(*at)), n_there = 0;
    Batch *b;
    if (!there || !at)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        if (row[i]) {
            at[n_there] = i;
            there[n_there++] = row[i];
        }
    if (n_there == 0)
        return 0;
    TRY(stored_read(t->keys->stored, there, n_there, arena, &b, NULL));
    const Vec *error = &b->col[t->keys->stored->n_key];
    for (uint32_t i = 0; i < n_there; i++) {
        if (vec_is_null(error, i))
            continue;
        Str text = vec_get(error, i).str;
        state[at[i]] = ASK_FAILED;
        why[at[i]] = arena_strndup(arena, text.p, text.n);
    }
    return 0;
}

/* Adds the keys that nobody waits for yet. */
static int want(LookupTable *t, const Vec *const *key, const uint64_t *hash, Rows rows, Arena *arena)
{
    uint8_t **entry = arena_alloc(arena, (rows.n + 1) * sizeof(*entry));
    uint64_t *is_new = arena_alloc(arena, (BIT_WORDS(rows.n) + 1) * sizeof(*is_new));
    if (!entry || !is_new)
        return -ERR_OUT_OF_MEMORY;
    TRY(hash_table_upsert(t->wanted, key, hash, rows, entry, is_new, NULL));
    for (uint32_t i = 0; i < rows.n; i++)
        if (*row_count(entry[i]) == 0) {
            *row_count(entry[i]) = -1;
            t->n_unasked++;
        }
    if (t->n_unasked > 0 && !t->engine->replaying)
        engine_timer_set(t->engine, &t->timer, env_mono_ns(engine_env(t->engine)));
    return 0;
}

static int ask(void *table, const Vec *key, Rows rows, uint8_t *ret_state, const char **ret_why, Arena *arena)
{
    LookupTable *t = table;
    Stored *keys = t->keys->stored;
    uint16_t *sel = arena_alloc(arena, (rows.n + 1) * sizeof(*sel)), *miss = arena_alloc(arena, (rows.n + 1) * sizeof(*miss));
    uint32_t *at = arena_alloc(arena, (rows.n + 1) * sizeof(*at)), n = 0, n_miss = 0;
    uint8_t **row = arena_alloc(arena, (rows.n + 1) * sizeof(*row)), **used = arena_alloc(arena, (rows.n + 1) * sizeof(*used));
    uint64_t *hash = arena_alloc(arena, (rows.n + 1) * sizeof(*hash));
    const Vec **col = ARENA_ARRAY(arena, const Vec *, keys->n_key + 1);
    if (!sel || !miss || !at || !row || !used || !hash || !col)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t k = 0; k < keys->n_key; k++)
        col[k] = &key[k];
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        bool null = false;
        for (uint32_t k = 0; k < keys->n_key; k++)
            null |= vec_is_null(&key[k], r);
        ret_state[i] = ASK_KNOWN;
        at[n] = i;
        sel[n] = (uint16_t)r;
        n += !null;
    }
    if (n == 0)
        return 0;
    kernel_hash(col, keys->n_key, (Rows){n, sel}, hash);
    TRY(stored_find_hashed(keys, col, hash, (Rows){n, sel}, row));
    lookup_used(t, col, hash, (Rows){n, sel}, used);
    for (uint32_t i = 0; i < n; i++) {
        if (row[i])
            continue;
        ret_state[at[i]] = ASK_WAITS;
        hash[n_miss] = hash[i];
        miss[n_miss++] = sel[i];
    }
    t->n_hits += n - n_miss;
    t->n_misses += n_miss;
    if (n_miss > 0)
        TRY(want(t, col, hash, (Rows){n_miss, miss}, arena));
    if (t->n_failures_kept == 0)
        return 0;
    uint8_t *state = arena_zalloc(arena, n + 1);
    const char **why = arena_zalloc(arena, (n + 1) * sizeof(*why));
    if (!state || !why)
        return -ERR_OUT_OF_MEMORY;
    TRY(failures(t, row, n, state, why, arena));
    for (uint32_t i = 0; i < n; i++)
        if (state[i] == ASK_FAILED) {
            ret_state[at[i]] = ASK_FAILED;
            ret_why[at[i]] = why[i];
        }
    return 0;
}

void lookup_hold(LookupTable *t)
{
    t->n_holds++;
}

void lookup_release(LookupTable *t)
{
    t->n_holds--;
    if (!t->engine->replaying)
        engine_timer_set(t->engine, &t->timer, env_mono_ns(engine_env(t->engine)));
}

const Asker lookup_asker = {.table = find_table, .ask = ask};

/* ---- requests ---- */

static LookupRequest *request_of(LookupTable *t, uint64_t ticket)
{
    LookupRequest *r = t->requests;
    while (r && (r->ticket != ticket || !r->open))
        r = r->next;
    return r;
}

/* Columns of a batch of keys, as vectors for the tables of keys. */
static const Vec **key_columns(const LookupTable *t, const Batch *b, Arena *arena)
{
    const Vec **col = ARENA_ARRAY(arena, const Vec *, t->keys->stored->n_key + 1);
    for (uint32_t k = 0; col && k < t->keys->stored->n_key; k++)
        col[k] = &b->col[k];
    return col;
}

/* Up to a batch of the keys that have not been asked for. */
static int gather(LookupTable *t, uint64_t number, Arena *arena, Batch **ret, Err *err)
{
    uint8_t **row = arena_alloc(arena, BATCH_ROWS * sizeof(*row)), *some[64];
    const Value none = value_null(TYPE(TEXT)), now = {.type = TYPE(TS), .i64 = 0};
    uint32_t n = 0, n_key = t->keys->stored->n_key;
    HashCursor at = {0};
    if (!row)
        return RAISE_NOMEM(err);
    for (uint32_t got; n < BATCH_ROWS && (got = hash_table_next(t->wanted, &at, some, ARRAY_LEN(some))) > 0;)
        for (uint32_t i = 0; i < got && n < BATCH_ROWS; i++)
            if (*row_count(some[i]) == -1) {
                *row_count(some[i]) = (int64_t)number;
                row[n++] = some[i];
            }
    t->n_unasked = n == 0 ? 0 : t->n_unasked - n;
    *ret = NULL;
    if (n == 0)
        return 0;
    Batch *b = batch_scratch(arena, t->keys->schema, n);
    if (!b)
        return RAISE_NOMEM(err);
    b->n_sel = n;
    for (uint32_t k = 0; k < n_key; k++)
        TRY(hash_table_read(t->wanted, row, n, k, &b->col[k], arena));
    TRY(vec_const(&none, n, &b->col[n_key], arena));
    TRY(vec_const(&now, n, &b->col[n_key + 1], arena));
    *ret = batch_own(t->acct, b);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static void open_request(LookupTable *t, LookupRequest *r, int64_t now_ns)
{
    Err err = ERR_INIT;
    int rc = t->lookup ? 0 : t->spec.open(t->spec.self, &t->lookup, &err);
    r->ticket = t->next_number++;
    r->open = rc >= 0;
    if (rc >= 0)
        rc = lookup_ask(t->lookup, r->ticket, r->keys, &err);
    if (rc < 0)
        lookup_request_failed(t, r, &err, now_ns);
}

static int make_requests(LookupTable *t, int64_t now_ns, Arena *arena, Err *err)
{
    uint32_t most = t->lookup ? t->lookup->type->max_requests : 1;
    while (t->n_unasked > 0 && t->n_requests < most) {
        LookupRequest *r = mem_zalloc(t->acct, sizeof(*r));
        if (!r)
            return RAISE_NOMEM(err);
        r->number = t->next_number++;
        int rc = gather(t, r->number, arena, &r->keys, err);
        if (rc < 0 || !r->keys) {
            request_free(t, r);
            return rc;
        }
        r->begun_ns = now_ns;
        r->next = t->requests;
        t->requests = r;
        t->n_requests++;
        t->n_asked += r->keys->n_sel;
        open_request(t, r, now_ns);
        most = t->lookup ? t->lookup->type->max_requests : 1;
    }
    return 0;
}

static void close_request(LookupTable *t, LookupRequest *r)
{
    if (r->open && t->lookup)
        lookup_forget(t->lookup, r->ticket);
    r->open = false;
}

/* It is made again after a pause. */
void lookup_request_failed(LookupTable *t, LookupRequest *r, const Err *why, int64_t now_ns)
{
    close_request(t, r);
    r->why = *why;
    t->error = *why;
    r->again_ns = now_ns + MIN(PAUSE_NS << MIN(r->tries, 20u), LONGEST_PAUSE_NS);
    r->tries++;
}

static void end_request(LookupTable *t, LookupRequest *r, Arena *arena)
{
    close_request(t, r);
    for (LookupRequest **at = &t->requests; *at; at = &(*at)->next)
        if (*at == r) {
            *at = r->next;
            break;
        }
    t->n_requests--;
    Rows rows = batch_rows(r->keys);
    const Vec **col = key_columns(t, r->keys, arena);
    uint64_t *hash = arena_alloc(arena, rows.n * sizeof(*hash));
    uint8_t **entry = arena_alloc(arena, rows.n * sizeof(*entry));
    if (col && hash && entry) {
        kernel_hash(col, t->keys->stored->n_key, rows, hash);
        hash_table_find(t->wanted, col, hash, rows, entry);
        for (uint32_t i = 0; i < rows.n; i++)
            if (entry[i] && *row_count(entry[i]) == (int64_t)r->number)
                hash_table_remove(t->wanted, entry[i]);
    }
    request_free(t, r);
}

/* ---- answers ---- */

/* Of the rows of an answer those whose keys the request has. */
static int pick(LookupTable *t, const LookupRequest *r, Batch *b, Arena *arena, Batch **ret, Err *err)
{
    const Stored *s = t->rows->stored;
    Rows rows = batch_rows(b);
    const Vec **col = ARENA_ARRAY(arena, const Vec *, s->n_key + 1);
    uint64_t *hash = arena_alloc(arena, (rows.n + 1) * sizeof(*hash));
    uint8_t **entry = arena_alloc(arena, (rows.n + 1) * sizeof(*entry));
    uint16_t *sel = arena_alloc(arena, (rows.n + 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!col || !hash || !entry || !sel)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < s->n_key; k++)
        col[k] = &b->col[s->key[k]];
    *ret = NULL;
    if (rows.n == 0)
        return 0;
    kernel_hash(col, s->n_key, rows, hash);
    hash_table_find(t->wanted, col, hash, rows, entry);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint16_t at = (uint16_t)row_at(rows, i);
        sel[n] = at;
        n += lookup_row_is_whole(b, at) && entry[i] && *row_count(entry[i]) == (int64_t)r->number;
    }
    if (n == 0)
        return 0;
    *ret = batch_with_sel(arena, b, sel, n);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int take_rows(LookupTable *t, const LookupRequest *r, Batch *b, Arena *arena, Err *err)
{
    Batch *mine, *change[2];
    Taken taken;
    uint32_t n = 0;
    TRY(pick(t, r, b, arena, &mine, err));
    if (!mine)
        return 0;
    TRY(stored_take(t->rows->stored, mine, true, arena, &taken, err));
    if (taken.minus && taken.minus->n_sel > 0)
        change[n++] = taken.minus;
    if (taken.plus && taken.plus->n_sel > 0)
        change[n++] = taken.plus;
    return n ? engine_change(t->engine, t->rows, change, n, err) : 0;
}

/* The keys of a request are known from here on; why: NULL = with the rows that have come. */
static int finish(LookupTable *t, LookupRequest *r, const char *why, Arena *arena, Err *err)
{
    uint32_t n = r->keys->n_sel, n_key = t->keys->stored->n_key;
    Batch *b = batch_with_sel(arena, r->keys, NULL, n);
    Value error = why ? (Value){.type = TYPE(TEXT), .str = str_of(why)} : value_null(TYPE(TEXT));
    Value now = {.type = TYPE(TS), .i64 = env_wall_us(engine_env(t->engine))};
    if (!b)
        return RAISE_NOMEM(err);
    TRY(vec_const(&error, b->n, &b->col[n_key], arena));
    TRY(vec_const(&now, b->n, &b->col[n_key + 1], arena));
    if (why)
        TRY(lookup_drop_rows(t, b, arena, err));
    t->n_failures_kept += why ? n : 0;
    int rc = engine_change(t->engine, t->keys, &b, 1, err);
    if (rc < 0) {
        t->n_failures_kept -= why ? n : 0;
        return rc;
    }
    t->n_failed += why ? n : 0;
    TRY(lookup_keep(t, b, why != NULL, arena, err));
    end_request(t, r, arena);
    return 0;
}

static int take_answer(LookupTable *t, const LookupAnswer *a, int64_t now_ns, Arena *arena, Err *err)
{
    LookupRequest *r = request_of(t, a->ticket);
    t->n_bad += a->n_bad;
    if (!r) {
        t->n_stray++;
        return 0;
    }
    if (a->failed.code) {
        lookup_request_failed(t, r, &a->failed, now_ns);
        return 0;
    }
    if (a->rows && a->rows->n_sel > 0)
        TRY(take_rows(t, r, a->rows, arena, err));
    if (!a->done)
        return 0;
    t->error = ERR_INIT;
    return finish(t, r, NULL, arena, err);
}

static void poll_failed(LookupTable *t, const Err *why, int64_t now_ns)
{
    for (LookupRequest *r = t->requests; r; r = r->next)
        if (r->open) {
            r->open = false;
            lookup_request_failed(t, r, why, now_ns);
        }
    lookup_close(t->lookup);
    t->lookup = NULL;
}

static bool poll_answers(LookupTable *t, int64_t now_ns, Arena *arena, Err *err, int *ret_rc)
{
    for (uint32_t i = 0; t->lookup && i < POLLS_PER_ROUND; i++) {
        LookupAnswer a;
        Err why = ERR_INIT;
        int rc = lookup_poll(t->lookup, &a, &why);
        if (rc < 0) {
            poll_failed(t, &why, now_ns);
            return false;
        }
        if (rc == LOOKUP_NONE)
            return false;
        *ret_rc = take_answer(t, &a, now_ns, arena, err);
        batch_unref(a.rows);
        arena_reset(arena);
        if (*ret_rc < 0)
            return false;
    }
    return t->lookup != NULL;
}

/* Those that are due are made again, those whose time is over are given up. */
static int look_after(LookupTable *t, int64_t now_ns, Arena *arena, Err *err)
{
    for (LookupRequest *r = t->requests, *next; r; r = next) {
        next = r->next;
        if (now_ns - r->begun_ns >= t->spec.timeout_us * 1000) {
            char why[640];
            if (r->why.code)
                snprintf(why, sizeof(why), "\"%s\" cannot be asked: %s", t->rows->name, r->why.message);
            else
                snprintf(why, sizeof(why), "\"%s\" has not answered in time", t->rows->name);
            TRY(finish(t, r, why, arena, err));
        } else if (!r->open && r->again_ns <= now_ns) {
            t->n_retries++;
            TRY(lookup_drop_rows(t, r->keys, arena, err)); /* of a part of an answer */
            open_request(t, r, now_ns);
        }
    }
    return 0;
}

/* ---- the clock ---- */

static int64_t next_look_ns(const LookupTable *t, int64_t now_ns, bool more)
{
    int64_t at = lookup_forget_at_ns(t, now_ns);
    if (more || (t->n_unasked > 0 && t->n_requests == 0))
        return now_ns + 1;
    for (const LookupRequest *r = t->requests; r; r = r->next) {
        at = MIN(at, r->open ? now_ns + POLL_NS : r->again_ns);
        at = MIN(at, r->begun_ns + t->spec.timeout_us * 1000);
    }
    return MAX(at, now_ns + 1);
}

static void table_fire(Timer *timer)
{
    LookupTable *t = (LookupTable *)((char *)timer - offsetof(LookupTable, timer));
    int64_t now_ns = env_mono_ns(engine_env(t->engine));
    Err err = ERR_INIT;
    Arena arena;
    int rc = 0;
    arena_init(&arena, t->acct, 0);
    if (!t->started)
        rc = lookup_begin(t, &arena, &err);
    t->started = rc >= 0;
    if (rc >= 0)
        rc = make_requests(t, now_ns, &arena, &err);
    bool more = rc >= 0 && poll_answers(t, now_ns, &arena, &err, &rc);
    if (rc >= 0)
        rc = look_after(t, now_ns, &arena, &err);
    arena_reset(&arena);
    if (rc >= 0)
        rc = lookup_forget_due(t, &arena, &err);
    arena_done(&arena);
    if (rc < 0) {
        t->error = err;
        engine_timer_set(t->engine, timer, now_ns + 100 * POLL_NS);
        return;
    }
    int64_t at = next_look_ns(t, now_ns, more);
    if (at != INT64_MAX)
        engine_timer_set(t->engine, timer, at);
}
