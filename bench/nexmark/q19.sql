-- Auction top 10: the ten highest bids of each auction with their ranks; kept up to date.
SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY auction ORDER BY price DESC, date_time) AS n FROM bid) AS q WHERE n <= 10;
