/* SPDX-License-Identifier: Apache-2.0
 *
 * VERIFY VIEW v: the oracle as a statement.  The definition is run in bounded mode over what its inputs hold now and compared with
 * the content of the view, in one query and so at one moment:
 *     SELECT 'missing', * FROM (definition EXCEPT ALL v) UNION ALL SELECT 'surplus', * FROM (v EXCEPT ALL definition)
 * No row is the answer that is expected.  Only what can be computed again is compared: a source without content keeps its newest
 * rows only, and what went by the clock or was forgotten is not there any more. */
#include "db/execute.h"
#include "db/stream.h"
#include "sql/print.h"

#include <stdio.h>

static int refuse(const Relation *v, Span at, const char *why, Err *err)
{
    return RAISE_AT(err, ERR_UNSUPPORTED, at, "VERIFY VIEW \"%s\" is not supported: %s", v->name, why);
}

static int check_node(const Relation *v, const PhysNode *n, Span at, Err *err)
{
    switch (n->kind) {
    case PHYS_TEMPORAL_FILTER: return refuse(v, at, "its rows come and go by the clock", err);
    case PHYS_HASH_AGG: return ((const PhysAgg *)n)->ttl_us > 0 ? refuse(v, at, "it has forgotten rows (state_ttl)", err) : 0;
    case PHYS_PROJECT:
        for (uint32_t i = 0; i < ((const PhysProject *)n)->n; i++)
            if (((const PhysProject *)n)->exprs[i]->is_volatile)
                return refuse(v, at, "it has random values", err);
        return 0;
    default: return 0;
    }
}

/* Whether its content is a function of what its inputs hold. */
static int check_view(Database *db, const Catalog *c, const Relation *v, Span at, Err *err)
{
    int rc = 0;
    engine_enter(db->engine);
    const Pipeline *q = engine_query_of(db->engine, v->id);
    for (uint32_t i = 0; q && i < q->plan->n_nodes && rc == 0; i++)
        rc = check_node(v, q->plan->nodes[i], at, err);
    engine_leave(db->engine);
    for (uint32_t i = 0; i < v->n_depends && rc == 0; i++) {
        const Relation *r = catalog_by_id(c, v->depends[i]);
        if (!r || relation_is_stored(r) || r->kind == REL_VIEW || r->kind == REL_QUERY)
            continue;
        (void)RAISE_AT(err, ERR_UNSUPPORTED, at,
                       "VERIFY VIEW \"%s\" is not supported: %s \"%s\" does not hold the rows that it has read", v->name,
                       relation_kind_name(r->kind), r->name);
        rc = err_hint(err, "views over tables, sources WITH (changes = ..) and other such views can be verified");
    }
    return rc;
}

static int put_definition(Arena *arena, const Relation *v, StrBuf *out, Err *err)
{
    ScriptStmt stmt;
    TRY(sql_parse_one(arena, v->query, (uint32_t)strlen(v->query), &stmt, err));
    Query plain = *AST(QueryStmt, stmt.node)->query;
    plain.clauses = NULL; /* EMIT and the options are of the running query */
    plain.options = (NodeList){0};
    sb_puts(out, "SELECT * FROM (");
    sql_print(&plain.node, out);
    sb_puts(out, ") AS definition");
    return 0;
}

static int make_query(Arena *arena, const Relation *v, StrBuf *out, Err *err)
{
    sb_puts(out, "SELECT 'missing' AS difference, * FROM (");
    TRY(put_definition(arena, v, out, err));
    sb_puts(out, " EXCEPT ALL SELECT * FROM ");
    sql_print_ident(str_of(v->name), out);
    sb_puts(out, ") AS missing UNION ALL SELECT 'surplus', * FROM (SELECT * FROM ");
    sql_print_ident(str_of(v->name), out);
    sb_puts(out, " EXCEPT ALL ");
    TRY(put_definition(arena, v, out, err));
    sb_puts(out, ") AS surplus");
    return out->failed ? RAISE_NOMEM(err) : 0;
}

static int collect(Stream *s, ResultSet *into, Err *err)
{
    for (;;) {
        Delivery d = {0};
        int rc = stream_next(s, INT64_MAX, &d, err);
        if (rc == STREAM_END)
            return 0;
        TRY(rc);
        if (d.batch)
            TRY(result_set_add(into, d.batch, err));
    }
}

int query_collect(Database *db, Arena *arena, Str sql, ResultSet **rows, Err *err)
{
    ScriptStmt stmt;
    Stream *s = NULL;
    StreamOptions o = {.as_kept = true};
    char *text = arena_strndup(arena, sql.p, sql.n);
    if (!text)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(arena, text, (uint32_t)sql.n, &stmt, err));
    TRY(stream_open(db, stmt.node, (Str){text, sql.n}, STREAM_COLLECT, &o, &s, err));
    if (!*rows)
        *rows = result_set_new(engine_account(db->engine), s->schema);
    int rc = *rows ? collect(s, *rows, err) : RAISE_NOMEM(err);
    stream_free(s);
    return rc;
}

bool query_check(Database *db, Arena *arena, Str sql)
{
    ScriptStmt stmt;
    StreamOptions o = {0};
    char *text = arena_strndup(arena, sql.p, sql.n);
    return text && sql_parse_one(arena, text, (uint32_t)sql.n, &stmt, NULL) == 0 &&
           stream_check(db, AST(QueryStmt, stmt.node)->query, &o, NULL) == 0;
}

int stmt_verify(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const VerifyStmt *st = AST(VerifyStmt, s->node);
    Str name = object_of(&st->name);
    Catalog *c = db_catalog(x->db);
    const Relation *v = catalog_find(c, name);
    StrBuf sql;
    ResultSet *rows = NULL;
    sb_init(&sql, &x->db->acct);
    int rc = 0;
    if (!v)
        rc = RAISE_AT(err, ERR_UNDEFINED_RELATION, st->name.at, "relation \"%.*s\" does not exist", (int)name.n, name.p);
    else if (v->kind != REL_VIEW)
        rc = RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is %s %s, not a materialized view", v->name,
                      word_article(relation_kind_name(v->kind)), relation_kind_name(v->kind));
    if (rc == 0)
        rc = check_view(x->db, c, v, st->name.at, err);
    if (rc == 0)
        rc = make_query(x->arena, v, &sql, err);
    catalog_unref(c);
    if (rc == 0)
        rc = query_collect(x->db, x->arena, (Str){sb_cstr(&sql), sql.n}, &rows, err);
    sb_done(&sql);
    if (rc < 0) {
        result_set_unref(rows);
        return rc;
    }
    stmt_done(x, STMT_METADATA, "", name);
    snprintf(x->result->tag, sizeof(x->result->tag), "VERIFY %llu", (unsigned long long)rows->n_rows);
    x->result->rows = rows;
    return 0;
}
