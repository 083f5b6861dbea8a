/* SPDX-License-Identifier: Apache-2.0
 *
 * EXPLAIN: the plan of a query, of the query inside CREATE STREAM / SINK, or of how a statement finds the rows that it
 * changes, as (plan_key, plan_value) rows or as JSON.  Nothing runs without ANALYZE. */
#include "data/json.h"
#include "db/definition_zone.h"
#include "db/explain_impl.h"
#include "db/file_scan.h"

#include "db/dml_with.h"
#include "db/query_options.h"
#include "db/settings.h"
#include "db/stream.h"
#include "sql/print.h"

#include <stdio.h>

/* ---- options ---- */

static int boolean_of(const OptionNode *o, bool *ret, Err *err)
{
    static const char *const yes[] = {"true", "on", "1"}, *const no[] = {"false", "off", "0"};
    *ret = o->form == OPTION_FORM_NONE;
    if (*ret)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (str_eq_nocase(o->value, str_of(yes[i]))) {
            *ret = true;
            return 0;
        }
        if (str_eq_nocase(o->value, str_of(no[i])))
            return 0;
    }
    return RAISE_AT(err, ERR_SYNTAX, o->value_at, "%.*s requires a Boolean value", (int)o->key.n, o->key.p);
}

static int format_of(const OptionNode *o, ExplainFormat *ret, Err *err)
{
    static const char *const names[N_EXPLAIN_FORMATS] = {"text", "json", "yaml", "xml"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_nocase(o->value, str_of(names[i]))) {
            *ret = (ExplainFormat)i;
            return 0;
        }
    return RAISE_AT(err, ERR_INVALID_PARAMETER, o->value_at, "unrecognized value for EXPLAIN option \"format\": \"%.*s\"",
                    (int)o->value.n, o->value.p);
}

static int option_of(const OptionNode *o, ExplainOptions *ret, bool *ret_has_timing, bool *ret_has_summary, Err *err)
{
    static const char *const missing[] = {"buffers", "wal", "generic_plan"};
    bool costs, off;
    if (str_eq_nocase(o->key, STR("format")))
        return format_of(o, &ret->format, err);
    if (str_eq_nocase(o->key, STR("analyze")))
        return boolean_of(o, &ret->analyze, err);
    if (str_eq_nocase(o->key, STR("verbose")))
        return boolean_of(o, &ret->verbose, err);
    if (str_eq_nocase(o->key, STR("settings")))
        return boolean_of(o, &ret->settings, err);
    if (str_eq_nocase(o->key, STR("streaming")))
        return boolean_of(o, &ret->streaming, err);
    if (str_eq_nocase(o->key, STR("timing"))) {
        *ret_has_timing = true;
        return boolean_of(o, &ret->timing, err);
    }
    if (str_eq_nocase(o->key, STR("summary"))) {
        *ret_has_summary = true;
        return boolean_of(o, &ret->summary, err);
    }
    if (str_eq_nocase(o->key, STR("costs"))) {
        TRY(boolean_of(o, &costs, err));
        return costs ? RAISE_AT(err, ERR_UNSUPPORTED, o->key_at, "EXPLAIN (COSTS) is not supported: plans have no costs") : 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(missing); i++) {
        if (!str_eq_nocase(o->key, str_of(missing[i])))
            continue;
        TRY(boolean_of(o, &off, err));
        return off ? RAISE_AT(err, ERR_UNSUPPORTED, o->key_at, "EXPLAIN option \"%s\" is not supported", missing[i]) : 0;
    }
    return RAISE_AT(err, ERR_SYNTAX, o->key_at, "unrecognized EXPLAIN option \"%.*s\"", (int)o->key.n, o->key.p);
}

