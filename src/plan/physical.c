/* SPDX-License-Identifier: Apache-2.0
 *
 * Logical to physical: one node each, in topological order, with schemas of their own, and the EMIT node on top of a continuous
 * plan. */
#include "plan/bind_impl.h"

#include "base/hash.h"
#include "plan/agg_guard.h"
#include "expr/program.h"
#include "plan/join_impl.h"
#include "plan/shape.h"
#include "plan/temporal.h"
#include "plan/trace.h"

typedef struct Built { /* what keeps rows and may stand once more */
    const struct Built *next;
    const Logical *of;
    PhysNode *node;
} Built;

typedef struct Builder {
    PlanState *s;
    PhysPlan *plan;
    uint32_t cap;
    bool merges;
    const Built *built;
} Builder;

void phys_plan_free(PhysPlan *p)
{
    if (!p)
        return;
    for (uint32_t i = 0; i < p->n_nodes; i++)
        schema_unref((Schema *)p->nodes[i]->schema);
    schema_unref((Schema *)p->schema);
    for (uint32_t i = 0; i < p->n_held; i++)
        schema_unref((Schema *)p->held[i]);
    for (uint32_t i = 0; i < p->n_hidden; i++)
        schema_unref((Schema *)p->hidden[i]);
    for (PhysPlan *body = p->bodies, *next; body; body = next) {
        next = body->next_body;
        phys_plan_free(body);
    }
    Account *acct = p->acct;
    arena_done(&p->arena);
    mem_free(acct, p, sizeof(*p));
}

int phys_hide_schema(PhysPlan *p, const Schema *a, const Schema *b, const Schema **ret, Err *err)
{
    uint32_t n_b = b ? b->n : 0;
    Field *field = ARENA_ARRAY(&p->arena, Field, a->n + n_b + 1);
    const Schema **more = ARENA_ARRAY(&p->arena, const Schema *, p->n_hidden + 1);
    if (!field || !more)
        return RAISE_NOMEM(err);
    memcpy(field, a->field, a->n * sizeof(*field));
    if (b)
        memcpy(field + a->n, b->field, n_b * sizeof(*field));
    *ret = more[p->n_hidden] = schema_new(p->acct, field, a->n + n_b);
    if (!*ret)
        return RAISE_NOMEM(err);
    if (p->n_hidden)
        memcpy(more, p->hidden, p->n_hidden * sizeof(*more));
    p->hidden = more;
    p->n_hidden++;
    return 0;
}

const char *phys_kind_name(PhysKind k)
{
    static const char *const names[N_PHYS_KINDS] = {
#define PHYS(ID, member, Struct, name) [PHYS_##ID] = name,
#include "plan/phys.def"
#undef PHYS
    };
    ASSERT((unsigned)k < N_PHYS_KINDS);
    return names[k];
}

static size_t phys_bytes(PhysKind k)
{
    static const size_t bytes[N_PHYS_KINDS] = {
#define PHYS(ID, member, Struct, name) [PHYS_##ID] = sizeof(Struct),
#include "plan/phys.def"
#undef PHYS
    };
    return bytes[k];
}

/* By the name: numbers of kinds change with those that are added, stored state does not. */
static uint64_t identity_of(PhysKind k, PhysNode *const *in, uint32_t n_in)
{
    const char *name = phys_kind_name(k);
    uint64_t h = hash_bytes(name, strlen(name));
    for (uint32_t i = 0; i < n_in; i++)
        h = hash_combine(h, in[i]->identity);
    return h;
}

/* A number that is kept with another scale would be another number. */
static uint64_t types_of(const Schema *s)
{
    uint64_t h = s->n;
    char text[256];
    for (uint32_t i = 0; i < s->n; i++) {
        Type t = s->field[i].type;
        h = hash_combine(h, (uint64_t)t.id | (uint64_t)t.element << 8 | (uint64_t)t.precision << 16 | (uint64_t)t.scale << 32);
        if (t.nested)
            h = hash_combine(h, hash_bytes(text, (size_t)type_print(t, text, sizeof(text))));
    }
    return h;
}

/* Hidden columns get a name: it is printed. */
static Schema *visible_schema(Builder *b, const Field *cols, uint32_t n)
{
    Field *named = ARENA_ARRAY(&b->plan->arena, Field, n + 1);
    if (!named)
        return NULL;
    for (uint32_t i = 0; i < n; i++) {
        named[i] = cols[i];
        if (named[i].name[0] == 0)
            named[i].name = "(hidden)";
    }
    return schema_new(b->plan->acct, named, n);
}

/* A mark that passes a projection stays what it is where a number or a date becomes the timestamp of the same moment, so such a
 * column is not listed: a class without a listed column passes unchanged.  Unions need the column to find its clock. */
static void drop_converted_wm(const Logical *l, PhysNode *node)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < node->props.n_wm; i++) {
        const Expr *e = l->exprs[node->props.wm[i].col];
        if (e->kind == EXPR_COLUMN || !logical_is_same_moment(l->in[0], e))
            node->props.wm[n++] = node->props.wm[i];
    }
    node->props.n_wm = n;
}

/* Appends a node of `kind`; the schema has the given columns. */
static int node_new(Builder *b, PhysKind kind, PhysNode *const *in, uint32_t n_in, const Field *cols, uint32_t n_cols,
                    PhysNode **ret, Err *err)
{
    PhysPlan *p = b->plan;
    PhysNode *n = arena_zalloc(&p->arena, phys_bytes(kind));
    if (!n)
        return RAISE_NOMEM(err);
    n->kind = kind;
    n->id = p->n_nodes;
    n->n_in = n_in;
    n->in = ARENA_ARRAY(&p->arena, PhysNode *, n_in + 1);
    n->props.window_start_col = n->props.window_end_col = -1;
    if (!n->in)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_in; i++)
        n->in[i] = in[i];
    if (p->n_nodes == b->cap) {
        uint32_t cap = b->cap ? b->cap * 2 : 16;
        PhysNode **more = ARENA_ARRAY(&p->arena, PhysNode *, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (p->n_nodes)
            memcpy(more, p->nodes, p->n_nodes * sizeof(*more));
        p->nodes = more;
        b->cap = cap;
    }
    n->schema = visible_schema(b, cols, n_cols);
    if (!n->schema)
        return RAISE_NOMEM(err);
    n->identity = hash_combine(identity_of(kind, in, n_in), types_of(n->schema));
    p->nodes[p->n_nodes++] = n;
    *ret = n;
    return 0;
}

static void mix(PhysNode *n, uint64_t h)
{
    n->identity = hash_combine(n->identity, h);
}

static void mix_exprs(PhysNode *n, Expr *const *e, uint32_t n_exprs)
{
    for (uint32_t i = 0; i < n_exprs; i++)
        mix(n, e[i] ? expr_hash(e[i]) : HASH_NULL);
}

