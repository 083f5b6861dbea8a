/* SPDX-License-Identifier: Apache-2.0
 *
 * Constructors of expressions, names and types, and the one place where nodes are allocated and their depth is computed. */
#include "sql/ast_make.h"
#include "sql/ast_equal.h"

#include <stdlib.h>

Node *node_make(Parser *p, const void *init, size_t bytes)
{
    Node *n = p->rc ? NULL : arena_alloc(p->arena, bytes);
    if (!n) {
        if (!p->rc)
            p->rc = RAISE_NOMEM(p->err);
        n = (Node *)(void *)p->spare;
    }
    memcpy(n, init, bytes);
    node_update(p, n);
    return n;
}

void node_update(Parser *p, Node *n)
{
    if (p->rc)
        return;
    uint32_t depth = ast_depth(n);
    if (depth > SQL_DEPTH_MAX)
        PARSE_FAIL(p, ERR_TOO_COMPLEX, n->at, "statement is nested too deeply: more than %d levels", SQL_DEPTH_MAX);
    n->depth = (uint16_t)MIN(depth, SQL_DEPTH_MAX);
}

Span span_end(Span at)
{
    return (Span){at.pos + at.len, 0};
}

Span span_of_parts(const Span *parts, int n, const Span *before)
{
    int first = 0, last = n - 1;
    while (first < n && parts[first].len == 0)
        first++;
    if (first == n)
        return span_end(*before);
    while (parts[last].len == 0)
        last--;
    return (Span){parts[first].pos, parts[last].pos + parts[last].len - parts[first].pos};
}

NodeList list_one(Node *n)
{
    return (NodeList){n, n, 1, n->depth};
}

NodeList list_add(NodeList list, Node *n)
{
    if (!list.first)
        return list_one(n);
    list.last->next = n;
    list.last = n;
    list.n++;
    list.depth = MAX(list.depth, n->depth);
    return list;
}

NodeList list_concat(NodeList a, NodeList b)
{
    if (!a.first)
        return b;
    if (!b.first)
        return a;
    a.last->next = b.first;
    return (NodeList){a.first, b.last, a.n + b.n, MAX(a.depth, b.depth)};
}

Ident ident_of(Str word, Span at)
{
    return (Ident){word, at, false};
}

Node *ident_node(Parser *p, Ident ident)
{
    return NEW(IdentNode, ident.at, .ident = ident);
}

Node *name_node(Parser *p, const Name *name)
{
    return NEW(NameNode, name->at, .name = *name);
}

static Name *name_spare(Parser *p)
{
    if (!p->rc)
        p->rc = RAISE_NOMEM(p->err);
    p->spare_name = (Name){.part = p->spare_parts, .n_parts = 1};
    return &p->spare_name;
}

Name *name_new(Parser *p, Ident first, Span at)
{
    Name *name = p->rc ? NULL : arena_alloc(p->arena, sizeof(Name));
    Ident *part = name ? arena_alloc(p->arena, sizeof(Ident)) : NULL;
    if (!part)
        return name_spare(p);
    *part = first;
    *name = (Name){.part = part, .n_parts = 1, .at = at};
    return name;
}

Name *name_add(Parser *p, Name *name, Ident part, Span at)
{
    if (p->rc)
        return name;
    if (name->n_parts >= NAME_PARTS_MAX) {
        PARSE_FAIL(p, ERR_SYNTAX, at, "name has too many parts: at most %d are possible", NAME_PARTS_MAX);
        return name;
    }
    if (name->n_parts == 1) {
        Ident *parts = arena_alloc(p->arena, NAME_PARTS_MAX * sizeof(Ident));
        if (!parts)
            return name_spare(p);
        parts[0] = name->part[0];
        name->part = parts;
    }
    name->part[name->n_parts++] = part;
    name->at = at;
    return name_set_key(p->arena, name) ? name : name_spare(p);
}

/* ---- expressions ---- */

Node *make_literal(Parser *p, Span at, LiteralKind kind, Str text)
{
    return NEW(ExprLiteral, at, .kind = kind, .text = text);
}

/* A number that the grammar itself uses. */
static uint32_t small_number(Parser *p, Span at, Str digits, uint32_t max, const char *what)
{
    uint64_t v = 0;
    if (!str_to_u64(digits, &v) || v > max)
        PARSE_FAIL(p, ERR_NUMERIC_RANGE, at, "%s %.*s is out of range", what, (int)MIN(digits.n, 30), digits.p);
    return (uint32_t)v;
}

