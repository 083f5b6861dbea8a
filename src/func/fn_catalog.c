/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions over PostgreSQL's numbers of things: names of types from their numbers, sizes as texts, and the look-up behind those
 * that ask the catalog (plan/bind_system.c): the binder gives it the pairs as one constant, so that no kernel needs a catalog. */
#include "base/decimal.h"
#include "func/row_run.h"
#include "func/type_oid.h"

/* ---- types ---- */

static const PgType types[] = {
    {16, 1000, T_BOOL, "bool", "boolean", 1, 'c', 'B', true},
    {17, 1001, T_BYTEA, "bytea", "bytea", -1, 'i', 'U', false},
    {20, 1016, T_I64, "int8", "bigint", 8, 'd', 'N', false},
    {21, 1005, T_I16, "int2", "smallint", 2, 's', 'N', false},
    {23, 1007, T_I32, "int4", "integer", 4, 'i', 'N', false},
    {25, 1009, T_TEXT, "text", "text", -1, 'i', 'S', true},
    {114, 199, T_JSON, "json", "json", -1, 'i', 'U', false},
    {700, 1021, T_F32, "float4", "real", 4, 'i', 'N', false},
    {701, 1022, T_F64, "float8", "double precision", 8, 'd', 'N', true},
    {1043, 1015, T_TEXT, "varchar", "character varying", -1, 'i', 'S', false},
    {1082, 1182, T_DATE, "date", "date", 4, 'i', 'D', false},
    {1083, 1183, T_TIME, "time", "time without time zone", 8, 'd', 'D', false},
    {1114, 1115, T_TS, "timestamp", "timestamp without time zone", 8, 'd', 'D', false},
    {1184, 1185, T_TSTZ, "timestamptz", "timestamp with time zone", 8, 'd', 'D', true},
    {1186, 1187, T_INTERVAL, "interval", "interval", 16, 'd', 'T', true},
    {1266, 1270, T_TIMETZ, "timetz", "time with time zone", 12, 'd', 'D', false},
    {1562, 1563, T_BITS, "varbit", "bit varying", -1, 'i', 'V', true},
    {1560, 1561, T_UNKNOWN, "bit", "bit", -1, 'i', 'V', false}, /* BITS with a length of its own */
    {1700, 1231, T_DECIMAL, "numeric", "numeric", -1, 'i', 'N', false},
    {2950, 2951, T_UUID, "uuid", "uuid", 16, 'c', 'U', false},
    {3802, 3807, T_JSONB, "jsonb", "jsonb", -1, 'i', 'U', false},
    {3904, 3905, T_INT4RANGE, "int4range", "int4range", -1, 'i', 'R', false},
    {3906, 3907, T_NUMRANGE, "numrange", "numrange", -1, 'i', 'R', false},
    {3908, 3909, T_TSRANGE, "tsrange", "tsrange", -1, 'd', 'R', false},
    {3910, 3911, T_TSTZRANGE, "tstzrange", "tstzrange", -1, 'd', 'R', false},
    {3912, 3913, T_DATERANGE, "daterange", "daterange", -1, 'i', 'R', false},
    {3926, 3927, T_INT8RANGE, "int8range", "int8range", -1, 'd', 'R', false},
    {4451, 6150, T_INT4MULTIRANGE, "int4multirange", "int4multirange", -1, 'i', 'R', false},
    {4532, 6151, T_NUMMULTIRANGE, "nummultirange", "nummultirange", -1, 'i', 'R', false},
    {4533, 6152, T_TSMULTIRANGE, "tsmultirange", "tsmultirange", -1, 'd', 'R', false},
    {4534, 6153, T_TSTZMULTIRANGE, "tstzmultirange", "tstzmultirange", -1, 'd', 'R', false},
    {4535, 6155, T_DATEMULTIRANGE, "datemultirange", "datemultirange", -1, 'i', 'R', false},
    {4536, 6157, T_INT8MULTIRANGE, "int8multirange", "int8multirange", -1, 'd', 'R', false},
    {650, 651, T_CIDR, "cidr", "cidr", -1, 'i', 'I', false},
    {829, 1040, T_MACADDR, "macaddr", "macaddr", 6, 'i', 'U', false},
    {869, 1041, T_INET, "inet", "inet", -1, 'i', 'I', true},
    {2249, 2287, T_STRUCT, "record", "record", -1, 'd', 'P', false},
    /* of PostgreSQL's own catalogs; here they are texts and numbers */
    {18, 1002, T_UNKNOWN, "char", "\"char\"", 1, 'c', 'Z', false},
    {19, 1003, T_UNKNOWN, "name", "name", 64, 'c', 'S', false},
    {24, 1008, T_UNKNOWN, "regproc", "regproc", 4, 'i', 'N', false},
    {26, 1028, T_UNKNOWN, "oid", "oid", 4, 'i', 'N', true},
    {705, 0, T_UNKNOWN, "unknown", "unknown", -2, 'c', 'X', false},
    {1042, 1014, T_UNKNOWN, "bpchar", "character", -1, 'i', 'S', false},
    {2205, 2210, T_UNKNOWN, "regclass", "regclass", 4, 'i', 'N', false},
    {2206, 2211, T_UNKNOWN, "regtype", "regtype", 4, 'i', 'N', false},
    {2276, 0, T_UNKNOWN, "any", "\"any\"", 4, 'i', 'P', false},
    {2277, 0, T_UNKNOWN, "anyarray", "anyarray", -1, 'd', 'P', false},
    {2278, 0, T_UNKNOWN, "void", "void", 4, 'i', 'P', false},
    {4537, 0, T_UNKNOWN, "anymultirange", "anymultirange", -1, 'd', 'P', false},
    {3831, 0, T_UNKNOWN, "anyrange", "anyrange", -1, 'd', 'P', false},
    {2283, 0, T_UNKNOWN, "anyelement", "anyelement", 4, 'i', 'P', false},
};

