/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions that are simple enough to be matched without PCRE2: literals, groups of alternatives that are literals or ^,
 * single characters of a class, and runs [..]* or [..]+ that nothing has to be taken back from, because what follows cannot begin
 * with what they are made of.  With a text that each match has in it a match is found where that text is: its few characters before
 * it are compared, and mostly no place but the first is tried.
 *
 * What is matched, and which groups, is what PCRE2 gives: the first place from the left, there the first alternative with which the
 * rest matches.  Whatever is not known to be simple is left to it, and so is a text in which runs are walked over again and again.
 */
#include "func/text_impl.h"

#include <string.h>

#include "base/find.h"

#define RUN_BYTES_MAX 65536u /* walked over in vain before PCRE2 is asked */

static bool in_class(const RegexClass *c, char byte)
{
    return bit_get(c->bits, (unsigned char)byte);
}

/* ---- reading ---- */

typedef struct Reader {
    Str s;
    size_t i;
    RegexSimple *out;
    size_t n_text;
} Reader;

static char peek(const Reader *r, size_t k)
{
    return r->i + k < r->s.n ? r->s.p[r->i + k] : '\0';
}

static bool is_quantifier(char c)
{
    return c && strchr("*+?{", c);
}

static RegexItem *add_item(Reader *r, RegexItemKind kind)
{
    RegexSimple *out = r->out;
    if (out->n_items == ARRAY_LEN(out->item))
        return NULL;
    RegexItem *item = &out->item[out->n_items++];
    *item = (RegexItem){.kind = (uint8_t)kind, .text = {out->bytes + r->n_text, 0}};
    return item;
}

