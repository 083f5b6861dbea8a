/* SPDX-License-Identifier: Apache-2.0
 *
 * Format binary: rows as PostgreSQL's COPY writes them in its binary format.  A row is the number of its fields in 16 bits, then
 * each field: its length in 32 bits, -1 for NULL, and so many bytes in the form of its type; all numbers are big-endian.  The
 * signature at the beginning and the mark at the end are understood, and not needed, so a row by itself can be read (a datagram, a
 * file that goes on growing).  Fields are columns by their place.
 *
 * A field that does not suit its column, or a row with another number of fields, is a bad record and the next row is read.  A
 * length that cannot be is the end: where the next row begins is not known then, so all the rest is one bad record. */
#include <string.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "format/format_impl.h"

#define SIGNATURE_BYTES 11u
#define HEADER_BYTES 19u /* the signature, flags, length of an extension */
static const char signature[SIGNATURE_BYTES + 1] = "PGCOPY\n\377\r\n";

#define DAYS_2000 10957
#define US_2000 INT64_C(946684800000000)
#define END_MARK 0xffffu /* in the place of the number of fields */
#define NUMERIC_NEGATIVE 0x4000u
#define NUMERIC_HEAD 8u
#define NUMERIC_BASE 10000

typedef struct BinaryConfig {
    bool header; /* writing: the signature first */
} BinaryConfig;

typedef struct BinaryDecoder {
    Decoder base;
    Value *row;
    Arena scratch; /* what its texts need, until it is in the builder */
    bool begun;    /* what may stand before the first row has been seen */
    bool ended;    /* the mark of the end has */
    bool broken;   /* nothing behind this can be read */
} BinaryDecoder;

static uint64_t number_at(const char *p, uint32_t n)
{
    uint64_t v = 0;
    for (uint32_t i = 0; i < n; i++)
        v = v << 8 | (uint8_t)p[i];
    return v;
}

/* Bytes of a field whose type has one size; 0 = any. -1: there is no form for the type. */
static int size_of(TypeId t)
{
    switch (t) {
    case T_BOOL: return 1;
    case T_I16: return 2;
    case T_I32:
    case T_F32:
    case T_DATE: return 4;
    case T_I64:
    case T_F64:
    case T_TIME:
    case T_TS:
    case T_TSTZ: return 8;
    case T_INTERVAL:
    case T_UUID: return 16;
    case T_DECIMAL:
    case T_TEXT:
    case T_BYTEA:
    case T_JSON:
    case T_JSONB: return 0;
    default: return -1;
    }
}

static int check_columns(const Schema *s, Err *err)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (size_of((TypeId)s->field[i].type.id) < 0)
            return RAISE(err, ERR_UNSUPPORTED, "format \"binary\" has no columns of type %s (column \"%s\")",
                         type_id_name(s->field[i].type.id), s->field[i].name);
    return 0;
}

static int binary_open(Decoder *base, Err *err)
{
    BinaryDecoder *d = (BinaryDecoder *)base;
    arena_init(&d->scratch, base->acct, 0);
    TRY(check_columns(base->schema, err));
    d->row = ARENA_ARRAY(decoder_arena(base), Value, MAX(base->schema->n, 1u));
    return d->row ? 0 : RAISE_NOMEM(err);
}

static void binary_close(Decoder *base)
{
    arena_done(&((BinaryDecoder *)base)->scratch);
}

static void binary_restart(Decoder *base)
{
    BinaryDecoder *d = (BinaryDecoder *)base;
    d->begun = d->ended = d->broken = false;
}

/* ---- fields; each gives NULL or what is wrong ---- */

static const char *const too_large = "a number is out of range";

