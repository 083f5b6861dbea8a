/* SPDX-License-Identifier: Apache-2.0
 *
 * Between lexer and grammar: the few places where one token of lookahead does not decide.
 *   NOT before BETWEEN, IN, LIKE, ILIKE, SIMILAR    an operator of its own with their precedence
 *   NULLS before FIRST, LAST                        the clause of ORDER BY, not a name
 *   WITH before TIME, ORDINALITY; WITHOUT before TIME   part of what stands before, not a clause of the statement
 *   GROUPING before SETS                            not the function
 *   INTO TEMP before a name                         a temporary table, not one of that name
 *   VACUUM, VACUUM VERBOSE before ANALYZE           words, not a table named analyze
 *   ALL of GROUP BY without keys                    every target that is no aggregate
 *   EXCEPT between * and (                          EXCLUDE: columns that are left out
 *   PIVOT, UNPIVOT where a query begins, or behind a table   what they do, not a name
 *   REPLACE, RENAME between * or ) and (             columns of * that are others
 *   EXCLUDE before USING                            the constraint, not a column named exclude
 *   MAP before '[', '{'                               a map value, not a column named map
 *   MINUTES after INTERVAL '5'                      the unit, not a name; so with every other plural
 *   AT, SET, ROWS .. behind an operand, where only an alias can stand: count(*) rows FROM   a name, not a clause
 *   JSON behind IS, and VALUE, OBJECT .. behind that    the test, not names
 *   OPERATOR(pg_catalog.+)                          the operator itself
 *   ANY( where an expression begins                 the aggregate, not what follows a comparison
 *   LAMBDA before names and a colon                  the names of a lambda follow
 *   JSON_OBJECT( and its kin                         a function whose arguments may be pairs, with clauses; not where something is
 * named WITH, WITHOUT before UNIQUE                      of JSON, behind IS JSON or in a call FINAL, RUNNING before a function in
 * MEASURES      which rows of the match count, not a column
 *   '>>' inside ARRAY<..>, MAP<..>, STRUCT<..>, ROW<..>   two closing brackets */
#include "sql/parse_impl.h"

#include "sql/grammar.h"

/* Behind GROUP BY ALL, the keys of PostgreSQL's form; without any it stands for all of them. */
static bool begins_group_item(int code)
{
    return code == TK_IDENT || code == TK_LP || code == TK_INT || code == TK_STRING || code == TK_DECIMAL || code == TK_ROLLUP ||
           code == TK_CUBE || code == TK_GROUPING || code == TK_CASE || code == TK_CAST || code == TK_EXTRACT;
}

/* PIVOT where a query begins, before its table, or behind a table, before its parenthesis; else it is a name. */
static bool is_pivot(int before, int next)
{
    bool first = before == 0 || before == TK_START_SCRIPT || before == TK_SEMICOLON;
    const Keyword *k = sql_keyword_of(before);
    if (next == TK_IDENT || (first && next == TK_LP))
        return first || before == TK_LP || before == TK_AS;
    bool behind = before == TK_IDENT || before == TK_RP || before == TK_STAR || (k && k->klass != KEYWORD_RESERVED);
    return behind && (next == TK_LP || next == TK_INCLUDE || next == TK_EXCLUDE);
}

/* The end of x IS JSON [kind], where WITH UNIQUE KEYS belongs to it. */
static bool is_json_kind(int code)
{
    return code == TK_JSON_LA || code == TK_JSON_VALUE || code == TK_JSON_SCALAR || code == TK_JSON_ARRAY || code == TK_JSON_OBJECT;
}

