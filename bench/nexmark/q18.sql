-- Last bid: the newest bid of each bidder on each auction; kept up to date.
SELECT auction, bidder, price, channel, url, date_time, extra
FROM (SELECT *, row_number() OVER (PARTITION BY bidder, auction ORDER BY date_time DESC) AS n FROM bid) AS q
WHERE n <= 1;
