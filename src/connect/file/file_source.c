/* SPDX-License-Identifier: Apache-2.0
 *
 * Source `file`: one file, a comma list, a glob (in order of names) or standard input, read in order, each file a partition.  A
 * position is "file#<index>:<path>@<byte>:<line>[:<rows>][~<n>.<hash>]", the place of the next record in the decoded stream; going
 * back re-reads the header (CSV needs its names) and then starts at the byte, for compressed files by decoding up to it.  The hash
 * is that of the first n bytes: a file that was put in the place of the one that was read is not read on in its middle.
 *
 * follow = true reads a growing file: the end is only a pause.  When the name comes to mean another file, or the file shrinks, the
 * rest of the old one is read and reading starts at the beginning of the new one.  A file that was emptied and has grown beyond
 * where reading stands is known by the bytes before that place, which are not what was read there. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "connect/connect_impl.h"
#include "connect/file/file_follow_impl.h"
#include "connect/file/file_io_impl.h"
#include "data/record.h"

#define POLL_PRESET_US 100000
#define SAMPLE_BYTES ((size_t)256 << 10)
#define BUFFER_BYTES_MAX ((size_t)64 << 20)
#define PATH_BYTES_MAX 400u
#define TAIL_BYTES 64u
#define HEAD_BYTES 1024u
#define OPEN_TRIES 3
#define STREAM_WAIT_NS INT64_C(20000) /* then twice as long, .. */
#define STREAM_WAIT_MAX_NS INT64_C(10000000)

typedef struct FileConfig {
    const char *path, *format, *glob_pattern;
    int32_t compression; /* Codec */
    int32_t on_error;
    int64_t max_rows, chunk_bytes, poll_interval_us;
    bool follow, include_metadata;
} FileConfig;

typedef struct FileSource {
    Source base;
    FollowSet *set; /* several files that are followed: it does all, and the rest is unused */
    Str *paths;
    uint32_t n_paths, index;
    FileReader reader;
    bool is_open, at_end, ended; /* of the file in hand; of all */
    bool moved_on;               /* the file before the one in hand ended in this poll */
    bool muted;                  /* bad records of the header's re-reading do not count */
    Decoder *decoder;
    Builder out;
    uint32_t out_cap;
    char *buf;
    size_t buf_bytes, from, to;
    int64_t n_given; /* rows, for max_rows */
    bool from_start; /* what is read of the file in hand was read from its first byte on */
    uint32_t n_head;
    char head[HEAD_BYTES]; /* the first bytes of it, decoded */
    int64_t wake_ns, stream_wait_ns;
    const Schema *decoded; /* include_metadata: the columns before METADATA, which is the last; NULL = all are of the file's text */
    StrBuf metadata;
    EnvStat st, st_before; /* of the file in hand, and of the one before it */
    bool waited;           /* following: its end was reached */
    bool left;             /* following: the name means another file than the one in hand, or is to be given up */
    uint32_t n_tail;
    char tail[TAIL_BYTES]; /* following: the last bytes read, to know the file again */
    Err *err;              /* of the poll in hand, for the decoder's callback */
} FileSource;

typedef struct Position { /* what a position's text says */
    int64_t index, byte, line, rows;
    Str path;
    uint32_t n_head; /* 0: it says nothing of the file's beginning */
    uint64_t head_hash;
} Position;

static bool is_stdin(Str path)
{
    return str_eq(path, STR("-")) || str_eq_nocase(path, STR("stdin")) || str_eq(path, STR("/dev/stdin"));
}

static bool has_wildcard(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (strchr("*?[", s.p[i]))
            return true;
    return false;
}

static int patterns_of_dir(Arena *arena, Str dir, const char *patterns, const char **ret, Err *err)
{
    Str part, rest = str_of(patterns);
    *ret = "";
    for (bool more = true; more && *ret;) {
        more = str_cut(rest, ',', &part, &rest);
        part = str_trim(part);
        if (part.n)
            *ret = arena_printf(arena, "%s%s%.*s/%.*s", *ret, **ret ? "," : "", (int)dir.n, dir.p, (int)part.n, part.p);
    }
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* What stands for the files of a directory: all in it whose names match a pattern, and none that begin with a dot; without a
 * pattern those that end as the format's do, which keep_format sees to: 1.  Another path is left as it is: 0.  In the arena. */
static int path_of_dir(Env *env, Arena *arena, const char **path, const char *glob_pattern, Err *err)
{
    EnvStat st;
    const char *plain = path_strip_scheme(*path);
    size_t n = strlen(plain);
    if (is_stdin(str_of(*path)) || has_wildcard(str_of(*path)) || env->file->stat(env, plain, &st, NULL) < 0 || !st.is_dir)
        return glob_pattern
                   ? RAISE(err, ERR_BAD_OPTION, "connector \"file\": option \"glob_pattern\" is for a path that is a directory")
                   : 0;
    if (memchr(plain, ',', n))
        return RAISE(err, ERR_UNSUPPORTED, "the files of a directory with a comma in its name cannot be meant by its name alone");
    while (n > 1 && plain[n - 1] == '/')
        n--;
    TRY(patterns_of_dir(arena, (Str){plain, n}, glob_pattern ? glob_pattern : "*", path, err));
    return !glob_pattern;
}

static const FormatType *format_by_ending(Str path)
{
    Str ending = path_without_codec(path);
    size_t dot = ending.n;
    while (dot > 0 && ending.p[dot - 1] != '.' && ending.p[dot - 1] != '/')
        dot--;
    if (dot == 0 || ending.p[dot - 1] != '.')
        return NULL;
    ending = (Str){ending.p + dot, ending.n - dot};
    return format_find(str_eq_nocase(ending, STR("log")) ? STR("text") : ending);
}

static void keep_format(Str *path, uint32_t *n, const FormatType *format)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *n; i++)
        if (format_by_ending(path[i]) == format)
            path[kept++] = path[i];
    *n = kept;
}

