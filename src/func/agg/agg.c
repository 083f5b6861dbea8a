/* SPDX-License-Identifier: Apache-2.0
 *
 * The aggregate table: finding, binding, and the helpers of agg_impl.h. */
#include "func/agg/agg_impl.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernel/compare.h"

static const AggType *const families[] = {agg_counts,  agg_sums,   agg_minmax, agg_firsts,   agg_bools, agg_bits,
                                          agg_moments, agg_multis, agg_jsons,  agg_sketches, agg_ranges};

const AggType *agg_at(uint32_t index)
{
    for (size_t f = 0; f < ARRAY_LEN(families); f++) {
        for (const AggType *t = families[f]; t->name; t++) {
            if (index-- == 0)
                return t;
        }
    }
    return NULL;
}

/* The i-th part between bars. */
static bool part_at(const char *list, uint32_t i, Str *ret)
{
    Str rest = str_of(list);
    bool more = rest.n > 0;
    while (more) {
        more = str_cut(rest, '|', ret, &rest);
        if (i-- == 0)
            return true;
    }
    return false;
}

bool agg_name_at(const AggType *t, uint32_t i, Str *ret)
{
    *ret = str_of(t->name);
    return i == 0 || part_at(t->aliases, i - 1, ret);
}

bool agg_form_at(const AggType *t, uint32_t i, Str *ret_args, Str *ret_result)
{
    Str form;
    if (!part_at(t->forms, i, &form))
        return false;
    const char *arrow = strstr(form.p, " -> ");
    *ret_args = (Str){form.p, (size_t)(arrow - form.p)};
    *ret_result = (Str){arrow + 4, (size_t)(form.p + form.n - arrow) - 4};
    return true;
}

static bool has_name(const AggType *t, Str name)
{
    Str one;
    for (uint32_t i = 0; agg_name_at(t, i, &one); i++) {
        if (str_eq(one, name))
            return true;
    }
    return false;
}

const AggType *agg_find(Str name)
{
    for (uint32_t i = 0; agg_at(i); i++) {
        if (has_name(agg_at(i), name))
            return agg_at(i);
    }
    return NULL;
}

int agg_no_match(const AggSpec *spec, const Type *args, uint32_t n_args, Err *err)
{
    char types[160] = "";
    size_t at = 0;
    for (uint32_t i = 0; i < n_args && at < sizeof(types) - 1; i++)
        at += (size_t)snprintf(types + at, sizeof(types) - at, "%s%s", i ? ", " : "", type_id_name(args[i].id));
    for (char *p = types; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return RAISE(err, ERR_UNDEFINED_FUNCTION, "function %s(%s) does not exist", spec->type->name, types);
}

int agg_bind(AggSpec *spec, Str name, const Type *args, uint32_t n_args, Span at, Err *err)
{
    const AggType *type = agg_find(name);
    if (!type)
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, at, "aggregate function %.*s does not exist", (int)name.n, name.p);
    return agg_bind_type(spec, type, args, n_args, at, err);
}

int agg_bind_type(AggSpec *spec, const AggType *type, const Type *args, uint32_t n_args, Span at, Err *err)
{
    spec->type = type;
    if (n_args > ARRAY_LEN(spec->arg))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, at, "too many arguments for aggregate function %s", spec->type->name);
    spec->flags = 0;
    spec->n_args = n_args;
    spec->n_order = 0;
    spec->state_bytes = 0;
    spec->count_star = false;
    for (uint32_t i = 0; i < n_args; i++)
        spec->arg[i] = args[i].id == T_UNKNOWN ? TYPE(TEXT) : args[i];
    int rc = spec->type->bind(spec, args, n_args, err);
    if (rc < 0 && err && span_is_none(err->at))
        err->at = at;
    return rc;
}

Double2 double2_mul(double a, double b)
{
    double p = a * b;
    return (Double2){p, isfinite(p) ? fma(a, b, -p) : 0};
}

Str slot_text(const AggSlot *slot, AggCtx *x)
{
    if (slot->n <= sizeof(slot->text))
        return (Str){slot->text, slot->n};
    return x->heap->get(x->heap, slot->far.ref);
}

