/* SPDX-License-Identifier: Apache-2.0
 *
 * Text forms of values, printed and read as PostgreSQL's type output and input functions do.  Numbers, dates and times have their
 * text in base/; here stand booleans, bytea, uuid, the length rule of VARCHAR, and the messages.
 *
 * A zone written in the text of a TIMESTAMP is dropped by value_parse_sql, as the standard and PostgreSQL have it, and applied by
 * value_parse (the result is UTC), because event times from outside carry one and dropping it would shift them. */
#include <stdio.h>

#include "base/decimal.h"
#include "base/zone.h"
#include "data/array.h"
#include "data/bitstring.h"
#include "data/json.h"
#include "data/multirange.h"
#include "data/network.h"
#include "data/range.h"
#include "data/record.h"
#include "data/value.h"

#define QUOTE_MAX 64 /* bytes of the input shown in a message */

static int cut(Str s)
{
    return (int)MIN(s.n, QUOTE_MAX);
}

static void print_bytea(Str s, StrBuf *b)
{
    static const char hex[] = "0123456789abcdef";
    sb_puts(b, "\\x");
    if (!sb_reserve(b, s.n * 2))
        return;
    for (size_t i = 0; i < s.n; i++) {
        char two[2] = {hex[(uint8_t)s.p[i] >> 4], hex[(uint8_t)s.p[i] & 15]};
        sb_put(b, two, 2);
    }
}

static void print_uuid(const Uuid *u, StrBuf *b)
{
    char buf[40];
    const uint8_t *p = u->b;
    int n = snprintf(buf, sizeof buf, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", p[0], p[1], p[2],
                     p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], p[12], p[13], p[14], p[15]);
    sb_put(b, buf, (size_t)n);
}

/* Without zeros at the end of the fraction. */
static int print_bare(const Value *v, char *buf)
{
    int n = decimal_print(v->dec, v->type.scale, buf);
    if (v->type.scale == 0)
        return n;
    while (buf[n - 1] == '0')
        n--;
    return buf[n - 1] == '.' ? n - 1 : n;
}

/* The types whose text has a small bound; length. */
static int print_short(const Value *v, char *buf)
{
    switch ((TypeId)v->type.id) {
    case T_BOOL: buf[0] = v->b ? 't' : 'f'; return 1;
    case T_I16: return i64_print(v->i16, buf);
    case T_I32: return i64_print(v->i32, buf);
    case T_I64: return i64_print(v->i64, buf);
    case T_F32: return f32_print(v->f32, buf);
    case T_F64: return f64_print(v->f64, buf);
    case T_DECIMAL: return type_is_bare(v->type) ? print_bare(v, buf) : decimal_print(v->dec, v->type.scale, buf);
    case T_DATE: return date_print(v->i32, buf);
    case T_TIME: return time_print(v->i64, buf);
    case T_TIMETZ: return timetz_print(v->i64, buf);
    case T_TS: return timestamp_print(v->i64, buf);
    case T_TSTZ: return timestamptz_print(v->i64, buf);
    case T_TSNS: return timestamp_print_ns(v->i64, buf);
    case T_INTERVAL: return interval_print(&v->iv, buf);
    default: return 0;
    }
}

/* In the style in use. */
static int print_styled(const Value *v, char *buf)
{
    TextStyle s = text_style_in_use();
    if (likely(text_style_is_plain(s)))
        return print_short(v, buf);
    switch ((TypeId)v->type.id) {
    case T_DATE: return date_print_as(v->i32, s, buf);
    case T_TS: return timestamp_print_as(v->i64, s, buf);
    case T_TSTZ: return timestamptz_print_as(v->i64, s, buf);
    case T_TSNS: return timestamp_print_ns_as(v->i64, s, buf);
    case T_INTERVAL: return interval_print_as(&v->iv, s, buf);
    default: return print_short(v, buf);
    }
}

void value_print_iso(const Value *v, StrBuf *b)
{
    char buf[CALENDAR_TEXT_MAX];
    if (!v->is_null && (v->type.id == T_DATE || type_is_timestamp(v->type.id)))
        sb_put(b, buf, (size_t)print_short(v, buf));
    else
        value_print(v, b);
}

