/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: a transaction sees and does what the same statements do without one.  Random changes of three tables (a key, a UNIQUE
 * column and an index; a bag with an index; rows that refer to the first), savepoints and ways back, beside a second database that
 * runs the same statements outside of a transaction and goes back by copies of its tables.  After each step both answer the same
 * queries: of all rows, by key, by a UNIQUE column, by index; and what fails in one fails alike in the other.  In between a writer
 * pushes rows that the transaction must not see; it must not commit changes of such a table.  Public header alone.
 *
 *   prop_transactions [first_seed n_seeds] */
#include "in_parts.h"
#include "multiset.h"
#include "seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAVED_MAX 4
#define PUSHED_MAX 16

typedef struct Run {
    uint64_t seed;
    LaminarConnection *db, *model;
    LaminarWriter *to_t, *to_bag;
    int n_saved; /* [0]: of BEGIN */
    char pushed[PUSHED_MAX][160];
    int n_pushed;
    char last[400];
} Run;

static bool fail(Run *r, const char *what, const char *detail)
{
    printf("seed %llu: %s\n  %s\n  after: %s\n", (unsigned long long)r->seed, what, detail ? detail : "", r->last);
    if (laminar_last_error())
        printf("  %s\n", laminar_last_error());
    printf("replay: prop_transactions %llu 1\n", (unsigned long long)r->seed);
    return false;
}

static bool run(Run *r, LaminarConnection *db, const char *sql)
{
    return laminar_execute(db, sql, NULL) == LAMINAR_OK ? true : fail(r, "a statement failed", sql);
}

static bool rows_of(Run *r, LaminarConnection *db, const char *query, Multiset *ret)
{
    multiset_clear(ret);
    if (!multiset_add_query(ret, db, query))
        return fail(r, "a query failed", query);
    return true;
}

/* ---- the same in both ---- */

static bool compare(Run *r, Multiset *a, Multiset *b)
{
    char sql[6][200];
    int n = 0, id = draw(40);
    snprintf(sql[n++], sizeof(*sql),
             "SELECT 't', id, k, u, s FROM t UNION ALL SELECT 'bag', id, k, NULL, s FROM bag UNION ALL "
             "SELECT 'child', id, t_id, NULL, NULL FROM child");
    snprintf(sql[n++], sizeof(*sql), "SELECT * FROM t WHERE id IN (%d, %d, %d)", id, id + 3, id + 11);
    snprintf(sql[n++], sizeof(*sql), "SELECT * FROM t WHERE u = %d", draw(40));
    snprintf(sql[n++], sizeof(*sql), "SELECT * FROM t WHERE k BETWEEN %d AND %d", draw(5), draw(10));
    snprintf(sql[n++], sizeof(*sql), "SELECT * FROM bag WHERE k = %d AND s > 'a'", draw(8));
    snprintf(sql[n++], sizeof(*sql), "SELECT count(*), sum(k), max(s) FROM bag");
    for (int i = 0; i < n; i++) {
        if (!rows_of(r, r->db, sql[i], a) || !rows_of(r, r->model, sql[i], b))
            return false;
        const char *row = multiset_difference(a, b);
        char detail[1600];
        if (row) {
            snprintf(detail, sizeof(detail), "%s: row %.200s: %d times, should be %d", sql[i], row, multiset_count(a, row),
                     multiset_count(b, row));
            return fail(r, "the transaction sees other rows", detail);
        }
    }
    return true;
}