/* Of what a pattern matches files are meant. */
static void drop_dirs(Env *env, Str *path, uint32_t *n)
{
    EnvStat st;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *n; i++)
        if (env->file->stat(env, path[i].p, &st, NULL) < 0 || !st.is_dir)
            path[kept++] = path[i];
    *n = kept;
}

static int add_path(Env *env, Arena *arena, Str pattern, bool may_be_none, Str **paths, uint32_t *n, Err *err)
{
    Str *found;
    uint32_t n_found = 1;
    const char *name = arena_strndup(arena, pattern.p, pattern.n);
    if (!name)
        return RAISE_NOMEM(err);
    name = path_strip_scheme(name);
    Str one = str_of(is_stdin(pattern) ? "/dev/stdin" : name);
    found = &one;
    if (!is_stdin(pattern) && has_wildcard(one)) {
        TRY(env_glob(env, name, arena, &found, &n_found, err));
        drop_dirs(env, found, &n_found);
        if (n_found == 0 && !may_be_none)
            return RAISE(err, ERR_FILE_NOT_FOUND, "no file matches \"%s\"", name);
    }
    Str *grown = ARENA_ARRAY(arena, Str, *n + n_found);
    if (!grown)
        return RAISE_NOMEM(err);
    if (*n)
        memcpy(grown, *paths, sizeof(Str) * *n);
    for (uint32_t i = 0; i < n_found; i++) {
        if (found[i].n > PATH_BYTES_MAX)
            return RAISE(err, ERR_PROGRAM_LIMIT, "path \"%.*s...\" is longer than %u bytes", 64, found[i].p, PATH_BYTES_MAX);
        grown[*n + i] = found[i];
    }
    *paths = grown;
    *n += n_found;
    return 0;
}

/* Every file must be there and be a file. */
static int check_paths(Env *env, const Str *paths, uint32_t n, Err *err)
{
    EnvStat st;
    for (uint32_t i = 0; i < n; i++) {
        if (is_stdin(paths[i]))
            continue;
        TRY(env->file->stat(env, paths[i].p, &st, err));
        if (st.is_dir) /* of a list */
            return RAISE(err, ERR_FILE_ACCESS, "\"%s\" is a directory; name files, as in \"%s/*.csv\"", paths[i].p, paths[i].p);
    }
    return 0;
}

static int list_paths(Env *env, Arena *arena, const char *spec, bool may_be_none, Str **ret, uint32_t *ret_n, Err *err)
{
    Str head, rest = str_of(spec);
    EnvStat st;
    *ret = NULL;
    *ret_n = 0;
    if (strchr(spec, ',') && env->file->stat(env, spec, &st, NULL) >= 0) { /* a name that holds a comma */
        Str *one = ARENA_ARRAY(arena, Str, 1);
        if (!one)
            return RAISE_NOMEM(err);
        *one = rest;
        *ret = one;
        *ret_n = 1;
    }
    for (bool more = *ret_n == 0; more;) {
        more = str_cut(rest, ',', &head, &rest);
        head = str_trim(head);
        if (head.n)
            TRY(add_path(env, arena, head, may_be_none, ret, ret_n, err));
    }
    if (*ret_n == 0 && !(may_be_none && has_wildcard(str_of(spec))))
        return RAISE(err, ERR_BAD_OPTION, "connector \"file\": option \"path\" is empty");
    return 0;
}

/* By the first file of a directory. */
static int format_in_dir(const ConnectArgs *args, Str dir, const FormatType **ret, Err *err)
{
    const Option *pattern = connect_option(args, "glob_pattern");
    _cleanup_(arena_done) Arena arena;
    Str *found = NULL;
    uint32_t n = 0;
    arena_init(&arena, args->acct, 0);
    const char *name = arena_strndup(&arena, dir.p, dir.n), *spec = name;
    const char *glob = pattern ? arena_strndup(&arena, pattern->value.p, pattern->value.n) : NULL;
    if (!spec || (pattern && !glob))
        return RAISE_NOMEM(err);
    TRY(path_of_dir(args->env, &arena, &spec, glob, err));
    if (spec == name)
        return 0;
    TRY(list_paths(args->env, &arena, spec, true, &found, &n, err));
    for (uint32_t i = 0; i < n && !*ret; i++)
        *ret = format_by_ending(found[i]);
    return 0;
}

/* The format by FORMAT or option; else by the ending of the first path. */
static int file_format(const ConnectArgs *args, const FormatType **ret, Err *err)
{
    const Option *path = connect_option(args, "path");
    TRY(connect_format(args, ret, err));
    if (*ret || !path)
        return 0;
    Str first, rest;
    str_cut(path->value, ',', &first, &rest);
    *ret = format_by_ending(str_trim(first));
    if (!*ret && !rest.n)
        TRY(format_in_dir(args, str_trim(first), ret, err));
    if (*ret)
        return 0;
    RAISE_AT(err, ERR_UNKNOWN_FORMAT, path->at, "the format of \"%.*s\" cannot be told from its name",
             (int)MIN(first.n, (size_t)200), first.p);
    return err_hint(err, "Say FORMAT csv, json, text or binary.");
}

int file_follow_list(Env *env, Arena *arena, const FollowSpec *spec, Str **ret, uint32_t *ret_n, Err *err)
{
    Str *path;
    EnvStat st;
    uint32_t n = 0, n_there = 0;
    TRY(list_paths(env, arena, spec->paths, true, &path, &n, err));
    if (spec->by_format)
        keep_format(path, &n, format_find(str_of(spec->format)));
    for (uint32_t i = 0; i < n; i++) {
        if (memchr(path[i].p, '\n', path[i].n))
            return RAISE(err, ERR_UNSUPPORTED, "a file with a line break in its name cannot be followed");
        if (env->file->stat(env, path[i].p, &st, NULL) >= 0 && !st.is_dir)
            path[n_there++] = path[i];
    }
    *ret = path;
    *ret_n = n_there;
    return 0;
}

