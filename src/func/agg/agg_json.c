/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON_AGG and JSON_OBJECT_AGG with their JSONB forms.  Like ARRAY_AGG they are printed from the multiset of their values.  An
 * object's members come as texts, "name" : value, which the binder makes of the two arguments; where rows have no order, members
 * are in that of their names. */
#include "data/json.h"
#include "func/agg/agg_impl.h"

typedef struct JsonList {
    const AggSpec *spec;
    StrBuf text;
    bool started;
} JsonList;

static int array_each(void *self, const Value *cols, int64_t count)
{
    JsonList *t = self;
    const Value *v = &cols[t->spec->n_order];
    for (int64_t i = 0; i < count && !t->text.failed; i++) {
        sb_puts(&t->text, !t->started ? "" : !v->is_null && (v->type.id == T_ARRAY || v->type.id == T_STRUCT) ? ", \n " : ", ");
        json_print_value(v, &t->text);
        t->started = true;
    }
    return t->text.failed ? -ERR_OUT_OF_MEMORY : 0;
}

static int object_each(void *self, const Value *cols, int64_t count)
{
    JsonList *t = self;
    for (int64_t i = 0; i < count && !t->text.failed; i++) {
        sb_puts(&t->text, t->started ? ", " : "");
        sb_putstr(&t->text, cols[t->spec->n_order].str);
        t->started = true;
    }
    return t->text.failed ? -ERR_OUT_OF_MEMORY : 0;
}

static int give(const AggSpec *s, JsonList *t, Arena *arena, Value *ret)
{
    Str text = {sb_cstr(&t->text), t->text.n};
    if (s->ret.id == T_JSONB)
        TRY(jsonb_parse(text, arena, &text, NULL));
    else
        text.p = arena_strndup(arena, text.p, text.n);
    *ret = (Value){.type = s->ret, .str = text};
    return text.p ? 0 : -ERR_OUT_OF_MEMORY;
}

static int json_multi(const AggSpec *s, AggMulti *m, Arena *arena, bool object, Value *ret)
{
    JsonList t = {.spec = s};
    sb_init(&t.text, arena->acct);
    sb_puts(&t.text, object && s->ret.id == T_JSON ? "{ " : object ? "{" : "[");
    int rc = m->each(m, object ? object_each : array_each, &t);
    sb_puts(&t.text, object && s->ret.id == T_JSON ? " }" : object ? "}" : "]");
    *ret = value_null(s->ret);
    if (rc >= 0 && t.started)
        rc = t.text.failed ? -ERR_OUT_OF_MEMORY : give(s, &t, arena, ret);
    sb_done(&t.text);
    return rc;
}

static int array_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    (void)x;
    return json_multi(s, m, arena, false, ret);
}
static int object_multi(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret)
{
    (void)x;
    return json_multi(s, m, arena, true, ret);
}

static int bind(AggSpec *s, const Type *args, uint32_t n_args, bool object, Err *err)
{
    bool binary = s->type->name[4] == 'b';
    if (n_args != 1 || (object && args[0].id != T_TEXT))
        return agg_no_match(s, args, n_args, err);
    s->ret = binary ? TYPE(JSONB) : TYPE(JSON);
    s->flags = AGG_NEEDS_MULTISET | AGG_ORDERED | AGG_KEEPS_NULLS;
    s->state_bytes = 0;
    return 0;
}
static int array_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    return bind(s, args, n_args, false, err);
}
static int object_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err)
{
    return bind(s, args, n_args, true, err);
}

#define JSON_AGG(n, form, t, b, m, h, e)                                                                                           \
    {                                                                                                                              \
        .name = n, .forms = form, .help = h, .example = e, .traits = t, .bind = b, .final_multi = m                                \
    }
const AggType agg_jsons[] = {
    JSON_AGG("json_agg", "any -> json", AGG_LISTS, array_bind, array_multi, "JSON array of the values, NULLs included",
             "SELECT json_agg(name ORDER BY price) FROM (VALUES ('a', 3), ('b', 1)) AS t (name, price) -> [\"b\", \"a\"]"),
    JSON_AGG("jsonb_agg", "any -> jsonb", AGG_LISTS, array_bind, array_multi, "JSONB array of the values, NULLs included",
             "SELECT jsonb_agg(name ORDER BY price) FROM (VALUES ('a', 3), ('b', 1)) AS t (name, price) -> [\"b\", \"a\"]"),
    JSON_AGG("json_object_agg", "any, any -> json", AGG_PAIRS | AGG_LISTS, object_bind, object_multi,
             "JSON object of names and values",
             "SELECT json_object_agg(name, price) FROM (VALUES ('a', 3)) AS t (name, price) -> { \"a\" : 3 }"),
    JSON_AGG("jsonb_object_agg", "any, any -> jsonb", AGG_PAIRS | AGG_LISTS, object_bind, object_multi,
             "JSONB object of names and values; of equal names the last",
             "SELECT jsonb_object_agg(name, price) FROM (VALUES ('a', 3), ('b', 1)) AS t (name, price) -> {\"a\": 3, \"b\": 1}"),
    {0},
};
