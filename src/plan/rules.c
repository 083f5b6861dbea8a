/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the rules of rules.def.  Two passes, because pruning and folding open new chances for those before them; properties are
 * derived anew before each rule, so that a rule always sees those of the tree it gets. */
#include "plan/rules.h"

typedef struct Rule {
    int phase;
    const char *name;
    bool quiet;
    int (*apply)(PlanState *s, Logical **n, Err *err);
} Rule;
static const Rule rules[] = {
#define RULE(phase, name, function, quiet) {phase, name, quiet, function},
#include "plan/rules.def"
#undef RULE
};

static int apply_phase(PlanState *s, int phase, Logical **root, Err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        if (rules[i].phase != phase)
            continue;
        TRY(props_derive(s, *root, err));
        trace_rule(s, rules[i].name, rules[i].quiet);
        TRY(rules[i].apply(s, root, err));
    }
    return 0;
}

int rules_apply(PlanState *s, Logical **root, Err *err)
{
    for (int pass = 0; pass < 2; pass++)
        TRY(apply_phase(s, 1, root, err));
    return props_derive(s, *root, err);
}

int rules_finish(PlanState *s, Logical **root, Err *err)
{
    TRY(apply_phase(s, 2, root, err));
    return props_derive(s, *root, err);
}
