/* SPDX-License-Identifier: Apache-2.0
 *
 * Expression trees to a linear program.  Each tree is walked once; an expression equal to one whose register is known here is not
 * computed again (volatile ones always are).  "Known here" is a stack: what a block computed is forgotten when the block ends. */
#include "expr/program_impl.h"

#include <string.h>

#include "expr/expr_impl.h"
#include "func/fuse.h"

#define INSNS_MAX 65536u

typedef struct Known {
    const Expr *e;
    uint64_t hash;
    uint32_t reg;
} Known;

typedef struct Compiler {
    Arena *arena; /* of the program; also pays for the growing arrays, which are small */
    const Schema *in;
    Insn *insn;
    uint32_t n_insns, cap_insns;
    Known *known;
    uint32_t n_known, cap_known;
    uint32_t *col;
    uint32_t n_cols, cap_cols;
    Vec *consts;
    uint32_t n_consts, cap_consts;
    uint32_t n_temps;
    Err *err;
} Compiler;

/* While compiling, registers carry their class in the top bits; finish() numbers them. */
#define REG_COL 0u
#define REG_CONST (1u << 30)
#define REG_TEMP (2u << 30)
#define REG_CLASS (3u << 30)

static int grow(Arena *arena, void **items, uint32_t n, uint32_t *cap, size_t bytes)
{
    if (n < *cap)
        return 0;
    uint32_t more = MAX(*cap * 2, 8u);
    void *p = arena_alloc(arena, more * bytes);
    if (!p)
        return -ERR_OUT_OF_MEMORY;
    if (n)
        memcpy(p, *items, n * bytes);
    *items = p;
    *cap = more;
    return 0;
}
#define GROW(c, items, n, cap) grow((c)->arena, (void **)&(c)->items, (c)->n, &(c)->cap, sizeof(*(c)->items))

static int compile_expr(Compiler *c, const Expr *e, uint32_t *ret_reg);

static int remember(Compiler *c, const Expr *e, uint64_t hash, uint32_t reg)
{
    TRY(GROW(c, known, n_known, cap_known));
    c->known[c->n_known++] = (Known){e, hash, reg};
    return 0;
}

static int compile_column(Compiler *c, const Expr *e, uint32_t *ret_reg)
{
    if (!c->in || e->col >= c->in->n)
        return RAISE_AT(c->err, ERR_INTERNAL, e->at, "column #%u is not in the input", e->col);
    for (uint32_t i = 0; i < c->n_cols; i++) {
        if (c->col[i] == e->col) {
            *ret_reg = REG_COL | i;
            return 0;
        }
    }
    TRY(GROW(c, col, n_cols, cap_cols));
    c->col[c->n_cols] = e->col;
    *ret_reg = REG_COL | c->n_cols++;
    return 0;
}

static int compile_const(Compiler *c, const Expr *e, uint32_t *ret_reg)
{
    TRY(GROW(c, consts, n_consts, cap_consts));
    Value v = e->value;
    v.type = e->type;
    TRY(vec_const(&v, 1, &c->consts[c->n_consts], c->arena));
    *ret_reg = REG_CONST | c->n_consts++;
    return 0;
}

/* Reserves the next instruction; the pointer is only good until the next call. */
static int emit(Compiler *c, InsnOp op, const Expr *e, const char *name, uint32_t *ret_index)
{
    if (c->n_insns >= INSNS_MAX)
        return RAISE_AT(c->err, ERR_PROGRAM_LIMIT, e->at, "expression is too large");
    TRY(GROW(c, insn, n_insns, cap_insns));
    uint32_t *arg = ARENA_ARRAY(c->arena, uint32_t, MAX(e->n_args, 1u));
    if (!arg)
        return RAISE_NOMEM(c->err);
    c->insn[c->n_insns] = (Insn){.op = (uint8_t)op,
                                 .n_args = (uint16_t)e->n_args,
                                 .type = e->type,
                                 .at = e->at,
                                 .width = (uint16_t)type_bytes(e->type.id),
                                 .dst = REG_TEMP | c->n_temps++,
                                 .arg = arg,
                                 .name = name,
                                 .end = c->n_insns + 1};
    *ret_index = c->n_insns++;
    return 0;
}

