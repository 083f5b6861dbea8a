/* SPDX-License-Identifier: Apache-2.0
 *
 * Packed rows: what was put in comes out, for every type, with and without NULLs; cut bytes are an error; and the heads of sort
 * keys are what the keys begin with. */
#include "data/packed.h"
#include "data/sortkey.h"
#include "data_gen.h"

#define N 300u

/* Some rows of a batch, in two pieces of memory. */
static void check_rows(const PackedLayout *l, const Batch *b, const Schema *schema, Arena *arena)
{
    uint16_t sel[N], piece[N];
    uint32_t n = 0, length[N];
    size_t want[N];
    char *to[N];
    const char *row[N];
    const uint8_t *data[2];
    Vec *back = arena_alloc(arena, schema->n * sizeof(*back));
    for (uint32_t i = 0; i < b->n; i += 1 + i % 3)
        sel[n++] = (uint16_t)i;
    packed_measure(l, b->col, (Rows){n, sel}, want);
    size_t total = 0, at = 0;
    for (uint32_t i = 0; i < n; i++)
        total += want[i];
    char *memory = arena_alloc(arena, MAX(total, 1));
    data[0] = (const uint8_t *)memory;
    for (uint32_t i = 0; i < n; at += want[i++]) {
        to[i] = memory + at;
        row[i] = to[i];
        length[i] = (uint32_t)want[i];
        piece[i] = i > n / 2;
        if (i == n / 2 + 1)
            data[1] = (const uint8_t *)to[i];
    }
    packed_put_rows(l, b->col, (Rows){n, sel}, to);
    for (uint32_t i = 0; i < n; i++) {
        assert_ptr_equal(to[i], row[i] + want[i]);
        assert_true(l->has_texts || want[i] == l->fixed_bytes);
    }
    for (uint32_t c = 0; c < schema->n; c++)
        assert_int_equal(vec_scratch(&back[c], schema->field[c].type, N, arena), 0);
    PackedRows rows = {n, row, length, piece, data, piece[n - 1] + 1u};
    assert_int_equal(packed_get_rows(l, &rows, back, arena), 0);
    for (uint32_t c = 0; c < schema->n; c++)
        for (uint32_t i = 0; i < n; i++) {
            Value x = vec_get(&b->col[c], sel[i]), y = vec_get(&back[c], i);
            check_value(&x, &y, schema->field[c].name, i);
        }
    for (uint32_t cut = 1; l->has_texts && cut <= want[n - 1]; cut++) {
        length[n - 1] = (uint32_t)want[n - 1] - cut;
        assert_int_equal(packed_get_rows(l, &rows, back, arena), -ERR_CORRUPT);
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    Account acct;
    Arena arena;
    PackedLayout l;
    Rng rng = {11};
    account_init(&acct, NULL, "test");
    arena_init(&arena, NULL, 0);
    for (uint32_t round = 0; round < 40; round++) {
        uint32_t from = (uint32_t)rng_below(&rng, N_ALL), n = 1 + (uint32_t)rng_below(&rng, N_ALL - from);
        Schema *schema = schema_new(&acct, all_types + from, n);
        assert_true(packed_init(&l, schema, &arena));
        Batch *b = gen_batch(&rng, &acct, schema, 1 + (uint32_t)rng_below(&rng, N), (unsigned)rng_below(&rng, 4), &arena);
        check_rows(&l, b, schema, &arena);
        batch_unref(b);
        schema_unref(schema);
        arena_reset(&arena);
    }
    arena_done(&arena);
    account_done(&acct);
}

static void check_heads(const Batch *b, const SortSpec *s, uint32_t n_cols)
{
    uint64_t head[N][2];
    uint16_t sel[N];
    uint32_t n = 0;
    StrBuf key;
    sb_init(&key, NULL);
    for (uint32_t i = 0; i < b->n; i += 2)
        sel[n++] = (uint16_t)i;
    assert_true(sortkey_heads(s, b->col, n_cols, (Rows){n, sel}, head));
    for (uint32_t i = 0; i < n; i++) {
        uint8_t want[16] = {0}, have[16];
        sb_clear(&key);
        for (uint32_t c = 0; c < n_cols; c++)
            sortkey_put_row(&key, &s[c], &b->col[c], sel[i]);
        memcpy(want, key.p, MIN(key.n, sizeof(want)));
        for (uint32_t k = 0; k < sizeof(have); k++)
            have[k] = (uint8_t)(head[i][k / 8] >> (56 - 8 * (k % 8)));
        assert_memory_equal(have, want, sizeof(want));
    }
    sb_done(&key);
}

/* Rows whose key begins with at most what that of a row begins with. */
static void check_to(const Batch *b, const SortSpec *s)
{
    uint64_t head[N][2];
    uint16_t sel[N], place[N];
    uint32_t n = 0, n_to;
    for (uint32_t i = 0; i < b->n; i += 3)
        sel[n++] = (uint16_t)i;
    for (uint32_t k = 0; k < b->n; k += 5) {
        Rows rows = k % 2 ? (Rows){n, sel} : (Rows){b->n, NULL};
        assert_true(sortkey_heads(s, b->col, 1, (Rows){b->n, NULL}, head));
        assert_true(sortkey_to(s, b->col, rows, head[k][0], place, &n_to));
        uint32_t at = 0;
        for (uint32_t i = 0; i < rows.n; i++)
            if (head[row_at(rows, i)][0] <= head[k][0])
                assert_int_equal(place[at++], i);
        assert_int_equal(n_to, at);
    }
    assert_false(sortkey_to(s, b->col, (Rows){b->n, NULL}, UINT64_MAX, place, &n_to));
}

static void test_heads(void **state)
{
    (void)state;
    static const Field fields[] = {{"a", {.id = T_I64}, true}, {"b", {.id = T_TS}, true}, {"c", {.id = T_TEXT}, true}};
    Account acct;
    Arena arena;
    Rng rng = {5};
    account_init(&acct, NULL, "test");
    arena_init(&arena, NULL, 0);
    Schema *schema = schema_new(&acct, fields, ARRAY_LEN(fields));
    Batch *b = gen_batch(&rng, &acct, schema, N, 0, &arena);
    for (uint32_t desc = 0; desc < 4; desc++) {
        SortSpec s[3] = {{fields[0].type, desc & 1, false}, {fields[1].type, desc & 2, true}, {fields[2].type, false, false}};
        uint64_t head[N][2];
        check_heads(b, s, 1);
        check_heads(b, s, 2);
        check_to(b, s);
        assert_false(sortkey_heads(s, b->col, 3, (Rows){b->n, NULL}, head));
        assert_false(sortkey_heads(s + 1, b->col + 1, 2, (Rows){b->n, NULL}, head));
        assert_false(sortkey_heads(s, b->col, 0, (Rows){b->n, NULL}, head));
    }
    batch_unref(b);
    schema_unref(schema);
    arena_done(&arena);
    account_done(&acct);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_heads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
