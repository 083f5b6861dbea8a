/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a partition for MATCH_RECOGNIZE: reading them, what slots look up in them, and the conditions of DEFINE.  Conditions that
 * depend on a row and its neighbours alone are judged for all rows at once, in batches; the others when a row is tried. */
#include "exec/match_eval.h"

/* ---- opening ---- */

/* Texts of aggregates lie in the arena of the evaluation. */
static int heap_put(AggHeap *h, const char *p, size_t n, uint64_t *ret_ref)
{
    MatchRows *r = (MatchRows *)((char *)h - offsetof(MatchRows, heap));
    Str *s = arena_alloc(&r->probe, sizeof(*s));
    char *copy = arena_memdup(&r->probe, p, n);
    if (!s || !copy)
        return -ERR_OUT_OF_MEMORY;
    *s = (Str){copy, n};
    *ret_ref = (uint64_t)(uintptr_t)s;
    return 0;
}

static Str heap_get(AggHeap *h, uint64_t ref)
{
    (void)h;
    return *(const Str *)(uintptr_t)ref;
}

static void heap_drop(AggHeap *h, uint64_t ref)
{
    (void)h;
    (void)ref;
}

static int open_var(MatchRows *r, uint32_t i, Err *err)
{
    const MatchDefine *d = &r->m->vars[i];
    OpEnv *env = r->op->env;
    Field *field = ARENA_ARRAY(env->plan, Field, d->n_slots + 1);
    if (!d->cond)
        return 0;
    if (!field)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < d->n_slots; k++)
        field[k] = (Field){.name = "slot", .type = r->m->slots[d->slot[k]].type};
    r->var[i].schema = schema_new(env->acct, field, d->n_slots);
    if (!r->var[i].schema)
        return RAISE_NOMEM(err);
    return program_compile(env->plan, (Expr *const *)&d->cond, 1, r->var[i].schema, &r->var[i].program, err);
}

int match_rows_open(MatchRows *r, Op *op, const Match *m, Err *err)
{
    r->op = op;
    r->m = m;
    r->in = op->node->in[0]->schema;
    r->heap = (AggHeap){heap_put, heap_get, heap_drop};
    arena_init(&r->arena, op->env->acct, 0);
    arena_init(&r->probe, op->env->acct, 0);
    r->var = ARENA_ARRAY(op->env->plan, MatchVarEval, m->n_vars + 1);
    if (!r->var)
        return RAISE_NOMEM(err);
    memset(r->var, 0, m->n_vars * sizeof(*r->var));
    for (uint32_t i = 0; i < m->n_vars; i++)
        TRY(open_var(r, i, err));
    return 0;
}

void match_rows_close(MatchRows *r)
{
    if (!r->op)
        return;
    for (uint32_t i = 0; r->var && i < r->m->n_vars; i++)
        schema_unref((Schema *)r->var[i].schema);
    arena_done(&r->arena);
    arena_done(&r->probe);
}

/* ---- errors ---- */

static Batch *one_row(const MatchRows *r, uint32_t row, Arena *arena)
{
    const Batch *from = r->from[row];
    uint16_t *sel = arena_memdup(arena, &r->at[row], sizeof(*sel));
    Batch *b = batch_scratch(arena, r->in, from->n);
    if (!b || !sel)
        return NULL;
    for (uint32_t c = 0; c < b->n_cols; c++)
        if (vec_gather(&from->col[c], (Rows){from->n, NULL}, &b->col[c], arena) < 0)
            return NULL;
    b->sel = sel;
    b->n_sel = 1;
    return b;
}

/* x: has the error of physical row `phys`. */
static int send_error(MatchRows *r, uint32_t row, const EvalCtx *x, uint32_t phys)
{
    EvalCtx own = {.arena = r->out->arena};
    Batch *b = one_row(r, row, r->out->arena);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    eval_ctx_clear(&own, b->n);
    row_error(&own, r->at[row], (int)x->err_code[phys], "%s", x->err_text && x->err_text[phys] ? x->err_text[phys] : "");
    r->op->c.errors++;
    return own.err ? out_errors(r->out, r->op->node, b, &own) : -ERR_OUT_OF_MEMORY;
}

