#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gen_functions_doc.py SHELL [--check]: writes docs/functions.md, docs/options.md and docs/errors.md from what the program says of itself
(SHOW FUNCTIONS, SHOW CONNECTORS) and from src/base/errors.def.  --check: writes nothing, exits 1 when a page is not up to date."""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
KINDS = (('operator', 'Operators'), ('scalar', 'Functions'), ('aggregate', 'Aggregates'), ('window', 'Windows'), ('over', 'Window functions'),
         ('table', 'Functions that give rows'), ('catalog', 'Functions that ask the catalog'))
AGGREGATES = '''Every aggregate takes `DISTINCT` and `FILTER (WHERE condition)`, and those that depend on an order `ORDER BY` within the parentheses.
NULLs do not count.
'''
WINDOWS = '''Names that stand in `GROUP BY` and beside it. Those that raise `0A000` are in [limits.md](limits.md).
'''


def ask(shell, sql):
    return json.loads(subprocess.run([shell, '-q', '-F', 'json', '-c', sql], stdout=subprocess.PIPE, check=True).stdout)


def cell(text):
    return (text or '').replace('|', '\\|')


def code(text):
    return f'`{cell(text)}`' if text else ''


def functions(shell):
    rows = ask(shell, 'SHOW FUNCTIONS')
    page = ['# Functions, operators, aggregates', '', 'Made from `SHOW FUNCTIONS` by tools/gen_functions_doc.py. One line per meaning; overloads of a name that',
            'differ in types only share it.', '']
    for kind, title in KINDS:
        page += [f'## {title}', '']
        page += {'aggregate': [AGGREGATES], 'window': [WINDOWS]}.get(kind, [])
        page += ['| name | what | example |', '|---|---|---|']
        seen = set()
        for row in rows:
            key = (row['name'], row['help'])
            if row['kind'] == kind and key not in seen:
                seen.add(key)
                page.append(f'| {code(row["name"])} | {cell(row["help"])} | {code(row["example"])} |')
        page.append('')
    return page


def options(shell):
    rows = ask(shell, 'SHOW CONNECTORS')
    page = ['# Options of connectors and formats', '', 'Made from `SHOW CONNECTORS` by tools/gen_functions_doc.py. How they are used: [connectors.md](connectors.md).', '']
    last = None
    for row in rows:
        of = (row['connector'], row['kind'])
        if of != last:
            page += ([''] if last else []) + [f'## {row["connector"]} ({row["kind"]})', '', '| option | default | what |', '|---|---|---|']
            last = of
        preset = 'required' if row['required'] else code(row['default'])
        page.append(f'| {code(row["option"])} | {preset} | {cell(row["help"])} |')
    return page + ['']


def errors(_shell):
    text = (ROOT / 'src/base/errors.def').read_text()
    page = ['# Error codes', '', 'Made from src/base/errors.def by tools/gen_functions_doc.py. The SQLSTATE is PostgreSQL\'s where it has one; codes that begin with LM are',
            'our own. The last column is what the functions of laminar.h return; `laminar_last_error_code()` folds it, see [c-api.md](c-api.md).', '',
            '| SQLSTATE | meaning | returned |', '|---|---|---|']
    rows = re.findall(r'^E\((\w+),\s*(\d+), "(\w+)", (-?\d+), "(.*)"\)$', text, re.M)
    for _, _, state, api, meaning in sorted(rows, key=lambda r: (r[2].startswith('LM'), r[2])):
        page.append(f'| `{state}` | {cell(meaning)} | {api} |')
    return page + ['']


def main():
    shell, check = sys.argv[1], '--check' in sys.argv[2:]
    stale = []
    for name, make in (('functions', functions), ('options', options), ('errors', errors)):
        path, text = ROOT / 'docs' / f'{name}.md', '\n'.join(make(shell))
        if check and (not path.exists() or path.read_text() != text):
            stale.append(f'docs/{name}.md')
        elif not check:
            path.write_text(text)
    if stale:
        print(f'not up to date: {", ".join(stale)}; run tools/gen_functions_doc.py {shell}')
    return 1 if stale else 0


if __name__ == '__main__':
    sys.exit(main())
