/* SPDX-License-Identifier: Apache-2.0
 *
 * ArrowSchema both ways.  Formats without parameters are a table; the families with parameters (decimal, timestamp, binary and
 * lists of a fixed size) are parsed.  JSON and UUID travel as Arrow's canonical extension types, so that they come back as
 * themselves.
 *
 * An exported schema is one block of memory, counted by the struct and by each child, because a consumer may move a child out and
 * release it after its parent. */
#include <stdio.h>

#include "data/arrow_impl.h"
#include "data/nested.h"

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_DAY (86400 * NS_PER_S)
#define EXTENSION_KEY "ARROW:extension:name"

static const struct {
    const char *format;
    uint8_t layout, type;
    int64_t tick_ns;
} formats[] = {
    {"n", LAYOUT_NULL, T_UNKNOWN, 0},
    {"b", LAYOUT_BIT, T_BOOL, 0},
    {"c", LAYOUT_I8, T_I16, 0},
    {"C", LAYOUT_U8, T_I16, 0},
    {"s", LAYOUT_I16, T_I16, 0},
    {"S", LAYOUT_U16, T_I32, 0},
    {"i", LAYOUT_I32, T_I32, 0},
    {"I", LAYOUT_U32, T_I64, 0},
    {"l", LAYOUT_I64, T_I64, 0},
    {"L", LAYOUT_U64, T_DECIMAL, 0},
    {"f", LAYOUT_F32, T_F32, 0},
    {"g", LAYOUT_F64, T_F64, 0},
    {"u", LAYOUT_STR32, T_TEXT, 0},
    {"U", LAYOUT_STR64, T_TEXT, 0},
    {"vu", LAYOUT_VIEW, T_TEXT, 0},
    {"z", LAYOUT_STR32, T_BYTEA, 0},
    {"Z", LAYOUT_STR64, T_BYTEA, 0},
    {"vz", LAYOUT_VIEW, T_BYTEA, 0},
    {"tdD", LAYOUT_I32, T_DATE, NS_PER_DAY},
    {"tdm", LAYOUT_I64, T_DATE, 1000000},
    {"tts", LAYOUT_I32, T_TIME, NS_PER_S},
    {"ttm", LAYOUT_I32, T_TIME, 1000000},
    {"ttu", LAYOUT_I64, T_TIME, 1000},
    {"ttn", LAYOUT_I64, T_TIME, 1},
    {"tin", LAYOUT_16, T_INTERVAL, 0},
    {"tiM", LAYOUT_MONTHS, T_INTERVAL, 0},
    {"tiD", LAYOUT_DAY_MS, T_INTERVAL, 0},
    {"tDs", LAYOUT_DURATION, T_INTERVAL, NS_PER_S},
    {"tDm", LAYOUT_DURATION, T_INTERVAL, 1000000},
    {"tDu", LAYOUT_DURATION, T_INTERVAL, 1000},
    {"tDn", LAYOUT_DURATION, T_INTERVAL, 1},
    {"e", LAYOUT_F16, T_F32, 0},
};

uint32_t layout_bytes(uint8_t layout)
{
    static const uint8_t bytes[] = {
        [LAYOUT_NULL] = 0,  [LAYOUT_BIT] = 0,      [LAYOUT_I8] = 1,         [LAYOUT_U8] = 1,         [LAYOUT_I16] = 2,
        [LAYOUT_U16] = 2,   [LAYOUT_I32] = 4,      [LAYOUT_U32] = 4,        [LAYOUT_I64] = 8,        [LAYOUT_U64] = 8,
        [LAYOUT_F32] = 4,   [LAYOUT_F64] = 8,      [LAYOUT_16] = 16,        [LAYOUT_STR32] = 4,      [LAYOUT_STR64] = 8,
        [LAYOUT_VIEW] = 16, [LAYOUT_LIST32] = 4,   [LAYOUT_LIST64] = 8,     [LAYOUT_STRUCT] = 0,     [LAYOUT_F16] = 2,
        [LAYOUT_D32] = 4,   [LAYOUT_D64] = 8,      [LAYOUT_D256] = 32,      [LAYOUT_MONTHS] = 4,     [LAYOUT_DAY_MS] = 8,
        [LAYOUT_FIXED] = 0, [LAYOUT_DURATION] = 8, [LAYOUT_LIST_FIXED] = 0, [LAYOUT_LISTVIEW32] = 4, [LAYOUT_LISTVIEW64] = 8,
    };
    return bytes[layout];
}

