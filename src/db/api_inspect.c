/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking into the directory of a database without opening it. */
#include "db/api.h"
#include "db/durable.h"
#include "durable/inspect.h"

static Inspector inspector(LaminarLineCallback line, void *user_data)
{
    return (Inspector){.line = line, .self = user_data, .statement = durable_statement_text};
}

int32_t laminar_check(const char *path, LaminarLineCallback line, void *user_data)
{
    Err err = ERR_INIT;
    if (!path || !line)
        return api_null();
    api_begin();
    Inspector i = inspector(line, user_data);
    return api_return(inspect_check(env_linux(), path, &i, &err), &err);
}

int32_t laminar_dump_log(const char *path, uint64_t from, uint64_t to, LaminarLineCallback line, void *user_data)
{
    Err err = ERR_INIT;
    if (!path || !line)
        return api_null();
    api_begin();
    Inspector i = inspector(line, user_data);
    return api_return(inspect_log(env_linux(), path, from, to ? to : UINT64_MAX, &i, &err), &err);
}
