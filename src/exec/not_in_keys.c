/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys of NOT IN (query), and which of them meet. */
#include "exec/not_in_keys.h"

#include "exec/op_impl.h"

#define GROUPS_TABLE 3u /* the sides' keys are 1 and 2 (join_side.c) */

typedef struct KeyColumns { /* of some keys, by position */
    Vec *col;
    const Vec **use; /* what is looked up: of a mask's columns NULLs */
    Vec *null;
} KeyColumns;

static uint32_t n_masks(const NotInKeys *k)
{
    return 1u << k->n_values;
}

static uint32_t n_cols(const NotInKeys *k)
{
    return k->n_equal + k->n_values;
}

static NotInGroup *group_of(const NotInKeys *k, const NotInKey *x)
{
    return x->group ? (NotInGroup *)(void *)row_extra(&k->group_layout, x->group) : (NotInGroup *)&k->whole;
}

/* ---- life ---- */

static void take_off(NotInKeys *k, JoinSide *s, uint8_t *key)
{
    NotInKey *x = not_in_key(s, key);
    if (!x->listed)
        return;
    k->n_of_mask[s->number][x->mask]--;
    if (x->next)
        not_in_key(s, x->next)->prev = x->prev;
    if (x->prev)
        not_in_key(s, x->prev)->next = x->next;
    else
        group_of(k, x)->list[s->number] = x->next;
    if (x->group && --*row_count(x->group) == 0)
        hash_table_remove(k->groups, x->group);
}

static void key_goes(void *self, JoinSide *s, uint8_t *key)
{
    take_off(self, s, key);
}

int not_in_keys_open(NotInKeys *k, OpEnv *env, JoinSide *side, PageStore *pages, uint32_t n_equal, Err *err)
{
    *k = (NotInKeys){.env = env, .side = side, .pages = pages, .n_equal = n_equal, .n_values = side->n_keys - n_equal};
    for (uint32_t i = 0; i < 2; i++) {
        side[i].key_goes = key_goes;
        side[i].key_self = k;
    }
    if (n_equal == 0)
        return 0;
    TRY(row_layout_init(&k->group_layout, env->acct, side->key_layout.type, n_equal, sizeof(NotInGroup), err));
    k->groups = hash_table_new(pages, &k->group_layout, GROUPS_TABLE, INT64_MIN, err);
    return k->groups ? 0 : -ERR_OUT_OF_MEMORY;
}

void not_in_keys_close(NotInKeys *k)
{
    hash_table_free(k->groups);
    if (k->group_layout.acct)
        row_layout_done(&k->group_layout);
}

/* ---- keys come and go ---- */

static int read_columns(const NotInKeys *k, const JoinSide *s, uint8_t *const *key, uint32_t n, KeyColumns *ret, Arena *arena)
{
    ret->col = arena_alloc(arena, n_cols(k) * sizeof(*ret->col));
    ret->null = arena_alloc(arena, n_cols(k) * sizeof(*ret->null));
    ret->use = arena_alloc(arena, n_cols(k) * sizeof(*ret->use));
    if (!ret->col || !ret->null || !ret->use)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < n_cols(k); c++) {
        TRY(hash_table_read(s->keys, key, n, c, &ret->col[c], arena));
        ret->use[c] = &ret->col[c];
    }
    return 0;
}

static int null_columns(const NotInKeys *k, uint32_t n, KeyColumns *c, Arena *arena)
{
    for (uint32_t v = k->n_equal; v < n_cols(k); v++) {
        TRY(vec_scratch(&c->null[v], c->col[v].type, n, arena));
        TRY(vec_add_valid(&c->null[v], arena));
        for (uint32_t i = 0; i < n; i++)
            bit_clear(c->null[v].valid, i);
    }
    return 0;
}

