/* SPDX-License-Identifier: Apache-2.0
 *
 * Source `generator`: rows made from nothing.  Row i is a pure function of (seed, i), so going back to a position repeats exactly
 * what was there, on any machine.  The rate only decides when a row may be taken; it has no part in what the row is.
 *
 * A column is shaped by options "<column>.<key>": kind, min, max, values, cardinality, start, step, jitter, nulls. */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "connect/connect_impl.h"

typedef struct GeneratorConfig {
    double rows_per_second;
    int64_t max_rows, seed, batch_rows;
} GeneratorConfig;

typedef enum Kind { KIND_DEFAULT, KIND_RANDOM, KIND_SEQUENCE, KIND_CYCLE } Kind;

typedef struct ColumnConfig { /* as parsed from column_options */
    int32_t kind;
    const char *min, *max, *values, *start;
    int64_t cardinality, step_us, jitter_us;
    double nulls;
} ColumnConfig;

typedef struct Column {
    Type type;
    Kind kind;
    uint64_t salt;       /* of this column's random numbers */
    uint64_t null_below; /* a row is NULL when its draw is below; 0 = never */
    int64_t low;         /* integers, dates, scaled decimals, start of timestamps (us) */
    uint64_t span;       /* number of different values; 0 = 2^64 */
    double f_low, f_span;
    Str *values;
    uint64_t n_values;
    const char *name;
    int64_t step_ns, jitter_us;
} Column;

typedef struct Generator {
    Source base;
    Column *column;
    Builder out;
    uint32_t out_cap;
    uint64_t row;  /* next */
    uint64_t row0; /* where the clock was set */
    int64_t t0_ns, wake_ns;
} Generator;

/* SplitMix64's finisher: a permutation of the 64-bit numbers. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* The k-th random number of a column's row. */
static uint64_t draw(const Column *c, uint64_t row, uint64_t k)
{
    return mix(mix(c->salt + row * UINT64_C(0x9e3779b97f4a7c15)) + k * UINT64_C(0xd1342543de82ef95));
}

static uint64_t below(uint64_t x, uint64_t n)
{
    return n ? (uint64_t)(((u128)x * n) >> 64) : x;
}

/* Which of the column's values row i has. */
static uint64_t pick(const Column *c, uint64_t row, uint64_t n)
{
    if (c->kind == KIND_RANDOM)
        return below(draw(c, row, 0), n);
    return n ? row % n : row;
}

static double unit(uint64_t x)
{
    return (double)(x >> 11) * 0x1p-53;
}

static int64_t moment_us(const Column *c, uint64_t row)
{
    int64_t us = c->low + (int64_t)((i128)row * c->step_ns / 1000);
    return c->jitter_us ? us - (int64_t)below(draw(c, row, 1), (uint64_t)c->jitter_us + 1) : us;
}

static double real_value(const Column *c, uint64_t row)
{
    if (c->kind == KIND_RANDOM)
        return c->f_low + unit(draw(c, row, 0)) * c->f_span;
    return c->f_low + (double)(c->span ? row % c->span : row);
}

static void uuid_value(const Column *c, uint64_t row, Uuid *u)
{
    uint64_t word[2] = {draw(c, row, 0), draw(c, row, 2)};
    memcpy(u->b, word, 16);
    u->b[6] = (uint8_t)((u->b[6] & 0x0f) | 0x40); /* version 4 */
    u->b[8] = (uint8_t)((u->b[8] & 0x3f) | 0x80);
}

static void make_value(const Column *c, uint64_t row, char *buf, size_t cap, Value *v)
{
    *v = (Value){.type = c->type};
    int64_t i = (int64_t)((uint64_t)c->low + pick(c, row, c->span));
    switch ((TypeId)c->type.id) {
    case T_BOOL: v->b = pick(c, row, 2) == 1; break;
    case T_I16: v->i16 = (int16_t)i; break;
    case T_I32:
    case T_DATE: v->i32 = (int32_t)i; break;
    case T_I64:
    case T_TIME: v->i64 = i; break;
    case T_DECIMAL: v->dec = i; break;
    case T_F32: v->f32 = (float)real_value(c, row); break;
    case T_F64: v->f64 = real_value(c, row); break;
    case T_TS:
    case T_TSTZ: v->i64 = type_round_us(c->type, moment_us(c, row)); break;
    case T_TSNS: v->i64 = moment_us(c, row) * 1000; break;
    case T_UUID: uuid_value(c, row, &v->uuid); break;
    default:
        if (c->values)
            v->str = c->values[pick(c, row, c->n_values)];
        else
            v->str = (Str){buf, (size_t)snprintf(buf, cap, "%s_%llu", c->name, (unsigned long long)pick(c, row, c->span))};
    }
}

