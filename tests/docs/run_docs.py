#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of docs/sql are run: each page in a shell of its own, block by block.

A block marked `sql` is run; the block marked `text` behind it is what the shell prints, and a `sql` block without one prints nothing.
A block marked `syntax NAME` is what `\\h NAME` prints.  The pages are also where README.md of the folder says they are.

    run_docs.py build/app/shell/laminar docs/sql [--write]

--write puts what was printed into the pages instead of comparing it.  Ends with `N passed, N failed`."""
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r"```(sql|text|syntax [A-Z ]+)\n(.*?)```\n", re.S)
MARK = "-- block of the page --"


def printed(shell, blocks):
    """What the statements of each block print, errors among it."""
    script = "".join(f"\\echo {MARK}\n{b}" for b in blocks)
    done = subprocess.run([shell, "-q", "-k"], input=script.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    text = re.sub(r"^stdin:\d+: ", "", done.stdout.decode(), flags=re.M)
    return [part.strip("\n") + "\n" if part.strip("\n") else "" for part in text.split(MARK + "\n")[1:]]


def syntax(shell, name):
    done = subprocess.run([shell, "-q", "-c", f"\\h {name}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    lines = done.stdout.decode().rstrip("\n").split("\n")
    return "\n".join(lines[1:]) + "\n"


def filled(shell, page):
    """The page as it should be."""
    blocks = list(BLOCK.finditer(page))
    outputs = iter(printed(shell, [m[2] for m in blocks if m[1] == "sql"]))
    out, at = "", 0
    for i, m in enumerate(blocks):
        out += page[at:m.start()]
        at = m.end()
        if m[1].startswith("syntax"):
            out += f"```{m[1]}\n{syntax(shell, m[1][7:])}```\n"
        elif m[1] == "sql":
            result = next(outputs, "")
            out += m[0] + (f"\n```text\n{result}```\n" if result else "")
            behind = blocks[i + 1] if i + 1 < len(blocks) else None
            if behind and behind[1] == "text" and not page[at:behind.start()].strip():
                at = behind.start()
    return out + page[at:]


def main():
    shell, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    write = "--write" in sys.argv
    passed = failed = 0
    listed = set(re.findall(r"\]\(([a-z_-]+\.md)\)", (folder / "README.md").read_text()))
    pages = {p.name for p in folder.glob("*.md")} - {"README.md"}
    for name in sorted(pages ^ listed):
        print(f"{folder}/README.md and the folder do not both have {name}")
        failed += 1
    for name in sorted(pages):
        page = (folder / name).read_text()
        wanted = filled(shell, page)
        if write:
            (folder / name).write_text(wanted)
        if page == wanted or write:
            passed += 1
            continue
        failed += 1
        have, want = page.split("\n"), wanted.split("\n")
        at = next((i for i, (a, b) in enumerate(zip(have, want)) if a != b), min(len(have), len(want)))
        print(f"{folder}/{name}:{at + 1}: the page has\n" + "\n".join(have[at:at + 8]) + "\nand the shell prints\n" + "\n".join(want[at:at + 8]))
    if failed:
        print(f"If the shell is right: tests/docs/run_docs.py {shell} {folder} --write")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
