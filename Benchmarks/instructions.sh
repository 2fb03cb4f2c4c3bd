#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Instructions of each piece of work, counted by valgrind, which needs no counter of the processor and does not mind a busy
# machine: the program runs with 1 and with 11 repetitions, and a tenth of the difference is one of them.
# More than the limit in limits.txt makes it end with status 1.
# Usage: Benchmarks/instructions.sh [options of swift build, for example --scratch-path DIR]
set -eu
cd "$(dirname "$0")"
swift build -c release --product count "$@" >&2
built="$(swift build -c release --product count "$@" --show-bin-path)/count"
# valgrind stops at debug information that it does not understand.
count=$(mktemp)
trap 'rm -f "$count"' EXIT
strip --strip-debug -o "$count" "$built"
chmod +x "$count"

instructions() {
    valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null "$count" "$1" "$2" 2>&1 |
        sed -n 's/^==[0-9]*== I *refs: *//p' | tr -d ,
}

"$count" | {
    over=0
    while read -r number name; do
        once=$(instructions "$number" 1 </dev/null)
        more=$(instructions "$number" 11 </dev/null)
        [ -n "$once" ] && [ -n "$more" ] || { echo "not counted: $name" >&2; exit 1; }
        counted=$(((more - once) / 10))
        limit=$(sed -n "s/^\([0-9]*\)  $name\$/\1/p" limits.txt)
        [ -n "$limit" ] || { echo "no limit: $name" >&2; over=1; limit=0; }
        printf '%12d of %12d  %s\n' "$counted" "$limit" "$name"
        [ "$counted" -le "$limit" ] || { echo "over its limit: $name" >&2; over=1; }
    done
    exit "$over"
}
