/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: windows of days and months by the clock of a time zone, over changes of daylight-saving time.  Random zones, kinds,
 * sizes, slides, offsets and times, also before 1970; the model asks the C library when each boundary is and looks at every window.
 * Compared with it: the bounded SELECT, and a stream that emits each window when it closes.  Public header alone.
 *
 *   prop_calendar [first_seed n_seeds] */
#include "laminar.h"
#include "seeds.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROWS 60
#define SEEDS 150
#define WINDOWS_MAX 4000

typedef struct Window {
    int64_t start, end;
    int sum;
} Window;

typedef struct Case {
    const char *kind;
    bool months;
    int size, slide, offset_hours;
    Window window[WINDOWS_MAX];
    int n_windows;
} Case;

static LaminarConnection *db;

/* ---- the model ---- */

static int64_t boundary(const Case *c, int tick)
{
    struct tm tm = {.tm_year = 70,
                    .tm_mon = c->months ? tick : 0,
                    .tm_mday = 1 + (c->months ? 0 : tick),
                    .tm_hour = c->offset_hours};
    tm.tm_isdst = -1;
    return mktime(&tm);
}

static void add(Case *c, int64_t start, int64_t end, int v)
{
    int i = 0;
    while (i < c->n_windows && (c->window[i].start != start || c->window[i].end != end))
        i++;
    if (i == WINDOWS_MAX)
        exit(2);
    if (i == c->n_windows)
        c->window[c->n_windows++] = (Window){start, end, 0};
    c->window[i].sum += v;
}

static int floor_to(int n, int unit)
{
    int rest = n % unit;
    return n - (rest < 0 ? rest + unit : rest);
}

static void model_row(Case *c, int64_t t, int v)
{
    int days = (int)(t / 86400), about = c->months ? days / 30 : days;
    bool cumulates = strcmp(c->kind, "CUMULATE") == 0;
    for (int first = floor_to(about - 40 - c->size, cumulates ? c->size : c->slide); first < about + 40;
         first += cumulates ? c->size : c->slide)
        for (int length = cumulates ? c->slide : c->size; length <= c->size; length += c->slide) {
            int64_t start = boundary(c, first), end = boundary(c, first + length);
            if (t >= start && t < end)
                add(c, start, end, v);
        }
}

/* ---- comparing ---- */

static bool find(const Case *c, int64_t start, int64_t end, int sum)
{
    for (int i = 0; i < c->n_windows; i++)
        if (c->window[i].start == start && c->window[i].end == end)
            return c->window[i].sum == sum;
    return false;
}

static bool compare(const Case *c, const char *sql, const char *what, uint64_t seed)
{
    LaminarQueryResult *res;
    size_t n = 0, n_rows = 0, n_all = 0;
    long long value[3]; /* start, end, sum */
    if (laminar_query(db, sql, &res) != LAMINAR_OK) {
        printf("seed %llu: %s\n  %s\n", (unsigned long long)seed, laminar_last_error(), sql);
        return false;
    }
    bool same = true;
    laminar_result_num_batches(res, &n);
    for (size_t i = 0; i < n; i++) {
        LaminarRecordBatch *b;
        laminar_result_get_batch(res, i, &b);
        laminar_batch_num_rows(b, &n_rows);
        for (size_t r = 0; r < n_rows && same; r++) {
            for (size_t k = 0; k < 3; k++) {
                const char *text = NULL; /* good until the next call */
                laminar_batch_text(b, r, k, &text, NULL);
                value[k] = text ? atoll(text) : 0;
            }
            same = find(c, value[0], value[1], (int)value[2]);
            if (!same)
                printf("seed %llu: %s has the window %lld, %lld with sum %lld\n  %s\n", (unsigned long long)seed, what, value[0],
                       value[1], value[2], sql);
        }
        n_all += n_rows;
        laminar_batch_free(b);
    }
    laminar_result_free(res);
    if (same && n_all != (size_t)c->n_windows)
        printf("seed %llu: %s has %zu windows instead of %d\n  %s\n", (unsigned long long)seed, what, n_all, c->n_windows, sql);
    return same && n_all == (size_t)c->n_windows;
}

