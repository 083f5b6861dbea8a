/* SPDX-License-Identifier: Apache-2.0
 *
 * The directory of one database: whose it is, and who has it open.
 *
 *   LAMINAR           format number and the database's own identity, written once
 *   LOCK              locked by the process that has the database open
 *   wal-*             the log (wal.h)
 *   CURRENT, MANIFEST-*, ckpt-*.pages   checkpoints (manifest.h)
 *   outbox/       what sinks have not published yet; they make it */
#pragma once
#include "durable/wal.h"

typedef struct Directory {
    Env *env;
    char *path, *outbox;
    EnvFileHandle *lock; /* NULL: opened for reading only, by a tool */
    uint8_t uuid[WAL_UUID_BYTES];
} Directory;
/* Makes the directory when it is not there, and a database in it when it is empty.  -ERR_IN_USE when somebody has it open,
 * -ERR_WRONG_STATE when it holds something else, -ERR_CORRUPT when the format is not ours. */
int directory_open(Directory *d, Env *env, const char *path, Err *err);
/* Of an existing database; takes no lock, so the database may be open elsewhere. */
int directory_inspect(Directory *d, Env *env, const char *path, Err *err);
void directory_close(Directory *d); /* also half-opened */
/* Writes name.tmp, syncs it, renames it to name, syncs the directory: name has the old bytes or the new ones. */
int file_replace(Env *env, const char *dir, const char *name, const void *p, size_t n, Err *err);
