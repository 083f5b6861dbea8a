WITH windows AS (
  SELECT auction, w AS window_end FROM bid,
    LATERAL generate_series(date_bin('2 seconds', date_time, '1970-01-01') + INTERVAL '2 seconds',
                            date_bin('2 seconds', date_time, '1970-01-01') + INTERVAL '10 seconds', '2 seconds') AS w),
counted AS (SELECT auction, count(*) AS num, window_end FROM windows GROUP BY auction, window_end)
SELECT auction, num, window_end FROM (SELECT *, rank() OVER (PARTITION BY window_end ORDER BY num DESC) AS r FROM counted) AS q WHERE r = 1;
