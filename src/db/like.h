/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE TABLE (LIKE other ..), taken apart into columns and constraints. */
#pragma once
#include "db/execute.h"

/* *ret_any: there were some; the list of elements is another one now, and the statement's text does not stand for it. */
int expand_like(StmtContext *x, CreateRelationStmt *c, bool *ret_any, Err *err);
int refuse_like(const CreateRelationStmt *c, Err *err);
/* The column's type in place of SERIAL: the integer that it is. */
int column_plain_type(StmtContext *x, ColumnDef *c, Type t, Err *err);
/* " (name type, ..)"; at: who asks. */
int columns_print(const Field *field, uint32_t n, Span at, StrBuf *out, Err *err);
