/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to dates, times and timestamps.
 *
 * The common form YYYY-MM-DD[ T]HH:MM:SS[.f] is read by word: eight characters are XORed with a picture of themselves, which
 * leaves digit values and zero separators, and one addition finds every byte that is neither.  Whatever does not match goes to
 * the general reader, which is the only place that decides what is an error. */
#include "base/calendar.h"
#include "base/zone.h"

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_DAY (86400 * NS_PER_SECOND)
#define JULIAN_OF_EPOCH 2440588 /* 1970-01-01 */

static inline unsigned digit_of(char c)
{
    return (unsigned)(unsigned char)c - '0';
}

static inline uint64_t load64(const char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

/* --- fast form -------------------------------------------------------------------------------------------------------- */

#define BYTES8(a, b, c, d, e, f, g, h)                                                                                             \
    ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 | (uint64_t)(e) << 32 | (uint64_t)(f) << 40 |  \
     (uint64_t)(g) << 48 | (uint64_t)(h) << 56)
#define DIGIT_LIMIT 0x76u /* carries into bit 7 from 10 on */
#define MARK_LIMIT 0x7fu  /* carries into bit 7 from 1 on */

/* XORs the text with its picture; false when a digit's place holds no digit or a separator's place not the separator. */
static inline bool picture_match(uint64_t text, uint64_t picture, uint64_t limits, uint64_t *ret)
{
    uint64_t v = text ^ picture;
    *ret = v;
    return (((v + limits) | v) & UINT64_C(0x8080808080808080)) == 0;
}

static inline unsigned two(uint64_t v, unsigned at)
{
    return (unsigned)(v >> (at * 8) & 0xff) * 10 + (unsigned)(v >> (at * 8 + 8) & 0xff);
}

/* days_of_civil for years from 1 on, without its floor divisions. */
static inline int64_t days_fast(uint32_t y, uint32_t m, uint32_t d)
{
    static const uint16_t before[13] = {0, 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275}; /* from March on */
    y -= m <= 2;
    return (int64_t)(y * 365 + y / 4 - y / 100 + y / 400 + before[m] + d) - 719469; /* 0000-02-29 to 1970-01-01 */
}

static inline bool date_fast(const char *p, const char *day_text, int64_t *ret_days)
{
    uint64_t v;
    const uint64_t picture = BYTES8('0', '0', '0', '0', '-', '0', '0', '-');
    const uint64_t limits =
        BYTES8(DIGIT_LIMIT, DIGIT_LIMIT, DIGIT_LIMIT, DIGIT_LIMIT, MARK_LIMIT, DIGIT_LIMIT, DIGIT_LIMIT, MARK_LIMIT);
    if (!picture_match(load64(p), picture, limits, &v))
        return false;
    int32_t y = (int32_t)(two(v, 0) * 100 + two(v, 2)), m = (int32_t)two(v, 5);
    unsigned d0 = digit_of(day_text[0]), d1 = digit_of(day_text[1]);
    int32_t d = (int32_t)(d0 * 10 + d1);
    if (d0 > 9 || d1 > 9 || y == 0 || m < 1 || m > 12 || d < 1 || (d > 28 && d > days_in_month(y, m)))
        return false;
    *ret_days = days_fast((uint32_t)y, (uint32_t)m, (uint32_t)d);
    return true;
}

/* Up to six digits of a fraction; the rest must be empty. */
static inline bool fraction_fast(const char *p, size_t n, int64_t *ret_us)
{
    static const int32_t scale[7] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    if (n == 0 || n > 6)
        return false;
    int32_t v = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned d = digit_of(p[i]);
        if (d > 9)
            return false;
        v = v * 10 + (int32_t)d;
    }
    *ret_us = (int64_t)v * scale[n];
    return true;
}

