/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a lookup table that is asked by key.  While a query waits for its keys nothing of the table is forgotten, else an answer
 * that is not kept at all would be gone before the query looks again.  A table that is dropped meanwhile is found missing: it is
 * looked for anew with each poll. */
#include "flow/lookup_read.h"
#include "flow/lookup_impl.h"

/* ---- by key ---- */

typedef struct KeysRead {
    Source source;
    Engine *engine;
    uint64_t keys; /* relation */
    const KeyLookup *l;
    Batch *key; /* of the keys' relation; made with the first poll */
    bool holds;
} KeysRead;

static LookupTable *table_of(const KeysRead *r)
{
    return lookup_asker.table(r->engine, r->keys);
}

static int keys_batch(KeysRead *r, const LookupTable *t, Err *err)
{
    const Schema *s = t->keys->schema;
    Builder b;
    int rc = builder_init(&b, r->source.acct, s, r->l->n, err);
    for (uint32_t i = 0; rc == 0 && i < r->l->n; i++) {
        for (uint32_t c = 0; rc == 0 && c < s->n; c++)
            if (c < t->keys->stored->n_key)
                rc = builder_value(&b, c, r->l->range[i].eq[c], err);
            else
                builder_null(&b, c);
        if (rc == 0)
            (void)builder_row_done(&b);
    }
    if (rc == 0)
        r->key = builder_take(&b);
    builder_done(&b);
    return rc < 0 ? rc : r->key ? 0 : RAISE_NOMEM(err);
}

/* SOURCE_IDLE: answers are missing. */
static int ask_keys(KeysRead *r, LookupTable *t, Arena *arena, Err *err)
{
    uint32_t n = r->key->n_sel;
    uint8_t *state = arena_zalloc(arena, n + 1);
    const char **why = arena_zalloc(arena, (n + 1) * sizeof(*why));
    if (!state || !why || lookup_asker.ask(t, r->key->col, batch_rows(r->key), state, why, arena) < 0)
        return RAISE_NOMEM(err);
    bool waits = false;
    for (uint32_t i = 0; i < n; i++) {
        if (state[i] == ASK_FAILED)
            return RAISE(err, ERR_LOOKUP_FAILED, "%s", why[i]);
        waits |= state[i] == ASK_WAITS;
    }
    return waits ? SOURCE_IDLE : SOURCE_END;
}

