/* SPDX-License-Identifier: Apache-2.0
 *
 * What a session can ask of itself.  A database embedded in a program has one user and one schema; the clock stands still within a
 * step, whichever of its names is used, so that a replay gives the same. */
#include "base/zone.h"
#include "func/row_run.h"

#define CONSTANT_TEXT(name, text)                                                                                                  \
    static int name##_row(RowRun *t)                                                                                               \
    {                                                                                                                              \
        sb_puts(&t->out, text);                                                                                                    \
        return 1;                                                                                                                  \
    }                                                                                                                              \
    ROW_KERNEL(name, name##_row)
CONSTANT_TEXT(version_text, "LaminarDB " LAMINAR_VERSION)
CONSTANT_TEXT(user_name, "laminar")
CONSTANT_TEXT(database_name, "laminar")
CONSTANT_TEXT(schema_name, "public")
CONSTANT_TEXT(encoding_name, "UTF8")

static int now_row(RowRun *t)
{
    t->num = t->x->now_us;
    return 1;
}
ROW_KERNEL(clock_now, now_row)

/* As the C library's ctime writes it, with microseconds and the zone. */
static int timeofday_row(RowRun *t)
{
    static const char days[] = "ThuFriSatSunMonTueWed", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const TimeZone *z = zone_in_use();
    int64_t now = t->x->now_us, us = now + (z ? zone_east_us(z, now) : 0), day = floor_div(us, US_PER_DAY),
            time = floor_mod(us, US_PER_DAY);
    int32_t year, month, mday;
    civil_of_days(day, &year, &month, &mday);
    sb_printf(&t->out, "%.3s %.3s %02d %02d:%02d:%02d.%06d %d %s", days + 3 * floor_mod(day, 7), months + 3 * (month - 1), mday,
              (int)(time / US_PER_HOUR), (int)(time / US_PER_MINUTE % 60), (int)(time / US_PER_SECOND % 60),
              (int)(time % US_PER_SECOND), year, z ? zone_abbr(z, now) : "UTC");
    return 1;
}
ROW_KERNEL(timeofday, timeofday_row)

#define NAME(n, k, h, e) FN0(n, T_TEXT, k, FN_NOT_NULL, h, e)
#define CLOCK(n) FN0(n, T_TSTZ, clock_now, FN_STABLE | FN_NOT_NULL, "processing time of the step", n "() -> 2026-01-31 12:00:00+00")
const FuncDef fn_session[] = {
    NAME("version", version_text, "name and version of the database", "version()"),
    NAME("current_user", user_name, "name of the user", "current_user -> 'laminar'"),
    NAME("session_user", user_name, "name of the user", "session_user -> 'laminar'"),
    NAME("current_role", user_name, "name of the user", "current_role -> 'laminar'"),
    NAME("user", user_name, "name of the user", "user -> 'laminar'"),
    NAME("current_catalog", database_name, "name of the database", "current_catalog -> 'laminar'"),
    NAME("current_database", database_name, "name of the database", "current_database() -> 'laminar'"),
    NAME("current_schema", schema_name, "name of the schema", "current_schema -> 'public'"),
    NAME("pg_client_encoding", encoding_name, "encoding of texts", "pg_client_encoding() -> 'UTF8'"),
    CLOCK("clock_timestamp"),
    CLOCK("statement_timestamp"),
    CLOCK("transaction_timestamp"),
    FN0("timeofday", T_TEXT, timeofday, FN_STABLE | FN_NOT_NULL | FN_ZONED, "processing time of the step as a text", "timeofday()"),
    {0},
};
