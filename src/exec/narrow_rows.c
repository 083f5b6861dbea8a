/* SPDX-License-Identifier: Apache-2.0
 *
 * Narrow rows: what a column needs, filling the rows column by column, reading columns out of them. */
#include "exec/narrow_rows.h"

#include <string.h>

#define ROW_ALIGN ((size_t)2 << 20) /* so that it can lie in huge pages */

int narrow_rows_init(NarrowRows *p, Account *acct, Arena *plan, uint32_t n_cols, Err *err)
{
    *p = (NarrowRows){.acct = acct, .col = ARENA_ARRAY(plan, NarrowCol, n_cols + 1), .n_cols = n_cols};
    return p->col ? 0 : RAISE_NOMEM(err);
}

static size_t row_bytes(const NarrowRows *p)
{
    return ((size_t)p->n + 1) * p->stride;
}

void narrow_rows_done(NarrowRows *p)
{
    if (!p->col)
        return;
    for (uint32_t c = 0; c < p->n_cols; c++)
        mem_free(p->acct, p->col[c].valid, p->col[c].valid ? BIT_WORDS((size_t)p->n + 1) * sizeof(uint64_t) : 0);
    if (p->row)
        mem_free_aligned(p->acct, p->row, row_bytes(p));
    *p = (NarrowRows){.acct = p->acct};
}

int64_t narrow_rows_bytes(const NarrowRows *p)
{
    size_t bytes = p->row ? row_bytes(p) : 0;
    for (uint32_t c = 0; p->col && c < p->n_cols; c++)
        bytes += p->col[c].valid ? BIT_WORDS((size_t)p->n + 1) * sizeof(uint64_t) : 0;
    return (int64_t)bytes;
}

/* ---- what a column needs ---- */

static bool is_number(Type t)
{
    TypeId id = (TypeId)t.id;
    return type_is_integer(id) || type_is_timestamp(id) || id == T_TIME || id == T_TIMETZ || id == T_DATE;
}

static inline int64_t int_of(const void *data, uint32_t bytes, uint32_t i)
{
    return bytes == 8 ? ((const int64_t *)data)[i] : bytes == 4 ? ((const int32_t *)data)[i] : ((const int16_t *)data)[i];
}

/* NULLs count with the zero or whatever stands there: a wider range is no error. */
static void narrow(NarrowCol *c, const Vec *from, uint32_t n)
{
    uint32_t bytes = type_bytes((TypeId)from->type.id);
    int64_t least = INT64_MAX, most = INT64_MIN;
    for (uint32_t i = 0; i < n; i++) {
        int64_t v = int_of(from->data, bytes, i);
        least = MIN(least, v);
        most = MAX(most, v);
    }
    uint64_t range = (uint64_t)most - (uint64_t)least;
    c->base = least;
    c->bytes = (uint8_t)(range == 0 ? 0 : range <= UINT8_MAX ? 1 : range <= UINT16_MAX ? 2 : range <= UINT32_MAX ? 4 : 8);
}

static void measure(NarrowRows *p, const bool *cols)
{
    uint32_t widest = 1, at = 0;
    for (uint32_t c = 0; c < p->from->n_cols; c++) {
        const Vec *v = &p->from->col[c];
        NarrowCol *to = &p->col[c];
        *to = (NarrowCol){.is_there = cols[c]};
        if (!cols[c])
            continue;
        to->bytes = (uint8_t)MAX(type_bytes((TypeId)v->type.id), 1);
        if (is_number(v->type))
            narrow(to, v, p->from->n);
    }
    for (uint32_t bytes = 16; bytes > 0; bytes /= 2) /* wide ones first: each lies where it is aligned */
        for (uint32_t c = 0; c < p->from->n_cols; c++)
            if (p->col[c].is_there && p->col[c].bytes == bytes) {
                p->col[c].at = at;
                at += bytes;
                widest = MAX(widest, bytes);
            }
    p->stride = MAX((at + widest - 1) / widest * widest, 1);
}

/* ---- filling ---- */

