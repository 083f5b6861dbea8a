/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV reading: framing.  Bytes are scanned for separators until as many records are complete as the builder has room for; records
 * of the right number of fields form a run; each column of the run is parsed by its own loop; records that failed are reported and
 * taken out of the batch.  So a good record never waits for a branch that a bad one needs. */
#include "format/csv_impl.h"

#include <stdio.h>
#include <string.h>

#define SCAN_BYTES_MAX ((size_t)1 << 30) /* positions are 32 bits */

bool csv_dialect(const CsvConfig *c, CsvDialect *ret, Err *err)
{
    char quote = c->quote, escape = c->escape ? c->escape : quote;
    *ret = (CsvDialect){.delimiter = c->delimiter,
                        .quote = quote,
                        .escape = escape,
                        .comment = c->comment,
                        .has_escape = escape != quote,
                        .has_comment = c->comment != 0,
                        .trim = c->trim};
    const char *clash = c->delimiter == quote               ? "delimiter and quote"
                        : c->delimiter == escape            ? "delimiter and escape"
                        : c->delimiter == c->comment        ? "delimiter and comment"
                        : c->comment && quote == c->comment ? "quote and comment"
                                                            : NULL;
    if (clash) {
        RAISE(err, ERR_BAD_OPTION, "format \"csv\": %s must be different characters", clash);
        return false;
    }
    if (strchr("\r\n", c->delimiter) || strchr("\r\n", quote) || strchr("\r\n", escape)) {
        RAISE(err, ERR_BAD_OPTION, "format \"csv\": a line end cannot be delimiter, quote or escape");
        return false;
    }
    return true;
}

static void csv_restart(Decoder *base)
{
    CsvDecoder *d = (CsvDecoder *)base;
    const CsvConfig *c = base->config;
    d->skipping = false;
    d->n_to_skip = c->skip_rows;
    d->ready = !c->header;
}

static int csv_open(Decoder *base, Err *err)
{
    CsvDecoder *d = (CsvDecoder *)base;
    const CsvConfig *c = base->config;
    const Schema *s = base->schema;
    Arena *a = decoder_arena(base);
    csv_scan_init(&d->scan, base->acct);
    arena_init(&d->scratch, base->acct, 1024);
    if (!csv_dialect(c, &d->dialect, err))
        return -ERR_BAD_OPTION;
    d->scan_fn = csv_scanner(&d->dialect);
    d->null_text = str_of(c->null_text ? c->null_text : "");
    d->column = ARENA_ARRAY(a, CsvColumn, MAX(s->n, 1u));
    d->first = ARENA_ARRAY(a, uint32_t, BATCH_ROWS_MAX);
    d->record = ARENA_ARRAY(a, uint32_t, BATCH_ROWS_MAX);
    d->bad = ARENA_ARRAY(a, uint64_t, BIT_WORDS(BATCH_ROWS_MAX));
    if (!d->column || !d->first || !d->record || !d->bad)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < s->n; i++)
        d->column[i] = (CsvColumn){.parse = csv_column_fn(s->field[i].type, c, &d->dialect),
                                   .type = s->field[i].type,
                                   .not_null = s->field[i].not_null,
                                   .file_col = (int32_t)i};
    d->n_file_cols = s->n;
    csv_restart(base);
    return 0;
}

static void csv_close(Decoder *base)
{
    CsvDecoder *d = (CsvDecoder *)base;
    csv_scan_done(&d->scan);
    arena_done(&d->scratch);
}

/* The stream has moved on by n bytes that hold `lines` line ends. */
static void advance(CsvDecoder *d, size_t n, int64_t lines, size_t *used)
{
    d->base.byte += (int64_t)n;
    d->base.line += lines;
    *used += n;
}

static int64_t count_lines(const char *p, size_t n)
{
    int64_t lines = 0;
    for (const char *end = p + n; p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++)
        lines++;
    return lines;
}

/* One whole line [p, *ret_n) without its end; false = not complete yet. */
static bool whole_line(const char *p, size_t n, bool last, size_t *ret_n, size_t *ret_used)
{
    const char *end = n ? memchr(p, '\n', n) : NULL;
    if (!end && (!last || n == 0))
        return false;
    *ret_used = end ? (size_t)(end - p) + 1 : n;
    *ret_n = end ? (size_t)(end - p) : n;
    return true;
}

