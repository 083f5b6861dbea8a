/* SPDX-License-Identifier: Apache-2.0
 *
 * Lookup tables that are asked by key, with one who answers late, in parts, twice, wrongly or not at all, on the simulator's clock.
 */
#include "flow/lookup_table.h"
#include "data/builder.h"
#include "env/env_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define MS 1000000ll

static Account root;
static Env *env;
static Engine *engine;
static Feed *rows, *keys;
static Arena arena;

/* ---- who answers ---- */

#define ASKED_MAX 32u
static struct Fake {
    Lookup lookup;
    uint32_t n_open, n_asked, n_keys[ASKED_MAX]; /* opened so often; requests, and how many keys each had */
    uint64_t ticket[ASKED_MAX];
    LookupAnswer answer[ASKED_MAX];
    uint32_t n_answers, next;
    bool refuses, breaks;
} fake;

static int fake_ask(Lookup *l, uint64_t ticket, const Batch *k, Err *err)
{
    (void)l;
    assert_true(fake.n_asked < ASKED_MAX);
    fake.n_keys[fake.n_asked] = k->n_sel;
    fake.ticket[fake.n_asked++] = ticket;
    return fake.refuses ? RAISE(err, ERR_CONNECTOR, "no") : 0;
}

static int fake_poll(Lookup *l, LookupAnswer *ret, Err *err)
{
    (void)l;
    if (fake.breaks) {
        fake.breaks = false;
        return RAISE(err, ERR_CONNECTOR, "the line is broken");
    }
    if (fake.next == fake.n_answers)
        return LOOKUP_NONE;
    *ret = fake.answer[fake.next++];
    return LOOKUP_ANSWER;
}

static void fake_close(Lookup *l)
{
    (void)l;
}
static const LookupType fake_type = {.name = "fake", .max_requests = 4, .ask = fake_ask, .poll = fake_poll, .close = fake_close};

static int fake_open(void *self, Lookup **ret, Err *err)
{
    (void)self;
    (void)err;
    fake.lookup = (Lookup){&fake_type, &root};
    fake.n_open++;
    *ret = &fake.lookup;
    return 0;
}

static void fake_drop(void *self)
{
    (void)self;
}

/* An answer to request i: pairs of key and value up to -1. */
static void answer(uint32_t i, bool done, const int64_t *pairs)
{
    Builder b;
    assert_int_equal(builder_init(&b, &root, rows->schema, 16, NULL), 0);
    for (; *pairs >= 0; pairs += 2) {
        ((int64_t *)builder_data(&b, 0))[b.n] = pairs[0];
        ((int64_t *)builder_data(&b, 1))[b.n] = pairs[1];
        (void)builder_row_done(&b);
    }
    fake.answer[fake.n_answers++] =
        (LookupAnswer){.ticket = fake.ticket[i], .done = done, .failed = ERR_INIT, .rows = b.n ? builder_take(&b) : NULL};
    builder_done(&b);
}

static void failure(uint32_t i)
{
    LookupAnswer a = {.ticket = fake.ticket[i], .failed = ERR_INIT};
    (void)RAISE(&a.failed, ERR_CONNECTOR, "later");
    fake.answer[fake.n_answers++] = a;
}

/* ---- who asks ---- */

static int64_t max_bytes = INT64_MAX;

static void start(int64_t ttl_us, int64_t negative_ttl_us, uint64_t max_keys)
{
    const Field f[] = {{"k", TYPE(I64), true}, {"v", TYPE(I64), false}};
    Schema *s = schema_new(&root, f, 2), *of_keys;
    const uint32_t key[] = {0};
    assert_int_equal(lookup_keys_schema(&root, s, key, 1, &of_keys, NULL), 0);
    engine_enter(engine);
    assert_int_equal(engine_add_feed(engine, 1, "t", s, NULL, 0, &rows, NULL), 0);
    assert_int_equal(engine_add_feed(engine, 2, "t$keys", of_keys, NULL, 0, &keys, NULL), 0);
    assert_int_equal(engine_store(engine, rows, key, 1, NULL), 0);
    assert_int_equal(engine_store(engine, keys, key, 1, NULL), 0);
    LookupSpec spec = {.open = fake_open,
                       .drop = fake_drop,
                       .ttl_us = ttl_us,
                       .negative_ttl_us = negative_ttl_us,
                       .timeout_us = 1000000,
                       .max_keys = max_keys,
                       .max_bytes = max_bytes};
    assert_int_equal(lookup_table_start(engine_account(engine), &spec, engine, rows, keys, NULL), 0);
    engine_leave(engine);
    schema_unref(s);
    schema_unref(of_keys);
}

