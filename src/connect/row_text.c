/* SPDX-License-Identifier: Apache-2.0
 *
 * Changelog rows to text (row_text_impl.h).  The rows are handed to the encoder through a selection in which a row of weight 3
 * stands three times, so no encoder knows weights. */
#include "connect/row_text_impl.h"

#include <stdlib.h>

int row_text_open(RowText *r, Sink *sink, const FormatType *format, const Option *opts, uint32_t n_opts, bool no_header, Err *err)
{
    *r = (RowText){.sink = sink, .format = format, .opts = opts, .n_opts = n_opts, .begun = no_header};
    arena_init(&r->scratch, sink->acct, 0);
    /* Options and types are checked now, though whether weights are written is known only with the first row. */
    Encoder *probe;
    TRY(encoder_new(format, sink->acct, sink->schema, opts, n_opts, &probe, err));
    StrBuf header;
    sb_init(&header, sink->acct);
    int rc = encoder_begin(probe, &header, err);
    sb_done(&header);
    encoder_free(probe);
    return rc;
}

static int schema_with_op(RowText *r, Err *err)
{
    const Schema *s = r->sink->schema;
    if (schema_find_nocase(s, STR("op")) >= 0)
        return RAISE(err, ERR_DUPLICATE_COLUMN, "the output has a column \"op\" of its own, which the changelog needs for itself");
    Field *f = ARENA_ARRAY(&r->scratch, Field, s->n + 1);
    if (!f)
        return RAISE_NOMEM(err);
    f[0] = (Field){.name = "op", .type = TYPE(TEXT), .not_null = true};
    for (uint32_t i = 0; i < s->n; i++)
        f[i + 1] = s->field[i];
    r->schema = schema_new(r->sink->acct, f, s->n + 1);
    return r->schema ? 0 : RAISE_NOMEM(err);
}

static int start_encoder(RowText *r, Err *err)
{
    if (r->encoder)
        return 0;
    if (r->sink->writes_weight && !r->schema)
        TRY(schema_with_op(r, err));
    return encoder_new(r->format, r->sink->acct, r->schema ? r->schema : r->sink->schema, r->opts, r->n_opts, &r->encoder, err);
}

int row_text_begin(RowText *r, StrBuf *out, Err *err)
{
    TRY(start_encoder(r, err));
    if (!r->begun)
        TRY(encoder_begin(r->encoder, out, err));
    r->begun = true;
    return 0;
}

/* b with a column `op` in front, all rows visible. */
static Batch *batch_with_op(RowText *r, const Batch *b)
{
    Batch *x = batch_scratch(&r->scratch, r->schema, b->n);
    if (!x || vec_scratch(&x->col[0], TYPE(TEXT), b->n, &r->scratch) < 0)
        return NULL;
    for (uint32_t i = 0; i < b->n; i++)
        strview_set((StrView *)x->col[0].data + i, batch_weight(b, i) < 0 ? "-" : "+", 1, 0, 0);
    for (uint32_t k = 0; k < b->n_cols; k++)
        x->col[k + 1] = b->col[k];
    return x;
}

static int encode_rows(RowText *r, Batch *x, uint16_t *sel, uint32_t *n, StrBuf *out, Err *err)
{
    x->sel = sel;
    x->n_sel = *n;
    *n = 0;
    return encoder_encode(r->encoder, x, out, err);
}

int row_text_put(RowText *r, const Batch *b, StrBuf *out, Err *err)
{
    TRY(row_text_begin(r, out, err));
    arena_reset(&r->scratch);
    if (b->w_kind == W_ONE && !r->schema)
        return encoder_encode(r->encoder, b, out, err);
    Batch *x = r->schema ? batch_with_op(r, b) : batch_with_sel(&r->scratch, b, NULL, 0);
    uint16_t *sel = ARENA_ARRAY(&r->scratch, uint16_t, BATCH_ROWS_MAX);
    if (!x || !sel)
        return RAISE_NOMEM(err);
    uint32_t n = 0;
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        int32_t w = batch_weight(b, row);
        if (w < 0 && !r->schema)
            return RAISE(err, ERR_SINK_MODE, "a row is taken back, which this output cannot show without its changes");
        for (uint32_t k = (uint32_t)llabs(w); k > 0; k--) {
            if (n == BATCH_ROWS_MAX)
                TRY(encode_rows(r, x, sel, &n, out, err));
            sel[n++] = (uint16_t)row;
        }
    }
    return n ? encode_rows(r, x, sel, &n, out, err) : 0;
}

void row_text_close(RowText *r)
{
    encoder_free(r->encoder);
    schema_unref(r->schema);
    arena_done(&r->scratch);
}
