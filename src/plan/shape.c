/* SPDX-License-Identifier: Apache-2.0
 *
 * Fingerprints.  Expressions are taken with the fingerprints of the columns they read in place of the columns' positions, so
 * nothing depends on where a column stands or which others there are.  Inner joins and the filters among them are one block: its
 * inputs and conditions count as sets.  A condition or value that may raise an error takes rows away, so those count where they
 * stand.
 *
 * What is not understood is not known: a kind of node has to be listed here to be shared. */
#include "plan/shape.h"

#include "base/hash.h"

#include <stdlib.h>

typedef Fingerprint Print;

static void mix(Print *p, uint64_t v)
{
    p->a = hash_combine(p->a, v);
    p->b = hash_mix(p->b ^ UINT64_C(0x2545f4914f6cdd1d), v + UINT64_C(0x9fb21c651e98df25)) + v;
}

static Print print_of(uint64_t tag)
{
    Print p = {UINT64_C(0x51ed270b9f1c2d3b), UINT64_C(0x6c62272e07bb0142)};
    mix(&p, tag);
    return p;
}

static void mix_print(Print *p, Print q)
{
    mix(p, q.a);
    mix(p, q.b);
}

static void mix_bytes(Print *p, const void *bytes, size_t n)
{
    mix(p, n);
    mix(p, n ? hash_bytes(bytes, n) : 0);
    mix(p, n ? crc32c(0, bytes, n) : 0);
}

static void mix_type(Print *p, Type t)
{
    mix(p, (uint64_t)t.id | (uint64_t)t.precision << 8 | (uint64_t)t.scale << 16 | (uint64_t)t.element << 24 |
               (uint64_t)t.length << 32);
    mix(p, (uintptr_t)t.nested); /* one description of each, as long as the process lives */
}

static void mix_value(Print *p, const Value *v)
{
    mix_type(p, v->type);
    mix(p, v->is_null);
    if (v->is_null)
        return;
    mix(p, value_hash(v));
    switch ((TypeId)v->type.id) { /* what is equal in SQL and may be told apart, or has more than 64 bits */
    case T_INTERVAL:
        mix(p, (uint64_t)v->iv.months << 32 | (uint32_t)v->iv.days);
        mix(p, (uint64_t)v->iv.ns);
        return;
    case T_F32: mix_bytes(p, &v->f32, sizeof(v->f32)); return;
    case T_F64: mix_bytes(p, &v->f64, sizeof(v->f64)); return;
    case T_DECIMAL: mix_bytes(p, &v->dec, sizeof(v->dec)); return;
    case T_UUID: mix_bytes(p, &v->uuid, sizeof(v->uuid)); return;
    default: break;
    }
    if (type_is_string(v->type.id) || v->type.id == T_UNKNOWN)
        mix_bytes(p, v->str.p, v->str.n);
}

/* ---- expressions ---- */

typedef struct Look { /* at the expressions of one node */
    const Print *col; /* of its input's columns */
    uint32_t n;
    bool unknown;  /* some expression says nothing of its own: of the clock, of chance, of a parameter */
    bool can_fail; /* some expression may raise an error */
} Look;

static void mix_expr(Look *l, Print *p, const Expr *e)
{
    mix(p, (uint64_t)e->kind << 8 | e->try_cast);
    mix_type(p, e->type);
    mix(p, (uintptr_t)e->zone);
    switch (e->kind) {
    case EXPR_CONST: mix_value(p, &e->value); break;
    case EXPR_COLUMN:
        l->unknown |= e->col >= l->n;
        if (e->col < l->n)
            mix_print(p, l->col[e->col]);
        break;
    case EXPR_PARAM:
    case EXPR_VALUE: l->unknown = true; break;
    case EXPR_CALL: mix(p, (uintptr_t)e->fn); break;
    case EXPR_CAST: mix(p, (uintptr_t)e->cast); break;
    default: break;
    }
    mix(p, e->n_args);
    for (uint32_t i = 0; i < e->n_args; i++)
        mix_expr(l, p, e->arg[i]);
}

