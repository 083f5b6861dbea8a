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
    With *with;
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

%token <ident> TK_IDENT "name"
%token <word> TK_STRING "string" TK_BYTES "bytes" TK_INT "integer" TK_DECIMAL "decimal number" TK_FLOAT "floating-point number"
%token <word> TK_QUANTITY "duration" TK_PARAM "parameter"
%token TK_LP "(" TK_RP ")" TK_LB "[" TK_RB "]" TK_LC "{" TK_RC "}" TK_LC_MINUS "{-" TK_MINUS_RC "-}"
%token TK_COMMA "," TK_SEMICOLON ";" TK_DOT "." TK_COLON ":" TK_CAST_OP "::" TK_ARROW "=>" TK_DOLLAR "$"
%token TK_STAR "*" TK_SLASH "/" TK_PERCENT "%" TK_CARET "^" TK_PLUS "+" TK_MINUS "-"
%token TK_EQ "=" TK_NE "<>" TK_LT "<" TK_LE "<=" TK_GT ">" TK_GE ">="
%token TK_CONCAT "||" TK_PIPE "|" TK_AMP "&" TK_OVERLAPS "&&" TK_HASH "#" TK_SHL "<<" TK_SHR ">>" TK_GET "->" TK_GET_TEXT "->>"
%token TK_PATH "#>" TK_PATH_TEXT "#>>" TK_CONTAINS "@>" TK_CONTAINED "<@" TK_QUESTION "?" TK_TILDE "~" TK_REGEX_I "~*"
%token TK_NOT_REGEX "!~" TK_NOT_REGEX_I "!~*" TK_ANY_KEY "?|" TK_ALL_KEYS "?&" TK_DELETE_PATH "#-" TK_PATH_EXISTS "@?" TK_PATH_MATCH "@@"
%token TK_SQRT "|/" TK_CBRT "||/" TK_ABS "@"
%token TK_LIKE_OP "~~" TK_NOT_LIKE_OP "!~~" TK_ILIKE_OP "~~*" TK_NOT_ILIKE_OP "!~~*" TK_STARTS_OP "^@"
/* Made by the filter; the alias is what a message says. */
%token TK_NOT_LA TK_NULLS_LA TK_WITH_LA TK_WITHOUT_LA TK_GROUPING_LA TK_MAP_LA TK_FINAL_LA TK_RUNNING_LA TK_FOR_LA
%token TK_START_SCRIPT TK_START_EXPR
%keyword_tokens

%type <node> foreign_key references foreign_actions watermark_when stmt stmt_some insert update delete show subscribe fetch fetch_how query_id epoch explain_target index_rest explain_option option copy_option copy_word
%type <node> element table_constraint constraint_body alter_part alter_whole using_opt func_param default_opt set_clause set_value simple body cte values_row values_item target_one where having group_item
%type <node> limit_value offset_value offset_small window_def order_item from_item plain_table joined sys_time signed_number span_literal
%type <node> measure subset match_def pattern_within lateness expr b_expr prim sub atom slice_bound literal interval case_arg case_when
%type <node> case_else array_item func_expr func_app special_call extract_field arg arg_value filter_opt mod type_field
%type <list> lock_of alter_actions alter_parts names idents columns_opt options options_opt inner_opts copy_options copy_words copy_options_opt explain_options
%type <list> set_values elements column_list_of watermark_keys params params_opt type_list types_opt returning_opt set_clauses rows
%type <list> values_items targets exclude_opt group_items windows order order_opt call_order from_opt from_list ctes probe_list
%type <list> measures measures_opt subsets subsets_opt defines defines_opt patterns exprs exprs_opt args case_whens array_items array_rows
%type <list> labels label_list within_group_opt partition_opt mods mod_list type_fields
%type <ident> ident index_method name_word func_word bare label language_name table_alias_opt param_name
%type <word> key comment_text now_word show_like n_word l_word c_word f_word r_word
%type <num> match_opt foreign_action lock_strength lock_wait or_replace ine if_exists behavior object drop_object end_kind chain_opt transaction_modes transaction_modes_opt transaction_mode isolation_level discard_what overriding copy_dir with_data scroll_opt hold_opt setop_all
%type <num> distinct_opt recursive_opt cte_mat only_ties dir nulls ordinality_opt join_type asof_type match_rows_opt not_opt sym_opt is_test normal_form
%type <num> quant like_op cmp_op add_op mul_op other_op prefix_op units unit trim_side nulls_opt frame_kind frame_exclude
%type <name> name dotted func
%type <type> type simple_type time_type unnamed_type
%type <query> query query_bare query_parens limits limit_item
%type <select> group_by windows_opt
%type <tail> tail tail_query
%type <with> with
%type <alias> alias_opt alias rows_alias
%type <window> over_opt window_spec frame_opt frame_extent frame_bound
%type <clauses> emit
%type <join> on_using asof_quals match_items match_item
%type <probe> probe_offsets
%type <match> match_body skip_opt
%type <pattern> pattern pattern_concat pattern_item pattern_prim quantifier
%type <option> value value_number
%type <conn> conn conn_opts format
%type <column> column_def column_con column_cons identity_opt identity_items identity_item
%type <seq> sequence_opt sequence_items sequence_item
%type <rel> source_rest table_rest rest_query
%type <sink> sink_from
%type <func> func_item func_items
%type <copy> copy_target
%type <conflict> conflict_opt conflict_do
%type <declare> declare_what

/* FORMAT f WITH (..): the WITH belongs to the format. */
%precedence P_NO_WITH
%precedence TK_WITH
/* a ASOF JOIN b MATCH_CONDITION (..) ON ..: the ON belongs to the nearest join. */
%precedence P_NO_NULLS /* f(g(x) IGNORE NULLS): they are of g(x) */
%precedence TK_IGNORE TK_RESPECT
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
%left P_OP TK_CONCAT TK_PIPE TK_AMP TK_OVERLAPS TK_HASH TK_SHL TK_SHR TK_GET TK_GET_TEXT TK_PATH TK_PATH_TEXT TK_CONTAINS TK_CONTAINED TK_QUESTION TK_TILDE TK_REGEX_I TK_NOT_REGEX TK_NOT_REGEX_I TK_ANY_KEY TK_ALL_KEYS TK_DELETE_PATH TK_PATH_EXISTS TK_PATH_MATCH TK_LIKE_OP TK_NOT_LIKE_OP TK_ILIKE_OP TK_NOT_ILIKE_OP TK_STARTS_OP
%left P_ADD TK_PLUS TK_MINUS
%left P_MUL TK_STAR TK_SLASH TK_PERCENT
%left TK_CARET
%left TK_AT
%precedence TK_COLLATE
%precedence P_SIGN
%precedence TK_RP
%precedence TK_CAST_OP
/* a CROSS JOIN b JOIN c: joins group to the left. */
%left TK_JOIN TK_CROSS TK_LEFT TK_FULL TK_RIGHT TK_INNER TK_NATURAL TK_ASOF TK_TEMPORAL
%%
start:
    TK_START_SCRIPT script
  | TK_START_EXPR expr { p->expr = $2; }
  ;
script:
    script_item
  | script TK_SEMICOLON script_item
  ;
script_item:
    %empty
  | stmt_some { script_add(p, @1, $1); }
  ;
stmt_some:
    stmt
  ;

/* ---- statements ---- */
stmt:
    query tail { $$ = make_query_stmt(p, @$, $1, $2); }
  | TK_CREATE or_replace TK_SOURCE table_word ine name source_rest { $$ = create_relation(p, @$, OBJECT_SOURCE, $2 | $5, $6, $7); }
  | TK_CREATE or_replace TK_LOOKUP TK_TABLE ine name source_rest { $$ = create_relation(p, @$, OBJECT_LOOKUP_TABLE, $2 | $5, $6, $7); }
  | TK_CREATE or_replace TK_TABLE ine name table_rest { $$ = create_relation(p, @$, OBJECT_TABLE, $2 | $4, $5, $6); }
  | TK_CREATE or_replace TK_STREAM ine name TK_AS query tail { $$ = create_query(p, @$, OBJECT_STREAM, $2 | $4, $5, EMPTY, $7, $8); }
  | TK_CREATE or_replace TK_MATERIALIZED TK_VIEW ine name columns_opt TK_AS query tail
      { $$ = create_query(p, @$, OBJECT_MATERIALIZED_VIEW, $2 | $5, $6, $7, $9, $10); }
  | TK_CREATE or_replace TK_VIEW ine name columns_opt TK_AS query tail { $$ = create_query(p, @$, OBJECT_VIEW, $2 | $4, $5, $6, $8, $9); }
  | TK_CREATE or_replace TK_CONTINUOUS TK_QUERY ine name TK_AS query tail
      { $$ = create_query(p, @$, OBJECT_CONTINUOUS_QUERY, $2 | $5, $6, EMPTY, $8, $9); }
  | TK_CREATE or_replace TK_SINK ine name TK_FROM sink_from where TK_INTO conn tail
      { $7->where = $8; $$ = create_sink(p, @$, $2 | $4, $5, $7, $10, $11); }
  | TK_CREATE or_replace TK_SINK ine name TK_FROM sink_from where format tail
      { $7->where = $8; $$ = create_sink(p, @$, $2 | $4, $5, $7, $9, $10); }
  | TK_CREATE or_replace TK_SINK ine name TK_FROM sink_from where tail
      { $7->where = $8; $$ = create_sink(p, @$, $2 | $4, $5, $7, NULL, $9); }
  | TK_CREATE or_replace TK_SINK ine name TK_INTO conn TK_AS query tail
      { $$ = create_sink(p, @$, $2 | $4, $5, MAKE(CreateSinkStmt, @9, .query = $9), $7, $10); }
  | TK_CREATE or_replace TK_FUNCTION ine name TK_LP params_opt TK_RP func_items
      { $$ = create_function(p, @$, $2 | $4, $5, $7, $9); }
  | TK_CREATE TK_TYPE name TK_AS TK_ENUM TK_LP labels TK_RP { $$ = NEW(CreateTypeStmt, @$, .name = *$3, .is_enum = true, .labels = $7); }
  | TK_CREATE TK_TYPE name TK_AS TK_LP type_fields TK_RP { $$ = NEW(CreateTypeStmt, @$, .name = *$3, .fields = $6); }
  | TK_CREATE TK_SEQUENCE ine name sequence_opt { $$ = create_sequence(@$, $3, $4, $5); }
  | TK_CREATE TK_INDEX index_rest { $$ = $3; $$->at = @$; }
  | TK_CREATE TK_UNIQUE TK_INDEX index_rest { RAW(CreateIndexStmt, $4)->unique = true; $$ = $4; $$->at = @$; }
  | TK_DROP drop_object if_exists names behavior { $$ = NEW(DropStmt, @$, .kind = $2, .if_exists = $3, .names = $4, .behavior = $5); }
  | TK_DROP TK_SEQUENCE if_exists names behavior
      { $$ = NEW(DropStmt, @$, .kind = OBJECT_SEQUENCE, .if_exists = $3, .names = $4, .behavior = $5); }
  | TK_DROP drop_object if_exists name TK_LP params_opt TK_RP behavior
      { $$ = make_drop(p, @$, $2, $3, $4, $6, $8); }
  | TK_ALTER drop_object if_exists name alter_actions { $$ = NEW(AlterStmt, @$, .kind = $2, .if_exists = $3, .name = *$4, .actions = $5); }
  | insert
  | with insert { RAW(InsertStmt, $2)->with = $1; node_update(p, $$ = $2); $$->at = @$; }
  | update
  | with update { RAW(UpdateStmt, $2)->with = $1; node_update(p, $$ = $2); $$->at = @$; }
  | delete
  | with delete { RAW(DeleteStmt, $2)->with = $1; node_update(p, $$ = $2); $$->at = @$; }
  | TK_TRUNCATE table_word names behavior { $$ = NEW(TruncateStmt, @$, .names = $3, .behavior = $4); }
  | TK_COPY name columns_opt copy_dir copy_target copy_options_opt where
      { $$ = make_copy(p, @$, $4, $5, $6); RAW(CopyStmt, $$)->table = *$2; RAW(CopyStmt, $$)->columns = $3; RAW(CopyStmt, $$)->where = $7; node_update(p, $$); }
  | TK_COPY query_parens TK_TO copy_target copy_options_opt
      { $$ = make_copy(p, @$, false, $4, $5); RAW(CopyStmt, $$)->query = $2; node_update(p, $$); }
  | TK_EXPLAIN TK_DAG { $$ = NEW(ExplainStmt, @$, .what = EXPLAIN_DAG); }
  | TK_EXPLAIN TK_ROW TK_LP name TK_RP { $$ = NEW(ExplainStmt, @$, .what = EXPLAIN_ROW, .name = *$4); }
  | TK_EXPLAIN TK_ROW TK_LP name TK_COMMA exprs TK_RP { $$ = NEW(ExplainStmt, @$, .what = EXPLAIN_ROW, .name = *$4, .keys = $6); }
  | TK_EXPLAIN explain_target { $$ = NEW(ExplainStmt, @$, .stmt = $2); }
  | TK_EXPLAIN TK_LP explain_options TK_RP explain_target { $$ = NEW(ExplainStmt, @$, .options = $3, .stmt = $5); }
  | TK_EXPLAIN TK_ANALYZE explain_target { $$ = NEW(ExplainStmt, @$, .analyze = true, .stmt = $3); }
  | TK_EXPLAIN TK_ANALYZE TK_VERBOSE explain_target { $$ = NEW(ExplainStmt, @$, .analyze = true, .verbose = true, .stmt = $4); }
  | TK_EXPLAIN TK_ANALYZE TK_IDENT { $$ = NEW(ExplainStmt, @$, .analyze = true, .name = *name_new(p, $3, @3)); }
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
  | TK_SET TK_TIME TK_ZONE value { $$ = make_set(p, @$, false, name_new(p, ident_of(STR("timezone"), @2), @2), list_one(&$4->node)); }
  | TK_RESET TK_ALL { $$ = NEW(ResetStmt, @$, .all = true); }
  | TK_RESET name { $$ = NEW(ResetStmt, @$, .name = *$2); }
  | subscribe
  | TK_DECLARE ident scroll_opt TK_CURSOR hold_opt TK_FOR declare_what
      { $$ = make_declare(p, @$, $2, $3, $5, $7); }
  | TK_FETCH fetch { $$ = $2; $$->at = @$; }
  | TK_CLOSE ident { $$ = NEW(CloseStmt, @$, .name = $2); }
  | TK_CLOSE TK_ALL { $$ = NEW(CloseStmt, @$, .all = true); }
  | TK_CHECKPOINT { $$ = NEW(CheckpointStmt, @$); }
  | TK_RESTORE TK_FROM TK_CHECKPOINT query_id { $$ = NEW(RestoreStmt, @$, .checkpoint = $4); }
  | TK_RESTORE TK_FROM TK_STRING { $$ = NEW(RestoreStmt, @$, .path = $3); }
  | TK_BACKUP TK_TO TK_STRING options_opt { $$ = NEW(BackupStmt, @$, .path = $3, .options = $4); }
  | TK_CANCEL TK_BACKFILL TK_FOR name { $$ = NEW(BackfillStmt, @$, .name = *$4); }
  | TK_RESUME TK_BACKFILL TK_FOR name { $$ = NEW(BackfillStmt, @$, .resume = true, .name = *$4); }
  | TK_CANCEL query_word query_id { $$ = NEW(CancelStmt, @$, .query_id = $3); }
  | TK_KILL query_word query_id { $$ = NEW(CancelStmt, @$, .kill = true, .query_id = $3); }
  | TK_PREPARE ident types_opt TK_AS stmt_some { $$ = NEW(PrepareStmt, @$, .name = $2, .types = $3, .stmt = $5); }
  | TK_EXECUTE ident { $$ = NEW(ExecuteStmt, @$, .name = $2); }
  | TK_EXECUTE ident TK_LP exprs TK_RP { $$ = NEW(ExecuteStmt, @$, .name = $2, .args = $4); }
  | TK_DEALLOCATE ident { $$ = NEW(DeallocateStmt, @$, .name = $2); }
  | TK_DEALLOCATE TK_PREPARE ident { $$ = NEW(DeallocateStmt, @$, .name = $3); }
  | TK_DEALLOCATE TK_ALL { $$ = NEW(DeallocateStmt, @$, .all = true); }
  | TK_DEALLOCATE TK_PREPARE TK_ALL { $$ = NEW(DeallocateStmt, @$, .all = true); }
  | begin_word transaction_modes_opt { $$ = NEW(TransactionStmt, @$, .kind = TRANSACTION_BEGIN, .modes = $2); }
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
  | TK_COMMENT TK_ON TK_COLUMN name TK_IS comment_text { $$ = NEW(CommentStmt, @$, .kind = OBJECT_COLUMN, .name = *$4, .text = $6); }
  ;
