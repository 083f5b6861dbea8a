/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of keywords.def as a table.  They are sorted by name (the build checks it), so a word is found by binary search. */
#include "sql/parse_impl.h"

#include "sql/grammar.h"

#define CLASS_N KEYWORD_NAME
#define CLASS_L KEYWORD_LABEL
#define CLASS_C KEYWORD_COLUMN
#define CLASS_F KEYWORD_FUNCTION
#define CLASS_R KEYWORD_RESERVED
const Keyword sql_keyword_rows[] = {
#define KW(name, TOKEN, letter) {#name, sizeof(#name) - 1, TK_##TOKEN, CLASS_##letter},
#include "sql/keywords.def"
#undef KW
};
const uint32_t sql_n_keyword_rows = ARRAY_LEN(sql_keyword_rows);

static const char *const keyword_names[] = {
#define KW(name, TOKEN, letter) #name,
#include "sql/keywords.def"
#undef KW
};

#define KEYWORD_BYTES_MAX 24

const Keyword *sql_keyword_find(const char *s, size_t n)
{
    char word[KEYWORD_BYTES_MAX];
    uint32_t low = 0, high = sql_n_keyword_rows;
    if (n == 0 || n >= sizeof(word))
        return NULL;
    for (size_t i = 0; i < n; i++)
        word[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] + ('a' - 'A') : s[i]);
    word[n] = 0;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        int c = strcmp(word, sql_keyword_rows[mid].name);
        if (c == 0)
            return &sql_keyword_rows[mid];
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const Keyword *sql_keyword_of(int token)
{
    for (uint32_t i = 0; i < sql_n_keyword_rows; i++)
        if (sql_keyword_rows[i].token == token)
            return &sql_keyword_rows[i];
    return NULL;
}

KeywordClass sql_keyword_class(Str word)
{
    const Keyword *k = sql_keyword_find(word.p, word.n);
    return k ? k->klass : KEYWORD_NONE;
}

const char *const *sql_keywords(uint32_t *ret_n)
{
    *ret_n = ARRAY_LEN(keyword_names);
    return keyword_names;
}
