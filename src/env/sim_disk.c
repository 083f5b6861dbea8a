/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulated disk.
 *
 * Invariant: live = durable + changes, for a file's bytes and for the set of names alike.  A sync moves changes over to the
 * durable side; a crash applies a seeded selection of them and makes the durable side the live one.  Content and names are
 * independent, as POSIX leaves them: a synced file whose directory was not synced may be gone, a renamed file may be under
 * either name, and a file may have its name but none of its bytes. */
#include "env/sim_impl.h"

#include <stdlib.h>

/* --- bytes ------------------------------------------------------------------------------------------------------------ */

static bool blob_reserve(SimBlob *b, size_t n)
{
    if (n <= b->cap)
        return true;
    size_t cap = MAX(n, b->cap * 2);
    char *p = realloc(b->p, cap);
    if (!p)
        return false;
    b->p = p;
    b->cap = cap;
    return true;
}

static bool blob_resize(SimBlob *b, size_t n)
{
    if (!blob_reserve(b, n))
        return false;
    if (n > b->n)
        memset(b->p + b->n, 0, n - b->n);
    b->n = n;
    return true;
}

static bool blob_write(SimBlob *b, const char *p, size_t n, size_t at)
{
    if (n == 0)
        return true;
    if (at + n > b->n && !blob_resize(b, at + n))
        return false;
    memcpy(b->p + at, p, n);
    return true;
}

static bool blob_copy(SimBlob *to, const SimBlob *from)
{
    to->n = 0;
    return blob_write(to, from->p, from->n, 0);
}

static void blob_done(SimBlob *b)
{
    free(b->p);
    *b = (SimBlob){0};
}

static bool array_grow(void **v, size_t n, size_t *cap, size_t item_bytes)
{
    if (n < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : 8;
    void *p = realloc(*v, more * item_bytes);
    if (!p)
        return false;
    *v = p;
    *cap = more;
    return true;
}

/* --- content ---------------------------------------------------------------------------------------------------------- */

static SimChange *change_add(SimNode *f, SimChangeKind kind, int64_t at)
{
    if (!array_grow((void **)&f->changes, f->n_changes, &f->cap_changes, sizeof(*f->changes)))
        return NULL;
    SimChange *c = &f->changes[f->n_changes++];
    *c = (SimChange){.kind = kind, .at = at};
    return c;
}

static void changes_clear(SimNode *f)
{
    for (size_t i = 0; i < f->n_changes; i++)
        blob_done(&f->changes[i].data);
    f->n_changes = 0;
}

bool disk_write(SimNode *f, const void *p, size_t n, int64_t at)
{
    SimChange *c = change_add(f, CHANGE_WRITE, at);
    if (!c)
        return false;
    if (!blob_write(&c->data, p, n, 0) || !blob_write(&f->live, p, n, (size_t)at)) {
        blob_done(&c->data);
        f->n_changes--;
        return false;
    }
    return true;
}

static bool resize_apply(SimBlob *b, SimChangeKind kind, size_t bytes)
{
    if (kind == CHANGE_GROW && bytes <= b->n)
        return true;
    return blob_resize(b, bytes);
}

bool disk_resize(SimNode *f, SimChangeKind kind, int64_t bytes)
{
    if (!change_add(f, kind, bytes))
        return false;
    if (!resize_apply(&f->live, kind, (size_t)bytes)) {
        f->n_changes--;
        return false;
    }
    return true;
}

static bool change_apply(SimBlob *b, const SimChange *c)
{
    if (c->kind == CHANGE_WRITE)
        return blob_write(b, c->data.p, c->data.n, (size_t)c->at);
    return resize_apply(b, c->kind, (size_t)c->at);
}

bool disk_sync(SimNode *f)
{
    for (size_t i = 0; i < f->n_changes; i++)
        if (!change_apply(&f->durable, &f->changes[i]))
            return false;
    changes_clear(f);
    return true;
}

bool disk_sync_failed(SimNode *f, SimRng *rng)
{
    for (size_t i = 0; i < f->n_changes; i++)
        if (sim_draw(rng, 2) && !change_apply(&f->durable, &f->changes[i]))
            return false;
    changes_clear(f);
    return true;
}

/* Sectors are whole on the disk; which of a write's sectors arrived is open. */
static bool change_apply_torn(SimBlob *b, const SimChange *c, SimRng *rng)
{
    size_t at = (size_t)c->at, end = at + c->data.n;
    for (size_t from = at; from < end;) {
        size_t to = MIN((from / SIM_SECTOR_BYTES + 1) * SIM_SECTOR_BYTES, end);
        if (sim_draw(rng, 2) && !blob_write(b, c->data.p + (from - at), to - from, from))
            return false;
        from = to;
    }
    return true;
}

static bool node_crash(SimNode *f, SimRng *rng, bool torn_writes)
{
    for (size_t i = 0; i < f->n_changes; i++) {
        const SimChange *c = &f->changes[i];
        uint64_t fate = sim_draw(rng, torn_writes && c->kind == CHANGE_WRITE ? 3 : 2);
        if (fate == 1 && !change_apply(&f->durable, c))
            return false;
        if (fate == 2 && !change_apply_torn(&f->durable, c, rng))
            return false;
    }
    changes_clear(f);
    f->locked = false;
    return blob_copy(&f->live, &f->durable);
}

/* --- names ------------------------------------------------------------------------------------------------------------ */

static char *name_copy(Str s)
{
    char *p = malloc(s.n + 1);
    if (p) {
        if (s.n)
            memcpy(p, s.p, s.n);
        p[s.n] = 0;
    }
    return p;
}

static SimName *names_find(const SimNames *t, const SimNode *dir, Str name)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->v[i].dir == dir && str_eq(str_of(t->v[i].name), name))
            return &t->v[i];
    return NULL;
}