static bool reads_lanes(const Expr *e, uint32_t flags)
{
    if (!(flags & FN_STRICT))
        return true;
    if ((flags & FN_ERR) && !(flags & FN_LANES))
        return false;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (type_is_string(e->arg[i]->type.id))
            return false;
    }
    return true;
}

/* The constant argument that a function does not take, even when it knows no other; the call when it is not one alone. */
static const Expr *blamed_arg(const Compiler *c, const Expr *e)
{
    for (uint32_t i = 0; i < e->n_args; i++) {
        const Value *consts[CALL_ARGS_MAX] = {NULL};
        void *aux = NULL;
        consts[i] = e->arg[i]->kind == EXPR_CONST ? &e->arg[i]->value : NULL;
        if (consts[i] && e->fn->prepare(c->arena, consts, e->n_args, e->type, &aux, NULL) < 0)
            return e->arg[i];
    }
    return e;
}

static int prepare_call(Compiler *c, const Expr *e, const void **ret_aux)
{
    const Value *consts[CALL_ARGS_MAX];
    void *aux = NULL;
    *ret_aux = e->fn->self;
    if (!e->fn->prepare)
        return 0;
    for (uint32_t i = 0; i < e->n_args; i++)
        consts[i] = e->arg[i]->kind == EXPR_CONST ? &e->arg[i]->value : NULL;
    int rc = e->fn->prepare(c->arena, consts, e->n_args, e->type, &aux, c->err);
    if (rc < 0 && c->err && span_is_none(c->err->at))
        c->err->at = blamed_arg(c, e)->at;
    TRY(rc);
    *ret_aux = aux;
    return 0;
}

/* A kernel that goes by the zone in use runs in the one that it was bound in, whoever runs the program. */
typedef struct InZone {
    const TimeZone *zone;
    Kernel kernel;
    const void *aux;
} InZone;

static int run_in_zone(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    const InZone *in = aux;
    const TimeZone *before = zone_use(in->zone);
    int rc = in->kernel(x, arg, n_args, in->aux, dst, rows);
    (void)zone_use(before);
    return rc;
}

static int put_in_zone(Compiler *c, const Expr *e, Insn *insn)
{
    InZone in = {e->zone, insn->kernel, insn->aux};
    insn->aux = arena_memdup(c->arena, &in, sizeof(in));
    insn->kernel = run_in_zone;
    return insn->aux ? 0 : RAISE_NOMEM(c->err);
}

/* The functions' way of doing several calls in one, NULL = these arguments are not for that. */
static const FuncTogether *together_of(const Expr *e)
{
    const Value *consts[CALL_ARGS_MAX];
    if (e->kind != EXPR_CALL || !e->fn->together || e->is_volatile)
        return NULL;
    for (uint32_t i = 0; i < e->n_args; i++)
        consts[i] = e->arg[i]->kind == EXPR_CONST ? &e->arg[i]->value : NULL;
    return e->fn->together->takes(consts, e->n_args) ? e->fn->together : NULL;
}

static Insn *insn_of(Compiler *c, uint32_t reg)
{
    for (uint32_t i = c->n_insns; i-- > 0;)
        if (c->insn[i].dst == reg)
            return &c->insn[i];
    return NULL;
}

