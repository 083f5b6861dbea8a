/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the log, at opening and for tools.
 *
 * The end of the log is the first group of the last segment that is not whole.  Because a group is written only when the one before
 * it is synced, something whole behind something damaged means that synced data was damaged: that is reported with its place and
 * never skipped. */
#include "base/hash.h"
#include "durable/wal_impl.h"

#define SCAN_BYTES ((size_t)256 << 10)

typedef struct LogReader {
    Env *env;
    const char *dir;
    const uint8_t *uuid;
    uint64_t after_seq;
    WalGroupEach group;
    WalEach each;
    void *self;
    Arena arena; /* the list of segments */
    StrBuf payload, whole, path;
    SegmentHeader head;
    int64_t data_end; /* of the segment: only zeros from there on */
    WalEnd end;
    bool any;       /* a record was seen */
    bool any_start; /* the log may begin anywhere: dumps */
    bool in_record; /* `whole` has the fragments of one so far */
} LogReader;

static int damaged(const LogReader *r, int64_t at, const char *what, Err *err)
{
    int rc = RAISE(err, ERR_CORRUPT, "the write-ahead log is damaged at lsn %lld (segment %016llx, byte %lld): %s",
                   (long long)((int64_t)r->head.number * r->head.segment_bytes + at), (unsigned long long)r->head.number,
                   (long long)at, what);
    (void)err_hint(err, "restore the directory from a copy");
    return rc;
}

/* ---- records ---- */

static int take_record(LogReader *r, const RecordHeader *h, Str piece, Err *err)
{
    bool voids = r->in_record && (h->flags & WAL_VOIDS) != 0; /* what was given up has the same number */
    if (h->kind == WAL_OPENED || voids) {                     /* a record whose fragments did not all come is void */
        sb_clear(&r->whole);
        r->in_record = false;
    }
    if (r->any && h->seq != r->end.seq + (r->in_record || voids ? 0 : 1))
        return damaged(r, r->end.at, "records are missing", err);
    if (!r->any && !r->any_start && r->after_seq + 1 < h->seq)
        return damaged(r, r->end.at, "the records that come first are not there", err);
    r->any = true;
    r->end.seq = h->seq;
    bool more = (h->flags & WAL_PART) != 0;
    if (more || r->in_record) {
        sb_put(&r->whole, piece.p, piece.n);
        if (r->whole.failed)
            return RAISE_NOMEM(err);
        r->in_record = more;
        if (more)
            return 0;
        piece = sb_str(&r->whole);
    }
    r->end.n_records++;
    if (h->kind == WAL_OPENED) {
        ByteReader b = bytes_of(piece);
        r->end.generation = bytes_u64(&b);
    }
    WalRecord record = {h->kind, h->flags, h->part, h->relation, h->seq, h->ptime_us, h->producer, h->producer_seq, piece};
    int rc = h->seq > r->after_seq && r->each ? r->each(r->self, &record, err) : 0;
    sb_clear(&r->whole);
    return rc;
}

static int take_group(LogReader *r, const GroupHeader *g, int64_t at, Err *err)
{
    ByteReader b = bytes_of((Str){r->payload.p, g->bytes});
    r->end.at = at;
    if (r->group)
        r->group(r->self, g->lsn, g->bytes, g->first_seq, g->n_records);
    for (uint32_t i = 0; i < g->n_records; i++) {
        RecordHeader h;
        bytes_copy(&b, &h, sizeof(h));
        const char *p = bytes_take(&b, h.bytes);
        if (b.failed || h.kind == 0 || h.kind >= N_WAL_KINDS)
            return damaged(r, at, "a record cannot be read", err);
        TRY(take_record(r, &h, (Str){p, h.bytes}, err));
    }
    r->end.n_groups++;
    r->end.lsn = g->lsn;
    return b.n ? damaged(r, at, "a group has bytes behind its records", err) : 0;
}

/* ---- groups ---- */