/* Points a name at a node, replacing what it pointed at. */
static bool names_set(SimNames *t, SimNode *dir, Str name, SimNode *node)
{
    SimName *e = names_find(t, dir, name);
    if (e) {
        e->node = node;
        return true;
    }
    if (!array_grow((void **)&t->v, t->n, &t->cap, sizeof(*t->v)))
        return false;
    char *copy = name_copy(name);
    if (!copy)
        return false;
    t->v[t->n++] = (SimName){dir, copy, node};
    return true;
}

static void names_drop(SimNames *t, SimName *e)
{
    free(e->name);
    *e = t->v[--t->n];
}

static void names_unset(SimNames *t, const SimNode *dir, Str name, const SimNode *node)
{
    SimName *e = names_find(t, dir, name);
    if (e && e->node == node)
        names_drop(t, e);
}

static void names_done(SimNames *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->v[i].name);
    free(t->v);
    *t = (SimNames){0};
}

static void op_done(SimDirOp *op)
{
    free(op->name);
    free(op->to_name);
}

static bool op_add(SimDisk *d, SimDirOp op)
{
    bool ok = op.name && (op.kind != DIR_RENAME || op.to_name);
    if (!ok || !array_grow((void **)&d->ops, d->n_ops, &d->cap_ops, sizeof(*d->ops))) {
        op_done(&op);
        return false;
    }
    d->ops[d->n_ops++] = op;
    return true;
}

/* Operations name their node, so that any selection of them, in order, makes a sound name space. */
static bool op_apply(SimNames *t, const SimDirOp *op)
{
    switch (op->kind) {
    case DIR_LINK: return names_set(t, op->dir, str_of(op->name), op->node);
    case DIR_UNLINK: names_unset(t, op->dir, str_of(op->name), op->node); return true;
    case DIR_RENAME:
        if (!names_set(t, op->to_dir, str_of(op->to_name), op->node))
            return false;
        names_unset(t, op->dir, str_of(op->name), op->node);
        return true;
    }
    return false;
}

static bool op_run(SimDisk *d, SimDirOp op)
{
    if (!op_add(d, op))
        return false;
    SimDirOp *added = &d->ops[d->n_ops - 1];
    if (op_apply(&d->live, added))
        return true;
    op_done(added);
    d->n_ops--;
    return false;
}

SimNode *disk_find(SimDisk *d, const char *path, SimNode **ret_dir, Str *ret_name)
{
    SimNode *dir = d->root, *node = d->root;
    Str rest = str_of(path), name = STR("");
    bool more = true;
    while (more) {
        Str part;
        more = str_cut(rest, '/', &part, &rest);
        if (part.n == 0 || str_eq(part, STR(".")))
            continue;
        dir = node && node->is_dir ? node : NULL;
        const SimName *e = dir ? names_find(&d->live, dir, part) : NULL;
        node = e ? e->node : NULL;
        name = part;
    }
    if (ret_dir)
        *ret_dir = dir;
    if (ret_name)
        *ret_name = name;
    return node;
}

SimNode *disk_make(SimDisk *d, SimNode *dir, Str name, bool is_dir)
{
    SimNode *n = calloc(1, sizeof(*n));
    if (!n)
        return NULL;
    n->id = ++d->last_id;
    n->is_dir = is_dir;
    if (dir && !op_run(d, (SimDirOp){.kind = DIR_LINK, .dir = dir, .name = name_copy(name), .node = n})) {
        free(n);
        return NULL;
    }
    n->next = d->nodes;
    d->nodes = n;
    return n;
}

bool disk_remove(SimDisk *d, SimNode *dir, Str name)
{
    SimNode *node = names_find(&d->live, dir, name)->node;
    return op_run(d, (SimDirOp){.kind = DIR_UNLINK, .dir = dir, .name = name_copy(name), .node = node});
}

