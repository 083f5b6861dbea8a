/* SPDX-License-Identifier: Apache-2.0
 *
 * MERGE.  A query (plan/bind_merge.c) gives for each row of the join the WHEN it is for, the row of the table and the values; it
 * runs to its end while the statement holds the shard, then all that follows from it is one change.
 *
 * A row of the table may be changed once: rows are counted by their content, so of m equal rows that k rows of the source change,
 * k * m changes come, and more than m of them are an error. */
#include "db/dml_insert.h"
#include "db/dml_query.h"
#include "db/stream.h"
#include "sql/ast_equal.h"

typedef struct Branch { /* one WHEN */
    const MergeWhen *st;
    uint32_t n, *col; /* columns of SET */
    bool *is_default; /* per column or value of the list; these are not in the result */
    uint32_t first;   /* column of the result that has the first value */
    Insert insert;
} Branch;

typedef struct Merge {
    TableWrite *w;
    const MergeStmt *st;
    Branch *when;
    MergeQueryWhen *asked;
    HashTable *seen;              /* rows of the table: how many of them have been changed */
    Builder minus, plus, deleted; /* UPDATE; DELETE */
    BatchList gone;               /* DELETE: behind all others, for what follows a minus is its update (foreign_spread.c) */
    BatchList found;
} Merge;

/* ---- binding ---- */

/* true: it is DEFAULT, which the query does not know. */
static bool add_value(Merge *m, uint32_t i, uint32_t col, const Node *value)
{
    MergeQueryWhen *q = &m->asked[i];
    if (value->kind == NODE_EXPR_DEFAULT)
        return true;
    q->col[q->n] = col;
    q->value[q->n++] = value;
    return false;
}

static int alloc_values(Merge *m, uint32_t i, uint32_t n, Err *err)
{
    Arena *a = m->w->x->arena;
    m->asked[i].col = ARENA_ARRAY(a, uint32_t, n + 1);
    m->asked[i].value = ARENA_ARRAY(a, const Node *, n + 1);
    m->when[i].is_default = ARENA_ARRAY(a, bool, n + 1);
    m->when[i].col = ARENA_ARRAY(a, uint32_t, n + 1);
    return m->asked[i].col && m->asked[i].value && m->when[i].is_default && m->when[i].col ? 0 : RAISE_NOMEM(err);
}

static int bind_update(Merge *m, uint32_t i, Err *err)
{
    const Relation *t = m->w->table;
    Branch *w = &m->when[i];
    SetItem *item;
    uint32_t n;
    TRY(dml_set_items(m->w->x->arena, m->st->alias.s.p ? &m->st->alias : name_last(&m->st->table), &w->st->sets, &item, &n, err));
    TRY(alloc_values(m, i, n, err));
    for (uint32_t k = 0; k < n; k++) {
        const Ident *id = item[k].column;
        int col = schema_find(t->schema, id->s);
        if (col < 0)
            return relation_no_column(t, id->s, id->at, err);
        for (uint32_t j = 0; j < k; j++)
            if (w->col[j] == (uint32_t)col)
                return RAISE_AT(err, ERR_SYNTAX, id->at, "multiple assignments to same column \"%.*s\"", (int)id->s.n, id->s.p);
        TRY(check_generated(t, (uint32_t)col, item[k].value, err));
        w->col[w->n] = (uint32_t)col;
        w->is_default[w->n++] = add_value(m, i, (uint32_t)col, item[k].value);
    }
    return 0;
}

