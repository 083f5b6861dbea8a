/* SPDX-License-Identifier: Apache-2.0
 *
 * Constructors of options, definitions and statements.  As in ast_make_query.c, parts that may come in any order arrive as nodes of
 * the final kind and are merged; only what makes the text itself contradictory is refused here. */
#include "base/calendar.h"
#include "base/zone.h"
#include "sql/ast_make.h"

#include <stdio.h>

static void fail_twice(Parser *p, Span at, const char *what)
{
    PARSE_FAIL(p, ERR_SYNTAX, at, "%s is given twice", what);
}

/* ---- options ---- */

#define KEY_BYTES_MAX 255
Str option_dotted(Parser *p, Span at, Str a, Str b)
{
    if (p->rc)
        return a;
    if (a.n + 1 + b.n > KEY_BYTES_MAX) {
        PARSE_FAIL(p, ERR_NAME_TOO_LONG, at, "option name is longer than %d bytes", KEY_BYTES_MAX);
        return a;
    }
    char *s = arena_printf(p->arena, "%.*s.%.*s", (int)a.n, a.p, (int)b.n, b.p);
    if (!s)
        p->rc = RAISE_NOMEM(p->err);
    return s ? (Str){s, a.n + 1 + b.n} : a;
}

Node *make_option(Parser *p, Span at, Str key, Span key_at, const OptionNode *value)
{
    OptionNode o = value ? *value : (OptionNode){.node.kind = NODE_OPTION};
    o.node.at = at;
    o.key = key;
    o.key_at = key_at;
    return node_make(p, &o, sizeof(o));
}

OptionNode *make_value(Parser *p, Span at, OptionForm form, Str text)
{
    return MAKE(OptionNode, at, .form = form, .value = text, .value_at = at);
}

static Str format_text(Parser *p, const char *fmt, Str a, const char *b)
{
    char *s = p->rc ? NULL : arena_printf(p->arena, fmt, (int)a.n, a.p, b);
    if (!s && !p->rc)
        p->rc = RAISE_NOMEM(p->err);
    return str_of(s ? s : "");
}

OptionNode *value_negate(Parser *p, Span at, OptionNode *value)
{
    value->value = format_text(p, "-%.*s%s", value->value, "");
    value->node.at = value->value_at = at;
    return value;
}

/* An option's interval has one unit; '1 2' DAY TO HOUR is for expressions. */
OptionNode *value_interval(Parser *p, Span at, Str text, uint32_t units)
{
    if (units >= N_INTERVAL_UNITS)
        PARSE_FAIL(p, ERR_SYNTAX, at, "interval of an option takes a single unit");
    Str value = units ? format_text(p, "%.*s %s", text, interval_unit_text(units % N_INTERVAL_UNITS)) : text;
    return make_value(p, at, OPTION_FORM_INTERVAL, value);
}

OptionNode *zone_word(Parser *p, Span at, Str word)
{
    bool preset = str_eq(word, STR("local")) || str_eq(word, STR("default"));
    return make_value(p, at, OPTION_FORM_WORD, preset ? STR("default") : word);
}

OptionNode *zone_interval(Parser *p, Span at, Str text, uint32_t units)
{
    Interval iv;
    const TimeZone *z = NULL;
    int rc = interval_parse_unit(text, str_of(interval_unit_text(units % N_INTERVAL_UNITS)),
                                 str_of(interval_unit_text(units / N_INTERVAL_UNITS)), &iv);
    if (rc < 0)
        PARSE_FAIL(p, (ErrCode)-rc, at, "invalid input syntax for type interval: \"%.*s\"", (int)MIN(text.n, (size_t)64), text.p);
    else if (iv.months || iv.days)
        PARSE_FAIL(p, ERR_INVALID_PARAMETER, at, "interval time zone must not include months or days");
    else if (!(z = zone_fixed(iv.ns / INT64_C(1000000000))))
        PARSE_FAIL(p, ERR_INVALID_PARAMETER, at, "time zone offset out of range");
    return make_value(p, at, OPTION_FORM_STRING, str_of(z ? z->name : ""));
}

