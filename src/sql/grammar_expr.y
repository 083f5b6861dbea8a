/* SPDX-License-Identifier: Apache-2.0
 *
 * Part of grammar.y: expressions, calls, types. */

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
  | expr TK_IS not_opt TK_JSON_LA json_kind %prec TK_IS { $$ = make_is_json(p, @$, @4, $3, $1, $5, false); }
  | expr TK_IS not_opt TK_JSON_LA json_kind TK_JSON_WITH TK_UNIQUE json_keys %prec TK_IS { $$ = make_is_json(p, @$, @4, $3, $1, $5, true); }
  | expr TK_IS not_opt TK_JSON_LA json_kind TK_JSON_WITHOUT TK_UNIQUE json_keys %prec TK_IS { $$ = make_is_json(p, @$, @4, $3, $1, $5, false); }
  | expr TK_IS not_opt normal_form TK_NORMALIZED %prec TK_IS { $$ = make_normalized(p, @$, @5, $3, $1, $4); }
  | expr TK_BETWEEN sym_opt b_expr TK_AND expr %prec TK_BETWEEN
      { $$ = NEW(ExprBetween, @$, .symmetric = $3, .arg = $1, .low = $4, .high = $6); }
  | expr TK_NOT_LA TK_BETWEEN sym_opt b_expr TK_AND expr %prec TK_BETWEEN
      { $$ = NEW(ExprBetween, @$, .negated = true, .symmetric = $4, .arg = $1, .low = $5, .high = $7); }
  | expr TK_IN query_parens { $$ = NEW(ExprIn, @$, .arg = $1, .query = $3); }
  | expr TK_IN TK_LP exprs TK_RP { $$ = NEW(ExprIn, @$, .arg = $1, .items = $4); }
  | expr TK_IN TK_LB exprs TK_RB %prec TK_IN { $$ = NEW(ExprIn, @$, .arg = $1, .items = $4); }
  | expr TK_NOT_LA TK_IN TK_LB exprs TK_RB %prec TK_IN { $$ = NEW(ExprIn, @$, .negated = true, .arg = $1, .items = $5); }
  | expr TK_NOT_LA TK_IN query_parens %prec TK_IN { $$ = NEW(ExprIn, @$, .negated = true, .arg = $1, .query = $4); }
  | expr TK_NOT_LA TK_IN TK_LP exprs TK_RP %prec TK_IN { $$ = NEW(ExprIn, @$, .negated = true, .arg = $1, .items = $5); }
  | expr like_op expr %prec TK_LIKE { $$ = NEW(ExprLike, @$, .kind = $2, .arg = $1, .pattern = $3); }
  | expr like_op expr TK_ESCAPE expr %prec TK_LIKE { $$ = NEW(ExprLike, @$, .kind = $2, .arg = $1, .pattern = $3, .escape = $5); }
  | expr like_op quant TK_LP expr TK_RP %prec TK_LIKE { $$ = make_like_any(p, @$, $2, false, $3, $1, $5, NULL); }
  | expr like_op quant query_parens %prec TK_LIKE { $$ = make_like_any(p, @$, $2, false, $3, $1, NULL, $4); }
  | expr TK_NOT_LA like_op quant TK_LP expr TK_RP %prec TK_LIKE { $$ = make_like_any(p, @$, $3, true, $4, $1, $6, NULL); }
  | expr TK_NOT_LA like_op quant query_parens %prec TK_LIKE { $$ = make_like_any(p, @$, $3, true, $4, $1, NULL, $5); }
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
json_kind:
    %empty { $$ = NOTHING; }
  | TK_JSON_VALUE { $$ = NOTHING; }
  | TK_JSON_SCALAR { $$ = STR("scalar"); }
  | TK_JSON_ARRAY { $$ = STR("array"); }
  | TK_JSON_OBJECT { $$ = STR("object"); }
  ;
