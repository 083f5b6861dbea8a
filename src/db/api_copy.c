/* SPDX-License-Identifier: Apache-2.0
 *
 * COPY with a caller that gives or takes the data. */
#include "db/api.h"
#include "db/copy.h"

int32_t laminar_copy(LaminarConnection *conn, const char *sql, LaminarReadCallback read, LaminarWriteCallback write,
                     void *user_data, LaminarExecuteInfo *info)
{
    if (!conn || !sql || (info && info->size < sizeof(*info)))
        return api_null();
    api_begin();
    Str text;
    if (!api_text(sql, &text))
        return LAMINAR_ERR_INVALID_UTF8;
    Err err = ERR_INIT;
    StatementResult r;
    CopyIo io = {read, write, user_data};
    Database *db = conn->db;
    int rc = db_execute_copy(db, text, &io, &r, &err);
    return api_result(db, rc, &r, info, NULL, &err);
}
