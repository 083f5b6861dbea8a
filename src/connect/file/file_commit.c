/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of the file sink: making unfinished files durable, giving them their names or appending them, dropping them.  Everything
 * here works by names alone, so the process that commits need not be the one that wrote.
 *
 * An unfinished file is the mark of a commit that is still to be done: it goes with the rename, or when what was copied from it is
 * on disk.  So committing again does nothing, and committing again after half a copy writes the same bytes to the same place. */
#include <string.h>

#include "base/bytes.h"
#include "connect/file/file_parts_impl.h"

#define TOKEN_FORMAT 1u
#define COPY_BYTES ((size_t)256 << 10)

typedef struct Entry {
    int64_t at, bytes;
    char *staged, *final;
} Entry;

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

static int open_token(Str token, ByteReader *r, uint64_t *ret_epoch, uint32_t *ret_n, Err *err)
{
    *r = bytes_of(token);
    uint8_t format = bytes_u8(r);
    *ret_epoch = bytes_u64(r);
    *ret_n = bytes_u32(r);
    return r->failed || format != TOKEN_FORMAT ? bad_token(err) : 0;
}

static int next_entry(ByteReader *r, Arena *arena, Entry *ret, Err *err)
{
    arena_reset(arena);
    ret->at = bytes_i64(r);
    ret->bytes = bytes_i64(r);
    Str staged = bytes_str(r), final = bytes_str(r);
    if (r->failed)
        return bad_token(err);
    ret->staged = arena_strndup(arena, staged.p, staged.n);
    ret->final = arena_strndup(arena, final.p, final.n);
    return ret->staged && ret->final ? 0 : RAISE_NOMEM(err);
}

static int sync_file(Env *env, const char *path, Err *err)
{
    EnvFileHandle *f;
    TRY(env->file->open(env, path, ENV_WRITE, &f, err));
    int rc = env->file->sync(env, f, err);
    env->file->close(env, f);
    return rc;
}

int token_prepare(Env *env, const char *base, Str token, Err *err)
{
    ByteReader r;
    uint64_t epoch;
    uint32_t n;
    Entry e;
    Arena arena;
    TRY(open_token(token, &r, &epoch, &n, err));
    arena_init(&arena, NULL, 0);
    int rc = 0;
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        rc = next_entry(&r, &arena, &e, err);
        rc = rc == 0 ? sync_file(env, e.staged, err) : rc;
    }
    arena_done(&arena);
    return rc == 0 ? env->dir->sync_dir(env, base, err) : rc;
}

static int copy_bytes(Env *env, const Entry *e, EnvFileHandle *from, EnvFileHandle *to, char *buf, Err *err)
{
    for (int64_t done = 0; done < e->bytes;) {
        int64_t got = env->file->pread(env, from, buf, MIN(COPY_BYTES, (size_t)(e->bytes - done)), done, err);
        if (got == 0)
            return RAISE(err, ERR_IO, "file \"%s\" is shorter than what was written to it", e->staged);
        for (int64_t put = 0, n; got > 0 && put < got; put += n) {
            n = env->file->pwrite(env, to, buf + put, (size_t)(got - put), e->at + done + put, err);
            if (n <= 0)
                return n < 0 ? (int)n : RAISE(err, ERR_IO, "file \"%s\": nothing could be written", e->final);
        }
        if (got < 0)
            return (int)got;
        done += got;
    }
    return env->file->sync(env, to, err);
}

/* The rows of an unfinished file to the end of the file under its name. */
static int append(Env *env, const Entry *e, bool *ret_new, Err *err)
{
    EnvStat st;
    EnvFileHandle *from, *to;
    int rc = env->file->stat(env, e->final, &st, NULL);
    *ret_new = rc < 0;
    if ((rc < 0 ? 0 : st.bytes) < e->at) {
        (void)RAISE(err, ERR_IO, "file \"%s\" has %lld bytes, but this sink has written up to byte %lld: somebody has changed it",
                    e->final, (long long)(rc < 0 ? 0 : st.bytes), (long long)e->at);
        return err_hint(err,
                        "Put the file back, or drop the sink and make it anew; mode = 'rolling' writes files that may be moved.");
    }
    TRY(env->file->open(env, e->staged, ENV_READ, &from, err));
    rc = env->file->open(env, e->final, ENV_WRITE | ENV_CREATE, &to, err);
    if (rc == 0) {
        char *buf = mem_alloc(NULL, COPY_BYTES);
        rc = buf ? copy_bytes(env, e, from, to, buf, err) : RAISE_NOMEM(err);
        mem_free(NULL, buf, COPY_BYTES);
        env->file->close(env, to);
    }
    env->file->close(env, from);
    return rc;
}

static int commit_entry(Env *env, const Entry *e, StrBuf *scratch, Err *err)
{
    EnvStat st;
    bool is_new = true;
    int rc = env->file->stat(env, e->staged, &st, NULL);
    if (rc == -ERR_FILE_NOT_FOUND)
        return 0; /* done before */
    if (rc < 0)
        return env->file->stat(env, e->staged, &st, err);
    const char *dir = path_directory(e->final, scratch);
    if (scratch->failed)
        return RAISE_NOMEM(err);
    TRY(path_make_directories(env, dir, err));
    if (e->at < 0)
        TRY(env->dir->rename(env, e->staged, e->final, err));
    else
        TRY(append(env, e, &is_new, err));
    if (is_new)
        TRY(env->dir->sync_dir(env, dir, err));
    return e->at < 0 ? 0 : env->dir->unlink(env, e->staged, err);
}

int token_commit(Env *env, const char *base, Str token, uint64_t *ret_epoch, Err *err)
{
    ByteReader r;
    uint32_t n;
    Entry e;
    Arena arena;
    StrBuf scratch;
    TRY(open_token(token, &r, ret_epoch, &n, err));
    arena_init(&arena, NULL, 0);
    sb_init(&scratch, NULL);
    int rc = 0;
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        rc = next_entry(&r, &arena, &e, err);
        rc = rc == 0 ? commit_entry(env, &e, &scratch, err) : rc;
    }
    sb_done(&scratch);
    arena_done(&arena);
    return rc == 0 ? env->dir->sync_dir(env, base, err) : rc;
}

int token_abort(Env *env, Str token, Err *err)
{
    ByteReader r;
    uint64_t epoch;
    uint32_t n;
    Entry e;
    Arena arena;
    TRY(open_token(token, &r, &epoch, &n, err));
    arena_init(&arena, NULL, 0);
    int rc = 0;
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        rc = next_entry(&r, &arena, &e, err);
        if (rc == 0)
            (void)env->dir->unlink(env, e.staged, NULL); /* what stays is swept at the next opening */
    }
    arena_done(&arena);
    return rc;
}