OptionNode *value_names(Parser *p, Span at, NodeList names)
{
    StrBuf b;
    sb_init(&b, NULL);
    AST_EACH(n, names)
    {
        sb_putstr(&b, AST(IdentNode, n)->ident.s);
        sb_putc(&b, 0);
    }
    char *text = p->rc || b.failed ? NULL : arena_strndup(p->arena, b.p, b.n);
    Str value = {text ? text : "", text ? b.n : 0};
    if (!text && !p->rc)
        p->rc = RAISE_NOMEM(p->err);
    sb_done(&b);
    return make_value(p, at, OPTION_FORM_NAMES, value);
}

/* ---- columns and connectors ---- */

/* NOT NULL, DEFAULT and GENERATED may have a name, by which nothing can refer to them. */
ColumnDef *column_named(Ident name, ColumnDef *constraint)
{
    if (constraint && constraint->primary_key)
        constraint->key_name = name;
    if (constraint && constraint->unique)
        constraint->unique_name = name;
    if (constraint && constraint->checks.n)
        RAW(TableCheck, constraint->checks.first)->name = name;
    if (constraint && constraint->foreign.n)
        RAW(TableForeign, constraint->foreign.first)->name = name;
    return constraint;
}

/* ---- DEFERRABLE ---- */

uint32_t when_merge(Parser *p, Span at, uint32_t a, uint32_t b)
{
    uint32_t when = a | b;
    bool both =
        (when & CHECKED_DEFERRABLE && when & CHECKED_NOT_DEFERRABLE) || (when & CHECKED_DEFERRED && when & CHECKED_IMMEDIATE);
    if (a & b || both)
        PARSE_FAIL(p, ERR_SYNTAX, at, "conflicting constraint properties");
    if (when & CHECKED_DEFERRED && when & CHECKED_NOT_DEFERRABLE)
        PARSE_FAIL(p, ERR_SYNTAX, at, "constraint declared INITIALLY DEFERRED must be DEFERRABLE");
    return when;
}

uint32_t when_of_key(Parser *p, Span at, const char *what, uint32_t when)
{
    if (when & CHECKED_NOT_VALID)
        PARSE_FAIL(p, ERR_UNSUPPORTED, at, "%s constraints cannot be marked NOT VALID", what);
    return when;
}

void when_of_check(Parser *p, Span at, uint32_t when)
{
    if (is_deferrable(when))
        PARSE_FAIL(p, ERR_UNSUPPORTED, at, "CHECK constraints cannot be marked DEFERRABLE");
}

ColumnDef *column_checked(Parser *p, Span at, ColumnDef *c, uint32_t when)
{
    if (p->rc)
        return c;
    if (!c || c->last == RULE_OTHER)
        PARSE_FAIL(p, ERR_SYNTAX, at, "misplaced %s clause",
                   when == CHECKED_DEFERRABLE       ? "DEFERRABLE"
                   : when == CHECKED_NOT_DEFERRABLE ? "NOT DEFERRABLE"
                   : when == CHECKED_DEFERRED       ? "INITIALLY DEFERRED"
                                                    : "INITIALLY IMMEDIATE");
    else if (c->last == RULE_FOREIGN)
        RAW(TableForeign, c->foreign.last)->when = when_merge(p, at, RAW(TableForeign, c->foreign.last)->when, when);
    else if (c->last == RULE_KEY)
        c->key_when = when_merge(p, at, c->key_when, when);
    else
        c->unique_when = when_merge(p, at, c->unique_when, when);
    return c;
}

Node *foreign_deletes(Parser *p, Span at, Node *foreign, uint32_t action, NodeList columns)
{
    TableForeign *f = RAW(TableForeign, foreign);
    if (columns.n && action < FOREIGN_SET_NULL)
        PARSE_FAIL(p, ERR_SYNTAX, at, "only SET NULL and SET DEFAULT have a list of columns");
    f->on_delete = action;
    f->set_columns = columns;
    return foreign;
}

