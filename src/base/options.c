/* SPDX-License-Identifier: Apache-2.0
 *
 * Options as rows: one parser for the options of connectors, formats, WITH clauses and settings.
 *
 * Presets go through the same code as values that were written, so a wrong preset in a table shows up in its first use.  A key
 * given twice is an error: silently taking one of them would hide a mistake. */
#include "base/options.h"

#include <stdio.h>
#include <string.h>

#define OPTION_KEYS_MAX 128u

static bool key_is(const char *name, Str key)
{
    return name && str_eq_nocase(str_of(name), key);
}

const OptionDef *option_find(const OptionDef *defs, Str key)
{
    for (const OptionDef *d = defs; d->key; d++)
        if (key_is(d->key, key) || key_is(d->alias, key))
            return d;
    return NULL;
}

static int bad(const OptionDef *d, const Option *o, const char *what, const char *want, Err *err)
{
    Span at = o ? o->at : SPAN_NONE;
    Str value = o ? o->value : str_of(d->preset);
    return RAISE_AT(err, ERR_BAD_OPTION, at, "%s: option \"%s\" must be %s, not \"%.*s\"", what, d->key, want,
                    (int)MIN(value.n, (size_t)100), value.n ? value.p : "");
}

static bool bool_read(Str v, bool *ret)
{
    static const Str yes[] = {STR("true"), STR("yes"), STR("on"), STR("1")}, no[] = {STR("false"), STR("no"), STR("off"), STR("0")};
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (str_eq_nocase(v, yes[i]) || str_eq_nocase(v, no[i])) {
            *ret = str_eq_nocase(v, yes[i]);
            return true;
        }
    }
    return false;
}

/* Index of v in "a|b|c" where each may be "x=y": two spellings. */
static bool enum_read(const char *names, Str v, int32_t *ret)
{
    Str rest = str_of(names), one, spelling;
    int32_t index = 0;
    bool more = true;
    while (more) {
        more = str_cut(rest, '|', &one, &rest);
        for (bool again = true; again;) {
            again = str_cut(one, '=', &spelling, &one);
            if (str_eq_nocase(spelling, v)) {
                *ret = index;
                return true;
            }
        }
        index++;
    }
    return false;
}

static bool char_read(Str v, char *ret)
{
    if (v.n == 1 && (unsigned char)v.p[0] < 0x80) {
        *ret = v.p[0];
        return true;
    }
    if (v.n == 2 && v.p[0] == '\\' && (v.p[1] == 't' || v.p[1] == '\\')) {
        *ret = v.p[1] == 't' ? '\t' : '\\';
        return true;
    }
    return false;
}

static bool has_range(const OptionDef *d)
{
    return d->min != 0 || d->max != 0;
}

static int range_check(const OptionDef *d, const Option *o, double v, const char *what, Err *err)
{
    if (!has_range(d) || (v >= d->min && v <= d->max))
        return 0;
    char want[96], low[32], high[32];
    f64_print(d->min, low);
    f64_print(d->max, high);
    snprintf(want, sizeof(want), "between %s and %s%s", low, high,
             d->kind == OPTION_DURATION ? " microseconds" : (d->kind == OPTION_BYTES ? " bytes" : ""));
    return bad(d, o, what, want, err);
}

static int integer_store(const OptionDef *d, const Option *o, int64_t v, const char *what, char *field, Err *err)
{
    TRY(range_check(d, o, (double)v, what, err));
    memcpy(field, &v, sizeof(v));
    return 0;
}

static int enum_store(const OptionDef *d, const Option *o, Str v, const char *what, char *field, Err *err)
{
    int32_t index;
    if (enum_read(d->names, v, &index)) {
        memcpy(field, &index, sizeof(index));
        return 0;
    }
    char want[256] = "one of ";
    size_t n = strlen(want);
    for (const char *p = d->names; *p && n + 3 < sizeof(want); p++) {
        want[n++] = *p == '|' ? ',' : *p == '=' ? '/' : *p;
        if (*p == '|')
            want[n++] = ' ';
    }
    want[n] = 0;
    return bad(d, o, what, want, err);
}

