/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts of a file sink: rows to the file that they belong to. */
#include "connect/file/file_parts_impl.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "connect/connect_impl.h"

#define SMALL_FILE_BYTES 65536
#define CHUNK_ROWS 64u /* between two looks at the size of a file */

/* ---- one part ---- */

static int last_byte(Env *env, const char *path, int64_t at, char *ret, Err *err)
{
    EnvFileHandle *f;
    TRY(env->file->open(env, path, ENV_READ, &f, err));
    int64_t got = env->file->pread(env, f, ret, 1, at - 1, err);
    env->file->close(env, f);
    return got < 0 ? (int)got : 0;
}

/* A file that is not there now may come back with what was written to it, and nobody may write over that: so a part is new only
 * when its path has a column and the directory of all parts is there. */
static int check_new(const FileParts *x, const Part *p, Err *err)
{
    EnvStat st;
    Env *env = x->sink->env;
    if (x->path.n_cols && env->file->stat(env, x->path.base, &st, NULL) >= 0)
        return st.is_dir ? 0 : RAISE(err, ERR_FILE_ACCESS, "\"%s\" is no directory", x->path.base);
    (void)RAISE(err, ERR_FILE_NOT_FOUND, "\"%s\", to which this sink appends, is gone", x->path.n_cols ? x->path.base : p->stem);
    return err_hint(err, "Put it back; or make an empty one, to which the rest is written.");
}

/* Where an APPENDED part goes on. */
static int find_end(FileParts *x, Part *p, bool *ret_in_line, Err *err)
{
    EnvStat st;
    Env *env = x->sink->env;
    char last = '\n';
    *ret_in_line = false;
    if (p->at >= 0)
        return 0;
    int rc = env->file->stat(env, p->stem, &st, NULL);
    if (rc < 0 && rc != -ERR_FILE_NOT_FOUND)
        return env->file->stat(env, p->stem, &st, err);
    if (rc < 0)
        TRY(check_new(x, p, err));
    int64_t at = rc < 0 ? 0 : st.bytes;
    if (at > 0 && x->o.codec == CODEC_NONE)
        TRY(last_byte(env, p->stem, at, &last, err));
    p->at = at;
    *ret_in_line = last != '\n' && !x->o.by_length;
    return 0;
}

static int begin_file(FileParts *x, Part *p, Err *err)
{
    Sink *s = x->sink;
    FileMode mode = x->o.kind != PART_DIRECT ? FILE_OVERWRITE : p->was_open ? FILE_APPEND : x->o.mode;
    bool in_line = false;
    if (mode == FILE_APPEND && x->o.by_length)
        mode = FILE_APPEND_AS_IT_IS;
    if (x->o.kind == PART_APPENDED)
        TRY(find_end(x, p, &in_line, err));
    StrBuf name;
    sb_init(&name, s->acct);
    if (x->o.kind == PART_DIRECT)
        sb_puts(&name, p->stem);
    else
        sb_printf(&name, "%s/.laminar-%016llx-%016llx-%u", x->o.outbox ? x->o.outbox : x->path.base, (unsigned long long)x->o.owner,
                  (unsigned long long)x->process, x->n_staged++);
    p->name = name.failed ? NULL : mem_strdup(s->acct, name.p);
    int rc = p->name && x->path.n_cols && x->o.kind == PART_DIRECT
                 ? path_make_directories(s->env, path_directory(p->name, &name), err)
                 : 0;
    sb_done(&name);
    if (!p->name)
        return RAISE_NOMEM(err);
    if (rc == 0)
        rc = file_writer_open(&p->writer, s->env, s->acct, p->name, x->o.codec, mode, err);
    if (rc < 0) {
        file_writer_close(&p->writer);
        mem_strfree(s->acct, MOVE(p->name));
        return rc;
    }
    p->was_open = true;
    p->opened_ns = env_mono_ns(s->env);
    p->has_header = x->o.kind == PART_APPENDED ? p->at > 0 : p->writer.at > 0; /* of who wrote there before */
    if (in_line)
        sb_putc(&p->writer.plain, '\n');
    return 0;
}

static void end_file(FileParts *x, Part *p)
{
    file_writer_close(&p->writer);
    mem_strfree(x->sink->acct, MOVE(p->name));
}

static void put_final_name(const FileParts *x, const Part *p, StrBuf *out)
{
    sb_puts(out, p->stem);
    if (x->o.kind == PART_RENAMED)
        sb_printf(out, "_%06llu_%03u%s", (unsigned long long)atomic_load(&x->epoch), p->segment, x->path.ending);
}