/* An instruction whose result is known here and which gives that of e as well. 1: it does. */
static int join_twins(Compiler *c, const Expr *e, const FuncTogether *together, const uint32_t *regs, uint32_t *ret_reg)
{
    for (uint32_t i = c->n_known; i-- > 0;) {
        const Expr *other = c->known[i].e;
        Insn *insn = other->kind == EXPR_CALL && other->fn == e->fn ? insn_of(c, c->known[i].reg) : NULL;
        uint32_t n = e->n_args - 1;
        if (!insn || insn->together != together || insn->n_twins + 1 >= FUNC_TOGETHER_MAX ||
            memcmp(insn->arg, regs, n * sizeof(*regs)) != 0)
            continue;
        TRY(grow(c->arena, (void **)&insn->twin, insn->n_twins, &insn->cap_twins, sizeof(*insn->twin)));
        *ret_reg = REG_TEMP | c->n_temps++;
        insn->twin[insn->n_twins++] = (InsnTwin){.dst = *ret_reg, .last = regs[n]};
        return 1;
    }
    return 0;
}

/* A register that holds e here; false: it has to be computed. */
static bool find_known(const Compiler *c, const Expr *e, uint64_t hash, uint32_t *ret_reg)
{
    for (uint32_t i = c->n_known; i-- > 0 && !e->is_volatile;) {
        if (c->known[i].hash == hash && expr_equal(c->known[i].e, e)) {
            *ret_reg = c->known[i].reg;
            return true;
        }
    }
    return false;
}

/* Of a call of one argument that one, of two of which one is constant the other. */
static const Expr *inner_call(const Expr *e, const Value **ret_other)
{
    *ret_other = NULL;
    if (e->n_args == 0 || e->n_args > 2)
        return NULL;
    const Expr *inner = e->arg[0], *other = e->n_args == 2 ? e->arg[1] : NULL;
    if (other && inner->kind == EXPR_CONST) {
        inner = e->arg[1];
        other = e->arg[0];
    }
    if (other && other->kind != EXPR_CONST)
        return NULL;
    *ret_other = other ? &other->value : NULL;
    return inner->kind == EXPR_CALL && !inner->try_cast ? inner : NULL;
}

/* outer(left(s), right(inner(s, ..))) */
static bool is_pair(const Expr *e)
{
    for (uint32_t i = 0; i < e->n_args; i++)
        if (e->arg[i]->kind != EXPR_CALL || e->arg[i]->try_cast || e->arg[i]->n_args != 1)
            return false;
    if (e->n_args != 2 || e->is_volatile)
        return false;
    const Expr *inner = e->arg[1]->arg[0];
    return inner->kind == EXPR_CALL && !inner->try_cast && inner->n_args > 0 && expr_equal(e->arg[0]->arg[0], inner->arg[0]);
}

typedef struct FusedCall {
    Fused fused;
    const Expr *inner; /* the call that need not be made */
    Expr *const *arg;
    uint32_t n_args;
} FusedCall;

/* 1: e is *ret. */
static int find_fused(const Compiler *c, const Expr *e, FusedCall *ret)
{
    const Value *consts[CALL_ARGS_MAX], *other = NULL;
    const Expr *number;
    bool pair = is_pair(e);
    const Expr *inner = pair ? e->arg[1]->arg[0] : inner_call(e, &other);
    uint32_t reg;
    if (!inner || find_known(c, inner, expr_hash(inner), &reg))
        return 0;
    int rc = other ? scaled_compare(c->arena, e, &number, &ret->fused) : 0;
    if (rc > 0) {
        Expr **arg = arena_memdup(c->arena, &number, sizeof(number));
        *ret = (FusedCall){ret->fused, inner, arg, 1};
        return arg ? 1 : -ERR_OUT_OF_MEMORY;
    }
    for (uint32_t i = 0; i < inner->n_args; i++)
        consts[i] = inner->arg[i]->kind == EXPR_CONST ? &inner->arg[i]->value : NULL;
    ret->inner = inner;
    ret->arg = inner->arg;
    ret->n_args = inner->n_args;
    if (rc == 0 && pair)
        return func_fused_pair(e->fn, e->arg[0]->fn, e->arg[1]->fn, inner->fn, consts, &ret->fused);
    return rc == 0 ? func_fused(c->arena, e->fn, inner->fn, consts, other, &ret->fused) : rc;
}

