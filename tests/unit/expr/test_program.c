/* SPDX-License-Identifier: Apache-2.0
 *
 * Random expressions over random batches: program_run against a row-at-a-time walk of the tree, which calls each kernel on one row
 * of constants.  Inputs are FLAT, CONST and DICT vectors with nulls, under random selections.  Rows must agree in value, in NULL,
 * and in whether they raise.  The seed is printed when a case fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "expr/program.h"

static uint64_t seed;

static uint32_t rnd(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 20) % n);
}

/* Columns: two each of INTEGER, BIGINT, DOUBLE, BOOLEAN, TEXT, DECIMAL(10,2), TIMESTAMP. */
enum { N_COLS = 14 };
static const Type col_types[7] = {{.id = T_I32},  {.id = T_I64},  {.id = T_F64},
                                  {.id = T_BOOL}, {.id = T_TEXT}, {.id = T_DECIMAL, .precision = 10, .scale = 2},
                                  {.id = T_TS}};

static Value random_value(Type t)
{
    static const char *const texts[] = {
        "", "a", "abc", "h\xc3\xa9llo", "a longer text than twelve", "a longer text than thirteen", "12", "%b_"};
    Value v = {.type = t};
    if (rnd(5) == 0)
        return value_null(t);
    switch ((TypeId)t.id) {
    case T_I32: v.i32 = rnd(4) ? (int32_t)rnd(10) - 5 : (int32_t)seed; break;
    case T_I64: v.i64 = rnd(4) ? (int64_t)rnd(10) - 5 : (int64_t)seed; break;
    case T_F64: v.f64 = rnd(8) ? (double)rnd(9) / 2 - 2 : rnd(2) ? 1e300 : 0.0 / (double)(rnd(1) + 0.0); break;
    case T_BOOL: v.b = rnd(2); break;
    case T_TEXT: v.str = str_of(texts[rnd(ARRAY_LEN(texts))]); break;
    case T_DECIMAL: v.dec = (i128)rnd(2000) - 1000; break;
    default: v.i64 = (int64_t)rnd(1000000) * 1000000 * (rnd(2) ? 1 : -1); break;
    }
    return v;
}

/* FLAT, CONST or DICT, and the values for the naive side. */
static void random_column(Arena *a, Type t, uint32_t n, Vec *ret, Value *values)
{
    uint32_t kind = rnd(4);
    if (kind == 0) {
        Value v = random_value(t);
        assert_int_equal(vec_const(&v, n, ret, a), 0);
        for (uint32_t i = 0; i < n; i++)
            values[i] = v;
        return;
    }
    uint32_t n_entries = kind == 1 ? 1 + rnd(6) : n;
    Vec *flat = arena_zalloc(a, sizeof(Vec));
    Vec *pieces = ARENA_ARRAY(a, Vec, n_entries);
    Value *entry = ARENA_ARRAY(a, Value, n_entries);
    assert_int_equal(vec_scratch(flat, t, n_entries, a), 0);
    StrWriter w;
    if (t.id == T_TEXT)
        strwriter_init(&w, flat, a);
    for (uint32_t i = 0; i < n_entries; i++) {
        do
            entry[i] = random_value(t);
        while (kind == 1 && entry[i].is_null);
        if (entry[i].is_null) {
            vec_add_valid(flat, a);
            bit_clear(flat->valid, i);
        }
        if (t.id == T_TEXT)
            strwriter_put(&w, i, entry[i].is_null ? "" : entry[i].str.p, entry[i].is_null ? 0 : entry[i].str.n);
        else if (t.id == T_BOOL)
            bit_put(flat->data, i, entry[i].b);
        else
            memcpy((char *)flat->data + i * type_bytes(t.id), (char *)&entry[i] + offsetof(Value, b), type_bytes(t.id));
    }
    if (t.id == T_TEXT)
        strwriter_finish(&w);
    (void)pieces;
    if (kind != 1) {
        *ret = *flat;
        memcpy(values, entry, n * sizeof(Value));
        return;
    }
    uint16_t *code = ARENA_ARRAY(a, uint16_t, n);
    *ret = (Vec){.kind = VEC_DICT, .code_bytes = 2, .n = n, .type = t, .data = code, .child = flat};
    for (uint32_t i = 0; i < n; i++) {
        code[i] = (uint16_t)rnd(n_entries);
        values[i] = entry[code[i]];
        if (rnd(6) == 0) {
            vec_add_valid(ret, a);
            bit_clear(ret->valid, i);
            values[i] = value_null(t);
        }
    }
}

