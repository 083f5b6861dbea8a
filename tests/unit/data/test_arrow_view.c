/* SPDX-License-Identifier: Apache-2.0
 *
 * Small arrays in place: what is read, that the schema is looked at each time, and what is left to the import. */
#include "data/arrow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void no_release(struct ArrowArray *a)
{
    a->release = NULL;
}
static void no_schema_release(struct ArrowSchema *s)
{
    s->release = NULL;
}

static int64_t keys[] = {10, 20, 30, 40, 50}, times[] = {1, 2, 3, 4, 5};
static double values[] = {0.5, 1.5, 2.5, 3.5, 4.5};

typedef struct Fixture {
    Account acct;
    Schema *want;
    ArrowView view;
    struct ArrowSchema schema, field[3], *fields[3];
    struct ArrowArray array, column[3], *columns[3];
    const void *buffers[3][2], *top_buffers[1];
} Fixture;

static int setup(void **state)
{
    static const Field fields[] = {{.name = "k", .type = {.id = T_I64}},
                                   {.name = "v", .type = {.id = T_F64}},
                                   {.name = "t", .type = {.id = T_TS}}};
    static const char *const formats[] = {"l", "g", "tsu:"};
    const void *data[] = {keys, values, times};
    Fixture *f = mem_zalloc(NULL, sizeof(*f));
    account_init(&f->acct, NULL, "test");
    f->want = schema_new(&f->acct, fields, 3);
    assert_int_equal(arrow_view_init(&f->view, &f->acct, f->want, NULL), 0);
    f->schema =
        (struct ArrowSchema){.format = "+s", .name = "", .n_children = 3, .children = f->fields, .release = no_schema_release};
    for (int i = 0; i < 3; i++) {
        f->field[i] = (struct ArrowSchema){.format = formats[i], .name = fields[i].name, .release = no_schema_release};
        f->fields[i] = &f->field[i];
        f->buffers[i][1] = data[i];
        f->column[i] = (struct ArrowArray){.length = 5, .n_buffers = 2, .buffers = f->buffers[i], .release = no_release};
        f->columns[i] = &f->column[i];
    }
    f->array = (struct ArrowArray){
        .length = 5, .n_buffers = 1, .buffers = f->top_buffers, .n_children = 3, .children = f->columns, .release = no_release};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    Fixture *f = *state;
    arrow_view_done(&f->view);
    schema_unref(f->want);
    account_done(&f->acct);
    mem_free(NULL, f, sizeof(*f));
    return 0;
}

static Batch *in_place(Fixture *f)
{
    Batch *b = NULL;
    assert_int_equal(arrow_view(&f->view, &f->array, &f->schema, &b), 0);
    return b;
}

static void not_in_place(Fixture *f)
{
    Batch *b = NULL;
    assert_int_equal(arrow_view(&f->view, &f->array, &f->schema, &b), ARROW_NOT_IN_PLACE);
    assert_null(b);
}

static void test_reads_in_place(void **state)
{
    Fixture *f = *state;
    uint64_t before = mem_guard_violations();
    mem_guard_enter();
    for (int round = 0; round < 3; round++) {
        Batch *b = in_place(f);
        assert_int_equal(b->n_sel, 5);
        assert_ptr_equal(b->col[0].data, keys);
        assert_ptr_equal(b->col[2].data, times);
        assert_true(b->flags & BATCH_BORROWED);
    }
    mem_guard_leave();
    assert_int_equal(mem_guard_violations(), before);
}

static void test_offsets_add_up(void **state)
{
    Fixture *f = *state;
    f->array.offset = 1;
    f->array.length = 3;
    f->column[1].offset = 1;
    f->column[1].length = 4;
    Batch *b = in_place(f);
    assert_int_equal(b->n, 3);
    assert_ptr_equal(b->col[0].data, keys + 1);
    assert_ptr_equal(b->col[1].data, values + 2);
    f->column[1].length = 3; /* one short of what the struct skips and needs */
    not_in_place(f);
}

/* The same struct at the same address may say something else the next time. */
static void test_looks_at_the_schema(void **state)
{
    Fixture *f = *state;
    (void)in_place(f);
    f->field[2].format = "tsm:";
    not_in_place(f);
    f->field[2].format = "tsu:";
    (void)in_place(f);
    f->field[0].format = "L";
    not_in_place(f);
    f->field[0].format = "l";
    f->schema.n_children = 2;
    not_in_place(f);
    f->schema.n_children = 3;
    f->field[1].release = NULL;
    not_in_place(f);
}