static int bad_format(const char *name, const char *format, Err *err)
{
    return RAISE(err, ERR_BAD_ARROW, "column \"%s\": Arrow format \"%.40s\" is not valid", name, format);
}

static int missing_format(const char *name, const char *format, Err *err)
{
    return RAISE(err, ERR_UNSUPPORTED, "column \"%s\": Arrow format \"%.40s\" is not supported", name, format);
}

/* "p,s" or "p,s,bits" */
static int decimal_format(const char *format, const char *name, ArrowFormat *ret, Err *err)
{
    Str rest = str_of(format + 2), part[3] = {{NULL, 0}};
    int64_t num[3] = {0, 0, 128};
    int n = 0;
    for (bool more = true; more; n++) {
        if (n == 3)
            return bad_format(name, format, err);
        more = str_cut(rest, ',', &part[n], &rest);
        if (!str_to_i64(part[n], &num[n]))
            return bad_format(name, format, err);
    }
    if (n < 2)
        return bad_format(name, format, err);
    uint8_t layout = num[2] == 32 ? LAYOUT_D32 : num[2] == 64 ? LAYOUT_D64 : num[2] == 256 ? LAYOUT_D256 : LAYOUT_16;
    if ((layout == LAYOUT_16 && num[2] != 128) || num[0] < 1 || num[0] > 38 || num[1] < 0 || num[1] > num[0])
        return missing_format(name, format, err);
    *ret = (ArrowFormat){.layout = layout, .type = TYPE_DECIMAL(num[0], num[1])};
    return 0;
}

/* "w:n", and the n of "+w:n". */
static int fixed_format(const char *format, const char *name, ArrowFormat *ret, Err *err)
{
    int64_t n = 0;
    if (!str_to_i64(str_of(strchr(format, ':') + 1), &n) || n < 0)
        return bad_format(name, format, err);
    if (n > INT32_MAX)
        return missing_format(name, format, err);
    *ret = (ArrowFormat){.layout = n == 16 ? LAYOUT_16 : LAYOUT_FIXED, .type = n == 16 ? TYPE(UUID) : TYPE(BYTEA)};
    ret->width = (uint32_t)n;
    return 0;
}

/* "ts" unit ":" zone */
static int timestamp_format(const char *format, const char *name, ArrowFormat *ret, Err *err)
{
    int64_t tick_ns = 0;
    switch (format[2]) {
    case 's': tick_ns = NS_PER_S; break;
    case 'm': tick_ns = 1000000; break;
    case 'u': tick_ns = 1000; break;
    case 'n': tick_ns = 1; break;
    default: return bad_format(name, format, err);
    }
    if (format[3] != ':')
        return bad_format(name, format, err);
    *ret = (ArrowFormat){.layout = LAYOUT_I64, .tick_ns = tick_ns};
    ret->type = format[4] ? TYPE(TSTZ) : tick_ns == 1 ? TYPE(TSNS) : TYPE(TS);
    return 0;
}

static bool read_str(const char **p, Str *ret)
{
    int32_t n;
    memcpy(&n, *p, sizeof n);
    if (n < 0)
        return false;
    *ret = (Str){*p + sizeof n, (size_t)n};
    *p += sizeof n + (size_t)n;
    return true;
}

/* The name of the extension type in a schema's metadata (native int32 count, then length-prefixed keys and values). */
static int extension_of(const struct ArrowSchema *s, const char *name, Str *ret, Err *err)
{
    int32_t n = 0;
    const char *p = s->metadata;
    *ret = (Str){"", 0};
    if (!p)
        return 0;
    memcpy(&n, p, sizeof n);
    p += sizeof n;
    for (int32_t i = 0; i < n; i++) {
        Str key, value;
        if (!read_str(&p, &key) || !read_str(&p, &value))
            return RAISE(err, ERR_BAD_ARROW, "column \"%s\": metadata has a negative length", name);
        if (str_eq(key, STR(EXTENSION_KEY)))
            *ret = value;
    }
    return n < 0 ? RAISE(err, ERR_BAD_ARROW, "column \"%s\": metadata has a negative count", name) : 0;
}

static int check_part(const struct ArrowSchema *child, const char *name, Err *err)
{
    if (!child || !child->release || !child->format)
        return RAISE(err, ERR_BAD_ARROW, "column \"%s\": a part of it has no schema", name);
    if (child->dictionary || strcmp(child->format, "n") == 0)
        return RAISE(err, ERR_UNSUPPORTED, "column \"%s\": parts that are nulls or have a dictionary are not supported", name);
    return 0;
}

