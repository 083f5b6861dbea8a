/* SPDX-License-Identifier: Apache-2.0
 *
 * How dates, times and intervals are written as texts, and in which order the numbers of a date are read: DateStyle and
 * IntervalStyle.  A style is part of the zone in use (base/zone.h): what keeps or passes on the one does so with the other. */
#pragma once
#include "base/calendar.h"

typedef enum DateForm { FORM_ISO, FORM_SQL, FORM_POSTGRES, FORM_GERMAN } DateForm;
typedef enum DateOrder { ORDER_MDY, ORDER_DMY, ORDER_YMD } DateOrder;
typedef enum IntervalForm { FORM_PLAIN, FORM_VERBOSE, FORM_STANDARD, FORM_ISO_8601 } IntervalForm;

typedef struct TextStyle {
    uint8_t date;     /* DateForm */
    uint8_t order;    /* DateOrder */
    uint8_t interval; /* IntervalForm */
} TextStyle;          /* all zero: "ISO, MDY" and "postgres" */

static inline bool text_style_is_plain(TextStyle s)
{
    return !s.date && !s.order && !s.interval;
}
static inline bool text_style_eq(TextStyle a, TextStyle b)
{
    return a.date == b.date && a.order == b.order && a.interval == b.interval;
}

/* What SET DateStyle takes: a form, an order, or both in either order, "default"; what it does not say stays as it is in *style.
 * false: it is none of these, or says two things. */
bool text_style_read_dates(Str text, TextStyle *style);
bool text_style_read_intervals(Str text, TextStyle *style);
const char *text_style_dates(TextStyle s); /* "German, DMY" */
const char *text_style_intervals(TextStyle s);

TextStyle text_style_in_use(void); /* of this thread */

/* As those of base/calendar.h, in a style. */
int date_print_as(int32_t days, TextStyle s, char *buf);
int timestamp_print_as(int64_t us, TextStyle s, char *buf);
int timestamptz_print_as(int64_t us, TextStyle s, char *buf); /* by the clock of the zone in use, with its name */
int timestamp_print_ns_as(int64_t ns, TextStyle s, char *buf);
int interval_print_as(const Interval *i, TextStyle s, char *buf);
