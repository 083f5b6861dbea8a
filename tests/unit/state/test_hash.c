/* SPDX-License-Identifier: Apache-2.0
 *
 * HASH table against an array of what it should hold: random upserts, finds, removals and clears over keys of every type, with hash
 * collisions forced, through growth and shrinking of the index, with failing allocations, and under a snapshot. */
#include "state/state_gen.h"

#define U_MAX 20000u

typedef struct Model {
    Account acct;
    PageStore *ps;
    RowLayout layout;
    HashTable *table;
    Arena arena;
    uint32_t domain;
    uint64_t hash_mask; /* narrows hashes to force collisions */
    uint8_t *row[U_MAX];
    int64_t count[U_MAX];
    uint64_t alive;
} Model;

/* First column: the number itself when `injective`; the others and a lone column hold gen_value. */
static uint32_t column_number(const Model *m, uint32_t c, uint32_t u)
{
    uint32_t domain = gen_domain((TypeId)m->layout.type[c].id);
    return m->layout.n_cols == 1 ? u : (uint32_t)(hash_i64((int64_t)u * 31 + c) >> 40) % domain;
}

static Model *model_new(const Type *types, uint32_t n, uint32_t domain, uint64_t hash_mask)
{
    Model *m = test_calloc(1, sizeof(*m));
    account_init(&m->acct, NULL, "state");
    arena_init(&m->arena, NULL, 0);
    m->domain = domain;
    m->hash_mask = hash_mask;
    assert_int_equal(row_layout_init(&m->layout, &m->acct, types, n, 24, NULL), 0);
    m->ps = page_store_new(&m->acct);
    m->table = hash_table_new(m->ps, &m->layout, 7, INT64_MIN, NULL);
    assert_non_null(m->table);
    return m;
}

static void model_free(Model *m)
{
    hash_table_free(m->table);
    assert_int_equal(page_store_pages(m->ps), 0);
    page_store_free(m->ps);
    row_layout_done(&m->layout);
    account_done(&m->acct);
    arena_done(&m->arena);
    test_free(m);
}

typedef struct Keys {
    uint32_t n;
    uint32_t u[1024];
    uint64_t hash[1024];
    uint16_t sel[1024];
    Vec vec[20];
    const Vec *key[20];
    Rows rows;
} Keys;

/* n keys; half of the time behind a selection that leaves every other row out. */
static void keys_make(Model *m, Keys *k, uint32_t n)
{
    arena_reset(&m->arena);
    bool select = gen_below(2);
    uint32_t step = select ? 2 : 1;
    n /= step;
    n = MAX(n, 1);
    k->n = n;
    uint32_t phys[1024] = {0};
    for (uint32_t i = 0; i < n; i++) {
        k->u[i] = k->n == 1 || gen_below(4) ? gen_below(m->domain) : k->u[gen_below(i + 1)] % m->domain;
        uint64_t h = hash_i64(k->u[i]);
        k->hash[i] = m->hash_mask == UINT64_MAX ? h : h & m->hash_mask;
        k->sel[i] = (uint16_t)(i * step);
    }
    for (uint32_t c = 0; c < m->layout.n_cols; c++) {
        for (uint32_t i = 0; i < n; i++)
            phys[i * step] = c == 0 && m->layout.n_cols > 1 ? k->u[i] : column_number(m, c, k->u[i]);
        Type t = m->layout.type[c];
        if (c == 0 && m->layout.n_cols > 1) {
            assert_int_equal(vec_scratch(&k->vec[c], t, n * step, &m->arena), 0);
            for (uint32_t i = 0; i < n * step; i++)
                ((int64_t *)k->vec[c].data)[i] = phys[i];
        } else {
            gen_vec(&k->vec[c], t, phys, n * step, &m->arena);
        }
        k->key[c] = &k->vec[c];
    }
    k->rows = (Rows){n, select ? k->sel : NULL};
}

static void check_row(const Model *m, uint32_t u, uint8_t *row)
{
    uint32_t stamp;
    assert_ptr_equal(row, m->row[u]);
    memcpy(&stamp, row_extra(&m->layout, row), sizeof(stamp));
    assert_int_equal(stamp, u);
    assert_int_equal(*row_count(row), m->count[u]);
}

