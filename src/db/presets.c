/* SPDX-License-Identifier: Apache-2.0
 *
 * What columns get that a statement leaves out: DEFAULT, and the next number of an identity column.
 *
 * The numbers of an identity column go on behind the largest value that INSERT, COPY or a writer's rows have given it since the
 * database was opened, and at first behind the largest one that is stored.  So nothing has to be kept beside the rows, and values
 * that are given do not collide with those that are made.  A number is given once, also when its statement fails; TRUNCATE ..
 * RESTART IDENTITY begins anew, and a transaction that is rolled back takes that back. */
#include "db/durable.h"
#include "db/stream.h"
#include "db/table_write.h"
#include "db/transaction.h"

typedef struct IdentityState {
    struct IdentityState *next;
    uint64_t relation;
    uint32_t col;
    int64_t last; /* given or seen */
    bool any;
} IdentityState;

static uint64_t draw(void *self)
{
    Env *env = self;
    return env->clock->rand64(env);
}

ExprRandom statement_random(Database *db)
{
    return (ExprRandom){draw, db->env, &db->sequence_calls};
}

static int eval_preset(PlanContext *ctx, const Relation *r, uint32_t col, Arena *arena, Value *ret, Err *err)
{
    Node *e = NULL;
    TRY(sql_parse_expr_at(arena, r->defaults[col], (uint32_t)strlen(r->defaults[col]), SPAN_NONE, &e, err));
    return bind_constant(ctx, e, r->schema->field[col].type, arena, ret, err);
}

int eval_presets(Database *db, const Catalog *c, const Relation *r, int64_t now_us, Arena *arena, Value **ret, Err *err)
{
    Value *preset = ARENA_ARRAY(arena, Value, r->schema->n + 1);
    if (!preset)
        return RAISE_NOMEM(err);
    PlanContext ctx = plan_context(db, c, NULL);
    ctx.stored_text = true;
    ctx.now_us = now_us;
    for (uint32_t i = 0; i < r->schema->n; i++) {
        preset[i] = value_null(r->schema->field[i].type);
        if (r->defaults && r->defaults[i] && !preset_varies(r, i))
            TRY(eval_preset(&ctx, r, i, arena, &preset[i], err));
    }
    *ret = preset;
    return 0;
}

/* ---- identity ---- */

static int64_t integer_of(const Value *v)
{
    return v->type.id == T_I16 ? v->i16 : v->type.id == T_I32 ? v->i32 : v->i64;
}

static void note(IdentityState *s, int64_t value)
{
    s->last = s->any ? MAX(s->last, value) : value;
    s->any = true;
}

static int note_batch(void *self, Batch *b, Err *err)
{
    IdentityState *s = self;
    Rows rows = batch_rows(b);
    (void)err;
    for (uint32_t i = 0; i < rows.n; i++) {
        Value v = vec_get(&b->col[s->col], row_at(rows, i));
        if (!v.is_null)
            note(s, integer_of(&v));
    }
    return 0;
}

static int read_stored(Database *db, IdentityState *s, Err *err)
{
    Engine *e = db->engine;
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    Feed *f = engine_feed(e, s->relation);
    int rc = f && f->stored ? stored_each(f->stored, note_batch, s, err) : 0;
    if (!inside)
        engine_leave(e);
    return rc;
}

/* [identities_lock] */
static IdentityState *find(Database *db, uint64_t relation, uint32_t col)
{
    IdentityState *s = db->identities;
    while (s && (s->relation != relation || s->col != col))
        s = s->next;
    return s;
}