/* "+s": the children are the fields. */
static int struct_format(const struct ArrowSchema *s, const char *name, ArrowFormat *ret, Err *err)
{
    Field field[STRUCT_FIELDS_MAX];
    if (s->n_children < 0 || (s->n_children > 0 && !s->children))
        return RAISE(err, ERR_BAD_ARROW, "column \"%s\": a struct has a list of children", name);
    if (s->n_children > STRUCT_FIELDS_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "column \"%s\": a struct has at most %d fields", name, STRUCT_FIELDS_MAX);
    for (int64_t i = 0; i < s->n_children; i++) {
        ArrowFormat part;
        TRY(check_part(s->children[i], name, err));
        TRY(arrow_format_of(s->children[i], name, &part, err));
        field[i] = (Field){.name = arrow_name(s->children[i]), .type = part.type};
    }
    *ret = (ArrowFormat){.layout = LAYOUT_STRUCT};
    return type_struct(NULL, field, (uint32_t)s->n_children, &ret->type) < 0 ? RAISE_NOMEM(err) : 0;
}

/* "+l", "+L", "+vl", "+vL", "+w:n": the type of the elements is the child's; lists of lists are arrays of more dimensions.  "+m": a
 * list of entries. */
static bool is_list_format(const char *f)
{
    return strcmp(f, "+l") == 0 || strcmp(f, "+L") == 0 || strcmp(f, "+m") == 0 || strcmp(f, "+vl") == 0 || strcmp(f, "+vL") == 0 ||
           strncmp(f, "+w:", 3) == 0;
}

static int list_format(const struct ArrowSchema *s, const char *name, ArrowFormat *ret, Err *err)
{
    const struct ArrowSchema *child = s->n_children == 1 && s->children ? s->children[0] : NULL;
    ArrowFormat item;
    if (!child)
        return RAISE(err, ERR_BAD_ARROW, "column \"%s\": a list has one child", name);
    TRY(check_part(child, name, err));
    TRY(arrow_format_of(child, name, &item, err));
    if (s->format[1] == 'w')
        TRY(fixed_format(s->format, name, ret, err));
    switch (s->format[1]) {
    case 'w': ret->layout = LAYOUT_LIST_FIXED; break;
    case 'v': *ret = (ArrowFormat){.layout = s->format[2] == 'L' ? LAYOUT_LISTVIEW64 : LAYOUT_LISTVIEW32}; break;
    default: *ret = (ArrowFormat){.layout = s->format[1] == 'L' ? LAYOUT_LIST64 : LAYOUT_LIST32}; break;
    }
    ret->type = item.type.id == T_ARRAY ? item.type : type_array(item.type);
    if (s->format[1] != 'm')
        return 0;
    if (item.type.id != T_STRUCT || item.type.nested->n != 2)
        return RAISE(err, ERR_BAD_ARROW, "column \"%s\": the entries of a map have a key and a value", name);
    return type_map(item.type.nested->field[0].type, item.type.nested->field[1].type, &ret->type) < 0 ? RAISE_NOMEM(err) : 0;
}

int arrow_format_of(const struct ArrowSchema *s, const char *name, ArrowFormat *ret, Err *err)
{
    Str extension;
    const char *format = s->dictionary ? s->dictionary->format : s->format;
    TRY(extension_of(s, name, &extension, err));
    if (format[0] == 'd' && format[1] == ':')
        return decimal_format(format, name, ret, err);
    if (format[0] == 't' && format[1] == 's')
        return timestamp_format(format, name, ret, err);
    if (format[0] == 'w' && format[1] == ':')
        return fixed_format(format, name, ret, err);
    if (format[0] == '+' && is_list_format(format))
        return s->dictionary ? missing_format(name, format, err) : list_format(s, name, ret, err);
    if (strcmp(format, "+s") == 0)
        return s->dictionary ? missing_format(name, format, err) : struct_format(s, name, ret, err);
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        if (formats[i].format[0] != format[0] || strcmp(formats[i].format, format) != 0)
            continue;
        *ret = (ArrowFormat){.layout = formats[i].layout, .type = {.id = formats[i].type}, .tick_ns = formats[i].tick_ns};
        if (ret->layout == LAYOUT_U64)
            ret->type = TYPE_DECIMAL(20, 0);
        if (ret->type.id == T_TEXT && str_eq(extension, STR("arrow.json")))
            ret->type = TYPE(JSON);
        return 0;
    }
    return format[0] ? missing_format(name, format, err) : bad_format(name, format, err);
}

