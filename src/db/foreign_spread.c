/* SPDX-License-Identifier: Apache-2.0
 *
 * ON DELETE and ON UPDATE: what follows from a change in the tables that refer to it, and in those that refer to these.
 *
 * A batch of rows that go, directly followed by as many that come, is an update: so every statement lists it.  Of each key that is
 * gone or has changed, the index of the referring table says whether a row has it; only then that table is read once, for all keys
 * of the batch, and so are the rows that the statement puts in there: one that has come to be by another key, or without a change
 * of this one, is changed further.  What was there only on the way is taken out in the end.  A key is followed once from row to
 * row, and not where the statement itself has set it, so two keys that change places stay what they are; the check at the end says
 * whether what is left may stay. */
#include "db/foreign.h"
#include "db/stream.h"
#include "db/transaction.h"

#include <string.h>

typedef struct Spread { /* one key, one batch of its parent */
    TableWrite *w;
    ForeignChanges *f;
    const Relation *of; /* that refers */
    uint32_t key;
    ForeignKey k;
    uint32_t table; /* in f */
    ForeignAction action;
    const Batch *old, *new; /* new: NULL = rows go */
    HashTable *events;
    Value *preset;
    RowChecks checks;
    bool further;  /* rows at hand are those that the statement puts in */
    uint64_t *set; /* ForeignMark.set of the rows in `plus` */
    uint32_t n_words;
    Builder minus, plus;
    Arena step;
} Spread;

/* ---- tables ---- */

static int add_table(TableWrite *w, ForeignChanges *f, const Relation *r, uint32_t *ret, Err *err)
{
    Database *db = w->x->db;
    for (*ret = 0; *ret < f->n; ++*ret)
        if (f->table[*ret].r == r)
            return 0;
    struct ForeignChange *t = ARENA_ARRAY(&f->arena, struct ForeignChange, f->n + 1);
    if (!t)
        return RAISE_NOMEM(err);
    if (f->n)
        memcpy(t, f->table, f->n * sizeof(*t));
    f->table = t;
    t = &f->table[f->n];
    *t = (struct ForeignChange){.r = r, .feed = engine_feed(db->engine, r->id), .rows = {.acct = engine_account(db->engine)}};
    if (!t->feed)
        return RAISE(err, ERR_UNDEFINED_RELATION, "relation \"%s\" does not exist any more", r->name);
    TRY(transaction_table(db, t->feed, &t->transaction, err));
    t->now = t->transaction ? transaction_feed(t->transaction) : t->feed;
    f->n++;
    return 0;
}

static int note_seen(struct ForeignChange *t, Batch *b, Arena *arena, Err *err)
{
    int64_t *times = arena_alloc(arena, MAX(b->n_sel, 1) * sizeof(*times));
    return times ? stored_first_seen(t->now->stored, t->seen, b, arena, times, err) : RAISE_NOMEM(err);
}

/* The set of rows that go, with those that are listed already. */
static int open_seen(struct ForeignChange *t, Arena *arena, Err *err)
{
    if (t->seen)
        return 0;
    t->seen = stored_rows_new(t->now->stored, err);
    if (!t->seen)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < t->rows.n; i++)
        if (t->rows.batch[i]->w_kind == W_MINUS)
            TRY(note_seen(t, t->rows.batch[i], arena, err));
    return 0;
}

/* NULL = no memory. */
static ForeignMark *mark_of(ForeignChanges *f, struct ForeignChange *t, uint32_t at)
{
    if (at >= t->cap_marks) {
        uint32_t cap = MAX(t->rows.n, at + 1) * 2;
        ForeignMark *m = arena_zalloc(&f->arena, cap * sizeof(*m));
        if (!m)
            return NULL;
        if (t->cap_marks)
            memcpy(m, t->mark, t->cap_marks * sizeof(*m));
        t->mark = m;
        t->cap_marks = cap;
    }
    return &t->mark[at];
}

void foreign_changes_done(ForeignChanges *f)
{
    for (uint32_t i = 0; i < f->n; i++) {
        hash_table_free(f->table[i].seen);
        batch_list_done(&f->table[i].rows);
    }
    arena_done(&f->arena);
}

/* ---- which keys ---- */

