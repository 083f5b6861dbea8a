/* SPDX-License-Identifier: Apache-2.0
 *
 * Foreign keys: the check of a change. */
#include "flow/foreign.h"

#include "data/value.h"

void foreign_keys_free(ForeignKeys *l)
{
    if (!l)
        return;
    for (uint32_t i = 0; i < l->n; i++) {
        feed_unref(l->key[i].child);
        feed_unref(l->key[i].parent);
    }
    arena_done(&l->arena);
    mem_free(l->acct, l, sizeof(*l));
}

static Stored *content(const ForeignView *v, Feed *f)
{
    return v && v->of ? v->of(v->self, f)->stored : f->stored;
}

static int64_t integer_at(const Vec *v, uint32_t row)
{
    Value x = vec_get(v, row);
    return x.type.id == T_I16 ? x.i16 : x.type.id == T_I32 ? x.i32 : x.i64;
}

/* Integers of another width: a value that the width does not hold is in no key, so the row is NULL there. */
static int convert(const Vec *from, Type to, const Batch *b, Arena *arena, Vec *ret)
{
    uint32_t bytes = type_bytes(to.id);
    uint8_t *data = arena_zalloc(arena, MAX(b->n, 1) * (size_t)bytes);
    uint64_t *valid = arena_zalloc(arena, (BIT_WORDS(b->n) + 1) * sizeof(*valid));
    if (!data || !valid)
        return -ERR_OUT_OF_MEMORY;
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        if (vec_is_null(from, row))
            continue;
        int64_t x = integer_at(from, row);
        int16_t i16 = (int16_t)x;
        int32_t i32 = (int32_t)x;
        if ((bytes == 2 && i16 != x) || (bytes == 4 && i32 != x))
            continue;
        bit_set(valid, row);
        memcpy(data + (size_t)row * bytes, bytes == 2 ? (void *)&i16 : bytes == 4 ? (void *)&i32 : (void *)&x, bytes);
    }
    *ret = (Vec){.kind = VEC_FLAT, .type = to, .n = b->n, .data = data, .valid = valid};
    return 0;
}

int foreign_project(const Schema *schema, const Batch *b, const uint32_t *from, const uint32_t *to, uint32_t n, Arena *arena,
                    Batch **ret, Err *err)
{
    Batch *r = batch_scratch(arena, schema, b->n);
    if (!r)
        return RAISE_NOMEM(err);
    r->n = b->n;
    r->sel = b->sel;
    r->n_sel = b->n_sel;
    for (uint32_t i = 0; i < n; i++) {
        Type t = schema->field[to[i]].type;
        if (b->col[from[i]].type.id == t.id)
            r->col[to[i]] = b->col[from[i]];
        else if (convert(&b->col[from[i]], t, b, arena, &r->col[to[i]]) < 0)
            return RAISE_NOMEM(err);
    }
    *ret = r;
    return 0;
}

/* "Key (a, b)=(1, 2) <what>." */
static int detail(const Schema *s, const uint32_t *col, uint32_t n, const Batch *b, uint32_t row, const char *what,
                  const char *table, Err *err)
{
    StrBuf names, values;
    sb_init(&names, NULL);
    sb_init(&values, NULL);
    for (uint32_t i = 0; i < n; i++) {
        Value v = vec_get(&b->col[col[i]], row);
        sb_printf(&names, "%s%s", i ? ", " : "", s->field[col[i]].name);
        sb_puts(&values, i ? ", " : "");
        if (v.is_null)
            sb_puts(&values, "null");
        else
            value_print(&v, &values);
    }
    int rc = err_detail(err, "Key (%s)=(%s) %s table \"%s\".", sb_cstr(&names), sb_cstr(&values), what, table);
    sb_done(&names);
    sb_done(&values);
    return rc;
}

static int raise_missing(const ForeignKey *k, const Batch *b, uint32_t row, Err *err)
{
    (void)RAISE(err, ERR_FOREIGN_KEY, "insert or update on table \"%s\" violates foreign key constraint \"%s\"", k->child->name,
                k->name);
    return detail(k->child->schema, k->col, k->n, b, row, "is not present in", k->parent->name, err);
}

static int raise_referred(const ForeignKey *k, const Batch *b, uint32_t row, Err *err)
{
    (void)RAISE(err, ERR_FOREIGN_KEY, "update or delete on table \"%s\" violates foreign key constraint \"%s\" on table \"%s\"",
                k->parent->name, k->name, k->child->name);
    return detail(k->parent->schema, k->to, k->n, b, row, "is still referenced from", k->child->name, err);
}

