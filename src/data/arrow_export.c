/* SPDX-License-Identifier: Apache-2.0
 *
 * Export of batches.  One block holds the child structs, their buffer lists and the sizes of their string buffers; it keeps one
 * reference on the batch and is itself counted by the struct and by each child, because the interface lets a consumer move a child
 * out, release the parent, and release the child later on another thread. */
#include "data/arrow_impl.h"

typedef struct ArrayExport {
    _Atomic uint32_t rc; /* the struct and each child that is not released */
    uint32_t n_extra;
    size_t bytes;
    Account *acct;
    Batch *batch;   /* one reference */
    Buffer **extra; /* buffers made for this export: offsets and bytes of strings */
    struct ArrowArray **children;
    const void **next;                /* unused pointers of the block */
    int64_t *next_size;               /* unused sizes of the block */
    struct ArrowArray *item, **items; /* elements of ARRAY and MAP columns, rows of STRUCT ones, by column */
    uint32_t n_cols;
    const void *top_buffers[1];
    struct ArrowArray child[];
} ArrayExport;

static void export_unref(ArrayExport *x)
{
    if (atomic_fetch_sub_explicit(&x->rc, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t i = 0; i < x->n_cols; i++) /* what holds the children of a STRUCT; they are released or moved out by now */
        if (x->item[i].release)
            x->item[i].release(&x->item[i]);
    for (uint32_t i = 0; i < x->n_extra; i++)
        buffer_unref(x->extra[i]);
    batch_unref(x->batch);
    mem_free(x->acct, x, x->bytes);
}

static void release_array(struct ArrowArray *a)
{
    if (!a->release)
        return;
    for (int64_t i = 0; a->children && i < a->n_children; i++)
        if (a->children[i]->release)
            a->children[i]->release(a->children[i]);
    a->release = NULL;
    export_unref(a->private_data);
}

/* Pointers and sizes of the column in the block: views have all their string buffers and the list of sizes, offsets have three. */
static uint32_t n_pointers(const Vec *v)
{
    return type_is_string(v->type.id) && !type_is_nested(v->type.id) ? v->n_str_bufs + 3u : 2;
}

static ArrayExport *export_new(Account *acct, Batch *give_b)
{
    size_t n_ptr = 0, n_cols = give_b->n_cols;
    for (uint32_t i = 0; i < n_cols; i++)
        n_ptr += n_pointers(&give_b->col[i]);
    size_t bytes = sizeof(ArrayExport) + n_cols * (2 * sizeof(struct ArrowArray) + 4 * sizeof(void *)) +
                   n_ptr * (sizeof(void *) + sizeof(int64_t));
    ArrayExport *x = mem_zalloc(acct, bytes);
    if (!x)
        return NULL;
    atomic_init(&x->rc, 1);
    x->bytes = bytes;
    x->acct = acct;
    x->batch = give_b;
    x->n_cols = give_b->n_cols;
    x->item = &x->child[n_cols];
    x->children = (struct ArrowArray **)&x->item[n_cols];
    x->items = x->children + n_cols;
    x->extra = (Buffer **)(x->items + n_cols); /* at most two a column */
    x->next = (const void **)(x->extra + 2 * n_cols);
    x->next_size = (int64_t *)(x->next + n_ptr);
    return x;
}

static Buffer *extra_buffer(ArrayExport *x, size_t bytes)
{
    Buffer *b = buffer_new(x->acct, MAX(bytes, 64));
    if (!b)
        return NULL;
    b->shared = true;
    b->bytes = bytes;
    return x->extra[x->n_extra++] = b;
}

/* "vu": the buffers as they are, with the size that the views make use of. */
static void export_views(ArrayExport *x, const Vec *v, struct ArrowArray *a)
{
    const StrView *s = v->data;
    int64_t *size = x->next_size;
    x->next_size += v->n_str_bufs;
    for (uint32_t i = 0; i < v->n; i++)
        if (s[i].n > STR_INLINE_MAX && !vec_is_null(v, i))
            size[s[i].ref.buf] = MAX(size[s[i].ref.buf], (int64_t)s[i].ref.off + s[i].n);
    for (uint32_t i = 0; i < v->n_str_bufs; i++)
        a->buffers[2 + i] = v->str_data[i];
    a->buffers[2 + v->n_str_bufs] = size;
    a->n_buffers = 3 + v->n_str_bufs;
}

/* "u": offsets and one run of bytes. */
static int export_offsets(ArrayExport *x, const char *name, const Vec *v, struct ArrowArray *a, Err *err)
{
    size_t total = 0;
    for (uint32_t i = 0; i < v->n; i++)
        total += vec_is_null(v, i) ? 0 : vec_str(v, i).n;
    if (total > INT32_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "column \"%s\": more than 2 GiB of text; export it as views", name);
    Buffer *offsets = extra_buffer(x, (v->n + 1) * sizeof(int32_t)), *bytes = extra_buffer(x, total);
    if (!offsets || !bytes)
        return RAISE_NOMEM(err);
    int32_t *off = (int32_t *)offsets->data, at = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        off[i] = at;
        if (vec_is_null(v, i))
            continue;
        Str s = vec_str(v, i);
        memcpy(bytes->data + at, s.p, s.n);
        at += (int32_t)s.n;
    }
    off[v->n] = at;
    a->buffers[1] = offsets->data;
    a->buffers[2] = bytes->data;
    a->n_buffers = 3;
    return 0;
}

