/* SPDX-License-Identifier: Apache-2.0
 *
 * search_path.  A name without a schema means what is in `public`, wherever it stands: so say the texts of definitions, the log,
 * and who binds them.  Where the setting says otherwise, the statement is written anew before anything else happens to it, with the
 * schemas that it finds put before its names; so it is kept, logged and shown with them, and means the same whatever the setting is
 * then.  While the setting names `public` alone, as it does at first, nothing is looked at. */
#include "db/search_path.h"

#include "catalog/names.h"
#include "db/durable.h"
#include "sql/ast_names.h"
#include "sql/print.h"

#define USER_SCHEMA "laminar" /* "$user" */

/* ---- the setting ---- */

/* Takes the first name off a list, folded as in SQL; false: it is none. */
static bool take_name(Str *rest, char ret[64], size_t *ret_n)
{
    Str s = str_trim(*rest);
    size_t n = 0, i = 0;
    bool quoted = s.n && s.p[0] == '"', closed = !quoted;
    for (i = quoted; i < s.n; i++) {
        char c = s.p[i];
        if (quoted && c == '"' && !(i + 1 < s.n && s.p[i + 1] == '"')) {
            closed = true;
            i++;
            break;
        }
        if (!quoted && (c == ',' || c == ' ' || c == '\t' || c == '\n'))
            break;
        i += quoted && c == '"';
        if (n == 63)
            return false;
        ret[n++] = !quoted && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    ret[n] = 0;
    *ret_n = n;
    *rest = str_trim((Str){s.p + i, s.n - i});
    if (!closed || (n == 0 && !quoted) || (rest->n && rest->p[0] != ','))
        return false;
    if (rest->n) {
        *rest = (Str){rest->p + 1, rest->n - 1};
        return str_trim(*rest).n > 0;
    }
    return true;
}

bool search_path_is_list(Str text)
{
    char name[64];
    size_t n;
    bool is = true;
    for (Str rest = str_trim(text); is && rest.n;)
        is = take_name(&rest, name, &n);
    return is;
}

bool search_path_print(Str text, StrBuf *out)
{
    char name[64];
    size_t n, before = out->n;
    for (Str rest = str_trim(text); rest.n;) {
        if (!take_name(&rest, name, &n))
            return false;
        sb_puts(out, out->n > before ? ", " : "");
        sql_print_ident((Str){name, n}, out);
    }
    return true;
}

bool search_path_has(const SearchPath *p, const char *schema)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (strcmp(p->schema[i], schema) == 0)
            return true;
    return false;
}

int search_path_of(Database *db, const Catalog *c, Arena *arena, SearchPath *ret, Err *err)
{
    char name[64];
    size_t n;
    SchemaId system;
    env_lock(db->env, &db->settings_lock);
    char *text = arena_strdup(arena, db->settings.search_path);
    env_unlock(db->env, &db->settings_lock);
    *ret = (SearchPath){.schema = text ? ARENA_ARRAY(arena, const char *, strlen(text) + 1) : NULL};
    if (!ret->schema)
        return RAISE_NOMEM(err);
    for (Str rest = str_trim(str_of(text)); rest.n && take_name(&rest, name, &n);) {
        Str one = strcmp(name, "$user") == 0 ? STR(USER_SCHEMA) : (Str){name, n};
        bool is_system = schema_id_find(one, &system);
        if (!is_system && !catalog_schema(c, one))
            continue;
        const char *copy = is_system ? schema_name(system) : arena_strndup(arena, one.p, one.n);
        if (!copy)
            return RAISE_NOMEM(err);
        if (!search_path_has(ret, copy))
            ret->schema[ret->n++] = copy;
    }
    return 0;
}

static bool is_public(const char *schema)
{
    return strcmp(schema, schema_name(SCHEMA_PUBLIC)) == 0;
}

/* Its objects are made by statements. */
static bool is_made(const char *schema)
{
    SchemaId system;
    return !schema_id_find(str_of(schema), &system) || system == SCHEMA_PUBLIC;
}

bool search_path_finds(const SearchPath *p, const Catalog *c, const Relation *r)
{
    Arena scratch;
    const Relation *found = NULL;
    arena_init(&scratch, NULL, 0);
    for (uint32_t i = 0; i < p->n && !found; i++) {
        const char *schema = p->schema[i];
        char *key = is_public(schema) ? arena_strdup(&scratch, r->own) : arena_printf(&scratch, "%s.%s", schema, r->own);
        found = key && is_made(schema) ? catalog_find(c, str_of(key)) : NULL;
    }
    arena_done(&scratch);
    return found == r;
}

/* ---- names of a statement ---- */

