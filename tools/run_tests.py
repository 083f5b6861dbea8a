#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_tests.py [--suite NAME] [--builds NAME,...] [--jobs N]: every build, every suite, one line of totals at the end.

A failing build or test does not stop the rest.  Counted are single tests, not programs: those of a cmocka program by its report,
those of a program that ends with `N passed, N failed, N skipped` by that line, any other program as one.  Each build is one test
of the suite `build`.  The output of what failed is shown, shortened to its end.  Exits 1 when anything failed."""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHOWN_LINES = 60


class Build:
    """only: the suite whose programs are built and run; None: everything.  run: False: it is compiled for its warnings, and nothing is
    linked.  slower: factor on the tests' time limits, which are many times what a test takes: they are for what stands still, not for a
    machine that does much else."""

    def __init__(self, name, folder, options, compiler=None, run=True, only=None, slower=4):
        self.name, self.folder, self.options, self.compiler = name, ROOT / folder, options, compiler
        self.run, self.only, self.slower = run, only, slower


# Lines are enough to find a place by: with variables as well, gcc takes a third longer.  At -O1 programs are a tenth faster, and some
# of what the sanitizers look for is optimized away.
SANITIZED = ['--buildtype=custom', '-Doptimization=g', '-Ddebug=false', '-Dc_args=-fno-omit-frame-pointer -g1', '-Dcpp_args=-fno-omit-frame-pointer -g1']
BUILDS = [
    Build('release', 'build', ['--buildtype=release']),
    Build('asan', 'build-asan', SANITIZED + ['-Db_sanitize=address,undefined'], slower=8),
    Build('tsan', 'build-tsan', SANITIZED + ['-Db_sanitize=thread'], only='threads', slower=16),
    # For its warnings; what they see does not depend on the optimizer.
    Build('clang', 'build-clang', ['--buildtype=plain'], compiler=('clang-14', 'clang++-14'), run=False),
]
# A sanitizer's finding ends the program: a test that goes on and passes would hide it.
TEST_ENV = {
    'ASAN_OPTIONS': 'strict_string_checks=1:detect_stack_use_after_return=1:check_initialization_order=1',
    'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1',
    'TSAN_OPTIONS': 'halt_on_error=1:second_deadlock_stack=1',
    'CMOCKA_MESSAGE_OUTPUT': 'stdout',
}

Counts = collections.namedtuple('Counts', 'passed failed skipped')
TOTALS = re.compile(r'^(\d+) passed, (\d+) failed, (\d+) skipped$', re.M)
CMOCKA_RUNNING = re.compile(r'^\[==========\] (?:.*: )?Running (\d+) test\(s\)', re.M)
CMOCKA_OK = re.compile(r'^\[       OK \] ', re.M)
CMOCKA_SKIPPED = re.compile(r'^\[  SKIPPED \] ', re.M)


def plus(a, b):
    return Counts(*(x + y for x, y in zip(a, b)))


def text_of(counts):
    return f'{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped'


def count(result, out):
    """What a program's end and standard output say; an ending that its own report does not explain is one failure more."""
    if result in ('EXPECTEDFAIL', 'UNEXPECTEDPASS'): # a program that has to fail is one test, whatever it says about its own
        return Counts(int(result == 'EXPECTEDFAIL'), int(result == 'UNEXPECTEDPASS'), 0)
    totals, groups = TOTALS.findall(out), CMOCKA_RUNNING.findall(out)
    if totals:
        counts = Counts(*map(int, totals[-1]))
    elif groups:
        passed, skipped = len(CMOCKA_OK.findall(out)), len(CMOCKA_SKIPPED.findall(out))
        counts = Counts(passed, max(0, sum(map(int, groups)) - passed - skipped), skipped)
    elif result == 'SKIP':
        counts = Counts(0, 0, 1)
    else:
        counts = Counts(int(result == 'OK'), 0, 0)
    if result not in ('OK', 'SKIP') and counts.failed == 0:
        counts = counts._replace(failed=1)
    return counts


class Report:
    def __init__(self):
        self.total = Counts(0, 0, 0)

    def add(self, build, suite, counts, seconds):
        self.total = plus(self.total, counts)
        print(f'{build:8} {suite:12} {text_of(counts)} ({seconds:.1f} s)', flush=True)

    def show(self, title, output):
        lines = output.rstrip('\n').split('\n')
        left_out = f' (the last {SHOWN_LINES} of {len(lines)} lines)' if len(lines) > SHOWN_LINES else ''
        print(f'--- {title}{left_out}')
        print('\n'.join(lines[-SHOWN_LINES:]))
        print('---', flush=True)


