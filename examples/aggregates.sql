-- Aggregates: DISTINCT, FILTER, an order of their own; NULLs do not count.

CREATE SOURCE flights (date TIMESTAMP, delay INT, distance INT, origin TEXT, destination TEXT)
  FROM FILE (path = 'examples/data/flights.csv');

SELECT count(*) AS flights, count(DISTINCT origin) AS airports, count(*) FILTER (WHERE delay > 15) AS late,
       round(100.0 * count(*) FILTER (WHERE delay > 15) / count(*), 1) AS late_percent
  FROM flights;

SELECT extract(dow FROM date) AS weekday, count(*) AS flights, round(avg(delay), 2) AS avg_delay, min(delay) AS best, max(delay) AS worst,
       round(stddev(delay), 2) AS spread, bool_or(delay > 400) AS disaster
  FROM flights GROUP BY weekday ORDER BY weekday;

SELECT origin, string_agg(DISTINCT destination, ' ' ORDER BY destination) AS nonstop_to, sum(distance) AS miles
  FROM flights WHERE origin IN ('ANC', 'ITO', 'LIH') GROUP BY origin HAVING count(*) > 1 ORDER BY origin;
