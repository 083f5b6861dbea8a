/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE SEQUENCE, ALTER SEQUENCE.  A sequence is an entry of the catalog like a type; the numbers that it has given are kept
 * beside (sequence.c). */
#include "catalog/names.h"
#include "db/alter.h"
#include "db/durable.h"
#include "db/execute.h"
#include "db/sequence.h"
#include "sql/ast_equal.h"
#include "sql/print.h"

typedef RelationSequence SequenceDef;

static int number_of(StmtContext *x, const Node *e, int64_t preset, int64_t *ret, Err *err)
{
    PlanContext ctx = statement_context(x, x->db->catalog);
    Value v;
    *ret = preset;
    if (!e)
        return 0;
    TRY(bind_constant(&ctx, e, TYPE(I64), x->arena, &v, err));
    *ret = v.i64;
    return 0;
}

static int type_of(StmtContext *x, const CreateSequenceStmt *c, Type *ret, Err *err)
{
    *ret = TYPE(I64);
    if (c->type)
        TRY(bind_type(x->db->catalog, c->type, ret, err));
    if ((ret->id != T_I16 && ret->id != T_I32 && ret->id != T_I64) || type_is_limited(*ret))
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->type ? c->type->node.at : c->node.at,
                        "sequence type must be smallint, integer, or bigint");
    return 0;
}

static int set_owner(Relation *r, uint64_t table, Str column, Err *err)
{
    r->input = table;
    r->n_indexed = 1;
    r->indexed = ARENA_ARRAY(&r->arena, struct RelationIndexed, 1);
    if (!r->indexed)
        return RAISE_NOMEM(err);
    r->indexed[0] = (struct RelationIndexed){.name = arena_strndup(&r->arena, column.p, column.n)};
    return r->indexed[0].name ? 0 : RAISE_NOMEM(err);
}

/* OWNED BY table.column */
static int own(StmtContext *x, const Name *owner, Relation *r, Err *err)
{
    const Ident *column = name_last(owner);
    Name table = *owner;
    table.n_parts--;
    if (!name_set_key(x->arena, &table))
        return RAISE_NOMEM(err);
    TRY(name_check_made(x->db->catalog, &table, err));
    Str id = name_key(&table);
    const Relation *t = catalog_find(x->db->catalog, id);
    if (!t)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, owner->at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    if (t->space != r->space)
        return RAISE_AT(err, ERR_WRONG_STATE, owner->at, "sequence must be in same schema as table it is linked to");
    if (t->kind != REL_TABLE || relation_belongs(t))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, owner->at, "sequence cannot be owned by relation \"%s\"", t->name);
    if (schema_find(t->schema, column->s) < 0)
        return relation_no_column(t, column->s, column->at, err);
    return set_owner(r, t->id, column->s, err);
}

/* old: what ALTER starts from; NULL = CREATE. */
static int define(StmtContext *x, const CreateSequenceStmt *c, const Relation *old, Relation *r, Err *err)
{
    PlanContext ctx = statement_context(x, x->db->catalog);
    if (old && !c->type)
        r->type = old->type;
    else
        TRY(type_of(x, c, &r->type, err));
    TRY(bind_sequence(&ctx, c, r->type, old ? &old->sequence : NULL, old ? old->type : r->type, x->arena, &r->sequence, err));
    if (c->owner.n_parts)
        return own(x, &c->owner, r, err);
    bool stays = old && old->input && !c->not_owned;
    return stays ? set_owner(r, old->input, str_of(old->indexed[0].name), err) : 0;
}

/* 1: IF NOT EXISTS, and it does. */
static int check_new(StmtContext *x, const CreateSequenceStmt *c, Err *err)
{
    Str id = object_of(&c->name);
    Err notice = ERR_INIT;
    TRY(name_check_made(x->db->catalog, &c->name, err));
    TRY(check_free_of_schemas(x->db->catalog, &c->name, err));
    if (!catalog_find(x->db->catalog, id))
        return 0;
    if (!c->if_not_exists)
        return RAISE_AT(err, ERR_DUPLICATE_RELATION, c->name.at, "relation \"%.*s\" already exists", (int)id.n, id.p);
    (void)RAISE(&notice, ERR_DUPLICATE_RELATION, "relation \"%.*s\" already exists, skipping", (int)id.n, id.p);
    statement_notice(x->result, &notice);
    durable_skip(x->db);
    return 1;
}

static int make(StmtContext *x, const ScriptStmt *s, const CreateSequenceStmt *c, Err *err)
{
    Database *db = x->db;
    int rc = check_new(x, c, err);
    if (rc != 0)
        return MIN(rc, 0);
    Str id = object_of(&c->name);
    char *name = arena_strndup(x->arena, id.p, id.n);
    Relation *r = name ? relation_new(db->catalog, &db->acct, REL_SEQUENCE, name) : NULL;
    if (!r)
        return RAISE_NOMEM(err);
    r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
    r->schema = schema_new(&db->acct, NULL, 0);
    r->temporary = c->temporary;
    rc = r->ddl && r->schema ? define(x, c, NULL, r, err) : RAISE_NOMEM(err);
    if (rc == 0)
        rc = sequence_publish(db, r, NULL, err);
    relation_unref(r);
    return rc;
}