/* The shard is taken without the lock: who has the shard may want a number. */
static int state_of(Database *db, const Relation *r, uint32_t col, IdentityState **ret, Err *err)
{
    env_lock(db->env, &db->identities_lock);
    *ret = find(db, r->id, col);
    if (*ret)
        return 0;
    env_unlock(db->env, &db->identities_lock);
    IdentityState *s = mem_zalloc(&db->acct, sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    *s = (IdentityState){.relation = r->id, .col = col};
    int rc = read_stored(db, s, err);
    if (rc < 0) {
        mem_free(&db->acct, s, sizeof(*s));
        return rc;
    }
    env_lock(db->env, &db->identities_lock);
    *ret = find(db, r->id, col);
    if (*ret) {
        mem_free(&db->acct, s, sizeof(*s));
        return 0;
    }
    s->next = db->identities;
    db->identities = *ret = s;
    return 0;
}

void identities_forget(Database *db, uint64_t relation)
{
    env_lock(db->env, &db->identities_lock);
    for (IdentityState **at = &db->identities; *at;) {
        IdentityState *s = *at;
        if (relation && s->relation != relation) {
            at = &s->next;
            continue;
        }
        *at = s->next;
        mem_free(&db->acct, s, sizeof(*s));
    }
    env_unlock(db->env, &db->identities_lock);
}

int identity_saw(Database *db, const Relation *r, uint32_t col, const Value *v, Err *err)
{
    IdentityState *s;
    if (!r->varies || !r->varies[col].identity || v->is_null)
        return 0;
    TRY(state_of(db, r, col, &s, err));
    note(s, integer_of(v));
    env_unlock(db->env, &db->identities_lock);
    return 0;
}

static int restart(Database *db, const Relation *r, uint32_t col, Err *err)
{
    IdentityState *s;
    TRY(state_of(db, r, col, &s, err));
    int rc = s->any ? transaction_keep_identity(db, r->id, col, s->last, err) : 0;
    s->any &= rc < 0;
    env_unlock(db->env, &db->identities_lock);
    return rc;
}

int identities_restart(Database *db, const Relation *r, Err *err)
{
    for (uint32_t c = 0; r->varies && c < r->schema->n; c++)
        if (r->varies[c].identity)
            TRY(restart(db, r, c, err));
    return 0;
}

void identity_back(Database *db, uint64_t relation, uint32_t col, int64_t last)
{
    env_lock(db->env, &db->identities_lock);
    IdentityState *s = find(db, relation, col);
    if (s)
        note(s, last);
    env_unlock(db->env, &db->identities_lock);
}

static int next_number(Database *db, const Relation *r, uint32_t col, Value *ret, Err *err)
{
    const struct RelationVaries *d = &r->varies[col];
    Type t = r->schema->field[col].type;
    int64_t top = t.id == T_I16 ? INT16_MAX : t.id == T_I32 ? INT32_MAX : INT64_MAX, value = d->start;
    IdentityState *s;
    TRY(state_of(db, r, col, &s, err));
    bool full = s->any && s->last > top - d->step;
    if (s->any && !full)
        value = MAX(d->start, s->last + d->step);
    full |= value > top;
    if (!full)
        note(s, value);
    env_unlock(db->env, &db->identities_lock);
    if (full)
        return RAISE(err, ERR_SEQUENCE_LIMIT, "identity column \"%s\" of relation \"%s\" has reached its largest number (%lld)",
                     r->schema->field[col].name, r->name, (long long)top);
    *ret = (Value){.type = t};
    if (t.id == T_I16)
        ret->i16 = (int16_t)value;
    else if (t.id == T_I32)
        ret->i32 = (int32_t)value;
    else
        ret->i64 = value;
    return 0;
}

int preset_of_row(Database *db, const Catalog *c, const Relation *r, uint32_t col, int64_t now_us, Arena *arena, Value *ret,
                  Err *err)
{
    if (r->varies[col].identity)
        return next_number(db, r, col, ret, err);
    ExprRandom random = statement_random(db);
    PlanContext ctx = plan_context(db, c, NULL);
    ctx.stored_text = true;
    ctx.now_us = now_us;
    ctx.random = &random;
    ctx.sequences = true;
    return eval_preset(&ctx, r, col, arena, ret, err);
}

int check_generated(const Relation *r, uint32_t col, const Node *value, Err *err)
{
    bool generated = relation_generates(r, col);
    if (!r->varies || !(r->varies[col].always || generated) || value->kind == NODE_EXPR_DEFAULT)
        return 0;
    (void)RAISE_AT(err, ERR_GENERATED_ALWAYS, value->at, "column \"%s\" can only be updated to DEFAULT",
                   r->schema->field[col].name);
    return err_detail(err,
                      generated ? "Column \"%s\" is a generated column."
                                : "Column \"%s\" is an identity column defined as GENERATED ALWAYS.",
                      r->schema->field[col].name);
}