bool disk_rename(SimDisk *d, SimNode *from_dir, Str from, SimNode *to_dir, Str to)
{
    if (from_dir == to_dir && str_eq(from, to))
        return true;
    SimNode *node = names_find(&d->live, from_dir, from)->node;
    return op_run(d, (SimDirOp){.kind = DIR_RENAME,
                                .dir = from_dir,
                                .to_dir = to_dir,
                                .name = name_copy(from),
                                .to_name = name_copy(to),
                                .node = node});
}

bool disk_dir_is_empty(const SimDisk *d, const SimNode *dir)
{
    for (size_t i = 0; i < d->live.n; i++)
        if (d->live.v[i].dir == dir)
            return false;
    return true;
}

/* Makes the operations on `dir` durable, all of them for NULL. */
static bool ops_sync(SimDisk *d, const SimNode *dir)
{
    size_t kept = 0;
    bool ok = true;
    for (size_t i = 0; i < d->n_ops; i++) {
        SimDirOp *op = &d->ops[i];
        bool concerns = !dir || op->dir == dir || (op->kind == DIR_RENAME && op->to_dir == dir);
        if (ok && concerns && (ok = op_apply(&d->durable, op)))
            op_done(op);
        else
            d->ops[kept++] = *op;
    }
    d->n_ops = kept;
    return ok;
}

bool disk_sync_dir(SimDisk *d, SimNode *dir)
{
    bool ok = ops_sync(d, dir);
    disk_collect(d);
    return ok;
}

bool disk_sync_all_names(SimDisk *d)
{
    return ops_sync(d, NULL);
}

/* --- disk ------------------------------------------------------------------------------------------------------------- */

bool disk_init(SimDisk *d)
{
    *d = (SimDisk){0};
    d->root = disk_make(d, NULL, STR(""), true);
    return d->root != NULL;
}

static void node_free(SimNode *n)
{
    changes_clear(n);
    free(n->changes);
    blob_done(&n->live);
    blob_done(&n->durable);
    free(n);
}

void disk_done(SimDisk *d)
{
    names_done(&d->live);
    names_done(&d->durable);
    for (size_t i = 0; i < d->n_ops; i++)
        op_done(&d->ops[i]);
    free(d->ops);
    for (SimNode *n = d->nodes; n;) {
        SimNode *next = n->next;
        node_free(n);
        n = next;
    }
    *d = (SimDisk){0};
}

static void names_mark(const SimNames *t)
{
    for (size_t i = 0; i < t->n; i++)
        t->v[i].dir->reached = t->v[i].node->reached = true;
}

void disk_collect(SimDisk *d)
{
    for (SimNode *n = d->nodes; n; n = n->next)
        n->reached = n == d->root || n->n_handles > 0;
    names_mark(&d->live);
    names_mark(&d->durable);
    for (size_t i = 0; i < d->n_ops; i++) {
        d->ops[i].dir->reached = d->ops[i].node->reached = true;
        if (d->ops[i].to_dir)
            d->ops[i].to_dir->reached = true;
    }
    for (SimNode **at = &d->nodes; *at;) {
        SimNode *n = *at;
        if (n->reached) {
            at = &n->next;
            continue;
        }
        *at = n->next;
        node_free(n);
    }
}

static bool names_reach(const SimDisk *d, const SimNode *dir)
{
    for (int depth = 0; dir && dir != d->root && depth < 4096; depth++) {
        const SimNode *above = NULL;
        for (size_t i = 0; i < d->durable.n && !above; i++)
            if (d->durable.v[i].node == dir)
                above = d->durable.v[i].dir;
        dir = above;
    }
    return dir == d->root;
}

/* Names below a directory that itself did not survive are gone. */
static void orphans_drop(SimDisk *d)
{
    for (size_t i = 0; i < d->durable.n;) {
        if (names_reach(d, d->durable.v[i].dir))
            i++;
        else
            names_drop(&d->durable, &d->durable.v[i]);
    }
}

bool disk_crash(SimDisk *d, SimRng *rng, bool torn_writes)
{
    for (size_t i = 0; i < d->n_ops; i++) {
        if (sim_draw(rng, 2) && !op_apply(&d->durable, &d->ops[i]))
            return false;
        op_done(&d->ops[i]);
    }
    d->n_ops = 0;
    orphans_drop(d);
    names_done(&d->live);
    for (size_t i = 0; i < d->durable.n; i++) {
        const SimName *e = &d->durable.v[i];
        if (!names_set(&d->live, e->dir, str_of(e->name), e->node))
            return false;
    }
    for (SimNode *n = d->nodes; n; n = n->next)
        if (!node_crash(n, rng, torn_writes))
            return false;
    disk_collect(d);
    return true;
}
