SELECT bidder, count(*), date_bin('10 seconds', date_time, '1970-01-01') FROM bid GROUP BY 1, 3;