int match_blame(MatchRows *r, uint32_t row, int code, const char *what)
{
    EvalCtx x = {.arena = r->out->arena};
    eval_ctx_clear(&x, 1);
    row_error(&x, 0, code, "%s", what);
    return x.err ? send_error(r, row, &x, 0) : -ERR_OUT_OF_MEMORY;
}

/* ---- slots ---- */

int64_t match_slot_row(const MatchRows *r, const MatchSlot *s, uint32_t now)
{
    uint32_t n = s->final ? r->length : now;
    int64_t left = s->logical, found = -1;
    if (s->vars == UINT64_MAX) {
        found = left >= n ? -1 : s->first ? left : (int64_t)n - 1 - left;
    } else {
        for (uint32_t k = 0; k < n && found < 0; k++) {
            uint32_t i = s->first ? k : n - 1 - k;
            if ((s->vars >> r->label[i] & 1) && left-- == 0)
                found = i;
        }
    }
    if (found < 0)
        return -1;
    found += (int64_t)r->start + s->physical;
    return found >= 0 && found < r->n ? found : -1;
}

typedef struct AggInput { /* the rows of an aggregate, as batches of their own */
    uint32_t n;
    const Batch **from;
    uint16_t *at;
} AggInput;

static int agg_input(const MatchRows *r, const MatchSlot *s, uint32_t now, Arena *arena, AggInput *ret)
{
    uint32_t n = s->final ? r->length : now;
    ret->n = 0;
    ret->from = arena_alloc(arena, (n + 1) * sizeof(*ret->from));
    ret->at = arena_alloc(arena, (n + 1) * sizeof(*ret->at));
    if (!ret->from || !ret->at)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        if (s->vars != UINT64_MAX && !(s->vars >> r->label[i] & 1))
            continue;
        ret->from[ret->n] = r->from[r->start + i];
        ret->at[ret->n++] = r->at[r->start + i];
    }
    return 0;
}

static int agg_add(const MatchSlot *s, AggCtx *x, uint8_t *state, const AggInput *in, uint32_t first, uint32_t n, Arena *arena)
{
    Vec arg[4];
    const Vec *args[4];
    uint8_t **states = arena_alloc(arena, n * sizeof(*states));
    if (!states)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        states[i] = state;
    for (uint32_t a = 0; a < s->n_cols; a++) {
        TRY(vec_collect(&arg[a], s->spec.arg[a], in->from + first, in->at + first, n, s->col[a], arena));
        args[a] = &arg[a];
    }
    Rows rows = {n, NULL};
    return s->spec.type->add_one ? s->spec.type->add_one(&s->spec, x, state, args, NULL, 1, rows)
                                 : s->spec.type->add(&s->spec, x, states, args, NULL, 1, rows);
}

int match_slot_agg(MatchRows *r, const MatchSlot *s, uint32_t now, Arena *arena, Vec *ret)
{
    AggInput in;
    EvalCtx *eval = &r->op->env->eval, before = *eval;
    AggCtx x = {.eval = eval, .heap = &r->heap};
    TRY(agg_input(r, s, now, arena, &in));
    TRY(vec_scratch(ret, s->type, 1, arena));
    if (s->spec.count_star) {
        ((int64_t *)ret->data)[0] = in.n;
        return 0;
    }
    uint8_t *state = arena_zalloc(arena, (s->spec.state_bytes + 15) & ~(size_t)15);
    if (!state)
        return -ERR_OUT_OF_MEMORY;
    eval->arena = arena;
    eval_ctx_clear(eval, BATCH_ROWS);
    int rc = 0;
    if (s->spec.type->init)
        s->spec.type->init(&s->spec, state);
    for (uint32_t i = 0; i < in.n && rc >= 0; i += BATCH_ROWS)
        rc = agg_add(s, &x, state, &in, i, MIN(in.n - i, (uint32_t)BATCH_ROWS), arena);
    const uint8_t *states[1] = {state};
    if (rc >= 0)
        rc = s->spec.type->final(&s->spec, &x, states, 1, ret);
    if (rc >= 0 && eval->n_errors > 0) { /* an overflow: the result is NULL, and the first row of the match says so */
        rc = vec_add_valid(ret, arena);
        if (rc >= 0)
            bit_clear(ret->valid, 0);
        if (rc >= 0 && r->start >= r->judged)
            rc = match_blame(r, r->start, ERR_NUMERIC_RANGE, "the result of an aggregate is out of range");
    }
    *eval = before;
    return rc < 0 ? rc : 0;
}

