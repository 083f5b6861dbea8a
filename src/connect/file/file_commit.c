/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of the file sink: making unfinished files durable, giving them their names or appending them, dropping them.  Everything
 * here works by names alone, so the process that commits need not be the one that wrote.
 *
 * An unfinished file is the mark of a commit that is still to be done: it goes with the rename, or when what was copied from it is
 * on disk.  So committing again does nothing, and committing again after half a copy writes the same bytes to the same place.
 *
 * A file of the outbox whose target is on another disk is copied beside that first.  The copy is whole and on disk before the one
 * in the outbox goes, and gets its name after: so there is a mark until it has it, and none behind. */
#include <string.h>

#include "base/bytes.h"
#include "connect/file/file_parts_impl.h"

#define TOKEN_FORMAT 1u
#define COPY_BYTES ((size_t)256 << 10)

void token_put_entry(StrBuf *entries, int64_t at, int64_t bytes, const char *staged, const char *final)
{
    bytes_put_i64(entries, at);
    bytes_put_i64(entries, bytes);
    bytes_put_str(entries, str_of(staged));
    bytes_put_str(entries, str_of(final));
}

void token_put(StrBuf *token, uint64_t epoch, uint32_t n, Str entries)
{
    bytes_put_u8(token, TOKEN_FORMAT);
    bytes_put_u64(token, epoch);
    bytes_put_u32(token, n);
    sb_putstr(token, entries);
}

static int bad_token(Err *err)
{
    return RAISE(err, ERR_CORRUPT, "connector \"file\": a stored commit cannot be read");
}

static const char *in_directory(Arena *arena, const char *dir, Str name)
{
    size_t n = strlen(dir);
    char *path = arena_alloc(arena, n + name.n + 2);
    if (!path)
        return NULL;
    memcpy(path, dir, n);
    path[n] = '/';
    memcpy(path + n + 1, name.p, name.n);
    path[n + 1 + name.n] = 0;
    return path;
}

/* A name without a directory is one in the outbox, wherever the database stands now. */
static int next_entry(ByteReader *r, const TokenPlaces *where, Arena *arena, TokenEntry *ret, Err *err)
{
    arena_reset(arena);
    *ret = (TokenEntry){.at = bytes_i64(r)};
    ret->bytes = bytes_i64(r);
    Str staged = bytes_str(r), final = bytes_str(r);
    if (r->failed || staged.n == 0)
        return bad_token(err);
    bool in_outbox = !memchr(staged.p, '/', staged.n);
    if (in_outbox && !where->outbox)
        return bad_token(err);
    ret->staged = in_outbox ? in_directory(arena, where->outbox, staged) : arena_strndup(arena, staged.p, staged.n);
    ret->beside = in_outbox ? in_directory(arena, where->base, staged) : NULL;
    ret->final = arena_strndup(arena, final.p, final.n);
    return ret->staged && ret->final && (ret->beside || !in_outbox) ? 0 : RAISE_NOMEM(err);
}

int token_each(const TokenPlaces *where, Str token, uint64_t *ret_epoch, TokenEach each, void *self, Err *err)
{
    ByteReader r = bytes_of(token);
    TokenEntry e;
    Arena arena;
    uint8_t format = bytes_u8(&r);
    *ret_epoch = bytes_u64(&r);
    uint32_t n = bytes_u32(&r);
    if (r.failed || format != TOKEN_FORMAT)
        return bad_token(err);
    arena_init(&arena, NULL, 0);
    int rc = 0;
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        rc = next_entry(&r, where, &arena, &e, err);
        rc = rc == 0 ? each(self, &e, err) : rc;
    }
    arena_done(&arena);
    return rc;
}

static int sync_entry(void *self, const TokenEntry *e, Err *err)
{
    Env *env = self;
    EnvFileHandle *f;
    TRY(env->file->open(env, e->staged, ENV_WRITE, &f, err));
    int rc = env->file->sync(env, f, err);
    env->file->close(env, f);
    return rc;
}

