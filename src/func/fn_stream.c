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

#define WINDOW(name, help, example) FN0(name, T_TS, NULL, FN_WINDOW, help, example)
/* Recognised in GROUP BY by the binder; here for help and completion. */
const FuncDef fn_window[] = {
    WINDOW("tumble", "windows of one size, side by side", "GROUP BY tumble(ts, INTERVAL '1' MINUTE)"),
    WINDOW("tumble_start", "start of the tumbling window", "tumble_start(ts, INTERVAL '1' MINUTE)"),
    WINDOW("tumble_end", "end of the tumbling window", "tumble_end(ts, INTERVAL '1' MINUTE)"),
    WINDOW("tumble_rowtime", "end of the window less a millisecond, as window_time", "tumble_rowtime(ts, INTERVAL '1' MINUTE)"),
    WINDOW("hop", "windows of one size that start every slide", "GROUP BY hop(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)"),
    WINDOW("hop_start", "start of the hopping window", "hop_start(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)"),
    WINDOW("hop_end", "end of the hopping window", "hop_end(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)"),
    WINDOW("hop_rowtime", "end of the window less a millisecond, as window_time",
           "hop_rowtime(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)"),
    WINDOW("slide", "another name of hop", "GROUP BY slide(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)"),
    WINDOW("slide_start", "start of the sliding window", "slide_start(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)"),
    WINDOW("slide_end", "end of the sliding window", "slide_end(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)"),
    WINDOW("session", "windows that end after a gap without rows", "GROUP BY session(ts, INTERVAL '30' SECOND)"),
    WINDOW("session_start", "first event time of the session", "session_start(ts, INTERVAL '30' SECOND)"),
    WINDOW("session_end", "last event time of the session plus the gap", "session_end(ts, INTERVAL '30' SECOND)"),
    WINDOW("session_rowtime", "end of the window less a millisecond, as window_time", "session_rowtime(ts, INTERVAL '30' SECOND)"),
    WINDOW("cumulate", "windows of one start that grow by a step", "GROUP BY cumulate(ts, INTERVAL '1' HOUR, INTERVAL '1' DAY)"),
    WINDOW("cumulate_start", "start of the cumulating window", "cumulate_start(ts, INTERVAL '1' HOUR, INTERVAL '1' DAY)"),
    WINDOW("cumulate_end", "end of the cumulating window", "cumulate_end(ts, INTERVAL '1' HOUR, INTERVAL '1' DAY)"),
    {0},
};
