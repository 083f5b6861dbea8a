#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_ctypes.py LIBRARY: the shared library from another language, with nothing but its header: open, execute, query, subscribe with a
Python callback, errors.  Prints `N passed, N failed, N skipped` and exits 1 when anything failed."""
import ctypes as c
import sys

lib = c.CDLL(sys.argv[1])
OK = 0
CALLBACK = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p, c.c_int32)
lib.laminar_last_error.restype = c.c_char_p
lib.laminar_version.restype = c.c_char_p
for name, args in {
        'open': [c.POINTER(c.c_void_p)], 'close': [c.c_void_p], 'execute': [c.c_void_p, c.c_char_p, c.POINTER(c.c_void_p)],
        'query': [c.c_void_p, c.c_char_p, c.POINTER(c.c_void_p)], 'list_sources': [c.c_void_p, c.POINTER(c.c_void_p)], 'string_free': [c.c_void_p],
        'result_num_batches': [c.c_void_p, c.POINTER(c.c_size_t)], 'result_get_batch': [c.c_void_p, c.c_size_t, c.POINTER(c.c_void_p)],
        'result_free': [c.c_void_p], 'batch_num_rows': [c.c_void_p, c.POINTER(c.c_size_t)],
        'batch_num_columns': [c.c_void_p, c.POINTER(c.c_size_t)], 'batch_free': [c.c_void_p],
        'batch_text': [c.c_void_p, c.c_size_t, c.c_size_t, c.POINTER(c.c_char_p), c.POINTER(c.c_size_t)],
        'subscribe_callback': [c.c_void_p, c.c_char_p, CALLBACK, c.c_void_p, c.c_void_p, c.POINTER(c.c_void_p)],
        'subscription_cancel': [c.c_void_p], 'subscription_free': [c.c_void_p]}.items():
    getattr(lib, 'laminar_' + name).argtypes = args

passed = failed = 0


def check(got, want, what):
    global passed, failed
    passed, failed = passed + (got == want), failed + (got != want)
    print('ok  ' if got == want else 'FAIL', what, '' if got == want else f': {got!r} instead of {want!r}')


def rows_of(batch):
    rows, columns, text = c.c_size_t(), c.c_size_t(), c.c_char_p()
    lib.laminar_batch_num_rows(batch, c.byref(rows))
    lib.laminar_batch_num_columns(batch, c.byref(columns))
    table = []
    for r in range(rows.value):
        row = []
        for k in range(columns.value):
            lib.laminar_batch_text(batch, r, k, c.byref(text), None)
            row.append(None if text.value is None else text.value.decode())
        table.append(tuple(row))
    return table


def query(db, sql):
    result, batch, n, rows = c.c_void_p(), c.c_void_p(), c.c_size_t(), []
    if lib.laminar_query(db, sql.encode(), c.byref(result)) != OK:
        return lib.laminar_last_error().decode()
    lib.laminar_result_num_batches(result, c.byref(n))
    for i in range(n.value):
        lib.laminar_result_get_batch(result, i, c.byref(batch))
        rows += rows_of(batch)
        lib.laminar_batch_free(batch)
    lib.laminar_result_free(result)
    return rows


SCALAR = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.c_size_t)
STEP = c.CFUNCTYPE(None, c.c_void_p, c.c_size_t, c.POINTER(c.c_void_p), c.POINTER(c.c_int64))
FINAL = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.c_size_t, c.POINTER(c.c_void_p))


class Function(c.Structure):
    _fields_ = [('size', c.c_uint32), ('name', c.c_char_p), ('kind', c.c_int32), ('volatility', c.c_int32), ('strict', c.c_bool),
                ('n_args', c.c_size_t), ('arg_types', c.POINTER(c.c_char_p)), ('result', c.c_char_p), ('user_data', c.c_void_p),
                ('destroy', c.c_void_p), ('scalar', SCALAR), ('scalar_arrow', c.c_void_p), ('table', c.c_void_p),
                ('state_bytes', c.c_size_t), ('invertible', c.c_bool), ('init', c.c_void_p), ('step', STEP), ('merge', c.c_void_p),
                ('final', FINAL), ('drop', c.c_void_p)]


def functions(db):
    """A scalar function and an aggregate that takes rows back, both in Python."""
    lib.laminar_register_function.argtypes = [c.c_void_p, c.POINTER(Function)]
    for name, args, result in [('arg_text', [c.c_void_p, c.c_size_t, c.c_size_t, c.POINTER(c.c_size_t)], c.c_void_p),
                               ('arg_i64', [c.c_void_p, c.c_size_t, c.c_size_t], c.c_int64),
                               ('return_text', [c.c_void_p, c.c_size_t, c.c_char_p, c.c_size_t], None),
                               ('return_i64', [c.c_void_p, c.c_size_t, c.c_int64], None),
                               ('return_error', [c.c_void_p, c.c_size_t, c.c_char_p], None)]:
        getattr(lib, 'laminar_' + name).argtypes = args
        getattr(lib, 'laminar_' + name).restype = result

    @SCALAR
    def backwards(call, n):
        for i in range(n):
            length = c.c_size_t()
            text = c.string_at(lib.laminar_arg_text(call, 0, i, c.byref(length)), length.value).decode()
            if text == 'no':
                lib.laminar_return_error(call, i, 'not this one'.encode())
            data = text[::-1].encode()
            lib.laminar_return_text(call, i, data, len(data))
        return 0

    @STEP
    def step(call, n, states, weights):
        for i in range(n):
            c.cast(states[i], c.POINTER(c.c_int64))[0] += 10 * weights[i] * lib.laminar_arg_i64(call, 0, i)

    @FINAL
    def final(call, n, states):
        for i in range(n):
            lib.laminar_return_i64(call, i, c.cast(states[i], c.POINTER(c.c_int64))[0])
        return 0

    text, number = (c.c_char_p * 1)(b'TEXT'), (c.c_char_p * 1)(b'BIGINT')
    f = Function(size=c.sizeof(Function), name=b'backwards', volatility=2, strict=True, n_args=1, arg_types=text, result=b'TEXT', scalar=backwards)
    check(lib.laminar_register_function(db, c.byref(f)), OK, 'register a scalar function')
    f = Function(size=c.sizeof(Function), name=b'tens', kind=1, volatility=2, strict=True, n_args=1, arg_types=number, result=b'BIGINT', state_bytes=8,
                 invertible=True, step=step, final=final)
    check(lib.laminar_register_function(db, c.byref(f)), OK, 'register an aggregate')
    check(query(db, "SELECT backwards('abä'), backwards(NULL)"), [('äba', None)], 'scalar function')
    check(query(db, "SELECT backwards('no')"), 'not this one (line 1, column 8)', 'its error')
    lib.laminar_execute(db, b'CREATE TABLE t (k BIGINT PRIMARY KEY, v BIGINT); INSERT INTO t VALUES (1, 2), (2, 3);'
                        b'CREATE MATERIALIZED VIEW m AS SELECT tens(v) AS s FROM t; DELETE FROM t WHERE k = 1', None)
    check(query(db, 'SELECT s FROM m'), [('30',)], 'aggregate that takes a row back')


def main():
    db, names, handle, seen = c.c_void_p(), c.c_void_p(), c.c_void_p(), []
    check(lib.laminar_open(c.byref(db)), OK, 'open')
    check(lib.laminar_execute(db, 'CREATE SOURCE s (k TEXT, v BIGINT)'.encode(), None), OK, 'create')
    check(lib.laminar_list_sources(db, c.byref(names)), OK, 'list')
    check(c.string_at(names), b'["s"]', 'names')
    lib.laminar_string_free(names)

    @CALLBACK
    def on_data(user_data, batch, event):
        if batch:
            seen.extend((event, row) for row in rows_of(batch))
            lib.laminar_batch_free(batch)

    check(lib.laminar_subscribe_callback(db, b'SELECT k, sum(v) FROM s GROUP BY k', on_data, None, None, c.byref(handle)), OK, 'subscribe')
    check(lib.laminar_execute(db, "INSERT INTO s VALUES ('ä', 1), ('b', NULL)".encode(), None), OK, 'insert')
    check(sorted(seen, key=str), [(0, ('b', None)), (0, ('ä', '1'))], 'first changes')
    seen.clear()
    lib.laminar_execute(db, "INSERT INTO s VALUES ('ä', 2)".encode(), None)
    check(seen, [(2, ('ä', '1')), (2, ('ä', '3'))], 'an update by key: old, then new')
    check(lib.laminar_subscription_cancel(handle), OK, 'cancel')
    lib.laminar_subscription_free(handle)
    check(query(db, 'SELECT k, v FROM s WHERE v IS NOT NULL ORDER BY v'), [('ä', '1'), ('ä', '2')], 'query')
    check(query(db, 'SELECT nothing FROM s'), 'column "nothing" does not exist (line 1, column 8)', 'message')
    check(lib.laminar_execute(db, b'\xff', None), -2, 'not UTF-8')
    functions(db)
    check(lib.laminar_close(db), OK, 'close')
    print(f'{passed} passed, {failed} failed, 0 skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