static void test_leaves_the_rest(void **state)
{
    static const uint8_t some[] = {0x1d};
    Fixture *f = *state;
    f->column[0].null_count = 1;
    f->buffers[0][0] = some;
    not_in_place(f);
    f->column[0].null_count = -1; /* unknown, with a bitmap */
    not_in_place(f);
    f->buffers[0][0] = NULL;
    (void)in_place(f);
    f->buffers[1][1] = (const char *)values + 1;
    not_in_place(f);
    f->buffers[1][1] = NULL;
    not_in_place(f);
    f->buffers[1][1] = values;
    f->column[2].release = NULL;
    not_in_place(f);
    f->column[2].release = no_release;
    f->column[2].offset = -1;
    not_in_place(f);
    f->column[2].offset = 0;
    f->array.length = 6;
    not_in_place(f);
    f->array.length = 0;
    not_in_place(f);
    f->array.length = INT64_MAX;
    not_in_place(f);
}

/* Values of a type with limits have to be looked at. */
static void test_leaves_limits(void **state)
{
    Fixture *f = *state;
    Field fields[3];
    ArrowView view;
    Batch *b = NULL;
    memcpy(fields, f->want->field, sizeof(fields));
    fields[0].type.length = LIMIT_UINTEGER;
    Schema *limited = schema_new(&f->acct, fields, 3);
    assert_int_equal(arrow_view_init(&view, &f->acct, limited, NULL), 0);
    assert_int_equal(arrow_view(&view, &f->array, &f->schema, &b), ARROW_NOT_IN_PLACE);
    arrow_view_done(&view);
    schema_unref(limited);
}

static int take_first(void *self, Batch *give_b, Err *err)
{
    (void)err;
    *(int64_t *)self = give_b->col[2].n ? ((const int64_t *)give_b->col[2].data)[0] : -1;
    batch_unref(give_b);
    return 0;
}

/* By way of an import, which takes a copy of the array and leaves ours as it was. */
static int imported(Fixture *f, int64_t *ret_time)
{
    struct ArrowArray array = f->array;
    struct ArrowArray column[3] = {f->column[0], f->column[1], f->column[2]}, *columns[3] = {&column[0], &column[1], &column[2]};
    array.children = columns;
    *ret_time = -1;
    return arrow_import_taking(&f->acct, (ArrowTake){.view = &f->view}, &array, &f->schema, f->want, take_first, ret_time, NULL);
}

/* What is noted of one schema does not hold for the next one, whatever its address. */
static void test_import_looks_at_the_schema(void **state)
{
    Fixture *f = *state;
    int64_t time;
    for (int round = 0; round < 2; round++) {
        f->field[2].format = "tsu:";
        assert_int_equal(imported(f, &time), 0);
        assert_int_equal(time, 1);
        f->field[2].format = "tsm:";
        assert_int_equal(imported(f, &time), 0);
        assert_int_equal(time, 1000);
        not_in_place(f);
        f->field[2].format = "l";
        assert_int_equal(imported(f, &time), -ERR_SCHEMA_MISMATCH);
        f->field[2].format = "tsu";
        assert_int_equal(imported(f, &time), -ERR_BAD_ARROW);
    }
    f->field[2].format = "tsu:";
    f->field[2].release = NULL;
    assert_int_equal(imported(f, &time), -ERR_BAD_ARROW);
    f->field[2].release = no_schema_release;
    assert_int_equal(imported(f, &time), 0);
    assert_int_equal(time, 1);
    f->column[0].n_buffers = 1; /* arrays are looked at each time */
    assert_int_equal(imported(f, &time), -ERR_BAD_ARROW);
}

static int n_released;
static void count_release(struct ArrowArray *a)
{
    a->release = NULL;
    n_released++;
}

static Batch *taken(Fixture *f)
{
    Batch *b = NULL;
    struct ArrowArray array = f->array;
    array.release = count_release;
    assert_int_equal(arrow_take(&f->view, false, &array, &f->schema, &b), 0);
    assert_null(array.release);
    return b;
}

/* What is taken lives as long as somebody has a vector of it, and its block is used again. */
static void test_takes(void **state)
{
    Fixture *f = *state;
    Vec kept;
    n_released = 0;
    Batch *b = taken(f), *c = taken(f);
    assert_int_equal(b->n, 5);
    assert_int_equal(b->w_kind, W_ONE);
    assert_ptr_equal(b->col[0].data, keys);
    assert_ptr_equal(c->col[2].data, times);
    vec_ref(&b->col[1], &kept);
    batch_unref(batch_ref(b));
    batch_unref(b);
    assert_int_equal(n_released, 0);
    assert_true(((double *)kept.data)[4] == 4.5);
    batch_unref(c);
    assert_int_equal(n_released, 1);
    assert_ptr_equal(taken(f), c);
    assert_int_equal(c->n_sel, 5);
    Batch *own = batch_dense(&f->acct, c);
    batch_unref(c);
    assert_int_equal(n_released, 1);
    arrow_view_done(&f->view); /* the writer goes before what it has pushed */
    vec_done(&kept);
    assert_int_equal(n_released, 2);
    assert_ptr_equal(own->col[0].data, keys);
    batch_unref(own);
    assert_int_equal(n_released, 3);
}

