/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON lines: one object per line, members matched to columns by name.  A row is read into cells, every cell is converted, and only
 * when all are good does any of them reach the builder, so a bad record leaves no trace in the batch. */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "data/array.h"
#include "data/json.h"
#include "format/json_impl.h"
#include "format/parse_fast_impl.h"

static JsonWant want_of(TypeId id)
{
    switch (id) {
    case T_BOOL: return JSON_WANT_BOOL;
    case T_I16:
    case T_I32:
    case T_I64: return JSON_WANT_INT;
    case T_F32:
    case T_F64: return JSON_WANT_DOUBLE;
    case T_TEXT: return JSON_WANT_TEXT;
    case T_ARRAY:
    case T_STRUCT:
    case T_MAP:
    case T_JSON:
    case T_JSONB: return JSON_WANT_RAW;
    default: return JSON_WANT_TOKEN;
    }
}

static int open_elements(JsonDecoder *d, uint32_t col, Err *err)
{
    JsonColumn *e = ARENA_ARRAY(decoder_arena(&d->base), JsonColumn, 1);
    if (!e)
        return RAISE_NOMEM(err);
    *e = (JsonColumn){"e", 1, want_of(d->base.schema->field[col].type.element)};
    d->element[col] = json_reader_new(e, 1);
    return d->element[col] ? 0 : RAISE_NOMEM(err);
}

static int json_open(Decoder *base, Err *err)
{
    JsonDecoder *d = (JsonDecoder *)base;
    const Schema *s = base->schema;
    Arena *a = decoder_arena(base);
    arena_init(&d->scratch, base->acct, 1024);
    sb_init(&d->ending, base->acct);
    d->column = ARENA_ARRAY(a, JsonColumn, MAX(s->n, 1u));
    d->cell = ARENA_ARRAY(a, JsonCell, MAX(s->n, 1u));
    d->value = ARENA_ARRAY(a, Value, MAX(s->n, 1u));
    d->element = ARENA_ARRAY(a, JsonReader *, MAX(s->n, 1u));
    if (!d->element || !d->column || !d->cell || !d->value)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < s->n; i++)
        d->column[i] = (JsonColumn){s->field[i].name, strlen(s->field[i].name), want_of(s->field[i].type.id)};
    for (uint32_t i = 0; i < s->n; i++)
        if (s->field[i].type.id == T_ARRAY)
            TRY(open_elements(d, i, err));
    TRY(json_lines_init(&d->lines, s, ((const JsonConfig *)base->config)->timestamp_format, a, err));
    d->reader = json_reader_new(d->column, s->n);
    return d->reader ? 0 : RAISE_NOMEM(err);
}

static void json_restart(Decoder *base)
{
    ((JsonDecoder *)base)->skipping = false;
}

static void json_close(Decoder *base)
{
    JsonDecoder *d = (JsonDecoder *)base;
    for (uint32_t i = 0; d->element && i < base->schema->n; i++)
        json_reader_free(d->element[i]);
    json_reader_free(d->reader);
    arena_done(&d->scratch);
    sb_done(&d->ending);
}

static const char *kind_name(const JsonCell *c)
{
    switch ((JsonKind)c->kind) {
    case JSON_BOOL: return "a boolean";
    case JSON_STRING: return "a string";
    case JSON_INT:
    case JSON_DOUBLE:
    case JSON_NUMBER: return "a number";
    case JSON_RAW: return *c->p == '{' ? "an object" : *c->p == '[' ? "an array" : "a boolean";
    default: return "null";
    }
}

static int raise_kind(Type t, const JsonCell *c, Err *err)
{
    char name[64];
    type_print(t, name, sizeof(name));
    if (c->kind == JSON_STRING || c->kind == JSON_NUMBER || c->kind == JSON_RAW)
        return RAISE(err, ERR_INVALID_TEXT, "%s is not a value of type %s: %.*s", kind_name(c), name, (int)MIN(c->n, (size_t)64),
                     c->p);
    return RAISE(err, ERR_INVALID_TEXT, "%s is not a value of type %s", kind_name(c), name);
}

static int integer_value(Type t, const JsonCell *c, Value *v, Err *err)
{
    if (c->kind == JSON_NUMBER && !memchr(c->p, '.', c->n) && !memchr(c->p, 'e', c->n) && !memchr(c->p, 'E', c->n) &&
        json_is_valid((Str){c->p, c->n}))
        return RAISE(err, ERR_NUMERIC_RANGE, "value %.*s is out of range for type %s", (int)MIN(c->n, (size_t)64), c->p,
                     type_id_name(t.id));
    if (c->kind != JSON_INT)
        return raise_kind(t, c, err);
    bool fits = t.id == T_I64 || (t.id == T_I32 && c->i == (int32_t)c->i) || (t.id == T_I16 && c->i == (int16_t)c->i);
    char name[64];
    if (!fits || !type_admits(t, c->i)) {
        type_print(t, name, sizeof(name));
        return RAISE(err, ERR_NUMERIC_RANGE, "value %lld is out of range for type %s", (long long)c->i, name);
    }
    if (t.id == T_I64)
        v->i64 = c->i;
    else if (t.id == T_I32)
        v->i32 = (int32_t)c->i;
    else
        v->i16 = (int16_t)c->i;
    return 0;
}

