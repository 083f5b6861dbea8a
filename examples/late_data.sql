-- Late data: 1,707 real earthquakes in the order of the reports, which come up to days after the event. DELAY says how long the watermark
-- waits for them: laminar -v DELAY='6 hours' -f examples/late_data.sql

CREATE SOURCE quakes (time TIMESTAMP, mag DOUBLE, place TEXT, net TEXT, WATERMARK FOR time AS time - INTERVAL '${DELAY:-1 hour}')
  FROM FILE (path = 'examples/data/earthquakes.jsonl');  -- time is an integer: milliseconds since 1970

\echo Asked once: nothing is late, every quake is counted.
SELECT TUMBLE_START(time, INTERVAL '1' DAY) AS day, count(*) AS quakes, max(mag) AS strongest
  FROM quakes GROUP BY TUMBLE(time, INTERVAL '1' DAY) ORDER BY day;

\echo Continuously, each day emitted once, when it closes: a report that comes later is late and not counted.
SELECT TUMBLE_START(time, INTERVAL '1' DAY) AS day, count(*) AS quakes, max(mag) AS strongest
  FROM quakes GROUP BY TUMBLE(time, INTERVAL '1' DAY) EMIT ON WINDOW CLOSE;

\echo Days kept open for a week more: late reports correct what was emitted (op - takes a row back).
SELECT TUMBLE_START(time, INTERVAL '1' DAY) AS day, count(*) AS quakes, max(mag) AS strongest
  FROM quakes WHERE mag >= 5 GROUP BY TUMBLE(time, INTERVAL '1' DAY) EMIT CHANGES ALLOW LATENESS INTERVAL '7' DAY;
