/* SPDX-License-Identifier: Apache-2.0
 *
 * order-joins: inner joins run in the order of FROM, unless that pairs all rows of two inputs which an equality with a third one
 * would keep apart: `FROM a, b, c WHERE a.x = c.x AND b.y = c.y`.  Such a group of joins is written anew: it starts with its first
 * input, and each next one is the first in written order that an equality connects with those before it; where none is
 * connected, the first one that is left.  The new order is taken only when it has fewer joins without a key than the old one, so
 * that every other query keeps its plan and the identity of its state.  Columns keep their places, by a projection on top.
 *
 * A query that ends has no state to keep: where the tables' rows say that another order leaves much less between the joins, and
 * there is much, that one is taken (join_order.c), also along equalities that follow from others: a = b AND b = c is a = c.
 *
 * In a continuous query the order of a stream and a stored side says what is kept and when rows are forgotten: a group there is
 * left alone unless all of its inputs are stored and without a clock. */
#include "plan/join_impl.h"
#include "plan/rules.h"
#include "plan/temporal.h"

#include "base/bits.h"

enum { INPUTS_MAX = JOIN_INPUTS_MAX }; /* a set of inputs is one word; a larger group keeps its order */

typedef struct Conjunct { /* over the columns of the group's top */
    Expr *e;
    uint64_t reads;   /* inputs */
    uint64_t side[2]; /* of an equality: inputs that its operands read */
    uint32_t cls;     /* of an equality of columns: see class_of; else UINT32_MAX */
    bool implied;     /* by other equalities: used where no other one of the class connects */
    bool placed;
} Conjunct;

typedef struct JoinGroup {
    PlanState *s;
    Logical *top; /* a join, or a filter over it that has not gone into ON */
    uint32_t n_inputs;
    Logical **input[INPUTS_MAX];
    uint32_t first[INPUTS_MAX + 1]; /* where its columns start; the last: how many there are */
    uint32_t n_conjuncts, conjuncts_cap;
    Conjunct *conjunct;
    uint32_t *equal; /* by column, as class_of: only of columns that hold the same value themselves */
    uint32_t *held;  /* the same, by equalities that are placed */
} JoinGroup;

/* ---- what belongs to a group ---- */

static bool may_move(const PlanState *s, const Expr *e)
{
    return !e->is_volatile && !(s->continuous && temporal_clock(e));
}

/* An inner join of the group, or a filter over one. */
static bool is_link(const PlanState *s, const Logical *n, const OwnEmit *own)
{
    while (n->kind == L_FILTER && n->own == own && may_move(s, n->predicate))
        n = n->in[0];
    return n->kind == L_JOIN && n->own == own && n->join.type == INNER_JOIN && !n->join.is_mutual && !n->join.at_clock &&
           !n->join.freezes && (!n->join.on || may_move(s, n->join.on));
}

/* Rows that are forgotten, or asked for by the keys of one join, are tied to the place where they are joined. */
static bool is_tied(const PlanState *s, const Logical *n)
{
    if (n->kind == L_TTL || (n->kind == L_SOURCE && n->source.relation->on_demand && !s->inputs_end))
        return true;
    for (uint32_t i = 0; i < n->n_in; i++)
        if (is_tied(s, n->in[i]))
            return true;
    return false;
}

static bool may_reorder(const JoinGroup *g)
{
    if (g->n_inputs < 3 || g->n_inputs > INPUTS_MAX)
        return false;
    for (uint32_t i = 0; i < g->n_inputs; i++) {
        const Props *p = &(*g->input[i])->props;
        if (is_tied(g->s, *g->input[i]) || (g->s->continuous && (p->n_wm > 0 || p->content == STATE_ROWS)))
            return false;
    }
    return true;
}

static int inputs_of(JoinGroup *g, const Expr *e, uint64_t *ret, Err *err)
{
    uint64_t *bits = ARENA_ARRAY(g->s->arena, uint64_t, BIT_WORDS(g->top->n_cols) + 1);
    if (!bits)
        return RAISE_NOMEM(err);
    expr_columns(e, bits);
    *ret = 0;
    for (uint32_t i = 0; i < g->n_inputs; i++)
        for (uint32_t c = g->first[i]; c < g->first[i + 1]; c++)
            if (bit_get(bits, c))
                *ret |= UINT64_C(1) << i;
    return 0;
}

