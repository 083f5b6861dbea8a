/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of the program (laminar_register_function) in a database's catalog. */
#pragma once
#include "db/database.h"

/* The type that a text names; row: the row of a list of columns. */
int native_type(const Database *db, const char *text, bool row, Arena *arena, Type *ret, Err *err);
/* Takes a reference. -ERR_DUPLICATE_FUNCTION, -ERR_INVALID_PARAMETER. */
int db_add_native(Database *db, Native *f, Err *err);
/* Those of another database, which may be closed. */
int db_take_natives(Database *db, const Database *from, Err *err);
