/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of the moment and of chance.  now() and its kin are the processing time of the step, which is logged, so that a replay
 * gives the same; watermark() is NULL until there is one.  random() and gen_random_uuid() are volatile. */
#include "base/hash.h"
#include "func/func_impl.h"

static int fill_i64(Vec *dst, Rows rows, int64_t v)
{
    EACH_ROW(rows, r)
    ((int64_t *)dst->data)[r] = v;
    return 0;
}

static int now_ts(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return fill_i64(dst, rows, x->now_us);
}

static int now_time(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return fill_i64(dst, rows, floor_mod(x->now_us, US_PER_DAY));
}

static int now_date(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    ((int32_t *)dst->data)[r] = (int32_t)floor_div(x->now_us, US_PER_DAY);
    return 0;
}

static int watermark(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    if (x->watermark_us == INT64_MIN) {
        TRY(vec_add_valid(dst, x->arena));
        EACH_ROW(rows, r)
        bit_clear(dst->valid, r);
    }
    return fill_i64(dst, rows, x->watermark_us);
}

static bool has_random(EvalCtx *x, Rows rows)
{
    if (x->rand64)
        return true;
    EACH_ROW(rows, r)
    row_error(x, r, ERR_NONDETERMINISTIC, "random values are not available here");
    return false;
}

/* What comes behind setseed(): splitmix64. */
static uint64_t seeded_next(uint64_t *seed)
{
    *seed += UINT64_C(0x9e3779b97f4a7c15) + (*seed == 0 - UINT64_C(0x9e3779b97f4a7c15)); /* 0: there is no seed */
    return hash_combine(*seed, UINT64_C(0x2545f4914f6cdd1d));
}

/* 53 bits: every multiple of 2^-53 in [0, 1). */
static int random_f64(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    uint64_t *seed = x->sequences ? x->sequences->random_seed : NULL;
    if (seed && *seed) {
        EACH_ROW(rows, r)
        ((double *)dst->data)[r] = (double)(seeded_next(seed) >> 11) * 0x1p-53;
        return 0;
    }
    bool can = has_random(x, rows);
    EACH_ROW(rows, r)
    ((double *)dst->data)[r] = can ? (double)(x->rand64(x->rand_self) >> 11) * 0x1p-53 : 0;
    return 0;
}

/* Version 4 of RFC 4122. */
static int random_uuid(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    bool can = has_random(x, rows);
    EACH_ROW(rows, r)
    {
        uint64_t word[2] = {can ? x->rand64(x->rand_self) : 0, can ? x->rand64(x->rand_self) : 0};
        Uuid u;
        memcpy(u.b, word, sizeof(u.b));
        u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x40);
        u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
        ((Uuid *)dst->data)[r] = u;
    }
    return 0;
}

#define NOW(name, t, k, help, example) FN0(name, t, k, FN_STABLE | FN_NOT_NULL, help, example)
const FuncDef fn_stream[] = {
    NOW("now", T_TSTZ, now_ts, "processing time of the step", "now() -> 2026-01-31 12:00:00+00"),
    NOW("current_timestamp", T_TSTZ, now_ts, "processing time of the step", "current_timestamp -> 2026-01-31 12:00:00+00"),
    NOW("localtimestamp", T_TS, now_ts, "processing time of the step, without zone", "localtimestamp -> 2026-01-31 12:00:00"),
    NOW("proctime", T_TS, now_ts, "processing time of the step, without zone", "proctime() -> 2026-01-31 12:00:00"),
    NOW("current_date", T_DATE, now_date, "date of the step's processing time, in the zone of the session",
        "current_date -> 2026-01-31"),
    NOW("localtime", T_TIME, now_time, "time of day of the step, in the zone of the session", "localtime -> 12:00:00"),
    FN0("watermark", T_TS, watermark, FN_STABLE, "current watermark of the input; NULL before the first",
        "watermark() -> 2026-01-31 11:59:55"),
    FN0("current_watermark", T_TS, watermark, FN_STABLE, "current watermark of the input, as watermark()",
        "current_watermark() -> 2026-01-31 11:59:55"),
    FN0("random", T_F64, random_f64, FN_VOLATILE | FN_ERR | FN_NOT_NULL, "random value, 0 <= x < 1", "random() -> 0.8971"),
    FN0("gen_random_uuid", T_UUID, random_uuid, FN_VOLATILE | FN_ERR | FN_NOT_NULL, "random UUID, version 4",
        "gen_random_uuid() -> 5b30857f-0bfa-48b5-ac0b-5c64e28078d1"),
    {0},
};

