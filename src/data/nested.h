/* SPDX-License-Identifier: Apache-2.0
 *
 * Types that are made of others, or of labels: STRUCT, MAP, ENUM.  What they are made of is a Schema that is made once per process
 * and kept until it ends, so that a Type stays a small value which anyone may copy and keep, and equal types have equal pointers.
 * The memory this takes is bounded by the different types that a program ever names. */
#pragma once
#include "data/schema.h"

#define STRUCT_FIELDS_MAX 256

/* fields: names are copied.  name: of the type itself, NULL for one that is written out.  0 or -ERR_OUT_OF_MEMORY. */
int type_struct(const char *name, const Field *fields, uint32_t n, Type *ret);
int type_map(Type key, Type value, Type *ret);
/* The labels in their order.  A value of the type is the number of its label. */
int type_enum(const char *name, const char *const *labels, uint32_t n, Type *ret);

bool type_holds(Type t, TypeId id); /* it is that, or has one inside */

static inline Type map_key(Type map)
{
    return map.nested->field[0].type;
}
static inline Type map_value(Type map)
{
    return map.nested->field[1].type;
}
/* ROW(..) names its fields so: f1, f2. */
#define ROW_FIELD_NAME_MAX 8
void row_field_name(uint32_t i, char buf[ROW_FIELD_NAME_MAX]);
