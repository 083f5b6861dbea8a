/* SPDX-License-Identifier: Apache-2.0
 *
 * What EXPLAIN does not show: fields of the plan, constants, row expressions, limits, and every allocation failing once. */
#include "plan_test.h"

static PhysPlan *plan_of(const char *sql, PlanUse use)
{
    PhysPlan *p = NULL;
    Err err = ERR_INIT;
    if (plan_sql(sql, use, &p, &err) < 0)
        fail_msg("%s", error_text(&err, sql));
    return p;
}

static const char windowed[] =
    "SELECT sym, tumble_end() AS w, max(price) FROM trades WHERE qty > 1 "
    "GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) ALLOW LATENESS INTERVAL '1' MINUTE LATE DATA TO late_rows";

static void test_fields(void **state)
{
    (void)state;
    PhysPlan *p = plan_of(windowed, PLAN_CONTINUOUS);
    assert_int_equal(p->root->kind, PHYS_EMIT);
    assert_ptr_equal(p->root, p->nodes[p->n_nodes - 1]);
    assert_string_equal(p->late_to, "late_rows");
    assert_int_equal(p->on_error, ON_ERROR_QUARANTINE);
    assert_int_equal(p->n_relations, 1);
    assert_int_equal(p->relations[0], catalog_find(db.catalog, STR("trades"))->id);
    assert_false(p->is_bounded);
    for (uint32_t i = 0; i < p->n_nodes; i++) { /* topological, ids by position */
        assert_int_equal(p->nodes[i]->id, i);
        for (uint32_t k = 0; k < p->nodes[i]->n_in; k++)
            assert_true(p->nodes[i]->in[k]->id < i);
    }
    const PhysSource *s = (const PhysSource *)p->nodes[0];
    const PhysAgg *a = (const PhysAgg *)p->nodes[2];
    assert_int_equal(s->node.kind, PHYS_SOURCE);
    assert_int_equal(s->time_col, 3);
    assert_true(s->has_watermark);
    assert_int_equal(s->watermark_delay_us, 5000000);
    assert_int_equal(a->node.kind, PHYS_WINDOW_AGG);
    assert_int_equal(a->wm_class, s->wm_class);
    assert_true(a->wm_class != 0);
    assert_int_equal(a->lateness_us, 60000000);
    assert_int_equal(a->emit, OUTPUT_ON_WINDOW_CLOSE);
    assert_int_equal(a->window.size_us, INT64_C(3600000000));
    assert_false(a->aggs[0].spec.retractable);
    phys_plan_free(p);
    p = plan_of("SELECT * FROM trades", PLAN_BOUNDED);
    assert_true(p->is_bounded);
    assert_int_equal(p->on_error, ON_ERROR_FAIL);
    phys_plan_free(p);
}

/* Two inputs of a union have clocks of their own; the union's is a third, which the window waits for. */
static void test_union_clock(void **state)
{
    (void)state;
    PhysPlan *p = plan_of("SELECT count(*) FROM (SELECT ts FROM trades UNION ALL SELECT ts FROM quotes) u "
                          "GROUP BY TUMBLE(ts, INTERVAL '1' HOUR)",
                          PLAN_CONTINUOUS);
    const PhysSource *a = (const PhysSource *)p->nodes[0], *b = (const PhysSource *)p->nodes[1];
    const PhysAgg *g = (const PhysAgg *)p->nodes[3];
    assert_int_equal(g->node.kind, PHYS_WINDOW_AGG);
    assert_int_not_equal(a->wm_class, b->wm_class);
    assert_int_equal(g->wm_class, p->nodes[2]->props.wm[0].cls);
    assert_int_not_equal(g->wm_class, a->wm_class);
    assert_int_not_equal(g->wm_class, b->wm_class);
    phys_plan_free(p);
}

static void test_identity(void **state)
{
    (void)state;
    PhysPlan *a = plan_of(windowed, PLAN_CONTINUOUS), *b = plan_of(windowed, PLAN_CONTINUOUS);
    PhysPlan *c =
        plan_of("SELECT sym, tumble_end() AS w, min(price) FROM trades WHERE qty > 1 GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR)",
                PLAN_CONTINUOUS);
    for (uint32_t i = 0; i < a->n_nodes; i++)
        assert_true(a->nodes[i]->identity == b->nodes[i]->identity);
    assert_true(a->nodes[1]->identity == c->nodes[1]->identity); /* the same filter over the same source */
    assert_true(a->nodes[2]->identity != c->nodes[2]->identity);
    phys_plan_free(a);
    phys_plan_free(b);
    phys_plan_free(c);
}

static int constant(const char *sql, Type t, Arena *arena, Value *ret, Err *err)
{
    Node *n;
    TRY(sql_parse_expr(arena, sql, (uint32_t)strlen(sql), &n, err));
    return bind_constant(&db.ctx, n, t, arena, ret, err);
}

