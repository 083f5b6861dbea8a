/* SPDX-License-Identifier: Apache-2.0
 *
 * INSERT INTO a push source: rows of constants or of a query, as one push.  The column list is honoured, columns left out take
 * their DEFAULT or NULL, values are converted by assignment rules and checked before anything is pushed. */
#include "db/execute.h"
#include "db/stream.h"

#include <stdio.h>

typedef struct Insert {
    StmtContext *x;
    const Relation *to;
    uint32_t n_targets;
    uint32_t *target; /* column of the i-th value */
    Builder builder;
    Batch *batch[64]; /* full ones */
    uint32_t n_batches;
    uint64_t n_rows;
    Value *preset; /* per column */
} Insert;

static int find_targets(Insert *in, const InsertStmt *st, Err *err)
{
    const Schema *schema = in->to->schema;
    in->target = ARENA_ARRAY(in->x->arena, uint32_t, schema->n + 1);
    bool *seen = ARENA_ARRAY(in->x->arena, bool, schema->n + 1);
    if (!in->target || !seen)
        return RAISE_NOMEM(err);
    if (st->columns.n == 0) {
        for (uint32_t c = 0; c < schema->n; c++)
            in->target[in->n_targets++] = c;
        return 0;
    }
    AST_EACH(node, st->columns)
    {
        const Ident *id = &AST(IdentNode, node)->ident;
        int c = schema_find(schema, id->s);
        if (c < 0)
            return RAISE_AT(err, ERR_UNDEFINED_COLUMN, id->at, "column \"%.*s\" of relation \"%s\" does not exist", (int)id->s.n,
                            id->s.p, in->to->name);
        if (seen[c])
            return RAISE_AT(err, ERR_DUPLICATE_COLUMN, id->at, "column \"%.*s\" specified more than once", (int)id->s.n, id->s.p);
        seen[c] = true;
        in->target[in->n_targets++] = (uint32_t)c;
    }
    return 0;
}

static int eval_presets(Insert *in, Err *err)
{
    const Relation *r = in->to;
    in->preset = ARENA_ARRAY(in->x->arena, Value, r->schema->n + 1);
    if (!in->preset)
        return RAISE_NOMEM(err);
    PlanContext ctx = plan_context(in->x->db, in->x->db->catalog, NULL);
    for (uint32_t c = 0; c < r->schema->n; c++) {
        Type t = r->schema->field[c].type;
        in->preset[c] = value_null(t);
        if (!r->defaults || !r->defaults[c])
            continue;
        Node *e = NULL;
        TRY(sql_parse_expr(in->x->arena, r->defaults[c], (uint32_t)strlen(r->defaults[c]), &e, err));
        TRY(bind_constant(&ctx, e, t, in->x->arena, &in->preset[c], err));
    }
    return 0;
}

static int end_row(Insert *in, Err *err)
{
    in->n_rows++;
    if (builder_row_done(&in->builder) != BUILDER_FULL)
        return 0;
    if (in->n_batches == ARRAY_LEN(in->batch) - 1)
        return RAISE(err, ERR_PROGRAM_LIMIT, "one INSERT takes at most %u rows",
                     (unsigned)(BATCH_ROWS_MAX * (ARRAY_LEN(in->batch) - 1)));
    Batch *b = builder_take(&in->builder);
    if (!b)
        return RAISE_NOMEM(err);
    in->batch[in->n_batches++] = b;
    return 0;
}

static int put_row(Insert *in, const Value *value, Span at, Err *err)
{
    const Schema *schema = in->to->schema;
    for (uint32_t c = 0; c < schema->n; c++) {
        const Value *v = &in->preset[c];
        for (uint32_t i = 0; i < in->n_targets; i++)
            v = in->target[i] == c ? &value[i] : v;
        if (v->is_null && schema->field[c].not_null)
            return RAISE_AT(err, ERR_NOT_NULL, at, "null value in column \"%s\" of relation \"%s\" violates not-null constraint",
                            schema->field[c].name, in->to->name);
        TRY(builder_value(&in->builder, c, v, err));
    }
    return end_row(in, err);
}

static int insert_values(Insert *in, const Values *values, Err *err)
{
    PlanContext ctx = plan_context(in->x->db, in->x->db->catalog, NULL);
    Value *value = ARENA_ARRAY(in->x->arena, Value, in->n_targets + 1);
    if (!value)
        return RAISE_NOMEM(err);
    AST_EACH(row, values->rows)
    {
        const ValuesRow *v = AST(ValuesRow, row);
        if (v->items.n > in->n_targets)
            return RAISE_AT(err, ERR_SYNTAX, row->at, "INSERT has more expressions than target columns");
        if (v->items.n < in->n_targets)
            return RAISE_AT(err, ERR_SYNTAX, row->at, "INSERT has more target columns than expressions");
        uint32_t i = 0;
        AST_EACH(item, v->items)
        {
            uint32_t c = in->target[i];
            if (item->kind == NODE_EXPR_DEFAULT)
                value[i] = in->preset[c];
            else
                TRY(bind_constant(&ctx, item, in->to->schema->field[c].type, in->x->arena, &value[i], err));
            i++;
        }
        TRY(put_row(in, value, row->at, err));
    }
    return 0;
}

