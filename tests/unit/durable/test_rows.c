/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows as bytes: random batches of every type, with nulls, selections, constants and weights, come back equal; whatever is cut or
 * changed in the bytes is either refused or read as some batch of the schema, never past the end. */
// clang-format off
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>

#include "data/builder.h"
#include "durable/rows.h"

static uint64_t rng = 88172645463325252u;
static uint64_t draw(uint64_t below)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return rng % below;
}

static const TypeId types[] = {T_BOOL, T_I16, T_I32,  T_I64,      T_F32,  T_F64,  T_DECIMAL, T_TEXT, T_BYTEA,     T_DATE,
                               T_TIME, T_TS,  T_TSNS, T_INTERVAL, T_UUID, T_JSON, T_TIMETZ,  T_BITS, T_INT4RANGE, T_INET};

static Schema *make_schema(void)
{
    Field f[ARRAY_LEN(types)];
    static char name[ARRAY_LEN(types)][8];
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        snprintf(name[i], sizeof(name[i]), "c%zu", i);
        f[i] = (Field){.name = name[i], .type = {.id = (uint8_t)types[i]}};
        if (types[i] == T_DECIMAL)
            f[i].type = TYPE_DECIMAL(20, 3);
    }
    return schema_new(NULL, f, ARRAY_LEN(types));
}

static Batch *make_batch(const Schema *s, uint32_t n)
{
    Builder b;
    static char text[400];
    assert_int_equal(builder_init(&b, NULL, s, n ? n : 1, NULL), 0);
    for (uint32_t r = 0; r < n; r++) {
        for (uint32_t c = 0; c < s->n; c++) {
            if (draw(5) == 0) {
                builder_null(&b, c);
            } else if (type_is_string((TypeId)s->field[c].type.id)) {
                size_t len = draw(3) == 0 ? draw(300) : draw(14);
                for (size_t i = 0; i < len; i++)
                    text[i] = (char)('a' + draw(26));
                assert_int_equal(builder_str(&b, c, text, len), 0);
            } else if (s->field[c].type.id == T_BOOL) {
                if (draw(2))
                    bit_set(builder_data(&b, c), b.n);
                else
                    bit_clear(builder_data(&b, c), b.n);
            } else {
                uint32_t width = type_bytes((TypeId)s->field[c].type.id);
                uint8_t *cell = (uint8_t *)builder_data(&b, c) + (size_t)b.n * width;
                for (uint32_t i = 0; i < width; i++)
                    cell[i] = (uint8_t)draw(s->field[c].type.id == T_DECIMAL && i > 6 ? 1 : 256);
            }
        }
        (void)builder_row_done(&b);
    }
    Batch *batch = builder_take(&b);
    builder_done(&b);
    return batch;
}

static void put(void *self, const void *p, size_t n)
{
    sb_put(self, p, n);
}

static void check_equal(const Batch *a, const Batch *b)
{
    Rows rows = batch_rows(a);
    assert_int_equal(b->n_sel, rows.n);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t row = row_at(rows, i);
        assert_int_equal(batch_weight(a, row), batch_weight(b, i));
        for (uint32_t c = 0; c < a->n_cols; c++) {
            assert_int_equal(vec_is_null(&a->col[c], row), vec_is_null(&b->col[c], i));
            if (vec_is_null(&a->col[c], row))
                continue;
            Type t = a->schema->field[c].type;
            uint32_t from = vec_phys(&a->col[c], row);
            if (t.id == T_BOOL) {
                assert_int_equal(bit_get(a->col[c].data, from), bit_get(b->col[c].data, i));
            } else if (type_is_string((TypeId)t.id)) {
                assert_true(str_eq(vec_str(&a->col[c], from), vec_str(&b->col[c], i)));
            } else {
                uint32_t w = type_bytes((TypeId)t.id);
                assert_memory_equal((char *)a->col[c].data + (size_t)from * w, (char *)b->col[c].data + (size_t)i * w, w);
            }
        }
    }
}

static uint32_t n_words; /* rows that were of eight-byte values */

static void check_one(const Batch *b, uint16_t row, Arena *arena)
{
    StrBuf bytes;
    Batch *one = batch_with_sel(arena, b, &row, 1);
    sb_init(&bytes, NULL);
    rows_put(one, put, &bytes);
    assert_int_equal(rows_one_bytes(one), bytes.n);
    uint8_t *to = malloc(bytes.n); /* its exact size */
    rows_one_write(one, to);
    assert_memory_equal(to, bytes.p, bytes.n);
    if (rows_words_bytes(one)) {
        n_words++;
        assert_int_equal(rows_words_bytes(one), bytes.n);
        memset(to, 0xa5, bytes.n);
        rows_words_write(one, to);
        assert_memory_equal(to, bytes.p, bytes.n);
    }
    free(to);
    sb_done(&bytes);
}