table_word: %empty | TK_TABLE ;
query_word: %empty | TK_QUERY ;
describe_word: TK_DESCRIBE | TK_DESC ;
to_or_eq: TK_TO | TK_EQ ;
transaction_word: %empty | TK_TRANSACTION | TK_WORK ;
begin_word: TK_BEGIN transaction_word | TK_START transaction_word ;
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
  | TK_TEMP { $$ = DISCARD_TEMP; }
  | TK_TEMPORARY { $$ = DISCARD_TEMP; }
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
behavior:
    %empty { $$ = DROP_DEFAULT; }
  | TK_CASCADE { $$ = DROP_CASCADE; }
  | TK_RESTRICT { $$ = DROP_RESTRICT; }
  ;
labels: %empty { $$ = EMPTY; } | label_list ;
index_rest:
    concurrently TK_ON name index_method TK_LP call_order TK_RP { $$ = NEW(CreateIndexStmt, @$, .table = *$3, .method = $4, .columns = $6); }
  | concurrently ine ident TK_ON name index_method TK_LP call_order TK_RP
      { $$ = NEW(CreateIndexStmt, @$, .if_not_exists = $2 != 0, .name = $3, .table = *$5, .method = $6, .columns = $8); }
  ;
concurrently:
    %empty
  | TK_CONCURRENTLY
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
    TK_SOURCE { $$ = OBJECT_SOURCE; }
  | TK_TABLE { $$ = OBJECT_TABLE; }
  | TK_LOOKUP TK_TABLE { $$ = OBJECT_LOOKUP_TABLE; }
  | TK_STREAM { $$ = OBJECT_STREAM; }
  | TK_MATERIALIZED TK_VIEW { $$ = OBJECT_MATERIALIZED_VIEW; }
  | TK_VIEW { $$ = OBJECT_VIEW; }
  | TK_CONTINUOUS TK_QUERY { $$ = OBJECT_CONTINUOUS_QUERY; }
  | TK_SINK { $$ = OBJECT_SINK; }
  | TK_FUNCTION { $$ = OBJECT_FUNCTION; }
  | TK_TYPE { $$ = OBJECT_TYPE; }
  | TK_INDEX { $$ = OBJECT_INDEX; }
  ;
drop_object:
    object
  | TK_SOURCE TK_TABLE { $$ = OBJECT_SOURCE; }
  ;

/* ---- CREATE SOURCE, TABLE, LOOKUP TABLE.  The forms are spelled out because after FROM kind "(" may open options or columns. */
table_rest:
    source_rest
  | options_opt TK_AS rest_query { $$ = rest_named(p, EMPTY, $1, $3); }
  | TK_LP idents TK_RP options_opt TK_AS rest_query { $$ = rest_named(p, $2, $4, $6); }
  ;
rest_query:
    query tail { $$ = rest_of_query(p, $1, $2, true); }
  | query TK_WITH with_data { $$ = rest_of_query(p, $1, NULL, $3); }
  | query tail_query TK_WITH with_data { $$ = rest_of_query(p, $1, $2, $4); }
  ;
with_data:
    TK_DATA { $$ = true; }
  | TK_NO TK_DATA { $$ = false; }
  ;
source_rest:
    TK_WITH TK_LP options TK_RP { $$ = rest_of(p, EMPTY, NULL, $3); }
  | column_list_of options_opt { $$ = rest_of(p, $1, NULL, $2); }
  | column_list_of TK_FROM conn options_opt { $$ = rest_of(p, $1, $3, $4); }
  | column_list_of format options_opt { $$ = rest_of(p, $1, $2, $3); }
  | TK_FROM conn options_opt { $$ = rest_of(p, EMPTY, $2, $3); }
  | TK_FROM ident column_list_of options_opt { $$ = rest_of(p, $3, make_connector(p, @2, $2, EMPTY, NULL), $4); }
  | TK_FROM ident format column_list_of options_opt { $$ = rest_of(p, $4, make_connector(p, @2, $2, EMPTY, $3), $5); }
  | TK_FROM conn_opts column_list_of options_opt { $$ = rest_of(p, $3, $2, $4); }
  | TK_FROM conn_opts format column_list_of options_opt { $$ = rest_of(p, $4, connector_format(p, $2, $3), $5); }
  ;
conn:
    ident %prec P_NO_WITH { $$ = make_connector(p, @1, $1, EMPTY, NULL); }
  | ident format { $$ = make_connector(p, @$, $1, EMPTY, $2); }
  | conn_opts %prec P_NO_WITH
  | conn_opts format { $$ = connector_format(p, $1, $2); }
  ;
conn_opts:
    ident TK_LP options TK_RP { $$ = make_connector(p, @$, $1, $3, NULL); }
  ;
format:
    TK_FORMAT ident %prec P_NO_WITH { $$ = MAKE(ConnectorClause, @$, .format = $2); }
  | TK_FORMAT ident TK_WITH TK_LP options TK_RP { $$ = MAKE(ConnectorClause, @$, .format = $2, .format_options = $5); }
  ;
column_list_of:
    TK_LP elements TK_RP { $$ = $2; }
  | TK_SCHEMA TK_LP elements TK_RP { $$ = $3; }
  ;
elements:
    element { $$ = list_one($1); }
  | elements TK_COMMA element { $$ = list_add($1, $3); }
  ;
element:
    column_def { $$ = &$1->node; }
  | TK_STAR { $$ = NEW(ColumnStar, @$); }
  | TK_STAR TK_PREFIX TK_STRING { $$ = NEW(ColumnStar, @$, .prefix = $3); }
  | TK_WATERMARK TK_FOR ident watermark_when watermark_keys { $$ = NEW(WatermarkDef, @$, .column = $3, .when = $4, .keys = $5); }
  | TK_WATERMARK TK_FOR ident TK_AS expr watermark_when watermark_keys { $$ = NEW(WatermarkDef, @$, .column = $3, .expr = $5, .when = $6, .keys = $7); }
  | table_constraint
  ;
table_constraint:
    constraint_body
  | foreign_key
  | TK_CONSTRAINT ident foreign_key { $$ = constraint_named(p, @$, $2, $3); }
  | TK_CONSTRAINT ident constraint_body { $$ = constraint_named(p, @$, $2, $3); }
  ;
constraint_body:
    TK_PRIMARY TK_KEY TK_LP idents TK_RP { $$ = NEW(TableKey, @$, .primary = true, .columns = $4); }
  | TK_UNIQUE TK_LP idents TK_RP { $$ = NEW(TableKey, @$, .columns = $3); }
  | TK_CHECK TK_LP expr TK_RP { $$ = NEW(TableCheck, @$, .expr = $3); }
  ;
foreign_key:
    TK_FOREIGN TK_KEY TK_LP idents TK_RP references foreign_when
      { RAW(TableForeign, $6)->columns = $4; $$ = $6; $$->at = @$; node_update(p, $$); }
  ;
references:
    TK_REFERENCES name columns_opt match_opt foreign_actions
      { $$ = $5; RAW(TableForeign, $$)->table = *$2; RAW(TableForeign, $$)->ref_columns = $3; RAW(TableForeign, $$)->match_full = $4; $$->at = @$; node_update(p, $$); }
  ;
match_opt:
    %empty { $$ = false; }
  | TK_MATCH TK_SIMPLE { $$ = false; }
  | TK_MATCH TK_FULL { $$ = true; }
  | TK_MATCH TK_PARTIAL { PARSE_FAIL(p, ERR_UNSUPPORTED, @$, "MATCH PARTIAL not yet implemented"); $$ = false; }
  ;
foreign_actions:
    %empty { $$ = NEW(TableForeign, @$); }
  | foreign_actions TK_ON TK_DELETE foreign_action { $$ = $1; RAW(TableForeign, $$)->on_delete = $4; }
  | foreign_actions TK_ON TK_UPDATE foreign_action { $$ = $1; RAW(TableForeign, $$)->on_update = $4; }
  ;
foreign_action:
    TK_NO TK_ACTION { $$ = FOREIGN_NO_ACTION; }
  | TK_RESTRICT { $$ = FOREIGN_RESTRICT; }
  | TK_CASCADE { $$ = FOREIGN_CASCADE; }
  | TK_SET TK_NULL { $$ = FOREIGN_SET_NULL; }
  | TK_SET TK_DEFAULT { $$ = FOREIGN_SET_DEFAULT; }
  ;
/* Constraints are checked at the end of each statement, which is what these say; others cannot be had. */
foreign_when: %empty | foreign_when when_checked ;
when_checked:
    TK_NOT TK_DEFERRABLE
  | TK_INITIALLY TK_IMMEDIATE
  | TK_DEFERRABLE { PARSE_FAIL(p, ERR_UNSUPPORTED, @$, "DEFERRABLE constraints are not supported yet"); }
  | TK_INITIALLY TK_DEFERRED { PARSE_FAIL(p, ERR_UNSUPPORTED, @$, "DEFERRED constraints are not supported yet"); }
  ;
watermark_when:
    %empty { $$ = NULL; }
  | TK_WHEN expr { $$ = $2; }
  ;
watermark_keys:
    %empty { $$ = EMPTY; }
  | TK_PER TK_KEY ident { $$ = list_one(ident_node(p, $3)); }
  | TK_PER TK_KEY TK_LP idents TK_RP { $$ = $4; }
  ;