#define GROUP_ABSENT 1 /* nothing whole stands there */
static int read_group(LogReader *r, EnvFileHandle *f, int64_t at, GroupHeader *g, Err *err)
{
    if (at + (int64_t)WAL_BLOCK > r->head.segment_bytes || at >= r->data_end)
        return GROUP_ABSENT;
    int64_t got = file_read_full(r->env, f, g, sizeof(*g), at, err);
    if (got < 0)
        return (int)got;
    uint64_t lsn = r->head.number * (uint64_t)r->head.segment_bytes + (uint64_t)at;
    if (got < (int64_t)sizeof(*g) || g->magic != GROUP_MAGIC || g->lsn != lsn ||
        (int64_t)sizeof(*g) + g->bytes > r->head.segment_bytes - at)
        return GROUP_ABSENT;
    sb_clear(&r->payload);
    if (!sb_reserve(&r->payload, (size_t)g->bytes + 1))
        return RAISE_NOMEM(err);
    got = file_read_full(r->env, f, r->payload.p, g->bytes, at + (int64_t)sizeof(*g), err);
    if (got < 0)
        return (int)got;
    return got == (int64_t)g->bytes && group_is_whole(g, r->payload.p) ? 0 : GROUP_ABSENT;
}

/* Whether a whole group stands anywhere behind `at`; its bytes that are not zero are counted. */
static int scan_rest(LogReader *r, EnvFileHandle *f, int64_t at, bool *ret_found, int64_t *ret_torn, Err *err)
{
    StrBuf buf;
    sb_init(&buf, NULL);
    int rc = sb_reserve(&buf, SCAN_BYTES) ? 0 : RAISE_NOMEM(err);
    *ret_found = false;
    *ret_torn = 0;
    int64_t end = MIN(r->head.segment_bytes, r->data_end);
    for (int64_t from = at; rc == 0 && from < end && !*ret_found; from += (int64_t)SCAN_BYTES) {
        int64_t got = file_read_full(r->env, f, buf.p, SCAN_BYTES, from, err);
        rc = got < 0 ? (int)got : 0;
        for (int64_t k = 0; rc == 0 && k < got && !*ret_found; k += WAL_BLOCK) {
            const char *block = buf.p + k;
            size_t n = (size_t)MIN(got - k, (int64_t)WAL_BLOCK);
            if (*block == 0 && memcmp(block, block + 1, n - 1) == 0)
                continue;
            *ret_torn = from + k + (int64_t)n - at;
            GroupHeader g;
            int is = from + k > at ? read_group(r, f, from + k, &g, err) : GROUP_ABSENT;
            rc = MIN(is, 0);
            *ret_found = is == 0;
        }
    }
    sb_done(&buf);
    return rc;
}

/* ---- segments ---- */

static int read_segment(LogReader *r, EnvFileHandle *f, bool is_last, uint64_t next_prev_end, Err *err)
{
    int64_t at = WAL_BLOCK;
    GroupHeader g;
    uint64_t prev = r->head.prev_group;
    for (;;) {
        int rc = read_group(r, f, at, &g, err);
        TRY(rc);
        if (rc == GROUP_ABSENT)
            break;
        if (g.prev_group != prev)
            return damaged(r, at, "a group does not follow the one before it", err);
        TRY(take_group(r, &g, at, err));
        prev = g.lsn;
        at += (int64_t)wal_padded(sizeof(g) + g.bytes);
    }
    r->end.at = at;
    if (!is_last) {
        uint64_t end = r->head.number * (uint64_t)r->head.segment_bytes + (uint64_t)at;
        return end == next_prev_end ? 0 : damaged(r, at, "a group is not whole, and others come after it", err);
    }
    bool found;
    TRY(scan_rest(r, f, at, &found, &r->end.torn_bytes, err));
    return found ? damaged(r, at, "a group is not whole, and others come after it", err) : 0;
}

static int open_segment(LogReader *r, uint64_t number, EnvFileHandle **ret, Err *err)
{
    segment_path(&r->path, r->dir, number);
    if (r->path.failed)
        return RAISE_NOMEM(err);
    return r->env->file->open(r->env, r->path.p, ENV_READ, ret, err);
}

/* A header that is not whole: of a segment that was being made, unless groups stand behind it. */
static int broken_header(LogReader *r, EnvFileHandle *f, uint64_t number, Err *err)
{
    bool found;
    EnvStat st;
    int64_t torn;
    TRY(r->env->file->stat(r->env, r->path.p, &st, err));
    int64_t segment_bytes = r->end.segment_bytes ? r->end.segment_bytes : MAX(st.bytes, SEGMENT_BYTES_MIN);
    SegmentHeader before = r->head;
    r->head = (SegmentHeader){.number = number, .segment_bytes = segment_bytes};
    TRY(scan_rest(r, f, 0, &found, &torn, err));
    if (found)
        return damaged(r, 0, "the header of the segment is not whole", err);
    r->head = before;
    r->end.torn_bytes += torn;
    return 0;
}

