/* SPDX-License-Identifier: Apache-2.0
 *
 * A program prepared for batches of one row.  What the evaluator finds out at each call (what kind each operand is, whether it can
 * be NULL, where the result goes) costs more than a kernel over one row; here it is found out once: operands are a list of
 * pointers of which only those to columns change, results lie where they always lie.
 *
 * That holds for programs that only call functions, with results of fixed width, over columns that are plain: FLAT and without
 * NULL.  Any other row, and one whose result is NULL, goes the general way from the start; so functions that give something else
 * at each call are left to it altogether.
 *
 * Comparing and adding 64-bit integers, which most conditions and many projections are, needs no kernel here at all. */
#include "expr/program_impl.h"
#include "kernel/arith.h"

#include <string.h>

typedef struct ColumnUse {
    uint32_t col, at; /* of the input; in ProgramRow.arg */
} ColumnUse;

/* What is done without a kernel. */
typedef enum WordOp { WORD_NONE, WORD_ADD, WORD_SUB, WORD_MUL, WORD_EQ, WORD_NE, WORD_LT, WORD_LE, WORD_GT, WORD_GE } WordOp;

struct ProgramRow {
    const Program *p;
    uint8_t *word;   /* WordOp by instruction */
    const Vec **arg; /* of all instructions, one after the other */
    Vec *result;     /* by instruction */
    uint32_t n_uses, n_passed;
    ColumnUse *use;
    ColumnUse *passed; /* columns that are outputs; `at` is which */
};

static bool is_simple(const Program *p, const Insn *insn)
{
    bool all_const = true, null_arg = false;
    for (uint32_t k = 0; k < insn->n_args; k++) {
        bool is_const = insn->arg[k] >= p->n_cols && insn->arg[k] < p->n_cols + p->n_consts;
        all_const &= is_const;
        null_arg |= is_const && vec_is_null(&p->consts[insn->arg[k] - p->n_cols], 0);
    }
    bool fixed = insn->type.id == T_BOOL || (type_bytes((TypeId)insn->type.id) > 0 && !type_is_string((TypeId)insn->type.id));
    return insn->op == INSN_CALL && fixed && !all_const && !(insn->flags & FN_VOLATILE) && !(null_arg && (insn->flags & FN_STRICT));
}

/* Outputs may also be columns and constants. */
static bool is_row_program(const Program *p)
{
    for (uint32_t i = 0; i < p->n_insns; i++)
        if (!is_simple(p, &p->insn[i]) || p->insn[i].dst != p->n_cols + p->n_consts + i)
            return false;
    return p->n_insns > 0;
}

static const Vec *bind_arg(ProgramRow *r, uint32_t reg, uint32_t at)
{
    const Program *p = r->p;
    if (reg < p->n_cols) {
        r->use[r->n_uses++] = (ColumnUse){p->col[reg], at};
        return NULL;
    }
    return reg < p->n_cols + p->n_consts ? &p->consts[reg - p->n_cols] : &r->result[reg - p->n_cols - p->n_consts];
}

static WordOp word_op(const Insn *insn)
{
    static const struct {
        const char *name;
        WordOp op;
    } comparisons[] = {{"=", WORD_EQ}, {"<>", WORD_NE}, {"<", WORD_LT}, {"<=", WORD_LE}, {">", WORD_GT}, {">=", WORD_GE}};
    if (insn->kernel == kernel_add_i64)
        return WORD_ADD;
    if (insn->kernel == kernel_sub_i64)
        return WORD_SUB;
    if (insn->kernel == kernel_mul_i64)
        return WORD_MUL;
    for (size_t i = 0; i < ARRAY_LEN(comparisons) && insn->type.id == T_BOOL && insn->n_args == 2 && insn->name; i++)
        if (strcmp(insn->name, comparisons[i].name) == 0)
            return comparisons[i].op;
    return WORD_NONE;
}

static inline bool is_word(TypeId id)
{
    return id == T_I64 || id == T_TS || id == T_TSTZ || id == T_TSNS || id == T_TIME || id == T_TIMETZ;
}