ColumnDef *column_merge(Parser *p, ColumnDef *a, ColumnDef *b)
{
    if (!a || p->rc)
        return b;
    if (a->nulls && b->nulls && a->nulls != b->nulls)
        PARSE_FAIL(p, ERR_SYNTAX, b->node.at, "conflicting NULL and NOT NULL");
    if (a->preset && b->preset)
        fail_twice(p, b->node.at, "DEFAULT");
    if ((a->generated && b->generated) || (a->identity && b->identity))
        fail_twice(p, b->node.at, "GENERATED");
    if (a->primary_key && b->primary_key)
        fail_twice(p, b->node.at, "PRIMARY KEY");
    a->nulls = a->nulls ? a->nulls : b->nulls;
    a->primary_key |= b->primary_key;
    a->unique |= b->unique;
    a->nulls_equal |= b->nulls_equal;
    a->key_name = a->key_name.s.p ? a->key_name : b->key_name;
    a->unique_name = a->unique_name.s.p ? a->unique_name : b->unique_name;
    if (a->collation.n_parts && b->collation.n_parts)
        PARSE_FAIL(p, ERR_SYNTAX, b->node.at, "multiple COLLATE clauses not allowed");
    a->collation = a->collation.n_parts ? a->collation : b->collation;
    a->preset = a->preset ? a->preset : b->preset;
    a->generated = a->generated ? a->generated : b->generated;
    a->identity = a->identity ? a->identity : b->identity;
    a->numbers = a->numbers && b->numbers ? sequence_merge(p, a->numbers, b->numbers) : a->numbers ? a->numbers : b->numbers;
    a->checks = list_concat(a->checks, b->checks);
    a->foreign = list_concat(a->foreign, b->foreign);
    a->last = b->last;
    return a;
}