static inline bool timestamp_fast(Str s, int64_t *ret_us, bool *ret_has_zone)
{
    int64_t days, fraction = 0;
    uint64_t v;
    if (s.n < 19 || (s.p[10] != ' ' && s.p[10] != 'T') || !date_fast(s.p, s.p + 8, &days))
        return false;
    const uint64_t picture = BYTES8('0', '0', ':', '0', '0', ':', '0', '0');
    const uint64_t limits =
        BYTES8(DIGIT_LIMIT, DIGIT_LIMIT, MARK_LIMIT, DIGIT_LIMIT, DIGIT_LIMIT, MARK_LIMIT, DIGIT_LIMIT, DIGIT_LIMIT);
    if (!picture_match(load64(s.p + 11), picture, limits, &v))
        return false;
    unsigned h = two(v, 0), m = two(v, 3), sec = two(v, 6);
    if (h > 23 || m > 59 || sec > 59)
        return false;
    size_t n = s.n;
    bool zone = s.p[n - 1] == 'Z';
    n -= zone;
    if (n > 19 && (s.p[19] != '.' || !fraction_fast(s.p + 20, n - 20, &fraction)))
        return false;
    *ret_us = days * US_PER_DAY + (int64_t)(h * 3600 + m * 60 + sec) * US_PER_SECOND + fraction;
    *ret_has_zone = zone;
    return true;
}

/* --- general form ----------------------------------------------------------------------------------------------------- */

typedef struct Scan {
    const char *p, *end;
} Scan;

static inline bool at_end(const Scan *s)
{
    return s->p == s->end;
}

static inline char look(const Scan *s)
{
    return s->p < s->end ? *s->p : 0;
}

static bool take(Scan *s, char c)
{
    if (look(s) != c || at_end(s))
        return false;
    s->p++;
    return true;
}

static void skip_space(Scan *s)
{
    while (look(s) == ' ' || look(s) == '\t')
        s->p++;
}

/* Digits; how many were read. The value stops growing at ten digits. */
static unsigned take_digits(Scan *s, int64_t *ret)
{
    unsigned n = 0;
    int64_t v = 0;
    for (; s->p < s->end && digit_of(*s->p) <= 9; s->p++, n++)
        if (v < INT64_C(1000000000))
            v = v * 10 + digit_of(*s->p);
    *ret = v;
    return n;
}

static inline bool is_letter(char c)
{
    return ((unsigned char)c | 0x20u) - 'a' < 26u;
}

static bool take_word(Scan *s, Str word)
{
    Str rest = {s->p, (size_t)(s->end - s->p)};
    if (!str_starts_nocase(rest, word))
        return false;
    if (rest.n > word.n && is_letter(rest.p[word.n]))
        return false;
    s->p += word.n;
    return true;
}

/* J and the number of a Julian day. */
static int scan_julian(Scan *s, int64_t ymd[3])
{
    int64_t julian;
    int32_t y, m, d;
    s->p++;
    if (take_digits(s, &julian) > 9)
        return -ERR_DATETIME_OVERFLOW;
    civil_of_days(julian - JULIAN_OF_EPOCH, &y, &m, &d);
    ymd[0] = y;
    ymd[1] = m;
    ymd[2] = d;
    return 0;
}

/* Year, month, day as written: J2451187, YYYY-MM-DD, YYYY/MM/DD, YYYYMMDD. */
static int scan_date(Scan *s, int64_t ymd[3])
{
    const char *from = s->p;
    if ((look(s) | 0x20) == 'j' && s->end - s->p > 1 && digit_of(s->p[1]) <= 9)
        return scan_julian(s, ymd);
    unsigned n = take_digits(s, &ymd[0]);
    char sep = look(s);
    if (n == 8 && sep != '-' && sep != '/') {
        ymd[2] = ymd[0] % 100;
        ymd[1] = ymd[0] / 100 % 100;
        ymd[0] /= 10000;
        return 0;
    }
    if (n < 3 || n > 7 || (sep != '-' && sep != '/')) {
        s->p = from;
        return -ERR_DATETIME_FORMAT;
    }
    for (int i = 1; i < 3; i++) {
        if (!take(s, sep))
            return -ERR_DATETIME_FORMAT;
        n = take_digits(s, &ymd[i]);
        if (n < 1 || n > 2)
            return -ERR_DATETIME_FORMAT;
    }
    return 0;
}

