#!/bin/sh -e
# prelink.sh OUT.a OBJECT...: one object whose only global symbols are laminar_*, so a host program may own any other name.
out=$1
shift
object=${out%.a}.prelinked.o
ld -r -o "$object" "$@"
objcopy --wildcard --keep-global-symbol='laminar_*' "$object"
rm -f "$out"
ar rcs "$out" "$object"
rm -f "$object"
