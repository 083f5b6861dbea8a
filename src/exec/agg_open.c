/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening of groups: which expressions are evaluated, and where each aggregate lives in a group's row.
 *
 * All expressions of the node go into one list (keys, the operator's own, then per aggregate arguments, order columns, filter),
 * compiled together, so that equal ones cost once.  The extra bytes of a row are laid out plain states first: they want 16-byte
 * alignment. */
#include "exec/agg_group.h"
#include "exec/parts.h"
#include "func/native.h"

#define STATE_ALIGN 16u

static const AggSpec time_spec = {.ret = {.id = T_TS}}; /* of the bounds of a session */

static uint32_t align_up(uint32_t n, uint32_t to)
{
    return (n + to - 1) / to * to;
}

static const PhysAggCall *call_of(const AggGroups *g, uint32_t slot)
{
    return &g->node->aggs[slot - g->n_bounds];
}

static uint32_t list_expr(Expr **exprs, uint32_t *n, Expr *e)
{
    exprs[*n] = e;
    return (*n)++;
}

static int32_t list_filter(AggGroups *g, Expr **exprs, uint32_t *n, uint32_t slot)
{
    const PhysAggCall *call = call_of(g, slot);
    if (!call->filter)
        return -1;
    for (uint32_t i = g->n_bounds; i < slot; i++)
        if (call_of(g, i)->filter && expr_equal(call_of(g, i)->filter, call->filter))
            return g->slot[i].filter;
    return (int32_t)list_expr(exprs, n, call->filter);
}

/* Elements of the multiset.  FIRST(x, y) and ARG_MIN(x, y) have their order as second argument, the others in ORDER BY. */
static int slot_sort(GroupSlot *s, const PhysAggCall *call, Expr **exprs, uint32_t *n, Err *err)
{
    const AggSpec *spec = s->spec;
    for (uint32_t i = 0; i < spec->n_order; i++) {
        s->sort[i] = (SortSpec){spec->order[i], spec->order_desc[i], spec->order_nulls_first[i], .by_value = true};
        s->sort_at[i] = call->order[i] ? list_expr(exprs, n, call->order[i]) : spec->by_arrival ? s->arg : s->arg + 1;
        if (spec->distinct && call->order[i] && !expr_equal(call->order[i], call->arg[0]))
            return RAISE(err, ERR_UNSUPPORTED, "%s(DISTINCT ...) ordered by something else than its argument", spec->type->name);
    }
    s->n_sort = spec->n_order + 1;
    s->sort[spec->n_order] = (SortSpec){.type = spec->arg[0], .desc = spec->arg_desc};
    s->sort_at[spec->n_order] = s->arg;
    return 0;
}

static int slot_open(AggGroups *g, uint32_t i, Expr **exprs, uint32_t *n, Err *err)
{
    const PhysAggCall *call = call_of(g, i);
    const AggSpec *spec = &call->spec;
    GroupSlot *s = &g->slot[i];
    *s = (GroupSlot){.spec = spec, .distinct = -1, .n_args = spec->count_star ? 0 : spec->n_args, .arg = *n};
    for (uint32_t a = 0; a < s->n_args; a++)
        list_expr(exprs, n, call->arg[a]);
    s->filter = list_filter(g, exprs, n, i);
    if (spec->count_star)
        s->kind = s->filter < 0 ? SLOT_ROWS : SLOT_ROWS_IF;
    else
        s->kind = spec->flags & AGG_NEEDS_MULTISET ? SLOT_MULTI : SLOT_PLAIN;
    return s->kind == SLOT_MULTI ? slot_sort(s, call, exprs, n, err) : 0;
}

/* ---- DISTINCT ---- */

static bool same_values(const AggGroups *g, uint32_t i, uint32_t j)
{
    const PhysAggCall *a = call_of(g, i), *b = call_of(g, j);
    if ((a->spec.flags & AGG_KEEPS_NULLS) != (b->spec.flags & AGG_KEEPS_NULLS) || g->slot[i].n_args != g->slot[j].n_args)
        return false;
    for (uint32_t k = 0; k < g->slot[i].n_args; k++)
        if (!expr_equal(a->arg[k], b->arg[k]))
            return false;
    return true;
}

/* The count of a filter in the map, made where it is not there yet; false: the map has no room. */
static bool take_count(DistinctMap *m, int32_t filter, uint32_t *ret)
{
    for (uint32_t f = 0; f <= m->n_filters && f < DISTINCT_FILTERS_MAX; f++) {
        if (f < m->n_filters && m->filter[f] != filter)
            continue;
        m->filter[f] = filter;
        m->n_filters = MAX(m->n_filters, f + 1);
        *ret = f;
        return true;
    }
    return false;
}

/* Sessions take rows out of one that goes over to another, and groups that leave one by one take what they had with them. */
static bool only_grows(const AggGroups *g)
{
    const PhysAgg *p = g->node;
    return p->node.in[0]->props.change == CHANGE_APPEND && p->window.kind != WINDOW_SESSION && !p->closes && p->ttl_us == 0;
}

static void slot_distinct(AggGroups *g, uint32_t i)
{
    GroupSlot *s = &g->slot[i];
    if (!s->spec->distinct || (s->spec->flags & AGG_IGNORES_DISTINCT) || s->n_args == 0)
        return;
    for (uint32_t j = 0; j < i; j++) {
        int32_t d = g->slot[j].distinct;
        if (d >= 0 && same_values(g, i, j) && take_count(&g->distinct[d], s->filter, &s->count)) {
            s->distinct = d;
            return;
        }
    }
    s->distinct = (int32_t)g->n_distinct++;
    g->distinct[s->distinct] = (DistinctMap){.n_values = s->n_args,
                                             .arg = s->arg,
                                             .n_filters = 1,
                                             .filter = {s->filter},
                                             .only_grows = only_grows(g),
                                             .keeps_nulls = (s->spec->flags & AGG_KEEPS_NULLS) != 0};
}

/* The maps' layouts, when it is known who shares them.  n_distinct counts those that have one, for closing what is half open. */
static int open_maps(AggGroups *g, Err *err)
{
    uint32_t n = g->n_distinct;
    g->n_distinct = 0;
    for (uint32_t i = g->n_bounds; i < g->n_slots && g->n_distinct < n; i++) {
        Type value[DISTINCT_VALUES_MAX];
        if (g->slot[i].distinct != (int32_t)g->n_distinct)
            continue;
        for (uint32_t a = 0; a < g->slot[i].n_args; a++)
            value[a] = call_of(g, i)->arg[a]->type;
        TRY(distinct_map_init(&g->distinct[g->n_distinct], g->op->env->acct, value, err));
        g->n_distinct++;
    }
    return 0;
}

PageStore *agg_map_pages(const AggGroups *g, uint32_t map)
{
    const OpEnv *env = g->op->env;
    return g->shares_maps ? env->parts->part[map % env->n_parts].pages : env->pages;
}

/* ---- layout ---- */

/* Whether the initial state is all zeros, as a new row's extra bytes are. */
static int slot_init_kind(AggGroups *g, GroupSlot *s, Err *err)
{
    uint32_t bytes = s->spec->state_bytes;
    uint8_t *state = ARENA_ARRAY(g->op->env->plan, uint8_t, MAX(bytes, 1));
    if (!state)
        return RAISE_NOMEM(err);
    s->zero_init = true;
    if (!s->spec->type->init)
        return 0;
    s->spec->type->init(s->spec, state);
    for (uint32_t i = 0; i < bytes; i++)
        s->zero_init &= state[i] == 0;
    return 0;
}

/* Such a state is more than the bytes of its row: a copy of the row is no image of it, for what it refers to goes with the next
 * change. */
static bool uses_heap(const AggSpec *s)
{
    bool texts = false;
    if (s->flags & AGG_USES_HEAP)
        return true;
    for (uint32_t i = 0; i < s->n_args; i++)
        texts |= type_is_string(s->arg[i].id);
    for (uint32_t i = 0; i < s->n_order; i++)
        texts |= type_is_string(s->order[i].id);
    return texts && s->type->drop;
}

bool agg_node_takes_turns(const PhysAgg *node)
{
    for (uint32_t i = 0; i < node->n_aggs; i++) {
        const AggSpec *s = &node->aggs[i].spec;
        bool by_value = s->distinct && !(s->flags & AGG_IGNORES_DISTINCT) && s->n_args > 0;
        if (s->count_star)
            continue;
        if (by_value || (s->flags & AGG_NEEDS_MULTISET) || !s->type->merge || (s->type->traits & AGG_BY_ORDER) || uses_heap(s))
            return false;
    }
    return true;
}

/* Whether two multisets hold the same elements: those of MIN and MAX of one argument do. */
static bool same_elements(const AggGroups *g, uint32_t i, uint32_t j)
{
    const GroupSlot *a = &g->slot[i], *b = &g->slot[j];
    if (a->kind != SLOT_MULTI || b->kind != SLOT_MULTI || a->distinct != b->distinct || a->filter != b->filter ||
        a->n_sort != b->n_sort || a->spec->by_arrival != b->spec->by_arrival || a->spec->type->round != b->spec->type->round ||
        !same_values(g, i, j))
        return false;
    for (uint32_t c = 0; c < a->n_sort; c++)
        if (a->sort[c].desc != b->sort[c].desc || a->sort[c].nulls_first != b->sort[c].nulls_first ||
            !expr_equal(g->expr[a->sort_at[c]], g->expr[b->sort_at[c]]))
            return false;
    return true;
}

static bool share_multiset(AggGroups *g, uint32_t i)
{
    GroupSlot *s = &g->slot[i];
    for (uint32_t j = g->n_bounds; j < i && !s->is_shared; j++) {
        if (g->slot[j].is_shared || !same_elements(g, i, j))
            continue;
        s->is_shared = true;
        s->at = g->slot[j].at;
    }
    return s->is_shared;
}

/* Whether two plain states are always alike: those of SUM and AVG of one argument are, and all that are made of moments. */
static bool same_state(const AggGroups *g, uint32_t i, uint32_t j)
{
    const GroupSlot *a = &g->slot[i], *b = &g->slot[j];
    const AggType *x = a->spec->type, *y = b->spec->type;
    return b->kind == SLOT_PLAIN && !b->is_shared && x->merge && x->init == y->init && x->add == y->add &&
           x->add_one == y->add_one && x->add_dense == y->add_dense && x->merge == y->merge && x->drop == y->drop &&
           a->spec->state_bytes == b->spec->state_bytes && a->spec->flags == b->spec->flags &&
           a->spec->retractable == b->spec->retractable && native_of_agg(x) == native_of_agg(y) && a->spec->n_order == 0 &&
           b->spec->n_order == 0 && a->filter == b->filter && a->distinct == b->distinct && a->count == b->count &&
           same_values(g, i, j);
}

static bool share_state(AggGroups *g, uint32_t i)
{
    GroupSlot *s = &g->slot[i];
    for (uint32_t j = g->n_bounds; j < i && !s->is_shared; j++) {
        if (!same_state(g, i, j))
            continue;
        s->is_shared = true;
        s->at = g->slot[j].at;
    }
    return s->is_shared;
}

/* What is known of the results of a multiset, listed at the slot that keeps it. */
static void place_extreme(AggGroups *g, uint32_t i, uint32_t *at)
{
    GroupSlot *s = &g->slot[i], *keeper = s;
    if (s->kind != SLOT_MULTI || !agg_extreme_takes(s))
        return;
    for (uint32_t j = g->n_bounds; s->is_shared && j < i; j++)
        if (g->slot[j].kind == SLOT_MULTI && !g->slot[j].is_shared && g->slot[j].at == s->at)
            keeper = &g->slot[j];
    s->is_extreme = g->has_extreme = true;
    s->extreme_at = *at;
    s->next_extreme = keeper->extreme;
    keeper->extreme = s;
    *at += EXTREME_BYTES;
}

static int place_slots(AggGroups *g, uint32_t *ret_bytes, Err *err)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < g->n_slots; i++) {
        GroupSlot *s = &g->slot[i];
        if (s->kind != SLOT_PLAIN || share_state(g, i))
            continue;
        at = align_up(at, s->spec->state_bytes > 8 ? STATE_ALIGN : 8);
        s->at = at;
        at += s->spec->state_bytes;
        TRY(slot_init_kind(g, s, err));
        g->has_init |= !s->zero_init;
        g->has_heap |= uses_heap(s->spec);
    }
    at = align_up(at, 8);
    for (uint32_t i = 0; i < g->n_slots; i++) {
        GroupSlot *s = &g->slot[i];
        if ((s->kind != SLOT_MULTI && s->kind != SLOT_ROWS_IF && s->kind != SLOT_BOUND) || share_multiset(g, i))
            continue;
        s->at = at;
        at += (uint32_t)sizeof(uint64_t);
    }
    for (uint32_t i = g->n_bounds; i < g->n_slots; i++)
        place_extreme(g, i, &at);
    agg_multi_open(g);
    g->only_extremes = g->has_extreme;
    for (uint32_t i = 0; i < g->n_slots; i++)
        g->only_extremes &= g->slot[i].is_extreme;
    if (g->n_distinct > 0) {
        g->gid_at = at;
        at += (uint32_t)sizeof(uint64_t);
    }
    for (uint32_t i = 0; i < g->n_distinct; i++, at += (uint32_t)sizeof(int64_t))
        g->distinct[i].live_at = at;
    if (g->track) {
        g->gen_at = at;
        at += (uint32_t)sizeof(uint64_t);
    }
    *ret_bytes = at;
    return 0;
}