static Print expr_print_of(Look *l, const Expr *e)
{
    if (e->kind == EXPR_COLUMN && e->col < l->n)
        return l->col[e->col];
    Print p = print_of('e');
    l->unknown |= e->is_volatile || e->is_stable;
    l->can_fail |= e->can_fail;
    mix_expr(l, &p, e);
    return p;
}

static int print_order(const void *x, const void *y)
{
    const Print *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return p->b < q->b ? -1 : p->b > q->b;
}

/* In no order. */
static void mix_set(Print *p, Print *set, uint32_t n)
{
    qsort(set, n, sizeof(*set), print_order);
    mix(p, n);
    for (uint32_t i = 0; i < n; i++)
        mix_print(p, set[i]);
}

/* ---- nodes ---- */

typedef struct Prints {
    Arena *arena;
    Err *err;
} Prints;

static const Shape *in_of(const Logical *n, uint32_t i)
{
    return n->in[i]->shape;
}

static Look look_at(const Logical *n, uint32_t i)
{
    return (Look){.col = in_of(n, i)->col, .n = n->in[i]->n_cols};
}

/* The input's columns stand in front of the node's own. */
static void keep_columns(Shape *s, const Logical *n)
{
    if (n->n_cols)
        memcpy(s->col, in_of(n, 0)->col, MIN(n->n_cols, n->in[0]->n_cols) * sizeof(*s->col));
}

static Print own_column(const Shape *s, uint32_t i)
{
    Print p = s->rows;
    mix(&p, 'c');
    mix(&p, i);
    return p;
}

/* Of what stays as it is until somebody changes it: a table, a view.  Event times and what comes late are of streams. */
static void shape_source(Shape *s, const Logical *n)
{
    const Relation *r = n->source.relation;
    bool stored = relation_is_stored(r) || r->kind == REL_VIEW;
    s->known = stored && !relation_is_lookup(r) && !relation_is_keys(r) && !r->broken && n->source.time_col < 0 &&
               n->source.running.n_wm == 0 && !n->source.drop_late;
    s->rows = print_of('s');
    mix(&s->rows, r->id);
    mix(&s->rows, r->n_altered);
    for (uint32_t i = 0; i < n->n_cols; i++) {
        s->col[i] = s->rows;
        mix(&s->col[i], n->source.cols[i]);
    }
}

static void shape_values(Shape *s, const Logical *n)
{
    Look l = {0};
    s->rows = print_of('v');
    mix(&s->rows, (uint64_t)n->values.n_rows << 32 | n->n_cols);
    for (uint32_t r = 0; r < n->values.n_rows; r++)
        for (uint32_t i = 0; i < n->n_cols; i++)
            mix_print(&s->rows, expr_print_of(&l, n->values.rows[r][i]));
    s->known = !l.unknown && !l.can_fail && !n->values.of && !n->values.list;
    for (uint32_t i = 0; i < n->n_cols; i++)
        s->col[i] = own_column(s, i);
}

/* A value that may raise takes its row away. */
static void shape_project(Shape *s, const Logical *n)
{
    Look l = look_at(n, 0);
    s->rows = in_of(n, 0)->rows;
    for (uint32_t i = 0; i < n->n_cols; i++) {
        s->col[i] = expr_print_of(&l, n->exprs[i]);
        if (n->exprs[i]->can_fail)
            mix_print(&s->rows, s->col[i]);
    }
    s->known &= !l.unknown;
}

/* ---- blocks of inner joins ---- */

typedef struct Block {
    uint32_t n, cap; /* inputs, as they are written */
    const Logical **item;
    uint32_t n_seen;           /* of them, while columns are found */
    uint32_t n_cond, cap_cond; /* conditions */
    Print *cond;
    bool unknown, can_fail, failed;
} Block;

