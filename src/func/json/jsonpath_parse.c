/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a path: operators by precedence, then accessors.  Nesting is bounded, and with it the recursion here and of the
 * evaluation. */
#include "func/json/jsonpath_impl.h"

#define PATH_DEPTH_MAX 100
#define PATH_NODES_MAX 1000 /* a chain of accessors or operators is a tree as deep as it is long */

typedef struct Parser {
    Str s;
    size_t at;
    uint32_t depth, n_nodes;
    uint32_t n_filters, n_subscripts; /* around this place: @ and last mean something inside them only */
    Arena *arena;
    Err *err;
} Parser;

static int parse_or(Parser *p, PathNode **ret);

static int fail(Parser *p, const char *what)
{
    return RAISE(p->err, ERR_SYNTAX, "%s at or near \"%.*s\" of jsonpath input", what, (int)MIN(p->s.n - p->at, (size_t)32),
                 p->s.p + p->at);
}

/* Of what json_tree and the like return. */
static int fail_as(Parser *p, int rc, const char *what)
{
    return rc == -ERR_OUT_OF_MEMORY ? RAISE_NOMEM(p->err) : fail(p, what);
}

static int new_node(Parser *p, PathKind kind, PathNode *left, PathNode *right, PathNode **ret)
{
    if (++p->n_nodes > PATH_NODES_MAX)
        return RAISE(p->err, ERR_TOO_COMPLEX, "jsonpath has more than %d steps", PATH_NODES_MAX);
    *ret = ARENA_NEW(p->arena, PathNode);
    if (!*ret)
        return RAISE_NOMEM(p->err);
    **ret = (PathNode){.kind = kind, .left = left, .right = right};
    return 0;
}

static void skip(Parser *p)
{
    while (p->at < p->s.n && strchr(" \t\r\n\f\v", p->s.p[p->at]))
        p->at++;
}

static bool accept(Parser *p, const char *token)
{
    Str t = str_of(token);
    skip(p);
    if (p->at + t.n > p->s.n || memcmp(p->s.p + p->at, t.p, t.n) != 0)
        return false;
    p->at += t.n;
    return true;
}

static bool is_word_char(char c)
{
    return (unsigned char)c >= 0x80 || c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static Str peek_word(Parser *p)
{
    size_t i;
    skip(p);
    for (i = p->at; i < p->s.n && is_word_char(p->s.p[i]); i++)
        continue;
    return (Str){p->s.p + p->at, i - p->at};
}

static bool accept_word(Parser *p, const char *word)
{
    Str w = peek_word(p);
    if (!str_eq_nocase(w, str_of(word)))
        return false;
    p->at += w.n;
    return true;
}

/* A string in double quotes, with JSON's escapes. */
static int parse_string(Parser *p, Str *ret)
{
    size_t from = p->at, i = from + 1;
    JsonNode *n;
    while (i < p->s.n && p->s.p[i] != '"')
        i += 1 + (p->s.p[i] == '\\');
    Str text = {p->s.p + from, i + 1 - from};
    int rc = i < p->s.n && json_is_valid(text) ? json_tree(text, p->arena, &n) : -ERR_SYNTAX;
    if (rc < 0)
        return fail_as(p, rc, "invalid string");
    p->at = i + 1;
    *ret = n->str;
    return 0;
}

static int parse_number(Parser *p, PathNode *n)
{
    size_t from = p->at, i = from;
    while (i < p->s.n && ((p->s.p[i] >= '0' && p->s.p[i] <= '9') || p->s.p[i] == '.' || (i > from && (p->s.p[i] | 0x20) == 'e') ||
                          (i > from && strchr("+-", p->s.p[i]) && (p->s.p[i - 1] | 0x20) == 'e')))
        i++;
    Str text = {p->s.p + from, i - from};
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, p->arena->acct);
    if (text.p[0] == '.')
        sb_putc(&b, '0');
    sb_putstr(&b, text);
    JsonNode *number;
    if (b.failed)
        return RAISE_NOMEM(p->err);
    int rc = json_is_valid(sb_str(&b)) ? json_tree(sb_str(&b), p->arena, &number) : -ERR_SYNTAX;
    rc = rc < 0 ? rc : json_normalise(number, p->arena);
    if (rc < 0)
        return fail_as(p, rc, "invalid number");
    p->at = i;
    n->literal = *number;
    return 0;
}

