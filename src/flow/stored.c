/* SPDX-License-Identifier: Apache-2.0
 *
 * Stored relation.  A change goes in in three passes, so that it happens as a whole or not at all: all rows are found or made with
 * count 0 (the only pass that allocates), then counted, then those left with count 0 are removed.  Before the last pass the counts
 * can be taken back. */
#include "flow/stored.h"
#include "data/builder.h"
#include "kernel/kernel.h"

#include <stdio.h>

#define ROWS_GONE INT64_MIN /* count of a row that is on the list of those to remove */
#define WORK_KEEP_ROWS 65536u

typedef struct Delta { /* one batch of a change: where its rows lie */
    const Batch *batch;
    uint8_t **row, **key;
} Delta;

/* ---- life ---- */

static int init_layout(RowLayout *l, Account *acct, const Schema *schema, const uint32_t *cols, uint32_t n, uint32_t extra,
                       Arena *scratch, Err *err)
{
    Type *type = ARENA_ARRAY(scratch, Type, n + 1);
    if (!type)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        type[i] = schema->field[cols ? cols[i] : i].type;
    TRY(row_layout_init(l, acct, type, n, extra, err));
    l->whole = !cols;
    return 0;
}

static int open_tables(Stored *s, const uint32_t *key, uint32_t n_key, Err *err)
{
    uint32_t n = s->schema->n;
    s->col = mem_zalloc(s->acct, (n + 1) * sizeof(*s->col));
    s->key_col = mem_zalloc(s->acct, (n_key + 1) * sizeof(*s->key_col));
    s->key = mem_zalloc(s->acct, (n_key + 1) * sizeof(*s->key));
    s->n_key = n_key;
    if (!s->col || !s->key_col || !s->key)
        return RAISE_NOMEM(err);
    uint32_t own = s->base ? sizeof(uint64_t) : 0; /* stored_overlay.c: whether it has been taken over */
    TRY(init_layout(&s->layout, s->acct, s->schema, NULL, n, own, &s->work, err));
    s->rows = hash_table_new(s->pages, &s->layout, s->table_id, INT64_MIN, err);
    if (!s->rows)
        return -ERR_OUT_OF_MEMORY;
    if (n_key == 0)
        return 0;
    memcpy(s->key, key, n_key * sizeof(*key));
    TRY(init_layout(&s->key_layout, s->acct, s->schema, key, n_key, (uint32_t)sizeof(uint8_t *) + own, &s->work, err));
    page_orphans_drop(s->pages, s->table_id + 1); /* it holds addresses: made again from the rows */
    s->index = hash_table_new(s->pages, &s->key_layout, s->table_id + 1, INT64_MIN, err);
    return s->index ? 0 : -ERR_OUT_OF_MEMORY;
}

static int index_rows(Stored *s, Batch *b, uint8_t *const *row, Err *err);

/* Only these columns, of the primary key or of what rows are hashed by; NULL: the first n_col ones. */
static int read_keys(Stored *s, uint8_t *const *row, uint32_t n, const uint32_t *col, uint32_t n_col, Batch **ret, Err *err)
{
    Batch *b = *ret = batch_scratch(&s->scan, s->schema, n);
    if (!b)
        return RAISE_NOMEM(err);
    b->n = b->n_sel = n;
    for (uint32_t k = 0; k < n_col; k++) {
        uint32_t c = col ? col[k] : k;
        if (hash_table_read(s->rows, row, n, c, &b->col[c], &s->scan) < 0)
            return RAISE_NOMEM(err);
    }
    return page_store_take_error(s->pages, err);
}

/* Rows that came back from a checkpoint with their pages: counted, and found by their keys again. */
static int adopt_rows(Stored *s, Err *err)
{
    HashCursor at = {0};
    uint8_t *row[BATCH_ROWS];
    if (s->index)
        hash_table_expect(s->index, hash_table_rows(s->rows)); /* it need not grow by steps */
    for (uint32_t n; (n = hash_table_next(s->rows, &at, row, BATCH_ROWS)) > 0;) {
        Batch *b;
        arena_reset(&s->scan);
        for (uint32_t i = 0; i < n; i++)
            s->n_rows += (uint64_t)*row_count(row[i]);
        if (!s->index)
            continue;
        TRY(read_keys(s, row, n, s->key, s->n_key, &b, err));
        TRY(index_rows(s, b, row, err));
        page_store_breathe(s->pages);
    }
    return page_store_take_error(s->pages, err);
}

