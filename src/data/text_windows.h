/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that are referred to where they lie, anywhere in memory: a view says how far a text is from the beginning of its buffer, in
 * 31 bits, so buffers are windows of addresses.  State lies in few ranges of addresses, so there are few. */
#pragma once
#include "data/vec.h"

#define WINDOW_REACH ((uintptr_t)INT32_MAX) /* of a view from the beginning of its window */
#define WINDOW_ALIGN ((uintptr_t)1 << 30)

typedef struct TextWindows {
    const uint8_t **base; /* room for as many as there are texts, if each lies apart */
    uint32_t n;
} TextWindows;

static inline bool text_window_has(const uint8_t *base, const char *p, size_t n)
{
    uintptr_t at = (uintptr_t)p - (uintptr_t)base;
    return at <= WINDOW_REACH && n <= WINDOW_REACH - at;
}
/* The window of a text, the last one first; < 0: no window has so long a text. */
static inline int text_window(TextWindows *w, const char *p, size_t n)
{
    for (uint32_t i = w->n; i-- > 0;)
        if (likely(text_window_has(w->base[i], p, n)))
            return (int)i;
    w->base[w->n++] = (const uint8_t *)p - ((uintptr_t)p & (WINDOW_ALIGN - 1));
    return text_window_has(w->base[w->n - 1], p, n) ? (int)w->n - 1 : -ERR_PROGRAM_LIMIT;
}
