-- EMIT CHANGES: the result as it changes. op + is a row that came, op - one that was taken back. A step takes some thousand rows and emits
-- the difference between the result before it and after it.

CREATE SOURCE quakes (mag DOUBLE, tsunami INT, net TEXT)
  FROM FILE (path = 'examples/data/earthquakes.jsonl');

SELECT tsunami, count(*) AS n, max(mag) AS strongest FROM quakes GROUP BY tsunami EMIT CHANGES;

\echo Without aggregates nothing is ever taken back, so there is no op column:
SELECT mag, net FROM quakes WHERE mag >= 6 EMIT CHANGES;