/* The digits behind a point, in units of per_second; those beyond it round, a half to the even unit. */
static int64_t scan_fraction(Scan *s, int64_t per_second)
{
    int64_t fraction = 0, unit = per_second / 10, beyond = 0;
    bool first = true;
    for (; digit_of(look(s)) <= 9; s->p++) {
        fraction += unit * digit_of(*s->p);
        if (unit == 0 && first)
            beyond = digit_of(*s->p) * 10;
        else if (unit == 0)
            beyond |= digit_of(*s->p) != 0;
        first = first && unit > 0;
        unit /= 10;
    }
    return fraction + (beyond > 50 || (beyond == 50 && fraction % 2 == 1));
}

/* HH:MM[:SS[.f]], MM:SS.f or HHMM[SS[.f]] as microseconds or, with ns, nanoseconds of the day. */
static int scan_time(Scan *s, bool ns, int64_t *ret)
{
    int64_t h, m = 0, sec = 0, fraction = 0;
    unsigned n = take_digits(s, &h);
    if (look(s) == ':') {
        if (n < 1 || n > 2)
            return -ERR_DATETIME_FORMAT;
        s->p++;
        n = take_digits(s, &m);
        if (n < 1 || n > 2)
            return -ERR_DATETIME_FORMAT;
        if (take(s, ':')) {
            n = take_digits(s, &sec);
            if (n < 1 || n > 2)
                return -ERR_DATETIME_FORMAT;
        } else if (look(s) == '.') { /* a fraction is one of seconds */
            sec = m;
            m = h;
            h = 0;
        }
    } else if (n == 4 || n == 6) {
        if (n == 6) {
            sec = h % 100;
            h /= 100;
        }
        m = h % 100;
        h /= 100;
    } else {
        return -ERR_DATETIME_FORMAT;
    }
    int64_t per_second = ns ? NS_PER_SECOND : US_PER_SECOND;
    if (take(s, '.'))
        fraction = scan_fraction(s, per_second);
    if (m > 59 || sec > 60 || h > 24 || (h == 24 && (m || sec || fraction)))
        return -ERR_DATETIME_OVERFLOW;
    *ret = (h * 3600 + m * 60 + sec) * per_second + fraction;
    return 0;
}

/* A zone after the time: Z, UTC, GMT, +hh, +hhmm, +hh:mm[:ss]. 0 = none, 1 = read; offset in seconds east. */
static int scan_zone(Scan *s, int64_t *ret_offset)
{
    *ret_offset = 0;
    Scan at = *s;
    skip_space(&at);
    if (take_word(&at, STR("Z")) || take_word(&at, STR("UTC")) || take_word(&at, STR("GMT"))) {
        *s = at;
        return 1;
    }
    char sign = look(&at);
    if (sign != '+' && sign != '-')
        return 0;
    at.p++;
    int64_t h, m = 0, sec = 0;
    unsigned n = take_digits(&at, &h);
    if (n == 4 && look(&at) != ':') {
        m = h % 100;
        h /= 100;
    } else if (n < 1 || n > 2) {
        return -ERR_DATETIME_FORMAT;
    } else if (take(&at, ':')) {
        if (take_digits(&at, &m) != 2 || (take(&at, ':') && take_digits(&at, &sec) != 2))
            return -ERR_DATETIME_FORMAT;
    }
    if (h > 15 || m > 59 || sec > 59)
        return -ERR_ZONE_OFFSET;
    *ret_offset = h * 3600 + m * 60 + sec;
    if (sign == '-')
        *ret_offset = -*ret_offset;
    *s = at;
    return 1;
}

