/* SPDX-License-Identifier: Apache-2.0
 *
 * Following several files.  Every poll interval the names are looked up again.  A new name is a new file, unless its inode is one
 * that is being read or has been read under another name (rotation by renaming).  A file whose name means another one is read to
 * its end, and its partition goes on with that.  A file whose name has gone is read on under another one of ours that means it; if
 * there is none after a minute, it is closed, and its partition is the next new file's.
 *
 * A position is a line per file, "<inode> <position of that file>", or "<inode> -<name>" when nothing of it was read and
 * "0 -<name>" when it is closed; "read <inode> <place>" for those read under names that mean other files now; "rows <n>" for
 * max_rows.
 *
 * The system gives the inode of a file that is gone to the next one.  So of what is not open the first bytes are looked at, too. */
#include "connect/file/file_follow_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FILES_MAX 1024u
#define GONE_NS INT64_C(60000000000) /* so long a file is read on that has lost its name: who writes it may not know yet */
#define PLACE_TEXT_MAX 100           /* of a position what stands behind the path */
#define INNER_CHUNK "64KiB"          /* of each of many files */

typedef struct Followed {
    char *path;
    Source *source;  /* NULL: closed, what it had is read */
    uint64_t inode;  /* of the file it was last seen reading */
    int64_t gone_ns; /* since when its name is not there, 0 = it is */
    char offset[OFFSET_TEXT_MAX];
} Followed;
typedef struct ReadFile {
    uint64_t inode;
    char place[PLACE_TEXT_MAX]; /* where it ended; empty: an older position did not say it */
    int64_t bytes, mtime_us;    /* with which it has been looked at and is the one */
} ReadFile;
struct FollowSet {
    Source *outer;
    ConnectArgs args; /* for each file: opt[0] is its path */
    Option *opt;
    FollowSpec spec;
    int64_t n_given;
    Followed *file;
    uint32_t n, cap, next;
    ReadFile *read; /* they have other names among ours now */
    uint32_t n_read, cap_read;
    int64_t scan_ns; /* when the names are looked up next */
    int64_t wake_ns;
    bool seeking;  /* partitions get the numbers that they had */
    Str lines;     /* of the position that is being gone to */
    StrBuf sought; /* a position that could not be gone to: it stays the position */
    /* Of the last batch: its file, where it began, empty = with the file. */
    uint32_t last;
    uint64_t began_inode;
    char began[OFFSET_TEXT_MAX];
    /* Once more: this file only, to where it has to end. */
    bool only;
    char expected[PLACE_TEXT_MAX];
};

/* ---- the files ---- */

/* Options of each file: [0] is its path. */
static int copy_args(FollowSet *f, const ConnectArgs *args, const FollowSpec *spec, Err *err)
{
    Arena *a = source_arena(f->outer);
    Option *format = ARENA_ARRAY(a, Option, args->n_format_opts + 1);
    const char *const text[][2] = {{"path", ""},
                                   {"follow", "true"},
                                   {"chunk_bytes", INNER_CHUNK},
                                   {"on_error", f->outer->fail_on_bad ? "fail" : "quarantine"},
                                   {"include_metadata", spec->include_metadata ? "true" : "false"},
                                   {"poll_interval", arena_printf(a, "%" PRId64 "us", spec->poll_interval_us)}};
    f->opt = ARENA_ARRAY(a, Option, ARRAY_LEN(text));
    if (!f->opt || !format || !text[5][1])
        return RAISE_NOMEM(err);
    for (size_t i = 0; i < ARRAY_LEN(text); i++)
        f->opt[i] = (Option){.key = str_of(text[i][0]), .value = str_of(text[i][1]), .at = SPAN_NONE, .key_at = SPAN_NONE};
    for (uint32_t i = 0; i < args->n_format_opts; i++) { /* what was given is there during the opening only */
        const Option *o = &args->format_opts[i];
        const char *key = arena_strndup(a, o->key.p, o->key.n), *value = arena_strndup(a, o->value.p, o->value.n);
        if (!key || !value)
            return RAISE_NOMEM(err);
        format[i] = *o;
        format[i].key.p = key;
        format[i].value.p = value;
    }
    f->args = (ConnectArgs){.env = args->env,
                            .acct = args->acct,
                            .object = "",
                            .opts = f->opt,
                            .n_opts = ARRAY_LEN(text),
                            .format = spec->format,
                            .format_opts = format,
                            .n_format_opts = args->n_format_opts,
                            .schema = f->outer->schema};
    return 0;
}