static int build_source(Builder *b, const Logical *l, PhysNode *node, Err *err)
{
    PhysSource *p = (PhysSource *)node;
    const LogicalSource *s = &l->source;
    const WatermarkDecl *w = &s->relation->watermark;
    p->relation = s->relation->id;
    p->name = arena_strdup(&b->plan->arena, s->relation->name);
    if (!p->name)
        return RAISE_NOMEM(err);
    p->n_cols = l->n_cols;
    p->cols = s->cols;
    p->time_col = s->time_col;
    p->has_watermark = l->props.n_wm > 0;
    p->watermark_delay_us = w->delay_us;
    p->max_future_skew_us = w->max_future_skew_us;
    p->time_unit_us = w->unit_us;
    p->wm_class = l->out_class[0];
    mix(node, hash_i64((int64_t)p->relation));
    for (uint32_t i = 0; i < l->n_cols; i++)
        mix(node, hash_bytes(l->cols[i].name, strlen(l->cols[i].name)));
    return 0;
}

static int build_agg_call(const LogicalAgg *a, PhysAggCall *ret, Err *err)
{
    *ret = (PhysAggCall){.spec = a->spec, .filter = a->filter, .name = a->name};
    for (uint32_t i = 0; i < a->spec.n_args; i++)
        ret->arg[i] = a->arg[i];
    for (uint32_t i = 0; i < a->n_order; i++)
        ret->order[i] = a->order[i];
    return a->spec.n_args > ARRAY_LEN(a->arg) ? RAISE_AT(err, ERR_INTERNAL, a->at, "aggregate with too many arguments") : 0;
}

static void mix_agg(PhysNode *node, const PhysAggCall *a)
{
    mix(node, hash_bytes(a->spec.type->name, strlen(a->spec.type->name)));
    mix(node, (uint64_t)a->spec.distinct | (uint64_t)a->spec.retractable << 1);
    mix_exprs(node, a->arg, ARRAY_LEN(a->arg));
    mix_exprs(node, &a->filter, 1);
    mix_exprs(node, a->order, MAX(a->spec.n_order, AGG_ORDER_APART));
    mix(node, value_hash(&a->spec.param));
}

static void mix_window(PhysNode *node, const TimeWindow *w)
{
    mix(node, hash_i64((int64_t)w->kind));
    mix(node, hash_i64(w->tick == TICK_US ? w->size_us : w->tick == TICK_MONTH ? -(int64_t)w->size_ticks : w->size_ticks));
    mix(node, hash_i64(w->tick == TICK_US ? w->slide_us : w->slide_ticks));
    if (w->zone)
        mix(node, hash_bytes(w->zone->name, strlen(w->zone->name)));
    mix(node, hash_i64(w->offset_us));
    mix(node, hash_i64(w->gap_us));
}

/* Watermarks per key count where a source with them is grouped by them, with nothing between that could mix rows of others in. */
static int find_wm_keys(Builder *b, const Logical *l, PhysAgg *p, Err *err)
{
    const Logical *n = l->in[0];
    while (n->kind == L_PROJECT || n->kind == L_FILTER)
        n = n->in[0];
    if (!b->s->continuous || n->kind != L_SOURCE || n->source.has_running || l->group.window.kind == WINDOW_SESSION)
        return 0;
    const WatermarkDecl *d = &n->source.relation->watermark;
    uint32_t *at = ARENA_ARRAY(&b->plan->arena, uint32_t, d->n_keys + 1), col;
    if (!at)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < d->n_keys; i++) {
        uint32_t k = 0;
        for (; k < l->group.n_keys; k++)
            if (l->group.keys[k]->kind == EXPR_COLUMN && logical_origin(l->in[0], l->group.keys[k]->col, &col) && col == d->keys[i])
                break;
        if (k == l->group.n_keys)
            return 0;
        at[i] = k;
    }
    p->n_wm_keys = d->n_keys;
    p->wm_key = at;
    return 0;
}

/* A refused row that is taken back later would be a session with less than no rows. */
static int cap_sessions(Builder *b, const Logical *l, PhysAgg *p, Err *err)
{
    p->max_sessions = b->s->ctx->sessions_per_key;
    b->s->n_capped += p->max_sessions > 0;
    if (p->max_sessions > 0 && l->in[0]->props.change != CHANGE_APPEND)
        return RAISE_AT(err, ERR_UNSUPPORTED, l->at,
                        "option \"max_sessions_per_key\" over rows that are updated or deleted is not supported");
    return 0;
}

/* The clock of a time that some column of the input holds, in whatever form; time NULL: processing time. */
static int find_ttl_class(const Logical *l, const Expr *time, uint32_t *ret, Err *err)
{
    uint32_t col;
    if (!time || (expr_is_nondecreasing(time, &col) && props_find_class(&l->in[0]->props, col, ret)))
        return 0;
    return RAISE_AT(err, ERR_INTERNAL, l->at, "state_ttl without a clock");
}

static int build_agg(Builder *b, const Logical *l, PhysNode *node, Err *err)
{
    PhysAgg *p = (PhysAgg *)node;
    const LogicalGroup *g = &l->group;
    p->n_keys = g->n_keys;
    p->keys = g->keys;
    p->n_aggs = g->n_aggs;
    p->is_global = g->is_global;
    p->standing = g->standing;
    p->emit = g->emit;
    p->aggs = ARENA_ARRAY(&b->plan->arena, PhysAggCall, g->n_aggs + 1);
    if (!p->aggs)
        return RAISE_NOMEM(err);
    mix_exprs(node, g->keys, g->n_keys);
    for (uint32_t i = 0; i < g->n_aggs; i++) {
        TRY(build_agg_call(&g->aggs[i], &p->aggs[i], err));
        mix_agg(node, &p->aggs[i]);
        TRY(agg_guard(b->s->arena, &p->aggs[i], err));
    }
    if (l->kind != L_WINDOW_AGG) {
        if (g->closes) {
            p->closes = true;
            ClosingKey k;
            (void)logical_closing_key(l, &k);
            p->close_key = k.key;
            p->close_class = k.cls;
            p->close_unit_us = k.unit_us;
            p->close_expr = k.is_number ? g->keys[k.key] : NULL;
            p->close_units = k.units;
            if (!p->close_expr && g->keys[k.key]->kind == EXPR_COLUMN && k.unit_us == 0)
                p->ahead_us = props_ahead_us(&l->in[0]->props, g->keys[k.key]->col, k.cls);
            mix(node, hash_i64(p->close_key));
        }
        if (g->ttl_us > 0) {
            p->ttl_us = g->ttl_us;
            p->time = g->ttl_time;
            p->freezes = g->freezes;
            mix(node, hash_combine(p->time ? expr_hash(p->time) : HASH_NULL, hash_i64(p->ttl_us)));
            TRY(find_ttl_class(l, p->time, &p->wm_class, err));
        }
        return 0;
    }
    p->window = g->window;
    p->prewindowed = g->prewindowed;
    p->start_col = g->start_col;
    p->end_col = g->end_col;
    p->lateness_us = g->lateness_us;
    mix_window(node, &g->window);
    bool clocked = g->prewindowed ? props_closing_class(&l->in[0]->props, g->end_col, &p->wm_class)
                                  : props_find_class(&l->in[0]->props, g->time_col, &p->wm_class);
    p->ahead_us = clocked ? props_ahead_us(&l->in[0]->props, g->prewindowed ? g->end_col : g->time_col, p->wm_class) : 0;
    p->ahead_us -= g->prewindowed && p->ahead_us > 0; /* windows that end there may still get rows */
    if (!clocked && b->s->continuous && g->window.kind != WINDOW_SESSION)
        return RAISE_AT(err, ERR_INTERNAL, l->at, "windowed aggregate without a clock");
    if (g->prewindowed)
        return 0;
    if (g->window.kind == WINDOW_SESSION)
        TRY(cap_sessions(b, l, p, err));
    TRY(find_wm_keys(b, l, p, err));
    p->time = logical_column(&b->plan->arena, l->in[0], g->time_col, l->at);
    if (!p->time)
        return RAISE_NOMEM(err);
    mix(node, expr_hash(p->time));
    return 0;
}

