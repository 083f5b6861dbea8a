/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of inner joins by what they cost: the rows that come between.  Of few inputs all orders are looked at; of more, from
 * each input in turn the order is grown by the input that makes the least of them, and the cheapest of these orders is the answer.
 * An equality with a unique key finds one row at most, so a condition on that side leaves as many of the others as of its own, and
 * two columns that equal it have no more values than it has; without a key, a tenth of the rows of the larger input are taken for
 * different values.  Equalities that follow from each other, a = b AND b = c AND a = c, leave rows out once. */
#include "plan/join_impl.h"

static double partners(const JoinCost *c, const JoinEdge *e)
{
    double values = 0;
    for (uint32_t side = 0; side < 2; side++) {
        double all = c->all[e->input[side]];
        if (e->is_key[side])
            values = MAX(values, all);
        else if (e->values > 0)
            values = MAX(values, MIN(all, e->values));
    }
    if (values == 0)
        values = MAX(c->all[e->input[0]], c->all[e->input[1]]) / 10;
    return MAX(values, 1);
}

/* Partners by all equalities with `next` at once, which have `by_columns` if their columns have nothing to do with each other.  Of
 * a key of several columns there is one row; other ones have no more values together than there are rows. */
static double partners_at_once(const JoinCost *c, uint64_t taken, uint32_t next, double by_columns)
{
    double most = c->all[next], one = 0;
    uint8_t of_next = 0, of_other[JOIN_INPUTS_MAX] = {0};
    for (uint32_t i = 0; i < c->n_edges; i++) {
        const JoinEdge *e = &c->edge[i];
        uint32_t side = e->input[1] == next;
        if (e->input[side] != next || !(taken >> e->input[!side] & 1))
            continue;
        uint32_t other = e->input[!side];
        most = MAX(most, c->all[other]);
        of_next |= e->place[side];
        of_other[other] |= e->place[!side];
        if (c->places[other] && of_other[other] == c->places[other])
            one = MAX(one, c->all[other]);
    }
    if (c->places[next] && of_next == c->places[next])
        one = MAX(one, c->all[next]);
    return MAX(MIN(by_columns, one > 0 ? one : most), 1);
}

/* Rows of the join of what is taken, `rows` of them, with one more input. */
static double rows_with(const JoinCost *c, uint64_t taken, double rows, uint32_t next, bool *connected)
{
    double by_columns = 1, of_class = 1;
    *connected = false;
    for (uint32_t i = 0; i < c->n_edges; i++) {
        const JoinEdge *e = &c->edge[i];
        bool here = (e->input[0] == next && (taken >> e->input[1] & 1)) || (e->input[1] == next && (taken >> e->input[0] & 1));
        if (here)
            of_class = MAX(of_class, partners(c, e));
        if (i + 1 == c->n_edges || c->edge[i + 1].cls != e->cls) {
            by_columns *= of_class;
            of_class = 1;
        }
        *connected |= here;
    }
    return rows * c->rows[next] / partners_at_once(c, taken, next, by_columns);
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

enum { ALL_ORDERS_MAX = 10 }; /* inputs */

typedef struct Prefix { /* a set of inputs that are joined first: its cheapest order ends with `last` */
    double rows, cost;
    uint8_t last, crosses; /* joins without a key: as few as can be */
} Prefix;

/* Of orders that cost the same the written one is taken: its last input is tried last. */
static void try_last(const JoinCost *c, const Prefix *prefix, uint64_t set, uint32_t last, Prefix *best)
{
    bool connected;
    const Prefix *before = &prefix[set & ~(UINT64_C(1) << last)];
    double rows = rows_with(c, set & ~(UINT64_C(1) << last), before->rows, last, &connected);
    uint8_t crosses = (uint8_t)(before->crosses + !connected);
    if (best->last != UINT8_MAX && (crosses > best->crosses || (crosses == best->crosses && before->cost + rows > best->cost)))
        return;
    *best = (Prefix){.rows = rows, .cost = before->cost + rows, .last = (uint8_t)last, .crosses = crosses};
}

static double choose_of_all(const JoinCost *c, uint32_t *ret_order)
{
    Prefix prefix[1 << ALL_ORDERS_MAX];
    uint64_t all = (UINT64_C(1) << c->n_inputs) - 1;
    for (uint64_t set = 1; set <= all; set++) {
        Prefix best = {.last = UINT8_MAX};
        bool single = (set & (set - 1)) == 0;
        for (uint32_t i = 0; i < c->n_inputs; i++) {
            if (!(set >> i & 1))
                continue;
            if (single)
                best = (Prefix){.rows = c->rows[i], .last = (uint8_t)i};
            else
                try_last(c, prefix, set, i, &best);
        }
        prefix[set] = best;
    }
    uint64_t set = all;
    for (uint32_t k = c->n_inputs; k-- > 0; set &= ~(UINT64_C(1) << ret_order[k]))
        ret_order[k] = prefix[set].last;
    return prefix[all].cost;
}

double join_order_choose(const JoinCost *c, uint32_t *ret_order)
{
    uint32_t order[JOIN_INPUTS_MAX];
    double best = -1;
    if (c->n_inputs <= ALL_ORDERS_MAX)
        return choose_of_all(c, ret_order);
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
