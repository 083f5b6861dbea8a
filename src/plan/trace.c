/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of what rules did.  Equal notes are counted, for rules run twice and over many nodes; a condition that passes several
 * nodes has one note that names them all. */
#include "plan/trace.h"

#include <stdarg.h>

typedef struct TraceNote {
    RuleChange change;
    Span at;   /* of the condition that moves */
    bool path; /* its text grows with each node that it passes */
} TraceNote;

struct Trace {
    Arena *arena;
    const char *rule; /* the one that runs */
    bool quiet;
    uint32_t n, cap;
    TraceNote *note;
    bool failed;
};

Trace *trace_new(Arena *a)
{
    Trace *t = ARENA_NEW(a, Trace);
    if (t)
        t->arena = a;
    return t;
}

static TraceNote *note_new(Trace *t)
{
    if (t->n == t->cap) {
        uint32_t cap = 2 * t->cap + 8;
        TraceNote *more = ARENA_ARRAY(t->arena, TraceNote, cap);
        if (!more)
            return NULL;
        if (t->n)
            memcpy(more, t->note, t->n * sizeof(*more));
        t->note = more;
        t->cap = cap;
    }
    return &t->note[t->n++];
}

static bool is_text(const char *text, Str s)
{
    return str_eq(str_of(text), s);
}

static void add(Trace *t, Str text, Span at, bool path)
{
    for (uint32_t i = 0; i < t->n; i++)
        if (strcmp(t->note[i].change.rule, t->rule) == 0 && is_text(t->note[i].change.what, text)) {
            t->note[i].change.times += !path;
            return;
        }
    TraceNote *n = note_new(t);
    const char *what = arena_strndup(t->arena, text.p, text.n);
    if (!n || !what) {
        t->failed = true;
        t->n -= n != NULL;
        return;
    }
    *n = (TraceNote){.change = {t->rule, what, 1, t->quiet}, .at = at, .path = path};
}

/* ---- names ---- */

static const Field *column_field(const Logical *n, uint32_t col)
{
    bool pair = n->kind == L_JOIN || n->kind == L_ASOF;
    if (!pair)
        return &n->cols[col];
    uint32_t n_left = n->in[0]->n_cols;
    return col < n_left ? &n->in[0]->cols[col] : &n->in[1]->cols[col - n_left];
}

static bool is_ambiguous(const Logical *n, uint32_t n_cols, uint32_t col)
{
    const char *name = column_field(n, col)->name;
    for (uint32_t i = 0; i < n_cols; i++)
        if (i != col && strcmp(column_field(n, i)->name, name) == 0)
            return true;
    return false;
}

/* The columns that expressions of n are over; two of one name get that of their relation before it.  NULL = out of memory. */
static const Schema *names_of(Trace *t, const Logical *n)
{
    uint32_t col, n_cols = n->kind == L_JOIN || n->kind == L_ASOF ? n->in[0]->n_cols + n->in[1]->n_cols : n->n_cols;
    Schema *s = arena_alloc(t->arena, sizeof(*s) + n_cols * sizeof(Field));
    if (!s)
        return NULL;
    memset(s, 0, sizeof(*s));
    s->n = n_cols;
    for (uint32_t i = 0; i < n_cols; i++) {
        s->field[i] = *column_field(n, i);
        if (!s->field[i].name[0])
            s->field[i].name = "(hidden)";
        const Relation *of = is_ambiguous(n, n_cols, i) ? logical_origin(n, i, &col) : NULL;
        StrBuf b;
        if (!of)
            continue;
        sb_init(&b, NULL);
        sb_printf(&b, "%s.%s", of->name, s->field[i].name);
        s->field[i].name = b.failed ? NULL : arena_strdup(t->arena, sb_cstr(&b));
        sb_done(&b);
        if (!s->field[i].name)
            return NULL;
    }
    return s;
}