static void do_upsert(Model *m, uint32_t n)
{
    static Keys k;
    uint8_t *row[1024];
    uint64_t is_new[BIT_WORDS(1024)];
    keys_make(m, &k, n);
    assert_int_equal(hash_table_upsert(m->table, k.key, k.hash, k.rows, row, is_new, NULL), 0);
    for (uint32_t i = 0; i < k.n; i++) {
        uint32_t u = k.u[i];
        assert_int_equal(bit_get(is_new, i), m->row[u] == NULL);
        if (!m->row[u]) {
            assert_int_equal(*row_count(row[i]), 0);
            for (uint32_t b = 0; b < m->layout.extra_bytes; b++)
                assert_int_equal(row_extra(&m->layout, row[i])[b], 0);
            memcpy(row_extra(&m->layout, row[i]), &u, sizeof(u));
            m->row[u] = row[i];
            m->count[u] = 0;
            m->alive++;
        }
        check_row(m, u, row[i]);
        m->count[u] += (int64_t)i - 3;
        *row_count(row[i]) = m->count[u];
    }
    assert_int_equal(hash_table_rows(m->table), m->alive);
}

static void do_find(Model *m, uint32_t n)
{
    static Keys k;
    uint8_t *row[1024];
    keys_make(m, &k, n);
    hash_table_find(m->table, k.key, k.hash, k.rows, row);
    for (uint32_t i = 0; i < k.n; i++) {
        if (m->row[k.u[i]])
            check_row(m, k.u[i], row[i]);
        else
            assert_null(row[i]);
    }
}

static void do_remove(Model *m, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t u = gen_below(m->domain);
        if (!m->row[u])
            continue;
        assert_int_equal(hash_table_touch(m->table, m->row[u]), 0);
        hash_table_remove(m->table, m->row[u]);
        m->row[u] = NULL;
        m->alive--;
    }
    assert_int_equal(hash_table_rows(m->table), m->alive);
}

static void check_column(Model *m, uint32_t c, uint8_t *const *row, uint32_t n)
{
    Vec v;
    assert_int_equal(hash_table_read(m->table, row, n, c, &v, &m->arena), 0);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t u;
        memcpy(&u, row_extra(&m->layout, row[i]), sizeof(u));
        Value got = vec_get(&v, i);
        Value want = c == 0 && m->layout.n_cols > 1 ? (Value){.type = TYPE(I64), .i64 = u}
                                                    : gen_value(m->layout.type[c], column_number(m, c, u), false);
        assert_int_equal(got.is_null, want.is_null);
        assert_true(want.is_null || value_eq(&got, &want));
    }
}

/* Reads the whole table; removes each row with the given probability. */
static void do_scan(Model *m, uint32_t remove_percent)
{
    HashCursor at = {0};
    uint8_t *row[37];
    uint64_t seen = 0;
    for (uint32_t n; (n = hash_table_next(m->table, &at, row, 1 + gen_below(37))) > 0;) {
        arena_reset(&m->arena);
        for (uint32_t c = 0; c < m->layout.n_cols; c++)
            check_column(m, c, row, n);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t u;
            memcpy(&u, row_extra(&m->layout, row[i]), sizeof(u));
            check_row(m, u, row[i]);
            if (gen_below(100) < remove_percent) {
                hash_table_remove(m->table, row[i]);
                m->row[u] = NULL;
            }
        }
        seen += n;
    }
    assert_int_equal(seen, m->alive);
    m->alive = hash_table_rows(m->table);
}

static void do_clear(Model *m)
{
    hash_table_clear(m->table);
    memset(m->row, 0, sizeof(m->row));
    m->alive = 0;
    assert_int_equal(hash_table_rows(m->table), 0);
    assert_int_equal(page_store_pages(m->ps), 0);
}

static void churn(Model *m, uint32_t rounds, uint32_t batch)
{
    for (uint32_t r = 0; r < rounds; r++) {
        uint32_t what = gen_below(100);
        if (what < 50)
            do_upsert(m, 1 + gen_below(batch));
        else if (what < 70)
            do_find(m, 1 + gen_below(batch));
        else if (what < 95)
            do_remove(m, 1 + gen_below(batch / 2 + 1));
        else if (what < 99)
            do_scan(m, gen_below(3) * 40);
        else
            do_clear(m);
        if (r % 16 == 0)
            page_store_begin_epoch(m->ps, r);
    }
    do_scan(m, 0);
    do_scan(m, 100);
    assert_int_equal(m->alive, 0);
    assert_int_equal(page_store_pages(m->ps), 0);
}

static void test_every_type(void **state)
{
    (void)state;
    for (int id = T_BOOL; id <= T_JSON; id++) {
        Type t = id == T_DECIMAL ? TYPE_DECIMAL(38, 4) : (Type){.id = (uint8_t)id};
        Model *m = model_new(&t, 1, gen_domain((TypeId)id), UINT64_MAX);
        churn(m, 150, 300);
        model_free(m);
    }
}

