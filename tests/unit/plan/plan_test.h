/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the tests of plan/: a catalog made from SQL, plans as the text of EXPLAIN, and errors as one line of text.  Each
 * program has one database, made by its group setup and checked for leaks by its teardown. */
#pragma once
#include "plan/plan.h"
#include "sql/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct Db {
    Account acct;
    Catalog *catalog;
    uint64_t next_id;
    PlanContext ctx;
    uint32_t sink_changes;
} Db;

static Db db;

static inline const char *span_text(const Err *e, const char *sql, char *buf, size_t cap)
{
    if (span_is_none(e->at))
        return "-";
    snprintf(buf, cap, "%.*s", (int)e->at.len, sql + e->at.pos);
    return buf;
}

/* "42703 'pricee': column .. does not exist | Perhaps .." */
static inline char *error_text(const Err *e, const char *sql)
{
    static char out[1600];
    char at[200];
    snprintf(out, sizeof(out), "%s '%s': %s%s%s", err_sqlstate(e->code), span_text(e, sql, at, sizeof(at)), e->message,
             e->hint[0] ? " | " : "", e->hint);
    return out;
}

static inline void publish(Relation *give_r)
{
    Catalog *next = NULL;
    give_r->id = ++db.next_id;
    assert_int_equal(catalog_with(db.catalog, give_r, NULL, 0, &next, NULL), 0);
    relation_unref(give_r);
    catalog_unref(db.catalog);
    db.catalog = next;
    db.ctx.catalog = next;
}

/* Runs CREATE SOURCE | TABLE; NULL when it worked, else the error. */
static inline const char *create(const char *sql)
{
    Arena arena;
    ScriptStmt stmt;
    Err err = ERR_INIT;
    arena_init(&arena, &db.acct, 0);
    int rc = sql_parse_one(&arena, sql, (uint32_t)strlen(sql), &stmt, &err);
    if (rc >= 0) {
        const CreateRelationStmt *s = AST(CreateRelationStmt, stmt.node);
        Relation *r =
            relation_new(db.catalog, &db.acct, s->kind == OBJECT_TABLE ? REL_TABLE : REL_SOURCE, name_last(&s->name)->s.p);
        rc = bind_create_source(&db.ctx, s, NULL, r, &err);
        if (rc >= 0)
            publish(r);
        else
            relation_unref(r);
    }
    arena_done(&arena);
    return rc < 0 ? error_text(&err, sql) : NULL;
}

static inline int plan_sql(const char *sql, PlanUse use, PhysPlan **ret, Err *err)
{
    Arena arena;
    ScriptStmt stmt;
    arena_init(&arena, &db.acct, 0);
    int rc = sql_parse_one(&arena, sql, (uint32_t)strlen(sql), &stmt, err);
    if (rc >= 0)
        rc = plan_query(&db.ctx, AST(QueryStmt, stmt.node)->query, use, db.sink_changes, ret, err);
    arena_done(&arena); /* the plan keeps nothing of the statement's text */
    return rc;
}

/* A relation made by a query: STREAM or VIEW. */
static inline void create_query(const char *name, RelationKind kind, const char *sql)
{
    PhysPlan *p = NULL;
    Err err = ERR_INIT;
    if (plan_sql(sql, kind == REL_VIEW ? PLAN_VIEW : PLAN_CONTINUOUS, &p, &err) < 0)
        fail_msg("%s", error_text(&err, sql));
    Relation *r = relation_new(db.catalog, &db.acct, kind, name);
    r->query = arena_strdup(&r->arena, sql);
    r->ddl = arena_printf(&r->arena, "CREATE %s \"%s\" AS %s", kind == REL_VIEW ? "MATERIALIZED VIEW" : "STREAM", name, sql);
    r->schema = schema_ref(p->schema);
    phys_plan_free(p);
    publish(r);
}

static inline int explain_row(void *self, Str key, Str value, Err *err)
{
    StrBuf *b = self;
    (void)err;
    sb_printf(b, "%.*s | %.*s\n", (int)key.n, key.p, (int)value.n, value.p);
    return 0;
}

/* EXPLAIN text or the error. */
static inline char *explain(const char *sql, PlanUse use)
{
    static char out[8192];
    PhysPlan *p = NULL;
    Err err = ERR_INIT;
    StrBuf b;
    if (plan_sql(sql, use, &p, &err) < 0)
        return error_text(&err, sql);
    sb_init(&b, &db.acct);
    assert_int_equal(plan_explain(p, false, explain_row, &b, &err), 0);
    for (uint32_t i = 0; i < p->n_notices; i++)
        sb_printf(&b, "notice | LM%03d %s\n", err_number(p->notices[i].code), p->notices[i].message);
    snprintf(out, sizeof(out), "%s", sb_cstr(&b));
    sb_done(&b);
    phys_plan_free(p);
    return out;
}

/* With PLAN_SHOW set, prints what differs instead of failing: to write new expectations. */
static inline void expect_text(char kind, const char *what, const char *got, const char *want)
{
    static const char *const kinds[] = {['C'] = "C", ['B'] = "B", ['V'] = "V", ['X'] = "CREATE", ['R'] = "REL"};
    if (getenv("PLAN_SHOW")) {
        if (strcmp(got, want) != 0)
            fprintf(stderr, "-- @%s %s\n%s\n--END\n", kinds[(unsigned char)kind], what, got);
        return;
    }
    if (strcmp(got, want) != 0)
        fprintf(stderr, "for: %s\n", what);
    assert_string_equal(got, want);
}

static inline void expect_plan(PlanUse use, const char *sql, const char *want)
{
    expect_text(use == PLAN_BOUNDED ? 'B' : use == PLAN_VIEW ? 'V' : 'C', sql, explain(sql, use), want);
}

/* CREATE that fails: the error. */
static inline void expect_create(const char *sql, const char *want)
{
    const char *e = create(sql);
    expect_text('X', sql, e ? e : "created", want);
}

static inline int db_open(void **state)
{
    (void)state;
    memset(&db, 0, sizeof(db));
    account_init(&db.acct, NULL, "test");
    db.catalog = catalog_empty(&db.acct);
    db.ctx = (PlanContext){.acct = &db.acct, .catalog = db.catalog};
    const char *e = create("CREATE SOURCE trades (sym TEXT, price DOUBLE, qty BIGINT, ts TIMESTAMP, "
                           "WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)");
    e = e ? e : create("CREATE SOURCE quotes (sym TEXT, bid DOUBLE, ts TIMESTAMP, WATERMARK FOR ts)");
    e = e ? e : create("CREATE SOURCE clicks (user_id BIGINT, url TEXT, ts TIMESTAMP)");
    e = e ? e : create("CREATE SOURCE ticks (id BIGINT, v INT, at BIGINT) WITH (event_time = 'at', event_time_unit = 's')");
    e = e ? e : create("CREATE TABLE users (id BIGINT PRIMARY KEY, name TEXT, age INT)");
    if (e)
        fprintf(stderr, "%s\n", e);
    return e ? -1 : 0;
}

static inline int db_close(void **state)
{
    (void)state;
    catalog_unref(db.catalog);
    account_done(&db.acct);
    return 0;
}
