/* SPDX-License-Identifier: Apache-2.0
 *
 * The evaluator.  Registers are pointers, so that columns, constants and arms that serve all rows are shared, not copied.  Nulls of
 * strict functions, CONST and DICT operands are dealt with here; kernels only see FLAT or CONST. */
#include "expr/program_impl.h"

#include <string.h>

#include "kernel/compare.h"
#include "kernel/loop.h"

typedef struct Run {
    const Program *p;
    EvalCtx *x;
    const Vec **reg;
    Vec *temp;  /* of registers from n_cols + n_consts on */
    Rows root;  /* rows of the whole run: superset of every block's */
    uint32_t n; /* physical rows of the batch */
} Run;

static int run_block(Run *run, uint32_t from, uint32_t to, Rows rows);

static Vec *temp_of(Run *run, const Insn *insn)
{
    Vec *v = &run->temp[insn->dst - run->p->n_cols - run->p->n_consts];
    run->reg[insn->dst] = v;
    return v;
}

#define SMALL_BYTES 64u
/* As vec_scratch, without its cache line alignment when the whole result is small: batches of one row are common and must be cheap.
 */
static inline int result_scratch(Run *run, const Insn *insn, Vec *dst)
{
    size_t bytes = insn->width ? (size_t)insn->width * run->n : BIT_WORDS(run->n) * 8;
    if (bytes > SMALL_BYTES)
        return vec_scratch(dst, insn->type, run->n, run->x->arena);
    *dst = (Vec){.kind = VEC_FLAT, .type = insn->type, .n = run->n};
    dst->data = arena_alloc(run->x->arena, bytes);
    return dst->data ? 0 : -ERR_OUT_OF_MEMORY;
}

/* A dictionary operand is flattened for all rows of the run, so that every later reader may use it. */
static int flatten_reg(Run *run, uint32_t reg)
{
    Vec *flat = arena_alloc(run->x->arena, sizeof(Vec));
    if (!flat)
        return -ERR_OUT_OF_MEMORY;
    TRY(vec_flatten(run->reg[reg], run->root, flat, run->x->arena));
    run->reg[reg] = flat;
    return 0;
}

static int flat_reg(Run *run, uint32_t reg, const Vec **ret)
{
    if (unlikely(run->reg[reg]->kind == VEC_DICT))
        TRY(flatten_reg(run, reg));
    *ret = run->reg[reg];
    return 0;
}

static int set_const_null(Vec *dst, Type t, uint32_t n, Arena *arena)
{
    Value null = value_null(t);
    return vec_const(&null, n, dst, arena);
}

/* Word w of a bitmap of n bits; the last word of an imported one may end early. */
static inline uint64_t word_at(const uint64_t *bits, size_t w, uint32_t n)
{
    if (likely((w + 1) * 64 <= n))
        return bits[w];
    uint64_t word = 0;
    memcpy(&word, bits + w, (n + 7) / 8 - 8 * w);
    return word;
}

/* dst->valid = AND of the operands' validity. */
static int combine_valid(const Vec *const *arg, uint32_t n_args, Vec *dst, uint32_t n, Arena *arena)
{
    size_t words = BIT_WORDS(n);
    for (uint32_t i = 0; i < n_args; i++) {
        if (!arg[i]->valid || arg[i]->kind == VEC_CONST)
            continue;
        bool first = !dst->valid;
        if (first)
            dst->valid = arena_alloc(arena, words * 8);
        if (!dst->valid)
            return -ERR_OUT_OF_MEMORY;
        for (size_t w = 0; w < words; w++) {
            uint64_t word = word_at(arg[i]->valid, w, n);
            dst->valid[w] = first ? word : dst->valid[w] & word;
        }
    }
    return 0;
}

static int valid_rows(const Vec *v, Rows rows, Arena *arena, Rows *ret)
{
    uint16_t *sel = arena_alloc(arena, rows.n * sizeof(uint16_t));
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        sel[n] = (uint16_t)r;
        n += bit_get(v->valid, r);
    }
    *ret = n == rows.n ? rows : (Rows){n, sel};
    return 0;
}