static bool in_block(const Logical *n)
{
    return n->kind == L_FILTER || (n->kind == L_JOIN && n->join.type == INNER_JOIN && !n->join.at_clock);
}

static void find_items(Prints *x, Block *b, const Logical *n)
{
    if (in_block(n)) {
        for (uint32_t i = 0; i < n->n_in; i++)
            find_items(x, b, n->in[i]);
        return;
    }
    if (b->n == b->cap) {
        uint32_t cap = b->cap ? b->cap * 2 : 8;
        const Logical **more = ARENA_ARRAY(x->arena, const Logical *, cap);
        b->failed |= !more;
        if (!more)
            return;
        if (b->n)
            memcpy(more, b->item, b->n * sizeof(*more));
        b->item = more;
        b->cap = cap;
    }
    b->item[b->n++] = n;
}

static void add_condition(Prints *x, Block *b, Print p)
{
    if (b->n_cond == b->cap_cond) {
        uint32_t cap = b->cap_cond ? b->cap_cond * 2 : 8;
        Print *more = ARENA_ARRAY(x->arena, Print, cap);
        b->failed |= !more;
        if (!more)
            return;
        if (b->n_cond)
            memcpy(more, b->cond, b->n_cond * sizeof(*more));
        b->cond = more;
        b->cap_cond = cap;
    }
    b->cond[b->n_cond++] = p;
}

/* The parts of AND by themselves; but where one may raise, in which order they stand decides what is raised. */
static void add_conditions(Prints *x, Block *b, Look *l, const Expr *e)
{
    if (e->kind == EXPR_AND && !e->can_fail) {
        for (uint32_t i = 0; i < e->n_args; i++)
            add_conditions(x, b, l, e->arg[i]);
        return;
    }
    add_condition(x, b, expr_print_of(l, e));
}

/* A column of an input of several: the input says which, and of equal inputs the place among them. */
static Print block_column(const Block *b, uint32_t item, Print col)
{
    const Shape *s = b->item[item]->shape;
    uint32_t same = 0;
    for (uint32_t i = 0; i < item; i++)
        same += fingerprint_eq(b->item[i]->shape->rows, s->rows);
    Print p = s->rows;
    mix_print(&p, col);
    mix(&p, same);
    return p;
}

/* The columns of a node of the block, and its conditions over them. */
static Print *block_columns(Prints *x, Block *b, const Logical *n)
{
    Print *col = ARENA_ARRAY(x->arena, Print, n->n_cols + 1);
    b->failed |= !col;
    if (!col)
        return NULL;
    if (!in_block(n)) {
        uint32_t item = b->n_seen++;
        for (uint32_t i = 0; i < n->n_cols; i++)
            col[i] = b->n > 1 ? block_column(b, item, n->shape->col[i]) : n->shape->col[i];
        return col;
    }
    for (uint32_t i = 0, at = 0; i < n->n_in; at += n->in[i++]->n_cols) {
        const Print *in = block_columns(x, b, n->in[i]);
        if (!in)
            return NULL;
        if (n->in[i]->n_cols)
            memcpy(col + at, in, n->in[i]->n_cols * sizeof(*col));
    }
    const Expr *e = n->kind == L_FILTER ? n->predicate : n->join.on;
    Look l = {.col = col, .n = n->n_cols};
    if (e)
        add_conditions(x, b, &l, e);
    b->unknown |= l.unknown || (n->kind == L_JOIN && n->join.best.n > 0);
    b->can_fail |= l.can_fail;
    return col;
}