static Expr *random_expr(Arena *a, Type t, unsigned depth);

static Expr *leaf(Arena *a, Type t)
{
    for (uint32_t k = 0; k < 7; k++) {
        if (col_types[k].id == t.id && rnd(4))
            return expr_column(a, 2 * k + rnd(2), col_types[k], false, SPAN_NONE);
    }
    Value v = random_value(t.id == T_DECIMAL ? col_types[5] : t);
    return expr_const(a, &v, SPAN_NONE);
}

static Expr *make(Arena *a, const char *name, uint32_t n, Expr *x, Expr *y)
{
    Expr *args[2] = {x, y}, *e = NULL;
    Err err = ERR_INIT;
    if (expr_call(a, str_of(name), args, n, SPAN_NONE, &e, &err) < 0)
        fail_msg("%s: %s", name, err.message);
    return e;
}
#define PICK(...) ((const char *[]){__VA_ARGS__}[rnd(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *))])

static Expr *control(Arena *a, Type t, unsigned depth)
{
    Expr *e = NULL, *whens[2], *thens[2], *args[3];
    for (int i = 0; i < 2; i++) {
        whens[i] = random_expr(a, TYPE(BOOL), depth - 1);
        thens[i] = random_expr(a, t, depth - 1);
    }
    for (int i = 0; i < 3; i++)
        args[i] = random_expr(a, t, depth - 1);
    if (rnd(2))
        assert_int_equal(expr_case(a, whens, thens, 1 + rnd(2), rnd(3) ? args[0] : NULL, SPAN_NONE, &e, NULL), 0);
    else
        assert_int_equal(expr_coalesce(a, args, 2 + rnd(2), SPAN_NONE, &e, NULL), 0);
    return e;
}

static Expr *random_bool(Arena *a, unsigned depth)
{
    Expr *args[4], *e = NULL;
    Type t = col_types[rnd(7)];
    switch (rnd(5)) {
    case 0:
        for (int i = 0; i < 4; i++)
            args[i] = random_expr(a, TYPE(BOOL), depth - 1);
        assert_int_equal(expr_logic(a, rnd(2) ? EXPR_AND : EXPR_OR, args, 2 + rnd(3), SPAN_NONE, &e, NULL), 0);
        return e;
    case 1: return make(a, PICK("not", "is true", "is not false", "is null"), 1, random_expr(a, TYPE(BOOL), depth - 1), NULL);
    case 2:
        args[0] = random_expr(a, t, depth - 1);
        for (int i = 1; i < 4; i++) {
            Value v = random_value(args[0]->type.id == T_DECIMAL ? col_types[5] : args[0]->type);
            args[i] = expr_const(a, &v, SPAN_NONE);
        }
        assert_int_equal(expr_in(a, args[0], args + 1, 1 + rnd(3), rnd(2), SPAN_NONE, &e, NULL), 0);
        return e;
    case 3:
        if (rnd(2))
            return make(a, PICK("like", "ilike", "starts_with"), 2, random_expr(a, TYPE(TEXT), depth - 1),
                        random_expr(a, TYPE(TEXT), 0));
        __attribute__((fallthrough));
    default:
        return make(a, PICK("=", "<>", "<", "<=", ">", ">=", "is distinct from"), 2, random_expr(a, t, depth - 1),
                    random_expr(a, t, depth - 1));
    }
}

