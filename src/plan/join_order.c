/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of inner joins by what they cost: the rows that come between.  From each input in turn the order is grown by the input
 * that makes the least of them; the cheapest of these orders is the answer.  An equality with a unique key finds one row at most,
 * so a condition on that side leaves as many of the others as of its own; without a key on either side, a tenth of the rows of the
 * larger one are taken for different values. */
#include "plan/join_impl.h"

static double partners(const JoinCost *c, const JoinEdge *e)
{
    double values = 0;
    for (uint32_t side = 0; side < 2; side++)
        if (e->is_key[side])
            values = MAX(values, c->all[e->input[side]]);
    if (values == 0)
        values = MAX(c->all[e->input[0]], c->all[e->input[1]]) / 10;
    return MAX(values, 1);
}

/* Rows of the join of what is taken, `rows` of them, with one more input. */
static double rows_with(const JoinCost *c, uint64_t taken, double rows, uint32_t next, bool *connected)
{
    double ret = rows * c->rows[next];
    *connected = false;
    for (uint32_t i = 0; i < c->n_edges; i++) {
        const JoinEdge *e = &c->edge[i];
        bool here = (e->input[0] == next && (taken >> e->input[1] & 1)) || (e->input[1] == next && (taken >> e->input[0] & 1));
        if (here)
            ret /= partners(c, e);
        *connected |= here;
    }
    return ret;
}

double join_order_cost(const JoinCost *c, const uint32_t *order)
{
    uint64_t taken = UINT64_C(1) << order[0];
    double rows = c->rows[order[0]], cost = 0;
    for (uint32_t k = 1; k < c->n_inputs; k++) {
        bool connected;
        rows = rows_with(c, taken, rows, order[k], &connected);
        taken |= UINT64_C(1) << order[k];
        cost += rows;
    }
    return cost;
}

/* Connected inputs go before others. */
static void grow(const JoinCost *c, uint32_t first, uint32_t *order)
{
    uint64_t taken = UINT64_C(1) << first;
    double rows = c->rows[first];
    order[0] = first;
    for (uint32_t k = 1; k < c->n_inputs; k++) {
        double least = -1;
        bool any = false;
        for (uint32_t i = 0; i < c->n_inputs; i++) {
            bool connected;
            if (taken >> i & 1)
                continue;
            double with = rows_with(c, taken, rows, i, &connected);
            if (least >= 0 && (any > connected || (any == connected && with >= least)))
                continue;
            least = with;
            any = connected;
            order[k] = i;
        }
        rows = least;
        taken |= UINT64_C(1) << order[k];
    }
}

double join_order_choose(const JoinCost *c, uint32_t *ret_order)
{
    uint32_t order[JOIN_INPUTS_MAX];
    double best = -1;
    for (uint32_t first = 0; first < c->n_inputs; first++) {
        grow(c, first, order);
        double cost = join_order_cost(c, order);
        if (best >= 0 && cost >= best)
            continue;
        best = cost;
        memcpy(ret_order, order, c->n_inputs * sizeof(*order));
    }
    return best;
}
