/* SPDX-License-Identifier: Apache-2.0
 *
 * What leaves most rows out comes first, in queries that end and by the sizes of their tables.
 *
 * push-semi-joins: a semi join over other joins, as IN (query) and EXISTS make it, goes to the input that it looks at, when the
 * rows which it leaves out there save more than looking at all of that input costs.
 *
 * narrow-groups: of groups that are joined by a key, what a correlated subquery with an aggregate becomes, only those are needed
 * whose key the other side can have.  Where few rows of a table say which keys these are, a semi join with them goes below the
 * aggregate. They are read twice, so that the plan stays a tree: a superset of the keys is enough, a table and its conditions. */
#include "plan/join_impl.h"
#include "plan/rules.h"

#include "base/bits.h"

static bool ends(const PlanState *s)
{
    return !s->continuous && s->inputs_end;
}

/* ---- push-semi-joins ---- */

static bool is_plain_join(const Logical *n)
{
    return n->kind == L_JOIN && !n->join.is_mutual && !n->join.at_clock && !n->join.freezes;
}

typedef struct Way { /* of a condition of pairs, down the left input of its semi join */
    const PlanState *s;
    Logical *right;
    Logical **at;
    Expr *on;
} Way;

/* The condition with column i of the left input as left[i] (NULL: it does not read it), over `in` and the right input. */
static Expr *condition_over(const Way *w, Expr **left, uint32_t n_left, const Logical *in)
{
    Arena *a = w->s->arena;
    Expr **map = ARENA_ARRAY(a, Expr *, n_left + w->right->n_cols + 1);
    if (!map)
        return NULL;
    memcpy(map, left, n_left * sizeof(*map));
    for (uint32_t i = 0; i < w->right->n_cols; i++) {
        Expr *e = logical_column(a, w->right, i, w->on->at);
        if (!e)
            return NULL;
        e->col = in->n_cols + i;
        map[n_left + i] = e;
    }
    return expr_substitute(a, w->on, map);
}

static bool reads_of(const Way *w, const Expr *e, uint32_t from, uint32_t to)
{
    uint64_t *bits = ARENA_ARRAY(w->s->arena, uint64_t, BIT_WORDS((*w->at)->n_cols + w->right->n_cols) + 1);
    if (!bits)
        return true;
    expr_columns(e, bits);
    for (uint32_t i = from; i < to; i++)
        if (bit_get(bits, i))
            return true;
    return false;
}

/* One node further: false = it ends here. */
static bool step_down(Way *w)
{
    Logical *n = *w->at;
    Arena *a = w->s->arena;
    uint32_t input = 0, skip = 0;
    if (n->kind == L_JOIN) {
        uint32_t n_left = n->in[0]->n_cols;
        if (!is_plain_join(n) || n->join.type == FULL_JOIN || (n->join.on && n->join.on->is_volatile))
            return false;
        bool left = reads_of(w, w->on, 0, n_left), right = reads_of(w, w->on, n_left, n->n_cols);
        if (left == right || (right && n->join.type != INNER_JOIN))
            return false;
        input = right;
        skip = right ? n_left : 0;
    } else if ((n->kind != L_FILTER || n->predicate->is_volatile) && n->kind != L_PROJECT) {
        return false;
    }
    Expr **left = ARENA_ARRAY(a, Expr *, n->n_cols + 1);
    if (!left)
        return false;
    for (uint32_t i = 0; i < n->n_cols; i++) {
        bool is_there = i >= skip && i - skip < n->in[input]->n_cols;
        if (n->kind == L_PROJECT && reads_of(w, w->on, i, i + 1) && (n->exprs[i]->is_volatile || n->exprs[i]->can_fail))
            return false;
        left[i] = n->kind == L_PROJECT ? n->exprs[i] : is_there ? logical_column(a, n->in[input], i - skip, w->on->at) : NULL;
    }
    w->on = condition_over(w, left, n->n_cols, n->in[input]);
    w->at = &n->in[input];
    return w->on != NULL;
}

/* Where the semi join should stand: *ret->at, right below the last join that it passes; NULL = where it is. */
static void find_place(const PlanState *s, Logical *semi, Way *ret)
{
    Way w = {.s = s, .right = semi->in[1], .at = &semi->in[0], .on = semi->join.on};
    double part = join_semi_part(s, semi), above, saved = 0, rows, all;
    *ret = w;
    ret->at = NULL;
    if (part < 0 || !join_guess_rows(s, semi->in[0], &above, &all))
        return;
    for (;;) {
        Logical *n = *w.at;
        if (!step_down(&w))
            return;
        if (n->kind != L_JOIN)
            continue;
        if (!join_guess_rows(s, n, &rows, &all))
            return;
        saved += rows * (1 - part);
        if (join_guess_rows(s, *w.at, &rows, &all) && rows - above < saved)
            *ret = w;
    }
}