column_def:
    ident type column_cons { $$ = column_of(p, @$, $1, $2, $3); }
  | ident TK_AS expr { $$ = MAKE(ColumnDef, @$, .name = $1, .generated = $3); }
  ;
column_cons:
    %empty { $$ = NULL; }
  | column_cons column_con { $$ = column_merge(p, $1, $2); }
  ;
column_con:
    TK_NOT TK_NULL { $$ = MAKE(ColumnDef, @$, .nulls = NULL_FORBIDDEN); }
  | TK_NULL { $$ = MAKE(ColumnDef, @$, .nulls = NULL_ALLOWED); }
  | TK_PRIMARY TK_KEY { $$ = MAKE(ColumnDef, @$, .primary_key = true); }
  | TK_UNIQUE { $$ = MAKE(ColumnDef, @$, .unique = true); }
  | TK_DEFAULT b_expr { $$ = MAKE(ColumnDef, @$, .preset = $2); }
  | TK_CHECK TK_LP expr TK_RP { $$ = MAKE(ColumnDef, @$, .checks = list_one($3)); }
  | references { $$ = MAKE(ColumnDef, @$, .foreign = list_one($1)); }
  | TK_CONSTRAINT ident references { $$ = MAKE(ColumnDef, @$, .foreign = list_one(constraint_named(p, @$, $2, $3))); }
  | when_checked { $$ = MAKE(ColumnDef, @$); }
  | TK_GENERATED TK_ALWAYS TK_AS TK_LP expr TK_RP { $$ = MAKE(ColumnDef, @$, .generated = $5); }
  | TK_GENERATED TK_ALWAYS TK_AS TK_LP expr TK_RP TK_STORED { $$ = MAKE(ColumnDef, @$, .generated = $5); }
  | TK_GENERATED TK_ALWAYS TK_AS TK_IDENTITY identity_opt { $$ = $5; $$->identity = IDENTITY_ALWAYS; $$->node.at = @$; }
  | TK_GENERATED TK_BY TK_DEFAULT TK_AS TK_IDENTITY identity_opt { $$ = $6; $$->identity = IDENTITY_BY_DEFAULT; $$->node.at = @$; }
  ;
identity_opt:
    %empty { $$ = MAKE(ColumnDef, @$); }
  | TK_LP identity_items TK_RP { $$ = $2; }
  ;
identity_items:
    identity_item
  | identity_items identity_item { $$ = column_merge(p, $1, $2); }
  ;
identity_item:
    TK_START with_word signed_number { $$ = MAKE(ColumnDef, @$, .start = $3); }
  | TK_INCREMENT by_word signed_number { $$ = MAKE(ColumnDef, @$, .step = $3); }
  ;
sequence_opt:
    %empty { $$ = MAKE(CreateSequenceStmt, @$); }
  | sequence_items
  ;
sequence_items:
    sequence_item
  | sequence_items sequence_item { $$ = sequence_merge(p, $1, $2); }
  ;
sequence_item:
    TK_AS type { $$ = MAKE(CreateSequenceStmt, @$, .type = $2); }
  | TK_START with_word signed_number { $$ = MAKE(CreateSequenceStmt, @$, .start = $3); }
  | TK_INCREMENT by_word signed_number { $$ = MAKE(CreateSequenceStmt, @$, .step = $3); }
  | TK_MINVALUE signed_number { $$ = MAKE(CreateSequenceStmt, @$, .min = $2); }
  | TK_NO TK_MINVALUE { $$ = MAKE(CreateSequenceStmt, @$, .no_min = true); }
  | TK_MAXVALUE signed_number { $$ = MAKE(CreateSequenceStmt, @$, .max = $2); }
  | TK_NO TK_MAXVALUE { $$ = MAKE(CreateSequenceStmt, @$, .no_max = true); }
  | TK_CYCLE { $$ = MAKE(CreateSequenceStmt, @$, .cycle = CYCLE_YES); }
  | TK_NO TK_CYCLE { $$ = MAKE(CreateSequenceStmt, @$, .cycle = CYCLE_NO); }
  | TK_CACHE signed_number { $$ = MAKE(CreateSequenceStmt, @$, .cache = $2); }
  | TK_OWNED TK_BY name { $$ = sequence_owner(p, @$, $3); }
  ;
with_word: %empty | TK_WITH ;
by_word: %empty | TK_BY ;

/* ---- sinks, functions, ALTER, COPY ---- */
sink_from:
    name { $$ = MAKE(CreateSinkStmt, @$, .from = *$1, .from_at = @$); }
  | TK_LP query tail TK_RP { $$ = MAKE(CreateSinkStmt, @$, .query = query_with_tail(p, $2, $3), .from_at = @$); }
  ;
params_opt: %empty { $$ = EMPTY; } | params ;
params:
    func_param { $$ = list_one($1); }
  | params TK_COMMA func_param { $$ = list_add($1, $3); }
  ;
func_param:
    name_word type default_opt { $$ = NEW(FuncParam, @$, .name = $1, .type = $2, .preset = $3); }
  | unnamed_type default_opt { $$ = NEW(FuncParam, @$, .type = $1, .preset = $2); }
  ;
unnamed_type: /* not `integer ARRAY`: a parameter named integer may be an ARRAY<..> */
    simple_type
  | unnamed_type TK_LB TK_RB { $$ = $1; $$->n_dims++; $$->node.at = @$; }
  | unnamed_type TK_LB TK_INT TK_RB { $$ = $1; $$->n_dims++; $$->node.at = @$; }
  ;
default_opt: %empty { $$ = NULL; } | TK_DEFAULT expr { $$ = $2; } | TK_EQ expr { $$ = $2; } ;
func_items:
    func_item
  | func_items func_item { $$ = function_merge(p, $1, $2); }
  ;
func_item:
    TK_AS expr { $$ = MAKE(CreateFunctionStmt, @$, .body = $2); }
  | TK_RETURN expr { $$ = MAKE(CreateFunctionStmt, @$, .body = $2, .is_return = true); }
  | TK_RETURNS type { $$ = MAKE(CreateFunctionStmt, @$, .returns = $2); }
  | TK_IMMUTABLE { $$ = MAKE(CreateFunctionStmt, @$, .changes = FUNCTION_IMMUTABLE); }
  | TK_STABLE { $$ = MAKE(CreateFunctionStmt, @$, .changes = FUNCTION_STABLE); }
  | TK_VOLATILE { $$ = MAKE(CreateFunctionStmt, @$, .changes = FUNCTION_VOLATILE); }
  | TK_STRICT { $$ = MAKE(CreateFunctionStmt, @$, .on_null = FUNCTION_STRICT); }
  | TK_RETURNS TK_NULL TK_ON TK_NULL TK_INPUT { $$ = MAKE(CreateFunctionStmt, @$, .on_null = FUNCTION_STRICT); }
  | TK_CALLED TK_ON TK_NULL TK_INPUT { $$ = MAKE(CreateFunctionStmt, @$, .on_null = FUNCTION_CALLED); }
  | TK_PARALLEL ident { $$ = function_parallel(p, @$, $2); }
  | TK_LANGUAGE language_name { $$ = MAKE(CreateFunctionStmt, @$, .language = $2); }
  | TK_WITH TK_LP options TK_RP { $$ = MAKE(CreateFunctionStmt, @$, .options = $3); }
  ;
language_name: ident ;
alter_actions:
    alter_parts
  | alter_whole { $$ = list_one($1); }
  ;
alter_parts:
    alter_part { $$ = list_one($1); }
  | alter_parts TK_COMMA alter_part { $$ = list_add($1, $3); }
  ;
alter_part:
    TK_ADD column_word ine column_def { $$ = NEW(AlterAction, @$, .kind = ALTER_ADD_COLUMN, .part = &$4->node, .if_exists = $3 != 0); }
  | TK_ADD table_constraint { $$ = NEW(AlterAction, @$, .kind = ALTER_ADD_CONSTRAINT, .part = $2); }
  | TK_DROP column_word if_exists ident behavior { $$ = NEW(AlterAction, @$, .kind = ALTER_DROP_COLUMN, .if_exists = $3, .name = $4, .behavior = $5); }
  | TK_DROP TK_CONSTRAINT if_exists ident behavior
      { $$ = NEW(AlterAction, @$, .kind = ALTER_DROP_CONSTRAINT, .if_exists = $3, .name = $4, .behavior = $5); }
  | TK_ALTER column_word ident TK_SET TK_DEFAULT expr { $$ = NEW(AlterAction, @$, .kind = ALTER_COLUMN_DEFAULT, .name = $3, .expr = $6); }
  | TK_ALTER column_word ident TK_DROP TK_DEFAULT { $$ = NEW(AlterAction, @$, .kind = ALTER_COLUMN_DEFAULT, .name = $3); }
  | TK_ALTER column_word ident TK_DROP TK_EXPRESSION if_exists
      { $$ = NEW(AlterAction, @$, .kind = ALTER_DROP_EXPRESSION, .name = $3, .if_exists = $6); }
  | TK_ALTER column_word ident TK_SET TK_NOT TK_NULL { $$ = NEW(AlterAction, @$, .kind = ALTER_SET_NOT_NULL, .name = $3); }
  | TK_ALTER column_word ident TK_DROP TK_NOT TK_NULL { $$ = NEW(AlterAction, @$, .kind = ALTER_DROP_NOT_NULL, .name = $3); }
  | TK_ALTER column_word ident set_data_opt TK_TYPE type using_opt
      { $$ = NEW(AlterAction, @$, .kind = ALTER_COLUMN_TYPE, .name = $3, .type = $6, .expr = $7); }
  ;
alter_whole:
    TK_SET TK_LP options TK_RP { $$ = NEW(AlterAction, @$, .kind = ALTER_SET, .options = $3); }
  | TK_RENAME TK_TO ident { $$ = NEW(AlterAction, @$, .kind = ALTER_RENAME, .new_name = $3); }
  | TK_RENAME column_word ident TK_TO ident { $$ = NEW(AlterAction, @$, .kind = ALTER_RENAME_COLUMN, .name = $3, .new_name = $5); }
  | TK_RENAME TK_CONSTRAINT ident TK_TO ident { $$ = NEW(AlterAction, @$, .kind = ALTER_RENAME_CONSTRAINT, .name = $3, .new_name = $5); }
  | TK_RESUME { $$ = NEW(AlterAction, @$, .kind = ALTER_RESUME); }
  | TK_PAUSE { $$ = NEW(AlterAction, @$, .kind = ALTER_PAUSE); }
  | TK_REPLAN { $$ = NEW(AlterAction, @$, .kind = ALTER_REPLAN); }
  ;
column_word: %empty | TK_COLUMN ;
set_data_opt: %empty | TK_SET TK_DATA ;
using_opt: %empty { $$ = NULL; } | TK_USING expr { $$ = $2; } ;
copy_dir: TK_FROM { $$ = true; } | TK_TO { $$ = false; } ;
copy_target:
    TK_STRING { $$ = MAKE(CopyStmt, @$, .path = $1); }
  | TK_STDIN { $$ = MAKE(CopyStmt, @$, .standard = true, .is_from = true); }
  | TK_STDOUT { $$ = MAKE(CopyStmt, @$, .standard = true); }
  ;
copy_options_opt:
    %empty { $$ = EMPTY; }
  | TK_LP copy_options TK_RP { $$ = $2; }
  | TK_WITH TK_LP copy_options TK_RP { $$ = $3; }
  | copy_words
  | TK_WITH copy_words { $$ = $2; }
  ;
/* Options as they were written before there were parentheses. */
copy_words:
    copy_word { $$ = list_one($1); }
  | copy_words copy_word { $$ = list_add($1, $2); }
  ;
copy_word:
    ident { $$ = make_option(p, @$, $1.s, @1, NULL); }
  | ident as_word TK_STRING { $$ = make_option(p, @$, $1.s, @1, make_value(p, @3, OPTION_FORM_STRING, $3)); }
  | TK_NULL as_word TK_STRING { $$ = make_option(p, @$, STR("null"), @1, make_value(p, @3, OPTION_FORM_STRING, $3)); }
  ;
as_word: %empty | TK_AS ;
copy_options:
    copy_option { $$ = list_one($1); }
  | copy_options TK_COMMA copy_option { $$ = list_add($1, $3); }
  ;
copy_option:
    key { $$ = make_option(p, @$, $1, @1, NULL); }
  | key value { $$ = make_option(p, @$, $1, @1, $2); }
  | key TK_EQ value { $$ = make_option(p, @$, $1, @1, $3); }
  | key TK_STAR { $$ = make_option(p, @$, $1, @1, make_value(p, @2, OPTION_FORM_STAR, STR("*"))); }
  | key TK_LP idents TK_RP { $$ = make_option(p, @$, $1, @1, value_names(p, @3, $3)); }
  ;
explain_target: stmt_some ;
explain_options:
    explain_option { $$ = list_one($1); }
  | explain_options TK_COMMA explain_option { $$ = list_add($1, $3); }
  ;
explain_option:
    ident { $$ = make_option(p, @$, $1.s, @1, NULL); }
  | ident value { $$ = make_option(p, @$, $1.s, @1, $2); }
  | ident TK_EQ value { $$ = make_option(p, @$, $1.s, @1, $3); }
  ;