/* false: it is for the kernel, be it for its types or for an overflow. */
static inline bool word_run(WordOp op, const Vec *const *arg, Vec *result)
{
    TypeId id = (TypeId)arg[0]->type.id;
    if (unlikely(!is_word(id) || arg[1]->type.id != id))
        return false;
    int64_t a = *(const int64_t *)arg[0]->data, b = *(const int64_t *)arg[1]->data, *to = result->data;
    switch (op) {
    case WORD_ADD: return !__builtin_add_overflow(a, b, to);
    case WORD_SUB: return !__builtin_sub_overflow(a, b, to);
    case WORD_MUL: return !__builtin_mul_overflow(a, b, to);
    case WORD_EQ: *to = a == b; return true;
    case WORD_NE: *to = a != b; return true;
    case WORD_LT: *to = a < b; return true;
    case WORD_LE: *to = a <= b; return true;
    case WORD_GT: *to = a > b; return true;
    case WORD_GE: *to = a >= b; return true;
    case WORD_NONE: break;
    }
    return false;
}

int program_row_new(Arena *arena, const Program *p, ProgramRow **ret, Err *err)
{
    *ret = NULL;
    if (!is_row_program(p))
        return 0;
    uint32_t n_args = 0;
    for (uint32_t i = 0; i < p->n_insns; i++)
        n_args += p->insn[i].n_args;
    ProgramRow *r = ARENA_NEW(arena, ProgramRow);
    i128 *data = ARENA_ARRAY(arena, i128, p->n_insns);
    const Vec **arg = ARENA_ARRAY(arena, const Vec *, MAX(n_args, 1u));
    Vec *result = ARENA_ARRAY(arena, Vec, p->n_insns);
    ColumnUse *use = ARENA_ARRAY(arena, ColumnUse, MAX(n_args, 1u));
    ColumnUse *passed = ARENA_ARRAY(arena, ColumnUse, MAX(p->n_outputs, 1u));
    uint8_t *word = ARENA_ARRAY(arena, uint8_t, p->n_insns);
    if (!r || !data || !arg || !result || !use || !passed || !word)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < p->n_insns; i++)
        word[i] = (uint8_t)word_op(&p->insn[i]);
    *r = (ProgramRow){.p = p, .word = word, .arg = arg, .result = result, .use = use, .passed = passed};
    for (uint32_t i = 0; i < p->n_outputs; i++)
        if (p->output[i] < p->n_cols)
            passed[r->n_passed++] = (ColumnUse){p->col[p->output[i]], i};
    for (uint32_t i = 0, at = 0; i < p->n_insns; i++) {
        const Insn *insn = &p->insn[i];
        result[i] = (Vec){.kind = VEC_FLAT, .type = insn->type, .n = 1, .data = &data[i]};
        for (uint32_t k = 0; k < insn->n_args; k++, at++)
            arg[at] = bind_arg(r, insn->arg[k], at);
    }
    *ret = r;
    return 0;
}

/* 1: all results are there. */
static int run_row(ProgramRow *r, EvalCtx *x, const Batch *in)
{
    const Program *p = r->p;
    for (uint32_t i = 0; i < r->n_uses; i++) {
        const Vec *v = &in->col[r->use[i].col];
        if (unlikely(v->kind != VEC_FLAT || v->valid))
            return 0;
        r->arg[r->use[i].at] = v;
    }
    const Vec *const *arg = r->arg;
    for (uint32_t i = 0; i < p->n_insns; i++) {
        const Insn *insn = &p->insn[i];
        if (r->word[i] && word_run((WordOp)r->word[i], arg, &r->result[i])) {
            arg += insn->n_args;
            continue;
        }
        TRY(insn->kernel(x, arg, insn->n_args, insn->aux, &r->result[i], (Rows){1, NULL}));
        if (unlikely(r->result[i].valid != NULL)) {
            r->result[i].valid = NULL;
            return 0;
        }
        arg += insn->n_args;
    }
    return x->n_errors == 0;
}

void program_row_begin(const ProgramRow *r, Vec *out)
{
    const Program *p = r->p;
    for (uint32_t i = 0; i < p->n_outputs; i++) {
        uint32_t reg = p->output[i];
        if (reg < p->n_cols)
            continue;
        out[i] = reg < p->n_cols + p->n_consts ? p->consts[reg - p->n_cols] : r->result[reg - p->n_cols - p->n_consts];
        out[i].n = 1;
    }
}

int program_row_run(ProgramRow *r, EvalCtx *x, const Batch *in, Vec *out)
{
    for (uint32_t i = 0; i < r->n_passed; i++)
        out[r->passed[i].at] = in->col[r->passed[i].col];
    return run_row(r, x, in);
}

int program_row_filter(ProgramRow *r, EvalCtx *x, const Batch *in, bool *ret_pass)
{
    const Program *p = r->p;
    int rc = run_row(r, x, in);
    if (rc > 0)
        *ret_pass = bit_get(r->result[p->output[0] - p->n_cols - p->n_consts].data, 0);
    return rc;
}
