/* SPDX-License-Identifier: Apache-2.0
 *
 * Intake.  A row that is taken back is held to its key only: a producer that deletes by key knows no more. */
#include "db/intake.h"

#include <stdio.h>

/* [shard] Whether c has the relation as it is now. */
static bool is_newest(Database *db, const Relation *r)
{
    Catalog *now = db_catalog(db);
    bool is = catalog_by_id(now, r->id) == r;
    catalog_unref(now);
    return is;
}

static int take_key(Intake *k, const Relation *r, Err *err)
{
    uint32_t *key =
        arena_memdup(&k->arena, r->n_primary_key ? r->primary_key : (uint32_t[]){0}, MAX(r->n_primary_key, 1) * sizeof(*k->key));
    if (!key)
        return RAISE_NOMEM(err);
    k->key = key;
    k->n_key = r->n_primary_key;
    k->append_only = r->append_only;
    k->takes_changes = relation_is_stored(r) && !r->append_only;
    return 0;
}

/* Its rows are stored, or some of their columns are computed here or held to a domain. */
static bool needs_checks(const Relation *r)
{
    for (uint32_t i = 0; i < r->schema->n; i++)
        if (relation_generates(r, i))
            return true;
    return relation_is_stored(r) || relation_has_domains(r);
}

int intake_open(Intake *k, Database *db, const Catalog *c, const Relation *r, Err *err)
{
    *k = (Intake){.db = db, .relation = r->id, .op_col = r->op_col, .who.fate = fate_new()}; /* without one it goes on */
    arena_init(&k->arena, NULL, 0);
    arena_init(&k->step, NULL, 0);
    snprintf(k->name, sizeof(k->name), "%s", r->name);
    TRY(take_key(k, r, err));
    engine_enter(db->engine);
    Feed *f = engine_feed(db->engine, r->id);
    bool newest = is_newest(db, r);
    if (f) {
        k->feed = feed_ref(f);
        k->schema = schema_ref(f->schema);
        k->who.n_altered = f->n_altered;
    }
    engine_leave(db->engine);
    if (!f)
        return RAISE(err, ERR_WRONG_STATE, "source \"%s\" is not running", r->name);
    if (!newest)
        return RAISE(err, ERR_SERIALIZATION, "relation \"%s\" was altered meanwhile", r->name);
    k->lane = r->kind == REL_SOURCE ? engine_lane_new(NULL, k->feed, k->schema, k->who.fate) : NULL; /* likewise */
    return needs_checks(r) ? row_checks_open(&k->checks, db, c, r, err) : 0;
}

/* [shard] */
static int check_definition(const Intake *k, const Relation *r, Err *err)
{
    if (!r || k->feed->closed)
        return RAISE(err, ERR_CLOSED, "relation \"%s\" is gone", k->name);
    if (k->schema != k->feed->schema)
        return RAISE(err, ERR_SCHEMA_MISMATCH, "\"%s\" was altered: open a new writer", k->name);
    return is_newest(k->db, r) ? 0 : RAISE(err, ERR_SERIALIZATION, "relation \"%s\" was altered meanwhile", k->name);
}

/* After ALTER: constraints are others; with other columns what is pushed does not fit any more. */
static int know_again(Intake *k, Err *err)
{
    Engine *e = k->db->engine;
    Catalog *c = db_catalog(k->db);
    const Relation *r = catalog_by_id(c, k->relation);
    bool inside = engine_is_inside(e); /* a callback's writer */
    if (!inside)
        engine_enter(e);
    uint32_t n_altered = k->feed->n_altered;
    int rc = check_definition(k, r, err);
    if (!inside)
        engine_leave(e);
    if (rc == 0)
        rc = take_key(k, r, err);
    if (rc == 0 && needs_checks(r)) {
        row_checks_done(&k->checks);
        rc = row_checks_open(&k->checks, k->db, c, r, err);
    }
    if (rc == 0) {
        k->who.n_altered = n_altered;
        engine_lane_close(k->lane);
        k->lane = k->lane ? engine_lane_new(NULL, k->feed, k->schema, k->who.fate) : NULL;
    }
    catalog_unref(c);
    return rc;
}

