/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrow arrays taken as they are.  Of a producer that pushes array after array under one schema nothing has to be made anew but
 * where the values lie: the array struct, the root that its vectors refer to, the batch and its vectors are one block, which is
 * used again when its array has been released.  What is the same each time is written when the block is made.
 *
 * The batch holds one reference on the root; its vectors name the root as their owner, so whoever shares one counts for himself.
 *
 * Only what needs no copy and can raise no error is done here, see arrow_view.c: columns without nulls whose values are ours as
 * they lie there, texts of a producer who answers for them.  All else is left to arrow_import. */
#include <stdatomic.h>

#include "data/arrow_impl.h"

#define LISTS_MAX 8 /* string buffers of a column */
#define NO_COLUMN UINT32_MAX
#define SPARE_MAX 64 /* blocks that wait to be used again: those of a run come back together */

typedef struct TakenBlock TakenBlock;
struct TakePool {
    _Atomic uint32_t rc; /* the view's and the blocks' */
    Account *acct;
    const Schema *schema; /* one reference, for all batches */
    size_t block_bytes;
    TakenBlock *mine;          /* spare ones, of who takes */
    TakenBlock *_Atomic spare; /* [any] given back by who let go of its last vector; taken all at once */
    _Atomic uint32_t n_spare;  /* about */
};
struct TakenBlock { /* then the batch, then the lists of string buffers */
    _Alignas(64) Buffer root;
    struct ArrowArray array;
    TakePool *pool;
    TakenBlock *next; /* spare one */
    int64_t fixed;
    uint32_t fixed_col; /* all rows have `fixed` there */
};

static Batch *batch_of(TakenBlock *t)
{
    return (Batch *)(void *)(t + 1);
}

static void block_free(TakenBlock *t)
{
    mem_free_aligned(t->pool->acct, t, t->pool->block_bytes);
}

static void blocks_free(TakenBlock *t)
{
    for (TakenBlock *next; t; t = next) {
        next = t->next;
        block_free(t);
    }
}

static void pool_unref(TakePool *p)
{
    if (atomic_fetch_sub_explicit(&p->rc, 1, memory_order_acq_rel) != 1)
        return;
    blocks_free(p->mine);
    blocks_free(atomic_exchange_explicit(&p->spare, NULL, memory_order_acquire));
    schema_unref((Schema *)p->schema);
    mem_free(p->acct, p, sizeof(*p));
}

static void block_give(TakenBlock *t)
{
    TakePool *p = t->pool;
    if (atomic_fetch_add_explicit(&p->n_spare, 1, memory_order_relaxed) < SPARE_MAX) {
        t->next = atomic_load_explicit(&p->spare, memory_order_relaxed);
        while (!atomic_compare_exchange_weak_explicit(&p->spare, &t->next, t, memory_order_release, memory_order_relaxed)) {
        }
    } else { /* more have come back than are taken */
        atomic_fetch_sub_explicit(&p->n_spare, 1, memory_order_relaxed);
        block_free(t);
    }
    pool_unref(p);
}

/* Nobody refers to the array any more. */
static void root_release(Buffer *b)
{
    TakenBlock *t = (TakenBlock *)(void *)b;
    if (t->array.release)
        t->array.release(&t->array);
    block_give(t);
}

static bool has_texts(const Schema *s, uint32_t col)
{
    return type_is_string((TypeId)s->field[col].type.id);
}

TakePool *take_pool_new(Account *acct, const Schema *schema)
{
    TakePool *p = mem_zalloc(acct, sizeof(*p));
    if (!p)
        return NULL;
    uint32_t n_texts = 0;
    for (uint32_t i = 0; i < schema->n; i++)
        n_texts += has_texts(schema, i);
    p->acct = acct;
    p->schema = schema_ref(schema);
    p->block_bytes = sizeof(TakenBlock) + sizeof(Batch) + schema->n * sizeof(Vec) + n_texts * LISTS_MAX * 2 * sizeof(void *);
    atomic_init(&p->rc, 1);
    return p;
}

void take_pool_close(TakePool *p)
{
    if (p)
        pool_unref(p);
}

/* Lists of a column's string buffers, all of which the root owns. */
static uint8_t *place_lists(Vec *v, Buffer *root, uint8_t *at)
{
    v->aux_buf = root;
    v->str_data = (const uint8_t **)(void *)at;
    v->str_bufs = (Buffer **)(void *)(at + LISTS_MAX * sizeof(void *));
    for (uint32_t i = 0; i < LISTS_MAX; i++)
        v->str_bufs[i] = root;
    return at + 2 * LISTS_MAX * sizeof(void *);
}

static TakenBlock *block_new(TakePool *p)
{
    TakenBlock *t = mem_alloc_aligned(p->acct, p->block_bytes, 64);
    if (!t)
        return NULL;
    memset(t, 0, p->block_bytes);
    t->pool = p;
    t->fixed_col = NO_COLUMN;
    t->root = (Buffer){
        .shared = true, .is_part = true, .data = (uint8_t *)&t->array, .cap = 128, .release = root_release, .owner = &t->array};
    Batch *b = batch_of(t);
    *b = (Batch){.flags = BATCH_TAKEN, .n_cols = (uint16_t)p->schema->n, .schema = p->schema, .root = &t->root};
    uint8_t *lists = (uint8_t *)&b->col[b->n_cols];
    for (uint32_t i = 0; i < b->n_cols; i++) {
        b->col[i] = (Vec){.kind = VEC_FLAT, .type = p->schema->field[i].type, .data_buf = &t->root};
        if (has_texts(p->schema, i))
            lists = place_lists(&b->col[i], &t->root, lists);
    }
    return t;
}

