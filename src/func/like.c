/* SPDX-License-Identifier: Apache-2.0
 *
 * LIKE patterns.  Compiled to bytes with wildcards; patterns that are a plain text between at most two % take a direct comparison
 * or a search.  The general match keeps one point to come back to, the last %: what an earlier % could still take, a later one can
 * too, so the time is at most text times pattern. */
#include "func/text_impl.h"

typedef enum LikeKind { LIKE_EXACT, LIKE_PREFIX, LIKE_SUFFIX, LIKE_CONTAINS, LIKE_ANY, LIKE_GENERAL } LikeKind;

struct LikePattern {
    LikeKind kind;
    Str text;           /* literal of the simple kinds */
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
        return LIKE_GENERAL;
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
    return literal_of(arena, p);
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

bool like_match(const LikePattern *p, Str s)
{
    Str t = p->text;
    switch (p->kind) {
    case LIKE_EXACT: return str_eq(s, t);
    case LIKE_PREFIX: return s.n >= t.n && memcmp(s.p, t.p, t.n) == 0;
    case LIKE_SUFFIX: return s.n >= t.n && memcmp(s.p + s.n - t.n, t.p, t.n) == 0;
    case LIKE_CONTAINS: return s.n >= t.n && memmem(s.p, s.n, t.p, t.n) != NULL;
    case LIKE_ANY: return true;
    case LIKE_GENERAL: return match_general(p, s);
    }
    return false;
}
