/* SPDX-License-Identifier: Apache-2.0
 *
 * Lookups that the program answers. */
#include "db/program_lookup.h"

#include <stdio.h>

#define REQUESTS_MAX 16 /* open at one time, of one table */

/* ---- by name ---- */

ProgramLookup *program_lookup_unref(ProgramLookup *l)
{
    if (l && atomic_fetch_sub_explicit(&l->rc, 1, memory_order_acq_rel) == 1) {
        if (l->destroy)
            l->destroy(l->user_data);
        mem_free(NULL, l, sizeof(*l));
    }
    return NULL;
}

static ProgramLookup *lookup_ref(ProgramLookup *l)
{
    atomic_fetch_add_explicit(&l->rc, 1, memory_order_relaxed);
    return l;
}

typedef struct RegisteredLookup { /* a place in the database's list: one lookup may be in the lists of two databases */
    struct RegisteredLookup *next;
    ProgramLookup *lookup;
} RegisteredLookup;

static RegisteredLookup *find(Database *db, Str name)
{
    RegisteredLookup *r = db->lookups;
    while (r && !str_eq(str_of(r->lookup->name), name))
        r = r->next;
    return r;
}

int db_add_lookup(Database *db, ProgramLookup *l, Err *err)
{
    RegisteredLookup *r = mem_zalloc(NULL, sizeof(*r));
    int rc = r ? 0 : RAISE_NOMEM(err);
    env_lock(db->env, &db->lookups_lock);
    if (rc == 0 && find(db, str_of(l->name)))
        rc = RAISE(err, ERR_DUPLICATE_OBJECT, "lookup \"%s\" is there already", l->name);
    if (rc == 0) {
        *r = (RegisteredLookup){db->lookups, lookup_ref(l)};
        db->lookups = r;
    }
    env_unlock(db->env, &db->lookups_lock);
    if (rc < 0)
        mem_free(NULL, r, r ? sizeof(*r) : 0);
    return rc;
}

int db_take_lookups(Database *db, const Database *from, Err *err)
{
    for (RegisteredLookup *r = from->lookups; r; r = r->next)
        TRY(db_add_lookup(db, r->lookup, err));
    return 0;
}

void db_drop_lookups(Database *db)
{
    for (RegisteredLookup *r = db->lookups, *next; r; r = next) {
        next = r->next;
        program_lookup_unref(r->lookup);
        mem_free(NULL, r, sizeof(*r));
    }
    db->lookups = NULL;
}

/* ---- answers on their way ---- */

typedef struct Posted {
    struct Posted *next;
    LookupAnswer answer;
} Posted;

struct AnswerBox {
    _Atomic uint32_t rc;
    Env *env;
    EnvMutex lock;
    Posted *first, **last;
    bool closed;
};

static void box_clear(AnswerBox *x)
{
    for (Posted *p = x->first, *next; p; p = next) {
        next = p->next;
        batch_unref(p->answer.rows);
        mem_free(NULL, p, sizeof(*p));
    }
    x->first = NULL;
    x->last = &x->first;
}

static void box_unref(AnswerBox *x)
{
    if (!x || atomic_fetch_sub_explicit(&x->rc, 1, memory_order_acq_rel) != 1)
        return;
    box_clear(x);
    mem_free(NULL, x, sizeof(*x));
}

static AnswerBox *box_ref(AnswerBox *x)
{
    atomic_fetch_add_explicit(&x->rc, 1, memory_order_relaxed);
    return x;
}

/* Takes the rows. */
static int box_put(AnswerBox *x, const LookupAnswer *a)
{
    Posted *p = mem_zalloc(NULL, sizeof(*p));
    if (!p) {
        batch_unref(a->rows);
        return -ERR_OUT_OF_MEMORY;
    }
    p->answer = *a;
    env_lock(x->env, &x->lock);
    bool closed = x->closed;
    if (!closed) {
        *x->last = p;
        x->last = &p->next;
    }
    env_unlock(x->env, &x->lock);
    if (closed) {
        batch_unref(a->rows);
        mem_free(NULL, p, sizeof(*p));
    }
    return 0;
}

int program_lookup_post(LaminarLookupRequest *q, Batch *give_rows, Err *err)
{
    LookupAnswer a = {.ticket = q->ticket, .rows = give_rows, .failed = ERR_INIT};
    return box_put(q->box, &a) < 0 ? RAISE_NOMEM(err) : 0;
}

static void request_free(LaminarLookupRequest *q)
{
    if (q->has_rows)
        builder_done(&q->rows);
    sb_done(&q->text);
    batch_unref(q->keys);
    schema_unref((Schema *)q->schema);
    box_unref(q->box);
    program_lookup_unref(q->of);
    db_unref(q->db);
    mem_free(NULL, q, sizeof(*q));
}

