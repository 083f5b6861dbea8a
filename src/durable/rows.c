/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows as durable bytes.  A dense flat column is one copy; anything else is gathered through a small buffer on the stack, so that
 * writing allocates nothing. */
#include "durable/rows.h"

#include "data/value.h"

#define PIECE 1024u /* bytes gathered at a time */

/* ---- writing ---- */

int rows_check(const Batch *b, Err *err)
{
    Rows rows = batch_rows(b);
    for (uint32_t c = 0; c < b->n_cols; c++) {
        const Vec *v = &b->col[c], *values = vec_values(v);
        TypeId id = (TypeId)v->type.id;
        if (!type_is_string(id))
            continue;
        uint64_t bytes = 0;
        for (uint32_t i = 0; i < rows.n; i++)
            bytes += (uint32_t)((const StrView *)values->data)[vec_phys(v, row_at(rows, i))].n;
        if (bytes > INT32_MAX)
            return RAISE(err, ERR_PROGRAM_LIMIT, "a batch has more than 2 GiB of text in one column");
    }
    return 0;
}

typedef struct BitPiece { /* bits on their way out */
    uint8_t byte[PIECE];
    uint32_t n;
} BitPiece;

static inline void bit_out(BitPiece *p, bool bit, RowsPut put, void *self)
{
    if (p->n % 8 == 0)
        p->byte[p->n / 8] = 0;
    p->byte[p->n / 8] |= (uint8_t)(bit << (p->n % 8));
    if (++p->n == PIECE * 8) {
        put(self, p->byte, PIECE);
        p->n = 0;
    }
}

static void bits_end(BitPiece *p, RowsPut put, void *self)
{
    if (p->n)
        put(self, p->byte, (p->n + 7) / 8);
}

static bool has_nulls(const Vec *v, Rows rows)
{
    if (!v->valid)
        return false;
    for (uint32_t i = 0; i < rows.n; i++)
        if (vec_is_null(v, row_at(rows, i)))
            return true;
    return false;
}

static void put_bool(const Vec *v, Rows rows, RowsPut put, void *self)
{
    BitPiece p = {.n = 0};
    const Vec *values = vec_values(v);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        bit_out(&p, !vec_is_null(v, row) && bit_get(values->data, vec_phys(v, row)), put, self);
    }
    bits_end(&p, put, self);
}

static void put_fixed(const Vec *v, Rows rows, uint32_t width, bool nulls, RowsPut put, void *self)
{
    const Vec *values = vec_values(v);
    if (v->kind == VEC_FLAT && !rows.sel && !nulls) {
        put(self, v->data, (size_t)rows.n * width);
        return;
    }
    uint8_t piece[PIECE];
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        if (nulls && vec_is_null(v, row))
            memset(piece + n, 0, width);
        else
            memcpy(piece + n, (const char *)values->data + (size_t)vec_phys(v, row) * width, width);
        n += width;
        if (n + width > PIECE) {
            put(self, piece, n);
            n = 0;
        }
    }
    put(self, piece, n);
}

static Str string_at(const Vec *v, uint32_t row)
{
    return vec_is_null(v, row) ? (Str){"", 0} : vec_str(vec_values(v), vec_phys(v, row));
}

static void put_strings(const Vec *v, Rows rows, RowsPut put, void *self)
{
    uint32_t piece[PIECE / 4];
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        piece[n++] = (uint32_t)string_at(v, row_at(rows, i)).n;
        if (n == ARRAY_LEN(piece)) {
            put(self, piece, sizeof(piece));
            n = 0;
        }
    }
    put(self, piece, n * sizeof(*piece));
    for (uint32_t i = 0; i < rows.n; i++) {
        Str s = string_at(v, row_at(rows, i));
        if (s.n)
            put(self, s.p, s.n);
    }
}

