/* SPDX-License-Identifier: Apache-2.0
 *
 * Time zones: files made here, so that nothing depends on the machine's; what the clock shows, twice and never. */
#include "base/calendar.h"
#include "base/zone.h"

#include "test_util.h"

typedef struct File {
    char byte[512];
    size_t n;
} File;

static void put(File *f, uint64_t v, int bytes)
{
    while (bytes-- > 0)
        f->byte[f->n++] = (char)(v >> 8 * bytes);
}

static void header(File *f, uint32_t n_times, uint32_t n_types, uint32_t n_leap)
{
    memcpy(f->byte + f->n, "TZif2", 5);
    memset(f->byte + f->n + 5, 0, 15);
    f->n += 20;
    for (int i = 0; i < 6; i++)
        put(f, i == 2 ? n_leap : i == 3 ? n_times : i == 4 ? n_types : i == 5 ? 4 : 0, 4);
}

static void block(File *f, const int64_t *at, const uint8_t *type, uint32_t n, const int32_t *east, uint32_t n_types,
                  int time_bytes)
{
    for (uint32_t i = 0; i < n; i++)
        put(f, (uint64_t)at[i], time_bytes);
    for (uint32_t i = 0; i < n; i++)
        put(f, type[i], 1);
    for (uint32_t i = 0; i < n_types; i++) {
        put(f, (uint32_t)east[i], 4);
        put(f, 0, 2);
    }
    put(f, 0x41424300, 4);
}

static const TimeZone *make(Arena *a, const int64_t *at, const uint8_t *type, uint32_t n, const int32_t *east, uint32_t n_types,
                            const char *rule)
{
    File f = {.n = 0};
    TimeZone *z = NULL;
    header(&f, 0, 1, 0);
    block(&f, NULL, NULL, 0, east, 1, 4);
    header(&f, n, n_types, 0);
    block(&f, at, type, n, east, n_types, 8);
    f.n += (size_t)snprintf(f.byte + f.n, sizeof(f.byte) - f.n, "\n%s\n", rule);
    assert_int_equal(zone_parse(a, (Str){f.byte, f.n}, "test", &z), 0);
    return z;
}

static int64_t us(const char *text)
{
    int64_t t;
    bool has_zone;
    assert_int_equal(timestamp_parse(str_of(text), &t, &has_zone), 0);
    return t;
}

static void check(const TimeZone *z, const char *utc, const char *local)
{
    int64_t t = us(utc);
    assert_int_equal(t + zone_east_us(z, t), us(local));
}

static void check_moment(const TimeZone *z, const char *local, const char *first, const char *last)
{
    int64_t t;
    assert_true(zone_moment(z, us(local), FOLD_FIRST, &t));
    assert_int_equal(t, us(first));
    assert_true(zone_moment(z, us(local), FOLD_LAST, &t));
    assert_int_equal(t, us(last));
}

static void test_rule(void **state)
{
    (void)state;
    Arena a;
    arena_init(&a, NULL, 0);
    const int32_t east[] = {3208, 3600, 7200};
    const TimeZone *z = make(&a, (const int64_t[]){-2422054408}, (const uint8_t[]){1}, 1, east, 3, "CET-1CEST,M3.5.0,M10.5.0/3");
    check(z, "1890-01-01 00:00:00", "1890-01-01 00:53:28");
    check(z, "2024-03-31 00:59:59", "2024-03-31 01:59:59");
    check(z, "2024-03-31 01:00:00", "2024-03-31 03:00:00");
    check(z, "2024-10-27 00:59:59", "2024-10-27 02:59:59");
    check(z, "2024-10-27 01:00:00", "2024-10-27 02:00:00");
    check(z, "2424-07-01 00:00:00", "2424-07-01 02:00:00"); /* behind the table */
    check(z, "9999-12-31 00:00:00", "9999-12-31 01:00:00");
    check_moment(z, "2024-10-27 02:30:00", "2024-10-27 00:30:00", "2024-10-27 01:30:00");
    check_moment(z, "2024-03-31 02:30:00", "2024-03-31 01:30:00", "2024-03-31 01:30:00");
    check_moment(z, "2824-10-27 02:30:00", "2824-10-27 00:30:00", "2824-10-27 01:30:00");
    check_moment(z, "2291-01-01 00:00:00", "2290-12-31 23:00:00", "2290-12-31 23:00:00");
    int64_t t;
    assert_false(zone_moment(z, INT64_MAX - 1, FOLD_FIRST, &t));
    assert_false(zone_moment(z, INT64_MIN + 1, FOLD_FIRST, &t));
    arena_done(&a);
}

