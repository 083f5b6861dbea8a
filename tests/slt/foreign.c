/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that were written for other systems (--foreign): what only steers those, and values by what they mean instead of how they
 * are printed.  A file that needs what is not there ends where it says so. */
#include "slt/slt.h"

#include <math.h>
#include <stdlib.h>

/* ---- verbs ---- */

static bool is_there(Str what)
{
    static const char *const there[] = {"json", "icu", "core_functions", "skip_reload", "noforcestorage"};
    for (size_t i = 0; i < ARRAY_LEN(there); i++)
        if (str_eq(what, str_of(there[i])))
            return true;
    return false;
}

bool run_foreign_control(Run *r, Str verb, Str rest)
{
    static const char *const passed_over[] = {"sleep", "subtest",        "connection", "tags",
                                              "set",   "reset-timezone", "test_env",   "user"};
    for (size_t i = 0; i < ARRAY_LEN(passed_over); i++)
        if (str_eq(verb, str_of(passed_over[i])))
            return true;
    if (str_eq(verb, STR("require")) || str_eq(verb, STR("require-env")) || str_eq(verb, STR("load"))) {
        Str what = text_word(&rest);
        if (str_eq(verb, STR("require")) ? !is_there(what) : str_eq(verb, STR("require-env")) || what.n > 0) {
            r->halted = true;
            r->counts.skipped++;
        }
        return true;
    }
    if (str_eq(verb, STR("system")) || str_eq(verb, STR("simple")) || str_eq(verb, STR("let")) || str_eq(verb, STR("unzip"))) {
        (void)read_block(r, false);
        r->counts.skipped++;
        return true;
    }
    return false;
}

/* ---- values ---- */

static bool is_true(const char *s)
{
    return strcmp(s, "t") == 0 || strcmp(s, "true") == 0 || strcmp(s, "True") == 0;
}

static bool is_false(const char *s)
{
    return strcmp(s, "f") == 0 || strcmp(s, "false") == 0 || strcmp(s, "False") == 0;
}

static bool to_number(const char *s, double *ret)
{
    char *end;
    *ret = strtod(s, &end);
    return end != s && !*end;
}

/* letter: I numbers without what is behind the point, R with three digits there, as the first files of this kind print them. */
static bool same_cell(const char *expected, const char *actual, char letter)
{
    double a, b;
    if (strcmp(expected, actual) == 0)
        return true;
    if ((is_true(actual) && (is_true(expected) || strcmp(expected, "1") == 0)) ||
        (is_false(actual) && (is_false(expected) || strcmp(expected, "0") == 0)))
        return true;
    if (!to_number(expected, &a) || !to_number(actual, &b))
        return false;
    if (a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b)))
        return true;
    return letter == 'I' ? a == trunc(b) : letter == 'R' && fabs(a - b) <= 0.000501;
}

/* Blanks of any number stand between values, and within texts. */
static bool same_line(Str types, size_t first, const char *expected, const char *actual)
{
    Str e = str_of(expected), a = str_of(actual);
    for (size_t c = first; e.n || a.n; c++) {
        char cell[2][512];
        Str word[2] = {text_word(&e), text_word(&a)};
        if (word[0].n >= sizeof(cell[0]) || word[1].n >= sizeof(cell[1])) {
            if (!str_eq(word[0], word[1]))
                return false;
            continue;
        }
        for (int k = 0; k < 2; k++) {
            memcpy(cell[k], word[k].p, word[k].n);
            cell[k][word[k].n] = 0;
        }
        if (!same_cell(cell[0], cell[1], c < types.n ? types.p[c] : 'T'))
            return false;
    }
    return true;
}

bool same_foreign(Run *r, Str types, bool by_value, bool any_order, const List *expected, const List *actual)
{
    bool *taken = ARENA_ARRAY(&r->scratch, bool, actual->n + 1);
    if (!taken)
        die("out of memory");
    memset(taken, 0, (actual->n + 1) * sizeof(*taken));
    if (expected->n != actual->n)
        return false;
    for (size_t i = 0; i < expected->n; i++) {
        size_t k = i, first = by_value && types.n ? i % types.n : 0;
        if (any_order)
            for (k = 0; k < actual->n && (taken[k] || !same_line(types, first, expected->item[i], actual->item[k]));)
                k++;
        if (k == actual->n || !same_line(types, first, expected->item[i], actual->item[k]))
            return false;
        taken[k] = true;
    }
    return true;
}

/* Values as those files hash them. */
List foreign_values(Run *r, Str types, const List *values, size_t cols)
{
    List made = {0};
    for (size_t i = 0; i < values->n; i++) {
        const char *v = values->item[i];
        char letter = i % cols < types.n ? types.p[i % cols] : 'T';
        double x;
        if (letter != 'T' && (is_true(v) || is_false(v)))
            v = is_true(v) ? "1" : "0";
        else if (letter == 'R' && to_number(v, &x))
            v = text_print(&r->scratch, "%.3f", x);
        else if (letter == 'I' && to_number(v, &x) && fabs(x) < 1e15)
            v = text_print(&r->scratch, "%lld", (long long)x);
        list_add(&r->scratch, &made, v);
    }
    return made;
}
