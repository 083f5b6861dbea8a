/* SPDX-License-Identifier: Apache-2.0
 *
 * The grammar of the whole dialect.  %expect 0: every text has one reading, and where two were possible the choice is written down as
 * a precedence with its reason.  Actions only build nodes (ast_make.h); whether clauses fit each other, names exist and types agree
 * is decided later, so that such errors can name what is wrong.
 *
 * Words.  keywords.def gives each keyword a class, from which the name rules at the end follow:
 *   ident = anything but F and R; func_word = anything but C and R; bare = alias without AS; label = any word (after AS or a dot).
 * The order of the operators is PostgreSQL's. */
%code top {
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-variable"
}
%code requires {
#include "sql/ast_make.h"
}
%define api.pure full
%define api.prefix {sqlg_}
%define api.token.prefix {}
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {Parser *p}
%union {
    Node *node;
    NodeList list;
    Ident ident;
    Str word;
    uint32_t num;
    Name *name;
    TypeName *type;
    Query *query;
    QueryTail *tail;
    JsonClauses *json;
    JsonBehavior behavior;
    With *with;
    CteSearch *search;
    CteCycle *cycle;
    Alias *alias;
    WindowSpec *window;
    Select *select;
    StreamClauses *clauses;
    FromJoin *join;
    FromProbe *probe;
    FromMatch *match;
    Pattern *pattern;
    OptionNode *option;
    ConnectorClause *conn;
    ColumnDef *column;
    CreateSequenceStmt *seq;
    CreateRelationStmt *rel;
    CreateSinkStmt *sink;
    CreateFunctionStmt *func;
    CopyStmt *copy;
    OnConflict *conflict;
    DeclareStmt *declare;
}
%code {
#include "sql/parse_report.h"

/* From the first to the last part that has text; an empty rule is a point behind what stands before it. */
#define YYLLOC_DEFAULT(Cur, Rhs, n) ((Cur) = (n) ? span_of_parts(&YYRHSLOC(Rhs, 1), (n), &YYRHSLOC(Rhs, 0)) : span_end(YYRHSLOC(Rhs, 0)))
#define YYMAXDEPTH 6000
#define YYMALLOC parse_stack_alloc
#define YYFREE parse_stack_free
#define LIT(at, K, t) make_literal(p, (at), LITERAL_##K, (t))
#define NOTHING ((Str){0})
#define EMPTY ((NodeList){0})
static int sqlg_lex(SQLG_STYPE *v, SQLG_LTYPE *at, Parser *p);
static void sqlg_error(const SQLG_LTYPE *at, Parser *p, const char *text);
}

%token <ident> TK_IDENT "name" TK_JSON_CALL "function of JSON"
%token <word> TK_STRING "string" TK_BITS "bit string" TK_INT "integer" TK_DECIMAL "decimal number" TK_FLOAT "floating-point number"
%token <word> TK_QUANTITY "duration" TK_PARAM "parameter"
%token TK_LP "(" TK_RP ")" TK_LB "[" TK_RB "]" TK_LC "{" TK_RC "}" TK_LC_MINUS "{-" TK_MINUS_RC "-}"
%token TK_COMMA "," TK_SEMICOLON ";" TK_DOT "." TK_COLON ":" TK_CAST_OP "::" TK_ARROW "=>" TK_DOLLAR "$"
%token TK_STAR "*" TK_SLASH "/" TK_PERCENT "%" TK_CARET "^" TK_PLUS "+" TK_MINUS "-"
%token TK_EQ "=" TK_NE "<>" TK_LT "<" TK_LE "<=" TK_GT ">" TK_GE ">="
%token TK_CONCAT "||" TK_PIPE "|" TK_AMP "&" TK_OVERLAPS "&&" TK_HASH "#" TK_SHL "<<" TK_SHR ">>" TK_GET "->" TK_GET_TEXT "->>"
%token TK_PATH "#>" TK_PATH_TEXT "#>>" TK_CONTAINS "@>" TK_CONTAINED "<@" TK_QUESTION "?" TK_TILDE "~" TK_REGEX_I "~*"
%token TK_NOT_REGEX "!~" TK_NOT_REGEX_I "!~*" TK_ANY_KEY "?|" TK_ALL_KEYS "?&" TK_DELETE_PATH "#-" TK_PATH_EXISTS "@?" TK_PATH_MATCH "@@"
%token TK_SQRT "|/" TK_CBRT "||/" TK_ABS "@" TK_NOT_RIGHT "&<" TK_NOT_LEFT "&>" TK_ADJACENT "-|-" TK_WITHIN_EQ "<<=" TK_HAS_EQ ">>="
%token TK_LIKE_OP "~~" TK_NOT_LIKE_OP "!~~" TK_ILIKE_OP "~~*" TK_NOT_ILIKE_OP "!~~*" TK_STARTS_OP "^@"
/* Made by the filter; the alias is what a message says. */
%token TK_NOT_LA TK_NULLS_LA TK_WITH_LA TK_WITHOUT_LA TK_GROUPING_LA TK_MAP_LA TK_FINAL_LA TK_RUNNING_LA TK_FOR_LA TK_EXCLUDE_LA TK_ALL_LA TK_JSON_LA TK_JSON_WITH TK_JSON_WITHOUT TK_CLAUSE_WITH TK_CLAUSE_WITHOUT TK_LAMBDA_LA TK_JSON_KEYS TK_JSON_VALUE TK_JSON_SCALAR TK_JSON_ARRAY TK_JSON_OBJECT TK_VACUUM_LA TK_VERBOSE_LA TK_TEMP_LA TK_REPLACE_LA TK_RENAME_LA TK_PIVOT_LA TK_UNPIVOT_LA
%token TK_START_SCRIPT TK_START_EXPR
%keyword_tokens

%type <node> call atomic_change maintain reindexed maintained_table alter_belongs domain_change domain_check type_change schema_change index_column key_of_index foreign_key references foreign_actions watermark_when schema_element stmt stmt_some insert insert_rest update delete changes_rows alter_sequence merge merge_when merge_condition merge_action merge_insert show subscribe fetch fetch_how query_id epoch explain_target index_rest explain_option option copy_option copy_word drop_name
%type <node> place element table_constraint constraint_body alter_part alter_whole using_opt func_param plain_param default_opt set_clause set_value simple body cte values_row values_item target_one where having group_item
%type <node> field star_changes func_columns star_of fetch_count repeatable_opt
%type <node> limit_value offset_value offset_small window_def order_item from_item plain_table joined sys_time signed_number span_literal
%type <node> measure subset match_def pattern_within lateness expr b_expr prim sub atom slice_bound literal interval case_arg case_when
%type <node> case_else func_expr func_app special_call extract_field arg arg_value filter_opt mod type_field
%type <list> schema_elements table_columns places places_opt lock_of alter_actions alter_parts names changed_tables drop_names idents columns_opt options options_opt inner_opts copy_options copy_words copy_options_opt explain_options maintained maintained_tables
%type <list> set_values elements column_list_of watermark_keys params params_opt type_list types_opt returning_opt set_clauses merge_whens rows
%type <list> index_columns values_items targets group_items windows order order_opt call_order from_opt from_list ctes probe_list
%type <json> json_clauses json_clause
%type <behavior> json_behavior
%type <node> json_item
%type <list> json_items passing
%type <list> measures measures_opt subsets subsets_opt defines defines_opt patterns exprs exprs_opt args func_apps case_whens
%type <list> default_items fields map_items pivot_group replace_opt rename_opt star_replace star_rename replace_items rename_items include_opt constraint_names labels label_list within_group_opt partition_opt mods mod_list type_fields
%type <ident> ident index_method name_word func_word bare label language_name table_alias_opt param_name schema_owner
%type <word> json_kind key comment_text now_word show_like n_word l_word c_word f_word r_word
%type <num> on_commit on_commit_opt maintain_words maintain_list maintain_word on_word lock_mode lock_mode_opt nulls_distinct when_checked when_word when_rule constraints_when like_parts like_part temp_word match_opt foreign_action lock_strength lock_wait or_replace ine if_exists behavior restart_opt object plain_object alter_object drop_object end_kind chain_opt transaction_modes transaction_modes_opt transaction_mode isolation_level discard_what overriding overriding_opt copy_dir with_data scroll_opt hold_opt setop_all by_name nulls_kept
%type <num> search_order recursive_opt cte_mat only_ties dir nulls ordinality_opt join_type asof_type match_rows_opt not_opt sym_opt is_test normal_form
%type <num> quant like_op cmp_op add_op mul_op other_op prefix_op units unit trim_side nulls_opt frame_kind frame_exclude
%type <name> name dotted func changed_table
%type <type> type simple_type time_type unnamed_type
%type <query> query query_bare query_parens limits limit_item
%type <select> group_by windows_opt
%type <tail> tail tail_query view_tail
%type <with> with
%type <search> search_opt
%type <cycle> cycle_opt
%type <alias> alias_opt alias rows_alias
%type <window> over_opt window_spec frame_opt frame_extent frame_bound
%type <clauses> emit
%type <join> on_using asof_quals match_items match_item
%type <probe> probe_offsets
%type <match> match_body skip_opt
%type <pattern> pattern pattern_concat pattern_item pattern_prim quantifier
%type <option> value value_number zone
%type <option> role_value
%type <conn> conn conn_opts format
%type <column> column_def column_con column_rule column_cons identity_opt identity_changes identity_change
%type <seq> sequence_opt sequence_items sequence_item identity_items identity_item restart_item alter_sequence_items alter_sequence_item
%type <rel> source_rest table_rest rest_query into_opt
%type <sink> sink_from
%type <func> func_item func_items atomic_body
%type <copy> copy_target
%type <conflict> conflict_opt conflict_do
%type <declare> declare_what