static int fill_column(Generator *g, uint32_t k, uint32_t n, Err *err)
{
    const Column *c = &g->column[k];
    char buf[256];
    Value v;
    int rc = 0;
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        g->out.n = i;
        if (c->null_below && draw(c, g->row + i, 3) < c->null_below) {
            builder_null(&g->out, k);
            continue;
        }
        make_value(c, g->row + i, buf, sizeof(buf), &v);
        rc = builder_value(&g->out, k, &v, err);
    }
    g->out.n = 0;
    return rc;
}

/* Rows that the rate allows now; sets wake_ns when there are none. */
static uint64_t rows_allowed(Generator *g)
{
    const GeneratorConfig *c = g->base.config;
    g->wake_ns = INT64_MAX;
    if (c->rows_per_second <= 0 || g->base.unpaced)
        return UINT64_MAX;
    uint64_t done = g->row - g->row0;
    double due = (double)(env_mono_ns(g->base.env) - g->t0_ns) * c->rows_per_second / 1e9;
    if (due >= (double)done + 1)
        return (uint64_t)(due - (double)done);
    g->wake_ns = g->t0_ns + (int64_t)(((double)done + 1) / c->rows_per_second * 1e9) + 1;
    return 0;
}

static int resize_out(Generator *g, uint32_t cap, Err *err)
{
    if (g->out_cap == cap)
        return 0;
    if (g->out_cap)
        builder_done(&g->out);
    g->out_cap = 0;
    TRY(builder_init(&g->out, g->base.acct, g->base.schema, cap, err));
    g->out_cap = cap;
    return 0;
}

static int generator_poll(Source *s, uint32_t max_rows, SourcePoll *ret, Err *err)
{
    Generator *g = (Generator *)s;
    const GeneratorConfig *c = s->config;
    snprintf(ret->offset, sizeof(ret->offset), "row#%llu", (unsigned long long)g->row);
    uint64_t left = c->max_rows ? (uint64_t)c->max_rows - MIN((uint64_t)c->max_rows, g->row) : UINT64_MAX;
    if (left == 0)
        return SOURCE_END;
    uint32_t cap = MIN(MIN(max_rows, BATCH_ROWS_MAX), (uint32_t)c->batch_rows);
    uint32_t n = (uint32_t)MIN(MIN(rows_allowed(g), left), (uint64_t)cap);
    if (n == 0)
        return SOURCE_IDLE;
    TRY(resize_out(g, cap, err));
    for (uint32_t k = 0; k < s->schema->n; k++)
        TRY(fill_column(g, k, n, err));
    g->out.n = n - 1;
    builder_row_done(&g->out);
    ret->batch = builder_take(&g->out);
    if (!ret->batch) {
        g->out.n = 0;
        return RAISE_NOMEM(err);
    }
    g->row += n;
    if (s->unpaced) {
        g->row0 = g->row;
        g->t0_ns = env_mono_ns(s->env);
    }
    snprintf(ret->offset, sizeof(ret->offset), "row#%llu", (unsigned long long)g->row);
    return left == n ? SOURCE_END : SOURCE_DATA;
}

static int generator_seek(Source *s, uint32_t partition, const char *offset, Err *err)
{
    Generator *g = (Generator *)s;
    uint64_t row;
    if (partition != 0 || !str_starts(str_of(offset), STR("row#")) || !str_to_u64(str_of(offset + 4), &row))
        return RAISE(err, ERR_INVALID_PARAMETER, "\"%.100s\" is not a position of connector \"generator\"", offset);
    g->row = g->row0 = row;
    g->t0_ns = env_mono_ns(s->env);
    return 0;
}

static int bad_bound(const Column *c, const char *key, const char *text, Err *err)
{
    return RAISE(err, ERR_BAD_OPTION,
                 "connector \"generator\": option \"%s.%s\" is not a value of the column's type %s: \"%.100s\"", c->name, key,
                 type_id_name(c->type.id), text);
}

