/* SPDX-License-Identifier: Apache-2.0
 *
 * ALTER TABLE and ALTER SOURCE: the statement, and the rows that are there.  These are made anew over the new columns by one
 * program (moved, converted, or the DEFAULT), checked, and put behind the relation in one hold of the shard, so that everything
 * happens or nothing does.  Rows that come back from a checkpoint have the last definition's columns already: while one is restored
 * an empty relation is altered, and takes them over at the end (checkpoint.c). */
#include "db/alter.h"
#include "db/ddl_view.h"
#include "db/durable.h"
#include "db/foreign.h"
#include "db/names_move.h"
#include "db/sequence.h"
#include "db/stream.h"
#include "db/transaction_ddl.h"
#include "flow/engine_keep.h"

#include <stdio.h>

/* ---- the relation ---- */

/* The new content in place of the old one; this stays when it fails. */
static int replace_store(NewRows *n, Feed *f, Err *err)
{
    Stored *old = f->stored;
    const Schema *schema = f->schema;
    f->stored = NULL;
    f->schema = schema_ref(n->a->made->schema);
    int rc = open_store(n->a->x->db, n->a->next, n->a->made, f, err);
    if (rc == 0 && n->list.n) {
        f->stored->making = true;
        rc = stored_apply(f->stored, f->name, n->list.batch, n->list.n, err);
        f->stored->making = false;
    }
    if (rc == 0 && !durable_is_replaying(n->a->x->db))
        rc = foreign_check_new(n->a->x->db, n->a->old, n->a->made, f, n->list.batch, n->list.n, err);
    int kept = rc == 0 ? transaction_keep_store(n->a->x->db, f, old, schema, err) : 0;
    rc = kept < 0 ? kept : rc;
    if (rc < 0) {
        stored_free(f->stored);
        schema_unref((Schema *)f->schema);
        f->stored = old;
        f->schema = schema;
        return rc;
    }
    if (kept)
        return 0;
    stored_free(old);
    schema_unref((Schema *)schema);
    return 0;
}

static int rebuild(NewRows *n, Feed *f, Err *err)
{
    TRY(alter_rows_make(n, n->a, f, err));
    if (f->stored) {
        TRY(replace_store(n, f, err));
        return n->takes_changes ? transaction_fold(n->a->x->db, f, err) : 0;
    }
    return feed_widen(f, n->a->made->schema, n->list.batch, n->list.n, err);
}

static int new_places(const Alter *a, int32_t **ret, Err *err)
{
    int32_t *now = ARENA_ARRAY(a->x->arena, int32_t, a->n_old + 1);
    if (!now)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < a->n_old; i++)
        now[i] = -1;
    for (uint32_t i = 0; i < a->made->schema->n; i++)
        if (alter_origin(a, i) >= 0)
            now[alter_origin(a, i)] = (int32_t)i;
    *ret = now;
    return 0;
}

static int check_feed(const Alter *a, const Feed *f, const int32_t *now, Err *err)
{
    bool moves = false;
    for (uint32_t i = 0; i < a->n_old; i++)
        moves |= now[i] != (int32_t)i || a->converted[i];
    if (!f)
        return RAISE(err, ERR_WRONG_STATE, "relation \"%s\" is not running", a->old->name);
    if (f->history && a->rebuilds)
        return RAISE_AT(err, ERR_UNSUPPORTED, a->st->name.at, "ALTER of a relation with retain_history is not supported yet");
    if (f->wm.clock && moves)
        return RAISE_AT(err, ERR_UNSUPPORTED, a->st->name.at,
                        "dropping or converting columns of a source whose watermark has a clock of its own is not supported yet");
    if (moves && streams_watch(f)) /* their rows are those of the relation, by position */
        return RAISE_AT(err, ERR_IN_USE, a->st->name.at,
                        "cannot alter \"%s\" because it is being used by active queries: subscriptions or cursors", a->old->name);
    return 0;
}

/* The entries of indexes that name a column otherwise. */
static int take_indexes(const Alter *a, Catalog **next, Err *err)
{
    for (uint32_t i = 0; i < a->n_index; i++) {
        Catalog *more;
        TRY(catalog_with(*next, a->index[i], NULL, 0, &more, err));
        catalog_unref(*next);
        *next = more;
    }
    return 0;
}

