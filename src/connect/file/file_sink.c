/* SPDX-License-Identifier: Apache-2.0
 *
 * Sink `file`: rows to files of a text format.  Only whole records are handed to the file system.
 *
 * In a database with checkpoints (in_epochs) it is ATOMIC: rows go to unfinished files, and a commit publishes what one epoch
 * wrote: it gives files their names (mode = 'rolling') or copies them to the end of the one file that the path names.  Without,
 * rows go straight to that file, and a rolling sink names a file when it is finished. */
#include <stdio.h>
#include <string.h>

#include "connect/connect_impl.h"
#include "connect/file/file_parts_impl.h"

typedef enum SinkMode { MODE_AUTO, MODE_OVERWRITE, MODE_APPEND, MODE_ERROR, MODE_ROLLING } SinkMode;
#define SINK_MODE_NAMES "auto|overwrite|append|error|rolling"

typedef struct FileSinkConfig {
    const char *path, *format, *prefix;
    int32_t mode, compression;
    int64_t max_file_size, roll_interval_us;
} FileSinkConfig;

typedef struct FileSink {
    Sink base;
    RowText rows;
    FileParts parts;
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
    return err_hint(err, "Say FORMAT csv, json, text or binary.");
}

static bool is_rolling(const FileSinkConfig *c)
{
    size_t n = strlen(c->path);
    return c->mode == MODE_ROLLING || (c->mode == MODE_AUTO && (path_has_columns(c->path) || (n > 0 && c->path[n - 1] == '/')));
}

static int check_mode(const Sink *s, const FileSinkConfig *c, Err *err)
{
    bool rolls = is_rolling(c);
    const char *only = c->prefix ? "prefix" : c->max_file_size ? "max_file_size" : c->roll_interval_us ? "roll_interval" : NULL;
    if (only && !rolls)
        return RAISE(err, ERR_BAD_OPTION, "connector \"file\": option \"%s\" is for mode = 'rolling'", only);
    if (c->prefix && (!*c->prefix || strpbrk(c->prefix, "/{}")))
        return RAISE(err, ERR_BAD_OPTION, "connector \"file\": option \"prefix\" must be the beginning of a name, not \"%.100s\"",
                     c->prefix);
    if (path_has_columns(c->path) && (c->mode == MODE_ERROR || (c->mode == MODE_OVERWRITE && s->in_epochs)))
        return RAISE(err, ERR_BAD_OPTION, "connector \"file\": a path with { } goes with mode = 'rolling' or 'append'");
    return 0;
}

static void part_options(const Sink *s, const ConnectArgs *args, const FormatType *format, PartOptions *ret)
{
    const FileSinkConfig *c = s->config;
    bool rolls = is_rolling(c);
    Codec codec = c->compression == CODEC_AUTO ? codec_of_path(str_of(c->path)) : (Codec)c->compression;
    *ret = (PartOptions){.path = path_strip_scheme(c->path),
                         .kind = rolls          ? PART_RENAMED
                                 : s->in_epochs ? PART_APPENDED
                                                : PART_DIRECT,
                         .mode = c->mode == MODE_APPEND  ? FILE_APPEND
                                 : c->mode == MODE_ERROR ? FILE_MUST_BE_NEW
                                                         : FILE_OVERWRITE,
                         .codec = codec,
                         .format = format->name,
                         .by_length = format->by_length,
                         .max_bytes = c->max_file_size,
                         .max_age_us = c->roll_interval_us,
                         .again = args->again,
                         .looks = args->looks,
                         .owner = args->owner,
                         .outbox = s->in_epochs ? args->outbox : NULL};
    Str ending = path_ending(str_of(ret->path));
    bool names_a_file = ending.n && format_find(ending);
    if (rolls && (c->prefix || !names_a_file))
        ret->prefix = c->prefix ? c->prefix : "part";
}

static int sink_file_open(Sink *s, const ConnectArgs *args, Err *err)
{
    FileSink *f = (FileSink *)s;
    const FileSinkConfig *c = s->config;
    const FormatType *format;
    PartOptions parts;
    Option opts[2] = {{.key = STR("path"), .value = str_of(c->path)}, {.key = STR("format"), .value = str_of(c->format)}};
    ConnectArgs again = *args;
    again.opts = opts;
    again.n_opts = c->format ? 2 : 1;
    TRY(sink_format(&again, &format, err));
    TRY(check_mode(s, c, err));
    TRY(row_text_open(&f->rows, s, format, args->format_opts, args->n_format_opts, false, err));
    f->has_rows = true;
    part_options(s, args, format, &parts);
    return file_parts_open(&f->parts, s, &f->rows, &parts, err);
}

static int sink_file_write(Sink *s, uint64_t epoch, const Batch *b, Err *err)
{
    (void)epoch;
    return file_parts_write(&((FileSink *)s)->parts, b, err);
}

static int sink_file_flush(Sink *s, Err *err)
{
    return file_parts_flush(&((FileSink *)s)->parts, err);
}

