SELECT bidder, count(*), min(date_time), max(date_time) + INTERVAL '10 seconds'
FROM (SELECT bidder, date_time, sum(is_new) OVER (PARTITION BY bidder ORDER BY date_time ROWS UNBOUNDED PRECEDING) AS session
      FROM (SELECT bidder, date_time,
                   CASE WHEN date_time - lag(date_time) OVER (PARTITION BY bidder ORDER BY date_time) < INTERVAL '10 seconds' THEN 0 ELSE 1 END AS is_new
            FROM bid) AS marked) AS numbered
GROUP BY bidder, session;
