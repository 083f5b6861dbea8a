/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of a domain: a call that gives its first argument and raises, row by row, what the domain says against it.  The conditions
 * are arguments, too, so that whatever looks at an expression sees them; but they are over EXPR_VALUE, not over the row, and so
 * they are a program of their own, over one column.  The value is computed once, however often the conditions read it.
 *
 * Arguments: the value; the domain's name; NOT NULL; whether the value is an array whose elements are meant; then conditions, each
 * with the name of its constraint. */
#include "expr/expr_impl.h"

#include "data/array.h"
#include "expr/program.h"

#include <string.h>

enum { ARG_VALUE, ARG_NAME, ARG_NOT_NULL, ARG_ELEMENTS, ARG_CONDITIONS };

typedef struct Check { /* what the kernel knows */
    Type type;         /* of one value */
    Str domain;
    bool not_null, elements;
    uint32_t n;
    Str *constraint;
    Program *program; /* NULL: there are no conditions */
    const Schema *row;
} Check;

static int run(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows);

static const FuncDef definition = {
    .name = "domain check", .n_args = 1, .arg = {TP_ANY}, .ret = TP_ANY, .kernel = run, .flags = FN_ERR | FN_INTERNAL};

bool expr_is_domain_check(const Expr *e)
{
    return e->kind == EXPR_CALL && e->fn == &definition;
}

bool expr_domain_check_not_null(const Expr *e)
{
    return !e->try_cast && (e->arg[ARG_VALUE]->not_null || (e->arg[ARG_NOT_NULL]->value.b && !e->arg[ARG_ELEMENTS]->value.b));
}

Expr *expr_value(Arena *a, Type t, Span at)
{
    return expr_new(a, EXPR_VALUE, t, at);
}

static Expr *flag(Arena *a, bool b, Span at)
{
    return expr_const(a, &(Value){.type = TYPE(BOOL), .b = b}, at);
}
static Expr *text(Arena *a, const char *s, Span at)
{
    char *own = arena_strdup(a, s);
    return own ? expr_const(a, &(Value){.type = TYPE(TEXT), .str = str_of(own)}, at) : NULL;
}

int expr_domain_check(Arena *a, Expr *e, const DomainRules *d, Expr **ret, Err *err)
{
    Expr *arg[CALL_ARGS_MAX];
    Type type[CALL_ARGS_MAX];
    uint32_t n = ARG_CONDITIONS;
    if (ARG_CONDITIONS + 2 * d->n > CALL_ARGS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, e->at, "domain %s has more than %d constraints", d->name,
                        (CALL_ARGS_MAX - ARG_CONDITIONS) / 2);
    arg[ARG_VALUE] = e;
    arg[ARG_NAME] = text(a, d->name, e->at);
    arg[ARG_NOT_NULL] = flag(a, d->not_null, e->at);
    arg[ARG_ELEMENTS] = flag(a, d->elements, e->at);
    for (uint32_t i = 0; i < d->n; i++) {
        arg[n++] = d->condition[i];
        arg[n++] = text(a, d->constraint[i], e->at);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!arg[i])
            return RAISE_NOMEM(err);
        type[i] = arg[i]->type;
    }
    TRY(expr_call_def(a, &definition, type, e->type, arg, n, e->at, ret, err));
    (*ret)->try_cast = d->tries;
    expr_derive(*ret);
    return 0;
}

/* ---- compiling ---- */

static int compile_conditions(Arena *a, const Expr *e, Check *c, Err *err)
{
    Expr **condition = ARENA_ARRAY(a, Expr *, c->n + 1);
    Schema *row = arena_zalloc(a, sizeof(Schema) + sizeof(Field));
    if (!condition || !row)
        return RAISE_NOMEM(err);
    row->n = 1;
    row->field[0] = (Field){.name = "value", .type = c->type};
    c->row = row;
    for (uint32_t i = 0; i < c->n; i++) {
        condition[i] = e->arg[ARG_CONDITIONS + 2 * i];
        c->constraint[i] = e->arg[ARG_CONDITIONS + 2 * i + 1]->value.str;
    }
    return program_compile(a, condition, c->n, row, &c->program, err);
}

