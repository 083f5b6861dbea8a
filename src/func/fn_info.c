/* SPDX-License-Identifier: Apache-2.0
 *
 * What arguments are rather than what their values say: pg_typeof with PostgreSQL's names of types, the count of NULLs. */
#include "func/func_impl.h"

#include <stdio.h>

static const char *type_text(TypeId t)
{
    static const char *const names[N_TYPES] = {
        [T_UNKNOWN] = "unknown",
        [T_BOOL] = "boolean",
        [T_I16] = "smallint",
        [T_I32] = "integer",
        [T_I64] = "bigint",
        [T_F32] = "real",
        [T_F64] = "double precision",
        [T_DECIMAL] = "numeric",
        [T_TEXT] = "text",
        [T_BYTEA] = "bytea",
        [T_BITS] = "bit varying",
        [T_DATE] = "date",
        [T_TIME] = "time without time zone",
        [T_TIMETZ] = "time with time zone",
        [T_TS] = "timestamp without time zone",
        [T_TSTZ] = "timestamp with time zone",
        [T_TSNS] = "timestamp(9) without time zone",
        [T_INTERVAL] = "interval",
        [T_UUID] = "uuid",
        [T_JSON] = "json",
        [T_JSONB] = "jsonb",
        [T_STRUCT] = "record",
        [T_MAP] = "map",
        [T_INT4RANGE] = "int4range",
        [T_INT8RANGE] = "int8range",
        [T_NUMRANGE] = "numrange",
        [T_DATERANGE] = "daterange",
        [T_TSRANGE] = "tsrange",
        [T_TSTZRANGE] = "tstzrange",
        [T_INT4MULTIRANGE] = "int4multirange",
        [T_INT8MULTIRANGE] = "int8multirange",
        [T_NUMMULTIRANGE] = "nummultirange",
        [T_DATEMULTIRANGE] = "datemultirange",
        [T_TSMULTIRANGE] = "tsmultirange",
        [T_TSTZMULTIRANGE] = "tstzmultirange",
        [T_INET] = "inet",
        [T_CIDR] = "cidr",
        [T_MACADDR] = "macaddr",
    };
    return names[t];
}

const char *func_type_name(uint8_t pattern)
{
    switch (pattern) {
    case TP_ANY:
    case TP_TO_TEXT: return "any";
    case TP_ANYELEMENT: return "anyelement";
    case TP_ANYNUMERIC: return "anynumeric";
    case TP_ANYARRAY: return "anyarray";
    case TP_TEXTARRAY: return "text[]";
    case TP_INTARRAY: return "integer[]";
    case TP_ANYRANGE: return "anyrange";
    case TP_ANYMULTIRANGE: return "anymultirange";
    case T_ARRAY: return "array";
    default: return pattern < N_TYPES ? type_text((TypeId)pattern) : NULL;
    }
}

void func_signature(const FuncDef *d, StrBuf *out)
{
    if (d->signature)
        sb_printf(out, "%s", d->signature);
    for (uint32_t i = 0; i < d->n_args; i++) {
        bool rest = d->flags & FN_VARIADIC && i + 1 == d->n_args;
        sb_printf(out, "%s%s%s", i ? ", " : "", rest ? "VARIADIC " : "", func_type_name(d->arg[i]));
    }
}

static int pg_typeof(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    const Type t = arg[0]->type;
    char name[96];
    const char *id = t.nested && t.nested->name   ? t.nested->name
                     : type_is_char(t)            ? "character"
                     : t.id == T_TEXT && t.length ? "character varying"
                     : (t.id == T_BITS || (t.id == T_ARRAY && t.element == T_BITS)) && t.precision
                         ? "bit"
                         : type_text((TypeId)(t.id == T_ARRAY ? t.element : t.id));
    size_t n = (size_t)snprintf(name, sizeof(name), "%.90s%s", id, t.id == T_ARRAY ? "[]" : "");
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    TRY(strwriter_put(&w, r, name, n));
    return strwriter_finish(&w);
}

static int collation_type(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args;
    *ret = TYPE(TEXT);
    bool has = args[0].id == T_TEXT || (args[0].id == T_ARRAY && args[0].element == T_TEXT);
    return has ? 0
               : RAISE(err, ERR_DATATYPE_MISMATCH, "collations are not supported by type %s",
                       type_text((TypeId)(args[0].id == T_ARRAY ? args[0].element : args[0].id)));
}

/* There is one that texts have by themselves; another one has been written behind the text, and the parser knows it. */
static int collation_for(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    TRY(strwriter_put(&w, r, "\"default\"", strlen("\"default\"")));
    return strwriter_finish(&w);
}

static void count_nulls(const Vec *const *arg, uint32_t n_args, Vec *dst, Rows rows, bool wanted)
{
    EACH_ROW(rows, r)
    {
        int32_t n = 0;
        for (uint32_t i = 0; i < n_args; i++)
            n += null_at(arg[i], r) == wanted;
        ((int32_t *)dst->data)[r] = n;
    }
}
static int num_nulls(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    count_nulls(arg, n_args, dst, rows, true);
    return 0;
}
static int num_nonnulls(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    count_nulls(arg, n_args, dst, rows, false);
    return 0;
}

const FuncDef fn_info[] = {
    FN1("pg_typeof", TP_ANY, T_TEXT, pg_typeof, FN_NOT_NULL, "name of the type of a value", "pg_typeof(33) -> 'integer'"),
    FN1("pg_collation_for", TP_ANY, T_TEXT, collation_for, FN_NOT_NULL, "collation of a text; also COLLATION FOR (text)",
        "pg_collation_for('a') -> '\"default\"'", .ret_type = collation_type),
    FN1("num_nulls", TP_ANY, T_I32, num_nulls, FN_VARIADIC | FN_NOT_NULL, "number of arguments that are NULL",
        "num_nulls(1, NULL, 2) -> 1"),
    FN1("num_nonnulls", TP_ANY, T_I32, num_nonnulls, FN_VARIADIC | FN_NOT_NULL, "number of arguments that are not NULL",
        "num_nonnulls(1, NULL, 2) -> 2"),
    {0},
};
