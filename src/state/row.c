/* SPDX-License-Identifier: Apache-2.0
 *
 * Layout of rows.  Columns are placed by alignment, not by position: 8-byte ones first (they follow the 8-byte null words), then
 * DECIMAL, then the small ones, so that padding is only where an odd number of 8-byte columns meets a 16-byte one.  The layout
 * depends on the types alone: a page image can be read by whoever knows them. */
#include "state/row.h"

#include <string.h>

#define ROW_HEAD_BYTES 16u
#define ROW_BYTES_MAX (1u << 20)

/* Bytes in a row; 0 = not storable. */
static uint32_t column_bytes(Type t)
{
    return t.id == T_BOOL ? 1 : t.id == T_UNKNOWN ? 0 : type_bytes((TypeId)t.id);
}

static uint32_t column_align(Type t)
{
    uint32_t n = column_bytes(t);
    return n == 16 && t.id != T_DECIMAL ? 8 : n;
}

static uint32_t align_up(uint32_t v, uint32_t to)
{
    return (v + to - 1) & ~(to - 1);
}

static int layout_check(const Type *types, uint32_t n_cols, Err *err)
{
    for (uint32_t i = 0; i < n_cols; i++) {
        if (!column_bytes(types[i])) {
            char name[64];
            type_print(types[i], name, sizeof(name));
            return RAISE(err, ERR_UNSUPPORTED, "type %s cannot be a key or a stored column", name);
        }
    }
    return n_cols > COLUMNS_MAX ? RAISE(err, ERR_PROGRAM_LIMIT, "a stored row has at most %d columns", COLUMNS_MAX) : 0;
}

int row_layout_init(RowLayout *l, Account *acct, const Type *types, uint32_t n_cols, uint32_t extra_bytes, Err *err)
{
    *l = (RowLayout){.acct = acct, .null_offset = ROW_HEAD_BYTES, .extra_bytes = extra_bytes};
    TRY(layout_check(types, n_cols, err));
    if (extra_bytes > ROW_BYTES_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "the states of a row take %u bytes, at most %u are possible", extra_bytes,
                     ROW_BYTES_MAX);
    l->type = mem_alloc(acct, n_cols * sizeof(*l->type));
    l->offset = mem_alloc(acct, n_cols * sizeof(*l->offset));
    l->text = mem_alloc(acct, n_cols * sizeof(*l->text));
    l->n_cols = n_cols;
    if (!l->type || !l->offset || !l->text) {
        row_layout_done(l);
        return RAISE_NOMEM(err);
    }
    if (n_cols)
        memcpy(l->type, types, n_cols * sizeof(*types));
    static const uint8_t order[] = {8, 16, 4, 2, 1};
    uint32_t at = ROW_HEAD_BYTES + (uint32_t)BIT_WORDS(n_cols) * 8;
    for (uint32_t k = 0; k < sizeof(order); k++) {
        for (uint32_t i = 0; i < n_cols; i++) {
            if (column_align(types[i]) != order[k])
                continue;
            at = align_up(at, order[k]);
            l->offset[i] = (uint16_t)at;
            at += column_bytes(types[i]);
        }
    }
    for (uint32_t i = 0; i < n_cols; i++)
        if (type_is_string((TypeId)types[i].id))
            l->text[l->n_texts++] = (uint16_t)i;
    l->has_strings = l->n_texts > 0;
    l->extra_offset = align_up(at, 16);
    l->row_bytes = MAX(align_up(l->extra_offset + extra_bytes, 16), 32u);
    return 0;
}

void row_layout_done(RowLayout *l)
{
    mem_free(l->acct, l->type, l->n_cols * sizeof(*l->type));
    mem_free(l->acct, l->offset, l->n_cols * sizeof(*l->offset));
    mem_free(l->acct, l->text, l->n_cols * sizeof(*l->text));
    *l = (RowLayout){0};
}