/* A bound as the integer that the type is made of. */
static int bound(const Column *c, const char *key, const char *text, int64_t preset, int64_t *ret, Err *err)
{
    Value v;
    *ret = preset;
    if (!text)
        return 0;
    if (value_parse(c->type, str_of(text), NULL, &v, NULL) < 0)
        return bad_bound(c, key, text, err);
    switch ((TypeId)c->type.id) {
    case T_I16: *ret = v.i16; return 0;
    case T_I32:
    case T_DATE: *ret = v.i32; return 0;
    case T_DECIMAL: *ret = (int64_t)v.dec; return v.dec == *ret ? 0 : bad_bound(c, key, text, err);
    default: *ret = v.i64; return 0;
    }
}

static int set_range(Column *c, const ColumnConfig *o, Err *err)
{
    int64_t scale = c->type.id == T_DECIMAL && c->type.scale <= 15 ? (int64_t)decimal_pow10(c->type.scale) : 1;
    bool is_sequence = c->kind == KIND_SEQUENCE;
    int64_t low = 0, high = c->type.id == T_I16 ? 9999 : 999999, top = INT64_MAX;
    if (c->type.id == T_DECIMAL)
        high = c->type.precision < 18 ? MIN(1000 * scale, (int64_t)decimal_pow10(c->type.precision)) - 1 : 1000 * scale - 1;
    if (c->type.id == T_DATE) {
        low = days_of_civil(2020, 1, 1);
        high = days_of_civil(2029, 12, 31);
    }
    if (c->type.id == T_TIME)
        high = US_PER_DAY - 1;
    if (is_sequence) /* up to the end of the type, then from the beginning again */
        top = c->type.id == T_I16 ? INT16_MAX : c->type.id == T_I32 ? INT32_MAX : c->type.id == T_I64 ? INT64_MAX : high;
    for (int64_t *end = &high; end; end = end == &high ? &top : NULL) /* a type with limits ends at a power of two */
        while (c->type.length < LIMIT_DIGITS && !type_admits(c->type, *end))
            *end /= 2;
    TRY(bound(c, "min", o->min, low, &c->low, err));
    TRY(bound(c, "max", o->max, is_sequence ? top : MAX(high, c->low), &high, err));
    if (high < c->low)
        return RAISE(err, ERR_BAD_OPTION, "connector \"generator\": \"%s.max\" is less than \"%s.min\"", c->name, c->name);
    c->span = (uint64_t)high - (uint64_t)c->low + 1;
    return 0;
}

static int set_real(Column *c, const ColumnConfig *o, Err *err)
{
    double high = c->kind == KIND_RANDOM ? 1 : 0;
    if (o->min && (!str_to_f64(str_of(o->min), &c->f_low) || !__builtin_isfinite(c->f_low)))
        return bad_bound(c, "min", o->min, err);
    high += c->f_low;
    if (o->max && (!str_to_f64(str_of(o->max), &high) || !__builtin_isfinite(high)))
        return bad_bound(c, "max", o->max, err);
    if (high < c->f_low)
        return RAISE(err, ERR_BAD_OPTION, "connector \"generator\": \"%s.max\" is less than \"%s.min\"", c->name, c->name);
    c->f_span = high - c->f_low;
    c->span = o->max ? (uint64_t)MIN(c->f_span + 1, 1e18) : 0;
    if (c->kind == KIND_CYCLE && !o->max)
        return RAISE(err, ERR_MISSING_OPTION, "connector \"generator\": \"%s.kind\" = 'cycle' needs \"%s.max\"", c->name, c->name);
    return 0;
}

static int set_text(Generator *g, Column *c, const ColumnConfig *o, Err *err)
{
    Str one, rest = str_of(o->values);
    c->span = c->kind == KIND_SEQUENCE ? 0 : (uint64_t)o->cardinality;
    if (!o->values)
        return 0;
    uint64_t n = 1;
    for (const char *p = o->values; *p; p++)
        n += *p == '|';
    c->values = ARENA_ARRAY(source_arena(&g->base), Str, n);
    if (!c->values)
        return RAISE_NOMEM(err);
    for (bool more = true; more; c->n_values++) {
        more = str_cut(rest, '|', &one, &rest);
        Value v;
        if (value_parse(c->type, one, source_arena(&g->base), &v, err) < 0)
            return bad_bound(c, "values", o->values, err);
        c->values[c->n_values] = v.str;
    }
    return 0;
}

