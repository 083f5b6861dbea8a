#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""readme_program.py README OUT.c: the C program of README.md, for the compiler.
readme_program.py README PROGRAM --run: runs PROGRAM and compares what it prints with README.md."""
import pathlib
import re
import subprocess
import sys

README = re.compile(r'<!-- program -->\n```c\n(?P<program>.*?)```\n.*?```text\n(?P<output>.*?)```', re.S)


def main():
    found = README.search(pathlib.Path(sys.argv[1]).read_text())
    if not found:
        print('README.md has no program')
        return 1
    if sys.argv[3:] != ['--run']:
        pathlib.Path(sys.argv[2]).write_text(found['program'])
        return 0
    got = subprocess.run([sys.argv[2]], stdout=subprocess.PIPE, check=True).stdout.decode()
    print(got, end='')
    return 0 if got == found['output'] else 1


if __name__ == '__main__':
    sys.exit(main())
