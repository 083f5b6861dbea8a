/* SPDX-License-Identifier: Apache-2.0
 *
 * EXPLAIN DAG: the graph of what has been made, as (plan_key, plan_value) rows: its sources, the order in which a step goes through
 * it, each node with how many read it, each edge with the kind of its channel.  The kind follows from how many there are on either
 * side and is never chosen (spec F-DAG-001). */
#include "db/execute.h"

typedef struct Dag {
    const Catalog *c;
    RowMaker m;
} Dag;

static bool is_node(const Relation *r)
{
    return relation_is_one(r) && !relation_belongs(r);
}

static bool reads(const Relation *r, uint64_t id)
{
    for (uint32_t i = 0; i < relation_n_reads(r); i++)
        if (relation_reads_at(r, i) == id)
            return true;
    return false;
}

static uint32_t n_readers(const Dag *d, uint64_t id)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < d->c->n; i++)
        n += is_node(d->c->relation[i]) && reads(d->c->relation[i], id);
    return n;
}

static uint32_t n_inputs(const Dag *d, const Relation *r)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < relation_n_reads(r); i++) {
        const Relation *in = catalog_by_id(d->c, relation_reads_at(r, i));
        n += in && is_node(in);
    }
    return n;
}

static void put_row(Dag *d, const char *key, StrBuf *value)
{
    row_text(&d->m, key);
    row_text(&d->m, sb_cstr(value));
    row_end(&d->m);
    sb_done(value);
}

/* Names of the nodes, by id: a relation reads only older ones, so that is the order of a step, too. */
static void put_names(Dag *d, const char *key, bool only_sources)
{
    StrBuf b;
    sb_init(&b, NULL);
    for (uint32_t i = 0; i < d->c->n; i++) {
        const Relation *r = d->c->relation[i];
        if (is_node(r) && (!only_sources || n_inputs(d, r) == 0))
            sb_printf(&b, "%s%s", b.n ? ", " : "", r->name);
    }
    put_row(d, key, &b);
}

static void put_node(Dag *d, const Relation *r)
{
    StrBuf b;
    uint32_t n = n_readers(d, r->id);
    sb_init(&b, NULL);
    sb_printf(&b, "%s %s", relation_kind_name(r->kind), r->name);
    if (n > 1)
        sb_printf(&b, ", shared by %u", n);
    put_row(d, "node", &b);
}

static void put_edges(Dag *d, const Relation *r)
{
    for (uint32_t i = 0; i < relation_n_reads(r); i++) {
        const Relation *in = catalog_by_id(d->c, relation_reads_at(r, i));
        if (!in || !is_node(in))
            continue;
        StrBuf b;
        sb_init(&b, NULL);
        sb_printf(&b, "%s -> %s, %s", in->name, r->name, n_readers(d, in->id) > 1 ? "SPMC" : n_inputs(d, r) > 1 ? "MPSC" : "SPSC");
        put_row(d, "edge", &b);
    }
}

int explain_dag(StmtContext *x, Err *err)
{
    const Field f[] = {{"plan_key", TYPE(TEXT), false}, {"plan_value", TYPE(TEXT), false}};
    Dag d = {.c = db_catalog(x->db)};
    ResultSet *rows = NULL;
    int rc = row_maker_init(&d.m, &x->db->acct, f, ARRAY_LEN(f), err);
    if (rc == 0) {
        put_names(&d, "sources", true);
        put_names(&d, "execution_order", false);
        for (uint32_t i = 0; i < d.c->n; i++)
            if (is_node(d.c->relation[i]))
                put_node(&d, d.c->relation[i]);
        for (uint32_t i = 0; i < d.c->n; i++)
            if (is_node(d.c->relation[i]))
                put_edges(&d, d.c->relation[i]);
        rc = row_maker_finish(&d.m, &rows, err);
    }
    catalog_unref((Catalog *)d.c);
    TRY(rc);
    stmt_done(x, STMT_METADATA, "EXPLAIN", (Str){"", 0});
    x->result->rows = rows;
    return 0;
}