/* A function of a function's result that is not needed by itself.  1: it is compiled. */
static int compile_fused(Compiler *c, const Expr *e, uint32_t *ret_reg)
{
    uint32_t regs[CALL_ARGS_MAX], at;
    FusedCall f;
    int rc = find_fused(c, e, &f);
    if (rc <= 0)
        return rc < 0 ? RAISE_NOMEM(c->err) : 0;
    for (uint32_t i = 0; i < f.n_args; i++)
        TRY(compile_expr(c, f.arg[i], &regs[i]));
    TRY(emit(c, INSN_CALL, f.inner, f.fused.name, &at));
    Insn *insn = &c->insn[at];
    memcpy((uint32_t *)insn->arg, regs, f.n_args * sizeof(*regs));
    insn->n_args = (uint16_t)f.n_args;
    insn->type = e->type;
    insn->at = e->at;
    insn->width = (uint16_t)type_bytes(e->type.id);
    insn->kernel = f.fused.kernel;
    insn->aux = f.fused.aux;
    insn->flags = FN_STRICT | FN_CHEAP;
    insn->needs_valid = f.fused.needs_valid;
    *ret_reg = insn->dst;
    return 1;
}

/* Calls and casts: operands first, then one instruction. */
static int compile_kernel(Compiler *c, const Expr *e, uint32_t *ret_reg)
{
    uint32_t regs[CALL_ARGS_MAX], at;
    const void *aux = NULL;
    bool is_call = e->kind == EXPR_CALL, is_check = expr_is_domain_check(e);
    uint32_t n = is_check ? 1 : e->n_args; /* a domain's conditions are no operands */
    int rc = is_call && !e->try_cast ? compile_fused(c, e, ret_reg) : 0;
    if (rc != 0)
        return MIN(rc, 0);
    for (uint32_t i = 0; i < n; i++)
        TRY(compile_expr(c, e->arg[i], &regs[i]));
    if (is_check)
        TRY(expr_domain_prepare(c->arena, e, &aux, c->err));
    else if (is_call)
        TRY(prepare_call(c, e, &aux));
    const FuncTogether *together = together_of(e);
    rc = together ? join_twins(c, e, together, regs, ret_reg) : 0;
    if (rc != 0)
        return MIN(rc, 0);
    TRY(emit(c, e->try_cast ? INSN_TRY : INSN_CALL, e, is_call ? e->fn->name : "cast", &at));
    Insn *insn = &c->insn[at];
    insn->n_args = (uint16_t)n;
    memcpy((uint32_t *)insn->arg, regs, n * sizeof(uint32_t));
    insn->kernel = is_call ? e->fn->kernel : e->cast->kernel;
    insn->flags = is_call ? e->fn->flags : FN_STRICT | FN_CHEAP | (e->cast->can_fail ? FN_ERR : 0u);
    insn->needs_valid = !reads_lanes(e, insn->flags);
    insn->aux = aux;
    insn->together = together;
    *ret_reg = insn->dst;
    return unlikely(expr_is_zoned(e)) ? put_in_zone(c, e, insn) : 0;
}

/* Operands of AND and OR that cost less than taking a selection: total, cheap, over fixed-width values. What has been computed for
 * these rows before costs nothing, and has failed where it does. */
static bool is_cheap(const Compiler *c, const Expr *e)
{
    uint32_t reg;
    if (type_is_string(e->type.id))
        return false;
    FusedCall fused;
    if (e->kind == EXPR_CALL && e->can_fail && find_known(c, e, expr_hash(e), &reg))
        return true;
    if (e->kind == EXPR_CALL && !e->try_cast && find_fused(c, e, &fused) > 0 && !fused.fused.needs_valid) {
        for (uint32_t i = 0; i < fused.n_args; i++)
            if (!is_cheap(c, fused.arg[i]))
                return false;
        return true;
    }
    if (e->kind == EXPR_CALL && (!(e->fn->flags & FN_CHEAP) || (e->fn->flags & FN_ERR)))
        return false;
    if (e->can_fail && e->kind != EXPR_CALL)
        return false;
    if (e->kind == EXPR_CASE || e->kind == EXPR_COALESCE || e->kind == EXPR_IN)
        return false;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (!is_cheap(c, e->arg[i]))
            return false;
    }
    return true;
}