static int grow(FollowSet *f, Err *err)
{
    uint32_t cap = f->cap ? 2 * f->cap : 8;
    Followed *bigger = mem_realloc(f->outer->acct, f->file, f->cap * sizeof(*bigger), cap * sizeof(*bigger));
    if (!bigger)
        return RAISE_NOMEM(err);
    f->file = bigger;
    f->cap = cap;
    return 0;
}

static int open_path(FollowSet *f, Followed *x, Err *err)
{
    f->opt[0].value = str_of(x->path);
    TRY(source_open(&source_file_one, &f->args, &x->source, err));
    x->inode = file_one_inode(x->source);
    return 0;
}

/* Other failures than that the file is gone meanwhile. */
static int unless_gone(int rc, const Err *why, Err *err)
{
    if (rc >= 0 || rc == -ERR_FILE_NOT_FOUND)
        return 0;
    if (err)
        *err = *why;
    return rc;
}

/* A new partition; opens: its file is there to be read. */
static int add_file(FollowSet *f, Str path, bool opens, Followed **ret, Err *err)
{
    uint32_t i = 0;
    while (i < f->n && (f->file[i].source || !opens || f->seeking))
        i++;
    if (i == FILES_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "more than %u files are followed by one source: name fewer", FILES_MAX);
    if (i == f->cap)
        TRY(grow(f, err));
    Followed *x = &f->file[i];
    *x = (Followed){.path = arena_strndup(source_arena(f->outer), path.p, path.n)};
    if (!x->path)
        return RAISE_NOMEM(err);
    if (opens)
        TRY(open_path(f, x, err));
    f->n = MAX(f->n, i + 1);
    *ret = x;
    return 0;
}

static Followed *find_path(FollowSet *f, Str path)
{
    for (uint32_t i = 0; i < f->n; i++)
        if (f->file[i].source && str_eq(str_of(f->file[i].path), path))
            return &f->file[i];
    return NULL;
}

/* What follows the path in a position. */
static Str place_of(Str offset)
{
    size_t at = offset.n;
    while (at > 0 && offset.p[at - 1] != '@')
        at--;
    return (Str){offset.p + at, offset.n - at};
}

static bool place_byte(Str place, int64_t *ret)
{
    Str byte, rest;
    return str_cut(place, ':', &byte, &rest) && str_to_i64(byte, ret);
}

static bool is_still(const FollowSet *f, ReadFile *r, const char *path, const EnvStat *st)
{
    if (!r->place[0] || (r->bytes == st->bytes && r->mtime_us == st->mtime_us))
        return true;
    if (!file_follow_is_same(f->outer->env, f->outer->acct, path, str_of(r->place)))
        return false;
    r->bytes = st->bytes;
    r->mtime_us = st->mtime_us;
    return true;
}

static bool is_open(const FollowSet *f, uint64_t inode)
{
    for (uint32_t i = 0; i < f->n; i++)
        if (f->file[i].source && f->file[i].inode == inode)
            return true;
    return false;
}

static ReadFile *find_read(FollowSet *f, const char *path, const EnvStat *st)
{
    for (uint32_t i = 0; i < f->n_read; i++) {
        if (f->read[i].inode != st->inode)
            continue;
        if (is_still(f, &f->read[i], path, st))
            return &f->read[i];
        f->read[i--] = f->read[--f->n_read];
    }
    return NULL;
}

/* Whether the file is one that is read or has been. */
static bool is_read(FollowSet *f, const char *path, const EnvStat *st)
{
    return is_open(f, st->inode) || find_read(f, path, st);
}

