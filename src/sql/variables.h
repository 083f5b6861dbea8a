/* SPDX-License-Identifier: Apache-2.0
 *
 * ${NAME} in statement text, replaced before parsing, and the splitter that a shell needs to know when a statement is complete.
 * Both scan quotes and comments as the lexer does; neither looks at anything else. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* The value of `name` ("NAME", or "env:NAME" as written); false when there is none.  The text is borrowed until the call ends. */
typedef bool (*VarLookup)(void *self, Str name, Str *ret);

/* Replaces ${NAME}, ${env:NAME} and ${NAME:-default} everywhere but in comments (inside quotes too).  A name is letters, digits,
 * '_', '.' and '-'.  An unresolved name without a default is -ERR_UNDEFINED_PARAMETER, or stays as written when permissive; a
 * value is not scanned again.  Text without "${" is given back as it is; otherwise ret is in the arena. */
int sql_substitute(Arena *arena, Str text, VarLookup lookup, void *self, bool permissive, Str *ret, Err *err);

/* Does the buffer end a statement: its last character outside of quotes and comments is ';' (white space aside)?  True also for a
 * buffer that holds nothing but white space and comments. */
bool sql_is_complete(const char *text, size_t n);
/* Bytes of the first statement with its ';', or n when there is no ';' outside of quotes and comments. */
size_t sql_split(const char *text, size_t n);
