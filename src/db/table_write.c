/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing into tables. */
#include "db/table_write.h"
#include "db/dml_query.h"
#include "db/dml_rows.h"
#include "db/dml_with.h"
#include "db/foreign.h"
#include "db/stream.h"
#include "db/transaction.h"
#include "db/view_target.h"
#include "sql/print.h"

#include <stdio.h>

/* ---- lists of batches ---- */

int batch_list_add(BatchList *l, Batch *give_b, Err *err)
{
    if (!give_b)
        return RAISE_NOMEM(err);
    if (l->n == l->cap) {
        uint32_t cap = l->cap ? l->cap * 2 : 8;
        Batch **p = mem_realloc(l->acct, l->batch, l->cap * sizeof(*p), cap * sizeof(*p));
        if (!p) {
            batch_unref(give_b);
            return RAISE_NOMEM(err);
        }
        l->batch = p;
        l->cap = cap;
    }
    l->batch[l->n++] = give_b;
    return 0;
}

void batch_list_done(BatchList *l)
{
    for (uint32_t i = 0; i < l->n; i++)
        batch_unref(l->batch[i]);
    mem_free(l->acct, l->batch, l->cap * sizeof(*l->batch));
    *l = (BatchList){.acct = l->acct};
}

/* ---- evaluation ---- */

static int raise_row(const EvalCtx *x, Rows rows, Err *err)
{
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (!bit_get(x->err, r))
            continue;
        ErrCode code = (ErrCode)x->err_code[r];
        return RAISE_AT(err, code, row_error_at(x->err_at, r), "%s", x->err_text[r]);
    }
    return 0;
}

int eval_rows(EvalCtx *x, int64_t now_us, const Program *p, const Batch *b, Vec *out, Err *err)
{
    x->now_us = now_us;
    x->watermark_us = INT64_MIN;
    eval_ctx_clear(x, b->n);
    if (program_run(p, x, b, out) < 0)
        return RAISE_NOMEM(err);
    return x->n_errors ? raise_row(x, batch_rows(b), err) : 0;
}

int table_write_eval(TableWrite *w, const Program *p, const Batch *b, Vec *out, Err *err)
{
    return eval_rows(&w->eval, w->x->now_us, p, b, out, err);
}

int table_write_filter(TableWrite *w, const Program *p, const Batch *b, Batch **ret, Err *err)
{
    EvalCtx *x = &w->eval;
    uint16_t *sel = arena_alloc(&w->step, MAX(b->n_sel, 1) * sizeof(*sel));
    uint32_t n = 0;
    x->now_us = w->x->now_us;
    x->watermark_us = INT64_MIN;
    eval_ctx_clear(x, b->n);
    if (!sel || program_filter(p, x, b, batch_rows(b), sel, &n) < 0)
        return RAISE_NOMEM(err);
    if (x->n_errors)
        TRY(raise_row(x, batch_rows(b), err));
    *ret = batch_with_sel(&w->step, b, sel, n);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* ---- constraints ---- */

int generator_open(Arena *a, const PlanContext *ctx, const Relation *t, Generator *ret, Err *err)
{
    TableScope scope = {.table = t};
    Expr **e = t->varies ? ARENA_ARRAY(a, Expr *, t->schema->n + 1) : NULL;
    *ret = (Generator){0};
    if (!t->varies)
        return 0;
    ret->column = ARENA_ARRAY(a, uint32_t, t->schema->n + 1);
    ret->made = ARENA_ARRAY(a, Vec, t->schema->n + 1);
    if (!e || !ret->column || !ret->made)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < t->schema->n; i++) {
        const char *text = t->varies[i].generated;
        Node *node = NULL;
        if (!text)
            continue;
        TRY(sql_parse_expr_at(a, text, (uint32_t)strlen(text), SPAN_NONE, &node, err));
        TRY(bind_table_generated(ctx, &scope, node, i, a, &e[ret->n], err));
        ret->column[ret->n++] = i;
    }
    return ret->n ? program_compile(a, e, ret->n, t->schema, &ret->program, err) : 0;
}