static int options_of_explain(const ExplainStmt *e, ExplainOptions *ret, Err *err)
{
    bool has_timing = false, has_summary = false;
    *ret = (ExplainOptions){.analyze = e->analyze, .verbose = e->verbose};
    AST_EACH(item, e->options)
    TRY(option_of(AST(OptionNode, item), ret, &has_timing, &has_summary, err));
    if (!e->stmt && !ret->analyze)
        return RAISE_AT(err, ERR_SYNTAX, e->name.at, "EXPLAIN of a relation by its name is with ANALYZE");
    if (ret->streaming && (ret->analyze || e->stmt->kind != NODE_QUERY_STMT))
        return RAISE_AT(err, ERR_UNSUPPORTED, e->node.at, "EXPLAIN STREAMING is of a SELECT, and without ANALYZE");
    if (ret->timing && !ret->analyze)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, e->node.at, "EXPLAIN option TIMING requires ANALYZE");
    ret->timing = has_timing ? ret->timing : ret->analyze;
    ret->summary = has_summary ? ret->summary : ret->analyze;
    return 0;
}

/* ---- the answer as text ---- */

typedef struct TextAnswer {
    const Explained *e;
    RowMaker m;
} TextAnswer;

/* ", hot keys 7 (45.0 %)", of a join per side. */
static void put_hot(const Measured *n, StrBuf *b)
{
    static const char *const names[] = {"hot keys", "hot keys left", "hot keys right"};
    bool two = n->n_hot > 1;
    for (uint32_t k = 0; k < n->n_hot; k++) {
        const HotList *h = &n->hot[k];
        for (uint32_t i = 0; i < h->n; i++)
            sb_printf(b, ", %s%s%s (%.1f %%)", i ? "" : names[two ? k + 1 : 0], i ? "" : " ", h->key[i].text,
                      100.0 * (double)h->key[i].rows / (double)h->rows);
    }
}

static void put_measured(const Explained *e, const Measured *n, StrBuf *b)
{
    const OpCounters *c = &n->c;
    sb_printf(b, " (in %llu", (unsigned long long)(n->is_leaf ? n->n_leaf : c->rows_in[0]));
    if (c->rows_in[1])
        sb_printf(b, " + %llu", (unsigned long long)c->rows_in[1]);
    sb_printf(b, ", out %llu", (unsigned long long)(n->is_leaf ? n->n_leaf : c->rows_out));
    if (e->o->timing)
        sb_printf(b, ", %.3f ms", (double)c->ns / 1e6);
    if (c->state_rows || c->state_bytes)
        sb_printf(b, ", state %llu rows %lld bytes", (unsigned long long)c->state_rows, (long long)c->state_bytes);
    if (c->late)
        sb_printf(b, ", late %llu", (unsigned long long)c->late);
    if (c->errors)
        sb_printf(b, ", errors %llu", (unsigned long long)c->errors);
    put_hot(n, b);
    sb_putc(b, ')');
}

static int add_row(void *self, Str key, Str value, Err *err)
{
    TextAnswer *t = self;
    StrBuf b;
    uint64_t node;
    (void)err;
    sb_init(&b, t->m.set->acct);
    sb_putstr(&b, value);
    if (t->e->node && str_starts(key, STR("node ")) && str_to_u64((Str){key.p + 5, key.n - 5}, &node) && node < t->e->n_nodes)
        put_measured(t->e, &t->e->node[node], &b);
    row_str(&t->m, key);
    row_str(&t->m, sb_str(&b));
    row_end(&t->m);
    if (b.failed)
        t->m.failed = -ERR_OUT_OF_MEMORY;
    sb_done(&b);
    return t->m.failed;
}

static void add_text(RowMaker *m, const char *key, const char *text)
{
    row_text(m, key);
    row_text(m, text);
    row_end(m);
}

static void add_ms(RowMaker *m, const char *key, int64_t ns)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "%.3f ms", (double)ns / 1e6);
    add_text(m, key, text);
}

/* What the whole run did. */
static void add_totals(RowMaker *m, const Explained *e)
{
    char text[64];
    uint64_t n_batches = 0;
    const PhysNode *root = e->plan->root;
    for (uint32_t i = 0; i < e->n_nodes; i++)
        n_batches += e->node[i].c.batches;
    if (root->id < e->n_nodes) {
        const Measured *r = &e->node[root->id];
        (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)(r->is_leaf ? r->n_leaf : r->c.rows_out));
        add_text(m, "rows_produced", text);
    }
    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)n_batches);
    if (e->n_nodes)
        add_text(m, "batches_processed", text);
    (void)snprintf(text, sizeof(text), "%.3f", (double)e->took_ns / 1e6);
    add_text(m, "execution_time_ms", text);
}

