/* SPDX-License-Identifier: Apache-2.0
 *
 * GROUPING SETS, ROLLUP and CUBE (SQL:1999): an item of GROUP BY is a list of sets of keys, items side by side are their cross
 * product, and the query is one aggregate over copies of its rows, one copy per set (L_EXPAND).  In the copy of a set the keys that
 * it lacks are NULL; the number of the set is one more key, which tells that NULL from a NULL that the rows have and equal sets
 * from each other.  Keys that all sets have are not copied, so a window among them still closes by the watermark.
 *
 * GROUPING(a, b) depends on the set alone: a column of the copies, and one more key.  An empty set has a row even over no rows; the
 * aggregate keeps its group standing. */
#include "plan/group_sets.h"

#define CUBE_ITEMS_MAX 12
#define GROUPING_ARGS_MAX 31

static void set_add(KeySet *to, const KeySet *more)
{
    for (uint32_t w = 0; w < ARRAY_LEN(to->word); w++)
        to->word[w] |= more->word[w];
}

static bool set_equal(const KeySet *a, const KeySet *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static int list_add(const GroupBinder *g, KeySets *l, const KeySet *set, Err *err)
{
    if (l->n == GROUPING_SETS_MAX)
        return RAISE_AT(err, ERR_TOO_COMPLEX, g->at, "too many grouping sets present (maximum %u)", GROUPING_SETS_MAX);
    if (l->n == l->cap) {
        uint32_t cap = l->cap ? l->cap * 2 : 8;
        KeySet *more = ARENA_ARRAY(g->x->b->arena, KeySet, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (l->n)
            memcpy(more, l->set, l->n * sizeof(*more));
        l->set = more;
        l->cap = cap;
    }
    l->set[l->n++] = *set;
    return 0;
}

/* The keys of each element of ROLLUP and CUBE. */
static int elements(GroupBinder *g, const GroupSet *s, KeySet **ret, Err *err)
{
    uint32_t n = 0;
    KeySet *e = ARENA_ARRAY(g->x->b->arena, KeySet, s->items.n + 1);
    if (!e)
        return RAISE_NOMEM(err);
    AST_EACH(item, s->items)
    TRY(bind_group_key(g, item, &e[n++], err));
    *ret = e;
    return 0;
}

/* (a, b, c), (a, b), (a), (). */
static int rollup(GroupBinder *g, const GroupSet *s, KeySets *ret, Err *err)
{
    KeySet *e;
    TRY(elements(g, s, &e, err));
    for (uint32_t n = s->items.n + 1; n-- > 0;) {
        KeySet set = {0};
        for (uint32_t i = 0; i < n; i++)
            set_add(&set, &e[i]);
        TRY(list_add(g, ret, &set, err));
    }
    return 0;
}

static int cube(GroupBinder *g, const GroupSet *s, KeySets *ret, Err *err)
{
    KeySet *e;
    uint32_t n = s->items.n;
    if (n > CUBE_ITEMS_MAX)
        return RAISE_AT(err, ERR_TOO_MANY_COLUMNS, s->node.at, "CUBE is limited to %d elements", CUBE_ITEMS_MAX);
    TRY(elements(g, s, &e, err));
    for (uint32_t mask = 1u << n; mask-- > 0;) {
        KeySet set = {0};
        for (uint32_t i = 0; i < n; i++)
            if (mask >> (n - 1 - i) & 1)
                set_add(&set, &e[i]);
        TRY(list_add(g, ret, &set, err));
    }
    return 0;
}

/* The sets of one item, appended. */
static int item_sets(GroupBinder *g, const Node *item, KeySets *ret, Err *err)
{
    KeySet set = {0};
    if (item->kind != NODE_GROUP_SET) {
        TRY(bind_group_key(g, item, &set, err));
        return list_add(g, ret, &set, err);
    }
    const GroupSet *s = AST(GroupSet, item);
    switch (s->kind) {
    case GROUP_EMPTY: return list_add(g, ret, &set, err);
    case GROUP_ROLLUP: return rollup(g, s, ret, err);
    case GROUP_CUBE: return cube(g, s, ret, err);
    case GROUP_ALL: /* bind_group.c */
    case GROUP_SETS: break;
    }
    AST_EACH(inner, s->items)
    TRY(item_sets(g, inner, ret, err));
    return 0;
}

static int distinct_sets(KeySets *l)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        uint32_t k = 0;
        while (k < n && !set_equal(&l->set[k], &l->set[i]))
            k++;
        if (k == n)
            l->set[n++] = l->set[i];
    }
    l->n = n;
    return 0;
}