/* [shard] */
static int run_inside(Alter *a, NewRows *rows, Err *err)
{
    Database *db = a->x->db;
    Feed *f = engine_feed(db->engine, a->old->id);
    int32_t *now = NULL;
    int64_t clock_us = engine_statement_clock(db->engine), began_us = transaction_now_us(db);
    if (durable_is_replaying(db))
        began_us = db->durable->unit_now_us;
    a->x->now_us = began_us ? began_us : clock_us;
    TRY(new_places(a, &now, err));
    TRY(check_feed(a, f, now, err));
    bool rebuilds = a->rebuilds || (f->stored && engine_is_restoring(db->engine));
    if (!rebuilds) {
        schema_unref((Schema *)a->made->schema);
        a->made->schema = schema_ref(f->schema);
    }
    Catalog *next = NULL; /* before what cannot be taken back */
    ForeignKeys *keys = NULL;
    TRY(db_next_catalog(db, a->made, a->dropped, a->n_dropped, &next, err));
    int rc = take_indexes(a, &next, err);
    const AlterAction *first = AST(AlterAction, a->st->actions.first);
    if (rc == 0 && first->kind == ALTER_RENAME)
        rc = rename_in_readers(a->x, &next, a->old, &first->new_name, err);
    if (rc == 0 && first->kind == ALTER_RENAME_COLUMN)
        rc = foreign_rename_column(&next, a->old->id, first->name.s, &first->new_name, a->x->arena, err);
    if (rc == 0)
        rc = foreign_link(db, next, &keys, err);
    a->next = next;
    if (rc == 0 && rebuilds)
        rc = engine_unshare(db->engine, f, err);
    if (rc == 0 && rebuilds)
        rc = rebuild(rows, f, err);
    if (rc < 0) {
        engine_share_again(db->engine, f);
        foreign_keys_free(keys);
        catalog_unref(next);
        return rc;
    }
    if (rebuilds && f->wm.on)
        f->wm.col = (uint32_t)now[f->wm.col];
    alter_stop_dropped(a);
    db_swap_catalog(db, next);
    atomic_fetch_add(&f->n_altered, 1);
    foreign_use(db, keys);
    alter_move_columns(a, now);
    engine_share_again(db->engine, f);
    if (first->kind == ALTER_RENAME)
        name_running(db, a->made);
    feed_set_room(f, f->stored ? 0 : (uint64_t)a->made->buffer_rows, (Backpressure)a->made->backpressure);
    if (f->stored)
        f->stored->key_name = a->made->primary_key_name;
    identities_moved(db, a->old->id, now, a->n_old);
    if (rebuilds && durable_rows(db).p)
        TRY(alter_rows_note(rows, err));
    TRY(alter_restart(a, err));
    f->defining = transaction_is_defining(db);
    TRY(transaction_copy_again(db, f, err));
    return durable_log_statement(db, err);
}

#define POSTING_LOOK_NS 100000

/* From now on nobody posts rows as they are laid out: who pushes waits, and hears what became of them; what has been posted goes in
 * when the shard is entered next.  NULL = it is not running.
 */
static Feed *stop_letters(Database *db, uint64_t relation, bool *ret_before)
{
    engine_enter(db->engine);
    Feed *f = engine_feed(db->engine, relation);
    *ret_before = f && atomic_exchange(&f->may_refuse, true);
    f = f ? feed_ref(f) : NULL;
    engine_leave(db->engine);
    for (uint32_t n; f && db->env->thread && (n = atomic_load(&f->n_posting)) > 0;) /* they are soon done */
        db->env->thread->park(db->env, &f->n_posting, n, env_mono_ns(db->env) + POSTING_LOOK_NS);
    return f;
}

static int run(Alter *a, Err *err)
{
    Database *db = a->x->db;
    NewRows rows = {.a = a};
    bool refused;
    alter_finish_dropped(a);
    Feed *f = stop_letters(db, a->old->id, &refused);
    engine_enter(db->engine);
    int rc = run_inside(a, &rows, err);
    engine_leave(db->engine);
    if (f)
        atomic_store(&f->may_refuse, refused);
    feed_unref(f);
    if (rc == 0 && !transaction_is_defining(db)) /* else when it commits */
        alter_forget_dropped(a);
    alter_rows_done(&rows);
    return rc;
}

/* ---- the statement ---- */

static int alter(Alter *a, Err *err)
{
    const AlterAction *first = AST(AlterAction, a->st->actions.first);
    if (a->old->connector && a->old->kind == REL_SOURCE && a->st->actions.n == 1 && first->kind == ALTER_RENAME)
        return rename_running(a->x, a->st, a->old, err);
    if (a->old->connector)
        return RAISE_AT(err, ERR_UNSUPPORTED, a->st->name.at, "ALTER of a relation with a connector is not supported yet");
    TRY(alter_definition(a, err));
    if (a->n_done == 0) {
        durable_skip(a->x->db);
        return 0;
    }
    const Relation *of = NULL;
    uint32_t key;
    if (a->cascades)
        TRY(foreign_unfit(a->x->db->catalog, a->old, a->made, &of, &key, err));
    if (of)
        return statement_without(a->x, of, "CONSTRAINT", of->foreign[key].name, &a->before, err);
    TRY(alter_check_dependants(a, err));
    if (first->kind != ALTER_RENAME_COLUMN)
        TRY(foreign_refuse_alter(a->x->db->catalog, a->old, a->made, a->st->name.at, err));
    return run(a, err);
}

