#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Property: a bounded query gives what PostgreSQL gives.  Random tables, and random queries over them: joins of every kind, subqueries
as conditions and values, LATERAL, grouping, window functions, set operations, DISTINCT, ordering and limits.  Rows, types and error classes must agree, but for the
deviations that tools/pg_diff.py documents; a query that raises 0A000 here is counted as not supported and compared no further.

    pg_queries.py build/src/liblaminar.so [first_seed n_seeds queries_per_seed]

Ends with `N passed, N failed, N skipped`; without PostgreSQL on this machine everything is skipped (exit code 77)."""
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tools"))
import pg_diff  # noqa: E402

COLUMNS = {"id": "int", "k": "int", "v": "bigint", "s": "text", "d": "decimal", "x": "double", "b": "bool", "day": "date", "ts": "timestamp"}
DECLARED = ("id INTEGER, k INTEGER, v BIGINT, s TEXT, d NUMERIC(10, 2), x DOUBLE PRECISION, b BOOLEAN, day DATE, ts TIMESTAMP")
TABLES = ["ta", "tb", "tc"]
NUMERIC = ["id", "k", "v", "d", "x"]
COMPARE = ["=", "<>", "<", "<=", ">", ">="]


class Queries:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.n = 0

    # --- data ---

    def value(self, t):
        r = self.r
        if r.random() < 0.15:
            return "NULL"
        return {
            "int": lambda: str(r.randrange(-2, 6)),
            "bigint": lambda: str(r.choice([0, 1, -1, 2, 7, 3000000000, r.randrange(-20, 20)])),
            "text": lambda: r.choice(["''", "'a'", "'b'", "'abc'", "'Abc'", "'a longer text than inlined'", "'é'"]),
            "decimal": lambda: f"{r.randrange(-300, 300) / 100:.2f}",
            "double": lambda: r.choice(["0.5", "-1.25", "2", "1e3", "0"]),
            "bool": lambda: r.choice(["TRUE", "FALSE"]),
            "date": lambda: f"DATE '2024-0{r.randrange(1, 4)}-{r.randrange(1, 29):02}'",
            "timestamp": lambda: f"TIMESTAMP '2024-01-0{r.randrange(1, 4)} 0{r.randrange(0, 3)}:{r.randrange(0, 60):02}:00'",
        }[t]()

    def setup(self):
        made = []
        for table in TABLES:
            made.append(f"CREATE TABLE {table} ({DECLARED})")
            n = self.r.choice([0, 1, 5, 12, 30])
            if n:
                rows = ["(" + ", ".join([str(i)] + [self.value(t) for t in list(COLUMNS.values())[1:]]) + ")" for i in range(n)]
                made.append(f"INSERT INTO {table} VALUES {', '.join(rows)}")
        return made

    # --- expressions over relations in scope ---

    def column(self, scope, t=None):
        alias, = self.r.sample(sorted(scope), 1)
        names = [c for c in scope[alias] if t is None or COLUMNS[c] == t]
        if not names:
            return None
        return f"{alias}.{self.r.choice(names)}"

    def number(self, scope, depth=1):
        c = None
        while c is None:
            c = self.column({a: [n for n in cols if n in NUMERIC] or cols for a, cols in scope.items()}, self.r.choice(["int", "bigint", "decimal", "double"]))
            if c is None and self.r.random() < 0.3:
                c = str(self.r.randrange(-2, 6))
        if depth > 0 and self.r.random() < 0.4:
            return self.r.choice([f"({c} + {self.number(scope, depth - 1)})", f"({c} * 2)", f"abs({c})", f"coalesce({c}, 0)",
                                  f"({c} - 1)", f"CASE WHEN {c} > 1 THEN {c} ELSE 0 END", f"nullif({c}, 1)"])
        return c

    def any_column(self, scope):
        return self.column(scope)

    def predicate(self, scope, depth=2):
        r, choice = self.r, self.r.random()
        if depth > 0 and choice < 0.25:
            op = r.choice(["AND", "OR"])
            return f"({self.predicate(scope, depth - 1)} {op} {self.predicate(scope, depth - 1)})"
        if depth > 0 and choice < 0.32:
            return f"NOT ({self.predicate(scope, depth - 1)})"
        if depth > 0 and choice < 0.55:
            return self.subquery_predicate(scope)
        c = self.any_column(scope)
        t = COLUMNS[c.split(".")[1]]
        return r.choice([f"{c} IS NULL", f"{c} IS NOT NULL", f"{c} {r.choice(COMPARE)} {self.value(t)}",
                         f"{self.number(scope)} {r.choice(COMPARE)} {self.number(scope)}", f"{c} IN ({self.value(t)}, {self.value(t)})",
                         f"{c} BETWEEN {self.value(t)} AND {self.value(t)}", f"{c} IS DISTINCT FROM {self.value(t)}"])

    def inner(self):
        self.n += 1
        alias = f"q{self.n}"
        return alias, {alias: list(COLUMNS)}

    def link(self, alias, scope):
        """A condition between the subquery's relation and one around it, or none."""
        if self.r.random() < 0.3:
            return "TRUE"
        c = self.r.choice(["id", "k", "v", "s"])
        outer = self.column(scope, COLUMNS[c])
        return f"{alias}.{c} = {outer}" if outer else "TRUE"

    def subquery_predicate(self, scope):
        r = self.r
        alias, own = self.inner()
        table, link, where = r.choice(TABLES), self.link(alias, scope), self.predicate(own, 0)
        c = r.choice(["id", "k", "v", "s", "d"])
        outer = self.column(scope, COLUMNS[c]) or self.value(COLUMNS[c])
        kind = r.randrange(6)
        negated = r.choice(["", "NOT "])
        if kind == 0:
            return f"{negated}EXISTS (SELECT 1 FROM {table} {alias} WHERE {link} AND {where})"
        if kind == 1:
            return f"{outer} {negated}IN (SELECT {alias}.{c} FROM {table} {alias} WHERE {where})"
        if kind == 2:
            return f"{outer} {negated}IN (SELECT {alias}.{c} FROM {table} {alias} WHERE {link})"
        if kind == 3:
            return f"{outer} {r.choice(COMPARE)} (SELECT {r.choice(['min', 'max'])}({alias}.{c}) FROM {table} {alias} WHERE {link})"
        if kind == 4:
            return f"{r.randrange(3)} {r.choice(COMPARE)} (SELECT count(*) FROM {table} {alias} WHERE {link} AND {where})"
        return f"{outer} {r.choice(COMPARE)} {r.choice(['ANY', 'ALL'])} (SELECT {alias}.{c} FROM {table} {alias} WHERE {where})"

    # --- relations ---

    def relation(self):
        r = self.r
        alias, scope = self.inner()
        if r.random() < 0.8:
            return f"{r.choice(TABLES)} {alias}", scope
        cols = r.sample(sorted(COLUMNS), 4)
        return f"(SELECT {', '.join(cols)} FROM {r.choice(TABLES)} WHERE {r.choice(['id > 1', 'b', 's IS NOT NULL', 'v < 10'])}) {alias}", {alias: cols}

    def source(self):
        r = self.r
        text, scope = self.relation()
        for _ in range(r.choice([0, 0, 1, 1, 2])):
            if r.random() < 0.15:
                text, scope = self.lateral(text, scope)
                continue
            more, right = self.relation()
            common = [c for c in ("id", "k", "s", "v") if all(c in cols for cols in right.values())]
            left = {c: self.column(scope, COLUMNS[c]) for c in common}
            keys = [c for c in common if left[c]]
            alias = next(iter(right))
            both = {**scope, **right}
            if r.random() < 0.15 or not keys:
                text, scope = f"{text} CROSS JOIN {more}", both
                continue
            c = r.choice(keys)
            on = f"{left[c]} = {alias}.{c}"
            if r.random() < 0.3:
                on += f" AND {self.predicate(both, 0)}"
            text, scope = f"{text} {r.choice(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'JOIN'])} {more} ON {on}", both
        return text, scope

    def lateral(self, text, scope):
        """A derived table or a function that names columns of what stands before it, with or without a condition."""
        r = self.r
        alias, own = self.inner()
        join = r.choice(["JOIN", "LEFT JOIN"])
        if r.random() < 0.5:
            item, right = f"generate_series(1, CASE WHEN {self.predicate(scope, 0)} THEN 3 ELSE 1 END) AS {alias} (k)", {alias: ["k"]}
        else:
            inner, of = self.inner()
            body = f"SELECT {inner}.k, {inner}.s FROM {r.choice(TABLES)} {inner} WHERE {self.link(inner, scope)} AND {self.predicate(of, 0)}"
            item, right = f"LATERAL ({body} ORDER BY {inner}.id LIMIT {r.choice([1, 2, 5])}) AS {alias} (k, s)", {alias: ["k", "s"]}
        both = {**scope, **right}
        on = r.choice(["TRUE", f"{alias}.k > 1", f"{alias}.k = {self.number(scope, 0)}", self.predicate(both, 1)])
        return f"{text} {join} {item} ON {on}", both

    # --- queries ---

    def window(self, scope):
        """A window function whose value does not depend on how rows that are equal in its order are put."""
        r = self.r
        c, n = self.any_column(scope), self.number(scope, 0)
        part = f"PARTITION BY {self.any_column(scope)} " if r.random() < 0.6 else ""
        order = f"ORDER BY {c} {r.choice(['', 'DESC', 'NULLS FIRST', 'DESC NULLS LAST'])}"
        frame = r.choice(["", "", " RANGE UNBOUNDED PRECEDING", " GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
                          " GROUPS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP"])
        what = r.choice(["count(*)", f"count({n})", f"max({n})", f"min({n})", f"count(*) FILTER (WHERE {self.predicate(scope, 0)})"])
        ranks = r.choice(["rank()", "dense_rank()", "cume_dist()", "percent_rank()"])
        return r.choice([f"{what} OVER ({part}{order}{frame})", f"{ranks} OVER ({part}{order})", f"{what} OVER ({part})"])

    def aggregate(self, scope):
        n, c = self.number(scope, 0), self.any_column(scope)
        return self.r.choice(["count(*)", f"count({c})", f"count(DISTINCT {c})", f"sum({n})", f"min({c})" if not c.endswith(".b") else "count(*)",
                              f"max({n})", f"avg({n})", f"sum({n}) FILTER (WHERE {self.predicate(scope, 0)})", f"bool_or({self.predicate(scope, 0)})"])

    def scalar(self, scope):
        alias, own = self.inner()
        c = self.r.choice(["k", "v", "d"])
        what = self.r.choice([f"max({alias}.{c})", "count(*)", f"sum({alias}.{c})", f"min({alias}.{c}) + 1"])
        return f"(SELECT {what} FROM {self.r.choice(TABLES)} {alias} WHERE {self.link(alias, scope)} AND {self.predicate(own, 0)})"

    def grouping(self, keys, items):
        """Plain keys, or sets of them; then GROUPING() may stand among the items."""
        r = self.r
        if r.random() < 0.6:
            return ", ".join(keys)
        all_keys = ", ".join(keys)
        if r.random() < 0.5:
            items.append(f"grouping({', '.join(r.sample(keys, r.randrange(1, len(keys) + 1)))})")
        return r.choice([f"ROLLUP ({all_keys})", f"CUBE ({all_keys})", f"GROUPING SETS (({all_keys}), ())", f"{keys[0]}, CUBE ({all_keys})",
                         f"GROUPING SETS (({all_keys}), ({keys[0]}), ({keys[-1]}))", f"DISTINCT ROLLUP ({keys[0]}), ROLLUP ({all_keys})",
                         f"GROUPING SETS (CUBE ({all_keys}), (), ())", f"ROLLUP ({keys[0]}), ROLLUP ({keys[-1]})"])

    def simple(self):
        r = self.r
        text, scope = self.source()
        where = f" WHERE {self.predicate(scope)}" if r.random() < 0.7 else ""
        if r.random() < 0.4:
            keys = [self.any_column(scope) for _ in range(r.choice([0, 1, 1, 2]))]
            items = keys + [self.aggregate(scope) for _ in range(r.choice([1, 2, 3]))]
            group = f" GROUP BY {self.grouping(keys, items)}" if keys else ""
            having = f" HAVING {r.choice(['count(*) > 1', f'{self.aggregate(scope)} IS NOT NULL', 'count(*) < (SELECT count(*) FROM tb)'])}" if r.random() < 0.3 else ""
            return items, f"FROM {text}{where}{group}{having}"
        items = [r.choice([self.any_column, self.any_column, self.number, self.window if r.random() < 0.4 else self.any_column,
                           self.scalar if r.random() < 0.5 else self.any_column])(scope)
                 for _ in range(r.choice([1, 2, 3, 4]))]
        return items, f"FROM {text}{where}"

    def set_operation(self):
        r = self.r
        cols = r.sample(["id", "k", "v", "s", "d", "b"], r.choice([1, 2, 3]))
        parts = []
        for _ in range(r.choice([2, 2, 3])):
            alias, scope = self.inner()
            parts.append(f"SELECT {', '.join(cols)} FROM {r.choice(TABLES)} {alias} WHERE {self.predicate(scope, 1)}")
        text = parts[0]
        for p in parts[1:]:
            text += f" {r.choice(['UNION', 'UNION ALL', 'INTERSECT', 'INTERSECT ALL', 'EXCEPT', 'EXCEPT ALL'])} {p}"
        return text + self.tail(len(cols))

    def tail(self, n):
        r = self.r
        if r.random() < 0.5:
            return ""
        keys = ", ".join(f"{i} {r.choice(['', 'ASC', 'DESC', 'NULLS FIRST', 'DESC NULLS LAST'])}" for i in range(1, n + 1))
        limit = f" LIMIT {r.choice([0, 1, 3, 10])}" if r.random() < 0.5 else ""
        offset = f" OFFSET {r.choice([0, 1, 4])}" if r.random() < 0.3 else ""
        return f" ORDER BY {keys}{limit}{offset}"

    def query(self):
        r = self.r
        if r.random() < 0.2:
            return self.set_operation()
        items, rest = self.simple()
        distinct = "DISTINCT " if r.random() < 0.15 else ""
        named = ", ".join(f"{e} AS c{i}" for i, e in enumerate(items))
        text = f"SELECT {distinct}{named} {rest}"
        if r.random() < 0.1:
            return f"WITH w AS ({text}) SELECT *, (SELECT count(*) FROM w) AS n FROM w{self.tail(len(items))}"
        return text + self.tail(len(items))


def main():
    library = sys.argv[1]
    first, n_seeds, n_queries = (int(a) for a in (sys.argv[2:] + ["1", "12", "100"][len(sys.argv) - 2:]))
    postgres = pg_diff.Postgres()
    if not postgres.dir:
        print("0 passed, 0 failed, 1 skipped")
        return 77
    passed = failed = skipped = 0
    try:
        for seed in range(first, first + n_seeds):
            q = Queries(seed)
            setup = q.setup()
            statements = [q.query() for _ in range(n_queries)]
            theirs = postgres.outcomes([f"DROP TABLE IF EXISTS {t}" for t in TABLES] + setup + statements)[-n_queries:]
            ours = pg_diff.engine_outcomes(library, statements, setup)
            for sql, a, b in zip(statements, ours, theirs):
                if a.state == "0A000":
                    skipped += 1
                    continue
                found = pg_diff.difference(sql, a, b)
                passed += found is None
                failed += found is not None
                if found and failed <= 20:
                    print(f"seed {seed}: {found[0]}\n  {sql}\n  {found[1][:600]}\n  replay: pg_queries.py {library} {seed} 1 {n_queries}")
    finally:
        postgres.stop()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