int stored_new(Account *acct, PageStore *pages, uint32_t table_id, const Schema *schema, const uint32_t *key, uint32_t n_key,
               Stored **ret, Err *err)
{
    return stored_open(acct, pages, table_id, schema, key, n_key, NULL, ret, err);
}

int stored_open(Account *acct, PageStore *pages, uint32_t table_id, const Schema *schema, const uint32_t *key, uint32_t n_key,
                Stored *base, Stored **ret, Err *err)
{
    Stored *s = mem_zalloc(acct, sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    s->acct = acct;
    s->pages = pages;
    s->table_id = table_id;
    if (base) {
        s->base = base;
        s->n_rows = base->n_rows;
        s->next_overlay = base->overlays;
        base->overlays = s;
    }
    s->schema = schema_ref(schema);
    arena_init(&s->work, acct, 0);
    arena_init(&s->scan, acct, 0);
    sb_init(&s->entry, acct);
    sb_init(&s->entry_end, acct);
    int rc = open_tables(s, key, n_key, err);
    if (rc == 0 && hash_table_rows(s->rows))
        rc = adopt_rows(s, err);
    if (rc < 0) {
        stored_free(s);
        return rc;
    }
    *ret = s;
    return 0;
}

void stored_free(Stored *s)
{
    if (!s)
        return;
    stored_image_drop(s);
    stored_overlay_done(s);
    hash_table_free(s->rows);
    hash_table_free(s->index);
    stored_unique_free(s);
    stored_index_free(s);
    row_layout_done(&s->layout);
    row_layout_done(&s->key_layout);
    mem_free(s->acct, s->col, (s->schema->n + 1) * sizeof(*s->col));
    mem_free(s->acct, s->key_col, (s->n_key + 1) * sizeof(*s->key_col));
    mem_free(s->acct, s->key, (s->n_key + 1) * sizeof(*s->key));
    mem_free(s->acct, s->by, s->n_by * sizeof(*s->by));
    arena_done(&s->work);
    arena_done(&s->scan);
    schema_unref((Schema *)s->schema);
    mem_free(s->acct, s, sizeof(*s));
}

/* Whether rows have these hashes already.  *ret_sure: so have all others.  Rows that have one value in several columns look the
 * same by all columns as by their key in another order, and tell nothing. */
static bool are_hashed(Stored *s, const Batch *b, uint8_t *const *row, const uint64_t *hash, bool *ret_sure)
{
    uint64_t by_all[BATCH_ROWS];
    for (uint32_t i = 0; i < b->n; i++)
        if (hash[i] != row_hash(row[i]))
            return false;
    kernel_hash(s->col, s->schema->n, batch_rows(b), by_all);
    *ret_sure = memcmp(hash, by_all, b->n * sizeof(*hash)) != 0;
    return true;
}

/* In the order of the columns: nothing changes. */
static bool is_by_all(const Stored *s)
{
    uint32_t k = 0;
    while (k < s->n_by && s->by[k] == k)
        k++;
    return k == s->schema->n;
}

/* The hashes of rows that were kept when they were hashed by all columns. */
static int rehash(Stored *s, Err *err)
{
    HashCursor at = {0};
    uint8_t *row[BATCH_ROWS];
    uint64_t hash[BATCH_ROWS];
    bool sure = is_by_all(s), others = false;
    for (uint32_t n; !sure && (n = hash_table_next(s->rows, &at, row, BATCH_ROWS)) > 0; page_store_breathe(s->pages)) {
        Batch *b;
        arena_reset(&s->scan);
        TRY(read_keys(s, row, n, others ? s->by : NULL, others ? s->n_by : s->schema->n, &b, err));
        stored_hash_rows(s, b, batch_rows(b), hash);
        if (!others && are_hashed(s, b, row, hash, &sure))
            continue;
        others = true;
        if (hash_table_touch_all(s->rows, row, n) < 0)
            return page_store_take_error(s->pages, err);
        for (uint32_t i = 0; i < n; i++)
            row_set_hash(row[i], hash[i]);
    }
    TRY(page_store_take_error(s->pages, err));
    int rc = others ? hash_table_reindex(s->rows) : 0;
    return rc == -ERR_IO ? page_store_take_error(s->pages, err) : rc < 0 ? RAISE_NOMEM(err) : 0;
}

int stored_hash_by(Stored *s, const uint32_t *col, uint32_t n, Err *err)
{
    if (n == 0)
        return 0;
    s->by = mem_alloc(s->acct, n * sizeof(*s->by));
    if (!s->by)
        return RAISE_NOMEM(err);
    memcpy(s->by, col, n * sizeof(*s->by));
    s->n_by = n;
    return rehash(s, err);
}

int64_t stored_bytes(const Stored *s)
{
    return hash_table_bytes(s->rows) + (s->index ? hash_table_bytes(s->index) : 0);
}

/* ---- changing ---- */

static uint8_t **index_link(const Stored *s, uint8_t *entry)
{
    return (uint8_t **)(void *)row_extra(&s->key_layout, entry);
}

static uint64_t *hash_keys(Stored *s, const Batch *b)
{
    uint64_t *hash = arena_alloc(&s->work, MAX(b->n_sel, 1) * sizeof(*hash));
    for (uint32_t k = 0; k < s->n_key; k++)
        s->key_col[k] = &b->col[s->key[k]];
    if (hash)
        kernel_hash(s->key_col, s->n_key, batch_rows(b), hash);
    return hash;
}

static int index_rows(Stored *s, Batch *b, uint8_t *const *row, Err *err)
{
    arena_reset(&s->work);
    uint64_t *hash = hash_keys(s, b);
    uint64_t *is_new = arena_alloc(&s->work, (BIT_WORDS(b->n_sel) + 1) * sizeof(*is_new));
    uint8_t **key = arena_alloc(&s->work, b->n_sel * sizeof(*key));
    if (!hash || !is_new || !key)
        return RAISE_NOMEM(err);
    TRY(hash_table_upsert(s->index, s->key_col, hash, batch_rows(b), key, is_new, err));
    for (uint32_t i = 0; i < b->n_sel; i++) {
        *row_count(key[i]) = 1;
        *index_link(s, key[i]) = row[i];
    }
    return 0;
}

void stored_hash_rows(Stored *s, const Batch *b, Rows rows, uint64_t *ret)
{
    for (uint32_t k = 0; k < s->n_by; k++)
        s->col[k] = &b->col[s->by[k]];
    if (s->n_by)
        kernel_hash(s->col, s->n_by, rows, ret);
    for (uint32_t c = 0; c < s->schema->n; c++)
        s->col[c] = &b->col[c];
    if (!s->n_by)
        kernel_hash(s->col, s->schema->n, rows, ret);
}

/* stored_take may have had to look at them. */
static void hash_rows(Stored *s, const Batch *b, uint64_t *ret)
{
    Rows rows = batch_rows(b);
    if (!b->extra || b->extra->owner != s) {
        stored_hash_rows(s, b, rows, ret);
        return;
    }
    for (uint32_t c = 0; c < s->schema->n; c++)
        s->col[c] = &b->col[c];
    const uint64_t *by_row = b->extra->col->data;
    for (uint32_t i = 0; i < rows.n; i++)
        ret[i] = by_row[row_at(rows, i)];
}

static int locate(Stored *s, Delta *d, Err *err)
{
    const Batch *b = d->batch;
    Rows rows = batch_rows(b);
    uint64_t *hash = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(*hash));
    uint64_t *is_new = arena_alloc(&s->work, (BIT_WORDS(rows.n) + 1) * sizeof(*is_new));
    d->row = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(*d->row));
    d->key = arena_alloc(&s->work, MAX(rows.n, 1) * sizeof(*d->key));
    if (!hash || !is_new || !d->row || !d->key)
        return RAISE_NOMEM(err);
    hash_rows(s, b, hash);
    TRY(hash_table_upsert(s->rows, s->col, hash, rows, d->row, is_new, err));
    TRY(stored_overlay_rows(s, b, s->col, hash, d->row, err));
    if (!s->index)
        return 0;
    hash = hash_keys(s, b);
    if (!hash)
        return RAISE_NOMEM(err);
    TRY(hash_table_upsert(s->index, s->key_col, hash, rows, d->key, is_new, err));
    return s->base
               ? stored_overlay_keys(s, &s->key_layout, &s->base->key_layout, s->base->index, s->key_col, hash, rows, d->key, err)
               : 0;
}

