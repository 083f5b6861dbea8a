/* SPDX-License-Identifier: Apache-2.0
 *
 * EXPLAIN: a few rows about the whole plan, then one row per node, the root first and inputs indented below their user.  Each node
 * says what it does, the changes it gives, its unique key, its watermark columns and the size class of its state. */
#include "plan/explain_impl.h"

#include <stdio.h>

#include "base/calendar.h"

typedef struct Explain {
    const PhysPlan *plan;
    int (*row)(void *self, Str key, Str value, Err *err);
    void *self;
    bool verbose;
    bool *printed; /* by node: one that has several users is told once */
    StrBuf text;
} Explain;

static int put_row(Explain *x, const char *key, Err *err)
{
    if (x->text.failed)
        return RAISE_NOMEM(err);
    int rc = x->row(x->self, str_of(key), (Str){sb_cstr(&x->text), x->text.n}, err);
    sb_clear(&x->text);
    return rc;
}

static void put_us(StrBuf *b, int64_t us)
{
    char text[CALENDAR_TEXT_MAX];
    int64_t days = us / US_PER_DAY, rest = us % US_PER_DAY;
    if (rest < INT64_MIN / 1000 || days > INT32_MAX)
        return;
    interval_print(&(Interval){.days = (int32_t)days, .ns = rest * 1000}, text);
    sb_puts(b, text);
}

static void put_exprs(StrBuf *b, Expr *const *e, uint32_t n, const Schema *in)
{
    for (uint32_t i = 0; i < n; i++) {
        sb_puts(b, i ? ", " : "");
        expr_print(e[i], in, b);
    }
}

static void put_columns(StrBuf *b, const uint32_t *cols, uint32_t n, const Schema *schema)
{
    for (uint32_t i = 0; i < n; i++)
        sb_printf(b, "%s%s", i ? ", " : "", schema->field[cols[i]].name);
}

static void put_length(StrBuf *b, const TimeWindow *w, int64_t us, int32_t ticks)
{
    char buf[CALENDAR_TEXT_MAX];
    Interval calendar = {.months = w->tick == TICK_MONTH ? ticks : 0, .days = w->tick == TICK_DAY ? ticks : 0};
    if (w->tick == TICK_US)
        put_us(b, us);
    else
        sb_printf(b, "%.*s", interval_print(&calendar, buf), buf);
}

static void put_window(StrBuf *b, const TimeWindow *w)
{
    static const char *const names[] = {"NONE", "TUMBLE", "HOP", "CUMULATE", "SESSION"};
    sb_puts(b, names[w->kind]);
    if (w->kind == WINDOW_HOP || w->kind == WINDOW_CUMULATE) {
        sb_puts(b, w->kind == WINDOW_HOP ? " slide " : " step ");
        put_length(b, w, w->slide_us, w->slide_ticks);
    }
    sb_puts(b, w->kind == WINDOW_SESSION ? " gap " : " size ");
    if (w->kind == WINDOW_SESSION)
        put_us(b, w->gap_us);
    else
        put_length(b, w, w->size_us, w->size_ticks);
    if (w->offset_us) {
        sb_puts(b, " offset ");
        put_us(b, w->offset_us);
    }
    if (w->zone)
        sb_printf(b, " in %s", w->zone->name);
}

/* What an aggregate keeps per group, where it is more than a few numbers or a value. */
static const char *state_of(const AggSpec *s)
{
    if (s->distinct && !(s->flags & AGG_IGNORES_DISTINCT))
        return s->flags & AGG_NEEDS_MULTISET ? "counted values + multiset" : "counted values";
    if (s->flags & AGG_FEW_VALUES)
        return "log buckets";
    if (s->flags & AGG_NEEDS_MULTISET)
        return "multiset";
    return s->flags & AGG_USES_HEAP ? "sketch" : NULL;
}