static int find(Alter *a, Err *err)
{
    const AlterStmt *st = a->st;
    TRY(name_check_made(a->x->db->catalog, &st->name, err));
    Str id = object_of(&st->name);
    const Relation *r = catalog_find(a->x->db->catalog, id);
    if (!r && st->if_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_UNDEFINED_RELATION, "relation \"%.*s\" does not exist, skipping", (int)id.n, id.p);
        statement_notice(a->x->result, &notice);
        return 0;
    }
    if (!r)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, st->name.at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    if (r->kind != (st->kind == OBJECT_TABLE ? REL_TABLE : REL_SOURCE))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is %s %s, not %s %s", r->name,
                        word_article(relation_kind_name(r->kind)), relation_kind_name(r->kind),
                        word_article(object_kind_text(st->kind)), object_kind_text(st->kind));
    a->old = relation_ref((Relation *)r);
    return 0;
}

static bool is_supported(const AlterStmt *st)
{
    AST_EACH(n, st->actions)
    {
        AlterKind kind = AST(AlterAction, n)->kind;
        if (kind >= ALTER_SET && !(kind == ALTER_SET && st->kind == OBJECT_SOURCE))
            return false;
    }
    return st->kind == OBJECT_TABLE || st->kind == OBJECT_SOURCE;
}

/* A backfill that stands still has rows of its inputs before it, as they were laid out. */
static int check_builds(Database *db, Span at, Err *err)
{
    engine_enter(db->engine);
    const char *name = engine_stopped_build(db->engine);
    int rc = name ? RAISE_AT(err, ERR_WRONG_STATE, at, "the backfill of \"%s\" was cancelled and is not resumed", name) : 0;
    engine_leave(db->engine);
    return rc == 0 ? 0 : err_hint(err, "RESUME BACKFILL FOR %s, or drop it.", name);
}

/* *ret_before: what is to happen before, and then this again; NULL = it is done. */
static int alter_once(StmtContext *x, const ScriptStmt *s, ScriptStmt **ret_before, Err *err)
{
    Database *db = x->db;
    Alter a = {.x = x, .st = AST(AlterStmt, s->node)};
    env_lock(db->env, &db->ddl);
    int rc = find(&a, err);
    if (rc == 0 && a.old)
        rc = check_builds(db, s->node->at, err);
    if (rc == 0 && a.old)
        rc = alter(&a, err);
    env_unlock(db->env, &db->ddl);
    for (uint32_t i = 0; i < a.n_index; i++)
        relation_unref(a.index[i]);
    relation_unref(a.made);
    relation_unref(a.old);
    *ret_before = a.before;
    return rc;
}

int stmt_alter(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const AlterStmt *st = AST(AlterStmt, s->node);
    if (alter_only_belongs(st))
        return alter_belongs(x, st, err);
    if (renames_running(st))
        return alter_rename_running(x, st, err);
    if (st->kind == OBJECT_TYPE)
        return alter_type(x, st, err);
    if (st->kind == OBJECT_DOMAIN)
        return alter_domain(x, st, err);
    if (st->kind == OBJECT_SEQUENCE)
        return alter_sequence(x, st, err);
    if (st->kind == OBJECT_VIEW)
        return alter_view(x, st, err);
    if (st->kind == OBJECT_INDEX)
        return alter_index(x, st, err);
    const AlterAction *first = AST(AlterAction, st->actions.first);
    if (first->kind == ALTER_SET && st->kind != OBJECT_SOURCE)
        return RAISE_AT(err, ERR_UNSUPPORTED, first->options.first->at, "ALTER %s .. SET (%.*s) is not supported",
                        object_kind_text(st->kind), (int)AST(OptionNode, first->options.first)->key.n,
                        AST(OptionNode, first->options.first)->key.p);
    if (!is_supported(st))
        return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "this form of ALTER %s is not supported yet",
                        object_kind_text(st->kind));
    for (ScriptStmt *before = NULL;; before = NULL) {
        TRY(alter_once(x, s, &before, err));
        if (!before)
            break;
        int rc = alter_first(x, before, s, err);
        if (rc < 0 && err)
            err->at = st->name.at;
        TRY(rc);
    }
    char tag[64];
    snprintf(tag, sizeof(tag), "ALTER %s", object_kind_text(st->kind));
    stmt_done(x, STMT_DDL, tag, object_of(&st->name));
    return 0;
}