static int add_conjunct(JoinGroup *g, Expr *e, Err *err)
{
    Conjunct *c = &g->conjunct[g->n_conjuncts++];
    *c = (Conjunct){.e = e, .cls = UINT32_MAX};
    TRY(inputs_of(g, e, &c->reads, err));
    bool equality = e->kind == EXPR_CALL && e->n_args == 2 &&
                    (strcmp(e->fn->name, "=") == 0 || strcmp(e->fn->name, "is not distinct from") == 0);
    for (uint32_t i = 0; i < 2 && equality; i++)
        TRY(inputs_of(g, e->arg[i], &c->side[i], err));
    return 0;
}

static int make_room(JoinGroup *g, uint32_t n, Err *err)
{
    if (g->n_conjuncts + n <= g->conjuncts_cap)
        return 0;
    uint32_t cap = 2 * g->conjuncts_cap + n;
    Conjunct *more = ARENA_ARRAY(g->s->arena, Conjunct, cap);
    if (!more)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < g->n_conjuncts; i++)
        more[i] = g->conjunct[i];
    g->conjunct = more;
    g->conjuncts_cap = cap;
    return 0;
}

/* Those of a node whose columns start at `base` of the group's. */
static int add_conjuncts(JoinGroup *g, const Logical *n, Expr *all, uint32_t base, Err *err)
{
    Expr **part, **map = ARENA_ARRAY(g->s->arena, Expr *, n->n_cols + 1);
    uint32_t n_parts;
    if (!map)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->n_cols; i++) {
        map[i] = logical_column(g->s->arena, g->top, base + i, all->at);
        if (!map[i])
            return RAISE_NOMEM(err);
    }
    join_conjuncts(&all, &part, &n_parts);
    TRY(make_room(g, n_parts, err));
    for (uint32_t i = 0; i < n_parts; i++) {
        Expr *e = expr_substitute(g->s->arena, part[i], map);
        if (!e)
            return RAISE_NOMEM(err);
        TRY(add_conjunct(g, e, err));
    }
    return 0;
}

static void find_inputs(JoinGroup *g, Logical **n, uint32_t base)
{
    if (!is_link(g->s, *n, g->top->own)) {
        if (g->n_inputs < INPUTS_MAX) {
            g->input[g->n_inputs] = n;
            g->first[g->n_inputs] = base;
            g->first[g->n_inputs + 1] = base + (*n)->n_cols;
        }
        g->n_inputs++;
        return;
    }
    for (uint32_t i = 0; i < (*n)->n_in; i++)
        find_inputs(g, &(*n)->in[i], base + (i ? (*n)->in[0]->n_cols : 0));
}

static int find_conjuncts(JoinGroup *g, const Logical *n, uint32_t base, Err *err)
{
    if (!is_link(g->s, n, g->top->own))
        return 0;
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(find_conjuncts(g, n->in[i], base + (i ? n->in[0]->n_cols : 0), err));
    Expr *all = n->kind == L_FILTER ? n->predicate : n->join.on;
    return all ? add_conjuncts(g, n, all, base, err) : 0;
}

/* ---- orders ---- */

static bool is_within(uint64_t some, uint64_t all)
{
    return some && !(some & ~all);
}

/* Whether an equality is a key of the join of two sets of inputs. */
static bool is_connected(const JoinGroup *g, uint64_t left, uint64_t right)
{
    for (uint32_t i = 0; i < g->n_conjuncts; i++) {
        const uint64_t *side = g->conjunct[i].side;
        if (g->conjunct[i].implied)
            continue;
        if ((is_within(side[0], left) && is_within(side[1], right)) || (is_within(side[0], right) && is_within(side[1], left)))
            return true;
    }
    return false;
}

