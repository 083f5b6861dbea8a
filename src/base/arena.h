/* SPDX-License-Identifier: Apache-2.0
 *
 * Arena: bump allocation, freed all at once.  Used for the AST, plans, bound statements, and one step's scratch.  Memory is
 * 16-byte aligned and NOT zeroed unless said.  After arena_reset the chunks are kept, so a steady load never calls malloc. */
#pragma once
#include "base/mem.h"
#include <stdarg.h>

typedef struct ArenaChunk ArenaChunk;
typedef struct Arena {
    Account *acct;
    ArenaChunk *head;  /* chunk in use */
    ArenaChunk *first; /* oldest */
    char *cur, *end;
    size_t chunk_bytes;
} Arena;

void arena_init(Arena *a, Account *acct, size_t chunk_bytes /* 0 = 16 KiB */);
void arena_done(Arena *a);
void arena_reset(Arena *a);
void arena_trim(Arena *a); /* gives back the chunks that are kept for later: what lies in the others stays */
void *arena_alloc_slow(Arena *a, size_t bytes);
static inline void *arena_alloc(Arena *a, size_t bytes)
{
    bytes = (bytes + 15u) & ~(size_t)15;
    if ((size_t)(a->end - a->cur) >= bytes && a->cur) {
        void *p = a->cur;
        a->cur += bytes;
        return p;
    }
    return arena_alloc_slow(a, bytes);
}
void *arena_zalloc(Arena *a, size_t bytes);
void *arena_zalloc_array(Arena *a, size_t item_bytes, size_t n); /* NULL also when the product overflows */
#define ARENA_NEW(a, T) ((T *)arena_zalloc((a), sizeof(T)))
#define ARENA_ARRAY(a, T, n) ((T *)arena_zalloc_array((a), sizeof(T), (size_t)(n)))
char *arena_strndup(Arena *a, const char *s, size_t n); /* NUL-terminated copy */
char *arena_strdup(Arena *a, const char *s);
void *arena_memdup(Arena *a, const void *p, size_t n);
char *arena_printf(Arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(Arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* Everything allocated after the mark is given back at once; what was there before stays. */
typedef struct ArenaMark {
    ArenaChunk *head;
    char *cur, *end;
} ArenaMark;
static inline ArenaMark arena_mark(const Arena *a)
{
    return (ArenaMark){a->head, a->cur, a->end};
}
static inline void arena_rewind(Arena *a, ArenaMark m)
{
    if (!m.head) {
        arena_reset(a);
        return;
    }
    a->head = m.head;
    a->cur = m.cur;
    a->end = m.end;
}
/* Where the next allocation will be, as a number that grows with allocations and falls back with a rewind and a reset. */
uint64_t arena_position(const Arena *a);
