#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the engine with PostgreSQL on generated queries over constants.

A private PostgreSQL is started in a temporary directory; statements come from a seeded grammar over the types, operators and
functions that both have (or from a file, one per line).  Each runs in both; values, types and error classes must agree, but for the
documented deviations in same_type() and same_value().  Exit code 0: no difference, 1: differences, 77: no PostgreSQL here.

    tools/pg_diff.py build/src/liblaminar.so --count 2000 --seed 7
"""
import argparse
import collections
import ctypes
import decimal
import glob
import math
import multiprocessing
import os
import pwd
import random
import re
import shutil
import subprocess
import sys
import tempfile

PATIENCE_S = 240  # after so long a statement has no end
NULL = "\u2400"
SEP = "\x1f"
decimal.getcontext().prec = 120

# --- the two engines ------------------------------------------------------------------------------------------------------------

Outcome = collections.namedtuple("Outcome", "state message types rows")  # state: SQLSTATE, "00000" = done


class Postgres:
    """A server of our own: one psql process per batch of statements."""

    def __init__(self):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        self.bin = found[-1] if found else os.path.dirname(shutil.which("initdb") or "")
        self.dir = None
        if not self.bin:
            return
        self.dir = tempfile.mkdtemp(prefix="pg_diff_")
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            os.chown(self.dir, pwd.getpwnam("postgres").pw_uid, -1)
        self.run("initdb", "-D", self.dir + "/data", "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-p 54321 -k {self.dir} -c listen_addresses= -c fsync=off -c timezone=UTC"
        self.run("pg_ctl", "-D", self.dir + "/data", "-o", options, "-l", self.dir + "/log", "-w", "-t", "600", "start")

    def run(self, program, *args):
        kwargs = {"user": self.user} if os.getuid() == 0 else {}
        subprocess.run([f"{self.bin}/{program}", *args], check=True, stdout=subprocess.DEVNULL, cwd="/", **kwargs)

    def stop(self):
        if self.dir:
            self.run("pg_ctl", "-D", self.dir + "/data", "-m", "immediate", "stop")
            shutil.rmtree(self.dir, ignore_errors=True)

    def outcomes(self, statements):
        script = ["\\set QUIET 1", "\\pset format unaligned", "\\pset footer off", f"\\pset null '{NULL}'",
                  f"\\pset fieldsep '{SEP}'", "\\pset recordsep '\\x1e'", "SET intervalstyle = postgres;"]
        for sql in statements:
            script += ["\\echo '@\\x02@'", sql, "\\g", "\\echo '@\\x03@':SQLSTATE'\\x1d':LAST_ERROR_MESSAGE'@\\x03@'", sql, "\\gdesc"]
        done = subprocess.run([self.bin + "/psql", "-X", "-h", self.dir, "-p", "54321", "-U", "postgres"],
                              input="\n".join(script).encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        result = []
        for part in done.stdout.decode().split("@\x02@\n")[1:]:
            values, status, types = part.split("@\x03@")
            state, _, message = status.partition("\x1d")
            rows = [tuple(r.split(SEP)) for r in values[:-1].split("\x1e")[1:]]
            columns = [t.split(SEP)[1] for t in types[:-1].split("\x1e")[1:] if SEP in t]
            done_well = state == "00000"
            result.append(Outcome(state, "" if done_well else message.strip("' "), columns, rows if done_well else []))
        return result


class LastError(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("api_code", ctypes.c_int32), ("sqlstate", ctypes.c_char * 6), ("number", ctypes.c_int32),
                ("line", ctypes.c_int32), ("column", ctypes.c_int32), ("offset", ctypes.c_int64), ("length", ctypes.c_int64),
                ("message", ctypes.c_char * 512), ("detail", ctypes.c_char * 512), ("hint", ctypes.c_char * 256)]


class Engine:
    def __init__(self, path):
        self.lib = ctypes.CDLL(path)
        self.db = ctypes.c_void_p()
        self.check(self.lib.laminar_open(ctypes.byref(self.db)))

    @staticmethod
    def check(rc):
        if rc != 0:
            raise RuntimeError(f"unexpected return code {rc}")

    def types_of(self, result):
        schema, n, text = ctypes.c_void_p(), ctypes.c_size_t(), ctypes.c_char_p()
        self.check(self.lib.laminar_result_schema(result, ctypes.byref(schema)))
        self.check(self.lib.laminar_schema_num_fields(schema, ctypes.byref(n)))
        types = []
        for i in range(n.value):
            self.check(self.lib.laminar_schema_field_sql_type(schema, ctypes.c_size_t(i), ctypes.byref(text)))
            types.append(text.value.decode())
        self.lib.laminar_schema_free(schema)
        return types

    def rows_of(self, result, n_columns):
        batch, n, rows = ctypes.c_void_p(), ctypes.c_size_t(), []
        text, length = ctypes.c_void_p(), ctypes.c_size_t()
        batches = ctypes.c_size_t()
        self.check(self.lib.laminar_result_num_batches(result, ctypes.byref(batches)))
        for b in range(batches.value):
            self.check(self.lib.laminar_result_get_batch(result, ctypes.c_size_t(b), ctypes.byref(batch)))
            self.check(self.lib.laminar_batch_num_rows(batch, ctypes.byref(n)))
            for r in range(n.value):
                row = []
                for c in range(n_columns):
                    self.check(self.lib.laminar_batch_text(batch, ctypes.c_size_t(r), ctypes.c_size_t(c), ctypes.byref(text),
                                                           ctypes.byref(length)))
                    row.append(ctypes.string_at(text, length.value).decode() if text.value else NULL)
                rows.append(tuple(row))
            self.lib.laminar_batch_free(batch)
        return rows

    def outcome(self, sql):
        result = ctypes.c_void_p()
        if self.lib.laminar_query(self.db, sql.encode(), ctypes.byref(result)) != 0:
            e = LastError(size=ctypes.sizeof(LastError))
            self.lib.laminar_last_error_detail(ctypes.byref(e))
            return Outcome(e.sqlstate.decode(), e.message.decode(errors="replace"), [], [])
        types = self.types_of(result)
        rows = self.rows_of(result, len(types))
        self.lib.laminar_result_free(result)
        return Outcome("00000", "", types, rows)


def run_engine(path, statements, setup, send):
    engine = Engine(path)
    for sql in setup:
        if engine.lib.laminar_execute(engine.db, sql.encode(), None) != 0:
            raise RuntimeError(f"setting up failed: {sql}")
    for sql in statements:
        send.send(engine.outcome(sql))
    send.close()


def engine_outcomes(path, statements, setup=()):
    """In a process of its own, started again after a statement that ends it."""
    result = []
    while len(result) < len(statements):
        receive, send = multiprocessing.Pipe(False)
        child = multiprocessing.Process(target=run_engine, args=(path, statements[len(result):], setup, send))
        child.start()
        send.close()
        try:
            while len(result) < len(statements):
                if not receive.poll(PATIENCE_S):
                    child.kill()
                    raise EOFError
                result.append(receive.recv())
        except EOFError:
            child.join()
            result.append(Outcome("CRASH", f"exit code {child.exitcode}", [], []))
        child.join()
    return result


# --- what counts as the same ----------------------------------------------------------------------------------------------------

TYPES = {"INTEGER": "integer", "BIGINT": "bigint", "SMALLINT": "smallint", "DOUBLE PRECISION": "double precision", "REAL": "real",
         "TEXT": "text", "BOOLEAN": "boolean", "DATE": "date", "TIME": "time without time zone", "INTERVAL": "interval",
         "TIMESTAMP": "timestamp without time zone", "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
         "TIMESTAMPTZ": "timestamp with time zone", "BYTEA": "bytea", "UUID": "uuid"}


def same_type(ours, theirs):
    base = ours.split("(")[0]
    if ours.endswith("[]"):  # numeric(10,2)[] is DECIMAL(10,2)[]
        return theirs.endswith("[]") and same_type(ours[:-2], theirs[:-2])
    if ours.startswith("STRUCT<"):
        return theirs == "record"
    theirs = re.sub(r"\([0-9, -]*\)", "", theirs).strip()
    if base == "DECIMAL":
        return theirs in ("numeric", "bigint")  # no type wider than BIGINT but DECIMAL: sums of BIGINT, counts of them
    if base == "DOUBLE PRECISION" and theirs == "numeric":
        return True  # AVG and friends of exact numbers are DOUBLE
    if base == "INTERVAL":
        return theirs.startswith("interval")
    if base in ("TEXT", "VARCHAR", "CHAR"):
        return theirs in ("text", "character varying", "character", "unknown", "name", "bpchar")
    return TYPES.get(base, base.lower()) == theirs


def same_value(a, b, ours):
    if a == b:
        return True
    if NULL in (a, b):
        return False
    base = ours.split("(")[0]
    if base == "BOOLEAN":
        return a[:1] == b[:1]
    try:
        x, y = decimal.Decimal(a), decimal.Decimal(b)
        if not (x.is_finite() and y.is_finite()):
            return str(x) == str(y)
        if base == "DECIMAL":
            scale = len(a.partition(".")[2])
            return abs(x - y) <= decimal.Decimal(1).scaleb(-scale)
        if base in ("DOUBLE PRECISION", "REAL"):
            return math.isclose(float(x), float(y), rel_tol=1e-13 if base == "DOUBLE PRECISION" else 1e-6, abs_tol=1e-300)
    except decimal.InvalidOperation:
        pass
    return False


def difference(sql, ours, theirs):
    """None, or the group of the difference and its text."""
    if ours.state != theirs.state:
        kind = "we fail" if theirs.state == "00000" else "they fail" if ours.state == "00000" else "error class"
        return (f"{kind}: {ours.state} here, {theirs.state} there", f"{ours.message} | {theirs.message}")
    if ours.state != "00000":
        return None
    if len(ours.types) != len(theirs.types):
        return ("columns", f"{ours.types} | {theirs.types}")
    for a, b in zip(ours.types, theirs.types):
        if not same_type(a, b):
            return (f"type: {a.split('(')[0]} here, {b.split('(')[0]} there", f"{ours.rows[:2]} | {theirs.rows[:2]}")
    a, b = ours.rows, theirs.rows
    if not re.search(r"order by [^()]*$", sql.lower()):  # one in parentheses orders a part of it
        a, b = sorted(a), sorted(b)
    if len(a) != len(b):
        return ("rows", f"{a[:4]} | {b[:4]}")
    for p, q in zip(a, b):
        for i, t in enumerate(ours.types):
            if not same_value(p[i], q[i], t):
                return (f"value: {t.split('(')[0]}", f"{p} | {q}")
    return None


# --- the grammar ----------------------------------------------------------------------------------------------------------------

# Constants, edges first.
LITERALS = {
    "int": "0|1|-1|2|3|7|10|42|100|-5|2147483647|-2147483648|cast(NULL as integer)|cast('12' as integer)|5|13",
    "bigint": "9223372036854775807|-9223372036854775808|3000000000|cast(7 as bigint)|cast(0 as bigint)|cast(NULL as bigint)|"
              "cast(-42 as bigint)",
    "smallint": "cast(32767 as smallint)|cast(-32768 as smallint)|cast(5 as smallint)|cast(NULL as smallint)",
    "decimal": "1.5|0.0|-2.50|123.456|99999.99|0.001|cast(1.005 as decimal(10,2))|cast(NULL as decimal(8,3))|2.5|3.5|-0.5|10.0|"
               "cast(7 as decimal(5,1))|1234567.891",
    "double": "cast(1.5 as double precision)|cast(0 as double precision)|cast(-2.25 as double precision)|cast(1e10 as double precision)|"
              "cast(1e-5 as double precision)|cast(1e300 as double precision)|cast('NaN' as double precision)|cast('Infinity' as double precision)|"
              "cast('-Infinity' as double precision)|cast(NULL as double precision)|cast(0.1 as double precision)|cast(2.5 as double precision)|cast('-0' as double precision)",
    "text": "''|'a'|'abc'|'Hello World'|'  pad  '|'日本語'|'éàü'|'ÀÉ'|'42'|'-7'|'3.14'|'true'|'a,b,c'|'it''s'|'%_x'|'xyzzy'|"
            "cast(NULL as text)|'a\\b'|'2001-02-03'|'AbCdE'|'😀x'|'Straße'",
    "bool": "TRUE|FALSE|cast(NULL as boolean)",
    "date": "DATE '2001-02-03'|DATE '2000-02-29'|DATE '1999-12-31'|DATE '1970-01-01'|DATE '0001-01-01'|DATE '9999-12-31'|"
            "cast(NULL as date)|DATE '2024-03-31'|DATE '1582-10-15'|DATE '1969-07-20'",
    "time": "TIME '00:00:00'|TIME '12:34:56.789'|TIME '23:59:59.999999'|cast(NULL as time)|TIME '01:02'",
    "timestamp": "TIMESTAMP '2001-02-03 04:05:06'|TIMESTAMP '2000-02-29 23:59:59.999999'|TIMESTAMP '1969-12-31 23:59:59.5'|"
                 "TIMESTAMP '1970-01-01'|cast(NULL as timestamp)|TIMESTAMP '2024-12-30 12:00:00'|TIMESTAMP '0001-01-01 00:00:00'|"
                 "TIMESTAMP 'infinity'|TIMESTAMP '2024-01-31 10:20:30.123456'",
    "interval": "INTERVAL '1' DAY|INTERVAL '1 month'|INTERVAL '2 years 3 mons 4 days 05:06:07.5'|INTERVAL '-1 hour'|"
                "INTERVAL '90 minutes'|INTERVAL '1 day -1 hour'|cast(NULL as interval)|INTERVAL '0'|INTERVAL '36 hours'|"
                "INTERVAL '1.5 days'|INTERVAL '-1 mon +2 days'|INTERVAL '400 days'",
    "uuid": "cast('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' as uuid)|cast('00000000-0000-0000-0000-000000000000' as uuid)|cast(NULL as uuid)",
    "tstz": "TIMESTAMPTZ '2024-03-31 01:30:00+00'|TIMESTAMPTZ '1999-12-31 23:59:59.5-08'|cast(NULL as timestamptz)|TIMESTAMPTZ '1970-01-01 00:00:00Z'",
    "ints": "ARRAY[1,2,3]|ARRAY[3,NULL,1]|cast('{}' as integer[])|cast(NULL as integer[])|cast('{5}' as integer[])|cast('[0:1]={7,8}' as integer[])|ARRAY[-1,2147483647]",
    "grid": "ARRAY[[1,2],[3,4]]|cast('{{1,2,3}}' as integer[])|cast('{{1},{NULL}}' as integer[])|cast('{}' as integer[])|cast('[2:3][0:0]={{1},{2}}' as integer[])",
    "texts": "ARRAY['a','b']|ARRAY['',NULL,'NULL']|cast('{}' as text[])|cast('{\"a b\",\"c,d\",\"e\\\"f\"}' as text[])|cast(NULL as text[])|ARRAY['abc','Hello World']",
    "record": "ROW(1,2)|ROW(1,NULL)|ROW(NULL::integer,3)|ROW(2,1)",
    "json": "cast('{\"a\":1,\"b\":[1,2,{\"c\":null}]}' as json)|cast('[1,\"x\",true]' as json)|cast('5' as json)|cast('null' as json)|cast(NULL as json)|cast('{}' as json)",
    "jsonb": "cast('{\"a\":1,\"b\":[1,2,{\"c\":null}]}' as jsonb)|cast('[1,\"x\",true]' as jsonb)|cast('\"s\"' as jsonb)|cast('null' as jsonb)|cast(NULL as jsonb)|cast('{}' as jsonb)",
    "bytea": "cast('\\x00ff10' as bytea)|cast('\\x' as bytea)|cast('abc' as bytea)|cast(NULL as bytea)",
}
LITERALS = {k: v.split("|") for k, v in LITERALS.items()}
SQL_TYPE = {"int": "integer", "bigint": "bigint", "smallint": "smallint", "decimal": "decimal(12,3)", "double": "double precision",
            "text": "text", "bool": "boolean", "date": "date", "time": "time", "timestamp": "timestamp", "interval": "interval",
            "bytea": "bytea", "uuid": "uuid", "tstz": "timestamptz", "ints": "integer[]", "grid": "integer[]", "texts": "text[]",
            "json": "json", "jsonb": "jsonb"}
NUMBERS = ["int", "bigint", "smallint", "decimal", "double"]
MOMENTS = ["date", "timestamp"]
ORDERED = ["int", "bigint", "decimal", "double", "text", "bool", "date", "time", "timestamp", "interval"]

# Result type: templates; <t> is an expression of type t, <=> a comparison operator, <@> the type itself.
RULES = {
    "int": ["<int> + <int>", "<int> - <int>", "<int> * <int>", "<int> / <int>", "<int> % <int>", "-<int>", "abs(<int>)", "length(<text>)",
            "char_length(<text>)", "octet_length(<text>)", "bit_length(<text>)", "ascii(<text>)", "strpos(<text>, <text>)",
            "position(<text> in <text>)", "<date> - <date>", "cast(<decimal> as integer)", "cast(<double> as integer)",
            "cast(<text> as integer)", "cast(<bigint> as integer)", "cast(<bool> as integer)", "mod(<int>, <int>)", "sign(<int>)",
            "gcd(<int>, <int>)", "lcm(<int>, <int>)", "width_bucket(<double>, 0, 10, 5)", "<int> & <int>", "<int> | <int>",
            "<int> # <int>", "~<int>", "<int> << 3", "<int> >> 2", "<smallint> + <int>", "div(<int>, <int>)", "+<int>",
            "length(<bytea>)", "octet_length(<bytea>)", "(<ints>)[<int>]", "(<grid>)[1][<int>]", "(<grid>)[<int>][0]", "array_length(<ints>, 1)",
            "array_length(<grid>, 2)", "array_lower(<grid>, 1)", "array_upper(<grid>, 2)", "cardinality(<grid>)", "array_ndims(<grid>)",
            "array_position(<ints>, <int>)", "array_position(<grid>, <int>)", "(<record>).f1", "array_upper(<ints>, 1)", "json_array_length(<json>)", "jsonb_array_length(<jsonb>)",
            "num_nulls(<int>, <text>)", "width_bucket(<int>, <ints>)", "cast(<jsonb> as integer)", "cardinality(<texts>)", "regexp_count(<text>, '[a-c]')"],
    "bigint": ["<bigint> + <int>", "<bigint> - <bigint>", "<bigint> * <int>", "<bigint> / <int>", "<bigint> % <bigint>", "abs(<bigint>)",
               "cast(<double> as bigint)", "cast(<decimal> as bigint)", "cast(<text> as bigint)", "cast(<int> as bigint)", "-<bigint>",
               "factorial(<int>)", "gcd(<bigint>, <int>)"],
    "smallint": ["cast(<int> as smallint)", "<smallint> + <smallint>", "<smallint> * <smallint>", "abs(<smallint>)",
                 "cast(<double> as smallint)", "<smallint> / <smallint>"],
    "decimal": ["<decimal> + <decimal>", "<decimal> - <int>", "<decimal> * <decimal>", "<decimal> / <decimal>", "<decimal> % <decimal>",
                "-<decimal>", "abs(<decimal>)", "round(<decimal>)", "round(<decimal>, 1)", "round(<decimal>, 2)", "trunc(<decimal>)",
                "trunc(<decimal>, 1)", "ceil(<decimal>)", "floor(<decimal>)", "cast(<text> as decimal(10,3))", "round(<decimal>, -1)",
                "cast(<int> as decimal(10,2))", "cast(<double> as decimal(12,4))", "cast(<decimal> as decimal(4,1))", "sign(<decimal>)",
                "mod(<decimal>, <decimal>)", "extract(year from <timestamp>)", "extract(month from <date>)",
                "extract(second from <timestamp>)", "extract(epoch from <timestamp>)", "extract(dow from <date>)",
                "extract(doy from <timestamp>)", "extract(week from <date>)", "extract(isoyear from <date>)",
                "extract(quarter from <timestamp>)", "extract(hour from <time>)", "extract(epoch from <interval>)",
                "extract(day from <interval>)", "extract(decade from <date>)", "extract(century from <timestamp>)",
                "extract(milliseconds from <time>)", "extract(microseconds from <timestamp>)", "extract(isodow from <timestamp>)",
                "extract(minute from <interval>)", "extract(millennium from <date>)", "extract(julian from <date>)", "div(<decimal>, <decimal>)"],
    "double": ["<double> + <double>", "<double> - <int>", "<double> * <double>", "<double> / <double>", "-<double>", "abs(<double>)",
               "sqrt(<double>)", "cbrt(<double>)", "exp(<double>)", "ln(<double>)", "log(<double>)", "power(<double>, <int>)",
               "power(<double>, <double>)", "ceil(<double>)", "floor(<double>)", "round(<double>)", "trunc(<double>)", "sin(<double>)",
               "cos(<double>)", "tan(<double>)", "atan(<double>)", "asin(<double>)", "acos(<double>)", "atan2(<double>, <double>)",
               "degrees(<double>)", "radians(<double>)", "sign(<double>)", "cast(<int> as double precision)", "cot(<double>)",
               "cast(<decimal> as double precision)", "cast(<text> as double precision)", "pi()", "sinh(<double>)", "tanh(<double>)",
               "date_part('hour', <timestamp>)", "date_part('day', <interval>)", "<int> ^ <int>", "asinh(<double>)", "cosh(<double>)"],
    "text": ["<text> || <text>", "<text> || <int>", "<int> || <text>", "upper(<text>)", "lower(<text>)", "initcap(<text>)",
             "trim(<text>)", "ltrim(<text>)", "rtrim(<text>, 'd ')", "btrim(<text>, 'axb')", "trim(both 'a' from <text>)",
             "trim(leading from <text>)", "substring(<text> from <int>)", "substring(<text> from 2 for 3)",
             "substr(<text>, <int>, <int>)", "left(<text>, <int>)", "right(<text>, <int>)", "lpad(<text>, 7)", "lpad(<text>, 9, 'xy')",
             "rpad(<text>, 6, <text>)", "repeat(<text>, 3)", "replace(<text>, 'a', <text>)", "translate(<text>, 'abc', 'xy')",
             "reverse(<text>)", "split_part(<text>, ',', 2)", "split_part(<text>, ',', <int>)", "concat(<text>, <int>, <bool>)",
             "concat_ws('-', <text>, <text>, <int>)", "md5(<text>)", "to_hex(<int>)", "chr(<int>)", "quote_literal(<text>)",
             "quote_ident(<text>)", "cast(<int> as text)", "cast(<decimal> as text)", "cast(<double> as text)", "cast(<bool> as text)",
             "cast(<date> as text)", "cast(<timestamp> as text)", "cast(<interval> as text)", "cast(<time> as text)",
             "overlay(<text> placing 'ZZ' from 2)", "overlay(<text> placing <text> from 2 for 3)", "regexp_replace(<text>, '[a-c]', 'X')",
             "regexp_replace(<text>, '(.)b', '\\1-', 'g')", "cast(<text> as varchar(3))", "coalesce(<text>, 'none')",
             "encode(<bytea>, 'hex')", "encode(<bytea>, 'base64')", "format('%s-%s', <text>, <int>)", "format('%I %L', <text>, <text>)",
             "to_char(<timestamp>, 'YYYY-MM-DD HH24:MI:SS')", "to_char(<int>, '999,999')", "quote_nullable(<text>)",
             "cast(<ints> as text)", "cast(<grid> as text)", "cast(<texts> as text)", "array_to_string(<ints>, '-')", "array_to_string(<grid>, ',', '*')",
             "array_dims(<grid>)", "array_dims(<ints>)", "(<texts>)[<int>]", "<json> ->> 'a'", "<jsonb> ->> 0", "<json> #>> '{b,0}'", "json_typeof(<json>)",
             "jsonb_typeof(<jsonb>)", "cast(<jsonb> as text)", "cast(<record> as text)", "jsonb_pretty(<jsonb>)", "cast(<uuid> as text)", "cast(<tstz> as text)",
             "concat(<ints>, <texts>)", "format('%s %L', <ints>, <texts>)", "<text> || <ints>::text", "concat_ws(',', VARIADIC <texts>)",
             "to_char(<timestamp>, 'Day, DD Mon YYYY FMHH12:MI AM')", "to_char(<decimal>, 'FM99990.00')", "left(<text>, 2)"],
    "bool": ["<int> <=> <int>", "<decimal> <=> <int>", "<double> <=> <double>", "<text> <=> <text>", "<date> <=> <date>",
             "<timestamp> <=> <timestamp>", "<interval> <=> <interval>", "<date> <=> <timestamp>", "<bigint> <=> <decimal>",
             "<int> <=> <double>", "<time> <=> <time>", "<bool> <=> <bool>", "<bool> and <bool>", "<bool> or <bool>", "not <bool>",
             "<int> between <int> and <int>", "<text> not between <text> and <text>", "<int> between symmetric <int> and <int>",
             "<int> in (<int>, <int>, <int>)", "<text> not in (<text>, <text>)", "<int> is null", "<text> is not null", "<bool> is true",
             "<bool> is not false", "<bool> is unknown", "<int> is distinct from <int>", "<text> is not distinct from <text>",
             "<text> like '%a%'", "<text> like '_b%'", "<text> not like <text>", "<text> ilike '%H%'", "<text> like 'a\\%' escape '\\'",
             "<text> ~ '^[a-z]+$'", "<text> ~* 'HELLO'", "<text> !~ '\\d'", "starts_with(<text>, <text>)", "cast(<text> as boolean)",
             "cast(<int> as boolean)", "<bool> = <bool>", "<bytea> = <bytea>", "isfinite(<date>)", "<text> similar to '(a|b)%'",
             "<ints> <=> <ints>", "<grid> <=> <grid>", "<grid> <=> <ints>", "<texts> <=> <texts>", "<ints> @> <ints>", "<ints> <@ <grid>", "<grid> && <ints>",
             "<int> = any (<ints>)", "<int> <=> all (<ints>)", "<int> <=> any (<grid>)", "<text> = any (<texts>)", "<text> like any (<texts>)", "<text> not like all (<texts>)",
             "<text> ilike any (<texts>)", "<record> <=> <record>", "<record> is null", "<record> is not null", "<record> is distinct from <record>", "<record> in (<record>, <record>)",
             "<jsonb> = <jsonb>", "<jsonb> @> <jsonb>", "<jsonb> <@ <jsonb>", "<jsonb> ? 'a'", "<jsonb> ?| array['a','z']", "<jsonb> ?& <texts>", "<uuid> <=> <uuid>",
             "<tstz> <=> <tstz>", "<timestamp> <=> <tstz>", "<date> <=> <tstz>", "<ints> is null", "<ints> is distinct from <grid>", "<ints> in (<ints>, <grid>)", "<text> ~ any (<texts>)",
             "<interval> = <interval>", "(<int>, <int>) = (<int>, <int>)", "<decimal> in (1.5, 2, <decimal>)"],
    "date": ["<date> + <int>", "<int> + <date>", "<date> - <int>", "cast(<timestamp> as date)", "cast(<text> as date)",
             "make_date(2024, <int>, <int>)", "to_date('2024-05-06', 'YYYY-MM-DD')"],
    "time": ["<time> + <interval>", "<time> - <interval>", "cast(<timestamp> as time)", "make_time(<int>, 30, 1.5)",
             "cast(<interval> as time)"],
    "timestamp": ["<timestamp> + <interval>", "<timestamp> - <interval>", "<date> + <interval>", "<date> + <time>",
                  "cast(<date> as timestamp)", "date_trunc('month', <timestamp>)", "date_trunc('hour', <timestamp>)",
                  "date_trunc('week', <timestamp>)", "date_trunc('quarter', <timestamp>)", "cast(<text> as timestamp)",
                  "date_trunc('decade', <timestamp>)", "make_timestamp(2024, 2, <int>, 10, 20, 30.5)", "<interval> + <timestamp>",
                  "date_bin('15 minutes', <timestamp>, TIMESTAMP '2001-01-01')", "<timestamp> at time zone 'UTC' at time zone 'UTC'",
                  "date_trunc('century', <timestamp>)"],
    "interval": ["<interval> + <interval>", "<interval> - <interval>", "-<interval>", "<interval> * <int>", "<interval> * <double>",
                 "<interval> / <int>", "<timestamp> - <timestamp>", "<time> - <time>", "age(<timestamp>, <timestamp>)",
                 "justify_days(<interval>)", "justify_hours(<interval>)", "justify_interval(<interval>)", "<int> * <interval>",
                 "cast(<text> as interval)", "make_interval(days => <int>)", "make_interval(1, 2, 3, 4)", "cast(<time> as interval)",
                 "date_trunc('hour', <interval>)", "<date> - <timestamp>", "<interval> / <double>"],
    "uuid": ["cast('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11' as uuid)", "cast(<text> as uuid)"],
    "tstz": ["<tstz> + <interval>", "<tstz> - <interval>", "cast(<timestamp> as timestamptz)", "cast(<date> as timestamptz)",
             "date_trunc('day', <tstz>)", "<timestamp> at time zone 'Europe/Berlin'", "to_timestamp(<int>)", "cast(<text> as timestamptz)"],
    "ints": ["<ints> || <ints>", "<ints> || <int>", "<int> || <ints>", "array_append(<ints>, <int>)", "array_prepend(<int>, <ints>)",
             "array_cat(<ints>, <ints>)", "array_remove(<ints>, <int>)", "array_replace(<ints>, <int>, <int>)", "(<ints>)[1:2]", "(<ints>)[<int>:]",
             "ARRAY[<int>, <int>]", "cast(<texts> as integer[])", "cast(<text> as integer[])", "array_positions(<ints>, <int>)",
             "trim_array(<ints>, 1)", "array_fill(<int>, ARRAY[2])", "string_to_array('1,2,3', ',')::integer[]"],
    "grid": ["<grid> || <grid>", "<grid> || <ints>", "<ints> || <grid>", "ARRAY[<ints>, <ints>]", "(<grid>)[1:1]", "(<grid>)[:][1:2]", "(<grid>)[1:2][1:1]",
             "array_fill(<int>, ARRAY[2,2])", "array_replace(<grid>, <int>, <int>)", "ARRAY[[<int>, <int>], [<int>, <int>]]", "array_cat(<grid>, <grid>)",
             "trim_array(<grid>, 1)", "cast(cast(<grid> as text) as integer[])"],
    "texts": ["<texts> || <texts>", "<texts> || <text>", "<text> || <texts>", "string_to_array(<text>, ',')", "string_to_array(<text>, NULL)",
              "string_to_array(<text>, ',', '')", "cast(<ints> as text[])", "regexp_split_to_array(<text>, '[ ,]')", "regexp_match(<text>, '(.)(b)?')",
              "array_remove(<texts>, <text>)", "array_replace(<texts>, <text>, 'z')", "(<texts>)[2:]", "ARRAY[<text>, <text>]", "cast(<text> as text[])",
              "array_append(<texts>, <text>)", "parse_ident('a.b')"],
    "record": ["ROW(<int>, <int>)", "(<int>, <int>)"],
    "json": ["to_json(<int>)", "to_json(<text>)", "to_json(<ints>)", "to_json(<grid>)", "to_json(<decimal>)", "to_json(<bool>)", "to_json(<date>)",
             "to_json(<timestamp>)", "to_json(<record>)", "row_to_json(<record>)", "array_to_json(<grid>)", "<json> -> 'b'", "<json> -> 1",
             "<json> #> '{b,0}'", "json_build_array(<int>, <text>, NULL)", "json_build_object('k', <int>)", "cast(<text> as json)", "cast(<jsonb> as json)",
             "json_strip_nulls(<json>)", "json_object('{a,1,b,2}')", "to_json(<jsonb>)", "to_json(<interval>)", "to_json(<uuid>)", "json_build_array(<grid>, <record>)"],
    "jsonb": ["to_jsonb(<int>)", "to_jsonb(<text>)", "to_jsonb(<grid>)", "to_jsonb(<record>)", "<jsonb> -> 'b'", "<jsonb> -> 0", "<jsonb> #> '{b,2}'",
              "<jsonb> || <jsonb>", "<jsonb> - 'a'", "<jsonb> - 0", "<jsonb> #- '{b,1}'", "jsonb_set(<jsonb>, '{a}', '7')", "jsonb_build_object('k', <text>)",
              "cast(<text> as jsonb)", "cast(<json> as jsonb)", "jsonb_strip_nulls(<jsonb>)", "jsonb_insert(<jsonb>, '{b,1}', '9')", "(<jsonb>)['b'][1]",
              "to_jsonb(<texts>)"],
    "bytea": ["decode('DEADbeef', 'hex')", "decode('YWJj', 'base64')", "sha256(<bytea>)", "<bytea> || <bytea>",
              "decode(<text>, 'escape')", "substring(<bytea> from 1 for 2)"],
}
ANY = ["case when <bool> then <@> else <@> end", "case when <bool> then <@> end", "coalesce(<@>, <@>)", "nullif(<@>, <@>)",
       "case <int> when 1 then <@> when <int> then <@> else <@> end", "greatest(<@>, <@>)", "least(<@>, <@>, <@>)", "(<@>)"]
WRONG = ["<text> + <int>", "not <int>", "<int> and <bool>", "<bool> + <int>", "<date> + <date>", "<int> || <int>", "nosuch(<int>)",
         "length(<int>)", "case when <int> then 1 end", "coalesce(<int>, <text>)", "<int> like 'a'", "cast(<date> as integer)",
         "<date> = <int>", "upper(<int>)", "case when <bool> then 1 else 'x' end", "<int> in (<int>, 'x')", "sum(sum(<int>))",
         "<bool> < <int>", "cast(<interval> as integer)", "abs(<text>)", "<timestamp> + <int>", "<int> = 'x'", "cast('x' as nosuch)",
         "<interval> * <interval>", "greatest(<int>, <date>)", "nullif(<int>, <text>)", "-<text>", "sqrt(<text>)", "<time> + <time>",
         "substring(<int> from 1)", "<date> between <int> and <int>", "<text> || <bool>", "round(<double>, 1)", "<int> is true", "<ints> || <text>", "<ints> + <ints>", "(<int>)[1]", "(<int>).f1", "(<record>).f9", "<record> = <int>", "<record> + <record>", "<ints> = <texts>",
         "ARRAY[<int>, <texts>]", "array_length(<int>, 1)", "<json> = <json>", "<uuid> = <int>", "<ints> like 'a'", "<int> = any (<int>)", "unnest(<int>)", "row_to_json(<int>)",
         "array_append(<ints>, <bool>)", "<jsonb> + <int>", "cast(<ints> as integer)", "cast(<record> as integer)", "cast(<uuid> as integer)", "sum(<ints>)", "<ints> @> <texts>",
         "array_cat(<ints>, <texts>)", "array_to_string(<text>, ',')", "cast(<json> as integer[])", "<record> < <ints>", "greatest(<ints>, <int>)"]
AGGREGATES = ["count(*)", "count(<c>)", "count(distinct <c>)", "sum(<n>)", "min(<c>)", "max(<c>)", "avg(<n>)", "sum(distinct <n>)",
              "bool_and(b)", "bool_or(b)", "every(b)", "string_agg(s, ',' order by s)", "stddev(<n>)", "variance(<n>)", "var_pop(<n>)",
              "stddev_pop(<n>)", "count(*) filter (where <p>)", "sum(<n>) filter (where <p>)", "min(<c>) filter (where <p>)",
              "bit_and(i)", "bit_or(i)", "corr(x, i)", "regr_slope(x, i)", "covar_pop(x, i)", "sum(<n> + 1)", "max(length(s))",
              "avg(distinct <n>)", "sum(v)", "avg(v)", "percentile_cont(0.5) within group (order by x)", "min(v)",
              "mode() within group (order by i)", "coalesce(sum(<n>), 0)", "percentile_disc(0.5) within group (order by i)"]
COLUMNS = {"g": "text", "i": "int", "n": "decimal", "x": "double", "s": "text", "b": "bool", "d": "date", "t": "timestamp", "v": "interval"}


class Grammar:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def fill(self, template, depth, own=None, columns=False):
        out, at = "", 0
        while at < len(template):
            end = template.find(">", at)
            if template[at] == "<" and end > at and template[at + 1:end] in list(RULES) + ["@", "="]:
                name = template[at + 1:end]
                if name == "=":
                    out += self.r.choice(["=", "<>", "<", "<=", ">", ">="])
                else:
                    out += self.expr(own if name == "@" else name, depth - 1, columns)
                at = end + 1
            else:
                out += template[at]
                at += 1
        return out

    def expr(self, t, depth, columns=False):
        if depth <= 0 or self.r.random() < 0.15:
            own = [c for c, ct in COLUMNS.items() if ct == t] if columns else []
            if own and self.r.random() < 0.7:
                return self.r.choice(own)
            text = self.r.choice(LITERALS[t])
            return f"({text})" if text.startswith("-") else text
        template = self.r.choice(ANY) if self.r.random() < 0.12 else self.r.choice(RULES[t])
        text = self.fill(template, depth, t, columns)
        return text if template.endswith(")") and template[0].isalpha() and "(" in template.split(" ")[0] else f"({text})"

    def single(self):
        if self.r.random() < 0.06:
            return "SELECT " + self.fill(self.r.choice(WRONG), 1)
        return "SELECT " + self.expr(self.r.choice(list(RULES)), self.r.choice([1, 1, 1, 2, 2, 3]))

    def table(self):
        rows = []
        for i in range(self.r.choice([1, 4, 9])):
            values = [self.r.choice(["'a'", "'b'", "'c'", "NULL"])]
            for c, t in list(COLUMNS.items())[1:]:
                plain = [v for v in LITERALS[t] if "NULL" not in v and "inf" not in v and "Inf" not in v and "2147" not in v]
                v = "NULL" if self.r.random() < 0.2 else self.r.choice(plain)
                values.append(f"cast({v} as {SQL_TYPE[t]})" if i == 0 else v)
            rows.append("(" + ", ".join(values) + ")")
        return f"(VALUES {', '.join(rows)}) AS q({', '.join(COLUMNS)})"

    def aggregate(self):
        text = self.r.choice(AGGREGATES)
        text = text.replace("<n>", self.r.choice(["i", "n", "x"])).replace("<c>", self.r.choice("insdtx"))
        return text.replace("<p>", self.expr("bool", 1, True))

    def tail(self, n):
        tail = " ORDER BY " + ", ".join(f"{k} {self.r.choice(['', 'DESC', 'NULLS FIRST', 'DESC NULLS LAST'])}" for k in range(1, n + 1))
        if self.r.random() < 0.3:
            tail += f" LIMIT {self.r.choice([0, 1, 3])}"
        if self.r.random() < 0.2:
            tail += f" OFFSET {self.r.choice([0, 1, 2])}"
        return tail

    def query(self):
        kind = self.r.randrange(6)
        if kind == 0:
            where = f" WHERE {self.expr('bool', 2, True)}" if self.r.random() < 0.6 else ""
            return f"SELECT {self.expr(self.r.choice(ORDERED), 2, True)} AS a, s, n FROM {self.table()}{where}{self.tail(3)}"
        if kind == 1:
            having = f" HAVING {self.r.choice(['count(*) > 1', 'sum(i) > 0', 'min(s) IS NOT NULL', 'g > $$a$$'])}" if self.r.random() < 0.3 else ""
            having = having.replace("$$", "'")
            return f"SELECT g, {self.aggregate()}, {self.aggregate()} FROM {self.table()} GROUP BY g{having}{self.tail(1)}"
        if kind == 2:
            return f"SELECT {', '.join(self.aggregate() for _ in range(3))} FROM {self.table()} WHERE {self.expr('bool', 1, True)}"
        if kind == 3:
            t, op = self.r.choice(ORDERED), self.r.choice(["UNION", "UNION ALL", "UNION"])
            return f"SELECT {self.expr(t, 1)} AS a {op} SELECT {self.expr(t, 1)} {op} SELECT NULL{self.tail(1)}"
        if kind == 4:
            t = self.r.choice(ORDERED)
            return f"WITH w(a, b) AS (SELECT {self.expr(t, 1)}, {self.expr('int', 1)}) SELECT a, b, a IS NULL AS z FROM w WHERE b = b"
        return f"SELECT DISTINCT g, {self.r.choice(['b', 'i > 2', 'upper(g)', 'n', 'v', 't'])} AS z FROM {self.table()}{self.tail(2)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("library")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", help="statements, one per line, instead of generated ones")
    parser.add_argument("--show", type=int, default=4, help="examples per group")
    args = parser.parse_args()
    if args.file:
        with open(args.file, encoding="utf-8") as f:
            statements = [line.strip().rstrip(";") for line in f if line.strip() and not line.startswith("--")]
    else:
        grammar = Grammar(args.seed)
        statements = [grammar.query() if i % 4 == 0 else grammar.single() for i in range(args.count)]
    postgres = Postgres()
    if not postgres.dir:
        print("no PostgreSQL here")
        return 77
    try:
        theirs = postgres.outcomes(statements)
    finally:
        postgres.stop()
    ours = engine_outcomes(args.library, statements)
    groups = collections.defaultdict(list)
    for sql, a, b in zip(statements, ours, theirs):
        found = difference(sql, a, b)
        if found:
            groups[found[0]].append((sql, found[1]))
    for name, cases in sorted(groups.items(), key=lambda g: -len(g[1])):
        print(f"== {name} ({len(cases)})")
        for sql, text in sorted(cases, key=lambda c: len(c[0]))[:args.show]:
            print(f"   {sql}\n      {text}")
    n = sum(len(c) for c in groups.values())
    failed = sum(b.state != "00000" for b in theirs)
    print(f"{len(statements)} statements ({failed} raise an error), {n} differences")
    return 1 if n else 0


if __name__ == "__main__":
    sys.exit(main())