static void put_agg_call(StrBuf *b, const PhysAggCall *a, const Schema *in)
{
    sb_printf(b, "%s(%s", a->name, a->spec.distinct ? "DISTINCT " : "");
    if (a->spec.count_star)
        sb_putc(b, '*');
    put_exprs(b, a->arg, a->spec.n_args, in);
    if (!a->spec.param.is_null && a->spec.param.type.id != T_UNKNOWN) {
        sb_puts(b, ", ");
        value_print_literal(&a->spec.param, b);
    }
    for (uint32_t i = 0; i < a->spec.n_order && a->order[i]; i++) {
        sb_puts(b, i ? ", " : " ORDER BY ");
        expr_print(a->order[i], in, b);
        sb_puts(b, a->spec.order_desc[i] ? " DESC" : "");
    }
    sb_putc(b, ')');
    if (a->filter) {
        sb_puts(b, " FILTER (");
        expr_print(a->filter, in, b);
        sb_putc(b, ')');
    }
    if (!a->spec.retractable)
        sb_puts(b, " append-only");
    if (state_of(&a->spec))
        sb_printf(b, " %s", state_of(&a->spec));
}

static void put_agg(StrBuf *b, const PhysAgg *a)
{
    const Schema *in = a->node.in[0]->schema;
    if (a->node.kind != PHYS_HASH_AGG) {
        sb_putc(b, ' ');
        put_window(b, &a->window);
        sb_puts(b, " on ");
        if (a->prewindowed)
            sb_printf(b, "%s, %s", in->field[a->start_col].name, in->field[a->end_col].name);
        else
            expr_print(a->time, in, b);
        sb_printf(b, " emit %s", output_mode_name(a->emit));
        if (a->lateness_us) {
            sb_puts(b, " lateness ");
            put_us(b, a->lateness_us);
        }
        for (uint32_t i = 0; i < a->n_wm_keys; i++) {
            sb_puts(b, i ? ", " : " watermark per ");
            expr_print(a->keys[a->wm_key[i]], in, b);
        }
    }
    if (a->closes && (a->emit == OUTPUT_FINAL || a->emit == OUTPUT_ON_WINDOW_CLOSE))
        sb_printf(b, " emit %s", output_mode_name(a->emit));
    if (a->n_keys) {
        sb_puts(b, " by ");
        put_exprs(b, a->keys, a->n_keys, in);
    }
    for (uint32_t i = 0; i < a->n_aggs; i++) {
        sb_puts(b, i ? ", " : a->n_keys ? ": " : " ");
        put_agg_call(b, &a->aggs[i], in);
    }
    if (a->ttl_us > 0) {
        sb_puts(b, " ttl ");
        put_us(b, a->ttl_us);
        sb_puts(b, " after ");
        if (a->time)
            expr_print(a->time, in, b);
        else
            sb_puts(b, "its last row");
        sb_puts(b, a->freezes ? ", freeze" : ", retract");
    }
}

static void put_source(StrBuf *b, const PhysSource *s)
{
    sb_printf(b, " %s (", s->name);
    for (uint32_t i = 0; i < s->n_cols; i++)
        sb_printf(b, "%s%s", i ? ", " : "", s->node.schema->field[i].name);
    sb_putc(b, ')');
    if (s->lookup.kind == LOOKUP_BY_INDEX)
        sb_printf(b, " by index %s", s->lookup.name);
    else if (s->lookup.kind)
        sb_printf(b, " by %s, %u row%s at most", s->lookup.name, s->lookup.n, s->lookup.n == 1 ? "" : "s");
}

static void put_late_filter(StrBuf *b, const PhysLateFilter *f)
{
    sb_printf(b, " %s below the watermark - ", f->node.schema->field[f->time_col].name);
    put_us(b, f->lateness_us);
}

static void put_hold(StrBuf *b, const PhysHold *h)
{
    sb_printf(b, " until the watermark %s %s", h->is_end ? "reaches" : "passes", h->node.schema->field[h->col].name);
    if (h->lateness_us) {
        sb_puts(b, " lateness ");
        put_us(b, h->lateness_us);
    }
}

static void put_order(StrBuf *b, Expr *const *keys, const bool *desc, const bool *nulls_first, uint32_t n, const Schema *in)
{
    for (uint32_t i = 0; i < n; i++) {
        sb_puts(b, i ? ", " : "");
        expr_print(keys[i], in, b);
        sb_puts(b, desc[i] ? " DESC" : "");
        if (nulls_first[i] != desc[i])
            sb_puts(b, nulls_first[i] ? " NULLS FIRST" : " NULLS LAST");
    }
}

