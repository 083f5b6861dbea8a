/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions of which a part is looked for before they are matched, and those that are simple enough to be matched without
 * PCRE2, give the matches of those that are not: the flag x, which changes nothing in a pattern without blanks, forbids both.  And
 * what is found for patterns of each kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "func/text_impl.h"

static uint64_t seed;
static unsigned pick(unsigned n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % n;
}

static void needs(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *need;
        size_t before;
    } v[] = {
        {"(&|^)channel_id=([^&]*)", "channel_id=", 1},
        {"abc", "abc", 0},
        {"abc|abd", "", 0},
        {"ab?cde", "cde", 2},
        {"abc+de", "abc", 0},
        {".ab", "ab", 4},
        {"[xyz]{2}ab", "ab", REGEX_ANYWHERE},
        {"x*hello", "hello", REGEX_ANYWHERE},
        {"^\\w\\.html$", ".html", 4},
        {"(a(b|c)[d\\]e])end", "end", 7},
        {"(ab)*", "", 0},
        {"(?i)abc", "", 0},
        {"(?:ab)cd", "cd", 3}, /* the colon counts */
        {"(?=ab)cd", "", 0},
        {"[[:alpha:]]abc", "", 0},
        {"\\Qa.b\\E", "", 0},
        {"\\x41bc", "", 0},
        {"a{,2}bc", "", 0},
        {"é(日|.)本語", "本語", 9},
        {"(a)(\\1)bc", "bc", REGEX_ANYWHERE},
        {"x", "", 0},
        {"", "", 0},
        {"ab\\", "", 0},
        {"(ab", "", 0},
        {"[ab", "", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(v); i++) {
        char out[128];
        size_t before = 0, n = regex_need(str_of(v[i].pattern), out, &before);
        if (!str_eq((Str){out, n}, str_of(v[i].need)) || (n && before != v[i].before))
            fail_msg("%s: \"%.*s\" after %zu", v[i].pattern, (int)n, out, before);
    }
}

static void append(char *out, size_t *n, const char *what)
{
    size_t more = strlen(what);
    memcpy(out + *n, what, more + 1);
    *n += more;
}

static void make_pattern(char *out, unsigned depth, size_t *n)
{
    static const char *const atoms[] = {"a", "b", "c", "ab", "abc", ".", "[ab]", "[^a]", "\\w", "\\.", "^", "$", "é", "\\b", "bca"};
    static const char *const counts[] = {"?", "*", "+", "{2}", "{0,1}", "*?", "+?", "{1,2}"};
    for (unsigned i = 1 + pick(4); i > 0; i--) {
        if (depth > 0 && pick(4) == 0) {
            append(out, n, pick(2) ? "(" : "(?:");
            make_pattern(out, depth - 1, n);
            append(out, n, ")");
        } else
            append(out, n, atoms[pick(ARRAY_LEN(atoms))]);
        if (pick(4) == 0 && out[*n - 1] != '^' && out[*n - 1] != '$' && out[*n - 1] != 'b')
            append(out, n, counts[pick(ARRAY_LEN(counts))]);
        if (i > 1 && pick(10) == 0)
            append(out, n, "|");
    }
}

static void make_text(char *out, size_t *n)
{
    static const char *const parts[] = {"a", "b", "c", "abc", "é", ".", "x", "日"};
    *n = 0;
    out[0] = '\0';
    for (unsigned i = pick(24); i > 0; i--)
        append(out, n, parts[pick(ARRAY_LEN(parts))]);
}

/* All matches of both, one behind the other. */
static void compare(const Regex *a, const Regex *b, RegexRun *run_a, RegexRun *run_b, const char *pattern, Str text)
{
    for (size_t from = 0; from <= text.n;) {
        const size_t *x = NULL, *y = NULL;
        uint32_t nx = 0, ny = 0;
        int ra = regex_match(a, run_a, text, from, &x, &nx), rb = regex_match(b, run_b, text, from, &y, &ny);
        if (ra != rb || nx != ny || (ra == 1 && memcmp(x, y, 2 * nx * sizeof(*x)) != 0))
            fail_msg("%s over %.*s from %zu: %d and %d", pattern, (int)text.n, text.p, from, ra, rb);
        if (ra <= 0)
            return;
        from = x[1] > x[0] ? x[1] : x[1] + 1;
        while (from < text.n && (text.p[from] & 0xc0) == 0x80)
            from++;
    }
}

static void agreement(void **state)
{
    (void)state;
    unsigned known = 0;
    for (unsigned i = 0; i < 600; i++) {
        Arena arena;
        Regex *a, *b;
        char pattern[512] = "", text[128], room[1024];
        size_t n = 0, before;
        seed = i;
        arena_init(&arena, NULL, 0);
        make_pattern(pattern, 2, &n);
        Str p = {pattern, n};
        assert_int_equal(regex_compile(&arena, p, STR(""), &a, NULL), 0);
        assert_int_equal(regex_compile(&arena, p, STR("x"), &b, NULL), 0);
        RegexRun *run_a = regex_run_new(&arena), *run_b = regex_run_new(&arena);
        known += regex_need(p, room, &before) > 0;
        for (unsigned k = 0; k < 20; k++) {
            make_text(text, &n);
            compare(a, b, run_a, run_b, pattern, (Str){text, n});
        }
        arena_done(&arena);
    }
    assert_true(known > 100);
}