static int parse_integer(Parser *p, uint32_t *ret)
{
    Str w = peek_word(p);
    int64_t v;
    if (!str_to_i64(w, &v) || v < 0 || v > UINT32_MAX)
        return fail(p, "a number of levels is expected");
    p->at += w.n;
    *ret = (uint32_t)v;
    return 0;
}

static int parse_primary(Parser *p, PathNode **ret)
{
    static const char *const words[] = {"null", "true", "false", "last"};
    skip(p);
    char c = p->at < p->s.n ? p->s.p[p->at] : 0;
    TRY(new_node(p, PATH_LITERAL, NULL, NULL, ret));
    if (c == '(') {
        p->at++;
        TRY(parse_or(p, ret));
        return accept(p, ")") ? 0 : fail(p, "\")\" is expected");
    }
    if (c == '@' && p->n_filters == 0)
        return RAISE(p->err, ERR_SYNTAX, "@ is not allowed in root expressions");
    if (c == '@' || c == '$') {
        p->at++;
        (*ret)->kind = c == '@' ? PATH_CURRENT : PATH_ROOT;
        if (c == '$' && p->at < p->s.n && (is_word_char(p->s.p[p->at]) || p->s.p[p->at] == '"')) {
            (*ret)->kind = PATH_VARIABLE;
            if (p->s.p[p->at] == '"')
                return parse_string(p, &(*ret)->text);
            (*ret)->text = peek_word(p);
            p->at += (*ret)->text.n;
        }
        return 0;
    }
    if (c == '"') {
        (*ret)->literal.type = JT_STRING;
        return parse_string(p, &(*ret)->literal.str);
    }
    if ((c >= '0' && c <= '9') || c == '.')
        return parse_number(p, *ret);
    for (uint32_t i = 0; i < ARRAY_LEN(words); i++)
        if (accept_word(p, words[i])) {
            if (i == 3 && p->n_subscripts == 0)
                return RAISE(p->err, ERR_SYNTAX, "LAST is allowed only in array subscripts");
            (*ret)->kind = i == 3 ? PATH_LAST : PATH_LITERAL;
            (*ret)->literal = (JsonNode){.type = i == 0 ? JT_NULL : JT_BOOL, .b = i == 1};
            return 0;
        }
    return fail(p, "syntax error");
}

static int parse_subscripts(Parser *p, PathNode **node)
{
    PathNode **end = NULL;
    p->n_subscripts++;
    if (accept(p, "*"))
        TRY(new_node(p, PATH_ANY_ELEMENT, *node, NULL, node));
    else {
        TRY(new_node(p, PATH_SUBSCRIPTS, *node, NULL, node));
        end = &(*node)->right;
        do {
            PathNode *from, *to = NULL;
            TRY(parse_or(p, &from));
            if (accept_word(p, "to"))
                TRY(parse_or(p, &to));
            TRY(new_node(p, PATH_SUBSCRIPTS, from, to, end));
            end = &(*end)->next;
        } while (accept(p, ","));
    }
    p->n_subscripts--;
    return accept(p, "]") ? 0 : fail(p, "\"]\" is expected");
}

static int parse_descend(Parser *p, PathNode **node)
{
    TRY(new_node(p, PATH_DESCEND, *node, NULL, node));
    (*node)->to = UINT32_MAX;
    if (!accept(p, "{"))
        return 0;
    if (accept_word(p, "last"))
        (*node)->from = UINT32_MAX;
    else {
        TRY(parse_integer(p, &(*node)->from));
        (*node)->to = (*node)->from;
        if (accept_word(p, "to")) {
            if (accept_word(p, "last"))
                (*node)->to = UINT32_MAX;
            else
                TRY(parse_integer(p, &(*node)->to));
        }
    }
    return accept(p, "}") ? 0 : fail(p, "\"}\" is expected");
}