/* ---- WITH ( k = v, .. ) ---- */
options_opt: %empty { $$ = EMPTY; } | TK_WITH TK_LP options TK_RP { $$ = $3; } ;
options:
    inner_opts
  | inner_opts TK_COMMA
  ;
inner_opts:
    option { $$ = list_one($1); }
  | inner_opts TK_COMMA option { $$ = list_add($1, $3); }
  ;
option:
    key TK_EQ value { $$ = make_option(p, @$, $1, @1, $3); }
  | key { $$ = make_option(p, @$, $1, @1, make_value(p, @$, OPTION_FORM_WORD, STR("true"))); } /* a flag */
  ;
key:
    TK_STRING
  | label { $$ = $1.s; }
  | key TK_DOT label { $$ = option_dotted(p, @$, $1, $3.s); }
  ;
value:
    TK_STRING { $$ = make_value(p, @$, OPTION_FORM_STRING, $1); }
  | label { $$ = make_value(p, @$, OPTION_FORM_WORD, $1.s); }
  | value_number
  | TK_MINUS value_number { $$ = value_negate(p, @$, $2); }
  | TK_QUANTITY { $$ = make_value(p, @$, OPTION_FORM_INTERVAL, $1); }
  | TK_INTERVAL TK_STRING units { $$ = value_interval(p, @$, $2, $3); }
  ;
value_number:
    TK_INT { $$ = make_value(p, @$, OPTION_FORM_NUMBER, $1); }
  | TK_DECIMAL { $$ = make_value(p, @$, OPTION_FORM_NUMBER, $1); }
  | TK_FLOAT { $$ = make_value(p, @$, OPTION_FORM_NUMBER, $1); }
  ;
set_values:
    value { $$ = list_one(&$1->node); }
  | set_values TK_COMMA value { $$ = list_add($1, &$3->node); }
  ;

/* ---- SHOW, SUBSCRIBE, cursors ---- */
show:
    name { $$ = make_show(p, @$, $1, NOTHING); }
  | name TK_LIKE TK_STRING { $$ = make_show(p, @$, $1, $3); }
  | TK_MATERIALIZED TK_VIEWS show_like { $$ = NEW(ShowStmt, @$, .kind = SHOW_MATERIALIZED_VIEWS, .like = $3); }
  | TK_LOOKUP TK_TABLES show_like { $$ = NEW(ShowStmt, @$, .kind = SHOW_LOOKUP_TABLES, .like = $3); }
  | TK_ALL show_like { $$ = NEW(ShowStmt, @$, .kind = SHOW_SETTINGS, .like = $2); }
  | TK_DEPENDENCIES TK_FOR name show_like { $$ = NEW(ShowStmt, @$, .kind = SHOW_DEPENDENCIES, .name = *$3, .like = $4); }
  | TK_BACKFILL TK_STATUS TK_FOR name { $$ = NEW(ShowStmt, @$, .kind = SHOW_BACKFILL_STATUS, .name = *$4); }
  | TK_WHY name TK_LATE { $$ = NEW(ShowStmt, @$, .kind = SHOW_WHY, .name = *$2); }
  | TK_COLUMNS TK_FROM name show_like { $$ = NEW(ShowStmt, @$, .kind = SHOW_COLUMNS, .name = *$3, .like = $4); }
  | TK_CREATE drop_object name { $$ = NEW(ShowStmt, @$, .kind = SHOW_CREATE, .object = $2, .name = *$3); }
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
scroll_opt: %empty { $$ = 0; } | TK_NO TK_SCROLL { $$ = 1; } | TK_SCROLL { $$ = 2; } ;
hold_opt: %empty { $$ = 0; } | TK_WITHOUT TK_HOLD { $$ = 1; } | TK_WITH TK_HOLD { $$ = 2; } ;
fetch:
    ident { $$ = NEW(FetchStmt, @$, .name = $1); }
  | from_in ident { $$ = NEW(FetchStmt, @$, .name = $2); }
  | fetch_how from_in_opt ident { $$ = fetch_of(p, @$, $1, $3); }
  ;
fetch_how:
    query_id { $$ = NEW(FetchStmt, @$, .count = $1); }
  | TK_ALL { $$ = NEW(FetchStmt, @$, .all = true); }
  | TK_NEXT { $$ = NEW(FetchStmt, @$, .forward = true); }
  | TK_FORWARD { $$ = NEW(FetchStmt, @$, .forward = true); }
  | TK_FORWARD query_id { $$ = NEW(FetchStmt, @$, .forward = true, .count = $2); }
  | TK_FORWARD TK_ALL { $$ = NEW(FetchStmt, @$, .forward = true, .all = true); }
  ;
from_in: TK_FROM | TK_IN ;
from_in_opt: %empty | from_in ;
query_id:
    TK_INT { $$ = LIT(@1, INT, $1); }
  | TK_PARAM { $$ = make_param(p, @$, $1); }
  ;
comment_text: TK_STRING | TK_NULL { $$ = NOTHING; } ;
types_opt: %empty { $$ = EMPTY; } | TK_LP type_list TK_RP { $$ = $2; } ;

/* ---- INSERT, UPDATE, DELETE ---- */
insert:
    TK_INSERT TK_INTO name query conflict_opt returning_opt
      { $$ = make_insert(p, @$, $3, $4, $5, $6); }
  | TK_INSERT TK_INTO name overriding query conflict_opt returning_opt
      { $$ = make_insert(p, @$, $3, $5, $6, $7); RAW(InsertStmt, $$)->overriding = $4; }
  | TK_INSERT TK_INTO name TK_LP idents TK_RP overriding query conflict_opt returning_opt
      { $$ = make_insert(p, @$, $3, $8, $9, $10); RAW(InsertStmt, $$)->columns = $5; RAW(InsertStmt, $$)->overriding = $7; }
  | TK_INSERT TK_INTO name TK_AS ident query conflict_opt returning_opt
      { $$ = make_insert(p, @$, $3, $6, $7, $8); RAW(InsertStmt, $$)->alias = $5; }
  | TK_INSERT TK_INTO name TK_LP idents TK_RP query conflict_opt returning_opt
      { $$ = make_insert(p, @$, $3, $7, $8, $9); RAW(InsertStmt, $$)->columns = $5; }
  | TK_INSERT TK_INTO name TK_AS ident TK_LP idents TK_RP query conflict_opt returning_opt
      { $$ = make_insert(p, @$, $3, $9, $10, $11); RAW(InsertStmt, $$)->alias = $5; RAW(InsertStmt, $$)->columns = $7; }
  | TK_INSERT TK_INTO name TK_DEFAULT TK_VALUES conflict_opt returning_opt
      { $$ = make_insert(p, @$, $3, NULL, $6, $7); }
  ;
overriding:
    TK_OVERRIDING TK_SYSTEM TK_VALUE { $$ = OVERRIDING_SYSTEM; }
  | TK_OVERRIDING TK_USER TK_VALUE { $$ = OVERRIDING_USER; }
  ;
conflict_opt:
    %empty { $$ = NULL; }
  | TK_ON TK_CONFLICT columns_opt conflict_do { $$ = $4; $$->columns = $3; $$->node.at = @$; node_update(p, &$$->node); }
  | TK_ON TK_CONFLICT TK_ON TK_CONSTRAINT ident conflict_do { $$ = $6; $$->constraint = $5; $$->node.at = @$; }
  ;
conflict_do:
    TK_DO TK_NOTHING { $$ = MAKE(OnConflict, @$, .do_nothing = true); }
  | TK_DO TK_UPDATE TK_SET set_clauses where { $$ = MAKE(OnConflict, @$, .sets = $4, .where = $5); }
  ;
returning_opt: %empty { $$ = EMPTY; } | TK_RETURNING targets { $$ = $2; } ;
update:
    TK_UPDATE name table_alias_opt TK_SET set_clauses from_opt where returning_opt
      { $$ = NEW(UpdateStmt, @$, .table = *$2, .alias = $3, .sets = $5, .from = $6, .where = $7, .returning = $8); }
  ;
delete:
    TK_DELETE TK_FROM name table_alias_opt where returning_opt
      { $$ = NEW(DeleteStmt, @$, .table = *$3, .alias = $4, .where = $5, .returning = $6); }
  | TK_DELETE TK_FROM name table_alias_opt TK_USING from_list where returning_opt
      { $$ = NEW(DeleteStmt, @$, .table = *$3, .alias = $4, .using_from = $6, .where = $7, .returning = $8); }
  ;
table_alias_opt: %empty { $$ = (Ident){0}; } | bare | TK_AS ident { $$ = $2; } ;
set_clauses:
    set_clause { $$ = list_one($1); }
  | set_clauses TK_COMMA set_clause { $$ = list_add($1, $3); }
  ;
set_clause:
    ident TK_EQ set_value { $$ = NEW(SetClause, @$, .columns = list_one(ident_node(p, $1)), .value = $3); }
  | TK_LP idents TK_RP TK_EQ expr { $$ = make_set_tuple(p, @$, $2, $5); }
  ;
set_value: expr | TK_DEFAULT { $$ = NEW(ExprDefault, @$); } ;

/* ---- queries ---- */
tail:
    %empty { $$ = NULL; }
  | tail_query
  ;
tail_query:
    emit { $$ = tail_add_clause(p, NULL, $1); }
  | TK_WITH TK_LP options TK_RP { $$ = tail_add_options(p, NULL, @$, $3); }
  | tail_query emit { $$ = tail_add_clause(p, $1, $2); }
  | tail_query TK_WITH TK_LP options TK_RP { $$ = tail_add_options(p, $1, @2, $4); }
  ;
emit:
    TK_EMIT on_after TK_WATERMARK { $$ = make_emit(p, @$, EMIT_ON_WATERMARK, NULL); }
  | TK_EMIT TK_ON TK_WINDOW TK_CLOSE { $$ = make_emit(p, @$, EMIT_ON_WINDOW_CLOSE, NULL); }
  | TK_EMIT TK_ON TK_UPDATE { $$ = make_emit(p, @$, EMIT_ON_UPDATE, NULL); }
  | TK_EMIT TK_EVERY lateness { $$ = make_emit(p, @$, EMIT_PERIODICALLY, $3); }
  | TK_EMIT TK_PERIODICALLY lateness { $$ = make_emit(p, @$, EMIT_PERIODICALLY, $3); }
  | TK_EMIT TK_CHANGES { $$ = make_emit(p, @$, EMIT_CHANGES, NULL); }
  | TK_EMIT TK_CHANGES TK_IMMEDIATE { $$ = make_emit(p, @$, EMIT_CHANGES_IMMEDIATE, NULL); }
  | TK_EMIT TK_FINAL { $$ = make_emit(p, @$, EMIT_FINAL, NULL); }
  | TK_ALLOW TK_LATENESS lateness { $$ = MAKE(StreamClauses, @$, .lateness = $3); }
  | TK_LATE TK_DATA TK_TO name { $$ = MAKE(StreamClauses, @$, .late_to = *$4); }
  ;
on_after: TK_ON | TK_AFTER ;
lateness: expr ;
query: query_bare | query_parens ;
query_parens:
    TK_LP query_bare TK_RP { $$ = $2; }
  | TK_LP query_parens TK_RP { $$ = $2; }
  ;
query_bare:
    simple { $$ = make_query(p, @$, NULL, $1, EMPTY, NULL); }
  | body order { $$ = make_query(p, @$, NULL, $1, $2, NULL); }
  | body order_opt limits { $$ = make_query(p, @$, NULL, $1, $2, $3); }
  | with body { $$ = make_query(p, @$, $1, $2, EMPTY, NULL); }
  | with body order { $$ = make_query(p, @$, $1, $2, $3, NULL); }
  | with body order_opt limits { $$ = make_query(p, @$, $1, $2, $3, $4); }
  ;
body:
    simple
  | query_parens { $$ = query_body(p, $1); }
  ;
simple:
    TK_SELECT distinct_opt targets from_opt where group_by having windows_opt
      { $$ = NEW(Select, @$, .distinct = $2, .targets = $3, .from = $4, .where = $5, .group_distinct = $6->group_distinct, .group_by = $6->group_by,
                 .having = $7, .windows = $8->windows, .qualify = $8->qualify); }
  | TK_SELECT TK_DISTINCT TK_ON TK_LP exprs TK_RP targets from_opt where group_by having windows_opt
      { $$ = NEW(Select, @$, .distinct = SELECT_DISTINCT_ON, .distinct_on = $5, .targets = $7, .from = $8, .where = $9,
                 .group_distinct = $10->group_distinct, .group_by = $10->group_by, .having = $11, .windows = $12->windows, .qualify = $12->qualify); }
  | TK_VALUES rows { $$ = NEW(Values, @$, .rows = $2); }
  | TK_TABLE name { $$ = make_select_all(p, @$, $2, @2); }
  | body TK_UNION setop_all body { $$ = NEW(SetOp, @$, .kind = SETOP_UNION, .all = $3, .left = $1, .right = $4); }
  | body TK_INTERSECT setop_all body { $$ = NEW(SetOp, @$, .kind = SETOP_INTERSECT, .all = $3, .left = $1, .right = $4); }
  | body TK_EXCEPT setop_all body { $$ = NEW(SetOp, @$, .kind = SETOP_EXCEPT, .all = $3, .left = $1, .right = $4); }
  ;