/* Whether the path names more than one file, now or later. */
static bool names_many(Env *env, const char *spec)
{
    EnvStat st;
    return has_wildcard(str_of(spec)) || (strchr(spec, ',') && env->file->stat(env, spec, &st, NULL) < 0);
}

static Codec codec_for(const FileConfig *c, Str path)
{
    return c->compression == CODEC_AUTO ? codec_of_path(path) : (Codec)c->compression;
}

static const char *path_now(const FileSource *f)
{
    return f->paths[f->index].p;
}

static int on_bad(void *self, const BadRecord *bad)
{
    FileSource *f = self;
    return f->muted ? 0 : source_put_bad(&f->base, path_now(f), bad, f->err);
}

/* From its first byte. */
static void begin_file(FileSource *f)
{
    f->reader.at = 0;
    f->at_end = f->waited = f->left = false;
    f->n_tail = f->n_head = 0;
    f->from_start = true;
    f->from = f->to = 0;
    decoder_restart(f->decoder);
}

static void close_file(FileSource *f)
{
    if (f->is_open)
        file_reader_close(&f->reader);
    f->is_open = false;
}

/* When following: f->st is of the file that is open, unless its name came to mean another one meanwhile. */
static bool is_what_was_seen(const FileSource *f, const char *path)
{
    EnvStat now;
    return f->base.env->file->stat(f->base.env, path, &now, NULL) < 0 || now.inode == f->st.inode;
}

static int open_file(FileSource *f, Err *err)
{
    Env *env = f->base.env;
    const FileConfig *c = f->base.config;
    Str path = f->paths[f->index];
    bool is_stream = is_stdin(path);
    f->st_before = f->st;
    int tries = 0;
    do {
        close_file(f);
        if (!is_stream) {
            TRY(env->file->stat(env, path.p, &f->st, err));
            is_stream = f->st.bytes == 0 && !c->follow; /* a pipe says 0 too, and an empty file reads the same either way */
        }
        TRY(file_reader_open(&f->reader, env, f->base.acct, path.p, codec_for(c, path), is_stream, err));
        f->is_open = true;
    } while (c->follow && !is_what_was_seen(f, path.p) && ++tries < OPEN_TRIES);
    begin_file(f);
    return 0;
}

/* Reads more behind `to`.  0, or 1 at the end of the file. */
static int fill(FileSource *f, Err *err)
{
    const FileConfig *c = f->base.config;
    memmove(f->buf, f->buf + f->from, f->to - f->from);
    f->to -= f->from;
    f->from = 0;
    if (f->to + (size_t)c->chunk_bytes > f->buf_bytes - FEED_PADDING) {
        size_t bytes = 2 * f->buf_bytes;
        char *grown = bytes > BUFFER_BYTES_MAX ? NULL : mem_realloc(f->base.acct, f->buf, f->buf_bytes, bytes);
        if (!grown)
            return RAISE_NOMEM(err);
        f->buf = grown;
        f->buf_bytes = bytes;
    }
    int64_t got = file_reader_read(&f->reader, f->buf + f->to, (size_t)c->chunk_bytes, err);
    if (got < 0)
        return (int)got;
    memset(f->buf + f->to + got, 0, FEED_PADDING);
    if (f->from_start && f->n_head < HEAD_BYTES) {
        uint32_t n = (uint32_t)MIN((size_t)got, (size_t)(HEAD_BYTES - f->n_head));
        memcpy(f->head + f->n_head, f->buf + f->to, n);
        f->n_head += n;
    }
    f->to += (size_t)got;
    f->base.n_bytes += got;
    if (c->follow && got > 0) {
        f->n_tail = (uint32_t)MIN(f->to, TAIL_BYTES);
        memcpy(f->tail, f->buf + f->to - f->n_tail, f->n_tail);
    }
    return got == 0;
}

/* ---- include_metadata ---- */

#define METADATA "_metadata"

static int metadata_type(Type *ret)
{
    static const Field field[] = {{.name = "file_path", .type = TYPE(TEXT)},
                                  {.name = "file_name", .type = TYPE(TEXT)},
                                  {.name = "file_size", .type = TYPE(I64)},
                                  {.name = "file_modification_time", .type = TYPE(TS)}};
    return type_struct(NULL, field, ARRAY_LEN(field), ret);
}

/* The last column is not for the decoder. */
static int find_metadata(FileSource *f, Err *err)
{
    const Schema *s = f->base.schema;
    const Field *last = &s->field[s->n - 1];
    Type type;
    if (metadata_type(&type) < 0)
        return RAISE_NOMEM(err);
    if (s->n < 2 || strcmp(last->name, METADATA) != 0 || !type_eq(last->type, type))
        return RAISE(err, ERR_INVALID_OBJECT_DEF,
                     "include_metadata needs a last column " METADATA " STRUCT<file_path TEXT, file_name TEXT, file_size BIGINT, "
                     "file_modification_time TIMESTAMP>");
    f->decoded = schema_new(f->base.acct, s->field, s->n - 1);
    return f->decoded ? 0 : RAISE_NOMEM(err);
}

static int with_metadata(Account *acct, Schema **schema, Err *err)
{
    uint32_t n = (*schema)->n;
    Field *field = mem_alloc(acct, (n + 1) * sizeof(*field));
    Type type;
    if (!field || metadata_type(&type) < 0) {
        mem_free(acct, field, (n + 1) * sizeof(*field));
        return RAISE_NOMEM(err);
    }
    memcpy(field, (*schema)->field, n * sizeof(*field));
    field[n] = (Field){.name = METADATA, .type = type};
    Schema *more = schema_new(acct, field, n + 1);
    mem_free(acct, field, (n + 1) * sizeof(*field));
    schema_unref(*schema);
    *schema = more;
    return more ? 0 : RAISE_NOMEM(err);
}