static bool same_key(const Spread *s, uint32_t old_row, uint32_t new_row)
{
    for (uint32_t i = 0; i < s->k.n; i++) {
        Value a = vec_get(&s->old->col[s->k.to[i]], old_row), b = vec_get(&s->new->col[s->k.to[i]], new_row);
        if (a.is_null != b.is_null || (!a.is_null && value_cmp(&a, &b) != 0))
            return false;
    }
    return true;
}

/* Keys that no row has after the batch, by the place of their rows in its selection + 1. */
static int find_events(Spread *s, bool *ret_any, Err *err)
{
    Stored *child = s->f->table[s->table].now->stored;
    Rows rows = batch_rows(s->old);
    Batch *probe;
    uint64_t *has = arena_zalloc(&s->step, (BIT_WORDS(rows.n) + 1) * sizeof(*has));
    uint8_t **entry = arena_alloc(&s->step, MAX(rows.n, 1) * sizeof(*entry));
    if (!has || !entry)
        return RAISE_NOMEM(err);
    *ret_any = false;
    TRY(foreign_project(child->schema, s->old, s->k.to, s->k.col, s->k.n, &s->step, &probe, err));
    TRY(stored_key_has_rows(child, s->k.index, probe, has, err));
    for (uint32_t i = 0; i < rows.n; i++)
        *ret_any |= bit_get(has, i);
    if (!*ret_any)
        return 0;
    s->events = stored_arbiter_keys_new(child, (int32_t)s->k.index, err);
    if (!s->events)
        return -ERR_OUT_OF_MEMORY;
    TRY(stored_arbiter_keys_get(child, (int32_t)s->k.index, s->events, probe, entry, err));
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        if (entry[i] && !(s->new &&same_key(s, row, row_at(batch_rows(s->new), i))))
            *row_count(entry[i]) = i + 1;
    }
    return 0;
}

/* ---- rows that refer ---- */

static int flush(Spread *s, Err *err)
{
    struct ForeignChange *t = &s->f->table[s->table];
    if (s->minus.n == 0)
        return 0;
    Batch *minus = builder_take(&s->minus);
    if (minus)
        minus->w_kind = W_MINUS;
    TRY(batch_list_add(&t->rows, minus, err));
    ForeignMark *mark = mark_of(s->f, t, t->rows.n - 1);
    if (!mark)
        return RAISE_NOMEM(err);
    mark->between = s->further;
    if (s->action == FOREIGN_CASCADE && !s->new)
        return 0;
    mark = mark_of(s->f, t, t->rows.n);
    if (!mark || !(mark->set = arena_memdup(&s->f->arena, s->set, (size_t)s->plus.n * s->n_words * sizeof(*s->set))))
        return RAISE_NOMEM(err);
    Batch *made = builder_take(&s->plus);
    const Batch *plus = made;
    int64_t now_us = s->w->x->now_us;
    int rc = made ? row_checks_generate(&s->checks, now_us, &s->step, &plus, err) : RAISE_NOMEM(err);
    if (rc == 0)
        rc = row_checks_run(&s->checks, now_us, plus, err);
    Batch *own = rc == 0 ? batch_own(t->rows.acct, plus) : NULL;
    batch_unref(made);
    TRY(rc);
    if (own)
        own->w_kind = W_ONE;
    return batch_list_add(&t->rows, own, err);
}

static int new_value(Spread *s, uint32_t i, uint32_t event, Value *ret, Err *err)
{
    const Field *field = &s->of->schema->field[s->k.col[i]];
    if (s->action == FOREIGN_SET_NULL) {
        *ret = value_null(field->type);
        return 0;
    }
    if (s->action == FOREIGN_SET_DEFAULT && preset_varies(s->of, s->k.col[i]))
        return preset_of_row(s->w->x->db, s->w->catalog, s->of, s->k.col[i], s->w->x->now_us, &s->step, ret, err);
    if (s->action == FOREIGN_SET_DEFAULT) {
        *ret = s->preset[s->k.col[i]];
        return 0;
    }
    Value v = vec_get(&s->new->col[s->k.to[i]], row_at(batch_rows(s->new), event));
    if (v.is_null) {
        *ret = value_null(field->type);
        return 0;
    }
    return cast_assign(&v, field->type, &s->step, ret, err);
}