static int note_read(FollowSet *f, uint64_t inode, Str place, Err *err)
{
    int64_t byte;
    if (place_byte(place, &byte) && byte == 0) /* when it gets something, that is new */
        return 0;
    if (f->n_read == f->cap_read) {
        uint32_t cap = f->cap_read ? 2 * f->cap_read : 8;
        ReadFile *bigger = mem_realloc(f->outer->acct, f->read, f->cap_read * sizeof(*bigger), cap * sizeof(*bigger));
        if (!bigger)
            return RAISE_NOMEM(err);
        f->read = bigger;
        f->cap_read = cap;
    }
    ReadFile *r = &f->read[f->n_read++];
    *r = (ReadFile){.inode = inode, .bytes = -1};
    snprintf(r->place, sizeof(r->place), "%.*s", (int)place.n, place.p);
    return 0;
}

/* Forgets the inodes that no name has any more: the number may come to be another file's. */
static void forget_read(FollowSet *f, const uint64_t *inode, uint32_t n)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->n_read; i++) {
        bool is_there = false;
        for (uint32_t k = 0; k < n; k++)
            is_there |= inode[k] == f->read[i].inode;
        if (is_there)
            f->read[kept++] = f->read[i];
    }
    f->n_read = kept;
}

static void scanned(FollowSet *f)
{
    f->scan_ns = env_mono_ns(f->outer->env) + f->spec.poll_interval_us * 1000;
}

/* It has got more since, or is another one that begins with all that was in it: either way what is behind that is new. */
static int read_on(FollowSet *f, Followed *x, ReadFile *r, Err *err)
{
    snprintf(x->offset, sizeof(x->offset), "file#0:%s@%s", x->path, r->place);
    *r = f->read[--f->n_read];
    int rc = source_seek(x->source, 0, x->offset, err);
    if (rc < 0) /* the partition is closed, and the next one's */
        source_close(MOVE(x->source));
    return rc;
}

static int look_at(FollowSet *f, Str name, const EnvStat *st, Err *err)
{
    Followed *x;
    int64_t byte;
    if (find_path(f, name) || is_open(f, st->inode))
        return 0;
    ReadFile *r = find_read(f, name.p, st);
    if (r && (!place_byte(str_of(r->place), &byte) || st->bytes <= byte))
        return 0;
    TRY(add_file(f, name, true, &x, err));
    return r ? read_on(f, x, r, err) : 0;
}

/* Names that are there and mean files which are not read yet. */
static int scan(FollowSet *f, Err *err)
{
    _cleanup_(arena_done) Arena arena;
    Env *env = f->outer->env;
    Str *name;
    uint32_t n = 0, n_inodes = 0;
    EnvStat st;
    arena_init(&arena, f->outer->acct, 0);
    TRY(file_follow_list(env, &arena, &f->spec, &name, &n, err));
    uint64_t *inode = ARENA_ARRAY(&arena, uint64_t, n + 1);
    if (!inode)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        if (env->file->stat(env, name[i].p, &st, NULL) < 0)
            continue; /* gone meanwhile */
        inode[n_inodes++] = st.inode;
        Err own = ERR_INIT;
        int rc = look_at(f, name[i], &st, &own);
        TRY(unless_gone(rc, &own, err));
    }
    forget_read(f, inode, n_inodes);
    scanned(f);
    return 0;
}

int follow_set_open(Source *outer, const ConnectArgs *args, const FollowSpec *spec, FollowSet **ret, Err *err)
{
    FollowSet *f = mem_zalloc(outer->acct, sizeof(*f));
    if (!f)
        return RAISE_NOMEM(err);
    *f = (FollowSet){.outer = outer, .spec = *spec};
    sb_init(&f->sought, outer->acct);
    *ret = f;
    TRY(copy_args(f, args, spec, err));
    return scan(f, err);
}

static void close_files(FollowSet *f)
{
    for (uint32_t i = 0; i < f->n; i++)
        source_close(f->file[i].source);
    f->n = f->next = 0;
}

