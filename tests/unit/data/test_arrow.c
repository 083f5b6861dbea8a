/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrow export and import of our own batches: equality for every type, with nulls, selections, offsets, constants and dictionaries,
 * in both string modes; children that outlive their parent; refusals of damaged structs; release counts. */
#include "data/nested.h"
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
    f->rng.s = 11;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    Fixture *f = *state;
    schema_unref(f->schema);
    account_done(&f->acct);
    arena_done(&f->arena);
    mem_free(NULL, f, sizeof *f);
    return 0;
}

typedef struct Sink {
    Batch *batch[8];
    uint32_t n;
} Sink;

static int keep(void *self, Batch *give_b, Err *err)
{
    Sink *s = self;
    (void)err;
    assert_true(s->n < ARRAY_LEN(s->batch));
    s->batch[s->n++] = give_b;
    return 0;
}

static void sink_done(Sink *s)
{
    for (uint32_t i = 0; i < s->n; i++)
        batch_unref(s->batch[i]);
    s->n = 0;
}

/* Rows [from, ..) of the selected rows of b against the batch. */
static void check_batch(const Batch *b, const Batch *got, uint32_t from)
{
    Rows rows = batch_rows(b);
    assert_int_equal(got->n, rows.n - from);
    for (uint32_t c = 0; c < b->n_cols; c++) {
        for (uint32_t i = 0; i < got->n; i++) {
            Value x = vec_get(&b->col[c], row_at(rows, from + i)), y = vec_get(&got->col[c], i);
            check_value(&x, &y, b->schema->field[c].name, i);
        }
    }
}

static void export_both(Fixture *f, Batch *b, ArrowExport mode, struct ArrowArray *a, struct ArrowSchema *s)
{
    Err err = ERR_INIT;
    if (arrow_export_batch(&f->acct, b, mode, a, &err) != 0 || arrow_export_schema(b->schema, mode, s, &err) != 0)
        fail_msg("%s", err.message);
}

static void round_trip(Fixture *f, Batch *b, ArrowExport mode, uint32_t skip_top, uint32_t skip_children)
{
    struct ArrowArray a;
    struct ArrowSchema s;
    Sink sink = {0};
    Err err = ERR_INIT;
    Schema *back;
    export_both(f, b, mode, &a, &s);
    assert_int_equal(arrow_import_schema(&f->acct, &s, &back, &err), 0);
    assert_true(schema_eq(back, b->schema));
    schema_unref(back);
    a.offset += skip_top;
    a.length -= skip_top + skip_children;
    for (int64_t i = 0; i < a.n_children; i++) {
        a.children[i]->offset += skip_children;
        a.children[i]->length -= skip_children;
        a.children[i]->null_count = a.children[i]->null_count ? -1 : 0;
    }
    if (arrow_import(&f->acct, &a, &s, skip_top ? b->schema : NULL, keep, &sink, &err) != 0)
        fail_msg("%s", err.message);
    assert_null(a.release);
    assert_int_equal(sink.n, b->n_sel > skip_top + skip_children);
    if (sink.n)
        check_batch(b, sink.batch[0], skip_top + skip_children);
    s.release(&s);
    assert_null(s.release);
    sink_done(&sink);
}

static void round_trips(Fixture *f, Batch *b)
{
    for (int mode = 0; mode < 2; mode++) {
        round_trip(f, b, (ArrowExport)mode, 0, 0);
        round_trip(f, b, (ArrowExport)mode, (uint32_t)rng_below(&f->rng, b->n_sel + 1), 0);
        uint32_t k = (uint32_t)rng_below(&f->rng, b->n_sel + 1);
        round_trip(f, b, (ArrowExport)mode, k, (uint32_t)rng_below(&f->rng, b->n_sel - k + 1));
    }
}

static void test_round_trip(void **state)
{
    Fixture *f = *state;
    static const uint32_t sizes[] = {0, 1, 63, 64, 65, 1000, 4096};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        for (unsigned nulls = 0; nulls <= 4; nulls += 4) {
            Batch *b = gen_batch(&f->rng, &f->acct, f->schema, sizes[i], nulls, &f->arena);
            round_trips(f, b);
            uint32_t k = 0;
            uint16_t *sel = arena_alloc(&f->arena, sizeof(uint16_t) * (sizes[i] + 1));
            for (uint32_t row = 0; row < sizes[i]; row++)
                if (rng_below(&f->rng, 2))
                    sel[k++] = (uint16_t)row;
            round_trips(f, batch_with_sel(&f->arena, b, sel, k));
            batch_unref(b);
            arena_reset(&f->arena);
        }
    }
}