static void pass(int64_t ns)
{
    env_sim_advance(env, ns);
    (void)engine_poll(engine);
}

/* States of n keys from `from` on, a letter each: known, waits, failed. */
static const char *ask(int64_t from, uint32_t n)
{
    static const char letter[] = "KWF";
    static char text[17];
    int64_t k[16];
    uint8_t state[16];
    const char *why[16] = {NULL};
    Vec v = {.kind = VEC_FLAT, .type = TYPE(I64), .n = n, .data = k};
    for (uint32_t i = 0; i < n; i++)
        k[i] = from + i;
    engine_enter(engine);
    assert_int_equal(lookup_asker.ask(lookup_asker.table(engine, 2), &v, (Rows){n, NULL}, state, why, &arena), 0);
    engine_leave(engine);
    for (uint32_t i = 0; i < n; i++) {
        text[i] = letter[state[i]];
        assert_int_equal(state[i] == ASK_FAILED, why[i] != NULL);
    }
    text[n] = 0;
    return text;
}

static int add_row(void *self, Batch *b, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < b->n_sel; i++) {
        uint32_t r = row_at(batch_rows(b), i);
        int64_t k = vec_get(&b->col[0], r).i64;
        assert_true(k >= 0 && k < 16);
        ((int64_t *)self)[k] = vec_get(&b->col[1], r).i64;
    }
    return 0;
}

/* Value of key k, 0 = there is none. */
static int64_t value(int64_t k)
{
    int64_t v[16] = {0};
    engine_enter(engine);
    assert_int_equal(stored_each(rows->stored, add_row, v, NULL), 0);
    engine_leave(engine);
    return v[k];
}

static int set_up(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof(fake));
    account_init(&root, NULL, "test");
    env = env_sim_new(1, NULL);
    assert_int_equal(engine_new(env, &root, &engine, NULL), 0);
    arena_init(&arena, &root, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (uint32_t i = fake.next; i < fake.n_answers; i++)
        batch_unref(fake.answer[i].rows);
    arena_done(&arena);
    engine_free(engine);
    env_sim_free(env);
    account_done(&root);
    return 0;
}

/* One request for what waits, however often it is asked for; parts, strangers and doubles of an answer. */
static void test_answers(void **state)
{
    (void)state;
    start(3600000000, 3600000000, 100);
    assert_string_equal(ask(1, 3), "WWW");
    assert_string_equal(ask(2, 3), "WWW");
    pass(MS);
    assert_string_equal(ask(1, 4), "WWWW");
    pass(MS);
    assert_int_equal(fake.n_asked, 1);
    assert_int_equal(fake.n_keys[0], 4);
    answer(0, false, (int64_t[]){1, 10, 9, 90, 3, 30, -1}); /* nobody asked for 9 */
    pass(500 * MS);
    assert_string_equal(ask(1, 4), "WWWW"); /* it is not complete */
    assert_string_equal(ask(5, 1), "W");
    pass(MS);
    assert_int_equal(fake.n_asked, 2);
    assert_int_equal(fake.n_keys[1], 1);
    answer(1, true, (int64_t[]){5, 50, -1});               /* the second before the first */
    answer(0, true, (int64_t[]){4, 40, 4, 41, 3, 31, -1}); /* of several rows of a key the last */
    answer(0, true, (int64_t[]){1, 99, 2, 99, -1});        /* nobody waits for it any more */
    pass(MS);
    assert_string_equal(ask(1, 5), "KKKKK");
    const int64_t want[] = {0, 10, 0, 31, 41, 50};
    for (int64_t k = 0; k < 6; k++)
        assert_int_equal(value(k), want[k]);
    assert_int_equal(value(9), 0);
    assert_int_equal(keys->lookup->n_stray, 1);
    assert_int_equal(keys->lookup->n_absent, 1);
    pass(1000 * MS);
    assert_int_equal(fake.n_asked, 2);
}

/* It fails, a part of an answer having come; is made again after a pause; and what the first try would have said does not count. */
static void test_again(void **state)
{
    (void)state;
    start(3600000000, 3600000000, 100);
    assert_string_equal(ask(1, 2), "WW");
    pass(MS);
    answer(0, false, (int64_t[]){1, 10, -1});
    failure(0);
    pass(MS);
    assert_int_equal(fake.n_asked, 1);
    pass(60 * MS);
    assert_int_equal(fake.n_asked, 2);
    answer(0, true, (int64_t[]){1, 11, 2, 21, -1});
    pass(MS);
    assert_string_equal(ask(1, 2), "WW");
    answer(1, true, (int64_t[]){2, 20, -1});
    pass(MS);
    assert_string_equal(ask(1, 2), "KK");
    assert_int_equal(value(1), 0);
    assert_int_equal(value(2), 20);
    assert_string_equal(ask(7, 1), "W");
    pass(MS);
    fake.breaks = true;
    pass(MS);
    pass(60 * MS);
    assert_int_equal(fake.n_open, 2);
    answer(3, true, (int64_t[]){7, 70, -1});
    pass(MS);
    assert_int_equal(value(7), 70);
}

