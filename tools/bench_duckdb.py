#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench_duckdb.py BUILD_DIR [--rows N] [--events N] [--format json]: batch queries and the queries of Nexmark, here and in DuckDB.

DuckDB is a reference for batch work, on one thread, over the same data in memory, in the same run; nothing of it is linked. Its library
comes with the npm package of its Node bindings, which is fetched into BUILD_DIR once.

Times are CPU times of the process, both sides on one thread: other work on the machine does not count.

- batch: aggregates, joins, sorts over a table of N rows (10,000,000), and shapes of TPC-H queries; `ratio` is our time over DuckDB's.
- nexmark: DuckDB's time of the batch form of a query over N events (1,000,000), and events per second; beside it our batch answer over the
  same rows, and what `laminar bench nexmark` does with the events one batch after the other, results kept up to date; the geometric mean of
  the last over DuckDB's.

Every query's number of rows must be the same on both sides, or the comparison fails."""
import argparse
import ctypes
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE, VERSION = '@duckdb/node-bindings-linux-x64', '1.5.6-r.1'
ROUNDS = 3
MEAN_GOAL = 2.5  # times DuckDB's batch rate, the geometric mean over the queries
BATCH = [
    ('group by, 1K keys', 'SELECT k1, count(*), sum(v) FROM t GROUP BY k1'),
    ('group by, 1M keys', 'SELECT k2, count(*), sum(v) FROM t GROUP BY k2'),
    ('group by text, 10K keys', 'SELECT s, count(*), max(v) FROM t GROUP BY s'),
    ('group by text, 1M keys', 'SELECT s2, count(*), sum(v) FROM t GROUP BY s2'),
    ('group by two columns', 'SELECT k1, k3, avg(x) FROM t GROUP BY k1, k3'),
    ('group by day', "SELECT date_trunc('day', ts), count(*), sum(v) FROM t GROUP BY date_trunc('day', ts)"),
    ('average and deviation', 'SELECT k1, avg(x), stddev(x), min(x), max(x) FROM t GROUP BY k1'),
    ('rollup', 'SELECT k1, k3, count(*), sum(v) FROM t GROUP BY ROLLUP (k1, k3)'),
    ('filter and sum', 'SELECT count(*), sum(v * 2 + 1) FROM t WHERE v < 500 AND k1 <> 7'),
    ('filter 1 %, rows out', 'SELECT i, v, x, s FROM t WHERE k1 < 10'),
    ('sums of CASE', 'SELECT sum(CASE WHEN k3 < 3 THEN v ELSE 0 END), sum(CASE WHEN k3 BETWEEN 3 AND 6 THEN x ELSE 0 END), '
     'count(CASE WHEN v > 500 THEN 1 END) FROM t'),
    ('above the average', 'SELECT count(*) FROM t WHERE x > (SELECT avg(x) FROM t)'),
    ('distinct count', 'SELECT count(DISTINCT k2) FROM t'),
    ('distinct count, groups', 'SELECT k3, count(DISTINCT k1) FROM t GROUP BY k3'),
    ('join with 1M rows, sum', 'SELECT count(*), sum(t.v + u.w) FROM t JOIN u ON t.k2 = u.k'),
    ('join by text', 'SELECT count(*), sum(t.v + u.w) FROM t JOIN u ON t.s2 = u.s'),
    ('join by far keys', 'SELECT count(*), sum(t.v + u.w) FROM t JOIN u ON t.k2 * 1000003 = u.far'),
    ('join, many to many', 'SELECT m.g, count(*), sum(t.v + m.w) FROM t JOIN m ON t.k2 = m.k GROUP BY m.g'),
    ('join, left', 'SELECT count(u.w), sum(t.v) FROM t LEFT JOIN u ON t.k2 = u.k AND u.w < 100'),
    ('join, anti', 'SELECT count(*) FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.k = t.k2 AND u.w < 100)'),
    ('join, semi', 'SELECT count(*) FROM t WHERE k2 IN (SELECT k FROM u WHERE w < 100)'),
    ('sort, first 100', 'SELECT i, v FROM t ORDER BY v DESC, i LIMIT 100'),
    ('sort all, one number', 'SELECT i FROM t ORDER BY k2, i'),
    ('sort all, text', 'SELECT s2 FROM t ORDER BY s2'),
    ('sort all, text, number', 'SELECT i FROM t ORDER BY s, x DESC, i'),
    ('sort by text, first 100', 'SELECT i, s, x FROM t ORDER BY s, x DESC, i LIMIT 100'),
    ('first 3 of each group', 'SELECT k1, i, v FROM (SELECT k1, i, v, row_number() OVER (PARTITION BY k1 ORDER BY v DESC, i) AS r FROM t) AS q WHERE r <= 3'),
    ('running sum', 'SELECT max(s) FROM (SELECT sum(v) OVER (PARTITION BY k1 ORDER BY i) AS s FROM t) AS q'),
    ('average beside rows', 'SELECT max(r) FROM (SELECT v - avg(v) OVER (PARTITION BY k1) AS r FROM t) AS q'),
    ('LIKE', "SELECT count(*) FROM t WHERE s LIKE '%99%'"),
    ('LIKE, several parts', "SELECT count(*) FROM t WHERE c LIKE '%Fox%9 lazy%'"),
    ('upper', 'SELECT upper(s), count(*) FROM t GROUP BY upper(s)'),
    ('substring', 'SELECT substring(s2, 1, 6), count(*) FROM t GROUP BY substring(s2, 1, 6)'),
    ('rank in groups', 'SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY k2 ORDER BY i) AS n FROM t) AS r WHERE n = 3'),
    ('TPC-H 1: sums by two', 'SELECT k3, k1 % 2, sum(v), sum(x), sum(x * (1 - v / 1000.0)), avg(v), avg(x), count(*) FROM t WHERE v <= 980 '
     'GROUP BY k3, k1 % 2 ORDER BY 1, 2'),
    ('TPC-H 3: join, top 10', 'SELECT u.k, sum(t.x) AS r FROM t JOIN u ON t.k2 = u.k WHERE u.w < 500 AND t.v > 300 GROUP BY u.k '
     'ORDER BY r DESC, u.k LIMIT 10'),
    ('TPC-H 18: large groups', 'SELECT k2, sum(v), max(x) FROM t WHERE k2 IN (SELECT k2 FROM t GROUP BY k2 HAVING sum(v) > 900) GROUP BY k2'),
]
MAKE = ("CREATE TABLE t AS SELECT i, i * 7919 % 1000 AS k1, i * 104729 % 1000000 AS k2, i % 10 AS k3, i * 31 % 1000 AS v, "
        "CAST(i % 997 AS DOUBLE) / 7 AS x, 'name ' || CAST(i * 13 % 10000 AS VARCHAR) AS s, 'n' || CAST(100000000 + i * 104729 % 1000000 AS VARCHAR) AS s2, "
        "'the quick brown Fox jumps over ' || CAST(i * 104729 % 100000 AS VARCHAR) || ' lazy dogs' AS c, "
        "TIMESTAMP '2024-01-01 00:00:00' + INTERVAL '1 second' * (i * 7 % 31536000) AS ts FROM {series}")
