/* SPDX-License-Identifier: Apache-2.0
 *
 * One column of many CSV records at a time, so that each type has one tight loop without a branch on the type.  A fast parser that
 * declines a field leaves it to csv_field_value, which unquotes, knows NULL and all spellings of a type, and decides what is bad.
 */
#include "base/decimal.h"
#include "format/csv_impl.h"
#include "format/parse_fast_impl.h"

bool csv_unquote(const CsvDialect *d, Str field, Arena *arena, Str *ret, bool *ret_quoted)
{
    *ret_quoted = false;
    if (d->trim)
        while (field.n && (field.p[0] == ' ' || field.p[field.n - 1] == ' '))
            field = field.p[0] == ' ' ? (Str){field.p + 1, field.n - 1} : (Str){field.p, field.n - 1};
    *ret = field;
    if (field.n == 0 || field.p[0] != d->quote)
        return true;
    *ret_quoted = true;
    const char *p = field.p + 1, *end = field.p + field.n;
    char *out = arena_alloc(arena, field.n), *w = out;
    for (; out && p < end; p++) {
        bool escaped = d->has_escape ? *p == d->escape : (*p == d->quote && p + 1 < end && p[1] == d->quote);
        if (escaped && p + 1 < end) {
            *w++ = *++p;
        } else if (*p == d->quote) {
            if (d->has_escape && p + 1 < end && p[1] == d->quote) { /* doubled quotes stay legal beside an escape */
                *w++ = *p++;
                continue;
            }
            *ret = (Str){out, (size_t)(w - out)};
            return p + 1 == end;
        } else {
            *w++ = *p;
        }
    }
    return false;
}

static int raise_column(const CsvDecoder *d, uint32_t col, Err *err)
{
    char message[sizeof(err->message)];
    if (!err)
        return -ERR_BAD_RECORD;
    memcpy(message, err->message, sizeof(message));
    return RAISE(err, err->code, "column \"%s\": %s", d->base.schema->field[col].name, message);
}

static int epoch_value(Type t, Str s, EpochUnit unit, Value *ret, Err *err)
{
    int64_t v;
    if (!str_to_i64(str_trim(s), &v))
        return RAISE(err, ERR_DATETIME_FORMAT, "not an integer timestamp: \"%.*s\"", (int)MIN(s.n, (size_t)64), s.p);
    *ret = (Value){.type = t};
    if (!epoch_to_timestamp(v, unit, t.id, &ret->i64))
        return RAISE(err, ERR_DATETIME_OVERFLOW, "timestamp out of range: \"%.*s\"", (int)MIN(s.n, (size_t)64), s.p);
    return 0;
}

static int null_value(const CsvColumn *column, Value *ret, Err *err)
{
    *ret = value_null(column->type);
    return column->not_null ? RAISE(err, ERR_NOT_NULL, "NULL in a NOT NULL column") : 0;
}

/* The word null is NULL where nothing else can be meant: in columns that it is no value of. */
int csv_field_value(CsvDecoder *d, uint32_t col, Str field, Value *ret, Err *err)
{
    const CsvConfig *c = d->base.config;
    const CsvColumn *column = &d->column[col];
    Str text = {0};
    bool quoted = false;
    int rc;
    if (!csv_unquote(&d->dialect, field, &d->scratch, &text, &quoted))
        rc = RAISE(err, ERR_BAD_RECORD, "text behind a closing quote, or no closing quote: %.*s", (int)MIN(field.n, (size_t)64),
                   field.p);
    else if (!quoted && (text.n == 0 || (d->null_text.n && str_eq(text, d->null_text))))
        rc = null_value(column, ret, err);
    else if (c->timestamp_format && type_is_timestamp(column->type.id))
        rc = epoch_value(column->type, text, (EpochUnit)(c->timestamp_format - 1), ret, err);
    else
        rc = value_parse(column->type, text, &d->scratch, ret, err);
    if (rc < 0 && !quoted && rc != -ERR_OUT_OF_MEMORY && str_eq_nocase(text, STR("null")))
        rc = null_value(column, ret, err);
    return rc < 0 ? raise_column(d, col, err) : 0;
}

static __attribute__((noinline, cold)) void mark_bad(CsvRun *r, uint32_t i)
{
    bit_set(r->bad, i);
}

/* Field i by the deciding way, into the builder. */
static __attribute__((noinline)) int field_slow(CsvRun *r, uint32_t i, Str field, Err *err)
{
    Value v;
    int rc = csv_field_value(r->d, r->col, field, &v, NULL);
    if (rc == -ERR_OUT_OF_MEMORY)
        return RAISE_NOMEM(err);
    if (rc < 0) {
        mark_bad(r, i);
        v = value_null(r->d->column[r->col].type);
    }
    r->out->n = r->row0 + i;
    rc = builder_value(r->out, r->col, &v, err);
    r->out->n = r->row0;
    arena_reset(&r->d->scratch);
    return rc;
}

