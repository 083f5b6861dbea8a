/* SPDX-License-Identifier: Apache-2.0
 *
 * Options of a sequence, or of an identity column, to what numbers it gives.  ALTER starts from those of before: what is not said
 * stays, but for a bound that was only that of the type. */
#include "plan/bind_impl.h"

static int number_of(const PlanContext *ctx, const Node *e, int64_t preset, Arena *arena, int64_t *ret, Err *err)
{
    Value v;
    *ret = preset;
    if (!e)
        return 0;
    TRY(bind_constant(ctx, e, TYPE(I64), arena, &v, err));
    *ret = v.i64;
    return 0;
}

static int check(const CreateSequenceStmt *c, const RelationSequence *d, int64_t low, int64_t high, Err *err)
{
    Span at = c->start ? c->start->at : c->node.at;
    if (d->cache < 1)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->cache->at, "CACHE (%lld) must be greater than zero", (long long)d->cache);
    if (d->step == 0)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->step->at, "INCREMENT must not be zero");
    if (d->max > high || d->max < low)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->max ? c->max->at : c->node.at,
                        "MAXVALUE (%lld) is out of range for the type of the sequence", (long long)d->max);
    if (d->min > high || d->min < low)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->min ? c->min->at : c->node.at,
                        "MINVALUE (%lld) is out of range for the type of the sequence", (long long)d->min);
    if (d->min >= d->max)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, c->min ? c->min->at : c->node.at,
                        "MINVALUE (%lld) must be less than MAXVALUE (%lld)", (long long)d->min, (long long)d->max);
    if (d->start < d->min)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, at, "START value (%lld) cannot be less than MINVALUE (%lld)",
                        (long long)d->start, (long long)d->min);
    if (d->start > d->max)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, at, "START value (%lld) cannot be greater than MAXVALUE (%lld)",
                        (long long)d->start, (long long)d->max);
    return 0;
}

static void limits(Type t, int64_t *low, int64_t *high)
{
    *high = t.id == T_I16 ? INT16_MAX : t.id == T_I32 ? INT32_MAX : INT64_MAX;
    *low = -*high - 1;
}

int bind_sequence(const PlanContext *ctx, const CreateSequenceStmt *c, Type type, const RelationSequence *old, Type old_type,
                  Arena *arena, RelationSequence *ret, Err *err)
{
    int64_t low, high, old_low = 0, old_high = 0;
    bool retypes = old && old_type.id != type.id;
    limits(type, &low, &high);
    if (old)
        limits(old_type, &old_low, &old_high);
    TRY(number_of(ctx, c->cache, old ? old->cache : 1, arena, &ret->cache, err));
    TRY(number_of(ctx, c->step, old ? old->step : 1, arena, &ret->step, err));
    bool up = ret->step > 0;
    bool keeps_max = old && !c->no_max && !(retypes && old->max == old_high);
    bool keeps_min = old && !c->no_min && !(retypes && old->min == old_low);
    TRY(number_of(ctx, c->max, keeps_max ? old->max : up ? high : -1, arena, &ret->max, err));
    TRY(number_of(ctx, c->min, keeps_min ? old->min : up ? 1 : low, arena, &ret->min, err));
    TRY(number_of(ctx, c->start, old ? old->start : up ? ret->min : ret->max, arena, &ret->start, err));
    ret->cycle = c->cycle == CYCLE_UNSAID && old ? old->cycle : c->cycle == CYCLE_YES;
    return check(c, ret, low, high, err);
}
