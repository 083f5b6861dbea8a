/* SPDX-License-Identifier: Apache-2.0
 *
 * Part of grammar.y: queries, FROM, MATCH_RECOGNIZE. */

/* ---- queries ---- */
tail:
    %empty { $$ = NULL; }
  | tail_query
  ;
view_tail:
    tail
  | TK_WITH TK_CHECK TK_OPTION { $$ = tail_check(p, 2); }
  | TK_WITH TK_CASCADED TK_CHECK TK_OPTION { $$ = tail_check(p, 2); }
  | TK_WITH TK_LOCAL TK_CHECK TK_OPTION { $$ = tail_check(p, 1); }
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
    select_all targets into_opt from_opt where group_by having windows_opt
      { $$ = NEW(Select, @$, .targets = $2, .from = $4, .where = $5, .group_distinct = $6->group_distinct,
                 .group_by = $6->group_by, .having = $7, .windows = $8->windows, .qualify = $8->qualify);
        select_into(p, @3, $$, $3); }
  | TK_SELECT TK_DISTINCT targets into_opt from_opt where group_by having windows_opt
      { $$ = NEW(Select, @$, .distinct = SELECT_DISTINCT, .targets = $3, .from = $5, .where = $6, .group_distinct = $7->group_distinct,
                 .group_by = $7->group_by, .having = $8, .windows = $9->windows, .qualify = $9->qualify);
        select_into(p, @4, $$, $4); }
  | select_all TK_FROM from_list where group_by having windows_opt /* rows without columns */
      { $$ = NEW(Select, @$, .from = $3, .where = $4, .group_distinct = $5->group_distinct, .group_by = $5->group_by,
                 .having = $6, .windows = $7->windows, .qualify = $7->qualify); }
  | select_all %prec P_NO_TARGETS { $$ = NEW(Select, @$); }
  | TK_SELECT TK_DISTINCT TK_ON TK_LP exprs TK_RP targets from_opt where group_by having windows_opt
      { $$ = NEW(Select, @$, .distinct = SELECT_DISTINCT_ON, .distinct_on = $5, .targets = $7, .from = $8, .where = $9,
                 .group_distinct = $10->group_distinct, .group_by = $10->group_by, .having = $11, .windows = $12->windows, .qualify = $12->qualify); }
  | TK_FROM from_list where group_by having windows_opt /* all columns of it */
      { $$ = NEW(Select, @$, .targets = list_one(NEW(Target, @1, .expr = NEW(ExprStar, @1))), .from = $2, .where = $3,
                 .group_distinct = $4->group_distinct, .group_by = $4->group_by, .having = $5, .windows = $6->windows, .qualify = $6->qualify); }
  | TK_FROM from_list select_all targets where group_by having windows_opt
      { $$ = NEW(Select, @$, .targets = $4, .from = $2, .where = $5, .group_distinct = $6->group_distinct, .group_by = $6->group_by,
                 .having = $7, .windows = $8->windows, .qualify = $8->qualify); }
  | TK_FROM from_list TK_SELECT TK_DISTINCT targets where group_by having windows_opt
      { $$ = NEW(Select, @$, .distinct = SELECT_DISTINCT, .targets = $5, .from = $2, .where = $6, .group_distinct = $7->group_distinct,
                 .group_by = $7->group_by, .having = $8, .windows = $9->windows, .qualify = $9->qualify); }
  | TK_PIVOT_LA plain_table TK_ON name TK_IN TK_LP targets TK_RP TK_USING targets pivot_group
      { $$ = make_select_from(p, @$, make_pivot(p, @$, $2, $10, $4, $7, $11, NULL)); }
  | TK_PIVOT_LA plain_table TK_ON name TK_USING targets pivot_group
      { $$ = NEW(Select, @$); PARSE_FAIL(p, ERR_UNSUPPORTED, @4, "PIVOT without the values, ON column IN (..), is not supported"); }
  | TK_UNPIVOT_LA plain_table TK_ON idents TK_INTO TK_NAME ident TK_VALUE ident
      { $$ = make_select_from(p, @$, make_unpivot(p, @$, $2, false, $9, $7, $4, NULL)); }
  | TK_VALUES rows { $$ = NEW(Values, @$, .rows = $2); }
  | TK_TABLE name { $$ = make_select_all(p, @$, $2, @2); }
  | body TK_UNION by_name body %prec TK_UNION { $$ = NEW(SetOp, @$, .kind = SETOP_UNION, .all = $3, .by_name = true, .left = $1, .right = $4); }
  | body TK_UNION setop_all body { $$ = NEW(SetOp, @$, .kind = SETOP_UNION, .all = $3, .left = $1, .right = $4); }
  | body TK_INTERSECT setop_all body { $$ = NEW(SetOp, @$, .kind = SETOP_INTERSECT, .all = $3, .left = $1, .right = $4); }
  | body TK_EXCEPT setop_all body { $$ = NEW(SetOp, @$, .kind = SETOP_EXCEPT, .all = $3, .left = $1, .right = $4); }
  ;