static int open_tables(AggGroups *g, const Expr *const *exprs, uint32_t own_bytes, Err *err)
{
    OpEnv *env = g->op->env;
    uint32_t extra;
    Type *type = ARENA_ARRAY(env->plan, Type, MAX(g->n_cols, 1));
    g->key = ARENA_ARRAY(env->plan, const Vec *, MAX(g->n_cols, 1));
    g->at = ARENA_ARRAY(env->plan, const Vec *, MAX(g->eval.n, 1));
    if (!type || !g->key || !g->at)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < g->n_cols; i++) {
        type[i] = exprs[i]->type;
        g->key[i] = &g->eval.vec[i];
    }
    TRY(place_slots(g, &extra, err));
    g->own_at = extra;
    extra += own_bytes;
    TRY(row_layout_init(&g->layout, env->acct, type, g->n_cols, extra, err));
    g->table_id = env->next_table_id;
    env->next_table_id += 2 + g->n_distinct;
    g->shares_maps = g->node->node.kind == PHYS_HASH_AGG && g->n_distinct > 1 && env->n_parts > 1 && env->part_rule != PART_BY_ALL;
    g->by_row = !g->has_heap;
    for (uint32_t i = 0; i < g->n_slots; i++) {
        if (g->slot[i].kind != SLOT_MULTI)
            continue;
        g->by_row &= g->slot[i].is_extreme;
        if (g->multi)
            continue;
        g->multi = multi_table_new(env->pages, g->table_id + 1 + g->n_distinct, err);
        if (!g->multi)
            return -ERR_OUT_OF_MEMORY;
    }
    return 0;
}