static int insert_batch(Insert *in, const Batch *b, Span at, Err *err)
{
    Rows rows = batch_rows(b);
    Value *value = ARENA_ARRAY(in->x->arena, Value, in->n_targets + 1);
    if (!value)
        return RAISE_NOMEM(err);
    for (uint32_t r = 0; r < rows.n; r++) {
        uint32_t row = row_at(rows, r);
        for (uint32_t i = 0; i < in->n_targets; i++) {
            Value v = vec_get(&b->col[i], row);
            Type t = in->to->schema->field[in->target[i]].type;
            const CastDef *cast = cast_find((TypeId)v.type.id, (TypeId)t.id);
            if (!type_eq(v.type, t) && (!cast || cast->context < CAST_ASSIGN))
                return RAISE_AT(err, ERR_DATATYPE_MISMATCH, at, "column \"%s\" is of type %s but expression is of type %s",
                                in->to->schema->field[in->target[i]].name, type_id_name((TypeId)t.id),
                                type_id_name((TypeId)v.type.id));
            if (v.is_null)
                value[i] = value_null(t);
            else
                TRY(cast_value(&v, t, in->x->arena, &value[i], err));
        }
        TRY(put_row(in, value, at, err));
    }
    return 0;
}

static int insert_query(Insert *in, const Query *query, Err *err)
{
    QueryStmt stmt = {.node = {.kind = NODE_QUERY_STMT, .at = query->node.at}, .query = (Query *)query};
    Stream *stream = NULL;
    TRY(stream_open(in->x->db, &stmt.node, in->x->script, STREAM_COLLECT, NULL, &stream, err));
    int rc = 0;
    if (stream->schema->n != in->n_targets)
        rc = RAISE_AT(err, ERR_SYNTAX, query->node.at, "INSERT has %s",
                      stream->schema->n > in->n_targets ? "more expressions than target columns"
                                                        : "more target columns than expressions");
    while (rc == 0) {
        QueuedBatch q = {0};
        rc = stream_next(stream, INT64_MAX, &q, err);
        if (rc == STREAM_ROWS && q.batch)
            rc = insert_batch(in, q.batch, query->node.at, err);
        batch_unref(q.batch);
    }
    stream_free(stream);
    return rc == STREAM_END ? 0 : rc;
}

static int push_all(Insert *in, Err *err)
{
    Batch *last = builder_take(&in->builder);
    if (!last)
        return RAISE_NOMEM(err);
    in->batch[in->n_batches++] = last;
    Database *db = in->x->db;
    Feed *feed = engine_feed(db->engine, in->to->id);
    if (!feed)
        return RAISE(err, ERR_WRONG_STATE, "source \"%s\" is not running", in->to->name);
    feed_ref(feed);
    int rc = 0;
    for (uint32_t i = 0; i < in->n_batches && rc == 0; i++)
        if (in->batch[i]->n_sel)
            rc = engine_push(db->engine, feed, in->batch[i], err);
    feed_unref(feed);
    atomic_fetch_add(&db->n_pushes, 1);
    return rc;
}

static int run_insert(Insert *in, const InsertStmt *st, Err *err)
{
    TRY(find_targets(in, st, err));
    TRY(eval_presets(in, err));
    if (!st->query) { /* DEFAULT VALUES */
        in->n_targets = 0;
        TRY(put_row(in, NULL, st->node.at, err));
    } else if (st->query->body->kind == NODE_VALUES && !st->query->with && !st->query->order_by.n && !st->query->limit) {
        TRY(insert_values(in, AST(Values, st->query->body), err));
    } else {
        TRY(insert_query(in, st->query, err));
    }
    return push_all(in, err);
}

int stmt_insert(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const InsertStmt *st = AST(InsertStmt, s->node);
    if (st->with || st->on_conflict || st->returning.n)
        return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "INSERT with %s is not supported yet",
                        st->with          ? "WITH"
                        : st->on_conflict ? "ON CONFLICT"
                                          : "RETURNING");
    TRY(check_plain_name(&st->table, err));
    Catalog *c = db_catalog(x->db);
    Str id = object_of(&st->table);
    Insert in = {.x = x, .to = catalog_find(c, id)};
    int rc = 0;
    if (!in.to) {
        const char *near = catalog_nearest(c, id);
        rc = RAISE_AT(err, ERR_UNDEFINED_RELATION, st->table.at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
        if (near)
            rc = err_hint(err, "did you mean \"%s\"?", near);
    } else if (in.to->kind != REL_SOURCE || in.to->connector) {
        rc = RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->table.at, "cannot insert into \"%s\": it is %s", in.to->name,
                      in.to->connector ? "fed by a connector" : relation_kind_name(in.to->kind));
    }
    if (rc == 0)
        rc = builder_init(&in.builder, engine_account(x->db->engine), in.to->schema, BATCH_ROWS_MAX, err);
    if (rc == 0) {
        rc = run_insert(&in, st, err);
        builder_done(&in.builder);
    }
    for (uint32_t i = 0; i < in.n_batches; i++)
        batch_unref(in.batch[i]);
    catalog_unref(c);
    TRY(rc);
    stmt_done(x, STMT_ROWS, "", id);
    snprintf(x->result->tag, sizeof(x->result->tag), "INSERT 0 %llu", (unsigned long long)in.n_rows);
    x->result->rows_affected = (int64_t)in.n_rows;
    return 0;
}
