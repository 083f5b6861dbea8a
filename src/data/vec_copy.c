/* SPDX-License-Identifier: Apache-2.0
 *
 * Copying rows of vectors: flatten (same positions, arena), gather (dense, arena), own (dense, heap).  All three decode CONST and
 * DICT on the way, so their result is FLAT.  The loops are per width, with the kind's decision outside of them. */
#include "data/data_impl.h"

typedef struct Wide {
    uint64_t lo, hi;
} Wide;

/* Where row i of `rows` goes: to its own position (flatten), or to i (gather). */
typedef enum Place { PLACE_SAME, PLACE_DENSE } Place;

#define COPY_LOOP(T, PHYS)                                                                                                         \
    for (uint32_t i = 0; i < rows.n; i++) {                                                                                        \
        uint32_t row = row_at(rows, i);                                                                                            \
        ((T *)dst)[place == PLACE_SAME ? row : i] = ((const T *)src)[PHYS];                                                        \
    }

#define DEFINE_COPY(T, NAME)                                                                                                       \
    static void NAME(void *dst, const Vec *v, Rows rows, Place place)                                                              \
    {                                                                                                                              \
        const void *src = vec_values(v)->data;                                                                                     \
        if (v->kind == VEC_FLAT && !rows.sel) {                                                                                    \
            memcpy(dst, src, rows.n * sizeof(T));                                                                                  \
        } else if (v->kind == VEC_FLAT) {                                                                                          \
            COPY_LOOP(T, row)                                                                                                      \
        } else if (v->kind == VEC_CONST) {                                                                                         \
            COPY_LOOP(T, 0)                                                                                                        \
        } else if (v->code_bytes == 2) {                                                                                           \
            COPY_LOOP(T, ((const uint16_t *)v->data)[row])                                                                         \
        } else {                                                                                                                   \
            COPY_LOOP(T, ((const uint32_t *)v->data)[row])                                                                         \
        }                                                                                                                          \
    }
DEFINE_COPY(uint16_t, copy_2)
DEFINE_COPY(uint32_t, copy_4)
DEFINE_COPY(uint64_t, copy_8)
DEFINE_COPY(Wide, copy_16)

static void copy_bits(uint64_t *dst, const Vec *v, Rows rows, Place place)
{
    const uint64_t *src = vec_values(v)->data;
    if (v->kind == VEC_FLAT && !rows.sel) {
        memcpy(dst, src, BIT_WORDS(rows.n) * 8);
    } else if (v->kind == VEC_CONST && !rows.sel) {
        bits_fill(dst, rows.n, bit_get(src, 0));
    } else {
        for (uint32_t i = 0; i < rows.n; i++) {
            uint32_t row = row_at(rows, i);
            bit_put(dst, place == PLACE_SAME ? row : i, bit_get(src, vec_phys(v, row)));
        }
    }
}

static void copy_data(void *dst, const Vec *v, Rows rows, Place place)
{
    if (rows.n == 0) /* of a result without rows there is no data */
        return;
    switch (type_bytes(v->type.id)) {
    case 0: copy_bits(dst, v, rows, place); break;
    case 2: copy_2(dst, v, rows, place); break;
    case 4: copy_4(dst, v, rows, place); break;
    case 8: copy_8(dst, v, rows, place); break;
    default: copy_16(dst, v, rows, place); break;
    }
}

static void copy_valid(uint64_t *dst, const Vec *v, Rows rows, Place place)
{
    if (v->kind == VEC_CONST && !rows.sel) {
        bits_fill(dst, rows.n, bit_get(v->valid, 0));
    } else if (!rows.sel) {
        memcpy(dst, v->valid, BIT_WORDS(rows.n) * 8);
    } else {
        for (uint32_t i = 0; i < rows.n; i++)
            bit_put(dst, place == PLACE_SAME ? rows.sel[i] : i, !vec_is_null(v, rows.sel[i]));
    }
}

/* Scratch vector of n rows holding the given rows of v; string bytes borrowed from v. */
static int copy_scratch(const Vec *v, Rows rows, uint32_t n, Place place, Vec *ret, Arena *arena)
{
    const Vec *values = vec_values(v);
    Vec out;
    TRY(vec_scratch(&out, v->type, n, arena));
    if (v->type.id == T_BOOL && rows.sel)
        memset(out.data, 0, BIT_WORDS(n) * 8); /* words are read before they are written */
    copy_data(out.data, v, rows, place);
    if (v->valid) {
        TRY(vec_add_valid(&out, arena));
        copy_valid(out.valid, v, rows, place);
    }
    out.str_data = values->str_data;
    out.n_str_bufs = values->n_str_bufs;
    *ret = out;
    return 0;
}

