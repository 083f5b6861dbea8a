/* SPDX-License-Identifier: Apache-2.0
 *
 * Completion from the catalog, the functions, the keywords and the shell's own commands.  Everything is asked for when Tab is
 * pressed: the database is in this process, so there is nothing to cache. */
#include "shell/complete.h"

#include "base/mem.h"

#include <stdlib.h>

#define RELATIONS_MAX 64 /* whose columns are asked for */

static bool is_word_char(char c)
{
    return c == '_' || c == '$' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

static void offer(StrBuf *ret, Str word, Str name)
{
    if (!name.n || !str_starts_nocase(name, word))
        return;
    for (size_t at = 0; at < ret->n; at += strlen(ret->p + at) + 1)
        if (str_eq(str_of(ret->p + at), name))
            return;
    sb_putstr(ret, name);
    sb_putc(ret, 0);
}

static void offer_all(StrBuf *ret, Str word, const StrBuf *names)
{
    for (size_t at = 0; at < names->n; at += strlen(names->p + at) + 1)
        offer(ret, word, str_of(names->p + at));
}

static void offer_keywords(StrBuf *ret, Str word)
{
    bool lower = word.n && word.p[word.n - 1] >= 'a' && word.p[word.n - 1] <= 'z';
    for (size_t i = 0; laminar_keyword(i); i++) {
        char text[64];
        size_t n = 0;
        for (const char *k = laminar_keyword(i); *k && n < sizeof(text) - 1; k++) {
            char c = *k;
            if (lower && c >= 'A' && c <= 'Z')
                c = (char)(c + 32);
            else if (!lower && c >= 'a' && c <= 'z')
                c = (char)(c - 32);
            text[n++] = c;
        }
        offer(ret, word, (Str){text, n});
    }
}

static void offer_columns(Shell *s, StrBuf *ret, Str word, const StrBuf *relations)
{
    size_t n = 0;
    for (size_t at = 0; at < relations->n && n < RELATIONS_MAX; at += strlen(relations->p + at) + 1, n++) {
        StrBuf sql, names;
        sb_init(&sql, NULL);
        sb_init(&names, NULL);
        sb_printf(&sql, "DESCRIBE \"%s\"", relations->p + at);
        if (!sql.failed && run_names(s, sb_cstr(&sql), &names) == 0)
            offer_all(ret, word, &names);
        sb_done(&sql);
        sb_done(&names);
    }
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(StrBuf *list)
{
    size_t n = 0, i = 0;
    for (size_t k = 0; k < list->n; k++)
        n += list->p[k] == 0;
    const char **item = mem_alloc(NULL, (n + 1) * sizeof(*item));
    StrBuf sorted;
    sb_init(&sorted, NULL);
    for (size_t at = 0; item && at < list->n; at += strlen(list->p + at) + 1)
        item[i++] = list->p + at;
    if (item)
        qsort(item, n, sizeof(*item), compare);
    for (i = 0; item && i < n; i++)
        sb_put(&sorted, item[i], strlen(item[i]) + 1);
    mem_free(NULL, item, item ? (n + 1) * sizeof(*item) : 0);
    if (sorted.n == list->n && !sorted.failed && !list->failed && list->n)
        memcpy(list->p, sorted.p, sorted.n);
    sb_done(&sorted);
}

void complete_word(Shell *s, Str line, StrBuf *ret, size_t *word_bytes)
{
    size_t from = line.n;
    while (from > 0 && is_word_char(line.p[from - 1]))
        from--;
    bool command = from > 0 && line.p[from - 1] == '\\' && str_trim((Str){line.p, from - 1}).n == 0;
    from -= command ? 1 : 0;
    Str word = {line.p + from, line.n - from};
    *word_bytes = word.n;
    if (command) {
        for (size_t i = 0; command_name(i); i++)
            offer(ret, word, str_of(command_name(i)));
    } else {
        StrBuf relations, functions;
        sb_init(&relations, NULL);
        sb_init(&functions, NULL);
        describe_names(s, &relations);
        offer_all(ret, word, &relations);
        /* After nothing but a blank, all columns, functions and keywords would be noise. */
        bool only_relations = str_starts(str_trim(line), STR("\\d"));
        if (word.n && !only_relations) {
            offer_columns(s, ret, word, &relations);
            if (run_names(s, "SHOW FUNCTIONS", &functions) == 0)
                offer_all(ret, word, &functions);
            offer_keywords(ret, word);
        }
        sb_done(&relations);
        sb_done(&functions);
        laminar_clear_error();
    }
    sort(ret);
}

size_t complete_common(const StrBuf *c)
{
    if (!c->n)
        return 0;
    size_t common = strlen(c->p);
    for (size_t at = 0; at < c->n; at += strlen(c->p + at) + 1) {
        size_t k = 0;
        while (k < common && c->p[at + k] && str_eq_nocase((Str){c->p + k, 1}, (Str){c->p + at + k, 1}))
            k++;
        common = k;
    }
    /* Not inside a character. */
    while (common > 0 && ((unsigned char)c->p[common] & 0xc0) == 0x80)
        common--;
    return common;
}