json_keys: %empty | TK_JSON_KEYS ;
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
  | TK_NOT_RIGHT { $$ = SQL_OP_NOT_RIGHT; }
  | TK_NOT_LEFT { $$ = SQL_OP_NOT_LEFT; }
  | TK_ADJACENT { $$ = SQL_OP_ADJACENT; }
  | TK_WITHIN_EQ { $$ = SQL_OP_WITHIN_EQ; }
  | TK_HAS_EQ { $$ = SQL_OP_HAS_EQ; }
  ;
prim: atom | sub ;
sub:
    TK_LP expr TK_RP { $$ = $2; }
  | atom TK_LB expr TK_RB { $$ = NEW(ExprIndex, @$, .arg = $1, .index = $3); }
  | atom TK_LB slice_bound TK_COLON slice_bound TK_RB { $$ = NEW(ExprSlice, @$, .arg = $1, .low = $3, .high = $5); }
  | sub TK_LB expr TK_RB { $$ = NEW(ExprIndex, @$, .arg = $1, .index = $3); }
  | sub TK_LB slice_bound TK_COLON slice_bound TK_RB { $$ = NEW(ExprSlice, @$, .arg = $1, .low = $3, .high = $5); }
  | sub TK_DOT label { $$ = NEW(ExprField, @$, .arg = $1, .field = $3); }
  | query_parens TK_DOT label { $$ = NEW(ExprField, @$, .arg = NEW(ExprSubquery, @1, .query = $1), .field = $3); }
  ;
slice_bound: %empty { $$ = NULL; } | expr ;
atom:
    name { $$ = NEW(ExprColumn, @$, .name = *$1); }
  | star_of
  | literal
  | interval
  | TK_PARAM { $$ = make_param(p, @$, $1); }
  | func_expr
  | query_parens %prec P_SIGN { $$ = NEW(ExprSubquery, @$, .query = $1); }
  | TK_EXISTS query_parens { $$ = NEW(ExprExists, @$, .query = $2); }
  | TK_CASE case_arg case_whens case_else TK_END { $$ = NEW(ExprCase, @$, .arg = $2, .whens = $3, .otherwise = $4); }
  | TK_ARRAY query_parens { $$ = NEW(ExprSubquery, @$, .array = true, .query = $2); }
  | TK_ARRAY TK_LB exprs_opt TK_RB { $$ = NEW(ExprArray, @$, .items = $3); }
  | TK_LB exprs_opt TK_RB { $$ = NEW(ExprArray, @$, .items = $2); } /* of ARRAY[..] those of the next dimension; by itself the same */
  | TK_LB expr TK_FOR ident TK_IN expr TK_RB { $$ = make_comprehension(p, @$, $2, $4, $6, NULL); }
  | TK_LB expr TK_FOR ident TK_IN expr TK_IF expr TK_RB { $$ = make_comprehension(p, @$, $2, $4, $6, $8); }
  | TK_LC fields TK_RC { $$ = make_fields(p, @$, $2); }
  | TK_MAP_LA TK_LC TK_RC { $$ = NEW(ExprMap, @$); }
  | TK_MAP_LA TK_LC map_items TK_RC { $$ = NEW(ExprMap, @$, .items = $3); }
  | TK_MAP_LA TK_LB exprs_opt TK_RB { $$ = NEW(ExprMap, @$, .items = $3); }
  | TK_ROW TK_LP TK_RP { $$ = NEW(ExprRow, @$, .explicit_row = true); }
  | TK_ROW TK_LP values_items TK_RP { $$ = NEW(ExprRow, @$, .explicit_row = true, .items = $3); }
  | TK_LP exprs TK_COMMA expr TK_RP { $$ = NEW(ExprRow, @$, .items = list_add($2, $4)); }
  | TK_LP default_items TK_RP { $$ = NEW(ExprRow, @$, .items = $2); }
  ;
fields:
    field { $$ = list_one($1); }
  | fields TK_COMMA field { $$ = list_add($1, $3); }
  ;
