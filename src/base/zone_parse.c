/* SPDX-License-Identifier: Apache-2.0
 *
 * TZif (RFC 8536), versions 2 and later: the changes with 64-bit times, then the rule for what comes after them in the form of a
 * POSIX TZ variable.  The rule is spelled out for 400 years, after which the calendar repeats, so that looking up is one search. */
#include "base/calendar.h"
#include "base/zone.h"

#include <string.h>

#define HEADER_BYTES 44u
#define RULE_YEARS 401
#define FILE_TIME_MAX (INT64_C(1) << 40) /* seconds */
#define DAY_S INT64_C(86400)

typedef struct Counts {
    uint32_t utc, std, leap, time, type, chars;
} Counts;

static uint32_t be32(const char *p)
{
    const uint8_t *b = (const uint8_t *)p;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}
static int64_t be64(const char *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* A header and the length of its block; false: it does not fit. */
static bool take_header(Str *in, size_t time_bytes, Counts *c, size_t *ret_block)
{
    if (in->n < HEADER_BYTES || memcmp(in->p, "TZif", 4) != 0 || in->p[4] < '2')
        return false;
    const char *p = in->p + 20;
    *c = (Counts){be32(p), be32(p + 4), be32(p + 8), be32(p + 12), be32(p + 16), be32(p + 20)};
    *in = (Str){in->p + HEADER_BYTES, in->n - HEADER_BYTES};
    if (c->time > 10000 || c->type == 0 || c->type > 256 || c->chars > 4096 || c->leap > 1000 || c->utc > 256 || c->std > 256)
        return false;
    *ret_block = c->time * (time_bytes + 1) + c->type * 6u + c->chars + c->leap * (time_bytes + 4) + c->std + c->utc;
    return *ret_block <= in->n;
}

/* ---- the rule ---- */

typedef enum RuleDay { RULE_WEEKDAY, RULE_JULIAN, RULE_DAY } RuleDay;
typedef struct RuleDate { /* Mm.w.d, Jn, n; with the time of day */
    RuleDay kind;
    int32_t month, week, day;
    int64_t time_s;
} RuleDate;
typedef struct Rule {
    bool has_dst, lacks_dates; /* lacks_dates: it has daylight-saving time, but does not say when */
    Str std_name, dst_name;
    int64_t std_east, dst_east;
    RuleDate begin, end; /* of daylight-saving time */
} Rule;

static bool take(Str *s, char c)
{
    if (s->n == 0 || *s->p != c)
        return false;
    *s = (Str){s->p + 1, s->n - 1};
    return true;
}

static bool take_number(Str *s, int64_t max, int64_t *ret)
{
    size_t n = 0;
    int64_t v = 0;
    for (; n < s->n && n < 4 && s->p[n] >= '0' && s->p[n] <= '9'; n++)
        v = v * 10 + (s->p[n] - '0');
    *s = (Str){s->p + n, s->n - n};
    *ret = v;
    return n > 0 && v <= max;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(Str *s, int64_t *ret)
{
    int64_t h, m = 0, sec = 0;
    bool minus = take(s, '-');
    if (!minus)
        (void)take(s, '+');
    if (!take_number(s, 167, &h) || (take(s, ':') && (!take_number(s, 59, &m) || (take(s, ':') && !take_number(s, 59, &sec)))))
        return false;
    *ret = (h * 3600 + m * 60 + sec) * (minus ? -1 : 1);
    return true;
}

/* Letters, or anything within <>. */
static bool take_name(Str *s, Str *ret)
{
    size_t n = 0;
    bool quoted = take(s, '<');
    while (n < s->n && (quoted ? s->p[n] != '>' : (s->p[n] | 0x20) >= 'a' && (s->p[n] | 0x20) <= 'z'))
        n++;
    *ret = (Str){s->p, n};
    *s = (Str){s->p + n, s->n - n};
    return (!quoted || take(s, '>')) && n >= 3;
}

static bool take_date(Str *s, RuleDate *ret)
{
    int64_t month = 0, week = 0, day;
    ret->time_s = 2 * 3600;
    if (take(s, 'M')) {
        ret->kind = RULE_WEEKDAY;
        if (!take_number(s, 12, &month) || !take(s, '.') || !take_number(s, 5, &week) || !take(s, '.') ||
            !take_number(s, 6, &day) || month < 1 || week < 1)
            return false;
    } else {
        ret->kind = take(s, 'J') ? RULE_JULIAN : RULE_DAY;
        if (!take_number(s, 365, &day))
            return false;
    }
    ret->month = (int32_t)month;
    ret->week = (int32_t)week;
    ret->day = (int32_t)day;
    return !take(s, '/') || take_time(s, &ret->time_s);
}

/* "" and what cannot be read: no rule. */
static bool rule_parse(Str s, Rule *ret)
{
    int64_t west;
    *ret = (Rule){0};
    if (!take_name(&s, &ret->std_name) || !take_time(&s, &west))
        return false;
    ret->std_east = -west;
    ret->dst_east = ret->std_east + 3600;
    if (s.n == 0)
        return true;
    if (!take_name(&s, &ret->dst_name) || (s.n > 0 && *s.p != ',' && !take_time(&s, &west)))
        return false;
    if (west != -ret->std_east)
        ret->dst_east = -west;
    ret->lacks_dates = s.n == 0;
    ret->has_dst = take(&s, ',') && take_date(&s, &ret->begin) && take(&s, ',') && take_date(&s, &ret->end) && s.n == 0;
    return ret->has_dst;
}

/* Seconds since 1970 on the clock that is about to change. */
static int64_t date_of(const RuleDate *d, int32_t year)
{
    int64_t day;
    if (d->kind == RULE_WEEKDAY) {
        int64_t first = days_of_civil(year, d->month, 1);
        day = first + floor_mod(d->day - floor_mod(first + 4, 7), 7) + (d->week - 1) * 7; /* 1970-01-01 was a Thursday */
        while (day >= first + days_in_month(year, d->month))
            day -= 7;
    } else {
        int64_t first = days_of_civil(year, 1, 1);
        bool leap = days_in_month(year, 2) == 29;
        day = first + (d->kind == RULE_DAY ? d->day : d->day - 1 + (leap && d->day > 59));
    }
    return day * DAY_S + d->time_s;
}

/* ---- the zone ---- */

static void add_change(TimeZone *z, int64_t at_s, int64_t east_s, const char *abbr)
{
    int64_t at_us = at_s * US_PER_SECOND;
    if (z->n > 0 && at_us <= z->at_us[z->n - 1])
        return;
    if (z->east_s[z->n] == east_s && strcmp(z->abbr[z->n], abbr) == 0)
        return;
    z->skips_days |= east_s - z->east_s[z->n] >= DAY_S;
    z->at_us[z->n++] = at_us;
    z->east_s[z->n] = (int32_t)east_s;
    z->abbr[z->n] = abbr;
}

static int spell_rule(Arena *a, TimeZone *z, const Rule *r)
{
    int32_t year = 1970, month, day;
    if (!r->has_dst)
        return 0;
    const char *std = arena_strndup(a, r->std_name.p, r->std_name.n), *dst = arena_strndup(a, r->dst_name.p, r->dst_name.n);
    if (!std || !dst)
        return -ERR_OUT_OF_MEMORY;
    if (z->n > 0)
        civil_of_days(floor_div(z->at_us[z->n - 1], US_PER_DAY), &year, &month, &day);
    for (int32_t y = year; y < year + RULE_YEARS; y++) {
        int64_t on = date_of(&r->begin, y) - r->std_east, off = date_of(&r->end, y) - r->dst_east;
        bool south = off < on;
        add_change(z, south ? off : on, south ? r->std_east : r->dst_east, south ? std : dst);
        add_change(z, south ? on : off, south ? r->dst_east : r->std_east, south ? dst : std);
    }
    z->cycle_us = days_of_civil(year + RULE_YEARS, 1, 1) * US_PER_DAY;
    return 0;
}

/* The name at a place of the block's texts; NULL: it does not end there. */
static const char *abbr_at(Arena *a, Str chars, uint8_t at)
{
    const char *end = at < chars.n ? memchr(chars.p + at, 0, chars.n - at) : NULL;
    return end ? arena_strndup(a, chars.p + at, (size_t)(end - chars.p) - at) : NULL;
}

static int read_block(Arena *a, TimeZone *z, const char *p, const Counts *c)
{
    const char *kind = p + (size_t)c->time * 8, *type = kind + c->time;
    Str chars = {type + c->type * 6u, c->chars};
    const char **abbr = ARENA_ARRAY(a, const char *, c->type);
    if (!abbr)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t k = 0; k < c->type; k++) {
        abbr[k] = abbr_at(a, chars, (uint8_t)type[k * 6u + 5]);
        if (!abbr[k])
            return -ERR_INVALID_TEXT;
    }
    z->east_s[0] = (int32_t)be32(type);
    z->abbr[0] = abbr[0];
    for (uint32_t i = 0; i < c->time; i++) {
        int64_t at = be64(p + (size_t)i * 8);
        uint8_t k = (uint8_t)kind[i];
        int32_t east = k < c->type ? (int32_t)be32(type + k * 6u) : INT32_MAX;
        if (east > DAY_S || east < -DAY_S)
            return -ERR_INVALID_TEXT;
        if (at > -FILE_TIME_MAX && at < FILE_TIME_MAX) { /* files may begin with the Big Bang */
            add_change(z, at, east, abbr[k]);
        } else if (at < 0) {
            z->east_s[0] = east;
            z->abbr[0] = abbr[k];
        }
    }
    return z->east_s[0] > DAY_S || z->east_s[0] < -DAY_S ? -ERR_INVALID_TEXT : 0;
}

/* Room for n changes. */
static int zone_new(Arena *a, const char *name, uint32_t n, TimeZone **ret)
{
    TimeZone *z = ARENA_NEW(a, TimeZone);
    if (!z || !name)
        return -ERR_OUT_OF_MEMORY;
    *z = (TimeZone){.name = name, .cycle_us = INT64_MAX};
    z->at_us = ARENA_ARRAY(a, int64_t, n + 1);
    z->east_s = ARENA_ARRAY(a, int32_t, n + 1);
    z->abbr = ARENA_ARRAY(a, const char *, n + 1);
    *ret = z;
    return z->at_us && z->east_s && z->abbr ? 0 : -ERR_OUT_OF_MEMORY;
}

int zone_parse(Arena *a, Str bytes, const char *name, TimeZone **ret)
{
    Counts c;
    size_t block;
    Rule rule = {0};
    TimeZone *z;
    if (!take_header(&bytes, 4, &c, &block))
        return -ERR_INVALID_TEXT;
    bytes = (Str){bytes.p + block, bytes.n - block};
    if (!take_header(&bytes, 8, &c, &block) || c.leap > 0)
        return -ERR_INVALID_TEXT;
    TRY(zone_new(a, name, c.time + 2 * RULE_YEARS, &z));
    TRY(read_block(a, z, bytes.p, &c));
    Str footer = {bytes.p + block, bytes.n - block};
    if (take(&footer, '\n')) {
        size_t n = 0;
        while (n < footer.n && footer.p[n] != '\n')
            n++;
        if (rule_parse((Str){footer.p, n}, &rule))
            TRY(spell_rule(a, z, &rule));
    }
    *ret = z;
    return 0;
}

/* "+02:00", an offset alone, is a zone without a name. */
static bool posix_parse(Str s, Rule *ret)
{
    static const RuleDate begin = {.month = 3, .week = 2, .time_s = 7200}, end = {.month = 11, .week = 1, .time_s = 7200};
    int64_t west;
    Str rest = s;
    if (take_time(&rest, &west) && rest.n == 0) {
        *ret = (Rule){.std_east = -west, .std_name = STR("")};
        return true;
    }
    if (rule_parse(s, ret))
        return true;
    ret->begin = begin;
    ret->end = end;
    ret->has_dst = ret->lacks_dates;
    return ret->has_dst;
}

int zone_parse_posix(Arena *a, Str text, const char *name, TimeZone **ret)
{
    Rule rule;
    TimeZone *z;
    if (text.n == 0 || !posix_parse(text, &rule))
        return -ERR_INVALID_TEXT;
    TRY(zone_new(a, name, 2 * RULE_YEARS, &z));
    z->east_s[0] = (int32_t)rule.std_east;
    z->abbr[0] = arena_strndup(a, rule.std_name.p, rule.std_name.n);
    if (!z->abbr[0])
        return -ERR_OUT_OF_MEMORY;
    TRY(spell_rule(a, z, &rule));
    *ret = z;
    return 0;
}