static int float_value(Type t, const JsonCell *c, Value *v, Err *err)
{
    if (c->kind != JSON_DOUBLE)
        return raise_kind(t, c, err);
    v->f64 = c->d;
    if (t.id == T_F64)
        return 0;
    v->f32 = (float)c->d;
    if (__builtin_isinf(v->f32))
        return RAISE(err, ERR_NUMERIC_RANGE, "value %g is out of range for type %s", c->d, type_id_name(t.id));
    return 0;
}

static int timestamp_value(const JsonConfig *config, Type t, const JsonCell *c, Value *v, Err *err)
{
    int64_t i;
    if (c->kind != JSON_NUMBER)
        return 1;
    if (!int_parse_fast(c->p, c->n, &i) && !str_to_i64((Str){c->p, c->n}, &i))
        return RAISE(err, ERR_DATETIME_FORMAT, "a timestamp must be an integer or ISO 8601 text, not %.*s",
                     (int)MIN(c->n, (size_t)64), c->p);
    if (!epoch_to_timestamp(i, (EpochUnit)config->timestamp_format, t.id, &v->i64))
        return RAISE(err, ERR_DATETIME_OVERFLOW, "timestamp out of range: %lld", (long long)i);
    return value_limit(t, v, err);
}

/* Types whose JSON form is a string, or a number for DECIMAL and timestamps. */
static int token_value(JsonDecoder *d, Type t, const JsonCell *c, Value *v, Err *err)
{
    if (type_is_timestamp(t.id)) {
        int rc = timestamp_value(d->base.config, t, c, v, err);
        if (rc <= 0)
            return rc;
    }
    bool number = c->kind == JSON_NUMBER && t.id == T_DECIMAL && json_is_valid((Str){c->p, c->n});
    if (c->kind != JSON_STRING && !number)
        return raise_kind(t, c, err);
    return value_parse(t, (Str){c->p, c->n}, &d->scratch, v, err);
}

/* TEXT takes any value: strings as they are, the rest as JSON text. */
static int text_value(JsonDecoder *d, Type t, const JsonCell *c, Value *v, Err *err)
{
    Str text = {c->p, c->n};
    if (c->kind != JSON_STRING && !json_is_valid(text))
        return RAISE(err, ERR_INVALID_JSON, "not JSON: %.*s", (int)MIN(text.n, (size_t)64), text.p);
    if ((t.id == T_TEXT && t.length) || t.id == T_JSONB)
        return value_parse(t, text, &d->scratch, v, err);
    v->str = text;
    return 0;
}

static int value_of(JsonDecoder *d, Type t, JsonWant want, const JsonCell *c, Value *v, Err *err)
{
    switch (want) {
    case JSON_WANT_BOOL:
        if (c->kind != JSON_BOOL)
            return raise_kind(t, c, err);
        v->b = c->b;
        return 0;
    case JSON_WANT_INT: return integer_value(t, c, v, err);
    case JSON_WANT_DOUBLE: return float_value(t, c, v, err);
    case JSON_WANT_TEXT:
    case JSON_WANT_RAW: return text_value(d, t, c, v, err);
    case JSON_WANT_TOKEN: break;
    }
    return token_value(d, t, c, v, err);
}

/* Bytes of the element that begins at p, up to the comma or bracket behind it; the text is JSON. */
static size_t element_bytes(const char *p)
{
    size_t n = 0;
    int depth = 0;
    for (bool in_text = false; in_text || depth > 0 || (p[n] != ',' && p[n] != ']'); n++) {
        if (in_text && p[n] == '\\')
            n++;
        else if (p[n] == '"')
            in_text = !in_text;
        else if (!in_text)
            depth += (p[n] == '[' || p[n] == '{') - (p[n] == ']' || p[n] == '}');
    }
    return n;
}

/* One element, read like a member of a document of its own. */
static int put_element(JsonDecoder *d, uint32_t col, Str text, StrBuf *document, StrBuf *out, Err *err)
{
    Type t = d->base.schema->field[col].type;
    JsonCell c = {0};
    const char *why;
    sb_clear(document);
    sb_puts(document, "{\"e\":");
    sb_putstr(document, text);
    sb_putc(document, '}');
    if (!sb_reserve(document, 64)) /* readable behind it */
        return RAISE_NOMEM(err);
    JsonResult r = json_reader_row(d->element[col], document->p, document->n, &c, &why);
    if (r == JSON_NO_MEMORY)
        return RAISE_NOMEM(err);
    if (r != JSON_OK)
        return RAISE(err, ERR_INVALID_JSON, "malformed JSON: %s", why);
    Value v = {.type = type_element(t), .is_null = c.kind == JSON_NULL};
    if (!v.is_null)
        TRY(value_of(d, v.type, want_of(t.element), &c, &v, err));
    array_put(out, t, &v);
    return 0;
}

