/* SPDX-License-Identifier: Apache-2.0
 *
 * Delta joins (design 3.2): inner joins of three or more relations keep nothing between their steps.
 *
 * A join of joins keeps, for the rows that change on its other side, what the join below has given.  Where the rows of all
 * relations below are found by a key or an index, that can be made again instead: from the keys of the other side to a relation
 * that they find, from its rows to the next one, until all are there.  The plan stays what it is, a tree of joins of two inputs;
 * how a side is found stands beside it and is no part of its identity, like sharing (join_shared.c), on which all of this builds.
 *
 * Columns are numbered: the join's keys, the number of the row, then the columns of the side.  `place` says where one of them is in
 * what the hops so far give. */
#include "base/bits.h"
#include "plan/join_impl.h"
#include "plan/phys.h"
#include "plan/plan.h"

#define NOWHERE UINT32_MAX
#define DELTA_LEAVES_MAX 16

typedef struct Term {   /* a condition of the joins, over the numbered columns */
    Expr *left, *right; /* an equality of these; left NULL: `right` as it is */
    bool used;
} Term;

typedef struct Leaf {
    PhysNode *node; /* a source, or a filter above one */
    uint32_t first; /* number of its first column */
    bool found;
} Leaf;

typedef struct Search {
    const PlanState *s;
    PhysPlan *plan;
    Arena *arena;
    PhysJoin *join;
    uint32_t side, n_cols;
    uint32_t n_terms, cap_terms;
    Term *term;
    uint32_t n_leaves;
    Leaf leaf[DELTA_LEAVES_MAX];
    uint32_t *place;
    const Schema *at; /* of what the hops so far give */
    PhysNode *last;
    PhysDelta *delta;
} Search;

/* ---- what there is ---- */

static bool is_steady(const Expr *e)
{
    return !e || (!e->can_fail && !e->is_volatile && !e->is_stable);
}

static bool can_find_again(const PhysJoin *p)
{
    bool can = p->type == INNER_JOIN && p->n_keys > 0 && !p->timed && !p->freezes && !p->best.n && !p->probes;
    for (uint32_t k = 0; k < p->n_keys; k++)
        can = can && is_steady(p->left_key[k]) && is_steady(p->right_key[k]);
    return can;
}

/* The expression over columns that begin at another number. */
static Expr *shifted(const Search *x, const Expr *e, uint32_t first, const Schema *of)
{
    Expr **map = ARENA_ARRAY(x->arena, Expr *, of->n + 1);
    for (uint32_t i = 0; map && i < of->n; i++) {
        map[i] = expr_column(x->arena, first + i, of->field[i].type, false, e->at);
        if (!map[i])
            return NULL;
    }
    return map ? expr_substitute(x->arena, e, map) : NULL;
}