/* Without a database that decides, a finished file is published at once. */
static int publish(FileParts *x, Err *err)
{
    StrBuf token;
    uint64_t epoch;
    Env *env = x->sink->env;
    sb_init(&token, x->sink->acct);
    token_put(&token, atomic_load(&x->epoch), x->n_entries, sb_str(&x->entries));
    const TokenPlaces where = file_parts_places(x);
    int rc = token.failed ? RAISE_NOMEM(err) : token_prepare(env, &where, sb_str(&token), err);
    if (rc == 0)
        rc = token_commit(env, &where, sb_str(&token), &epoch, err);
    sb_done(&token);
    if (rc == 0) {
        sb_clear(&x->entries);
        x->n_entries = 0;
    }
    return rc;
}

static int finish_file(FileParts *x, Part *p, Err *err)
{
    TRY(file_writer_flush(&p->writer, err));
    StrBuf final;
    sb_init(&final, x->sink->acct);
    put_final_name(x, p, &final);
    size_t before = x->entries.n;
    const char *staged = x->o.outbox ? strrchr(p->name, '/') + 1 : p->name;
    token_put_entry(&x->entries, x->o.kind == PART_APPENDED ? p->at : -1, p->writer.at, staged, sb_cstr(&final));
    bool failed = final.failed || x->entries.failed;
    sb_done(&final);
    if (failed) {
        x->entries.n = before;
        return RAISE_NOMEM(err);
    }
    x->n_entries++;
    p->segment++;
    if (x->o.kind == PART_APPENDED)
        p->at += p->writer.at;
    end_file(x, p);
    return x->sink->in_epochs ? 0 : publish(x, err);
}

static bool is_due(const FileParts *x, const Part *p)
{
    int64_t bytes = p->writer.at + (int64_t)p->writer.plain.n;
    return x->o.kind == PART_RENAMED && ((x->o.max_bytes && bytes >= x->o.max_bytes) ||
                                         (x->o.max_age_us && env_mono_ns(x->sink->env) - p->opened_ns >= x->o.max_age_us * 1000));
}

/* When it is not there yet. */
static int put_header(FileParts *x, Part *p, Err *err)
{
    x->rows->begun = p->has_header;
    TRY(row_text_begin(x->rows, &p->writer.plain, err));
    p->has_header = true;
    return 0;
}

static int put_chunk(FileParts *x, Part *p, const Batch *b, Err *err)
{
    if (!p->name)
        TRY(begin_file(x, p, err));
    if (x->sink->in_epochs) /* what came before, and could not be written then */
        TRY(file_writer_written(&p->writer, err));
    StrBuf *out = &p->writer.plain;
    TRY(put_header(x, p, err));
    size_t before = out->n;
    int rc = row_text_put(x->rows, b, out, err);
    if (rc < 0) {
        if (!out->failed)
            out->n = before; /* no half of a batch */
        return rc;
    }
    x->sink->n_bytes += (int64_t)(out->n - before);
    x->sink->n_rows += b->n_sel;
    TRY(file_writer_written(&p->writer, err));
    if (x->path.n_cols)
        file_writer_rest(&p->writer);
    return is_due(x, p) ? finish_file(x, p, err) : 0;
}

static int put_rows(FileParts *x, Part *p, const Batch *b, const uint16_t *sel, uint32_t n, Err *err)
{
    uint32_t chunk = !x->o.max_bytes || x->o.kind != PART_RENAMED ? n : x->o.max_bytes < SMALL_FILE_BYTES ? 1 : CHUNK_ROWS;
    Arena arena;
    arena_init(&arena, x->sink->acct, 0);
    int rc = 0;
    for (uint32_t from = 0; from < n && rc == 0; from += chunk) {
        arena_reset(&arena);
        Batch *piece = batch_with_sel(&arena, b, sel + from, MIN(chunk, n - from));
        rc = piece ? put_chunk(x, p, piece, err) : RAISE_NOMEM(err);
    }
    arena_done(&arena);
    return rc;
}

/* ---- which part ---- */

static Part *find_slot(const FileParts *x, uint64_t hash, const char *stem)
{
    uint32_t at = (uint32_t)hash & (x->cap - 1);
    while (x->part[at].stem && (x->part[at].hash != hash || strcmp(x->part[at].stem, stem) != 0))
        at = (at + 1) & (x->cap - 1);
    return &x->part[at];
}

static int grow(FileParts *x, Err *err)
{
    FileParts bigger = {.cap = x->cap ? x->cap * 2 : 8};
    bigger.part = mem_zalloc(x->sink->acct, bigger.cap * sizeof(Part));
    if (!bigger.part)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < x->cap; i++) {
        if (!x->part[i].stem)
            continue;
        *find_slot(&bigger, x->part[i].hash, x->part[i].stem) = x->part[i];
    }
    mem_free(x->sink->acct, x->part, x->cap * sizeof(Part));
    x->part = bigger.part;
    x->cap = bigger.cap;
    return 0;
}

