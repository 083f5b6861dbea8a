/* SPDX-License-Identifier: Apache-2.0
 *
 * Options as rows.  Connectors, formats, WITH clauses and settings describe their options in a table; one parser fills the config
 * struct by offset, checks kind and range, refuses unknown keys with the nearest one, and the same rows print the documentation
 * and feed the shell's completion. */
#pragma once
#include "base/err.h"
#include "base/str.h"

typedef enum OptionKind {
    OPTION_TEXT,     /* const char *, copied into the arena */
    OPTION_BOOL,     /* bool: true/false/yes/no/on/off/1/0 */
    OPTION_INT,      /* int64_t, within [min, max] */
    OPTION_DOUBLE,   /* double, within [min, max] */
    OPTION_DURATION, /* int64_t microseconds; bare numbers in `unit_us` (default: milliseconds) */
    OPTION_BYTES,    /* int64_t bytes: 64kb, 1MiB */
    OPTION_ENUM,     /* int32_t: index into `names` ("a|b|c", alternatives of one value joined by '=': "block=blocking|drop") */
    OPTION_CHAR,     /* char: one ASCII character, or \t */
} OptionKind;

typedef struct OptionDef {
    const char *key;
    OptionKind kind;
    size_t offset;      /* in the config struct */
    const char *preset; /* default as text; NULL = zero value */
    bool required;
    double min, max;   /* 0, 0 = no range */
    int64_t unit_us;   /* OPTION_DURATION */
    const char *names; /* OPTION_ENUM */
    const char *help;  /* one line */
    const char *alias; /* second spelling of the key, or NULL */
} OptionDef;           /* tables end with key == NULL */

typedef struct Option { /* one key = value as written */
    Str key, value;
    Span at; /* of the value */
    Span key_at;
} Option;

/* Fills `config` (zeroed by the caller) with defaults, then with opts.  what: "connector \"file\"", for messages.  Texts are
 * copied into the arena.  0 or -ERR_UNKNOWN_OPTION, -ERR_BAD_OPTION, -ERR_MISSING_OPTION. */
int options_parse(const OptionDef *defs, const Option *opts, size_t n_opts, const char *what, void *config, Arena *arena, Err *err);
const OptionDef *option_find(const OptionDef *defs, Str key); /* NULL = none */
