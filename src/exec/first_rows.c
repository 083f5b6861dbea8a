/* SPDX-License-Identifier: Apache-2.0
 *
 * First rows of keys: what both operators need of keys and order. */
#include "exec/first_rows.h"

/* Bytes of the order columns at most; 0: there are texts among them. */
static uint32_t order_bytes(const FirstRowsOpen *o)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < o->n_order; i++) {
        TypeId id = (TypeId)o->order[i]->type.id;
        if (type_is_string(id))
            return 0;
        n += id == T_INTERVAL ? 25 : 1 + (id == T_BOOL ? 1 : type_bytes(id));
    }
    return n;
}

int first_rows_open(FirstRows *f, Op *op, const FirstRowsOpen *o, Err *err)
{
    const Schema *in = op->node->in[0]->schema;
    Arena *plan = op->env->plan;
    f->op = op;
    f->n_part = o->n_part;
    f->n_order = o->n_order;
    sb_init(&f->text, op->env->acct);
    f->rows = (Ranked){.op = op, .n_order = o->n_order, .n_cols = in->n, .is_packed = true, .stays = true};
    f->rows.order = ARENA_ARRAY(plan, SortSpec, o->n_order + 1);
    f->key = ARENA_ARRAY(plan, const Vec *, o->n_part + 1);
    f->key_type = ARENA_ARRAY(plan, Type, o->n_part + 1);
    Expr **all = ARENA_ARRAY(plan, Expr *, o->n_part + o->n_order + 1);
    if (!f->rows.order || !f->key || !f->key_type || !all)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < o->n_part; i++) {
        all[i] = o->part[i];
        f->key_type[i] = o->part[i]->type;
    }
    for (uint32_t i = 0; i < o->n_order; i++) {
        all[o->n_part + i] = o->order[i];
        f->rows.order[i] = (SortSpec){o->order[i]->type, o->desc[i], o->nulls_first[i], .by_value = true};
    }
    ranked_look_at_order(&f->rows);
    if (!packed_init(&f->rows.packed, in, plan))
        return RAISE_NOMEM(err);
    f->order_bytes = order_bytes(o);
    f->in_head = o->n_order == 0 || (f->order_bytes && f->order_bytes <= HEAD_WORDS * sizeof(uint64_t));
    TRY(row_eval_open(&f->eval, op, in, all, o->n_part + o->n_order, err));
    for (uint32_t i = 0; i < o->n_part; i++)
        f->key[i] = &f->eval.vec[i];
    return 0;
}

void first_rows_close(FirstRows *f)
{
    if (f->op)
        sb_done(&f->text);
}

/* ---- keys ---- */

static bool is_plain(const Vec *v)
{
    return v->kind == VEC_FLAT && !v->valid;
}

/* Two integers: the first ones are wanted by place. */
static int find_pairs(FirstRows *f, HashTable *t, Rows rows, uint8_t **ret_row, uint64_t *is_new)
{
    const int64_t *data = f->key[0]->data;
    KeyPairs keys = {.first = data, .second = f->key[1]->data};
    if (rows.sel) {
        int64_t *first = arena_alloc(f->op->env->step, rows.n * sizeof(*first));
        if (!first)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < rows.n; i++)
            first[i] = data[rows.sel[i]];
        keys.first = first;
    }
    return hash_table_upsert_pairs(t, &keys, rows, ret_row, is_new, NULL);
}

int first_rows_find(FirstRows *f, HashTable *t, Rows rows, uint8_t **ret_row, uint64_t **ret_new)
{
    Arena *step = f->op->env->step;
    uint64_t *is_new = arena_alloc(step, (BIT_WORDS(rows.n) + 1) * sizeof(*is_new));
    if (!is_new)
        return -ERR_OUT_OF_MEMORY;
    if (ret_new)
        *ret_new = is_new;
    if (f->n_part == 1 && hash_table_takes_ints(t, f->key[0]))
        return hash_table_upsert_ints(t, f->key[0], rows, ret_row, is_new, NULL);
    if (f->n_part == 2 && is_plain(f->key[0]) && hash_table_takes_pairs(t, f->key[1]))
        return find_pairs(f, t, rows, ret_row, is_new);
    uint64_t *hash = arena_alloc(step, MAX(rows.n, 1) * sizeof(*hash));
    if (!hash)
        return -ERR_OUT_OF_MEMORY;
    kernel_hash(f->key, f->n_part, rows, hash);
    return hash_table_upsert(t, f->key, hash, rows, ret_row, is_new, NULL);
}

/* ---- order ---- */

int first_rows_order(FirstRows *f, uint32_t phys)
{
    sb_clear(&f->text);
    for (uint32_t i = 0; i < f->n_order; i++)
        sortkey_put_row(&f->text, &f->rows.order[i], &f->eval.vec[f->n_part + i], phys);
    return f->text.failed ? -ERR_OUT_OF_MEMORY : 0;
}

static int head_of(FirstRows *f, uint32_t phys, uint64_t head[HEAD_WORDS])
{
    uint8_t bytes[HEAD_WORDS * sizeof(uint64_t)] = {0};
    TRY(first_rows_order(f, phys));
    if (f->text.n)
        memcpy(bytes, f->text.p, MIN(f->text.n, sizeof(bytes)));
    memcpy(head, bytes, sizeof(bytes));
    for (uint32_t i = 0; i < HEAD_WORDS; i++)
        head[i] = __builtin_bswap64(head[i]);
    return 0;
}

int first_rows_heads(FirstRows *f, Rows rows, uint64_t (*head)[HEAD_WORDS], bool *ret_wide)
{
    *ret_wide = sortkey_heads(f->rows.order, f->eval.vec + f->n_part, f->n_order, rows, head);
    if (*ret_wide)
        return 0;
    for (uint32_t i = 0; i < rows.n; i++)
        TRY(head_of(f, row_at(rows, i), head[i]));
    return 0;
}

int first_rows_before_kept(FirstRows *f, uint32_t phys, Str kept, bool *ret)
{
    TRY(first_rows_order(f, phys));
    *ret = key_cmp(sb_str(&f->text), str_first(kept, ranked_order_bytes(&f->rows, kept))) < 0;
    return 0;
}

int first_rows_before_row(FirstRows *f, uint32_t phys, uint32_t other, bool *ret)
{
    TRY(first_rows_order(f, phys));
    Str mine = {arena_memdup(f->op->env->step, f->text.p, f->text.n), f->text.n};
    if (!mine.p && mine.n)
        return -ERR_OUT_OF_MEMORY;
    TRY(first_rows_order(f, other));
    *ret = key_cmp(mine, sb_str(&f->text)) < 0;
    return 0;
}
