-- Tumbling windows: [start, end), aligned to 1970-01-01, also before it; an offset moves the boundaries.

CREATE SOURCE launches (what TEXT, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '1' DAY);
INSERT INTO launches VALUES
  ('before the epoch', '1969-12-31 23:59:59.999999'), ('the epoch', '1970-01-01 00:00:00'),
  ('last of its hour', '1970-01-01 00:59:59.999999'), ('first of the next', '1970-01-01 01:00:00'), ('no time, no window', NULL);

SELECT TUMBLE_START(at, INTERVAL '1' HOUR) AS start, TUMBLE_END(at, INTERVAL '1' HOUR) AS "end", string_agg(what, ', ' ORDER BY at) AS rows
  FROM launches GROUP BY TUMBLE(at, INTERVAL '1' HOUR) ORDER BY start;

\echo Hours that begin at half past:
SELECT TUMBLE_START(at, INTERVAL '1' HOUR, INTERVAL '30' MINUTE) AS start, count(*) AS n
  FROM launches GROUP BY TUMBLE(at, INTERVAL '1' HOUR, INTERVAL '30' MINUTE) ORDER BY start;

\echo As a table function, which adds window_start and window_end:
SELECT what, window_start FROM TUMBLE(launches, at, INTERVAL '1' HOUR) WHERE at >= '1970-01-01' ORDER BY at;