/* Times with a zone and ranges are texts outside, alone and in lists; back as such they are what they were. */
static void check_texts_outside(Fixture *f, TypeId id, const char *elements)
{
    const Field fields[] = {{"t", {.id = (uint8_t)id}, false}, {"a", {.id = T_ARRAY, .element = (uint8_t)id}, false}};
    const Type type = fields[0].type;
    struct ArrowArray a;
    struct ArrowSchema s;
    Sink sink = {0};
    Err err = ERR_INIT;
    Builder b;
    Schema *schema = schema_new(&f->acct, fields, 2), *only = schema_new(&f->acct, fields, 1);
    assert_int_equal(builder_init(&b, &f->acct, schema, 50, &err), 0);
    for (uint32_t i = 0; i < 50; i++) {
        Value t = gen_value(&f->rng, type, &f->arena), none = value_null(type), list;
        assert_int_equal(value_parse(type_array(type), str_of(elements), &f->arena, &list, &err), 0);
        assert_int_equal(builder_value(&b, 0, i % 7 ? &t : &none, &err), 0);
        assert_int_equal(builder_value(&b, 1, &list, &err), 0);
        (void)builder_row_done(&b);
    }
    Batch *batch = builder_take(&b);
    export_both(f, batch, ARROW_VIEWS, &a, &s);
    assert_string_equal(s.children[0]->format, "vu");
    assert_string_equal(s.children[1]->children[0]->format, "vu");
    if (arrow_import(&f->acct, &a, &s, NULL, keep, &sink, &err) != 0)
        fail_msg("%s", err.message);
    Value list = vec_get(&sink.batch[0]->col[1], 3);
    StrBuf text;
    sb_init(&text, NULL);
    value_print(&list, &text);
    assert_string_equal(sb_cstr(&text), elements);
    sb_done(&text);
    sink_done(&sink);
    s.release(&s);
    Batch *one = batch_new(&f->acct, only, batch->n);
    vec_ref(&batch->col[0], &one->col[0]);
    export_both(f, one, ARROW_OFFSETS, &a, &s);
    if (arrow_import(&f->acct, &a, &s, only, keep, &sink, &err) != 0)
        fail_msg("%s", err.message);
    check_batch(one, sink.batch[0], 0);
    sink_done(&sink);
    s.release(&s);
    batch_unref(one);
    batch_unref(batch);
    builder_done(&b);
    schema_unref(schema);
    schema_unref(only);
}

static void test_texts_outside(void **state)
{
    check_texts_outside(*state, T_TIMETZ, "{12:00:00+02,NULL,23:59:59.5-05:30}");
    check_texts_outside(*state, T_INT4RANGE, "{\"[1,5)\",NULL,empty,\"(,7)\"}");
    check_texts_outside(*state, T_INET, "{10.0.0.1,NULL,10.0.0.1/8,::1}");
    check_texts_outside(*state, T_CIDR, "{10.0.0.0/8,NULL,10.0.0.1/32}");
    check_texts_outside(*state, T_MACADDR, "{08:00:2b:01:02:03,NULL}");
    check_texts_outside(*state, T_NUMRANGE, "{\"(1.5,5]\",NULL,\"(,)\"}");
    check_texts_outside(*state, T_TSTZRANGE, "{\"[\\\"2024-01-01 10:00:00+00\\\",infinity]\",NULL}");
}

