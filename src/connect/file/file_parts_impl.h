/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the rows of a file sink go: one file, or one file per combination of values of the columns that the path names.
 *
 *   DIRECT    straight into the file under its name: no promise when the process ends in the middle
 *   APPENDED  into an unfinished file beside it; a commit copies it to the end of the file under its name, at a place that the
 *             token has, so that doing it again writes the same bytes to the same place
 *   RENAMED   into an unfinished file that a commit gives a name of its own: <stem>_<epoch>_<segment>.<ending>
 *
 * Unfinished files are called .laminar-<owner>-<process>-<number>: one of another process that no token names is what a crash has
 * left.  They stand in the outbox of the database, so that writing goes on and nothing is lost while the target cannot be written;
 * without one, in the directory before the first {column}. */
#pragma once
#include "connect/connect.h"
#include "connect/file/file_io_impl.h"
#include "connect/row_text_impl.h"

typedef enum PartKind { PART_DIRECT, PART_APPENDED, PART_RENAMED } PartKind;

typedef struct PathPiece { /* of a path: text, or the value of a column */
    Str text;
    int32_t col; /* -1: text */
} PathPiece;
typedef struct PathSpec {
    PathPiece *piece;
    uint32_t n, n_cols;
    const char *base;   /* directory before the first {column} */
    const char *ending; /* RENAMED: what stands behind epoch and segment */
} PathSpec;

typedef struct PartOptions {
    const char *outbox;        /* directory of unfinished files; NULL = beside their targets */
    const char *path, *prefix; /* prefix: of RENAMED files in a directory; NULL: the path ends in the name's stem and ending */
    PartKind kind;
    FileMode mode; /* DIRECT, and APPENDED when it is new */
    Codec codec;
    const char *format;
    bool by_length;                /* of the format */
    int64_t max_bytes, max_age_us; /* RENAMED: a file that is larger or older is finished; 0 = never */
    bool again;                    /* the sink was made before */
    bool looks;                    /* no file is made: it is only seen whether it could be */
    uint64_t owner;
} PartOptions;

typedef struct Part {
    char *stem; /* the path so far: of the file, or of its name before epoch and segment */
    uint64_t hash;
    FileWriter writer;
    char *name; /* of the file that writer has; NULL = none */
    bool has_header, was_open;
    int64_t at; /* APPENDED: where the next unfinished file will go; -1 = at the end of what is there */
    int64_t opened_ns;
    uint32_t segment; /* of the next file, in this epoch */
} Part;

typedef struct FileParts {
    Sink *sink;
    RowText *rows; /* borrowed */
    PartOptions o;
    PathSpec path;
    Part *part; /* open addressing by hash; stem NULL = free */
    uint32_t n, cap;
    uint64_t process;
    _Atomic uint64_t epoch; /* of the next cut */
    uint32_t n_staged;
    StrBuf entries, stem; /* finished since the last cut, as they stand in a token; scratch */
    uint32_t n_entries;
} FileParts;
#define PARTS_MAX 65536u

int file_parts_open(FileParts *x, Sink *s, RowText *rows, const PartOptions *o, Err *err);
int file_parts_write(FileParts *x, const Batch *b, Err *err);
int file_parts_flush(FileParts *x, Err *err);
int file_parts_cut(FileParts *x, StrBuf *ret_token, Err *err);
void file_parts_forget_places(FileParts *x); /* APPENDED: others have written */
/* Before the first write: what is written goes behind what the token holds. */
int file_parts_keep(FileParts *x, Str token, Err *err);
void file_parts_pass_epoch(FileParts *x, uint64_t epoch); /* it is used */
void file_parts_close(FileParts *x);

/* file_path.c */
int path_spec_parse(PathSpec *ret, Arena *arena, const Schema *schema, const PartOptions *o, Err *err);
bool path_has_columns(const char *path);
Str path_ending(Str path); /* of the name without that of a compression; empty = none */
int path_spec_expand(const PathSpec *p, const Batch *b, uint32_t row, StrBuf *out, Err *err);
/* The highest epoch in the names of files that are there; 0 = none. */
int path_spec_last_epoch(const PathSpec *p, Env *env, Account *acct, uint64_t *ret, Err *err);
const char *path_directory(const char *path, StrBuf *scratch);  /* "." when it names none */
int path_make_directories(Env *env, const char *dir, Err *err); /* on disk when it returns */

/* file_commit.c: tokens.  {u8 format, u64 epoch, u32 n, n entries} */
typedef struct TokenPlaces {   /* where unfinished files stand */
    const char *outbox, *base; /* of those that a token has by their name alone; what was copied from there, until it is named */
    const char *ending;        /* of names that files are given */
} TokenPlaces;
typedef struct TokenEntry {
    int64_t at, bytes; /* at: -1 = rename */
    const char *staged, *final;
    const char *beside; /* of a file in the outbox: its copy in base; NULL = it is not there */
} TokenEntry;
void token_put_entry(StrBuf *entries, int64_t at, int64_t bytes, const char *staged, const char *final);
void token_put(StrBuf *token, uint64_t epoch, uint32_t n, Str entries);
/* Calls back for each entry, until one answers with an error; the epoch first. */
typedef int (*TokenEach)(void *self, const TokenEntry *e, Err *err);
int token_each(const TokenPlaces *where, Str token, uint64_t *ret_epoch, TokenEach each, void *self, Err *err);
int token_prepare(Env *env, const TokenPlaces *where, Str token, Err *err);
int token_commit(Env *env, const TokenPlaces *where, Str token, uint64_t *ret_epoch, Err *err);
int token_abort(Env *env, const TokenPlaces *where, Str token, Err *err);
static inline TokenPlaces file_parts_places(const FileParts *x)
{
    return (TokenPlaces){.outbox = x->o.outbox, .base = x->path.base, .ending = x->path.ending};
}