static const Type many[] = {{.id = T_I64},      {.id = T_TEXT},
                            {.id = T_BOOL},     {.id = T_F64},
                            {.id = T_I16},      {.id = T_BYTEA},
                            {.id = T_UUID},     {.id = T_DATE},
                            {.id = T_INTERVAL}, {.id = T_DECIMAL, .precision = 20}};

static void test_many_columns(void **state)
{
    (void)state;
    Model *m = model_new(many, ARRAY_LEN(many), 3000, UINT64_MAX);
    churn(m, 300, 500);
    model_free(m);
}

static void test_collisions(void **state)
{
    (void)state;
    static const uint64_t masks[] = {0, UINT64_C(0xffff), UINT64_C(0xffff0000ffff0000), UINT64_C(0xff00000000000000),
                                     UINT64_C(0x8000000000000001)};
    for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
        Model *m = model_new(&TYPE(TEXT), 1, 400, masks[i]);
        churn(m, 120, 200);
        model_free(m);
    }
}

static void test_growth(void **state)
{
    (void)state;
    static const Type types[] = {{.id = T_I64}, {.id = T_I32}};
    Model *m = model_new(types, 2, U_MAX, UINT64_MAX);
    for (int r = 0; r < 400; r++) {
        do_upsert(m, 1 + gen_below(r % 3 ? 1000 : 3));
        do_find(m, 64);
    }
    do_scan(m, 0);
    for (int r = 0; r < 600; r++) {
        do_remove(m, 100);
        do_upsert(m, 5);
        do_find(m, 64);
    }
    do_scan(m, 100);
    assert_int_equal(page_store_pages(m->ps), 0);
    assert_true(hash_table_bytes(m->table) < 8192);
    model_free(m);
}

static void test_kinds(void **state)
{
    (void)state;
    Model *m = model_new(&TYPE(TEXT), 1, 600, UINT64_MAX);
    uint32_t u[4] = {44, 5, 7, 599};
    Vec flat, dict = {.kind = VEC_DICT, .code_bytes = 2, .n = 5, .type = TYPE(TEXT), .child = &flat};
    uint16_t codes[5] = {2, 0, 0, 1, 2};
    gen_vec(&flat, TYPE(TEXT), u, 3, &m->arena);
    dict.data = codes;
    uint64_t hash[5], is_new[1], valid = 0x17;
    dict.valid = &valid; /* row 3 is NULL */
    for (int i = 0; i < 5; i++)
        hash[i] = i == 3 ? HASH_NULL : hash_i64(u[codes[i]]);
    const Vec *keys[] = {&dict};
    uint8_t *row[5], *again[2];
    assert_int_equal(hash_table_upsert(m->table, keys, hash, (Rows){5, NULL}, row, is_new, NULL), 0);
    assert_int_equal(is_new[0], 0xb);
    assert_ptr_equal(row[0], row[4]);
    assert_ptr_equal(row[1], row[2]);
    Vec constant;
    Value v = {.type = TYPE(TEXT), .str = gen_text(44)};
    assert_int_equal(vec_const(&v, 2, &constant, &m->arena), 0);
    keys[0] = &constant;
    uint64_t same[2] = {hash[1], hash[1]};
    hash_table_find(m->table, keys, same, (Rows){2, NULL}, again);
    assert_ptr_equal(again[0], row[1]);
    assert_ptr_equal(again[1], row[1]);
    v.is_null = true;
    assert_int_equal(vec_const(&v, 2, &constant, &m->arena), 0);
    hash_table_find(m->table, keys, (uint64_t[]){HASH_NULL, HASH_NULL}, (Rows){2, NULL}, again);
    assert_ptr_equal(again[0], row[3]);
    model_free(m);
}

