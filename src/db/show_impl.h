/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files that answer SHOW: the statement in hand and the table that it makes. */
#pragma once
#include "db/execute.h"

#define TEXT_FIELD(name)                                                                                                           \
    {                                                                                                                              \
        name, TYPE(TEXT), false                                                                                                    \
    }
#define INT_FIELD(name)                                                                                                            \
    {                                                                                                                              \
        name, TYPE(I64), false                                                                                                     \
    }
#define BOOL_FIELD(name)                                                                                                           \
    {                                                                                                                              \
        name, TYPE(BOOL), false                                                                                                    \
    }

#define TIME_FIELD(name)                                                                                                           \
    {                                                                                                                              \
        name, TYPE(TS), false                                                                                                      \
    }

typedef struct Shower {
    StmtContext *x;
    const ShowStmt *st;
    Catalog *catalog;
    RowMaker m;
} Shower;
typedef int (*ShowFn)(Shower *w, Err *err);

/* The relation that the statement names, or an error with the nearest name. */
int show_find_relation(const Catalog *c, const Name *name, const Relation **ret, Err *err);
/* checkpoint_show.c */
int show_checkpoints(Shower *w, Err *err);
int show_backfill(Shower *w, Err *err); /* backfill.c */
/* show_watermarks.c */
int show_watermarks(Shower *w, Err *err);
int show_alignments(Shower *w, Err *err);
int show_why_late(Shower *w, Err *err);
