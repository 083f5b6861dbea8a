/* SPDX-License-Identifier: Apache-2.0
 *
 * ALTER TABLE and ALTER SOURCE: ADD COLUMN, RENAME TO.  The definition is read again, changed as a tree, bound as CREATE would bind
 * it and printed: so everything that a column may say holds here too, and SHOW CREATE gives what is.  A new column is the last one:
 * queries that run go on reading theirs by position.  Rows that are there already get its DEFAULT. */
#include "db/durable.h"
#include "db/stream.h"
#include "db/table_write.h"
#include "sql/print.h"

#include <stdio.h>

typedef struct Alter {
    StmtContext *x;
    const AlterStmt *st;
    const Relation *old;
    Relation *made;
    Value *preset;
    RowChecks checks;
    BatchList rows; /* what is there, with the new column */
    Arena step;
} Alter;

/* The statement that created it, with the change. */
static int changed_definition(Alter *a, CreateRelationStmt **ret, Err *err)
{
    Arena *arena = a->x->arena;
    ScriptStmt parsed;
    char *text = arena_strdup(arena, a->old->ddl);
    if (!text)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(arena, text, (uint32_t)strlen(text), &parsed, err));
    CreateRelationStmt *c = AST(CreateRelationStmt, parsed.node);
    c->or_replace = c->if_not_exists = false;
    if (a->st->action == ALTER_RENAME) {
        c->name.part[c->name.n_parts - 1] = a->st->new_name;
    } else {
        Node *column = &a->st->column->node;
        column->next = NULL;
        if (c->elements.last)
            c->elements.last->next = column;
        else
            c->elements.first = column;
        c->elements.last = column;
        c->elements.n++;
        c->has_elements = true;
    }
    *ret = c;
    return 0;
}

static int bind_changed(Alter *a, Err *err)
{
    Database *db = a->x->db;
    PlanContext ctx = plan_context(db, db->catalog, NULL);
    ctx.stored_text = true;
    CreateRelationStmt *c = NULL;
    StrBuf ddl;
    TRY(changed_definition(a, &c, err));
    Str id = name_last(&c->name)->s;
    char *name = arena_strndup(a->x->arena, id.p, id.n);
    a->made = name ? relation_new(&db->acct, a->old->kind, name) : NULL;
    if (!a->made)
        return RAISE_NOMEM(err);
    a->made->id = a->old->id;
    TRY(bind_create_source(&ctx, c, NULL, a->made, err));
    if (a->made->buffer_rows <= 0)
        a->made->buffer_rows = a->old->buffer_rows;
    sb_init(&ddl, &db->acct);
    sql_print(&c->node, &ddl);
    a->made->ddl = ddl.failed ? NULL : arena_strdup(&a->made->arena, sb_cstr(&ddl));
    sb_done(&ddl);
    return a->made->ddl ? 0 : RAISE_NOMEM(err);
}

/* What would have to change with it. */
static int refuse_dependants(Alter *a, Err *err)
{
    const Relation **deps = NULL;
    uint32_t n = 0;
    TRY(catalog_dependants(a->x->db->catalog, a->old->id, a->x->arena, &deps, &n, err));
    for (uint32_t i = 0; i < n; i++) {
        if (deps[i]->kind == REL_ERRORS || (a->st->action != ALTER_RENAME && !deps[i]->expands))
            continue;
        (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, a->st->name.at, "cannot alter %s \"%s\" because other objects depend on it",
                       relation_kind_name(a->old->kind), a->old->name);
        return err_detail(err, "%s \"%s\"", relation_kind_name(deps[i]->kind), deps[i]->name);
    }
    return 0;
}

/* ---- rows that are there ---- */

static int widen(void *self, Batch *b, Err *err)
{
    Alter *a = self;
    arena_reset(&a->step);
    Batch *wide = batch_scratch(&a->step, a->made->schema, b->n);
    if (!wide)
        return RAISE_NOMEM(err);
    uint32_t last = a->made->schema->n - 1;
    memcpy(wide->col, b->col, last * sizeof(Vec));
    if (vec_const(&a->preset[last], b->n, &wide->col[last], &a->step) < 0)
        return RAISE_NOMEM(err);
    wide->sel = b->sel;
    wide->n_sel = b->n_sel;
    wide->ptime_us = b->ptime_us;
    if (a->checks.table)
        TRY(row_checks_run(&a->checks, a->x->now_us, wide, err));
    return batch_list_add(&a->rows, batch_own(a->rows.acct, wide), err);
}

