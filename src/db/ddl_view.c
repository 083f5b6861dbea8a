/* SPDX-License-Identifier: Apache-2.0
 *
 * Plain views that change: CREATE OR REPLACE VIEW of one that others read, ALTER VIEW.  A view keeps its number, so who depends on
 * it finds it again.  Definitions are texts: what would make the text of another mean something else is refused. */
#include "db/ddl_view.h"
#include "db/durable.h"
#include "db/names_move.h"
#include "db/stream.h"
#include "sql/print.h"

#include <stdio.h>
#include <string.h>

static int dependants(StmtContext *x, const Relation *r, const Relation ***ret, uint32_t *ret_n, Err *err)
{
    return catalog_dependants(x->db->catalog, r->id, x->arena, ret, ret_n, err);
}

/* ---- CREATE OR REPLACE ---- */

int view_stays(StmtContext *x, const CreateQueryStmt *c, uint64_t *ret_id, Err *err)
{
    const Relation *old = c->or_replace && c->kind == OBJECT_VIEW ? catalog_find(x->db->catalog, object_of(&c->name)) : NULL;
    const Relation **dep;
    uint32_t n = 0;
    *ret_id = 0;
    if (!old || old->kind != REL_QUERY)
        return 0;
    TRY(dependants(x, old, &dep, &n, err));
    *ret_id = n ? old->id : 0;
    return 0;
}

static int check_columns(const Relation *old, const Relation *made, Span at, Err *err)
{
    const Schema *was = old->schema, *is = made->schema;
    char from[64], to[64];
    if (is->n < was->n)
        return RAISE_AT(err, ERR_INVALID_TABLE_DEF, at, "cannot drop columns from view");
    for (uint32_t i = 0; i < was->n; i++) {
        if (strcmp(was->field[i].name, is->field[i].name) != 0) {
            (void)RAISE_AT(err, ERR_INVALID_TABLE_DEF, at, "cannot change name of view column \"%s\" to \"%s\"", was->field[i].name,
                           is->field[i].name);
            return err_hint(err, "Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.");
        }
        if (type_eq(was->field[i].type, is->field[i].type))
            continue;
        type_print(was->field[i].type, from, sizeof(from));
        type_print(is->field[i].type, to, sizeof(to));
        return RAISE_AT(err, ERR_INVALID_TABLE_DEF, at, "cannot change data type of view column \"%s\" from %s to %s",
                        was->field[i].name, from, to);
    }
    return 0;
}

/* The text of r gives the columns that it has, over the view as it becomes. */
static int check_text(StmtContext *x, const Catalog *next, const Relation *r, const Relation *made, Span at, Err *err)
{
    PlanContext ctx = plan_context(x->db, next, NULL);
    ScriptStmt s;
    PhysPlan *plan = NULL;
    if (r->broken) /* view_mend_readers */
        return 0;
    Err why = ERR_INIT;
    ctx.stored_text = true;
    ctx.describes = true;
    int rc = sql_parse_one(x->arena, r->query, (uint32_t)strlen(r->query), &s, &why);
    if (rc == 0)
        rc = plan_query(&ctx, AST(QueryStmt, s.node)->query, PLAN_BOUNDED, 0, &plan, &why);
    bool holds = rc == 0 && plan->schema->n == r->schema->n && schema_same_types(plan->schema, r->schema);
    phys_plan_free(plan);
    if (rc == -ERR_OUT_OF_MEMORY)
        return RAISE_NOMEM(err);
    return holds ? 0
                 : RAISE_AT(err, ERR_UNSUPPORTED, at, "replacing \"%s\" so that VIEW \"%s\" has other columns is not supported",
                            made->name, r->name);
}

int view_check_replacement(StmtContext *x, const Relation *made, Span at, Err *err)
{
    const Relation *old = catalog_by_id(x->db->catalog, made->id), **dep;
    uint32_t n = 0;
    Catalog *next;
    TRY(check_columns(old, made, at, err));
    TRY(dependants(x, old, &dep, &n, err));
    for (uint32_t i = 0; i < n; i++) {
        const Relation *owner = relation_belongs(dep[i]) ? catalog_by_id(x->db->catalog, dep[i]->input) : NULL;
        const Relation *named = owner ? owner : dep[i];
        if (named->kind != REL_QUERY)
            return RAISE_AT(err, ERR_DEPENDENT_OBJECTS, at, "cannot replace \"%s\": %s \"%s\" depends on it", old->name,
                            relation_kind_name(named->kind), named->name);
    }
    TRY(catalog_with(x->db->catalog, (Relation *)made, NULL, 0, &next, err));
    int rc = 0;
    for (uint32_t i = 0; i < n && rc == 0; i++)
        rc = check_text(x, next, dep[i], made, at, err);
    catalog_unref(next);
    return rc;
}

