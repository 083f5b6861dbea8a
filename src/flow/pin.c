/* SPDX-License-Identifier: Apache-2.0
 *
 * Pinning. */
#include "flow/pin.h"
#include "flow/engine_impl.h"

#include <stdio.h>

bool pinning_parse(Str text, Pinning *ret)
{
    Pinning p = {.on = !str_eq_nocase(text, STR("off")), .by_list = !str_eq_nocase(text, STR("auto"))};
    Str one, rest = text;
    for (bool more = p.on && p.by_list; more;) {
        int64_t core;
        more = str_cut(rest, ',', &one, &rest);
        if (!str_to_i64(str_trim(one), &core) || core < 0 || core >= 1024 || p.n == PIN_CORES_MAX)
            return false;
        p.core[p.n++] = (uint32_t)core;
    }
    *ret = p;
    return true;
}

void pinning_print(const Pinning *p, StrBuf *out)
{
    if (!p->on || !p->by_list) {
        sb_puts(out, p->on ? "auto" : "off");
        return;
    }
    for (uint32_t i = 0; i < p->n; i++)
        sb_printf(out, "%s%u", i ? "," : "", p->core[i]);
}

/* The crew's threads first, then the worker; NULL = there is no such thread. */
static EnvThreadHandle *handle_of(const Engine *e, uint32_t i)
{
    uint32_t members = e->crew.parts.team.n_threads - 1;
    if (i < members)
        return crew_thread(&e->crew, i + 1);
    return i == members ? e->worker : NULL;
}

void engine_pin_again(Engine *e)
{
    const Pinning *p = &e->pinning;
    uint32_t core[PIN_CORES_MAX], n = p->n;
    if (env_is_simulated(e->env))
        return;
    memcpy(core, p->core, sizeof(core));
    if (p->on && !p->by_list) {
        n = e->env->thread->cores(e->env, core, PIN_CORES_MAX);
        memmove(core, core + 1, (n ? --n : 0) * sizeof(*core));
    }
    for (uint32_t i = 0; i < ARRAY_LEN(e->pinned); i++) {
        EnvThreadHandle *t = handle_of(e, i);
        int64_t want = p->on && i < n ? (int64_t)core[i] : -1;
        if (t && (want >= 0 || e->pinned[i] >= 0) && e->env->thread->pin(e->env, t, want, NULL) < 0)
            want = -1;
        e->pinned[i] = t ? want : -1;
    }
}

void engine_pin(Engine *e, const Pinning *p)
{
    e->pinning = *p;
    engine_pin_again(e);
}

const Pinning *engine_pinning(const Engine *e)
{
    return &e->pinning;
}

bool engine_thread(const Engine *e, uint32_t i, EngineThread *ret)
{
    uint32_t members = e->crew.parts.team.n_threads - 1;
    if (env_is_simulated(e->env) || i > members || (i == members && !e->worker))
        return false;
    *ret = (EngineThread){.core = e->pinned[i]};
    if (i < members)
        (void)snprintf(ret->name, sizeof(ret->name), "part %u", i + 1);
    else
        (void)snprintf(ret->name, sizeof(ret->name), "worker");
    return true;
}
