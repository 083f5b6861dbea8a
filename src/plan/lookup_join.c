/* SPDX-License-Identifier: Apache-2.0
 *
 * Lookup tables whose rows are asked for by key: in a continuous query they can be met by a join that names the key, of rows that
 * come, and go with what they were answered, and by nothing else, for nobody is told when a row changes. */
#include "plan/bind_impl.h"
#include "plan/join_impl.h"

/* The only leaf below filters and projections; NULL = it is something else. */
static const Relation *only_leaf(const Logical *n)
{
    while (n->kind == L_FILTER || n->kind == L_PROJECT)
        n = n->in[0];
    return n->kind == L_SOURCE ? n->source.relation : NULL;
}

bool lookup_asks(const Logical *n)
{
    const Relation *r = only_leaf(n);
    return r && r->on_demand;
}

static int refuse(const Relation *r, Span at, const char *what, Err *err)
{
    (void)RAISE_AT(err, ERR_UNSUPPORTED, at, "%s of \"%s\", a lookup table whose rows are asked for one by one, is not supported",
                   what, r->name);
    return err_hint(
        err, "Join a stream with it, with equalities for its whole PRIMARY KEY, in a continuous query; or let it hold all of "
             "its rows: WITH (cache_mode = 'full').");
}

int lookup_join_find(const PlanState *s, const Logical *join, const Relation **ret_table, const Relation **ret_keys,
                     Expr ***ret_key, Err *err)
{
    const Logical *right = join->in[1];
    const Relation *r = only_leaf(right);
    JoinKeys keys;
    *ret_keys = NULL;
    if (!r || !r->on_demand || !logical_join_probes(s, join))
        return 0;
    TRY(join_keys_find(s->arena, join, &keys, err));
    Expr **key = ARENA_ARRAY(s->arena, Expr *, r->n_primary_key + 1);
    if (!key)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < r->n_primary_key; k++) {
        for (uint32_t i = 0; i < keys.n && !key[k]; i++) {
            uint32_t col;
            const Expr *e = keys.right[i];
            if (e->kind == EXPR_COLUMN && logical_origin(right, e->col, &col) == r && col == r->primary_key[k])
                key[k] = keys.left[i];
        }
        if (!key[k]) {
            (void)RAISE_AT(err, ERR_UNSUPPORTED, join->at,
                           "the join with lookup table \"%s\" does not say what \"%s\" of its key is", r->name,
                           r->schema->field[r->primary_key[k]].name);
            return err_hint(err, "its rows are asked for by the whole PRIMARY KEY: add an equality of that column, of its type");
        }
    }
    *ret_table = r;
    *ret_keys = catalog_keys_of(s->ctx->catalog, r);
    *ret_key = key;
    return *ret_keys ? 0 : RAISE_AT(err, ERR_INTERNAL, join->at, "lookup table \"%s\" has no keys", r->name);
}

int lookup_check(const PlanState *s, const Logical *n, Err *err)
{
    if (s->inputs_end)
        return 0; /* reads its input, or asks for the keys that it names (flow/lookup_read.h) */
    if (n->kind == L_SOURCE && n->source.relation->on_demand)
        return refuse(n->source.relation, n->at, "this use", err);
    if (n->kind != L_JOIN) {
        for (uint32_t i = 0; i < n->n_in; i++)
            TRY(lookup_check(s, n->in[i], err));
        return 0;
    }
    const Relation *table, *keys;
    Expr **key;
    TRY(lookup_check(s, n->in[0], err));
    TRY(lookup_join_find(s, n, &table, &keys, &key, err));
    return keys ? 0 : lookup_check(s, n->in[1], err);
}
