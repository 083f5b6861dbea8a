/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists, words, lines and moments of the runner. */
#include "slt/slt.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "env/env.h"

_Noreturn void die(const char *what)
{
    fprintf(stderr, "laminar-slt: %s\n", what);
    exit(2);
}

void list_add(Arena *a, List *l, const char *s)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 16;
        const char **item = ARENA_ARRAY(a, const char *, cap);
        if (!item)
            die("out of memory");
        if (l->n)
            memcpy(item, l->item, l->n * sizeof(*item));
        l->item = item;
        l->cap = cap;
    }
    l->item[l->n++] = s;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void list_sort(List *l)
{
    if (l->n > 1)
        qsort(l->item, l->n, sizeof(*l->item), compare);
}

const char *text_join(Arena *a, const List *l, size_t from, size_t n, char between)
{
    size_t bytes = 1;
    for (size_t i = from; i < from + n; i++)
        bytes += strlen(l->item[i]) + 1;
    char *text = arena_alloc(a, bytes), *p = text;
    if (!text)
        die("out of memory");
    for (size_t i = from; i < from + n; i++) {
        size_t k = strlen(l->item[i]);
        if (i > from)
            *p++ = between;
        memcpy(p, l->item[i], k);
        p += k;
    }
    *p = 0;
    return text;
}

const char *text_join_lines(Arena *a, const List *l)
{
    const char *text = "";
    for (size_t i = 0; i < l->n; i++)
        text = text_print(a, "%s%s%s", text, i ? "\\n" : "", l->item[i]);
    return text;
}

char *text_print(Arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *text = arena_vprintf(a, fmt, ap);
    va_end(ap);
    if (!text)
        die("out of memory");
    return text;
}

Str text_word(Str *rest)
{
    Str s = str_trim(*rest);
    size_t n = 0;
    while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t')
        n++;
    *rest = str_trim((Str){s.p + n, s.n - n});
    return (Str){s.p, n};
}

bool read_lines(Arena *a, const char *path, List *ret)
{
    Str text;
    Err err = ERR_INIT;
    if (env_read_file(env_linux(), path, a, &text, &err) < 0) {
        printf("%s: %s\n", path, err.message);
        return false;
    }
    for (size_t i = 0; i < text.n;) {
        const char *end = memchr(text.p + i, '\n', text.n - i);
        size_t n = end ? (size_t)(end - (text.p + i)) : text.n - i, used = n + 1;
        while (n && text.p[i + n - 1] == '\r')
            n--;
        char *line = arena_strndup(a, text.p + i, n);
        if (!line)
            die("out of memory");
        list_add(a, ret, line);
        i += used;
    }
    return true;
}

const char *moment_text(Arena *a, const char *s)
{
    bool is_time = s[0] >= '0' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9' && s[2] == ':';
    return is_time ? text_print(a, "1970-01-01 %s", s) : s;
}

bool moment_us(const char *s, int64_t *ret)
{
    bool has_zone;
    return timestamp_parse(str_of(s), ret, &has_zone) == 0;
}
