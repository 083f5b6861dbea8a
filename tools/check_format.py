#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_format.py [--fix] [FILE...]: every C and C++ source is as clang-format prints it; --fix makes it so.

Version 14 only: another version breaks other lines, and a gate that depends on the machine is none.  Exits 77 (skipped) without it."""
import pathlib
import re
import shutil
import subprocess
import sys

VERSION = '14'
TOPS = ('src', 'include', 'app', 'tests', 'bench', 'examples')
SUFFIXES = ('.c', '.h', '.cc')
FILES_PER_RUN = 50


def formatter():
    for name in ('clang-format-' + VERSION, 'clang-format'):
        path = shutil.which(name)
        if path and re.search(r'version ' + VERSION + r'\.', subprocess.run([path, '--version'], text=True, capture_output=True).stdout):
            return path
    return None


def sources(root):
    for top in TOPS:
        for path in sorted((root / top).rglob('*')):
            if path.suffix in SUFFIXES and path.is_file():
                yield str(path.relative_to(root))


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    words = sys.argv[1:]
    fix = '--fix' in words
    files = [w for w in words if w != '--fix'] or list(sources(root))
    tool = formatter()
    if not tool:
        print(f'clang-format {VERSION} is not installed')
        return 77
    bad = set()
    for at in range(0, len(files), FILES_PER_RUN):
        command = [tool, '--style=file', '-i' if fix else '--dry-run', *files[at:at + FILES_PER_RUN]]
        run = subprocess.run(command, cwd=root, text=True, capture_output=True)
        bad |= {line.split(':')[0] for line in run.stderr.splitlines() if '[-Wclang-format-violations]' in line}
        if run.returncode:
            print(run.stderr, end='')
            return 1
    for name in sorted(bad):
        print(f'{name}:1: not as clang-format {VERSION} prints it (make format)')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
