/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements: text in, StatementResult out.  statements.def names the handler of every statement kind; one that has none is refused
 * with 0A000 and its name. */
#pragma once
#include "db/database.h"
#include "db/result.h"
#include "sql/parse.h"

typedef struct StmtContext {
    Database *db;
    Arena *arena; /* of the script */
    Str script;   /* text that spans refer to */
    StatementResult *result;
    int64_t now_us;            /* now() of the statement */
    bool is_last;              /* of the script */
    const struct CopyIo *copy; /* STDIN and STDOUT of COPY; NULL = the caller has none */
    uint32_t n_params;
    ParamSlot *params;         /* $1.. */
    bool in_transaction;       /* of another statement that has the transaction to itself */
    bool alone;                /* there was no transaction when it began, and none begins before its end */
    struct ChangeSet *changes; /* of a statement with others in WITH (dml_with.h); NULL = it changes tables by itself */
    bool explains;             /* plans are shown, with what the rules did */
    RelationWalMode wal_mode;  /* whether it waits for the disk in the end */
    struct PhysPlan **shown; /* EXPLAIN: with only_bind the plan of a statement that changes rows goes there; NULL = nobody asks */
    bool ends_transaction;   /* it is of ON COMMIT */
    bool again;              /* definitions changed before it held the shard: it has done nothing, and is to run anew */
    bool copies_parts;       /* CREATE TABLE: indexes and comments of LIKE follow */
    const char *routine;     /* whose body it is of; NULL = none */
    uint32_t routine_depth;
    struct RoutineResults *called; /* routine.h */
    bool only_bind;                /* PREPARE: the statement is checked, and the types of its parameters are found; nothing runs */
    const Relation *replaced;      /* [ddl] OR REPLACE: goes by replace_old, with what belongs to it; NULL = nothing does */
    uint64_t *replaced_ids;
    uint32_t n_replaced;
} StmtContext;
typedef int (*StmtFn)(StmtContext *x, const ScriptStmt *s, Err *err);

/* Runs all statements; *ret is the last one's result (empty when there is none: -ERR_SYNTAX).  Variables are substituted; err
 * positions count in the text given. */
int db_execute(Database *db, Str text, StatementResult *ret, Err *err);

/* One statement of a script, as its kind asks for: checks, the log, waiting for the disk. */
int run_statement(StmtContext *x, const ScriptStmt *s, Err *err);
/* plan_context of the statement: with its parameters. */
PlanContext statement_context(const StmtContext *x, const Catalog *c);
void statement_show(StmtContext *x, PhysPlan *give_plan); /* to who asks for it; NULL is fine */

/* One statement as it stands in the log: no variables, no waiting. */
int db_replay_statement(Database *db, Str text, Err *err);

#define STMT(KIND, fn, text) int fn(StmtContext *x, const ScriptStmt *s, Err *err);
#define WRITES(KIND, fn, text) STMT(KIND, fn, text)
#define LOGGED(KIND, fn, text) STMT(KIND, fn, text)
#define UNSUPPORTED(KIND, text)
#include "db/statements.def"
#undef STMT
#undef WRITES
#undef LOGGED
#undef UNSUPPORTED

int explain_dag(StmtContext *x, Err *err);
/* EXPLAIN ROW (explain_row.c). */
int explain_row(StmtContext *x, const ExplainStmt *st, Err *err);
/* verify.c: the rows of a query that the program has made, added to *rows, which is made when it is NULL; and whether one can be
 * planned. */
int query_collect(Database *db, Arena *arena, Str sql, ResultSet **rows, Err *err);
bool query_check(Database *db, Arena *arena, Str sql);

const char *statement_name(const Node *n); /* "INSERT" */
/* Shared by the handlers. */
Str object_of(const Name *n);                                   /* as the catalog has it: name_key() */
int stmt_resume(StmtContext *x, const ScriptStmt *s, Err *err); /* ALTER SINK .. RESUME */
void stmt_done(StmtContext *x, StatementKind kind, const char *tag, Str object);
/* [ddl] The new relation's name is free: 0; 1 when it is taken and if_not_exists lets the statement pass (a notice is given). With
 * or_replace, what is there and has nothing that depends on it stays until replace_old: the handler calls that when all that can be
 * wrong with the statement has been looked at, for what goes then does not come back. */
