/* SPDX-License-Identifier: Apache-2.0
 *
 * Part of grammar.y: what CREATE, ALTER, DROP and COPY say: columns, constraints, connectors, options. */

/* ---- CREATE SOURCE, TABLE, LOOKUP TABLE.  The forms are spelled out because after FROM kind "(" may open options or columns. */
table_rest:
    source_rest
  | column_list_of TK_APPEND TK_ONLY options_opt { if (($$ = rest_of(p, $1, NULL, $4))) $$->append_only = true; }
  | column_list_of options_opt on_commit { $$ = on_commit_of(p, @3, rest_of(p, $1, NULL, $2), $3); }
  | TK_LP TK_RP options_opt on_commit_opt { if (($$ = on_commit_of(p, @4, rest_of(p, EMPTY, NULL, $3), $4))) $$->has_elements = true; }
  | options_opt on_commit_opt TK_AS rest_query { $$ = on_commit_of(p, @2, rest_named(p, EMPTY, $1, $4), $2); }
  | TK_LP idents TK_RP options_opt on_commit_opt TK_AS rest_query { $$ = on_commit_of(p, @5, rest_named(p, $2, $4, $7), $5); }
  ;
on_commit_opt: %empty { $$ = 0; } | on_commit ;
on_commit:
    TK_ON TK_COMMIT TK_DROP { $$ = ON_COMMIT_DROP; }
  | TK_ON TK_COMMIT TK_DELETE TK_ROWS { $$ = ON_COMMIT_DELETE; }
  | TK_ON TK_COMMIT TK_PRESERVE TK_ROWS { $$ = ON_COMMIT_PRESERVE; }
  ;
temp_word: TK_TEMP { $$ = 1; } | TK_TEMPORARY { $$ = 1; } ;
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
  | TK_LIKE name like_parts { $$ = NEW(ColumnsLike, @$, .table = *$2, .including = (uint32_t)$3); }
  | TK_WATERMARK TK_FOR ident watermark_when watermark_keys { $$ = NEW(WatermarkDef, @$, .column = $3, .when = $4, .keys = $5); }
  | TK_WATERMARK TK_FOR ident TK_AS expr watermark_when watermark_keys { $$ = NEW(WatermarkDef, @$, .column = $3, .expr = $5, .when = $6, .keys = $7); }
  | table_constraint
  ;
like_parts:
    %empty { $$ = 0; }
  | like_parts TK_INCLUDING like_part { $$ = $1 | $3; }
  | like_parts TK_EXCLUDING like_part { $$ = $1 & ~$3; }
  ;
like_part: TK_ALL { $$ = LIKE_ALL; } | ident { $$ = like_part(p, @$, $1); } ;
table_constraint:
    constraint_body
  | foreign_key
  | TK_CONSTRAINT ident foreign_key { $$ = constraint_named(p, @$, $2, $3); }
  | TK_CONSTRAINT ident constraint_body { $$ = constraint_named(p, @$, $2, $3); }
  ;
constraint_body:
    TK_PRIMARY TK_KEY TK_LP idents TK_RP when_checked
      { $$ = NEW(TableKey, @$, .primary = true, .columns = $4, .when = when_of_key(p, @$, "PRIMARY KEY", $6)); }
  | TK_UNIQUE nulls_distinct TK_LP idents TK_RP when_checked
      { $$ = NEW(TableKey, @$, .nulls_equal = $2, .columns = $4, .when = when_of_key(p, @$, "UNIQUE", $6)); }
  | TK_EXCLUDE_LA TK_USING ident TK_LP { PARSE_FAIL(p, ERR_UNSUPPORTED, @1, "EXCLUDE constraints are not supported"); $$ = NEW(TableCheck, @$); }
  | TK_CHECK TK_LP expr TK_RP when_checked { when_of_check(p, @$, $5); $$ = NEW(TableCheck, @$, .expr = $3); }
  ;