field:
    ident TK_COLON expr { $$ = NEW(Target, @$, .expr = $3, .alias = $1); }
  | TK_STRING TK_COLON expr { $$ = NEW(Target, @$, .expr = $3, .alias = ident_of($1, @1)); }
  ;
map_items:
    expr TK_COLON expr { $$ = list_add(list_one($1), $3); }
  | map_items TK_COMMA expr TK_COLON expr { $$ = list_add(list_add($1, $3), $5); }
  ;
/* DEFAULT stands only in what UPDATE sets several columns to; elsewhere the binder refuses it. */
default_items:
    exprs TK_COMMA TK_DEFAULT { $$ = list_add($1, NEW(ExprDefault, @3)); }
  | TK_DEFAULT TK_COMMA set_value { $$ = list_add(list_one(NEW(ExprDefault, @1)), $3); }
  | default_items TK_COMMA set_value { $$ = list_add($1, $3); }
  ;
literal:
    TK_INT { $$ = LIT(@1, INT, $1); }
  | TK_DECIMAL { $$ = LIT(@1, DECIMAL, $1); }
  | TK_FLOAT { $$ = LIT(@1, FLOAT, $1); }
  | TK_STRING { $$ = LIT(@1, STRING, $1); }
  | TK_BITS { $$ = LIT(@1, BITS, $1); }
  | TK_TRUE { $$ = LIT(@1, BOOL, NOTHING); RAW(ExprLiteral, $$)->flag = true; }
  | TK_FALSE { $$ = LIT(@1, BOOL, NOTHING); }
  | TK_NULL { $$ = LIT(@1, NULL, NOTHING); }
  | name_word TK_STRING { $$ = NEW(ExprTyped, @$, .type = make_named_type(p, @1, name_new(p, $1, @1), EMPTY), .text = $2); }
  | TK_DOUBLE TK_PRECISION TK_STRING { $$ = NEW(ExprTyped, @$, .type = make_type(p, @$, "double precision", EMPTY), .text = $3); }
  | time_type TK_STRING { $$ = NEW(ExprTyped, @$, .type = $1, .text = $2); }
  | func_app TK_STRING { $$ = make_sized_literal(p, @$, $1, $2, @2); }
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
  | unit %prec P_NO_TO
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
  | TK_JSON_CALL TK_LP TK_RP { $$ = make_json_call(p, @$, &$1, EMPTY, EMPTY, NULL); }
  | TK_JSON_CALL TK_LP json_items order_opt json_clauses TK_RP { $$ = make_json_call(p, @$, &$1, $3, $4, $5); }
  | func TK_LP expr TK_TO unit TK_RP { $$ = make_round_time(p, @$, @1, $1, $3, LIT(@5, STRING, str_of(interval_unit_text($5)))); }
  ;
/* Of a function of SQL/JSON, which the filter has seen. */
json_items:
    json_item { $$ = list_one($1); }
  | json_items TK_COMMA json_item { $$ = list_add($1, $3); }
  ;
json_item:
    arg
  | expr TK_COLON expr { $$ = make_json_pair(p, @$, $1, $3); }
  | expr TK_VALUE expr { $$ = make_json_pair(p, @$, $1, $3); }
  ;
json_clauses:
    %empty { $$ = NULL; }
  | json_clauses json_clause { $$ = $1 ? json_clauses_join(p, $1, $2) : $2; }
  ;
json_clause:
    json_behavior TK_ON TK_NULL { $$ = json_clause_on(p, @$, $1, NULL); }
  | json_behavior TK_ON TK_IDENT { $$ = json_clause_on(p, @$, $1, &$3); }
  | TK_CLAUSE_WITH TK_UNIQUE json_keys { $$ = json_clauses_new(p, &(JsonClauses){.at = @$, .uniqueness = JSON_UNIQUE}); }
  | TK_CLAUSE_WITHOUT TK_UNIQUE json_keys { $$ = json_clauses_new(p, &(JsonClauses){.at = @$, .uniqueness = JSON_NOT_UNIQUE}); }
  | TK_RETURNING type { $$ = json_clauses_new(p, &(JsonClauses){.at = @$, .returning = $2}); }
  | TK_PASSING passing { $$ = json_clauses_new(p, &(JsonClauses){.at = @$, .passing = $2}); }
  ;
