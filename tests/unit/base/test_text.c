/* SPDX-License-Identifier: Apache-2.0
 *
 * Strings, buffers, UTF-8 and the "Did you mean". */
#include "test_util.h"

#include "base/find.h"

static void slices(void **state)
{
    (void)state;
    Str head, rest;
    assert_true(str_eq(STR(""), (Str){NULL, 0}));
    assert_true(str_eq_nocase(STR("AbC[z"), STR("aBc[Z")));
    assert_false(str_eq_nocase(STR("["), STR("{")));
    assert_false(str_eq_nocase(STR("\xC4"), STR("\xE4")));
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("b"), STR("ab")) > 0);
    assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
    assert_int_equal(str_cmp(STR(""), STR("")), 0);
    assert_true(str_starts(STR("abc"), STR("")) && str_starts(STR("abc"), STR("ab")) && !str_starts(STR("a"), STR("ab")));
    assert_true(str_starts_nocase(STR("ABC"), STR("ab")));
    assert_true(str_eq(str_trim(STR(" \t\n x y \r")), STR("x y")));
    assert_int_equal(str_trim(STR("   ")).n, 0);
    assert_true(str_cut(STR("k=v=w"), '=', &head, &rest) && str_eq(head, STR("k")) && str_eq(rest, STR("v=w")));
    assert_false(str_cut(STR("kv"), '=', &head, &rest));
    assert_true(str_eq(head, STR("kv")) && rest.n == 0);
    assert_true(str_cut(STR("="), '=', &head, &rest) && head.n == 0 && rest.n == 0);
}

static void nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"format", "path", "delimiter", "header"};
    assert_int_equal(str_distance(STR("kitten"), STR("sitting"), 9), 3);
    assert_int_equal(str_distance(STR("ab"), STR("ba"), 9), 1);
    assert_int_equal(str_distance(STR("ABC"), STR("abc"), 9), 0);
    assert_int_equal(str_distance(STR(""), STR("abc"), 9), 3);
    assert_int_equal(str_distance(STR("abcdef"), STR("uvwxyz"), 2), 3);
    assert_string_equal(str_nearest(STR("fromat"), names, 4), "format");
    assert_string_equal(str_nearest(STR("DELIMITR"), names, 4), "delimiter");
    assert_null(str_nearest(STR("zzzzzz"), names, 4));
    assert_null(str_nearest(STR("x"), names, 4));
    char big[300];
    memset(big, 'a', sizeof(big));
    assert_int_equal(str_distance((Str){big, 300}, (Str){big, 300}, 5), 0);
    assert_int_equal(str_distance((Str){big, 300}, (Str){big, 299}, 5), 6);
}

static void buffer(void **state)
{
    (void)state;
    Account acct;
    StrBuf b;
    account_init(&acct, NULL, "test");
    sb_init(&b, &acct);
    assert_string_equal(sb_cstr(&b), "");
    sb_puts(&b, "");
    assert_string_equal(sb_cstr(&b), "");
    char want[8000] = "";
    size_t n = 0;
    for (int i = 0; i < 500; i++) {
        sb_printf(&b, "%d,", i);
        sb_putc(&b, 'x');
        n += (size_t)snprintf(want + n, sizeof(want) - n, "%d,x", i);
    }
    assert_string_equal(sb_cstr(&b), want);
    assert_int_equal(b.n, n);
    sb_clear(&b);
    assert_string_equal(sb_cstr(&b), "");
    sb_printf(&b, "%5000d", 7);
    assert_int_equal(b.n, 5000);
    assert_false(b.failed);
    acct.limit_bytes = atomic_load(&acct.bytes) + 100;
    char chunk[9000];
    memset(chunk, 'y', sizeof(chunk));
    sb_put(&b, chunk, sizeof(chunk));
    assert_true(b.failed);
    assert_int_equal(b.n, 5000);
    sb_putc(&b, 'z');
    assert_int_equal(b.n, 5000);
    assert_false(sb_reserve(&b, SIZE_MAX));
    sb_done(&b);
    account_done(&acct);
}