static void build_sort(const LogicalSort *s, PhysNode *node)
{
    PhysSort *p = (PhysSort *)node;
    p->n = s->n;
    p->keys = s->keys;
    p->desc = s->desc;
    p->nulls_first = s->nulls_first;
    p->limit = s->limit;
    p->offset = s->offset;
    mix_exprs(node, s->keys, s->n);
    mix(node, hash_i64(s->limit));
}

static int build_asof(Builder *b, const Logical *l, PhysNode *node)
{
    PhysAsofJoin *p = (PhysAsofJoin *)node;
    const LogicalAsof *a = &l->asof;
    AsofUse use = logical_asof_use(b->s, l);
    p->n_keys = a->n_keys;
    p->left_key = a->left_key;
    p->right_key = a->right_key;
    p->left_time = a->left_time;
    p->right_time = a->right_time;
    p->match = a->match;
    p->strict = a->strict;
    p->outer = a->outer;
    p->tolerance = a->tolerance;
    p->clock_col = -1;
    p->probe_lo_us = a->probe_lo_us;
    p->probe_hi_us = a->probe_hi_us;
    p->versions = use == ASOF_VERSIONS;
    p->probes = use == ASOF_PROBES || p->versions;
    p->at_end = use == ASOF_FINAL_AT_END;
    p->final = p->at_end || use == ASOF_FINAL_BY_CLOCK;
    p->early = use == ASOF_EARLY;
    if (use == ASOF_FINAL_BY_CLOCK || p->early) {
        uint32_t clock;
        if (asof_time_column(l, 0, &clock))
            (void)props_find_class(&l->in[0]->props, clock, &p->left_cls);
        if (a->left_clock)
            p->clock_col = (int32_t)clock;
        (void)props_find_class(&l->in[1]->props, a->right_time->col, &p->right_cls);
        p->out_cls = l->out_class[0];
    }
    if (p->versions)
        (void)props_find_class(&l->in[0]->props, a->left_time->col, &p->left_cls);
    mix_exprs(node, a->left_key, a->n_keys);
    mix_exprs(node, a->right_key, a->n_keys);
    mix_exprs(node, &a->left_time, 1);
    mix_exprs(node, &a->right_time, 1);
    mix(node, hash_i64((int64_t)p->early << 8 | (int64_t)a->match << 5 | p->versions << 4 | a->strict << 3 | a->outer << 2 |
                       p->final << 1 | p->probes));
    mix(node, hash_i64(a->tolerance));
    mix(node, hash_i64(a->probe_lo_us) ^ hash_i64(a->probe_hi_us));
    return 0;
}

static int build_join(Builder *b, const Logical *l, PhysNode *node, Err *err)
{
    PhysJoin *p = (PhysJoin *)node;
    JoinKeys keys;
    TRY(join_keys_find(&b->plan->arena, l, &keys, err));
    p->type = l->join.type;
    p->n_keys = keys.n;
    p->left_key = keys.left;
    p->right_key = keys.right;
    p->null_safe = keys.null_safe;
    p->residual = keys.residual;
    p->probes = logical_join_probes(b->s, l);
    p->keeps_answers = p->probes && l->in[0]->props.change != CHANGE_APPEND;
    if (p->keeps_answers)
        mix(node, hash_i64(1));
    p->at_end = !b->s->continuous;
    p->freezes = l->join.freezes;
    p->best = l->join.best;
    for (uint32_t i = 0; i < p->best.n; i++)
        mix(node, hash_i64((int64_t)p->best.col[i] << 3 | p->best.side << 2 | p->best.desc[i] << 1 | p->best.nulls_first[i]));
    JoinBand band;
    p->timed = join_is_timed(b->s, l, &band);
    if (p->timed) {
        trace_rule(b->s, "interval-join", true);
        trace_say(b->s, "rows of %s and %s leave by their bounds in time", trace_name(l->in[0]), trace_name(l->in[1]));
        p->at_death = l->props.change == CHANGE_APPEND;
        p->left_clock = band.left_clock;
        p->right_clock = band.right_clock;
        p->left_due = band.left_due;
        p->right_due = band.right_due;
        p->lo_us = band.lo_us;
        p->hi_us = band.hi_us;
        p->left_out = band.left_due == band.left_clock ? l->out_class[0] : 0;
        p->right_out = band.right_due == band.right_clock ? l->out_class[1] : 0;
        (void)props_find_class(&l->in[0]->props, band.left_clock, &p->left_cls);
        (void)props_find_class(&l->in[1]->props, band.right_clock, &p->right_cls);
        mix(node, hash_i64(p->lo_us));
        mix(node, hash_i64(p->hi_us));
        if (band.left_due != band.left_clock)
            mix(node, hash_i64((int64_t)band.left_due << 1));
        if (band.right_due != band.right_clock)
            mix(node, hash_i64((int64_t)band.right_due << 1 | 1));
    }
    mix(node, hash_i64((int64_t)p->type << 1 | p->probes));
    mix_exprs(node, keys.left, keys.n);
    mix_exprs(node, keys.right, keys.n);
    for (uint32_t i = 0; i < keys.n; i++)
        mix(node, keys.null_safe[i]);
    mix_exprs(node, &keys.residual, 1);
    if (p->residual && (p->type == SEMI_JOIN || p->type == ANTI_JOIN))
        TRY(phys_hide_schema(b->plan, node->in[0]->schema, node->in[1]->schema, &p->pair, err));
    join_find_shared(b->s, p);
    TRY(join_find_not_in(b->plan, p, err));
    return join_find_delta(b->s, b->plan, p, err);
}

/* A partition column whose clock ends the group: the first.  Of cumulating windows it is the end, if that is one, for many of them
 * have one start. */
