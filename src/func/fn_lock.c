/* SPDX-License-Identifier: Apache-2.0
 *
 * What the session keeps beside sequences: the seed of random(), the number of the transaction, advisory locks.  The database
 * answers; a kernel asks once for each row, in their order.  What PostgreSQL gives as void is an empty text. */
#include "func/func_impl.h"

static bool asked(EvalCtx *x, uint32_t row, const SequenceAsk *a, int64_t *ret)
{
    Err err = ERR_INIT;
    if (!x->sequences)
        row_error(x, row, ERR_NONDETERMINISTIC, "what the session keeps is not available here");
    else if (x->sequences->ask(x->sequences->self, a, ret, &err) < 0)
        row_error(x, row, (ErrCode)err.code, "%s", err.message);
    else
        return true;
    return false;
}

/* Who gives nothing, says so with an empty text. */
static int put_nothing(EvalCtx *x, Vec *dst, Rows rows)
{
    StrWriter w;
    strwriter_init(&w, dst, x->arena);
    EACH_ROW(rows, r)
    TRY(strwriter_put(&w, r, "", 0));
    return strwriter_finish(&w);
}

static int set_seed(KERNEL_ARGS)
{
    (void)aux;
    (void)n_args;
    EACH_ROW(rows, r)
    {
        double seed = vec_get(arg[0], r).f64;
        SequenceAsk a = {.call = SESSION_SEED};
        int64_t ignored;
        memcpy(&a.value, &seed, sizeof(seed));
        if (!(seed >= -1 && seed <= 1))
            row_error(x, r, ERR_INVALID_PARAMETER, "setseed parameter %g is out of allowed range [-1,1]", seed);
        else
            (void)asked(x, r, &a, &ignored);
    }
    return put_nothing(x, dst, rows);
}

static int transaction_number(KERNEL_ARGS)
{
    (void)aux;
    (void)n_args;
    (void)arg;
    EACH_ROW(rows, r)
    {
        int64_t *to = &((int64_t *)dst->data)[r];
        *to = 0;
        (void)asked(x, r, &(SequenceAsk){.call = SESSION_TRANSACTION}, to);
    }
    return 0;
}

/* One key of 64 bits, or two of 32: these are others. */
static SequenceAsk lock_of(SequenceCall call, uint32_t how, const Vec *const *arg, uint32_t n_args, uint32_t row)
{
    SequenceAsk a = {.call = call, .lock = how};
    if (n_args == 1)
        a.value = vec_get(arg[0], row).i64;
    if (n_args == 2) {
        uint64_t high = (uint32_t)vec_get(arg[0], row).i32, low = (uint32_t)vec_get(arg[1], row).i32;
        a.value = (int64_t)(high << 32 | low);
        a.lock |= LOCK_OF_PAIR;
    }
    return a;
}

static int locks(EvalCtx *x, SequenceCall call, uint32_t how, const Vec *const *arg, uint32_t n_args, Vec *dst, Rows rows)
{
    bool says = dst->type.id == T_BOOL;
    EACH_ROW(rows, r)
    {
        SequenceAsk a = lock_of(call, how, arg, n_args, r);
        int64_t answer = 0;
        bool ok = asked(x, r, &a, &answer);
        if (says)
            bit_put(dst->data, r, ok && answer);
    }
    return says ? 0 : put_nothing(x, dst, rows);
}

#define LOCKS(name, call, how)                                                                                                     \
    static int name(KERNEL_ARGS)                                                                                                   \
    {                                                                                                                              \
        (void)aux;                                                                                                                 \
        return locks(x, call, how, arg, n_args, dst, rows);                                                                        \
    }
LOCKS(lock, SESSION_LOCK, 0)
LOCKS(lock_shared, SESSION_LOCK, LOCK_SHARED)
LOCKS(lock_here, SESSION_LOCK, LOCK_OF_TRANSACTION)
LOCKS(lock_here_shared, SESSION_LOCK, LOCK_OF_TRANSACTION | LOCK_SHARED)
LOCKS(unlock, SESSION_UNLOCK, 0)
LOCKS(unlock_shared, SESSION_UNLOCK, LOCK_SHARED)
LOCKS(unlock_all, SESSION_UNLOCK_ALL, 0)

#define FN_SESSION (FN_STRICT | FN_ERR | FN_VOLATILE | FN_SEQUENCE)
#define LOCK(name, ret, kernel, help)                                                                                              \
    FN1(name, T_I64, ret, kernel, FN_SESSION, help, name "(42)"),                                                                  \
        FN2(name, T_I32, T_I32, ret, kernel, FN_SESSION, help, name "(1, 42)")
const FuncDef fn_lock[] = {
    FN1("setseed", T_F64, T_TEXT, set_seed, FN_SESSION, "random() of the session begins anew: the same seed, the same values",
        "setseed(0.5)"),
    FN0("txid_current", T_I64, transaction_number, FN_SESSION,
        "number of the transaction; each has a greater one than those before", "txid_current() -> 1796040550961127"),
    FN0("pg_current_xact_id", T_I64, transaction_number, FN_SESSION, "the same as txid_current",
        "pg_current_xact_id() -> 1796040550961127"),
    LOCK("pg_advisory_lock", T_TEXT, lock, "takes a lock of the session"),
    LOCK("pg_advisory_lock_shared", T_TEXT, lock_shared, "takes a lock of the session that others may share"),
    LOCK("pg_advisory_xact_lock", T_TEXT, lock_here, "takes a lock until the end of the transaction"),
    LOCK("pg_advisory_xact_lock_shared", T_TEXT, lock_here_shared, "the same, shared"),
    LOCK("pg_try_advisory_lock", T_BOOL, lock, "takes a lock of the session when it is free"),
    LOCK("pg_try_advisory_lock_shared", T_BOOL, lock_shared, "the same, shared"),
    LOCK("pg_try_advisory_xact_lock", T_BOOL, lock_here, "takes a lock until the end of the transaction when it is free"),
    LOCK("pg_try_advisory_xact_lock_shared", T_BOOL, lock_here_shared, "the same, shared"),
    LOCK("pg_advisory_unlock", T_BOOL, unlock, "gives a lock of the session back; false: it was not held"),
    LOCK("pg_advisory_unlock_shared", T_BOOL, unlock_shared, "the same of a shared one"),
    FN0("pg_advisory_unlock_all", T_TEXT, unlock_all, FN_SESSION, "gives back all locks of the session",
        "pg_advisory_unlock_all()"),
    {0},
};