/* The kernel itself, with row errors turned into NULL for TRY. */
static int call_kernel(const Insn *insn, EvalCtx *x, const Vec *const *arg, Vec *dst, Rows rows)
{
    if (insn->op != INSN_TRY)
        return insn->kernel(x, arg, insn->n_args, insn->aux, dst, rows);
    EvalCtx own = *x;
    eval_ctx_clear(&own, x->n_rows);
    TRY(insn->kernel(&own, arg, insn->n_args, insn->aux, dst, rows));
    if (own.n_errors == 0)
        return 0;
    if (!own.err)
        return -ERR_OUT_OF_MEMORY;
    TRY(vec_add_valid(dst, x->arena));
    EACH_ROW(rows, r)
    {
        if (bit_get(own.err, r))
            bit_clear(dst->valid, r);
    }
    return 0;
}

/* All operands constant: one lane, then CONST. */
static int call_const(Run *run, const Insn *insn, const Vec *const *arg, Vec *dst, Rows rows)
{
    EvalCtx own = *run->x;
    eval_ctx_clear(&own, 1);
    TRY(vec_scratch(dst, insn->type, 1, own.arena));
    int rc = call_kernel(insn, &own, arg, dst, (Rows){1, NULL});
    dst->kind = VEC_CONST;
    dst->n = run->n;
    if (rc < 0 || own.n_errors == 0)
        return rc;
    if (!own.err)
        return -ERR_OUT_OF_MEMORY;
    EACH_ROW(rows, r)
    row_error_copy(run->x, r, &own, 0);
    return 0;
}

/* One dictionary operand among constants: the function of each entry, if there are not more entries than rows. */
static bool wants_dictionary(const Insn *insn, const Vec *const *arg, Rows rows, uint32_t *ret_which)
{
    if ((insn->flags & (FN_STRICT | FN_VOLATILE | FN_NULLABLE)) != FN_STRICT || insn->op != INSN_CALL)
        return false;
    uint32_t n_dicts = 0;
    for (uint32_t i = 0; i < insn->n_args; i++) {
        if (arg[i]->kind == VEC_FLAT)
            return false;
        if (arg[i]->kind == VEC_DICT) {
            n_dicts++;
            *ret_which = i;
        }
    }
    return n_dicts == 1 && arg[*ret_which]->child->n <= rows.n;
}

/* 1 = done; 0 = an entry, perhaps one that no row uses, raises: the rows must be computed one by one. */
static int call_dictionary(Run *run, const Insn *insn, const Vec *const *args, uint32_t which, Vec *dst)
{
    Arena *arena = run->x->arena;
    const Vec *dict = args[which], *arg[CALL_ARGS_MAX];
    Vec *entries = arena_alloc(arena, sizeof(Vec));
    EvalCtx own = *run->x;
    if (!entries)
        return -ERR_OUT_OF_MEMORY;
    eval_ctx_clear(&own, dict->child->n);
    TRY(vec_scratch(entries, insn->type, dict->child->n, arena));
    memcpy(arg, args, insn->n_args * sizeof(*arg));
    arg[which] = dict->child;
    TRY(insn->kernel(&own, arg, insn->n_args, insn->aux, entries, (Rows){dict->child->n, NULL}));
    if (own.n_errors > 0)
        return 0;
    if (entries->kind == VEC_CONST) {
        Vec one = *entries;
        one.n = dict->child->n;
        TRY(vec_flatten(&one, (Rows){one.n, NULL}, entries, arena));
    }
    Vec coded = {.kind = VEC_DICT,
                 .code_bytes = dict->code_bytes,
                 .n = dict->n,
                 .type = insn->type,
                 .valid = dict->valid,
                 .data = dict->data,
                 .child = entries};
    TRY(vec_flatten(&coded, run->root, dst, arena));
    return 1;
}

/* Narrows rows to those without NULL.  Strings of the skipped rows become empty: a view that is not written must not be followed.
 */
static int skip_nulls(Run *run, const Insn *insn, Vec *dst, Rows *rows)
{
    uint32_t n = rows->n;
    TRY(valid_rows(dst, *rows, run->x->arena, rows));
    if (rows->n < n && type_is_string(insn->type.id))
        memset(dst->data, 0, run->n * sizeof(StrView));
    return 0;
}

static int run_call(Run *run, const Insn *insn, Rows rows);