/* ON DELETE SET NULL (a): only column a of the key. */
static bool is_set(const Spread *s, uint32_t i)
{
    const struct RelationForeign *f = &s->of->foreign[s->key];
    bool listed = s->new || f->n_set == 0;
    for (uint32_t k = 0; k < f->n_set; k++)
        listed |= f->set[k] == i;
    return listed;
}

static void note_set(Spread *s, const uint64_t *before)
{
    uint64_t *set = s->set + (size_t)s->plus.n * s->n_words;
    for (uint32_t i = 0; i < s->n_words; i++)
        set[i] = before ? before[i] : 0;
    bit_set(set, s->key);
}

/* before: the keys that have set something in it; NULL = none. */
static int put_row(Spread *s, const Batch *b, uint32_t row, uint32_t event, const uint64_t *before, int64_t times, Err *err)
{
    uint32_t n = s->of->schema->n;
    Value *value = ARENA_ARRAY(&s->step, Value, n + 1), *after = ARENA_ARRAY(&s->step, Value, n + 1);
    bool comes = s->action != FOREIGN_CASCADE || s->new;
    if (!value || !after)
        return RAISE_NOMEM(err);
    for (uint32_t c = 0; c < n; c++)
        after[c] = value[c] = vec_get(&b->col[c], row);
    for (uint32_t i = 0; comes && i < s->k.n; i++)
        if (is_set(s, i))
            TRY(new_value(s, i, event, &after[s->k.col[i]], err));
    for (int64_t k = 0; k < times; k++) {
        for (uint32_t c = 0; c < n; c++)
            TRY(builder_value(&s->minus, c, &value[c], err));
        for (uint32_t c = 0; comes && c < n; c++)
            TRY(builder_value(&s->plus, c, &after[c], err));
        if (comes) {
            note_set(s, before);
            (void)builder_row_done(&s->plus);
        }
        if (builder_row_done(&s->minus) == BUILDER_FULL)
            TRY(flush(s, err));
    }
    return 0;
}

static int look_at(void *self, Batch *b, Err *err)
{
    Spread *s = self;
    struct ForeignChange *t = &s->f->table[s->table];
    Arena scratch;
    arena_init(&scratch, t->rows.acct, 0);
    uint8_t **entry = arena_alloc(&scratch, MAX(b->n_sel, 1) * sizeof(*entry));
    uint16_t *sel = arena_alloc(&scratch, MAX(b->n_sel, 1) * sizeof(*sel));
    uint32_t *event = arena_alloc(&scratch, MAX(b->n_sel, 1) * sizeof(*event)), n = 0;
    int64_t *times = arena_alloc(&scratch, MAX(b->n_sel, 1) * sizeof(*times));
    int rc = entry && sel && event && times
                 ? stored_arbiter_keys_find(t->now->stored, (int32_t)s->k.index, s->events, b, entry, err)
                 : RAISE_NOMEM(err);
    for (uint32_t i = 0; rc == 0 && i < b->n_sel; i++)
        if (entry[i] && *row_count(entry[i]) > 0) {
            event[n] = (uint32_t)*row_count(entry[i]) - 1;
            sel[n++] = (uint16_t)row_at(batch_rows(b), i);
        }
    Batch *hit = rc == 0 && n ? batch_with_sel(&scratch, b, sel, n) : NULL;
    if (hit)
        rc = stored_first_seen(t->now->stored, t->seen, hit, &scratch, times, err);
    for (uint32_t i = 0; hit && rc == 0 && i < n; i++)
        if (times[i] > 0)
            rc = put_row(s, b, sel[i], event[i], NULL, times[i], err);
    arena_done(&scratch);
    return rc;
}