/* What a token is for the one behind it. */
static int joined_code(int before, int code, int next)
{
    switch (code) {
    case TK_NOT:
        return next == TK_BETWEEN || next == TK_IN || next == TK_LIKE || next == TK_ILIKE || next == TK_SIMILAR ? TK_NOT_LA : code;
    case TK_NULLS: return next == TK_FIRST || next == TK_LAST ? TK_NULLS_LA : code;
    case TK_WITH:
        return next == TK_UNIQUE                          ? (is_json_kind(before) ? TK_JSON_WITH : TK_CLAUSE_WITH)
               : next == TK_TIME || next == TK_ORDINALITY ? TK_WITH_LA
                                                          : code;
    case TK_WITHOUT:
        return next == TK_UNIQUE ? (is_json_kind(before) ? TK_JSON_WITHOUT : TK_CLAUSE_WITHOUT)
               : next == TK_TIME ? TK_WITHOUT_LA
                                 : code;
    case TK_GROUPING: return next == TK_SETS ? TK_GROUPING_LA : code;
    case TK_MAP: return next == TK_LB || next == TK_LC ? TK_MAP_LA : code;
    case TK_VACUUM: return next == TK_ANALYZE ? TK_VACUUM_LA : code;
    case TK_VERBOSE: return next == TK_ANALYZE ? TK_VERBOSE_LA : code;
    case TK_EXCLUDE: return next == TK_USING ? TK_EXCLUDE_LA : code;
    case TK_FOR: return next == TK_SYSTEM_TIME ? TK_FOR_LA : code;
    case TK_ALL: return before == TK_BY && !begins_group_item(next) ? TK_ALL_LA : code;
    case TK_EXCEPT: return before == TK_STAR && next == TK_LP ? TK_EXCLUDE : code;
    case TK_PIVOT: return is_pivot(before, next) ? TK_PIVOT_LA : code;
    case TK_UNPIVOT: return is_pivot(before, next) ? TK_UNPIVOT_LA : code;
    case TK_REPLACE: return next == TK_LP && (before == TK_STAR || before == TK_RP) ? TK_REPLACE_LA : code;
    case TK_RENAME: return next == TK_LP && (before == TK_STAR || before == TK_RP) ? TK_RENAME_LA : code;
    default: return code;
    }
}

/* Between MATCH_RECOGNIZE and its PATTERN. */
static int measured_code(int code, int next)
{
    bool calls = next == TK_FIRST || next == TK_LAST || next == TK_IDENT;
    return !calls ? code : code == TK_FINAL ? TK_FINAL_LA : code == TK_RUNNING ? TK_RUNNING_LA : code;
}

static bool opens_type(int code)
{
    return code == TK_ARRAY || code == TK_MAP || code == TK_STRUCT || code == TK_ROW;
}

/* Words that begin a clause behind an expression or a relation, which then has more words. */
static bool is_clause_word(int code)
{
    switch (code) {
    case TK_AT:
    case TK_CURRENT:
    case TK_ESCAPE:
    case TK_EXCLUDE:
    case TK_FILTER:
    case TK_FORMAT:
    case TK_GENERATED:
    case TK_GROUPS:
    case TK_IGNORE:
    case TK_LANGUAGE:
    case TK_LATE:
    case TK_OVER:
    case TK_PARTITION:
    case TK_RANGE:
    case TK_RESPECT:
    case TK_ROWS:
    case TK_SCHEMA:
    case TK_SET:
    case TK_TOLERANCE: return true;
    default: return false;
    }
}

static bool ends_alias(int code)
{
    switch (code) {
    case 0:
    case TK_SEMI:
    case TK_COMMA:
    case TK_RP:
    case TK_FROM:
    case TK_WHERE:
    case TK_GROUP:
    case TK_HAVING:
    case TK_ORDER:
    case TK_LIMIT:
    case TK_ON:
    case TK_USING:
    case TK_JOIN:
    case TK_INNER:
    case TK_LEFT:
    case TK_RIGHT:
    case TK_FULL:
    case TK_CROSS:
    case TK_NATURAL:
    case TK_UNION:
    case TK_INTERSECT:
    case TK_EXCEPT: return true;
    default: return false;
    }
}

/* OFFSET (2) ROWS and SHOW WHY name LATE may end there, too, and the offsets of a probe join are RANGE FROM .. TO. */
static bool is_alias(const Parser *p, int code, int next)
{
    int now = p->now.code;
    bool literal = now == TK_STRING || now == TK_INT || now == TK_DECIMAL;
    bool behind = literal || now == TK_IDENT || now == TK_RP || now == TK_RB || now == TK_END || p->before.code == TK_DOT;
    if (!behind || !is_clause_word(code) || (code == TK_RANGE && next == TK_FROM))
        return false;
    if (code == TK_ROWS || code == TK_LATE)
        return !literal && (next == TK_COMMA || next == TK_FROM);
    return ends_alias(next);
}