static void test_no_columns_and_wide_rows(void **state)
{
    (void)state;
    Account acct;
    account_init(&acct, NULL, "wide");
    PageStore *ps = page_store_new(&acct);
    RowLayout l;
    assert_int_equal(row_layout_init(&l, &acct, NULL, 0, 20000, NULL), 0);
    HashTable *t = hash_table_new(ps, &l, 1, 5, NULL);
    uint64_t hash[3] = {1, 1, 1}, is_new[1];
    uint8_t *row[3];
    assert_int_equal(hash_table_upsert(t, NULL, hash, (Rows){3, NULL}, row, is_new, NULL), 0);
    assert_int_equal(is_new[0], 1);
    assert_ptr_equal(row[0], row[2]);
    memset(row_extra(&l, row[0]), 0xab, l.extra_bytes);
    assert_int_equal(page_store_pages(ps), 5);
    PageSnapshot *s;
    assert_int_equal(page_snapshot_open(ps, 1, &s, NULL), 0);
    GenImages before = gen_images(s);
    hash_table_remove(t, row[0]);
    GenImages after = gen_images(s);
    assert_int_equal(before.n, 1);
    assert_int_equal(before.digest, after.digest);
    page_snapshot_close(s);
    assert_int_equal(page_store_pages(ps), 0);
    hash_table_free(t);
    row_layout_done(&l);
    Type types[1600];
    for (int i = 0; i < 1600; i++)
        types[i] = TYPE(TEXT);
    assert_int_equal(row_layout_init(&l, &acct, types, 1600, 0, NULL), 0);
    row_layout_done(&l);
    Err err = ERR_INIT;
    assert_int_equal(row_layout_init(&l, &acct, &TYPE(UNKNOWN), 1, 0, &err), -ERR_UNSUPPORTED);
    assert_int_equal(row_layout_init(&l, &acct, NULL, 0, 1u << 30, &err), -ERR_PROGRAM_LIMIT);
    page_store_free(ps);
    account_done(&acct);
}

static void test_sizes(void **state)
{
    (void)state;
    Model *m = model_new(&TYPE(I64), 1, 600, UINT64_MAX);
    do_upsert(m, 10);
    assert_true(hash_table_bytes(m->table) <= 8192);
    model_free(m);
    Account acct;
    account_init(&acct, NULL, "bytes");
    RowLayout l;
    assert_int_equal(row_layout_init(&l, &acct, &TYPE(I64), 1, 16, NULL), 0);
    assert_int_equal(l.row_bytes, 48);
    PageStore *ps = page_store_new(&acct);
    HashTable *t = hash_table_new(ps, &l, 1, INT64_MIN, NULL);
    static int64_t key[1000];
    static uint64_t hash[1000], is_new[BIT_WORDS(1000)];
    static uint8_t *row[1000];
    Vec v = {.kind = VEC_FLAT, .n = 1000, .type = TYPE(I64), .data = key};
    const Vec *keys[] = {&v};
    for (int64_t k = 0; k < 1000000; k++) {
        key[k % 1000] = k;
        hash[k % 1000] = hash_i64(k);
        if (k % 1000 == 999)
            assert_int_equal(hash_table_upsert(t, keys, hash, (Rows){1000, NULL}, row, is_new, NULL), 0);
    }
    assert_true(hash_table_bytes(t) <= INT64_C(64) * 1000000);
    hash_table_free(t);
    page_store_free(ps);
    row_layout_done(&l);
    account_done(&acct);
}

static void test_heap(void **state)
{
    (void)state;
    Model *m = model_new(&TYPE(I64), 1, 600, UINT64_MAX);
    uint64_t ref[600];
    for (uint32_t i = 0; i < 600; i++) {
        Str s = gen_text(i);
        assert_int_equal(hash_table_heap_put(m->table, s.p, s.n, &ref[i]), 0);
        assert_true(ref[i] != 0);
    }
    for (uint32_t i = 0; i < 600; i++) {
        assert_true(str_eq(hash_table_heap_get(m->table, ref[i]), gen_text(i)));
        if (i % 2)
            hash_table_heap_drop(m->table, ref[i]);
    }
    for (uint32_t i = 0; i < 600; i += 2) {
        assert_true(str_eq(hash_table_heap_get(m->table, ref[i]), gen_text(i)));
        hash_table_heap_drop(m->table, ref[i]);
    }
    assert_int_equal(page_store_pages(m->ps), 0);
    size_t n = 9u << 20; /* more than a region */
    char *big = test_malloc(n);
    memset(big, 'b', n);
    assert_int_equal(hash_table_heap_put(m->table, big, n, &ref[0]), 0);
    assert_true(str_eq(hash_table_heap_get(m->table, ref[0]), (Str){big, n}));
    hash_table_heap_drop(m->table, ref[0]);
    test_free(big);
    model_free(m);
}

static void test_snapshot(void **state)
{
    (void)state;
    Model *m = model_new(many, ARRAY_LEN(many), 3000, UINT64_MAX);
    for (int r = 0; r < 20; r++)
        do_upsert(m, 200);
    PageSnapshot *s[3];
    GenImages at[3];
    for (int i = 0; i < 3; i++) {
        assert_int_equal(page_snapshot_open(m->ps, 7, &s[i], NULL), 0);
        at[i] = gen_images(s[i]);
        do_remove(m, 300);
        do_upsert(m, 400);
        if (i == 1)
            page_generations_renumber(m->ps);
        page_store_begin_epoch(m->ps, (uint64_t)i);
        do_scan(m, 40);
    }
    do_clear(m);
    do_upsert(m, 500);
    for (int i = 0; i < 3; i++) {
        GenImages now = gen_images(s[i]);
        assert_int_equal(now.n, at[i].n);
        assert_true(now.digest == at[i].digest);
    }
    page_snapshot_close(s[1]);
    page_snapshot_close(s[0]);
    assert_true(gen_images(s[2]).digest == at[2].digest);
    page_snapshot_close(s[2]);
    model_free(m);
}