/* Finds each declared column among the header's names. */
static int header_match(CsvDecoder *d, const Str *names, uint32_t n_names, Err *err)
{
    const Schema *s = d->base.schema;
    for (uint32_t i = 0; i < s->n; i++) {
        Str want = str_of(s->field[i].name);
        int32_t at = -1;
        for (uint32_t k = 0; k < n_names; k++) {
            if (!str_eq_nocase(names[k], want))
                continue;
            if (at >= 0)
                return RAISE(err, ERR_AMBIGUOUS_COLUMN, "column \"%s\" stands more than once in the header of the input",
                             s->field[i].name);
            at = (int32_t)k;
        }
        if (at < 0) {
            RAISE(err, ERR_UNDEFINED_COLUMN, "column \"%s\" is not in the header of the input", s->field[i].name);
            return err_detail(err, "The header has %u columns; the first is \"%.*s\".", n_names, (int)MIN(names[0].n, (size_t)64),
                              names[0].p);
        }
        d->column[i].file_col = at;
    }
    d->n_file_cols = n_names;
    return 0;
}

/* Splits the header record sep[0..n_cols] and matches it. */
static int header_read(CsvDecoder *d, const char *p, Err *err)
{
    CsvScan *s = &d->scan;
    uint32_t n = s->row_end[0];
    Str *names = arena_zalloc(&d->scratch, sizeof(Str) * n);
    if (!names)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < n; k++) {
        Str field = {p + (uint32_t)(s->sep[k] + 1), s->sep[k + 1] - (s->sep[k] + 1)};
        bool quoted;
        if (k + 1 == n && field.n && field.p[field.n - 1] == '\r')
            field.n--;
        if (!csv_unquote(&d->dialect, field, &d->scratch, &names[k], &quoted))
            return RAISE(err, ERR_BAD_RECORD, "the header of the input has a wrong quote in column %u", k + 1);
        if (!quoted)
            names[k] = str_trim(names[k]);
    }
    int rc = header_match(d, names, n, err);
    arena_reset(&d->scratch);
    if (rc == 0)
        d->ready = true;
    return rc;
}

/* Ends an input whose last record has no line end as if it had one. */
static void scan_end(CsvScan *s, uint32_t n)
{
    uint32_t before = s->n_rows ? s->row_end[s->n_rows - 1] : 0;
    if (before + 1 == s->n_sep && s->sep[before] + 1 == n)
        return;
    s->row_end[s->n_rows++] = s->n_sep;
    s->sep[s->n_sep++] = n;
}

/* Keeps the records before the first one that is too long, so that dropping it does not depend on how the input was cut. */
static void stop_before_long(CsvScan *s)
{
    for (uint32_t r = 0, before = 0; r < s->n_rows; before = s->row_end[r++])
        if (s->sep[s->row_end[r]] - (s->sep[before] + 1) > RECORD_BYTES_MAX) {
            s->n_rows = r;
            return;
        }
}

/* Scans [from, n) for at most max_rows records.  A last record without a line end counts when `last`. */
static int scan_records(CsvDecoder *d, const char *p, size_t from, size_t n, bool last, uint32_t max_rows, Err *err)
{
    CsvScan *s = &d->scan;
    uint32_t end = (uint32_t)MIN(n, SCAN_BYTES_MAX);
    if (csv_scan_start(s, (uint32_t)from, max_rows, max_rows * (d->n_file_cols + 1)) < 0)
        return RAISE_NOMEM(err);
    for (;;) {
        d->scan_fn(s, &d->dialect, p, end, max_rows);
        if (s->n_rows > 0 || s->pos == end)
            break;
        if (s->pos - from > RECORD_BYTES_MAX)
            return 0;
        if (csv_scan_grow(s) < 0)
            return RAISE_NOMEM(err);
    }
    if (last && s->pos == n && s->n_rows < max_rows)
        scan_end(s, end);
    s->n_rows = MIN(s->n_rows, max_rows);
    if (s->pos - from > RECORD_BYTES_MAX)
        stop_before_long(s);
    return 0;
}

