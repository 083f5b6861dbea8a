/* SPDX-License-Identifier: Apache-2.0
 *
 * loop and foreach: the records up to the endloop of their own, once for each value, with ${name} and {name} put in.  The lines are
 * copied for each round, so records know nothing of loops; the line that a failure names is that of the file. */
#include "slt/slt.h"

#include <stdio.h>

static bool opens_loop(Str verb)
{
    return str_eq(verb, STR("loop")) || str_eq(verb, STR("foreach")) || str_eq(verb, STR("concurrentloop")) ||
           str_eq(verb, STR("concurrentforeach"));
}

/* The lists of types that DuckDB's files name. */
static const struct {
    const char *name, *types;
} collections[] = {
    {"<signed>", "tinyint smallint integer bigint hugeint"},
    {"<unsigned>", "utinyint usmallint uinteger ubigint"},
    {"<integral>", "tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint"},
    {"<numeric>", "tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint float double"},
    {"<alltypes>",
     "bool tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint float double interval varchar"},
};

static void add_values(Run *r, Str words, List *ret)
{
    for (Str word = text_word(&words); word.n; word = text_word(&words)) {
        const char *types = NULL;
        for (size_t i = 0; i < ARRAY_LEN(collections); i++)
            if (str_eq(word, str_of(collections[i].name)))
                types = collections[i].types;
        if (types)
            add_values(r, str_of(types), ret);
        else
            list_add(&r->arena, ret, text_print(&r->arena, "%.*s", (int)word.n, word.p));
    }
}

/* foreach: the values that are named; loop: the numbers from the first up to before the second. */
static bool values_of_loop(Run *r, Str verb, Str rest, List *ret)
{
    int64_t from, to;
    if (str_eq(verb, STR("foreach")) || str_eq(verb, STR("concurrentforeach"))) {
        add_values(r, rest, ret);
        return ret->n > 0;
    }
    Str first = text_word(&rest);
    if (!str_to_i64(first, &from) || !str_to_i64(rest, &to))
        return false;
    for (int64_t i = from; i < to; i++)
        list_add(&r->arena, ret, text_print(&r->arena, "%lld", (long long)i));
    return true;
}

/* The endloop that belongs to a loop whose records begin at `at`; the number of lines when there is none. */
static size_t find_end(const List *lines, size_t at)
{
    size_t depth = 1;
    for (; at < lines->n; at++) {
        Str rest = str_trim(str_of(lines->item[at])), verb = text_word(&rest);
        depth += opens_loop(verb);
        if (str_eq(verb, STR("endloop")) && --depth == 0)
            return at;
    }
    return at;
}

static const char *put_in(Run *r, const char *line, const char *name, const char *value)
{
    const char *bare = text_print(&r->scratch, "{%s}", name);
    size_t n = strlen(bare);
    StrBuf b;
    if (!strstr(line, bare))
        return line;
    sb_init(&b, NULL);
    for (const char *p = line; *p;) {
        size_t skip = p[0] == '$' && strncmp(p + 1, bare, n) == 0 ? n + 1 : strncmp(p, bare, n) == 0 ? n : 0;
        if (skip)
            sb_puts(&b, value);
        else
            sb_putc(&b, *p);
        p += skip ? skip : 1;
    }
    const char *made = b.failed ? NULL : arena_strndup(&r->arena, b.p, b.n);
    sb_done(&b);
    if (!made)
        die("out of memory");
    return made;
}

static void run_rounds(Run *r, const char *name, const List *values, size_t end)
{
    List outer = r->lines;
    size_t first = r->at, base = r->line_base;
    for (size_t v = 0; v < values->n && !r->halted; v++) {
        List round = {0};
        for (size_t i = first; i < end; i++)
            list_add(&r->arena, &round, put_in(r, outer.item[i], name, values->item[v]));
        r->lines = round;
        r->at = 0;
        r->line_base = base + first;
        run_lines(r);
    }
    r->lines = outer;
    r->line_base = base;
    r->at = end + 1;
}

bool run_loop(Run *r, Str verb, Str rest)
{
    if (!opens_loop(verb))
        return false;
    Str name = text_word(&rest);
    List values = {0};
    size_t end = find_end(&r->lines, r->at);
    if (end == r->lines.n)
        record_failed(r, "the loop has no endloop");
    else if (!name.n || !values_of_loop(r, verb, rest, &values))
        record_failed(r, "loop NAME FROM TO, foreach NAME VALUE... are known");
    if (end == r->lines.n || !values.n)
        r->at = MIN(end + 1, r->lines.n);
    else
        run_rounds(r, text_print(&r->arena, "%.*s", (int)name.n, name.p), &values, end);
    return true;
}