/* Bit strings are texts of their digits outside; texts that come in are read as PostgreSQL reads them, and checked. */
static void test_bit_strings(void **state)
{
    static const Field text[] = {{"t", {.id = T_TEXT}, false}}, any[] = {{"t", {.id = T_BITS}, false}},
                       three[] = {{"t", {.id = T_BITS, .precision = 1, .length = 3}, false}};
    static const struct {
        const char *text, *bits, *error; /* of a BIT VARYING; error: of a BIT(3) */
    } cases[] = {{"101", "101", NULL},
                 {"b010", "010", NULL},
                 {"x1f", "00011111", "bit string length 8 does not match type bit(3)"},
                 {"101010101010101010101", "101010101010101010101", "bit string length 21 does not match type bit(3)"},
                 {"10a", NULL, "\"a\" is not a valid binary digit"}};
    Fixture *f = *state;
    Schema *from = schema_new(&f->acct, text, 1), *bits = schema_new(&f->acct, any, 1), *fixed = schema_new(&f->acct, three, 1);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (int mode = 0; mode < 2; mode++) {
            struct ArrowArray a;
            struct ArrowSchema s;
            Builder b;
            Err err = ERR_INIT;
            assert_int_equal(builder_init(&b, &f->acct, from, 2, &err), 0);
            Value v = {.type = TYPE(TEXT), .str = str_of(cases[i].text)}, none = value_null(TYPE(TEXT));
            assert_int_equal(builder_value(&b, 0, &v, &err), 0);
            (void)builder_row_done(&b);
            assert_int_equal(builder_value(&b, 0, &none, &err), 0);
            (void)builder_row_done(&b);
            Batch *batch = builder_take(&b);
            for (int want = 0; want < 2; want++) {
                const char *error = want ? cases[i].error : cases[i].bits ? NULL : cases[i].error;
                Sink sink = {0};
                export_both(f, batch, mode ? ARROW_OFFSETS : ARROW_VIEWS, &a, &s);
                int rc = arrow_import(&f->acct, &a, &s, want ? fixed : bits, keep, &sink, &err);
                if (error) {
                    assert_true(rc < 0);
                    assert_string_equal(err.message, error);
                } else {
                    assert_int_equal(rc, 0);
                    Value got = vec_get(&sink.batch[0]->col[0], 0);
                    assert_int_equal(got.type.id, T_BITS);
                    assert_true(str_eq(got.str, str_of(cases[i].bits)));
                    assert_true(vec_is_null(&sink.batch[0]->col[0], 1));
                    struct ArrowSchema out;
                    struct ArrowArray array;
                    export_both(f, sink.batch[0], ARROW_VIEWS, &array, &out);
                    assert_string_equal(out.children[0]->format, "vu");
                    array.release(&array);
                    out.release(&out);
                }
                sink_done(&sink);
                s.release(&s);
            }
            batch_unref(batch);
            builder_done(&b);
        }
    }
    schema_unref(from);
    schema_unref(bits);
    schema_unref(fixed);
}

static void test_const_and_dict(void **state)
{
    Fixture *f = *state;
    Batch *values = gen_batch(&f->rng, &f->acct, f->schema, 20, 0, &f->arena);
    for (int dict = 0; dict < 2; dict++) {
        Batch *b = batch_scratch(&f->arena, f->schema, 200);
        for (uint32_t c = 0; c < N_ALL; c++) {
            Value v = vec_get(&values->col[c], 3);
            if (!dict) {
                assert_int_equal(vec_const(&v, 200, &b->col[c], &f->arena), 0);
                continue;
            }
            uint32_t *codes = arena_alloc(&f->arena, 800);
            for (int i = 0; i < 200; i++)
                codes[i] = (uint32_t)rng_below(&f->rng, 20);
            b->col[c] = (Vec){.kind = VEC_DICT, .code_bytes = 4, .n = 200, .type = v.type, .data = codes, .child = &values->col[c]};
        }
        round_trips(f, b);
    }
    batch_unref(values);
}

static void test_children_outlive_parent(void **state)
{
    Fixture *f = *state;
    struct ArrowArray a, child;
    struct ArrowSchema s, child_schema;
    Batch *b = gen_batch(&f->rng, &f->acct, f->schema, 100, 3, &f->arena);
    export_both(f, b, ARROW_VIEWS, &a, &s);
    batch_unref(b);
    child = *a.children[2];
    a.children[2]->release = NULL;
    child_schema = *s.children[2];
    s.children[2]->release = NULL;
    void (*release)(struct ArrowArray *) = a.release;
    a.release(&a);
    assert_null(a.release);
    release(&a); /* a second release does nothing */
    s.release(&s);
    assert_string_equal(child_schema.name, "i32");
    assert_string_equal(child_schema.format, "i");
    assert_int_equal(child.length, 100);
    int64_t sum = 0;
    for (int i = 0; i < 100; i++)
        sum += ((const int32_t *)child.buffers[1])[i];
    (void)sum;
    child.release(&child);
    child_schema.release(&child_schema);
}