typedef struct Moment {
    int64_t days;
    int64_t time; /* us or ns of the day */
    int64_t offset_s;
    const TimeZone *zone; /* named: its offset depends on the moment */
    bool has_zone, has_time;
} Moment;

/* A zone by its name behind the time: Europe/Berlin. */
static void scan_zone_name(Scan *s, Moment *m)
{
    Scan at = *s;
    skip_space(&at);
    const char *from = at.p;
    while (at.p < at.end && (is_letter(*at.p) || digit_of(*at.p) <= 9 || memchr("/_+-", *at.p, 4)))
        at.p++;
    size_t n = (size_t)(at.p - from);
    if (from == s->p || n < 3 || !is_letter(*from)) /* AD and BC are none */
        return;
    int32_t minutes;
    if (zone_abbreviation((Str){from, n}, &minutes)) {
        m->offset_s = minutes * INT64_C(60);
        m->has_zone = true;
        *s = at;
        return;
    }
    m->zone = zone_find((Str){from, n});
    if (m->zone) {
        m->has_zone = true;
        *s = at;
    }
}

static int scan_any_zone(Scan *s, Moment *m)
{
    int zone = scan_zone(s, &m->offset_s);
    TRY(zone);
    m->has_zone = zone == 1;
    if (!m->has_zone)
        scan_zone_name(s, m);
    return 0;
}

static int scan_era(Scan *s, int64_t *year)
{
    skip_space(s);
    if (take_word(s, STR("BC"))) {
        if (*year == 0)
            return -ERR_DATETIME_OVERFLOW;
        *year = 1 - *year;
    } else if (take_word(s, STR("AD")) || *year != 0) {
        if (*year == 0)
            return -ERR_DATETIME_OVERFLOW;
    } else {
        return -ERR_DATETIME_OVERFLOW; /* there is no year 0: the year before 0001 is 0001 BC */
    }
    skip_space(s);
    return 0;
}

static int scan_moment(Str text, bool ns, Moment *ret)
{
    Str trimmed = str_trim(text);
    Scan s = {trimmed.p, trimmed.p + trimmed.n};
    int64_t ymd[3];
    *ret = (Moment){0};
    TRY(scan_date(&s, ymd));
    bool t = look(&s) == 'T' || look(&s) == 't';
    Scan before_space = s;
    if (t)
        s.p++;
    else
        skip_space(&s);
    if (digit_of(look(&s)) <= 9 && (t || s.p > before_space.p)) {
        TRY(scan_time(&s, ns, &ret->time));
        ret->has_time = true;
    } else if (t) {
        return -ERR_DATETIME_FORMAT;
    }
    if (!ret->has_time)
        s = before_space;
    if (ret->has_time || look(&s) != '-') /* a third hyphen is none of an offset */
        TRY(scan_any_zone(&s, ret));
    TRY(scan_era(&s, &ymd[0]));
    if (!at_end(&s))
        return -ERR_DATETIME_FORMAT;
    int32_t y = (int32_t)ymd[0], m = (int32_t)ymd[1], d = (int32_t)ymd[2];
    if (m < 1 || m > 12 || d < 1 || d > days_in_month(y, m))
        return -ERR_DATETIME_OVERFLOW;
    ret->days = days_of_civil(y, m, d);
    return 0;
}

/* infinity, -infinity, epoch: which, or 0. */
typedef enum SpecialMoment { SPECIAL_NONE, SPECIAL_INFINITY, SPECIAL_MINUS_INFINITY, SPECIAL_EPOCH } SpecialMoment;

static SpecialMoment special_of(Str s)
{
    s = str_trim(s);
    if (str_eq_nocase(s, STR("infinity")) || str_eq_nocase(s, STR("+infinity")))
        return SPECIAL_INFINITY;
    if (str_eq_nocase(s, STR("-infinity")))
        return SPECIAL_MINUS_INFINITY;
    return str_eq_nocase(s, STR("epoch")) ? SPECIAL_EPOCH : SPECIAL_NONE;
}