/* An instruction's own call and its twins, one after the other. */
static int run_twins_apart(Run *run, const Insn *insn, Rows rows)
{
    uint32_t regs[CALL_ARGS_MAX];
    memcpy(regs, insn->arg, insn->n_args * sizeof(*regs));
    Insn one = *insn;
    one.n_twins = 0;
    one.arg = regs;
    TRY(run_call(run, &one, rows));
    for (uint32_t i = 0; i < insn->n_twins; i++) {
        one.dst = insn->twin[i].dst;
        regs[one.n_args - 1] = insn->twin[i].last;
        TRY(run_call(run, &one, rows));
    }
    return 0;
}

/* All results in one walk over the rows. */
static int run_twins(Run *run, const Insn *insn, Rows rows)
{
    const Vec *arg[CALL_ARGS_MAX], *last[FUNC_TOGETHER_MAX];
    Vec *dst[FUNC_TOGETHER_MAX];
    uint32_t n = insn->n_twins + 1;
    bool has_nulls = false, is_plain = false;
    for (uint32_t i = 0; i < insn->n_args; i++) {
        arg[i] = run->reg[insn->arg[i]];
        is_plain |= arg[i]->kind == VEC_FLAT;
        has_nulls |= arg[i]->valid != NULL;
    }
    for (uint32_t i = 0; i < insn->n_args; i++)
        is_plain &= arg[i]->kind != VEC_DICT;
    if (!is_plain)
        return run_twins_apart(run, insn, rows);
    Rows known = rows;
    for (uint32_t i = 0; i < n; i++) {
        Insn one = *insn;
        one.dst = i == 0 ? insn->dst : insn->twin[i - 1].dst;
        last[i] = i == 0 ? arg[insn->n_args - 1] : run->reg[insn->twin[i - 1].last];
        dst[i] = temp_of(run, &one);
        TRY(result_scratch(run, &one, dst[i]));
        if (!has_nulls)
            continue;
        known = rows;
        TRY(combine_valid(arg, insn->n_args, dst[i], run->n, run->x->arena));
        TRY(skip_nulls(run, insn, dst[i], &known));
    }
    return insn->together->kernel(arg, last, n, dst, known);
}

static int run_call(Run *run, const Insn *insn, Rows rows)
{
    if (insn->n_twins)
        return run_twins(run, insn, rows);
    const Vec *arg[CALL_ARGS_MAX];
    bool all_const = !(insn->flags & FN_VOLATILE), has_nulls = false, has_dict = false, const_null = false;
    for (uint32_t i = 0; i < insn->n_args; i++) {
        arg[i] = run->reg[insn->arg[i]];
        bool is_const = arg[i]->kind == VEC_CONST;
        all_const &= is_const;
        has_dict |= arg[i]->kind == VEC_DICT;
        has_nulls |= arg[i]->valid != NULL && !is_const;
        const_null |= is_const && arg[i]->valid && !(arg[i]->valid[0] & 1u);
    }
    Vec *dst = temp_of(run, insn);
    bool strict = insn->flags & FN_STRICT;
    run->x->at = insn->at;
    if (unlikely(strict && const_null))
        return set_const_null(dst, insn->type, run->n, run->x->arena);
    if (unlikely(all_const))
        return call_const(run, insn, arg, dst, rows);
    uint32_t which = 0;
    if (unlikely(has_dict && wants_dictionary(insn, arg, rows, &which))) {
        int rc = call_dictionary(run, insn, arg, which, dst);
        if (rc != 0)
            return MIN(rc, 0);
    }
    for (uint32_t i = 0; has_dict && i < insn->n_args; i++)
        TRY(flat_reg(run, insn->arg[i], &arg[i]));
    TRY(result_scratch(run, insn, dst));
    if (strict && has_nulls) {
        TRY(combine_valid(arg, insn->n_args, dst, run->n, run->x->arena));
        if (insn->needs_valid)
            TRY(skip_nulls(run, insn, dst, &rows));
    }
    return call_kernel(insn, run->x, arg, dst, rows);
}