Node *make_param(Parser *p, Span at, Str digits)
{
    uint32_t number = small_number(p, at, digits, UINT16_MAX, "parameter");
    if (number == 0)
        PARSE_FAIL(p, ERR_UNDEFINED_PARAMETER, at, "parameters are numbered from $1");
    if (p->n_params == 0)
        p->param_at = at;
    p->n_params = MAX(p->n_params, number);
    return NEW(ExprParam, at, .number = number);
}

Node *make_unary(Parser *p, Span at, SqlOp op, Node *arg)
{
    return NEW(ExprUnary, at, .op = op, .arg = arg);
}

Node *make_binary(Parser *p, Span at, SqlOp op, Span op_at, Node *left, Node *right)
{
    return NEW(ExprBinary, at, .op = op, .op_at = op_at, .left = left, .right = right);
}

Node *make_like_any(Parser *p, Span at, uint32_t like, bool negated, bool all, Node *left, Node *array, Query *query)
{
    if (like == LIKE_SIMILAR)
        PARSE_FAIL(p, ERR_SYNTAX, at, "SIMILAR TO takes no ANY or ALL");
    SqlOp op = like == LIKE_ILIKE ? (negated ? SQL_OP_NOT_ILIKE : SQL_OP_ILIKE) : negated ? SQL_OP_NOT_LIKE : SQL_OP_LIKE;
    return NEW(ExprQuantified, at, .op = op, .all = all, .left = left, .array = array, .query = query);
}

static bool is_pair(const Node *n)
{
    return n->kind == NODE_EXPR_ROW && RAW(ExprRow, n)->items.n == 2;
}

Node *make_overlaps(Parser *p, Span at, Span word, Node *left, Node *right)
{
    if (p->rc)
        return NULL;
    if (!is_pair(left) || !is_pair(right)) {
        PARSE_FAIL(p, ERR_SYNTAX, word, "OVERLAPS stands between rows of two: (start, end) OVERLAPS (start, end)");
        return NULL;
    }
    Node *a = RAW(ExprRow, left)->items.first, *c = RAW(ExprRow, right)->items.first;
    return make_call(p, at, "overlaps", word, a, a->next, c, c->next);
}

Node *make_is_json(Parser *p, Span at, Span word, bool negated, Node *arg, Str kind, bool unique)
{
    Node *form = kind.p ? make_literal(p, word, LITERAL_STRING, kind) : NULL;
    Node *is = make_call(p, at, "is_json", word, arg, form, NULL, NULL);
    if (unique) {
        Node *text = NEW(ExprCast, at, .arg = arg, .type = make_type(p, word, "text", (NodeList){0}));
        is = make_logic(p, at, false, is, make_call(p, at, "json unique", word, text, NULL, NULL, NULL));
    }
    return negated ? make_unary(p, at, SQL_OP_NOT, is) : is;
}

Node *make_round_time(Parser *p, Span at, Span word, const Name *func, Node *arg, Node *unit)
{
    Str name = name_last(func)->s;
    bool up = str_eq(name, STR("ceil")) || str_eq(name, STR("ceiling"));
    if (!up && !str_eq(name, STR("floor")))
        PARSE_FAIL(p, ERR_SYNTAX, word, "only FLOOR and CEIL take TO and a unit");
    return make_call(p, at, up ? "date_ceil" : "date_trunc", word, unit, arg, NULL, NULL);
}

Node *make_normalized(Parser *p, Span at, Span word, bool negated, Node *arg, uint32_t form)
{
    static const char *const forms[] = {[NORMAL_NFC] = "nfc", [NORMAL_NFD] = "nfd", [NORMAL_NFKC] = "nfkc", [NORMAL_NFKD] = "nfkd"};
    Node *is = make_call(p, at, "is_normalized", word, arg, make_literal(p, word, LITERAL_STRING, str_of(forms[form])), NULL, NULL);
    return negated ? make_unary(p, at, SQL_OP_NOT, is) : is;
}