static int shape_block(Prints *x, Shape *s, const Logical *n)
{
    Block b = {0};
    find_items(x, &b, n);
    Print *col = b.failed ? NULL : block_columns(x, &b, n);
    Print *input = ARENA_ARRAY(x->arena, Print, b.n + 1);
    if (b.failed || !col || !input)
        return RAISE_NOMEM(x->err);
    for (uint32_t i = 0; i < b.n; i++)
        input[i] = b.item[i]->shape->rows;
    s->rows = input[0];
    if (b.n > 1) {
        s->rows = print_of('j');
        mix_set(&s->rows, input, b.n);
    }
    if (b.can_fail) { /* as they are written */
        mix(&s->rows, n->kind);
        for (uint32_t i = 0; i < b.n_cond; i++)
            mix_print(&s->rows, b.cond[i]);
    } else if (b.n_cond) {
        mix_set(&s->rows, b.cond, b.n_cond);
    }
    s->col = col;
    s->known &= !b.unknown;
    s->works |= b.n > 1;
    return 0;
}

/* Outer, semi and anti joins. */
static int shape_join(Prints *x, Shape *s, const Logical *n)
{
    const Logical *l = n->in[0], *r = n->in[1];
    Print *both = ARENA_ARRAY(x->arena, Print, l->n_cols + r->n_cols + 1);
    if (!both)
        return RAISE_NOMEM(x->err);
    Look look = {.col = both, .n = l->n_cols + r->n_cols};
    for (uint32_t i = 0; i < look.n; i++) {
        both[i] = print_of(i < l->n_cols ? 'l' : 'r');
        mix_print(&both[i], i < l->n_cols ? l->shape->col[i] : r->shape->col[i - l->n_cols]);
    }
    s->rows = print_of('o');
    mix(&s->rows, (uint64_t)n->join.type);
    mix_print(&s->rows, l->shape->rows);
    mix_print(&s->rows, r->shape->rows);
    if (n->join.on)
        mix_print(&s->rows, expr_print_of(&look, n->join.on));
    memcpy(s->col, both, n->n_cols * sizeof(*both));
    s->known &= !look.unknown && !n->join.at_clock && !n->join.freezes && n->join.best.n == 0;
    s->works = true;
    return 0;
}

/* ---- groups ---- */

/* Whatever the values, it gives a result. */
static bool agg_is_sure(const LogicalAgg *g)
{
    static const char *const sure[] = {"count", "min", "max", "bool_and", "bool_or", "every"};
    for (size_t i = 0; i < ARRAY_LEN(sure); i++)
        if (str_eq(g->func, str_of(sure[i])))
            return true;
    return false;
}

static Print agg_print(Look *l, const LogicalAgg *g)
{
    Print p = print_of('g');
    l->unknown |= g->native || g->spec.by_arrival;
    mix_bytes(&p, g->func.p, g->func.n);
    mix(&p, (uint64_t)g->spec.distinct | (uint64_t)g->spec.arg_desc << 1 | (uint64_t)g->spec.count_star << 2 |
                (uint64_t)g->n_given << 8);
    mix(&p, (uintptr_t)g->spec.type);
    mix(&p, g->spec.flags);
    mix_type(&p, g->spec.ret);
    mix_value(&p, &g->spec.param);
    for (uint32_t i = 0; i < ARRAY_LEN(g->arg); i++)
        if (g->arg[i])
            mix_print(&p, expr_print_of(l, g->arg[i]));
    mix(&p, g->n_order);
    for (uint32_t i = 0; i < g->n_order; i++) {
        mix_print(&p, expr_print_of(l, g->order[i]));
        mix(&p, (uint64_t)g->order_desc[i] | (uint64_t)g->order_nulls_first[i] << 1);
    }
    if (g->filter) {
        mix(&p, 'f');
        mix_print(&p, expr_print_of(l, g->filter));
    }
    return p;
}

static bool agg_counts(const Look *before, const Look *l, const LogicalAgg *g)
{
    return !agg_is_sure(g) || (l->can_fail && !before->can_fail);
}

