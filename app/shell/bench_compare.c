/* SPDX-License-Identifier: Apache-2.0
 *
 * `laminar bench compare A B`: two result files beside each other.  A file is what a benchmark printed with --format json, or what
 * `make bench` stored.  The comparison is a query of the engine over the two texts: a figure is named by the words and the sizes
 * that its row was measured with (query, path, keys, batch ...), and whether more of it is better follows from its name or unit. */
#include "base/err.h"
#include "shell/bench.h"
#include "shell/report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Of a stored file: {"figures": {name: {"value": .., "unit": ..}}}; else an array of rows. */
static const char views[] =
    "CREATE VIEW members AS SELECT side, row_no, m.key, m.value, m.value #>> '{}' AS text, json_typeof(m.value) AS kind "
    "FROM (SELECT side, e.value AS r, row_no FROM files, "
    "      json_array_elements(CASE WHEN json_typeof(doc) = 'array' THEN doc ELSE '[]'::JSON END) WITH ORDINALITY AS e(value, "
    "row_no)) "
    "AS s, json_each(s.r) AS m;"
    "CREATE VIEW labels AS SELECT side, row_no, string_agg(text, ' ' ORDER BY kind DESC, key DESC) AS label "
    "FROM members WHERE kind = 'string' OR key IN ('keys', 'batch') GROUP BY side, row_no;"
    "CREATE VIEW figures AS "
    "SELECT side, m.key AS figure, (m.value ->> 'value')::DOUBLE AS value, m.value ->> 'unit' AS unit "
    "FROM files, json_each(CASE WHEN json_typeof(doc) = 'object' THEN doc -> 'figures' ELSE '{}'::JSON END) AS m "
    "UNION ALL "
    "SELECT m.side, label || ' ' || m.key, m.text::DOUBLE, m.key "
    "FROM members AS m JOIN labels AS l ON m.side = l.side AND m.row_no = l.row_no "
    "WHERE kind = 'number' AND m.key NOT IN ('keys', 'batch', 'rows', 'rows_out', 'events', 'bytes', 'seconds')";
static const char compare[] =
    "SELECT figure, a.value AS a, b.value AS b, round((b.value / nullif(a.value, 0))::NUMERIC, 3) AS ratio, "
    "CASE WHEN a.value IS NULL THEN 'only in b' WHEN b.value IS NULL THEN 'only in a' "
    "WHEN abs(b.value - a.value) <= 0.05 * abs(a.value) THEN 'same' "
    "WHEN (b.value > a.value) = (coalesce(a.unit, '') LIKE '%/s' OR coalesce(a.unit, '') LIKE '%_per_s') THEN 'better' "
    "ELSE 'worse' END AS verdict "
    "FROM (SELECT * FROM figures WHERE side = 'a') AS a FULL JOIN (SELECT * FROM figures WHERE side = 'b') AS b USING (figure) "
    "ORDER BY figure";

static bool read_whole(const char *path, StrBuf *to)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int64_t n = -1;
    while (fd >= 0 && (n = input_read(fd, to, 65536)) > 0)
        ;
    if (n < 0)
        report_error((Origin){0}, "58P01", "cannot read \"%s\": %s", path, strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return n == 0;
}

static void put_quoted(StrBuf *b, Str text)
{
    sb_putc(b, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'')
            sb_putc(b, '\'');
        sb_putc(b, text.p[i]);
    }
    sb_putc(b, '\'');
}

static bool add_file(LaminarConnection *db, const char *side, const char *path)
{
    StrBuf text, sql;
    sb_init(&text, NULL);
    sb_init(&sql, NULL);
    bool done = read_whole(path, &text);
    if (done) {
        sb_printf(&sql, "INSERT INTO files VALUES ('%s', ", side);
        put_quoted(&sql, sb_str(&text));
        sb_puts(&sql, "::JSON)");
        done = laminar_execute(db, sb_cstr(&sql), NULL) == LAMINAR_OK;
        if (!done)
            report_error((Origin){0}, "22023", "\"%s\" is no result of a benchmark: %s", path, laminar_last_error());
    }
    sb_done(&sql);
    sb_done(&text);
    return done;
}

int bench_compare(Shell *s, const BenchOptions *o)
{
    if (o->n_names != 2) {
        message_printf("laminar bench compare: needs two files that --format json or make bench wrote\n");
        return EXIT_USAGE;
    }
    int rc = EXIT_ERROR;
    if (laminar_open(&s->db) != LAMINAR_OK ||
        laminar_execute(s->db, "CREATE TABLE files (side TEXT, doc JSON)", NULL) != LAMINAR_OK ||
        laminar_execute(s->db, views, NULL) != LAMINAR_OK)
        (void)bench_check(false);
    else if (add_file(s->db, "a", o->name[0]) && add_file(s->db, "b", o->name[1]))
        rc = run_statement(s, str_of(compare), (Origin){0}) == 0 ? EXIT_OK : EXIT_ERROR;
    if (s->db)
        (void)laminar_close(s->db);
    s->db = NULL;
    output_flush(&s->out);
    return rc;
}
