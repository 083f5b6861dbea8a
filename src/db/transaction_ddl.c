/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE, ALTER, DROP and COMMENT within a transaction.
 *
 * A catalog is a snapshot that nobody changes, so what was before a statement is the catalog of then; beside it lie the rows of a
 * table that the statement has made anew, the numbers of a sequence that it alters, and the comments.  To take it back, what the
 * two catalogs differ in is undone.  What is dropped stays until the transaction commits, out of the catalog, so that it can be had
 * again.
 *
 * Rows of the tables concerned are still those of the transaction alone (transaction.c).  The log has the statements before the
 * changes, so who makes the rows of a table anew takes the changes of before along and logs what comes of it; and nobody else
 * changes a table that is being defined (Feed.defining), nor is a checkpoint made meanwhile (Database.defining). */
#include "db/transaction_ddl.h"

#include "data/nested.h"
#include "db/comment.h"
#include "db/foreign.h"
#include "db/names_move.h"
#include "db/sequence.h"
#include "db/stream.h"
#include "db/table_write.h"
#include "db/transaction.h"
#include "flow/engine_keep.h"

#include <stdio.h>

typedef struct KeptStore { /* what a relation had before its rows were made anew */
    struct KeptStore *next;
    Feed *feed; /* one reference */
    Stored *stored;
    const Schema *schema; /* one reference */
} KeptStore;

struct DdlStep {
    DdlStep *before;
    Catalog *catalog; /* one reference */
    uint32_t n_statements;
    KeptStore *stores; /* newest first */
    Comment *comments;
    uint64_t sequence; /* that ALTER SEQUENCE alters; 0 = none */
    int64_t last;
    bool called;
    Type labels; /* ENUM that ALTER alters, what its labels were; no type = none */
    const char **label, *type_name;
    uint32_t n_labels;
    uint64_t numbering;               /* table that ALTER alters; 0 = none */
    struct IdentityState *identities; /* its columns' numbers */
};

/* ---- which statements ---- */

static bool can_be_dropped(ObjectKind k)
{
    return k == OBJECT_TABLE || k == OBJECT_VIEW || k == OBJECT_INDEX || k == OBJECT_SEQUENCE || k == OBJECT_TYPE ||
           k == OBJECT_DOMAIN || object_is_routine(k) || k == OBJECT_SCHEMA;
}

static bool is_undoable(const Node *n)
{
    switch ((NodeKind)n->kind) {
    case NODE_CREATE_RELATION_STMT: {
        const CreateRelationStmt *c = AST(CreateRelationStmt, n);
        return c->kind == OBJECT_TABLE && !c->or_replace && !c->connector && c->options.n == 0;
    }
    case NODE_CREATE_QUERY_STMT: return AST(CreateQueryStmt, n)->kind == OBJECT_VIEW;
    case NODE_ALTER_STMT:
        return alter_only_belongs(AST(AlterStmt, n)) || AST(AlterStmt, n)->kind == OBJECT_TABLE ||
               AST(AlterStmt, n)->kind == OBJECT_VIEW || AST(AlterStmt, n)->kind == OBJECT_SEQUENCE ||
               AST(AlterStmt, n)->kind == OBJECT_INDEX || AST(AlterStmt, n)->kind == OBJECT_TYPE ||
               (AST(AlterStmt, n)->kind == OBJECT_DOMAIN &&
                AST(AlterAction, AST(AlterStmt, n)->actions.first)->kind == ALTER_RENAME);
    case NODE_DROP_STMT: return can_be_dropped(AST(DropStmt, n)->kind);
    case NODE_CREATE_FUNCTION_STMT:
    case NODE_CREATE_INDEX_STMT:
    case NODE_CREATE_TYPE_STMT:
    case NODE_CREATE_DOMAIN_STMT:
    case NODE_CREATE_SEQUENCE_STMT:
    case NODE_CREATE_SCHEMA_STMT:
    case NODE_COMMENT_STMT: return true;
    default: return false;
    }
}

/* Labels are the type's own, not the catalog's. */
static int note_labels(Database *db, const AlterStmt *st, DdlStep *s, Err *err)
{
    const Relation *r = catalog_find(db->catalog, object_of(&st->name));
    if (!r || r->kind != REL_TYPE || r->type.id != T_ENUM)
        return 0;
    uint32_t n = r->type.nested->n;
    s->label = mem_alloc(&db->acct, MAX(n, 1u) * sizeof(*s->label));
    if (!s->label)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        s->label[i] = r->type.nested->field[i].name;
    s->labels = r->type;
    s->type_name = r->type.nested->name;
    s->n_labels = n;
    type_enum_hold(s->labels);
    return 0;
}

