#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# soak.sh BUILD_DIR SEEDS JOBS [NAME...]: the property tests of tests/prop over that many seeds each, JOBS pieces at a time.
#
# Each piece of seeds is a run of its own, whose output is kept in BUILD_DIR/soak when it fails: it says how to replay.
set -eu
build=$1 seeds=$2 jobs=$3
shift 3
piece=100
if [ $# = 0 ]; then
    set -- $(ls tests/prop/prop_*.c | sed 's,.*/prop_\(.*\)\.c,\1,')
fi
mkdir -p "$build/soak"
rm -f "$build"/soak/*
for name in "$@"; do
    first=1
    while [ "$first" -le "$seeds" ]; do
        n=$((seeds - first + 1))
        echo "$name $first $((n < piece ? n : piece))"
        first=$((first + piece))
    done
done | xargs -P "$jobs" -L 1 sh -c '
    log=$0/soak/$1-$2
    if "$0/tests/prop/prop_$1" "$2" "$3" >"$log" 2>&1; then rm "$log"; else echo "prop_$1 $2 $3 failed"; fi' "$build"
if [ -n "$(ls "$build/soak")" ]; then
    tail -n 40 "$build"/soak/*
    echo "failed: see $build/soak" >&2
    exit 1
fi
echo "soak: $seeds seeds of each of $# properties passed"