/* Digits to the base 10,000, the first of which counts 10,000^weight. */
static const char *read_decimal(Type t, Str s, Value *ret)
{
    if (s.n < NUMERIC_HEAD || (s.n - NUMERIC_HEAD) % 2 != 0 || number_at(s.p, 2) != (s.n - NUMERIC_HEAD) / 2)
        return "a field is no number";
    uint32_t n = (uint32_t)(s.n - NUMERIC_HEAD) / 2, sign = (uint32_t)number_at(s.p + 4, 2);
    int weight = (int16_t)number_at(s.p + 2, 2), at = weight;
    if (sign != 0 && sign != NUMERIC_NEGATIVE)
        return "a number is not finite";
    i128 v = 0, limit = decimal_pow10(t.precision);
    for (uint32_t i = 0; i < n; i++, at--) {
        uint32_t digit = (uint32_t)number_at(s.p + NUMERIC_HEAD + 2 * i, 2);
        int ten = at * 4 + t.scale; /* what the digit counts, as a power of ten of the scaled number */
        if (digit >= NUMERIC_BASE)
            return "a field is no number";
        if (digit == 0)
            continue;
        if (ten > 38)
            return too_large;
        i128 part = ten >= 0 ? decimal_pow10((unsigned)ten) : 0;
        if (ten >= 0 && part > limit / digit + 1)
            return too_large;
        if (ten >= 0)
            v += part * digit;
        else if (ten > -4) /* half away from zero: what follows is less than one of this digit */
            v += (digit + (uint32_t)(decimal_pow10((unsigned)-ten) / 2)) / (uint32_t)decimal_pow10((unsigned)-ten);
        else if (ten == -4)
            v += digit >= NUMERIC_BASE / 2;
        if (v >= limit)
            return too_large;
        if (ten < 0)
            break;
    }
    ret->dec = sign ? -v : v;
    return NULL;
}

static const char *read_date(Str s, Value *ret)
{
    int32_t days = (int32_t)number_at(s.p, 4);
    if (days == INT32_MAX || days == INT32_MIN) {
        ret->i32 = days == INT32_MAX ? DATE_INFINITY : DATE_MINUS_INFINITY;
        return NULL;
    }
    return __builtin_add_overflow(days, DAYS_2000, &ret->i32) || ret->i32 == DATE_INFINITY ? "a date is out of range" : NULL;
}

static const char *read_timestamp(Str s, Value *ret)
{
    int64_t us = (int64_t)number_at(s.p, 8);
    if (us == INT64_MAX || us == INT64_MIN) {
        ret->i64 = us == INT64_MAX ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY;
        return NULL;
    }
    return __builtin_add_overflow(us, US_2000, &ret->i64) || ret->i64 == TIMESTAMP_INFINITY ? "a timestamp is out of range" : NULL;
}

static const char *read_interval(Str s, Value *ret)
{
    int64_t ns;
    if (__builtin_mul_overflow((int64_t)number_at(s.p, 8), INT64_C(1000), &ns))
        return "an interval is out of range";
    ret->iv = (Interval){.ns = ns, .days = (int32_t)number_at(s.p + 8, 4), .months = (int32_t)number_at(s.p + 12, 4)};
    return NULL;
}

/* Types that are texts: what may stand in them is looked at as if it had been written. */
static const char *read_text(Type t, Str s, Arena *scratch, Value *ret, Err *why)
{
    if (t.id == T_JSONB) {
        if (s.n == 0 || s.p[0] != 1)
            return "a field is no JSONB of version 1";
        s = (Str){s.p + 1, s.n - 1};
    }
    return value_parse(t, s, scratch, ret, why) < 0 ? why->message : NULL;
}

static const char *read_number(Type t, Str s, Value *ret)
{
    union {
        uint32_t u32;
        uint64_t u64;
    } bits = {.u64 = 0};
    switch ((TypeId)t.id) {
    case T_BOOL: ret->b = s.p[0] != 0; return NULL;
    case T_I16: ret->i16 = (int16_t)number_at(s.p, 2); break;
    case T_I32: ret->i32 = (int32_t)number_at(s.p, 4); break;
    case T_I64: ret->i64 = (int64_t)number_at(s.p, 8); break;
    case T_F32:
        bits.u32 = (uint32_t)number_at(s.p, 4);
        memcpy(&ret->f32, &bits.u32, 4);
        return NULL;
    case T_F64:
        bits.u64 = number_at(s.p, 8);
        memcpy(&ret->f64, &bits.u64, 8);
        return NULL;
    default: /* TIME */
        ret->i64 = (int64_t)number_at(s.p, 8);
        return time_is_valid(ret->i64) ? NULL : "a time of day is out of range";
    }
    i128 v = t.id == T_I16 ? ret->i16 : t.id == T_I32 ? ret->i32 : ret->i64;
    return t.length && !type_admits(t, v) ? too_large : NULL;
}