static void test_snapshot_without_memory(void **state)
{
    (void)state;
    Model *m = model_new(&TYPE(TEXT), 1, 600, UINT64_MAX);
    do_upsert(m, 600);
    PageSnapshot *s;
    assert_int_equal(page_snapshot_open(m->ps, 7, &s, NULL), 0);
    GenFailure f = {.left = 0, .sticky = true};
    mem_set_hook(gen_failure_hook, &f);
    do_remove(m, 50); /* the table does not notice */
    mem_set_hook(NULL, NULL);
    GenImages g = {0};
    assert_int_equal(page_snapshot_each(s, gen_image, &g, NULL), -ERR_OUT_OF_MEMORY);
    page_snapshot_close(s);
    do_scan(m, 0);
    model_free(m);
}

/* One batch with the n-th allocation failing; the model learns which rows went in. */
static void upsert_failing(Model *m, GenFailure *f)
{
    static Keys k;
    uint8_t *row[1024];
    uint64_t is_new[BIT_WORDS(1024)];
    keys_make(m, &k, 300);
    mem_set_hook(gen_failure_hook, f);
    int rc = hash_table_upsert(m->table, k.key, k.hash, k.rows, row, is_new, NULL);
    mem_set_hook(NULL, NULL);
    assert_true(rc == 0 || (rc == -ERR_OUT_OF_MEMORY && f->failed));
    hash_table_find(m->table, k.key, k.hash, k.rows, row);
    for (uint32_t i = 0; i < k.n; i++) {
        uint32_t u = k.u[i];
        assert_true(rc < 0 || row[i]);
        if (!row[i] || m->row[u])
            continue;
        assert_int_equal(*row_count(row[i]), 0);
        memcpy(row_extra(&m->layout, row[i]), &u, sizeof(u));
        m->row[u] = row[i];
        m->count[u] = 0;
        m->alive++;
    }
    assert_int_equal(hash_table_rows(m->table), m->alive);
}

static void test_failing_allocations(void **state)
{
    (void)state;
    for (int64_t n = 0; n < 60; n++) {
        Model *m = model_new(many, ARRAY_LEN(many), 3000, UINT64_MAX);
        for (int r = 0; r < 6; r++)
            upsert_failing(m, &(GenFailure){.left = n, .sticky = n % 2});
        do_scan(m, 0);
        do_upsert(m, 200);
        churn(m, 5, 100);
        model_free(m);
        GenFailure f = {.left = n % 6};
        Account acct;
        account_init(&acct, NULL, "none");
        RowLayout l;
        mem_set_hook(gen_failure_hook, &f);
        PageStore *ps = page_store_new(&acct);
        HashTable *t = NULL;
        bool layout = ps && row_layout_init(&l, &acct, many, 3, 8, NULL) == 0;
        if (layout)
            t = hash_table_new(ps, &l, 1, 0, NULL);
        mem_set_hook(NULL, NULL);
        hash_table_free(t);
        if (layout)
            row_layout_done(&l);
        page_store_free(ps);
        account_done(&acct);
    }
}

/* ---- upsert by integers, through the cache in front of the index ---- */

/* Keys far apart and dense ones, so that some share an entry of the cache. */
static int64_t int_key(uint32_t u)
{
    return u % 3 ? (int64_t)u - 40 : (int64_t)(hash_i64((int64_t)u) >> 1);
}

static void upsert_ints(Model *m, uint32_t n)
{
    uint8_t *row[1500];
    uint64_t is_new[BIT_WORDS(1500)];
    uint16_t sel[1500];
    uint32_t u[1500], step = 1 + gen_below(2);
    Vec v;
    arena_reset(&m->arena);
    assert_int_equal(vec_scratch(&v, TYPE(I64), n * step, &m->arena), 0);
    for (uint32_t i = 0; i < n; i++) {
        u[i] = gen_below(m->domain);
        sel[i] = (uint16_t)(i * step);
        ((int64_t *)v.data)[i * step] = int_key(u[i]);
    }
    assert_true(hash_table_takes_ints(m->table, &v));
    assert_int_equal(hash_table_upsert_ints(m->table, &v, (Rows){n, step > 1 ? sel : NULL}, row, is_new, NULL), 0);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(bit_get(is_new, i), m->row[u[i]] == NULL);
        if (!m->row[u[i]]) {
            memcpy(row_extra(&m->layout, row[i]), &u[i], sizeof(u[i]));
            m->row[u[i]] = row[i];
            m->count[u[i]] = 0;
            m->alive++;
        }
        check_row(m, u[i], row[i]);
        *row_count(row[i]) = m->count[u[i]] += (int64_t)i - 3;
    }
    assert_int_equal(hash_table_rows(m->table), m->alive);
}