/* state_check = strict, threads = 2 */
static void add_settings(Database *db, RowMaker *m)
{
    StrBuf all, value;
    sb_init(&all, &db->acct);
    sb_init(&value, &db->acct);
    for (uint32_t i = 0; i < setting_count(); i++)
        if (setting_changes_queries(db, i, &value))
            sb_printf(&all, "%s%s = %s", all.n ? ", " : "", setting_name(i), sb_cstr(&value));
    if (all.n)
        add_text(m, "settings", sb_cstr(&all));
    if (all.failed || value.failed)
        m->failed = -ERR_OUT_OF_MEMORY;
    sb_done(&value);
    sb_done(&all);
}

static int text_answer(Database *db, const Explained *e, RowMaker *m, Err *err)
{
    const Field f[] = {{"plan_key", TYPE(TEXT), false}, {"plan_value", TYPE(TEXT), false}};
    TextAnswer t = {.e = e};
    int rc = row_maker_init(&t.m, &db->acct, f, 2, err);
    if (rc == 0 && e->change && e->change[0])
        add_text(&t.m, "change", e->change);
    if (rc == 0)
        rc = plan_explain(e->plan, e->o->verbose, add_row, &t, err);
    if (rc == 0 && e->sink && e->sink[0])
        add_text(&t.m, "sink", e->sink);
    if (rc == 0 && e->o->settings)
        add_settings(db, &t.m);
    if (rc == 0 && e->o->summary && e->plan_ns >= 0)
        add_ms(&t.m, "planning time", e->plan_ns);
    if (rc == 0 && e->o->summary && e->took_ns >= 0)
        add_totals(&t.m, e);
    if (rc == 0 && e->watermark[0])
        add_text(&t.m, "watermark", e->watermark);
    *m = t.m;
    return rc;
}

/* ---- the answer as JSON ---- */

/* [{"Input": 1, "Key": "'ann'", "Rows": 45}, ..] */
static void put_hot_json(const Measured *m, StrBuf *out)
{
    bool any = false;
    sb_putc(out, '[');
    for (uint32_t k = 0; k < m->n_hot; k++)
        for (uint32_t i = 0; i < m->hot[k].n; i++) {
            const HotKey *key = &m->hot[k].key[i];
            sb_printf(out, "%s{\"Input\": %u, \"Key\": ", any ? ", " : "", k + 1);
            json_print_string(str_of(key->text), out);
            sb_printf(out, ", \"Rows\": %llu, \"Of Rows\": %llu}", (unsigned long long)key->rows,
                      (unsigned long long)m->hot[k].rows);
            any = true;
        }
    sb_putc(out, ']');
}

static const char *number_of_node(const Explained *e, const PhysNode *n, uint32_t i, StrBuf *out)
{
    static const char *const names[] = {"Actual Rows In", "Actual Rows", "Actual Total Time", "State Rows",
                                        "State Bytes",    "Late Rows",   "Row Errors"};
    const Measured *m = e->node && n->id < e->n_nodes ? &e->node[n->id] : NULL;
    if (m && m->n_hot && i == ARRAY_LEN(names)) {
        put_hot_json(m, out);
        return "Hot Keys";
    }
    if (!m || i >= ARRAY_LEN(names))
        return NULL;
    uint64_t value[ARRAY_LEN(names)] = {m->is_leaf ? m->n_leaf : m->c.rows_in[0] + m->c.rows_in[1],
                                        m->is_leaf ? m->n_leaf : m->c.rows_out,
                                        0,
                                        m->c.state_rows,
                                        (uint64_t)m->c.state_bytes,
                                        m->c.late,
                                        m->c.errors};
    if (i == 2 && e->o->timing)
        sb_printf(out, "%.3f", (double)m->c.ns / 1e6);
    else if (i == 2)
        sb_puts(out, "null");
    else
        sb_printf(out, "%llu", (unsigned long long)value[i]);
    return names[i];
}

