/* SPDX-License-Identifier: Apache-2.0
 *
 * GROUP BY inside plan/: its keys, its grouping sets, and the calls of GROUPING(). */
#pragma once
#include "plan/bind_impl.h"

typedef struct GroupBinder { /* while the items of GROUP BY are bound */
    ExprScope *x;
    const TargetItems *targets;
    GroupParts *parts;
    Span at; /* of the item */
} GroupBinder;

static inline bool key_set_has(const KeySet *s, uint32_t key)
{
    return s->word[key / 64] >> key % 64 & 1;
}

/* bind_group.c: the keys that an item without sets stands for: an expression, (a, b), or the bounds of a window. */
int bind_group_key(GroupBinder *g, const Node *item, KeySet *ret, Err *err);

/* group_sets.c: all sets of GROUP BY. */
int bind_group_sets(GroupBinder *g, const Select *s, KeySets *ret, Err *err);
/* Puts the copies over *node; p->over_sets: the keys over them, then the number of the set and one key per GROUPING(). */
int group_sets_expand(Binder *b, GroupParts *p, Logical **node, StandingGroups *ret, Err *err);
