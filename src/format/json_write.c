/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON lines writing: one object per row, members in column order.  NaN and infinities become null, for JSON has no word for them;
 * what has no JSON kind of its own (dates, intervals, uuid, bytea) is a string in the text form that reading takes back. */
#include "data/array.h"
#include "data/record.h"
#include "format/json_impl.h"

static void put_escaped(StrBuf *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    switch (c) {
    case '"': sb_puts(out, "\\\""); break;
    case '\\': sb_puts(out, "\\\\"); break;
    case '\n': sb_puts(out, "\\n"); break;
    case '\r': sb_puts(out, "\\r"); break;
    case '\t': sb_puts(out, "\\t"); break;
    case '\b': sb_puts(out, "\\b"); break;
    case '\f': sb_puts(out, "\\f"); break;
    default:
        sb_puts(out, "\\u00");
        sb_putc(out, hex[c >> 4]);
        sb_putc(out, hex[c & 15]);
    }
}

static void put_string(StrBuf *out, Str s)
{
    size_t from = 0;
    sb_putc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (likely(c >= 0x20 && c != '"' && c != '\\'))
            continue;
        sb_put(out, s.p + from, i - from);
        put_escaped(out, c);
        from = i + 1;
    }
    sb_put(out, s.p + from, s.n - from);
    sb_putc(out, '"');
}

/* A JSON value in one line: raw line ends can only be white space between tokens. */
static void put_json(StrBuf *out, Str s)
{
    size_t at = out->n;
    sb_putstr(out, s);
    for (size_t i = at; !out->failed && i < out->n; i++)
        if (out->p[i] == '\n' || out->p[i] == '\r')
            out->p[i] = ' ';
}

static void put_timestamp(StrBuf *out, const Value *v, JsonTimestamp how)
{
    char buf[CALENDAR_TEXT_MAX];
    if (how != JSON_TIME_ISO) {
        sb_printf(out, "%lld", (long long)epoch_of_timestamp(v->i64, how == JSON_TIME_MILLIS ? EPOCH_MS : EPOCH_US, v->type.id));
        return;
    }
    int n = v->type.id == T_TSNS ? timestamp_print_ns(v->i64, buf) : timestamp_print(v->i64, buf);
    bool is_plain = n >= 19 && buf[n - 1] >= '0' && buf[n - 1] <= '9'; /* not "infinity", no BC */
    char *blank = is_plain ? memchr(buf, ' ', (size_t)n) : NULL;
    if (blank)
        *blank = 'T';
    sb_putc(out, '"');
    sb_put(out, buf, (size_t)n);
    if (v->type.id == T_TSTZ && is_plain)
        sb_putc(out, 'Z');
    sb_putc(out, '"');
}

static void put_value(StrBuf *out, StrBuf *cell, const JsonConfig *c, const Value *v);

typedef struct JsonOut {
    StrBuf *out, *cell;
    const JsonConfig *config;
    Arena *arena; /* of the texts of one nested value */
} JsonOut;

static void put_part(const JsonOut *o, const Value *v)
{
    if (v->is_null)
        sb_puts(o->out, "null");
    else
        put_value(o->out, o->cell, o->config, v);
}

static int put_dim(const JsonOut *o, ArrayReader *r, const ArrayDims *d, uint32_t dim)
{
    sb_putc(o->out, '[');
    for (uint32_t i = 0; dim < d->n && i < d->len[dim]; i++) {
        Value e;
        if (i > 0)
            sb_putc(o->out, ',');
        if (dim + 1 < d->n) {
            TRY(put_dim(o, r, d, dim + 1));
            continue;
        }
        TRY(array_next(r, &e));
        put_part(o, &e);
    }
    sb_putc(o->out, ']');
    return 0;
}

/* A row's names are its fields', a map's the texts of its keys. */
static int put_object(const JsonOut *o, const Value *v)
{
    RecordReader r = record_read(v->type, v->str, o->arena);
    int rc;
    char sep = '{';
    for (Value part; (rc = record_next(&r, &part)) > 0; sep = ',') {
        sb_putc(o->out, sep);
        if (v->type.id == T_STRUCT) {
            put_string(o->out, str_of(r.parts->field[r.i - 1].name));
        } else {
            sb_clear(o->cell);
            value_print_iso(&part, o->cell);
            put_string(o->out, sb_str(o->cell));
            rc = record_next(&r, &part);
        }
        sb_putc(o->out, ':');
        put_part(o, &part);
        if (rc <= 0)
            break;
    }
    sb_puts(o->out, sep == '{' ? "{}" : "}");
    return rc;
}

