/* SPDX-License-Identifier: Apache-2.0
 *
 * The path language of SQL/JSON: $.a[*] ? (@.b > 1), compiled to a tree and run over a document's tree.  There is no type for it:
 * paths are texts. */
#pragma once
#include "data/json.h"

typedef struct JsonPath JsonPath;
/* The path lives in the arena. -ERR_SYNTAX, -ERR_UNSUPPORTED, -ERR_INVALID_REGEX, no memory. */
int jsonpath_parse(Str text, Arena *arena, JsonPath **ret, Err *err);

typedef struct JsonItems { /* in the order of the document, linked by `next_item` of the cells */
    struct JsonCellItem *first, *last;
    uint32_t n;
} JsonItems;
struct JsonCellItem {
    JsonNode *node;
    struct JsonCellItem *next;
};
/* vars: an object, or NULL. 0, or the error of a strict path and of the values: with a message. */
/* zones: a time without a zone is one of UTC beside one that has it. */
int jsonpath_run(const JsonPath *path, JsonNode *root, const JsonNode *vars, bool zones, Arena *arena, JsonItems *ret, Err *err);