bool row_checks_makes(const RowChecks *k, uint32_t col)
{
    for (uint32_t i = 0; i < k->generator.n; i++)
        if (k->generator.column[i] == col)
            return true;
    return false;
}

int row_checks_generate(RowChecks *k, int64_t now_us, Arena *arena, const Batch **rows, Err *err)
{
    const Batch *b = *rows;
    if (!k->generator.program || b->n_sel == 0)
        return 0;
    Batch *r = batch_with_sel(arena, b, b->sel, b->n_sel);
    if (!r)
        return RAISE_NOMEM(err);
    EvalCtx eval = {.arena = arena};
    TRY(eval_rows(&eval, now_us, k->generator.program, b, k->generator.made, err));
    for (uint32_t i = 0; i < k->generator.n; i++)
        r->col[k->generator.column[i]] = k->generator.made[i];
    *rows = r;
    return 0;
}

int domain_rules_open(Arena *a, const PlanContext *ctx, const Relation *t, DomainProgram *ret, Err *err)
{
    const Schema *s = t->schema;
    Expr **e = ARENA_ARRAY(a, Expr *, s->n + 1);
    uint32_t n = 0;
    *ret = (DomainProgram){0};
    if (!e)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < s->n; i++) {
        const Field *f = &s->field[i];
        if (!f->domain)
            continue;
        Expr *column = expr_column(a, i, f->type, f->not_null, SPAN_NONE);
        if (!column)
            return RAISE_NOMEM(err);
        TRY(bind_domain_value(ctx, f, column, a, &e[n], err));
        n += e[n] != column;
        ret->n++;
    }
    ret->value = n ? ARENA_ARRAY(a, Vec, n) : NULL;
    if (n && !ret->value)
        return RAISE_NOMEM(err);
    return n ? program_compile(a, e, n, s, &ret->program, err) : 0;
}

static int open_domains(RowChecks *k, const PlanContext *ctx, Err *err)
{
    k->domains_seen = atomic_load(&k->db->domains);
    return domain_rules_open(&k->plan, ctx, k->table, &k->domains, err);
}

static int check_domains(RowChecks *k, int64_t now_us, const Batch *b, Err *err)
{
    if (k->domains_seen != atomic_load(&k->db->domains)) {
        Catalog *c = db_catalog(k->db);
        PlanContext ctx = plan_context(k->db, c, NULL);
        ctx.stored_text = true;
        ctx.zone = k->table->zone;
        int rc = open_domains(k, &ctx, err);
        catalog_unref(c);
        TRY(rc);
    }
    return k->domains.program ? eval_rows(&k->eval, now_us, k->domains.program, b, k->domains.value, err) : 0;
}

int row_checks_open(RowChecks *k, Database *db, const Catalog *c, const Relation *table, Err *err)
{
    *k = (RowChecks){.table = relation_ref((Relation *)table), .db = db};
    arena_init(&k->plan, &db->acct, 0);
    arena_init(&k->step, &db->acct, 0);
    k->eval.arena = &k->step;
    uint32_t n = table->n_checks;
    PlanContext ctx = plan_context(db, c, NULL);
    ctx.stored_text = true;
    ctx.zone = table->zone;
    TableScope scope = {.table = table};
    TRY(generator_open(&k->plan, &ctx, table, &k->generator, err));
    TRY(open_domains(k, &ctx, err));
    if (n == 0)
        return 0;
    Expr **e = ARENA_ARRAY(&k->plan, Expr *, n);
    k->result = ARENA_ARRAY(&k->plan, Vec, n);
    if (!e || !k->result)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        Node *node = NULL;
        TRY(sql_parse_expr_at(&k->plan, table->check[i], (uint32_t)strlen(table->check[i]), SPAN_NONE, &node, err));
        TRY(bind_table_predicate(&ctx, &scope, node, "CHECK", &k->plan, &e[i], err));
    }
    return program_compile(&k->plan, e, n, table->schema, &k->program, err);
}

