/* SPDX-License-Identifier: Apache-2.0
 *
 * INSERT, UPDATE and DELETE in WITH.  Each of them runs once: before the part that reads it, or at last when none does; its changes
 * are kept, so that all parts of the statement see the tables as they were.  What it returns stands as constants in the parts that
 * read it.  In the end the changes of all parts are made as one: in one step, with what follows from foreign keys.
 *
 * A row is changed by the first part that comes to it only, as in PostgreSQL.  Between the parts a writer may push into one of
 * the tables; then what has been found is thrown away, and the statement begins anew. */
#include "db/dml_with.h"
#include "db/foreign.h"
#include "db/transaction.h"

#define ATTEMPTS_MAX 16u

typedef struct ChangedTable {
    struct ChangedTable *next;
    const Relation *r;  /* one reference */
    Feed *feed;         /* one reference */
    uint64_t version;   /* feed->n_changes */
    uint32_t n_altered; /* of its definition, then */
    HashTable *owner;   /* rows that are changed: row_count() is the part's number */
    BatchList rows;
} ChangedTable;

struct ChangeSet {
    StmtContext *x;
    ChangedTable *tables;
    int64_t part; /* that runs, from 1 */
};

/* ---- which statements ---- */

static With **with_of(Node *n)
{
    switch ((NodeKind)n->kind) {
    case NODE_QUERY_STMT: return &((QueryStmt *)(void *)n)->query->with;
    case NODE_INSERT_STMT: return &((InsertStmt *)(void *)n)->with;
    case NODE_UPDATE_STMT: return &((UpdateStmt *)(void *)n)->with;
    case NODE_DELETE_STMT: return &((DeleteStmt *)(void *)n)->with;
    case NODE_MERGE_STMT: return &((MergeStmt *)(void *)n)->with;
    default: return NULL;
    }
}

const Node *dml_with_items(const Node *stmt)
{
    With **w = with_of((Node *)stmt);
    return w && *w ? (*w)->ctes.first : NULL;
}

bool dml_with_changes(const Node *stmt)
{
    for (const Node *item = dml_with_items(stmt); item; item = item->next)
        if (AST(Cte, item)->change)
            return true;
    return false;
}

/* ---- tables ---- */

static ChangedTable *find_table(ChangeSet *c, const Relation *r)
{
    ChangedTable *t = c->tables;
    while (t && t->r->id != r->id)
        t = t->next;
    return t;
}

/* A transaction has the table to itself, until it commits. */
static int check_version(const ChangeSet *c, const ChangedTable *t, Err *err)
{
    return c->x->db->transaction || (t->feed->n_changes == t->version && t->feed->n_altered == t->n_altered && !t->feed->closed)
               ? 0
               : RAISE(err, ERR_SERIALIZATION, "could not serialize access due to concurrent update of \"%s\"", t->r->name);
}

int change_set_begin(ChangeSet *c, TableWrite *w, Err *err)
{
    ChangedTable *t = find_table(c, w->table);
    if (t)
        return check_version(c, t, err);
    Account *acct = engine_account(c->x->db->engine);
    t = mem_zalloc(acct, sizeof(*t));
    if (!t)
        return RAISE_NOMEM(err);
    *t = (ChangedTable){.next = c->tables,
                        .r = relation_ref((Relation *)w->table),
                        .feed = feed_ref(engine_feed(c->x->db->engine, w->table->id)),
                        .rows = {.acct = acct}};
    t->version = t->feed->n_changes;
    t->n_altered = t->feed->n_altered;
    c->tables = t;
    t->owner = stored_rows_new(w->feed->stored, err);
    return t->owner ? 0 : -ERR_OUT_OF_MEMORY;
}

int change_set_add(ChangeSet *c, TableWrite *w, Err *err)
{
    ChangedTable *t = find_table(c, w->table);
    for (uint32_t i = 0; i < w->changes.n; i++)
        TRY(batch_list_add(&t->rows, batch_ref(w->changes.batch[i]), err));
    return 0;
}