/* What stands before the first data record: byte order mark, skipped lines, header.  0 = done, 1 = more input is needed. */
static int prologue(CsvDecoder *d, const char *p, size_t n, bool last, size_t *used, Err *err)
{
    size_t line_n, line_used;
    if (d->base.byte == 0 && n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        advance(d, 3, 0, used);
    else if (d->base.byte == 0 && n < 3 && !last)
        return 1;
    for (; d->n_to_skip > 0; d->n_to_skip--) {
        if (!whole_line(p + *used, n - *used, last, &line_n, &line_used))
            return 1;
        advance(d, line_used, 1, used);
    }
    while (!d->ready) {
        if (*used == n)
            return 1;
        TRY(scan_records(d, p, *used, n, last, 1, err));
        if (d->scan.n_rows == 0 && n - *used > RECORD_BYTES_MAX)
            return RAISE(err, ERR_BAD_RECORD, "the header of the input is longer than 16 MiB");
        if (d->scan.n_rows == 0)
            return 1;
        size_t end = d->scan.sep[d->scan.row_end[0]], bytes = MIN(end + 1, n) - *used;
        const char *line = p + *used;
        bool is_comment = d->dialect.has_comment && *line == d->dialect.comment;
        if (!is_comment && str_trim((Str){line, end - *used}).n > 0)
            TRY(header_read(d, p, err));
        advance(d, bytes, count_lines(line, bytes), used);
    }
    return 0;
}

static bool is_blank(const CsvDecoder *d, const char *p, uint32_t from, uint32_t to)
{
    if (d->dialect.has_comment && to > from && p[from] == d->dialect.comment)
        return true;
    return d->n_file_cols > 1 && (to == from || (to == from + 1 && p[from] == '\r'));
}

/* Whether all records have `want` fields, and none can be blank or a comment. */
static bool is_uniform(const CsvDecoder *d, uint32_t want)
{
    const CsvScan *s = &d->scan;
    uint32_t other = d->dialect.has_comment || want == 1;
    for (uint32_t r = 0; r < s->n_rows; r++)
        other |= s->row_end[r] ^ ((r + 1) * want);
    return !other;
}

/* Fills first[] and record[] with the records that have the right number of fields; marks the others in bad. */
static uint32_t run_collect(CsvDecoder *d, const char *p)
{
    const CsvScan *s = &d->scan;
    const uint32_t want = d->n_file_cols;
    uint32_t n = 0, before = 0;
    bits_fill(d->bad, s->n_rows, false);
    if (likely(is_uniform(d, want))) {
        for (uint32_t r = 0; r < s->n_rows; r++) {
            d->first[r] = r * want + 1;
            d->record[r] = r;
        }
        return s->n_rows;
    }
    for (uint32_t r = 0; r < s->n_rows; r++) {
        uint32_t end = s->row_end[r], from = s->sep[before] + 1;
        if (unlikely(end - before == 1 || d->dialect.has_comment) && is_blank(d, p, from, s->sep[end])) {
            before = end;
            continue;
        }
        if (likely(end - before == want)) {
            d->first[n] = before + 1;
            d->record[n++] = r;
        } else {
            bit_set(d->bad, r);
        }
        before = end;
    }
    return n;
}

static void explain_bad(CsvDecoder *d, const char *p, uint32_t r, Err *err)
{
    const CsvScan *s = &d->scan;
    uint32_t before = r ? s->row_end[r - 1] : 0, n = s->row_end[r] - before;
    if (n != d->n_file_cols) {
        RAISE(err, ERR_BAD_RECORD, "the record has %u fields, %u are expected", n, d->n_file_cols);
        return;
    }
    uint32_t first = before + 1;
    CsvRun run = {.d = d, .p = p, .sep = s->sep, .first = &first, .n = 1};
    for (uint32_t c = 0; c < d->base.schema->n; c++) {
        Value v;
        run.file_col = (uint32_t)d->column[c].file_col;
        run.last_col = run.file_col + 1 == d->n_file_cols;
        int rc = csv_field_value(d, c, csv_field(&run, 0), &v, err);
        arena_reset(&d->scratch);
        if (rc < 0)
            return;
    }
    RAISE(err, ERR_BAD_RECORD, "the record cannot be read");
}

/* Reports the records marked bad in order; line and byte of the decoder stand at the start of the scan and stay there. */
static int report_bad(CsvDecoder *d, const char *p, size_t from)
{
    const CsvScan *s = &d->scan;
    const int64_t line0 = d->base.line, byte0 = d->base.byte;
    size_t counted = from;
    int rc = 0;
    for (uint32_t r = 0; r < s->n_rows && rc >= 0; r++) {
        if (!bit_get(d->bad, r))
            continue;
        Err why = ERR_INIT;
        uint32_t begin = s->sep[r ? s->row_end[r - 1] : 0] + 1, end = s->sep[s->row_end[r]];
        d->base.line += count_lines(p + counted, begin - counted);
        d->base.byte = byte0 + (int64_t)(begin - from);
        counted = begin;
        explain_bad(d, p, r, &why);
        rc = decoder_bad(&d->base, p + begin, end - begin, why.code, why.message);
    }
    d->base.line = line0;
    d->base.byte = byte0;
    return rc;
}

/* Takes the rows of bad records out of the n rows behind row0; returns how many stay. */
static uint32_t rows_compact(Builder *out, uint32_t row0, uint32_t n, const uint64_t *bad)
{
    uint32_t keep = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (bit_get(bad, i))
            continue;
        if (keep != i)
            builder_move_row(out, row0 + i, row0 + keep);
        keep++;
    }
    for (uint32_t c = 0; keep < n && c < out->batch->n_cols; c++)
        for (uint32_t i = keep; i < n; i++)
            bit_set(out->batch->col[c].valid, row0 + i);
    return keep;
}

