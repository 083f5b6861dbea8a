/* SPDX-License-Identifier: Apache-2.0
 *
 * Making output vectors and batches in the step's arena: headers derived from an input, values put one by one (multiset results),
 * rows collected from several batches (sort), vectors put behind each other (changes of many small pushes). */
#include "data/text_windows.h"
#include "exec/op_impl.h"

static Batch *derive(Batch *b, const Batch *in)
{
    if (b)
        batch_stamp(b, in);
    return b;
}

Batch *batch_derive(Arena *arena, const Schema *schema, const Batch *in)
{
    return derive(batch_header(arena, schema, in->n), in);
}

Batch *batch_derive_bare(Arena *arena, const Schema *schema, const Batch *in)
{
    return derive(batch_bare(arena, schema, in->n), in);
}

#define COLLECT(T)                                                                                                                 \
    for (uint32_t i = 0; i < n; i++) {                                                                                             \
        const Vec *v = &from[i]->col[c];                                                                                           \
        ((T *)ret->data)[i] = ((const T *)vec_values(v)->data)[vec_phys(v, row[i])];                                               \
    }

static int collect_strings(Vec *ret, const Batch *const *from, const uint16_t *row, uint32_t n, uint32_t c, Arena *arena)
{
    StrWriter w;
    strwriter_init(&w, ret, arena);
    for (uint32_t i = 0; i < n; i++) {
        const Vec *v = &from[i]->col[c];
        Str s = vec_is_null(v, row[i]) ? STR("") : vec_str(vec_values(v), vec_phys(v, row[i]));
        TRY(strwriter_put(&w, i, s.p, s.n));
    }
    return strwriter_finish(&w);
}

static int lend_strings(Vec *ret, const Batch *const *from, const uint16_t *row, uint32_t n, uint32_t c, Arena *arena)
{
    StrView *to = ret->data;
    TextWindows windows = {arena_alloc(arena, MAX(n, 1) * sizeof(*windows.base)), 0};
    if (!windows.base)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        const Vec *v = &from[i]->col[c], *values = vec_values(v);
        const StrView *s = vec_is_null(v, row[i]) ? NULL : (const StrView *)values->data + vec_phys(v, row[i]);
        to[i] = s ? *s : (StrView){0};
        if (!s || s->n <= STR_INLINE_MAX)
            continue;
        const char *p = strview_ptr(values, s);
        int window = text_window(&windows, p, (size_t)s->n);
        if (unlikely(window < 0))
            return window;
        to[i].ref.buf = window;
        to[i].ref.off = (int32_t)((const uint8_t *)p - windows.base[window]);
    }
    ret->str_data = windows.base;
    ret->str_bufs = NULL;
    ret->n_str_bufs = (uint16_t)windows.n;
    return 0;
}

static int collect(Vec *ret, Type type, const Batch *const *from, const uint16_t *row, uint32_t n, uint32_t c, bool lend,
                   Arena *arena)
{
    typedef struct Wide {
        uint64_t lo, hi;
    } Wide;
    TRY(vec_scratch(ret, type, n, arena));
    for (uint32_t i = 0; i < n; i++) {
        if (!vec_is_null(&from[i]->col[c], row[i]))
            continue;
        TRY(vec_add_valid(ret, arena));
        bit_clear(ret->valid, i);
    }
    if (type_is_string(type.id))
        return lend ? lend_strings(ret, from, row, n, c, arena) : collect_strings(ret, from, row, n, c, arena);
    switch (type_bytes(type.id)) {
    case 0:
        for (uint32_t i = 0; i < n; i++) {
            const Vec *v = &from[i]->col[c];
            bit_put(ret->data, i, bit_get(vec_values(v)->data, vec_phys(v, row[i])));
        }
        return 0;
    case 2: COLLECT(uint16_t); return 0;
    case 4: COLLECT(uint32_t); return 0;
    case 8: COLLECT(uint64_t); return 0;
    default: COLLECT(Wide); return 0;
    }
}

int vec_collect(Vec *ret, Type type, const Batch *const *from, const uint16_t *row, uint32_t n, uint32_t c, Arena *arena)
{
    return collect(ret, type, from, row, n, c, false, arena);
}

int vec_gather_lent(Vec *ret, Type type, const Batch *const *from, const uint16_t *row, uint32_t n, uint32_t c, Arena *arena)
{
    return collect(ret, type, from, row, n, c, true, arena);
}

int vec_const_i64(Vec *ret, Type type, int64_t v, uint32_t n, Arena *arena)
{
    int64_t *p = arena_alloc(arena, sizeof(*p));
    if (!p)
        return -ERR_OUT_OF_MEMORY;
    *p = v;
    *ret = (Vec){.kind = VEC_CONST, .type = type, .n = n, .data = p};
    return 0;
}

static int concat_strings(Vec *ret, const Vec *const *part, uint32_t n_parts, Arena *arena)
{
    StrWriter w;
    strwriter_init(&w, ret, arena);
    uint32_t at = 0;
    for (uint32_t p = 0; p < n_parts; p++) {
        for (uint32_t i = 0; i < part[p]->n; i++) {
            Str s = vec_is_null(part[p], i) ? STR("") : vec_str(vec_values(part[p]), vec_phys(part[p], i));
            TRY(strwriter_put(&w, at + i, s.p, s.n));
        }
        at += part[p]->n;
    }
    return strwriter_finish(&w);
}

int vec_concat(Vec *ret, const Vec *const *part, uint32_t n_parts, Arena *arena)
{
    uint32_t n = 0, at = 0;
    for (uint32_t p = 0; p < n_parts; p++)
        n += part[p]->n;
    Type type = part[0]->type;
    uint32_t bytes = type_bytes(type.id);
    TRY(vec_scratch(ret, type, n, arena));
    for (uint32_t p = 0; p < n_parts; at += part[p]->n, p++) {
        const Vec *v = part[p];
        for (uint32_t i = 0; v->valid && i < v->n; i++) {
            if (!vec_is_null(v, i)) {
                continue;
            }
            TRY(vec_add_valid(ret, arena));
            bit_clear(ret->valid, at + i);
        }
        if (type_is_string(type.id))
            continue;
        for (uint32_t i = 0; i < v->n; i++) {
            uint32_t from = vec_phys(v, i);
            if (bytes == 0)
                bit_put(ret->data, at + i, bit_get(vec_values(v)->data, from));
            else
                memcpy((uint8_t *)ret->data + (size_t)(at + i) * bytes, (const uint8_t *)vec_values(v)->data + (size_t)from * bytes,
                       bytes);
        }
    }
    return type_is_string(type.id) ? concat_strings(ret, part, n_parts, arena) : 0;
}
