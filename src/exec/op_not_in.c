/* SPDX-License-Identifier: Apache-2.0
 *
 * NOT IN (query) and <> ALL (query) of what may be NULL, over inputs that change: an anti join on "equal, or not known to differ",
 * of one value or of several, also beside equalities with the rows around.
 *
 * As pairs every row would be compared with every value.  Instead the keys of both sides are found by their columns
 * (not_in_keys.h). A left key knows whether a right one meets it, so its rows come and go with that; a right key that comes first
 * or goes last asks for the left ones that it meets.  So a change of a value moves the rows that have it; only the first NULL that
 * comes, and the last one that goes, go through all of them.
 *
 * Where the inputs end, left rows wait for the end of the right side, and are not kept when that is there already.
 *
 * It is told from a join over pairs by the plan (PhysJoin.not_in), and keeps its rows as that does (join_side.h, op_join.c), whose
 * state it can take over, as that can take over this one.  Keys, and what they know, follow from the rows. */
#include "exec/join_out.h"
#include "exec/join_shared.h"
#include "exec/not_in_keys.h"

#define CHUNK BATCH_ROWS

typedef struct OpNotIn {
    Op op;
    const PhysJoin *node;
    PageStore *pages; /* of the keys; no checkpoint has them */
    JoinSide side[2];
    NotInKeys keys;
    const Arrangement *arrangement[2]; /* a join over pairs would have shared it; for its state */
    JoinInput in;
    /* Right rows that have been taken: what they do to left keys, piece by piece. */
    uint8_t **held; /* their keys */
    uint32_t n_held;
    uint8_t **cross; /* of these: have come first or gone last */
    uint32_t n_cross;
    bool *scans;   /* by position in cross: may meet others of its group, which are gone through */
    uint8_t **met; /* left keys that they have found */
    uint32_t n_met, at_met, at_cross;
    bool scanning;
    uint8_t *scan;    /* the next left key of the group */
    uint8_t **change; /* left keys that are blocked now and were not, or the other way round */
    uint32_t n_change, at;
    bool giving;
    uint8_t *next; /* row of the one at hand */
    HashCursor all;
    bool input_ended[2], ended;
} OpNotIn;

/* ---- open, close ---- */

static int concat_keys(OpNotIn *j, uint32_t side, Expr ***ret, bool **ret_safe, Err *err)
{
    const PhysJoin *p = j->node;
    Arena *plan = j->op.env->plan;
    Expr *const *equal = side == 0 ? p->left_key : p->right_key;
    uint32_t n = p->n_keys + p->n_not_in;
    *ret = ARENA_ARRAY(plan, Expr *, n + 1);
    *ret_safe = ARENA_ARRAY(plan, bool, n + 1);
    if (!*ret || !*ret_safe)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        (*ret)[i] = i < p->n_keys ? equal[i] : p->not_in[side][i - p->n_keys];
        (*ret_safe)[i] = i >= p->n_keys || p->null_safe[i];
    }
    return 0;
}

static int open_side(OpNotIn *j, uint32_t i, Err *err)
{
    const PhysJoin *p = j->node;
    OpEnv *env = j->op.env;
    Expr **key;
    bool *null_safe;
    TRY(concat_keys(j, i, &key, &null_safe, err));
    JoinSideOpen o = {.input = p->node.in[i],
                      .number = i,
                      .keys = key,
                      .n_keys = p->n_keys + p->n_not_in,
                      .null_safe = null_safe,
                      .time_col = -1,
                      .key_pages = j->pages,
                      .key_extra = sizeof(NotInKey)};
    TRY(join_side_open(&j->side[i], &j->op, &o, err));
    if (p->n_keys) /* where a join over pairs has its keys */
        page_orphans_drop(env->pages, env->next_table_id++);
    return p->may_share[i] ? join_shared_open(&j->side[i], err) : 0;
}

static int not_in_open(Op *op, const PhysNode *node, Err *err)
{
    OpNotIn *j = (OpNotIn *)op;
    j->node = (const PhysJoin *)node;
    j->pages = page_store_new(op->env->acct);
    if (!j->pages)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < 2; i++)
        TRY(open_side(j, i, err));
    return not_in_keys_open(&j->keys, op->env, j->side, j->pages, j->node->n_keys, err);
}

