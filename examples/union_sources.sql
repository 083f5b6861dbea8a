-- Two sources as one stream: UNION ALL. The watermark of the result is the lower of the two.

CREATE SOURCE flights (date TIMESTAMP, delay INT, origin TEXT, WATERMARK FOR date AS date)
  FROM FILE (path = 'examples/data/flights.csv', max_rows = 2000);
CREATE SOURCE charters (date TIMESTAMP, delay INT, origin TEXT, WATERMARK FOR date AS date)
  FROM GENERATOR (rows_per_second = 0, max_rows = 200, date.start = '2001-01-01', date.step = '1h', delay.min = -10, delay.max = 60,
                  origin.values = 'ORD|TEB|VNY');

CREATE STREAM departures AS
  SELECT date, origin, delay, 'scheduled' AS kind FROM flights
  UNION ALL
  SELECT date, origin, delay, 'charter' FROM charters;

SELECT kind, count(*) AS flights, min(date) AS "from", max(date) AS "to" FROM departures GROUP BY kind ORDER BY kind;

SELECT TUMBLE_START(date, INTERVAL '1' DAY) AS day, count(*) FILTER (WHERE kind = 'scheduled') AS scheduled,
       count(*) FILTER (WHERE kind = 'charter') AS charters
  FROM departures WHERE origin = 'ORD' GROUP BY TUMBLE(date, INTERVAL '1' DAY) EMIT ON WINDOW CLOSE;