static const struct {
    const char *bytes;
    bool valid;
} utf8_vectors[] = {
    {"", true},
    {"plain", true},
    {"\xC2\x80", true},
    {"\xDF\xBF", true},
    {"\xE0\xA0\x80", true},
    {"\xED\x9F\xBF", true},
    {"\xEE\x80\x80", true},
    {"\xEF\xBF\xBF", true},
    {"\xF0\x90\x80\x80", true},
    {"\xF4\x8F\xBF\xBF", true},
    {"0123456789abcdef0123456789abcdef\xE2\x82\xAC", true},
    {"\x80", false},
    {"\xC0\x80", false},
    {"\xC1\xBF", false},
    {"\xE0\x9F\xBF", false},
    {"\xED\xA0\x80", false},
    {"\xED\xBF\xBF", false},
    {"\xF0\x8F\xBF\xBF", false},
    {"\xF4\x90\x80\x80", false},
    {"\xF5\x80\x80\x80", false},
    {"\xFF", false},
    {"\xC2", false},
    {"\xE2\x82", false},
    {"\xF0\x9F\x98", false},
    {"\xE2\x28\xA1", false},
    {"0123456789abcdef0123456789abcdef\xE2\x82", false},
    {"0123456789abcde\xE2\x82\xACghijklmnopqrstuvwxyz\x80zzzzzzzzzzzzzzzzzzzzzz", false},
};

static void utf8_validity(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(utf8_vectors); i++)
        if (utf8_is_valid(utf8_vectors[i].bytes, strlen(utf8_vectors[i].bytes)) != utf8_vectors[i].valid)
            fail_msg("vector %zu", i);
}

/* The fast validator against the decoder, one character after the other. */
static void utf8_agreement(void **state)
{
    (void)state;
    char buf[80];
    for (int round = 0; round < 200000; round++) {
        size_t n = 0, length = 0, want = test_random() % 60;
        while (n < want) {
            uint32_t cp = (uint32_t)test_random() >> (test_random() % 32);
            int k = utf8_encode(cp % 0x110000, buf + n);
            n += (size_t)k;
            length += k > 0;
        }
        assert_true(utf8_is_valid(buf, n));
        assert_int_equal(utf8_length(buf, n), length);
        if (n == 0)
            continue;
        size_t k = test_random() % (length + 2), at = 0;
        uint32_t cp;
        for (size_t i = 0; i < k && at < n; i++)
            at += (size_t)utf8_decode(buf + at, n - at, &cp);
        assert_int_equal(utf8_offset(buf, n, k), at);
        buf[test_random() % n] = (char)test_random();
        bool valid = true;
        for (size_t i = 0; i < n && valid;) {
            int taken = utf8_decode(buf + i, n - i, &cp);
            valid = taken > 0;
            i += (size_t)taken;
        }
        assert_int_equal(utf8_is_valid(buf, n), valid);
    }
}

static void utf8_points(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp < 0x110000 + 10; cp++) {
        char out[4];
        uint32_t back;
        int n = utf8_encode(cp, out);
        bool legal = cp <= 0x10FFFF && !(cp >= 0xD800 && cp < 0xE000);
        assert_int_equal(n > 0, legal);
        if (legal)
            assert_true(utf8_decode(out, (size_t)n, &back) == n && back == cp);
    }
}

/* Every length around the sixteen bytes that are looked at together; the text ends where its memory does. */
static void finding(void **state)
{
    (void)state;
    assert_int_equal(find_text(STR("abc"), STR("")), 0);
    assert_true(find_text(STR(""), STR("a")) == SIZE_MAX);
    for (unsigned round = 0; round < 20000; round++) {
        size_t n = test_random() % 50, m = 1 + test_random() % 20;
        char *s = malloc(n ? n : 1), needle[20];
        assert_non_null(s);
        for (size_t i = 0; i < n; i++)
            s[i] = (char)('a' + test_random() % 2);
        for (size_t i = 0; i < m; i++)
            needle[i] = (char)('a' + test_random() % 2);
        if (n >= m && test_random() % 2)
            memcpy(s + test_random() % (n - m + 1), needle, m);
        const char *at = n >= m ? memmem(s, n, needle, m) : NULL;
        assert_true(find_text((Str){s, n}, (Str){needle, m}) == (at ? (size_t)(at - s) : SIZE_MAX));
        for (size_t i = 0; i < n; i++) {
            unsigned mask = find_mask((Str){s, n}, i, 'a'), want = 0;
            for (size_t k = i; k < n && k < i + 16; k++)
                want |= (unsigned)(s[k] == 'a') << (k - i);
            assert_int_equal(mask, want);
        }
        free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices),         cmocka_unit_test(nearest),     cmocka_unit_test(buffer),  cmocka_unit_test(utf8_validity),
        cmocka_unit_test(utf8_agreement), cmocka_unit_test(utf8_points), cmocka_unit_test(finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