static const char *time_of(int64_t ns, const char *name, StrBuf *out)
{
    if (ns < 0)
        sb_puts(out, "null");
    else
        sb_printf(out, "%.3f", (double)ns / 1e6);
    return name;
}

static void put_settings_json(Database *db, StrBuf *out)
{
    StrBuf value;
    bool any = false;
    sb_init(&value, &db->acct);
    sb_putc(out, '{');
    for (uint32_t i = 0; i < setting_count(); i++) {
        if (!setting_changes_queries(db, i, &value))
            continue;
        sb_puts(out, any ? ", " : "");
        json_print_string(str_of(setting_name(i)), out);
        sb_puts(out, ": ");
        json_print_string(sb_str(&value), out);
        any = true;
    }
    sb_putc(out, '}');
    out->failed |= value.failed;
    sb_done(&value);
}

static const char *number(void *self, const PhysNode *n, uint32_t i, StrBuf *out)
{
    const Explained *e = self;
    bool changes = e->change && e->change[0];
    if (n)
        return number_of_node(e, n, i, out);
    if (i == 0 && changes) {
        json_print_string(str_of(e->change), out);
        return "Change";
    }
    i -= changes;
    if (i == 0 && e->o->settings) {
        put_settings_json(e->db, out);
        return "Settings";
    }
    i -= e->o->settings;
    if (i == 0 && e->watermark[0]) {
        json_print_string(str_of(e->watermark), out);
        return "Watermark";
    }
    i -= e->watermark[0] != 0;
    if (i > 1 || !e->o->summary)
        return NULL;
    return i == 0 ? time_of(e->plan_ns, "Planning Time", out) : time_of(e->took_ns, "Execution Time", out);
}

static int json_answer(Database *db, const Explained *e, RowMaker *m, Err *err)
{
    bool json = e->o->format == EXPLAIN_JSON;
    const Field f[] = {{"QUERY PLAN", json ? TYPE(JSON) : TYPE(TEXT), false}};
    PlanJson o = {.verbose = e->o->verbose, .number = number, .self = (void *)e};
    StrBuf text, other;
    sb_init(&text, &db->acct);
    sb_init(&other, &db->acct);
    int rc = row_maker_init(m, &db->acct, f, 1, err);
    if (rc == 0)
        rc = plan_explain_json(e->plan, &o, &text, err);
    if (rc == 0 && !json)
        rc = explain_convert(sb_str(&text), e->o->format, &other, err);
    if (rc == 0) {
        Value v = {.type = f[0].type, .str = sb_str(json ? &text : &other)};
        row_value(m, &v);
        row_end(m);
        rc = m->failed;
    }
    sb_done(&other);
    sb_done(&text);
    return rc;
}

int explain_answer(Database *db, const Explained *e, ResultSet **ret, Err *err)
{
    RowMaker m = {0};
    ResultSet *rows = NULL;
    int rc = e->o->format != EXPLAIN_TEXT ? json_answer(db, e, &m, err) : text_answer(db, e, &m, err);
    if (m.set) {
        int made = row_maker_finish(&m, &rows, rc < 0 ? NULL : err);
        rc = rc < 0 ? rc : made;
    }
    if (rc < 0)
        result_set_unref(rows);
    else
        *ret = rows;
    return rc;
}

/* ---- the statement ---- */