static void not_in_close(Op *op)
{
    OpNotIn *j = (OpNotIn *)op;
    not_in_keys_close(&j->keys);
    join_side_close(&j->side[0]);
    join_side_close(&j->side[1]);
    if (j->pages)
        page_store_free(j->pages);
}

static void count_state(OpNotIn *j)
{
    j->op.c.state_rows = join_side_rows(&j->side[0]) + join_side_rows(&j->side[1]);
    j->op.c.state_bytes = join_side_bytes(&j->side[0]) + join_side_bytes(&j->side[1]);
}

/* ---- left rows ---- */

static int give_input(OpNotIn *j, const Batch *in, Rows rows, Out *out)
{
    if (rows.n == 0)
        return 0;
    Batch *b = batch_derive(out->arena, j->op.node->schema, in);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    memcpy(b->col, in->col, j->side[0].n_cols * sizeof(Vec));
    b->sel = rows.sel;
    b->n_sel = rows.n;
    return out_batch(out, b);
}

/* Rows of the input whose keys, by position, are not blocked; those with a NULL that is equal to nothing stay always. */
static int give_free(OpNotIn *j, const JoinInput *in, const bool *blocked, Out *out)
{
    uint16_t *sel = arena_alloc(out->arena, (in->rows.n + 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < in->rows.n; i++) {
        sel[n] = (uint16_t)row_at(in->rows, i);
        n += !blocked[i];
    }
    TRY(give_input(j, in->batch, (Rows){n, sel}, out));
    return give_input(j, in->batch, in->lone, out);
}

/* What the keys of left rows know, or, where that is asked at the end only, find out. */
static int judge_input(OpNotIn *j, uint8_t *const *key, uint8_t *const *fresh, uint32_t n_fresh, bool *ret)
{
    Arena *step = j->op.env->step;
    JoinSide *s = &j->side[0];
    uint32_t n = j->in.rows.n;
    if (j->node->at_end)
        return not_in_keys_judge(&j->keys, key, n, ret, step);
    TRY(not_in_keys_judge(&j->keys, fresh, n_fresh, ret, step));
    for (uint32_t i = 0; i < n_fresh; i++)
        not_in_key(s, fresh[i])->blocked = ret[i];
    for (uint32_t i = 0; i < n; i++)
        ret[i] = not_in_key(s, key[i])->blocked;
    return 0;
}

static int push_left(OpNotIn *j, Batch *in, Out *out)
{
    JoinSide *s = &j->side[0];
    Arena *step = j->op.env->step;
    bool at_once = !j->node->at_end || j->input_ended[1], keeps = !j->node->at_end || !j->input_ended[1];
    TRY(join_side_input(s, in, out, &j->in));
    uint32_t n = j->in.rows.n, n_fresh;
    uint8_t **key = arena_alloc(step, (n + 1) * sizeof(*key)), **fresh = arena_alloc(step, (n + 1) * sizeof(*fresh));
    bool *blocked = arena_alloc(step, n + 1);
    if (!key || !fresh || !blocked)
        return -ERR_OUT_OF_MEMORY;
    TRY(not_in_keys_hold(&j->keys, s, &j->in, key, fresh, &n_fresh));
    if (at_once) {
        TRY(judge_input(j, key, fresh, n_fresh, blocked));
        TRY(give_free(j, &j->in, blocked, out));
    }
    if (keeps)
        TRY(join_side_store(s, &j->in, NULL, NULL));
    not_in_keys_let_go(&j->keys, s, key, n);
    count_state(j);
    return 0;
}

/* ---- what right rows do to left ones ---- */

/* The next rows of the keys that have changed. */
static int give_changed(OpNotIn *j, Out *out)
{
    JoinSide *s = &j->side[0];
    uint8_t **row = arena_alloc(out->arena, CHUNK * sizeof(*row));
    int64_t *w = arena_alloc(out->arena, CHUNK * sizeof(*w));
    uint32_t n = 0;
    if (!row || !w)
        return -ERR_OUT_OF_MEMORY;
    while (j->at < j->n_change && n < CHUNK) {
        const NotInKey *x = not_in_key(s, j->change[j->at]);
        if (!j->giving)
            j->next = x->head;
        j->giving = j->next != NULL;
        if (!j->giving) {
            j->at++;
            continue;
        }
        TRY(hash_table_need(s->rows, j->next));
        row[n] = j->next;
        w[n++] = x->blocked ? -*row_count(j->next) : *row_count(j->next);
        j->next = join_link(s, j->next)->next;
        if (!j->next) {
            j->giving = false;
            j->at++;
        }
    }
    if (n == 0)
        return 0;
    Batch *b = batch_scratch(out->arena, j->op.node->schema, n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = n;
    TRY(join_side_read(s, row, n, b, 0, out->arena));
    TRY(join_set_weights(b, w, out->arena));
    return out_batch(out, b);
}

static void turn(OpNotIn *j, uint8_t *key)
{
    NotInKey *x = not_in_key(&j->side[0], key);
    x->blocked = !x->blocked;
    j->change[j->n_change++] = key;
}

/* Left keys that may have changed. */
static int judge(OpNotIn *j, uint8_t *const *key, uint32_t n, Arena *arena)
{
    bool *blocked = arena_alloc(arena, n + 1);
    if (!blocked)
        return -ERR_OUT_OF_MEMORY;
    TRY(not_in_keys_judge(&j->keys, key, n, blocked, arena));
    for (uint32_t i = 0; i < n; i++) /* one may be there twice */
        if (not_in_key(&j->side[0], key[i])->blocked != blocked[i])
            turn(j, key[i]);
    return 0;
}

/* Goes through the group of the right key at hand: those that meet it are blocked when it has come, and may not be when it has
 * gone.
 */
static int scan_group(OpNotIn *j, uint8_t **key, uint32_t *n, Arena *arena)
{
    uint8_t *right = j->cross[j->at_cross];
    bool came = not_in_key(&j->side[1], right)->w > 0, meets;
    if (!j->scanning)
        j->scan = not_in_keys_first(&j->keys, right);
    j->scanning = true;
    for (; j->scan && *n + j->n_change < CHUNK; j->scan = not_in_key(&j->side[0], j->scan)->next) {
        if (not_in_key(&j->side[0], j->scan)->blocked == came)
            continue;
        TRY(not_in_keys_meet(&j->keys, j->scan, right, &meets, arena));
        if (meets && came)
            turn(j, j->scan);
        else if (meets)
            key[(*n)++] = j->scan;
    }
    j->scanning = j->scan != NULL;
    j->at_cross += !j->scanning;
    return 0;
}

static bool all_found(const OpNotIn *j)
{
    return j->at_met == j->n_met && j->at_cross == j->n_cross;
}

/* The next left keys that change. */
static int find_changed(OpNotIn *j, Arena *arena)
{
    uint8_t **key = arena_alloc(arena, CHUNK * sizeof(*key));
    uint32_t n = 0;
    if (!key)
        return -ERR_OUT_OF_MEMORY;
    j->n_change = j->at = 0;
    if (j->at_met < j->n_met) {
        n = MIN(j->n_met - j->at_met, CHUNK);
        j->at_met += n;
        return judge(j, j->met + j->at_met - n, n, arena);
    }
    while (j->at_cross < j->n_cross && n + j->n_change < CHUNK) {
        if (j->scans[j->at_cross])
            TRY(scan_group(j, key, &n, arena));
        else
            j->at_cross++;
    }
    return judge(j, key, n, arena);
}

/* The next rows that have waited for the end. */
static int give_waiting(OpNotIn *j, Out *out)
{
    JoinSide *s = &j->side[0];
    uint8_t *row[CHUNK], *key[CHUNK];
    bool blocked[CHUNK];
    uint32_t n = hash_table_next(s->rows, &j->all, row, CHUNK);
    int64_t *w = arena_alloc(out->arena, CHUNK * sizeof(*w));
    Batch *b = batch_scratch(out->arena, j->op.node->in[0]->schema, n);
    JoinInput in;
    if (n == 0)
        return 0;
    if (!w || !b)
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = n;
    TRY(join_side_read(s, row, n, b, 0, out->arena));
    for (uint32_t i = 0; i < n; i++)
        w[i] = *row_count(row[i]);
    TRY(join_set_weights(b, w, out->arena));
    TRY(join_side_input(s, b, out, &in));
    hash_table_find(s->keys, s->key_col, in.hash, in.rows, key);
    TRY(not_in_keys_judge(&j->keys, key, in.rows.n, blocked, out->arena));
    TRY(give_free(j, &in, blocked, out));
    return OP_MORE;
}

static int not_in_more(Op *op, Out *out)
{
    OpNotIn *j = (OpNotIn *)op;
    if (j->ended) {
        int rc;
        while ((rc = give_waiting(j, out)) == OP_MORE && !out_is_full(out))
            ;
        return rc;
    }
    for (;;) {
        if (j->at == j->n_change && all_found(j))
            break;
        if (j->at == j->n_change)
            TRY(find_changed(j, out->arena));
        TRY(give_changed(j, out));
        if (out_is_full(out))
            return OP_MORE;
    }
    not_in_keys_let_go(&j->keys, &j->side[1], j->held, j->n_held);
    j->n_held = 0;
    count_state(j);
    return 0;
}

/* Which right keys have come first or gone last by the batch, once each. */
static int count_right(OpNotIn *j)
{
    JoinSide *s = &j->side[1];
    uint32_t n = j->n_held, n_keys = 0;
    int64_t *before = arena_alloc(j->op.env->step, n * sizeof(*before));
    if (!before)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        NotInKey *x = not_in_key(s, j->held[i]);
        if (!x->blocked) {
            x->blocked = true; /* is noted */
            before[n_keys] = x->w;
            j->cross[n_keys++] = j->held[i];
        }
        x->w += batch_weight(j->in.batch, row_at(j->in.rows, i));
    }
    for (uint32_t i = 0; i < n_keys; i++) {
        NotInKey *x = not_in_key(s, j->cross[i]);
        x->blocked = false;
        j->cross[j->n_cross] = j->cross[i];
        j->n_cross += (before[i] > 0) != (x->w > 0);
    }
    return 0;
}

static int begin_changes(OpNotIn *j)
{
    Arena *step = j->op.env->step;
    size_t n_met = (size_t)j->n_cross * not_in_masks(&j->keys, 0);
    j->met = arena_alloc(step, (n_met + 1) * sizeof(*j->met));
    j->scans = arena_alloc(step, j->n_cross + 1);
    j->change = arena_alloc(step, CHUNK * sizeof(*j->change));
    if (!j->met || !j->scans || !j->change)
        return -ERR_OUT_OF_MEMORY;
    return not_in_keys_met(&j->keys, j->cross, j->n_cross, j->met, &j->n_met, j->scans, step);
}

static int push_right(OpNotIn *j, Batch *in, Out *out)
{
    JoinSide *s = &j->side[1];
    Arena *step = j->op.env->step;
    uint32_t n_fresh;
    TRY(join_side_input(s, in, out, &j->in));
    uint32_t n = j->in.rows.n;
    if (n == 0)
        return 0;
    j->held = arena_alloc(step, n * sizeof(*j->held));
    j->cross = arena_alloc(step, n * sizeof(*j->cross));
    uint8_t **fresh = arena_alloc(step, n * sizeof(*fresh));
    if (!j->held || !j->cross || !fresh)
        return -ERR_OUT_OF_MEMORY;
    j->n_cross = j->n_met = j->at_met = j->at_cross = j->n_change = j->at = 0;
    j->scanning = j->giving = false;
    TRY(not_in_keys_hold(&j->keys, s, &j->in, j->held, fresh, &n_fresh));
    j->n_held = n;
    TRY(count_right(j));
    TRY(join_side_store(s, &j->in, NULL, NULL));
    if (j->node->at_end)
        j->n_cross = 0;
    else
        TRY(begin_changes(j));
    return not_in_more(&j->op, out);
}

static int not_in_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpNotIn *j = (OpNotIn *)op;
    return input == 0 ? push_left(j, in, out) : push_right(j, in, out);
}