static int read_rows(KeysRead *r, LookupTable *t, Arena *arena, Batch **ret, Err *err)
{
    uint8_t **row;
    uint32_t n = 0;
    Batch *b;
    TRY(lookup_find_rows(t, r->key, arena, &row, err));
    for (uint32_t i = 0; i < r->key->n_sel; i++)
        if (row[i])
            row[n++] = row[i];
    if (n == 0)
        return 0;
    TRY(stored_read(t->rows->stored, row, n, arena, &b, err));
    *ret = batch_own(r->source.acct, b);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int keys_poll(Source *s, uint32_t max_rows, SourcePoll *ret, Err *err)
{
    KeysRead *r = (KeysRead *)s;
    LookupTable *t = table_of(r);
    Arena arena;
    (void)max_rows;
    if (!t)
        return RAISE(err, ERR_UNDEFINED_RELATION, "the lookup table does not exist any more");
    if (!r->key)
        TRY(keys_batch(r, t, err));
    if (!r->holds)
        lookup_hold(t);
    r->holds = true;
    arena_init(&arena, s->acct, 0);
    int rc = ask_keys(r, t, &arena, err);
    int read = rc == SOURCE_END ? read_rows(r, t, &arena, &ret->batch, err) : 0;
    arena_done(&arena);
    return read < 0 ? read : rc;
}

static void keys_close(Source *s)
{
    KeysRead *r = (KeysRead *)s;
    LookupTable *t = r->holds ? table_of(r) : NULL;
    if (t)
        lookup_release(t);
    batch_unref(r->key);
}

static int nothing_to_open(Source *s, const ConnectArgs *args, Err *err)
{
    (void)s;
    (void)args;
    (void)err;
    return 0;
}

static bool ends(const Source *s)
{
    (void)s;
    return true;
}

static const OptionDef no_options[] = {{0}};

static const SourceType keys_read = {
    .name = "lookup",
    .help = "rows that are asked for by key",
    .options = no_options,
    .size = sizeof(KeysRead),
    .bounded_possible = true,
    .open = nothing_to_open,
    .poll = keys_poll,
    .is_bounded = ends,
    .close = keys_close,
};

/* Options are of the table's own connector. */
static ConnectArgs plain_args(const ConnectArgs *args)
{
    return (ConnectArgs){.env = args->env, .acct = args->acct, .object = args->object, .schema = args->schema};
}

int lookup_read_keys(const ConnectArgs *args, Engine *e, uint64_t keys, const KeyLookup *l, Source **ret, Err *err)
{
    ConnectArgs plain = plain_args(args);
    TRY(source_open(&keys_read, &plain, ret, err));
    KeysRead *r = (KeysRead *)*ret;
    r->engine = e;
    r->keys = keys;
    r->l = l;
    return 0;
}

/* ---- all of them ---- */

typedef struct AllRead {
    Source source;
    Source *input; /* NULL: all of it has been read */
    PageStore *pages;
    Stored *rows;
    HashCursor at;
} AllRead;

/* What has no value in a column that must have one is not there, as when it is asked for. */
static int take_whole(AllRead *r, const Batch *b, Arena *arena, Err *err)
{
    Rows rows = batch_rows(b);
    uint16_t *sel = arena_alloc(arena, (rows.n + 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!sel)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < rows.n; i++) {
        sel[n] = (uint16_t)row_at(rows, i);
        n += lookup_row_is_whole(b, sel[n]);
    }
    Batch *whole = n ? batch_with_sel(arena, b, sel, n) : NULL;
    Batch *change[2];
    uint32_t n_changes = 0;
    Taken taken;
    if (n == 0)
        return 0;
    if (!whole)
        return RAISE_NOMEM(err);
    TRY(stored_take(r->rows, whole, true, arena, &taken, err));
    if (taken.minus && taken.minus->n_sel > 0)
        change[n_changes++] = taken.minus;
    if (taken.plus && taken.plus->n_sel > 0)
        change[n_changes++] = taken.plus;
    return n_changes ? stored_apply(r->rows, "lookup", change, n_changes, err) : 0;
}

static int read_input(AllRead *r, uint32_t max_rows, Err *err)
{
    SourcePoll p;
    Arena arena;
    int rc = source_poll(r->input, max_rows, &p, err);
    batch_unref(p.bad); /* they are told of where rows are asked for */
    if (rc >= 0 && p.batch) {
        arena_init(&arena, r->source.acct, 0);
        int took = take_whole(r, p.batch, &arena, err);
        arena_done(&arena);
        rc = took < 0 ? took : rc;
    }
    batch_unref(p.batch);
    if (rc == SOURCE_END) {
        source_close(MOVE(r->input));
        rc = SOURCE_DATA;
    }
    return rc;
}

static int give_rows(AllRead *r, SourcePoll *ret, Err *err)
{
    uint8_t *row[BATCH_ROWS];
    Arena arena;
    Batch *b;
    uint32_t n = hash_table_next(r->rows->rows, &r->at, row, ARRAY_LEN(row));
    if (n == 0)
        return SOURCE_END;
    arena_init(&arena, r->source.acct, 0);
    int rc = stored_read(r->rows, row, n, &arena, &b, err);
    if (rc == 0) {
        ret->batch = batch_own(r->source.acct, b);
        rc = ret->batch ? SOURCE_DATA : RAISE_NOMEM(err);
    }
    arena_done(&arena);
    return rc;
}

static int all_poll(Source *s, uint32_t max_rows, SourcePoll *ret, Err *err)
{
    AllRead *r = (AllRead *)s;
    return r->input ? read_input(r, max_rows, err) : give_rows(r, ret, err);
}

static int64_t all_wake(const Source *s)
{
    const AllRead *r = (const AllRead *)s;
    return r->input ? source_wake_at_ns(r->input) : INT64_MAX;
}

static void all_close(Source *s)
{
    AllRead *r = (AllRead *)s;
    source_close(r->input);
    stored_free(r->rows);
    if (r->pages)
        page_store_free(r->pages);
}

static const SourceType all_read = {
    .name = "lookup",
    .help = "all rows behind a table that is asked by key",
    .options = no_options,
    .size = sizeof(AllRead),
    .bounded_possible = true,
    .open = nothing_to_open,
    .poll = all_poll,
    .is_bounded = ends,
    .wake_at_ns = all_wake,
    .close = all_close,
};

int lookup_read_all(const ConnectArgs *args, Source *give_input, const uint32_t *key, uint32_t n_key, Source **ret, Err *err)
{
    ConnectArgs plain = plain_args(args);
    int rc = source_open(&all_read, &plain, ret, err);
    if (rc < 0) {
        source_close(give_input);
        return rc;
    }
    AllRead *r = (AllRead *)*ret;
    r->input = give_input;
    r->pages = page_store_new(args->acct);
    rc = r->pages ? stored_new(args->acct, r->pages, 1, args->schema, key, n_key, &r->rows, err) : RAISE_NOMEM(err);
    if (rc < 0)
        source_close(MOVE(*ret));
    return rc;
}