/* One byte of a literal into the text of `item`; false: it is not one. */
static bool read_byte(Reader *r, RegexItem *item)
{
    char c = peek(r, 0);
    size_t taken = 1;
    if (c == '\\') {
        c = peek(r, 1);
        if (c <= ' ' || c == 0x7f || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'))
            return false;
        taken = 2;
    } else if (!c || strchr(".*+?{|)([^$", c)) {
        return false;
    }
    r->i += taken;
    r->out->bytes[r->n_text++] = c;
    item->text.n++;
    return !is_quantifier(peek(r, 0));
}

/* Characters from..to into the class; false: not plain ones. */
static bool read_range(Reader *r, RegexClass *c)
{
    char from = peek(r, 0), to;
    if (from == '\\') {
        r->i++;
        from = peek(r, 0);
        if (from <= ' ' || ((from | 32) >= 'a' && (from | 32) <= 'z') || (from >= '0' && from <= '9'))
            return false;
    } else if (from == '[' || from == '-') {
        return false;
    }
    r->i++;
    to = from;
    if (peek(r, 0) == '-' && peek(r, 1) != ']') {
        to = peek(r, 1);
        if (to == '\\' || to == '[' || to < from)
            return false;
        r->i += 2;
    }
    if (from <= 0 || to <= 0 || to == 0x7f) /* no ASCII */
        return false;
    for (int k = from; k <= to; k++)
        bit_set(c->bits, (size_t)k);
    return true;
}

/* Behind the [ of a class. */
static bool read_class(Reader *r, RegexClass *c)
{
    *c = (RegexClass){.only = -1};
    c->negated = peek(r, 0) == '^';
    r->i += c->negated;
    if (peek(r, 0) == ']')
        return false;
    while (peek(r, 0) != ']') {
        if (peek(r, 0) == '-' && peek(r, 1) == ']') {
            bit_set(c->bits, '-');
            r->i++;
        } else if (!read_range(r, c)) {
            return false;
        }
    }
    r->i++;
    if (!c->negated)
        return true;
    int n = 0;
    for (int k = 0; k < 128; k++)
        if (bit_get(c->bits, (size_t)k)) {
            c->only = k;
            n++;
        }
    c->only = n == 1 ? c->only : -1;
    for (size_t w = 0; w < ARRAY_LEN(c->bits); w++)
        c->bits[w] = ~c->bits[w];
    return true;
}

static bool read_class_item(Reader *r)
{
    RegexItem *item = add_item(r, REGEX_ONE);
    RegexSimple *out = r->out;
    if (!item || out->n_classes == ARRAY_LEN(out->classes))
        return false;
    r->i++;
    item->number = (uint8_t)out->n_classes;
    RegexClass *c = &out->classes[out->n_classes++];
    if (!read_class(r, c))
        return false;
    char q = peek(r, 0);
    if (!is_quantifier(q))
        return !c->negated; /* a byte, not a character */
    item->kind = q == '*' ? REGEX_RUN : REGEX_RUN_SOME;
    r->i++;
    return (q == '*' || q == '+') && !is_quantifier(peek(r, 0));
}

static bool read_literal(Reader *r)
{
    RegexItem *item = add_item(r, REGEX_LITERAL);
    bool some = false;
    if (!item)
        return false;
    while (r->i < r->s.n && !strchr("[()|^$", peek(r, 0)) && peek(r, 0)) {
        if (!read_byte(r, item))
            return false;
        some = true;
    }
    return some;
}

/* Up to the ) of a group: alternatives, each a literal or ^. */
static bool read_choice(Reader *r)
{
    uint16_t first = r->out->n_items;
    if (!add_item(r, REGEX_CHOICE))
        return false;
    for (uint8_t n = 1;; n++) {
        RegexItem *item = add_item(r, REGEX_LITERAL);
        if (!item)
            return false;
        if (peek(r, 0) == '^') {
            item->kind = REGEX_START;
            r->i++;
        }
        while (item->kind == REGEX_LITERAL && peek(r, 0) != '|' && peek(r, 0) != ')')
            if (!read_byte(r, item))
                return false;
        r->out->item[first].number = n;
        if (peek(r, 0) == ')')
            return true;
        if (peek(r, 0) != '|')
            return false;
        r->i++;
    }
}

static bool read_items(Reader *r, bool in_group);

static bool read_group(Reader *r)
{
    bool captures = peek(r, 1) != '?';
    uint8_t group = (uint8_t)(r->out->n_groups + 1u);
    RegexItem *open = captures ? add_item(r, REGEX_OPEN) : NULL;
    if (peek(r, 1) == '*' || (!captures && peek(r, 2) != ':') || (captures && (!open || group >= REGEX_GROUPS_MAX)))
        return false;
    if (captures) {
        open->number = group;
        r->out->n_groups = group;
    }
    r->i += captures ? 1 : 3;
    Reader at = *r;
    uint16_t n_items = r->out->n_items;
    if (!read_choice(r)) {
        *r = at;
        r->out->n_items = n_items;
        if (!read_items(r, true))
            return false;
    }
    if (peek(r, 0) != ')' || is_quantifier(peek(r, 1)))
        return false;
    r->i++;
    RegexItem *close = captures ? add_item(r, REGEX_CLOSE) : NULL;
    if (close)
        close->number = group;
    return close || !captures;
}

/* What is in a group has no groups in it. */
static bool read_items(Reader *r, bool in_group)
{
    while (r->i < r->s.n) {
        char c = peek(r, 0);
        bool done;
        if (in_group && c == ')')
            return true;
        if (c == '(')
            done = !in_group && read_group(r);
        else if (c == '[')
            done = read_class_item(r);
        else if (c == '^' || c == '$') {
            done = add_item(r, c == '^' ? REGEX_START : REGEX_END) != NULL && !is_quantifier(peek(r, 1));
            r->i++;
        } else
            done = read_literal(r);
        if (!done)
            return false;
    }
    return !in_group;
}

/* Whether a run ends where it ends, whatever follows. */
static bool is_settled(const RegexSimple *s, uint32_t run)
{
    for (uint32_t i = run + 1; i < s->n_items; i++) {
        const RegexItem *next = &s->item[i];
        if (next->kind == REGEX_OPEN || next->kind == REGEX_CLOSE)
            continue;
        return next->kind == REGEX_END ||
               (next->kind == REGEX_LITERAL && !in_class(&s->classes[s->item[run].number], next->text.p[0]));
    }
    return true;
}

bool regex_simple_read(Str pattern, char *room, RegexSimple *ret)
{
    *ret = (RegexSimple){.bytes = room};
    Reader r = {.s = pattern, .out = ret};
    if (!read_items(&r, false))
        return false;
    for (uint32_t i = 0; i < ret->n_items; i++)
        if ((ret->item[i].kind == REGEX_RUN || ret->item[i].kind == REGEX_RUN_SOME) && !is_settled(ret, i))
            return false;
    return true;
}

/* ---- matching ---- */

typedef struct Match {
    const RegexSimple *s;
    Str text;
    size_t *span;
    size_t walked; /* by runs */
} Match;

static size_t run_end(const RegexClass *c, Str text, size_t at)
{
    if (c->only >= 0) {
        for (; at < text.n; at += 16) {
            unsigned found = find_mask(text, at, (char)c->only);
            if (found)
                return at + (size_t)__builtin_ctz(found);
        }
        return text.n;
    }
    while (at < text.n && in_class(c, text.p[at]))
        at++;
    return at;
}

static inline bool take_text(Str what, Str text, size_t *at)
{
    if (text.n - *at < what.n || memcmp(text.p + *at, what.p, what.n) != 0)
        return false;
    *at += what.n;
    return true;
}

static inline bool take_run(Match *m, const RegexItem *item, size_t *at)
{
    size_t end = run_end(&m->s->classes[item->number], m->text, *at), n = end - *at;
    m->walked += n;
    *at = end;
    return n > 0 || item->kind == REGEX_RUN;
}

static bool match_items(Match *m, uint32_t i, size_t at);

/* The alternatives behind item i, each with all that follows. */
static bool match_choice(Match *m, uint32_t i, size_t at)
{
    uint32_t n = m->s->item[i].number;
    for (uint32_t k = 1; k <= n; k++) {
        const RegexItem *a = &m->s->item[i + k];
        size_t to = at;
        bool fits = a->kind == REGEX_START ? at == 0 : take_text(a->text, m->text, &to);
        if (fits && match_items(m, i + n + 1, to))
            return true;
    }
    return false;
}

static bool match_items(Match *m, uint32_t i, size_t at)
{
    for (; i < m->s->n_items; i++) {
        const RegexItem *item = &m->s->item[i];
        bool fits = true;
        switch (item->kind) {
        case REGEX_LITERAL: fits = take_text(item->text, m->text, &at); break;
        case REGEX_CHOICE: return match_choice(m, i, at);
        case REGEX_ONE:
            fits = at < m->text.n && in_class(&m->s->classes[item->number], m->text.p[at]);
            at++;
            break;
        case REGEX_RUN:
        case REGEX_RUN_SOME: fits = take_run(m, item, &at); break;
        case REGEX_START: fits = at == 0; break;
        case REGEX_END: fits = at == m->text.n; break;
        case REGEX_OPEN: m->span[2 * item->number] = at; break;
        case REGEX_CLOSE: m->span[2 * item->number + 1] = at; break;
        }
        if (!fits)
            return false;
    }
    m->span[1] = at;
    return true;
}

int regex_simple_match(const RegexSimple *s, Str need, size_t before, Str text, size_t at, size_t from, size_t *span)
{
    Match m = {s, text, span, 0};
    for (;;) {
        size_t first = at - from > before ? at - before : from;
        for (size_t start = first; start <= at; start++) {
            span[0] = start;
            if ((text.p[start] & 0xc0) != 0x80 && match_items(&m, 0, start))
                return 1;
            if (m.walked > RUN_BYTES_MAX)
                return REGEX_NOT_SIMPLE;
        }
        from = at + 1;
        size_t next = find_text((Str){text.p + from, text.n - from}, need);
        if (next == SIZE_MAX)
            return 0;
        at = from + next;
    }
}