/* [shard] */
static void labels_back(const DdlStep *s)
{
    if (!s->label)
        return;
    type_enum_call_again(s->labels, s->type_name);
    type_enum_cut(s->labels, s->n_labels);
    for (uint32_t i = 0; i < s->n_labels; i++)
        type_enum_name_again(s->labels, i, s->label[i]);
}

/* What numbers are given next, of a sequence or of the columns of a table. */
static int note_numbers(Database *db, const AlterStmt *st, DdlStep *s, Err *err)
{
    const Relation *r = catalog_find(db->catalog, object_of(&st->name));
    int32_t col;
    if (!r && st->kind == OBJECT_SEQUENCE)
        r = catalog_numbering(db->catalog, object_of(&st->name), &col);
    if (r && r->kind == REL_SEQUENCE) {
        s->sequence = r->id;
        sequence_state(db, r, &s->last, &s->called);
    }
    if (!r || r->kind != REL_TABLE)
        return 0;
    s->numbering = r->id;
    return identities_keep(db, r->id, &s->identities, err);
}

static void free_step(Database *db, DdlStep *s)
{
    while (s->stores) {
        KeptStore *k = s->stores;
        s->stores = k->next;
        stored_free(k->stored);
        schema_unref((Schema *)k->schema);
        feed_unref(k->feed);
        mem_free(&db->acct, k, sizeof(*k));
    }
    if (s->label) {
        type_enum_release(s->labels);
        mem_free(&db->acct, s->label, MAX(s->n_labels, 1u) * sizeof(*s->label));
    }
    identities_kept_free(db, s->identities);
    comments_free(db, s->comments);
    catalog_unref(s->catalog);
    mem_free(&db->acct, s, sizeof(*s));
}

static void set_defining(Database *db, bool on)
{
    engine_enter(db->engine); /* the barrier of a checkpoint looks at it inside */
    db->defining = on;
    engine_leave(db->engine);
}

