/* SPDX-License-Identifier: Apache-2.0
 *
 * RESTORE: the database goes back to one of its checkpoints, or to a backup of it.
 *
 * Its pages are read, which checks every one, and written as the newest checkpoint, which says of itself that it has all of the log
 * in it.  Its manifest is the moment of the change: before it the directory is what it was, after it the restored one; so what runs
 * is stopped, the manifest is written behind the last record of the log, and the database is opened again as after any crash.
 * Older checkpoints go then, for the log behind them leads elsewhere; who opens it makes a second one. */
#include "db/durable.h"

#include <stdio.h>

struct Restoring {
    Directory from; /* a backup's; zeroed: the database's own */
    Checkpoint what;
    CheckpointWriter *writer; /* has all the pages */
    Err error;                /* of the last step */
};

static void restoring_done(Restoring *r)
{
    checkpoint_abort(r->writer);
    checkpoint_done(&r->what);
    directory_close(&r->from);
    *r = (Restoring){0};
}

static int find_own(Database *db, const Node *number, Checkpoint *ret, Err *err)
{
    const ExprLiteral *l = number->kind == NODE_EXPR_LITERAL ? AST(ExprLiteral, number) : NULL;
    uint64_t n;
    if (!l || l->kind != LITERAL_INT || !str_to_u64(l->text, &n))
        return RAISE_AT(err, ERR_INVALID_PARAMETER, number->at, "the number of a checkpoint is expected");
    int rc = checkpoint_load_number(&db->durable->dir, &db->acct, n, ret, err);
    uint64_t base;
    if (rc == 0 && base_of(sb_str(&ret->body), &base)) /* its base is of another past once it is the newest one */
        return RAISE_AT(err, ERR_WRONG_STATE, number->at, "checkpoint %llu has no state of what was broken when it was made",
                        (unsigned long long)n);
    if (rc != -ERR_FILE_NOT_FOUND)
        return rc;
    err_clear(err);
    (void)RAISE_AT(err, ERR_UNDEFINED_OBJECT, number->at, "there is no checkpoint %llu", (unsigned long long)n);
    return err_hint(err, "SHOW CHECKPOINTS lists those that are kept");
}

static int find_backup(Database *db, const char *path, Restoring *r, Err *err)
{
    const Directory *own = &db->durable->dir;
    TRY(directory_inspect(&r->from, db->env, path, err));
    if (memcmp(r->from.uuid, own->uuid, sizeof(own->uuid)) != 0) {
        (void)RAISE(err, ERR_WRONG_STATE, "\"%s\" is no backup of this database", path);
        return err_hint(err, "open that directory as a database of its own");
    }
    if (!backup_is_marked(&r->from)) {
        (void)RAISE(err, ERR_WRONG_STATE, "\"%s\" is no backup, or has been opened as a database since", path);
        return err_hint(err, "open that directory as a database of its own");
    }
    int rc = checkpoint_load(&r->from, &db->acct, &r->what, NULL, err);
    return rc == 1 ? RAISE(err, ERR_CORRUPT, "backup \"%s\" has no checkpoint", path) : rc;
}

static int put_image(void *self, uint32_t id, const void *image, uint32_t n_pages, Err *err)
{
    TRY(checkpoint_put(self, id, image, n_pages, err));
    return checkpoint_is_full(self) ? checkpoint_write(self, err) : 0;
}

static int copy_pages(Database *db, Restoring *r, Err *err)
{
    Durable *d = db->durable;
    TRY(checkpoint_begin(&d->dir, &db->acct, d->next_number++, NULL, &r->writer, err));
    ImageTaker taker = {.image = put_image, .self = r->writer, .pages_per_region = PAGES_PER_REGION};
    return checkpoint_read_pages(r->from.env ? &r->from : &d->dir, &r->what, &taker, err);
}

static int prepare(Database *db, const char *path, const RestoreStmt *s, Restoring *r, Err *err)
{
    Durable *d = db->durable;
    env_lock(db->env, &d->checkpointing);
    int rc = d->is_open ? wal_check(d->wal, err) : RAISE(err, ERR_SHUTDOWN, "the database is closed");
    if (rc == 0)
        rc = path ? find_backup(db, path, r, err) : find_own(db, s->checkpoint, &r->what, err);
    if (rc == 0)
        rc = copy_pages(db, r, err);
    if (rc == 0)
        d->is_open = false; /* closing makes no checkpoint */
    env_unlock(db->env, &d->checkpointing);
    return rc;
}

void restore_commit(Database *db, int log_rc, const Err *log_error)
{
    Durable *d = db->durable;
    Restoring *r = d->restoring;
    if (!r)
        return;
    if (log_rc < 0) {
        r->error = *log_error;
        checkpoint_abort(MOVE(r->writer)); /* while there is a directory */
        return;
    }
    Checkpoint made;
    int rc = checkpoint_commit(MOVE(r->writer), wal_last_seq(d->wal), MAX(wal_generation(d->wal), r->what.generation),
                               sb_str(&r->what.body), &made, &r->error);
    if (rc < 0)
        return;
    atomic_store(&db->restored, true);
    checkpoint_collect(&d->dir, (const Checkpoint *const[]){&made}, 1);
    checkpoint_done(&made);
}

int stmt_restore(StmtContext *x, const ScriptStmt *s, Err *err)
{
    Database *db = x->db;
    const RestoreStmt *stmt = AST(RestoreStmt, s->node);
    Durable *d = db->durable;
    Restoring r = {0};
    if (!d)
        return RAISE_AT(err, ERR_WRONG_STATE, s->node->at, "the database is in memory: it has no checkpoints");
    if (!x->is_last)
        return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "statements behind RESTORE in one text are not supported");
    const char *path = stmt->path.p ? arena_strndup(x->arena, stmt->path.p, stmt->path.n) : NULL;
    db->reopen_path = mem_strdup(&db->acct, d->dir.path);
    if ((stmt->path.p && !path) || !db->reopen_path)
        return RAISE_NOMEM(err);
    durable_stop_checkpointer(db);
    int rc = prepare(db, path, stmt, &r, err);
    if (rc < 0) {
        mem_strfree(&db->acct, MOVE(db->reopen_path));
        restoring_done(&r);
        durable_start_checkpointer(db);
        return rc;
    }
    d->restoring = &r;
    db_close(db);
    d->restoring = NULL;
    if (r.error.code) {
        rc = -(int)r.error.code;
        if (err)
            *err = r.error;
    }
    restoring_done(&r);
    if (rc == 0)
        stmt_done(x, STMT_DDL, "RESTORE", (Str){"", 0});
    return rc;
}