int token_prepare(Env *env, const TokenPlaces *where, Str token, Err *err)
{
    uint64_t epoch;
    TRY(token_each(where, token, &epoch, sync_entry, env, err));
    return env->dir->sync_dir(env, where->outbox ? where->outbox : where->base, err);
}

static int copy_bytes(Env *env, const TokenEntry *e, int64_t at, EnvFileHandle *from, EnvFileHandle *to, char *buf, Err *err)
{
    for (int64_t done = 0; done < e->bytes;) {
        int64_t got = env->file->pread(env, from, buf, MIN(COPY_BYTES, (size_t)(e->bytes - done)), done, err);
        if (got == 0)
            return RAISE(err, ERR_IO, "file \"%s\" is shorter than what was written to it", e->staged);
        for (int64_t put = 0, n; got > 0 && put < got; put += n) {
            n = env->file->pwrite(env, to, buf + put, (size_t)(got - put), at + done + put, err);
            if (n <= 0)
                return n < 0 ? (int)n : RAISE(err, ERR_IO, "file \"%s\": nothing could be written", e->final);
        }
        if (got < 0)
            return (int)got;
        done += got;
    }
    return env->file->sync(env, to, err);
}

/* Its bytes to place `at` of another file, which are on disk then. */
static int copy_file(Env *env, const TokenEntry *e, const char *to_path, int64_t at, int flags, Err *err)
{
    EnvFileHandle *from, *to;
    TRY(env->file->open(env, e->staged, ENV_READ, &from, err));
    int rc = env->file->open(env, to_path, ENV_WRITE | ENV_CREATE | flags, &to, err);
    if (rc == 0) {
        char *buf = mem_alloc(NULL, COPY_BYTES);
        rc = buf ? copy_bytes(env, e, at, from, to, buf, err) : RAISE_NOMEM(err);
        mem_free(NULL, buf, COPY_BYTES);
        env->file->close(env, to);
    }
    env->file->close(env, from);
    return rc;
}

/* The rows of an unfinished file to the end of the file under its name. */
static int append(Env *env, const TokenEntry *e, bool *ret_new, Err *err)
{
    EnvStat st;
    int rc = env->file->stat(env, e->final, &st, NULL);
    *ret_new = rc < 0;
    if (rc >= 0 && e->at == 0 && st.bytes > e->bytes)
        return RAISE(err, ERR_IO, "file \"%s\" has %lld bytes, but was not there when this sink began it", e->final,
                     (long long)st.bytes);
    if ((rc < 0 ? 0 : st.bytes) < e->at) {
        (void)RAISE(err, ERR_IO, "file \"%s\" has %lld bytes, but this sink has written up to byte %lld: somebody has changed it",
                    e->final, (long long)(rc < 0 ? 0 : st.bytes), (long long)e->at);
        return err_hint(err,
                        "Put the file back, or drop the sink and make it anew; mode = 'rolling' writes files that may be moved.");
    }
    return copy_file(env, e, e->final, e->at, 0, err);
}

typedef struct Committing {
    Env *env;
    const TokenPlaces *where;
    StrBuf scratch;
} Committing;

/* From the outbox to the target's disk. */
static int bring_beside(Committing *c, const TokenEntry *e, Err *err)
{
    Env *env = c->env;
    TRY(path_make_directories(env, c->where->base, err));
    int rc = copy_file(env, e, e->beside, 0, ENV_TRUNC, err);
    if (rc < 0) {
        (void)env->dir->unlink(env, e->beside, NULL); /* a full disk has other use for it */
        return rc;
    }
    TRY(env->dir->sync_dir(env, c->where->base, err));
    TRY(env->dir->unlink(env, e->staged, err));
    return env->dir->sync_dir(env, c->where->outbox, err);
}

/* Its name, or when a file has that, for the directory could not be listed at the opening, one that is free: none is overwritten.
 */
