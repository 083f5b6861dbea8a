/* SPDX-License-Identifier: Apache-2.0
 *
 * Time zones with rules: what a zone's clock shows at a moment, and which moment a reading of it means.  Zones are read from the
 * system's TZif files (RFC 8536) by a loader that the top layer sets, and kept for the life of the process, unchanging.  [any] */
#pragma once
#include "base/arena.h"
#include "base/calendar.h"
#include "base/err.h"
#include "base/str.h"
#include "base/text_style.h"

typedef struct TimeZone TimeZone;
struct TimeZone {
    TimeZone *next;
    const char *name;
    uint32_t n;        /* changes */
    int64_t *at_us;    /* ascending */
    int32_t *east_s;   /* n + 1: seconds east of UTC before the first change, then from each on */
    const char **abbr; /* n + 1: what the clock is called then: "CET", "+0430" */
    int64_t cycle_us;  /* from here on the changes of the 400 years before repeat; INT64_MAX = they do not */
    bool skips_days;   /* some change leaves a whole day out */
    /* Of one that texts are also written in a style in: that, and the zone without it.  NULL: in the plain one. */
    TextStyle style;
    const TimeZone *plain;
};

/* The content of a TZif file.  -ERR_INVALID_TEXT: it is none, or it counts leap seconds. */
int zone_parse(Arena *a, Str bytes, const char *name, TimeZone **ret);
/* A zone as a POSIX TZ variable has it: "CET-1CEST,M3.5.0,M10.5.0/3", "<+02>-02", "FOO+3:30", and without a name "+02:00"; the sign
 * counts to the west.  Daylight-saving time without rules has those of the United States.  -ERR_INVALID_TEXT: it is none. */
int zone_parse_posix(Arena *a, Str text, const char *name, TimeZone **ret);

typedef enum ZoneFold { FOLD_FIRST, FOLD_LAST } ZoneFold;
/* The offset from UTC at a moment, microseconds to the east; and what the clock is called then. */
int64_t zone_east_us(const TimeZone *z, int64_t utc_us);
const char *zone_abbr(const TimeZone *z, int64_t utc_us);
/* The first change of the clock after a moment; false: there is none. */
bool zone_next_change(const TimeZone *z, int64_t utc_us, int64_t *ret_utc_us);
/* The moment at which the clock shows local_us.  Shown twice: as `fold` says.  Never shown, because the clock jumps over it: as if
 * it had not jumped yet.  false: out of range. */
bool zone_moment(const TimeZone *z, int64_t local_us, ZoneFold fold, int64_t *ret_utc_us);

/* A moment later by an interval, as PostgreSQL: months, then days on the zone's clock, then time.  An error as timestamp_add. */
int zone_add(const TimeZone *z, int64_t us, const Interval *by, int64_t *ret_us);

/* Bytes of a zone's file by its name, which has letters, digits and "/_+-" only, in any case: it is spelled as the file is.
 * -ERR_FILE_NOT_FOUND. */
typedef int (*ZoneLoader)(char *name, Arena *a, Str *ret);
void zone_set_loader(ZoneLoader load);
/* NULL: there is no such zone.  The name is taken as it is written, then in any case of letters that the loader finds. */
const TimeZone *zone_find(Str name);
/* What SET timezone takes, as PostgreSQL: hours to the east ("+02", "-3.5"), the name of a zone, or POSIX's form; NULL = none of
 * these. */
const TimeZone *zone_of_setting(Str text);
/* Always so many seconds to the east, named "<+02>-02"; NULL = more than a week, or out of memory. */
const TimeZone *zone_fixed(int64_t east_s);
/* The zone with a style: one and the same for equal ones, the plain zone for the plain style.  z: NULL = UTC, which is NULL again
 * in the plain style.  false: out of memory. */
bool zone_styled(const TimeZone *z, TextStyle s, const TimeZone **ret);
/* UTC and GMT by any of their names, in the plain style: no conversion is needed. */
bool zone_is_utc(const TimeZone *z);

/* The zone that this thread reads and writes moments in, like a locale that uselocale() has set: texts of TIMESTAMP WITH TIME ZONE,
 * and conversions to and from what has no zone.  NULL = UTC, which it is unless somebody up the stack has said otherwise: a
 * statement for its session, an expression for the zone that it was bound in.  Connectors read and write in UTC. */
const TimeZone *zone_in_use(void);
const TimeZone *zone_use(const TimeZone *z); /* gives the one before, which is to be put back */
static inline void zone_put_back(const TimeZone **before)
{
    zone_use(*before);
}
#define WITH_ZONE(z) /* to the end of the block */                                                                                 \
    _cleanup_(zone_put_back) __attribute__((unused)) const TimeZone *zone_before = zone_use(z)
/* The same where only its clock matters: NULL also where that is UTC and a style is in use. */
const TimeZone *zone_clock_in_use(void);
/* PST, CEST, ..: names of fixed offsets, in any case of letters, those of PostgreSQL's list that people write.  Minutes east. */
bool zone_abbreviation(Str name, int32_t *ret_minutes);
