/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV: the first byte chooses the dialect, the second how the rest is cut.  Whatever comes, decoding the pieces gives as many rows
 * and bad records as decoding the whole, and the same rows as byte by byte and field by field; every row that was read is written
 * and read back. */
#include "format/csv_impl.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static Schema *schema_make(void)
{
    static const Field f[] = {{.name = "a", .type = {.id = T_TEXT}},
                              {.name = "b", .type = {.id = T_I32}},
                              {.name = "c", .type = {.id = T_F64}},
                              {.name = "d", .type = {.id = T_TS}},
                              {.name = "e", .type = {.id = T_DECIMAL, .precision = 12, .scale = 3}},
                              {.name = "f", .type = {.id = T_DATE}, .not_null = true},
                              {.name = "g", .type = {.id = T_BOOL}}};
    return schema_new(NULL, f, ARRAY_LEN(f));
}

static void go_slowly(Decoder *base)
{
    CsvDecoder *d = (CsvDecoder *)base;
    d->scan_fn = csv_scanner_named("scalar");
    for (uint32_t i = 0; i < base->schema->n; i++)
        d->column[i].parse = csv_column_slow;
}

/* Decodes in pieces (0: the whole, slowly); the rows are encoded into `text` when it is given. */
static Count run(const Schema *s, const Option *opts, size_t n_opts, const char *p, size_t n, size_t piece, StrBuf *text)
{
    Count c = {0, 0};
    Decoder *d;
    if (decoder_new(format_find(STR("csv")), NULL, s, opts, n_opts, count_bad, &c, &d, NULL) < 0)
        return c;
    if (piece == 0)
        go_slowly(d);
    piece = piece ? piece : n + 1;
    decode_pieces(d, opts, n_opts, p, n, piece, text, &c);
    return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const Option dialect[] = {{.key = {"escape", 6}, .value = {"\\", 1}},
                                     {.key = {"trim", 4}, .value = {"true", 4}},
                                     {.key = {"comment", 7}, .value = {"#", 1}},
                                     {.key = {"null", 4}, .value = {"NA", 2}},
                                     {.key = {"skip_rows", 9}, .value = {"1", 1}}};
    Option opts[8] = {{.key = STR("header"), .value = STR("false")}};
    size_t n_opts = 1;
    if (n < 2)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(dialect); i++)
        if (data[0] & (1u << i))
            opts[n_opts++] = dialect[i];
    const char *p = (const char *)data + 2;
    Schema *s = schema_make();
    StrBuf text, other;
    sb_init(&text, NULL);
    sb_init(&other, NULL);
    Count whole = run(s, opts, n_opts, p, n - 2, n, &text);
    Count parts = run(s, opts, n_opts, p, n - 2, 1 + data[1] % 64, NULL);
    Count slow = run(s, opts, n_opts, p, n - 2, 0, &other);
    ASSERT(whole.rows == parts.rows && whole.bad == parts.bad);
    ASSERT(whole.rows == slow.rows && whole.bad == slow.bad && str_eq(sb_str(&text), sb_str(&other)));
    if (!(data[0] & 16)) { /* what was written has no line to skip */
        Count again = run(s, opts, n_opts, text.n ? text.p : "", text.n, text.n + 1, NULL);
        ASSERT(again.rows == whole.rows && again.bad == 0);
    }
    sb_done(&text);
    sb_done(&other);
    schema_unref(s);
    return 0;
}
