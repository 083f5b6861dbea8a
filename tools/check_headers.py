#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_headers.py [ROOT] [CC]: every header under src/ and include/ compiles on its own, and those of include/ as C99 and C++11.

A header that needs another one included before it is a hidden order.  Bodies that are included once per type (*.tmpl.h) need
their parameters and are left out.  Two compilers run at a time; prints what they say and exits 1."""
import concurrent.futures
import pathlib
import shlex
import subprocess
import sys

INTERNAL = ['-x', 'c', '-std=gnu17', '-D_GNU_SOURCE', '-Wno-unused-function']
# What applications include has to suit theirs: plain C99 and C++11.
PUBLIC = [['-x', 'c', '-std=c99', '-pedantic'], ['-x', 'c++', '-std=c++11', '-pedantic']]


def compile_alone(root, cc, header, flags):
    place = header.relative_to(root / header.relative_to(root).parts[0])
    # Twice, so that a missing guard shows as well.
    text = f'#include "{place}"\n#include "{place}"\nextern int laminar_header_check;\n'
    command = cc + ['-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-I', str(root / 'src'), '-I', str(root / 'include'), *flags, '-']
    run = subprocess.run(command, input=text, text=True, capture_output=True)
    return header, run.returncode, run.stderr


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.').resolve()
    cc = shlex.split(sys.argv[2]) if len(sys.argv) > 2 else ['gcc']
    jobs = [(header, INTERNAL) for header in sorted((root / 'src').rglob('*.h')) if not header.name.endswith('.tmpl.h')]
    jobs += [(header, flags) for header in sorted((root / 'include').rglob('*.h')) for flags in PUBLIC]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for header, code, text in pool.map(lambda job: compile_alone(root, cc, *job), jobs):
            if code:
                print(f'{header.relative_to(root)}:1: does not compile alone\n{text}', end='')
                failed += 1
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
