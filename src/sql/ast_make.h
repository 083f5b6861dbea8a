/* SPDX-License-Identifier: Apache-2.0
 *
 * Constructors for the grammar's actions (folder-private).  None of them can fail visibly: see parse_impl.h for how the first
 * failure stops the parse. */
#pragma once
#include "sql/ast_equal.h"
#include "sql/parse_impl.h"

/* For fields of a node whose kind an action knows.  Not AST(): after a failure it may be the spare. */
#define RAW(Struct, n) ((Struct *)(void *)(n))
/* A copy of `init` (bytes long, its node.kind and node.at set) in the arena, with its depth. */
Node *node_make(Parser *p, const void *init, size_t bytes);
#define MAKE(Struct, span, ...)                                                                                                    \
    ((Struct *)(void *)node_make(p, &(Struct){.node = {.kind = NODE_OF_##Struct, .at = (span)}, __VA_ARGS__}, sizeof(Struct)))
#define NEW(Struct, span, ...) ((Node *)(void *)MAKE(Struct, span, __VA_ARGS__))
/* Computes the depth again after a field was changed. */
void node_update(Parser *p, Node *n);

/* The span from the first to the last of the n parts that have text; a point behind `before` when none has. */
Span span_of_parts(const Span *parts, int n, const Span *before);
Span span_end(Span at);
NodeList list_add(NodeList list, Node *n); /* the same list, with n at its end */
NodeList list_one(Node *n);
NodeList list_concat(NodeList a, NodeList b);

Ident ident_of(Str word, Span at); /* of a keyword */
Node *ident_node(Parser *p, Ident ident);
Node *name_node(Parser *p, const Name *name);
Name *name_new(Parser *p, Ident first, Span at);
Name *name_add(Parser *p, Name *name, Ident part, Span at);

/* Expressions. */
Node *make_literal(Parser *p, Span at, LiteralKind kind, Str text);
Node *make_param(Parser *p, Span at, Str digits);
Node *make_unary(Parser *p, Span at, SqlOp op, Node *arg);
/* x [NOT] LIKE ANY (array), and x OVERLAPS y of two rows of two. */
Node *make_like_any(Parser *p, Span at, uint32_t like, bool negated, bool all, Node *left, Node *array, Query *query);
/* x IS [NOT] [form] NORMALIZED. */
typedef enum NormalForm { NORMAL_NFC, NORMAL_NFD, NORMAL_NFKC, NORMAL_NFKD } NormalForm;
Node *insert_or(Parser *p, Span at, Node *insert, uint32_t words);                                 /* ConflictWords */
Node *make_is_json(Parser *p, Span at, Span word, bool negated, Node *arg, Str kind, bool unique); /* kind.p NULL: any value */
Node *make_round_time(Parser *p, Span at, Span word, const Name *func, Node *arg, Node *unit);     /* FLOOR(t TO HOUR) */
Node *make_normalized(Parser *p, Span at, Span word, bool negated, Node *arg, uint32_t form);
Node *make_overlaps(Parser *p, Span at, Span word, Node *left, Node *right);
Node *make_binary(Parser *p, Span at, SqlOp op, Span op_at, Node *left, Node *right);
Node *make_logic(Parser *p, Span at, bool is_or, Node *left, Node *right); /* flattens on the left */
Node *make_interval(Parser *p, Span at, Str text, uint32_t units);         /* from + to * N_INTERVAL_UNITS */
Node *make_function(Parser *p, Span at, const Name *func, NodeList args);  /* knows DESCRIPTOR */
Node *make_call(Parser *p, Span at, const char *func, Span func_at, Node *a, Node *b, Node *c, Node *d); /* NULL ends */
Node *make_call_list(Parser *p, Span at, const char *func, Span func_at, NodeList args);
Node *make_bare_call(Parser *p, Span at, Str word, Span word_at, Node *arg);
Node *call_range(Parser *p, Span at, Node *call, CallRange range);
Node *interval_rounded(Parser *p, Span at, Str text, uint32_t units, NodeList mods);
Node *call_variadic(Parser *p, Node *call, NodeList order_by);
Node *call_nulls(Parser *p, Span at, Node *call, NullTreatment nulls); /* inside of the parentheses */
Node *call_modify(Parser *p, Node *call, bool distinct, NodeList order_by);
Node *call_finish(Parser *p, Span at, Node *call, NodeList within_group, Node *filter, NullTreatment nulls, WindowSpec *over);
const char *trim_function(uint32_t side); /* 0 both, 1 leading, 2 trailing */
WindowSpec *window_of(Parser *p, Span at, Ident base, NodeList partition_by, NodeList order_by, const WindowSpec *frame);
WindowSpec *frame_between(Parser *p, Span at, const WindowSpec *start, const WindowSpec *end);
WindowSpec *frame_of(Parser *p, Span at, FrameMode mode, WindowSpec *extent, FrameExclude exclude);

Node *star_of_changes(Parser *p, Span at, const Node *changes, const Node *of, Node *row); /* of, row: NULL = all relations */
/* SQL/JSON (ast_make_json.c). */
typedef enum JsonBehaviorKind {
    JSON_UNSAID,
    JSON_NULL,
    JSON_ABSENT,
    JSON_RAISES,
    JSON_TRUE,
    JSON_FALSE,
    JSON_UNKNOWN,
    JSON_EMPTY_ARRAY,
    JSON_EMPTY_OBJECT,
    JSON_DEFAULT,
} JsonBehaviorKind;
enum { JSON_UNIQUE = 1, JSON_NOT_UNIQUE };
typedef struct JsonBehavior {
    JsonBehaviorKind kind;
    Node *value; /* DEFAULT value */
} JsonBehavior;
typedef struct JsonClauses {
    Span at;
    JsonBehaviorKind nulls; /* NULL or ABSENT ON NULL */
    uint32_t uniqueness;
    TypeName *returning;
    JsonBehavior on_empty, on_error;
    NodeList passing; /* name, value, name, value */
} JsonClauses;
JsonBehavior json_behavior_of(Parser *p, Span at, Str word, Str of);
JsonClauses *json_clause_on(Parser *p, Span at, JsonBehavior b, const Ident *event); /* event: NULL = NULL */
JsonClauses *json_clauses_new(Parser *p, const JsonClauses *init);
JsonClauses *json_clauses_join(Parser *p, JsonClauses *a, const JsonClauses *b);
Node *make_json_pair(Parser *p, Span at, Node *name, Node *value);
Node *make_json_call(Parser *p, Span at, const Ident *word, NodeList items, NodeList order, const JsonClauses *clauses);

/* What other systems write, as what it stands for (ast_make_dialect.c). */
Node *make_fields(Parser *p, Span at, NodeList fields);                                            /* Target: {name: expr, ..} */
Node *make_lambda(Parser *p, Span at, NodeList names, Node *body);                                 /* IdentNode: x -> body */
Node *make_comprehension(Parser *p, Span at, Node *body, Ident name, Node *list, Node *condition); /* condition may be NULL */
/* A function of a list and a lambda: ARRAY(query) over its elements; NULL: it is none. */
Node *make_list_call(Parser *p, Span at, const Ident *name, NodeList args);
Node *make_collation(Parser *p, Span at, Span word, Node *arg);            /* COLLATION FOR (arg) */
Node *from_file(Parser *p, Span at, Str path, Span path_at, Alias *alias); /* FROM 'path' */
Node *make_pivot(Parser *p, Span at, Node *table, NodeList aggregates, const Name *by, NodeList values, NodeList groups,
                 Alias *alias);
Node *make_unpivot(Parser *p, Span at, Node *table, bool with_nulls, Ident value, Ident name, NodeList columns, Alias *alias);

/* Types. */
TypeName *interval_type(Parser *p, Span at, uint32_t units, NodeList mods);
TypeName *make_type(Parser *p, Span at, const char *words, NodeList mods); /* mods: integers, perhaps with a sign */
TypeName *make_named_type(Parser *p, Span at, const Name *name, NodeList mods);
Node *make_sized_literal(Parser *p, Span at, Node *call, Str text, Span text_at); /* numeric(5, 2) '1.25' */
TypeName *map_type(Parser *p, Span at, TypeName *key, TypeName *value);

/* Queries. */
Query *make_query(Parser *p, Span at, With *with, Node *body, NodeList order_by, const Query *limits);
Node *query_body(Parser *p, Query *query); /* its body when the query adds nothing to it, else the query */
Query *limit_merge(Parser *p, Query *a, Query *b);
Node *make_select_from(Parser *p, Span at, Node *from);                                      /* SELECT * */
Node *make_select_all(Parser *p, Span at, const Name *table, Span table_at);                 /* TABLE x */
Query *make_recursive(Parser *p, Span at, const Name *name, NodeList columns, Query *query); /* of CREATE RECURSIVE VIEW */
/* What may follow a query: each clause at most once, in any order. */
typedef struct QueryTail {
    StreamClauses *clauses;
    NodeList options;
    uint32_t check; /* CreateQueryStmt.check */
} QueryTail;
QueryTail *tail_check(Parser *p, uint32_t check);
StreamClauses *make_emit(Parser *p, Span at, EmitMode mode, Node *every);
QueryTail *tail_add_clause(Parser *p, QueryTail *tail, StreamClauses *one); /* tail may be NULL */
QueryTail *tail_add_options(Parser *p, QueryTail *tail, Span at, NodeList options);
Query *query_with_tail(Parser *p, Query *query, const QueryTail *tail);
void select_into(Parser *p, Span at, Node *select, CreateRelationStmt *into); /* into may be NULL */
Node *make_query_stmt(Parser *p, Span at, Query *query, const QueryTail *tail);

/* Relations of FROM. */
Node *from_table(Parser *p, Span at, const Name *name, Alias *before, const Node *sys_time, Alias *after);
Node *from_functions(Parser *p, Span at, bool lateral, NodeList calls, bool ordinality, Alias *alias); /* ROWS FROM (..) */
Node *from_function(Parser *p, Span at, bool lateral, bool table_form, bool ordinality, Node *call, Alias *alias);
Node *make_sample(Parser *p, Span at, Node *table, Node *call, Node *seed); /* TABLESAMPLE call REPEATABLE (seed) */
Node *make_join(Parser *p, Span at, JoinKind kind, Node *left, Node *right, const FromJoin *quals);
FromJoin *join_merge(Parser *p, FromJoin *a, const FromJoin *b);
Node *probe_of(Parser *p, Span at, FromProbe *offsets, Node *left, Node *right, NodeList keys, const Name *left_ts,
               const Name *right_ts, Alias *alias);
FromMatch *match_body_of(Parser *p, Span at, NodeList partition_by, NodeList order_by, NodeList measures, MatchRows rows,
                         FromMatch *skip, Pattern *pattern, Node *within, NodeList subsets, NodeList defines);
Node *match_of(Parser *p, Span at, Node *input, FromMatch *match, Alias *alias);
Pattern *make_pattern(Parser *p, Span at, PatternKind kind, NodeList items);
Pattern *pattern_join(Parser *p, Span at, PatternKind kind, Pattern *a, Pattern *b); /* flattens on the left */
Pattern *pattern_group(Parser *p, Span at, Pattern *inner);                          /* ( .. ) */
Pattern *make_quantifier(Parser *p, Span at, Str min, Str max);                      /* no max: without bound */
Pattern *pattern_quantify(Parser *p, Span at, Pattern *item, const Pattern *quantifier);

/* Options. */
Str option_dotted(Parser *p, Span at, Str a, Str b);
Node *make_option(Parser *p, Span at, Str key, Span key_at, const OptionNode *value);
OptionNode *make_value(Parser *p, Span at, OptionForm form, Str text);
OptionNode *value_negate(Parser *p, Span at, OptionNode *value);
OptionNode *value_names(Parser *p, Span at, NodeList names);
OptionNode *value_interval(Parser *p, Span at, Str text, uint32_t units);

/* Definitions and statements. */
#define CREATE_OR_REPLACE 1u
#define CREATE_IF_NOT_EXISTS 2u
#define CREATE_PROCEDURE 4u
Node *create_domain(Parser *p, Span at, const Name *name, TypeName *type, ColumnDef *rules);
ColumnDef *column_of(Parser *p, Span at, Ident name, TypeName *type, ColumnDef *constraints);
CreateSequenceStmt *sequence_merge(Parser *p, CreateSequenceStmt *a, CreateSequenceStmt *b);
CreateSequenceStmt *sequence_owner(Parser *p, Span at, const Name *owner);
Node *maintain_of(Parser *p, Span at, MaintainWhat what, uint32_t words, NodeList tables);
Node *reindex_of(Parser *p, Span at, uint32_t words, Node *of);
Node *create_schema(Parser *p, Span at, uint64_t if_not_exists, const Name *name, Ident owner, NodeList elements);
Node *create_sequence(Span at, uint64_t if_not_exists, const Name *name, CreateSequenceStmt *rest);
ColumnDef *column_named(Ident name, ColumnDef *constraint);
ColumnDef *column_checked(Parser *p, Span at, ColumnDef *c, uint32_t when); /* of the constraint before it */
uint32_t when_merge(Parser *p, Span at, uint32_t a, uint32_t b);
uint32_t when_of_key(Parser *p, Span at, const char *what, uint32_t when);
void when_of_check(Parser *p, Span at, uint32_t when);
Node *foreign_deletes(Parser *p, Span at, Node *foreign, uint32_t action, NodeList columns);
ColumnDef *column_merge(Parser *p, ColumnDef *a, ColumnDef *b); /* a may be NULL */
ConnectorClause *make_connector(Parser *p, Span at, Ident kind, NodeList options, const ConnectorClause *format);
ConnectorClause *connector_format(Parser *p, ConnectorClause *c, const ConnectorClause *format);
uint64_t like_part(Parser *p, Span at, Ident word); /* LikeParts */
CreateRelationStmt *rest_of(Parser *p, NodeList elements, ConnectorClause *connector, NodeList options);
CreateRelationStmt *rest_of_query(Parser *p, Query *query, const QueryTail *tail, bool with_data);
/* The clauses that stand before AS; the query has none then. */
CreateRelationStmt *rest_with_emit(Parser *p, StreamClauses *emit, CreateRelationStmt *rest);
CreateRelationStmt *rest_named(Parser *p, NodeList columns, NodeList options, CreateRelationStmt *rest);
Node *create_relation(Parser *p, Span at, ObjectKind kind, uint32_t flags, const Name *name, CreateRelationStmt *rest);
CreateRelationStmt *on_commit_of(Parser *p, Span at, CreateRelationStmt *rest, uint32_t what);
Node *create_temporary(Parser *p, Span at, uint32_t flags, const Name *name, CreateRelationStmt *rest);
Node *create_query(Parser *p, Span at, ObjectKind kind, uint32_t flags, const Name *name, const CreateRelationStmt *rest,
                   uint32_t check);
Node *make_temporary(Node *n); /* a view or sequence */
Node *create_sink(Parser *p, Span at, uint32_t flags, const Name *name, CreateSinkStmt *what, ConnectorClause *connector,
                  const QueryTail *tail);
Node *create_function(Parser *p, Span at, uint32_t flags, const Name *name, NodeList params, CreateFunctionStmt *items);
CreateFunctionStmt *function_statement(Parser *p, CreateFunctionStmt *f, Node *stmt);
CreateFunctionStmt *function_parallel(Parser *p, Span at, Ident how);
CreateFunctionStmt *function_estimate(Parser *p, Span at, Str what); /* which is refused */
Node *comment_on_function(Parser *p, Span at, uint32_t kind, const Name *name, NodeList params, Str text);
Node *param_mode(Parser *p, Node *param, uint32_t mode);
CreateFunctionStmt *function_merge(Parser *p, CreateFunctionStmt *a, const CreateFunctionStmt *b);
void index_class(Parser *p, const Ident *name);       /* CREATE INDEX .. (column class): one that orders as the type does */
void only_table(Parser *p, Span at, ObjectKind kind); /* ALTER kind ONLY: of tables */
Node *constraint_named(Parser *p, Span at, Ident name, Node *constraint);
Node *make_insert(Parser *p, Span at, const Name *table, Query *query, OnConflict *on_conflict, NodeList returning);
Node *make_place(Parser *p, Span at, Node *place); /* IdentNode of a column, ExprAssign of a part of one */
Node *make_set_tuple(Parser *p, Span at, NodeList columns, Node *value);
Node *make_drop(Parser *p, Span at, uint32_t kind, bool if_exists, NodeList names, uint32_t behavior);
Node *routine_name(Parser *p, const Name *name, NodeList params);
Node *alter_of_function(Parser *p, Span at, uint32_t kind, bool if_exists, const Name *name, NodeList params, Node *action);
Node *make_copy(Parser *p, Span at, bool is_from, CopyStmt *target, NodeList options);
Node *make_show(Parser *p, Span at, const Name *name, Str like);
/* SET TIME ZONE LOCAL and DEFAULT, or a name; INTERVAL '+02:00' HOUR TO MINUTE as the name of that offset. */
OptionNode *zone_word(Parser *p, Span at, Str word);
OptionNode *zone_interval(Parser *p, Span at, Str text, uint32_t units);
Node *make_set(Parser *p, Span at, bool local, const Name *name, NodeList values);
uint32_t merge_modes(uint32_t a, uint32_t b); /* what is said last counts */
Node *make_declare(Parser *p, Span at, Ident name, uint32_t scroll, uint32_t hold, DeclareStmt *what); /* 1: NO, 2: with */
Node *fetch_of(Parser *p, Span at, Node *fetch, Ident name);
void script_add(Parser *p, Span at, Node *stmt);