Node *make_logic(Parser *p, Span at, bool is_or, Node *left, Node *right)
{
    if (!p->rc && left->kind == NODE_EXPR_LOGIC && AST(ExprLogic, left)->is_or == is_or) {
        ExprLogic *l = AST(ExprLogic, left);
        l->args = list_add(l->args, right);
        l->node.at = at;
        node_update(p, left);
        return left;
    }
    return NEW(ExprLogic, at, .is_or = is_or, .args = list_add(list_one(left), right));
}

Node *make_interval(Parser *p, Span at, Str text, uint32_t units)
{
    return NEW(ExprInterval, at, .text = text, .from = units % N_INTERVAL_UNITS, .to = units / N_INTERVAL_UNITS);
}

/* With a number of digits for the seconds: a cast that rounds to them. */
Node *interval_rounded(Parser *p, Span at, Str text, uint32_t units, NodeList mods)
{
    TypeName *t = units ? interval_type(p, at, units, mods) : make_type(p, at, "interval", mods);
    return NEW(ExprCast, at, .arg = make_interval(p, at, text, units), .type = t);
}

static bool is_plain_column(const Node *n)
{
    return n->kind == NODE_EXPR_COLUMN && RAW(ExprColumn, n)->name.n_parts == 1;
}

/* DESCRIPTOR(a, b): names of columns, not their values. */
static Node *make_descriptor(Parser *p, Span at, NodeList args)
{
    NodeList columns = {0};
    AST_EACH(a, args)
    {
        if (!is_plain_column(a)) {
            PARSE_FAIL(p, ERR_SYNTAX, a->at, "DESCRIPTOR takes names of columns");
            break;
        }
        columns = list_add(columns, ident_node(p, RAW(ExprColumn, a)->name.part[0]));
    }
    return NEW(ExprDescriptor, at, .columns = columns);
}

Node *make_function(Parser *p, Span at, const Name *func, NodeList args)
{
    const Ident *only = func->n_parts == 1 ? &func->part[0] : NULL;
    if (!p->rc && only && !only->quoted && args.n && str_eq(only->s, STR("descriptor")))
        return make_descriptor(p, at, args);
    Node *over = only && args.n == 2 ? make_list_call(p, at, only, args) : NULL;
    if (over)
        return over;
    return NEW(ExprCall, at, .func = *func, .args = args);
}

Node *make_call_list(Parser *p, Span at, const char *func, Span func_at, NodeList args)
{
    return make_function(p, at, name_new(p, ident_of(str_of(func), func_at), func_at), args);
}

Node *make_call(Parser *p, Span at, const char *func, Span func_at, Node *a, Node *b, Node *c, Node *d)
{
    Node *const given[] = {a, b, c, d};
    NodeList args = {0};
    for (size_t i = 0; i < ARRAY_LEN(given) && given[i]; i++)
        args = list_add(args, given[i]);
    return make_call_list(p, at, func, func_at, args);
}

Node *make_bare_call(Parser *p, Span at, Str word, Span word_at, Node *arg)
{
    return NEW(ExprCall, at, .func = *name_new(p, ident_of(word, word_at), word_at), .args = arg ? list_one(arg) : (NodeList){0},
               .bare = true);
}

Node *call_range(Parser *p, Span at, Node *call, CallRange range)
{
    if (p->rc || call->kind != NODE_EXPR_CALL)
        return call;
    AST(ExprCall, call)->range = range;
    call->at = at;
    return call;
}

Node *call_nulls(Parser *p, Span at, Node *call, NullTreatment nulls)
{
    if (p->rc || nulls == NULLS_DEFAULT)
        return call;
    if (call->kind != NODE_EXPR_CALL) {
        PARSE_FAIL(p, ERR_SYNTAX, at, "DESCRIPTOR takes no treatment of NULLs");
        return call;
    }
    AST(ExprCall, call)->nulls = nulls;
    return call;
}

Node *call_modify(Parser *p, Node *call, bool distinct, NodeList order_by)
{
    if (p->rc || (!distinct && !order_by.n))
        return call;
    if (call->kind != NODE_EXPR_CALL) {
        PARSE_FAIL(p, ERR_SYNTAX, call->at, "DESCRIPTOR takes neither DISTINCT nor ORDER BY");
        return call;
    }
    AST(ExprCall, call)->distinct = distinct;
    AST(ExprCall, call)->order_by = order_by;
    node_update(p, call);
    return call;
}