static int bind_insert(Merge *m, uint32_t i, Err *err)
{
    Branch *w = &m->when[i];
    Insert *in = &w->insert;
    Database *db = m->w->x->db;
    const NodeList *items = w->st->row ? &AST(ValuesRow, w->st->row)->items : NULL;
    NodeList columns = w->st->columns, joined;
    *in = (Insert){.x = m->w->x, .to = m->w->table, .catalog = m->w->catalog, .preset = m->w->preset};
    in->overriding = w->st->overriding;
    in->rows.acct = engine_account(db->engine);
    TRY(builder_init(&in->builder, in->rows.acct, in->to->schema, BATCH_ROWS_MAX, err));
    if (dml_has_parts(&columns)) {
        TRY(dml_join_values(in->x->arena, in->to, &columns, items, &joined, err));
        TRY(dml_join_columns(in->x->arena, &w->st->columns, &columns, err));
        items = &joined;
    }
    TRY(insert_targets(in, &columns, err));
    TRY(alloc_values(m, i, in->n_targets, err));
    in->says_default = w->is_default;
    if (!items || in->all_columns)
        in->n_targets = MIN(in->n_targets, items ? items->n : 0);
    if (items && items->n != in->n_targets)
        return RAISE_AT(err, ERR_SYNTAX, items->first->at, "INSERT has more %s",
                        items->n > in->n_targets ? "expressions than target columns" : "target columns than expressions");
    for (const Node *value = items ? items->first : NULL; value; value = value->next) {
        if (value->kind != NODE_EXPR_DEFAULT)
            TRY(insert_check_given(in, in->target[w->n], value->at, err));
        w->is_default[w->n] = add_value(m, i, in->target[w->n], value);
        w->n++;
    }
    return 0;
}

static int check_reached(const MergeStmt *st, const MergeWhen *w, Err *err)
{
    AST_EACH(item, st->whens)
    {
        const MergeWhen *before = AST(MergeWhen, item);
        if (before == w)
            break;
        if (before->matched == w->matched && !before->condition)
            return RAISE_AT(err, ERR_SYNTAX, w->node.at, "unreachable WHEN clause specified after unconditional WHEN clause");
    }
    return 0;
}

static int bind_whens(Merge *m, Err *err)
{
    uint32_t i = 0, first = m->w->table->schema->n + 1;
    AST_EACH(item, m->st->whens)
    {
        const MergeWhen *st = AST(MergeWhen, item);
        m->when[i].st = st;
        m->asked[i].matched = st->matched;
        m->asked[i].condition = st->condition;
        TRY(check_reached(m->st, st, err));
        if (st->action == MERGE_UPDATE)
            TRY(bind_update(m, i, err));
        else if (st->action == MERGE_INSERT)
            TRY(bind_insert(m, i, err));
        m->when[i].first = first;
        first += m->asked[i++].n;
    }
    return 0;
}

static int plan_of(Merge *m, PhysPlan **ret, Err *err)
{
    const MergeStmt *st = m->st;
    MergeQuery q = {.with = st->with,
                    .table = &st->table,
                    .alias = &st->alias,
                    .relation = m->w->table,
                    .source = st->source,
                    .on = st->on,
                    .n_when = st->whens.n,
                    .when = m->asked,
                    .stmt = &st->node};
    if (st->with && st->with->recursive)
        return RAISE_AT(err, ERR_SYNTAX, st->with->node.at, "WITH RECURSIVE is not supported for MERGE statement");
    PlanContext ctx = m->w->plan;
    TermContext terms = {m->w->x->db, m->w->catalog};
    ctx.tells_rules = m->w->x->shown != NULL;
    if (!m->w->x->only_bind)
        plan_may_run(&ctx, &terms);
    return plan_merge(&ctx, &q, ret, err);
}

/* ---- changing ---- */

static int flush_update(Merge *m, Err *err)
{
    if (m->minus.n == 0)
        return 0;
    Batch *minus = builder_take(&m->minus), *plus = builder_take(&m->plus);
    int rc = minus && plus ? table_write_minus(m->w, minus, err) : RAISE_NOMEM(err);
    if (rc == 0)
        rc = table_write_plus(m->w, plus, err);
    batch_unref(minus);
    batch_unref(plus);
    return rc;
}

static int put_row(Builder *to, const Value *value, uint32_t n, Err *err)
{
    for (uint32_t c = 0; c < n; c++)
        TRY(builder_value(to, c, &value[c], err));
    return builder_row_done(to);
}

