/* SPDX-License-Identifier: Apache-2.0
 *
 * 0.908 * price > 1000000: a whole number times a constant, compared with a constant, is the number compared with a quotient that
 * is known beforehand.  So neither is the number made a decimal of 128 bits nor the product. */
#include <string.h>

#include "expr/expr_impl.h"
#include "kernel/compare.h"

#define FACTOR_MAX 1000000000000000000 /* times any bigint it has less than 38 digits */

typedef struct Bound {
    CmpOp op;
    int64_t value;
    Vec vec; /* CONST, of value */
} Bound;

static int compare_bound(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    const Bound *b = aux;
    (void)x, (void)n_args;
    kernel_compare(b->op, arg[0], &b->vec, dst, rows);
    return 0;
}

static bool read_op(const FuncDef *f, CmpOp *ret)
{
    static const struct {
        const char *name;
        CmpOp op;
    } ops[] = {{"=", CMP_EQ}, {"<>", CMP_NE}, {"!=", CMP_NE}, {"<", CMP_LT}, {"<=", CMP_LE}, {">", CMP_GT}, {">=", CMP_GE}};
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        *ret = ops[i].op;
        if (strcmp(f->name, ops[i].name) == 0)
            return true;
    }
    return false;
}

/* As with the sides exchanged, and with the signs of both turned. */
static CmpOp turned(CmpOp op)
{
    static const CmpOp to[] = {
        [CMP_EQ] = CMP_EQ, [CMP_NE] = CMP_NE, [CMP_LT] = CMP_GT, [CMP_LE] = CMP_GE, [CMP_GT] = CMP_LT, [CMP_GE] = CMP_LE};
    return to[op];
}

static i128 floor_of(i128 a, i128 b) /* b > 0 */
{
    i128 q = a / b;
    return q - (a % b < 0);
}

/* n <= most, n > most; the bound may lie beyond all numbers. */
static void set_order(Bound *b, bool above, i128 most)
{
    if (most < INT64_MIN)
        *b = (Bound){above ? CMP_GE : CMP_LT, INT64_MIN, {0}};
    else
        *b = (Bound){above ? CMP_GT : CMP_LE, most > INT64_MAX ? INT64_MAX : (int64_t)most, {0}};
}

/* n * factor op limit, factor > 0 */
static void set_bound(Bound *b, CmpOp op, i128 factor, i128 limit)
{
    if (op == CMP_LT || op == CMP_GE) {
        set_order(b, op == CMP_GE, floor_of(limit - 1, factor));
    } else if (op == CMP_LE || op == CMP_GT) {
        set_order(b, op == CMP_GT, floor_of(limit, factor));
    } else {
        i128 q = limit / factor;
        bool none = limit % factor != 0 || q < INT64_MIN || q > INT64_MAX;
        *b = none ? (Bound){op == CMP_EQ ? CMP_LT : CMP_GE, INT64_MIN, {0}} : (Bound){op, (int64_t)q, {0}};
    }
}

/* The bigint that e is as a decimal without digits behind the point; NULL = it is something else. */
static const Expr *whole_number(const Expr *e)
{
    bool is_cast = e->kind == EXPR_CAST && !e->try_cast && !expr_is_domain_check(e) && e->arg[0]->type.id == T_I64;
    return is_cast && e->type.id == T_DECIMAL && e->type.scale == 0 && e->type.precision >= 19 && !type_is_limited(e->type)
               ? e->arg[0]
               : NULL;
}

/* A product of a number and a constant other than 0. */
static const Expr *read_product(const Expr *e, i128 *ret_factor)
{
    if (e->kind != EXPR_CALL || e->try_cast || e->n_args != 2 || e->type.id != T_DECIMAL || strcmp(e->fn->name, "*") != 0)
        return NULL;
    uint32_t k = e->arg[0]->kind == EXPR_CONST ? 0 : 1;
    const Expr *factor = e->arg[k], *n = whole_number(e->arg[!k]);
    if (factor->kind != EXPR_CONST || factor->type.id != T_DECIMAL || factor->value.is_null || !n ||
        e->type.scale != factor->type.scale)
        return NULL;
    *ret_factor = factor->value.dec;
    return *ret_factor != 0 && *ret_factor<FACTOR_MAX && * ret_factor> - (i128)FACTOR_MAX ? n : NULL;
}

int scaled_compare(Arena *arena, const Expr *e, const Expr **ret_number, Fused *ret)
{
    CmpOp op;
    i128 factor;
    if (e->n_args != 2 || !read_op(e->fn, &op))
        return 0;
    uint32_t k = e->arg[0]->kind == EXPR_CONST ? 0 : 1;
    const Expr *limit = e->arg[k], *product = e->arg[!k];
    if (limit->kind != EXPR_CONST || limit->value.is_null || limit->type.id != T_DECIMAL)
        return 0;
    *ret_number = read_product(product, &factor);
    if (!*ret_number || product->type.scale != limit->type.scale)
        return 0;
    Bound *b = ARENA_NEW(arena, Bound);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    op = (k == 0) != (factor < 0) ? turned(op) : op;
    set_bound(b, op, factor < 0 ? -factor : factor, factor < 0 ? -limit->value.dec : limit->value.dec);
    b->vec = (Vec){.kind = VEC_CONST, .type = TYPE(I64), .n = 1, .data = &b->value};
    *ret = (Fused){.kernel = compare_bound, .aux = b, .name = "scaled"};
    return 1;
}