static bool not_in_input_ended(Op *op, uint32_t input)
{
    OpNotIn *j = (OpNotIn *)op;
    j->input_ended[input] = true;
    return j->input_ended[!input] && hash_table_rows(j->side[0].rows) == 0;
}

static int not_in_flush(Op *op, FlushWhy why, Out *out)
{
    OpNotIn *j = (OpNotIn *)op;
    if (why != FLUSH_END || !j->node->at_end || j->ended)
        return 0;
    j->ended = true;
    j->all = (HashCursor){0};
    return not_in_more(op, out);
}

/* ---- checkpoints: the layout is that of a join over pairs ---- */

static void not_in_save(const Op *op, StrBuf *out)
{
    for (uint32_t i = 0; i < 4; i++)
        bytes_put_i64(out, INT64_MIN);
    bytes_put_u8(out, ((const OpNotIn *)op)->node->n_keys ? JOIN_SAVED_NO_DEGREES : 0);
}

/* Rows of right keys. */
static int count_keys(JoinSide *s, uint8_t *const *key, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        NotInKey *x = not_in_key(s, key[i]);
        for (uint8_t *row = x->head; row; row = join_link(s, row)->next) {
            TRY(hash_table_need(s->rows, row));
            x->w += *row_count(row);
        }
    }
    return 0;
}