static bool all_cheap(const Compiler *c, const Expr *e)
{
    for (uint32_t i = 1; i < e->n_args; i++) {
        if (!is_cheap(c, e->arg[i]))
            return false;
    }
    return true;
}

/* AND, OR, CASE, COALESCE: the first operand in the surrounding block, each other one in a block of its own. */
static int compile_control(Compiler *c, const Expr *e, InsnOp op, const char *name, uint32_t *ret_reg)
{
    uint32_t at, first;
    uint32_t *regs = ARENA_ARRAY(c->arena, uint32_t, e->n_args);
    uint32_t *ends = ARENA_ARRAY(c->arena, uint32_t, e->n_args);
    if (!regs || !ends)
        return RAISE_NOMEM(c->err);
    TRY(compile_expr(c, e->arg[0], &first));
    bool dense = (op == INSN_AND || op == INSN_OR) && all_cheap(c, e);
    ends = dense ? NULL : ends;
    regs[0] = first;
    for (uint32_t i = 1; dense && i < e->n_args; i++)
        TRY(compile_expr(c, e->arg[i], &regs[i]));
    TRY(emit(c, op, e, name, &at));
    for (uint32_t i = 1; !dense && i < e->n_args; i++) {
        uint32_t mark = c->n_known;
        TRY(compile_expr(c, e->arg[i], &regs[i]));
        c->n_known = mark;
        ends[i - 1] = c->n_insns;
    }
    Insn *insn = &c->insn[at];
    insn->arg = regs;
    insn->block_end = ends;
    insn->end = c->n_insns;
    *ret_reg = insn->dst;
    return 0;
}

static int compile_in(Compiler *c, const Expr *e, uint32_t *ret_reg)
{
    uint32_t reg, at;
    InSet *set;
    TRY(compile_expr(c, e->arg[0], &reg));
    TRY(in_set_new(c->arena, e->arg + 1, e->n_args - 1, &set));
    TRY(emit(c, INSN_IN, e, "in", &at));
    Insn *insn = &c->insn[at];
    ((uint32_t *)insn->arg)[0] = reg;
    insn->n_args = 1;
    insn->aux = set;
    *ret_reg = insn->dst;
    return 0;
}

static int compile_kind(Compiler *c, const Expr *e, uint32_t *ret_reg)
{
    switch (e->kind) {
    case EXPR_CONST: return compile_const(c, e, ret_reg);
    case EXPR_COLUMN: return compile_column(c, e, ret_reg);
    case EXPR_VALUE: return compile_column(c, &(Expr){.kind = EXPR_COLUMN, .at = e->at}, ret_reg); /* of the check's own row */
    case EXPR_PARAM: return RAISE_AT(c->err, ERR_UNDEFINED_PARAMETER, e->at, "there is no parameter $%u", e->col + 1);
    case EXPR_CALL:
    case EXPR_CAST: return compile_kernel(c, e, ret_reg);
    case EXPR_AND: return compile_control(c, e, INSN_AND, "AND", ret_reg);
    case EXPR_OR: return compile_control(c, e, INSN_OR, "OR", ret_reg);
    case EXPR_CASE: return compile_control(c, e, INSN_CASE, "CASE", ret_reg);
    case EXPR_COALESCE: return compile_control(c, e, INSN_COALESCE, "COALESCE", ret_reg);
    case EXPR_IN: return compile_in(c, e, ret_reg);
    }
    return RAISE(c->err, ERR_INTERNAL, "unknown kind of expression");
}

