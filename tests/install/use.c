/* SPDX-License-Identifier: Apache-2.0
 *
 * The smallest program of a user: built with what pkg-config says from an installed tree, and nothing else.  It owns a function
 * whose name the library uses inside, which has to stay its own. */
#include <laminar.h>
#include <stdio.h>
#include <string.h>

int batch_slice(int x);

int batch_slice(int x)
{
    return x + 1;
}

int main(void)
{
    LaminarConnection *db;
    LaminarQueryResult *result;
    size_t rows = 0;
    if (laminar_open(&db) != LAMINAR_OK || laminar_query(db, "SELECT 6 * 7 AS answer", &result) != LAMINAR_OK) {
        fprintf(stderr, "%s\n", laminar_last_error());
        return 1;
    }
    laminar_result_num_rows(result, &rows);
    laminar_result_free(result);
    laminar_close(db);
    return rows == 1 && strlen(laminar_version()) > 0 && batch_slice(1) == 2 ? 0 : 1;
}