static int date_parse_general(Str s, int32_t *ret_days)
{
    SpecialMoment special = special_of(s);
    if (special != SPECIAL_NONE) {
        *ret_days = special == SPECIAL_INFINITY ? DATE_INFINITY : special == SPECIAL_EPOCH ? 0 : DATE_MINUS_INFINITY;
        return 0;
    }
    Moment m;
    TRY(scan_moment(s, false, &m)); /* a time of day is read and dropped, as in PostgreSQL */
    if (m.days <= DATE_MINUS_INFINITY || m.days >= DATE_INFINITY)
        return -ERR_DATETIME_OVERFLOW;
    *ret_days = (int32_t)m.days;
    return 0;
}

int date_parse(Str s, int32_t *ret_days)
{
    int64_t days;
    if (likely(s.n == 10 && date_fast(s.p, s.p + 8, &days))) {
        *ret_days = (int32_t)days;
        return 0;
    }
    return date_parse_general(s, ret_days);
}

static int time_alone(Str t, int64_t *ret_us)
{
    Scan scan = {t.p, t.p + t.n};
    int64_t us;
    if (look(&scan) == 't' || look(&scan) == 'T')
        scan.p++;
    TRY(scan_time(&scan, false, &us));
    if (!at_end(&scan))
        return -ERR_DATETIME_FORMAT;
    if (us > US_PER_DAY)
        return -ERR_DATETIME_OVERFLOW;
    *ret_us = us;
    return 0;
}

int time_parse(Str s, int64_t *ret_us)
{
    Str t = str_trim(s);
    Moment m;
    if (str_eq_nocase(t, STR("allballs"))) { /* 00:00, as PostgreSQL calls it */
        *ret_us = 0;
        return 0;
    }
    int rc = time_alone(t, ret_us);
    if (rc == 0)
        return 0;
    int with_date = scan_moment(t, false, &m);
    if (with_date < 0)
        return with_date == -ERR_DATETIME_OVERFLOW ? with_date : rc;
    if (!m.has_time) /* a date alone */
        return -ERR_DATETIME_FORMAT;
    *ret_us = m.time;
    return 0;
}

/* The offset of a time that says none. */
static int timetz_in_use(const Moment *m, int64_t *ret_east_s)
{
    const TimeZone *z = zone_in_use();
    int64_t us = m->days * US_PER_DAY + m->time;
    *ret_east_s = 0;
    if (!z)
        return 0;
    if (z->n > 0 && !m->has_time)
        return -ERR_UNSUPPORTED;
    if (z->n > 0 && !zone_moment(z, us, FOLD_LAST, &us))
        return -ERR_DATETIME_OVERFLOW;
    *ret_east_s = zone_east_us(z, us) / US_PER_SECOND;
    return 0;
}

/* has_time of m: there is a date, too. */
static int timetz_of(const Moment *m, int64_t *ret)
{
    int64_t east_s = m->offset_s, us = m->days * US_PER_DAY + m->time;
    if (!m->has_zone)
        TRY(timetz_in_use(m, &east_s));
    if (m->zone && m->zone->n > 0 && !m->has_time)
        return -ERR_DATETIME_FORMAT;
    if (m->zone && !zone_moment(m->zone, us, FOLD_LAST, &us))
        return -ERR_DATETIME_OVERFLOW;
    if (m->zone)
        east_s = zone_east_us(m->zone, us) / US_PER_SECOND;
    if (m->time > US_PER_DAY)
        return -ERR_DATETIME_OVERFLOW;
    if (east_s >= 16 * 3600 || east_s <= -16 * 3600)
        return -ERR_ZONE_OFFSET;
    *ret = timetz_pack(m->time, east_s);
    return 0;
}

