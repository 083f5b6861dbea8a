#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_help.py [ROOT]: every statement that the grammar knows has help in the shell.

From the rules of sql/grammar*.y: the words a statement may begin with, and for those that alone say nothing the word that follows.  Each of them must begin a topic or a line of the syntax in app/shell/help.def, where parts in
brackets may be left out and words between bars are alternatives."""
import pathlib
import re
import sys

from gen_keywords import lines_of

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
SECOND = {'CREATE', 'CANCEL'}                   # these alone say nothing
NOT_HELPED = {'SAVEPOINT', 'RELEASE', 'RESUME'}  # raise 0A000
NOT_WORDS = {'LP', 'OR', 'INT', 'PARAM'}


def rules_of(text):
    """rule -> list of alternatives, each a list of symbols."""
    text = text.split('\n%%', 2)[1]
    text = re.sub(r'/\*.*?\*/', ' ', text, flags=re.S)
    while re.search(r'\{[^{}]*\}', text):
        text = re.sub(r'\{[^{}]*\}', ' ', text)
    rules = {}
    for name, body in re.findall(r'^(\w+):(.*?)\s;\s*$', text, flags=re.S | re.M):
        rules[name] = [[s for s in one.split() if not s.startswith('%')] for one in body.split('|')]
    return rules


def first(rules, symbol, seen=()):
    """(words a symbol may begin with, whether it may be empty)"""
    if symbol not in rules:
        return ({symbol.removeprefix('TK_').removesuffix('_LA')} if symbol.startswith('TK_') else set()), False
    if symbol in seen:
        return set(), False
    words, empty = set(), False
    for alternative in rules[symbol]:
        found, nothing = first_of(rules, alternative, seen + (symbol,))
        words |= found
        empty |= nothing
    return words, empty


def first_of(rules, symbols, seen=()):
    words = set()
    for symbol in symbols:
        found, empty = first(rules, symbol, seen)
        words |= found
        if not empty:
            return words, False
    return words, True


def statements(rules):
    """The beginnings of statements: one word, or two."""
    found = set()
    for alternative in rules['stmt']:
        for word in first_of(rules, alternative)[0] - NOT_WORDS - NOT_HELPED:
            if word not in SECOND:
                found.add(word)
                continue
            found |= {f'{word} {second}' for second in first_of(rules, alternative[1:])[0] - NOT_WORDS}
    return found


def helped(text):
    """Beginnings of the topics and of the lines of syntax: their first two words."""
    found = set()
    for line in re.findall(r'"((?:[^"\\]|\\.)*)"', text):
        for part in line.split('\\n'):
            while re.search(r'\[[^\[\]]*\]', part):
                part = re.sub(r'\[[^\[\]]*\]', ' ', part)
            words = part.split()
            found |= {' '.join(words[:n]) for n in (1, 2)}
            first_words = re.match(r'\s*\w+( \| \w+)*', part)
            found |= set(first_words[0].replace(' ', '').split('|')) if first_words else set()
    return found


def main():
    rules = rules_of(''.join(lines_of(ROOT / 'src' / 'sql' / 'grammar.y')))
    known = helped((ROOT / 'app' / 'shell' / 'help.def').read_text())
    wanted = statements(rules)
    missing = sorted(wanted - known)
    for name in missing:
        print(f'app/shell/help.def: {name} is a statement and has no help')
    print(f'{len(wanted) - len(missing)} passed, {len(missing)} failed, 0 skipped')
    return 1 if missing or len(wanted) < 30 else 0


if __name__ == '__main__':
    sys.exit(main())