/* FORMAT f WITH (..): the WITH belongs to the format. */
%precedence P_NO_TO /* INTERVAL '1' DAY TO SECOND inside of FLOOR(.. TO ..) */
%precedence TK_TO
%precedence P_NO_WITH
%precedence TK_WITH
/* a ASOF JOIN b MATCH_CONDITION (..) ON ..: the ON belongs to the nearest join. */
%precedence P_NO_NULLS /* f(g(x) IGNORE NULLS): they are of g(x) */
%precedence TK_IGNORE TK_RESPECT
/* SELECT EMIT: a column, not the clause behind a query without columns. */
%precedence P_NO_TARGETS
%precedence TK_EMIT TK_ALLOW TK_LATE
%precedence P_NO_ON
%precedence TK_ON TK_USING TK_MATCH_CONDITION TK_TOLERANCE
%left TK_UNION TK_EXCEPT
%left TK_INTERSECT
%left TK_OR
%left TK_AND
%precedence TK_NOT
%nonassoc TK_IS TK_ISNULL TK_NOTNULL
%nonassoc P_CMP TK_EQ TK_NE TK_LT TK_LE TK_GT TK_GE
%nonassoc TK_BETWEEN TK_IN TK_LIKE TK_ILIKE TK_SIMILAR TK_NOT_LA TK_OVERLAPS_WORD
%precedence TK_ESCAPE
%left P_OP TK_CONCAT TK_PIPE TK_AMP TK_OVERLAPS TK_HASH TK_SHL TK_SHR TK_GET TK_GET_TEXT TK_PATH TK_PATH_TEXT TK_CONTAINS TK_CONTAINED TK_QUESTION TK_TILDE TK_REGEX_I TK_NOT_REGEX TK_NOT_REGEX_I TK_ANY_KEY TK_ALL_KEYS TK_DELETE_PATH TK_PATH_EXISTS TK_PATH_MATCH TK_LIKE_OP TK_NOT_LIKE_OP TK_ILIKE_OP TK_NOT_ILIKE_OP TK_STARTS_OP TK_NOT_RIGHT TK_NOT_LEFT TK_ADJACENT TK_WITHIN_EQ TK_HAS_EQ
%left P_ADD TK_PLUS TK_MINUS
%left P_MUL TK_STAR TK_SLASH TK_PERCENT
%left TK_CARET
%left TK_AT
%precedence TK_COLLATE
%precedence P_SIGN
%precedence TK_RP
%precedence TK_CAST_OP
/* a CROSS JOIN b JOIN c: joins group to the left. */
%left TK_JOIN TK_CROSS TK_LEFT TK_SEMI TK_ANTI TK_FULL TK_RIGHT TK_INNER TK_NATURAL TK_ASOF TK_TEMPORAL
%%
start:
    TK_START_SCRIPT script
  | TK_START_EXPR expr { p->expr = $2; }
  ;
script:
    script_item
  | script semicolon script_item
  ;
semicolon:
    TK_SEMICOLON { p->n_complete = p->n_stmts; }
  ;
script_item:
    %empty
  | stmt_some { script_add(p, @1, $1); }
  | maintain { script_add(p, @1, $1); }
  ;
stmt_some:
    stmt
  ;

/* ---- statements ---- */
schema_element: /* what CREATE SCHEMA may have behind it */
    TK_CREATE or_replace TK_TABLE ine name table_rest { $$ = create_relation(p, @$, OBJECT_TABLE, $2 | $4, $5, $6); }
  | TK_CREATE or_replace TK_VIEW ine name columns_opt TK_AS query view_tail { 
      $$ = create_query(p, @$, OBJECT_VIEW, $2 | $4, $5, rest_named(p, $6, EMPTY, rest_of_query(p, $8, $9, true)), $9 ? $9->check : 0); }
  | TK_CREATE TK_SEQUENCE ine name sequence_opt { $$ = create_sequence(@$, $3, $4, $5); }
  | TK_CREATE TK_INDEX index_rest { $$ = $3; $$->at = @$; }
  | TK_CREATE TK_UNIQUE TK_INDEX index_rest { RAW(CreateIndexStmt, $4)->unique = true; $$ = $4; $$->at = @$; }
  ;
schema_elements:
    %empty { $$ = EMPTY; }
  | schema_elements schema_element { $$ = list_add($1, $2); }
  ;
