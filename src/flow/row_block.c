/* SPDX-License-Identifier: Apache-2.0
 *
 * Row block.  All memory is taken at init except the bytes of long texts, which grow and are kept over reset. */
#include "flow/row_block.h"

static size_t column_bytes(const RowBlock *r, uint32_t c)
{
    TypeId id = r->schema->field[c].type.id;
    return id == T_BOOL ? BIT_WORDS(r->cap) * 8 : (size_t)type_bytes(id) * r->cap;
}

int row_block_init(RowBlock *r, Account *acct, const Schema *schema, uint32_t cap, Err *err)
{
    *r = (RowBlock){.acct = acct, .schema = schema_ref(schema), .cap = cap};
    uint32_t n = schema->n;
    r->view = batch_new(acct, schema, 0);
    r->text = mem_zalloc(acct, n * sizeof(*r->text) + 1);
    r->text_data = mem_zalloc(acct, n * sizeof(*r->text_data) + 1);
    r->valid = mem_zalloc(acct, n * sizeof(*r->valid) + 1);
    r->has_null = mem_zalloc(acct, n * sizeof(*r->has_null) + 1);
    r->all_words = true;
    bool ok = r->view && r->text && r->text_data && r->valid && r->has_null;
    for (uint32_t c = 0; ok && c < n; c++) {
        Vec *v = &r->view->col[c];
        v->kind = VEC_FLAT;
        v->type = schema->field[c].type;
        sb_init(&r->text[c], acct);
        v->data = mem_alloc_aligned(acct, column_bytes(r, c) + 64, 64);
        r->valid[c] = mem_zalloc(acct, BIT_WORDS(cap) * 8);
        v->str_data = &r->text_data[c];
        v->n_str_bufs = type_is_string((TypeId)v->type.id) ? 1 : 0;
        r->any_text |= v->n_str_bufs > 0;
        r->all_words &= type_bytes((TypeId)v->type.id) == sizeof(uint64_t);
        ok = v->data && r->valid[c];
    }
    if (ok)
        return 0;
    row_block_done(r);
    return RAISE_NOMEM(err);
}

void row_block_done(RowBlock *r)
{
    if (!r->schema)
        return;
    uint32_t n = r->schema->n;
    for (uint32_t c = 0; r->view && r->text && c < n; c++) {
        Vec *v = &r->view->col[c];
        mem_free_aligned(r->acct, v->data, v->data ? column_bytes(r, c) + 64 : 0);
        *v = (Vec){0};
        sb_done(&r->text[c]);
        if (r->valid)
            mem_free(r->acct, r->valid[c], BIT_WORDS(r->cap) * 8);
    }
    batch_unref(r->view);
    mem_free(r->acct, r->text, n * sizeof(*r->text) + 1);
    mem_free(r->acct, r->text_data, n * sizeof(*r->text_data) + 1);
    mem_free(r->acct, r->valid, n * sizeof(*r->valid) + 1);
    mem_free(r->acct, r->has_null, n * sizeof(*r->has_null) + 1);
    schema_unref((Schema *)r->schema);
    *r = (RowBlock){0};
}

void row_block_reset(RowBlock *r)
{
    r->n = 0;
    if (likely(!r->any_text && !r->any_null))
        return;
    r->any_null = false;
    for (uint32_t c = 0; c < r->schema->n; c++) {
        if (type_is_string(r->schema->field[c].type.id))
            sb_clear(&r->text[c]);
        r->has_null[c] = false;
    }
}

void row_block_null(RowBlock *r, uint32_t c)
{
    if (!r->has_null[c]) {
        bits_fill(r->valid[c], r->cap, true);
        r->has_null[c] = r->any_null = true;
    }
    bit_clear(r->valid[c], r->n);
    uint32_t bytes = type_bytes(r->schema->field[c].type.id);
    memset(row_block_cell(r, c, bytes), 0, bytes);
}

int row_block_text(RowBlock *r, uint32_t c, const char *p, size_t n)
{
    StrView *s = row_block_cell(r, c, sizeof(StrView));
    if (n <= STR_INLINE_MAX) {
        strview_set(s, p, (uint32_t)n, 0, 0);
        return 0;
    }
    StrBuf *text = &r->text[c];
    if (n > INT32_MAX / 2 || text->n > INT32_MAX / 2)
        return -ERR_OUT_OF_MEMORY;
    strview_set(s, p, (uint32_t)n, 0, (int32_t)text->n);
    sb_put(text, p, n);
    r->text_data[c] = (const uint8_t *)text->p;
    if (!text->failed)
        return 0;
    text->failed = false;
    return -ERR_OUT_OF_MEMORY;
}