void row_checks_done(RowChecks *k)
{
    if (!k->table)
        return;
    arena_done(&k->step);
    arena_done(&k->plan);
    relation_unref(k->table);
    *k = (RowChecks){0};
}

static int failing_row(const Batch *b, uint32_t row, Err *err)
{
    StrBuf text;
    sb_init(&text, NULL);
    for (uint32_t c = 0; c < b->n_cols; c++) {
        Value v = vec_get(&b->col[c], row);
        sb_puts(&text, c ? ", " : "");
        if (v.is_null)
            sb_puts(&text, "null");
        else
            value_print(&v, &text);
    }
    int rc = err_detail(err, "Failing row contains (%s).", sb_cstr(&text));
    sb_done(&text);
    return rc;
}

static int check_not_null(const Relation *t, const Batch *b, Err *err)
{
    Rows rows = batch_rows(b);
    for (uint32_t c = 0; c < t->schema->n; c++) {
        if (!t->schema->field[c].not_null || !b->col[c].valid)
            continue;
        for (uint32_t i = 0; i < rows.n; i++) {
            if (!vec_is_null(&b->col[c], row_at(rows, i)))
                continue;
            int rc = RAISE(err, ERR_NOT_NULL, "null value in column \"%s\" of relation \"%s\" violates not-null constraint",
                           t->schema->field[c].name, t->name);
            (void)failing_row(b, row_at(rows, i), err);
            return rc;
        }
    }
    return 0;
}

int row_checks_run(RowChecks *k, int64_t now_us, const Batch *b, Err *err)
{
    const Relation *t = k->table;
    if (k->domains.n || k->program)
        arena_reset(&k->step);
    if (k->domains.n)
        TRY(check_domains(k, now_us, b, err));
    TRY(check_not_null(t, b, err));
    if (!k->program)
        return 0;
    TRY(eval_rows(&k->eval, now_us, k->program, b, k->result, err));
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < t->n_checks; i++) {
        const Vec *v = &k->result[i], *values = vec_values(v);
        for (uint32_t r = 0; r < rows.n; r++) {
            uint32_t row = row_at(rows, r);
            if (vec_is_null(v, row) || bit_get(values->data, vec_phys(v, row)))
                continue;
            int rc =
                RAISE(err, ERR_CHECK, "new row for relation \"%s\" violates check constraint \"%s\"", t->name, t->check_name[i]);
            (void)failing_row(b, row, err);
            return rc;
        }
    }
    return 0;
}

/* ---- a statement ---- */

static int find_table(TableWrite *w, const Name *name, const char *doing, Err *err)
{
    TRY(name_check_made(w->catalog, name, err));
    Str id = object_of(name);
    w->table = catalog_find(w->catalog, id);
    if (!w->table) {
        const char *near = catalog_nearest(w->catalog, id);
        int rc = RAISE_AT(err, ERR_UNDEFINED_RELATION, name->at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
        return near ? err_hint(err, "Did you mean \"%s\"?", near) : rc;
    }
    if (relation_is_lookup(w->table)) {
        (void)RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "cannot change \"%s\": connector \"%s\" fills it", w->table->name,
                       w->table->connector);
        return err_hint(err, "change what it is read from");
    }
    if (w->table->kind == REL_TABLE)
        return 0;
    if (w->table->kind == REL_QUERY && doing && strcmp(doing, WRITE_MERGE) != 0) {
        TRY(view_target_open(w, w->table, doing, name->at, &w->view, err));
        w->table = w->view->table;
        return 0;
    }
    if (doing && strcmp(doing, WRITE_MERGE) == 0 && (w->table->kind == REL_QUERY || w->table->kind == REL_VIEW)) {
        (void)RAISE_AT(err, ERR_UNSUPPORTED, name->at, "cannot execute MERGE on relation \"%s\"", w->table->name);
        return err_detail(err, "This operation is not supported for %s.",
                          w->table->kind == REL_QUERY ? "views" : "materialized views");
    }
    (void)RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "cannot change \"%s\": it is %s %s, not a TABLE", w->table->name,
                   word_article(relation_kind_name(w->table->kind)), relation_kind_name(w->table->kind));
    return err_hint(err, "only rows of a table can be changed where they lie");
}