static void find_close(const Logical *l, PhysTopN *p)
{
    const Props *in = &l->in[0]->props;
    p->close = p->close_before = (GroupClose){.part = -1};
    for (uint32_t i = 0; i < p->n_part; i++) {
        const Expr *e = p->part[i];
        GroupClose c = {.part = (int32_t)i};
        if (e->kind != EXPR_COLUMN || (e->type.id != T_TS && e->type.id != T_TSTZ) || !props_closing_class(in, e->col, &c.cls))
            continue;
        c.is_end = (int32_t)e->col == in->window_end_col && in->window.kind != WINDOW_SESSION;
        if (p->close.part < 0 || (c.is_end && in->window.kind == WINDOW_CUMULATE))
            p->close = c;
        if (p->close_before.part < 0)
            p->close_before = c;
    }
}

/* One row of each group, which nothing takes back. */
static bool is_dedup(const PlanState *s, const Logical *l)
{
    const LogicalTopN *t = &l->top;
    PhysTopN close;
    if (!s->continuous || t->kind != RANK_ROW || t->lo != 1 || t->hi != 1 || t->with_rank || t->n_part == 0 || t->n_order == 0 ||
        t->emit == OUTPUT_FINAL || t->emit == OUTPUT_ON_WINDOW_CLOSE || l->in[0]->props.change != CHANGE_APPEND)
        return false;
    close = (PhysTopN){.n_part = t->n_part, .part = t->part};
    find_close(l, &close);
    return close.close.part < 0;
}

static void build_dedup(const Logical *l, PhysNode *node)
{
    const LogicalTopN *t = &l->top;
    PhysDedup *p = (PhysDedup *)node;
    p->n_part = t->n_part;
    p->part = t->part;
    p->n_order = t->n_order;
    p->order = t->order;
    p->desc = t->desc;
    p->nulls_first = t->nulls_first;
    p->emit = t->emit;
    mix_exprs(node, p->part, p->n_part);
    mix_exprs(node, p->order, p->n_order);
    for (uint32_t i = 0; i < p->n_order; i++)
        mix(node, hash_i64(p->desc[i] << 1 | p->nulls_first[i]));
}

static void build_top_n(const Logical *l, PhysNode *node)
{
    const LogicalTopN *t = &l->top;
    PhysTopN *p = (PhysTopN *)node;
    p->n_part = t->n_part;
    p->part = t->part;
    p->n_order = t->n_order;
    p->order = t->order;
    p->desc = t->desc;
    p->nulls_first = t->nulls_first;
    p->kind = t->kind;
    p->lo_kind = t->lo_kind;
    p->lo = t->lo;
    p->hi = t->hi;
    p->with_rank = t->with_rank;
    p->emit = t->emit;
    find_close(l, p);
    mix_exprs(node, t->part, t->n_part);
    mix_exprs(node, t->order, t->n_order);
    for (uint32_t i = 0; i < t->n_order; i++)
        mix(node, (uint64_t)t->desc[i] | (uint64_t)t->nulls_first[i] << 1);
    mix(node, hash_i64(t->lo));
    mix(node, hash_i64(t->hi));
    mix(node, (uint64_t)t->kind | (uint64_t)t->lo_kind << 2 | (uint64_t)t->with_rank << 4);
}

#define OVER_RUNS UINT64_C(0x72756e73)

static int build_over(Builder *b, const Logical *l, PhysNode *node, Err *err)
{
    const LogicalOver *o = &l->over;
    PhysOver *p = (PhysOver *)node;
    p->n_part = o->n_part;
    p->part = o->part;
    p->n_order = o->n_order;
    p->order = o->order;
    p->desc = o->desc;
    p->nulls_first = o->nulls_first;
    p->emit = o->emit;
    p->sorted = !b->s->continuous;
    p->reach = over_reach(o);
    p->stream = b->s->continuous && l->props.change == CHANGE_APPEND && over_clock(l, &p->clock);
    p->n_calls = o->n_calls;
    p->calls = ARENA_ARRAY(&b->plan->arena, PhysOverCall, o->n_calls + 1);
    if (!p->calls)
        return RAISE_NOMEM(err);
    mix_exprs(node, o->part, o->n_part);
    mix_exprs(node, o->order, o->n_order);
    for (uint32_t i = 0; i < o->n_order; i++)
        mix(node, (uint64_t)o->desc[i] | (uint64_t)o->nulls_first[i] << 1);
    if (p->stream && p->reach.runs) /* its state is another one than that of rows kept whole */
        mix(node, OVER_RUNS);
    for (uint32_t i = 0; i < o->n_calls; i++) {
        const LogicalOverCall *c = &o->calls[i];
        PhysOverCall *call = &p->calls[i];
        *call = (PhysOverCall){
            .func = c->func, .n_args = c->call.n_given, .frame = c->frame, .ignore_nulls = c->ignore_nulls, .ret = c->ret};
        call->runs = p->stream && over_call_runs(c);
        call->call.name = c->name;
        for (uint32_t a = 0; a < c->call.n_given; a++)
            call->call.arg[a] = c->call.arg[a];
        mix(node, (uint64_t)c->func | (uint64_t)c->ignore_nulls << 8 | (uint64_t)c->frame.unit << 9 |
                      (uint64_t)c->frame.start << 12 | (uint64_t)c->frame.end << 16 | (uint64_t)c->frame.exclude << 20);
        mix_exprs(node, c->call.arg, ARRAY_LEN(c->call.arg));
        for (uint32_t k = 0; k < 2; k++)
            mix(node, value_hash(&c->frame.offset[k]));
        if (c->func == OVER_AGG) {
            TRY(build_agg_call(&c->call, &call->call, err));
            mix_agg(node, &call->call);
            TRY(agg_guard(b->s->arena, &call->call, err));
        }
    }
    return 0;
}

static void mix_slot(PhysNode *node, const MatchSlot *s)
{
    mix(node, (uint64_t)s->what | (uint64_t)s->first << 8 | (uint64_t)s->final << 9 | (uint64_t)s->spec.count_star << 10);
    mix(node, s->vars);
    mix(node, hash_i64(s->logical));
    mix(node, hash_i64(s->physical));
    for (uint32_t i = 0; i < s->n_cols; i++)
        mix(node, hash_i64(s->col[i]));
    if (s->spec.type)
        mix(node, hash_bytes(s->spec.type->name, strlen(s->spec.type->name)));
}

static void build_match(Builder *b, const Logical *l, PhysNode *node)
{
    const Match *m = l->match;
    PhysMatch *p = (PhysMatch *)node;
    p->match = *m;
    p->stream = b->s->continuous && match_clock(l, &p->clock);
    mix_exprs(node, m->part, m->n_part);
    mix_exprs(node, m->order, m->n_order);
    for (uint32_t i = 0; i < m->n_order; i++)
        mix(node, (uint64_t)m->desc[i] | (uint64_t)m->nulls_first[i] << 1);
    for (uint32_t i = 0; i < m->program.n; i++)
        mix(node, (uint64_t)m->program.insn[i].op | (uint64_t)m->program.insn[i].a << 8 | (uint64_t)m->program.insn[i].b << 36);
    for (uint32_t i = 0; i < m->n_vars; i++)
        if (m->vars[i].cond)
            mix_exprs(node, &m->vars[i].cond, 1);
    for (uint32_t i = 0; i < m->n_slots; i++)
        mix_slot(node, &m->slots[i]);
    for (uint32_t i = 0; i < l->n_cols; i++)
        mix_slot(node, &m->out[i]);
    mix(node, (uint64_t)m->after | (uint64_t)m->all_rows << 4);
    mix(node, m->after_vars);
    mix(node, hash_i64(m->within_us));
}