void follow_set_close(FollowSet *f)
{
    if (!f)
        return;
    Account *acct = f->outer->acct;
    close_files(f);
    sb_done(&f->sought);
    mem_free(acct, f->file, f->cap * sizeof(*f->file));
    mem_free(acct, f->read, f->cap_read * sizeof(*f->read));
    mem_free(acct, f, sizeof(*f));
}

/* ---- reading ---- */

/* All of it is read.  The partition goes on with the file that has the name now, unless that is another one of ours. */
static int leave_file(FollowSet *f, Followed *x, SourcePoll *ret, Err *err)
{
    EnvStat st;
    Err own = ERR_INIT;
    TRY(note_read(f, x->inode, place_of(str_of(x->offset)), err));
    source_close(MOVE(x->source));
    *x = (Followed){.path = x->path};
    int rc = -ERR_FILE_NOT_FOUND;
    if (f->outer->env->file->stat(f->outer->env, x->path, &st, NULL) >= 0 && !st.is_dir && !is_read(f, x->path, &st))
        rc = open_path(f, x, &own);
    ret->partition_ended = rc < 0;
    TRY(unless_gone(rc, &own, err));
    return SOURCE_DATA;
}

/* Its name has gone for long. */
static int find_again(FollowSet *f, Followed *x, Err *err)
{
    _cleanup_(arena_done) Arena arena;
    Str *name;
    uint32_t n = 0;
    EnvStat st;
    arena_init(&arena, f->outer->acct, 0);
    TRY(file_follow_list(f->outer->env, &arena, &f->spec, &name, &n, err));
    for (uint32_t i = 0; i < n; i++) {
        if (f->outer->env->file->stat(f->outer->env, name[i].p, &st, NULL) < 0 || st.inode != x->inode)
            continue;
        char *path = arena_strndup(source_arena(f->outer), name[i].p, name[i].n);
        if (!path)
            return RAISE_NOMEM(err);
        x->path = path;
        x->gone_ns = 0;
        file_one_rename(x->source, path);
        return SOURCE_DATA;
    }
    file_one_give_up(x->source); /* a last line without its end is one */
    return SOURCE_DATA;
}

/* SOURCE_IDLE: the file has nothing now. */
static int poll_file(FollowSet *f, uint32_t i, uint32_t max_rows, SourcePoll *ret, Err *err)
{
    Followed *x = &f->file[i];
    int64_t bytes = x->source->n_bytes;
    f->last = i;
    f->began_inode = x->inode;
    memcpy(f->began, x->offset, sizeof(f->began));
    int rc = source_poll(x->source, max_rows, ret, err);
    if (rc < 0)
        return rc;
    f->outer->n_bytes += x->source->n_bytes - bytes;
    ret->partition = i;
    ret->partition_ended = false;
    snprintf(x->offset, sizeof(x->offset), "%s", ret->offset);
    f->n_given += ret->batch ? ret->batch->n : 0;
    if (rc == SOURCE_END) /* its own: the name means another file now, or has been none for long */
        return f->only ? SOURCE_IDLE : leave_file(f, x, ret, err);
    bool is_waiting = rc == SOURCE_IDLE && !ret->batch && !ret->bad;
    if (!is_waiting || !file_one_is_gone(x->source))
        x->gone_ns = 0;
    else if (x->gone_ns == 0)
        x->gone_ns = env_mono_ns(f->outer->env);
    else if (env_mono_ns(f->outer->env) - x->gone_ns >= GONE_NS)
        return find_again(f, x, err);
    if (rc == SOURCE_IDLE)
        f->wake_ns = MIN(f->wake_ns, source_wake_at_ns(x->source));
    return rc == SOURCE_IDLE && (ret->batch || ret->bad) ? SOURCE_DATA : rc;
}