/* What the snapshot shows is what was there when it was opened, whoever changes rows through cached entries. */
static void check_snapshot_of_counts(Model *m, PageSnapshot *s, const int64_t *count)
{
    HashCursor at = {0};
    uint8_t *row[64];
    uint32_t n;
    while (hash_snapshot_next(s, &at, row, 64, &n, NULL) == 0 && n > 0) {
        for (uint32_t i = 0; i < n; i++) {
            uint32_t u;
            memcpy(&u, row_extra(&m->layout, row[i]), sizeof(u));
            assert_int_equal(*row_count(row[i]), count[u]);
        }
    }
}

static void test_integers(void **state)
{
    static const uint32_t domains[] = {50, 300, 3000, 20000};
    (void)state;
    for (uint32_t d = 0; d < ARRAY_LEN(domains); d++) {
        Model *m = model_new(&TYPE(I64), 1, domains[d], UINT64_MAX);
        for (uint32_t round = 0; round < 60; round++) {
            int64_t *before = NULL;
            PageSnapshot *s = NULL;
            if (round % 7 == 3) {
                before = test_malloc(sizeof(m->count));
                memcpy(before, m->count, sizeof(m->count));
                assert_int_equal(page_snapshot_open(m->ps, 7, &s, NULL), 0);
            }
            for (uint32_t i = 0; i < 10; i++)
                upsert_ints(m, 1 + gen_below(1500));
            if (s) {
                check_snapshot_of_counts(m, s, before);
                page_snapshot_close(s);
                test_free(before);
            }
            do_remove(m, gen_below(domains[d]));
            if (round % 20 == 19)
                do_clear(m);
            page_store_begin_epoch(m->ps, round + 2);
        }
        model_free(m);
    }
}

/* The row of NULL has the bytes of 0, and is another. */
static void test_integers_null(void **state)
{
    enum { N = 9000 };
    static int64_t key[N];
    static uint8_t *row[N];
    static uint64_t is_new[BIT_WORDS(N)];
    uint64_t no_bits = 0, hash = HASH_NULL;
    int64_t none = 0;
    uint8_t *null_row;
    bool null_new;
    (void)state;
    Model *m = model_new(&TYPE(I64), 1, 1, UINT64_MAX);
    Vec v = {.kind = VEC_FLAT, .type = TYPE(I64), .n = N, .data = key};
    Vec null = {.kind = VEC_FLAT, .type = TYPE(I64), .n = 1, .data = &none, .valid = &no_bits};
    const Vec *keys[] = {&null};
    assert_int_equal(hash_table_upsert_row(m->table, keys, 0, hash, &null_row, &null_new), 0);
    assert_true(null_new);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < N; i++)
            key[i] = (int64_t)i + (round == 0);
        assert_int_equal(hash_table_upsert_ints(m->table, &v, (Rows){N, NULL}, row, is_new, NULL), 0);
        assert_int_equal(bits_count(is_new, N), round == 0 ? N : 1);
        for (uint32_t i = 0; i < N; i++)
            assert_ptr_not_equal(row[i], null_row);
    }
    assert_int_equal(hash_table_rows(m->table), N + 2);
    model_free(m);
}

/* ---- upsert by pairs of integers ---- */

enum { PAIR_ROWS = 700 };

static uint64_t hash_of_pair(int64_t first, int64_t second)
{
    return hash_combine(hash_i64(first), hash_i64(second));
}

