/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar-slt: the sqllogictest runner.  A file is read into lines; records are run one after the other against a fresh database in
 * memory; a record that fails is reported with its line and the file goes on.  Everything of one record lives in an arena that the
 * next one resets; running out of memory ends the program, because a test that could not run must not look like one that passed. */
#pragma once
#include <regex.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "laminar.h"

#define SPLIT_WHOLE 0

/* A list of lines or values; grows in an arena. */
typedef struct List {
    const char **item;
    size_t n, cap;
} List;

typedef enum SortMode { SORT_NONE, SORT_ROWS, SORT_VALUES } SortMode;

typedef struct Counts {
    unsigned passed, failed, skipped;
} Counts;

typedef struct Watched Watched; /* a relation whose changes are expected */
typedef struct Label Label;     /* a label of queries that must agree */

typedef struct Run {
    const char *file;
    unsigned split; /* rows per push, SPLIT_WHOLE = all */
    bool verbose;
    int64_t wait_ms; /* how long what other threads bring about may take */
    LaminarConnection *db;
    List lines;       /* of the file, in `arena` */
    size_t at;        /* next line, 0-based */
    size_t record_at; /* first line of the record that runs */
    size_t line_base; /* of `lines` in the file, inside a loop */
    SortMode sort;    /* of queries that name none */
    bool foreign;     /* written for other systems: foreign.c */
    const char *as;   /* the name that skipif and onlyif mean */
    bool passes_over; /* between mode skip and mode unskip */
    size_t hash_threshold;
    bool skip_next, halted;
    bool has_error;  /* the last push or mark failed and nothing has expected it yet */
    size_t error_at; /* its line */
    LaminarError error;
    Watched *watched;
    Label *labels;
    Counts counts;
    Arena arena;   /* of the file */
    Arena scratch; /* of the record */
    unsigned include_depth;
} Run;

/* ---- text.c ---- */
_Noreturn void die(const char *what);
void list_add(Arena *a, List *l, const char *s);
void list_sort(List *l);
const char *text_join(Arena *a, const List *l, size_t from, size_t n, char between);
const char *text_join_lines(Arena *a, const List *l); /* as a value of several lines is printed */
char *text_print(Arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
Str text_word(Str *rest); /* next word, "" at the end */
bool read_lines(Arena *a, const char *path, List *ret);
/* Moment of push and mark: a timestamp, or a bare time of day, which is one of 1970-01-01. */
const char *moment_text(Arena *a, const char *s);
bool moment_us(const char *s, int64_t *ret);

/* ---- md5.c ---- */
void md5_hex(const void *p, size_t n, char hex[33]);
const char *md5_of_values(Arena *a, const List *values); /* each value with a line break, as sqllogictest counts */

/* ---- record.c: statement and query; runs files ---- */
bool starts_record(const char *line);
List read_block(Run *r, bool until_record); /* lines up to an empty one (or the next record) */
void record_failed(Run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void record_passed(Run *r);
void show_difference(const List *expected, const List *actual);
void run_statement_record(Run *r, Str rest);
void run_query_record(Run *r, Str rest);
LaminarError last_error(void);
/* Whether an error is the one wanted: a SQLSTATE, a regular expression on the message, both, or nothing in particular. */
bool error_fits(Run *r, const LaminarError *e, Str wanted);

/* ---- result.c ---- */
/* All values of a result, row by row; *cols is set also without rows. NULL on success, else what went wrong. */
const char *result_values(Arena *a, LaminarQueryResult *result, List *values, size_t *cols);
const char *value_text(Arena *a, const char *text, size_t n);

/* ---- flow.c: push, mark, subscribe, expect ---- */
void run_push(Run *r, Str rest, bool weighted);
void run_mark(Run *r, Str rest);
void run_expect(Run *r, Str rest);
void run_subscribe(Run *r, Str rest);
void run_wait(Run *r);
void watch_wanted(Run *r); /* after each statement: subscribes to what the file expects and what exists by now */
void watch_done(Run *r);

/* ---- file.c ---- */
/* Runs one file as often as its kind and the options say; adds to *total. */
typedef struct Options {
    int split; /* -1 = every one */
    unsigned threads;
    bool spills, verbose, foreign;
    int64_t wait_ms;
    const char *as;
} Options;
void run_file(const char *path, const Options *o, Counts *total);
void run_lines(Run *r); /* from r->at to the end of r->lines */

/* ---- folder.c ---- */
const char *folder_make(Arena *a, List *lines); /* and its name put in where lines say __TEST_DIR__; NULL = none does */
void folder_remove(const char *folder);         /* NULL is fine */

/* ---- loop.c ---- */
bool run_loop(Run *r, Str verb, Str rest); /* false = the verb is no loop */

/* ---- foreign.c ---- */
bool run_foreign_control(Run *r, Str verb, Str rest); /* false = unknown */
bool same_foreign(Run *r, Str types, bool by_value, bool any_order, const List *expected, const List *actual);
List foreign_values(Run *r, Str types, const List *values, size_t cols);