into_opt:
    %empty { $$ = NULL; }
  | TK_INTO name { $$ = MAKE(CreateRelationStmt, @$, .name = *$2); }
  | TK_INTO TK_TABLE name { $$ = MAKE(CreateRelationStmt, @$, .name = *$3); }
  | TK_INTO TK_TEMP_LA TK_TABLE name { $$ = MAKE(CreateRelationStmt, @$, .name = *$4, .temporary = true); }
  | TK_INTO TK_TEMP_LA name { $$ = MAKE(CreateRelationStmt, @$, .name = *$3, .temporary = true); }
  ;
by_name: TK_BY TK_NAME { $$ = false; } | TK_ALL TK_BY TK_NAME { $$ = true; } ;
pivot_group: %empty { $$ = EMPTY; } | TK_GROUP TK_BY exprs { $$ = $3; } ;
setop_all: %empty { $$ = false; } | TK_ALL { $$ = true; } | TK_DISTINCT { $$ = false; } ;
select_all: TK_SELECT | TK_SELECT TK_ALL ;
with:
    TK_WITH recursive_opt ctes { $$ = MAKE(With, @$, .recursive = $2, .ctes = $3); }
  ;
recursive_opt: %empty { $$ = false; } | TK_RECURSIVE { $$ = true; } ;
ctes:
    cte { $$ = list_one($1); }
  | ctes TK_COMMA cte { $$ = list_add($1, $3); }
  ;
cte:
    ident columns_opt TK_AS cte_mat query_parens search_opt cycle_opt
      { $$ = NEW(Cte, @$, .name = $1, .columns = $2, .materialized = $4, .query = $5, .search = $6, .cycle = $7); }
  | ident columns_opt TK_AS cte_mat TK_LP changes_rows TK_RP
      { $$ = NEW(Cte, @$, .name = $1, .columns = $2, .materialized = $4, .change = $6); }
  ;
search_opt:
    %empty { $$ = NULL; }
  | TK_SEARCH search_order TK_FIRST TK_BY idents TK_SET ident { $$ = MAKE(CteSearch, @$, .breadth = $2, .by = $5, .set = $7); }
  ;
search_order: TK_DEPTH { $$ = false; } | TK_BREADTH { $$ = true; } ;
cycle_opt:
    %empty { $$ = NULL; }
  | TK_CYCLE idents TK_SET ident TK_USING ident { $$ = MAKE(CteCycle, @$, .columns = $2, .mark = $4, .path = $6); }
  | TK_CYCLE idents TK_SET ident TK_TO literal TK_DEFAULT literal TK_USING ident
      { $$ = MAKE(CteCycle, @$, .columns = $2, .mark = $4, .value = $6, .otherwise = $8, .path = $10); }
  ;
changes_rows:
    insert
  | with insert { RAW(InsertStmt, $2)->with = $1; node_update(p, $$ = $2); $$->at = @$; }
  | update
  | with update { RAW(UpdateStmt, $2)->with = $1; node_update(p, $$ = $2); $$->at = @$; }
  | delete
  | with delete { RAW(DeleteStmt, $2)->with = $1; node_update(p, $$ = $2); $$->at = @$; }
  | merge
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
  | TK_STAR star_changes { $$ = NEW(Target, @$, .expr = star_of_changes(p, @$, $2, NULL, NULL)); }
  | TK_STAR { $$ = NEW(Target, @$, .expr = NEW(ExprStar, @$)); }
  | star_of star_changes { $$ = NEW(Target, @$, .expr = star_of_changes(p, @$, $2, $1, NULL)); }
  | sub TK_DOT TK_STAR { $$ = NEW(Target, @$, .expr = NEW(ExprStar, @$, .row = $1)); }
  | sub TK_DOT TK_STAR star_changes { $$ = NEW(Target, @$, .expr = star_of_changes(p, @$, $4, NULL, $1)); }
  ;
