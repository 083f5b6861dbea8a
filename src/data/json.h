/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON as a tree in an arena, for functions that look into it, and its two text forms.  JSON keeps the text as written; JSONB is
 * held as text in normal form: members in the order of (length, bytes) of their names, the last of equal names, ", " and ": "
 * between, numbers as decimals, escapes undone where JSON allows it.  So equal JSONB values are equal bytes but for the zeros that
 * end a fraction (1.0 and 1.00), and what is cut out of one is in normal form already. */
#pragma once
#include "data/value.h"

typedef enum JsonType { JT_NULL, JT_BOOL, JT_NUMBER, JT_STRING, JT_ARRAY, JT_OBJECT } JsonType;

typedef struct JsonNode JsonNode;
struct JsonNode {
    uint8_t type; /* JsonType */
    bool b;       /* BOOL */
    uint32_t n;   /* ARRAY, OBJECT: members */
    Str key;      /* of a member of an object, decoded */
    Str str;      /* STRING: decoded; NUMBER: its text */
    Str raw;      /* as written; empty in nodes that were made */
    JsonNode *first, *last, *next;
};

/* The tree of a text that json_is_valid holds for.  0, -ERR_OUT_OF_MEMORY, or -ERR_UNTRANSLATABLE when a string has the character
 * \u0000, which no text can hold. */
int json_tree(Str valid, Arena *arena, JsonNode **ret);
JsonNode *json_new(Arena *arena, JsonType type); /* NULL = no memory */
void json_append(JsonNode *container, JsonNode *member);
JsonNode *json_member(const JsonNode *object, Str key);   /* the last of the name; NULL = none */
JsonNode *json_element(const JsonNode *array, int64_t i); /* from 0, from the end when negative; NULL = none */

/* Members sorted, duplicates dropped, all the way down. */
int json_normalise(JsonNode *n, Arena *arena);
/* Normal form, of a tree that is normalised. */
void jsonb_print(const JsonNode *n, StrBuf *b);
void jsonb_print_pretty(const JsonNode *n, uint32_t indent, StrBuf *b);
/* Equal values: numbers by value, objects whatever their order. */
bool json_equal(const JsonNode *a, const JsonNode *b);
/* A string in quotes, with what JSON must escape escaped. */
void json_print_string(Str s, StrBuf *b);
/* The text of a number without an exponent, as NUMERIC prints it.  false: more digits than NUMERIC has. */
bool json_print_number(Str number, StrBuf *b);
/* A SQL value as JSON: numbers and booleans as such, JSON as it is, arrays as arrays, rows and maps as objects, everything else as
 * a string, times in ISO 8601. */
void json_print_value(const Value *v, StrBuf *b);
/* An ARRAY; between: what stands between the elements of the first dimension. */
void json_print_array(const Value *v, const char *between, StrBuf *b);
/* JSON as a value of type t: members of objects by name, absent ones NULL.  What does not fit: -ERR_INVALID_TEXT and the errors of
 * the parts.  Texts may point into the tree's text. */
int json_to_value(const JsonNode *n, Type t, Arena *arena, Value *ret, Err *err);
int json_parse_value(Str text, Type t, Arena *arena, Value *ret, Err *err);
/* JSONB by value (json_compare.c): equality, hashes that go with it, PostgreSQL's order, and bytes that memcmp in that order. */
bool jsonb_equal(Str a, Str b);
uint64_t jsonb_hash(Str s);
int jsonb_cmp(Str a, Str b);
void jsonb_order_key(Str s, StrBuf *b);
/* Text to JSONB: checked and normalised into the arena. 0, -ERR_INVALID_TEXT, -ERR_UNTRANSLATABLE, -ERR_NUMERIC_RANGE, no memory.
 */
int jsonb_parse(Str s, Arena *arena, Str *ret, Err *err);
