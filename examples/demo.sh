#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# demo.sh BINARY: the demonstration. BINARY is the shell; without it, the one in build/.
set -eu
cd "$(dirname "$0")/.."
laminar=${1:-build/app/shell/laminar}
if ! [ -x "$laminar" ]; then
    echo "demo.sh: there is no program \"$laminar\"; build it with 'make', or name it: examples/demo.sh BINARY" >&2
    exit 2
fi

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
    bold= plain=
fi
title() { printf '\n%s== %s ==%s\n\n' "$bold" "$1" "$plain"; }

title 'The SQL: examples/flights_hourly.sql'
sed -n '/^CREATE SOURCE/,/;$/p; /^CREATE STREAM/,/;$/p' examples/flights_hourly.sql

title '20,000 flights, hour by hour'
"$laminar" -q --no-progress -f examples/flights_hourly.sql

title 'Late data: 1,707 earthquakes, reported up to days late, counted per hour'
printf '%-18s %8s %6s\n' 'watermark delay' counted late
total=$("$laminar" -q -F csv -c "CREATE SOURCE quakes (time TIMESTAMP) FROM FILE (path = 'examples/data/earthquakes.jsonl')" \
    -c 'SELECT count(*) FROM quakes' | tail -n 1)
for delay in '10 minutes' '1 hour' '1 day' '3 days' '7 days'; do
    # Each hour is emitted once, when it closes; what comes later is late.
    "$laminar" -q --no-progress -F csv -v DELAY="$delay" -c "
        CREATE SOURCE quakes (time TIMESTAMP, WATERMARK FOR time AS time - INTERVAL '\${DELAY}')
          FROM FILE (path = 'examples/data/earthquakes.jsonl')" -c "
        SELECT count(*) AS n FROM quakes GROUP BY TUMBLE(time, INTERVAL '1' HOUR) EMIT ON WINDOW CLOSE" |
        awk -v delay="$delay" -v total="$total" 'NR > 1 { n += $1 } END { printf "%-18s %8d %6d\n", delay, n, total - n }'
done
printf '%-18s %8d %6d\n' 'plain SELECT' "$total" 0

title 'What to try next'
cat <<END
  $laminar                               an interactive session; \\? and \\h help
  $laminar -f examples/late_data.sql     late reports that correct what was emitted
  $laminar -f examples/ohlc_bars.sql     bars of a market from trades that come out of order
  ls examples/*.sql                      one feature each
  docs/sql.md, docs/c-api.md             the language, and the library in a program of yours
END