/* The rows that have come are of one file: they share its text. */
static int put_metadata(FileSource *f, Err *err)
{
    uint32_t col = f->decoded->n, n = f->out.n;
    Str path = f->paths[f->index - f->moved_on];
    const EnvStat *st = f->moved_on ? &f->st_before : &f->st;
    const char *slash = memrchr(path.p, '/', path.n);
    size_t dir = slash ? (size_t)(slash + 1 - path.p) : 0;
    bool unknown = is_stdin(path);
    const Value part[] = {{.type = TYPE(TEXT), .str = path},
                          {.type = TYPE(TEXT), .str = {path.p + dir, path.n - dir}},
                          {.type = TYPE(I64), .i64 = st->bytes, .is_null = unknown},
                          {.type = TYPE(TS), .i64 = st->mtime_us, .is_null = unknown}};
    sb_clear(&f->metadata);
    for (size_t i = 0; i < ARRAY_LEN(part); i++)
        record_put(&f->metadata, &part[i]);
    if (f->metadata.failed)
        return RAISE_NOMEM(err);
    Value v = {.type = f->base.schema->field[col].type, .str = sb_str(&f->metadata)};
    f->out.n = 0;
    int rc = builder_value(&f->out, col, &v, err);
    StrView *view = f->out.batch->col[col].data;
    for (uint32_t i = 1; i < n; i++)
        view[i] = view[0];
    f->out.n = n;
    return rc;
}

static int resize_out(FileSource *f, uint32_t cap, Err *err)
{
    if (f->out_cap == cap)
        return 0;
    if (f->out_cap)
        builder_done(&f->out);
    f->out_cap = 0;
    TRY(builder_init(&f->out, f->base.acct, f->base.schema, cap, err));
    f->out_cap = cap;
    return 0;
}

static int64_t poll_us(const FileConfig *c)
{
    return c->poll_interval_us ? c->poll_interval_us : POLL_PRESET_US;
}

static int check_follow(const FileSource *f, Err *err)
{
    const FileConfig *c = f->base.config;
    if (!c->follow)
        return 0;
    if (f->n_paths != 1 || is_stdin(f->paths[0]) || codec_for(c, f->paths[0]) != CODEC_NONE)
        return RAISE(err, ERR_UNSUPPORTED, "connector \"file\": follow = true is for uncompressed files, and \"%s\" is none",
                     path_now(f));
    return 0;
}

/* Reads the beginning of the first file far enough that a wrong header is an error now. */
static int check_header(FileSource *f, Err *err)
{
    size_t used;
    EnvStat st = {0};
    bool follows = ((const FileConfig *)f->base.config)->follow;
    if (!is_stdin(f->paths[0]))
        TRY(f->base.env->file->stat(f->base.env, f->paths[0].p, &st, err));
    if (st.bytes == 0 && !follows) /* or a pipe, whose bytes come once */
        return 0;
    TRY(open_file(f, err));
    int rc = fill(f, err);
    if (rc < 0)
        return rc;
    TRY(resize_out(f, 1, err));
    f->muted = true;
    rc = decoder_feed(f->decoder, f->buf, f->to, false, &f->out, &used, err);
    f->muted = false;
    builder_done(&f->out);
    f->out_cap = 0;
    if (follows)
        begin_file(f); /* its name may mean another one soon */
    else
        close_file(f);
    f->base.n_bytes = 0;
    return MIN(rc, 0);
}

static int one_path(FileSource *f, const char *path, Err *err)
{
    f->paths = ARENA_ARRAY(source_arena(&f->base), Str, 1);
    if (!f->paths)
        return RAISE_NOMEM(err);
    f->paths[0] = str_of(path);
    f->n_paths = 1;
    return check_paths(f->base.env, f->paths, 1, err);
}

/* The files that the path means when it is opened; is_set: those that come later, too. */
static int find_files(FileSource *f, bool is_set, int by_format, const FormatType *format, Err *err)
{
    const FileConfig *c = f->base.config;
    TRY(list_paths(f->base.env, source_arena(&f->base), c->path, is_set, &f->paths, &f->n_paths, err));
    if (by_format)
        keep_format(f->paths, &f->n_paths, format);
    if (f->n_paths == 0 && by_format && !is_set)
        return RAISE(err, ERR_FILE_NOT_FOUND,
                     "no file of \"%s\" ends as one of format \"%s\" does: glob_pattern says which to read", c->path, format->name);
    return check_paths(f->base.env, f->paths, f->n_paths, err);
}

static int file_open(Source *s, const ConnectArgs *args, Err *err)
{
    FileSource *f = (FileSource *)s;
    FileConfig *c = s->config;
    const FormatType *format;
    sb_init(&f->metadata, s->acct);
    Option opts[3] = {{.key = STR("path"), .value = str_of(c->path)}};
    ConnectArgs again = *args;
    again.opts = opts;
    again.n_opts = 1;
    if (c->format)
        opts[again.n_opts++] = (Option){.key = STR("format"), .value = str_of(c->format)};
    if (c->glob_pattern)
        opts[again.n_opts++] = (Option){.key = STR("glob_pattern"), .value = str_of(c->glob_pattern)};
    if (c->poll_interval_us && !c->follow)
        return RAISE(err, ERR_BAD_OPTION, "connector \"file\": option \"poll_interval\" is for follow = true");
    TRY(file_format(&again, &format, err));
    if (s->type != &source_file_one) {
        int by_format = path_of_dir(s->env, source_arena(s), &c->path, c->glob_pattern, err);
        TRY(by_format);
        bool is_set = c->follow && names_many(s->env, c->path);
        TRY(find_files(f, is_set, by_format, format, err));
        if (is_set) {
            s->fail_on_bad = c->on_error == 1;
            FollowSpec spec = {c->path, format->name, poll_us(c), c->max_rows, by_format > 0, c->include_metadata};
            return follow_set_open(s, args, &spec, &f->set, err);
        }
    } else {
        TRY(one_path(f, c->path, err));
    }
    TRY(check_follow(f, err));
    s->fail_on_bad = c->on_error == 1;
    f->buf_bytes = 2 * (size_t)c->chunk_bytes + FEED_PADDING;
    f->buf = mem_alloc(s->acct, f->buf_bytes);
    if (!f->buf)
        return RAISE_NOMEM(err);
    if (c->include_metadata)
        TRY(find_metadata(f, err));
    TRY(decoder_new(format, s->acct, f->decoded ? f->decoded : s->schema, args->format_opts, args->n_format_opts, on_bad, f,
                    &f->decoder, err));
    return check_header(f, err);
}

