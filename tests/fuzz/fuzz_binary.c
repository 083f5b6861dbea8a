/* SPDX-License-Identifier: Apache-2.0
 *
 * Format binary: the first two bytes choose how the rest is cut.  Whatever comes, decoding the pieces gives as many rows and bad
 * records as decoding the whole; every row that was read is written, read back and written the same. */
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

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
    ASSERT(decoder_new(format_find(STR("binary")), NULL, s, NULL, 0, count_bad, &c, &d, NULL) == 0);
    decode_pieces(d, NULL, 0, p, n, piece, text, &c);
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