stmt:
    schema_element
  | query tail { $$ = make_query_stmt(p, @$, $1, $2); }
  | TK_CREATE or_replace TK_SOURCE table_word ine name source_rest { $$ = create_relation(p, @$, OBJECT_SOURCE, $2 | $5, $6, $7); }
  | TK_CREATE or_replace TK_LOOKUP TK_TABLE ine name source_rest { $$ = create_relation(p, @$, OBJECT_LOOKUP_TABLE, $2 | $5, $6, $7); }
  | TK_CREATE or_replace temp_word TK_TABLE ine name table_rest { $$ = create_temporary(p, @$, $2 | $5, $6, $7); }
  | TK_CREATE or_replace temp_word TK_VIEW ine name columns_opt TK_AS query view_tail
      { $$ = make_temporary(create_query(p, @$, OBJECT_VIEW, $2 | $5, $6, rest_named(p, $7, EMPTY, rest_of_query(p, $9, $10, true)),
                                            $10 ? $10->check : 0)); }
  | TK_CREATE or_replace temp_word TK_SEQUENCE ine name sequence_opt
      { $$ = make_temporary(create_sequence(@$, $5, $6, $7)); if ($2) PARSE_FAIL(p, ERR_SYNTAX, @2, "a sequence is not replaced"); }
  | TK_CREATE or_replace TK_STREAM ine name columns_opt options_opt TK_AS query tail
      { $$ = create_query(p, @$, OBJECT_STREAM, $2 | $4, $5, rest_named(p, $6, $7, rest_of_query(p, $9, $10, true)), 0); }
  | TK_CREATE or_replace TK_MATERIALIZED TK_VIEW ine name columns_opt options_opt TK_AS rest_query
      { $$ = create_query(p, @$, OBJECT_MATERIALIZED_VIEW, $2 | $5, $6, rest_named(p, $7, $8, $10), 0); }
  | TK_CREATE or_replace TK_MATERIALIZED TK_VIEW ine name columns_opt emit TK_AS rest_query
      { $$ = create_query(p, @$, OBJECT_MATERIALIZED_VIEW, $2 | $5, $6, rest_named(p, $7, EMPTY, rest_with_emit(p, $8, $10)), 0); }
  | TK_CREATE or_replace TK_RECURSIVE TK_VIEW ine name TK_LP idents TK_RP TK_AS query view_tail {
      Query *q = make_recursive(p, @11, $6, $8, $11);
      $$ = create_query(p, @$, OBJECT_VIEW, $2 | $5, $6, rest_named(p, EMPTY, EMPTY, rest_of_query(p, q, $12, true)), $12 ? $12->check : 0); }
  | TK_CREATE or_replace TK_CONTINUOUS TK_QUERY ine name TK_AS query tail
      { $$ = create_query(p, @$, OBJECT_CONTINUOUS_QUERY, $2 | $5, $6, rest_of_query(p, $8, $9, true), 0); }
  | TK_CREATE or_replace TK_SINK ine name TK_FROM sink_from where TK_INTO conn tail
      { $7->where = $8; $$ = create_sink(p, @$, $2 | $4, $5, $7, $10, $11); }
  | TK_CREATE or_replace TK_SINK ine name TK_FROM sink_from where format tail
      { $7->where = $8; $$ = create_sink(p, @$, $2 | $4, $5, $7, $9, $10); }
  | TK_CREATE or_replace TK_SINK ine name TK_FROM sink_from where tail
      { $7->where = $8; $$ = create_sink(p, @$, $2 | $4, $5, $7, NULL, $9); }
  | TK_CREATE or_replace TK_SINK ine name TK_INTO conn TK_AS query tail
      { $$ = create_sink(p, @$, $2 | $4, $5, MAKE(CreateSinkStmt, @9, .query = $9), $7, $10); }
  | TK_CREATE or_replace TK_SINK ine name TK_AS query tail
      { $$ = create_sink(p, @$, $2 | $4, $5, MAKE(CreateSinkStmt, @7, .query = $7), NULL, $8); }
  | TK_CREATE or_replace TK_FUNCTION ine name TK_LP params_opt TK_RP func_items
      { $$ = create_function(p, @$, $2 | $4, $5, $7, $9); }
  | TK_CREATE or_replace TK_PROCEDURE ine name TK_LP params_opt TK_RP func_items
      { $$ = create_function(p, @$, $2 | $4 | CREATE_PROCEDURE, $5, $7, $9); }
  | TK_CREATE TK_TYPE name TK_AS TK_ENUM TK_LP labels TK_RP { $$ = NEW(CreateTypeStmt, @$, .name = *$3, .is_enum = true, .labels = $7); }
  | TK_CREATE TK_TYPE name TK_AS TK_LP type_fields TK_RP { $$ = NEW(CreateTypeStmt, @$, .name = *$3, .fields = $6); }
  | TK_CREATE TK_DOMAIN name as_word type column_cons
      { $$ = create_domain(p, @$, $3, $5, $6); }
  | TK_DROP drop_object if_exists drop_names behavior { $$ = make_drop(p, @$, $2, $3, $4, $5); }
  | TK_DROP TK_SEQUENCE if_exists names behavior
      { $$ = NEW(DropStmt, @$, .kind = OBJECT_SEQUENCE, .if_exists = $3, .names = $4, .behavior = $5); }
  | TK_ALTER alter_object if_exists name alter_actions { $$ = NEW(AlterStmt, @$, .kind = $2, .if_exists = $3, .name = *$4, .actions = $5); }
  | TK_ALTER alter_object if_exists TK_ONLY name alter_actions
      { only_table(p, @4, $2); $$ = NEW(AlterStmt, @$, .kind = $2, .if_exists = $3, .name = *$5, .actions = $6); }
  | TK_ALTER alter_object if_exists name TK_LP params_opt TK_RP schema_change { $$ = alter_of_function(p, @$, $2, $3, $4, $6, $8); }
  | TK_ALTER TK_TYPE name type_change { $$ = NEW(AlterStmt, @$, .kind = OBJECT_TYPE, .name = *$3, .actions = list_one($4)); }
  | TK_ALTER TK_DOMAIN name domain_change { $$ = NEW(AlterStmt, @$, .kind = OBJECT_DOMAIN, .name = *$3, .actions = list_one($4)); }
  | TK_ALTER TK_SCHEMA name schema_change { $$ = NEW(AlterStmt, @$, .kind = OBJECT_SCHEMA, .name = *$3, .actions = list_one($4)); }
  | TK_CREATE TK_SCHEMA ine name schema_owner schema_elements { $$ = create_schema(p, @$, $3, $4, $5, $6); }
  | TK_CREATE TK_SCHEMA ine TK_AUTHORIZATION ident schema_elements
      { $$ = create_schema(p, @$, $3, name_new(p, $5, @5), $5, $6); }
  | TK_DROP TK_SCHEMA if_exists names behavior
      { $$ = NEW(DropStmt, @$, .kind = OBJECT_SCHEMA, .if_exists = $3, .names = $4, .behavior = $5); }
  | TK_ALTER TK_SEQUENCE if_exists name alter_sequence
      { $$ = NEW(AlterStmt, @$, .kind = OBJECT_SEQUENCE, .if_exists = $3, .name = *$4, .actions = list_one($5)); }
  | insert
  | with insert { RAW(InsertStmt, $2)->with = $1; node_update(p, $$ = $2); $$->at = @$; }
  | update
  | with update { RAW(UpdateStmt, $2)->with = $1; node_update(p, $$ = $2); $$->at = @$; }
  | delete
  | with delete { RAW(DeleteStmt, $2)->with = $1; node_update(p, $$ = $2); $$->at = @$; }
  | merge
  | with merge { RAW(MergeStmt, $2)->with = $1; node_update(p, $$ = $2); $$->at = @$; }
  | TK_TRUNCATE table_word changed_tables restart_opt behavior { $$ = NEW(TruncateStmt, @$, .names = $3, .restart = $4, .behavior = $5); }
  | TK_COPY name columns_opt copy_dir copy_target copy_options_opt where
      { $$ = make_copy(p, @$, $4, $5, $6); RAW(CopyStmt, $$)->table = *$2; RAW(CopyStmt, $$)->columns = $3; RAW(CopyStmt, $$)->where = $7; node_update(p, $$); }
  | TK_COPY query_parens TK_TO copy_target copy_options_opt
      { $$ = make_copy(p, @$, false, $4, $5); RAW(CopyStmt, $$)->query = $2; node_update(p, $$); }
  | TK_COPY TK_LP changes_rows TK_RP TK_TO copy_target copy_options_opt
      { $$ = make_copy(p, @$, false, $6, $7); RAW(CopyStmt, $$)->change = $3; node_update(p, $$); }
  | TK_EXPLAIN TK_PLAN TK_FOR explain_target { $$ = NEW(ExplainStmt, @$, .stmt = $4); }
  | TK_EXPLAIN TK_DAG { $$ = NEW(ExplainStmt, @$, .what = EXPLAIN_DAG); }
  | TK_EXPLAIN TK_ROW TK_LP name TK_RP { $$ = NEW(ExplainStmt, @$, .what = EXPLAIN_ROW, .name = *$4); }
  | TK_EXPLAIN TK_ROW TK_LP name TK_COMMA exprs TK_RP { $$ = NEW(ExplainStmt, @$, .what = EXPLAIN_ROW, .name = *$4, .keys = $6); }
  | TK_EXPLAIN explain_target { $$ = NEW(ExplainStmt, @$, .stmt = $2); }
  | TK_EXPLAIN TK_LP explain_options TK_RP explain_target { $$ = NEW(ExplainStmt, @$, .options = $3, .stmt = $5); }
  | TK_EXPLAIN TK_ANALYZE explain_target { $$ = NEW(ExplainStmt, @$, .analyze = true, .stmt = $3); }
  | TK_EXPLAIN TK_ANALYZE TK_VERBOSE explain_target { $$ = NEW(ExplainStmt, @$, .analyze = true, .verbose = true, .stmt = $4); }
  | TK_EXPLAIN TK_ANALYZE TK_IDENT { $$ = NEW(ExplainStmt, @$, .analyze = true, .name = *name_new(p, $3, @3)); }
  | TK_EXPLAIN TK_ANALYZE TK_VERBOSE TK_IDENT { $$ = NEW(ExplainStmt, @$, .analyze = true, .verbose = true, .name = *name_new(p, $4, @4)); }
  | TK_EXPLAIN TK_LP explain_options TK_RP TK_IDENT { $$ = NEW(ExplainStmt, @$, .options = $3, .name = *name_new(p, $5, @5)); }
  | TK_EXPLAIN TK_STREAMING explain_target
      { $$ = NEW(ExplainStmt, @$, .options = list_one(make_option(p, @2, STR("streaming"), @2, NULL)), .stmt = $3); }
  | TK_EXPLAIN TK_VERBOSE explain_target { $$ = NEW(ExplainStmt, @$, .verbose = true, .stmt = $3); }
  | TK_VERIFY TK_VIEW name { $$ = NEW(VerifyStmt, @$, .name = *$3); }
  | TK_VERIFY TK_MATERIALIZED TK_VIEW name { $$ = NEW(VerifyStmt, @$, .materialized = true, .name = *$4); }
  | TK_SHOW show { $$ = $2; $$->at = @$; }
  | describe_word name { $$ = NEW(DescribeStmt, @$, .name = *$2); }
  | describe_word TK_EXTENDED name { $$ = NEW(DescribeStmt, @$, .extended = true, .name = *$3); }
  | TK_SET name to_or_eq set_values { $$ = make_set(p, @$, false, $2, $4); }
  | TK_SET TK_SESSION name to_or_eq set_values { $$ = make_set(p, @$, false, $3, $5); }
  | TK_SET TK_LOCAL name to_or_eq set_values { $$ = make_set(p, @$, true, $3, $5); }
  | TK_SET TK_SCHEMA TK_STRING
      { $$ = make_set(p, @$, false, name_new(p, ident_of(STR("search_path"), @2), @2), list_one(&make_value(p, @3, OPTION_FORM_STRING, $3)->node)); }
  | TK_SET TK_TIME TK_ZONE zone { $$ = make_set(p, @$, false, name_new(p, ident_of(STR("timezone"), @2), @2), list_one(&$4->node)); }
  | TK_SET TK_SESSION TK_TIME TK_ZONE zone
      { $$ = make_set(p, @$, false, name_new(p, ident_of(STR("timezone"), @3), @3), list_one(&$5->node)); }
  | TK_SET TK_LOCAL TK_TIME TK_ZONE zone
      { $$ = make_set(p, @$, true, name_new(p, ident_of(STR("timezone"), @3), @3), list_one(&$5->node)); }
  | TK_SET TK_CONSTRAINTS constraint_names constraints_when { $$ = NEW(SetConstraintsStmt, @$, .names = $3, .deferred = $4); }
  | TK_SET TK_NAMES role_value { $$ = make_set(p, @$, false, name_new(p, ident_of(STR("client_encoding"), @2), @2), list_one(&$3->node)); }
  | TK_SET TK_NAMES TK_DEFAULT { $$ = NEW(ResetStmt, @$, .name = *name_new(p, ident_of(STR("client_encoding"), @2), @2)); }
  | TK_SET TK_ROLE role_value { $$ = make_set(p, @$, false, name_new(p, ident_of(STR("role"), @2), @2), list_one(&$3->node)); }
  | TK_SET TK_SESSION TK_AUTHORIZATION role_value
      { $$ = make_set(p, @$, false, name_new(p, ident_of(STR("session_authorization"), @3), @3), list_one(&$4->node)); }
  | TK_SET TK_SESSION TK_AUTHORIZATION TK_DEFAULT
      { $$ = NEW(ResetStmt, @$, .name = *name_new(p, ident_of(STR("session_authorization"), @3), @3)); }
  | TK_RESET TK_SESSION TK_AUTHORIZATION
      { $$ = NEW(ResetStmt, @$, .name = *name_new(p, ident_of(STR("session_authorization"), @3), @3)); }
  | TK_RESET TK_ALL { $$ = NEW(ResetStmt, @$, .all = true); }
  | TK_RESET TK_TIME TK_ZONE { $$ = NEW(ResetStmt, @$, .name = *name_new(p, ident_of(STR("timezone"), @2), @2)); }
  | TK_RESET name { $$ = NEW(ResetStmt, @$, .name = *$2); }
  | subscribe
  | TK_DECLARE ident scroll_opt TK_CURSOR hold_opt TK_FOR declare_what
      { $$ = make_declare(p, @$, $2, $3, $5, $7); }
  | TK_FETCH fetch { $$ = $2; $$->at = @$; }
  | TK_MOVE fetch { $$ = $2; RAW(FetchStmt, $$)->move = true; $$->at = @$; }
  | TK_CLOSE ident { $$ = NEW(CloseStmt, @$, .name = $2); }
  | TK_CLOSE TK_ALL { $$ = NEW(CloseStmt, @$, .all = true); }
  | TK_CHECKPOINT { $$ = NEW(CheckpointStmt, @$); }
  | TK_FLUSH { $$ = NEW(FlushStmt, @$); }
  | TK_RESTORE TK_FROM TK_CHECKPOINT query_id { $$ = NEW(RestoreStmt, @$, .checkpoint = $4); }
  | TK_RESTORE TK_FROM TK_STRING { $$ = NEW(RestoreStmt, @$, .path = $3); }
  | TK_BACKUP TK_TO TK_STRING options_opt { $$ = NEW(BackupStmt, @$, .path = $3, .options = $4); }
  | TK_CANCEL TK_BACKFILL TK_FOR name { $$ = NEW(BackfillStmt, @$, .name = *$4); }
  | TK_RESUME TK_BACKFILL TK_FOR name { $$ = NEW(BackfillStmt, @$, .resume = true, .name = *$4); }
  | TK_REFRESH TK_LOOKUP TK_TABLE name { $$ = NEW(RefreshStmt, @$, .name = *$4); }
  | TK_REFRESH TK_MATERIALIZED TK_VIEW refresh_beside name { $$ = NEW(RefreshStmt, @$, .is_view = true, .name = *$5); }
  | TK_REFRESH TK_TABLE name { $$ = NEW(RefreshStmt, @$, .name = *$3); }
  | TK_CANCEL query_word query_id { $$ = NEW(CancelStmt, @$, .query_id = $3); }
  | TK_KILL query_word query_id { $$ = NEW(CancelStmt, @$, .kill = true, .query_id = $3); }
  | TK_PREPARE ident types_opt TK_AS stmt_some { $$ = NEW(PrepareStmt, @$, .name = $2, .types = $3, .stmt = $5); }
  | call
  | TK_EXECUTE ident { $$ = NEW(ExecuteStmt, @$, .name = $2); }
  | TK_EXECUTE ident TK_LP exprs TK_RP { $$ = NEW(ExecuteStmt, @$, .name = $2, .args = $4); }
  | TK_DEALLOCATE ident { $$ = NEW(DeallocateStmt, @$, .name = $2); }
  | TK_DEALLOCATE TK_PREPARE ident { $$ = NEW(DeallocateStmt, @$, .name = $3); }
  | TK_DEALLOCATE TK_ALL { $$ = NEW(DeallocateStmt, @$, .all = true); }
  | TK_DEALLOCATE TK_PREPARE TK_ALL { $$ = NEW(DeallocateStmt, @$, .all = true); }
  | TK_BEGIN transaction_word transaction_modes_opt { $$ = NEW(TransactionStmt, @$, .kind = TRANSACTION_BEGIN, .modes = $3); }
  | TK_START transaction_word transaction_modes_opt { $$ = NEW(TransactionStmt, @$, .kind = TRANSACTION_BEGIN, .modes = $3, .start = true); }
  | end_kind transaction_word chain_opt { $$ = NEW(TransactionStmt, @$, .kind = $1, .chain = $3); }
  | TK_SET TK_TRANSACTION transaction_modes { $$ = NEW(TransactionStmt, @$, .kind = TRANSACTION_SET, .modes = $3); }
  | TK_SET TK_SESSION TK_CHARACTERISTICS TK_AS TK_TRANSACTION transaction_modes
      { $$ = NEW(TransactionStmt, @$, .kind = TRANSACTION_SET_SESSION, .modes = $6); }
  | TK_DISCARD discard_what { $$ = NEW(DiscardStmt, @$, .what = $2); }
  | TK_SAVEPOINT ident { $$ = NEW(TransactionStmt, @$, .kind = TRANSACTION_SAVEPOINT, .name = $2); }
  | TK_RELEASE ident { $$ = NEW(TransactionStmt, @$, .kind = TRANSACTION_RELEASE, .name = $2); }
  | TK_RELEASE TK_SAVEPOINT ident { $$ = NEW(TransactionStmt, @$, .kind = TRANSACTION_RELEASE, .name = $3); }
  | TK_ROLLBACK transaction_word chain_opt { $$ = NEW(TransactionStmt, @$, .kind = TRANSACTION_ROLLBACK, .chain = $3); }
  | TK_ROLLBACK transaction_word TK_TO ident { $$ = NEW(TransactionStmt, @$, .kind = TRANSACTION_ROLLBACK_TO, .name = $4); }
  | TK_ROLLBACK transaction_word TK_TO TK_SAVEPOINT ident { $$ = NEW(TransactionStmt, @$, .kind = TRANSACTION_ROLLBACK_TO, .name = $5); }
  | TK_COMMENT TK_ON drop_object name TK_IS comment_text { $$ = NEW(CommentStmt, @$, .kind = $3, .name = *$4, .text = $6); }
  | TK_COMMENT TK_ON drop_object name TK_LP params_opt TK_RP TK_IS comment_text { $$ = comment_on_function(p, @$, $3, $4, $6, $9); }
  | TK_COMMENT TK_ON TK_SCHEMA name TK_IS comment_text { $$ = NEW(CommentStmt, @$, .kind = OBJECT_SCHEMA, .name = *$4, .text = $6); }
  | TK_COMMENT TK_ON TK_SEQUENCE name TK_IS comment_text { $$ = NEW(CommentStmt, @$, .kind = OBJECT_SEQUENCE, .name = *$4, .text = $6); }
  | TK_COMMENT TK_ON TK_CONSTRAINT ident TK_ON TK_DOMAIN name TK_IS comment_text
      { $$ = NEW(CommentStmt, @$, .kind = OBJECT_CONSTRAINT, .of_domain = true, .name = *name_add(p, $7, $4, @7), .text = $9); }
  | TK_COMMENT TK_ON TK_CONSTRAINT ident TK_ON name TK_IS comment_text
      { $$ = NEW(CommentStmt, @$, .kind = OBJECT_CONSTRAINT, .name = *name_add(p, $6, $4, @6), .text = $8); }
  | TK_COMMENT TK_ON TK_COLUMN name TK_IS comment_text { $$ = NEW(CommentStmt, @$, .kind = OBJECT_COLUMN, .name = *$4, .text = $6); }
  ;
