/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulator's datagrams: a socket is a port with a queue of so many bytes; env_sim_datagram puts one in, and what finds no room
 * or nobody at its port is lost, as it would be.  How many come at once is drawn from the schedule.  A crash closes all of them. */
#include <stdlib.h>
#include <string.h>

#include "env/sim_impl.h"

#define QUEUE_PRESET ((int64_t)1 << 20)
#define GIVEN_MAX 16u

typedef struct SimDatagram SimDatagram;
struct SimDatagram {
    SimDatagram *next;
    NetAddress from;
    size_t n;
    char p[];
};

struct NetSocket {
    NetSocket *next;
    uint64_t generation;
    NetSpec spec;
    SimDatagram *first, **last;
    size_t bytes;
    uint64_t n_lost;
    SimDatagram *given; /* list */
    NetDatagram got[GIVEN_MAX];
};

static void free_list(SimDatagram **list)
{
    while (*list) {
        SimDatagram *d = *list;
        *list = d->next;
        free(d);
    }
}

static int net_open(Env *env, const NetSpec *spec, NetSocket **ret, Err *err)
{
    EnvSim *sim = sim_of(env);
    if (spec->mode == NET_PACKET || spec->mode == NET_XDP)
        return RAISE(err, ERR_UNSUPPORTED, "the simulator has UDP sockets only");
    for (const NetSocket *s = sim->sockets; s; s = s->next)
        if (s->spec.port == spec->port && s->generation == sim->generation)
            return RAISE(err, ERR_IO, "cannot listen by UDP at port %u: it is taken", (unsigned)spec->port);
    NetSocket *s = calloc(1, sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    s->spec = *spec;
    s->generation = sim->generation;
    s->last = &s->first;
    s->next = sim->sockets;
    sim->sockets = s;
    *ret = s;
    return 0;
}

static int net_receive(Env *env, NetSocket *s, const NetDatagram **ret, Err *err)
{
    EnvSim *sim = sim_of(env);
    if (s->generation != sim->generation || sim->crashed)
        return RAISE(err, ERR_IO, "the machine has crashed");
    free_list(&s->given);
    uint32_t most = 1 + (uint32_t)sim_draw(&sim->schedule, GIVEN_MAX), n = 0;
    *ret = s->got;
    for (SimDatagram **end = &s->given; n < most && s->first; n++) {
        SimDatagram *d = s->first;
        s->first = d->next;
        s->last = s->first ? s->last : &s->first;
        s->bytes -= d->n;
        s->got[n] = (NetDatagram){.p = d->p, .n = (uint32_t)d->n, .from = d->from};
        d->next = NULL;
        *end = d;
        end = &d->next;
    }
    return (int)n;
}

static void net_state(Env *env, NetSocket *s, NetState *ret)
{
    (void)env;
    *ret = (NetState){.mode = NET_SOCKET, .how = "simulated", .note = "", .n_lost = s->n_lost, .buffer_bytes = QUEUE_PRESET};
}

static void net_close(Env *env, NetSocket *s)
{
    NetSocket **at = &sim_of(env)->sockets;
    if (!s)
        return;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    free_list(&s->first);
    free_list(&s->given);
    free(s);
}

void sim_net_done(EnvSim *sim)
{
    while (sim->sockets)
        net_close(&sim->env, sim->sockets);
}

bool env_sim_datagram(Env *env, uint16_t port, const void *p, size_t n)
{
    EnvSim *sim = sim_of(env);
    NetSocket *s = sim->sockets;
    while (s && (s->spec.port != port || s->generation != sim->generation))
        s = s->next;
    if (!s)
        return false;
    SimDatagram *d = (int64_t)(s->bytes + n) <= QUEUE_PRESET ? calloc(1, sizeof(*d) + n + NET_PADDING) : NULL;
    if (!d) {
        s->n_lost++;
        return false;
    }
    d->n = n;
    d->from = (NetAddress){.ip = {10, 0, 0, 1}, .port = 4000};
    memcpy(d->p, p, n);
    *s->last = d;
    s->last = &d->next;
    s->bytes += n;
    return true;
}

const EnvNet sim_net = {.open = net_open, .receive = net_receive, .state = net_state, .close = net_close};