MAKE_SMALL = ("CREATE TABLE u AS SELECT i AS k, i * 17 % 1000 AS w, 'n' || CAST(100000000 + i * 7919 % 1000000 AS VARCHAR) AS s, "
              "i * 7919 % 1000003 * 1000003 AS far FROM {small}")
MAKE_MANY = 'CREATE TABLE m AS SELECT i * 7919 % 100000 * 3 AS k, i % 50 AS g, i * 31 % 1000 AS w FROM {small} WHERE i < 500000'


def fetch_duckdb(folder):
    """The path of libduckdb.so; fetched when it is not there."""
    found = sorted(folder.rglob('libduckdb.so'))
    if not found:
        folder.mkdir(parents=True, exist_ok=True)
        name = subprocess.run(['npm', 'pack', '--silent', f'{PACKAGE}@{VERSION}'], cwd=folder, check=True, capture_output=True, text=True).stdout.split()[-1]
        with tarfile.open(folder / name) as archive:
            archive.extractall(folder)
        found = sorted(folder.rglob('libduckdb.so'))
    return found[0]


class DuckDB:
    class Result(ctypes.Structure):
        _fields_ = [('columns', ctypes.c_uint64), ('rows', ctypes.c_uint64), ('changed', ctypes.c_uint64), ('pointers', ctypes.c_void_p * 3)]

    def __init__(self, path):
        self.lib = ctypes.CDLL(str(path))
        self.lib.duckdb_result_error.restype = ctypes.c_char_p
        self.lib.duckdb_row_count.restype = ctypes.c_uint64
        db, self.connection = ctypes.c_void_p(), ctypes.c_void_p()
        if self.lib.duckdb_open(None, ctypes.byref(db)) or self.lib.duckdb_connect(db, ctypes.byref(self.connection)):
            sys.exit('DuckDB does not open')
        self.run('SET threads = 1')

    def run(self, sql):
        """(seconds, rows)"""
        result = self.Result()
        start = time.process_time()
        failed = self.lib.duckdb_query(self.connection, sql.encode(), ctypes.byref(result))
        seconds = time.process_time() - start
        if failed:
            raise RuntimeError(self.lib.duckdb_result_error(ctypes.byref(result)).decode())
        rows = self.lib.duckdb_row_count(ctypes.byref(result))
        self.lib.duckdb_destroy_result(ctypes.byref(result))
        return seconds, rows