#define PUT(T, VALUE)                                                                                                              \
    for (uint32_t i = 0; i < p->from->n; i++) {                                                                                    \
        uint32_t r = place ? place[i] : i + 1;                                                                                     \
        T                                                                                                                          \
        v = (T)(VALUE);                                                                                                            \
        if (r)                                                                                                                     \
            memcpy(to + (size_t)r * stride, &v, sizeof(v));                                                                        \
    }                                                                                                                              \
    break

static void put_column(const NarrowRows *p, uint32_t c, const uint32_t *place)
{
    const Vec *from = &p->from->col[c];
    const NarrowCol *col = &p->col[c];
    uint32_t bytes = type_bytes((TypeId)from->type.id), stride = p->stride;
    uint8_t *to = p->row + col->at;
    int64_t base = col->base;
    if (bytes == 0) {
        for (uint32_t i = 0; i < p->from->n; i++)
            to[(size_t)(place ? place[i] : i + 1) * stride] = bit_get(from->data, i);
        return;
    }
    if (!is_number(from->type)) {
        for (uint32_t i = 0; i < p->from->n; i++)
            memcpy(to + (size_t)(place ? place[i] : i + 1) * stride, (const uint8_t *)from->data + (size_t)i * bytes, bytes);
        return;
    }
    switch (col->bytes) {
    case 0: break;
    case 1: PUT(uint8_t, (uint64_t)int_of(from->data, bytes, i) - (uint64_t)base);
    case 2: PUT(uint16_t, (uint64_t)int_of(from->data, bytes, i) - (uint64_t)base);
    case 4: PUT(uint32_t, (uint64_t)int_of(from->data, bytes, i) - (uint64_t)base);
    default: PUT(uint64_t, (uint64_t)int_of(from->data, bytes, i) - (uint64_t)base);
    }
}

static int put_valid(NarrowRows *p, uint32_t c, const uint32_t *place)
{
    const Vec *from = &p->from->col[c];
    if (!from->valid)
        return 0;
    uint64_t *valid = mem_zalloc(p->acct, BIT_WORDS((size_t)p->n + 1) * sizeof(*valid));
    if (!valid)
        return -ERR_OUT_OF_MEMORY;
    p->col[c].valid = valid;
    for (uint32_t i = 0; i < p->from->n; i++)
        if (bit_get(from->valid, i))
            bit_set(valid, place ? place[i] : i + 1);
    bit_clear(valid, 0);
    return 0;
}

int narrow_rows_build(NarrowRows *p, const KeptRows *from, const bool *cols, const uint32_t *place, uint32_t n)
{
    ASSERT(from->n_cols <= p->n_cols);
    p->from = from;
    p->n = n;
    measure(p, cols);
    p->row = mem_alloc_aligned(p->acct, row_bytes(p), row_bytes(p) >= ROW_ALIGN ? ROW_ALIGN : 64);
    if (!p->row)
        return -ERR_OUT_OF_MEMORY;
    if (place) /* there may be gaps */
        memset(p->row, 0, row_bytes(p));
    for (uint32_t c = 0; c < p->from->n_cols; c++) {
        if (!cols[c])
            continue;
        put_column(p, c, place);
        TRY(put_valid(p, c, place));
    }
    memset(p->row, 0, p->stride); /* rows that are left out went there */
    return 0;
}

/* ---- reading ---- */

typedef struct Wide {
    uint64_t lo, hi;
} Wide;

#define READ(T, IN)                                                                                                                \
    do {                                                                                                                           \
        T                                                                                                                          \
        *d = ret->data;                                                                                                            \
        if (!to.sel)                                                                                                               \
            for (uint32_t i = 0; i < to.n; i++)                                                                                    \
                d[i] = (T)((uint64_t) * (const IN *)(from + (size_t)row[i] * stride) + base);                                      \
        else                                                                                                                       \
            for (uint32_t i = 0; i < to.n; i++)                                                                                    \
                d[to.sel[i]] = (T)((uint64_t) * (const IN *)(from + (size_t)row[i] * stride) + base);                              \
    } while (0)

#define READ_NUMBER(T)                                                                                                             \
    switch (col->bytes) {                                                                                                          \
    case 1: READ(T, uint8_t); break;                                                                                               \
    case 2: READ(T, uint16_t); break;                                                                                              \
    case 4: READ(T, uint32_t); break;                                                                                              \
    default: READ(T, uint64_t); break;                                                                                             \
    }

