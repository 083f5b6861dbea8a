/* SPDX-License-Identifier: Apache-2.0
 *
 * The shell `laminar`: a program on the public header alone.  A Shell is the one object of the process: the connection, what the
 * user chose (format, timing, ...), where results go, and what the script so far came to.  It belongs to the main thread; the only
 * thing another context touches is the signal handler, which interrupts the connection and sets flags (signals.c). */
#pragma once
#include "base/str.h"
#include "laminar.h"
#include "shell/output.h"
#include "shell/printer.h"

typedef struct CopyInput { /* where the data of COPY FROM STDIN stands: behind the statement in the script */
    StrBuf *text;
    size_t at; /* the next byte of it */
    int fd;    /* what follows text */
    bool at_end;
} CopyInput;

typedef enum ExitCode { EXIT_OK = 0, EXIT_ERROR = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 } ExitCode;

typedef struct Shell {
    LaminarConnection *db;
    const char *path; /* of the database; NULL = in memory */
    Output out;       /* results: standard output or the file of \o */
    const PrinterType *format;
    bool interactive; /* a person types: prompts, all messages, errors do not end it */
    bool timing, quiet, keep_going, no_progress;
    bool quit;              /* \q, end of input, closed output, SIGTERM */
    bool failed;            /* some statement of a script failed */
    bool interrupted;       /* by Ctrl-C, outside a prompt */
    uint32_t include_depth; /* of \i */
    CopyInput *input;       /* of the script that runs; NULL = standard input */
    StrBuf last_query;      /* for \watch and \g */
} Shell;

/* Where a statement stands, for messages: the script's name (NULL = typed, -c) and the line its text begins at. */
typedef struct Origin {
    const char *file;
    uint32_t line;
} Origin;

/* ---- run.c: statements ---- */
/* Runs one statement (no ';' needed) and prints what it gives. 0 or -1 after the error has been printed. */
int run_statement(Shell *s, Str sql, Origin at);
/* Runs the statements and commands of a text that is complete; stops at the first error unless keep_going. */
int run_text(Shell *s, Str text, Origin at);
/* A statement at the front of t that \g at the end of a line ends, in the place of a semicolon: its bytes, and in *next what is
 * behind the line.  0 = there is none. */
size_t ended_by_go(Str t, size_t *next);
int run_file(Shell *s, const char *path); /* "-" = standard input */
/* Waits for the pipelines that were started, so that sinks over files are complete when the program ends. */
int run_wait(Shell *s);
/* Collects the first column of a statement that lists things (SHOW ...) as separate strings behind each other, each with its NUL.
 * Says nothing on failure. */
int run_names(Shell *s, const char *sql, StrBuf *ret);

/* ---- copy.c ---- */
bool copy_is(Str sql);                      /* the statement is a COPY */
int run_copy(Shell *s, const char *sql);    /* 0, or -1 with the error in the library's state */
int command_copy_text(Str arg, StrBuf *to); /* the statement of \\copy: a file's name needs no quotes there; -1: there is none */

/* ---- command.c: the commands that begin with a backslash ---- */
/* line: without its line break. pending: the statement typed so far, which \g and \watch run; NULL outside the prompt. */
int command_run(Shell *s, Str line, StrBuf *pending, Origin at);
const char *command_name(size_t index); /* "\\d", ...; NULL after the last; for completion */

/* ---- describe.c ---- */
int describe_list(Shell *s, bool with_system);
int describe_one(Shell *s, Str name, bool extended);
/* The rows of a query whose column matches the pattern, all when it is empty. */
int describe_matching(Shell *s, const char *query, const char *column, Str pattern, Origin at);
/* Names of all relations behind each other, each with its NUL. */
void describe_names(Shell *s, StrBuf *ret);

/* ---- help.c ---- */
void help_usage(Output *o);
void help_commands(Output *o);
int help_statement(Shell *s, Str topic); /* "" lists the topics */

/* ---- prompt.c: the interactive loop; gives the exit code ---- */
int prompt_loop(Shell *s);

/* ---- signals.c ---- */
void signals_init(LaminarConnection *db);
void signals_done(void);           /* the connection is about to be closed: stop interrupting it */
bool signals_take_interrupt(void); /* whether Ctrl-C came since the last call */
bool signals_interrupted(void);    /* the same without taking it */
bool signals_terminated(void);     /* SIGTERM or SIGHUP came */
bool signals_take_resize(void);
/* Waits until fd can be read (-1: for nothing), at most ms (< 0: for ever); true when it can. A signal ends the wait, also one that
 * came just before it. */
bool signals_wait(int fd, int64_t ms);
