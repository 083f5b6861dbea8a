/* SPDX-License-Identifier: Apache-2.0
 *
 * The log's reader over any bytes as the only segment, and rows out of what it takes for records: refused or read, never beyond the
 * end.  Half of the inputs get the checksums that a segment and its first group would have, so that what lies behind is reached. */
#include <stdlib.h>

#include "durable/rows.h"
#include "durable/wal_impl.h"
#include "env/env_sim.h"
#include "base/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t uuid[WAL_UUID_BYTES] = {1, 2, 3};

static int take(void *self, const WalRecord *r, Err *err)
{
    (void)err;
    Arena *arena = self;
    Field field[] = {{"a", TYPE(I64), false}, {"b", TYPE(TEXT), false}, {"c", TYPE(BOOL), false}};
    _cleanup_(schema_unrefp) Schema *schema = schema_new(NULL, field, 3);
    Batch *b;
    arena_reset(arena);
    if (schema)
        (void)rows_read(r->payload, schema, arena, &b, NULL);
    return 0;
}

static void mend(uint8_t *p, size_t n)
{
    SegmentHeader h;
    GroupHeader g;
    if (n < WAL_BLOCK + sizeof(g))
        return;
    memcpy(&h, p, sizeof(h));
    memcpy(h.magic, WAL_MAGIC, sizeof(h.magic));
    memcpy(h.uuid, uuid, sizeof(uuid));
    h.format = WAL_FORMAT;
    h.number = 0;
    h.segment_bytes = SEGMENT_BYTES_MIN;
    h.crc = 0;
    h.crc = crc32c(0, &h, sizeof(h));
    memcpy(p, &h, sizeof(h));
    memcpy(&g, p + WAL_BLOCK, sizeof(g));
    g.magic = GROUP_MAGIC;
    g.lsn = WAL_BLOCK;
    g.prev_group = h.prev_group;
    g.bytes = (uint32_t)(n - WAL_BLOCK - sizeof(g));
    group_seal(&g, p + WAL_BLOCK + sizeof(g));
    memcpy(p + WAL_BLOCK, &g, sizeof(g));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > SEGMENT_BYTES_MIN)
        return 0;
    uint8_t *copy = malloc(size);
    if (!copy)
        return 0;
    Env *env = env_sim_new(1, NULL);
    Arena arena;
    WalEnd end;
    arena_init(&arena, NULL, 0);
    memcpy(copy, data, size);
    if (data[0] & 1)
        mend(copy, size);
    if (env_sim_put_file(env, "/db/wal-0000000000000000", copy, size) == 0)
        (void)wal_read(env, "/db", uuid, 0, take, &arena, &end, NULL);
    arena_done(&arena);
    env_sim_free(env);
    free(copy);
    return 0;
}
