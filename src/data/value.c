/* SPDX-License-Identifier: Apache-2.0
 *
 * Values: reading them out of vectors, making constants, comparing and hashing.  The order and the hash are those of ORDER BY and
 * of keys; the kernels implement the same rules over vectors. */
#include "data/value.h"

#include "base/decimal.h"
#include "base/hash.h"
#include "data/data_impl.h"
#include "data/json.h"

Value vec_get(const Vec *v, uint32_t row)
{
    Value val = {.type = v->type, .is_null = vec_is_null(v, row)};
    uint32_t at = vec_phys(v, row);
    const Vec *values = vec_values(v);
    if (val.is_null)
        return val;
    if (type_has_views(v->type.id)) {
        val.str = vec_str(values, at);
        return val;
    }
    if (v->type.id == T_BOOL) {
        val.b = bit_get(values->data, at);
        return val;
    }
    uint32_t bytes = type_bytes(v->type.id);
    memcpy(&val.b, (const uint8_t *)values->data + (size_t)at * bytes, bytes);
    return val;
}

static int const_str(const Value *val, Vec *v, Arena *arena)
{
    if (val->str.n > INT32_MAX)
        return -ERR_PROGRAM_LIMIT;
    const uint8_t **list = arena_alloc(arena, sizeof *list);
    char *bytes = arena_strndup(arena, val->str.n ? val->str.p : "", val->str.n);
    if (!list || !bytes)
        return -ERR_OUT_OF_MEMORY;
    list[0] = (const uint8_t *)bytes;
    v->str_data = list;
    v->n_str_bufs = 1;
    strview_set(v->data, bytes, (uint32_t)val->str.n, 0, 0);
    return 0;
}