static int bind_held(TableWrite *w, const With *with, const TableScope *scope, const NodeList *targets, Schema **ret, Err *err)
{
    GivenRelation *rel;
    uint32_t n;
    PhysPlan *plan = NULL;
    TRY(held_rows_relations(w->x->arena, scope, &rel, &n, err));
    TRY(held_rows_new(w, with, w->returned, rel, n, &w->held, err));
    w->held->select.targets = *targets;
    TRY(held_rows_in_order(w->held, w->x->arena, err));
    TRY(held_rows_plan(w, w->held, &plan, err));
    *ret = schema_ref(plan->schema);
    phys_plan_free(plan);
    return 0;
}

/* Bound to a program over the rows, or to a query. */
int table_write_returning(TableWrite *w, const With *with, const TableScope *scope, const Schema *rows, const NodeList *targets,
                          Err *err)
{
    Arena *a = w->x->arena;
    Field *field;
    Expr **e;
    bool asks = false;
    _cleanup_(schema_unrefp) Schema *schema = NULL;
    AST_EACH(t, *targets)
    asks |= plan_holds_query(w->catalog, t);
    if (!targets->n)
        return 0;
    w->returned = schema_ref(rows);
    if (asks) {
        TRY(bind_held(w, with, scope, targets, &schema, err));
    } else {
        TRY(bind_table_returning(&w->plan, scope, targets, a, &field, &e, &w->n_returning, err));
        TRY(program_compile(a, e, w->n_returning, rows, &w->returning, err));
        schema = schema_new(&w->x->db->acct, field, w->n_returning);
    }
    w->rows = schema ? result_set_new(engine_account(w->x->db->engine), schema) : NULL;
    return w->rows ? 0 : RAISE_NOMEM(err);
}

static void open_eval(TableWrite *w, StmtContext *x)
{
    Database *db = x->db;
    *w = (TableWrite){.x = x, .catalog = db_catalog(db)};
    w->changes.acct = engine_account(db->engine);
    w->plan = statement_context(x, w->catalog);
    w->plan.describes = true; /* until the shard is held */
    arena_init(&w->step, &db->acct, 0);
    w->eval.arena = &w->step;
    w->eval.rand64 = statement_random(db).rand64; /* what comes of it is logged as rows */
    w->eval.rand_self = statement_random(db).self;
    w->eval.sequences = &db->sequence_calls;
}

void table_write_open_source(TableWrite *w, StmtContext *x, const Relation *source, const Ident *alias)
{
    open_eval(w, x);
    w->table = source;
    w->scope = (TableScope){.table = source, .alias = alias->s.p};
}

int table_write_open(TableWrite *w, StmtContext *x, const Name *table, const Ident *alias, const char *doing, Err *err)
{
    Database *db = x->db;
    open_eval(w, x);
    TRY(find_table(w, table, doing, err));
    w->scope = (TableScope){.table = w->view ? w->view->view : w->table, .alias = alias->s.p};
    TRY(row_checks_open(&w->checks, db, w->catalog, w->table, err));
    return eval_presets(db, w->catalog, w->table, x->now_us, x->arena, &w->preset, err);
}

void table_write_close(TableWrite *w)
{
    table_write_end(w);
    batch_list_done(&w->changes);
    if (w->held)
        batch_list_done(&w->held->rows);
    schema_unref(w->returned);
    result_set_unref(w->rows);
    row_checks_done(&w->checks);
    arena_done(&w->step);
    catalog_unref(w->catalog);
}

/* Within a transaction the statement sees and changes the copy. */
static int join_transaction(TableWrite *w, Err *err)
{
    Database *db = w->x->db;
    int rc = transaction_table(db, w->feed, &w->transaction, err);
    if (w->transaction)
        w->feed = transaction_feed(w->transaction);
    if (rc == 0 && w->x->changes)
        rc = change_set_begin(w->x->changes, w, err);
    return rc;
}

