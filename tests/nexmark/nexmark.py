#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The queries of bench/nexmark over a fixed series of events.

    nexmark.py BINARY                  the bounded run, and all queries together as views of a durable database that is killed in the middle and
                                       opened again, give what golden.txt says: rows and MD5 of the sorted lines
    nexmark.py BINARY --postgres       PostgreSQL gives the same rows over the same events (exit code 77 without one)
    nexmark.py BINARY --update         writes golden.txt anew

Ends with `N passed, N failed, N skipped`."""
import csv
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
QUERIES = ROOT / 'bench' / 'nexmark'
HERE = pathlib.Path(__file__).resolve().parent
EVENTS, EVENT_RATE, SLICE_S, N_SLICES, LIMIT_S = 20000, 500, 5, 8, 1000
NAMES = [f'q{i}' for i in range(23)]
WINDOWED = ['q5', 'q7', 'q8', 'q11']  # give a window when it has closed: rows of the next day close them
TABLES = ['person', 'auction', 'bid']


def text_of(name):
    return (QUERIES / f'{name}.sql').read_text()


def last_statement(name):
    """What stands before the last statement, and that statement without comments and its semicolon."""
    sql = re.sub(r'--[^\n]*\n', '', text_of(name)).strip().rstrip(';')
    before, _, last = sql.rpartition(';')
    return before + ';' if before else '', last.strip()


def digest(lines):
    return f'{len(lines)} {hashlib.md5(chr(10).join(sorted(lines)).encode()).hexdigest()}'


def lines_of(path):
    return path.read_text().splitlines()[1:]


def files_below(folder):
    return [line for path in folder.rglob('*.csv') for line in lines_of(path)]


def variables(**more):
    given = {'EVENTS': EVENTS, 'EVENT_RATE': EVENT_RATE, **more}
    return [word for name, value in given.items() for word in ('-v', f'{name}={value}')]


def run(binary, *arguments):
    done = subprocess.run([binary, '-q', '--no-progress', '-F', 'csv', *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=LIMIT_S, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode('utf-8', 'replace')[-2000:])
    return done.stdout.decode().splitlines()


def bounded(binary, folder):
    """Each query once over all events: {name: lines}."""
    result = {}
    for name in NAMES:
        lines = run(binary, *variables(DIR=folder / 'log'), '-f', QUERIES / 'sources.sql', '-f', QUERIES / f'{name}.sql')
        result[name] = files_below(folder / 'log') if name == 'q10' else lines[1:]
    return result


# ---- as views, with a crash ----

def made_sources():
    return re.sub(r'SOURCE (\w+)', r'SOURCE made_\1', (QUERIES / 'sources.sql').read_text())


def setup(names):
    pushed = (QUERIES / 'pushed.sql').read_text()
    if names == ['q12']:
        pushed = pushed.replace('${TIME:-date_time}', 'date_time AS PROCTIME()')
    sql = [pushed, made_sources()]
    for name in names:
        before, query = last_statement(name)
        sql.append(before)
        if name == 'q12' or name in WINDOWED:
            query += ' EMIT CHANGES' if name == 'q12' else ' EMIT ON WINDOW CLOSE'
        sql.append(query + ';' if name == 'q10' else f'CREATE MATERIALIZED VIEW {name} AS {query} WITH (allow_unbounded_state = true);')
    return '\n'.join(sql)


def push(first, last):
    sql = []
    for i in range(first, last):
        bounds = [f"TIMESTAMP '2015-07-15 00:00:00' + INTERVAL '{SLICE_S * k} seconds'" for k in (i, i + 1)]
        sql += [f'INSERT INTO {table} SELECT * FROM made_{table} WHERE date_time >= {bounds[0]} AND date_time < {bounds[1]};' for table in TABLES]
    return '\n'.join(sql)


NEXT_DAY = '2015-07-16'
CLOSE = f"""
INSERT INTO person VALUES (0, '', '', '', '', '', '{NEXT_DAY}', '');
INSERT INTO auction VALUES (0, '', '', 0, 0, '{NEXT_DAY}', '{NEXT_DAY}', 0, 0, '');
INSERT INTO bid VALUES (0, 0, 0, '', '', '{NEXT_DAY}', '');
"""


def run_and_kill(binary, database, sql, folder):
    shell = subprocess.Popen([binary, '-q', '--no-progress', '-F', 'csv', *variables(DIR=folder / 'log2'), database], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    shell.stdin.write((sql + "\nSELECT 'that is all';\n").encode())
    shell.stdin.flush()
    said = []
    for line in shell.stdout:
        said.append(line.decode('utf-8', 'replace'))
        if said[-1].strip() == 'that is all':
            break
    shell.kill()
    shell.wait()
    if not said or said[-1].strip() != 'that is all':
        raise RuntimeError(''.join(said)[-2000:])


def continuous(binary, folder, names, checkpoint='CHECKPOINT;'):
    """Three slices, a checkpoint, two slices that only the log holds, the end of the process; then the rest."""
    database, script = folder / 'db', folder / 'rest.sql'
    run_and_kill(binary, database, '\n'.join([setup(names), push(0, 3), checkpoint, push(3, 5)]), folder)

    def read(which):
        return ''.join(f'\\o {folder}/{name}.csv\nSELECT * FROM {name};\n\\o\n' for name in which if name in names and name != 'q10')
    last = [push(5, N_SLICES), checkpoint, read([n for n in NAMES if n not in WINDOWED]), CLOSE, read(WINDOWED)]
    script.write_text('\n'.join(last))
    run(binary, *variables(DIR=folder / 'log2'), database, '-f', script)
    lines = {name: files_below(folder / 'log2') if name == 'q10' else lines_of(folder / f'{name}.csv') for name in names}
    return {name: [line for line in lines[name] if NEXT_DAY not in line] for name in names}


def bids_by_bidder(lines):
    """Windows by the clock are others in each run: of q12 what they add up to."""
    total = {}
    for line in lines:
        bidder, n, _ = line.split(',')
        total[bidder] = total.get(bidder, 0) + int(n)
    return [f'{bidder},{n}' for bidder, n in total.items()]


def check_golden(binary, update):
    golden_path = HERE / 'golden.txt'
    with tempfile.TemporaryDirectory() as folder:
        once = bounded(binary, pathlib.Path(folder))
    if update:
        golden_path.write_text(''.join(f'{name} {digest(once[name])}\n' for name in NAMES))
    golden = dict(line.split(' ', 1) for line in golden_path.read_text().splitlines())
    with tempfile.TemporaryDirectory() as folder:
        views = continuous(binary, pathlib.Path(folder), [n for n in NAMES if n != 'q12'])
    with tempfile.TemporaryDirectory() as folder:  # the clock as a watermark is in no checkpoint: all of it comes from the log
        views |= continuous(binary, pathlib.Path(folder), ['q12'], '')
    wrong = 0
    for name in NAMES:
        got = [(once[name], 'bounded'), (views[name], 'continuous, killed in the middle')]
        for lines, how in got:
            expected, is_clock = golden[name], name == 'q12' and how != 'bounded'
            if is_clock:
                expected, lines = digest(bids_by_bidder(once[name])), bids_by_bidder(lines)
            if digest(lines) != expected:
                wrong += 1
                print(f'FAIL {name}, {how}: {digest(lines)}, not {expected}')
                print('\n'.join(f'  + {x}' for x in sorted(set(lines) - set(once[name]))[:3]))
                print('\n'.join(f'  - {x}' for x in sorted(set(once[name]) - set(lines))[:3]))
    return 2 * len(NAMES) - wrong, wrong


def check_bench(binary):
    """`laminar bench nexmark`: what it counts, and what it refuses."""
    def bench(*arguments):
        done = subprocess.run([binary, 'bench', *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_S, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        code, out, said = bench('nexmark', '--rows', '5000', '--format', 'json', '--dir', f'{folder}/log')
        rows = {row['query']: row for row in json.loads(out)} if code == 0 else {}
        if sorted(rows) != sorted(NAMES) or [rows[q]['rows_out'] for q in ('q0', 'q1', 'q13', 'q22')] != [4600] * 4:
            wrong.append(f'bench nexmark: {code} {out} {said}')
        if len(files_below(pathlib.Path(folder))) != 4600:
            wrong.append('bench nexmark q10: files')
    code, out, _ = bench('nexmark', 'q0', '--rows', '5000', '--rate', '50000', '--format', 'json')
    if code != 0 or not 0.05 < json.loads(out)[0]['seconds'] < LIMIT_S:
        wrong.append(f'bench --rate: {out}')
    for arguments, what in [(['nexmark', '--threads', '17'], 'not a number of threads'), (['nexmark', 'q23'], 'no query q23'), (['nexmark', 'q10'], '--dir'),
                            (['nothing'], 'no benchmark nothing'), (['nexmark', '--rows', '0'], 'rows')]:
        code, out, said = bench(*arguments)
        if code != 2 or what not in said or out:
            wrong.append(f'bench {arguments}: {code} {said}')
    print('\n'.join(f'FAIL {w}' for w in wrong), end='\n' if wrong else '')
    return 7 - len(wrong), len(wrong)


# ---- against PostgreSQL ----

def same(a, b):
    if a == b:
        return True
    try:
        return abs(float(a) - float(b)) <= 1e-9 * max(1.0, abs(float(b)))
    except ValueError:
        return False


def postgres_rows(pg, sql):
    kwargs = {'user': pg.user} if os.getuid() == 0 else {}
    done = subprocess.run([pg.bin + '/psql', '-X', '-q', '-h', pg.dir, '-p', '54321', '-U', 'postgres', '-v', 'ON_ERROR_STOP=1', '--csv', '-t'],
                          input=sql.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_S, cwd='/', **kwargs)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode()[-2000:])
    return done.stdout.decode()


def load_postgres(pg, binary):
    sql = re.sub(r', WATERMARK[^;]*\)', ')', (QUERIES / 'pushed.sql').read_text()).replace('CREATE SOURCE', 'CREATE TABLE')
    for table in TABLES:
        rows = run(binary, *variables(), '-f', QUERIES / 'sources.sql', '-c', f'SELECT * FROM {table}')
        sql += f'\nCOPY {table} FROM STDIN (FORMAT csv);\n' + '\n'.join(rows[1:]) + '\n\\.\n'
    postgres_rows(pg, sql)


def postgres_query(name):
    own = HERE / 'postgres' / f'{name}.sql'  # where the language differs: windows
    if own.exists():
        return own.read_text()
    before, query = last_statement(name)
    if name == 'q10':
        query = re.search(r'FROM \((.*)\)\s*INTO', query, re.S).group(1)
    return before.replace('CREATE TABLE', 'CREATE TEMP TABLE') + query + ';'


def check_postgres(binary):
    sys.path.insert(0, str(ROOT / 'tools'))
    import pg_diff
    pg = pg_diff.Postgres()
    if not pg.dir:
        print(f'0 passed, 0 failed, {len(NAMES)} skipped')
        sys.exit(77)
    wrong = 0
    try:
        load_postgres(pg, binary)
        with tempfile.TemporaryDirectory() as folder:
            once = bounded(binary, pathlib.Path(folder))
        for name in NAMES:
            theirs = sorted(csv.reader(io.StringIO(postgres_rows(pg, postgres_query(name)))))
            ours = sorted(csv.reader(io.StringIO('\n'.join(once[name]))))
            differing = [(a, b) for a, b in zip(ours, theirs) if len(a) != len(b) or not all(map(same, a, b))]
            if len(ours) != len(theirs) or differing:
                wrong += 1
                print(f'FAIL {name}: {len(ours)} rows, PostgreSQL {len(theirs)}; {differing[:2]}')
    finally:
        pg.stop()
    return len(NAMES) - wrong, wrong


def main():
    binary = sys.argv[1]
    if '--postgres' in sys.argv:
        passed, failed = check_postgres(binary)
    else:
        results = [check_golden(binary, '--update' in sys.argv), check_bench(binary)]
        passed, failed = (sum(column) for column in zip(*results))
    print(f'{passed} passed, {failed} failed, 0 skipped')
    sys.exit(failed != 0)


main()