static void test_constants(void **state)
{
    (void)state;
    Arena arena;
    Value v;
    Err err = ERR_INIT;
    arena_init(&arena, &db.acct, 0);
    assert_int_equal(constant("1 + 2", TYPE(I64), &arena, &v, &err), 0);
    assert_int_equal(v.i64, 3);
    assert_int_equal(constant("'2024-01-01'", TYPE(DATE), &arena, &v, &err), 0);
    assert_int_equal(v.i32, 19723);
    assert_int_equal(constant("NULL", TYPE(TEXT), &arena, &v, &err), 0);
    assert_true(v.is_null);
    assert_int_equal(constant("70000", TYPE(I16), &arena, &v, &err), -ERR_NUMERIC_RANGE);
    assert_int_equal(constant("1 / 0", TYPE(I64), &arena, &v, &err), -ERR_DIVISION_BY_ZERO);
    assert_int_equal(constant("a", TYPE(I64), &arena, &v, &err), -ERR_UNDEFINED_COLUMN);
    assert_int_equal(constant("TRUE", TYPE(I64), &arena, &v, &err), -ERR_DATATYPE_MISMATCH);
    assert_int_equal(constant("count(*)", TYPE(I64), &arena, &v, &err), -ERR_GROUPING);
    db.ctx.params = (ParamSlot[]){{.type = TYPE(I32), .has_value = true, .value = {.type = TYPE(I32), .i32 = 7}}};
    db.ctx.n_params = 1;
    assert_int_equal(constant("$1 * 2", TYPE(I64), &arena, &v, &err), 0);
    assert_int_equal(v.i64, 14);
    assert_int_equal(constant("$2", TYPE(I64), &arena, &v, &err), -ERR_UNDEFINED_PARAMETER);
    db.ctx.n_params = 0;
    arena_done(&arena);
}

static void test_row_expr(void **state)
{
    (void)state;
    Arena arena;
    Node *n;
    Expr *e;
    Err err = ERR_INIT;
    const Relation *r = catalog_find(db.catalog, STR("trades"));
    arena_init(&arena, &db.acct, 0);
    assert_int_equal(sql_parse_expr(&arena, "trades.qty > 5", 14, &n, &err), 0);
    assert_int_equal(bind_row_expr(&db.ctx, n, r, true, &arena, &e, &err), 0);
    assert_int_equal(e->type.id, T_BOOL);
    assert_int_equal(sql_parse_expr(&arena, "qty + 1", 7, &n, &err), 0);
    assert_int_equal(bind_row_expr(&db.ctx, n, r, true, &arena, &e, &err), -ERR_DATATYPE_MISMATCH);
    assert_int_equal(bind_row_expr(&db.ctx, n, r, false, &arena, &e, &err), 0);
    assert_int_equal(e->type.id, T_I64);
    arena_done(&arena);
}

/* WITH queries are expanded: thirty levels of doubling must end in an error, not in memory. */
static void test_limits(void **state)
{
    (void)state;
    StrBuf b;
    sb_init(&b, &db.acct);
    sb_puts(&b, "WITH a0 AS (SELECT sym FROM trades)");
    for (int i = 1; i < 30; i++)
        sb_printf(&b, ", a%d AS (SELECT * FROM a%d UNION ALL SELECT * FROM a%d)", i, i - 1, i - 1);
    sb_puts(&b, " SELECT * FROM a29");
    PhysPlan *p = NULL;
    Err err = ERR_INIT;
    assert_int_equal(plan_sql(sb_cstr(&b), PLAN_CONTINUOUS, &p, &err), -ERR_PROGRAM_LIMIT);
    sb_clear(&b);
    for (int i = 0; i < 100; i++)
        sb_puts(&b, "SELECT * FROM (");
    sb_puts(&b, "SELECT 1");
    for (int i = 0; i < 100; i++)
        sb_puts(&b, ") x");
    assert_int_equal(plan_sql(sb_cstr(&b), PLAN_CONTINUOUS, &p, &err), -ERR_TOO_COMPLEX);
    sb_clear(&b);
    sb_puts(&b, "SELECT a FROM ");
    for (int i = 0; i < 40; i++) /* doubling expressions: projections stop merging before they explode */
        sb_puts(&b, "(SELECT a + a AS a FROM ");
    sb_puts(&b, "(SELECT qty AS a FROM trades) x");
    for (int i = 0; i < 40; i++)
        sb_puts(&b, ") x");
    assert_int_equal(plan_sql(sb_cstr(&b), PLAN_CONTINUOUS, &p, &err), 0);
    assert_true(p->n_nodes > 3);
    phys_plan_free(p);
    sb_clear(&b);
    sb_puts(&b, "SELECT ");
    for (int i = 0; i < 60; i++)
        sb_puts(&b, "(");
    sb_puts(&b, "qty = 1");
    for (int i = 0; i < 60; i++)
        sb_puts(&b, ") BETWEEN FALSE AND TRUE");
    sb_puts(&b, " FROM trades");
    assert_int_equal(plan_sql(sb_cstr(&b), PLAN_CONTINUOUS, &p, &err), -ERR_TOO_COMPLEX);
    sb_done(&b);
}