/* [shard] Whether what the statement was bound with holds no more: of others than its table only when it reads or changes these. */
static bool is_outdated(const TableWrite *w)
{
    Catalog *now = db_catalog(w->x->db);
    bool same = now == w->catalog;
    if (!same && w->has_rows && !foreign_is_target(now, w->table))
        same = catalog_by_id(now, w->table->id) == w->table;
    catalog_unref(now);
    return !same;
}

int table_write_begin(TableWrite *w, Err *err)
{
    Engine *e = w->x->db->engine;
    if (!w->shrinks)
        TRY(engine_wait_memory(e, err));
    engine_enter(e);
    w->feed = engine_feed(e, w->table->id);
    if (w->feed && is_outdated(w)) {
        table_write_end(w);
        w->x->again = true;
        return RAISE(err, ERR_SERIALIZATION, "relation \"%s\" was altered meanwhile", w->table->name);
    }
    if (w->feed && room_is_there(&w->feed->room))
        return join_transaction(w, err);
    Feed *full = w->feed ? feed_ref(w->feed) : NULL;
    engine_leave(e);
    if (full) { /* waits without the shard; what the statement sees, it sees afterwards */
        w->feed = NULL;
        int rc = engine_wait_room(e, full, err);
        feed_unref(full);
        return rc < 0 ? rc : table_write_begin(w, err);
    }
    return RAISE(err, ERR_UNDEFINED_RELATION, "relation \"%s\" does not exist any more", w->table->name);
}

void table_write_end(TableWrite *w)
{
    if (!w->feed)
        return;
    w->feed = NULL;
    engine_leave(w->x->db->engine);
}

/* The rows as the statement names them: those of the view, with what stands behind them. */
static int named_rows(TableWrite *w, const Batch *b, const Batch **ret, Err *err)
{
    uint32_t n_own = w->table->schema->n;
    Batch *seen, *whole;
    *ret = b;
    if (!w->view)
        return 0;
    TRY(view_rows(w, b, &seen, err));
    *ret = seen;
    if (b->n_cols == n_own)
        return 0;
    whole = batch_scratch(&w->step, w->returned, b->n);
    if (!whole)
        return RAISE_NOMEM(err);
    whole->sel = b->sel;
    whole->n_sel = b->n_sel;
    memcpy(whole->col, seen->col, seen->n_cols * sizeof(*seen->col));
    memcpy(whole->col + seen->n_cols, b->col + n_own, (b->n_cols - n_own) * sizeof(*b->col));
    *ret = whole;
    return 0;
}

int table_write_return(TableWrite *w, const Batch *b, Err *err)
{
    if (!w->rows || b->n_sel == 0)
        return 0;
    TRY(named_rows(w, b, &b, err));
    if (w->held)
        return batch_list_add(&w->held->rows, batch_own(w->changes.acct, b), err);
    Batch *r = batch_scratch(&w->step, w->rows->schema, b->n);
    if (!r)
        return RAISE_NOMEM(err);
    r->sel = b->sel;
    r->n_sel = b->n_sel;
    TRY(table_write_eval(w, w->returning, b, r->col, err));
    Batch *own = batch_own(w->changes.acct, r);
    return own ? result_set_add(w->rows, own, err) : RAISE_NOMEM(err);
}

int table_write_generate(TableWrite *w, const Batch **b, Err *err)
{
    return row_checks_generate(&w->checks, w->x->now_us, &w->step, b, err);
}

int table_write_plus(TableWrite *w, const Batch *b, Err *err)
{
    if (b->n_sel == 0)
        return 0;
    TRY(table_write_generate(w, &b, err));
    TRY(row_checks_run(&w->checks, w->x->now_us, b, err));
    if (w->view)
        TRY(view_check_rows(w, b, err));
    if (!w->returns_later)
        TRY(table_write_return(w, b, err));
    bool before = mem_may_fail(true); /* the statement; what follows from it when it is committed may not */
    Batch *own = batch_own(w->changes.acct, b);
    (void)mem_may_fail(before);
    if (own)
        own->w_kind = W_ONE;
    return batch_list_add(&w->changes, own, err);
}

