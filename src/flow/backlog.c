/* SPDX-License-Identifier: Apache-2.0
 *
 * Backlog.  A row of its table is its number and its columns; the bucket is the number divided by BLOCK_ROWS. */
#include "flow/backlog.h"

#include "base/hash.h"

#define BLOCK_ROWS 2048

struct Backlog {
    Account *acct;
    const Schema *schema; /* one reference */
    RowLayout layout;
    BucketTable *rows;
    const Vec **key; /* of one call */
    int64_t next;    /* number of the next row */
};

int backlog_new(Account *acct, PageStore *ps, const Schema *schema, uint32_t table_id, Backlog **ret, Err *err)
{
    Backlog *b = mem_zalloc(acct, sizeof(*b));
    Type *type = mem_alloc(acct, (schema->n + 1) * sizeof(*type));
    int rc = b && type ? 0 : RAISE_NOMEM(err);
    if (rc == 0) {
        *b = (Backlog){.acct = acct, .schema = schema_ref(schema)};
        type[0] = TYPE(I64);
        for (uint32_t i = 0; i < schema->n; i++)
            type[i + 1] = schema->field[i].type;
        b->key = mem_zalloc(acct, (schema->n + 1) * sizeof(*b->key));
        rc = b->key ? row_layout_init(&b->layout, acct, type, schema->n + 1, 0, err) : RAISE_NOMEM(err);
    }
    if (rc == 0)
        b->rows = bucket_table_new(ps, &b->layout, table_id, err);
    mem_free(acct, type, (schema->n + 1) * sizeof(*type));
    if (rc < 0 || !b->rows) {
        backlog_free(b);
        return rc < 0 ? rc : -ERR_OUT_OF_MEMORY;
    }
    int64_t bucket = 0;
    HashTable *t = NULL;
    for (bool more = bucket_first(b->rows, &bucket, &t); more; more = bucket_next(b->rows, bucket, &bucket, &t))
        b->next = (bucket + 1) * BLOCK_ROWS; /* numbers may have gaps */
    *ret = b;
    return 0;
}

void backlog_free(Backlog *b)
{
    if (!b)
        return;
    Account *acct = b->acct;
    bucket_table_free(b->rows);
    if (b->layout.acct)
        row_layout_done(&b->layout);
    if (b->schema)
        mem_free(acct, b->key, (b->schema->n + 1) * sizeof(*b->key));
    schema_unref((Schema *)b->schema);
    mem_free(acct, b, sizeof(*b));
}

uint64_t backlog_rows(const Backlog *b)
{
    return b ? bucket_table_rows(b->rows) : 0;
}

int64_t backlog_bytes(const Backlog *b)
{
    return b ? bucket_table_bytes(b->rows) : 0;
}

/* ---- adding ---- */

typedef struct Adding { /* room for one block */
    Vec number;
    uint16_t *sel;
    uint64_t *hash, *is_new;
    uint8_t **row;
} Adding;

static int make_room(Adding *a, uint32_t n_phys, Arena *arena)
{
    a->sel = ARENA_ARRAY(arena, uint16_t, BLOCK_ROWS);
    a->hash = ARENA_ARRAY(arena, uint64_t, BLOCK_ROWS);
    a->is_new = ARENA_ARRAY(arena, uint64_t, BIT_WORDS(BLOCK_ROWS));
    a->row = ARENA_ARRAY(arena, uint8_t *, BLOCK_ROWS);
    return a->sel && a->hash && a->is_new && a->row ? vec_scratch(&a->number, TYPE(I64), n_phys, arena) : -ERR_OUT_OF_MEMORY;
}

/* n rows that are of one block. */
static int add_piece(Backlog *b, const Batch *in, Rows all, uint32_t from, uint32_t n, Adding *a, Err *err)
{
    HashTable *t;
    int64_t *number = a->number.data;
    for (uint32_t i = 0; i < n; i++) {
        a->sel[i] = (uint16_t)row_at(all, from + i);
        number[a->sel[i]] = b->next + i;
        a->hash[i] = hash_i64(b->next + i);
    }
    TRY(bucket_get(b->rows, b->next / BLOCK_ROWS, &t, err));
    TRY(hash_table_upsert(t, b->key, a->hash, (Rows){n, a->sel}, a->row, a->is_new, err));
    for (uint32_t i = 0; i < n; i++)
        *row_count(a->row[i]) = batch_weight(in, a->sel[i]);
    b->next += n;
    return 0;
}