static void put_expr(Trace *t, const Logical *n, const Expr *e, StrBuf *b)
{
    const Schema *names = names_of(t, n);
    bool whole = e->kind == EXPR_COLUMN || e->kind == EXPR_CONST;
    size_t at = b->n;
    if (!names) {
        t->failed = true;
        return;
    }
    expr_print(e, names, b);
    if (b->failed || whole || b->n == at || b->p[at] == '(')
        return;
    const char *text = arena_strndup(t->arena, b->p + at, b->n - at);
    b->n = at;
    if (text)
        sb_printf(b, "(%s)", text);
    else
        t->failed = true;
}

const char *trace_name(const Logical *n)
{
    const Logical *at = n;
    while (at->n_in == 1)
        at = at->in[0];
    return at->kind == L_SOURCE ? at->source.relation->name : logical_kind_name(n->kind);
}

/* ---- what rules call ---- */

void trace_rule(const PlanState *s, const char *rule, bool quiet)
{
    if (!s->trace)
        return;
    s->trace->rule = rule;
    s->trace->quiet = quiet;
}

void trace_say(const PlanState *s, const char *fmt, ...)
{
    StrBuf b;
    va_list args;
    if (!s->trace)
        return;
    sb_init(&b, NULL);
    va_start(args, fmt);
    sb_vprintf(&b, fmt, args);
    va_end(args);
    if (b.failed)
        s->trace->failed = true;
    else
        add(s->trace, sb_str(&b), SPAN_NONE, false);
    sb_done(&b);
}

const char *trace_text(const PlanState *s, const Logical *n, const Expr *e)
{
    StrBuf b;
    if (!s->trace)
        return "";
    sb_init(&b, NULL);
    put_expr(s->trace, n, e, &b);
    const char *text = b.failed ? NULL : arena_strdup(s->trace->arena, sb_cstr(&b));
    s->trace->failed |= !text;
    sb_done(&b);
    return text ? text : "";
}

void trace_subquery(const PlanState *s, bool dependent, const char *what, JoinType type)
{
    trace_rule(s, dependent ? "dependent-join" : "subquery-to-join", false);
    trace_say(s, "%s is a%s %s join", what, type == INNER_JOIN || type == ANTI_JOIN ? "n" : "", join_type_name(type));
}

/* The note of the same condition, unless it has ended with this place. */
static TraceNote *find_path(Trace *t, Span at)
{
    for (uint32_t i = t->n; i-- > 0 && !span_is_none(at);)
        if (t->note[i].path && strcmp(t->note[i].change.rule, t->rule) == 0 && t->note[i].at.pos == at.pos &&
            t->note[i].at.len == at.len)
            return &t->note[i];
    return NULL;
}

static bool ends_with(const char *text, const char *place)
{
    size_t n = strlen(text), n_place = strlen(place);
    return n >= n_place && strcmp(text + n - n_place, place) == 0;
}

void trace_move(const PlanState *s, const Logical *n, const Expr *e, const char *place)
{
    StrBuf b;
    Trace *t = s->trace;
    if (!t)
        return;
    TraceNote *before = find_path(t, e->at);
    bool trivial = strcmp(place, logical_kind_name(L_PROJECT)) == 0; /* below the SELECT list: not worth a line */
    if (trivial || (before && ends_with(before->change.what, place)))
        return;
    sb_init(&b, NULL);
    if (before) {
        sb_printf(&b, "%s, %s", before->change.what, place);
        before->change.what = b.failed ? before->change.what : arena_strdup(t->arena, sb_cstr(&b));
        t->failed |= b.failed || !before->change.what;
    } else {
        put_expr(t, n, e, &b);
        sb_printf(&b, " below %s", place);
        t->failed |= b.failed;
        if (!b.failed)
            add(t, sb_str(&b), e->at, true);
    }
    sb_done(&b);
}

int trace_take(const PlanState *s, PhysPlan *plan, Err *err)
{
    const Trace *t = s->trace;
    if (!t)
        return 0;
    plan->changes = ARENA_ARRAY(&plan->arena, RuleChange, t->n + 1);
    if (t->failed || !plan->changes)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < t->n; i++)
        plan->changes[plan->n_changes++] = t->note[i].change;
    return 0;
}