/* Pairs of which some stand several times in a batch, by the pair and by the general way. */
static void upsert_pairs(Model *m, uint32_t n_groups, uint32_t n_values)
{
    int64_t first[PAIR_ROWS];
    uint8_t *row[PAIR_ROWS], *before[PAIR_ROWS], *again[PAIR_ROWS];
    uint16_t sel[PAIR_ROWS];
    uint64_t hash[PAIR_ROWS], is_new[BIT_WORDS(PAIR_ROWS)];
    uint32_t n = 1 + gen_below(PAIR_ROWS - 1), step = 1 + gen_below(2), n_new = 0;
    bool one = gen_below(3) == 0;
    Vec v[2];
    const Vec *key[] = {&v[0], &v[1]};
    arena_reset(&m->arena);
    for (uint32_t c = 0; c < 2; c++)
        assert_int_equal(vec_scratch(&v[c], TYPE(I64), n * step, &m->arena), 0);
    for (uint32_t i = 0; i < n; i++) {
        sel[i] = (uint16_t)(i * step);
        first[i] = one ? 3 : (int64_t)gen_below(n_groups);
        ((int64_t *)v[0].data)[i * step] = first[i];
        ((int64_t *)v[1].data)[i * step] = int_key(gen_below(n_values));
    }
    Rows rows = {n, step > 1 ? sel : NULL};
    for (uint32_t i = 0; i < n; i++)
        hash[i] = hash_of_pair(first[i], ((int64_t *)v[1].data)[i * step]);
    hash_table_find(m->table, key, hash, rows, before);
    uint64_t n_before = hash_table_rows(m->table);
    assert_true(hash_table_takes_pairs(m->table, &v[1]));
    KeyPairs pairs = {first, v[1].data, one};
    assert_int_equal(hash_table_upsert_pairs(m->table, &pairs, rows, row, is_new, NULL), 0);
    hash_table_find(m->table, key, hash, rows, again);
    for (uint32_t i = 0; i < n; i++) {
        assert_ptr_equal(row[i], again[i]);
        assert_true(bit_get(is_new, i) ? !before[i] : true);
        if (before[i])
            assert_ptr_equal(before[i], row[i]);
        if (bit_get(is_new, i))
            assert_int_equal(*row_count(row[i]), 0);
        n_new += bit_get(is_new, i);
        ++*row_count(row[i]);
    }
    assert_int_equal(hash_table_rows(m->table), n_before + n_new);
    for (uint32_t i = 0; i < n && gen_below(4) == 0; i++) /* those that came once go again */
        if (*row_count(row[i]) == 1)
            hash_table_remove(m->table, row[i]);
}

static void test_pairs(void **state)
{
    static const Type types[] = {{.id = T_I64}, {.id = T_I64}};
    static const uint32_t groups[] = {1, 7, 500};
    (void)state;
    for (uint32_t g = 0; g < ARRAY_LEN(groups); g++) {
        Model *m = model_new(types, 2, 1, UINT64_MAX);
        for (uint32_t round = 0; round < 80; round++) {
            upsert_pairs(m, groups[g], round < 40 ? 50 : 20000);
            page_store_begin_epoch(m->ps, round + 2);
        }
        model_free(m);
    }
}

/* NULL has the bytes of 0, and is another value. */
static void test_pairs_null(void **state)
{
    static const Type types[] = {{.id = T_I64}, {.id = T_I64}};
    (void)state;
    Model *m = model_new(types, 2, 1, UINT64_MAX);
    int64_t one = 1, none = 0;
    uint64_t no_bits = 0, hash, is_new;
    uint8_t *null_row, *row;
    Vec v[2] = {{.kind = VEC_FLAT, .type = types[0], .n = 1, .data = &one},
                {.kind = VEC_FLAT, .type = types[1], .n = 1, .data = &none, .valid = &no_bits}};
    const Vec *key[] = {&v[0], &v[1]};
    hash = hash_combine(hash_i64(1), HASH_NULL);
    assert_int_equal(hash_table_upsert(m->table, key, &hash, (Rows){1, NULL}, &null_row, &is_new, NULL), 0);
    assert_false(hash_table_takes_pairs(m->table, &v[1]));
    KeyPairs pairs = {&one, &none, true};
    assert_int_equal(hash_table_upsert_pairs(m->table, &pairs, (Rows){1, NULL}, &row, &is_new, NULL), 0);
    assert_int_equal(is_new, 1);
    assert_ptr_not_equal(row, null_row);
    model_free(m);
}