static void simple_ones(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        bool simple;
    } v[] = {
        {"(&|^)channel_id=([^&]*)", true},
        {"abc", true},
        {"^abc$", true},
        {"(?:http|https)://([^/]+)/", true},
        {"(a|ab)(c|bcd)ef", true},
        {"x=[0-9]+$", true},
        {"k[ab]=([a-f0-9-]*)", true},
        {"a\\.b\\[c\\]", true},
        {"(ab)cd", true},
        {"(a|)bc", true},
        {"ab[^c]*cd", true},
        {"ab[^c]*dc", false}, /* what follows can begin with what the run is made of */
        {"ab[^c]*[^d]", false},
        {"ab[^c]*(c|d)", false},
        {"ab[^c]", false}, /* a character, which may be several bytes */
        {"ab[c-]*", true},
        {"ab[]c]*", false},
        {"ab[[:alpha:]]*", false},
        {"ab[\\d]*", false},
        {"ab[é]*", false},
        {"ab*c", false},
        {"ab{2}", false},
        {"(ab)*c", false},
        {"((ab)c)d", false},
        {"a.c", false},
        {"abc|d", false},
        {"(?i)abc", false},
        {"(?=ab)cd", false},
        {"\\bab", false},
        {"ab[^c]*?", false},
        {"ab[^c]*+", false},
        {"ab^*", false},
        {"(ab", false},
        {"ab)", false},
        {"[ab", false},
        {"ab\\", false},
        {"ab[z-a]", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(v); i++) {
        char room[128];
        RegexSimple simple;
        if (regex_simple_read(str_of(v[i].pattern), room, &simple) != v[i].simple)
            fail_msg("%s: %s simple", v[i].pattern, v[i].simple ? "not" : "is");
    }
}

/* Patterns that mostly are simple, with a text that every match has. */
static void make_simple(char *out, size_t *n)
{
    static const char *const before[] = {"",     "(&|^)", "(?:a|ab)", "^",     "[ab]",       "(a|b|ab|)", "b",
                                         "(ab)", "(é|a)", "[0-9a]",   "(^|b)", "(a|^)(b|c)", "[&=](a|)"};
    static const char *const needs[] = {"ab", "b=", "ca", "abc", "é", "a\\.", "aa", "==", "bab"};
    static const char *const after[] = {"",         "([^&]*)",   "[ab]*$",    "([0-9]+)",     "=[^=]*",      "(a|b|ab)c",
                                        "$",        "([^ab]*)a", "[abc]+(=)", "(b|bc|)(c|)a", "[^c]+c[^b]*", "c[a-c]*=",
                                        "([^&]+)&", "[^a&]*&",   "(=[^&]*)"};
    *n = 0;
    append(out, n, before[pick(ARRAY_LEN(before))]);
    append(out, n, needs[pick(ARRAY_LEN(needs))]);
    for (unsigned i = pick(3); i > 0; i--)
        append(out, n, after[pick(ARRAY_LEN(after))]);
    append(out, n, after[pick(ARRAY_LEN(after))]);
}

static void make_simple_text(char *out, size_t *n)
{
    static const char *const parts[] = {"a", "b", "c", "ab", "abc", "é", "&", "=", "b=", "a.", "7", "ca", "==", "bab"};
    *n = 0;
    out[0] = '\0';
    for (unsigned i = pick(pick(4) ? 12 : 60); i > 0; i--)
        append(out, n, parts[pick(ARRAY_LEN(parts))]);
}

static void simple_agreement(void **state)
{
    (void)state;
    unsigned n_simple = 0;
    for (unsigned i = 0; i < 1500; i++) {
        Arena arena;
        Regex *a, *b;
        RegexSimple simple;
        char pattern[256] = "", text[256], room[256];
        size_t n = 0;
        seed = i;
        arena_init(&arena, NULL, 0);
        make_simple(pattern, &n);
        Str p = {pattern, n};
        assert_int_equal(regex_compile(&arena, p, STR(""), &a, NULL), 0);
        assert_int_equal(regex_compile(&arena, p, STR("x"), &b, NULL), 0);
        RegexRun *run_a = regex_run_new(&arena), *run_b = regex_run_new(&arena);
        n_simple += regex_simple_read(p, room, &simple);
        for (unsigned k = 0; k < 40; k++) {
            make_simple_text(text, &n);
            compare(a, b, run_a, run_b, pattern, (Str){text, n});
        }
        arena_done(&arena);
    }
    assert_true(n_simple > 400);
}

/* A run that is walked over from each place is left to PCRE2, which gives the same. */
static void long_runs(void **state)
{
    (void)state;
    Arena arena;
    Regex *re;
    const size_t *span;
    uint32_t n;
    char text[2001];
    arena_init(&arena, NULL, 0);
    for (size_t i = 0; i + 1 < sizeof(text); i += 2)
        memcpy(text + i, "ab", 2);
    assert_int_equal(regex_compile(&arena, STR("ab[^x]*xy"), STR(""), &re, NULL), 0);
    RegexRun *run = regex_run_new(&arena);
    assert_int_equal(regex_match(re, run, (Str){text, 2000}, 0, &span, &n), 0);
    memcpy(text + 1998, "xy", 2);
    assert_int_equal(regex_match(re, run, (Str){text, 2000}, 0, &span, &n), 1);
    assert_int_equal(span[1], 2000);
    assert_int_equal(regex_match(re, run, STR("ab\xff"), 0, &span, &n), -ERR_CHARACTER_NOT_IN_REPERTOIRE);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(needs), cmocka_unit_test(agreement), cmocka_unit_test(simple_ones),
                                       cmocka_unit_test(simple_agreement), cmocka_unit_test(long_runs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
