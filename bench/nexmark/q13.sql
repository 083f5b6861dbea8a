-- Bounded side input join: bids look up a table.
CREATE TABLE side_input (key BIGINT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO side_input SELECT k, 'value-' || k FROM generate_series(0, 9999) AS g (k);
SELECT b.auction, b.bidder, b.price, b.date_time, s.value FROM bid AS b JOIN side_input AS s ON b.auction % 10000 = s.key;