static const char *read_field(Type t, Str s, Arena *scratch, Value *ret, Err *why)
{
    int size = size_of((TypeId)t.id);
    *ret = (Value){.type = t};
    if (size > 0 && s.n != (size_t)size)
        return "a field has another length than its type";
    switch ((TypeId)t.id) {
    case T_DECIMAL: return read_decimal(t, s, ret);
    case T_DATE: return read_date(s, ret);
    case T_TS:
    case T_TSTZ: return read_timestamp(s, ret);
    case T_INTERVAL: return read_interval(s, ret);
    case T_UUID: memcpy(ret->uuid.b, s.p, sizeof(ret->uuid.b)); return NULL;
    case T_BYTEA: ret->str = s; return NULL;
    case T_TEXT:
    case T_JSON:
    case T_JSONB: return read_text(t, s, scratch, ret, why);
    default: return read_number(t, s, ret);
    }
}

/* ---- rows ---- */

#define ROW_MORE 0
#define ROW_BROKEN (-1)
/* Bytes of the row at p; ROW_MORE: it is not all there; ROW_BROKEN: it is none. */
static int64_t row_bytes(const char *p, size_t n)
{
    if (n < 2)
        return ROW_MORE;
    int fields = (int16_t)number_at(p, 2);
    size_t at = 2;
    if (fields < 0)
        return fields == -1 ? 2 : ROW_BROKEN;
    for (int i = 0; i < fields; i++) {
        if (n - at < 4)
            return ROW_MORE;
        int64_t bytes = (int32_t)number_at(p + at, 4);
        at += 4;
        if (bytes < -1 || bytes > (int64_t)RECORD_BYTES_MAX)
            return ROW_BROKEN;
        if (bytes > 0 && n - at < (size_t)bytes)
            return ROW_MORE;
        at += bytes > 0 ? (size_t)bytes : 0;
    }
    return (int64_t)at;
}

static const char *read_row(BinaryDecoder *d, const char *p, Err *why)
{
    const Schema *s = d->base.schema;
    if (number_at(p, 2) != s->n)
        return "the row has another number of fields than there are columns";
    p += 2;
    for (uint32_t i = 0; i < s->n; i++) {
        int64_t bytes = (int32_t)number_at(p, 4);
        p += 4;
        if (bytes < 0) {
            d->row[i] = value_null(s->field[i].type);
            if (s->field[i].not_null)
                return "a column that is NOT NULL is NULL";
            continue;
        }
        const char *wrong = read_field(s->field[i].type, (Str){p, (size_t)bytes}, &d->scratch, &d->row[i], why);
        if (wrong)
            return wrong;
        p += bytes;
    }
    return NULL;
}

/* 0, BUILDER_FULL or negative. */
static int take_row(BinaryDecoder *d, const char *p, size_t n, Builder *out, Err *err)
{
    Err why = ERR_INIT;
    arena_reset(&d->scratch);
    const char *wrong = read_row(d, p, &why);
    if (wrong)
        return decoder_bad(&d->base, p, n, why.code ? why.code : ERR_BAD_RECORD, wrong);
    for (uint32_t i = 0; i < d->base.schema->n; i++) {
        if (d->row[i].is_null)
            builder_null(out, i);
        else
            TRY(builder_value(out, i, &d->row[i], err));
    }
    d->base.n_rows++;
    return builder_row_done(out);
}

static void advance(Decoder *d, size_t n, bool row, size_t *used)
{
    d->byte += (int64_t)n;
    d->line += row;
    *used += n;
}

/* Bytes of what stands before the first row; ROW_MORE: not all there yet; 0 with *ret_none: nothing does. */
static int64_t header_bytes(const char *p, size_t n, bool last, bool *ret_none)
{
    size_t same = MIN(n, (size_t)SIGNATURE_BYTES);
    *ret_none = memcmp(p, signature, same) != 0 || (last && n < HEADER_BYTES);
    if (*ret_none || n < HEADER_BYTES)
        return ROW_MORE;
    uint64_t more = number_at(p + HEADER_BYTES - 4, 4);
    if (more > RECORD_BYTES_MAX)
        return ROW_BROKEN;
    return n - HEADER_BYTES < more ? ROW_MORE : (int64_t)(HEADER_BYTES + more);
}