foreign_key:
    TK_FOREIGN TK_KEY TK_LP idents TK_RP references when_checked
      { RAW(TableForeign, $6)->columns = $4; RAW(TableForeign, $6)->when = $7 & ~CHECKED_NOT_VALID; $$ = $6; $$->at = @$; node_update(p, $$); }
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
  | foreign_actions TK_ON TK_DELETE foreign_action columns_opt { $$ = foreign_deletes(p, @5, $1, $4, $5); }
  | foreign_actions TK_ON TK_UPDATE foreign_action { $$ = $1; RAW(TableForeign, $$)->on_update = $4; }
  ;
foreign_action:
    TK_NO TK_ACTION { $$ = FOREIGN_NO_ACTION; }
  | TK_RESTRICT { $$ = FOREIGN_RESTRICT; }
  | TK_CASCADE { $$ = FOREIGN_CASCADE; }
  | TK_SET TK_NULL { $$ = FOREIGN_SET_NULL; }
  | TK_SET TK_DEFAULT { $$ = FOREIGN_SET_DEFAULT; }
  ;
when_checked: %empty { $$ = 0; } | when_checked when_word { $$ = when_merge(p, @2, $1, $2); } ;
/* NOT VALID gives leave not to look at the rows that are there, NOT ENFORCED at any; they are looked at all the same, so every constraint
 * is valid. */
when_word:
    TK_NOT TK_VALID { $$ = CHECKED_NOT_VALID; }
  | when_rule
  ;
when_rule:
    TK_DEFERRABLE { $$ = CHECKED_DEFERRABLE; }
  | TK_NOT TK_DEFERRABLE { $$ = CHECKED_NOT_DEFERRABLE; }
  | TK_ENFORCED { $$ = 0; }
  | TK_NOT TK_ENFORCED { $$ = 0; }
  | TK_INITIALLY TK_DEFERRED { $$ = CHECKED_DEFERRED; }
  | TK_INITIALLY TK_IMMEDIATE { $$ = CHECKED_IMMEDIATE; }
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
  | column_cons when_rule { $$ = column_checked(p, @2, $1, $2); }
  ;
column_con:
    column_rule
  | TK_CONSTRAINT ident column_rule { $$ = column_named($2, $3); }
  | TK_COLLATE name { $$ = MAKE(ColumnDef, @$, .collation = *$2); }
  ;
column_rule:
    TK_NOT TK_NULL { $$ = MAKE(ColumnDef, @$, .nulls = NULL_FORBIDDEN); }
  | TK_NULL { $$ = MAKE(ColumnDef, @$, .nulls = NULL_ALLOWED); }
  | TK_PRIMARY TK_KEY { $$ = MAKE(ColumnDef, @$, .primary_key = true, .last = RULE_KEY); }
  | TK_UNIQUE nulls_distinct { $$ = MAKE(ColumnDef, @$, .unique = true, .nulls_equal = $2, .last = RULE_UNIQUE); }
  | TK_DEFAULT b_expr { $$ = MAKE(ColumnDef, @$, .preset = $2); }
  | TK_CHECK TK_LP expr TK_RP { $$ = MAKE(ColumnDef, @$, .checks = list_one(NEW(TableCheck, @$, .expr = $3))); }
  | references { $$ = MAKE(ColumnDef, @$, .foreign = list_one($1), .last = RULE_FOREIGN); }
  | TK_GENERATED TK_ALWAYS TK_AS TK_LP expr TK_RP { $$ = MAKE(ColumnDef, @$, .generated = $5); }
  | TK_AS expr %prec TK_OR { $$ = MAKE(ColumnDef, @$, .generated = $2); }
  | TK_AS expr TK_STORED { $$ = MAKE(ColumnDef, @$, .generated = $2); }
  | TK_GENERATED TK_ALWAYS TK_AS TK_LP expr TK_RP TK_STORED { $$ = MAKE(ColumnDef, @$, .generated = $5); }
  | TK_GENERATED TK_ALWAYS TK_AS TK_IDENTITY identity_opt { $$ = $5; $$->identity = IDENTITY_ALWAYS; $$->node.at = @$; }
  | TK_GENERATED TK_BY TK_DEFAULT TK_AS TK_IDENTITY identity_opt { $$ = $6; $$->identity = IDENTITY_BY_DEFAULT; $$->node.at = @$; }
  ;