static void test_export_column(void **state)
{
    Fixture *f = *state;
    struct ArrowArray a;
    struct ArrowSchema s;
    Err err = ERR_INIT;
    Batch *b = gen_batch(&f->rng, &f->acct, f->schema, 100, 3, &f->arena);
    assert_int_equal(arrow_export_column(&f->acct, b, N_ALL, ARROW_VIEWS, &a, &s, &err), -ERR_INVALID_PARAMETER);
    assert_int_equal(arrow_export_column(&f->acct, b, 3, ARROW_VIEWS, &a, &s, &err), 0);
    assert_string_equal(s.format, "l");
    assert_ptr_equal(a.buffers[1], b->col[3].data);
    batch_unref(b);
    a.release(&a);
    s.release(&s);
    assert_null(a.release);
    assert_null(s.release);
}

static void test_zero_copy(void **state)
{
    Fixture *f = *state;
    struct ArrowArray a;
    struct ArrowSchema s;
    Sink sink = {0};
    Batch *b = gen_batch(&f->rng, &f->acct, f->schema, 4096, 3, &f->arena);
    export_both(f, b, ARROW_VIEWS, &a, &s);
    assert_int_equal(arrow_import(&f->acct, &a, &s, NULL, keep, &sink, NULL), 0);
    for (uint32_t c = 0; c < N_ALL; c++) {
        assert_ptr_equal(sink.batch[0]->col[c].data, b->col[c].data);
        assert_ptr_equal(sink.batch[0]->col[c].valid, b->col[c].valid);
    }
    s.release(&s);
    batch_unref(b); /* the imported batch keeps it */
    Value v = vec_get(&sink.batch[0]->col[8], 4095);
    assert_true(v.is_null || utf8_is_valid(v.str.p, v.str.n));
    sink_done(&sink);
}

/* Damages one thing in structs that were right; the import must refuse with a message and release the array once. */
static void damage(struct ArrowArray *a, struct ArrowSchema *s, int what)
{
    struct ArrowArray *i64 = a->children[3], *text = a->children[8];
    StrView *views = (StrView *)text->buffers[1];
    switch (what) {
    case 0: a->length = -1; break;
    case 1: a->offset = -1; break;
    case 2: a->n_children--; break;
    case 3: a->n_buffers = 2; break;
    case 4: a->null_count = 101; break;
    case 5: a->null_count = 1; break;
    case 6: i64->length = 99; break;
    case 7: i64->offset = -8; break;
    case 8: i64->n_buffers = 3; break;
    case 9: i64->buffers = NULL; break;
    case 10: i64->buffers[1] = NULL; break;
    case 11: i64->null_count = -2; break;
    case 12: i64->null_count = 1000; break;
    case 13:
        i64->buffers[0] = NULL;
        i64->null_count = 5;
        break;
    case 14: i64->n_children = 1; break;
    case 15: i64->dictionary = text; break;
    case 16: text->n_buffers = 2; break;
    case 17: text->buffers[text->n_buffers - 1] = NULL; break;
    case 18: views[0] = (StrView){.n = -1}; break;
    case 19: views[0] = (StrView){.n = 13, .ref = {.buf = 7}}; break;
    case 20: views[0] = (StrView){.n = 13, .ref = {.buf = -1}}; break;
    case 21: views[0] = (StrView){.n = 13, .ref = {.off = -1}}; break;
    case 22: views[0] = (StrView){.n = 1000000000}; break;
    case 23: views[0] = (StrView){.n = 2, .inlined = "abc"}; break;
    case 24: views[0] = (StrView){.n = 1, .inlined = "\xff"}; break;
    case 25: s->format = "+l"; break;
    case 26: s->n_children = -1; break;
    case 27: s->children = NULL; break;
    case 28: s->children[3]->format = "q"; break;
    case 29: s->children[3]->format = ""; break;
    case 30: s->children[3]->format = "+r"; break;
    case 31: s->children[3]->format = "d:5"; break;
    case 32: s->children[3]->format = "d:77,2"; break;
    case 33: s->children[3]->format = "tsx:"; break;
    case 34: s->children[3]->format = NULL; break;
    case 35: s->children[3]->name = "\xff"; break;
    case 36: s->children[3]->dictionary = s->children[8]; break;
    case 37: a->offset = INT64_MAX; break;
    case 38: i64->offset = INT64_MAX; break;
    case 39: i64->release = NULL; break;
    default: break;
    }
}

