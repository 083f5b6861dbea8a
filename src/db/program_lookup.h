/* SPDX-License-Identifier: Apache-2.0
 *
 * Lookups that the program answers (laminar_register_lookup), by name, and the requests they have been given.  A request is the
 * program's until it is done or has failed, whatever becomes of the table meanwhile: it keeps the database, and its answers go into
 * a box that the table's Lookup empties.  What comes too late is dropped there. */
#pragma once
#include "connect/lookup.h"
#include "data/builder.h"
#include "db/database.h"
#include "laminar.h"

typedef struct ProgramLookup { /* [any] */
    _Atomic uint32_t rc;
    char name[64];
    void (*ask)(LaminarLookupRequest *request, void *user_data);
    void *user_data;
    void (*destroy)(void *user_data);
} ProgramLookup;

typedef struct AnswerBox AnswerBox;
struct LaminarLookupRequest { /* of one thread of the program at a time */
    Database *db;             /* one reference */
    ProgramLookup *of;        /* one reference */
    AnswerBox *box;           /* one reference */
    uint64_t ticket;
    const Schema *schema; /* of the rows; one reference */
    Batch *keys;          /* the columns of the primary key first */
    uint32_t n_key;
    Builder rows;
    bool has_rows; /* `rows` is made */
    StrBuf text;
};

/* Takes a reference.  -ERR_DUPLICATE_OBJECT. */
int db_add_lookup(Database *db, ProgramLookup *l, Err *err);
int db_take_lookups(Database *db, const Database *from, Err *err); /* those of another database, which may be closed */
void db_drop_lookups(Database *db);
ProgramLookup *program_lookup_unref(ProgramLookup *l); /* NULL is fine */

/* What r, a table of the connector `program`, is asked through; -ERR_CONNECTOR while there is no such lookup. */
int program_lookup_open(Database *db, const Relation *r, Lookup **ret, Err *err);
/* An answer: takes rows (NULL = none) and, when it is the last one, the request. */
int program_lookup_post(LaminarLookupRequest *q, Batch *give_rows, Err *err);
int program_lookup_end(LaminarLookupRequest *give_q, const Err *why); /* why NULL: all rows have been given */
