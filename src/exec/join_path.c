/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a side that is a join, found through its relations. */
#include "exec/join_path.h"

#include "exec/join_shared.h"

typedef struct PathLevel {
    Op *op;
    OpEnv env;
    Arena arena;     /* scratch of the call that is running, and what it gave */
    ArenaMark begun; /* behind what the operator remembers of its input */
    Out out;
    const OutItem *item; /* the next one to go on with */
    int rc;              /* OP_MORE: there is more behind these */
} PathLevel;

struct JoinPath {
    const OpEnv *of;
    const PhysDelta *delta;
    PageStore *pages; /* no checkpoint has what lies here, between steps nothing does */
    uint32_t n, at;
    PathLevel level[];
};

static size_t path_bytes(uint32_t n)
{
    return sizeof(JoinPath) + n * sizeof(PathLevel);
}

int join_path_new(const OpEnv *env, const PhysDelta *delta, JoinPath **ret, Err *err)
{
    JoinPath *p = *ret = mem_zalloc(env->acct, path_bytes(delta->n_hops));
    if (!p)
        return RAISE_NOMEM(err);
    p->of = env;
    p->delta = delta;
    p->n = delta->n_hops;
    p->pages = page_store_new(env->acct);
    uint32_t table = 1;
    for (uint32_t i = 0; i < p->n; i++)
        arena_init(&p->level[i].arena, env->acct, 0);
    for (uint32_t i = 0; p->pages && i < p->n; i++) {
        PathLevel *l = &p->level[i];
        l->env = *env;
        l->env.pages = p->pages;
        l->env.lost = page_store_lost(p->pages);
        l->env.step = l->env.eval.arena = &l->arena;
        l->env.n_parts = 0;
        l->env.part_keys = NULL; /* it is not told of changes, and looks for whatever it is asked */
        l->env.next_table_id = table;
        TRY(op_new(&l->env, &delta->hop[i]->node, &l->op, err));
        table = l->env.next_table_id;
    }
    return p->pages ? 0 : RAISE_NOMEM(err);
}

void join_path_free(JoinPath *p)
{
    if (!p)
        return;
    for (uint32_t i = 0; i < p->n; i++) {
        op_free(p->level[i].op);
        arena_done(&p->level[i].arena);
    }
    if (p->pages)
        page_store_free(p->pages);
    mem_free(p->of->acct, p, path_bytes(p->n));
}

Op *join_path_hop(const JoinPath *p, uint32_t i)
{
    return p->level[i].op;
}

const PhysDelta *join_path_delta(const JoinPath *p)
{
    return p->delta;
}

static int push(JoinPath *p, uint32_t at, Batch *b)
{
    PathLevel *l = &p->level[at];
    l->env.eval.now_us = p->of->eval.now_us;
    l->env.eval.watermark_us = p->of->eval.watermark_us;
    l->env.epoch = p->of->epoch;
    out_init(&l->out, &l->arena, BATCH_ROWS);
    l->rc = op_push(l->op, 0, b, &l->out);
    l->item = l->out.first;
    l->begun = arena_mark(&l->arena);
    p->at = at;
    return MIN(l->rc, 0);
}

static int go_on(PathLevel *l)
{
    arena_rewind(&l->arena, l->begun);
    out_init(&l->out, &l->arena, BATCH_ROWS);
    l->rc = op_more(l->op, &l->out);
    l->item = l->out.first;
    return MIN(l->rc, 0);
}

static int number_rows(Rows rows, uint32_t n, Vec *ret, Arena *arena)
{
    TRY(vec_scratch(ret, (Type){.id = T_I64}, n, arena));
    for (uint32_t i = 0; i < rows.n; i++)
        ((int64_t *)ret->data)[row_at(rows, i)] = i;
    return 0;
}

int join_path_begin(JoinPath *p, const Vec *const *key, Rows rows, const Batch *in)
{
    Arena *arena = &p->level[0].arena;
    uint32_t n_keys = p->delta->start->n - 1;
    for (uint32_t i = 0; i < p->n; i++) {
        join_forget_ahead(p->level[i].op);
        arena_reset(&p->level[i].arena);
    }
    Batch *b = batch_derive(arena, p->delta->start, in);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t k = 0; k < n_keys; k++)
        b->col[k] = *key[k];
    TRY(number_rows(rows, in->n, &b->col[n_keys], arena));
    b->sel = rows.sel;
    b->n_sel = rows.n;
    return push(p, 0, b);
}

int join_path_next(JoinPath *p, Batch **ret)
{
    for (;;) {
        PathLevel *l = &p->level[p->at];
        if (l->item) {
            *ret = l->item->port == OUT_MAIN ? l->item->batch : NULL;
            l->item = l->item->next;
            if (*ret && p->at + 1 == p->n)
                return 1;
            if (*ret) {
                arena_reset(&p->level[p->at + 1].arena);
                TRY(push(p, p->at + 1, *ret));
            }
            continue;
        }
        if (l->rc == OP_MORE) {
            TRY(go_on(l));
            continue;
        }
        if (p->at == 0)
            break;
        p->at--;
    }
    for (uint32_t i = 0; i < p->n; i++)
        join_forget_ahead(p->level[i].op);
    return 0;
}

const int64_t *join_path_rows(const JoinPath *p, const Batch *b)
{
    return b->col[p->delta->start->n - 1].data;
}
