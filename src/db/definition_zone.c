/* SPDX-License-Identifier: Apache-2.0
 *
 * What a continuous query, a default or a check means does not change with the zone and the styles of a later session: CREATE in a
 * session of another zone than UTC is kept as CREATE .. WITH (timezone = 'Europe/Berlin'), with datestyle and intervalstyle
 * likewise.  So SHOW CREATE says it, a restart and a copy of the definition keep it, and definitions of sessions in UTC stay as
 * they are.  A plain VIEW is no more than its text, which is read in the zone of its reader, as in PostgreSQL; so is the expression
 * of a FUNCTION. */
#include "db/definition_zone.h"
#include "db/durable.h"
#include "sql/print.h"

/* The options of a statement that keeps a zone; NULL = it is none. */
static NodeList *options_in(Node *n)
{
    if (n->kind == NODE_CREATE_QUERY_STMT && AST(CreateQueryStmt, n)->kind != OBJECT_VIEW)
        return &AST(CreateQueryStmt, n)->options;
    if (n->kind == NODE_CREATE_SINK_STMT)
        return &AST(CreateSinkStmt, n)->options;
    if (n->kind == NODE_CREATE_RELATION_STMT && !AST(CreateRelationStmt, n)->query) /* CREATE TABLE .. AS has none */
        return &AST(CreateRelationStmt, n)->options;
    return NULL;
}

static int put_option(StmtContext *x, Node *stmt, NodeList *options, const char *key, const char *value, bool *changed, Err *err)
{
    AST_EACH(item, *options)
    if (str_eq_nocase(AST(OptionNode, item)->key, str_of(key)))
        return 0;
    OptionNode *o = ARENA_NEW(x->arena, OptionNode);
    if (!o)
        return RAISE_NOMEM(err);
    *o = (OptionNode){.node = {.kind = NODE_OPTION, .at = stmt->at},
                      .key = str_of(key),
                      .key_at = stmt->at,
                      .form = OPTION_FORM_STRING,
                      .value = str_of(value),
                      .value_at = stmt->at};
    node_list_append(options, &o->node);
    *changed = true;
    return 0;
}

int definition_tree_in_zone(StmtContext *x, Node *stmt, bool *ret_changed, Err *err)
{
    const TimeZone *clock = zone_clock_in_use();
    TextStyle style = text_style_in_use();
    NodeList *options = zone_in_use() ? options_in(stmt) : NULL;
    *ret_changed = false;
    if (!options || durable_is_replaying(x->db))
        return 0;
    if (clock)
        TRY(put_option(x, stmt, options, "timezone", clock->name, ret_changed, err));
    if (style.date || style.order)
        TRY(put_option(x, stmt, options, "datestyle", text_style_dates(style), ret_changed, err));
    if (style.interval)
        TRY(put_option(x, stmt, options, "intervalstyle", text_style_intervals(style), ret_changed, err));
    return 0;
}

int definition_in_zone(StmtContext *x, ScriptStmt *s, Err *err)
{
    bool changed;
    StrBuf text;
    TRY(definition_tree_in_zone(x, s->node, &changed, err));
    if (!changed)
        return 0;
    sb_init(&text, NULL);
    sql_print(s->node, &text);
    char *copy = text.failed ? NULL : arena_strndup(x->arena, sb_cstr(&text), text.n);
    s->text = (Str){copy, text.n};
    sb_done(&text);
    return copy ? 0 : RAISE_NOMEM(err);
}
