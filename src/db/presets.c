/* SPDX-License-Identifier: Apache-2.0
 *
 * What columns get that a statement leaves out: DEFAULT, and the next number of an identity column (identity.c). */
#include "db/durable.h"
#include "db/stream.h"
#include "db/table_write.h"

static uint64_t draw(void *self)
{
    Env *env = self;
    return env->clock->rand64(env);
}

ExprRandom statement_random(Database *db)
{
    return (ExprRandom){draw, db->env, &db->sequence_calls};
}

/* The column's own DEFAULT, or that of its domain; NULL = none. */
static const char *preset_text(const Catalog *c, const Relation *r, uint32_t col)
{
    const Field *f = &r->schema->field[col];
    const Relation *domain = f->domain ? catalog_by_id(c, f->domain) : NULL;
    if (r->defaults && r->defaults[col])
        return r->defaults[col];
    bool elements = domain && f->type.id == T_ARRAY && domain->type.id != T_ARRAY;
    return domain && domain->defaults && !elements ? domain->defaults[0] : NULL;
}

static int eval_preset(PlanContext *ctx, const Relation *r, uint32_t col, const char *text, Arena *arena, Value *ret, Err *err)
{
    Node *e = NULL;
    TRY(sql_parse_expr_at(arena, text, (uint32_t)strlen(text), SPAN_NONE, &e, err));
    return bind_constant(ctx, e, r->schema->field[col].type, arena, ret, err);
}

int eval_presets(Database *db, const Catalog *c, const Relation *r, int64_t now_us, Arena *arena, Value **ret, Err *err)
{
    Value *preset = ARENA_ARRAY(arena, Value, r->schema->n + 1);
    if (!preset)
        return RAISE_NOMEM(err);
    PlanContext ctx = plan_context(db, c, NULL);
    ctx.stored_text = true;
    ctx.zone = r->zone;
    ctx.now_us = now_us;
    for (uint32_t i = 0; i < r->schema->n; i++) {
        preset[i] = value_null(r->schema->field[i].type);
        const char *text = preset_varies(r, i) || relation_generates(r, i) ? NULL : preset_text(c, r, i);
        if (text)
            TRY(eval_preset(&ctx, r, i, text, arena, &preset[i], err));
    }
    *ret = preset;
    return 0;
}

int preset_of_row(Database *db, const Catalog *c, const Relation *r, uint32_t col, int64_t now_us, Arena *arena, Value *ret,
                  Err *err)
{
    if (r->varies[col].identity)
        return identity_next(db, r, col, ret, err);
    ExprRandom random = statement_random(db);
    PlanContext ctx = plan_context(db, c, NULL);
    ctx.stored_text = true;
    ctx.zone = r->zone;
    ctx.now_us = now_us;
    ctx.random = &random;
    ctx.sequences = true;
    return eval_preset(&ctx, r, col, r->defaults[col], arena, ret, err);
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