static int judge_keys(OpNotIn *j, uint8_t *const *key, uint32_t n)
{
    Arena *step = j->op.env->step;
    ArenaMark mark = arena_mark(step);
    bool blocked[CHUNK];
    int rc = not_in_keys_judge(&j->keys, key, n, blocked, step);
    for (uint32_t i = 0; rc == 0 && i < n; i++)
        not_in_key(&j->side[0], key[i])->blocked = blocked[i];
    arena_rewind(step, mark);
    return rc;
}

static int each_key(OpNotIn *j, uint32_t side, bool judges, Err *err)
{
    JoinSide *s = &j->side[side];
    uint8_t *key[CHUNK];
    HashCursor at = {0};
    uint32_t n;
    int rc = 0;
    while (rc == 0 && (n = hash_table_next(s->keys, &at, key, CHUNK)) > 0) {
        rc = judges ? judge_keys(j, key, n) : not_in_keys_list(&j->keys, s, key, n);
        if (rc == 0 && side == 1)
            rc = count_keys(s, key, n);
    }
    return rc < 0 ? RAISE(err, (ErrCode)-rc, "%s", err_class_text((ErrCode)-rc)) : 0;
}

/* A join over pairs may have shared the side, and kept nothing. */
static int restore_rows(OpNotIn *j, uint32_t side, bool was_shared, Err *err)
{
    JoinSide *s = &j->side[side];
    if (!was_shared)
        return join_side_restore(s, j->op.node->in[side]->schema, err);
    if (!j->arrangement[side])
        return RAISE(err, ERR_WRONG_STATE, "a relation that a join has shared is not there");
    s->shared = j->arrangement[side];
    int rc = join_shared_copy(s, err);
    s->shared = NULL;
    return rc;
}