setop_all: %empty { $$ = false; } | TK_ALL { $$ = true; } | TK_DISTINCT { $$ = false; } ;
distinct_opt: %empty { $$ = SELECT_ALL; } | TK_ALL { $$ = SELECT_ALL; } | TK_DISTINCT { $$ = SELECT_DISTINCT; } ;
with:
    TK_WITH recursive_opt ctes { $$ = MAKE(With, @$, .recursive = $2, .ctes = $3); }
  ;
recursive_opt: %empty { $$ = false; } | TK_RECURSIVE { $$ = true; } ;
ctes:
    cte { $$ = list_one($1); }
  | ctes TK_COMMA cte { $$ = list_add($1, $3); }
  ;
cte:
    ident columns_opt TK_AS cte_mat query_parens { $$ = NEW(Cte, @$, .name = $1, .columns = $2, .materialized = $4, .query = $5); }
  ;
cte_mat:
    %empty { $$ = CTE_DEFAULT; }
  | TK_MATERIALIZED { $$ = CTE_MATERIALIZED; }
  | TK_NOT TK_MATERIALIZED { $$ = CTE_NOT_MATERIALIZED; }
  ;
limits:
    limit_item
  | limits limit_item { $$ = limit_merge(p, $1, $2); }
  ;
limit_item:
    TK_LIMIT limit_value { $$ = MAKE(Query, @$, .limit = $2); }
  | TK_LIMIT TK_ALL { $$ = MAKE(Query, @$); }
  | TK_OFFSET offset_value { $$ = MAKE(Query, @$, .offset = $2); }
  | TK_OFFSET offset_value row_word { $$ = MAKE(Query, @$, .offset = $2); }
  | TK_FETCH first_next row_word only_ties { $$ = MAKE(Query, @$, .limit = LIT(@3, INT, STR("1")), .with_ties = $4); }
  | TK_FETCH first_next offset_small row_word only_ties { $$ = MAKE(Query, @$, .limit = $3, .with_ties = $5); }
  | TK_FOR lock_strength lock_of lock_wait
      { $$ = MAKE(Query, @$, .locks = list_one(NEW(LockClause, @$, .strength = $2, .of = $3, .wait = $4))); }
  ;
lock_strength:
    TK_UPDATE { $$ = LOCK_UPDATE; }
  | TK_NO TK_KEY TK_UPDATE { $$ = LOCK_NO_KEY_UPDATE; }
  | TK_SHARE { $$ = LOCK_SHARE; }
  | TK_KEY TK_SHARE { $$ = LOCK_KEY_SHARE; }
  ;
lock_of: %empty { $$ = EMPTY; } | TK_OF names { $$ = $2; } ;
lock_wait:
    %empty { $$ = LOCK_WAIT; }
  | TK_NOWAIT { $$ = LOCK_NOWAIT; }
  | TK_SKIP TK_LOCKED { $$ = LOCK_SKIP_LOCKED; }
  ;
limit_value: expr ;
offset_value: expr ;
offset_small: query_id { $$ = $1; } | TK_LP expr TK_RP { $$ = $2; } ;
row_word: TK_ROW | TK_ROWS ;
first_next: TK_FIRST | TK_NEXT ;
only_ties: TK_ONLY { $$ = false; } | TK_WITH TK_TIES { $$ = true; } ;
rows:
    values_row { $$ = list_one($1); }
  | rows TK_COMMA values_row { $$ = list_add($1, $3); }
  ;
values_row: TK_LP values_items TK_RP { $$ = NEW(ValuesRow, @$, .items = $2); } ;
values_items:
    values_item { $$ = list_one($1); }
  | values_items TK_COMMA values_item { $$ = list_add($1, $3); }
  ;
values_item: set_value ;
targets:
    target_one { $$ = list_one($1); }
  | targets TK_COMMA target_one { $$ = list_add($1, $3); }
  ;
target_one:
    expr { $$ = NEW(Target, @$, .expr = $1); }
  | expr TK_AS label { $$ = NEW(Target, @$, .expr = $1, .alias = $3); }
  | expr bare { $$ = NEW(Target, @$, .expr = $1, .alias = $2); }
  | TK_STAR exclude_opt { $$ = NEW(Target, @$, .expr = NEW(ExprStar, @$, .exclude = $2)); }
  | ident TK_DOT TK_STAR exclude_opt { $$ = NEW(Target, @$, .expr = NEW(ExprStar, @$, .of = *name_new(p, $1, @1), .exclude = $4)); }
  | dotted TK_DOT TK_STAR exclude_opt { $$ = NEW(Target, @$, .expr = NEW(ExprStar, @$, .of = *$1, .exclude = $4)); }
  | sub TK_DOT TK_STAR exclude_opt { $$ = NEW(Target, @$, .expr = NEW(ExprStar, @$, .row = $1, .exclude = $4)); }
  ;
exclude_opt: %empty { $$ = EMPTY; } | TK_EXCLUDE TK_LP idents TK_RP { $$ = $3; } ;
where: %empty { $$ = NULL; } | TK_WHERE expr { $$ = $2; } ;
having: %empty { $$ = NULL; } | TK_HAVING expr { $$ = $2; } ;
group_by:
    %empty { $$ = MAKE(Select, @$); }
  | TK_GROUP TK_BY group_items { $$ = MAKE(Select, @$, .group_by = $3); }
  | TK_GROUP TK_BY TK_DISTINCT group_items { $$ = MAKE(Select, @$, .group_distinct = true, .group_by = $4); }
  ;
group_items:
    group_item { $$ = list_one($1); }
  | group_items TK_COMMA group_item { $$ = list_add($1, $3); }
  ;
group_item:
    expr
  | TK_LP TK_RP { $$ = NEW(GroupSet, @$, .kind = GROUP_EMPTY); }
  | TK_ROLLUP TK_LP exprs TK_RP { $$ = NEW(GroupSet, @$, .kind = GROUP_ROLLUP, .items = $3); }
  | TK_CUBE TK_LP exprs TK_RP { $$ = NEW(GroupSet, @$, .kind = GROUP_CUBE, .items = $3); }
  | TK_GROUPING_LA TK_SETS TK_LP group_items TK_RP { $$ = NEW(GroupSet, @$, .kind = GROUP_SETS, .items = $4); }
  ;
windows_opt: /* WINDOW and QUALIFY, in either order */
    %empty { $$ = MAKE(Select, @$, .windows = EMPTY); }
  | TK_WINDOW windows { $$ = MAKE(Select, @$, .windows = $2); }
  | TK_QUALIFY expr { $$ = MAKE(Select, @$, .qualify = $2); }
  | TK_WINDOW windows TK_QUALIFY expr { $$ = MAKE(Select, @$, .windows = $2, .qualify = $4); }
  | TK_QUALIFY expr TK_WINDOW windows { $$ = MAKE(Select, @$, .windows = $4, .qualify = $2); }
  ;
windows:
    window_def { $$ = list_one($1); }
  | windows TK_COMMA window_def { $$ = list_add($1, $3); }
  ;
window_def: ident TK_AS window_spec { $3->name = $1; $$ = &$3->node; $$->at = @$; } ;
order_opt: %empty { $$ = EMPTY; } | order ;
order: TK_ORDER TK_BY call_order { $$ = $3; } ;
call_order:
    order_item { $$ = list_one($1); }
  | call_order TK_COMMA order_item { $$ = list_add($1, $3); }
  ;
order_item:
    expr dir nulls { $$ = NEW(OrderItem, @$, .expr = $1, .dir = $2, .nulls = $3); }
  | expr TK_USING TK_LT nulls { $$ = NEW(OrderItem, @$, .expr = $1, .dir = SORT_ASC, .nulls = $4); }
  | expr TK_USING TK_GT nulls { $$ = NEW(OrderItem, @$, .expr = $1, .dir = SORT_DESC, .nulls = $4); }
  ;
dir: %empty { $$ = SORT_DEFAULT; } | TK_ASC { $$ = SORT_ASC; } | TK_DESC { $$ = SORT_DESC; } ;
nulls:
    %empty { $$ = SORT_NULLS_DEFAULT; }
  | TK_NULLS_LA TK_FIRST { $$ = SORT_NULLS_FIRST; }
  | TK_NULLS_LA TK_LAST { $$ = SORT_NULLS_LAST; }
  ;

/* ---- FROM ---- */
from_opt: %empty { $$ = EMPTY; } | TK_FROM from_list { $$ = $2; } ;
from_list:
    from_item { $$ = list_one($1); }
  | from_list TK_COMMA from_item { $$ = list_add($1, $3); }
  ;
from_item:
    plain_table
  | plain_table TK_MATCH_RECOGNIZE TK_LP match_body TK_RP alias_opt { $$ = match_of(p, @$, $1, $4, $6); }
  | name alias_opt sys_time alias_opt { $$ = from_table(p, @$, $1, $2, $3, $4); }
  | plain_table TK_TABLESAMPLE func_app { PARSE_FAIL(p, ERR_UNSUPPORTED, @2, "TABLESAMPLE is not supported"); $$ = NULL; }
  | joined
  ;
plain_table:
    name alias_opt { $$ = NEW(FromTable, @$, .name = *$1, .alias = $2); }
  | TK_ONLY name alias_opt { $$ = NEW(FromTable, @$, .name = *$2, .alias = $3); }
  | func_app ordinality_opt rows_alias { $$ = from_function(p, @$, false, false, $2, $1, $3); }
  | TK_LATERAL func_app ordinality_opt rows_alias { $$ = from_function(p, @$, true, false, $3, $2, $4); }
  | TK_TABLE TK_LP func_app TK_RP alias_opt { $$ = from_function(p, @$, false, true, false, $3, $5); }
  | TK_LATERAL TK_TABLE TK_LP func_app TK_RP alias_opt { $$ = from_function(p, @$, true, true, false, $4, $6); }
  | query_parens alias_opt { $$ = NEW(FromSubquery, @$, .query = $1, .alias = $2); }
  | TK_LATERAL query_parens alias_opt { $$ = NEW(FromSubquery, @$, .lateral = true, .query = $2, .alias = $3); }
  ;
ordinality_opt: %empty { $$ = false; } | TK_WITH_LA TK_ORDINALITY { $$ = true; } ;
alias_opt: %empty { $$ = NULL; } | alias ;
rows_alias:
    alias_opt
  | TK_AS ident TK_LP type_fields TK_RP { $$ = MAKE(Alias, @$, .name = $2, .fields = $4); }
  | bare TK_LP type_fields TK_RP { $$ = MAKE(Alias, @$, .name = $1, .fields = $3); }
  | TK_AS TK_LP type_fields TK_RP { $$ = MAKE(Alias, @$, .fields = $3); }
  ;
alias:
    TK_AS ident columns_opt { $$ = MAKE(Alias, @$, .name = $2, .columns = $3); }
  | bare columns_opt { $$ = MAKE(Alias, @$, .name = $1, .columns = $2); }
  ;
sys_time:
    TK_FOR_LA TK_SYSTEM_TIME TK_AS TK_OF expr { $$ = NEW(FromTable, @$, .as_of = $5); }
  | TK_FOR_LA TK_SYSTEM_TIME TK_AS TK_OF expr TK_VERSIONED TK_ON ident { $$ = NEW(FromTable, @$, .as_of = $5, .versioned_on = $8); }
  ;
joined:
    TK_LP joined TK_RP { $$ = $2; }
  | from_item TK_CROSS TK_JOIN from_item { $$ = NEW(FromJoin, @$, .kind = JOIN_CROSS, .left = $1, .right = $4); }
  | from_item TK_JOIN from_item on_using { $$ = make_join(p, @$, JOIN_INNER, $1, $3, $4); }
  | from_item join_type TK_JOIN from_item on_using { $$ = make_join(p, @$, $2, $1, $4, $5); }
  | from_item TK_NATURAL TK_JOIN from_item { $$ = NEW(FromJoin, @$, .kind = JOIN_INNER, .natural = true, .left = $1, .right = $4); }
  | from_item TK_NATURAL join_type TK_JOIN from_item { $$ = NEW(FromJoin, @$, .kind = $3, .natural = true, .left = $1, .right = $5); }
  | from_item TK_ASOF asof_type TK_JOIN from_item asof_quals { $$ = make_join(p, @$, $3, $1, $5, $6); }
  | from_item TK_TEMPORAL TK_PROBE TK_JOIN from_item TK_ON TK_LP idents TK_RP TK_TIMESTAMPS TK_LP name TK_COMMA name TK_RP probe_offsets alias_opt
      { $$ = probe_of(p, @$, $16, $1, $5, $8, $12, $14, $17); }
  ;
