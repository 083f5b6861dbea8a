#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Completes the SQL grammar from its parts and from keywords.def: gen_keywords.py keywords.def grammar.y out.y

A line "%rules FILE" becomes the rules of that file beside the grammar, behind the comment that says what it is.  The line "%keyword_tokens" becomes one %token row per keyword, with its text as the alias that messages print; a line
"%keyword_rules X" becomes the alternatives of a rule that takes the keywords of class X.  Rows out of order, doubled, or of an
unknown class are errors, because the lexer finds keywords by binary search."""
import pathlib
import re
import sys


def rows_of(path):
    rows = re.findall(r"^KW\((\w+), (\w+), ([RFCLN])\)$", open(path).read(), re.M)
    count = len(re.findall(r"^KW\(", open(path).read(), re.M))
    names = [r[0] for r in rows]
    if count != len(rows) or names != sorted(set(names)):
        sys.exit(f"{path}: rows must be KW(name, TOKEN, class), sorted by name, without doubles")
    return rows


def lines_of(path):
    """The grammar with its parts in their places."""
    for line in open(path):
        words = line.split()
        if words[:1] == ["%rules"]:
            text = (pathlib.Path(path).parent / words[1]).read_text()
            yield from text[text.index("*/") + 2:].strip("\n").splitlines(keepends=True)
            yield "\n"
        else:
            yield line


def main(def_path, grammar_path, out_path):
    rows = rows_of(def_path)
    out = []
    for line in lines_of(grammar_path):
        words = line.split()
        if words[:1] == ["%keyword_tokens"]:
            out += [f'%token <word> TK_{token} "{name.upper()}"\n' for name, token, _ in rows]
        elif words[:1] == ["%keyword_rules"]:
            tokens = [token for _, token, cls in rows if cls == words[1]]
            out += [("    " if i == 0 else "  | ") + f"TK_{token}\n" for i, token in enumerate(tokens)]
        else:
            out.append(line)
    with open(out_path, "w") as f:
        f.write("".join(out))


if __name__ == "__main__":
    main(*sys.argv[1:])