static int push_semi(PlanState *s, Logical **n, Err *err)
{
    Logical *semi = *n;
    Way to;
    if (!is_plain_join(semi) || semi->join.type != SEMI_JOIN || !semi->join.on || semi->join.on->is_volatile ||
        semi->join.on->can_fail)
        return 0;
    find_place(s, semi, &to);
    if (!to.at)
        return 0;
    Logical *below = logical_join(s->arena, SEMI_JOIN, *to.at, semi->in[1], to.on, semi->at);
    if (!below)
        return RAISE_NOMEM(err);
    below->own = semi->own;
    trace_say(s, "%s is looked up right over %s", trace_name(semi->in[1]), trace_name(*to.at));
    *to.at = below;
    *n = semi->in[0];
    return props_derive(s, *n, err);
}

int rule_push_semi_joins(PlanState *s, Logical **n, Err *err)
{
    if (ends(s))
        TRY(push_semi(s, n, err));
    for (uint32_t i = 0; i < (*n)->n_in; i++)
        TRY(rule_push_semi_joins(s, &(*n)->in[i], err));
    return 0;
}

/* ---- narrow-groups ---- */

#define NARROW_ROWS 10000.0 /* of the aggregate's input: fewer are grouped at once */
#define NARROW_PART 0.3     /* of the groups: more than that are as well made all */

typedef struct Domain { /* every value of a column, but NULL, is one of these */
    const Logical *n;   /* NULL = none */
    uint32_t col;
    double rows;
} Domain;

/* Rows that are read to have those of n; < 0: some input is not known, or they may differ the second time. */
static double work_of(const PlanState *s, const Logical *n)
{
    double rows, all;
    if ((n->kind != L_SOURCE && n->kind != L_FILTER && n->kind != L_PROJECT) || (n->kind == L_FILTER && n->predicate->is_volatile))
        return -1;
    if (n->kind == L_SOURCE)
        return join_guess_rows(s, n, &rows, &all) ? rows : -1;
    for (uint32_t i = 0; n->kind == L_PROJECT && i < n->n_cols; i++)
        if (n->exprs[i]->is_volatile)
            return -1;
    return work_of(s, n->in[0]);
}

static void consider(const PlanState *s, const Logical *n, uint32_t col, double budget, Domain *best)
{
    double rows, all, work = work_of(s, n);
    if (work >= 0 && work <= budget && join_guess_rows(s, n, &rows, &all) && (!best->n || rows < best->rows))
        *best = (Domain){.n = n, .col = col, .rows = rows};
}

/* e: a = b, columns of the same type; *other: the one that is not col. */
static bool equals_column(const Expr *e, uint32_t col, uint32_t *other)
{
    if (e->kind != EXPR_CALL || e->n_args != 2 || strcmp(e->fn->name, "=") != 0 || e->arg[0]->kind != EXPR_COLUMN ||
        e->arg[1]->kind != EXPR_COLUMN || memcmp(&e->arg[0]->type, &e->arg[1]->type, sizeof(Type)) != 0)
        return false;
    if (e->arg[0]->col != col && e->arg[1]->col != col)
        return false;
    *other = e->arg[0]->col == col ? e->arg[1]->col : e->arg[0]->col;
    return true;
}

static void find_domain(const PlanState *s, const Logical *n, uint32_t col, double budget, Domain *best);

/* Values on either side of an equality of a join are values of both. */
static void find_in_join(const PlanState *s, const Logical *n, uint32_t col, double budget, Domain *best)
{
    uint32_t n_left = n->in[0]->n_cols, n_parts = 0;
    bool both = n->join.type == INNER_JOIN || n->join.type == SEMI_JOIN;
    Expr *on = n->join.on, **part = NULL;
    if (!is_plain_join(n) || (!both && n->join.type != LEFT_JOIN && n->join.type != ANTI_JOIN) || (!both && col >= n_left))
        return;
    find_domain(s, n->in[col >= n_left], col >= n_left ? col - n_left : col, budget, best);
    if (both && on)
        join_conjuncts(&on, &part, &n_parts);
    for (uint32_t i = 0; i < n_parts; i++) {
        uint32_t other;
        if (equals_column(part[i], col, &other) && (other >= n_left) != (col >= n_left))
            find_domain(s, n->in[other >= n_left], other >= n_left ? other - n_left : other, budget, best);
    }
}

static void find_domain(const PlanState *s, const Logical *n, uint32_t col, double budget, Domain *best)
{
    switch (n->kind) {
    case L_SOURCE: consider(s, n, col, budget, best); return;
    case L_FILTER:
        consider(s, n, col, budget, best);
        find_domain(s, n->in[0], col, budget, best);
        return;
    case L_PROJECT:
        if (n->exprs[col]->kind == EXPR_COLUMN)
            find_domain(s, n->in[0], n->exprs[col]->col, budget, best);
        return;
    case L_JOIN: find_in_join(s, n, col, budget, best); return;
    default: return;
    }
}

/* The aggregate that gives column *col of n as one of its keys; *col: which one. */
static Logical *find_groups(Logical *n, uint32_t *col)
{
    while (n->kind == L_FILTER || n->kind == L_PROJECT) {
        if (n->kind == L_PROJECT && n->exprs[*col]->kind != EXPR_COLUMN)
            return NULL;
        *col = n->kind == L_PROJECT ? n->exprs[*col]->col : *col;
        n = n->in[0];
    }
    if (n->kind != L_AGG || n->group.is_global || n->group.standing.n > 0 || *col >= n->group.n_keys ||
        n->group.keys[*col]->kind != EXPR_COLUMN)
        return NULL;
    return n;
}