/* Rows once more.  A last one without a line end was one because its file had been given up, and is one again for that. */
static int poll_again(FollowSet *f, uint32_t max_rows, SourcePoll *ret, Err *err)
{
    Followed *x = &f->file[f->last];
    int64_t at = 0, end;
    int rc = poll_file(f, f->last, max_rows, ret, err);
    if (rc != SOURCE_IDLE || (x->offset[0] && !place_byte(place_of(str_of(x->offset)), &at)))
        return rc;
    if (!place_byte(str_of(f->expected), &end) || at >= end)
        return rc;
    file_one_give_up(x->source);
    return poll_file(f, f->last, max_rows, ret, err);
}

int follow_set_poll(FollowSet *f, uint32_t max_rows, SourcePoll *ret, Err *err)
{
    f->wake_ns = INT64_MAX;
    if (f->only)
        return poll_again(f, max_rows, ret, err);
    if (f->spec.max_rows && f->n_given >= f->spec.max_rows)
        return SOURCE_END;
    if (env_mono_ns(f->outer->env) >= f->scan_ns)
        TRY(scan(f, err));
    if (f->spec.max_rows)
        max_rows = (uint32_t)MIN((int64_t)max_rows, f->spec.max_rows - f->n_given);
    for (uint32_t k = 0; k < f->n; k++) {
        uint32_t i = f->next;
        f->next = (f->next + 1) % f->n;
        if (!f->file[i].source)
            continue;
        int rc = poll_file(f, i, max_rows, ret, err);
        if (rc != SOURCE_IDLE)
            return rc;
    }
    f->wake_ns = MIN(f->wake_ns, f->scan_ns);
    return SOURCE_IDLE;
}

int64_t follow_set_wake_ns(const FollowSet *f)
{
    return f->wake_ns;
}

uint32_t follow_set_partitions(const FollowSet *f)
{
    return f->n;
}

Str follow_set_name(const FollowSet *f, uint32_t i)
{
    return str_of(f->file[i].path);
}

/* ---- positions ---- */

int follow_set_position(const FollowSet *f, StrBuf *out)
{
    if (f->sought.n) {
        sb_put(out, f->sought.p, f->sought.n);
        return 0;
    }
    sb_printf(out, "rows %" PRId64 "\n", f->n_given);
    for (uint32_t i = 0; i < f->n_read; i++)
        sb_printf(out, "read %" PRIu64 " %s\n", f->read[i].inode, f->read[i].place);
    for (uint32_t i = 0; i < f->n; i++) {
        const Followed *x = &f->file[i];
        if (x->source && x->offset[0])
            sb_printf(out, "%" PRIu64 " %s\n", x->inode, x->offset);
        else
            sb_printf(out, "%" PRIu64 " -%s\n", x->source ? x->inode : 0, x->path);
    }
    return 0;
}

/* Whether a line of the position that is being gone to is of that file. */
static bool has_line(const FollowSet *f, const char *path, uint64_t inode)
{
    Str line, head, what, rest = f->lines;
    int64_t number;
    for (bool more = rest.n > 0; more;) {
        more = str_cut(rest, '\n', &line, &rest);
        if (!str_cut(line, ' ', &head, &what) || !str_to_i64(head, &number) || (uint64_t)number != inode)
            continue;
        Str place = what.n && what.p[0] == '-' ? (Str){0} : place_of(what);
        if (file_follow_is_same(f->outer->env, f->outer->acct, path, place))
            return true;
    }
    return false;
}

/* Where the file with that inode is now, else the one with its name, if that is none that we know; place: which was read to there,
 * empty = it was not. */
static Str find_now(FollowSet *f, const Str *name, uint32_t n, uint64_t inode, Str path, Str place)
{
    EnvStat st;
    Env *env = f->outer->env;
    Str found = {0};
    for (uint32_t i = 0; i < n; i++) {
        bool is_name = str_eq(name[i], path);
        if (env->file->stat(env, name[i].p, &st, NULL) < 0)
            continue;
        if (st.inode == inode && (is_name || file_follow_is_same(env, f->outer->acct, name[i].p, place)))
            return name[i];
        if (is_name && !is_read(f, name[i].p, &st) && !has_line(f, name[i].p, st.inode))
            found = name[i];
    }
    return found;
}