/* Statistics, storage and compression are nothing that a table here has. */
uint64_t like_part(Parser *p, Span at, Ident word)
{
    static const struct {
        const char *name;
        uint64_t part;
    } parts[] = {{"comments", LIKE_COMMENTS}, {"constraints", LIKE_CONSTRAINTS},
                 {"defaults", LIKE_DEFAULTS}, {"generated", LIKE_GENERATED},
                 {"identity", LIKE_IDENTITY}, {"indexes", LIKE_INDEXES},
                 {"statistics", 0},           {"storage", 0},
                 {"compression", 0}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (str_eq(word.s, str_of(parts[i].name)))
            return parts[i].part;
    PARSE_FAIL(p, ERR_SYNTAX, at, "LIKE has no part \"%.*s\"", (int)word.s.n, word.s.p);
    return 0;
}

/* ---- sequences ---- */

CreateSequenceStmt *sequence_merge(Parser *p, CreateSequenceStmt *a, CreateSequenceStmt *b)
{
    if (!a || !b || p->rc)
        return b;
    if ((a->type && b->type) || (a->step && b->step) || (a->start && b->start) || (a->cache && b->cache) ||
        ((a->min || a->no_min) && (b->min || b->no_min)) || ((a->max || a->no_max) && (b->max || b->no_max)) ||
        (a->cycle && b->cycle) || (a->restarts && b->restarts) || (a->name.n_parts && b->name.n_parts) ||
        ((a->not_owned || a->owner.n_parts) && (b->not_owned || b->owner.n_parts)))
        PARSE_FAIL(p, ERR_SYNTAX, b->node.at, "conflicting or redundant options");
    a->name = a->name.n_parts ? a->name : b->name;
    a->type = a->type ? a->type : b->type;
    a->step = a->step ? a->step : b->step;
    a->start = a->start ? a->start : b->start;
    a->cache = a->cache ? a->cache : b->cache;
    a->min = a->min ? a->min : b->min;
    a->max = a->max ? a->max : b->max;
    a->no_min |= b->no_min;
    a->no_max |= b->no_max;
    a->cycle = a->cycle ? a->cycle : b->cycle;
    a->not_owned |= b->not_owned;
    a->owner = a->owner.n_parts ? a->owner : b->owner;
    a->restart = a->restart ? a->restart : b->restart;
    a->restarts |= b->restarts;
    node_update(p, &a->node);
    return a;
}

CreateSequenceStmt *sequence_owner(Parser *p, Span at, const Name *owner)
{
    bool none = !owner || (owner->n_parts == 1 && str_eq(owner->part[0].s, STR("none")));
    if (!p->rc && !none && owner->n_parts == 1) {
        PARSE_FAIL(p, ERR_SYNTAX, at, "invalid OWNED BY option");
        (void)err_hint(p->err, "Specify OWNED BY table.column or OWNED BY NONE.");
    }
    return none ? MAKE(CreateSequenceStmt, at, .not_owned = true) : MAKE(CreateSequenceStmt, at, .owner = *owner);
}

Node *maintain_of(Parser *p, Span at, MaintainWhat what, uint32_t words, NodeList tables)
{
    return NEW(MaintainStmt, at, .what = what, .analyzes = what == MAINTAIN_VACUUM && (words & MAINTAINS_ANALYZE),
               .aloud = (words & MAINTAINS_ALOUD) != 0, .tables = tables);
}

Node *reindex_of(Parser *p, Span at, uint32_t words, Node *of)
{
    MaintainStmt *m = of ? AST(MaintainStmt, of) : NULL;
    if (!m)
        return NULL;
    if (words & MAINTAINS_ANALYZE)
        PARSE_FAIL(p, ERR_SYNTAX, at, "unrecognized REINDEX option \"analyze\"");
    m->node.at = at;
    m->what = MAINTAIN_REINDEX;
    m->aloud = (words & MAINTAINS_ALOUD) != 0;
    return of;
}

Node *create_schema(Parser *p, Span at, uint64_t if_not_exists, const Name *name, Ident owner, NodeList elements)
{
    if (if_not_exists && elements.n)
        PARSE_FAIL(p, ERR_UNSUPPORTED, elements.first->at, "CREATE SCHEMA IF NOT EXISTS cannot include schema elements");
    return NEW(CreateSchemaStmt, at, .if_not_exists = if_not_exists != 0, .name = *name, .owner = owner, .elements = elements);
}

Node *create_sequence(Span at, uint64_t if_not_exists, const Name *name, CreateSequenceStmt *rest)
{
    if (!name || !rest)
        return NULL;
    rest->node.at = at;
    rest->if_not_exists = if_not_exists != 0;
    rest->name = *name;
    return &rest->node;
}

ColumnDef *column_of(Parser *p, Span at, Ident name, TypeName *type, ColumnDef *constraints)
{
    ColumnDef *c = constraints ? constraints : MAKE(ColumnDef, at);
    c->name = name;
    c->type = type;
    c->last = RULE_OTHER;
    c->node.at = at;
    node_update(p, &c->node);
    return c;
}

Node *create_domain(Parser *p, Span at, const Name *name, TypeName *type, ColumnDef *rules)
{
    Ident nameless = {0};
    return NEW(CreateDomainStmt, at, .name = *name, .column = column_of(p, at, nameless, type, rules));
}

ConnectorClause *make_connector(Parser *p, Span at, Ident kind, NodeList options, const ConnectorClause *format)
{
    return MAKE(ConnectorClause, at, .kind = kind, .options = options, .format = format ? format->format : (Ident){0},
                .format_options = format ? format->format_options : (NodeList){0});
}

ConnectorClause *connector_format(Parser *p, ConnectorClause *c, const ConnectorClause *format)
{
    c->format = format->format;
    c->format_options = format->format_options;
    c->node.at = span_of_parts((Span[]){c->node.at, format->node.at}, 2, &c->node.at);
    node_update(p, &c->node);
    return c;
}

/* ---- CREATE ---- */

/* The two of them together would say two things about an existing object. */
static void check_create(Parser *p, Span at, uint32_t flags)
{
    if (flags == (CREATE_OR_REPLACE | CREATE_IF_NOT_EXISTS))
        PARSE_FAIL(p, ERR_SYNTAX, at, "OR REPLACE and IF NOT EXISTS exclude each other");
}

CreateRelationStmt *rest_of(Parser *p, NodeList elements, ConnectorClause *connector, NodeList options)
{
    return MAKE(CreateRelationStmt, SPAN_NONE, .has_elements = elements.n > 0, .elements = elements, .connector = connector,
                .options = options);
}

CreateRelationStmt *rest_of_query(Parser *p, Query *query, const QueryTail *tail, bool with_data)
{
    if (tail && tail->clauses)
        query_with_tail(p, query, &(QueryTail){.clauses = tail->clauses});
    return MAKE(CreateRelationStmt, SPAN_NONE, .query = query, .no_data = !with_data,
                .options = tail ? tail->options : (NodeList){0});
}

CreateRelationStmt *rest_with_emit(Parser *p, StreamClauses *emit, CreateRelationStmt *rest)
{
    if (rest->query->clauses)
        fail_twice(p, rest->query->clauses->node.at, "EMIT");
    else
        query_with_tail(p, rest->query, &(QueryTail){.clauses = emit, .options = rest->query->options});
    return rest;
}

/* What stands before AS. */
CreateRelationStmt *rest_named(Parser *p, NodeList columns, NodeList options, CreateRelationStmt *rest)
{
    if (options.n && rest->options.n)
        fail_twice(p, rest->options.first->at, "WITH");
    else if (options.n)
        rest->options = options;
    rest->columns = columns;
    return rest;
}

CreateRelationStmt *on_commit_of(Parser *p, Span at, CreateRelationStmt *rest, uint32_t what)
{
    (void)at;
    (void)p;
    if (rest)
        rest->on_commit = (OnCommit)what;
    return rest;
}

Node *create_relation(Parser *p, Span at, ObjectKind kind, uint32_t flags, const Name *name, CreateRelationStmt *rest)
{
    check_create(p, at, flags);
    if (rest->on_commit && !rest->temporary)
        PARSE_FAIL(p, ERR_INVALID_TABLE_DEF, at, "ON COMMIT can only be used on temporary tables");
    rest->kind = kind;
    rest->or_replace = flags & CREATE_OR_REPLACE;
    rest->if_not_exists = flags & CREATE_IF_NOT_EXISTS;
    rest->name = *name;
    rest->node.at = at;
    return &rest->node;
}

Node *create_temporary(Parser *p, Span at, uint32_t flags, const Name *name, CreateRelationStmt *rest)
{
    rest->temporary = true;
    return create_relation(p, at, OBJECT_TABLE, flags, name, rest);
}

Node *make_temporary(Node *n)
{
    if (n && n->kind == NODE_CREATE_QUERY_STMT)
        RAW(CreateQueryStmt, n)->temporary = true;
    else if (n)
        RAW(CreateSequenceStmt, n)->temporary = true;
    return n;
}

Node *create_query(Parser *p, Span at, ObjectKind kind, uint32_t flags, const Name *name, const CreateRelationStmt *rest,
                   uint32_t check)
{
    check_create(p, at, flags);
    if (!p->rc && rest->no_data) {
        PARSE_FAIL(p, ERR_UNSUPPORTED, at, "WITH NO DATA of a materialized view is not supported");
        (void)err_hint(p->err, "It is always what its query gives; CREATE VIEW keeps nothing.");
    }
    return NEW(CreateQueryStmt, at, .kind = kind, .or_replace = flags & CREATE_OR_REPLACE,
               .if_not_exists = flags & CREATE_IF_NOT_EXISTS, .name = *name, .columns = rest->columns, .query = rest->query,
               .options = rest->options, .check = check);
}

Node *create_sink(Parser *p, Span at, uint32_t flags, const Name *name, CreateSinkStmt *what, ConnectorClause *connector,
                  const QueryTail *tail)
{
    check_create(p, at, flags);
    what->or_replace = flags & CREATE_OR_REPLACE;
    what->if_not_exists = flags & CREATE_IF_NOT_EXISTS;
    what->name = *name;
    what->connector = connector;
    what->options = tail ? tail->options : (NodeList){0};
    what->clauses = tail ? tail->clauses : NULL;
    what->node.at = at;
    node_update(p, &what->node);
    return &what->node;
}

CreateFunctionStmt *function_merge(Parser *p, CreateFunctionStmt *a, const CreateFunctionStmt *b)
{
    if (a->body && b->body)
        fail_twice(p, b->node.at, "the body");
    if (a->language.s.p && b->language.s.p)
        fail_twice(p, b->node.at, "LANGUAGE");
    if (a->options.n && b->options.n)
        fail_twice(p, b->node.at, "WITH");
    if ((a->returns || a->columns.n) && (b->returns || b->columns.n))
        fail_twice(p, b->node.at, "RETURNS");
    if ((a->changes && b->changes) || (a->on_null && b->on_null))
        PARSE_FAIL(p, ERR_SYNTAX, b->node.at, "conflicting or redundant options");
    a->body = a->body ? a->body : b->body;
    a->statements = a->statements.n ? a->statements : b->statements;
    a->is_return = a->is_return || b->is_return;
    a->is_atomic = a->is_atomic || b->is_atomic;
    a->returns = a->returns ? a->returns : b->returns;
    a->is_set = a->is_set || b->is_set;
    a->columns = a->columns.n ? a->columns : b->columns;
    a->changes = a->changes ? a->changes : b->changes;
    a->on_null = a->on_null ? a->on_null : b->on_null;
    a->language = a->language.s.p ? a->language : b->language;
    a->options = a->options.n ? a->options : b->options;
    return a;
}

/* BEGIN ATOMIC: a query that is all there is stays one; else they are statements that are run. */
CreateFunctionStmt *function_statement(Parser *p, CreateFunctionStmt *f, Node *stmt)
{
    if (f->is_return || p->rc) {
        PARSE_FAIL(p, ERR_SYNTAX, stmt->at, "RETURN is the only statement of its body");
        return f;
    }
    f->statements = list_add(f->statements.n ? f->statements : list_one(f->body), stmt);
    return f;
}

Node *param_mode(Parser *p, Node *param, uint32_t mode)
{
    FuncParam *f = RAW(FuncParam, param);
    if (p->rc)
        return param;
    if (f->preset && mode != PARAM_INOUT)
        PARSE_FAIL(p, ERR_INVALID_FUNCTION_DEF, param->at, "only input parameters can have default values");
    f->mode = (ParamMode)mode;
    return param;
}

/* SAFE is what an expression is. */
CreateFunctionStmt *function_parallel(Parser *p, Span at, Ident how)
{
    bool known = str_eq_nocase(how.s, STR("unsafe")) || str_eq_nocase(how.s, STR("restricted"));
    if (known)
        PARSE_FAIL(p, ERR_UNSUPPORTED, how.at, "PARALLEL %.*s is not supported", (int)how.s.n, how.s.p);
    else if (!str_eq_nocase(how.s, STR("safe")))
        PARSE_FAIL(p, ERR_SYNTAX, how.at, "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE");
    return MAKE(CreateFunctionStmt, at, .body = NULL);
}

/* Plans have no costs that an estimate could change. */
CreateFunctionStmt *function_estimate(Parser *p, Span at, Str what)
{
    static const char *const known[] = {"cost", "rows", "leakproof"};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_eq_nocase(what, str_of(known[i])))
            PARSE_FAIL(p, ERR_UNSUPPORTED, at, "%.*s of a function is not supported", (int)what.n, what.p);
    if (!p->rc)
        PARSE_FAIL(p, ERR_SYNTAX, at, "\"%.*s\" says nothing of a function", (int)MIN(what.n, 64), what.p);
    return MAKE(CreateFunctionStmt, at, .body = NULL);
}

