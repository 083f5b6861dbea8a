/* SPDX-License-Identifier: Apache-2.0
 *
 * Relations that could not be made again when the database was opened: a function of the program is missing, or this version of the
 * program refuses their query.  Nothing else suffers: the name stays taken by a relation that says, whenever it is used, what was
 * in the way; what reads it is broken with it.  Its statement stays in the log and in checkpoints, so the next opening tries again,
 * and takes its state from where it was whole last (checkpoint_base.c). */
#include "db/durable.h"
#include "db/execute.h"
#include "sql/ast_equal.h"

#define NUMBERS_KEPT_FREE 4u /* it would have given some to its errors and late rows */

/* Failures of the machine, and of what is stored, are the opening's own. */
static bool is_of_the_statement(const Err *why)
{
    switch ((int)why->code) {
    case ERR_OUT_OF_MEMORY:
    case ERR_DISK_FULL:
    case ERR_IO:
    case ERR_CORRUPT:
    case ERR_SHUTDOWN:
    case ERR_LOG_DEAD:
    case ERR_INTERNAL: return false;
    default: return true;
    }
}

bool broken_may_stay(const Err *why)
{
    bool may_go = why->code == ERR_FILE_ACCESS || why->code == ERR_IN_USE;
    return (is_of_the_statement(why) && !may_go) || why->code == ERR_CORRUPT;
}

static RelationKind kind_of(ObjectKind k)
{
    return k == OBJECT_MATERIALIZED_VIEW ? REL_VIEW : k == OBJECT_VIEW ? REL_QUERY : REL_STREAM;
}

/* Who reads a plain view finds it again by its number (ddl_view.c). */
static int is_read(Database *db, const Relation *old, RelationKind kind, bool *ret, Err *err)
{
    Arena arena;
    const Relation **dep;
    uint32_t n = 0;
    *ret = false;
    if (old->kind != REL_QUERY || kind != REL_QUERY)
        return 0;
    arena_init(&arena, NULL, 0);
    int rc = catalog_dependants(db->catalog, old->id, &arena, &dep, &n, err);
    *ret = rc == 0 && n > 0;
    arena_done(&arena);
    return rc;
}

/* [ddl] OR REPLACE: what it was to replace is gone all the same. */
static int remove_old(Database *db, Str name, Relation *r, Err *err)
{
    const Relation *old = catalog_find(db->catalog, name);
    uint64_t ids[4];
    uint32_t n = 0;
    bool stays = false;
    if (!old)
        return 0;
    TRY(is_read(db, old, r->kind, &stays, err));
    if (stays) {
        r->id = old->id;
        return 0;
    }
    for (uint32_t i = 0; i < db->catalog->n && n + 1 < ARRAY_LEN(ids); i++)
        if (relation_belongs(db->catalog->relation[i]) && db->catalog->relation[i]->input == old->id)
            ids[n++] = db->catalog->relation[i]->id;
    ids[n++] = old->id;
    for (uint32_t i = n; i-- > 0;) /* the query before what it writes to */
        db_stop(db, ids[i]);
    return db_publish(db, NULL, ids, n, err);
}

/* ---- what it reads ----
 *
 * It cannot be planned, so it reads whatever its text names.  That must not go or change meanwhile, or its past could not be run
 * again. */

typedef struct Named {
    const Catalog *catalog;
    Relation *r;
    bool failed;
} Named;

static void add_named(Named *n, uint64_t id)
{
    Relation *r = n->r;
    for (uint32_t i = 0; i < r->n_depends; i++)
        if (r->depends[i] == id)
            return;
    uint64_t *more = ARENA_ARRAY(&r->arena, uint64_t, r->n_depends + 1);
    n->failed |= !more;
    if (!more)
        return;
    if (r->n_depends)
        memcpy(more, r->depends, r->n_depends * sizeof(*more));
    more[r->n_depends++] = id;
    r->depends = more;
}