int csv_column_slow(CsvRun *r, Err *err)
{
    for (uint32_t i = 0; i < r->n; i++)
        TRY(field_slow(r, i, csv_field(r, i), err));
    return 0;
}

/* The loops below work on a copy of the run: for all the compiler knows, what they store could change *r. */
#define INTEGER_FIELDS(name, Int)                                                                                                  \
    int name(CsvRun *r, uint32_t from, uint32_t to, Err *err)                                                                      \
    {                                                                                                                              \
        const CsvRun run = *r;                                                                                                     \
        Int *out = (Int *)builder_data(r->out, r->col) + r->row0;                                                                  \
        for (uint32_t i = from; i < to; i++) {                                                                                     \
            Str s = csv_field(&run, i);                                                                                            \
            int64_t v;                                                                                                             \
            if (likely(int_parse_fast(s.p, s.n, &v)) && likely((Int)v == v))                                                       \
                out[i] = (Int)v;                                                                                                   \
            else                                                                                                                   \
                TRY(field_slow(r, i, s, err));                                                                                     \
        }                                                                                                                          \
        return 0;                                                                                                                  \
    }
static INTEGER_FIELDS(i16_fields, int16_t) INTEGER_FIELDS(csv_i32_fields, int32_t) INTEGER_FIELDS(csv_i64_fields, int64_t)

    static int column_i16(CsvRun *r, Err *err)
{
    return i16_fields(r, 0, r->n, err);
}
static int column_i32(CsvRun *r, Err *err)
{
    return csv_i32_fields(r, 0, r->n, err);
}
static int column_i64(CsvRun *r, Err *err)
{
    return csv_i64_fields(r, 0, r->n, err);
}

static int column_f64(CsvRun *r, Err *err)
{
    const CsvRun run = *r;
    double *out = (double *)builder_data(r->out, r->col) + r->row0;
    for (uint32_t i = 0; i < run.n; i++) {
        Str s = csv_field(&run, i);
        if (unlikely(!f64_parse_fast(s.p, s.n, &out[i])))
            TRY(field_slow(r, i, s, err));
    }
    return 0;
}

static int column_decimal(CsvRun *r, Err *err)
{
    Type t = r->d->column[r->col].type;
    const CsvRun run = *r;
    i128 *out = (i128 *)builder_data(r->out, r->col) + r->row0;
    for (uint32_t i = 0; i < run.n; i++) {
        Str s = csv_field(&run, i);
        int64_t m;
        unsigned scale;
        bool ok = number_parse_fast(s.p, s.n, &m, &scale) && scale <= t.scale && t.scale - scale <= 19;
        i128 v = ok ? (i128)m * decimal_pow10(t.scale - scale) : 0;
        if (likely(ok && decimal_fits(v, t.precision)))
            out[i] = v;
        else
            TRY(field_slow(r, i, s, err));
    }
    return 0;
}

/* TIMESTAMP(3): the digits that the type has not. */
static void round_column(const CsvRun *r, int64_t *out)
{
    Type t = r->d->column[r->col].type;
    for (uint32_t i = 0; t.length && i < r->n; i++)
        out[i] = type_round_us(t, out[i]);
}

static inline __attribute__((always_inline)) int column_timestamp(CsvRun *r, unsigned digits, Err *err)
{
    const CsvRun run = *r;
    int64_t *out = (int64_t *)builder_data(r->out, r->col) + r->row0;
    DateCache cache = date_cache();
    for (uint32_t i = 0; i < run.n; i++) {
        Str s = csv_field(&run, i);
        if (unlikely(!timestamp_parse_fast(s.p, s.n, digits, &cache, &out[i])))
            TRY(field_slow(r, i, s, err));
    }
    round_column(r, out);
    return 0;
}
static int column_ts(CsvRun *r, Err *err)
{
    return column_timestamp(r, 6, err);
}
static int column_tsns(CsvRun *r, Err *err)
{
    return column_timestamp(r, 9, err);
}

static int column_epoch(CsvRun *r, Err *err)
{
    const CsvConfig *c = r->d->base.config;
    const TypeId id = r->d->column[r->col].type.id;
    const CsvRun run = *r;
    int64_t *out = (int64_t *)builder_data(r->out, r->col) + r->row0;
    for (uint32_t i = 0; i < run.n; i++) {
        Str s = csv_field(&run, i);
        int64_t v;
        if (unlikely(!int_parse_fast(s.p, s.n, &v) || !epoch_to_timestamp(v, (EpochUnit)(c->timestamp_format - 1), id, &out[i])))
            TRY(field_slow(r, i, s, err));
    }
    round_column(r, out);
    return 0;
}

static int column_date(CsvRun *r, Err *err)
{
    const CsvRun run = *r;
    int32_t *out = (int32_t *)builder_data(r->out, r->col) + r->row0;
    for (uint32_t i = 0; i < run.n; i++) {
        Str s = csv_field(&run, i);
        int64_t days;
        if (likely(s.n == 10 && date_parse_fast(s.p, &days)))
            out[i] = (int32_t)days;
        else
            TRY(field_slow(r, i, s, err));
    }
    return 0;
}