/* Rows of one sign whose key has to be looked at: none of its columns is NULL. */
static int keyed_rows(const ForeignKey *k, const Batch *b, const uint32_t *col, bool plus, Arena *arena, Batch **ret, Err *err)
{
    Rows rows = batch_rows(b);
    uint16_t *sel = arena_alloc(arena, MAX(rows.n, 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!sel)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i), n_null = 0;
        int32_t w = batch_weight(b, row);
        if (plus ? w <= 0 : w >= 0)
            continue;
        for (uint32_t c = 0; c < k->n; c++)
            n_null += vec_is_null(&b->col[col[c]], row);
        if (plus && k->match_full && n_null && n_null < k->n) {
            (void)RAISE(err, ERR_FOREIGN_KEY, "insert or update on table \"%s\" violates foreign key constraint \"%s\"",
                        k->child->name, k->name);
            return err_detail(err, "MATCH FULL does not allow mixing of null and nonnull key values.");
        }
        if (n_null == 0)
            sel[n++] = (uint16_t)row;
    }
    *ret = batch_with_sel(arena, b, sel, n);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int find(Stored *s, int32_t arbiter, const Batch *probe, Arena *arena, uint8_t ***ret, Err *err)
{
    *ret = arena_zalloc(arena, MAX(probe->n_sel, 1) * sizeof(**ret));
    return *ret ? stored_arbiter_find(s, arbiter, probe, *ret, err) : RAISE_NOMEM(err);
}

static int check_child(const ForeignKey *k, const Batch *b, const ForeignView *view, Arena *arena, Err *err)
{
    Batch *rows, *probe;
    uint8_t **found;
    Stored *parent = content(view, k->parent);
    TRY(keyed_rows(k, b, k->col, true, arena, &rows, err));
    if (rows->n_sel == 0)
        return 0;
    TRY(foreign_project(parent->schema, rows, k->col, k->to, k->n, arena, &probe, err));
    TRY(find(parent, k->arbiter, probe, arena, &found, err));
    uint32_t n_missing = 0;
    for (uint32_t i = 0; i < rows->n_sel; i++)
        n_missing += !found[i];
    if (n_missing == 0)
        return 0;
    /* A row that the same change has taken away again refers to nothing. */
    uint64_t *stays = arena_zalloc(arena, (BIT_WORDS(rows->n_sel) + 1) * sizeof(*stays));
    if (!stays)
        return RAISE_NOMEM(err);
    TRY(stored_key_has_rows(content(view, k->child), k->index, rows, stays, err));
    for (uint32_t i = 0; i < rows->n_sel; i++)
        if (!found[i] && bit_get(stays, i))
            return raise_missing(k, rows, row_at(batch_rows(rows), i), err);
    return 0;
}

int foreign_referred(const ForeignKey *k, const Batch *b, const ForeignView *view, Arena *arena, uint64_t **ret, Err *err)
{
    Batch *probe;
    Stored *child = content(view, k->child);
    *ret = arena_zalloc(arena, (BIT_WORDS(b->n_sel) + 1) * sizeof(**ret));
    if (!*ret)
        return RAISE_NOMEM(err);
    TRY(foreign_project(child->schema, b, k->to, k->col, k->n, arena, &probe, err));
    return stored_key_has_rows(child, k->index, probe, *ret, err);
}

/* RESTRICT does not wait.  A batch of rows that go, directly followed by as many that come, is an update. */
static bool restricts(const ForeignKey *k, Batch *const *b, uint32_t n)
{
    bool updates = n > 1 && b[0]->w_kind == W_MINUS && b[1]->w_kind == W_ONE && b[0]->n_sel == b[1]->n_sel;
    return updates ? k->on_update_now : k->on_delete_now;
}

static int check_parent(const ForeignKey *k, const Batch *b, const ForeignView *view, Arena *arena, Err *err)
{
    Batch *rows;
    uint8_t **found;
    uint64_t *referred;
    TRY(keyed_rows(k, b, k->to, false, arena, &rows, err));
    if (rows->n_sel == 0)
        return 0;
    TRY(foreign_referred(k, rows, view, arena, &referred, err));
    TRY(find(content(view, k->parent), k->arbiter, rows, arena, &found, err));
    for (uint32_t i = 0; i < rows->n_sel; i++)
        if (!found[i] && bit_get(referred, i))
            return raise_referred(k, rows, row_at(batch_rows(rows), i), err);
    return 0;
}

int foreign_check(const ForeignKeys *l, const FeedChange *c, uint32_t n, const ForeignView *view, Err *err)
{
    Arena arena;
    int rc = 0;
    if (!l)
        return 0;
    arena_init(&arena, l->acct, 0);
    for (uint32_t i = 0; i < n && rc == 0; i++)
        for (uint32_t k = 0; k < l->n && rc == 0; k++)
            for (uint32_t j = 0; j < c[i].n && rc == 0; j++) {
                const ForeignKey *key = &l->key[k];
                bool waits = view && view->skips && view->skips(view->self, key);
                arena_reset(&arena);
                if (key->child == c[i].feed && !waits)
                    rc = check_child(key, c[i].batch[j], view, &arena, err);
                if (rc == 0 && key->parent == c[i].feed && (!waits || restricts(key, c[i].batch + j, c[i].n - j)))
                    rc = check_parent(key, c[i].batch[j], view, &arena, err);
            }
    arena_done(&arena);
    return rc;
}

int foreign_check_rows(const ForeignKey *k, Batch *const *b, uint32_t n, const ForeignView *view, Err *err)
{
    Arena arena;
    int rc = 0;
    arena_init(&arena, NULL, 0);
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        arena_reset(&arena);
        rc = check_child(k, b[i], view, &arena, err);
    }
    arena_done(&arena);
    return rc;
}