/* A FLAT boolean of its own with the rows of v. */
static int copy_bool(const Vec *v, Vec *dst, uint32_t n, Arena *arena)
{
    size_t words = BIT_WORDS(n);
    TRY(vec_scratch(dst, TYPE(BOOL), n, arena));
    const uint64_t *from = v->data;
    if (v->kind == VEC_CONST) {
        bits_fill(dst->data, n, from[0] & 1u);
        if (v->valid && !(v->valid[0] & 1u)) {
            TRY(vec_add_valid(dst, arena));
            memset(dst->valid, 0, words * 8);
        }
        return 0;
    }
    memcpy(dst->data, from, (n + 7) / 8);
    if (v->valid) {
        TRY(vec_add_valid(dst, arena));
        memcpy(dst->valid, v->valid, (n + 7) / 8);
    }
    return 0;
}

/* Whole words of imported bitmaps may not be there: the last word is read through a copy. */
static int logic_dense(Run *run, const Insn *insn)
{
    const Vec *v;
    Arena *arena = run->x->arena;
    TRY(flat_reg(run, insn->arg[0], &v));
    Vec *dst = temp_of(run, insn);
    TRY(copy_bool(v, dst, run->n, arena));
    for (uint32_t k = 1; k < insn->n_args; k++) {
        Vec copy;
        TRY(flat_reg(run, insn->arg[k], &v));
        if (v->data_buf || v->valid_buf) {
            TRY(copy_bool(v, &copy, run->n, arena));
            v = &copy;
        }
        TRY(kernel_logic_words(insn->op == INSN_OR, dst, v, run->n, arena));
    }
    return 0;
}

/* Validity of a FLAT vector without a branch for those that have no NULL. */
static const uint64_t *valid_words(const Vec *v)
{
#define FOUR(x) x, x, x, x
#define ONES FOUR(~UINT64_C(0))
    static const uint64_t all[BATCH_ROWS_MAX / 64] = {FOUR(FOUR(ONES))};
#undef ONES
#undef FOUR
    return v->valid ? v->valid : all;
}

/* Rows of `rows` that the value in dst does not decide: not false for AND, not true for OR. */
static uint32_t undecided(const Vec *dst, bool is_or, Rows rows, uint16_t *ret_sel)
{
    const uint64_t *valid = valid_words(dst), *bits = dst->data;
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        ret_sel[n] = (uint16_t)r;
        unsigned decides = (unsigned)bit_get(valid, r) & (unsigned)(bit_get(bits, r) == is_or); /* without a branch */
        n += !decides;
    }
    return n;
}

static int merge_logic(Vec *dst, const Vec *v, bool is_or, Rows rows, Arena *arena)
{
    uint32_t m = vec_mask(v);
    EACH_ROW(rows, r)
    {
        bool known_b = !null_at(v, r), b = bit_get(v->data, r & m);
        if (known_b && b == is_or) { /* decides, whatever stood there */
            bit_put(dst->data, r, is_or);
            if (dst->valid)
                bit_set(dst->valid, r);
        } else if (!known_b) {
            TRY(vec_add_valid(dst, arena));
            bit_clear(dst->valid, r);
        }
    }
    return 0;
}

/* One value, which is known, for all rows. */
static bool is_one_bool(const Vec *v)
{
    return v->kind == VEC_CONST && !null_at(v, 0);
}

static int run_logic(Run *run, const Insn *insn, uint32_t at, Rows rows)
{
    if (!insn->block_end)
        return logic_dense(run, insn);
    Arena *arena = run->x->arena;
    const Vec *v;
    bool is_or = insn->op == INSN_OR;
    uint32_t k = 1, from = at + 1;
    TRY(flat_reg(run, insn->arg[0], &v));
    for (; is_one_bool(v); from = insn->block_end[k++ - 1]) {
        if (k == insn->n_args || bit_get(v->data, 0) == is_or) {
            run->reg[insn->dst] = v;
            return 0;
        }
        TRY(run_block(run, from, insn->block_end[k - 1], rows));
        TRY(flat_reg(run, insn->arg[k], &v));
    }
    Vec *dst = temp_of(run, insn);
    TRY(copy_bool(v, dst, run->n, arena));
    uint16_t *sel = arena_alloc(arena, rows.n * sizeof(uint16_t));
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    Rows left = rows;
    for (; k < insn->n_args; from = insn->block_end[k++ - 1]) {
        uint32_t n = undecided(dst, is_or, left, sel);
        if (n == 0)
            break;
        if (n < left.n || left.sel)
            left = (Rows){n, sel};
        TRY(run_block(run, from, insn->block_end[k - 1], left));
        TRY(flat_reg(run, insn->arg[k], &v));
        TRY(merge_logic(dst, v, is_or, left, arena));
    }
    return 0;
}