static int compile_expr(Compiler *c, const Expr *e, uint32_t *ret_reg)
{
    if (e->kind == EXPR_COLUMN)
        return compile_column(c, e, ret_reg);
    uint64_t hash = expr_hash(e);
    if (find_known(c, e, hash, ret_reg))
        return 0;
    TRY(compile_kind(c, e, ret_reg));
    return e->is_volatile ? 0 : remember(c, e, hash, *ret_reg);
}

static uint32_t number_of(const Compiler *c, uint32_t reg)
{
    uint32_t i = reg & ~REG_CLASS;
    switch (reg & REG_CLASS) {
    case REG_COL: return i;
    case REG_CONST: return c->n_cols + i;
    default: return c->n_cols + c->n_consts + i;
    }
}

static Program *finish(Compiler *c, Expr *const *exprs, uint32_t *outputs, uint32_t n_outputs)
{
    Program *p = ARENA_NEW(c->arena, Program);
    Type *types = ARENA_ARRAY(c->arena, Type, MAX(n_outputs, 1u));
    if (!p || !types)
        return NULL;
    for (uint32_t i = 0; i < n_outputs; i++)
        types[i] = exprs[i]->type;
    for (uint32_t i = 0; i < c->n_insns; i++) {
        Insn *insn = &c->insn[i];
        insn->dst = number_of(c, insn->dst);
        for (uint32_t k = 0; k < insn->n_args; k++)
            ((uint32_t *)insn->arg)[k] = number_of(c, insn->arg[k]);
        for (uint32_t k = 0; k < insn->n_twins; k++)
            insn->twin[k] = (InsnTwin){number_of(c, insn->twin[k].dst), number_of(c, insn->twin[k].last)};
    }
    for (uint32_t i = 0; i < n_outputs; i++)
        outputs[i] = number_of(c, outputs[i]);
    *p = (Program){.n_in = c->in ? c->in->n : UINT32_MAX,
                   .n_regs = c->n_cols + c->n_consts + c->n_temps,
                   .n_cols = c->n_cols,
                   .n_consts = c->n_consts,
                   .n_insns = c->n_insns,
                   .n_outputs = n_outputs,
                   .col = c->col,
                   .consts = c->consts,
                   .insn = c->insn,
                   .output = outputs,
                   .output_type = types};
    return p;
}

int program_compile(Arena *arena, Expr *const *exprs, uint32_t n_exprs, const Schema *in, Program **ret, Err *err)
{
    return program_compile_given(arena, exprs, n_exprs, in, NULL, 0, ret, err);
}

/* They are columns behind those of the input. */
static int know_given(Compiler *c, Expr *const *given, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        TRY(GROW(c, col, n_cols, cap_cols));
        c->col[c->n_cols] = c->in->n + i;
        TRY(remember(c, given[i], expr_hash(given[i]), REG_COL | c->n_cols++));
    }
    return 0;
}

int program_compile_given(Arena *arena, Expr *const *exprs, uint32_t n_exprs, const Schema *in, Expr *const *given,
                          uint32_t n_given, Program **ret, Err *err)
{
    Compiler c = {.arena = arena, .in = in, .err = err};
    bool can_fail = false;
    uint32_t *outputs = ARENA_ARRAY(arena, uint32_t, MAX(n_exprs, 1u));
    if (!outputs || know_given(&c, given, n_given) < 0)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_exprs; i++) {
        int rc = compile_expr(&c, exprs[i], &outputs[i]);
        if (rc < 0)
            return rc == -ERR_OUT_OF_MEMORY ? RAISE_NOMEM(err) : rc;
        can_fail |= exprs[i]->can_fail;
    }
    Program *p = finish(&c, exprs, outputs, n_exprs);
    if (!p)
        return RAISE_NOMEM(err);
    p->can_fail = can_fail;
    *ret = p;
    return 0;
}

