/* SPDX-License-Identifier: Apache-2.0
 *
 * The reader of manifests over any bytes: the file as it is, and the payload as if its checksum had been right. */
#include <stdlib.h>

#include "durable/checkpoint_impl.h"
#include "env/env_sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Env *env = env_sim_new(1, NULL);
    char path[] = "/db";
    Directory d = {.env = env, .path = path};
    Checkpoint c;
    Account acct; /* a few bytes can speak of any number of pages */
    account_init(&acct, NULL, "fuzz");
    acct.limit_bytes = 64 << 20;
    if (env_sim_put_file(env, "/db/MANIFEST-0000000000000001", data, size) == 0 && checkpoint_load(&d, &acct, &c, NULL, NULL) == 0)
        checkpoint_done(&c);
    if (size >= WAL_UUID_BYTES)
        memcpy(d.uuid, data, WAL_UUID_BYTES);
    c = (Checkpoint){.acct = &acct};
    sb_init(&c.body, &acct);
    (void)manifest_read(&d, (Str){(const char *)data, size}, &c, NULL);
    checkpoint_done(&c);
    account_done(&acct);
    env_sim_free(env);
    return 0;
}