static Expr *random_expr(Arena *a, Type t, unsigned depth)
{
    Expr *e = NULL, *x;
    if (depth == 0 || rnd(6) == 0)
        return leaf(a, t);
    if (rnd(4) == 0)
        return control(a, t, depth);
    switch ((TypeId)t.id) {
    case T_BOOL: return random_bool(a, depth);
    case T_TEXT:
        if (rnd(3) == 0) {
            assert_int_equal(expr_cast(a, random_expr(a, col_types[rnd(7)], depth - 1), TYPE(TEXT), CAST_EXPLICIT, false, &e, NULL),
                             0);
            return e;
        }
        x = random_expr(a, t, depth - 1);
        if (rnd(2))
            return make(a, PICK("lower", "upper", "trim", "reverse"), 1, x, NULL);
        return rnd(2) ? make(a, PICK("left", "right"), 2, x, random_expr(a, TYPE(I32), 0))
                      : make(a, PICK("||", "nullif"), 2, x, random_expr(a, t, depth - 1));
    case T_TS: return make(a, PICK("greatest", "least", "nullif"), 2, leaf(a, t), random_expr(a, t, depth - 1));
    case T_I32:
        if (rnd(4) == 0) {
            Type from = rnd(2) ? TYPE(TEXT) : TYPE(F64);
            assert_int_equal(expr_cast(a, random_expr(a, from, depth - 1), t, CAST_EXPLICIT, rnd(2), &e, NULL), 0);
            return e;
        }
        if (rnd(4) == 0)
            return make(a, "length", 1, random_expr(a, TYPE(TEXT), depth - 1), NULL);
        __attribute__((fallthrough));
    default:
        if (rnd(5) == 0)
            return make(a, PICK("-", "abs"), 1, random_expr(a, t, depth - 1), NULL);
        x = make(a, PICK("+", "-", "*", "/", "greatest"), 2, random_expr(a, t, depth - 1), random_expr(a, t, depth - 1));
        if (x->type.id != t.id || (t.id == T_DECIMAL && x->type.precision > 30))
            assert_int_equal(expr_cast(a, x, t.id == T_DECIMAL ? col_types[5] : t, CAST_EXPLICIT, false, &x, NULL), 0);
        return x;
    }
}

/* The naive side: 1 = raises. */
typedef struct Naive {
    Arena *a;
    Value *const *cols;
    uint32_t row;
} Naive;
static int naive(const Naive *n, const Expr *e, Value *ret);

static int naive_kernel(const Naive *n, const Expr *e, Value *ret)
{
    Vec vec[4], out;
    const Vec *arg[4];
    EvalCtx x = {.arena = n->a, .watermark_us = INT64_MIN};
    bool null = false;
    for (uint32_t i = 0; i < e->n_args; i++) {
        Value v;
        if (naive(n, e->arg[i], &v))
            return 1;
        null |= v.is_null;
        v.type = e->arg[i]->type;
        assert_int_equal(vec_const(&v, 1, &vec[i], n->a), 0);
        arg[i] = &vec[i];
    }
    bool strict = e->kind == EXPR_CAST || (e->fn->flags & FN_STRICT);
    if (strict && null) {
        *ret = value_null(e->type);
        return 0;
    }
    eval_ctx_clear(&x, 1);
    assert_int_equal(vec_scratch(&out, e->type, 1, n->a), 0);
    Kernel kernel = e->kind == EXPR_CAST ? e->cast->kernel : e->fn->kernel;
    assert_int_equal(kernel(&x, arg, e->n_args, NULL, &out, (Rows){1, NULL}), 0);
    if (x.n_errors) {
        *ret = value_null(e->type);
        return e->kind == EXPR_CAST && e->try_cast ? 0 : 1;
    }
    Vec *kept = arena_memdup(n->a, &out, sizeof(out));
    *ret = vec_get(kept, 0);
    return 0;
}

static int naive_logic(const Naive *n, const Expr *e, Value *ret)
{
    bool is_or = e->kind == EXPR_OR, unknown = false;
    for (uint32_t i = 0; i < e->n_args; i++) {
        Value v;
        if (naive(n, e->arg[i], &v))
            return 1;
        unknown |= v.is_null;
        if (!v.is_null && v.b == is_or) {
            *ret = (Value){.type = TYPE(BOOL), .b = is_or};
            return 0;
        }
    }
    *ret = unknown ? value_null(TYPE(BOOL)) : (Value){.type = TYPE(BOOL), .b = !is_or};
    return 0;
}

