/* SPDX-License-Identifier: Apache-2.0
 *
 * Files in FROM of a statement that ends: read_csv('path') and its kind.  Each is a source of the file connector that only this
 * statement knows: it is in a snapshot of the catalog that nobody else gets, and goes with it.  A record that cannot be read is an
 * error, for there is no relation that would keep it. */
#pragma once
#include "db/database.h"
#include "sql/ast.h"

typedef struct FileScans {
    uint32_t n;
    Relation **file; /* one reference each */
} FileScans;

/* Statements whose queries may read files. */
bool file_scans_allowed(const Node *stmt);
/* Looks at the files that are read in the tree: what columns they have. */
int file_scans_open(Database *db, const Node *tree, Arena *arena, FileScans *ret, Err *err);
/* *c: replaced by a snapshot that has the files as well. */
int file_scans_add(const FileScans *f, Catalog **c, Err *err);
void file_scans_done(FileScans *f);
/* All of that. */
int file_scans_of(Database *db, const Node *tree, Catalog **c, Err *err);
