/* SPDX-License-Identifier: Apache-2.0
 *
 * Moments and clock readings of a zone, and the zones that the process has read: a list that only grows, its head swapped in when a
 * zone is complete, so that readers need no lock.  Two threads that read the same zone at once leave it there twice, which is
 * harmless. */
#include "base/zone.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define CYCLE_US (INT64_C(146097) * US_PER_DAY) /* 400 years: weekdays, months and leap years repeat */
#define REACH_US (26 * US_PER_HOUR)             /* more than any offset from UTC */

/* The number of changes at or before t. */
static uint32_t changes_before(const TimeZone *z, int64_t t)
{
    uint32_t lo = 0, hi = z->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (z->at_us[mid] <= t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The same moment within the years that the table has; *ret_by is what was taken off. */
static int64_t into_table(const TimeZone *z, int64_t t, int64_t *ret_by)
{
    *ret_by = 0;
    if (t < z->cycle_us)
        return t;
    *ret_by = ((t - z->cycle_us) / CYCLE_US + 1) * CYCLE_US;
    return t - *ret_by;
}

int64_t zone_east_us(const TimeZone *z, int64_t utc_us)
{
    int64_t by;
    return z->east_s[changes_before(z, into_table(z, utc_us, &by))] * US_PER_SECOND;
}

const char *zone_abbr(const TimeZone *z, int64_t utc_us)
{
    int64_t by;
    return z->abbr[changes_before(z, into_table(z, utc_us, &by))];
}

bool zone_next_change(const TimeZone *z, int64_t utc_us, int64_t *ret_utc_us)
{
    int64_t by, t = into_table(z, utc_us, &by);
    uint32_t next = changes_before(z, t); /* a change at t itself is before */
    bool repeats =
        next == z->n && z->cycle_us != INT64_MAX; /* the table ends with a cycle: what follows is its first change again */
    if (repeats)
        next = changes_before(z, z->cycle_us - CYCLE_US - 1);
    if (next >= z->n)
        return false;
    return !__builtin_add_overflow(z->at_us[next], by + (repeats ? CYCLE_US : 0), ret_utc_us);
}

bool zone_moment(const TimeZone *z, int64_t local_us, ZoneFold fold, int64_t *ret_utc_us)
{
    int64_t by;
    if (local_us < INT64_MIN + REACH_US || local_us > INT64_MAX - REACH_US)
        return false;
    /* A reading near the end of the table is taken a cycle earlier, so that what follows it is in the table, too. */
    int64_t local = into_table(z, local_us > INT64_MAX - REACH_US ? local_us : local_us + REACH_US, &by) - REACH_US;
    uint32_t first = changes_before(z, local - REACH_US), last = changes_before(z, local + REACH_US);
    bool found = false;
    for (uint32_t i = first; i <= last; i++) {
        int64_t t = local - z->east_s[i] * US_PER_SECOND;
        bool begun = i == 0 || t >= z->at_us[i - 1], over = i < z->n && t >= z->at_us[i];
        if (begun && !over && (!found || fold == FOLD_LAST)) {
            *ret_utc_us = t + by;
            found = true;
        }
    }
    for (uint32_t i = first; i < last && !found; i++) { /* between what the old and the new offset show at the change */
        int64_t t = local - z->east_s[i] * US_PER_SECOND;
        if (t < z->at_us[i] || local - z->east_s[i + 1] * US_PER_SECOND >= z->at_us[i])
            continue;
        *ret_utc_us = t + by;
        found = true;
    }
    return found;
}

static int add_on_clock(const TimeZone *z, int64_t us, const Interval *by, int64_t *ret_us)
{
    int64_t local;
    if (__builtin_add_overflow(us, zone_east_us(z, us), &local))
        return -ERR_DATETIME_OVERFLOW;
    TRY(timestamp_add(local, by, &local));
    return zone_moment(z, local, FOLD_LAST, ret_us) ? 0 : -ERR_DATETIME_OVERFLOW;
}

int zone_add(const TimeZone *z, int64_t us, const Interval *by, int64_t *ret_us)
{
    if (by->months)
        TRY(add_on_clock(z, us, &(Interval){.months = by->months}, &us));
    if (by->days)
        TRY(add_on_clock(z, us, &(Interval){.days = by->days}, &us));
    return timestamp_add(us, &(Interval){.ns = by->ns}, ret_us);
}

/* ---- the zones of the process ---- */

static _Atomic(TimeZone *) known;
static _Atomic(ZoneLoader) loader;
#define NAME_MAX_BYTES 63
#define FIXED_MAX_S INT64_C(604800)

void zone_set_loader(ZoneLoader load)
{
    atomic_store(&loader, load);
}

static bool is_zone_name(Str s)
{
    bool dot = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i], l = (char)(c | 0x20);
        dot |= !((l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '+' || c == '-');
    }
    return s.n > 0 && s.n <= NAME_MAX_BYTES && !dot && s.p[0] != '/' && s.p[s.n - 1] != '/';
}

/* A zone of the process, from here on. */
static const TimeZone *publish(TimeZone *z)
{
    z->next = atomic_load(&known);
    while (!atomic_compare_exchange_weak(&known, &z->next, z))
        ;
    return z;
}

static const TimeZone *find_known(Str name)
{
    const TimeZone *z = atomic_load(&known);
    while (z && (z->plain || !str_eq_nocase(name, str_of(z->name))))
        z = z->next;
    return z;
}

static TimeZone *load(char *name)
{
    ZoneLoader from = atomic_load(&loader);
    Arena bytes, kept;
    Str text;
    TimeZone *z = NULL;
    arena_init(&bytes, NULL, 0);
    arena_init(&kept, NULL, 0); /* never given back: zones stay */
    bool done = from && from(name, &bytes, &text) >= 0 && zone_parse(&kept, text, arena_strdup(&kept, name), &z) >= 0;
    arena_done(&bytes);
    if (!done)
        arena_done(&kept);
    return done ? z : NULL;
}

const TimeZone *zone_find(Str name)
{
    char text[NAME_MAX_BYTES + 1];
    if (!is_zone_name(name))
        return NULL;
    const TimeZone *z = find_known(name);
    if (z)
        return z;
    memcpy(text, name.p, name.n);
    text[name.n] = 0;
    TimeZone *made = load(text);
    return made ? publish(made) : NULL;
}

static const TimeZone *make_posix(Str text)
{
    Arena kept;
    TimeZone *z = NULL;
    arena_init(&kept, NULL, 0);
    if (zone_parse_posix(&kept, text, arena_strndup(&kept, text.p, text.n), &z) >= 0)
        return publish(z);
    arena_done(&kept);
    return NULL;
}

/* "<+02>-02": the name has the sign of the east, the offset that of the west. */
const TimeZone *zone_fixed(int64_t east_s)
{
    char offset[32], text[80];
    int64_t a = east_s < 0 ? -east_s : east_s;
    if (a > FIXED_MAX_S)
        return NULL;
    int n = snprintf(offset, sizeof(offset), "%02d", (int)(a / 3600));
    if (a % 3600)
        n += snprintf(offset + n, sizeof(offset) - (size_t)n, ":%02d", (int)(a / 60 % 60));
    if (a % 60)
        snprintf(offset + n, sizeof(offset) - (size_t)n, ":%02d", (int)(a % 60));
    n = snprintf(text, sizeof(text), "<%c%s>%c%s", east_s < 0 ? '-' : '+', offset, east_s < 0 ? '+' : '-', offset);
    Str name = {text, (size_t)n};
    const TimeZone *z = find_known(name);
    return z ? z : make_posix(name);
}

const TimeZone *zone_of_setting(Str text)
{
    double hours;
    if (text.n == 0 || text.n > NAME_MAX_BYTES)
        return NULL;
    if (str_to_f64(text, &hours))
        return hours >= -(double)FIXED_MAX_S / 3600 && hours <= (double)FIXED_MAX_S / 3600 ? zone_fixed((int64_t)(hours * 3600))
                                                                                           : NULL;
    const TimeZone *z = zone_find(text);
    if (!z)
        z = find_known(text);
    return z ? z : make_posix(text);
}

static bool has_clock_of_utc(const TimeZone *z)
{
    return z->n == 0 && z->east_s[0] == 0;
}

bool zone_is_utc(const TimeZone *z)
{
    return has_clock_of_utc(z) && !z->plain;
}

bool zone_styled(const TimeZone *z, TextStyle s, const TimeZone **ret)
{
    static int32_t no_offset = 0;
    static const char *utc_name = "UTC";
    static const TimeZone utc = {.name = "UTC", .east_s = &no_offset, .abbr = &utc_name, .cycle_us = INT64_MAX};
    const TimeZone *plain = !z ? &utc : z->plain ? z->plain : z;
    *ret = plain == &utc ? NULL : plain;
    if (text_style_is_plain(s))
        return true;
    for (const TimeZone *k = atomic_load(&known); k; k = k->next)
        if (k->plain == plain && text_style_eq(k->style, s)) {
            *ret = k;
            return true;
        }
    Arena kept;
    arena_init(&kept, NULL, 0); /* never given back, as all zones */
    TimeZone *made = arena_memdup(&kept, plain, sizeof(*plain));
    if (!made) {
        arena_done(&kept);
        return false;
    }
    made->style = s;
    made->plain = plain;
    *ret = publish(made);
    return true;
}

/* ---- the zone in use ---- */

static _Thread_local const TimeZone *in_use;

const TimeZone *zone_in_use(void)
{
    return in_use;
}

const TimeZone *zone_clock_in_use(void)
{
    return in_use && !has_clock_of_utc(in_use) ? in_use : NULL;
}

TextStyle text_style_in_use(void)
{
    return in_use ? in_use->style : (TextStyle){0};
}

const TimeZone *zone_use(const TimeZone *z)
{
    const TimeZone *before = in_use;
    in_use = z;
    return before;
}

bool zone_abbreviation(Str name, int32_t *ret_minutes)
{
    static const struct {
        const char *name;
        int16_t minutes;
    } names[] = {{"utc", 0},     {"gmt", 0},     {"z", 0},      {"zulu", 0},   {"ut", 0},     {"uct", 0},    {"wet", 0},
                 {"west", 60},   {"bst", 60},    {"cet", 60},   {"cest", 120}, {"met", 60},   {"mest", 120}, {"eet", 120},
                 {"eest", 180},  {"msk", 180},   {"msd", 240},  {"sast", 120}, {"idt", 180},  {"ist", 120},  {"est", -300},
                 {"edt", -240},  {"cst", -360},  {"cdt", -300}, {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420},
                 {"akst", -540}, {"akdt", -480}, {"hst", -600}, {"ast", -240}, {"adt", -180}, {"nst", -210}, {"ndt", -150},
                 {"brt", -180},  {"art", -180},  {"pkt", 300},  {"jst", 540},  {"kst", 540},  {"hkt", 480},  {"sgt", 480},
                 {"aest", 600},  {"aedt", 660},  {"acst", 570}, {"acdt", 630}, {"awst", 480}, {"nzst", 720}, {"nzdt", 780}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_nocase(name, str_of(names[i].name))) {
            *ret_minutes = names[i].minutes;
            return true;
        }
    return false;
}