/* Joins without a key, as written.  *inputs: which ones are below n; *next: the first after them. */
static uint32_t written_crosses(const JoinGroup *g, const Logical *n, uint32_t *next, uint64_t *inputs)
{
    if (!is_link(g->s, n, g->top->own)) {
        *inputs = UINT64_C(1) << (*next)++;
        return 0;
    }
    uint32_t crosses = written_crosses(g, n->in[0], next, inputs);
    if (n->kind == L_FILTER)
        return crosses;
    uint64_t right;
    crosses += written_crosses(g, n->in[1], next, &right);
    crosses += !is_connected(g, *inputs, right);
    *inputs |= right;
    return crosses;
}

/* The first input that is left, in written order; a connected one before all others. */
static uint32_t choose_next(const JoinGroup *g, uint64_t taken, bool *connected)
{
    uint32_t first = UINT32_MAX;
    *connected = true;
    for (uint32_t i = 0; i < g->n_inputs; i++) {
        uint64_t bit = UINT64_C(1) << i;
        if (taken & bit)
            continue;
        if (is_connected(g, taken, bit))
            return i;
        first = MIN(first, i);
    }
    *connected = false;
    return first;
}

/* The greedy order, and its joins without a key. */
static uint32_t choose_order(const JoinGroup *g, uint32_t *order)
{
    uint64_t taken = 1;
    uint32_t crosses = 0;
    order[0] = 0;
    for (uint32_t k = 1; k < g->n_inputs; k++) {
        bool connected;
        order[k] = choose_next(g, taken, &connected);
        taken |= UINT64_C(1) << order[k];
        crosses += !connected;
    }
    return crosses;
}

/* ---- by rows ---- */

#define WORTH_ROWS 10000 /* between the joins as written, before another order is looked for */

/* The input that a column is of; its column there becomes *ret_col. */
static bool column_of(const JoinGroup *g, const Expr *e, uint32_t *ret_input, uint32_t *ret_col)
{
    if (e->kind != EXPR_COLUMN)
        return false;
    uint32_t i = 0;
    while (i + 1 < g->n_inputs && e->col >= g->first[i + 1])
        i++;
    *ret_input = i;
    *ret_col = e->col - g->first[i];
    return true;
}

/* The first column of the class that a column of the group is of: columns that equalities connect. */
static uint32_t class_of(const uint32_t *same, uint32_t col)
{
    while (same[col] != col)
        col = same[col];
    return col;
}

/* An integer, also as a wider one. */
static const Expr *integer_column(const Expr *e)
{
    const Expr *of = e->kind == EXPR_CAST && type_is_integer(e->type.id) && !e->can_fail ? e->arg[0] : e;
    return of->kind == EXPR_COLUMN && type_is_integer(of->type.id) ? of : NULL;
}

/* Columns that are equal themselves: of x::int = y and z::int = y it does not follow that x = z. */
static bool equal_columns(const Expr *equality, uint32_t *a, uint32_t *b)
{
    const Expr *x = equality->arg[0], *y = equality->arg[1];
    if (integer_column(x) && integer_column(y)) {
        x = integer_column(x);
        y = integer_column(y);
    } else if (x->kind != EXPR_COLUMN || y->kind != EXPR_COLUMN || memcmp(&x->type, &y->type, sizeof(x->type)) != 0) {
        return false;
    }
    *a = x->col;
    *b = y->col;
    return true;
}

static void unite(uint32_t *same, uint32_t x, uint32_t y)
{
    uint32_t a = class_of(same, x), b = class_of(same, y);
    same[MAX(a, b)] = MIN(a, b);
}