void value_print(const Value *v, StrBuf *b)
{
    char buf[CALENDAR_TEXT_MAX];
    _Static_assert(sizeof buf >= DECIMAL_TEXT_MAX, "one buffer for all");
    if (v->is_null)
        return;
    switch ((TypeId)v->type.id) {
    case T_UNKNOWN:
    case T_TEXT:
    case T_BITS:
    case T_JSON:
    case T_JSONB: sb_putstr(b, v->str); break;
    case T_BYTEA: print_bytea(v->str, b); break;
    case T_ARRAY: array_print(v, b); break;
    case T_RANGES: range_print(v, b); break;
    case T_MULTIRANGES: multirange_print(v, b); break;
    case T_NETWORKS: network_print(v, b); break;
    case T_STRUCT: record_print(v, b); break;
    case T_MAP: map_print(v, b); break;
    case T_ENUM: sb_puts(b, v->type.nested->field[v->i32].name); break;
    case T_UUID: print_uuid(&v->uuid, b); break;
    default: sb_put(b, buf, (size_t)print_styled(v, buf)); break;
    }
}

static void print_quoted(Str s, StrBuf *b)
{
    Str head;
    sb_putc(b, '\'');
    while (str_cut(s, '\'', &head, &s)) {
        sb_putstr(b, head);
        sb_puts(b, "''");
    }
    sb_putstr(b, head);
    sb_putc(b, '\'');
}

static bool is_plain_number(const Value *v)
{
    switch ((TypeId)v->type.id) {
    case T_I16:
    case T_I32:
    case T_I64:
    case T_DECIMAL: return true;
    case T_F32: return __builtin_isfinite(v->f32);
    case T_F64: return __builtin_isfinite(v->f64);
    default: return false;
    }
}

void value_print_literal(const Value *v, StrBuf *b)
{
    char type[256], buf[CALENDAR_TEXT_MAX];
    TypeId id = v->type.id;
    if (v->is_null) {
        sb_puts(b, "NULL");
    } else if (id == T_BOOL) {
        sb_puts(b, v->b ? "TRUE" : "FALSE");
    } else if (is_plain_number(v)) {
        value_print(v, b);
    } else if (id == T_TEXT || id == T_UNKNOWN) {
        print_quoted(v->str, b);
    } else if (id == T_DATE || id == T_TIME || id == T_TIMETZ || type_is_timestamp(id) || id == T_INTERVAL) {
        sb_printf(b, "%s '%.*s'", type_id_name(id), print_short(v, buf), buf);
    } else {
        type_print(v->type, type, sizeof type);
        sb_puts(b, "CAST(");
        if (type_is_json(id)) {
            print_quoted(v->str, b);
        } else if (type_is_nested(id) || id == T_ENUM) {
            _cleanup_(sb_done) StrBuf text;
            sb_init(&text, b->acct);
            value_print(v, &text);
            print_quoted((Str){sb_cstr(&text), text.n}, b);
            b->failed |= text.failed;
        } else {
            sb_putc(b, '\'');
            value_print(v, b); /* bytea, uuid, NaN, Infinity: no quotes inside */
            sb_putc(b, '\'');
        }
        sb_printf(b, " AS %s)", type);
    }
}

/* Name of the type as PostgreSQL's messages write it. */
static void print_lower(Type t, char *buf, size_t cap)
{
    type_print(t, buf, cap);
    for (char *p = buf; *p; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 'a' - 'A');
    }
}

static int raise_syntax(Type t, Str s, Err *err)
{
    char name[64];
    print_lower(t, name, sizeof name);
    return RAISE(err, ERR_INVALID_TEXT, "invalid input syntax for type %s: \"%.*s\"", name, cut(s), s.p);
}

static int raise_range(Type t, Str s, Err *err)
{
    char name[64];
    type_print(t, name, sizeof name);
    return RAISE(err, ERR_NUMERIC_RANGE, "value \"%.*s\" is out of range for type %s", cut(s), s.p, name);
}

static bool is_prefix_of(Str s, const char *word, size_t at_least)
{
    Str w = str_of(word);
    return s.n >= at_least && s.n <= w.n && str_eq_nocase(s, (Str){w.p, s.n});
}

