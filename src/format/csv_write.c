/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV writing.  NULL is the `null` text (nothing by default) and the empty text is "", so that reading gives back the same values;
 * whatever the reader would take for something else is quoted. */
#include "format/csv_impl.h"

/* Bytes that a field may not hold outside quotes. */
typedef struct QuoteRule {
    CsvDialect dialect;
    Str null_text;
    bool special[256];
} QuoteRule;

static int rule_init(QuoteRule *r, const CsvConfig *c, Err *err)
{
    *r = (QuoteRule){.null_text = str_of(c->null_text ? c->null_text : "")};
    if (!csv_dialect(c, &r->dialect, err))
        return -ERR_BAD_OPTION;
    r->special['\n'] = r->special['\r'] = true;
    r->special[(unsigned char)c->delimiter] = r->special[(unsigned char)r->dialect.quote] = true;
    r->special[(unsigned char)r->dialect.escape] = true;
    return 0;
}

static bool needs_quotes(const QuoteRule *r, Str s, bool first)
{
    if (s.n == 0 || str_eq(s, r->null_text) || (first && (unsigned char)s.p[0] == 0xef)) /* a byte order mark would vanish */
        return true;
    if ((r->dialect.has_comment && s.p[0] == r->dialect.comment) || (r->dialect.trim && (s.p[0] == ' ' || s.p[s.n - 1] == ' ')))
        return true;
    for (size_t i = 0; i < s.n; i++)
        if (r->special[(unsigned char)s.p[i]])
            return true;
    return false;
}

static void put_field(const QuoteRule *r, Str s, bool first, StrBuf *out)
{
    if (!needs_quotes(r, s, first)) {
        sb_putstr(out, s);
        return;
    }
    sb_putc(out, r->dialect.quote);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == r->dialect.quote || s.p[i] == r->dialect.escape)
            sb_putc(out, r->dialect.escape);
        sb_putc(out, s.p[i]);
    }
    sb_putc(out, r->dialect.quote);
}

int csv_encode_begin(Encoder *e, StrBuf *out, Err *err)
{
    const CsvConfig *c = e->config;
    QuoteRule rule;
    TRY(rule_init(&rule, c, err));
    if (!c->header)
        return 0;
    for (uint32_t i = 0; i < e->schema->n; i++) {
        if (i)
            sb_putc(out, c->delimiter);
        put_field(&rule, str_of(e->schema->field[i].name), i == 0, out);
    }
    sb_putc(out, '\n');
    return out->failed ? RAISE_NOMEM(err) : 0;
}

/* The cell's text; a TEXT is given as it stands, everything else is printed into `cell`. */
static Str cell_text(const CsvConfig *c, const Vec *v, uint32_t row, StrBuf *cell)
{
    Value val = vec_get(v, row);
    if (val.type.id == T_TEXT || type_is_json(val.type.id))
        return val.str;
    sb_clear(cell);
    if (c->timestamp_format && type_is_timestamp(val.type.id))
        sb_printf(cell, "%lld", (long long)epoch_of_timestamp(val.i64, (EpochUnit)(c->timestamp_format - 1), val.type.id));
    else
        value_print(&val, cell);
    return sb_str(cell);
}

int csv_encode(Encoder *e, const Batch *b, StrBuf *out, Err *err)
{
    const CsvConfig *c = e->config;
    QuoteRule rule;
    _cleanup_(sb_done) StrBuf cell;
    sb_init(&cell, e->acct);
    TRY(rule_init(&rule, c, err));
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n && !out->failed; i++) {
        uint32_t row = row_at(rows, i);
        for (uint32_t k = 0; k < b->n_cols; k++) {
            if (k)
                sb_putc(out, c->delimiter);
            if (vec_is_null(&b->col[k], row))
                sb_putstr(out, rule.null_text);
            else
                put_field(&rule, cell_text(c, &b->col[k], row, &cell), k == 0, out);
            out->failed |= cell.failed; /* the next cell forgets it */
        }
        sb_putc(out, '\n');
    }
    return out->failed ? RAISE_NOMEM(err) : 0;
}