static void add_edge(JoinGroup *g, Conjunct *c, uint32_t *same, JoinCost *to)
{
    JoinEdge edge = {.cls = UINT32_MAX};
    uint32_t at[2], a, b;
    if (!c->side[0] || !c->side[1])
        return;
    for (uint32_t k = 0; k < 2; k++) {
        uint32_t col;
        const Expr *e = c->e->arg[k];
        while (e->kind == EXPR_CAST)
            e = e->arg[0];
        if (!column_of(g, e, &edge.input[k], &col))
            return;
        const Props *p = &(*g->input[edge.input[k]])->props;
        edge.is_key[k] = p->n_key == 1 && p->key[0] == col;
        for (uint32_t i = 0; i < p->n_key && to->places[edge.input[k]]; i++)
            if (p->key[i] == col)
                edge.place[k] = (uint8_t)(edge.place[k] | 1u << i);
        at[k] = class_of(same, e->col);
    }
    if (edge.input[0] == edge.input[1])
        return;
    same[MAX(at[0], at[1])] = MIN(at[0], at[1]);
    if (equal_columns(c->e, &a, &b))
        unite(g->equal, a, b);
    c->cls = edge.cls = at[0]; /* until all are known */
    to->edge[to->n_edges++] = edge;
}

/* Edges get their class, and lie together by it; a key of the class says how many values it has. */
static void settle_classes(const uint32_t *same, JoinCost *c)
{
    for (uint32_t i = 0; i < c->n_edges; i++) {
        JoinEdge e = c->edge[i];
        e.cls = class_of(same, e.cls);
        uint32_t at = i;
        for (; at > 0 && c->edge[at - 1].cls > e.cls; at--)
            c->edge[at] = c->edge[at - 1];
        c->edge[at] = e;
    }
    for (uint32_t i = 0, end; i < c->n_edges; i = end) {
        double values = 0;
        for (end = i; end < c->n_edges && c->edge[end].cls == c->edge[i].cls; end++)
            for (uint32_t k = 0; k < 2; k++) {
                double all = c->all[c->edge[end].input[k]];
                if (c->edge[end].is_key[k] && (values == 0 || all < values))
                    values = all;
            }
        for (uint32_t k = i; k < end; k++)
            c->edge[k].values = values;
    }
}

/* Whether an equality says so of two columns. */
static bool is_written(const JoinGroup *g, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < g->n_conjuncts; i++) {
        const Conjunct *c = &g->conjunct[i];
        if (c->cls == UINT32_MAX || c->e->arg[0]->kind != EXPR_COLUMN || c->e->arg[1]->kind != EXPR_COLUMN)
            continue;
        uint32_t x = c->e->arg[0]->col, y = c->e->arg[1]->col;
        if ((x == a && y == b) || (x == b && y == a))
            return true;
    }
    return false;
}

static bool is_alike(const Expr *column, const Field *f)
{
    return column->kind == EXPR_COLUMN && memcmp(&column->type, &f->type, sizeof(f->type)) == 0;
}

/* a = c, from an equality of the class whose columns have the same types. */
static int imply(JoinGroup *g, uint32_t a, uint32_t b, Err *err)
{
    const Field *field = g->top->cols;
    Expr **map = ARENA_ARRAY(g->s->arena, Expr *, g->top->n_cols + 1);
    const Expr *like = NULL;
    uint32_t cls = class_of(g->equal, a);
    for (uint32_t i = 0; i < g->n_conjuncts && !like; i++) {
        const Conjunct *c = &g->conjunct[i];
        if (c->cls != UINT32_MAX && strcmp(c->e->fn->name, "=") == 0 && is_alike(c->e->arg[0], &field[a]) &&
            is_alike(c->e->arg[1], &field[b]) && class_of(g->equal, c->e->arg[0]->col) == cls)
            like = c->e;
    }
    if (!like)
        return 0;
    if (!map)
        return RAISE_NOMEM(err);
    map[like->arg[0]->col] = logical_column(g->s->arena, g->top, a, like->at);
    map[like->arg[1]->col] = logical_column(g->s->arena, g->top, b, like->at);
    if (!map[like->arg[0]->col] || !map[like->arg[1]->col])
        return RAISE_NOMEM(err);
    Expr *e = expr_substitute(g->s->arena, like, map);
    if (!e)
        return RAISE_NOMEM(err);
    TRY(make_room(g, 1, err));
    TRY(add_conjunct(g, e, err));
    g->conjunct[g->n_conjuncts - 1].implied = true;
    return 0;
}

#define IMPLIED_MAX 64u /* equalities that follow from others and are thought of */