static int check_child(const struct ArrowSchema *child, int64_t i, Err *err)
{
    if (!child || !child->release || !child->format)
        return RAISE(err, ERR_BAD_ARROW, "schema of column %lld is missing or released", (long long)i + 1);
    if (!utf8_is_valid(arrow_name(child), strlen(arrow_name(child))))
        return RAISE(err, ERR_BAD_ARROW, "name of column %lld is not valid UTF-8", (long long)i + 1);
    if (child->dictionary && (!child->dictionary->format || !child->dictionary->release))
        return RAISE(err, ERR_BAD_ARROW, "column \"%s\": dictionary has no format", arrow_name(child));
    if (child->dictionary && child->dictionary->dictionary)
        return RAISE(err, ERR_UNSUPPORTED, "column \"%s\": a dictionary inside a dictionary is not supported", arrow_name(child));
    return 0;
}

int arrow_check_schema(const struct ArrowSchema *s, Err *err)
{
    if (!s || !s->release || !s->format)
        return RAISE(err, ERR_BAD_ARROW, "Arrow schema is missing or released");
    if (strcmp(s->format, "+s") != 0)
        return RAISE(err, ERR_BAD_ARROW, "Arrow schema has format \"%.40s\"; a struct (\"+s\") is needed", s->format);
    if (s->n_children < 0 || (s->n_children > 0 && !s->children))
        return RAISE(err, ERR_BAD_ARROW, "Arrow schema has %lld children", (long long)s->n_children);
    if (s->n_children > COLUMNS_MAX)
        return RAISE(err, ERR_TOO_MANY_COLUMNS, "Arrow schema has %lld columns; at most %d are supported", (long long)s->n_children,
                     COLUMNS_MAX);
    for (int64_t i = 0; i < s->n_children; i++)
        TRY(check_child(s->children[i], i, err));
    return 0;
}

static int import_fields(const struct ArrowSchema *in, Field *fields, Err *err)
{
    for (int64_t i = 0; i < in->n_children; i++) {
        const struct ArrowSchema *child = in->children[i];
        ArrowFormat format;
        TRY(arrow_format_of(child, arrow_name(child), &format, err));
        fields[i] = (Field){.name = arrow_name(child), .type = format.type, .not_null = !(child->flags & ARROW_FLAG_NULLABLE)};
    }
    return 0;
}

int arrow_import_schema(Account *acct, const struct ArrowSchema *in, Schema **ret, Err *err)
{
    TRY(arrow_check_schema(in, err));
    size_t bytes = (size_t)MAX(in->n_children, 1) * sizeof(Field);
    Field *fields = mem_alloc(acct, bytes);
    if (!fields)
        return RAISE_NOMEM(err);
    int rc = import_fields(in, fields, err);
    Schema *s = rc == 0 ? schema_new(acct, fields, (uint32_t)in->n_children) : NULL;
    mem_free(acct, fields, bytes);
    if (rc < 0)
        return rc;
    if (!s)
        return RAISE_NOMEM(err);
    *ret = s;
    return 0;
}

#define FORMAT_MAX 16
/* count 1, key, value */
#define METADATA_MAX (3 * sizeof(int32_t) + sizeof EXTENSION_KEY + 16)

/* A column or a part of one; its children are nodes of the same block. */
typedef struct SchemaNode {
    struct ArrowSchema schema;
    char format[FORMAT_MAX];
    char metadata[METADATA_MAX];
} SchemaNode;

typedef struct SchemaExport {
    _Atomic uint32_t rc; /* the struct and each child that is not released */
    size_t bytes;
    const Schema *names;             /* one reference: the children's names are its */
    struct ArrowSchema **next_child; /* unused pointers of the block */
    SchemaNode *next;                /* unused nodes */
    SchemaNode node[];
} SchemaExport;

static void schema_export_unref(SchemaExport *x)
{
    if (atomic_fetch_sub_explicit(&x->rc, 1, memory_order_acq_rel) != 1)
        return;
    schema_unref((Schema *)x->names);
    mem_free(NULL, x, x->bytes);
}

static void release_schema(struct ArrowSchema *s)
{
    if (!s->release)
        return;
    for (int64_t i = 0; i < s->n_children; i++)
        if (s->children[i]->release)
            s->children[i]->release(s->children[i]);
    s->release = NULL;
    schema_export_unref(s->private_data);
}