/* Rows without a count are what a failed pass has left. */
static void sweep(HashTable *t)
{
    HashCursor at = {0};
    uint8_t *row;
    while (t && hash_table_next(t, &at, &row, 1) == 1)
        if (*row_count(row) == 0)
            hash_table_remove(t, row);
}

static void count_rows(Stored *s, const Delta *d, int64_t sign)
{
    Rows rows = batch_rows(d->batch);
    for (uint32_t i = 0; i < rows.n; i++) {
        int64_t w = sign * batch_weight(d->batch, row_at(rows, i));
        *row_count(d->row[i]) += w;
        s->n_rows += (uint64_t)w;
        if (s->index)
            *row_count(d->key[i]) += w;
    }
}

int stored_raise_duplicate(bool making, const char *constraint, const char *const *text, const Vec *const *key, uint32_t n,
                           uint32_t row, Err *err)
{
    StrBuf cols, values;
    sb_init(&cols, NULL);
    sb_init(&values, NULL);
    for (uint32_t k = 0; k < n; k++) {
        Value v = vec_get(key[k], row);
        sb_printf(&cols, "%s%s", k ? ", " : "", text[k]);
        sb_puts(&values, k ? ", " : "");
        if (v.is_null)
            sb_puts(&values, "null");
        else
            value_print(&v, &values);
    }
    (void)RAISE(err, ERR_UNIQUE,
                making ? "could not create unique index \"%s\"" : "duplicate key value violates unique constraint \"%s\"",
                constraint);
    int rc = err_detail(err, making ? "Key (%s)=(%s) is duplicated." : "Key (%s)=(%s) already exists.", sb_cstr(&cols),
                        sb_cstr(&values));
    sb_done(&cols);
    sb_done(&values);
    return err ? rc : -ERR_UNIQUE;
}