static int set_moment(Generator *g, Column *c, const ColumnConfig *o, Err *err)
{
    const GeneratorConfig *config = g->base.config;
    bool has_zone;
    c->low = days_of_civil(2024, 1, 1) * US_PER_DAY;
    if (o->start && (timestamp_parse(str_of(o->start), &c->low, &has_zone) < 0 || c->low == TIMESTAMP_INFINITY ||
                     c->low == TIMESTAMP_MINUS_INFINITY))
        return bad_bound(c, "start", o->start, err);
    c->step_ns = o->step_us >= 0               ? o->step_us * 1000
                 : config->rows_per_second > 0 ? (int64_t)(1e9 / config->rows_per_second)
                                               : 1000000;
    c->jitter_us = o->jitter_us;
    return 0;
}

static const OptionDef column_options[] = {
    {"kind", OPTION_ENUM, offsetof(ColumnConfig, kind), .preset = "default", .names = "default|random|sequence|cycle",
     .help =
         "random: uniform; sequence: min, min + 1, ...; cycle: min .. max again and again. Default: random, timestamps sequence"},
    {"min", OPTION_TEXT, offsetof(ColumnConfig, min),
     .help = "least value of numbers, dates and times (default 0; dates 2020-01-01)"},
    {"max", OPTION_TEXT, offsetof(ColumnConfig, max),
     .help = "greatest value (default: 999999, SMALLINT 9999, DOUBLE min + 1, DECIMAL below 1000, dates 2029-12-31)"},
    {"values", OPTION_TEXT, offsetof(ColumnConfig, values), .help = "TEXT: the values, a|b|c"},
    {"cardinality", OPTION_INT, offsetof(ColumnConfig, cardinality), .preset = "100", .min = 1, .max = 9e15,
     .help = "TEXT without values: how many different ones, column_0, column_1, ..."},
    {"start", OPTION_TEXT, offsetof(ColumnConfig, start), .help = "timestamps: of row 0 (default 2024-01-01 00:00:00)"},
    {"step", OPTION_DURATION, offsetof(ColumnConfig, step_us),
     .help = "timestamps: from row to row (default: one row at rows_per_second, else 1 ms)"},
    {"jitter", OPTION_DURATION, offsetof(ColumnConfig, jitter_us), .preset = "0", .min = 0, .max = 1e17,
     .help = "timestamps: up to so much earlier, at random, which makes disorder"},
    {"nulls", OPTION_DOUBLE, offsetof(ColumnConfig, nulls), .preset = "0", .min = 0, .max = 1, .help = "share of NULLs, 0 to 1"},
    {NULL},
};

/* Which option goes with which type; naming one that has no effect is an error. */
static int check_keys(const Column *c, const ColumnConfig *o, const bool *given, Err *err)
{
    TypeId id = c->type.id;
    bool moment = type_is_timestamp(id), text = id == T_TEXT, ranged = type_is_numeric(id) || id == T_DATE || id == T_TIME;
    const struct {
        const char *key;
        bool allowed;
    } rule[] = {{"kind", id != T_UUID},
                {"min", ranged},
                {"max", ranged},
                {"values", text},
                {"cardinality", text && !o->values && c->kind != KIND_SEQUENCE},
                {"start", moment},
                {"step", moment},
                {"jitter", moment},
                {"nulls", true}};
    _Static_assert(ARRAY_LEN(rule) + 1 == ARRAY_LEN(column_options), "one rule per option");
    for (size_t i = 0; i < ARRAY_LEN(rule); i++)
        if (given[i] && !rule[i].allowed)
            return RAISE(err, ERR_BAD_OPTION, "connector \"generator\": option \"%s.%s\" has no meaning here (%s column)", c->name,
                         rule[i].key, type_id_name(id));
    if (moment && c->kind != KIND_SEQUENCE)
        return RAISE(err, ERR_BAD_OPTION,
                     "connector \"generator\": timestamps are always a sequence (column \"%s\"); see start, step, jitter", c->name);
    return 0;
}

/* The options of column k, without the column's name. */
static int column_config(Generator *g, uint32_t k, const ConnectArgs *args, ColumnConfig *ret, bool *given, Err *err)
{
    const Schema *s = g->base.schema;
    Arena *a = source_arena(&g->base);
    Option *opts = ARENA_ARRAY(a, Option, args->n_opts + 1);
    uint32_t n = 0;
    if (!opts)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < args->n_opts; i++) {
        Option o = args->opts[i];
        size_t dot = o.key.n;
        while (dot > 0 && o.key.p[dot - 1] != '.')
            dot--;
        if (schema_find_nocase(s, (Str){o.key.p, dot - 1}) != (int)k)
            continue;
        o.key = (Str){o.key.p + dot, o.key.n - dot};
        given[option_find(column_options, o.key) - column_options] = true;
        opts[n++] = o;
    }
    char what[160];
    snprintf(what, sizeof(what), "connector \"generator\", column \"%.100s\"", s->field[k].name);
    *ret = (ColumnConfig){.step_us = -1};
    return options_parse(column_options, opts, n, what, ret, a, err);
}