int table_write_claim(TableWrite *w, Batch *b, Batch **ret, Err *err)
{
    ChangeSet *c = w->x->changes;
    *ret = b;
    if (!c || b->n_sel == 0)
        return 0;
    ChangedTable *t = find_table(c, w->table);
    uint32_t n = 0;
    uint8_t **row = arena_alloc(&w->step, b->n_sel * sizeof(*row)), **entry = arena_alloc(&w->step, b->n_sel * sizeof(*entry));
    uint16_t *sel = arena_alloc(&w->step, b->n_sel * sizeof(*sel));
    if (!row || !entry || !sel)
        return RAISE_NOMEM(err);
    TRY(stored_rows_get(w->feed->stored, t->owner, b, &w->step, row, entry, err));
    for (uint32_t i = 0; i < b->n_sel; i++) {
        int64_t *owner = row_count(entry[i]);
        *owner = *owner ? *owner : c->part;
        if (*owner == c->part)
            sel[n++] = (uint16_t)row_at(batch_rows(b), i);
    }
    if (n < b->n_sel)
        *ret = batch_with_sel(&w->step, b, sel, n);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int apply_inside(ChangeSet *c, const Catalog *catalog, Err *err)
{
    TableWrite w = {.x = c->x, .catalog = (Catalog *)catalog};
    ForeignChanges f;
    int rc = 0;
    bool is_target = false;
    foreign_changes_init(&f, c->x);
    for (ChangedTable *t = c->tables; t && rc == 0; t = t->next) {
        rc = check_version(c, t, err);
        is_target |= foreign_is_target(catalog, t->r);
        if (rc == 0 && t->rows.n)
            rc = foreign_add(&w, &f, t->r, t->rows.batch, t->rows.n, err);
    }
    if (rc == 0 && is_target)
        rc = foreign_spread(&w, &f, err);
    if (rc == 0)
        rc = table_write_apply(c->x, &f, err);
    foreign_changes_done(&f);
    return rc;
}

static int apply(ChangeSet *c, Err *err)
{
    engine_enter(c->x->db->engine);
    Catalog *catalog = db_catalog(c->x->db);
    int rc = apply_inside(c, catalog, err);
    engine_leave(c->x->db->engine);
    catalog_unref(catalog);
    return rc;
}

static void change_set_done(ChangeSet *c)
{
    Account *acct = engine_account(c->x->db->engine);
    engine_enter(c->x->db->engine);
    while (c->tables) {
        ChangedTable *t = c->tables;
        c->tables = t->next;
        hash_table_free(t->owner);
        batch_list_done(&t->rows);
        feed_unref(t->feed);
        relation_unref((Relation *)t->r);
        mem_free(acct, t, sizeof(*t));
    }
    engine_leave(c->x->db->engine);
}

/* ---- parts ---- */

typedef struct WithParts {
    StmtContext *x;
    const With *with;
    StatementResult *result; /* one for each item of WITH */
} WithParts;

static const GivenRows not_yet; /* as if it returned nothing: nobody asks */

static Node *body_of(const Cte *c)
{
    return c->change ? c->change : &c->query->node;
}

static bool has_name(const With *w, Str name)
{
    for (const Node *n = w ? w->ctes.first : NULL; n; n = n->next)
        if (str_eq(AST(Cte, n)->name.s, name))
            return true;
    return false;
}

static int add_item(Arena *a, NodeList *l, const Node *item, Err *err)
{
    Cte *c = arena_memdup(a, AST(Cte, item), sizeof(*c));
    if (!c)
        return RAISE_NOMEM(err);
    node_list_append(l, &c->node);
    return 0;
}

/* A part sees what stands before it in WITH, behind what it has itself. */
static int give_with(const WithParts *p, const Cte *part, With **own, Err *err)
{
    Arena *a = p->x->arena;
    NodeList items = {0};
    bool any = false;
    for (const Node *n = p->with->ctes.first; n != &part->node; n = n->next)
        any |= with_name_is_used(AST(Cte, n)->name.s, part->change);
    if (!any)
        return 0;
    for (const Node *n = p->with->ctes.first; n != &part->node; n = n->next)
        if (!has_name(*own, AST(Cte, n)->name.s))
            TRY(add_item(a, &items, n, err));
    for (const Node *n = *own ? (*own)->ctes.first : NULL; n; n = n->next)
        TRY(add_item(a, &items, n, err));
    With *all = ARENA_NEW(a, With);
    if (!all)
        return RAISE_NOMEM(err);
    *all = (With){.node = p->with->node, .recursive = p->with->recursive || (*own && (*own)->recursive), .ctes = items};
    *own = all;
    return 0;
}

static int check_part(const With *w, const Cte *part, Err *err)
{
    if (part->change->kind == NODE_MERGE_STMT)
        return RAISE_AT(err, ERR_UNSUPPORTED, part->change->at, "MERGE not supported in WITH query");
    if (w->recursive && with_name_is_used(part->name.s, part->change))
        return RAISE_AT(err, ERR_INVALID_RECURSION, part->name.at,
                        "recursive query \"%s\" must not contain data-modifying statements", part->name.s.p);
    if (dml_with_changes(part->change))
        return RAISE_AT(err, ERR_UNSUPPORTED, (*with_of(part->change))->node.at,
                        "WITH clause containing a data-modifying statement must be at the top level");
    return 0;
}

static int run_kind(StmtContext *x, Node *n, Err *err)
{
    ScriptStmt s = {.node = n, .at = n->at};
    switch ((NodeKind)n->kind) {
    case NODE_QUERY_STMT: return stmt_select(x, &s, err);
    case NODE_INSERT_STMT: return stmt_insert(x, &s, err);
    case NODE_UPDATE_STMT: return stmt_update(x, &s, err);
    case NODE_DELETE_STMT: return stmt_delete(x, &s, err);
    default: return stmt_merge(x, &s, err);
    }
}

static int run_read(WithParts *p, const Node *reader, const Node *end, Err *err);

static int run_part(WithParts *p, Cte *part, uint32_t i, Err *err)
{
    StmtContext own = *p->x;
    With **with = with_of(part->change), *written = *with;
    StatementResult *result = &p->result[i];
    if (part->given != &not_yet)
        return 0;
    TRY(run_read(p, part->change, &part->node, err));
    own.result = result;
    own.is_last = false;
    own.shown = NULL;
    p->x->changes->part++;
    int rc = give_with(p, part, with, err);
    if (rc == 0)
        rc = run_kind(&own, part->change, err);
    *with = written;
    TRY(rc);
    GivenRows *g = ARENA_NEW(p->x->arena, GivenRows);
    if (!g)
        return RAISE_NOMEM(err);
    const ResultSet *rows = result->rows;
    *g = rows ? (GivenRows){rows->schema, rows->batch, rows->n} : (GivenRows){0};
    part->given = g;
    return 0;
}

/* The parts that something reads, of those before `end`. */
static int run_read(WithParts *p, const Node *reader, const Node *end, Err *err)
{
    uint32_t i = 0;
    for (Node *n = p->with->ctes.first; n != end; n = n->next, i++) {
        Cte *c = AST(Cte, n);
        if (!with_name_is_used(c->name.s, reader))
            continue;
        TRY(c->change ? run_part(p, c, i, err) : run_read(p, body_of(c), n, err));
    }
    return 0;
}

/* What nobody has read, the last first. */
static int run_rest(WithParts *p, Node *n, uint32_t i, Err *err)
{
    if (!n)
        return 0;
    TRY(run_rest(p, n->next, i + 1, err));
    return AST(Cte, n)->change ? run_part(p, AST(Cte, n), i, err) : 0;
}

static int run_parts(WithParts *p, Node *n, Err *err)
{
    AST_EACH(item, p->with->ctes)
    {
        Cte *c = AST(Cte, item);
        if (c->change)
            TRY(check_part(p->with, c, err));
        c->given = c->change ? &not_yet : NULL;
    }
    With **own = with_of(n), *written = *own;
    *own = NULL; /* what only parts read is not read by the statement */
    int rc = run_read(p, n, NULL, err);
    *own = written;
    TRY(rc);
    p->x->changes->part++;
    TRY(run_kind(p->x, n, err));
    return run_rest(p, p->with->ctes.first, 0, err);
}

static int run_once(StmtContext *x, const ScriptStmt *s, Err *err)
{
    ChangeSet set = {.x = x};
    WithParts p = {.x = x, .with = *with_of(s->node)};
    uint32_t n = p.with->ctes.n;
    p.result = ARENA_ARRAY(x->arena, StatementResult, n + 1);
    if (!p.result)
        return RAISE_NOMEM(err);
    x->changes = &set;
    int rc = run_parts(&p, s->node, err);
    x->changes = NULL;
    if (rc == 0 && !x->only_bind)
        rc = apply(&set, err);
    change_set_done(&set);
    for (uint32_t i = 0; i < n; i++)
        statement_result_done(&p.result[i]);
    return rc;
}

int stmt_with_changes(StmtContext *x, const ScriptStmt *s, Err *err)
{
    for (uint32_t i = 1;; i++) {
        int rc = run_once(x, s, err);
        if (rc == 0)
            return 0;
        statement_result_done(x->result);
        *x->result = (StatementResult){0};
        if (rc != -ERR_SERIALIZATION || x->db->transaction || i == ATTEMPTS_MAX)
            return rc;
        if (err)
            *err = ERR_INIT;
    }
}
