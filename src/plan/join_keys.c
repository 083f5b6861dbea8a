/* SPDX-License-Identifier: Apache-2.0
 *
 * ON taken apart: equalities between an expression of one side and one of the other are the keys by which rows are stored and
 * found; what else it says is the residual, judged per pair. */
#include "plan/join_impl.h"

#include "base/bits.h"

static uint32_t pair_columns(const Logical *join)
{
    return join->in[0]->n_cols + join->in[1]->n_cols;
}

int join_sides(Arena *a, const Logical *join, const Expr *e, uint32_t *ret, Err *err)
{
    uint32_t n_left = join->in[0]->n_cols, n = pair_columns(join);
    uint64_t *bits = ARENA_ARRAY(a, uint64_t, BIT_WORDS(n) + 1);
    if (!bits)
        return RAISE_NOMEM(err);
    expr_columns(e, bits);
    *ret = 0;
    for (uint32_t i = 0; i < n; i++)
        if (bit_get(bits, i))
            *ret |= i < n_left ? SIDE_LEFT : SIDE_RIGHT;
    return 0;
}

Expr *join_over_side(Arena *a, const Logical *join, Expr *e, uint32_t side)
{
    uint32_t n_left = join->in[0]->n_cols, n = pair_columns(join);
    if (side == SIDE_LEFT)
        return e;
    Expr **map = ARENA_ARRAY(a, Expr *, n + 1);
    if (!map)
        return NULL;
    for (uint32_t i = n_left; i < n; i++) {
        map[i] = logical_column(a, join->in[1], i - n_left, e->at);
        if (!map[i])
            return NULL;
    }
    return expr_substitute(a, e, map);
}

void join_conjuncts(Expr **e, Expr ***ret, uint32_t *ret_n)
{
    bool is_and = (*e)->kind == EXPR_AND;
    *ret = is_and ? (*e)->arg : e;
    *ret_n = is_and ? (*e)->n_args : 1;
}

int join_and(Arena *a, Expr *left, Expr *right, Expr **ret, Err *err)
{
    if (!left || !right) {
        *ret = left ? left : right;
        return 0;
    }
    return expr_logic(a, EXPR_AND, (Expr *[]){left, right}, 2, left->at, ret, err);
}

bool join_same_type(Type a, Type b)
{
    return a.id == b.id && (a.id != T_DECIMAL || a.scale == b.scale);
}

/* An equality whose two operands read one side each. */
static int key_of(Arena *a, const Logical *join, Expr *e, Expr *pair[2], bool *null_safe, bool *ret, Err *err)
{
    *ret = false;
    if (e->kind != EXPR_CALL || e->n_args != 2 || e->is_volatile)
        return 0;
    bool equal = strcmp(e->fn->name, "=") == 0;
    *null_safe = strcmp(e->fn->name, "is not distinct from") == 0;
    if (!equal && !*null_safe)
        return 0;
    uint32_t side[2];
    for (uint32_t i = 0; i < 2; i++)
        TRY(join_sides(a, join, e->arg[i], &side[i], err));
    bool apart = (side[0] == SIDE_LEFT && side[1] == SIDE_RIGHT) || (side[0] == SIDE_RIGHT && side[1] == SIDE_LEFT);
    if (!apart)
        return 0;
    bool turned = side[0] == SIDE_RIGHT;
    pair[0] = join_over_side(a, join, e->arg[turned], SIDE_LEFT);
    pair[1] = join_over_side(a, join, e->arg[!turned], SIDE_RIGHT);
    if (!pair[0] || !pair[1])
        return RAISE_NOMEM(err);
    if (!join_same_type(pair[0]->type, pair[1]->type) && expr_unify(a, pair, 2, "JOIN", NULL) < 0)
        return 0;
    *ret = join_same_type(pair[0]->type, pair[1]->type);
    return 0;
}

int join_keys_find(Arena *a, const Logical *join, JoinKeys *ret, Err *err)
{
    *ret = (JoinKeys){0};
    if (!join->join.on)
        return 0;
    Expr *on = join->join.on, **part;
    uint32_t n;
    join_conjuncts(&on, &part, &n);
    ret->left = ARENA_ARRAY(a, Expr *, n);
    ret->right = ARENA_ARRAY(a, Expr *, n);
    ret->null_safe = ARENA_ARRAY(a, bool, n);
    if (!ret->left || !ret->right || !ret->null_safe)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        Expr *pair[2];
        bool is_key;
        TRY(key_of(a, join, part[i], pair, &ret->null_safe[ret->n], &is_key, err));
        if (!is_key) {
            TRY(join_and(a, ret->residual, part[i], &ret->residual, err));
            continue;
        }
        ret->left[ret->n] = pair[0];
        ret->right[ret->n++] = pair[1];
    }
    return 0;
}

bool join_keys_cover(const JoinKeys *k, uint32_t side, const uint32_t *cols, uint32_t n)
{
    Expr *const *key = side == SIDE_LEFT ? k->left : k->right;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = 0;
        while (at < k->n && !(key[at]->kind == EXPR_COLUMN && key[at]->col == cols[i]))
            at++;
        if (at == k->n)
            return false;
    }
    return n > 0;
}

bool join_type_is_exact(Type t)
{
    switch ((TypeId)t.id) {
    case T_BOOL:
    case T_I16:
    case T_I32:
    case T_I64:
    case T_DATE:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS:
    case T_BYTEA:
    case T_BITS:
    case T_RANGES:
    case T_MULTIRANGES:
    case T_NETWORKS:
    case T_UUID:
    case T_ENUM: return true;
    case T_TEXT: return t.precision == 0; /* not CHAR(n) */
    default: return false;
    }
}
