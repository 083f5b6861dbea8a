/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts in another case, of every short length, stay within the room that is asked for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "func/text_impl.h"

#define LONGEST 40
#define CANARY 0x5a

static void room(void **state)
{
    (void)state;
    static const char *const letters[] = {"a", "Z", "\xc3\xa9"};
    static const CaseMap maps[] = {CASE_LOWER, CASE_UPPER, CASE_TITLE};
    for (size_t l = 0; l < ARRAY_LEN(letters); l++)
        for (size_t k = 0; k <= LONGEST; k++)
            for (size_t m = 0; m < ARRAY_LEN(maps); m++) {
                char text[2 * LONGEST], out[CASE_ROOM(2 * LONGEST) + 16];
                size_t width = strlen(letters[l]), n = k * width, room = CASE_ROOM(n);
                for (size_t i = 0; i < k; i++)
                    memcpy(text + i * width, letters[l], width);
                memset(out, CANARY, sizeof(out));
                assert_int_equal(text_map_case((Str){text, n}, maps[m], out), n);
                for (size_t i = room; i < sizeof(out); i++)
                    assert_int_equal(out[i], CANARY);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(room)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
