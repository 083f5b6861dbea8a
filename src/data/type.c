/* SPDX-License-Identifier: Apache-2.0
 *
 * SQL types: printing, and finding a type by any of the names that users of PostgreSQL, Flink, ClickHouse and DuckDB write.  The
 * names are one table; what their modifiers (the numbers in parentheses) mean is decided by the modifier class beside each name.
 * Names of types that other systems have and this one has not are in a second table, so that the answer can say what to use. */
#include "base/calendar.h"
#include "data/type.h"

#include <ctype.h>
#include <stdio.h>

#include "data/schema.h"

#define VARCHAR_MAX 10485760 /* as PostgreSQL */
#define BITS_MAX 83886080    /* as PostgreSQL */
#define NAME_MAX_BYTES 48

static const struct {
    const char *name, *arrow_text;
    uint32_t bytes;
} type_table[N_TYPES] = {
#define T(id, name, bytes, arrow, text) [T_##id] = {name, text, bytes},
#include "data/types.def"
#undef T
};

typedef enum Mods {
    MODS_NONE,
    MODS_DECIMAL,   /* (p[,s]) */
    MODS_HUGE,      /* none: 38 digits */
    MODS_LENGTH,    /* (n) code points */
    MODS_CHAR,      /* (n) code points, filled up with blanks; bare = 1 */
    MODS_BPCHAR,    /* the same; bare = any length */
    MODS_BIT,       /* (n) bits exactly; bare = 1 */
    MODS_VARBIT,    /* (n) bits at most; bare = any number */
    MODS_FLOAT,     /* (p) binary digits */
    MODS_TIME,      /* (0..6) */
    MODS_TIMESTAMP, /* (0..9), 7..9 = nanoseconds */
} Mods;

typedef struct TypeName {
    const char *name;
    uint8_t id, mods;
    uint8_t limit; /* TypeLimit */
} TypeName;

