/* SPDX-License-Identifier: Apache-2.0
 *
 * Format binary: the first two bytes choose how the rest is cut.  Whatever comes, decoding the pieces gives as many rows and bad
 * records as decoding the whole; every row that was read is written, read back and written the same. */
#include <string.h>

#include "format/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

typedef struct Count {
    int64_t rows, bad;
} Count;

static int count_bad(void *self, const BadRecord *bad)
{
    ASSERT(bad->text.n <= 4096 && bad->reason.n > 0);
    ((Count *)self)->bad++;
    return 0;
}

static Schema *schema_make(void)
{
    static const Field f[] = {
        {.name = "b", .type = {.id = T_BOOL}},      {.name = "i2", .type = {.id = T_I16}},
        {.name = "i4", .type = {.id = T_I32}},      {.name = "i8", .type = {.id = T_I64}},
        {.name = "f4", .type = {.id = T_F32}},      {.name = "f8", .type = {.id = T_F64}},
        {.name = "n", .type = TYPE_DECIMAL(20, 4)}, {.name = "m", .type = TYPE_NUMERIC},
        {.name = "t", .type = {.id = T_TEXT}},      {.name = "y", .type = {.id = T_BYTEA}},
        {.name = "d", .type = {.id = T_DATE}},      {.name = "tm", .type = {.id = T_TIME}},
        {.name = "ts", .type = {.id = T_TS}},       {.name = "tz", .type = {.id = T_TSTZ}},
        {.name = "iv", .type = {.id = T_INTERVAL}}, {.name = "u", .type = {.id = T_UUID}},
        {.name = "j", .type = {.id = T_JSON}},      {.name = "jb", .type = {.id = T_JSONB}},
    };
    return schema_new(NULL, f, ARRAY_LEN(f));
}

/* Decodes in pieces; the rows are encoded into `text` when it is given. */
static Count run(const Schema *s, const char *p, size_t n, size_t piece, StrBuf *text)
{
    Count c = {0, 0};
    Decoder *d;
    Encoder *e;
    Builder out;
    int rc = FEED_MORE;
    ASSERT(decoder_new(format_find(STR("binary")), NULL, s, NULL, 0, count_bad, &c, &d, NULL) == 0 &&
           encoder_new(d->type, NULL, s, NULL, 0, &e, NULL) == 0 && builder_init(&out, NULL, s, 5, NULL) == 0);
    char *copy = mem_zalloc(NULL, n + FEED_PADDING);
    for (size_t at = 0, have = 0; rc >= 0;) {
        size_t used;
        have = rc == FEED_FULL ? have : MIN(n - at, have + piece);
        bool last = at + have == n;
        memcpy(copy, p + at, have);
        rc = decoder_feed(d, copy, have, last, &out, &used, NULL);
        at += used;
        have -= used;
        if (rc == FEED_FULL || last) {
            Batch *b = builder_take(&out);
            c.rows += b->n;
            if (text)
                ASSERT(encoder_encode(e, b, text, NULL) == 0);
            batch_unref(b);
        }
        if (rc == FEED_MORE && last)
            break;
    }
    mem_free(NULL, copy, n + FEED_PADDING);
    builder_done(&out);
    encoder_free(e);
    decoder_free(d);
    return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2)
        return 0;
    const char *p = (const char *)data + 2;
    Schema *s = schema_make();
    StrBuf text, other;
    sb_init(&text, NULL);
    sb_init(&other, NULL);
    Count whole = run(s, p, n - 2, n, &text);
    Count parts = run(s, p, n - 2, 1 + data[1] % 64, NULL);
    ASSERT(whole.rows == parts.rows && whole.bad == parts.bad);
    Count again = run(s, text.n ? text.p : "", text.n, text.n + 1, &other);
    ASSERT(again.rows == whole.rows && again.bad == 0 && str_eq(sb_str(&text), sb_str(&other)));
    sb_done(&text);
    sb_done(&other);
    schema_unref(s);
    return 0;
}
