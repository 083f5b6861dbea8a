/* SPDX-License-Identifier: Apache-2.0
 *
 * Reserved address space: large memory whose growth is neither a call of the allocator nor a copy.  [shard]
 *
 * A Space is a range of addresses that was asked of the system once and costs nothing until it is written to.  Pieces of it are
 * given out in blocks of 2 MiB, aligned to that; a piece may have more addresses than it uses at first, and then grows in place.
 * Only bytes in use are charged to the account.  What is taken is zeros.
 *
 * Where the system has no such range (a limit of the process on addresses, another kernel), or when it is used up, a Space has
 * nothing to give: callers then use mem_alloc. */
#pragma once
#include "base/mem.h"

#define SPACE_BLOCK ((size_t)2 << 20)

typedef struct SpaceAhead { /* blocks that are taken soon: none while from == to */
    uint32_t from, to;
    _Atomic uint32_t low; /* below, the owner has taken them */
    uint32_t high;        /* from here on, the other thread has touched them */
} SpaceAhead;

typedef struct Space {
    Account *acct;
    uint8_t *base;  /* NULL: there is none */
    uint64_t *used; /* a bit per block, kept in the first one */
    uint32_t n_blocks, hint;
    SpaceAhead ahead;
} Space;

void space_init(Space *s, Account *acct);
void space_done(Space *s); /* all pieces must have been given back */
static inline bool space_has(const Space *s, const void *p)
{
    return s->base && (uintptr_t)p - (uintptr_t)s->base < (size_t)s->n_blocks * SPACE_BLOCK;
}
/* A piece of `reach` bytes of which the first `bytes` may be used; NULL: no addresses, or no memory by the account's limits. */
void *space_take(Space *s, size_t bytes, size_t reach);
bool space_grow(Space *s, size_t bytes, size_t to); /* false: no memory */
/* Bytes from `to` on, a multiple of 4 KiB, go back to the system and are not used any more. */
void space_shrink(Space *s, void *p, size_t bytes, size_t to);
void space_give(Space *s, void *p, size_t bytes, size_t reach);

/* A piece of it, just taken, is zeros and there, as if it had been written to; false: it is no piece, or the system cannot. */
bool space_touch(Space *s, void *p, size_t bytes);

/* The system clears memory when it is touched first, and a virtual machine may have to ask its host for it.  Of what is known to be
 * taken soon, in blocks from the lowest address on, another thread can touch the last ones meanwhile: expect says how much is
 * coming, warm touches one more block, until there is none left between what each of the two has had; end, when nobody calls warm
 * any more, gives back what was not taken. */
void space_expect(Space *s, size_t bytes);
bool space_warm(Space *s); /* false: it is done, or the system cannot do that */
void space_expect_end(Space *s);
