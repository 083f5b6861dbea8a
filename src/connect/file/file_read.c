/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading side of file_io_impl.h.  zlib takes its memory from the account; concatenated gzip members and zstd frames are one
 * stream. A compressed file that stops in the middle is an error, not an end. */
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "connect/file/file_io_impl.h"

#define RAW_BYTES ((size_t)128 << 10)

struct Inflater {
    z_stream z;
    ZSTD_DStream *zstd;
    bool inside; /* of a member or frame */
    size_t from, n;
    char raw[RAW_BYTES];
};

Codec codec_of_path(Str path)
{
    if (path.n > 3 && str_eq_nocase((Str){path.p + path.n - 3, 3}, STR(".gz")))
        return CODEC_GZIP;
    if (path.n > 4 && str_eq_nocase((Str){path.p + path.n - 4, 4}, STR(".zst")))
        return CODEC_ZSTD;
    return CODEC_NONE;
}

Str path_without_codec(Str path)
{
    Codec c = codec_of_path(path);
    return (Str){path.p, path.n - (c == CODEC_GZIP ? 3 : c == CODEC_ZSTD ? 4 : 0)};
}

const char *path_strip_scheme(const char *path)
{
    return strncmp(path, "file://", 7) == 0 ? path + 7 : path;
}

/* zlib's allocator: the size stands before the block, as mem_free wants to know it. */
static void *zlib_alloc(void *acct, unsigned n, unsigned size)
{
    size_t bytes = (size_t)n * size + 16;
    size_t *p = mem_alloc(acct, bytes);
    if (!p)
        return NULL;
    *p = bytes;
    return (char *)p + 16;
}

static void zlib_free(void *acct, void *block)
{
    size_t *p = (size_t *)(void *)((char *)block - 16);
    mem_free(acct, p, *p);
}

static int inflater_new(FileReader *r, Err *err)
{
    Inflater *x = mem_zalloc(r->acct, sizeof(*x));
    if (!x)
        return RAISE_NOMEM(err);
    r->inflater = x;
    if (r->codec == CODEC_ZSTD) {
        x->zstd = ZSTD_createDStream();
        return x->zstd ? 0 : RAISE_NOMEM(err);
    }
    x->z.zalloc = zlib_alloc;
    x->z.zfree = zlib_free;
    x->z.opaque = r->acct;
    return inflateInit2(&x->z, 15 + 16) == Z_OK ? 0 : RAISE_NOMEM(err);
}

int file_reader_open(FileReader *r, Env *env, Account *acct, const char *path, Codec codec, bool is_stream, Err *err)
{
    *r = (FileReader){.env = env, .acct = acct, .path = path, .codec = codec, .is_stream = is_stream};
    TRY(env->file->open(env, path, is_stream ? ENV_READ | ENV_STREAM : ENV_READ, &r->file, err));
    int rc = codec == CODEC_NONE ? 0 : inflater_new(r, err);
    if (rc < 0)
        file_reader_close(r);
    return rc;
}

bool file_reader_waits(const FileReader *r)
{
    bool has_some = r->inflater && r->inflater->from < r->inflater->n;
    return r->is_stream && !has_some && !r->env->file->can_read(r->env, r->file);
}

static int64_t read_stored(FileReader *r, void *buf, size_t n, Err *err)
{
    int64_t got =
        r->is_stream ? r->env->file->read(r->env, r->file, buf, n, err) : r->env->file->pread(r->env, r->file, buf, n, r->at, err);
    if (got > 0)
        r->at += got;
    return got;
}

/* Decodes from x->raw into out; bytes written.  *ret_end is set behind the last byte of a member or frame. */
static int64_t decode_zlib(FileReader *r, Inflater *x, void *out, size_t n, Err *err)
{
    x->z.next_in = (Bytef *)x->raw + x->from;
    x->z.avail_in = (unsigned)(x->n - x->from);
    x->z.next_out = out;
    x->z.avail_out = (unsigned)n;
    int rc = inflate(&x->z, Z_NO_FLUSH);
    x->inside = true;
    if (rc == Z_STREAM_END) {
        x->inside = false;
        if (inflateReset(&x->z) != Z_OK)
            return RAISE(err, ERR_INTERNAL, "inflateReset failed");
    } else if (rc == Z_MEM_ERROR) {
        return RAISE_NOMEM(err);
    } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
        return RAISE(err, ERR_IO, "file \"%s\" is not valid gzip data near byte %lld: %s", r->path, (long long)r->at,
                     x->z.msg ? x->z.msg : "damaged");
    }
    x->from = x->n - x->z.avail_in;
    return (int64_t)(n - x->z.avail_out);
}

static int64_t decode_zstd(FileReader *r, Inflater *x, void *out, size_t n, Err *err)
{
    ZSTD_inBuffer in = {x->raw, x->n, x->from};
    ZSTD_outBuffer to = {out, n, 0};
    size_t rc = ZSTD_decompressStream(x->zstd, &to, &in);
    if (ZSTD_isError(rc))
        return RAISE(err, ERR_IO, "file \"%s\" is not valid zstd data near byte %lld: %s", r->path, (long long)r->at,
                     ZSTD_getErrorName(rc));
    x->inside = rc != 0;
    x->from = in.pos;
    return (int64_t)to.pos;
}

int64_t file_reader_read(FileReader *r, void *buf, size_t n, Err *err)
{
    Inflater *x = r->inflater;
    n = MIN(n, (size_t)1 << 30);
    if (!x)
        return read_stored(r, buf, n, err);
    for (;;) {
        if (x->from < x->n || x->inside) { /* a decoder may hold output back without new input */
            int64_t got = r->codec == CODEC_GZIP ? decode_zlib(r, x, buf, n, err) : decode_zstd(r, x, buf, n, err);
            if (got != 0)
                return got;
        }
        if (x->from < x->n)
            continue;
        int64_t raw = read_stored(r, x->raw, RAW_BYTES, err);
        if (raw < 0)
            return raw;
        if (raw == 0)
            return x->inside ? RAISE(err, ERR_IO, "compressed file \"%s\" ends in the middle", r->path) : 0;
        x->from = 0;
        x->n = (size_t)raw;
    }
}

int file_reader_seek(FileReader *r, int64_t to, Err *err)
{
    char drop[4096];
    if (to == 0)
        return 0;
    if (r->is_stream)
        return RAISE(err, ERR_UNSUPPORTED, "\"%s\" cannot be read again from a position", r->path);
    if (!r->inflater) {
        r->at = to;
        return 0;
    }
    while (to > 0) {
        int64_t got = file_reader_read(r, drop, (size_t)MIN(to, (int64_t)sizeof(drop)), err);
        if (got < 0)
            return (int)got;
        if (got == 0)
            return RAISE(err, ERR_IO, "file \"%s\" is shorter than the position to resume at", r->path);
        to -= got;
    }
    return 0;
}

void file_reader_close(FileReader *r)
{
    Inflater *x = r->inflater;
    if (x) {
        if (x->z.state)
            inflateEnd(&x->z);
        ZSTD_freeDStream(x->zstd);
        mem_free(r->acct, x, sizeof(*x));
    }
    if (r->file)
        r->env->file->close(r->env, r->file);
    r->file = NULL;
    r->inflater = NULL;
}
