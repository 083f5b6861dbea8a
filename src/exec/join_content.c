/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of a join of relations, made from their content. */
#include "exec/join_content.h"

typedef struct ContentNode {
    const PhysNode *node;
    Op *op;
    uint32_t user, input; /* UINT32_MAX: the root */
} ContentNode;

struct JoinContent {
    OpEnv env;
    Arena arena, plan; /* scratch of one push; programs */
    int (*take)(void *to, Batch *b, Err *err);
    void *to;
    uint32_t n, cap;
    ContentNode node[];
};

static size_t content_bytes(uint32_t n)
{
    return sizeof(JoinContent) + n * sizeof(ContentNode);
}

static uint32_t count_nodes(const PhysNode *root)
{
    uint32_t n = 1;
    for (uint32_t i = 0; i < root->n_in; i++)
        n += count_nodes(root->in[i]);
    return n;
}

static int open_node(JoinContent *c, const PhysNode *node, uint32_t user, uint32_t input, Err *err)
{
    uint32_t i = c->n++;
    c->node[i] = (ContentNode){.node = node, .user = user, .input = input};
    TRY(op_new(&c->env, node, &c->node[i].op, err));
    for (uint32_t k = 0; k < node->n_in; k++)
        TRY(open_node(c, node->in[k], i, k, err));
    return 0;
}

int join_content_new(const OpEnv *env, const PhysNode *root, int (*take)(void *to, Batch *b, Err *err), void *to, JoinContent **ret,
                     Err *err)
{
    uint32_t n = count_nodes(root);
    JoinContent *c = *ret = mem_zalloc(env->acct, content_bytes(n));
    if (!c)
        return RAISE_NOMEM(err);
    c->cap = n;
    c->take = take;
    c->to = to;
    c->env = *env;
    arena_init(&c->arena, env->acct, 0);
    arena_init(&c->plan, env->acct, 0);
    c->env.pages = page_store_new(env->acct);
    if (!c->env.pages)
        return RAISE_NOMEM(err);
    c->env.lost = page_store_lost(c->env.pages);
    c->env.step = c->env.eval.arena = &c->arena;
    c->env.plan = &c->plan;
    c->env.n_parts = 0;
    c->env.part_keys = NULL;
    c->env.next_table_id = 1;
    return open_node(c, root, UINT32_MAX, 0, err);
}

void join_content_free(JoinContent *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; i < c->n; i++)
        op_free(c->node[i].op);
    arena_done(&c->arena);
    arena_done(&c->plan);
    if (c->env.pages)
        page_store_free(c->env.pages);
    mem_free(c->env.acct, c, content_bytes(c->cap));
}

static int push(JoinContent *c, uint32_t i, uint32_t input, Batch *b, Err *err);

static int give(JoinContent *c, uint32_t i, Batch *b, Err *err)
{
    const ContentNode *n = &c->node[i];
    return n->user == UINT32_MAX ? c->take(c->to, b, err) : push(c, n->user, n->input, b, err);
}

/* What raises an error has raised it when it came, and is not among the rows. */
static int push(JoinContent *c, uint32_t i, uint32_t input, Batch *b, Err *err)
{
    Op *op = c->node[i].op;
    Out out;
    out_init(&out, &c->arena, BATCH_ROWS);
    int rc = op_push(op, input, b, &out);
    ArenaMark mark = arena_mark(&c->arena);
    for (;;) {
        for (const OutItem *item = out.first; rc >= 0 && item; item = item->next)
            if (item->port == OUT_MAIN && item->batch)
                TRY(give(c, i, item->batch, err));
        if (rc != OP_MORE)
            return rc < 0 ? RAISE(err, (ErrCode)-rc, "%s", err_class_text((ErrCode)-rc)) : 0;
        arena_rewind(&c->arena, mark);
        out_init(&out, &c->arena, BATCH_ROWS);
        rc = op_more(op, &out);
    }
}

int join_content_push(JoinContent *c, const PhysSource *of, Batch *b, Err *err)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (c->node[i].node == &of->node) {
            arena_reset(&c->arena);
            return push(c, i, 0, b, err);
        }
    return 0;
}
