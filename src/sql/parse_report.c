/* SPDX-License-Identifier: Apache-2.0
 *
 * Syntax errors.  The grammar says exactly which tokens it would take; with a hundred words that may be names the bare list would
 * help nobody.  So a token is shown only when it says something of its own: the words that stand for any name become "a name", the
 * tokens that may begin an expression "an expression", and so on.  Whether a keyword is in the list as itself or only as a name
 * follows from its class: when every word of a class is in the list, none of them is there for itself. */
#include "sql/parse_report.h"

#include <stdio.h>

#include "sql/grammar.h"

#define SHOWN_MAX 8

typedef struct Expected {
    const char *const *names;
    uint32_t n;
    bool has_name, has_expr, has_statement, has_operator;
    bool class_is_full[KEYWORD_RESERVED + 1];
} Expected;

static bool has(const Expected *e, const char *name)
{
    for (uint32_t i = 0; i < e->n; i++)
        if (strcmp(e->names[i], name) == 0)
            return true;
    return false;
}

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, list[i]) == 0)
            return true;
    return false;
}

static void expected_init(Expected *e, const char *const *names, uint32_t n)
{
    uint32_t listed[KEYWORD_RESERVED + 1] = {0}, all[KEYWORD_RESERVED + 1] = {0};
    *e = (Expected){.names = names, .n = n};
    for (uint32_t i = 0; i < n; i++) {
        const Keyword *k = sql_keyword_find(names[i], strlen(names[i]));
        if (k && strcmp(names[i], "name") != 0)
            listed[k->klass]++;
    }
    for (uint32_t i = 0; i < sql_n_keyword_rows; i++)
        all[sql_keyword_rows[i].klass]++;
    e->has_name = has(e, "name");
    /* A filtered word (GROUPING before SETS) may be missing, so nearly all is all. */
    for (int c = KEYWORD_NAME; c <= KEYWORD_RESERVED; c++)
        e->class_is_full[c] = e->has_name && listed[c] + 2 >= all[c];
    e->has_expr = e->has_name && has(e, "integer") && has(e, "CASE") && has(e, "NULL");
    e->has_statement = has(e, "SELECT") && has(e, "CREATE") && has(e, "DROP");
    e->has_operator = has(e, "||") && has(e, "+");
}

static bool begins_expression(const char *name, const Keyword *k)
{
    static const char *const tokens[] = {"integer",
                                         "decimal number",
                                         "floating-point number",
                                         "string",
                                         "bit string",
                                         "duration",
                                         "parameter",
                                         "(",
                                         "+",
                                         "-",
                                         "~",
                                         "CASE",
                                         "CAST",
                                         "EXISTS",
                                         "NOT",
                                         "NULL",
                                         "TRUE",
                                         "FALSE",
                                         "ARRAY",
                                         "CURRENT_DATE",
                                         "CURRENT_TIME",
                                         "CURRENT_TIMESTAMP",
                                         "LOCALTIME",
                                         "LOCALTIMESTAMP"};
    return (k && k->klass != KEYWORD_RESERVED) || is_one_of(name, tokens, ARRAY_LEN(tokens));
}

static bool is_operator(const char *name)
{
    static const char *const words[] = {"AND",   "OR",      "NOT", "IS",      "ISNULL", "NOTNULL", "BETWEEN", "IN",  "LIKE",
                                        "ILIKE", "SIMILAR", "AT",  "COLLATE", "::",     "*",       "/",       "%",   "^",
                                        "+",     "-",       "=",   "<>",      "<",      "<=",      ">",       ">=",  "||",
                                        "|",     "&",       "&&",  "#",       "<<",     ">>",      "->",      "->>", "#>",
                                        "#>>",   "@>",      "<@",  "?",       "~",      "~*",      "!~",      "!~*", "["};
    return is_one_of(name, words, ARRAY_LEN(words));
}

/* Is the token covered by one of the groups? */
static bool is_grouped(const Expected *e, const char *name)
{
    const Keyword *k = sql_keyword_find(name, strlen(name));
    if (strncmp(name, "TK_", 3) == 0)
        return true;
    if (strcmp(name, "name") == 0)
        return true;
    if (e->has_expr && begins_expression(name, k))
        return true;
    if (e->has_statement && (k || strcmp(name, "(") == 0))
        return true;
    if (e->has_operator && is_operator(name))
        return true;
    return k && e->class_is_full[k->klass];
}