static int plan_of(StmtContext *x, const Catalog *c, const Node *stmt, bool streaming, PhysPlan **ret, Err *err)
{
    PlanContext ctx = plan_context(x->db, c, NULL);
    ctx.tells_rules = true;
    ctx.hybrid = true;
    switch (stmt->kind) {
    case NODE_QUERY_STMT: {
        const Query *q = AST(QueryStmt, stmt)->query;
        streaming |= query_is_hybrid(q);
        ctx.sequences = !streaming;
        TermContext terms = {x->db, c};
        if (!streaming)
            plan_may_run(&ctx, &terms);
        engine_enter(x->db->engine);
        int rc = plan_query(&ctx, q, streaming ? PLAN_CONTINUOUS : PLAN_BOUNDED, 0, ret, err);
        engine_leave(x->db->engine);
        return rc;
    }
    case NODE_CREATE_QUERY_STMT: {
        QueryOptions options;
        return plan_create_query(x, c, AST(CreateQueryStmt, stmt), &options, ret, err);
    }
    case NODE_CREATE_RELATION_STMT: {
        const CreateRelationStmt *r = AST(CreateRelationStmt, stmt);
        if (!r->query)
            return RAISE_AT(err, ERR_UNSUPPORTED, stmt->at, "EXPLAIN of this statement is not supported yet");
        ctx.describes = true;
        return plan_query(&ctx, r->query, PLAN_BOUNDED, 0, ret, err);
    }
    case NODE_CREATE_SINK_STMT: {
        const CreateSinkStmt *k;
        TRY(sink_stmt_read(x->arena, AST(CreateSinkStmt, stmt), &k, err));
        const SinkType *type = k->connector && k->connector->kind.s.p ? sink_type_find(k->connector->kind.s) : NULL;
        const Query *query;
        Str text;
        QueryOptions options;
        return plan_create_sink(x, c, k, type, &query, &text, &options, ret, err);
    }
    default: return RAISE_AT(err, ERR_UNSUPPORTED, stmt->at, "EXPLAIN of this statement is not supported yet");
    }
}

static const Name *changed_table(const Node *n, const char **ret_word)
{
    switch (n->kind) {
    case NODE_INSERT_STMT: *ret_word = "INSERT INTO"; return &AST(InsertStmt, n)->table;
    case NODE_UPDATE_STMT: *ret_word = "UPDATE"; return &AST(UpdateStmt, n)->table;
    case NODE_DELETE_STMT: *ret_word = "DELETE FROM"; return &AST(DeleteStmt, n)->table;
    case NODE_MERGE_STMT: *ret_word = "MERGE INTO"; return &AST(MergeStmt, n)->table;
    default: return NULL;
    }
}

/* "UPDATE t": what a statement changes, and what its WITH does; *ret_any: it is no query alone. */
static void put_changes(const Node *stmt, StrBuf *out, bool *ret_any)
{
    const char *word = "";
    const Name *own = changed_table(stmt, &word);
    *ret_any = own || dml_with_changes(stmt);
    if (own) {
        sb_printf(out, "%s ", word);
        sql_print_name(own, out);
    }
    for (const Node *n = dml_with_items(stmt); n; n = n->next) {
        const Node *change = AST(Cte, n)->change;
        const Name *table = change ? changed_table(change, &word) : NULL;
        if (!table)
            continue;
        sb_printf(out, "%s%s ", out->n ? ", " : "", word);
        sql_print_name(table, out);
    }
}

/* Rows that INSERT writes out need no plan: it is that of as many constants. */
static int plan_of_values(StmtContext *x, const Catalog *c, const InsertStmt *st, PhysPlan **ret, Err *err)
{
    uint32_t n = st->query ? AST(Values, st->query->body)->rows.n : 1;
    PlanContext ctx = statement_context(x, c);
    ScriptStmt values;
    StrBuf sql;
    sb_init(&sql, &x->db->acct);
    for (uint32_t i = 0; i < n; i++)
        sb_puts(&sql, i ? ", (1)" : "VALUES (1)");
    int rc = sql.failed ? RAISE_NOMEM(err) : sql_parse_one_at(x->arena, sb_cstr(&sql), (uint32_t)sql.n, st->node.at, &values, err);
    sb_done(&sql);
    TRY(rc);
    return plan_query(&ctx, AST(QueryStmt, values.node)->query, PLAN_BOUNDED, 0, ret, err);
}

