/* SPDX-License-Identifier: Apache-2.0
 *
 * Running statements.  Queries are read as streams, so the first rows of an endless one are seen at once and Ctrl-C ends it; what
 * is not a query gives a tag and perhaps a small table.  Scripts are in script.c. */
#include "shell/shell.h"

#include <stdio.h>

#include "shell/progress.h"
#include "shell/report.h"
#include "shell/result.h"

#define HELD_NS INT64_C(200000000) /* how long a table waits for more rows to size its columns */
#define FLUSH_NS INT64_C(20000000) /* how old a row may get in our buffer while others follow */
#define WAIT_MS 200

static void show_progress(LaminarQueryStream *stream)
{
    LaminarStats st = {.size = sizeof(st)};
    if (!progress_is_due() || laminar_stream_stats(stream, &st) != LAMINAR_OK)
        return;
    progress_show(&(Progress){st.rows_in, st.rows_out, st.late, st.errors + st.malformed, st.watermark_us});
}

/* How long to wait for the next rows: less when rows are in our buffer. */
static int64_t wait_ms(const ResultPrinter *r, const Output *out)
{
    return printer_waits(&r->printer) || out->buf.n ? FLUSH_NS / 1000000 : WAIT_MS;
}

/* Reads the stream to its end; 0, or -1 with the error in the library's state. */
static int print_stream(Shell *s, LaminarQueryStream *stream, ResultPrinter *r)
{
    int64_t flushed = clock_ns();
    while (!s->out.closed) {
        LaminarRecordBatch *batch = NULL;
        int32_t rc = laminar_stream_next_timeout(stream, wait_ms(r, &s->out), &batch);
        if (rc != LAMINAR_OK && rc != LAMINAR_API_SUBSCRIPTION_TIMEOUT)
            return -1;
        if (rc == LAMINAR_OK && !batch)
            break;
        if (batch) {
            int printed = result_batch(r, batch);
            laminar_batch_free(batch);
            if (printed < 0)
                return -1;
        }
        int64_t now = clock_ns();
        if (now - r->printer.start_ns >= HELD_NS && printer_waits(&r->printer) && (r->printer.n_rows || s->interactive))
            printer_release(&r->printer);
        if (!batch || now - flushed >= FLUSH_NS) {
            output_flush(&s->out);
            flushed = now;
        }
        show_progress(stream);
    }
    return 0;
}

static int run_query(Shell *s, const char *sql)
{
    LaminarQueryStream *stream = NULL;
    LaminarSchema *schema = NULL;
    LaminarStats st = {.size = sizeof(st)};
    ResultPrinter r = {0};
    progress_start(!s->no_progress);
    int rc = -1;
    if (laminar_query_stream(s->db, sql, &stream) == LAMINAR_OK && laminar_stream_stats(stream, &st) == LAMINAR_OK &&
        laminar_stream_schema(stream, &schema) == LAMINAR_OK)
        rc = result_init(&r, s, schema, !st.append_only);
    laminar_schema_free(schema);
    if (rc == 0)
        rc = print_stream(s, stream, &r);
    progress_stop();
    if (s->interactive && signals_interrupted())
        message_printf("\n"); /* behind the ^C that the terminal shows */
    /* What came before an error or Ctrl-C is shown, but only a complete result gets its end. */
    if (r.printer.type) {
        LaminarError kept = {.size = sizeof(kept)};
        (void)laminar_last_error_detail(&kept);
        if (rc == 0 || kept.api_code == LAMINAR_API_QUERY_CANCELLED)
            printer_end(&r.printer);
        else if (r.printer.n_rows)
            printer_release(&r.printer);
    }
    output_flush(&s->out);
    result_done(&r);
    laminar_stream_free(stream);
    return rc;
}

static int run_other(Shell *s, const char *sql)
{
    LaminarExecuteInfo info = {.size = sizeof(info)};
    LaminarQueryResult *result = NULL;
    if (laminar_execute_info(s->db, sql, &info, &result) != LAMINAR_OK)
        return -1;
    if (info.notice[0] && !s->quiet)
        message_printf("NOTICE:  %s\n", info.notice);
    if (info.n_notices > 1 && !s->quiet)
        message_printf("NOTICE:  and %d more\n", (int)info.n_notices - 1);
    int rc = result ? result_print(s, result) : 0;
    if (!result && info.tag[0] && !s->quiet) {
        if (s->format->prints_tags)
            output_printf(&s->out, "%s\n", info.tag);
        else if (s->interactive)
            message_printf("%s\n", info.tag);
    }
    laminar_result_free(result);
    output_flush(&s->out);
    return rc;
}

static void print_time(const Shell *s, int64_t ns)
{
    if (s->timing)
        message_printf("Time: %.3f ms\n", (double)ns / 1e6);
}

/* Bytes that no statement may have: false after they were reported, by line and byte, for they cannot be shown. */
static bool check_bytes(Shell *s, Str sql, Origin at)
{
    const char *zero = memchr(sql.p, 0, sql.n);
    size_t good = zero ? (size_t)(zero - sql.p) : 0, line = 0;
    uint32_t cp;
    for (int n = 1; !zero && good < sql.n && n > 0; good += (size_t)n)
        n = utf8_decode(sql.p + good, sql.n - good, &cp);
    if (good == sql.n)
        return true;
    for (size_t i = 0; i < good; i++) {
        at.line += sql.p[i] == '\n';
        line = sql.p[i] == '\n' ? i + 1 : line;
    }
    report_error(at, "22021", "the text %s (byte %zu of its line)", zero ? "contains a zero byte" : "is not UTF-8",
                 good - line + 1);
    s->failed = true;
    return false;
}

