/* SPDX-License-Identifier: Apache-2.0
 *
 * ON COMMIT DROP and DELETE ROWS of temporary tables: statements that run last in the transaction, so that what they do is part of
 * it: of the log, of what views see, and of what a failure takes back. */
#include "db/execute.h"
#include "db/result.h"
#include "db/transaction.h"

#include "sql/print.h"

/* Outside of a transaction most statements leave such a table as empty as it was. */
static bool is_empty(Database *db, const Relation *r)
{
    if (db->transaction || r->on_commit != ON_COMMIT_DELETE)
        return false;
    engine_enter(db->engine);
    const Feed *f = engine_feed(db->engine, r->id);
    bool empty = f && f->stored && f->stored->n_rows == 0;
    engine_leave(db->engine);
    return empty;
}

/* The texts first: a statement makes another catalog. */
static int texts_of(StmtContext *x, const char ***ret, uint32_t *ret_n, Err *err)
{
    Catalog *c = db_catalog(x->db);
    uint32_t n = 0;
    int rc = 0;
    bool any = false;
    *ret = ARENA_ARRAY(x->arena, const char *, c->n + 1);
    rc = *ret ? 0 : RAISE_NOMEM(err);
    for (uint32_t i = 0; i < c->n && rc == 0; i++) {
        const Relation *r = c->relation[i];
        StrBuf text;
        if (r->on_commit <= ON_COMMIT_PRESERVE)
            continue;
        any = true;
        if (is_empty(x->db, r))
            continue;
        sb_init(&text, NULL);
        sb_puts(&text, r->on_commit == ON_COMMIT_DROP ? "DROP TABLE " : "DELETE FROM ");
        relation_print_name(r, &text);
        sb_puts(&text, r->on_commit == ON_COMMIT_DROP ? " CASCADE" : "");
        (*ret)[n++] = text.failed ? NULL : arena_strndup(x->arena, text.p, text.n);
        sb_done(&text);
        rc = (*ret)[n - 1] ? 0 : RAISE_NOMEM(err);
    }
    if (!any)
        atomic_store(&x->db->has_on_commit, false);
    catalog_unref(c);
    *ret_n = n;
    return rc;
}

int on_commit_run(StmtContext *x, Err *err)
{
    const char **text;
    uint32_t n;
    if (!atomic_load_explicit(&x->db->has_on_commit, memory_order_relaxed) || transaction_is_read_only(x->db))
        return 0; /* who only reads has put nothing in */
    TRY(texts_of(x, &text, &n, err));
    for (uint32_t i = 0; i < n; i++) {
        StatementResult ignored = {0};
        StmtContext inner = *x;
        inner.result = &ignored;
        inner.ends_transaction = true;
        int rc = run_text_part(&inner, text[i], err);
        statement_result_done(&ignored);
        TRY(rc);
    }
    return 0;
}