/* The keys that the statement itself has set in the row of a batch: those that have other values than before.  false: it is new. */
static bool own_set(const Spread *s, uint32_t at, uint32_t place, uint64_t *ret)
{
    const BatchList *l = &s->f->table[s->table].rows;
    const Batch *new = l->batch[at], *old = at ? l->batch[at - 1] : NULL;
    if (!old || old->w_kind != W_MINUS || old->n_sel != new->n_sel)
        return false;
    uint32_t a = row_at(batch_rows(old), place), b = row_at(batch_rows(new), place);
    memset(ret, 0, s->n_words * sizeof(*ret));
    for (uint32_t k = 0; k < s->of->n_foreign; k++)
        for (uint32_t i = 0; i < s->of->foreign[k].n; i++) {
            uint32_t c = s->of->foreign[k].col[i];
            Value x = vec_get(&old->col[c], a), y = vec_get(&new->col[c], b);
            if (x.is_null != y.is_null || (!x.is_null && value_cmp(&x, &y) != 0))
                bit_set(ret, k);
        }
    return true;
}

static int change_further(Spread *s, uint32_t at, uint32_t place, uint32_t event, Err *err)
{
    struct ForeignChange *t = &s->f->table[s->table];
    const Batch *b = t->rows.batch[at];
    ForeignMark *mark = mark_of(s->f, t, at);
    uint64_t *set = ARENA_ARRAY(&s->step, uint64_t, s->n_words);
    if (!mark || !set)
        return RAISE_NOMEM(err);
    if (mark->gone && bit_get(mark->gone, place))
        return 0;
    if (mark->set)
        memcpy(set, mark->set + (size_t)place * s->n_words, s->n_words * sizeof(*set));
    else if (!own_set(s, at, place, set))
        return 0;
    if (bit_get(set, s->key))
        return 0;
    if (!mark->gone && !(mark->gone = arena_zalloc(&s->f->arena, BIT_WORDS(b->n_sel) * sizeof(*mark->gone))))
        return RAISE_NOMEM(err);
    bit_set(mark->gone, place);
    return put_row(s, b, row_at(batch_rows(b), place), event, set, 1, err);
}

/* Rows that the statement has put in so far. */
static int look_at_new(Spread *s, Err *err)
{
    struct ForeignChange *t = &s->f->table[s->table];
    uint32_t n = t->rows.n;
    s->further = true;
    for (uint32_t at = 0; at < n; at++) {
        Batch *b = t->rows.batch[at];
        if (b->w_kind != W_ONE || b->n_sel == 0)
            continue;
        uint8_t **entry = arena_alloc(&s->step, b->n_sel * sizeof(*entry));
        if (!entry)
            return RAISE_NOMEM(err);
        TRY(stored_arbiter_keys_find(t->now->stored, (int32_t)s->k.index, s->events, b, entry, err));
        for (uint32_t i = 0; i < b->n_sel; i++)
            if (entry[i] && *row_count(entry[i]) > 0)
                TRY(change_further(s, at, i, (uint32_t)*row_count(entry[i]) - 1, err));
    }
    return flush(s, err);
}

static int run(Spread *s, Err *err)
{
    Database *db = s->w->x->db;
    const Catalog *c = s->w->catalog;
    Account *acct = engine_account(db->engine);
    bool any;
    TRY(foreign_make_key(s->of, s->key, foreign_target(c, s->of, s->key), &s->f->arena, &s->k, err));
    TRY(add_table(s->w, s->f, s->of, &s->table, err));
    TRY(find_events(s, &any, err));
    if (!any)
        return 0;
    TRY(open_seen(&s->f->table[s->table], &s->step, err));
    TRY(row_checks_open(&s->checks, db, c, s->of, err));
    TRY(eval_presets(db, c, s->of, s->w->x->now_us, &s->f->arena, &s->preset, err));
    TRY(builder_init(&s->minus, acct, s->of->schema, BATCH_ROWS, err));
    TRY(builder_init(&s->plus, acct, s->of->schema, BATCH_ROWS, err));
    s->n_words = (uint32_t)BIT_WORDS(s->of->n_foreign);
    s->set = ARENA_ARRAY(&s->step, uint64_t, (size_t)BATCH_ROWS * s->n_words);
    if (!s->set)
        return RAISE_NOMEM(err);
    TRY(stored_each(s->f->table[s->table].now->stored, look_at, s, err));
    TRY(flush(s, err));
    return look_at_new(s, err);
}

static int spread_one(Spread *s, Err *err)
{
    arena_init(&s->step, engine_account(s->w->x->db->engine), 0);
    int rc = run(s, err);
    hash_table_free(s->events);
    builder_done(&s->minus);
    builder_done(&s->plus);
    row_checks_done(&s->checks);
    arena_done(&s->step);
    return rc;
}