/* ---- conditions ---- */

/* A column for n rows: each from the row in place[], -1 = NULL. */
static int collect_places(const MatchRows *r, uint32_t col, Type type, const int64_t *place, uint32_t n, Arena *arena, Vec *ret)
{
    const Batch **from = arena_alloc(arena, n * sizeof(*from));
    uint16_t *at = arena_alloc(arena, n * sizeof(*at));
    if (!from || !at)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = place[i] < 0 ? 0 : (uint32_t)place[i];
        from[i] = r->from[row];
        at[i] = r->at[row];
    }
    TRY(vec_collect(ret, type, from, at, n, col, arena));
    for (uint32_t i = 0; i < n; i++) {
        if (place[i] >= 0)
            continue;
        TRY(vec_add_valid(ret, arena));
        bit_clear(ret->valid, i);
    }
    return 0;
}

static MatchTruth truth_of(const Vec *v, uint32_t i)
{
    return !vec_is_null(v, i) && bit_get(vec_values(v)->data, vec_phys(v, i)) ? MATCH_YES : MATCH_NO;
}

/* Runs a condition over a batch of slots; rows in error do not match, and row first + i is blamed when it is new. */
static int run_condition(MatchRows *r, uint32_t var, Batch *slots, uint32_t first, Vec *ret)
{
    EvalCtx *eval = &r->op->env->eval, before = *eval;
    eval->arena = &r->probe;
    eval_ctx_clear(eval, slots->n);
    int rc = program_run(r->var[var].program, eval, slots, ret);
    if (rc >= 0 && eval->n_errors > 0) {
        Vec flat;
        rc = vec_flatten(ret, (Rows){slots->n, NULL}, &flat, &r->probe);
        if (rc >= 0)
            rc = vec_add_valid(&flat, &r->probe);
        for (uint32_t i = 0; i < slots->n && rc >= 0; i++) {
            if (!bit_get(eval->err, i))
                continue;
            bit_clear(flat.valid, i);
            if (first + i >= r->judged)
                rc = send_error(r, first + i, eval, i);
        }
        *ret = flat;
    }
    *eval = before;
    return rc < 0 ? rc : 0;
}

static int judge_piece(MatchRows *r, uint32_t var, uint32_t first, uint32_t n)
{
    const MatchDefine *d = &r->m->vars[var];
    int64_t *place = arena_alloc(&r->probe, n * sizeof(*place));
    Batch *slots = batch_header(&r->probe, r->var[var].schema, n);
    Vec result;
    if (!place || !slots)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t k = 0; k < d->n_slots; k++) {
        const MatchSlot *s = &r->m->slots[d->slot[k]];
        for (uint32_t i = 0; i < n; i++) {
            int64_t row = (int64_t)first + i + s->physical;
            place[i] = row >= 0 && row < r->n ? row : -1;
        }
        TRY(collect_places(r, s->col[0], s->type, place, n, &r->probe, &slots->col[k]));
    }
    TRY(run_condition(r, var, slots, first, &result));
    for (uint32_t i = 0; i < n; i++)
        r->var[var].known[first + i] =
            (uint8_t)(!r->ended && (int64_t)first + i + d->ahead >= r->n ? MATCH_LATER : truth_of(&result, i));
    return 0;
}

static int judge_local(MatchRows *r)
{
    for (uint32_t v = 0; v < r->m->n_vars; v++) {
        MatchVarEval *e = &r->var[v];
        if (!e->program || !r->m->vars[v].local)
            continue;
        e->known = arena_alloc(&r->arena, r->n + 1);
        if (!e->known)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < r->n; i += BATCH_ROWS) {
            arena_reset(&r->probe);
            TRY(judge_piece(r, v, i, MIN(r->n - i, (uint32_t)BATCH_ROWS)));
        }
    }
    return 0;
}

