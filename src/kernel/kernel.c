/* SPDX-License-Identifier: Apache-2.0
 *
 * Row errors.  The arrays are made at the first error of a batch, so batches without errors pay for one NULL test.  When even
 * they cannot be had, the error counts (n_errors) but marks no row: the evaluator turns that into ERR_OUT_OF_MEMORY. */
#include "kernel/kernel.h"

#include <stdio.h>
#include <string.h>

static bool errors_open(EvalCtx *x)
{
    uint64_t *bits = ARENA_ARRAY(x->arena, uint64_t, BIT_WORDS(x->n_rows));
    uint16_t *codes = ARENA_ARRAY(x->arena, uint16_t, x->n_rows);
    const char **texts = ARENA_ARRAY(x->arena, const char *, x->n_rows);
    Span *at = ARENA_ARRAY(x->arena, Span, x->n_rows);
    if (!bits || !codes || !texts || !at)
        return false;
    x->err = bits;
    x->err_code = codes;
    x->err_text = texts;
    x->err_at = at;
    return true;
}

void row_error(EvalCtx *x, uint32_t row, ErrCode code, const char *fmt, ...)
{
    if (!x->err && !errors_open(x)) {
        x->n_errors++;
        return;
    }
    ASSERT(row < x->n_rows);
    if (bit_get(x->err, row))
        return;
    const char *text = err_class_text(code);
    if (fmt) {
        va_list ap;
        va_start(ap, fmt);
        const char *made = arena_vprintf(x->arena, fmt, ap);
        va_end(ap);
        if (made)
            text = made;
    }
    bit_set(x->err, row);
    x->err_code[row] = (uint16_t)code;
    x->err_text[row] = text;
    x->err_at[row] = x->at;
    x->n_errors++;
}

void row_error_copy(EvalCtx *x, uint32_t row, const EvalCtx *from, uint32_t from_row)
{
    Span here = x->at;
    x->at = from->err_at[from_row];
    row_error(x, row, (ErrCode)from->err_code[from_row], "%s", from->err_text[from_row]);
    x->at = here;
}
