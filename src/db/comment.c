/* SPDX-License-Identifier: Apache-2.0
 *
 * COMMENT ON relation and COMMENT ON COLUMN.  Comments lie beside the catalog: a relation that running queries hold never changes
 * for the sake of a text.  The statement is logged like the one that made the relation, and goes with it. */
#include "db/comment.h"
#include "catalog/names.h"
#include "sql/ast_equal.h"
#include "db/durable.h"

#include <stdio.h>

struct Comment {
    struct Comment *next;
    uint64_t relation;
    int32_t col;
    char name[64]; /* of a constraint; else empty */
    char *text;
};

static Comment **find(Database *db, uint64_t relation, int32_t col, const char *name)
{
    Comment **at = &db->comments;
    while (*at && ((*at)->relation != relation || (*at)->col != col || strcmp((*at)->name, name) != 0))
        at = &(*at)->next;
    return at;
}

static void unlink_one(Database *db, Comment **at)
{
    Comment *c = *at;
    *at = c->next;
    mem_strfree(&db->acct, c->text);
    mem_free(&db->acct, c, sizeof(*c));
}

int comment_find(Database *db, uint64_t relation, int32_t col, Arena *arena, const char **ret, Err *err)
{
    return comment_find_named(db, relation, col, "", arena, ret, err);
}

int comment_find_named(Database *db, uint64_t relation, int32_t what, const char *name, Arena *arena, const char **ret, Err *err)
{
    env_lock(db->env, &db->comments_lock);
    Comment *c = *find(db, relation, what, name);
    char *copy = c ? arena_strdup(arena, c->text) : NULL;
    env_unlock(db->env, &db->comments_lock);
    *ret = copy;
    return c && !copy ? RAISE_NOMEM(err) : 0;
}

void comments_forget(Database *db, const uint64_t *relations, uint32_t n)
{
    env_lock(db->env, &db->comments_lock);
    for (Comment **at = &db->comments; *at;) {
        bool gone = false;
        for (uint32_t i = 0; i < n; i++)
            gone |= relations[i] == (*at)->relation;
        if (gone)
            unlink_one(db, at);
        else
            at = &(*at)->next;
    }
    env_unlock(db->env, &db->comments_lock);
}

void comments_move(Database *db, uint64_t relation, const int32_t *now, uint32_t n)
{
    env_lock(db->env, &db->comments_lock);
    for (Comment **at = &db->comments; *at;) {
        Comment *c = *at;
        bool moves = c->relation == relation && c->col >= 0 && (uint32_t)c->col < n;
        if (moves && now[c->col] < 0) {
            unlink_one(db, at);
            continue;
        }
        if (moves)
            c->col = now[c->col];
        at = &c->next;
    }
    env_unlock(db->env, &db->comments_lock);
}

void comments_rename(Database *db, uint64_t relation, Str from, Str to)
{
    env_lock(db->env, &db->comments_lock);
    for (Comment *c = db->comments; c; c = c->next)
        if (c->relation == relation && c->name[0] && str_eq(str_of(c->name), from))
            snprintf(c->name, sizeof(c->name), "%.*s", (int)to.n, to.p);
    env_unlock(db->env, &db->comments_lock);
}

void comments_settle(Database *db, const Relation *r)
{
    env_lock(db->env, &db->comments_lock);
    for (Comment **at = &db->comments; *at;) {
        const Comment *c = *at;
        Str name = str_of(c->name);
        bool stays = c->relation != r->id || !c->name[0] ||
                     (c->col == COMMENT_OF_KEY ? relation_has_key(r, name) : relation_has_constraint(r, name));
        if (stays)
            at = &(*at)->next;
        else
            unlink_one(db, at);
    }
    env_unlock(db->env, &db->comments_lock);
}

void comments_free(Database *db, Comment *list)
{
    while (list)
        unlink_one(db, &list);
}

void comments_done(Database *db)
{
    comments_free(db, MOVE(db->comments));
}