static int duplicate_key(Stored *s, const char *name, const Batch *b, uint32_t row, Err *err)
{
    char made[80];
    snprintf(made, sizeof(made), "%s_pkey", name);
    const char **text = ARENA_ARRAY(&s->work, const char *, s->n_key + 1);
    if (!text)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < s->n_key; k++) {
        text[k] = s->schema->field[s->key[k]].name;
        s->key_col[k] = &b->col[s->key[k]];
    }
    return stored_raise_duplicate(s->making, s->key_name ? s->key_name : made, text, s->key_col, s->n_key, row, err);
}

static int check_counts(Stored *s, const char *name, const Delta *d, Err *err)
{
    Rows rows = batch_rows(d->batch);
    for (uint32_t i = 0; i < rows.n; i++) {
        int64_t n = *row_count(d->row[i]);
        if (n > INT32_MAX || n < -INT32_MAX)
            return RAISE(err, ERR_PROGRAM_LIMIT, "relation \"%s\" holds one row more than %d times", name, INT32_MAX);
        if (s->index && *row_count(d->key[i]) > 1)
            return duplicate_key(s, name, d->batch, row_at(rows, i), err);
    }
    return 0;
}

static uint32_t list_gone(uint8_t *const *row, uint32_t n, uint8_t **ret)
{
    uint32_t n_gone = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (*row_count(row[i]) != 0)
            continue;
        *row_count(row[i]) = ROWS_GONE;
        ret[n_gone++] = row[i];
    }
    return n_gone;
}

/* Keys find their rows, and what has no count left goes.  The pointer arrays of the deltas become the lists of what goes, so that a
 * row that several deltas name is removed once, and after all of them have been looked at. */
static void settle(Stored *s, Delta *d, uint32_t n)
{
    for (uint32_t k = 0; s->overlays && k < n; k++)
        stored_overlays_hide(s, d[k].row, d[k].batch->n_sel);
    for (uint32_t k = 0; s->index && k < n; k++)
        for (uint32_t i = 0; i < d[k].batch->n_sel; i++)
            if (*row_count(d[k].row[i]) > 0)
                *index_link(s, d[k].key[i]) = d[k].row[i];
    if (s->base) /* what has gone hides what is below */
        return;
    uint32_t *n_row = arena_alloc(&s->work, MAX(n, 1) * 2 * sizeof(*n_row));
    if (!n_row) { /* slower, and without memory */
        sweep(s->rows);
        sweep(s->index);
        return;
    }
    for (uint32_t k = 0; k < n; k++) {
        n_row[2 * k] = list_gone(d[k].row, d[k].batch->n_sel, d[k].row);
        n_row[2 * k + 1] = s->index ? list_gone(d[k].key, d[k].batch->n_sel, d[k].key) : 0;
    }
    for (uint32_t k = 0; k < n; k++) {
        hash_table_remove_all(s->rows, d[k].row, n_row[2 * k]);
        if (s->index)
            hash_table_remove_all(s->index, d[k].key, n_row[2 * k + 1]);
    }
}