static void put_bound(StrBuf *b, OverBound bound, const Value *offset)
{
    static const char *const names[] = {"UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING"};
    if (bound == OVER_PRECEDING || bound == OVER_FOLLOWING) {
        value_print_literal(offset, b);
        sb_putc(b, ' ');
    }
    sb_puts(b, names[bound]);
}

static void put_over_call(StrBuf *b, const PhysOverCall *c, const Schema *in)
{
    static const char *const units[] = {"ROWS", "RANGE", "GROUPS"};
    static const char *const excludes[] = {"", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"};
    const OverFrame *f = &c->frame;
    if (c->func == OVER_AGG) {
        put_agg_call(b, &c->call, in);
    } else {
        sb_printf(b, "%s(", c->call.name);
        put_exprs(b, c->call.arg, c->n_args, in);
        sb_puts(b, c->ignore_nulls ? ") IGNORE NULLS" : ")");
    }
    bool plain = f->unit == OVER_RANGE && f->start == OVER_FIRST && f->end == OVER_CURRENT && f->exclude == OVER_KEEP_ALL;
    if (c->func < OVER_FIRST_VALUE || plain)
        return;
    sb_printf(b, " %s BETWEEN ", units[f->unit]);
    put_bound(b, f->start, &f->offset[0]);
    sb_puts(b, " AND ");
    put_bound(b, f->end, &f->offset[1]);
    sb_puts(b, excludes[f->exclude]);
}

static void put_over(StrBuf *b, const PhysOver *o)
{
    const Schema *in = o->node.in[0]->schema;
    for (uint32_t i = 0; i < o->n_calls; i++) {
        sb_puts(b, i ? ", " : " ");
        put_over_call(b, &o->calls[i], in);
    }
    if (o->n_part) {
        sb_puts(b, " of ");
        put_exprs(b, o->part, o->n_part, in);
    }
    if (o->n_order) {
        sb_puts(b, " by ");
        put_order(b, o->order, o->desc, o->nulls_first, o->n_order, in);
    }
    sb_puts(b, o->stream ? " emit when final" : "");
}

static void put_match(StrBuf *b, const PhysMatch *m)
{
    const Schema *in = m->node.in[0]->schema;
    for (uint32_t i = 0; i < m->match.n_vars; i++)
        sb_printf(b, "%s%s", i ? ", " : " ", m->match.vars[i].name);
    if (m->match.n_part) {
        sb_puts(b, " of ");
        put_exprs(b, m->match.part, m->match.n_part, in);
    }
    sb_puts(b, " by ");
    put_order(b, m->match.order, m->match.desc, m->match.nulls_first, m->match.n_order, in);
    if (m->match.within_us >= 0)
        sb_printf(b, " within %lld us", (long long)m->match.within_us);
    sb_puts(b, m->match.all_rows ? ", all rows" : "");
    sb_puts(b, m->stream ? " emit when final" : "");
}

static void put_top_n(StrBuf *b, const PhysTopN *t)
{
    static const char *const names[] = {"row_number", "rank", "dense_rank"};
    const Schema *in = t->node.in[0]->schema;
    sb_printf(b, " %s", names[t->kind]);
    if (t->lo > 1)
        sb_printf(b, " %lld ..", (long long)t->lo);
    if (t->hi != INT64_MAX)
        sb_printf(b, "%s %lld", t->lo > 1 ? "" : " <=", (long long)t->hi);
    if (t->n_part) {
        sb_puts(b, " of ");
        put_exprs(b, t->part, t->n_part, in);
    }
    sb_puts(b, t->n_order ? " by " : " by arrival");
    put_order(b, t->order, t->desc, t->nulls_first, t->n_order, in);
    sb_puts(b, t->with_rank ? " with rank" : "");
    sb_puts(b, t->node.in[0]->props.change == CHANGE_APPEND ? " append-only" : "");
}

static void put_dedup(StrBuf *b, const PhysDedup *d)
{
    const Schema *in = d->node.in[0]->schema;
    sb_puts(b, " first of ");
    put_exprs(b, d->part, d->n_part, in);
    sb_puts(b, " by ");
    put_order(b, d->order, d->desc, d->nulls_first, d->n_order, in);
}

static void put_sort(StrBuf *b, const PhysSort *s)
{
    sb_puts(b, " by ");
    put_order(b, s->keys, s->desc, s->nulls_first, s->n, s->node.in[0]->schema);
    if (s->each_step)
        sb_puts(b, ", between watermarks");
    if (s->limit >= 0)
        sb_printf(b, " limit %lld", (long long)s->limit);
    if (s->offset > 0)
        sb_printf(b, " offset %lld", (long long)s->offset);
}

const char *join_type_name(JoinType t)
{
    static const char *const names[N_JOIN_TYPES] = {"INNER", "LEFT", "FULL", "SEMI", "ANTI"};
    return names[t];
}

/* Conditions name the columns of the pair: l.id = r.order_id. */
static void put_band(StrBuf *b, const PhysJoin *j)
{
    const Field *l = j->node.in[0]->schema->field, *r = j->node.in[1]->schema->field;
    bool one = j->left_due == j->left_clock && j->right_due == j->right_clock;
    sb_printf(b, one ? " interval %s - %s in [" : " interval %s - %s >= ", l[j->left_due].name, r[j->right_clock].name);
    put_us(b, j->lo_us);
    if (one)
        sb_puts(b, ", ");
    else
        sb_printf(b, ", %s - %s <= ", l[j->left_clock].name, r[j->right_due].name);
    put_us(b, j->hi_us);
    if (one)
        sb_putc(b, ']');
}

static void put_best(StrBuf *b, const PhysJoin *j)
{
    const Schema *of = j->node.in[j->best.side]->schema;
    for (uint32_t i = 0; i < j->best.n; i++)
        sb_printf(b, "%s%s%s", i ? ", " : " best by ", of->field[j->best.col[i]].name, j->best.desc[i] ? " DESC" : "");
}

static void put_join(StrBuf *b, const PhysJoin *j)
{
    sb_printf(b, " %s", join_type_name(j->type));
    for (uint32_t i = 0; i < j->n_keys; i++) {
        sb_puts(b, i ? " and " : " on ");
        expr_print(j->left_key[i], j->node.in[0]->schema, b);
        sb_puts(b, j->null_safe[i] ? " is not distinct from " : " = ");
        expr_print(j->right_key[i], j->node.in[1]->schema, b);
    }
    if (j->residual) {
        sb_puts(b, j->n_keys ? " where " : " on ");
        expr_print(j->residual, j->pair ? j->pair : j->node.schema, b);
    }
    if (j->timed)
        put_band(b, j);
    if (j->best.n)
        put_best(b, j);
    if (j->n_not_in)
        sb_puts(b, " by value");
    if (j->freezes)
        sb_puts(b, " freeze");
    if (j->probes)
        sb_puts(b, " (left rows look up the right relation as it is)");
    if (j->keeps_answers)
        sb_puts(b, " keeps answers");
    if (j->shares[0] || j->shares[1])
        sb_printf(b, " shared %s", j->shares[0] && j->shares[1] ? "left, right" : j->shares[0] ? "left" : "right");
    if (!j->keeps && (j->delta[0] || j->delta[1]))
        sb_puts(b, " delta join");
}

static void put_fetch(StrBuf *b, const PhysFetch *f)
{
    sb_putc(b, ' ');
    expr_print(f->key[0], f->node.in[0]->schema, b);
    for (uint32_t i = 1; i < f->n_keys; i++) {
        sb_puts(b, ", ");
        expr_print(f->key[i], f->node.in[0]->schema, b);
    }
    sb_printf(b, " from %s (rows wait for the answer)", f->name);
}

static void put_asof(StrBuf *b, const PhysAsofJoin *j)
{
    static const char *const matches[][2] = {{" >= ", " > "}, {" <= ", " < "}, {" nearest ", " nearest "}};
    sb_puts(b, j->outer ? " LEFT" : " INNER");
    for (uint32_t i = 0; i < j->n_keys; i++) {
        sb_puts(b, i ? " and " : " on ");
        expr_print(j->left_key[i], j->node.in[0]->schema, b);
        sb_puts(b, " = ");
        expr_print(j->right_key[i], j->node.in[1]->schema, b);
    }
    sb_puts(b, " match ");
    expr_print(j->left_time, j->node.in[0]->schema, b);
    sb_puts(b, matches[j->match][j->strict]);
    expr_print(j->right_time, j->node.in[1]->schema, b);
    if (j->tolerance != INT64_MAX)
        sb_printf(b, " within %lld", (long long)j->tolerance);
    if (j->versions)
        sb_puts(b, " (left rows look up the version of the right relation that their time names)");
    else if (j->probes)
        sb_puts(b, " (left rows look up the right relation as it is)");
    else if (j->early)
        sb_puts(b, " (at once, corrected until the watermarks pass)");
}

/* The keys that not every set has, then the sets: Expand b, c by (b, c), (b), () */
static void put_expand(StrBuf *b, const PhysExpand *e)
{
    const Schema *in = e->node.in[0]->schema;
    const ExpandSets *x = &e->sets;
    sb_putc(b, ' ');
    put_exprs(b, x->keys, x->n_keys, in);
    sb_puts(b, x->n_keys ? " by " : "by ");
    for (uint32_t s = 0; s < x->n_sets; s++) {
        sb_puts(b, s ? ", (" : "(");
        for (uint32_t k = 0, n = 0; k < x->n_keys; k++) {
            if (!x->in_set[s * x->n_keys + k])
                continue;
            sb_puts(b, n++ ? ", " : "");
            expr_print(x->keys[k], in, b);
        }
        sb_putc(b, ')');
    }
}

static void put_ttl(StrBuf *b, int64_t ttl_us, const Expr *time, const Schema *in)
{
    sb_putc(b, ' ');
    put_us(b, ttl_us);
    sb_puts(b, " after ");
    if (time)
        expr_print(time, in, b);
    else
        sb_puts(b, "it came");
}

static void put_key_ttl(StrBuf *b, const PhysKeyTtl *t)
{
    put_ttl(b, t->ttl_us, t->time, t->node.in[0]->schema);
    sb_puts(b, " by ");
    put_exprs(b, t->part, t->n_part, t->node.in[0]->schema);
}

static void put_session_assign(StrBuf *b, const PhysSessionAssign *s)
{
    sb_puts(b, " gap ");
    put_us(b, s->gap_us);
    sb_puts(b, " on ");
    expr_print(s->time, s->node.in[0]->schema, b);
    sb_printf(b, " emit %s", output_mode_name(s->emit));
    if (s->lateness_us) {
        sb_puts(b, " lateness ");
        put_us(b, s->lateness_us);
    }
    if (s->n_part)
        sb_puts(b, " by ");
    put_exprs(b, s->part, s->n_part, s->node.in[0]->schema);
}

static void put_emit(StrBuf *b, const PhysEmit *e)
{
    sb_printf(b, " %s", output_mode_name(e->mode));
    if (e->mode == OUTPUT_EVERY) {
        sb_putc(b, ' ');
        put_us(b, e->every_us);
    }
    if (e->normalise)
        sb_puts(b, " netted");
}

static void put_predicate(StrBuf *b, const PhysNode *n, const Expr *e)
{
    sb_putc(b, ' ');
    expr_print(e, n->in[0]->schema, b);
}

/* What becomes of the query's own rows, the first operator first. */
static void put_steps(StrBuf *b, const PhysNode *n, bool is_last)
{
    for (uint32_t i = 0; i < n->n_in; i++)
        if (recurse_reads_self(n->in[i]))
            put_steps(b, n->in[i], false);
    if (n->kind == PHYS_SOURCE || n->kind == PHYS_EMIT)
        return;
    sb_puts(b, phys_kind_name(n->kind));
    explain_body(b, n);
    sb_puts(b, is_last ? "" : "; ");
}

static void put_recurse(StrBuf *b, const PhysRecurse *r)
{
    sb_printf(b, " %s of %s, again by (", r->all ? "UNION ALL" : "UNION", r->name);
    put_steps(b, r->body->root->in[0], true);
    sb_putc(b, ')');
}

void explain_body(StrBuf *b, const PhysNode *n)
{
    switch (n->kind) {
    case PHYS_SOURCE: put_source(b, (const PhysSource *)n); break;
    case PHYS_FETCH: put_fetch(b, (const PhysFetch *)n); break;
    case PHYS_HOLD: put_hold(b, (const PhysHold *)n); break;
    case PHYS_LATE_FILTER: put_late_filter(b, (const PhysLateFilter *)n); break;
    case PHYS_VALUES: {
        const PhysValues *v = (const PhysValues *)n;
        sb_printf(b, " %u rows%s%s", v->n_rows, v->of ? " of " : "", v->of ? v->of : "");
        break;
    }
    case PHYS_FILTER: put_predicate(b, n, ((const PhysFilter *)n)->predicate); break;
    case PHYS_TEMPORAL_FILTER: put_predicate(b, n, ((const PhysTemporalFilter *)n)->predicate); break;
    case PHYS_PROJECT:
        sb_putc(b, ' ');
        put_exprs(b, ((const PhysProject *)n)->exprs, ((const PhysProject *)n)->n, n->in[0]->schema);
        break;
    case PHYS_WINDOW_ASSIGN: {
        const PhysWindowAssign *w = (const PhysWindowAssign *)n;
        sb_putc(b, ' ');
        put_window(b, &w->window);
        sb_printf(b, " on %s",
                  n->in[0]->schema->field[w->time_col].name[0] ? n->in[0]->schema->field[w->time_col].name : "its time");
        break;
    }
    case PHYS_ROW_TTL: put_ttl(b, ((const PhysRowTtl *)n)->ttl_us, ((const PhysRowTtl *)n)->time, n->in[0]->schema); break;
    case PHYS_KEY_TTL: put_key_ttl(b, (const PhysKeyTtl *)n); break;
    case PHYS_SESSION_ASSIGN: put_session_assign(b, (const PhysSessionAssign *)n); break;
    case PHYS_HASH_AGG:
    case PHYS_WINDOW_AGG:
    case PHYS_SESSION_AGG: put_agg(b, (const PhysAgg *)n); break;
    case PHYS_ASOF_JOIN: put_asof(b, (const PhysAsofJoin *)n); break;
    case PHYS_JOIN: put_join(b, (const PhysJoin *)n); break;
    case PHYS_OVER: put_over(b, (const PhysOver *)n); break;
    case PHYS_MATCH: put_match(b, (const PhysMatch *)n); break;
    case PHYS_DEDUP: put_dedup(b, (const PhysDedup *)n); break;
    case PHYS_TOP_N: put_top_n(b, (const PhysTopN *)n); break;
    case PHYS_SORT: put_sort(b, (const PhysSort *)n); break;
    case PHYS_LIMIT: {
        const PhysLimit *l = (const PhysLimit *)n;
        if (l->limit >= 0)
            sb_printf(b, " %lld", (long long)l->limit);
        if (l->offset > 0)
            sb_printf(b, " offset %lld", (long long)l->offset);
        break;
    }
    case PHYS_EMIT: put_emit(b, (const PhysEmit *)n); break;
    case PHYS_EXPAND: put_expand(b, (const PhysExpand *)n); break;
    case PHYS_UNNEST:
        for (uint32_t i = 0; i < ((const PhysUnnest *)n)->n; i++) {
            const UnnestItem *item = &((const PhysUnnest *)n)->items[i];
            sb_puts(b, i ? ", " : " ");
            sb_puts(b, item->is_series ? "generate_series(" : "");
            put_exprs(b, item->arg, unnest_args(item), n->in[0]->schema);
            sb_puts(b, item->is_series ? ")" : "");
            if (item->zone)
                sb_printf(b, " in %s", item->zone->name);
        }
        sb_puts(b, ((const PhysUnnest *)n)->outer ? " outer" : "");
        break;
    case PHYS_RECURSE: put_recurse(b, (const PhysRecurse *)n); break;
    case PHYS_SET_OP:
        sb_printf(b, " %s%s", ((const PhysSetOp *)n)->is_except ? "EXCEPT" : "INTERSECT",
                  ((const PhysSetOp *)n)->all ? " ALL" : "");
        break;
    case PHYS_UNION:
    case N_PHYS_KINDS: break;
    }
}

static void put_props(StrBuf *b, const PhysNode *n, bool continuous)
{
    const Props *p = &n->props;
    sb_printf(b, " [%s", change_kind_name(p->change));
    if (p->n_key) {
        sb_puts(b, "; key ");
        put_columns(b, p->key, p->n_key, n->schema);
    }
    for (uint32_t i = 0; i < p->n_wm; i++)
        if (i == 0 || p->wm[i].col != p->wm[i - 1].col)
            sb_printf(b, "%s%s", i ? ", " : "; watermark ", n->schema->field[p->wm[i].col].name);
    if (continuous && n->state != STATE_CONST)
        sb_printf(b, "; state %s", state_class_name(n->state));
    if (continuous && n->state_why)
        sb_printf(b, " (%s)", n->state_why);
    sb_putc(b, ']');
}

/* It reads a view that the query does not name (rule_share.c). */
static bool reads_shared(const PhysPlan *p, const PhysNode *n)
{
    for (uint32_t i = 0; n->kind == PHYS_SOURCE && i < p->n_shares; i++)
        if (p->shares[i] == ((const PhysSource *)n)->relation)
            return true;
    return false;
}

static int put_node(Explain *x, const PhysNode *n, unsigned depth, Err *err)
{
    char key[32];
    bool again = x->printed[n->id];
    for (unsigned i = 0; i < depth; i++)
        sb_puts(&x->text, "  ");
    sb_puts(&x->text, phys_kind_name(n->kind));
    explain_body(&x->text, n);
    put_props(&x->text, n, x->plan->root->kind == PHYS_EMIT);
    sb_puts(&x->text, reads_shared(x->plan, n) ? " shared" : again ? " as above" : "");
    if (x->verbose) {
        sb_puts(&x->text, " output (");
        for (uint32_t i = 0; i < n->schema->n; i++)
            sb_printf(&x->text, "%s%s", i ? ", " : "", n->schema->field[i].name);
        sb_putc(&x->text, ')');
    }
    snprintf(key, sizeof(key), "node %u", n->id);
    TRY(put_row(x, key, err));
    x->printed[n->id] = true;
    for (uint32_t i = 0; i < n->n_in && !again; i++)
        TRY(put_node(x, n->in[i], depth + 1, err));
    return 0;
}

static bool is_window_agg(const PhysNode *n)
{
    return n->kind == PHYS_WINDOW_AGG || n->kind == PHYS_SESSION_AGG;
}

const char *explain_plan_type(const PhysPlan *p)
{
    const char *type = "relational";
    for (uint32_t i = 0; i < p->n_nodes; i++) {
        if (is_window_agg(p->nodes[i]) || p->nodes[i]->kind == PHYS_WINDOW_ASSIGN)
            return "window aggregation";
        if (p->nodes[i]->kind == PHYS_HASH_AGG)
            type = "aggregation";
    }
    return type;
}

static int explain_nodes(Explain *x, Err *err)
{
    const PhysPlan *p = x->plan;
    for (uint32_t i = 0; i < p->n_nodes; i++) {
        const PhysNode *n = p->nodes[i];
        if (is_window_agg(n))
            put_window(&x->text, &((const PhysAgg *)n)->window);
        else if (n->kind == PHYS_WINDOW_ASSIGN)
            put_window(&x->text, &((const PhysWindowAssign *)n)->window);
        else
            continue;
        TRY(put_row(x, "window", err));
    }
    for (uint32_t i = 0; i < p->n_nodes; i++) {
        const PhysSource *s = (const PhysSource *)p->nodes[i];
        if (p->nodes[i]->kind != PHYS_SOURCE || !s->has_watermark)
            continue;
        sb_printf(&x->text, "%s.%s, delay ", s->name, s->node.schema->field[s->time_col].name);
        put_us(&x->text, s->watermark_delay_us);
        TRY(put_row(x, "watermark", err));
    }
    return 0;
}

static int explain_columns(Explain *x, Err *err)
{
    const Schema *s = x->plan->schema;
    for (uint32_t i = 0; i < s->n; i++) {
        char type[64];
        type_print(s->field[i].type, type, sizeof(type));
        sb_printf(&x->text, "%s%s %s%s", i ? ", " : "", s->field[i].name, type, s->field[i].not_null ? " NOT NULL" : "");
    }
    return put_row(x, "columns", err);
}

/* ---- what rules did ---- */

#define CHANGES_SHORT 120u /* one line; of more only the rules are named */

static void put_change(StrBuf *b, const RuleChange *c, bool short_form)
{
    sb_printf(b, short_form ? "%s (%s" : "%s: %s", c->rule, c->what);
    if (c->times > 1)
        sb_printf(b, ", %u times", c->times);
    sb_puts(b, short_form ? ")" : "");
}

static int explain_every_change(Explain *x, Err *err)
{
    for (uint32_t i = 0; i < x->plan->n_changes; i++) {
        put_change(&x->text, &x->plan->changes[i], false);
        TRY(put_row(x, "rule", err));
    }
    return 0;
}

static bool is_named_before(const PhysPlan *p, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (!p->changes[i].quiet && strcmp(p->changes[i].rule, p->changes[at].rule) == 0)
            return true;
    return false;
}

static void put_changes(StrBuf *b, const PhysPlan *p, bool only_names)
{
    for (uint32_t i = 0; i < p->n_changes; i++) {
        const RuleChange *c = &p->changes[i];
        if (c->quiet || (only_names && is_named_before(p, i)))
            continue;
        sb_puts(b, b->n ? ", " : "");
        if (only_names)
            sb_puts(b, c->rule);
        else
            put_change(b, c, true);
    }
}

static int explain_changes(Explain *x, Err *err)
{
    if (x->verbose)
        return explain_every_change(x, err);
    put_changes(&x->text, x->plan, false);
    if (x->text.n > CHANGES_SHORT) {
        sb_clear(&x->text);
        put_changes(&x->text, x->plan, true);
    }
    return x->text.n ? put_row(x, "rules", err) : 0;
}

void explain_emit(StrBuf *b, const PhysPlan *p)
{
    if (p->root->kind == PHYS_EMIT)
        put_emit(b, (const PhysEmit *)p->root);
    else
        sb_puts(b, " at the end of the input");
}

int plan_explain(const PhysPlan *p, bool verbose, int (*row)(void *self, Str key, Str value, Err *err), void *self, Err *err)
{
    ASSERT(p && row);
    Explain x = {.plan = p, .row = row, .self = self, .verbose = verbose};
    x.printed = mem_zalloc(p->acct, p->n_nodes);
    if (!x.printed)
        return RAISE_NOMEM(err);
    sb_init(&x.text, p->acct);
    sb_puts(&x.text, explain_plan_type(p));
    int rc = put_row(&x, "plan_type", err);
    if (rc >= 0) {
        explain_emit(&x.text, p);
        Str all = {x.text.p + 1, x.text.n - 1};
        rc = x.text.failed ? RAISE_NOMEM(err) : row(self, STR("emit"), all, err);
        sb_clear(&x.text);
    }
    if (rc >= 0)
        rc = explain_nodes(&x, err);
    if (rc >= 0) {
        sb_puts(&x.text, p->is_inline ? "inline" : "exchanged");
        rc = put_row(&x, "mode", err);
    }
    if (rc >= 0)
        rc = explain_columns(&x, err);
    if (rc >= 0)
        rc = explain_changes(&x, err);
    if (rc >= 0)
        rc = put_node(&x, p->root, 0, err);
    sb_done(&x.text);
    mem_free(p->acct, x.printed, p->n_nodes);
    return rc;
}
