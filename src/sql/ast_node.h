/* SPDX-License-Identifier: Apache-2.0
 *
 * The syntax tree.  One struct per kind of node, allocated in the caller's arena and never freed singly; every node starts with
 * `Node` and carries its tag, the bytes it was written in, and its nesting depth (1 for a leaf), so that a later pass may recurse
 * without fear: the parser refuses deeper trees than SQL_DEPTH_MAX.  The tree says what was written; it knows no catalog and no
 * types.  The tags are rows of nodes.def, and the fields are listed once more in fields.def, from which comparison and walking
 * follow.
 *
 * Conventions: NodeList is an intrusive list (a node is in at most one); a pointer is NULL, a list empty and an Ident has p == NULL
 * when the clause was absent; a field `Node *` is an expression unless its comment says otherwise. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define SQL_DEPTH_MAX 500

typedef enum NodeKind {
    NODE_NONE,
#define N(KIND, Struct) NODE_##KIND,
#include "sql/nodes.def"
#undef N
    N_NODE_KINDS
} NodeKind;

/* NODE_OF_<Struct>: the tag of a struct, for AST(). */
enum {
#define N(KIND, Struct) NODE_OF_##Struct = NODE_##KIND,
#include "sql/nodes.def"
#undef N
};

typedef struct Node Node;
struct Node {
    uint16_t kind;  /* NodeKind */
    uint16_t depth; /* 1 + the deepest child */
    Span at;        /* in the script's text */
    Node *next;     /* in the list that holds it */
};

typedef struct NodeList {
    Node *first, *last;
    uint32_t n;
    uint32_t depth; /* of the deepest member */
} NodeList;
static inline void node_list_append(NodeList *l, Node *n) /* n is in no other list */
{
    n->next = NULL;
    if (l->last)
        l->last->next = n;
    else
        l->first = n;
    l->last = n;
    l->n++;
    l->depth = n->depth > l->depth ? n->depth : l->depth;
}

#define NODE_IS_EXPR(n) ((n)->kind >= NODE_EXPR_LITERAL && (n)->kind <= NODE_EXPR_DESCRIPTOR)
#define NODE_IS_FROM(n) ((n)->kind >= NODE_FROM_TABLE && (n)->kind <= NODE_FROM_MATCH)
#define NODE_IS_STMT(n) ((n)->kind >= NODE_QUERY_STMT)
/* for (Node *n ...) over a list. */
#define AST_EACH(n, list) for (Node *n = (list).first; n; n = n->next)
static inline Node *ast_check(const Node *n, int kind)
{
    ASSERT(n->kind == kind);
    return (Node *)n;
}
/* Checked cast: AST(ExprBinary, node). */
#define AST(Struct, n) ((Struct *)(void *)ast_check((n), NODE_OF_##Struct))
const char *node_kind_name(NodeKind kind); /* "ExprBinary" */

/* A name as written: unquoted ones are folded to lower case (ASCII), quoted ones keep their bytes. */
typedef struct Ident {
    Str s; /* NUL-terminated in the arena as well; p == NULL: absent */
    Span at;
    bool quoted;
} Ident;

#define NAME_PARTS_MAX 4
/* a.b.c; the last part is the object, n_parts == 0: absent. */
typedef struct Name {
    Ident *part;
    uint32_t n_parts; /* at most NAME_PARTS_MAX */
    Span at;
    Str key; /* schema.object, where a schema other than public is written; p == NULL: the object alone */
} Name;
static inline const Ident *name_last(const Name *n)
{
    return &n->part[n->n_parts - 1];
}
/* What the object is known by: two ways of writing it give one key. */
static inline Str name_key(const Name *n)
{
    return n->key.p ? n->key : name_last(n)->s;
}

typedef struct Query Query;
typedef struct TypeName TypeName;
typedef struct WindowSpec WindowSpec;
typedef struct Alias Alias;
typedef struct With With;
typedef struct ConnectorClause ConnectorClause;
typedef struct StreamClauses StreamClauses;