void intake_close(Intake *k)
{
    if (!k->db)
        return;
    row_checks_done(&k->checks);
    engine_lane_close(k->lane);
    fate_unref(k->who.fate);
    feed_unref(k->feed);
    schema_unref((Schema *)k->schema);
    arena_done(&k->arena);
    arena_done(&k->step);
    *k = (Intake){0};
}

/* ---- operations ---- */

static const struct {
    const char *text;
    int32_t weight;
} operations[] = {
    {"I", 1}, {"+I", 1}, {"c", 1},  {"r", 1},   {"U", 1},  {"+U", 1},  {"U+", 1},
    {"u", 1}, {"R", 1},  {"D", -1}, {"-D", -1}, {"d", -1}, {"-U", -1}, {"U-", -1},
};

static int weight_of(const Vec *ops, uint32_t row, int32_t *ret, Err *err)
{
    if (vec_is_null(ops, row)) {
        *ret = 1;
        return 0;
    }
    Str op = vec_str(vec_values(ops), vec_phys(ops, row));
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        if (str_eq(op, str_of(operations[i].text))) {
            *ret = operations[i].weight;
            return 0;
        }
    }
    (void)RAISE(err, ERR_INVALID_TEXT, "\"%.*s\" is not an operation", (int)MIN(op.n, 32), op.p);
    return err_hint(err, "I, U, r and U+ put a row in, D and U- take it out");
}

/* The batch with weights made of its operation column. */
static int weigh_operations(Intake *k, const Batch *b, Batch **ret, Err *err)
{
    Rows rows = batch_rows(b);
    int32_t *w = arena_zalloc(&k->step, MAX(b->n, 1) * sizeof(*w));
    *ret = batch_with_sel(&k->step, b, b->sel, b->n_sel);
    if (!w || !*ret)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < rows.n; i++)
        TRY(weight_of(&b->col[k->op_col], row_at(rows, i), &w[row_at(rows, i)], err));
    (*ret)->w_kind = W_VEC;
    (*ret)->w = w;
    return 0;
}

/* ---- checks ---- */

static int check_key(const Intake *k, const Batch *b, Err *err)
{
    Rows rows = batch_rows(b);
    for (uint32_t c = 0; c < k->n_key; c++)
        for (uint32_t i = 0; b->col[k->key[c]].valid && i < rows.n; i++)
            if (vec_is_null(&b->col[k->key[c]], row_at(rows, i)))
                return RAISE(err, ERR_NOT_NULL, "null value in column \"%s\" of relation \"%s\" violates not-null constraint",
                             b->schema->field[k->key[c]].name, k->name);
    return 0;
}

static int refuse_negative(const Intake *k, Err *err)
{
    if (k->append_only)
        return RAISE(err, ERR_WRONG_OBJECT_TYPE, "cannot change or delete rows of table \"%s\": it is APPEND ONLY", k->name);
    (void)RAISE(err, ERR_WRONG_OBJECT_TYPE, "a row cannot be taken back from source \"%s\": it only takes rows that come", k->name);
    return err_hint(err, "create it WITH (changes = 'upsert') and a PRIMARY KEY, or WITH (changes = 'changelog')");
}

static int check_rows(Intake *k, const Batch *b, Err *err)
{
    Rows rows = batch_rows(b);
    const Batch *plus = b;
    if (b->w_kind != W_ONE) {
        uint16_t *sel = arena_alloc(&k->step, MAX(rows.n, 1) * sizeof(*sel));
        uint32_t n = 0, n_minus = 0;
        if (!sel)
            return RAISE_NOMEM(err);
        for (uint32_t i = 0; i < rows.n; i++) {
            int32_t w = batch_weight(b, row_at(rows, i));
            n_minus += w < 0;
            if (w > 0)
                sel[n++] = (uint16_t)row_at(rows, i);
        }
        if (n_minus && !k->takes_changes)
            return refuse_negative(k, err);
        TRY(check_key(k, b, err));
        plus = batch_with_sel(&k->step, b, sel, n);
        if (!plus)
            return RAISE_NOMEM(err);
    }
    return k->checks.table ? row_checks_run(&k->checks, env_wall_us(k->db->env), plus, err) : 0;
}