/* Columns that a connector reports: all of them, or where * stands. */
static void test_discovery(void **state)
{
    (void)state;
    static const char *const sql[] = {"CREATE SOURCE d (WATERMARK FOR ts) FROM FILE (path = 'x')",
                                      "CREATE SOURCE d (extra INT, * PREFIX 'p_', WATERMARK FOR p_ts) FROM FILE (path = 'x')",
                                      "CREATE SOURCE d (a INT, * ) FROM FILE (path = 'x')"};
    Field fields[] = {{.name = "a", .type = TYPE(TEXT), .not_null = true}, {.name = "ts", .type = TYPE(TS)}};
    Schema *found = schema_new(&db.acct, fields, 2);
    for (int i = 0; i < 3; i++) {
        Arena arena;
        ScriptStmt stmt;
        Err err = ERR_INIT;
        arena_init(&arena, &db.acct, 0);
        assert_int_equal(sql_parse_one(&arena, sql[i], (uint32_t)strlen(sql[i]), &stmt, &err), 0);
        const CreateRelationStmt *s = AST(CreateRelationStmt, stmt.node);
        Relation *r = relation_new(db.catalog, &db.acct, REL_SOURCE, "d");
        assert_true(bind_needs_discovery(s));
        assert_int_equal(bind_source_connector(&db.ctx, s, r, &err), 0);
        assert_string_equal(r->connector, "file");
        assert_int_equal(r->n_connector_opts, 1);
        int rc = bind_create_source(&db.ctx, s, found, r, &err);
        assert_int_equal(rc, i == 2 ? -ERR_DUPLICATE_COLUMN : 0);
        assert_int_equal(r->n_connector_opts, 1);
        if (i == 0)
            assert_int_equal(r->schema->n, 2);
        if (i == 1) {
            assert_string_equal(r->schema->field[1].name, "p_a");
            assert_int_equal(r->watermark.col, 2);
        }
        relation_unref(r);
        arena_done(&arena);
    }
    schema_unref(found);
}

/* A stream that expands is planned anew by every consumer; what its definition is told about has the consumer's place. */
static void test_expands(void **state)
{
    (void)state;
    create_query("doubled", REL_STREAM, "SELECT sym, sum(qty * 2) AS q FROM trades WHERE qty > 0 GROUP BY sym");
    Relation *r = (Relation *)catalog_find(db.catalog, STR("doubled"));
    const char sql[] = "SELECT q FROM doubled WHERE sym = 'a'";
    PhysPlan *p = plan_of(sql, PLAN_CONTINUOUS);
    assert_string_equal(((const PhysSource *)p->nodes[0])->name, "doubled");
    phys_plan_free(p);
    r->expands = true;
    p = plan_of(sql, PLAN_CONTINUOUS);
    assert_string_equal(((const PhysSource *)p->nodes[0])->name, "trades");
    assert_int_equal(p->n_relations, 2);
    assert_int_equal(p->n_notices, 1);
    assert_int_equal(p->notices[0].at.pos, 14);
    assert_int_equal(p->notices[0].at.len, 7);
    phys_plan_free(p);
    r->expands = false;
}

static int fail_at;
static int fail_one(void *self, size_t bytes)
{
    (void)self;
    (void)bytes;
    return --fail_at == 0;
}

/* Small arenas' chunks are few, so large ones are made by a long query. */
static void test_out_of_memory(void **state)
{
    (void)state;
    StrBuf b;
    sb_init(&b, &db.acct);
    sb_puts(&b, "SELECT sym, tumble_start(), first(price)");
    for (int i = 0; i < 60; i++)
        sb_printf(&b, ", sum(qty + %d) FILTER (WHERE price > %d) AS s%d", i, i, i);
    sb_puts(&b,
            " FROM (SELECT * FROM trades WHERE sym LIKE 'a%') t GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR) HAVING count(*) > 1");
    int rc = -1, n = 0;
    while (rc < 0 && n < 2000) {
        PhysPlan *p = NULL;
        Err err = ERR_INIT;
        fail_at = ++n;
        mem_set_hook(fail_one, NULL);
        rc = plan_sql(sb_cstr(&b), PLAN_CONTINUOUS, &p, &err);
        mem_set_hook(NULL, NULL);
        if (rc < 0)
            assert_int_equal(rc, -ERR_OUT_OF_MEMORY);
        phys_plan_free(p);
    }
    assert_int_equal(rc, 0);
    assert_true(n > 10);
    sb_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),    cmocka_unit_test(test_union_clock), cmocka_unit_test(test_identity),
        cmocka_unit_test(test_constants), cmocka_unit_test(test_row_expr),    cmocka_unit_test(test_limits),
        cmocka_unit_test(test_discovery), cmocka_unit_test(test_expands),     cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, db_open, db_close);
}
