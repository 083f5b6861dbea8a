/* SPDX-License-Identifier: Apache-2.0
 *
 * From the declaration of a source to the watermark that flow/ runs.  The condition of WATERMARK .. WHEN is kept as text and
 * compiled anew for each source that runs. */
#include "db/stream.h"
#include "expr/program.h"
#include "flow/event_clock.h"
#include "sql/parse.h"

typedef struct WhenRule {
    ClockRule base;
    Account *acct;
    Program *program;
    Arena plan, step;
    EvalCtx eval;
    uint16_t sel[BATCH_ROWS_MAX];
} WhenRule;

static void when_free(ClockRule *rule)
{
    WhenRule *r = (WhenRule *)rule;
    arena_done(&r->step);
    arena_done(&r->plan);
    mem_free(r->acct, r, sizeof(*r));
}

/* A row whose condition cannot be evaluated moves nothing. */
static int when_run(ClockRule *rule, const Batch *b, int64_t ptime_us, Rows *ret)
{
    WhenRule *r = (WhenRule *)rule;
    EvalCtx *x = &r->eval;
    arena_reset(&r->step);
    x->now_us = ptime_us;
    x->watermark_us = INT64_MIN;
    eval_ctx_clear(x, b->n);
    ret->sel = r->sel;
    return program_filter(r->program, x, b, batch_rows(b), r->sel, &ret->n);
}

static int when_compile(WhenRule *r, Database *db, const Catalog *c, const Relation *of, Err *err)
{
    PlanContext ctx = plan_context(db, c, NULL);
    ctx.stored_text = true;
    ctx.zone = of->zone;
    TableScope scope = {.table = of};
    Node *node = NULL;
    Expr *e = NULL;
    const char *text = of->watermark.when;
    TRY(sql_parse_expr(&r->plan, text, (uint32_t)strlen(text), &node, err));
    TRY(bind_table_predicate(&ctx, &scope, node, "WATERMARK .. WHEN", &r->plan, &e, err));
    return program_compile(&r->plan, &e, 1, of->schema, &r->program, err);
}

static int when_new(Database *db, const Catalog *c, const Relation *of, ClockRule **ret, Err *err)
{
    WhenRule *r = mem_zalloc(&db->acct, sizeof(*r));
    if (!r)
        return RAISE_NOMEM(err);
    r->base = (ClockRule){.run = when_run, .free = when_free};
    r->acct = &db->acct;
    arena_init(&r->plan, &db->acct, 0);
    arena_init(&r->step, &db->acct, 0);
    r->eval.arena = &r->step;
    int rc = when_compile(r, db, c, of, err);
    if (rc < 0) {
        when_free(&r->base);
        return rc;
    }
    *ret = &r->base;
    return 0;
}

static bool needs_clock(const WatermarkDecl *d)
{
    return d->by != WATERMARK_BY_ROWS || d->interval_us || d->idle_timeout_us || d->partition_by || d->align_group || d->n_keys;
}

int watermark_of(Database *db, const Catalog *c, const Relation *r, Arena *arena, Watermark *ret, Err *err)
{
    const WatermarkDecl *d = &r->watermark;
    *ret = (Watermark){
        .on = d->declared,
        .col = d->col,
        .delay_us = d->delay_us,
        .max_future_skew_us = d->max_future_skew_us,
        .unit_us = d->unit_us,
        .future_rows = (FutureRows)r->future_rows,
        .wm_us = INT64_MIN,
    };
    if (!d->declared || !needs_clock(d))
        return 0;
    ClockSpec *spec = ARENA_ARRAY(arena, ClockSpec, 1);
    if (!spec)
        return RAISE_NOMEM(err);
    *spec = (ClockSpec){
        .by = (ClockBy)d->by,
        .mark_col = d->mark_col,
        .mark_unit_us = d->mark_unit_us,
        .interval_us = d->interval_us,
        .idle_timeout_us = d->idle_timeout_us,
        .idle_advances = d->idle_advances,
        .parts = (ClockParts)d->partition_by,
        .part_col = d->partition_col,
        .n_keys = d->n_keys,
        .keys = d->keys,
        .key_idle_us = d->key_idle_us,
        .max_keys = d->max_keys,
        .max_keys_policy = (KeyPolicy)d->max_keys_policy,
        .align = {.group = d->align_group, .drift_us = d->align_drift_us, .mode = (AlignMode)d->align_mode},
    };
    if (d->when)
        TRY(when_new(db, c, r, &spec->rule, err));
    ret->spec = spec;
    return 0;
}
