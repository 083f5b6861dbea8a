/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing side of file_io_impl.h. */
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "connect/file/file_io_impl.h"

#define PIECE_PLAIN ((size_t)256 << 10)
#define PIECE_PACKED ((size_t)1 << 20) /* of text, before compression */
#define ZSTD_LEVEL 3

/* A file that ends inside a line (a crash of somebody) gets a line end, so that our first record stands alone. */
static int end_last_line(FileWriter *w, Err *err)
{
    char last;
    EnvFileHandle *f;
    if (w->codec != CODEC_NONE || w->at == 0)
        return 0;
    TRY(w->env->file->open(w->env, w->path, ENV_READ, &f, err));
    int64_t got = w->env->file->pread(w->env, f, &last, 1, w->at - 1, err);
    w->env->file->close(w->env, f);
    if (got < 0)
        return (int)got;
    if (got == 1 && last != '\n')
        sb_putc(&w->plain, '\n');
    return 0;
}

int file_writer_open(FileWriter *w, Env *env, Account *acct, const char *path, Codec codec, FileMode mode, Err *err)
{
    EnvStat st;
    *w = (FileWriter){.env = env, .acct = acct, .path = path, .codec = codec};
    sb_init(&w->plain, acct);
    sb_init(&w->packed, acct);
    int rc = env->file->stat(env, path, &st, NULL);
    if (rc < 0 && rc != -ERR_FILE_NOT_FOUND)
        return env->file->stat(env, path, &st, err);
    bool exists = rc >= 0;
    if (exists && st.is_dir)
        return RAISE(err, ERR_FILE_ACCESS, "\"%s\" is a directory", path);
    if (exists && mode == FILE_MUST_BE_NEW)
        return RAISE(err, ERR_FILE_ACCESS, "file \"%s\" exists and mode = 'error'", path);
    rc = env->file->open(env, path, ENV_WRITE | ENV_CREATE | (mode == FILE_OVERWRITE ? ENV_TRUNC : 0), &w->file, err);
    if (rc == -ERR_DISK_FULL && !exists) {
        err_clear(err);
        w->is_to_be_made = true;
        return 0;
    }
    TRY(rc);
    w->at = exists && (mode == FILE_APPEND || mode == FILE_APPEND_AS_IT_IS) ? st.bytes : 0;
    return mode == FILE_APPEND ? end_last_line(w, err) : 0;
}

static int pack_gzip(FileWriter *w, Err *err)
{
    z_stream z = {0};
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return RAISE_NOMEM(err);
    size_t bound = deflateBound(&z, w->plain.n);
    bool ok = sb_reserve(&w->packed, bound);
    if (ok) {
        z.next_in = (Bytef *)w->plain.p;
        z.avail_in = (unsigned)w->plain.n;
        z.next_out = (Bytef *)w->packed.p;
        z.avail_out = (unsigned)bound;
        ok = deflate(&z, Z_FINISH) == Z_STREAM_END;
        w->packed.n = ok ? bound - z.avail_out : 0;
    }
    deflateEnd(&z);
    return ok ? 0 : RAISE_NOMEM(err);
}

static int pack_zstd(FileWriter *w, Err *err)
{
    size_t bound = ZSTD_compressBound(w->plain.n);
    if (!sb_reserve(&w->packed, bound))
        return RAISE_NOMEM(err);
    size_t n = ZSTD_compress(w->packed.p, bound, w->plain.p, w->plain.n, ZSTD_LEVEL);
    if (ZSTD_isError(n))
        return RAISE(err, ERR_IO, "zstd: %s", ZSTD_getErrorName(n));
    w->packed.n = n;
    return 0;
}

static void swap_buffers(FileWriter *w)
{
    StrBuf plain = w->plain;
    w->plain = w->packed;
    w->packed = plain;
}

/* Turns the waiting records into the piece to write. */
static int pack(FileWriter *w, Err *err)
{
    if (w->plain.failed)
        return RAISE_NOMEM(err);
    if (w->codec == CODEC_NONE) {
        swap_buffers(w);
    } else {
        TRY(w->codec == CODEC_GZIP ? pack_gzip(w, err) : pack_zstd(w, err));
    }
    sb_clear(&w->plain);
    return 0;
}

static int write_piece(FileWriter *w, Err *err)
{
    if (!w->file)
        TRY(w->env->file->open(w->env, w->path, ENV_WRITE | (w->is_to_be_made ? ENV_CREATE : 0), &w->file, err));
    w->is_to_be_made = false;
    for (size_t done = 0; done < w->packed.n;) {
        int64_t put = w->env->file->pwrite(w->env, w->file, w->packed.p + done, w->packed.n - done, w->at + (int64_t)done, err);
        if (put < 0)
            return (int)put;
        if (put == 0)
            return RAISE(err, ERR_IO, "file \"%s\": nothing could be written", w->path);
        done += (size_t)put;
    }
    w->at += (int64_t)w->packed.n;
    sb_clear(&w->packed);
    bool is_idle = w->plain.n == 0 && !w->plain.failed;
    if (w->codec == CODEC_NONE && is_idle) /* the next records have the room of these, and not as much again */
        swap_buffers(w);
    return 0;
}

static int drain(FileWriter *w, size_t at_least, Err *err)
{
    if (w->packed.n)
        TRY(write_piece(w, err));
    if (w->plain.n < at_least)
        return w->plain.failed ? RAISE_NOMEM(err) : 0;
    TRY(pack(w, err));
    return write_piece(w, err);
}

int file_writer_written(FileWriter *w, Err *err)
{
    return drain(w, w->codec == CODEC_NONE ? PIECE_PLAIN : PIECE_PACKED, err);
}

int file_writer_flush(FileWriter *w, Err *err)
{
    TRY(drain(w, 1, err));
    return w->is_to_be_made ? write_piece(w, err) : 0;
}

void file_writer_rest(FileWriter *w)
{
    if (w->file)
        w->env->file->close(w->env, w->file);
    w->file = NULL;
}

void file_writer_close(FileWriter *w)
{
    sb_done(&w->plain);
    sb_done(&w->packed);
    if (w->file)
        w->env->file->close(w->env, w->file);
    w->file = NULL;
}
