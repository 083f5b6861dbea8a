#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""limits.py BINARY BENCH_LIMITS: the kernels of bench/limits answer what the database answers.

The weights of the changes that a kernel gives for a row add up to how often the row is in the answer.  Numbers are compared by their first
ten digits: means are doubles on both sides.  Windows of q12 are those of the clock, so of it what each bidder adds up to.

Ends with `N passed, N failed, N skipped`."""
import collections
import csv
import pathlib
import re
import subprocess
import sys

QUERIES = pathlib.Path(__file__).resolve().parent.parent.parent / 'bench' / 'nexmark'
EVENTS = 120000  # of 12 seconds: a window closes, sessions end
NUMBER = re.compile(r'-?\d+\.\d+(e[+-]?\d+)?')
TIME = re.compile(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?')


def cell(text):
    if NUMBER.fullmatch(text):
        return f'{float(text):.9e}'
    if TIME.fullmatch(text):
        whole, _, part = text.partition('.')
        return f'{whole}.{part:0<6}'
    return text


def run(*command):
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, timeout=500, check=True)
    return csv.reader(done.stdout.splitlines())


def answer(binary, name):
    rows = run(binary, '-q', '--no-progress', '-F', 'csv', '-v', f'EVENTS={EVENTS}', '-f', QUERIES / 'sources.sql', '-f', QUERIES / f'{name}.sql')
    next(rows)
    return collections.Counter(tuple(map(cell, row)) for row in rows)


def changes(kernels, name):
    total = collections.Counter()
    for weight, *row in run(kernels, name, '--rows', EVENTS, '--changes'):
        total[tuple(map(cell, row))] += int(weight)
    return collections.Counter({row: n for row, n in total.items() if n})


def by_bidder(rows):
    total = collections.Counter()
    for (bidder, n, _), times in rows.items():
        total[bidder] += int(n) * times
    return total


def main():
    binary, kernels, *only = sys.argv[1:]
    names = only or [f'q{i}' for i in range(23) if i != 10]
    failed = 0
    for name in names:
        expected, got = answer(binary, name), changes(kernels, name)
        if name == 'q12':
            expected, got = by_bidder(expected), by_bidder(got)
        if expected == got:
            continue
        failed += 1
        print(f'FAIL {name}: {expected.total()} rows, the kernel gives {got.total()}')
        for sign, rows in (('+', got - expected), ('-', expected - got)):
            print('\n'.join(f'  {sign} {row}' for row in list(rows)[:3]))
    print(f'{len(names) - failed} passed, {failed} failed, 0 skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