static int find_standing(AggGroups *g, Err *err)
{
    const StandingGroups *s = &g->node->standing;
    if (s->n == 0)
        return 0;
    g->n_standing_bits = (uint32_t)s->id[(s->n - 1) * s->n_ids] + 1;
    g->standing_sets = ARENA_ARRAY(g->op->env->plan, uint64_t, BIT_WORDS(g->n_standing_bits));
    if (!g->standing_sets)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < s->n; i++)
        bit_set(g->standing_sets, (uint32_t)s->id[i * s->n_ids]);
    return 0;
}

static void find_counting(AggGroups *g)
{
    for (uint32_t i = 0; i < g->n_slots && !g->counting; i++) {
        const GroupSlot *s = &g->slot[i];
        if (s->kind == SLOT_PLAIN && s->filter < 0 && s->distinct < 0 && s->n_args == 1 && s->spec->type->add_dense)
            g->counting = s;
    }
}

int agg_groups_open(AggGroups *g, Op *op, const AggGroupsOpen *o, Err *err)
{
    const PhysAgg *node = o->node;
    Arena *plan = op->env->plan;
    g->op = op;
    g->node = node;
    g->track = o->track;
    g->gen = 1;
    g->dirty_last = &g->dirty;
    sb_init(&g->sort_key, op->env->acct);
    arena_init(&g->multi_arena, op->env->acct, 0);
    arena_init(&g->dirty_arena, op->env->acct, 0);
    g->n_cols = node->n_keys + o->n_extra_keys;
    g->n_bounds = o->bounds ? 2 : 0;
    g->n_slots = g->n_bounds + node->n_aggs;
    g->slot = ARENA_ARRAY(plan, GroupSlot, MAX(g->n_slots, 1));
    g->distinct = ARENA_ARRAY(plan, DistinctMap, MAX(g->n_slots, 1));
    Expr **exprs = ARENA_ARRAY(plan, Expr *, node->n_keys + o->n_extra + g->n_slots * (SLOT_ARGS_MAX + SLOT_SORT_MAX + 1) + 1);
    if (!g->slot || !g->distinct || !exprs)
        return RAISE_NOMEM(err);
    TRY(find_standing(g, err));
    uint32_t n = 0;
    for (uint32_t i = 0; i < node->n_keys; i++)
        list_expr(exprs, &n, node->keys[i]);
    for (uint32_t i = 0; i < o->n_extra; i++)
        list_expr(exprs, &n, o->extra[i]);
    for (uint32_t i = 0; i < g->n_bounds; i++)
        g->slot[i] = (GroupSlot){.spec = &time_spec, .kind = SLOT_BOUND, .distinct = -1, .plus = i ? o->last_plus : 0};
    for (uint32_t i = g->n_bounds; i < g->n_slots; i++)
        TRY(slot_open(g, i, exprs, &n, err));
    g->expr = exprs;
    TRY(row_eval_open(&g->eval, op, node->node.in[0]->schema, exprs, n, err));
    for (uint32_t i = g->n_bounds; i < g->n_slots; i++)
        slot_distinct(g, i);
    TRY(open_maps(g, err));
    TRY(open_tables(g, (const Expr *const *)exprs, o->own_bytes, err));
    find_counting(g);
    return agg_single_open(g, err);
}

void agg_groups_close(AggGroups *g)
{
    if (!g->op)
        return;
    multi_table_free(g->multi);
    for (uint32_t i = 0; i < g->n_distinct; i++)
        distinct_map_done(&g->distinct[i]);
    row_layout_done(&g->layout);
    arena_done(&g->dirty_arena);
    arena_done(&g->multi_arena);
    sb_done(&g->sort_key);
}

/* Changes that have not been given are there only in a query that has failed in the middle of a step: it gives nothing any more. */
void agg_groups_save(const AggGroups *g, StrBuf *out)
{
    bytes_put_u64(out, g->last_gid);
    bytes_put_u64(out, g->gen);
    bytes_put_u8(out, g->standing_out);
}

int agg_groups_restore(AggGroups *g, ByteReader *in, Err *err)
{
    (void)err;
    g->last_gid = bytes_u64(in);
    g->gen = bytes_u64(in);
    g->standing_out = bytes_u8(in) != 0;
    for (uint32_t i = 0; i < g->n_slots; i++)
        for (uint32_t c = 0; g->op->env->orders_as_written && c + 1 < g->slot[i].n_sort; c++)
            g->slot[i].sort[c].by_value = false;
    return 0;
}