static int part_of(FileParts *x, const char *stem, Part **ret, Err *err)
{
    if (x->n * 2 >= x->cap)
        TRY(grow(x, err));
    uint64_t hash = hash_bytes(stem, strlen(stem));
    Part *p = find_slot(x, hash, stem);
    if (!p->stem) {
        if (x->n >= PARTS_MAX)
            return RAISE(err, ERR_PROGRAM_LIMIT, "connector \"file\": more than %u files at once, the next one is \"%.200s\"",
                         PARTS_MAX, stem);
        char *copy = mem_strdup(x->sink->acct, stem);
        if (!copy)
            return RAISE_NOMEM(err);
        *p = (Part){.stem = copy, .hash = hash, .at = -1};
        x->n++;
    }
    *ret = p;
    return 0;
}

static void free_part(FileParts *x, Part *p)
{
    if (p->name && x->o.kind != PART_DIRECT)
        (void)x->sink->env->dir->unlink(x->sink->env, p->name, NULL); /* its rows come again, or are not wanted */
    end_file(x, p);
    mem_strfree(x->sink->acct, MOVE(p->stem));
}

/* RENAMED: the names of an epoch are not used again, and its parts may be no part of the next one. */
static void free_parts(FileParts *x)
{
    for (uint32_t i = 0; i < x->cap; i++)
        if (x->part[i].stem)
            free_part(x, &x->part[i]);
    mem_free(x->sink->acct, x->part, x->cap * sizeof(Part));
    x->part = NULL;
    x->n = x->cap = 0;
}

/* Each run of rows with the same path. Rows of several paths in turn make short runs; their order in each file stays. */
static int write_runs(FileParts *x, const Batch *b, uint16_t *sel, Err *err)
{
    Rows rows = batch_rows(b);
    Part *part = NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        sb_clear(&x->stem);
        TRY(path_spec_expand(&x->path, b, row, &x->stem, err));
        if (!part || strcmp(part->stem, sb_cstr(&x->stem)) != 0) {
            if (n)
                TRY(put_rows(x, part, b, sel, n, err));
            n = 0;
            TRY(part_of(x, sb_cstr(&x->stem), &part, err));
        }
        sel[n++] = (uint16_t)row;
    }
    return n ? put_rows(x, part, b, sel, n, err) : 0;
}

int file_parts_write(FileParts *x, const Batch *b, Err *err)
{
    uint16_t *sel = mem_alloc(x->sink->acct, BATCH_ROWS_MAX * sizeof(*sel));
    if (!sel)
        return RAISE_NOMEM(err);
    int rc = write_runs(x, b, sel, err);
    mem_free(x->sink->acct, sel, BATCH_ROWS_MAX * sizeof(*sel));
    return rc;
}

int file_parts_flush(FileParts *x, Err *err)
{
    for (uint32_t i = 0; i < x->cap; i++) {
        Part *p = &x->part[i];
        if (!p->name)
            continue;
        if (is_due(x, p)) {
            TRY(finish_file(x, p, err));
        } else if (x->o.kind == PART_DIRECT) {
            TRY(put_header(x, p, err));
            TRY(file_writer_flush(&p->writer, err));
            if (x->path.n_cols)
                file_writer_rest(&p->writer);
        }
    }
    return 0;
}

int file_parts_cut(FileParts *x, StrBuf *ret_token, Err *err)
{
    for (uint32_t i = 0; i < x->cap; i++)
        if (x->part[i].name)
            TRY(finish_file(x, &x->part[i], err));
    if (x->n_entries == 0)
        return 0;
    size_t before = ret_token->n;
    token_put(ret_token, atomic_load(&x->epoch), x->n_entries, sb_str(&x->entries));
    if (ret_token->failed) {
        ret_token->n = before;
        return RAISE_NOMEM(err);
    }
    sb_clear(&x->entries);
    x->n_entries = 0;
    atomic_fetch_add(&x->epoch, 1);
    if (x->o.kind == PART_RENAMED)
        free_parts(x);
    return 0;
}

void file_parts_forget_places(FileParts *x)
{
    for (uint32_t i = 0; i < x->cap; i++)
        x->part[i].at = -1;
}

static int keep_place(void *self, const TokenEntry *e, Err *err)
{
    FileParts *x = self;
    Part *p;
    if (e->at < 0)
        return 0;
    TRY(part_of(x, e->final, &p, err));
    p->at = e->at + e->bytes;
    return 0;
}