const PgType *pg_type_at(uint32_t index)
{
    return index < ARRAY_LEN(types) ? &types[index] : NULL;
}

const PgType *pg_type_find(uint32_t oid, bool *ret_is_array)
{
    for (size_t i = 0; i < ARRAY_LEN(types) && oid; i++)
        if (types[i].oid == oid || types[i].array_oid == oid) {
            *ret_is_array = types[i].oid != oid;
            return &types[i];
        }
    return NULL;
}

const PgType *pg_type_named(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_eq(name, str_of(types[i].name)) || str_eq(name, str_of(types[i].text)))
            return &types[i];
    return NULL;
}

uint32_t pg_type_oid(Type t)
{
    TypeId id = (TypeId)(t.id == T_ARRAY ? t.element : t.id);
    if (id == T_TSNS)
        id = T_TS;
    if (id == T_TEXT && t.length)
        return t.precision ? (t.id == T_ARRAY ? 1014 : 1042) : t.id == T_ARRAY ? 1015 : 1043;
    if (id == T_BITS && t.precision)
        return t.id == T_ARRAY ? 1561 : 1560;
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (types[i].id == id)
            return t.id == T_ARRAY ? types[i].array_oid : types[i].oid;
    return id == T_UNKNOWN ? 705 : t.id == T_ARRAY ? 1009 : 25; /* a type that PostgreSQL has not: its text */
}

int32_t pg_type_mod(Type t)
{
    TypeId id = (TypeId)(t.id == T_ARRAY ? t.element : t.id);
    if (id == T_TEXT && t.length)
        return (int32_t)t.length + 4;
    if (id == T_BITS && t.length)
        return (int32_t)t.length;
    if (id == T_DECIMAL && t.precision)
        return (t.precision << 16 | t.scale) + 4;
    if (t.id != T_ARRAY && t.length >= LIMIT_DIGITS)
        return (int32_t)t.length - LIMIT_DIGITS;
    return id == T_TSNS ? 9 : -1;
}

void pg_type_print(uint32_t oid, int32_t mod, StrBuf *out)
{
    bool is_array = false;
    const PgType *t = pg_type_find(oid, &is_array);
    if (!t) {
        sb_puts(out, "???");
        return;
    }
    const char *rest = strchr(t->text, ' ');
    bool is_moment = t->id == T_TS || t->id == T_TSTZ || t->id == T_TIME || t->id == T_TIMETZ;
    if (mod >= 0 && is_moment)
        sb_printf(out, "%.*s(%d)%s", (int)(rest - t->text), t->text, (int)mod, rest);
    else
        sb_puts(out, t->text);
    if (mod >= 4 && t->id == T_DECIMAL)
        sb_printf(out, "(%d,%d)", (int)((mod - 4) >> 16), (int)((mod - 4) & 0xffff));
    else if (mod >= 4 && (t->oid == 1043 || t->oid == 1042))
        sb_printf(out, "(%d)", (int)mod - 4);
    else if (mod > 0 && (t->oid == 1560 || t->oid == 1562))
        sb_printf(out, "(%d)", (int)mod);
    sb_puts(out, is_array ? "[]" : "");
}

/* ---- functions ---- */

static int format_type_row(RowRun *t)
{
    if (row_is_null(t, 0))
        return 0;
    int64_t oid = row_value(t, 0).i64;
    if (oid == 0)
        sb_putc(&t->out, '-');
    else
        pg_type_print((uint32_t)oid, row_is_null(t, 1) ? -1 : row_value(t, 1).i32, &t->out);
    return 1;
}
ROW_KERNEL(format_type, format_type_row)

static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};

