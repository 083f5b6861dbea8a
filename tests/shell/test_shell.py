#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_shell.py SHELL: what `laminar` prints, to which stream, and with which exit code; scripts, formats, errors, signals, a terminal."""
import json
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SHELL = sys.argv.pop(1)
ROWS = "SELECT i, t, d::DECIMAL(6,2) AS d, b FROM (VALUES (1, 'a', 1.50, TRUE), (2, '', NULL, FALSE), (NULL, 'q\",|' || chr(10), 20, NULL)) AS v (i, t, d, b)"
ENDLESS = 'CREATE SOURCE g (id BIGINT) FROM GENERATOR (rows_per_second = 100, seed = 1);'


PATIENCE_S = 240  # after so long it is not a busy machine


def run(*args, stdin='', timeout=PATIENCE_S):
    p = subprocess.run([SHELL, *args], input=stdin.encode(), capture_output=True, timeout=timeout)
    return p.returncode, p.stdout.decode(), p.stderr.decode()


class Copy(unittest.TestCase):
    TABLE = "CREATE TABLE t (id INT PRIMARY KEY, s TEXT, d DECIMAL(10,2) DEFAULT 7, b BOOLEAN);\n"

    def script(self, text, *args):
        return run('-q', '-F', 'csv', *args, stdin=self.TABLE + text)

    def test_text(self):
        data = '1\ta\\tb\t1.50\tt\n2\t\\N\t2.00\tf\n3\tx\\\\y\\nz\t3.00\t\\N\n'
        code, out, err = self.script('COPY t FROM STDIN;\n' + data + '\\.\nCOPY t TO STDOUT;\nSELECT count(*) AS n FROM t;')
        self.assertEqual((code, out, err), (0, data + 'n\n3\n', ''))

    def test_escapes(self):
        _, out, _ = self.script('COPY t (id, s) FROM STDIN;\n1\t\\x41\\102\\q\\b\\.\n2\t\\n\n\\.\nSELECT s FROM t WHERE id = 1;')
        self.assertEqual(out, 's\nABq\b.\n')

    def test_csv(self):
        data = 'id,s\n4,"quo""ted, with\nnewline"\n5,\n6,""\n'
        _, out, _ = self.script('COPY t (id, s) FROM STDIN WITH CSV HEADER;\n' + data + '\\.\nCOPY t (id, s) TO STDOUT CSV HEADER;\n'
                                "COPY t (s, id) TO STDOUT (FORMAT csv, DELIMITER ';', NULL 'nil', FORCE_QUOTE (s));")
        self.assertEqual(out, data + '"quo""ted, with\nnewline";4\nnil;5\n"";6\n')

    def test_zone(self):
        moment = '2026-07-01 12:00:00+05:30\n'
        _, out, _ = run('-q', '-F', 'csv', stdin="SET timezone = 'Asia/Kolkata';\nCREATE TABLE z (t TIMESTAMPTZ);\nCOPY z FROM STDIN;\n2026-07-01 12:00\n\\.\n"
                        "COPY z FROM STDIN (FORMAT csv);\n2026-07-01 06:30Z\n\\.\nCOPY z TO STDOUT;\nCOPY z TO STDOUT (FORMAT json);\nSELECT * FROM z;\n")
        self.assertEqual(out, moment * 2 + '{"t":"2026-07-01T06:30:00Z"}\n' * 2 + 't\n' + moment * 2)

    def test_quotes_inside_and_escape(self):
        _, out, _ = self.script("COPY t (id, s) FROM STDIN (FORMAT csv, ESCAPE '\\');\n1,a\"b,c\"d\n2,\"x\\\"y\"\n\\.\n"
                                "COPY t (s) TO STDOUT (FORMAT csv, QUOTE '~');")
        self.assertEqual(out, '~ab,cd~\nx"y\n')

    def test_force(self):
        _, out, _ = self.script("COPY t (id, s) FROM STDIN (FORMAT csv, NULL 'x', FORCE_NOT_NULL (s));\n1,x\n\\.\n"
                                "COPY t (id, s) FROM STDIN (FORMAT csv, NULL 'x', FORCE_NULL (s));\n2,\"x\"\n\\.\n"
                                'SELECT s, s IS NULL AS n FROM t ORDER BY id;')
        self.assertEqual(out, 's,n\nx,f\n,t\n')

    def test_line_ends(self):
        with tempfile.TemporaryDirectory() as d:
            for end in ('\r\n', '\r', '\n'):
                path = pathlib.Path(d) / 'x'
                path.write_bytes(end.join(['1,a', '2,b', '']).encode())
                _, out, _ = self.script(f"COPY t (id, s) FROM '{path}' CSV;\nSELECT s FROM t;")
                self.assertEqual(out, 's\na\nb\n')
        code, _, err = self.script('COPY t (id, s) FROM STDIN CSV;\n1,a\n2,b\r\n\\.\n')
        self.assertEqual(code, 1)
        self.assertIn('22P04: unquoted carriage return found in data', err)
        self.assertIn('COPY t, line 2', err)

    def test_query_and_file(self):
        with tempfile.TemporaryDirectory() as d:
            path = os.path.join(d, 'it.csv')
            _, out, _ = self.script("INSERT INTO t VALUES (1, 'a', 1, TRUE), (2, 'b', 2, FALSE);\n"
                                    f"COPY (SELECT id, s FROM t ORDER BY id DESC) TO '{path}' (FORMAT csv);\n"
                                    f"DELETE FROM t;\n\\copy t (id, s) from {path} csv\nSELECT id, s, d FROM t ORDER BY id;")
            self.assertEqual(out, 'id,s,d\n1,a,7.00\n2,b,7.00\n')
            self.assertEqual(pathlib.Path(path).read_text(), '2,b\n1,a\n')

    def test_json(self):
        data = '{"id":1,"s":"a\\nb","d":1.50,"b":true}\n{"id":2,"s":null,"d":2.00,"b":null}\n'
        _, out, _ = self.script('COPY t FROM STDIN (FORMAT json);\n' + data + '\\.\nCOPY t TO STDOUT (FORMAT json);')
        self.assertEqual(out, data)

    def test_where(self):
        _, out, _ = self.script('CREATE SOURCE s (id INT);\nCOPY s FROM STDIN WHERE id > 1;\n1\n2\n\\.\nSELECT id FROM s;')
        self.assertEqual(out, 'id\n2\n')
        _, out, _ = self.script('COPY t (id) FROM STDIN WHERE id > 1;\n1\n2\n\\.\nSELECT id FROM t;')
        self.assertEqual(out, 'id\n2\n')

    def test_all_or_nothing(self):
        rows = ''.join(f'{i}\tx\n' for i in range(5000))
        code, out, err = self.script('COPY t (id, s) FROM STDIN;\n' + rows + 'x\ty\n\\.\nSELECT count(*) AS n FROM t;', '-k')
        self.assertEqual((code, out), (1, 'n\n0\n'))
        self.assertIn('22P02: invalid input syntax for type integer: "x"', err)
        self.assertIn('COPY t, line 5001, column id: "x"', err)
        code, out, err = self.script('COPY t (id, s) FROM STDIN;\n' + rows + '7\ty\n\\.\nSELECT count(*) AS n FROM t;', '-k')
        self.assertEqual((code, out), (1, 'n\n0\n'))
        self.assertIn('23505', err)

    def test_source(self):
        _, out, _ = run('-q', '-F', 'csv', stdin='CREATE SOURCE e (id BIGINT, s TEXT);\n'
                        'CREATE MATERIALIZED VIEW v AS SELECT s, sum(id) AS n FROM e GROUP BY s;\n'
                        'COPY e FROM STDIN;\n1\ta\n2\ta\n\\.\nSELECT * FROM v;\nCOPY v TO STDOUT;')
        self.assertEqual(out, 's,n\na,3\na\t3\n')

    def test_errors(self):
        for options, data, state in (
                ('', '1\ta\n', '22P04'), ('', '1\ta\t1\tt\tx\n', '22P04'), ('', '\\N\ta\t1\tt\n', '23502'), (' CSV', '1,"a\n', '22P04'),
                (' (FORMAT json)', '{"id": "x"}\n', '22P02'), (' (FORMAT json)', 'nonsense\n', 'LM067'), (' (FORMAT xml)', '', '22023'),
                (' (FORMAT binary)', '', '0A000'), (" (DELIMITER 'ab')", '', '0A000'), (" (DELIMITER 'a')", '', '22023'),
                (" (QUOTE 'a')", '', '0A000'), (' (NO_SUCH 1)', '', '42601'), (' (FORMAT csv, FORMAT csv)', '', '42601'),
                (" (FORMAT csv, QUOTE ',')", '', '22023'), (' (FORMAT csv, FORCE_QUOTE (s))', '', '0A000'),
                (' (FORMAT csv, FORCE_NULL (nope))', '', '42703'), (" (ENCODING 'latin1')", '', '0A000'),
                (' (FORMAT csv, HEADER match)', 'id,x,d,b\n', '22P04'), (' (HEADER 3)', '', '42601')):
            code, _, err = self.script(f'COPY t FROM STDIN{options};\n{data}\\.\n')
            self.assertEqual(code, 1, options + data)
            self.assertIn(f'ERROR:  {state}: ', err, options + data)
        for statement, state in (('COPY nope FROM STDIN', '42P01'), ('COPY t (nope) FROM STDIN', '42703'), ('COPY t (id, id) TO STDOUT', '42701'),
                                 ("COPY t FROM '/no/such/file'", '58P01'), ("COPY t TO '/no/such/file'", '58P01'),
                                 ('COPY t TO STDOUT WHERE id = 1', '42601'), ('COPY t FROM STDOUT', '42601'),
                                 ('COPY (SELECT nope) TO STDOUT', '42703')):
            code, _, err = self.script(statement + ';\n')
            self.assertIn(f' {state}: ', err, statement)

    def test_command_line(self):
        _, out, _ = run('-q', '-F', 'csv', '-c', self.TABLE, '-c', 'COPY t (id, s) FROM STDIN', '-c', 'SELECT s FROM t', stdin='1\ta\n2\tb\n')
        self.assertEqual(out, 's\na\nb\n')