static int add_term(Search *x, Expr *left, Expr *right, Err *err)
{
    if (x->n_terms == x->cap_terms) {
        uint32_t cap = x->cap_terms ? x->cap_terms * 2 : 16;
        Term *more = ARENA_ARRAY(x->arena, Term, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (x->n_terms)
            memcpy(more, x->term, x->n_terms * sizeof(*more));
        x->term = more;
        x->cap_terms = cap;
    }
    x->term[x->n_terms++] = (Term){.left = left, .right = right};
    return 0;
}

static int add_shifted(Search *x, const Expr *left, const Schema *of_left, const Expr *right, const Schema *of_right,
                       uint32_t first, Err *err)
{
    Expr *l = left ? shifted(x, left, first, of_left) : NULL;
    Expr *r = shifted(x, right, first + (left ? of_left->n : 0), of_right);
    return (left && !l) || !r ? RAISE_NOMEM(err) : add_term(x, l, r, err);
}

/* The relations and conditions below the side.  false: one of them cannot be found again. */
static int collect(Search *x, PhysNode *node, uint32_t first, bool *ret, Err *err)
{
    const PhysJoin *p = (const PhysJoin *)node;
    *ret = false;
    if (node->kind != PHYS_JOIN) {
        if (x->n_leaves == DELTA_LEAVES_MAX)
            return 0;
        x->leaf[x->n_leaves++] = (Leaf){.node = node, .first = first};
        *ret = true;
        return 0;
    }
    if (!can_find_again(p) || !is_steady(p->residual))
        return 0;
    const Schema *l = node->in[0]->schema, *r = node->in[1]->schema;
    for (uint32_t k = 0; k < p->n_keys; k++) {
        if (p->null_safe[k])
            return 0;
        TRY(add_shifted(x, p->left_key[k], l, p->right_key[k], r, first, err));
    }
    if (p->residual) {
        Expr *residual = p->residual, **part;
        uint32_t n;
        join_conjuncts(&residual, &part, &n);
        for (uint32_t i = 0; i < n; i++)
            TRY(add_shifted(x, NULL, NULL, part[i], node->schema, first, err));
    }
    TRY(collect(x, node->in[0], first, ret, err));
    return *ret ? collect(x, node->in[1], first + l->n, ret, err) : 0;
}

/* ---- a hop ---- */

static bool is_of_leaf(const Leaf *l, uint32_t col)
{
    return col >= l->first && col < l->first + l->node->schema->n;
}

/* All of its columns are there; with `l` also those of this leaf. */
static bool is_placed(const Search *x, const Expr *e, const Leaf *l)
{
    uint64_t bits[BIT_WORDS(COLUMNS_MAX * 2)] = {0};
    expr_columns(e, bits);
    for (uint32_t c = 0; c < x->n_cols; c++)
        if (bit_get(bits, c) && x->place[c] == NOWHERE && !(l && is_of_leaf(l, c)))
            return false;
    return true;
}

/* Over what the hops so far give and, behind that, the leaf's columns. */
static Expr *placed(const Search *x, const Expr *e, const Leaf *l)
{
    Expr **map = ARENA_ARRAY(x->arena, Expr *, x->n_cols + 1);
    for (uint32_t c = 0; map && c < x->n_cols; c++) {
        bool of_leaf = is_of_leaf(l, c);
        uint32_t at = of_leaf ? x->at->n + c - l->first : x->place[c];
        const Field *f = of_leaf ? &l->node->schema->field[c - l->first] : at < x->at->n ? &x->at->field[at] : NULL;
        map[c] = f ? expr_column(x->arena, at, f->type, false, e->at) : NULL;
    }
    return map ? expr_substitute(x->arena, e, map) : NULL;
}

static bool has_key(const PhysJoin *hop, uint32_t col)
{
    for (uint32_t k = 0; k < hop->n_keys; k++)
        if (hop->right_key[k]->col == col)
            return true;
    return false;
}

/* An equality of one of the leaf's columns and something that is there becomes a key. */
static int try_key(const Search *x, const Leaf *l, PhysJoin *hop, const Term *t, bool *ret, Err *err)
{
    *ret = false;
    for (uint32_t turned = 0; turned < 2 && t->left; turned++) {
        const Expr *own = turned ? t->left : t->right, *other = turned ? t->right : t->left;
        if (own->kind != EXPR_COLUMN || !is_of_leaf(l, own->col) || !is_placed(x, other, NULL) || has_key(hop, own->col - l->first))
            continue;
        Expr *left = placed(x, other, l), *right = expr_column(x->arena, own->col - l->first, own->type, false, own->at);
        if (!left || !right)
            return RAISE_NOMEM(err);
        hop->left_key[hop->n_keys] = left;
        hop->right_key[hop->n_keys++] = right;
        *ret = true;
        return 0;
    }
    return 0;
}

static int add_condition(const Search *x, const Leaf *l, PhysJoin *hop, const Term *t, Err *err)
{
    Expr *e = t->right;
    if (t->left)
        TRY(expr_call(x->arena, STR("="), (Expr *[]){t->left, t->right}, 2, t->left->at, &e, err));
    e = placed(x, e, l);
    return e ? join_and(x->arena, hop->residual, e, &hop->residual, err) : RAISE_NOMEM(err);
}

/* The conditions that hold between what is there and the leaf. */
static int take_terms(const Search *x, const Leaf *l, PhysJoin *hop, bool *used, Err *err)
{
    for (uint32_t i = 0; i < x->n_terms; i++) {
        const Term *t = &x->term[i];
        bool is_key;
        used[i] = false;
        if (t->used || !is_placed(x, t->right, l) || (t->left && !is_placed(x, t->left, l)))
            continue;
        TRY(try_key(x, l, hop, t, &is_key, err));
        if (!is_key)
            TRY(add_condition(x, l, hop, t, err));
        used[i] = true;
    }
    return 0;
}

static int new_hop(const Search *x, const Leaf *l, PhysJoin **ret, Err *err)
{
    PhysJoin *hop = arena_zalloc(x->arena, sizeof(*hop));
    PhysNode **in = ARENA_ARRAY(x->arena, PhysNode *, 2);
    if (!hop || !in)
        return RAISE_NOMEM(err);
    in[0] = x->last;
    in[1] = l->node;
    hop->node = (PhysNode){.kind = PHYS_JOIN, .id = x->join->node.id, .n_in = 2, .in = in};
    hop->node.props = x->join->node.props;
    hop->type = INNER_JOIN;
    hop->probes = true; /* it keeps nothing of what it is given */
    hop->left_key = ARENA_ARRAY(x->arena, Expr *, x->n_terms + 1);
    hop->right_key = ARENA_ARRAY(x->arena, Expr *, x->n_terms + 1);
    hop->null_safe = ARENA_ARRAY(x->arena, bool, x->n_terms + 1);
    *ret = hop;
    return hop->left_key && hop->right_key && hop->null_safe ? 0 : RAISE_NOMEM(err);
}

/* true: what is there finds the leaf's rows, which are there then, too. */
static int try_hop(Search *x, Leaf *l, bool by_one, bool *ret, Err *err)
{
    PhysJoin *hop;
    bool *used = ARENA_ARRAY(x->arena, bool, x->n_terms + 1);
    TRY(new_hop(x, l, &hop, err));
    if (!used)
        return RAISE_NOMEM(err);
    TRY(take_terms(x, l, hop, used, err));
    *ret = hop->n_keys > 0 && (by_one ? join_finds_one(x->s, hop, 1) : join_can_share(x->s, hop, 1));
    if (!*ret)
        return 0;
    TRY(phys_hide_schema(x->plan, x->at, l->node->schema, &hop->node.schema, err));
    for (uint32_t i = 0; i < x->n_terms; i++)
        x->term[i].used |= used[i];
    for (uint32_t c = 0; c < l->node->schema->n; c++)
        x->place[l->first + c] = x->at->n + c;
    hop->shares[1] = hop->may_share[1] = l->found = true;
    x->delta->hop[x->delta->n_hops++] = hop;
    x->at = hop->node.schema;
    x->last = &hop->node;
    return 0;
}

/* The next leaf: one that is found by what has one row of a key at most, where there is such. */
static int next_hop(Search *x, bool *ret, Err *err)
{
    *ret = false;
    for (uint32_t by_one = 2; by_one-- > 0;)
        for (uint32_t i = 0; i < x->n_leaves; i++) {
            if (x->leaf[i].found)
                continue;
            TRY(try_hop(x, &x->leaf[i], by_one, ret, err));
            if (*ret)
                return 0;
        }
    return 0;
}

/* ---- a side ---- */

/* What the first hop gets, in the place of a node. */
static int begin(Search *x, Err *err)
{
    const PhysJoin *p = x->join;
    Field *field = ARENA_ARRAY(x->arena, Field, p->n_keys + 2);
    Expr *const *key = x->side == 0 ? p->left_key : p->right_key;
    const Schema *of = p->node.in[x->side]->schema;
    PhysNode *node = arena_zalloc(x->arena, sizeof(*node));
    x->place = ARENA_ARRAY(x->arena, uint32_t, x->n_cols + 1);
    x->delta->hop = ARENA_ARRAY(x->arena, PhysJoin *, DELTA_LEAVES_MAX);
    x->delta->col = ARENA_ARRAY(x->arena, uint32_t, of->n + 1);
    Schema *plain = NULL;
    if (!field || !node || !x->place || !x->delta->hop || !x->delta->col)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < p->n_keys; k++) {
        field[k] = (Field){.name = "key", .type = key[k]->type};
        Expr *left = expr_column(x->arena, k, key[k]->type, false, key[k]->at), *right = shifted(x, key[k], p->n_keys + 1, of);
        if (!left || !right)
            return RAISE_NOMEM(err);
        TRY(add_term(x, left, right, err));
    }
    field[p->n_keys] = (Field){.name = "row", .type = {.id = T_I64}, .not_null = true};
    plain = schema_new(x->plan->acct, field, p->n_keys + 1);
    int rc = plain ? phys_hide_schema(x->plan, plain, NULL, &x->delta->start, err) : RAISE_NOMEM(err);
    schema_unref(plain);
    TRY(rc);
    for (uint32_t c = 0; c < x->n_cols; c++)
        x->place[c] = c <= p->n_keys ? c : NOWHERE;
    node->kind = PHYS_VALUES;
    node->schema = x->at = x->delta->start;
    node->props.change = CHANGE_ZSET;
    x->last = node;
    return 0;
}

