/* SPDX-License-Identifier: Apache-2.0
 *
 * nextval() and its kin.  The numbers are the database's; a kernel asks for one after the other, in the order of the rows. */
#include "func/func_impl.h"

static int ask(EvalCtx *x, SequenceCall call, const Vec *const *arg, uint32_t n_args, Vec *dst, Rows rows)
{
    EACH_ROW(rows, r)
    {
        SequenceAsk a = {.call = call, .is_called = true};
        Err err = ERR_INIT;
        int64_t *to = &((int64_t *)dst->data)[r];
        *to = 0;
        if (n_args > 0)
            a.name = vec_get(arg[0], r).str;
        if (n_args > 1)
            a.value = vec_get(arg[1], r).i64;
        if (n_args > 2)
            a.is_called = vec_get(arg[2], r).b;
        if (!x->sequences)
            row_error(x, r, ERR_NONDETERMINISTIC, "sequences are not available here");
        else if (x->sequences->ask(x->sequences->self, &a, to, &err) < 0)
            row_error(x, r, (ErrCode)err.code, "%s", err.message);
    }
    return 0;
}

#define ASKS(name, what)                                                                                                           \
    static int name(KERNEL_ARGS)                                                                                                   \
    {                                                                                                                              \
        (void)aux;                                                                                                                 \
        return ask(x, what, arg, n_args, dst, rows);                                                                               \
    }
ASKS(next_value, SEQUENCE_NEXT)
ASKS(current_value, SEQUENCE_CURRENT)
ASKS(last_value, SEQUENCE_LAST)
ASKS(set_value, SEQUENCE_SET)

#define FN_ASKS (FN_STRICT | FN_ERR | FN_VOLATILE | FN_SEQUENCE)
const FuncDef fn_sequence[] = {
    FN1("nextval", T_TEXT, T_I64, next_value, FN_ASKS, "next number of a sequence",
        "CREATE SEQUENCE IF NOT EXISTS orders; SELECT nextval('orders')"),
    FN1("currval", T_TEXT, T_I64, current_value, FN_ASKS, "number that nextval has last given to this connection",
        "CREATE SEQUENCE IF NOT EXISTS orders; SELECT nextval('orders'); SELECT currval('orders')"),
    FN0("lastval", T_I64, last_value, FN_ASKS, "the same of the sequence that nextval was last called for",
        "CREATE SEQUENCE IF NOT EXISTS orders; SELECT nextval('orders'); SELECT lastval()"),
    FN2("setval", T_TEXT, T_I64, T_I64, set_value, FN_ASKS, "sets the number that a sequence has last given",
        "CREATE SEQUENCE IF NOT EXISTS orders; SELECT setval('orders', 100)"),
    FN3("setval", T_TEXT, T_I64, T_BOOL, T_I64, set_value, FN_ASKS, "false: the number is the next one to be given",
        "CREATE SEQUENCE IF NOT EXISTS orders; SELECT setval('orders', 100, false)"),
    {0},
};
