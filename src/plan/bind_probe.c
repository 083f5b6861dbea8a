/* SPDX-License-Identifier: Apache-2.0
 *
 * TEMPORAL PROBE JOIN (spec 6.7): each left row meets, once for each offset, the newest right row of its key at the left time plus
 * the offset.  The offsets are unnested over the left rows, and what comes of it is an as-of join by the moved time. */
#include "plan/bind_impl.h"

#include "base/calendar.h"

enum { OFFSETS_MAX = 1000 };

typedef struct Probe {
    Binder *b;
    const FromProbe *from;
    Scope l, r;
    uint32_t n;
    int64_t us[OFFSETS_MAX];
    Logical *rows; /* the left columns, offset_ms, the offset as an interval */
} Probe;

static int offset_of(Probe *p, const Node *n, int64_t *ret, Err *err)
{
    ExprScope constants = {.b = p->b, .clause = "TEMPORAL PROBE JOIN"};
    Expr *e;
    TRY(bind_expr(&constants, n, &e, err));
    e = expr_fold(p->b->arena, e);
    if (!e)
        return RAISE_NOMEM(err);
    if (e->kind == EXPR_CONST && !e->value.is_null) {
        if (e->type.id == T_INTERVAL && e->value.iv.months == 0 && interval_fixed_us(&e->value.iv, ret) >= 0 && *ret % 1000 == 0)
            return 0;
        int64_t ms = e->type.id == T_I64 ? e->value.i64 : e->value.i32;
        if ((e->type.id == T_I64 || e->type.id == T_I32) && !__builtin_mul_overflow(ms, INT64_C(1000), ret))
            return 0;
    }
    return RAISE_AT(
        err, ERR_INVALID_PARAMETER, n->at,
        "an offset of a temporal probe join is a number of milliseconds, or an INTERVAL of fixed length without parts of one");
}

static int add_offset(Probe *p, int64_t us, Err *err)
{
    if (us > INT64_MAX / 1000 || us < -INT64_MAX / 1000)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, p->from->node.at,
                        "an offset of a temporal probe join reaches 292 years at most");
    if (p->n == OFFSETS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, p->from->node.at, "a temporal probe join has at most %d offsets", OFFSETS_MAX);
    p->us[p->n++] = us;
    return 0;
}

static int read_offsets(Probe *p, Err *err)
{
    const FromProbe *f = p->from;
    int64_t from, to, step, us;
    if (!f->range_from) {
        AST_EACH(item, f->offsets)
        {
            TRY(offset_of(p, item, &us, err));
            TRY(add_offset(p, us, err));
        }
        return 0;
    }
    TRY(offset_of(p, f->range_from, &from, err));
    TRY(offset_of(p, f->range_to, &to, err));
    TRY(offset_of(p, f->range_step, &step, err));
    if (step <= 0)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, f->range_step->at, "STEP of a temporal probe join must be greater than zero");
    if (to < from)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, f->range_to->at, "RANGE of a temporal probe join ends before it begins");
    for (us = from; us <= to; us += step) {
        TRY(add_offset(p, us, err));
        if (us > INT64_MAX - step)
            break;
    }
    return 0;
}

static int constant_array(Probe *p, bool intervals, Expr **ret, Err *err)
{
    Arena *a = p->b->arena;
    Span at = p->from->node.at;
    Expr **item = ARENA_ARRAY(a, Expr *, p->n + 1);
    if (!item)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < p->n; i++) {
        Value ms = {.type = TYPE(I64), .i64 = p->us[i] / 1000}, span = {.type = TYPE(INTERVAL), .iv = {.ns = p->us[i] * 1000}};
        item[i] = expr_const(a, intervals ? &span : &ms, at);
        if (!item[i])
            return RAISE_NOMEM(err);
    }
    TRY(expr_call(a, STR("array"), item, p->n, at, ret, err));
    *ret = expr_fold(a, *ret);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* Each left row once for each offset. */
static int spread(Probe *p, Err *err)
{
    Binder *b = p->b;
    const Logical *left = p->l.node;
    uint32_t n = left->n_cols;
    TRY(bind_count_node(b, p->from->node.at, err));
    Logical *u = logical_new(b->arena, L_UNNEST, p->l.node, n + 2, p->from->node.at);
    UnnestItem *items = ARENA_ARRAY(b->arena, UnnestItem, 2);
    if (!u || !items)
        return RAISE_NOMEM(err);
    memcpy(u->cols, left->cols, n * sizeof(Field));
    for (uint32_t i = 0; i < 2; i++) {
        items[i].type = i ? TYPE(INTERVAL) : TYPE(I64);
        TRY(constant_array(p, i == 1, &items[i].arg[0], err));
        u->cols[n + i] = (Field){.name = i ? "" : "offset_ms", .type = items[i].type, .not_null = true};
    }
    u->unnest.items = items;
    u->unnest.n = 2;
    p->rows = u;
    return 0;
}

static int time_column(const Probe *p, const Scope *s, const Logical *node, const Name *name, Expr **ret, Err *err)
{
    uint32_t col;
    TRY(scope_find(s, name, &col, err));
    *ret = logical_column(p->b->arena, node, col, name->at);
    if (!*ret)
        return RAISE_NOMEM(err);
    return type_is_timestamp((*ret)->type.id) ? 0
                                              : RAISE_AT(err, ERR_DATATYPE_MISMATCH, name->at,
                                                         "TIMESTAMPS of a temporal probe join names columns of type TIMESTAMP");
}