/* The options of a source that is not open yet, sorted into the connector's and the format's; what is neither, open reports. */
static int discover_options(const ConnectArgs *args, const FormatType *format, Arena *arena, FileConfig *ret, void **ret_format,
                            Err *err)
{
    Option *own = ARENA_ARRAY(arena, Option, args->n_opts + 1);
    Option *other = ARENA_ARRAY(arena, Option, args->n_opts + args->n_format_opts + 1);
    *ret_format = arena_zalloc(arena, MAX(format->config_bytes, (size_t)1));
    if (!own || !other || !*ret_format)
        return RAISE_NOMEM(err);
    uint32_t n_own = 0, n_other = 0;
    for (uint32_t i = 0; i < args->n_format_opts; i++)
        other[n_other++] = args->format_opts[i];
    for (uint32_t i = 0; i < args->n_opts; i++) {
        if (option_find(source_file.options, args->opts[i].key)) {
            own[n_own++] = args->opts[i];
        } else if (option_find(format->options, connect_format_key(format, args->opts[i].key))) {
            other[n_other] = args->opts[i];
            other[n_other++].key = connect_format_key(format, args->opts[i].key);
        }
    }
    *ret = (FileConfig){0};
    TRY(options_parse(source_file.options, own, n_own, "connector \"file\"", ret, arena, err));
    char what[64];
    snprintf(what, sizeof(what), "format \"%s\"", format->name);
    return options_parse(format->options, other, n_other, what, *ret_format, arena, err);
}

/* Columns from the beginning of the first file. */
static int file_discover(const ConnectArgs *args, Schema **ret, Err *err)
{
    const FormatType *format;
    FileConfig c;
    void *config;
    Str *paths;
    uint32_t n_paths;
    _cleanup_(arena_done) Arena arena;
    _cleanup_(file_reader_close) FileReader r = {0};
    arena_init(&arena, args->acct, 0);
    TRY(file_format(args, &format, err));
    if (!format)
        return RAISE(err, ERR_MISSING_OPTION, "connector \"file\" needs the option \"path\"");
    if (!format->infer)
        return RAISE(err, ERR_INVALID_OBJECT_DEF, "the columns of format \"%s\" cannot be found out: they must be declared",
                     format->name);
    TRY(discover_options(args, format, &arena, &c, &config, err));
    int by_format = path_of_dir(args->env, &arena, &c.path, c.glob_pattern, err);
    TRY(by_format);
    TRY(list_paths(args->env, &arena, c.path, false, &paths, &n_paths, err));
    if (by_format)
        keep_format(paths, &n_paths, format);
    if (n_paths == 0)
        return RAISE(err, ERR_FILE_NOT_FOUND, "no file of \"%s\" ends as one of format \"%s\" does", c.path, format->name);
    TRY(check_paths(args->env, paths, n_paths, err));
    if (is_stdin(paths[0]))
        return RAISE(err, ERR_UNSUPPORTED, "the columns of standard input cannot be found out: they must be declared");
    char *buf = arena_zalloc(&arena, SAMPLE_BYTES + FEED_PADDING);
    if (!buf)
        return RAISE_NOMEM(err);
    TRY(file_reader_open(&r, args->env, args->acct, paths[0].p, codec_for(&c, paths[0]), false, err));
    size_t n = 0;
    for (int64_t got = 1; got > 0 && n < SAMPLE_BYTES; n += (size_t)got) {
        got = file_reader_read(&r, buf + n, SAMPLE_BYTES - n, err);
        if (got < 0)
            return (int)got;
    }
    TRY(format->infer(config, buf, n, args->acct, ret, err));
    return c.include_metadata ? with_metadata(args->acct, ret, err) : 0;
}

static void print_offset(const FileSource *f, char *buf)
{
    const FileConfig *c = f->base.config;
    char rows[24] = "", check[32] = "";
    uint32_t n = (uint32_t)MIN((int64_t)f->n_head, f->decoder->byte);
    if (c->max_rows)
        snprintf(rows, sizeof(rows), ":%lld", (long long)f->n_given);
    if (n > 0)
        snprintf(check, sizeof(check), "~%u.%016llx", n, (unsigned long long)hash_bytes(f->head, n));
    snprintf(buf, OFFSET_TEXT_MAX, "file#%u:%s@%lld:%lld%s%s", f->index, path_now(f), (long long)f->decoder->byte,
             (long long)f->decoder->line, rows, check);
}

/* When following: whether the name now means another file than the one in hand, or it shrank. */
static bool was_replaced(FileSource *f)
{
    EnvStat now;
    if (f->base.env->file->stat(f->base.env, path_now(f), &now, NULL) < 0)
        return false; /* gone for the moment */
    f->left = now.inode != f->st.inode;
    return f->left || now.bytes < f->reader.at;
}

/* When following: the name may be none for a moment. */
static int open_again(FileSource *f, Err *err)
{
    const FileConfig *c = f->base.config;
    Err own = ERR_INIT;
    int rc = open_file(f, &own);
    if (rc >= 0)
        return SOURCE_DATA;
    if (c->follow && rc == -ERR_FILE_NOT_FOUND) {
        f->wake_ns = env_mono_ns(f->base.env) + poll_us(c) * 1000;
        return SOURCE_IDLE;
    }
    if (err)
        *err = own;
    return rc;
}