typedef struct Naming {
    Arena *arena;
    const Catalog *catalog;
    Str script;
    SearchPath path;
    const char *target; /* the first schema in which something can be made; NULL = none */
    Str making;         /* what the statement makes there, which may name itself */
    InPath *to;
    Err *err;
} Naming;

static bool has_function(const Catalog *c, Str key)
{
    Relations of = catalog_kind(c, REL_FUNCTION);
    for (uint32_t i = 0; i < of.n; i++) {
        const Relation *r = of.relation[i];
        if (str_starts(str_of(r->name), key) && r->name[key.n] == '(')
            return true;
    }
    return false;
}

static bool has_constraint(const Catalog *c, Str key)
{
    Str own;
    for (uint32_t i = 0; i < c->n; i++)
        if (relation_in_schema_of(c->relation[i], key, &own) && relation_has_constraint(c->relation[i], own))
            return true;
    return false;
}

static bool is_built_in_type(const Relation *r)
{
    Type ignored;
    return type_of_name(str_of(r->own), NULL, 0, &ignored, NULL) == 0;
}

static bool is_there(const Naming *n, NameRole role, Str key)
{
    int32_t col;
    const Relation *r = catalog_find(n->catalog, key);
    switch (role) {
    case NAME_FUNCTION: return has_function(n->catalog, key);
    case NAME_TYPE: return r && (relation_is_type(r) || (relation_is_one(r) && !is_built_in_type(r))); /* or its rows */
    case NAME_CONSTRAINT: return has_constraint(n->catalog, key);
    default: return r || catalog_numbering(n->catalog, key, &col) || index_owner(n->catalog, key);
    }
}

static int add_edit(Naming *n, uint32_t pos, const char *schema, bool in_text)
{
    StrBuf b;
    sb_init(&b, NULL);
    sql_print_ident(str_of(schema), &b);
    sb_putc(&b, '.');
    char *text = arena_strndup(n->arena, b.failed ? "" : b.p, b.n);
    bool failed = b.failed || !text;
    sb_done(&b);
    if (failed)
        return RAISE_NOMEM(n->err);
    bool strange = in_text && memchr(text, '\'', strlen(text));
    if (strange)
        return RAISE(n->err, ERR_UNSUPPORTED, "a name within a string, in schema \"%s\", is not supported without its schema",
                     schema);
    return edits_add(&n->to->edits, pos, 0, str_of(text), n->err);
}

/* Public is in no way found, but has it: it must not be taken for what is meant. */
static int hidden(Naming *n, const AstName *name, Str own, Span at)
{
    static const struct {
        ErrCode code;
        const char *what;
    } said[] = {
        [NAME_RELATION] = {ERR_UNDEFINED_RELATION, "relation"}, [NAME_FUNCTION] = {ERR_UNDEFINED_FUNCTION, "function"},
        [NAME_TYPE] = {ERR_UNDEFINED_OBJECT, "type"},           [NAME_CONSTRAINT] = {ERR_UNDEFINED_OBJECT, "constraint"},
        [NAME_TEXT] = {ERR_UNDEFINED_RELATION, "relation"},     [NAME_LATE] = {ERR_UNDEFINED_RELATION, "relation"},
    };
    if (!is_there(n, name->role, own))
        return 0;
    if (name->may_lack && n->target)
        return add_edit(n, at.pos, n->target, false);
    (void)RAISE_AT(n->err, said[name->role].code, at, "%s \"%.*s\" does not exist", said[name->role].what, (int)own.n, own.p);
    return err_hint(n->err, "it is in schema public, which search_path does not name");
}

/* Its object is made; or is not there yet, and is made then. */
static int make_there(Naming *n, const Ident *id)
{
    if (!n->target)
        return RAISE_AT(n->err, ERR_UNDEFINED_SCHEMA, id->at, "no schema has been selected to create in");
    n->making = id->s;
    return is_public(n->target) ? 0 : add_edit(n, id->at.pos, n->target, false);
}

static int look(Naming *n, const AstName *name, Str own, Span at, bool in_text)
{
    for (uint32_t i = 0; i < n->path.n; i++) {
        const char *schema = n->path.schema[i];
        if (!is_made(schema))
            continue;
        Str key = own;
        if (!is_public(schema)) {
            char *made = arena_printf(n->arena, "%s.%.*s", schema, (int)own.n, own.p);
            if (!made)
                return RAISE_NOMEM(n->err);
            key = str_of(made);
        }
        bool itself = name->may_be_new && schema == n->target && str_eq(own, n->making);
        if (itself || is_there(n, name->role, key))
            return is_public(schema) ? 0 : add_edit(n, at.pos, schema, in_text);
    }
    if (name->role == NAME_LATE)
        return make_there(n, &name->name->part[0]);
    return search_path_has(&n->path, schema_name(SCHEMA_PUBLIC)) ? 0 : hidden(n, name, own, at);
}

