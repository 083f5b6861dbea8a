/* SPDX-License-Identifier: Apache-2.0
 *
 * Vectors: making, sharing and releasing them.  Copying rows is in vec_copy.c.
 *
 * An owned vector's arrays (the string buffer list) and its dictionary's struct live in one counted buffer, aux_buf, so that
 * vectors can share them.  Every sharer holds its own reference on every part, also on the dictionary's; the dictionary's struct is
 * therefore never written after it was made. */
#include "data/data_impl.h"

#define LINE_BYTES 64u

static void *scratch_bytes(Arena *arena, size_t bytes)
{
    bytes = (bytes + LINE_BYTES - 1) & ~(size_t)(LINE_BYTES - 1);
    uintptr_t p = (uintptr_t)arena_alloc(arena, bytes + LINE_BYTES);
    return p ? (void *)((p + LINE_BYTES - 1) & ~(uintptr_t)(LINE_BYTES - 1)) : NULL;
}

int vec_scratch(Vec *v, Type t, uint32_t n, Arena *arena)
{
    *v = (Vec){.kind = VEC_FLAT, .type = t, .n = n};
    size_t bytes = vec_data_bytes(t.id, n);
    v->data = bytes <= LINE_BYTES ? arena_alloc(arena, bytes) : scratch_bytes(arena, bytes);
    return v->data ? 0 : -ERR_OUT_OF_MEMORY;
}

int vec_add_valid(Vec *v, Arena *arena)
{
    uint32_t n = v->kind == VEC_CONST ? 1 : v->n;
    if (v->valid)
        return 0;
    v->valid = scratch_bytes(arena, BIT_WORDS(n) * 8);
    if (!v->valid)
        return -ERR_OUT_OF_MEMORY;
    bits_fill(v->valid, n, true);
    return 0;
}

int vec_new_aux(Vec *v, Account *acct, uint32_t n_str_bufs, bool with_child)
{
    size_t child_bytes = with_child ? sizeof(Vec) : 0;
    _Static_assert(sizeof(Vec) % sizeof(void *) == 0, "the arrays follow the child's struct");
    v->aux_buf = buffer_new(acct, child_bytes + n_str_bufs * 2 * sizeof(void *));
    if (!v->aux_buf)
        return -ERR_OUT_OF_MEMORY;
    uint8_t *p = v->aux_buf->data;
    if (with_child)
        v->child = memset(p, 0, sizeof(Vec));
    v->str_data = (const uint8_t **)(p + child_bytes);
    v->str_bufs = (Buffer **)(v->str_data + n_str_bufs);
    return 0;
}

void vec_place_aux(Vec *v, Buffer *give_buf, uint32_t at, uint32_t n_str_bufs)
{
    v->aux_buf = give_buf;
    v->str_data = (const uint8_t **)(void *)(give_buf->data + at * 2 * sizeof(void *));
    v->str_bufs = (Buffer **)(v->str_data + n_str_bufs);
}

void vec_add_str(Vec *v, Buffer *give_owner, const uint8_t *data)
{
    ASSERT(give_owner && v->n_str_bufs < UINT16_MAX);
    v->str_data[v->n_str_bufs] = data;
    v->str_bufs[v->n_str_bufs++] = give_owner;
}

int vec_new_data(Vec *v, Account *acct, Type t, uint32_t n)
{
    size_t bytes = vec_data_bytes(t.id, n);
    v->kind = VEC_FLAT;
    v->type = t;
    v->n = n;
    v->data_buf = buffer_new(acct, MAX(bytes, LINE_BYTES));
    if (!v->data_buf)
        return -ERR_OUT_OF_MEMORY;
    v->data_buf->bytes = bytes;
    v->data = v->data_buf->data;
    return 0;
}

int vec_new_valid(Vec *v, Account *acct, uint32_t n)
{
    v->valid_buf = buffer_new(acct, MAX(BIT_WORDS(n) * 8, LINE_BYTES));
    if (!v->valid_buf)
        return -ERR_OUT_OF_MEMORY;
    v->valid_buf->bytes = BIT_WORDS(n) * 8;
    v->valid = (uint64_t *)v->valid_buf->data;
    return 0;
}

void vec_ref(const Vec *v, Vec *ret)
{
    Vec child;
    *ret = *v;
    buffer_ref(v->data_buf);
    buffer_ref(v->valid_buf);
    buffer_ref(v->aux_buf);
    for (uint32_t i = 0; v->str_bufs && i < v->n_str_bufs; i++)
        buffer_ref(v->str_bufs[i]);
    if (v->child)
        vec_ref(v->child, &child); /* the struct itself is shared */
}

static void mark_shared(Buffer *b)
{
    if (b && !b->shared)
        b->shared = true;
}

void vec_share(Vec *v)
{
    mark_shared(v->data_buf);
    mark_shared(v->valid_buf);
    mark_shared(v->aux_buf);
    for (uint32_t i = 0; v->str_bufs && i < v->n_str_bufs; i++)
        mark_shared(v->str_bufs[i]);
    if (v->child)
        vec_share(v->child);
}

/* Drops the references without writing to the struct, which other sharers may still read. */
static void drop_refs(const Vec *v)
{
    buffer_unref(v->data_buf);
    buffer_unref(v->valid_buf);
    for (uint32_t i = 0; v->str_bufs && i < v->n_str_bufs; i++)
        buffer_unref(v->str_bufs[i]);
    if (v->child)
        drop_refs(v->child);
    buffer_unref(v->aux_buf);
}

void vec_done(Vec *v)
{
    drop_refs(v);
    *v = (Vec){.kind = VEC_FLAT, .type = v->type};
}

bool vec_rows_equal(const Vec *a, uint32_t i, const Vec *b, uint32_t j)
{
    bool null_a = vec_is_null(a, i), null_b = vec_is_null(b, j);
    if (null_a || null_b)
        return null_a && null_b;
    uint32_t bytes = type_bytes(a->type.id);
    uint32_t x = vec_phys(a, i), y = vec_phys(b, j);
    if (a->type.id == T_BOOL)
        return bit_get(vec_values(a)->data, x) == bit_get(vec_values(b)->data, y);
    if (bytes == sizeof(uint64_t))
        return ((const uint64_t *)vec_values(a)->data)[x] == ((const uint64_t *)vec_values(b)->data)[y];
    if (type_is_string(a->type.id))
        return str_eq(vec_str(vec_values(a), x), vec_str(vec_values(b), y));
    return memcmp((const uint8_t *)vec_values(a)->data + (size_t)x * bytes,
                  (const uint8_t *)vec_values(b)->data + (size_t)y * bytes, bytes) == 0;
}
