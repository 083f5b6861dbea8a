#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench.py BUILD_DIR [NAME...]: runs the micro-benchmarks, stores their figures and prints them beside the goals.

A benchmark prints `name value unit` lines.  Goals are rows of bench/goals.txt.  Everything goes to bench/results/<commit>.json with
the machine, compiler and date: figures are only compared within one machine.  A figure behind its goal is marked, not a failure;
exits 1 when a benchmark itself fails.

Beside a figure stand its goal, its share of the goal, and the same for the limit: what a hand-written loop for that one purpose
reaches here, in the same run (limit_NAME), or else on the machine the goals were set on.  Where it was measured here the goal is also
told as a share: that of the goal in the limit of its machine beside that of the figure in the limit of this one.  Shares in a limit go
by processor time (NAME_cpu) where it is known.  The load of the machine at the start is stored with the figures."""
import datetime
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
QUERIES = [f'q{i}' for i in range(23) if i != 10]
SCALED = ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q7', 'q8', 'q12', 'q14', 'q15', 'q21', 'q22']
ROUNDS = 3
LINE = re.compile(r'^(\S+)\s+(-?[0-9.]+(?:e[+-]?\d+)?|inf|nan)\s+(\S.*)$')


def output_of(*command):
    """What a program prints; nothing when it fails or is not there (an unpacked archive has no git)."""
    if not shutil.which(command[0]):
        return ''
    run = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    return run.stdout.strip() if run.returncode == 0 else ''


def machine():
    cpu = re.search(r'^model name\s*: (.*)$', pathlib.Path('/proc/cpuinfo').read_text(), re.M)
    memory = re.search(r'^MemTotal:\s+(\d+) kB', pathlib.Path('/proc/meminfo').read_text(), re.M)
    return {'cpu': cpu[1] if cpu else os.uname().machine, 'cores': os.cpu_count(), 'memory_gb': round(int(memory[1]) / 1e6, 1),
            'kernel': os.uname().release}


def compiler_of(build):
    """The first line the C compiler of this build says about itself."""
    commands = json.loads((build / 'compile_commands.json').read_text())
    words = next(c['command'].split() for c in commands if c['file'].endswith('.c'))
    compiler = words[1] if words[0].endswith('ccache') else words[0]
    return output_of(compiler, '--version').splitlines()[0]


def read_goals():
    """name -> (relation, bound, unit, limit or None)"""
    goals = {}
    for number, line in enumerate((ROOT / 'bench' / 'goals.txt').read_text().splitlines(), 1):
        fields = line.split('#')[0].split()
        if not fields:
            continue
        if len(fields) not in (4, 5) or fields[1] not in ('>=', '<=', '<'):
            sys.exit(f'bench/goals.txt:{number}: needs: name relation bound unit [limit]')
        goals[fields[0]] = fields[1], float(fields[2]), fields[3], float(fields[4]) if len(fields) == 5 else None
    return goals


def run_benchmark(bench):
    """[(name, value, unit)] or None when it failed."""
    run = subprocess.run(bench['cmd'], cwd=ROOT, env={**os.environ, **bench['env']}, text=True, stdout=subprocess.PIPE)
    figures = [LINE.match(line) for line in run.stdout.splitlines()]
    if run.returncode:
        print(f"{bench['name']}: exit code {run.returncode}")
        return None
    return [(f[1], float(f[2]), f[3].strip()) for f in figures if f]


def nexmark_rows(shell, *options, rows=1000000):
    out = output_of(str(shell), 'bench', 'nexmark', *options, '--rows', str(rows), '--format', 'json')
    return json.loads(out or '[]')


def limit_of(build, query):
    """What the kernel of that query reaches, in million events per second; 0 when there is none."""
    figures = [LINE.match(line) for line in output_of(str(build / 'bench' / 'bench_limits'), query).splitlines()]
    return max((float(f[2]) for f in figures if f), default=0.0)


def nexmark(build):
    """[(name, value, unit)] in million events per second of the queries, by the shell's own benchmark on one thread, by the clock and
    by processor time, each beside its kernel (bench/limits): the best of ROUNDS, by turns.  Of those that mostly pass events through
    also as for a writer that is not trusted; and the mean share of all queries in their limits."""
    shell, unit, shares = build / 'app' / 'shell' / 'laminar', 'Mevents/s', []
    for query in QUERIES:
        best, limit = {'': 0.0, '_cpu': 0.0}, 0.0
        for _ in range(ROUNDS):
            limit = max(limit, limit_of(build, query))
            for row in nexmark_rows(shell, query):
                best[''] = max(best[''], row['events_per_s'] / 1e6)
                best['_cpu'] = max(best['_cpu'], row['events'] / row['cpu_s'] / 1e6)
        if limit and best['_cpu']:
            shares.append(best['_cpu'] / limit)
            yield f'limit_nexmark_{query}', limit, unit
            yield f'nexmark_{query}_cpu', best['_cpu'], unit
        yield f'nexmark_{query}', best[''], unit
    if shares:
        yield 'nexmark_share_of_limit', statistics.geometric_mean(shares), 'ratio'
    for row in nexmark_rows(shell, 'q0', 'q1', 'q2', 'q7', 'q12', '--check'):
        yield f"nexmark_{row['query']}_checked", row['events_per_s'] / 1e6, unit


def scaling(build):
    """[(name, ratio, unit)] how much faster two threads are than one, arrays of 1,024 events pushed 16 together: the best of ROUNDS
    of each, by turns, by the clock."""
    shell = build / 'app' / 'shell' / 'laminar'
    for query in SCALED:
        best = {1: 0.0, 2: 0.0}
        for _ in range(ROUNDS):
            for threads in best:
                for row in nexmark_rows(shell, query, '--threads', str(threads), '--together', '16', rows=3000000):
                    best[threads] = max(best[threads], row['events_per_s'] / 1e6)
        if best[1]:
            yield f'nexmark_{query}_by_two_threads', best[2] / best[1], 'ratio'


def ratio_text(value, to):
    """Our figure over the other one."""
    return f'{value / to:8.2f} x' if to else ' ' * 10


def reaches(relation, value, bound):
    return {'>=': value >= bound, '<=': value <= bound, '<': value < bound}[relation]


def share_text(name, goal, value, figures):
    """Our figure over what was measured in this run as its limit, and whether it is as near as the goal is to its own."""
    relation, bound, _, limit = goal
    here, ours = figures[f'limit_{name}']['value'], figures.get(f'{name}_cpu', {'value': value})['value']
    text = f'  limit {here:>6.4g} (here)  {ratio_text(ours, here)}'
    if limit is None:
        return text
    return f"{text}  goal by ratio {bound / limit:.3g} {'reached' if reaches(relation, ours / here, bound / limit) else 'behind'}"


def goal_text(goals, name, value, unit, figures):
    """limit: as measured in this run, where the benchmark prints it (limit_NAME), else that of the goals' machine."""
    if name not in goals:
        return ''
    relation, bound, its_unit, limit = goals[name]
    if its_unit != unit:
        return f'goal is in {its_unit}'
    text = f"{relation + ' ' + format(bound, 'g'):>10}  {ratio_text(value, bound)}  {'reached' if reaches(relation, value, bound) else 'behind '}"
    if f'limit_{name}' in figures:
        return text + share_text(name, goals[name], value, figures)
    return text if limit is None else f'{text}  limit {limit:>6.4g}  {ratio_text(value, limit)}'


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build, only = pathlib.Path(sys.argv[1]), sys.argv[2:]
    goals = read_goals()
    commit = output_of('git', 'rev-parse', '--short=12', 'HEAD') or 'unknown'
    if output_of('git', 'status', '--porcelain', '--untracked-files=no'):
        commit += '-changed'
    record = {'commit': commit, 'date': datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ'), **machine(),
              'load': round(os.getloadavg()[0], 2), 'compiler': compiler_of(build), 'figures': {}}
    print(f"{record['cpu']}, {record['cores']} cores, load {record['load']}; {record['compiler']}; {commit}")
    if record['load'] > 0.5:
        print('the machine does other work: figures are too low, compare within this run')
    failed, seen = False, record['figures']
    for bench in json.loads(output_of('meson', 'introspect', str(build), '--benchmarks')):
        if only and bench['name'] not in only:
            continue
        figures = run_benchmark(bench)
        failed |= figures is None
        for name, value, unit in figures or []:
            record['figures'][name] = {'value': value, 'unit': unit}
            print(f'{name:<46} {value:>14.3f} {unit:<10} {goal_text(goals, name, value, unit, seen)}'.rstrip(), flush=True)
    more = (nexmark if not only or 'nexmark' in only else None, scaling if not only or 'scaling' in only else None)
    for name, value, unit in (figure for run in more if run for figure in run(build)):
        record['figures'][name] = {'value': value, 'unit': unit}
        print(f'{name:<46} {value:>14.3f} {unit:<10} {goal_text(goals, name, value, unit, seen)}'.rstrip(), flush=True)
    results = ROOT / 'bench' / 'results'
    results.mkdir(exist_ok=True)
    if not only and not failed:
        path = results / f'{commit}.json'
        path.write_text(json.dumps(record, indent=1) + '\n')
        print(f'stored in {path.relative_to(ROOT)}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