static int not_in_restore(Op *op, ByteReader *in, Err *err)
{
    OpNotIn *j = (OpNotIn *)op;
    for (uint32_t i = 0; i < 4; i++)
        (void)bytes_i64(in);
    uint8_t flags = bytes_u8(in);
    for (uint32_t i = 0; i < 2; i++) {
        TRY(restore_rows(j, i, flags >> (1 + i) & 1, err));
        TRY(each_key(j, i, false, err));
    }
    TRY(each_key(j, 0, true, err));
    count_state(j);
    return 0;
}

static const OpKeep not_in_keep = {not_in_save, not_in_restore};

/* The rows are kept, but a state that was made without them knows from now on where they are. */
static bool not_in_share(Op *op, uint32_t input, const Arrangement *a, bool is_new)
{
    (void)is_new;
    ((OpNotIn *)op)->arrangement[input] = a;
    return false;
}

const OpType op_not_in = {
    .name = "join",
    .size = sizeof(OpNotIn),
    .open = not_in_open,
    .push = not_in_push,
    .more = not_in_more,
    .mark = op_mark_none, /* A right row may come at any time: nothing is complete. */
    .flush = not_in_flush,
    .input_ended = not_in_input_ended,
    .keep = &not_in_keep,
    .share = not_in_share,
    .close = not_in_close,
};
