/* SPDX-License-Identifier: Apache-2.0
 *
 * Vectors, batches and the builder: copies of every kind against vec_get, and who owns what (an account that must end at zero, and
 * the counts of buffers). */
#include "data_gen.h"

typedef struct Fixture {
    Account acct;
    Arena arena;
    Schema *schema;
    Rng rng;
} Fixture;

static int setup(void **state)
{
    Fixture *f = mem_zalloc(NULL, sizeof *f);
    account_init(&f->acct, NULL, "test");
    arena_init(&f->arena, NULL, 0);
    f->schema = schema_new(&f->acct, all_types, N_ALL);
    f->rng.s = 7;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    Fixture *f = *state;
    schema_unref(f->schema);
    account_done(&f->acct); /* fails when a byte is left */
    arena_done(&f->arena);
    mem_free(NULL, f, sizeof *f);
    return 0;
}

static void check_vec(const Vec *a, Rows rows, const Vec *b, bool dense, const char *name)
{
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        Value x = vec_get(a, row), y = vec_get(b, dense ? i : row);
        check_value(&x, &y, name, row);
    }
}

/* DICT over the values of a FLAT vector without nulls. */
static Vec make_dict(Fixture *f, Vec *values, uint32_t n, uint8_t code_bytes)
{
    Vec v = {.kind = VEC_DICT, .code_bytes = code_bytes, .n = n, .type = values->type, .child = values};
    v.data = arena_alloc(&f->arena, n * 4);
    for (uint32_t i = 0; i < n; i++) {
        if (code_bytes == 2)
            ((uint16_t *)v.data)[i] = (uint16_t)rng_below(&f->rng, values->n);
        else
            ((uint32_t *)v.data)[i] = (uint32_t)rng_below(&f->rng, values->n);
    }
    assert_int_equal(vec_add_valid(&v, &f->arena), 0);
    for (uint32_t i = 0; i < n; i++)
        if (rng_below(&f->rng, 5) == 0)
            bit_clear(v.valid, i);
    return v;
}

static Rows make_sel(Fixture *f, uint32_t n)
{
    uint16_t *sel = arena_alloc(&f->arena, n * sizeof *sel + 2);
    uint32_t k = 0;
    for (uint32_t i = 0; i < n; i++)
        if (rng_below(&f->rng, 3) == 0)
            sel[k++] = (uint16_t)i;
    return (Rows){k, sel};
}

/* flatten, gather and own of one vector with and without a selection. */
static void check_copies(Fixture *f, const Vec *v, const char *name)
{
    Rows rows[2] = {{v->n, NULL}, make_sel(f, v->n)};
    for (int i = 0; i < 2; i++) {
        Vec flat, dense, own;
        assert_int_equal(vec_flatten(v, rows[i], &flat, &f->arena), 0);
        check_vec(v, rows[i], &flat, false, name);
        assert_true(flat.kind == VEC_FLAT && flat.n == v->n && !flat.str_bufs && !flat.data_buf);
        assert_int_equal(vec_gather(v, rows[i], &dense, &f->arena), 0);
        check_vec(v, rows[i], &dense, true, name);
        assert_int_equal(dense.n, rows[i].n);
        vec_done(&dense);
        assert_int_equal(vec_own(&f->acct, v, rows[i], &own), 0);
        check_vec(v, rows[i], &own, true, name);
        vec_done(&own);
    }
}

static void test_copies(void **state)
{
    Fixture *f = *state;
    static const uint32_t sizes[] = {1, 63, 64, 65, 1000, 4096};
    for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
        Batch *b = gen_batch(&f->rng, &f->acct, f->schema, sizes[s], s % 2 ? 4 : 0, &f->arena);
        Batch *full = gen_batch(&f->rng, &f->acct, f->schema, 50, 0, &f->arena);
        for (uint32_t c = 0; c < b->n_cols; c++) {
            Vec dict = make_dict(f, &full->col[c], sizes[s], c % 2 ? 2 : 4), constant;
            Value v = vec_get(&b->col[c], 0);
            check_copies(f, &b->col[c], all_types[c].name);
            check_copies(f, &dict, all_types[c].name);
            assert_int_equal(vec_const(&v, sizes[s], &constant, &f->arena), 0);
            check_copies(f, &constant, all_types[c].name);
        }
        batch_unref(full);
        batch_unref(b);
        arena_reset(&f->arena);
    }
}