identity_opt:
    %empty { $$ = MAKE(ColumnDef, @$); }
  | TK_LP identity_items TK_RP { $$ = MAKE(ColumnDef, @$, .numbers = $2); }
  ;
identity_items:
    identity_item
  | identity_items identity_item { $$ = sequence_merge(p, $1, $2); }
  ;
identity_item:
    sequence_item
  | TK_SEQUENCE TK_NAME name { $$ = MAKE(CreateSequenceStmt, @$, .name = *$3); }
  ;
/* ALTER COLUMN: what it says of the numbers of an identity column. */
identity_changes:
    identity_change
  | identity_changes identity_change { $$ = column_merge(p, $1, $2); }
  ;
identity_change:
    TK_SET TK_GENERATED TK_ALWAYS { $$ = MAKE(ColumnDef, @$, .identity = IDENTITY_ALWAYS); }
  | TK_SET TK_GENERATED TK_BY TK_DEFAULT { $$ = MAKE(ColumnDef, @$, .identity = IDENTITY_BY_DEFAULT); }
  | TK_SET sequence_item { $$ = MAKE(ColumnDef, @$, .numbers = $2); }
  | restart_item { $$ = MAKE(ColumnDef, @$, .numbers = $1); }
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
alter_sequence:
    alter_sequence_items { $$ = NEW(AlterAction, @$, .kind = ALTER_SEQUENCE, .part = $1 ? &$1->node : NULL); }
  | TK_RENAME TK_TO ident { $$ = NEW(AlterAction, @$, .kind = ALTER_RENAME, .new_name = $3); }
  | alter_belongs
  ;
/* Whose it is, and in which schema. */
alter_belongs:
    TK_OWNER TK_TO ident { $$ = NEW(AlterAction, @$, .kind = ALTER_OWNER, .new_name = $3); }
  | TK_SET TK_SCHEMA ident { $$ = NEW(AlterAction, @$, .kind = ALTER_SET_SCHEMA, .new_name = $3); }
  ;
schema_change:
    alter_belongs
  | TK_RENAME TK_TO ident { $$ = NEW(AlterAction, @$, .kind = ALTER_RENAME, .new_name = $3); }
  ;
schema_owner: %empty { $$ = (Ident){0}; } | TK_AUTHORIZATION ident { $$ = $2; } ;
role_value:
    TK_STRING { $$ = make_value(p, @$, OPTION_FORM_STRING, $1); }
  | ident { $$ = make_value(p, @$, OPTION_FORM_WORD, $1.s); }
  ;
type_change:
    TK_ADD TK_VALUE ine TK_STRING { $$ = NEW(AlterAction, @$, .kind = ALTER_ADD_VALUE, .if_exists = $3 != 0, .part = LIT(@4, STRING, $4)); }
  | TK_ADD TK_VALUE ine TK_STRING TK_BEFORE TK_STRING
      { $$ = NEW(AlterAction, @$, .kind = ALTER_ADD_VALUE, .if_exists = $3 != 0, .part = LIT(@4, STRING, $4), .before = true, .expr = LIT(@6, STRING, $6)); }
  | TK_ADD TK_VALUE ine TK_STRING TK_AFTER TK_STRING
      { $$ = NEW(AlterAction, @$, .kind = ALTER_ADD_VALUE, .if_exists = $3 != 0, .part = LIT(@4, STRING, $4), .expr = LIT(@6, STRING, $6)); }
  | TK_RENAME TK_VALUE TK_STRING TK_TO TK_STRING
      { $$ = NEW(AlterAction, @$, .kind = ALTER_RENAME_VALUE, .part = LIT(@3, STRING, $3), .expr = LIT(@5, STRING, $5)); }
  | schema_change
  ;
