/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates of to_char, to_date and to_timestamp for dates and times: their patterns as data, shared by the writer and the
 * reader. */
#pragma once
#include "func/text_impl.h"

typedef enum Pattern {
    P_LITERAL, /* text as it is */
    P_AM,
    P_AM_DOTS,
    P_BC,
    P_BC_DOTS,
    P_CENTURY,
    P_DAY,
    P_DAY_SHORT,
    P_DOY,
    P_ISO_DOY,
    P_DOM,
    P_DOW,
    P_ISO_DOW,
    P_HOUR12,
    P_HOUR24,
    P_ISO_WEEK,
    P_ISO_YEAR,
    P_JULIAN,
    P_MINUTE,
    P_MONTH,
    P_MONTH_NAME,
    P_MONTH_SHORT,
    P_MS,
    P_US,
    P_FRACTION,
    P_QUARTER,
    P_ROMAN_MONTH,
    P_SECOND,
    P_DAY_SECOND,
    P_ZONE,
    P_ZONE_HOUR,
    P_ZONE_MINUTE,
    P_ZONE_OFFSET,
    P_WEEK,
    P_WEEK_OF_MONTH,
    P_YEAR,
    P_YEAR_COMMA,
} Pattern;

typedef enum LetterCase { LETTERS_UPPER, LETTERS_LOWER, LETTERS_TITLE } LetterCase;

typedef struct TplField {
    Pattern pattern;
    const char *name; /* of the pattern, for messages */
    uint8_t digits;   /* width of a number, or digits of a year or fraction */
    LetterCase letters;
    bool fill;    /* not FM: padded */
    bool ordinal; /* TH, th follows */
    bool ordinal_upper;
    Str text;    /* P_LITERAL */
    bool quoted; /* it stood in quotes, where a backslash is before what is meant as it is */
} TplField;

/* Bytes of a template between the quote that it begins with and the next one. */
size_t format_quoted_bytes(Str s);
/* What stood in quotes, without the backslashes. */
void format_put_quoted(StrBuf *b, Str text);
/* Takes the next field of a template; false at its end. */
bool format_next(Str *rest, TplField *ret);
extern const char *const month_names[12], *const day_names[7]; /* capitalised, in English */
