#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Property: the deep random queries that the views are tested with give what PostgreSQL gives.  `prop_queries --script seed` writes tables,
changes and queries; the rows of each query, as a multiset, the types and the error class must agree, but for the deviations that
tools/pg_diff.py documents.

    pg_random.py build/src/liblaminar.so build/tests/prop/prop_queries [first_seed n_seeds]

Ends with `N passed, N failed, N skipped`; without PostgreSQL on this machine everything is skipped (exit code 77)."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tools"))
import pg_diff  # noqa: E402

TABLES = ["t", "u", "bag"]


def script(program, seed):
    text = subprocess.run([program, "--script", str(seed)], stdout=subprocess.PIPE, check=True).stdout.decode()
    statements = [s.strip() for s in text.split(";") if s.strip()]
    is_query = [s.startswith(("SELECT", "(", "WITH")) for s in statements]
    first = is_query.index(True)
    return statements[:first], statements[first:]


def main():
    library, program = sys.argv[1:3]
    first, n_seeds = (int(a) for a in (sys.argv[3:] + ["1", "20"][len(sys.argv) - 3:]))
    postgres = pg_diff.Postgres()
    if not postgres.dir:
        print("0 passed, 0 failed, 1 skipped")
        return 77
    passed = failed = skipped = 0
    try:
        for seed in range(first, first + n_seeds):
            setup, queries = script(program, seed)
            theirs = postgres.outcomes([f"DROP TABLE IF EXISTS {t}" for t in TABLES] + setup + queries)[-len(queries):]
            ours = pg_diff.engine_outcomes(library, queries, setup)
            for sql, a, b in zip(queries, ours, theirs):
                if "0A000" in (a.state, b.state):
                    skipped += 1
                    continue
                found = pg_diff.difference(sql, a._replace(rows=sorted(a.rows)), b._replace(rows=sorted(b.rows)))
                passed += found is None
                failed += found is not None
                if found and failed <= 20:
                    print(f"seed {seed}: {found[0]}\n  {sql}\n  {found[1][:600]}\n  replay: pg_random.py {library} {program} {seed} 1")
    finally:
        postgres.stop()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