/* All rows have one key: one row, for each of them. */
static void test_constant_keys(void **state)
{
    static const Type types[] = {{.id = T_TEXT}, {.id = T_I64}};
    enum { N = 300 };
    (void)state;
    Model *m = model_new(types, 2, 1, UINT64_MAX);
    Value value[2] = {{.type = types[0], .str = STR("a text of some length")}, {.type = types[1], .i64 = 5}};
    uint64_t hash[N], is_new[BIT_WORDS(N)];
    uint8_t *row[N];
    Vec v[2];
    const Vec *key[] = {&v[0], &v[1]};
    for (uint32_t c = 0; c < 2; c++)
        assert_int_equal(vec_const(&value[c], N, &v[c], &m->arena), 0);
    for (uint32_t i = 0; i < N; i++)
        hash[i] = hash_combine(value_hash(&value[0]), value_hash(&value[1]));
    for (uint32_t round = 0; round < 2; round++) {
        assert_int_equal(hash_table_upsert(m->table, key, hash, (Rows){N, NULL}, row, is_new, NULL), 0);
        assert_int_equal(bits_count(is_new, N), round == 0);
        for (uint32_t i = 1; i < N; i++)
            assert_ptr_equal(row[i], row[0]);
    }
    Vec flat; /* one of two keys is the same for all rows */
    assert_int_equal(vec_flatten(&v[1], (Rows){N, NULL}, &flat, &m->arena), 0);
    key[1] = &flat;
    ((int64_t *)flat.data)[7] = 6;
    hash[7] = hash_combine(value_hash(&value[0]), hash_i64(6));
    assert_int_equal(hash_table_upsert(m->table, key, hash, (Rows){N, NULL}, row, is_new, NULL), 0);
    assert_int_equal(bits_count(is_new, N), 1);
    assert_true(bit_get(is_new, 7) && row[6] == row[8] && row[7] != row[8]);
    assert_int_equal(hash_table_rows(m->table), 2);
    model_free(m);
}

/* Rows without an index: equal ones stay apart, each is as it came, and memory that fails leaves none of a call. */
static void test_bare(void **state)
{
    (void)state;
    enum { N = 200 };
    static const Type types[] = {{.id = T_I64}, {.id = T_TEXT}, {.id = T_BOOL}, {.id = T_TEXT}};
    Model *m = model_new(types, ARRAY_LEN(types), 1, UINT64_MAX);
    HashTable *t = hash_table_new_bare(m->ps, &m->layout, 9, INT64_MIN, NULL);
    uint8_t *row[N];
    uint32_t u[ARRAY_LEN(types)][N];
    uint64_t hash[N], n_rows = 0;
    assert_non_null(t);
    for (uint32_t round = 0; round < 60; round++) {
        Vec v[ARRAY_LEN(types)], back;
        const Vec *key[ARRAY_LEN(types)];
        GenFailure f = {.left = round % 3 ? (int64_t)gen_below(20) : INT64_MAX, .sticky = round % 2};
        for (uint32_t c = 0; c < ARRAY_LEN(types); c++) {
            for (uint32_t i = 0; i < N; i++)
                u[c][i] = gen_below(i % 2 ? gen_domain((TypeId)types[c].id) : 2);
            gen_vec(&v[c], types[c], u[c], N, &m->arena);
            key[c] = &v[c];
        }
        for (uint32_t i = 0; i < N; i++)
            hash[i] = gen_random();
        mem_set_hook(gen_failure_hook, &f);
        int rc = hash_table_append(t, key, hash, (Rows){N, NULL}, row, NULL);
        mem_set_hook(NULL, NULL);
        assert_true(rc == 0 || (rc == -ERR_OUT_OF_MEMORY && f.failed));
        n_rows += rc < 0 ? 0 : N;
        assert_int_equal(hash_table_rows(t), n_rows);
        for (uint32_t c = 0; rc == 0 && c < ARRAY_LEN(types); c++) {
            assert_int_equal(hash_table_read(t, row, N, c, &back, &m->arena), 0);
            for (uint32_t i = 0; i < N; i++) {
                Value a = vec_get(&v[c], i), b = vec_get(&back, i);
                assert_true(value_eq(&a, &b));
            }
        }
        HashCursor at = {0};
        uint64_t seen = 0;
        for (uint32_t n; (n = hash_table_next(t, &at, row, N)) > 0; seen += n)
            for (uint32_t i = 0; i < n; i += 3, n_rows--)
                hash_table_remove(t, row[i]);
        assert_true(seen >= n_rows);
        arena_reset(&m->arena);
    }
    uint8_t *one;
    for (HashCursor at = {0}; hash_table_next(t, &at, &one, 1) > 0; n_rows--)
        hash_table_remove(t, one);
    assert_int_equal(n_rows, 0);
    assert_int_equal(page_store_pages(m->ps), 0);
    hash_table_free(t);
    model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type),
        cmocka_unit_test(test_many_columns),
        cmocka_unit_test(test_collisions),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_no_columns_and_wide_rows),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_heap),
        cmocka_unit_test(test_snapshot),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_integers_null),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_pairs_null),
        cmocka_unit_test(test_constant_keys),
        cmocka_unit_test(test_snapshot_without_memory),
        cmocka_unit_test(test_failing_allocations),
        cmocka_unit_test(test_bare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