static int parse_bool(Type t, Str s, Value *ret, Err *err)
{
    Str x = str_trim(s);
    if (is_prefix_of(x, "true", 1) || is_prefix_of(x, "yes", 1) || is_prefix_of(x, "on", 2) || str_eq(x, STR("1")))
        ret->b = true;
    else if (is_prefix_of(x, "false", 1) || is_prefix_of(x, "no", 1) || is_prefix_of(x, "off", 2) || str_eq(x, STR("0")))
        ret->b = false;
    else
        return raise_syntax(t, s, err);
    return 0;
}

/* Only a sign and digits: then a failed conversion was one of range. */
static bool is_integer_text(Str s)
{
    size_t i = s.n > 1 && (s.p[0] == '-' || s.p[0] == '+');
    for (size_t k = i; k < s.n; k++)
        if (s.p[k] < '0' || s.p[k] > '9')
            return false;
    return s.n > i;
}

static int parse_integer(Type t, Str s, Value *ret, Err *err)
{
    static const int64_t max[] = {[T_I16] = INT16_MAX, [T_I32] = INT32_MAX, [T_I64] = INT64_MAX};
    Str x = str_trim(s);
    int64_t v;
    if (!is_integer_text(x))
        return raise_syntax(t, s, err);
    if (!str_to_i64(x, &v) || v > max[t.id] || v < -max[t.id] - 1 || !type_admits(t, v))
        return raise_range(t, s, err);
    if (t.id == T_I16)
        ret->i16 = (int16_t)v;
    else if (t.id == T_I32)
        ret->i32 = (int32_t)v;
    else
        ret->i64 = v;
    return 0;
}

/* [sign] digits [. digits] [e [sign] digits], with a digit before the exponent; also says whether a digit is not zero. */
static bool is_float_text(Str s, bool *ret_nonzero)
{
    size_t i = 0, digits = 0;
    *ret_nonzero = false;
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        i++;
    for (bool point = false; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] == '.' && !point)); i++) {
        if (s.p[i] == '.') {
            point = true;
            continue;
        }
        digits++;
        *ret_nonzero |= s.p[i] != '0';
    }
    if (digits == 0)
        return false;
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E'))
        return is_integer_text((Str){s.p + i + 1, s.n - i - 1});
    return i == s.n;
}

static int parse_float(Type t, Str s, Value *ret, Err *err)
{
    Str x = str_trim(s);
    bool nonzero, is_number = is_float_text(x, &nonzero);
    double d;
    if (!str_to_f64(x, &d))
        return is_number ? raise_range(t, s, err) : raise_syntax(t, s, err);
    bool out = is_number && (__builtin_isinf(d) || (d == 0 && nonzero));
    if (t.id == T_F64) {
        ret->f64 = d;
    } else {
        ret->f32 = (float)d;
        out |= is_number && (__builtin_isinf(ret->f32) || (ret->f32 == 0 && nonzero));
    }
    return out ? raise_range(t, s, err) : 0;
}

static int parse_decimal(Type t, Str s, Value *ret, Err *err)
{
    int rc = decimal_parse(str_trim(s), t.precision, t.scale, &ret->dec);
    if (rc == 0 && !type_admits(t, ret->dec))
        rc = -ERR_NUMERIC_RANGE;
    return rc == 0 ? 0 : rc == -ERR_NUMERIC_RANGE ? raise_range(t, s, err) : raise_syntax(t, s, err);
}

static Str with_blanks(Str s, size_t n_chars, uint32_t length, Arena *arena)
{
    size_t n = s.n + (length - n_chars);
    char *p = arena_alloc(arena, n);
    if (!p)
        return (Str){NULL, 0};
    if (s.n)
        memcpy(p, s.p, s.n);
    memset(p + s.n, ' ', n - s.n);
    return (Str){p, n};
}

/* VARCHAR(n): what is too long must be blanks, which are dropped; that is the standard's rule and PostgreSQL's.  CHAR(n): what is
 * too short gets blanks. */