int expr_domain_prepare(Arena *a, const Expr *e, const void **ret_aux, Err *err)
{
    Check *c = ARENA_NEW(a, Check);
    if (!c)
        return RAISE_NOMEM(err);
    *c = (Check){.type = e->type,
                 .domain = e->arg[ARG_NAME]->value.str,
                 .not_null = e->arg[ARG_NOT_NULL]->value.b,
                 .elements = e->arg[ARG_ELEMENTS]->value.b,
                 .n = (e->n_args - ARG_CONDITIONS) / 2,
                 .constraint = ARENA_ARRAY(a, Str, e->n_args)};
    if (!c->constraint)
        return RAISE_NOMEM(err);
    if (c->elements)
        c->type = type_element(e->type);
    *ret_aux = c;
    return c->n ? compile_conditions(a, e, c, err) : 0;
}

/* ---- running ---- */

/* The values themselves; texts stay where they lie. */
static int copy(const Vec *from, Vec *dst, Arena *arena)
{
    uint32_t n = from->kind == VEC_CONST ? 1 : dst->n;
    size_t bits = (n + 7) / 8, width = type_bytes((TypeId)from->type.id);
    memcpy(dst->data, from->data, width ? width * n : bits);
    dst->str_data = from->str_data;
    dst->n_str_bufs = from->n_str_bufs;
    if (!from->valid)
        return 0;
    TRY(vec_add_valid(dst, arena));
    memcpy(dst->valid, from->valid, bits);
    return 0;
}

/* Values of one column, the i-th of which belongs to row to[i] of x; NULL: each to its own. */
static int check_values(EvalCtx *x, const Check *c, const Vec *values, Rows rows, const uint32_t *to, Arena *arena)
{
    EvalCtx own = *x;
    Batch *b = arena_zalloc(arena, sizeof(Batch) + sizeof(Vec));
    Vec *out = ARENA_ARRAY(arena, Vec, c->n + 1);
    if (!b || !out)
        return -ERR_OUT_OF_MEMORY;
    own.arena = arena;
    eval_ctx_clear(&own, values->n);
    b->n = values->n;
    b->n_sel = rows.n;
    b->sel = rows.sel;
    b->n_cols = 1;
    b->schema = c->row;
    b->col[0] = *values;
    if (c->program)
        TRY(program_run_rows(c->program, &own, b, rows, out));
    if (own.n_errors && !own.err)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i), at = to ? *to : row;
        if (c->not_null && vec_is_null(values, row))
            row_error(x, at, ERR_NOT_NULL, "domain %.*s does not allow null values", (int)c->domain.n, c->domain.p);
        if (row_has_error(&own, row))
            row_error_copy(x, at, &own, row);
        for (uint32_t k = 0; k < c->n && !row_has_error(&own, row); k++)
            if (!vec_is_null(&out[k], row) && !bit_get(vec_values(&out[k])->data, vec_phys(&out[k], row)))
                row_error(x, at, ERR_CHECK, "value for domain %.*s violates check constraint \"%.*s\"", (int)c->domain.n,
                          c->domain.p, (int)c->constraint[k].n, c->constraint[k].p);
    }
    return 0;
}

/* The elements of each array, one after the other. */
static int check_elements(EvalCtx *x, const Check *c, const Vec *arrays, Rows rows)
{
    Arena scratch;
    int rc = 0;
    arena_init(&scratch, x->arena->acct, 0);
    for (uint32_t i = 0; i < rows.n && rc == 0; i++) {
        uint32_t row = row_at(rows, i);
        if (vec_is_null(arrays, row))
            continue;
        Str bytes = vec_str(arrays, vec_phys(arrays, row));
        ArrayReader r = array_read(arrays->type, bytes, &scratch);
        Value v;
        while (rc == 0 && array_next(&r, &v)) {
            Vec one;
            v.type = c->type;
            rc = vec_const(&v, 1, &one, &scratch);
            if (rc == 0)
                rc = check_values(x, c, &one, (Rows){1, NULL}, &row, &scratch);
        }
        arena_reset(&scratch);
    }
    arena_done(&scratch);
    return rc;
}

static int run(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows)
{
    const Check *c = aux;
    (void)n_args;
    TRY(copy(arg[0], dst, x->arena));
    return c->elements ? check_elements(x, c, arg[0], rows) : check_values(x, c, arg[0], rows, NULL, x->arena);
}