/* a = b AND b = c is a = c, too, which may connect inputs that no equality does as written. */
static int add_implied(JoinGroup *g, Err *err)
{
    uint32_t written = g->n_conjuncts, n_cols = g->top->n_cols;
    for (uint32_t a = 0; a < n_cols; a++)
        for (uint32_t b = a + 1; b < n_cols && g->n_conjuncts < written + IMPLIED_MAX; b++)
            if (class_of(g->equal, a) == class_of(g->equal, b) && !is_written(g, a, b))
                TRY(imply(g, a, b, err));
    return 0;
}

static bool guess_inputs(const JoinGroup *g, JoinCost *c)
{
    bool known = !g->s->continuous && g->s->inputs_end;
    for (uint32_t i = 0; i < g->n_inputs && known; i++)
        known = join_guess_rows(g->s, *g->input[i], &c->rows[i], &c->all[i]);
    for (uint32_t i = 0; i < g->n_inputs && known; i++) {
        uint32_t n = (*g->input[i])->props.n_key;
        c->places[i] = (uint8_t)(n > 1 && n <= 8 ? (1u << n) - 1 : 0);
    }
    return known;
}

static int order_by_rows(JoinGroup *g, uint32_t *order, bool *ret, Err *err)
{
    JoinCost c = {.n_inputs = g->n_inputs, .edge = ARENA_ARRAY(g->s->arena, JoinEdge, g->n_conjuncts + IMPLIED_MAX + 1)};
    uint32_t written[INPUTS_MAX], *same = ARENA_ARRAY(g->s->arena, uint32_t, g->top->n_cols + 1);
    g->equal = ARENA_ARRAY(g->s->arena, uint32_t, g->top->n_cols + 1);
    if (!c.edge || !same || !g->equal)
        return RAISE_NOMEM(err);
    *ret = guess_inputs(g, &c);
    if (!*ret)
        return 0;
    for (uint32_t i = 0; i < g->n_inputs; i++)
        written[i] = i;
    for (uint32_t i = 0; i < g->top->n_cols; i++)
        same[i] = g->equal[i] = i;
    uint32_t n_written = g->n_conjuncts;
    for (uint32_t i = 0; i < n_written; i++)
        add_edge(g, &g->conjunct[i], same, &c);
    settle_classes(same, &c);
    double cost = join_order_cost(&c, written);
    *ret = cost > WORTH_ROWS;
    if (!*ret)
        return 0;
    TRY(add_implied(g, err));
    for (uint32_t i = n_written; i < g->n_conjuncts; i++)
        add_edge(g, &g->conjunct[i], same, &c);
    settle_classes(same, &c);
    for (uint32_t i = 0; i < g->n_conjuncts; i++)
        if (g->conjunct[i].cls != UINT32_MAX)
            g->conjunct[i].cls = class_of(same, g->conjunct[i].cls);
    *ret = 2 * join_order_choose(&c, order) < cost;
    return 0;
}

/* ---- the new joins ---- */

/* Another equality of the class connects what the join adds with what is there. */
static bool is_needless(const JoinGroup *g, const Conjunct *implied, uint64_t inputs, uint64_t added)
{
    for (uint32_t i = 0; i < g->n_conjuncts; i++) {
        const Conjunct *c = &g->conjunct[i];
        if (c->cls == implied->cls && (c->reads & added) && !(c->reads & ~inputs) && (!c->implied || c->placed))
            return true;
    }
    return !(implied->reads & added);
}

/* An equality that follows from those that are placed: of a = b AND b = c AND a = c one is not looked at.  Else it is placed, too.
 */
static bool follows(JoinGroup *g, const Conjunct *c)
{
    uint32_t a, b;
    if (g->s->continuous || !c->side[0] || !c->side[1] || strcmp(c->e->fn->name, "=") != 0 || !equal_columns(c->e, &a, &b))
        return false;
    if (class_of(g->held, a) == class_of(g->held, b))
        return true;
    unite(g->held, a, b);
    return false;
}