/* All that is left is one bad record. */
static int give_up(BinaryDecoder *d, const char *p, size_t n, const char *why, size_t *used)
{
    d->broken = true;
    TRY(decoder_bad(&d->base, p, n, ERR_BAD_RECORD, why));
    advance(&d->base, n, true, used);
    return FEED_MORE;
}

/* One row, or what stands before or behind all of them.  FEED_MORE, FEED_FULL, NEXT or negative. */
#define NEXT 2
static int feed_one(BinaryDecoder *d, const char *p, size_t n, bool last, Builder *out, size_t *ret_used, Err *err)
{
    bool is_row = d->begun;
    int64_t bytes = d->begun ? ROW_MORE : header_bytes(p, n, last, &is_row);
    if (is_row)
        bytes = row_bytes(p, n);
    if (bytes == ROW_MORE && !last && n <= RECORD_BYTES_MAX)
        return FEED_MORE;
    if (bytes == ROW_MORE || bytes == ROW_BROKEN)
        return give_up(d, p, n, bytes == ROW_MORE ? "the row is not complete" : "this is no row of format binary", ret_used);
    d->begun = true;
    if (is_row && number_at(p, 2) == END_MARK) {
        d->ended = true;
        is_row = false;
    }
    int rc = is_row ? take_row(d, p, (size_t)bytes, out, err) : 0;
    if (rc < 0)
        return rc;
    advance(&d->base, (size_t)bytes, is_row, ret_used);
    return rc == BUILDER_FULL ? FEED_FULL : NEXT;
}

static int binary_feed(Decoder *base, const char *p, size_t n, bool last, Builder *out, size_t *ret_used, Err *err)
{
    BinaryDecoder *d = (BinaryDecoder *)base;
    while (*ret_used < n) {
        const char *from = p + *ret_used;
        size_t left = n - *ret_used;
        if (out->n == out->cap)
            return FEED_FULL;
        if (d->broken)
            advance(base, left, false, ret_used);
        else if (d->ended)
            return give_up(d, from, left, "there is something behind the end", ret_used);
        int rc = d->broken ? FEED_MORE : feed_one(d, from, left, last, out, ret_used, err);
        if (rc != NEXT)
            return rc;
    }
    return FEED_MORE;
}

/* ---- writing ---- */

static void put_number(StrBuf *out, uint32_t n, uint64_t v)
{
    for (uint32_t i = n; i-- > 0;)
        sb_putc(out, (char)(v >> (8 * i)));
}

/* Four digits of `s` from `at` on, as if zeros stood around it. */
static uint32_t digits_at(Str s, int64_t at)
{
    uint32_t digit = 0;
    for (int64_t i = at; i < at + 4; i++)
        digit = digit * 10 + (i >= 0 && i < (int64_t)s.n ? (uint32_t)(s.p[i] - '0') : 0);
    return digit;
}

/* The text of the number is cut into fours from its point on, to both sides; zeros at its ends are not written. */
static void put_decimal(StrBuf *out, const Value *v)
{
    uint32_t digit[32], from = 0, n = 0;
    StrBuf text;
    sb_init(&text, NULL);
    value_print(v, &text);
    Str whole, part, s = sb_str(&text);
    bool minus = s.n > 0 && s.p[0] == '-';
    if (!str_cut((Str){s.p + minus, s.n - minus}, '.', &whole, &part))
        part = (Str){"", 0};
    uint32_t before = (uint32_t)(whole.n + 3) / 4;
    for (; n < before; n++)
        digit[n] = digits_at(whole, (int64_t)whole.n - 4 * (int64_t)(before - n));
    for (size_t at = 0; at < part.n && n < ARRAY_LEN(digit); at += 4)
        digit[n++] = digits_at(part, (int64_t)at);
    while (from < n && digit[from] == 0)
        from++;
    while (n > from && digit[n - 1] == 0)
        n--;
    put_number(out, 2, n - from);
    put_number(out, 2, n > from ? (uint16_t)((int)before - 1 - (int)from) : 0);
    put_number(out, 2, minus && n > from ? NUMERIC_NEGATIVE : 0);
    put_number(out, 2, part.n);
    for (; from < n; from++)
        put_number(out, 2, digit[from]);
    sb_done(&text);
}

