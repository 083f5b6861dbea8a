/* SPDX-License-Identifier: Apache-2.0
 *
 * Arena: a list of chunks in order of use, `head` being the one in use; those behind it are free for the next overflow.
 *
 * Invariant: cur and end lie in head's chunk, or both are NULL before the first allocation.  When head is full, a free chunk
 * that is large enough moves up behind it; only when there is none is memory asked for.  So what an arena holds is bounded by
 * the most it ever had in use, and a steady load stops allocating after its first round. */
#include "base/arena.h"
#include "base/err.h"

#include <stdio.h>
#include <string.h>

struct ArenaChunk {
    ArenaChunk *next;
    size_t bytes; /* of the payload */
    uint32_t no;  /* how many are before it, while it is in use */
    _Alignas(16) char payload[];
};

#define ARENA_CHUNK_BYTES_PRESET (16u * 1024u)

void arena_init(Arena *a, Account *acct, size_t chunk_bytes)
{
    memset(a, 0, sizeof(*a));
    a->acct = acct;
    a->chunk_bytes = chunk_bytes ? (chunk_bytes + 15u) & ~(size_t)15 : ARENA_CHUNK_BYTES_PRESET;
}

void arena_done(Arena *a)
{
    for (ArenaChunk *c = a->first; c;) {
        ArenaChunk *next = c->next;
        mem_free(a->acct, c, sizeof(*c) + c->bytes);
        c = next;
    }
    a->first = a->head = NULL;
    a->cur = a->end = NULL;
}

static void chunk_enter(Arena *a, ArenaChunk *c)
{
    a->head = c;
    a->cur = c->payload;
    a->end = c->payload + c->bytes;
}

void arena_reset(Arena *a)
{
    if (a->first)
        chunk_enter(a, a->first);
}

void arena_trim(Arena *a)
{
    for (ArenaChunk *c = a->head ? MOVE(a->head->next) : NULL; c;) {
        ArenaChunk *next = c->next;
        mem_free(a->acct, c, sizeof(*c) + c->bytes);
        c = next;
    }
}

/* A free chunk of at least `bytes`, taken out of the list; NULL = none. */
static ArenaChunk *chunk_take_free(Arena *a, size_t bytes)
{
    for (ArenaChunk **at = &a->head->next; *at; at = &(*at)->next) {
        ArenaChunk *c = *at;
        if (c->bytes >= bytes) {
            *at = c->next;
            return c;
        }
    }
    return NULL;
}

void *arena_alloc_slow(Arena *a, size_t bytes)
{
    if (bytes > PTRDIFF_MAX - sizeof(ArenaChunk))
        return NULL;
    ArenaChunk *c = a->head ? chunk_take_free(a, bytes) : NULL;
    if (!c) {
        size_t payload = MAX(bytes, a->chunk_bytes);
        c = mem_alloc(a->acct, sizeof(*c) + payload);
        if (!c)
            return NULL;
        c->bytes = payload;
    }
    if (a->head) {
        c->next = a->head->next;
        a->head->next = c;
    } else {
        c->next = NULL;
        a->first = c;
    }
    c->no = a->head ? a->head->no + 1 : 0;
    chunk_enter(a, c);
    a->cur += bytes;
    return c->payload;
}

uint64_t arena_position(const Arena *a)
{
    return a->head ? (uint64_t)a->head->no << 40 | (uint64_t)(a->cur - a->head->payload) : 0;
}

void *arena_zalloc(Arena *a, size_t bytes)
{
    void *p = bytes <= PTRDIFF_MAX ? arena_alloc(a, bytes) : NULL;
    if (p)
        memset(p, 0, bytes);
    return p;
}

void *arena_zalloc_array(Arena *a, size_t item_bytes, size_t n)
{
    size_t bytes;
    if (__builtin_mul_overflow(item_bytes, n, &bytes))
        return NULL;
    return arena_zalloc(a, bytes);
}

char *arena_strndup(Arena *a, const char *s, size_t n)
{
    char *p = n < PTRDIFF_MAX ? arena_alloc(a, n + 1) : NULL;
    if (!p)
        return NULL;
    if (n)
        memcpy(p, s, n);
    p[n] = 0;
    return p;
}

char *arena_strdup(Arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

void *arena_memdup(Arena *a, const void *p, size_t n)
{
    void *q = n <= PTRDIFF_MAX ? arena_alloc(a, n) : NULL;
    if (q && n)
        memcpy(q, p, n);
    return q;
}

char *arena_printf(Arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}

char *arena_vprintf(Arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    char small[256];
    int n = vsnprintf(small, sizeof(small), fmt, ap);
    char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (p && (size_t)n < sizeof(small))
        memcpy(p, small, (size_t)n + 1);
    else if (p)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}