constraint_names: TK_ALL { $$ = EMPTY; } | names ;
constraints_when: TK_DEFERRED { $$ = true; } | TK_IMMEDIATE { $$ = false; } ;
maintain: /* outside of stmt, for EXPLAIN ANALYZE name is another thing */
    TK_ANALYZE maintain_words maintained { $$ = maintain_of(p, @$, MAINTAIN_ANALYZE, $2, $3); }
  | TK_VACUUM maintain_words maintained { $$ = maintain_of(p, @$, MAINTAIN_VACUUM, $2, $3); }
  | TK_VACUUM_LA TK_ANALYZE maintained { $$ = maintain_of(p, @$, MAINTAIN_VACUUM, MAINTAINS_ANALYZE, $3); }
  | TK_VACUUM TK_VERBOSE_LA TK_ANALYZE maintained
      { $$ = maintain_of(p, @$, MAINTAIN_VACUUM, MAINTAINS_ANALYZE | MAINTAINS_ALOUD, $4); }
  | TK_VACUUM TK_FULL { PARSE_FAIL(p, ERR_UNSUPPORTED, @2, "VACUUM FULL is not supported"); $$ = NEW(MaintainStmt, @$); }
  | TK_REINDEX maintain_words reindexed { $$ = reindex_of(p, @$, $2, $3); }
  | TK_LOCK table_word maintained_tables lock_mode_opt nowait_opt
      { $$ = NEW(MaintainStmt, @$, .what = MAINTAIN_LOCK, .excludes = $4, .tables = $3); }
  ;