/* The file in hand gave its last byte.  SOURCE_DATA: go on, SOURCE_IDLE: wait, SOURCE_END. */
static int file_ended(FileSource *f, Err *err)
{
    const FileConfig *c = f->base.config;
    bool is_one_of_many = f->base.type == &source_file_one; /* who follows them knows which to read now */
    if (c->follow && !f->left) {                            /* what is in it now came in the place of what was */
        EnvStat now;
        if (f->base.env->file->stat(f->base.env, path_now(f), &now, NULL) >= 0 && now.inode == f->st.inode)
            f->st = now;
        begin_file(f);
        return SOURCE_DATA;
    }
    close_file(f);
    if (c->follow && !is_one_of_many)
        return open_again(f, err);
    if (f->index + 1 == f->n_paths) {
        f->ended = true;
        return SOURCE_END;
    }
    f->index++;
    f->moved_on = true;
    TRY(open_file(f, err));
    return SOURCE_DATA;
}

/* When following: whether other bytes stand where we have read. */
static bool was_rewritten(FileSource *f)
{
    char now[TAIL_BYTES];
    int64_t got =
        f->n_tail ? f->base.env->file->pread(f->base.env, f->reader.file, now, f->n_tail, f->reader.at - f->n_tail, NULL) : 0;
    return got == f->n_tail && memcmp(now, f->tail, f->n_tail) != 0;
}

/* More bytes, or what is to be done without them. */
static int read_on(FileSource *f, Err *err)
{
    const FileConfig *c = f->base.config;
    if (f->out.n > 0 && (f->reader.is_stream || (f->at_end && c->follow)))
        return SOURCE_IDLE; /* the next read may wait, or is of another file */
    if (f->at_end)
        return file_ended(f, err);
    if (f->waited && was_rewritten(f)) {
        f->at_end = true; /* of what was there before */
        return SOURCE_DATA;
    }
    if (file_reader_waits(&f->reader)) { /* others go on meanwhile */
        f->stream_wait_ns = MIN(MAX(2 * f->stream_wait_ns, STREAM_WAIT_NS), STREAM_WAIT_MAX_NS);
        f->wake_ns = env_mono_ns(f->base.env) + f->stream_wait_ns;
        return SOURCE_IDLE;
    }
    f->stream_wait_ns = 0;
    f->waited = false;
    int rc = fill(f, err);
    if (rc <= 0)
        return rc;
    if (c->follow && !was_replaced(f)) {
        f->waited = true;
        f->wake_ns = env_mono_ns(f->base.env) + poll_us(c) * 1000;
        return SOURCE_IDLE;
    }
    if (c->follow && (rc = fill(f, err)) <= 0) /* what was written between the last read and the change of the name */
        return rc;
    f->at_end = true;
    return SOURCE_DATA;
}

static int file_read(FileSource *f, Err *err)
{
    for (int rc = f->is_open ? SOURCE_DATA : open_again(f, err);;) {
        size_t used = 0;
        if (rc != SOURCE_DATA)
            return rc;
        rc = decoder_feed(f->decoder, f->buf + f->from, f->to - f->from, f->at_end, &f->out, &used, err);
        f->from += used;
        if (rc == FEED_FULL)
            return SOURCE_DATA;
        rc = rc < 0 ? rc : read_on(f, err);
        if (f->moved_on)
            return rc; /* a batch is of one file */
    }
}

static int file_poll(Source *s, uint32_t max_rows, SourcePoll *ret, Err *err)
{
    FileSource *f = (FileSource *)s;
    const FileConfig *c = s->config;
    if (f->set)
        return follow_set_poll(f->set, max_rows, ret, err);
    int64_t cap = MIN((int64_t)MIN(max_rows, BATCH_ROWS_MAX), c->max_rows ? c->max_rows - f->n_given : INT64_MAX);
    f->wake_ns = INT64_MAX;
    print_offset(f, ret->offset);
    if (f->ended || cap <= 0)
        return SOURCE_END;
    if (f->out.n == 0)
        TRY(resize_out(f, (uint32_t)cap, err));
    f->err = err;
    f->moved_on = false;
    int rc = file_read(f, err);
    f->err = NULL;
    if (rc < 0)
        return rc;
    ret->partition = f->moved_on ? f->index - 1 : f->index;
    ret->partition_ended = f->moved_on;
    print_offset(f, ret->offset);
    if (f->out.n == 0)
        return rc;
    if (f->decoded)
        TRY(put_metadata(f, err));
    Batch *b = builder_take(&f->out);
    if (!b)
        return RAISE_NOMEM(err);
    ret->batch = b;
    f->n_given += b->n;
    print_offset(f, ret->offset);
    if (c->max_rows && f->n_given >= c->max_rows)
        return SOURCE_END;
    return rc == SOURCE_IDLE ? SOURCE_DATA : rc;
}

/* Lets the decoder see the beginning of the file in hand, up to the first record. */
static int prime_decoder(FileSource *f, int64_t to_byte, Err *err)
{
    TRY(resize_out(f, 1, err));
    f->muted = true;
    int rc = 0;
    while (rc >= 0 && f->decoder->byte < to_byte && f->decoder->n_bad == 0) {
        size_t used = 0;
        rc = decoder_feed(f->decoder, f->buf + f->from, f->to - f->from, f->at_end, &f->out, &used, err);
        f->from += used;
        if (rc == FEED_FULL || f->at_end)
            break;
        rc = rc < 0 ? rc : fill(f, err);
        f->at_end = rc == 1;
    }
    f->muted = false;
    builder_done(&f->out);
    f->out_cap = 0;
    return MIN(rc, 0);
}