int comments_copy(Database *db, Comment **ret, Err *err)
{
    Comment **at = ret;
    int rc = 0;
    *ret = NULL;
    env_lock(db->env, &db->comments_lock);
    for (const Comment *c = db->comments; c && rc == 0; c = c->next) {
        Comment *copy = mem_zalloc(&db->acct, sizeof(*copy));
        if (copy) {
            *copy = (Comment){.relation = c->relation, .col = c->col, .text = mem_strdup(&db->acct, c->text)};
            memcpy(copy->name, c->name, sizeof(c->name));
        }
        *at = copy;
        at = copy ? &copy->next : at;
        rc = copy && copy->text ? 0 : RAISE_NOMEM(err);
    }
    env_unlock(db->env, &db->comments_lock);
    return rc;
}

void comments_swap(Database *db, Comment **list)
{
    env_lock(db->env, &db->comments_lock);
    Comment *now = db->comments;
    db->comments = *list;
    *list = now;
    env_unlock(db->env, &db->comments_lock);
}

/* text p NULL takes the comment away. */
static int keep(Database *db, uint64_t relation, int32_t col, const char *name, Str text, Err *err)
{
    Comment *c = NULL;
    if (text.p) {
        Arena scratch;
        arena_init(&scratch, &db->acct, 0);
        char *copy = arena_strndup(&scratch, text.p, text.n);
        c = mem_zalloc(&db->acct, sizeof(*c));
        if (c && copy)
            c->text = mem_strdup(&db->acct, copy);
        arena_done(&scratch);
        if (!c || !c->text) {
            mem_free(&db->acct, c, sizeof(*c));
            return RAISE_NOMEM(err);
        }
        c->relation = relation;
        c->col = col;
        snprintf(c->name, sizeof(c->name), "%s", name);
    }
    env_lock(db->env, &db->comments_lock);
    Comment **at = find(db, relation, col, name);
    if (*at)
        unlink_one(db, at);
    if (c) {
        c->next = db->comments;
        db->comments = c;
    }
    env_unlock(db->env, &db->comments_lock);
    return 0;
}

/* ---- the statement ---- */

/* Of COLUMN a.b.c: a.b; of a CONSTRAINT, too. */
static int relation_name(const CommentStmt *st, Arena *arena, Name *ret, Err *err)
{
    Name n = st->name;
    n.n_parts -= (st->kind == OBJECT_COLUMN || st->kind == OBJECT_CONSTRAINT) && n.n_parts > 1;
    *ret = n;
    return name_set_key(arena, ret) ? 0 : RAISE_NOMEM(err);
}

int comment_relation(const Catalog *c, Arena *arena, const CommentStmt *st, const Relation **ret, Err *err)
{
    Name n;
    const char *text = NULL;
    TRY(relation_name(st, arena, &n, err));
    if (st->kind == OBJECT_SCHEMA) {
        *ret = catalog_schema(c, name_key(&n));
        return 0;
    }
    if (!object_is_routine(st->kind)) {
        *ret = catalog_find(c, object_of(&n));
        if (!*ret && st->kind == OBJECT_INDEX)
            *ret = index_owner(c, object_of(&n));
        return 0;
    }
    TRY(find_function(c, arena, &st->name, st->has_args ? &st->args : NULL, ret, &text, err));
    return *ret ? 0 : RAISE_AT(err, ERR_UNDEFINED_FUNCTION, n.at, "function %s does not exist", text);
}

static bool kind_fits(ObjectKind wanted, RelationKind is)
{
    switch (wanted) {
    case OBJECT_SOURCE: return is == REL_SOURCE;
    case OBJECT_TABLE:
    case OBJECT_LOOKUP_TABLE: return is == REL_TABLE;
    case OBJECT_STREAM:
    case OBJECT_CONTINUOUS_QUERY: return is == REL_STREAM;
    case OBJECT_MATERIALIZED_VIEW: return is == REL_VIEW;
    case OBJECT_VIEW: return is == REL_QUERY;
    case OBJECT_SINK: return is == REL_SINK;
    case OBJECT_FUNCTION:
    case OBJECT_PROCEDURE:
    case OBJECT_ROUTINE: return is == REL_FUNCTION;
    case OBJECT_INDEX: return is == REL_INDEX;
    case OBJECT_SEQUENCE: return is == REL_SEQUENCE;
    case OBJECT_SCHEMA: return is == REL_SCHEMA;
    case OBJECT_TYPE: return is == REL_TYPE || is == REL_DOMAIN;
    case OBJECT_DOMAIN: return is == REL_DOMAIN;
    case OBJECT_CONSTRAINT: return is == REL_TABLE;
    case OBJECT_COLUMN: return is != REL_SINK;
    default: return false;
    }
}