/* Many rows that come: the indexes need not grow by steps. */
static void expect_rows(Stored *s, Batch *const *b, uint32_t n)
{
    uint64_t more = 0;
    for (uint32_t k = 0; k < n; k++)
        more += b[k]->w_kind == W_ONE ? b[k]->n_sel : 0;
    if (more < BATCH_ROWS)
        return;
    hash_table_expect(s->rows, more);
    if (s->index)
        hash_table_expect(s->index, more);
}

static int apply(Stored *s, const char *name, Batch *const *b, uint32_t n, Err *err)
{
    expect_rows(s, b, n);
    Delta *d = ARENA_ARRAY(&s->work, Delta, n + 1);
    int rc = d ? 0 : RAISE_NOMEM(err);
    for (uint32_t k = 0; k < n && rc == 0; k++) {
        d[k].batch = b[k];
        rc = locate(s, &d[k], err);
    }
    if (rc < 0) {
        if (!s->base) {
            sweep(s->rows);
            sweep(s->index);
        }
        return rc;
    }
    for (uint32_t k = 0; k < n; k++)
        count_rows(s, &d[k], 1);
    for (uint32_t k = 0; k < n && rc == 0; k++)
        rc = check_counts(s, name, &d[k], err);
    uint8_t *const **row = s->unique || s->ordered ? arena_alloc(&s->work, MAX(n, 1) * sizeof(*row)) : NULL;
    for (uint32_t k = 0; row && k < n; k++)
        row[k] = d[k].row;
    if (rc == 0 && !row && (s->unique || s->ordered))
        rc = RAISE_NOMEM(err);
    if (rc == 0 && s->ordered)
        rc = stored_index_apply(s, b, row, n, err);
    if (rc == 0 && s->unique && (rc = stored_unique_apply(s, b, row, n, err)) < 0)
        stored_index_undo(s, b, row, n);
    for (uint32_t k = 0; k < n && rc < 0; k++)
        count_rows(s, &d[k], -1);
    settle(s, d, n);
    return rc;
}

static int renew_and_apply(Stored *s, const char *name, Batch *const *b, uint32_t n, Err *err)
{
    Renewed r;
    if (b[0]->n_sel == 2 && stored_renews_row(s, b, n))
        return 0;
    TRY(stored_renew(s, b, n, &r, err));
    int rc = r.n_rest ? apply(s, name, r.rest, r.n_rest, err) : 0;
    if (rc < 0)
        stored_renew_undo(s, &r);
    return rc;
}

int stored_apply(Stored *s, const char *name, Batch *const *b, uint32_t n, Err *err)
{
    uint64_t n_rows = 0;
    for (uint32_t k = 0; k < n; k++)
        n_rows += b[k]->n_sel;
    TRY(stored_overlay_check(s, err));
    if (s->overlays)
        stored_overlays_keep(s, b, n);
    stored_image_drop(s);
    arena_reset(&s->work);
    int rc = stored_renews(s, b, n) ? renew_and_apply(s, name, b, n, err) : apply(s, name, b, n, err);
    if (rc < 0) /* nothing of it has been done */
        (void)page_store_take_error(s->pages, NULL);
    if (n_rows > WORK_KEEP_ROWS) { /* one large change does not keep its scratch */
        arena_done(&s->work);
        arena_init(&s->work, s->acct, 0);
    }
    return rc;
}

/* ---- reading ---- */