/* Keys are a set; aggregates are columns, of which any may be missing.  Those that may raise take a group away. */
static int shape_group(Prints *x, Shape *s, const Logical *n)
{
    const LogicalGroup *g = &n->group;
    Look l = look_at(n, 0);
    Print *set = ARENA_ARRAY(x->arena, Print, g->n_keys + g->n_aggs + 1);
    uint32_t n_set = 0;
    if (!set)
        return RAISE_NOMEM(x->err);
    s->rows = print_of('a');
    mix_print(&s->rows, in_of(n, 0)->rows);
    mix(&s->rows, g->is_global);
    for (uint32_t i = 0; i < g->n_keys; i++)
        set[i] = s->col[i] = expr_print_of(&l, g->keys[i]);
    mix_set(&s->rows, set, g->n_keys);
    for (uint32_t i = 0; i < g->n_aggs; i++) {
        Look before = l;
        l.can_fail = false;
        s->col[g->n_keys + i] = agg_print(&l, &g->aggs[i]);
        if (agg_counts(&(Look){0}, &l, &g->aggs[i]))
            set[n_set++] = s->col[g->n_keys + i];
        l.can_fail |= before.can_fail;
    }
    mix_set(&s->rows, set, n_set);
    for (uint32_t i = 0; i < n->n_cols; i++) { /* they are of this grouping */
        Print own = s->rows;
        mix_print(&own, s->col[i]);
        s->col[i] = own;
    }
    s->known &= !l.unknown && g->standing.n == 0 && !g->ttl_time && g->ttl_us == 0 && !g->freezes && !g->closes &&
                n->n_cols == g->n_keys + g->n_aggs;
    s->works = s->regroups = true;
    return 0;
}

/* ---- the others ---- */

static void mix_sort(Look *l, Print *p, uint32_t n, Expr *const *e, const bool *desc, const bool *nulls_first)
{
    mix(p, n);
    for (uint32_t i = 0; i < n; i++) {
        mix_print(p, expr_print_of(l, e[i]));
        mix(p, (uint64_t)desc[i] | (uint64_t)nulls_first[i] << 1);
    }
}

static void mix_list(Look *l, Print *p, uint32_t n, Expr *const *e)
{
    mix(p, n);
    for (uint32_t i = 0; i < n; i++)
        mix_print(p, expr_print_of(l, e[i]));
}

static void shape_over(Shape *s, const Logical *n)
{
    const LogicalOver *o = &n->over;
    Look l = look_at(n, 0);
    s->rows = print_of('w');
    mix_print(&s->rows, in_of(n, 0)->rows);
    mix_list(&l, &s->rows, o->n_part, o->part);
    mix_sort(&l, &s->rows, o->n_order, o->order, o->desc, o->nulls_first);
    keep_columns(s, n);
    for (uint32_t i = 0; i < o->n_calls && n->in[0]->n_cols + i < n->n_cols; i++) {
        const LogicalOverCall *c = &o->calls[i];
        Print p = print_of('f');
        mix(&p, (uint64_t)c->func << 8 | (uint64_t)c->ignore_nulls);
        mix(&p, (uint64_t)c->frame.unit | (uint64_t)c->frame.start << 8 | (uint64_t)c->frame.end << 16 |
                    (uint64_t)c->frame.exclude << 24);
        mix_value(&p, &c->frame.offset[0]);
        mix_value(&p, &c->frame.offset[1]);
        mix_type(&p, c->ret);
        mix_print(&p, agg_print(&l, &c->call));
        mix_print(&s->rows, p); /* it may raise */
        s->col[n->in[0]->n_cols + i] = p;
    }
    for (uint32_t i = n->in[0]->n_cols; i < n->n_cols; i++) {
        Print own = s->rows;
        mix_print(&own, s->col[i]);
        s->col[i] = own;
    }
    s->known &= !l.unknown && n->n_cols == n->in[0]->n_cols + o->n_calls;
    s->works = s->regroups = true;
}