typedef struct Shown {
    char text[400];
    uint32_t n;
    bool more;
} Shown;

static void show(Shown *s, const char *text)
{
    if (s->n && strcmp(text, "a number") == 0 && strstr(s->text, text))
        return;
    size_t at = strlen(s->text), n = strlen(text);
    if (s->n == SHOWN_MAX || at + n + 3 > sizeof(s->text)) {
        s->more = true;
        return;
    }
    if (s->n++) {
        memcpy(s->text + at, ", ", 2);
        at += 2;
    }
    memcpy(s->text + at, text, n + 1);
}

/* Shown in this order: what closes or goes on, words that can be nothing else, other words, what opens something. */
enum { RANK_CLOSE, RANK_RESERVED, RANK_SOFT, RANK_OPEN, N_RANKS };
static int rank_of(const char *name, const Keyword *k)
{
    static const char *const closing[] = {")", "]", ",", ";", "=", "}"};
    if (k && strcmp(name, "name") != 0)
        return k->klass == KEYWORD_RESERVED || k->klass == KEYWORD_FUNCTION ? RANK_RESERVED : RANK_SOFT;
    return is_one_of(name, closing, ARRAY_LEN(closing)) ? RANK_CLOSE : RANK_OPEN;
}

/* The tokens that stand for themselves. */
static void show_tokens(Shown *s, const Expected *e, int rank)
{
    for (uint32_t i = 0; i < e->n; i++) {
        const char *name = e->names[i];
        const Keyword *k = sql_keyword_find(name, strlen(name));
        char quoted[16];
        if (is_grouped(e, name) || rank_of(name, k) != rank || strcmp(name, "end of file") == 0)
            continue;
        if (strcmp(name, "integer") == 0)
            show(s, "a number");
        else if (strcmp(name, "string") == 0)
            show(s, "a string");
        else if (k || (name[0] >= 'a' && name[0] <= 'z'))
            show(s, strncmp(name, "decimal", 7) != 0 && strncmp(name, "floating", 8) != 0 ? name : "a number");
        else if (snprintf(quoted, sizeof(quoted), "\"%s\"", name) > 0)
            show(s, quoted);
    }
}

static void describe(Shown *s, const Expected *e)
{
    *s = (Shown){0};
    if (e->has_statement)
        show(s, "a statement");
    else if (e->has_expr)
        show(s, "an expression");
    else if (e->has_name)
        show(s, "a name");
    for (int rank = 0; rank < N_RANKS; rank++)
        show_tokens(s, e, rank);
    if (e->has_operator)
        show(s, "an operator");
    if (has(e, "end of file") && !s->more)
        show(s, "the end");
}

/* The keyword that was perhaps meant by a word, among those that would have been right here. */
static const char *nearest(const Expected *e, Str word, size_t min_bytes)
{
    min_bytes -= e->n <= 4; /* ORDER YB */
    const char *words[512];
    size_t n = 0;
    if (word.n < min_bytes || word.n > 32)
        return NULL;
    for (uint32_t i = 0; i < e->n && n < ARRAY_LEN(words); i++) {
        const Keyword *k = sql_keyword_find(e->names[i], strlen(e->names[i]));
        if (k && strcmp(e->names[i], "name") != 0 && !str_eq_nocase(word, str_of(k->name)))
            words[n++] = e->names[i];
    }
    return str_nearest(word, words, n);
}

/* A word that may be a misspelt keyword: a name without quotes, or a keyword that is no more than a name here. */
static bool is_word(const LexToken *t)
{
    const Keyword *k = sql_keyword_of(t->code);
    return k ? k->klass == KEYWORD_NAME || k->klass == KEYWORD_LABEL : t->code == TK_IDENT && !t->quoted;
}

/* Statements and objects of PostgreSQL that are not here: the answer is that, not that the text makes no sense. */
static const char *absent_statement(const LexToken *t)
{
    static const char *const words[] = {"GRANT", "REVOKE",  "CLUSTER",  "LISTEN", "NOTIFY", "UNLISTEN",
                                        "DO",    "REFRESH", "REASSIGN", "IMPORT", "LOAD",   "SECURITY"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_nocase(t->text, str_of(words[i])))
            return words[i];
    return NULL;
}

