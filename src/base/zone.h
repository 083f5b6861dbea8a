/* SPDX-License-Identifier: Apache-2.0
 *
 * Time zones with rules: what a zone's clock shows at a moment, and which moment a reading of it means.  Zones are read from the
 * system's TZif files (RFC 8536) by a loader that the top layer sets, and kept for the life of the process, unchanging.  [any] */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

typedef struct TimeZone TimeZone;
struct TimeZone {
    TimeZone *next;
    const char *name;
    uint32_t n;       /* changes */
    int64_t *at_us;   /* ascending */
    int32_t *east_s;  /* n + 1: seconds east of UTC before the first change, then from each on */
    int64_t cycle_us; /* from here on the changes of the 400 years before repeat; INT64_MAX = they do not */
    bool skips_days;  /* some change leaves a whole day out */
};

/* The content of a TZif file.  -ERR_INVALID_TEXT: it is none, or it counts leap seconds. */
int zone_parse(Arena *a, Str bytes, const char *name, TimeZone **ret);

typedef enum ZoneFold { FOLD_FIRST, FOLD_LAST } ZoneFold;
/* The offset from UTC at a moment, microseconds to the east. */
int64_t zone_east_us(const TimeZone *z, int64_t utc_us);
/* The first change of the clock after a moment; false: there is none. */
bool zone_next_change(const TimeZone *z, int64_t utc_us, int64_t *ret_utc_us);
/* The moment at which the clock shows local_us.  Shown twice: as `fold` says.  Never shown, because the clock jumps over it: as if
 * it had not jumped yet.  false: out of range. */
bool zone_moment(const TimeZone *z, int64_t local_us, ZoneFold fold, int64_t *ret_utc_us);

/* Bytes of a zone's file by its name, which has letters, digits and "/_+-" only; -ERR_FILE_NOT_FOUND. */
typedef int (*ZoneLoader)(const char *name, Arena *a, Str *ret);
void zone_set_loader(ZoneLoader load);
/* NULL: there is no such zone.  The name is taken as it is written, then in any case of letters that the loader finds. */
const TimeZone *zone_find(Str name);
/* PST, CEST, ..: names of fixed offsets, in any case of letters, those of PostgreSQL's list that people write.  Minutes east. */
bool zone_abbreviation(Str name, int32_t *ret_minutes);