/* Each conjunct goes to the first join that has all it reads. */
static int place_conjuncts(JoinGroup *g, Logical *join, uint64_t inputs, uint64_t added, Expr **map, Err *err)
{
    for (uint32_t i = 0; i < g->n_conjuncts; i++) {
        Conjunct *c = &g->conjunct[i];
        if (c->placed || (c->reads & ~inputs) || (c->implied && is_needless(g, c, inputs, added)))
            continue;
        c->placed = follows(g, c);
        if (c->placed)
            continue;
        Expr *e = expr_substitute(g->s->arena, c->e, map);
        if (!e)
            return RAISE_NOMEM(err);
        TRY(join_and(g->s->arena, join->join.on, e, &join->join.on, err));
        c->placed = true;
    }
    return 0;
}

static int build(JoinGroup *g, const uint32_t *order, Logical **ret, Err *err)
{
    Arena *a = g->s->arena;
    uint32_t n_cols = g->top->n_cols, at = 0;
    Logical *join[INPUTS_MAX] = {*g->input[order[0]]};
    uint32_t *to = ARENA_ARRAY(a, uint32_t, n_cols + 1);
    const char **names = ARENA_ARRAY(a, const char *, n_cols + 1);
    g->held = ARENA_ARRAY(a, uint32_t, n_cols + 1);
    if (!to || !names || !g->held)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_cols; i++)
        g->held[i] = i;
    for (uint32_t k = 0; k < g->n_inputs; k++) {
        for (uint32_t c = g->first[order[k]]; c < g->first[order[k] + 1]; c++)
            to[c] = at++;
        if (k == 0)
            continue;
        join[k] = logical_join(a, INNER_JOIN, join[k - 1], *g->input[order[k]], NULL, g->top->at);
        if (!join[k])
            return RAISE_NOMEM(err);
        join[k]->own = g->top->own;
    }
    Logical *top = join[g->n_inputs - 1];
    Expr **map = logical_map(a, top, to, n_cols);
    if (!map)
        return RAISE_NOMEM(err);
    uint64_t inputs = UINT64_C(1) << order[0];
    for (uint32_t k = 1; k < g->n_inputs; k++) {
        inputs |= UINT64_C(1) << order[k];
        TRY(place_conjuncts(g, join[k], inputs, UINT64_C(1) << order[k], map, err));
    }
    for (uint32_t i = 0; i < n_cols; i++)
        names[i] = g->top->cols[i].name;
    *ret = logical_project(a, top, map, n_cols, names, g->top->at);
    if (!*ret)
        return RAISE_NOMEM(err);
    (*ret)->own = g->top->own;
    return props_derive(g->s, *ret, err);
}

static void tell_order(const JoinGroup *g, const uint32_t *order, const char *why)
{
    StrBuf b;
    if (!g->s->trace)
        return;
    sb_init(&b, NULL);
    for (uint32_t i = 0; i < g->n_inputs; i++)
        sb_printf(&b, "%s%s", i ? ", " : "", trace_name(*g->input[order[i]]));
    trace_say(g->s, "%s: %s", why, sb_cstr(&b));
    sb_done(&b);
}

static int order_group(PlanState *s, Logical **n, Err *err)
{
    JoinGroup g = {.s = s, .top = *n};
    uint32_t order[INPUTS_MAX], next = 0;
    uint64_t inputs;
    find_inputs(&g, n, 0);
    for (uint32_t i = 0; i < MIN(g.n_inputs, (uint32_t)INPUTS_MAX); i++)
        TRY(rule_order_joins(s, g.input[i], err));
    if (!may_reorder(&g))
        return 0;
    TRY(find_conjuncts(&g, *n, 0, err));
    bool better;
    TRY(order_by_rows(&g, order, &better, err));
    if (!better && choose_order(&g, order) >= written_crosses(&g, *n, &next, &inputs))
        return 0;
    tell_order(&g, order, better ? "by rows" : "by equalities");
    return build(&g, order, n, err);
}

int rule_order_joins(PlanState *s, Logical **n, Err *err)
{
    if (is_link(s, *n, (*n)->own))
        return order_group(s, n, err);
    for (uint32_t i = 0; i < (*n)->n_in; i++)
        TRY(rule_order_joins(s, &(*n)->in[i], err));
    return 0;
}
