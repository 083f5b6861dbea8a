/* SPDX-License-Identifier: Apache-2.0
 *
 * LIKE patterns.  Compiled to bytes with wildcards; patterns that are a plain text between at most two % take a direct comparison
 * or a search, those of several texts between % a search for one after the other.  The general match keeps one point to come back
 * to, the last %: what an earlier % could still take, a later one can too, so the time is at most text times pattern. */
#include "base/find.h"
#include "func/text_impl.h"

typedef enum LikeKind { LIKE_EXACT, LIKE_PREFIX, LIKE_SUFFIX, LIKE_CONTAINS, LIKE_ANY, LIKE_PARTS, LIKE_GENERAL } LikeKind;

struct LikePattern {
    LikeKind kind;
    Str text;  /* literal of the simple kinds; of LIKE_PARTS all of them behind each other */
    Str *part; /* LIKE_PARTS: at the start, anywhere one behind the other, at the end; the first and last may be empty */
    uint32_t n_parts;
    const uint16_t *op; /* 0..255 a byte, or one of the two below */
    uint32_t n_ops;
    bool bytes; /* a character is a byte */
};
#define OP_ONE 256u  /* one character */
#define OP_MANY 257u /* any number of them */

static LikeKind kind_of(const uint16_t *op, uint32_t n)
{
    uint32_t many = 0, first = n && op[0] == OP_MANY, last = n > 1 && op[n - 1] == OP_MANY;
    for (uint32_t i = 0; i < n; i++) {
        if (op[i] == OP_ONE)
            return LIKE_GENERAL;
        many += op[i] == OP_MANY;
    }
    if (many != first + last)
        return LIKE_PARTS;
    if (n == 1 && first)
        return LIKE_ANY;
    return first && last ? LIKE_CONTAINS : first ? LIKE_SUFFIX : last ? LIKE_PREFIX : LIKE_EXACT;
}

static int literal_of(Arena *arena, LikePattern *p)
{
    char *text = arena_alloc(arena, p->n_ops + 1);
    if (!text)
        return -ERR_OUT_OF_MEMORY;
    size_t n = 0;
    for (uint32_t i = 0; i < p->n_ops; i++) {
        if (p->op[i] < 256)
            text[n++] = (char)p->op[i];
    }
    p->text = (Str){text, n};
    return 0;
}

static int parts_of(Arena *arena, LikePattern *p)
{
    uint32_t at = 0;
    p->part = ARENA_ARRAY(arena, Str, p->n_ops + 1);
    if (!p->part)
        return -ERR_OUT_OF_MEMORY;
    p->part[0] = (Str){p->text.p, 0};
    for (uint32_t i = 0; i < p->n_ops; i++) {
        if (p->op[i] == OP_MANY) {
            p->part[++p->n_parts] = (Str){p->text.p + at, 0};
            continue;
        }
        p->part[p->n_parts].n++;
        at++;
    }
    p->n_parts++;
    return 0;
}

/* The first character of s, at least one byte: its length. */
static size_t take_char(Str s, bool bytes, uint32_t *ret)
{
    if (bytes) {
        *ret = (uint8_t)s.p[0];
        return 1;
    }
    return (size_t)MAX(utf8_decode(s.p, s.n, ret), 1);
}

int like_compile(Arena *arena, Str pattern, uint32_t escape, LikeOf of, LikePattern **ret)
{
    if (of == LIKE_OF_FOLDED) {
        char *folded = arena_alloc(arena, CASE_ROOM(pattern.n));
        if (!folded)
            return -ERR_OUT_OF_MEMORY;
        pattern = (Str){folded, text_map_case(pattern, CASE_LOWER, folded)};
    }
    LikePattern *p = ARENA_NEW(arena, LikePattern);
    uint16_t *op = arena_alloc(arena, (pattern.n + 1) * sizeof(uint16_t));
    if (!p || !op)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0, cp = 0;
    for (size_t i = 0; i < pattern.n;) {
        size_t len = take_char((Str){pattern.p + i, pattern.n - i}, of == LIKE_OF_BYTES, &cp);
        bool escaped = escape && cp == escape;
        if (escaped) {
            i += len;
            if (i >= pattern.n)
                return -ERR_INVALID_ESCAPE;
            len = take_char((Str){pattern.p + i, pattern.n - i}, of == LIKE_OF_BYTES, &cp);
        }
        if (!escaped && cp == '%') {
            if (n == 0 || op[n - 1] != OP_MANY)
                op[n++] = OP_MANY;
        } else if (!escaped && cp == '_')
            op[n++] = OP_ONE;
        else {
            for (size_t k = 0; k < len; k++)
                op[n++] = (uint8_t)pattern.p[i + k];
        }
        i += len;
    }
    *p = (LikePattern){.op = op, .n_ops = n, .kind = kind_of(op, n), .bytes = of == LIKE_OF_BYTES};
    *ret = p;
    TRY(literal_of(arena, p));
    return p->kind == LIKE_PARTS ? parts_of(arena, p) : 0;
}

static size_t char_bytes(const LikePattern *p, uint8_t first)
{
    return p->bytes || first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static bool match_general(const LikePattern *p, Str s)
{
    size_t i = 0, back_text = 0;
    uint32_t k = 0, back_op = UINT32_MAX;
    while (i < s.n || k < p->n_ops) {
        if (k < p->n_ops && p->op[k] == OP_MANY) {
            back_op = ++k;
            back_text = i;
            continue;
        }
        if (k < p->n_ops && i < s.n && (p->op[k] == OP_ONE || p->op[k] == (uint8_t)s.p[i])) {
            i += p->op[k] == OP_ONE ? MIN(char_bytes(p, (uint8_t)s.p[i]), s.n - i) : 1;
            k++;
            continue;
        }
        if (back_op == UINT32_MAX || back_text >= s.n)
            return false;
        back_text += MIN(char_bytes(p, (uint8_t)s.p[back_text]), s.n - back_text);
        i = back_text;
        k = back_op;
    }
    return true;
}

/* What stands first in its text is found first: then the most is left for the others. */
static bool match_parts(const LikePattern *p, Str s)
{
    Str first = p->part[0], last = p->part[p->n_parts - 1];
    if (s.n < p->text.n || memcmp(s.p, first.p, first.n) != 0 || memcmp(s.p + s.n - last.n, last.p, last.n) != 0)
        return false;
    s = (Str){s.p + first.n, s.n - first.n - last.n};
    for (uint32_t i = 1; i + 1 < p->n_parts; i++) {
        size_t at = find_text(s, p->part[i]);
        if (at == SIZE_MAX)
            return false;
        at += p->part[i].n;
        s = (Str){s.p + at, s.n - at};
    }
    return true;
}

bool like_match(const LikePattern *p, Str s)
{
    Str t = p->text;
    switch (p->kind) {
    case LIKE_EXACT: return str_eq(s, t);
    case LIKE_PREFIX: return s.n >= t.n && memcmp(s.p, t.p, t.n) == 0;
    case LIKE_SUFFIX: return s.n >= t.n && memcmp(s.p + s.n - t.n, t.p, t.n) == 0;
    case LIKE_CONTAINS: return s.n >= t.n && find_text(s, t) != SIZE_MAX;
    case LIKE_ANY: return true;
    case LIKE_PARTS: return match_parts(p, s);
    case LIKE_GENERAL: return match_general(p, s);
    }
    return false;
}