static const char *word_of(const LexToken *t, const char *const *words, size_t n)
{
    Str text = t->code == TK_LP ? STR("(") : t->text;
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(text, str_of(words[i])))
            return words[i];
    return NULL;
}

/* What PostgreSQL's ALTER can do and this one cannot. */
static bool is_absent_action(Parser *p, Span at, const Expected *e)
{
    static const char *const of_table[] = {"CLUSTER", "REPLICA", "ENABLE", "DISABLE", "INHERIT", "NO",      "ATTACH",
                                           "DETACH",  "RESET",   "FORCE",  "OF",      "NOT",     "DEPENDS", "REFRESH"};
    static const char *const set_table[] = {"TABLESPACE", "LOGGED", "UNLOGGED", "WITHOUT", "ACCESS"};
    static const char *const set_column[] = {"STATISTICS", "STORAGE", "COMPRESSION", "("};
    static const char *const of_column[] = {"RESET"};
    const char *word = NULL, *form = "";
    bool of_columns = has(e, "DROP") && has(e, "TYPE") && has(e, "RESTART");
    if (of_columns) {
        word = word_of(&p->now, of_column, ARRAY_LEN(of_column));
        form = " COLUMN ..";
    } else if (has(e, "OWNER") && has(e, "RENAME")) {
        word = word_of(&p->now, of_table, ARRAY_LEN(of_table));
        form = " ..";
    } else if (p->before.code == TK_SET && has(e, "SCHEMA")) {
        word = word_of(&p->now, set_table, ARRAY_LEN(set_table));
        form = " .. SET";
    } else if (p->before.code == TK_SET && has(e, "GENERATED")) {
        word = word_of(&p->now, set_column, ARRAY_LEN(set_column));
        form = " COLUMN .. SET";
    }
    if (word)
        PARSE_FAIL(p, ERR_UNSUPPORTED, at, "ALTER%s %s is not supported", form, word);
    return word != NULL;
}

/* EXCLUDE (..) without USING, where a column of that name would have a type, and behind CONSTRAINT name. */
static bool is_absent_constraint(Parser *p, Span at, const Expected *e)
{
    bool column = p->before.code == TK_EXCLUDE && p->now.code == TK_LP && has(e, "ARRAY") && has(e, "INTERVAL");
    bool named = p->now.code == TK_EXCLUDE && has(e, "CHECK") && has(e, "FOREIGN") && has(e, "PRIMARY");
    if (column || named)
        PARSE_FAIL(p, ERR_UNSUPPORTED, column ? p->before.at : at, "EXCLUDE constraints are not supported");
    return column || named;
}

/* What PostgreSQL's CREATE takes and this one does not, where the parser stands in one. */
static bool is_absent_clause(Parser *p, Span at, const Expected *e)
{
    static const char *const of_table[] = {"USING", "PARTITION", "INHERITS", "TABLESPACE", "ON", "WITHOUT", "OF"};
    static const char *const of_index[] = {"TABLESPACE", "WITH"}, *const of_type[] = {"RANGE"}, *const of_view[] = {"WITH"},
                             *const of_fields[] = {"ATTRIBUTE"}, *const of_rows[] = {"ALTER", "DROP"};
    const struct {
        bool here;
        const char *what;
        const char *const *words;
        size_t n;
    } places[] = {
        {has(e, "FORMAT") && has(e, "WITH") && has(e, "FROM"), "CREATE TABLE", of_table, 6},
        {has(e, "SCHEMA") && has(e, "AS") && has(e, "FROM"), "CREATE TABLE", of_table, ARRAY_LEN(of_table)},
        {has(e, "INCLUDE") && has(e, "WHERE"), "CREATE INDEX", of_index, ARRAY_LEN(of_index)},
        {has(e, "ENUM") && e->n < 5, "CREATE TYPE ..", of_type, ARRAY_LEN(of_type)},
        {has(e, "AS") && has(e, "(") && has(e, ".") && e->n < 5, "CREATE VIEW ..", of_view, ARRAY_LEN(of_view)},
        {has(e, "VALUE") && p->before.code == TK_ADD, "ALTER TYPE .. ADD", of_fields, ARRAY_LEN(of_fields)},
        {has(e, "VALUE") && p->before.code == TK_RENAME, "ALTER TYPE .. RENAME", of_fields, ARRAY_LEN(of_fields)},
        {has(e, "ADD") && has(e, "RENAME") && has(e, "OWNER") && e->n <= 5, "ALTER TYPE ..", of_rows, ARRAY_LEN(of_rows)},
    };
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const char *word = places[i].here ? word_of(&p->now, places[i].words, places[i].n) : NULL;
        if (!word)
            continue;
        bool commit = strcmp(word, "ON") == 0;
        PARSE_FAIL(p, ERR_UNSUPPORTED, at, "%s%s %s is not supported", places[i].what, i < 3 ? " .." : "",
                   commit ? "ON COMMIT" : word);
        return true;
    }
    return false;
}

