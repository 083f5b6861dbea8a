#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_style.py [ROOT [RULE...]]: the rules of the tree that a compiler does not check.

- sizes: a .c or .y file has at most 1200 lines, a header 400, a function 70 (exceptions with a reason: tools/long_functions.txt)
- listed: each .slt below tests/ is named in the meson.build of the folder above its own: a file that is not listed never runs
- readme: each folder of src/ has a README.md that names every source file in it
- calls: banned ones; libc I/O, clocks, threads, random numbers and allocation only in src/env and src/base/mem.c
- text: no open ends (words in OPEN_ENDS), an SPDX line in every source file, no absolute path of a machine
Without a RULE all of them.  Prints file:line: what and exits 1."""
import pathlib
import re
import sys

RULES = {'sizes', 'calls', 'text', 'readme', 'listed'}
C_LINES_MAX = 1200
H_LINES_MAX = 400
PUBLIC_H_LINES_MAX = 800  # include/: the whole interface stands in one file
FUNCTION_LINES_MAX = 70
SOURCES = ('.c', '.h', '.y', '.re', '.def', '.inc', '.cc')
TEXTS = SOURCES + ('.py', '.sh', '.md', '.txt', '.build', '.sql', '.test', '.toml', '.yml', '.json')
OPEN_ENDS = re.compile(r'\b(?:' + 'TO' + r'DO|FIX' + r'ME|X' + r'XX|HA' + r'CK)\b')
MACHINE_PATH = re.compile(r'(?<![\w.])/(?:work|home|root|Users|mnt)/\w')

BANNED = set('strcpy strcat sprintf vsprintf strtok gets atoi atol atoll atof alloca asctime ctime gmtime localtime signal setjmp longjmp '
             'tmpnam mktemp'.split())
# Words that are calls into the outside world, by what they touch.
OUTSIDE = {
    'I/O': 'open openat close read write pread pwrite readv writev lseek fsync fdatasync ftruncate truncate fallocate posix_fallocate '
           'stat fstat lstat fstatat rename renameat unlink unlinkat rmdir mkdir opendir readdir closedir mmap munmap msync madvise fopen '
           'fdopen freopen fclose fread fwrite fgets fgetc fputs fputc putchar puts getc getchar getline fprintf printf vprintf vfprintf '
           'dprintf perror fflush fseek ftell fcntl ioctl flock lockf pipe pipe2 dup dup2 socket connect bind listen accept accept4 send '
           'recv sendto recvfrom sendmsg recvmsg select poll ppoll epoll_create1 epoll_ctl epoll_wait eventfd getenv secure_getenv setenv '
           'popen system fork execve execv execvp waitpid kill',
    'clock': 'time clock clock_gettime clock_nanosleep gettimeofday nanosleep usleep sleep',
    'thread': 'thrd_create thrd_join mtx_init mtx_lock mtx_unlock cnd_wait cnd_signal sem_init sem_wait sem_post syscall',
    'random': 'rand srand rand_r random srandom drand48 lrand48 arc4random getrandom getentropy',
    'memory': 'malloc calloc realloc reallocarray free aligned_alloc posix_memalign memalign valloc strdup strndup asprintf vasprintf',
    'process end': 'abort exit _exit _Exit quick_exit assert',
}
OUTSIDE_OF = {name: kind for kind, names in OUTSIDE.items() for name in names.split()}
CALL = re.compile(r'(?<![\w])([A-Za-z_]\w*)\s*\(')
# A call through a table (env->file->open) or a declaration of a member is not libc's.
MEMBER = re.compile(r'(?:\.|->)\s*$')
ALLOWED_ABORT = {'src/base/err.c': {'abort', 'fprintf'}}  # assert_failed is where a broken invariant ends the process
ENV_FREE = ('src/env/', 'app/', 'tests/', 'bench/', 'examples/')


class Checker:
    def __init__(self, root):
        self.root = root
        self.problems = []
        self.exceptions = self.read_exceptions()

    def report(self, path, line, what):
        self.problems.append(f'{path.relative_to(self.root)}:{line}: {what}')

    def read_exceptions(self):
        table = {}
        path = self.root / 'tools' / 'long_functions.txt'
        for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
            if not line.strip() or line.startswith('#'):
                continue
            fields = line.split(None, 2)
            if len(fields) < 3:
                self.report(path, number, 'needs: file function reason')
                continue
            table[fields[0], fields[1]] = number
        return table


def strip_comments(text):
    """The same number of lines without comments and with empty string and character literals."""
    out, i, n = [], 0, len(text)
    while i < n:
        c = text[i]
        if text.startswith('/*', i):
            end = text.find('*/', i + 2)
            end = n if end < 0 else end + 2
            out.append('\n' * text.count('\n', i, end))
            i = end
        elif text.startswith('//', i):
            end = text.find('\n', i)
            i = n if end < 0 else end
        elif c in '"\'':
            j = i + 1
            while j < n and text[j] != c and text[j] != '\n':
                j += 2 if text[j] == '\\' else 1
            out.append(c + c)
            i = min(j + 1, n)
        else:
            out.append(c)
            i += 1
    return ''.join(out)


NAME_BEFORE_PAREN = re.compile(r'([A-Za-z_]\w*)\s*\(')
KEYWORDS = {'if', 'for', 'while', 'switch', 'return', 'sizeof', '__attribute__', 'defined', '_Alignas', '_Static_assert', 'target',
            'constructor', 'cleanup', 'format', 'aligned', 'always_inline', 'typeof', '__typeof__'}


def functions(code):
    """(name, first line, lines) of every function body that starts with a brace in column one, as the formatter puts it."""
    lines = code.splitlines()
    for at, line in enumerate(lines):
        if line.rstrip() != '{':
            continue
        head = at - 1
        while head >= 0 and lines[head].strip() and not lines[head].rstrip().endswith((';', '}')) and not lines[head].startswith('#'):
            head -= 1
        names = [m for m in NAME_BEFORE_PAREN.findall(' '.join(lines[head + 1:at])) if m not in KEYWORDS]
        if not names:
            continue
        end = at
        while end < len(lines) and lines[end].rstrip() not in ('}', '};'):
            end += 1
        yield names[0], head + 2, end - at + 1


def check_sizes(checker, path, name, text, code):
    n = text.count('\n')
    limit = C_LINES_MAX if path.suffix in ('.c', '.re', '.cc', '.y') else None if path.suffix != '.h' else PUBLIC_H_LINES_MAX if path.parent.name == 'include' else H_LINES_MAX
    if limit and n > limit:
        checker.report(path, n, f'{n} lines, at most {limit}')
    if path.suffix not in ('.c', '.h'):
        return
    for function, line, lines in functions(code):
        if lines > FUNCTION_LINES_MAX and checker.exceptions.pop((name, function), None) is None:
            checker.report(path, line, f'function {function} has {lines} lines, at most {FUNCTION_LINES_MAX}')


# The declaration of a function or of a pointer to one: from there on the name is the file's own.  What the linker binds is
# check_symbols.py's to see.
DECLARED = re.compile(r'(?:^|[\s(,])(?!return\b|else\b|case\b)[A-Za-z_]\w*[\s*]+\(?\*?([A-Za-z_]\w*)\)?\s*\(')


def check_calls(checker, path, name, code):
    ours = set(DECLARED.findall(code))
    free_to_call = name.startswith(ENV_FREE)
    for number, line in enumerate(code.splitlines(), 1):
        if line.lstrip().startswith('#'):
            continue
        for match in CALL.finditer(line):
            word = match.group(1)
            if MEMBER.search(line[:match.start()]):
                continue
            if word in BANNED:
                checker.report(path, number, f'{word}() is banned')
            kind = OUTSIDE_OF.get(word) or ('thread' if word.startswith('pthread_') else None)
            if not kind or free_to_call or word in ours or word in ALLOWED_ABORT.get(name, ()):
                continue
            if (kind == 'memory' or word == 'madvise') and name == 'src/base/mem.c':
                continue
            if word in ('mmap', 'munmap', 'madvise') and name == 'src/base/space.c':
                continue
            checker.report(path, number, f'{word}() is {kind}: only env/ and base/mem.c call it')


def check_text(checker, path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if OPEN_ENDS.search(line):
            checker.report(path, number, 'open end: ' + line.strip()[:60])
        if MACHINE_PATH.search(line):
            checker.report(path, number, 'absolute path of a machine')
    if path.suffix in SOURCES and path.suffix not in ('.def', '.inc') and 'SPDX-License-Identifier: Apache-2.0' not in text[:400]:
        checker.report(path, 1, 'no SPDX line')


def check_readmes(checker):
    src = checker.root / 'src'
    for folder in sorted(p for p in src.iterdir() if p.is_dir()):
        files = sorted(p for p in folder.rglob('*') if p.suffix in SOURCES)
        if not files:
            continue
        readme = folder / 'README.md'
        if not readme.exists():
            checker.report(folder, 1, 'no README.md')
            continue
        words = set(re.findall(r'[\w./-]+', readme.read_text()))
        for path in files:
            if path.name not in words and str(path.relative_to(folder)) not in words:
                checker.report(readme, 1, f'does not name {path.relative_to(folder)}')


def lists_of(text):
    """{(area, name)} of a meson.build: 'area': [..] and area = [..]; of `foreach name : [..]` the area is that of its files()."""
    for match in re.finditer(r"(\w+)'? *[:=] *\[([^\]]*)\]", text):
        area = match.group(1)
        if area == 'name':
            after = re.search(r"files\('(\w+)'", text[match.end():])
            area = after.group(1) if after else ''
        for name in re.findall(r"'(\w+)'", match.group(2)):
            yield area, name


def check_listed(checker):
    for build in sorted((checker.root / 'tests').glob('*/meson.build')):
        if build.parent.name == 'slt':  # the runner's own files: its test takes all there are
            continue
        text = build.read_text()
        listed = set(lists_of(text))
        lists = re.findall(r'^(\w+) *= *\[[^\]]', text, re.M)
        for name in sorted({n for n in lists if lists.count(n) > 1}):
            checker.report(build, 1, f'{name} is given twice: what only the first list has never runs')
        for path in sorted(build.parent.rglob('*.slt')):
            if (path.parent.name, path.stem) not in listed:
                checker.report(path, 1, f'is not listed in {build.relative_to(checker.root)}')


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.').resolve()
    rules = set(sys.argv[2:]) or RULES
    if rules - RULES:
        sys.exit('no such rule: ' + ' '.join(rules - RULES))
    checker = Checker(root)
    for top in ('src', 'include', 'app', 'tests', 'bench', 'examples', 'tools', 'docs'):
        for path in sorted((root / top).rglob('*')) if (root / top).exists() else []:
            if not path.is_file() or path.suffix not in TEXTS and path.name != 'meson.build' or '__pycache__' in path.parts:
                continue
            text = path.read_text(errors='replace')
            if 'text' in rules:
                check_text(checker, path, text)
            if path.suffix in SOURCES and top in ('src', 'include', 'app'):
                name = str(path.relative_to(root))
                code = strip_comments(text)
                if 'sizes' in rules:
                    check_sizes(checker, path, name, text, code)
                if 'calls' in rules:
                    check_calls(checker, path, name, code)
    if 'readme' in rules:
        check_readmes(checker)
    if 'listed' in rules:
        check_listed(checker)
    for (name, function), number in checker.exceptions.items() if 'sizes' in rules else ():
        checker.report(root / 'tools' / 'long_functions.txt', number, f'{function} in {name} is not too long or does not exist')
    for problem in checker.problems:
        print(problem)
    return 1 if checker.problems else 0


if __name__ == '__main__':
    sys.exit(main())