maintain_words:
    %empty { $$ = 0; }
  | TK_VERBOSE { $$ = MAINTAINS_ALOUD; }
  | TK_LP maintain_list TK_RP { $$ = $2; }
  ;
maintain_list: maintain_word | maintain_list TK_COMMA maintain_word { $$ = $1 | $3; } ;
maintain_word:
    TK_ANALYZE on_word { $$ = $2 ? MAINTAINS_ANALYZE : 0; }
  | TK_VERBOSE on_word { $$ = $2 ? MAINTAINS_ALOUD : 0; }
  | TK_FULL { PARSE_FAIL(p, ERR_UNSUPPORTED, @1, "VACUUM FULL is not supported"); $$ = 0; }
  | TK_IDENT { PARSE_FAIL(p, ERR_UNSUPPORTED, @1, "option %s is not supported", $1.s.p); $$ = 0; }
  ;
on_word: %empty { $$ = true; } | TK_TRUE { $$ = true; } | TK_ON { $$ = true; } | TK_FALSE { $$ = false; } ;
maintained: %empty { $$ = EMPTY; } | maintained_tables ;
maintained_tables:
    maintained_table { $$ = list_one($1); }
  | maintained_tables TK_COMMA maintained_table { $$ = list_add($1, $3); }
  ;
maintained_table:
    name { $$ = NEW(MaintainTable, @$, .name = *$1); }
  | name TK_LP idents TK_RP { $$ = NEW(MaintainTable, @$, .name = *$1, .columns = $3); }
  ;
reindexed:
    TK_TABLE not_beside name { $$ = NEW(MaintainStmt, @$, .of = REINDEX_TABLE, .tables = list_one(NEW(MaintainTable, @3, .name = *$3))); }
  | TK_INDEX not_beside name { $$ = NEW(MaintainStmt, @$, .of = REINDEX_INDEX, .tables = list_one(NEW(MaintainTable, @3, .name = *$3))); }
  | TK_SCHEMA not_beside name { $$ = NEW(MaintainStmt, @$, .of = REINDEX_SCHEMA, .whole = *$3); }
  | TK_DATABASE not_beside name { $$ = NEW(MaintainStmt, @$, .of = REINDEX_DATABASE, .whole = *$3); }
  ;
not_beside: %empty | TK_CONCURRENTLY { PARSE_FAIL(p, ERR_UNSUPPORTED, @1, "REINDEX CONCURRENTLY is not supported: pushes wait while an index is made"); } ;
lock_mode_opt: %empty { $$ = true; } | TK_IN lock_mode TK_MODE { $$ = $2; } ;
lock_mode: /* whether those who change rows are kept out */
    TK_ACCESS TK_SHARE { $$ = false; }
  | TK_ROW TK_SHARE { $$ = false; }
  | TK_ROW TK_EXCLUSIVE { $$ = false; }
  | TK_SHARE TK_UPDATE TK_EXCLUSIVE { $$ = false; }
  | TK_SHARE { $$ = true; }
  | TK_SHARE TK_ROW TK_EXCLUSIVE { $$ = true; }
  | TK_EXCLUSIVE { $$ = true; }
  | TK_ACCESS TK_EXCLUSIVE { $$ = true; }
  ;
nowait_opt: %empty | TK_NOWAIT ; /* nothing waits */
table_word: %empty | TK_TABLE ;
query_word: %empty | TK_QUERY ;
describe_word: TK_DESCRIBE | TK_DESC ;
to_or_eq: TK_TO | TK_EQ ;
transaction_word: %empty | TK_TRANSACTION | TK_WORK ;
end_kind:
    TK_COMMIT { $$ = TRANSACTION_COMMIT; }
  | TK_ABORT { $$ = TRANSACTION_ROLLBACK; }
  | TK_END { $$ = TRANSACTION_COMMIT; }
  ;
