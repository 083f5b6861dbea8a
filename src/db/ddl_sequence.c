/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE SEQUENCE, ALTER SEQUENCE.  A sequence is an entry of the catalog like a type; the numbers that it has given are kept
 * beside (sequence.c). */
#include "db/durable.h"
#include "db/execute.h"
#include "db/sequence.h"
#include "sql/print.h"

typedef struct RelationSequence SequenceDef;

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

static int check(const CreateSequenceStmt *c, const SequenceDef *d, int64_t low, int64_t high, Err *err)
{
    Span at = c->start ? c->start->at : c->node.at;
    if (d->step == 0)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->step->at, "INCREMENT must not be zero");
    if (d->max > high || d->max < low)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->max ? c->max->at : c->node.at,
                        "MAXVALUE (%lld) is out of range for the type of the sequence", (long long)d->max);
    if (d->min > high || d->min < low)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->min ? c->min->at : c->node.at,
                        "MINVALUE (%lld) is out of range for the type of the sequence", (long long)d->min);
    if (d->min >= d->max)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->min ? c->min->at : c->node.at,
                        "MINVALUE (%lld) must be less than MAXVALUE (%lld)", (long long)d->min, (long long)d->max);
    if (d->start < d->min)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, at, "START value (%lld) cannot be less than MINVALUE (%lld)",
                        (long long)d->start, (long long)d->min);
    if (d->start > d->max)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, at, "START value (%lld) cannot be greater than MAXVALUE (%lld)",
                        (long long)d->start, (long long)d->max);
    return 0;
}

static void limits(Type t, int64_t *low, int64_t *high)
{
    *high = t.id == T_I16 ? INT16_MAX : t.id == T_I32 ? INT32_MAX : INT64_MAX;
    *low = -*high - 1;
}

/* The bounds that are not said: those of before, unless they were those of the type of before, or NO MINVALUE asks for the preset.
 */
static int bounds(StmtContext *x, const CreateSequenceStmt *c, const Relation *old, Relation *r, Err *err)
{
    SequenceDef *d = &r->sequence;
    int64_t low, high, old_low = 0, old_high = 0;
    bool up = d->step > 0;
    limits(r->type, &low, &high);
    if (old)
        limits(old->type, &old_low, &old_high);
    bool keeps_max = old && !c->no_max && !(c->type && old->sequence.max == old_high);
    bool keeps_min = old && !c->no_min && !(c->type && old->sequence.min == old_low);
    TRY(number_of(x, c->max, keeps_max ? old->sequence.max : up ? high : -1, &d->max, err));
    return number_of(x, c->min, keeps_min ? old->sequence.min : up ? 1 : low, &d->min, err);
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
    TRY(name_check_public(&table, err));
    const Ident *id = name_last(&table);
    const Relation *t = catalog_find(x->db->catalog, id->s);
    if (!t)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, owner->at, "relation \"%.*s\" does not exist", (int)id->s.n, id->s.p);
    if (t->kind != REL_TABLE || relation_belongs(t))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, owner->at, "sequence cannot be owned by relation \"%s\"", t->name);
    if (schema_find(t->schema, column->s) < 0)
        return relation_no_column(t, column->s, column->at, err);
    return set_owner(r, t->id, column->s, err);
}

/* old: what ALTER starts from; NULL = CREATE. */
static int define(StmtContext *x, const CreateSequenceStmt *c, const Relation *old, Relation *r, Err *err)
{
    SequenceDef *d = &r->sequence;
    int64_t low, high;
    if (old && !c->type)
        r->type = old->type;
    else
        TRY(type_of(x, c, &r->type, err));
    TRY(number_of(x, c->cache, old ? old->sequence.cache : 1, &d->cache, err));
    if (d->cache < 1)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->cache->at, "CACHE (%lld) must be greater than zero", (long long)d->cache);
    TRY(number_of(x, c->step, old ? old->sequence.step : 1, &d->step, err));
    TRY(bounds(x, c, old, r, err));
    TRY(number_of(x, c->start, old ? old->sequence.start : d->step > 0 ? d->min : d->max, &d->start, err));
    d->cycle = c->cycle == CYCLE_UNSAID && old ? old->sequence.cycle : c->cycle == CYCLE_YES;
    limits(r->type, &low, &high);
    TRY(check(c, d, low, high, err));
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
    TRY(check_plain_name(&c->name, err));
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
    Relation *r = name ? relation_new(&db->acct, REL_SEQUENCE, name) : NULL;
    if (!r)
        return RAISE_NOMEM(err);
    r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
    r->schema = schema_new(&db->acct, NULL, 0);
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
    TRY(check_plain_name(&st->name, err));
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

static int check_rename(StmtContext *x, const Relation *old, const Ident *name, Err *err)
{
    Name whole = {.part = (Ident *)name, .n_parts = 1, .at = name->at};
    TRY(check_plain_name(&whole, err));
    if (catalog_find(x->db->catalog, name->s))
        return RAISE_AT(err, ERR_DUPLICATE_RELATION, name->at, "relation \"%.*s\" already exists", (int)name->s.n, name->s.p);
    return sequence_refuse_change(x, old, 0, "rename", name->at, err);
}

/* The statement that makes it as it is now. */
static int write_ddl(StmtContext *x, Relation *r, Err *err)
{
    const SequenceDef *d = &r->sequence;
    const Relation *owner = r->input ? catalog_by_id(x->db->catalog, r->input) : NULL;
    StrBuf ddl;
    sb_init(&ddl, &x->db->acct);
    sb_puts(&ddl, "CREATE SEQUENCE ");
    sql_print_ident(str_of(r->name), &ddl);
    sb_printf(&ddl, " AS %s INCREMENT BY %lld MINVALUE %lld MAXVALUE %lld START WITH %lld CACHE %lld%s",
              r->type.id == T_I16   ? "smallint"
              : r->type.id == T_I32 ? "integer"
                                    : "bigint",
              (long long)d->step, (long long)d->min, (long long)d->max, (long long)d->start, (long long)d->cache,
              d->cycle ? " CYCLE" : "");
    if (owner) {
        sb_puts(&ddl, " OWNED BY ");
        sql_print_ident(str_of(owner->name), &ddl);
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
    if (a->kind == ALTER_RENAME)
        TRY(check_rename(x, old, &a->new_name, err));
    char *name =
        a->kind == ALTER_RENAME ? arena_strndup(x->arena, a->new_name.s.p, a->new_name.s.n) : arena_strdup(x->arena, old->name);
    Relation *r = name ? relation_new(&x->db->acct, REL_SEQUENCE, name) : NULL;
    if (!r)
        return RAISE_NOMEM(err);
    const CreateSequenceStmt *c = a->kind == ALTER_RENAME ? &nothing : AST(CreateSequenceStmt, a->part);
    r->id = old->id;
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

int alter_sequence(StmtContext *x, const AlterStmt *st, Err *err)
{
    env_lock(x->db->env, &x->db->ddl);
    int rc = alter(x, st, err);
    env_unlock(x->db->env, &x->db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL, "ALTER SEQUENCE", object_of(&st->name));
    return 0;
}