domain_change:
    TK_SET TK_DEFAULT expr { $$ = NEW(AlterAction, @$, .kind = ALTER_COLUMN_DEFAULT, .expr = $3); }
  | TK_DROP TK_DEFAULT { $$ = NEW(AlterAction, @$, .kind = ALTER_COLUMN_DEFAULT); }
  | TK_SET TK_NOT TK_NULL { $$ = NEW(AlterAction, @$, .kind = ALTER_SET_NOT_NULL); }
  | TK_DROP TK_NOT TK_NULL { $$ = NEW(AlterAction, @$, .kind = ALTER_DROP_NOT_NULL); }
  | TK_ADD domain_check { $$ = $2; $$->at = @$; }
  | TK_ADD TK_CONSTRAINT ident domain_check
      { $$ = $4; $$->at = @$; RAW(AlterAction, $$)->part = constraint_named(p, @4, $3, RAW(AlterAction, $$)->part); }
  | TK_DROP TK_CONSTRAINT if_exists ident behavior
      { $$ = NEW(AlterAction, @$, .kind = ALTER_DROP_CONSTRAINT, .if_exists = $3, .name = $4, .behavior = $5); }
  | TK_VALIDATE TK_CONSTRAINT ident { $$ = NEW(AlterAction, @$, .kind = ALTER_VALIDATE_CONSTRAINT, .name = $3); }
  | TK_RENAME TK_CONSTRAINT ident TK_TO ident { $$ = NEW(AlterAction, @$, .kind = ALTER_RENAME_CONSTRAINT, .name = $3, .new_name = $5); }
  | schema_change
  ;
domain_check:
    TK_CHECK TK_LP expr TK_RP when_checked
      { when_of_check(p, @$, $5); $$ = NEW(AlterAction, @$, .kind = ALTER_ADD_CONSTRAINT, .part = NEW(TableCheck, @$, .expr = $3), .when = $5); }
  ;
alter_sequence_items:
    alter_sequence_item
  | alter_sequence_items alter_sequence_item { $$ = sequence_merge(p, $1, $2); }
  ;
alter_sequence_item:
    sequence_item
  | restart_item
  ;
restart_item:
    TK_RESTART { $$ = MAKE(CreateSequenceStmt, @$, .restarts = true); }
  | TK_RESTART with_word signed_number { $$ = MAKE(CreateSequenceStmt, @$, .restarts = true, .restart = $3); }
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
    plain_param
  | TK_IN plain_param { $$ = $2; }
  | TK_OUT plain_param { $$ = param_mode(p, $2, PARAM_OUT); }
  | TK_INOUT plain_param { $$ = param_mode(p, $2, PARAM_INOUT); }
  | TK_IN TK_OUT plain_param { $$ = param_mode(p, $3, PARAM_INOUT); }
  | TK_VARIADIC plain_param { $$ = param_mode(p, $2, PARAM_VARIADIC); }
  ;
table_columns:
    name_word type { $$ = list_one(NEW(FuncParam, @$, .mode = PARAM_TABLE, .name = $1, .type = $2)); }
  | table_columns TK_COMMA name_word type { $$ = list_add($1, NEW(FuncParam, @3, .mode = PARAM_TABLE, .name = $3, .type = $4)); }
  ;
plain_param:
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
  | TK_RETURNS TK_SETOF type { $$ = MAKE(CreateFunctionStmt, @$, .returns = $3, .is_set = true); }
  | TK_RETURNS TK_TABLE TK_LP table_columns TK_RP { $$ = MAKE(CreateFunctionStmt, @$, .columns = $4, .is_set = true); }
  | TK_BEGIN TK_ATOMIC atomic_body TK_END { $$ = $3; }
  | TK_IMMUTABLE { $$ = MAKE(CreateFunctionStmt, @$, .changes = FUNCTION_IMMUTABLE); }
  | TK_STABLE { $$ = MAKE(CreateFunctionStmt, @$, .changes = FUNCTION_STABLE); }
  | TK_VOLATILE { $$ = MAKE(CreateFunctionStmt, @$, .changes = FUNCTION_VOLATILE); }
  | TK_STRICT { $$ = MAKE(CreateFunctionStmt, @$, .on_null = FUNCTION_STRICT); }
  | TK_RETURNS TK_NULL TK_ON TK_NULL TK_INPUT { $$ = MAKE(CreateFunctionStmt, @$, .on_null = FUNCTION_STRICT); }
  | TK_CALLED TK_ON TK_NULL TK_INPUT { $$ = MAKE(CreateFunctionStmt, @$, .on_null = FUNCTION_CALLED); }
  | TK_PARALLEL ident { $$ = function_parallel(p, @$, $2); }
  | TK_ROWS TK_INT { $$ = function_estimate(p, @$, STR("rows")); }
  | TK_IDENT { $$ = function_estimate(p, @$, $1.s); }
  | TK_IDENT TK_INT { $$ = function_estimate(p, @$, $1.s); }
  | TK_LANGUAGE language_name { $$ = MAKE(CreateFunctionStmt, @$, .language = $2); }
  | TK_WITH TK_LP options TK_RP { $$ = MAKE(CreateFunctionStmt, @$, .options = $3); }
  ;