static void check_own(Fixture *f, uint32_t n_max)
{
    Batch *b = gen_batch(&f->rng, &f->acct, f->schema, 2000, 5, &f->arena);
    Rows rows = make_sel(f, 2000);
    rows.n = MIN(rows.n, n_max);
    Batch *view = batch_with_sel(&f->arena, b, rows.sel, rows.n);
    b->epoch = view->epoch = 9;
    view->w_kind = W_VEC;
    view->w = arena_alloc(&f->arena, 2000 * sizeof(int32_t));
    for (int i = 0; i < 2000; i++)
        view->w[i] = i - 1000;
    assert_null(batch_unref(view)); /* an arena batch ignores it */
    Batch *own = batch_own(&f->acct, view);
    assert_true(own->n == rows.n && own->n_sel == rows.n && !own->sel && own->flags == 0 && own->epoch == 9);
    for (uint32_t i = 0; i < rows.n; i++)
        assert_int_equal(batch_weight(own, i), rows.sel[i] - 1000);
    Value *expect = arena_alloc(&f->arena, sizeof(Value) * rows.n * N_ALL);
    for (uint32_t i = 0; i < rows.n; i++)
        for (uint32_t c = 0; c < N_ALL; c++) {
            Value *e = &expect[i * N_ALL + c];
            *e = vec_get(&b->col[c], rows.sel[i]);
            if (!e->is_null && type_is_string(e->type.id))
                e->str.p = arena_strndup(&f->arena, e->str.p, e->str.n);
        }
    batch_unref(b); /* the copy must not depend on it */
    for (uint32_t c = 0; c < N_ALL; c++) {
        assert_true(own->col[c].n_str_bufs <= 1 && (uintptr_t)own->col[c].data % 64 == 0);
        assert_int_equal(own->col[c].data_buf == own->col[0].data_buf, c == 0 || rows.n <= 16); /* of few rows it is one */
        for (uint32_t i = 0; i < rows.n; i++) {
            Value v = vec_get(&own->col[c], i);
            check_value(&expect[i * N_ALL + c], &v, all_types[c].name, i);
        }
    }
    batch_unrefp(&own);
    assert_null(own);
}

static void test_own_keeps_nothing_else(void **state)
{
    static const uint32_t n_max[] = {0, 1, 2, 16, 17, 2000};
    for (size_t i = 0; i < ARRAY_LEN(n_max); i++)
        check_own(*state, n_max[i]);
}

static void test_gather_shares_strings(void **state)
{
    Fixture *f = *state;
    uint32_t text = (uint32_t)schema_find(f->schema, STR("text"));
    Batch *b = gen_batch(&f->rng, &f->acct, f->schema, 500, 5, &f->arena);
    Vec *v = &b->col[text], dense, shared;
    Buffer *bytes = v->str_bufs[0];
    assert_int_equal(bytes->rc, 1);
    assert_int_equal(vec_gather(v, (Rows){500, NULL}, &dense, &f->arena), 0);
    assert_int_equal(bytes->rc, 2);
    vec_ref(v, &shared);
    assert_int_equal(bytes->rc, 3);
    assert_int_equal(v->data_buf->rc, 2);
    batch_share(b);
    assert_true(bytes->shared && (b->flags & BATCH_SHARED));
    Value expect = vec_get(v, 499);
    batch_unref(batch_ref(b));
    batch_unref(b);
    assert_int_equal(bytes->rc, 2);
    Value x = vec_get(&dense, 499), y = vec_get(&shared, 499);
    check_value(&x, &y, "text", 499);
    assert_true(x.is_null == expect.is_null);
    vec_done(&dense);
    vec_done(&shared);
}

static void test_dense_shares(void **state)
{
    Fixture *f = *state;
    Batch *b = gen_batch(&f->rng, &f->acct, f->schema, 300, 5, &f->arena);
    Batch *same = batch_dense(&f->acct, b), *view = batch_with_sel(&f->arena, b, NULL, 300), *copy = batch_dense(&f->acct, view);
    for (uint32_t c = 0; c < b->n_cols; c++) {
        assert_ptr_equal(same->col[c].data, b->col[c].data);
        assert_ptr_not_equal(copy->col[c].data, b->col[c].data);
    }
    batch_unref(b);
    for (uint32_t c = 0; c < same->n_cols; c++)
        check_vec(&same->col[c], batch_rows(same), &copy->col[c], false, all_types[c].name);
    batch_unref(same);
    batch_unref(copy);
}