int backlog_add(Backlog *b, const Batch *in, uint32_t n_skip, Err *err)
{
    Arena arena;
    Adding a;
    Rows all = batch_rows(in);
    arena_init(&arena, b->acct, 0);
    int rc = make_room(&a, MAX(in->n, 1), &arena) < 0 ? RAISE_NOMEM(err) : 0;
    b->key[0] = &a.number;
    for (uint32_t i = 0; i < in->n_cols; i++)
        b->key[i + 1] = &in->col[i];
    for (uint32_t at = n_skip, n; rc == 0 && at < all.n; at += n) {
        n = MIN(all.n - at, (uint32_t)(BLOCK_ROWS - b->next % BLOCK_ROWS));
        rc = add_piece(b, in, all, at, n, &a, err);
    }
    arena_done(&arena);
    return rc;
}

/* ---- taking ---- */

/* The rows of the first block, in their order. */
static int first_block(const Backlog *b, Arena *arena, HashTable **ret, int64_t *ret_bucket, uint8_t ***ret_row, uint32_t *ret_n,
                       Err *err)
{
    uint8_t *found[256], **row = arena_zalloc(arena, BLOCK_ROWS * sizeof(*row));
    uint32_t n = 0;
    HashCursor at = {0};
    Arena scratch;
    *ret_n = 0;
    if (!row)
        return RAISE_NOMEM(err);
    if (!bucket_first(b->rows, ret_bucket, ret))
        return 0;
    int rc = 0;
    arena_init(&scratch, b->acct, 0);
    for (uint32_t k; rc == 0 && (k = hash_table_next(*ret, &at, found, ARRAY_LEN(found))) > 0;) {
        Vec number;
        arena_reset(&scratch);
        rc = hash_table_need_all(*ret, found, k);
        rc = rc == 0 ? vec_scratch(&number, TYPE(I64), k, &scratch) : rc;
        rc = rc == 0 ? hash_table_read(*ret, found, k, 0, &number, &scratch) : rc;
        for (uint32_t i = 0; rc == 0 && i < k; i++) {
            int64_t place = ((const int64_t *)number.data)[i] - *ret_bucket * BLOCK_ROWS;
            if (place < 0 || place >= BLOCK_ROWS)
                rc = -ERR_CORRUPT;
            else
                row[place] = found[i];
        }
    }
    arena_done(&scratch);
    for (uint32_t i = 0; i < BLOCK_ROWS; i++)
        if (row[i])
            row[n++] = row[i];
    *ret_row = row;
    *ret_n = n;
    return rc == 0                    ? 0
           : rc == -ERR_OUT_OF_MEMORY ? RAISE_NOMEM(err)
                                      : RAISE(err, (ErrCode)-rc, "rows that wait for a sink cannot be read");
}

int backlog_first(Backlog *b, Arena *arena, Batch **ret, Err *err)
{
    HashTable *t = NULL;
    int64_t bucket;
    uint8_t **row;
    uint32_t n;
    *ret = NULL;
    TRY(first_block(b, arena, &t, &bucket, &row, &n, err));
    if (n == 0)
        return 0;
    Batch *x = batch_scratch(arena, b->schema, n);
    int32_t *w = ARENA_ARRAY(arena, int32_t, n);
    if (!x || !w)
        return RAISE_NOMEM(err);
    bool ones = true;
    for (uint32_t i = 0; i < n; i++) {
        w[i] = (int32_t)*row_count(row[i]);
        ones &= w[i] == 1;
    }
    for (uint32_t c = 0; c < x->n_cols; c++)
        if (hash_table_read(t, row, n, c + 1, &x->col[c], arena) < 0)
            return RAISE_NOMEM(err);
    x->n_sel = n;
    x->w_kind = ones ? W_ONE : W_VEC;
    x->w = ones ? NULL : w;
    *ret = x;
    return 0;
}

int backlog_drop(Backlog *b, uint64_t n, Err *err)
{
    Arena arena;
    int rc = 0;
    arena_init(&arena, b->acct, 0);
    while (rc == 0 && n > 0 && bucket_table_rows(b->rows) > 0) {
        HashTable *t = NULL;
        int64_t bucket;
        uint8_t **row;
        uint32_t n_here;
        arena_reset(&arena);
        (void)bucket_first(b->rows, &bucket, &t);
        if (hash_table_rows(t) <= n) {
            n -= hash_table_rows(t);
            bucket_drop(b->rows, bucket);
            continue;
        }
        rc = first_block(b, &arena, &t, &bucket, &row, &n_here, err);
        for (uint32_t i = 0; rc == 0 && i < n; i++) {
            rc = hash_table_touch(t, row[i]) < 0 ? RAISE(err, ERR_IO, "rows that wait for a sink cannot be read") : 0;
            if (rc == 0)
                hash_table_remove(t, row[i]);
        }
        n = 0;
    }
    arena_done(&arena);
    return rc;
}