static void sink_file_close(Sink *s)
{
    FileSink *f = (FileSink *)s;
    file_parts_close(&f->parts);
    if (f->has_rows)
        row_text_close(&f->rows);
}

/* ---- commits ---- */

static int sink_file_cut(Sink *s, StrBuf *ret_token, Err *err)
{
    return file_parts_cut(&((FileSink *)s)->parts, ret_token, err);
}

static int sink_file_prepare(Sink *s, Str token, Err *err)
{
    const TokenPlaces where = file_parts_places(&((FileSink *)s)->parts);
    return token_prepare(s->env, &where, token, err);
}

static int sink_file_commit(Sink *s, Str token, Err *err)
{
    FileParts *x = &((FileSink *)s)->parts;
    const TokenPlaces where = file_parts_places(x);
    uint64_t epoch = 0;
    TRY(token_commit(s->env, &where, token, &epoch, err));
    file_parts_pass_epoch(x, epoch);
    return 0;
}

static int sink_file_abort(Sink *s, Str token, Err *err)
{
    const TokenPlaces where = file_parts_places(&((FileSink *)s)->parts);
    file_parts_forget_places(&((FileSink *)s)->parts);
    return token_abort(s->env, &where, token, err);
}

static int sink_file_keep(Sink *s, Str token, Err *err)
{
    return file_parts_keep(&((FileSink *)s)->parts, token, err);
}

typedef struct Sweep {
    Env *env;
    const char *base;
    char owner[40], process[40];
} Sweep;

static int sweep_one(void *self, const char *name)
{
    Sweep *w = self;
    if (strncmp(name, w->owner, strlen(w->owner)) != 0 || strstr(name, w->process))
        return 0;
    StrBuf path;
    sb_init(&path, NULL);
    sb_printf(&path, "%s/%s", w->base, name);
    if (!path.failed)
        (void)w->env->dir->unlink(w->env, path.p, NULL);
    sb_done(&path);
    return 0;
}

static int sink_file_sweep(Sink *s, Err *err)
{
    const FileParts *x = &((FileSink *)s)->parts;
    Sweep w = {.env = s->env, .base = x->path.base};
    snprintf(w.owner, sizeof(w.owner), ".laminar-%016llx-", (unsigned long long)x->o.owner);
    snprintf(w.process, sizeof(w.process), "-%016llx-", (unsigned long long)x->process);
    TRY(s->env->file->list(s->env, w.base, sweep_one, &w, err));
    w.base = x->o.outbox;
    return w.base ? s->env->file->list(s->env, w.base, sweep_one, &w, err) : 0;
}

static const SinkCommit sink_file_commits = {
    .cut = sink_file_cut,
    .prepare = sink_file_prepare,
    .commit = sink_file_commit,
    .abort = sink_file_abort,
    .keep = sink_file_keep,
    .sweep = sink_file_sweep,
};

static const OptionDef sink_file_options[] = {
    {"path", OPTION_TEXT, offsetof(FileSinkConfig, path), .required = true,
     .help = "file to write, or directory when rolling; {column} stands for the value of a column"},
    {"format", OPTION_TEXT, offsetof(FileSinkConfig, format),
     .help = "format, instead of FORMAT; default: by the ending of the path"},
    {"mode", OPTION_ENUM, offsetof(FileSinkConfig, mode), .preset = "auto", .names = SINK_MODE_NAMES,
     .help =
         "overwrite, append, error: one file, which is written anew, added to, or must not exist; rolling: a file per epoch; auto: "
         "rolling when the path has {column} or ends in /, else overwrite"},
    {"prefix", OPTION_TEXT, offsetof(FileSinkConfig, prefix),
     .help = "rolling: beginning of the names in the directory; default: part"},
    {"max_file_size", OPTION_BYTES, offsetof(FileSinkConfig, max_file_size), .preset = "0", .min = 0, .max = 9e18,
     .help = "rolling: a file of that size is finished and the next one begun; 0 = no limit"},
    {"roll_interval", OPTION_DURATION, offsetof(FileSinkConfig, roll_interval_us), .preset = "0", .min = 0, .max = 3.2e14,
     .help = "rolling: a file that is as old as that is finished when the next rows come; 0 = no limit"},
    {"compression", OPTION_ENUM, offsetof(FileSinkConfig, compression), .preset = "auto", .names = CODEC_NAMES,
     .help = "compression; auto: by the endings .gz and .zst"},
    {NULL},
};

const SinkType sink_file = {
    .name = "file",
    .help = "writes rows to files of a text format",
    .options = sink_file_options,
    .config_bytes = sizeof(FileSinkConfig),
    .size = sizeof(FileSink),
    .level = SINK_ATOMIC,
    .changes = SINK_APPEND | SINK_ZSET,
    .format = sink_format,
    .open = sink_file_open,
    .write = sink_file_write,
    .flush = sink_file_flush,
    .close = sink_file_close,
    .commit = &sink_file_commits,
};
