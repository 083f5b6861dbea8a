-- Highest bid: of each 10 seconds, the bids with the highest price.
SELECT b.auction, b.price, b.bidder, b.date_time, b.extra
FROM bid AS b JOIN (
  SELECT max(price) AS price, window_start, window_end FROM TUMBLE(bid, date_time, INTERVAL '10' SECOND) GROUP BY window_start, window_end) AS m
ON b.price = m.price AND b.date_time >= m.window_end - INTERVAL '10' SECOND AND b.date_time < m.window_end;