/* Writes the value into the config struct; o is NULL for the preset. */
static int value_store(const OptionDef *d, const Option *o, Str v, const char *what, void *config, Arena *arena, Err *err)
{
    char *field = (char *)config + d->offset;
    int64_t i;
    double f;
    switch (d->kind) {
    case OPTION_TEXT: {
        const char *copy = arena_strndup(arena, v.p, v.n);
        if (!copy)
            return RAISE_NOMEM(err);
        if (memchr(copy, 0, v.n))
            return bad(d, o, what, "text without a zero byte", err);
        memcpy(field, &copy, sizeof(copy));
        return 0;
    }
    case OPTION_BOOL: return bool_read(v, (bool *)(void *)field) ? 0 : bad(d, o, what, "true or false", err);
    case OPTION_INT: return str_to_i64(v, &i) ? integer_store(d, o, i, what, field, err) : bad(d, o, what, "an integer", err);
    case OPTION_DOUBLE:
        if (!str_to_f64(v, &f) || f != f)
            return bad(d, o, what, "a number", err);
        TRY(range_check(d, o, f, what, err));
        memcpy(field, &f, sizeof(f));
        return 0;
    case OPTION_DURATION:
        if (!str_to_duration_us(v, d->unit_us ? d->unit_us : 1000, &i))
            return bad(d, o, what, "a duration such as 500ms or 10 seconds", err);
        return integer_store(d, o, i, what, field, err);
    case OPTION_BYTES:
        return str_to_bytes(v, &i) ? integer_store(d, o, i, what, field, err) : bad(d, o, what, "a size such as 64kb or 1MiB", err);
    case OPTION_ENUM: return enum_store(d, o, v, what, field, err);
    case OPTION_CHAR: return char_read(v, field) ? 0 : bad(d, o, what, "one ASCII character or \\t", err);
    }
    return RAISE(err, ERR_INTERNAL, "%s: option \"%s\" is of unknown kind", what, d->key);
}

static int unknown(const OptionDef *defs, const Option *o, const char *what, Err *err)
{
    const char *names[OPTION_KEYS_MAX];
    size_t n = 0;
    for (const OptionDef *d = defs; d->key && n + 1 < OPTION_KEYS_MAX; d++) {
        names[n++] = d->key;
        if (d->alias)
            names[n++] = d->alias;
    }
    int rc = RAISE_AT(err, ERR_UNKNOWN_OPTION, o->key_at, "%s has no option \"%.*s\"", what, (int)MIN(o->key.n, (size_t)100),
                      o->key.n ? o->key.p : "");
    const char *nearest = str_nearest(o->key, names, n);
    if (nearest && err)
        err_hint(err, "Did you mean \"%s\"?", nearest);
    return rc;
}

static const Option *option_of(const OptionDef *d, const Option *opts, size_t n_opts)
{
    for (size_t i = 0; i < n_opts; i++)
        if (key_is(d->key, opts[i].key) || key_is(d->alias, opts[i].key))
            return &opts[i];
    return NULL;
}

int options_parse(const OptionDef *defs, const Option *opts, size_t n_opts, const char *what, void *config, Arena *arena, Err *err)
{
    for (size_t i = 0; i < n_opts; i++) {
        const OptionDef *d = option_find(defs, opts[i].key);
        if (!d)
            return unknown(defs, &opts[i], what, err);
        if (option_of(d, opts, n_opts) != &opts[i])
            return RAISE_AT(err, ERR_BAD_OPTION, opts[i].key_at, "%s: option \"%s\" is given more than once", what, d->key);
    }
    for (const OptionDef *d = defs; d->key; d++) {
        const Option *o = option_of(d, opts, n_opts);
        if (o)
            TRY(value_store(d, o, d->kind == OPTION_TEXT || d->kind == OPTION_CHAR ? o->value : str_trim(o->value), what, config,
                            arena, err));
        else if (d->required)
            return RAISE(err, ERR_MISSING_OPTION, "%s needs option \"%s\" (%s)", what, d->key, d->help ? d->help : "");
        else if (d->preset)
            TRY(value_store(d, NULL, str_of(d->preset), what, config, arena, err));
    }
    return 0;
}