static int column_bool(CsvRun *r, Err *err)
{
    const CsvRun run = *r;
    uint64_t *out = builder_data(r->out, r->col);
    for (uint32_t i = 0; i < run.n; i++) {
        Str s = csv_field(&run, i);
        bool yes = (s.n == 4 && memcmp(s.p, "true", 4) == 0) || (s.n == 1 && (*s.p == 't' || *s.p == '1'));
        bool no = (s.n == 5 && memcmp(s.p, "false", 5) == 0) || (s.n == 1 && (*s.p == 'f' || *s.p == '0'));
        if (likely(yes || no))
            bit_put(out, r->row0 + i, yes);
        else
            TRY(field_slow(r, i, s, err));
    }
    return 0;
}

/* The first n <= 12 bytes at p as an inlined view; reads 12 bytes. */
static inline void view_inline(StrView *v, const char *p, uint32_t n)
{
    static const struct {
        uint64_t low;
        uint32_t high;
    } keep[STR_INLINE_MAX + 1] = {
#define LOW(k) (~UINT64_C(0) >> (64 - 8 * (k)))
        {0, 0},      {LOW(1), 0}, {LOW(2), 0},    {LOW(3), 0},      {LOW(4), 0},        {LOW(5), 0},          {LOW(6), 0},
        {LOW(7), 0}, {LOW(8), 0}, {LOW(8), 0xff}, {LOW(8), 0xffff}, {LOW(8), 0xffffff}, {LOW(8), 0xffffffff},
#undef LOW
    };
    uint64_t low;
    uint32_t high;
    memcpy(&low, p, 8);
    memcpy(&high, p + 8, 4);
    low &= keep[n].low;
    high &= keep[n].high;
    v->n = (int32_t)n;
    memcpy(v->inlined, &low, 8);
    memcpy(v->inlined + 8, &high, 4);
}

/* A text that is not known to stand there as it is. */
static int text_field(CsvRun *r, uint32_t i, Str s, Err *err)
{
    CsvDecoder *d = r->d;
    const char quote = d->dialect.quote;
    bool closed = s.n >= 2 && *s.p == quote && s.p[s.n - 1] == quote && !d->dialect.has_escape && !memchr(s.p + 1, quote, s.n - 2);
    bool plain = s.n && *s.p != quote && !(s.n == d->null_text.n && str_eq(s, d->null_text));
    Str text = closed ? (Str){s.p + 1, s.n - 2} : s;
    if (unlikely(!(closed || plain) || (d->scan.high && !utf8_is_valid(text.p, text.n))))
        return field_slow(r, i, s, err);
    r->out->n = r->row0 + i;
    int rc = builder_str(r->out, r->col, text.p, text.n);
    r->out->n = r->row0;
    return rc < 0 ? RAISE_NOMEM(err) : 0;
}

static int column_text(CsvRun *r, Err *err)
{
    /* Without quotes, bytes beyond ASCII and a word for NULL, what is short and not empty is taken as it stands. */
    const CsvDecoder *d = r->d;
    const uint32_t max = d->scan.quotes || d->scan.high || d->null_text.n ? 0 : STR_INLINE_MAX;
    const CsvRun run = *r;
    StrView *out = (StrView *)builder_data(r->out, r->col) + r->row0;
    for (uint32_t i = 0; i < run.n; i++) {
        Str s = csv_field(&run, i);
        if (likely(s.n - 1 < max))
            view_inline(&out[i], s.p, (uint32_t)s.n);
        else
            TRY(text_field(r, i, s, err));
    }
    return 0;
}

CsvColumnFn csv_column_fn(Type t, const CsvConfig *c, const CsvDialect *d)
{
    /* The loops above take a field as it stands: blanks around it, or a word for NULL that looks like a value, would escape them.
     */
    bool odd_null = c->null_text && *c->null_text && strchr("0123456789-+.tf", *c->null_text);
    if (d->trim || (odd_null && t.id != T_TEXT) || (t.length && !type_is_timestamp(t.id)))
        return csv_column_slow;
    if (c->timestamp_format && type_is_timestamp(t.id))
        return column_epoch;
    CsvColumnFn wide = csv_digits_column((TypeId)t.id);
    if (wide)
        return wide;
    switch ((TypeId)t.id) {
    case T_I16: return column_i16;
    case T_I32: return column_i32;
    case T_I64: return column_i64;
    case T_F64: return column_f64;
    case T_DECIMAL: return column_decimal;
    case T_TS:
    case T_TSTZ: return column_ts;
    case T_TSNS: return column_tsns;
    case T_DATE: return column_date;
    case T_BOOL: return column_bool;
    case T_TEXT: return column_text;
    default: return csv_column_slow;
    }
}
