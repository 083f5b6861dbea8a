/* SPDX-License-Identifier: Apache-2.0
 *
 * IN over constants: an open-addressing set made once at compile time.  Integers (and dates, times) and strings have probes of
 * their own, and a few short strings are compared as two words each; the other types go through Value.  x IN (..., NULL) is NULL
 * where it is not true. */
#include "expr/program_impl.h"

#include <string.h>

#include "base/hash.h"
#include "kernel/loop.h"

#define SHORT_MAX 8

struct InSet {
    Value *slot;  /* is_null = empty */
    int64_t *key; /* integer types: the same slots as int64 */
    uint64_t mask;
    bool has_null, is_integer, is_string;
    uint32_t n_short; /* all strings, as views, when they are few and lie in them; 0 = they are not */
    StrView view[SHORT_MAX];
};

static bool is_integer_like(TypeId t)
{
    return type_is_integer(t) || t == T_DATE || t == T_TIME || t == T_TIMETZ || type_is_timestamp(t);
}

static int64_t integer_of(const Value *v)
{
    switch (type_bytes(v->type.id)) {
    case 2: return v->i16;
    case 4: return v->i32;
    default: return v->i64;
    }
}

static uint64_t hash_value(const InSet *s, const Value *v)
{
    return s->is_integer ? hash_i64(integer_of(v)) : s->is_string ? hash_bytes(v->str.p, v->str.n) : value_hash(v);
}

static void keep_short(InSet *s)
{
    uint32_t n = 0;
    for (uint64_t i = 0; i <= s->mask && s->is_string; i++) {
        Str text = s->slot[i].str;
        if (s->slot[i].is_null)
            continue;
        if (n == SHORT_MAX || text.n > STR_INLINE_MAX)
            return;
        s->view[n] = (StrView){.n = (int32_t)text.n};
        memcpy(s->view[n++].inlined, text.p ? text.p : "", text.n);
    }
    s->n_short = n;
}

int in_set_new(Arena *arena, Expr *const *list, uint32_t n, InSet **ret)
{
    uint64_t slots = 8;
    while (slots < 2 * (uint64_t)n)
        slots *= 2;
    InSet *s = ARENA_NEW(arena, InSet);
    if (!s)
        return -ERR_OUT_OF_MEMORY;
    s->slot = ARENA_ARRAY(arena, Value, slots);
    s->key = ARENA_ARRAY(arena, int64_t, slots);
    if (!s->slot || !s->key)
        return -ERR_OUT_OF_MEMORY;
    s->mask = slots - 1;
    s->is_integer = is_integer_like(list[0]->type.id);
    s->is_string = type_is_string(list[0]->type.id) && list[0]->type.id != T_JSONB; /* which compares by value */
    for (uint64_t i = 0; i < slots; i++)
        s->slot[i].is_null = true;
    for (uint32_t k = 0; k < n; k++) {
        const Value *v = &list[k]->value;
        if (v->is_null) {
            s->has_null = true;
            continue;
        }
        uint64_t at = hash_value(s, v) & s->mask;
        while (!s->slot[at].is_null && !value_eq(&s->slot[at], v))
            at = (at + 1) & s->mask;
        s->slot[at] = *v;
        s->key[at] = s->is_integer ? integer_of(v) : 0;
    }
    keep_short(s);
    *ret = s;
    return 0;
}

static bool has_integer(const InSet *s, int64_t key)
{
    for (uint64_t at = hash_i64(key) & s->mask; !s->slot[at].is_null; at = (at + 1) & s->mask) {
        if (s->key[at] == key)
            return true;
    }
    return false;
}

static bool has_string(const InSet *s, Str key)
{
    for (uint64_t at = hash_bytes(key.p, key.n) & s->mask; !s->slot[at].is_null; at = (at + 1) & s->mask) {
        if (str_eq(s->slot[at].str, key))
            return true;
    }
    return false;
}

static bool has_value(const InSet *s, const Value *key)
{
    for (uint64_t at = value_hash(key) & s->mask; !s->slot[at].is_null; at = (at + 1) & s->mask) {
        if (value_cmp(&s->slot[at], key) == 0)
            return true;
    }
    return false;
}

static inline bool has_short(const InSet *s, const StrView *v)
{
    uint64_t head, tail, found = 0;
    memcpy(&head, v, sizeof(head));
    memcpy(&tail, (const char *)v + sizeof(head), sizeof(tail));
    for (uint32_t k = 0; k < s->n_short; k++) {
        uint64_t a, b;
        memcpy(&a, &s->view[k], sizeof(a));
        memcpy(&b, (const char *)&s->view[k] + sizeof(a), sizeof(b));
        found |= !((a ^ head) | (b ^ tail));
    }
    return found;
}

static bool has_row(const InSet *s, const Vec *v, uint32_t i)
{
    if (s->n_short)
        return has_short(s, (const StrView *)v->data + i);
    if (s->is_string)
        return has_string(s, vec_str(v, i));
    if (s->is_integer) {
        switch (type_bytes(v->type.id)) {
        case 2: return has_integer(s, ((const int16_t *)v->data)[i]);
        case 4: return has_integer(s, ((const int32_t *)v->data)[i]);
        default: return has_integer(s, ((const int64_t *)v->data)[i]);
        }
    }
    Value key = vec_get(v, i);
    return has_value(s, &key);
}

int in_set_eval(const InSet *s, const Vec *v, Vec *dst, Rows rows, Arena *arena)
{
    if (v->valid || s->has_null)
        TRY(vec_add_valid(dst, arena));
    uint32_t m = vec_mask(v);
    EACH_ROW(rows, r)
    {
        bool null = null_at(v, r), found = !null && has_row(s, v, r & m);
        bit_put(dst->data, r, found);
        if (null || (s->has_null && !found))
            bit_clear(dst->valid, r);
    }
    return 0;
}
