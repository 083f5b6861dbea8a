/* SPDX-License-Identifier: Apache-2.0
 *
 * The lexer (re2c).  It reads the parser's copy of the text, which ends in NUL and is known to be valid UTF-8 without NULs, so every
 * rule stops at the end by itself and bytes of 0x80 and above are simply letters.  Comments and dollar quotes nest or carry their own end mark
 * and are scanned by hand.  Whatever cannot be a token is an error here, with the place where it began. */
#include "sql/parse_impl.h"

#include "sql/grammar.h"
#include "sql/lex_text.h"

static int fail(Parser *p, LexToken *t, uint32_t end)
{
    p->pos = end;
    t->code = SQLG_error;
    return t->code;
}

/* Past the comment that starts at pos, or UINT32_MAX when it does not end. */
static uint32_t comment_end(const Parser *p, uint32_t pos)
{
    uint32_t n_open = 0;
    for (uint32_t i = pos; i < p->n; i++) {
        if (p->text[i] == '/' && p->text[i + 1] == '*') {
            n_open++;
            i++;
        } else if (p->text[i] == '*' && p->text[i + 1] == '/') {
            i++;
            if (--n_open == 0)
                return i + 1;
        }
    }
    return UINT32_MAX;
}

static int take(Parser *p, LexToken *t, int code, uint32_t end)
{
    t->code = code;
    t->at.len = end - t->at.pos;
    p->pos = end;
    return code;
}

static int take_word(Parser *p, LexToken *t, uint32_t end)
{
    const char *s = p->text + t->at.pos;
    uint32_t n = end - t->at.pos;
    const Keyword *k = sql_keyword_find(s, n);
    if (k) {
        t->text = (Str){k->name, k->n};
        return take(p, t, k->token, end);
    }
    t->text = lex_fold(p->arena, s, n);
    if (!t->text.p) {
        PARSE_FAIL(p, ERR_OUT_OF_MEMORY, SPAN_NONE, "out of memory");
        return fail(p, t, end);
    }
    return take(p, t, TK_IDENT, end);
}

/* A decoder of lex_text.h has filled t->text, or has failed. */
static int take_decoded(Parser *p, LexToken *t, int code, uint32_t end, int rc)
{
    t->at.len = end - t->at.pos;
    if (rc < 0) {
        p->rc = p->rc ? p->rc : rc;
        return fail(p, t, end);
    }
    return take(p, t, code, end);
}

static int take_dollar(Parser *p, LexToken *t, uint32_t body)
{
    uint32_t n_tag = body - t->at.pos;
    const char *tag = p->text + t->at.pos, *end = memmem(p->text + body, p->n - body, tag, n_tag);
    if (!end) {
        PARSE_FAIL(p, ERR_SYNTAX, t->at, "unterminated dollar-quoted string");
        return fail(p, t, p->n);
    }
    t->text = (Str){p->text + body, (size_t)(end - (p->text + body))};
    return take(p, t, TK_STRING, (uint32_t)(end - p->text) + n_tag);
}