static int widen_feed(Alter *a, Feed *f, Err *err)
{
    Database *db = a->x->db;
    TRY(eval_presets(db, db->catalog, a->made, 0, a->x->arena, &a->preset, err));
    if (f->stored)
        TRY(row_checks_open(&a->checks, db, db->catalog, a->made, err));
    else if (a->made->schema->field[a->made->schema->n - 1].not_null && a->preset[a->made->schema->n - 1].is_null)
        return RAISE_AT(err, ERR_NOT_NULL, a->st->column->node.at, "column \"%s\" of relation \"%s\" contains null values",
                        a->st->column->name.s.p, a->old->name);
    TRY(feed_each_retained(f, widen, a, err));
    if (!f->stored)
        return feed_widen(f, a->made->schema, a->rows.batch, a->rows.n, err);
    Stored *old = f->stored;
    const Schema *schema = f->schema;
    f->stored = NULL;
    f->schema = schema_ref(a->made->schema);
    int rc = open_store(db, a->made, f, err);
    if (rc == 0 && a->rows.n)
        rc = stored_apply(f->stored, f->name, a->rows.batch, a->rows.n, err);
    if (rc < 0) { /* as it was */
        stored_free(f->stored);
        schema_unref((Schema *)f->schema);
        f->stored = old;
        f->schema = schema;
        return rc;
    }
    stored_free(old);
    schema_unref((Schema *)schema);
    return 0;
}

static int run(Alter *a, Err *err)
{
    Database *db = a->x->db;
    engine_enter(db->engine);
    Feed *f = engine_feed(db->engine, a->old->id);
    int rc = f ? 0 : RAISE(err, ERR_WRONG_STATE, "relation \"%s\" is not running", a->old->name);
    if (rc == 0 && a->st->action == ALTER_ADD_COLUMN)
        rc = f->history ? RAISE_AT(err, ERR_UNSUPPORTED, a->st->name.at,
                                   "ADD COLUMN to a relation with retain_history is not supported yet")
                        : widen_feed(a, f, err);
    if (rc == 0)
        rc = db_publish(db, a->made, NULL, 0, err);
    if (rc == 0) {
        snprintf(f->name, sizeof(f->name), "%s", a->made->name);
        if (f->stored)
            f->stored->key_name = a->made->primary_key_name;
        rc = durable_log_statement(db, err);
    }
    engine_leave(db->engine);
    return rc;
}

/* ---- the statement ---- */

static int check_column(const Alter *a, bool *ret_there, Err *err)
{
    const ColumnDef *c = a->st->column;
    *ret_there = schema_find(a->old->schema, c->name.s) >= 0;
    if (*ret_there && !a->st->if_not_exists)
        return RAISE_AT(err, ERR_DUPLICATE_COLUMN, c->node.at, "column \"%s\" of relation \"%s\" already exists", c->name.s.p,
                        a->old->name);
    if (c->primary_key || c->unique)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->node.at, "ADD COLUMN with PRIMARY KEY or UNIQUE is not supported yet");
    return 0;
}

static int alter(Alter *a, Err *err)
{
    const AlterStmt *st = a->st;
    bool there = false;
    if (a->old->connector)
        return RAISE_AT(err, ERR_UNSUPPORTED, st->name.at, "ALTER of a relation with a connector is not supported yet");
    if (st->action == ALTER_ADD_COLUMN)
        TRY(check_column(a, &there, err));
    if (there) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_DUPLICATE_COLUMN, "column \"%s\" of relation \"%s\" already exists, skipping",
                    st->column->name.s.p, a->old->name);
        statement_notice(a->x->result, &notice);
        return 0;
    }
    if (st->action == ALTER_RENAME && catalog_find(a->x->db->catalog, st->new_name.s))
        return RAISE_AT(err, ERR_DUPLICATE_RELATION, st->new_name.at, "relation \"%s\" already exists", st->new_name.s.p);
    TRY(refuse_dependants(a, err));
    TRY(bind_changed(a, err));
    return run(a, err);
}

static int find(Alter *a, Err *err)
{
    const AlterStmt *st = a->st;
    TRY(check_plain_name(&st->name, err));
    Str id = object_of(&st->name);
    a->old = catalog_find(a->x->db->catalog, id);
    if (!a->old && st->if_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_UNDEFINED_RELATION, "relation \"%.*s\" does not exist, skipping", (int)id.n, id.p);
        statement_notice(a->x->result, &notice);
        return 0;
    }
    if (!a->old)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, st->name.at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    if (a->old->kind != (st->kind == OBJECT_TABLE ? REL_TABLE : REL_SOURCE))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is a %s, not a %s", a->old->name,
                        relation_kind_name(a->old->kind), object_kind_text(st->kind));
    return 0;
}

int stmt_alter(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const AlterStmt *st = AST(AlterStmt, s->node);
    Database *db = x->db;
    if ((st->kind != OBJECT_TABLE && st->kind != OBJECT_SOURCE) || (st->action != ALTER_ADD_COLUMN && st->action != ALTER_RENAME))
        return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "this form of ALTER %s is not supported yet",
                        object_kind_text(st->kind));
    Alter a = {.x = x, .st = st, .rows = {.acct = engine_account(db->engine)}};
    arena_init(&a.step, &db->acct, 0);
    env_lock(db->env, &db->ddl);
    int rc = find(&a, err);
    if (rc == 0 && a.old)
        rc = alter(&a, err);
    env_unlock(db->env, &db->ddl);
    batch_list_done(&a.rows);
    row_checks_done(&a.checks);
    relation_unref(a.made);
    arena_done(&a.step);
    TRY(rc);
    char tag[64];
    snprintf(tag, sizeof(tag), "ALTER %s", object_kind_text(st->kind));
    stmt_done(x, STMT_DDL, tag, object_of(&st->name));
    return 0;
}
