/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of a CSV file from its beginning: names from the header, types from the records that are whole in the sample.  Records
 * with another number of fields than the first have no say; reading will report them. */
#include <string.h>

#include "format/csv_impl.h"

typedef struct Sample {
    const CsvConfig *config;
    CsvDialect dialect;
    Arena arena;
    CsvScan scan;
} Sample;

static void sample_done(Sample *s)
{
    csv_scan_done(&s->scan);
    arena_done(&s->arena);
}

/* Fields of record r; *ret_n = 0 for a line that does not count. */
static int record_fields(Sample *s, const char *p, uint32_t r, Str **ret, uint32_t *ret_n, Err *err)
{
    uint32_t before = r ? s->scan.row_end[r - 1] : 0, n = s->scan.row_end[r] - before;
    const uint32_t *sep = s->scan.sep + before;
    Str *f = ARENA_ARRAY(&s->arena, Str, n);
    if (!f)
        return RAISE_NOMEM(err);
    *ret = f;
    *ret_n = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t from = sep[k] + 1, to = sep[k + 1];
        bool quoted;
        if (k + 1 == n && to > from && p[to - 1] == '\r')
            to--;
        if (n == 1 && to == from)
            return 0;
        if (k == 0 && s->dialect.has_comment && to > from && p[from] == s->dialect.comment)
            return 0;
        if (!csv_unquote(&s->dialect, (Str){p + from, to - from}, &s->arena, &f[k], &quoted))
            return 0;
        if (!quoted && (str_eq(f[k], str_of(s->config->null_text ? s->config->null_text : "")) || str_eq_nocase(f[k], STR("null"))))
            f[k].n = 0;
    }
    *ret_n = n;
    return 0;
}

static int sample_scan(Sample *s, const char *p, size_t n, size_t from, Err *err)
{
    uint32_t max_rows = BATCH_ROWS_MAX;
    if (csv_scan_start(&s->scan, (uint32_t)from, max_rows, 1024) < 0)
        return RAISE_NOMEM(err);
    for (;;) {
        csv_scanner_named("scalar")(&s->scan, &s->dialect, p, (uint32_t)n, max_rows);
        if (s->scan.pos == n || s->scan.n_rows >= max_rows)
            break;
        if (csv_scan_grow(&s->scan) < 0)
            return RAISE_NOMEM(err);
    }
    if (s->scan.n_rows < 2 && s->scan.pos == n &&
        s->scan.sep[s->scan.n_sep - 1] + 1 != n) { /* a tiny file without a last line end */
        s->scan.row_end[s->scan.n_rows++] = s->scan.n_sep;
        s->scan.sep[s->scan.n_sep++] = (uint32_t)n;
    }
    s->scan.n_rows = MIN(s->scan.n_rows, max_rows);
    return 0;
}

/* Where the first record begins: behind the byte order mark and the skipped lines. */
static size_t sample_start(const CsvConfig *c, const char *p, size_t n)
{
    size_t from = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    for (int64_t k = 0; k < c->skip_rows && from < n; k++) {
        const char *end = memchr(p + from, '\n', n - from);
        from = end ? (size_t)(end - p) + 1 : n;
    }
    return from;
}

/* A timestamp written as an integer is one only when the option says so; the guess then stays BIGINT, as nothing tells them apart.
 */
static int sample_guess(Sample *s, const char *p, Account *acct, Schema **ret, Err *err)
{
    Str *names = NULL, *f = NULL;
    Guess *guess = NULL;
    uint32_t n_cols = 0, n = 0;
    for (uint32_t r = 0; r < s->scan.n_rows; r++) {
        TRY(record_fields(s, p, r, &f, &n, err));
        if (n == 0 || (n_cols && n != n_cols))
            continue;
        if (n_cols == 0) {
            n_cols = n;
            guess = ARENA_ARRAY(&s->arena, Guess, n);
            names = ARENA_ARRAY(&s->arena, Str, n);
            if (!guess || !names)
                return RAISE_NOMEM(err);
            if (s->config->header) {
                for (uint32_t k = 0; k < n; k++)
                    names[k] = str_trim(f[k]);
                continue;
            }
        }
        for (uint32_t k = 0; k < n; k++)
            guess[k] = guess_merge(guess[k], guess_text(f[k]));
    }
    if (n_cols == 0)
        return RAISE(err, ERR_BAD_RECORD, "the input is empty: its columns cannot be found, so they must be declared");
    return guess_schema(acct, &s->arena, names, guess, n_cols, ret, err);
}

int csv_infer(const void *config, const char *p, size_t n, Account *acct, Schema **ret, Err *err)
{
    _cleanup_(sample_done) Sample s = {.config = config};
    arena_init(&s.arena, acct, 0);
    csv_scan_init(&s.scan, acct);
    if (!csv_dialect(config, &s.dialect, err))
        return -ERR_BAD_OPTION;
    n = MIN(n, (size_t)64 << 20);
    TRY(sample_scan(&s, p, n, sample_start(config, p, n), err));
    return sample_guess(&s, p, acct, ret, err);
}