static int list_keys(NotInKeys *k, JoinSide *s, uint8_t *const *key, uint32_t n, Arena *arena)
{
    KeyColumns c;
    Rows rows = {n, NULL};
    TRY(read_columns(k, s, key, n, &c, arena));
    uint8_t **group = arena_zalloc(arena, n * sizeof(*group));
    uint64_t *hash = arena_alloc(arena, n * sizeof(*hash)), *is_new = arena_alloc(arena, BIT_WORDS(n) * sizeof(*is_new));
    if (!group || !hash || !is_new)
        return -ERR_OUT_OF_MEMORY;
    if (k->groups) {
        kernel_hash(c.use, k->n_equal, rows, hash);
        TRY(hash_table_upsert(k->groups, c.use, hash, rows, group, is_new, NULL));
    }
    for (uint32_t i = 0; i < n; i++) {
        NotInKey *x = not_in_key(s, key[i]);
        x->group = group[i];
        x->mask = 0;
        for (uint32_t v = 0; v < k->n_values; v++)
            x->mask |= (uint32_t)vec_is_null(&c.col[k->n_equal + v], i) << v;
        uint8_t **head = &group_of(k, x)->list[s->number];
        x->next = *head;
        x->prev = NULL;
        if (*head)
            not_in_key(s, *head)->prev = key[i];
        *head = key[i];
        x->listed = true;
        k->n_of_mask[s->number][x->mask]++;
        if (x->group)
            ++*row_count(x->group);
    }
    return 0;
}

int not_in_keys_list(NotInKeys *k, JoinSide *s, uint8_t *const *key, uint32_t n)
{
    Arena *step = k->env->step;
    ArenaMark mark = arena_mark(step);
    int rc = n ? list_keys(k, s, key, n, step) : 0;
    arena_rewind(step, mark);
    return rc;
}

int not_in_keys_hold(NotInKeys *k, JoinSide *s, const JoinInput *in, uint8_t **ret_key, uint8_t **ret_new, uint32_t *ret_n_new)
{
    uint32_t n = in->rows.n;
    uint64_t *is_new = arena_alloc(k->env->step, BIT_WORDS(n + 1) * sizeof(*is_new));
    *ret_n_new = 0;
    if (!is_new)
        return -ERR_OUT_OF_MEMORY;
    if (n == 0)
        return 0;
    TRY(hash_table_upsert(s->keys, s->key_col, in->hash, in->rows, ret_key, is_new, NULL));
    for (uint32_t i = 0; i < n; i++) {
        if (bit_get(is_new, i))
            ret_new[(*ret_n_new)++] = ret_key[i];
        ++*row_count(ret_key[i]);
    }
    return not_in_keys_list(k, s, ret_new, *ret_n_new);
}

void not_in_keys_let_go(NotInKeys *k, JoinSide *s, uint8_t *const *key, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (--*row_count(key[i]) != 0)
            continue;
        take_off(k, s, key[i]);
        hash_table_remove(s->keys, key[i]);
    }
}

/* ---- which meet ---- */

/* Rows of c at sel, with the columns of the mask as NULL, in the keys of s. */
static int look_up(const NotInKeys *k, const JoinSide *s, KeyColumns *c, uint32_t mask, Rows rows, uint8_t **ret, Arena *arena)
{
    uint64_t *hash = arena_alloc(arena, MAX(rows.n, 1) * sizeof(*hash));
    if (!hash)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t v = 0; v < k->n_values; v++)
        c->use[k->n_equal + v] = mask >> v & 1 ? &c->null[k->n_equal + v] : &c->col[k->n_equal + v];
    kernel_hash(c->use, n_cols(k), rows, hash);
    hash_table_find(s->keys, c->use, hash, rows, ret);
    return 0;
}

/* Whether a key of mask `of` finds those of the other side with mask `by` by its columns. */
static bool finds(uint32_t of, uint32_t by)
{
    return (of & ~by) == 0;
}

/* Keys of one group, by the values that both have; where they are all there are the group says it. */
static int equal_where_known(const NotInKeys *k, uint8_t *left, uint8_t *right, bool *ret, Arena *arena)
{
    uint32_t unknown = not_in_key(&k->side[0], left)->mask | not_in_key(&k->side[1], right)->mask;
    *ret = true;
    for (uint32_t v = 0; v < k->n_values && *ret; v++) {
        Vec a, b;
        if (unknown >> v & 1)
            continue;
        ArenaMark mark = arena_mark(arena);
        TRY(hash_table_read(k->side[0].keys, &left, 1, k->n_equal + v, &a, arena));
        TRY(hash_table_read(k->side[1].keys, &right, 1, k->n_equal + v, &b, arena));
        Value x = vec_get(&a, 0), y = vec_get(&b, 0);
        *ret = value_eq(&x, &y);
        arena_rewind(arena, mark);
    }
    return 0;
}

uint32_t not_in_masks(const NotInKeys *k, uint32_t side)
{
    uint32_t n = 0;
    for (uint32_t m = 0; m < n_masks(k); m++)
        n += k->n_of_mask[side][m] > 0;
    return n;
}