static const TypeName type_names[] = {
    {"smallint", T_I16, MODS_NONE},
    {"int2", T_I16, MODS_NONE},
    {"int16", T_I16, MODS_NONE},
    {"short", T_I16, MODS_NONE},
    {"integer", T_I32, MODS_NONE},
    {"int", T_I32, MODS_NONE},
    {"int4", T_I32, MODS_NONE},
    {"int32", T_I32, MODS_NONE},
    {"bigint", T_I64, MODS_NONE},
    {"int8", T_I64, MODS_NONE},
    {"int64", T_I64, MODS_NONE},
    {"long", T_I64, MODS_NONE},
    {"real", T_F32, MODS_NONE},
    {"float4", T_F32, MODS_NONE},
    {"float32", T_F32, MODS_NONE},
    {"double precision", T_F64, MODS_NONE},
    {"double", T_F64, MODS_NONE},
    {"float8", T_F64, MODS_NONE},
    {"float64", T_F64, MODS_NONE},
    {"float", T_F64, MODS_FLOAT},
    {"decimal", T_DECIMAL, MODS_DECIMAL},
    {"numeric", T_DECIMAL, MODS_DECIMAL},
    {"dec", T_DECIMAL, MODS_DECIMAL},
    {"hugeint", T_DECIMAL, MODS_HUGE},
    {"int128", T_DECIMAL, MODS_HUGE},
    {"tinyint", T_I16, MODS_NONE, LIMIT_TINYINT},
    {"int1", T_I16, MODS_NONE, LIMIT_TINYINT},
    {"utinyint", T_I16, MODS_NONE, LIMIT_UTINYINT},
    {"uint8", T_I16, MODS_NONE, LIMIT_UTINYINT},
    {"usmallint", T_I32, MODS_NONE, LIMIT_USMALLINT},
    {"uint16", T_I32, MODS_NONE, LIMIT_USMALLINT},
    {"uinteger", T_I64, MODS_NONE, LIMIT_UINTEGER},
    {"uint32", T_I64, MODS_NONE, LIMIT_UINTEGER},
    {"ubigint", T_DECIMAL, MODS_NONE, LIMIT_UBIGINT},
    {"uint64", T_DECIMAL, MODS_NONE, LIMIT_UBIGINT},

    {"text", T_TEXT, MODS_NONE},
    {"name", T_TEXT, MODS_NONE}, /* PostgreSQL's of its catalogs, as oid */
    {"oid", T_I64, MODS_NONE},
    {"string", T_TEXT, MODS_NONE},
    {"varchar", T_TEXT, MODS_LENGTH},
    {"character varying", T_TEXT, MODS_LENGTH},
    {"char varying", T_TEXT, MODS_LENGTH},
    {"char", T_TEXT, MODS_CHAR},
    {"character", T_TEXT, MODS_CHAR},
    {"bpchar", T_TEXT, MODS_BPCHAR},
    {"boolean", T_BOOL, MODS_NONE},
    {"bool", T_BOOL, MODS_NONE},
    {"bytea", T_BYTEA, MODS_NONE},
    {"binary", T_BYTEA, MODS_NONE},
    {"varbinary", T_BYTEA, MODS_NONE},
    {"blob", T_BYTEA, MODS_NONE},
    {"bytes", T_BYTEA, MODS_NONE},
    {"bit", T_BITS, MODS_BIT},
    {"bit varying", T_BITS, MODS_VARBIT},
    {"varbit", T_BITS, MODS_VARBIT},
    {"date", T_DATE, MODS_NONE},
    {"time", T_TIME, MODS_TIME},
    {"time without time zone", T_TIME, MODS_TIME},
    {"timetz", T_TIMETZ, MODS_TIME},
    {"time with time zone", T_TIMETZ, MODS_TIME},
    {"timestamp", T_TS, MODS_TIMESTAMP},
    {"timestamp without time zone", T_TS, MODS_TIMESTAMP},
    {"datetime", T_TS, MODS_TIMESTAMP},
    {"datetime64", T_TS, MODS_TIMESTAMP},
    {"timestamp_s", T_TS, MODS_NONE, LIMIT_DIGITS},
    {"timestamp_ms", T_TS, MODS_NONE, LIMIT_DIGITS + 3},
    {"timestamp_us", T_TS, MODS_NONE},
    {"timestamp_ns", T_TSNS, MODS_NONE},
    {"timestamptz", T_TSTZ, MODS_TIMESTAMP},
    {"timestamp with time zone", T_TSTZ, MODS_TIMESTAMP},
    {"timestamp with local time zone", T_TSTZ, MODS_TIMESTAMP},
    {"timestamp_ltz", T_TSTZ, MODS_TIMESTAMP},
    {"interval", T_INTERVAL, MODS_NONE},
    {"uuid", T_UUID, MODS_NONE},
    {"json", T_JSON, MODS_NONE},
    {"jsonb", T_JSONB, MODS_NONE},
    {"int4range", T_INT4RANGE, MODS_NONE},
    {"int8range", T_INT8RANGE, MODS_NONE},
    {"numrange", T_NUMRANGE, MODS_NONE},
    {"daterange", T_DATERANGE, MODS_NONE},
    {"tsrange", T_TSRANGE, MODS_NONE},
    {"tstzrange", T_TSTZRANGE, MODS_NONE},
    {"int4multirange", T_INT4MULTIRANGE, MODS_NONE},
    {"int8multirange", T_INT8MULTIRANGE, MODS_NONE},
    {"nummultirange", T_NUMMULTIRANGE, MODS_NONE},
    {"datemultirange", T_DATEMULTIRANGE, MODS_NONE},
    {"tsmultirange", T_TSMULTIRANGE, MODS_NONE},
    {"tstzmultirange", T_TSTZMULTIRANGE, MODS_NONE},
    {"inet", T_INET, MODS_NONE},
    {"cidr", T_CIDR, MODS_NONE},
    {"macaddr", T_MACADDR, MODS_NONE},
};

