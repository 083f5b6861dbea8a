/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns and headers are made with the query and only filled; nothing is allocated while rows come. */
#include "exec/few_rows.h"

#include <math.h>
#include <string.h>

#define VALUE_BYTES 16u

int few_rows_open(FewRows *f, Arena *plan, const Schema *schema, Err *err)
{
    size_t header = sizeof(Batch) + schema->n * sizeof(Vec);
    char *data = arena_zalloc(plan, (size_t)schema->n * FEW_ROWS * VALUE_BYTES + 1);
    f->valid = ARENA_ARRAY(plan, uint64_t, schema->n + 1);
    for (int k = 0; k < 2; k++) {
        Batch *b = f->batch[k] = arena_zalloc(plan, header);
        if (!b || !data || !f->valid)
            return RAISE_NOMEM(err);
        *b = (Batch){.flags = BATCH_BORROWED, .n_cols = (uint16_t)schema->n, .schema = schema};
        for (uint32_t c = 0; c < schema->n; c++)
            b->col[c] = (Vec){.kind = VEC_FLAT, .type = schema->field[c].type, .data = data + (size_t)c * FEW_ROWS * VALUE_BYTES};
    }
    return 0;
}

static bool is_float(TypeId id)
{
    return id == T_F32 || id == T_F64;
}

static double float_at(const Vec *v, uint32_t phys)
{
    return v->type.id == T_F32 ? (double)((const float *)v->data)[phys] : ((const double *)v->data)[phys];
}

/* As a table of whole rows has it: -0 is 0, and NaN is NaN. */
static bool same_value(const Vec *a, uint32_t i, const Vec *b, uint32_t row)
{
    if (vec_rows_equal(a, i, b, row))
        return true;
    if (likely(!is_float((TypeId)a->type.id)) || vec_is_null(a, i) || vec_is_null(b, row))
        return false;
    double x = float_at(a, i), y = float_at(vec_values(b), vec_phys(b, row));
    return x == y || (isnan(x) && isnan(y));
}

static bool same_row(const FewRows *f, uint32_t i, const Batch *in, uint32_t row)
{
    for (uint32_t c = in->n_cols; c-- > 0;) /* keys mostly come first, and are the same */
        if (!same_value(&f->batch[0]->col[c], i, &in->col[c], row))
            return false;
    return true;
}

static bool fits(const Batch *in, Rows rows)
{
    for (uint32_t c = 0; c < in->n_cols; c++) {
        const Vec *v = &in->col[c];
        if (!type_is_string((TypeId)v->type.id) && v->type.id != T_UNKNOWN)
            continue;
        for (uint32_t i = 0; i < rows.n; i++) {
            uint32_t r = row_at(rows, i);
            if (!vec_is_null(v, r) && ((const StrView *)vec_values(v)->data)[vec_phys(v, r)].n > STR_INLINE_MAX)
                return false;
        }
    }
    return true;
}

static void copy_value(Vec *to, uint64_t *valid, uint32_t at, const Vec *from, uint32_t row)
{
    uint64_t bit = UINT64_C(1) << at;
    uint32_t bytes = type_bytes((TypeId)to->type.id);
    if (unlikely(vec_is_null(from, row))) {
        *valid &= ~bit;
        memset((char *)to->data + (size_t)at * bytes, 0, bytes);
        return;
    }
    const char *data = vec_values(from)->data;
    uint32_t phys = vec_phys(from, row);
    *valid |= bit;
    if (likely(bytes == 8))
        ((uint64_t *)to->data)[at] = ((const uint64_t *)(const void *)data)[phys];
    else if (bytes == 16)
        memcpy((char *)to->data + (size_t)at * 16, data + (size_t)phys * 16, 16);
    else if (to->type.id == T_BOOL)
        bit_put((uint64_t *)to->data, at, bit_get((const uint64_t *)(const void *)data, phys));
    else
        memcpy((char *)to->data + (size_t)at * bytes, data + (size_t)phys * bytes, bytes);
}

static void add_row(FewRows *f, const Batch *in, uint32_t row)
{
    int64_t weight = batch_weight(in, row);
    uint32_t at = 0;
    while (at < f->n && !same_row(f, at, in, row))
        at++;
    if (at < f->n) {
        f->weight[at] += weight;
        return;
    }
    f->n++;
    f->weight[at] = weight;
    for (uint32_t c = 0; c < in->n_cols; c++) {
        Vec *v = &f->batch[0]->col[c];
        v->valid = &f->valid[c];
        copy_value(v, v->valid, at, &in->col[c], row);
    }
}

bool few_rows_take(FewRows *f, const Batch *in)
{
    Rows rows = batch_rows(in);
    if (f->n + rows.n > FEW_ROWS || !fits(in, rows))
        return false;
    for (uint32_t i = 0; i < rows.n; i++)
        add_row(f, in, row_at(rows, i));
    return true;
}

/* Columns without NULL say so. */
static void close_columns(const FewRows *f, Batch *b)
{
    uint64_t all = (UINT64_C(1) << f->n) - 1;
    b->n = f->n;
    for (uint32_t c = 0; c < b->n_cols; c++) {
        b->col[c].n = f->n;
        b->col[c].valid = (f->valid[c] & all) == all ? NULL : &f->valid[c];
    }
}

static int give_weights(FewRows *f, Batch *b)
{
    b->w_kind = W_VEC;
    b->w = f->w;
    for (uint32_t i = 0; i < f->n; i++) {
        if (f->weight[i] > INT32_MAX || f->weight[i] < -INT32_MAX)
            return -ERR_NUMERIC_RANGE;
        f->w[i] = (int32_t)f->weight[i];
    }
    return 0;
}

int few_rows_give(FewRows *f, bool minus, Batch **ret)
{
    Batch *b = f->batch[!minus];
    uint16_t *sel = f->sel[!minus];
    uint32_t n = 0;
    bool plain = true;
    for (uint32_t i = 0; i < f->n; i++) {
        if (minus ? f->weight[i] >= 0 : f->weight[i] <= 0)
            continue;
        plain &= f->weight[i] == (minus ? -1 : 1);
        sel[n++] = (uint16_t)i;
    }
    *ret = n ? b : NULL;
    if (n == 0)
        return 0;
    close_columns(f, b);
    b->n_sel = n;
    b->sel = n == f->n ? NULL : sel;
    b->w_kind = minus ? W_MINUS : W_ONE;
    b->w = NULL;
    return plain ? 0 : give_weights(f, b);
}

int few_rows_all(FewRows *f, Batch **ret)
{
    Batch *b = *ret = f->batch[0];
    close_columns(f, b);
    b->n_sel = b->n;
    b->sel = NULL;
    return give_weights(f, b);
}
