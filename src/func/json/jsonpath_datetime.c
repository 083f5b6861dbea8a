/* SPDX-License-Identifier: Apache-2.0
 *
 * .datetime() of a path: a string in one of the forms of ISO 8601 becomes a moment, which stays a string of the document with its
 * kind beside it (JsonNode.n), so that it prints as one and compares as a time with others of its kind. */
#include "base/calendar.h"
#include "base/zone.h"
#include "func/json/jsonpath_impl.h"

#include <stdio.h>

typedef struct Moment {
    PathTime kind;
    int32_t days;
    int64_t time_us, east_us;
} Moment;

static bool take_digits(Str *s, size_t n, int32_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < n; i++) {
        if (i >= s->n || s->p[i] < '0' || s->p[i] > '9')
            return false;
        *ret = *ret * 10 + (s->p[i] - '0');
    }
    *s = (Str){s->p + n, s->n - n};
    return true;
}

static bool take_char(Str *s, char c)
{
    if (!s->n || s->p[0] != c)
        return false;
    *s = (Str){s->p + 1, s->n - 1};
    return true;
}

static bool take_date(Str *s, Moment *m)
{
    int32_t y, month, d;
    if (!take_digits(s, 4, &y) || !take_char(s, '-') || !take_digits(s, 2, &month) || !take_char(s, '-') || !take_digits(s, 2, &d))
        return false;
    char text[48];
    snprintf(text, sizeof(text), "%04d-%02d-%02d", y, month, d);
    return date_parse(str_of(text), &m->days) == 0;
}

static bool take_zone(Str *s, Moment *m)
{
    int32_t hours, minutes = 0;
    bool minus = s->n && s->p[0] == '-';
    if (!take_char(s, '-') && !take_char(s, '+'))
        return false;
    if (!take_digits(s, 2, &hours) || (take_char(s, ':') && !take_digits(s, 2, &minutes)) || hours > 15 || minutes > 59)
        return false;
    m->east_us = (hours * INT64_C(60) + minutes) * 60 * US_PER_SECOND * (minus ? -1 : 1);
    return true;
}

static bool take_time(Str *s, Moment *m)
{
    int32_t h, minute, second, digit;
    int64_t fraction = 0, unit = US_PER_SECOND;
    if (!take_digits(s, 2, &h) || !take_char(s, ':') || !take_digits(s, 2, &minute) || !take_char(s, ':') ||
        !take_digits(s, 2, &second) || h > 23 || minute > 59 || second > 59)
        return false;
    if (take_char(s, '.'))
        while (take_digits(s, 1, &digit)) {
            unit /= 10;
            fraction += digit * unit;
        }
    m->time_us = ((h * INT64_C(60) + minute) * 60 + second) * US_PER_SECOND + fraction;
    return true;
}

static bool read_moment(Str s, Moment *ret)
{
    *ret = (Moment){0};
    Str rest = s;
    bool date = take_date(&rest, ret), time = false;
    if (!date)
        rest = s;
    if (!date || take_char(&rest, 'T') || take_char(&rest, ' ')) {
        time = take_time(&rest, ret);
        if (!time)
            return false;
    }
    bool zone = time && take_zone(&rest, ret);
    ret->kind = date ? (!time ? PATH_DATE : zone ? PATH_TIMESTAMPTZ : PATH_TIMESTAMP) : zone ? PATH_TIMETZ : PATH_TIME;
    return rest.n == 0;
}

int jsonpath_datetime(JsonNode *n, Arena *arena, JsonNode **ret, Err *err)
{
    Moment m;
    char text[CALENDAR_TEXT_MAX * 2], part[CALENDAR_TEXT_MAX];
    if (n->type != JT_STRING)
        return RAISE(err, ERR_JSON_DATETIME, "jsonpath item method .datetime() can only be applied to a string");
    if (!read_moment(n->str, &m)) {
        (void)RAISE(err, ERR_JSON_DATETIME, "datetime format is not recognized: \"%.*s\"", (int)MIN(n->str.n, 64), n->str.p);
        return err_hint(err, "Forms of ISO 8601 are read: 2024-01-31, 10:20:30, 2024-01-31T10:20:30+02:00.");
    }
    size_t at = 0;
    bool date = m.kind != PATH_TIME && m.kind != PATH_TIMETZ, time = m.kind != PATH_DATE;
    if (date)
        at = (size_t)date_print(m.days, text);
    if (date && time)
        text[at++] = 'T';
    if (time) {
        time_print(m.time_us, part);
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s", part);
    }
    int64_t minutes = (m.east_us < 0 ? -m.east_us : m.east_us) / US_PER_SECOND / 60;
    if (m.kind == PATH_TIMETZ || m.kind == PATH_TIMESTAMPTZ)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%c%02d:%02d", m.east_us < 0 ? '-' : '+', (int)(minutes / 60),
                               (int)(minutes % 60));
    JsonNode *made = json_new(arena, JT_STRING);
    if (!made)
        return RAISE_NOMEM(err);
    made->str = (Str){arena_strndup(arena, text, at), at};
    made->n = m.kind;
    *ret = made;
    return made->str.p ? 0 : RAISE_NOMEM(err);
}

const char *jsonpath_time_name(PathTime kind)
{
    static const char *const names[] = {
        [PATH_DATE] = "date",
        [PATH_TIME] = "time without time zone",
        [PATH_TIMETZ] = "time with time zone",
        [PATH_TIMESTAMP] = "timestamp without time zone",
        [PATH_TIMESTAMPTZ] = "timestamp with time zone",
    };
    return names[kind];
}

/* In UTC; without a zone by the clock of the zone in use, but for times of day, which are those of UTC. */
static int64_t moment_us(const Moment *m, bool zoned)
{
    int64_t us = m->days * US_PER_DAY + m->time_us - m->east_us;
    const TimeZone *z = zoned || m->kind == PATH_TIME ? NULL : zone_in_use();
    if (z)
        (void)zone_moment(z, us, FOLD_LAST, &us);
    return us;
}

int jsonpath_time_cmp(const JsonNode *a, const JsonNode *b, bool zones, int *ret, Err *err)
{
    Moment x, y;
    bool zone_x = a->n == PATH_TIMETZ || a->n == PATH_TIMESTAMPTZ, zone_y = b->n == PATH_TIMETZ || b->n == PATH_TIMESTAMPTZ;
    bool time_x = a->n == PATH_TIME || a->n == PATH_TIMETZ, time_y = b->n == PATH_TIME || b->n == PATH_TIMETZ;
    if (!a->n || !b->n || time_x != time_y || !read_moment(a->str, &x) || !read_moment(b->str, &y))
        return 0;
    if (zone_x != zone_y && !zones) {
        (void)RAISE(err, ERR_UNSUPPORTED, "cannot convert value from %s to %s without time zone usage",
                    jsonpath_time_name(zone_x ? b->n : a->n), jsonpath_time_name(zone_x ? a->n : b->n));
        return err_hint(err, "Use the function whose name ends in _tz: it takes such values in the zone of the session.");
    }
    int64_t p = moment_us(&x, zone_x || zone_x == zone_y), q = moment_us(&y, zone_y || zone_x == zone_y);
    *ret = (p > q) - (p < q);
    return 1;
}