static const struct {
    const char *name, *use;
} types_missing[] = {
    {"tinyint unsigned", "UTINYINT"},
    {"smallint unsigned", "USMALLINT"},
    {"uint", "UINTEGER"},
    {"int unsigned", "UINTEGER"},
    {"integer unsigned", "UINTEGER"},
    {"bigint unsigned", "UBIGINT"},
    {"uhugeint", "DECIMAL(38,0)"},
    {"uint128", "DECIMAL(38,0)"},
    {"int256", "DECIMAL(38,0)"},
    {"uint256", "DECIMAL(38,0)"},
    {"money", "DECIMAL(19,2)"},
    {"list", "an array: INTEGER[]"},
    {"array", "an array: INTEGER[]"},
    {"map", "MAP<key, value>"},
    {"multiset", "JSON"},
    {"struct", "STRUCT<name type, ...>"},
    {"row", "STRUCT<name type, ...>"},
    {"tuple", "STRUCT<name type, ...>"},
    {"variant", "JSON"},
    {"hstore", "JSON"},
    {"enum", "CREATE TYPE name AS ENUM"},
    {"xml", "TEXT"},
    {"fixedstring", "TEXT"},
    {"lowcardinality", "TEXT"},
    {"jsonpath", "TEXT"},
    {"macaddr8", "MACADDR or TEXT"},
    {"tsvector", "TEXT"},
    {"tsquery", "TEXT"},
    {"pg_lsn", "BIGINT"},
    {"xid", "BIGINT"},
    {"xid8", "BIGINT"},
    {"smallserial", "SMALLINT"},
    {"serial", "INTEGER"},
    {"bigserial", "BIGINT"},
};

bool type_eq(Type a, Type b)
{
    if (a.id != b.id)
        return false;
    if (a.id == T_DECIMAL)
        return a.precision == b.precision && a.scale == b.scale;
    if (a.id == T_ARRAY)
        return type_eq(type_element(a), type_element(b));
    return a.nested == b.nested; /* descriptions are made once */
}

Type type_bound(TypeId range)
{
    switch (type_is_multirange(range) ? type_range_of(range) : range) {
    case T_INT4RANGE: return TYPE(I32);
    case T_INT8RANGE: return TYPE(I64);
    case T_DATERANGE: return TYPE(DATE);
    case T_TSRANGE: return TYPE(TS);
    case T_TSTZRANGE: return TYPE(TSTZ);
    default: return TYPE_NUMERIC;
    }
}

const char *type_id_name(TypeId id)
{
    return type_table[id].name;
}

static int printed(int n, size_t cap)
{
    return n < (int)cap ? n : (int)cap - 1;
}