/* What r says, in place of what could not be made; err says why it still cannot. */
static int mend(StmtContext *x, const Relation *broken, Err *err)
{
    ScriptStmt s;
    TRY(sql_parse_one(x->arena, broken->ddl, (uint32_t)strlen(broken->ddl), &s, err));
    char *name = arena_strdup(x->arena, broken->name);
    Relation *r = name ? relation_new(x->db->catalog, &x->db->acct, REL_QUERY, name) : NULL;
    if (!r)
        return RAISE_NOMEM(err);
    r->id = broken->id;
    int rc = view_define(x, &s, str_of(broken->ddl), AST(CreateQueryStmt, s.node), r, err);
    if (rc == 0)
        rc = db_publish(x->db, r, NULL, 0, err);
    relation_unref(r);
    return rc;
}

int view_mend_readers(StmtContext *x, const Relation *made, Err *err)
{
    const Relation **dep;
    uint32_t n = 0;
    TRY(dependants(x, made, &dep, &n, err));
    for (uint32_t i = n; i-- > 0;) { /* what is read before who reads it */
        Err why = ERR_INIT;
        if (dep[i]->broken && dep[i]->kind == REL_QUERY && *dep[i]->ddl && mend(x, dep[i], &why) == -ERR_OUT_OF_MEMORY)
            return RAISE_NOMEM(err);
    }
    return 0;
}

/* ---- ALTER VIEW ---- */

static int rename_column(Arena *a, const Relation *old, const AlterAction *act, NodeList *ret, Err *err)
{
    const Schema *s = old->schema;
    int col = schema_find(s, act->name.s);
    if (col < 0)
        return RAISE_AT(err, ERR_UNDEFINED_COLUMN, act->name.at, "column \"%s\" does not exist", act->name.s.p);
    if (schema_find(s, act->new_name.s) >= 0)
        return RAISE_AT(err, ERR_DUPLICATE_COLUMN, act->new_name.at, "column \"%s\" of relation \"%s\" already exists",
                        act->new_name.s.p, old->name);
    *ret = (NodeList){0};
    for (uint32_t i = 0; i < s->n; i++) {
        IdentNode *n = ARENA_NEW(a, IdentNode);
        if (!n)
            return RAISE_NOMEM(err);
        *n = (IdentNode){.node = {.kind = NODE_IDENT, .at = act->name.at, .depth = 1},
                         .ident = {.s = (int)i == col ? act->new_name.s : str_of(s->field[i].name), .at = act->name.at}};
        node_list_append(ret, &n->node);
    }
    return 0;
}

/* The definition with the new name, written out, and read again. */
static int new_text(StmtContext *x, const Relation *old, const AlterAction *act, ScriptStmt *ret, Str *ret_text, Err *err)
{
    ScriptStmt s;
    StrBuf ddl;
    TRY(sql_parse_one(x->arena, old->ddl, (uint32_t)strlen(old->ddl), &s, err));
    CreateQueryStmt *c = AST(CreateQueryStmt, s.node);
    c->or_replace = c->if_not_exists = false;
    if (act->kind == ALTER_RENAME)
        TRY(name_renamed(x->db->catalog, old, act, x->arena, &c->name, err));
    else
        TRY(rename_column(x->arena, old, act, &c->columns, err));
    sb_init(&ddl, &x->db->acct);
    sql_print(&c->node, &ddl);
    char *text = ddl.failed ? NULL : arena_strdup(x->arena, sb_cstr(&ddl));
    sb_done(&ddl);
    if (!text)
        return RAISE_NOMEM(err);
    *ret_text = str_of(text);
    return sql_parse_one(x->arena, text, (uint32_t)strlen(text), ret, err);
}