/* Nobody answers: keys fail when their time is over, each by its own, and are asked for again when that is forgotten. */
static void test_timeout(void **state)
{
    (void)state;
    start(3600000000, 200000, 100);
    assert_string_equal(ask(1, 1), "W");
    pass(MS);
    pass(600 * MS);
    fake.refuses = true;
    assert_string_equal(ask(2, 1), "W");
    pass(MS);
    answer(0, false, (int64_t[]){1, 10, -1});
    pass(MS);
    pass(450 * MS);
    assert_string_equal(ask(1, 2), "FW");
    assert_int_equal(value(1), 0); /* the part that had come is gone */
    for (int i = 0; i < 12; i++)
        pass(50 * MS);
    assert_string_equal(ask(2, 1), "F");
    assert_true(keys->lookup->n_retries >= 3 && keys->lookup->n_retries < 12);
    assert_int_equal(keys->lookup->n_failed, 2);
    pass(300 * MS);
    fake.refuses = false;
    uint32_t before = fake.n_asked;
    assert_string_equal(ask(1, 2), "WW");
    pass(MS);
    assert_int_equal(fake.n_asked, before + 1);
    answer(before, true, (int64_t[]){1, 12, -1});
    pass(MS);
    assert_string_equal(ask(1, 2), "KK");
    assert_int_equal(value(1), 12);
}

/* What is kept: for a time, absent keys for a shorter one, and not too many. */
static void test_kept(void **state)
{
    (void)state;
    start(10000000, 1000000, 3);
    (void)ask(1, 3);
    pass(MS);
    answer(0, true, (int64_t[]){1, 10, 3, 30, -1});
    pass(MS);
    pass(1100 * MS);
    assert_string_equal(ask(1, 3), "KWK");
    pass(MS);
    answer(1, true, (int64_t[]){2, 20, -1});
    pass(MS);
    assert_string_equal(ask(1, 3), "KKK");
    (void)ask(4, 1);
    pass(MS);
    answer(2, true, (int64_t[]){4, 40, -1});
    pass(MS);
    pass(MS);
    assert_int_equal(keys->stored->n_rows, 3); /* 1 was asked for longest ago */
    assert_string_equal(ask(2, 3), "KKK");
    assert_int_equal(rows->stored->n_rows, 3);
    pass(11000 * MS);
    assert_int_equal(keys->stored->n_rows, 0);
    assert_int_equal(rows->stored->n_rows, 0);
}

/* The keys that are known, in their order. */
static const char *known(void)
{
    static char text[17];
    uint32_t n = 0;
    for (int64_t k = 0; k < 16; k++) {
        text[n] = (char)('a' + k);
        n += value(k) != 0;
    }
    text[n] = 0;
    return text;
}

static void learn(int64_t k)
{
    uint32_t i = fake.n_asked;
    (void)ask(k, 1);
    pass(MS);
    answer(i, true, (int64_t[]){k, 10 * k, -1});
    pass(MS);
    pass(MS);
}

/* What was asked for longest ago goes first, by number and by size; what is held stays. */
static void test_use(void **state)
{
    (void)state;
    start(INT64_C(1) << 40, INT64_C(1) << 40, 3);
    for (int64_t k = 1; k <= 3; k++)
        learn(k);
    assert_string_equal(ask(1, 1), "K");
    learn(4);
    assert_string_equal(known(), "bde");
    assert_string_equal(ask(3, 1), "K");
    learn(5);
    assert_string_equal(known(), "def");
    keys->lookup->spec.max_bytes = 2 * keys->lookup->kept_bytes / 3;
    keys->lookup->spec.max_keys = 10;
    assert_string_equal(ask(3, 1), "K");
    learn(6);
    assert_string_equal(known(), "dg");
    assert_int_equal(keys->lookup->n_evicted, 4);
    engine_enter(engine);
    lookup_hold(keys->lookup);
    engine_leave(engine);
    learn(7);
    learn(8);
    assert_string_equal(known(), "dghi");
    engine_enter(engine);
    lookup_release(keys->lookup);
    engine_leave(engine);
    pass(MS);
    assert_string_equal(known(), "hi");
    keys->lookup->spec.max_bytes = 1;
    learn(9);
    assert_string_equal(known(), "");
    assert_int_equal(keys->lookup->kept_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timeout, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_use, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
