/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of objects in a statement: what it reads, changes and makes, and the texts that name a relation.  Names of columns,
 * aliases and queries of WITH are none of them. */
#pragma once
#include "sql/ast.h"

typedef enum NameRole {
    NAME_RELATION, /* what is there: a table, view, source, index, sequence .. */
    NAME_FUNCTION,
    NAME_TYPE,
    NAME_CONSTRAINT,
    NAME_MADE, /* CREATE: what it makes */
    NAME_LATE, /* LATE DATA TO: made, when it is not there */
    NAME_TEXT, /* 'name'::regclass, nextval('name'): a name within a string */
    NAME_BODY, /* the body of a function as a string: SQL with names of its own */
} NameRole;

typedef struct AstName {
    NameRole role;
    const Name *name; /* NULL: `text` */
    uint32_t n_parts; /* of it that name the object: those behind it are a column's */
    const ExprLiteral *text;
    bool may_lack;   /* IF EXISTS */
    bool may_be_new; /* REFERENCES: it may be what the statement makes */
} AstName;
typedef int (*AstNameFn)(void *self, const AstName *name);
/* In the order in which they are written; stops at the first negative result, and returns it. */
int ast_each_name(const Node *stmt, AstNameFn each, void *self);
