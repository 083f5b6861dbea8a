/* SPDX-License-Identifier: Apache-2.0
 *
 * SQL types (design 1.4).  A Type is a small value, compared with type_eq.  The table data/types.def gives for each id its SQL
 * name, its width in a FLAT vector and its Arrow format. */
#pragma once
#include "base/err.h"
#include "base/str.h"

typedef enum TypeId {
#define T(id, name, bytes, arrow, text) T_##id,
#include "data/types.def"
#undef T
    N_TYPES
} TypeId;

/* Bytes per value in a FLAT vector; 0 for BOOLEAN (one bit). */
static inline uint32_t type_bytes(TypeId id)
{
    static const uint8_t bytes[N_TYPES] = {
#define T(id, name, n_bytes, arrow, text) n_bytes,
#include "data/types.def"
#undef T
    };
    return bytes[id];
}

typedef struct Schema Schema;

typedef struct Type {
    uint8_t id;        /* TypeId */
    uint8_t precision; /* DECIMAL: 1..38; TEXT: 1 = CHAR(length), whose values have exactly so many code points, blanks at the end;
                          BITS: 1 = BIT(length), whose values have exactly so many bits */
    uint8_t scale;     /* DECIMAL */
    uint8_t element;   /* ARRAY: TypeId of its elements, whose precision, scale, length and parts are here too */
    uint32_t length;   /* VARCHAR(n): n code points, VARBIT(n): n bits, 0 = no limit; numbers and times: a TypeLimit */
    const Schema *nested; /* STRUCT: its fields; MAP: key and value; ENUM: its labels (nested.h); lives as long as the process */
} Type;

/* Types that are held as a wider one and have a part of its values (Type.length): integers of other sizes, times of fewer digits.
 * Only columns and casts have them; what is computed is of the wider type. */
typedef enum TypeLimit {
    LIMIT_NONE,
    LIMIT_TINYINT,   /* SMALLINT of -128 to 127 */
    LIMIT_UTINYINT,  /* SMALLINT of 0 to 255 */
    LIMIT_USMALLINT, /* INTEGER of 0 to 65535 */
    LIMIT_UINTEGER,  /* BIGINT of 0 to 2^32 - 1 */
    LIMIT_UBIGINT,   /* DECIMAL(20,0) of 0 to 2^64 - 1 */
    LIMIT_DIGITS,    /* TIME, TIMETZ, TIMESTAMP, TIMESTAMPTZ: seconds of this - LIMIT_DIGITS digits, 0 to 5 */
    /* No limit, but how a DECIMAL is shown: nobody has said how many digits it has behind the point, so zeros at their end mean
     * nothing and are left out.  What is computed from it is such a number, too. */
    LIMIT_BARE = 16,
    LIMIT_FIELDS = 32, /* INTERVAL of some fields and digits: the first of type_interval()'s codes */
} TypeLimit;

#define TYPE(ID) ((Type){.id = T_##ID})
#define TYPE_DECIMAL(p, s) ((Type){.id = T_DECIMAL, .precision = (uint8_t)(p), .scale = (uint8_t)(s)})
#define TYPE_NUMERIC ((Type){.id = T_DECIMAL, .precision = 38, .scale = 9, .length = LIMIT_BARE}) /* DECIMAL without a size */

/* INTERVAL DAY TO SECOND(3): names of fields, lower case, both empty for all; 0 to 6 digits.  And what it says: the last field
 * whose values it keeps, and digits. */
Type type_interval(Str first, Str last, int32_t digits);
const char *type_last_field(Type t, int32_t *ret_digits);

bool type_eq(Type a, Type b);                        /* same representation; limits do not count */
const char *type_id_name(TypeId id);                 /* SQL name, upper case, static */
int type_print(Type t, char *buf, size_t cap);       /* "DECIMAL(10,2)", "VARCHAR(3)"; length */
int type_print_arrow(Type t, char *buf, size_t cap); /* as the C interface shows field types: "Timestamp(Microsecond, None)" */
/* Finds a type by a SQL name of one or more words ("double precision", "int8", "timestamp with time zone"), any case, with optional
 * modifiers.  -ERR_UNDEFINED_OBJECT (with the nearest name as hint) or -ERR_UNSUPPORTED, -ERR_INVALID_PARAMETER. */
int type_of_name(Str name, const int64_t *mods, unsigned n_mods, Type *ret, Err *err);

