/* SPDX-License-Identifier: Apache-2.0
 *
 * VERIFY VIEW v: the oracle as a statement.  The definition is run in bounded mode over what its inputs hold now and compared with
 * the content of the view, in one query and so at one moment:
 *     SELECT 'missing', * FROM (definition EXCEPT ALL v) UNION ALL SELECT 'surplus', * FROM (v EXCEPT ALL definition)
 * No row is the answer that is expected.  Only what can be computed again is compared.  A source without content keeps its newest
 * rows only: they are the view's as long as it has read as many as are retained.  A stream is its definition, as long as who reads
 * it has got all that it gave.  Of rows that wait for the watermark those that it has passed are compared; what went by the clock,
 * came too late or was forgotten is not there any more. */
#include "db/execute.h"
#include "db/stream.h"
#include "sql/print.h"

#include <stdio.h>

static int refuse(const Relation *v, Span at, const char *why, Err *err)
{
    return RAISE_AT(err, ERR_UNSUPPORTED, at, "VERIFY VIEW \"%s\" is not supported: %s", v->name, why);
}

/* ---- whether its content is a function of what its inputs hold ---- */

typedef struct Verify {
    Database *db;
    const Catalog *c;
    const Relation *v;
    Span at;
    bool waits;         /* rows come when the watermark says that they stay: */
    const Field *clock; /* those below `wm_us` in this column are there; NULL = no column says so */
    int64_t wm_us;
} Verify;

static bool is_final(OutputMode m)
{
    return m == OUTPUT_ON_WATERMARK || m == OUTPUT_ON_WINDOW_CLOSE || m == OUTPUT_FINAL;
}

/* Rows wait in the node for the watermark, before they come out. */
static bool node_waits(const PhysNode *n)
{
    switch (n->kind) {
    case PHYS_HOLD: return true;
    case PHYS_HASH_AGG:
    case PHYS_WINDOW_AGG:
    case PHYS_SESSION_AGG: return is_final(((const PhysAgg *)n)->emit);
    case PHYS_SESSION_ASSIGN: return is_final(((const PhysSessionAssign *)n)->emit);
    case PHYS_TOP_N: return is_final(((const PhysTopN *)n)->emit);
    case PHYS_DEDUP: return is_final(((const PhysDedup *)n)->emit);
    case PHYS_OVER: return ((const PhysOver *)n)->stream;
    case PHYS_MATCH: return ((const PhysMatch *)n)->stream;
    case PHYS_JOIN: return ((const PhysJoin *)n)->timed && ((const PhysJoin *)n)->at_death;
    case PHYS_ASOF_JOIN: return ((const PhysAsofJoin *)n)->final;
    default: return false;
    }
}

static bool are_random(Expr *const *e, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (e[i]->is_volatile)
            return true;
    return false;
}

static int check_node(const Verify *x, const PhysNode *n, Err *err)
{
    bool random = false, forgets = n->kind == PHYS_ROW_TTL || n->kind == PHYS_KEY_TTL;
    if (n->kind == PHYS_TEMPORAL_FILTER)
        return refuse(x->v, x->at, "its rows come and go by the clock", err);
    if (n->kind == PHYS_HASH_AGG)
        forgets = ((const PhysAgg *)n)->ttl_us > 0;
    if (n->kind == PHYS_PROJECT)
        random = are_random(((const PhysProject *)n)->exprs, ((const PhysProject *)n)->n);
    if (n->kind == PHYS_FILTER)
        random = are_random(&((const PhysFilter *)n)->predicate, 1);
    if (forgets)
        return refuse(x->v, x->at, "it has forgotten rows (state_ttl)", err);
    if (random)
        return refuse(x->v, x->at, "it has random values", err);
    if (node_looks_up(n) || n->kind == PHYS_FETCH)
        return refuse(x->v, x->at, "its rows have met a relation as it was when they came", err);
    return 0;
}

