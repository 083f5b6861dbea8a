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
ninja -C "$build" build.ninja >/dev/null || exit 1
# the headers that the build makes
ninja -C "$build" -t targets all | sed -n 's/^\(.*\.h\): CUSTOM_COMMAND$/\1/p' | xargs ninja -C "$build" >/dev/null || exit 1
if [ $# = 0 ]; then
    set -- $(find src app -name '*.c' | sort)
fi
"$(dirname "$0")/tidy.py" "$build" "$jobs" "$@" || failed=1
exit $failed