int stored_read(Stored *s, uint8_t *const *row, uint32_t n, Arena *arena, Batch **ret, Err *err)
{
    Batch *b = batch_scratch(arena, s->schema, n);
    if (!b)
        return RAISE_NOMEM(err);
    b->n = b->n_sel = n;
    if (hash_table_need_all(s->rows, row, n) < 0) /* the caller may have found them by what holds addresses */
        return page_store_take_error(s->pages, err);
    for (uint32_t c = 0; c < s->schema->n; c++)
        if (hash_table_read(s->rows, row, n, c, &b->col[c], arena) < 0)
            return RAISE_NOMEM(err);
    *ret = b;
    return page_store_take_error(s->pages, err);
}

typedef struct Reading { /* of the content, by batches */
    Stored *s;
    const uint32_t *cols; /* the columns that are read; NULL = all */
    uint32_t n_cols;
    int (*each)(void *self, Batch *b, Err *err);
    void *self;
} Reading;

/* Nobody looks at the columns that the caller does not put in. */
Batch *stored_batch_of_nulls(Stored *s, uint32_t n)
{
    static const uint64_t null_word = 0;
    static const uint64_t zeros[2] = {0};
    Batch *b = batch_scratch(&s->scan, s->schema, n);
    if (!b)
        return NULL;
    b->n = b->n_sel = n;
    for (uint32_t c = 0; c < s->schema->n; c++)
        b->col[c] = (Vec){
            .kind = VEC_CONST, .type = s->schema->field[c].type, .n = n, .data = (void *)zeros, .valid = (uint64_t *)&null_word};
    return b;
}

static int read_columns(const Reading *r, uint8_t *const *row, uint32_t n, Batch **ret, Err *err)
{
    Stored *s = r->s;
    Batch *b = stored_batch_of_nulls(s, n);
    if (!b)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < r->n_cols; i++)
        if (hash_table_read(s->rows, row, n, r->cols[i], &b->col[r->cols[i]], &s->scan) < 0)
            return RAISE_NOMEM(err);
    *ret = b;
    return page_store_take_error(s->pages, err);
}

static int give(void *self, uint8_t *const *row, uint32_t n, Err *err)
{
    const Reading *r = self;
    Stored *s = r->s;
    Batch *b = NULL;
    arena_reset(&s->scan);
    if (r->cols)
        TRY(read_columns(r, row, n, &b, err));
    else
        TRY(stored_read(s, row, n, &s->scan, &b, err));
    TRY(r->each(r->self, b, err));
    page_store_breathe(s->pages); /* a table may be larger than memory */
    return 0;
}

int stored_give(Stored *s, uint8_t *const *row, uint32_t n, int (*each)(void *self, Batch *b, Err *err), void *self, Err *err)
{
    return give(&(Reading){.s = s, .each = each, .self = self}, row, n, err);
}

int stored_each(Stored *s, int (*each)(void *self, Batch *b, Err *err), void *self, Err *err)
{
    return stored_each_columns(s, NULL, 0, each, self, err);
}

typedef struct Walk {
    Stored *s;
    int (*take)(void *self, uint8_t *const *row, uint32_t n, Err *err);
    void *self;
    uint32_t n;
    uint8_t *row[BATCH_ROWS];
} Walk;

/* The rows of a table; but not those of the relation below that an overlay hides. */
static int walk_rows(Walk *w, HashTable *rows, Err *err)
{
    HashCursor at = {0};
    uint8_t *found[256];
    bool below = rows != w->s->rows;
    uint32_t n_found;
    while ((n_found = hash_table_next(rows, &at, found, ARRAY_LEN(found))) > 0) {
        for (uint32_t i = 0; i < n_found; i++) {
            if (below && stored_overlay_hides(w->s, found[i]))
                continue;
            for (int64_t c = *row_count(found[i]); c > 0; c--) {
                w->row[w->n++] = found[i];
                if (w->n < BATCH_ROWS)
                    continue;
                TRY(w->take(w->self, w->row, w->n, err));
                w->n = 0;
                if (hash_table_need_all(rows, found, n_found) < 0) /* pages may have gone */
                    return page_store_take_error(w->s->pages, err);
            }
        }
    }
    return page_store_take_error(w->s->pages, err);
}

int stored_walk(Stored *s, int (*take)(void *self, uint8_t *const *row, uint32_t n, Err *err), void *self, Err *err)
{
    Walk w;
    w.s = s;
    w.take = take;
    w.self = self;
    w.n = 0;
    TRY(stored_overlay_check(s, err));
    if (s->base)
        TRY(walk_rows(&w, s->base->rows, err));
    TRY(walk_rows(&w, s->rows, err));
    return w.n ? take(self, w.row, w.n, err) : 0;
}