/* The values of the WHEN for row `row` of the result: of UPDATE put into `into` at their columns, of INSERT one after the other. */
static int read_values(Merge *m, const Branch *w, const Batch *b, uint32_t row, Value *into, Err *err)
{
    bool insert = w->st->action == MERGE_INSERT;
    uint32_t from = w->first;
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t col = insert ? w->insert.target[i] : w->col[i];
        Value *to = &into[insert ? i : col];
        if (!w->is_default[i])
            *to = vec_get(&b->col[from++], row);
        else if (!insert && preset_varies(m->w->table, col))
            TRY(preset_of_row(m->w->x->db, m->w->catalog, m->w->table, col, m->w->x->now_us, &m->w->step, to, err));
        else
            *to = m->w->preset[col];
    }
    return 0;
}

static int change_row(Merge *m, const Branch *w, const Batch *b, uint32_t row, Value *value, Value *after, Err *err)
{
    uint32_t n = m->w->table->schema->n;
    for (uint32_t c = 0; c < n; c++)
        after[c] = value[c] = vec_get(&b->col[c], row);
    if (w->st->action == MERGE_DELETE) {
        int full = put_row(&m->deleted, value, n, err);
        return full == BUILDER_FULL ? batch_list_add(&m->gone, builder_take(&m->deleted), err) : full;
    }
    TRY(read_values(m, w, b, row, after, err));
    int rc = put_row(&m->plus, after, n, err);
    if (rc >= 0)
        rc = put_row(&m->minus, value, n, err);
    return rc == BUILDER_FULL ? flush_update(m, err) : rc;
}

static int touch(const uint8_t *row, uint8_t *entry, int64_t weight, Err *err)
{
    int64_t stored = row ? *row_count((uint8_t *)row) : 0;
    *row_count(entry) += weight;
    if (*row_count(entry) <= stored)
        return 0;
    (void)RAISE(err, ERR_CARDINALITY, "MERGE command cannot affect row a second time");
    return err_hint(err, "Ensure that not more than one source row matches any one target row.");
}

static int merge_row(Merge *m, Branch *w, const Batch *b, uint32_t row, int64_t weight, Err *err)
{
    uint32_t n = MAX(m->w->table->schema->n, w->n);
    Value *value = ARENA_ARRAY(&m->w->step, Value, n + 1), *after = ARENA_ARRAY(&m->w->step, Value, n + 1);
    if (!value || !after)
        return RAISE_NOMEM(err);
    for (int64_t k = 0; k < weight; k++) {
        m->w->n_rows++;
        if (w->st->action != MERGE_INSERT) {
            TRY(change_row(m, w, b, row, value, after, err));
            continue;
        }
        TRY(read_values(m, w, b, row, value, err));
        TRY(insert_row(&w->insert, value, w->st->node.at, err));
    }
    return 0;
}

/* Another statement in WITH may have changed it. */
static int claim_row(Merge *m, const Batch *b, uint32_t at, Err *err)
{
    uint16_t sel = (uint16_t)at;
    if (!m->w->x->changes)
        return 0;
    Batch *row = batch_with_sel(&m->w->step, b, &sel, 1), *mine;
    if (!row)
        return RAISE_NOMEM(err);
    TRY(table_write_claim(m->w, row, &mine, err));
    return mine->n_sel ? 0 : RAISE(err, ERR_CARDINALITY, "MERGE command cannot affect row a second time");
}

static int merge_batch(Merge *m, const Batch *b, Err *err)
{
    Rows rows = batch_rows(b);
    const Vec *chosen = &b->col[m->w->table->schema->n];
    Arena scratch;
    arena_reset(&m->w->step); /* the builders have what came before */
    arena_init(&scratch, m->found.acct, 0);
    uint8_t **row = arena_alloc(&scratch, MAX(rows.n, 1) * sizeof(*row)),
            **entry = arena_alloc(&scratch, MAX(rows.n, 1) * sizeof(*entry));
    int rc = row && entry ? stored_rows_get(m->w->feed->stored, m->seen, b, &scratch, row, entry, err) : RAISE_NOMEM(err);
    for (uint32_t i = 0; rc == 0 && i < rows.n; i++) {
        uint32_t at = row_at(rows, i);
        int64_t weight = batch_weight(b, at);
        Branch *w = &m->when[vec_get(chosen, at).i32];
        if (w->st->action == MERGE_NOTHING)
            continue;
        if (w->st->matched)
            rc = touch(row[i], entry[i], weight, err);
        if (rc == 0 && w->st->matched)
            rc = claim_row(m, b, at, err);
        if (rc == 0)
            rc = merge_row(m, w, b, at, weight, err);
    }
    arena_done(&scratch);
    return rc;
}