static int array_elements(JsonDecoder *d, uint32_t col, Str text, StrBuf *document, StrBuf *out, Err *err)
{
    const char *p = text.p + 1;
    while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
        p++;
    while (*p != ']') {
        size_t n = element_bytes(p);
        TRY(put_element(d, col, (Str){p, n}, document, out, err));
        p += n + (p[n] == ',');
    }
    return out->failed ? RAISE_NOMEM(err) : 0;
}

/* Rows, maps, and arrays of them or of arrays are read as trees. */
static bool is_deep(Type t, Str text)
{
    size_t at = 1;
    while (at < text.n && (text.p[at] == ' ' || (text.p[at] >= '\t' && text.p[at] <= '\r')))
        at++;
    return t.id != T_ARRAY || type_is_nested((TypeId)t.element) || t.element == T_ENUM ||
           (text.p[0] == '[' && at < text.n && text.p[at] == '[');
}

static int array_value(JsonDecoder *d, uint32_t col, const JsonCell *c, Value *v, Err *err)
{
    Str text = {c->p, c->n};
    if (c->kind == JSON_RAW && is_deep(v->type, text))
        return json_parse_value(text, v->type, &d->scratch, v, err);
    _cleanup_(sb_done) StrBuf document, out;
    sb_init(&document, d->base.acct);
    sb_init(&out, d->base.acct);
    if (c->kind != JSON_RAW || c->p[0] != '[')
        return raise_kind(v->type, c, err);
    if (!json_is_valid(text))
        return RAISE(err, ERR_INVALID_JSON, "not JSON: %.*s", (int)MIN(text.n, (size_t)64), text.p);
    TRY(array_elements(d, col, text, &document, &out, err));
    v->str = (Str){arena_strndup(&d->scratch, sb_cstr(&out), out.n), out.n};
    return v->str.p ? 0 : RAISE_NOMEM(err);
}

static int cell_value(JsonDecoder *d, uint32_t col, Err *err)
{
    const Field *f = &d->base.schema->field[col];
    const JsonCell *c = &d->cell[col];
    Value *v = &d->value[col];
    *v = (Value){.type = f->type};
    if (c->kind == JSON_ABSENT || c->kind == JSON_NULL) {
        v->is_null = true;
        if (f->not_null)
            return RAISE(err, ERR_NOT_NULL,
                         c->kind == JSON_NULL ? "null in a NOT NULL column" : "the member is missing and the column is NOT NULL");
        return 0;
    }
    return type_is_nested((TypeId)f->type.id) ? array_value(d, col, c, v, err)
                                              : value_of(d, f->type, d->column[col].want, c, v, err);
}

static int bad_row(JsonDecoder *d, const char *p, size_t n, JsonResult result, const char *why)
{
    char reason[256];
    if (result == JSON_NOT_OBJECT)
        return decoder_bad(&d->base, p, n, ERR_BAD_RECORD, "the record is not a JSON object");
    snprintf(reason, sizeof(reason), "malformed JSON: %s", why);
    return decoder_bad(&d->base, p, n, ERR_INVALID_JSON, reason);
}

/* One line that is not blank; 0, BUILDER_FULL or negative. */
static int json_row(JsonDecoder *d, const char *p, size_t n, Builder *out, Err *err)
{
    const Schema *s = d->base.schema;
    const char *why;
    memset(d->cell, 0, sizeof(JsonCell) * s->n);
    JsonResult result = json_reader_row(d->reader, p, n, d->cell, &why);
    if (result == JSON_NO_MEMORY)
        return RAISE_NOMEM(err);
    if (result != JSON_OK)
        return bad_row(d, p, n, result, why);
    arena_reset(&d->scratch);
    for (uint32_t i = 0; i < s->n; i++) {
        if (likely(cell_value(d, i, NULL) >= 0))
            continue;
        Err e = ERR_INIT;
        char reason[sizeof(e.message) + 128];
        if (cell_value(d, i, &e) == -ERR_OUT_OF_MEMORY)
            return RAISE_NOMEM(err);
        snprintf(reason, sizeof(reason), "column \"%s\": %s", s->field[i].name, e.message);
        return decoder_bad(&d->base, p, n, e.code, reason);
    }
    for (uint32_t i = 0; i < s->n; i++)
        TRY(builder_value(out, i, &d->value[i], err));
    d->base.n_rows++;
    return builder_row_done(out);
}

