/* SPDX-License-Identifier: Apache-2.0
 *
 * f(a, VARIADIC array) where rows have the array: how many arguments f has is known row by row.  The call is made for each number
 * of elements that a batch has, once, as a program over so many columns; a row is one run of it.  So any function that takes any
 * number of arguments is called as it is, with its own rules for their types.
 *
 * Arguments: the name of f, those before the array, the array. */
#include "expr/expr_impl.h"

#include "data/array.h"
#include "expr/program.h"

#include <string.h>

static int run(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows);

static const FuncDef definition = {
    .name = "variadic", .n_args = 1, .arg = {TP_ANY}, .ret = TP_ANY, .kernel = run, .flags = FN_ERR | FN_INTERNAL | FN_ZONED};

/* f over columns: `n_fixed` of the types of their own, then n of the elements' type. */
static int call_of(Arena *a, Str name, const Type *fixed, uint32_t n_fixed, Type element, uint32_t n, Expr **ret, Err *err)
{
    Expr *arg[CALL_ARGS_MAX];
    for (uint32_t i = 0; i < n_fixed + n; i++) {
        arg[i] = expr_column(a, i, i < n_fixed ? fixed[i] : element, false, SPAN_NONE);
        if (!arg[i])
            return RAISE_NOMEM(err);
    }
    return expr_call(a, name, arg, n_fixed + n, SPAN_NONE, ret, err);
}

int expr_spread(Arena *a, Str name, Expr *const *args, uint32_t n, Span at, Expr **ret, Err *err)
{
    Expr *all[CALL_ARGS_MAX + 1], *like;
    Type type[CALL_ARGS_MAX + 1];
    char *own = arena_strndup(a, name.p, name.n);
    if (n > CALL_ARGS_MAX - 1)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, at, "a function takes at most %d arguments", CALL_ARGS_MAX);
    all[0] = own ? expr_const(a, &(Value){.type = TYPE(TEXT), .str = str_of(own)}, at) : NULL;
    if (!all[0])
        return RAISE_NOMEM(err);
    type[0] = TYPE(TEXT);
    for (uint32_t i = 0; i < n; i++) {
        all[i + 1] = args[i];
        if (args[i]->type.id == T_UNKNOWN)
            TRY(expr_cast(a, args[i], TYPE(TEXT), CAST_IMPLICIT, false, &all[i + 1], err));
        type[i + 1] = all[i + 1]->type;
    }
    TRY(call_of(a, name, type + 1, n - 1, type_element(type[n]), 2, &like, err)); /* pairs are what some take */
    return expr_call_def(a, &definition, type, like->type, all, n + 1, at, ret, err);
}

/* ---- running ---- */

typedef struct Spread {
    EvalCtx *x;
    const Vec *const *arg;
    uint32_t n_fixed; /* arg[1] .. */
    Type fixed[CALL_ARGS_MAX], array;
    Program *of[CALL_ARGS_MAX + 1]; /* by number of elements; NULL = not yet */
    Schema *row;
    Arena arena; /* of one row */
} Spread;

static int program_for(Spread *s, uint32_t n, Type type, Err *err)
{
    Arena *a = s->x->arena;
    Expr *e;
    if (s->of[n])
        return 0;
    TRY(call_of(a, vec_str(s->arg[0], 0), s->fixed, s->n_fixed, type_element(s->array), n, &e, err));
    TRY(expr_cast(a, e, type, CAST_ASSIGN, false, &e, err));
    return program_compile(a, &e, 1, s->row, &s->of[n], err);
}

static int read_elements(Spread *s, uint32_t row, Vec *cols, uint32_t *ret_n)
{
    const Vec *array = s->arg[s->n_fixed + 1];
    ArrayReader r;
    Value v;
    ArrayDims d;
    Str items;
    *ret_n = 0;
    if (vec_is_null(array, row))
        return 0;
    array_dims_of(s->array, vec_str(array, vec_phys(array, row)), &d, &items);
    r = array_read(s->array, items, &s->arena);
    for (int more; (more = array_next(&r, &v)) != 0;) {
        if (more < 0)
            return more;
        if (s->n_fixed + *ret_n == CALL_ARGS_MAX) {
            row_error(s->x, row, ERR_PROGRAM_LIMIT, "a function takes at most %d arguments", CALL_ARGS_MAX);
            return 1;
        }
        v.type = type_element(s->array);
        TRY(vec_const(&v, 1, &cols[s->n_fixed + (*ret_n)++], &s->arena));
    }
    return 0;
}

