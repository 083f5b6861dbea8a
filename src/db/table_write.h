/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing into tables: what INSERT, UPDATE, DELETE and the writers share.  A statement first makes all its changes as batches,
 * checks them and evaluates RETURNING, and then hands them over in one piece: it happens as a whole or not at all, in one step. */
#pragma once
#include "db/execute.h"
#include "expr/program.h"

typedef struct BatchList {
    Account *acct;
    Batch **batch;
    uint32_t n, cap;
} BatchList;
int batch_list_add(BatchList *l, Batch *give_b, Err *err);
void batch_list_done(BatchList *l);

typedef struct Generator { /* the generated columns of a relation */
    Program *program;      /* NULL = there are none */
    uint32_t n, *column;
    Vec *made; /* results of the program */
} Generator;
int generator_open(Arena *a, const PlanContext *ctx, const Relation *t, Generator *ret, Err *err);

typedef struct DomainProgram { /* the columns of a relation that are of domains, held to these as they are in the catalog */
    Program *program;          /* NULL = they say nothing */
    uint32_t n;
    Vec *value; /* results of the program */
} DomainProgram;
int domain_rules_open(Arena *a, const PlanContext *ctx, const Relation *t, DomainProgram *ret, Err *err);

/* The constraints of one table on each row, compiled: NOT NULL and CHECK. */
typedef struct RowChecks {
    Relation *table; /* one reference */
    Database *db;
    Program *program;
    Vec *result;
    DomainProgram domains;
    uint64_t domains_seen; /* Database.domains when these were bound */
    Generator generator;
    Arena plan, step;
    EvalCtx eval;
} RowChecks;
int row_checks_open(RowChecks *k, Database *db, const Catalog *c, const Relation *table, Err *err);
void row_checks_done(RowChecks *k);
int row_checks_run(RowChecks *k, int64_t now_us, const Batch *rows, Err *err); /* -ERR_NOT_NULL, -ERR_CHECK */

/* The rows with their generated columns, in the arena; *rows itself when there are none.  More columns may follow the table's. */
bool row_checks_makes(const RowChecks *k, uint32_t col); /* a generated column: what it is given does not count */
int row_checks_generate(RowChecks *k, int64_t now_us, Arena *arena, const Batch **rows, Err *err);

/* Compiled expressions over b's rows, at a moment; the first row error is raised. */
int eval_rows(EvalCtx *x, int64_t now_us, const Program *p, const Batch *b, Vec *out, Err *err);

typedef struct ViewTarget ViewTarget;

/* One statement on one table. */
typedef struct TableWrite {
    StmtContext *x;
    Catalog *catalog; /* one reference */
    const Relation *table;
    ViewTarget *view; /* that is named, and reads the table; NULL = the table is named (view_target.h) */
    PlanContext plan;
    TableScope scope;
    Feed *feed;                           /* between begin and end; in a transaction its copy */
    struct TransactionTable *transaction; /* NULL: the change happens at the end of the statement */
    RowChecks checks;
    Arena step; /* scratch of one batch */
    EvalCtx eval;
    Program *returning;    /* NULL = none, or it has subqueries */
    struct HeldRows *held; /* RETURNING with subqueries: its rows wait for the end of the statement (dml_rows.h) */
    Schema *returned;      /* of the rows that RETURNING reads */
    bool returns_later;    /* RETURNING is not of the rows as they are made, but of what somebody gives table_write_return() */
    uint32_t n_returning;
    ResultSet *rows;
    Value *preset; /* DEFAULT of each column, else NULL */
    BatchList changes;
    uint64_t n_rows; /* affected */
    bool shrinks;    /* rows only go: the memory limit does not count */
    bool has_rows;   /* the statement has read all it wants before table_write_begin() */
} TableWrite;
typedef struct HeldRows HeldRows;
#define WRITE_MERGE "merge into" /* `doing` of MERGE, which takes no view */
/* Finds the table.  doing: what it does to a view; NULL: a view is refused. */
int table_write_open(TableWrite *w, StmtContext *x, const Name *table, const Ident *alias, const char *doing, Err *err);
/* Of a source, for RETURNING alone; followed by table_write_returning, table_write_return, table_write_result and close. */
void table_write_open_source(TableWrite *w, StmtContext *x, const Relation *source, const Ident *alias);
/* RETURNING over the names of the scope, whose columns the rows have; its subqueries may read the queries of `with`. */
int table_write_returning(TableWrite *w, const With *with, const TableScope *scope, const Schema *rows, const NodeList *targets,
                          Err *err);
void table_write_close(TableWrite *w);
/* Takes the shard for the statement; what the table holds does not change until the end.  x->again is set when definitions are not
 * those any more that the statement was bound with. */