#define WINDOW(name, args, help, example) FN0(name, T_TS, NULL, FN_WINDOW, help, example, .signature = args)
#define TS_SIZE "timestamp, interval [, interval] [, text]"                /* the time, the size; offset and zone */
#define TS_STEP_SIZE "timestamp, interval, interval [, interval] [, text]" /* .. and a slide or step before the size */
/* Recognised in GROUP BY by the binder; here for help and completion. */
const FuncDef fn_window[] = {
    WINDOW("tumble", TS_SIZE, "windows of one size, side by side",
           "SELECT count(*) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) GROUP BY tumble(ts, INTERVAL '1' MINUTE)"),
    WINDOW("tumble_start", TS_SIZE, "start of the tumbling window",
           "SELECT tumble_start(ts, INTERVAL '1' MINUTE) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) GROUP BY "
           "tumble(ts, INTERVAL '1' MINUTE) -> 2024-05-06 07:08:00"),
    WINDOW("tumble_end", TS_SIZE, "end of the tumbling window",
           "SELECT tumble_end(ts, INTERVAL '1' MINUTE) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) GROUP BY "
           "tumble(ts, INTERVAL '1' MINUTE) -> 2024-05-06 07:09:00"),
    WINDOW("tumble_rowtime", TS_SIZE, "end of the window less a millisecond, as window_time",
           "SELECT tumble_rowtime(ts, INTERVAL '1' MINUTE) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) GROUP BY "
           "tumble(ts, INTERVAL '1' MINUTE) -> 2024-05-06 07:08:59.999"),
    WINDOW("hop", TS_STEP_SIZE, "windows of one size that start every slide",
           "SELECT count(*) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) GROUP BY hop(ts, INTERVAL '1' MINUTE, "
           "INTERVAL '5' MINUTE)"),
    WINDOW("hop_start", TS_STEP_SIZE, "start of the hopping window",
           "SELECT hop_start(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t "
           "(ts) GROUP BY hop(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)"),
    WINDOW("hop_end", TS_STEP_SIZE, "end of the hopping window",
           "SELECT hop_end(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) "
           "GROUP BY hop(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)"),
    WINDOW("hop_rowtime", TS_STEP_SIZE, "end of the window less a millisecond, as window_time",
           "SELECT hop_rowtime(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t "
           "(ts) GROUP BY hop(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)"),
    WINDOW("slide", TS_STEP_SIZE, "another name of hop",
           "SELECT count(*) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) GROUP BY slide(ts, INTERVAL '1' MINUTE, "
           "INTERVAL '5' MINUTE)"),
    WINDOW("slide_start", TS_STEP_SIZE, "start of the sliding window",
           "SELECT slide_start(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t "
           "(ts) GROUP BY slide(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)"),
    WINDOW("slide_end", TS_STEP_SIZE, "end of the sliding window",
           "SELECT slide_end(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t "
           "(ts) GROUP BY slide(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)"),
    WINDOW("session", "timestamp, interval", "windows that end after a gap without rows",
           "SELECT count(*) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) GROUP BY session(ts, INTERVAL '30' SECOND)"),
    WINDOW("session_start", "timestamp, interval", "first event time of the session",
           "SELECT session_start(ts, INTERVAL '30' SECOND) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) GROUP BY "
           "session(ts, INTERVAL '30' SECOND) -> 2024-05-06 07:08:09"),
    WINDOW("session_end", "timestamp, interval", "last event time of the session plus the gap",
           "SELECT session_end(ts, INTERVAL '30' SECOND) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) GROUP BY "
           "session(ts, INTERVAL '30' SECOND) -> 2024-05-06 07:08:39"),
    WINDOW("session_rowtime", "timestamp, interval", "end of the window less a millisecond, as window_time",
           "SELECT session_rowtime(ts, INTERVAL '30' SECOND) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) GROUP BY "
           "session(ts, INTERVAL '30' SECOND) -> 2024-05-06 07:08:38.999"),
    WINDOW("cumulate", TS_STEP_SIZE, "windows of one start that grow by a step",
           "SELECT count(*) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) GROUP BY cumulate(ts, INTERVAL '1' HOUR, "
           "INTERVAL '1' DAY)"),
    WINDOW("cumulate_start", TS_STEP_SIZE, "start of the cumulating window",
           "SELECT cumulate_start(ts, INTERVAL '1' HOUR, INTERVAL '1' DAY) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t "
           "(ts) GROUP BY cumulate(ts, INTERVAL '1' HOUR, INTERVAL '1' DAY) -> 2024-05-06 00:00:00"),
    WINDOW("cumulate_end", TS_STEP_SIZE, "end of the cumulating window",
           "SELECT cumulate_end(ts, INTERVAL '1' HOUR, INTERVAL '1' DAY) FROM (VALUES (TIMESTAMP '2024-05-06 07:08:09')) AS t (ts) "
           "GROUP BY cumulate(ts, INTERVAL '1' HOUR, INTERVAL '1' DAY)"),
    {0},
};