static void add_name(Named *n, const Name *name)
{
    const Relation *r = name->n_parts ? catalog_find(n->catalog, object_of(name)) : NULL;
    if (r)
        add_named(n, r->id);
}

static void add_functions(Named *n, const Name *name)
{
    Str id = object_of(name);
    for (uint32_t i = 0; i < n->catalog->n; i++) {
        const Relation *r = n->catalog->relation[i];
        if (r->kind == REL_FUNCTION && !r->native && str_starts(str_of(r->name), id) && r->name[id.n] == '(')
            add_named(n, r->id);
    }
}

static int add_names(void *self, Node *node)
{
    Named *n = self;
    switch (node->kind) {
    case NODE_FROM_TABLE: add_name(n, &AST(FromTable, node)->name); break;
    case NODE_EXPR_TABLE_ARG: add_name(n, &AST(ExprTableArg, node)->rel); break;
    case NODE_TYPE: add_name(n, &AST(TypeName, node)->name); break;
    case NODE_STREAM_CLAUSES: add_name(n, &AST(StreamClauses, node)->late_to); break;
    case NODE_CREATE_SINK_STMT: add_name(n, &AST(CreateSinkStmt, node)->from); break;
    case NODE_EXPR_CALL: add_functions(n, &AST(ExprCall, node)->func); break;
    default: break;
    }
    return ast_each_child(node, add_names, self);
}

static int publish(Database *db, RelationKind kind, const Name *name, const Node *stmt, Str text, const Err *why, Err *err)
{
    Arena arena;
    Str id = object_of(name);
    arena_init(&arena, NULL, 0);
    const char *copy = arena_strndup(&arena, id.p, id.n);
    Relation *r = copy ? relation_new(db->catalog, &db->acct, kind, copy) : NULL;
    arena_done(&arena);
    int rc = r ? 0 : RAISE_NOMEM(err);
    if (rc == 0) {
        r->ddl = arena_strndup(&r->arena, text.p, text.n);
        r->broken = arena_strdup(&r->arena, why->message);
        r->schema = schema_new(&db->acct, NULL, 0);
        rc = r->ddl && r->broken && r->schema ? remove_old(db, id, r, err) : RAISE_NOMEM(err);
    }
    if (rc == 0) {
        Named named = {db->catalog, r, false};
        (void)add_names(&named, (Node *)stmt);
        rc = named.failed ? RAISE_NOMEM(err) : 0;
    }
    if (rc == 0)
        rc = db_publish(db, r, NULL, 0, err);
    relation_unref(r);
    return rc;
}

int broken_keep(Database *db, uint64_t number, Str text, Err *why)
{
    Arena arena;
    ScriptStmt s;
    Err err = ERR_INIT;
    if (!is_of_the_statement(why))
        return -(int)why->code;
    arena_init(&arena, NULL, 0);
    int rc = sql_parse_one(&arena, text.p, (uint32_t)text.n, &s, &err);
    const Name *name = NULL;
    RelationKind kind = REL_SINK;
    if (rc == 0 && s.node->kind == NODE_CREATE_QUERY_STMT) {
        name = &AST(CreateQueryStmt, s.node)->name;
        kind = kind_of(AST(CreateQueryStmt, s.node)->kind);
    } else if (rc == 0 && s.node->kind == NODE_CREATE_SINK_STMT) {
        name = &AST(CreateSinkStmt, s.node)->name;
    }
    if (name) {
        db->next_relation = number;
        env_lock(db->env, &db->ddl);
        rc = publish(db, kind, name, s.node, text, why, &err);
        env_unlock(db->env, &db->ddl);
        db->next_relation = number + NUMBERS_KEPT_FREE;
    }
    arena_done(&arena);
    if (rc < 0) { /* memory is missing for it: it may be kept the next time */
        *why = err;
        return rc;
    }
    if (!name)
        return -(int)why->code;
    err_clear(why);
    return 0;
}
