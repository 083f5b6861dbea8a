/* SPDX-License-Identifier: Apache-2.0
 *
 * What the lexer, the grammar's actions and the parse driver share.  A Parser lives for one call.  The first failure is kept in
 * `rc`: from then on the lexer gives only error tokens, so the parser stops at its next token, and a constructor that has no
 * memory hands out `spare`, which may be written but is never looked at; therefore actions need no checks. */
#pragma once
#include "sql/parse.h"

typedef struct LexToken {
    int code;
    Span at;
    Str text;    /* decoded: folded or unquoted name, string value, digits; a keyword's own spelling in lower case */
    bool quoted; /* TK_IDENT */
} LexToken;

#define SPARE_BYTES 768
typedef struct Parser {
    Arena *arena;
    const char *text; /* NUL-terminated, valid UTF-8 without NULs inside */
    uint32_t n, pos;
    int rc;
    Err *err;
    LexToken ahead; /* one token read too far by the filter */
    bool has_ahead;
    bool in_measures;     /* between MATCH_RECOGNIZE and its PATTERN */
    uint32_t n_angles;    /* open '<' of a type, see filter.c */
    int start;            /* the token that selects what is parsed, 0 once given */
    LexToken now, before; /* the last two tokens, for messages */
    uint32_t n_params;
    Span param_at; /* of the first */
    ScriptStmt *stmts;
    uint32_t n_stmts, cap_stmts;
    uint32_t n_complete; /* of them, up to the last semicolon: what comes next may be wrong */
    Node *expr;          /* of sql_parse_expr */
    /* SELECT .. INTO table: until the statement is known that it belongs to. */
    struct CreateRelationStmt *into;
    const Node *into_select;
    const Span *place; /* not NULL: where everything is said to be, see sql_parse_one_at() */
    _Alignas(16) char spare[SPARE_BYTES];
    Name spare_name;
    Ident spare_parts[NAME_PARTS_MAX];
} Parser;

/* lex.re: the next token as it stands in the text; 0 at the end, YYerror after a failure (p->rc is set). */
int sql_lex(Parser *p, LexToken *ret);
/* filter.c: the next token for the grammar: joins or splits where one token of lookahead is not enough. */
int sql_filter(Parser *p, LexToken *ret);
/* Records the first failure and gives the code of the error token. */
#define OPTIONS_MAX 4096u /* in one list: each is compared with all others */
#define PARSE_FAIL(p, code, span, ...) ((p)->rc = (p)->rc ? (p)->rc : RAISE_AT((p)->err, (code), (span), __VA_ARGS__))

typedef struct Keyword {
    const char *name; /* lower case */
    uint16_t n;
    int token;
    KeywordClass klass;
} Keyword;
extern const Keyword sql_keyword_rows[];
extern const uint32_t sql_n_keyword_rows;
const Keyword *sql_keyword_find(const char *s, size_t n); /* any case; NULL = none */
const Keyword *sql_keyword_of(int token);