int run_statement(Shell *s, Str sql, Origin at)
{
    if (!check_bytes(s, sql, at))
        return -1;
    StrBuf text;
    sb_init(&text, NULL);
    sb_put(&text, sql.p, sql.n);
    const char *c = sb_cstr(&text);
    (void)signals_take_interrupt();
    int64_t start = clock_ns();
    bool is_query = false;
    /* A text that does not parse is reported by the one who runs it. */
    if (laminar_is_query(c, &is_query) != LAMINAR_OK)
        is_query = false;
    laminar_clear_error();
    int rc = text.failed ? -1 : is_query ? run_query(s, c) : copy_is(sql) ? run_copy(s, c) : run_other(s, c);
    if (rc < 0 && !s->out.closed)
        report_last_error(sql, at);
    print_time(s, clock_ns() - start);
    if (is_query && !text.failed) {
        sb_clear(&s->last_query);
        sb_put(&s->last_query, text.p, text.n);
    }
    sb_done(&text);
    if (rc < 0)
        s->failed = true;
    if (signals_take_interrupt())
        s->interrupted = true;
    if (signals_terminated() || (s->out.closed && !s->interactive))
        s->quit = true;
    return rc;
}

int run_names(Shell *s, const char *sql, StrBuf *ret)
{
    LaminarQueryResult *result = NULL;
    size_t n_batches = 0;
    if (laminar_execute(s->db, sql, &result) != LAMINAR_OK || !result)
        return -1;
    int32_t rc = laminar_result_num_batches(result, &n_batches);
    for (size_t b = 0; rc == LAMINAR_OK && b < n_batches; b++) {
        LaminarRecordBatch *batch = NULL;
        size_t n = 0;
        rc = laminar_result_get_batch(result, b, &batch);
        if (rc == LAMINAR_OK)
            rc = laminar_batch_num_rows(batch, &n);
        for (size_t i = 0; rc == LAMINAR_OK && i < n; i++) {
            const char *text = NULL;
            size_t length = 0;
            rc = laminar_batch_text(batch, i, 0, &text, &length);
            if (rc == LAMINAR_OK && text) {
                sb_put(ret, text, length);
                sb_putc(ret, 0);
            }
        }
        laminar_batch_free(batch);
    }
    laminar_result_free(result);
    return rc == LAMINAR_OK && !ret->failed ? 0 : -1;
}

/* The sum of a column of SHOW QUERIES, found by its name. */
static uint64_t sum_of(LaminarQueryResult *result, LaminarSchema *schema, const char *column)
{
    size_t n_fields = 0, n = 0;
    uint64_t sum = 0;
    LaminarRecordBatch *batch = NULL;
    (void)laminar_schema_num_fields(schema, &n_fields);
    if (laminar_result_get_batch(result, 0, &batch) != LAMINAR_OK || laminar_batch_num_rows(batch, &n) != LAMINAR_OK)
        n_fields = 0;
    for (size_t f = 0; f < n_fields; f++) {
        char *name = NULL;
        bool is_it = laminar_schema_field_name(schema, f, &name) == LAMINAR_OK && strcmp(name, column) == 0;
        laminar_string_free(name);
        for (size_t i = 0; is_it && i < n; i++) {
            const char *text = NULL;
            size_t length = 0;
            uint64_t v = 0;
            if (laminar_batch_text(batch, i, f, &text, &length) == LAMINAR_OK && text && str_to_u64((Str){text, length}, &v))
                sum += v;
        }
    }
    laminar_batch_free(batch);
    return sum;
}

static void show_pipelines(Shell *s)
{
    LaminarQueryResult *result = NULL;
    LaminarSchema *schema = NULL;
    if (!progress_is_due() || laminar_execute(s->db, "SHOW QUERIES", &result) != LAMINAR_OK || !result)
        return;
    if (laminar_result_schema(result, &schema) == LAMINAR_OK)
        progress_show(&(Progress){sum_of(result, schema, "rows_in"), sum_of(result, schema, "rows_out"),
                                  sum_of(result, schema, "late"), sum_of(result, schema, "errors"), INT64_MIN});
    laminar_schema_free(schema);
    laminar_result_free(result);
}

int run_wait(Shell *s)
{
    bool unbounded = false, told = false;
    progress_start(!s->no_progress);
    int rc = 0;
    while (!signals_interrupted() && !signals_terminated()) {
        int32_t code = laminar_wait_idle(s->db, WAIT_MS, &unbounded);
        if (code == LAMINAR_OK && !unbounded)
            break;
        if (code != LAMINAR_OK && code != LAMINAR_API_SUBSCRIPTION_TIMEOUT) {
            rc = code == LAMINAR_API_QUERY_CANCELLED ? 0 : -1;
            break;
        }
        if (code == LAMINAR_OK && !told && fd_is_terminal(2))
            message_printf("Pipelines over endless sources are running; Ctrl-C ends them.\n");
        told = told || code == LAMINAR_OK;
        if (code == LAMINAR_OK)
            (void)signals_wait(-1, WAIT_MS);
        show_pipelines(s);
    }
    progress_stop();
    if (rc < 0)
        report_last_error((Str){0}, (Origin){0});
    if (signals_take_interrupt() || signals_terminated())
        s->interrupted = s->interrupted || !unbounded; /* ending what is endless is no failure */
    return rc;
}
