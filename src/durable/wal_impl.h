/* SPDX-License-Identifier: Apache-2.0
 *
 * The log on disk, and what its files share (design 7.2).
 *
 *   wal-<16 hex digits>   segment: header of 4 KiB, then groups, each padded to 4 KiB
 *
 * The log is one sequence of bytes; segment k holds [k * segment_bytes, (k + 1) * segment_bytes), so a group's place (lsn) says
 * where it stands, and a group that stands anywhere else is none.  A group is written and synced before the next one is written; a
 * segment is made only when all of the one before it is synced, and says where that one ended.  So whatever is followed by
 * something whole was whole itself, and damage there is damage, not a torn end. */
#pragma once
#include "base/bytes.h"
#include "durable/wal.h"

#define WAL_MAGIC "LMWAL001"
#define WAL_FORMAT 1u
#define WAL_BLOCK 4096u
#define GROUP_MAGIC 0x4752574cu /* "LWRG" */
#define SEGMENT_BYTES_PRESET (INT64_C(64) << 20)
#define SEGMENT_BYTES_MIN (INT64_C(64) << 10)
#define SEGMENT_BYTES_MAX (INT64_C(1) << 40)

typedef struct SegmentHeader {
    char magic[8];
    uint32_t format, crc; /* of these bytes, with crc 0 */
    uint8_t uuid[WAL_UUID_BYTES];
    uint64_t number;
    uint64_t first_seq; /* of the first record that can stand here */
    uint64_t prev_end;  /* lsn behind the last group of the segment before; 0 = none before */
    uint64_t prev_group;
    int64_t segment_bytes;
} SegmentHeader;

typedef struct GroupHeader {
    uint32_t magic, bytes; /* of the payload */
    uint64_t lsn, prev_group;
    uint64_t first_seq; /* of the first fragment */
    uint32_t n_records; /* fragments */
    uint32_t crc;       /* of header (with crc 0) and payload */
} GroupHeader;
_Static_assert(sizeof(GroupHeader) == 40, "disk format");

typedef struct RecordHeader {
    uint32_t bytes; /* of this fragment's payload */
    uint8_t kind, flags;
    uint16_t part;
    uint32_t relation, reserved;
    uint64_t seq;
    int64_t ptime_us;
    uint64_t producer, producer_seq;
} RecordHeader;
_Static_assert(sizeof(RecordHeader) == 48, "disk format");

static inline size_t wal_padded(size_t n)
{
    return (n + WAL_BLOCK - 1) & ~(size_t)(WAL_BLOCK - 1);
}

/* wal_segment.c */
void segment_path(StrBuf *b, const char *dir, uint64_t number);
bool segment_number(const char *name, uint64_t *ret);
/* Numbers of the segments in a directory, ascending, in the arena. */
int segment_list(Env *env, const char *dir, Arena *arena, uint64_t **ret, uint32_t *ret_n, Err *err);
/* A file of its full size with its header, synced with its name. */
int segment_create(Env *env, const char *dir, SegmentHeader *h, EnvFileHandle **ret, Err *err);
/* 0; 1 = the header is not whole; -ERR_CORRUPT: of another database or format. */
int segment_read_header(Env *env, EnvFileHandle *f, const uint8_t *uuid, uint64_t number, SegmentHeader *ret, Err *err);
void group_seal(GroupHeader *h, const void *payload);
bool group_is_whole(const GroupHeader *h, const void *payload);
/* Whole reads and writes: short ones are continued. */
int64_t file_read_full(Env *env, EnvFileHandle *f, void *buf, size_t n, int64_t at, Err *err); /* fewer bytes only at the end */
int file_write_full(Env *env, EnvFileHandle *f, const void *buf, size_t n, int64_t at, Err *err);