int stmt_create_sequence(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateSequenceStmt *c = AST(CreateSequenceStmt, s->node);
    env_lock(x->db->env, &x->db->ddl);
    int rc = make(x, s, c, err);
    env_unlock(x->db->env, &x->db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL, "CREATE SEQUENCE", object_of(&c->name));
    return 0;
}

/* ---- ALTER ---- */

static int find(StmtContext *x, const AlterStmt *st, const Relation **ret, Err *err)
{
    TRY(name_check_made(x->db->catalog, &st->name, err));
    Str id = object_of(&st->name);
    const Relation *r = *ret = catalog_find(x->db->catalog, id);
    if (!r && st->if_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_UNDEFINED_RELATION, "relation \"%.*s\" does not exist, skipping", (int)id.n, id.p);
        statement_notice(x->result, &notice);
        durable_skip(x->db);
        return 0;
    }
    if (!r)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, st->name.at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    return r->kind == REL_SEQUENCE ? 0 : RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is not a sequence", r->name);
}

static int check_rename(StmtContext *x, const Relation *old, const Ident *name, const char *made, Err *err)
{
    TRY(check_renamed(x->db->catalog, name, made, err));
    return sequence_refuse_change(x, old, NULL, 0, "rename", name->at, err);
}

/* The statement that makes it as it is now. */
static int write_ddl(StmtContext *x, Relation *r, Err *err)
{
    const SequenceDef *d = &r->sequence;
    const Relation *owner = r->input ? catalog_by_id(x->db->catalog, r->input) : NULL;
    StrBuf ddl;
    sb_init(&ddl, &x->db->acct);
    sb_puts(&ddl, r->temporary ? "CREATE TEMP SEQUENCE " : "CREATE SEQUENCE ");
    relation_print_name(r, &ddl);
    sb_printf(&ddl, " AS %s INCREMENT BY %lld MINVALUE %lld MAXVALUE %lld START WITH %lld CACHE %lld%s",
              r->type.id == T_I16   ? "smallint"
              : r->type.id == T_I32 ? "integer"
                                    : "bigint",
              (long long)d->step, (long long)d->min, (long long)d->max, (long long)d->start, (long long)d->cache,
              d->cycle ? " CYCLE" : "");
    if (owner) {
        sb_puts(&ddl, " OWNED BY ");
        relation_print_name(owner, &ddl);
        sb_putc(&ddl, '.');
        sql_print_ident(str_of(r->indexed[0].name), &ddl);
    }
    r->ddl = ddl.failed ? NULL : arena_strdup(&r->arena, sb_cstr(&ddl));
    sb_done(&ddl);
    return r->ddl ? 0 : RAISE_NOMEM(err);
}

static int alter(StmtContext *x, const AlterStmt *st, Err *err)
{
    const AlterAction *a = AST(AlterAction, st->actions.first);
    const Relation *old;
    SequenceRestart restart = {.at = a->node.at};
    static const CreateSequenceStmt nothing;
    TRY(find(x, st, &old, err));
    if (!old)
        return 0;
    const char *name = a->kind == ALTER_RENAME ? relation_beside(old, a->new_name.s, x->arena) : old->name;
    if (a->kind == ALTER_RENAME && name)
        TRY(check_rename(x, old, &a->new_name, name, err));
    Relation *r = name ? relation_new(x->db->catalog, &x->db->acct, REL_SEQUENCE, name) : NULL;
    if (!r)
        return RAISE_NOMEM(err);
    const CreateSequenceStmt *c = a->kind == ALTER_RENAME ? &nothing : AST(CreateSequenceStmt, a->part);
    r->id = old->id;
    r->temporary = old->temporary;
    r->schema = schema_new(&x->db->acct, NULL, 0);
    int rc = r->schema ? define(x, c, old, r, err) : RAISE_NOMEM(err);
    if (rc == 0)
        rc = write_ddl(x, r, err);
    restart.on = c->restarts;
    if (rc == 0)
        rc = number_of(x, c->restart, r->sequence.start, &restart.value, err);
    if (rc == 0)
        rc = sequence_publish(x->db, r, &restart, err);
    relation_unref(r);
    return rc;
}

/* 1: the name is that of the numbers of a column, and the table has been altered. */
static int alter_of_column(StmtContext *x, const AlterStmt *st, Err *err)
{
    Catalog *c = db_catalog(x->db);
    int32_t col = -1;
    Str name = object_of(&st->name);
    const Relation *table = catalog_find(c, name) ? NULL : catalog_numbering(c, name, &col);
    int rc = table ? alter_sequence_of(x, st, table, (uint32_t)col, err) : 0;
    catalog_unref(c);
    return rc < 0 ? rc : table != NULL;
}

int alter_sequence(StmtContext *x, const AlterStmt *st, Err *err)
{
    int rc = alter_of_column(x, st, err);
    if (rc == 0) {
        env_lock(x->db->env, &x->db->ddl);
        rc = alter(x, st, err);
        env_unlock(x->db->env, &x->db->ddl);
    }
    TRY(MIN(rc, 0));
    stmt_done(x, STMT_DDL, "ALTER SEQUENCE", object_of(&st->name));
    return 0;
}