/* A position inside a record that was too long: the record's rest is dropped, as reading on would have done. */
static int skip_rest(FileSource *f, int64_t byte, int64_t line, Err *err)
{
    f->decoder->byte = byte;
    f->decoder->line = line;
    for (int rc = 0; rc == 0;) {
        const char *p = f->buf + f->from, *end = f->to > f->from ? memchr(p, '\n', f->to - f->from) : NULL;
        size_t n = end ? (size_t)(end - p) + 1 : f->to - f->from;
        f->decoder->byte += (int64_t)n;
        f->decoder->line += end != NULL;
        f->from += n;
        if (end)
            return 0;
        rc = fill(f, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int read_head(Env *env, Account *acct, const char *path, Codec codec, char *head, uint32_t *ret_n, Err *err)
{
    FileReader r;
    int64_t got = 1;
    TRY(file_reader_open(&r, env, acct, path, codec, false, err));
    for (*ret_n = 0; got > 0 && *ret_n < HEAD_BYTES; *ret_n += (uint32_t)MAX(got, 0))
        got = file_reader_read(&r, head + *ret_n, HEAD_BYTES - *ret_n, err);
    file_reader_close(&r);
    return (int)MIN(got, 0);
}

static bool begins_so(const Position *at, const char *head, uint32_t n)
{
    return at->n_head <= n && (at->n_head == 0 || hash_bytes(head, at->n_head) == at->head_hash);
}

/* Whether the file begins with the bytes that were read; its head is in f->head then. */
static int check_head(FileSource *f, const Position *at, Err *err)
{
    Str path = f->paths[f->index];
    TRY(read_head(f->base.env, f->base.acct, path.p, codec_for(f->base.config, path), f->head, &f->n_head, err));
    if (begins_so(at, f->head, f->n_head))
        return 0;
    RAISE(err, ERR_IO, "file \"%s\" is not the one that was read: it begins with other bytes", path.p);
    return err_hint(err, "Put the file back, or drop what reads it and create it again to read the new one.");
}

static int seek_file(FileSource *f, const Position *at, Err *err)
{
    const FileConfig *c = f->base.config;
    Str path = f->paths[f->index];
    int64_t byte = at->byte, line = at->line;
    TRY(open_file(f, err));
    if (byte == 0)
        return 0;
    if (f->reader.is_stream)
        return file_reader_seek(&f->reader, byte, err);
    f->from_start = false;
    TRY(prime_decoder(f, byte, err));
    file_reader_close(&f->reader);
    f->is_open = false;
    TRY(file_reader_open(&f->reader, f->base.env, f->base.acct, path.p, codec_for(c, path), false, err));
    f->is_open = true;
    f->at_end = false;
    f->from = f->to = 0;
    if (codec_for(c, path) == CODEC_NONE && f->st.bytes < byte)
        return RAISE(err, ERR_IO, "file \"%s\" has %lld bytes, fewer than the position to resume at", path.p,
                     (long long)f->st.bytes);
    TRY(check_head(f, at, err));
    TRY(file_reader_seek(&f->reader, byte - 1, err));
    int rc = fill(f, err);
    if (rc < 0)
        return rc;
    if (f->to == 0)
        return RAISE(err, ERR_IO, "file \"%s\" is shorter than the position to resume at", path.p);
    bool in_record = f->buf[f->from++] != '\n' && !f->decoder->type->by_length;
    f->decoder->byte = byte;
    f->decoder->line = line;
    return in_record ? skip_rest(f, byte, line, err) : 0;
}

static bool parse_check(Str s, Position *ret)
{
    Str n, hash;
    int64_t bytes;
    if (!str_cut(s, '.', &n, &hash) || !str_to_i64(n, &bytes) || bytes <= 0 || bytes > HEAD_BYTES || hash.n != 16)
        return false;
    ret->n_head = (uint32_t)bytes;
    for (size_t i = 0; i < hash.n; i++) {
        const char *digits = "0123456789abcdef", *d = memchr(digits, hash.p[i], 16);
        if (!d)
            return false;
        ret->head_hash = ret->head_hash << 4 | (uint64_t)(d - digits);
    }
    return true;
}

/* Of a position what stands behind the path. */
static bool parse_place(Str s, Position *ret)
{
    int64_t number[3];
    Str rest = s, part, check;
    if (str_cut(rest, '~', &rest, &check) && !parse_check(check, ret))
        return false;
    number[2] = 0;
    unsigned k = 0;
    for (bool more = true; more && k < 3; k++) {
        more = str_cut(rest, ':', &part, &rest);
        if (!str_to_i64(part, &number[k]) || number[k] < 0)
            return false;
    }
    ret->byte = number[0];
    ret->line = number[1];
    ret->rows = number[2];
    return k >= 2;
}

/* The path may hold any of the characters that stand between the parts. */
static bool parse_offset(Str s, Position *ret)
{
    Str head;
    *ret = (Position){0};
    size_t at = s.n;
    while (at > 0 && s.p[at - 1] != '@')
        at--;
    if (at == 0 || !str_starts(s, STR("file#")) || !str_cut((Str){s.p + 5, at - 6}, ':', &head, &ret->path) ||
        !str_to_i64(head, &ret->index))
        return false;
    return parse_place((Str){s.p + at, s.n - at}, ret);
}

bool file_follow_is_same(Env *env, Account *acct, const char *path, Str place)
{
    Position at = {0};
    EnvStat st;
    char head[HEAD_BYTES];
    uint32_t n = 0;
    if (!parse_place(place, &at) || env->file->stat(env, path, &st, NULL) < 0)
        return true;
    return st.bytes >= at.byte && (read_head(env, acct, path, CODEC_NONE, head, &n, NULL) < 0 || begins_so(&at, head, n));
}

static uint32_t file_partitions(const Source *s)
{
    const FileSource *f = (const FileSource *)s;
    return f->set ? follow_set_partitions(f->set) : f->n_paths;
}

static Str file_partition_name(const Source *s, uint32_t partition)
{
    const FileSource *f = (const FileSource *)s;
    return f->set ? follow_set_name(f->set, partition) : f->paths[partition];
}

static int file_seek(Source *s, uint32_t partition, const char *offset, Err *err)
{
    FileSource *f = (FileSource *)s;
    Position at;
    if (f->set)
        return follow_set_seek(f->set, offset, err);
    if (partition >= f->n_paths || !parse_offset(str_of(offset), &at))
        return RAISE(err, ERR_INVALID_PARAMETER, "\"%.100s\" is not a position of connector \"file\"", offset);
    if (at.index < 0 || at.index >= f->n_paths || !str_eq(f->paths[at.index], at.path)) {
        RAISE(err, ERR_FILE_NOT_FOUND, "the position to resume at is in file \"%.*s\", which is not file %lld of the source now",
              (int)MIN(at.path.n, (size_t)PATH_BYTES_MAX), at.path.p, (long long)at.index + 1);
        return err_hint(err, "The files of a source must not change their order between runs.");
    }
    close_file(f);
    if (f->out_cap)
        builder_done(&f->out);
    f->out_cap = 0;
    f->out.n = 0;
    f->ended = false;
    f->index = (uint32_t)at.index;
    f->n_given = at.rows;
    return seek_file(f, &at, err);
}

static bool file_is_bounded(const Source *s)
{
    return !((const FileConfig *)s->config)->follow;
}

static int64_t file_wake_at(const Source *s)
{
    const FileSource *f = (const FileSource *)s;
    return f->set ? follow_set_wake_ns(f->set) : f->wake_ns;
}

static int file_position(const Source *s, StrBuf *out)
{
    const FileSource *f = (const FileSource *)s;
    return f->set ? follow_set_position(f->set, out) : 1;
}

static int file_began(const Source *s, StrBuf *out)
{
    const FileSource *f = (const FileSource *)s;
    return f->set ? follow_set_began(f->set, out) : 1;
}

static int file_again(Source *s, uint32_t partition, const char *what, Err *err)
{
    FileSource *f = (FileSource *)s;
    return f->set ? follow_set_again(f->set, partition, what, err) : 0;
}

static int file_again_end(Source *s, bool whole, Err *err)
{
    FileSource *f = (FileSource *)s;
    return f->set ? follow_set_again_end(f->set, whole, err) : 0;
}

uint64_t file_one_inode(const Source *s)
{
    return ((const FileSource *)s)->st.inode;
}

bool file_one_is_gone(const Source *s)
{
    const FileSource *f = (const FileSource *)s;
    EnvStat st;
    return f->waited && s->env->file->stat(s->env, path_now(f), &st, NULL) < 0;
}

void file_one_rename(Source *s, const char *path)
{
    FileSource *f = (FileSource *)s;
    f->paths[0] = str_of(path);
    f->reader.path = path;
}

void file_one_give_up(Source *s)
{
    FileSource *f = (FileSource *)s;
    f->at_end = f->left = true;
}

static void file_close(Source *s)
{
    FileSource *f = (FileSource *)s;
    follow_set_close(f->set);
    close_file(f);
    decoder_free(f->decoder);
    schema_unref((Schema *)f->decoded);
    sb_done(&f->metadata);
    if (f->out_cap)
        builder_done(&f->out);
    mem_free(s->acct, f->buf, f->buf_bytes);
}

static const OptionDef file_options[] = {
    {"path", OPTION_TEXT, offsetof(FileConfig, path), .required = true,
     .help = "file, glob (* ? [..]), directory, comma list of files, or - for standard input; several files are read in order, or "
             "side by side when they are followed"},
    {"glob_pattern", OPTION_TEXT, offsetof(FileConfig, glob_pattern),
     .help = "of a directory: which files in it, a comma list of patterns; default: *"},
    {"format", OPTION_TEXT, offsetof(FileConfig, format), .help = "format, instead of FORMAT; default: by the ending of the path"},
    {"compression", OPTION_ENUM, offsetof(FileConfig, compression), .preset = "auto", .names = CODEC_NAMES,
     .help = "compression of the files; auto: by the endings .gz and .zst"},
    {"on_error", OPTION_ENUM, offsetof(FileConfig, on_error), .preset = "quarantine", .names = "quarantine|fail",
     .help = "a record that cannot be read: put it into the error relation and go on, or stop"},
    {"max_rows", OPTION_INT, offsetof(FileConfig, max_rows), .preset = "0", .min = 0, .max = 9e18,
     .help = "stop after so many rows; 0 = all"},
    {"chunk_bytes", OPTION_BYTES, offsetof(FileConfig, chunk_bytes), .preset = "1MiB", .min = 16, .max = 16777216,
     .help = "bytes per read"},
    {"follow", OPTION_BOOL, offsetof(FileConfig, follow), .preset = "false",
     .help = "the file grows: wait for more at its end, and start anew when it is replaced or truncated"},
    {"include_metadata", OPTION_BOOL, offsetof(FileConfig, include_metadata), .preset = "false",
     .help = "a last column _metadata says which file a row is from: file_path, file_name, file_size, file_modification_time"},
    {"poll_interval", OPTION_DURATION, offsetof(FileConfig, poll_interval_us), .min = 1000, .max = 3.6e9,
     .help = "follow: how often to look for more; default: 100ms"},
    {NULL},
};

#define FILE_SOURCE                                                                                                                \
    .name = "file", .help = "reads files of text formats, once or as they grow", .options = file_options,                          \
    .config_bytes = sizeof(FileConfig), .size = sizeof(FileSource), .bounded_possible = true, .replayable = true,                  \
    .format = file_format, .discover = file_discover, .open = file_open, .poll = file_poll, .seek = file_seek,                     \
    .position = file_position, .began = file_began, .again = file_again, .again_end = file_again_end,                              \
    .is_bounded = file_is_bounded, .partitions = file_partitions, .partition_name = file_partition_name,                           \
    .wake_at_ns = file_wake_at, .close = file_close
const SourceType source_file = {FILE_SOURCE};
const SourceType source_file_one = {FILE_SOURCE};