#define N_DAMAGES 40

static void test_damage(void **state)
{
    Fixture *f = *state;
    for (int what = 0; what < N_DAMAGES; what++) {
        struct ArrowArray a;
        struct ArrowSchema s;
        Sink sink = {0};
        Err err = ERR_INIT;
        Batch *b = gen_batch(&f->rng, &f->acct, f->schema, 100, 0, &f->arena);
        export_both(f, b, ARROW_VIEWS, &a, &s);
        struct ArrowArray *i64 = a.children[3];
        void (*release)(struct ArrowArray *) = i64->release;
        int64_t n_children = a.n_children;
        struct ArrowSchema **children = s.children;
        damage(&a, &s, what);
        int rc = arrow_import(&f->acct, &a, &s, NULL, keep, &sink, &err);
        if (rc >= 0 || !err.message[0] || sink.n != 0)
            fail_msg("damage %d was accepted", what);
        assert_true(err.code == ERR_BAD_ARROW || err.code == ERR_UNSUPPORTED || err.code == ERR_CHARACTER_NOT_IN_REPERTOIRE);
        assert_null(a.release);
        if (what == 39)
            release((i64->release = release, i64));
        if (what == 2)
            a.children[n_children - 1]->release(a.children[n_children - 1]); /* the parent was told of one less */
        s.children = children;
        s.n_children = n_children;
        s.release(&s);
        batch_unref(b);
    }
}

/* Arrays leave as lists and come back as they were: NULL, empty, more elements than rows, fixed and texts. */
static void keep_array(struct ArrowArray *a)
{
    a->release = NULL;
}
static void keep_schema(struct ArrowSchema *s)
{
    s->release = NULL;
}

static void test_lists(void **state)
{
    Fixture *f = *state;
    static const char *const numbers[] = {"{1,NULL,-3}", "{}", NULL, "{7}", "{0,0,0,0,0,0,0,0,0,0}"};
    static const char *const texts[] = {"{a,NULL,\"a text of more than twelve bytes\"}", "{\"\"}", "{}", NULL, "{x,y}"};
    Field fields[2] = {{"n", type_array(TYPE(I32)), false}, {"t", type_array(TYPE(TEXT)), false}};
    Schema *schema = schema_new(&f->acct, fields, 2);
    for (ArrowExport mode = ARROW_VIEWS; mode <= ARROW_OFFSETS; mode++) {
        Builder b;
        struct ArrowArray a;
        struct ArrowSchema s;
        Sink sink = {0};
        assert_int_equal(builder_init(&b, &f->acct, schema, 8, NULL), 0);
        for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
            for (uint32_t c = 0; c < 2; c++) {
                const char *text = c ? texts[i] : numbers[i];
                Value v = value_null(fields[c].type);
                if (text)
                    assert_int_equal(value_parse(fields[c].type, str_of(text), &f->arena, &v, NULL), 0);
                assert_int_equal(builder_value(&b, c, &v, NULL), 0);
            }
            builder_row_done(&b);
        }
        Batch *made = builder_take(&b);
        builder_done(&b);
        export_both(f, made, mode, &a, &s);
        assert_string_equal(s.children[0]->format, "+l");
        assert_string_equal(s.children[0]->children[0]->format, "i");
        assert_string_equal(s.children[1]->children[0]->format, mode == ARROW_VIEWS ? "vu" : "u");
        assert_int_equal(a.children[0]->children[0]->length, 14);
        assert_int_equal(arrow_import(&f->acct, &a, &s, NULL, keep, &sink, NULL), 0);
        for (uint32_t r = 0; r < ARRAY_LEN(numbers); r++) {
            for (uint32_t c = 0; c < 2; c++) {
                Value was = vec_get(&made->col[c], r), is = vec_get(&sink.batch[0]->col[c], r);
                assert_true(type_eq(was.type, is.type) && value_eq(&was, &is));
            }
        }
        sink_done(&sink);
        s.release(&s);
        batch_unref(made);
    }
    schema_unref(schema);
}