json_behavior:
    TK_NULL { $$ = (JsonBehavior){JSON_NULL, NULL}; }
  | TK_TRUE { $$ = (JsonBehavior){JSON_TRUE, NULL}; }
  | TK_FALSE { $$ = (JsonBehavior){JSON_FALSE, NULL}; }
  | TK_UNKNOWN { $$ = (JsonBehavior){JSON_UNKNOWN, NULL}; }
  | TK_DEFAULT expr { $$ = (JsonBehavior){JSON_DEFAULT, $2}; }
  | TK_IDENT { $$ = json_behavior_of(p, @1, $1.s, NOTHING); }
  | TK_IDENT TK_ARRAY { $$ = json_behavior_of(p, @1, $1.s, STR("array")); }
  | TK_IDENT TK_IDENT { $$ = json_behavior_of(p, @1, $1.s, $2.s); }
  ;
passing:
    expr TK_AS ident { $$ = list_add(list_one(LIT(@3, STRING, $3.s)), $1); }
  | passing TK_COMMA expr TK_AS ident { $$ = list_add(list_add($1, LIT(@5, STRING, $5.s)), $3); }
  ;
args:
    arg { $$ = list_one($1); }
  | args TK_COMMA arg { $$ = list_add($1, $3); }
  ;
arg:
    arg_value
  | param_name TK_ARROW arg_value { $$ = NEW(ExprNamedArg, @$, .name = $1, .value = $3); }
  ;
param_name: name_word | TK_OFFSET { $$ = ident_of(STR("offset"), @1); } ;
arg_value:
    expr
  | TK_LAMBDA_LA idents TK_COLON expr { $$ = make_lambda(p, @$, $2, $4); }
  | TK_TABLE name { $$ = NEW(ExprTableArg, @$, .rel = *$2); }
  | TK_TABLE name TK_PARTITION TK_BY expr { $$ = NEW(ExprTableArg, @$, .rel = *$2, .partition = $5); }
  ;