/* Semicolons are part of the text. */
atomic_body:
    query TK_SEMICOLON { $$ = MAKE(CreateFunctionStmt, @$, .body = NEW(QueryStmt, @1, .query = $1), .is_atomic = true); }
  | atomic_change TK_SEMICOLON { $$ = MAKE(CreateFunctionStmt, @$, .body = $1, .statements = list_one($1), .is_atomic = true); }
  | TK_RETURN expr TK_SEMICOLON { $$ = MAKE(CreateFunctionStmt, @$, .body = $2, .is_return = true, .is_atomic = true); }
  | atomic_body query TK_SEMICOLON { $$ = function_statement(p, $1, NEW(QueryStmt, @2, .query = $2)); }
  | atomic_body atomic_change TK_SEMICOLON { $$ = function_statement(p, $1, $2); }
  ;
atomic_change: changes_rows | call ;
call: TK_CALL func_app { $$ = NEW(CallStmt, @$, .call = $2); } ;
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
  | TK_ADD key_of_index { $$ = NEW(AlterAction, @$, .kind = ALTER_ADD_CONSTRAINT, .part = $2); }
  | TK_ADD TK_CONSTRAINT ident key_of_index { $$ = NEW(AlterAction, @$, .kind = ALTER_ADD_CONSTRAINT, .part = constraint_named(p, @4, $3, $4)); }
  | TK_ADD table_constraint { $$ = NEW(AlterAction, @$, .kind = ALTER_ADD_CONSTRAINT, .part = $2); }
  | TK_DROP column_word if_exists ident behavior { $$ = NEW(AlterAction, @$, .kind = ALTER_DROP_COLUMN, .if_exists = $3, .name = $4, .behavior = $5); }
  | TK_DROP TK_CONSTRAINT if_exists ident behavior
      { $$ = NEW(AlterAction, @$, .kind = ALTER_DROP_CONSTRAINT, .if_exists = $3, .name = $4, .behavior = $5); }
  | TK_VALIDATE TK_CONSTRAINT ident { $$ = NEW(AlterAction, @$, .kind = ALTER_VALIDATE_CONSTRAINT, .name = $3); }
  | TK_ALTER TK_CONSTRAINT ident when_checked
      { $$ = NEW(AlterAction, @$, .kind = ALTER_CONSTRAINT, .name = $3, .when = when_of_key(p, @$, "FOREIGN KEY", $4)); }
  | TK_ALTER column_word ident TK_SET TK_DEFAULT expr { $$ = NEW(AlterAction, @$, .kind = ALTER_COLUMN_DEFAULT, .name = $3, .expr = $6); }
  | TK_ALTER column_word ident TK_DROP TK_DEFAULT { $$ = NEW(AlterAction, @$, .kind = ALTER_COLUMN_DEFAULT, .name = $3); }
  | TK_ALTER column_word ident TK_DROP TK_EXPRESSION if_exists
      { $$ = NEW(AlterAction, @$, .kind = ALTER_DROP_EXPRESSION, .name = $3, .if_exists = $6); }
  | TK_ALTER column_word ident TK_ADD TK_GENERATED TK_ALWAYS TK_AS TK_IDENTITY identity_opt
      { $$ = NEW(AlterAction, @$, .kind = ALTER_ADD_IDENTITY, .name = $3, .part = &$9->node); $9->identity = IDENTITY_ALWAYS; }
  | TK_ALTER column_word ident TK_ADD TK_GENERATED TK_BY TK_DEFAULT TK_AS TK_IDENTITY identity_opt
      { $$ = NEW(AlterAction, @$, .kind = ALTER_ADD_IDENTITY, .name = $3, .part = &$10->node); $10->identity = IDENTITY_BY_DEFAULT; }
  | TK_ALTER column_word ident identity_changes { $$ = NEW(AlterAction, @$, .kind = ALTER_SET_IDENTITY, .name = $3, .part = &$4->node); }
  | TK_ALTER column_word ident TK_DROP TK_IDENTITY if_exists
      { $$ = NEW(AlterAction, @$, .kind = ALTER_DROP_IDENTITY, .name = $3, .if_exists = $6); }
  | TK_ALTER column_word ident TK_SET TK_NOT TK_NULL { $$ = NEW(AlterAction, @$, .kind = ALTER_SET_NOT_NULL, .name = $3); }
  | TK_ALTER column_word ident TK_DROP TK_NOT TK_NULL { $$ = NEW(AlterAction, @$, .kind = ALTER_DROP_NOT_NULL, .name = $3); }
  | TK_ALTER column_word ident set_data_opt TK_TYPE type using_opt
      { $$ = NEW(AlterAction, @$, .kind = ALTER_COLUMN_TYPE, .name = $3, .type = $6, .expr = $7); }
  ;
