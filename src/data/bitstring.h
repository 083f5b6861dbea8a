/* SPDX-License-Identifier: Apache-2.0
 *
 * Bit strings.  A value of BIT(n) or BIT VARYING is held as its digits, a byte of '0' or '1' for each bit, the first bit first: so
 * it is its own text, in results, files and Arrow, and comparing, hashing, sorting, parts and positions are those of byte strings,
 * in PostgreSQL's order, which is that of the bits from the left and then of the lengths.  What that costs is memory: strings of
 * up to 12 bits lie inside a view, longer ones take a byte for each bit. */
#pragma once
#include "data/value.h"

/* PostgreSQL's input: digits, or b'..' and x'..' without the quotes; of the type's length.  ret: borrowed from s or in the arena.
 * -ERR_INVALID_TEXT, -ERR_STRING_LENGTH, -ERR_STRING_TOO_LONG. */
int bitstring_parse(Type t, Str s, Arena *arena, Str *ret, Err *err);
/* Whether n bits may be stored in a column of type t, as bitstring_parse says. */
int bitstring_check(Type t, size_t n, Err *err);