static int read_one(LogReader *r, const uint64_t *number, uint32_t i, uint32_t n, Err *err)
{
    EnvFileHandle *f;
    SegmentHeader next = {0};
    TRY(open_segment(r, number[i], &f, err));
    r->data_end = r->env->file->data_end(r->env, f, err);
    int rc = (int)MIN(r->data_end, 0);
    if (rc == 0)
        rc = segment_read_header(r->env, f, r->uuid, number[i], &r->head, err);
    bool is_last = i + 1 == n;
    if (rc == 1 && is_last) {
        rc = broken_header(r, f, number[i], err);
    } else if (rc == 1) {
        r->head.number = number[i];
        rc = damaged(r, 0, "the header of the segment is not whole", err);
    } else if (rc == 0) {
        if (!is_last) { /* the next one may be one that was being made */
            EnvFileHandle *g;
            rc = open_segment(r, number[i + 1], &g, err);
            if (rc == 0) {
                rc = segment_read_header(r->env, g, r->uuid, number[i + 1], &next, err);
                is_last = rc == 1 && i + 2 == n;
                rc = MIN(rc, 0);
                r->env->file->close(r->env, g);
            }
        }
        r->end.segment = number[i];
        r->end.segment_bytes = r->head.segment_bytes;
        if (rc == 0)
            rc = read_segment(r, f, is_last, next.prev_end, err);
    }
    r->env->file->close(r->env, f);
    return rc;
}

/* Segments that hold nothing new are not read.  Some of them may be gone, for they are removed without waiting that one is gone for
 * good before the next: what counts begins with the last segment that was begun before the records that are asked for, or, where
 * the log may begin anywhere, behind the last gap. */
static int first_needed(LogReader *r, const uint64_t *number, uint32_t n, uint32_t *ret, Err *err)
{
    *ret = n ? n - 1 : 0;
    if (r->any_start) {
        while (*ret > 0 && number[*ret] == number[*ret - 1] + 1)
            --*ret;
        return 0;
    }
    for (; *ret > 0; --*ret) {
        SegmentHeader h;
        EnvFileHandle *f;
        TRY(open_segment(r, number[*ret], &f, err));
        int rc = segment_read_header(r->env, f, r->uuid, number[*ret], &h, err);
        r->env->file->close(r->env, f);
        TRY(rc);
        if (rc == 0 && h.first_seq <= r->after_seq) /* it may go on with the record before its first */
            break;
    }
    return 0;
}

static int read_all(LogReader *r, Err *err)
{
    uint64_t *number = NULL;
    uint32_t n = 0, first;
    TRY(segment_list(r->env, r->dir, &r->arena, &number, &n, err));
    TRY(first_needed(r, number, n, &first, err));
    for (uint32_t i = first; i < n; i++) {
        if (i + 1 < n && number[i + 1] != number[i] + 1)
            return RAISE(err, ERR_CORRUPT, "log segment %016llx is missing", (unsigned long long)number[i] + 1);
        TRY(read_one(r, number, i, n, err));
    }
    if (r->end.seq < r->after_seq)
        return RAISE(err, ERR_CORRUPT, "the write-ahead log ends at record %llu, but the checkpoint has seen record %llu",
                     (unsigned long long)r->end.seq, (unsigned long long)r->after_seq);
    return 0;
}

static int read_log(LogReader *r, WalEnd *ret, Err *err)
{
    r->end.segment = UINT64_MAX;
    arena_init(&r->arena, NULL, 0);
    sb_init(&r->payload, NULL);
    sb_init(&r->whole, NULL);
    sb_init(&r->path, NULL);
    int rc = read_all(r, err);
    sb_done(&r->payload);
    sb_done(&r->whole);
    sb_done(&r->path);
    arena_done(&r->arena);
    *ret = r->end;
    return rc;
}

int wal_read(Env *env, const char *dir, const uint8_t *uuid, uint64_t after_seq, WalEach each, void *self, WalEnd *ret, Err *err)
{
    LogReader r = {.env = env, .dir = dir, .uuid = uuid, .after_seq = after_seq, .each = each, .self = self};
    return read_log(&r, ret, err);
}

int wal_read_groups(Env *env, const char *dir, const uint8_t *uuid, WalGroupEach group, WalEach each, void *self, WalEnd *ret,
                    Err *err)
{
    LogReader r = {.env = env, .dir = dir, .uuid = uuid, .group = group, .each = each, .self = self, .any_start = true};
    return read_log(&r, ret, err);
}