static TakenBlock *block_take(TakePool *p)
{
    if (!p->mine && atomic_load_explicit(&p->spare, memory_order_relaxed))
        p->mine = atomic_exchange_explicit(&p->spare, NULL, memory_order_acquire);
    TakenBlock *t = p->mine;
    if (t) {
        p->mine = t->next;
        atomic_fetch_sub_explicit(&p->n_spare, 1, memory_order_relaxed);
    } else {
        t = block_new(p);
    }
    if (t)
        atomic_fetch_add_explicit(&p->rc, 1, memory_order_relaxed);
    return t;
}

/* The views' buffers; false: it is not as simple, or not sound. */
static inline bool take_lists(Vec *v, const struct ArrowArray *a)
{
    int64_t n = a->n_buffers - 3;
    if (unlikely(n < 0 || n > LISTS_MAX))
        return false;
    for (int64_t i = 0; i < n; i++) {
        if (unlikely(!a->buffers[2 + i]))
            return false;
        v->str_data[i] = a->buffers[2 + i];
    }
    v->n_str_bufs = (uint16_t)n;
    return n == 0 || a->buffers[2 + n];
}

static inline bool take_column(Vec *v, const ArrowPlace *place, const struct ArrowArray *a, int64_t skip, uint32_t n)
{
    bool texts = place->as.layout == LAYOUT_VIEW;
    if (unlikely(!arrow_is_fit(a, texts ? a->n_buffers : 2) || a->n_children != 0 || a->length < skip + n || !a->buffers[1]))
        return false;
    uintptr_t p = (uintptr_t)a->buffers[1] + (uintptr_t)(a->offset + skip) * place->bytes;
    v->data = (void *)p;
    v->n = n;
    return (p & place->unaligned) == 0 && (!texts || take_lists(v, a));
}

/* Structs that have left the caches are waited for together. */
static inline void ask_for_structs(const ArrowView *v, const struct ArrowArray *a, const struct ArrowSchema *s)
{
    for (uint32_t i = 0; i < v->n_cols; i++) {
        __builtin_prefetch(a->children[i]);
        __builtin_prefetch((const char *)a->children[i] + sizeof(struct ArrowArray) - 1);
        __builtin_prefetch(s->children[i]);
        __builtin_prefetch((const char *)s->children[i] + sizeof(struct ArrowSchema) - 1);
    }
}

void arrow_announce(const struct ArrowArray *a, uint32_t level)
{
    if (unlikely(a->n_children <= 0 || !a->children))
        return;
    __builtin_prefetch(a->children);
    __builtin_prefetch(a->children + a->n_children - 1);
    for (int64_t i = 0; level == 1 && i < a->n_children; i++) {
        __builtin_prefetch(a->children[i]);
        __builtin_prefetch((const char *)a->children[i] + sizeof(struct ArrowArray) - 1);
    }
    for (int64_t i = 0; level == 2 && i < a->n_children; i++)
        if (likely(a->children[i] != NULL))
            __builtin_prefetch(a->children[i]->buffers);
}

static bool take_columns(const ArrowView *v, Batch *b, const struct ArrowArray *a)
{
    for (uint32_t i = 0; i < v->n_cols; i++)
        if (unlikely(!take_column(&b->col[i], &v->place[i], a->children[i], a->offset, (uint32_t)a->length)))
            return false;
    return true;
}

static void open_batch(TakenBlock *t, Batch *b, uint32_t n)
{
    if (unlikely(t->fixed_col != NO_COLUMN))
        b->col[t->fixed_col].kind = VEC_FLAT;
    t->fixed_col = NO_COLUMN;
    b->n = b->n_sel = n;
    b->sel = NULL;
    b->w = NULL;
    b->w_kind = W_ONE;
    b->flags = BATCH_TAKEN;
    b->epoch = b->seq = 0;
    b->ptime_us = 0;
    b->extra = NULL;
    atomic_store_explicit(&b->rc, 1, memory_order_relaxed);
}

int arrow_take(ArrowView *v, bool trusted, struct ArrowArray *a, const struct ArrowSchema *s, Batch **ret)
{
    if (unlikely(!arrow_is_fit(a, 1) || a->length == 0 || a->length > BATCH_ROWS_MAX || a->n_children != v->n_cols ||
                 !a->children || v->n_cols == 0 || s->n_children != v->n_cols || !s->children))
        return ARROW_NOT_IN_PLACE;
    ask_for_structs(v, a, s);
    if (!arrow_view_places(v, s, v->batch->schema) || !v->is_takeable || (v->has_texts && !trusted))
        return ARROW_NOT_IN_PLACE;
    if (unlikely(!v->pool))
        v->pool = take_pool_new(v->acct, v->batch->schema);
    TakenBlock *t = v->pool ? block_take(v->pool) : NULL;
    if (unlikely(!t))
        return ARROW_NOT_IN_PLACE;
    Batch *b = batch_of(t);
    if (unlikely(!take_columns(v, b, a))) {
        block_give(t);
        return ARROW_NOT_IN_PLACE;
    }
    atomic_store_explicit(&t->root.rc, 1, memory_order_relaxed);
    t->array = *a;
    a->release = NULL;
    open_batch(t, b, (uint32_t)a->length);
    *ret = b;
    return 0;
}

bool arrow_take_fix(Batch *b, uint32_t col, int64_t value)
{
    if (!(b->flags & BATCH_TAKEN) || b->sel || atomic_load_explicit(&b->rc, memory_order_relaxed) != 1)
        return false;
    TakenBlock *t = (TakenBlock *)(void *)b->root;
    t->fixed = value;
    t->fixed_col = col;
    b->col[col].kind = VEC_CONST;
    b->col[col].data = &t->fixed;
    return true;
}
