/* SPDX-License-Identifier: Apache-2.0
 *
 * A text that every match of a regular expression has in it, so that texts without it need not be matched, and how far before it a
 * match can begin, so that matching need not begin earlier.  The text is one that stands outside of groups, and an expression with
 * anything that is not plain has none: it is always right not to know one. */
#include "func/text_impl.h"

#define UTF8_MAX 4u

typedef struct Scan {
    Str s;
    size_t i, n_run, n_best;
    char *best, *run;              /* the longest run of characters so far; the one that goes on here */
    size_t width, run_at, best_at; /* bytes that a match can have up to here, before the run, before the longest */
} Scan;

static void widen(Scan *c, size_t n)
{
    c->width = n == REGEX_ANYWHERE || c->width == REGEX_ANYWHERE ? REGEX_ANYWHERE : c->width + n;
}

static void end_run(Scan *c)
{
    if (c->n_run > c->n_best) {
        memcpy(c->best, c->run, c->n_run);
        c->n_best = c->n_run;
        c->best_at = c->run_at;
    }
    c->n_run = 0;
    c->run_at = c->width;
}

static char next_of(const Scan *c, size_t k)
{
    return c->i + k < c->s.n ? c->s.p[c->i + k] : '\0';
}

/* Over a class that begins here; false: not a plain one. */
static bool skip_class(Scan *c)
{
    c->i += next_of(c, 1) == '^' ? 2 : 1;
    for (bool first = true; c->i < c->s.n; first = false) {
        char here = c->s.p[c->i], next = next_of(c, 1);
        if (here == ']' && !first)
            return c->i++, true;
        if ((here == '[' && next == ':') || (here == '\\' && (next == 'Q' || next == 'E' || next == 'c' || !next)))
            return false;
        c->i += here == '\\' ? 2 : 1;
    }
    return false;
}

/* Bytes that one of a group can stand for; all alternatives are added up, which is more than there can be. */
static size_t width_in_group(char here)
{
    return here == '.' ? UTF8_MAX : !here || !strchr("()|?^$*+{", here) ? 1 : strchr("*+{", here) ? REGEX_ANYWHERE : 0;
}

/* Over a group with all groups in it; false: it may mean more than its text. */
static bool skip_group(Scan *c)
{
    for (size_t depth = 0; c->i < c->s.n;) {
        char here = c->s.p[c->i], next = next_of(c, 1);
        if (here == '[') {
            if (!skip_class(c))
                return false;
            widen(c, UTF8_MAX);
            continue;
        }
        if (here == '\\' && (next == 'Q' || next == 'E' || next == 'c' || !next))
            return false;
        if (here == '(' && (next == '*' || (next == '?' && next_of(c, 2) != ':')))
            return false;
        widen(c, here == '\\' ? (next >= '0' && next <= '9') || strchr("kgRXpPNox", next) ? REGEX_ANYWHERE : UTF8_MAX
                              : width_in_group(here));
        depth += here == '(';
        depth -= here == ')';
        c->i += here == '\\' ? 2 : 1;
        if (depth == 0)
            return true;
    }
    return false;
}

/* Over what is one thing for the quantifier behind it. *ret: its bytes when it is a character. */
static bool read_atom(Scan *c, Str *ret)
{
    const char *p = c->s.p + c->i;
    *ret = (Str){p, 0};
    switch (*p) {
    case '(': return skip_group(c);
    case '[': return widen(c, UTF8_MAX), skip_class(c);
    case '.': return widen(c, UTF8_MAX), c->i++, true;
    case '^':
    case '$': return c->i++, true;
    case '|':
    case ')':
    case '*':
    case '+':
    case '?':
    case '{': return false;
    case '\\': {
        unsigned char next = (unsigned char)next_of(c, 1), lower = next | 32u;
        c->i += 2;
        widen(c, UTF8_MAX);
        if (next && next < 0x80 && !(next >= '0' && next <= '9') && !(lower >= 'a' && lower <= 'z'))
            return *ret = (Str){p + 1, 1}, true;
        return next && strchr("dDwWsSbBAzZnrtfhHvV", next) != NULL;
    }
    default: {
        size_t n = 1;
        while ((next_of(c, n) & 0xc0) == 0x80)
            n++;
        c->i += n;
        widen(c, n);
        return *ret = (Str){p, n}, true;
    }
    }
}

typedef struct Quantifier {
    bool least, once, many; /* at least once; just once; more often than once */
} Quantifier;

/* Over a quantifier, if there is one. */
static bool read_quantifier(Scan *c, Quantifier *ret)
{
    char q = next_of(c, 0);
    bool once = q != '*' && q != '+' && q != '?' && q != '{';
    *ret = (Quantifier){.least = once || q == '+', .once = once, .many = !once && q != '?'};
    if (once)
        return true;
    c->i++;
    if (q == '{') {
        size_t digits = 0;
        for (; next_of(c, 0) >= '0' && next_of(c, 0) <= '9'; digits++)
            c->i++;
        c->i += next_of(c, 0) == ',';
        while (next_of(c, 0) >= '0' && next_of(c, 0) <= '9')
            c->i++;
        if (!digits || next_of(c, 0) != '}')
            return false;
        c->i++;
    }
    c->i += next_of(c, 0) == '?' || next_of(c, 0) == '+';
    return true;
}

size_t regex_need(Str pattern, char *out, size_t *ret_before)
{
    Scan c = {.s = pattern, .best = out, .run = out + pattern.n};
    while (c.i < c.s.n) {
        Str atom;
        Quantifier q;
        if (!read_atom(&c, &atom) || c.i > c.s.n || !read_quantifier(&c, &q))
            return 0;
        if (atom.n && q.least) {
            memcpy(c.run + c.n_run, atom.p, atom.n);
            c.n_run += atom.n;
        }
        if (q.many)
            widen(&c, REGEX_ANYWHERE);
        if (!atom.n || !q.once)
            end_run(&c);
    }
    end_run(&c);
    *ret_before = c.best_at;
    return c.n_best > 1 ? c.n_best : 0;
}
