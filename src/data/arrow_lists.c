/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrow's lists to array values and back: inside the program an array is a string of bytes (array.h), outside it is a range of a
 * child array. */
#include "data/array.h"
#include "data/arrow_impl.h"

static int64_t offset_at(const ArrowColumn *c, int64_t row)
{
    const void *p = c->array->buffers[1];
    return c->format.layout == LAYOUT_LIST32 ? ARROW_LOAD(int32_t, p, c->offset + row) : ARROW_LOAD(int64_t, p, c->offset + row);
}

int arrow_list_range(const ArrowColumn *c, int64_t start, uint32_t n_rows, int64_t *ret_first, uint32_t *ret_n, Err *err)
{
    int64_t first = offset_at(c, start), at = first;
    for (uint32_t i = 1; i <= n_rows; i++) {
        int64_t next = offset_at(c, start + i);
        if (at < 0 || next < at || next > c->item->array->length)
            return RAISE(err, ERR_BAD_ARROW, "column \"%s\", row %lld: list offset out of range", c->name, (long long)start + i);
        at = next;
    }
    if (at - first > UINT32_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "column \"%s\": more than 2^32 list elements in a batch", c->name);
    *ret_first = first;
    *ret_n = (uint32_t)(at - first);
    return 0;
}

int arrow_pack_lists(Account *acct, const ArrowColumn *c, int64_t start, const Vec *items, int64_t first, Vec *ret, Err *err)
{
    _cleanup_(arena_done) Arena arena;
    _cleanup_(sb_done) StrBuf b;
    StrWriter w;
    Vec made;
    arena_init(&arena, acct, 0);
    sb_init(&b, acct);
    if (vec_scratch(&made, ret->type, ret->n, &arena) < 0)
        return RAISE_NOMEM(err);
    strwriter_init(&w, &made, &arena);
    for (uint32_t i = 0; i < ret->n; i++) {
        sb_clear(&b);
        for (int64_t k = offset_at(c, start + i); !vec_is_null(ret, i) && k < offset_at(c, start + i + 1); k++) {
            Value v = vec_get(items, (uint32_t)(k - first));
            array_put(&b, ret->type, &v);
        }
        if (b.failed || strwriter_put(&w, i, sb_cstr(&b), b.n) < 0)
            return RAISE_NOMEM(err);
    }
    Vec own;
    if (strwriter_finish(&w) < 0 || vec_own(acct, &made, (Rows){ret->n, NULL}, &own) < 0)
        return RAISE_NOMEM(err);
    own.valid = ret->valid;
    own.valid_buf = MOVE(ret->valid_buf);
    ret->valid = NULL;
    vec_done(ret);
    *ret = own;
    return 0;
}

/* Row `row` of a scratch vector; strings by the writer. */
static int put_item(Vec *items, StrWriter *w, uint32_t row, const Value *v, Arena *arena)
{
    if (v->is_null) {
        TRY(vec_add_valid(items, arena));
        bit_clear(items->valid, row);
    }
    if (type_is_string(items->type.id))
        return strwriter_put(w, row, v->is_null ? "" : v->str.p, v->is_null ? 0 : v->str.n);
    if (items->type.id == T_BOOL)
        bit_put(items->data, row, v->b);
    else
        memcpy((uint8_t *)items->data + (size_t)row * type_bytes(items->type.id), &v->b, type_bytes(items->type.id));
    return 0;
}

static int unpack(const Vec *v, Vec *items, StrWriter *w, Arena *arena)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        Value e;
        ArrayReader r = array_read(v->type, vec_is_null(v, i) ? STR("") : vec_str(v, i), arena);
        for (int rc; (rc = array_next(&r, &e)) != 0; at++) {
            TRY(rc);
            TRY(put_item(items, w, at, &e, arena));
        }
    }
    return 0;
}

int arrow_unpack_lists(Account *acct, const char *name, const Vec *v, int32_t *offsets, Vec *ret_items, Err *err)
{
    _cleanup_(arena_done) Arena arena;
    StrWriter w;
    Vec items;
    int64_t n = 0;
    arena_init(&arena, acct, 0);
    for (uint32_t i = 0; i < v->n && n <= INT32_MAX; i++) {
        offsets[i] = (int32_t)n;
        n += vec_is_null(v, i) ? 0 : array_count(v->type, vec_str(v, i));
    }
    if (n > INT32_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "column \"%s\": more than 2^31 list elements in a batch", name);
    offsets[v->n] = (int32_t)n;
    if (vec_scratch(&items, type_element(v->type), (uint32_t)n, &arena) < 0)
        return RAISE_NOMEM(err);
    strwriter_init(&w, &items, &arena);
    if (unpack(v, &items, &w, &arena) < 0 || (type_is_string(items.type.id) && strwriter_finish(&w) < 0))
        return RAISE_NOMEM(err);
    return vec_own(acct, &items, (Rows){(uint32_t)n, NULL}, ret_items) < 0 ? RAISE_NOMEM(err) : 0;
}
