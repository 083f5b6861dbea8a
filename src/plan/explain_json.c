/* SPDX-License-Identifier: Apache-2.0
 *
 * EXPLAIN (FORMAT JSON): what the text form says, as one array of one object, whose "Plan" is a tree: inputs of a node are its
 * "Plans", as in PostgreSQL. */
#include "plan/explain_impl.h"

#include "data/json.h"

#include <stdio.h>

typedef struct Json {
    StrBuf *b;
    uint32_t depth;
    bool first; /* nothing is in the object or array yet */
} Json;

static void next(Json *j)
{
    sb_puts(j->b, j->first ? "\n" : ",\n");
    for (uint32_t i = 0; i < j->depth; i++)
        sb_puts(j->b, "  ");
    j->first = false;
}

static void key(Json *j, const char *name)
{
    next(j);
    json_print_string(str_of(name), j->b);
    sb_puts(j->b, ": ");
}

static void open(Json *j, char c)
{
    sb_putc(j->b, c);
    j->depth++;
    j->first = true;
}

static void close(Json *j, char c)
{
    bool empty = j->first;
    j->depth--;
    j->first = true;
    if (!empty)
        next(j);
    sb_putc(j->b, c);
    j->first = false;
}

static void member(Json *j, const char *name, Str value)
{
    key(j, name);
    json_print_string(value, j->b);
}

static void columns(Json *j, const char *name, const Schema *s, const uint32_t *col, uint32_t n)
{
    key(j, name);
    sb_putc(j->b, '[');
    for (uint32_t i = 0; i < n; i++) {
        sb_puts(j->b, i ? ", " : "");
        json_print_string(str_of(s->field[col ? col[i] : i].name), j->b);
    }
    sb_putc(j->b, ']');
}

static void watermarks(Json *j, const PhysNode *n)
{
    uint32_t col[WATERMARK_COLUMNS_MAX], n_cols = 0;
    for (uint32_t i = 0; i < n->props.n_wm; i++)
        if (i == 0 || n->props.wm[i].col != n->props.wm[i - 1].col)
            col[n_cols++] = n->props.wm[i].col;
    if (n_cols)
        columns(j, "Watermark", n->schema, col, n_cols);
}

/* What was measured: of a node, or of the whole. */
static void values(Json *j, const PhysNode *n, const PlanJson *o)
{
    StrBuf text;
    sb_init(&text, NULL);
    for (uint32_t i = 0; o->number; i++) {
        const char *name = o->number(o->self, n, i, &text);
        if (!name)
            break;
        key(j, name);
        sb_putstr(j->b, sb_str(&text));
        sb_clear(&text);
    }
    if (text.failed)
        j->b->failed = true;
    sb_done(&text);
}

static void node(Json *j, const PhysNode *n, const PlanJson *o)
{
    StrBuf body;
    sb_init(&body, NULL);
    explain_body(&body, n);
    open(j, '{');
    member(j, "Node Type", str_of(phys_kind_name(n->kind)));
    key(j, "Node");
    sb_printf(j->b, "%u", n->id);
    if (body.n > 1)
        member(j, "Details", (Str){body.p + 1, body.n - 1});
    member(j, "Changes", str_of(change_kind_name(n->props.change)));
    if (n->props.n_key)
        columns(j, "Key", n->schema, n->props.key, n->props.n_key);
    watermarks(j, n);
    if (o->continuous && n->state != STATE_CONST)
        member(j, "State", str_of(state_class_name(n->state)));
    if (o->continuous && n->state_why)
        member(j, "State Reason", str_of(n->state_why));
    if (o->verbose)
        columns(j, "Output", n->schema, NULL, n->schema->n);
    values(j, n, o);
    if (n->n_in) {
        key(j, "Plans");
        open(j, '[');
        for (uint32_t i = 0; i < n->n_in; i++) {
            next(j);
            node(j, n->in[i], o);
        }
        close(j, ']');
    }
    close(j, '}');
    if (body.failed)
        j->b->failed = true;
    sb_done(&body);
}

static void result_columns(Json *j, const Schema *s)
{
    key(j, "Columns");
    open(j, '[');
    for (uint32_t i = 0; i < s->n; i++) {
        char type[256];
        type_print(s->field[i].type, type, sizeof(type));
        next(j);
        open(j, '{');
        member(j, "Name", str_of(s->field[i].name));
        member(j, "Type", str_of(type));
        key(j, "Not Null");
        sb_puts(j->b, s->field[i].not_null ? "true" : "false");
        close(j, '}');
    }
    close(j, ']');
}

static void changes(Json *j, const PhysPlan *p)
{
    key(j, "Rules");
    open(j, '[');
    for (uint32_t i = 0; i < p->n_changes; i++) {
        next(j);
        open(j, '{');
        member(j, "Rule", str_of(p->changes[i].rule));
        member(j, "Change", str_of(p->changes[i].what));
        key(j, "Times");
        sb_printf(j->b, "%u", p->changes[i].times);
        close(j, '}');
    }
    close(j, ']');
}

int plan_explain_json(const PhysPlan *p, const PlanJson *options, StrBuf *out, Err *err)
{
    PlanJson o = *options;
    StrBuf emit;
    Json j = {.b = out};
    o.continuous = p->root->kind == PHYS_EMIT;
    sb_init(&emit, p->acct);
    explain_emit(&emit, p);
    open(&j, '[');
    next(&j);
    open(&j, '{');
    key(&j, "Plan");
    node(&j, p->root, &o);
    member(&j, "Plan Type", str_of(explain_plan_type(p)));
    member(&j, "Emit", emit.n > 1 ? (Str){emit.p + 1, emit.n - 1} : STR(""));
    member(&j, "Mode", str_of(p->is_inline ? "inline" : "exchanged"));
    result_columns(&j, p->schema);
    if (o.verbose)
        changes(&j, p);
    values(&j, NULL, &o);
    close(&j, '}');
    close(&j, ']');
    bool failed = emit.failed || out->failed;
    sb_done(&emit);
    return failed ? RAISE_NOMEM(err) : 0;
}