static int find_side(const PlanState *s, PhysPlan *plan, PhysJoin *p, uint32_t side, Err *err)
{
    PhysNode *of = p->node.in[side];
    Search *x = arena_zalloc(&plan->arena, sizeof(*x));
    bool on = false;
    if (!x || !(x->delta = arena_zalloc(&plan->arena, sizeof(*x->delta))))
        return RAISE_NOMEM(err);
    x->s = s;
    x->plan = plan;
    x->arena = &plan->arena;
    x->join = p;
    x->side = side;
    x->n_cols = p->n_keys + 1 + of->schema->n;
    TRY(collect(x, of, p->n_keys + 1, &on, err));
    if (!on || x->n_cols > COLUMNS_MAX * 2)
        return 0;
    TRY(begin(x, err));
    for (uint32_t i = 0; on && i < x->n_leaves; i++)
        TRY(next_hop(x, &on, err));
    for (uint32_t i = 0; on && i < x->n_terms; i++) /* each has been asked */
        on = x->term[i].used;
    if (!on)
        return 0;
    for (uint32_t c = 0; c < of->schema->n; c++)
        x->delta->col[c] = x->place[p->n_keys + 1 + c];
    p->delta[side] = x->delta;
    return 0;
}

int join_find_delta(const PlanState *s, PhysPlan *plan, PhysJoin *p, Err *err)
{
    bool any_null_safe = false;
    for (uint32_t k = 0; k < p->n_keys; k++)
        any_null_safe |= p->null_safe[k];
    if (!s->continuous || any_null_safe || !can_find_again(p))
        return 0;
    p->keeps = s->ctx->keeps_joins;
    for (uint32_t side = 0; side < 2; side++)
        if (p->node.in[side]->kind == PHYS_JOIN && p->shares[!side])
            TRY(find_side(s, plan, p, side, err));
    return 0;
}