class Formats(unittest.TestCase):
    def check(self, fmt, expected):
        code, out, err = run('-F', fmt, '-c', ROWS)
        self.assertEqual((code, err), (0, ''))
        self.assertEqual(out, expected)

    def test_table(self):
        self.check('table', '  i   |   t    |   d   |  b\n------+--------+-------+------\n    1 | a      |  1.50 | t\n    2 |        |  NULL | f\n'
                            ' NULL | q",|\\n | 20.00 | NULL\n(3 rows)\n\n')

    def test_csv(self):
        self.check('csv', 'i,t,d,b\n1,a,1.50,t\n2,"",,f\n,"q"",|\n",20.00,\n')

    def test_json(self):
        code, out, _ = run('-F', 'json', '-c', ROWS)
        self.assertEqual(code, 0)
        self.assertEqual(json.loads(out), [{'i': 1, 't': 'a', 'd': 1.5, 'b': True}, {'i': 2, 't': '', 'd': None, 'b': False},
                                           {'i': None, 't': 'q",|\n', 'd': 20, 'b': None}])
        self.assertIn('"d":1.50', out)

    def test_jsonl(self):
        _, out, _ = run('-F', 'jsonl', '-c', ROWS)
        self.assertEqual([json.loads(line)['i'] for line in out.splitlines()], [1, 2, None])

    def test_nested_values_are_json(self):
        sql = "SELECT ARRAY['a\"b', NULL] AS a, ARRAY[[1], [2]] AS b, MAP['k', 1.50] AS m, ROW(1, 'x', DATE '2026-01-02') AS r, '{}'::INT[] AS e"
        _, out, _ = run('-F', 'jsonl', '-c', sql)
        self.assertEqual(out, '{"a":["a\\"b",null],"b":[[1],[2]],"m":{"k":1.50},"r":{"f1":1,"f2":"x","f3":"2026-01-02"},"e":[]}\n')
        self.assertIn('{"a\\"b",NULL}', run('-c', sql)[1])

    def test_types_of_the_user(self):
        made = ("CREATE TYPE json_kind AS ENUM ('a b');\nCREATE TYPE \"JSON kind\" AS ENUM ('tea');\nCREATE TYPE int_kind AS ENUM ('7');\n"
                "CREATE TYPE bool_row AS (x INT, y TEXT);\n")
        sql = "SELECT 'a b'::json_kind AS j, 'tea'::\"JSON kind\" AS k, '7'::int_kind AS i, ROW(1, 'x')::bool_row AS r, INTERVAL '1 day' AS d"
        _, out, _ = run('-F', 'jsonl', '-q', '-c', made + sql)
        self.assertEqual(out, '{"j":"a b","k":"tea","i":"7","r":{"x":1,"y":"x"},"d":"1 day"}\n')

    def test_numbers_stay_exact(self):
        _, out, _ = run('-F', 'jsonl', '-c', "SELECT 9223372036854775807 AS b, 0.10 AS d, 'NaN'::DOUBLE AS n, 1e300::DOUBLE AS f, 1 AS f")
        self.assertEqual(out, '{"b":9223372036854775807,"d":0.10,"n":"NaN","f":1e+300,"f_2":1}\n')

    def test_markdown(self):
        self.check('markdown', '| i | t | d | b |\n| ---: | --- | ---: | --- |\n| 1 | a | 1.50 | t |\n| 2 |  | NULL | f |\n'
                               '| NULL | q",\\|<br> | 20.00 | NULL |\n')

    def test_line(self):
        _, out, _ = run('-F', 'line', '-c', 'SELECT 1 AS i, NULL AS long_name')
        self.assertEqual(out, '        i = 1\nlong_name = NULL\n')

    def test_empty_result_has_a_head(self):
        for fmt, expected in (('csv', 'i\n'), ('json', '[]\n'), ('jsonl', ''), ('table', ' i\n---\n(0 rows)\n\n')):
            self.assertEqual(run('-F', fmt, '-c', 'SELECT 1 AS i WHERE FALSE')[1], expected)

    def test_control_characters_do_not_reach_a_table(self):
        _, out, _ = run('-c', "SELECT chr(27) || '[2J' AS t")
        self.assertIn('\\x1b[2J', out)

    def test_op_column(self):
        _, out, _ = run('-q', '-F', 'csv', stdin='CREATE SOURCE s (k TEXT); INSERT INTO s VALUES (\'a\');\n'
                        'SELECT 1 AS op;\n')
        self.assertEqual(out, 'op\n1\n')