static int parse_member(Parser *p, PathNode **node)
{
    static const char *const methods[N_METHODS] = {"type", "size", "double", "abs", "floor", "ceiling", "keyvalue", "datetime"};
    if (accept(p, "**"))
        return parse_descend(p, node);
    if (accept(p, "*"))
        return new_node(p, PATH_ANY_KEY, *node, NULL, node);
    skip(p);
    TRY(new_node(p, PATH_KEY, *node, NULL, node));
    if (p->at < p->s.n && p->s.p[p->at] == '"')
        return parse_string(p, &(*node)->text);
    Str word = peek_word(p);
    if (word.n == 0)
        return fail(p, "a key is expected");
    p->at += word.n;
    (*node)->text = word;
    if (!accept(p, "("))
        return 0;
    if (!accept(p, ")"))
        return RAISE(p->err, ERR_UNSUPPORTED, "method .%.*s() of jsonpath with arguments is not supported", (int)MIN(word.n, 32),
                     word.p);
    for (uint32_t i = 0; i < N_METHODS; i++)
        if (str_eq(word, str_of(methods[i]))) {
            (*node)->kind = PATH_METHOD;
            (*node)->method = (PathMethod)i;
            return 0;
        }
    return fail(p, "there is no such method");
}

static int parse_accessors(Parser *p, PathNode **ret)
{
    TRY(parse_primary(p, ret));
    for (;;) {
        if (accept(p, "["))
            TRY(parse_subscripts(p, ret));
        else if (accept(p, "."))
            TRY(parse_member(p, ret));
        else if (accept(p, "?")) {
            PathNode *condition;
            if (!accept(p, "("))
                return fail(p, "\"(\" is expected");
            p->n_filters++;
            TRY(parse_or(p, &condition));
            p->n_filters--;
            if (!path_is_condition(condition->kind) || !accept(p, ")"))
                return fail(p, "a condition in parentheses is expected");
            TRY(new_node(p, PATH_FILTER, *ret, condition, ret));
        } else
            return 0;
    }
}

static int parse_signed(Parser *p, PathNode **ret)
{
    bool minus = accept(p, "-"), plus = !minus && accept(p, "+");
    if (!minus && !plus)
        return parse_accessors(p, ret);
    if (++p->depth > PATH_DEPTH_MAX)
        return RAISE(p->err, ERR_TOO_COMPLEX, "jsonpath is nested too deeply");
    TRY(parse_signed(p, ret));
    p->depth--;
    return new_node(p, minus ? PATH_MINUS : PATH_PLUS, *ret, NULL, ret);
}

static int parse_product(Parser *p, PathNode **ret)
{
    TRY(parse_signed(p, ret));
    for (;;) {
        PathKind k = accept(p, "*") ? PATH_MUL : accept(p, "/") ? PATH_DIV : accept(p, "%") ? PATH_MOD : PATH_ROOT;
        PathNode *right;
        if (k == PATH_ROOT)
            return 0;
        TRY(parse_signed(p, &right));
        TRY(new_node(p, k, *ret, right, ret));
    }
}

static int parse_sum(Parser *p, PathNode **ret)
{
    TRY(parse_product(p, ret));
    for (;;) {
        PathKind k = accept(p, "+") ? PATH_ADD : accept(p, "-") ? PATH_SUB : PATH_ROOT;
        PathNode *right;
        if (k == PATH_ROOT)
            return 0;
        TRY(parse_product(p, &right));
        TRY(new_node(p, k, *ret, right, ret));
    }
}

static int parse_regex(Parser *p, PathNode **ret)
{
    Str pattern, flags = STR("");
    skip(p);
    if (p->at >= p->s.n || p->s.p[p->at] != '"')
        return fail(p, "a string is expected");
    TRY(parse_string(p, &pattern));
    if (accept_word(p, "flag")) {
        skip(p);
        if (p->at >= p->s.n || p->s.p[p->at] != '"')
            return fail(p, "a string is expected");
        TRY(parse_string(p, &flags));
    }
    for (size_t i = 0; i < flags.n; i++)
        if (!strchr("ismx", flags.p[i]))
            return RAISE(p->err, ERR_SYNTAX, "unrecognized flag character \"%c\" in LIKE_REGEX predicate", flags.p[i]);
    TRY(new_node(p, PATH_REGEX, *ret, NULL, ret));
    return regex_compile(p->arena, pattern, flags, &(*ret)->regex, p->err);
}

