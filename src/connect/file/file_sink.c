/* SPDX-License-Identifier: Apache-2.0
 *
 * Sink `file`: rows to one file of a text format.  Only whole records are handed to the file system, a piece at a time; a piece
 * that fails is written again at the same place with the next call.  Exactly-once output is the business of another sink. */
#include <string.h>

#include "connect/connect_impl.h"
#include "connect/file/file_io_impl.h"
#include "connect/row_text_impl.h"

typedef struct FileSinkConfig {
    const char *path, *format;
    int32_t mode, compression;
} FileSinkConfig;

typedef struct FileSink {
    Sink base;
    RowText rows;
    FileWriter writer;
    bool has_rows;
} FileSink;

/* By FORMAT or option, else by the ending of the path. */
static int sink_format(const ConnectArgs *args, const FormatType **ret, Err *err)
{
    const Option *path = connect_option(args, "path");
    TRY(connect_format(args, ret, err));
    if (*ret || !path)
        return 0;
    Str name = path_without_codec(path->value);
    size_t dot = name.n;
    while (dot > 0 && name.p[dot - 1] != '.' && name.p[dot - 1] != '/')
        dot--;
    *ret = dot > 0 && name.p[dot - 1] == '.' ? format_find((Str){name.p + dot, name.n - dot}) : NULL;
    if (*ret)
        return 0;
    RAISE_AT(err, ERR_UNKNOWN_FORMAT, path->at, "the format of \"%.*s\" cannot be told from its name",
             (int)MIN(path->value.n, (size_t)200), path->value.p);
    return err_hint(err, "Say FORMAT csv, json or text.");
}

static int sink_file_open(Sink *s, const ConnectArgs *args, Err *err)
{
    FileSink *f = (FileSink *)s;
    const FileSinkConfig *c = s->config;
    const FormatType *format;
    Option opts[2] = {{.key = STR("path"), .value = str_of(c->path)}, {.key = STR("format"), .value = str_of(c->format)}};
    ConnectArgs again = *args;
    again.opts = opts;
    again.n_opts = c->format ? 2 : 1;
    TRY(sink_format(&again, &format, err));
    const char *path = path_strip_scheme(c->path);
    if (strpbrk(path, "{}"))
        return RAISE(err, ERR_UNSUPPORTED, "connector \"file\": a path with { } (one file per value) is not supported: \"%.200s\"",
                     path);
    Codec codec = c->compression == CODEC_AUTO ? codec_of_path(str_of(path)) : (Codec)c->compression;
    TRY(row_text_open(&f->rows, s, format, args->format_opts, args->n_format_opts, false, err));
    f->has_rows = true;
    TRY(file_writer_open(&f->writer, s->env, s->acct, path, codec, (FileMode)c->mode, err));
    f->rows.begun = f->writer.at > 0; /* appending to something that has its header */
    return 0;
}

static int sink_file_write(Sink *s, uint64_t epoch, const Batch *b, Err *err)
{
    FileSink *f = (FileSink *)s;
    (void)epoch;
    TRY(row_text_begin(&f->rows, &f->writer.plain, err));
    size_t before = f->writer.plain.n;
    int rc = row_text_put(&f->rows, b, &f->writer.plain, err);
    if (rc < 0) {
        if (!f->writer.plain.failed)
            f->writer.plain.n = before; /* no half of a batch */
        return rc;
    }
    s->n_bytes += (int64_t)(f->writer.plain.n - before);
    s->n_rows += b->n_sel;
    return file_writer_written(&f->writer, err);
}

static int sink_file_flush(Sink *s, Err *err)
{
    FileSink *f = (FileSink *)s;
    TRY(row_text_begin(&f->rows, &f->writer.plain, err));
    return file_writer_flush(&f->writer, err);
}

static void sink_file_close(Sink *s)
{
    FileSink *f = (FileSink *)s;
    if (f->has_rows)
        row_text_close(&f->rows);
    file_writer_close(&f->writer);
}

static const OptionDef sink_file_options[] = {
    {"path", OPTION_TEXT, offsetof(FileSinkConfig, path), .required = true, .help = "file to write"},
    {"format", OPTION_TEXT, offsetof(FileSinkConfig, format),
     .help = "format, instead of FORMAT; default: by the ending of the path"},
    {"mode", OPTION_ENUM, offsetof(FileSinkConfig, mode), .preset = "overwrite", .names = FILE_MODE_NAMES,
     .help = "when the file exists: write it anew, add to its end, or refuse"},
    {"compression", OPTION_ENUM, offsetof(FileSinkConfig, compression), .preset = "auto", .names = CODEC_NAMES,
     .help = "compression; auto: by the endings .gz and .zst"},
    {NULL},
};

const SinkType sink_file = {
    .name = "file",
    .help = "writes rows to a file of a text format",
    .options = sink_file_options,
    .config_bytes = sizeof(FileSinkConfig),
    .size = sizeof(FileSink),
    .level = SINK_NONE,
    .changes = SINK_APPEND | SINK_ZSET,
    .format = sink_format,
    .open = sink_file_open,
    .write = sink_file_write,
    .flush = sink_file_flush,
    .close = sink_file_close,
};
