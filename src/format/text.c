/* SPDX-License-Identifier: Apache-2.0
 *
 * Format text (raw): every line is one value of a single TEXT or BYTEA column, by convention named `value`.  Nothing is interpreted
 * but the line end (LF or CRLF); a TEXT line must be UTF-8. */
#include <string.h>

#include "format/format_impl.h"

typedef struct TextConfig {
    bool skip_empty;
} TextConfig;

typedef struct TextDecoder {
    Decoder base;
    bool skipping; /* inside a line that is too long */
} TextDecoder;

static int check_column(const Schema *s, Err *err)
{
    if (s->n == 1 && (s->field[0].type.id == T_TEXT || s->field[0].type.id == T_BYTEA))
        return 0;
    return RAISE(err, ERR_SCHEMA_MISMATCH, "format \"text\" needs exactly one column, of type TEXT or BYTEA");
}

static int text_open(Decoder *d, Err *err)
{
    return check_column(d->schema, err);
}

static void text_restart(Decoder *d)
{
    ((TextDecoder *)d)->skipping = false;
}

/* One line without its end; 0, BUILDER_FULL or negative. */
static int text_line(Decoder *d, const char *p, size_t n, Builder *out, Err *err)
{
    const TextConfig *c = d->config;
    Type t = d->schema->field[0].type;
    Value v = {.type = t, .str = {p, n}};
    Err why = ERR_INIT;
    if (n == 0 && c->skip_empty)
        return 0;
    if (t.id == T_TEXT) {
        int rc = value_parse(t, (Str){p, n}, NULL, &v, &why);
        if (rc < 0)
            return decoder_bad(d, p, n, why.code, why.message);
    }
    TRY(builder_value(out, 0, &v, err));
    d->n_rows++;
    return builder_row_done(out);
}

static void advance(Decoder *d, size_t n, bool line, size_t *used)
{
    d->byte += (int64_t)n;
    d->line += line;
    *used += n;
}

static int text_feed(Decoder *base, const char *p, size_t n, bool last, Builder *out, size_t *ret_used, Err *err)
{
    TextDecoder *d = (TextDecoder *)base;
    while (*ret_used < n) {
        if (out->n == out->cap)
            return FEED_FULL;
        const char *from = p + *ret_used, *end = memchr(from, '\n', n - *ret_used);
        size_t bytes = end ? (size_t)(end - from) : n - *ret_used, used = bytes + (end != NULL);
        if (d->skipping) {
            advance(base, used, end != NULL, ret_used);
            d->skipping = end == NULL;
            continue;
        }
        if (bytes > RECORD_BYTES_MAX) {
            TRY(decoder_bad(base, from, bytes, ERR_BAD_RECORD, "the line is longer than 16 MiB"));
            advance(base, used, end != NULL, ret_used);
            d->skipping = end == NULL;
            continue;
        }
        if (!end && !last)
            return FEED_MORE;
        bool cr = bytes > 0 && from[bytes - 1] == '\r';
        int rc = text_line(base, from, bytes - cr, out, err);
        if (rc < 0)
            return rc;
        advance(base, used, true, ret_used);
        if (rc == BUILDER_FULL)
            return FEED_FULL;
    }
    return FEED_MORE;
}

static int text_encode_begin(Encoder *e, StrBuf *out, Err *err)
{
    (void)out;
    return check_column(e->schema, err);
}

static int text_encode(Encoder *e, const Batch *b, StrBuf *out, Err *err)
{
    (void)err;
    (void)e;
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++) {
        Value v = vec_get(&b->col[0], row_at(rows, i));
        if (!v.is_null)
            sb_putstr(out, v.str);
        sb_putc(out, '\n');
    }
    return 0;
}

static int text_infer(const void *config, const char *p, size_t n, Account *acct, Schema **ret, Err *err)
{
    (void)config;
    (void)p;
    (void)n;
    Field f = {.name = "value", .type = TYPE(TEXT)};
    *ret = schema_new(acct, &f, 1);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static const OptionDef text_options[] = {
    {"skip_empty", OPTION_BOOL, offsetof(TextConfig, skip_empty), .preset = "false", .help = "empty lines give no row"},
    {NULL},
};

const FormatType format_text = {
    .name = "text",
    .aliases = "raw|txt|plain|bytes",
    .options = text_options,
    .config_bytes = sizeof(TextConfig),
    .decoder_bytes = sizeof(TextDecoder),
    .encoder_bytes = sizeof(Encoder),
    .open = text_open,
    .feed = text_feed,
    .restart = text_restart,
    .encode_begin = text_encode_begin,
    .encode = text_encode,
    .infer = text_infer,
};