/* A bounded plan has its rows sorted for the window functions. */
static int sort_for_over(Builder *b, const Logical *l, PhysNode **in, Err *err)
{
    const LogicalOver *o = &l->over;
    Arena *a = &b->plan->arena;
    uint32_t n = o->n_part + o->n_order;
    PhysNode *node;
    if (n == 0)
        return 0;
    LogicalSort sort = {.n = n, .limit = -1, .offset = -1};
    sort.keys = ARENA_ARRAY(a, Expr *, n);
    sort.desc = ARENA_ARRAY(a, bool, n);
    sort.nulls_first = ARENA_ARRAY(a, bool, n);
    if (!sort.keys || !sort.desc || !sort.nulls_first)
        return RAISE_NOMEM(err);
    memcpy(sort.keys, o->part, o->n_part * sizeof(Expr *));
    memcpy(sort.keys + o->n_part, o->order, o->n_order * sizeof(Expr *));
    memcpy(sort.desc + o->n_part, o->desc, o->n_order * sizeof(bool));
    memcpy(sort.nulls_first + o->n_part, o->nulls_first, o->n_order * sizeof(bool));
    TRY(node_new(b, PHYS_SORT, in, 1, l->in[0]->cols, l->in[0]->n_cols, &node, err));
    build_sort(&sort, node);
    node->props = l->in[0]->props;
    *in = node;
    return 0;
}

static int build_session_assign(Builder *b, const Logical *l, PhysNode *node, Err *err)
{
    PhysSessionAssign *p = (PhysSessionAssign *)node;
    p->gap_us = l->window.spec.gap_us;
    p->time = logical_column(&b->plan->arena, l->in[0], l->window.time_col, l->at);
    p->n_part = l->window.n_part;
    p->part = l->window.part;
    p->emit = l->window.emit;
    p->lateness_us = l->window.lateness_us;
    if (!p->time)
        return RAISE_NOMEM(err);
    (void)props_find_class(&l->in[0]->props, l->window.time_col, &p->wm_class);
    mix_window(node, &l->window.spec);
    mix_exprs(node, &p->time, 1);
    mix_exprs(node, p->part, p->n_part);
    return 0;
}

static int build_window_assign(Builder *b, const Logical *l, PhysNode *node, Err *err)
{
    if (l->window.spec.kind == WINDOW_SESSION)
        return build_session_assign(b, l, node, err);
    PhysWindowAssign *p = (PhysWindowAssign *)node;
    p->window = l->window.spec;
    p->time_col = l->window.time_col;
    p->end_class = l->out_class[0];
    mix_window(node, &l->window.spec);
    return 0;
}

static int build_key_ttl(const Logical *l, PhysNode *node, Err *err)
{
    PhysKeyTtl *p = (PhysKeyTtl *)node;
    p->ttl_us = l->ttl.ttl_us;
    p->time = l->ttl.time;
    p->n_part = l->ttl.n_part;
    p->part = l->ttl.part;
    TRY(find_ttl_class(l, p->time, &p->wm_class, err));
    mix(node, hash_combine(p->time ? expr_hash(p->time) : HASH_NULL, hash_i64(p->ttl_us)));
    mix_exprs(node, p->part, p->n_part);
    return 0;
}

static int build_ttl(const Logical *l, PhysNode *node, Err *err)
{
    if (node->kind == PHYS_KEY_TTL)
        return build_key_ttl(l, node, err);
    PhysRowTtl *p = (PhysRowTtl *)node;
    p->ttl_us = l->ttl.ttl_us;
    p->time = l->ttl.time;
    TRY(find_ttl_class(l, p->time, &p->wm_class, err));
    mix(node, hash_combine(p->time ? expr_hash(p->time) : HASH_NULL, hash_i64(p->ttl_us)));
    return 0;
}

static void build_every(const Logical *l, PhysNode *node)
{
    PhysEmit *p = (PhysEmit *)node;
    p->mode = OUTPUT_EVERY;
    p->every_us = l->every_us;
    p->normalise = p->inner = true;
    p->n_key = l->props.n_key;
    p->key = l->props.key;
    mix(node, hash_i64(l->every_us));
}

/* The part of a node that is its kind's own. */
/* Rows that the filter leaves, found by a key. */
static int find_lookup(const Builder *b, const Logical *l, PhysSource *in, Err *err)
{
    const LogicalSource *s = &l->in[0]->source;
    TRY(plan_point_lookup(&b->plan->arena, b->s->ctx, s->relation, s->cols, l->in[0]->n_cols, l->predicate, &in->lookup, err));
    trace_rule(b->s, "point-lookup", true);
    if (in->lookup.kind)
        trace_say(b->s, "rows of %s by %s", s->relation->name, in->lookup.name);
    return 0;
}

static void build_unnest(const Logical *l, PhysNode *node)
{
    PhysUnnest *p = (PhysUnnest *)node;
    p->items = l->unnest.items;
    p->n = l->unnest.n;
    p->ordinality = l->unnest.ordinality;
    p->outer = l->unnest.outer;
    for (uint32_t i = 0; i < p->n; i++)
        mix_exprs(node, p->items[i].arg, unnest_args(&p->items[i]));
}

/* What a projection computes of what the filter below it has computed anyway. */
static int share_with_filter(Builder *b, const PhysProject *project, Err *err)
{
    PhysFilter *f = (PhysFilter *)project->node.in[0];
    if (f->node.kind != PHYS_FILTER || f->n_shared > 0)
        return 0;
    return program_shared(&b->plan->arena, f->predicate, project->exprs, project->n, f->node.in[0]->schema, &f->shared,
                          &f->n_shared, err);
}