/* A view that could not be made takes a new name all the same, while the log is read.  Its columns are not known: once one of them
 * has another name, what it was is not enough to make it, and it waits for the next opening. */
static int change_broken(StmtContext *x, const AlterAction *act, const Relation *old, Err *err)
{
    bool renames = act->kind == ALTER_RENAME;
    ScriptStmt s;
    Str text = STR("");
    if (renames && *old->ddl)
        TRY(new_text(x, old, act, &s, &text, err));
    char *name = renames ? relation_beside(old, act->new_name.s, x->arena) : arena_strdup(x->arena, old->name);
    Relation *r = name ? relation_new(x->db->catalog, &x->db->acct, REL_QUERY, name) : NULL;
    if (!r)
        return RAISE_NOMEM(err);
    r->id = old->id;
    r->ddl = arena_strndup(&r->arena, text.p, text.n);
    r->broken = arena_strdup(&r->arena, old->broken);
    r->schema = schema_ref((Schema *)old->schema);
    r->n_depends = old->n_depends;
    r->depends =
        arena_memdup(&r->arena, old->n_depends ? old->depends : (uint64_t[]){0}, MAX(old->n_depends, 1) * sizeof(uint64_t));
    int rc = r->ddl && r->broken && r->depends ? db_publish(x->db, r, NULL, 0, err) : RAISE_NOMEM(err);
    relation_unref(r);
    return rc;
}

static int change(StmtContext *x, const AlterStmt *st, const Relation *old, Err *err)
{
    const AlterAction *act = AST(AlterAction, st->actions.first);
    const Relation **dep;
    uint32_t n = 0;
    ScriptStmt s;
    Str text;
    if (old->broken && durable_is_replaying(x->db))
        return change_broken(x, act, old, err);
    TRY(dependants(x, old, &dep, &n, err));
    if (n && act->kind == ALTER_RENAME) {
        Name whole;
        TRY(name_renamed(x->db->catalog, old, act, x->arena, &whole, err));
        return object_rename(x, old, &act->new_name, err);
    }
    if (n) {
        (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, st->name.at, "cannot alter VIEW \"%s\" because other objects depend on it",
                       old->name);
        (void)err_detail(err, "%s \"%s\"", relation_kind_name(dep[n - 1]->kind), dep[n - 1]->name);
        return -ERR_DEPENDENT_OBJECTS;
    }
    TRY(new_text(x, old, act, &s, &text, err));
    const CreateQueryStmt *c = AST(CreateQueryStmt, s.node);
    char *name = arena_strndup(x->arena, object_of(&c->name).p, object_of(&c->name).n);
    Relation *r = name ? relation_new(x->db->catalog, &x->db->acct, REL_QUERY, name) : NULL;
    if (!r)
        return RAISE_NOMEM(err);
    r->id = old->id;
    int rc = view_define(x, &s, text, c, r, err);
    if (rc == 0)
        rc = db_publish(x->db, r, NULL, 0, err);
    relation_unref(r);
    return rc;
}

static int alter_found(StmtContext *x, const AlterStmt *st, Err *err)
{
    TRY(name_check_made(x->db->catalog, &st->name, err));
    Str id = object_of(&st->name);
    const Relation *r = catalog_find(x->db->catalog, id);
    if (!r && st->if_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_UNDEFINED_RELATION, "relation \"%.*s\" does not exist, skipping", (int)id.n, id.p);
        statement_notice(x->result, &notice);
        durable_skip(x->db);
        return 0;
    }
    if (!r)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, st->name.at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    if (r->kind != REL_QUERY)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is not a view", r->name);
    return change(x, st, r, err);
}

int alter_view(StmtContext *x, const AlterStmt *st, Err *err)
{
    AlterKind kind = AST(AlterAction, st->actions.first)->kind;
    if (st->actions.n != 1 || (kind != ALTER_RENAME && kind != ALTER_RENAME_COLUMN))
        return RAISE_AT(err, ERR_UNSUPPORTED, st->node.at, "this form of ALTER VIEW is not supported yet");
    env_lock(x->db->env, &x->db->ddl);
    int rc = alter_found(x, st, err);
    env_unlock(x->db->env, &x->db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL, "ALTER VIEW", object_of(&st->name));
    return 0;
}