static int export_dense(Account *acct, Batch *give_b, ArrowExport mode, struct ArrowArray *ret, Err *err);

/* The parts of a column as a batch of their own. */
static int export_parts(ArrayExport *x, const Field *parts, uint32_t n, uint32_t col, int32_t *offsets, ArrowExport mode,
                        struct ArrowArray *ret, Err *err)
{
    const Vec *v = &x->batch->col[col];
    _cleanup_(schema_unrefp) Schema *schema = schema_new(x->acct, parts, n);
    _cleanup_(batch_unrefp) Batch *b = schema ? batch_new(x->acct, schema, 0) : NULL;
    if (!b)
        return RAISE_NOMEM(err);
    if (offsets)
        TRY(arrow_unpack_lists(x->acct, x->batch->schema->field[col].name, v, offsets, &b->col[0], err));
    else
        TRY(arrow_unpack_structs(x->acct, v, b->col, err));
    b->n = b->n_sel = offsets ? b->col[0].n : v->n;
    batch_share(b);
    return export_dense(x->acct, MOVE(b), mode, ret, err);
}

/* The elements are exported as a batch of one column, which is taken out of it. */
static int export_lists(ArrayExport *x, uint32_t i, ArrowExport mode, struct ArrowArray *a, Err *err)
{
    const Vec *v = &x->batch->col[i];
    struct ArrowArray top;
    bool map = v->type.id == T_MAP;
    Field item = {.name = map ? "entries" : "item",
                  .type = map ? (Type){.id = T_STRUCT, .nested = v->type.nested} : type_element(v->type)};
    Buffer *offsets = extra_buffer(x, (v->n + 1) * sizeof(int32_t));
    if (!offsets)
        return RAISE_NOMEM(err);
    TRY(export_parts(x, &item, 1, i, (int32_t *)offsets->data, mode, &top, err));
    x->item[i] = *top.children[0];
    top.children[0]->release = NULL;
    top.release(&top);
    x->items[i] = &x->item[i];
    a->children = &x->items[i];
    a->n_children = 1;
    a->buffers[1] = offsets->data;
    return 0;
}

/* A struct has the children of the batch that its fields make; what holds them is released with the export. */
static int export_structs(ArrayExport *x, uint32_t i, ArrowExport mode, struct ArrowArray *a, Err *err)
{
    const Vec *v = &x->batch->col[i];
    TRY(export_parts(x, v->type.nested->field, v->type.nested->n, i, NULL, mode, &x->item[i], err));
    a->children = x->item[i].children;
    a->n_children = x->item[i].n_children;
    a->n_buffers = 1;
    return 0;
}

static int export_vec(ArrayExport *x, uint32_t i, ArrowExport mode, Err *err)
{
    const Vec *v = &x->batch->col[i];
    const char *name = x->batch->schema->field[i].name;
    struct ArrowArray *a = &x->child[i];
    int64_t n_null = v->valid ? (int64_t)(v->n - bits_count(v->valid, v->n)) : 0;
    *a = (struct ArrowArray){.length = v->n, .null_count = n_null, .n_buffers = 2, .buffers = x->next, .private_data = x};
    x->next += n_pointers(v);
    if (v->type.id == T_UNKNOWN) {
        if (n_null != v->n)
            return RAISE(err, ERR_UNSUPPORTED, "column \"%s\": values of unknown type cannot be exported", name);
        a->n_buffers = 0;
    } else {
        a->buffers[0] = v->valid;
        a->buffers[1] = v->data;
        if (v->type.id == T_ARRAY || v->type.id == T_MAP)
            TRY(export_lists(x, i, mode, a, err));
        else if (v->type.id == T_STRUCT)
            TRY(export_structs(x, i, mode, a, err));
        else if (type_is_string(v->type.id) && mode == ARROW_VIEWS)
            export_views(x, v, a);
        else if (type_is_string(v->type.id))
            TRY(export_offsets(x, name, v, a, err));
    }
    a->release = release_array;
    atomic_fetch_add_explicit(&x->rc, 1, memory_order_relaxed);
    x->children[i] = a;
    return 0;
}

