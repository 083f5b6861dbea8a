/* SPDX-License-Identifier: Apache-2.0
 * Names of the fault points (points.def). */
#pragma once
typedef enum EnvPoint {
#define P(name) POINT_##name,
#include "env/points.def"
#undef P
    N_ENV_POINTS
} EnvPoint;
#define env_point(env, id) ((env)->clock->point((env), (id)))