/* South of the equator, with the other forms of dates and signs. */
static void test_south(void **state)
{
    (void)state;
    Arena a;
    arena_init(&a, NULL, 0);
    const TimeZone *z = make(&a, NULL, NULL, 0, (const int32_t[]){37800}, 1, "<+1030>-10:30<+11>-11,J275/2,90/2");
    check(z, "2024-01-15 00:00:00", "2024-01-15 11:00:00");
    check(z, "2024-07-15 00:00:00", "2024-07-15 10:30:00");
    check(z, "2024-03-30 14:59:59", "2024-03-31 01:59:59"); /* day 90 of a leap year, from 0: March 31 */
    check(z, "2024-03-30 15:00:00", "2024-03-31 01:30:00");
    check(z, "2024-10-01 15:30:00", "2024-10-02 02:30:00"); /* J275: October 2 in any year */
    assert_false(z->skips_days);
    arena_done(&a);
}

static void test_skipped_day(void **state)
{
    (void)state;
    Arena a;
    arena_init(&a, NULL, 0);
    const TimeZone *z =
        make(&a, (const int64_t[]){1325239200}, (const uint8_t[]){1}, 1, (const int32_t[]){-36000, 50400}, 2, "<+14>-14");
    assert_true(z->skips_days);
    check_moment(z, "2011-12-29 12:00:00", "2011-12-29 22:00:00", "2011-12-29 22:00:00");
    check_moment(z, "2011-12-30 00:00:00", "2011-12-30 10:00:00", "2011-12-30 10:00:00");
    check_moment(z, "2011-12-31 00:00:00", "2011-12-30 10:00:00", "2011-12-30 10:00:00");
    arena_done(&a);
}

static void test_bad_files(void **state)
{
    (void)state;
    Arena a;
    TimeZone *z;
    arena_init(&a, NULL, 0);
    File f = {.n = 0};
    header(&f, 0, 1, 0);
    block(&f, NULL, NULL, 0, (const int32_t[]){0}, 1, 4);
    header(&f, 1, 1, 0);
    block(&f, (const int64_t[]){0}, (const uint8_t[]){7}, 1, (const int32_t[]){0}, 1, 8);
    for (size_t n = 0; n <= f.n; n++) { /* cut anywhere; and a type that is not there */
        char *copy = arena_alloc(&a, n + 1);
        memcpy(copy, f.byte, n);
        assert_int_equal(zone_parse(&a, (Str){copy, n}, "cut", &z), -ERR_INVALID_TEXT);
    }
    f.n = 0;
    header(&f, 0, 1, 0);
    block(&f, NULL, NULL, 0, (const int32_t[]){0}, 1, 4);
    header(&f, 0, 1, 1);
    assert_int_equal(zone_parse(&a, (Str){f.byte, sizeof(f.byte)}, "leap seconds", &z), -ERR_INVALID_TEXT);
    arena_done(&a);
}

static int bytes_of(char *name, Arena *a, Str *ret)
{
    File f = {.n = 0};
    if (strcmp(name, "Here/There") != 0)
        return -ERR_FILE_NOT_FOUND;
    header(&f, 0, 1, 0);
    block(&f, NULL, NULL, 0, (const int32_t[]){3600}, 1, 4);
    header(&f, 0, 1, 0);
    block(&f, NULL, NULL, 0, (const int32_t[]){3600}, 1, 8);
    *ret = (Str){arena_memdup(a, f.byte, f.n), f.n};
    return 0;
}