static int set_times(Probe *p, LogicalAsof *asof, Err *err)
{
    Arena *a = p->b->arena;
    const FromProbe *f = p->from;
    Expr *pair[2], *offset = logical_column(a, p->rows, p->l.node->n_cols + 1, f->node.at);
    if (!offset)
        return RAISE_NOMEM(err);
    TRY(time_column(p, &p->l, p->rows, &f->left_ts, &asof->left_clock, err));
    TRY(time_column(p, &p->r, p->r.node, &f->right_ts, &pair[1], err));
    TRY(expr_call(a, STR("+"), (Expr *[]){asof->left_clock, offset}, 2, f->left_ts.at, &pair[0], err));
    TRY(expr_unify(a, pair, 2, "TIMESTAMPS", err));
    asof->left_time = pair[0];
    asof->right_time = pair[1];
    asof->probe_lo_us = INT64_MAX;
    asof->probe_hi_us = INT64_MIN;
    for (uint32_t i = 0; i < p->n; i++) {
        asof->probe_lo_us = MIN(asof->probe_lo_us, p->us[i]);
        asof->probe_hi_us = MAX(asof->probe_hi_us, p->us[i]);
    }
    return 0;
}

static int set_keys(Probe *p, LogicalAsof *asof, Err *err)
{
    Arena *a = p->b->arena;
    asof->left_key = ARENA_ARRAY(a, Expr *, p->from->keys.n + 1);
    asof->right_key = ARENA_ARRAY(a, Expr *, p->from->keys.n + 1);
    if (!asof->left_key || !asof->right_key)
        return RAISE_NOMEM(err);
    AST_EACH(item, p->from->keys)
    {
        Ident part = AST(IdentNode, item)->ident;
        Name name = {.part = &part, .n_parts = 1, .at = item->at};
        uint32_t left, right;
        TRY(scope_find(&p->l, &name, &left, err));
        TRY(scope_find(&p->r, &name, &right, err));
        Expr *pair[2] = {logical_column(a, p->rows, left, item->at), logical_column(a, p->r.node, right, item->at)};
        if (!pair[0] || !pair[1])
            return RAISE_NOMEM(err);
        TRY(expr_unify(a, pair, 2, "TEMPORAL PROBE JOIN", err));
        asof->left_key[asof->n_keys] = pair[0];
        asof->right_key[asof->n_keys++] = pair[1];
    }
    return 0;
}

/* What AS names: the right columns and offset_ms.  Bare names find the right columns by the name of the right side, unless AS
 * gives that name again and takes its place. */
static int name_probed(const Probe *p, bool instead, ScopeRel *ret, Err *err)
{
    uint32_t n_right = p->r.node->n_cols;
    bool *merged = instead ? NULL : ARENA_ARRAY(p->b->arena, bool, n_right + 1);
    if (!instead && !merged)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; merged && i <= n_right; i++)
        merged[i] = i < n_right;
    *ret = (ScopeRel){.name = p->from->alias ? p->from->alias->name.s.p : NULL,
                      .first = p->l.node->n_cols,
                      .n = n_right + 1,
                      .merged = merged};
    return 0;
}

static bool names_right_side(const Probe *p)
{
    const Alias *alias = p->from->alias;
    return alias && p->r.n_rels == 1 && p->r.rels[0].name && str_eq(str_of(p->r.rels[0].name), alias->name.s);
}

/* The left columns, the right columns, offset_ms, under the names of both sides and of the join. */
static int name_result(Probe *p, Logical *join, Scope *ret, Err *err)
{
    Arena *a = p->b->arena;
    bool instead = names_right_side(p);
    uint32_t n_left = p->l.node->n_cols, n_right = p->r.node->n_cols, n = n_left + n_right + 1;
    uint32_t n_rels = p->l.n_rels + (instead ? 0 : p->r.n_rels);
    Expr **exprs = ARENA_ARRAY(a, Expr *, n);
    const char **names = ARENA_ARRAY(a, const char *, n);
    ScopeRel *rels = ARENA_ARRAY(a, ScopeRel, n_rels + 1);
    if (!exprs || !names || !rels)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t col = i < n_left ? i : i + 1 == n ? n_left : i + 2;
        exprs[i] = logical_column(a, join, col, p->from->node.at);
        names[i] = join->cols[col].name;
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    Logical *project = logical_project(a, join, exprs, n, names, p->from->node.at);
    if (!project)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_rels; i++) {
        rels[i] = i < p->l.n_rels ? p->l.rels[i] : p->r.rels[i - p->l.n_rels];
        rels[i].first += i < p->l.n_rels ? 0 : n_left;
    }
    TRY(name_probed(p, instead, &rels[n_rels], err));
    *ret = (Scope){.node = project, .n_rels = n_rels + 1, .rels = rels, .window_col = -1};
    return 0;
}

int bind_probe(Binder *b, const FromProbe *f, Scope *ret, Err *err)
{
    Probe *p = ARENA_NEW(b->arena, Probe);
    LogicalAsof asof = {.match = ASOF_BACKWARD, .outer = true, .tolerance = INT64_MAX};
    if (!p)
        return RAISE_NOMEM(err);
    *p = (Probe){.b = b, .from = f};
    if (f->alias && f->alias->columns.n)
        return bind_unsupported(err, f->alias->node.at, "a list of columns behind a temporal probe join is");
    TRY(bind_from_item(b, f->left, &p->l, err));
    TRY(bind_from_item(b, f->right, &p->r, err));
    TRY(join_check_names(&p->l, &p->r, f->right->at, err));
    TRY(bind_count_node(b, f->node.at, err));
    TRY(read_offsets(p, err));
    TRY(spread(p, err));
    TRY(set_times(p, &asof, err));
    TRY(set_keys(p, &asof, err));
    Logical *join = logical_join(b->arena, LEFT_JOIN, p->rows, p->r.node, NULL, f->node.at);
    if (!join)
        return RAISE_NOMEM(err);
    join->kind = L_ASOF;
    join->asof = asof;
    return name_result(p, join, ret, err);
}