static int run_parse(CsvDecoder *d, const char *p, uint32_t n, Builder *out, uint64_t *bad, Err *err)
{
    CsvRun run = {.d = d, .p = p, .out = out, .sep = d->scan.sep, .first = d->first, .n = n, .row0 = out->n, .bad = bad};
    for (uint32_t c = 0; c < d->base.schema->n; c++) {
        run.col = c;
        run.file_col = (uint32_t)d->column[c].file_col;
        run.last_col = run.file_col + 1 == d->n_file_cols;
        TRY(d->column[c].parse(&run, err));
    }
    return 0;
}

/* The scanned records into the builder; what is bad is reported. */
static int take_records(CsvDecoder *d, const char *p, size_t from, Builder *out, Err *err)
{
    uint64_t bad[BIT_WORDS(BATCH_ROWS_MAX)];
    uint32_t n = run_collect(d, p), keep = n, row0 = out->n;
    bits_fill(bad, n, false);
    TRY(run_parse(d, p, n, out, bad, err));
    if (bits_count(bad, n) > 0) {
        for (uint32_t i = 0; i < n; i++)
            if (bit_get(bad, i))
                bit_set(d->bad, d->record[i]);
        keep = rows_compact(out, row0, n, bad);
    }
    if (bits_count(d->bad, d->scan.n_rows) > 0) {
        int rc = report_bad(d, p, from);
        if (rc < 0)
            return rc;
    }
    d->base.n_rows += keep;
    if (keep == 0)
        return 0;
    out->n = row0 + keep - 1;
    return builder_row_done(out);
}

/* Inside a record that is too long: drops everything up to the next line end. */
static bool skip_record(CsvDecoder *d, const char *p, size_t n, size_t *used)
{
    const char *end = memchr(p + *used, '\n', n - *used);
    advance(d, end ? (size_t)(end - p) + 1 - *used : n - *used, end != NULL, used);
    d->skipping = end == NULL;
    return end != NULL;
}

/* The record at `used` has passed the limit: reports it and drops it. */
static int drop_record(CsvDecoder *d, const char *p, size_t *used)
{
    int rc = decoder_bad(&d->base, p + *used, RECORD_BYTES_MAX, ERR_BAD_RECORD, "the record is longer than 16 MiB");
    advance(d, RECORD_BYTES_MAX, count_lines(p + *used, RECORD_BYTES_MAX), used);
    d->skipping = true;
    return rc;
}