/* PREPARE TRANSACTION 'name', where TRANSACTION could be the name of a statement, and COMMIT PREPARED. */
static bool is_two_phase(Parser *p, Span at, const Expected *e)
{
    bool prepares = str_eq_nocase(p->before.text, STR("TRANSACTION")) && p->now.code == TK_STRING && has(e, "AS");
    bool ends = (p->before.code == TK_COMMIT || p->before.code == TK_ROLLBACK) && str_eq_nocase(p->now.text, STR("PREPARED"));
    if (prepares)
        PARSE_FAIL(p, ERR_UNSUPPORTED, p->before.at, "PREPARE TRANSACTION is not supported");
    else if (ends)
        PARSE_FAIL(p, ERR_UNSUPPORTED, at, "%s PREPARED is not supported", p->before.code == TK_COMMIT ? "COMMIT" : "ROLLBACK");
    return prepares || ends;
}

static const char *absent_object(const LexToken *t)
{
    static const char *const words[] = {"SCHEMA",   "SEQUENCE",    "EXTENSION",    "ROLE",       "USER",      "GROUP",
                                        "DATABASE", "TRIGGER",     "RULE",         "POLICY",     "DOMAIN",    "AGGREGATE",
                                        "OPERATOR", "CAST",        "COLLATION",    "CONVERSION", "PROCEDURE", "SERVER",
                                        "FOREIGN",  "PUBLICATION", "SUBSCRIPTION", "TABLESPACE", "EVENT",     "STATISTICS",
                                        "UNLOGGED", "GLOBAL",      "LANGUAGE",     "ACCESS",     "TEXT",      "ROUTINE",
                                        "OWNED",    "DEFAULT",     "SYSTEM",       "TRANSFORM"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_nocase(t->text, str_of(words[i])))
            return words[i];
    return str_eq_nocase(t->text, STR("LOCAL")) ? "LOCAL TEMPORARY" : NULL;
}

/* CREATE ROLE .., GRANT ..: 0A000 with its name. */
static bool is_absent(Parser *p, Span at, const Expected *e)
{
    static const struct {
        int code;
        const char *verb;
    } verbs[] = {
        {TK_CREATE, "CREATE"}, {TK_DROP, "DROP"}, {TK_ALTER, "ALTER"}, {TK_REPLACE, "CREATE OR REPLACE"}, {TK_ON, "COMMENT ON"}};
    const char *name = e->has_statement ? absent_statement(&p->now) : NULL;
    if (name) {
        PARSE_FAIL(p, ERR_UNSUPPORTED, at, "%s is not supported", name);
        if (strcmp(name, "DO") == 0)
            (void)err_hint(p->err,
                           "There is no procedural language; CREATE PROCEDURE .. LANGUAGE SQL and CALL run several statements.");
        return true;
    }
    if (is_absent_action(p, at, e) || is_absent_constraint(p, at, e) || is_absent_clause(p, at, e) || is_two_phase(p, at, e))
        return true;
    name = absent_object(&p->now);
    bool wants_object = has(e, "SOURCE") && has(e, "MATERIALIZED");
    for (size_t i = 0; name && wants_object && i < ARRAY_LEN(verbs); i++) {
        if (p->before.code != verbs[i].code)
            continue;
        bool temporary = strncmp(name, "TEMP", 4) == 0 || strcmp(name, "UNLOGGED") == 0 || strcmp(name, "LOCAL TEMPORARY") == 0;
        PARSE_FAIL(p, ERR_UNSUPPORTED, at, "%s %s%s is not supported", verbs[i].verb, name, temporary ? " TABLE" : "");
        if (temporary)
            (void)err_hint(p->err, "CREATE TABLE, and DROP TABLE when it is not needed any more");
        else if (strcmp(name, "SCHEMA") == 0)
            (void)err_hint(p->err, "everything is in schema public");
        return true;
    }
    return false;
}