class Laminar:
    def __init__(self, build):
        self.lib = ctypes.CDLL(str(build / 'src' / 'liblaminar.so'))
        self.lib.laminar_last_error.restype = ctypes.c_char_p
        self.connection = ctypes.c_void_p()
        if self.lib.laminar_open(ctypes.byref(self.connection)):
            sys.exit('the database does not open')

    def run(self, sql):
        """(seconds, rows)"""
        result, rows = ctypes.c_void_p(), ctypes.c_size_t()
        start = time.process_time()
        failed = self.lib.laminar_execute(self.connection, sql.encode(), ctypes.byref(result))
        seconds = time.process_time() - start
        if failed:
            raise RuntimeError(self.lib.laminar_last_error().decode())
        if result:
            self.lib.laminar_result_num_rows(result, ctypes.byref(rows))
            self.lib.laminar_result_free(result)
        return seconds, rows.value


def best_of(engine, sql):
    runs = [engine.run(sql) for _ in range(ROUNDS)]
    return min(seconds for seconds, _ in runs), runs[0][1]


def show(columns, record, as_json):
    if not as_json:
        print('  '.join(f'{record[name]:>{width}}' if width > 0 else f'{record[name]:<{-width}}' for name, width in columns.items()), flush=True)


def compare_batch(ours, theirs, rows, as_json):
    columns = {'query': -26, 'rows_out': 10, 'laminar_s': 10, 'duckdb_s': 10, 'ratio': 7}
    show(columns, {name: name for name in columns}, as_json)
    for engine, series, small in ((ours, f'generate_series(CAST(1 AS BIGINT), {rows}) AS g(i)', 'generate_series(CAST(0 AS BIGINT), 999999) AS g(i)'),
                                  (theirs, f'range(1, {rows} + 1) AS g(i)', 'range(0, 1000000) AS g(i)')):
        engine.run(MAKE.format(series=series))
        engine.run(MAKE_SMALL.format(small=small))
        engine.run(MAKE_MANY.format(small=small))
    records = []
    for name, sql in BATCH:
        (our_s, our_rows), (their_s, their_rows) = best_of(ours, sql), best_of(theirs, sql)
        if our_rows != their_rows:
            sys.exit(f'{name}: {our_rows} rows here, {their_rows} in DuckDB')
        records.append({'query': name, 'rows_out': our_rows, 'laminar_s': round(our_s, 4), 'duckdb_s': round(their_s, 4), 'ratio': round(our_s / their_s, 2)})
        show(columns, records[-1], as_json)
    for engine in (ours, theirs):
        for table in 'tum':
            engine.run(f'DROP TABLE {table}')
    return records


# ---- Nexmark ----

def statements(text):
    return [s.strip() for s in re.sub(r'--[^\n]*\n', '', text).split(';') if s.strip()]


IN_DUCKDB = [(r"date_bin\('(\w+ \w+)', ([\w.]+), '1970-01-01'\)", r"time_bucket(INTERVAL '\1', \2)"),
             (r"to_char\(([\w.]+), 'YYYY-MM-DD'\)", r"strftime(\1, '%Y-%m-%d')"), (r"to_char\(([\w.]+), 'HH24:MI'\)", r"strftime(\1, '%H:%M')"),
             (r"regexp_substr\((\w+), ('[^']*'), 1, 1, '', (\d)\)", r"nullif(regexp_extract(\1, \2, \3), '')"),
             (r"LATERAL generate_series\((.*?), '2 seconds'\) AS w", r"LATERAL (SELECT unnest(generate_series(\1, INTERVAL '2 seconds')) AS w) AS g")]