int table_write_minus(TableWrite *w, const Batch *b, Err *err)
{
    if (b->n_sel == 0)
        return 0;
    if (w->table->append_only)
        return RAISE(err, ERR_WRONG_OBJECT_TYPE, "cannot change or delete rows of table \"%s\": it is APPEND ONLY", w->table->name);
    Batch *own = batch_own(w->changes.acct, b);
    if (own)
        own->w_kind = W_MINUS;
    return batch_list_add(&w->changes, own, err);
}

int table_write_apply(StmtContext *x, ForeignChanges *f, Err *err)
{
    Database *db = x->db;
    FeedChange *all = ARENA_ARRAY(&f->arena, FeedChange, f->n + 1);
    struct TransactionTable **copy = ARENA_ARRAY(&f->arena, struct TransactionTable *, f->n + 1);
    uint32_t n = 0;
    bool in_transaction = false;
    if (!all || !copy)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < f->n; i++)
        if (f->table[i].rows.n) {
            in_transaction |= f->table[i].transaction != NULL;
            copy[n] = f->table[i].transaction;
            all[n++] = (FeedChange){f->table[i].feed, f->table[i].rows.batch, f->table[i].rows.n};
        }
    if (n == 0)
        return 0;
    return in_transaction ? transaction_change_all(db, copy, all, n, err) : engine_change_all(db->engine, all, n, err);
}

/* With what follows from it in the tables that refer to this one. */
static int commit_spread(TableWrite *w, Err *err)
{
    ForeignChanges f;
    foreign_changes_init(&f, w->x);
    int rc = foreign_add(w, &f, w->table, w->changes.batch, w->changes.n, err);
    if (rc == 0)
        rc = foreign_spread(w, &f, err);
    if (rc == 0)
        rc = table_write_apply(w->x, &f, err);
    foreign_changes_done(&f);
    return rc;
}

int table_write_commit(TableWrite *w, Err *err)
{
    const Relation *t = w->table;
    if (w->held)
        TRY(held_rows_return(w, w->held, err));
    if (w->x->changes) {
        TRY(change_set_add(w->x->changes, w, err));
        table_write_end(w);
        return 0;
    }
    if (w->changes.n && foreign_is_target(w->catalog, t))
        TRY(commit_spread(w, err));
    else if (w->changes.n && w->transaction)
        TRY(transaction_change_all(w->x->db, &w->transaction,
                                   &(FeedChange){engine_feed(w->x->db->engine, t->id), w->changes.batch, w->changes.n}, 1, err));
    else if (w->changes.n)
        TRY(engine_change(w->x->db->engine, w->feed, w->changes.batch, w->changes.n, err));
    table_write_end(w);
    return 0;
}

void table_write_result(TableWrite *w, const char *tag, Str object)
{
    StatementResult *r = w->x->result;
    stmt_done(w->x, STMT_ROWS, "", object);
    snprintf(r->tag, sizeof(r->tag), "%s %llu", tag, (unsigned long long)w->n_rows);
    r->rows_affected = (int64_t)w->n_rows;
    r->rows = MOVE(w->rows);
}

/* ---- SET ---- */

/* nextval() of what numbers the column; NULL = out of memory. */
static const char *next_number_of(const TableWrite *w, uint32_t col)
{
    const Relation *t = w->table;
    size_t n_schema = strlen(t->name) - strlen(t->own); /* with the dot */
    char *sequence = arena_printf(w->x->arena, "%s_%s_seq", t->own, t->schema->field[col].name);
    StrBuf name, call;
    if (!sequence)
        return NULL;
    sb_init(&name, &w->x->db->acct);
    sb_init(&call, &w->x->db->acct);
    if (n_schema > 0) {
        sql_print_ident((Str){t->name, n_schema - 1}, &name);
        sb_putc(&name, '.');
    }
    sql_print_ident(str_of(sequence), &name);
    sb_puts(&call, "nextval(");
    sql_print_string(sb_str(&name), &call);
    sb_putc(&call, ')');
    const char *ret = name.failed || call.failed ? NULL : arena_strdup(w->x->arena, sb_cstr(&call));
    sb_done(&name);
    sb_done(&call);
    return ret;
}