/* 1: *ret is there, in the arena of the row; 0: the row has an error. */
static int call_row(Spread *s, uint32_t row, Type type, Value *ret)
{
    Batch *b = arena_zalloc(&s->arena, sizeof(Batch) + (CALL_ARGS_MAX + 1) * sizeof(Vec));
    EvalCtx own = *s->x;
    Err err = ERR_INIT;
    Vec out;
    uint32_t n;
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < s->n_fixed; i++) {
        Value v = vec_get(s->arg[i + 1], row);
        v.type = s->fixed[i];
        TRY(vec_const(&v, 1, &b->col[i], &s->arena));
    }
    int rc = read_elements(s, row, b->col, &n);
    if (rc != 0)
        return MIN(rc, 0);
    rc = program_for(s, n, type, &err);
    if (rc == -ERR_UNDEFINED_FUNCTION && s->n_fixed + n == 0 && type.id == T_I32) { /* num_nulls() counts none */
        *ret = (Value){.type = type};
        return 1;
    }
    if (rc == -ERR_OUT_OF_MEMORY)
        return rc;
    if (rc < 0) {
        row_error(s->x, row, err.code, "%s", err.message);
        return 0;
    }
    own.arena = &s->arena;
    eval_ctx_clear(&own, 1);
    b->n = b->n_sel = 1;
    b->n_cols = (uint16_t)(s->n_fixed + n);
    b->schema = s->row;
    TRY(program_run(s->of[n], &own, b, &out));
    if (own.n_errors && !own.err)
        return -ERR_OUT_OF_MEMORY;
    if (own.n_errors) {
        row_error_copy(s->x, row, &own, 0);
        return 0;
    }
    *ret = vec_get(&out, 0);
    return 1;
}

static int put(Vec *dst, StrWriter *w, uint32_t row, const Value *v, Arena *arena)
{
    if (type_is_string((TypeId)dst->type.id)) {
        TRY(strwriter_put(w, row, v->is_null ? "" : v->str.p, v->is_null ? 0 : v->str.n));
    } else if (!v->is_null) {
        ASSERT(dst->type.id == T_I32);
        ((int32_t *)dst->data)[row] = v->i32;
    }
    if (!v->is_null)
        return 0;
    TRY(vec_add_valid(dst, arena));
    bit_clear(dst->valid, row);
    return 0;
}

static Schema *row_of(Arena *a, const Spread *s)
{
    Schema *row = arena_zalloc(a, sizeof(Schema) + (CALL_ARGS_MAX + 1) * sizeof(Field));
    if (!row)
        return NULL;
    row->n = CALL_ARGS_MAX;
    for (uint32_t i = 0; i < row->n; i++)
        row->field[i] = (Field){.name = "", .type = i < s->n_fixed ? s->fixed[i] : type_element(s->array)};
    return row;
}

static int run(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    Spread *s = arena_zalloc(x->arena, sizeof(*s));
    StrWriter w;
    int rc = 0;
    (void)aux;
    if (!s)
        return -ERR_OUT_OF_MEMORY;
    s->x = x;
    s->arg = arg;
    s->n_fixed = n_args - 2;
    s->array = arg[n_args - 1]->type;
    for (uint32_t i = 0; i < s->n_fixed; i++)
        s->fixed[i] = arg[i + 1]->type;
    s->row = row_of(x->arena, s);
    if (!s->row)
        return -ERR_OUT_OF_MEMORY;
    bool no_array_is_none = str_eq(vec_str(arg[0], 0), STR("format")); /* of all others the result is NULL then */
    if (type_is_string((TypeId)dst->type.id))
        strwriter_init(&w, dst, x->arena);
    arena_init(&s->arena, x->arena->acct, 0);
    for (uint32_t i = 0; i < rows.n && rc >= 0; i++) {
        uint32_t row = row_at(rows, i);
        Value v = value_null(dst->type);
        rc = no_array_is_none || !vec_is_null(arg[n_args - 1], row) ? call_row(s, row, dst->type, &v) : 1;
        if (rc >= 0)
            rc = put(dst, &w, row, &v, x->arena);
        arena_reset(&s->arena);
    }
    arena_done(&s->arena);
    return rc < 0 ? rc : type_is_string((TypeId)dst->type.id) ? strwriter_finish(&w) : 0;
}