def run(command, env=None):
    done = subprocess.run(command, cwd=ROOT, env=env, text=True, errors='replace', stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def introspect(build, what):
    return json.loads(subprocess.run(['meson', 'introspect', str(build.folder), '--' + what], check=True, text=True,
                                     capture_output=True).stdout)


def suites_of(test):
    return [s.split(':', 1)[-1] for s in test['suite']]


def targets_of(build):
    """The ninja targets of the tests in build.only."""
    files = {t['id']: t['filename'] for t in introspect(build, 'targets')}
    wanted = {f for t in introspect(build, 'tests') if build.only in suites_of(t) for d in t['depends'] for f in files.get(d, [])}
    return sorted(os.path.relpath(f, build.folder) for f in wanted)


def objects_of(build):
    return sorted(entry['output'] for entry in json.loads((build.folder / 'compile_commands.json').read_text()))


def configure(build):
    if (build.folder / 'build.ninja').exists():
        return 0, ''
    env = dict(os.environ)
    if build.compiler:
        env.update(zip(('CC', 'CXX'), build.compiler))
    return run(['meson', 'setup', str(build.folder), *build.options], env)


def complaints(out):
    """A build's output without ninja's progress and the commands beneath its FAILED: long, and of no help."""
    return '\n'.join(line for line in out.split('\n') if not re.match(r'\[\d+/\d+\] |(?:cc|c\+\+|gcc|g\+\+|clang\S*) -', line))


def compile_all(build, jobs, report):
    """True when all of it was built; what a failed build has finished can still be tested."""
    start = time.monotonic()
    code, out = configure(build)
    if code == 0:
        # First the build files alone, so that the list of tests is that of the sources as they are.
        code, out = run(['ninja', '-C', str(build.folder), 'build.ninja'])
    if code == 0:
        targets = targets_of(build) if build.only else ['all'] if build.run else objects_of(build)
        if targets:
            code, out = run(['ninja', '-C', str(build.folder), '-k', '0', '-j', str(jobs), *targets])
    report.add(build.name, 'build', Counts(int(code == 0), int(code != 0), 0), time.monotonic() - start)
    if code:
        report.show(f'FAILED build of {build.name}', complaints(out))
    return code == 0


def without_randomized_addresses():
    """Sanitizers of this age do not know every layout that newer kernels choose; containers may refuse the request."""
    command = ['setarch', '-R']
    return command if shutil.which('setarch') and subprocess.run(command + ['true'], capture_output=True).returncode == 0 else []


def run_tests(build, suite, jobs, built, report):
    tests = [t for t in introspect(build, 'tests') if not build.only or build.only in suites_of(t)]
    tests = [t for t in tests if not suite or suite in suites_of(t)]
    absent = [] if built else [t for t in tests if not pathlib.Path(t['cmd'][0]).exists()]
    by_suite = collections.defaultdict(lambda: (Counts(0, 0, 0), 0.0))

    def add(name, counts, seconds):
        before, took = by_suite[name]
        by_suite[name] = plus(before, counts), took + seconds

    for t in absent:
        add(suites_of(t)[0], Counts(0, 1, 0), 0)
        report.show(f"FAILED {build.name} {suites_of(t)[0]}/{t['name']}", 'was not built')
    present = [t for t in tests if t not in absent]
    if present:
        run_listed(build, present, jobs, add, report)
    for name, (counts, seconds) in sorted(by_suite.items()):
        report.add(build.name, name, counts, seconds)


def run_listed(build, tests, jobs, add, report):
    suite_of = {t['name']: suites_of(t)[0] for t in tests}
    log = build.folder / 'meson-logs' / 'testlog.json'
    log.unlink(missing_ok=True)
    processes = jobs + 1 # some programs mostly wait
    code, out = run([*(without_randomized_addresses() if build.name != 'release' else []), 'meson', 'test', '-C', str(build.folder),
                     '--no-rebuild', '--num-processes', str(processes), '--timeout-multiplier', str(build.slower), *suite_of],
                    {**os.environ, **TEST_ENV})
    results = [json.loads(line) for line in log.read_text(errors='replace').splitlines()] if log.exists() else []
    for r in results:
        name = r['name'].split(' / ')[-1]
        suite = suite_of[name]
        stdout, stderr = r.get('stdout', ''), r.get('stderr', '')
        counts = count(r['result'], stdout)
        add(suite, counts, r['duration'])
        if counts.failed:
            report.show(f"FAILED {build.name} {suite}/{name} ({r['result'].lower()}, exit code {r['returncode']})", stdout + stderr)
        del suite_of[name]
    for name, suite in suite_of.items():
        add(suite, Counts(0, 1, 0), 0)
    if suite_of:
        report.show(f"FAILED {build.name}: did not run: {' '.join(suite_of)}", out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--suite', help='only this suite')
    parser.add_argument('--builds', default=','.join(b.name for b in BUILDS), help='only these builds')
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    options = parser.parse_args()
    wanted = options.builds.split(',')
    report = Report()
    start = time.monotonic()
    for build in BUILDS:
        if build.name not in wanted:
            continue
        built = compile_all(build, options.jobs, report)
        if build.run and (build.folder / 'build.ninja').exists():
            run_tests(build, options.suite, options.jobs, built, report)
    print(f'{time.monotonic() - start:.0f} s')
    print(text_of(report.total))
    return 1 if report.total.failed else 0


if __name__ == '__main__':
    sys.exit(main())