int timetz_parse(Str s, int64_t *ret)
{
    Str t = str_trim(s);
    Scan scan = {t.p, t.p + t.n};
    Moment m = {0};
    if (str_eq_nocase(t, STR("allballs"))) {
        *ret = timetz_pack(0, 0);
        return 0;
    }
    if (look(&scan) == 't' || look(&scan) == 'T')
        scan.p++;
    int rc = scan_time(&scan, false, &m.time);
    if (rc == 0) {
        TRY(scan_any_zone(&scan, &m));
        if (at_end(&scan))
            return timetz_of(&m, ret);
    }
    int with_date = scan_moment(s, false, &m);
    if (with_date < 0)
        return rc == -ERR_DATETIME_OVERFLOW ? rc : with_date;
    return m.has_time ? timetz_of(&m, ret) : -ERR_DATETIME_FORMAT;
}

/* per_second: 10^6 or 10^9.  ret_has_zone NULL: a zone is read and dropped. */
static int timestamp_parse_general(Str s, int64_t per_second, int64_t *ret, bool *ret_has_zone)
{
    bool ignored, drop_zone = !ret_has_zone;
    if (drop_zone)
        ret_has_zone = &ignored;
    *ret_has_zone = false;
    SpecialMoment special = special_of(s);
    if (special != SPECIAL_NONE) {
        *ret = special == SPECIAL_INFINITY ? TIMESTAMP_INFINITY : special == SPECIAL_EPOCH ? 0 : TIMESTAMP_MINUS_INFINITY;
        *ret_has_zone = special == SPECIAL_EPOCH;
        return 0;
    }
    Moment m;
    TRY(scan_moment(s, per_second == NS_PER_SECOND, &m));
    i128 v = (i128)m.days * 86400 * per_second + m.time - (drop_zone ? 0 : (i128)m.offset_s * per_second);
    if (m.zone && !drop_zone) {
        int64_t per_us = per_second / US_PER_SECOND, us;
        i128 local = v / per_us;
        if (local <= TIMESTAMP_MINUS_INFINITY || local >= TIMESTAMP_INFINITY ||
            !zone_moment(m.zone, (int64_t)local, FOLD_LAST, &us))
            return -ERR_DATETIME_OVERFLOW;
        v += ((i128)us - local) * per_us;
    }
    if (v <= TIMESTAMP_MINUS_INFINITY || v >= TIMESTAMP_INFINITY)
        return -ERR_DATETIME_OVERFLOW;
    *ret = (int64_t)v;
    *ret_has_zone = m.has_zone;
    return 0;
}

int timestamp_parse(Str s, int64_t *ret_us, bool *ret_has_zone)
{
    if (likely(timestamp_fast(s, ret_us, ret_has_zone)))
        return 0;
    return timestamp_parse_general(s, US_PER_SECOND, ret_us, ret_has_zone);
}

int timestamptz_parse(Str s, int64_t *ret_us)
{
    bool has_zone;
    const TimeZone *z = zone_in_use();
    TRY(timestamp_parse(s, ret_us, &has_zone));
    if (likely(!z || has_zone) || *ret_us == TIMESTAMP_INFINITY || *ret_us == TIMESTAMP_MINUS_INFINITY)
        return 0;
    return zone_moment(z, *ret_us, FOLD_LAST, ret_us) ? 0 : -ERR_DATETIME_OVERFLOW;
}

int timestamp_parse_ns(Str s, int64_t *ret_ns, bool *ret_has_zone)
{
    int64_t us;
    if (timestamp_fast(s, &us, ret_has_zone) && !__builtin_mul_overflow(us, INT64_C(1000), ret_ns))
        return 0;
    return timestamp_parse_general(s, NS_PER_SECOND, ret_ns, ret_has_zone);
}

int timestamp_parse_local(Str s, int64_t *ret_us)
{
    bool has_zone; /* of the fast form only Z, whose offset is 0 */
    return timestamp_fast(s, ret_us, &has_zone) ? 0 : timestamp_parse_general(s, US_PER_SECOND, ret_us, NULL);
}

int timestamp_parse_local_ns(Str s, int64_t *ret_ns)
{
    return timestamp_parse_general(s, NS_PER_SECOND, ret_ns, NULL);
}