chain_opt:
    %empty { $$ = false; }
  | TK_AND TK_CHAIN { $$ = true; }
  | TK_AND TK_NO TK_CHAIN { $$ = false; }
  ;
transaction_modes_opt: %empty { $$ = 0; } | transaction_modes ;
transaction_modes:
    transaction_mode
  | transaction_modes transaction_mode { $$ = merge_modes($1, $2); }
  | transaction_modes TK_COMMA transaction_mode { $$ = merge_modes($1, $3); }
  ;
transaction_mode:
    TK_ISOLATION TK_LEVEL isolation_level { $$ = $3; }
  | TK_READ TK_ONLY { $$ = MODE_READ_ONLY; }
  | TK_READ TK_WRITE { $$ = MODE_READ_WRITE; }
  | TK_DEFERRABLE { $$ = MODE_DEFERRABLE; }
  | TK_NOT TK_DEFERRABLE { $$ = MODE_NOT_DEFERRABLE; }
  ;
isolation_level:
    TK_SERIALIZABLE { $$ = MODE_SERIALIZABLE; }
  | TK_REPEATABLE TK_READ { $$ = MODE_REPEATABLE_READ; }
  | TK_READ TK_COMMITTED { $$ = MODE_READ_COMMITTED; }
  | TK_READ TK_UNCOMMITTED { $$ = MODE_READ_UNCOMMITTED; }
  ;
discard_what:
    TK_ALL { $$ = DISCARD_ALL; }
  | TK_PLANS { $$ = DISCARD_PLANS; }
  | TK_SEQUENCES { $$ = DISCARD_SEQUENCES; }
  | temp_word { $$ = DISCARD_TEMP; }
  ;
or_replace:
    %empty { $$ = 0; }
  | TK_OR TK_REPLACE { $$ = CREATE_OR_REPLACE; }
  ;
ine:
    %empty { $$ = 0; }
  | TK_IF TK_NOT TK_EXISTS { $$ = CREATE_IF_NOT_EXISTS; }
  ;
if_exists:
    %empty { $$ = false; }
  | TK_IF TK_EXISTS { $$ = true; }
  ;
restart_opt:
    %empty { $$ = false; }
  | TK_RESTART TK_IDENTITY { $$ = true; }
  | TK_CONTINUE TK_IDENTITY { $$ = false; }
  ;
behavior:
    %empty { $$ = DROP_DEFAULT; }
  | TK_CASCADE { $$ = DROP_CASCADE; }
  | TK_RESTRICT { $$ = DROP_RESTRICT; }
  ;
labels: %empty { $$ = EMPTY; } | label_list ;
index_rest:
    concurrently TK_ON name index_method TK_LP index_columns TK_RP include_opt nulls_distinct where
      { $$ = NEW(CreateIndexStmt, @$, .table = *$3, .method = $4, .columns = $6, .included = $8, .nulls_equal = $9, .where = $10); }
  | concurrently ine ident TK_ON name index_method TK_LP index_columns TK_RP include_opt nulls_distinct where
      { $$ = NEW(CreateIndexStmt, @$, .if_not_exists = $2 != 0, .name = $3, .table = *$5, .method = $6, .columns = $8, .included = $10, .nulls_equal = $11, .where = $12); }
  ;
concurrently:
    %empty
  | TK_CONCURRENTLY { PARSE_FAIL(p, ERR_UNSUPPORTED, @1, "CREATE INDEX CONCURRENTLY is not supported: pushes wait while it is made"); }
  ;
refresh_beside: %empty | TK_CONCURRENTLY ;
include_opt: %empty { $$ = EMPTY; } | TK_INCLUDE TK_LP idents TK_RP { $$ = $3; } ;
nulls_distinct:
    %empty { $$ = false; }
  | TK_NULLS TK_DISTINCT { $$ = false; }
  | TK_NULLS TK_NOT TK_DISTINCT { $$ = true; }
  ;
index_columns:
    index_column { $$ = list_one($1); }
  | index_columns TK_COMMA index_column { $$ = list_add($1, $3); }
  ;
index_column:
    order_item
  | expr bare dir nulls { index_class(p, &$2); $$ = NEW(OrderItem, @$, .expr = $1, .dir = $3, .nulls = $4); }
  ;
index_method:
    %empty { $$ = (Ident){0}; }
  | TK_USING ident { $$ = $2; }
  ;
label_list:
    TK_STRING { $$ = list_one(LIT(@1, STRING, $1)); }
  | label_list TK_COMMA TK_STRING { $$ = list_add($1, LIT(@3, STRING, $3)); }
  ;
object:
    plain_object
  | TK_TYPE { $$ = OBJECT_TYPE; }
  | TK_DOMAIN { $$ = OBJECT_DOMAIN; }
  ;
alter_object:
    plain_object
  | TK_SOURCE TK_TABLE { $$ = OBJECT_SOURCE; }
  ;
plain_object:
    TK_SOURCE { $$ = OBJECT_SOURCE; }
  | TK_TABLE { $$ = OBJECT_TABLE; }
  | TK_LOOKUP TK_TABLE { $$ = OBJECT_LOOKUP_TABLE; }
  | TK_STREAM { $$ = OBJECT_STREAM; }
  | TK_MATERIALIZED TK_VIEW { $$ = OBJECT_MATERIALIZED_VIEW; }
  | TK_VIEW { $$ = OBJECT_VIEW; }
  | TK_CONTINUOUS TK_QUERY { $$ = OBJECT_CONTINUOUS_QUERY; }
  | TK_SINK { $$ = OBJECT_SINK; }
  | TK_FUNCTION { $$ = OBJECT_FUNCTION; }
  | TK_PROCEDURE { $$ = OBJECT_PROCEDURE; }
  | TK_ROUTINE { $$ = OBJECT_ROUTINE; }
  | TK_INDEX { $$ = OBJECT_INDEX; }
  ;
drop_object:
    object
  | TK_SOURCE TK_TABLE { $$ = OBJECT_SOURCE; }
  ;

%rules grammar_define.y

/* ---- SHOW, SUBSCRIBE, cursors ---- */
show:
    name { $$ = make_show(p, @$, $1, NOTHING); }
  | name TK_LIKE TK_STRING { $$ = make_show(p, @$, $1, $3); }
  | TK_MATERIALIZED TK_VIEWS show_like { $$ = NEW(ShowStmt, @$, .kind = SHOW_MATERIALIZED_VIEWS, .like = $3); }
  | TK_LOOKUP TK_TABLES show_like { $$ = NEW(ShowStmt, @$, .kind = SHOW_LOOKUP_TABLES, .like = $3); }
  | TK_ALL show_like { $$ = NEW(ShowStmt, @$, .kind = SHOW_SETTINGS, .like = $2); }
  | TK_DEPENDENCIES TK_FOR name show_like { $$ = NEW(ShowStmt, @$, .kind = SHOW_DEPENDENCIES, .name = *$3, .like = $4); }
  | TK_BACKFILL TK_STATUS TK_FOR name { $$ = NEW(ShowStmt, @$, .kind = SHOW_BACKFILL_STATUS, .name = *$4); }
  | TK_CHECKPOINT TK_STATUS show_like { $$ = NEW(ShowStmt, @$, .kind = SHOW_CHECKPOINT_STATUS, .like = $3); }
  | TK_WHY name TK_LATE { $$ = NEW(ShowStmt, @$, .kind = SHOW_WHY, .name = *$2); }
  | TK_COLUMNS TK_FROM name show_like { $$ = NEW(ShowStmt, @$, .kind = SHOW_COLUMNS, .name = *$3, .like = $4); }
  | TK_INDEXES TK_FROM name show_like { $$ = NEW(ShowStmt, @$, .kind = SHOW_INDEXES_OF, .name = *$3, .like = $4); }
  | TK_CREATE drop_object name { $$ = NEW(ShowStmt, @$, .kind = SHOW_CREATE, .object = $2, .name = *$3); }
  | TK_CREATE TK_SEQUENCE name { $$ = NEW(ShowStmt, @$, .kind = SHOW_CREATE, .object = OBJECT_SEQUENCE, .name = *$3); }
  | TK_CREATE name { $$ = NEW(ShowStmt, @$, .kind = SHOW_CREATE, .object = OBJECT_ANY, .name = *$2); }
  | TK_TIME TK_ZONE { $$ = make_show(p, @$, name_new(p, ident_of(STR("timezone"), @1), @1), NOTHING); }
  | TK_TRANSACTION TK_ISOLATION TK_LEVEL { $$ = make_show(p, @$, name_new(p, ident_of(STR("transaction_isolation"), @1), @1), NOTHING); }
  ;