static int set_column(TableWrite *w, SetList *l, Expr **e, const Ident *id, const Node *value, Err *err)
{
    int named = schema_find(w->scope.table->schema, id->s), c = named;
    uint32_t base;
    if (w->view) {
        TRY(view_column(w->view, id, "update", &base, err));
        c = (int)base;
    }
    if (c < 0)
        return relation_no_column(w->table, id->s, id->at, err);
    for (uint32_t i = 0; i < l->n; i++)
        if (l->col[i] == (uint32_t)c)
            return RAISE_AT(err, ERR_SYNTAX, id->at, "multiple assignments to same column \"%.*s\"", (int)id->s.n, id->s.p);
    l->col[l->n] = (uint32_t)c;
    TRY(check_generated(w->table, (uint32_t)c, value, err));
    if (value->kind == NODE_EXPR_DEFAULT && w->view) { /* a column of a view has no DEFAULT of its own */
        Value none = value_null(w->table->schema->field[c].type);
        e[l->n] = expr_const(w->x->arena, &none, value->at);
        if (!e[l->n])
            return RAISE_NOMEM(err);
    } else if (value->kind == NODE_EXPR_DEFAULT && preset_varies(w->table, (uint32_t)c)) {
        Node *preset = NULL;
        const char *text = w->table->varies[c].random ? w->table->defaults[c] : next_number_of(w, (uint32_t)c);
        if (!text)
            return RAISE_NOMEM(err);
        TRY(sql_parse_expr_at(w->x->arena, text, (uint32_t)strlen(text), SPAN_NONE, &preset, err));
        TRY(bind_table_assign(&w->plan, &w->scope, preset, (uint32_t)c, w->x->arena, &e[l->n], err));
    } else if (value->kind == NODE_EXPR_DEFAULT) {
        e[l->n] = expr_const(w->x->arena, &w->preset[c], value->at);
        if (!e[l->n])
            return RAISE_NOMEM(err);
    } else {
        TRY(bind_table_assign(&w->plan, &w->scope, value, (uint32_t)named, w->x->arena, &e[l->n], err));
    }
    l->n++;
    return 0;
}

int set_list_bind(TableWrite *w, const NodeList *sets, const Schema *in, SetList *ret, Err *err)
{
    Arena *a = w->x->arena;
    Ident of = {.s = str_of(w->scope.alias ? w->scope.alias : w->table->name), .at = SPAN_NONE};
    SetItem *item;
    uint32_t n;
    TRY(dml_set_items(a, &of, sets, &item, &n, err));
    *ret = (SetList){.col = ARENA_ARRAY(a, uint32_t, n + 1), .value = ARENA_ARRAY(a, Vec, n + 1)};
    Expr **e = ARENA_ARRAY(a, Expr *, n + 1);
    if (!ret->col || !ret->value || !e)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        TRY(set_column(w, ret, e, item[i].column, item[i].value, err));
    return program_compile(a, e, ret->n, in, &ret->program, err);
}

int set_list_run(TableWrite *w, SetList *l, const Batch *b, const Batch *old, Batch **ret, Err *err)
{
    const Schema *schema = w->table->schema;
    Batch *r = batch_scratch(&w->step, schema, b->n);
    if (!r)
        return RAISE_NOMEM(err);
    r->sel = b->sel;
    r->n_sel = b->n_sel;
    for (uint32_t c = 0; c < schema->n; c++)
        r->col[c] = old->col[c];
    TRY(table_write_eval(w, l->program, b, l->value, err));
    for (uint32_t i = 0; i < l->n; i++)
        r->col[l->col[i]] = l->value[i];
    *ret = r;
    return 0;
}
