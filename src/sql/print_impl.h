/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the parts of the printer (folder-private). */
#pragma once
#include "sql/print.h"

typedef void (*PrintFn)(const Node *n, StrBuf *out);
void print_list(NodeList list, const char *separator, PrintFn print, StrBuf *out);
/* `before` the items and `after` them; nothing for an empty list. */
void print_list_in(const char *before, NodeList list, const char *after, PrintFn print, StrBuf *out);
/* " KEYWORD expr", or nothing for NULL. */
void print_clause(const char *keyword, const Node *expr, StrBuf *out);
void print_any(const Node *n, StrBuf *out); /* dispatches on the kind */

void print_expr(const Node *n, StrBuf *out);
void print_atom(const Node *n, StrBuf *out); /* an expression where only b_expr may stand */
void print_type(const TypeName *t, StrBuf *out);
void print_window(const WindowSpec *w, StrBuf *out); /* with its parentheses */
void print_call(const ExprCall *c, StrBuf *out);
void print_alias(const Alias *a, StrBuf *out);
void print_order_item(const Node *n, StrBuf *out);
void print_group_item(const Node *n, StrBuf *out);   /* of GROUP BY */
void print_option(const Node *n, StrBuf *out);       /* 'k' = v */
void print_option_value(const Node *n, StrBuf *out); /* v */

void print_query(const Query *q, StrBuf *out);
void print_from(const Node *n, StrBuf *out);
void print_match(const FromMatch *m, StrBuf *out);
void print_with(const With *w, StrBuf *out);
void print_target(const Node *n, StrBuf *out);
void print_clauses(const StreamClauses *c, StrBuf *out); /* with a space before each */

void print_statement(const Node *n, StrBuf *out);
