#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lint.sh BUILD_DIR JOBS [FILE...]: the style gates, then clang-tidy over src/ and app/ with the flags of a clang build.
set -u
build=$1 jobs=$2
shift 2
failed=0
for check in "check_layers.py" "check_style.py" "check_headers.py" "check_format.py"; do
    python3 "tools/$check" || failed=1
done
if [ ! -f "$build/build.ninja" ]; then
    CC=clang-14 CXX=clang++-14 meson setup "$build" --buildtype=plain >/dev/null || exit 1
fi
ninja -C "$build" build.ninja >/dev/null && ninja -C "$build" src/sql/grammar.h >/dev/null || exit 1
if [ $# = 0 ]; then
    set -- $(find src app -name '*.c' | sort)
fi
# One file at a time: version 14 carries what it knows of va_list from one file to the next, and is wrong then.
printf '%s\n' "$@" | xargs -n 1 -P "$jobs" clang-tidy-14 -p "$build" --quiet 2>/dev/null || failed=1
exit $failed