static bool is_plain_name(const char *s)
{
    bool plain = *s >= 'a' && *s <= 'z';
    for (; plain && *s; s++)
        plain = (*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') || *s == '_';
    return plain;
}

/* ---- intervals of some fields: LIMIT_FIELDS + first, last (0 = all) and digits to base 7 ---- */

#define FIELD_BASE 7u
#define SECOND_DIGITS 6
static const char *const interval_fields[FIELD_BASE] = {NULL, "year", "month", "day", "hour", "minute", "second"};

static uint32_t field_code(Str name)
{
    for (uint32_t i = 1; i < FIELD_BASE; i++)
        if (str_eq(name, str_of(interval_fields[i])))
            return i;
    return 0;
}

Type type_interval(Str first, Str last, int32_t digits)
{
    Type t = TYPE(INTERVAL);
    uint32_t from = field_code(first), to = field_code(last), n = (uint32_t)MIN(MAX(digits, 0), SECOND_DIGITS);
    bool cuts = (to && to < FIELD_BASE - 1) || n < SECOND_DIGITS;
    t.length = cuts ? LIMIT_FIELDS + (from * FIELD_BASE + to) * FIELD_BASE + n : LIMIT_NONE;
    return t;
}

const char *type_last_field(Type t, int32_t *ret_digits)
{
    uint32_t code = t.length - LIMIT_FIELDS, to = code / FIELD_BASE % FIELD_BASE;
    *ret_digits = (int32_t)(code % FIELD_BASE);
    return interval_fields[to ? to : FIELD_BASE - 1];
}

static int print_interval(Type t, char *buf, size_t cap)
{
    static const char *const upper[FIELD_BASE] = {"", " YEAR", " MONTH", " DAY", " HOUR", " MINUTE", " SECOND"};
    uint32_t code = t.length - LIMIT_FIELDS, from = code / (FIELD_BASE * FIELD_BASE), to = code / FIELD_BASE % FIELD_BASE;
    uint32_t digits = code % FIELD_BASE;
    char places[8] = "";
    if (digits < SECOND_DIGITS)
        snprintf(places, sizeof(places), "(%u)", digits);
    return printed(snprintf(buf, cap, "INTERVAL%s%s%s%s", upper[from], from == to ? "" : " TO", from == to ? "" : upper[to],
                            places),
                   cap);
}

static int print_limited(Type t, char *buf, size_t cap)
{
    static const char *const names[] = {[LIMIT_TINYINT] = "TINYINT",
                                        [LIMIT_UTINYINT] = "UTINYINT",
                                        [LIMIT_USMALLINT] = "USMALLINT",
                                        [LIMIT_UINTEGER] = "UINTEGER",
                                        [LIMIT_UBIGINT] = "UBIGINT"};
    if (t.id == T_INTERVAL)
        return print_interval(t, buf, cap);
    if (t.length < LIMIT_DIGITS)
        return printed(snprintf(buf, cap, "%s", names[t.length]), cap);
    return printed(snprintf(buf, cap, "%s(%u)%s", t.id == T_TIME || t.id == T_TIMETZ ? "TIME" : "TIMESTAMP",
                            t.length - LIMIT_DIGITS, t.id == T_TSTZ || t.id == T_TIMETZ ? " WITH TIME ZONE" : ""),
                   cap);
}

bool type_admits(Type t, i128 number)
{
    switch ((TypeLimit)t.length) {
    case LIMIT_TINYINT: return number >= INT8_MIN && number <= INT8_MAX;
    case LIMIT_UTINYINT: return number >= 0 && number <= UINT8_MAX;
    case LIMIT_USMALLINT: return number >= 0 && number <= UINT16_MAX;
    case LIMIT_UINTEGER: return number >= 0 && number <= UINT32_MAX;
    case LIMIT_UBIGINT: return number >= 0 && number <= (i128)UINT64_MAX;
    default: return true;
    }
}

int64_t type_round_us(Type t, int64_t us)
{
    static const int64_t steps[] = {1000000, 100000, 10000, 1000, 100, 10};
    if (t.length < LIMIT_DIGITS || us == INT64_MIN || us == INT64_MAX) /* the infinite ones */
        return us;
    if (t.id == T_TIMETZ)
        return timetz_pack(type_round_us((Type){.id = T_TIME, .length = t.length}, timetz_us(us)), timetz_east_s(us));
    int64_t step = steps[t.length - LIMIT_DIGITS], rest = us % step;
    int64_t by = rest * 2 >= step ? step - rest : rest * 2 <= -step ? -step - rest : -rest;
    return (int64_t)((uint64_t)us + (uint64_t)by); /* what stands in the place of a NULL may be anything */
}

static int print_fields(Type t, char *buf, size_t cap)
{
    size_t at = (size_t)printed(snprintf(buf, cap, t.id == T_MAP ? "MAP<" : "STRUCT<"), cap);
    for (uint32_t i = 0; i < t.nested->n; i++) {
        const Field *f = &t.nested->field[i];
        const char *quote = is_plain_name(f->name) ? "" : "\"";
        at += (size_t)printed(snprintf(buf + at, cap - at, "%s", i ? ", " : ""), cap - at);
        if (t.id == T_STRUCT)
            at += (size_t)printed(snprintf(buf + at, cap - at, "%s%s%s ", quote, f->name, quote), cap - at);
        at += (size_t)type_print(f->type, buf + at, cap - at);
    }
    return (int)at + printed(snprintf(buf + at, cap - at, ">"), cap - at);
}

int type_print(Type t, char *buf, size_t cap)
{
    if (t.id == T_ARRAY) {
        int n = type_print(type_element(t), buf, cap);
        return n + printed(snprintf(buf + n, cap - (size_t)n, "[]"), cap - (size_t)n);
    }
    if (t.nested && t.nested->name)
        return printed(snprintf(buf, cap, "%s", t.nested->name), cap);
    if (t.nested)
        return print_fields(t, buf, cap);
    if (type_is_limited(t))
        return print_limited(t, buf, cap);
    if (t.id == T_DECIMAL && !(type_is_bare(t) && type_eq(t, TYPE_NUMERIC)))
        return printed(snprintf(buf, cap, "DECIMAL(%u,%u)", t.precision, t.scale), cap);
    if (t.id == T_TEXT && t.length)
        return printed(snprintf(buf, cap, "%s(%u)", t.precision ? "CHAR" : "VARCHAR", t.length), cap);
    if (t.id == T_BITS && t.length)
        return printed(snprintf(buf, cap, "%s(%u)", t.precision ? "BIT" : "BIT VARYING", t.length), cap);
    return printed(snprintf(buf, cap, "%s", type_table[t.id].name), cap);
}

int type_print_arrow(Type t, char *buf, size_t cap)
{
    char element[64];
    if (t.id == T_ARRAY)
        return printed(snprintf(buf, cap, "List(%.*s)", type_print_arrow(type_element(t), element, sizeof(element)), element), cap);
    if (t.id == T_DECIMAL)
        return printed(snprintf(buf, cap, "Decimal128(%u, %u)", t.precision, t.scale), cap);
    return printed(snprintf(buf, cap, "%s", type_table[t.id].arrow_text), cap);
}

/* Lower case, one blank between words.  false when longer than any name. */
static bool name_normalise(Str name, char buf[NAME_MAX_BYTES], Str *ret)
{
    size_t n = 0;
    name = str_trim(name);
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v')
            c = ' ';
        if (c == ' ' && n && buf[n - 1] == ' ')
            continue;
        if (n == NAME_MAX_BYTES)
            return false;
        buf[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    *ret = (Str){buf, n};
    return true;
}

static int name_unknown(Str name, Str norm, Err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(types_missing); i++) {
        if (!str_eq(norm, str_of(types_missing[i].name)))
            continue;
        (void)RAISE(err, ERR_UNSUPPORTED, "type \"%.*s\" is not supported", (int)name.n, name.p);
        (void)err_hint(err, "Use %s.", types_missing[i].use);
        return -ERR_UNSUPPORTED;
    }
    const char *names[ARRAY_LEN(type_names)];
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(type_names); i++) /* intt is int, not int2 */
        if (!isdigit((unsigned char)type_names[i].name[strlen(type_names[i].name) - 1]))
            names[n++] = type_names[i].name;
    const char *nearest = str_nearest(norm, names, n);
    (void)RAISE(err, ERR_UNDEFINED_OBJECT, "type \"%.*s\" does not exist", (int)MIN(name.n, 100), name.p);
    if (nearest)
        (void)err_hint(err, "Did you mean \"%s\"?", nearest);
    return -ERR_UNDEFINED_OBJECT;
}