/* A reserved word where a name stands, and rather one of a table or column than the next clause. */
static bool is_unquoted_name(const Parser *p, const Expected *e)
{
    static const int names[] = {TK_ORDER,  TK_GROUP, TK_TABLE, TK_END,  TK_LIMIT, TK_OFFSET, TK_TO,
                                TK_COLUMN, TK_CHECK, TK_DESC,  TK_CASE, TK_WHEN,  TK_UNIQUE, TK_DEFAULT};
    bool is = false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        is |= p->now.code == names[i];
    return is && e->has_name;
}

static void hint(Parser *p, const Expected *e, Str now)
{
    const char *meant = is_word(&p->now) ? nearest(e, now, 3) : NULL;
    /* SELECT a FORM orders: the misspelt word passed as an alias, and the one behind it is what stopped the parser. */
    if (p->before.code == TK_IDENT && is_word(&p->before)) {
        const char *earlier = nearest(e, p->before.text, 4);
        if (earlier && (!meant || str_distance(p->before.text, str_of(earlier), 8) <= str_distance(now, str_of(meant), 8)))
            meant = earlier;
    }
    if (meant)
        err_hint(p->err, "Did you mean %s?", meant);
    else if (is_unquoted_name(p, e))
        err_hint(p->err, "%.*s is a reserved word: as a name it stands in double quotes.", (int)now.n, now.p);
}

void parse_report(Parser *p, Span at, const char *const *expected, uint32_t n)
{
    Expected e;
    Shown shown;
    if (p->rc)
        return;
    expected_init(&e, expected, n);
    if (is_absent(p, at, &e))
        return;
    if (at.pos >= p->n)
        PARSE_FAIL(p, ERR_SYNTAX, at, "syntax error at end of input");
    else
        PARSE_FAIL(p, ERR_SYNTAX, at, "syntax error at or near \"%.*s\"", (int)MIN(at.len, 60u), p->text + at.pos);
    if (!p->err)
        return;
    describe(&shown, &e);
    if (shown.n)
        err_detail(p->err, "expected %s%s", shown.text, shown.more ? ", .." : "");
    hint(p, &e, (Str){p->text + at.pos, at.len});
}

void sql_error_print(const Err *err, Str text, StrBuf *out)
{
    sb_printf(out, "ERROR %s: %s\n", err_sqlstate(err->code), err->message);
    if (!span_is_none(err->at) && err->at.pos <= text.n) {
        size_t from = err->at.pos, to = err->at.pos;
        while (from > 0 && text.p[from - 1] != '\n')
            from--;
        while (to < text.n && text.p[to] != '\n')
            to++;
        Err located = *err;
        err_locate(&located, text.p, (uint32_t)text.n);
        sb_printf(out, "LINE %u: ", located.line);
        size_t indent = 8;
        for (uint32_t l = located.line; l >= 10; l /= 10)
            indent++;
        sb_put(out, text.p + from, to - from);
        sb_putc(out, '\n');
        /* Tabs are repeated so that the caret stands below its character whatever their width. */
        for (size_t i = 0; i < indent; i++)
            sb_putc(out, ' ');
        for (size_t i = from; i < err->at.pos; i++)
            if (((unsigned char)text.p[i] & 0xC0) != 0x80)
                sb_putc(out, text.p[i] == '\t' ? '\t' : ' ');
        sb_puts(out, "^\n");
    }
    if (err->detail[0])
        sb_printf(out, "DETAIL: %s\n", err->detail);
    if (err->hint[0])
        sb_printf(out, "HINT: %s\n", err->hint);
}

/* Blocks remember their size, because the generated parser frees by address alone. */
typedef struct StackBlock {
    size_t bytes;
    _Alignas(16) char mem[];
} StackBlock;

void *parse_stack_alloc(size_t bytes)
{
    StackBlock *b = mem_alloc(NULL, sizeof(StackBlock) + bytes);
    if (!b)
        return NULL;
    b->bytes = bytes;
    return b->mem;
}

void parse_stack_free(void *mem)
{
    if (!mem)
        return;
    StackBlock *b = (StackBlock *)(void *)((char *)mem - offsetof(StackBlock, mem));
    mem_free(NULL, b, sizeof(StackBlock) + b->bytes);
}