int make_room(StmtContext *x, const Name *name, RelationKind kind, bool or_replace, bool if_not_exists, Err *err);
int replace_old(StmtContext *x, Err *err);
bool db_has_temporary(Database *db);
int drop_temporary(StmtContext *x, Err *err); /* all temporary tables, with what depends on them */
/* [ddl] Drops relations that are found, those before others that these depend on. */
int drop_found(StmtContext *x, const uint64_t *id, uint32_t n, Err *err);
void finish_sink(StmtContext *x, const Relation *r);           /* [ddl] before r goes, when it is a sink */
int run_text_part(StmtContext *x, const char *text, Err *err); /* a statement of one that is several; the text lives as long as x */
/* All that it runs happens, or nothing: in a transaction of its own, when there is none. */
int run_as_one(StmtContext *x, int (*run)(StmtContext *x, const void *what, Err *err), const void *what, Err *err);
int run_with_parts(StmtContext *x, const ScriptStmt *s, Err *err); /* as run_statement, with what LIKE copies beside columns */
/* on_commit.c: what temporary tables lose at the end of a transaction, or of a statement outside of one. */
int on_commit_run(StmtContext *x, Err *err);
/* ddl_schema.c: what is said of schemas and owners. */
bool makes_schema_elements(const Node *n);
int run_schema_elements(StmtContext *x, const ScriptStmt *s, Err *err); /* CREATE SCHEMA .. CREATE TABLE .. */
int find_dropped_schema(StmtContext *x, const DropStmt *d, const Name *name, const Relation **ret, Err *err);
/* [ddl] RENAME TO: `made`, what the catalog will know it by, is free. */
int check_renamed(const Catalog *c, const Ident *to, const char *made, Err *err);
/* [ddl] The name that RENAME TO gives r, in its schema; free. */
int name_renamed(const Catalog *c, const Relation *r, const AlterAction *act, Arena *arena, Name *ret, Err *err);
/* 0A000: a name of public that reads as one of a schema. */
int check_free_of_schemas(const Catalog *c, const Name *n, Err *err);
bool alter_only_belongs(const AlterStmt *st); /* OWNER TO, SET SCHEMA, and all of ALTER SCHEMA */
int alter_belongs(StmtContext *x, const AlterStmt *st, Err *err);
bool type_has_part(Type t, Type part);                        /* it is part of t, or t itself */
int type_check_new(Database *db, const Name *name, Err *err); /* 42710: the name is a type's or relation's */
int alter_domain(StmtContext *x, const AlterStmt *st, Err *err);
int stmt_flush(StmtContext *x, const ScriptStmt *s, Err *err);
int stmt_maintain(StmtContext *x, const ScriptStmt *s, Err *err);
int reindex(StmtContext *x, const MaintainStmt *m, Err *err);
/* ALTER TABLE table DROP what name, as a statement. */
int statement_without(StmtContext *x, const Relation *table, const char *what, const char *name, ScriptStmt **ret, Err *err);
/* The first of two statements, of which s is the second; in the log both are one record, in a transaction each is one of it. */
int alter_first(StmtContext *x, const ScriptStmt *alter, const ScriptStmt *s, Err *err);
int alter_type(StmtContext *x, const AlterStmt *st, Err *err);
/* Who has values of the type; *ret NULL = nobody. */
int type_find_user(StmtContext *x, const Relation *type, const Relation **ret, Err *err);
/* Whether it is what DROP and SHOW CREATE call so. */
bool relation_is_object(const Relation *r, ObjectKind wanted);
/* [ddl] What DROP FUNCTION means: *ret NULL = there is none; ret_text: as a message calls it. */
/* The function of this name and these types (NULL: of this name alone); *ret NULL = there is none, *ret_text says of what. */
int find_function(const Catalog *c, Arena *arena, const Name *name, const NodeList *types, const Relation **ret,
                  char const **ret_text, Err *err);
/* [ddl] The connector that c names, NULL = none, and the columns that it reports when c does not write them all (one reference). */
int source_connector(StmtContext *x, const CreateRelationStmt *c, Relation *r, const SourceType **ret, Schema **ret_columns,
                     Err *err);
/* [ddl] CREATE LOOKUP TABLE, and CREATE TABLE with a connector, of whose options r has got those: as create_table. */
int create_lookup(StmtContext *x, const ScriptStmt *s, const CreateRelationStmt *c, Relation *r, Err *err);
/* [ddl] CREATE TABLE into the new relation r; what it has published when it fails is the caller's to take back. */
int create_table(StmtContext *x, const ScriptStmt *s, CreateRelationStmt *c, Relation *r, Err *err);
/* Inside: the content of r behind f. */
int open_store(Database *db, const Catalog *c, const Relation *r, Feed *f, Err *err); /* its indexes are those of c */
/* ---- ddl_index.c ---- */
/* [shard] An index of r over f's content, and all that r has; those of columns that r has not are left out. */
int alter_index(StmtContext *x, const AlterStmt *st, Err *err); /* index_entry.c */
const Relation *index_owner(const Catalog *c, Str name);        /* the table that has a key under this name */
/* ALTER TABLE .. RENAME CONSTRAINT in place of the statement at `at`. */
int index_rename_constraint(StmtContext *x, const Relation *table, Str from, const Ident *to, Span at, Err *err);
int open_index(Database *db, const Relation *r, const Relation *index, Feed *f, Err *err);
int open_indexes(Database *db, const Catalog *c, const Relation *r, Feed *f, Err *err);
void close_index(Database *db, Feed *f, const Relation *index);
bool index_loses_column(Database *db, const Relation *r, const Relation *index); /* r, as it becomes, lacks one of it */
/* 0A000: a UNIQUE index of a table whose rows the transaction has changed. */
int index_refuse_change(Database *db, const Relation *index, Span at, Err *err);
/* DROP INDEX of a UNIQUE constraint's; *ret_done: it was one. */
int drop_unique_index(StmtContext *x, const DropStmt *d, const Name *name, bool *ret_done, Err *err);
/* Inside: makes a new feed the front of r's content; drops the feed when it fails. */
int store_feed(Database *db, const Relation *r, Feed *f, Err *err);
/* [ddl] Makes <name>$errors with its feed. */
int add_errors_relation(Database *db, const Relation *of, const Schema *schema, Feed **ret, Err *err);
Option *options_of(Arena *arena, const NodeList *nodes, uint32_t *ret_n); /* NULL = no memory */
Span option_at(const NodeList *nodes, const char *key, Span otherwise);   /* of its value */
/* rc of what a connector was asked for; an error that has no place is at the path, or at what was named. */
int connector_failed(const ConnectorClause *c, int rc, Err *err);
int copy_options(Arena *into, const Option *from, uint32_t n, Option **ret, Err *err);