/* Rows, maps, arrays of rows and labels, whole and from a row in the middle on. */
static void test_nested(void **state)
{
    Fixture *f = *state;
    static const char *const text[][3] = {
        {"(1,\"a text of more than twelve bytes\",\"{1,NULL}\")", "{a=1,b=NULL}", "{\"(x,1)\",NULL}"},
        {NULL, NULL, NULL},
        {"(,,)", "{}", "{}"},
        {"(7,short,{})", "{\"a longer key than twelve bytes\"=3}", "{\"(,)\"}"},
    };
    Type inner, outer, map;
    Field parts[3] = {{"a", TYPE(I32), false}, {"b", TYPE(TEXT), false}, {"c", type_array(TYPE(I64)), false}};
    Field pair[2] = {{"s", TYPE(TEXT), false}, {"n", TYPE(I16), false}};
    assert_int_equal(type_struct(NULL, parts, 3, &outer), 0);
    assert_int_equal(type_struct(NULL, pair, 2, &inner), 0);
    assert_int_equal(type_map(TYPE(TEXT), TYPE(I32), &map), 0);
    Field fields[3] = {{"r", outer, false}, {"m", map, false}, {"l", type_array(inner), false}};
    Schema *schema = schema_new(&f->acct, fields, 3);
    Builder b;
    assert_int_equal(builder_init(&b, &f->acct, schema, 8, NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(text); i++) {
        for (uint32_t c = 0; c < 3; c++) {
            Value v = value_null(fields[c].type);
            if (text[i][c])
                assert_int_equal(value_parse(fields[c].type, str_of(text[i][c]), &f->arena, &v, NULL), 0);
            assert_int_equal(builder_value(&b, c, &v, NULL), 0);
        }
        builder_row_done(&b);
    }
    Batch *made = builder_take(&b);
    builder_done(&b);
    round_trips(f, made);
    batch_unref(made);
    schema_unref(schema);
}

/* A child of a struct that is moved out outlives the export. */
static void test_nested_child(void **state)
{
    Fixture *f = *state;
    Type row;
    Field part = {"a", TYPE(I32), false};
    assert_int_equal(type_struct(NULL, &part, 1, &row), 0);
    Field field = {"r", row, false};
    Schema *schema = schema_new(&f->acct, &field, 1);
    Builder b;
    Value v;
    struct ArrowArray a, child;
    struct ArrowSchema s;
    assert_int_equal(builder_init(&b, &f->acct, schema, 1, NULL), 0);
    assert_int_equal(value_parse(row, STR("(42)"), &f->arena, &v, NULL), 0);
    assert_int_equal(builder_value(&b, 0, &v, NULL), 0);
    builder_row_done(&b);
    Batch *made = builder_take(&b);
    builder_done(&b);
    export_both(f, made, ARROW_VIEWS, &a, &s);
    batch_unref(made);
    schema_unref(schema);
    assert_string_equal(s.children[0]->format, "+s");
    assert_string_equal(s.children[0]->children[0]->name, "a");
    child = *a.children[0]->children[0];
    a.children[0]->children[0]->release = NULL;
    a.release(&a);
    s.release(&s);
    assert_int_equal(((const int32_t *)child.buffers[1])[0], 42);
    child.release(&child);
}

/* Lists of lists are arrays of two dimensions; such an array is no list of its elements. */
static void test_list_of_lists(void **state)
{
    Fixture *f = *state;
    Field field = {"l", type_array(TYPE(I32)), false};
    Schema *schema = schema_new(&f->acct, &field, 1);
    Builder b;
    Value v;
    Err err = ERR_INIT;
    struct ArrowArray a;
    assert_int_equal(builder_init(&b, &f->acct, schema, 1, NULL), 0);
    assert_int_equal(value_parse(field.type, STR("{{1,2},{3,4}}"), &f->arena, &v, NULL), 0);
    assert_int_equal(builder_value(&b, 0, &v, NULL), 0);
    builder_row_done(&b);
    Batch *made = builder_take(&b);
    builder_done(&b);
    assert_int_equal(arrow_export_batch(&f->acct, made, ARROW_VIEWS, &a, &err), -ERR_UNSUPPORTED);
    batch_unref(made);
    schema_unref(schema);
    static const int32_t outer[] = {0, 2, 2}, inner[] = {0, 2, 4}, item[] = {1, 2, 3, 4};
    const void *outer_buffers[] = {NULL, outer}, *inner_buffers[] = {NULL, inner}, *item_buffers[] = {NULL, item};
    const void *top_buffers[] = {NULL};
    struct ArrowArray items = {.length = 4, .n_buffers = 2, .buffers = item_buffers, .release = keep_array},
                      *item_list[] = {&items};
    struct ArrowArray lists = {
        .length = 2, .n_buffers = 2, .n_children = 1, .buffers = inner_buffers, .children = item_list, .release = keep_array};
    struct ArrowArray *list_list[] = {&lists};
    struct ArrowArray column = {
        .length = 2, .n_buffers = 2, .n_children = 1, .buffers = outer_buffers, .children = list_list, .release = keep_array};
    struct ArrowArray *columns[] = {&column};
    struct ArrowArray top = {
        .length = 2, .n_buffers = 1, .n_children = 1, .buffers = top_buffers, .children = columns, .release = keep_array};
    struct ArrowSchema number = {.format = "i", .name = "item", .release = keep_schema}, *numbers[] = {&number};
    struct ArrowSchema list = {.format = "+l", .name = "item", .n_children = 1, .children = numbers, .release = keep_schema},
                       *listed[] = {&list};
    struct ArrowSchema of_lists = {
        .format = "+l", .name = "l", .flags = ARROW_FLAG_NULLABLE, .n_children = 1, .children = listed, .release = keep_schema};
    struct ArrowSchema *of[] = {&of_lists},
                       all = {.format = "+s", .name = "", .n_children = 1, .children = of, .release = keep_schema};
    Sink sink = {0};
    if (arrow_import(&f->acct, &top, &all, NULL, keep, &sink, &err) != 0)
        fail_msg("%s", err.message);
    Value is = vec_get(&sink.batch[0]->col[0], 0), empty = vec_get(&sink.batch[0]->col[0], 1);
    assert_true(type_eq(is.type, v.type) && value_eq(&is, &v));
    assert_int_equal(empty.str.n, 0);
    sink_done(&sink);
}

static void test_refusals(void **state)
{
    Fixture *f = *state;
    Err err = ERR_INIT;
    struct ArrowSchema s = {0};
    struct ArrowArray a = {0};
    Sink sink = {0};
    Schema *back;
    assert_int_equal(arrow_import_schema(&f->acct, &s, &back, &err), -ERR_BAD_ARROW);
    assert_int_equal(arrow_import(&f->acct, &a, &s, NULL, keep, &sink, &err), -ERR_BAD_ARROW);
}

static int fail_at(void *self, size_t bytes)
{
    int *left = self;
    (void)bytes;
    return --*left == 0;
}

/* Fails every allocation of an export and an import once. */
static void test_no_memory(void **state)
{
    Fixture *f = *state;
    Batch *b = gen_batch(&f->rng, &f->acct, f->schema, 70, 3, &f->arena);
    Batch *view = batch_with_sel(&f->arena, b, NULL, 69);
    for (int i = 1, done = 0; !done; i++) {
        struct ArrowArray a = {0};
        struct ArrowSchema s = {0};
        Sink sink = {0};
        Err err = ERR_INIT;
        int left = i;
        mem_set_hook(fail_at, &left);
        int rc = arrow_export_schema(b->schema, ARROW_OFFSETS, &s, &err);
        if (rc == 0)
            rc = arrow_export_batch(&f->acct, view, ARROW_OFFSETS, &a, &err);
        if (rc == 0)
            rc = arrow_import(&f->acct, &a, &s, NULL, keep, &sink, &err);
        mem_set_hook(NULL, NULL);
        assert_true(rc == 0 || err.code == ERR_OUT_OF_MEMORY);
        assert_null(a.release);
        if (s.release)
            s.release(&s);
        sink_done(&sink);
        done = rc == 0;
        assert_true(i < 10000);
    }
    batch_unref(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_texts_outside, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bit_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_const_and_dict, setup, teardown),
        cmocka_unit_test_setup_teardown(test_children_outlive_parent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_export_column, setup, teardown),
        cmocka_unit_test_setup_teardown(test_zero_copy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nested, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nested_child, setup, teardown),
        cmocka_unit_test_setup_teardown(test_list_of_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