key_of_index:
    TK_UNIQUE TK_USING TK_INDEX ident when_checked { $$ = NEW(TableKey, @$, .index = $4, .when = when_of_key(p, @$, "UNIQUE", $5)); }
  | TK_PRIMARY TK_KEY TK_USING TK_INDEX ident when_checked
      { $$ = NEW(TableKey, @$, .primary = true, .index = $5, .when = when_of_key(p, @$, "PRIMARY KEY", $6)); }
  ;
alter_whole:
    TK_SET TK_LP options TK_RP { $$ = NEW(AlterAction, @$, .kind = ALTER_SET, .options = $3); }
  | TK_RENAME TK_TO ident { $$ = NEW(AlterAction, @$, .kind = ALTER_RENAME, .new_name = $3); }
  | TK_RENAME column_word ident TK_TO ident { $$ = NEW(AlterAction, @$, .kind = ALTER_RENAME_COLUMN, .name = $3, .new_name = $5); }
  | TK_RENAME TK_CONSTRAINT ident TK_TO ident { $$ = NEW(AlterAction, @$, .kind = ALTER_RENAME_CONSTRAINT, .name = $3, .new_name = $5); }
  | alter_belongs
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
    func_word { $$ = make_option(p, @$, $1.s, @1, NULL); }
  | func_word value { $$ = make_option(p, @$, $1.s, @1, $2); }
  | func_word TK_EQ value { $$ = make_option(p, @$, $1.s, @1, $3); }
  ;

/* ---- WITH ( k = v, .. ) ---- */
options_opt: %empty { $$ = EMPTY; } | TK_WITH TK_LP options TK_RP { $$ = $3; } ;
options:
    inner_opts
  | inner_opts TK_COMMA
  ;
inner_opts:
    option { $$ = list_one($1); }
  | inner_opts TK_COMMA option
      {
          if ($1.n == OPTIONS_MAX) PARSE_FAIL(p, ERR_PROGRAM_LIMIT, @3, "a list has at most %u options", OPTIONS_MAX);
          $$ = list_add($1, $3);
      }
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
zone: /* of SET TIME ZONE */
    TK_STRING { $$ = make_value(p, @$, OPTION_FORM_STRING, $1); }
  | label { $$ = zone_word(p, @$, $1.s); }
  | value_number
  | TK_MINUS value_number { $$ = value_negate(p, @$, $2); }
  | TK_INTERVAL TK_STRING units { $$ = zone_interval(p, @$, $2, $3); }
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