/* n of the rows of r are not what the query has got. */
static int lacks_rows(const Verify *x, const Relation *r, uint64_t n, uint64_t of, const Pipeline *q, const char *why, Err *err)
{
    return RAISE_AT(err, ERR_WRONG_STATE, x->at,
                    "VERIFY VIEW \"%s\" cannot compare: the oldest %llu of the %llu rows of %s \"%s\" %s \"%s\"", x->v->name,
                    (unsigned long long)n, (unsigned long long)of, relation_kind_name(r->kind), r->name, why, q->name);
}

/* The rows that a query has got of a relation without content are its newest: they must be what is retained now. */
static int check_retained(const Verify *x, const Relation *r, const Feed *f, uint64_t n_read, const Pipeline *q, Err *err)
{
    if (n_read > f->retained_rows) {
        (void)lacks_rows(x, r, n_read - f->retained_rows, n_read, q, "are gone that went into", err);
        return err_hint(err, "buffer_size of a source says how many rows it retains");
    }
    return n_read < f->retained_rows ? lacks_rows(x, r, f->retained_rows - n_read, f->retained_rows, q, "came before", err) : 0;
}

static int check_query(Verify *x, const Pipeline *q, Err *err);

static int check_stream(Verify *x, const Relation *r, const Feed *f, uint64_t n_read, const Pipeline *reader, Err *err)
{
    const Pipeline *q = engine_query_of(x->db->engine, r->id);
    if (!q)
        return refuse(x->v, x->at, "nothing runs behind a stream that it reads", err);
    if (n_read < f->n_rows) {
        (void)lacks_rows(x, r, f->n_rows - n_read, f->n_rows, reader, "came before", err);
        return err_hint(err, "a stream keeps no rows: who reads it begins with what comes next");
    }
    return check_query(x, q, err);
}

/* LIMIT has had enough: its rows are the oldest there were, so all have to be retained. */
static int check_enough(const Verify *x, const Relation *r, const Feed *f, const Pipeline *q, Err *err)
{
    return f->n_rows == f->retained_rows ? 0
                                         : lacks_rows(x, r, f->n_rows - f->retained_rows, f->n_rows, q, "are gone, before", err);
}

static int check_leaf(Verify *x, const Pipeline *q, const PipelineLeaf *l, Err *err)
{
    const Relation *r = catalog_by_id(x->c, l->source->relation);
    const Feed *f = engine_feed(x->db->engine, l->source->relation);
    if (!r || relation_is_stored(r) || r->kind == REL_VIEW)
        return 0;
    if (relation_has_readers(r) || r->expands || !f) {
        (void)RAISE_AT(err, ERR_UNSUPPORTED, x->at,
                       "VERIFY VIEW \"%s\" is not supported: %s \"%s\" does not hold the rows that it has read", x->v->name,
                       relation_kind_name(r->kind), r->name);
        return err_hint(err, "views over tables, push sources and other such views can be verified");
    }
    if ((l->enough || q->state == PIPELINE_DONE) && r->kind != REL_STREAM)
        return check_enough(x, r, f, q, err);
    return r->kind == REL_STREAM ? check_stream(x, r, f, l->n_rows, q, err) : check_retained(x, r, f, l->n_rows, q, err);
}

static int check_query(Verify *x, const Pipeline *q, Err *err)
{
    uint64_t n_late = pipeline_late_rows(q);
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        TRY(check_node(x, q->plan->nodes[i], err));
        x->waits |= node_waits(q->plan->nodes[i]);
    }
    if (n_late > 0)
        return RAISE_AT(err, ERR_WRONG_STATE, x->at,
                        "VERIFY VIEW \"%s\" cannot compare: %llu rows came too late for \"%s\" and are not part of it", x->v->name,
                        (unsigned long long)n_late, q->name);
    for (uint32_t i = 0; i < q->n_leaves; i++)
        TRY(check_leaf(x, q, &q->leaf[i], err));
    return 0;
}

/* Which rows must be there of those that wait. */
static int find_clock(Verify *x, const Pipeline *q, Err *err)
{
    const Props *p = &q->plan->root->props;
    const Field *f = p->n_wm ? &x->v->schema->field[p->wm[0].col] : NULL;
    if (!x->waits)
        return 0;
    if (!f || (f->type.id != T_TS && f->type.id != T_TSTZ))
        return refuse(x->v, x->at, "its rows wait for the watermark, and no column of it says until when they are there", err);
    x->clock = f;
    x->wm_us = q->wm_us;
    return 0;
}

