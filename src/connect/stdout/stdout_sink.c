/* SPDX-License-Identifier: Apache-2.0
 *
 * Sink `stdout`: rows to standard output as they come, as CSV with a header unless another format is asked for. */
#include "connect/connect_impl.h"
#include "connect/row_text_impl.h"

typedef struct StdoutConfig {
    const char *format;
} StdoutConfig;

typedef struct StdoutSink {
    Sink base;
    RowText rows;
    bool has_rows;
    StrBuf text;
} StdoutSink;

static int stdout_format(const ConnectArgs *args, const FormatType **ret, Err *err)
{
    TRY(connect_format(args, ret, err));
    if (!*ret)
        *ret = format_find(STR("csv"));
    return 0;
}

static int stdout_open(Sink *s, const ConnectArgs *args, Err *err)
{
    StdoutSink *x = (StdoutSink *)s;
    const StdoutConfig *c = s->config;
    const FormatType *format;
    Option opt = {.key = STR("format"), .value = str_of(c->format)};
    ConnectArgs again = *args;
    again.opts = &opt;
    again.n_opts = c->format != NULL;
    TRY(stdout_format(&again, &format, err));
    sb_init(&x->text, s->acct);
    TRY(row_text_open(&x->rows, s, format, args->format_opts, args->n_format_opts, false, err));
    x->has_rows = true;
    return 0;
}

static int put_text(StdoutSink *x, Err *err)
{
    int rc = x->text.failed ? -ERR_OUT_OF_MEMORY : x->text.n ? env_write_stdout(x->text.p, x->text.n) : 0;
    x->base.n_bytes += (int64_t)x->text.n;
    sb_clear(&x->text);
    if (rc == -ERR_DISK_FULL) {
        (void)RAISE(err, ERR_DISK_FULL, "standard output cannot be written: no space left on its disk");
        (void)err_hint(err, ENV_DISK_FULL_HINT);
        return rc;
    }
    return rc == -ERR_OUT_OF_MEMORY ? RAISE_NOMEM(err) : rc < 0 ? RAISE(err, ERR_IO, "standard output cannot be written") : 0;
}

static int stdout_write(Sink *s, uint64_t epoch, const Batch *b, Err *err)
{
    StdoutSink *x = (StdoutSink *)s;
    (void)epoch;
    TRY(row_text_begin(&x->rows, &x->text, err));
    size_t before = x->text.n;
    int rc = row_text_put(&x->rows, b, &x->text, err);
    if (rc < 0) {
        if (!x->text.failed)
            x->text.n = before; /* no half of a batch, but the header stays */
        return rc;
    }
    s->n_rows += b->n_sel;
    return put_text(x, err);
}

static int stdout_flush(Sink *s, Err *err)
{
    StdoutSink *x = (StdoutSink *)s;
    TRY(row_text_begin(&x->rows, &x->text, err));
    return put_text(x, err);
}

static void stdout_close(Sink *s)
{
    StdoutSink *x = (StdoutSink *)s;
    if (x->has_rows)
        row_text_close(&x->rows);
    sb_done(&x->text);
}

static const OptionDef stdout_options[] = {
    {"format", OPTION_TEXT, offsetof(StdoutConfig, format), .help = "csv (default), json or another format that can be written"},
    {NULL},
};

const SinkType sink_stdout = {
    .name = "stdout",
    .help = "prints rows to standard output",
    .options = stdout_options,
    .config_bytes = sizeof(StdoutConfig),
    .size = sizeof(StdoutSink),
    .level = SINK_NONE,
    .changes = SINK_APPEND | SINK_ZSET,
    .format = stdout_format,
    .open = stdout_open,
    .write = stdout_write,
    .flush = stdout_flush,
    .close = stdout_close,
};