int table_write_begin(TableWrite *w, Err *err);
void table_write_end(TableWrite *w);
/* Rows that are there after the statement: checked, returned, put on the list of changes.  Copied unless give. */
int table_write_plus(TableWrite *w, const Batch *b, Err *err);
int table_write_generate(TableWrite *w, const Batch **b, Err *err); /* rows with their generated columns, until `step` is reset */
int table_write_minus(TableWrite *w, const Batch *b, Err *err);     /* rows that go */
/* RETURNING of these rows of the table; columns of other relations may follow. */
int table_write_return(TableWrite *w, const Batch *b, Err *err);
/* Evaluates n compiled expressions over b's rows; the first row error is the statement's. */
int table_write_eval(TableWrite *w, const Program *p, const Batch *b, Vec *out, Err *err);
/* Selection of b's rows where p is true. */
int table_write_filter(TableWrite *w, const Program *p, const Batch *b, Batch **ret, Err *err);
/* Of a statement with others in WITH: b without the rows that another of them has changed already; else b itself. */
int table_write_claim(TableWrite *w, Batch *b, Batch **ret, Err *err);
int table_write_commit(TableWrite *w, Err *err);
/* Result: tag with the number of rows, and the rows of RETURNING. */
void table_write_result(TableWrite *w, const char *tag, Str object);

/* SET a = .., (b, c) = (.., ..): the columns and their new values as one program over `in`. */
typedef struct SetList {
    uint32_t n, *col;
    Program *program;
    Vec *value;
} SetList;
int set_list_bind(TableWrite *w, const NodeList *sets, const Schema *in, SetList *ret, Err *err);
/* The rows after SET: `old`, of the table, with new values; b: what the values read, row for row. */
int set_list_run(TableWrite *w, SetList *l, const Batch *b, const Batch *old, Batch **ret, Err *err);
/* The rows that INSERT INTO to (all columns) would make of the query. */
int collect_query_rows(StmtContext *x, const Relation *to, const Query *query, BatchList *ret, Err *err);
/* ---- presets.c: what columns that are left out get ---- */
ExprRandom statement_random(Database *db);
/* The DEFAULT is another value for each row: preset_of_row() gives it, eval_presets() NULL. */
static inline bool preset_varies(const Relation *r, uint32_t col)
{
    return r->varies && (r->varies[col].random || r->varies[col].identity);
}
int preset_of_row(Database *db, const Catalog *c, const Relation *r, uint32_t col, int64_t now_us, Arena *arena, Value *ret,
                  Err *err);
/* SET col = value: 428C9 when the column gives its values itself. */
int check_generated(const Relation *r, uint32_t col, const Node *value, Err *err);
/* DEFAULTs of all columns, as they are at a moment; 0: now() has no value. */
int eval_presets(Database *db, const Catalog *c, const Relation *r, int64_t now_us, Arena *arena, Value **ret, Err *err);
/* ---- identity.c ---- */
int identity_next(Database *db, const Relation *r, uint32_t col, Value *ret, Err *err);
/* Calls of nextval() and its kin that name <table>_<column>_seq. */
int identity_ask(Database *db, const Relation *r, uint32_t col, const SequenceAsk *a, int64_t *ret, Err *err);
/* What it has given last; !*ret_called: what it gives next.  Inside, or with nothing held. */
int identity_state(Database *db, const Relation *r, uint32_t col, int64_t *ret_last, bool *ret_called, Err *err);
bool identity_last(Database *db, uint64_t relation, int64_t *ret); /* lastval(); false: nothing is known */
void identities_discard(Database *db);                             /* what currval() and lastval() say */
/* A value that an identity column is given: its own numbers go on behind it. */
int identity_saw(Database *db, const Relation *r, uint32_t col, const Value *v, Err *err);
/* [shard] TRUNCATE .. RESTART IDENTITY: all of r's columns number from their start. */
int identities_restart(Database *db, const Relation *r, Err *err);
/* In a transaction the log hears of RESTART at its end, behind the rows that it changed; it may be taken back before: the column
 * goes on behind `last` again. */
int identities_commit(Database *db, Err *err);
void identity_back(Database *db, uint64_t serial, int64_t last, bool first); /* first: of the transaction */
void identities_forget(Database *db, uint64_t relation);                     /* 0 = all */
/* ALTER: columns have new places (-1 = gone).  A column goes on behind `last`, whatever its rows say. */
void identities_moved(Database *db, uint64_t relation, const int32_t *now, uint32_t n_old);
int identity_go_on(Database *db, const Relation *r, uint32_t col, int64_t last, Err *err);
/* In a transaction: what they are before ALTER, and again when that is taken back. */
int identities_keep(Database *db, uint64_t relation, struct IdentityState **ret, Err *err);
void identities_put_back(Database *db, uint64_t relation, struct IdentityState **kept);
void identities_kept_free(Database *db, struct IdentityState *kept);
/* What the log and checkpoints have of them: records that read as statements, and the rows of tables. */
bool identity_is_record(Str text);
int identity_replay(Database *db, uint64_t relation, Str text, Err *err);
int identities_note(Database *db, const Relation *r, const Batch *b, Err *err); /* the numbers in these rows have been given */
int identities_replayed(Database *db, const WalRecord *record, Err *err);       /* any record, when it has been replayed */
/* [shard] As sequences_checkpoint. */
uint32_t identities_checkpoint(Database *db, void (*put)(void *self, uint64_t relation, const StrBuf *text), void *self);