int bind_group_sets(GroupBinder *g, const Select *s, KeySets *ret, Err *err)
{
    *ret = (KeySets){0};
    TRY(list_add(g, ret, &(KeySet){0}, err));
    AST_EACH(item, s->group_by)
    {
        KeySets more = {0}, product = {0};
        g->at = item->at;
        TRY(item_sets(g, item, &more, err));
        for (uint32_t i = 0; i < ret->n; i++)
            for (uint32_t k = 0; k < more.n; k++) {
                KeySet set = ret->set[i];
                set_add(&set, &more.set[k]);
                TRY(list_add(g, &product, &set, err));
            }
        *ret = product;
    }
    return s->group_distinct ? distinct_sets(ret) : 0;
}

/* ---- GROUPING(a, b) ---- */

static int find_key(const GroupParts *p, const ExprScope *x, const Node *arg, uint32_t *ret, Err *err)
{
    Expr *e;
    TRY(bind_expr(x, arg, &e, err));
    for (uint32_t k = 0; k < p->n_keys; k++)
        if (expr_equal(e, p->keys[k])) {
            *ret = k;
            return 0;
        }
    return RAISE_AT(err, ERR_GROUPING, arg->at, "arguments to GROUPING must be grouping expressions of the associated query level");
}

static int add_grouping(Arena *a, GroupParts *p, const GroupingCall *c, uint32_t *ret, Err *err)
{
    for (uint32_t i = 0; i < p->n_calls; i++)
        if (memcmp(&p->call[i], c, sizeof(*c)) == 0) {
            *ret = i;
            return 0;
        }
    GroupingCall *more = ARENA_ARRAY(a, GroupingCall, p->n_calls + 1);
    if (!more)
        return RAISE_NOMEM(err);
    if (p->n_calls)
        memcpy(more, p->call, p->n_calls * sizeof(*more));
    more[p->n_calls] = *c;
    p->call = more;
    *ret = p->n_calls++;
    return 0;
}

