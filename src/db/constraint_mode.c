/* SPDX-License-Identifier: Apache-2.0
 *
 * SET CONSTRAINTS: the list of what a transaction has said. */
#include "db/constraint_mode.h"

#include <stdio.h>

bool constraint_waits(const ConstraintMode *newest, uint64_t relation, const char *name, bool deferrable, bool initially)
{
    if (!deferrable)
        return false;
    for (const ConstraintMode *m = newest; m; m = m->before)
        if (m->relation == 0 || (m->relation == relation && strcmp(m->name, name) == 0))
            return m->deferred;
    return initially;
}

int constraint_mode_push(Account *acct, ConstraintMode **newest, uint64_t relation, const char *name, bool deferred, Err *err)
{
    ConstraintMode *m = mem_zalloc(acct, sizeof(*m));
    if (!m)
        return RAISE_NOMEM(err);
    m->relation = relation;
    m->deferred = deferred;
    snprintf(m->name, sizeof(m->name), "%s", name);
    m->before = *newest;
    *newest = m;
    return 0;
}

void constraint_modes_cut(Account *acct, ConstraintMode **newest, const ConstraintMode *until)
{
    while (*newest != until) {
        ConstraintMode *m = *newest;
        *newest = m->before;
        mem_free(acct, m, sizeof(*m));
    }
}

typedef struct Naming {
    Account *acct;
    ConstraintMode **newest;
    Str name;
    Span at;
    bool deferred, found;
} Naming;

static int name_one(Naming *n, const Relation *r, const char *name, bool deferrable, Err *err)
{
    Str own;
    if (!name || !relation_in_schema_of(r, n->name, &own) || !str_eq(str_of(name), own))
        return 0;
    n->found = true;
    return deferrable ? constraint_mode_push(n->acct, n->newest, r->id, name, n->deferred, err)
                      : RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, n->at, "constraint \"%s\" is not deferrable", name);
}

static int name_all_of(Naming *n, const Relation *r, Err *err)
{
    char made[80];
    snprintf(made, sizeof(made), "%s_pkey", r->own);
    if (r->n_primary_key)
        TRY(name_one(n, r, r->primary_key_name ? r->primary_key_name : made, false, err));
    for (uint32_t i = 0; i < r->n_unique; i++)
        TRY(name_one(n, r, r->unique[i].name, r->unique[i].deferrable, err));
    for (uint32_t i = 0; i < r->n_foreign; i++)
        TRY(name_one(n, r, r->foreign[i].name, r->foreign[i].deferrable, err));
    for (uint32_t i = 0; i < r->n_checks; i++)
        TRY(name_one(n, r, r->check_name[i], false, err));
    return 0;
}

int constraint_modes_named(Account *acct, ConstraintMode **newest, const Catalog *c, Str name, Span at, bool deferred, Err *err)
{
    Naming n = {acct, newest, name, at, deferred, false};
    for (uint32_t i = 0; i < c->n; i++)
        if (c->relation[i]->kind == REL_TABLE)
            TRY(name_all_of(&n, c->relation[i], err));
    return n.found ? 0 : RAISE_AT(err, ERR_UNDEFINED_OBJECT, at, "constraint \"%.*s\" does not exist", (int)name.n, name.p);
}