static void put_bits(StrBuf *out, const Value *v)
{
    uint32_t u32;
    uint64_t u64;
    switch ((TypeId)v->type.id) {
    case T_BOOL: sb_putc(out, v->b); break;
    case T_I16: put_number(out, 2, (uint16_t)v->i16); break;
    case T_I32: put_number(out, 4, (uint32_t)v->i32); break;
    case T_F32:
        memcpy(&u32, &v->f32, 4);
        put_number(out, 4, u32);
        break;
    case T_F64:
        memcpy(&u64, &v->f64, 8);
        put_number(out, 8, u64);
        break;
    default: put_number(out, 8, (uint64_t)v->i64);
    }
}

static void put_time(StrBuf *out, const Value *v)
{
    if (v->type.id == T_DATE) {
        bool infinite = v->i32 == DATE_INFINITY || v->i32 == DATE_MINUS_INFINITY;
        put_number(out, 4, (uint32_t)(infinite ? (v->i32 == DATE_INFINITY ? INT32_MAX : INT32_MIN) : v->i32 - DAYS_2000));
    } else {
        bool infinite = v->i64 == TIMESTAMP_INFINITY || v->i64 == TIMESTAMP_MINUS_INFINITY;
        put_number(out, 8, (uint64_t)(infinite ? (v->i64 == TIMESTAMP_INFINITY ? INT64_MAX : INT64_MIN) : v->i64 - US_2000));
    }
}

static void put_field(StrBuf *out, const Value *v)
{
    switch ((TypeId)v->type.id) {
    case T_DECIMAL: put_decimal(out, v); break;
    case T_DATE:
    case T_TS:
    case T_TSTZ: put_time(out, v); break;
    case T_INTERVAL:
        put_number(out, 8, (uint64_t)(v->iv.ns / 1000));
        put_number(out, 4, (uint32_t)v->iv.days);
        put_number(out, 4, (uint32_t)v->iv.months);
        break;
    case T_UUID: sb_put(out, (const char *)v->uuid.b, sizeof(v->uuid.b)); break;
    case T_JSONB:
        sb_putc(out, 1);
        sb_putstr(out, v->str);
        break;
    case T_TEXT:
    case T_JSON:
    case T_BYTEA: sb_putstr(out, v->str); break;
    default: put_bits(out, v);
    }
}

static int binary_encode_begin(Encoder *e, StrBuf *out, Err *err)
{
    const BinaryConfig *c = e->config;
    TRY(check_columns(e->schema, err));
    if (c->header) {
        sb_put(out, signature, SIGNATURE_BYTES);
        put_number(out, 8, 0);
    }
    return 0;
}

static int binary_encode(Encoder *e, const Batch *b, StrBuf *out, Err *err)
{
    (void)err;
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++) {
        put_number(out, 2, e->schema->n);
        for (uint32_t c = 0; c < e->schema->n && !out->failed; c++) {
            Value v = vec_get(&b->col[c], row_at(rows, i));
            size_t at = out->n;
            put_number(out, 4, UINT32_MAX);
            if (v.is_null)
                continue;
            put_field(out, &v);
            for (uint32_t k = 0; k < 4 && !out->failed; k++) /* the length, now that it is known */
                out->p[at + k] = (char)((out->n - at - 4) >> (8 * (3 - k)));
        }
    }
    return 0;
}

static const OptionDef binary_options[] = {
    {"header", OPTION_BOOL, offsetof(BinaryConfig, header), .preset = "false",
     .help = "writing: PostgreSQL's signature first, for its COPY .. (FORMAT binary); reading understands both"},
    {NULL},
};

const FormatType format_binary = {
    .name = "binary",
    .aliases = "pgcopy",
    .by_length = true,
    .options = binary_options,
    .config_bytes = sizeof(BinaryConfig),
    .decoder_bytes = sizeof(BinaryDecoder),
    .encoder_bytes = sizeof(Encoder),
    .open = binary_open,
    .feed = binary_feed,
    .restart = binary_restart,
    .close = binary_close,
    .encode_begin = binary_encode_begin,
    .encode = binary_encode,
};