static int build_body(Builder *b, const Logical *l, PhysNode *node, Err *err)
{
    switch (l->kind) {
    case L_SOURCE: return build_source(b, l, node, err);
    case L_VALUES:
        ((PhysValues *)node)->n_rows = l->values.n_rows;
        ((PhysValues *)node)->rows = l->values.rows;
        ((PhysValues *)node)->of = l->values.of;
        for (uint32_t r = 0; r < l->values.n_rows; r++)
            mix_exprs(node, l->values.rows[r], l->n_cols);
        return 0;
    case L_FILTER:
        ((PhysFilter *)node)->predicate = l->predicate;
        if (l->in[0]->kind == L_SOURCE && !b->s->continuous && b->s->inputs_end)
            TRY(find_lookup(b, l, (PhysSource *)node->in[0], err));
        mix_exprs(node, &l->predicate, 1);
        return 0;
    case L_PROJECT:
        ((PhysProject *)node)->n = l->n_cols;
        ((PhysProject *)node)->exprs = l->exprs;
        mix_exprs(node, l->exprs, l->n_cols);
        return share_with_filter(b, (const PhysProject *)node, err);
    case L_UNNEST: build_unnest(l, node); return 0;
    case L_EXPAND:
        ((PhysExpand *)node)->sets = l->expand;
        mix_exprs(node, l->expand.keys, l->expand.n_keys);
        mix(node, hash_bytes(l->expand.in_set, (size_t)l->expand.n_sets * l->expand.n_keys));
        mix(node, hash_bytes(l->expand.id, sizeof(int32_t) * l->expand.n_sets * l->expand.n_ids));
        return 0;
    case L_WINDOW: return build_window_assign(b, l, node, err);
    case L_AGG:
    case L_WINDOW_AGG: return build_agg(b, l, node, err);
    case L_TTL: return build_ttl(l, node, err);
    case L_ASOF: return build_asof(b, l, node);
    case L_JOIN: return build_join(b, l, node, err);
    case L_TOP_N:
        if (node->kind == PHYS_DEDUP)
            build_dedup(l, node);
        else
            build_top_n(l, node);
        return 0;
    case L_OVER: return build_over(b, l, node, err);
    case L_MATCH: build_match(b, l, node); return 0;
    case L_SORT: build_sort(&l->sort, node); return 0;
    case L_LIMIT:
        ((PhysLimit *)node)->limit = l->sort.limit;
        ((PhysLimit *)node)->offset = l->sort.offset;
        mix(node, hash_i64(l->sort.limit));
        mix(node, hash_i64(l->sort.offset));
        return 0;
    case L_SET_OP: {
        PhysSetOp *p = (PhysSetOp *)node;
        p->is_except = l->set_op.is_except;
        p->all = l->set_op.all;
        p->once = !b->s->continuous;
        mix(node, hash_i64(2 * p->is_except + p->all));
        return 0;
    }
    case L_EVERY: build_every(l, node); return 0;
    case L_UNION:
    case L_RECURSE:
    case N_LOGICAL_KINDS: return 0;
    }
    return 0;
}

/* Lateness that no window above the source judges. */
static int build_late_filter(Builder *b, const Logical *l, PhysNode *source, PhysNode **ret, Err *err)
{
    const PhysSource *s = (const PhysSource *)source;
    PhysNode *node;
    TRY(node_new(b, PHYS_LATE_FILTER, &source, 1, l->cols, l->n_cols, &node, err));
    PhysLateFilter *p = (PhysLateFilter *)node;
    p->time_col = (uint32_t)s->time_col;
    p->time_unit_us = s->time_unit_us;
    p->lateness_us = l->source.lateness_us;
    p->wm_class = s->wm_class;
    node->props = source->props;
    mix(node, hash_i64(p->lateness_us));
    *ret = node;
    return 0;
}

/* Below a join with a lookup table on demand: left rows wait for the answer. */
static int build_fetch(Builder *b, const Logical *join, PhysNode **left, Err *err)
{
    const Relation *table, *keys;
    Expr **key;
    PhysNode *in[2] = {*left};
    TRY(lookup_join_find(b->s, join, &table, &keys, &key, err));
    if (!keys)
        return 0;
    trace_rule(b->s, "lookup-by-key", true);
    trace_say(b->s, "rows wait for the answer of %s", table->name);
    TRY(node_new(b, PHYS_SOURCE, NULL, 0, keys->schema->field, keys->schema->n, &in[1], err));
    PhysSource *leaf = (PhysSource *)in[1];
    leaf->relation = keys->id;
    leaf->time_col = -1;
    in[1]->props.change = CHANGE_ZSET;
    leaf->name = arena_strdup(&b->plan->arena, keys->name);
    leaf->n_cols = keys->schema->n;
    leaf->cols = ARENA_ARRAY(&b->plan->arena, uint32_t, keys->schema->n + 1);
    if (!leaf->name || !leaf->cols)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < leaf->n_cols; i++)
        leaf->cols[i] = i;
    mix(in[1], hash_i64((int64_t)keys->id));
    TRY(node_new(b, PHYS_FETCH, in, 2, join->in[0]->cols, join->in[0]->n_cols, left, err));
    PhysFetch *p = (PhysFetch *)*left;
    p->keys_relation = keys->id;
    p->name = arena_strdup(&b->plan->arena, table->name);
    p->n_keys = table->n_primary_key;
    p->key = key;
    if (!p->name)
        return RAISE_NOMEM(err);
    (*left)->props = in[0]->props;
    mix_exprs(*left, key, p->n_keys);
    return 0;
}

/* What holds whatever the time is comes first. */
static int build_temporal(Builder *b, const Logical *l, PhysNode *in, PhysNode **ret, Err *err)
{
    Expr *plain;
    PhysNode *node;
    TimeBound *bounds;
    uint32_t n;
    TRY(temporal_solve(&b->plan->arena, l->predicate, &plain, &bounds, &n, err));
    if (plain) {
        TRY(node_new(b, PHYS_FILTER, &in, 1, l->cols, l->n_cols, &node, err));
        ((PhysFilter *)node)->predicate = plain;
        node->props = l->in[0]->props;
        mix_exprs(node, &plain, 1);
        in = node;
    }
    TRY(node_new(b, PHYS_TEMPORAL_FILTER, &in, 1, l->cols, l->n_cols, &node, err));
    PhysTemporalFilter *p = (PhysTemporalFilter *)node;
    trace_rule(b->s, "temporal-filter", true);
    trace_say(b->s, "rows come and go by %s", trace_text(b->s, l->in[0], l->predicate));
    p->n = n;
    p->bounds = bounds;
    p->predicate = l->predicate;
    node->props = l->props;
    node->state = l->state;
    node->state_why = l->state_why;
    mix_exprs(node, &p->predicate, 1);
    *ret = node;
    return 0;
}

/* Sessions, and the first row of each key, have operators of their own. */
static PhysKind kind_of(const PlanState *s, const Logical *l, PhysKind usual)
{
    if (l->kind == L_TOP_N && is_dedup(s, l)) {
        trace_rule(s, "first-of-key", true);
        trace_say(s, "Top-1 keeps one row of each key");
        return PHYS_DEDUP;
    }
    if (l->kind == L_TTL && l->ttl.n_part > 0)
        return PHYS_KEY_TTL;
    if (l->kind == L_WINDOW_AGG && l->group.window.kind == WINDOW_SESSION && !l->group.prewindowed)
        return PHYS_SESSION_AGG;
    return l->kind == L_WINDOW && l->window.spec.kind == WINDOW_SESSION ? PHYS_SESSION_ASSIGN : usual;
}

static int build(Builder *b, const Logical *l, PhysNode **ret, Err *err);