Node *create_function(Parser *p, Span at, uint32_t flags, const Name *name, NodeList params, CreateFunctionStmt *f)
{
    f->is_procedure = flags & CREATE_PROCEDURE;
    if (f->is_procedure && (f->returns || f->columns.n || f->changes || f->on_null))
        PARSE_FAIL(p, ERR_INVALID_FUNCTION_DEF, at, "invalid attribute in procedure definition");
    check_create(p, at, flags);
    if (!f->body)
        PARSE_FAIL(p, ERR_SYNTAX, at, "function has no body: AS or RETURN is missing");
    f->or_replace = flags & CREATE_OR_REPLACE;
    f->if_not_exists = flags & CREATE_IF_NOT_EXISTS;
    f->name = *name;
    f->params = params;
    p->n_params = 0; /* $1 is the function's, not the statement's */
    f->node.at = at;
    node_update(p, &f->node);
    return &f->node;
}

/* ---- other statements ---- */

/* Texts are ordered by their bytes, as the pattern classes say. */
void index_class(Parser *p, const Ident *name)
{
    static const char *const types[] = {"text_pattern",
                                        "varchar_pattern",
                                        "bpchar_pattern",
                                        "text",
                                        "varchar",
                                        "bpchar",
                                        "name",
                                        "int2",
                                        "int4",
                                        "int8",
                                        "float4",
                                        "float8",
                                        "numeric",
                                        "bool",
                                        "bytea",
                                        "date",
                                        "time",
                                        "timestamp",
                                        "timestamptz",
                                        "uuid",
                                        "jsonb",
                                        "array",
                                        "enum"};
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        size_t n = strlen(types[i]);
        if (str_starts(name->s, str_of(types[i])) && str_eq((Str){name->s.p + n, name->s.n - n}, STR("_ops")))
            return;
    }
    PARSE_FAIL(p, ERR_UNDEFINED_OBJECT, name->at, "operator class \"%.*s\" does not exist for access method \"btree\"",
               (int)name->s.n, name->s.p);
}

