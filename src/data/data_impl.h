/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside data/ only: making the parts of owned (heap) vectors. */
#pragma once
#include "data/vec.h"

/* Values are 16-byte views: the string types and UNKNOWN, which holds NULLs and untyped literals. */
static inline bool type_has_views(TypeId id)
{
    return type_is_string(id) || id == T_UNKNOWN;
}
/* Bytes of `data` of a FLAT vector of n values. */
static inline size_t vec_data_bytes(TypeId id, uint32_t n)
{
    return id == T_BOOL ? BIT_WORDS(n) * 8 : (size_t)n * type_bytes(id);
}

/* Gives v room for n string buffers (n_str_bufs stays 0: the caller adds with vec_add_str) and, when asked, for a child. */
int vec_new_aux(Vec *v, Account *acct, uint32_t n_str_bufs, bool with_child);
/* The same, in memory that vectors share: behind `at` string buffers of others. */
void vec_place_aux(Vec *v, Buffer *give_buf, uint32_t at, uint32_t n_str_bufs);
/* give_owner: one reference that the vector then holds. */
void vec_add_str(Vec *v, Buffer *give_owner, const uint8_t *data);
/* Owned, uninitialised data for n values.  0 or -ERR_OUT_OF_MEMORY. */
int vec_new_data(Vec *v, Account *acct, Type t, uint32_t n);
/* Owned bitmap for n rows, uninitialised. */
int vec_new_valid(Vec *v, Account *acct, uint32_t n);

/* As vec_own, with the values `at` bytes into a buffer that has room for them and is shared by several vectors. */
int vec_own_at(Account *acct, const Vec *v, Rows rows, Buffer *in, size_t at, Vec *ret);
