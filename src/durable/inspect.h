/* SPDX-License-Identifier: Apache-2.0
 *
 * What is in the directory of a database that nobody has open: for `laminar check` and `laminar dump-wal`.  Changes nothing. */
#pragma once
#include "durable/directory.h"

typedef void (*InspectLine)(void *self, const char *line);
typedef struct Inspector {
    InspectLine line;
    void *self;
    bool (*statement)(Str payload, Str *ret_text); /* of a WAL_DDL record */
} Inspector;
/* Reads every manifest, every page that one names, and all of the log, and says of each what it is or what is wrong with it.  0 =
 * all is whole, -ERR_CORRUPT = something is not; -ERR_IN_USE, -ERR_WRONG_STATE, -ERR_FILE_NOT_FOUND as directory_open. */
int inspect_check(Env *env, const char *path, const Inspector *i, Err *err);
/* The records numbered from..to of the log, a line each; the log of an open database may be read, too. */
int inspect_log(Env *env, const char *path, uint64_t from, uint64_t to, const Inspector *i, Err *err);
