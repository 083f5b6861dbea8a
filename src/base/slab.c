/* SPDX-License-Identifier: Apache-2.0
 *
 * Slab: blocks of equal items; a free item's first word links to the next free one.
 *
 * Blocks are only given back all at once, so a pointer stays good until slab_free and the slab never shrinks below its peak. */
#include "base/slab.h"
#include "base/err.h"

#include <string.h>

struct SlabItem {
    SlabItem *next;
};
struct SlabBlock {
    SlabBlock *next;
    _Alignas(16) char items[];
};

static size_t block_bytes(const Slab *s)
{
    return sizeof(SlabBlock) + s->item_bytes * s->per_block;
}

void slab_init(Slab *s, Account *acct, size_t item_bytes, uint32_t per_block)
{
    ASSERT(item_bytes > 0 && item_bytes <= UINT32_MAX && per_block > 0);
    *s = (Slab){.acct = acct, .item_bytes = (item_bytes + 15u) & ~(size_t)15, .per_block = per_block};
}

void slab_done(Slab *s)
{
    for (SlabBlock *b = s->blocks; b;) {
        SlabBlock *next = b->next;
        mem_free(s->acct, b, block_bytes(s));
        b = next;
    }
    s->blocks = NULL;
    s->free = NULL;
    s->n_live = 0;
}

static bool slab_grow(Slab *s)
{
    SlabBlock *b = mem_alloc(s->acct, block_bytes(s));
    if (!b)
        return false;
    b->next = s->blocks;
    s->blocks = b;
    for (uint32_t i = s->per_block; i-- > 0;) {
        SlabItem *item = (SlabItem *)(void *)(b->items + s->item_bytes * i);
        item->next = s->free;
        s->free = item;
    }
    return true;
}

void *slab_alloc(Slab *s)
{
    if (unlikely(!s->free) && !slab_grow(s))
        return NULL;
    SlabItem *item = s->free;
    s->free = item->next;
    s->n_live++;
    return item;
}

void slab_free(Slab *s, void *p)
{
    if (!p)
        return;
    KERNEL_ASSERT(s->n_live > 0);
    SlabItem *item = p;
    item->next = s->free;
    s->free = item;
    s->n_live--;
}