void only_table(Parser *p, Span at, ObjectKind kind)
{
    if (kind != OBJECT_TABLE)
        PARSE_FAIL(p, ERR_SYNTAX, at, "syntax error at or near \"ONLY\"");
}

Node *constraint_named(Parser *p, Span at, Ident name, Node *constraint)
{
    if (constraint->kind == NODE_TABLE_KEY)
        RAW(TableKey, constraint)->name = name;
    else if (constraint->kind == NODE_TABLE_FOREIGN)
        RAW(TableForeign, constraint)->name = name;
    else
        RAW(TableCheck, constraint)->name = name;
    constraint->at = at;
    node_update(p, constraint);
    return constraint;
}

Node *make_insert(Parser *p, Span at, const Name *table, Query *query, OnConflict *on_conflict, NodeList returning)
{
    return NEW(InsertStmt, at, .table = *table, .query = query, .on_conflict = on_conflict, .returning = returning);
}

Node *insert_or(Parser *p, Span at, Node *insert, uint32_t words)
{
    if (p->rc)
        return insert;
    InsertStmt *s = RAW(InsertStmt, insert);
    if (s->on_conflict)
        PARSE_FAIL(p, ERR_SYNTAX, s->on_conflict->node.at, "ON CONFLICT is said twice");
    s->on_conflict = MAKE(OnConflict, at, .words = (ConflictWords)words, .do_nothing = words == CONFLICT_IGNORE);
    s->node.at = at;
    node_update(p, insert);
    return insert;
}

