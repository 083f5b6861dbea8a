/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions that the binder makes of others, and those that are no functions of values: window functions, functions that give rows.
 * Only for who lists functions; what they mean is in bind_macro.c, bind_over.c, bind_unnest.c, bind_catalog.c. */
#include "plan/plan.h"

#define SCALAR(n, s, r, h, e)                                                                                                      \
    {                                                                                                                              \
        n, "scalar", s, r, h, e                                                                                                    \
    }
#define D(n, s, r, expression, h, e) SCALAR(n, s, r, h, e),
#define OVER(n, s, r, h, e)                                                                                                        \
    {                                                                                                                              \
        n, "over", s, r, h, e                                                                                                      \
    }
#define ROWS(n, s, r, h, e)                                                                                                        \
    {                                                                                                                              \
        n, "table", s, r, h, e                                                                                                     \
    }
#define CATALOG(n, s, r, h, e)                                                                                                     \
    {                                                                                                                              \
        n, "catalog", s, r, h, e                                                                                                   \
    }
static const PlanFunction functions[] = {
    SCALAR("coalesce", "VARIADIC anyelement", "anyelement", "first argument that is not NULL", "coalesce(NULL, 2, 3) -> 2"),
    SCALAR("ifnull", "anyelement, anyelement", "anyelement", "first argument that is not NULL", "ifnull(NULL, 2) -> 2"),
    SCALAR("nvl", "anyelement, anyelement", "anyelement", "first argument that is not NULL", "nvl(NULL, 2) -> 2"),
    SCALAR("if", "boolean, anyelement, anyelement", "anyelement", "second argument when the first is true, else the third",
           "if(1 < 2, 'a', 'b') -> 'a'"),
    SCALAR("iif", "boolean, anyelement, anyelement", "anyelement", "second argument when the first is true, else the third",
           "iif(1 < 2, 'a', 'b') -> 'a'"),
    SCALAR("typeof", "any", "text", "name of the type of a value", "typeof(33) -> 'integer'"),
    SCALAR("date_trunc", "text, timestamp with time zone, text", "timestamp with time zone", "start of the unit by a zone's clock",
           "date_trunc('day', TIMESTAMPTZ '2024-07-01 23:30Z', 'Europe/Berlin') -> 2024-07-01 22:00:00+00"),
    SCALAR("make_timestamptz", "integer, integer, integer, integer, integer, double precision", "timestamp with time zone",
           "moment of its fields", "make_timestamptz(2024, 1, 31, 12, 0, 0) -> 2024-01-31 12:00:00+00"),
    SCALAR("make_timestamptz", "integer, integer, integer, integer, integer, double precision, text", "timestamp with time zone",
           "moment of its fields by a zone's clock",
           "make_timestamptz(2024, 1, 31, 12, 0, 0, 'Europe/Berlin') -> 2024-01-31 11:00:00+00"),
    SCALAR("age", "timestamp with time zone", "interval", "years, months, days and time up to the midnight of today",
           "age(TIMESTAMP '2001-02-03')"),
    SCALAR("array_contains", "anyarray, anyelement", "boolean", "whether an array has the element",
           "array_contains(ARRAY[1, 2], 2) -> true"),
    SCALAR("list_contains", "anyarray, anyelement", "boolean", "whether an array has the element",
           "list_contains(ARRAY[1, 2], 2) -> true"),
    SCALAR("try_cast", "any AS type", "type", "the value as the type, NULL when it is none", "try_cast('x' AS INTEGER) -> NULL"),
    SCALAR("grouping", "VARIADIC any", "integer", "bit per argument: 1 when it is not a key of the row's grouping set",
           "SELECT grouping(a) FROM t GROUP BY ROLLUP (a)"),
#include "plan/dialects.def"
    OVER("row_number", "", "bigint", "number of the row in its partition", "row_number() OVER (ORDER BY x)"),
    OVER("rank", "", "bigint", "rank with gaps", "rank() OVER (ORDER BY x)"),
    OVER("dense_rank", "", "bigint", "rank without gaps", "dense_rank() OVER (ORDER BY x)"),
    OVER("percent_rank", "", "double precision", "(rank - 1) / (rows - 1)", "percent_rank() OVER (ORDER BY x)"),
    OVER("cume_dist", "", "double precision", "share of the rows up to the row's peers", "cume_dist() OVER (ORDER BY x)"),
    OVER("ntile", "integer", "integer", "number of the row's part when there are n parts", "ntile(4) OVER (ORDER BY x)"),
    OVER("lag", "anyelement [, integer [, anyelement]]", "anyelement", "value of a row before", "lag(x) OVER (ORDER BY y)"),
    OVER("lead", "anyelement [, integer [, anyelement]]", "anyelement", "value of a row behind", "lead(x) OVER (ORDER BY y)"),
    OVER("first_value", "anyelement", "anyelement", "value of the frame's first row", "first_value(x) OVER (ORDER BY y)"),
    OVER("last_value", "anyelement", "anyelement", "value of the frame's last row", "last_value(x) OVER (ORDER BY y)"),
    OVER("nth_value", "anyelement, integer", "anyelement", "value of the frame's n-th row", "nth_value(x, 2) OVER (ORDER BY y)"),
    ROWS("unnest", "VARIADIC anyarray", "setof anyelement", "elements of arrays, side by side",
         "SELECT * FROM unnest(ARRAY[1, 2])"),
    ROWS("generate_series", "integer, integer [, integer]", "setof integer", "numbers from, to, by",
         "SELECT * FROM generate_series(1, 3)"),
    ROWS("generate_series", "timestamp, timestamp, interval", "setof timestamp", "moments from, to, by",
         "SELECT * FROM generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-02', INTERVAL '6 hours')"),
    ROWS("generate_subscripts", "anyarray, integer", "setof integer", "subscripts of an array",
         "SELECT * FROM generate_subscripts(ARRAY['a', 'b'], 1)"),
    ROWS("string_to_table", "text, text [, text]", "setof text", "parts of a text", "SELECT * FROM string_to_table('a,b', ',')"),
    ROWS("regexp_split_to_table", "text, text [, text]", "setof text", "parts of a text between matches",
         "SELECT * FROM regexp_split_to_table('a1b', '[0-9]')"),
    ROWS("json_array_elements", "json", "setof json", "elements of a JSON array", "SELECT * FROM json_array_elements('[1, 2]')"),
    ROWS("jsonb_array_elements", "jsonb", "setof jsonb", "elements of a JSON array",
         "SELECT * FROM jsonb_array_elements('[1, 2]')"),
    ROWS("json_array_elements_text", "json", "setof text", "elements of a JSON array as texts",
         "SELECT * FROM json_array_elements_text('[1, \"a\"]')"),
    ROWS("jsonb_array_elements_text", "jsonb", "setof text", "elements of a JSON array as texts",
         "SELECT * FROM jsonb_array_elements_text('[1, \"a\"]')"),
    ROWS("json_object_keys", "json", "setof text", "keys of a JSON object", "SELECT * FROM json_object_keys('{\"a\": 1}')"),
    ROWS("jsonb_object_keys", "jsonb", "setof text", "keys of a JSON object", "SELECT * FROM jsonb_object_keys('{\"a\": 1}')"),
    ROWS("json_each", "json", "setof (key text, value json)", "members of a JSON object", "SELECT * FROM json_each('{\"a\": 1}')"),
    ROWS("jsonb_each", "jsonb", "setof (key text, value jsonb)", "members of a JSON object",
         "SELECT * FROM jsonb_each('{\"a\": 1}')"),
    ROWS("json_each_text", "json", "setof (key text, value text)", "members of a JSON object as texts",
         "SELECT * FROM json_each_text('{\"a\": 1}')"),
    ROWS("jsonb_each_text", "jsonb", "setof (key text, value text)", "members of a JSON object as texts",
         "SELECT * FROM jsonb_each_text('{\"a\": 1}')"),
    ROWS("json_to_record", "json", "setof record", "members of a JSON object as columns",
         "SELECT * FROM json_to_record('{\"a\": 1}') AS x (a integer)"),
    ROWS("jsonb_to_record", "jsonb", "setof record", "members of a JSON object as columns",
         "SELECT * FROM jsonb_to_record('{\"a\": 1}') AS x (a integer)"),
    ROWS("json_to_recordset", "json", "setof record", "objects of a JSON array as rows",
         "SELECT * FROM json_to_recordset('[{\"a\": 1}]') AS x (a integer)"),
    ROWS("jsonb_to_recordset", "jsonb", "setof record", "objects of a JSON array as rows",
         "SELECT * FROM jsonb_to_recordset('[{\"a\": 1}]') AS x (a integer)"),
    ROWS("json_populate_record", "NULL::type, json", "setof type", "a JSON object as a row of the type",
         "SELECT * FROM json_populate_record(NULL::place, '{\"x\": 1}')"),
    ROWS("jsonb_populate_record", "NULL::type, jsonb", "setof type", "a JSON object as a row of the type",
         "SELECT * FROM jsonb_populate_record(NULL::place, '{\"x\": 1}')"),
    ROWS("json_populate_recordset", "NULL::type, json", "setof type", "objects of a JSON array as rows of the type",
         "SELECT * FROM json_populate_recordset(NULL::place, '[{\"x\": 1}]')"),
    ROWS("jsonb_populate_recordset", "NULL::type, jsonb", "setof type", "objects of a JSON array as rows of the type",
         "SELECT * FROM jsonb_populate_recordset(NULL::place, '[{\"x\": 1}]')"),
    ROWS("jsonb_path_query", "jsonb, text [, jsonb]", "setof jsonb", "items that a JSON path finds",
         "SELECT * FROM jsonb_path_query('[1, 2]', '$[*]')"),
    ROWS("jsonb_path_query_tz", "jsonb, text [, jsonb]", "setof jsonb", "the same, what has no zone being of that of the session",
         "SELECT * FROM jsonb_path_query_tz('[\"10:20:30\"]', '$[*].datetime()')"),
    CATALOG("current_setting", "text [, boolean]", "text", "value of a setting; NULL for none when the second argument is true",
            "current_setting('timezone') -> 'UTC'"),
    CATALOG("to_regclass", "text", "bigint", "number of a relation, NULL when there is none", "to_regclass('pg_class') -> 1259"),
    CATALOG("pg_get_viewdef", "bigint [, boolean]", "text", "query of a view", "pg_get_viewdef('v'::regclass)"),
    CATALOG("pg_get_constraintdef", "bigint [, boolean]", "text", "a constraint as a text",
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"),
    CATALOG("pg_get_indexdef", "bigint [, integer, boolean]", "text", "an index as a text",
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index"),
    CATALOG("pg_get_expr", "text, bigint [, boolean]", "text", "a default as a text",
            "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef"),
    CATALOG("pg_get_function_arguments", "bigint", "text", "arguments of a function",
            "SELECT pg_get_function_arguments(oid) FROM pg_proc"),
    CATALOG("pg_get_function_result", "bigint", "text", "result of a function", "SELECT pg_get_function_result(oid) FROM pg_proc"),
    CATALOG("pg_get_userbyid", "bigint", "text", "name of the user", "pg_get_userbyid(10) -> 'laminar'"),
    CATALOG("obj_description", "bigint, text", "text", "comment of a relation or help of a function",
            "obj_description('t'::regclass, 'pg_class')"),
    CATALOG("col_description", "bigint, integer", "text", "comment of a column", "col_description('t'::regclass, 1)"),
    CATALOG("pg_table_is_visible", "bigint", "boolean", "whether the name alone means the relation",
            "pg_table_is_visible('pg_class'::regclass) -> true"),
    CATALOG("pg_function_is_visible", "bigint", "boolean", "true: functions have no schema of their own",
            "pg_function_is_visible(1000) -> true"),
    CATALOG("pg_type_is_visible", "bigint", "boolean", "true: types have no schema of their own", "pg_type_is_visible(25) -> true"),
    CATALOG("has_table_privilege", "[text,] any, text", "boolean", "true: the one user may do everything",
            "has_table_privilege('t', 'SELECT') -> true"),
    CATALOG("has_schema_privilege", "[text,] any, text", "boolean", "true: the one user may do everything",
            "has_schema_privilege('public', 'USAGE') -> true"),
    CATALOG("has_column_privilege", "[text,] any, any, text", "boolean", "true: the one user may do everything",
            "has_column_privilege('t', 'a', 'SELECT') -> true"),
    CATALOG("has_database_privilege", "[text,] any, text", "boolean", "true: the one user may do everything",
            "has_database_privilege('laminar', 'CONNECT') -> true"),
    CATALOG("pg_encoding_to_char", "integer", "text", "encoding of texts", "pg_encoding_to_char(6) -> 'UTF8'"),
    CATALOG("pg_relation_size", "bigint", "bigint", "bytes of what a relation has stored",
            "SELECT pg_relation_size(oid) FROM pg_class"),
    CATALOG("pg_table_size", "bigint", "bigint", "bytes of what a relation has stored", "SELECT pg_table_size(oid) FROM pg_class"),
    CATALOG("pg_total_relation_size", "bigint", "bigint", "bytes of what a relation has stored",
            "SELECT pg_total_relation_size(oid) FROM pg_class"),
    CATALOG("pg_database_size", "any", "bigint", "bytes of memory in use", "SELECT pg_database_size('laminar')"),
};

const PlanFunction *plan_function_at(uint32_t index)
{
    return index < ARRAY_LEN(functions) ? &functions[index] : NULL;
}