static int free_name(Committing *c, const TokenEntry *e, StrBuf *out, Err *err)
{
    EnvStat st;
    size_t ending = c->where->ending ? strlen(c->where->ending) : 0, n = strlen(e->final);
    sb_puts(out, e->final);
    for (unsigned k = 1;; k++) {
        if (out->failed)
            return RAISE_NOMEM(err);
        int rc = c->env->file->stat(c->env, out->p, &st, NULL);
        if (rc == -ERR_FILE_NOT_FOUND || (rc >= 0 && st.is_dir)) /* of a directory the renaming tells */
            return 0;
        if (rc < 0)
            return c->env->file->stat(c->env, out->p, &st, err);
        sb_clear(out);
        sb_printf(out, "%.*s-%u%s", (int)(n > ending ? n - ending : n), e->final, k, n > ending ? e->final + n - ending : "");
    }
}

static int give_name(Committing *c, const TokenEntry *e, bool is_staged, Err *err)
{
    Env *env = c->env;
    _cleanup_(sb_done) StrBuf name;
    sb_init(&name, NULL);
    TRY(free_name(c, e, &name, err));
    if (is_staged && !e->beside)
        return env->dir->rename(env, e->staged, name.p, err);
    if (is_staged) {
        if (env->dir->rename(env, e->staged, name.p, NULL) == 0)
            return 0;
        TRY(bring_beside(c, e, err));
    }
    return env->dir->rename(env, e->beside, name.p, err);
}

/* 1 = it is there, 0 = it is not. */
static int exists(Env *env, const char *path, Err *err)
{
    EnvStat st;
    int rc = path ? env->file->stat(env, path, &st, NULL) : -ERR_FILE_NOT_FOUND;
    return rc >= 0 ? 1 : rc == -ERR_FILE_NOT_FOUND ? 0 : env->file->stat(env, path, &st, err);
}

/* Of one that is gone nothing has to last. */
static int sync_directory(Env *env, const char *dir, Err *err)
{
    int rc = env->dir->sync_dir(env, dir, NULL);
    return rc == 0 || rc == -ERR_FILE_NOT_FOUND ? 0 : env->dir->sync_dir(env, dir, err);
}

static int commit_entry(void *self, const TokenEntry *e, Err *err)
{
    Committing *c = self;
    Env *env = c->env;
    bool is_new = true;
    int staged = exists(env, e->staged, err), beside = staged == 0 && e->at < 0 ? exists(env, e->beside, err) : 0;
    TRY(staged);
    TRY(beside);
    const char *dir = path_directory(e->final, &c->scratch);
    if (c->scratch.failed)
        return RAISE_NOMEM(err);
    if (!staged && !beside) /* done before, but perhaps not to where a crash does not take it back */
        return e->at < 0 ? sync_directory(env, dir, err) : 0;
    TRY(path_make_directories(env, dir, err));
    if (e->at < 0)
        TRY(give_name(c, e, staged, err));
    else
        TRY(append(env, e, &is_new, err));
    if (is_new || e->at == 0) /* an attempt before this one may have made it */
        TRY(env->dir->sync_dir(env, dir, err));
    return e->at < 0 ? 0 : env->dir->unlink(env, e->staged, err);
}

int token_commit(Env *env, const TokenPlaces *where, Str token, uint64_t *ret_epoch, Err *err)
{
    Committing c = {.env = env, .where = where};
    sb_init(&c.scratch, NULL);
    int rc = token_each(where, token, ret_epoch, commit_entry, &c, err);
    sb_done(&c.scratch);
    if (rc == 0 && where->outbox)
        rc = sync_directory(env, where->outbox, err);
    return rc == 0 ? sync_directory(env, where->base, err) : rc;
}

static int abort_entry(void *self, const TokenEntry *e, Err *err)
{
    Env *env = self;
    (void)err;
    (void)env->dir->unlink(env, e->staged, NULL); /* what stays is swept at the next opening */
    return 0;
}

int token_abort(Env *env, const TokenPlaces *where, Str token, Err *err)
{
    uint64_t epoch;
    return token_each(where, token, &epoch, abort_entry, env, err);
}
