/* SPDX-License-Identifier: Apache-2.0
 *
 * Sharing.  What a query shares is decided when it is made and stands behind its statement, in the log and in checkpoints, so that
 * it has the same plan whenever it is made again: queries of before there was sharing have nothing there and share nothing.
 *
 * A view that is dropped while others share it is kept as it runs, under a name that nobody can write, and goes with the last of
 * them.  It depends on nothing that they do not depend on (plan/rule_share.c), so it holds nothing back.  For checkpoints its DROP
 * is an entry beside its CREATE: opening makes it and hides it, whoever shares it by then. */
#include "db/share.h"

#include "base/bytes.h"
#include "db/comment.h"
#include "db/durable.h"
#include "db/names_move.h"
#include "flow/engine_keep.h"
#include "flow/errors_feed.h"

#include <stdio.h>

/* What stands behind a statement. */
#define BEHIND_SHARES UINT32_C(0x31726873)
#define BEHIND_HIDES UINT32_C(0x31646968)

static bool read_list(const Database *db, uint32_t tag, ByteReader *ret, uint32_t *ret_n)
{
    *ret = bytes_of(durable_rows(db));
    if (!durable_rows(db).p || bytes_u32(ret) != tag)
        return false;
    *ret_n = bytes_u32(ret);
    return !ret->failed && *ret_n <= ret->n / sizeof(uint64_t);
}

static void put_list(StrBuf *b, uint32_t tag, const uint64_t *id, uint32_t n)
{
    bytes_put_u32(b, tag);
    bytes_put_u32(b, n);
    for (uint32_t i = 0; i < n; i++)
        bytes_put_u64(b, id[i]);
}

static bool is_in(const uint64_t *id, uint32_t n, uint64_t one)
{
    for (uint32_t i = 0; i < n; i++)
        if (id[i] == one)
            return true;
    return false;
}

/* ---- what a new query may share ---- */

typedef struct Rule {
    Database *db;
    Str name;       /* of the new relation */
    uint64_t space; /* its schema */
    uint32_t n;
    uint64_t *id; /* of a statement that runs again: what it shared; NULL = whatever there is */
} Rule;

/* Who reads it gets what its query gives, now and later.  OR REPLACE: it goes itself.  What is in a schema goes with it, so only
 * queries there share it. */
static bool may_share(void *self, const Relation *view)
{
    const Rule *rule = self;
    Engine *e = rule->db->engine;
    if (rule->id)
        return is_in(rule->id, rule->n, view->id);
    if (str_eq(str_of(view->name), rule->name) || (view->space != 0 && view->space != rule->space))
        return false;
    engine_enter(e);
    const Feed *f = engine_feed(e, view->id);
    bool whole = f && !f->building && f->stored && !f->stored->failed && !f->closed;
    engine_leave(e);
    return whole;
}

static int share_again(StmtContext *x, Rule *rule, bool *ret, Err *err)
{
    ByteReader r;
    *ret = read_list(x->db, BEHIND_SHARES, &r, &rule->n);
    if (!*ret)
        return 0;
    rule->id = ARENA_ARRAY(x->arena, uint64_t, rule->n + 1);
    if (!rule->id)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < rule->n; i++)
        rule->id[i] = bytes_u64(&r);
    return 0;
}

/* The statement's record is what will say so. */
static bool is_written(const StmtContext *x, const Node *statement)
{
    const Durable *d = x->db->durable;
    return x->explains || !d || (d->running && d->running->node == statement);
}

static uint64_t schema_of(const Catalog *c, const Name *name)
{
    Str head, own;
    const Relation *schema = str_cut(object_of(name), '.', &head, &own) ? catalog_schema(c, head) : NULL;
    return schema ? schema->id : 0;
}

int share_plan(StmtContext *x, const Node *statement, const Name *name, const Catalog *c, PlanContext *ctx, Err *err)
{
    Database *db = x->db;
    Rule *rule = ARENA_NEW(x->arena, Rule);
    PlanShare *share = ARENA_NEW(x->arena, PlanShare);
    if (!rule || !share)
        return RAISE_NOMEM(err);
    *rule = (Rule){.db = db, .name = object_of(name), .space = schema_of(c, name)};
    *share = (PlanShare){may_share, rule};
    bool shares = !db->settings.shares_nothing && is_written(x, statement);
    if (durable_is_replaying(db))
        TRY(share_again(x, rule, &shares, err));
    ctx->share = shares ? share : NULL;
    return 0;
}