/* 's', behind its quote. */
static int look_in_text(Naming *n, const AstName *name)
{
    char own[64];
    size_t n_own;
    Str rest = name->text->text;
    Span at = name->text->node.at;
    bool plain = at.pos + 1 < n->script.n && n->script.p[at.pos] == '\'';
    if (!plain || memchr(rest.p, '.', rest.n) || !take_name(&rest, own, &n_own) || rest.n)
        return 0;
    return look(n, name, (Str){own, n_own}, (Span){at.pos + 1, at.len - 1}, true);
}

static int visit(void *self, const AstName *name);

/* SQL of its own: the string is written anew when its names say otherwise. */
static int look_in_body(Naming *n, const AstName *name)
{
    Str text = name->text->text, made;
    InPath inner = {.edits = {.arena = n->arena}};
    Naming in = *n;
    ScriptStmt s = {.at = {0, (uint32_t)text.n}};
    char *copy = arena_strndup(n->arena, text.p, text.n);
    if (!copy)
        return RAISE_NOMEM(n->err);
    if (sql_parse_one(n->arena, copy, (uint32_t)text.n, &s, NULL) < 0 &&
        sql_parse_expr(n->arena, copy, (uint32_t)text.n, &s.node, NULL) < 0)
        return 0; /* who makes the function says why */
    in.script = (Str){copy, text.n};
    in.to = &inner;
    int rc = ast_each_name(s.node, visit, &in);
    if (rc < 0 && n->err)
        n->err->at = name->text->node.at;
    TRY(rc);
    if (inner.edits.n == 0)
        return 0;
    TRY(edits_apply(&inner.edits, in.script, 0, (uint32_t)text.n, &made, n->err));
    StrBuf b;
    sb_init(&b, NULL);
    sql_print_string(made, &b);
    char *literal = b.failed ? NULL : arena_strndup(n->arena, b.p, b.n);
    rc = literal ? edits_add(&n->to->edits, name->text->node.at.pos, name->text->node.at.len, str_of(literal), n->err)
                 : RAISE_NOMEM(n->err);
    sb_done(&b);
    return rc;
}

static int visit(void *self, const AstName *name)
{
    Naming *n = self;
    if (name->role == NAME_TEXT)
        return look_in_text(n, name);
    if (name->role == NAME_BODY)
        return look_in_body(n, name);
    if (name->n_parts != 1)
        return 0;
    const Ident *id = &name->name->part[0];
    return name->role == NAME_MADE ? make_there(n, id) : look(n, name, id->s, id->at, false);
}

static int write_anew(Naming *n, const ScriptStmt *s)
{
    InPath *to = n->to;
    TRY(edits_apply(&to->edits, n->script, s->at.pos, s->at.len, &to->script, n->err));
    TRY(sql_parse_one(n->arena, to->script.p, (uint32_t)to->script.n, &to->stmt, n->err));
    return 1;
}

static int put_ahead(Arena *arena, const char *schema, SearchPath *path, Err *err)
{
    const char **all = ARENA_ARRAY(arena, const char *, path->n + 1);
    if (!all)
        return RAISE_NOMEM(err);
    all[0] = schema;
    memcpy(all + 1, path->schema, path->n * sizeof(*all));
    *path = (SearchPath){.schema = all, .n = path->n + 1};
    return 0;
}

int statement_in_path(Database *db, Arena *arena, const char *ahead, Str script, const ScriptStmt *s, InPath *ret, Err *err)
{
    Naming n = {.arena = arena, .script = script, .to = ret, .err = err};
    Catalog *c = db_catalog(db);
    *ret = (InPath){.edits = {.arena = arena}};
    n.catalog = c;
    int rc = search_path_of(db, c, arena, &n.path, err);
    if (rc == 0 && ahead)
        rc = put_ahead(arena, ahead, &n.path, err);
    bool plain = rc == 0 && search_path_has(&n.path, schema_name(SCHEMA_PUBLIC));
    for (uint32_t i = n.path.n; i-- > 0;)
        if (is_made(n.path.schema[i])) {
            n.target = n.path.schema[i];
            plain = plain && is_public(n.target);
        }
    if (rc == 0 && !plain)
        rc = ast_each_name(s->node, visit, &n);
    if (rc == 0 && ret->edits.n)
        rc = write_anew(&n, s);
    catalog_unref(c);
    return rc;
}

void error_out_of_path(const InPath *p, const ScriptStmt *s, Err *err)
{
    if (err && !span_is_none(err->at) && !err->line && p->edits.n)
        err->at.pos = edits_origin(&p->edits, s->at.pos, err->at.pos);
}
