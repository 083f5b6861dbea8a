/* SPDX-License-Identifier: Apache-2.0
 *
 * The C face of the one C++ file: simdjson's on-demand reader for one JSON object per call.  It knows members and JSON kinds; SQL
 * types, ranges and messages are json.c's. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct JsonReader JsonReader;

typedef enum JsonWant {                   /* how the value of a column is wanted; what does not fit comes as the kind it is */
                        JSON_WANT_INT,    /* JSON_INT */
                        JSON_WANT_DOUBLE, /* JSON_DOUBLE */
                        JSON_WANT_BOOL,   /* JSON_BOOL */
                        JSON_WANT_TEXT,   /* JSON_STRING, else JSON text */
                        JSON_WANT_RAW,    /* JSON text, of strings too: JSON_RAW */
                        JSON_WANT_TOKEN,  /* JSON_STRING or JSON_NUMBER */
} JsonWant;

typedef enum JsonKind {
    JSON_ABSENT,
    JSON_NULL,
    JSON_BOOL,   /* b */
    JSON_INT,    /* i */
    JSON_DOUBLE, /* d */
    JSON_STRING, /* p, n: the unescaped text, valid until the next call */
    JSON_NUMBER, /* p, n: the token as it stands, not checked */
    JSON_RAW,    /* p, n: an object, array or other JSON text as it stands, not checked */
} JsonKind;

typedef struct JsonCell {
    uint8_t kind;
    uint8_t rank; /* 2: the member's name is the column's; 1: it differs in case only */
    union {
        bool b;
        int64_t i;
        double d;
        size_t n;
    };
    const char *p;
} JsonCell;

typedef struct JsonColumn {
    const char *name;
    size_t name_n;
    JsonWant want;
} JsonColumn;

typedef enum JsonResult { JSON_OK, JSON_NOT_OBJECT, JSON_MALFORMED, JSON_NO_MEMORY } JsonResult;

/* The columns are borrowed.  NULL = no memory. */
JsonReader *json_reader_new(const JsonColumn *columns, uint32_t n_columns);
void json_reader_free(JsonReader *r);
/* One document [p, p + n), with 64 readable bytes behind it: cells[column]; of members of one name the last one counts.
 * *ret_why: static text when JSON_MALFORMED. */
JsonResult json_reader_row(JsonReader *r, const char *p, size_t n, JsonCell *cells, const char **ret_why);
/* Every member of one object in order; value.kind is never JSON_ABSENT.  A negative answer of `each` stops: JSON_NO_MEMORY. */
typedef int (*JsonMemberFn)(void *self, const char *name, size_t name_n, const JsonCell *value);
JsonResult json_reader_walk(JsonReader *r, const char *p, size_t n, JsonMemberFn each, void *self);

#ifdef __cplusplus
}
#endif