Node *call_variadic(Parser *p, Node *call, NodeList order_by)
{
    call = call_modify(p, call, false, order_by);
    if (p->rc)
        return call;
    if (call->kind != NODE_EXPR_CALL || RAW(ExprCall, call)->args.last->kind == NODE_EXPR_NAMED_ARG) {
        PARSE_FAIL(p, ERR_SYNTAX, call->at, "VARIADIC stands before an array");
        return call;
    }
    AST(ExprCall, call)->variadic = true;
    node_update(p, call);
    return call;
}

Node *call_finish(Parser *p, Span at, Node *call, NodeList within_group, Node *filter, NullTreatment nulls, WindowSpec *over)
{
    if (p->rc || (!within_group.n && !filter && nulls == NULLS_DEFAULT && !over))
        return call;
    if (call->kind != NODE_EXPR_CALL) {
        PARSE_FAIL(p, ERR_SYNTAX, call->at, "DESCRIPTOR is not a function");
        return call;
    }
    ExprCall *c = AST(ExprCall, call);
    c->within_group = within_group;
    c->filter = c->filter && filter ? make_logic(p, at, false, c->filter, filter) : filter ? filter : c->filter;
    if (nulls != NULLS_DEFAULT && c->nulls != NULLS_DEFAULT)
        PARSE_FAIL(p, ERR_SYNTAX, at, "the treatment of NULLs is given twice");
    c->nulls = nulls != NULLS_DEFAULT ? nulls : c->nulls;
    c->over = over;
    c->node.at = at;
    node_update(p, call);
    return call;
}

const char *trim_function(uint32_t side)
{
    static const char *const names[] = {"btrim", "ltrim", "rtrim"};
    return names[side];
}

WindowSpec *window_of(Parser *p, Span at, Ident base, NodeList partition_by, NodeList order_by, const WindowSpec *frame)
{
    WindowSpec w = frame ? *frame : (WindowSpec){.node.kind = NODE_WINDOW, .end = BOUND_CURRENT_ROW};
    w.node.at = at;
    w.base = base;
    w.partition_by = partition_by;
    w.order_by = order_by;
    return (WindowSpec *)(void *)node_make(p, &w, sizeof(w));
}

WindowSpec *frame_between(Parser *p, Span at, const WindowSpec *start, const WindowSpec *end)
{
    return MAKE(WindowSpec, at, .start = start->start, .start_offset = start->start_offset, .between = end != NULL,
                .end = end ? end->start : BOUND_CURRENT_ROW, .end_offset = end ? end->start_offset : NULL);
}

WindowSpec *frame_of(Parser *p, Span at, FrameMode mode, WindowSpec *w, FrameExclude exclude)
{
    const char *bad = NULL;
    if (w->start == BOUND_UNBOUNDED_FOLLOWING)
        bad = "frame cannot start at UNBOUNDED FOLLOWING";
    else if (w->between && w->end == BOUND_UNBOUNDED_PRECEDING)
        bad = "frame cannot end at UNBOUNDED PRECEDING";
    else if (w->start == BOUND_FOLLOWING && !w->between)
        bad = "frame that starts after the current row cannot end at it";
    else if (w->between && w->start > w->end)
        bad = "frame ends before it starts";
    if (bad)
        PARSE_FAIL(p, ERR_WINDOWING, at, "%s", bad);
    w->mode = mode;
    w->exclude = exclude;
    w->node.at = at;
    return w;
}

/* ---- types ---- */

TypeName *make_named_type(Parser *p, Span at, const Name *name, NodeList mods)
{
    TypeName *t = MAKE(TypeName, at, .name = *name);
    if (mods.n > ARRAY_LEN(t->mod)) {
        PARSE_FAIL(p, ERR_SYNTAX, mods.last->at, "a type takes at most %zu numbers", ARRAY_LEN(t->mod));
        return t;
    }
    if (p->rc)
        return t;
    AST_EACH(m, mods)
    {
        bool minus = m->kind == NODE_EXPR_UNARY;
        Str digits = AST(ExprLiteral, minus ? AST(ExprUnary, m)->arg : m)->text;
        int32_t v = (int32_t)small_number(p, m->at, digits, INT32_MAX, "type modifier");
        t->mod[t->n_mods++] = minus ? -v : v;
    }
    return t;
}

