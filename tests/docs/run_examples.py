#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of laminar_functions are run: each works when it is typed, and gives the value behind ` -> ` where it has one.

Every function also has a signature that says its arguments, a result and a line of help.

    run_examples.py build/app/shell/laminar

Those whose value is of the clock, of chance or of the sources around are run only.  Ends with `N passed, N failed`."""
import json
import re
import subprocess
import sys

MARK = "-- example --"
# Names whose value changes from call to call.
CHANGING = {"now", "current_timestamp", "localtimestamp", "proctime", "current_date", "localtime", "watermark", "current_watermark", "random",
            "gen_random_uuid", "txid_current", "pg_current_xact_id", "clock_timestamp", "statement_timestamp", "transaction_timestamp"}


def ask(shell, sql):
    return json.loads(subprocess.run([shell, "-q", "-F", "json", "-c", sql], stdout=subprocess.PIPE, check=True).stdout)


def statement(example):
    sql = example.rsplit(" -> ", 1)[0]
    return sql if re.match(r"(SELECT|CREATE)\b", sql) else f"SELECT {sql}"


def printed(shell, statements):
    script = "".join(f"\\echo {MARK}\n{s};\n" for s in statements)
    done = subprocess.run([shell, "-q", "-k", "-F", "line"], input=script.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return [part.strip("\n") for part in done.stdout.decode().split(MARK + "\n")[1:]]


def as_shown(value):
    """A value as the shell shows it: texts without their quotes."""
    if value[:1] == "'" and value[-1:] == "'" and len(value) > 1:
        return value[1:-1].replace("''", "'")
    return {"true": "t", "false": "f"}.get(value, value)


def complaint(row, output):
    """None, or what is wrong with a row."""
    missing = [c for c in ("help", "example", "result") if not row[c]]
    if missing or row["signature"] is None:
        return f"has no {' and no '.join(missing or ['signature'])}"
    if re.search(r"^(\S+: )?ERROR", output, re.M):
        return f"raises\n{output}"
    if " -> " not in row["example"] or row["name"] in CHANGING:
        return None
    wanted = row["example"].rsplit(" -> ", 1)[1]
    shown = output.split("\n")[0].partition(" = ")[2]
    same = {as_shown(wanted), wanted} & {shown, as_shown(shown)}
    return None if same else f"gives {shown}, not {wanted}"


def main():
    shell = sys.argv[1]
    rows = ask(shell, "SELECT name, signature, result, help, example FROM laminar_functions")
    examples = sorted({r["example"] for r in rows if r["example"]})
    outputs = dict(zip(examples, printed(shell, [statement(e) for e in examples])))
    failed = 0
    for row in rows:
        wrong = complaint(row, outputs.get(row["example"], ""))
        if wrong:
            failed += 1
            print(f"{row['name']}({row['signature']}): {row['example']}\n  {wrong}")
    print(f"{len(rows) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
