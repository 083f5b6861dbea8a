/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of styles, as PostgreSQL's settings take and show them. */
#include "base/text_style.h"

typedef enum WordKind { WORD_FORM, WORD_ORDER, WORD_DEFAULT } WordKind;

typedef struct StyleWord {
    const char *word; /* any case */
    uint8_t kind, value;
    bool begins; /* whatever stands behind it */
} StyleWord;

static const StyleWord words[] = {
    {"iso", WORD_FORM, FORM_ISO, false},       {"sql", WORD_FORM, FORM_SQL, false},   {"postgres", WORD_FORM, FORM_POSTGRES, true},
    {"german", WORD_FORM, FORM_GERMAN, false}, {"ymd", WORD_ORDER, ORDER_YMD, false}, {"dmy", WORD_ORDER, ORDER_DMY, false},
    {"euro", WORD_ORDER, ORDER_DMY, true},     {"mdy", WORD_ORDER, ORDER_MDY, false}, {"us", WORD_ORDER, ORDER_MDY, false},
    {"noneuro", WORD_ORDER, ORDER_MDY, true},  {"default", WORD_DEFAULT, 0, false},
};

static const StyleWord *word_find(Str s)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        Str word = str_of(words[i].word);
        if (words[i].begins ? str_starts_nocase(s, word) : str_eq_nocase(s, word))
            return &words[i];
    }
    return NULL;
}

bool text_style_read_dates(Str text, TextStyle *style)
{
    Str one, rest = text;
    bool has_form = false, has_order = false, more = true;
    TextStyle made = *style;
    if (str_trim(text).n == 0)
        return true;
    while (more) {
        more = str_cut(rest, ',', &one, &rest);
        const StyleWord *w = word_find(str_trim(one));
        if (!w)
            return false;
        if (w->kind == WORD_FORM) {
            if (has_form && made.date != w->value)
                return false;
            made.date = w->value;
            has_form = true;
            if (made.date == FORM_GERMAN && !has_order)
                made.order = ORDER_DMY;
        } else if (w->kind == WORD_ORDER) {
            if (has_order && made.order != w->value)
                return false;
            made.order = w->value;
            has_order = true;
        } else {
            made.date = has_form ? made.date : FORM_ISO;
            made.order = has_order ? made.order : ORDER_MDY;
        }
    }
    *style = made;
    return true;
}

static const char *const interval_names[] = {
    [FORM_PLAIN] = "postgres", [FORM_VERBOSE] = "postgres_verbose", [FORM_STANDARD] = "sql_standard", [FORM_ISO_8601] = "iso_8601"};

bool text_style_read_intervals(Str text, TextStyle *style)
{
    for (size_t i = 0; i < ARRAY_LEN(interval_names); i++)
        if (str_eq_nocase(text, str_of(interval_names[i]))) {
            style->interval = (uint8_t)i;
            return true;
        }
    return false;
}

const char *text_style_dates(TextStyle s)
{
    static const char *const names[4][3] = {[FORM_ISO] = {"ISO, MDY", "ISO, DMY", "ISO, YMD"},
                                            [FORM_SQL] = {"SQL, MDY", "SQL, DMY", "SQL, YMD"},
                                            [FORM_POSTGRES] = {"Postgres, MDY", "Postgres, DMY", "Postgres, YMD"},
                                            [FORM_GERMAN] = {"German, MDY", "German, DMY", "German, YMD"}};
    return names[s.date][s.order];
}

const char *text_style_intervals(TextStyle s)
{
    return interval_names[s.interval];
}