static int label_slot(const MatchRows *r, uint32_t var, Vec *ret)
{
    StrWriter w;
    TRY(vec_scratch(ret, TYPE(TEXT), 1, (Arena *)&r->probe));
    strwriter_init(&w, ret, (Arena *)&r->probe);
    TRY(strwriter_put(&w, 0, r->m->vars[var].name, strlen(r->m->vars[var].name)));
    return strwriter_finish(&w);
}

static int fill_slot(MatchRows *r, const MatchSlot *s, uint32_t var, Vec *ret)
{
    int64_t place;
    switch (s->what) {
    case MATCH_ROW:
    case MATCH_COLUMN:
        place = match_slot_row(r, s, r->length);
        return collect_places(r, s->col[0], s->type, &place, 1, &r->probe, ret);
    case MATCH_AGG: return match_slot_agg(r, s, r->length, &r->probe, ret);
    case MATCH_CLASSIFIER: return label_slot(r, var, ret);
    case MATCH_NUMBER:
        TRY(vec_scratch(ret, TYPE(I64), 1, &r->probe));
        ((int64_t *)ret->data)[0] = (int64_t)r->number;
        return 0;
    }
    return 0;
}

int match_condition(MatchRows *r, uint32_t var, uint32_t row)
{
    const MatchDefine *d = &r->m->vars[var];
    uint32_t at = row - r->start;
    if (!d->cond)
        return MATCH_YES;
    if (r->var[var].known)
        return r->var[var].known[row];
    if (!r->ended && (int64_t)row + d->ahead >= r->n)
        return MATCH_LATER;
    arena_reset(&r->probe);
    Batch *slots = batch_header(&r->probe, r->var[var].schema, 1);
    Vec result;
    if (!slots)
        return -ERR_OUT_OF_MEMORY;
    r->label[at] = (uint8_t)var; /* the row counts as mapped while it is tried */
    r->length = at + 1;
    for (uint32_t k = 0; k < d->n_slots; k++)
        TRY(fill_slot(r, &r->m->slots[d->slot[k]], var, &slots->col[k]));
    TRY(run_condition(r, var, slots, row, &result));
    return truth_of(&result, 0);
}

/* ---- reading ---- */

static int read_batches(MatchRows *r, const Ranked *k, uint64_t owner, Out *batches)
{
    RankedCursor at;
    RankedWriter w;
    uint32_t n = 0;
    ranked_walk(&at, k, owner, NULL, 0, STR(""));
    ranked_writer_init(&w, k, r->in, &r->arena);
    for (; at.has && n < r->n; ranked_next(&at))
        for (int64_t i = 0; i < at.count && n < r->n; i++, n++) {
            if (ranked_writer_is_full(&w))
                TRY(ranked_writer_flush(&w, batches));
            TRY(ranked_writer_put(&w, at.key));
            TRY(ranked_writer_done(&w, 1));
        }
    return ranked_writer_flush(&w, batches);
}

int match_rows_read(MatchRows *r, const Ranked *k, uint64_t owner, uint32_t n, Out *out)
{
    Out batches;
    arena_reset(&r->arena);
    arena_reset(&r->probe);
    out_init(&batches, &r->arena, UINT32_MAX);
    r->n = n;
    r->out = out;
    r->cap_label = 0;
    r->label = NULL;
    r->from = arena_alloc(&r->arena, (n + 1) * sizeof(*r->from));
    r->at = arena_alloc(&r->arena, (n + 1) * sizeof(*r->at));
    r->time_us = r->m->within_us >= 0 ? arena_alloc(&r->arena, (n + 1) * sizeof(*r->time_us)) : NULL;
    if (!r->from || !r->at || (r->m->within_us >= 0 && !r->time_us))
        return -ERR_OUT_OF_MEMORY;
    TRY(read_batches(r, k, owner, &batches));
    uint32_t i = 0;
    for (OutItem *item = batches.first; item; item = item->next)
        for (uint32_t p = 0; p < item->batch->n && i < n; p++, i++) {
            r->from[i] = item->batch;
            r->at[i] = (uint16_t)p;
            const Vec *time = &item->batch->col[r->m->order[0]->col];
            if (r->time_us)
                r->time_us[i] = vec_is_null(time, p) ? INT64_MAX : ((const int64_t *)vec_values(time)->data)[vec_phys(time, p)];
        }
    r->n = i;
    return r->n ? judge_local(r) : 0;
}