int vec_const(const Value *val, uint32_t n, Vec *ret, Arena *arena)
{
    Vec v = {.kind = VEC_CONST, .type = val->type, .n = n};
    v.data = arena_zalloc(arena, sizeof(i128));
    if (!v.data)
        return -ERR_OUT_OF_MEMORY;
    if (val->is_null) {
        v.valid = arena_zalloc(arena, sizeof(uint64_t));
        if (!v.valid)
            return -ERR_OUT_OF_MEMORY;
    } else if (type_has_views(val->type.id)) {
        TRY(const_str(val, &v, arena));
    } else if (val->type.id == T_BOOL) {
        bit_put(v.data, 0, val->b);
    } else {
        memcpy(v.data, &val->b, type_bytes(val->type.id));
    }
    *ret = v;
    return 0;
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_f64(double a, double b)
{
    if (a != a || b != b)
        return (a != a) - (b != b);
    return COMPARE(a, b);
}

static int compare_decimal(const Value *a, const Value *b)
{
    i128 x = a->dec, y = b->dec;
    unsigned s = MAX(a->type.scale, b->type.scale);
    if (a->type.scale == b->type.scale)
        return COMPARE(x, y);
    /* The side with the smaller scale is the one that may leave the range; then it is the larger in magnitude. */
    if (decimal_rescale(x, a->type.scale, s, &x) < 0)
        return a->dec < 0 ? -1 : 1;
    if (decimal_rescale(y, b->type.scale, s, &y) < 0)
        return b->dec < 0 ? 1 : -1;
    return COMPARE(x, y);
}

int value_cmp(const Value *a, const Value *b)
{
    ASSERT(a->type.id == b->type.id && !a->is_null && !b->is_null);
    switch ((TypeId)a->type.id) {
    case T_BOOL: return (int)a->b - (int)b->b;
    case T_I16: return COMPARE(a->i16, b->i16);
    case T_I32:
    case T_ENUM:
    case T_DATE: return COMPARE(a->i32, b->i32);
    case T_I64:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS: return COMPARE(a->i64, b->i64);
    case T_F32: return compare_f64(a->f32, b->f32);
    case T_F64: return compare_f64(a->f64, b->f64);
    case T_DECIMAL: return compare_decimal(a, b);
    case T_INTERVAL: return interval_cmp(&a->iv, &b->iv);
    case T_UUID: return COMPARE(memcmp(a->uuid.b, b->uuid.b, 16), 0);
    case T_UNKNOWN:
    case T_TEXT:
    case T_BYTEA:
    case T_BITS:
    case T_RANGES:
    case T_MULTIRANGES:
    case T_NETWORKS:
    case T_ARRAY:
    case T_STRUCT:
    case T_MAP:
    case T_JSON: return str_cmp(a->str, b->str);
    case T_JSONB: return jsonb_cmp(a->str, b->str);
    case N_TYPES: break;
    }
    return 0;
}

bool value_eq(const Value *a, const Value *b)
{
    if (a->type.id != b->type.id)
        return false;
    if (a->is_null || b->is_null)
        return a->is_null && b->is_null;
    return value_cmp(a, b) == 0;
}

uint64_t decimal_hash(i128 v, unsigned scale)
{
    while (scale > 0 && v % 10 == 0) {
        v /= 10;
        scale--;
    }
    if (scale == 0 && v >= INT64_MIN && v <= INT64_MAX)
        return hash_i64((int64_t)v);
    return hash_combine(hash_bytes(&v, sizeof v), hash_i64(scale));
}

uint64_t interval_hash(const Interval *i)
{
    i128 total = interval_total_us(i);
    return total >= INT64_MIN && total <= INT64_MAX ? hash_i64((int64_t)total) : hash_bytes(&total, sizeof total);
}

uint64_t value_hash(const Value *v)
{
    if (v->is_null)
        return HASH_NULL;
    switch ((TypeId)v->type.id) {
    case T_BOOL: return hash_i64(v->b);
    case T_I16: return hash_i64(v->i16);
    case T_I32:
    case T_ENUM:
    case T_DATE: return hash_i64(v->i32);
    case T_I64:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS: return hash_i64(v->i64);
    case T_F32: return hash_f64(v->f32);
    case T_F64: return hash_f64(v->f64);
    case T_DECIMAL: return decimal_hash(v->dec, v->type.scale);
    case T_INTERVAL: return interval_hash(&v->iv);
    case T_UUID: return hash_bytes(v->uuid.b, 16);
    case T_UNKNOWN:
    case T_TEXT:
    case T_BYTEA:
    case T_BITS:
    case T_RANGES:
    case T_MULTIRANGES:
    case T_NETWORKS:
    case T_ARRAY:
    case T_STRUCT:
    case T_MAP:
    case T_JSON: return hash_bytes(v->str.p, v->str.n);
    case T_JSONB: return jsonb_hash(v->str);
    case N_TYPES: break;
    }
    return HASH_NULL;
}

int vec_put(Vec *v, uint32_t i, const Value *val, StrWriter *w, Arena *arena)
{
    static const StrView empty = {0};
    if (val->is_null) {
        TRY(vec_add_valid(v, arena));
        bit_clear(v->valid, i);
        if (v->type.id == T_BOOL)
            bit_clear(v->data, i);
        else if (type_is_string(v->type.id))
            ((StrView *)v->data)[i] = empty;
        else
            memset((uint8_t *)v->data + (size_t)i * type_bytes(v->type.id), 0, type_bytes(v->type.id));
        return 0;
    }
    switch ((TypeId)v->type.id) {
    case T_BOOL: bit_put(v->data, i, val->b); return 0;
    case T_TEXT:
    case T_BYTEA:
    case T_BITS:
    case T_RANGES:
    case T_MULTIRANGES:
    case T_NETWORKS:
    case T_ARRAY:
    case T_STRUCT:
    case T_MAP:
    case T_JSON:
    case T_JSONB: return strwriter_put(w, i, val->str.p, val->str.n);
    default: memcpy((uint8_t *)v->data + (size_t)i * type_bytes(v->type.id), &val->i64, type_bytes(v->type.id)); return 0;
    }
}