static void test_find(void **state)
{
    (void)state;
    assert_null(zone_find(STR("Here/There")));
    zone_set_loader(bytes_of);
    const TimeZone *z = zone_find(STR("Here/There"));
    assert_non_null(z);
    assert_int_equal(zone_east_us(z, 0), US_PER_HOUR);
    assert_ptr_equal(zone_find(STR("here/there")), z);
    assert_null(zone_find(STR("../Here/There")));
    assert_null(zone_find(STR("/Here")));
    assert_null(zone_find(STR("")));
    zone_set_loader(NULL);
}

/* What SET timezone takes beside names. */
static void test_setting(void **state)
{
    static const struct {
        const char *text, *name;
        int64_t east_s;
        const char *abbr;
    } good[] = {{"+02", "<+02>-02", 7200, "+02"},
                {"-3.5", "<-03:30>+03:30", -12600, "-03:30"},
                {"0", "<+00>-00", 0, "+00"},
                {"+02:00", "+02:00", -7200, ""},
                {"FOO-3", "FOO-3", 10800, "FOO"},
                {"<+02>-02", "<+02>-02", 7200, "+02"},
                {"FOO+3:30", "FOO+3:30", -12600, "FOO"}};
    static const char *const bad[] = {"", "200", "nan", "FOO", "FO-3", "<+02-02", "FOO-3BAR,", "FOO-3BAR,M3.5.0", "FOO-3x"};
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        const TimeZone *z = zone_of_setting(str_of(good[i].text));
        assert_non_null(z);
        assert_string_equal(z->name, good[i].name);
        assert_int_equal(zone_east_us(z, 0), good[i].east_s * US_PER_SECOND);
        assert_string_equal(zone_abbr(z, 0), good[i].abbr);
        assert_ptr_equal(zone_of_setting(str_of(good[i].name)), z);
        assert_int_equal(zone_is_utc(z), good[i].east_s == 0);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_null(zone_of_setting(str_of(bad[i])));
    assert_null(zone_fixed(INT64_C(700000)));
}

static void test_in_use(void **state)
{
    char buf[CALENDAR_TEXT_MAX];
    int64_t t;
    (void)state;
    const TimeZone *z = zone_of_setting(STR("CET-1CEST,M3.5.0,M10.5.0/3"));
    assert_non_null(z);
    assert_string_equal(zone_abbr(z, us("2026-07-01 00:00")), "CEST");
    assert_null(zone_in_use());
    {
        WITH_ZONE(z);
        timestamptz_print(us("2026-07-01 10:00"), buf);
        assert_string_equal(buf, "2026-07-01 12:00:00+02");
        timestamptz_print(INT64_MAX - 1, buf); /* the clock is beyond the range */
        assert_string_equal(buf, "294247-01-10 04:00:54.775806+00");
        assert_int_equal(timestamptz_parse(STR("2026-10-25 02:30"), &t), 0);
        assert_int_equal(t, us("2026-10-25 01:30"));
        assert_int_equal(timestamptz_parse(STR("2026-10-25 02:30Z"), &t), 0);
        assert_int_equal(t, us("2026-10-25 02:30"));
        assert_int_equal(timestamptz_parse(STR("infinity"), &t), 0);
        assert_int_equal(t, TIMESTAMP_INFINITY);
        assert_int_equal(timestamptz_parse(STR("294247-01-10 04:00:54.775806"), &t), -ERR_DATETIME_OVERFLOW);
    }
    assert_null(zone_in_use());
    assert_int_equal(zone_add(z, us("2026-03-28 11:00"), &(Interval){.days = 1}, &t), 0);
    assert_int_equal(t, us("2026-03-29 10:00"));
    assert_int_equal(zone_add(z, us("2026-01-30 23:30"), &(Interval){.months = 1, .days = 1, .ns = 1000}, &t), 0);
    assert_int_equal(t, us("2026-02-28 23:30:00.000001"));
    assert_true(zone_add(z, INT64_MAX - 1, &(Interval){.months = 1}, &t) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_setting),     cmocka_unit_test(test_in_use),
                                       cmocka_unit_test(test_rule),        cmocka_unit_test(test_south),
                                       cmocka_unit_test(test_skipped_day), cmocka_unit_test(test_bad_files),
                                       cmocka_unit_test(test_find)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
