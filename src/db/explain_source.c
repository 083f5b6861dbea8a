/* SPDX-License-Identifier: Apache-2.0
 *
 * What EXPLAIN CREATE SOURCE and CREATE SINK say beside plans.  Of a source there is no plan, but a declaration that is checked as
 * CREATE does it, and told with what follows from it: columns that the connector finds, the watermark, how many rows are retained.
 */
#include "db/explain_impl.h"
#include "db/like.h"
#include "db/query_options.h"
#include "db/stream.h"
#include "db/system/system.h"

static void put_columns(StrBuf *b, const Schema *s)
{
    char type[1024];
    for (uint32_t i = 0; i < s->n; i++) {
        type_print(s->field[i].type, type, sizeof(type));
        sb_printf(b, "%s%s %s%s", i ? ", " : "", s->field[i].name, type, s->field[i].not_null ? " NOT NULL" : "");
    }
}

static void put_nodes(StrBuf *b, const NodeList *options)
{
    bool any = false;
    AST_EACH(item, *options)
    {
        const OptionNode *o = AST(OptionNode, item);
        sb_printf(b, "%s%.*s = %.*s", any ? ", " : " (", (int)o->key.n, o->key.p, (int)o->value.n, o->value.p);
        any = true;
    }
    sb_puts(b, any ? ")" : "");
}

/* "stdout format json (header = true)" */
void explain_sink(StmtContext *x, const Node *stmt, StrBuf *b)
{
    const CreateSinkStmt *k;
    if (stmt->kind != NODE_CREATE_SINK_STMT || sink_stmt_read(x->arena, AST(CreateSinkStmt, stmt), &k, NULL) < 0)
        return;
    const ConnectorClause *to = k->connector;
    if (to && to->kind.s.p) {
        sb_putstr(b, to->kind.s);
        put_nodes(b, &to->options);
    } else {
        sb_puts(b, "in memory");
    }
    if (to && to->format.s.p) {
        sb_printf(b, " format %.*s", (int)to->format.s.n, to->format.s.p);
        put_nodes(b, &to->format_options);
    }
    put_nodes(b, &k->options);
}

/* "file (path = x.csv)" */
static void put_options(StrBuf *b, const char *name, const Option *o, uint32_t n)
{
    sb_puts(b, name);
    for (uint32_t i = 0; i < n; i++)
        sb_printf(b, "%s%.*s = %.*s", i ? ", " : " (", (int)o[i].key.n, o[i].key.p, (int)o[i].value.n, o[i].value.p);
    sb_puts(b, n ? ")" : "");
}

static void put_row(RowMaker *m, const char *key, StrBuf *value)
{
    if (value->n) {
        row_text(m, key);
        row_text(m, sb_cstr(value));
        row_end(m);
    }
    if (value->failed)
        m->failed = -ERR_OUT_OF_MEMORY;
    sb_clear(value);
}

static void put_source(RowMaker *m, const CreateRelationStmt *c, const Relation *r, StrBuf *b)
{
    sb_puts(b, "source");
    put_row(m, "plan_type", b);
    sb_puts(b, r->name);
    put_row(m, "name", b);
    put_columns(b, r->schema);
    put_row(m, "columns", b);
    for (uint32_t i = 0; i < r->n_primary_key; i++)
        sb_printf(b, "%s%s", i ? ", " : "", r->schema->field[r->primary_key[i]].name);
    put_row(m, "primary_key", b);
    sys_watermark_text(b, r);
    put_row(m, "watermark", b);
    if (r->connector)
        put_options(b, r->connector, r->connector_opts, r->n_connector_opts);
    put_row(m, "connector", b);
    if (r->format)
        put_options(b, r->format, r->format_opts, r->n_format_opts);
    put_row(m, "format", b);
    if (!r->connector)
        sb_printf(b, "%lld", (long long)r->buffer_rows);
    put_row(m, "buffer_size", b);
    AST_EACH(item, c->options)
    {
        const OptionNode *o = AST(OptionNode, item);
        if (r->connector || str_eq(o->key, STR("buffer_size")))
            continue;
        sb_printf(b, "%.*s = %.*s", (int)o->key.n, o->key.p, (int)o->value.n, o->value.p);
        put_row(m, "option", b);
    }
}

static int bind_it(StmtContext *x, const CreateRelationStmt *c, Relation *r, Err *err)
{
    const SourceType *type = NULL;
    _cleanup_(schema_unrefp) Schema *discovered = NULL;
    TRY(refuse_like(c, err));
    TRY(source_connector(x, c, r, &type, &discovered, err));
    r->is_live = type && type->live;
    PlanContext ctx = plan_context(x->db, x->db->catalog, NULL);
    ctx.stored_text = true;
    TRY(bind_create_source(&ctx, c, discovered, r, err));
    if (r->buffer_rows <= 0)
        r->buffer_rows = x->db->config.buffer_rows;
    return 0;
}

int explain_source(StmtContext *x, const CreateRelationStmt *c, ResultSet **ret, Err *err)
{
    Database *db = x->db;
    const Field f[] = {{"plan_key", TYPE(TEXT), false}, {"plan_value", TYPE(TEXT), false}};
    Str id = object_of(&c->name);
    char *name = arena_strndup(x->arena, id.p, id.n);
    StrBuf text;
    RowMaker m;
    env_lock(db->env, &db->ddl);
    Relation *r = name ? relation_new(db->catalog, &db->acct, REL_SOURCE, name) : NULL;
    int rc = r ? bind_it(x, c, r, err) : RAISE_NOMEM(err);
    env_unlock(db->env, &db->ddl);
    sb_init(&text, &db->acct);
    if (rc == 0)
        rc = row_maker_init(&m, &db->acct, f, 2, err);
    if (rc == 0) {
        put_source(&m, c, r, &text);
        rc = row_maker_finish(&m, ret, err);
    }
    sb_done(&text);
    relation_unref(r);
    return rc;
}