static int resolve(StmtContext *x, const CommentStmt *st, const Relation **ret, int32_t *ret_col, Err *err)
{
    Name name;
    TRY(relation_name(st, x->arena, &name, err));
    if (st->kind == OBJECT_COLUMN && st->name.n_parts == 1)
        return RAISE_AT(err, ERR_SYNTAX, st->name.at, "column name must be qualified");
    TRY(name_check_made(x->db->catalog, &name, err));
    const Relation *r = NULL;
    TRY(comment_relation(x->db->catalog, x->arena, st, &r, err));
    SchemaId system;
    if (!r && st->kind == OBJECT_SCHEMA && schema_id_find(name_key(&name), &system))
        return RAISE_AT(err, ERR_UNSUPPORTED, name.at, "COMMENT ON SCHEMA %s is not supported", schema_name(system));
    if (!r && st->kind == OBJECT_SCHEMA)
        return name_no_schema(&(Name){.part = (Ident[]){name.part[0], name.part[0]}, .n_parts = 2, .at = name.at}, err);
    if (!r)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, name.at, "relation \"%.*s\" does not exist", (int)object_of(&name).n,
                        object_of(&name).p);
    if (st->of_domain && r->kind != REL_DOMAIN)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name.at, "\"%s\" is not a domain", r->name);
    bool of_key = st->kind == OBJECT_INDEX && !str_eq(str_of(r->name), object_of(&name));
    if (!of_key && !st->of_domain && !kind_fits(st->kind, r->kind))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name.at, "\"%s\" is %s %s, not %s %s", r->name,
                        word_article(relation_kind_name(r->kind)), relation_kind_name(r->kind),
                        word_article(object_kind_text(st->kind)), object_kind_text(st->kind));
    if (r->native)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name.at,
                        "function %s is of the program that opened the database, and goes with it", r->name);
    *ret = r;
    *ret_col = of_key ? COMMENT_OF_KEY : st->kind == OBJECT_CONSTRAINT ? COMMENT_OF_CONSTRAINT : COMMENT_OF_RELATION;
    if (st->kind == OBJECT_CONSTRAINT && !relation_has_constraint(r, name_last(&st->name)->s))
        return RAISE_AT(err, ERR_UNDEFINED_OBJECT, st->name.at, "constraint \"%.*s\" for %s \"%s\" does not exist",
                        (int)name_last(&st->name)->s.n, name_last(&st->name)->s.p, st->of_domain ? "domain" : "table", r->name);
    if (st->kind != OBJECT_COLUMN)
        return 0;
    if (r->broken && durable_is_replaying(x->db)) { /* nobody knows its columns; the statement is kept, and runs when it is whole */
        *ret = NULL;
        return 0;
    }
    *ret_col = schema_find(r->schema, name_last(&st->name)->s);
    return *ret_col >= 0 ? 0 : relation_no_column(r, name_last(&st->name)->s, name_last(&st->name)->at, err);
}

int stmt_comment(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CommentStmt *st = AST(CommentStmt, s->node);
    Database *db = x->db;
    const Relation *r = NULL;
    int32_t col = 0;
    env_lock(db->env, &db->ddl);
    int rc = resolve(x, st, &r, &col, err);
    Str last = name_last(&st->name)->s;
    const char *name = rc == 0 && col < COMMENT_OF_RELATION ? arena_strndup(x->arena, last.p, last.n) : "";
    rc = name ? rc : RAISE_NOMEM(err);
    if (rc == 0 && r)
        rc = keep(db, r->id, col, name, st->text, err);
    env_unlock(db->env, &db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL, "COMMENT", object_of(&st->name));
    return 0;
}