static int mods_decimal(const int64_t *mods, unsigned n_mods, Type *ret, Err *err)
{
    int64_t p = n_mods ? mods[0] : 38, s = n_mods > 1 ? mods[1] : 0;
    if (n_mods == 0) {
        *ret = TYPE_NUMERIC;
        return 0;
    }
    if (p < 1 || p > 38)
        return RAISE(err, ERR_INVALID_PARAMETER, "DECIMAL precision %lld must be between 1 and 38", (long long)p);
    if (s >= -1000 && s < 0) /* PostgreSQL has it: rounding to tens and hundreds */
        return RAISE(err, ERR_UNSUPPORTED, "a negative scale of DECIMAL, %lld, is not supported", (long long)s);
    if (s < 0 || s > p)
        return RAISE(err, ERR_INVALID_PARAMETER, "DECIMAL scale %lld must be between 0 and precision %lld", (long long)s,
                     (long long)p);
    *ret = TYPE_DECIMAL(p, s);
    return 0;
}

static int mods_length(const TypeName *name, const int64_t *mods, unsigned n_mods, uint32_t bare, Type *ret, Err *err)
{
    int64_t most = name->id == T_BITS ? BITS_MAX : VARCHAR_MAX;
    if (n_mods && mods[0] < 1)
        return RAISE(err, ERR_INVALID_PARAMETER, "length for type %s must be at least 1", name->name);
    if (n_mods && mods[0] > most)
        return RAISE(err, ERR_INVALID_PARAMETER, "length for type %s cannot exceed %lld", name->name, (long long)most);
    *ret = (Type){.id = name->id, .length = n_mods ? (uint32_t)mods[0] : bare};
    return 0;
}