/* Strings of an arm: its buffers are appended to dst's list, and the references moved behind those that are there. */
static int merge_strings(Vec *dst, const Vec *v, Rows rows, Arena *arena)
{
    uint32_t base = dst->n_str_bufs, n = v->n_str_bufs, m = vec_mask(v);
    const StrView *from = v->data;
    if (base + n > UINT16_MAX)
        return -ERR_OUT_OF_MEMORY;
    if (n) {
        const uint8_t **list = arena_alloc(arena, (base + n) * sizeof(*list));
        if (!list)
            return -ERR_OUT_OF_MEMORY;
        if (base)
            memcpy(list, dst->str_data, base * sizeof(*list));
        memcpy(list + base, v->str_data, n * sizeof(*list));
        dst->str_data = list;
        dst->n_str_bufs = (uint16_t)(base + n);
    }
    const uint64_t *valid = valid_words(v);
    if (base == 0) { /* no reference moves */
        EACH_ROW(rows, r)
        {
            uint64_t word[2], keep = -(uint64_t)bit_get(valid, r & m);
            memcpy(word, &from[r & m], sizeof(word));
            word[0] &= keep;
            word[1] &= keep;
            memcpy(&((StrView *)dst->data)[r], word, sizeof(word));
        }
        return 0;
    }
    EACH_ROW(rows, r)
    {
        StrView s = (StrView){0};
        if (!null_at(v, r)) {
            s = from[r & m];
            if (s.n > STR_INLINE_MAX)
                s.ref.buf += (int32_t)base;
        }
        ((StrView *)dst->data)[r] = s;
    }
    return 0;
}

static int merge_arm(Vec *dst, const Vec *v, Rows rows, Arena *arena)
{
    uint32_t m = vec_mask(v);
    if (v->valid) {
        TRY(vec_add_valid(dst, arena));
        EACH_ROW(rows, r)
        bit_put(dst->valid, r, !null_at(v, r));
    }
#define MERGE(T)                                                                                                                   \
    EACH_ROW(rows, r)                                                                                                              \
    ((T *)dst->data)[r] = ((const T *)v->data)[r & m]
    if (type_is_string(dst->type.id))
        return merge_strings(dst, v, rows, arena);
    switch (type_bytes(dst->type.id)) {
    case 0:
        EACH_ROW(rows, r)
        bit_put(dst->data, r, bit_get(v->data, r & m));
        break;
    case 2: MERGE(uint16_t); break;
    case 4: MERGE(uint32_t); break;
    case 8: MERGE(uint64_t); break;
    default: MERGE(i128); break;
    }
#undef MERGE
    return 0;
}

/* An arm's value for its rows; when these are all rows of the instruction, the register is shared instead. */
static int take_arm(Run *run, const Insn *insn, uint32_t reg, Vec *dst, Rows arm, Rows rows)
{
    const Vec *v;
    if (arm.n == 0)
        return 0;
    if (arm.n == rows.n) {
        run->reg[insn->dst] = run->reg[reg];
        return 0;
    }
    TRY(flat_reg(run, reg, &v));
    return merge_arm(dst, v, arm, run->x->arena);
}

/* Splits `left` by the condition: true rows to ret_taken, the others stay in left (whose storage is reused). */
static void split(const Vec *cond, Rows *left, uint16_t *left_sel, uint16_t *taken_sel, Rows *ret_taken)
{
    uint32_t n_left = 0, n_taken = 0;
    if (cond->kind == VEC_CONST) {
        bool all = !null_at(cond, 0) && bit_get(cond->data, 0);
        *ret_taken = all ? *left : (Rows){0, NULL};
        left->n = all ? 0 : left->n;
        return;
    }
    const uint64_t *valid = valid_words(cond), *bits = cond->data;
    for (uint32_t i = 0; i < left->n; i++) {
        uint32_t r = row_at(*left, i);
        unsigned take = (unsigned)bit_get(valid, r) & (unsigned)bit_get(bits, r); /* without a branch */
        taken_sel[n_taken] = (uint16_t)r;
        left_sel[n_left] = (uint16_t)r;
        n_taken += take;
        n_left += !take;
    }
    /* All rows: keep a selection that the loop has not just written over. */
    *ret_taken = n_left == 0 && left->sel != left_sel ? *left : (Rows){n_taken, taken_sel};
    if (n_taken > 0)
        *left = (Rows){n_left, left_sel};
}