/* Keys of the other side that n of s find with each mask; which of them may meet others as well. */
typedef struct Found {
    KeyColumns c;
    Rows rows; /* that look for the mask at hand */
    uint16_t *sel;
    uint8_t **key;
} Found;

static int begin_find(const NotInKeys *k, const JoinSide *s, uint8_t *const *key, uint32_t n, Found *f, Arena *arena)
{
    f->sel = arena_alloc(arena, MAX(n, 1) * sizeof(*f->sel));
    f->key = arena_alloc(arena, MAX(n, 1) * sizeof(*f->key));
    if (!f->sel || !f->key)
        return -ERR_OUT_OF_MEMORY;
    TRY(read_columns(k, s, key, n, &f->c, arena));
    return null_columns(k, n, &f->c, arena);
}

static int find(const NotInKeys *k, const JoinSide *s, uint8_t *const *key, uint32_t n, const bool *done, uint32_t mask, Found *f,
                Arena *arena)
{
    uint32_t n_sel = 0;
    for (uint32_t i = 0; i < n; i++)
        if (!(done && done[i]) && finds(not_in_key(s, key[i])->mask, mask))
            f->sel[n_sel++] = (uint16_t)i;
    f->rows = (Rows){n_sel, f->sel};
    return n_sel ? look_up(k, &k->side[!s->number], &f->c, mask, f->rows, f->key, arena) : 0;
}

/* Among the right keys of its group that it does not find. */
static int search_group(NotInKeys *k, uint8_t *left, bool *ret, Arena *arena)
{
    const NotInKey *x = not_in_key(&k->side[0], left);
    uint8_t *right = group_of(k, x)->list[1];
    bool any = false;
    for (uint32_t m = 0; m < n_masks(k); m++)
        any |= k->n_of_mask[1][m] > 0 && !finds(x->mask, m);
    for (; any && right && !*ret; right = not_in_key(&k->side[1], right)->next)
        if (not_in_key(&k->side[1], right)->w > 0 && !finds(x->mask, not_in_key(&k->side[1], right)->mask))
            TRY(equal_where_known(k, left, right, ret, arena));
    return 0;
}

int not_in_keys_judge(NotInKeys *k, uint8_t *const *key, uint32_t n, bool *ret_blocked, Arena *arena)
{
    Found f;
    memset(ret_blocked, 0, n * sizeof(*ret_blocked));
    if (n == 0)
        return 0;
    TRY(begin_find(k, &k->side[0], key, n, &f, arena));
    for (uint32_t m = 0; m < n_masks(k); m++) {
        if (k->n_of_mask[1][m] == 0)
            continue;
        TRY(find(k, &k->side[0], key, n, ret_blocked, m, &f, arena));
        for (uint32_t i = 0; i < f.rows.n; i++)
            ret_blocked[f.sel[i]] |= f.key[i] && not_in_key(&k->side[1], f.key[i])->w > 0;
    }
    for (uint32_t i = 0; i < n; i++)
        if (!ret_blocked[i] && not_in_key(&k->side[0], key[i])->mask)
            TRY(search_group(k, key[i], &ret_blocked[i], arena));
    return 0;
}

int not_in_keys_met(NotInKeys *k, uint8_t *const *right, uint32_t n, uint8_t **ret, uint32_t *ret_n, bool *scans, Arena *arena)
{
    Found f;
    *ret_n = 0;
    if (n == 0)
        return 0;
    TRY(begin_find(k, &k->side[1], right, n, &f, arena));
    memset(scans, 0, n * sizeof(*scans));
    for (uint32_t m = 0; m < n_masks(k); m++) {
        if (k->n_of_mask[0][m] == 0)
            continue;
        TRY(find(k, &k->side[1], right, n, NULL, m, &f, arena));
        for (uint32_t i = 0; i < f.rows.n; i++)
            if (f.key[i])
                ret[(*ret_n)++] = f.key[i];
        for (uint32_t i = 0; i < n; i++)
            scans[i] |= !finds(not_in_key(&k->side[1], right[i])->mask, m);
    }
    return 0;
}

uint8_t *not_in_keys_first(NotInKeys *k, uint8_t *right)
{
    return group_of(k, not_in_key(&k->side[1], right))->list[0];
}

int not_in_keys_meet(NotInKeys *k, uint8_t *left, uint8_t *right, bool *ret, Arena *arena)
{
    *ret = false;
    if (finds(not_in_key(&k->side[1], right)->mask, not_in_key(&k->side[0], left)->mask))
        return 0;
    return equal_where_known(k, left, right, ret, arena);
}
