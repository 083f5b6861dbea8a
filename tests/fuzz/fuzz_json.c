/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON lines: the first byte says how the rest is cut.  Decoding the pieces gives as many rows and bad records as decoding the
 * whole, and the same rows as without the quick way; every row that was read is written and read back, and inference takes
 * anything.
 */
#include "format/json_impl.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

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
    ASSERT(decoder_new(format_find(STR("json")), NULL, s, NULL, 0, count_bad, &c, &d, NULL) == 0);
    ((JsonDecoder *)d)->lines.off = slowly;
    decode_pieces(d, NULL, 0, p, n, piece, text, &c);
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