/* Without memory for the answer the request is left to its time-out. */
int program_lookup_end(LaminarLookupRequest *give_q, const Err *why)
{
    LookupAnswer a = {.ticket = give_q->ticket, .done = !why, .failed = ERR_INIT};
    int rc = 0;
    if (why)
        a.failed = *why;
    else if (give_q->has_rows && give_q->rows.n > 0)
        a.rows = builder_take(&give_q->rows);
    if (!why && give_q->has_rows && give_q->rows.n > 0 && !a.rows)
        rc = -ERR_OUT_OF_MEMORY;
    if (rc == 0)
        rc = box_put(give_q->box, &a);
    request_free(give_q);
    return rc;
}

/* ---- what a table asks through ---- */

typedef struct ProgramAsked {
    Lookup lookup;
    Database *db;       /* has the table, and so this */
    ProgramLookup *of;  /* one reference */
    AnswerBox *box;     /* one reference */
    const Schema *rows; /* one reference */
    uint32_t n_key;
} ProgramAsked;

static int asked_ask(Lookup *l, uint64_t ticket, const Batch *keys, Err *err)
{
    ProgramAsked *x = (ProgramAsked *)l;
    LaminarLookupRequest *q = mem_zalloc(NULL, sizeof(*q));
    Batch *own = q ? batch_own(&x->db->acct, keys) : NULL;
    if (!own) {
        mem_free(NULL, q, q ? sizeof(*q) : 0);
        return RAISE_NOMEM(err);
    }
    q->db = db_ref(x->db);
    q->of = lookup_ref(x->of);
    q->box = box_ref(x->box);
    q->schema = schema_ref(x->rows);
    q->ticket = ticket;
    q->keys = own;
    q->n_key = x->n_key;
    sb_init(&q->text, NULL);
    x->of->ask(q, x->of->user_data);
    return 0;
}

static int asked_poll(Lookup *l, LookupAnswer *ret, Err *err)
{
    AnswerBox *x = ((ProgramAsked *)l)->box;
    (void)err;
    env_lock(x->env, &x->lock);
    Posted *p = x->first;
    if (p) {
        x->first = p->next;
        if (!x->first)
            x->last = &x->first;
    }
    env_unlock(x->env, &x->lock);
    if (!p)
        return LOOKUP_NONE;
    *ret = p->answer;
    mem_free(NULL, p, sizeof(*p));
    return LOOKUP_ANSWER;
}

static void asked_close(Lookup *l)
{
    ProgramAsked *x = (ProgramAsked *)l;
    env_lock(x->box->env, &x->box->lock);
    x->box->closed = true;
    box_clear(x->box);
    env_unlock(x->box->env, &x->box->lock);
    box_unref(x->box);
    program_lookup_unref(x->of);
    schema_unref((Schema *)x->rows);
    mem_free(l->acct, x, sizeof(*x));
}

static const LookupType program_type = {
    .name = "program",
    .max_requests = REQUESTS_MAX,
    .ask = asked_ask,
    .poll = asked_poll,
    .close = asked_close,
};

static ProgramLookup *of_table(Database *db, const Relation *r)
{
    Str name = STR("");
    for (uint32_t i = 0; i < r->n_connector_opts; i++)
        if (str_eq_nocase(r->connector_opts[i].key, STR("lookup")))
            name = r->connector_opts[i].value;
    env_lock(db->env, &db->lookups_lock);
    RegisteredLookup *found = find(db, name);
    ProgramLookup *l = found ? lookup_ref(found->lookup) : NULL;
    env_unlock(db->env, &db->lookups_lock);
    return l;
}

int program_lookup_open(Database *db, const Relation *r, Lookup **ret, Err *err)
{
    ProgramLookup *of = of_table(db, r);
    if (!of) {
        (void)RAISE(err, ERR_CONNECTOR, "the program has no lookup of the name that \"%s\" asks", r->name);
        return err_hint(err, "laminar_register_lookup gives it one");
    }
    ProgramAsked *x = mem_zalloc(engine_account(db->engine), sizeof(*x));
    AnswerBox *box = x ? mem_zalloc(NULL, sizeof(*box)) : NULL;
    if (!box) {
        mem_free(engine_account(db->engine), x, x ? sizeof(*x) : 0);
        program_lookup_unref(of);
        return RAISE_NOMEM(err);
    }
    atomic_init(&box->rc, 1);
    box->env = db->env;
    box->last = &box->first;
    *x = (ProgramAsked){.lookup = {&program_type, engine_account(db->engine)},
                        .db = db,
                        .of = of,
                        .box = box,
                        .rows = schema_ref(r->schema),
                        .n_key = r->n_primary_key};
    *ret = &x->lookup;
    return 0;
}