static int csv_feed(Decoder *base, const char *p, size_t n, bool last, Builder *out, size_t *ret_used, Err *err)
{
    CsvDecoder *d = (CsvDecoder *)base;
    size_t *used = ret_used;
    if (out->n == out->cap)
        return FEED_FULL;
    if (!d->ready || d->n_to_skip > 0 || base->byte == 0) {
        int rc = prologue(d, p, n, last, used, err);
        if (rc != 0)
            return rc < 0 ? rc : FEED_MORE;
    }
    for (;;) {
        if (d->skipping && !skip_record(d, p, n, used))
            return FEED_MORE;
        if (*used == n)
            return FEED_MORE;
        TRY(scan_records(d, p, *used, n, last, out->cap - out->n, err));
        if (d->scan.n_rows == 0) {
            if (n - *used <= RECORD_BYTES_MAX)
                return FEED_MORE;
            TRY(drop_record(d, p, used));
            continue;
        }
        int rc = take_records(d, p, *used, out, err);
        if (rc < 0)
            return rc;
        size_t end = MIN((size_t)d->scan.sep[d->scan.row_end[d->scan.n_rows - 1]] + 1, n), bytes = end - *used;
        advance(d, bytes, d->scan.quotes ? count_lines(p + *used, bytes) : (int64_t)d->scan.n_rows, used);
        if (rc == BUILDER_FULL)
            return FEED_FULL;
    }
}

#define CSV_OPTIONS(delimiter_preset)                                                                                              \
    {                                                                                                                              \
        {                                                                                                                          \
            "delimiter",                                                                                                           \
            OPTION_CHAR,                                                                                                           \
            offsetof(CsvConfig, delimiter),                                                                                        \
            .preset = delimiter_preset,                                                                                            \
            .help = "character between fields",                                                                                    \
            .alias = "sep"},                                                                                                       \
            {"header",                                                                                                             \
             OPTION_BOOL,                                                                                                          \
             offsetof(CsvConfig, header),                                                                                          \
             .preset = "true",                                                                                                     \
             .help = "the first record names the fields; columns are matched by name. false: by position",                         \
             .alias = "has_header"},                                                                                               \
            {"quote", OPTION_CHAR, offsetof(CsvConfig, quote), .preset = "\"", .help = "character around fields that need it"},    \
            {"escape", OPTION_CHAR, offsetof(CsvConfig, escape),                                                                   \
             .help = "takes the meaning from the next character inside quotes; default: the quote, doubled"},                      \
            {"null", OPTION_TEXT, offsetof(CsvConfig, null_text), .preset = "",                                                    \
             .help = "unquoted text that means NULL, besides the empty field; written for NULL"},                                  \
            {"timestamp_format",                                                                                                   \
             OPTION_ENUM,                                                                                                          \
             offsetof(CsvConfig, timestamp_format),                                                                                \
             .preset = "iso",                                                                                                      \
             .names = "iso=iso8601|" EPOCH_NAMES,                                                                                  \
             .help = "how timestamps are written: ISO 8601 or an integer since 1970"},                                             \
            {"trim", OPTION_BOOL, offsetof(CsvConfig, trim), .preset = "false", .help = "blanks around fields do not count"},      \
            {"comment", OPTION_CHAR, offsetof(CsvConfig, comment), .help = "lines that begin with this character are skipped"},    \
            {"skip_rows", OPTION_INT, offsetof(CsvConfig, skip_rows),           .preset = "0",                                     \
             .min = 0,    .max = 1e9, .help = "lines to drop before the header"},                                                  \
            {NULL},                                                                                                                \
    }
static const OptionDef csv_options[] = CSV_OPTIONS(",");
static const OptionDef tsv_options[] = CSV_OPTIONS("\t");

const FormatType format_csv = {
    .name = "csv",
    .options = csv_options,
    .config_bytes = sizeof(CsvConfig),
    .decoder_bytes = sizeof(CsvDecoder),
    .encoder_bytes = sizeof(Encoder),
    .open = csv_open,
    .feed = csv_feed,
    .restart = csv_restart,
    .close = csv_close,
    .encode_begin = csv_encode_begin,
    .encode = csv_encode,
    .infer = csv_infer,
};
const FormatType format_tsv = {
    .name = "tsv",
    .options = tsv_options,
    .config_bytes = sizeof(CsvConfig),
    .decoder_bytes = sizeof(CsvDecoder),
    .encoder_bytes = sizeof(Encoder),
    .open = csv_open,
    .feed = csv_feed,
    .restart = csv_restart,
    .close = csv_close,
    .encode_begin = csv_encode_begin,
    .encode = csv_encode,
    .infer = csv_infer,
};
