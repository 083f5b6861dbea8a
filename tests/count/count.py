#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""count.py [--set] PROGRAM BASELINE COMPILER: instructions per row of the paths that count_paths knows, against the stored ones.

Counted by callgrind, so the figure does not depend on the load of the machine, and a path that got slower by a few per cent fails a
test and not a benchmark that nobody looked at.  Fails when a path costs more than TOLERANCE above its baseline; one that costs as
much less is named, so that the baseline is lowered with the change that earned it: --set writes what was measured.

How many small pushes go through one step depends on how fast they come, so the paths that push little at once vary by some per
cent: what is above is counted again, and the least of RUNS holds.

The stored counts hold for one compiler and -O3; the test is skipped where valgrind is missing or the compiler is another."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOLERANCE = 0.05
RUNS = 4
SKIPPED = 77
# Memory that the test runner asks the allocator to fill costs instructions that nobody else pays.
ENV = {**os.environ, 'MALLOC_PERTURB_': '0'}


def measure(program, path):
    """Instructions per row within count_measured."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(['valgrind', '--tool=callgrind', '--toggle-collect=count_measured', f'--callgrind-out-file={folder}/out',
                              program, path], text=True, capture_output=True, env=ENV)
    counted = re.search(r'Collected : (\d+)', run.stderr)
    if run.returncode or not counted or int(counted[1]) == 0:
        sys.exit(f'{path}: {run.stderr.strip()}')
    return int(counted[1]) / int(run.stdout)


def read_baseline(name):
    """What the comment's second line names as the compiler, and the counts by path."""
    text = open(name).read()
    counts = dict(line.split() for line in text.splitlines() if line and not line.startswith('#'))
    return re.search(r'^# compiler: (.*)$', text, re.M)[1], {path: float(n) for path, n in counts.items()}


def main(args):
    write = args[:1] == ['--set']
    program, baseline, compiler = args[write:]
    if not shutil.which('valgrind'):
        print('valgrind is not installed')
        return SKIPPED
    paths = subprocess.run([program], text=True, capture_output=True, check=True).stdout.split()
    if write:
        with open(baseline, 'w') as out:
            out.write('# Instructions per row in the steady state, written by tests/count/count.py --set (meson compile count-set).\n'
                      f'# compiler: {compiler}\n')
            for path in paths:
                out.write(f'{path:28} {measure(program, path):10.1f}\n')
        return 0
    made_with, stored = read_baseline(baseline)
    if made_with != compiler:
        print(f'the counts are for {made_with}, this is {compiler}')
        return SKIPPED
    worse = 0
    for path in paths:
        now, then = measure(program, path), stored.get(path)
        for _ in range(1, RUNS):
            now = min(now, measure(program, path)) if then and now > then * (1 + TOLERANCE) else now
        change = now / then - 1 if then else float('inf')
        verdict = 'FAIL' if change > TOLERANCE else 'better: lower the baseline' if change < -TOLERANCE else 'ok'
        worse += change > TOLERANCE
        print(f'{path:28} {now:10.1f} of {then or 0:10.1f}  {change:+7.1%}  {verdict}')
    for path in stored.keys() - set(paths):
        print(f'{path}: in the baseline, but no such path')
        worse += 1
    print(f'{len(paths) - min(worse, len(paths))} passed, {worse} failed, 0 skipped')
    return 1 if worse else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