int intake_push(Intake *k, Batch *b, Err *err)
{
    if (unlikely(!intake_is_current(k)))
        TRY(know_again(k, err));
    if (b->w_kind != W_ONE || k->op_col >= 0 || k->checks.generator.program)
        arena_reset(&k->step);
    if (k->op_col >= 0 && b->w_kind == W_ONE)
        TRY(weigh_operations(k, b, &b, err));
    if (unlikely(k->checks.generator.program != NULL)) { /* its clock would be read for every row */
        const Batch *whole = b;
        TRY(row_checks_generate(&k->checks, env_wall_us(k->db->env), &k->step, &whole, err));
        b = (Batch *)whole; /* what was given, or the one in k->step */
    }
    if (b->w_kind != W_ONE || k->checks.table)
        TRY(check_rows(k, b, err));
    TRY(engine_wait_room(k->db->engine, k->feed, err));
    TRY(engine_wait_memory(k->db->engine, err));
    int rc = engine_push(k->db->engine, k->feed, b, &k->who, k->lane, err);
    if (unlikely(rc < 0)) {
        TRY(db_check_open(k->db, err)); /* closed meanwhile: that is what the caller should hear */
        return rc;
    }
    k->ticket = k->db->durable ? b->seq : k->ticket + 1; /* in memory nobody waits for one: they number the intake's pushes */
    k->who.part++;
    return 0;
}

/* Nothing is looked at or computed here of the rows. */
static bool is_plain(const Intake *k, Batch *const *b, uint32_t n)
{
    bool plain = k->op_col < 0 && !k->checks.generator.program && !k->checks.table;
    for (uint32_t i = 0; i < n; i++)
        plain &= b[i]->w_kind == W_ONE;
    return plain;
}

bool intake_is_current(const Intake *k)
{
    return k->who.n_altered == atomic_load_explicit(&k->feed->n_altered, memory_order_relaxed);
}

int intake_push_run(Intake *k, Batch *const *b, const TimeSpan *span, uint32_t n, Err *err)
{
    uint32_t done;
    if (unlikely(!intake_is_current(k))) {
        TRY(know_again(k, err));
        span = NULL;
    }
    if (n < 2 || !is_plain(k, b, n)) {
        for (uint32_t i = 0; i < n; i++)
            TRY(intake_push(k, b[i], err));
        return 0;
    }
    TRY(engine_wait_room(k->db->engine, k->feed, err));
    TRY(engine_wait_memory(k->db->engine, err));
    int rc = engine_push_run(k->db->engine, k->feed, b, span, n, &k->who, k->lane, &done, err);
    if (done > 0)
        k->ticket = k->db->durable ? b[done - 1]->seq : k->ticket + done;
    if (unlikely(rc < 0)) {
        TRY(db_check_open(k->db, err));
        return rc;
    }
    k->who.part++;
    return 0;
}

void intake_next(Intake *k)
{
    k->who.part = 0;
    k->who.seq += k->who.id != 0;
}

int intake_tell(Intake *k, Err *err)
{
    Engine *e = k->db->engine;
    if (!fate_has_news(k->who.fate))
        return 0;
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    int rc = fate_tell(k->who.fate, err);
    if (!inside)
        engine_leave(e);
    return rc;
}

int intake_settle(Intake *k, Err *err)
{
    Engine *e = k->db->engine;
    if (!engine_is_inside(e) && fate_is_open(k->who.fate, k->lane != NULL)) {
        engine_enter(e);
        engine_leave(e);
    }
    return intake_tell(k, err);
}