def duckdb_text(sql):
    for pattern, to in IN_DUCKDB:
        sql = re.sub(pattern, to, sql, flags=re.S)
    return sql


def batch_forms():
    """{name: (statements before, our query, DuckDB's query)}; where PostgreSQL's text differs, DuckDB takes that one."""
    forms = {}
    for i in range(23):
        name = f'q{i}'
        mine = statements((ROOT / 'bench' / 'nexmark' / f'{name}.sql').read_text())
        theirs = ROOT / 'tests' / 'nexmark' / 'postgres' / f'{name}.sql'
        if name != 'q10':
            forms[name] = mine[:-1], mine[-1], duckdb_text(statements(theirs.read_text())[-1] if theirs.exists() else mine[-1])
    return forms


def load(ours, theirs, shell, events, folder):
    pushed = (ROOT / 'bench' / 'nexmark' / 'pushed.sql').read_text()
    ours.run(re.sub(r', WATERMARK[^;]*\)', ')', pushed).replace('CREATE SOURCE', 'CREATE TABLE'))
    sources = ROOT / 'bench' / 'nexmark' / 'sources.sql'
    for table in ('person', 'auction', 'bid'):
        path = pathlib.Path(folder, f'{table}.csv')
        subprocess.run([shell, '-q', '-v', f'EVENTS={events}', '-f', sources, '-c', f"COPY (SELECT * FROM {table}) TO '{path}' (FORMAT csv, HEADER)"],
                       check=True)
        theirs.run(f"CREATE TABLE {table} AS SELECT * FROM read_csv('{path}', header = true)")
        ours.run(f"COPY {table} FROM '{path}' (FORMAT csv, HEADER)")
        path.unlink()


def compare_nexmark(ours, theirs, shell, events, as_json):
    columns = {'query': -5, 'rows_out': 9, 'duckdb': 9, 'batch': 9, 'batch_ratio': 11, 'incremental': 11, 'incremental_ratio': 17}
    show(columns, {name: name for name in columns}, as_json)
    with tempfile.TemporaryDirectory() as folder:
        load(ours, theirs, shell, events, folder)
    run = subprocess.run([shell, 'bench', 'nexmark', '--rows', str(events), '--format', 'json'], check=True, capture_output=True, text=True)
    incremental = {row['query']: row['events'] / row['cpu_s'] / 1e6 for row in json.loads(run.stdout)}
    records = []
    for name, (before, mine, their_sql) in batch_forms().items():
        try:
            for sql in before:
                ours.run(sql)
                theirs.run(sql)
            (their_s, their_rows), (our_s, our_rows) = best_of(theirs, their_sql), best_of(ours, mine)
        except RuntimeError as error:
            print(f'{name}: {error}', file=sys.stderr)
            continue
        if our_rows != their_rows and name != 'q12':
            print(f'{name}: {our_rows} rows here, {their_rows} in DuckDB', file=sys.stderr)
            continue
        rate, batch = events / their_s / 1e6, events / our_s / 1e6
        records.append({'query': name, 'rows_out': our_rows, 'duckdb': round(rate, 2), 'batch': round(batch, 2), 'batch_ratio': round(batch / rate, 3),
                        'incremental': round(incremental[name], 2), 'incremental_ratio': round(incremental[name] / rate, 3)})
        show(columns, records[-1], as_json)
    mean = statistics.geometric_mean(record['incremental_ratio'] for record in records)
    if not as_json:
        print(f"geometric mean of incremental_ratio: {mean:.2f}, goal >= {MEAN_GOAL}: {'reached' if mean >= MEAN_GOAL else 'behind'}")
    return records


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--rows', type=int, default=10000000)
    parser.add_argument('--events', type=int, default=1000000)
    parser.add_argument('--format', choices=('table', 'json'), default='table')
    options = parser.parse_args()
    as_json = options.format == 'json'
    build = options.build.resolve()
    ours, theirs = Laminar(build), DuckDB(fetch_duckdb(build / 'duckdb'))
    batch = compare_batch(ours, theirs, options.rows, as_json)
    nexmark = compare_nexmark(ours, theirs, build / 'app' / 'shell' / 'laminar', options.events, as_json)
    if as_json:
        print(json.dumps({'batch': batch, 'nexmark': nexmark}, indent=1))


if __name__ == '__main__':
    main()
