/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables behind the tree: rows of fields.def lie in the order of nodes.def and cover their structs; keywords are sorted. */
#include "sql_test.h"

typedef struct Row {
    int kind;
    size_t offset, bytes;
} Row;
static const Row rows[] = {
#define F(Struct, field, CLASS) {NODE_OF_##Struct, offsetof(Struct, field), sizeof(((Struct *)0)->field)},
#include "sql/fields.def"
#undef F
};
static const size_t sizes[] = {
    0,
#define N(KIND, Struct) sizeof(Struct),
#include "sql/nodes.def"
#undef N
};

static void test_rows_are_ordered(void **state)
{
    (void)state;
    for (size_t i = 1; i < ARRAY_LEN(rows); i++)
        assert_true(rows[i - 1].kind <= rows[i].kind);
}

/* The bytes that no row covers are the node's head, spans, and padding: never more than two spans and the gaps between. */
static void test_rows_cover_structs(void **state)
{
    (void)state;
    for (int kind = 1; kind < N_NODE_KINDS; kind++) {
        size_t covered = sizeof(Node), n = 0;
        for (size_t i = 0; i < ARRAY_LEN(rows); i++)
            if (rows[i].kind == kind) {
                covered += rows[i].bytes;
                n++;
            }
        assert_true(sizes[kind] >= covered);
        if (sizes[kind] - covered > 2 * sizeof(Span) + 8 * (n > 2 ? 3 : 1))
            fail_msg("%s: %zu of %zu bytes are covered", node_kind_name((NodeKind)kind), covered, sizes[kind]);
    }
}

static int count_child(void *self, Node *child)
{
    (void)child;
    ++*(int *)self;
    return 0;
}

static void test_children(void **state)
{
    (void)state;
    Arena a;
    Node *n = NULL, *m = NULL;
    int count = 0;
    arena_init(&a, NULL, 0);
    assert_int_equal(sql_parse_expr(&a, "f(a, b, 3) FILTER (WHERE x) OVER (ORDER BY y)", 45, &n, NULL), 0);
    assert_int_equal(ast_each_child(n, count_child, &count), 0);
    assert_int_equal(count, 5);
    assert_int_equal(n->depth, ast_depth(n));
    assert_int_equal(sql_parse_expr(&a, "a + (b + 1)", 11, &n, NULL), 0);
    assert_int_equal(sql_parse_expr(&a, "a+(((b))  + 1)", 14, &m, NULL), 0);
    assert_true(ast_is_equal(n, m));
    assert_int_equal(sql_parse_expr(&a, "a + b + 1", 9, &m, NULL), 0);
    assert_false(ast_is_equal(n, m));
    assert_false(ast_is_equal(n, NULL));
    arena_done(&a);
}

static void test_keywords(void **state)
{
    (void)state;
    uint32_t n;
    const char *const *words = sql_keywords(&n);
    assert_true(n > 200);
    for (uint32_t i = 1; i < n; i++)
        assert_true(strcmp(words[i - 1], words[i]) < 0);
    assert_int_equal(sql_keyword_class(STR("Select")), KEYWORD_RESERVED);
    assert_int_equal(sql_keyword_class(STR("LEFT")), KEYWORD_FUNCTION);
    assert_int_equal(sql_keyword_class(STR("interval")), KEYWORD_COLUMN);
    assert_int_equal(sql_keyword_class(STR("emit")), KEYWORD_LABEL);
    assert_int_equal(sql_keyword_class(STR("source")), KEYWORD_NAME);
    assert_int_equal(sql_keyword_class(STR("sources_of_nothing_whatsoever")), KEYWORD_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_ordered),
        cmocka_unit_test(test_rows_cover_structs),
        cmocka_unit_test(test_children),
        cmocka_unit_test(test_keywords),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