static void random_change(char *out, size_t cap)
{
    static const char *const texts[] = {"'a'", "'abc'", "NULL", "'a text longer than twelve bytes'",
                                        "'another long text of many bytes'"};
    const char *s = texts[draw(5)];
    int id = draw(40), k = draw(8), u = draw(40);
    switch (draw(16)) {
    case 0: snprintf(out, cap, "INSERT INTO t VALUES (%d, %d, %d, %s), (%d, %d, NULL, 'x')", id, k, u, s, draw(40), k); break;
    case 1:
        snprintf(out, cap, "INSERT INTO t VALUES (%d, %d, %d, %s) ON CONFLICT (id) DO UPDATE SET k = EXCLUDED.k, u = EXCLUDED.u",
                 id, k, u, s);
        break;
    case 2:
        snprintf(out, cap, "INSERT INTO t VALUES (%d, %d, %d, %s) ON CONFLICT (u) DO UPDATE SET s = t.s || 'u'", id, k, u, s);
        break;
    case 3: snprintf(out, cap, "INSERT INTO t VALUES (%d, %d, %d, %s) ON CONFLICT DO NOTHING", id, k, u, s); break;
    case 4: snprintf(out, cap, "UPDATE t SET k = k + 1, s = %s WHERE id = %d", s, id); break;
    case 5: snprintf(out, cap, "UPDATE t SET u = u + 1 WHERE k = %d", k); break;
    case 6: snprintf(out, cap, "UPDATE t SET id = id + %d WHERE id < %d", 1 + draw(3), draw(20)); break;
    case 7: snprintf(out, cap, "DELETE FROM t WHERE %s = %d", draw(2) ? "id" : "k", k); break;
    case 8: snprintf(out, cap, "INSERT INTO child VALUES (%d, %d)", k, id); break;
    case 9: snprintf(out, cap, "DELETE FROM child WHERE id = %d", k); break;
    case 10: snprintf(out, cap, "INSERT INTO bag VALUES (%d, %d, %s), (%d, %d, %s)", id, k, s, id, k, s); break;
    case 11: snprintf(out, cap, "UPDATE bag SET k = k + 1 WHERE k = %d", k); break;
    case 12: snprintf(out, cap, "DELETE FROM bag WHERE k = %d", k); break;
    case 13:
        snprintf(out, cap,
                 "MERGE INTO t USING (SELECT DISTINCT id, k FROM bag) x ON t.id = x.id AND x.k = %d WHEN MATCHED AND t.k > 3 "
                 "THEN DELETE WHEN MATCHED THEN UPDATE SET k = x.k",
                 k);
        break;
    case 14: snprintf(out, cap, "UPDATE bag SET s = t.s FROM t WHERE t.id = bag.id AND t.k = %d", k); break;
    default: snprintf(out, cap, draw(4) ? "INSERT INTO bag SELECT id, k, s FROM t WHERE k = %d" : "DELETE FROM bag", k); break;
    }
}

/* What fails leaves no trace in either. */
static bool change(Run *r)
{
    char message[300] = "";
    random_change(r->last, sizeof(r->last));
    if (!run(r, r->db, "SAVEPOINT one"))
        return false;
    int32_t rc = laminar_execute(r->db, r->last, NULL);
    if (rc != LAMINAR_OK)
        snprintf(message, sizeof(message), "%.290s", laminar_last_error());
    if (!run(r, r->db, rc == LAMINAR_OK ? "RELEASE one" : "ROLLBACK TO one; RELEASE one"))
        return false;
    int32_t other = laminar_execute(r->model, r->last, NULL);
    if ((rc == LAMINAR_OK) != (other == LAMINAR_OK))
        return fail(r, rc == LAMINAR_OK ? "it should have failed" : "it failed in the transaction only", message);
    if (rc != LAMINAR_OK && strncmp(message, laminar_last_error(), strcspn(message, "\n")) != 0) /* which row it is, is left open */
        return fail(r, "another error", message);
    return true;
}

/* ---- there and back ---- */

static bool save(Run *r)
{
    char sql[300];
    int i = r->n_saved++;
    snprintf(sql, sizeof(sql),
             "CREATE TABLE t_%d AS SELECT * FROM t; CREATE TABLE bag_%d AS SELECT * FROM bag; "
             "CREATE TABLE child_%d AS SELECT * FROM child",
             i, i, i);
    if (!run(r, r->model, sql))
        return false;
    snprintf(sql, sizeof(sql), "SAVEPOINT s%d", i);
    return i == 0 || run(r, r->db, sql);
}

static bool forget(Run *r, int from)
{
    char sql[100];
    for (; r->n_saved > from; r->n_saved--) {
        int i = r->n_saved - 1;
        snprintf(sql, sizeof(sql), "DROP TABLE t_%d; DROP TABLE bag_%d; DROP TABLE child_%d", i, i, i);
        if (!run(r, r->model, sql))
            return false;
    }
    return true;
}

static bool model_back(Run *r, int i)
{
    char sql[300];
    snprintf(sql, sizeof(sql),
             "DELETE FROM child; DELETE FROM bag; DELETE FROM t; INSERT INTO t SELECT * FROM t_%d; INSERT INTO bag "
             "SELECT * FROM bag_%d; INSERT INTO child SELECT * FROM child_%d",
             i, i, i);
    return run(r, r->model, sql) && forget(r, i + 1);
}

static bool back(Run *r)
{
    int i = 1 + draw(r->n_saved - 1);
    snprintf(r->last, sizeof(r->last), "ROLLBACK TO s%d", i);
    return run(r, r->db, r->last) && model_back(r, i);
}

