/* SPDX-License-Identifier: Apache-2.0
 *
 * Fingerprints of what parts of a query give: those with the same one hold the same rows, whatever columns of them they show and
 * however they are written.  They serve rule_share.c, which lets a query read what a view holds already, and physical.c, which
 * computes once what a query contains twice. */
#pragma once
#include "plan/logical.h"

/* A node's rows, and each of its columns in them.  Two nodes with equal `rows` give the same rows, and columns of equal
 * fingerprints are the same column of these: so a node that shows some of another's columns is known as well. */
typedef struct Shape {
    bool known;    /* it follows from what stored relations hold now, and from nothing else: no clock, chance, order of arrival */
    bool works;    /* something in it keeps rows */
    bool regroups; /* something other than joins does */
    Fingerprint rows;
    Fingerprint *col; /* by column of the node */
} Shape;

static inline bool fingerprint_eq(Fingerprint x, Fingerprint y)
{
    return x.a == y.a && x.b == y.b;
}

/* Sets `shape` in the whole tree. */
int shapes_find(Arena *a, Logical *root, Err *err);
bool shape_same(const Logical *l, const Logical *m); /* the same rows in the same columns */

/* ---- rule_share.c ---- */
/* Parts of the tree that views of ctx->share hold become reads of these; which, is noted in the plan. */
int share_views(PlanState *s, Logical **root, const uint64_t *relations, uint32_t n_relations, Err *err);
