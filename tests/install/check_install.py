#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_install.py BUILD_DIR CC: installs into a temporary folder and uses what is there as an application would.

Builds use.c by pkg-config against the shared and the static library, runs both, and compares what the two libraries export with
what laminar.h declares.  Ends with a line of totals."""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(command, **more):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def find_one(top, name):
    found = [p for p in top.rglob(name) if p.is_file()]
    if len(found) != 1:
        raise RuntimeError(f'{len(found)} installed files named {name}')
    return found[0]


class Installed:
    def __init__(self, top, cc):
        self.top, self.cc = top, cc
        self.header = find_one(top, 'laminar.h')
        self.shared = find_one(top, 'liblaminar.so')
        self.static = find_one(top, 'liblaminar.a')
        pc = find_one(top, 'laminar.pc')
        # The tree is not where its prefix says: the sysroot stands for what is before it.
        self.env = {**os.environ, 'PKG_CONFIG_PATH': str(pc.parent), 'PKG_CONFIG_SYSROOT_DIR': str(top)}

    def flags(self, *options):
        return shlex.split(run(['pkg-config', *options, 'laminar'], env=self.env))

    def build_and_run(self, name, flags, **env):
        program = self.top / name
        run([*self.cc, '-std=c99', '-Wall', '-Wextra', '-Werror', '-o', program, HERE / 'use.c', *flags])
        run([program], env={**os.environ, **env})
        return program

    def check_shared(self):
        self.build_and_run('use-shared', self.flags('--cflags', '--libs'), LD_LIBRARY_PATH=str(self.shared.parent))

    def check_static(self):
        flags = ['-l:liblaminar.a' if f == '-llaminar' else f for f in self.flags('--static', '--cflags', '--libs')]
        program = self.build_and_run('use-static', flags)
        if 'liblaminar' in run(['readelf', '-d', program]):
            raise RuntimeError('the statically linked program still needs the shared library')

    def check_exports(self, library, *options):
        declared = set(re.findall(r'\b(laminar_\w+)\(', ''.join(re.findall(r'^LAMINAR_API[^;]*;', self.header.read_text(), re.M))))
        symbols = {line.split()[-1].split('@')[0] for line in run(['nm', '--defined-only', *options, library]).splitlines()
                   if len(line.split()) == 3}
        if symbols - declared:
            raise RuntimeError(f'{library.name} exports what the header does not declare: {sorted(symbols - declared)}')
        if declared - symbols:
            raise RuntimeError(f'{library.name} does not export what the header declares: {sorted(declared - symbols)}')

    def check_shell(self):
        shell = find_one(self.top, 'laminar')
        run([shell, '--version'], env={**os.environ, 'LD_LIBRARY_PATH': str(self.shared.parent)})


def main():
    build, cc = sys.argv[1], shlex.split(sys.argv[2])
    failed = 0
    with tempfile.TemporaryDirectory() as top:
        run(['meson', 'install', '-C', build, '--no-rebuild', '--quiet', '--destdir', top])
        installed = Installed(pathlib.Path(top), cc)
        checks = [('a program with the shared library', installed.check_shared),
                  ('a program with the static library', installed.check_static),
                  ('exports of the shared library', lambda: installed.check_exports(installed.shared, '-D')),
                  ('exports of the static library', lambda: installed.check_exports(installed.static, '-g')),
                  ('the shell runs', installed.check_shell)]
        for name, check in checks:
            try:
                check()
                print(f'ok {name}')
            except RuntimeError as e:
                failed += 1
                print(f'not ok {name}: {e}')
    print(f'{len(checks) - failed} passed, {failed} failed, 0 skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
