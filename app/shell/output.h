/* SPDX-License-Identifier: Apache-2.0
 *
 * Output: buffered bytes to a descriptor, and the text helpers all printers share.  A reader that went away (EPIPE) is not an error
 * of the program: the output becomes `closed`, further bytes are dropped and the shell ends quietly. */
#pragma once
#include "base/err.h"
#include "base/str.h"

typedef struct Output {
    int fd;
    bool owned;    /* close fd in output_done */
    bool terminal; /* a person reads it */
    bool closed;   /* nobody reads it any more */
    bool failed;   /* a write failed for another reason (disk full) */
    StrBuf buf;
} Output;

void output_init(Output *o, int fd, bool owned);
void output_done(Output *o); /* flushes */
void output_put(Output *o, const void *p, size_t n);
void output_text(Output *o, const char *s);
void output_printf(Output *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void output_fill(Output *o, char c, size_t n);
void output_flush(Output *o);

/* Standard error, unbuffered; the progress line is taken away first. */
void message_put(const char *p, size_t n);
void message_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Reads more bytes from a descriptor to the end of buf: bytes read, 0 = end, -1 = failed (errno) or interrupted. */
int64_t input_read(int fd, StrBuf *buf, size_t n);
bool fd_is_terminal(int fd);
size_t terminal_columns(int fd); /* 80 when unknown */

/* Display columns of UTF-8 text: wide characters count two, combining ones none; bytes that are not UTF-8 count one. */
size_t text_width(const char *p, size_t n);
/* Text for a line of a terminal: control characters become \n, \t, \r or \xNN, bad bytes \xNN, so that no value can move the
 * cursor. */
void text_visible(StrBuf *b, const char *p, size_t n);