star_of: /* in a SELECT list the columns, elsewhere the row of a relation */
    ident TK_DOT TK_STAR { $$ = NEW(ExprStar, @$, .of = *name_new(p, $1, @1)); }
  | dotted TK_DOT TK_STAR { $$ = NEW(ExprStar, @$, .of = *$1); }
  ;
star_changes:
    TK_EXCLUDE TK_LP idents TK_RP replace_opt rename_opt { $$ = NEW(ExprStar, @$, .exclude = $3, .replace = $5, .rename = $6); }
  | star_replace rename_opt { $$ = NEW(ExprStar, @$, .replace = $1, .rename = $2); }
  | star_rename { $$ = NEW(ExprStar, @$, .rename = $1); }
  ;
replace_opt: %empty { $$ = EMPTY; } | star_replace ;
rename_opt: %empty { $$ = EMPTY; } | star_rename ;
star_replace: TK_REPLACE_LA TK_LP replace_items TK_RP { $$ = $3; } ;
star_rename: TK_RENAME_LA TK_LP rename_items TK_RP { $$ = $3; } ;
replace_items:
    expr TK_AS label { $$ = list_one(NEW(Target, @$, .expr = $1, .alias = $3)); }
  | replace_items TK_COMMA expr TK_AS label { $$ = list_add($1, NEW(Target, @3, .expr = $3, .alias = $5)); }
  ;
rename_items:
    ident TK_AS label { $$ = list_one(NEW(Target, @$, .expr = NEW(ExprColumn, @1, .name = *name_new(p, $1, @1)), .alias = $3)); }
  | rename_items TK_COMMA ident TK_AS label
      { $$ = list_add($1, NEW(Target, @3, .expr = NEW(ExprColumn, @3, .name = *name_new(p, $3, @3)), .alias = $5)); }
  ;
where:
    %empty { $$ = NULL; }
  | TK_WHERE expr { $$ = $2; }
  | TK_WHERE TK_CURRENT TK_OF ident { $$ = NEW(ExprCurrentOf, @$, .cursor = $4); }
  ;
having: %empty { $$ = NULL; } | TK_HAVING expr { $$ = $2; } ;
group_by:
    %empty { $$ = MAKE(Select, @$); }
  | TK_GROUP TK_BY group_items { $$ = MAKE(Select, @$, .group_by = $3); }
  | TK_GROUP TK_BY TK_ALL_LA { $$ = MAKE(Select, @$, .group_by = list_one(NEW(GroupSet, @3, .kind = GROUP_ALL))); }
  | TK_GROUP TK_BY TK_ALL group_items { $$ = MAKE(Select, @$, .group_by = $4); }
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
order:
    TK_ORDER TK_BY call_order { $$ = $3; }
  | TK_ORDER TK_BY TK_ALL_LA dir nulls
      { $$ = list_one(NEW(OrderItem, @3, .expr = NEW(GroupSet, @3, .kind = GROUP_ALL), .dir = $4, .nulls = $5)); }
  ;
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
  | plain_table TK_PIVOT_LA TK_LP targets TK_FOR name TK_IN TK_LP targets TK_RP pivot_group TK_RP alias_opt
      { $$ = make_pivot(p, @$, $1, $4, $6, $9, $11, $13); }
  | plain_table TK_UNPIVOT_LA nulls_kept TK_LP ident TK_FOR ident TK_IN TK_LP idents TK_RP TK_RP alias_opt
      { $$ = make_unpivot(p, @$, $1, $3, $5, $7, $10, $13); }
  | plain_table TK_TABLESAMPLE func_app repeatable_opt { $$ = make_sample(p, @$, $1, $3, $4); }
  | joined
  ;
