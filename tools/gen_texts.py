#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files as C strings: gen_texts.py OUT FILE...  writes a row TEXT("name without its ending", "content") per file."""
import pathlib
import sys


def quoted(line):
    return '"' + line.replace('\\', '\\\\').replace('"', '\\"') + '\\n"'


def main():
    rows = []
    for path in map(pathlib.Path, sys.argv[2:]):
        rows.append(f'TEXT("{path.stem}",\n' + '\n'.join('  ' + quoted(line) for line in path.read_text().splitlines()) + ')\n')
    pathlib.Path(sys.argv[1]).write_text(''.join(rows))


main()
