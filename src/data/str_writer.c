/* SPDX-License-Identifier: Apache-2.0
 *
 * Writer of computed strings.  Short results are put into their views, long ones into one arena buffer that doubles; views hold
 * offsets, so moving the buffer does not touch them. */
#include "data/vec.h"

#define FIRST_BYTES 4096u

void strwriter_init(StrWriter *w, Vec *v, Arena *arena)
{
    ASSERT(v && arena && v->kind == VEC_FLAT);
    *w = (StrWriter){.v = v, .arena = arena};
}

/* 0 or a code: room for n more bytes. */
static int grow(StrWriter *w, size_t n)
{
    if (n <= w->cap - w->n)
        return 0;
    if (n > INT32_MAX - w->n)
        return -ERR_PROGRAM_LIMIT;
    size_t cap = MAX(w->cap, FIRST_BYTES);
    while (cap < w->n + n)
        cap *= 2;
    uint8_t *buf = arena_alloc(w->arena, cap);
    if (!buf)
        return -ERR_OUT_OF_MEMORY;
    if (w->n)
        memcpy(buf, w->buf, w->n);
    w->buf = buf;
    w->cap = cap;
    return 0;
}

int strwriter_put(StrWriter *w, uint32_t row, const char *p, size_t n)
{
    if (n > STR_INLINE_MAX) {
        TRY(grow(w, n));
        memcpy(w->buf + w->n, p, n);
    }
    strview_set((StrView *)w->v->data + row, p, (uint32_t)n, 0, (int32_t)w->n);
    if (n > STR_INLINE_MAX)
        w->n += n;
    return 0;
}

char *strwriter_reserve(StrWriter *w, size_t n)
{
    return grow(w, MAX(n, 1)) == 0 ? (char *)w->buf + w->n : NULL;
}

int strwriter_commit(StrWriter *w, uint32_t row, size_t n)
{
    ASSERT(n <= w->cap - w->n);
    strview_set((StrView *)w->v->data + row, n ? (const char *)w->buf + w->n : "", (uint32_t)n, 0, (int32_t)w->n);
    if (n > STR_INLINE_MAX)
        w->n += n;
    return 0;
}

int strwriter_finish(StrWriter *w)
{
    const uint8_t **list = arena_alloc(w->arena, sizeof *list);
    if (!list)
        return -ERR_OUT_OF_MEMORY;
    list[0] = w->buf;
    w->v->str_data = list;
    w->v->str_bufs = NULL;
    w->v->n_str_bufs = w->buf ? 1 : 0;
    return 0;
}
