SELECT auction, price, bidder, date_time, extra
FROM (SELECT *, rank() OVER (PARTITION BY date_bin('10 seconds', date_time, '1970-01-01') ORDER BY price DESC) AS r FROM bid) AS q WHERE r = 1;
