/* SPDX-License-Identifier: Apache-2.0
 *
 * COMMENT ON: texts about relations and their columns. */
#pragma once
#include "db/execute.h"

#define COMMENT_OF_RELATION (-1)
#define COMMENT_OF_CONSTRAINT (-2)
#define COMMENT_OF_KEY (-3) /* the index of a PRIMARY KEY or UNIQUE constraint */
/* The comment of a relation or of its column, copied into the arena; *ret NULL = there is none. */
int comment_find(Database *db, uint64_t relation, int32_t col, Arena *arena, const char **ret, Err *err);
/* The same of a constraint of the relation, or of its index. */
int comment_find_named(Database *db, uint64_t relation, int32_t what, const char *name, Arena *arena, const char **ret, Err *err);
/* ALTER: a constraint has another name; those of constraints that are not there any more go. */
void comments_rename(Database *db, uint64_t relation, Str from, Str to);
void comments_settle(Database *db, const Relation *r);
/* What the statement is about, by its name in c; *ret NULL = none. */
int comment_relation(const Catalog *c, Arena *arena, const CommentStmt *st, const Relation **ret, Err *err);
void comments_forget(Database *db, const uint64_t *relations, uint32_t n); /* they are gone */
/* Columns of the relation are elsewhere now; -1 = gone, and its comment with it. */
void comments_move(Database *db, uint64_t relation, const int32_t *now, uint32_t n);
void comments_done(Database *db);
/* All of them, to be had again. */
int comments_copy(Database *db, Comment **ret, Err *err);
void comments_swap(Database *db, Comment **list);
void comments_free(Database *db, Comment *list);
