/* SPDX-License-Identifier: Apache-2.0
 *
 * Reserved address space: blocks by a bitmap, first fit from a hint.  Pieces are few and large, so the search is short.
 *
 * Pages of a piece that is given back are dropped and read as zeros when the addresses are used again.  Lost are addresses that the
 * system did not map again, for want of memory for its own tables: they stay in use. */
#include "base/space.h"

#include <stdatomic.h>
#include <sys/mman.h>

#include "base/bits.h"
#include "base/err.h"

#define SPACE_BYTES ((size_t)64 << 30)
#define SYSTEM_PAGE ((size_t)4 << 10)
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

void space_init(Space *s, Account *acct)
{
    *s = (Space){.acct = acct};
    size_t bytes = SPACE_BYTES + SPACE_BLOCK; /* the start is aligned by hand */
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return;
    uintptr_t at = ((uintptr_t)p + SPACE_BLOCK - 1) & ~(uintptr_t)(SPACE_BLOCK - 1);
    size_t before = at - (uintptr_t)p;
    if (before)
        (void)munmap(p, before);
    (void)munmap((void *)(at + SPACE_BYTES), bytes - before - SPACE_BYTES);
    s->base = (uint8_t *)at;
    s->used = (uint64_t *)at;
    s->n_blocks = SPACE_BYTES / SPACE_BLOCK;
    s->hint = 1;
}

void space_done(Space *s)
{
    if (s->base)
        (void)munmap(s->base, (size_t)s->n_blocks * SPACE_BLOCK);
    *s = (Space){0};
}

/* The first of n free blocks in a row, not below `from`; 0 = none. */
static uint32_t find_blocks(const Space *s, uint32_t from, uint32_t n)
{
    uint32_t run = 0;
    for (uint32_t i = from; i < s->n_blocks; i++) {
        run = bit_get(s->used, i) ? 0 : run + 1;
        if (run == n)
            return i + 1 - n;
    }
    return 0;
}

static uint32_t blocks_of(size_t bytes)
{
    return (uint32_t)((bytes + SPACE_BLOCK - 1) / SPACE_BLOCK);
}

void *space_take(Space *s, size_t bytes, size_t reach)
{
    if (!s->base || reach > SPACE_BYTES / 2)
        return NULL;
    uint32_t n = blocks_of(reach), at = find_blocks(s, s->hint, n);
    if (!at || !mem_charge(s->acct, bytes))
        return NULL;
    if (at == s->hint) /* nothing is free below what a block longer than this one was looked for from */
        s->hint = at + n;
    for (uint32_t i = at; i < at + n; i++)
        bit_set(s->used, i);
    uint8_t *p = s->base + (size_t)at * SPACE_BLOCK;
    if (at >= s->ahead.from && at + n <= s->ahead.to) /* that has been wished for, in one call */
        atomic_store_explicit(&s->ahead.low, MAX(at + n, atomic_load_explicit(&s->ahead.low, memory_order_relaxed)),
                              memory_order_relaxed);
    else if (bytes >= SPACE_BLOCK)
        mem_wish_huge_pages(p, bytes);
    return p;
}

bool space_grow(Space *s, size_t bytes, size_t to)
{
    return mem_charge(s->acct, to - bytes);
}

void space_shrink(Space *s, void *p, size_t bytes, size_t to)
{
    size_t end = (bytes + SYSTEM_PAGE - 1) & ~(SYSTEM_PAGE - 1);
    ASSERT(to % SYSTEM_PAGE == 0);
    (void)madvise((uint8_t *)p + to, end - to, MADV_DONTNEED);
    mem_discharge(s->acct, bytes - to);
}

/* The system keeps its tables of small pages for addresses whose pages are dropped, and gives no huge page there any more.  Mapped
 * anew they have none.  False: the addresses are lost. */
static bool map_anew(void *p, size_t bytes)
{
    return mmap(p, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == p;
}

void space_give(Space *s, void *p, size_t bytes, size_t reach)
{
    uint32_t at = (uint32_t)((size_t)((uint8_t *)p - s->base) / SPACE_BLOCK), n = blocks_of(reach);
    mem_discharge(s->acct, bytes);
    if (!map_anew(p, (size_t)n * SPACE_BLOCK))
        return;
    for (uint32_t i = at; i < at + n; i++)
        bit_clear(s->used, i);
    s->hint = at < s->hint ? at : s->hint;
}

bool space_touch(Space *s, void *p, size_t bytes)
{
    size_t whole = (bytes + SYSTEM_PAGE - 1) & ~(SYSTEM_PAGE - 1);
    return space_has(s, p) && madvise(p, whole, MADV_POPULATE_WRITE) == 0;
}

/* ---- what is taken soon ---- */

void space_expect(Space *s, size_t bytes)
{
    uint32_t n = s->base ? MIN(blocks_of(bytes), s->n_blocks - s->hint) : 0;
    s->ahead.from = s->hint;
    atomic_store_explicit(&s->ahead.low, s->hint, memory_order_relaxed);
    s->ahead.to = s->ahead.high = s->hint + n;
    if (n)
        mem_wish_huge_pages(s->base + (size_t)s->hint * SPACE_BLOCK, (size_t)n * SPACE_BLOCK);
}

bool space_warm(Space *s)
{
    SpaceAhead *a = &s->ahead;
    if (a->high == a->from || a->high - 1 <= atomic_load_explicit(&a->low, memory_order_relaxed))
        return false;
    a->high--;
    return madvise(s->base + (size_t)a->high * SPACE_BLOCK, SPACE_BLOCK, MADV_POPULATE_WRITE) == 0;
}

void space_expect_end(Space *s)
{
    for (uint32_t i = s->ahead.from; i < s->ahead.to; i++)
        if (!bit_get(s->used, i) && !map_anew(s->base + (size_t)i * SPACE_BLOCK, SPACE_BLOCK))
            bit_set(s->used, i);
    s->ahead = (SpaceAhead){0};
}
