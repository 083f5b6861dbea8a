/* SPDX-License-Identifier: Apache-2.0
 *
 * Foreign keys and statements: which there are, what keeps a definition from going, and what CASCADE, SET NULL and SET DEFAULT add
 * to a change. */
#pragma once
#include "db/table_write.h"
#include "flow/foreign.h"

/* The table that a foreign key of r refers to; NULL = it is gone. */
const Relation *foreign_target(const Catalog *c, const Relation *r, uint32_t key);
/* Key i of r without its feeds; texts and columns live in the arena. */
int foreign_make_key(const Relation *r, uint32_t i, const Relation *to, Arena *arena, ForeignKey *ret, Err *err);
/* After the catalog has changed: what the engine checks from now on. */
int foreign_relink(Database *db, Err *err);
/* The same in two parts, for a catalog that is going to be, of which only the first can fail. */
int foreign_link(Database *db, const Catalog *c, ForeignKeys **ret, Err *err);
void foreign_use(Database *db, ForeignKeys *give_keys);
/* 2BP01 when tables other than these ids refer to r. */
int foreign_refuse_drop(const Catalog *c, const Relation *r, const uint64_t *also, uint32_t n_also, Span at, Err *err);
/* A table that is none of these ids and refers to one of them, and the key that does; NULL = there is none. */
const Relation *foreign_referrer(const Catalog *c, const uint64_t *ids, uint32_t n, uint32_t *ret_key);
/* ALTER: the keys that other tables refer to are still there, and the name. */
/* The first key of another table that does not fit `old` as it becomes; *ret NULL: all do. */
int foreign_unfit(const Catalog *c, const Relation *old, const Relation *made, const Relation **ret, uint32_t *ret_key, Err *err);
int foreign_refuse_alter(const Catalog *c, const Relation *old, const Relation *made, Span at, Err *err);
/* ALTER, inside the shard: the rows that are there against the keys that `made` has and `old` has not. */
int foreign_check_new(Database *db, const Relation *old, const Relation *made, Feed *feed, Batch *const *b, uint32_t n, Err *err);
/* 0A000 when a table that is not among these refers to r (TRUNCATE). */
int foreign_refuse_truncate(const Catalog *c, const Relation *r, const Relation *const *among, uint32_t n, Span at, Err *err);

/* What is known of a batch of changes while keys are followed. */
typedef struct ForeignMark {
    uint64_t *gone; /* rows that come, by place: has been changed further; NULL: none has */
    uint64_t
        *set;     /* of these, words for each: the keys of the table that have set something in it; NULL: the statement's own row */
    bool between; /* rows that go, and were there on the way only */
} ForeignMark;

/* What one statement does to all tables: its own changes first. */
typedef struct ForeignChanges {
    struct ForeignChange {
        const Relation *r;
        Feed *feed, *now; /* now: in a transaction the copy */
        struct TransactionTable *transaction;
        BatchList rows;
        HashTable *seen;   /* rows that go */
        uint32_t done;     /* batches whose consequences are there */
        ForeignMark *mark; /* by batch */
        uint32_t cap_marks;
    } * table;
    uint32_t n, cap;
    Arena arena;
} ForeignChanges;
/* Inside the shard.  Batches of changes of one table; then what the keys that refer to all of them say.  Of w the statement and its
 * catalog count. */
void foreign_changes_init(ForeignChanges *f, const StmtContext *x);
int foreign_add(TableWrite *w, ForeignChanges *f, const Relation *r, Batch *const *b, uint32_t n, Err *err);
int foreign_spread(TableWrite *w, ForeignChanges *f, Err *err);
/* Makes the changes (table_write.c): all of them or none. */
int table_write_apply(StmtContext *x, ForeignChanges *f, Err *err);
void foreign_changes_done(ForeignChanges *f);
/* In the statement that made r: tables that its keys refer to under the names that they have now. 1: one has changed. */
int foreign_name_targets(const Catalog *c, const Relation *r, CreateRelationStmt *def, Arena *arena, Err *err);
/* A catalog to be, in which a column of the table has another name: the keys of other tables refer to it by that. */
int foreign_rename_column(Catalog **next, uint64_t table, Str from, const Ident *to, Arena *arena, Err *err);
/* Some key refers to the table. */
bool foreign_is_target(const Catalog *c, const Relation *r);