show_like: %empty { $$ = NOTHING; } | TK_LIKE TK_STRING { $$ = $2; } ;
subscribe:
    TK_SUBSCRIBE name where epoch options_opt
      { $$ = NEW(SubscribeStmt, @$, .name = *$2, .where = $3, .as_of_epoch = $4, .options = $5); }
  | TK_SUBSCRIBE TK_LP query tail TK_RP where epoch options_opt
      { $$ = NEW(SubscribeStmt, @$, .query = query_with_tail(p, $3, $4), .where = $6, .as_of_epoch = $7, .options = $8); }
  ;
epoch: %empty { $$ = NULL; } | TK_AS TK_OF TK_EPOCH query_id { $$ = $4; } ;
declare_what:
    subscribe { $$ = MAKE(DeclareStmt, @$, .stmt = $1); }
  | query tail { $$ = MAKE(DeclareStmt, @$, .stmt = make_query_stmt(p, @$, $1, $2)); }
  ;
scroll_opt: /* 1: NO SCROLL, 2: SCROLL; no cursor sees what changes after it */
    %empty { $$ = 0; }
  | scroll_opt TK_NO TK_SCROLL { $$ = $1 | 1; }
  | scroll_opt TK_SCROLL { $$ = $1 | 2; }
  | scroll_opt TK_INSENSITIVE { $$ = $1; }
  | scroll_opt TK_ASENSITIVE { $$ = $1; }
  ;
hold_opt: %empty { $$ = 0; } | TK_WITHOUT TK_HOLD { $$ = 1; } | TK_WITH TK_HOLD { $$ = 2; } ;
fetch:
    ident { $$ = NEW(FetchStmt, @$, .name = $1); }
  | from_in ident { $$ = NEW(FetchStmt, @$, .name = $2); }
  | fetch_how from_in_opt ident { $$ = fetch_of(p, @$, $1, $3); }
  ;
fetch_how:
    fetch_count { $$ = NEW(FetchStmt, @$, .count = $1); }
  | TK_ALL { $$ = NEW(FetchStmt, @$, .all = true); }
  | TK_NEXT { $$ = NEW(FetchStmt, @$); }
  | TK_PRIOR { $$ = NEW(FetchStmt, @$, .way = FETCH_BACKWARD); }
  | TK_FIRST { $$ = NEW(FetchStmt, @$, .way = FETCH_ABSOLUTE); }
  | TK_LAST { $$ = NEW(FetchStmt, @$, .way = FETCH_ABSOLUTE, .count = make_unary(p, @1, SQL_OP_SUB, LIT(@1, INT, STR("1")))); }
  | TK_ABSOLUTE fetch_count { $$ = NEW(FetchStmt, @$, .way = FETCH_ABSOLUTE, .count = $2); }
  | TK_RELATIVE fetch_count { $$ = NEW(FetchStmt, @$, .way = FETCH_RELATIVE, .count = $2); }
  | TK_FORWARD { $$ = NEW(FetchStmt, @$); }
  | TK_FORWARD fetch_count { $$ = NEW(FetchStmt, @$, .count = $2); }
  | TK_FORWARD TK_ALL { $$ = NEW(FetchStmt, @$, .all = true); }
  | TK_BACKWARD { $$ = NEW(FetchStmt, @$, .way = FETCH_BACKWARD); }
  | TK_BACKWARD fetch_count { $$ = NEW(FetchStmt, @$, .way = FETCH_BACKWARD, .count = $2); }
  | TK_BACKWARD TK_ALL { $$ = NEW(FetchStmt, @$, .way = FETCH_BACKWARD, .all = true); }
  ;
fetch_count:
    query_id
  | TK_MINUS TK_INT { $$ = make_unary(p, @$, SQL_OP_SUB, LIT(@2, INT, $2)); }
  ;
from_in: TK_FROM | TK_IN ;
from_in_opt: %empty | from_in ;
query_id:
    TK_INT { $$ = LIT(@1, INT, $1); }
  | TK_PARAM { $$ = make_param(p, @$, $1); }
  ;
comment_text: TK_STRING | TK_NULL { $$ = NOTHING; } ;
types_opt: %empty { $$ = EMPTY; } | TK_LP type_list TK_RP { $$ = $2; } ;

/* ---- INSERT, UPDATE, DELETE, MERGE ---- */
insert:
    TK_INSERT insert_rest { $$ = $2; $$->at = @$; }
  | TK_INSERT TK_OR TK_IGNORE insert_rest { $$ = insert_or(p, @$, $4, CONFLICT_IGNORE); }
  | TK_INSERT TK_OR TK_REPLACE insert_rest { $$ = insert_or(p, @$, $4, CONFLICT_REPLACE); }
  | TK_REPLACE insert_rest { $$ = insert_or(p, @$, $2, CONFLICT_REPLACE); }
  | TK_UPSERT insert_rest { $$ = insert_or(p, @$, $2, CONFLICT_UPSERT); }
  ;
insert_rest:
    TK_INTO name query conflict_opt returning_opt
      { $$ = make_insert(p, @$, $2, $3, $4, $5); }
  | TK_INTO name overriding query conflict_opt returning_opt
      { $$ = make_insert(p, @$, $2, $4, $5, $6); RAW(InsertStmt, $$)->overriding = $3; }
  | TK_INTO name TK_LP places TK_RP overriding query conflict_opt returning_opt
      { $$ = make_insert(p, @$, $2, $7, $8, $9); RAW(InsertStmt, $$)->columns = $4; RAW(InsertStmt, $$)->overriding = $6; }
  | TK_INTO name TK_AS ident query conflict_opt returning_opt
      { $$ = make_insert(p, @$, $2, $5, $6, $7); RAW(InsertStmt, $$)->alias = $4; }
  | TK_INTO name TK_LP places TK_RP query conflict_opt returning_opt
      { $$ = make_insert(p, @$, $2, $6, $7, $8); RAW(InsertStmt, $$)->columns = $4; }
  | TK_INTO name TK_AS ident TK_LP places TK_RP query conflict_opt returning_opt
      { $$ = make_insert(p, @$, $2, $8, $9, $10); RAW(InsertStmt, $$)->alias = $4; RAW(InsertStmt, $$)->columns = $6; }
  | TK_INTO name TK_DEFAULT TK_VALUES conflict_opt returning_opt
      { $$ = make_insert(p, @$, $2, NULL, $5, $6); }
  ;
overriding:
    TK_OVERRIDING TK_SYSTEM TK_VALUE { $$ = OVERRIDING_SYSTEM; }
  | TK_OVERRIDING TK_USER TK_VALUE { $$ = OVERRIDING_USER; }
  ;
conflict_opt:
    %empty { $$ = NULL; }
  | TK_ON TK_CONFLICT conflict_do { $$ = $3; $$->node.at = @$; }
  | TK_ON TK_CONFLICT TK_LP index_columns TK_RP where conflict_do
      { $$ = $7; $$->columns = $4; $$->target_where = $6; $$->node.at = @$; node_update(p, &$$->node); }
  | TK_ON TK_CONFLICT TK_ON TK_CONSTRAINT ident conflict_do { $$ = $6; $$->constraint = $5; $$->node.at = @$; }
  ;
conflict_do:
    TK_DO TK_NOTHING { $$ = MAKE(OnConflict, @$, .do_nothing = true); }
  | TK_DO TK_UPDATE TK_SET set_clauses where { $$ = MAKE(OnConflict, @$, .sets = $4, .where = $5); }
  ;