static inline bool type_is_integer(TypeId id)
{
    return id == T_I16 || id == T_I32 || id == T_I64;
}
static inline bool type_is_float(TypeId id)
{
    return id == T_F32 || id == T_F64;
}
static inline bool type_is_numeric(TypeId id)
{
    return type_is_integer(id) || type_is_float(id) || id == T_DECIMAL;
}
static inline bool type_is_char(Type t)
{
    return t.id == T_TEXT && t.precision;
}
#define T_RANGES T_INT4RANGE... T_TSTZRANGE /* after `case` */
#define T_MULTIRANGES T_INT4MULTIRANGE... T_TSTZMULTIRANGE
#define T_NETWORKS T_INET... T_MACADDR
static inline bool type_is_range(TypeId id)
{
    return id >= T_INT4RANGE && id <= T_TSTZRANGE;
}
static inline bool type_is_multirange(TypeId id)
{
    return id >= T_INT4MULTIRANGE && id <= T_TSTZMULTIRANGE;
}
static inline bool type_has_bounds(TypeId id)
{
    return type_is_range(id) || type_is_multirange(id);
}
static inline bool type_is_network(TypeId id)
{
    return id >= T_INET && id <= T_MACADDR;
}
/* Held as bytes that are not its text. */
static inline bool type_is_coded(TypeId id)
{
    return type_has_bounds(id) || type_is_network(id);
}
/* What a multirange has in it, and what has such ranges in it. */
static inline TypeId type_range_of(TypeId multirange)
{
    return (TypeId)(multirange - T_INT4MULTIRANGE + T_INT4RANGE);
}
static inline TypeId type_multirange_of(TypeId range)
{
    return (TypeId)(range - T_INT4RANGE + T_INT4MULTIRANGE);
}
Type type_bound(TypeId range); /* of its bounds; also of a multirange */
/* What may have a length, which an explicit cast to it cuts values to: texts and bit strings. */
static inline bool type_has_length(TypeId id)
{
    return id == T_TEXT || id == T_BITS;
}
/* t where a literal stands beside it, which need not keep to the limit in length: TEXT for VARCHAR(n), VARBIT for BIT(n). */
static inline Type type_unlimited(Type t)
{
    if (t.id == T_BITS || (t.id == T_TEXT && !t.precision))
        t.length = t.precision = 0;
    return t;
}
/* The type of values some of which are of type a and some of b, which has the same representation: a without a limit in length that
 * b has not. */
static inline Type type_of_either(Type a, Type b)
{
    return a.length != b.length || a.precision != b.precision ? type_unlimited(a) : a;
}
/* Made of other types: values are byte strings, the sort keys of their parts (array.h, record.h). */
static inline bool type_is_nested(TypeId id)
{
    return id == T_ARRAY || id == T_STRUCT || id == T_MAP;
}
/* Held as 16-byte string views: texts, bytes, and what is nested. */
static inline bool type_is_string(TypeId id)
{
    return id == T_TEXT || id == T_BYTEA || id == T_BITS || id == T_JSON || id == T_JSONB || type_is_nested(id) ||
           type_is_coded(id);
}
static inline bool type_is_limited(Type t)
{
    return t.length > 0 && t.length != LIMIT_BARE && !type_is_string(t.id);
}
static inline bool type_is_bare(Type t)
{
    return t.id == T_DECIMAL && t.length == LIMIT_BARE;
}
/* t, the type of something computed from a and b: shown as they are. */
static inline Type type_bare_as(Type t, Type a, Type b)
{
    if (type_is_bare(a) || type_is_bare(b))
        t.length = LIMIT_BARE;
    return t;
}
/* Whether a number lies within the type's limits, and a time of the type rounded to its digits, halves away from zero. */
bool type_admits(Type t, i128 number);
int64_t type_round_us(Type t, int64_t us);
static inline bool type_is_json(TypeId id)
{
    return id == T_JSON || id == T_JSONB;
}
static inline bool type_is_timestamp(TypeId id)
{
    return id == T_TS || id == T_TSTZ || id == T_TSNS;
}
/* The type that a part of another one has: nothing checks parts, so they have no limits of numbers and times. */
static inline Type type_part(Type t)
{
    if (type_is_limited(t))
        t.length = 0;
    return t;
}
/* element: not an array; arrays of any number of dimensions are of one type. */
static inline Type type_array(Type element)
{
    Type t = type_part(element);
    t.id = T_ARRAY;
    t.element = element.id;
    return t;
}
static inline Type type_element(Type array)
{
    Type t = array;
    t.id = array.element;
    t.element = 0;
    return t;
}
