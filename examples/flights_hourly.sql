-- Hourly delay statistics per airport, from 20,000 real flights. From the top of the tree: laminar -f examples/flights_hourly.sql

-- A source declares events that come in: here a file, but rows may as well be pushed by a program. The watermark names the column that
-- holds the time of an event, and how much later than a newer row a row may come: not at all in this file.
CREATE SOURCE flights (date TIMESTAMP, delay INT, distance INT, origin TEXT, destination TEXT, WATERMARK FOR date AS date)
  FROM FILE (path = 'examples/data/flights.csv');

-- A stream is a query that goes on as rows come. A window is emitted as soon as the watermark passes its end.
CREATE STREAM hourly AS
  SELECT origin, TUMBLE_START(date, INTERVAL '1' HOUR) AS hour, count(*) AS flights, round(avg(delay), 1) AS avg_delay, max(delay) AS worst
  FROM flights
  GROUP BY origin, TUMBLE(date, INTERVAL '1' HOUR);

\echo The continuous query, first hours: a row comes when its hour is over.
SELECT * FROM hourly LIMIT 8 EMIT ON WINDOW CLOSE;

\echo Subscribed to, with a condition: the busy hours of Chicago O'Hare (ORD).
SUBSCRIBE hourly WHERE origin = 'ORD' AND flights >= 4;

\echo The same stream asked once, like a table: the ten busiest airports.
SELECT origin, sum(flights) AS flights, count(*) AS hours, max(worst) AS worst
  FROM hourly GROUP BY origin ORDER BY flights DESC, origin LIMIT 10;

\echo The ten worst hours of airports with at least three departures.
SELECT * FROM hourly WHERE flights >= 3 ORDER BY avg_delay DESC, origin LIMIT 10;
