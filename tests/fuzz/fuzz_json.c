/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON lines: the first byte says how the rest is cut.  Decoding the pieces gives as many rows and bad records as decoding the
 * whole, and the same rows as without the quick way; every row that was read is written and read back, and inference takes
 * anything.
 */
#include <string.h>

#include "format/json_impl.h"

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
    static const Field f[] = {{.name = "a", .type = {.id = T_TEXT}},
                              {.name = "b", .type = {.id = T_I32}},
                              {.name = "c", .type = {.id = T_F64}},
                              {.name = "d", .type = {.id = T_TS}},
                              {.name = "e", .type = {.id = T_JSON}},
                              {.name = "f", .type = {.id = T_BOOL}},
                              {.name = "g", .type = {.id = T_DECIMAL, .precision = 12, .scale = 3}}};
    return schema_new(NULL, f, ARRAY_LEN(f));
}

static Count run(const Schema *s, const char *p, size_t n, size_t piece, bool slowly, StrBuf *text)
{
    Count c = {0, 0};
    Decoder *d;
    Encoder *e;
    Builder out;
    int rc = FEED_MORE;
    ASSERT(decoder_new(format_find(STR("json")), NULL, s, NULL, 0, count_bad, &c, &d, NULL) == 0);
    ASSERT(encoder_new(d->type, NULL, s, NULL, 0, &e, NULL) == 0 && builder_init(&out, NULL, s, 5, NULL) == 0);
    ((JsonDecoder *)d)->lines.off = slowly;
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
    if (n < 1)
        return 0;
    const char *p = (const char *)data + 1;
    Schema *s = schema_make(), *found;
    StrBuf text, other;
    sb_init(&text, NULL);
    sb_init(&other, NULL);
    Count whole = run(s, p, n - 1, n, false, &text);
    Count parts = run(s, p, n - 1, 1 + data[0] % 64, false, NULL);
    Count slow = run(s, p, n - 1, n, true, &other);
    ASSERT(whole.rows == parts.rows && whole.bad == parts.bad);
    ASSERT(whole.rows == slow.rows && whole.bad == slow.bad && str_eq(sb_str(&text), sb_str(&other)));
    Count again = run(s, text.n ? text.p : "", text.n, text.n + 1, false, NULL);
    ASSERT(again.rows == whole.rows && again.bad == 0);
    if (format_find(STR("json"))->infer(NULL, p, n - 1, NULL, &found, NULL) == 0)
        schema_unref(found);
    sb_done(&text);
    sb_done(&other);
    schema_unref(s);
    return 0;
}