/* A source that the second term reads, in the plan around it. */
static int copy_source(Builder *b, const PhysSource *of, PhysNode **ret, Err *err)
{
    const Schema *schema = of->node.schema;
    TRY(node_new(b, PHYS_SOURCE, NULL, 0, schema->field, schema->n, ret, err));
    PhysSource *p = (PhysSource *)*ret;
    PhysNode node = p->node;
    *p = *of;
    node.props = of->node.props;
    node.identity = of->node.identity;
    p->node = node;
    return 0;
}

bool recurse_reads_self(const PhysNode *n)
{
    bool reads = n->kind == PHYS_SOURCE && ((const PhysSource *)n)->relation == RECURSE_SELF;
    for (uint32_t i = 0; i < n->n_in && !reads; i++)
        reads = recurse_reads_self(n->in[i]);
    return reads;
}

/* Of own rows it gives columns as they are, so there are as many different rows as the values of all inputs make. */
static bool computes_nothing(const PhysNode *n)
{
    if (!recurse_reads_self(n))
        return true;
    const PhysProject *p = (const PhysProject *)n;
    bool plain =
        n->kind == PHYS_SOURCE || n->kind == PHYS_FILTER || n->kind == PHYS_JOIN || n->kind == PHYS_EMIT || n->kind == PHYS_PROJECT;
    for (uint32_t i = 0; n->kind == PHYS_PROJECT && i < p->n; i++)
        plain = plain && (p->exprs[i]->kind == EXPR_COLUMN || p->exprs[i]->kind == EXPR_CONST);
    for (uint32_t i = 0; i < n->n_in && plain; i++)
        plain = computes_nothing(n->in[i]);
    return plain;
}

static int build_recurse(Builder *b, const Logical *l, PhysNode **ret, Err *err)
{
    PhysPlan *body = l->recurse.body;
    PhysNode **in = ARENA_ARRAY(&b->plan->arena, PhysNode *, body->n_nodes + 1),
             **leaf = ARENA_ARRAY(&b->plan->arena, PhysNode *, body->n_nodes + 1);
    uint32_t n = 0;
    if (!in || !leaf)
        return RAISE_NOMEM(err);
    TRY(build(b, l->in[0], &in[0], err));
    for (uint32_t i = 0; i < body->n_nodes; i++) {
        const PhysSource *s = (const PhysSource *)body->nodes[i];
        if (s->node.kind != PHYS_SOURCE || s->relation == RECURSE_SELF)
            continue;
        const Logical *given = l->recurse.leaf[n];
        leaf[n++] = body->nodes[i];
        TRY(given ? build(b, given, &in[n], err) : copy_source(b, s, &in[n], err));
    }
    TRY(node_new(b, PHYS_RECURSE, in, n + 1, l->cols, l->n_cols, ret, err));
    PhysRecurse *p = (PhysRecurse *)*ret;
    p->name = l->recurse.name;
    p->all = l->recurse.all;
    p->ends = !p->all && computes_nothing(body->root);
    p->body = body;
    p->leaf = leaf;
    p->node.props = l->props;
    p->node.state = l->state;
    p->node.state_why = l->state_why;
    mix(&p->node, body->root->identity);
    mix(&p->node, p->all);
    return 0;
}

/* What stands in the query before and keeps rows: it is computed once, for both. */
static PhysNode *built_before(Builder *b, const Logical *l)
{
    if (!b->merges || !l->shape || !l->shape->known || !l->shape->works)
        return NULL;
    for (const Built *m = b->built; m; m = m->next)
        if (shape_same(l, m->of))
            return m->node;
    return NULL;
}

static int note_built(Builder *b, const Logical *l, PhysNode *node, Err *err)
{
    if (!b->merges || !l->shape || !l->shape->known || !l->shape->works)
        return 0;
    Built *m = ARENA_NEW(&b->plan->arena, Built);
    if (!m)
        return RAISE_NOMEM(err);
    *m = (Built){b->built, l, node};
    b->built = m;
    return 0;
}

static int build_own(Builder *b, const Logical *l, PhysNode **ret, Err *err);

static int build(Builder *b, const Logical *l, PhysNode **ret, Err *err)
{
    PhysNode *before = built_before(b, l);
    if (before) {
        b->plan->n_merged++;
        *ret = before;
        return 0;
    }
    TRY(build_own(b, l, ret, err));
    return note_built(b, l, *ret, err);
}

static int build_own(Builder *b, const Logical *l, PhysNode **ret, Err *err)
{
    static const PhysKind kinds[N_LOGICAL_KINDS] = {
        [L_SOURCE] = PHYS_SOURCE, [L_VALUES] = PHYS_VALUES,        [L_FILTER] = PHYS_FILTER, [L_PROJECT] = PHYS_PROJECT,
        [L_UNION] = PHYS_UNION,   [L_WINDOW] = PHYS_WINDOW_ASSIGN, [L_AGG] = PHYS_HASH_AGG,  [L_WINDOW_AGG] = PHYS_WINDOW_AGG,
        [L_SORT] = PHYS_SORT,     [L_LIMIT] = PHYS_LIMIT,          [L_JOIN] = PHYS_JOIN,     [L_SET_OP] = PHYS_SET_OP,
        [L_TOP_N] = PHYS_TOP_N,   [L_UNNEST] = PHYS_UNNEST,        [L_OVER] = PHYS_OVER,     [L_ASOF] = PHYS_ASOF_JOIN,
        [L_EXPAND] = PHYS_EXPAND, [L_MATCH] = PHYS_MATCH,          [L_TTL] = PHYS_ROW_TTL,   [L_EVERY] = PHYS_EMIT,
    };
    if (l->kind == L_RECURSE)
        return build_recurse(b, l, ret, err);
    PhysNode *in[2] = {0}, *node;
    for (uint32_t i = 0; i < l->n_in; i++) {
        TRY(build(b, l->in[i], &in[i], err));
        if (l->in[i]->kind == L_PROJECT && l->kind != L_UNION && l->kind != L_SET_OP)
            drop_converted_wm(l->in[i], in[i]);
    }
    if (l->kind == L_JOIN)
        TRY(build_fetch(b, l, &in[0], err));
    if (l->kind == L_OVER && !b->s->continuous)
        TRY(sort_for_over(b, l, &in[0], err));
    if (temporal_is_filter(b->s, l))
        return build_temporal(b, l, in[0], ret, err);
    TRY(node_new(b, kind_of(b->s, l, kinds[l->kind]), in, l->n_in, l->cols, l->n_cols, &node, err));
    TRY(build_body(b, l, node, err));
    node->props = l->props;
    node->state = l->state;
    node->state_why = l->state_why;
    *ret = node;
    return l->kind == L_SOURCE && l->source.drop_late ? build_late_filter(b, l, node, ret, err) : 0;
}

/* The projection shows the input's column as it is. */
static bool keeps(const Logical *project, int32_t col)
{
    for (uint32_t i = 0; i < project->n_cols; i++)
        if (project->exprs[i]->kind == EXPR_COLUMN && (int32_t)project->exprs[i]->col == col)
            return true;
    return false;
}

