#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_runner.py RUNNER: the runner on itself.  format.slt must pass; every fail_*.slt must be reported as failed, which is exit code 1 and a
count of failures, not a crash."""
import pathlib
import re
import subprocess
import sys

here = pathlib.Path(__file__).parent
problems = []


def run(*args):
    p = subprocess.run([sys.argv[1], *map(str, args)], capture_output=True, text=True, timeout=600)
    last = re.fullmatch(r'(\d+) passed, (\d+) failed, (\d+) skipped', (p.stdout.splitlines() or [''])[-1])
    return p.returncode, tuple(map(int, last.groups())) if last else None, p.stdout + p.stderr


code, counts, text = run(here / 'format.slt')
if code != 0 or counts != (35, 0, 4):
    problems.append(f'format.slt: exit code {code}, counts {counts}\n{text}')
code, counts, text = run('--foreign', '--as', 'sqlite', here / 'foreign.slt')
if code != 0 or counts != (15, 0, 8):
    problems.append(f'foreign.slt: exit code {code}, counts {counts}\n{text}')
code, counts, text = run(here / 'foreign.slt')
if code != 1 or not counts or counts[1] < 10:
    problems.append(f'foreign.slt read as an own file: exit code {code}, counts {counts}')
for path in sorted(here.glob('fail_*.slt')):
    code, counts, text = run('--wait', '500', path)
    if code != 1 or not counts or counts[1] < 1:
        problems.append(f'{path.name}: exit code {code}, counts {counts}\n{text}')
code, _, _ = run()
if code != 2:
    problems.append(f'no file: exit code {code}, not 2')
print('\n'.join(problems) or 'ok')
sys.exit(1 if problems else 0)
