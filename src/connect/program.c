/* SPDX-License-Identifier: Apache-2.0
 *
 * Connector `program`: rows that the program itself gives when it is asked for keys (laminar_register_lookup).  There is nothing to
 * be read here; it has a name and options, and is asked through connect/lookup.h. */
#include "connect/connect_impl.h"

typedef struct ProgramConfig {
    const char *lookup;
} ProgramConfig;

static const OptionDef program_options[] = {
    {.key = "lookup",
     .kind = OPTION_TEXT,
     .required = true,
     .offset = offsetof(ProgramConfig, lookup),
     .help = "the name that the program has given to laminar_register_lookup"},
    {0},
};

static int program_open(Source *s, const ConnectArgs *args, Err *err)
{
    (void)s;
    (void)RAISE(err, ERR_UNSUPPORTED, "\"%s\" cannot be read: the program answers for keys only", args->object);
    return err_hint(err, "WHERE with equalities for the whole PRIMARY KEY says which keys are meant");
}

static int program_poll(Source *s, uint32_t max_rows, SourcePoll *ret, Err *err)
{
    (void)s;
    (void)max_rows;
    (void)ret;
    (void)err;
    return SOURCE_END;
}

static void program_close(Source *s)
{
    (void)s;
}

const SourceType source_program = {
    .name = "program",
    .help = "rows by key, given by the program (laminar_register_lookup)",
    .options = program_options,
    .config_bytes = sizeof(ProgramConfig),
    .size = sizeof(Source),
    .by_key = true,
    .open = program_open,
    .poll = program_poll,
    .close = program_close,
};
