/* SPDX-License-Identifier: Apache-2.0
 *
 * Layout of a Program, shared by the compiler (program_compile.c) and the evaluator (program_run.c).
 *
 * Registers are numbered: used input columns first, then constants, then one per instruction.  Instructions lie in evaluation
 * order; a control instruction at index i is followed by its blocks, each a run of instructions: block k ends before block_end[k],
 * and the next instruction of the surrounding block is `end`.  A register written inside a block is only read inside it (and by the
 * owner of the block), which is what makes common subexpressions safe: the compiler forgets a block's registers when it leaves the
 * block. */
#pragma once
#include "expr/program.h"

typedef enum InsnOp {
    INSN_CALL, /* kernel */
    INSN_TRY,  /* kernel whose row errors become NULL */
    INSN_AND,  /* arg[0] is there; block k computes arg[k + 1]; without blocks all operands are there */
    INSN_OR,
    INSN_CASE,     /* arg: when, then, ..., else; arg[0] is there; block k computes arg[k + 1] */
    INSN_COALESCE, /* arg[0] is there; block k computes arg[k + 1] */
    INSN_IN,       /* aux: InSet */
} InsnOp;

/* A call that differs from its instruction's in the last argument alone and is done with it. */
typedef struct InsnTwin {
    uint32_t dst, last; /* registers */
} InsnTwin;

typedef struct Insn {
    uint8_t op;
    bool needs_valid; /* the kernel must not see null rows */
    uint16_t n_args;
    uint16_t width; /* bytes per value of the result, 0 = one bit */
    uint32_t flags; /* FnFlags of the function; casts: FN_STRICT and FN_ERR */
    uint32_t dst, end;
    Type type;
    Span at; /* in the statement, for row errors */
    Kernel kernel;
    const void *aux;
    const uint32_t *arg;       /* registers */
    const uint32_t *block_end; /* NULL = no blocks */
    const char *name;          /* for listings */
    const FuncTogether *together;
    InsnTwin *twin; /* n_twins calls */
    uint32_t n_twins, cap_twins;
} Insn;

struct Program {
    uint32_t n_regs, n_cols, n_consts, n_insns, n_outputs, n_in;
    const uint32_t *col; /* input column of register i < n_cols; from n_in on: of Batch.extra */
    const Vec *consts;   /* of registers n_cols .. n_cols + n_consts - 1 */
    const Insn *insn;
    const uint32_t *output; /* registers */
    const Type *output_type;
    bool can_fail;
};

/* Constants of an IN list as a hash set. */
typedef struct InSet InSet;
int in_set_new(Arena *arena, Expr *const *list, uint32_t n, InSet **ret);
/* dst: FLAT boolean scratch; sets values and validity for the rows. */
int in_set_eval(const InSet *s, const Vec *v, Vec *dst, Rows rows, Arena *arena);