static bool wants_next(int code)
{
    return code == TK_NOT || code == TK_NULLS || code == TK_WITH || code == TK_WITHOUT || code == TK_GROUPING || code == TK_FOR ||
           code == TK_ANY || code == TK_ALL || code == TK_EXCLUDE || code == TK_EXCEPT || code == TK_VACUUM || code == TK_VERBOSE ||
           code == TK_TEMP || code == TK_TEMPORARY || code == TK_REPLACE || code == TK_RENAME || code == TK_PIVOT ||
           code == TK_UNPIVOT || code == TK_FINAL || code == TK_RUNNING || opens_type(code) || is_clause_word(code);
}

static bool begins_expression(int before)
{
    switch (before) {
    case TK_SELECT:
    case TK_DISTINCT:
    case TK_COMMA:
    case TK_LP:
    case TK_BY:
    case TK_HAVING:
    case TK_AND:
    case TK_OR:
    case TK_NOT:
    case TK_WHEN:
    case TK_THEN:
    case TK_ELSE: return true;
    default: return false;
    }
}

/* The functions of SQL/JSON that have clauses; where a relation or function is named they are names. */
static bool is_json_function(const Parser *p, const LexToken *t)
{
    static const char *const names[] = {"json_object", "json_array",  "json_objectagg", "json_arrayagg", "json_value",
                                        "json_query",  "json_exists", "json_scalar",    "json_serialize"};
    static const int before[] = {TK_TABLE, TK_INTO,   TK_FROM, TK_JOIN,  TK_FUNCTION,   TK_EXISTS, TK_DOT,
                                 TK_VIEW,  TK_UPDATE, TK_WITH, TK_INDEX, TK_REFERENCES, TK_SOURCE, TK_STREAM};
    if (t->code != TK_IDENT || t->quoted || t->text.n < 10 || memcmp(t->text.p, "json_", 5) != 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(before); i++)
        if (p->now.code == before[i])
            return false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(t->text, str_of(names[i])))
            return true;
    return false;
}

/* IS [NOT] JSON, and the kind behind it; elsewhere the words are names. */
static int json_code(const Parser *p, const LexToken *t)
{
    bool is = p->now.code == TK_IS || (p->now.code == TK_NOT && p->before.code == TK_IS);
    if (t->quoted)
        return t->code;
    if (is && t->code == TK_IDENT && str_eq_nocase(t->text, STR("json")))
        return TK_JSON_LA;
    bool word = t->code == TK_IDENT;
    int before = p->before.code;
    bool unique = before == TK_JSON_WITH || before == TK_JSON_WITHOUT || before == TK_CLAUSE_WITH || before == TK_CLAUSE_WITHOUT;
    if (word && p->now.code == TK_UNIQUE && unique && str_eq(t->text, STR("keys")))
        return TK_JSON_KEYS;
    if (p->now.code != TK_JSON_LA)
        return t->code;
    return t->code == TK_VALUE                             ? TK_JSON_VALUE
           : t->code == TK_ARRAY                           ? TK_JSON_ARRAY
           : word && str_eq_nocase(t->text, STR("scalar")) ? TK_JSON_SCALAR
           : word && str_eq_nocase(t->text, STR("object")) ? TK_JSON_OBJECT
                                                           : t->code;
}

/* A plural behind INTERVAL and its number is the unit.  It is no keyword: `count(*) days` goes on naming a column. */
static int unit_code(const Parser *p, const LexToken *t)
{
    const Keyword *k;
    bool literal = p->now.code == TK_STRING || p->now.code == TK_INT || p->now.code == TK_DECIMAL;
    if (t->code != TK_IDENT || t->quoted || !literal || p->before.code != TK_INTERVAL || t->text.n < 2 ||
        t->text.p[t->text.n - 1] != 's')
        return t->code;
    k = sql_keyword_find(t->text.p, t->text.n - 1);
    if (!k)
        return t->code;
    switch (k->token) {
    case TK_MICROSECOND:
    case TK_MILLISECOND:
    case TK_SECOND:
    case TK_MINUTE:
    case TK_HOUR:
    case TK_DAY:
    case TK_WEEK:
    case TK_MONTH:
    case TK_QUARTER:
    case TK_YEAR: return k->token;
    default: return t->code;
    }
}

