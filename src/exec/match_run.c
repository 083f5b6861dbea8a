/* SPDX-License-Identifier: Apache-2.0
 *
 * Trying a match: the program of the pattern, with a stack of what is left to try.  The order of trying is the order of preference,
 * so the first way that leads to the end is the match; a way that depends on rows that may still come stops everything, for what
 * comes later in the order is not wanted if that one succeeds. */
#include "exec/match_eval.h"

typedef struct Way { /* what is left to try; or a note to be put back */
    uint32_t pc, row;
    uint32_t note; /* 1 + note; 0 = a way */
} Way;

typedef struct Run {
    MatchRows *r;
    Way *way;
    uint32_t n_ways, cap_ways;
    uint32_t *note; /* rows at MATCH_NOTE, by note; UINT32_MAX = none */
    uint32_t pc, row;
    uint64_t steps;
} Run;

static int push_way(Run *x, uint32_t pc, uint32_t row, uint32_t note)
{
    if (x->n_ways == x->cap_ways) {
        uint32_t cap = x->cap_ways ? 2 * x->cap_ways : 64;
        Way *way = arena_alloc(&x->r->arena, cap * sizeof(*way));
        if (!way)
            return -ERR_OUT_OF_MEMORY;
        if (x->n_ways)
            memcpy(way, x->way, x->n_ways * sizeof(*way));
        x->way = way;
        x->cap_ways = cap;
    }
    x->way[x->n_ways++] = (Way){pc, row, note};
    return 0;
}

/* The next way; false = there is none. */
static bool go_back(Run *x)
{
    while (x->n_ways > 0) {
        Way w = x->way[--x->n_ways];
        if (!w.note) {
            x->pc = w.pc;
            x->row = w.row;
            return true;
        }
        x->note[w.note - 1] = w.row;
    }
    return false;
}

static int reserve_label(MatchRows *r, uint32_t n)
{
    if (n <= r->cap_label)
        return 0;
    uint32_t cap = MAX(64, MAX(n, 2 * r->cap_label));
    uint8_t *label = arena_alloc(&r->arena, cap);
    if (!label)
        return -ERR_OUT_OF_MEMORY;
    if (r->cap_label)
        memcpy(label, r->label, r->cap_label);
    r->label = label;
    r->cap_label = cap;
    return 0;
}

static bool is_within(const MatchRows *r, int64_t time_us)
{
    int64_t passed;
    if (r->m->within_us < 0)
        return true;
    return !__builtin_sub_overflow(time_us, r->time_us[r->start], &passed) && passed <= r->m->within_us;
}

/* Whether row x->row is of the variable. */
static int try_row(Run *x, uint32_t var)
{
    MatchRows *r = x->r;
    if (x->row == r->n)
        return r->ended || !is_within(r, r->wm_us) ? MATCH_NO : MATCH_LATER;
    if (!is_within(r, r->time_us ? r->time_us[x->row] : 0))
        return MATCH_NO;
    TRY(reserve_label(r, x->row - r->start + 1));
    int truth = match_condition(r, var, x->row);
    if (truth != MATCH_YES)
        return truth;
    r->label[x->row - r->start] = (uint8_t)var;
    x->row++;
    x->pc++;
    return MATCH_YES;
}

static int set_note(Run *x, uint32_t note)
{
    TRY(push_way(x, 0, x->note[note], note + 1));
    x->note[note] = x->row;
    x->pc++;
    return MATCH_YES;
}

static int at_end(const Run *x)
{
    if (x->row < x->r->n)
        return MATCH_NO;
    return x->r->ended ? MATCH_YES : MATCH_LATER;
}

/* One instruction: MATCH_YES = it went on, MATCH_NO = another way is needed. */
static int step(Run *x)
{
    const MatchInsn *i = &x->r->m->program.insn[x->pc];
    int truth = MATCH_YES;
    switch (i->op) {
    case MATCH_VAR: return try_row(x, i->a);
    case MATCH_SPLIT:
        TRY(push_way(x, i->b, x->row, 0));
        x->pc = i->a;
        return MATCH_YES;
    case MATCH_JUMP: x->pc = i->a; return MATCH_YES;
    case MATCH_NOTE: return set_note(x, i->a);
    case MATCH_MOVED: x->pc = x->note[i->a] == x->row ? i->b : x->pc + 1; return MATCH_YES;
    case MATCH_AT_START: truth = x->row == 0 && x->r->whole ? MATCH_YES : MATCH_NO; break;
    case MATCH_AT_END: truth = at_end(x); break;
    case MATCH_DONE: return MATCH_YES;
    }
    x->pc += truth == MATCH_YES;
    return truth;
}

int match_run(MatchRows *r)
{
    Run x = {.r = r, .row = r->start};
    const MatchProgram *p = &r->m->program;
    x.note = arena_alloc(&r->arena, (p->n_notes + 1) * sizeof(*x.note));
    if (!x.note)
        return -ERR_OUT_OF_MEMORY;
    memset(x.note, 0xff, p->n_notes * sizeof(*x.note));
    r->length = 0;
    while (p->insn[x.pc].op != MATCH_DONE) {
        if (++x.steps > MATCH_STEPS_MAX) {
            TRY(match_blame(r, r->start, ERR_PROGRAM_LIMIT, "the pattern was tried in too many ways from this row on"));
            return MATCH_NO;
        }
        if (++r->steps % MATCH_STEPS_LOOK == 0 && op_is_cancelled(r->op->env))
            return -ERR_QUERY_CANCELED;
        int truth = step(&x);
        if (truth < 0 || truth == MATCH_LATER)
            return truth;
        if (truth == MATCH_NO && !go_back(&x))
            return MATCH_NO;
    }
    r->length = x.row - r->start;
    if (r->length + r->m->ahead > 0 && !r->ended && (int64_t)x.row - 1 + r->m->ahead >= r->n)
        return MATCH_LATER; /* a result looks at rows behind it */
    return MATCH_YES;
}