/* ---- all of it ---- */

static int spread_batch(TableWrite *w, ForeignChanges *f, const Relation *r, const Batch *old, const Batch *new, Err *err)
{
    const Catalog *c = w->catalog;
    Relations all = catalog_referring(c);
    for (uint32_t i = 0; i < all.n; i++)
        for (uint32_t k = 0; k < all.relation[i]->n_foreign; k++) {
            const Relation *of = all.relation[i];
            ForeignAction action = (ForeignAction)(new ? of->foreign[k].on_update : of->foreign[k].on_delete);
            if (foreign_target(c, of, k) != r || action == FOREIGN_NO_ACTION || action == FOREIGN_RESTRICT)
                continue;
            TRY(spread_one(&(Spread){.w = w, .f = f, .of = of, .key = k, .action = action, .old = old, .new = new}, err));
        }
    return 0;
}

void foreign_changes_init(ForeignChanges *f, const StmtContext *x)
{
    *f = (ForeignChanges){0};
    arena_init(&f->arena, engine_account(x->db->engine), 0);
}

int foreign_add(TableWrite *w, ForeignChanges *f, const Relation *r, Batch *const *b, uint32_t n, Err *err)
{
    uint32_t own;
    TRY(add_table(w, f, r, &own, err));
    for (uint32_t i = 0; i < n; i++)
        TRY(batch_list_add(&f->table[own].rows, batch_ref(b[i]), err));
    return 0;
}

/* Without the rows that have been changed further; *ret NULL: none is left. */
static int without_gone(ForeignChanges *f, Account *acct, const Batch *b, const uint64_t *gone, Batch **ret, Err *err)
{
    Rows rows = batch_rows(b);
    uint16_t *sel = arena_alloc(&f->arena, rows.n * sizeof(*sel));
    uint32_t n = 0;
    if (!sel)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < rows.n; i++)
        if (!bit_get(gone, i))
            sel[n++] = (uint16_t)row_at(rows, i);
    Batch *left = batch_with_sel(&f->arena, b, sel, n);
    *ret = left && n ? batch_own(acct, left) : NULL;
    if (!left || (n && !*ret))
        return RAISE_NOMEM(err);
    if (*ret)
        (*ret)->w_kind = W_ONE;
    return 0;
}

/* Takes out what was there on the way only: who reads the changes sees each row once. */
static int take_out_between(ForeignChanges *f, struct ForeignChange *t, Err *err)
{
    BatchList *l = &t->rows;
    uint32_t n = 0;
    int rc = 0;
    for (uint32_t at = 0; at < l->n; at++) {
        const ForeignMark *m = at < t->cap_marks ? &t->mark[at] : &(ForeignMark){0};
        Batch *b = l->batch[at], *left = NULL;
        if (rc == 0 && m->gone)
            rc = without_gone(f, l->acct, b, m->gone, &left, err);
        if (rc == 0 && (m->gone || m->between)) {
            batch_unref(b);
            b = left;
        }
        if (b)
            l->batch[n++] = b;
    }
    l->n = n;
    return rc;
}

int foreign_spread(TableWrite *w, ForeignChanges *f, Err *err)
{
    for (uint32_t i = 0; i < f->n; i++) {
        while (f->table[i].done < f->table[i].rows.n) {
            const BatchList *l = &f->table[i].rows;
            uint32_t at = f->table[i].done;
            const Batch *old = l->batch[at], *next = at + 1 < l->n ? l->batch[at + 1] : NULL;
            bool pair = old->w_kind == W_MINUS && next && next->w_kind == W_ONE && next->n_sel == old->n_sel;
            f->table[i].done += pair ? 2 : 1;
            if (old->w_kind == W_MINUS)
                TRY(spread_batch(w, f, f->table[i].r, old, pair ? next : NULL, err));
        }
        if (i + 1 == f->n) /* what came to earlier tables meanwhile */
            for (uint32_t k = 0; k < f->n; k++)
                if (f->table[k].done < f->table[k].rows.n) {
                    i = k - 1;
                    break;
                }
    }
    for (uint32_t i = 0; i < f->n; i++)
        TRY(take_out_between(f, &f->table[i], err));
    return 0;
}