/* numeric(5, 2) '1.25': what looks like a call is a type when a text stands behind it. */
Node *make_sized_literal(Parser *p, Span at, Node *call, Str text, Span text_at)
{
    if (p->rc)
        return call;
    const ExprCall *c = call->kind == NODE_EXPR_CALL ? AST(ExprCall, call) : NULL;
    bool sizes = c && c->args.n > 0 && !c->star && !c->distinct && !c->variadic && !c->order_by.n;
    for (const Node *n = sizes ? c->args.first : NULL; n; n = n->next)
        sizes &= n->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, n)->kind == LITERAL_INT;
    if (!sizes) {
        PARSE_FAIL(p, ERR_SYNTAX, text_at, "syntax error at or near \"%.*s\"", (int)MIN(text_at.len, 60u), p->text + text_at.pos);
        return call;
    }
    Node *value = NEW(ExprLiteral, text_at, .kind = LITERAL_STRING, .text = text);
    return NEW(ExprCast, at, .arg = value, .type = make_named_type(p, call->at, &c->func, c->args));
}

TypeName *make_type(Parser *p, Span at, const char *words, NodeList mods)
{
    return make_named_type(p, at, name_new(p, ident_of(str_of(words), at), at), mods);
}

/* INTERVAL DAY TO SECOND(3): a name of several words. */
TypeName *interval_type(Parser *p, Span at, uint32_t units, NodeList mods)
{
    const char *from = interval_unit_text(units % N_INTERVAL_UNITS), *to = interval_unit_text(units / N_INTERVAL_UNITS);
    const char *words = p->rc ? NULL : arena_printf(p->arena, "interval %s%s%s", from, *to ? " to " : "", to);
    if (!words) {
        PARSE_FAIL(p, ERR_OUT_OF_MEMORY, SPAN_NONE, "out of memory");
        words = "interval";
    }
    return make_type(p, at, words, mods);
}

TypeName *map_type(Parser *p, Span at, TypeName *key, TypeName *value)
{
    TypeName *t = make_type(p, at, "map", (NodeList){0});
    t->args = list_add(list_one(&key->node), &value->node);
    node_update(p, &t->node);
    return t;
}

/* ---- MATCH_RECOGNIZE patterns ---- */

Pattern *make_pattern(Parser *p, Span at, PatternKind kind, NodeList items)
{
    return MAKE(Pattern, at, .kind = kind, .items = items, .min = 1, .max = 1);
}

static bool is_single(const Pattern *item)
{
    return item->min == 1 && item->max == 1 && !item->reluctant;
}

Pattern *pattern_join(Parser *p, Span at, PatternKind kind, Pattern *a, Pattern *b)
{
    if (!p->rc && a->kind == kind && is_single(a)) {
        a->items = list_add(a->items, &b->node);
        a->node.at = at;
        node_update(p, &a->node);
        return a;
    }
    return make_pattern(p, at, kind, list_add(list_one(&a->node), &b->node));
}

Pattern *pattern_group(Parser *p, Span at, Pattern *inner)
{
    /* ((A B)) C is not flattened into A B C: a group keeps its own node unless it holds a single item. */
    if (p->rc || (inner->kind != PATTERN_CONCAT && inner->kind != PATTERN_ALT && is_single(inner)))
        return inner;
    return make_pattern(p, at, PATTERN_CONCAT, list_one(&inner->node));
}

Pattern *make_quantifier(Parser *p, Span at, Str min, Str max)
{
    Pattern *q = make_pattern(p, at, PATTERN_EMPTY, (NodeList){0});
    q->min = small_number(p, at, min, UINT16_MAX, "repetition");
    q->max = max.p ? small_number(p, at, max, UINT16_MAX, "repetition") : UINT32_MAX;
    if (q->max < q->min || q->max == 0)
        PARSE_FAIL(p, ERR_SYNTAX, at, "pattern quantifier has an empty range");
    return q;
}

Pattern *pattern_quantify(Parser *p, Span at, Pattern *item, const Pattern *quantifier)
{
    if (!p->rc && !is_single(item))
        item = make_pattern(p, item->node.at, PATTERN_CONCAT, list_one(&item->node));
    item->min = quantifier->min;
    item->max = quantifier->max;
    item->reluctant = quantifier->reluctant;
    item->node.at = at;
    return item;
}