/* "file#0:<path>@<place>" with another path. */
static char *moved_offset(Arena *arena, Str offset, Str old, Str now)
{
    Str place = {offset.p + strlen("file#0:") + old.n, offset.n - strlen("file#0:") - old.n};
    return arena_printf(arena, "file#0:%.*s%.*s", (int)now.n, now.p, (int)place.n, place.p);
}

static bool path_of_offset(Str offset, Str *ret)
{
    size_t at = offset.n;
    while (at > 0 && offset.p[at - 1] != '@')
        at--;
    if (at == 0 || !str_starts(offset, STR("file#0:")))
        return false;
    *ret = (Str){offset.p + strlen("file#0:"), at - 1 - strlen("file#0:")};
    return true;
}

static int bad_position(Str line, Err *err)
{
    return RAISE(err, ERR_INVALID_PARAMETER, "\"%.*s\" is not a position of followed files", (int)MIN(line.n, (size_t)100), line.p);
}

static int seek_file(FollowSet *f, Arena *arena, uint64_t inode, Str what, const Str *name, uint32_t n, Err *err)
{
    Str path;
    bool is_unread = what.n && what.p[0] == '-';
    if (is_unread)
        path = (Str){what.p + 1, what.n - 1};
    else if (!path_of_offset(what, &path))
        return bad_position(what, err);
    Str now = inode ? find_now(f, name, n, inode, path, is_unread ? (Str){0} : place_of(what)) : (Str){0};
    Followed *x;
    if (!now.p) /* closed, or gone since with what it had */
        return add_file(f, path, false, &x, err);
    TRY(add_file(f, now, true, &x, err));
    if (is_unread)
        return 0;
    char *offset = moved_offset(arena, what, path, now);
    if (!offset)
        return RAISE_NOMEM(err);
    snprintf(x->offset, sizeof(x->offset), "%s", offset);
    return source_seek(x->source, 0, offset, err);
}

static int seek_line(FollowSet *f, Arena *arena, Str line, const Str *name, uint32_t n, Err *err)
{
    Str head, rest;
    int64_t number;
    if (!str_cut(line, ' ', &head, &rest))
        return bad_position(line, err);
    if (str_eq(head, STR("read"))) {
        str_cut(rest, ' ', &head, &rest);
        return str_to_i64(head, &number) ? note_read(f, (uint64_t)number, rest, err) : bad_position(line, err);
    }
    if (!str_eq(head, STR("rows")))
        return str_to_i64(head, &number) ? seek_file(f, arena, (uint64_t)number, rest, name, n, err) : bad_position(line, err);
    if (!str_to_i64(rest, &number))
        return bad_position(line, err);
    f->n_given = number;
    return 0;
}

static int seek_all(FollowSet *f, Str position, Err *err)
{
    _cleanup_(arena_done) Arena arena;
    Str *name, line, rest = position;
    uint32_t n = 0;
    arena_init(&arena, f->outer->acct, 0);
    TRY(file_follow_list(f->outer->env, &arena, &f->spec, &name, &n, err));
    close_files(f);
    f->n_read = 0;
    f->lines = position;
    for (bool more = true; more;) {
        more = str_cut(rest, '\n', &line, &rest);
        if (line.n)
            TRY(seek_line(f, &arena, line, name, n, err));
    }
    return 0;
}

int follow_set_seek(FollowSet *f, const char *position, Err *err)
{
    sb_clear(&f->sought);
    f->seeking = true;
    int rc = seek_all(f, str_of(position), err);
    f->seeking = false;
    f->lines = (Str){0};
    if (rc == 0)
        rc = scan(f, err);
    if (rc < 0)
        sb_puts(&f->sought, position);
    return rc;
}

/* ---- once more ---- */

int follow_set_began(const FollowSet *f, StrBuf *out)
{
    const Followed *x = &f->file[f->last];
    if (f->n == 0) /* nothing has been read */
        return 0;
    if (f->began[0])
        sb_printf(out, "%" PRIu64 " %s\n%s", f->began_inode, f->began, x->offset);
    else
        sb_printf(out, "%" PRIu64 " -%s\n%s", f->began_inode, x->path, x->offset);
    return 0;
}

