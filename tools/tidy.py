#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tidy.py BUILD_DIR JOBS FILE...: clang-tidy over files, with the flags of a clang build.

One file at a time: version 14 carries what it knows of va_list from one file to the next, and is wrong then.  A file is looked at
again only when what the compiler sees of it, the configuration or clang-tidy itself has changed: BUILD_DIR/tidy has an empty file
for each such state without findings."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDY = 'clang-tidy-14'


def commands_of(build):
    """file -> its compile command, as a list, and the folder it runs in"""
    entries = json.loads((build / 'compile_commands.json').read_text())
    return {os.path.relpath(os.path.join(e['directory'], e['file']), ROOT): (shlex.split(e['command']), e['directory']) for e in entries}


def state_of(command, folder, salt):
    """A name for what the compiler sees, comments (NOLINT) and line numbers too."""
    words, skip = [], False
    for word in command:
        if not skip and word not in ('ccache', '-c', '-MD', '-o', '-MQ', '-MF'):
            words.append(word)
        skip = word in ('-o', '-MQ', '-MF')
    run = subprocess.run(words + ['-E', '-C', '-o', '-'], cwd=folder, capture_output=True)
    return hashlib.sha256(salt + run.stdout).hexdigest() if run.returncode == 0 else None


def look_at(name, build, commands, salt):
    """(findings as text, whether it was known to be clean)"""
    state = state_of(*commands[name], salt) if name in commands else None
    known = build / 'tidy' / state if state else None
    if known and known.exists():
        return '', True
    run = subprocess.run([TIDY, '-p', str(build), '--quiet', name], cwd=ROOT, text=True, capture_output=True)
    if run.returncode == 0 and not run.stdout.strip():
        if known:
            known.touch()
        return '', False
    return run.stdout or run.stderr or f'{name}: {TIDY} failed', False


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    build, jobs, names = ROOT / sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    commands = commands_of(build)
    (build / 'tidy').mkdir(exist_ok=True)
    version = subprocess.run([TIDY, '--version'], capture_output=True, check=True).stdout
    salt = version + (ROOT / '.clang-tidy').read_bytes()
    n_found = n_known = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for found, known in pool.map(lambda name: look_at(name, build, commands, salt), names):
            n_known += known
            if found:
                n_found += 1
                print(found, flush=True)
    print(f'clang-tidy: {len(names)} files, {n_known} unchanged since they were clean, {n_found} with findings')
    return 1 if n_found else 0


if __name__ == '__main__':
    sys.exit(main())