static int column_open(Generator *g, uint32_t k, const ConnectArgs *args, Err *err)
{
    const GeneratorConfig *config = g->base.config;
    const Field *f = &g->base.schema->field[k];
    Column *c = &g->column[k];
    ColumnConfig o;
    bool given[ARRAY_LEN(column_options)] = {false};
    TRY(column_config(g, k, args, &o, given, err));
    *c = (Column){.type = f->type, .name = f->name, .salt = mix((uint64_t)config->seed) ^ mix(k + UINT64_C(0x5851f42d4c957f2d))};
    c->kind = o.kind == KIND_DEFAULT ? (type_is_timestamp(f->type.id) ? KIND_SEQUENCE : KIND_RANDOM) : (Kind)o.kind;
    TRY(check_keys(c, &o, given, err));
    if (o.nulls > 0 && f->not_null)
        return RAISE(err, ERR_BAD_OPTION, "connector \"generator\": option \"%s.nulls\" is set but the column is NOT NULL",
                     f->name);
    c->null_below = o.nulls >= 1 ? UINT64_MAX : (uint64_t)(o.nulls * 0x1p64);
    switch ((TypeId)f->type.id) {
    case T_BOOL:
    case T_UUID: return 0;
    case T_I16:
    case T_I32:
    case T_I64:
    case T_DECIMAL:
    case T_DATE:
    case T_TIME: return set_range(c, &o, err);
    case T_F32:
    case T_F64: return set_real(c, &o, err);
    case T_TEXT: return set_text(g, c, &o, err);
    case T_TS:
    case T_TSTZ:
    case T_TSNS: return set_moment(g, c, &o, err);
    default:
        return RAISE(err, ERR_UNSUPPORTED, "connector \"generator\" makes no values of type %s (column \"%s\")",
                     type_id_name(f->type.id), f->name);
    }
}

static int generator_open(Source *s, const ConnectArgs *args, Err *err)
{
    Generator *g = (Generator *)s;
    g->column = ARENA_ARRAY(source_arena(s), Column, MAX(s->schema->n, 1u));
    if (!g->column)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < s->schema->n; k++)
        TRY(column_open(g, k, args, err));
    g->t0_ns = env_mono_ns(s->env);
    g->wake_ns = INT64_MAX;
    return 0;
}

static bool generator_is_bounded(const Source *s)
{
    return ((const GeneratorConfig *)s->config)->max_rows > 0;
}

static int64_t generator_wake_at(const Source *s)
{
    return ((const Generator *)s)->wake_ns;
}

static void generator_close(Source *s)
{
    Generator *g = (Generator *)s;
    if (g->out_cap)
        builder_done(&g->out);
}

static const OptionDef generator_options[] = {
    {"rows_per_second", OPTION_DOUBLE, offsetof(GeneratorConfig, rows_per_second), .preset = "1000", .min = 0, .max = 1e12,
     .help = "rate; 0 = as fast as they are taken", .alias = "rows.per.second"},
    {"max_rows", OPTION_INT, offsetof(GeneratorConfig, max_rows), .preset = "0", .min = 0, .max = 9e18,
     .help = "stop after so many rows; 0 = never", .alias = "max.rows"},
    {"seed", OPTION_INT, offsetof(GeneratorConfig, seed), .preset = "1", .help = "another seed gives other random values"},
    {"batch_rows", OPTION_INT, offsetof(GeneratorConfig, batch_rows), .preset = "1024", .min = 1, .max = BATCH_ROWS_MAX,
     .help = "most rows per batch", .alias = "batch.max.size"},
    {NULL},
};

const SourceType source_generator = {
    .name = "generator",
    .help = "makes rows that depend only on a seed and their number",
    .options = generator_options,
    .config_bytes = sizeof(GeneratorConfig),
    .size = sizeof(Generator),
    .bounded_possible = true,
    .replayable = true,
    .column_options = column_options,
    .open = generator_open,
    .poll = generator_poll,
    .seek = generator_seek,
    .is_bounded = generator_is_bounded,
    .wake_at_ns = generator_wake_at,
    .close = generator_close,
};