/* Follows the brackets of a type.  Anything that cannot stand in a type ends the count: it was a comparison after all. */
static void follow_angles(Parser *p, const LexToken *t)
{
    if (p->n_angles == 0)
        return;
    switch (t->code) {
    case TK_GT: p->n_angles--; break;
    case TK_LT:
    case TK_COMMA:
    case TK_LP:
    case TK_RP:
    case TK_LB:
    case TK_RB:
    case TK_INT:
    case TK_IDENT:
    case TK_COLON: break;
    case TK_MINUS: /* NUMERIC(5, -2) */
        if (p->now.code != TK_COMMA && p->now.code != TK_LP)
            p->n_angles = 0;
        break;
    default:
        if (!sql_keyword_of(t->code))
            p->n_angles = 0;
    }
}

static bool is_operator(int code)
{
    return code >= TK_STAR && code <= TK_STARTS_OP; /* as the grammar declares them */
}

/* Behind the word OPERATOR: "(" [schema "."] operator ")" is the operator; anything else stays as it was. */
static void operator_of(Parser *p, LexToken *t)
{
    const uint32_t pos = p->pos;
    LexToken next, op;
    if (t->code != TK_IDENT || t->quoted || !str_eq(t->text, STR("operator")))
        return;
    if (sql_lex(p, &next) == TK_LP) {
        int code = sql_lex(p, &op);
        if (code == TK_IDENT && str_eq(op.text, STR("pg_catalog")) && sql_lex(p, &next) == TK_DOT)
            code = sql_lex(p, &op);
        if (is_operator(code) && sql_lex(p, &next) == TK_RP) {
            op.at = (Span){t->at.pos, next.at.pos + next.at.len - t->at.pos};
            *t = op;
            return;
        }
    }
    p->pos = pos;
}

static bool begins_name(int code)
{
    const Keyword *k = sql_keyword_of(code);
    return code == TK_IDENT || code == TK_TABLE || (k && k->klass == KEYWORD_NAME);
}

/* lambda x: or lambda x, y: where an argument begins; a column may be called lambda, too. */
static void lambda_of(Parser *p, LexToken *t)
{
    const uint32_t pos = p->pos;
    LexToken next;
    if (t->code != TK_IDENT || t->quoted || (p->now.code != TK_LP && p->now.code != TK_COMMA) || !str_eq(t->text, STR("lambda")))
        return;
    int code = TK_COMMA;
    while (code == TK_COMMA && begins_name(sql_lex(p, &next)))
        code = sql_lex(p, &next);
    t->code = code == TK_COLON ? TK_LAMBDA_LA : t->code;
    p->pos = pos;
}

int sql_filter(Parser *p, LexToken *t)
{
    if (p->has_ahead) {
        *t = p->ahead;
        p->has_ahead = false;
    } else {
        sql_lex(p, t);
        operator_of(p, t);
        lambda_of(p, t);
    }
    if (t->code == TK_SHR && p->n_angles > 0) {
        p->ahead = *t;
        p->ahead.code = t->code = TK_GT;
        p->ahead.at = (Span){t->at.pos + 1, 1};
        t->at.len = 1;
        p->has_ahead = true;
    }
    if (!p->has_ahead && (wants_next(t->code) || is_json_function(p, t))) {
        sql_lex(p, &p->ahead);
        p->has_ahead = true;
    }
    if (p->has_ahead && opens_type(t->code) && p->ahead.code == TK_LT)
        p->n_angles++;
    else
        follow_angles(p, t);
    p->in_measures = t->code == TK_MATCH_RECOGNIZE || (p->in_measures && t->code != TK_PATTERN);
    if (p->has_ahead)
        t->code = joined_code(p->now.code, t->code, p->ahead.code);
    if (p->has_ahead && p->now.code == TK_INTO && (t->code == TK_TEMP || t->code == TK_TEMPORARY) && begins_name(p->ahead.code))
        t->code = TK_TEMP_LA;
    if (p->has_ahead && is_alias(p, t->code, p->ahead.code))
        t->code = TK_IDENT;
    if (p->has_ahead && t->code == TK_ANY && p->ahead.code == TK_LP && begins_expression(p->now.code))
        t->code = TK_IDENT;
    if (p->has_ahead && p->in_measures)
        t->code = measured_code(t->code, p->ahead.code);
    if (p->has_ahead && p->ahead.code == TK_LP && is_json_function(p, t))
        t->code = TK_JSON_CALL;
    t->code = json_code(p, t);
    t->code = unit_code(p, t);
    return t->code;
}
