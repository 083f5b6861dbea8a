/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys of both sides of NOT IN (query), and which left ones are among the right ones (op_not_in.c).  [shard]
 *
 * A key is what a row has in the equalities around the query, by which NULL meets nothing, and behind that its values, where NULL
 * meets whatever there is.  A left key is blocked while a right one meets it: their equalities are equal, and so is each value that
 * neither of them has as NULL.
 *
 * A key finds those of the other side by its columns that have NULL wherever it has: it is looked up with NULL where they have.
 * There are few patterns of NULLs (`mask`), and only those that occur are looked for.  A key with NULL where others have none goes
 * through those of the same equalities, its group. */
#pragma once
#include "exec/join_side.h"

typedef struct NotInKey { /* extra of a key's row */
    uint8_t *head;        /* join_side.h: its rows; first */
    uint8_t *group;       /* row of `groups`; NULL: there is one group */
    uint8_t *next, *prev; /* keys of the group */
    int64_t w;            /* of a right one: how many rows it has */
    uint32_t mask;        /* which values are NULL */
    bool listed, blocked; /* in its group; of a left one */
} NotInKey;

typedef struct NotInGroup { /* extra of a row of `groups` */
    uint8_t *list[2];
} NotInGroup;

typedef struct NotInKeys {
    OpEnv *env;
    JoinSide *side; /* both */
    PageStore *pages;
    uint32_t n_equal, n_values; /* columns of a key */
    RowLayout group_layout;
    HashTable *groups; /* NULL: there is one, `whole` */
    NotInGroup whole;
    uint64_t n_of_mask[2][1u << NOT_IN_VALUES_MAX]; /* keys */
} NotInKeys;

/* side: both, opened with key_extra of NotInKey. */
int not_in_keys_open(NotInKeys *k, OpEnv *env, JoinSide *side, PageStore *pages, uint32_t n_equal, Err *err);
void not_in_keys_close(NotInKeys *k); /* before the sides */

static inline NotInKey *not_in_key(const JoinSide *s, uint8_t *key)
{
    return (NotInKey *)(void *)row_extra(&s->key_layout, key);
}
/* The keys of the input's rows, by position, which are made where there are none; ret_new: those, each once.  All are held: they
 * stay without a row until they are let go, which is for each of the n times that they were held. */
int not_in_keys_hold(NotInKeys *k, JoinSide *s, const JoinInput *in, uint8_t **ret_key, uint8_t **ret_new, uint32_t *ret_n_new);
void not_in_keys_let_go(NotInKeys *k, JoinSide *s, uint8_t *const *key, uint32_t n);
/* Keys that a restored side has. */
int not_in_keys_list(NotInKeys *k, JoinSide *s, uint8_t *const *key, uint32_t n);
/* Which of n left keys a right one meets. */
int not_in_keys_judge(NotInKeys *k, uint8_t *const *key, uint32_t n, bool *ret_blocked, Arena *arena);
/* The left keys that n right ones meet and that are found by their columns: at most n for each mask, into ret.  scans[i]: the i-th
 * may meet others, among those of its group. */
int not_in_keys_met(NotInKeys *k, uint8_t *const *right, uint32_t n, uint8_t **ret, uint32_t *ret_n, bool *scans, Arena *arena);
/* The first left key of a right one's group; and whether the two meet and have not been found by their columns. */
uint8_t *not_in_keys_first(NotInKeys *k, uint8_t *right);
int not_in_keys_meet(NotInKeys *k, uint8_t *left, uint8_t *right, bool *ret, Arena *arena);
uint32_t not_in_masks(const NotInKeys *k, uint32_t side); /* how many occur */