returning_opt: %empty { $$ = EMPTY; } | TK_RETURNING targets { $$ = $2; } ;
/* No table inherits from another, so all of it is ONLY it. */
drop_names:
    drop_name { $$ = list_one($1); }
  | drop_names TK_COMMA drop_name { $$ = list_add($1, $3); }
  ;
drop_name:
    name { $$ = name_node(p, $1); }
  | name TK_LP params_opt TK_RP { $$ = routine_name(p, $1, $3); }
  ;
changed_tables:
    changed_table { $$ = list_one(name_node(p, $1)); }
  | changed_tables TK_COMMA changed_table { $$ = list_add($1, name_node(p, $3)); }
  ;
changed_table: name | TK_ONLY name { $$ = $2; } | TK_ONLY TK_LP name TK_RP { $$ = $3; } | name TK_STAR { $$ = $1; } ;
update:
    TK_UPDATE changed_table table_alias_opt TK_SET set_clauses from_opt where returning_opt
      { $$ = NEW(UpdateStmt, @$, .table = *$2, .alias = $3, .sets = $5, .from = $6, .where = $7, .returning = $8); }
  ;
delete:
    TK_DELETE TK_FROM changed_table table_alias_opt where returning_opt
      { $$ = NEW(DeleteStmt, @$, .table = *$3, .alias = $4, .where = $5, .returning = $6); }
  | TK_DELETE TK_FROM changed_table table_alias_opt TK_USING from_list where returning_opt
      { $$ = NEW(DeleteStmt, @$, .table = *$3, .alias = $4, .using_from = $6, .where = $7, .returning = $8); }
  ;
merge:
    TK_MERGE TK_INTO changed_table table_alias_opt TK_USING from_item TK_ON expr merge_whens
      { $$ = NEW(MergeStmt, @$, .table = *$3, .alias = $4, .source = $6, .on = $8, .whens = $9); }
  ;
merge_whens:
    merge_when { $$ = list_one($1); }
  | merge_whens merge_when { $$ = list_add($1, $2); }
  ;
merge_when:
    TK_WHEN TK_MATCHED merge_condition TK_THEN merge_action
      { $$ = $5; RAW(MergeWhen, $$)->matched = true; RAW(MergeWhen, $$)->condition = $3; $$->at = @$; node_update(p, $$); }
  | TK_WHEN TK_NOT TK_MATCHED merge_condition TK_THEN merge_insert
      { $$ = $6; RAW(MergeWhen, $$)->condition = $4; $$->at = @$; node_update(p, $$); }
  ;
merge_condition: %empty { $$ = NULL; } | TK_AND expr { $$ = $2; } ;
merge_action:
    TK_UPDATE TK_SET set_clauses { $$ = NEW(MergeWhen, @$, .action = MERGE_UPDATE, .sets = $3); }
  | TK_DELETE { $$ = NEW(MergeWhen, @$, .action = MERGE_DELETE); }
  | TK_DO TK_NOTHING { $$ = NEW(MergeWhen, @$, .action = MERGE_NOTHING); }
  ;
merge_insert:
    TK_INSERT places_opt overriding_opt TK_VALUES values_row
      { $$ = NEW(MergeWhen, @$, .action = MERGE_INSERT, .columns = $2, .overriding = $3, .row = $5); }
  | TK_INSERT TK_DEFAULT TK_VALUES { $$ = NEW(MergeWhen, @$, .action = MERGE_INSERT); }
  | TK_DO TK_NOTHING { $$ = NEW(MergeWhen, @$, .action = MERGE_NOTHING); }
  ;
places_opt: %empty { $$ = EMPTY; } | TK_LP places TK_RP { $$ = $2; } ;
overriding_opt: %empty { $$ = OVERRIDING_NOTHING; } | overriding ;
table_alias_opt: %empty { $$ = (Ident){0}; } | bare | TK_AS ident { $$ = $2; } ;
set_clauses:
    set_clause { $$ = list_one($1); }
  | set_clauses TK_COMMA set_clause { $$ = list_add($1, $3); }
  ;
set_clause:
    place TK_EQ set_value { $$ = NEW(SetClause, @$, .columns = list_one(make_place(p, @1, $1)), .value = $3); }
  | TK_LP places TK_RP TK_EQ expr { $$ = make_set_tuple(p, @$, $2, $5); }
  ;
/* A column, or a part of it, that gets a value. */
place:
    ident { $$ = NEW(ExprColumn, @$, .name = *name_new(p, $1, @1)); }
  | place TK_LB expr TK_RB { $$ = NEW(ExprIndex, @$, .arg = $1, .index = $3); }
  | place TK_LB slice_bound TK_COLON slice_bound TK_RB { $$ = NEW(ExprSlice, @$, .arg = $1, .low = $3, .high = $5); }
  | place TK_DOT label { $$ = NEW(ExprField, @$, .arg = $1, .field = $3); }
  ;
places:
    place { $$ = list_one(make_place(p, @1, $1)); }
  | places TK_COMMA place { $$ = list_add($1, make_place(p, @3, $3)); }
  ;
set_value: expr | TK_DEFAULT { $$ = NEW(ExprDefault, @$); } ;

%rules grammar_query.y

%rules grammar_expr.y

/* ---- names ---- */
name:
    ident { $$ = name_new(p, $1, @1); }
  | dotted
  ;
names:
    name { $$ = list_one(name_node(p, $1)); }
  | names TK_COMMA name { $$ = list_add($1, name_node(p, $3)); }
  ;
dotted:
    ident TK_DOT label { $$ = name_add(p, name_new(p, $1, @1), $3, @$); }
  | dotted TK_DOT label { $$ = name_add(p, $1, $3, @$); }
  ;
func:
    func_word { $$ = name_new(p, $1, @1); }
  | dotted
  ;
columns_opt: %empty { $$ = EMPTY; } | TK_LP idents TK_RP { $$ = $2; } ;
idents:
    ident { $$ = list_one(ident_node(p, $1)); }
  | idents TK_COMMA ident { $$ = list_add($1, ident_node(p, $3)); }
  ;
ident: name_word | c_word { $$ = ident_of($1, @1); } ;
func_word: name_word | f_word { $$ = ident_of($1, @1); } ;
name_word:
    TK_IDENT
  | n_word { $$ = ident_of($1, @1); }
  | l_word { $$ = ident_of($1, @1); }
  ;
bare: TK_IDENT | n_word { $$ = ident_of($1, @1); } ;
label:
    name_word
  | c_word { $$ = ident_of($1, @1); }
  | f_word { $$ = ident_of($1, @1); }
  | r_word { $$ = ident_of($1, @1); }
  ;
n_word:
%keyword_rules N
  ;
l_word:
%keyword_rules L
  ;
c_word:
%keyword_rules C
  ;
f_word:
%keyword_rules F
  ;
r_word:
%keyword_rules R
  ;
%%

static int sqlg_lex(SQLG_STYPE *v, SQLG_LTYPE *at, Parser *p)
{
    LexToken t;
    if (p->start) {
        int start = p->start;
        p->start = 0;
        *at = (Span){0, 0};
        return start;
    }
    sql_filter(p, &t);
    if (p->rc)
        t.code = SQLG_error;
    p->before = p->now;
    p->now = t;
    *at = p->place ? *p->place : t.at;
    if (t.code == TK_IDENT || t.code == TK_JSON_CALL)
        v->ident = (Ident){t.text, *at, t.quoted};
    else
        v->word = t.text;
    return t.code;
}

/* Called by the generated code only when its stack is exhausted. */
static void sqlg_error(const SQLG_LTYPE *at, Parser *p, const char *text)
{
    (void)text;
    PARSE_FAIL(p, ERR_TOO_COMPLEX, *at, "statement is nested too deeply");
}

static int yyreport_syntax_error(const yypcontext_t *context, Parser *p)
{
    yysymbol_kind_t kinds[YYNTOKENS];
    const char *names[YYNTOKENS];
    int n = yypcontext_expected_tokens(context, kinds, YYNTOKENS);
    for (int i = 0; i < n; i++)
        names[i] = yysymbol_name(kinds[i]);
    parse_report(p, *yypcontext_location(context), names, n > 0 ? (uint32_t)n : 0);
    return 0;
}