join_type:
    TK_INNER { $$ = JOIN_INNER; }
  | TK_LEFT outer_word { $$ = JOIN_LEFT; }
  | TK_RIGHT outer_word { $$ = JOIN_RIGHT; }
  | TK_FULL outer_word { $$ = JOIN_FULL; }
  | TK_LEFT TK_SEMI { $$ = JOIN_LEFT_SEMI; }
  | TK_LEFT TK_ANTI { $$ = JOIN_LEFT_ANTI; }
  | TK_RIGHT TK_SEMI { $$ = JOIN_RIGHT_SEMI; }
  | TK_RIGHT TK_ANTI { $$ = JOIN_RIGHT_ANTI; }
  ;
outer_word: %empty | TK_OUTER ;
asof_type: %empty { $$ = JOIN_ASOF; } | TK_INNER { $$ = JOIN_ASOF_INNER; } | TK_LEFT outer_word { $$ = JOIN_ASOF_LEFT; } ;
on_using:
    TK_ON expr { $$ = MAKE(FromJoin, @$, .on = $2); }
  | TK_USING TK_LP idents TK_RP { $$ = MAKE(FromJoin, @$, .using_columns = $3); }
  ;
asof_quals:
    match_items %prec P_NO_ON
  | match_items on_using %prec P_NO_ON { $$ = join_merge(p, $1, $2); }
  | match_items on_using match_items %prec P_NO_ON { $$ = join_merge(p, join_merge(p, $1, $2), $3); }
  | on_using %prec P_NO_ON
  | on_using match_items %prec P_NO_ON { $$ = join_merge(p, $1, $2); }
  ;
match_items:
    match_item
  | match_items match_item { $$ = join_merge(p, $1, $2); }
  ;
match_item:
    TK_MATCH_CONDITION TK_LP expr TK_RP { $$ = MAKE(FromJoin, @$, .match = $3); }
  | TK_MATCH_CONDITION TK_NEAREST { $$ = MAKE(FromJoin, @$, .match_nearest = true); }
  | TK_TOLERANCE expr { $$ = MAKE(FromJoin, @$, .tolerance = $2); }
  ;
probe_offsets:
    TK_RANGE TK_FROM signed_number TK_TO signed_number TK_STEP signed_number
      { $$ = MAKE(FromProbe, @$, .range_from = $3, .range_to = $5, .range_step = $7); }
  | TK_LIST TK_LP probe_list TK_RP { $$ = MAKE(FromProbe, @$, .offsets = $3); }
  ;
probe_list:
    signed_number { $$ = list_one($1); }
  | probe_list TK_COMMA signed_number { $$ = list_add($1, $3); }
  ;
signed_number:
    span_literal
  | TK_MINUS span_literal { $$ = make_unary(p, @$, SQL_OP_SUB, $2); }
  ;
span_literal:
    TK_INT { $$ = LIT(@1, INT, $1); }
  | TK_QUANTITY { $$ = make_interval(p, @$, $1, UNIT_NONE); }
  | TK_INTERVAL TK_STRING { $$ = make_interval(p, @$, $2, UNIT_NONE); }
  | TK_INTERVAL TK_STRING unit { $$ = make_interval(p, @$, $2, $3); }
  ;

/* ---- MATCH_RECOGNIZE ---- */
match_body:
    partition_opt order_opt measures_opt match_rows_opt skip_opt TK_PATTERN TK_LP pattern TK_RP pattern_within subsets_opt defines_opt
      { $$ = match_body_of(p, @$, $1, $2, $3, $4, $5, $8, $10, $11, $12); }
  ;
measures_opt: %empty { $$ = EMPTY; } | TK_MEASURES measures { $$ = $2; } ;
measures:
    measure { $$ = list_one($1); }
  | measures TK_COMMA measure { $$ = list_add($1, $3); }
  ;
measure: expr TK_AS label { $$ = NEW(PatternDef, @$, .name = $3, .expr = $1); } ;
match_rows_opt:
    %empty { $$ = MATCH_ROWS_DEFAULT; }
  | TK_ONE TK_ROW TK_PER TK_MATCH { $$ = MATCH_ONE_ROW; }
  | TK_ALL TK_ROWS TK_PER TK_MATCH { $$ = MATCH_ALL_ROWS; }
  ;
skip_opt:
    %empty { $$ = MAKE(FromMatch, @$); }
  | TK_AFTER TK_MATCH TK_SKIP TK_PAST TK_LAST TK_ROW { $$ = MAKE(FromMatch, @$, .skip = SKIP_PAST_LAST_ROW); }
  | TK_AFTER TK_MATCH TK_SKIP TK_TO TK_NEXT TK_ROW { $$ = MAKE(FromMatch, @$, .skip = SKIP_TO_NEXT_ROW); }
  | TK_AFTER TK_MATCH TK_SKIP TK_TO TK_FIRST ident { $$ = MAKE(FromMatch, @$, .skip = SKIP_TO_FIRST, .skip_to = $6); }
  | TK_AFTER TK_MATCH TK_SKIP TK_TO TK_LAST ident { $$ = MAKE(FromMatch, @$, .skip = SKIP_TO_LAST, .skip_to = $6); }
  | TK_AFTER TK_MATCH TK_SKIP TK_TO TK_IDENT { $$ = MAKE(FromMatch, @$, .skip = SKIP_TO_LAST, .skip_to = $5); }
  ;
pattern_within: %empty { $$ = NULL; } | TK_WITHIN expr { $$ = $2; } ;
subsets_opt: %empty { $$ = EMPTY; } | TK_SUBSET subsets { $$ = $2; } ;
subsets:
    subset { $$ = list_one($1); }
  | subsets TK_COMMA subset { $$ = list_add($1, $3); }
  ;
subset: ident TK_EQ TK_LP idents TK_RP { $$ = NEW(PatternDef, @$, .name = $1, .members = $4); } ;
defines_opt: %empty { $$ = EMPTY; } | TK_DEFINE defines { $$ = $2; } ;
defines:
    match_def { $$ = list_one($1); }
  | defines TK_COMMA match_def { $$ = list_add($1, $3); }
  ;
match_def: ident TK_AS expr { $$ = NEW(PatternDef, @$, .name = $1, .expr = $3); } ;
pattern:
    pattern_concat
  | pattern TK_PIPE pattern_concat { $$ = pattern_join(p, @$, PATTERN_ALT, $1, $3); }
  ;
pattern_concat:
    pattern_item
  | pattern_concat pattern_item { $$ = pattern_join(p, @$, PATTERN_CONCAT, $1, $2); }
  ;
pattern_item:
    pattern_prim
  | pattern_prim quantifier { $$ = pattern_quantify(p, @$, $1, $2); }
  | pattern_prim quantifier TK_QUESTION { $2->reluctant = true; $$ = pattern_quantify(p, @$, $1, $2); }
  ;
quantifier:
    TK_STAR { $$ = make_quantifier(p, @$, STR("0"), NOTHING); }
  | TK_PLUS { $$ = make_quantifier(p, @$, STR("1"), NOTHING); }
  | TK_QUESTION { $$ = make_quantifier(p, @$, STR("0"), STR("1")); }
  | TK_LC TK_INT TK_RC { $$ = make_quantifier(p, @$, $2, $2); }
  | TK_LC TK_INT TK_COMMA TK_RC { $$ = make_quantifier(p, @$, $2, NOTHING); }
  | TK_LC TK_INT TK_COMMA TK_INT TK_RC { $$ = make_quantifier(p, @$, $2, $4); }
  | TK_LC TK_COMMA TK_INT TK_RC { $$ = make_quantifier(p, @$, STR("0"), $3); }
  ;
pattern_prim:
    name_word { $$ = make_pattern(p, @$, PATTERN_VAR, EMPTY); $$->var = $1; }
  | TK_LP TK_RP { $$ = make_pattern(p, @$, PATTERN_EMPTY, EMPTY); }
  | TK_LP pattern TK_RP { $$ = pattern_group(p, @$, $2); }
  | TK_LC_MINUS pattern TK_MINUS_RC { $$ = make_pattern(p, @$, PATTERN_EXCLUDE, list_one(&$2->node)); }
  | TK_PERMUTE TK_LP patterns TK_RP { $$ = make_pattern(p, @$, PATTERN_PERMUTE, $3); }
  | TK_CARET { $$ = make_pattern(p, @$, PATTERN_START, EMPTY); }
  | TK_DOLLAR { $$ = make_pattern(p, @$, PATTERN_END, EMPTY); }
  ;
patterns:
    pattern { $$ = list_one(&$1->node); }
  | patterns TK_COMMA pattern { $$ = list_add($1, &$3->node); }
  ;

/* ---- expressions ---- */
exprs_opt: %empty { $$ = EMPTY; } | exprs ;
exprs:
    expr { $$ = list_one($1); }
  | exprs TK_COMMA expr { $$ = list_add($1, $3); }
  ;
expr:
    prim
  | expr TK_CAST_OP type { $$ = NEW(ExprCast, @$, .arg = $1, .type = $3); }
  | expr TK_COLLATE name { $$ = NEW(ExprCollate, @$, .arg = $1, .collation = *$3); }
  | expr TK_AT TK_TIME TK_ZONE expr %prec TK_AT { $$ = NEW(ExprAtTimeZone, @$, .arg = $1, .zone = $5); }
  | TK_PLUS expr %prec P_SIGN { $$ = make_unary(p, @$, SQL_OP_ADD, $2); }
  | TK_MINUS expr %prec P_SIGN { $$ = make_unary(p, @$, SQL_OP_SUB, $2); }
  | prefix_op expr %prec P_OP { $$ = make_unary(p, @$, $1, $2); }
  | expr TK_CARET expr { $$ = make_binary(p, @$, SQL_OP_POW, @2, $1, $3); }
  | expr mul_op expr %prec P_MUL { $$ = make_binary(p, @$, $2, @2, $1, $3); }
  | expr add_op expr %prec P_ADD { $$ = make_binary(p, @$, $2, @2, $1, $3); }
  | expr other_op expr %prec P_OP { $$ = make_binary(p, @$, $2, @2, $1, $3); }
  | expr cmp_op expr %prec P_CMP { $$ = make_binary(p, @$, $2, @2, $1, $3); }
  | expr cmp_op quant query_parens %prec P_CMP { $$ = NEW(ExprQuantified, @$, .op = $2, .all = $3, .left = $1, .query = $4); }
  | expr cmp_op quant TK_LP expr TK_RP %prec P_CMP { $$ = NEW(ExprQuantified, @$, .op = $2, .all = $3, .left = $1, .array = $5); }
  | expr other_op quant query_parens %prec P_OP { $$ = NEW(ExprQuantified, @$, .op = $2, .all = $3, .left = $1, .query = $4); }
  | expr other_op quant TK_LP expr TK_RP %prec P_OP { $$ = NEW(ExprQuantified, @$, .op = $2, .all = $3, .left = $1, .array = $5); }
  | expr TK_OR expr { $$ = make_logic(p, @$, true, $1, $3); }
  | expr TK_AND expr { $$ = make_logic(p, @$, false, $1, $3); }
  | TK_NOT expr { $$ = make_unary(p, @$, SQL_OP_NOT, $2); }
  | TK_NOT_LA expr %prec TK_NOT { $$ = make_unary(p, @$, SQL_OP_NOT, $2); }
  | expr TK_ISNULL { $$ = NEW(ExprIs, @$, .test = IS_NULL, .arg = $1); }
  | expr TK_NOTNULL { $$ = NEW(ExprIs, @$, .test = IS_NULL, .negated = true, .arg = $1); }
  | expr TK_IS not_opt is_test %prec TK_IS { $$ = NEW(ExprIs, @$, .test = $4, .negated = $3, .arg = $1); }
  | expr TK_IS not_opt TK_DISTINCT TK_FROM expr %prec TK_IS { $$ = NEW(ExprDistinct, @$, .negated = $3, .left = $1, .right = $6); }
  | expr TK_IS not_opt normal_form TK_NORMALIZED %prec TK_IS { $$ = make_normalized(p, @$, @5, $3, $1, $4); }
  | expr TK_BETWEEN sym_opt b_expr TK_AND expr %prec TK_BETWEEN
      { $$ = NEW(ExprBetween, @$, .symmetric = $3, .arg = $1, .low = $4, .high = $6); }
  | expr TK_NOT_LA TK_BETWEEN sym_opt b_expr TK_AND expr %prec TK_BETWEEN
      { $$ = NEW(ExprBetween, @$, .negated = true, .symmetric = $4, .arg = $1, .low = $5, .high = $7); }
  | expr TK_IN query_parens { $$ = NEW(ExprIn, @$, .arg = $1, .query = $3); }
  | expr TK_IN TK_LP exprs TK_RP { $$ = NEW(ExprIn, @$, .arg = $1, .items = $4); }
  | expr TK_NOT_LA TK_IN query_parens %prec TK_IN { $$ = NEW(ExprIn, @$, .negated = true, .arg = $1, .query = $4); }
  | expr TK_NOT_LA TK_IN TK_LP exprs TK_RP %prec TK_IN { $$ = NEW(ExprIn, @$, .negated = true, .arg = $1, .items = $5); }
  | expr like_op expr %prec TK_LIKE { $$ = NEW(ExprLike, @$, .kind = $2, .arg = $1, .pattern = $3); }
  | expr like_op expr TK_ESCAPE expr %prec TK_LIKE { $$ = NEW(ExprLike, @$, .kind = $2, .arg = $1, .pattern = $3, .escape = $5); }
  | expr like_op quant TK_LP expr TK_RP %prec TK_LIKE { $$ = make_like_any(p, @$, $2, false, $3, $1, $5); }
  | expr TK_NOT_LA like_op quant TK_LP expr TK_RP %prec TK_LIKE { $$ = make_like_any(p, @$, $3, true, $4, $1, $6); }
  | expr TK_OVERLAPS_WORD expr %prec TK_LIKE { $$ = make_overlaps(p, @$, @2, $1, $3); }
  | expr TK_NOT_LA like_op expr %prec TK_LIKE { $$ = NEW(ExprLike, @$, .kind = $3, .negated = true, .arg = $1, .pattern = $4); }
  | expr TK_NOT_LA like_op expr TK_ESCAPE expr %prec TK_LIKE
      { $$ = NEW(ExprLike, @$, .kind = $3, .negated = true, .arg = $1, .pattern = $4, .escape = $6); }
  ;
