/* SPDX-License-Identifier: Apache-2.0
 *
 * Output and messages on file descriptors.  Writes are gathered up to 64 KiB; who needs a row to be seen flushes. */
#include "shell/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "shell/progress.h"

#define OUTPUT_BYTES 65536

void output_init(Output *o, int fd, bool owned)
{
    *o = (Output){.fd = fd, .owned = owned, .terminal = fd_is_terminal(fd)};
    sb_init(&o->buf, NULL);
}

void output_done(Output *o)
{
    output_flush(o);
    sb_done(&o->buf);
    if (o->owned)
        (void)close(o->fd);
    o->owned = false;
}

/* 0, or -1 with errno. Interrupts do not cut what is written: they are answered between statements' rows. */
static int write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return -1;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

void output_flush(Output *o)
{
    if (!o->buf.n)
        return;
    if (o->terminal)
        progress_clear();
    if (!o->closed && write_all(o->fd, o->buf.p, o->buf.n) < 0) {
        o->closed = true;
        o->failed = errno != EPIPE;
        if (o->failed)
            message_printf("ERROR:  58030: the output cannot be written: %s\n", strerror(errno));
    }
    sb_clear(&o->buf);
}

void output_put(Output *o, const void *p, size_t n)
{
    if (o->closed)
        return;
    sb_put(&o->buf, p, n);
    if (o->buf.failed) {
        o->closed = o->failed = true;
        message_printf("ERROR:  53200: out of memory\n");
    } else if (o->buf.n >= OUTPUT_BYTES) {
        output_flush(o);
    }
}

void output_text(Output *o, const char *s)
{
    output_put(o, s, strlen(s));
}

void output_printf(Output *o, const char *fmt, ...)
{
    char small[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(small, sizeof(small), fmt, ap);
    va_end(ap);
    if (n > 0)
        output_put(o, small, MIN((size_t)n, sizeof(small) - 1));
}

void output_fill(Output *o, char c, size_t n)
{
    char chunk[64];
    memset(chunk, c, sizeof(chunk));
    while (n) {
        size_t k = MIN(n, sizeof(chunk));
        output_put(o, chunk, k);
        n -= k;
    }
}

void message_put(const char *p, size_t n)
{
    progress_clear();
    (void)write_all(STDERR_FILENO, p, n);
}

void message_printf(const char *fmt, ...)
{
    char text[2048];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n > 0)
        message_put(text, MIN((size_t)n, sizeof(text) - 1));
}

int64_t input_read(int fd, StrBuf *buf, size_t n)
{
    if (!sb_reserve(buf, n)) {
        errno = ENOMEM;
        return -1;
    }
    ssize_t k = read(fd, buf->p + buf->n, n);
    if (k > 0)
        buf->n += (size_t)k;
    return k;
}

bool fd_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

size_t terminal_columns(int fd)
{
    struct winsize w;
    return ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 80;
}

/* ---- width ---- */

/* Ranges of code points that take no column, and that take two (East Asian Wide and emoji), by block. */
static const struct {
    uint32_t first, last;
} zero_width[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},    {0x64b, 0x65f},   {0x6d6, 0x6dc},
                  {0x900, 0x902},   {0x93c, 0x93c},   {0x941, 0x948},   {0xe31, 0xe31},    {0xe34, 0xe3a},   {0xe47, 0xe4e},
                  {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x202a, 0x202e},  {0x2060, 0x2064}, {0x20d0, 0x20ff},
                  {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef}},
  double_width[] = {{0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x25fd, 0x25fe},  {0x2614, 0x2615},
                    {0x2648, 0x2653},   {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x2705, 0x2705},  {0x2728, 0x2728},
                    {0x274c, 0x274c},   {0x2753, 0x2755},   {0x2795, 0x2797},   {0x2e80, 0x303e},  {0x3041, 0x33ff},
                    {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},  {0xac00, 0xd7a3},
                    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},  {0x1b000, 0x1b2ff},
                    {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

static size_t char_width(uint32_t cp)
{
    if (cp < 0x300)
        return 1;
    for (size_t i = 0; i < ARRAY_LEN(zero_width); i++)
        if (cp >= zero_width[i].first && cp <= zero_width[i].last)
            return 0;
    for (size_t i = 0; i < ARRAY_LEN(double_width); i++)
        if (cp >= double_width[i].first && cp <= double_width[i].last)
            return 2;
    return 1;
}

size_t text_width(const char *p, size_t n)
{
    size_t width = 0;
    while (n) {
        uint32_t cp = 0;
        int k = (unsigned char)*p < 0x80 ? 1 : utf8_decode(p, n, &cp);
        width += k > 1 ? char_width(cp) : 1;
        k = MAX(k, 1);
        p += k;
        n -= (size_t)k;
    }
    return width;
}

void text_visible(StrBuf *b, const char *p, size_t n)
{
    while (n) {
        unsigned char c = (unsigned char)*p;
        uint32_t cp = c;
        int k = c < 0x80 ? 1 : utf8_decode(p, n, &cp);
        if (k >= 1 && c >= 0x20 && c != 0x7f && !(cp >= 0x80 && cp < 0xa0))
            sb_put(b, p, (size_t)k);
        else if (c == '\n')
            sb_puts(b, "\\n");
        else if (c == '\t')
            sb_puts(b, "\\t");
        else if (c == '\r')
            sb_puts(b, "\\r");
        else
            for (int i = 0; i < MAX(k, 1); i++)
                sb_printf(b, "\\x%02x", (unsigned)(unsigned char)p[i]);
        k = MAX(k, 1);
        p += k;
        n -= (size_t)k;
    }
}
