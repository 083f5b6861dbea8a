/* SPDX-License-Identifier: Apache-2.0
 *
 * Of several failures the first is kept, with the number of rows of all. */
#include "flow/fate.h"

#include <stdio.h>
#include <string.h>

Fate *fate_new(void)
{
    Fate *f = mem_zalloc(NULL, sizeof(*f));
    if (f)
        atomic_init(&f->rc, 1);
    return f;
}

Fate *fate_ref(Fate *f)
{
    if (f)
        atomic_fetch_add_explicit(&f->rc, 1, memory_order_relaxed);
    return f;
}

void fate_unref(Fate *f)
{
    if (f && atomic_fetch_sub_explicit(&f->rc, 1, memory_order_acq_rel) == 1)
        mem_free(NULL, f, sizeof(*f));
}

void fate_note(Fate *f, uint64_t n_rows, const Err *err)
{
    if (!f)
        return;
    f->n_rows += n_rows;
    if (atomic_exchange_explicit(&f->failed, true, memory_order_relaxed))
        return;
    f->code = err->code;
    snprintf(f->text, sizeof(f->text), "%.*s", (int)sizeof(f->text) - 1, err->message);
}

bool fate_is_open(const Fate *f, bool has_lane)
{
    return f && (has_lane || atomic_load_explicit(&f->rc, memory_order_acquire) > 1);
}

int fate_tell(Fate *f, Err *err)
{
    if (!fate_has_news(f))
        return 0;
    uint64_t n = f->n_rows;
    f->n_rows = 0;
    atomic_store_explicit(&f->failed, false, memory_order_relaxed);
    (void)RAISE(err, f->code, "%s", f->text);
    return err_detail(err, "%llu rows that were queued before were not taken.", (unsigned long long)n);
}
