/* SPDX-License-Identifier: Apache-2.0
 *
 * Names over the rows of FROM, with PostgreSQL's rules and messages: a bare name must be unique over all items, a qualified one
 * must name an item.  A name that is not found brings the nearest one as a hint. */
#include "plan/bind_impl.h"

int bind_unsupported(Err *err, Span at, const char *what)
{
    return RAISE_AT(err, ERR_UNSUPPORTED, at, "%s not supported yet", what);
}

int bind_count_node(Binder *b, Span at, Err *err)
{
    if (++b->n_nodes > PLAN_NODES_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, at, "the query expands to more than %u nodes", PLAN_NODES_MAX);
    return 0;
}

static const ScopeRel *rel_named(const Scope *s, Str name)
{
    for (uint32_t i = 0; i < s->n_rels; i++)
        if (s->rels[i].name && str_eq(str_of(s->rels[i].name), name))
            return &s->rels[i];
    return NULL;
}

int scope_find_rel_of(const Scope *s, const Name *name, uint32_t n_before, const ScopeRel **ret, Err *err)
{
    const Ident *rel = &name->part[n_before - 1];
    Name of = *name;
    SchemaId known;
    of.n_parts = n_before;
    if (n_before < 2)
        return scope_find_rel(s, rel, ret, err);
    int rc = name_schema(&of, &known, err);
    TRY(rc);
    Str schema = rc == 0 ? str_of(schema_name(known)) : rel[-1].s;
    for (uint32_t i = 0; i < s->n_rels; i++) {
        *ret = &s->rels[i];
        if ((*ret)->name && (*ret)->schema && str_eq(str_of((*ret)->name), rel->s) && str_eq(str_of((*ret)->schema), schema))
            return 0; /* schema.relation: one that is under its own name */
    }
    if (!rel_named(s, rel->s))
        return scope_find_rel(s, rel, ret, err);
    return RAISE_AT(err, ERR_UNDEFINED_RELATION, name->at, "invalid reference to FROM-clause entry for table \"%.*s\"",
                    (int)rel->s.n, rel->s.p);
}

int scope_find_rel(const Scope *s, const Ident *rel, const ScopeRel **ret, Err *err)
{
    const ScopeRel *r = rel_named(s, rel->s);
    for (const ScopeRel *other = r ? r + 1 : NULL; other && other < s->rels + s->n_rels; other++)
        if (r->schema && other->schema && strcmp(other->name, r->name) == 0)
            return RAISE_AT(err, ERR_AMBIGUOUS_ALIAS, rel->at, "table reference \"%s\" is ambiguous", r->name);
    if (r) {
        *ret = r;
        return 0;
    }
    for (uint32_t i = 0; i < s->n_rels; i++) {
        const Relation *of = s->rels[i].table ? s->rels[i].table : s->rels[i].relation;
        if (!of || !s->rels[i].name || !str_eq(str_of(of->own), rel->s))
            continue;
        (void)RAISE_AT(err, ERR_UNDEFINED_RELATION, rel->at, "invalid reference to FROM-clause entry for table \"%.*s\"",
                       (int)rel->s.n, rel->s.p);
        return err_hint(err, "Perhaps you meant to reference the table alias \"%s\".", s->rels[i].name);
    }
    int rc =
        RAISE_AT(err, ERR_UNDEFINED_RELATION, rel->at, "missing FROM-clause entry for table \"%.*s\"", (int)rel->s.n, rel->s.p);
    for (uint32_t i = 0; i < s->n_rels; i++)
        if (s->rels[i].name && str_nearest(rel->s, &s->rels[i].name, 1))
            err_hint(err, "Perhaps you meant \"%s\".", s->rels[i].name);
    return rc;
}

/* Columns of one item; the count of those of the name, the first in *col. */
static uint32_t rel_count(const Scope *s, const ScopeRel *r, Str name, bool bare, uint32_t *col)
{
    uint32_t n = 0;
    for (uint32_t i = r->first; i < r->first + r->n; i++)
        if (!(bare && scope_hides(r, i)) && str_eq(str_of(s->node->cols[i].name), name) && n++ == 0)
            *col = i;
    return n;
}

bool scope_has_column(const Scope *s, Str name)
{
    uint32_t col;
    for (uint32_t i = 0; i < s->n_rels; i++)
        if (rel_count(s, &s->rels[i], name, true, &col))
            return true;
    return false;
}

static int undefined_column(const Scope *s, const ScopeRel *only, const Ident *name, Err *err)
{
    int rc =
        only ? RAISE_AT(err, ERR_UNDEFINED_COLUMN, name->at, "column %s.%.*s does not exist", only->name, (int)name->s.n, name->s.p)
             : RAISE_AT(err, ERR_UNDEFINED_COLUMN, name->at, "column \"%.*s\" does not exist", (int)name->s.n, name->s.p);
    unsigned best = 1 + (unsigned)name->s.n / 4;
    const char *hint = NULL, *hint_rel = NULL;
    for (uint32_t r = 0; r < s->n_rels; r++) {
        if (only && only != &s->rels[r])
            continue;
        for (uint32_t i = s->rels[r].first; i < s->rels[r].first + s->rels[r].n; i++) {
            unsigned d = str_distance(name->s, str_of(s->node->cols[i].name), best);
            if (s->node->cols[i].name[0] == 0 || d > best || (hint && d == best))
                continue;
            best = d;
            hint = s->node->cols[i].name;
            hint_rel = s->rels[r].name;
        }
    }
    if (hint && hint_rel)
        err_hint(err, "Perhaps you meant the column \"%s.%s\".", hint_rel, hint);
    else if (hint)
        err_hint(err, "Perhaps you meant the column \"%s\".", hint);
    return rc;
}

const ScopeRel *scope_whole(const Scope *s, Str name)
{
    return rel_named(s, name);
}

int scope_find(const Scope *s, const Name *name, uint32_t *ret_col, Err *err)
{
    const Ident *last = name_last(name);
    const ScopeRel *only = NULL;
    uint32_t found = 0, col = 0, at = 0;
    if (name->n_parts > 1)
        TRY(scope_find_rel_of(s, name, name->n_parts - 1, &only, err));
    for (uint32_t i = 0; i < s->n_rels; i++) {
        if (only && only != &s->rels[i])
            continue;
        uint32_t n = rel_count(s, &s->rels[i], last->s, !only, &at);
        if (n && !found)
            col = at;
        found += n;
    }
    if (found > 1)
        return RAISE_AT(err, ERR_AMBIGUOUS_COLUMN, name->at, "column reference \"%.*s\" is ambiguous", (int)last->s.n, last->s.p);
    if (!found && !only && s->window_col >= 0 && (str_eq(last->s, STR("window_start")) || str_eq(last->s, STR("window_end")))) {
        *ret_col = (uint32_t)s->window_col + str_eq(last->s, STR("window_end"));
        return 0;
    }
    const ScopeRel *whole = found || only ? NULL : rel_named(s, last->s);
    if (whole && whole->scalar) {
        *ret_col = whole->first;
        return 0;
    }
    if (!found)
        return undefined_column(s, only, last, err);
    *ret_col = col;
    return 0;
}
