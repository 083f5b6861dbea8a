#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_symbols.py BUILD_DIR: no library but env's calls into the outside world.

Reads the undefined symbols of each folder's static library (nm -u) and fails on those that reach files, clocks, threads, random
numbers or the allocator.  The source check (check_style.py) sees names; this one sees what the linker will really bind, macros and
inlined library headers included.  Prints library(object): symbol: kind and exits 1."""
import fnmatch
import pathlib
import re
import subprocess
import sys

FORBIDDEN = {
    'file': 'open openat open64 openat64 creat close read write pread pwrite pread64 pwrite64 readv writev preadv pwritev lseek lseek64 '
            'fsync fdatasync sync_file_range ftruncate* truncate* fallocate* posix_fallocate* stat stat64 fstat* lstat* __xstat* '
            '__fxstat* rename renameat* unlink* rmdir mkdir mkdirat opendir readdir* closedir scandir* mmap mmap64 munmap msync madvise '
            'fcntl* ioctl flock lockf* pipe pipe2 dup dup2 dup3 copy_file_range sendfile* getcwd chdir realpath glob glob64 wordexp',
    'stream': 'fopen* fdopen freopen* fclose fread fwrite fgets fgetc fputs fputc putchar puts getc getchar getline getdelim fprintf '
              'vfprintf printf vprintf dprintf vdprintf perror fflush fseek* ftell* rewind setvbuf __printf_chk __fprintf_chk '
              '__vfprintf_chk __vprintf_chk stdin stdout stderr',
    'network': 'socket connect bind listen accept accept4 send recv sendto recvfrom sendmsg recvmsg shutdown getaddrinfo gethostby* '
               'select pselect poll ppoll __poll_chk epoll_* eventfd*',
    'clock': 'time clock clock_* gettimeofday nanosleep usleep sleep timer_* timerfd_* gmtime localtime* mktime tzset',
    'thread': 'pthread_* thrd_* mtx_* cnd_* tss_* sem_* call_once syscall futex sched_*',
    'random': 'rand srand rand_r random srandom drand48 lrand48 arc4random* getrandom getentropy',
    'memory': 'malloc calloc realloc reallocarray free aligned_alloc posix_memalign memalign valloc pvalloc strdup __strdup strndup '
              '__strndup asprintf vasprintf __asprintf_chk __vasprintf_chk open_memstream',
    'process': 'getenv secure_getenv setenv unsetenv putenv system popen fork vfork exec* posix_spawn* waitpid kill raise signal '
               'sigaction abort exit _exit _Exit quick_exit __assert_fail longjmp* dlopen dlsym',
    'banned': 'strcpy __strcpy_chk strcat __strcat_chk sprintf __sprintf_chk vsprintf strtok gets atoi atol atoll atof',
}

# library, object (wildcards), symbols: why
ALLOWED = [
    ('base', 'base_mem.c.o', 'malloc calloc realloc free posix_memalign madvise', 'the accounted allocator itself'),
    ('base', 'base_space.c.o', 'mmap mmap64 munmap madvise', 'reserved address space for the accounted allocator'),
    ('base', 'base_err.c.o', 'abort stderr fprintf __fprintf_chk', 'assert_failed ends the process when our own invariant is broken'),
]


def forbidden_kind(symbol):
    for kind, patterns in FORBIDDEN.items():
        if any(fnmatch.fnmatchcase(symbol, p) for p in patterns.split()):
            return kind
    return None


def is_allowed(library, member, symbol):
    return any(library == lib and fnmatch.fnmatchcase(member, obj) and symbol in symbols.split() for lib, obj, symbols, _ in ALLOWED)


def undefined(library):
    run = subprocess.run(['nm', '-u', '-A', str(library)], text=True, capture_output=True)
    if run.returncode:
        sys.exit(f'{library}: {run.stderr.strip()}')
    for line in run.stdout.splitlines():
        match = re.match(r'.*?:(?P<member>[^:]+\.o):\s+[Uw]\s+(?P<symbol>\S+)$', line)
        if match:
            yield match['member'], match['symbol'].split('@')[0]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1])
    libraries = sorted(p for p in (build / 'src').rglob('lib*.a') if p.stem != 'liblaminar') # that one holds all folders, env too
    if not libraries:
        sys.exit(f'{build}: no static libraries of src/ found; is this a build directory?')
    problems = []
    for path in libraries:
        name = path.stem[3:]
        if name == 'env':
            continue
        ours = set()
        for member, symbol in undefined(path):
            kind = forbidden_kind(symbol)
            member = pathlib.PurePath(member).name
            if kind and not is_allowed(name, member, symbol) and (member, symbol) not in ours:
                ours.add((member, symbol))
                problems.append(f'{path.name}({member}): {symbol}: {kind} is only for env/')
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