/* Rows that come from elsewhere; the model has them when the transaction is over. */
static bool push(Run *r)
{
    LaminarRow *row;
    bool to_t = draw(2);
    int id = draw(40), k = draw(8);
    if (r->n_pushed == PUSHED_MAX)
        return true;
    if (laminar_row_begin(to_t ? r->to_t : r->to_bag, &row) != LAMINAR_OK)
        return fail(r, "a row cannot begin", NULL);
    laminar_row_i64(row, 0, id);
    laminar_row_i64(row, 1, k);
    if (to_t)
        laminar_row_null(row, 2);
    laminar_row_text(row, to_t ? 3 : 2, "a text that is pushed", 21);
    if (laminar_row_push(row) != LAMINAR_OK)
        return fail(r, "a row cannot be pushed", NULL);
    if (to_t)
        snprintf(r->pushed[r->n_pushed++], sizeof(*r->pushed),
                 "INSERT INTO t VALUES (%d, %d, NULL, 'a text that is pushed') ON "
                 "CONFLICT (id) DO UPDATE SET k = EXCLUDED.k, u = NULL, s = EXCLUDED.s",
                 id, k);
    else
        snprintf(r->pushed[r->n_pushed++], sizeof(*r->pushed), "INSERT INTO bag VALUES (%d, %d, 'a text that is pushed')", id, k);
    return true;
}

static bool end(Run *r)
{
    bool commit = draw(3);
    snprintf(r->last, sizeof(r->last), "%s", commit ? "COMMIT" : "ROLLBACK");
    int32_t rc = laminar_execute(r->db, r->last, NULL);
    if (rc != LAMINAR_OK && (r->n_pushed == 0 || !strstr(laminar_last_error(), "could not serialize")))
        return fail(r, "the transaction cannot end", NULL);
    if ((rc != LAMINAR_OK || !commit) && !model_back(r, 0))
        return false;
    for (int i = 0; i < r->n_pushed; i++)
        if (!run(r, r->model, r->pushed[i]))
            return false;
    r->n_pushed = 0;
    return forget(r, 0);
}

static bool play(Run *r, Multiset *a, Multiset *b)
{
    static const char setup[] =
        "CREATE TABLE t (id BIGINT PRIMARY KEY, k BIGINT, u BIGINT UNIQUE, s TEXT); CREATE TABLE bag (id BIGINT, k BIGINT, s "
        "TEXT); "
        "CREATE TABLE child (id BIGINT, t_id BIGINT REFERENCES t ON DELETE CASCADE ON UPDATE SET NULL); CREATE INDEX tk ON t (k); "
        "CREATE INDEX bk ON bag (k DESC, s); INSERT INTO t SELECT g, g % 6, g * 2, 's' || g FROM generate_series(0, 25) g; "
        "INSERT INTO bag SELECT g % 9, g % 5, 'b' || g % 4 FROM generate_series(1, 40) g; INSERT INTO child VALUES (1, 3), (2, 4)";
    if (open_in_parts(NULL, r->seed, &r->db) != LAMINAR_OK || laminar_open(&r->model) != LAMINAR_OK)
        return fail(r, "opening failed", NULL);
    if (!run(r, r->db, setup) || !run(r, r->model, setup))
        return false;
    if (laminar_writer_create(r->db, "t", &r->to_t) != LAMINAR_OK || laminar_writer_create(r->db, "bag", &r->to_bag) != LAMINAR_OK)
        return fail(r, "a writer cannot be made", NULL);
    for (int n = 2 + draw(3); n > 0; n--) {
        bool pushes = draw(2);
        if (!run(r, r->db, "BEGIN; DELETE FROM t WHERE id = -1; DELETE FROM bag WHERE id = -1; DELETE FROM child WHERE id = -1") ||
            !save(r))
            return false;
        for (int steps = 2 + draw(14); steps > 0; steps--) {
            int what = draw(10);
            bool ok = what == 0 && r->n_saved < SAVED_MAX  ? save(r)
                      : what == 1 && r->n_saved > 1        ? back(r)
                      : pushes && (what == 2 || what == 3) ? push(r)
                                                           : change(r);
            if (!ok || !compare(r, a, b))
                return false;
        }
        if (!end(r) || !compare(r, a, b))
            return false;
    }
    return true;
}

static bool run_seed(uint64_t seed)
{
    static Run r;
    static Multiset a, b;
    memset(&r, 0, sizeof(r));
    r.seed = seed;
    rng_state = seed * 0x2545f4914f6cdd1dull;
    bool ok = play(&r, &a, &b);
    laminar_writer_free(r.to_t);
    laminar_writer_free(r.to_bag);
    laminar_close(r.db);
    laminar_close(r.model);
    multiset_clear(&a);
    multiset_clear(&b);
    return ok;
}

int main(int argc, char **argv)
{
    return run_seeds(argc, argv, 25, 3, run_seed);
}