static int parse_text(Type t, Str s, Arena *arena, Value *ret, Err *err)
{
    char type[64];
    if (!utf8_is_valid(s.p, s.n))
        return RAISE(err, ERR_CHARACTER_NOT_IN_REPERTOIRE, "text is not valid UTF-8");
    ret->str = s;
    if (t.length == 0 || (s.n <= t.length && !type_is_char(t)))
        return 0;
    size_t keep = s.n <= t.length ? s.n : utf8_offset(s.p, s.n, t.length);
    for (size_t i = keep; i < s.n; i++)
        if (s.p[i] != ' ') {
            type_print(t, type, sizeof(type));
            return RAISE(err, ERR_STRING_TOO_LONG, "value too long for type %s", type);
        }
    ret->str.n = keep;
    size_t n_chars = type_is_char(t) ? utf8_length(s.p, keep) : t.length;
    if (n_chars < t.length)
        ret->str = with_blanks(ret->str, n_chars, t.length, arena);
    return ret->str.p ? 0 : RAISE_NOMEM(err);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Bytes written, or -1.  Blanks may stand between pairs. */
static int64_t decode_hex(Str s, char *out)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] == ' ' || s.p[i] == '\n' || s.p[i] == '\t' || s.p[i] == '\r') {
            i++;
            continue;
        }
        int hi = hex_digit(s.p[i]), lo = i + 1 < s.n ? hex_digit(s.p[i + 1]) : -1;
        if (hi < 0 || lo < 0)
            return -1;
        out[n++] = (char)(hi << 4 | lo);
        i += 2;
    }
    return n;
}

static bool is_octal(char c, char top)
{
    return c >= '0' && c <= top;
}

/* Bytes written, or -1.  A backslash stands doubled or before three octal digits. */
static int64_t decode_escape(Str s, char *out)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] != '\\') {
            out[n++] = s.p[i++];
        } else if (i + 1 < s.n && s.p[i + 1] == '\\') {
            out[n++] = '\\';
            i += 2;
        } else if (i + 3 < s.n && is_octal(s.p[i + 1], '3') && is_octal(s.p[i + 2], '7') && is_octal(s.p[i + 3], '7')) {
            out[n++] = (char)((s.p[i + 1] - '0') << 6 | (s.p[i + 2] - '0') << 3 | (s.p[i + 3] - '0'));
            i += 4;
        } else {
            return -1;
        }
    }
    return n;
}

static int parse_bytea(Type t, Str s, Arena *arena, Value *ret, Err *err)
{
    char *out = arena_alloc(arena, s.n + 1);
    if (!out)
        return RAISE_NOMEM(err);
    bool is_hex = str_starts(s, STR("\\x"));
    int64_t n = is_hex ? decode_hex((Str){s.p + 2, s.n - 2}, out) : decode_escape(s, out);
    if (n < 0 && is_hex)
        return RAISE(err, ERR_INVALID_PARAMETER, "invalid hexadecimal data: \"%.*s\"", (int)MIN(s.n, (size_t)64), s.p);
    if (n < 0)
        return raise_syntax(t, s, err);
    ret->str = (Str){out, (size_t)n};
    return 0;
}

/* Any case, braces around it, hyphens after any group of four digits or none. */
static int parse_uuid(Type t, Str s, Value *ret, Err *err)
{
    size_t i = 0;
    bool brace = s.n > 0 && s.p[0] == '{';
    i += brace;
    for (int k = 0; k < 16; k++) {
        int hi = i < s.n ? hex_digit(s.p[i]) : -1, lo = i + 1 < s.n ? hex_digit(s.p[i + 1]) : -1;
        if (hi < 0 || lo < 0)
            return raise_syntax(t, s, err);
        ret->uuid.b[k] = (uint8_t)(hi << 4 | lo);
        i += 2;
        if (k % 2 == 1 && k < 15 && i < s.n && s.p[i] == '-')
            i++;
    }
    if (brace && (i == s.n || s.p[i++] != '}'))
        return raise_syntax(t, s, err);
    return i == s.n ? 0 : raise_syntax(t, s, err);
}