static int parse_comparison(Parser *p, PathNode **ret)
{
    static const struct {
        const char *token;
        PathKind kind;
    } ops[] = {{"==", PATH_EQ}, {"!=", PATH_NE}, {"<>", PATH_NE}, {"<=", PATH_LE}, {">=", PATH_GE}, {"<", PATH_LT}, {">", PATH_GT}};
    PathNode *right;
    TRY(parse_sum(p, ret));
    for (size_t i = 0; i < ARRAY_LEN(ops); i++)
        if (accept(p, ops[i].token)) {
            TRY(parse_sum(p, &right));
            return new_node(p, ops[i].kind, *ret, right, ret);
        }
    if (accept_word(p, "like_regex"))
        return parse_regex(p, ret);
    if (accept_word(p, "starts")) {
        if (!accept_word(p, "with"))
            return fail(p, "WITH is expected");
        TRY(parse_primary(p, &right));
        return new_node(p, PATH_STARTS, *ret, right, ret);
    }
    if (path_is_condition((*ret)->kind) && accept_word(p, "is")) {
        if (!accept_word(p, "unknown"))
            return fail(p, "UNKNOWN is expected");
        return new_node(p, PATH_IS_UNKNOWN, *ret, NULL, ret);
    }
    return 0;
}

static int parse_not(Parser *p, PathNode **ret)
{
    skip(p);
    bool not_equal = p->at + 1 < p->s.n && p->s.p[p->at + 1] == '=';
    if (!not_equal && accept(p, "!")) {
        if (!accept(p, "("))
            return fail(p, "\"(\" is expected");
        TRY(parse_or(p, ret));
        if (!path_is_condition((*ret)->kind) || !accept(p, ")"))
            return fail(p, "a condition in parentheses is expected");
        return new_node(p, PATH_NOT, *ret, NULL, ret);
    }
    if (accept_word(p, "exists")) {
        if (!accept(p, "("))
            return fail(p, "\"(\" is expected");
        TRY(parse_or(p, ret));
        if (!accept(p, ")"))
            return fail(p, "\")\" is expected");
        return new_node(p, PATH_EXISTS, *ret, NULL, ret);
    }
    return parse_comparison(p, ret);
}

static int parse_and(Parser *p, PathNode **ret)
{
    TRY(parse_not(p, ret));
    while (accept(p, "&&")) {
        PathNode *right;
        TRY(parse_not(p, &right));
        if (!path_is_condition((*ret)->kind) || !path_is_condition(right->kind))
            return fail(p, "conditions are expected around &&");
        TRY(new_node(p, PATH_AND, *ret, right, ret));
    }
    return 0;
}

static int parse_or(Parser *p, PathNode **ret)
{
    if (++p->depth > PATH_DEPTH_MAX)
        return RAISE(p->err, ERR_TOO_COMPLEX, "jsonpath is nested too deeply");
    TRY(parse_and(p, ret));
    while (accept(p, "||")) {
        PathNode *right;
        TRY(parse_and(p, &right));
        if (!path_is_condition((*ret)->kind) || !path_is_condition(right->kind))
            return fail(p, "conditions are expected around ||");
        TRY(new_node(p, PATH_OR, *ret, right, ret));
    }
    p->depth--;
    return 0;
}

int jsonpath_parse(Str text, Arena *arena, JsonPath **ret, Err *err)
{
    Parser p = {.s = {arena_strndup(arena, text.p, text.n), text.n}, .arena = arena, .err = err};
    *ret = ARENA_NEW(arena, JsonPath);
    if (!p.s.p || !*ret)
        return RAISE_NOMEM(err);
    skip(&p);
    if (p.at == p.s.n)
        return RAISE(err, ERR_INVALID_TEXT, "invalid input syntax for type jsonpath: \"\"");
    (*ret)->strict = accept_word(&p, "strict");
    if (!(*ret)->strict)
        (void)accept_word(&p, "lax");
    TRY(parse_or(&p, &(*ret)->root));
    skip(&p);
    return p.at == p.s.n ? 0 : fail(&p, "syntax error");
}