/* Collects the largest parts of e that are known, each once. */
static void collect_known(const Compiler *c, const Expr *e, Expr **list, uint32_t *n)
{
    if (e->kind == EXPR_COLUMN || e->kind == EXPR_CONST)
        return;
    uint64_t hash = expr_hash(e);
    for (uint32_t i = 0; i < c->n_known && !e->is_volatile; i++) {
        if (c->known[i].hash != hash || (c->known[i].reg & REG_CLASS) != REG_TEMP || !expr_equal(c->known[i].e, e))
            continue;
        for (uint32_t k = 0; k < *n; k++)
            if (list[k] == c->known[i].e)
                return;
        list[(*n)++] = (Expr *)c->known[i].e;
        return;
    }
    for (uint32_t i = 0; i < e->n_args && !expr_is_domain_check(e); i++)
        collect_known(c, e->arg[i], list, n);
}

int program_shared(Arena *arena, Expr *predicate, Expr *const *exprs, uint32_t n_exprs, const Schema *in, Expr ***ret,
                   uint32_t *ret_n, Err *err)
{
    Arena own;
    arena_init(&own, arena->acct, 0);
    Compiler c = {.arena = &own, .in = in};
    uint32_t reg;
    int rc = compile_expr(&c, predicate, &reg); /* what is wrong with it, its operator says */
    *ret_n = 0;
    *ret = ARENA_ARRAY(arena, Expr *, MAX(c.n_known, 1u));
    for (uint32_t i = 0; i < n_exprs && rc >= 0 && *ret; i++)
        collect_known(&c, exprs[i], *ret, ret_n);
    arena_done(&own);
    return *ret && rc != -ERR_OUT_OF_MEMORY ? 0 : RAISE_NOMEM(err);
}

uint32_t program_n_outputs(const Program *p)
{
    return p->n_outputs;
}
bool program_can_fail(const Program *p)
{
    return p->can_fail;
}

static void print_insn(const Program *p, const Insn *insn, unsigned depth, StrBuf *b)
{
    char type[64];
    type_print(insn->type, type, sizeof(type));
    sb_printf(b, "%*sr%u = %s(", (int)(2 * depth), "", insn->dst, insn->name);
    for (uint32_t k = 0; k < insn->n_args; k++)
        sb_printf(b, "%sr%u", k ? ", " : "", insn->arg[k]);
    sb_printf(b, ") %s\n", type);
    for (uint32_t k = 0; k < insn->n_twins; k++)
        sb_printf(b, "%*sr%u = the same with r%u\n", (int)(2 * depth), "", insn->twin[k].dst, insn->twin[k].last);
    (void)p;
}

static void print_block(const Program *p, uint32_t from, uint32_t to, unsigned depth, StrBuf *b)
{
    for (uint32_t i = from; i < to; i = p->insn[i].end) {
        const Insn *insn = &p->insn[i];
        print_insn(p, insn, depth, b);
        uint32_t start = i + 1;
        for (uint32_t k = 0; insn->block_end && k + 1 < insn->n_args; k++) {
            if (insn->block_end[k] > start)
                sb_printf(b, "%*sblock r%u\n", (int)(2 * depth + 2), "", insn->arg[k + 1]);
            print_block(p, start, insn->block_end[k], depth + 2, b);
            start = insn->block_end[k];
        }
    }
}

void program_print(const Program *p, StrBuf *b)
{
    for (uint32_t i = 0; i < p->n_cols; i++)
        sb_printf(b, "r%u = column %u\n", i, p->col[i]);
    for (uint32_t i = 0; i < p->n_consts; i++) {
        Value v = vec_get(&p->consts[i], 0);
        sb_printf(b, "r%u = ", p->n_cols + i);
        value_print_literal(&v, b);
        sb_putc(b, '\n');
    }
    print_block(p, 0, p->n_insns, 0, b);
    for (uint32_t i = 0; i < p->n_outputs; i++)
        sb_printf(b, "output %u = r%u\n", i, p->output[i]);
}