int bind_grouping(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    GroupingCall call = {0};
    uint32_t at = 0;
    int rc;
    if (agg_bind_around(x, c, ret, err, &rc))
        return rc;
    if (!x->group || !x->scope)
        return RAISE_AT(err, ERR_GROUPING, c->node.at, "grouping operations are not allowed in %s", x->clause);
    if (x->in_agg)
        return RAISE_AT(err, ERR_GROUPING, c->node.at, "aggregate function calls cannot contain GROUPING");
    if (c->args.n == 0)
        return RAISE_AT(err, ERR_SYNTAX, c->node.at, "GROUPING needs an argument");
    if (c->args.n > GROUPING_ARGS_MAX)
        return RAISE_AT(err, ERR_TOO_MANY_ARGUMENTS, c->node.at, "GROUPING must have fewer than 32 arguments");
    ExprScope in = *x;
    in.aggs = NULL;
    in.overs = NULL;
    AST_EACH(item, c->args)
    TRY(find_key(x->group, &in, item, &call.key[call.n++], err));
    if (x->group->sets.n < 2) {
        Value zero = {.type = TYPE(I32)};
        *ret = expr_const(a, &zero, c->node.at);
        return *ret ? 0 : RAISE_NOMEM(err);
    }
    TRY(add_grouping(a, x->group, &call, &at, err));
    *ret = expr_column(a, GROUPING_COLUMN + at, TYPE(I32), true, c->node.at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* ---- the copies ---- */

static int32_t grouping_of(const GroupingCall *c, const KeySet *set)
{
    uint32_t v = 0;
    for (uint32_t i = 0; i < c->n; i++)
        v = v << 1 | !key_set_has(set, c->key[i]);
    return (int32_t)v;
}

static bool in_all(const GroupParts *p, uint32_t key)
{
    for (uint32_t s = 0; s < p->sets.n; s++)
        if (!key_set_has(&p->sets.set[s], key))
            return false;
    return true;
}

static int fill_sets(Arena *a, const GroupParts *p, ExpandSets *x, const uint32_t *copied, Err *err)
{
    x->in_set = ARENA_ARRAY(a, bool, x->n_sets * x->n_keys + 1);
    x->id = ARENA_ARRAY(a, int32_t, x->n_sets * x->n_ids);
    if (!x->in_set || !x->id)
        return RAISE_NOMEM(err);
    for (uint32_t s = 0; s < x->n_sets; s++) {
        const KeySet *set = &p->sets.set[s];
        int32_t *id = x->id + s * x->n_ids;
        for (uint32_t k = 0; k < x->n_keys; k++)
            x->in_set[s * x->n_keys + k] = key_set_has(set, copied[k]);
        id[0] = (int32_t)s;
        for (uint32_t i = 0; i < p->n_calls; i++)
            id[1 + i] = grouping_of(&p->call[i], set);
    }
    return 0;
}

/* Groups of the sets without keys. */
static int find_standing(Arena *a, const GroupParts *p, const ExpandSets *x, StandingGroups *ret, Err *err)
{
    static const KeySet empty;
    *ret = (StandingGroups){.n_ids = x->n_ids, .id = ARENA_ARRAY(a, int32_t, x->n_sets * x->n_ids)};
    if (!ret->id)
        return RAISE_NOMEM(err);
    for (uint32_t s = 0; s < x->n_sets; s++)
        if (set_equal(&p->sets.set[s], &empty))
            memcpy(ret->id + x->n_ids * ret->n++, x->id + s * x->n_ids, x->n_ids * sizeof(*ret->id));
    return 0;
}

int group_sets_expand(Binder *b, GroupParts *p, Logical **node, StandingGroups *ret, Err *err)
{
    Arena *a = b->arena;
    Logical *in = *node;
    ExpandSets x = {.n_sets = p->sets.n, .n_ids = 1 + p->n_calls};
    Expr **keys = ARENA_ARRAY(a, Expr *, p->n_keys + x.n_ids);
    uint32_t *copied = ARENA_ARRAY(a, uint32_t, p->n_keys + 1);
    x.keys = ARENA_ARRAY(a, Expr *, p->n_keys + 1);
    if (!keys || !copied || !x.keys)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < p->n_keys; k++)
        if (!in_all(p, k)) {
            copied[x.n_keys] = k;
            x.keys[x.n_keys++] = p->keys[k];
        }
    TRY(fill_sets(a, p, &x, copied, err));
    Logical *e = logical_new(a, L_EXPAND, in, in->n_cols + x.n_keys + x.n_ids, p->at);
    if (!e)
        return RAISE_NOMEM(err);
    TRY(bind_count_node(b, p->at, err));
    memcpy(e->cols, in->cols, in->n_cols * sizeof(Field));
    for (uint32_t i = 0; i < x.n_keys; i++) {
        const Expr *k = x.keys[i];
        e->cols[in->n_cols + i] = (Field){.name = k->kind == EXPR_COLUMN ? in->cols[k->col].name : "?column?", .type = k->type};
    }
    for (uint32_t i = 0; i < x.n_ids; i++)
        e->cols[in->n_cols + x.n_keys + i] = (Field){.name = i ? "grouping" : "set", .type = TYPE(I32), .not_null = true};
    e->expand = x;
    for (uint32_t k = 0, c = 0; k < p->n_keys + x.n_ids; k++) {
        bool given = k < p->n_keys && (c == x.n_keys || copied[c] != k);
        keys[k] = given ? p->keys[k] : logical_column(a, e, in->n_cols + c++, p->at);
        if (!keys[k])
            return RAISE_NOMEM(err);
    }
    p->over_sets = keys;
    *node = e;
    return find_standing(a, p, &x, ret, err);
}