/* What may stand between BETWEEN and its AND, and after DEFAULT: no AND, OR, NOT, IN, LIKE, IS NULL. */
b_expr:
    prim
  | b_expr TK_CAST_OP type { $$ = NEW(ExprCast, @$, .arg = $1, .type = $3); }
  | TK_PLUS b_expr %prec P_SIGN { $$ = make_unary(p, @$, SQL_OP_ADD, $2); }
  | TK_MINUS b_expr %prec P_SIGN { $$ = make_unary(p, @$, SQL_OP_SUB, $2); }
  | prefix_op b_expr %prec P_OP { $$ = make_unary(p, @$, $1, $2); }
  | b_expr TK_CARET b_expr { $$ = make_binary(p, @$, SQL_OP_POW, @2, $1, $3); }
  | b_expr mul_op b_expr %prec P_MUL { $$ = make_binary(p, @$, $2, @2, $1, $3); }
  | b_expr add_op b_expr %prec P_ADD { $$ = make_binary(p, @$, $2, @2, $1, $3); }
  | b_expr other_op b_expr %prec P_OP { $$ = make_binary(p, @$, $2, @2, $1, $3); }
  | b_expr cmp_op b_expr %prec P_CMP { $$ = make_binary(p, @$, $2, @2, $1, $3); }
  | b_expr TK_IS not_opt TK_DISTINCT TK_FROM b_expr %prec TK_IS { $$ = NEW(ExprDistinct, @$, .negated = $3, .left = $1, .right = $6); }
  ;
not_opt: %empty { $$ = false; } | TK_NOT { $$ = true; } ;
sym_opt: %empty { $$ = false; } | TK_SYMMETRIC { $$ = true; } | TK_ASYMMETRIC { $$ = false; } ;
normal_form:
    %empty { $$ = NORMAL_NFC; }
  | TK_NFC { $$ = NORMAL_NFC; }
  | TK_NFD { $$ = NORMAL_NFD; }
  | TK_NFKC { $$ = NORMAL_NFKC; }
  | TK_NFKD { $$ = NORMAL_NFKD; }
  ;
is_test:
    TK_NULL { $$ = IS_NULL; }
  | TK_TRUE { $$ = IS_TRUE; }
  | TK_FALSE { $$ = IS_FALSE; }
  | TK_UNKNOWN { $$ = IS_UNKNOWN; }
  ;
quant: TK_ANY { $$ = false; } | TK_SOME { $$ = false; } | TK_ALL { $$ = true; } ;
like_op:
    TK_LIKE { $$ = LIKE_LIKE; }
  | TK_ILIKE { $$ = LIKE_ILIKE; }
  | TK_SIMILAR TK_TO { $$ = LIKE_SIMILAR; }
  ;
cmp_op:
    TK_EQ { $$ = SQL_OP_EQ; }
  | TK_NE { $$ = SQL_OP_NE; }
  | TK_LT { $$ = SQL_OP_LT; }
  | TK_LE { $$ = SQL_OP_LE; }
  | TK_GT { $$ = SQL_OP_GT; }
  | TK_GE { $$ = SQL_OP_GE; }
  ;
add_op: TK_PLUS { $$ = SQL_OP_ADD; } | TK_MINUS { $$ = SQL_OP_SUB; } ;
mul_op: TK_STAR { $$ = SQL_OP_MUL; } | TK_SLASH { $$ = SQL_OP_DIV; } | TK_PERCENT { $$ = SQL_OP_MOD; } ;
prefix_op:
    TK_TILDE { $$ = SQL_OP_BIT_NOT; }
  | TK_SQRT { $$ = SQL_OP_SQRT; }
  | TK_CBRT { $$ = SQL_OP_CBRT; }
  | TK_ABS { $$ = SQL_OP_ABS; }
  ;
other_op:
    TK_CONCAT { $$ = SQL_OP_CONCAT; }
  | TK_PIPE { $$ = SQL_OP_BIT_OR; }
  | TK_AMP { $$ = SQL_OP_BIT_AND; }
  | TK_OVERLAPS { $$ = SQL_OP_OVERLAPS; }
  | TK_HASH { $$ = SQL_OP_BIT_XOR; }
  | TK_SHL { $$ = SQL_OP_SHIFT_LEFT; }
  | TK_SHR { $$ = SQL_OP_SHIFT_RIGHT; }
  | TK_GET { $$ = SQL_OP_JSON_GET; }
  | TK_GET_TEXT { $$ = SQL_OP_JSON_GET_TEXT; }
  | TK_PATH { $$ = SQL_OP_JSON_PATH; }
  | TK_PATH_TEXT { $$ = SQL_OP_JSON_PATH_TEXT; }
  | TK_CONTAINS { $$ = SQL_OP_CONTAINS; }
  | TK_CONTAINED { $$ = SQL_OP_CONTAINED; }
  | TK_QUESTION { $$ = SQL_OP_HAS_KEY; }
  | TK_TILDE { $$ = SQL_OP_REGEX; }
  | TK_REGEX_I { $$ = SQL_OP_REGEX_ICASE; }
  | TK_NOT_REGEX { $$ = SQL_OP_NOT_REGEX; }
  | TK_NOT_REGEX_I { $$ = SQL_OP_NOT_REGEX_ICASE; }
  | TK_ANY_KEY { $$ = SQL_OP_HAS_ANY_KEY; }
  | TK_ALL_KEYS { $$ = SQL_OP_HAS_ALL_KEYS; }
  | TK_DELETE_PATH { $$ = SQL_OP_DELETE_PATH; }
  | TK_PATH_EXISTS { $$ = SQL_OP_PATH_EXISTS; }
  | TK_PATH_MATCH { $$ = SQL_OP_PATH_MATCH; }
  | TK_LIKE_OP { $$ = SQL_OP_LIKE; }
  | TK_NOT_LIKE_OP { $$ = SQL_OP_NOT_LIKE; }
  | TK_ILIKE_OP { $$ = SQL_OP_ILIKE; }
  | TK_NOT_ILIKE_OP { $$ = SQL_OP_NOT_ILIKE; }
  | TK_STARTS_OP { $$ = SQL_OP_STARTS; }
  ;
prim: atom | sub ;
sub:
    TK_LP expr TK_RP { $$ = $2; }
  | atom TK_LB expr TK_RB { $$ = NEW(ExprIndex, @$, .arg = $1, .index = $3); }
  | atom TK_LB slice_bound TK_COLON slice_bound TK_RB { $$ = NEW(ExprSlice, @$, .arg = $1, .low = $3, .high = $5); }
  | sub TK_LB expr TK_RB { $$ = NEW(ExprIndex, @$, .arg = $1, .index = $3); }
  | sub TK_LB slice_bound TK_COLON slice_bound TK_RB { $$ = NEW(ExprSlice, @$, .arg = $1, .low = $3, .high = $5); }
  | sub TK_DOT label { $$ = NEW(ExprField, @$, .arg = $1, .field = $3); }
  ;
slice_bound: %empty { $$ = NULL; } | expr ;
atom:
    name { $$ = NEW(ExprColumn, @$, .name = *$1); }
  | literal
  | interval
  | TK_PARAM { $$ = make_param(p, @$, $1); }
  | func_expr
  | query_parens %prec P_SIGN { $$ = NEW(ExprSubquery, @$, .query = $1); }
  | TK_EXISTS query_parens { $$ = NEW(ExprExists, @$, .query = $2); }
  | TK_CASE case_arg case_whens case_else TK_END { $$ = NEW(ExprCase, @$, .arg = $2, .whens = $3, .otherwise = $4); }
  | TK_ARRAY query_parens { $$ = NEW(ExprSubquery, @$, .array = true, .query = $2); }
  | TK_ARRAY TK_LB array_items TK_RB { $$ = NEW(ExprArray, @$, .items = $3); }
  | TK_MAP_LA TK_LB exprs_opt TK_RB { $$ = NEW(ExprMap, @$, .items = $3); }
  | TK_ROW TK_LP exprs_opt TK_RP { $$ = NEW(ExprRow, @$, .explicit_row = true, .items = $3); }
  | TK_LP exprs TK_COMMA expr TK_RP { $$ = NEW(ExprRow, @$, .items = list_add($2, $4)); }
  ;
literal:
    TK_INT { $$ = LIT(@1, INT, $1); }
  | TK_DECIMAL { $$ = LIT(@1, DECIMAL, $1); }
  | TK_FLOAT { $$ = LIT(@1, FLOAT, $1); }
  | TK_STRING { $$ = LIT(@1, STRING, $1); }
  | TK_BYTES { $$ = LIT(@1, BYTES, $1); }
  | TK_TRUE { $$ = LIT(@1, BOOL, NOTHING); RAW(ExprLiteral, $$)->flag = true; }
  | TK_FALSE { $$ = LIT(@1, BOOL, NOTHING); }
  | TK_NULL { $$ = LIT(@1, NULL, NOTHING); }
  | name_word TK_STRING { $$ = NEW(ExprTyped, @$, .type = make_named_type(p, @1, name_new(p, $1, @1), EMPTY), .text = $2); }
  | TK_DOUBLE TK_PRECISION TK_STRING { $$ = NEW(ExprTyped, @$, .type = make_type(p, @$, "double precision", EMPTY), .text = $3); }
  | time_type TK_STRING { $$ = NEW(ExprTyped, @$, .type = $1, .text = $2); }
  ;
interval:
    TK_INTERVAL TK_STRING units { $$ = make_interval(p, @$, $2, $3); }
  | TK_INTERVAL TK_STRING unit TK_LP mod_list TK_RP { $$ = interval_rounded(p, @$, $2, $3, $5); }
  | TK_INTERVAL TK_STRING unit TK_TO unit TK_LP mod_list TK_RP { $$ = interval_rounded(p, @$, $2, $3 + $5 * N_INTERVAL_UNITS, $7); }
  | TK_INTERVAL TK_LP mod_list TK_RP TK_STRING { $$ = interval_rounded(p, @$, $5, UNIT_NONE, $3); }
  | TK_INTERVAL TK_INT unit { $$ = make_interval(p, @$, $2, $3); }
  | TK_INTERVAL TK_DECIMAL unit { $$ = make_interval(p, @$, $2, $3); }
  | TK_QUANTITY { $$ = make_interval(p, @$, $1, UNIT_NONE); }
  ;
units:
    %empty { $$ = UNIT_NONE; }
  | unit
  | unit TK_TO unit { $$ = $1 + $3 * N_INTERVAL_UNITS; }
  ;
unit:
    TK_MICROSECOND { $$ = UNIT_MICROSECOND; }
  | TK_MILLISECOND { $$ = UNIT_MILLISECOND; }
  | TK_SECOND { $$ = UNIT_SECOND; }
  | TK_MINUTE { $$ = UNIT_MINUTE; }
  | TK_HOUR { $$ = UNIT_HOUR; }
  | TK_DAY { $$ = UNIT_DAY; }
  | TK_WEEK { $$ = UNIT_WEEK; }
  | TK_MONTH { $$ = UNIT_MONTH; }
  | TK_QUARTER { $$ = UNIT_QUARTER; }
  | TK_YEAR { $$ = UNIT_YEAR; }
  ;
case_arg: %empty { $$ = NULL; } | expr ;
case_whens:
    case_when { $$ = list_one($1); }
  | case_whens case_when { $$ = list_add($1, $2); }
  ;
case_when: TK_WHEN expr TK_THEN expr { $$ = NEW(When, @$, .when = $2, .then = $4); } ;
case_else: %empty { $$ = NULL; } | TK_ELSE expr { $$ = $2; } ;
array_items: exprs_opt | array_rows ;
array_rows:
    array_item { $$ = list_one($1); }
  | array_rows TK_COMMA array_item { $$ = list_add($1, $3); }
  ;
array_item: TK_LB array_items TK_RB { $$ = NEW(ExprArray, @$, .items = $2); } ;

