/* SPDX-License-Identifier: Apache-2.0
 *
 * Slab: objects of one size on a free list, for one thread.  After warm-up neither call reaches malloc. */
#pragma once
#include "base/mem.h"

typedef struct SlabItem SlabItem;
typedef struct SlabBlock SlabBlock;
typedef struct Slab {
    Account *acct;
    size_t item_bytes; /* rounded up to 16 */
    uint32_t per_block;
    uint64_t n_live;
    SlabItem *free;
    SlabBlock *blocks;
} Slab;
void slab_init(Slab *s, Account *acct, size_t item_bytes, uint32_t per_block);
void slab_done(Slab *s);
void *slab_alloc(Slab *s); /* not zeroed; NULL = no memory */
void slab_free(Slab *s, void *p);
