/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE SEQUENCE.  A sequence is an entry of the catalog like a type; the numbers that it has given are kept beside
 * (sequence.c). */
#include "db/durable.h"
#include "db/execute.h"
#include "db/sequence.h"

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
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->max->at, "MAXVALUE (%lld) is out of range for the type of the sequence",
                        (long long)d->max);
    if (d->min > high || d->min < low)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->min->at, "MINVALUE (%lld) is out of range for the type of the sequence",
                        (long long)d->min);
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

static int define(StmtContext *x, const CreateSequenceStmt *c, Relation *r, Err *err)
{
    SequenceDef *d = &r->sequence;
    int64_t cache;
    TRY(type_of(x, c, &r->type, err));
    int64_t high = r->type.id == T_I16 ? INT16_MAX : r->type.id == T_I32 ? INT32_MAX : INT64_MAX, low = -high - 1;
    TRY(number_of(x, c->cache, 1, &cache, err));
    if (cache < 1)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->cache->at, "CACHE (%lld) must be greater than zero", (long long)cache);
    if (cache > 1)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->cache->at, "CACHE of more than 1 is not supported");
    TRY(number_of(x, c->step, 1, &d->step, err));
    bool up = d->step > 0;
    TRY(number_of(x, c->min, up ? 1 : low, &d->min, err));
    TRY(number_of(x, c->max, up ? high : -1, &d->max, err));
    TRY(number_of(x, c->start, up ? d->min : d->max, &d->start, err));
    d->cycle = c->cycle == CYCLE_YES;
    return check(c, d, low, high, err);
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
    rc = r->ddl && r->schema ? define(x, c, r, err) : RAISE_NOMEM(err);
    if (rc == 0)
        rc = sequence_publish(db, r, err);
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
