#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh: installs what building and testing need and is not there yet, from Debian 12's own packages.
#
# Says what it does; says nothing, and asks for no rights, when all is there.  Needs root or sudo only to install.
set -eu

# one line per use: the build; its libraries; the tests; clang, formatter, linter and fuzzer; XDP
packages="
gcc g++ libc6-dev binutils make pkg-config meson ninja-build python3 bison re2c
zlib1g-dev libzstd-dev liburing-dev libsimdjson-dev libpcre2-dev libutf8proc-dev libedit-dev
libcmocka-dev tzdata valgrind postgresql-15
clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14
clang llvm libbpf-dev libxdp-dev bpftool iproute2
"

if ! command -v dpkg-query >/dev/null; then
    echo "deps: this is not a Debian system; install by its own means what these packages hold:" $packages >&2
    exit 1
fi

missing=
for package in $packages; do
    # a package that was removed but not purged is still known to dpkg, so its state is what counts
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
        missing="$missing $package"
    fi
done
if [ -z "$missing" ]; then
    exit 0
fi

as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "deps: missing:$missing" >&2
        echo "deps: installing them needs root or sudo; as root: apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
    as_root=sudo
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
run_apt() {
    if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        echo "deps: apt-get $1 failed" >&2
        exit 1
    fi
}

echo "deps: installing with apt-get:$missing"
run_apt update
run_apt install -y --no-install-recommends $missing
echo "deps: done"