void file_parts_pass_epoch(FileParts *x, uint64_t epoch)
{
    if (epoch >= atomic_load(&x->epoch)) /* of an earlier process: only before there are writes */
        atomic_store(&x->epoch, epoch + 1);
}

int file_parts_keep(FileParts *x, Str token, Err *err)
{
    uint64_t epoch;
    const TokenPlaces where = file_parts_places(x);
    TRY(token_each(&where, token, &epoch, keep_place, x, err));
    file_parts_pass_epoch(x, epoch);
    return 0;
}

/* ---- opening ---- */

/* A single file under its name is made at once, so that what is wrong with it is told now. */
/* What is there may be written. *ret: something is. */
static int check_file(const FileParts *x, bool *ret, Err *err)
{
    EnvStat st;
    Env *env = x->sink->env;
    const char *path = x->o.path;
    *ret = env->file->stat(env, path, &st, NULL) >= 0;
    if (*ret && st.is_dir)
        return RAISE(err, ERR_FILE_ACCESS, "\"%s\" is a directory", path);
    if (*ret && x->o.mode == FILE_MUST_BE_NEW)
        return RAISE(err, ERR_FILE_ACCESS, "file \"%s\" exists and mode = 'error'", path);
    return 0;
}

/* The file, or the directory that it would lie in. */
static int look_at_file(const FileParts *x, Err *err)
{
    EnvFileHandle *f;
    EnvStat st;
    Env *env = x->sink->env;
    bool is_there;
    TRY(check_file(x, &is_there, err));
    if (!is_there)
        return env->file->stat(env, x->path.base, &st, err);
    TRY(env->file->open(env, x->o.path, ENV_WRITE, &f, err));
    env->file->close(env, f);
    return 0;
}

static int make_file(FileParts *x, Err *err)
{
    EnvFileHandle *f;
    Env *env = x->sink->env;
    const char *path = x->o.path;
    bool is_there;
    TRY(check_file(x, &is_there, err));
    TRY(env->file->open(env, path, ENV_WRITE | ENV_CREATE | (x->o.mode == FILE_OVERWRITE ? ENV_TRUNC : 0), &f, err));
    int rc = env->file->sync(env, f, err);
    env->file->close(env, f);
    return rc < 0 ? rc : env->dir->sync_dir(env, x->path.base, err);
}

int file_parts_open(FileParts *x, Sink *s, RowText *rows, const PartOptions *o, Err *err)
{
    *x = (FileParts){.sink = s, .rows = rows, .o = *o, .process = s->env->clock->rand64(s->env)};
    sb_init(&x->entries, s->acct);
    sb_init(&x->stem, s->acct);
    atomic_store(&x->epoch, 1);
    TRY(path_spec_parse(&x->path, sink_arena(s), s->schema, o, err));
    if (o->outbox) {
        x->o.outbox = arena_strdup(sink_arena(s), o->outbox);
        TRY(x->o.outbox ? path_make_directories(s->env, o->outbox, err) : RAISE_NOMEM(err));
    }
    if (o->kind == PART_RENAMED) {
        uint64_t last = 0;
        int rc = path_make_directories(s->env, x->path.base, err);
        rc = rc == 0 ? path_spec_last_epoch(&x->path, s->env, s->acct, &last, err) : rc;
        if (rc < 0 && (!o->again || !o->outbox || rc == -ERR_OUT_OF_MEMORY))
            return rc;
        err_clear(err); /* one that was made before goes on without: a commit finds names that are free */
        atomic_store(&x->epoch, last + 1);
        return 0;
    }
    if (x->path.n_cols)
        return o->again ? 0 : path_make_directories(s->env, x->path.base, err);
    if (o->looks)
        return look_at_file(x, err);
    Part *p;
    TRY(part_of(x, o->path, &p, err));
    if (o->kind == PART_DIRECT)
        return begin_file(x, p, err);
    return o->again ? 0 : make_file(x, err);
}

void file_parts_close(FileParts *x)
{
    if (!x->sink)
        return;
    if (!x->sink->in_epochs && x->o.kind == PART_RENAMED)
        for (uint32_t i = 0; i < x->cap; i++)
            if (x->part[i].name)
                (void)finish_file(x, &x->part[i], NULL);
    free_parts(x);
    if (x->n_entries) {
        StrBuf token;
        sb_init(&token, x->sink->acct);
        token_put(&token, 0, x->n_entries, sb_str(&x->entries));
        const TokenPlaces where = file_parts_places(x);
        if (!token.failed)
            (void)token_abort(x->sink->env, &where, sb_str(&token), NULL);
        sb_done(&token);
    }
    sb_done(&x->entries);
    sb_done(&x->stem);
}