const PlanShare *share_own(const Database *db)
{
    static const PlanShare own = {0};
    return db->settings.shares_nothing ? NULL : &own;
}

int share_keep(Database *db, const PhysPlan *p, Relation *r, Err *err)
{
    if (p->n_shares == 0 && p->n_merged == 0)
        return 0;
    r->shares = arena_memdup(&r->arena, p->n_shares ? p->shares : (uint64_t[]){0}, MAX(p->n_shares, 1) * sizeof(*p->shares));
    if (!r->shares)
        return RAISE_NOMEM(err);
    r->n_shares = p->n_shares;
    StrBuf *b = durable_rows_begin(db);
    if (b)
        put_list(b, BEHIND_SHARES, p->shares, p->n_shares);
    return b && b->failed ? RAISE_NOMEM(err) : 0;
}

int share_errors(Database *db, const Relation *r, Feed *errors, Err *err)
{
    Live *l = db_live(db, r->id);
    bool retained = !engine_is_restoring(db->engine); /* else they come back with the feed */
    for (uint32_t i = 0; i < r->n_shares; i++) {
        Relations of = catalog_belonging(db->catalog, REL_ERRORS, r->shares[i]);
        Feed *from = of.n ? engine_feed(db->engine, of.relation[0]->id) : NULL;
        ErrorsRoute *route;
        if (!from || !l)
            continue;
        TRY(errors_route_new(&db->acct, from, errors, retained, &route, err));
        l->errors = errors_route_chain(route, l->errors);
    }
    return 0;
}

/* ---- what is dropped ---- */

static bool shares(const Relation *r, uint64_t view)
{
    return r->n_shares && is_in(r->shares, r->n_shares, view);
}

const Relation *share_reader(const Catalog *c, uint64_t view, const uint64_t *but, uint32_t n_but)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (shares(c->relation[i], view) && !is_in(but, n_but, c->relation[i]->id))
            return c->relation[i];
    return NULL;
}

/* Opening runs the DROP of before again. */
static bool was_hidden(const Database *db, uint64_t view)
{
    ByteReader r;
    uint32_t n = 0;
    bool found = false;
    if (!durable_is_replaying(db) || !read_list(db, BEHIND_HIDES, &r, &n))
        return false;
    for (uint32_t i = 0; i < n; i++)
        found |= bytes_u64(&r) == view;
    return found;
}

static void leave_out(Leaving *l, uint64_t id)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (l->id[i] == id) {
            memmove(&l->id[i], &l->id[i + 1], (l->n - i - 1) * sizeof(*l->id));
            l->n--;
            return;
        }
}

static void hide(const Catalog *c, Leaving *l, const Relation *view)
{
    Relations errors = catalog_belonging(c, REL_ERRORS, view->id);
    l->hidden[l->n_hidden++] = view->id;
    leave_out(l, view->id);
    for (uint32_t i = 0; i < errors.n; i++)
        leave_out(l, errors.relation[i]->id);
}

/* It was hidden for some of what goes, and nobody else shares it. */
static bool is_left(const Catalog *c, const Leaving *l, const Relation *r)
{
    bool lost = false;
    for (uint32_t i = 0; i < l->n && !lost; i++) {
        const Relation *going = catalog_by_id(c, l->id[i]);
        lost = going && shares(going, r->id);
    }
    return lost && !is_in(l->id, l->n, r->id) && !share_reader(c, r->id, l->id, l->n);
}

static void take_along(const Catalog *c, Leaving *l, const Relation *view)
{
    Relations errors = catalog_belonging(c, REL_ERRORS, view->id);
    l->id[l->n++] = view->id;
    for (uint32_t i = 0; i < errors.n; i++)
        l->id[l->n++] = errors.relation[i]->id;
}

