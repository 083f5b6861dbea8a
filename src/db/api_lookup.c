/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar_register_lookup, and what the program does with requests. */
#include "data/arrow.h"
#include "db/api.h"
#include "db/program_lookup.h"
#include "func/cast.h"

static int register_lookup(Database *db, const LaminarLookup *in, ProgramLookup *l, Err *err)
{
    Str name;
    TRY(db_check_open(db, err));
    if (db_is_inside(db))
        return RAISE(err, ERR_REENTRANT, "lookups cannot be registered inside a callback");
    if (!in->name || !api_text(in->name, &name) || name.n == 0 || name.n >= sizeof(l->name))
        return RAISE(err, ERR_INVALID_PARAMETER, "a lookup's name has 1 to 63 bytes");
    if (!in->ask)
        return RAISE(err, ERR_INVALID_PARAMETER, "a lookup has the call ask");
    memcpy(l->name, name.p, name.n);
    return db_add_lookup(db, l, err);
}

int32_t laminar_register_lookup(LaminarConnection *conn, const LaminarLookup *lookup)
{
    if (!lookup || lookup->size < sizeof(*lookup))
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    ProgramLookup *l = conn ? mem_zalloc(NULL, sizeof(*l)) : NULL;
    if (!l) {
        if (lookup->destroy)
            lookup->destroy(lookup->user_data);
        return conn ? api_return(RAISE_NOMEM(&err), &err) : api_null();
    }
    atomic_init(&l->rc, 1);
    l->ask = lookup->ask;
    l->user_data = lookup->user_data;
    l->destroy = lookup->destroy;
    int rc = register_lookup(conn->db, lookup, l, &err);
    program_lookup_unref(l);
    return api_return(rc, &err);
}

/* ---- keys ---- */

size_t laminar_lookup_num_keys(const LaminarLookupRequest *request)
{
    return request ? request->keys->n_sel : 0;
}

static bool key_of(const LaminarLookupRequest *q, size_t key, size_t column, Value *ret)
{
    if (!q || key >= q->keys->n_sel || column >= q->n_key)
        return false;
    *ret = vec_get(&q->keys->col[column], row_at(batch_rows(q->keys), (uint32_t)key));
    return true;
}

int64_t laminar_lookup_key_i64(const LaminarLookupRequest *request, size_t key, size_t column)
{
    Value v, n;
    Arena scratch;
    if (!key_of(request, key, column, &v))
        return 0;
    if (v.type.id == T_I64 || v.type.id == T_TIME || type_is_timestamp(v.type.id))
        return v.i64;
    if (v.type.id == T_BOOL || v.type.id == T_DATE || v.type.id == T_ENUM)
        return v.type.id == T_BOOL ? v.b : v.i32;
    arena_init(&scratch, NULL, 0);
    bool is = cast_find(v.type.id, T_I64) && cast_value(&v, TYPE(I64), &scratch, &n, NULL) == 0;
    arena_done(&scratch);
    return is && !n.is_null ? n.i64 : 0;
}

const char *laminar_lookup_key_text(LaminarLookupRequest *request, size_t key, size_t column, size_t *length)
{
    Value v;
    if (length)
        *length = 0;
    if (!key_of(request, key, column, &v))
        return "";
    sb_clear(&request->text);
    if (v.type.id == T_TEXT || v.type.id == T_BYTEA)
        sb_putstr(&request->text, v.str);
    else
        value_print(&v, &request->text);
    if (length)
        *length = request->text.n;
    return sb_cstr(&request->text);
}

/* ---- answers ---- */

static int answer_row(LaminarLookupRequest *q, const char *const *values, size_t n, Arena *scratch, Err *err)
{
    if (n != q->schema->n)
        return RAISE(err, ERR_SCHEMA_MISMATCH, "the table has %u columns, and this is a row of %zu", q->schema->n, n);
    if (!q->has_rows)
        TRY(builder_init(&q->rows, &q->db->acct, q->schema, BATCH_ROWS, err));
    q->has_rows = true;
    Value *v = ARENA_ARRAY(scratch, Value, n + 1);
    if (!v)
        return RAISE_NOMEM(err);
    for (uint32_t c = 0; c < n; c++) { /* all of them before the first is put */
        Str text;
        v[c] = value_null(q->schema->field[c].type);
        if (!values[c])
            continue;
        if (!api_text(values[c], &text))
            return RAISE(err, ERR_INVALID_TEXT, "the value of column \"%s\" is not UTF-8", q->schema->field[c].name);
        TRY(value_parse(q->schema->field[c].type, text, scratch, &v[c], err));
    }
    for (uint32_t c = 0; c < n; c++)
        if (v[c].is_null)
            builder_null(&q->rows, c);
        else
            TRY(builder_value(&q->rows, c, &v[c], err));
    if (builder_row_done(&q->rows) != BUILDER_FULL)
        return 0;
    Batch *b = builder_take(&q->rows);
    return b ? program_lookup_post(q, b, err) : RAISE_NOMEM(err);
}

int32_t laminar_lookup_row(LaminarLookupRequest *request, const char *const *values, size_t n_values)
{
    if (!request || !values)
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    Arena scratch;
    arena_init(&scratch, NULL, 0);
    int rc = answer_row(request, values, n_values, &scratch, &err);
    arena_done(&scratch);
    return api_return(rc, &err);
}

static int post_batch(void *self, Batch *give_b, Err *err)
{
    return program_lookup_post(self, give_b, err);
}

int32_t laminar_lookup_rows(LaminarLookupRequest *request, struct ArrowArray *array, const struct ArrowSchema *schema)
{
    if (!request || !array || !schema) {
        if (array && array->release)
            array->release(array);
        return api_null();
    }
    api_begin();
    Err err = ERR_INIT;
    return api_return(arrow_import(&request->db->acct, array, schema, request->schema, post_batch, request, &err), &err);
}

int32_t laminar_lookup_done(LaminarLookupRequest *request)
{
    if (!request)
        return api_null();
    api_begin();
    Err err = ERR_INIT;
    return api_return(program_lookup_end(request, NULL) < 0 ? RAISE_NOMEM(&err) : 0, &err);
}

int32_t laminar_lookup_fail(LaminarLookupRequest *request, const char *message)
{
    if (!request)
        return api_null();
    api_begin();
    Err err = ERR_INIT, why = ERR_INIT;
    Str text;
    bool is_text = message && api_text(message, &text);
    (void)RAISE(&why, ERR_CONNECTOR, "%s", is_text ? message : "the program could not look it up");
    return api_return(program_lookup_end(request, &why) < 0 ? RAISE_NOMEM(&err) : 0, &err);
}