/* A batch with only owned FLAT columns and no selection, counted atomically; columns of b that are so already are shared. */
static int exportable(Account *acct, Batch *b, Batch **ret, Err *err)
{
    *ret = batch_dense(acct, b);
    if (!*ret)
        return RAISE_NOMEM(err);
    batch_share(*ret);
    return 0;
}

/* Columns of ENUMs, of times with a zone, and of ranges become texts. */
static int export_labels(Account *acct, Batch *b, Err *err)
{
    for (uint32_t i = 0; i < b->n_cols; i++) {
        Vec texts;
        TypeId id = (TypeId)b->col[i].type.id;
        if (id != T_ENUM && id != T_TIMETZ && !type_is_coded(id))
            continue;
        TRY(arrow_unpack_labels(acct, &b->col[i], &texts, err));
        vec_done(&b->col[i]);
        b->col[i] = texts;
        vec_share(&b->col[i]);
    }
    return 0;
}

static int export_dense(Account *acct, Batch *give_b, ArrowExport mode, struct ArrowArray *ret, Err *err)
{
    int rc = export_labels(acct, give_b, err);
    ArrayExport *x = rc < 0 ? NULL : export_new(acct, give_b);
    if (!x) {
        batch_unref(give_b);
        return rc < 0 ? rc : RAISE_NOMEM(err);
    }
    for (uint32_t i = 0; i < x->batch->n_cols && rc == 0; i++)
        rc = export_vec(x, i, mode, err);
    struct ArrowArray top = {.length = x->batch->n,
                             .n_buffers = 1,
                             .n_children = x->batch->n_cols,
                             .buffers = x->top_buffers,
                             .children = x->children,
                             .release = release_array,
                             .private_data = x};
    if (rc < 0) {
        for (uint32_t i = 0; i < x->batch->n_cols && x->children[i]; i++)
            x->children[i]->release(x->children[i]);
        export_unref(x);
        return rc;
    }
    *ret = top;
    return 0;
}

int arrow_export_batch(Account *acct, Batch *b, ArrowExport mode, struct ArrowArray *ret, Err *err)
{
    Batch *own;
    ASSERT(b && ret);
    TRY(exportable(acct, b, &own, err));
    return export_dense(acct, own, mode, ret, err);
}

/* A batch of one column of b, sharing what b owns. */
static Batch *one_column(Account *acct, Batch *b, const Schema *schema, uint32_t col)
{
    _cleanup_(batch_unrefp) Batch *one = batch_new(acct, schema, b->n);
    if (!one)
        return NULL;
    vec_ref(&b->col[col], &one->col[0]);
    one->sel = b->sel;
    one->n_sel = b->n_sel;
    return MOVE(one);
}

int arrow_export_column(Account *acct, Batch *b, uint32_t col, ArrowExport mode, struct ArrowArray *ret,
                        struct ArrowSchema *ret_schema, Err *err)
{
    struct ArrowArray array = {0};
    struct ArrowSchema top = {0};
    if (col >= b->n_cols)
        return RAISE(err, ERR_INVALID_PARAMETER, "there is no column %u; the batch has %u", col, b->n_cols);
    _cleanup_(schema_unrefp) Schema *schema = schema_new(acct, &b->schema->field[col], 1);
    _cleanup_(batch_unrefp) Batch *one = schema ? one_column(acct, b, schema, col) : NULL;
    if (!one)
        return RAISE_NOMEM(err);
    TRY(arrow_export_schema(schema, mode, &top, err));
    int rc = arrow_export_batch(acct, one, mode, &array, err);
    if (rc == 0) {
        *ret = *array.children[0];
        array.children[0]->release = NULL;
        array.release(&array);
        *ret_schema = *top.children[0];
        top.children[0]->release = NULL;
    }
    top.release(&top);
    return rc;
}