/* As PostgreSQL: the greatest unit in which ten or more remain, rounded half up. */
static int size_pretty_row(RowRun *t)
{
    i128 n = t->arg[0]->type.id == T_I64 ? row_value(t, 0).i64 : row_value(t, 0).dec;
    size_t unit = 0;
    char text[DECIMAL_TEXT_MAX];
    uint8_t scale = t->arg[0]->type.id == T_DECIMAL ? t->arg[0]->type.scale : 0;
    if (scale && n < 10240 * decimal_pow10(scale) && n > -10240 * decimal_pow10(scale)) { /* as it is */
        int len = decimal_print(n, scale, text);
        while (t->arg[0]->type.length == LIMIT_BARE && (text[len - 1] == '0' || text[len - 1] == '.') && strchr(text, '.'))
            text[--len] = 0;
        sb_printf(&t->out, "%s bytes", text);
        return 1;
    }
    if (decimal_rescale(n, scale, 0, &n) < 0)
        return ROW_FAIL(t, ERR_NUMERIC_RANGE, "numeric field overflow");
    if (n <= -10240 || n >= 10240) {
        n /= 512; /* keeps one bit more for rounding */
        for (unit = 1; unit + 1 < ARRAY_LEN(units) && (n >= 20479 || n <= -20479); unit++)
            n /= 1024;
        n = (n + (n < 0 ? -1 : 1)) / 2;
    }
    decimal_print(n, 0, text);
    sb_printf(&t->out, "%s %s", text, units[unit]);
    return 1;
}
ROW_KERNEL(size_pretty, size_pretty_row)

/* "1.5 MB" */
static int size_bytes_row(RowRun *t)
{
    Str s = str_trim(row_text(t, 0)), unit;
    size_t n = 0, which = 0;
    i128 v, bytes;
    while (n < s.n && (memchr("+-.0123456789", s.p[n], 13) ||
                       (n > 0 && (s.p[n] | 0x20) == 'e' && n + 1 < s.n && memchr("+-0123456789", s.p[n + 1], 12))))
        n++;
    unit = str_trim((Str){s.p + n, s.n - n});
    while (which < ARRAY_LEN(units) && unit.n && !str_eq_nocase(unit, str_of(units[which])))
        which++;
    if (which == ARRAY_LEN(units) || n == 0 || decimal_parse((Str){s.p, n}, DECIMAL_DIGITS_MAX, 9, &v) < 0)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "invalid size: \"%.*s\"", (int)MIN(s.n, (size_t)64), s.p);
    if (__builtin_mul_overflow(v, (i128)1 << 10 * which, &bytes) || decimal_rescale(bytes, 9, 0, &bytes) < 0 || bytes > INT64_MAX ||
        bytes < INT64_MIN)
        return ROW_FAIL(t, ERR_NUMERIC_RANGE, "bigint out of range");
    t->num = (int64_t)bytes;
    return 1;
}
ROW_KERNEL(size_bytes, size_bytes_row)

/* ---- look-ups: entries of {int64 key, uint32 length, bytes}, ascending by key ---- */

typedef struct LookupMap {
    uint32_t n;
    struct LookupEntry {
        int64_t key;
        Str value;
    } entry[];
} LookupMap;

static int lookup_prepare(Arena *arena, const Value *const *consts, uint32_t n_args, Type ret, void **ret_aux, Err *err)
{
    (void)n_args, (void)ret;
    if (!consts[1])
        return RAISE(err, ERR_INTERNAL, "the pairs of a look-up are no constant");
    Str bytes = consts[1]->str;
    size_t head = sizeof(int64_t) + sizeof(uint32_t), room = bytes.n / head;
    LookupMap *m = arena_zalloc(arena, sizeof(*m) + room * sizeof(m->entry[0]));
    if (!m)
        return RAISE_NOMEM(err);
    while (bytes.n >= head) {
        struct LookupEntry *e = &m->entry[m->n++];
        uint32_t n;
        memcpy(&e->key, bytes.p, sizeof(e->key));
        memcpy(&n, bytes.p + sizeof(e->key), sizeof(n));
        e->value = (Str){arena_strndup(arena, bytes.p + head, n), n};
        if (!e->value.p)
            return RAISE_NOMEM(err);
        bytes = (Str){bytes.p + head + n, bytes.n - head - n};
    }
    *ret_aux = m;
    return 0;
}

static int lookup_row(RowRun *t)
{
    const LookupMap *m = t->aux;
    int64_t key = row_value(t, 0).i64;
    uint32_t low = 0, high = m->n;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (m->entry[mid].key < key)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == m->n || m->entry[low].key != key)
        return 0;
    sb_putstr(&t->out, m->entry[low].value);
    return 1;
}
ROW_KERNEL(lookup, lookup_row)

const FuncDef fn_catalog[] = {
    FN2("format_type", T_I64, T_I32, T_TEXT, format_type, FN_NULLABLE, "name of the type with PostgreSQL's number, and modifier",
        "format_type(1700, 655366) -> 'numeric(10,2)'"),
    FN1("pg_size_pretty", T_I64, T_TEXT, size_pretty, FN_PURE, "bytes as a text with a unit",
        "pg_size_pretty(123456::bigint) -> '121 kB'"),
    FN1("pg_size_pretty", T_DECIMAL, T_TEXT, size_pretty, FN_FAIL, "bytes as a text with a unit",
        "pg_size_pretty(123456.7) -> '121 kB'"),
    FN1("pg_size_bytes", T_TEXT, T_I64, size_bytes, FN_FAIL, "a text with a unit in bytes", "pg_size_bytes('1.5 kB') -> 1536"),
    FN2("catalog lookup", T_I64, T_BYTEA, T_TEXT, lookup, FN_STRICT | FN_NULLABLE | FN_INTERNAL, "", "", .prepare = lookup_prepare),
    {0},
};