static void put_column(const Vec *v, Rows rows, RowsPut put, void *self)
{
    uint8_t nulls = has_nulls(v, rows);
    put(self, &nulls, 1);
    if (nulls) {
        BitPiece p = {.n = 0};
        for (uint32_t i = 0; i < rows.n; i++)
            bit_out(&p, !vec_is_null(v, row_at(rows, i)), put, self);
        bits_end(&p, put, self);
    }
    TypeId id = (TypeId)v->type.id;
    if (id == T_BOOL)
        put_bool(v, rows, put, self);
    else if (type_is_string(id))
        put_strings(v, rows, put, self);
    else
        put_fixed(v, rows, type_bytes(id), nulls, put, self);
}

void rows_put(const Batch *b, RowsPut put, void *self)
{
    Rows rows = batch_rows(b);
    struct {
        uint8_t weights, zero;
        uint16_t n_cols;
        uint32_t n_rows;
    } head = {b->w_kind, 0, b->n_cols, rows.n};
    put(self, &head, sizeof(head));
    for (uint32_t i = 0; b->w_kind == W_VEC && i < rows.n; i++)
        put(self, &b->w[row_at(rows, i)], sizeof(*b->w));
    for (uint32_t c = 0; c < b->n_cols; c++)
        put_column(&b->col[c], rows, put, self);
}

/* ---- one row ---- */

size_t rows_one_bytes(const Batch *b)
{
    uint32_t row = row_at(batch_rows(b), 0);
    size_t n = 8 + (b->w_kind == W_VEC ? sizeof(*b->w) : 0) + b->n_cols;
    for (uint32_t c = 0; c < b->n_cols; c++) {
        const Vec *v = &b->col[c];
        TypeId id = (TypeId)v->type.id;
        uint32_t width = type_bytes(id);
        n += vec_is_null(v, row);
        n += likely(width == 8) ? width : id == T_BOOL ? 1 : type_is_string(id) ? 4 + (uint32_t)string_at(v, row).n : width;
    }
    return n;
}

static uint8_t *write_value(const Vec *v, uint32_t row, bool null, uint8_t *to)
{
    TypeId id = (TypeId)v->type.id;
    uint32_t width = type_bytes(id);
    const Vec *values = vec_values(v);
    if (likely(width == 8 && !null)) {
        memcpy(to, (const char *)values->data + (size_t)vec_phys(v, row) * 8, 8);
        return to + 8;
    }
    if (type_is_string(id)) {
        Str s = string_at(v, row);
        uint32_t len = (uint32_t)s.n;
        memcpy(to, &len, 4);
        if (len)
            memcpy(to + 4, s.p, len);
        return to + 4 + len;
    }
    if (id == T_BOOL) {
        *to = !null && bit_get(values->data, vec_phys(v, row));
        return to + 1;
    }
    for (uint32_t i = 0; i < width; i++)
        to[i] = null ? 0 : ((const uint8_t *)values->data)[(size_t)vec_phys(v, row) * width + i];
    return to + width;
}

void rows_one_write(const Batch *b, uint8_t *to)
{
    uint32_t row = row_at(batch_rows(b), 0), one = 1;
    to[0] = b->w_kind;
    to[1] = 0;
    memcpy(to + 2, &b->n_cols, 2);
    memcpy(to + 4, &one, 4);
    to += 8;
    if (b->w_kind == W_VEC) {
        memcpy(to, &b->w[row], sizeof(*b->w));
        to += sizeof(*b->w);
    }
    for (uint32_t c = 0; c < b->n_cols; c++) {
        const Vec *v = &b->col[c];
        bool null = vec_is_null(v, row);
        *to++ = null;
        if (null)
            *to++ = 0; /* its bitmap */
        to = write_value(v, row, null, to);
    }
}

size_t rows_words_bytes(const Batch *b)
{
    bool words = b->w_kind == W_ONE;
    for (const Vec *v = b->col, *end = v + b->n_cols; v < end; v++)
        words &= v->kind == VEC_FLAT && !v->valid && type_bytes((TypeId)v->type.id) == 8;
    return words ? 8 + (size_t)b->n_cols * 9 : 0;
}