static void test_words(void **state)
{
    (void)state;
    static const Field fields[] = {{.name = "a", .type = {.id = T_I64}},
                                   {.name = "b", .type = {.id = T_F64}},
                                   {.name = "c", .type = {.id = T_TS}}};
    Schema *s = schema_new(NULL, fields, ARRAY_LEN(fields));
    Arena arena;
    arena_init(&arena, NULL, 0);
    Batch *own = make_batch(s, 50), *b = batch_with_sel(&arena, own, NULL, own->n);
    for (uint16_t row = 0; row < own->n; row++)
        check_one(b, row, &arena);
    uint32_t before = n_words;
    for (uint32_t c = 0; c < s->n; c++)
        b->col[c].valid = NULL;
    for (uint16_t row = 0; row < own->n; row++)
        check_one(b, row, &arena);
    assert_int_equal(n_words, before + own->n);
    b->w_kind = W_MINUS;
    assert_int_equal(rows_words_bytes(b), 0);
    b->w_kind = W_ONE;
    b->col[1].valid = own->col[1].valid;
    assert_int_equal(rows_words_bytes(b), own->col[1].valid ? 0 : 8 + 3 * 9);
    arena_done(&arena);
    batch_unref(own);
    schema_unref(s);
}

static void test_round_trip(void **state)
{
    (void)state;
    Schema *s = make_schema();
    Arena arena;
    arena_init(&arena, NULL, 0);
    for (uint32_t round = 0; round < 300; round++) {
        arena_reset(&arena);
        uint32_t n = round < 4 ? round : (uint32_t)draw(round % 20 == 0 ? 4096 : 80) + 1;
        Batch *own = make_batch(s, n), *b = batch_with_sel(&arena, own, NULL, own->n);
        if (round % 3 == 1 && n) { /* a selection */
            uint16_t *sel = arena_alloc(&arena, n * sizeof(*sel));
            uint32_t k = 0;
            for (uint32_t i = 0; i < n; i++)
                if (draw(2))
                    sel[k++] = (uint16_t)i;
            b->sel = sel;
            b->n_sel = k;
        }
        int32_t *w = arena_alloc(&arena, (n + 1) * sizeof(*w));
        for (uint32_t i = 0; i < n; i++)
            w[i] = (int32_t)draw(9) - 4;
        b->w_kind = (uint8_t)(round % 4 == 2 ? W_VEC : round % 4 == 3 ? W_MINUS : W_ONE);
        b->w = b->w_kind == W_VEC ? w : NULL;
        if (round % 5 == 4 && n) /* one value for all rows */
            b->col[round % s->n].kind = VEC_CONST;
        StrBuf bytes;
        sb_init(&bytes, NULL);
        Batch *back;
        assert_int_equal(rows_check(b, NULL), 0);
        rows_put(b, put, &bytes);
        assert_int_equal(rows_read(sb_str(&bytes), s, &arena, &back, NULL), 0);
        check_equal(b, back);
        for (uint32_t i = 0; i < b->n_sel && i < 40; i++) /* each row by itself: the same bytes in one piece */
            check_one(b, (uint16_t)row_at(batch_rows(b), i), &arena);
        assert_int_equal(rows_read((Str){bytes.p, bytes.n - 1}, s, &arena, &back, NULL), -ERR_CORRUPT);
        sb_done(&bytes);
        batch_unref(own);
    }
    arena_done(&arena);
    schema_unref(s);
}

static void test_damage(void **state)
{
    (void)state;
    Schema *s = make_schema();
    Arena arena;
    arena_init(&arena, NULL, 0);
    Batch *b = make_batch(s, 9);
    StrBuf bytes;
    sb_init(&bytes, NULL);
    rows_put(b, put, &bytes);
    for (uint32_t round = 0; round < 20000; round++) {
        size_t n = draw(3) == 0 ? draw(bytes.n) : bytes.n;
        char *copy = malloc(n + 1); /* its exact size, so that a checker sees every byte beyond */
        memcpy(copy, bytes.p, n);
        for (uint64_t k = draw(4); k > 0 && n; k--)
            copy[draw(n)] = (char)draw(256);
        arena_reset(&arena);
        Batch *back = NULL;
        int rc = rows_read((Str){copy, n}, s, &arena, &back, NULL);
        assert_true(rc == 0 || rc == -ERR_CORRUPT);
        for (uint32_t c = 0; rc == 0 && c < s->n; c++)
            for (uint32_t i = 0; i < back->n && type_is_string((TypeId)s->field[c].type.id); i++)
                assert_true(vec_str(&back->col[c], i).n <= n);
        free(copy);
    }
    sb_done(&bytes);
    batch_unref(b);
    arena_done(&arena);
    schema_unref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words), cmocka_unit_test(test_round_trip),
                                       cmocka_unit_test(test_damage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
