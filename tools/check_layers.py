#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_layers.py [ROOT]: fail when a file includes what its folder may not see.

ROOT/LAYERS holds one line per folder of src/, lowest first:  name: allowed allowed ...
A folder may only name folders listed above it, so the order is proven to have no cycle.  Besides:
<name>_impl.h belongs to its folder alone, and app/ sees only include/, base and env.
Prints file:line: what and exits 1."""
import pathlib
import re
import sys

APP_MAY_SEE = {'base', 'env'}
INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')
SOURCES = ('.c', '.h', '.y', '.re', '.def', '.inc', '.cc')


def read_layers(path):
    allow = {}
    for line in path.read_text().splitlines():
        line = line.split('#')[0].strip()
        if not line:
            continue
        name, _, deps = line.partition(':')
        for dep in deps.split():
            if dep not in allow:
                sys.exit(f'{path}: {name} may only name folders listed above it, not {dep}')
        allow[name] = set(deps.split()) | {name}
    return allow


def includes(path):
    for number, line in enumerate(path.read_text(errors='replace').splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.')
    allow = read_layers(root / 'LAYERS')
    problems = []
    for top in ('src', 'app'):
        for path in sorted((root / top).rglob('*')):
            if path.suffix not in SOURCES or not path.is_file():
                continue
            here = path.relative_to(root / top).parts[0]
            seen = allow.get(here) if top == 'src' else APP_MAY_SEE
            if seen is None:
                problems.append(f'{path}:1: folder {here}/ has no line in LAYERS')
                continue
            for number, name in includes(path):
                folder = name.split('/')[0] if '/' in name else None
                if folder in allow and folder not in seen:
                    problems.append(f'{path}:{number}: {here if top == "src" else "app"}/ must not include {folder}/')
                if name.endswith('_impl.h') and folder != (here if top == 'src' else None):
                    problems.append(f'{path}:{number}: {name} is private to its folder')
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
