/* SPDX-License-Identifier: Apache-2.0
 *
 * Instances of the integer and float arithmetic templates. */
#include "kernel/arith.h"

#include <float.h>
#include <math.h>

#include "kernel/loop.h"

#define T int16_t
#define U uint16_t
#define W int32_t
#define UW uint32_t
#define N i16
#define TEXT "smallint"
#include "kernel/arith_int.tmpl.h"

#define T int32_t
#define U uint32_t
#define W int64_t
#define UW uint64_t
#define N i32
#define TEXT "integer"
#include "kernel/arith_int.tmpl.h"

#define T int64_t
#define U uint64_t
#define UW u128
#define N i64
#define TEXT "bigint"
#include "kernel/arith_int.tmpl.h"

#define T float
#define U uint32_t
#define N f32
#define T_MAX FLT_MAX
#define T_MOD fmodf
#include "kernel/arith_float.tmpl.h"

#define T double
#define U uint64_t
#define N f64
#define T_MAX DBL_MAX
#define T_MOD fmod
#include "kernel/arith_float.tmpl.h"
