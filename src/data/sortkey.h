/* SPDX-License-Identifier: Apache-2.0
 *
 * Sort keys: values as byte strings whose memcmp order is the SQL order (NULL first or last, ascending or descending per column),
 * and that can be decoded again.  Used by MULTI tables, ORDER BY and Top-N.  INTERVALs and JSONB that are equal but written in
 * different ways sort next to each other with different keys, so that they read back as they were; by_value they have the same, as
 * an order of rows wants it, and do not.  STRUCT cannot be a key: b->failed is set. */
#pragma once
#include "data/value.h"

typedef struct SortSpec {
    Type type;
    bool desc, nulls_first;
    bool by_value; /* equal values have equal keys; what INTERVAL and JSONB read back then is equal to nothing */
} SortSpec;
typedef struct KeyRange { /* the first n_eq columns are equal to these, the next one lies between low and high (NULL = open) */
    uint32_t n_eq;
    const Value **eq;
    const Value *low, *high;
} KeyRange;
/* Appends one value / one vector row. NaN sorts as the largest, -0 as 0; equal values of DECIMAL give equal keys for one scale. */
void sortkey_put(StrBuf *b, const SortSpec *s, const Value *v);
void sortkey_put_row(StrBuf *b, const SortSpec *s, const Vec *v, uint32_t row);
/* What a row's key begins with, as a big-endian number of 16 bytes, for each of `rows`; false = not these columns: those that have
 * eight bytes and no NULL, at most two of them. */
bool sortkey_heads(const SortSpec *s, const Vec *v, uint32_t n_cols, Rows rows, uint64_t (*ret)[2]);
/* The same of the first column alone, of numbers, times or texts that may be NULL, and as a lower bound: what follows counts as
 * zeros. */
bool sortkey_least_heads(const SortSpec *s, const Vec *v, Rows rows, uint64_t (*ret)[2]);
/* Lists the places among `rows` whose key begins with at most `head` by its first column, one of eight bytes without NULL; false =
 * it is not such a column, or all keys are on one side of the head. */
bool sortkey_to(const SortSpec *s, const Vec *v, Rows rows, uint64_t head, uint16_t *ret, uint32_t *ret_n);
/* Such a head of the k-th row in order, 1 <= k <= SORTKEY_KTH_MAX: what begins with more has k rows before it.  false = it is not
 * such a column, or has fewer rows. */
#define SORTKEY_KTH_MAX 16u
bool sortkey_kth(const SortSpec *s, const Vec *v, Rows rows, uint32_t k, uint64_t *ret_head);
/* The key of a row of such columns, nine bytes for each; gives where it ends. */
char *sortkey_write_wide(char *to, const SortSpec *s, const Vec *v, uint32_t n_cols, uint32_t row);
/* Decodes the next column, moving *at; strings are unescaped into the arena. false = malformed. */
bool sortkey_get(const SortSpec *s, Str key, size_t *at, Arena *arena, Value *ret);
/* A column of eight bytes that is not NULL; false = it is none, and nothing was read. */
bool sortkey_get_wide(const SortSpec *s, Str key, size_t *at, int64_t *ret);
/* Bytes of the column that starts at `at`; 0 = malformed. */
size_t sortkey_length(const SortSpec *s, Str key, size_t at);
/* A column of numbers or times whose key without NULL always has the same bytes, at most SORTKEY_FIXED_MAX: 0 = it is none.  And
 * the key of one that is not NULL. */
#define SORTKEY_FIXED_MAX 17u
size_t sortkey_fixed_bytes(const SortSpec *s);
void sortkey_write_fixed(char *to, const SortSpec *s, const Vec *v, uint32_t row);
void sortkey_read_fixed(const char *key, const SortSpec *s, void *to); /* its 8 or 16 bytes */
/* Columns of eight bytes whose order is that of integers: nine bytes, or one of NULL. */
bool sortkey_is_wide(const SortSpec *s);
#define SORTKEY_WIDE_BYTES 9u
#define SORTKEY_VALUE 1 /* first byte of what is not NULL */
static inline size_t sortkey_wide_length(const char *p)
{
    return *p == SORTKEY_VALUE ? SORTKEY_WIDE_BYTES : 1;
}
static inline uint64_t sortkey_wide_bits(const SortSpec *s, uint64_t v) /* both ways */
{
    return (v ^ UINT64_C(1) << 63) ^ (s->desc ? UINT64_MAX : 0);
}
static inline int64_t sortkey_wide_value(const SortSpec *s, const char *p) /* of a key that is not NULL */
{
    uint64_t be;
    memcpy(&be, p + 1, sizeof(be));
    return (int64_t)sortkey_wide_bits(s, __builtin_bswap64(be));
}