int vec_flatten(const Vec *v, Rows rows, Vec *ret, Arena *arena)
{
    ASSERT(v && ret != v);
    return copy_scratch(v, rows, v->n, PLACE_SAME, ret, arena);
}

int vec_pick(const Vec *v, Rows rows, Vec *ret, Arena *arena)
{
    ASSERT(v && ret != v);
    return copy_scratch(v, rows, rows.n, PLACE_DENSE, ret, arena);
}

int vec_gather(const Vec *v, Rows rows, Vec *ret, Arena *arena)
{
    const Vec *values = vec_values(v);
    TRY(vec_pick(v, rows, ret, arena));
    if (!values->str_bufs)
        return 0;
    ret->str_bufs = values->str_bufs;
    for (uint32_t i = 0; i < values->n_str_bufs; i++)
        buffer_ref(values->str_bufs[i]);
    ret->aux_buf = buffer_ref(values->aux_buf ? values->aux_buf : v->aux_buf);
    return 0;
}

/* Bytes of the strings of dst (already gathered views of `from`) that do not fit their views.  Null rows become empty. */
static size_t long_bytes(Vec *dst)
{
    StrView *s = dst->data;
    size_t bytes = 0;
    for (uint32_t i = 0; i < dst->n; i++) {
        if (vec_is_null(dst, i))
            s[i] = (StrView){0};
        if (s[i].n > STR_INLINE_MAX)
            bytes += (size_t)s[i].n;
    }
    return bytes;
}

/* Moves the long strings of dst, whose views still point into `from`, into one buffer of its own. */
static int own_strings(Account *acct, Vec *dst, const Vec *from)
{
    size_t bytes = long_bytes(dst), n = 0;
    StrView *s = dst->data;
    if (bytes == 0)
        return 0;
    if (bytes > INT32_MAX)
        return -ERR_OUT_OF_MEMORY; /* 2 GiB in one column of one batch: offsets are 32 bits */
    TRY(vec_new_aux(dst, acct, 1, false));
    Buffer *b = buffer_new(acct, bytes);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    vec_add_str(dst, b, b->data);
    b->bytes = bytes;
    for (uint32_t i = 0; i < dst->n; i++) {
        if (s[i].n <= STR_INLINE_MAX)
            continue;
        memcpy(b->data + n, strview_ptr(from, &s[i]), (size_t)s[i].n);
        s[i].ref.buf = 0;
        s[i].ref.off = (int32_t)n;
        n += (size_t)s[i].n;
    }
    return 0;
}

/* Its data has its place already. */
static int own_values(Account *acct, const Vec *v, Rows rows, Vec *out)
{
    if (v->type.id == T_BOOL && rows.sel)
        memset(out->data, 0, BIT_WORDS(rows.n) * 8);
    copy_data(out->data, v, rows, PLACE_DENSE);
    if (v->valid) {
        TRY(vec_new_valid(out, acct, rows.n));
        if (rows.sel)
            memset(out->valid, 0, BIT_WORDS(rows.n) * 8);
        copy_valid(out->valid, v, rows, PLACE_DENSE);
    }
    return type_has_views(v->type.id) ? own_strings(acct, out, vec_values(v)) : 0;
}

int vec_own_const(Account *acct, const Vec *v, Vec *ret)
{
    ASSERT(v->kind == VEC_CONST && !v->valid && type_bytes((TypeId)v->type.id) > 0 && !type_has_views((TypeId)v->type.id));
    _cleanup_(vec_done) Vec out = {.type = v->type};
    TRY(vec_new_data(&out, acct, v->type, 1));
    memcpy(out.data, v->data, type_bytes((TypeId)v->type.id));
    out.kind = VEC_CONST;
    out.n = v->n;
    *ret = out;
    out = (Vec){.type = v->type};
    return 0;
}

int vec_own(Account *acct, const Vec *v, Rows rows, Vec *ret)
{
    _cleanup_(vec_done) Vec out = {.type = v->type};
    ASSERT(v != ret);
    TRY(vec_new_data(&out, acct, v->type, rows.n));
    TRY(own_values(acct, v, rows, &out));
    *ret = out;
    out = (Vec){.type = v->type};
    return 0;
}

int vec_own_at(Account *acct, const Vec *v, Rows rows, Buffer *in, size_t at, Vec *ret)
{
    ASSERT(v != ret && at + vec_data_bytes((TypeId)v->type.id, rows.n) <= in->cap);
    *ret = (Vec){.kind = VEC_FLAT, .type = v->type, .n = rows.n, .data = in->data + at, .data_buf = buffer_ref(in)};
    return own_values(acct, v, rows, ret);
}
