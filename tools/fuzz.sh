#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fuzz.sh BUILD_DIR SECONDS JOBS [NAME...]: builds the libFuzzer targets with clang and runs each for SECONDS on its corpus.
#
# New inputs go to BUILD_DIR/corpus, an input that fails to BUILD_DIR/found; `replay` it with gcc by copying it to tests/fuzz/corpus.
set -eu
build=$1 seconds=$2 jobs=$3
shift 3
if [ ! -f "$build/build.ninja" ]; then
    CC=clang-14 CXX=clang++-14 meson setup "$build" -Dfuzzers=true -Db_sanitize=address,undefined -Db_lundef=false \
        --buildtype=custom -Doptimization=1 -Ddebug=true >/dev/null
fi
ninja -C "$build" build.ninja >/dev/null
if [ $# = 0 ]; then
    set -- $(ls tests/fuzz/fuzz_*.c | sed 's,.*/fuzz_\(.*\)\.c,\1,')
fi
failed=
for name in "$@"; do
    ninja -C "$build" -j "$jobs" "tests/fuzz/fuzz_$name"
    mkdir -p "$build/corpus/$name" "$build/found" "tests/fuzz/corpus/$name"
    echo "fuzz_$name: $seconds s"
    if ! UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$build/found/$name-" "$build/corpus/$name" "tests/fuzz/corpus/$name" \
        >"$build/fuzz_$name.log" 2>&1; then
        tail -n 60 "$build/fuzz_$name.log"
        failed="$failed $name"
    fi
    grep -E 'stat::number_of_executed_units|cov:' "$build/fuzz_$name.log" | tail -n 2
done
if [ -n "$failed" ]; then
    echo "failed:$failed; inputs in $build/found" >&2
    exit 1
fi