int share_leave(StmtContext *x, const uint64_t *id, uint32_t n, Leaving *ret, Err *err)
{
    const Catalog *c = x->db->catalog;
    Relations views = catalog_kind(c, REL_VIEW);
    *ret = (Leaving){.n = n, .id = ARENA_ARRAY(x->arena, uint64_t, c->n + n + 1)};
    ret->hidden = ARENA_ARRAY(x->arena, uint64_t, views.n + 1);
    if (!ret->id || !ret->hidden)
        return RAISE_NOMEM(err);
    if (n)
        memcpy(ret->id, id, n * sizeof(*id));
    for (uint32_t i = 0; i < views.n; i++) {
        const Relation *r = views.relation[i];
        if (is_in(ret->id, ret->n, r->id) && (was_hidden(x->db, r->id) || share_reader(c, r->id, ret->id, ret->n)))
            hide(c, ret, r);
    }
    for (uint32_t i = views.n; i-- > 0;) /* what shares is younger than what it shares */
        if (views.relation[i]->hidden && is_left(c, ret, views.relation[i]))
            take_along(c, ret, views.relation[i]);
    return 0;
}

static int put_hidden(Catalog **next, const Relation *r, const char *name, Err *err)
{
    Catalog *more;
    Relation *h = relation_renamed(*next, r, name, r->ddl ? r->ddl : "");
    if (!h)
        return RAISE_NOMEM(err);
    h->hidden = true;
    int rc = catalog_with(*next, h, NULL, 0, &more, err);
    relation_unref(h);
    TRY(rc);
    catalog_unref(*next);
    *next = more;
    return 0;
}

/* The entry that hides it when the database is opened. */
static int note_hidden(StmtContext *x, const Relation *r, Err *err)
{
    Database *db = x->db;
    if (!db->durable)
        return 0;
    _cleanup_(sb_done) StrBuf text, payload;
    sb_init(&text, &db->acct);
    sb_init(&payload, &db->acct);
    sb_puts(&text, "DROP MATERIALIZED VIEW IF EXISTS ");
    relation_print_name(r, &text);
    durable_put_statement(&payload, db, sb_str(&text), NULL);
    put_list(&payload, BEHIND_HIDES, &r->id, 1);
    if (text.failed || payload.failed)
        return RAISE_NOMEM(err);
    Entry e = {.first_relation = r->id, .next_relation = r->id + 1, .ptime_us = env_wall_us(db->env), .keeps_rows = true};
    return durable_note_entry(db, &e, sb_str(&payload), err);
}

int share_hide(StmtContext *x, const Leaving *l, Catalog **next, Err *err)
{
    const Catalog *c = x->db->catalog;
    for (uint32_t i = 0; i < l->n_hidden; i++) {
        const Relation *r = catalog_by_id(c, l->hidden[i]);
        Relations errors = catalog_belonging(c, REL_ERRORS, r->id);
        const char *name = arena_printf(x->arena, "%s$shared%llu", r->name, (unsigned long long)r->id);
        const char *of_errors = name ? arena_printf(x->arena, "%s$errors", name) : NULL;
        if (!of_errors)
            return RAISE_NOMEM(err);
        TRY(put_hidden(next, r, name, err));
        for (uint32_t k = 0; k < errors.n; k++)
            TRY(put_hidden(next, errors.relation[k], of_errors, err));
    }
    for (uint32_t i = 0; i < l->n_hidden; i++)
        TRY(note_hidden(x, catalog_by_id(c, l->hidden[i]), err));
    return 0;
}

static void hide_running(Database *db, const Relation *r)
{
    engine_enter(db->engine);
    Feed *f = engine_feed(db->engine, r->id);
    if (f)
        engine_hide_feed(db->engine, f);
    name_running(db, r);
    engine_leave(db->engine);
}

void share_hidden(StmtContext *x, const Leaving *l, const Catalog *before)
{
    Database *db = x->db;
    for (uint32_t i = 0; i < l->n_hidden; i++) {
        const Relation *was = catalog_by_id(before, l->hidden[i]), *reader = share_reader(db->catalog, was->id, NULL, 0);
        Relations errors = catalog_belonging(db->catalog, REL_ERRORS, was->id);
        hide_running(db, catalog_by_id(db->catalog, was->id));
        for (uint32_t k = 0; k < errors.n; k++)
            hide_running(db, errors.relation[k]);
        if (!reader)
            continue;
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_DEPENDENT_OBJECTS, "what \"%s\" holds is kept: %s \"%s\" shares it", was->name,
                    relation_kind_name(reader->kind), reader->name);
        statement_notice(x->result, &notice);
    }
    comments_forget(db, l->hidden, l->n_hidden);
}