int transaction_ddl_begin(Database *db, TransactionDdl *x, const ScriptStmt *st, Err *err)
{
    if (!is_undoable(st->node))
        return RAISE_AT(err, ERR_UNSUPPORTED, st->node->at, "this statement is not supported inside a transaction");
    DdlStep *s = mem_zalloc(&db->acct, sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    s->catalog = db_catalog(db);
    s->n_statements = x->n;
    int rc = comments_copy(db, &s->comments, err);
    if (rc == 0 && st->node->kind == NODE_ALTER_STMT)
        rc = note_numbers(db, AST(AlterStmt, st->node), s, err);
    if (rc == 0 && st->node->kind == NODE_ALTER_STMT && AST(AlterStmt, st->node)->kind == OBJECT_TYPE)
        rc = note_labels(db, AST(AlterStmt, st->node), s, err);
    if (rc < 0) {
        free_step(db, s);
        return rc;
    }
    if (!x->start)
        x->start = catalog_ref(s->catalog);
    s->before = x->step;
    x->step = s;
    set_defining(db, true);
    return 0;
}

/* ---- taking back ---- */

/* [shard] Names, and who may change it. */
static void settle_feed(Database *db, const TransactionDdl *x, const Relation *r)
{
    Feed *f = engine_feed(db->engine, r->id);
    name_running(db, r);
    if (!f || r->kind != REL_TABLE)
        return;
    atomic_fetch_add(&f->n_altered, 1);
    if (f->stored)
        f->stored->key_name = r->primary_key_name;
    f->defining = catalog_by_id(x->start, r->id) != r;
}

/* [shard] The index that lies in a table which stays.  One that finds no memory stays away until the database is opened again:
 * look-ups read everything meanwhile, and no constraint is in it. */
static void undo_index(Database *db, const Relation *index, bool made)
{
    Feed *f = engine_feed(db->engine, index->input);
    const Relation *r = catalog_by_id(db->catalog, index->input);
    if (!f || !f->stored)
        return;
    if (made)
        close_index(db, f, index);
    else if (r && !stored_has_index(f->stored, index->name) && open_index(db, r, index, f, NULL) == 0)
        engine_share_again(db->engine, f);
}

/* [shard] What finds no memory for its name is made anew. */
static void name_back(Database *db, const char *from, const Relation *index)
{
    Feed *f = engine_feed(db->engine, index->input);
    if (f && f->stored)
        (void)stored_rename_index(f->stored, from, index->name, NULL);
}

static void undo_inside(Database *db, const TransactionDdl *x, DdlStep *s, const Catalog *now)
{
    const Catalog *was = s->catalog;
    for (uint32_t i = 0; i < now->n; i++)
        if (now->relation[i]->kind == REL_INDEX && !catalog_by_id(was, now->relation[i]->id))
            undo_index(db, now->relation[i], true);
    for (KeptStore *k = s->stores; k; k = k->next) {
        Stored *stored = k->feed->stored;
        const Schema *schema = k->feed->schema;
        k->feed->stored = k->stored;
        k->feed->schema = k->schema;
        k->stored = stored;
        k->schema = schema;
    }
    db_restore_catalog(db, s->catalog);
    labels_back(s);
    for (uint32_t i = 0; i < was->n; i++) {
        const Relation *r = was->relation[i];
        const Relation *is = catalog_by_id(now, r->id);
        if (is == r)
            continue;
        settle_feed(db, x, r);
        if (is && r->kind == REL_INDEX)
            name_back(db, is->name, r);
        if (r->kind == REL_INDEX)
            undo_index(db, r, false);
    }
    (void)foreign_relink(db, NULL);
}

static void undo(Database *db, TransactionDdl *x)
{
    DdlStep *s = x->step;
    Catalog *now = db_catalog(db);
    env_lock(db->env, &db->ddl);
    engine_enter(db->engine);
    undo_inside(db, x, s, now);
    engine_leave(db->engine);
    for (uint32_t i = 0; i < now->n; i++) {
        const Relation *r = now->relation[i];
        if (catalog_by_id(s->catalog, r->id))
            continue;
        db_stop(db, r->id);
        sequences_forget(db, r->id);
        identities_forget(db, r->id);
    }
    if (s->numbering)
        identities_put_back(db, s->numbering, &s->identities);
    if (s->sequence)
        sequence_restore(db, s->sequence, s->last, s->called);
    comments_swap(db, &s->comments);
    env_unlock(db->env, &db->ddl);
    while (x->n > s->n_statements) {
        x->n--;
        mem_free(&db->acct, x->statement[x->n].entry.payload, x->statement[x->n].entry.n);
    }
    x->step = s->before;
    catalog_unref(now);
    free_step(db, s);
}

void transaction_ddl_undo(Database *db, TransactionDdl *x, const DdlStep *until)
{
    while (x->step && x->step != until)
        undo(db, x);
    if (!x->step && x->start) {
        x->start = catalog_unref(x->start);
        set_defining(db, false);
    }
}

/* ---- COMMIT ---- */

static int put_sequence(Database *db, const Relation *r, Err *err)
{
    StrBuf text, payload;
    sb_init(&text, &db->acct);
    sb_init(&payload, &db->acct);
    sequence_print(db, r, &text);
    durable_put_statement(&payload, db, sb_str(&text), NULL);
    int rc = text.failed || payload.failed
                 ? RAISE_NOMEM(err)
                 : transaction_keep_statement(db, &(Entry){.first_relation = 0}, r->id, sb_str(&payload), err);
    sb_done(&text);
    sb_done(&payload);
    return rc;
}

/* What sequences that the log does not know have given until now. */
static int put_sequences(Database *db, const TransactionDdl *x, Err *err)
{
    for (uint32_t i = 0; db->durable && i < db->catalog->n; i++) {
        const Relation *r = db->catalog->relation[i];
        if (r->kind == REL_SEQUENCE && catalog_by_id(x->start, r->id) != r)
            TRY(put_sequence(db, r, err));
    }
    return 0;
}

static void open_feeds(Database *db, const TransactionDdl *x, bool open)
{
    for (uint32_t i = 0; i < db->catalog->n; i++) {
        const Relation *r = db->catalog->relation[i];
        Feed *f = r->kind == REL_TABLE && catalog_by_id(x->start, r->id) != r ? engine_feed(db->engine, r->id) : NULL;
        if (f)
            f->defining = !open;
    }
}

int transaction_ddl_apply(Database *db, TransactionDdl *x, const FeedChange *c, uint32_t n, Err *err)
{
    StrBuf unit;
    TRY(put_sequences(db, x, err));
    sb_init(&unit, &db->acct);
    durable_put_unit(&unit, x->statement, x->n, transaction_now_us(db));
    open_feeds(db, x, true);
    int rc = unit.failed ? RAISE_NOMEM(err)
                         : engine_change_unit(db->engine, x->n ? x->statement[0].number : 0, sb_str(&unit), c, n, err);
    if (rc < 0)
        open_feeds(db, x, false);
    sb_done(&unit);
    return rc;
}

static void drop_gone_of(Database *db, const Catalog *was)
{
    for (uint32_t i = 0; i < was->n; i++) {
        uint64_t id = was->relation[i]->id;
        if (catalog_by_id(db->catalog, id))
            continue;
        db_stop(db, id);
        comments_forget(db, &id, 1);
        sequences_forget(db, id);
        identities_forget(db, id);
    }
}

/* Also what the transaction made and then dropped: it is in the catalog of a step only. */
static void drop_gone(Database *db, const TransactionDdl *x)
{
    drop_gone_of(db, x->start);
    for (const DdlStep *s = x->step; s; s = s->before)
        drop_gone_of(db, s->catalog);
}

void transaction_ddl_finish(Database *db, TransactionDdl *x)
{
    Durable *d = db->durable;
    env_lock(db->env, &db->ddl);
    drop_gone(db, x);
    for (const DdlStep *s = x->step; s; s = s->before)
        if (s->label)
            type_enum_show(s->labels);
    env_unlock(db->env, &db->ddl);
    if (d)
        env_lock(db->env, &d->statements);
    for (uint32_t i = 0; d && i < x->n; i++) {
        const Entry *e = &x->statement[i].entry;
        if (e->first_relation || e->setting)
            d->entries_broken |= durable_note_entry(db, e, (Str){e->payload, e->n}, NULL) < 0;
    }
    if (d)
        env_unlock(db->env, &d->statements);
    set_defining(db, false);
}

void transaction_ddl_done(Database *db, TransactionDdl *x)
{
    while (x->step) {
        DdlStep *s = x->step;
        x->step = s->before;
        free_step(db, s);
    }
    for (uint32_t i = 0; i < x->n; i++)
        mem_free(&db->acct, x->statement[i].entry.payload, x->statement[i].entry.n);
    mem_free(&db->acct, x->statement, x->cap * sizeof(*x->statement));
    catalog_unref(x->start);
    *x = (TransactionDdl){0};
}

/* ---- for the handlers ---- */

bool transaction_ddl_is_behind(const TransactionDdl *x, const DdlStep *step, const DdlStep *than)
{
    for (const DdlStep *s = x->step; s != than; s = s->before)
        if (s == step)
            return true;
    return false;
}

bool transaction_is_defining(Database *db)
{
    TransactionDdl *x = transaction_ddl(db);
    return x && x->step;
}

bool transaction_defines(Database *db, const Relation *r)
{
    TransactionDdl *x = transaction_ddl(db);
    return x && x->start && catalog_by_id(x->start, r->id) != r;
}

bool transaction_made(Database *db, const Relation *r)
{
    TransactionDdl *x = transaction_ddl(db);
    return x && x->start && !catalog_by_id(x->start, r->id);
}

int transaction_keep_store(Database *db, Feed *f, Stored *store, const Schema *schema, Err *err)
{
    TransactionDdl *x = transaction_ddl(db);
    if (!x || !x->step)
        return 0;
    KeptStore *k = mem_zalloc(&db->acct, sizeof(*k));
    if (!k)
        return RAISE_NOMEM(err);
    *k = (KeptStore){x->step->stores, feed_ref(f), store, schema};
    x->step->stores = k;
    return 1;
}

int transaction_keep_statement(Database *db, const Entry *e, uint64_t number, Str payload, Err *err)
{
    TransactionDdl *x = transaction_ddl(db);
    if (x->n == x->cap) {
        uint32_t cap = x->cap ? x->cap * 2 : 8;
        DdlStatement *bigger = mem_realloc(&db->acct, x->statement, x->cap * sizeof(*bigger), cap * sizeof(*bigger));
        if (!bigger)
            return RAISE_NOMEM(err);
        x->statement = bigger;
        x->cap = cap;
    }
    DdlStatement *s = &x->statement[x->n];
    *s = (DdlStatement){*e, number};
    s->entry.payload = mem_alloc(&db->acct, payload.n);
    s->entry.n = payload.n;
    if (!s->entry.payload)
        return RAISE_NOMEM(err);
    memcpy(s->entry.payload, payload.p, payload.n);
    x->n++;
    return 0;
}

int transaction_refuse_definition(Database *db, const Relation *r, const Relation *const *dep, uint32_t n, bool alters, Span at,
                                  Err *err)
{
    if (!transaction_is_defining(db))
        return 0;
    bool runs = db_live(db, r->id) != NULL;
    for (uint32_t i = 0; i < n; i++)
        runs |= db_live(db, dep[i]->id) != NULL || dep[i]->kind == REL_SINK;
    if (runs)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "%s of \"%s\", which running queries read, is not supported inside a transaction",
                        alters ? "ALTER" : "DROP", r->name);
    return 0;
}
