/* SPDX-License-Identifier: Apache-2.0
 *
 * Syntax tree to canonical text.  Whatever is printed parses to an equal tree (ast_is_equal): keywords in upper case, names quoted
 * only where they must be, parentheses where precedence needs them. */
#pragma once
#include "sql/ast.h"

/* Appends any node: statement, query, expression, type.  Out of memory shows as out->failed. */
void sql_print(const Node *node, StrBuf *out);
/* A name, quoted when it would not be read back as written; a string literal with its quotes. */
void sql_print_ident(Str name, StrBuf *out);
void sql_print_name(const Name *name, StrBuf *out);
void sql_print_string(Str text, StrBuf *out);
