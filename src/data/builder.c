/* SPDX-License-Identifier: Apache-2.0
 *
 * Builder.  The batch in the making has full-size columns and bitmaps; a column's long strings go into one buffer that grows by
 * doubling.  A batch that is taken nearly empty is copied to its real size and the big buffers are used again, so that a writer
 * that flushes single rows neither keeps nor allocates megabytes. */
#include "data/builder.h"

#include "data/data_impl.h"

#define STR_FIRST_BYTES 1024u
#define SMALL_SHARE 4u /* copied when fewer than 1/4 of the rows are used */

static int column_init(Builder *b, Vec *v, Type t)
{
    TRY(vec_new_data(v, b->acct, t, b->cap));
    TRY(vec_new_valid(v, b->acct, b->cap));
    bits_fill(v->valid, b->cap, true);
    if (t.id == T_BOOL)
        memset(v->data, 0, v->data_buf->bytes);
    return type_has_views(t.id) ? vec_new_aux(v, b->acct, 1, false) : 0;
}

static Batch *batch_start(Builder *b)
{
    _cleanup_(batch_unrefp) Batch *batch = batch_new(b->acct, b->schema, b->cap);
    for (uint32_t i = 0; batch && i < batch->n_cols; i++)
        if (column_init(b, &batch->col[i], b->schema->field[i].type) < 0)
            return NULL;
    return MOVE(batch);
}

int builder_init(Builder *b, Account *acct, const Schema *schema, uint32_t cap, Err *err)
{
    ASSERT(b && schema && cap > 0 && cap <= BATCH_ROWS_MAX);
    *b = (Builder){0};
    *b = (Builder){.acct = acct, .schema = schema_ref(schema), .cap = cap};
    b->batch = batch_start(b);
    if (b->batch)
        return 0;
    builder_done(b);
    return RAISE_NOMEM(err);
}

void builder_done(Builder *b)
{
    batch_unref(b->batch);
    schema_unref((Schema *)b->schema);
    *b = (Builder){0};
}

void builder_null(Builder *b, uint32_t c)
{
    Vec *v = &b->batch->col[c];
    uint32_t bytes = type_bytes(v->type.id);
    ASSERT(b->n < b->cap);
    bit_clear(v->valid, b->n);
    if (v->type.id == T_BOOL)
        bit_clear(v->data, b->n);
    else
        memset((uint8_t *)v->data + (size_t)b->n * bytes, 0, bytes);
}

/* Room for n more string bytes in column v. */
static int str_grow(Builder *b, Vec *v, size_t n)
{
    Buffer *old = v->n_str_bufs ? v->str_bufs[0] : NULL;
    size_t used = old ? old->bytes : 0, cap = old ? old->cap : STR_FIRST_BYTES;
    if (old && n <= old->cap - used)
        return 0;
    if (n > INT32_MAX - used)
        return -ERR_OUT_OF_MEMORY;
    while (cap < used + n)
        cap *= 2;
    Buffer *grown = buffer_new(b->acct, cap);
    if (!grown)
        return -ERR_OUT_OF_MEMORY;
    if (used)
        memcpy(grown->data, old->data, used);
    grown->bytes = used;
    if (old) {
        buffer_unref(old);
        v->n_str_bufs = 0;
    }
    vec_add_str(v, grown, grown->data);
    return 0;
}

int builder_str(Builder *b, uint32_t c, const char *p, size_t n)
{
    Vec *v = &b->batch->col[c];
    int32_t off = 0;
    ASSERT(b->n < b->cap && type_has_views(v->type.id));
    if (n > STR_INLINE_MAX) {
        TRY(str_grow(b, v, n));
        Buffer *buf = v->str_bufs[0];
        off = (int32_t)buf->bytes;
        memcpy(buf->data + buf->bytes, p, n);
        buf->bytes += n;
    }
    strview_set((StrView *)v->data + b->n, n ? p : "", (uint32_t)n, 0, off);
    return 0;
}

int builder_value(Builder *b, uint32_t c, const Value *val, Err *err)
{
    ASSERT(b->n < b->cap && c < b->batch->n_cols);
    Vec *v = &b->batch->col[c];
    if (val->is_null) {
        builder_null(b, c);
        return 0;
    }
    if (!type_eq(val->type, v->type)) {
        char is[64], want[64];
        type_print(val->type, is, sizeof is);
        type_print(v->type, want, sizeof want);
        return RAISE(err, ERR_DATATYPE_MISMATCH, "column \"%s\" is of type %s but the value is of type %s",
                     b->schema->field[c].name, want, is);
    }
    if (type_has_views(v->type.id))
        return builder_str(b, c, val->str.p, val->str.n) < 0 ? RAISE_NOMEM(err) : 0;
    if (v->type.id == T_BOOL) {
        bit_put(v->data, b->n, val->b);
        return 0;
    }
    uint32_t bytes = type_bytes(v->type.id);
    memcpy((uint8_t *)v->data + (size_t)b->n * bytes, &val->b, bytes); /* the union's members share their address */
    return 0;
}

int builder_row_done(Builder *b)
{
    ASSERT(b->n < b->cap);
    return ++b->n == b->cap ? BUILDER_FULL : 0;
}

/* Sets the row count and drops bitmaps without a null. */
static void batch_finish(Batch *batch, uint32_t n)
{
    batch->n = batch->n_sel = n;
    for (uint32_t i = 0; i < batch->n_cols; i++) {
        Vec *v = &batch->col[i];
        v->n = n;
        v->data_buf->bytes = vec_data_bytes(v->type.id, n);
        v->valid_buf->bytes = BIT_WORDS(n) * 8;
        if (bits_count(v->valid, n) == n) {
            v->valid_buf = buffer_unref(v->valid_buf);
            v->valid = NULL;
        }
    }
}

/* A copy of the first n rows at their real size; the builder's batch starts over. */
static Batch *take_small(Builder *b)
{
    uint32_t n = b->n;
    b->batch->n = b->batch->n_sel = n;
    Batch *out = batch_own(b->acct, b->batch);
    b->batch->n = b->batch->n_sel = b->cap;
    if (!out)
        return NULL;
    batch_finish(out, n);
    for (uint32_t i = 0; i < b->batch->n_cols; i++) {
        Vec *v = &b->batch->col[i];
        bits_fill(v->valid, b->cap, true);
        if (v->n_str_bufs)
            v->str_bufs[0]->bytes = 0;
    }
    b->n = 0;
    return out;
}

Batch *builder_take(Builder *b)
{
    ASSERT(b->batch);
    if (b->n < b->cap / SMALL_SHARE || b->n == 0)
        return take_small(b);
    Batch *next = batch_start(b);
    if (!next)
        return NULL;
    Batch *out = b->batch;
    batch_finish(out, b->n);
    b->batch = next;
    b->n = 0;
    return out;
}
