/* SPDX-License-Identifier: Apache-2.0
 *
 * Nodes of a compiled path, between its parser and its evaluation. */
#pragma once
#include "base/decimal.h"
#include "func/json/jsonpath.h"
#include "func/text_impl.h"

typedef enum PathKind {
    PATH_ROOT,
    PATH_CURRENT,
    PATH_VARIABLE,
    PATH_LAST,
    PATH_LITERAL,
    /* accessors of `left` */
    PATH_KEY,
    PATH_ANY_KEY,
    PATH_ANY_ELEMENT,
    PATH_SUBSCRIPTS,
    PATH_DESCEND,
    PATH_FILTER,
    PATH_METHOD,
    /* values of `left` and `right` */
    PATH_ADD,
    PATH_SUB,
    PATH_MUL,
    PATH_DIV,
    PATH_MOD,
    PATH_PLUS,
    PATH_MINUS,
    /* conditions */
    PATH_EQ,
    PATH_NE,
    PATH_LT,
    PATH_LE,
    PATH_GT,
    PATH_GE,
    PATH_AND,
    PATH_OR,
    PATH_NOT,
    PATH_EXISTS,
    PATH_IS_UNKNOWN,
    PATH_STARTS,
    PATH_REGEX,
} PathKind;

typedef enum PathMethod {
    METHOD_TYPE,
    METHOD_SIZE,
    METHOD_DOUBLE,
    METHOD_ABS,
    METHOD_FLOOR,
    METHOD_CEILING,
    METHOD_KEYVALUE,
    METHOD_DATETIME,
    N_METHODS
} PathMethod;

/* What .datetime() has made of a string: JsonNode.n of it, which is 0 otherwise. */
typedef enum PathTime { PATH_NO_TIME, PATH_DATE, PATH_TIME, PATH_TIMETZ, PATH_TIMESTAMP, PATH_TIMESTAMPTZ } PathTime;
int jsonpath_datetime(JsonNode *n, Arena *arena, JsonNode **ret, Err *err);
const char *jsonpath_time_name(PathTime kind);
/* 1: *ret is how they compare; 0: they do not, being no times or of different kinds.  Without `zones` a time with a zone and one
 * without raise -ERR_UNSUPPORTED. */
int jsonpath_time_cmp(const JsonNode *a, const JsonNode *b, bool zones, int *ret, Err *err);

typedef struct PathNode PathNode;
struct PathNode {
    PathKind kind;
    PathMethod method;
    PathNode *left, *right, *next; /* next: of a list of subscripts */
    Str text;                      /* KEY, VARIABLE */
    JsonNode literal;
    uint32_t from, to; /* DESCEND: levels */
    Regex *regex;
};
struct JsonPath {
    PathNode *root;
    bool strict;
};
static inline bool path_is_condition(PathKind k)
{
    return k >= PATH_EQ;
}
