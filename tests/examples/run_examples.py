#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_examples.py BINARY [--update]: runs every examples/*.sql and compares what it prints with examples/expected/<name>.out.

What a script writes into ${OUT} is compared too, below its output.  --update writes the expected files anew.  Also checked: that the
demonstration ends well, and that each command of README.md's session prints what README.md says.  Prints `N passed, N failed, N skipped`
at the end and exits 1 when anything failed."""
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / 'examples'
TIME_LIMIT_S = 1000


def run(command, **more):
    done = subprocess.run([str(c) for c in command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIME_LIMIT_S, **more)
    return done.returncode, done.stdout.decode('utf-8', 'replace')


def run_script(binary, script):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / 'out'
        code, text = run([binary, '--no-progress', '-v', f'OUT={out}', '-f', script.relative_to(ROOT)])
        if out.exists():
            text += '-- file written:\n' + out.read_text()
    return code, text


def difference(expected, got, name):
    return ''.join(difflib.unified_diff(expected.splitlines(True), got.splitlines(True), f'{name} (expected)', f'{name} (got)'))


def check_example(binary, script, update):
    """None, or what is wrong."""
    expected = EXAMPLES / 'expected' / (script.stem + '.out')
    code, text = run_script(binary, script)
    if code != 0:
        return f'exit code {code}\n{text}'
    if update:
        expected.write_text(text)
        return None
    if not expected.exists():
        return f'{expected.relative_to(ROOT)} is missing'
    return difference(expected.read_text(), text, script.name) or None


def check_demo(binary):
    code, text = run([EXAMPLES / 'demo.sh', binary])
    if code != 0 or '\033' in text:
        return f'exit code {code}\n{text}'
    missing = [what for what in ('ORD', 'plain SELECT', 'What to try next') if what not in text]
    return f'not in the output: {missing}\n{text}' if missing else None


def check_readme(binary):
    """The ```sql block marked as a session, run as a script, prints the ```text block that follows it."""
    found = re.search(r'<!-- session -->\n```sql\n(.*?)```\n.*?```text\n(.*?)```', (ROOT / 'README.md').read_text(), re.S)
    if not found:
        return 'README.md has no session'
    code, text = run([binary, '-q', '--no-progress', '-f', '-'], input=found.group(1).encode())
    return f'exit code {code}\n{text}' if code else difference(found.group(2), text.rstrip('\n') + '\n', 'README.md') or None


def main():
    binary, update = pathlib.Path(sys.argv[1]).resolve(), '--update' in sys.argv[2:]
    os.environ['NO_COLOR'] = '1'
    checks = [(s.name, lambda s=s: check_example(binary, s, update)) for s in sorted(EXAMPLES.glob('*.sql'))]
    checks += [('demo.sh', lambda: check_demo(binary)), ('README.md', lambda: check_readme(binary))]
    passed = failed = 0
    for name, check in checks:
        try:
            wrong = check()
        except subprocess.TimeoutExpired:
            wrong = f'not done after {TIME_LIMIT_S} s'
        passed, failed = passed + (wrong is None), failed + (wrong is not None)
        print(f'{"ok  " if wrong is None else "FAIL"} {name}')
        if wrong is not None:
            print(wrong)
    print(f'{passed} passed, {failed} failed, 0 skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
