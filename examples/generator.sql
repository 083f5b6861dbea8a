-- Made-up rows: the connector GENERATOR. Each column can be told how to vary; a seed always gives the same rows.
-- Without LIMIT the query would go on until Ctrl-C.

CREATE SOURCE readings (id BIGINT, sensor TEXT, celsius DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '5' SECOND)
  FROM GENERATOR (rows_per_second = 0, seed = 42, id.kind = sequence, sensor.values = 'attic|cellar|garden',
                  celsius.min = -10, celsius.max = 30, celsius.nulls = 0.1, at.start = '2024-06-01', at.step = '1s', at.jitter = '3s');

SELECT id, sensor, round(celsius, 2) AS celsius, at FROM readings LIMIT 5;

-- With max_rows the source has an end, so the query has one too.
CREATE SOURCE hour_of_readings (sensor TEXT, celsius DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at)
  FROM GENERATOR (rows_per_second = 0, max_rows = 3600, seed = 42, sensor.values = 'attic|cellar|garden', celsius.min = -10, celsius.max = 30,
                  at.start = '2024-06-01', at.step = '1s');

SELECT TUMBLE_START(at, INTERVAL '20' MINUTE) AS w, sensor, count(*) AS n, round(avg(celsius), 2) AS celsius
  FROM hour_of_readings GROUP BY sensor, TUMBLE(at, INTERVAL '20' MINUTE) ORDER BY w, sensor;