/* Partition i, which may be none yet: what it was until now is another one then. */
static int make_place(FollowSet *f, uint32_t i, uint32_t from, Err *err)
{
    while (f->cap <= i)
        TRY(grow(f, err));
    for (; f->n <= i; f->n++)
        f->file[f->n] = (Followed){.path = ""};
    Followed x = f->file[i];
    f->file[i] = f->file[from];
    f->file[from] = x;
    return 0;
}

/* The file as partition i: the one that is read under another number, or one that is opened now. */
static int take_file(FollowSet *f, Arena *arena, uint32_t i, uint64_t inode, Str path, Str place, Err *err)
{
    Str *name;
    Followed *x;
    uint32_t n = 0, at = 0;
    while (at < f->n && (!f->file[at].source || f->file[at].inode != inode))
        at++;
    if (at == f->n) {
        TRY(file_follow_list(f->outer->env, arena, &f->spec, &name, &n, err));
        Str now = find_now(f, name, n, inode, path, place);
        if (!now.p)
            return RAISE(err, ERR_FILE_NOT_FOUND, "file \"%.*s\", which was read, is not there", (int)path.n, path.p);
        TRY(add_file(f, now, true, &x, err));
        at = (uint32_t)(x - f->file);
    }
    return at == i ? 0 : make_place(f, i, at, err);
}

static int start_again(FollowSet *f, uint32_t partition, Str line, Err *err)
{
    _cleanup_(arena_done) Arena arena;
    Str head, what, path;
    int64_t inode;
    if (partition >= FILES_MAX || !str_cut(line, ' ', &head, &what) || !str_to_i64(head, &inode))
        return bad_position(line, err);
    bool is_start = what.n && what.p[0] == '-';
    if (is_start)
        path = (Str){what.p + 1, what.n - 1};
    else if (!path_of_offset(what, &path))
        return bad_position(line, err);
    arena_init(&arena, f->outer->acct, 0);
    TRY(take_file(f, &arena, partition, (uint64_t)inode, path, is_start ? (Str){0} : place_of(what), err));
    Followed *x = &f->file[partition];
    f->last = partition;
    if (is_start ? !x->offset[0] : str_eq(place_of(str_of(x->offset)), place_of(what)))
        return 0;
    char *offset = is_start ? arena_printf(&arena, "file#0:%s@0:0", x->path) : moved_offset(&arena, what, path, str_of(x->path));
    if (!offset)
        return RAISE_NOMEM(err);
    TRY(source_seek(x->source, 0, offset, err));
    snprintf(x->offset, sizeof(x->offset), "%s", is_start ? "" : offset);
    return 0;
}

int follow_set_again(FollowSet *f, uint32_t partition, const char *what, Err *err)
{
    Str line, end;
    if (!str_cut(str_of(what), '\n', &line, &end))
        return bad_position(str_of(what), err);
    end = place_of(end);
    snprintf(f->expected, sizeof(f->expected), "%.*s", (int)end.n, end.p);
    TRY(start_again(f, partition, line, err));
    f->only = true;
    return 0;
}

/* What was read behind the rows then, malformed or empty, is left out now. */
int follow_set_again_end(FollowSet *f, bool whole, Err *err)
{
    Followed *x = &f->file[f->last];
    Str now = place_of(str_of(x->offset)), end = str_of(f->expected);
    int64_t at, to;
    char offset[OFFSET_TEXT_MAX];
    f->only = false;
    if (!whole || str_eq(now, end))
        return 0;
    if (!place_byte(now, &at) || !place_byte(end, &to) || at > to)
        return RAISE(err, ERR_IO, "file \"%s\" does not have the rows any more that were read", x->path);
    snprintf(offset, sizeof(offset), "file#0:%s@%s", x->path, f->expected);
    TRY(source_seek(x->source, 0, offset, err));
    memcpy(x->offset, offset, sizeof(x->offset));
    return 0;
}