static bool run(const char *sql)
{
    if (laminar_execute(db, sql, NULL) == LAMINAR_OK)
        return true;
    printf("%s\n  %s\n", laminar_last_error(), sql);
    return false;
}

static bool push_rows(Case *c)
{
    char sql[200];
    static const int64_t years[] = {0, 1711843200 /* 2024-03-31 */, 1730001600 /* 2024-10-27 */, -252460800 /* 1962 */, 2066000000};
    int64_t about = years[draw(5)];
    for (int i = 0; i < ROWS; i++) {
        int64_t t = about + (int64_t)draw(c->months ? 700 * 86400 : 12 * 86400) - 5 * 86400;
        int v = 1 + draw(9);
        if (draw(4) == 0)
            t = boundary(c, (int)(t / 86400) / (c->months ? 30 : 1)) - draw(2);
        model_row(c, t, v);
        snprintf(sql, sizeof(sql), "INSERT INTO e SELECT %d, to_timestamp_s(%lld)", v, (long long)t);
        if (!run(sql))
            return false;
    }
    return run("INSERT INTO e SELECT 0, TIMESTAMP '2200-01-01'"); /* closes all; its own window never does */
}

static bool play(uint64_t seed)
{
    static const char *const zones[] = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
                                        "UTC",           "Pacific/Auckland"};
    static const char *const kinds[] = {"TUMBLE", "HOP", "CUMULATE"};
    static const int offsets[] = {0, 0, 6, -5};
    static Case c;
    char call[300], sql[700];
    const char *zone = zones[draw(6)];
    c = (Case){.kind = kinds[draw(3)], .months = draw(2), .slide = 1 + draw(4), .offset_hours = offsets[draw(4)]};
    c.size = strcmp(c.kind, "TUMBLE") == 0 ? c.slide : strcmp(c.kind, "HOP") == 0 ? c.slide + draw(8) : c.slide * (1 + draw(4));
    setenv("TZ", zone, 1);
    tzset();
    const char *unit = c.months ? "MONTH" : "DAY";
    if (strcmp(c.kind, "TUMBLE") == 0)
        snprintf(call, sizeof(call), "TUMBLE(ts, INTERVAL '%d' %s, INTERVAL '%d' HOUR, '%s')", c.size, unit, c.offset_hours, zone);
    else
        snprintf(call, sizeof(call), "%s(ts, INTERVAL '%d' %s, INTERVAL '%d' %s, INTERVAL '%d' HOUR, '%s')", c.kind, c.slide, unit,
                 c.size, unit, c.offset_hours, zone);
    bool ok = laminar_open(&db) == LAMINAR_OK && run("CREATE SOURCE e (v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL "
                                                     "'3000' DAY) WITH (max_future_skew = '100000 days')");
    snprintf(sql, sizeof(sql),
             "CREATE STREAM w AS SELECT window_start AS a, window_end AS b, sum(v) AS s FROM e GROUP BY %s EMIT ON WINDOW CLOSE",
             call);
    ok = ok && run(sql) && run("CREATE MATERIALIZED VIEW m AS SELECT * FROM w") && push_rows(&c);
    static const char columns[] = "CAST(extract(epoch FROM %s) AS BIGINT), CAST(extract(epoch FROM %s) AS BIGINT), %s";
    char list[200];
    snprintf(list, sizeof(list), columns, "window_start", "window_end", "sum(v)");
    snprintf(sql, sizeof(sql), "SELECT %s FROM e WHERE v > 0 GROUP BY %s", list, call);
    ok = ok && compare(&c, sql, "the SELECT", seed);
    snprintf(list, sizeof(list), columns, "a", "b", "s");
    snprintf(sql, sizeof(sql), "SELECT %s FROM m", list);
    ok = ok && compare(&c, sql, "the stream", seed);
    if (!ok)
        printf("  %s\n  replay: prop_calendar %llu 1\n", call, (unsigned long long)seed);
    laminar_close(db);
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : SEEDS;
    int passed = 0;
    for (uint64_t seed = first; seed < first + n; seed++) {
        rng_state = seed;
        passed += play(seed);
    }
    printf("%d passed, %d failed, 0 skipped\n", passed, (int)n - passed);
    return passed == (int)n ? 0 : 1;
}