static void read_wide(const uint8_t *from, uint32_t stride, const uint32_t *row, Rows to, Wide *ret)
{
    for (uint32_t i = 0; i < to.n; i++)
        ret[row_at(to, i)] = *(const Wide *)(from + (size_t)row[i] * stride);
}

static void read_bits(const uint8_t *from, uint32_t stride, const uint32_t *row, Rows to, uint64_t *ret)
{
    for (uint32_t i = 0; i < to.n; i++)
        bit_put(ret, row_at(to, i), from[(size_t)row[i] * stride]);
}

static uint64_t number_at(const uint8_t *p, uint32_t bytes)
{
    uint64_t v = 0;
    memcpy(&v, p, bytes); /* little-endian, as all that is stored */
    return v;
}

static void read_base(uint64_t base, uint32_t bytes, Rows to, uint8_t *ret)
{
    for (uint32_t i = 0; i < to.n; i++)
        memcpy(ret + (size_t)row_at(to, i) * bytes, &base, bytes);
}

static void read_values(const NarrowRows *p, const NarrowCol *col, const uint32_t *row, Rows to, Vec *ret)
{
    const uint8_t *from = p->row + col->at;
    uint32_t stride = p->stride;
    uint64_t base = (uint64_t)col->base;
    if (col->bytes == 0) { /* no row is looked at */
        read_base(base, type_bytes((TypeId)ret->type.id), to, ret->data);
        return;
    }
    switch (type_bytes((TypeId)ret->type.id)) {
    case 0: read_bits(from, stride, row, to, ret->data); break;
    case 2: READ_NUMBER(uint16_t); break;
    case 4: READ_NUMBER(uint32_t); break;
    case 8: READ_NUMBER(uint64_t); break;
    default: read_wide(from, stride, row, to, ret->data); break;
    }
}

static bool has_null(const NarrowCol *col, const uint32_t *row, uint32_t n)
{
    bool any = col->valid != NULL;
    for (uint32_t i = 0; i < n; i++)
        any |= row[i] == 0;
    return any;
}

/* One value in all rows. */
static int read_const(const NarrowRows *p, uint32_t c, uint32_t n_phys, Vec *ret, Arena *arena)
{
    const NarrowCol *col = &p->col[c];
    uint32_t bytes = type_bytes((TypeId)p->from->col[c].type.id);
    uint8_t *value = arena_zalloc(arena, sizeof(Wide));
    if (!value)
        return -ERR_OUT_OF_MEMORY;
    *ret = (Vec){.kind = VEC_CONST, .type = p->from->col[c].type, .n = n_phys, .data = value};
    if (is_number(ret->type)) {
        uint64_t v = (uint64_t)col->base + (col->bytes ? number_at(p->row + p->stride + col->at, col->bytes) : 0);
        memcpy(value, &v, bytes);
    } else {
        memcpy(value, p->row + p->stride + col->at, MAX(bytes, 1));
    }
    return 0;
}

int narrow_rows_read(const NarrowRows *p, uint32_t c, const uint32_t *row, Rows to, uint32_t n_phys, Vec *ret, Arena *arena)
{
    const NarrowCol *col = &p->col[c];
    const Vec *from = &p->from->col[c];
    bool nulls = has_null(col, row, to.n);
    if (!nulls && (col->bytes == 0 || p->n == 1)) {
        TRY(read_const(p, c, n_phys, ret, arena));
    } else {
        TRY(vec_scratch(ret, from->type, n_phys, arena));
        if (type_bytes((TypeId)from->type.id) == 0)
            memset(ret->data, 0, BIT_WORDS(n_phys) * sizeof(uint64_t));
        read_values(p, col, row, to, ret);
    }
    if (nulls) {
        TRY(vec_add_valid(ret, arena));
        for (uint32_t i = 0; i < to.n; i++)
            bit_put(ret->valid, row_at(to, i), row[i] && (!col->valid || bit_get(col->valid, row[i])));
    }
    if (type_is_string((TypeId)from->type.id)) {
        ret->str_data = (const uint8_t **)(void *)p->from->chunk;
        ret->n_str_bufs = (uint16_t)p->from->n_chunks;
    }
    return 0;
}