/* What it is a part of, down to the column. */
Node *make_place(Parser *p, Span at, Node *place)
{
    Node *of = place;
    if (p->rc) /* nodes are none any more */
        return place;
    while (of->kind != NODE_EXPR_COLUMN)
        of = of->kind == NODE_EXPR_INDEX   ? RAW(ExprIndex, of)->arg
             : of->kind == NODE_EXPR_SLICE ? RAW(ExprSlice, of)->arg
                                           : RAW(ExprField, of)->arg;
    Ident column = RAW(ExprColumn, of)->name.part[0];
    return of == place ? ident_node(p, column) : NEW(ExprAssign, at, .column = column, .place = place);
}

Node *make_set_tuple(Parser *p, Span at, NodeList columns, Node *value)
{
    if (!p->rc && value->kind != NODE_EXPR_ROW && value->kind != NODE_EXPR_SUBQUERY)
        PARSE_FAIL(p, ERR_UNSUPPORTED, value->at,
                   "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression");
    return NEW(SetClause, at, .columns = columns, .is_tuple = true, .value = value);
}

/* f (a INT, TEXT) names the function of these types. */
static NodeList param_types(NodeList params)
{
    NodeList types = {0};
    AST_EACH(item, params)
    if (AST(FuncParam, item)->mode != PARAM_OUT)
        types = types.n ? list_add(types, &AST(FuncParam, item)->type->node) : list_one(&AST(FuncParam, item)->type->node);
    return types;
}

Node *comment_on_function(Parser *p, Span at, uint32_t kind, const Name *name, NodeList params, Str text)
{
    if (!object_is_routine((ObjectKind)kind))
        PARSE_FAIL(p, ERR_SYNTAX, name->at, "only functions have argument types");
    return NEW(CommentStmt, at, .kind = kind, .name = *name, .has_args = true, .args = param_types(params), .text = text);
}

Node *make_drop(Parser *p, Span at, uint32_t kind, bool if_exists, NodeList names, uint32_t behavior)
{
    AST_EACH(item, names)
    if (RAW(NameNode, item)->has_args && !object_is_routine((ObjectKind)kind))
        PARSE_FAIL(p, ERR_SYNTAX, item->at, "only functions have argument types");
    return NEW(DropStmt, at, .kind = kind, .if_exists = if_exists, .names = names, .behavior = behavior);
}

Node *routine_name(Parser *p, const Name *name, NodeList params)
{
    return NEW(NameNode, name->at, .name = *name, .has_args = true, .args = param_types(params));
}

