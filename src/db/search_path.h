/* SPDX-License-Identifier: Apache-2.0
 *
 * search_path: the schemas in which names without one are looked for. */
#pragma once
#include "db/execute.h"
#include "sql/edits.h"

typedef struct SearchPath { /* those of the setting that are there, in its order */
    const char **schema;
    uint32_t n;
} SearchPath;
int search_path_of(Database *db, const Catalog *c, Arena *arena, SearchPath *ret, Err *err);
/* Whether its name alone finds r. */
bool search_path_finds(const SearchPath *p, const Catalog *c, const Relation *r);
bool search_path_has(const SearchPath *p, const char *schema);
/* The text is a list of names, as search_path_print() writes it. */
bool search_path_is_list(Str text);
/* The setting as SHOW gives it; false: the text is no list of names. */
bool search_path_print(Str text, StrBuf *out);

/* A statement whose names say their schemas: what it means does not change with the setting, so it can be kept. */
typedef struct InPath {
    ScriptStmt stmt;
    Str script; /* its text, which the spans of `stmt` count from */
    TextEdits edits;
} InPath;
/* 1: the setting, behind schema `ahead` (NULL = none), says otherwise than the names that are written, and *ret is to be run.  0: s
 * is. */
int statement_in_path(Database *db, Arena *arena, const char *ahead, Str script, const ScriptStmt *s, InPath *ret, Err *err);
/* The place in `s` of an error in what was run for it. */
void error_out_of_path(const InPath *p, const ScriptStmt *s, Err *err);

/* One query, for streams: parses and gives the statement (QueryStmt or SubscribeStmt), else -ERR_WRONG_OBJECT_TYPE. */
typedef struct ParsedQuery {
    ScriptStmt stmt;
    Str text;           /* that its spans count from */
    ScriptStmt written; /* before search_path */
    Str written_text;
    InPath in;
} ParsedQuery;
int db_parse_query(Database *db, Arena *arena, Str text, ParsedQuery *ret, Err *err);
void parsed_query_locate(const ParsedQuery *q, Err *err); /* line and column of an error of what it does, in what was written */
