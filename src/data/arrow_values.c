/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrow's fixed-width types that have no twin here and are only read: half floats, decimals of 32, 64 and 256 bits, intervals in
 * one unit, durations.  Each becomes the value of the type that holds it whole; a 256-bit decimal must fit into 38 digits. */
#include "base/calendar.h"
#include "base/decimal.h"
#include "data/arrow_impl.h"

#define MANTISSA 0x3ff

static float half_to_float(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = (h >> 10) & 0x1f, mantissa = h & MANTISSA, bits;
    if (exponent == 0) { /* a multiple of 2^-24 */
        float small = (float)mantissa * 0x1p-24f;
        return sign ? -small : small;
    }
    bits = sign | (exponent == 0x1f ? 0xffu : exponent + 127 - 15) << 23 | mantissa << 13;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* false: it has more than 128 bits, or more digits than the type. */
static bool load_decimal(const ArrowColumn *c, int64_t at, i128 *ret)
{
    const void *p = c->array->buffers[1];
    if (c->format.layout == LAYOUT_D32)
        *ret = ARROW_LOAD(int32_t, p, at);
    else if (c->format.layout == LAYOUT_D64)
        *ret = ARROW_LOAD(int64_t, p, at);
    else {
        *ret = ARROW_LOAD(i128, p, 2 * at);
        if (ARROW_LOAD(i128, p, 2 * at + 1) != (*ret < 0 ? -1 : 0))
            return false;
    }
    return decimal_fits(*ret, c->type.precision);
}

static bool load_interval(const ArrowColumn *c, int64_t at, Interval *ret)
{
    const void *p = c->array->buffers[1];
    *ret = (Interval){0};
    int64_t x;
    switch ((ArrowLayout)c->format.layout) {
    case LAYOUT_MONTHS: ret->months = ARROW_LOAD(int32_t, p, at); return true;
    case LAYOUT_DAY_MS:
        ret->days = ARROW_LOAD(int32_t, p, 2 * at);
        ret->ns = ARROW_LOAD(int32_t, p, 2 * at + 1) * INT64_C(1000000);
        return true;
    default: x = ARROW_LOAD(int64_t, p, at); return !__builtin_mul_overflow(x, c->format.tick_ns, &ret->ns);
    }
}

/* One value; false when it is beyond its type. */
static bool convert(const ArrowColumn *c, int64_t at, Vec *v, uint32_t i)
{
    switch ((ArrowLayout)c->format.layout) {
    case LAYOUT_F16: {
        float f = half_to_float(ARROW_LOAD(uint16_t, c->array->buffers[1], at));
        if (v->type.id == T_F64)
            ((double *)v->data)[i] = f;
        else
            ((float *)v->data)[i] = f;
        return true;
    }
    case LAYOUT_D32:
    case LAYOUT_D64:
    case LAYOUT_D256: return load_decimal(c, at, &((i128 *)v->data)[i]);
    default: return load_interval(c, at, &((Interval *)v->data)[i]);
    }
}

int arrow_convert_values(const ArrowColumn *c, int64_t start, Vec *v, Err *err)
{
    bool decimal = v->type.id == T_DECIMAL;
    memset(v->data, 0, (size_t)v->n * type_bytes(v->type.id));
    for (uint32_t i = 0; i < v->n; i++) {
        if (vec_is_null(v, i) || convert(c, c->offset + start + i, v, i))
            continue;
        return RAISE(err, decimal ? ERR_NUMERIC_RANGE : ERR_DATETIME_OVERFLOW, "column \"%s\", row %lld: %s out of range", c->name,
                     (long long)start + i + 1, decimal ? "decimal" : "interval");
    }
    return 0;
}
