/* SPDX-License-Identifier: Apache-2.0
 *
 * The parse driver: checks the encoding, copies the text (so that the lexer has its end mark and spans stay valid as long as the
 * tree), runs the grammar, and gives back what was complete before the first error. */
#include "sql/parse.h"

#include "sql/grammar.h"
#include "sql/parse_impl.h"
#include "sql/parse_report.h"

#define TEXT_BYTES_MAX (1u << 30)
/* No position, with a length: the grammar takes a span without one for that of an empty rule. */
#define SPAN_NOWHERE ((Span){UINT32_MAX, 1})

/* The lexer relies on valid UTF-8 without NULs; both errors name the place. */
static int check_encoding(const char *text, uint32_t n, Err *err)
{
    const char *nul = memchr(text, 0, n);
    if (utf8_is_valid(text, n) && !nul)
        return 0;
    for (uint32_t i = 0; i < n;) {
        uint32_t cp;
        int k = utf8_decode(text + i, n - i, &cp);
        if (k == 0)
            return RAISE_AT(err, ERR_CHARACTER_NOT_IN_REPERTOIRE, ((Span){i, 1}), "invalid byte 0x%02x for encoding UTF-8",
                            (unsigned char)text[i]);
        if (cp == 0)
            return RAISE_AT(err, ERR_CHARACTER_NOT_IN_REPERTOIRE, ((Span){i, 1}), "statement contains a NUL byte");
        i += (uint32_t)k;
    }
    return 0;
}

static int parse_run(Parser *p, Arena *arena, const char *text, uint32_t n, int start, Err *err)
{
    if (n > TEXT_BYTES_MAX)
        return RAISE(err, ERR_TOO_COMPLEX, "statement text is longer than %u bytes", TEXT_BYTES_MAX);
    p->arena = arena;
    p->err = err;
    p->start = start;
    p->n = n;
    int rc = n ? check_encoding(text, n, err) : 0;
    if (rc == 0) {
        p->text = arena_strndup(arena, n ? text : "", n);
        if (!p->text)
            return RAISE_NOMEM(err);
        int parsed = sqlg_parse(p);
        rc = p->rc;
        if (rc == 0 && parsed != 0)
            rc = RAISE(err, ERR_INTERNAL, "parser stopped without an error");
    }
    if (rc < 0 && err && p->place)
        err->at = *p->place;
    else if (rc < 0 && err && !span_is_none(err->at))
        err_locate(err, text, n);
    return rc;
}

int sql_parse(Arena *arena, const char *text, uint32_t n, Script *ret, Err *err)
{
    Parser p = {0};
    int rc = parse_run(&p, arena, text, n, TK_START_SCRIPT, err);
    *ret = (Script){{p.text, p.text ? n : 0}, p.stmts, rc < 0 ? p.n_complete : p.n_stmts};
    return rc;
}

static int only_statement(const Script *script, ScriptStmt *ret, Err *err)
{
    if (script->n_stmts == 0)
        return RAISE(err, ERR_SYNTAX, "there is no statement");
    if (script->n_stmts > 1)
        return RAISE_AT(err, ERR_SYNTAX, script->stmts[1].at, "one statement is expected here, not a script");
    *ret = script->stmts[0];
    return 0;
}

int sql_parse_one(Arena *arena, const char *text, uint32_t n, ScriptStmt *ret, Err *err)
{
    Script script;
    TRY(sql_parse(arena, text, n, &script, err));
    int rc = only_statement(&script, ret, err);
    if (rc < 0)
        err_locate(err, text, n);
    return rc;
}

int sql_parse_one_at(Arena *arena, const char *text, uint32_t n, Span place, ScriptStmt *ret, Err *err)
{
    Span everywhere = span_is_none(place) ? SPAN_NOWHERE : place;
    Parser p = {.place = &everywhere};
    TRY(parse_run(&p, arena, text, n, TK_START_SCRIPT, err));
    return only_statement(&(Script){{p.text, n}, p.stmts, p.n_stmts}, ret, err);
}

int sql_parse_expr(Arena *arena, const char *text, uint32_t n, Node **ret, Err *err)
{
    Parser p = {0};
    TRY(parse_run(&p, arena, text, n, TK_START_EXPR, err));
    *ret = p.expr;
    return 0;
}

int sql_parse_expr_at(Arena *arena, const char *text, uint32_t n, Span place, Node **ret, Err *err)
{
    Span everywhere = span_is_none(place) ? SPAN_NOWHERE : place;
    Parser p = {.place = &everywhere};
    TRY(parse_run(&p, arena, text, n, TK_START_EXPR, err));
    *ret = p.expr;
    return 0;
}
