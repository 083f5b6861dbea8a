/* SPDX-License-Identifier: Apache-2.0
 *
 * Segments of the log: names, headers, whole reads and writes. */
#include <stdlib.h>

#include "base/hash.h"
#include "durable/wal_impl.h"

#define SEGMENT_PREFIX "wal-"
#define NUMBER_DIGITS 16

const char *wal_kind_name(WalKind k)
{
    static const char *const names[] = {"",       "OPENED", "ROWS",  "CHANGE", "MARK", "TICK",
                                        "POLLED", "DDL",    "EPOCH", "SINK",   "KEEP", "READ"};
    return k > 0 && k < N_WAL_KINDS ? names[k] : "?";
}

void segment_path(StrBuf *b, const char *dir, uint64_t number)
{
    sb_clear(b);
    sb_printf(b, "%s/" SEGMENT_PREFIX "%0*llx", dir, NUMBER_DIGITS, (unsigned long long)number);
}

bool segment_number(const char *name, uint64_t *ret)
{
    Str s = str_of(name);
    if (s.n != strlen(SEGMENT_PREFIX) + NUMBER_DIGITS || !str_starts(s, STR(SEGMENT_PREFIX)))
        return false;
    uint64_t v = 0;
    for (const char *p = s.p + strlen(SEGMENT_PREFIX); *p; p++) {
        int digit = *p >= '0' && *p <= '9' ? *p - '0' : *p >= 'a' && *p <= 'f' ? *p - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        v = v << 4 | (uint64_t)digit;
    }
    *ret = v;
    return true;
}

typedef struct Listing {
    Arena *arena;
    uint64_t *number;
    uint32_t n, cap;
} Listing;

static int list_one(void *self, const char *name)
{
    Listing *l = self;
    uint64_t number;
    if (!segment_number(name, &number))
        return 0;
    if (l->n == l->cap) {
        uint32_t cap = l->cap ? l->cap * 2 : 16;
        uint64_t *bigger = arena_alloc(l->arena, cap * sizeof(*bigger));
        if (!bigger)
            return -ERR_OUT_OF_MEMORY;
        if (l->n)
            memcpy(bigger, l->number, l->n * sizeof(*bigger));
        l->number = bigger;
        l->cap = cap;
    }
    l->number[l->n++] = number;
    return 0;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

int segment_list(Env *env, const char *dir, Arena *arena, uint64_t **ret, uint32_t *ret_n, Err *err)
{
    Listing l = {.arena = arena};
    int rc = env->file->list(env, dir, list_one, &l, err);
    if (rc == -ERR_OUT_OF_MEMORY)
        return RAISE_NOMEM(err);
    TRY(rc);
    if (l.n)
        qsort(l.number, l.n, sizeof(*l.number), by_number);
    *ret = l.number;
    *ret_n = l.n;
    return 0;
}

int64_t file_read_full(Env *env, EnvFileHandle *f, void *buf, size_t n, int64_t at, Err *err)
{
    size_t done = 0;
    while (done < n) {
        int64_t got = env->file->pread(env, f, (char *)buf + done, n - done, at + (int64_t)done, err);
        if (got < 0)
            return got;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (int64_t)done;
}

int file_write_full(Env *env, EnvFileHandle *f, const void *buf, size_t n, int64_t at, Err *err)
{
    for (size_t done = 0; done < n;) {
        int64_t put = env->file->pwrite(env, f, (const char *)buf + done, n - done, at + (int64_t)done, err);
        if (put < 0)
            return (int)put;
        if (put == 0)
            return RAISE(err, ERR_IO, "nothing could be written");
        done += (size_t)put;
    }
    return 0;
}

static uint32_t header_crc(const SegmentHeader *h)
{
    SegmentHeader copy = *h;
    copy.crc = 0;
    return crc32c(0, &copy, sizeof(copy));
}

static int write_header(Env *env, EnvFileHandle *f, SegmentHeader *h, Err *err)
{
    char block[WAL_BLOCK] = {0};
    memcpy(h->magic, WAL_MAGIC, sizeof(h->magic));
    h->format = WAL_FORMAT;
    h->crc = header_crc(h);
    memcpy(block, h, sizeof(*h));
    TRY(env->dir->allocate(env, f, h->segment_bytes, err));
    TRY(file_write_full(env, f, block, sizeof(block), 0, err));
    return env->file->sync(env, f, err);
}

int segment_create(Env *env, const char *dir, SegmentHeader *h, EnvFileHandle **ret, Err *err)
{
    StrBuf path;
    EnvFileHandle *f = NULL;
    sb_init(&path, NULL);
    segment_path(&path, dir, h->number);
    int rc = path.failed ? RAISE_NOMEM(err) : env->file->open(env, path.p, ENV_READ | ENV_WRITE | ENV_CREATE | ENV_TRUNC, &f, err);
    if (rc == 0)
        rc = write_header(env, f, h, err);
    if (rc == 0)
        rc = env->dir->sync_dir(env, dir, err);
    sb_done(&path);
    if (rc < 0) {
        env->file->close(env, f);
        return rc;
    }
    *ret = f;
    return 0;
}

int segment_read_header(Env *env, EnvFileHandle *f, const uint8_t *uuid, uint64_t number, SegmentHeader *ret, Err *err)
{
    SegmentHeader h;
    int64_t got = file_read_full(env, f, &h, sizeof(h), 0, err);
    if (got < 0)
        return (int)got;
    if (got < (int64_t)sizeof(h) || memcmp(h.magic, WAL_MAGIC, sizeof(h.magic)) != 0 || h.crc != header_crc(&h))
        return 1;
    if (h.format != WAL_FORMAT)
        return RAISE(err, ERR_CORRUPT, "the log has format %u, this program reads format %u", h.format, WAL_FORMAT);
    if (memcmp(h.uuid, uuid, WAL_UUID_BYTES) != 0 || h.number != number)
        return RAISE(err, ERR_CORRUPT, "log segment %llx belongs to another database", (unsigned long long)number);
    if (h.segment_bytes < SEGMENT_BYTES_MIN || h.segment_bytes > SEGMENT_BYTES_MAX || h.segment_bytes % WAL_BLOCK != 0)
        return RAISE(err, ERR_CORRUPT, "log segment %llx has a size that cannot be", (unsigned long long)number);
    *ret = h;
    return 0;
}

static uint32_t group_crc(const GroupHeader *h, const void *payload)
{
    GroupHeader copy = *h;
    copy.crc = 0;
    return crc32c(crc32c(0, &copy, sizeof(copy)), payload, h->bytes);
}

void group_seal(GroupHeader *h, const void *payload)
{
    h->crc = group_crc(h, payload);
}

bool group_is_whole(const GroupHeader *h, const void *payload)
{
    return h->crc == group_crc(h, payload);
}
