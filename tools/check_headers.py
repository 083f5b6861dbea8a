#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_headers.py [ROOT] [CC]: every header under src/ and include/ compiles on its own.

A header that needs another one included before it is a hidden order.  Bodies that are included once per type (*.tmpl.h) need
their parameters and are left out.  Two compilers run at a time; prints what they say and exits 1."""
import concurrent.futures
import pathlib
import shlex
import subprocess
import sys

FLAGS = ['-fsyntax-only', '-std=gnu17', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-Wno-unused-function', '-x', 'c', '-']


def compile_alone(root, cc, header):
    place = header.relative_to(root / header.relative_to(root).parts[0])
    # Twice, so that a missing guard shows as well.
    text = f'#include "{place}"\n#include "{place}"\nextern int laminar_header_check;\n'
    run = subprocess.run(cc + ['-I', str(root / 'src'), '-I', str(root / 'include')] + FLAGS, input=text, text=True, capture_output=True)
    return header, run.returncode, run.stderr


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.').resolve()
    cc = shlex.split(sys.argv[2]) if len(sys.argv) > 2 else ['gcc']
    headers = [p for top in ('src', 'include') if (root / top).exists() for p in sorted((root / top).rglob('*.h'))
               if not p.name.endswith('.tmpl.h')]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for header, code, text in pool.map(lambda h: compile_alone(root, cc, h), headers):
            if code:
                print(f'{header.relative_to(root)}:1: does not compile alone\n{text}', end='')
                failed += 1
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