void rows_words_write(const Batch *b, uint8_t *to)
{
    uint32_t row = row_at(batch_rows(b), 0), one = 1;
    to[0] = W_ONE;
    to[1] = 0;
    memcpy(to + 2, &b->n_cols, 2);
    memcpy(to + 4, &one, 4);
    to += 8;
    for (const Vec *v = b->col, *end = v + b->n_cols; v < end; v++, to += 9) {
        to[0] = 0; /* not NULL */
        memcpy(to + 1, (const uint64_t *)v->data + row, 8);
    }
}

/* ---- reading ---- */

static uint64_t *read_bits(ByteReader *r, uint32_t n, Arena *arena)
{
    uint64_t *bits = arena_zalloc(arena, (BIT_WORDS(n) + 1) * sizeof(*bits));
    if (bits)
        bytes_copy(r, bits, (n + 7) / 8);
    return bits;
}

static int read_strings(ByteReader *r, Vec *v, uint32_t n, Arena *arena, Err *err)
{
    const char *lengths = bytes_take(r, (size_t)n * 4);
    const char *text = r->p;
    StrView *view = v->data;
    uint64_t at = 0;
    v->str_data = arena_alloc(arena, sizeof(*v->str_data));
    if (!v->str_data)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; lengths && i < n; i++) {
        uint32_t len;
        memcpy(&len, lengths + (size_t)i * 4, 4);
        const char *p = bytes_take(r, len);
        if (!p || at + len > INT32_MAX)
            return RAISE(err, ERR_CORRUPT, "stored rows cannot be read: a text does not fit");
        strview_set(&view[i], p, len, 0, (int32_t)at);
        at += len;
    }
    v->str_data[0] = (const uint8_t *)text;
    v->n_str_bufs = 1;
    return 0;
}

static int read_column(ByteReader *r, Vec *v, Type type, uint32_t n, Arena *arena, Err *err)
{
    uint8_t nulls = bytes_u8(r);
    if (nulls > 1)
        return RAISE(err, ERR_CORRUPT, "stored rows cannot be read: no column begins here");
    if (vec_scratch(v, type, n, arena) < 0)
        return RAISE_NOMEM(err);
    if (nulls && !(v->valid = read_bits(r, n, arena)))
        return RAISE_NOMEM(err);
    if (type.id == T_BOOL)
        return (v->data = read_bits(r, n, arena)) ? 0 : RAISE_NOMEM(err);
    if (type_is_string((TypeId)type.id))
        return read_strings(r, v, n, arena, err);
    bytes_copy(r, v->data, (size_t)n * type_bytes((TypeId)type.id));
    return 0;
}

int rows_read(Str payload, const Schema *schema, Arena *arena, Batch **ret, Err *err)
{
    ByteReader r = bytes_of(payload);
    uint8_t weights = bytes_u8(&r), zero = bytes_u8(&r);
    uint16_t n_cols = bytes_u16(&r);
    uint32_t n = bytes_u32(&r);
    if (r.failed || weights > W_VEC || zero || n > BATCH_ROWS_MAX || n_cols != schema->n)
        return RAISE(err, ERR_CORRUPT, "stored rows do not fit their relation");
    Batch *b = batch_scratch(arena, schema, n);
    if (!b)
        return RAISE_NOMEM(err);
    b->w_kind = weights;
    if (weights == W_VEC) {
        b->w = arena_alloc(arena, MAX(n, 1) * sizeof(*b->w));
        if (!b->w)
            return RAISE_NOMEM(err);
        bytes_copy(&r, b->w, n * sizeof(*b->w));
    }
    for (uint32_t c = 0; c < schema->n; c++)
        TRY(read_column(&r, &b->col[c], schema->field[c].type, n, arena, err));
    if (r.failed || r.n)
        return RAISE(err, ERR_CORRUPT, "stored rows have bytes too few or too many");
    *ret = b;
    return 0;
}
