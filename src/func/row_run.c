/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop over rows around functions of one row. */
#include "func/row_run.h"

#include "func/text_impl.h"

static int set_null(EvalCtx *x, Vec *dst, uint32_t r)
{
    TRY(vec_add_valid(dst, x->arena));
    bit_clear(dst->valid, r);
    return 0;
}

/* Errors of the text itself are the row's. */
static int settle(RowRun *t, int rc)
{
    if (rc == -ERR_UNTRANSLATABLE)
        return ROW_FAIL(t, ERR_UNTRANSLATABLE, "unsupported Unicode escape sequence: \\u0000 cannot be converted to text");
    if (rc == -ERR_NUMERIC_RANGE)
        return ROW_FAIL(t, ERR_NUMERIC_RANGE, "value overflows numeric format");
    if (rc == -ERR_INVALID_TEXT)
        return ROW_FAIL(t, ERR_INVALID_TEXT, "invalid input syntax for type json");
    return rc;
}

int row_run(KERNEL_ARGS, RowFn fn)
{
    RowRun t = {.x = x, .arg = arg, .n_args = n_args, .aux = aux, .type = dst->type};
    bool strings = type_is_string(dst->type.id);
    StrWriter w;
    uint32_t width = type_bytes(dst->type.id);
    int rc = 0;
    arena_init(&t.arena, x->arena->acct, 0);
    sb_init(&t.out, x->arena->acct);
    if (strings)
        strwriter_init(&w, dst, x->arena);
    for (uint32_t i = 0; i < rows.n && rc >= 0; i++) {
        t.row = row_at(rows, i);
        sb_clear(&t.out);
        t.dec = 0;
        rc = settle(&t, fn(&t));
        if (rc == 0)
            rc = set_null(x, dst, t.row);
        if (rc >= 0 && t.out.failed)
            rc = -ERR_OUT_OF_MEMORY;
        if (strings && rc >= 0)
            rc = strwriter_put(&w, t.row, sb_cstr(&t.out), t.out.n);
        else if (dst->type.id == T_BOOL)
            bit_put(dst->data, t.row, t.num != 0);
        else if (!strings)
            memcpy((uint8_t *)dst->data + (size_t)t.row * width, &t.num, width);
        arena_reset(&t.arena);
    }
    sb_done(&t.out);
    arena_done(&t.arena);
    return rc < 0 ? rc : strings ? strwriter_finish(&w) : 0;
}

int row_run_slices(KERNEL_ARGS, RowFn fn)
{
    RowRun t = {.x = x, .arg = arg, .n_args = n_args, .aux = aux, .type = dst->type};
    int rc = 0;
    arena_init(&t.arena, x->arena->acct, 0);
    for (uint32_t i = 0; i < rows.n && rc >= 0; i++) {
        t.row = row_at(rows, i);
        rc = settle(&t, fn(&t));
        if (rc > 0)
            slice_put(dst, t.row, arg[0], (size_t)(t.slice.p - row_text(&t, 0).p), t.slice.n);
        else
            slice_put(dst, t.row, arg[0], 0, 0);
        if (rc == 0)
            rc = set_null(x, dst, t.row);
    }
    arena_done(&t.arena);
    slices_finish(dst, arg[0]);
    return MIN(rc, 0);
}

int row_texts(RowRun *t, uint32_t i, Str **ret, uint32_t *ret_n)
{
    Type type = t->arg[i]->type;
    Str bytes = row_text(t, i);
    uint32_t n = 0;
    Str *path = ARENA_ARRAY(&t->arena, Str, array_count(type, bytes) + 1);
    if (!path)
        return -ERR_OUT_OF_MEMORY;
    ArrayReader r = array_read(type, bytes, &t->arena);
    int rc;
    for (Value v; (rc = array_next(&r, &v)) > 0;)
        path[n++] = v.is_null ? (Str){0} : v.str.p ? v.str : STR("");
    *ret = path;
    *ret_n = n;
    return rc;
}

void row_put_element(RowRun *t, Str text, bool is_null)
{
    Value v = {.type = type_element(t->type), .is_null = is_null, .str = text};
    array_put(&t->out, t->type, &v);
}

int row_put_value(RowRun *t, const Value *v)
{
    if (v->is_null)
        return 0;
    if (type_is_string(t->type.id))
        sb_putstr(&t->out, v->str);
    else if (t->type.id == T_BOOL)
        t->num = v->b;
    else
        memcpy(&t->dec, &v->dec, sizeof(t->dec));
    return 1;
}

int row_type_texts(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)args, (void)n_args, (void)err;
    *ret = type_array(TYPE(TEXT));
    return 0;
}