static int parse_enum(Type t, Str s, Value *ret, Err *err)
{
    ret->i32 = enum_find(t, s);
    if (ret->i32 < 0 && schema_find(t.nested, s) >= 0) {
        (void)RAISE(err, ERR_UNSAFE_LABEL, "unsafe use of new value \"%.*s\" of enum type %s", cut(s), s.p, t.nested->name);
        return err_hint(err, "New enum values must be committed before they can be used.");
    }
    return ret->i32 >= 0 ? 0
                         : RAISE(err, ERR_INVALID_TEXT, "invalid input value for enum %s: \"%.*s\"", t.nested->name, cut(s), s.p);
}

static int read_moment(Type t, Str x, bool local, Value *ret)
{
    bool has_zone;
    int rc = 0;
    switch ((TypeId)t.id) {
    case T_DATE: rc = date_parse(x, &ret->i32); break;
    case T_TIME: rc = time_parse(x, &ret->i64); break;
    case T_TIMETZ: rc = timetz_parse(x, &ret->i64); break;
    case T_TSNS: rc = local ? timestamp_parse_local_ns(x, &ret->i64) : timestamp_parse_ns(x, &ret->i64, &has_zone); break;
    case T_INTERVAL: rc = interval_parse(x, &ret->iv); break;
    case T_TS: rc = local ? timestamp_parse_local(x, &ret->i64) : timestamp_parse(x, &ret->i64, &has_zone); break;
    default: rc = timestamptz_parse(x, &ret->i64); break;
    }
    return rc;
}

static int read_words(Type t, Str x, Value *ret)
{
    char iso[CALENDAR_TEXT_MAX];
    Str words;
    int rc = read_moment(t, x, true, ret);
    if (rc == -ERR_DATETIME_FORMAT && calendar_words(x, iso, sizeof iso, &words))
        rc = read_moment(t, words, true, ret);
    return rc;
}

/* A time of day beside a date or a zone, neither of which it keeps. */
static int read_time_beside(Str x, Value *ret)
{
    char dated[CALENDAR_TEXT_MAX];
    Value v = {.type = TYPE(TS)};
    int rc = read_words(TYPE(TS), x, &v);
    int n = snprintf(dated, sizeof dated, "2000-01-01 %.*s", (int)MIN(x.n, sizeof dated), x.p);
    if (rc < 0 && n < (int)sizeof dated && x.p[0] >= '0' && x.p[0] <= '9')
        rc = read_words(TYPE(TS), (Str){dated, (size_t)n}, &v);
    else if (rc == 0 && !memchr(x.p, ':', x.n)) /* a date alone says no time */
        rc = -ERR_DATETIME_FORMAT;
    if (rc < 0 || v.i64 == TIMESTAMP_INFINITY || v.i64 == TIMESTAMP_MINUS_INFINITY)
        return -ERR_DATETIME_FORMAT;
    ret->i64 = v.i64 - floor_div(v.i64, US_PER_DAY) * US_PER_DAY;
    return 0;
}

static int parse_moment(Type t, Str s, bool local, Value *ret, Err *err)
{
    char name[64], iso[CALENDAR_TEXT_MAX];
    Str x = str_trim(s), words;
    bool words_too = local || !text_style_is_plain(text_style_in_use()); /* what COPY has written it reads */
    int rc = read_moment(t, x, local, ret);
    if (rc == -ERR_DATETIME_FORMAT && words_too && t.id != T_INTERVAL && calendar_words(x, iso, sizeof iso, &words))
        rc = read_moment(t, words, local, ret);
    if (rc == -ERR_DATETIME_FORMAT && local && t.id == T_TIME && x.n)
        rc = read_time_beside(x, ret);
    print_lower(t, name, sizeof name);
    if (rc == -ERR_UNSUPPORTED) {
        (void)RAISE(err, ERR_UNSUPPORTED, "time \"%.*s\" has no offset, and that of zone \"%s\" depends on the date", cut(s), s.p,
                    zone_in_use()->name);
        return err_hint(err, "Write the offset, or cast a TIME.");
    }
    if (rc == -ERR_DATETIME_OVERFLOW)
        return RAISE(err, ERR_DATETIME_OVERFLOW, "date/time field value out of range: \"%.*s\"", cut(s), s.p);
    if (rc == -ERR_ZONE_OFFSET)
        return RAISE(err, ERR_ZONE_OFFSET, "time zone displacement out of range: \"%.*s\"", cut(s), s.p);
    if (rc == -ERR_INTERVAL_OVERFLOW)
        return RAISE(err, ERR_INTERVAL_OVERFLOW, "interval field value out of range: \"%.*s\"", cut(s), s.p);
    if (rc < 0)
        return RAISE(err, ERR_DATETIME_FORMAT, "invalid input syntax for type %s: \"%.*s\"", name, cut(s), s.p);
    return 0;
}