static int naive_in(const Naive *n, const Expr *e, Value *ret)
{
    Value v, w;
    bool unknown = false, found = false;
    if (naive(n, e->arg[0], &v))
        return 1;
    for (uint32_t i = 1; i < e->n_args; i++) {
        naive(n, e->arg[i], &w);
        unknown |= w.is_null;
        found |= !v.is_null && !w.is_null && value_cmp(&v, &w) == 0;
    }
    *ret = found                  ? (Value){.type = TYPE(BOOL), .b = true}
           : v.is_null || unknown ? value_null(TYPE(BOOL))
                                  : (Value){.type = TYPE(BOOL)};
    return 0;
}

static int naive(const Naive *n, const Expr *e, Value *ret)
{
    switch (e->kind) {
    case EXPR_CONST: *ret = e->value; return 0;
    case EXPR_COLUMN: *ret = n->cols[e->col][n->row]; return 0;
    case EXPR_AND:
    case EXPR_OR: return naive_logic(n, e, ret);
    case EXPR_IN: return naive_in(n, e, ret);
    case EXPR_CASE:
        for (uint32_t i = 0; i + 1 < e->n_args; i += 2) {
            Value v;
            if (naive(n, e->arg[i], &v))
                return 1;
            if (!v.is_null && v.b)
                return naive(n, e->arg[i + 1], ret);
        }
        return naive(n, e->arg[e->n_args - 1], ret);
    case EXPR_COALESCE:
        for (uint32_t i = 0; i < e->n_args; i++) {
            if (naive(n, e->arg[i], ret))
                return 1;
            if (!ret->is_null)
                return 0;
        }
        return 0;
    default: return naive_kernel(n, e, ret);
    }
}

static const char *shown(Arena *a, const Expr *e)
{
    StrBuf b;
    sb_init(&b, NULL);
    expr_print(e, NULL, &b);
    const char *s = arena_strdup(a, sb_cstr(&b));
    sb_done(&b);
    return s;
}

static const char *text(Arena *a, const Value *v)
{
    StrBuf b;
    sb_init(&b, NULL);
    value_print_literal(v, &b);
    const char *s = arena_strdup(a, sb_cstr(&b));
    sb_done(&b);
    return s;
}

/* AND and OR whose operands cannot raise may be computed in any order, so only values and the fact of an error are compared. */
static void compare_rows(Arena *a, Expr *const *exprs, uint32_t n_exprs, Value *const *cols, Rows rows, const EvalCtx *x,
                         const Vec *out, uint64_t start)
{
    for (uint32_t i = 0; i < rows.n; i++) {
        Naive n = {a, cols, row_at(rows, i)};
        bool raises = false;
        for (uint32_t k = 0; k < n_exprs; k++) {
            Value want, got;
            if (naive(&n, exprs[k], &want)) {
                raises = true;
                continue;
            }
            if (row_has_error(x, n.row))
                continue;
            got = vec_get(&out[k], n.row);
            want.type = got.type;
            if (got.is_null != want.is_null || (!got.is_null && value_cmp(&got, &want) != 0))
                fail_msg("seed %lu row %u: %s: got %s, want %s", (unsigned long)start, n.row, shown(a, exprs[k]), text(a, &got),
                         text(a, &want));
            if (exprs[k]->not_null && got.is_null)
                fail_msg("seed %lu row %u: NULL of a NOT NULL expression: %s", (unsigned long)start, n.row, shown(a, exprs[k]));
        }
        if (raises != row_has_error(x, n.row))
            fail_msg("seed %lu row %u: %s: %s", (unsigned long)start, n.row, raises ? "should raise" : x->err_text[n.row],
                     shown(a, exprs[0]));
    }
}

static uint32_t n_rows_alone;