/* A column that is one value for all rows, as long as somebody has it; the block is as before when it is used again. */
static void test_takes_fixed(void **state)
{
    Fixture *f = *state;
    Vec kept;
    Batch *b = taken(f);
    batch_ref(b);
    assert_false(arrow_take_fix(b, 2, 77)); /* somebody else has it */
    batch_unref(b);
    assert_true(arrow_take_fix(b, 2, 76));
    assert_true(arrow_take_fix(b, 2, 77));
    assert_int_equal(b->col[2].kind, VEC_CONST);
    assert_int_equal(b->col[0].kind, VEC_FLAT);
    vec_ref(&b->col[2], &kept);
    batch_unref(b);
    assert_true(*(const int64_t *)kept.data == 77);
    vec_done(&kept);
    Batch *again = taken(f);
    assert_ptr_equal(again, b);
    assert_int_equal(again->col[2].kind, VEC_FLAT);
    assert_ptr_equal(again->col[2].data, times);
    Batch *own = batch_own(&f->acct, again);
    assert_false(arrow_take_fix(own, 2, 77));
    batch_unref(own);
    batch_unref(again);
}

/* Nulls, addresses that are not aligned, and what is too long are left to the import, which gets the array. */
static void test_takes_no_more(void **state)
{
    Fixture *f = *state;
    Batch *b = NULL;
    uint8_t valid = 0x1d;
    f->buffers[1][0] = &valid;
    f->column[1].null_count = 1;
    assert_int_equal(arrow_take(&f->view, true, &f->array, &f->schema, &b), ARROW_NOT_IN_PLACE);
    f->column[1].null_count = 0;
    f->buffers[0][1] = (const char *)keys + 4;
    assert_int_equal(arrow_take(&f->view, true, &f->array, &f->schema, &b), ARROW_NOT_IN_PLACE);
    f->buffers[0][1] = keys;
    f->array.length = BATCH_ROWS_MAX + 1;
    assert_int_equal(arrow_take(&f->view, true, &f->array, &f->schema, &b), ARROW_NOT_IN_PLACE);
    f->array.length = 6;
    assert_int_equal(arrow_take(&f->view, true, &f->array, &f->schema, &b), ARROW_NOT_IN_PLACE);
    f->array.length = 5;
    f->field[2].format = "l";
    assert_int_equal(arrow_take(&f->view, true, &f->array, &f->schema, &b), ARROW_NOT_IN_PLACE);
    f->field[2].format = "tsu:";
    f->array.offset = 2;
    f->array.length = 3;
    assert_non_null(f->array.release);
    b = taken(f);
    assert_ptr_equal(b->col[0].data, keys + 2);
    batch_unref(b);
}

/* Texts only of who answers for them. */
static void test_takes_texts(void **state)
{
    static const char text[] = "a text that does not lie in its view";
    static const Field fields[] = {{.name = "s", .type = {.id = T_TEXT}}};
    int64_t sizes[1] = {sizeof(text) - 1};
    StrView views[2] = {{.n = 2, .inlined = "ab"}, {.n = 36, .ref = {.prefix = "a te"}}};
    const void *buffers[] = {NULL, views, text, sizes};
    Fixture *f = *state;
    Schema *want = schema_new(&f->acct, fields, 1);
    ArrowView view;
    Batch *b = NULL;
    assert_int_equal(arrow_view_init(&view, &f->acct, want, NULL), 0);
    f->schema.n_children = f->array.n_children = 1;
    f->field[0].format = "vu";
    f->array.length = 2;
    f->column[0] = (struct ArrowArray){.length = 2, .n_buffers = 4, .buffers = buffers, .release = no_release};
    assert_int_equal(arrow_take(&view, false, &f->array, &f->schema, &b), ARROW_NOT_IN_PLACE);
    assert_int_equal(arrow_take(&view, true, &f->array, &f->schema, &b), 0);
    assert_true(str_eq(vec_str(&b->col[0], 0), STR("ab")));
    assert_true(str_eq(vec_str(&b->col[0], 1), STR("a text that does not lie in its view")));
    batch_unref(b);
    arrow_view_done(&view);
    schema_unref(want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reads_in_place, setup, teardown),
        cmocka_unit_test_setup_teardown(test_offsets_add_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_looks_at_the_schema, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaves_the_rest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaves_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_import_looks_at_the_schema, setup, teardown),
        cmocka_unit_test_setup_teardown(test_takes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_takes_fixed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_takes_no_more, setup, teardown),
        cmocka_unit_test_setup_teardown(test_takes_texts, setup, teardown),
    };
    return cmocka_run_group_tests_name("arrow_view", tests, NULL, NULL);
}