static int parse_text_form(Type t, Str s, bool local, Arena *arena, Value *ret, Err *err)
{
    Value v = {.type = t};
    int rc = 0;
    ASSERT(ret && (s.p || s.n == 0));
    if (!s.p)
        s.p = "";
    switch ((TypeId)t.id) {
    case T_BOOL: rc = parse_bool(t, s, &v, err); break;
    case T_I16:
    case T_I32:
    case T_I64: rc = parse_integer(t, s, &v, err); break;
    case T_F32:
    case T_F64: rc = parse_float(t, s, &v, err); break;
    case T_DECIMAL: rc = parse_decimal(t, s, &v, err); break;
    case T_UNKNOWN:
    case T_TEXT: rc = parse_text(t, s, arena, &v, err); break;
    case T_BYTEA: rc = parse_bytea(t, s, arena, &v, err); break;
    case T_BITS: rc = bitstring_parse(t, s, arena, &v.str, err); break;
    case T_UUID: rc = parse_uuid(t, s, &v, err); break;
    case T_DATE:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS:
    case T_INTERVAL: rc = parse_moment(t, s, local, &v, err); break;
    case T_JSON:
        v.str = s;
        rc = json_is_valid(s) ? 0 : raise_syntax(t, s, err);
        break;
    case T_JSONB: rc = jsonb_parse(s, arena, &v.str, err); break;
    case T_ARRAY: rc = array_parse(t, s, local, arena, &v, err); break;
    case T_RANGES: rc = range_parse(t, s, local, arena, &v, err); break;
    case T_MULTIRANGES: rc = multirange_parse(t, s, local, arena, &v, err); break;
    case T_NETWORKS: rc = network_parse(t, s, arena, &v.str, err); break;
    case T_STRUCT: rc = record_parse(t, s, local, arena, &v, err); break;
    case T_MAP: rc = map_parse(t, s, local, arena, &v, err); break;
    case T_ENUM: rc = parse_enum(t, s, &v, err); break;
    case N_TYPES: rc = RAISE(err, ERR_UNSUPPORTED, "text of type %s cannot be read", type_id_name(t.id)); break;
    }
    if (rc == 0)
        rc = value_limit(t, &v, err);
    if (rc == 0)
        *ret = v;
    return rc;
}

int value_limit(Type t, Value *v, Err *err)
{
    char name[64];
    if (likely(!type_is_limited(t)) || v->is_null)
        return 0;
    if (t.id == T_INTERVAL) {
        int32_t digits;
        Str last = str_of(type_last_field(t, &digits));
        return interval_cut(&v->iv, last, digits, &v->iv) < 0 ? RAISE(err, ERR_INTERVAL_OVERFLOW, "interval out of range") : 0;
    }
    if (t.length >= LIMIT_DIGITS) {
        v->i64 = type_round_us(t, v->i64);
        return 0;
    }
    i128 number = t.id == T_I16 ? v->i16 : t.id == T_I32 ? v->i32 : t.id == T_I64 ? v->i64 : v->dec;
    if (type_admits(t, number))
        return 0;
    type_print(t, name, sizeof(name));
    return RAISE(err, ERR_NUMERIC_RANGE, "value out of range for type %s", name);
}

int value_parse(Type t, Str s, Arena *arena, Value *ret, Err *err)
{
    return parse_text_form(t, s, false, arena, ret, err);
}

int value_parse_sql(Type t, Str s, Arena *arena, Value *ret, Err *err)
{
    return parse_text_form(t, s, true, arena, ret, err);
}