/* The program over its one row, twice with the same memory: either all that program_run gives, or left to it. */
static void run_alone(Arena *a, const Program *p, Expr *const *exprs, uint32_t n_exprs, const Batch *in, Value *const *cols,
                      uint64_t start)
{
    ProgramRow *r;
    EvalCtx x = {.arena = a, .watermark_us = INT64_MIN};
    assert_int_equal(program_row_new(a, p, &r, NULL), 0);
    Vec out[3];
    if (r)
        program_row_begin(r, out);
    for (int round = 0; r && round < 2; round++) {
        bool pass;
        eval_ctx_clear(&x, 1);
        if (program_row_run(r, &x, in, out) == 0)
            return;
        n_rows_alone++;
        assert_int_equal(x.n_errors, 0);
        compare_rows(a, exprs, n_exprs, cols, batch_rows(in), &x, out, start);
        if (n_exprs == 1 && exprs[0]->type.id == T_BOOL) {
            assert_int_equal(program_row_filter(r, &x, in, &pass), 1);
            assert_int_equal(pass, bit_get(out[0].data, 0));
        }
    }
}

static void run_case(uint64_t start, bool fold)
{
    Arena arena;
    arena_init(&arena, NULL, 0);
    seed = start * UINT64_C(0x9e3779b97f4a7c15) | 1;
    rnd(2);
    uint32_t n = rnd(3) == 0 ? 1 : 1 + rnd(200), n_exprs = 1 + rnd(3);
    Field fields[N_COLS];
    Value *cols[N_COLS];
    Expr *exprs[3], *plain[3];
    Batch *in = arena_zalloc(&arena, sizeof(Batch) + N_COLS * sizeof(Vec));
    in->n = in->n_sel = n;
    for (uint32_t i = 0; i < N_COLS; i++) {
        cols[i] = ARENA_ARRAY(&arena, Value, n);
        fields[i] = (Field){.name = "c", .type = col_types[i / 2]};
        random_column(&arena, col_types[i / 2], n, &in->col[i], cols[i]);
    }
    uint16_t *sel = ARENA_ARRAY(&arena, uint16_t, n);
    if (rnd(2)) {
        in->n_sel = 0;
        for (uint32_t i = 0; i < n; i++) {
            if (rnd(3))
                sel[in->n_sel++] = (uint16_t)i;
        }
        in->sel = sel;
    }
    for (uint32_t i = 0; i < n_exprs; i++) {
        plain[i] = random_expr(&arena, col_types[rnd(7)], 1 + rnd(4));
        exprs[i] = fold ? expr_fold(&arena, plain[i]) : plain[i];
        assert_non_null(exprs[i]);
    }
    Schema *schema = schema_new(NULL, fields, N_COLS);
    Program *p = NULL;
    Vec out[3];
    EvalCtx x = {.arena = &arena, .watermark_us = INT64_MIN};
    assert_int_equal(program_compile(&arena, exprs, n_exprs, schema, &p, NULL), 0);
    eval_ctx_clear(&x, n);
    assert_int_equal(program_run(p, &x, in, out), 0);
    compare_rows(&arena, fold ? exprs : plain, n_exprs, cols, batch_rows(in), &x, out, start);
    if (n == 1 && in->n_sel == 1)
        run_alone(&arena, p, fold ? exprs : plain, n_exprs, in, cols, start);
    if (exprs[0]->type.id == T_BOOL && n_exprs == 1) {
        uint16_t chosen[256];
        uint32_t n_chosen, k = 0;
        eval_ctx_clear(&x, n);
        assert_int_equal(program_filter(p, &x, in, batch_rows(in), chosen, &n_chosen), 0);
        for (uint32_t i = 0; i < in->n_sel; i++) {
            uint32_t r = row_at(batch_rows(in), i);
            Value v = vec_get(&out[0], r);
            if (!row_has_error(&x, r) && !v.is_null && v.b)
                assert_int_equal(chosen[k++], r);
        }
        assert_int_equal(k, n_chosen);
    }
    schema_unref(schema);
    arena_done(&arena);
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 6000; i++)
        run_case(i, i & 1);
    assert_true(n_rows_alone > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