int sql_lex(Parser *p, LexToken *t)
{
    const char *YYMARKER, *YYCURSOR = p->text + p->pos, *start;
    *t = (LexToken){0};
    if (p->rc)
        return fail(p, t, p->pos);
#define END() ((uint32_t)(YYCURSOR - p->text))
#define TAKE(T) return take(p, t, (T), END())
#define DECODE(T, call) return take_decoded(p, t, (T), END(), (call))
#define BAD(code, ...)                                                                                                                 \
    do {                                                                                                                               \
        t->at.len = END() - t->at.pos;                                                                                                 \
        PARSE_FAIL(p, (code), t->at, __VA_ARGS__);                                                                                     \
        return fail(p, t, END());                                                                                                      \
    } while (0)
    for (;;) {
        start = YYCURSOR;
        t->at = (Span){(uint32_t)(start - p->text), 1};
        /*!re2c
        re2c:define:YYCTYPE = "unsigned char";
        re2c:define:YYPEEK = "(unsigned char)*YYCURSOR";
        re2c:yyfill:enable = 0;
        re2c:flags:case-ranges = 1;

        first  = [a-zA-Z_\x80-\xff];
        word   = first [a-zA-Z0-9_$\x80-\xff]*;
        digits = [0-9] ("_"? [0-9])*;
        quoted = ['] ([^'\x00] | "''")* ['];
        escape = ['] ([^'\\\x00] | "''" | "\\" [^\x00])* ['];
        number = digits ("." digits?)? | "." digits;

        [ \t\r\n\v\f]+      { continue; }
        "--" [^\n\x00]*     { continue; }
        "/*"                {
            uint32_t end = comment_end(p, t->at.pos);
            if (end == UINT32_MAX)
                BAD(ERR_SYNTAX, "unterminated comment");
            YYCURSOR = p->text + end;
            continue;
        }
        "\x00"              { t->at.len = 0; t->code = 0; return 0; }

        word                { return take_word(p, t, END()); }
        ["] ([^"\x00] | "\"\"")* ["]   { t->quoted = true; DECODE(TK_IDENT, lex_unquote(p, '"', t->at.pos, END(), &t->text)); }
        [`] ([^`\x00] | "``")* [`]     { t->quoted = true; DECODE(TK_IDENT, lex_unquote(p, '`', t->at.pos, END(), &t->text)); }
        ["`]                { BAD(ERR_SYNTAX, "unterminated quoted identifier"); }

        [nN]? quoted        { /* N'..': a text of the national character set, which is the only one */
            uint32_t end = END();
            int rc = lex_string(p, t->at.pos + (p->text[t->at.pos] != '\''), false, &end, &t->text);
            YYCURSOR = p->text + end;
            DECODE(TK_STRING, rc);
        }
        [eE] escape         {
            uint32_t end = END();
            int rc = lex_string(p, t->at.pos + 1, true, &end, &t->text);
            YYCURSOR = p->text + end;
            DECODE(TK_STRING, rc);
        }
        [xX] quoted         { DECODE(TK_BITS, lex_hex_bits(p, t->at.pos + 1, END(), &t->text)); }
        [bB] quoted         { DECODE(TK_BITS, lex_bits(p, t->at.pos + 1, END(), &t->text)); }
        [uU] "&" quoted     {
            uint32_t end = END();
            int rc = lex_unicode(p, t->at.pos + 2, &end, &t->text);
            YYCURSOR = p->text + end;
            DECODE(TK_STRING, rc);
        }
        [uU] "&" ["] ([^"\x00] | "\"\"")* ["]   {
            uint32_t end = END();
            int rc = lex_unicode(p, t->at.pos + 2, &end, &t->text);
            YYCURSOR = p->text + end;
            t->quoted = true;
            DECODE(TK_IDENT, rc);
        }
        [uU] "&" ['"]       { BAD(ERR_SYNTAX, "unterminated quoted string"); }
        [eExXbB]? [']       { BAD(ERR_SYNTAX, "unterminated quoted string"); }
        "$" (first [a-zA-Z0-9_\x80-\xff]*)? "$" { return take_dollar(p, t, END()); }

        digits              { DECODE(TK_INT, lex_digits(p, t->at.pos, END(), &t->text)); }
        number              { DECODE(TK_DECIMAL, lex_digits(p, t->at.pos, END(), &t->text)); }
        number [eE] [+-]? digits       { DECODE(TK_FLOAT, lex_digits(p, t->at.pos, END(), &t->text)); }
        "0" [xX] ("_"? [0-9a-fA-F])+   { DECODE(TK_INT, lex_radix(p, 16, t->at.pos, END(), &t->text)); }
        "0" [oO] ("_"? [0-7])+         { DECODE(TK_INT, lex_radix(p, 8, t->at.pos, END(), &t->text)); }
        "0" [bB] ("_"? [01])+          { DECODE(TK_INT, lex_radix(p, 2, t->at.pos, END(), &t->text)); }
        digits word         { DECODE(TK_QUANTITY, lex_quantity(p, t->at.pos, END(), &t->text)); }
        number word         { BAD(ERR_SYNTAX, "trailing junk after numeric literal at or near \"%.*s\"", (int)MIN(END() - t->at.pos, 60u), start); }
        "$" [0-9]+          { DECODE(TK_PARAM, lex_digits(p, t->at.pos + 1, END(), &t->text)); }

        "("  { TAKE(TK_LP); }       ")"  { TAKE(TK_RP); }       "["   { TAKE(TK_LB); }       "]"   { TAKE(TK_RB); }
        "{"  { TAKE(TK_LC); }       "}"  { TAKE(TK_RC); }       "{-"  { TAKE(TK_LC_MINUS); } "-}"  { TAKE(TK_MINUS_RC); }
        ","  { TAKE(TK_COMMA); }    ";"  { TAKE(TK_SEMICOLON); }     "."   { TAKE(TK_DOT); }      ":"   { TAKE(TK_COLON); }
        "::" { TAKE(TK_CAST_OP); }  "=>" { TAKE(TK_ARROW); }    ":="  { TAKE(TK_ARROW); }    "$"   { TAKE(TK_DOLLAR); }
        "*"  { TAKE(TK_STAR); }     "/"  { TAKE(TK_SLASH); }    "%"   { TAKE(TK_PERCENT); }  "^"   { TAKE(TK_CARET); }
        "+"  { TAKE(TK_PLUS); }     "-"  { TAKE(TK_MINUS); }    "="   { TAKE(TK_EQ); }       "<>"  { TAKE(TK_NE); }
        "==" { BAD(ERR_SYNTAX, "the operator is \"=\", not \"==\""); }
        "!=" { TAKE(TK_NE); }       "<"  { TAKE(TK_LT); }       "<="  { TAKE(TK_LE); }       ">"   { TAKE(TK_GT); }
        ">=" { TAKE(TK_GE); }       "||" { TAKE(TK_CONCAT); }   "|"   { TAKE(TK_PIPE); }     "&"   { TAKE(TK_AMP); }
        "&&" { TAKE(TK_OVERLAPS); } "#"  { TAKE(TK_HASH); }     "<<"  { TAKE(TK_SHL); }      ">>"  { TAKE(TK_SHR); }
        "->" { TAKE(TK_GET); }      "->>" { TAKE(TK_GET_TEXT); } "#>" { TAKE(TK_PATH); }     "#>>" { TAKE(TK_PATH_TEXT); }
        "@>" { TAKE(TK_CONTAINS); } "<@" { TAKE(TK_CONTAINED); } "?"  { TAKE(TK_QUESTION); } "?|" { TAKE(TK_ANY_KEY); } "?&" { TAKE(TK_ALL_KEYS); }
        "#-" { TAKE(TK_DELETE_PATH); } "~~" { TAKE(TK_LIKE_OP); } "~~*" { TAKE(TK_ILIKE_OP); } "!~~" { TAKE(TK_NOT_LIKE_OP); }
        "!~~*" { TAKE(TK_NOT_ILIKE_OP); } "**" { TAKE(TK_CARET); } "^@" { TAKE(TK_STARTS_OP); } "&<" { TAKE(TK_NOT_RIGHT); } "&>" { TAKE(TK_NOT_LEFT); } "-|-" { TAKE(TK_ADJACENT); } "<<=" { TAKE(TK_WITHIN_EQ); } ">>=" { TAKE(TK_HAS_EQ); }
        "@?" { TAKE(TK_PATH_EXISTS); } "@@" { TAKE(TK_PATH_MATCH); } "~"   { TAKE(TK_TILDE); }
        "|/" { TAKE(TK_SQRT); }     "||/" { TAKE(TK_CBRT); }   "@"   { TAKE(TK_ABS); }
        "~*" { TAKE(TK_REGEX_I); }  "!~" { TAKE(TK_NOT_REGEX); } "!~*" { TAKE(TK_NOT_REGEX_I); }
        *    { BAD(ERR_SYNTAX, "syntax error at or near \"%c\"", *start); }
        */
    }
}
