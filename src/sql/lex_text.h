/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding of single tokens: quotes, escapes, digits.  Folder-private helpers of lex.re; each reads p->text[pos, end), writes an
 * arena string, and raises a precise error itself (returned negative). */
#pragma once
#include "sql/parse_impl.h"

Str lex_fold(Arena *arena, const char *s, size_t n); /* ASCII lower case; p == NULL without memory */
/* 'a''b', "a""b", `a``b` with both quotes; a name must not be empty. */
int lex_unquote(Parser *p, char quote, uint32_t pos, uint32_t end, Str *ret);
/* The body of E'..', quotes included: \b \f \n \r \t \v \\ \' \" \ooo \xhh \uXXXX \UXXXXXXXX; the result must be UTF-8. */
int lex_unescape(Parser *p, uint32_t pos, uint32_t end, Str *ret);
/* '..' or the body of E'..' from its quote on, joined with the texts that follow it behind the end of a line; *end goes past them.
 */
int lex_string(Parser *p, uint32_t pos, bool escapes, uint32_t *end, Str *ret);
/* U&'..' or U&".." from its quote on: \\XXXX, \\+XXXXXX, with another escape character when UESCAPE 'c' follows; *end goes past
 * that. */
int lex_unicode(Parser *p, uint32_t pos, uint32_t *end, Str *ret);
int lex_bits(Parser *p, uint32_t pos, uint32_t end, Str *ret);
int lex_hex_bits(Parser *p, uint32_t pos, uint32_t end, Str *ret);              /* four binary digits for each */
int lex_digits(Parser *p, uint32_t pos, uint32_t end, Str *ret);                /* drops '_' */
int lex_radix(Parser *p, unsigned radix, uint32_t pos, uint32_t end, Str *ret); /* 0x1F to decimal digits; at most 64 bits */
int lex_quantity(Parser *p, uint32_t pos, uint32_t end, Str *ret);              /* 30s, 100ms: digits and a unit of time */