/* Does each step's output of this node hold at most one change per row: -old +new of different rows? */
static bool is_net(const Logical *l)
{
    if (l->props.change == CHANGE_APPEND)
        return true;
    switch (l->kind) {
    case L_AGG: return l->group.ttl_us == 0 || l->group.ttl_time; /* by the clock a group may go and come again in one step */
    case L_SET_OP:
    case L_EVERY: return true;
    case L_OVER: return l->props.n_key > 0; /* equal rows may trade their results */
    case L_TOP_N:                           /* rows of equal content that change places are not told apart by their arrival */
        return !l->top.with_rank || l->top.kind == RANK_ROW || l->in[0]->props.change != CHANGE_APPEND;
    case L_WINDOW: return false;
    case L_WINDOW_AGG: /* a session may go and come again within a step */
        return l->group.window.kind != WINDOW_SESSION || l->group.prewindowed;
    case L_FILTER: return !temporal_clock(l->predicate) && is_net(l->in[0]); /* by the clock a row may come and go in one step */
    case L_PROJECT: { /* every column of the input is still there; window_start and window_end say the same */
        const Props *in = &l->in[0]->props;
        bool bounds = keeps(l, in->window_start_col) || keeps(l, in->window_end_col);
        for (uint32_t c = 0; c < l->in[0]->n_cols; c++) {
            bool is_bound = in->window_start_col == (int32_t)c || in->window_end_col == (int32_t)c;
            if (is_bound && in->window.kind != WINDOW_NONE ? !bounds : !keeps(l, (int32_t)c))
                return false;
        }
        return is_net(l->in[0]);
    }
    default: return false;
    }
}

static int check_sink(const PlanState *s, const Logical *root, uint32_t takes, Err *err)
{
    const Props *p = &root->props;
    const char *object = s->ctx->object_name ? s->ctx->object_name : "the consumer";
    if (takes == 0 || p->change == CHANGE_APPEND || (takes & PLAN_TAKES_ZSET))
        return 0;
    const Logical *n = root;
    while (n->n_in == 1 && n->in[0]->props.change != CHANGE_APPEND)
        n = n->in[0];
    if ((takes & PLAN_TAKES_UPSERT) && p->n_key > 0)
        return 0;
    if (takes & PLAN_TAKES_UPSERT)
        return RAISE_AT(err, ERR_SINK_MODE, n->at, "%s takes updates by key, but the result of the %s has no unique key", object,
                        logical_kind_name(n->kind));
    if (n->kind == L_SOURCE)
        RAISE_AT(err, ERR_SINK_MODE, n->at, "%s only accepts inserts, but %s \"%s\" emits updates", object,
                 relation_kind_name(n->source.relation->kind), n->source.relation->name);
    else if ((n->kind == L_AGG || n->kind == L_WINDOW_AGG) && n->group.n_aggs)
        RAISE_AT(err, ERR_SINK_MODE, n->at, "%s only accepts inserts, but %s(..)%s%s emits updates", object, n->group.aggs[0].name,
                 n->group.n_keys ? " GROUP BY " : "", n->group.n_keys ? n->cols[0].name : "");
    else
        RAISE_AT(err, ERR_SINK_MODE, n->at, "%s only accepts inserts, but the %s emits updates", object,
                 logical_kind_name(n->kind));
    return err_hint(err, "Group by a window and use EMIT ON WINDOW CLOSE, or take a sink for upserts or changes.");
}

static int build_hold(Builder *b, const Logical *root, PhysNode **top, Err *err)
{
    const EmitPlan *e = &b->s->emit;
    PhysNode *node;
    TRY(node_new(b, PHYS_HOLD, top, 1, root->cols, root->n_cols, &node, err));
    PhysHold *p = (PhysHold *)node;
    p->col = e->hold_col;
    p->wm_class = e->hold_class;
    p->unit_us = e->hold_unit_us;
    p->is_end = e->hold_is_end;
    p->lateness_us = e->lateness_us;
    p->wait_us = e->mode == OUTPUT_ON_WINDOW_CLOSE ? e->lateness_us : 0;
    p->length_us = root->props.window.kind == WINDOW_NONE ? 0 : window_longest_us(&root->props.window);
    node->props = root->props;
    node->state = STATE_WINDOW;
    node->state_why = "rows until the watermark has passed them";
    mix(node, hash_i64(p->lateness_us));
    *top = node;
    return 0;
}

/* The rows that a step lets through, in the order that the stream asks for. */
static int build_order(Builder *b, const Logical *root, PhysNode **top, Err *err)
{
    const StreamOrder *o = &b->s->order;
    LogicalSort sort = {.n = o->n, .limit = -1, .offset = -1, .desc = o->desc, .nulls_first = o->nulls_first};
    PhysNode *node;
    sort.keys = ARENA_ARRAY(&b->plan->arena, Expr *, o->n);
    if (!sort.keys)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < o->n; i++)
        if (!(sort.keys[i] = logical_column(&b->plan->arena, root, o->col[i], o->at)))
            return RAISE_NOMEM(err);
    TRY(node_new(b, PHYS_SORT, top, 1, root->cols, root->n_cols, &node, err));
    build_sort(&sort, node);
    ((PhysSort *)node)->each_step = true;
    node->props = root->props;
    *top = node;
    return 0;
}

static int build_emit(Builder *b, const Logical *root, PhysNode *in, Err *err)
{
    const EmitPlan *e = &b->s->emit;
    PhysNode *node;
    TRY(node_new(b, PHYS_EMIT, &in, 1, root->cols, root->n_cols, &node, err));
    PhysEmit *p = (PhysEmit *)node;
    p->mode = e->mode;
    p->every_us = e->every_us;
    /* EVERY holds whatever comes until its period; inserts alone are net already. */
    p->normalise = e->mode == OUTPUT_EVERY || !is_net(root);
    p->n_key = root->props.n_key;
    p->key = root->props.key;
    node->props = root->props;
    mix(node, hash_i64((int64_t)e->mode));
    return 0;
}

int physical_build(PlanState *s, Logical *root, uint32_t sink_changes, PhysPlan *plan, Err *err)
{
    Builder b = {.s = s, .plan = plan};
    PhysNode *top;
    TRY(check_sink(s, root, sink_changes, err));
    b.merges = s->ctx->share && !s->is_body;
    if (b.merges)
        TRY(shapes_find(s->arena, root, err));
    TRY(build(&b, root, &top, err));
    if (s->continuous && s->emit.holds)
        TRY(build_hold(&b, root, &top, err));
    if (s->continuous && s->order.n)
        TRY(build_order(&b, root, &top, err));
    if (s->continuous)
        TRY(build_emit(&b, root, top, err));
    plan->root = plan->nodes[plan->n_nodes - 1];
    plan->schema = schema_ref(plan->root->schema);
    plan->is_inline = true;
    plan->is_bounded = root->props.bounded;
    return 0;
}