static void shape_top_n(Shape *s, const Logical *n)
{
    const LogicalTopN *t = &n->top;
    Look l = look_at(n, 0);
    s->rows = print_of('t');
    mix_print(&s->rows, in_of(n, 0)->rows);
    mix_list(&l, &s->rows, t->n_part, t->part);
    mix_sort(&l, &s->rows, t->n_order, t->order, t->desc, t->nulls_first);
    mix(&s->rows, (uint64_t)t->kind | (uint64_t)t->lo_kind << 8 | (uint64_t)t->with_rank << 16);
    mix(&s->rows, (uint64_t)t->lo);
    mix(&s->rows, (uint64_t)t->hi);
    keep_columns(s, n);
    for (uint32_t i = n->in[0]->n_cols; i < n->n_cols; i++)
        s->col[i] = own_column(s, i - n->in[0]->n_cols);
    s->known &= !l.unknown && t->n_order > 0;
    s->works = s->regroups = true;
}

/* In a query that ends what is above may list rows in the order that they come in. */
static void shape_sort(Shape *s, const Logical *n)
{
    const LogicalSort *o = &n->sort;
    Look l = look_at(n, 0);
    s->rows = print_of('l');
    mix_print(&s->rows, in_of(n, 0)->rows);
    keep_columns(s, n);
    mix_sort(&l, &s->rows, o->n, o->keys, o->desc, o->nulls_first);
    mix(&s->rows, (uint64_t)o->limit);
    mix(&s->rows, (uint64_t)o->offset);
    mix(&s->rows, o->with_ties);
    s->known &= !l.unknown && o->n > 0;
    s->works = s->regroups = true;
}

static void shape_set_op(Shape *s, const Logical *n)
{
    s->rows = print_of(n->kind == L_UNION ? 'u' : 'x');
    if (n->kind == L_SET_OP) {
        mix(&s->rows, (uint64_t)n->set_op.is_except | (uint64_t)n->set_op.all << 1);
        s->works = s->regroups = true;
    }
    for (uint32_t k = 0; k < n->n_in; k++) {
        mix_print(&s->rows, in_of(n, k)->rows);
        for (uint32_t i = 0; i < n->n_cols; i++)
            mix_print(&s->rows, in_of(n, k)->col[i]);
    }
    for (uint32_t i = 0; i < n->n_cols; i++)
        s->col[i] = own_column(s, i);
}

static void shape_unnest(Shape *s, const Logical *n)
{
    Look l = look_at(n, 0);
    s->rows = print_of('n');
    mix_print(&s->rows, in_of(n, 0)->rows);
    mix(&s->rows, (uint64_t)n->unnest.n << 2 | (uint64_t)n->unnest.ordinality << 1 | n->unnest.outer);
    for (uint32_t i = 0; i < n->unnest.n; i++) {
        const UnnestItem *item = &n->unnest.items[i];
        mix(&s->rows, item->is_series);
        mix_type(&s->rows, item->type);
        mix(&s->rows, (uintptr_t)item->zone);
        mix_list(&l, &s->rows, unnest_args(item), item->arg);
    }
    keep_columns(s, n);
    for (uint32_t i = n->in[0]->n_cols; i < n->n_cols; i++)
        s->col[i] = own_column(s, i - n->in[0]->n_cols);
    s->known &= !l.unknown;
}

static void shape_expand(Shape *s, const Logical *n)
{
    const ExpandSets *e = &n->expand;
    Look l = look_at(n, 0);
    s->rows = print_of('p');
    mix_print(&s->rows, in_of(n, 0)->rows);
    mix_list(&l, &s->rows, e->n_keys, e->keys);
    mix(&s->rows, (uint64_t)e->n_sets << 32 | e->n_ids);
    mix_bytes(&s->rows, e->in_set, (size_t)e->n_sets * e->n_keys * sizeof(*e->in_set));
    mix_bytes(&s->rows, e->id, (size_t)e->n_sets * e->n_ids * sizeof(*e->id));
    keep_columns(s, n);
    for (uint32_t i = n->in[0]->n_cols; i < n->n_cols; i++)
        s->col[i] = own_column(s, i - n->in[0]->n_cols);
    s->known &= !l.unknown;
}

