/* SPDX-License-Identifier: Apache-2.0
 *
 * StrBuf: a growing byte buffer that is always NUL-terminated.
 *
 * Failure is sticky: after a refused allocation `failed` is set, the content stays what it was, and further calls do nothing,
 * so that a long sequence of puts needs one check at its end. */
#include "base/err.h"
#include "base/str.h"

#include <stdio.h>

#define STRBUF_CAP_MIN 64u

void sb_init(StrBuf *b, Account *acct)
{
    *b = (StrBuf){.acct = acct};
}

void sb_done(StrBuf *b)
{
    mem_free(b->acct, b->p, b->cap);
    *b = (StrBuf){.acct = b->acct};
}

void sb_clear(StrBuf *b)
{
    b->n = 0;
    b->failed = false;
    if (b->p)
        b->p[0] = 0;
}

bool sb_reserve(StrBuf *b, size_t more)
{
    if (unlikely(b->failed))
        return false;
    if (likely(more < b->cap - b->n))
        return true;
    size_t need;
    if (__builtin_add_overflow(b->n, more, &need) || need > PTRDIFF_MAX / 2) {
        b->failed = true;
        return false;
    }
    size_t cap = MAX(b->cap * 2, STRBUF_CAP_MIN);
    cap = MAX(cap, need + 1);
    char *p = mem_realloc(b->acct, b->p, b->cap, cap);
    if (!p) {
        b->failed = true;
        return false;
    }
    p[b->n] = 0;
    b->p = p;
    b->cap = cap;
    return true;
}

void sb_put(StrBuf *b, const void *p, size_t n)
{
    if (n == 0 || !sb_reserve(b, n))
        return;
    memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void sb_puts(StrBuf *b, const char *s)
{
    sb_put(b, s, strlen(s));
}

void sb_putc(StrBuf *b, char c)
{
    if (!sb_reserve(b, 1))
        return;
    b->p[b->n++] = c;
    b->p[b->n] = 0;
}

void sb_putstr(StrBuf *b, Str s)
{
    sb_put(b, s.p, s.n);
}

void sb_vprintf(StrBuf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    size_t room = b->failed ? 0 : b->cap - b->n;
    int n = vsnprintf(room ? b->p + b->n : NULL, room, fmt, ap);
    if (n < 0) {
        b->failed = true;
    } else if ((size_t)n < room) {
        b->n += (size_t)n;
    } else {
        if (room)
            b->p[b->n] = 0;
        if (sb_reserve(b, (size_t)n)) {
            vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
            b->n += (size_t)n;
        }
    }
    va_end(again);
}

void sb_printf(StrBuf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    sb_vprintf(b, fmt, ap);
    va_end(ap);
}

const char *sb_cstr(StrBuf *b)
{
    return b->p ? b->p : "";
}
