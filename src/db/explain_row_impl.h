/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of EXPLAIN ROW share: explain_row.c, explain_row_groups.c. */
#pragma once
#include "db/execute.h"
#include "db/stream.h"
#include "sql/print.h"

#define ROW_INPUTS_MAX 64
#define ROW_GROUP_MAX 64

typedef struct RowInput { /* a relation of FROM */
    const Node *from;
    Ident name;               /* as the query calls it */
    const Relation *relation; /* NULL: a query of its own, in FROM or WITH */
} RowInput;
typedef struct RowExplain {
    StmtContext *x;
    const Catalog *catalog;
    const Relation *view;
    const ExplainStmt *st;
    uint32_t n_key, *key; /* columns of the view */
    bool *told;           /* by what the view depends on: it stands in FROM */
    /* the branch in hand */
    const With *with;
    const Select *select;
    const NodeList *order;  /* of the query that is nothing but this select; NULL = none */
    bool firsts;            /* DISTINCT ON */
    bool by_groups;         /* rows are found by the groups that they are in (explain_row_groups.c) */
    bool sets;              /* grouping sets */
    const ExprCall *window; /* GROUP BY TUMBLE (..), SESSION (..) */
    const FromMatch *match; /* MATCH_RECOGNIZE is all of FROM */
    NodeList match_order;   /* FIRST(t), LAST(t) of its order */
    uint32_t n_group;       /* what makes the groups, or partitions of MATCH_RECOGNIZE */
    const Node *group[ROW_GROUP_MAX];
    bool grouped, windowed, ranks; /* GROUP BY, with a window; window functions */
    bool limited;                  /* the query has a LIMIT */
    bool why_not;                  /* asked is why there is no row */
    const char *note;              /* beside the rows of a branch that takes rows away; NULL = none */
    uint32_t n_inputs;
    RowInput input[ROW_INPUTS_MAX];
    ResultSet *rows;
} RowExplain;

typedef struct RowFound { /* in an expression */
    bool agg, over, column, query, window;
} RowFound;
RowFound row_found(const Node *n);
bool row_is_window(const Node *n); /* TUMBLE (..) and its kin */
/* The i-th output column; NULL: the targets have a star. */
const Node *row_target(const RowExplain *r, uint32_t col);
const Node *row_key_value(const RowExplain *r, uint32_t k);
/* Parts of the query that is made. */
void row_put_json(const RowExplain *r, const RowInput *in, StrBuf *sql); /* the row of an input as text */
void row_put_list(const NodeList *list, StrBuf *sql);
void row_put_with(const With *w, StrBuf *sql);

/* explain_row_groups.c: GROUP BY with sets, sessions, window functions or DISTINCT ON above it; MATCH_RECOGNIZE. */
int row_take_groups(RowExplain *r, Err *err); /* of r->select, or r->match: what makes them */
/* FROM, WHERE and the condition of put_input_rows: `(..) AS q(p, ..) WHERE q.p IS NOT NULL AND ..`. */
void row_put_groups(const RowExplain *r, const RowInput *in, StrBuf *sql);
