#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Property: MATCH_RECOGNIZE finds what a naive matcher finds.  Random rows, patterns, conditions and results; the model below goes through
all ways of matching in the order of preference, over the sorted rows of each partition.  Compared are the bounded query over a table, and a
view over a source whose rows come out of order, in pieces, half of the time with the database closed (after a checkpoint, or without) and
opened again between them.

    match_model.py build/app/shell/laminar [first_seed n_seeds]

Ends with `N passed, N failed, N skipped`; a failure prints its seed and the statements."""
import random
import subprocess
import sys
import tempfile

DELAY_S = 3


class Later(Exception):
    """It depends on a row that may still come."""


class SkipError(Exception):
    """AFTER MATCH SKIP leads nowhere, or to where the match began."""


# ---- conditions: text, and its value for row `at` of the partition, mapped rows being labels from `start` ----

class Match:
    def __init__(self, rows, ended, horizon):
        self.rows, self.ended, self.horizon = rows, ended, horizon  # horizon: no row below it will come
        self.start, self.labels = 0, []

    def row(self, i):
        return self.rows[i] if 0 <= i < len(self.rows) else None

    def value(self, i):
        row = self.row(i)
        return None if row is None else row['v']

    def next_value(self, i):
        if i >= len(self.rows) and not self.ended:
            raise Later
        return self.value(i)

    def mapped(self, var=None):
        return [self.start + i for i, label in enumerate(self.labels) if var is None or label == var]

    def nth(self, var, n, last):
        rows = self.mapped(var)
        if n >= len(rows):
            return None
        return rows[-1 - n] if last else rows[n]

    def value_of(self, place, move=0):
        return None if place is None else self.value(place + move)


def less(a, b):
    return a is not None and b is not None and a < b


def conditions(r, own, others):
    other, n = r.choice(others), r.randrange(-3, 9)
    numbers = lambda m: [m.value(i) for i in m.mapped(own) if m.value(i) is not None]
    return r.choice([
        (f'v > {n}', lambda m, at: less(n, m.value(at))),
        (f'{own}.v < {n}', lambda m, at: less(m.value(at), n)),
        ('v > PREV(v)', lambda m, at: less(m.value(at - 1), m.value(at))),
        (f'{own}.v < PREV({own}.v, 2) OR v = {n}', lambda m, at: less(m.value(at), m.value(at - 2)) or m.value(at) == n),
        ('v < NEXT(v)', lambda m, at: less(m.value(at), m.next_value(at + 1))),
        ('v IS NULL', lambda m, at: m.value(at) is None),
        (f'sum({own}.v) < {n + 8}', lambda m, at: bool(numbers(m)) and sum(numbers(m)) < n + 8),
        ('v >= FIRST(v)', lambda m, at: not less(m.value(at), m.value(m.start)) and None not in (m.value(at), m.value(m.start))),
        ('count(*) <= 3', lambda m, at: len(m.labels) <= 3),
        ('v > LAST(v, 1)', lambda m, at: less(m.value_of(m.nth(None, 1, True)), m.value(at))),
        (f'v <> {other}.v', lambda m, at: None not in (m.value(at), m.value_of(m.nth(other, 0, True))) and
         m.value(at) != m.value_of(m.nth(other, 0, True))),
        (f'PREV(FIRST({other}.v)) IS NULL', lambda m, at: m.value_of(m.nth(other, 0, False), -1) is None),
        (f'max({own}.v) - min({own}.v) < 4', lambda m, at: bool(numbers(m)) and max(numbers(m)) - min(numbers(m)) < 4),
    ])


MEASURES = [
    ('count(*)', lambda m: len(m.labels)),
    ('FIRST(id)', lambda m: m.rows[m.start]['id'] if m.labels else None),
    ('LAST(id)', lambda m: m.rows[m.start + len(m.labels) - 1]['id'] if m.labels else None),
    ('CLASSIFIER()', lambda m: m.labels[-1] if m.labels else None),
    ('MATCH_NUMBER()', lambda m: m.number),
    ('sum(a.v)', lambda m: sum(x) if (x := [m.value(i) for i in m.mapped('a') if m.value(i) is not None]) else None),
    ('LAST(b.v)', lambda m: m.value_of(m.nth('b', 0, True))),
    ('FIRST(a.v, 1)', lambda m: m.value_of(m.nth('a', 1, False))),
    ('PREV(FIRST(v))', lambda m: m.value_of(m.nth(None, 0, False), -1)),
    ('a.v + b.v', lambda m: None if None in (p := [m.value_of(m.nth(x, 0, True)) for x in 'ab']) else sum(p)),
    ('count(a.*)', lambda m: len(m.mapped('a'))),
    ('coalesce(LAST(v), -1)', lambda m: -1 if (x := m.value_of(m.nth(None, 0, True))) is None else x),
]


# ---- patterns: (kind, items, min, max, reluctant) ----

def make_pattern(r, depth, bounded):
    kind = r.choice(['var', 'var', 'concat', 'alt']) if depth else 'var'
    items = [r.choice('abc')] if kind == 'var' else [make_pattern(r, depth - 1, bounded) for _ in range(r.randrange(2, 4))]
    low, high = r.choice([(1, 1), (1, 1), (1, 1), (0, 1), (0, None), (1, None), (2, 2), (1, 2), (0, 3), (2, None)])
    if bounded and high is None:
        high = low + 2
    return kind, items, low, high, r.random() < 0.25


def pattern_text(p):
    kind, items, low, high, reluctant = p
    text = items[0] if kind == 'var' else '(' + (' ' if kind == 'concat' else ' | ').join(map(pattern_text, items)) + ')'
    times = {(1, 1): '', (0, 1): '?', (0, None): '*', (1, None): '+'}.get((low, high))
    if times is None:
        times = '{%d}' % low if low == high else '{%d,%s}' % (low, '' if high is None else high)
    return text + times + (' ?' if reluctant and times else '')


class Matcher:
    def __init__(self, defines, within):
        self.defines, self.within = defines, within

    def ways(self, p, m, at):
        """Ends of p from row `at`, in the order of preference; m.labels holds the labels up to there while each is tried."""
        yield from self.repeat(p, m, at, 0)

    def repeat(self, p, m, at, done):
        _, _, low, high, reluctant = p
        kept = list(m.labels)
        if done >= low and reluctant:
            yield at
            m.labels = list(kept)
        if high is None or done < high:
            for end in self.once(p, m, at):
                if end == at and done >= low:  # an empty round is the last
                    yield end
                else:
                    yield from self.repeat(p, m, end, done + 1)
                # whoever goes on after a yield has changed the labels
            m.labels = list(kept)
        if done >= low and not reluctant:
            yield at

    def once(self, p, m, at):
        kind, items = p[0], p[1]
        if kind == 'var':
            if self.take(items[0], m, at):
                yield at + 1
        elif kind == 'alt':
            kept = list(m.labels)
            for item in items:
                m.labels = list(kept)
                yield from self.ways(item, m, at)
        else:
            yield from self.sequence(items, m, at)

    def sequence(self, items, m, at):
        if not items:
            yield at
            return
        for end in self.ways(items[0], m, at):
            kept = list(m.labels)
            yield from self.sequence(items[1:], m, end)
            m.labels = kept

    def take(self, var, m, at):
        if at == len(m.rows):
            if m.ended or (self.within is not None and m.horizon - m.rows[m.start]['ts'] > self.within):
                return False
            raise Later
        if self.within is not None and m.rows[at]['ts'] - m.rows[m.start]['ts'] > self.within:
            return False
        m.labels = m.labels[:at - m.start] + [var]
        if var in self.defines and not self.defines[var](m, at):
            m.labels = m.labels[:-1]
            return False
        return True


def find(case, rows, ended, horizon):
    """Result rows of one partition."""
    m, start, number, out = Match(rows, ended, horizon), 0, 0, []
    matcher = Matcher({v: f for v, (_, f) in case['defines'].items()}, case['within'])
    while start < len(rows):
        m.start, m.labels, m.number = start, [], number + 1
        try:
            end = next(matcher.ways(case['pattern'], m, start), None)
        except Later:
            break
        if end is None:
            start += 1
            continue
        m.labels = m.labels[:end - start]
        number += 1
        out += results(case, m)
        start = after(case, m, start)
    return out


def measured(case, m, labels, n):
    row = []
    for text, f in case['measures']:
        m.labels = labels if text.startswith('FINAL ') else labels[:n]
        row.append(f(m))
    return row


def results(case, m):
    labels, k = m.labels, m.rows[0]['k']
    rows = []
    if not case['all_rows']:
        rows.append([k] + measured(case, m, labels, len(labels)))
    for n in (range(1, len(labels) + 1) if labels else [0]) if case['all_rows'] else []:
        row = m.rows[m.start + max(n - 1, 0)]
        rows.append([k, row['id']] + measured(case, m, labels, n) + [row['v']])
    m.labels = labels
    return rows


def after(case, m, start):
    how, var = case['skip']
    if how == 'NEXT ROW' or not m.labels:
        return start + 1
    if how == 'PAST LAST ROW':
        return start + len(m.labels)
    rows = m.mapped(var)
    if not rows or (rows[0] if how == 'FIRST' else rows[-1]) == start:
        raise SkipError
    return rows[0] if how == 'FIRST' else rows[-1]


# ---- cases ----

def make_case(seed):
    r = random.Random(seed)
    bounded = r.random() < 0.5
    case = {'pattern': make_pattern(r, 2, bounded), 'within': r.choice([None, 2, 5, 12]) if bounded else r.choice([2, 5, 12]),
            'all_rows': r.random() < 0.4, 'measures': r.sample(MEASURES, r.randrange(1, 6)),
            'skip': r.choice([('PAST LAST ROW', None)] * 3 + [('NEXT ROW', None), ('FIRST', r.choice('abc')), ('LAST', r.choice('abc'))])}
    used = [v for v in 'abc' if v in pattern_text(case['pattern'])]
    case['defines'] = {v: conditions(r, v, used) for v in used if r.random() < 0.85}
    case['measures'] = [x for x in case['measures'] if all(f'{v}.' not in x[0] or v in used for v in 'ab')] or [MEASURES[0]]
    case['measures'] = [(r.choice(['', '', 'FINAL ', 'RUNNING ']) + text if not text.startswith(('a.', 'coalesce')) else text, f) for text, f in case['measures']]
    if case['skip'][1] and case['skip'][1] not in used:
        case['skip'] = ('PAST LAST ROW', None)
    n, ts, rows = r.randrange(1, 40), 0, []
    for i in range(n):
        ts += r.choice([0, 1, 1, 2, 4])
        rows.append({'id': i, 'k': r.randrange(3) if r.random() < 0.7 else 0, 'ts': ts, 'v': None if r.random() < 0.1 else r.randrange(10)})
    case['rows'], case['r'] = rows, r
    return case


def query(case, table):
    how, var = case['skip']
    skip = how if not var else f'{how} {var}'
    order = 'id' if table == 't' else 'ts, id'
    within = '' if case['within'] is None else f" WITHIN INTERVAL '{case['within']}' SECOND"
    measures = ', '.join(f'{text} AS m{i}' for i, (text, _) in enumerate(case['measures']))
    defines = ', '.join(f'{v} AS {text}' for v, (text, _) in case['defines'].items())
    columns = 'k, ' + ('id, ' if case['all_rows'] else '') + ', '.join(f'm{i}' for i in range(len(case['measures']))) + (', v' if case['all_rows'] else '')
    return (f"SELECT {columns} FROM {table} MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts, id MEASURES {measures} "
            f"{'ALL ROWS' if case['all_rows'] else 'ONE ROW'} PER MATCH AFTER MATCH SKIP {'TO ' if how != 'PAST LAST ROW' else ''}{skip} "
            f"PATTERN ({pattern_text(case['pattern'])}){within}" + (f' DEFINE {defines}' if defines else '') + ')')


def values(rows):
    return ', '.join(f"({x['id']}, {x['k']}, TIMESTAMP '2020-01-01' + INTERVAL '{x['ts']} seconds', {'NULL' if x['v'] is None else x['v']})" for x in rows)


def run(binary, database, sql):
    done = subprocess.run([binary, '-q', '--no-progress', '-F', 'csv'] + database, input=sql.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=600, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def text_rows(rows):
    return sorted(','.join('' if x is None else str(x) for x in row) for row in rows)


def expected(case, ended, horizon):
    out = []
    for k in sorted({x['k'] for x in case['rows']}):
        out += find(case, [x for x in case['rows'] if x['k'] == k], ended, horizon)
    return text_rows(out)


COLUMNS = 'id INT NOT NULL, k INT NOT NULL, ts TIMESTAMP NOT NULL, v INT'


def check_bounded(binary, case):
    sql = f"CREATE TABLE t ({COLUMNS});\nINSERT INTO t VALUES {values(case['r'].sample(case['rows'], len(case['rows'])))};\n{query(case, 't')};\n"
    code, out, err = run(binary, [], sql)
    try:
        want = expected(case, True, 0)
    except SkipError:
        return None if code != 0 and '22023' in err else f'{sql}\nno error 22023, but {out}{err}'
    got = sorted(out.splitlines()[1:])
    return None if code == 0 and got == want else f'{sql}\ngot {got}\nnot {want}\n{err}'


def check_stream(binary, case):
    r, rows = case['r'], case['rows']
    end = max(x['ts'] for x in rows) + 100
    try:
        want = expected(case, False, end - DELAY_S)
    except SkipError:
        return None  # its rows go to $errors, and it goes on
    order = sorted(rows, key=lambda x: x['ts'] + r.random() * DELAY_S * 0.99)
    pieces = [f"CREATE SOURCE s ({COLUMNS}, WATERMARK FOR ts AS ts - INTERVAL '{DELAY_S}' SECOND);\nCREATE MATERIALIZED VIEW m AS {query(case, 's')};\n"]
    while order:
        n = r.randrange(1, 12)
        pieces.append(f'INSERT INTO s VALUES {values(order[:n])};\n')
        order = order[n:]
    pieces.append(f"INSERT INTO s VALUES {values([{'id': 0, 'k': 99, 'ts': end, 'v': 0}])};\nSELECT * FROM m;\n")
    if r.random() < 0.5:
        with tempfile.TemporaryDirectory() as folder:
            cut = r.randrange(1, len(pieces))
            first = ''.join(pieces[:cut]) + r.choice(['CHECKPOINT;\n', ''])
            _, out, err = run(binary, [folder + '/db'], first)
            code, out, more = run(binary, [folder + '/db'], ''.join(pieces[cut:]))
            err += more
    else:
        code, out, err = run(binary, [], ''.join(pieces))
    got = sorted(out.splitlines()[1:])
    return None if code == 0 and got == want else f'{"".join(pieces)}\ngot {got}\nnot {want}\n{err}'


def main():
    binary = sys.argv[1]
    first, n = (int(x) for x in sys.argv[2:4]) if len(sys.argv) > 3 else (1, 60)
    failed = 0
    for seed in range(first, first + n):
        for check in (check_bounded, check_stream):
            wrong = check(binary, make_case(seed))
            if wrong:
                failed += 1
                print(f'FAIL seed {seed}, {check.__name__}:\n{wrong}', flush=True)
    print(f'{2 * n - failed} passed, {failed} failed, 0 skipped')
    sys.exit(failed != 0)


main()