static int run_case(Run *run, const Insn *insn, uint32_t at, Rows rows)
{
    Arena *arena = run->x->arena;
    Vec *dst = temp_of(run, insn);
    TRY(result_scratch(run, insn, dst));
    uint16_t *left_sel = arena_alloc(arena, rows.n * sizeof(uint16_t));
    Rows left = rows;
    uint32_t from = at + 1, k = 0;
    if (!left_sel)
        return -ERR_OUT_OF_MEMORY;
    for (; k + 1 < insn->n_args && left.n > 0; k += 2) {
        const Vec *cond;
        Rows taken;
        if (k > 0) {
            TRY(run_block(run, from, insn->block_end[k - 1], left));
            from = insn->block_end[k - 1];
        }
        TRY(flat_reg(run, insn->arg[k], &cond));
        uint16_t *taken_sel = arena_alloc(arena, rows.n * sizeof(uint16_t)); /* an arm may keep pointing at its selection */
        if (!taken_sel)
            return -ERR_OUT_OF_MEMORY;
        split(cond, &left, left_sel, taken_sel, &taken);
        if (taken.n > 0)
            TRY(run_block(run, from, insn->block_end[k], taken));
        from = insn->block_end[k];
        TRY(take_arm(run, insn, insn->arg[k + 1], dst, taken, rows));
    }
    if (left.n == 0)
        return 0;
    TRY(run_block(run, from, insn->end, left));
    return take_arm(run, insn, insn->arg[insn->n_args - 1], dst, left, rows);
}

static uint32_t null_rows(const Vec *v, Rows rows, uint16_t *ret_null, uint16_t *ret_known, uint32_t *ret_n_known)
{
    uint32_t n = 0, known = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        bool null = null_at(v, r);
        ret_known[known] = (uint16_t)r;
        ret_null[n] = (uint16_t)r;
        known += !null;
        n += null;
    }
    *ret_n_known = known;
    return n;
}

static int run_coalesce(Run *run, const Insn *insn, uint32_t at, Rows rows)
{
    Arena *arena = run->x->arena;
    if (!run->reg[insn->arg[0]]->valid) {
        run->reg[insn->dst] = run->reg[insn->arg[0]];
        return 0;
    }
    Vec *dst = temp_of(run, insn);
    TRY(result_scratch(run, insn, dst));
    Rows left = rows;
    for (uint32_t k = 0, from = at + 1; k < insn->n_args && left.n > 0; k++) {
        const Vec *v;
        if (k > 0) {
            TRY(run_block(run, from, insn->block_end[k - 1], left));
            from = insn->block_end[k - 1];
        }
        bool last = k + 1 == insn->n_args;
        if (last) /* its nulls are the result's */
            return take_arm(run, insn, insn->arg[k], dst, left, rows);
        TRY(flat_reg(run, insn->arg[k], &v));
        uint16_t *sel = arena_alloc(arena, 2 * rows.n * sizeof(uint16_t));
        if (!sel)
            return -ERR_OUT_OF_MEMORY;
        uint32_t n_known, n = null_rows(v, left, sel, sel + rows.n, &n_known);
        TRY(take_arm(run, insn, insn->arg[k], dst, n == 0 ? left : (Rows){n_known, sel + rows.n}, rows));
        if (n < left.n)
            left = (Rows){n, sel};
    }
    return 0;
}

static int run_in(Run *run, const Insn *insn, Rows rows)
{
    const Vec *v;
    TRY(flat_reg(run, insn->arg[0], &v));
    Vec *dst = temp_of(run, insn);
    TRY(vec_scratch(dst, TYPE(BOOL), run->n, run->x->arena));
    return in_set_eval(insn->aux, v, dst, rows, run->x->arena);
}

