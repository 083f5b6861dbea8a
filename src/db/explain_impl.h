/* SPDX-License-Identifier: Apache-2.0
 *
 * What EXPLAIN (explain.c) and EXPLAIN ANALYZE (analyze.c) share: options, and the answer. */
#pragma once
#include "db/execute.h"
#include "exec/hot_keys.h"

typedef enum ExplainFormat { EXPLAIN_TEXT, EXPLAIN_JSON, EXPLAIN_YAML, EXPLAIN_XML, N_EXPLAIN_FORMATS } ExplainFormat;
typedef struct ExplainOptions {
    bool analyze, verbose;
    ExplainFormat format;
    bool streaming; /* the plan of the query as one that goes on */
    bool timing;    /* of each operator */
    bool summary;   /* times of the whole */
    bool settings;  /* those of queries that are not as they are by default */
} ExplainOptions;

#define HOT_KEYS_MAX 5
typedef struct HotList { /* of one input */
    uint32_t n;
    uint64_t rows; /* of all keys */
    HotKey key[HOT_KEYS_MAX];
} HotList;

typedef struct Measured { /* of one operator */
    OpCounters c;
    uint32_t n_hot; /* inputs whose keys were counted */
    HotList hot[2];
    bool is_leaf;
    uint64_t n_leaf; /* rows of the source */
} Measured;

/* explain_source.c: CREATE SOURCE, which has no plan; and where a sink's rows go, nothing of other statements. */
int explain_source(StmtContext *x, const CreateRelationStmt *c, ResultSet **ret, Err *err);
void explain_sink(StmtContext *x, const Node *stmt, StrBuf *b);

typedef struct Explained { /* what the answer is made of */
    Database *db;
    const PhysPlan *plan;
    const ExplainOptions *o;
    Measured *node; /* by node of the plan; NULL: it has not run */
    uint32_t n_nodes;
    int64_t plan_ns, took_ns; /* -1 = not known */
    char watermark[64];       /* "" = none */
    const char *sink;         /* where the rows of a sink go; NULL = no sink */
    const char *change;       /* UPDATE t; NULL or "": it changes no table */
} Explained;
/* The JSON form in another one. */
int explain_convert(Str json, ExplainFormat to, StrBuf *out, Err *err);
int explain_answer(Database *db, const Explained *e, ResultSet **ret, Err *err);
int explain_analyze(StmtContext *x, const ExplainStmt *e, const ExplainOptions *o, Err *err);
