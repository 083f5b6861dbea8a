/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a syntax error (folder-private): what stood there, what was expected, what was perhaps meant. */
#pragma once
#include "sql/parse_impl.h"

/* Raises the error for the token at `at`; expected are the names of the tokens that the grammar would take there. */
void parse_report(Parser *p, Span at, const char *const *expected, uint32_t n);

/* The parser's stack, paid for by nobody's account: it lives for one call and is bounded by YYMAXDEPTH. */
void *parse_stack_alloc(size_t bytes);
void parse_stack_free(void *mem);