/* A semi join below has narrowed the column before. */
static bool is_narrow(const Logical *n, uint32_t col)
{
    uint32_t other, n_parts;
    while (n->kind == L_FILTER || n->kind == L_PROJECT || (n->kind == L_JOIN && n->join.type != FULL_JOIN)) {
        Expr *on = n->kind == L_JOIN ? n->join.on : NULL, **part;
        if (n->kind == L_PROJECT && n->exprs[col]->kind != EXPR_COLUMN)
            return false;
        n_parts = 0;
        if (on && n->join.type == SEMI_JOIN)
            join_conjuncts(&on, &part, &n_parts);
        for (uint32_t i = 0; i < n_parts; i++)
            if (equals_column(part[i], col, &other))
                return true;
        bool right = n->kind == L_JOIN && col >= n->in[0]->n_cols;
        col = n->kind == L_PROJECT ? n->exprs[col]->col : right ? col - n->in[0]->n_cols : col;
        n = n->in[right];
    }
    return false;
}

static int put_semi(PlanState *s, Logical *agg, uint32_t key, const Domain *d, Expr *like, Err *err)
{
    Arena *a = s->arena;
    Logical *rows, *in = agg->in[0];
    TRY(logical_clone(a, d->n, &rows, err));
    Expr **one = ARENA_ARRAY(a, Expr *, 2);
    Expr **map = ARENA_ARRAY(a, Expr *, MAX(like->arg[0]->col, like->arg[1]->col) + 1);
    if (!one || !map || !(one[0] = logical_column(a, rows, d->col, like->at)))
        return RAISE_NOMEM(err);
    const char *name = rows->cols[d->col].name;
    Logical *keys = logical_project(a, rows, one, 1, &name, like->at);
    if (!keys)
        return RAISE_NOMEM(err);
    Expr *left = logical_column(a, in, key, like->at), *right = logical_column(a, keys, 0, like->at);
    if (!left || !right)
        return RAISE_NOMEM(err);
    right->col = in->n_cols;
    map[like->arg[0]->col] = left;
    map[like->arg[1]->col] = right;
    Expr *on = expr_substitute(a, like, map);
    Logical *semi = on ? logical_join(a, SEMI_JOIN, in, keys, on, like->at) : NULL;
    if (!semi)
        return RAISE_NOMEM(err);
    semi->own = keys->own = agg->own;
    agg->in[0] = semi;
    trace_say(s, "groups of %s that %s has", trace_name(in), trace_name(rows));
    return 0;
}

/* The side `groups` of the join by one of its equalities. */
static int narrow_by(PlanState *s, const Logical *join, Expr *equality, uint32_t groups, Err *err)
{
    uint32_t n_left = join->in[0]->n_cols, col[2] = {equality->arg[0]->col, equality->arg[1]->col};
    if (col[0] >= n_left) {
        col[0] = equality->arg[1]->col;
        col[1] = equality->arg[0]->col;
    }
    col[1] -= n_left;
    uint32_t key = col[groups];
    Logical *agg = find_groups(join->in[groups], &key);
    double rows, all;
    if (!agg || !join_guess_rows(s, agg->in[0], &rows, &all) || rows < NARROW_ROWS)
        return 0;
    key = agg->group.keys[key]->col;
    double values = join_column_values(s, agg->in[0], key);
    Domain d = {.n = NULL};
    find_domain(s, join->in[!groups], col[!groups], rows / 2, &d);
    if (!d.n || values < 0 || d.rows > NARROW_PART * values || 4 * d.rows > rows || is_narrow(agg->in[0], key) ||
        logical_is_volatile(agg->in[0]))
        return 0;
    return put_semi(s, agg, key, &d, equality, err);
}

static int narrow_join(PlanState *s, Logical *join, Err *err)
{
    Expr *on = join->join.on, **part;
    uint32_t n, other, n_left = join->in[0]->n_cols;
    if (!on || !is_plain_join(join) || (join->join.type != INNER_JOIN && join->join.type != LEFT_JOIN))
        return 0;
    join_conjuncts(&on, &part, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (part[i]->kind != EXPR_CALL || part[i]->n_args != 2 || part[i]->arg[0]->kind != EXPR_COLUMN ||
            !equals_column(part[i], part[i]->arg[0]->col, &other) || (other >= n_left) == (part[i]->arg[0]->col >= n_left))
            continue;
        TRY(narrow_by(s, join, part[i], 1, err));
        if (join->join.type == INNER_JOIN)
            TRY(narrow_by(s, join, part[i], 0, err));
    }
    return 0;
}

static int narrow_below(PlanState *s, Logical *n, Err *err)
{
    if (n->kind == L_JOIN)
        TRY(narrow_join(s, n, err));
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(narrow_below(s, n->in[i], err));
    return 0;
}

int rule_narrow_groups(PlanState *s, Logical **n, Err *err)
{
    return ends(s) ? narrow_below(s, *n, err) : 0;
}