static int run_block(Run *run, uint32_t from, uint32_t to, Rows rows)
{
    for (uint32_t i = from; i < to;) {
        const Insn *insn = &run->p->insn[i];
        switch ((InsnOp)insn->op) {
        case INSN_CALL:
        case INSN_TRY: TRY(run_call(run, insn, rows)); break;
        case INSN_AND:
        case INSN_OR: TRY(run_logic(run, insn, i, rows)); break;
        case INSN_CASE: TRY(run_case(run, insn, i, rows)); break;
        case INSN_COALESCE: TRY(run_coalesce(run, insn, i, rows)); break;
        case INSN_IN: TRY(run_in(run, insn, rows)); break;
        }
        i = insn->end;
    }
    return 0;
}

/* What the program reads as its i-th column: one of the batch or, behind those, what comes with it. */
static const Vec *column_of(const Program *p, const Batch *in, uint32_t i)
{
    return likely(p->col[i] < p->n_in) ? &in->col[p->col[i]] : &in->extra->col[p->col[i] - p->n_in];
}

static int run_start(Run *run, const Program *p, EvalCtx *x, const Batch *in, Rows rows)
{
    uint32_t first_temp = p->n_cols + p->n_consts;
    size_t reg_bytes = (p->n_regs * sizeof(Vec *) + 15) & ~(size_t)15;
    uint8_t *mem = arena_alloc(x->arena, reg_bytes + (p->n_regs - first_temp) * sizeof(Vec) + 16);
    if (!mem)
        return -ERR_OUT_OF_MEMORY;
    *run = (Run){.p = p, .x = x, .reg = (const Vec **)mem, .temp = (Vec *)(mem + reg_bytes), .root = rows, .n = in->n};
    for (uint32_t i = 0; i < p->n_cols; i++)
        run->reg[i] = column_of(p, in, i);
    for (uint32_t i = 0; i < p->n_consts; i++)
        run->reg[p->n_cols + i] = &p->consts[i];
    return 0;
}

/* n_errors without a bitmap: the marks could not be had. */
static int run_finish(EvalCtx *x)
{
    x->at = (Span){0, 0};
    return x->n_errors > 0 && !x->err ? -ERR_OUT_OF_MEMORY : 0;
}

static void put_output(const Run *run, const Batch *in, uint32_t reg, Vec *out)
{
    if (reg < run->p->n_cols) {
        *out = *column_of(run->p, in, reg);
        return;
    }
    *out = *run->reg[reg];
    out->n = in->n;
}

int program_run_rows(const Program *p, EvalCtx *x, const Batch *in, Rows rows, Vec *out)
{
    Run run;
    TRY(run_start(&run, p, x, in, rows));
    if (rows.n > 0)
        TRY(run_block(&run, 0, p->n_insns, rows));
    for (uint32_t i = 0; i < p->n_outputs; i++) {
        uint32_t reg = p->output[i];
        if (rows.n == 0 && reg >= p->n_cols + p->n_consts)
            TRY(vec_scratch(&out[i], p->output_type[i], in->n, x->arena));
        else
            put_output(&run, in, reg, &out[i]);
    }
    return run_finish(x);
}

int program_run(const Program *p, EvalCtx *x, const Batch *in, Vec *out)
{
    return program_run_rows(p, x, in, batch_rows(in), out);
}

int program_filter(const Program *p, EvalCtx *x, const Batch *in, Rows rows, uint16_t *ret_sel, uint32_t *ret_n)
{
    return program_filter_more(p, x, in, rows, ret_sel, ret_n, NULL);
}

int program_filter_more(const Program *p, EvalCtx *x, const Batch *in, Rows rows, uint16_t *ret_sel, uint32_t *ret_n, Vec *ret_more)
{
    Run run;
    if (rows.n == 0) {
        *ret_n = 0;
        return 0;
    }
    TRY(run_start(&run, p, x, in, rows));
    TRY(run_block(&run, 0, p->n_insns, rows));
    TRY(run_finish(x));
    uint32_t n = kernel_select_true(run.reg[p->output[0]], rows, ret_sel);
    if (x->n_errors > 0) {
        uint32_t kept = 0;
        for (uint32_t i = 0; i < n; i++) {
            ret_sel[kept] = ret_sel[i];
            kept += !row_has_error(x, ret_sel[i]);
        }
        n = kept;
    }
    *ret_n = n;
    for (uint32_t i = 1; ret_more && i < p->n_outputs; i++)
        put_output(&run, in, p->output[i], &ret_more[i - 1]);
    return 0;
}