int row_block_value(RowBlock *r, uint32_t c, const Value *v)
{
    if (v->is_null) {
        row_block_null(r, c);
        return 0;
    }
    TypeId id = r->schema->field[c].type.id;
    if (r->has_null[c])
        bit_set(r->valid[c], r->n); /* of a row that was given up, or a value set before this one */
    if (type_is_string(id))
        return row_block_text(r, c, v->str.p, v->str.n);
    if (id == T_BOOL)
        bit_put(r->view->col[c].data, r->n, v->b);
    else
        memcpy(row_block_cell(r, c, type_bytes(id)), &v->b, type_bytes(id));
    return 0;
}

static int append_cell(RowBlock *r, uint32_t c, const Vec *v, uint32_t row)
{
    TypeId id = r->schema->field[c].type.id;
    if (vec_is_null(v, row)) {
        row_block_null(r, c);
        return 0;
    }
    const Vec *values = vec_values(v);
    uint32_t at = vec_phys(v, row), bytes = type_bytes(id);
    if (type_is_string(id)) {
        Str s = vec_str(values, at);
        return row_block_text(r, c, s.p, s.n);
    }
    if (id == T_BOOL)
        bit_put(r->view->col[c].data, r->n, bit_get(values->data, at));
    else
        memcpy(row_block_cell(r, c, bytes), (const char *)values->data + (size_t)at * bytes, bytes);
    return 0;
}

/* Rows of a column of fixed width without nulls. */
static void append_plain(RowBlock *r, uint32_t c, const Vec *v, uint32_t bytes, Rows rows)
{
    char *to = row_block_cell(r, c, bytes);
    const char *from = v->data;
    if (!rows.sel) {
        memcpy(to, from, (size_t)rows.n * bytes);
        return;
    }
    if (bytes == sizeof(uint64_t)) {
        for (uint32_t i = 0; i < rows.n; i++)
            ((uint64_t *)(void *)to)[i] = ((const uint64_t *)(const void *)from)[rows.sel[i]];
        return;
    }
    for (uint32_t i = 0; i < rows.n; i++)
        memcpy(to + (size_t)i * bytes, from + (size_t)rows.sel[i] * bytes, bytes);
}

bool row_block_append_words(RowBlock *r, const Batch *b, uint32_t first, uint32_t n)
{
    if (!r->all_words || r->any_null)
        return false;
    const Vec *v = b->col, *end = v + b->n_cols;
    for (const Vec *to = r->view->col; v < end; v++, to++) {
        if (unlikely(v->kind != VEC_FLAT || v->valid))
            return false;
        uint64_t *cell = (uint64_t *)to->data + r->n;
        const uint64_t *from = (const uint64_t *)v->data + first;
        if (n == 1)
            *cell = *from;
        else
            memcpy(cell, from, n * sizeof(*cell));
    }
    r->n += n;
    return true;
}

int row_block_append(RowBlock *r, const Batch *b, Rows rows)
{
    uint32_t first = r->n;
    ASSERT(rows.n <= r->cap - first);
    if (!rows.sel && rows.n && row_block_append_words(r, b, 0, rows.n))
        return 0;
    for (uint32_t c = 0; c < r->schema->n; c++) {
        const Vec *v = &b->col[c];
        TypeId id = r->schema->field[c].type.id;
        uint32_t bytes = type_is_string(id) ? 0 : type_bytes(id);
        if (bytes && v->kind == VEC_FLAT && !v->valid && !r->has_null[c]) {
            if (rows.n == 1 && bytes == sizeof(uint64_t))
                *(uint64_t *)row_block_cell(r, c, bytes) = ((const uint64_t *)v->data)[row_at(rows, 0)];
            else
                append_plain(r, c, v, bytes, rows);
            continue;
        }
        int rc = 0;
        for (uint32_t i = 0; i < rows.n && rc == 0; i++, r->n++)
            rc = append_cell(r, c, v, row_at(rows, i));
        r->n = first;
        TRY(rc);
    }
    r->n = first + rows.n;
    return 0;
}

Batch *row_block_view(RowBlock *r)
{
    Batch *b = r->view;
    b->n_sel = r->n;
    b->flags = BATCH_BORROWED;
    if (b->n == r->n && !r->any_null && !r->view_has_null) /* rows one by one: it is as it was */
        return b;
    b->n = r->n;
    r->view_has_null = r->any_null;
    for (uint32_t c = 0; c < r->schema->n; c++) {
        b->col[c].n = r->n;
        b->col[c].valid = r->has_null[c] ? r->valid[c] : NULL;
    }
    return b;
}
