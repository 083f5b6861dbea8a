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
/* The labels in their order.  A value of the type is the number of its label.  The type is its maker's own, for labels may be added
 * to it: nobody else gets the same one, though it has the same name and labels, before all owners have released it. */
int type_enum(const char *name, const char *const *labels, uint32_t n, Type *ret);
void type_enum_hold(Type t); /* one more owner */
void type_enum_release(Type t);
/* [shard] One more label behind the others, or another name of one: 0, -ERR_OUT_OF_MEMORY, -ERR_PROGRAM_LIMIT.  What hashes of the
 * type are made of does not change, so that plans know their state again. */
#define ENUM_ROOM 256 /* labels that can be added */
int type_enum_add(Type t, Str label, bool hidden);
int type_enum_rename(Type t, uint32_t i, Str label);
int type_enum_call(Type t, Str name); /* another name of the type itself */
/* Labels that values may have: those that were added as hidden ones, behind all others, come with type_enum_show. */
uint32_t type_enum_usable(Type t);
void type_enum_show(Type t);
/* Taken back, before anybody has seen it: the first n labels are all; label i has the name that it had. */
void type_enum_cut(Type t, uint32_t n);
void type_enum_name_again(Type t, uint32_t i, const char *was);
void type_enum_call_again(Type t, const char *was);

bool type_holds(Type t, TypeId id); /* it is that, or has one inside */
bool type_has_style(Type t);        /* its texts depend on the style in use (base/text_style.h) */

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