/* The statement is checked as PREPARE does it, and gives the plan by which it finds its rows. */
static int plan_of_change(StmtContext *x, const Catalog *c, Node *stmt, PhysPlan **ret, Err *err)
{
    StatementResult unused = {0};
    StmtContext bound = *x;
    ScriptStmt s = {.node = stmt, .text = {x->script.p + stmt->at.pos, stmt->at.len}};
    bound.result = &unused;
    bound.in_transaction = bound.only_bind = true;
    bound.shown = ret;
    int rc = run_statement(&bound, &s, err);
    statement_result_done(&unused);
    if (rc == 0 && !*ret)
        rc = plan_of_values(x, c, AST(InsertStmt, stmt), ret, err);
    return rc;
}

/* EXPLAIN ANALYZE of a statement that changes rows: it runs as if it stood alone.  The plan is that of before. */
static int run_change(StmtContext *x, Node *stmt, StrBuf *change, int64_t *ret_ns, Err *err)
{
    StatementResult result = {0};
    StmtContext inner = *x;
    ScriptStmt s = {.node = stmt, .at = stmt->at, .text = {x->script.p + stmt->at.pos, stmt->at.len}};
    inner.result = &result;
    inner.explains = false;
    int64_t from = env_mono_ns(x->db->env);
    int rc = run_statement(&inner, &s, err);
    *ret_ns = env_mono_ns(x->db->env) - from;
    sb_printf(change, " (%lld rows)",
              (long long)(result.rows && !result.rows_affected ? (int64_t)result.rows->n_rows : result.rows_affected));
    statement_result_done(&result);
    return rc;
}

static int explain_plan(StmtContext *x, const ExplainStmt *e, const ExplainOptions *o, ResultSet **ret, Err *err)
{
    bool changed;
    TRY(definition_tree_in_zone(x, e->stmt, &changed, err));
    Catalog *c = db_catalog(x->db);
    PhysPlan *plan = NULL;
    int64_t from = env_mono_ns(x->db->env);
    bool changes;
    StrBuf change, sink;
    sb_init(&change, &x->db->acct);
    sb_init(&sink, &x->db->acct);
    put_changes(e->stmt, &change, &changes);
    int rc = file_scans_allowed(e->stmt) && !o->streaming ? file_scans_of(x->db, e->stmt, &c, err) : 0;
    if (rc == 0)
        rc = changes ? plan_of_change(x, c, e->stmt, &plan, err) : plan_of(x, c, e->stmt, o->streaming, &plan, err);
    if (rc == 0) {
        Explained answer = {.db = x->db, .plan = plan, .o = o, .plan_ns = env_mono_ns(x->db->env) - from, .took_ns = -1};
        if (o->analyze)
            rc = run_change(x, e->stmt, &change, &answer.took_ns, err);
        answer.change = sb_cstr(&change);
        explain_sink(x, e->stmt, &sink);
        answer.sink = sb_cstr(&sink);
        if (rc == 0)
            rc = change.failed || sink.failed ? RAISE_NOMEM(err) : explain_answer(x->db, &answer, ret, err);
    }
    sb_done(&change);
    sb_done(&sink);
    phys_plan_free(plan);
    catalog_unref(c);
    return rc;
}

int stmt_explain(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const ExplainStmt *e = AST(ExplainStmt, s->node);
    ExplainOptions o;
    ResultSet *rows = NULL;
    if (e->what == EXPLAIN_DAG)
        return explain_dag(x, err);
    if (e->what == EXPLAIN_ROW)
        return explain_row(x, e, err);
    TRY(options_of_explain(e, &o, err));
    const char *word;
    if (o.analyze && !(e->stmt && (changed_table(e->stmt, &word) || dml_with_changes(e->stmt))))
        return explain_analyze(x, e, &o, err);
    x->explains = true;
    const CreateRelationStmt *source = e->stmt->kind == NODE_CREATE_RELATION_STMT ? AST(CreateRelationStmt, e->stmt) : NULL;
    bool is_source = source && source->kind == OBJECT_SOURCE && o.format == EXPLAIN_TEXT;
    int rc = is_source ? explain_source(x, source, &rows, err) : explain_plan(x, e, &o, &rows, err);
    x->explains = false;
    TRY(rc);
    stmt_done(x, STMT_METADATA, "EXPLAIN", (Str){"", 0});
    x->result->rows = rows;
    return 0;
}