/* ---- calls ---- */
func_expr:
    func_app within_group_opt filter_opt nulls_opt over_opt { $$ = call_finish(p, @$, $1, $2, $3, $4, $5); }
  | TK_FINAL_LA func_app { $$ = call_range(p, @$, $2, CALL_FINAL); }
  | TK_RUNNING_LA func_app { $$ = call_range(p, @$, $2, CALL_RUNNING); }
  | special_call
  ;
func_app:
    func TK_LP TK_RP { $$ = make_function(p, @$, $1, EMPTY); }
  | func TK_LP args nulls_opt order_opt TK_RP { $$ = call_modify(p, call_nulls(p, @4, make_function(p, @$, $1, $3), $4), false, $5); }
  | func TK_LP TK_VARIADIC arg order_opt TK_RP { $$ = call_variadic(p, make_function(p, @$, $1, list_one($4)), $5); }
  | func TK_LP args TK_COMMA TK_VARIADIC arg order_opt TK_RP { $$ = call_variadic(p, make_function(p, @$, $1, list_add($3, $6)), $7); }
  | func TK_LP TK_ALL args nulls_opt order_opt TK_RP
      { $$ = call_modify(p, call_nulls(p, @5, make_function(p, @$, $1, $4), $5), false, $6); }
  | func TK_LP TK_DISTINCT args nulls_opt order_opt TK_RP
      { $$ = call_modify(p, call_nulls(p, @5, make_function(p, @$, $1, $4), $5), true, $6); }
  | func TK_LP TK_STAR TK_RP { $$ = NEW(ExprCall, @$, .func = *$1, .star = true); }
  | func TK_LP ident TK_DOT TK_STAR TK_RP { $$ = make_function(p, @$, $1, list_one(NEW(ExprStar, @3, .of = *name_new(p, $3, @3)))); }
  ;
args:
    arg { $$ = list_one($1); }
  | args TK_COMMA arg { $$ = list_add($1, $3); }
  ;
arg:
    arg_value
  | param_name TK_ARROW arg_value { $$ = NEW(ExprNamedArg, @$, .name = $1, .value = $3); }
  ;
param_name: name_word ;
arg_value:
    expr
  | TK_TABLE name { $$ = NEW(ExprTableArg, @$, .rel = *$2); }
  | TK_TABLE name TK_PARTITION TK_BY expr { $$ = NEW(ExprTableArg, @$, .rel = *$2, .partition = $5); }
  ;
special_call:
    TK_CAST TK_LP expr TK_AS type TK_RP { $$ = NEW(ExprCast, @$, .arg = $3, .type = $5); }
  | TK_TRY_CAST TK_LP expr TK_AS type TK_RP { $$ = NEW(ExprCast, @$, .try_cast = true, .arg = $3, .type = $5); }
  | TK_EXTRACT TK_LP extract_field TK_FROM expr TK_RP { $$ = make_call(p, @$, "extract", @1, $3, $5, NULL, NULL); }
  | TK_EXTRACT TK_LP exprs TK_RP { $$ = make_call_list(p, @$, "extract", @1, $3); }
  | TK_SUBSTRING TK_LP exprs TK_RP { $$ = make_call_list(p, @$, "substring", @1, $3); }
  | TK_SUBSTRING TK_LP expr TK_FROM expr TK_RP { $$ = make_call(p, @$, "substring", @1, $3, $5, NULL, NULL); }
  | TK_SUBSTRING TK_LP expr TK_FROM expr TK_FOR expr TK_RP { $$ = make_call(p, @$, "substring", @1, $3, $5, $7, NULL); }
  | TK_SUBSTRING TK_LP expr TK_FOR expr TK_RP { $$ = make_call(p, @$, "substring", @1, $3, LIT(@4, INT, STR("1")), $5, NULL); }
  | TK_SUBSTRING TK_LP expr TK_FOR expr TK_FROM expr TK_RP { $$ = make_call(p, @$, "substring", @1, $3, $7, $5, NULL); }
  | TK_POSITION TK_LP b_expr TK_IN b_expr TK_RP { $$ = make_call(p, @$, "strpos", @1, $5, $3, NULL, NULL); }
  | TK_TRIM TK_LP trim_side TK_FROM exprs TK_RP { $$ = make_call_list(p, @$, trim_function($3), @1, $5); }
  | TK_TRIM TK_LP trim_side expr TK_FROM expr TK_RP { $$ = make_call(p, @$, trim_function($3), @1, $6, $4, NULL, NULL); }
  | TK_TRIM TK_LP expr TK_FROM expr TK_RP { $$ = make_call(p, @$, "btrim", @1, $5, $3, NULL, NULL); }
  | TK_TRIM TK_LP exprs TK_RP { $$ = make_call_list(p, @$, "btrim", @1, $3); }
  | TK_OVERLAY TK_LP expr TK_PLACING expr TK_FROM expr TK_RP { $$ = make_call(p, @$, "overlay", @1, $3, $5, $7, NULL); }
  | TK_OVERLAY TK_LP expr TK_PLACING expr TK_FROM expr TK_FOR expr TK_RP { $$ = make_call(p, @$, "overlay", @1, $3, $5, $7, $9); }
  | TK_OVERLAY TK_LP exprs TK_RP { $$ = make_call_list(p, @$, "overlay", @1, $3); }
  | TK_MAP TK_LP exprs_opt TK_RP { $$ = make_call_list(p, @$, "map", @1, $3); }
  | TK_STRUCT TK_LP args TK_RP { $$ = make_call_list(p, @$, "struct", @1, $3); }
  | now_word { $$ = make_bare_call(p, @$, $1, @1, NULL); }
  | now_word TK_LP TK_INT TK_RP { $$ = make_bare_call(p, @$, $1, @1, LIT(@3, INT, $3)); }
  ;
now_word: TK_CURRENT_DATE | TK_CURRENT_TIME | TK_CURRENT_TIMESTAMP | TK_LOCALTIME | TK_LOCALTIMESTAMP ;
extract_field:
    ident { $$ = LIT(@1, STRING, $1.s); }
  | TK_STRING { $$ = LIT(@1, STRING, $1); }
  ;
trim_side: TK_BOTH { $$ = 0; } | TK_LEADING { $$ = 1; } | TK_TRAILING { $$ = 2; } ;
within_group_opt: %empty { $$ = EMPTY; } | TK_WITHIN TK_GROUP TK_LP order TK_RP { $$ = $4; } ;
filter_opt: %empty { $$ = NULL; } | TK_FILTER TK_LP TK_WHERE expr TK_RP { $$ = $4; } ;
nulls_opt:
    %empty %prec P_NO_NULLS { $$ = NULLS_DEFAULT; }
  | TK_IGNORE TK_NULLS { $$ = NULLS_IGNORE; }
  | TK_RESPECT TK_NULLS { $$ = NULLS_RESPECT; }
  ;
over_opt:
    %empty { $$ = NULL; }
  | TK_OVER ident { $$ = MAKE(WindowSpec, @$, .base = $2, .reference_only = true); }
  | TK_OVER window_spec { $$ = $2; }
  ;
window_spec:
    TK_LP partition_opt order_opt frame_opt TK_RP { $$ = window_of(p, @$, (Ident){0}, $2, $3, $4); }
  | TK_LP bare partition_opt order_opt frame_opt TK_RP { $$ = window_of(p, @$, $2, $3, $4, $5); }
  ;
partition_opt: %empty { $$ = EMPTY; } | TK_PARTITION TK_BY exprs { $$ = $3; } ;
frame_opt:
    %empty { $$ = NULL; }
  | frame_kind frame_extent frame_exclude { $$ = frame_of(p, @$, $1, $2, $3); }
  ;
frame_kind: TK_ROWS { $$ = FRAME_ROWS; } | TK_RANGE { $$ = FRAME_RANGE; } | TK_GROUPS { $$ = FRAME_GROUPS; } ;
frame_extent:
    frame_bound { $$ = frame_between(p, @$, $1, NULL); }
  | TK_BETWEEN frame_bound TK_AND frame_bound { $$ = frame_between(p, @$, $2, $4); }
  ;
frame_bound:
    TK_UNBOUNDED TK_PRECEDING { $$ = MAKE(WindowSpec, @$, .start = BOUND_UNBOUNDED_PRECEDING); }
  | TK_UNBOUNDED TK_FOLLOWING { $$ = MAKE(WindowSpec, @$, .start = BOUND_UNBOUNDED_FOLLOWING); }
  | TK_CURRENT TK_ROW { $$ = MAKE(WindowSpec, @$, .start = BOUND_CURRENT_ROW); }
  | expr TK_PRECEDING { $$ = MAKE(WindowSpec, @$, .start = BOUND_PRECEDING, .start_offset = $1); }
  | expr TK_FOLLOWING { $$ = MAKE(WindowSpec, @$, .start = BOUND_FOLLOWING, .start_offset = $1); }
  ;
frame_exclude:
    %empty { $$ = EXCLUDE_NO_OTHERS; }
  | TK_EXCLUDE TK_NO TK_OTHERS { $$ = EXCLUDE_NO_OTHERS; }
  | TK_EXCLUDE TK_CURRENT TK_ROW { $$ = EXCLUDE_CURRENT_ROW; }
  | TK_EXCLUDE TK_GROUP { $$ = EXCLUDE_GROUP; }
  | TK_EXCLUDE TK_TIES { $$ = EXCLUDE_TIES; }
  ;

/* ---- types ---- */
type:
    simple_type
  | type TK_LB TK_RB { $$ = $1; $$->n_dims++; $$->node.at = @$; }
  | type TK_LB TK_INT TK_RB { $$ = $1; $$->n_dims++; $$->node.at = @$; } /* also of `integer ARRAY[3]`: dimensions are no part of it */
  | simple_type TK_ARRAY { $$ = $1; $$->n_dims++; $$->node.at = @$; }
  ;
simple_type:
    name_word mods { $$ = make_named_type(p, @$, name_new(p, $1, @1), $2); }
  | name_word TK_DOT label mods { $$ = make_named_type(p, @$, name_add(p, name_new(p, $1, @1), $3, @$), $4); }
  | TK_DOUBLE TK_PRECISION { $$ = make_type(p, @$, "double precision", EMPTY); }
  | TK_CHARACTER TK_VARYING mods { $$ = make_type(p, @$, "character varying", $3); }
  | time_type
  | TK_INTERVAL mods { $$ = make_type(p, @$, "interval", $2); }
  | TK_INTERVAL unit mods { $$ = interval_type(p, @$, $2, $3); }
  | TK_INTERVAL unit TK_TO unit mods { $$ = interval_type(p, @$, $2 + $4 * N_INTERVAL_UNITS, $5); }
  | TK_ARRAY TK_LT type TK_GT { $$ = make_type(p, @$, "array", EMPTY); $$->args = list_one(&$3->node); node_update(p, &$$->node); }
  | TK_MAP TK_LT type TK_COMMA type TK_GT { $$ = map_type(p, @$, $3, $5); }
  | TK_MAP TK_LP type TK_COMMA type TK_RP { $$ = map_type(p, @$, $3, $5); }
  | struct_word TK_LT type_fields TK_GT { $$ = make_type(p, @$, "struct", EMPTY); $$->fields = $3; node_update(p, &$$->node); }
  | struct_word TK_LP type_fields TK_RP { $$ = make_type(p, @$, "struct", EMPTY); $$->fields = $3; node_update(p, &$$->node); }
  ;
struct_word: TK_STRUCT | TK_ROW ;
time_type:
    TK_TIMESTAMP mods { $$ = make_type(p, @$, "timestamp", $2); }
  | TK_TIMESTAMP mods TK_WITHOUT_LA TK_TIME TK_ZONE { $$ = make_type(p, @$, "timestamp", $2); }
  | TK_TIMESTAMP mods TK_WITH_LA TK_TIME TK_ZONE { $$ = make_type(p, @$, "timestamp with time zone", $2); }
  | TK_TIME mods { $$ = make_type(p, @$, "time", $2); }
  | TK_TIME mods TK_WITHOUT_LA TK_TIME TK_ZONE { $$ = make_type(p, @$, "time", $2); }
  | TK_TIME mods TK_WITH_LA TK_TIME TK_ZONE { $$ = make_type(p, @$, "time with time zone", $2); }
  ;
mods: %empty { $$ = EMPTY; } | TK_LP mod_list TK_RP { $$ = $2; } ;
mod_list:
    mod { $$ = list_one($1); }
  | mod_list TK_COMMA mod { $$ = list_add($1, $3); }
  ;
mod:
    TK_INT { $$ = LIT(@1, INT, $1); }
  | TK_MINUS TK_INT { $$ = make_unary(p, @$, SQL_OP_SUB, LIT(@2, INT, $2)); }
  ;
type_list:
    type { $$ = list_one(&$1->node); }
  | type_list TK_COMMA type { $$ = list_add($1, &$3->node); }
  ;
type_fields:
    type_field { $$ = list_one($1); }
  | type_fields TK_COMMA type_field { $$ = list_add($1, $3); }
  ;
type_field:
    ident type { $$ = NEW(TypeField, @$, .name = $1, .type = $2); }
  | ident TK_COLON type { $$ = NEW(TypeField, @$, .name = $1, .type = $3); }
  ;

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
    if (t.code == TK_IDENT)
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
