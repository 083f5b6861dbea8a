// SPDX-License-Identifier: Apache-2.0
//
// laminar.h in C++17 with -pedantic: it compiles, links, and its callbacks can be C++ functions.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "laminar.h"

namespace
{

struct CloseConnection {
    void operator()(LaminarConnection *c) const { laminar_close(c); }
};
struct FreeResult {
    void operator()(LaminarQueryResult *r) const { laminar_result_free(r); }
};
struct FreeBatch {
    void operator()(LaminarRecordBatch *b) const { laminar_batch_free(b); }
};

int failures = 0;

void check(bool ok, const char *what)
{
    std::printf("%s %s\n", ok ? "ok  " : "FAIL", what);
    failures += ok ? 0 : 1;
}

void on_change(void *user_data, const LaminarChange *change)
{
    auto *rows = static_cast<std::vector<std::string> *>(user_data);
    for (size_t i = 0; i < change->num_rows; i++) {
        const char *text = nullptr;
        if (laminar_batch_text(change->batch, i, 0, &text, nullptr) == LAMINAR_OK)
            rows->push_back(text ? text : "NULL");
    }
}

} // namespace

int main()
{
    LaminarConnection *raw = nullptr;
    check(laminar_open(&raw) == LAMINAR_OK, "open");
    std::unique_ptr<LaminarConnection, CloseConnection> db(raw);
    check(laminar_execute(raw, "CREATE SOURCE s (a INT)", nullptr) == LAMINAR_OK, "create");

    std::vector<std::string> seen;
    LaminarSubscribeOptions options = {};
    options.size = sizeof(options);
    options.on_change = on_change;
    options.user_data = &seen;
    LaminarSubscription *sub = nullptr;
    check(laminar_subscribe(raw, "SELECT a * 2 FROM s", &options, &sub) == LAMINAR_OK, "subscribe");
    check(laminar_execute(raw, "INSERT INTO s VALUES (1), (NULL), (3)", nullptr) == LAMINAR_OK, "insert");
    check(seen == std::vector<std::string>{"2", "NULL", "6"}, "changes");
    laminar_subscription_release(sub);

    LaminarQueryResult *result = nullptr;
    check(laminar_query(raw, "SELECT sum(a) FROM s", &result) == LAMINAR_OK, "query");
    std::unique_ptr<LaminarQueryResult, FreeResult> owner(result);
    LaminarRecordBatch *batch = nullptr;
    check(laminar_result_get_batch(result, 0, &batch) == LAMINAR_OK, "batch");
    std::unique_ptr<LaminarRecordBatch, FreeBatch> batch_owner(batch);
    const char *text = nullptr;
    check(laminar_batch_text(batch, 0, 0, &text, nullptr) == LAMINAR_OK && std::string(text) == "4", "value");
    std::printf("%d passed, %d failed, 0 skipped\n", 8 - failures, failures);
    return failures ? 1 : 0;
}