static int mods_float(const int64_t *mods, unsigned n_mods, Type *ret, Err *err)
{
    if (n_mods && (mods[0] < 1 || mods[0] > 53))
        return RAISE(err, ERR_INVALID_PARAMETER, "precision for type float must be between 1 and 53 bits");
    *ret = n_mods && mods[0] <= 24 ? TYPE(F32) : TYPE(F64);
    return 0;
}

static int mods_time(const TypeName *name, const int64_t *mods, unsigned n_mods, Type *ret, Err *err)
{
    int64_t p = n_mods ? mods[0] : 6;
    if (p < 0 || p > 9)
        return RAISE(err, ERR_INVALID_PARAMETER, "precision %lld of type %s must be between 0 and 9", (long long)p, name->name);
    if (p > 6 && name->id != T_TS)
        return RAISE(err, ERR_UNSUPPORTED, "type %s has at most microseconds (precision 6); only TIMESTAMP has nanoseconds",
                     name->name);
    *ret = (Type){.id = p > 6 ? T_TSNS : name->id, .length = p < 6 ? (uint32_t)(LIMIT_DIGITS + p) : 0};
    return 0;
}

int type_of_name(Str name, const int64_t *mods, unsigned n_mods, Type *ret, Err *err)
{
    char buf[NAME_MAX_BYTES];
    Str norm = {buf, 0};
    const TypeName *found = NULL;
    ASSERT(ret);
    if (!name_normalise(name, buf, &norm))
        return RAISE(err, ERR_UNDEFINED_OBJECT, "type \"%.*s...\" does not exist", NAME_MAX_BYTES, name.p);
    for (size_t i = 0; i < ARRAY_LEN(type_names) && !found; i++)
        if (str_eq(norm, str_of(type_names[i].name)))
            found = &type_names[i];
    if (!found)
        return name_unknown(name, norm, err);
    unsigned n_max = found->mods == MODS_NONE || found->mods == MODS_HUGE ? 0 : found->mods == MODS_DECIMAL ? 2 : 1;
    if (n_mods > n_max && found->id == T_BYTEA)
        return RAISE(err, ERR_UNSUPPORTED, "type %s with a length is not supported; use BYTEA", found->name);
    if (n_mods > n_max)
        return n_max ? RAISE(err, ERR_INVALID_PARAMETER, "type %s takes at most %u modifier%s", found->name, n_max,
                             n_max > 1 ? "s" : "")
                     : RAISE(err, ERR_INVALID_PARAMETER, "type modifier is not allowed for type %s", found->name);
    switch ((Mods)found->mods) {
    case MODS_DECIMAL: return mods_decimal(mods, n_mods, ret, err);
    case MODS_HUGE: *ret = TYPE_DECIMAL(38, 0); return 0;
    case MODS_LENGTH:
    case MODS_VARBIT: return mods_length(found, mods, n_mods, 0, ret, err);
    case MODS_CHAR:
    case MODS_BIT:
    case MODS_BPCHAR:
        TRY(mods_length(found, mods, n_mods, found->mods != MODS_BPCHAR, ret, err));
        ret->precision = ret->length > 0;
        return 0;
    case MODS_FLOAT: return mods_float(mods, n_mods, ret, err);
    case MODS_TIME:
    case MODS_TIMESTAMP: return mods_time(found, mods, n_mods, ret, err);
    case MODS_NONE: break;
    }
    *ret = found->id == T_DECIMAL ? TYPE_DECIMAL(20, 0) : (Type){.id = found->id};
    ret->length = found->limit;
    return 0;
}
