/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions of which a part is looked for before they are matched give the matches of those without: the flag x, which
 * changes nothing in a pattern without blanks, forbids the part.  And what is found for patterns of each kind. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(needs), cmocka_unit_test(agreement)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