static int check_view(Verify *x, Err *err)
{
    engine_enter(x->db->engine);
    const Pipeline *q = engine_query_of(x->db->engine, x->v->id);
    int rc = q ? check_query(x, q, err) : 0;
    if (rc == 0 && q)
        rc = find_clock(x, q, err);
    engine_leave(x->db->engine);
    return rc;
}

/* ---- the query ---- */

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

/* Of rows that wait for the watermark those that it has passed. */
static void put_until(const Verify *x, StrBuf *out)
{
    char text[CALENDAR_TEXT_MAX];
    if (!x->clock)
        return;
    sb_puts(out, " WHERE ");
    sql_print_ident(str_of(x->clock->name), out);
    if (x->wm_us == INT64_MIN || x->wm_us == INT64_MAX) {
        sb_puts(out, x->wm_us == INT64_MIN ? " IS DISTINCT FROM " : " IS NOT DISTINCT FROM ");
        sql_print_ident(str_of(x->clock->name), out);
        return;
    }
    bool zoned = x->clock->type.id == T_TSTZ;
    sb_printf(out, " < TIMESTAMP%s '%.*s%s'", zoned ? " WITH TIME ZONE" : "", timestamp_print(x->wm_us, text), text,
              zoned ? "+00" : "");
}

static int make_query(Arena *arena, const Verify *x, StrBuf *out, Err *err)
{
    const Relation *v = x->v;
    sb_puts(out, "SELECT 'missing' AS difference, * FROM (");
    TRY(put_definition(arena, v, out, err));
    sb_puts(out, " EXCEPT ALL SELECT * FROM ");
    relation_print_name(v, out);
    sb_puts(out, ") AS missing (");
    for (uint32_t i = 0; i < v->schema->n; i++) {
        sb_puts(out, i ? ", " : "");
        sql_print_ident(str_of(v->schema->field[i].name), out);
    }
    sb_putc(out, ')');
    put_until(x, out);
    sb_puts(out, " UNION ALL SELECT 'surplus', * FROM (SELECT * FROM ");
    relation_print_name(v, out);
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
           stream_check(db, AST(QueryStmt, stmt.node)->query, &o, NULL, NULL) == 0;
}

static int open_view(const Verify *x, Str name, Err *err)
{
    const Relation *v = x->v;
    if (!v)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, x->at, "relation \"%.*s\" does not exist", (int)name.n, name.p);
    return v->kind == REL_VIEW ? 0
                               : RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, x->at, "\"%s\" is %s %s, not a materialized view", v->name,
                                          word_article(relation_kind_name(v->kind)), relation_kind_name(v->kind));
}

/* What is retained is looked at before and after: rows that fall out meanwhile may be those that are missing. */
static int verify(StmtContext *x, Verify *v, ResultSet **ret, Err *err)
{
    StrBuf sql;
    WITH_ZONE(v->v->zone);
    TRY(check_view(v, err));
    sb_init(&sql, &x->db->acct);
    int rc = make_query(x->arena, v, &sql, err);
    if (rc == 0)
        rc = query_collect(x->db, x->arena, (Str){sb_cstr(&sql), sql.n}, ret, err);
    sb_done(&sql);
    return rc == 0 ? check_view(v, err) : rc;
}

int stmt_verify(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const VerifyStmt *st = AST(VerifyStmt, s->node);
    Str name = object_of(&st->name);
    Catalog *c = db_catalog(x->db);
    Verify v = {.db = x->db, .c = c, .v = catalog_find(c, name), .at = st->name.at};
    ResultSet *rows = NULL;
    int rc = open_view(&v, name, err);
    if (rc == 0)
        rc = verify(x, &v, &rows, err);
    catalog_unref(c);
    if (rc < 0) {
        result_set_unref(rows);
        return rc;
    }
    stmt_done(x, STMT_METADATA, "", name);
    snprintf(x->result->tag, sizeof(x->result->tag), "VERIFY %llu", (unsigned long long)rows->n_rows);
    x->result->rows = rows;
    return 0;
}