void slot_drop(AggSlot *slot, AggCtx *x, Type t)
{
    if (slot->has && type_is_string(t.id) && slot->n > sizeof(slot->text))
        x->heap->drop(x->heap, slot->far.ref);
    *slot = (AggSlot){0};
}

int slot_set_text(AggSlot *slot, AggCtx *x, Type t, Str text)
{
    AggSlot made = {.has = 1, .n = (uint32_t)text.n};
    if (text.n <= sizeof(made.text)) {
        if (text.n)
            memcpy(made.text, text.p, text.n);
    } else {
        memcpy(made.far.prefix, text.p, sizeof(made.far.prefix));
        TRY(x->heap->put(x->heap, text.p, text.n, &made.far.ref));
    }
    slot_drop(slot, x, t);
    *slot = made;
    return 0;
}

int slot_set(AggSlot *slot, AggCtx *x, const Vec *v, uint32_t row)
{
    uint32_t i = row & vec_mask(v);
    if (type_is_string(v->type.id))
        return slot_set_text(slot, x, v->type, vec_str(v, i));
    *slot = (AggSlot){.has = 1};
    uint32_t width = type_bytes(v->type.id);
    if (width == 0)
        slot->bytes[0] = bit_get(v->data, i);
    else
        memcpy(slot->bytes, (const uint8_t *)v->data + (size_t)i * width, width);
    return 0;
}

int slot_copy(AggSlot *dst, AggCtx *x, Type t, const AggSlot *src)
{
    if (src->has && type_is_string(t.id))
        return slot_set_text(dst, x, t, slot_text(src, x));
    *dst = *src;
    return 0;
}

/* A vector of one row over the slot's bytes; texts compare by Str. */
static Vec slot_vec(const AggSlot *slot, Type t)
{
    return (Vec){.kind = VEC_CONST, .n = 1, .type = t, .data = (void *)slot->bytes};
}

int slot_cmp(const AggSlot *slot, AggCtx *x, const Vec *v, uint32_t row)
{
    if (type_is_string(v->type.id))
        return str_cmp(slot_text(slot, x), vec_str(v, row & vec_mask(v)));
    Vec own = slot_vec(slot, v->type);
    return kernel_cmp_rows(&own, 0, v, row);
}

int slot_cmp_slot(const AggSlot *a, const AggSlot *b, AggCtx *x, Type t)
{
    if (type_is_string(t.id))
        return str_cmp(slot_text(a, x), slot_text(b, x));
    Vec p = slot_vec(a, t), q = slot_vec(b, t);
    return kernel_cmp_rows(&p, 0, &q, 0);
}

/* Of the usual width. */
static int words_final(AggCtx *x, const uint8_t *const *state, size_t offset, uint32_t n, Vec *out)
{
    for (uint32_t i = 0; i < n; i++) {
        const AggSlot *slot = (const AggSlot *)(state[i] + offset);
        if (unlikely(!slot->has))
            TRY(agg_set_null(x, out, i));
        memcpy((uint64_t *)out->data + i, slot->bytes, sizeof(uint64_t));
    }
    return 0;
}

int slots_final(AggCtx *x, const uint8_t *const *state, size_t offset, uint32_t n, Vec *out)
{
    bool is_string = type_is_string(out->type.id);
    uint32_t width = type_bytes(out->type.id);
    StrWriter sw;
    if (width == sizeof(uint64_t))
        return words_final(x, state, offset, n, out);
    if (is_string)
        strwriter_init(&sw, out, x->eval->arena);
    for (uint32_t i = 0; i < n; i++) {
        const AggSlot *slot = (const AggSlot *)(state[i] + offset);
        if (!slot->has)
            TRY(agg_set_null(x, out, i));
        if (is_string) {
            Str text = slot->has ? slot_text(slot, x) : (Str){"", 0};
            TRY(strwriter_put(&sw, i, text.p, text.n));
        } else if (width == 0)
            bit_put(out->data, i, slot->bytes[0]);
        else
            memcpy((uint8_t *)out->data + (size_t)i * width, slot->bytes, width);
    }
    return is_string ? strwriter_finish(&sw) : 0;
}