int stored_each_columns(Stored *s, const uint32_t *cols, uint32_t n_cols, int (*each)(void *self, Batch *b, Err *err), void *self,
                        Err *err)
{
    const StoredImage *image = cols ? stored_image_for_scan(s, cols, n_cols) : NULL;
    if (image)
        return stored_image_each(s, image, cols, n_cols, each, self, err);
    return stored_walk(s, give, &(Reading){s, cols, n_cols, each, self}, err);
}

/* ---- by key ---- */

/* entry: what the overlay's own index has. */
static int find_in_overlay(Stored *s, const Batch *b, const uint64_t *hash, uint8_t **entry, Err *err)
{
    uint64_t *below = arena_zalloc(&s->work, (BIT_WORDS(b->n_sel) + 1) * sizeof(*below));
    if (!below)
        return RAISE_NOMEM(err);
    TRY(stored_overlay_check(s, err));
    TRY(stored_overlay_find(s, &s->key_layout, s->base->index, s->key_col, hash, batch_rows(b), entry, below, err));
    for (uint32_t i = 0; i < b->n_sel; i++) {
        entry[i] = entry[i] ? *index_link(bit_get(below, i) ? s->base : s, entry[i]) : NULL;
        if (entry[i])
            (void)hash_table_need(s->rows, entry[i]);
    }
    return page_store_take_error(s->pages, err);
}

int stored_find(Stored *s, const Batch *b, uint8_t **ret_row, Err *err)
{
    arena_reset(&s->work);
    uint64_t *hash = hash_keys(s, b);
    if (!hash)
        return RAISE_NOMEM(err);
    hash_table_find(s->index, s->key_col, hash, batch_rows(b), ret_row);
    if (s->base)
        return find_in_overlay(s, b, hash, ret_row, err);
    for (uint32_t i = 0; i < b->n_sel; i++) {
        ret_row[i] = ret_row[i] ? *index_link(s, ret_row[i]) : NULL;
        if (ret_row[i])
            (void)hash_table_need(s->rows, ret_row[i]);
    }
    return page_store_take_error(s->pages, err); /* a key that cannot be read looks as if it were not there */
}

int stored_find_hashed(Stored *s, const Vec *const *key, const uint64_t *hash, Rows rows, uint8_t **ret_row)
{
    hash_table_find(s->index, key, hash, rows, ret_row);
    for (uint32_t i = 0; i < rows.n; i++) {
        ret_row[i] = ret_row[i] ? *index_link(s, ret_row[i]) : NULL;
        if (ret_row[i])
            TRY(hash_table_need(s->rows, ret_row[i]));
    }
    return page_store_error(s->pages, NULL);
}

/* Rows that have nothing but the n_col columns of the keys. */
static int key_batch(Stored *s, const uint32_t *col, uint32_t n_col, const KeyRange *keys, uint32_t n, Batch **ret, Err *err)
{
    Builder b;
    int rc = builder_init(&b, s->acct, s->schema, n, err);
    for (uint32_t i = 0; rc == 0 && i < n; i++) {
        for (uint32_t c = 0; rc == 0 && c < s->schema->n; c++) {
            uint32_t k = 0;
            while (k < n_col && col[k] != c)
                k++;
            if (k == n_col)
                builder_null(&b, c);
            else
                rc = builder_value(&b, c, keys[i].eq[k], err);
        }
        if (rc == 0)
            (void)builder_row_done(&b);
    }
    if (rc == 0) {
        *ret = builder_take(&b);
        rc = *ret ? 0 : RAISE_NOMEM(err);
    }
    builder_done(&b);
    return rc;
}

int stored_each_of(Stored *s, int32_t unique, const KeyRange *keys, uint32_t n, int (*each)(void *self, Batch *b, Err *err),
                   void *self, Err *err)
{
    Batch *key = NULL;
    uint32_t n_col, n_found = 0;
    const uint32_t *col = stored_arbiter_columns(s, unique, &n_col);
    ASSERT(n <= BATCH_ROWS);
    TRY(key_batch(s, col, n_col, keys, n, &key, err));
    uint8_t **row = mem_alloc(s->acct, n * sizeof(*row));
    int rc = row ? stored_arbiter_find(s, unique, key, row, err) : RAISE_NOMEM(err);
    for (uint32_t i = 0; rc == 0 && i < n; i++)
        if (row[i])
            row[n_found++] = row[i];
    if (rc == 0 && n_found)
        rc = stored_give(s, row, n_found, each, self, err);
    mem_free(s->acct, row, n * sizeof(*row));
    batch_unref(key);
    return rc;
}