Node *alter_of_function(Parser *p, Span at, uint32_t kind, bool if_exists, const Name *name, NodeList params, Node *action)
{
    if (!object_is_routine((ObjectKind)kind))
        PARSE_FAIL(p, ERR_SYNTAX, name->at, "only functions have argument types");
    return NEW(AlterStmt, at, .kind = kind, .if_exists = if_exists, .name = *name, .has_args = true, .args = param_types(params),
               .actions = list_one(action));
}

Node *make_copy(Parser *p, Span at, bool is_from, CopyStmt *target, NodeList options)
{
    if (target->standard && target->is_from != is_from)
        PARSE_FAIL(p, ERR_SYNTAX, target->node.at, is_from ? "COPY FROM reads STDIN or a file" : "COPY TO writes STDOUT or a file");
    target->is_from = is_from;
    target->options = options;
    target->node.at = at;
    node_update(p, &target->node);
    return &target->node;
}

Node *make_show(Parser *p, Span at, const Name *name, Str like)
{
    ShowKind kind = SHOW_SETTING;
    char word[32];
    const Ident *only = &name->part[0];
    if (!p->rc && name->n_parts == 1 && !only->quoted && only->s.n < sizeof(word)) {
        for (ShowKind k = 0; k < SHOW_SETTING; k++)
            if (!show_kind_has_name(k) && str_eq_nocase(only->s, str_of(show_kind_text(k))))
                kind = k;
    }
    return NEW(ShowStmt, at, .kind = kind, .name = kind == SHOW_SETTING ? *name : (Name){0}, .like = like);
}

Node *make_set(Parser *p, Span at, bool local, const Name *name, NodeList values)
{
    const OptionNode *first = RAW(OptionNode, values.first);
    bool to_default = values.n == 1 && first->form == OPTION_FORM_WORD && str_eq(first->value, STR("default"));
    return NEW(SetStmt, at, .local = local, .name = *name, .to_default = to_default, .values = to_default ? (NodeList){0} : values);
}

uint32_t merge_modes(uint32_t a, uint32_t b)
{
    static const uint32_t choices[] = {MODE_SERIALIZABLE | MODE_REPEATABLE_READ | MODE_READ_COMMITTED | MODE_READ_UNCOMMITTED,
                                       MODE_READ_ONLY | MODE_READ_WRITE, MODE_DEFERRABLE | MODE_NOT_DEFERRABLE};
    for (size_t i = 0; i < ARRAY_LEN(choices); i++)
        if (b & choices[i])
            a &= ~choices[i];
    return a | b;
}

Node *make_declare(Parser *p, Span at, Ident name, uint32_t scroll, uint32_t hold, DeclareStmt *what)
{
    if (scroll == 3)
        PARSE_FAIL(p, ERR_SYNTAX, name.at, "cannot specify both SCROLL and NO SCROLL");
    what->name = name;
    what->no_scroll = scroll == 1;
    what->scroll = scroll == 2;
    what->without_hold = hold == 1;
    what->with_hold = hold == 2;
    what->node.at = at;
    return &what->node;
}

Node *fetch_of(Parser *p, Span at, Node *fetch, Ident name)
{
    (void)p;
    RAW(FetchStmt, fetch)->name = name;
    fetch->at = at;
    return fetch;
}

void script_add(Parser *p, Span at, Node *stmt)
{
    if (p->into)
        PARSE_FAIL(p, ERR_SYNTAX, p->into->node.at, "SELECT ... INTO is not allowed here");
    if (p->rc)
        return;
    if (p->n_stmts == p->cap_stmts) {
        uint32_t cap = p->cap_stmts ? 2 * p->cap_stmts : 8;
        ScriptStmt *grown = ARENA_ARRAY(p->arena, ScriptStmt, cap);
        if (!grown) {
            p->rc = RAISE_NOMEM(p->err);
            return;
        }
        if (p->n_stmts)
            memcpy(grown, p->stmts, p->n_stmts * sizeof(ScriptStmt));
        p->stmts = grown;
        p->cap_stmts = cap;
    }
    p->stmts[p->n_stmts++] =
        (ScriptStmt){stmt, at, p->place ? (Str){p->text, p->n} : (Str){p->text + at.pos, at.len}, p->n_params, p->param_at};
    p->n_params = 0;
}