special_call:
    TK_CAST TK_LP expr TK_AS type TK_RP { $$ = NEW(ExprCast, @$, .arg = $3, .type = $5); }
  | TK_TRY_CAST TK_LP expr TK_AS type TK_RP { $$ = NEW(ExprCast, @$, .try_cast = true, .arg = $3, .type = $5); }
  | TK_TREAT TK_LP expr TK_AS type TK_RP { $$ = NEW(ExprCast, @$, .arg = $3, .type = $5); }
  | TK_COLLATION TK_FOR TK_LP expr TK_RP { $$ = make_collation(p, @$, @1, $4); }
  | TK_EXTRACT TK_LP extract_field TK_FROM expr TK_RP { $$ = make_call(p, @$, "extract", @1, $3, $5, NULL, NULL); }
  | TK_EXTRACT TK_LP exprs TK_RP { $$ = make_call_list(p, @$, "extract", @1, $3); }
  | TK_SUBSTRING TK_LP exprs TK_RP { $$ = make_call_list(p, @$, "substring", @1, $3); }
  | TK_SUBSTRING TK_LP expr TK_FROM expr TK_RP { $$ = make_call(p, @$, "substring", @1, $3, $5, NULL, NULL); }
  | TK_SUBSTRING TK_LP expr TK_FROM expr TK_FOR expr TK_RP { $$ = make_call(p, @$, "substring", @1, $3, $5, $7, NULL); }
  | TK_SUBSTRING TK_LP expr TK_SIMILAR expr TK_ESCAPE expr TK_RP
      { $$ = make_call(p, @$, "substring", @1, $3, $5, $7, NULL); }
  | TK_SUBSTRING TK_LP expr TK_FOR expr TK_RP { $$ = make_call(p, @$, "substring", @1, $3, LIT(@4, INT, STR("1")), $5, NULL); }
  | TK_SUBSTRING TK_LP expr TK_FOR expr TK_FROM expr TK_RP { $$ = make_call(p, @$, "substring", @1, $3, $7, $5, NULL); }
  | TK_POSITION TK_LP b_expr TK_IN b_expr TK_RP { $$ = make_call(p, @$, "position", @1, $5, $3, NULL, NULL); }
  | TK_TRIM TK_LP trim_side TK_FROM exprs TK_RP { $$ = make_call_list(p, @$, trim_function($3), @1, $5); }
  | TK_TRIM TK_LP trim_side exprs TK_RP { $$ = make_call_list(p, @$, trim_function($3), @1, $4); }
  | TK_TRIM TK_LP trim_side expr TK_FROM expr TK_RP { $$ = make_call(p, @$, trim_function($3), @1, $6, $4, NULL, NULL); }
  | TK_TRIM TK_LP expr TK_FROM expr TK_RP { $$ = make_call(p, @$, "btrim", @1, $5, $3, NULL, NULL); }
  | TK_TRIM TK_LP TK_FROM exprs TK_RP { $$ = make_call_list(p, @$, "btrim", @1, $4); }
  | TK_TRIM TK_LP exprs TK_RP { $$ = make_call_list(p, @$, "btrim", @1, $3); }
  | TK_OVERLAY TK_LP expr TK_PLACING expr TK_FROM expr TK_RP { $$ = make_call(p, @$, "overlay", @1, $3, $5, $7, NULL); }
  | TK_OVERLAY TK_LP expr TK_PLACING expr TK_FROM expr TK_FOR expr TK_RP { $$ = make_call(p, @$, "overlay", @1, $3, $5, $7, $9); }
  | TK_OVERLAY TK_LP exprs TK_RP { $$ = make_call_list(p, @$, "overlay", @1, $3); }
  | TK_MAP TK_LP exprs_opt TK_RP { $$ = make_call_list(p, @$, "map", @1, $3); }
  | TK_STRUCT TK_LP args TK_RP { $$ = make_call_list(p, @$, "struct", @1, $3); }
  | now_word { $$ = make_bare_call(p, @$, $1, @1, NULL); }
  | now_word TK_LP TK_RP { $$ = make_bare_call(p, @$, $1, @1, NULL); }
  | now_word TK_LP TK_INT TK_RP { $$ = make_bare_call(p, @$, $1, @1, LIT(@3, INT, $3)); }
  ;
now_word: TK_CURRENT_DATE | TK_CURRENT_TIME | TK_CURRENT_TIMESTAMP | TK_LOCALTIME | TK_LOCALTIMESTAMP ;
extract_field:
    ident { $$ = LIT(@1, STRING, $1.s); }
  | TK_STRING { $$ = LIT(@1, STRING, $1); }
  ;
trim_side: TK_BOTH { $$ = 0; } | TK_LEADING { $$ = 1; } | TK_TRAILING { $$ = 2; } ;
within_group_opt: %empty { $$ = EMPTY; } | TK_WITHIN TK_GROUP TK_LP order TK_RP { $$ = $4; } ;
filter_opt: %empty { $$ = NULL; } | TK_FILTER TK_LP TK_WHERE expr TK_RP { $$ = $4; } | TK_FILTER TK_LP expr TK_RP { $$ = $3; } ;
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
  | TK_BIT TK_VARYING mods { $$ = make_type(p, @$, "bit varying", $3); }
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
mods: %empty %prec P_NO_TO { $$ = EMPTY; } | TK_LP mod_list TK_RP { $$ = $2; } ;
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