int stored_look_up(Stored *s, const KeyLookup *l, int (*each)(void *self, Batch *b, Err *err), void *self, Err *err)
{
    switch (l->kind) {
    case LOOKUP_BY_PRIMARY: return stored_each_of(s, -1, l->range, l->n, each, self, err);
    case LOOKUP_BY_UNIQUE: return stored_each_of(s, (int32_t)l->unique, l->range, l->n, each, self, err);
    case LOOKUP_BY_INDEX: return stored_index_each(s, l->name, l->range, l->n, each, self, err);
    case LOOKUP_BY_NOTHING: break;
    }
    return stored_each(s, each, self, err);
}

HashTable *stored_keys_new(Stored *s, Err *err)
{
    return hash_table_new(s->pages, &s->key_layout, s->table_id + 2, INT64_MIN, err);
}

int stored_keys_get(Stored *s, HashTable *keys, const Batch *b, uint8_t **ret_entry, Err *err)
{
    arena_reset(&s->work);
    uint64_t *hash = hash_keys(s, b), *is_new = arena_alloc(&s->work, (BIT_WORDS(b->n_sel) + 1) * sizeof(*is_new));
    if (!hash || !is_new)
        return RAISE_NOMEM(err);
    return hash_table_upsert(keys, s->key_col, hash, batch_rows(b), ret_entry, is_new, err);
}

/* ---- by row ---- */

HashTable *stored_rows_new(Stored *s, Err *err)
{
    return hash_table_new(s->pages, &s->layout, s->table_id + 3, INT64_MIN, err);
}

/* s->col are the columns of b. */
static int find_rows(Stored *s, const Batch *b, const uint64_t *hash, Arena *arena, uint8_t **ret_row, Err *err)
{
    Rows rows = batch_rows(b);
    hash_table_find(s->rows, s->col, hash, rows, ret_row);
    TRY(page_store_take_error(s->pages, err));
    if (!s->base)
        return 0;
    TRY(stored_overlay_check(s, err));
    uint64_t *below = arena_zalloc(arena, (BIT_WORDS(rows.n) + 1) * sizeof(*below));
    if (!below)
        return RAISE_NOMEM(err);
    return stored_overlay_find(s, &s->layout, s->base->rows, s->col, hash, rows, ret_row, below, err);
}

int stored_rows_get(Stored *s, HashTable *seen, const Batch *b, Arena *arena, uint8_t **ret_row, uint8_t **ret_entry, Err *err)
{
    Rows rows = batch_rows(b);
    uint64_t *hash = arena_alloc(arena, MAX(rows.n, 1) * sizeof(*hash));
    uint64_t *is_new = arena_alloc(arena, (BIT_WORDS(rows.n) + 1) * sizeof(*is_new));
    if (!hash || !is_new)
        return RAISE_NOMEM(err);
    stored_hash_rows(s, b, rows, hash);
    TRY(find_rows(s, b, hash, arena, ret_row, err));
    return hash_table_upsert(seen, s->col, hash, rows, ret_entry, is_new, err);
}

int stored_first_seen(Stored *s, HashTable *seen, const Batch *b, Arena *arena, int64_t *ret_count, Err *err)
{
    Rows rows = batch_rows(b);
    uint8_t **entry = arena_alloc(arena, MAX(rows.n, 1) * sizeof(*entry)),
            **row = arena_alloc(arena, MAX(rows.n, 1) * sizeof(*row));
    if (!entry || !row)
        return RAISE_NOMEM(err);
    TRY(stored_rows_get(s, seen, b, arena, row, entry, err));
    for (uint32_t i = 0; i < rows.n; i++) {
        ret_count[i] = row[i] && *row_count(entry[i]) == 0 ? *row_count(row[i]) : 0;
        *row_count(entry[i]) = 1;
    }
    return 0;
}
