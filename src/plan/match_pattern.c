/* SPDX-License-Identifier: Apache-2.0
 *
 * PATTERN (..) to a program.  Repetitions with bounds are written out; the limit on the size of the program is the limit on them.
 */
#include "plan/match_impl.h"

typedef struct Writer {
    Arena *arena;
    MatchProgram *p;
    uint32_t cap;
    const MatchNames *names;
    Span at;
} Writer;

static int put(Writer *w, MatchOp op, uint32_t a, uint32_t b, Err *err)
{
    MatchProgram *p = w->p;
    if (p->n == MATCH_INSNS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, w->at, "the pattern is too long: its repetitions count one by one");
    if (p->n == w->cap) {
        uint32_t cap = w->cap ? 2 * w->cap : 32;
        MatchInsn *insn = ARENA_ARRAY(w->arena, MatchInsn, cap);
        if (!insn)
            return RAISE_NOMEM(err);
        if (p->n)
            memcpy(insn, p->insn, p->n * sizeof(*insn));
        p->insn = insn;
        w->cap = cap;
    }
    p->insn[p->n++] = (MatchInsn){op, a, b};
    return 0;
}

static int write_once(Writer *w, const Pattern *p, Err *err);
static int write_pattern(Writer *w, const Pattern *p, Err *err);

static int write_items(Writer *w, const NodeList *items, Err *err)
{
    AST_EACH(item, *items)
    TRY(write_pattern(w, AST(Pattern, item), err));
    return 0;
}

/* The first of a SPLIT is preferred: going on when greedy. */
static void split_to(Writer *w, uint32_t at, uint32_t on, uint32_t out, bool reluctant)
{
    w->p->insn[at].a = reluctant ? out : on;
    w->p->insn[at].b = reluctant ? on : out;
}

static int write_alternatives(Writer *w, const Node *first, Err *err)
{
    if (!first->next)
        return write_pattern(w, AST(Pattern, first), err);
    uint32_t split = w->p->n;
    TRY(put(w, MATCH_SPLIT, split + 1, 0, err));
    TRY(write_pattern(w, AST(Pattern, first), err));
    uint32_t jump = w->p->n;
    TRY(put(w, MATCH_JUMP, 0, 0, err));
    w->p->insn[split].b = w->p->n;
    TRY(write_alternatives(w, first->next, err));
    w->p->insn[jump].a = w->p->n;
    return 0;
}

static int write_once(Writer *w, const Pattern *p, Err *err)
{
    switch (p->kind) {
    case PATTERN_VAR: return put(w, MATCH_VAR, match_var(w->names, p->var.s), 0, err);
    case PATTERN_CONCAT: return write_items(w, &p->items, err);
    case PATTERN_ALT: return write_alternatives(w, p->items.first, err);
    case PATTERN_EMPTY: return 0;
    case PATTERN_START: return put(w, MATCH_AT_START, 0, 0, err);
    case PATTERN_END: w->p->has_end = true; return put(w, MATCH_AT_END, 0, 0, err);
    case PATTERN_PERMUTE: return bind_unsupported(err, p->node.at, "PERMUTE in a pattern is");
    case PATTERN_EXCLUDE: return bind_unsupported(err, p->node.at, "exclusion ({- .. -}) in a pattern is");
    }
    return RAISE_AT(err, ERR_INTERNAL, p->node.at, "pattern of kind %d", (int)p->kind);
}

/* X*: a round that took nothing is the last, so that this ends. */
static int write_rounds(Writer *w, const Pattern *p, Err *err)
{
    uint32_t note = w->p->n_notes++, split = w->p->n;
    TRY(put(w, MATCH_SPLIT, 0, 0, err));
    TRY(put(w, MATCH_NOTE, note, 0, err));
    TRY(write_once(w, p, err));
    uint32_t moved = w->p->n;
    TRY(put(w, MATCH_MOVED, note, 0, err));
    TRY(put(w, MATCH_JUMP, split, 0, err));
    split_to(w, split, split + 1, w->p->n, p->reluctant);
    w->p->insn[moved].b = w->p->n;
    return 0;
}

/* (X (X ..)?)? : n of them. */
static int write_optional(Writer *w, const Pattern *p, uint32_t n, Err *err)
{
    uint32_t *split = ARENA_ARRAY(w->arena, uint32_t, MIN(n, MATCH_INSNS_MAX) + 1);
    if (!split)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        if (w->p->n == MATCH_INSNS_MAX)
            return put(w, MATCH_DONE, 0, 0, err); /* says that it is too long */
        split[i] = w->p->n;
        TRY(put(w, MATCH_SPLIT, 0, 0, err));
        TRY(write_once(w, p, err));
    }
    for (uint32_t i = 0; i < n; i++)
        split_to(w, split[i], split[i] + 1, w->p->n, p->reluctant);
    return 0;
}

static int write_pattern(Writer *w, const Pattern *p, Err *err)
{
    for (uint32_t i = 0; i < p->min; i++) {
        uint32_t before = w->p->n;
        TRY(write_once(w, p, err));
        if (w->p->n == before)
            break; /* nothing, however often */
    }
    if (p->max == UINT32_MAX)
        return write_rounds(w, p, err);
    return p->max > p->min ? write_optional(w, p, p->max - p->min, err) : 0;
}

static uint64_t add_rows(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t rows_max(const Pattern *p)
{
    uint64_t one = p->kind == PATTERN_VAR;
    AST_EACH(item, p->items)
    one = p->kind == PATTERN_ALT ? MAX(one, rows_max(AST(Pattern, item))) : add_rows(one, rows_max(AST(Pattern, item)));
    if (one == 0 || one == UINT64_MAX)
        return one;
    return p->max == UINT32_MAX ? UINT64_MAX : one * p->max;
}

int match_compile(Arena *arena, const Pattern *p, const MatchNames *names, MatchProgram *ret, Err *err)
{
    Writer w = {.arena = arena, .p = ret, .names = names, .at = p->node.at};
    *ret = (MatchProgram){0};
    TRY(write_pattern(&w, p, err));
    ret->rows_max = rows_max(p);
    return put(&w, MATCH_DONE, 0, 0, err);
}
