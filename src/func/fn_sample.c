/* SPDX-License-Identifier: Apache-2.0
 *
 * TABLESAMPLE: whether a row is in the sample.  By a random number; with REPEATABLE (seed) by the row's own bytes, so the same rows
 * of the same content are taken each time, in a query that goes on too. */
#include "base/hash.h"
#include "func/row_run.h"

static int percentage(RowRun *t, double *ret)
{
    if (row_is_null(t, 0))
        return ROW_FAIL(t, ERR_SAMPLE, "TABLESAMPLE parameter cannot be null");
    *ret = row_value(t, 0).f64;
    if (!(*ret >= 0 && *ret <= 100))
        return ROW_FAIL(t, ERR_SAMPLE, "sample percentage must be between 0 and 100");
    return 1;
}

static int sample_row(RowRun *t)
{
    double p;
    int rc = percentage(t, &p);
    if (rc <= 0)
        return rc;
    if (!t->x->rand64)
        return ROW_FAIL(t, ERR_NONDETERMINISTIC, "random values are not available here");
    t->num = (double)(t->x->rand64(t->x->rand_self) >> 11) * 0x1p-53 * 100 < p;
    return 1;
}
ROW_KERNEL(sample, sample_row)

/* percentage, seed, row */
static int sample_again_row(RowRun *t)
{
    double p;
    int rc = percentage(t, &p);
    if (rc <= 0)
        return rc;
    if (row_is_null(t, 1))
        return ROW_FAIL(t, ERR_SAMPLE_REPEAT, "TABLESAMPLE REPEATABLE parameter cannot be null");
    Str row = row_text(t, 2);
    uint64_t h = hash_combine(hash_f64(row_value(t, 1).f64), row_is_null(t, 2) ? 0 : hash_bytes(row.p, row.n));
    t->num = (double)(hash_i64((int64_t)h) >> 11) * 0x1p-53 * 100 < p;
    return 1;
}
ROW_KERNEL(sample_again, sample_again_row)

const FuncDef fn_sample[] = {
    FN1("tablesample", T_F64, T_BOOL, sample, FN_VOLATILE | FN_ERR | FN_INTERNAL, "", ""),
    FN3("tablesample", T_F64, T_F64, T_STRUCT, T_BOOL, sample_again, FN_ERR | FN_INTERNAL, "", ""),
    {0},
};