static void put_nested(StrBuf *out, StrBuf *cell, const JsonConfig *c, const Value *v)
{
    _cleanup_(arena_done) Arena arena;
    JsonOut o = {out, cell, c, &arena};
    ArrayDims d;
    Str items;
    arena_init(&arena, out->acct, 0);
    if (v->type.id != T_ARRAY) {
        out->failed |= put_object(&o, v) < 0;
        return;
    }
    array_dims_of(v->type, v->str, &d, &items);
    ArrayReader r = array_read(v->type, items, &arena);
    out->failed |= put_dim(&o, &r, &d, 0) < 0;
}

static void put_value(StrBuf *out, StrBuf *cell, const JsonConfig *c, const Value *v)
{
    switch ((TypeId)v->type.id) {
    case T_BOOL: sb_puts(out, v->b ? "true" : "false"); return;
    case T_I16:
    case T_I32:
    case T_I64:
    case T_DECIMAL: value_print(v, out); return;
    case T_F32:
        if (__builtin_isfinite(v->f32))
            value_print(v, out);
        else
            sb_puts(out, "null");
        return;
    case T_F64:
        if (__builtin_isfinite(v->f64))
            value_print(v, out);
        else
            sb_puts(out, "null");
        return;
    case T_TEXT: put_string(out, v->str); return;
    case T_JSON:
    case T_JSONB: put_json(out, v->str); return;
    case T_ARRAY:
    case T_STRUCT:
    case T_MAP: put_nested(out, cell, c, v); return;
    case T_TS:
    case T_TSTZ:
    case T_TSNS: put_timestamp(out, v, (JsonTimestamp)c->write_timestamp); return;
    default: break;
    }
    sb_clear(cell);
    value_print_iso(v, cell);
    put_string(out, sb_str(cell));
    out->failed |= cell->failed; /* the next one forgets it */
}

void json_put(const Value *v, StrBuf *out)
{
    static const JsonConfig config = {.write_timestamp = JSON_TIME_ISO};
    _cleanup_(sb_done) StrBuf cell;
    sb_init(&cell, out->acct);
    put_value(out, &cell, &config, v);
}

int json_encode(Encoder *e, const Batch *b, StrBuf *out, Err *err)
{
    const JsonConfig *c = e->config;
    _cleanup_(sb_done) StrBuf cell, names;
    sb_init(&cell, e->acct);
    sb_init(&names, e->acct);
    size_t *name_end = mem_alloc(e->acct, sizeof(size_t) * MAX(b->n_cols, 1));
    for (uint32_t k = 0; name_end && k < b->n_cols; k++) {
        put_string(&names, str_of(e->schema->field[k].name));
        sb_putc(&names, ':');
        name_end[k] = names.n;
    }
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; name_end && i < rows.n && !out->failed && !names.failed; i++) {
        uint32_t row = row_at(rows, i);
        char sep = '{';
        for (uint32_t k = 0; k < b->n_cols; k++) {
            bool is_null = vec_is_null(&b->col[k], row);
            size_t from = k ? name_end[k - 1] : 0;
            if (is_null && !c->include_nulls)
                continue;
            sb_putc(out, sep);
            sep = ',';
            sb_put(out, names.p + from, name_end[k] - from);
            Value v = is_null ? (Value){0} : vec_get(&b->col[k], row);
            if (is_null)
                sb_puts(out, "null");
            else
                put_value(out, &cell, c, &v);
        }
        sb_puts(out, sep == '{' ? "{}\n" : "}\n");
    }
    bool failed = !name_end || names.failed || cell.failed || out->failed;
    mem_free(e->acct, name_end, sizeof(size_t) * MAX(b->n_cols, 1));
    return failed ? RAISE_NOMEM(err) : 0;
}