static char *put_str(char *p, const char *s)
{
    int32_t n = (int32_t)strlen(s);
    memcpy(p, &n, sizeof n);
    memcpy(p + sizeof n, s, (size_t)n);
    return p + sizeof n + n;
}

/* Format and extension of a type, into the place that its column has for them. */
static void export_type(struct ArrowSchema *s, Type t, ArrowExport mode, char format[FORMAT_MAX], char metadata[METADATA_MAX])
{
    static const int32_t one = 1;
    const char *extension = type_is_json(t.id) ? "arrow.json" : t.id == T_UUID ? "arrow.uuid" : NULL;
    static const char *const spelled[N_TYPES] = {
#define T(id, name, bytes, arrow, text) [T_##id] = arrow,
#include "data/types.def"
#undef T
    };
    if (t.id == T_ENUM || t.id == T_TIMETZ || type_is_coded((TypeId)t.id))
        t = TYPE(TEXT); /* labels are exported as what they are */
    if (t.id == T_DECIMAL)
        (void)snprintf(format, FORMAT_MAX, "d:%u,%u", t.precision, t.scale);
    else if (mode == ARROW_OFFSETS && type_is_string(t.id) && !type_is_nested(t.id))
        (void)snprintf(format, FORMAT_MAX, "%s", spelled[t.id] + 1); /* without the v */
    else
        (void)snprintf(format, FORMAT_MAX, "%s", spelled[t.id]);
    s->format = format;
    if (extension) {
        memcpy(metadata, &one, sizeof one);
        put_str(put_str(metadata + sizeof one, EXTENSION_KEY), extension);
        s->metadata = metadata;
    }
}

static size_t count_nodes(Type t)
{
    size_t n = 1;
    if (t.id == T_ARRAY)
        return 1 + count_nodes(type_element(t));
    if (t.id != T_STRUCT && t.id != T_MAP)
        return 1;
    for (uint32_t i = 0; i < t.nested->n; i++)
        n += count_nodes(t.nested->field[i].type);
    return n + (t.id == T_MAP); /* the entries */
}

static struct ArrowSchema *export_field(SchemaExport *x, const Field *f, ArrowExport mode);

static void export_children(SchemaExport *x, struct ArrowSchema *s, const Field *f, uint32_t n, ArrowExport mode)
{
    s->children = x->next_child;
    s->n_children = n;
    x->next_child += n;
    for (uint32_t i = 0; i < n; i++)
        s->children[i] = export_field(x, &f[i], mode);
}

static struct ArrowSchema *export_field(SchemaExport *x, const Field *f, ArrowExport mode)
{
    SchemaNode *c = x->next++;
    c->schema = (struct ArrowSchema){.name = f->name, .release = release_schema, .private_data = x};
    c->schema.flags = f->not_null ? 0 : ARROW_FLAG_NULLABLE;
    export_type(&c->schema, f->type, mode, c->format, c->metadata);
    if (f->type.id == T_ARRAY) {
        export_children(x, &c->schema, &(Field){.name = "item", .type = type_element(f->type)}, 1, mode);
    } else if (f->type.id == T_STRUCT) {
        export_children(x, &c->schema, f->type.nested->field, f->type.nested->n, mode);
    } else if (f->type.id == T_MAP) {
        Field entries = {.name = "entries", .type = {.id = T_STRUCT, .nested = f->type.nested}, .not_null = true};
        export_children(x, &c->schema, &entries, 1, mode);
    }
    return &c->schema;
}

int arrow_export_schema(const Schema *s, ArrowExport mode, struct ArrowSchema *ret, Err *err)
{
    ASSERT(s && ret);
    size_t n = 0;
    for (uint32_t i = 0; i < s->n; i++)
        n += count_nodes(s->field[i].type);
    size_t bytes = sizeof(SchemaExport) + n * (sizeof(SchemaNode) + sizeof(struct ArrowSchema *));
    SchemaExport *x = mem_zalloc(NULL, bytes);
    if (!x)
        return RAISE_NOMEM(err);
    atomic_init(&x->rc, (uint32_t)n + 1);
    x->bytes = bytes;
    x->names = schema_ref(s);
    x->next = x->node;
    x->next_child = (struct ArrowSchema **)&x->node[n];
    *ret = (struct ArrowSchema){.format = "+s", .name = "", .release = release_schema, .private_data = x};
    export_children(x, ret, s->field, s->n, mode);
    return 0;
}
