/* SPDX-License-Identifier: Apache-2.0
 *
 * Prepared statements: a text that was checked once and whose parameters have types.  Each run binds the text again with the values
 * as constants, so it is planned for them: a key that is a parameter is a point lookup, LIMIT $1 is a Top-N, and a statement goes
 * on working when relations change between two runs. */
#pragma once
#include "db/execute.h"

typedef struct Prepared {
    char *text;
    uint32_t n_params;
    Type *type;
    uint64_t *domain; /* that PREPARE names for a parameter; 0 = none */
} Prepared;

typedef struct NamedStatement { /* [prepared_lock] of PREPARE */
    struct NamedStatement *next;
    char *name, *text;
    int64_t made_us;
    Prepared *p;
} NamedStatement;

/* Checks the one statement of the text.  given: types of the first parameters, T_UNKNOWN where the text decides. */
int prepared_new(Database *db, Str text, const Type *given, uint32_t n_given, Prepared **ret, Err *err);
void prepared_free(Prepared *p);
/* A value as parameter i takes it, by assignment rules; a value of type T_UNKNOWN is text to be read. */
int prepared_value(const Prepared *p, uint32_t i, const Value *given, Arena *arena, ParamSlot *ret, Err *err);
/* Runs it into x->result; slots: all n_params. */
int prepared_run(StmtContext *x, const Prepared *p, ParamSlot *slots, Err *err);
/* The same as a call from outside; slots without a value are NULL. */
int db_execute_prepared(Database *db, const Prepared *p, ParamSlot *slots, StatementResult *ret, Err *err);