/* A malformed line can make the reader look at the byte behind it.  Behind a line that no newline ends that would be whatever was
 * in the buffer before, so such a line is read from a copy. */
static int ending_row(JsonDecoder *d, Str line, Builder *out, Err *err)
{
    sb_clear(&d->ending);
    sb_putstr(&d->ending, line);
    sb_putc(&d->ending, '\n');
    if (!sb_reserve(&d->ending, FEED_PADDING))
        return RAISE_NOMEM(err);
    return json_row(d, d->ending.p, line.n, out, err);
}

static void advance(JsonDecoder *d, size_t n, bool line, size_t *used)
{
    d->base.byte += (int64_t)n;
    d->base.line += line;
    *used += n;
}

/* Lines that the quick way takes, up to one that it declines.  FEED_FULL, or FEED_MORE: the next line, if there is one, is the
 * reader's. */
static int quick_rows(JsonDecoder *d, const char *p, size_t n, Builder *out, size_t *used, Err *err)
{
    while (*used < n) {
        if (out->n == out->cap)
            return FEED_FULL;
        const char *from = p + *used, *newline;
        int rc = json_line_row(&d->lines, from, p + n, out, &newline, err);
        if (rc <= 0)
            return rc < 0 ? rc : FEED_MORE;
        d->base.n_rows++;
        rc = builder_row_done(out);
        advance(d, (size_t)(newline - from) + 1, true, used);
        if (rc == BUILDER_FULL)
            return FEED_FULL;
    }
    return FEED_MORE;
}

#define LINE_DONE 2

/* The next line, whatever it is.  LINE_DONE, FEED_MORE when it is not complete, FEED_FULL, or negative. */
static int next_line(JsonDecoder *d, const char *p, size_t n, bool last, Builder *out, size_t *used, Err *err)
{
    const char *from = p + *used, *end = memchr(from, '\n', n - *used);
    size_t bytes = end ? (size_t)(end - from) : n - *used, all = bytes + (end != NULL);
    if (d->skipping || bytes > RECORD_BYTES_MAX) {
        if (!d->skipping)
            TRY(decoder_bad(&d->base, from, bytes, ERR_BAD_RECORD, "the record is longer than 16 MiB"));
        advance(d, all, end != NULL, used);
        d->skipping = end == NULL;
        return LINE_DONE;
    }
    if (!end && !last)
        return FEED_MORE;
    d->lines.declined++;
    Str line = str_trim((Str){from, bytes});
    int rc = !line.n ? 0 : end ? json_row(d, line.p, line.n, out, err) : ending_row(d, line, out, err);
    if (rc < 0)
        return rc;
    advance(d, all, true, used);
    return rc == BUILDER_FULL ? FEED_FULL : LINE_DONE;
}

static int json_feed(Decoder *base, const char *p, size_t n, bool last, Builder *out, size_t *ret_used, Err *err)
{
    JsonDecoder *d = (JsonDecoder *)base;
    if (base->byte == 0 && n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        advance(d, 3, false, ret_used);
    else if (base->byte == 0 && n < 3 && !last)
        return FEED_MORE;
    for (;;) {
        int rc = d->skipping ? FEED_MORE : quick_rows(d, p, n, out, ret_used, err);
        if (rc < 0 || rc == FEED_FULL)
            return rc;
        if (*ret_used == n)
            return FEED_MORE;
        rc = next_line(d, p, n, last, out, ret_used, err);
        if (rc != LINE_DONE)
            return rc;
    }
}

static const OptionDef json_options[] = {
    {"timestamp_format", OPTION_ENUM, offsetof(JsonConfig, timestamp_format), .preset = "epoch_ms", .names = EPOCH_NAMES,
     .help = "reading: unit of timestamps given as integers (ISO 8601 text is always understood)"},
    {"json.timestamp.format", OPTION_ENUM, offsetof(JsonConfig, write_timestamp), .preset = "iso8601",
     .names = "iso8601=iso|epoch_millis=epoch_ms|epoch_micros=epoch_us", .help = "writing: form of timestamps"},
    {"json.include.nulls", OPTION_BOOL, offsetof(JsonConfig, include_nulls), .preset = "true",
     .help = "writing: members that are NULL are written as null; false leaves them out"},
    {NULL},
};

const FormatType format_json = {
    .name = "json",
    .aliases = "jsonl|jsonlines|ndjson",
    .options = json_options,
    .config_bytes = sizeof(JsonConfig),
    .decoder_bytes = sizeof(JsonDecoder),
    .encoder_bytes = sizeof(Encoder),
    .open = json_open,
    .feed = json_feed,
    .restart = json_restart,
    .close = json_close,
    .encode = json_encode,
    .infer = json_infer,
};