class Scripts(unittest.TestCase):
    def test_tags_and_quiet(self):
        script = 'CREATE SOURCE s (v INTEGER); INSERT INTO s VALUES (1), (2);'
        self.assertEqual(run('-c', script)[1], 'CREATE SOURCE\nINSERT 0 2\n')
        self.assertEqual(run('-q', '-c', script)[1], '')
        self.assertEqual(run('-F', 'csv', '-c', script)[1], '')

    def test_first_error_stops(self):
        code, out, err = run('-F', 'csv', '-c', 'SELECT 1 AS a; SELECT nosuch; SELECT 2 AS b')
        self.assertEqual((code, out), (1, 'a\n1\n'))
        self.assertIn('ERROR:  42703: column "nosuch" does not exist\nLINE 1: SELECT nosuch\n               ^\n', err)

    def test_keep_going(self):
        code, out, _ = run('-k', '-F', 'csv', '-c', 'SELECT nosuch; SELECT 2 AS b')
        self.assertEqual((code, out), (1, 'b\n2\n'))

    def test_position_counts_columns_of_the_screen(self):
        _, _, err = run('-c', "SELECT '日本',\t'é',\n\t'日', nosuch")
        lines = err.splitlines()
        self.assertEqual(lines[1], "LINE 2:  '日', nosuch")
        self.assertEqual(lines[2], ' ' * len("LINE 2:  '12', ") + '^')

    def test_file_and_line_of_errors(self):
        with tempfile.TemporaryDirectory() as d:
            inner, outer = pathlib.Path(d, 'inner.sql'), pathlib.Path(d, 'outer.sql')
            inner.write_text('SELECT 1;\n-- comment ; not a statement\n\nSELECT\n  nosuch;\n')
            outer.write_text(f'\\echo before\n\\i {inner}\nSELECT 2;\n')
            code, out, err = run('-q', '-F', 'csv', '-f', str(outer))
            self.assertEqual(code, 1)
            self.assertTrue(out.startswith('before\n'))
            self.assertNotIn('2\n', out)
            self.assertIn('inner.sql:5: ERROR:  42703', err)

    def test_variables(self):
        self.assertEqual(run('-F', 'csv', '-v', 'who=world', '-c', "SELECT 'hello ${who}' AS t")[1], 't\nhello world\n')
        self.assertEqual(run('-c', "SELECT '${nosuch}'")[0], 1)
        os.environ['LAMINAR_TEST_VARIABLE'] = 'of the process'
        self.assertEqual(run('-F', 'csv', '-c', "SELECT '${env:LAMINAR_TEST_VARIABLE}' AS t")[1], 't\nof the process\n')
        self.assertEqual(run('-F', 'csv', '-c', "SELECT '${env:LAMINAR_NO_VARIABLE:-text}' AS t")[1], 't\ntext\n')
        self.assertEqual(run('-c', "SELECT '${env:LAMINAR_NO_VARIABLE}'")[0], 1)

    def test_commands(self):
        _, out, err = run(stdin='\\f csv\n\\echo hello\nCREATE SOURCE s (v INTEGER);\n\\d\n\\nosuch\nSELECT 1;\n')
        self.assertEqual(out, 'hello\nname,kind\ns,source\n')
        self.assertIn('there is no command \\nosuch', err)

    def test_words_behind_commands(self):
        for command in ('\\q now', '\\dS t', "\\set v 'it''s'", '\\unset v w', '\\o x y', '\\i x y', '\\x maybe', '\\timing 1'):
            code, _, err = run('-q', '-c', command)
            self.assertEqual((code, '42601' in err), (1, True), command)
        script = "\\x on\n\\x on\nSELECT 1 AS a;\n\\x off\n\\x off\nSELECT 2 AS b;\n\\set v 'x y'\n\\set w x  y\n\\f csv\nSELECT '${v}${w}' AS c;\n"
        self.assertEqual(run('-q', stdin=script)[1], 'a = 1\n b\n---\n 2\n(1 row)\n\nc\nx yx  y\n')

    def test_help_of_statements(self):
        for words in ('COMMIT', 'savepoint', 'START TRANSACTION', 'release'):
            self.assertIn('BEGIN: several statements', run('-c', '\\h ' + words)[1], words)
        self.assertIn('CREATE INDEX: ', run('-c', '\\h create unique index')[1])
        self.assertIn('there is no help', run('-c', '\\h GRANT')[2])

    def test_g_ends_a_statement(self):
        script = ("SELECT 1 AS a\n\\g\nSELECT 2 AS b \\g\n\\g\nSELECT 3 AS c; SELECT E'\\g\n' AS d;\nSELECT 4 AS e\n  \\g  \n-- \\g\n"
                  "SELECT 5 AS f -- \\g\n;\nSELECT 6 AS g\n\\g")
        self.assertEqual(run('-q', '-F', 'csv', stdin=script),
                         (0, 'a\n1\nb\n2\nb\n2\nc\n3\nd\n"g\n"\ne\n4\nf\n5\ng\n6\n', ''))

    def test_lists(self):
        made = ('CREATE TABLE t1 (id INTEGER PRIMARY KEY); CREATE TABLE "T_2" (a TEXT);\nCREATE SOURCE s (v INTEGER);\n'
                'CREATE VIEW v AS SELECT 1 AS x;\nCREATE MATERIALIZED VIEW m AS SELECT id FROM t1;\n'
                'CREATE SEQUENCE q;\nCREATE DOMAIN percent AS INT CHECK (VALUE <= 100);\nCREATE INDEX i ON "T_2" (a);\nCREATE TYPE mood AS ENUM (\'ok\', \'bad\');\nCREATE FUNCTION twice(a INTEGER) RETURNS INTEGER RETURN a * 2;\n')

        def names(command):
            code, out, err = run('-q', '-F', 'csv', stdin=made + command + '\n')
            self.assertEqual((code, err), (0, ''), command)
            return [line.split(',')[0] for line in out.splitlines()[1:]]
        self.assertEqual(names('\\d'), ['s', 't1', 'T_2', 'v', 'm'])
        self.assertEqual(names('\\d+'), ['T_2', 'm', 's', 't1', 'v'])
        self.assertEqual(names('\\d t1'), ['id'])
        self.assertEqual(names('\\d+ t1'), ['id'])
        self.assertEqual(names('\\dt'), ['T_2', 't1'])
        self.assertEqual(names('\\dt t*'), ['T_2', 't1'])
        self.assertEqual(names('\\dt t?'), ['t1'])
        self.assertEqual(names('\\dt t_2'), ['T_2'])
        self.assertEqual(names('\\dt "t*"'), ['t1'])
        self.assertEqual(names("\\dt it's"), [])
        self.assertEqual(names('\\dE'), ['s'])
        self.assertEqual(names('\\dv'), ['v'])
        self.assertEqual(names('\\dm'), ['m'])
        self.assertEqual(names('\\ds'), ['q'])
        self.assertEqual(names('\\dD p*'), ['percent'])
        self.assertEqual(names('\\di i'), ['i'])
        self.assertEqual(names('\\df twice'), ['twice'])
        self.assertEqual(names('\\dT'), ['mood', 'percent'])
        self.assertEqual(names('CREATE SCHEMA a; CREATE TYPE a.mood AS ENUM (\'x\');\n\\dT a.*'), ['a.mood'])
        self.assertEqual(names('\\d i'), ['i'])
        self.assertEqual(names('\\d t*'), ['T_2', 't1'])
        self.assertEqual(names('\\d+ ?'), ['m', 's', 'v'])
        self.assertEqual(names('\\d q'), ['q'])
        self.assertEqual(names('\\d mood'), ['ok', 'bad'])
        self.assertEqual(names('\\l'), ['laminar'])
        self.assertIn('public', names('\\dn'))

    def test_describe_tells_what_belongs_to_it(self):
        made = ('CREATE TABLE p (id INT PRIMARY KEY);\nCREATE TABLE "T" (a INT UNIQUE, b INT CHECK (b > 0), c INT REFERENCES p(id));\n'
                'CREATE INDEX i ON "T" (b) WHERE b > 5;\nCREATE SOURCE s (ts TIMESTAMP, WATERMARK FOR ts);\nCREATE VIEW v AS SELECT 1 AS x;\n')

        def below(command):
            code, out, err = run('-q', stdin=made + command + '\n')
            self.assertEqual((code, err), (0, ''), command)
            return out.partition(' row')[2].partition(')\n\n')[2]
        self.assertEqual(below('\\d "T"'), """Indexes:
    "T_a_key" UNIQUE, hash (a)
    i btree (b) WHERE (b > 5)
Check constraints:
    "T_b_check" CHECK (b > 0)
Foreign keys:
    "T_c_fkey" FOREIGN KEY (c) REFERENCES p(id)

""")
        self.assertEqual(below('\\d p'), 'Indexes:\n    p_pkey PRIMARY KEY, hash (id)\nReferenced by:\n'
                         '    "T" "T_c_fkey" FOREIGN KEY (c) REFERENCES p(id)\n\n')
        other = made
        made += ('CREATE SCHEMA a;\nCREATE SOURCE a.s (ts TIMESTAMP);\nCREATE TABLE a."C c.d" (x INT UNIQUE);\n')
        self.assertEqual(below('\\d a.s'), '')
        self.assertEqual(below('\\d A."C c.d"'), 'Indexes:\n    "C c.d_x_key" UNIQUE, hash (x)\n\n')
        made = other
        self.assertEqual(below('\\d s'), 'Watermark:\n    ts - 00:00:00\n\n')
        self.assertEqual((below('\\d v'), below('\\d+ v')), ('', 'Query:\n    SELECT 1 AS x\n\n'))

    def test_output_file(self):
        with tempfile.TemporaryDirectory() as d:
            path = pathlib.Path(d, 'out.csv')
            self.assertEqual(run('-F', 'csv', stdin=f'\\o {path}\nSELECT 1 AS a;\n\\o\nSELECT 2 AS b;\n')[1], 'b\n2\n')
            self.assertEqual(path.read_text(), 'a\n1\n')

    def test_usage(self):
        self.assertEqual(run('--nosuch')[0], 2)
        self.assertEqual(run('-F', 'nosuch')[0], 2)
        self.assertEqual(run('-v', 'novalue')[0], 2)
        self.assertEqual(run('--help')[0], 0)
        self.assertTrue(run('--version')[1].startswith('laminar '))

    def bench(self, *args):
        code, out, err = run('bench', *args, '-F', 'json', timeout=2 * PATIENCE_S)
        self.assertEqual((code, err), (0, ''), args)
        return json.loads(out)

    def test_benchmarks(self):
        with tempfile.TemporaryDirectory() as d:
            rows = self.bench('latency', '--rows', '500', '--keys', '50', '--rate', '20000')
            self.assertEqual([(r['path'], r['loop']) for r in rows],
                             [(p, way) for p in ('filter', 'window', 'stacked') for way in ('closed', 'open')])
            for r in rows:
                self.assertTrue(0 < r['p50_ns'] <= r['p99_ns'] <= r['p999_ns'] <= r['max_ns'], r)
                self.assertLess(r['rows_per_s'], 20100 if r['loop'] == 'open' else 1e9)
            self.assertEqual(len(self.bench('latency', 'filter', '--rows', '300', '--dir', f'{d}/logged')), 2)
            self.assertTrue(list(pathlib.Path(d, 'logged', 'latency_filter_open').glob('wal-*')))
            rows = self.bench('state', '--keys', '300', '--rows', '2000')
            self.assertEqual([(r['keys'], r['batch'], r['rows']) for r in rows], [(300, n, 2000) for n in (1, 16, 1024)])
            self.assertTrue(all(r['rows_per_s'] > 0 and r['bytes_per_key'] > 30 for r in rows))
            rows = self.bench('ingest', '--dir', d, '--rows', '3000')
            self.assertEqual([(r['format'], r['rows']) for r in rows], [('csv', 3000), ('jsonl', 3000)])
            self.assertTrue(all(r['bytes'] > 100000 and r['gb_per_s'] > 0 for r in rows))
            self.assertEqual(list(pathlib.Path(d).glob('ingest*')), [])
            [row] = self.bench('recovery', '--dir', d, '--keys', '5000')
            self.assertGreater(row['rows'], 15000)
            self.assertTrue(row['state_bytes'] > 100000 and row['disk_bytes'] > row['state_bytes'])
            self.assertEqual(run('bench', 'recovery', '--dir', d)[0], 2)

    def test_compared_benchmarks(self):
        with tempfile.TemporaryDirectory() as d:
            a, b, stored = (pathlib.Path(d, n) for n in ('a.json', 'b.json', 'c.json'))
            a.write_text('[{"query":"q1","rows":5,"events_per_s":100,"p50_us":10},{"query":"q2","rows":5,"events_per_s":100}]')
            b.write_text('[{"query":"q1","rows":9,"events_per_s":120,"p50_us":11},{"query":"q3","rows":5,"events_per_s":1}]')
            stored.write_text('{"commit":"x","figures":{"it\'s":{"value":2.5,"unit":"ns"}}}')
            found = {r['figure']: (r['a'], r['b'], r['ratio'], r['verdict']) for r in self.bench('compare', str(a), str(b))}
            self.assertEqual(found, {'q1 events_per_s': (100, 120, 1.2, 'better'), 'q1 p50_us': (10, 11, 1.1, 'worse'),
                                     'q2 events_per_s': (100, None, None, 'only in a'),
                                     'q3 events_per_s': (None, 1, None, 'only in b')})
            self.assertEqual(self.bench('compare', str(stored), str(stored)),
                             [{'figure': "it's", 'a': 2.5, 'b': 2.5, 'ratio': 1.0, 'verdict': 'same'}])
            self.assertEqual(run('bench', 'compare', str(a), f'{d}/none')[0], 1)
            a.write_text('no json')
            self.assertIn('is no result of a benchmark', run('bench', 'compare', str(a), str(b))[2])

    def test_wrong_benchmarks(self):
        for args, what in [((), 'which one'), (('nothing',), 'no benchmark nothing'), (('state', '--dir', 'x'), 'no meaning for state'),
                           (('ingest',), '--dir'), (('ingest', 'xml', '--dir', '.'), 'no format xml'), (('latency', 'x'), 'no path x'),
                           (('compare', 'x'), 'two files'), (('state', 'x'), 'number of names'), (('latency', '--keys', '-1'), 'keys'),
                           (('recovery', '--rows', '1', '--dir', '.'), '--rows has no meaning for recovery'), (('nexmark', '--bogus'), 'no option --bogus'),
                           (('nexmark', '--rows'), 'missing behind --rows'), (('nexmark', '--rate', 'inf'), 'not a rate'),
                           (('state', '--keys', '9000000000000000000'), 'number of keys'), (('memory', '--keys', '1'), 'at least 50000 keys'),
                           (('nexmark', 'q99'), 'no query q99'), (('nexmark', '--format', 'yaml'), 'no format yaml')]:
            code, out, err = run('bench', *args)
            self.assertEqual((code, out), (2, ''), args)
            self.assertIn(what, err)
        self.assertEqual(run('bench', 'ingest', '--dir', '/dev/null/x')[0], 1)
        code, out, err = run('bench', 'state', '--help')
        self.assertEqual((code, err), (0, ''))
        self.assertEqual(out.count('laminar bench'), 1)

    def test_hostile_text(self):
        for text in ('\0', "'", '"', '/*', '--', '\\', ';;;', '((((', '\xff\xfe', "SELECT '\0'", '\\i', '\\watch x', '$$', '${', '\n' * 1000):
            code, _, _ = run(stdin=text)
            self.assertIn(code, (0, 1), repr(text))

    def raw(self, data):
        p = subprocess.run([SHELL, '-q', '-F', 'csv'], input=data, capture_output=True, timeout=PATIENCE_S)
        return p.returncode, p.stdout.decode(), p.stderr.decode()

    def test_bytes_that_are_no_text(self):
        _, _, err = run('-c', 'SELECT 1,\n ${NOPE}')
        self.assertIn('LINE 2:  ${NOPE}\n         ^', err)
        self.assertEqual(self.raw(b'SELECT \xff;'), (1, '', 'stdin:1: ERROR:  22021: the text is not UTF-8 (byte 8 of its line)\n'))
        self.assertEqual(self.raw(b'SELECT 1\0;\n'), (1, '', 'stdin:1: ERROR:  22021: the text contains a zero byte (byte 9 of its line)\n'))
        self.assertEqual(self.raw(b'\xef\xbb\xbfSELECT 1 AS x;'), (0, 'x\n1\n', ''))

    def test_source_by_options_alone(self):
        with tempfile.TemporaryDirectory() as d:
            pathlib.Path(d, 'a.csv').write_text('x,y\n1,2\n')
            for header, want in (('true', 'x,y\n1,2\n'), ('false', 'column1,column2\nx,y\n1,2\n')):
                for key in ('header', 'csv.header', 'format.header', 'csv.has_header'):
                    made = f"CREATE SOURCE s WITH (connector = 'file', path = '{d}/a.csv', '{key}' = {header}); SELECT * FROM s"
                    self.assertEqual(run('-q', '-F', 'csv', '-c', made), (0, want, ''), key)
            self.assertIn('LM064', run('-c', f"CREATE SOURCE s FROM FILE (path = '{d}/a.csv', 'json.header' = true)")[2])

    def test_a_row_of_a_query_has_its_place_too(self):
        _, _, err = run('-c', 'SELECT 1,\n  1 / (x - 1) FROM (VALUES (1)) AS v (x)')
        self.assertEqual(err, 'ERROR:  22012: division by zero\nLINE 2:   1 / (x - 1) FROM (VALUES (1)) AS v (x)\n            ^\n')

    def test_statements_run_as_they_arrive(self):
        p = subprocess.Popen([SHELL, '-F', 'jsonl'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        p.stdin.write(b'SELECT 1 AS a;\n')
        p.stdin.flush()
        self.assertEqual(p.stdout.readline(), b'{"a":1}\n')
        p.stdin.close()
        self.assertEqual(p.wait(PATIENCE_S), 0)
        p.stdout.close()


class Streams(unittest.TestCase):
    def test_lookups_leave_in_the_order_of_their_rows(self):
        made = "CREATE TABLE t (id INT, at INT, s TEXT); INSERT INTO t VALUES (1, 5, 'one'), (3, 5, 'three'); CREATE SOURCE o (n INT, id INT, at INT);"
        rows = 'INSERT INTO o VALUES (1, 2, 9), (2, 1, 9), (3, NULL, 9), (4, 3, 9), (5, 1, 9), (6, 1, 1), (7, 1, NULL), (8, 3, 9), (9, NULL, 9);'
        for join, found in (('LEFT JOIN t ON o.id = t.id AND o.n <> 5', {2: 'one', 4: 'three', 6: 'one', 7: 'one', 8: 'three'}),
                            ('LEFT JOIN t ON o.id = t.id', {2: 'one', 4: 'three', 5: 'one', 6: 'one', 7: 'one', 8: 'three'}),
                            ('ASOF LEFT JOIN t MATCH_CONDITION (o.at >= t.at) ON o.id = t.id', {2: 'one', 4: 'three', 5: 'one', 8: 'three'})):
            script = f'{made} CREATE STREAM j AS SELECT o.n, t.s FROM o {join}; CREATE SINK k FROM j INTO STDOUT FORMAT CSV; {rows}'
            self.assertEqual(run('-q', '-c', script), (0, 'n,s\n' + ''.join(f"{n},{found.get(n, '')}\n" for n in range(1, 10)), ''))

    def test_endless_query_ends_by_interrupt(self):
        p = subprocess.Popen([SHELL, '-q', '-F', 'jsonl', '-c', ENDLESS + 'SELECT * FROM g'], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertIn('id', json.loads(p.stdout.readline()))
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=PATIENCE_S)
        self.assertEqual(p.returncode, 130)
        self.assertIn(b'57014', err)

    def test_reader_that_goes_away(self):
        p = subprocess.Popen([SHELL, '-q', '-F', 'jsonl', '-c', ENDLESS + 'SELECT * FROM g'], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        p.stdout.readline()
        p.stdout.close()
        self.assertEqual(p.stderr.read(), b'')
        p.stderr.close()
        self.assertIn(p.wait(PATIENCE_S), (0, 1))

    def test_sinks_over_files_end_before_the_program(self):
        with tempfile.TemporaryDirectory() as d:
            source, target = pathlib.Path(d, 'in.csv'), pathlib.Path(d, 'out.jsonl')
            source.write_text('a,b\n' + ''.join(f'{i},x{i}\n' for i in range(20000)))
            code, _, err = run('-q', '-c', f"CREATE SOURCE s (a INTEGER, b TEXT) FROM FILE (path = '{source}');"
                               f"CREATE SINK k FROM (SELECT a * 2 AS c FROM s WHERE a >= 10) INTO FILE (path = '{target}') FORMAT JSON")
            self.assertEqual((code, err), (0, ''))
            self.assertEqual(len(target.read_text().splitlines()), 19990)

    def test_changes_have_an_op_column(self):
        with tempfile.TemporaryDirectory() as d:
            source = pathlib.Path(d, 'in.csv')
            source.write_text('a\n' + '1\n' * 10)
            _, out, _ = run('-q', '-F', 'csv', '-c', f"CREATE SOURCE s (a INTEGER) FROM FILE (path = '{source}');"
                            'SELECT sum(a) AS op FROM s GROUP BY a EMIT CHANGES')
            lines = out.splitlines()
            self.assertEqual(lines[0], '__op,op')
            self.assertEqual(lines[-1], '+,10')


class Terminal(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM='xterm', LAMINAR_HISTORY=os.path.join(self.dir.name, 'history'), HOME=self.dir.name)
            os.execv(SHELL, [SHELL])
        self.seen = ''
        self.wait_for('laminar> ')

    def tearDown(self):
        """The shell writes its history as it ends: the directory goes behind it."""
        os.close(self.fd)
        try:
            end = time.monotonic() + PATIENCE_S
            while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
                if time.monotonic() > end:
                    os.kill(self.pid, signal.SIGKILL)
                time.sleep(0.01)
        except ChildProcessError:  # the test has waited for it
            pass
        self.dir.cleanup()

    def wait_for(self, text):
        end = time.monotonic() + PATIENCE_S
        while text not in self.seen:
            left = end - time.monotonic()
            self.assertGreater(left, 0, f'{text!r} not in {self.seen!r}')
            if select.select([self.fd], [], [], left)[0]:
                self.seen += os.read(self.fd, 65536).decode('utf-8', 'replace')
        self.seen = self.seen.split(text, 1)[1]

    def send(self, text):
        os.write(self.fd, text.encode())

    def test_session(self):
        self.send('CREATE SOURCE readings (id BIGINT);\r')
        self.wait_for('CREATE SOURCE')
        self.wait_for('laminar> ')
        self.send('SELECT 40 +\r')
        self.wait_for('...> ')
        self.send('2 AS answer;\r')
        self.wait_for('42')
        self.wait_for('laminar> ')
        self.send('\\d read\t')
        self.wait_for('ings')
        self.send('\r')
        self.wait_for('BIGINT')
        self.wait_for('laminar> ')
        self.send('this is dropped\x03')
        self.wait_for('laminar> ')
        self.send(ENDLESS + '\r')
        self.wait_for('laminar> ')
        self.send('SELECT * FROM g;\r')
        self.wait_for('rows in')
        self.send('\x03')
        self.wait_for('57014')
        self.wait_for('laminar> ')
        self.send('\\q\r')
        _, status = os.waitpid(self.pid, 0)
        self.assertEqual(status, 0)
        self.assertIn('readings', pathlib.Path(self.dir.name, 'history').read_text())

    def line(self, text, answer):
        """One line, and what the shell says to it before the next prompt."""
        self.send(text + '\r')
        self.wait_for(answer)
        self.wait_for('laminar> ')

    def test_help_names_every_statement(self):
        for topic in ('SELECT', 'BEGIN', 'COPY', 'CREATE FUNCTION', 'CREATE TYPE', 'CREATE TABLE', 'CREATE VIEW', 'CREATE MATERIALIZED VIEW', 'UPDATE', 'DELETE', 'TRUNCATE', 'PREPARE', 'BACKUP'):
            self.line(f'\\h {topic}', topic + ': ')
        self.line('\\h', 'declare events that come in')
        self.line('\\h nosuch', 'nosuch')
        self.line('\\?', '\\watch')

    def test_history_has_statements(self):
        self.send('SELECT 40 + -- the first\r')
        self.wait_for('...> ')
        self.line('2 AS answer;', '42')
        self.send('SELECT\r')
        self.wait_for('...> ')
        self.send('\x03')
        self.wait_for('laminar> ')
        self.line('SELECT 7 AS other;', '7')
        self.send('\x1b[A\x1b[A\r')  # up to the first, which runs whole
        self.wait_for('-- the first')
        self.wait_for('42')
        self.wait_for('laminar> ')
        self.line('SELECT 11 * 11 AS last;', '121')
        self.send('\\q\r')
        os.waitpid(self.pid, 0)
        entries = pathlib.Path(self.dir.name, 'history').read_text().splitlines()[1:]
        self.assertEqual([e.replace('\\040', ' ').replace('\\012', '\n').strip() for e in entries],
                         ['SELECT 40 + -- the first\n2 AS answer;', 'SELECT 7 AS other;', 'SELECT 40 + -- the first\n2 AS answer;', 'SELECT 11 * 11 AS last;', '\\134q'])

    def test_timing_and_formats(self):
        self.line('\\timing', 'Timing is on')
        self.line('SELECT 1;', 'Time: ')
        self.line('\\timing off', 'Timing is off')
        row = "SELECT 1 AS a, NULL AS b, '' AS c;"
        for fmt, text in (('csv', '1,,""'), ('json', '{"a":1,"b":null,"c":""}'), ('jsonl', '{"a":1,"b":null,"c":""}'),
                          ('markdown', '| 1 | NULL |  |'), ('line', 'b = NULL'), ('table', ' 1 | NULL |')):
            self.line(f'\\f {fmt}', f'format is {fmt}')
            self.line(row, text)
        self.line('\\f nosuch', '22023')

    def test_watch_ends_by_interrupt(self):
        self.line('SELECT 7 AS watched;', '(1 row)')
        self.send('\\watch 0.2\r')
        for _ in range(3):
            self.wait_for('watched')
        self.send('\x03')
        self.wait_for('laminar> ')
        self.line('SELECT 40 + 2 AS answer;', '42')

    def test_completion_and_history(self):
        self.line('CREATE TABLE quokkas (marsupial INTEGER);', 'CREATE TABLE')
        self.send('SEL\t 8 AS eight;\r')
        self.wait_for('(1 row)')
        self.wait_for('laminar> ')
        self.send('SELECT count(*) FROM quok\t;\r')
        self.wait_for('(1 row)')
        self.wait_for('laminar> ')
        self.send('SELECT marsup\t FROM quokkas;\r')
        self.wait_for('(0 rows)')
        self.wait_for('laminar> ')
        self.send('\x1b[A\x1b[A\r')
        self.wait_for('count')
        self.wait_for('(1 row)')
        self.wait_for('laminar> ')

    def test_interrupt_drops_what_was_begun(self):
        self.send('SELECT (\r')
        self.wait_for('...> ')
        self.send('\x03')
        self.wait_for('laminar> ')
        self.line('SELECT 40 + 2 AS answer;', '42')


if __name__ == '__main__':
    unittest.main(verbosity=0)