nulls_kept: %empty { $$ = false; } | TK_INCLUDE TK_NULLS { $$ = true; } | TK_EXCLUDE TK_NULLS { $$ = false; } ;
plain_table:
    name alias_opt { $$ = NEW(FromTable, @$, .name = *$1, .alias = $2); }
  | name TK_STAR alias_opt { $$ = NEW(FromTable, @$, .name = *$1, .alias = $3); } /* with what inherits from it, which nothing does */
  | TK_STRING alias_opt { $$ = from_file(p, @$, $1, @1, $2); }
  | TK_ONLY name alias_opt { $$ = NEW(FromTable, @$, .name = *$2, .alias = $3); }
  | func_app ordinality_opt rows_alias { $$ = from_function(p, @$, false, false, $2, $1, $3); }
  | TK_LATERAL func_app ordinality_opt rows_alias { $$ = from_function(p, @$, true, false, $3, $2, $4); }
  | special_call ordinality_opt rows_alias { $$ = from_function(p, @$, false, false, $2, $1, $3); }
  | TK_LATERAL special_call ordinality_opt rows_alias { $$ = from_function(p, @$, true, false, $3, $2, $4); }
  | TK_ROWS TK_FROM TK_LP func_apps TK_RP ordinality_opt rows_alias { $$ = from_functions(p, @$, false, $4, $6, $7); }
  | TK_LATERAL TK_ROWS TK_FROM TK_LP func_apps TK_RP ordinality_opt rows_alias { $$ = from_functions(p, @$, true, $5, $7, $8); }
  | TK_TABLE TK_LP func_app TK_RP alias_opt { $$ = from_function(p, @$, false, true, false, $3, $5); }
  | TK_LATERAL TK_TABLE TK_LP func_app TK_RP alias_opt { $$ = from_function(p, @$, true, true, false, $4, $6); }
  | query_parens alias_opt { $$ = NEW(FromSubquery, @$, .query = $1, .alias = $2); }
  | TK_LP joined TK_RP alias { $$ = NEW(FromSubquery, @$, .query = make_query(p, @$, NULL, make_select_from(p, @$, $2), EMPTY, NULL), .alias = $4); }
  | TK_LATERAL query_parens alias_opt { $$ = NEW(FromSubquery, @$, .lateral = true, .query = $2, .alias = $3); }
  ;
repeatable_opt: %empty { $$ = NULL; } | TK_REPEATABLE TK_LP expr TK_RP { $$ = $3; } ;
func_apps:
    func_columns { $$ = list_one($1); }
  | func_apps TK_COMMA func_columns { $$ = list_add($1, $3); }
  ;
func_columns:
    func_app { $$ = from_function(p, @$, false, false, false, $1, NULL); }
  | special_call { $$ = from_function(p, @$, false, false, false, $1, NULL); }
  | func_app TK_AS TK_LP type_fields TK_RP
      { $$ = from_function(p, @$, false, false, false, $1, MAKE(Alias, @$, .fields = $4)); }
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
  | from_item TK_LEFT TK_ASOF TK_JOIN from_item asof_quals { $$ = make_join(p, @$, JOIN_ASOF_LEFT, $1, $5, $6); }
  | from_item TK_TEMPORAL TK_PROBE TK_JOIN from_item TK_ON TK_LP idents TK_RP TK_TIMESTAMPS TK_LP name TK_COMMA name TK_RP probe_offsets alias_opt
      { $$ = probe_of(p, @$, $16, $1, $5, $8, $12, $14, $17); }
  ;
join_type:
    TK_INNER { $$ = JOIN_INNER; }
  | TK_LEFT outer_word { $$ = JOIN_LEFT; }
  | TK_RIGHT outer_word { $$ = JOIN_RIGHT; }
  | TK_FULL outer_word { $$ = JOIN_FULL; }
  | TK_SEMI { $$ = JOIN_LEFT_SEMI; }
  | TK_ANTI { $$ = JOIN_LEFT_ANTI; }
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
  | TK_USING TK_LP idents TK_RP TK_AS ident { $$ = MAKE(FromJoin, @$, .using_columns = $3, .using_alias = $6); }
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
