/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to syntax tree.  The grammar is LALR(1) with no conflict (grammar.y), the parser's stack is on the heap and bounded, and a
 * tree deeper than SQL_DEPTH_MAX is refused, so no input can exhaust anything.  Errors name the offending text, the place, what
 * was expected, and the keyword that was perhaps meant. */
#pragma once
#include "sql/ast.h"

typedef struct ScriptStmt {
    Node *node;        /* NODE_IS_STMT */
    Span at;           /* without the semicolon; all spans below count from the start of the script */
    Str text;          /* exactly as written */
    uint32_t n_params; /* the highest $n */
    Span param_at;     /* of the first that is written */
} ScriptStmt;

typedef struct Script {
    Str text; /* a NUL-terminated copy in the arena */
    ScriptStmt *stmts;
    uint32_t n_stmts;
} Script;

/* Parses statements separated by ';' (empty ones are skipped).  0, or -ERR_SYNTAX, -ERR_TOO_COMPLEX,
 * -ERR_CHARACTER_NOT_IN_REPERTOIRE, -ERR_UNSUPPORTED, -ERR_INVALID_TEXT, -ERR_OUT_OF_MEMORY ..  On an error ret still holds the
 * statements before the faulty one, because a script runs up to its first error; err has its position, line and column. */
int sql_parse(Arena *arena, const char *text, uint32_t n, Script *ret, Err *err);
/* The same for text that must hold exactly one statement. */
int sql_parse_one(Arena *arena, const char *text, uint32_t n, ScriptStmt *ret, Err *err);
/* One expression, for options and tests. */
int sql_parse_expr(Arena *arena, const char *text, uint32_t n, Node **ret, Err *err);
/* The same for text that is not the user's statement but stored or put together: its own positions mean nothing to whoever wrote
 * the statement, so all nodes, and an error, are at `place` in it (the name of the view, SPAN_NONE = nowhere). */
int sql_parse_one_at(Arena *arena, const char *text, uint32_t n, Span place, ScriptStmt *ret, Err *err);
int sql_parse_expr_at(Arena *arena, const char *text, uint32_t n, Span place, Node **ret, Err *err);

/* The line of `text` that holds err->at, a caret line below it, message, detail and hint; what a shell prints. */
void sql_error_print(const Err *err, Str text, StrBuf *out);

typedef enum KeywordClass {
    KEYWORD_NONE,     /* not a keyword */
    KEYWORD_NAME,     /* usable as any name */
    KEYWORD_LABEL,    /* as a name, but not as an alias without AS */
    KEYWORD_COLUMN,   /* as a name, but neither of a function or type nor an alias without AS */
    KEYWORD_FUNCTION, /* only as the name of a function or type */
    KEYWORD_RESERVED,
} KeywordClass;
KeywordClass sql_keyword_class(Str word); /* any case */
/* All keywords in lower case, sorted: for completion. */
const char *const *sql_keywords(uint32_t *ret_n);