static void test_builder(void **state)
{
    Fixture *f = *state;
    Builder b;
    Err err = ERR_INIT;
    assert_int_equal(builder_init(&b, &f->acct, f->schema, 100, &err), 0);
    Batch *empty = builder_take(&b);
    assert_int_equal(empty->n, 0);
    batch_unref(empty);
    for (int round = 0; round < 6; round++) {
        uint32_t n = (uint32_t[]){1, 100, 24, 25, 2, 99}[round];
        Value *expect = arena_alloc(&f->arena, sizeof(Value) * n * N_ALL);
        for (uint32_t i = 0; i < n; i++) {
            for (uint32_t c = 0; c < N_ALL; c++) {
                Value v = gen_value(&f->rng, all_types[c].type, &f->arena);
                v.is_null = round % 2 && rng_below(&f->rng, 3) == 0;
                expect[i * N_ALL + c] = v;
                assert_int_equal(builder_value(&b, c, &v, &err), 0);
            }
            assert_int_equal(builder_row_done(&b), i == 99 ? BUILDER_FULL : 0);
        }
        Batch *out = builder_take(&b);
        assert_int_equal(out->n, n);
        for (uint32_t c = 0; c < N_ALL; c++) {
            assert_true(round % 2 || !out->col[c].valid);
            for (uint32_t i = 0; i < n; i++) {
                Value v = vec_get(&out->col[c], i);
                check_value(&expect[i * N_ALL + c], &v, all_types[c].name, i);
            }
        }
        batch_unref(out);
    }
    Value wrong = {.type = TYPE(I64)};
    assert_int_equal(builder_value(&b, 0, &wrong, &err), -ERR_DATATYPE_MISMATCH);
    builder_done(&b);
}

static void test_str_writer(void **state)
{
    Fixture *f = *state;
    Vec v;
    StrWriter w;
    char buf[300];
    assert_int_equal(vec_scratch(&v, TYPE(TEXT), 1000, &f->arena), 0);
    strwriter_init(&w, &v, &f->arena);
    memset(buf, 'x', sizeof buf);
    for (uint32_t i = 0; i < 1000; i++) {
        size_t n = i % 300;
        buf[0] = (char)('a' + i % 26);
        if (i % 2) {
            assert_int_equal(strwriter_put(&w, i, buf, n), 0);
        } else {
            char *p = strwriter_reserve(&w, sizeof buf);
            assert_non_null(p);
            memcpy(p, buf, n);
            assert_int_equal(strwriter_commit(&w, i, n), 0);
        }
    }
    assert_int_equal(strwriter_finish(&w), 0);
    for (uint32_t i = 0; i < 1000; i++) {
        Str s = vec_str(&v, i);
        assert_int_equal(s.n, i % 300);
        assert_true(s.n == 0 || s.p[0] == (char)('a' + i % 26));
        assert_true(s.n < 2 || s.p[s.n - 1] == 'x');
    }
}

static int fail_at(void *self, size_t bytes)
{
    int *left = self;
    (void)bytes;
    return --*left == 0;
}

/* Every allocation of an own and of a builder's take fails once; nothing is lost or left. */
static void test_no_memory(void **state)
{
    Fixture *f = *state;
    Builder b;
    assert_int_equal(builder_init(&b, &f->acct, f->schema, 2, NULL), 0);
    Value v = {.type = TYPE(TEXT), .str = STR("a string of more than twelve bytes")};
    assert_int_equal(builder_value(&b, 8, &v, NULL), 0);
    for (uint32_t c = 0; c < N_ALL; c++)
        if (c != 8)
            builder_null(&b, c);
    builder_row_done(&b);
    Batch *out = NULL;
    for (int i = 1; !out; i++) {
        int left = i;
        mem_set_hook(fail_at, &left);
        out = builder_take(&b);
        mem_set_hook(NULL, NULL);
        assert_true(i < 1000);
    }
    Value back = vec_get(&out->col[8], 0);
    check_value(&v, &back, "text", 0);
    Batch *own = NULL;
    for (int i = 1; !own; i++) {
        int left = i;
        mem_set_hook(fail_at, &left);
        own = batch_own(&f->acct, out);
        mem_set_hook(NULL, NULL);
        assert_true(i < 1000);
    }
    batch_unref(own);
    batch_unref(out);
    builder_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_copies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_keeps_nothing_else, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gather_shares_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dense_shares, setup, teardown),
        cmocka_unit_test_setup_teardown(test_builder, setup, teardown),
        cmocka_unit_test_setup_teardown(test_str_writer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
