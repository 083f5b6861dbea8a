/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations on any node that follow from the table of fields (fields.def): comparison and walking.  Depth-bounded recursion. */
#pragma once
#include "sql/ast.h"

/* Same shape and same content; spans and depths do not count.  NULL equals NULL. */
bool ast_is_equal(const Node *a, const Node *b);

/* Calls visit for every child of the node, in the order they are written; stops at and returns the first non-zero result. */
typedef int (*AstVisit)(void *self, Node *child);
Node *ast_copy_top(Arena *arena, const Node *n); /* the node alone, in no list; its children are shared */
int ast_each_child(const Node *node, AstVisit visit, void *self);

/* 1 + the deepest child. */
uint32_t ast_depth(const Node *node);
/* The key of its parts: s.t, but t of public, whose name nobody has to write; the database may stand before both.  false = no
 * memory. */
bool name_set_key(Arena *arena, Name *name);