/* Rows that come, rows that change, rows that go. */
static int merge_found(Merge *m, Err *err)
{
    const Schema *schema = m->w->table->schema;
    m->seen = stored_rows_new(m->w->feed->stored, err);
    if (!m->seen)
        return -ERR_OUT_OF_MEMORY;
    TRY(builder_init(&m->minus, m->found.acct, schema, BATCH_ROWS, err));
    TRY(builder_init(&m->plus, m->found.acct, schema, BATCH_ROWS, err));
    TRY(builder_init(&m->deleted, m->found.acct, schema, BATCH_ROWS, err));
    for (uint32_t i = 0; i < m->found.n; i++)
        TRY(merge_batch(m, m->found.batch[i], err));
    TRY(flush_update(m, err));
    for (uint32_t i = 0; i < m->st->whens.n; i++) {
        Insert *in = &m->when[i].insert;
        if (in->builder.n)
            TRY(batch_list_add(&in->rows, builder_take(&in->builder), err));
        for (uint32_t k = 0; k < in->rows.n; k++) {
            arena_reset(&m->w->step);
            TRY(table_write_plus(m->w, in->rows.batch[k], err));
        }
    }
    if (m->deleted.n)
        TRY(batch_list_add(&m->gone, builder_take(&m->deleted), err));
    for (uint32_t k = 0; k < m->gone.n; k++)
        TRY(table_write_minus(m->w, m->gone.batch[k], err));
    return 0;
}

static void merge_done(Merge *m)
{
    hash_table_free(m->seen);
    builder_done(&m->minus);
    builder_done(&m->plus);
    builder_done(&m->deleted);
    batch_list_done(&m->gone);
    batch_list_done(&m->found);
    for (uint32_t i = 0; m->when && i < m->st->whens.n; i++) {
        builder_done(&m->when[i].insert.builder);
        batch_list_done(&m->when[i].insert.rows);
    }
}

static int run(Merge *m, Err *err)
{
    PhysPlan *plan = NULL;
    Arena *a = m->w->x->arena;
    m->when = arena_zalloc(a, (m->st->whens.n + 1) * sizeof(*m->when));
    m->asked = arena_zalloc(a, (m->st->whens.n + 1) * sizeof(*m->asked));
    if (!m->when || !m->asked)
        return RAISE_NOMEM(err);
    TRY(bind_whens(m, err));
    if (m->w->x->only_bind) {
        int rc = plan_of(m, &plan, err);
        statement_show(m->w->x, plan);
        return rc;
    }
    TRY(table_write_begin(m->w, err));
    TRY(plan_of(m, &plan, err));
    TRY(dml_find(m->w, plan, m->st->node.at, &m->found, err));
    TRY(merge_found(m, err));
    return table_write_commit(m->w, err);
}

int stmt_merge(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const MergeStmt *st = AST(MergeStmt, s->node);
    TableWrite w;
    Account *acct = engine_account(x->db->engine);
    Merge m = {.w = &w, .st = st, .gone = {.acct = acct}, .found = {.acct = acct}};
    int rc = table_write_open(&w, x, &st->table, &st->alias, WRITE_MERGE, err);
    if (rc == 0)
        rc = run(&m, err);
    merge_done(&m); /* the shard is still held when the statement has failed */
    if (rc == 0)
        table_write_result(&w, "MERGE", object_of(&st->table));
    table_write_close(&w);
    return rc;
}