/* Sessions follow from all rows of a key; the others from each row. */
static void shape_window(Shape *s, const Logical *n)
{
    const TimeWindow *w = &n->window.spec;
    s->rows = print_of('i');
    mix_print(&s->rows, in_of(n, 0)->rows);
    mix_print(&s->rows, in_of(n, 0)->col[n->window.time_col]);
    mix(&s->rows, (uint64_t)w->kind | (uint64_t)w->tick << 8);
    mix(&s->rows, (uint64_t)w->size_ticks << 32 | (uint32_t)w->slide_ticks);
    mix(&s->rows, (uint64_t)w->size_us);
    mix(&s->rows, (uint64_t)w->slide_us);
    mix(&s->rows, (uint64_t)w->offset_us);
    mix(&s->rows, (uintptr_t)w->zone);
    keep_columns(s, n);
    for (uint32_t i = n->in[0]->n_cols; i < n->n_cols; i++)
        s->col[i] = own_column(s, i - n->in[0]->n_cols);
    s->known &= w->kind != WINDOW_SESSION && n->window.lateness_us == 0 && n->window.emit == OUTPUT_DEFAULT;
}

static int shape_kind(Prints *x, Shape *s, const Logical *n)
{
    switch (n->kind) {
    case L_SOURCE: shape_source(s, n); return 0;
    case L_VALUES: shape_values(s, n); return 0;
    case L_PROJECT: shape_project(s, n); return 0;
    case L_FILTER: return shape_block(x, s, n);
    case L_JOIN: return in_block(n) ? shape_block(x, s, n) : shape_join(x, s, n);
    case L_AGG: return shape_group(x, s, n);
    case L_OVER: shape_over(s, n); return 0;
    case L_TOP_N: shape_top_n(s, n); return 0;
    case L_SORT: shape_sort(s, n); return 0;
    case L_UNION:
    case L_SET_OP: shape_set_op(s, n); return 0;
    case L_UNNEST: shape_unnest(s, n); return 0;
    case L_EXPAND: shape_expand(s, n); return 0;
    case L_WINDOW: shape_window(s, n); return 0;
    case L_WINDOW_AGG:
    case L_TTL:
    case L_MATCH:
    case L_ASOF:
    case L_LIMIT:
    case L_EVERY:
    case L_RECURSE:
    case N_LOGICAL_KINDS: s->known = false; return 0;
    }
    return 0;
}

static int find(Prints *x, Logical *n)
{
    Shape *s = ARENA_NEW(x->arena, Shape);
    Print *col = ARENA_ARRAY(x->arena, Print, n->n_cols + 1);
    if (!s || !col)
        return RAISE_NOMEM(x->err);
    *s = (Shape){.known = !n->own, .col = col};
    for (uint32_t i = 0; i < n->n_in; i++) {
        TRY(find(x, n->in[i]));
        s->known &= in_of(n, i)->known;
        s->works |= in_of(n, i)->works;
        s->regroups |= in_of(n, i)->regroups;
    }
    n->shape = s;
    return shape_kind(x, s, n);
}

int shapes_find(Arena *a, Logical *root, Err *err)
{
    Prints x = {a, err};
    return find(&x, root);
}

bool shape_same(const Logical *l, const Logical *m)
{
    if (l->n_cols != m->n_cols || !fingerprint_eq(l->shape->rows, m->shape->rows))
        return false;
    for (uint32_t i = 0; i < l->n_cols; i++) {
        const Field *f = &l->cols[i], *g = &m->cols[i];
        if (!fingerprint_eq(l->shape->col[i], m->shape->col[i]) || !type_eq(f->type, g->type) || f->type.length != g->type.length ||
            f->not_null != g->not_null)
            return false;
    }
    return true;
}
